"""Pages of registrations, protections and deals."""
