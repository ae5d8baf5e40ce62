"""Handing on what a partner has: proposed by the rules, chosen by a person, carried out by a job line by line.

How a job goes through the lines is in `line_by_line`; how they are taken back is in `taking_back`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.core.told import columns, put
from fairway.core.words import said as _
from fairway.leads.actions.line_by_line import LineWork, ask_for_job, work_through
from fairway.leads.actions.offering import draft_of, insert_offers
from fairway.leads.actions.offers import recall_offer
from fairway.leads.actions.work import recall_lead
from fairway.leads.models import Lead, Offer, Reassignment, ReassignmentLine, RoutingDecision
from fairway.leads.queries.handing import MOST, Held, Proposing, held_beside, held_by, proposals
from fairway.leads.queries.limits import DEFAULT_HOURS, partner_limit
from fairway.leads.queries.reasons import given_reason
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.reasons import RECALL
from fairway.leads.rules.states import LEAD, REASSIGNMENT, ReassignmentState

TO_PARTNER, ROUTE, KEEP_HERE, STAY = "partner", "route", "here", "stay"
BECAUSE_MOST = 300
CHOICES = (TO_PARTNER, ROUTE, KEEP_HERE, STAY)
CHUNK = 500
REFUSALS = (Refused, StateConflict, TransitionRefused)
BEFORE = ("seller_id", "stage", "next_step", "next_step_on", "accepted_at")


def begin_reassignment(*, partner: Partner, actor: Member, at: datetime) -> Reassignment:
    """A preview of what the partner has, each with the partner that the rules propose. Refused when it has nothing.

    More than MOST is gathered by a job; until then it is being prepared.
    """
    require(actor, "lead.route")
    require(actor, "lead.recall")
    with acting_for(actor):
        held = held_by(partner, MOST + 1)
        if not held:
            raise Refused(_("%(partner)s has no open offers and no accepted leads.") % {"partner": partner.name})
        is_much = len(held) > MOST
        made = Reassignment.objects.create(
            vendor_id=actor.vendor_id, partner=partner, seat_id=actor.seat_id, created_at=at,
            state=ReassignmentState.PREPARING if is_much else ReassignmentState.PREVIEW,
        )  # fmt: skip
        if is_much:
            record("preparing", made, actor=actor, at=at, partner_id=partner.pk)
            ask_for_job(made, actor)
            return made
        _add_lines(made, held, proposals([one.lead_id for one in held], partner, at), after=0)
        record("begun", made, actor=actor, at=at, partner_id=partner.pk, leads=len(held))
    return made


def _add_lines(whole: Reassignment, held: Sequence[Held], proposed: Mapping[int, int], *, after: int) -> None:
    ReassignmentLine.objects.bulk_create(
        ReassignmentLine(
            vendor_id=whole.vendor_id, reassignment=whole, place=place, lead_id=one.lead_id, offer_id=one.offer_id,
            choice=TO_PARTNER if one.lead_id in proposed else ROUTE, partner_id=proposed.get(one.lead_id),
        )
        for place, one in enumerate(held, start=after + 1)
    )  # fmt: skip


def prepare_reassignment(*, reassignment_id: int, actor: Member, at: datetime) -> int:
    """Gather the lines of a large one, a chunk a transaction; begun again it goes on. Returns how many there are."""
    require(actor, "lead.recall")
    proposing: Proposing | None = None
    while True:
        with acting_for(actor):
            found = Reassignment.objects.select_for_update(of=("self",)).select_related("partner")
            whole = found.get(pk=reassignment_id)
            lines = ReassignmentLine.objects.filter(reassignment=whole)
            there = lines.count()
            if whole.state != ReassignmentState.PREPARING:
                return there
            held = held_beside(whole, CHUNK)
            if not held:
                move(whole, REASSIGNMENT, "prepare", field="state")
                record("begun", whole, actor=actor, at=at, partner_id=whole.partner_id, leads=there)
                return there
            planned = Counter(lines.exclude(partner=None).values_list("partner_id", flat=True)) if there else {}
            proposing = proposing or Proposing(whole.partner, at, planned)
            _add_lines(whole, held, proposing.of([one.lead_id for one in held]), after=there)


def choose_all(
    *, reassignment: Reassignment, choice: str, partner: Partner | None, actor: Member, at: datetime
) -> int:  # fmt: skip
    """Say where all lines go at once; returns how many."""
    require(actor, "lead.route")
    with acting_for(actor):
        _still(reassignment, ReassignmentState.PREVIEW)
        if choice not in CHOICES:
            raise Refused(_("“%(value)s” is not one of the choices.") % {"value": choice})
        if choice == TO_PARTNER:
            _check_target(reassignment, partner)
        lines = ReassignmentLine.objects.filter(reassignment=reassignment)
        count = lines.update(choice=choice, partner=partner if choice == TO_PARTNER else None)
        record("chosen", reassignment, actor=actor, at=at, partner_id=reassignment.partner_id, lines=count)
    return count


def choose_lines(
    *, reassignment: Reassignment, choices: Mapping[str, tuple[str, Partner | None]], actor: Member, at: datetime
) -> None:
    """Say where lines go, by the line's uid: a choice of CHOICES, for "partner" with the partner."""
    require(actor, "lead.route")
    with acting_for(actor):
        _still(reassignment, ReassignmentState.PREVIEW)
        for uid, (choice, partner) in choices.items():
            if choice not in CHOICES:
                raise Refused(_("“%(value)s” is not one of the choices.") % {"value": choice})
            if choice == TO_PARTNER:
                _check_target(reassignment, partner)
            ReassignmentLine.objects.filter(reassignment=reassignment, uid=uid).update(
                choice=choice, partner=partner if choice == TO_PARTNER else None
            )
        record("chosen", reassignment, actor=actor, at=at, partner_id=reassignment.partner_id, lines=len(choices))


def carry_out_reassignment(
    *, reassignment: Reassignment, actor: Member, at: datetime, code: str = "partner_left", reason: str = ""
) -> Reassignment:
    """Have the lines carried out by a job, with the reason that the partner reads. A second time is refused."""
    require(actor, "lead.route")
    require(actor, "lead.recall")
    with acting_for(actor):
        given = given_reason(RECALL, code, reason)
        changes = {"carried_at": at, "carried_by_id": actor.seat_id, "code": given.code, "text": given.text}
        move(reassignment, REASSIGNMENT, "carry_out", field="state", **changes)
        record("carrying", reassignment, actor=actor, at=at, partner_id=reassignment.partner_id, code=given.code)
        ask_for_job(reassignment, actor)
    return reassignment


def carry_on_reassignment(*, reassignment: Reassignment, actor: Member, at: datetime) -> Reassignment:
    """Try again what could not be carried out; only a reassignment that is stuck can go on."""
    require(actor, "lead.route")
    require(actor, "lead.recall")
    with acting_for(actor):
        move(reassignment, REASSIGNMENT, "carry_on", field="state")
        lines = ReassignmentLine.objects.filter(reassignment=reassignment, state="failed")
        again = lines.update(state="planned", tries=0)
        record("carrying", reassignment, actor=actor, at=at, partner_id=reassignment.partner_id, again=again)
        ask_for_job(reassignment, actor)
    return reassignment


def drop_reassignment(*, reassignment: Reassignment, actor: Member, at: datetime) -> None:
    """Leave a preview as it is: nothing happens."""
    require(actor, "lead.route")
    with acting_for(actor):
        move(reassignment, REASSIGNMENT, "drop", field="state")
        record("dropped", reassignment, actor=actor, at=at, partner_id=reassignment.partner_id)


def reassign_lines(*, reassignment_id: int, actor: Member, now: Callable[[], datetime]) -> Counter[str]:
    """Carry out what is planned; returns the lines by state. See `work_through`."""
    work = LineWork(
        during=ReassignmentState.CARRYING, waits="planned", broken="failed", past="carried",
        told={"done": "done", "failed": "failed"}, do=_carry,
    )  # fmt: skip
    return work_through(work, reassignment_id=reassignment_id, actor=actor, now=now)


def _carry(whole: Reassignment, line: ReassignmentLine, actor: Member, at: datetime) -> None:
    because: Any = ""
    line.state = "done"
    if line.choice == STAY:
        because = _("It stays where it is.")
    else:
        try:
            with acting_for(actor):
                _hand_on(whole, line, actor, at)
        except REFUSALS as refused:
            line.state, because = "skipped", refused.sentence
    put(line, because=because, most=BECAUSE_MOST)
    line.save(update_fields=["state", "because", "because_words", "made_offer", "before"])


def _hand_on(whole: Reassignment, line: ReassignmentLine, actor: Member, at: datetime) -> None:
    """Take the lead back and give it on, both or neither."""
    lead = Lead.objects.select_for_update().get(pk=line.lead_id)
    if line.choice == TO_PARTNER:
        _check_target(whole, line.partner)
    told: dict[str, Any] = {"code": whole.code, "reason": whole.text, "then_route": line.choice == ROUTE}
    told |= {"actor": actor, "at": at}
    if line.offer_id:
        recall_offer(offer=Offer.objects.get(pk=line.offer_id), **told)
    else:
        if lead.partner_id != whole.partner_id:
            raise Refused(_("The partner has it no more."))
        line.before = {name: _plain(getattr(lead, name)) for name in BEFORE}
        recall_lead(lead=lead, **told)
    if line.choice == TO_PARTNER and line.partner is not None:
        line.made_offer_id = offer_on(line.partner, line.lead_id, whole, actor, at)
    elif line.choice == KEEP_HERE:
        _keep_here(whole, line.lead_id, actor, at)


def _keep_here(whole: Reassignment, lead_id: int, actor: Member, at: datetime) -> None:
    """The lead waits for a person: no rule takes it up."""
    lead = Lead.objects.get(pk=lead_id)
    because = _("Kept here when it was taken from %(partner)s.", partner=whole.partner.name)
    move(lead, LEAD, "wait", field="state", **columns(waiting_because=because))
    RoutingDecision.objects.create(
        vendor_id=actor.vendor_id, lead=lead, outcome="person", decided_by_id=whole.carried_by_id,
        decided_at=at, **columns(note=because),
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def offer_on(partner: Partner, lead_id: int, whole: Reassignment, actor: Member, at: datetime) -> int:
    """Offer a free lead as a part of handing on; returns the id of the offer. Inside `acting_for`."""
    decision = RoutingDecision.objects.create(
        vendor_id=actor.vendor_id, lead_id=lead_id, outcome="offered", partner=partner,
        decided_by_id=whole.carried_by_id, decided_at=at,
        **columns(note=_("Handed on from %(partner)s.", partner=whole.partner.name)),
    )  # fmt: skip
    minutes = DEFAULT_HOURS * 60
    instants = partner_limit(partner, at, minutes)
    draft = draft_of(lead_rows([lead_id])[0], partner.pk, minutes=minutes, instants=instants, decision_id=decision.pk)
    return insert_offers([draft], actor=actor, at=at)[lead_id]


def _still(reassignment: Reassignment, state: str) -> None:
    found = Reassignment.objects.select_for_update().get(pk=reassignment.pk)
    if found.state != state:
        raise Refused(_("This is no preview any more."))


def _check_target(whole: Reassignment, partner: Partner | None) -> None:
    if partner is None:
        raise Refused(_("Choose a partner from the list."))
    if partner.pk == whole.partner_id:
        raise Refused(_("%(partner)s is the one that has it.") % {"partner": partner.name})
    if partner.state != PartnerState.ACTIVE:
        raise Refused(_("%(partner)s is not active. Choose another partner.") % {"partner": partner.name})
