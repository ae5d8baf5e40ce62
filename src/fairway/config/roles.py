"""The roles of an installation, made once by a superuser of PostgreSQL.

Three kinds, and nothing else logs in:
- `fw_owner` owns the database: it migrates, seeds in bulk and backs up. It stands above row security.
- `fw_web` is the log-in of web and worker. It has no right on any tenant table; it takes one of the group
  roles for the length of a transaction (`SET LOCAL ROLE`).
- the group roles, one per surface, under row security.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

OWNER = "fw_owner"
WEB = "fw_web"
GROUPS = ("fw_console", "fw_portal", "fw_desk", "fw_public", "fw_acting", "fw_limited")
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent", "citext")
DATABASE = "fairway"

# Raised when the statements below change: clusters made earlier are then mended at their next start.
VERSION = 2


@dataclass(frozen=True)
class Passwords:
    owner: str
    web: str


def prepare_roles(superuser_connection: psycopg.Connection, passwords: Passwords, database: str = DATABASE) -> None:
    """Make or mend the roles, the database and its extensions. Safe to run again.

    The connection must be in autocommit mode, because CREATE DATABASE runs in no transaction.
    """
    if not superuser_connection.autocommit:
        raise ValueError("prepare_roles needs a connection in autocommit mode.")
    _make_logins(superuser_connection, passwords)
    _make_groups(superuser_connection)
    _make_database(superuser_connection, database)
    # Databases made later, those of the tests, are copies of template1.
    for name in ("template1", database):
        with _connected_to(superuser_connection, name) as connection:
            _make_extensions(connection)


def missing_roles(connection: psycopg.Connection) -> list[str]:
    """Names of the roles that this PostgreSQL does not have yet."""
    wanted = [OWNER, WEB, *GROUPS]
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [wanted]).fetchall()
    found = {row[0] for row in rows}
    return [name for name in wanted if name not in found]


def _make_logins(connection: psycopg.Connection, passwords: Passwords) -> None:
    logins = (
        (OWNER, "LOGIN NOSUPERUSER CREATEDB NOCREATEROLE INHERIT BYPASSRLS", passwords.owner),
        (WEB, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS", passwords.web),
    )
    for name, attributes, password in logins:
        _make_role(connection, name)
        connection.execute(
            sql.SQL("ALTER ROLE {} WITH " + attributes + " PASSWORD {}").format(
                sql.Identifier(name), sql.Literal(password)
            )
        )


def _make_groups(connection: psycopg.Connection) -> None:
    for group in GROUPS:
        _make_role(connection, group)
        connection.execute(
            sql.SQL("ALTER ROLE {} WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                sql.Identifier(group)
            )
        )
        for login in (WEB, OWNER):
            connection.execute(
                sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(
                    sql.Identifier(group), sql.Identifier(login)
                )
            )


def _make_role(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))


def _make_database(connection: psycopg.Connection, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    else:
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))


def _make_extensions(connection: psycopg.Connection) -> None:
    for extension in EXTENSIONS:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def _connected_to(connection: psycopg.Connection, database: str) -> psycopg.Connection:
    """A second connection of the same log-in, to another database of the same server."""
    address = make_conninfo(connection.info.dsn, password=connection.info.password, dbname=database)
    return psycopg.connect(address, autocommit=True)
