"""Telling people of offers and leads: reactions to events, one statement for a thousand of them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from fairway.core.access import Member
from fairway.core.events.record import Happened
from fairway.core.jobs import defer
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Role, Seat
from fairway.core.words import said as _
from fairway.leads.models import Lead, Offer
from fairway.leads.queries.recipients import cams_of, sellers_of, staff_in
from fairway.leads.rules.states import OfferState
from fairway.workflow.actions.notifications import Note, notify_many
from fairway.workflow.models import Notification

LEAD_PATH = "console/leads/{}/"
OFFER_PATH = "portal/offers/{}/"


class _Told(NamedTuple):
    """What is told of an offer; whole rows of a thousand offers and leads would cost more than the rest."""

    uid: UUID
    partner_id: int
    title: str
    place: str
    lapses_at: datetime
    recall_reason: str
    recall_reason_words: Any
    answer_note: str


def _offers(offer_ids: Sequence[int]) -> list[_Told]:
    found = Offer.objects.filter(pk__any=offer_ids).order_by("pk")
    return [_Told(*row) for row in found.values_list(*_Told._fields)]


def _to_cams(happened: Sequence[Happened]) -> list[Note]:
    """One note for each offer to the account manager of its partner."""
    found = Offer.objects.filter(pk__any=[event.subject_id for event in happened]).order_by("pk")
    rows = list(found.values_list("partner_id", "partner__name", "title", "answer_note", "lead__uid"))
    cams = cams_of(row[0] for row in rows)
    return [
        Note(seat, {"partner": name, "title": about, "note": note}, LEAD_PATH.format(lead_uid))
        for partner_id, name, about, note, lead_uid in rows
        for seat in cams.get(partner_id, ())
    ]


def _to_sellers(happened: Sequence[Happened]) -> list[Note]:
    return _notes([event.subject_id for event in happened])


def _notes(offer_ids: Sequence[int]) -> list[Note]:
    """One note for each offer to those of its partner who may answer."""
    offers = _offers(offer_ids)
    sellers = sellers_of(offer.partner_id for offer in offers)
    return [
        Note(seat, _about(offer), OFFER_PATH.format(offer.uid))
        for offer in offers
        for seat in sellers.get(offer.partner_id, ())
    ]


def _about(offer: _Told) -> dict[str, Any]:
    return {
        "title": offer.title,
        "place": offer.place or _("Place not known"),
        "until": offer.lapses_at,
        "reason": offer.recall_reason_words or offer.recall_reason,
    }


# More offers of one moment are told by jobs: so they are committed sooner, and others may route meanwhile.
TOLD_AT_ONCE = 100
OFFERS_A_JOB = 1000


def tell_of_offers(happened: Sequence[Happened]) -> None:
    """An offer is there: its partner's sellers and executives hear of it."""
    if len(happened) <= TOLD_AT_ONCE:
        notify_many(_to_sellers(happened), "offer.offered", at=happened[0].at)
        return
    ids = [event.subject_id for event in happened]
    for start in range(0, len(ids), OFFERS_A_JOB):
        part = ids[start : start + OFFERS_A_JOB]
        defer("leads.tell_of_offers", vendor_id=happened[0].vendor_id, offer_ids=part)


def tell_of_made_offers(*, offer_ids: Sequence[int], actor: Member) -> None:
    """What `tell_of_offers` left to a job. Twice tells once, and nobody of an offer that is no longer open."""
    with acting_for(actor):
        made = Offer.objects.filter(pk__any=offer_ids, state=OfferState.OPEN).values_list("offered_at", "pk")
        for at, keys in groupby(sorted(made), key=itemgetter(0)):
            notes = _notes([pk for _at, pk in keys])
            known = Notification.objects.filter(
                seat_id__any={note.seat_id for note in notes}, created_at=at, kind="offer.offered"
            )
            told = set(known.values_list("seat_id", "path"))
            notify_many([note for note in notes if (note.seat_id, note.path) not in told], "offer.offered", at=at)


def tell_of_reminders(happened: Sequence[Happened]) -> None:
    notify_many(_to_sellers(happened), "offer.reminded", at=happened[0].at)


def tell_of_recalls(happened: Sequence[Happened]) -> None:
    notify_many(_to_sellers(happened), "offer.recalled", at=happened[0].at)


def tell_of_lapses(happened: Sequence[Happened]) -> None:
    """Nobody answered in time: the account manager hears of it, and the partner's sellers."""
    notify_many(_to_cams(happened), "offer.lapsed", at=happened[0].at)
    notify_many(_to_sellers(happened), "offer.lapsed", at=happened[0].at, by_mail=False, form="partner")


def tell_of_declines(happened: Sequence[Happened]) -> None:
    """The account manager sees it in the bell; no mail but for those who asked for one."""
    notify_many(_to_cams(happened), "offer.declined", at=happened[0].at)


def tell_of_decisions_to_take(happened: Sequence[Happened]) -> None:
    """Leads for which the rules ask a person: one note for all of them, to those who route."""
    asked = [event.subject_id for event in happened if event.data.get("outcome") == "person"]
    if not asked:
        return
    path, values = "console/leads/waiting/", {"n": len(asked)}
    if len(asked) == 1:
        lead = Lead.objects.get(pk=asked[0])
        path, values = (
            LEAD_PATH.format(lead.uid),
            {"n": 1, "title": lead.title, "why": lead.waiting_because_words or lead.waiting_because},
        )
    seats = _cams_of_last_partners(asked) or staff_in([Role.OPERATIONS, Role.CHIEF])
    form = "one" if len(asked) == 1 else ""
    notify_many([Note(seat, values, path) for seat in seats], "lead.person", at=happened[0].at, form=form)


def _reason(event: Happened) -> Any:
    return event.data.get("reason_words") or event.data.get("reason", "")


def tell_of_recalled_leads(happened: Sequence[Happened]) -> None:
    """The partner that had the lead hears that it was taken back, and why."""
    leads = {lead.pk: lead for lead in Lead.objects.filter(pk__any=[event.subject_id for event in happened])}
    sellers = sellers_of(event.partner_id for event in happened if event.partner_id)
    notes = [
        Note(seat, {"title": leads[event.subject_id].title, "reason": _reason(event)}, "portal/leads/")
        for event in happened
        for seat in sellers.get(event.partner_id or 0, ())
    ]
    notify_many(notes, "lead.recalled", at=happened[0].at)


def _cams_of_last_partners(lead_ids: Sequence[int]) -> list[int]:
    partners = Offer.objects.filter(lead_id__in=lead_ids).order_by("lead_id", "-offered_at").distinct("lead_id")
    seats: dict[int, None] = {}
    for found in cams_of(partners.values_list("partner_id", flat=True)).values():
        seats |= dict.fromkeys(found)
    return list(seats)


def tell_of_drift(happened: Sequence[Happened]) -> None:
    """The administrator and operations learn that the model sees another kind of leads."""
    for event in happened:
        n = int(event.data.get("fields", 0))
        notes = [Note(seat, {"n": n}, "console/scoring/model/") for seat in staff_in([Role.ADMIN, Role.OPERATIONS])]
        notify_many(notes, "winmodel.drifted", at=event.at)


def notes_to_workers(lead: Lead, **values: Any) -> list[Note]:
    """One note to the seller of an accepted lead and the executives of its partner."""
    seats = sellers_of([lead.partner_id or 0]).get(lead.partner_id or 0, [])
    path = f"portal/leads/{lead.uid}/"
    executives = set(Seat.objects.filter(pk__in=seats, role=Role.EXECUTIVE).values_list("pk", flat=True))
    chosen = [seat for seat in seats if seat == lead.seller_id or seat in executives] or seats
    return [Note(seat, {"title": lead.title, **values}, path) for seat in chosen]
