"""Where a person is named beside the rows about them: in notes, reasons, copies, mails; row by row of every table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from fairway.core.personal.declared import columns_of
from fairway.core.tenancy.policies import tenant_models
from fairway.privacy.queries.whose import Whose, person_models
from fairway.privacy.rules.needles import Needles, needles

NAMED_IN = ("text", "message", "copy", "log")
OWN_WAY = ("SearchWord", "Event", "Erasure", "ErasedPerson")
CHUNK = 500
# Few enough that the plan of one statement stays small.
TABLES_AT_ONCE = 40


class Matches(Func):
    """SQL: a text matches a pattern, in either case."""

    template = "(%(expressions)s)"
    arg_joiner = " ~* "
    output_field = models.BooleanField()


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that can hold text: those where names count too, and those where only addresses do."""

    model: type[models.Model]
    named: tuple[str, ...]
    addressed: tuple[str, ...]

    def rows(self, found: Needles) -> models.QuerySet:
        match = Q(pk__in=[])
        rows: models.QuerySet = self.model.objects.all()  # type: ignore[attr-defined]
        for pattern, columns in ((found.all, self.named), (found.addresses, self.addressed)):
            if pattern and columns:
                match |= Q(Matches(_together(columns), Value(pattern)))
        return rows.filter(match)


def _together(columns: tuple[str, ...]) -> models.Expression:
    empty = Value("", output_field=TextField())
    texts = [Coalesce(Cast(F(column), TextField()), empty, output_field=TextField()) for column in columns]
    line = Value("\n", output_field=TextField())
    return Concat(*[each for text in texts for each in (text, line)], output_field=TextField())


def needles_of(whose: Whose) -> Needles:
    """A telephone number that others have too (a switchboard) is not looked for: it is not this person's alone."""
    return needles(whose.emails, [phone for phone in whose.phones if not _is_shared(phone, whose)], whose.names)


def _is_shared(phone: str, whose: Whose) -> bool:
    for model in person_models():
        for column in columns_of(model, "phone"):
            rows = model.objects.filter(**{column: phone})  # type: ignore[attr-defined]
            if rows.exclude(pk__in=whose.rows.get(model._meta.label, [])).exists():
                return True
    return False


def text_columns() -> Iterator[Columns]:
    for model in tenant_models():
        if model.__name__ in OWN_WAY:
            continue
        named = set(columns_of(model, *NAMED_IN))
        texts = [field.attname for field in model._meta.concrete_fields if _is_text(field)]
        addressed = tuple(column for column in texts if column not in named)
        yield Columns(model, tuple(column for column in texts if column in named), addressed)


def _is_text(field: models.Field) -> bool:
    if field.generated or field.choices or isinstance(field, models.UUIDField | models.SlugField):
        return False
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


def traces(whose: Whose) -> dict[str, int]:
    """Table → how many rows name the person beside the rows about them. In a context that reads the whole vendor."""
    found = needles_of(whose)
    asked = []
    for columns in text_columns():
        own = whose.rows.get(columns.model._meta.label, [])
        asked.append((columns.model.__name__, columns.rows(found).exclude(pk__in=own)))
    counted: dict[str, int] = {}
    for start in range(0, len(asked), TABLES_AT_ONCE):
        counted |= _counted(asked[start : start + TABLES_AT_ONCE])
    return counted


def _counted(asked: Sequence[tuple[str, models.QuerySet]]) -> dict[str, int]:
    """How many rows each of the queries finds, of those that find some. One statement."""
    parts, values = [], list[Any]()
    for name, rows in asked:
        try:
            sql, given = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::text AS name, count(*) AS rows FROM ({sql}) AS found")
        values += [name, *given]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, rows FROM ({' UNION ALL '.join(parts)}) AS counted WHERE rows > 0", values)
        return dict(cursor.fetchall())
