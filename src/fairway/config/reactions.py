"""Who cares about what: event → handlers, each called in the transaction of the change with its list of events.

Names are "<subject>.<verb>". A handler that needs time defers a job.
"""

TABLE: dict[str, tuple[str, ...]] = {}
