"""The wheel alone, in an environment made from the lock: no sources, no npm, and it migrates, serves and backs up."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairway.config.commands.database import ROOT
from tests import database
from tests.operations.installation import HOST, fenced, free_port, on_database, status_of, wait_for

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "fairway.config.cli", "build", "--output", str(output)]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    (made,) = output.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def delivered(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is carried to a server: the wheel and the locked requirements, and nothing else."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    (folder / "dist").mkdir()
    shutil.copy(wheel, folder / "dist")
    return folder


@pytest.fixture
def environment(django_db_setup: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An empty database, and nothing that leads to the sources."""
    owner, web = os.environ["FAIRWAY_TEST_OWNER_URL"], os.environ["FAIRWAY_TEST_WEB_URL"]
    name = f"fairway_wheel_{os.getpid()}"
    with database._server(owner) as server:
        server.execute(f"CREATE DATABASE {name}")
    dropped = ("FAIRWAY_", "DJANGO_", "PYTHON")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    yield kept | {
        "DATABASE_URL": on_database(web, name),
        "FAIRWAY_OWNER_DATABASE_URL": on_database(owner, name),
        "FAIRWAY_NODE_MODULES": "/nonexistent",
        "FAIRWAY_METRICS_TOKEN": "wheel-figures",
    }
    database.drop_copy(owner, name)


def test_the_wheel_holds_what_pages_need_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if "/tests/" in name or name.startswith("tests")] == []
    for wanted in (
        r"fairway/templates/base\.html", r"fairway/leads/templates/.+\.html", r"fairway/collected/staticfiles\.json",
        r"fairway/collected/fairway/css/all\.[0-9a-f]{12}\.css\.br", r"fairway/collected/fairway/icons\..+\.svg\.gz",
        r"fairway/collected/vendor/inter/files/.+\.woff2", r"fairway/core/migrations/0001_initial\.py",
        r"fairway/config/commands/granian_log\.json", r"fairway/locale/de/LC_MESSAGES/django\.po",
        r"fairway/locale/de/LC_MESSAGES/django\.mo",
    ):  # fmt: skip
        assert [name for name in names if re.fullmatch(wanted, name)], wanted


def test_the_wheel_is_installed_migrates_serves_and_backs_up_as_the_document_says(
    delivered: Path, environment: dict[str, str]
) -> None:
    venv = delivered / "venv"
    *commands, serve = [line.replace("/opt/fairway", str(venv)) for line in fenced("sh", "Installing")]
    assert [line.split()[0].rpartition("/")[2] for line in commands] == ["python3", "pip", "pip", "fairway"]
    for line in commands:
        done = subprocess.run(line, shell=True, env=environment, cwd=delivered, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "Rights set for" in done.stdout
    where = [str(venv / "bin" / "python"), "-c", "import fairway; print(fairway.__file__)"]
    said = subprocess.run(where, env=environment, cwd=delivered, capture_output=True, text=True, check=True).stdout
    assert said.startswith(str(venv))

    port = free_port()
    with (delivered / "web.log").open("wb") as log:
        command = [*serve.split(), "--port", str(port), "--processes", "1"]
        web = subprocess.Popen(command, env=environment, cwd=delivered, stdout=log, stderr=log)
    try:
        wait_for(lambda: status_of(f"http://{HOST}:{port}/readyz") == 200, "the web server")
        look_at(f"http://{HOST}:{port}")
    finally:
        web.terminate()
        web.wait(60)
    command = [str(venv / "bin" / "fairway"), "backup", "first.fairway"]
    done = subprocess.run(command, env=environment, cwd=delivered, capture_output=True, text=True)
    assert (done.returncode, ", 0 files," in done.stdout) == (0, True), done.stderr
    assert (delivered / "var" / "secret_key").exists()


def look_at(url: str) -> None:
    """The log-in page with all its files, named by their content and packed, and the figures."""
    with urllib.request.urlopen(f"{url}/accounts/login/", timeout=60) as answer:
        page = answer.read().decode()
    assert "Sign in" in page
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
    assert len(addresses) >= 6
    for address in addresses:
        asked = urllib.request.Request(url + address, headers={"Accept-Encoding": "br"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert "immutable" in answer.headers["Cache-Control"], address
    assert status_of(f"{url}/metrics", {"Authorization": "Bearer wheel-figures"}) == 200
