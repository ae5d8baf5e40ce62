"""Pages of the bell, and of what was sent by mail."""
