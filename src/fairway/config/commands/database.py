"""The database a command works on: the operator's, by DATABASE_URL, or the embedded one."""

import argparse
import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fairway.config.supervisor import run_in_foreground

ROOT = Path(__file__).resolve().parents[4]
SETTINGS_MODULE = "fairway.config.settings"


class CommandError(Exception):
    """A command cannot do its work; the message is for the person who typed it."""


@dataclass(frozen=True)
class Databases:
    """`web_url` is for web and worker, `owner_url` for migrations and the demo world."""

    web_url: str
    owner_url: str
    embedded: bool


def var_dir() -> Path:
    """The data folder: of the sources, or of the folder in which an installed command was given."""
    base = ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()
    return Path(os.environ.get("FAIRWAY_VAR", base / "var")).resolve()


@contextlib.contextmanager
def database(*, stop_after: str = "started") -> Iterator[Databases]:
    """The database for the length of a `with` block; see `embedded.in_use` for `stop_after`.

    An operator's own PostgreSQL comes from DATABASE_URL (log-in fw_web) and FAIRWAY_OWNER_DATABASE_URL
    (log-in fw_owner, needed only to migrate).
    """
    if url := os.environ.get("DATABASE_URL"):
        yield Databases(url, os.environ.get("FAIRWAY_OWNER_DATABASE_URL", url), embedded=False)
        return
    from fairway.config import embedded

    with embedded.in_use(var_dir(), stop_after=stop_after) as addresses:
        yield Databases(addresses.web_url, addresses.owner_url, embedded=True)


def environment_for(url: str, process: str) -> dict[str, str]:
    """The environment of a child process that sees this one database address and no other."""
    environment = {**os.environ, "DATABASE_URL": url, "FAIRWAY_PROCESS": process}
    environment.pop("FAIRWAY_OWNER_DATABASE_URL", None)
    environment.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    source = str(ROOT / "src")
    paths = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path and path != source]
    environment["PYTHONPATH"] = os.pathsep.join([*([source] if Path(source).is_dir() else []), *paths])
    return environment


def run_python(
    arguments: list[str], environment: Mapping[str, str], *, before_reload: Callable[[], None] | None = None
) -> int:
    """Run our own Python in the foreground, in the folder the command was typed in."""
    return run_in_foreground([sys.executable, *arguments], environment, before_reload=before_reload)


def migrate(options: argparse.Namespace) -> int:
    with database() as databases:
        require_roles(databases.owner_url)
        environment = environment_for(databases.owner_url, "fairway migrate")
        return run_python(["-m", "django", "migrate", *options.arguments], environment)


def require_roles(url: str) -> None:
    """Say plainly when an operator's PostgreSQL has not been prepared."""
    import psycopg

    from fairway.config import roles

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            missing = roles.missing_roles(connection)
    except psycopg.OperationalError as error:
        raise CommandError(f"The database cannot be reached: {str(error).strip()}") from error
    if missing:
        raise CommandError(
            f"The database lacks the roles {', '.join(missing)}. Run once: "
            "./fairway prepare postgresql://SUPERUSER:PASSWORD@HOST/postgres"
        )


def prepare(options: argparse.Namespace) -> int:
    """Make roles and database on an operator's PostgreSQL, and print the addresses for the environment."""
    import psycopg

    from fairway.config import roles

    passwords = roles.Passwords(owner=secrets.token_urlsafe(24), web=secrets.token_urlsafe(24))
    try:
        with psycopg.connect(options.superuser_url, autocommit=True, connect_timeout=10) as connection:
            roles.prepare_roles(connection, passwords)
    except psycopg.Error as error:
        raise CommandError(f"The database cannot be prepared: {str(error).strip()}") from error
    place = urlsplit(options.superuser_url).netloc.rpartition("@")[2]
    print(f"DATABASE_URL=postgresql://{roles.WEB}:{passwords.web}@{place}/{roles.DATABASE}")
    print(f"FAIRWAY_OWNER_DATABASE_URL=postgresql://{roles.OWNER}:{passwords.owner}@{place}/{roles.DATABASE}")
    return 0
