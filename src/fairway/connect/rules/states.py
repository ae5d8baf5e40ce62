"""The life of an import and of a proposed duplicate, as tables."""

from fairway.core.states import Machine

IMPORT = Machine(
    "import",
    initial="uploaded",
    final={"done", "failed", "cancelled"},
    labels={
        "uploaded": "Uploaded",
        "waiting": "Waiting",
        "running": "Running",
        "done": "Done",
        "failed": "Failed",
        "cancelled": "Cancelled",
    },
    transitions={
        ("uploaded", "start"): "waiting",
        ("waiting", "begin"): "running",
        ("running", "finish"): "done",
        ("waiting", "fail"): "failed",
        ("running", "fail"): "failed",
        ("uploaded", "cancel"): "cancelled",
        ("waiting", "cancel"): "cancelled",
        ("running", "cancel"): "cancelled",
    },
)

DUPLICATE = Machine(
    "possible duplicate",
    initial="proposed",
    final=set(),
    labels={"proposed": "Proposed", "merged": "Merged", "dismissed": "Two records"},
    transitions={
        ("proposed", "merge"): "merged",
        ("proposed", "dismiss"): "dismissed",
        ("merged", "undo"): "proposed",
        ("dismissed", "reopen"): "proposed",
    },
)
