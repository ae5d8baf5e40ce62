"""Pools as routing sees them: who may see a lead, before and after widening. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import Condition, ConditionError, Subject, parse
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.rules.scoring import PolicyError

NEAR, WIDE = 1, 2
HOURS_MOST = 24 * 60
LIMIT_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Pool:
    """`widens` says whether it ever does; `keeps_match`, whether what lead and partner share still counts then."""

    uid: str
    name: str
    who: Condition
    wider: Condition
    widens: bool
    keeps_match: bool
    is_open: bool

    def seen_by(self, ring: int) -> Condition:
        return self.who if ring == NEAR else self.wider


@dataclass(frozen=True, slots=True)
class Ring:
    """One set of partners: `shared` are the facts of the lead that they have too, `rows` those of the table."""

    number: int
    shared: Mapping[str, str]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pooling:
    """A lead goes into this pool; the first ring sees it at once, the second after widening, where there is one."""

    pool: str
    rings: tuple[Ring, ...]


def audience_key(pool_uid: str, ring: int, shared: Mapping[str, str]) -> str:
    """The same for all leads that the same partners see, however long their facts are."""
    told = json.dumps([pool_uid, ring, sorted(shared.items())], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def pool_of(told: Mapping[str, Any], partner: Subject) -> Pool:
    """Read a pool from plain values, as `as_told` gives them. Choices retired since are let through."""
    return Pool(
        uid=str(told["uid"]),
        name=told["name"],
        who=parse(partner, told["who"], check_choices=False),
        wider=parse(partner, told["wider"], check_choices=False),
        widens=bool(told["widens"]),
        keeps_match=bool(told["keeps_match"]),
        is_open=bool(told["is_open"]),
    )


def checked(values: Mapping[str, Any], partner: Subject) -> None:
    """Raise PolicyError for conditions, hours or limits that a pool cannot have."""
    parts: dict[str, Words] = {"who": _("Who sees it"), "wider": _("Who sees it later")}
    for name, place in parts.items():
        try:
            parse(partner, values.get(name))
        except ConditionError as problem:
            raise PolicyError(place, problem) from None
    for name in ("widen_after_hours", "gives_up_after_hours"):
        hours = values.get(name)
        if hours is not None and not 0.25 <= hours <= HOURS_MOST:
            raise PolicyError(_("Hours"), _("they lie between 0.25 and %(n)d.", n=HOURS_MOST))
    for name in ("open_most", "day_most"):
        most = values.get(name)
        if most is not None and not 1 <= most <= LIMIT_MOST:
            raise PolicyError(_("Limits"), _("they lie between 1 and %(n)d.", n=LIMIT_MOST))
    widens, gives_up = values.get("widen_after_hours"), values.get("gives_up_after_hours")
    if widens and gives_up and gives_up <= widens:
        raise PolicyError(_("Hours"), _("a person decides after the pool was widened, not before."))
