"""Running an import: start, one chunk at a time, end. A killed worker's run goes on where its last chunk ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.functions import Coalesce

from fairway.connect.actions.mappings import remember
from fairway.connect.mapping import Read
from fairway.connect.models import ImportIssue, ImportRun, ImportState
from fairway.connect.rules.states import IMPORT
from fairway.connect.source import columns_of
from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.imports import Money, RowIssue, Target, target
from fairway.core.jobs import defer
from fairway.core.moves import move
from fairway.core.personal.erased import erased_among
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.told import columns, written_out
from fairway.core.words import said as _
from fairway.workflow.actions.notifications import notify

REFUSED_MAX = 50_000
# A run that has not moved for so long may be set going by hand; a little later that happens by itself.
STUCK_AFTER = timedelta(minutes=2)
PUSH_AFTER = timedelta(minutes=10)
PUSHES_MAX = 12
GOING = (ImportState.WAITING, ImportState.RUNNING)
_MESSAGE_MAX = 400


class TooManyRefused(Refused):
    pass


def is_stuck(run: ImportRun, at: datetime) -> bool:
    return run.state in GOING and (run.moved_at or run.created_at) < at - STUCK_AFTER


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines `first` up to `next_line`, read; `columns` are those that may be kept with a refused row."""

    first: int
    next_line: int
    bytes_read: int
    reads: Sequence[Read]
    columns: frozenset[str]


def start_import(*, run: ImportRun, actor: Member, at: datetime, is_deferred: bool = True) -> None:
    """Let a worker run it. Raises Refused while a required field has neither column nor value."""
    wanted = target(run.kind)
    require(actor, wanted.permission)
    filled = {*run.mapping, *run.options.get("defaults", {})}
    missing = [str(field.label) for field in wanted.fields if field.required and field.name not in filled]
    if missing:
        raise Refused(_("Choose the columns that hold: %(labels)s.") % {"labels": ", ".join(missing)})
    with acting_for(actor):
        move(run, IMPORT, "start", field="state", next_line=run.reading["first_line"], moved_at=at)
        record("started", run, actor=actor, at=at, kind=run.kind)
        remember(run, columns_of(run), actor=actor, at=at)
        if is_deferred:
            defer("connect.run_import", vendor_id=actor.vendor_id, run_id=run.pk, once=f"connect.run_import/{run.pk}")


def begin_import(*, run_id: int, actor: Member, at: datetime) -> ImportRun | None:
    """The run, now running, or already so when an earlier worker left it; None when there is nothing to do."""
    with acting_for(actor):
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.state == ImportState.WAITING:
            move(run, IMPORT, "begin", field="state", started_at=at, moved_at=at)
        return run if run.state == ImportState.RUNNING else None


def take_chunk(*, run_id: int, chunk: Chunk, actor: Member, at: datetime) -> int | None:
    """Write the rows of a chunk, its issues, and how far the run is, all or nothing.

    Returns the line to go on with: that behind the chunk, or another when another worker was there first. None when
    the run was cancelled.
    """
    with acting_for(actor):
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.state != ImportState.RUNNING:
            return None
        if run.next_line != chunk.first:
            return run.next_line
        wanted = target(run.kind)
        erased = _erased(chunk, wanted, run.vendor_id)
        barred = frozenset(issue.line for issue in erased)
        rows = [read.row for read in chunk.reads if not read.is_refused and read.line.line not in barred]
        outcome = wanted.apply(rows, actor=actor, at=at, options={"run": str(run.uid), **run.options["defaults"]})
        issues = [issue for read in chunk.reads for issue in read.issues] + erased + outcome.refused + outcome.warnings
        refused = {issue.line for issue in issues if not issue.is_warning}
        _keep(run, chunk, issues, wanted, barred)
        run.rows_read += len(chunk.reads)
        run.rows_created += outcome.created
        run.rows_updated += outcome.updated
        run.rows_unchanged += outcome.unchanged
        run.rows_refused += len(refused)
        if wanted.money is not None:
            run.totals = _totals(run.totals, chunk, refused, wanted.money)
        run.next_line, run.bytes_read = chunk.next_line, chunk.bytes_read
        run.moved_at, run.pushes = at, 0
        run.save()
        if run.rows_refused > REFUSED_MAX and run.rows_refused * 2 > run.rows_read:
            raise TooManyRefused(_("Most rows are refused. Check that the right columns are chosen, and run it again."))
    return chunk.next_line


def _erased(chunk: Chunk, wanted: Target[Any], vendor_id: int) -> list[RowIssue]:
    """The rows of people who were erased: they are not brought in again."""
    fields = [field.name for field in wanted.fields if field.type == "email"]
    named = [
        (read.line.line, field, email)
        for read in chunk.reads
        for field in fields
        if not read.is_refused and (email := read.values.get(field, "").strip().lower())
    ]
    known = erased_among((email for _line, _field, email in named), vendor_id)
    words = _("This person was erased on %(day)s and is not brought in again. An administrator can allow it.")
    return [
        RowIssue(line, field, words % {"day": written_out(known[email])})
        for line, field, email in named
        if email in known
    ]


def _totals(known: Mapping[str, Mapping[str, str]], chunk: Chunk, refused: set[int], money: Money) -> dict[str, Any]:
    """The sums so far and those of a chunk, by currency."""
    sums = {currency: {name: Decimal(text) for name, text in each.items()} for currency, each in known.items()}
    for read in chunk.reads:
        said = money(read.row, read.values)
        if said is not None:
            currency, amount = said
            of_currency = sums.setdefault(currency, {"file": Decimal(), "taken": Decimal()})
            of_currency["file"] += amount
            if read.line.line not in refused:
                of_currency["taken"] += amount
    return {currency: {name: str(amount) for name, amount in each.items()} for currency, each in sums.items()}


def _keep(
    run: ImportRun, chunk: Chunk, issues: Sequence[RowIssue], wanted: Target[Any], barred: frozenset[int]
) -> None:
    """The issues as rows, each with the values of its line as they stand in the file; but for lines that are barred."""
    values = {read.line.line: read.line.values for read in chunk.reads if read.line.line not in barred}
    labels = {field.name: str(field.label) for field in wanted.fields}
    ImportIssue.objects.bulk_create(
        [
            ImportIssue(
                vendor_id=run.vendor_id, run=run, line=issue.line, is_warning=issue.is_warning,
                column=(run.mapping.get(issue.field) or labels.get(issue.field, ""))[:100],
                **columns(message=issue.message, most=_MESSAGE_MAX),
                values={
                    name: text.replace("\x00", "")
                    for name, text in values.get(issue.line, {}).items()
                    if name in chunk.columns
                },
            )
            for issue in issues
        ],
        batch_size=1000,
    )  # fmt: skip


def finish_import(*, run_id: int, actor: Member, at: datetime, summary: dict[str, Any]) -> None:
    with acting_for(actor):
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.state != ImportState.RUNNING:
            return
        move(run, IMPORT, "finish", field="state", finished_at=at, bytes_read=run.size_bytes, summary=summary)
        counts = {name: getattr(run, f"rows_{name}") for name in ("created", "updated", "unchanged", "refused")}
        record("finished", run, actor=actor, at=at, kind=run.kind, **counts)
        if run.rows_created:
            defer("connect.find_duplicates", vendor_id=run.vendor_id, run_id=run.pk)
        _tell(run, at)


def _tell(run: ImportRun, at: datetime, *, form: str = "") -> None:
    """A line in the bell of the person who started it; who wants a mail about it says so in the settings."""
    if run.seat_id is None:
        return
    numbers = {"new": run.rows_created, "changed": run.rows_updated, "refused": run.rows_refused}
    values = {"file": run.file_name, "error": run.error_words or run.error, **numbers}
    notify([run.seat_id], "import", values, f"console/imports/{run.uid}/", at=at, form=form)


def fail_import(*, run_id: int, actor: Member, at: datetime, error: Any, summary: dict[str, Any]) -> None:
    """End a run that cannot go on; what earlier chunks wrote stays."""
    with acting_for(actor):
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.state in (ImportState.WAITING, ImportState.RUNNING):
            move(run, IMPORT, "fail", field="state", finished_at=at, summary=summary, **columns(error=error, most=2000))
            record("failed", run, actor=actor, at=at, kind=run.kind)
            _tell(run, at, form="stopped")


def resume_import(*, run: ImportRun, actor: Member, at: datetime) -> None:
    """Set a run going again that has not come further for a while. Raises Refused when it is over, or still moves."""
    require(actor, target(run.kind).permission)
    with acting_for(actor):
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if not is_stuck(run, at):
            raise Refused(_("This import goes on by itself. Wait a moment and look again."))
        ImportRun.objects.filter(pk=run.pk).update(moved_at=at)
        record("resumed", run, actor=actor, at=at, kind=run.kind)
        # Beside the job that may wait for its next try: two workers on one run take every row once.
        defer("connect.run_import", vendor_id=run.vendor_id, run_id=run.pk, once=f"connect.run_import/{run.pk}/now")


def push_stuck_imports(*, at: datetime, actor: Member) -> int:
    """Set going again every run that stands still; one that stood still again and again ends with a sentence.

    Returns how many were set going.
    """
    pushed = 0
    with acting_for(actor):
        since = Coalesce("moved_at", "created_at")
        standing = ImportRun.objects.alias(since=since).filter(state__in=GOING, since__lt=at - PUSH_AFTER)
        for run in list(standing.order_by("pk").select_for_update(skip_locked=True)):
            if run.pushes >= PUSHES_MAX:
                error = _("The database refused again and again. Rows before this point are in; run it again.")
                move(run, IMPORT, "fail", field="state", finished_at=at, **columns(error=error))
                record("failed", run, actor=actor, at=at, kind=run.kind)
                _tell(run, at, form="stopped")
                continue
            ImportRun.objects.filter(pk=run.pk).update(moved_at=at, pushes=run.pushes + 1)
            key = f"connect.run_import/{run.pk}/now"
            pushed += defer("connect.run_import", vendor_id=run.vendor_id, run_id=run.pk, once=key)
    return pushed


def cancel_import(*, run: ImportRun, actor: Member, at: datetime) -> None:
    """Stop before the next chunk; what earlier chunks wrote stays."""
    require(actor, target(run.kind).permission)
    with acting_for(actor):
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        move(run, IMPORT, "cancel", field="state", finished_at=at)
        record("cancelled", run, actor=actor, at=at, kind=run.kind)
        if run.rows_created:
            defer("connect.find_duplicates", vendor_id=run.vendor_id, run_id=run.pk)


def run_again(*, run: ImportRun, actor: Member, at: datetime) -> ImportRun:
    """A new run of the same file, with the same columns, to be looked at before it starts."""
    require(actor, target(run.kind).permission)
    with acting_for(actor):
        again = ImportRun.objects.create(
            vendor_id=run.vendor_id, kind=run.kind, file_name=run.file_name, stored_as=run.stored_as,
            joined_as=run.joined_as, size_bytes=run.size_bytes, content_hash=run.content_hash, reading=run.reading,
            mapping=run.mapping, options=run.options, seat_id=actor.seat_id, created_at=at,
        )  # fmt: skip
        record("uploaded", again, actor=actor, at=at, kind=run.kind)
    return again
