"""Support access: administrators hear of it, and its end is written down. Reactions to events."""

from collections.abc import Sequence

from fairway.core.events.record import Happened
from fairway.core.tenancy.models import Role
from fairway.core.tenancy.support import SupportGrant
from fairway.workflow.actions.deadlines import cancel_deadlines, set_deadline
from fairway.workflow.actions.notifications import notify
from fairway.workflow.queries.people import seats_for

EXPIRE = "expire"
PATH = "console/support/"


def after_granting(happened: Sequence[Happened]) -> None:
    for grant in _grants(happened):
        set_deadline(grant, EXPIRE, grant.ends_until)
    _tell(happened)


def after_entering(happened: Sequence[Happened]) -> None:
    _tell(happened, "entered")


def after_ending(happened: Sequence[Happened]) -> None:
    for grant in _grants(happened):
        cancel_deadlines(grant)


def _tell(happened: Sequence[Happened], form: str = "") -> None:
    for grant in _grants(happened):
        values = {
            "name": grant.visitor, "reason": grant.reason, "until": grant.ends_until,
            "by": grant.granted_by.name if grant.granted_by else "",
        }  # fmt: skip
        notify(seats_for(roles=[Role.ADMIN]), "support", values, PATH, at=happened[0].at, form=form)


def _grants(happened: Sequence[Happened]) -> list[SupportGrant]:
    ids = [event.subject_id for event in happened]
    return list(SupportGrant.objects.select_related("seat", "granted_by").filter(pk__in=ids))
