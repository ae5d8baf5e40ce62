"""People, their roles and their days away, for programs."""
