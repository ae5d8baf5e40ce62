"""What conditions may speak of: one registry of subjects and their typed fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from django_countries import countries

FieldType = Literal["text", "number", "money", "bool", "date", "choice", "set", "country"]
Choices = Sequence[tuple[str, Any]]

_EMPTINESS = ("is_empty", "is_not_empty")
_SPAN = ("is", "is_not", "at_least", "at_most", "between", *_EMPTINESS)
_CODE = ("is", "is_not", "in", "not_in", *_EMPTINESS)

OPS: Mapping[FieldType, tuple[str, ...]] = MappingProxyType(
    {
        "text": ("is", "is_not", "in", "not_in", "contains", "starts_with", *_EMPTINESS),
        "number": _SPAN,
        "money": _SPAN,
        "date": _SPAN,
        "bool": ("is", "is_not", *_EMPTINESS),
        "choice": _CODE,
        "country": _CODE,
        "set": ("includes_any", "includes_all", *_EMPTINESS),
    }
)

# Facts about a person's life decide nothing about business, so no subject may offer them.
FORBIDDEN_NAMES = frozenset(
    {
        "age",
        "birth_date",
        "birthday",
        "birthdate",
        "date_of_birth",
        "gender",
        "sex",
        "marital_status",
        "religion",
    }
    | {"ethnicity", "nationality", "health", "children", "total_children", "number_children_at_home"}
    | {"house_owner", "house_owner_flag"}
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a condition can ask about.

    `path` is the Django lookup path from the subject's model (None: not usable in a Q). `get` takes the value
    out of a plain object; without it the predicate reads `values[name]`. `currency` belongs to money, whose
    values are integer minor units. `choices` are (code, label) pairs or a function that returns them; codes
    are strings.
    """

    name: str
    label: Any
    type: FieldType
    choices: Choices | Callable[[], Choices] | None = None
    known_at_capture: bool = False
    path: str | None = None
    get: Callable[[Any], Any] | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        if self.type not in OPS:
            raise ValueError(f"Field {self.name}: there is no type {self.type!r}.")
        if is_forbidden(self.name):
            raise ValueError(f"Field {self.name} must not be used to decide anything.")
        if self.type == "money" and not self.currency:
            raise ValueError(f"Field {self.name}: money needs a currency.")

    @property
    def ops(self) -> tuple[str, ...]:
        return OPS[self.type]

    def options(self) -> Choices | None:
        """The (code, label) pairs that a value must come from, or None when any value will do."""
        if self.type == "country":
            return list(countries)
        return self.choices() if callable(self.choices) else self.choices

    def read(self, values: Any) -> Any:
        """The raw value in a plain object or mapping; None when it is not there."""
        if self.get is not None:
            return self.get(values)
        return values.get(self.name)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a condition is about.

    `leads`, `partners`, … `model` ("app.Model") is needed for set fields in a Q.
    """

    name: str
    label: Any
    fields: Mapping[str, Field]
    model: Any = None

    @classmethod
    def of(cls, name: str, label: Any, fields: Iterable[Field], model: Any = None) -> "Subject":
        listed = list(fields)
        by_name = {field.name: field for field in listed}
        if len(by_name) != len(listed):
            raise ValueError(f"Subject {name} declares a field twice.")
        return cls(name, label, MappingProxyType(by_name), model)

    def with_fields(self, extra: Iterable[Field]) -> "Subject":
        """The same subject with more fields, such as one vendor's custom ones."""
        return replace(self, fields=Subject.of(self.name, self.label, [*self.fields.values(), *extra]).fields)


_registry: dict[str, Subject] = {}


def register(subject: Subject) -> Subject:
    if subject.name in _registry:
        raise ValueError(f"Subject {subject.name} is registered already.")
    _registry[subject.name] = subject
    return subject


def subject(name: str) -> Subject:
    return _registry[name]


def subjects() -> Mapping[str, Subject]:
    return MappingProxyType(_registry)


def is_forbidden(name: str) -> bool:
    """True for names of personal traits; the part after the last dot counts, case and spaces do not."""
    return name.rpartition(".")[2].strip().lower().replace(" ", "_").replace("-", "_") in FORBIDDEN_NAMES


def registered(name: str) -> Field | None:
    """The field of this name that a registered subject offers."""
    return next((found.fields[name] for found in _registry.values() if name in found.fields), None)
