"""What somebody tries who bends requests: others' uids in addresses, searches, filters, and every field of every form.

Nothing here knows a page: addresses come from the URL table, questions and fields from the pages' own HTML.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairway.core.access import Member
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from tests.forms import Field, Form, Page
from tests.test_sweep_urls import answering_uid, filled, of_surface
from tests.world import Rows, crossings, settled, text_of

NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


@dataclass
class Visitor:
    """A member with a browser, the surface and vendor it works at, and the own rows it may open."""

    who: str
    member: Member
    client: Client
    own: Rows

    @property
    def surface(self) -> str:
        return "console" if self.member.is_staff else "portal"

    @property
    def slug(self) -> str:
        assert self.member.seat is not None
        return self.member.seat.vendor_slug

    def known(self) -> dict[str, Any]:
        """For every address with a uid: an own one that answers this member, or None."""
        return {
            name: answering_uid(self.client, name, route, self.own, self.slug)
            for name, route in of_surface(self.surface)
            if "<uuid:" in route
        }

    def paths(self, known: dict[str, Any]) -> dict[str, str]:
        """Name → path of every address that this member can open, with an own uid."""
        return {
            name: filled(route, known.get(name) or NOBODYS, self.slug)
            for name, route in of_surface(self.surface)
            if "<uuid:" not in route or known.get(name)
        }


def questions(visitor: Visitor, paths: dict[str, str]) -> dict[str, str]:
    """Path → the same path, and once more for every question the page can be asked, each with its answer left open."""
    asked = {}
    for path in paths.values():
        asked[path] = path
        names = {name for name in Page(text_of(visitor.client.get(path))).asked() if name != "page"}
        for name in sorted(names):
            asked[f"{path}?{name}="] = path
    return asked


def foreign_words(rows: Rows) -> list[str]:
    """A text and a uid that only others have."""
    lead = next(row for model, row in rows.items() if model.__name__ == "Lead")
    return [str(lead.company or lead.need), str(rows[Partner].uid)]


def read_all(visitor: Visitor, asked: dict[str, str], words: list[str]) -> dict[str, tuple[int, str, str]]:
    """What every address answers, plainly and asked for each of the words."""
    found = {}
    for path in asked:
        addresses = [path + urlencode({"": word})[1:] for word in words] if path.endswith("=") else [path]
        for address in addresses:
            # Some pages make a uid for a row to begin.
            found[address] = settled(visitor.client.get(address), without_uids=True)
    return found


# --- existence


def told_apart(visitor: Visitor, foreign: Rows, known_of: dict[str, Any]) -> Iterator[str]:
    """Addresses at which a row of others answers otherwise, or after other questions, than one that never was."""
    visitor.client.get(f"/{visitor.slug}/{visitor.surface}/")  # the first request asks what a process keeps
    for name, route in of_surface(visitor.surface):
        if "<uuid:" not in route:
            continue
        for uid in {str(known_of.get(name) or ""), *(str(row.uid) for row in _named(name, foreign))} - {"", "None"}:
            for method in (visitor.client.get, visitor.client.post):
                theirs = _answer(method, filled(route, uid, visitor.slug))
                nobodys = _answer(method, filled(route, NOBODYS, visitor.slug))
                if theirs != nobodys:
                    status = f"{theirs[0]} and {theirs[-1]} queries, else {nobodys[0]} and {nobodys[-1]}"
                    yield f"{visitor.who}: {method.__name__} {name} tells a row of others from none ({status})"


def _answer(method: Any, path: str) -> tuple[Any, ...]:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = settled(method(path), without_uids=True)
        transaction.set_rollback(True)
    return (*answer, len(queries))


def _named(name: str, rows: Rows) -> list[Any]:
    words = set(name.split("-"))
    return [row for model, row in rows.items() if model._meta.model_name in words]


# --- forms


@dataclass(frozen=True)
class Bent:
    """A form with one field bent: where it goes and what it sends."""

    action: str
    field: str
    data: dict[str, Any]


def forms_of(visitor: Visitor, paths: dict[str, str]) -> dict[str, Form]:
    """Every form this member is shown, by where it goes."""
    found: dict[str, Form] = {}
    for path in paths.values():
        answer = visitor.client.get(path)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        for form in Page(text_of(answer)).forms:
            action = urlsplit(form.action or path)
            if form.method == "post" and action.path.startswith(f"/{visitor.slug}/"):
                found.setdefault(f"{action.path}?{action.query}", form)
    return found


def bent(action: str, form: Form, own: Rows, foreign: Rows) -> Iterator[Bent]:
    """The form with each field in turn naming a row of others: of the same table where the field names an own row."""
    for each in form.fields.values():
        for value in _foreign_values(each, own, foreign):
            yield Bent(action, each.name, form.data(**{each.name: value}))
    hidden = {"partner": "Partner", "vendor": "Organization", "seat": "Seat", "lead": "Lead", "uid": "Lead"}
    rows = {model.__name__: row for model, row in foreign.items()}
    for name, model in hidden.items():  # fields that no page has
        if name not in form.fields and model in rows:
            both = {name: str(rows[model].uid), f"{name}_id": str(rows[model].pk)}
            yield Bent(action, f"+{name}", form.data(**both))
    for name in parse_qs(urlsplit(action).query):
        for value in (str(foreign[Partner].uid), str(foreign[Partner].pk)):
            yield Bent(f"{urlsplit(action).path}?{urlencode({name: value})}", f"?{name}", form.data())


def _foreign_values(each: Field, own: Rows, foreign: Rows) -> list[str]:
    if each.kind not in {"select", "hidden", "radio", "checkbox"}:
        return []
    by_uid = {str(row.uid): model for model, row in own.items()}
    named = {by_uid[value] for value in each.values if value in by_uid}
    words = {each.name.replace("_", ""), each.name.rpartition("_")[2]}
    named |= {model for model in foreign if model._meta.model_name in words}
    named |= {model for model in foreign if model.__name__ == "Seat" and words & {"cam", "seller", "owner", "to"}}
    if not named and any(value.isdigit() for value in each.values):
        named = {model for model in foreign if model.__name__ in {"Partner", "Seat"}}
    return [text for model in named for text in (str(foreign[model].uid), str(foreign[model].pk))]


def sent_faults(visitor: Visitor, tried: Bent, marks: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with what a bent form got, and with what it left in the database; all is undone."""
    said = f"{visitor.who}: {tried.action} with others' {tried.field}"
    with transaction.atomic():
        answer = visitor.client.post(tried.action, tried.data)
        text = text_of(answer)
        if answer.status_code in {301, 302, 303}:
            text += text_of(visitor.client.get(answer["Location"]))
        if answer.status_code >= 500:
            yield f"{said} broke"
        for mark in marks:
            if mark in text:
                yield f"{said} shows {mark}"
        with entering(visitor.member.context.acting(visitor.member.vendor_id)):
            for crossing in [] if visitor.member.is_staff else crossings():
                yield f"{said}: {crossing}"
        transaction.set_rollback(True)
