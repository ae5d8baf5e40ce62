"""Saved views: filters, order and columns of a list under a name, one's own or the team's."""
