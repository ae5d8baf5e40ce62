"""A file with what is known of a person: asked for, written by a job, fetched, and gone after some days."""

import json
import logging
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, require
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.refusals import Refused, no_room
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Organization, Seat
from fairway.privacy.models import PersonalExport, WorkState
from fairway.privacy.queries.known import Section, of_log_in, sections
from fairway.privacy.queries.titles import title_of
from fairway.privacy.queries.whose import Whose, whose_row
from fairway.workflow.actions.notifications import notify
from fairway.workflow.queries.notices import Reader, as_read_by, readers

log = logging.getLogger("fairway.privacy")
KEPT_FOR = timedelta(days=14)
OPEN_MOST = 3


def ask_for_own_data(*, actor: Member, at: datetime) -> PersonalExport:
    """Order a file of what this vendor knows of the actor. Refused while some are still being written."""
    if actor.seat_id is None:
        raise Forbidden(_("Only people can ask for their data."))
    with acting_for(actor):
        return _ask(Seat.objects.get(pk=actor.seat_id), actor, at, is_own=True)


def ask_for_data_of(*, row: Any, actor: Member, at: datetime) -> PersonalExport:
    """The same of another person, named by one of the rows about them."""
    require(actor, "personal.manage")
    with acting_for(actor):
        return _ask(row, actor, at, is_own=False)


def _ask(row: Any, actor: Member, at: datetime, *, is_own: bool) -> PersonalExport:
    open_ones = PersonalExport.objects.filter(seat_id=actor.seat_id, state__in=[WorkState.WAITING, WorkState.RUNNING])
    if open_ones.count() >= OPEN_MOST:
        raise Refused(_("Some files are being written for you already. Wait until they are there."))
    whose = whose_row(row)
    export = PersonalExport.objects.create(
        vendor_id=actor.vendor_id, partner_id=actor.partner_id, seat_id=actor.seat_id, is_own=is_own,
        whose=(whose.name or next(iter(whose.emails), ""))[:254], found=whose.as_json(), requested_at=at,
    )  # fmt: skip
    record("requested", export, actor=actor, at=at, partner_id=actor.partner_id, is_own=is_own)
    defer("privacy.write_export", vendor_id=actor.vendor_id, export_id=export.pk)
    return export


def write_export(*, export_id: int, actor: Member, at: datetime) -> None:
    """Write the ZIP and tell whoever asked. Running it twice writes the same file again."""
    with acting_for(actor):
        export = PersonalExport.objects.filter(pk=export_id).first()
        if export is None or export.state == WorkState.DONE:
            return
        PersonalExport.objects.filter(pk=export_id).update(state=WorkState.RUNNING)
        vendor = Organization.objects.get(pk=export.vendor_id)
        whose = Whose.from_json(export.found)
        reader = readers([export.seat_id]).get(export.seat_id, Reader())
        found = list(sections(whose))
    if export.is_own:
        found = [*(each for user_id in whose.user_ids for each in of_log_in(user_id)), *found]
    try:
        with as_read_by(reader):
            _write(export_path(export), found, whose, vendor.name, at)
    except OSError as error:
        log.exception("personal export %s failed", export.pk)
        said = str(no_room(error) or _("The file could not be written. Ask for it again."))
        _finish(export, actor, at, state=WorkState.FAILED, error=said)
        return
    _finish(export, actor, at, state=WorkState.DONE, rows=sum(len(section.rows) for section in found))


def export_path(export: PersonalExport) -> Path:
    return Path(settings.MEDIA_ROOT) / f"vendor-{export.vendor_id}" / "personal" / f"{export.uid}.zip"


def _write(path: Path, found: list[Section], whose: Whose, vendor: str, at: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    data = {"vendor": vendor, "written_at": at.isoformat(), "emails": list(whose.emails), "names": list(whose.names)}
    told = [{"title": title_of(section.name), "rows": section.rows} for section in found]
    page = render_to_string("privacy/files/person.html", {"sections": told, "vendor": vendor, "whose": whose, "at": at})
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as packed:
        whole = data | {"data": {section.name: section.rows for section in found}}
        packed.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=1, default=str))
        packed.writestr("index.html", page)
    unfinished.replace(path)


def _finish(export: PersonalExport, actor: Member, at: datetime, **changes: Any) -> None:
    with acting_for(actor):
        PersonalExport.objects.filter(pk=export.pk).update(finished_at=at, expires_at=at + KEPT_FOR, **changes)
        record("finished", export, actor=actor, at=at, partner_id=export.partner_id, state=changes["state"])
        form = "" if changes["state"] == WorkState.DONE else "failed"
        page = f"{'portal' if export.partner_id else 'console'}/personal/own/"
        notify([export.seat_id], "personal.export", {}, page, at=at, form=form)


def fetched(*, export: PersonalExport, actor: Member, at: datetime) -> Path:
    """The file, with the fetching recorded. FileNotFoundError when it is gone."""
    path = export_path(export)
    if not path.exists():
        raise FileNotFoundError(path.name)
    with acting_for(actor):
        PersonalExport.objects.filter(pk=export.pk).update(fetched_at=at, fetches=export.fetches + 1)
        record("fetched", export, actor=actor, at=at, partner_id=export.partner_id)
    return path


def clear_exports(*, actor: Member, at: datetime) -> int:
    """Remove the files whose time is over, and what they were about. Returns how many."""
    with acting_for(actor):
        over = list(PersonalExport.objects.filter(expires_at__lte=at).exclude(found={}))
        for export in over:
            export_path(export).unlink(missing_ok=True)
            PersonalExport.objects.filter(pk=export.pk).update(found={}, whose="")
    return len(over)
