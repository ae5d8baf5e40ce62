"""The life of an approval, and who is next when nobody decides."""

from fairway.core.states import Machine

APPROVAL = Machine(
    "approval",
    title="decision",
    initial="waiting",
    final={"approved", "returned", "rejected", "withdrawn"},
    labels={
        "waiting": "Waiting",
        "approved": "Approved",
        "returned": "Returned",
        "rejected": "Rejected",
        "withdrawn": "Withdrawn",
    },
    transitions={
        ("waiting", "approve"): "approved",
        ("waiting", "return"): "returned",
        ("waiting", "reject"): "rejected",
        ("waiting", "withdraw"): "withdrawn",
    },
)
VERBS = {"approved": "approve", "returned": "return", "rejected": "reject"}

# Who decides when the role asked does not in time.
HIGHER = {
    "cam": "chief",
    "marketer": "chief",
    "operations": "chief",
    "finance": "chief",
    "deal_desk": "chief",
    "chief": "admin",
}


def deciders(role: str) -> tuple[str, ...]:
    """The role asked and those above it, nearest first."""
    chain = [role]
    while (above := HIGHER.get(chain[-1])) is not None:
        chain.append(above)
    return tuple(chain)
