"""Tables of pools, for staff."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fairway.core.http.tables import Column, Filter, Table
from fairway.leads.rules.states import POOL_ENTRY

ENTRY_KINDS = {"open": "accent", "widened": "attention", "claimed": "good", "left": "neutral", "given_up": "bad"}
ENTRY_STATES = {state: (kind, gettext_lazy(str(POOL_ENTRY.labels[state]))) for state, kind in ENTRY_KINDS.items()}
OPENNESS = {True: ("good", pgettext_lazy("not shut", "Open")), False: ("neutral", gettext_lazy("Shut"))}


class PoolTable(Table):
    name = "pools"
    caption = gettext_lazy("Pools")
    columns = [
        Column("name", gettext_lazy("Pool"), kind="name", url="url"),
        Column("free", gettext_lazy("Leads in it"), kind="number", url="leads_url"),
        Column("oldest", gettext_lazy("Oldest since"), kind="datetime", phone=""),
        Column("taken", gettext_lazy("Taken in 30 days"), kind="number", phone=""),
        Column("is_open", gettext_lazy("State"), kind="state", states=OPENNESS),
    ]
    empty = (
        gettext_lazy("No pool yet"),
        gettext_lazy("Make one, and let a routing rule put leads into it for partners to take."),
    )


class EntryTable(Table):
    """Leads that lie in pools."""

    name = "pool-leads"
    caption = gettext_lazy("Leads in pools")
    columns = [
        Column("title", gettext_lazy("Lead"), kind="name", second="place", url="url", is_second_below=True),
        Column("pool__name", gettext_lazy("Pool"), phone=""),
        Column("product_line__name", pgettext_lazy("of products", "Line"), phone=""),
        Column("amount_minor", gettext_lazy("Budget"), kind="money", currency="currency"),
        Column("seen", gettext_lazy("Partners who see it"), kind="number", phone=""),
        Column("pooled_at", gettext_lazy("Since"), kind="datetime"),
        Column("state", gettext_lazy("State"), kind="state", states=ENTRY_STATES),
    ]
    empty = (
        gettext_lazy("Nothing in the pool"),
        gettext_lazy("Leads come in by a routing rule, and leave when a partner takes them."),
    )


class OverTable(EntryTable):
    """Those that were taken, or left."""

    columns = [
        *(c for c in EntryTable.columns if c.name not in {"seen", "pooled_at", "state"}),
        Column("taker", gettext_lazy("Taken by"), phone=""),
        Column("closed_at", gettext_lazy("When"), kind="datetime"),
        Column("state", gettext_lazy("State"), kind="state", states=ENTRY_STATES),
    ]
    empty = (gettext_lazy("None so far"), gettext_lazy("What partners take, and what leaves a pool, is kept here."))


def entry_filters(pools: dict[str, str]) -> list[Filter]:
    return [
        Filter("pool", _("All pools"), list(pools.items())),
        Filter("state", _("In the pool now"), [("taken", _("Taken")), ("left", _("Left the pool"))]),
    ]


class FreeTable(Table):
    """What a partner may take; it lends its filters to the page, which shows the leads themselves as a list."""

    name = "pool"
    caption = gettext_lazy("Lead pool")
    columns = [Column("title", gettext_lazy("Lead"), kind="name")]


def free_filters(lines: list[tuple[str, str]], regions: list[tuple[str, str]]) -> list[Filter]:
    every: list[Filter] = [
        Filter("line", _("All lines"), lines),
        Filter("region", _("All regions"), regions),
        Filter("amount", _("All budgets"), amounts()),
    ]
    return [each for each in every if each.choices]


def amounts() -> list[tuple[str, Any]]:
    return [("small", _("Below 10,000")), ("middle", _("10,000 to 50,000")), ("large", _("50,000 and more"))]
