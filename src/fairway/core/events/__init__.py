"""The event log, and the one table that says who cares (`config.reactions`)."""
