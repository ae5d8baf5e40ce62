"""The vendor's rules for registrations, as values."""

from fairway.deals.models import DealRules
from fairway.deals.rules.decision import POLICY, DealPolicy, FurtherStep

NUMBERS = (
    "registration_days", "lead_days", "extension_days", "extensions_most_days", "limit_hours", "automatic_below_minor",
)  # fmt: skip


def policy_of(row: DealRules | None) -> DealPolicy:
    if row is None:
        return POLICY
    steps = tuple(FurtherStep(**each) for each in row.steps)
    return DealPolicy(**{name: getattr(row, name) for name in NUMBERS}, steps=steps)


def deal_rules() -> DealRules | None:
    """The row of the vendor in context; None while everything is as delivered."""
    return DealRules.objects.first()


def deal_policy() -> DealPolicy:
    """The policy in force. One query, for staff and for actions."""
    return policy_of(deal_rules())
