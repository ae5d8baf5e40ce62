"""The demo command's decisions: which port, which world, who may run."""

import json
import shutil
import socket
from pathlib import Path

import pytest

from fairway.config import cli
from fairway.config.commands import demo, walk
from fairway.config.commands.database import CommandError, Databases, environment_for
from fairway.config.commands.estimate import PROBE_SECONDS, estimate, require_room
from fairway.config.demo.scales import LARGE, MEDIUM

LOG_IN_PAGE = """
<form action="/search/"><input name="q" type="text"></form>
<form method="post" action="/accounts/login/">
  <input type="hidden" name="csrfmiddlewaretoken" value="abc"><input type="email" name="login">
  <input type="password" name="password"><input type="checkbox" name="remember"><button>Log in</button>
</form>
"""


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAIRWAY_VAR", str(tmp_path))
    return tmp_path


def test_a_taken_port_is_named_and_the_next_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        chosen = demo._choose_port(port)
    assert chosen > port
    assert capsys.readouterr().out == f"Port {port} is taken by another program; using {chosen}.\n"


def test_a_second_demo_on_the_same_folder_is_refused(var: Path) -> None:
    with demo._alone(), pytest.raises(CommandError, match="already runs"), demo._alone():
        pass
    with demo._alone():
        pass


def test_a_world_belongs_to_its_cluster(var: Path) -> None:
    assert demo._world_state("1-5") is None
    demo._note_world("1-5", "begun")
    assert demo._world_state("1-5") == "begun"
    demo._note_world("1-5", "finished")
    assert demo._world_state("1-5") == "finished"
    assert demo._world_state("2-5") is None


def test_an_interrupted_world_is_not_taken_for_a_whole_one(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_cluster_id", lambda _: "1-5")
    monkeypatch.setattr(demo, "run_python", lambda *_: pytest.fail("the world was built on top of a broken one"))
    demo._note_world("1-5", "begun")
    with pytest.raises(CommandError, match="interrupted"):
        demo._make_world(Databases("web", "owner", embedded=True))


def test_an_interrupted_world_is_begun_again(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(demo, "_reset", lambda: steps.append("reset"))
    monkeypatch.setattr(demo, "database", lambda **_: pytest.fail("begun", pytrace=False))
    demo._note_world("1-5", "begun")
    with pytest.raises(pytest.fail.Exception, match="begun"):
        demo.demo(cli.build_parser().parse_args(["demo"]))
    assert steps == ["reset"]


def test_a_whole_world_is_kept(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(demo, "_reset", lambda: pytest.fail("a whole world was deleted", pytrace=False))
    monkeypatch.setattr(demo, "database", lambda **_: pytest.fail("begun", pytrace=False))
    demo._note_world("1-5", "finished")
    with pytest.raises(pytest.fail.Exception, match="begun"):
        demo.demo(cli.build_parser().parse_args(["demo"]))


def test_a_world_that_fails_is_never_called_finished(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_cluster_id", lambda _: "1-5")
    monkeypatch.setattr(demo, "run_python", lambda *_: 1)
    with pytest.raises(CommandError, match="cannot be made"):
        demo._make_world(Databases("web", "owner", embedded=True))
    assert demo._world_state("1-5") == "begun"


def test_a_large_world_lies_beside_the_small_one(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo._use_folder_of("small")
    assert demo.var_dir() == var
    demo._use_folder_of("large")
    assert demo.var_dir() == var / "large"


def test_an_interrupted_large_world_is_gone_on_with(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(demo, "_reset", lambda: pytest.fail("what was built was deleted", pytrace=False))
    monkeypatch.setattr(demo, "_cluster_id", lambda _: "1-5")
    monkeypatch.setattr(demo, "tell_cost", lambda *_: None)
    run: list[list[str]] = []
    monkeypatch.setattr(demo, "run_python", lambda command, _: run.append(command) or 0)
    demo._note_world("1-5", "begun")
    demo._make_world(Databases("web", "owner", embedded=True), "large")
    assert run == [["-m", "django", "demo_world", "--scale", "large"]]
    assert demo._world_state("1-5") == "finished"


def test_the_cost_of_a_world_follows_its_size_and_the_machine() -> None:
    large, medium = estimate(LARGE, PROBE_SECONDS), estimate(MEDIUM, PROBE_SECONDS)
    assert estimate(LARGE, 3 * PROBE_SECONDS).minutes in range(3 * large.minutes - 3, 3 * large.minutes + 1)
    assert medium.minutes < large.minutes / 10
    assert large.bytes > 40 * (medium.bytes - 500_000_000)
    assert large.sentence("large").startswith(f"The large world takes about {large.minutes} minutes on this machine")


def test_a_disk_that_is_too_small_is_said_before_anything_is_built(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cost = estimate(LARGE, PROBE_SECONDS)
    usage = shutil.disk_usage(var)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=cost.bytes))
    with pytest.raises(CommandError, match=rf"needs \d+\.\d GB of disk, and {var} has .* free. Make room"):
        require_room(LARGE, cost, var)
    require_room(LARGE, cost, var, already=cost.bytes)


def test_log_ins_are_read_as_the_world_wrote_them(var: Path) -> None:
    entry = {"surface": "portal", "role": "Seller", "email": "seller@beta.example", "password": "long enough"}
    (demo._demo_dir() / "logins.json").write_text(json.dumps([entry]))
    assert demo._read_logins() == [walk.Login("portal", "Seller", "seller@beta.example", "long enough")]


def test_missing_log_ins_say_what_to_do(var: Path) -> None:
    with pytest.raises(CommandError, match="demo --reset"):
        demo._read_logins()


def test_reset_never_touches_a_database_of_the_operator(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://fw_web@db.example/fairway")
    with pytest.raises(CommandError, match="embedded database only"):
        demo._reset()


def test_web_and_worker_never_see_the_address_of_the_owner(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRWAY_OWNER_DATABASE_URL", "postgresql://fw_owner:secret@db.example/fairway")
    monkeypatch.delenv("FAIRWAY_TEST_OWNER_URL")
    databases = Databases("postgresql://fw_web@x/fairway", "postgresql://fw_owner:secret@x/fairway", embedded=False)
    for program in demo._programs(databases, 8000):
        assert program.environment["DATABASE_URL"] == databases.web_url
        assert not [value for value in program.environment.values() if "fw_owner" in value]


def test_a_child_finds_our_source_first() -> None:
    path = environment_for("postgresql://fw_web@x/fairway", "test")["PYTHONPATH"].split(":")[0]
    assert (Path(path) / "fairway" / "config" / "settings.py").exists()


def test_the_log_in_form_is_found_among_others() -> None:
    assert walk._find_form(LOG_IN_PAGE) == walk.Form(
        "/accounts/login/", {"csrfmiddlewaretoken": "abc"}, "login", "password"
    )


def test_a_page_without_a_password_field_has_no_log_in_form() -> None:
    assert walk._find_form('<form action="/x/"><input name="q" type="text"></form>') is None


def test_the_way_from_the_desk_to_a_portal_is_its_link() -> None:
    page = '<a href="/desk/">Desk</a><a href="/acme/portal/deals/">Deals</a><a class="x" href="/acme/portal/">Acme</a>'
    assert walk._link_to("portal", page) == "/acme/portal/"
    assert walk._link_to("console", page) is None


def test_a_page_that_does_not_answer_is_named() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(walk.WalkError, match=f"http://127.0.0.1:{port}/go/ does not answer"):
            walk.check_sign_in_page(f"http://127.0.0.1:{port}")
