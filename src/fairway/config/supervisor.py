"""Child processes of a command: one in the foreground, or several that are kept alive.

Runs in the main thread. Supervised children are in sessions of their own, so that Ctrl-C in the terminal reaches the
supervisor alone, which then stops them.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Self

POLL_SECONDS = 0.2
STOP_LIMIT_SECONDS = 15
RESTART_WAITS_SECONDS = (0.5, 1, 2, 5, 10)
# A child that ran this long before it ended is restarted as if for the first time.
HEALTHY_AFTER_SECONDS = 60
PR_SET_PDEATHSIG = 1


class Terminated(KeyboardInterrupt):
    """SIGTERM, treated like Ctrl-C: `with` blocks are left in order."""


class Reload(Exception):
    """SIGHUP, in a command that knows what to do with it."""


def terminate_like_interrupt() -> None:
    """Make SIGTERM raise Terminated in the main thread."""
    signal.signal(signal.SIGTERM, _raise_terminated)


def run_in_foreground(
    command: list[str], environment: Mapping[str, str], *, before_reload: Callable[[], None] | None = None
) -> int:
    """Run one child that shares our terminal, and give its exit code.

    With `before_reload`, SIGHUP calls that and is then handed to the child, which takes it as "begin afresh".
    """
    with subprocess.Popen(command, env=dict(environment)) as child:
        if before_reload is not None:
            signal.signal(signal.SIGHUP, _raise_reload)
        while True:
            try:
                return child.wait()
            except Reload:
                assert before_reload is not None
                before_reload()
                child.send_signal(signal.SIGHUP)
            except Terminated:
                child.terminate()
            except KeyboardInterrupt:
                # The terminal sends Ctrl-C to the child too, which decides what it means.
                continue


@dataclass(frozen=True)
class Program:
    """A child process to keep alive. What it prints goes to `log`."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path


class Child:
    """One program and the process that runs it now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.restart_at: float | None = None
        self.failures = 0

    def start(self) -> None:
        self.program.log.parent.mkdir(parents=True, exist_ok=True)
        with self.program.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.program.command,
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self.started_at = time.monotonic()
        self.restart_at = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def plan_restart(self) -> float:
        """Note the end of the process; returns the seconds until it is started again.

        Its own children go with it: workers of a killed web server would keep serving the port.
        """
        if self.process is not None:
            _kill_group(self.process.pid)
        now = time.monotonic()
        if now - self.started_at >= HEALTHY_AFTER_SECONDS:
            self.failures = 0
        wait = RESTART_WAITS_SECONDS[min(self.failures, len(RESTART_WAITS_SECONDS) - 1)]
        self.failures += 1
        self.restart_at = now + wait
        return wait


class Supervisor:
    """Use as a context manager: leaving the block stops every child."""

    def __init__(self, programs: list[Program], say: Callable[[str], None] = print) -> None:
        self.children = [Child(program) for program in programs]
        self.say = say

    def __enter__(self) -> Self:
        for child in self.children:
            child.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_all()

    def run(self, also: Callable[[], None] = lambda: None) -> None:
        """Watch the children until SIGTERM or Ctrl-C; `also` is called at every look."""
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                also()
                self.tend()
                time.sleep(POLL_SECONDS)

    def tend(self) -> None:
        """One look at every child: note those that ended, start those whose time has come."""
        for child in self.children:
            if child.is_running():
                continue
            if child.restart_at is None:
                code = child.process.returncode if child.process else None
                wait = child.plan_restart()
                self.say(
                    f"{now_text()} {child.program.name} ended ({describe_end(code)}); "
                    f"starting it again in {wait:g} s. Its log: {child.program.log}"
                )
            elif time.monotonic() >= child.restart_at:
                child.start()

    def _stop_all(self) -> None:
        """Ask all to end, wait for them together, and kill what is left, with all its own children."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_LIMIT_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process.pid)
                process.wait()


def now_text() -> str:
    return f"{datetime.now(UTC):%H:%M:%S}"


def describe_end(code: int | None) -> str:
    """What an exit code of a child says: 'exit code 3', or 'signal SIGKILL'."""
    if code is None:
        return "never started"
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _kill_group(leader: int) -> None:
    """Kill what is left of a child's session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def end_with_parent() -> None:
    """In a child, before its program: have the system end it when its parent is killed. Nothing but on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _raise_reload(_signal: int, _frame: FrameType | None) -> None:
    raise Reload


def _raise_terminated(_signal: int, _frame: FrameType | None) -> None:
    raise Terminated
