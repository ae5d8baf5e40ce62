"""What the worker does for leads: score and route what came in, and route again what came back."""

from fairway.core.jobs import job


@job("leads.process")
def process(*, vendor_id: int, lead_ids: list[int]) -> None:
    """Score new leads, then route them."""


@job("leads.route")
def route(*, vendor_id: int, lead_ids: list[int]) -> None:
    """Find the next partner for leads that are free."""
