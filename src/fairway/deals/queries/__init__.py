"""Reading registrations, protections and deals."""
