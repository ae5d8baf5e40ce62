"""Mails about people: invitations and forgotten passwords."""

from fairway.core import clock
from fairway.core.jobs import job
from fairway.core.tenancy.actions import invitations, passwords


@job("core.send_invitation")
def send_invitation(*, vendor_id: int, invitation_id: int) -> None:
    invitations.send_invitation(vendor_id=vendor_id, invitation_id=invitation_id, at=clock.now())


@job("core.send_password_reset")
def send_password_reset(*, vendor_id: int, email: str) -> None:
    passwords.send_password_reset(email)
