"""Drop folders: set up, looked into on a schedule, each file imported as the person who set the folder up."""

import posixpath
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F

from fairway.connect.actions.runs import start_import
from fairway.connect.actions.uploads import NAME_MAX, checked_defaults, upload_import
from fairway.connect.models import DropFolder, ImportRun
from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.imports import target, targets
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Organization
from fairway.core.told import columns, put
from fairway.core.words import Row
from fairway.core.words import said as _
from fairway.workflow.actions.notifications import notify

EVERY = (5, 15, 60, 360, 1440)
# A file that was written to a moment ago may still be growing.
SETTLED_AFTER = timedelta(seconds=30)
FILES_MOST = 20
REFUSED = "refused"
PROBLEM_MOST = 400


def save_drop_folder(
    *, folder: DropFolder | None, name: str, kind: str, every_minutes: int, is_active: bool,
    defaults: Mapping[str, str], actor: Member, at: datetime,
) -> DropFolder:  # fmt: skip
    """Set one up, or change it; it acts as the person who saved it last. Raises Refused."""
    name = " ".join(name.split())[:100]
    if not name:
        raise Refused(_("Give it a name."), field="name")
    if kind not in targets() or every_minutes not in EVERY:
        raise Refused(_("This is not one of the choices."), field="kind")
    require(actor, target(kind).permission)
    if actor.seat_id is None:
        raise Refused(_("A drop folder acts as a person; sign in as one."))
    given, problems = checked_defaults(target(kind), defaults)
    if problems:
        raise Refused(problems[0])
    with acting_for(actor):
        verb = "changed" if folder else "created"
        folder = folder or _new_folder(actor, at)
        folder.name, folder.kind, folder.every_minutes, folder.is_active = name, kind, every_minutes, is_active
        folder.defaults, folder.seat_id = given, actor.seat_id
        put(folder, problem="")
        folder.version += verb == "changed"
        folder.save()
        record(verb, folder, actor=actor, at=at, kind=kind)
        # So that whoever brings the files finds the folder there.
        keep = f"{folder.path}/.keep"
        if not default_storage.exists(keep):
            default_storage.save(keep, ContentFile(b""))
    return folder


def _new_folder(actor: Member, at: datetime) -> DropFolder:
    folder = DropFolder(vendor_id=actor.vendor_id, created_at=at)
    vendor_uid = Organization.objects.values_list("uid", flat=True).get(pk=actor.vendor_id)
    folder.path = f"{vendor_uid}/drops/{folder.uid}"
    return folder


def delete_drop_folder(*, folder: DropFolder, actor: Member, at: datetime) -> None:
    """Look no more. Files that lie there stay where they are."""
    require(actor, target(folder.kind).permission)
    with acting_for(actor):
        record("deleted", folder, actor=actor, at=at, kind=folder.kind)
        DropFolder.objects.filter(pk=folder.pk).delete()


def take_one(*, folder_id: int, actor: Member, at: datetime) -> bool:
    """Import the first file that lies in the folder, as `actor`; False when there is none that has settled.

    A file that cannot be read moves to "refused". One whose needed columns are not found waits in the list of
    imports for the person, who is told. The file is gone from the folder only when its import is kept.
    """
    with acting_for(actor):
        folder = DropFolder.objects.select_for_update().get(pk=folder_id)
        path = folder.path
        name = next(_settled(path, at), None)
        DropFolder.objects.filter(pk=folder_id).update(looked_at=at)
        if name is None:
            return False
        key = f"{path}/{name}"
        try:
            run = _import(folder, key, name, actor, at)
        except Refused as refused:
            _set_aside(path, name)
            _note(folder, Row((f"{name}: ", refused.sentence)), at)
            return True
        DropFolder.objects.filter(pk=folder_id).update(came_in=run)
    default_storage.delete(key)
    return True


def _import(folder: DropFolder, key: str, name: str, actor: Member, at: datetime) -> ImportRun:
    with default_storage.open(key, "rb") as file:
        run = upload_import(kind=folder.kind, file=file, file_name=name[-NAME_MAX:], actor=actor, at=at)
    run.options = {**run.options, "defaults": {**run.options.get("defaults", {}), **folder.defaults}}
    run.save(update_fields=["options"])
    try:
        start_import(run=run, actor=actor, at=at)
    except Refused as refused:
        _note(folder, Row((f"{name}: ", refused.sentence)), at, run)
    else:
        DropFolder.objects.filter(pk=folder.pk).update(**columns(problem=""))
    return run


def _settled(path: str, at: datetime) -> Iterator[str]:
    """The files of a folder by name that nobody writes to any more; hidden and unfinished ones are left."""
    try:
        _folders, names = default_storage.listdir(path)
    except FileNotFoundError:
        return
    for name in sorted(names)[:1000]:
        if name.startswith((".", "~")) or name.endswith((".part", ".tmp", ".filepart", ".crdownload")):
            continue
        try:
            if default_storage.get_modified_time(f"{path}/{name}") < at - SETTLED_AFTER:
                yield name
        except FileNotFoundError:
            continue


def _set_aside(path: str, name: str) -> None:
    """Out of the way, so that the next look finds the next file; for the person to look at."""
    with default_storage.open(f"{path}/{name}", "rb") as file:
        default_storage.save(posixpath.join(path, REFUSED, name), file)
    default_storage.delete(f"{path}/{name}")


def _note(folder: DropFolder, problem: Row, at: datetime, run: ImportRun | None = None) -> None:
    kept = columns(problem=problem, most=PROBLEM_MOST)
    DropFolder.objects.filter(pk=folder.pk).update(**kept)
    page = f"console/imports/{run.uid}/" if run else "console/imports/drops/"
    notify([folder.seat_id], "import.drop", {"folder": folder.name, "problem": kept["problem_words"]}, page, at=at)


def stop_drop_folder(*, folder_id: int, problem: Any, actor: Member) -> None:
    """Look no more until a person saves it again."""
    with acting_for(actor):
        rows = DropFolder.objects.filter(pk=folder_id)
        rows.update(is_active=False, version=F("version") + 1, **columns(problem=problem, most=PROBLEM_MOST))
