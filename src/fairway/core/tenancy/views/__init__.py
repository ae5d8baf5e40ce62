"""Pages about people: the list, invitations, keys for programs, the desk."""
