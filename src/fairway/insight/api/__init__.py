"""Exports and reviews for programs."""
