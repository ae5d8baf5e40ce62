"""The file a backup is: a tar with a manifest, a dump of the database, and the private files.

fairway-backup.json   format, version, time, migrations, rows and checksum of every table, checksum of every member
database.dump         pg_dump's custom format
files/…               as they lie in var/files
"""

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from fairway.config.commands.database import CommandError

FORMAT = 1
MANIFEST, DUMP, FILES = "fairway-backup.json", "database.dump", "files/"
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Member:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`tables`: name → [rows, checksum]; `members`: name in the tar → size and SHA-256."""

    format: int
    fairway: str
    made_at: str
    postgres: str
    migrations: list[str]
    tables: dict[str, list[Any]]
    members: dict[str, Member] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Manifest":
        values = json.loads(content)
        if values.get("format") != FORMAT:
            raise CommandError(
                f"This backup has format {values.get('format')}; this Fairway reads format {FORMAT}. "
                "Restore it with the version that made it, then update."
            )
        members = {name: Member(**member) for name, member in values.pop("members").items()}
        return cls(**values, members=members)


def digest(path: Path) -> Member:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            hashed.update(chunk)
    return Member(path.stat().st_size, hashed.hexdigest())


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name in the archive, path) of every file, in order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield FILES + path.relative_to(folder).as_posix(), path


def write(target: Path, manifest: Manifest, paths: dict[str, Path]) -> None:
    """Write under another name, readable by us alone, and give it its name when it is whole and on the disk."""
    part = target.with_name(target.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w|") as tar:
                _add(tar, MANIFEST, manifest.to_bytes())
                for name, path in paths.items():
                    tar.add(path, arcname=name, recursive=False, filter=_anonymous)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    import io

    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whose files they were on this machine plays no part on another."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def read_manifest(source: Path) -> Manifest:
    try:
        with tarfile.open(source, "r|") as tar:
            first = tar.next()
            if first is None or first.name != MANIFEST:
                raise CommandError(f"{source} is no backup of Fairway.")
            return Manifest.from_bytes(_content(tar, first).read())
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{source} is no backup of Fairway, or a broken one: {error}.") from error
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror}.") from error


def unpack(source: Path, manifest: Manifest, folder: Path) -> None:
    """Write every member below the folder and prove its checksum; CommandError when one is wrong or missing."""
    missing = set(manifest.members)
    try:
        with tarfile.open(source, "r|") as tar:
            for entry in tar:
                if entry.name == MANIFEST:
                    continue
                if entry.name not in missing or not entry.isfile() or ".." in Path(entry.name).parts:
                    raise CommandError(f"{source} holds {entry.name}, which its manifest does not name.")
                missing.remove(entry.name)
                path = folder / entry.name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _copy(_content(tar, entry), path)
                if digest(path) != manifest.members[entry.name]:
                    raise CommandError(f"{source} is damaged: {entry.name} has another checksum than it had.")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CommandError(f"{source} is damaged: {error}.") from error
    if missing:
        raise CommandError(f"{source} is damaged: {len(missing)} parts are missing, such as {min(missing)}.")


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(entry)
    if content is None:
        raise tarfile.TarError(f"{entry.name} is no file")
    return content


def _copy(source: IO[bytes], target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
