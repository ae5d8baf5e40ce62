"""The life of an import, as a table."""

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
