"""./fairway test: the whole gate, part by part, in one command.

Every part runs even when an earlier one failed, so that one run shows everything. What a part said is kept in
var/log/gate/, and shown when it failed. Budgets and the least number of tests are in benchmarks/gate_budgets.toml.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from fairway.config import embedded
from fairway.config.commands.database import ROOT, CommandError, environment_for, var_dir

BUDGETS = ROOT / "benchmarks" / "gate_budgets.toml"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_TESTS_COLLECTED = 5
# Whoever has nothing left takes from the other: the slowest tests, the sweeps, are collected last.
SIDE_BY_SIDE = ("-n", "2", "--dist", "worksteal")


@dataclass(frozen=True)
class Part:
    """One step of the gate. `pytest` parts write a junit file, which is where their counts come from."""

    name: str
    command: tuple[str, ...]
    pytest: bool = False
    needs_browser: bool = False


@dataclass(frozen=True)
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


@dataclass(frozen=True)
class Budget:
    """Reviewed numbers of a part: seconds it may take on two cores, tests it must hold at least."""

    seconds: float
    tests: int = 0


@dataclass(frozen=True)
class Outcome:
    """How a part went. `complaints` is empty when it passed."""

    name: str
    seconds: float
    complaints: tuple[str, ...] = ()
    counts: Counts = field(default_factory=Counts)
    warning: str = ""


def test(options: argparse.Namespace) -> int:
    if options.expression and not options.paths:
        raise CommandError("-k needs a PATH: the whole gate leaves no test out.")
    with embedded.in_use(var_dir() / "test-postgres", durable=False) as addresses:
        environment = test_environment(addresses)
        if options.paths:
            outcomes = [_run_paths(options.paths, options.expression, environment)]
        else:
            outcomes = _run_gate(parts(everything=options.all), environment)
    for line in summary_lines(outcomes):
        print(line)
    return 0 if is_green(outcomes) else 1


def parts(*, everything: bool) -> list[Part]:
    """The gate in order; `everything` adds the long tests."""
    python = sys.executable
    listed = [
        Part("format", ("ruff", "format", "--check", ".")),
        Part("lint", ("ruff", "check", ".")),
        Part("spelling", ("typos",)),
        Part("types", ("mypy", "src/fairway")),
        Part("imports", ("lint-imports",)),
        Part("migrations", (python, "-m", "django", "makemigrations", "--check", "--dry-run")),
        Part("templates", (python, "-m", "fairway.config.templates_check")),
        _pytest("unit", "not browser and not race and not long and not wide", *SIDE_BY_SIDE),
        _pytest("races", "race and not browser and not long and not wide"),
        _pytest("browser", "browser and not long and not wide", *SIDE_BY_SIDE, needs_browser=True),
    ]
    if everything:
        listed += [
            _pytest("wide", "wide and not long", *SIDE_BY_SIDE, needs_browser=True),
            _pytest("long", "long", needs_browser=True),
        ]
    return listed


def test_environment(addresses: embedded.Addresses) -> dict[str, str]:
    """What the tests see: a cluster of their own, and nothing of the one that people use."""
    environment = environment_for(addresses.owner_url, "fairway test")
    environment["FAIRWAY_TEST_OWNER_URL"] = addresses.owner_url
    environment["FAIRWAY_TEST_WEB_URL"] = addresses.web_url
    environment["FAIRWAY_VAR"] = str(var_dir() / "test")
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    environment["PYTHONPATH"] += os.pathsep + str(ROOT)
    return environment


def summary_lines(outcomes: list[Outcome]) -> list[str]:
    """The end of the report; its last line is `N passed, N failed`."""
    counts = _total(outcomes)
    lines = ["", f"{sum(outcome.seconds for outcome in outcomes):.0f} s in all."]
    lines += [f"Over budget: {outcome.name}, {outcome.warning}" for outcome in outcomes if outcome.warning]
    failed = [outcome for outcome in outcomes if outcome.complaints]
    lines += [f"FAILED {outcome.name}: {'; '.join(outcome.complaints)}" for outcome in failed]
    if counts.passed + counts.failed == 0:
        lines.append("FAILED: no test ran.")
    if counts.skipped:
        lines.append(f"{counts.skipped} skipped.")
    lines.append(f"{counts.passed} passed, {counts.failed} failed")
    return lines


def is_green(outcomes: list[Outcome]) -> bool:
    counts = _total(outcomes)
    return counts.passed > 0 and counts.failed == 0 and not any(outcome.complaints for outcome in outcomes)


def read_counts(junit: Path) -> Counts:
    """Counts of one junit file; no file, no tests."""
    if not junit.exists():
        return Counts()
    suites = ElementTree.parse(junit).getroot().iter("testsuite")
    total = Counts()
    for suite in suites:
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Counts(passed=max(0, tests - failed - skipped), failed=failed, skipped=skipped)
    return total


def read_budgets(path: Path = BUDGETS) -> dict[str, Budget]:
    return {name: Budget(**values) for name, values in tomllib.loads(path.read_text()).items()}


def find_chromium() -> str | None:
    return os.environ.get("FAIRWAY_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


# --- running


def _run_gate(listed: Iterable[Part], environment: dict[str, str]) -> list[Outcome]:
    budgets = read_budgets()
    outcomes = []
    for part in listed:
        outcome = _run_part(part, budgets.get(part.name), environment)
        print(f"{part.name:<12}{outcome.seconds:7.1f} s  {_verdict(outcome)}", flush=True)
        if outcome.complaints:
            print(_gate_log(part.name).read_text(errors="replace"))
        outcomes.append(outcome)
    return outcomes


def _run_part(part: Part, budget: Budget | None, environment: dict[str, str]) -> Outcome:
    started = time.monotonic()
    log, junit = _gate_log(part.name), _gate_log(part.name).with_suffix(".xml")
    junit.unlink(missing_ok=True)
    if part.needs_browser:
        try:
            environment = {**environment, "FAIRWAY_CHROMIUM": _need_chromium()}
        except CommandError as error:
            log.write_text(f"{error}\n")
            return Outcome(part.name, time.monotonic() - started, (str(error),))
    command = [*part.command, f"--junit-xml={junit}"] if part.pytest else [*part.command]
    with log.open("wb") as output:
        output.write(f"$ {shlex.join(command)}\n".encode())
        output.flush()
        code = subprocess.run(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ).returncode
    seconds, counts = time.monotonic() - started, read_counts(junit)
    complaints = _complaints(code, counts, budget, is_pytest=part.pytest)
    return Outcome(part.name, seconds, complaints, counts, _over_budget(seconds, budget))


def _complaints(code: int, counts: Counts, budget: Budget | None, *, is_pytest: bool) -> tuple[str, ...]:
    found = []
    if code != 0 and not (is_pytest and code == NO_TESTS_COLLECTED):
        found.append(f"{counts.failed} failed" if counts.failed else f"exit code {code}")
    if is_pytest and counts.failed and code == 0:
        found.append(f"{counts.failed} failed")
    least = budget.tests if budget else 0
    if is_pytest and counts.passed + counts.failed < least:
        found.append(f"ran {counts.passed + counts.failed} tests, of at least {least}")
    return tuple(found)


def _over_budget(seconds: float, budget: Budget | None) -> str:
    if budget is None or seconds <= budget.seconds:
        return ""
    return f"{seconds:.0f} s of {budget.seconds:g} s"


def _run_paths(paths: list[str], expression: str | None, environment: dict[str, str]) -> Outcome:
    """Only these tests, in the terminal, one after the other."""
    if chromium := find_chromium():
        environment = {**environment, "FAIRWAY_CHROMIUM": chromium}
    junit = _gate_log("paths").with_suffix(".xml")
    junit.unlink(missing_ok=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", f"--junit-xml={junit}", "--rootdir", str(ROOT)]
    command += ["-c", str(ROOT / "pyproject.toml"), *paths, *(["-k", expression] if expression else [])]
    code = subprocess.run(command, env=environment).returncode
    complaints = (f"exit code {code}",) if code else ()
    return Outcome("paths", time.monotonic() - started, complaints, read_counts(junit))


def _pytest(name: str, marks: str, *arguments: str, needs_browser: bool = False) -> Part:
    command = (sys.executable, "-m", "pytest", "-m", marks, *arguments)
    return Part(name, command, pytest=True, needs_browser=needs_browser)


def _need_chromium() -> str:
    """The path of a Chromium; installed from the system's packages when we may."""
    if found := find_chromium():
        return found
    apt_get = shutil.which("apt-get")
    if apt_get and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "chromium"]):
            subprocess.run([apt_get, "-q", *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
        if found := find_chromium():
            return found
    raise CommandError(
        "the browser tests need Chromium: install the package chromium, or put the path of a Chrome "
        "into FAIRWAY_CHROMIUM"
    )


def _verdict(outcome: Outcome) -> str:
    counts = outcome.counts
    said = "; ".join(outcome.complaints) or "ok"
    if counts.passed + counts.failed + counts.skipped:
        said += f"  ({counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped)"
    return said


def _total(outcomes: list[Outcome]) -> Counts:
    return sum((outcome.counts for outcome in outcomes), Counts())


def _gate_log(name: str) -> Path:
    folder = var_dir() / "log" / "gate"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"
