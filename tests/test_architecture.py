"""Structure as failing tests: what import contracts cannot see."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from fairway.core.tenancy.policies import SYSTEM_TABLES, tenant_models
from fairway.core.tenancy.scope import Tenancy, TenantForeignKey

SOURCE = Path(__file__).resolve().parent.parent / "src" / "fairway"
# From the ground up; apps of one line are siblings, which never point at each other.
LAYERS = [
    ["core"],
    ["workflow", "ledger"],
    ["partners"],
    ["catalog", "training", "content", "community"],
    ["sales"],
    ["customers"],
    ["leads"],
    ["deals"],
    ["quotes", "service", "funds", "incentives", "campaigns"],
    ["planning"],
    ["insight", "connect"],
    ["privacy"],
]
FLOOR = {app: number for number, row in enumerate(LAYERS) for app in row}

WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete", "update"}
# Where rows may be written besides actions: the kernel, the ledger, workflow, and what sets the demo world up.
MAY_WRITE = ("core", "workflow", "ledger")
SETS_UP = "demo"


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("fairway.")]


def sources() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"migrations", "tests"} & set(path.parts):
            yield path


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_a_foreign_key_points_down_or_to_its_own_app(model):
    own = model._meta.app_label
    for field in model._meta.local_fields:
        if not isinstance(field, models.ForeignKey) or not field.related_model.__module__.startswith("fairway."):
            continue
        other = field.related_model._meta.app_label
        allowed = own == other or FLOOR[other] < FLOOR[own]
        assert allowed, f"{model._meta.label}.{field.name} points up or sideways to {other}"


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_a_key_between_tenant_tables_names_the_vendor(model):
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in tenant_models():
            assert isinstance(field, TenantForeignKey), f"{model._meta.label}.{field.name}"


def test_every_table_declares_its_class():
    for model in apps.get_models():
        declared = getattr(model, "tenancy", None)
        table = model._meta.db_table
        assert declared in set(Tenancy) or table in SYSTEM_TABLES, f"{table} has no class"
        if declared in {None, Tenancy.SYSTEM}:
            assert table in SYSTEM_TABLES, f"{table} is system, but not in the reviewed list"


def written_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that look like an ORM write: a writing method on something that came from `.objects` or a model row."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            text = ast.unparse(node.func.value)
            if ".objects" in text or (node.func.attr in {"save", "delete"} and not text.startswith("self.")):
                yield node


def test_rows_are_written_only_by_actions():
    found = []
    for path in sources():
        parts = path.relative_to(SOURCE).parts
        if parts[0] in MAY_WRITE or "actions" in parts or path.name == "actions.py" or SETS_UP in parts:
            continue
        found += [f"{'/'.join(parts)}:{call.lineno}" for call in written_calls(ast.parse(path.read_text()))]
    assert found == []


def test_acting_is_entered_only_by_actions():
    """`acting_for` opens the whole vendor: only actions, and the kernel that defines it, may."""
    found = []
    for path in sources():
        parts = path.relative_to(SOURCE).parts
        if {"actions", SETS_UP} & set(parts) or path.name == "actions.py" or path.match("core/tenancy/acting.py"):
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if "acting_for" in names:
            found.append("/".join(parts))
    assert found == []


def test_no_file_grows_past_what_a_reader_holds():
    long = {
        str(path.relative_to(SOURCE)): count
        for path in sources()
        if (count := len(path.read_text().splitlines())) > 500
    }
    assert long == {}


FORBIDDEN_LOOKUPS = ("__iexact", "__icontains", "__istartswith", "__search", "__trigram", "__contains=")


def test_no_query_uses_an_operator_that_row_security_makes_slow():
    found = []
    for path in sources():
        if path.match("core/conditions/*"):
            continue  # compiles conditions over small sets, and says so itself
        text = path.read_text()
        found += [f"{path.relative_to(SOURCE)}: {lookup}" for lookup in FORBIDDEN_LOOKUPS if lookup in text]
    assert found == []
