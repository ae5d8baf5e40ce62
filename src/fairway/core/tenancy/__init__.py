"""Who may see which row: organizations, seats, partners, the context of a member, and row security."""
