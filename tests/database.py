"""The test database: migrated once for a state of the code, then copied for every run and every worker.

PostgreSQL copies a database in a fraction of a second; migrating takes several. The copy is taken from a template
whose name carries a fingerprint of everything that shapes the tables and their rights.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases
from psycopg import sql

SOURCE = Path(__file__).resolve().parent.parent / "src" / "fairway"
PREFIX = "fairway_template_"
KEPT_TEMPLATES = 6
LOCK = 7_204_118
KEYS = ("USER", "PASSWORD", "HOST", "PORT")


@cache
def fingerprint() -> str:
    """Changes with migrations, models, the kernel that grants rights, settings, packages, and the month.

    Taken once, so that a run is not confused by an edit of the code meanwhile.
    """
    shaping = [
        path
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts
        and (
            "migrations" in path.parts
            or "models" in path.stem
            or "models" in path.parts
            or path.is_relative_to(SOURCE / "core")
            or path.name == "settings.py"
        )
    ]
    digest = hashlib.sha256(f"{datetime.now(UTC):%Y-%m}".encode())
    for path in [*sorted(shaping), SOURCE.parent.parent / "requirements" / "base.txt", Path(__file__)]:
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def make_copy(owner_url: str, name: str) -> None:
    """A fresh database `name`, migrated, with no rows but those of the migrations; Django's connection is set to it."""
    template = PREFIX + fingerprint()
    with _server(owner_url) as server:
        # One process migrates; the others wait here for its template.
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not _exists(server, template):
            _make_template(server, template)
        _drop(server, name)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    _point_django_at(name)


def drop_copy(owner_url: str, name: str) -> None:
    with _server(owner_url) as server:
        _drop(server, name)


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    """A vacuum of the server itself may be in it, which the owner cannot send away: then it is waited for."""
    for _attempt in range(60):
        try:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            time.sleep(0.5)
        else:
            return


def _make_template(server: psycopg.Connection[Any], template: str) -> None:
    """Made under another name, so that an interrupted one is never copied."""
    making = template + "_making"
    _drop(server, making)
    connection.settings_dict["TEST"]["NAME"] = making
    setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    with connection.cursor() as cursor:
        cursor.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO fw_web")
    connection.close()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(template)))
    _drop_old_templates(server)


def _drop_old_templates(server: psycopg.Connection[Any]) -> None:
    rows = server.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC OFFSET %s",
        [PREFIX.replace("_", r"\_") + "%", KEPT_TEMPLATES],
    ).fetchall()
    for (old,) in rows:
        _drop(server, old)


def _exists(server: psycopg.Connection[Any], name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _point_django_at(name: str) -> None:
    connection.close()
    for entry in (connection.settings_dict, settings.DATABASES["default"]):
        entry["NAME"] = name


@contextmanager
def _server(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(owner_url, dbname="postgres", autocommit=True) as server:
        yield server
