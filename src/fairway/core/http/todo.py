"""What waits for a person today: one registry that the home pages read, so that no app has to know another.

An app registers, in AppConfig.ready(), a provider per surface:

    todo.register("portal", offers_to_answer)      # (member, at) -> list[TodoItem]

A provider reads in the member's context, costs the same few queries whatever there is, and returns at most what a
page shows (`MOST`); `gather` sorts all of them into the groups of the home page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairway.core.access import Member
from fairway.core.http.gate import may_be_told

MOST = 20
# What to do with an item: the groups of the page, in their order.
KINDS: dict[str, str | Promise] = {
    "answer": _("Answer"),
    "decide": _("Decide"),
    "step": _("Next steps due"),
    "watch": _("Keep an eye on"),
}


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One thing to do.

    second        what it is about, on the line below
    due_text      how long is left or how late it is ("2 h 10 min left", "1 day late"), with `due_note` below
    url           where it is done; posted to when `is_post`
    kind          a key of KINDS
    sort          orders items of one kind, smallest first: seconds or days until due
    left_share    share of the time limit still left, 0 to 100; draws a bar
    """

    title: str
    second: str
    due_text: str
    late: bool
    url: str
    action_label: str
    kind: str = "answer"
    sort: float = 0
    due_note: str = ""
    left_share: float | None = None
    icon: str = "point"
    is_post: bool = False
    key: str = ""


Provider = Callable[[Member, datetime], Iterable[TodoItem]]
_providers: dict[str, list[Provider]] = {"portal": [], "console": []}


def register(surface: str, provider: Provider) -> None:
    """Add a provider of "portal" or "console"; registering the same one twice changes nothing."""
    if provider not in _providers[surface]:
        _providers[surface].append(provider)


def gather(surface: str, member: Member, at: datetime) -> dict[str, list[TodoItem]]:
    """Everything that waits for the member, by kind in the order of KINDS, most pressing first."""
    allowed = [provider for provider in _providers[surface] if may_be_told(member, surface, provider)]
    items = [item for provider in allowed for item in provider(member, at)]
    unknown = {item.kind for item in items} - set(KINDS)
    if unknown:
        raise ValueError(f"There is no kind of todo {sorted(unknown)}; known are {', '.join(KINDS)}.")
    by_kind = {kind: sorted((i for i in items if i.kind == kind), key=lambda i: i.sort) for kind in KINDS}
    return {kind: found for kind, found in by_kind.items() if found}
