"""A backup is the installation: restored elsewhere it is equal, table by table, and as well guarded."""

import json
import os
import re
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import database
from tests.operations.installation import Installation, on_database

pytestmark = pytest.mark.long

SCENE = """
import django; django.setup()
from tests import cast, scene
scene.make_scene(cast.load())
"""

# Everything that decides who may read and write, as PostgreSQL keeps it.
GUARDS = {
    "row security": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1",
    "policies": "SELECT tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
    "rights": "SELECT relname, relkind, relowner::regrole, (SELECT array_agg(a::text ORDER BY a::text) FROM"
    " unnest(relacl) a) FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    "functions": "SELECT p.oid::regprocedure, prosecdef, proowner::regrole, md5(prosrc), (SELECT array_agg(a::text"
    " ORDER BY a::text) FROM unnest(proacl) a) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT"
    " EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY p.oid::regprocedure::text",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "constraints": "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY conrelid::regclass::text, 2",
    "triggers": "SELECT tgrelid::regclass, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    " ORDER BY tgrelid::regclass::text, 2",
    "comments": "SELECT relname, obj_description(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relkind IN ('r', 'p') ORDER BY 1",
    "sequences": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1",
}
SCENE_TABLES = ("leads_lead", "leads_offer", "deals_registration", "deals_deal", "core_user", "procrastinate_jobs")


@pytest.fixture(scope="module")
def backed_up(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    installation.python("-c", SCENE, DATABASE_URL=installation.web_url)
    kept = installation.var / "files" / "exports" / "v1"
    kept.mkdir(parents=True)
    (kept / "a file.csv").write_text("company;€\n")
    (kept / "empty.bin").write_bytes(b"")
    target = tmp_path_factory.mktemp("backups") / "night.fairway"
    said = installation.run("backup", str(target)).stdout
    assert re.fullmatch(r"/.*/night\.fairway: [\d,]+ rows in \d+ tables, 2 files, \d+\.\d MB\.\n", said)
    return target


@pytest.fixture
def elsewhere(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An empty installation, prepared and no more."""
    name = f"fairway_elsewhere_{os.getpid()}"
    owner = os.environ["FAIRWAY_TEST_OWNER_URL"]
    with database._server(owner) as server:
        _dropped(server, name)
        server.execute(f"CREATE DATABASE {name}")
    yield Installation(tmp_path, on_database(installation.web_url, name), on_database(owner, name))
    with database._server(owner) as server:
        for (made,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{name}%"]).fetchall():
            _dropped(server, made)


def _dropped(server: Any, name: str) -> None:
    """Not while autovacuum is in it: the owner may not end that, and it goes by itself."""
    for attempt in range(60):
        try:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            return
        except psycopg.errors.InsufficientPrivilege:
            if attempt == 59:
                raise
            time.sleep(0.5)


def checksum_of(installation: Installation) -> dict[str, Any]:
    """Table → (rows, hash over all rows in order); another way than the product's own."""
    tables = installation.query(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
    )
    return {
        name: installation.query(
            f"SELECT count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {name} t"
        )[0]
        for (name,) in tables
    }


def plain(rows: list[Any]) -> list[str]:
    """Without the casts and brackets that PostgreSQL sets anew around a condition each time it reads it."""
    return [re.sub(r"::[a-z ]+(\[\])?|[()]", "", str(row)) for row in rows]


def guards_of(installation: Installation) -> dict[str, Any]:
    return {name: installation.query(statement) for name, statement in GUARDS.items()}


def test_restored_equals(installation: Installation, backed_up: Path, elsewhere: Installation) -> None:
    said = elsewhere.run("restore", str(backed_up)).stdout
    assert said.startswith("Restored the state of ")
    assert "kept" not in said
    was, now = checksum_of(installation), checksum_of(elsewhere)
    assert len(was) > 60
    assert all(was[name][0] > 0 for name in SCENE_TABLES)
    assert now == was
    before, after = guards_of(installation), guards_of(elsewhere)
    for name in GUARDS:
        assert len(before[name]) >= (1 if name == "triggers" else 20), name
        assert plain(after[name]) == plain(before[name]), name
    files = elsewhere.var / "files"
    assert {path.relative_to(files).as_posix(): path.read_bytes() for path in files.rglob("*") if path.is_file()} == {
        "exports/v1/a file.csv": "company;€\n".encode(),
        "exports/v1/empty.bin": b"",
    }
    # And it runs: nothing is left to migrate, the web is ready, and still sees no row outside a context.
    assert "No migrations to apply" in elsewhere.run("migrate").stdout
    with psycopg.connect(elsewhere.web_url) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SELECT * FROM leads_lead")
    with psycopg.connect(elsewhere.web_url) as web:
        web.execute("SELECT set_config('role', 'fw_console', true), set_config('fw.vendor_id', '0', true)")
        assert web.execute("SELECT count(*) FROM leads_lead").fetchone() == (0,)


def test_a_full_installation_is_not_restored_over(backed_up: Path, installation: Installation) -> None:
    before = checksum_of(installation)
    done = installation.run("restore", str(backed_up), check=False)
    assert done.returncode == 1
    assert "This installation is not empty. Nothing was changed." in done.stderr
    assert checksum_of(installation) == before


def test_replacing_keeps_what_was_there_and_waits_for_web_and_worker_to_end(
    backed_up: Path, elsewhere: Installation
) -> None:
    elsewhere.run("restore", str(backed_up))
    elsewhere.query("UPDATE core_organization SET name = 'Changed since'")
    (elsewhere.var / "files" / "later.txt").write_text("later")
    with psycopg.connect(elsewhere.web_url):
        refused = elsewhere.run("restore", str(backed_up), "--replace", check=False)
    assert refused.returncode == 1
    assert "The database is in use. Stop web and worker, then try again. Nothing was changed." in refused.stderr
    assert elsewhere.query("SELECT DISTINCT name FROM core_organization") == [("Changed since",)]
    assert (elsewhere.var / "files" / "later.txt").exists()

    said = elsewhere.run("restore", str(backed_up), "--replace").stdout
    kept = re.search(r"The database that was there is kept as (\w+)\.", said)
    kept_files = re.search(r"The files that were there are kept in (.+)\.\n", said)
    assert kept is not None
    assert kept_files is not None
    assert ("Acme Networks",) in elsewhere.query("SELECT name FROM core_organization")
    assert not (elsewhere.var / "files" / "later.txt").exists()
    assert (Path(kept_files[1]) / "later.txt").read_text() == "later"
    former = Installation(elsewhere.folder, elsewhere.web_url, on_database(elsewhere.owner_url, kept[1]))
    assert former.query("SELECT DISTINCT name FROM core_organization") == [("Changed since",)]
    names = elsewhere.query("SELECT datname FROM pg_database WHERE datname LIKE '%%restoring%%'")
    assert names == []


@pytest.mark.parametrize("damage", ["flipped", "cut", "foreign", "unnamed member"])
def test_a_damaged_file_is_refused_and_nothing_changes(
    backed_up: Path, elsewhere: Installation, tmp_path: Path, damage: str
) -> None:
    content = bytearray(backed_up.read_bytes())
    broken = tmp_path / "broken.fairway"
    if damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    elif damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "foreign":
        content = bytearray(b"PK\x03\x04 another kind of file")
    broken.write_bytes(content)
    if damage == "unnamed member":
        with tarfile.open(broken, "a") as tar:
            tar.add(Path(__file__), arcname="files/../../escaped.py")
    done = elsewhere.run("restore", str(broken), check=False)
    assert done.returncode == 1
    assert re.search(r"is damaged|is no backup of Fairway|which its manifest does not name", done.stderr)
    assert "Traceback" not in done.stderr
    assert elsewhere.query("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                           " AND relkind = 'r'") == [(0,)]  # fmt: skip
    assert not (elsewhere.var / "files").exists()


def test_a_backup_says_what_is_in_it_and_is_for_our_eyes_only(backed_up: Path) -> None:
    assert backed_up.stat().st_mode & 0o777 == 0o600
    with tarfile.open(backed_up) as tar:
        content = tar.extractfile("fairway-backup.json")
        assert content is not None
        manifest = json.load(content)
        assert tar.getnames() == [
            "fairway-backup.json", "database.dump", "files/exports/v1/a file.csv", "files/exports/v1/empty.bin",
        ]  # fmt: skip
    assert manifest["format"] == 1
    assert manifest["postgres"].startswith("18")
    assert "core.0001_initial" in manifest["migrations"]
    assert manifest["tables"]["core_organization"][0] == 5
    assert len(manifest["members"]["database.dump"]["sha256"]) == 64


def test_a_backup_does_not_write_over_another(installation: Installation, backed_up: Path) -> None:
    before = backed_up.read_bytes()
    done = installation.run("backup", str(backed_up), check=False)
    assert (done.returncode, "exists. Name another file" in done.stderr) == (1, True)
    assert backed_up.read_bytes() == before
