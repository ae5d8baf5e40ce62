"""Leads and offers for programs."""
