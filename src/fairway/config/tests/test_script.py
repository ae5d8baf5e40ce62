"""The script ./fairway: what it installs, and when it leaves the machine alone."""

import importlib.machinery
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def script(tmp_path: Path) -> ModuleType:
    """The script as a module, in a project folder of its own with nothing installed."""
    loader = importlib.machinery.SourceFileLoader("fairway_script", str(ROOT / "fairway"))
    specification = importlib.util.spec_from_loader("fairway_script", loader)
    assert specification is not None
    module = importlib.util.module_from_spec(specification)
    loader.exec_module(module)
    module.ROOT, module.VENV, module.NODE_MODULES = tmp_path, tmp_path / ".venv", tmp_path / "node_modules"
    module.PYTHON = module.VENV / "bin" / "python"
    for folder in ("requirements", ".venv", "node_modules"):
        (tmp_path / folder).mkdir()
    for name in ("base", "dev", "node"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    (tmp_path / "package-lock.json").write_text("{}\n")
    return module


@pytest.fixture
def commands(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that the script would have run."""
    ran: list[list[str]] = []
    monkeypatch.setattr(script, "run", lambda command, *_: ran.append([str(part) for part in command]))
    return ran


def test_packages_are_installed_with_hashes_and_once(script: ModuleType, commands: list[list[str]]) -> None:
    script.install_python_packages("base")
    script.install_python_packages("base")
    assert [command[-3:] for command in commands] == [
        ["--require-hashes", "-r", str(script.ROOT / "requirements" / "base.txt")]
    ]


def test_a_changed_lock_file_is_installed_again(script: ModuleType, commands: list[list[str]]) -> None:
    script.install_python_packages("base")
    (script.ROOT / "requirements" / "base.txt").write_text("base==2\n")
    script.install_python_packages("base")
    assert len(commands) == 2


def test_what_the_tests_need_holds_what_the_product_needs(script: ModuleType, commands: list[list[str]]) -> None:
    script.install_python_packages("dev")
    script.install_python_packages("base")
    assert [command[-1] for command in commands] == [str(script.ROOT / "requirements" / "dev.txt")]


def test_the_product_alone_does_not_satisfy_the_tests(script: ModuleType, commands: list[list[str]]) -> None:
    script.install_python_packages("base")
    script.install_python_packages("dev")
    assert [Path(command[-1]).name for command in commands] == ["base.txt", "dev.txt"]


def test_a_failed_installation_leaves_no_stamp(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "run", lambda *_: script.stop("no network"))
    with pytest.raises(SystemExit):
        script.install_python_packages("base")
    assert not script.is_stamped(script.VENV, script.ROOT / "requirements" / "base.txt")


def test_front_end_packages_are_installed_once(
    script: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "system_npm", lambda: "/usr/bin/npm")
    script.install_front_end_packages()
    script.install_front_end_packages()
    assert [command[:2] for command in commands] == [["/usr/bin/npm", "ci"]]


def test_the_packages_of_another_checkout_are_left_alone(
    script: ModuleType, commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "system_npm", lambda: "/usr/bin/npm")
    other = tmp_path / "other"
    other.mkdir()
    (other / "package").write_text("kept")
    script.NODE_MODULES.rmdir()
    script.NODE_MODULES.symlink_to(other)
    script.install_front_end_packages()
    assert not script.NODE_MODULES.is_symlink()
    assert [path.name for path in other.iterdir()] == ["package"]


def test_a_machine_without_node_gets_it_from_a_package(
    script: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "system_npm", lambda: None)
    script.install_front_end_packages()
    assert commands[0][-1] == str(script.ROOT / "requirements" / "node.txt")
    assert commands[1][:2] == [str(script.VENV / "bin" / "npm"), "ci"]


def test_an_old_python_says_what_it_needs(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(script.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit) as stopped:
        script.use_a_new_enough_python(["demo"])
    assert stopped.value.code == 1
    assert "needs Python 3.11 or newer; this is 3.9" in capsys.readouterr().err


def test_a_missing_venv_is_named_to_those_who_are_not_root(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "runs", lambda _: False)
    monkeypatch.setattr(script.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit):
        script.need_ensurepip()
    assert "apt-get install python3-venv" in capsys.readouterr().err


def test_the_script_runs_on_a_python_too_old_for_fairway() -> None:
    source = (ROOT / "fairway").read_text()
    compile(source, "fairway", "exec", dont_inherit=True)
    assert not re.search(r"\bf[\"']|:=|^\s*match ", source, re.M)


def _names(path: Path, pattern: str) -> set[str]:
    found = re.findall(pattern, path.read_text(), re.M)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


@pytest.mark.parametrize("name", ["base", "dev", "node"])
def test_requirements_are_locked_with_hashes_and_without_addresses(name: str) -> None:
    locked = (ROOT / "requirements" / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + locked)[1:]
    assert blocks
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in locked
    wanted = _names(ROOT / "requirements" / f"{name}.in", r"^([A-Za-z0-9][\w.-]*)")
    assert wanted <= _names(ROOT / "requirements" / f"{name}.txt", r"^([\w.-]+)(?:\[.*\])?==")


@pytest.mark.parametrize("name", ["base", "dev", "node"])
def test_every_requirement_has_a_lower_bound(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    assert [line for line in lines if line and line[0] not in "-#" and ">=" not in line] == []


def test_the_front_end_lock_holds_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def test_the_script_can_be_started() -> None:
    assert (ROOT / "fairway").stat().st_mode & 0o111 == 0o111
    assert sys.version_info >= (3, 11)


def test_the_list_of_third_parties_names_every_part_we_ask_for() -> None:
    listed = set(re.findall(r"^\| ([@\w/.-]+) \|", (ROOT / "THIRD-PARTY.md").read_text(), re.M)) - {"Part"}
    package = json.loads((ROOT / "package.json").read_text())
    asked = set(package["dependencies"]) | set(package["devDependencies"])
    asked |= set(json.loads((ROOT / "benchmarks/lighthouse_package/package.json").read_text())["devDependencies"])
    for name in ("base", "node"):
        asked |= _names(ROOT / "requirements" / f"{name}.in", r"^([A-Za-z0-9][\w.-]*)")
    assert listed == asked


def test_the_environment_finds_the_package_by_itself_wherever_the_checkout_lies(script: ModuleType) -> None:
    site = script.VENV / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    script.show_the_source()
    script.show_the_source()
    (line,) = (site / "fairway-src.pth").read_text().splitlines()
    assert (site / line).resolve() == script.ROOT / "src"


def test_an_environment_of_another_checkout_is_left_as_it_is(script: ModuleType) -> None:
    site = script.ROOT / "theirs" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    script.VENV.rmdir()
    script.VENV.symlink_to(script.ROOT / "theirs")
    script.show_the_source()
    assert list(site.iterdir()) == []
