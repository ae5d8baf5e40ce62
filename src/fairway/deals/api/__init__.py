"""Registrations and deals for programs."""
