"""Trigger levels: from how many points a lead is passed on, by what it is of, and by what the partner holds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairway.core.told import packed
from fairway.core.words import Row, Words
from fairway.core.words import said as _

ASKS_LEVEL = "lead.above_trigger"
GENERAL = ""  # the level of partners that hold nothing with a level of its own
LEVELS_MOST = 500
POINTS_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Level:
    """What is empty takes all. `line` is a product line's code, `category` one of the score cards.

    `credential` is the code of one: then the level is for partners that hold it, in place of the others.
    """

    line: str
    country: str
    state: str
    category: str
    at_least: int
    credential: str = ""

    @property
    def place(self) -> str:
        return "-".join(part for part in (self.country, self.state) if part)

    def takes(self, line: str, country: str, state: str) -> bool:
        own = ((self.line, line), (self.country, country), (self.state, state))
        return all(not asked or asked == had for asked, had in own)


@dataclass(frozen=True, slots=True)
class Reached:
    """`is_above`: there may be partners for whom the lead has points enough. `because` says of which levels.

    `because` is as it is kept. `by_credential` is (code, or GENERAL for the others, whether the level is reached);
    None where all partners are alike.
    """

    is_above: bool
    because: Any
    by_credential: tuple[tuple[str, bool], ...] | None = None


def reached(
    levels: Sequence[Level], line: str, country: str, state: str, points: int | None, categories: Mapping[str, int]
) -> Reached:
    """Which levels a lead reaches, for partners that hold some credential and for the others."""
    own = [level for level in levels if level.takes(line, country, state)]
    general, because = is_above([each for each in own if not each.credential], line, country, state, points, categories)
    verdicts, said = [(GENERAL, general)], [because]
    for credential in sorted({level.credential for level in own if level.credential}):
        for_them = [level for level in own if level.credential in ("", credential)]
        is_reached, words = is_above(for_them, line, country, state, points, categories)
        verdicts.append((credential, is_reached))
        said.append(_("partners with %(credential)s: %(words)s", credential=credential, words=words))
    if len(verdicts) == 1:
        return Reached(general, because)
    because = packed(Row(tuple(said), "; "))
    return Reached(any(each for _credential, each in verdicts), because, tuple(verdicts))


def is_above(
    levels: Sequence[Level], line: str, country: str, state: str, points: int | None, categories: Mapping[str, int]
) -> tuple[bool, Any]:
    """Whether a lead reaches its levels, and why, as it is kept (`core.told.tell` says it).

    For the whole score, and for each category, the level counts that says most about the lead: of equals the higher
    one. All of them must be reached. A lead without a level is above; one without a score is not.
    """
    found: dict[str, Level] = {}
    for level in levels:
        if level.takes(line, country, state):
            best = found.get(level.category)
            if best is None or _weight(level) > _weight(best):
                found[level.category] = level
    if not found:
        return True, packed(_("no trigger level is set for it"))
    said, is_reached = [], True
    for category, level in sorted(found.items()):
        have = (points or 0) if not category else categories.get(category, 0)
        is_reached &= points is not None and have >= level.at_least
        said.append(_words(level, None if points is None else have))
    return is_reached, packed(Row(tuple(said), "; "))


def _weight(level: Level) -> tuple[bool, int, bool, bool, int]:
    """What the partner holds goes before all; the line says more than the state, the state more than the country."""
    asked = (level.line, level.state, level.country)
    return bool(level.credential), sum(map(bool, asked)), bool(level.line), bool(level.state), level.at_least


def _words(level: Level, have: int | None) -> Words:
    """“62 points of Wireless, at least 60 for P1 in DE-BY”."""
    about = " ".join(part for part in (level.line, level.place) if part)
    values = {"have": "–" if have is None else have, "least": level.at_least, "of": level.category, "about": about}
    if level.category and about:
        return _("%(have)s points of %(of)s, at least %(least)d for %(about)s", **values)
    if level.category:
        return _("%(have)s points of %(of)s, at least %(least)d", **values)
    if about:
        return _("%(have)s points, at least %(least)d for %(about)s", **values)
    return _("%(have)s points, at least %(least)d", **values)
