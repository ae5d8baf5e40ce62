"""Partners, programmes, tiers and territories for programs."""
