"""The shape of a condition, and the one normal form that predicate, Q and mask are all made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fairway.core.conditions.subjects import Field

Match = Literal["all", "any"]

# A negative operator is exactly "not" its positive one, so a missing value satisfies it.
NEGATIVE = {"is_not": "is", "not_in": "in", "is_empty": "is_not_empty"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `value` is typed.

    Decimal, int, date, bool, str, a tuple of them, or None for emptiness.
    """

    field: Field
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    match: Match
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Leaf | Group | Not


@dataclass(frozen=True, slots=True)
class Test:
    """A positive comparison and whether it is negated: the only leaf of the normal form."""

    field: Field
    op: str
    value: Any
    negated: bool


@dataclass(frozen=True, slots=True)
class Tests:
    match: Match
    parts: "tuple[Test | Tests, ...]"


Normal = Test | Tests


def normal(node: Node, negated: bool = False) -> Normal:
    """Push every "not" down to the comparisons.

    Above them only "all" and "any" remain, which are monotone: there SQL's NULL may count as false without
    harm, and each comparison alone has to be exact about missing values.
    """
    match node:
        case Not(part):
            return normal(part, not negated)
        case Group(match, parts):
            turned: Match = match if not negated else ("any" if match == "all" else "all")
            return Tests(turned, tuple(normal(part, negated) for part in parts))
        case Leaf(field, op, value):
            return Test(field, NEGATIVE.get(op, op), value, negated != (op in NEGATIVE))


def leaves(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case Not(part):
            yield from leaves(part)
        case Group(_, parts):
            for part in parts:
                yield from leaves(part)
