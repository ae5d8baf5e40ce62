"""The gate: what it counts, and when it is red."""

import os
import sys
from pathlib import Path

import pytest

from fairway.config import gate
from fairway.config.gate import Budget, Counts, Outcome, Part

JUNIT = (
    '<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1"/>'
    '<testsuite name="pytest" errors="0" failures="0" skipped="0" tests="4"/></testsuites>'
)
PASSING = """
import sys
junit = next(part for part in sys.argv if part.startswith("--junit-xml=")).partition("=")[2]
open(junit, "w").write('<testsuite errors="0" failures="0" skipped="0" tests="3"/>')
"""


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gate, "var_dir", lambda: tmp_path)
    return tmp_path / "log" / "gate"


def test_tests_are_counted_from_the_report_of_pytest(tmp_path: Path) -> None:
    report = tmp_path / "unit.xml"
    report.write_text(JUNIT)
    assert gate.read_counts(report) == Counts(passed=8, failed=3, skipped=3)


def test_no_report_is_no_test(tmp_path: Path) -> None:
    assert gate.read_counts(tmp_path / "unit.xml") == Counts()


def test_the_last_line_counts_all_parts() -> None:
    outcomes = [Outcome("unit", 1, (), Counts(10, 0, 2)), Outcome("races", 1, (), Counts(5, 0, 0))]
    lines = gate.summary_lines(outcomes)
    assert lines[-1] == "15 passed, 0 failed"
    assert "2 skipped." in lines
    assert gate.is_green(outcomes)


def test_a_failed_part_is_named_and_makes_the_gate_red() -> None:
    outcomes = [Outcome("lint", 1, ("exit code 1",)), Outcome("unit", 1, (), Counts(10, 0, 0))]
    assert "FAILED lint: exit code 1" in gate.summary_lines(outcomes)
    assert gate.summary_lines(outcomes)[-1] == "10 passed, 0 failed"
    assert not gate.is_green(outcomes)


def test_a_failed_test_makes_the_gate_red() -> None:
    outcomes = [Outcome("unit", 1, ("1 failed",), Counts(9, 1, 0))]
    assert gate.summary_lines(outcomes)[-1] == "9 passed, 1 failed"
    assert not gate.is_green(outcomes)


def test_a_gate_without_a_test_is_red() -> None:
    outcomes = [Outcome("lint", 1), Outcome("unit", 1)]
    assert gate.summary_lines(outcomes)[-2:] == ["FAILED: no test ran.", "0 passed, 0 failed"]
    assert not gate.is_green(outcomes)


def test_a_part_over_its_budget_warns_and_stays_green() -> None:
    outcomes = [Outcome("unit", 300, (), Counts(1, 0, 0), gate._over_budget(300, Budget(seconds=180)))]
    assert "Over budget: unit, 300 s of 180 s" in gate.summary_lines(outcomes)
    assert gate.is_green(outcomes)


def test_a_part_that_lost_its_tests_is_red() -> None:
    budget = Budget(seconds=10, tests=5)
    assert gate._complaints(0, Counts(4, 0, 9), budget, is_pytest=True) == ("ran 4 tests, of at least 5",)
    assert gate._complaints(0, Counts(5, 0, 0), budget, is_pytest=True) == ()


def test_a_part_with_no_test_yet_is_no_failure_unless_its_budget_wants_some() -> None:
    assert gate._complaints(gate.NO_TESTS_COLLECTED, Counts(), None, is_pytest=True) == ()
    assert gate._complaints(gate.NO_TESTS_COLLECTED, Counts(), Budget(1, tests=1), is_pytest=True) != ()
    assert gate._complaints(gate.NO_TESTS_COLLECTED, Counts(), None, is_pytest=False) == ("exit code 5",)


def test_failures_count_even_when_the_exit_code_hides_them() -> None:
    assert gate._complaints(0, Counts(1, 2, 0), None, is_pytest=True) == ("2 failed",)


def test_what_a_failing_part_said_is_kept(logs: Path) -> None:
    part = Part("lint", (sys.executable, "-c", "print('line 3 is wrong'); raise SystemExit(4)"))
    outcome = gate._run_part(part, None, dict(os.environ))
    assert outcome.complaints == ("exit code 4",)
    assert "line 3 is wrong" in (logs / "lint.log").read_text()


def test_counts_of_an_earlier_run_are_not_taken_for_this_one(logs: Path) -> None:
    good = Part("unit", (sys.executable, "-c", PASSING), pytest=True)
    assert gate._run_part(good, None, dict(os.environ)).counts == Counts(3, 0, 0)
    broken = Part("unit", (sys.executable, "-c", "raise SystemExit(2)"), pytest=True)
    outcome = gate._run_part(broken, None, dict(os.environ))
    assert outcome.counts == Counts()
    assert outcome.complaints == ("exit code 2",)


def test_browser_tests_without_a_browser_are_red(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "find_chromium", lambda: None)
    monkeypatch.setattr(gate.os, "geteuid", lambda: 1000)
    part = Part("browser", (sys.executable, "-c", PASSING), pytest=True, needs_browser=True)
    outcome = gate._run_part(part, None, dict(os.environ))
    assert "need Chromium" in outcome.complaints[0]
    assert outcome.counts == Counts()


def test_every_part_has_a_budget_and_every_budget_a_part() -> None:
    assert set(gate.read_budgets()) == {part.name for part in gate.parts(everything=True)}


def test_every_test_belongs_to_exactly_one_part() -> None:
    """Whatever marks a test carries, one expression and only one selects it in the full run."""
    expressions = [part.command[part.command.index("-m", 3) + 1] for part in gate.parts(everything=True) if part.pytest]
    for number in range(16):
        marks = {name: bool(number >> bit & 1) for bit, name in enumerate(("browser", "race", "long", "wide"))}
        chosen = [expression for expression in expressions if eval(expression, {}, marks)]
        assert len(chosen) == 1, marks


def test_only_the_full_run_adds_the_long_tests() -> None:
    short, full = ([part.name for part in gate.parts(everything=flag)] for flag in (False, True))
    assert full == [*short, "wide", "long"]
