"""The wheel alone, in an environment made from the lock: no sources, no npm, and it migrates, serves and backs up."""

import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairway.config.commands.database import ROOT
from tests import database
from tests.operations.installation import HOST, free_port, on_database, status_of, wait_for

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "fairway.config.cli", "build", "--output", str(output)]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    (made,) = output.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `bin` of an environment with the locked requirements and the wheel."""
    folder = tmp_path_factory.mktemp("server") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "base.txt")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    return folder / "bin"


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
        r"fairway/config/commands/granian_log\.json",
    ):  # fmt: skip
        assert [name for name in names if re.fullmatch(wanted, name)], wanted


def test_the_wheel_migrates_serves_and_backs_up_without_the_sources(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    def fairway(*arguments: str) -> str:
        command = [str(installed / "fairway"), *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = subprocess.run(
        [str(installed / "python"), "-c", "import fairway; print(fairway.__file__)"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(installed.parent))
    assert "Rights set for" in fairway("migrate")
    port = free_port()
    with (tmp_path / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [str(installed / "fairway"), "serve", "--port", str(port), "--processes", "1"],
            env=environment, cwd=tmp_path, stdout=log, stderr=log,
        )  # fmt: skip
    url = f"http://{HOST}:{port}"
    try:
        wait_for(lambda: status_of(f"{url}/readyz") == 200, (tmp_path / "web.log").read_text())
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
    finally:
        web.terminate()
        web.wait(60)
    assert "0 files" in fairway("backup", str(tmp_path / "first.fairway"))
    assert sorted(path.name for path in (tmp_path / "var").iterdir())[:1] == ["files"] or (tmp_path / "var").is_dir()
