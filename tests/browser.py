"""A real browser at the real product, for journeys and for axe.

`site` serves the test database from this process, so that the outbox and the queue are at hand: `site.work()` runs
what the worker would. `browse(member, …)` is a person at a page of its own; every console error, failed request and
refusal of the content security policy is kept, and fails the test unless it was expected.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from fairway.core import jobs
from fairway.core.access import Member
from tests.cast import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 812}
PATIENCE_MS = 30_000  # the machine may be busy; a page that comes at all comes sooner


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Site:
    """The product on a port of its own."""

    def __init__(self) -> None:
        self.server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler, ipv6=False)
        self.server.daemon_threads = True
        self.server.set_app(get_wsgi_application())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def work(self) -> int:
        """Run all jobs that wait, and those they defer."""
        return jobs.run_pending()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


class Person:
    """Somebody at a page. `problems` are the complaints of the browser about what it was served."""

    def __init__(self, site: Site, context: "BrowserContext") -> None:
        self.site, self.context = site, context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.problems: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> "Page":
        self.page.goto(self.site.url + path, wait_until="load")
        return self.page

    def log_in(self, email: str, password: str = PASSWORD) -> None:
        page = self.go("/accounts/login/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def axe(self) -> None:
        """Put axe-core into the page, through the debugger: the page's own policy rightly refuses foreign scripts."""
        self.page.evaluate(AXE.read_text())

    @contextmanager
    def expecting(self, pattern: str) -> Iterator[None]:
        """Complaints that match belong to what the block tries."""
        before = len(self.problems)
        yield
        kept = [text for text in self.problems[before:] if not re.search(pattern, text)]
        self.problems[before:] = kept

    def see(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page shows this text."""
        self.page.get_by_text(text).first.wait_for()

    def is_no_wider_than_its_screen(self) -> bool:
        wide, screen = self.page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
        return wide <= screen


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    path = os.environ.get("FAIRWAY_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "the browser tests need Chromium; `./fairway test` installs it, or says how"
    # Its event loop runs in this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    with sync_playwright() as playwright:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()
            if before is None:
                del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(committed: Any) -> Iterator[Site]:
    served = Site()
    before, settings.BASE_URL = settings.BASE_URL, served.url
    try:
        yield served
    finally:
        settings.BASE_URL = before
        served.stop()


@pytest.fixture
def browse(site: Site, chromium: "Browser", committed: Any) -> Iterator[Callable[..., Person]]:
    """`browse(member)` is that person, logged in; `browse()` somebody without a log-in; `phone=True` on a phone."""
    people: list[Person] = []

    def person(member: Member | None = None, *, phone: bool = False) -> Person:
        options: dict[str, Any] = {"viewport": DESKTOP}
        if phone:
            options = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
        made = Person(site, chromium.new_context(reduced_motion="reduce", accept_downloads=True, **options))
        people.append(made)
        if member is not None:
            made.log_in(committed.users[member.user_id].email)
        return made

    yield person
    for made in people:
        made.context.close()
    assert [problem for made in people for problem in made.problems] == []
