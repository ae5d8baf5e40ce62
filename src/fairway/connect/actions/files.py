"""Where uploaded files lie: in private storage, the vendor in the path, never under a name that a person chose."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from fairway.core.refusals import Refused, no_room
from fairway.core.tenancy.models import Organization

SIZE_MAX = 500_000_000


@dataclass(frozen=True, slots=True)
class Stored:
    key: str
    size_bytes: int
    sha256: str


def folder_of(vendor_id: int, run_uid: UUID) -> str:
    vendor_uid = Organization.objects.values_list("uid", flat=True).get(pk=vendor_id)
    return f"{vendor_uid}/imports/{run_uid}"


def store(key: str, file: File) -> Stored:
    """Keep an uploaded file. Raises Refused when it is too large."""
    if (file.size or 0) > SIZE_MAX:
        raise Refused(_("The file is larger than %(n)d MB. Split it.") % {"n": SIZE_MAX // 1_000_000}, field="file")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    kept = _saved(key, file)
    return Stored(kept, file.size or 0, digest.hexdigest())


def _saved(key: str, file: File) -> str:
    """Save, or leave nothing. Raises Refused when there is no room."""
    try:
        return default_storage.save(key, file)
    except OSError as error:
        default_storage.delete(key)
        if said := no_room(error):
            raise Refused(said, field="file") from error
        raise


def write(key: str, lines: Iterable[str]) -> None:
    """Write a text file of our own, in place of an older one; it may be longer than memory."""
    default_storage.delete(key)
    with TemporaryFile() as file:
        file.writelines(line.encode() for line in lines)
        file.seek(0)
        default_storage.save(key, File(file))


def open_file(key: str) -> BinaryIO:
    """The stored bytes, seekable. FileNotFoundError when they were cleared away."""
    if not key:
        raise FileNotFoundError
    return cast(BinaryIO, default_storage.open(key, "rb"))


def is_there(key: str) -> bool:
    return bool(key) and default_storage.exists(key)


def remove(key: str) -> None:
    if key:
        default_storage.delete(key)
