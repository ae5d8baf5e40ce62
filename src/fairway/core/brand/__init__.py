"""A vendor's own look: name, pictures and colours on every surface and in mails, and its own domain."""
