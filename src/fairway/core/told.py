"""Sentences that are kept and read later, by people of another language than whoever caused them.

    move(lead, LEAD, "wait", **columns(waiting_because=said("No rule matches this lead.")))
    told_of(lead, "waiting_because")

A text column holds the sentence in the messages' own language, and the JSON column beside it, `<name>_words`, how it
is said: its message (the key of the catalogues) and the values that fill it, which may be sentences themselves.
Where a JSON column holds the whole, the second form stands in it alone. What people typed is a plain text and stays
as they typed it; so does what was kept before a sentence was kept this way.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise

from fairway.core.http.format import day, long_day, long_moment, money
from fairway.core.words import ManyWords, Row, Words


@runtime_checkable
class Keepable(Protocol):
    """What says itself with `str()` and keeps itself as {"is": a name given to `register`, …}."""

    def kept(self) -> Any: ...


class Kept(str):
    """A sentence in the messages' own language that knows how it is said in others; a text somebody typed knows none.

    Cut, joined or stripped it is a plain text again.
    """

    words: Any = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept text as a value of another sentence."""

    text: str
    words: Any = None

    def __str__(self) -> str:
        return told(self.text, self.words)

    def __bool__(self) -> bool:
        return bool(self.text)

    def kept(self) -> Any:
        return self.words or self.text


def keep(sentence: Any) -> Kept:
    """The sentence as it is kept: Words, Row, a lazy translation, a Keepable; a plain text stays what it is."""
    if isinstance(sentence, Kept):
        return sentence
    if isinstance(sentence, str):
        return Kept(sentence)
    words = packed(sentence)
    with translation.override(settings.LANGUAGE_CODE):
        kept = Kept(tell(words))
    kept.words = words
    return kept


def words_of(text: str) -> Any:
    """How a kept sentence is said, for the JSON column beside the text; None for a plain text."""
    return getattr(text, "words", None)


def written_out(at: datetime) -> dict[str, Any]:
    """The day of an instant as a value of a sentence, with its year."""
    return _long_day(timezone.localdate(at))


def _long_day(on: date) -> dict[str, Any]:
    """With its year always: `day` says another thing in the next year, and `told` would not know the text any more."""
    return {"is": "long_day", "on": on.isoformat()}


def lowered(words: Any) -> dict[str, Any]:
    """A word in the middle of a sentence."""
    return {"is": "lower", "of": packed(words)}


def amount(minor: int | None, currency: str) -> dict[str, Any] | str:
    """An amount as a value of a sentence; nothing when it is not known."""
    return {"is": "money", "minor": minor, "currency": currency} if minor and currency else ""


def columns(*, most: int | None = None, **sentences: Any) -> dict[str, Any]:
    """Sentences by the names of their text columns, as the values of these and of the columns of words beside them.

    `most` is how many letters the text columns take.
    """
    filled: dict[str, Any] = {}
    for name, sentence in sentences.items():
        kept = keep(sentence)
        filled |= {name: str(kept)[:most], f"{name}_words": kept.words}
    return filled


def put(row: Any, *, most: int | None = None, **sentences: Any) -> None:
    """The same, set on a row that is saved later."""
    for name, value in columns(most=most, **sentences).items():
        setattr(row, name, value)


def in_event(*, most: int | None = None, **sentences: Any) -> dict[str, Any]:
    """The same for the data of an event, which holds no words where there are none."""
    return {name: value for name, value in columns(most=most, **sentences).items() if value is not None}


def packed(value: Any) -> Any:
    """A sentence, or a value of one, as JSON keeps it."""
    match value:
        case Kept():
            return str(value) if value.words is None else value.words
        case Promise():
            return _packed_lazy(value)
        case str() | bool() | int() | float() | None:
            return value
        case Words():
            return _packed_words({"is": "words", "text": value.template}, value.values)
        case ManyWords():
            return _packed_words({"is": "many", "text": value.singular, "plural": value.plural}, value.values)
        case Row():
            parts = [packed(part) for part in value.parts]
            return parts[0] if len(parts) == 1 else {"is": "row", "of": parts, "by": value.by}
        case datetime():
            return {"is": "moment", "at": value.isoformat()}
        case date():
            return _long_day(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return dict(value)
        case Keepable():
            return value.kept()
    return str(value)


def _packed_words(found: dict[str, Any], values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    filled = {name: packed(value) for name, value in values}
    return found | {"values": filled} if filled else found


def _packed_lazy(value: Promise) -> dict[str, Any]:
    """A lazy translation by its message, as it says itself when it is pickled: (function, arguments, …)."""
    _unpickle, (function, arguments, *_rest) = value.__reduce__()  # type: ignore[misc]
    if function is translation.gettext:
        return {"is": "words", "text": arguments[0]}
    if function is translation.pgettext:
        return {"is": "words", "context": arguments[0], "text": arguments[1]}
    with translation.override(settings.LANGUAGE_CODE):
        return {"is": "words", "text": str(value)}


Teller = Callable[[Mapping[str, Any]], str]
_tellers: dict[str, Teller] = {}


def register(name: str, teller: Teller) -> None:
    """Say how kept values {"is": name, …} are told; the room that keeps them calls it."""
    _tellers[name] = teller


def tell(kept: Any) -> str:
    """What `packed` made, in the language in force; a plain text as it stands."""
    if kept is None:
        return ""
    return str(value_told(kept))


def value_told(kept: Any) -> Any:
    """The same as a value to fill a sentence with: numbers stay numbers."""
    if not isinstance(kept, Mapping):
        return "" if kept is None else kept
    match kept.get("is"):
        case "words":
            return _words(kept)
        case "many":
            return str(ManyWords(kept["text"], kept["plural"], tuple(_values(kept).items())))
        case "row":
            return str(kept.get("by", "")).join(tell(part) for part in kept["of"])
        case "lower":
            return tell(kept["of"]).lower()
        case "moment":
            return _moment(kept["at"], translation.get_language(), timezone.get_current_timezone_name())
        case "day":  # of earlier releases
            return day(date.fromisoformat(kept["on"]))
        case "long_day":
            return long_day(date.fromisoformat(kept["on"]))
        case "money":
            return money(kept["minor"], kept["currency"], cents=False)
    teller = _tellers.get(str(kept.get("is")))
    return teller(kept) if teller else ""


def _words(kept: Mapping[str, Any]) -> str:
    values = _values(kept)
    if "context" not in kept:
        return str(Words(kept["text"], tuple(values.items())))
    said = translation.pgettext(kept["context"], kept["text"])
    return said % values if values else said


def _values(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value_told(value) for name, value in (kept.get("values") or {}).items()}


@lru_cache(maxsize=2048)
def _moment(at: str, _language: str | None, _zone: str) -> str:
    """As the language and the time zone in force write it; a thousand offers lapse at few moments."""
    return long_moment(datetime.fromisoformat(at))


def told_of(row: Any, name: str) -> str:
    """A kept text of a row or a mapping, by the name of its column."""
    words = f"{name}_words"
    if isinstance(row, Mapping):
        return told(row.get(name) or "", row.get(words))
    return told(getattr(row, name), getattr(row, words))


def told(text: str, words: Any = None) -> str:
    """A kept text in the language in force, by the words beside it.

    The text has the say: where it is another than the words (erased, or written since by somebody), it is shown.
    """
    if not words or not text or translation.get_language() in {None, settings.LANGUAGE_CODE}:
        return text
    try:
        with translation.override(settings.LANGUAGE_CODE):
            is_same = tell(words)[: len(text)] == text
        return tell(words) if is_same else text
    except (KeyError, ValueError, TypeError):
        return text  # kept by another release
