"""What a partner's people see: the offers made to them and the leads they have. Read in their own context."""

from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, TruncDate
from django.http import QueryDict

from fairway.core.prepared import Asked, Given, Wanted, prepared
from fairway.leads.models import Lead, LeadPerson, Offer, Touch
from fairway.leads.rules.answers import STAGES
from fairway.leads.rules.states import LeadState, OfferState

COUNT_CAP = 1000
TOUCHES_SHOWN = 100
_OFFER = (
    "uid", "title", "place", "brief", "amount_minor", "currency", "state", "offered_at", "lapses_at", "answered_at",
    "quality", "recall_reason", "recall_reason_words",
)  # fmt: skip
_LEAD = (
    "uid", "title", "company", "city", "state", "stage", "amount_minor", "currency", "next_step", "next_step_on",
    "silent_since", "seller_id",
)  # fmt: skip
OPEN = "open"
MINE, NOBODY = "mine", "none"
SORTS = {
    "company": "company",
    "amount_minor": "amount_minor",
    "next_step_on": "next_step_on",
    "accepted_on": "accepted_at",
    "last_touch_on": "last_touch_at",
    "stage": "stage",
}


def open_offers() -> QuerySet[Offer, dict[str, Any]]:
    """Offers that wait for an answer, the one that lapses first at the top."""
    return Offer.objects.filter(state=OfferState.OPEN).order_by("lapses_at", "id").values(*_OFFER)


INBOX_MOST = 500  # open offers of one partner; limits keep them far below
OFFER_SORTS = {"lapses_at": "lapses_at", "amount_minor": "amount_minor", "offered_at": "offered_at", "title": "title"}


def inbox(params: QueryDict) -> list[dict[str, Any]]:
    """Open offers as an address asks for them: `q` in title, place and kind of company, `line`, `sort`.

    They are few, and narrowed here: text that is looked into uses no index under row security.
    """
    sort = params.get("sort") or "lapses_at"
    column = F(OFFER_SORTS.get(sort.lstrip("-"), "lapses_at"))
    first = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    rows = Offer.objects.filter(state=OfferState.OPEN).order_by(first, "lapses_at", "id").values(*_OFFER)
    words = params.get("q", "").casefold().split()
    line = params.get("line", "")
    return [
        row for row in rows[:INBOX_MOST] if (not line or row["brief"].get("product_line") == line) and _says(row, words)
    ]


def _says(row: dict[str, Any], words: list[str]) -> bool:
    brief = row["brief"]
    said = " ".join(
        str(brief.get(name) or "") for name in ("industry", "city", "country", "description", "product_line")
    )
    text = f"{row['title']} {row['place']} {said}".casefold()
    return all(word in text for word in words)


def answered_offers() -> QuerySet[Offer, dict[str, Any]]:
    """Offers that are over, the latest first; the accepted ones with the lead they became."""
    rows = Offer.objects.exclude(state=OfferState.OPEN).order_by("-answered_at", "-id")
    return rows.values(*_OFFER, "answered_by__name", lead_uid=F("lead__uid"), company=F("lead__company"))


def chosen(state: str, stage: str) -> QuerySet[Lead]:
    """The partner's leads: those being worked, those in one other state, or all."""
    rows = Lead.objects.all()
    if state == OPEN:
        rows = rows.filter(state=LeadState.ACCEPTED)
    elif state in set(LeadState):
        rows = rows.filter(state=state)
    return rows.filter(stage=stage) if stage else rows


def asked(params: QueryDict) -> tuple[str, str]:
    """State and stage out of an address; a state that there is not means all, an unknown stage none in particular."""
    state = params.get("state") or OPEN
    stage = params.get("stage") or ""
    return state if state == OPEN or state in set(LeadState) else "all", stage if stage in STAGES else ""


@prepared
def _leads(state: str, stage: str, column: str, is_down: bool, seller: str) -> QuerySet[Lead, dict[str, Any]]:
    # Days are taken where the reader is, by the database: two hundred rows are not two hundred conversions.
    days = {"accepted_on": TruncDate("accepted_at"), "last_touch_on": TruncDate("last_touch_at")}
    # A query of its own for each row shown: joined, the persons of all leads would be read, and then two hundred shown.
    people = LeadPerson.objects.filter(lead=OuterRef("pk"))
    person = Subquery(people.values(person=Concat("first_name", Value(" "), "last_name"))[:1])
    first = F(column).desc(nulls_last=True) if is_down else F(column).asc(nulls_last=True)
    # What a partner has was accepted once, so no null comes first, and the index has this order.
    order = ["-accepted_at", "-id"] if column == "accepted_at" and is_down else [first, "-accepted_at", "-id"]
    rows = chosen(state, stage)
    if seller == MINE:
        rows = rows.filter(seller_id=Given("seat", BigIntegerField()))
    elif seller == NOBODY:
        rows = rows.filter(seller_id=None)
    return rows.order_by(*order).values(*_LEAD, person=person, **days)


def leads(params: QueryDict, seat_id: int | None = None) -> Asked:
    """Rows for the partner's list: of those being worked the next step due first, of others the latest.

    `seller` in the address asks for those of the reader's own seat (MINE), or of nobody (NOBODY).
    """
    state, stage = asked(params)
    sort = params.get("sort") or default_sort(state)
    seller = params.get("seller") if params.get("seller") in (MINE, NOBODY) else ""
    column = SORTS.get(sort.lstrip("-"), "next_step_on")
    return _leads(state, stage, column, sort.startswith("-"), seller, given={"seat": seat_id or 0})


def default_sort(state: str) -> str:
    return "next_step_on" if state == OPEN else "-accepted_on"


@prepared
def _open_offer_ids() -> QuerySet[Offer, dict[str, Any]]:
    return Offer.objects.filter(state=OfferState.OPEN).values("id")


def open_offer_count() -> Wanted[int]:
    return _open_offer_ids().counted(COUNT_CAP)


def touches(subject_type: str, subject_id: int) -> list[dict[str, Any]]:
    """Contacts with the customer of a lead or a deal, the latest first."""
    rows = Touch.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("-touched_at", "-id")
    return list(rows.values("kind", "outcome", "note", "touched_at", "seat__name")[:TOUCHES_SHOWN])


def lead_of_offer(offer_id: int) -> UUID | None:
    """The lead that an accepted offer became, when the reader may see it."""
    return Lead.objects.filter(offers=offer_id).values_list("uid", flat=True).first()
