"""What a public form carries while it is filled in (which form, which text of consent), and who may frame it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

SITES_MOST = 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """The form, the version of the text that was shown, and what tells this page from one drawn at the same moment."""

    form_uid: UUID
    consent_version: int
    page: str

    def __str__(self) -> str:
        return f"{self.form_uid}/{self.consent_version}/{self.page}"


def read_stamp(text: str) -> Stamp | None:
    try:
        uid, version, page = text.split("/")
        return Stamp(UUID(uid), int(version), page)
    except ValueError:
        return None


_PLAIN = re.compile(r"[a-z0-9.-]+(:\d{1,5})?", re.ASCII)


def origin_of(text: str) -> str | None:
    """ "https://www.halden.example" of an address of a site; None where it is none.

    Without a scheme it is https; http is taken for the own machine alone.
    """
    bare = text.strip().lower().rstrip("/")
    parts = urlsplit(bare if "://" in bare else f"https://{bare}")
    if parts.scheme not in {"http", "https"} or not _PLAIN.fullmatch(parts.netloc) or not parts.hostname:
        return None
    is_here = parts.hostname in {"localhost", "127.0.0.1"}
    if (parts.scheme == "http" and not is_here) or ("." not in parts.hostname and not is_here):
        return None
    return f"{parts.scheme}://{parts.netloc}"


def origins_of(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """The origins, each once, and the lines that name none."""
    good: list[str] = []
    bad: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        origin = origin_of(line)
        if origin is None:
            bad.append(line.strip())
        elif origin not in good:
            good.append(origin)
    return good, bad
