"""What was written to people, and what could not be done in time."""

from fairway.core.tenancy.scope import TenantQuerySet
from fairway.workflow.models import Deadline, Mail, MailState


def mails(state: str = "") -> TenantQuerySet:
    """All mails of the vendor, newest first; with `state` only those."""
    found = Mail.objects.order_by("-created_at", "-pk")
    return found.filter(state=state) if state in MailState.values else found


def failing_deadlines() -> TenantQuerySet:
    """Deadlines that were tried and could not be carried out, the longest waiting first."""
    return Deadline.objects.filter(settled_at=None, attempts__gt=0).order_by("due_at", "pk")
