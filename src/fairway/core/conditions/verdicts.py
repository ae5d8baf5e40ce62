"""The predicate: does a plain object satisfy a condition, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.keeping import kept_reason
from fairway.core.conditions.tree import Normal, Test
from fairway.core.conditions.values import comparison
from fairway.core.conditions.words import Part, plain, reason_parts


@dataclass(frozen=True, slots=True)
class Reason:
    """What one comparison found. `ok` says whether it spoke for the subject (a negated one included)."""

    test: Test
    found: Any
    ok: bool

    @property
    def field(self) -> str:
        return self.test.field.name

    @property
    def parts(self) -> list[Part]:
        """Readable words as (text, is_value) pairs."""
        return reason_parts(self.test, self.found, self.ok)

    def __str__(self) -> str:
        return plain(self.parts)

    def kept(self) -> dict[str, Any]:
        """What is kept of a decision: enough to say it again without the condition or the subject."""
        return kept_reason(self.test, self.found, self.ok)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` holds all that counted: of a satisfied "any" only the alternatives that were met."""

    ok: bool
    reasons: list[Reason]

    def __bool__(self) -> bool:
        return self.ok


def check(condition: Condition, values: Any) -> Verdict:
    """The verdict on one plain object or mapping of field name to value, with its reasons."""
    return _check(condition.normal, values)


def holds(condition: Condition, values: Any) -> bool:
    """`check` without reasons: quicker, and stops at the first part that decides."""
    return _holds(condition.normal, values)


def _check(node: Normal, values: Any) -> Verdict:
    if isinstance(node, Test):
        found = node.field.read(values)
        ok = comparison(node)(found)
        return Verdict(ok, [Reason(node, found, ok)])
    verdicts = [_check(part, values) for part in node.parts]
    if node.match == "all":
        return Verdict(all(verdicts), _reasons(verdicts))
    met = [verdict for verdict in verdicts if verdict.ok]
    return Verdict(bool(met), _reasons(met or verdicts))


def _reasons(verdicts: Sequence[Verdict]) -> list[Reason]:
    return [reason for verdict in verdicts for reason in verdict.reasons]


def _holds(node: Normal, values: Any) -> bool:
    if isinstance(node, Test):
        return comparison(node)(node.field.read(values))
    decide = all if node.match == "all" else any
    return decide(_holds(part, values) for part in node.parts)
