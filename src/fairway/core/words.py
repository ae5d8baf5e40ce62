"""Sentences of pure code.

Rules may not import Django, yet what they say is translated: they say it as `Words`, a template and its
values, and `str()` translates when it is shown. Import `said` as `_`, so that the message extractor finds the
templates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_translate: Callable[[str], str] = str


def _one_or_many(singular: str, plural: str, n: int) -> str:
    return singular if n == 1 else plural


_translate_many: Callable[[str, str, int], str] = _one_or_many


def install(translate: Callable[[str], str], many: Callable[[str, str, int], str] = _one_or_many) -> None:
    """Set the functions that translate templates. Called once, when the application starts."""
    global _translate, _translate_many
    _translate, _translate_many = translate, many


@dataclass(frozen=True, slots=True)
class Words:
    """A template with %(name)s places and its values; `str()` is the sentence in the reader's language."""

    template: str
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        translated = _translate(self.template)
        return translated % dict(self.values) if self.values else translated

    def __mod__(self, values: Mapping[str, Any]) -> "Words":
        """The same with values: where a sentence is filled later than it is chosen."""
        return Words(self.template, tuple(values.items()))


def said(template: str, **values: Any) -> Words:
    return Words(template, tuple(values.items()))


@dataclass(frozen=True, slots=True)
class ManyWords:
    """A template in two forms; which of them is said hangs on the value %(n)d."""

    singular: str
    plural: str
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        values = dict(self.values)
        return _translate_many(self.singular, self.plural, values.get("n", 2)) % values


def said_many(singular: str, plural: str, **values: Any) -> ManyWords:
    return ManyWords(singular, plural, tuple(values.items()))


@dataclass(frozen=True, slots=True)
class Row:
    """Several sentences or texts one after the other, with `by` between them; nothing when there are none."""

    parts: tuple[Any, ...]
    by: str = ""

    def __str__(self) -> str:
        return self.by.join(map(str, self.parts))

    def __bool__(self) -> bool:
        return bool(self.parts)
