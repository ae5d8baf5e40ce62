"""Working a lead that a partner has: touches, stage, next step, closing, taking it back, handing it to a deal."""

from datetime import date, datetime

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from fairway.core.access import Member, require
from fairway.core.events.record import record, subject_type
from fairway.core.http.format import moment
from fairway.core.jobs import defer
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.told import columns, in_event
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.actions.deadlines import end_silence, watch_silence
from fairway.leads.actions.offers import keep_recall
from fairway.leads.actions.pooling import close_entries
from fairway.leads.models import Lead, LeadPerson, Touch
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.reasons import given_reason
from fairway.leads.rules.answers import CLOSE_REASONS, REACHES, STAGES, LeadStage
from fairway.leads.rules.reasons import OTHER, RECALL, TEXT_MOST
from fairway.leads.rules.states import LEAD, LeadState


def log_touch(
    *, subject: models.Model, actor: Member, at: datetime, kind: str, outcome: str, note: str = "",
    touched_at: datetime | None = None,
) -> Touch:  # fmt: skip
    """Keep one contact with the customer of a lead or a deal; a row with `partner_id` that the actor may see.

    Kind and outcome are codes of the vendor's lists. Raises Refused for unknown or retired ones, and for a touch in
    the future, or of a lead before its partner had it.
    """
    of_lead = "lead.route" if actor.is_staff else "lead.work"
    require(actor, of_lead if isinstance(subject, Lead) else "deal.work")
    happened_at = touched_at or at
    if happened_at > at:
        raise Refused(_("A touch cannot lie in the future. Plan it as the next step."), field="touched_at")
    partner_id: int | None = getattr(subject, "partner_id", None)
    if partner_id is None:
        raise Refused(_("Nobody has this lead yet. It is worked after a partner has accepted it."))
    if isinstance(subject, Lead):
        _check_not_before(subject, happened_at, actor)
    with acting_for(actor):
        lists = AnswerLists()
        _check_choice(kind, [entry.code for entry in lists.kinds.open()], "kind")
        _check_choice(outcome, [entry.code for entry in lists.outcomes.open()], "outcome")
        touch = Touch.objects.create(
            vendor_id=actor.vendor_id, partner_id=partner_id, subject_type=subject_type(subject), subject_id=subject.pk,
            seat_id=actor.seat_id, kind=kind, outcome=outcome, note=note.strip(), touched_at=happened_at,
        )  # fmt: skip
        if isinstance(subject, Lead):
            _count_touch(subject, happened_at, at, has_reached=not lists.outcomes.unknown([outcome], REACHES))
        record(
            "touched", subject, actor=actor, at=at, partner_id=partner_id, audience="partner",
            kind=kind, outcome=outcome,
        )  # fmt: skip
    return touch


def _check_not_before(lead: Lead, happened_at: datetime, actor: Member) -> None:
    """Programs and forms tell minutes: the minute in which the lead was accepted counts as after."""
    had_since = lead.accepted_at
    if had_since is None or happened_at >= had_since.replace(second=0, microsecond=0):
        return
    with timezone.override(actor.zone):
        since = moment(had_since)
    sentence = _("The partner has this lead since %(since)s, and a contact cannot lie before. Mend its time.")
    raise Refused(sentence % {"since": since}, field="touched_at")


def _count_touch(lead: Lead, touched_at: datetime, at: datetime, *, has_reached: bool) -> None:
    rows = Lead.objects.filter(pk=lead.pk, state=LeadState.ACCEPTED)
    counted = rows.update(
        touches=F("touches") + 1,
        first_touch_at=models.functions.Least(Coalesce("first_touch_at", touched_at), touched_at),
        last_touch_at=models.functions.Greatest(Coalesce("last_touch_at", touched_at), touched_at),
    )
    if not counted:
        raise StateConflict(LEAD)
    if has_reached:
        rows.filter(stage__in=["", LeadStage.NEW]).update(stage=LeadStage.CONTACTED)
    lead.refresh_from_db()
    end_silence(lead)
    watch_silence([lead], at)


def set_next_step(*, lead: Lead, actor: Member, at: datetime, next_step: str, on: date | None) -> Lead:
    """What the seller does next, and by when; an empty text clears it."""
    require(actor, "lead.work")
    text = next_step.strip()[:200]
    return _change(lead, actor, at, "planned", next_step=text, next_step_on=on if text else None)


def set_stage(*, lead: Lead, actor: Member, at: datetime, stage: str) -> Lead:
    """How far the lead is (`rules.answers.STAGES`)."""
    require(actor, "lead.work")
    _check_choice(stage, STAGES, "stage")
    return _change(lead, actor, at, "staged", stage=stage)


def _change(lead: Lead, actor: Member, at: datetime, verb: str, **values: object) -> Lead:
    with acting_for(actor):
        rows = Lead.objects.filter(pk=lead.pk, version=lead.version, state=LeadState.ACCEPTED)
        if not rows.update(**values, version=F("version") + 1):
            raise StateConflict(LEAD)
        lead.refresh_from_db()
        said = {key: value for key, value in values.items() if key != "next_step"}  # free text stays in its row
        record(verb, lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner", **said)
    return lead


def close_lead(*, lead: Lead, actor: Member, at: datetime, reason: str, note: str = "") -> Lead:
    """The lead comes to nothing: the partner closes one it has, staff one that nobody has."""
    require(actor, "lead.work" if lead.partner_id and not actor.is_staff else "lead.route")
    _check_choice(reason, CLOSE_REASONS, "reason")
    with acting_for(actor):
        extra = {**lead.extra, "close_note": note.strip()} if note.strip() else lead.extra
        if lead.state == LeadState.POOLED:
            Lead.objects.select_for_update().get(pk=lead.pk)  # the lead before its entry, as a claim does
            close_entries([lead.pk], at)
        closed = {"closed_at": at, "close_reason": reason, "extra": extra, **columns(waiting_because="")}
        move(lead, LEAD, "close", field="state", **closed)
        end_silence(lead)
        record(
            "closed", lead, actor=actor, at=at, partner_id=lead.partner_id,
            audience="partner" if lead.partner_id else "internal", reason=reason,
        )  # fmt: skip
    return lead


def recall_lead(
    *, lead: Lead, actor: Member, at: datetime, reason: Words | str = "", code: str = OTHER, then_route: bool = True
) -> Lead:
    """Take an accepted lead and its person back from the partner, for a reason on the list and with a text.

    By default it is routed again, and by rule never to a partner who had it. Raises Refused without a reason.
    """
    require(actor, "lead.recall")
    partner_id = lead.partner_id
    with acting_for(actor):
        given = given_reason(RECALL, code, reason)
        cleared = {"partner_id": None, "seller_id": None, "accepted_at": None, "stage": "", "next_step": ""}
        # Also one that came with its partner and without an offer: the rules ask of leads that were offered.
        offers_made = max(lead.offers_made, 1)
        move(lead, LEAD, "recall", field="state", **cleared, next_step_on=None, offers_made=offers_made)
        LeadPerson.objects.filter(lead=lead).update(partner_id=None)
        keep_recall(given, lead_id=lead.pk, partner_id=partner_id or 0, actor=actor, at=at)
        end_silence(lead)
        record(
            "recalled", lead, actor=actor, at=at, partner_id=partner_id, audience="partner", code=given.code,
            **in_event(reason=given.said, most=TEXT_MOST),
        )  # fmt: skip
        if then_route:
            defer("leads.route", vendor_id=actor.vendor_id, lead_ids=[lead.pk])
    return lead


def mark_converted(*, lead: Lead, actor: Member, at: datetime, deal_uid: str = "") -> Lead:
    """The lead has become a deal; called by whoever makes the deal, in the same transaction."""
    with acting_for(actor):
        move(lead, LEAD, "convert", field="state")
        end_silence(lead)
        record(
            "converted", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner", deal=str(deal_uid)
        )
    return lead


def _check_choice(value: str, allowed: object, field: str) -> None:
    if value not in allowed:  # type: ignore[operator]
        raise Refused(_("“%(value)s” is not one of the choices.") % {"value": value}, field=field)
