"""./fairway backup FILE and ./fairway restore FILE: the whole installation in one file, and back.

A restore never touches what is there until it is proven: the dump goes into a database beside the real one, every
table is compared with the manifest by rows and checksum, and only then the two databases change names. What was there
before stays beside it, under a name that is printed.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from fairway.config import postgres_programs
from fairway.config.commands import archive
from fairway.config.commands.archive import DUMP, FILES, Manifest
from fairway.config.commands.database import CommandError, database, require_roles, var_dir

# Order plays no part in a sum, so the checksum needs no sorting; the settings fix how values are written.
_CHECKSUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t"
_AS_TEXT = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1"
_CLIENTS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
PATIENCE_SECONDS = 5  # for connections of our own that are just ending
IN_USE = "The database is in use. Stop web and worker, then try again. Nothing was changed."


def backup(options: argparse.Namespace) -> int:
    target = Path(options.file).resolve()
    if target.exists() and not options.overwrite:
        raise CommandError(f"{target} exists. Name another file, or say --overwrite.")
    if not target.parent.is_dir():
        raise CommandError(f"There is no folder {target.parent}.")
    with database() as databases, tempfile.TemporaryDirectory(dir=target.parent, prefix=".fairway-backup-") as folder:
        dump = Path(folder) / DUMP
        with _snapshot(databases.owner_url) as (connection, snapshot):
            _dump(databases.owner_url, snapshot, dump)
            found = Manifest(
                format=archive.FORMAT,
                fairway=_version(),
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                postgres=connection.execute("SHOW server_version").fetchone()[0],  # type: ignore[index]
                migrations=_migrations(connection),
                tables=checksums(connection),
            )
        # After the database, so that every file it names is there.
        paths = {DUMP: dump, **dict(archive.files_below(var_dir() / "files"))}
        members = {name: archive.digest(path) for name, path in paths.items()}
        found.members.update(members)
        archive.write(target, found, paths)
    rows = sum(table[0] for table in found.tables.values())
    size = target.stat().st_size / 1024**2
    print(f"{target}: {rows:,} rows in {len(found.tables)} tables, {len(members) - 1:,} files, {size:,.1f} MB.")
    return 0


def restore(options: argparse.Namespace) -> int:
    source = Path(options.file).resolve()
    manifest = archive.read_manifest(source)
    with database() as databases:
        owner = databases.owner_url
        require_roles(owner)
        files = var_dir() / "files"
        if not options.replace:
            _require_empty(owner, files)
        _require_unused(owner)
        files.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=files.parent, prefix=".fairway-restore-") as folder:
            archive.unpack(source, manifest, Path(folder))
            stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
            name = _name_of(owner)
            beside = f"{name}_restoring_{stamp}"
            try:
                _create_database(owner, beside)
                _fill(on_database(owner, beside), Path(folder) / DUMP)
                _compare(on_database(owner, beside), manifest)
                kept = _swap(owner, name, beside, f"{name}_before_{stamp}")
            finally:
                _drop_database(owner, beside)
            kept_files = _swap_files(Path(folder) / FILES, files, stamp)
    _report(manifest, kept, kept_files)
    return 0


def _report(manifest: Manifest, kept: str, kept_files: Path | None) -> None:
    rows = sum(table[0] for table in manifest.tables.values())
    print(f"Restored the state of {manifest.made_at}: {rows:,} rows in {len(manifest.tables)} tables, compared.")
    if kept:
        print(f"The database that was there is kept as {kept}. Drop it when you are sure.")
    if kept_files:
        print(f"The files that were there are kept in {kept_files}.")
    print("Run ./fairway migrate before you start web and worker.")


# --- what a database holds


def checksums(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """Table → [rows, checksum], for every table of the schema public; a partitioned one is its partitions."""
    connection.execute(_AS_TEXT)
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
    ).fetchall()
    found: dict[str, list[Any]] = {}
    for (name,) in names:
        row = connection.execute(sql.SQL(_CHECKSUM).format(sql.Identifier(name))).fetchone()
        assert row is not None
        found[name] = [row[0], row[1]]
    return found


def _migrations(connection: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")]


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A connection in a transaction that sees one moment, and the name under which pg_dump sees the same."""
    try:
        with psycopg.connect(url) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            yield connection, row[0]
    except psycopg.errors.UndefinedTable:
        raise CommandError("There is nothing to back up: the database has no tables. Run ./fairway migrate.") from None
    except psycopg.OperationalError as error:
        raise CommandError(f"The database cannot be reached: {str(error).strip()}") from error


def _require_empty(url: str, files: Path) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT to_regclass('public.core_organization') IS NOT NULL").fetchone()
        has_people = (
            row is not None
            and row[0]
            and connection.execute(
                "SELECT EXISTS (SELECT 1 FROM core_organization) OR EXISTS (SELECT 1 FROM core_user)"
            ).fetchone()
            == (True,)
        )
    if has_people or next(archive.files_below(files), None) is not None:
        raise CommandError(
            "This installation is not empty. Nothing was changed. To put the backup in its place say --replace; "
            "what is here now is kept beside it."
        )


def _require_unused(url: str) -> None:
    """Said before the long work, not after it; the change of names would be refused as well."""
    until = time.monotonic() + PATIENCE_SECONDS
    with _server(url) as server:
        while server.execute(_CLIENTS, [_name_of(url)]).fetchone() != (0,):
            if time.monotonic() > until:
                raise CommandError(IN_USE)
            time.sleep(0.1)


def _compare(url: str, manifest: Manifest) -> None:
    with psycopg.connect(url) as connection:
        found = checksums(connection)
    wrong = [name for name in sorted(set(found) | set(manifest.tables)) if found.get(name) != manifest.tables.get(name)]
    if wrong:
        raise CommandError(
            f"The restored tables differ from those that were backed up: {', '.join(wrong)}. Nothing was changed."
        )


# --- databases


def on_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/" + name))


def _name_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _server(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(on_database(url, "postgres"), autocommit=True)


def _create_database(url: str, name: str) -> None:
    with _server(url) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _drop_database(url: str, name: str) -> None:
    with _server(url) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _swap(url: str, name: str, beside: str, kept: str) -> str:
    """Give the restored database the name of the real one; returns the name of the former, "" when it was empty."""
    was_empty = _has_no_tables(url)
    with _server(url) as server:
        try:
            _rename(server, name, kept)
        except psycopg.errors.ObjectInUse:
            raise CommandError(IN_USE) from None
        try:
            _rename(server, beside, name)
        except psycopg.Error:
            _rename(server, kept, name)
            raise
        if was_empty:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(kept)))
    return "" if was_empty else kept


def _rename(server: psycopg.Connection[Any], name: str, to: str) -> None:
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


def _has_no_tables(url: str) -> bool:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchone()
    return row == (0,)


def _swap_files(restored: Path, files: Path, stamp: str) -> Path | None:
    kept = None
    if files.exists():
        if next(files.iterdir(), None) is None:
            files.rmdir()
        else:
            kept = files.with_name(f"files.before-{stamp}")
            files.rename(kept)
    restored.mkdir(exist_ok=True, mode=0o700)
    restored.rename(files)
    return kept


# --- PostgreSQL's programs


def _dump(url: str, snapshot: str, target: Path) -> None:
    _run("pg_dump", url, f"--snapshot={snapshot}", "--format=custom", "--schema=public", f"--file={target}")


def _fill(url: str, dump: Path) -> None:
    """In one transaction. The extensions are there already, made by the superuser when roles were prepared."""
    listed = _run("pg_restore", None, "--list", str(dump))
    wanted = [line for line in listed.splitlines() if " EXTENSION " not in line and " SCHEMA " not in line]
    chosen = dump.with_suffix(".list")
    chosen.write_text("\n".join(wanted) + "\n")
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", f"--use-list={chosen}", str(dump))


def _run(program: str, url: str | None, *arguments: str) -> str:
    """Output of one of PostgreSQL's programs. The password goes by the environment, which others cannot read."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    place: list[str] = []
    if url is not None:
        parts = psycopg.conninfo.conninfo_to_dict(url)
        environment["PGPASSWORD"] = str(parts.pop("password", "") or "")
        place = ["--dbname", psycopg.conninfo.make_conninfo(**parts)]  # type: ignore[arg-type]
    command = [str(_programs() / program), "--no-password", *place, *arguments]
    if url is None:
        command = [str(_programs() / program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def _programs() -> Path:
    """The folder of pg_dump and pg_restore: an operator's, for a server newer than ours, or the installed ones."""
    if folder := os.environ.get("FAIRWAY_POSTGRES_PROGRAMS"):
        return Path(folder)
    return postgres_programs.wheel_programs()


def _version() -> str:
    try:
        return metadata.version("fairway")
    except metadata.PackageNotFoundError:
        return "source"
