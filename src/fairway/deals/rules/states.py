"""The life of a registration, a protection and a deal, as tables: (state, verb) → state."""

from enum import StrEnum

from fairway.core.states import Machine


class RegistrationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


# A returned registration keeps its place: first in time counts from the first submission.
REGISTRATION = Machine(
    "registration",
    initial=RegistrationState.DRAFT,
    final={RegistrationState.REJECTED, RegistrationState.WITHDRAWN, RegistrationState.REVOKED},
    labels={
        "draft": "Draft",
        "submitted": "Submitted",
        "returned": "Returned",
        "approved": "Approved",
        "rejected": "Rejected",
        "withdrawn": "Withdrawn",
        "revoked": "Revoked",
    },
    transitions={
        (RegistrationState.DRAFT, "submit"): RegistrationState.SUBMITTED,
        (RegistrationState.DRAFT, "withdraw"): RegistrationState.WITHDRAWN,
        (RegistrationState.SUBMITTED, "return"): RegistrationState.RETURNED,
        (RegistrationState.SUBMITTED, "approve"): RegistrationState.APPROVED,
        (RegistrationState.SUBMITTED, "reject"): RegistrationState.REJECTED,
        (RegistrationState.SUBMITTED, "withdraw"): RegistrationState.WITHDRAWN,
        (RegistrationState.RETURNED, "submit"): RegistrationState.SUBMITTED,
        (RegistrationState.RETURNED, "withdraw"): RegistrationState.WITHDRAWN,
        (RegistrationState.RETURNED, "reject"): RegistrationState.REJECTED,
        (RegistrationState.APPROVED, "revoke"): RegistrationState.REVOKED,
    },
)


class ProtectionState(StrEnum):
    LIVE = "live"
    EXTENDED = "extended"
    EXPIRED = "expired"
    RELEASED = "released"


PROTECTION = Machine(
    "protection",
    initial=ProtectionState.LIVE,
    final={ProtectionState.EXPIRED, ProtectionState.RELEASED},
    labels={"live": "Live", "extended": "Extended", "expired": "Expired", "released": "Released"},
    transitions={
        (ProtectionState.LIVE, "extend"): ProtectionState.EXTENDED,
        (ProtectionState.EXTENDED, "extend"): ProtectionState.EXTENDED,
        (ProtectionState.LIVE, "expire"): ProtectionState.EXPIRED,
        (ProtectionState.EXTENDED, "expire"): ProtectionState.EXPIRED,
        (ProtectionState.LIVE, "release"): ProtectionState.RELEASED,
        (ProtectionState.EXTENDED, "release"): ProtectionState.RELEASED,
    },
)


class DealState(StrEnum):
    QUALIFIED = "qualified"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"


OPEN_STAGES = (DealState.QUALIFIED, DealState.PROPOSAL, DealState.NEGOTIATION)

# A deal may move between open stages in any order: real selling goes back as well.
DEAL = Machine(
    "deal",
    initial=DealState.QUALIFIED,
    final={DealState.WON, DealState.LOST},
    labels={
        "qualified": "Qualified",
        "proposal": "Proposal",
        "negotiation": "Negotiation",
        "won": "Won",
        "lost": "Lost",
    },
    transitions={
        **{(a, f"to_{b}"): b for a in OPEN_STAGES for b in OPEN_STAGES if a != b},
        **{(a, "win"): DealState.WON for a in OPEN_STAGES},
        **{(a, "lose"): DealState.LOST for a in OPEN_STAGES},
    },
)
