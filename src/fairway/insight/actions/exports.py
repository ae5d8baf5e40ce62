"""Asking for an export, and writing it."""

import csv
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from fairway.core import exports
from fairway.core.access import Member, member_of_seat, require
from fairway.core.events.record import record
from fairway.core.jobs import defer, ids_at_work
from fairway.core.refusals import Refused, no_room
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Seat
from fairway.insight.models import Export, ExportState

log = logging.getLogger("fairway.exports")
KEPT_FOR = timedelta(days=7)
LEFT_AFTER = timedelta(minutes=10)
# With these a spreadsheet takes a text for a formula, some of them in their wide form too.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
ROWS_AT_MOST = 1_000_000


def request_export(*, kind: str, parameters: dict[str, str], actor: Member, at: datetime) -> Export:
    """Order a CSV of `kind`; a job writes it and tells the person. KeyError for an unknown kind."""
    wanted = exports.kind_named(kind)
    if wanted is None:
        raise KeyError(kind)
    require(actor, wanted.permission)
    require(actor, "report.export")
    title = wanted.title_for(actor, parameters)[:200]
    with acting_for(actor):
        export = Export.objects.create(
            vendor_id=actor.vendor_id,
            partner_id=actor.partner_id,
            seat_id=actor.seat_id,
            kind=kind,
            title=title,
            parameters=parameters,
            requested_at=at,
        )
        record("requested", export, actor=actor, at=at, kind=kind)
        defer("insight.write_export", vendor_id=actor.vendor_id, export_id=export.pk)
    return export


def write_export(*, export_id: int, actor: Member, at: datetime) -> None:
    """Write the file as the person who asked would see it; running it twice writes the same file again."""
    with acting_for(actor):
        export = Export.objects.select_related("seat").get(pk=export_id)
        user_id = Seat.objects.values_list("user_id", flat=True).get(pk=export.seat_id)
        Export.objects.filter(pk=export_id).update(state=ExportState.RUNNING)
    reader = _reader(export, user_id)
    if reader is None:
        _finish(actor, export, at, state=ExportState.FAILED, error=_("The seat that asked is no longer active."))
        return
    path = export_path(export)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = _write(path, export, reader)
    except (OperationalError, InterfaceError):
        raise  # the queue tries again
    except Exception as error:
        log.exception("export %s failed", export.pk)
        path.with_suffix(".part").unlink(missing_ok=True)
        _finish(actor, export, at, state=ExportState.FAILED, error=_sentence_of(error))
        return
    _finish(actor, export, at, state=ExportState.DONE, rows=rows, file_name=f"{export.kind}-{at:%Y-%m-%d}.csv")


def _sentence_of(error: Exception) -> str:
    """What the person reads; what the machine says stays in the log."""
    if isinstance(error, Refused):
        return str(error)
    said = no_room(error) if isinstance(error, OSError) else ""
    return str(said or _("Something broke here. Ask for it again; if it breaks again, tell your administrator."))


def end_left_exports(*, actor: Member, at: datetime) -> int:
    """End the exports that nothing works on any more: their job was given up, or lost. Returns how many."""
    with acting_for(actor):
        open_ones = Export.objects.filter(state__in=[ExportState.WAITING, ExportState.RUNNING])
        old = list(open_ones.filter(requested_at__lt=at - LEFT_AFTER))
        at_work = ids_at_work("insight.write_export", "export_id") if old else set()
    left = [export for export in old if export.pk not in at_work]
    for export in left:
        _finish(actor, export, at, state=ExportState.FAILED, error=_("It broke off again and again. Ask for it again."))
    return len(left)


def export_path(export: Export) -> Path:
    return Path(settings.MEDIA_ROOT) / f"vendor-{export.vendor_id}" / "exports" / f"{export.uid}.csv"


def _reader(export: Export, user_id: int) -> Member | None:
    seat = next((seat for seat in seats_of_user(user_id) if seat.seat_id == export.seat_id), None)
    return member_of_seat(seat, user_id=user_id) if seat else None


def _write(path: Path, export: Export, reader: Member) -> int:
    wanted = exports.kind_named(export.kind)
    if wanted is None:
        raise Refused(_("This kind of export no longer exists."))
    unfinished = path.with_suffix(".part")
    with entering(reader.context), unfinished.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        count = -1
        for count, row in enumerate(wanted.rows(reader, export.parameters)):
            if count > ROWS_AT_MOST:
                raise Refused(_("More than a million rows: narrow the list first."))
            writer.writerow([_cell(value) for value in row])
    unfinished.replace(path)
    return max(count, 0)


def _cell(value: Any) -> str:
    """Text that a spreadsheet takes as text: a leading = + - @ would make it a formula (numbers stay numbers)."""
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    if isinstance(value, str) and text.startswith(FORMULA_STARTS):
        return "'" + text
    return text


def _finish(actor: Member, export: Export, at: datetime, **changes: Any) -> None:
    with acting_for(actor):
        Export.objects.filter(pk=export.pk).update(finished_at=at, expires_at=at + KEPT_FOR, **changes)
        record("finished", export, actor=actor, at=at, state=changes["state"])
