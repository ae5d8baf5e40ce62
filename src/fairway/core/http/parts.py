"""Values that components show. A view makes them; a template tag of `{% load fairway %}` draws them.

Kinds everywhere: neutral, open (not begun), accent, good, attention, bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fairway.core.prepared import Count, answer_of

Kind = Literal["neutral", "open", "accent", "good", "attention", "bad"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline number of a strip: what, how much, and one line that makes it mean something."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Term and value of a brief; `note` stands grey below the value."""

    term: str
    value: Any
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of amounts: label left, value right; the last one may be the total."""

    label: str
    value: Any
    is_total: bool = False
    kind: Kind = "neutral"


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    note: str = ""
    state: Literal["done", "now", "todo"] = "todo"


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline: the verb in bold, then who and what, the time below."""

    verb: str
    text: str = ""
    at: datetime | None = None
    when: str = ""
    is_now: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    is_active: bool = False
    count: Count = None

    @property
    def badge(self) -> int | str | None:
        return answer_of(self.count)


@dataclass(frozen=True, slots=True)
class Crumb:
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a score: points, what, and where it was seen. `share` is 0 to 100 of the widest bar."""

    points: int
    label: str
    note: str = ""
    share: float = 0


@dataclass(frozen=True, slots=True)
class Todo:
    """A thing to do today. `left_share` (0 to 100) draws the bar of the time left.

    `page_url` is where one reads of it, when `url` is where it is done.
    """

    title: str
    text: str
    url: str
    action: str
    icon: str = "point"
    due: str = ""
    due_note: str = ""
    kind: Kind = "neutral"
    left_share: float | None = None
    is_post: bool = False
    key: str = ""
    page_url: str = ""


@dataclass(frozen=True, slots=True)
class TodoGroup:
    label: str
    items: Sequence[Todo]


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a board; `moves` are the columns (value, label) where it may go."""

    uid: str
    title: str
    url: str
    note: str = ""
    left: str = ""
    right: str = ""
    is_late: bool = False
    move_url: str = ""
    moves: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class BoardColumn:
    value: str
    label: str
    cards: Sequence[Card] = field(default_factory=tuple)
    total: str = ""


@dataclass(frozen=True, slots=True)
class Peers:
    """One line of a comparison: places 0 (weaker) to 100 (stronger) of the peers, their median and oneself."""

    label: str
    peers: Sequence[float]
    median: float
    own: float
    median_text: str
    own_text: str
