"""Which column of a file fills which field: guessed from names and values, corrected by a person."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rapidfuzz.distance import OSA

from fairway.connect.rules.evidence import TELLING, evidence
from fairway.connect.rules.synonyms import COMMON
from fairway.core.letters import words
from fairway.core.words import Words
from fairway.core.words import said as _

# A guess below this is not made: an empty choice is seen, a wrong one is overlooked.
CONFIDENCE_MIN: Final = 0.5
_SAME, _SYNONYM, _ALIKE, _BY_VALUES = 1.0, 0.95, 0.75, 0.55
# One slip of the pen in seven letters.
_SPELLING_MIN = 0.85
# Words that tell nothing inside a longer header: a bank name is no name.
_GENERIC = frozenset({"amount", "code", "cost", "date", "name", "number", "price", "type", "value", "year"})


class Fillable(Protocol):
    """What a field says of itself; `core.imports.TargetField` does."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> Any: ...
    @property
    def type(self) -> Any: ...
    @property
    def required(self) -> bool: ...
    @property
    def synonyms(self) -> tuple[str, ...]: ...
    @property
    def forbidden_reason(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column is taken for. `field` is None when it is left out; `reasons` say why, in either case.

    `is_forbidden` marks a column that may not be read at all; a person cannot choose a field for it.
    """

    column: str
    field: str | None
    confidence: float
    reasons: tuple[Words | str, ...]
    is_forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A mapping that a person has seen: `columns` by field name, and what still stands in the way."""

    columns: dict[str, str]
    problems: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Score:
    value: float
    reasons: tuple[Words, ...]


def guess(columns: Sequence[str], samples: Mapping[str, Sequence[str]], fields: Sequence[Fillable]) -> list[Guess]:
    """One guess per column, in order. `samples` are values of the first lines by column. Each field is used once."""
    forbidden = {column: field for column in columns if (field := _forbidden(column, fields))}
    scores = {
        (column, field.name): _score(column, samples.get(column, ()), field)
        for column in columns
        for field in fields
        if column not in forbidden and not field.forbidden_reason
    }
    scores = _without_lookalikes(scores, columns, fields)
    chosen = _assigned(scores)
    labels = {field.name: str(field.label) for field in fields}
    return [
        Guess(column, None, 1.0, (forbidden[column].forbidden_reason,), is_forbidden=True)
        if column in forbidden
        else _guess(column, chosen, scores, labels)
        for column in columns
    ]


def settle(
    choices: Mapping[str, str | None],
    columns: Sequence[str],
    fields: Sequence[Fillable],
    defaults: Iterable[str] = (),
) -> Settled:
    """What a person chose, by column: a field's name, or None or "" to leave the column out.

    `defaults` names the fields that have one value for all rows. Forbidden columns stay out whatever was chosen.
    """
    known = {field.name: field for field in fields if not field.forbidden_reason}
    used: dict[str, str] = {}
    problems: list[Words] = []
    for column, name in choices.items():
        if not name:
            continue
        if column not in columns:
            problems.append(_("The file has no column “%(column)s”.", column=column))
        elif name not in known or _forbidden(column, fields):
            problems.append(_("“%(column)s” cannot be read as “%(name)s”.", column=column, name=name))
        elif name in used:
            what = {"label": known[name].label, "one": used[name], "other": column}
            problems.append(_("“%(label)s” is filled by two columns, “%(one)s” and “%(other)s”. Keep one.", **what))
        else:
            used[name] = column
    missing = [field for field in known.values() if field.required and field.name not in {*used, *defaults}]
    problems += [_("Choose the column that holds “%(label)s”.", label=field.label) for field in missing]
    return Settled(used, tuple(problems))


def forbidden_columns(columns: Sequence[str], fields: Sequence[Fillable]) -> frozenset[str]:
    """The columns that may not be read, by their names."""
    return frozenset(column for column in columns if _forbidden(column, fields))


def pick(values: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """The values of one line by field name; "" where the line has none. `columns` is `Settled.columns`."""
    return {field: values.get(column, "") for field, column in columns.items()}


def _guess(
    column: str,
    chosen: Mapping[str, str],
    scores: Mapping[tuple[str, str], _Score],
    labels: Mapping[str, str],
) -> Guess:
    if field := next((field for field, taken in chosen.items() if taken == column), None):
        score = scores[column, field]
        return Guess(column, field, round(score.value, 2), score.reasons)
    best = max((field for of, field in scores if of == column), key=lambda f: scores[column, f].value, default=None)
    if best is None or not scores[column, best].reasons:
        return Guess(column, None, 0.0, (_("No field has such a name."),))
    score = scores[column, best]
    if score.value >= CONFIDENCE_MIN and best in chosen:
        why = _("“%(label)s” is filled by “%(column)s”.", label=labels[best], column=chosen[best])
        return Guess(column, None, round(score.value, 2), (why,))
    return Guess(column, None, round(score.value, 2), score.reasons)


def _without_lookalikes(
    scores: Mapping[tuple[str, str], _Score], columns: Sequence[str], fields: Sequence[Fillable]
) -> dict[tuple[str, str], _Score]:
    """A column with a field's own name is not another field that is merely spelled alike (country and county)."""
    named = {(column, field.name): _name_score(column, field).value for column in columns for field in fields}
    best = {column: max((named[column, field.name] for field in fields), default=0.0) for column in columns}
    return {
        pair: score if best[pair[0]] <= _ALIKE or named[pair] > _ALIKE else _Score(0.0, ())
        for pair, score in scores.items()
    }


def _assigned(scores: Mapping[tuple[str, str], _Score]) -> dict[str, str]:
    """Field to column, the surest pair first; of equals the column further left."""
    chosen: dict[str, str] = {}
    for (column, field), score in sorted(scores.items(), key=lambda item: -item[1].value):
        if score.value >= CONFIDENCE_MIN and field not in chosen and column not in chosen.values():
            chosen[field] = column
    return chosen


def _score(column: str, samples: Sequence[str], field: Fillable) -> _Score:
    by_name = _name_score(column, field)
    found = evidence(field.name, field.type, samples)
    if found is None:
        return by_name
    share, called = found
    says = _("%(share)s %% of its values look like %(what)s.", share=round(share * 100), what=called)
    if by_name.value == 0:
        telling = field.name in TELLING and share >= 0.9
        return _Score(_BY_VALUES, (says,)) if telling else by_name
    if share >= 0.9:
        return _Score(min(1.0, by_name.value + 0.03), (*by_name.reasons, says))
    return _Score(by_name.value * (0.4 + 0.6 * share), (*by_name.reasons, says))


def _name_score(column: str, field: Fillable) -> _Score:
    header = _key(column)
    for name in (field.name, str(field.label)):
        if _joined(header) == _joined(_key(name)):
            return _Score(_SAME, (_("Its name is “%(label)s”.", label=field.label),))
    others = (*field.synonyms, *COMMON.get(field.name, ()))
    for place, other in enumerate(others):
        if _joined(header) == _joined(_key(other)):
            value = _SYNONYM - 0.002 * min(place, 50)
            return _Score(
                value, (_("“%(column)s” is another word for “%(label)s”.", column=column, label=field.label),)
            )
    value, other = max(((_likeness(header, _key(other)), other) for other in (field.name, *others)), default=(0.0, ""))
    if value == 0:
        return _Score(0.0, ())
    return _Score(value, (_("Its name is like “%(other)s”.", other=other.replace("_", " ")),))


def _likeness(header: list[str], other: list[str]) -> float:
    """Above zero when one name is nearly spelled like the other, or holds all its words."""
    one, two = _joined(header), _joined(other)
    if min(len(one), len(two)) >= 5 and OSA.normalized_similarity(one, two) >= _SPELLING_MIN:
        return _ALIKE
    is_told = len(two) >= 4 and two not in _GENERIC and set(other) <= set(header) and 2 * len(other) >= len(header)
    return 0.4 + 0.3 * len(other) / len(header) if is_told else 0.0


def _forbidden(column: str, fields: Sequence[Fillable]) -> Fillable | None:
    header = _joined(_key(column))
    for field in fields:
        names = (field.name, str(field.label), *field.synonyms)
        if field.forbidden_reason and header in {_joined(_key(name)) for name in names}:
            return field
    return None


def _key(name: str) -> list[str]:
    """The words of a header: “EmailAddress”, “email_address” and “E-Mail-Adresse (2)” fall apart alike."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", re.sub(r"(__c|\s\(\d+\))$", "", name))
    return words(parted.replace("_", " "))


def _joined(key: Sequence[str]) -> str:
    return "".join(key)
