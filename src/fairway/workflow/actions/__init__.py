"""What is done about waiting things: set a deadline, tell somebody, ask for a decision and take it."""
