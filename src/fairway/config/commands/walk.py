"""A person's first steps, by plain HTTP: open the log-in page, log in, see the home page."""

import html.parser
import http.cookiejar
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT_SECONDS = 30
# Leads a visitor to the log-in page, and a person to the own home page.
HOME = "/go/"


class WalkError(Exception):
    """A page did not answer as it must; the message names it."""


@dataclass(frozen=True)
class Login:
    """A person of the demo world who may log in. `surface` is 'console', 'portal' or 'desk'."""

    surface: str
    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Page:
    url: str
    text: str


@dataclass(frozen=True)
class Form:
    """A form with a password field: where it is sent, and what it holds already."""

    action: str
    fields: dict[str, str]
    email_field: str
    password_field: str


def check_sign_in_page(base: str) -> None:
    _sign_in_form(_get(_browser(), f"{base}{HOME}"))


def check_home(base: str, login: Login) -> str:
    """Log in, and see the home page of the surface; from the desk, by its first link there. Returns its path."""
    browser = _browser()
    page = _get(browser, f"{base}{HOME}")
    form = _sign_in_form(page)
    filled = {**form.fields, form.email_field: login.email, form.password_field: login.password}
    home = _post(browser, urljoin(page.url, form.action), filled, referer=page.url)
    if _find_form(home.text) is not None:
        raise WalkError(f"{login.role} cannot log in as {login.email}: the log-in page came back.")
    if login.surface not in urlsplit(home.url).path.split("/"):
        link = _link_to(login.surface, home.text)
        if link is None:
            raise WalkError(f"{login.role} does not see the {login.surface}: logging in leads to {home.url}.")
        home = _get(browser, urljoin(home.url, link))
    return urlsplit(home.url).path


def _link_to(surface: str, text: str) -> str | None:
    """The first link to the home page of that surface, of any vendor."""
    found = re.search(rf'href="(/[\w-]+/{surface}/)"', text)
    return found[1] if found else None


def _sign_in_form(page: Page) -> Form:
    form = _find_form(page.text)
    if form is None:
        raise WalkError(f"A visitor sees no log-in form at {page.url}.")
    return form


def _browser() -> urllib.request.OpenerDirector:
    # No proxy: the address is on this machine.
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )


def _get(browser: urllib.request.OpenerDirector, url: str) -> Page:
    return _open(browser, urllib.request.Request(url))


def _post(browser: urllib.request.OpenerDirector, url: str, fields: dict[str, str], *, referer: str) -> Page:
    return _open(browser, urllib.request.Request(url, urlencode(fields).encode(), {"Referer": referer}))


def _open(browser: urllib.request.OpenerDirector, request: urllib.request.Request) -> Page:
    try:
        with browser.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return Page(answer.url, answer.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        with error:
            raise WalkError(f"{request.full_url} answers {error.code}.") from error
    except OSError as error:
        raise WalkError(f"{request.full_url} does not answer: {error}") from error


def _find_form(text: str) -> Form | None:
    reader = _FormReader()
    reader.feed(text)
    return reader.found


class _FormReader(html.parser.HTMLParser):
    """Finds the first form that asks for a password."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Form | None = None
        self._action = ""
        self._fields: dict[str, str] = {}
        self._email = self._password = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._action, self._fields, self._email, self._password = values.get("action", ""), {}, "", ""
        elif tag == "input" and (name := values.get("name")):
            kind = values.get("type", "text")
            if kind == "password":
                self._password = name
            elif kind in {"email", "text"} and not self._email:
                self._email = name
            elif kind == "hidden":
                self._fields[name] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._password and self._email and self.found is None:
            self.found = Form(self._action, self._fields, self._email, self._password)
