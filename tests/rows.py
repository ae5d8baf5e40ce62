"""One row in every table of a vendor, each text marked by who may read it; for the sweeps.

Values are made from the fields alone, so a new table is swept without a word written for it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fairway.catalog.models import BusinessUnit, ProductLine
from fairway.core import clock
from fairway.core.events.models import Event
from fairway.core.tenancy.models import Organization, Partner, Seat
from fairway.core.tenancy.policies import tenant_models
from fairway.core.tenancy.scope import Tenancy, TenantForeignKey, TenantModel
from fairway.leads.models import Lead, Touch
from fairway.leads.queries.runs import packed_rows
from fairway.partners.models import Territory
from fairway.workflow.models import Approval
from tests.cast import Cast

# Who may read a marked text: staff; staff and Beta; everyone of the vendor.
MARKS = {Tenancy.INTERNAL: "markinternal", Tenancy.SHARED: "markbeta", Tenancy.PUBLISHED: "markacme"}
KEPT = (Partner, Seat)  # the cast has them
# Where the default would hide a row from its rightful reader: staff never see a draft.
# And a card by which a lead was scored is no draft.
CHANGED: dict[str, dict[str, Any]] = {
    "Registration": {"state": "submitted"},
    "ScoreCard": {"state": "retired"},
    "EscalationStep": {"to": "chief"},
    # And rules by which partners were counted are none either.
    "RoutingPolicy": {"state": "retired"},
    # A later run keeps what differs from the partners of this one, and reads them.
    "RoutingRun": {"partners": packed_rows({}, [])},
}
# What stands on a vendor's log-in page for everybody says whose it is, and carries no mark.
PUBLIC = {("Look", "program_name")}


@dataclass(frozen=True)
class Whose:
    """Whose rows are made: a vendor's and one partner's, a seat of that partner, and how their texts are marked."""

    vendor: Organization
    partner: Partner
    seat_id: int | None
    marks: dict[Tenancy, str]
    number: int = 1


def betas(acme: Cast) -> Whose:
    return Whose(acme.acme, acme.beta, acme.beta_seller.seat_id, MARKS)


def make_rows(
    acme: Cast, whose: Whose | None = None, *, beside: dict[type[models.Model], Any] | None = None
) -> dict[type[models.Model], TenantModel]:
    """A row for each tenant table, of vendor Acme and, where it names a partner, of Beta, or of whom it is said.

    `beside`: rows made before, whose published ones, and those a vendor has one of, are taken instead of new ones.
    Inside acting_for.
    """
    whose = whose or betas(acme)
    rows: dict[type[models.Model], Any] = {
        model: row
        for model, row in (beside or {}).items()
        if row.tenancy is Tenancy.PUBLISHED or _is_one_of_a_vendor(model)
    }
    rows |= {Partner: whose.partner, Seat: Seat.objects.get(pk=whose.seat_id)}
    # The partner lies in a territory, and what it sells is in a line of a business unit.
    for model in [Territory, BusinessUnit, ProductLine, *tenant_models()]:
        _row_of(model, whose, rows)
    return rows


def _is_one_of_a_vendor(model: type[models.Model]) -> bool:
    unique = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint) and c.condition is None]
    return any(tuple(constraint.fields) == ("vendor",) for constraint in unique)


def _row_of(model: type[models.Model], whose: Whose, rows: dict[type[models.Model], Any]) -> Any:
    if model in rows:
        return rows[model]
    values: dict[str, Any] = {"vendor": whose.vendor}
    for field in model._meta.concrete_fields:
        if field.name in {"id", "pk", "uid", "vendor"} or field.generated:
            continue
        value = _value(model, field, whose, rows)
        if value is not None:
            values[field.name] = value
    if model is Event:
        values |= {
            "id": 1_000_000 * whose.number + whose.vendor.pk,
            "audience": "partner",
            "subject_id": whose.partner.pk,
            "subject_type": "partner",
        }
    if model in (Touch, Approval):
        values |= {"subject_type": "lead", "subject_id": _row_of(Lead, whose, rows).pk}
    values |= CHANGED.get(model.__name__, {})
    row = model(**values)
    row.save(force_insert=True)
    rows[model] = row
    return row


def _value(model: type[models.Model], field: models.Field, whose: Whose, rows: dict[type[models.Model], Any]) -> Any:
    if isinstance(field, TenantForeignKey):
        if field.related_model is model:
            return None
        if field.related_model is Partner:
            return whose.partner
        if field.null and field.name not in {"partner", "seat"}:
            # Keys that may be empty stay empty where they would make a circle.
            return rows.get(field.related_model)
        return _row_of(field.related_model, whose, rows)
    if field.has_default() and not isinstance(field, models.CharField | models.TextField | models.JSONField):
        return None
    if (model.__name__, field.name) in PUBLIC:
        return f"Programme of {whose.vendor.name}"
    mark = whose.marks.get(model.tenancy, "mark")  # type: ignore[attr-defined]
    value = _plain(model, field, mark)
    return whose.number if value == 1 and not isinstance(value, bool) else value


def _plain(model: type[models.Model], field: models.Field, mark: str) -> Any:
    if isinstance(field, models.JSONField | ArrayField):
        return None if field.has_default() else []
    if isinstance(field, models.BinaryField):
        return mark.encode()
    if isinstance(field, models.EmailField):
        return f"{mark}@{model._meta.model_name}.example"
    if isinstance(field, models.CharField | models.TextField):
        if field.choices or field.has_default():
            return field.default if field.has_default() else field.choices[0][0]
        if field.name in {"country", "currency"}:
            return {"country": "US", "currency": "USD"}[field.name]
        between = "-" if isinstance(field, models.SlugField) else " "
        # Committed rows of an earlier test may hold a text that must be one of its kind.
        once = [uuid4().hex[:12]] if field.unique else []
        return between.join([mark, *once, str(model._meta.model_name), field.name])[: field.max_length or 60]
    if isinstance(field, models.DateTimeField):
        ahead = field.name.endswith(("_until", "lapses_at", "due_at", "expires_at"))
        return clock.now() + timedelta(days=5 if ahead else -5) if not field.null or ahead else None
    if isinstance(field, models.DateField):
        return date(2026, 11, 20) if not field.null else None
    if isinstance(field, models.UUIDField):
        return None if field.has_default() else "0198f2aa-0000-7000-8000-000000000001"
    if field.null:
        return None
    return 1


def copies(row: models.Model, count: int, *, start: int = 0, **others: list[Any]) -> list[Any]:
    """`count` further rows like this one. Texts are numbered from `start`; `others` gives a list per field."""
    model = type(row)
    made = []
    for number in range(count):
        values = {f.attname: _numbered(f, getattr(row, f.attname), start + number) for f in _copied(model)}
        values |= {f"{name}_id": rows[number].pk for name, rows in others.items()}
        made.append(model(**values))
    return model._default_manager.bulk_create(made)


def _copied(model: type[models.Model]) -> list[models.Field]:
    return [f for f in model._meta.concrete_fields if not f.primary_key and f.name != "uid" and not f.generated]


def _numbered(field: models.Field, value: Any, number: int) -> Any:
    is_free_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    if not is_free_text or not value or field.name in {"country", "currency", "time_zone", "kind"}:
        return value
    if isinstance(field, models.EmailField):
        return f"{number}.{value}"
    return f"{value[: (field.max_length or 200) - 4]}-{number}"
