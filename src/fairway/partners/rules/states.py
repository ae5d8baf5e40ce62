"""The life of the relation to a partner, as a table."""

from fairway.core.states import Machine

PARTNER = Machine(
    "partner",
    initial="prospect",
    final=(),
    labels={
        "prospect": "Prospect",
        "active": "Active",
        "paused": "Paused",
        "inactive": "Inactive",
        "activate": "Activate",
        "pause": "Pause",
        "resume": "Resume",
        "end": "End partnership",
        "reactivate": "Take up again",
    },
    transitions={
        ("prospect", "activate"): "active",
        ("active", "pause"): "paused",
        ("paused", "resume"): "active",
        ("active", "end"): "inactive",
        ("paused", "end"): "inactive",
        ("inactive", "reactivate"): "active",
    },
)
