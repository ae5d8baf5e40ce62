"""Where a person is named beside the rows about them: in notes, reasons, copies, mails; row by row of every table."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from fairway.core.personal.declared import columns_of
from fairway.core.tenancy.policies import tenant_models
from fairway.privacy.queries.counting import counted_together
from fairway.privacy.queries.whose import Whose, person_models
from fairway.privacy.rules.needles import Needles, needles

NAMED_IN = ("text", "message", "copy", "log")
OWN_WAY = ("SearchWord", "Event", "Erasure", "ErasedPerson")
CHUNK = 500


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
    shared = _shared(whose)
    return needles(whose.emails, [phone for phone in whose.phones if phone not in shared], whose.names)


def _shared(whose: Whose) -> set[str]:
    """The person's telephone numbers that stand in rows about others."""
    asked: list[tuple[str, models.QuerySet]] = []
    for model in person_models():
        others = model.objects.exclude(pk__in=whose.rows.get(model._meta.label, []))  # type: ignore[attr-defined]
        for column in columns_of(model, "phone"):
            asked += [(phone, others.filter(**{column: phone})) for phone in whose.phones]
    return set(counted_together(asked))


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
    return counted_together(asked)
