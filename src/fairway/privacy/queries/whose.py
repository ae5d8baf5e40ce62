"""Who somebody is to one vendor: the rows that are about the same person, wherever they stand.

Rows with the same e-mail address are of one person. A row without an address stands for itself. Nothing here looks
beyond the vendor in context.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from fairway.core.personal.declared import columns_of, personal_models
from fairway.core.tenancy.models import Seat

FOUND_MOST = 500


@dataclass(frozen=True, slots=True)
class Whose:
    """What one person is known by. `rows`: table → ids of the rows that are about the person alone."""

    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    rows: dict[str, list[int]] = field(default_factory=dict)
    seat_ids: tuple[int, ...] = ()
    user_ids: tuple[int, ...] = ()
    lead_ids: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """What the person is called on a page."""
        return self.name or next(iter(self.emails), "–")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Whose":
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person found, by one of the rows that are about them."""

    kind: str
    uid: UUID
    name: str
    email: str
    places: tuple[str, ...]


def person_models() -> list[type[models.Model]]:
    """Tables whose rows are people: those that say a name and an address, and are no mails."""
    return [
        model
        for model in personal_models()
        if columns_of(model, "name") and columns_of(model, "email") and not columns_of(model, "message")
    ]


def name_in(row: models.Model) -> str:
    parts = [getattr(row, column) for column in columns_of(type(row), "given", "name")]
    return " ".join(part.strip() for part in parts if part and part.strip())


def _values(row: models.Model, kind: str) -> Iterator[str]:
    for column in columns_of(type(row), kind):
        if value := str(getattr(row, column) or "").strip():
            yield value


def with_emails(model: type[models.Model], emails: Iterable[str]) -> models.QuerySet:
    """Rows of a table with one of these addresses in any column for them, in either case."""
    wanted = {email.strip().lower() for email in emails if email.strip()}
    found: models.QuerySet = model.objects.all()  # type: ignore[attr-defined]
    match = Q(pk__in=[])
    for column in columns_of(model, "email"):
        found = found.alias(**{f"lower_{column}": Lower(column)})
        match |= Q(**{f"lower_{column}__in": wanted})
    return found.filter(match) if wanted else found.none()


def whose_row(row: models.Model) -> Whose:
    """The person whom this row is about. In a context that reads the whole vendor."""
    emails = {value.lower() for value in _values(row, "email")}
    rows = [each for model in person_models() for each in with_emails(model, emails)[:FOUND_MOST]]
    return _gathered(rows or [row])


def whose_email(email: str) -> Whose:
    return _gathered([row for model in person_models() for row in with_emails(model, [email])[:FOUND_MOST]])


def _gathered(rows: list[models.Model]) -> Whose:
    seats = [row for row in rows if isinstance(row, Seat)]
    by_table: dict[str, list[int]] = {}
    for row in rows:
        by_table.setdefault(row._meta.label, []).append(row.pk)
    names = list(dict.fromkeys(name for row in rows if (name := name_in(row))))
    return Whose(
        name=names[0] if names else "",
        emails=_distinct(rows, "email"),
        phones=_distinct(rows, "phone"),
        names=tuple(names),
        rows=by_table,
        seat_ids=tuple(seat.pk for seat in seats),
        user_ids=tuple(dict.fromkeys(seat.user_id for seat in seats)),
        lead_ids=tuple(dict.fromkeys(lead for row in rows if (lead := getattr(row, "lead_id", None)))),
    )


def _distinct(rows: Iterable[models.Model], kind: str) -> tuple[str, ...]:
    found = [value.lower() if kind == "email" else value for row in rows for value in _values(row, kind)]
    return tuple(dict.fromkeys(found))


def candidates(text: str) -> list[Candidate]:
    """People whose e-mail address or whole name this is, one for each address; rows without one stand alone."""
    words = text.split()
    if not words:
        return []
    rows = [row for model in person_models() for row in _matching(model, " ".join(words))[:FOUND_MOST]]
    groups: dict[str, list[models.Model]] = {}
    for row in rows:
        email = next((value.lower() for value in _values(row, "email")), "")
        groups.setdefault(email or f"{row._meta.label}/{row.pk}", []).append(row)
    return [_candidate(group) for group in groups.values()]


def _candidate(rows: list[models.Model]) -> Candidate:
    first = rows[0]
    email = next((value for row in rows for value in _values(row, "email")), "")
    places = tuple(dict.fromkeys(row._meta.model_name or "" for row in rows))
    return Candidate(first._meta.model_name or "", first.uid, name_in(first), email, places)  # type: ignore[attr-defined]


def _matching(model: type[models.Model], text: str) -> models.QuerySet:
    if "@" in text:
        return with_emails(model, [text])
    found: models.QuerySet = model.objects.all()  # type: ignore[attr-defined]
    if columns_of(model, "given"):
        given, _space, last = text.rpartition(" ")
        first_column, last_column = columns_of(model, "given")[0], columns_of(model, "name")[0]
        found = found.alias(g=Lower(first_column), n=Lower(last_column))
        return found.filter(g=given.lower(), n=last.lower())
    return found.alias(n=Lower(columns_of(model, "name")[0])).filter(n=text.lower())
