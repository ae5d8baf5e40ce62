"""Everything that changes a registration, a protection or a deal."""
