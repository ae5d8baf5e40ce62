"""Notices in words: what was kept as kind and values, in the language, time zone and forms of whoever reads it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from fairway.core.tenancy.lookups import readers_of
from fairway.core.tenancy.models import Role
from fairway.core.told import register, value_told
from fairway.core.words import ManyWords
from fairway.workflow.rules.notices import Said, form_of

# Among the values of a notice: which form of its kind is said, and for whom one stands in who hears of it.
FORM, IN_PLACE_OF = "form", "in_place_of"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose language and clock count."""

    language: str = settings.LANGUAGE_CODE
    time_zone: str = "UTC"


def readers(seat_ids: Iterable[int]) -> dict[int, Reader]:
    """Seat id → how its person reads. In an acting context."""
    return {seat_id: Reader(language, zone) for seat_id, language, zone in readers_of(seat_ids)}


@contextmanager
def as_read_by(reader: Reader) -> Iterator[None]:
    known = dict(settings.LANGUAGES)
    language = reader.language if reader.language in known else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZoneInfo(reader.time_zone)):
        yield


def in_words(kind: str, values: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """(title, text) in the language in force; None when the kind is no longer said, or nothing is kept of it."""
    form = form_of(kind, str((values or {}).get(FORM, ""))) if values is not None else None
    if form is None or values is None:
        return None
    known = {name: value_told(value) for name, value in values.items()}
    try:
        lines = [_filled(line, known) for line in form.lines]
        title = _filled(form.title, known)
        if IN_PLACE_OF in known:
            title = _("For %(name)s: %(title)s") % {"name": known[IN_PLACE_OF], "title": title}
        return title, "\n".join(line for line in lines if line.strip())
    except (KeyError, ValueError, TypeError):
        return None  # kept by another release


def _filled(said: Said | str, values: Mapping[str, Any]) -> str:
    if isinstance(said, ManyWords):
        return str(ManyWords(said.singular, said.plural, tuple(values.items())))
    text = str(said)
    return text % values if "%" in text else text


def _role(kept: Mapping[str, Any]) -> str:
    role = str(Role(kept["role"]).label)
    return f"{kept['name']} ({role})" if kept.get("name") else role


register("role", _role)
