"""./fairway demo: the whole product with an invented world in it, from nothing, in one command.

var/demo/logins.json   written by the command `demo_world`: a list of
                       {"surface": "console" | "portal" | "desk", "role": str, "email": str, "password": str}
var/demo/world.json    which cluster holds the world, and whether it was finished
var/log/               what web, worker and set-up printed
"""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from fairway.config.commands.database import (
    CommandError,
    Databases,
    database,
    environment_for,
    require_roles,
    run_python,
    var_dir,
)
from fairway.config.commands.estimate import tell_cost
from fairway.config.commands.programs import prepare_web, web_command, web_environment, worker_command
from fairway.config.commands.walk import Login, WalkError, check_home, check_sign_in_page
from fairway.config.demo.scales import SCALES, SMALL
from fairway.config.supervisor import Program, Supervisor, now_text

HOST = "127.0.0.1"
WEB_PROCESSES = 2
WORKER_CONCURRENCY = 2
READY_LIMIT_SECONDS = 90
PORTS_TRIED = 50


def demo(options: argparse.Namespace) -> int:
    _use_folder_of(options.scale)
    with _alone():
        if options.reset:
            _reset()
        elif _was_interrupted() and options.scale == SMALL and "DATABASE_URL" not in os.environ:
            print("The demo world was interrupted while it was being made; beginning again.")
            _reset()
        with contextlib.ExitStack() as stack:
            with step("Database"):
                databases = stack.enter_context(database(stop_after="always"))
                require_roles(databases.owner_url)
            with step("Tables"):
                _migrate(databases)
            _make_world(databases, options.scale)
            logins = _read_logins()
            port = _choose_port(options.port)
            with step("Static files"):
                prepare_web(web_environment(databases.web_url))
            supervisor = stack.enter_context(Supervisor(_programs(databases, port)))
            with step("Web and worker"):
                _wait_until_ready(supervisor, port)
            _introduce(port, logins)
            if options.once:
                return _check(port, logins)
            supervisor.run(also=_keep_database(databases))
            print("\nStopping.")
        return 0


# --- the world


def _use_folder_of(scale: str) -> None:
    """Every scale but the small one has a data folder of its own, var/large, so that one can be kept beside another."""
    if scale != SMALL:
        os.environ["FAIRWAY_VAR"] = str(var_dir() / scale)


def _migrate(databases: Databases) -> None:
    log = _log("migrate")
    with log.open("wb") as output:
        finished = subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--no-input"],
            env=environment_for(databases.owner_url, "fairway migrate"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode != 0:
        raise CommandError(f"The tables cannot be made.\n{_tail(log)}\nThe whole log: {log}")


def _make_world(databases: Databases, scale: str = SMALL) -> None:
    """Build the demo world unless this database holds a finished one."""
    cluster = _cluster_id(databases)
    state = _world_state(cluster)
    if state == "finished":
        return
    if state == "begun" and scale == SMALL:
        raise CommandError(
            "The demo world was interrupted while it was being made, in a database that is not ours to delete. "
            "Empty it and try again."
        )
    if scale != SMALL:
        tell_cost(SCALES[scale], databases)
    _note_world(cluster, "begun")
    with step("Demo world", own_line=True):
        environment = environment_for(databases.owner_url, "fairway demo world")
        if run_python(["-m", "django", "demo_world", "--scale", scale], environment) != 0:
            raise CommandError("The demo world cannot be made; what went wrong is printed above.")
    _note_world(cluster, "finished")


def _cluster_id(databases: Databases) -> str:
    """The identity that PostgreSQL gave the cluster when it was made, with the database's own."""
    import psycopg

    with psycopg.connect(databases.owner_url) as connection:
        row = connection.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()), oid"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return f"{row[0]}-{row[1]}"


def _world_state(cluster: str) -> str | None:
    """'begun', 'finished', or None when this cluster has no demo world."""
    kept = _noted_world()
    return kept["state"] if kept.get("cluster") == cluster else None


def _was_interrupted() -> bool:
    return _noted_world().get("state") == "begun"


def _noted_world() -> dict[str, str]:
    try:
        return json.loads((_demo_dir() / "world.json").read_text())
    except FileNotFoundError:
        return {}


def _note_world(cluster: str, state: str) -> None:
    (_demo_dir() / "world.json").write_text(json.dumps({"cluster": cluster, "state": state}) + "\n")


def _read_logins() -> list[Login]:
    path = _demo_dir() / "logins.json"
    try:
        return [Login(**entry) for entry in json.loads(path.read_text())]
    except FileNotFoundError:
        raise CommandError(f"{path} is missing. Make the demo world again: ./fairway demo --reset") from None


def _reset() -> None:
    if "DATABASE_URL" in os.environ:
        raise CommandError("--reset deletes the embedded database only; DATABASE_URL names another. Unset it.")
    from fairway.config import embedded

    with step("Old database away"):
        embedded.destroy(var_dir())
        # The folder itself stays: this process holds a lock in it.
        for name in ("world.json", "logins.json"):
            (_demo_dir() / name).unlink(missing_ok=True)
        shutil.rmtree(var_dir() / "files", ignore_errors=True)


# --- web and worker


def _programs(databases: Databases, port: int) -> list[Program]:
    def program(name: str, command: list[str], environment: dict[str, str]) -> Program:
        environment["FAIRWAY_BASE_URL"] = f"http://{HOST}:{port}"
        return Program(name, [sys.executable, *command], environment, _log(name))

    worker = environment_for(databases.web_url, "fairway worker")
    return [
        program("web", web_command(host=HOST, port=port, processes=WEB_PROCESSES), web_environment(databases.web_url)),
        program("worker", worker_command(concurrency=WORKER_CONCURRENCY), worker),
    ]


def _wait_until_ready(supervisor: Supervisor, port: int) -> None:
    until = time.monotonic() + READY_LIMIT_SECONDS
    while True:
        supervisor.tend()
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError) as error:
            problem = error
        if time.monotonic() > until or any(child.failures > 3 for child in supervisor.children):
            tails = "\n".join(f"--- {path}\n{_tail(path)}" for path in (_log("web"), _log("worker")))
            raise CommandError(f"Fairway does not answer on port {port}: {problem}\n{tails}")
        time.sleep(0.1)


def _keep_database(databases: Databases) -> Callable[[], None]:
    """A look at the embedded database, which starts it again when it was stopped or killed."""

    def look() -> None:
        from fairway.config import embedded

        if databases.embedded and not embedded.is_running(var_dir()):
            print(f"{now_text()} database ended; starting it again.", flush=True)
            embedded.ensure_running(var_dir())

    return look


def _choose_port(wanted: int) -> int:
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port != wanted:
            print(f"Port {wanted} is taken by another program; using {port}.")
        return port
    raise CommandError(f"The ports from {wanted} to {wanted + PORTS_TRIED - 1} are all taken. Name one with --port.")


def _introduce(port: int, logins: list[Login]) -> None:
    print(f"\nFairway runs at http://{HOST}:{port}/\n")
    role_width = max(len(login.role) for login in logins)
    email_width = max(len(login.email) for login in logins)
    for login in logins:
        print(f"  {login.role:<{role_width}}  {login.email:<{email_width}}  {login.password}")
    print(f"\nLogs are in {_log('web').parent}. Ctrl-C stops everything.", flush=True)


def _check(port: int, logins: list[Login]) -> int:
    """What --once promises: the log-in page, a real log-in, and the home pages of both surfaces answer."""
    base = f"http://{HOST}:{port}"
    try:
        check_sign_in_page(base)
        print("Log-in page answers.")
        for surface in ("console", "portal"):
            login = next((login for login in logins if login.surface == surface), None)
            if login is None:
                raise WalkError(f"logins.json names nobody for the {surface}.")
            print(f"{login.role} sees {check_home(base, login)}.")
    except WalkError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


# --- files, words


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Refuse a second demo on the same data folder."""
    descriptor = os.open(_demo_dir() / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"The demo already runs from {var_dir()}. Stop it first, or set FAIRWAY_VAR to another folder."
            ) from None
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def step(name: str, *, own_line: bool = False) -> Iterator[None]:
    """Say what is being done and how long it took."""
    started = time.monotonic()
    print(f"{name:<24}", end="\n" if own_line else "", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{name if own_line else '':<{24 if own_line else 0}}{time.monotonic() - started:6.1f} s", flush=True)


def _demo_dir() -> Path:
    folder = var_dir() / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _log(name: str) -> Path:
    folder = var_dir() / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def _tail(path: Path, lines: int = 25) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
