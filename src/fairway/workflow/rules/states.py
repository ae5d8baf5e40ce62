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
