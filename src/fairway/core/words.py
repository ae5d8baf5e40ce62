"""Sentences of pure code.

Rules may not import Django, yet what they say is translated: they say it as `Words`, a template and its
values, and `str()` translates when it is shown. Import `said` as `_`, so that the message extractor finds the
templates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_translate: Callable[[str], str] = str


def install(translate: Callable[[str], str]) -> None:
    """Set the function that translates templates. Called once, when the application starts."""
    global _translate
    _translate = translate


@dataclass(frozen=True, slots=True)
class Words:
    """A template with %(name)s places and its values; `str()` is the sentence in the reader's language."""

    template: str
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        translated = _translate(self.template)
        return translated % dict(self.values) if self.values else translated


def said(template: str, **values: Any) -> Words:
    return Words(template, tuple(values.items()))
