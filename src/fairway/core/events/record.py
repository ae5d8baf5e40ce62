"""`record`: write the event row of a change and let those who care react, in the same transaction."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils.module_loading import import_string

from fairway.core.access import Member
from fairway.core.ids import uuid7_many
from fairway.core.logs import request_id
from fairway.core.tenancy.context import Surface, current


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as reactions receive it."""

    name: str  # "lead.captured"
    vendor_id: int
    subject_id: int
    partner_id: int | None
    actor: Member
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def subject_type(model: type[models.Model] | models.Model) -> str:
    return model._meta.model_name or ""


def record(
    verb: str,
    subject: models.Model,
    *,
    actor: Member,
    at: datetime,
    partner_id: int | None = None,
    audience: str = "internal",
    **data: Any,
) -> Happened:
    """Log one change of `subject` and run the reactions declared for "<model>.<verb>".

    `audience="partner"` lets the partner named by `partner_id` read it. Only inside `acting_for`.
    """
    return record_many(
        verb,
        type(subject),
        [(subject.pk, partner_id, data)],
        actor=actor,
        at=at,
        audience=audience,
    )[0]


_INSERT = """INSERT INTO core_event
 (uid, at, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name, audience, data, request_id)
 SELECT u, %s, %s, p, %s, s, %s, %s, %s, %s, d, %s
 FROM ROWS FROM (unnest(%s::uuid[]), unnest(%s::bigint[]), unnest(%s::bigint[]), jsonb_array_elements(%s::jsonb))
  AS rows(u, p, s, d)"""


def array_text(values: Sequence[Any]) -> str:
    """An array of ids or numbers as the database writes it; the driver looks at every element of a list."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def record_many(
    verb: str,
    model: type[models.Model],
    rows: Sequence[tuple[int, int | None, Mapping[str, Any]]],
    *,
    actor: Member,
    at: datetime,
    audience: str = "internal",
) -> list[Happened]:
    """The same for many subjects at once: rows are (subject id, partner id, data). One INSERT."""
    if not rows:
        return []
    context = current()
    if context.surface is not Surface.ACTING:
        raise RuntimeError("Events are recorded by actions, inside acting_for.")
    kind = subject_type(model)
    if actor.is_support:
        rows = [(subject, partner, {**data, "support": True}) for subject, partner, data in rows]
    seat_id = actor.seat_id if actor.kind in {"person", "token"} else None
    name = "" if seat_id else actor.name
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                at, context.vendor_id, kind, verb, seat_id, name, audience, request_id.get(),
                array_text(uuid7_many(len(rows))), array_text([row[1] for row in rows]),
                array_text([row[0] for row in rows]),
                json.dumps([row[2] for row in rows], cls=DjangoJSONEncoder),
            ],
        )  # fmt: skip
    happened = [
        Happened(f"{kind}.{verb}", context.vendor_id, subject, partner, actor, at, data)
        for subject, partner, data in rows
    ]
    react(happened)
    return happened


@cache
def reactions() -> dict[str, list[Callable[[Sequence[Happened]], None]]]:
    """Event name → handlers, from the one table in `config.reactions`."""
    table: Mapping[str, Iterable[str]] = import_string(settings.REACTIONS)
    return {name: [import_string(path) for path in paths] for name, paths in table.items()}


def react(happened: Sequence[Happened]) -> None:
    for handler in reactions().get(happened[0].name, ()):
        handler(happened)
