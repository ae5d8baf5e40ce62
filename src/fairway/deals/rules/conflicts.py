"""Who else has a claim to a customer, and how that weighs against a registration. Pure.

Two claims meet when they are about the same customer, overlapping product lines and overlapping scope. A protection
stands; among registrations the first in time holds its place; an open deal is a reason to look, not a right.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

SAME = 1.0


class Kind(StrEnum):
    PROTECTION = "protection"
    REGISTRATION = "registration"
    DEAL = "deal"


class Weight(StrEnum):
    BLOCKING = "blocking"  # it stands in the way until it ends or is decided
    LOOK = "look"  # a person should look before deciding
    OWN = "own"  # the partner's own


@dataclass(frozen=True, slots=True)
class Claim:
    """One partner's claim. `product_line_id` None is no line in particular, `scope_key` "" the whole customer.

    `likeness` is 0 to 1, how surely it is the same customer; `since` orders registrations by first submission.
    """

    kind: str
    partner_id: int
    product_line_id: int | None
    scope_key: str
    since: datetime
    id: int = 0
    likeness: float = SAME
    why: Any = ""


def scope_key(scope: str, name: str) -> str:
    """The key of a scope: empty for the whole customer, else the project's name folded."""
    if scope == "customer":
        return ""
    return " ".join(re.sub(r"[^\w]+", " ", name.casefold()).split())[:150]


def lines_overlap(one: int | None, other: int | None) -> bool:
    """No line in particular overlaps with every line."""
    return one is None or other is None or one == other


def scopes_overlap(one: str, other: str) -> bool:
    """The whole customer overlaps with everything; two projects only when they are the same."""
    return not one or not other or one == other


def weigh(own: Claim, other: Claim) -> Weight | None:
    """How `other` weighs against `own`; None when they do not meet."""
    if not lines_overlap(own.product_line_id, other.product_line_id):
        return None
    if other.partner_id == own.partner_id:
        return _weigh_own(own, other)
    if other.likeness < SAME or not scopes_overlap(own.scope_key, other.scope_key):
        return Weight.LOOK
    if other.kind == Kind.PROTECTION:
        return Weight.BLOCKING
    if other.kind == Kind.REGISTRATION:
        return Weight.BLOCKING if _is_before(other, own) else None
    return Weight.LOOK


def _weigh_own(own: Claim, other: Claim) -> Weight | None:
    """Only what already covers the very same is worth saying; wider and narrower claims of one's own may stand."""
    same = other.likeness >= SAME and other.scope_key == own.scope_key
    same = same and other.product_line_id == own.product_line_id
    return Weight.OWN if same and other.kind != Kind.DEAL else None


def _is_before(other: Claim, own: Claim) -> bool:
    return (other.since, other.id) < (own.since, own.id)
