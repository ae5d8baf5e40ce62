"""Taking a reassignment back, by a job line by line: what nobody has answered goes back to the partner that had it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.core.told import columns, put
from fairway.core.words import said as _
from fairway.leads.actions.deadlines import watch_silence
from fairway.leads.actions.line_by_line import LineWork, ask_for_job, work_through
from fairway.leads.actions.offers import recall_offer
from fairway.leads.actions.reassigning import BECAUSE_MOST, BEFORE, REFUSALS, ROUTE, STAY, offer_on
from fairway.leads.models import Lead, LeadPerson, Offer, Reassignment, ReassignmentLine, RoutingDecision
from fairway.leads.rules.states import LEAD, REASSIGNMENT, LeadState, OfferState, ReassignmentState


def undo_reassignment(*, reassignment: Reassignment, actor: Member, at: datetime) -> Reassignment:
    """Have a job give back what can be: leads whose new offer nobody answered, or that nobody has.

    Refused when the partner is none any more, and when it was not carried out.
    """
    require(actor, "lead.route")
    require(actor, "lead.recall")
    with acting_for(actor):
        _check_is_partner(Partner.objects.get(pk=reassignment.partner_id))
        move(reassignment, REASSIGNMENT, "undo", field="state")
        lines = ReassignmentLine.objects.filter(reassignment=reassignment, state__in=("done", "stuck"))
        count = lines.exclude(choice=STAY).update(state="giving", tries=0, **columns(because=""))
        record("undoing", reassignment, actor=actor, at=at, partner_id=reassignment.partner_id, lines=count)
        ask_for_job(reassignment, actor)
    return reassignment


def give_back_lines(*, reassignment_id: int, actor: Member, now: Callable[[], datetime]) -> Counter[str]:
    """Give back line by line; returns the lines by state: "undone" went back, "done" says why not.

    See `work_through`.
    """
    work = LineWork(
        during=ReassignmentState.UNDOING, waits="giving", broken="stuck", past="undone",
        told={"leads": "undone", "broken": "stuck"}, do=_undo, ended="undone_at",
    )  # fmt: skip
    return work_through(work, reassignment_id=reassignment_id, actor=actor, now=now)


def _undo(whole: Reassignment, line: ReassignmentLine, actor: Member, at: datetime) -> None:
    line.state = "undone"
    put(line, because="")
    try:
        with acting_for(actor):
            _give_back(whole, line, actor, at)
    except REFUSALS as refused:
        line.state = "done"
        put(line, because=refused.sentence, most=BECAUSE_MOST)
    line.save(update_fields=["state", "because", "because_words"])


def _give_back(whole: Reassignment, line: ReassignmentLine, actor: Member, at: datetime) -> None:
    """The partner has it again, or all stays as it is and a refusal says why."""
    partner = Partner.objects.select_for_update(no_key=True).get(pk=whole.partner_id)
    _check_is_partner(partner)
    lead = Lead.objects.select_for_update().get(pk=line.lead_id)
    open_now = Offer.objects.filter(lead=lead, state=OfferState.OPEN).first()
    if lead.state == LeadState.OFFERED and open_now and _came_of(whole, line, open_now):
        recall_offer(offer=open_now, actor=actor, at=at, code="other", reason=_("It goes back."), then_route=False)
        lead.refresh_from_db()
    if lead.state not in {LeadState.CAPTURED, LeadState.WAITING}:
        raise Refused(_("It is with another partner, in a pool, or over."))
    if not line.offer_id:
        _to_its_seller(partner, lead, line, actor, at)
    elif partner.state == PartnerState.ACTIVE:
        offer_on(partner, lead.pk, whole, actor, at)
    else:
        raise Refused(_("%(partner)s is paused, so it gets no offer.") % {"partner": partner.name})


def _to_its_seller(partner: Partner, lead: Lead, line: ReassignmentLine, actor: Member, at: datetime) -> None:
    back = {name: value for name, value in line.before.items() if name in BEFORE}
    move(lead, LEAD, "give_back", field="state", partner_id=partner.pk, **columns(waiting_because=""), **back)
    LeadPerson.objects.filter(lead=lead).update(partner_id=partner.pk)
    lead.refresh_from_db()
    watch_silence([lead], at)
    record("accepted", lead, actor=actor, at=at, partner_id=partner.pk, audience="partner")


def _came_of(whole: Reassignment, line: ReassignmentLine, offer: Offer) -> bool:
    """Whether this open offer is the one by which the lead was handed on: made by hand then, or by the rules after."""
    if line.choice != ROUTE or whole.carried_at is None:
        return offer.pk == line.made_offer_id
    by_rule = RoutingDecision.objects.filter(pk=offer.decision_id, decided_by=None).exists()
    return by_rule and offer.offered_at >= whole.carried_at


def _check_is_partner(partner: Partner) -> None:
    if partner.state == PartnerState.INACTIVE:
        raise Refused(_("%(partner)s is no longer a partner. Take it up again first.") % {"partner": partner.name})
