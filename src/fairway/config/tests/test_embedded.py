"""The embedded PostgreSQL. The long tests start clusters; the others look at parts, or at the tests' own cluster."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from fairway.config import embedded, postgres_place, postgres_programs, roles
from fairway.config.settings import database_from_url


@pytest.fixture
def place(tmp_path: Path) -> postgres_place.Place:
    """A place with a data folder and no server."""
    made = postgres_place.Place(tmp_path, tmp_path / "postgres", tmp_path / "postgres" / "run", 54321, 0)
    made.data.mkdir(parents=True)
    return made


def test_an_address_leads_django_to_the_socket_folder_and_port(place: postgres_place.Place) -> None:
    credentials = postgres_place.Credentials(superuser="a/b", owner="c@d:e", web="f")
    addresses = embedded._addresses(place, credentials)
    entry = database_from_url(addresses.owner_url)
    assert entry["HOST"] == str(place.socket_dir)
    assert entry["PORT"] == "54321"
    assert entry["USER"] == "fw_owner"
    assert entry["PASSWORD"] == "c@d:e"
    assert entry["NAME"] == "fairway"


def test_a_socket_folder_keeps_its_capital_letters() -> None:
    assert database_from_url("postgresql://u:p@%2FHome%2FAnna:5/fairway")["HOST"] == "/Home/Anna"


def test_a_pid_file_that_names_another_program_is_no_server(place: postgres_place.Place) -> None:
    (place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{place.data}\n0\n54321\n")
    assert embedded._server_pid(place) is None


def test_a_pid_file_of_a_dead_process_is_no_server(place: postgres_place.Place) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (place.data / "postmaster.pid").write_text(f"{ended.pid}\n")
    assert embedded._server_pid(place) is None


def test_left_over_lock_files_are_removed_before_a_start(place: postgres_place.Place) -> None:
    place.socket_dir.mkdir(parents=True)
    left = [place.data / "postmaster.pid", place.socket_dir / ".s.PGSQL.54321.lock"]
    for path in left:
        path.write_text("1\n")
    (place.data / "PG_VERSION").write_text("18\n")
    embedded._drop_left_overs(place)
    assert [path.exists() for path in left] == [False, False]
    assert (place.data / "PG_VERSION").exists()


def test_passwords_are_ours_alone_and_made_once(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    first = postgres_place.read_or_make_credentials(tmp_path)
    path = tmp_path / "postgres" / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert postgres_place.read_or_make_credentials(tmp_path) == first
    assert len({first.superuser, first.owner, first.web}) == 3


def test_no_new_passwords_are_made_for_a_cluster_that_exists(place: postgres_place.Place) -> None:
    postgres_place.write_place(place)
    with pytest.raises(embedded.EmbeddedDatabaseError, match=r"credentials\.json is missing"):
        postgres_place.read_or_make_credentials(place.var_dir)
    assert not (place.var_dir / "postgres" / "credentials.json").exists()


def test_a_place_is_read_as_it_was_written(place: postgres_place.Place) -> None:
    postgres_place.write_place(place)
    assert postgres_place.read_place(place.var_dir) == place


def test_a_deep_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    chosen = postgres_place._choose_socket_dir(deep, None)
    assert chosen.parent == Path("/tmp")
    assert stat.S_IMODE(chosen.stat().st_mode) == 0o700
    chosen.rmdir()


def test_the_last_user_is_the_one_who_stops_the_cluster(tmp_path: Path) -> None:
    import fcntl

    first, second = (postgres_place.open_lock(tmp_path, "users") for _ in range(2))
    fcntl.flock(first, fcntl.LOCK_SH)
    fcntl.flock(second, fcntl.LOCK_SH)
    assert not postgres_place.is_last_user(first)
    os.close(second)
    assert postgres_place.is_last_user(first)
    os.close(first)


def test_a_port_in_use_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not postgres_place.is_free(taken.getsockname()[1])


def test_a_folder_closed_to_others_is_out_of_reach(tmp_path: Path) -> None:
    account = postgres_programs.choose_account()
    if account is None:
        assert os.geteuid() != 0
        return
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not postgres_programs.can_reach(closed, account)
    assert postgres_programs.can_reach(Path("/"), account)


def test_only_the_throwaway_settings_give_up_durability() -> None:
    assert {name: embedded.SETTINGS[name] for name in ("fsync", "synchronous_commit", "full_page_writes")} == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
    }
    assert embedded.THROWAWAY["fsync"] == "off"


def test_the_roles_have_exactly_their_rights() -> None:
    with psycopg.connect(os.environ["FAIRWAY_TEST_WEB_URL"]) as connection:
        found = connection.execute(
            "SELECT rolname, rolcanlogin, rolbypassrls, rolcreatedb, rolsuper, rolcreaterole, rolinherit"
            " FROM pg_roles WHERE rolname LIKE 'fw\\_%' ORDER BY rolname"
        ).fetchall()
    group = (False, False, False, False, False, True)
    assert found == [
        *((name, *group) for name in ("fw_acting", "fw_console", "fw_desk")),
        ("fw_limited", *group),
        ("fw_owner", True, True, True, False, False, True),
        *((name, *group) for name in ("fw_portal", "fw_public")),
        ("fw_web", True, False, False, False, False, False),
    ]


def test_the_web_takes_a_role_and_inherits_none() -> None:
    with psycopg.connect(os.environ["FAIRWAY_TEST_WEB_URL"]) as connection:
        found = connection.execute(
            "SELECT granted.rolname, grants.inherit_option, grants.set_option, grants.admin_option"
            " FROM pg_auth_members AS grants JOIN pg_roles AS granted ON granted.oid = grants.roleid"
            " JOIN pg_roles AS member ON member.oid = grants.member WHERE member.rolname = 'fw_web'"
        ).fetchall()
        assert sorted(found) == [(name, False, True, False) for name in sorted(roles.GROUPS)]
        connection.execute("SET LOCAL ROLE fw_portal")
        row = connection.execute("SELECT current_user, session_user").fetchone()
    assert row == ("fw_portal", "fw_web")


def test_the_database_lacks_no_role_and_has_its_extensions() -> None:
    with psycopg.connect(os.environ["FAIRWAY_TEST_OWNER_URL"]) as connection:
        assert roles.missing_roles(connection) == []
        found = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
        collation = connection.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
    assert set(roles.EXTENSIONS) <= found
    assert collation == ("b", "C.UTF-8", "UTF8")


def test_roles_are_not_made_inside_a_transaction() -> None:
    with (
        psycopg.connect(os.environ["FAIRWAY_TEST_OWNER_URL"]) as connection,
        pytest.raises(ValueError, match="autocommit"),
    ):
        roles.prepare_roles(connection, roles.Passwords("a", "b"))


def _modes_up_to_root(path: Path) -> list[int]:
    return [stat.S_IMODE(parent.stat().st_mode) for parent in path.parents]


def _start_in_another_process(var_dir: Path) -> "subprocess.Popen[str]":
    code = f"from fairway.config import embedded; print(embedded.ensure_running({str(var_dir)!r}).web_url)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.long
def test_a_cluster_starts_from_nothing_survives_a_kill_and_leaves_nothing(tmp_path: Path) -> None:
    var_dir = tmp_path / "Var"
    modes = _modes_up_to_root(var_dir)
    try:
        starters = [_start_in_another_process(var_dir) for _ in range(3)]
        urls = {starter.communicate(timeout=120)[0].strip() for starter in starters}
        addresses = embedded.ensure_running(var_dir)
        assert urls == {addresses.web_url}
        assert [starter.returncode for starter in starters] == [0, 0, 0]
        with psycopg.connect(addresses.owner_url) as connection:
            connection.execute("CREATE TABLE kept (amount integer)")
            connection.execute("INSERT INTO kept VALUES (7)")

        place = postgres_place.read_place(var_dir)
        assert place is not None
        pid = embedded._server_pid(place)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert embedded.ensure_running(var_dir) == addresses
        with psycopg.connect(addresses.owner_url) as connection:
            assert connection.execute("SELECT amount FROM kept").fetchall() == [(7,)]

        with embedded.in_use(var_dir):
            assert embedded.is_running(var_dir)
        assert embedded.is_running(var_dir), "a block that found it running leaves it running"
        with embedded.in_use(var_dir, stop_after="always"):
            pass
        assert not embedded.is_running(var_dir)
        assert embedded.stop(var_dir) is False
        assert json.loads((var_dir / "postgres" / "place.json").read_text())["roles_version"] == roles.VERSION
    finally:
        place = postgres_place.read_place(var_dir)
        embedded.destroy(var_dir)
    assert place is not None
    assert not place.home.exists()
    assert _modes_up_to_root(var_dir) == modes


@pytest.mark.long
def test_the_wrong_passwords_are_named_and_the_cluster_is_left_alone(tmp_path: Path) -> None:
    try:
        embedded.ensure_running(tmp_path)
        path = tmp_path / "postgres" / "credentials.json"
        right = path.read_text()
        path.write_text(json.dumps({"superuser": "x", "owner": "x", "web": "x"}))
        with pytest.raises(embedded.EmbeddedDatabaseError, match=r"credentials\.json are not those"):
            embedded.ensure_running(tmp_path)
        path.write_text(right)
        with psycopg.connect(embedded.ensure_running(tmp_path).web_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded.destroy(tmp_path)
