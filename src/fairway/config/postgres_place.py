"""Where an embedded cluster lies: its folders, its passwords, its locks, its port."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairway.config.postgres_programs import Account, EmbeddedDatabaseError, can_reach, choose_account

# A unix socket's whole path must fit 107 bytes on Linux and 103 on macOS; its name takes about 20 of them.
SOCKET_DIR_MAX = 80


@dataclass(frozen=True)
class Credentials:
    superuser: str
    owner: str
    web: str


@dataclass(frozen=True)
class Place:
    """Where one cluster lies. `port` is the one it had last, kept so that addresses survive a restart."""

    var_dir: Path
    home: Path
    socket_dir: Path
    port: int
    roles_version: int

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def data(self) -> Path:
        return self.cluster / "data"

    @property
    def log(self) -> Path:
        return self.cluster / "server.log"


def postgres_dir(var_dir: Path) -> Path:
    return var_dir / "postgres"


def choose_place(var_dir: Path) -> Place:
    account = choose_account()
    home = postgres_dir(var_dir)
    if account is not None and not can_reach(home, account):
        home = _make_home_elsewhere(var_dir, account)
    place = Place(var_dir, home, _choose_socket_dir(home, account), port=free_port(), roles_version=0)
    write_place(place)
    return place


def _make_home_elsewhere(var_dir: Path, account: Account) -> Path:
    """A folder of ours for a data folder that the account cannot reach, such as one under /root."""
    name = "fairway-" + hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
    for parent in (Path("/var/lib"), Path(tempfile.gettempdir())):
        if not os.access(parent, os.W_OK) or not can_reach(parent, account):
            continue
        home = parent / name
        if home.exists():
            # Its passwords went with an earlier data folder of this name; the data may matter all the same.
            home.rename(parent / f"{name}-left-{int(time.time())}")
        home.mkdir(mode=0o755)
        # mkdir's mode is cut by the umask, and this one folder is ours.
        home.chmod(0o755)
        return home
    raise EmbeddedDatabaseError(
        f"The account {account.name}, which runs the embedded PostgreSQL, can reach neither {var_dir} nor "
        "/var/lib. Set FAIRWAY_VAR to a folder that every account may enter."
    )


def _choose_socket_dir(home: Path, account: Account | None) -> Path:
    socket_dir = home / "run"
    if len(os.fsencode(socket_dir)) <= SOCKET_DIR_MAX and " " not in str(socket_dir):
        return socket_dir
    made = Path(tempfile.mkdtemp(prefix="fairway-", dir="/tmp"))
    if account is not None:
        os.chown(made, account.uid, account.gid)
    return made


def read_place(var_dir: Path) -> Place | None:
    try:
        kept = json.loads((postgres_dir(var_dir) / "place.json").read_text())
    except FileNotFoundError:
        return None
    return Place(
        var_dir,
        Path(kept["home"]),
        Path(kept["socket_dir"]),
        port=kept["port"],
        roles_version=kept["roles_version"],
    )


def write_place(place: Place) -> None:
    kept = {
        "home": str(place.home),
        "socket_dir": str(place.socket_dir),
        "port": place.port,
        "roles_version": place.roles_version,
    }
    path = postgres_dir(place.var_dir) / "place.json"
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(kept, indent=1) + "\n")
    unfinished.replace(path)


def read_or_make_credentials(var_dir: Path) -> Credentials:
    path = postgres_dir(var_dir) / "credentials.json"
    if path.exists():
        return Credentials(**json.loads(path.read_text()))
    place = read_place(var_dir)
    if place is not None and place.data.exists():
        raise EmbeddedDatabaseError(
            f"{path} is missing, and the cluster in {place.home} cannot be opened without it. Put it back."
        )
    credentials = Credentials(*(secrets.token_urlsafe(24) for _ in range(3)))
    write_private(path, json.dumps(vars(credentials), indent=1) + "\n", None)
    return credentials


# --- files, locks, ports


def make_private_dir(path: Path, account: Account | None) -> None:
    if path.exists():
        return
    path.mkdir(mode=0o700, parents=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)


def write_private(path: Path, text: str, account: Account | None) -> None:
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    if account is not None:
        os.chown(unfinished, account.uid, account.gid)
    unfinished.replace(path)


def open_lock(var_dir: Path, name: str) -> int:
    folder = postgres_dir(var_dir)
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)


@contextlib.contextmanager
def locked(var_dir: Path, name: str) -> Iterator[None]:
    descriptor = open_lock(var_dir, name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_last_user(descriptor: int) -> bool:
    """Whether nobody else holds the shared lock that this open file holds."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
