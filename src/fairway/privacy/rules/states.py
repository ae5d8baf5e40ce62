"""The life of an erasure, which jobs move."""

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
