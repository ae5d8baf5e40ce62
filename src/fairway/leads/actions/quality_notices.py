"""Telling people of bad and of silent leads: reactions to events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fairway.core.events.record import Happened
from fairway.core.tenancy.models import Role
from fairway.leads.models import AnswerList, Lead, LeadRating, RatingPhase
from fairway.leads.queries.recipients import executives_of, sellers_of, staff_in
from fairway.leads.rules.answers import QUALITY, entries_of
from fairway.leads.rules.tracking import SilenceStep
from fairway.workflow.actions.notifications import Note, notify_many

LEAD_PATH = "console/leads/{}/"
OWN_PATH = "portal/leads/{}/"


def tell_of_bad_ratings(happened: Sequence[Happened]) -> None:
    """After the first contact a partner found a lead bad: the marketers read it in their digest."""
    _tell_marketers([event.subject_id for event in happened if event.data.get("grade") == -1], RatingPhase.CONTACT,
                    happened[0].at)  # fmt: skip


def tell_of_bad_declines(happened: Sequence[Happened]) -> None:
    """The same of leads that were declined because they are bad."""
    _tell_marketers([event.data["lead"] for event in happened], RatingPhase.DECLINE, happened[0].at)


def _tell_marketers(lead_ids: Sequence[int], phase: RatingPhase, at: datetime) -> None:
    ratings = LeadRating.objects.filter(lead__in=list(lead_ids), phase=phase, grade=-1, rated_at=at)
    found = list(ratings.select_related("lead", "partner").order_by("pk")) if lead_ids else []
    if not found:
        return
    kept = AnswerList.objects.filter(name=QUALITY).values_list("entries", flat=True).first()
    answers = entries_of(QUALITY, kept)
    seats = staff_in([Role.MARKETER])
    notes = []
    for rating in found:
        lead = rating.lead
        said = [entry.delivered or entry.text_in("en") for code in rating.codes if (entry := answers.find(code))]
        values = {"partner": rating.partner.name, "title": lead.title, "source": lead.source, "said": said[0]}
        notes += [Note(seat, values, LEAD_PATH.format(lead.uid)) for seat in seats]
    notify_many(notes, "lead.bad", at=at)


def tell_of_silence(happened: Sequence[Happened]) -> None:
    """First the seller who has the lead, then its executives too, with the day on which the lead is taken back."""
    leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=[event.subject_id for event in happened])}
    partners = [lead.partner_id for lead in leads.values() if lead.partner_id]
    sellers, executives = sellers_of(partners), executives_of(partners)
    told: dict[str, list[Note]] = {"": [], "warned": []}
    for event in happened:
        lead = leads[event.subject_id]
        partner_id = lead.partner_id or 0
        seats = [lead.seller_id] if lead.seller_id else sellers.get(partner_id, [])
        if event.data.get("step") == SilenceStep.EXECUTIVE_TOLD:
            seats = list(dict.fromkeys([*seats, *executives.get(partner_id, [])]))
        next_at = event.data.get("next")
        values: dict[str, Any] = {"title": lead.title, "since": lead.silent_since}
        is_last = bool(next_at) and event.data.get("step") == SilenceStep.EXECUTIVE_TOLD
        if is_last:
            values["next"] = datetime.fromisoformat(str(next_at))
        told["warned" if is_last else ""] += [Note(seat, values, OWN_PATH.format(lead.uid)) for seat in seats]
    for form, notes in told.items():
        notify_many(notes, "lead.silent", at=happened[0].at, form=form)
