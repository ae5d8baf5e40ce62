"""What a vendor knows of a person: the rows of every table that declares personal columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from fairway.core.events.models import Event
from fairway.core.personal.declared import columns_of, personal_models
from fairway.core.tenancy.models import Seat, User
from fairway.core.tenancy.signing_in import SignIn
from fairway.leads.models import Lead
from fairway.privacy.queries.whose import Whose, with_emails

ROWS_MOST = 20_000
_FACTS = ("kind", "state", "role", "verb", "subject_type", "source")
_LEFT_OUT = frozenset(
    {
        "IdempotencyKey",
        "SearchWord",
        "Event",
        "DuplicatePair",
        "ImportIssue",
        "KeptFigures",
        "Erasure",
        "PersonalExport",
    }
)


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one table as names and values."""

    name: str
    rows: list[dict[str, Any]]


def belonging(model: type[models.Model], whose: Whose) -> models.QuerySet | None:
    """The rows of a table that are about the person, or were written to or kept for the person. None: none can be."""
    match = Q(pk__in=whose.rows.get(model._meta.label, []))
    links = {field.name: field.related_model for field in model._meta.concrete_fields if field.is_relation}
    if links.get("seat") is Seat and whose.seat_ids:
        match |= Q(seat_id__in=whose.seat_ids)
    if links.get("lead") is Lead and whose.lead_ids:
        match |= Q(lead_id__in=whose.lead_ids)
    if model is Lead and whose.lead_ids:
        match |= Q(pk__in=whose.lead_ids)
    if columns_of(model, "email") and whose.emails:
        match |= Q(pk__in=with_emails(model, whose.emails).values("pk"))
    if match == Q(pk__in=[]):
        return None
    return model.objects.filter(match)  # type: ignore[attr-defined]


def sections(whose: Whose) -> Iterator[Section]:
    """All that is known, table by table. In a context that reads the whole vendor."""
    for model in personal_models():
        if model.__name__ in _LEFT_OUT or (found := belonging(model, whose)) is None:
            continue
        columns = _told(model)
        rows = [_plain(row) for row in found.order_by("pk").values(*columns)[:ROWS_MOST]]
        if rows:
            yield Section(model.__name__, rows)
    if whose.seat_ids:
        done = Event.objects.filter(actor_seat_id__in=whose.seat_ids).order_by("at")
        rows = [_plain(row) for row in done.values("at", "subject_type", "verb")[:ROWS_MOST]]
        if rows:
            yield Section("Event", rows)


def of_log_in(user_id: int) -> Iterator[Section]:
    """What the log-in itself holds; only for the person. Outside any context."""
    user = User.objects.filter(pk=user_id).values("email", "name", "language", "time_zone", "joined_at", "last_login")
    yield Section("User", [_plain(dict(row)) for row in user])
    places = SignIn.objects.filter(user_id=user_id).order_by("started_at")
    rows = [_plain(dict(row)) for row in places.values("address", "device", "started_at", "last_seen_at")]
    if rows:
        yield Section("SignIn", rows)


def _told(model: type[models.Model]) -> list[str]:
    """Personal columns, when things were, and what kind of thing it is."""
    named = [column for column in columns_of(model) if not column.endswith("_key")]
    fields = {field.attname: field for field in model._meta.concrete_fields}
    times = [name for name, each in fields.items() if isinstance(each, models.DateField | models.DateTimeField)]
    facts = [name for name in _FACTS if name in fields]
    return list(dict.fromkeys([*facts, *named, *times]))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if value not in (None, "", [], {})}


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
