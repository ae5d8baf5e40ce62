"""People in rows: which columns are about them, and who was erased."""
