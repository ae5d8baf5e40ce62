"""A data folder of its own with everything that runs in it, and ways to kill and start each part."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from fairway.config import embedded
from fairway.config.commands.database import environment_for
from fairway.config.commands.programs import web_command, worker_command
from fairway.config.postgres_place import read_place
from fairway.config.supervisor import Child, Program

READY_WITHIN_SECONDS = 120


@dataclass
class Place:
    """Where the trial runs. `programs` are kept alive by `tend`, as a supervisor would."""

    var: Path
    port: int
    addresses: embedded.Addresses
    programs: dict[str, Child] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        for name, command in {
            "web": web_command(host="127.0.0.1", port=self.port, processes=1),
            "worker": worker_command(concurrency=2),
        }.items():
            environment = environment_for(self.addresses.web_url, f"fairway {name}")
            program = Program(name, [sys.executable, *command], environment, self.var / "log" / f"{name}.log")
            self.programs[name] = Child(program)
            self.programs[name].start()
        self.wait_until_ready()

    def tend(self) -> None:
        for child in self.programs.values():
            if not child.is_running():
                child.plan_restart()
                child.start()

    def wait_until_ready(self) -> float:
        """Seconds until the web says that it is ready; TimeoutError when it does not in time."""
        begun = time.monotonic()
        while time.monotonic() - begun < READY_WITHIN_SECONDS:
            self.tend()
            with suppress(OSError), urllib.request.urlopen(f"{self.base}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - begun
            time.sleep(0.1)
        raise TimeoutError("The web was not ready in time.")

    def kill(self, victim: str) -> None:
        """Kill −9 of web or worker with all its processes, or of the database's first process; then start it again."""
        if victim == "database":
            self._kill_database()
            self.addresses = embedded.ensure_running(self.var)
        else:
            child = self.programs[victim]
            if child.process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
            child.plan_restart()
            child.start()

    def _kill_database(self) -> None:
        place = read_place(self.var)
        assert place is not None
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int((place.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    def stop(self) -> None:
        for child in self.programs.values():
            if child.process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()


@contextmanager
def place_of_its_own(var: Path) -> Iterator[Place]:
    """A fresh cluster, migrated; this process is pointed at it as the owner. All of it is deleted at the end."""
    embedded.destroy(var)
    addresses = embedded.ensure_running(var)
    os.environ.update(
        FAIRWAY_VAR=str(var), DATABASE_URL=addresses.owner_url, FAIRWAY_WEB_DATABASE_URL=addresses.web_url
    )
    place = Place(var, _free_port(), addresses)
    try:
        environment = environment_for(addresses.owner_url, "fairway migrate")
        subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], env=environment, check=True)
        yield place
    finally:
        place.stop()
        embedded.destroy(var)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
