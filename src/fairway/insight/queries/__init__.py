"""What reviews and reports read. Everything goes through the reader's own scope."""
