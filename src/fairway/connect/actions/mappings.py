"""Remembering which column fills what: kept when an import starts, renamed, corrected, forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.connect.models import ImportRun, SavedMapping
from fairway.connect.rules.mapping import settle
from fairway.connect.rules.shapes import placed, shape_of
from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.imports import Target, target
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for

NAME_MAX = 100


def remember(run: ImportRun, columns: Sequence[str], *, actor: Member, at: datetime) -> SavedMapping:
    """Keep how a run reads its columns, under the name of its file until somebody gives another.

    Inside acting_for. Files of this shape are read so from now on.
    """
    values = {
        "columns": list(columns), "mapping": run.mapping, "defaults": run.options.get("defaults", {}), "used_at": at,
    }  # fmt: skip
    name = run.file_name.rpartition(".")[0][:NAME_MAX] or run.file_name[:NAME_MAX]
    new = {**values, "name": name, "created_at": at, "seat_id": actor.seat_id}
    saved, is_new = SavedMapping.objects.select_for_update().get_or_create(
        vendor_id=run.vendor_id, kind=run.kind, shape=shape_of(columns), defaults=new
    )
    if is_new:
        record("saved", saved, actor=actor, at=at, kind=run.kind)
        return saved
    is_other = (saved.mapping, saved.defaults) != (values["mapping"], values["defaults"])
    SavedMapping.objects.filter(pk=saved.pk).update(**values, version=saved.version + is_other)
    if is_other:
        record("changed", saved, actor=actor, at=at, kind=run.kind)
    return saved


def remembered(kind: str, columns: Sequence[str], wanted: Target[Any]) -> SavedMapping | None:
    """What is kept for files of these columns, in their very names and only as far as its fields are still known."""
    saved = SavedMapping.objects.filter(kind=kind, shape=shape_of(columns)).first()
    if saved is None:
        return None
    known = {field.name for field in wanted.fields if not field.forbidden_reason}
    saved.mapping = {field: column for field, column in placed(saved.mapping, columns).items() if field in known}
    return saved


def change_mapping(
    *, saved: SavedMapping, name: str, choices: Mapping[str, str], actor: Member, at: datetime
) -> list[str]:
    """Rename it and choose its columns anew; returns what stands in the way, and then nothing has changed.

    Raises Refused when somebody else was first.
    """
    wanted = target(saved.kind)
    require(actor, wanted.permission)
    name = " ".join(name.split())[:NAME_MAX]
    if not name:
        return [_("Give it a name.")]
    with acting_for(actor):
        settled = settle(choices, saved.columns, wanted.fields, saved.defaults)
        if settled.problems:
            return [str(problem) for problem in settled.problems]
        rows = SavedMapping.objects.filter(pk=saved.pk, version=saved.version)
        if rows.update(name=name, mapping=settled.columns, version=saved.version + 1) != 1:
            raise Refused(_("Someone else changed this meanwhile. Look at it again."))
        record("changed", saved, actor=actor, at=at, kind=saved.kind)
    return []


def forget_mapping(*, saved: SavedMapping, actor: Member, at: datetime) -> None:
    """Files of its shape are guessed again. Imports that were read by it stay as they are."""
    require(actor, target(saved.kind).permission)
    with acting_for(actor):
        record("forgotten", saved, actor=actor, at=at, kind=saved.kind)
        SavedMapping.objects.filter(pk=saved.pk).delete()
