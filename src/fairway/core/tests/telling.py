"""Tells somebody something, with a kind of notice of the tests' own."""

from fairway.core import clock, jobs
from fairway.core.access import Member
from fairway.core.tenancy.acting import acting_for
from fairway.core.words import Words
from fairway.workflow.actions.notifications import notify
from fairway.workflow.rules import notices

KIND = notices.Kind("test", "leads", Words("Test"), notices.Form("%(title)s", ("%(body)s",)))


def tell(actor: Member, to: Member, path: str) -> None:
    """A line in the bell and a mail, which the next run of jobs sends."""
    before = notices.kinds()
    notices.register(KIND)
    try:
        with acting_for(actor):
            notify([to.seat_id or 0], "test", {"title": "A lead for you", "body": "Soon."}, path, at=clock.now())
        jobs.run_pending()
    finally:
        notices._kinds.clear()
        notices.register(*before.values())
