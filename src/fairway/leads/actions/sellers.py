"""Handing the leads that a partner accepted to its people: by its rule or by its executive, taken or given back.

Whoever changes with whom a lead is locks the lead first. With one without an end at most (`sellerassignment_one_live`)
and the seller in the lead's own row, no lead has two.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, require, system_member
from fairway.core.conditions import ConditionError, holds, parse
from fairway.core.events.record import Happened, record
from fairway.core.lines import Line, line_by_line
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, Seat
from fairway.leads.actions.seller_notices import tell_executives, tell_seller, tell_seller_of_loss
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import Lead, SellerAssignment, SellerLine, SellerRule
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.following import of_leads
from fairway.leads.queries.limits import hours_of_vendor, place_of
from fairway.leads.queries.sellers import WORKERS, had_before, lines_of, live_of, rule_of, sellers_at
from fairway.leads.rules.answers import RETURN
from fairway.leads.rules.reasons import TEXT_MOST
from fairway.leads.rules.sellers import (
    ACCEPTER,
    BY_HAND,
    FULL,
    GIVEN_BACK,
    HAD,
    HAND,
    LAPSED,
    NOBODY,
    REMIND_SHARE,
    SEAT_ENDED,
    TAKEN_BACK,
    Seller,
    choose,
    hours_to_take,
    why_not,
)
from fairway.leads.rules.states import LIVE_SELLER, SELLER_ASSIGNMENT, LeadState, SellerState
from fairway.leads.seller_conditions import OWN_LEADS, own_lead_values
from fairway.workflow.actions.deadlines import cancel_deadlines_of, set_deadlines
from fairway.workflow.rules.business_hours import add_business_time

REMIND, LAPSE = "remind", "lapse"
RULE, PERSON, UNDO = "rule", "person", "undo"


class AlreadyAssigned(StateConflict):
    """Somebody handed the lead on first. `str()` says to whom."""

    def __init__(self, sentence: str) -> None:
        super().__init__(SELLER_ASSIGNMENT)
        self.why = sentence

    @property
    def sentence(self) -> str:
        return self.why


def begin_assigning(happened: Sequence[Happened]) -> None:
    """On lead.accepted: by its partner's rule the lead goes to a seller, or waits for the executive."""
    for event in happened:
        rule = rule_of(event.partner_id)
        lines = lines_of(rule)
        if rule is None or (rule.way == ACCEPTER and not lines):
            continue
        lead = _locked(event.subject_id)
        if lead.seller_id and lead.seller_id != event.actor.seat_id:
            continue  # given back to its partner by the vendor, with the seller that it had
        line = _line_for(lead, lines)
        if line is None and rule.way == ACCEPTER:
            continue
        _by_rule(lead, rule, line, actor=event.actor, at=event.at)


def lock_leads(lead_ids: Iterable[int]) -> None:
    """Lock many leads before the first of them locks the partner's rule: one who accepts a single lead locks it first
    and the rule then, and would wait for us while we wait for them. Inside `acting_for`."""
    ids = sorted(set(lead_ids))
    list(Lead.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk", flat=True))


def _locked(lead_id: int) -> Lead:
    return Lead.objects.select_related("product_line", "partner").select_for_update(of=("self",)).get(pk=lead_id)


def _line_for(lead: Lead, lines: Sequence[SellerLine]) -> SellerLine | None:
    if not lines:
        return None
    values = own_lead_values(lead, vendor_currency())
    return next((line for line in lines if _fits(line, values)), None)


def _fits(line: SellerLine, values: Mapping[str, Any]) -> bool:
    """A line that can no longer be read fits nothing: the executive sees the lead then, instead of nobody."""
    try:
        return holds(parse(OWN_LEADS, line.when, check_choices=False), values)
    except ConditionError:
        return False


def _by_rule(
    lead: Lead, rule: SellerRule | None, line: SellerLine | None, *, actor: Member, at: datetime, because: str = ""
) -> None:
    """Hand the lead to the next by the rule; where it names nobody, it waits for the executive with the reason.

    `because` is why it comes to this, when it was with somebody before. The rule is locked: two leads at once do not
    go to the same next one.
    """
    if rule is None or (line is None and rule.way in {HAND, ACCEPTER}):
        _wait(lead, because or BY_HAND, {}, actor=actor, at=at)
        return
    SellerRule.objects.select_for_update().get(pk=rule.pk)
    sellers = sellers_at(_partner(lead), line.seats if line else None, at, lead)
    had = had_before(lead, lead.accepted_at)
    chosen = choose(line.way if line else rule.way, sellers, most=rule.open_most, had=had)
    if chosen.seat_id is None:
        _wait(lead, because or NOBODY, dict(chosen.passed), actor=actor, at=at)
        return
    _give(lead, chosen.seat_id, how=RULE, actor=actor, at=at, line_name=line.name if line else "")


def _partner(lead: Lead) -> Partner:
    if lead.partner is None:
        raise Refused(_("Your company no longer has this lead."))
    return lead.partner


def _end_live(lead: Lead, verb: str, at: datetime, **changes: Any) -> SellerAssignment | None:
    """End that somebody has the lead. One that waits goes on: it is what the next one gets."""
    live = live_of(lead)
    if live is not None and live.state != SellerState.WAITING:
        move(live, SELLER_ASSIGNMENT, verb, field="state", ended_at=at, **changes)
        cancel_deadlines_of(SellerAssignment, [live.pk])
    return live


def _give(
    lead: Lead, seat_id: int, *, how: str, actor: Member, at: datetime, line_name: str = "", text: str = "",
    is_taken: bool = False,
) -> SellerAssignment:  # fmt: skip
    """The lead is this seat's now: to be taken, or taken at once by whom it was given to by themselves."""
    is_taken = is_taken or seat_id == actor.seat_id
    due_at, remind_at = (None, None) if is_taken else _times(lead, at)
    made = live_of(lead) or SellerAssignment.objects.create(
        vendor_id=lead.vendor_id, partner_id=lead.partner_id, lead=lead, assigned_at=at
    )
    given = {"seat_id": seat_id, "how": how, "line_name": line_name, "text": text, "assigned_by_id": actor.seat_id}
    move(made, SELLER_ASSIGNMENT, "assign", field="state", **given, assigned_at=at, due_at=due_at)
    if is_taken:
        move(made, SELLER_ASSIGNMENT, "take", field="state", taken_at=at)
    _set_seller(lead, seat_id)
    if due_at and remind_at:
        set_deadlines(SellerAssignment, [(made.pk, remind_at)], REMIND)
        set_deadlines(SellerAssignment, [(made.pk, due_at)], LAPSE)
    record(
        "assigned", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner", assignment=made.pk,
        seat=seat_id, how=how, taken=is_taken,
    )  # fmt: skip
    if not is_taken:
        tell_seller(made, lead, "lead.assigned", at)
    return made


def _wait(lead: Lead, because: str, passed: Mapping[str, int], *, actor: Member, at: datetime) -> None:
    """Nobody has it: it waits visibly with the executive, with the reason."""
    due_at, _remind_at = _times(lead, at)
    made = live_of(lead) or SellerAssignment(vendor_id=lead.vendor_id, partner=_partner(lead), lead=lead)
    made.because, made.passed, made.assigned_by_id = because, dict(passed), actor.seat_id
    made.assigned_at, made.due_at = at, due_at
    made.save()
    _set_seller(lead, None)
    record(
        "unassigned", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner", assignment=made.pk,
        because=because,
    )  # fmt: skip
    tell_executives(made, lead, at, but=actor.seat_id)


def _set_seller(lead: Lead, seat_id: int | None) -> None:
    """Compare-and-set on what was read: of two who assign at once the second is told."""
    rows = Lead.objects.filter(pk=lead.pk, version=lead.version, state=LeadState.ACCEPTED)
    if not rows.update(seller_id=seat_id, version=F("version") + 1):
        raise AlreadyAssigned(_("Somebody changed this lead meanwhile. Look at it again."))
    lead.seller_id, lead.version = seat_id, lead.version + 1


def _times(lead: Lead, at: datetime) -> tuple[datetime, datetime]:
    """(by when to take it, when to remind), in business hours of the partner's place."""
    rule, vendors = rule_of(lead.partner_id), of_leads([lead.pk])[lead.pk].seller_hours
    minutes = hours_to_take(vendors, rule.answer_hours if rule else None) * 60
    calendar = hours_of_vendor().calendar(*place_of(_partner(lead)))
    return add_business_time(calendar, at, minutes), add_business_time(calendar, at, round(minutes * REMIND_SHARE))


def assign_lead(*, lead: Lead, seat: Seat | None, actor: Member, at: datetime, reason: str = "") -> Lead:
    """The executive hands a lead to one of the own people, or with None lets the rule choose.

    To somebody who is away, is at the limit, had it before, or whose colleague has taken it, with a reason alone.
    Raises AlreadyAssigned when somebody was faster, Forbidden for another company's lead, and Refused.
    """
    require(actor, "seller.assign")
    _check_company(lead, actor)
    with acting_for(actor):
        fresh = _locked(lead.pk)
        _check_same(fresh, lead)
        return _assign(fresh, seat, actor, at, reason.strip()[:TEXT_MOST])


def _assign(lead: Lead, seat: Seat | None, actor: Member, at: datetime, reason: str) -> Lead:
    rule = rule_of(lead.partner_id)
    if seat is None:
        if rule is None:
            raise Refused(_("There is no rule yet. Choose a person."), field="seller")
        before = _end_live(lead, "replace", at)
        _by_rule(lead, rule, _line_for(lead, lines_of(rule)), actor=actor, at=at)
    else:
        _check_seat(lead, seat)
        against = against_the_rule(lead, seat, rule, at)
        if against and not reason:
            raise Refused(" ".join([*against, _("Give a reason to do it all the same.")]), field="reason")
        before = _end_live(lead, "replace", at)
        _give(lead, seat.pk, how=PERSON, actor=actor, at=at, text=reason)
    if before is not None and before.seat_id and before.seat_id != lead.seller_id:
        tell_seller_of_loss(before, lead, at, but=actor.seat_id)
    return lead


def _check_company(lead: Lead, actor: Member) -> None:
    if actor.kind == "person" and not actor.is_staff and lead.partner_id != actor.partner_id:
        raise Forbidden(_("This is not your company’s lead."))


def _check_same(fresh: Lead, seen: Lead) -> None:
    """Refuse when somebody else was faster than the one who looks at `seen`."""
    if fresh.state != LeadState.ACCEPTED or fresh.partner_id != seen.partner_id:
        raise Refused(_("Nobody works this lead any more: it went back, was closed, or became a deal."))
    if fresh.version != seen.version:
        live = live_of(fresh)
        if live is not None and live.seat is not None:
            raise AlreadyAssigned(_("It has just gone to %(name)s. Look at it again.") % {"name": live.seat.name})
        raise AlreadyAssigned(_("Somebody changed this lead meanwhile. Look at it again."))


def _check_seat(lead: Lead, seat: Seat) -> None:
    if seat.partner_id != lead.partner_id or not seat.is_active or seat.role not in WORKERS:
        raise Refused(_("Choose one of your company who works leads."), field="seller")
    live = live_of(lead)
    if live is not None and live.seat_id == seat.pk:
        raise Refused(_("%(name)s has this lead already.") % {"name": seat.name}, field="seller")


def against_the_rule(lead: Lead, seat: Seat, rule: SellerRule | None, at: datetime) -> list[str]:
    """Sentences that say why the rule would not hand the lead to this seat. Inside `acting_for`."""
    (seller,) = sellers_at(_partner(lead), [seat.pk], at, lead) or [Seller(seat.pk, is_active=False)]
    why = why_not(seller, most=rule.open_most if rule else None, had=had_before(lead, lead.accepted_at))
    said, name = [], {"name": seat.name}
    if seller.is_away:
        said.append(_("%(name)s is away.") % name)
    if why == FULL:
        said.append(_("%(name)s has as many open leads as your rule allows.") % name)
    if why == HAD:
        said.append(_("%(name)s had it before and did not take it, or gave it back.") % name)
    live = live_of(lead)
    if live is not None and live.state == SellerState.TAKEN and live.seat:
        said.append(_("%(name)s has taken it.") % {"name": live.seat.name})
    return said


def take_assignment(*, assignment: SellerAssignment, actor: Member, at: datetime) -> Lead:
    """The seller takes the lead. Refused to others, and when it is no longer theirs to take."""
    require(actor, "lead.work")
    with acting_for(actor):
        lead = _locked(assignment.lead_id)
        fresh = SellerAssignment.objects.get(pk=assignment.pk)
        _check_mine(fresh, actor)
        move(fresh, SELLER_ASSIGNMENT, "take", field="state", taken_at=at)
        cancel_deadlines_of(SellerAssignment, [fresh.pk])
        record("assignment_taken", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner")
    return lead


def give_back_assignment(
    *, assignment: SellerAssignment, actor: Member, at: datetime, code: str, text: str = ""
) -> Lead:  # fmt: skip
    """The seller does not want it, or no longer, and says why (a code of the vendor's list): the next one gets it.

    Raises Refused without a reason of the list, and for "other" without a text.
    """
    require(actor, "lead.work")
    with acting_for(actor):
        lead = _locked(assignment.lead_id)
        fresh = SellerAssignment.objects.get(pk=assignment.pk)
        _check_mine(fresh, actor)
        if AnswerLists()[RETURN].unknown([code]):
            raise Refused(_("This reason is not on the list. Choose another."), field="code")
        if code == "other" and not text.strip():
            raise Refused(_("Write why."), field="text")
        _end_live(lead, "give_back", at, code=code, text=text.strip()[:TEXT_MOST])
        record(
            "given_back", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner",
            assignment=fresh.pk, code=code,
        )  # fmt: skip
        _on_to_next(lead, fresh, GIVEN_BACK, actor=actor, at=at)
    return lead


def _check_mine(assignment: SellerAssignment, actor: Member) -> None:
    if assignment.seat_id != actor.seat_id:
        raise Refused(_("This lead is with somebody else."))
    if assignment.state not in LIVE_SELLER:
        raise Refused(_("It is no longer yours: it went to somebody else, or is over."))


def _on_to_next(lead: Lead, before: SellerAssignment, because: str, *, actor: Member, at: datetime) -> None:
    rule = rule_of(lead.partner_id)
    by = system_member(lead.vendor_id, "Your rule", kind="rule") if actor.kind == "person" else actor
    _by_rule(lead, rule, _line_for(lead, lines_of(rule)), actor=by, at=at, because=because)


def on_remind(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """Half of the time is over."""
    actor = system_member(vendor_id, "Time limits")
    with acting_for(actor):
        found = SellerAssignment.objects.filter(pk=subject_id, state=SellerState.OPEN, reminded_at=None)
        if not found.update(reminded_at=at):
            return
        assignment = SellerAssignment.objects.select_related("lead").get(pk=subject_id)
        tell_seller(assignment, assignment.lead, "lead.assignment_reminded", at)
        record(
            "seller_reminded", assignment.lead, actor=actor, at=at, partner_id=assignment.partner_id,
            audience="partner", assignment=assignment.pk,
        )  # fmt: skip


def on_lapse(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """The time to take it is over: it goes to the next, or back to the executive, who is told either way."""
    actor = system_member(vendor_id, "Time limits")
    with acting_for(actor):
        lead = _locked(SellerAssignment.objects.values_list("lead_id", flat=True).get(pk=subject_id))
        assignment = SellerAssignment.objects.select_related("seat").get(pk=subject_id)
        if assignment.state != SellerState.OPEN:
            return
        if lead.state != LeadState.ACCEPTED:
            _end_live(lead, "end", at)
            return
        is_here = assignment.seat is not None and assignment.seat.is_active
        _lapse(lead, assignment, LAPSED if is_here else SEAT_ENDED, actor=actor, at=at)


def _lapse(lead: Lead, assignment: SellerAssignment, because: str, *, actor: Member, at: datetime) -> None:
    _end_live(lead, "lapse", at, code=because)
    record(
        "assignment_lapsed", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner",
        assignment=assignment.pk, because=because,
    )  # fmt: skip
    tell_seller_of_loss(assignment, lead, at)
    _on_to_next(lead, assignment, because, actor=actor, at=at)
    live = live_of(lead)
    if live is not None and live.seat_id:
        tell_executives(assignment, lead, at, form="passed_on")


def seats_closed(happened: Sequence[Happened]) -> None:
    """On seat.closed: what was not taken yet goes to the next at once."""
    for event in happened:
        open_ones = SellerAssignment.objects.filter(seat_id=event.subject_id, state=SellerState.OPEN, ended_at=None)
        lock_leads(open_ones.values_list("lead_id", flat=True))
        # Read after the lock: what was taken in the same moment is not lapsed.
        for assignment in open_ones.select_related("seat").order_by("lead_id"):
            _lapse(_locked(assignment.lead_id), assignment, SEAT_ENDED, actor=event.actor, at=event.at)


def seller_changed(happened: Sequence[Happened]) -> None:
    """On lead.seller_changed: work was handed over to a colleague as a whole; who took it over has it."""
    ids = [event.subject_id for event in happened]
    lock_leads(ids)
    leads = Lead.objects.filter(pk__in=ids, assignments__ended_at=None).distinct()
    for lead in leads.select_related("partner").order_by("pk"):
        before = _end_live(lead, "replace", happened[0].at)
        if before is not None and lead.seller_id and lead.state == LeadState.ACCEPTED:
            _give(
                lead, lead.seller_id, how=PERSON, actor=happened[0].actor, at=happened[0].at,
                is_taken=before.taken_at is not None,
            )  # fmt: skip


def end_assignments(happened: Sequence[Happened]) -> None:
    """On lead.recalled, closed, converted and merged_away: nobody has anything to take any more."""
    live = SellerAssignment.objects.filter(lead_id__in=[event.subject_id for event in happened], ended_at=None)
    for assignment in live:
        move(assignment, SELLER_ASSIGNMENT, "end", field="state", ended_at=happened[0].at)
        cancel_deadlines_of(SellerAssignment, [assignment.pk])


def resume_assignments(happened: Sequence[Happened]) -> None:
    """On lead.unmerged: what was to be taken or assigned when the lead was merged away is so again, anew."""
    for event in happened:
        lead = Lead.objects.filter(pk=event.subject_id, state=LeadState.ACCEPTED).first()
        last = SellerAssignment.objects.filter(lead_id=event.subject_id).order_by("-assigned_at", "-pk").first()
        if lead is None or last is None or last.state != SellerState.ENDED or last.partner_id != lead.partner_id:
            continue
        lead, rule = _locked(lead.pk), rule_of(lead.partner_id)
        if last.taken_at and last.seat_id:
            _give(lead, last.seat_id, how=UNDO, actor=event.actor, at=event.at, is_taken=True)
        else:
            _by_rule(lead, rule, _line_for(lead, lines_of(rule)), actor=event.actor, at=event.at)


def assign_leads(
    *, rows: Iterable[Lead], seller: Seat | None, actor: Member, at: datetime, reason: str = ""
) -> list[Line]:  # fmt: skip
    """Each to one person, or as the rule says."""
    require(actor, "seller.assign")
    leads = list(rows)

    def assign(lead: Lead) -> None:
        try:
            assign_lead(lead=lead, seat=seller, actor=actor, at=at, reason=reason)
        except Forbidden as not_ours:  # of another company below one's own: the others go on
            raise Refused(str(not_ours)) from None

    with acting_for(actor):
        lock_leads(lead.pk for lead in leads)
        return line_by_line(leads, assign)


def assign_back(
    *, rows: Iterable[Lead], before: Mapping[str, Mapping[str, Any]], actor: Member, at: datetime
) -> list[Line]:  # fmt: skip
    """Undo: each is with whom it was, unless somebody has taken it meanwhile. `before` by the lead's uid."""
    require(actor, "seller.assign")

    leads = list(rows)

    def back(lead: Lead) -> None:
        _check_company(lead, actor)
        with acting_for(actor):
            fresh = _locked(lead.pk)
            live = live_of(fresh)
            if live is None or live.assigned_by_id != actor.seat_id or _is_taken_by_other(live, actor):
                raise Refused(_("Somebody has taken it, or handed it on, meanwhile."))
            _put_back(fresh, before[str(lead.uid)], actor, at)

    with acting_for(actor):
        lock_leads(lead.pk for lead in leads)
        return line_by_line(leads, back)


def _is_taken_by_other(live: SellerAssignment, actor: Member) -> bool:
    return live.state == SellerState.TAKEN and live.seat_id != actor.seat_id


def _put_back(lead: Lead, was: Mapping[str, Any], actor: Member, at: datetime) -> None:
    lost = _end_live(lead, "replace", at)
    seat = Seat.objects.filter(pk=was.get("seat") or 0, partner_key=lead.partner_id, is_active=True).first()
    if seat is not None:
        _give(lead, seat.pk, how=UNDO, actor=actor, at=at, is_taken=was.get("state") != SellerState.OPEN)
    else:
        _wait(lead, TAKEN_BACK, {}, actor=actor, at=at)
    if lost is not None and lost.seat_id:
        tell_seller_of_loss(lost, lead, at, but=actor.seat_id)
