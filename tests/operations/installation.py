"""An installation of its own for tests of operations: a database, a data folder, and the real commands on them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from django.conf import settings

from fairway.config.commands.database import ROOT
from tests import database

WAIT_SECONDS = 180  # the machine may be busy
HOST = "127.0.0.1"


def fenced(language: str, heading: str) -> list[str]:
    """Lines of the fenced blocks of docs/operations.md in this language, below this heading."""
    page = (ROOT / "docs" / "operations.md").read_text()
    section = re.split(rf"^##+ {re.escape(heading)}$", page, flags=re.M)[1]
    section = re.split(r"^##+ ", section, flags=re.M)[0]
    found = re.findall(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)
    assert found, f"{heading} has no block in {language or 'no language'}"
    return [line for block in found for line in block.splitlines() if line.strip()]


def on_database(url: str, name: str) -> str:
    return url.rpartition("/")[0] + "/" + name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.2)
    return found


def status_of(url: str, headers: Mapping[str, str] = {}) -> int:
    """0 when nobody listens."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


class Installation:
    """`web_url` and `owner_url` are its database's addresses; `var` its data folder."""

    def __init__(self, folder: Path, web_url: str, owner_url: str, *, source: Path = ROOT) -> None:
        self.folder, self.var = folder, folder / "var"
        self.web_url, self.owner_url, self.source = web_url, owner_url, source
        self.var.mkdir(parents=True, exist_ok=True)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("FAIRWAY_", "DJANGO_"))}
        kept |= {"FAIRWAY_VAR": str(self.var), "DATABASE_URL": self.web_url, "PYTHONUNBUFFERED": "1"}
        kept |= {"FAIRWAY_OWNER_DATABASE_URL": self.owner_url, "FAIRWAY_NODE_MODULES": str(settings.NODE_MODULES)}
        kept["DJANGO_SETTINGS_MODULE"] = "fairway.config.settings"
        kept["PYTHONPATH"] = os.pathsep.join([str(self.source / "src"), str(self.source)])
        return kept | more

    def run(self, *arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        """One command of ./fairway, to its end."""
        return self.python("-m", "fairway.config.cli", *arguments, check=check, **more)

    def python(self, *arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment(**more), cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done

    def start(self, name: str, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """One command of ./fairway that stays; its output is in `log_of(name)`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "fairway.config.cli", *arguments],
                env=self.environment(**more), cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self.running[name] = process
        return process

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def serve(self, name: str, *arguments: str, **more: str) -> str:
        """A web server of its own; returns its address when it is ready."""
        port = free_port()
        process = self.start(name, "serve", "--port", str(port), *arguments, **more)
        url = f"http://{HOST}:{port}"

        def ready() -> bool:
            assert process.poll() is None, self.log_of(name)
            return status_of(f"{url}/readyz") == 200

        wait_for(ready, f"{name}: {self.log_of(name)}")
        return url

    def query(self, statement: str, *values: Any) -> list[Any]:
        """As the owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def end(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()


@contextmanager
def made(folder: Path) -> Iterator[Installation]:
    """On a database of its own in the cluster of the tests, migrated, with the cast in it."""
    name = f"fairway_ops_{os.getpid()}_{uuid4().hex[:6]}"
    web, owner = os.environ["FAIRWAY_TEST_WEB_URL"], os.environ["FAIRWAY_TEST_OWNER_URL"]
    before = settings.DATABASES["default"]["NAME"]
    database.make_copy(owner, name)
    database._point_django_at(before)
    installation = Installation(folder, on_database(web, name), on_database(owner, name))
    try:
        yield installation
    finally:
        installation.end()
        database.drop_copy(owner, name)


class Visitor:
    """Somebody with a browser, over plain HTTP, keeping cookies over several servers of one installation."""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, url: str) -> tuple[int, str]:
        return self._ask(url, None)

    def post(self, url: str, values: Mapping[str, str]) -> tuple[int, str]:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), "") or ""
        return self._ask(url, urlencode({**values, "csrfmiddlewaretoken": token}).encode())

    def sign_in(self, base: str, email: str, password: str) -> None:
        self.get(f"{base}/accounts/login/")
        status, page = self.post(f"{base}/accounts/login/", {"login": email, "password": password})
        assert status == 200, page
        assert not re.search(r'name="password"', page), page

    def _ask(self, url: str, body: bytes | None) -> tuple[int, str]:
        try:
            with self.opener.open(urllib.request.Request(url, data=body), timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
