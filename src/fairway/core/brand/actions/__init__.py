"""Changing looks and domains."""
