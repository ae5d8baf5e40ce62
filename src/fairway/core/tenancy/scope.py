"""The bases of every tenant table: its class, its columns, and a manager that fails closed.

Five classes (docs/tenancy.md): internal, shared, published, own, system. The class decides both what the manager
adds to each query and which policies row security gets, so that the two cannot drift apart.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models.expressions import Expression, F

from fairway.core.ids import uuid7
from fairway.core.tenancy.context import Context, OutsideContext, Surface, current


class Tenancy(StrEnum):
    INTERNAL = "internal"
    SHARED = "shared"
    PUBLISHED = "published"
    OWN = "own"
    SYSTEM = "system"


OfContext = Callable[[Context], Any]
_left_open: ContextVar[bool] = ContextVar("fairway_left_open", default=False)


@contextmanager
def left_open() -> Iterator[None]:
    """SQL compiled in this block names what it wants of a context (functions among its parameters), not the values.

    For queries that are compiled once and run in many contexts of one shape (core.prepared).
    """
    token = _left_open.set(True)
    try:
        yield
    finally:
        _left_open.reset(token)


def shape_of(context: Context | None) -> tuple[Any, ...]:
    """What the text of scoped SQL depends on; contexts of one shape differ in values only."""
    return (None,) if context is None else (context.surface, context.limited_by, len(context.partner_ids) == 1)


def _vendor(context: Context) -> int:
    return context.vendor_id


def _vendors(context: Context) -> list[int]:
    return list(context.vendor_ids)


def _organization(context: Context) -> int:
    return context.organization_id


def _only_partner(context: Context) -> int:
    return context.partner_ids[0]


def _partners(context: Context) -> list[int]:
    return list(context.partner_ids)


def _partners_and_staff(context: Context) -> list[int]:
    return [0, *context.partner_ids]


def _nothing(context: Context) -> None:
    """For a condition without a value of its own: it reads the settings, as row security does."""


# Staff of some territories: the partners that lie in them, by the table that places partners.
IN_AREA = (
    "{column} IN (SELECT a.{partner} FROM {table} a WHERE a.vendor_id = current_setting('fw.vendor_id')::bigint"
    " AND a.{territory} = ANY (current_setting('fw.territory_ids')::bigint[]))"
)
# Staff of some business units: the product lines of these and of none, 0 being no product line at all.
IN_UNITS = (
    "coalesce({column}, 0) IN (SELECT 0 UNION ALL SELECT b.id FROM {lines} b"
    " WHERE b.vendor_id = current_setting('fw.vendor_id')::bigint"
    " AND coalesce(b.{unit}, 0) = ANY (0::bigint || current_setting('fw.unit_ids')::bigint[]))"
)
# The same for rows that name a thing of a line (a product) and not the line.
IN_UNITS_THROUGH = (
    "coalesce({column}, 0) IN (SELECT 0 UNION ALL SELECT p.id FROM {things} p"
    " WHERE p.vendor_id = current_setting('fw.vendor_id')::bigint AND {of_line})"
)
_OTHER = {"territories": "units", "units": "territories"}


@cache
def _area() -> dict[str, str]:
    """The table that says where partners lie: the one model that declares `territory_column`."""
    (model,) = [model for model in apps.get_models() if getattr(model, "territory_column", "")]
    return {"table": model._meta.db_table, "territory": model.territory_column, "partner": "partner_id"}  # type: ignore[attr-defined]


@cache
def _lines() -> type[models.Model]:
    """The model whose rows belong to business units: the one that declares `unit_column`."""
    (model,) = [model for model in apps.get_models() if getattr(model, "unit_column", "")]
    return model


def _where(dimension: str, condition: str, limited_by: str | None) -> str:
    """The condition of one kind of limit. A reader's limits are known to managers; policies ask for them."""
    other = _OTHER[dimension]
    if limited_by is None:
        # Asked once a query, not for every row.
        return f"((SELECT current_setting('fw.limited_by') = '{other}') OR {condition})"
    return "true" if limited_by == other else condition


def in_area(column: str, limited_by: str | None = None) -> str:
    """SQL: this column names a partner of the territories in context. Braces of the column stay."""
    return _where("territories", IN_AREA.format(column=column, **_area()), limited_by)


def _in_units(column: str) -> str:
    lines = _lines()
    return IN_UNITS.format(column=column, lines=lines._meta.db_table, unit=lines.unit_column)  # type: ignore[attr-defined]


def _keys(model: type[models.Model]) -> list[models.ForeignKey]:
    return [field for field in model._meta.local_concrete_fields if isinstance(field, TenantForeignKey)]


def _names_subject(model: type[models.Model]) -> bool:
    return {"subject_type", "subject_id"} <= {field.name for field in model._meta.local_concrete_fields}


def _line_of(model: type[models.Model]) -> str:
    """SQL: the row's own product line, or that of the product it names, is of the units in context; or empty."""
    for field in _keys(model):
        column = "{" + field.column + "}"
        if field.related_model is _lines():
            return _in_units(column)
        if getattr(field.related_model, "tenancy", None) is Tenancy.PUBLISHED:
            for further in _keys(field.related_model):
                if further.related_model is _lines():
                    things = field.related_model._meta.db_table
                    return IN_UNITS_THROUGH.format(
                        column=column, things=things, of_line=_in_units(f"p.{further.column}")
                    )
    return ""


def _followed(model: type[models.Model]) -> list[models.ForeignKey]:
    """Keys to rows that are sold in a product line, which this row hangs on."""
    return [
        field for field in _keys(model)
        if not field.null and field.related_model is not model and _is_of_units(field.related_model)
    ]  # fmt: skip


@cache
def _is_of_units(model: type[models.Model]) -> bool:
    """Whether a limit to business units asks anything of the rows of this table."""
    if getattr(model, "tenancy", None) not in {Tenancy.INTERNAL, Tenancy.SHARED}:
        return False
    return bool(_line_of(model)) or bool(_followed(model))


def _may_be_read(table: str, key: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} x WHERE x.id = {key})"


def _units_sql(model: type[models.Model]) -> str:
    """What a limit to business units asks of a row; empty where it asks nothing, or `limited` says it already."""
    if not _names_subject(model):
        followed = "" if getattr(model, "limited", "") else " AND ".join(
            _may_be_read(field.related_model._meta.db_table, "{" + field.column + "}") for field in _followed(model)
        )  # fmt: skip
        return _line_of(model) or followed
    # What names its subject by type and id. The log names everything; others only what names no subject in turn.
    is_log = getattr(model, "append_only", False)
    named = [
        other for other in apps.get_models()
        if other is not model and (_is_of_units(other) or (is_log and _names_subject(other) and _asks_units(other)))
    ]  # fmt: skip
    cases = " ".join(
        f"WHEN '{other._meta.model_name}' THEN {_may_be_read(other._meta.db_table, '{subject_id}')}"
        for other in sorted(named, key=lambda other: other._meta.db_table)
    )
    return f"CASE {{subject_type}} {cases} ELSE true END"


def _referred(model: type[models.Model]) -> str:
    """SQL: something shared with a partner names the row, and may itself be read."""
    naming = [
        f"SELECT n.{field.column} FROM {other._meta.db_table} n"
        for other in apps.get_models()
        if getattr(other, "tenancy", None) is Tenancy.SHARED
        for field in other._meta.local_concrete_fields
        if isinstance(field, TenantForeignKey) and field.related_model is model
    ]
    return "{id} IN (" + " UNION ALL ".join(sorted(naming)) + ")"


@cache
def limited_sql(model: type[models.Model], limited_by: str | None = None) -> str:
    """What limited staff read of a table, beside the vendor; columns in braces.

    What names a partner goes by the partner, what is sold in a product line by the line's business unit too; what is
    published, by nothing; internal rows only where the model says (`limited`), else none at all. `limited_by` is that
    of a reader's context; without it the text asks for it, as policies do.
    """
    partner = _partner_sql(model, limited_by)
    units = _units_sql(model) if _asks_units(model) and partner != "false" else ""
    if not units or limited_by == "territories":
        return partner
    units = _where("units", units, limited_by)
    return units if partner == "true" else f"({partner}) AND {units}"


def _asks_units(model: type[models.Model]) -> bool:
    return _is_of_units(model) or (_names_subject(model) and _partner_sql(model, None) != "false")


def _partner_sql(model: type[models.Model], limited_by: str | None) -> str:
    kind: Tenancy = model.tenancy  # type: ignore[attr-defined]
    declared = getattr(model, "limited", "")
    if declared:
        referred = _referred(model) if declared == "{referred}" else ""
        return str(declared).replace("{area}", in_area("{partner_id}", limited_by)).replace("{referred}", referred)
    if own := getattr(model, "narrowed", {}).get("console", ""):
        return re.sub(r"^seat_id", "{seat_id}", own)
    if column := getattr(model, "territory_column", ""):
        is_there = f"{{{column}}} = ANY (current_setting('fw.territory_ids')::bigint[])"
        return _where("territories", is_there, limited_by)
    if kind is Tenancy.SHARED:
        column = "{" + model.partner_column + "}"  # type: ignore[attr-defined]
        of_partner = in_area(column, limited_by)
        return f"({column} = 0 OR {of_partner})" if getattr(model, "staff_rows_visible", False) else of_partner
    return "true" if kind is Tenancy.PUBLISHED else "false"


OF_VENDOR: tuple[str, OfContext] = ("{vendor} = %s", _vendor)
OF_VENDORS: tuple[str, OfContext] = ("{vendor} = ANY(%s)", _vendors)


class InScope(Expression):
    """True for the rows of the context in force, decided when the SQL is compiled, not when it is written."""

    conditional = True

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(output_field=models.BooleanField())
        self.model = model
        self.tenancy: Tenancy = model.tenancy  # type: ignore[attr-defined]
        names = {"vendor": F("vendor_id")}
        if self.tenancy is Tenancy.SHARED:
            names["partner"] = F(model.partner_column)  # type: ignore[attr-defined]
        if self.tenancy is Tenancy.OWN:
            names = {"organization": F("organization_id")}
        else:
            names |= {name: F(name) for name in re.findall(r"{(\w+)}", limited_sql(model))}
        self.columns: dict[str, Any] = names

    def get_source_expressions(self) -> list[Any]:
        return list(self.columns.values())

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = dict(zip(self.columns, exprs, strict=True))

    @property
    def identity(self) -> tuple:
        return (type(self), self.model, tuple(self.columns))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        context = current()
        sql = {name: compiler.compile(column)[0] for name, column in self.columns.items()}
        conditions = self._conditions(context)
        text = " AND ".join(template.format(**sql) for template, _ in conditions)
        is_open = _left_open.get()
        values = [value for _, value in conditions if value is not _nothing]
        return f"({text})", tuple(value if is_open else value(context) for value in values)

    def _conditions(self, context: Context) -> list[tuple[str, "OfContext"]]:
        if self.tenancy is Tenancy.OWN:
            return [("{organization} = %s", _organization)]
        if context.is_limited:
            return [OF_VENDOR, (limited_sql(self.model, context.limited_by), _nothing)]
        if context.surface in {Surface.CONSOLE, Surface.ACTING}:
            return [OF_VENDOR]
        if self.tenancy is Tenancy.INTERNAL or (context.surface is Surface.PUBLIC and not self._is_public()):
            raise OutsideContext(f"{self.model.__name__} rows are not for the {context.surface}.")
        if self.tenancy is Tenancy.PUBLISHED:
            return [OF_VENDORS if context.surface is Surface.DESK else OF_VENDOR]
        sees_staff_rows = getattr(self.model, "staff_rows_visible", False)
        of_partner = self._of_partner(context, sees_staff_rows=sees_staff_rows)
        if context.surface is not Surface.DESK:
            return [OF_VENDOR, of_partner]
        return [OF_VENDORS, of_partner] if sees_staff_rows else [of_partner]

    def _of_partner(self, context: Context, *, sees_staff_rows: bool) -> tuple[str, "OfContext"]:
        if sees_staff_rows:
            return "{partner} = ANY(%s)", _partners_and_staff
        if len(context.partner_ids) == 1:
            # Equality lets an index that begins with the partner give rows in its order; ANY does not.
            return "{partner} = %s", _only_partner
        return "{partner} = ANY(%s)", _partners

    def _is_public(self) -> bool:
        return bool(getattr(self.model, "public_when", ""))


class TenantQuerySet(models.QuerySet):
    pass


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> TenantQuerySet:
        return super().get_queryset().filter(InScope(self.model))


class TenantForeignKey(models.ForeignKey):
    """A key to a row of the same vendor.

    The database holds it as FOREIGN KEY (vendor_id, x_id) REFERENCES t (vendor_id, id), made by
    `policies.synchronise`, so that no row can point across vendors, whoever wrote it.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class TenantModel(models.Model):
    """A row that belongs to one vendor."""

    tenancy: ClassVar[Tenancy]
    # Narrower reading for one role, as SQL over the table's columns, joined by AND to its policy.
    narrowed: ClassVar[dict[str, str]] = {}
    partner_column: ClassVar[str] = "partner_id"
    # Column → what it says of a person (`core.personal.declared`); and those that look so and are about no person.
    personal: ClassVar[dict[str, str]] = {}
    not_personal: ClassVar[tuple[str, ...]] = ()
    # What limited staff read of it, where its class does not say it all (`limited_sql`).
    limited: ClassVar[str] = ""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=uuid7, editable=False)
    vendor = models.ForeignKey("core.Organization", models.PROTECT, related_name="+", db_index=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["vendor", "id"], name="%(class)s_vendor_id"),
            models.UniqueConstraint(fields=["vendor", "uid"], name="%(class)s_vendor_uid"),
        ]


class InternalModel(TenantModel):
    """Staff only; the portal's role has no right to the table."""

    tenancy = Tenancy.INTERNAL

    class Meta(TenantModel.Meta):
        abstract = True


class SharedModel(TenantModel):
    """Staff and the one partner it names. No partner yet: staff only."""

    tenancy = Tenancy.SHARED

    partner = TenantForeignKey("core.Partner", related_name="+", null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True


class PublishedModel(TenantModel):
    """Of a vendor, for all its partners; `public_when` (SQL) opens rows to visitors without a log-in."""

    tenancy = Tenancy.PUBLISHED
    public_when: ClassVar[str] = ""

    class Meta(TenantModel.Meta):
        abstract = True
