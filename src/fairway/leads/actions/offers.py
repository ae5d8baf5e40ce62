"""The life of an offer: open it, accept, decline, lapse, remind, recall, and make one by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from fairway.core.access import Member, require, system_member
from fairway.core.events.record import record
from fairway.core.http.format import moment
from fairway.core.jobs import defer
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.core.told import columns, in_event, keep, packed, told_of
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.actions.deadlines import cancel_offer_deadlines, set_offer_reminder, watch_silence
from fairway.leads.actions.offering import draft_of, insert_offers
from fairway.leads.actions.pooling import take_out_inside
from fairway.leads.actions.ratings import checked, keep_rating
from fairway.leads.models import Lead, LeadPerson, LeadRecall, Offer, RatingPhase, RoutingDecision
from fairway.leads.queries.following import of_offer
from fairway.leads.queries.limits import DEFAULT_HOURS, next_reminder, partner_limit, place_of
from fairway.leads.queries.overriding import against_rules
from fairway.leads.queries.reasons import given_reason
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.queries.tracking import touch_due, tracking_policy
from fairway.leads.rules.answers import ON_DECLINE, LeadStage
from fairway.leads.rules.reasons import NAME_MOST, OTHER, OVERRIDE, RECALL, TEXT_MOST, Given
from fairway.leads.rules.states import LEAD, OFFER, LeadState, OfferState

ELSEWHERE = "elsewhere"  # of the reasons to take back: the lead goes to another partner by a person's choice


class AlreadyAnswered(StateConflict):
    """Somebody answered the offer first. `str()` says who and how."""

    def __init__(self, sentence: Words | str) -> None:
        super().__init__(OFFER)
        self.answer = sentence

    @property
    def sentence(self) -> Words | str:
        return self.answer


class TimeIsOver(AlreadyAnswered):
    """The time to answer has ended, though nothing has happened to the offer yet. `str()` says when, and what next."""


def open_offer(*, offer: Offer, actor: Member, at: datetime) -> bool:
    """Note that a person of the partner has read the offer; True the first time. Staff who look change nothing."""
    if offer.opened_at or actor.is_staff or not actor.can("offer.answer"):
        return False
    with acting_for(actor):
        opened = Offer.objects.filter(pk=offer.pk, opened_at=None, state=OfferState.OPEN).update(opened_at=at)
        if opened:
            record("opened", offer, actor=actor, at=at, partner_id=offer.partner_id, audience="partner")
            offer.opened_at = at
    return bool(opened)


def accept_offer(*, offer: Offer, actor: Member, at: datetime, is_by_mail: bool = False) -> Lead:
    """The lead becomes the partner's, with its person, and the one who accepted its seller.

    Of two who accept at once one wins; the other gets AlreadyAnswered. After the limit TimeIsOver is raised, however
    the answer comes. `is_by_mail`: by the link in the offer's mail.
    """
    require(actor, "offer.answer")
    with acting_for(actor):
        lead = _locked_lead(offer)
        _check_may_answer(offer, actor, at)
        _answer(offer, "accept", answered_at=at, answered_by_id=actor.seat_id)
        cancel_offer_deadlines([offer.pk])
        hand_over(offer, lead, "accept", actor=actor, at=at, is_by_mail=is_by_mail)
    return lead


def hand_over(offer: Offer, lead: Lead, verb: str, *, actor: Member, at: datetime, is_by_mail: bool = False) -> None:
    """The lead becomes the offer's partner's, with its person. Inside `acting_for`, with the lead locked.

    `verb` says how: "accept" of what was offered, "claim" of what lay in a pool.
    """
    move(
        lead, LEAD, verb, field="state",
        partner_id=offer.partner_id, accepted_at=at, seller_id=actor.seat_id, **columns(waiting_because=""),
        # What a partner before did is in its touches; this one begins anew.
        stage=LeadStage.NEW, rated_at=None, touches=0, first_touch_at=None, last_touch_at=None,
        touch_due_at=touch_due(offer.partner_id, at, tracking_policy().touch_hours),
    )  # fmt: skip
    watch_silence([lead], at)
    LeadPerson.objects.filter(lead=lead).update(partner_id=offer.partner_id)
    minutes = round((at - offer.offered_at).total_seconds() / 60)
    record(
        "accepted", offer, actor=actor, at=at, partner_id=offer.partner_id, audience="partner",
        lead=lead.pk, minutes=minutes, **_by(is_by_mail),
    )  # fmt: skip
    record("accepted", lead, actor=actor, at=at, partner_id=offer.partner_id, audience="partner")
    # The partner's rule may have handed it to somebody.
    lead.refresh_from_db(fields=["seller", "version"])


def _by(is_by_mail: bool) -> dict[str, Any]:
    """An answer that came without a log-in says so in the log."""
    return {"by_mail": True} if is_by_mail else {}


def decline_offer(
    *, offer: Offer, actor: Member, at: datetime, quality: Sequence[str], note: str = "", is_by_mail: bool = False
) -> None:
    """The partner does not want it and says why (codes of the vendor's list); the lead goes to the next partner.

    Raises Refused without a measure or with one that is not on the list, and TimeIsOver after the limit.
    """
    require(actor, "offer.answer")
    with acting_for(actor):
        said = checked(quality, ON_DECLINE)
        measures = list(said.codes)
        answer = {"answered_at": at, "answered_by_id": actor.seat_id, "quality": measures, "answer_note": note.strip()}
        lead = _locked_lead(offer)
        _check_may_answer(offer, actor, at)
        _answer(offer, "decline", **answer)
        keep_rating(
            lead_id=offer.lead_id, partner_id=offer.partner_id, phase=RatingPhase.DECLINE, said=said, note=note,
            actor=actor, at=at,
        )  # fmt: skip
        record(
            "declined", offer, actor=actor, at=at, partner_id=offer.partner_id, audience="partner",
            lead=offer.lead_id, quality=measures, **_by(is_by_mail),
        )  # fmt: skip
        _give_back(offer, lead, actor=actor)


def lapse_offer(*, offer: Offer, actor: Member, at: datetime) -> bool:
    """The time is over: the account manager is told, the lead goes to the next partner. False when answered before."""
    require(actor, "lead.recall")
    with acting_for(actor):
        lead = _locked_lead(offer)
        try:
            _answer(offer, "lapse", answered_at=at)
        except StateConflict:
            return False
        record("lapsed", offer, actor=actor, at=at, partner_id=offer.partner_id, audience="partner", lead=offer.lead_id)
        _give_back(offer, lead, actor=actor)
    return True


def remind_offer(*, offer: Offer, actor: Member, at: datetime) -> bool:
    """Remind the partner's sellers of an open offer; False when it is no longer open."""
    if actor.kind == "person":
        require(actor, "lead.route")
    with acting_for(actor):
        reminded = Offer.objects.filter(pk=offer.pk, state=OfferState.OPEN).update(reminded_at=at)
        if reminded:
            offer.reminded_at = at
            record(
                "reminded", offer, actor=actor, at=at, partner_id=offer.partner_id, audience="partner",
                lead=offer.lead_id,
            )  # fmt: skip
    return bool(reminded)


def recall_offer(
    *, offer: Offer, actor: Member, at: datetime, reason: Words | str = "", code: str = OTHER, then_route: bool = True
) -> None:
    """Take an open offer back, for a reason on the list and with a text; by default the rules find the next partner."""
    require(actor, "lead.recall")
    with acting_for(actor):
        given = given_reason(RECALL, code, reason)
        lead = _locked_lead(offer)
        _recall(offer, given, actor=actor, at=at)
        _give_back(offer, lead, actor=actor, then_route=then_route)


def offer_lead_to(
    *, lead: Lead, partner: Partner, actor: Member, at: datetime, reason: str = "", code: str = "",
    limit_hours: int = DEFAULT_HOURS,
) -> Offer:  # fmt: skip
    """A person offers the lead to a partner of choice; an open offer to another partner is recalled with the reason.

    Against the rules (`queries.overriding`: back to one who had it, to another than they chose, to one that is full)
    it takes the permission “lead.override” and a reason of the list, "other" with a text; both are kept with the
    decision. Raises Refused for a partner that is not active, one that has the offer already, and a missing reason;
    TransitionRefused for a lead that is not free.
    """
    require(actor, "lead.route")
    reason = reason.strip()
    if partner.state != PartnerState.ACTIVE:
        raise Refused(_("%(partner)s is not active. Choose another partner.") % {"partner": partner.name})
    with acting_for(actor):
        fresh = Lead.objects.select_for_update().get(pk=lead.pk)
        if fresh.state == LeadState.POOLED:
            why = reason or _("offered to %(partner)s", partner=partner.name)
            fresh = take_out_inside(fresh, actor=actor, at=at, reason=why)
        _check_open(fresh, partner)
        override = _override(fresh, partner, actor, code, reason)
        kept, note = override if override else (None, "")
        note = reason or note
        _take_from_others(fresh, actor=actor, at=at, reason=note)
        decision = RoutingDecision.objects.create(
            vendor_id=actor.vendor_id, lead=fresh, outcome="offered", partner=partner, override=kept,
            decided_by_id=actor.seat_id, decided_at=at, **columns(note=note),
        )  # fmt: skip
        if kept:
            record("overridden", fresh, actor=actor, at=at, code=kept["code"], partner=partner.pk)
        minutes = round(limit_hours * 60)
        draft = draft_of(
            lead_rows([fresh.pk])[0],
            partner.pk,
            minutes=minutes,
            instants=partner_limit(partner, at, minutes),
            decision_id=decision.pk,
        )
        return Offer.objects.get(pk=insert_offers([draft], actor=actor, at=at)[fresh.pk])


def _check_open(lead: Lead, partner: Partner) -> None:
    """Refuse a second open offer to the same partner."""
    LEAD.next(LeadState.CAPTURED if lead.state == LeadState.OFFERED else lead.state, "offer")
    if Offer.objects.filter(lead=lead, partner=partner, state=OfferState.OPEN).exists():
        raise Refused(_("%(partner)s has this offer already and may still answer.") % {"partner": partner.name})


def _override(
    lead: Lead, partner: Partner, actor: Member, code: str, reason: str
) -> tuple[dict[str, Any], Words | str] | None:
    """What is kept of a choice against the rules, and the reason's name; None where they have nothing against it."""
    against = against_rules(lead, partner)
    if not against:
        return None
    require(actor, "lead.override")
    if not code and not reason:
        sentence = _("The rules say otherwise: %(why)s Give a reason to offer it to %(partner)s all the same.")
        why = " ".join(map(str, against))
        raise Refused(sentence % {"why": why, "partner": partner.name}, field="reason")
    given = given_reason(OVERRIDE, code or OTHER, reason)
    kept = {"code": given.code, "name": packed(given.name), "against": [packed(each) for each in against]}
    return kept, given.name


def _take_from_others(lead: Lead, *, actor: Member, at: datetime, reason: Words | str) -> None:
    for other in Offer.objects.filter(lead=lead, state=OfferState.OPEN):
        _recall(other, given_reason(RECALL, OTHER if reason else ELSEWHERE, reason), actor=actor, at=at)
        _give_back(other, lead, actor=actor, then_route=False)


def _recall(offer: Offer, given: Given, *, actor: Member, at: datetime) -> None:
    why = columns(recall_reason=given.said, most=TEXT_MOST)
    _answer(offer, "recall", recall_code=given.code, answered_at=at, answered_by_id=actor.seat_id, **why)
    keep_recall(given, lead_id=offer.lead_id, partner_id=offer.partner_id, offer_id=offer.pk, actor=actor, at=at)
    record(
        "recalled", offer, actor=actor, at=at, partner_id=offer.partner_id, audience="partner",
        lead=offer.lead_id, code=given.code, **in_event(reason=given.said, most=TEXT_MOST),
    )  # fmt: skip


def keep_recall(
    given: Given, *, lead_id: int, partner_id: int, actor: Member, at: datetime, offer_id: int | None = None
) -> None:
    """Keep why a partner lost a lead, beside the event: a row that can be counted. Inside `acting_for`."""
    LeadRecall.objects.create(
        vendor_id=actor.vendor_id, lead_id=lead_id, partner_id=partner_id, offer_id=offer_id, code=given.code,
        name=str(keep(given.name))[:NAME_MOST], text=str(keep(given.text))[:TEXT_MOST], seat_id=actor.seat_id,
        recalled_at=at,
    )  # fmt: skip


def _check_may_answer(offer: Offer, actor: Member, at: datetime) -> None:
    """Refuse an answer of who is no partner any more, and from the limit on.

    Of an offer that was answered meanwhile `_answer` says by whom.
    """
    found = Offer.objects.filter(pk=offer.pk).values_list("state", "partner__state").first()
    if found is None or found[0] != OfferState.OPEN:
        return
    if found[1] in {PartnerState.INACTIVE, PartnerState.PROSPECT}:
        raise Refused(_("Your company is no partner any more, so it answers no offers. Ask your account manager."))
    if at < offer.lapses_at:
        return
    with timezone.override(actor.zone):
        ended = moment(offer.lapses_at, now=at)
    sentence = _("The time to answer ended %(when)s, and the lead goes to others. Ask your account manager for it.")
    raise TimeIsOver(sentence % {"when": ended})


def _answer(offer: Offer, verb: str, **changes: object) -> None:
    """Move the offer, or say who was faster."""
    try:
        move(offer, OFFER, verb, field="state", **changes)
    except (StateConflict, TransitionRefused) as first:
        raise AlreadyAnswered(_who_was_first(offer) or str(first)) from first


def _who_was_first(offer: Offer) -> Words | str:
    now = Offer.objects.select_related("answered_by").filter(pk=offer.pk).first()
    if now is None or now.state == OfferState.OPEN:
        return ""
    by = now.answered_by.name if now.answered_by else ""
    sentences = {
        OfferState.ACCEPTED: _("This offer was already accepted by %(name)s."),
        OfferState.DECLINED: _("This offer was already declined by %(name)s."),
        OfferState.LAPSED: _("The time to answer is over. This offer has lapsed."),
        OfferState.RECALLED: _("This offer was recalled: %(reason)s."),
    }
    return sentences[OfferState(now.state)] % {
        "name": by or _("a colleague"),
        "reason": told_of(now, "recall_reason").rstrip("."),
    }


def _locked_lead(offer: Offer) -> Lead:
    """The lead, locked before its offer: all who change both go in this order, so that nobody waits for each other."""
    return Lead.objects.select_for_update().get(pk=offer.lead_id)


def _give_back(offer: Offer, lead: Lead, *, actor: Member, then_route: bool = True) -> None:
    """The lead is free again; the rules look for the next partner, after this transaction."""
    cancel_offer_deadlines([offer.pk])
    move(lead, LEAD, "return", field="state")
    if then_route:
        defer("leads.route", vendor_id=actor.vendor_id, lead_ids=[lead.pk])


def on_remind(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """A share of the time to answer is over, two thirds unless a rule says otherwise; the next reminder is set."""
    offer = Offer.objects.select_related("partner").get(pk=subject_id)
    if not remind_offer(offer=offer, actor=system_member(vendor_id, "Time limits"), at=at):
        return
    rule = of_offer(offer)
    following = next_reminder(place_of(offer.partner), offer.offered_at, offer.limit_minutes, rule, at)
    if len(rule.remind_shares) > 1 and following and following < offer.lapses_at:
        set_offer_reminder(offer.pk, following)


def on_lapse(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """The time to answer is over."""
    lapse_offer(offer=Offer.objects.get(pk=subject_id), actor=system_member(vendor_id, "Time limits"), at=at)
