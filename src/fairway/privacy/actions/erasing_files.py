"""Files that name an erased person: uploads, lists of refused rows, exports. A file is removed whole."""

import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from fairway.connect.actions import files
from fairway.connect.models import ImportRun, ImportState
from fairway.core.access import Member
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.insight.actions.exports import export_path as export_file
from fairway.insight.models import Export
from fairway.privacy.actions.exports import export_path as personal_file
from fairway.privacy.models import PersonalExport
from fairway.privacy.rules.needles import Needles

_PART = 1_000_000
_OVERLAP = 400
_GOING = (ImportState.WAITING, ImportState.RUNNING)


def refuse_while_importing(found: Needles) -> None:
    for run in ImportRun.objects.filter(state__in=_GOING):
        if _names_them(run, found):
            raise Refused(_("An import of a file that names this person is going on. Ask again when it has ended."))


def erase_files(found: Needles, *, actor: Member, at: datetime) -> dict[str, int]:
    """Remove the files; what they brought in and their counts stay."""
    counts = {"ImportFile": 0, "ExportFile": 0, "PersonalFile": 0}
    with acting_for(actor):
        runs = [run for run in ImportRun.objects.exclude(state__in=_GOING) if _names_them(run, found)]
        for run in runs:
            for key in _keys(run):
                files.remove(key)
            ImportRun.objects.filter(pk=run.pk).update(stored_as="", joined_as="")
        counts["ImportFile"] = len(runs)
        for export in Export.objects.exclude(file_name="").only("pk", "uid", "vendor_id"):
            counts["ExportFile"] += _removed(export_file(export), found)
        for mine in PersonalExport.objects.exclude(whose=""):
            if found.are_in(str(mine.found)) or _removed(personal_file(mine), found):
                personal_file(mine).unlink(missing_ok=True)
                PersonalExport.objects.filter(pk=mine.pk).update(found={}, whose="", expires_at=at)
                counts["PersonalFile"] += 1
    return counts


def _keys(run: ImportRun) -> list[str]:
    return [key for key in (run.stored_as, run.joined_as, str(run.summary.get("file", ""))) if key]


def _names_them(run: ImportRun, found: Needles) -> bool:
    for key in _keys(run):
        if files.is_there(key):
            with files.open_file(key) as file:
                if _holds(file, found):
                    return True
    return False


def _removed(path: Path, found: Needles) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        is_there = _holds(file, found)
    if is_there:
        path.unlink(missing_ok=True)
    return is_there


def _holds(file: BinaryIO, found: Needles) -> bool:
    """Whether the bytes, or those packed in them, say it, in whichever of the usual encodings."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            return any(_holds_plain(packed.open(name), found) for name in packed.namelist())  # type: ignore[arg-type]
    file.seek(0)
    return _holds_plain(file, found)


def _holds_plain(file: BinaryIO, found: Needles) -> bool:
    return any(found.are_in(text) for part in _parts(file) for text in _read(part))


def _parts(file: BinaryIO) -> Iterator[bytes]:
    tail = b""
    while part := file.read(_PART):
        yield tail + part
        tail = part[-_OVERLAP:]


def _read(part: bytes) -> Iterator[str]:
    yield part.decode("utf-8", "replace")
    if b"\x00" in part[:200]:
        yield part.decode("utf-16-le", "replace")
        yield part[1:].decode("utf-16-le", "replace")
    else:
        yield part.decode("cp1252", "replace")
