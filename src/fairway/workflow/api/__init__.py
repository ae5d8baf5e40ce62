"""Notices, the own choices of them, and mails for programs."""
