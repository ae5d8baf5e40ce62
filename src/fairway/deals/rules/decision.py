"""When a registration is clear enough to be approved by rule, and for how long protection lasts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fairway.core.told import packed
from fairway.core.words import said as _


@dataclass(frozen=True, slots=True)
class FurtherStep:
    """Another decision after the deal desk's: from this expected value on, within business hours.

    By this role, where "cam" is the partner's own account manager; or by the person in the seat `seat_id`, whose role
    it is then.
    """

    role: str
    from_minor: int
    limit_hours: int
    seat_id: int = 0

    @property
    def kept(self) -> dict[str, str | int]:
        values: dict[str, str | int] = {
            "role": self.role, "from_minor": self.from_minor, "limit_hours": self.limit_hours,
        }  # fmt: skip
        return {**values, "seat_id": self.seat_id} if self.seat_id else values


@dataclass(frozen=True, slots=True)
class DealPolicy:
    """The vendor's policy. Days are calendar days; `automatic_below_minor` is in the vendor's currency."""

    registration_days: int = 120
    lead_days: int = 90
    extension_days: int = 60
    extensions_most_days: int = 365
    limit_hours: int = 16
    automatic_below_minor: int = 5_000_000
    steps: tuple[FurtherStep, ...] = ()

    def further_steps(self, amount_minor: int | None) -> list[FurtherStep]:
        """Who decides after the deal desk, in their order. A value that is not known counts as a large one."""
        return [step for step in self.steps if amount_minor is None or amount_minor >= step.from_minor]


POLICY = DealPolicy()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule looks at: `is_customer_clear` is one known customer for certain, or a company like no other."""

    is_customer_clear: bool
    conflicts: int
    amount_minor: int | None
    currency: str
    vendor_currency: str
    is_partner_active: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the rule: whether it holds, and the sentence that says so."""

    holds: bool
    reason: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """Clear when every check holds; the sentences are kept with the decision."""

    checks: Sequence[Check]

    @property
    def is_clear(self) -> bool:
        return all(check.holds for check in self.checks)

    @property
    def reasons(self) -> list[dict[str, Any]]:
        return [{"holds": check.holds, "text": packed(check.reason)} for check in self.checks]


def judge(facts: Facts, policy: DealPolicy = POLICY) -> Verdict:
    return Verdict((_customer(facts), _conflicts(facts), _amount(facts, policy), _partner(facts)))


def _customer(facts: Facts) -> Check:
    if facts.is_customer_clear:
        return Check(True, _("It is clear which customer this is."))
    return Check(False, _("Other customers have a similar name: a person should say which one this is."))


def _conflicts(facts: Facts) -> Check:
    if not facts.conflicts:
        return Check(True, _("No other partner has a protection, registration or deal there."))
    return Check(False, _("Other claims to this customer were found: %(n)s.", n=facts.conflicts))


def _amount(facts: Facts, policy: DealPolicy) -> Check:
    most = {"is": "money", "minor": policy.automatic_below_minor, "currency": facts.vendor_currency}
    if facts.amount_minor is None:
        return Check(False, _("No amount is given."))
    if facts.currency != facts.vendor_currency:
        return Check(False, _("The amount is in %(currency)s, the limit is not.", currency=facts.currency))
    if facts.amount_minor >= policy.automatic_below_minor:
        return Check(False, _("The amount is not below %(most)s.", most=most))
    return Check(True, _("The amount is below %(most)s.", most=most))


def _partner(facts: Facts) -> Check:
    if facts.is_partner_active:
        return Check(True, _("The partner is active."))
    return Check(False, _("The partner is not active."))


def protected_until(start: datetime, days: int) -> datetime:
    """The end, exclusive, of a protection that begins at `start`."""
    return start + timedelta(days=days)


def extended_until(starts_at: datetime, until: datetime, days: int, policy: DealPolicy = POLICY) -> datetime:
    """The new end after an extension. ValueError beyond the most a protection may last."""
    wanted = until + timedelta(days=days)
    if days < 1 or wanted > starts_at + timedelta(days=policy.extensions_most_days):
        raise ValueError(days)
    return wanted
