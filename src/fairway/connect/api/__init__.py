"""Imports, duplicates, remembered columns and drop folders for programs."""
