"""`acting_for`: the context in which an action works, entered only in actions.

A reader's context cannot do an action's work: a partner must not see the rival's protection that refuses the
registration. So an action finds its object in the member's context, checks the right, and works here, in the
vendor's. Nothing read here is handed to the member except what the action decides to return.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from fairway.core.access import Member
from fairway.core.tenancy.context import Context, Surface, entering


class NotYours(RuntimeError):
    """A member tried to act for a vendor outside the own context: a programming error, refused all the same."""


@contextmanager
def acting_for(actor: Member, vendor_id: int | None = None) -> Iterator[Context]:
    """Work for one vendor as `actor`; the actor's own vendor unless said (a desk member names one of its own)."""
    context = actor.context
    vendor = vendor_id or context.vendor_id
    allowed = context.vendor_ids if context.surface is Surface.DESK else (context.vendor_id,)
    if not vendor or vendor not in allowed:
        raise NotYours(f"{actor.name} has no seat at vendor {vendor}.")
    with entering(context.acting(vendor)) as acting:
        yield acting
