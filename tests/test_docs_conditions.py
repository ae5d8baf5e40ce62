"""What docs/conditions.md shows works."""

import json
import re
from pathlib import Path

from fairway.core.conditions import parse, sentence_text, subject
from fairway.core.conditions.parse import DEPTH_MAX, LEAVES_MAX, LIST_MAX
from fairway.core.conditions.subjects import OPS

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "conditions.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_conditions_on_the_page_are_understood():
    (shown,) = blocks("json")
    assert sentence_text(parse(subject("leads"), json.loads(shown))) == (
        "Country is one of Germany or Austria and (Employees is at least 50 or Budget is at least $50,000.00) "
        "and not (Source is “Trade fair”)"
    )


def test_the_code_on_the_page_runs():
    (shown,) = blocks("python")
    exec(compile(shown, "docs/conditions.md", "exec"), {})


def test_the_table_lists_every_type_with_its_operators():
    rows = re.findall(r"^\| (\w+) \|.*\| ([a-z_, ]+) \|$", PAGE, re.MULTILINE)
    shown = {kind: (*ops.split(", "), "is_empty", "is_not_empty") for kind, ops in rows if kind in OPS}
    assert shown == dict(OPS)


def test_the_limits_on_the_page_are_those_of_the_code():
    assert (LEAVES_MAX, DEPTH_MAX, LIST_MAX) == (200, 8, 1_000)
    assert "at most 200 comparisons, eight levels and 1,000 values" in PAGE
