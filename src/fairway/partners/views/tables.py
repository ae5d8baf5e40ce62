"""The tables of partners."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairway.core.http.format import day
from fairway.core.http.tables import Column, Table
from fairway.core.tenancy.models import PartnerState
from fairway.partners.queries.partners import KIND_WORDS

STATES: dict[str, tuple[str, Any]] = {
    PartnerState.PROSPECT: ("open", PartnerState.PROSPECT.label),
    PartnerState.ACTIVE: ("good", PartnerState.ACTIVE.label),
    PartnerState.PAUSED: ("attention", PartnerState.PAUSED.label),
    PartnerState.INACTIVE: ("neutral", PartnerState.INACTIVE.label),
}


def kinds_in_words(kinds: list[str] | None) -> str:
    return ", ".join(str(KIND_WORDS.get(kind, kind)) for kind in kinds or ())


def place_in_words(row: Any) -> str:
    return ", ".join(part for part in (row["city"], row["state_code"], row["country"]) if part)


def pause_in_words(row: Any) -> str:
    return gettext("until %(day)s") % {"day": day(row["pause"])} if row.get("pause") else ""


class PartnerTable(Table):
    name = "partners"
    default_sort = "sort_name"
    columns = [
        Column(
            "name", _("Partner"), kind="name", sort="sort_name",
            url=lambda row: reverse("partner-detail", args=[row["uid"]]),
            second=lambda row: kinds_in_words(row["kinds"]),
        ),
        Column("place", _("Place"), value=place_in_words, mark=lambda row: "" if row["latitude"] else "attention"),
        Column("tier", _("Tier")),
        Column("territory_name", _("Territory")),
        Column("cam_name", _("Account manager")),
        Column("state", _("State"), kind="state", states=STATES, second=pause_in_words),
        Column("lead_capacity", _("Open leads at most"), kind="number",
               value=lambda row: row["lead_capacity"] if row["accepts_leads"] else 0),
    ]  # fmt: skip
    empty = (_("No partners here"), _("Import a file of partners, or change the filters."))


class TerritoryTable(Table):
    name = "territories"
    columns = [
        Column("name", _("Territory"), kind="name",
               url=lambda row: reverse("territory-edit", args=[row["uid"]])),
        Column("sentence", _("Which places")),
        Column("cam_name", _("Account manager")),
        Column("partners", _("Partners"), kind="number"),
    ]  # fmt: skip
    empty = (_("No territories yet"), _("Cut the map by conditions, such as country and state."))
