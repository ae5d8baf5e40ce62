"""The commands of ./fairway, as typed."""

import importlib

import pytest

from fairway.config import cli

ARGUMENTS = {
    "demo": [],
    "test": [],
    "serve": [],
    "worker": [],
    "migrate": [],
    "prepare": ["postgresql://postgres@localhost/postgres"],
    "backup": ["x.fairway"],
    "restore": ["x.fairway"],
    "build": [],
    "upgrade": [],
    "shell": [],
    "manage": ["check"],
    "bench": ["route"],
}


@pytest.mark.parametrize("command", ARGUMENTS)
def test_every_command_leads_to_a_function(command: str) -> None:
    module, _, name = cli.build_parser().parse_args([command, *ARGUMENTS[command]]).run.partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_list_of_commands_is_complete() -> None:
    text = cli.build_parser().format_help()
    assert [command for command in ARGUMENTS if f"\n    {command} " not in text] == []


def test_demo_takes_its_options() -> None:
    options = cli.build_parser().parse_args(["demo", "--reset", "--port", "8100", "--once"])
    assert (options.reset, options.port, options.once) == (True, 8100, True)
    options = cli.build_parser().parse_args(["demo"])
    assert (options.reset, options.port, options.once) == (False, 8000, False)


def test_tests_of_a_path_and_of_a_name() -> None:
    options = cli.build_parser().parse_args(["test", "src/fairway/leads", "tests", "-k", "offer"])
    assert (options.all, options.paths, options.expression) == (False, ["src/fairway/leads", "tests"], "offer")


def test_a_command_of_django_keeps_its_own_options() -> None:
    options = cli.build_parser().parse_args(["manage", "--owner", "showmigrations", "--plan", "core"])
    assert (options.owner, options.arguments) == (True, ["showmigrations", "--plan", "core"])
    assert cli.build_parser().parse_args(["migrate", "core", "--fake"]).arguments == ["core", "--fake"]


def test_a_bench_has_a_case_and_a_quick_way() -> None:
    options = cli.build_parser().parse_args(["bench", "import", "leads", "--quick"])
    assert (options.name, options.case, options.quick) == ("import", "leads", True)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", ""])
def test_a_wrong_port_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.build_parser().parse_args(["demo", f"--port={text}"])
    assert "a port is a number from 1 to 65535" in capsys.readouterr().err


def test_a_name_needs_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["test", "-k", "offer"]) == 1
    assert "-k needs a PATH" in capsys.readouterr().err


def test_an_unknown_bench_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "no_such_bench"]) == 1
    assert "There is no bench no_such_bench." in capsys.readouterr().err


def test_a_bench_is_never_looked_for_outside_its_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "../fairway"]) == 1
    assert "There is no bench ../fairway." in capsys.readouterr().err
