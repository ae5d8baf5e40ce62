"""Others leave no trace in the API and in the files of exports, and no body or question can name their rows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fairway.core import exports, jobs
from fairway.core.http.api.operations import Operation
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.scope import Tenancy
from fairway.insight.actions.exports import export_path
from fairway.insight.models import Export
from tests.api import Program, noun_of, token_of
from tests.bending import NOBODYS, foreign_words
from tests.test_sweep_api import BODIES, swept
from tests.test_sweep_others import ALL, OF_ZETA, own_of
from tests.world import crossings, make_world, marks_foreign_to, settled

SOME = {"admin", "beta_executive"}
EVERYONE = pytest.mark.parametrize("who", [w if w in SOME else pytest.param(w, marks=pytest.mark.wide) for w in ALL])


def uids_for(route: str, rows: Any) -> list[str]:
    """The uids of the rows that an address speaks of, by its first word."""
    return [str(row.uid) for model, row in rows.items() if model._meta.model_name == noun_of(route)]


def at(route: str, uid: str) -> str:
    return re.sub(r"<uuid:\w+>", uid, route.removeprefix("api/v1/"))


def told(program: Program, method: str, path: str, body: Any) -> tuple[Any, ...]:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = settled(program.call(method, path, body), without_uids=True)
        transaction.set_rollback(True)
    return (*answer, len(queries))


@EVERYONE
def test_a_row_of_others_answers_a_program_like_one_that_never_was(acme, who):
    world, program = make_world(acme), Program(token_of(acme.members()[who]))
    program.get("me")
    apart, tried = [], 0
    for rows in world.foreign_to(who):
        foreign = {m: r for m, r in rows.items() if who in OF_ZETA or m.tenancy is not Tenancy.PUBLISHED}
        for route, method, operation in swept():
            for uid in uids_for(route, foreign) if "<uuid:" in route else []:
                tried += 1
                body = BODIES[operation.name] if operation.takes else None
                theirs, nobodys = (told(program, method, at(route, each), body) for each in (uid, NOBODYS))
                if theirs != nobodys:
                    apart.append(f"{method} {route}: {theirs[0]} and {theirs[-1]}, else {nobodys[0]} and {nobodys[-1]}")
    assert tried > 15
    assert apart == []


def bodies(operation: Operation, value: str) -> Iterator[tuple[str, Any]]:
    """(field, body) with each field in turn naming a row of others, also in the lines of a bulk request."""
    body = BODIES[operation.name]
    assert operation.takes is not None
    for name, field in operation.takes().fields.items():
        yield name, {**body, name: value}
        inner = getattr(getattr(field, "child", None), "fields", {})
        for within in inner:
            yield f"{name}.{within}", {**body, name: [{**body[name][0], within: value}]}
    for name in ("partner", "seat", "vendor", "lead", "registration"):
        yield f"+{name}", {**body, name: value}


@EVERYONE
def test_no_body_takes_or_shows_a_row_of_others(acme, who):
    member, world = acme.members()[who], make_world(acme)
    program, marks, faults, tried = Program(token_of(member)), marks_foreign_to(who), [], 0
    for rows in world.foreign_to(who):
        for route, method, operation in swept():
            if not operation.takes or not any(member.can(name) for name in operation.permissions):
                continue
            own = uids_for(route, own_of(world, who)) if "<uuid:" in route else [""]
            for uid in own[:1]:
                for field, body in bodies(operation, str(rows[Partner].uid)):
                    tried += 1
                    with transaction.atomic():
                        answer = program.call(method, at(route, uid), body)
                        said = f"{operation.name} with others' {field} ({answer.status_code})"
                        faults += [f"{said} broke"] if answer.status_code >= 500 else []
                        faults += [f"{said} shows {mark}" for mark in marks if mark in answer.content.decode()]
                        with entering(member.context.acting(member.vendor_id)):
                            faults += [] if member.is_staff else [f"{said}: {crossing}" for crossing in crossings()]
                        transaction.set_rollback(True)
    assert tried > 10 or not member.can("lead.capture")
    assert faults == []


@EVERYONE
def test_no_question_finds_a_row_of_others(acme, who):
    """A filter by a row of others answers like a filter by none."""
    member, world = acme.members()[who], make_world(acme)
    program, apart = Program(token_of(member)), []
    for rows in world.foreign_to(who):
        text, uid = foreign_words(rows)
        for route, method, operation in swept():
            if operation.asks is None or "<uuid:" in route or method != "GET":
                continue
            for name in operation.asks().fields:
                theirs = told(program, method, f"{at(route, '')}?{name}={uid}", None)
                nobodys = told(program, method, f"{at(route, '')}?{name}={NOBODYS}", None)
                if theirs[:3] != nobodys[:3]:
                    apart.append(f"{route}?{name}")
            searched = program.get(f"{at(route, '')}?q={text}").content.decode()
            apart += [f"{route}?q shows {mark}" for mark in marks_foreign_to(who) if mark in searched.replace(text, "")]
    assert apart == []


@EVERYONE
def test_no_file_of_an_export_holds_a_row_of_others(acme, client_of, who):
    member, world = acme.members()[who], make_world(acme)
    client, marks = client_of(member), marks_foreign_to(who)
    start = f"/{member.seat.vendor_slug}/{'console' if member.is_staff else 'portal'}/exports/start"
    for rows in world.foreign_to(who):
        text, uid = foreign_words(rows)
        for kind in sorted(exports._kinds):
            for asked in ("", f"?partner={uid}&q={text}", f"?what=leads&partner={uid}", "?what=deals", f"?cam={uid}"):
                client.post(f"{start}/{kind}/{asked}")
    jobs.run_pending()
    with entering(member.context):
        written = list(Export.objects.filter(requested_at__gte=world.beta[Export].requested_at, state="done"))
    files = [export_path(export).read_text() for export in written if export_path(export).exists()]
    # A partner's marketer may export, but none of the kinds there are: those ask for leads or deals too.
    may_any = member.can("report.export") and (member.can("lead.read") or member.can("lead.work"))
    assert len(files) >= 3 or not may_any
    assert [mark for text in files for mark in marks if mark in text] == []
