"""The demo world: invented companies and people, two years of work before today, made by the product's own actions.

Deterministic: the same day and seed give the same world. No company, address or person in it is real.
"""
