"""Every address × every member: nobody sees another's rows, and nothing breaks.

Addresses are read from the URL table, uids from one row in every table (`tests.rows`). An address with a uid must
answer somebody, or the sweep says that it could not be tried.
"""

import re
from collections.abc import Iterator
from functools import cache
from uuid import UUID

import pytest
from django.conf import settings
from django.db import models, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from fairway.core.tenancy.acting import acting_for
from tests.rows import MARKS, make_rows

INTERNAL, BETA, ACME = MARKS.values()
SURFACES = ("console", "portal")
# Addresses whose uid no row of the cast can stand for; each with its reason.
UNTRIED: dict[str, str] = {
    "export-file": "only a finished export has a file; see insight/tests/test_pages.py",
    "portal-export-file": "the same",
    "personal-file": "the same; see privacy/tests/test_exports.py",
    "portal-personal-file": "the same",
    "import-issues": "only a finished import has a file; see connect/tests/test_pages.py",
    "import-columns": "only an upload has columns; the same",
    "import-reading": "the same",
}


def addresses(patterns=None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, route) of everything in the URL table, routes with their converters."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield entry.name or route, route


def of_surface(surface: str) -> list[tuple[str, str]]:
    return [(name, route) for name, route in addresses() if route.startswith(f"{surface}/")]


@cache
def swept() -> list[tuple[str, str]]:
    return [pair for surface in SURFACES for pair in of_surface(surface)]


def filled(route: str, uid: UUID | str, slug: str = "acme") -> str:
    """The path of a route with every uid filled in and other parts made up."""
    path = re.sub(r"<uuid:\w+>", str(uid), route)
    path = re.sub(r"<int:\w+>", "1", path)
    return f"/{slug}/" + re.sub(r"<(?:\w+:)?\w+>", "leads", path)


@pytest.fixture
def rows(acme) -> dict[type[models.Model], models.Model]:
    with acting_for(acme.admin):
        return make_rows(acme)


def uids_for(name: str, rows) -> list[UUID]:
    """The uids worth trying for an address: first those of the table its name speaks of, then all others."""
    words = set(name.split("-"))
    named = [row for model, row in rows.items() if model._meta.model_name in words]
    others = [row for row in rows.values() if row not in named]
    return [row.uid for row in [*named, *others]]


def answering_uid(client, name: str, route: str, rows, slug: str = "acme") -> UUID | None:
    """A uid at which somebody gets a page (or is told to post): the one to try the others with."""
    for uid in uids_for(name, rows):
        if client.get(filled(route, uid, slug)).status_code in {200, 302, 405}:
            return uid
    return None


@pytest.fixture
def known(acme, rows, client_of) -> dict[str, UUID | None]:
    """For every address with a uid: one that answers its rightful reader."""
    readers = {"console": client_of(acme.admin), "portal": client_of(acme.beta_executive)}
    return {
        name: answering_uid(readers[route.partition("/")[0]], name, route, rows)
        for name, route in swept()
        if "<uuid:" in route
    }


def test_every_address_with_a_uid_answers_somebody(known):
    silent = sorted(name for name, uid in known.items() if uid is None and name not in UNTRIED)
    assert silent == []


def visits(client, known, surface: str) -> Iterator[tuple[str, str, int, str]]:
    """(name, method, status, text) of every address of a surface, got and posted by one person."""
    for name, route in of_surface(surface):
        path = filled(route, known.get(name) or "0198f2aa-0000-7000-8000-00000000dead")
        for method in (client.get, client.post):
            answer = method(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            yield name, method.__name__, answer.status_code, body.decode("utf-8", "replace")


MEMBERS = (
    "admin", "chief", "cam", "other_cam", "marketer", "operations", "deal_desk", "finance",
    "beta_executive", "beta_marketer", "beta_seller", "gamma_seller", "zeta_admin", "executive_at_zeta",
)  # fmt: skip


@pytest.mark.parametrize("surface", SURFACES)
def test_nobody_is_shown_what_is_not_theirs_and_no_page_breaks(acme, rows, known, client_of, surface):
    found: list[str] = []
    for who in MEMBERS:
        with transaction.atomic():
            found += [f"{who}: {fault}" for fault in faults(acme.members()[who], who, surface, known, client_of)]
            transaction.set_rollback(True)  # what one member's posts changed, the next finds as it was
    assert found == []


def faults(member, who: str, surface: str, known, client_of) -> Iterator[str]:
    """What is wrong with what one member gets at the addresses of a surface."""
    at_acme = any(seat.vendor_slug == "acme" and seat.surface == surface for seat in member.seats)
    is_rival = who == "gamma_seller"
    for name, method, status, text in visits(client_of(member), known, surface):
        said = f"{method} {name} ({status})"
        if status >= 500:
            yield f"{said} broke"
        if not at_acme and status not in {404, 403}:
            yield f"{said} for a stranger"
        if INTERNAL in text and (surface == "portal" or not at_acme):
            yield f"{said} shows internal values"
        if BETA in text and (not at_acme or is_rival):
            yield f"{said} shows Beta's values"
        if ACME in text and not at_acme:
            yield f"{said} shows the vendor's values"
        if method == "get" and is_rival and known.get(name) and status == 200:
            yield f"{said}: a rival finds Beta's row"


def test_a_visitor_without_a_log_in_is_sent_to_it(acme, client):
    for surface in SURFACES:
        for name, route in of_surface(surface):
            answer = client.get(filled(route, "0198f2aa-0000-7000-8000-000000000001"))
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(settings.LOGIN_URL), name


@pytest.mark.parametrize("path", ["/nobody/console/", "/acme/", "/acme/elsewhere/", "/zeta/public/f/none/"])
def test_odd_addresses_never_break(acme, client, path):
    assert client.get(path).status_code in {302, 404}
