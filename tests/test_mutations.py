"""The fences are tried by taking them down: each hole cut on purpose must be noticed, and each fence must hold alone.

Every mutation happens in a transaction of the owner that is rolled back.
"""

from collections.abc import Callable, Iterator

import pytest
from conftest import as_owner
from django.db import DataError, ProgrammingError, connection, models, transaction

from fairway.core.tenancy import scope
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Context, OutsideContext, Surface, entering
from fairway.core.tenancy.policies import reading, tenant_models
from fairway.core.tenancy.scope import InScope
from fairway.leads.models import Lead
from tests import cast
from tests.leaks import OF_UNITS, Reader, desk_of, faults_of, for_limited, readers, right_faults
from tests.rows import make_rows

# In the short gate a table of each kind, and all in the full run.
SOME = {
    "core_partner", "core_event", "core_savedview", "workflow_notification", "leads_lead", "leads_offer",
    "leads_routingpolicy", "deals_registration", "catalog_product", "sales_salesline",
}  # fmt: skip
TABLES = pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, id=table, marks=[] if table in SOME else [pytest.mark.wide])
        for model in tenant_models()
        if (table := model._meta.db_table)
    ],
)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[tuple[cast.Cast, dict[type[models.Model], models.Model]]]:
    """The cast and one row in every table, uncommitted, on a connection of the owner."""
    with django_db_blocker.unblock(), as_owner(), transaction.atomic():
        loaded = cast.load()
        with acting_for(loaded.admin):
            rows = make_rows(loaded)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        yield loaded, rows
        transaction.set_rollback(True)


def found_after(world, model: type[models.Model], *mutation: str) -> list[str]:
    """What the sweep says of a table once the statements were run; the first fault is enough. All is undone."""
    loaded, rows = world
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in mutation:
                cursor.execute(statement)
        found = next(faults_of(loaded, model, rows[model]), None)
        faults = [found] if found else right_faults()
        transaction.set_rollback(True)
    return faults


def policies_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT policyname FROM pg_policies WHERE tablename = %s ORDER BY 1", [table])
        return [name for (name,) in cursor.fetchall()]


@TABLES
def test_nothing_is_reported_of_an_unchanged_database(world, model):
    assert found_after(world, model) == []


@TABLES
def test_a_policy_that_lets_all_through_is_noticed(world, model):
    table = model._meta.db_table
    roles = policies_of(table)
    assert set(roles) == {"acting", *reading(model)}
    for role in roles:
        assert found_after(world, model, f"ALTER POLICY {role} ON {table} USING (true)"), f"{role} USING (true)"
    assert found_after(world, model, f"ALTER POLICY acting ON {table} WITH CHECK (true)")


@TABLES
def test_a_policy_that_is_gone_is_noticed(world, model):
    table = model._meta.db_table
    for role in policies_of(table):
        if role == "limited" and not for_limited(model, here=True):
            continue  # nobody of the sweep has such a row there, and without a policy nobody reads more
        assert found_after(world, model, f"DROP POLICY {role} ON {table}"), role


@TABLES
def test_a_policy_for_another_role_is_noticed(world, model):
    table = model._meta.db_table
    for role in ("console", "portal", "desk", "public"):
        added = f"CREATE POLICY mutation ON {table} FOR SELECT TO fw_{role} USING (true)"
        assert found_after(world, model, added, f"GRANT SELECT ON {table} TO fw_{role}"), role


@TABLES
def test_a_table_outside_row_security_is_noticed(world, model):
    faults = found_after(world, model, f"ALTER TABLE {model._meta.db_table} DISABLE ROW LEVEL SECURITY")
    assert faults
    assert f"{model._meta.db_table}: not under row security" in rights_after(
        f"ALTER TABLE {model._meta.db_table} DISABLE ROW LEVEL SECURITY"
    )


def rights_after(*mutation: str) -> list[str]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in mutation:
                cursor.execute(statement)
        faults = right_faults()
        transaction.set_rollback(True)
    return faults


@TABLES
def test_a_right_too_many_or_too_few_is_noticed(world, model):
    table = model._meta.db_table
    for grant, said in {
        f"GRANT SELECT ON {table} TO fw_public": "fw_public has SELECT too many",
        f"GRANT UPDATE ON {table} TO fw_portal": "fw_portal has UPDATE too many",
        f"GRANT SELECT (uid) ON {table} TO fw_web": "fw_web has SELECT too many",
        f"GRANT DELETE ON {table} TO PUBLIC": "fw_desk has DELETE too many",
        f"REVOKE SELECT ON {table} FROM fw_console": "fw_console lacks SELECT",
    }.items():
        is_promised = said.startswith("fw_public") and "public" in reading(model)
        assert (f"{table}: {said}" in rights_after(grant)) is not is_promised, grant


def test_a_way_around_row_security_is_noticed(world):
    assert "leads_lead_copy: fw_portal has SELECT too many" in rights_after(
        "CREATE VIEW leads_lead_copy AS SELECT * FROM leads_lead", "GRANT SELECT ON leads_lead_copy TO fw_portal"
    )
    assert "fw_open(): everyone may run it with the owner's rights" in rights_after(
        "CREATE FUNCTION fw_open() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS 'SELECT 1'"
    )
    assert "fw_bare(): runs as the owner with the caller's search_path" in rights_after(
        "CREATE FUNCTION fw_bare() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    )
    (partition,) = [name for name in children_of("core_event") if name.endswith("_rest")]
    assert f"{partition}: fw_portal has SELECT too many" in rights_after(f"GRANT SELECT ON {partition} TO fw_portal")


def children_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
        return [name for (name,) in cursor.fetchall()]


# --- each fence alone


def seen_through_manager(reader: Reader, model: type[models.Model]) -> set[int] | None:
    """Ids of organizations whose rows the manager gives this reader; None where it has no right at all."""
    try:
        with entering(reader.context), transaction.atomic():
            return set(model.objects.values_list("vendor_id", flat=True))  # type: ignore[attr-defined]
    except (OutsideContext, ProgrammingError):
        return None


def strangers_and_rivals(loaded: cast.Cast) -> list[Reader]:
    return [
        reader for reader in readers(loaded) if reader.kind in {"stranger", "rival", "limited elsewhere", "other unit"}
    ]


def assert_nobody_sees_acmes_or_betas(world, model) -> None:
    loaded, rows = world
    for reader in strangers_and_rivals(loaded):
        seen = seen_through_manager(reader, model)
        if reader.kind == "stranger":
            assert loaded.acme.pk not in (seen or set()), reader.name
        elif reader.kind == "other unit" and model.__name__ not in OF_UNITS:
            continue
        elif seen is not None and model.tenancy is scope.Tenancy.SHARED:  # type: ignore[attr-defined]
            with entering(reader.context):
                assert not model.objects.filter(uid=rows[model].uid).exists(), reader.name  # type: ignore[attr-defined]


@TABLES
def test_row_security_alone_keeps_strangers_out_when_managers_let_all_through(world, model, monkeypatch):
    loaded, rows = world
    monkeypatch.setattr(InScope, "as_sql", lambda self, compiler, connection: ("(true)", ()))
    with acting_for(loaded.admin):  # the managers filter nothing now: what follows is the database's doing
        assert model.objects.filter(uid=rows[model].uid).exists()  # type: ignore[attr-defined]
    assert_nobody_sees_acmes_or_betas(world, model)


@TABLES
def test_managers_alone_keep_strangers_out_when_row_security_is_off(world, model):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE ROW LEVEL SECURITY")
        assert_nobody_sees_acmes_or_betas(world, model)
        transaction.set_rollback(True)


def test_with_both_fences_down_the_strangers_do_see(world, monkeypatch):
    """Else the two tests above would prove nothing."""
    loaded, _rows = world
    monkeypatch.setattr(InScope, "as_sql", lambda self, compiler, connection: ("(true)", ()))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE leads_lead DISABLE ROW LEVEL SECURITY")
        zeta = Reader("Zeta's staff", "stranger", loaded.zeta_admin.context)
        assert loaded.acme.pk in (seen_through_manager(zeta, Lead) or set())
        transaction.set_rollback(True)


UNSCOPED: list[tuple[str, Callable[[cast.Cast], Context]]] = [
    ("console", lambda loaded: loaded.admin.context),
    ("portal", lambda loaded: loaded.beta_seller.context),
    ("desk", lambda loaded: desk_of(loaded.beta_executive)),
    ("public", lambda loaded: Context(Surface.PUBLIC, vendor_id=loaded.acme.pk)),
]


@pytest.mark.parametrize(("role", "context"), UNSCOPED, ids=[role for role, _ in UNSCOPED])
def test_a_role_without_settings_is_an_error_not_an_empty_page(world, role, context):
    """A context that lost its settings must break: a policy casts them without a default."""

    loaded, _rows = world
    table = "leads_leadform" if role == "public" else "core_seat"
    with entering(context(loaded)), connection.cursor() as cursor:
        for name in ("vendor_id", "vendor_ids", "partner_ids"):
            cursor.execute("SELECT set_config(%s, '', true)", [f"fw.{name}"])
        with pytest.raises(DataError), transaction.atomic():
            cursor.execute(f"SELECT count(*) FROM {table}")
