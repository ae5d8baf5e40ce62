"""Migrations are safe while people work: old processes go on with the new tables, and no big table is locked for long.

What 0.1.0 was first installed with is `FIRST`. Everything after it only adds, or stands in REVIEWED with a reason.
"""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models.fields import NOT_PROVIDED

FIRST = frozenset(
    f"{app}.0001_initial"
    for app in ("core", "workflow", "partners", "catalog", "sales", "customers", "leads", "deals", "insight", "connect")
) | {"core.0002_event_log"}
# "<app>.<migration>: <what>" → why it does no harm.
REVIEWED: dict[str, str] = {
    "core.0007_rate_limits: RunSQL ": "makes a small table of its own, which old processes do not know",
    **dict.fromkeys(
        (
            "customers.0002_outside_ids: AddConstraint customer",
            "customers.0002_outside_ids: AddConstraint customercontact",
            "deals.0005_outside_ids: AddConstraint deal",
            "leads.0005_outside_ids: AddConstraint touch",
            "partners.0002_outside_ids: AddConstraint contact",
        ),
        "an index of the rows with an external id, of which there are none yet: one reading of the table",
    ),
    "workflow.0006_notice_words: AddIndex notification": "an index of rows for a digest, of which there are none yet",
    **dict.fromkeys(
        (
            "leads.0030_plans_levels_calendars: AddConstraint triggerlevel",
            "leads.0030_plans_levels_calendars: RemoveConstraint triggerlevel",
        ),
        "five hundred rows of a vendor at most: one more column makes them differ, and old processes never fill it",
    ),
    "leads.0030_plans_levels_calendars: AlterField reassignment.state": "one more choice, unknown to the database",
    "leads.0008_business_units: RunPython ": "fills a new column by slices, each in a transaction of its own",
    "core.0011_covers: RunSQL ": "changes the few rows of own roles; old processes know no such permission",
    "core.0010_merging: AddField partner.merged_into indexed": "a column without values, thirty thousand rows at most",
    "customers.0002_outside_ids: AddField customer.merged_into indexed": "a column without values: one reading",
    **dict.fromkeys(
        (
            f"connect.0006_cost_imports: AlterField {model}.kind"
            for model in ("dropfolder", "duplicatepair", "importrun", "savedmapping")
        ),
        "more choices, which the database does not know",
    ),
    "connect.0004_duplicates: AlterField importrun.kind": "more choices, which the database does not know",
    "connect.0004_duplicates: AlterField savedmapping.kind": "more choices, which the database does not know",
    "leads.0031_undoing: AlterField reassignment.state": "one more choice, which the database does not know",
    "leads.0028_sellers: AlterField reassignment.state": "one more choice, which the database does not know",
    **dict.fromkeys(
        (
            "leads.0006_fewer_indexes: AlterField lead.partner",
            "leads.0006_fewer_indexes: AlterField leadnote.lead",
            "leads.0006_fewer_indexes: AlterField leadperson.lead",
            "leads.0006_fewer_indexes: AlterField leadperson.partner",
            "leads.0006_fewer_indexes: AlterField leadscore.card",
            "leads.0006_fewer_indexes: AlterField leadscore.lead",
            "leads.0006_fewer_indexes: AlterField offer.lead",
            "leads.0006_fewer_indexes: AlterField offer.partner",
            "leads.0006_fewer_indexes: AlterField routingdecision.lead",
            "leads.0006_fewer_indexes: AlterField routingdecision.policy",
            "leads.0006_fewer_indexes: RemoveIndex offer",
            "leads.0006_fewer_indexes: RemoveIndex routingdecision",
            "deals.0006_fewer_indexes: AlterField deal.partner",
            "deals.0006_fewer_indexes: AlterField protection.partner",
            "deals.0006_fewer_indexes: AlterField registration.partner",
            "partners.0004_fewer_indexes: AlterField credential.code",
            "sales.0003_fewer_indexes: AlterField salesline.partner",
            "sales.0003_fewer_indexes: RemoveIndex salesline",
            "workflow.0004_fewer_indexes: AlterField notification.seat",
        ),
        "drops an index that another begins like: a lock of milliseconds, nothing is read",
    ),
    **dict.fromkeys(
        (
            "leads.0011_cards_and_models: AlterField routingpolicy.state",
            "leads.0011_cards_and_models: AlterField scorecard.state",
            "leads.0021_pools: AlterField lead.state",
        ),
        "one more choice, which the database does not know",
    ),
    "leads.0011_cards_and_models: RemoveConstraint scorecard": "a table of a few versions; a wider rule comes with it",
    "leads.0011_cards_and_models: AddConstraint scorecard": "a table of a few versions",
    **dict.fromkeys(
        ("leads.0025_quality: AlterField touch.kind", "leads.0025_quality: AlterField touch.outcome"),
        "a wider varchar, which changes no row; the choices are the vendor's and the database never knew them",
    ),
    "core.0005_search_text: DeleteModel SearchMark": "its table came with 0004, in the same release, and holds nothing",
}


def newer() -> Iterator[tuple[str, migrations.Migration]]:
    for (app, name), migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items():
        is_ours = apps.get_app_config(app).name.startswith("fairway.")
        if is_ours and f"{app}.{name}" not in FIRST:
            yield f"{app}.{name}", migration


def complaints(migration: migrations.Migration) -> list[str]:
    """What could stop old processes, or lock a table of people who work."""
    made = {op.name.lower() for op in migration.operations if isinstance(op, migrations.CreateModel)}
    return [said for op in migration.operations for said in _complaints_of(op, made)]


def _complaints_of(operation: Operation, made: set[str]) -> Iterator[str]:
    kind = type(operation).__name__
    model = getattr(operation, "model_name", "") or getattr(operation, "name", "")
    what = f"{kind} {model}"
    if model.lower() in made or isinstance(
        operation, migrations.CreateModel | AddIndexConcurrently | migrations.AlterModelOptions
        | migrations.AlterModelManagers | RemoveIndexConcurrently
    ):  # fmt: skip
        return
    if isinstance(operation, migrations.AddField):
        field = operation.field
        is_many = isinstance(field, models.ManyToManyField)
        if not (field.null or is_many or field.db_default is not NOT_PROVIDED):
            yield f"{what}.{operation.name}"  # a process of the old version inserts rows without it
        if field.unique or (field.db_index and not is_many):
            yield f"{what}.{operation.name} indexed"  # the index is built under a lock
        return
    if isinstance(operation, migrations.SeparateDatabaseAndState) and not operation.database_operations:
        return
    yield f"{what}.{operation.name}" if kind in {"RemoveField", "AlterField"} else what


def test_every_migration_after_the_first_only_adds_or_is_reviewed() -> None:
    found = {f"{name}: {said}" for name, migration in newer() for said in complaints(migration)}
    assert sorted(found - set(REVIEWED)) == [], (
        "not safe while people work: give a new column null or db_default, build indexes with AddIndexConcurrently, "
        "drop and rename in a later release; or review it in tests/test_migrations.py"
    )
    assert sorted(set(REVIEWED) - found) == [], "reviewed, but not there any more"


def test_indexes_that_are_built_beside_work_are_in_migrations_without_a_transaction() -> None:
    for name, migration in newer():
        if any(isinstance(op, AddIndexConcurrently | RemoveIndexConcurrently) for op in migration.operations):
            assert migration.atomic is False, name
            beside = AddIndexConcurrently | RemoveIndexConcurrently
            others = [op for op in migration.operations if not isinstance(op, beside)]
            assert others == [], f"{name}: without a transaction a half of it would stay"


class _Migration(migrations.Migration):
    def __init__(self, *operations: Operation) -> None:
        super().__init__("test", "leads")
        self.operations = list(operations)


@pytest.mark.parametrize(
    ("operation", "is_safe"),
    [
        (migrations.AddField("Lead", "note", models.TextField(null=True)), True),
        (migrations.AddField("Lead", "tries", models.IntegerField(default=0, db_default=0)), True),
        (migrations.AddField("Lead", "tries", models.IntegerField(default=0)), False),
        (migrations.AddField("Lead", "code", models.CharField(max_length=5, null=True, unique=True)), False),
        (migrations.AddField("Lead", "code", models.CharField(max_length=5, null=True, db_index=True)), False),
        (migrations.RemoveField("Lead", "need"), False),
        (migrations.RenameField("Lead", "need", "wish"), False),
        (migrations.AlterField("Lead", "need", models.TextField()), False),
        (migrations.AddIndex("Lead", models.Index(fields=["need"], name="x")), False),
        (AddIndexConcurrently("Lead", models.Index(fields=["need"], name="x")), True),
        (migrations.AddConstraint("Lead", models.CheckConstraint(condition=models.Q(pk__gt=0), name="x")), False),
        (migrations.RunSQL("UPDATE leads_lead SET need = ''"), False),
        (migrations.RunPython(migrations.RunPython.noop), False),
        (migrations.DeleteModel("Lead"), False),
        (migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))]), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else None,
)
def test_what_is_unsafe_is_found(operation: Operation, is_safe: bool) -> None:
    assert (complaints(_Migration(operation)) == []) is is_safe


def test_an_index_of_a_table_that_is_made_beside_it_needs_no_care() -> None:
    made = migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))])
    index = migrations.AddIndex("Thing", models.Index(fields=["id"], name="x"))
    assert complaints(_Migration(made, index)) == []


def test_migrating_waits_for_nobody_for_long() -> None:
    command = import_module("fairway.core.management.commands.migrate")
    assert 5 <= command.LOCK_SECONDS <= 60
