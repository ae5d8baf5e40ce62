"""What an import can fill: each app declares its targets here, `connect` reads the files and drives them.

A target says which fields a row has, turns a row of text into a typed row (`parse`), and writes many typed rows
at once (`apply`, a bulk action). The same rows again change nothing: `apply` compares, and counts what it did.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar

from django.utils.translation import gettext_lazy as _

from fairway.core.told import keep, told

FieldType = Literal["text", "whole", "decimal", "money", "date", "bool", "country", "currency", "email", "choice"]
Row = TypeVar("Row")
# (typed row or None, values by field name) → currency and amount of a row, None when it says none.
Money = Callable[[Any, Mapping[str, str]], tuple[str, Decimal] | None]

MAY_NOT_BE_USED = _("Facts about a person's life are left out: they may not be used to decide anything.")


@dataclass(frozen=True, slots=True)
class RowIssue:
    """What is wrong with one row. `line` counts as a text editor does; `field` names a target field, or nothing.

    A warning stands beside a row that was taken in; anything else refuses the row. `message` is given as Words and kept
    by `core.told`.
    """

    line: int
    field: str
    message: Any
    is_warning: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", keep(self.message))

    @property
    def told(self) -> str:
        """The message in the language in force."""
        return told(self.message, self.message.words)


@dataclass(slots=True)
class ImportOutcome:
    """What `apply` did with the rows it was given: each row is counted exactly once.

    `results` says it row by row, by line: "created", "updated" or "unchanged". `add` does not gather it.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[RowIssue] = field(default_factory=list)
    warnings: list[RowIssue] = field(default_factory=list)
    results: dict[int, str] = field(default_factory=dict)

    def add(self, other: "ImportOutcome") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.warnings += other.warnings


@dataclass(frozen=True, slots=True)
class TargetField:
    """One thing a row can say. `synonyms` are other headers for it, as people write them.

    `default_for_all` lets the person who imports give one value for rows that have none. A field with a
    `forbidden_reason` exists only so that its column is recognised and left out.
    """

    name: str
    label: Any
    type: FieldType = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()
    default_for_all: bool = False
    default: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    help: Any = ""
    forbidden_reason: Any = ""


@dataclass(frozen=True, slots=True)
class Target(Generic[Row]):
    """Something that rows of a file can become.

    - `parse(values, line)`: values by field name, stripped text, "" when empty → (typed row or None, issues).
      None exactly when an issue is no warning. It asks the database nothing.
    - `apply(rows, *, actor, at, options)`: inside no context; it requires `permission`, enters `acting_for`, and
      writes all rows and their events in one transaction. Rows it cannot place are refused, not raised.
      `options` are the import's own ({"run": uid, …} and the defaults by field name).
    - `key_fields`: the fields that tell one row of a file from another; a row that repeats them is refused.
    - `money`: what a row says in money, also one that is refused, so that the whole can be held against the file.
    """

    kind: str
    label: Any
    permission: str
    fields: tuple[TargetField, ...]
    parse: Callable[[Mapping[str, str], int], tuple[Row | None, list[RowIssue]]]
    apply: Callable[..., ImportOutcome]
    help: Any = ""
    key_fields: tuple[str, ...] = ()
    order: int = 0
    money: Money | None = None

    def field(self, name: str) -> TargetField:
        return next(each for each in self.fields if each.name == name)


_registry: dict[str, Target[Any]] = {}


def register(target: Target[Any]) -> Target[Any]:
    """Declare a target; from AppConfig.ready() or at import of the app's `imports` module."""
    _registry[target.kind] = target
    return target


def target(kind: str) -> Target[Any]:
    """The target of that kind; KeyError when no app declares it."""
    return _registry[kind]


def targets() -> Mapping[str, Target[Any]]:
    """By kind, in the order in which people need them."""
    ordered: Sequence[Target[Any]] = sorted(_registry.values(), key=lambda each: each.order)
    return MappingProxyType({each.kind: each for each in ordered})


_addresses: list[Callable[[str], str]] = []


def register_page(address: Callable[[str], str]) -> None:
    """Say where people begin an import: `address(kind)` is the page's URL. The room that reads files calls it."""
    _addresses[:] = [address]


def page_for(kind: str) -> str:
    """The address of the page on which an import of this kind begins; "" when there is none."""
    return _addresses[0](kind) if _addresses else ""


def forbidden(name: str, label: Any, *synonyms: str) -> TargetField:
    return TargetField(name, label, synonyms=synonyms, forbidden_reason=MAY_NOT_BE_USED)


# Columns about a person's life. Every target that takes people in adds these to its fields.
PERSONAL: tuple[TargetField, ...] = (
    forbidden("birth_date", _("Birth date"), "birthdate", "birthday", "date of birth", "dob", "age", "year of birth"),
    forbidden("marital_status", _("Marital status"), "maritalstatus", "married", "spouse"),
    forbidden("gender", _("Gender"), "sex", "gender__c", "personal pronouns"),
    forbidden("house_owner", _("House ownership"), "houseownerflag", "home owner", "owns house", "house owner flag"),
    forbidden("children", _("Children"), "totalchildren", "numberchildrenathome", "number of children"),
    forbidden("religion", _("Religion"), "ethnicity", "nationality", "race", "health"),
)
