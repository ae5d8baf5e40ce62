"""Documents that must say what the code does."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from fairway.core.access import PERMISSIONS

ROOT = Path(__file__).resolve().parent.parent


def test_the_rights_in_the_docs_are_those_in_force():
    text = (ROOT / "docs" / "tenancy.md").read_text()
    said = {match[0]: set(match[1].split(", ")) for match in re.findall(r"^\| `([\w.]+)` \| (.+) \|$", text, re.M)}
    assert said == {permission: set(roles) for permission, roles in PERMISSIONS.items()}


@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if m.__module__.startswith("fairway.")], ids=lambda m: m.__name__
)
def test_every_model_is_a_word_of_the_glossary(model):
    assert re.search(rf"\*\*{model.__name__}\*\*", (ROOT / "CONTEXT.md").read_text())


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_links_between_documents_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_files_named_in_the_documents_exist():
    missing = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for name in re.findall(r"`((?:tests|docs|src|benchmarks)/[\w./-]+)`", page.read_text()):
            if not (ROOT / name).exists():
                missing.append(f"{page.name}: {name}")
    assert missing == []


def named_tests() -> list[tuple[str, str]]:
    text = (ROOT / "THREAT_MODEL.md").read_text()
    return re.findall(r"`((?:src|tests)/[\w/]+\.py)::(\w+)`", text)


def test_the_threat_model_names_tests_that_there_are():
    assert len(named_tests()) > 40
    for path, name in named_tests():
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.M), f"{path}::{name}"


def test_every_threat_of_the_threat_model_has_a_test():
    rows = [line for line in (ROOT / "THREAT_MODEL.md").read_text().splitlines() if line.startswith("| ")]
    threats: list[str] = []
    is_defended = False
    for row in rows:
        if row.startswith("| Threat |"):
            is_defended = True
        elif row.startswith(("| Asset |", "| Actor |")):
            is_defended = False
        elif is_defended:
            threats.append(row)
    assert len(threats) > 35
    assert [row for row in threats if "::test_" not in row] == []
