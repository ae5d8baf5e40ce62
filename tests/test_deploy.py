"""The files under deploy/ agree with the product: commands, options, settings, paths. No engine is needed."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from fairway.config import cli

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PAGE = (ROOT / "docs" / "operations.md").read_text()
INSTRUCTIONS = {"FROM", "COPY", "RUN", "WORKDIR", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
                "ENTRYPOINT", "CMD"}  # fmt: skip


def instructions() -> list[tuple[str, str]]:
    """(instruction, rest) of the Containerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def parsed(arguments: list[str]) -> str:
    """The function a command line leads to; SystemExit when the product does not know it."""
    return cli.build_parser().parse_args(arguments).run


def test_the_image_copies_what_there_is_and_runs_as_nobody_special() -> None:
    found = instructions()
    assert {name for name, _ in found} <= INSTRUCTIONS
    for name, rest in found:
        if name == "COPY" and "--from" not in rest:
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    last = found[max(number for number, (name, _) in enumerate(found) if name == "FROM") :]
    assert [rest for name, rest in last if name == "USER"] == ["10001"]
    assert all(
        re.match(r"(docker\.io/library/[\w-]+:[\w.-]+( AS \w+)?)$", rest) for name, rest in found if name == "FROM"
    )


def test_the_image_starts_and_builds_with_commands_that_exist() -> None:
    said = dict(instructions())
    command = yaml.safe_load(said["CMD"])
    assert yaml.safe_load(said["ENTRYPOINT"]) == ["fairway"]
    assert parsed(command) == "fairway.config.commands.programs:serve"
    runs = [rest for name, rest in instructions() if name == "RUN"]
    (build,) = [match[1] for rest in runs if (match := re.search(r"-m fairway\.config\.cli (.+?) &&", rest))]
    assert parsed(shlex.split(build)) == "fairway.config.commands.build:build"
    assert any("--require-hashes --requirement requirements/base.txt" in rest for rest in runs)


def test_the_compose_file_runs_commands_that_exist() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"database", "web", "worker", "mail-in", "prepare", "migrate"}
    for name, service in services.items():
        if name == "database":
            continue
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        if "command" in service:
            assert parsed(service["command"]).startswith("fairway.config.commands."), name
    volumes = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert volumes == set(yaml.safe_load((DEPLOY / "compose.yaml").read_text())["volumes"])
    # Web and worker never see the owner's address.
    assert all("FAIRWAY_OWNER_DATABASE_URL" not in str(services[name]) for name in ("web", "worker"))


def test_the_example_settings_are_known() -> None:
    text = (DEPLOY / "fairway.env.example").read_text()
    names = re.findall(r"^([A-Z_]+)=", text, re.M)
    assert len(names) > 8
    assert [name for name in names if f"`{name}`" not in PAGE] == []
    assert "FAIRWAY_OWNER_DATABASE_URL" not in names


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    read = configparser.RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(unit)
    started = read["Service"]["ExecStart"]
    line = re.search(r"/opt/fairway/bin/fairway ([^']+)", re.sub(r"\$\(.+?\)", "x", started))
    assert line is not None
    assert parsed(shlex.split(line[1])).startswith("fairway.config.commands.")
    assert read["Service"]["User"] == "fairway"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_understands_the_units() -> None:
    command = ["systemd-analyze", "verify", *map(str, UNITS), str(DEPLOY / "systemd" / "fairway-backup.timer")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "/deploy/" in line or "fairway-" in line]
    assert [line for line in said if "is not executable: No such file" not in line] == []
