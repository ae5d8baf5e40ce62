"""What can be found: every app says once where its things are written and how a found one is told.

    search.register(SearchKind("leads", _("Leads"), "target", permissions, pages, sources, tell))

The statements that search a kind are made from its sources after every migration (`core.search.functions`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise

from fairway.core.access import PERMISSIONS, Member


@dataclass(frozen=True, slots=True)
class Source:
    """One table in which a kind is found. Columns are named as in the database, `t` is the table.

    text     SQL that gives the words to find by; never null, and made of immutable functions only
    row      the column that holds the id of what is found
    keys     indexed columns that a whole query is compared with: an e-mail key, a number
    begins   an indexed column, plain and lower-case, whose beginning counts more than a word inside
    partner  the column of whose it is; "" where no partner may look
    staff_where  SQL over t that leaves rows out for staff
    """

    table: str
    text: str
    row: str = "id"
    keys: tuple[str, ...] = ()
    begins: str = ""
    partner: str = "partner_id"
    staff_where: str = "true"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, as a line tells it. `state` is (kind of badge, word)."""

    pk: int
    uid: UUID
    vendor_id: int
    title: str
    second: str = ""
    state: tuple[str, str | Promise] | None = None
    url: str = ""
    vendor_name: str = ""


Teller = Callable[[Sequence[int]], Sequence[Hit]]
# What a written query may be as a key, such as an e-mail address in its one spelling: text -> key or None.
Keyed = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class SearchKind:
    """`permissions` and `pages` are by surface: who may look, and the name of the page of one (it takes a uid).

    `tell` reads the rows of the ids through its own scope; what the reader may not see, it leaves out.
    """

    name: str
    label: str | Promise
    icon: str
    permissions: Mapping[str, str]
    pages: Mapping[str, str]
    sources: tuple[Source, ...]
    tell: Teller
    keyed: tuple[Keyed, ...] = ()
    order: int = 50
    shown: int = field(default=5)


_kinds: dict[str, SearchKind] = {}


def register(*kinds: SearchKind) -> None:
    for kind in kinds:
        _kinds[kind.name] = kind


def registered() -> list[SearchKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def for_member(member: Member, surface: str) -> list[SearchKind]:
    """The kinds that the member may search there. The desk has what the portal has, with every seat's right."""
    if surface != "desk":
        return [k for k in registered() if surface in k.permissions and member.can(k.permissions[surface])]
    roles = {seat.role for seat in member.seats if seat.partner_id is not None}
    return [k for k in registered() if "portal" in k.permissions and roles <= PERMISSIONS[k.permissions["portal"]]]


def address(slug: str, name: str, *args: Any) -> str:
    """The path of a vendor's page, from wherever it is asked: the desk and programs have no vendor in theirs."""
    path = reverse(name, args=args)
    return f"/{slug}/{path.removeprefix(get_script_prefix())}"
