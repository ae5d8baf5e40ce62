"""The job that runs an import, in chunks, from wherever the last worker left it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError
from procrastinate.contrib.django import app

from fairway.connect.actions.drops import FILES_MOST, stop_drop_folder, take_one
from fairway.connect.actions.duplicates import propose_duplicates
from fairway.connect.actions.runs import Chunk, begin_import, fail_import, finish_import, push_stuck_imports, take_chunk
from fairway.connect.actions.uploads import clear_files
from fairway.connect.issues import write_issues
from fairway.connect.mapping import LineReader, Read, readable_columns, reader_for
from fairway.connect.models import DropFolder, ImportRun
from fairway.connect.rules.decoding import FileProblem
from fairway.connect.rules.seen import Seen
from fairway.connect.source import Source, opened
from fairway.core import clock
from fairway.core.access import Forbidden, Member, member_of_seat, system_member
from fairway.core.imports import RowIssue
from fairway.core.jobs import defer, job
from fairway.core.refusals import Refused, no_room, sentence_of
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Organization, Seat
from fairway.core.words import said as _

log = logging.getLogger("fairway.imports")
CHUNK_ROWS = 2000


KEPT_FOR = timedelta(days=30)


@app.periodic(cron="20 3 * * *")
@app.task(name="connect.look_for_old_files", queueing_lock="connect.look_for_old_files")
def look_for_old_files(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("connect.clear_files", vendor_id=vendor_id, once=f"connect.clear_files/{vendor_id}")


@job("connect.clear_files")
def clear_old_files(*, vendor_id: int) -> None:
    """Files hold more of people than what was taken in; they go when nobody needs them any more."""
    clear_files(before=clock.now() - KEPT_FOR, actor=system_member(vendor_id, "Import"))


@app.periodic(cron="*/5 * * * *")
@app.task(name="connect.look_for_stuck_imports", queueing_lock="connect.look_for_stuck_imports")
def look_for_stuck_imports(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("connect.push_stuck_imports", vendor_id=vendor_id, once=f"connect.push_stuck_imports/{vendor_id}")


@job("connect.push_stuck_imports")
def push_stuck(*, vendor_id: int) -> None:
    """The queue gives a job up after its last try; the import it stood for goes on all the same, or ends in words."""
    push_stuck_imports(at=clock.now(), actor=system_member(vendor_id, "Import"))


@app.periodic(cron="*/5 * * * *")
@app.task(name="connect.look_into_folders", queueing_lock="connect.look_into_folders")
def look_into_folders(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("connect.look_into_drops", vendor_id=vendor_id, once=f"connect.look_into_drops/{vendor_id}")


@job("connect.look_into_drops")
def look_into_drops(*, vendor_id: int) -> None:
    """Import what lies in the folders whose time has come, each as the person it belongs to."""
    system, now = system_member(vendor_id, "Import"), clock.now()
    with entering(system.context):
        folders = list(
            DropFolder.objects.filter(is_active=True).values_list("pk", "seat_id", "every_minutes", "looked_at")
        )
    for pk, seat_id, every_minutes, looked_at in folders:
        if looked_at is not None and looked_at > now - timedelta(minutes=every_minutes, seconds=-30):
            continue
        try:
            actor = _in_seat(system, seat_id)
            for _file in range(FILES_MOST):
                if not take_one(folder_id=pk, actor=actor, at=clock.now()):
                    break
        except (NobodyToActAs, Forbidden) as error:
            stop_drop_folder(folder_id=pk, problem=sentence_of(error), actor=system)


@job("connect.find_duplicates")
def find_duplicates(*, vendor_id: int, run_id: int) -> None:
    propose_duplicates(run_id=run_id, actor=system_member(vendor_id, "Import"), at=clock.now())


class NobodyToActAs(Refused):
    """The seat that started the import is no longer active."""


@job("connect.run_import")
def run_import(*, vendor_id: int, run_id: int) -> None:
    """Take in all rows that are left. An error of the database is raised, so that the queue tries again."""
    system = system_member(vendor_id, "Import")
    try:
        actor = _starter(system, run_id)
        run = begin_import(run_id=run_id, actor=actor, at=clock.now())
        if run is not None and _take_all(run, actor):
            summary = write_issues(run, system)
            finish_import(run_id=run_id, actor=actor, at=clock.now(), summary=summary)
    except (OperationalError, InterfaceError):
        raise
    except (FileProblem, Refused, Forbidden) as error:
        _fail(run_id, system, sentence_of(error))
    except FileNotFoundError:
        _fail(run_id, system, _("The file is no longer kept. Upload it again."))
    except OSError as error:
        log.exception("import %s cannot reach its files", run_id)
        _fail(run_id, system, no_room(error) or _("The file cannot be read here. Tell your administrator."))
    except Exception:
        log.exception("import %s broke", run_id)
        _fail(run_id, system, _("Something broke here. Rows before this point are in; run it again for the others."))


def _fail(run_id: int, system: Member, error: Any) -> None:
    with entering(system.context):
        run = ImportRun.objects.get(pk=run_id)
    try:
        summary = write_issues(run, system)
    except OSError:
        # Without the file of refused rows, but ended: the counts and the reason are kept all the same.
        log.exception("the refused rows of import %s cannot be written", run_id)
        summary = {}
    fail_import(run_id=run_id, actor=system, at=clock.now(), error=error, summary=summary)


def _starter(system: Member, run_id: int) -> Member:
    """The person who started the run, with the rights the person has now; the system for the command line."""
    with entering(system.context):
        seat_id = ImportRun.objects.values_list("seat_id", flat=True).get(pk=run_id)
    return _in_seat(system, seat_id)


def _in_seat(system: Member, seat_id: int | None) -> Member:
    with entering(system.context):
        user_id = Seat.objects.values_list("user_id", flat=True).get(pk=seat_id) if seat_id else None
    if user_id is None:
        return system
    seats = tuple(seats_of_user(user_id))
    seat = next((seat for seat in seats if seat.seat_id == seat_id), None)
    if seat is None:
        raise NobodyToActAs(_("The person who started this import no longer works here."))
    return member_of_seat(seat, user_id=user_id, seats=seats)


def _take_all(run: ImportRun, actor: Member) -> bool:
    """False when the run was cancelled on the way."""
    position: int | None = run.next_line
    with opened(run) as source:
        columns = readable_columns(source, reader_for(run, source).target)
        while position is not None:
            moved = False
            for chunk in _chunks(source, reader_for(run, source), position, columns):
                position = take_chunk(run_id=run.pk, chunk=chunk, actor=actor, at=clock.now())
                moved = position != chunk.next_line
                if moved:
                    break  # Cancelled, or another worker was first: begin anew where that one is.
            if not moved:
                return True
    return False


def _chunks(source: Source, reader: LineReader, position: int, columns: frozenset[str]) -> Iterator[Chunk]:
    reads = iter(_read_from(source, reader, position))
    first = position
    while batch := list(islice(reads, CHUNK_ROWS)):
        next_line = batch[-1].line.next_line
        yield Chunk(first, next_line, source.bytes_read(), batch, columns)
        first = next_line


def _read_from(source: Source, reader: LineReader, position: int) -> Iterator[Read]:
    """The lines from `position` on; a line that repeats the key of an earlier one is refused."""
    if not reader.target.key_fields:
        yield from map(reader.read, source.lines(position))
        return
    with Seen() as seen:
        for line in source.lines():
            read = reader.read(line)
            key = tuple(read.values.get(name, "") for name in reader.target.key_fields)
            if not read.is_refused and any(key):
                earlier = seen.first_line(key, line.line)
                if earlier != line.line:
                    text = _("Line %(line)d says the same already. Only that line was taken.") % {"line": earlier}
                    read = Read(line, read.values, None, (RowIssue(line.line, reader.target.key_fields[-1], text),))
            if line.line >= position:
                yield read
