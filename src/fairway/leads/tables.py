"""The tables of leads and offers. A row is a dict of `queries`, with what its page added (url, who has it)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fairway.core.http.format import day, distance
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.tenancy.models import PartnerState
from fairway.core.told import told_of
from fairway.leads.rules.answers import STAGES
from fairway.leads.rules.states import LEAD, OFFER

LEAD_KINDS = {
    "captured": "open",
    "offered": "accent",
    "pooled": "accent",
    "waiting": "attention",
    "accepted": "good",
    "converted": "good",
    "closed": "neutral",
}
OFFER_KINDS = {
    "open": "accent",
    "accepted": "good",
    "declined": "neutral",
    "lapsed": "bad",
    "recalled": "attention",
}
LEAD_STATES = {state: (kind, gettext_lazy(str(LEAD.labels[state]))) for state, kind in LEAD_KINDS.items()}
OFFER_STATES = {state: (kind, gettext_lazy(str(OFFER.labels[state]))) for state, kind in OFFER_KINDS.items()}


def partner_words(name: str, state: str | None) -> str:
    """A partner as a candidate or owner, and that it is paused where it is."""
    return _("%(partner)s, paused") % {"partner": name} if state == PartnerState.PAUSED else name


def person_name(row: Mapping[str, Any]) -> str:
    if "person" in row:
        return (row["person"] or "").strip()
    return f"{row['people__first_name'] or ''} {row['people__last_name'] or ''}".strip()


def lead_name(row: Mapping[str, Any]) -> str:
    """The company, else the person, else the need itself."""
    return row["company"] or person_name(row) or row["title"]


def need_beside_name(row: Mapping[str, Any]) -> str:
    return row["title"] if lead_name(row) != row["title"] else row["city"]


def _points(row: Mapping[str, Any]) -> int | None:
    return row["scores__points"]


def _band(row: Mapping[str, Any]) -> str:
    return row["scores__band"] or ""


def _waits_because(row: Mapping[str, Any]) -> str:
    return told_of(row, "waiting_because")


class LeadTable(Table):
    name = "leads"
    caption = gettext_lazy("Leads")
    default_sort = "-captured_at"
    columns = [
        Column(
            "company", gettext_lazy("Lead"), kind="name", value=lead_name, second=need_beside_name, url="url",
            sort=True, is_second_below=True,
        ),
        Column("points", gettext_lazy("Points"), kind="number", value=_points, sort=True, phone=""),
        Column("band", gettext_lazy("Band"), value=_band, phone=""),
        Column("product_line__name", pgettext_lazy("of products", "Line"), phone=""),
        Column("place", gettext_lazy("Place"), phone=""),
        Column("source", gettext_lazy("Source"), phone=""),
        Column("amount_minor", gettext_lazy("Budget"), kind="money", currency="currency", sort=True),
        Column("state", gettext_lazy("State"), kind="state", states=LEAD_STATES),
        Column("holder", gettext_lazy("With"), second="left", mark=None, phone=""),
        Column("captured_at", gettext_lazy("Captured"), kind="date", sort=True),
    ]  # fmt: skip
    empty = (
        gettext_lazy("No leads yet"),
        gettext_lazy("They come from a web form, a file, the API, or by hand."),
    )


class WaitingTable(LeadTable):
    """Leads that nobody has, with the reason in place of the holder."""

    columns = [
        *(c for c in LeadTable.columns if c.name in {"company", "points", "place", "amount_minor"}),
        Column("waiting_because", gettext_lazy("Waits because"), value=_waits_because, phone="state"),
        next(c for c in LeadTable.columns if c.name == "captured_at"),
    ]
    empty = (
        gettext_lazy("No lead waits"),
        gettext_lazy("Every lead is offered, accepted or closed. When nobody is eligible, it comes here."),
    )


def list_filters(
    *, lines: list[tuple[str, str]], bands: list[str], sources: list[str], territories: list[tuple[str, str]]
) -> list[Filter]:
    """The filters that have something to choose from."""
    every = [
        Filter("q", _("Company, person or e-mail")),
        Filter("partner_name", _("Partner")),
        Filter("state", _("All states"), [(state, word) for state, (_kind, word) in LEAD_STATES.items()]),
        Filter("silent", _("Silent or not"), [("1", _("Silent leads"))]),
        Filter("band", _("All bands"), [(band, band) for band in bands]),
        Filter("line", _("All lines"), lines),
        Filter("source", _("All sources"), [(source, source) for source in sources]),
        Filter("territory", _("All territories"), territories),
    ]
    return [each for each in every if each.choices or each.name in {"q", "partner_name"}]


# The partner's own


class PartnerLeadTable(Table):
    name = "leads"
    caption = gettext_lazy("Your leads")
    default_sort = "next_step_on"
    columns = [
        Column(
            "company", gettext_lazy("Customer"), kind="name", value=lead_name, second=need_beside_name, url="url",
            sort=True, is_second_below=True,
        ),
        Column("stage", gettext_lazy("Stage"), value=lambda row: row["stage_word"], sort=True, phone="state"),
        Column("amount_minor", gettext_lazy("Budget"), kind="money", currency="currency", sort=True),
        Column("next_step", gettext_lazy("Next step"), phone=""),
        Column("seller", gettext_lazy("Seller"), phone=""),
        Column("next_step_on", gettext_lazy("Due"), kind="date", sort=True, mark="mark"),
        Column("last_touch_on", gettext_lazy("Last contact"), kind="date", sort="last_touch_at", phone=""),
        Column("accepted_on", gettext_lazy("Accepted"), kind="date", sort="accepted_at", phone=""),
    ]  # fmt: skip
    filters = [
        Filter(
            "seller", gettext_lazy("Everybody’s"), [("mine", gettext_lazy("Mine")), ("none", gettext_lazy("Nobody’s"))]
        ),
        Filter(
            "stage", gettext_lazy("All stages"), [(stage, gettext_lazy(str(word))) for stage, word in STAGES.items()]
        ),
        Filter(
            "state",
            gettext_lazy("Being worked"),
            [*((s, LEAD_STATES[s][1]) for s in ("converted", "closed")), ("all", gettext_lazy("All you accepted"))],
        ),
    ]
    empty = (
        gettext_lazy("No leads yet"),
        gettext_lazy("Accept an offer, and the lead comes here with its person."),
    )


class PastPartnerLeadTable(PartnerLeadTable):
    """Not only those being worked: the latest first."""

    default_sort = "-accepted_on"


class InboxTable(Table):
    """Offers that wait for an answer, the most pressing first."""

    name = "inbox"
    caption = gettext_lazy("Offers waiting for your answer")
    default_sort = "lapses_at"
    columns = [
        Column("title", gettext_lazy("Offer"), kind="name", second="about", url="url", sort=True, is_second_below=True),
        Column("amount_minor", gettext_lazy("Budget"), kind="money", currency="currency", sort=True),
        Column(
            "lapses_at", gettext_lazy("Time left"), value=lambda row: row["left"], second="left_note", sort=True,
            mark="left_mark", is_second_below=True, phone="state",
        ),
        Column("offered_at", gettext_lazy("Offered"), kind="datetime", sort=True),
    ]  # fmt: skip
    empty = (
        gettext_lazy("No offers for you now"),
        gettext_lazy("New ones come by mail and stand here."),
    )


class AnsweredOfferTable(Table):
    name = "offers"
    caption = gettext_lazy("Answered offers")
    columns = [
        Column("title", gettext_lazy("Offer"), kind="name", second="place", url="url", is_second_below=True),
        Column("state", gettext_lazy("State"), kind="state", states=OFFER_STATES),
        Column("amount_minor", gettext_lazy("Budget"), kind="money", currency="currency"),
        Column("answered_by__name", gettext_lazy("Answered by"), phone=""),
        Column("answered_at", gettext_lazy("When"), kind="datetime"),
    ]
    empty = (
        gettext_lazy("No answered offers yet"),
        gettext_lazy("What you accept or decline, and what lapses, is kept here."),
    )


def due_words(on: date | None) -> str:
    """“1 day late”, “today”, “in 3 days”, else the day."""
    return distance(on) or day(on)
