"""Children that are kept alive."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fairway.config.supervisor import Program, Supervisor, describe_end, run_in_foreground

WAIT_SECONDS = 20


def program(tmp_path: Path, code: str, name: str = "web") -> Program:
    return Program(name, [sys.executable, "-c", code], dict(os.environ), tmp_path / "log" / f"{name}.log")


def wait_for(condition: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        meanwhile()
        time.sleep(0.02)


def pid_of(supervisor: Supervisor) -> int:
    process = supervisor.children[0].process
    assert process is not None
    return process.pid


def test_a_killed_child_is_started_again_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor([program(tmp_path, "import time; time.sleep(60)")], said.append) as supervisor:
        first = pid_of(supervisor)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: pid_of(supervisor) != first, supervisor.tend)
        assert supervisor.children[0].is_running()
    assert len(said) == 1
    assert "web ended (signal SIGKILL); starting it again in 0.5 s." in said[0]


def test_a_child_that_ends_at_once_is_restarted_more_and_more_slowly(tmp_path: Path) -> None:
    with Supervisor([program(tmp_path, "")], lambda _: None) as supervisor:
        child = supervisor.children[0]
        waits = [child.plan_restart() for _ in range(7)]
    assert waits == [0.5, 1, 2, 5, 10, 10, 10]


def test_leaving_the_block_ends_every_child(tmp_path: Path) -> None:
    sleeping = "import time; time.sleep(60)"
    with Supervisor([program(tmp_path, sleeping), program(tmp_path, sleeping, "worker")]) as supervisor:
        assert [child.is_running() for child in supervisor.children] == [True, True]
    assert [child.is_running() for child in supervisor.children] == [False, False]
    assert [child.process.returncode for child in supervisor.children if child.process] == [-signal.SIGTERM] * 2


def test_children_of_a_killed_child_go_with_it(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid) + ' ')\n"
        "time.sleep(60)\n"
    )
    with Supervisor([program(tmp_path, code)], lambda _: None) as supervisor:
        wait_for(lambda: note.exists() and note.read_text().endswith(" "))
        grandchild = int(note.read_text())
        os.kill(pid_of(supervisor), signal.SIGKILL)
        wait_for(lambda: not _is_alive(grandchild), supervisor.tend)


def test_what_a_child_prints_is_in_its_log(tmp_path: Path) -> None:
    with Supervisor([program(tmp_path, "print('hello', flush=True)")], lambda _: None) as supervisor:
        wait_for(lambda: not supervisor.children[0].is_running())
    assert (tmp_path / "log" / "web.log").read_text() == "hello\n"


@pytest.mark.parametrize(
    ("code", "words"), [(None, "never started"), (3, "exit code 3"), (-9, "signal SIGKILL"), (0, "exit code 0")]
)
def test_the_end_of_a_child_in_words(code: int | None, words: str) -> None:
    assert describe_end(code) == words


def test_a_foreground_child_hands_on_its_exit_code() -> None:
    assert run_in_foreground([sys.executable, "-c", "raise SystemExit(7)"], dict(os.environ)) == 7


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells children of their parent's death on Linux")
def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "child"
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from fairway.config.supervisor import Program, Supervisor\n"
        "sleeping = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        f"program = Program('web', sleeping, dict(os.environ), Path({str(tmp_path / 'web.log')!r}))\n"
        "with Supervisor([program]) as supervisor:\n"
        f"    Path({str(note)!r}).write_text(str(supervisor.children[0].process.pid) + ' ')\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as outer:
        wait_for(lambda: note.exists() and note.read_text().endswith(" "))
        child = int(note.read_text())
        assert _is_alive(child)
        outer.kill()
        wait_for(lambda: not _is_alive(child))


def _is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
