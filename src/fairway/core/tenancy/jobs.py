"""Mails about people: invitations and forgotten passwords. And what is forgotten after a day."""

from procrastinate.contrib.django import app

from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.brand.actions import domains
from fairway.core.brand.actions import looks as brand
from fairway.core.http.limits import forget_old_counts
from fairway.core.jobs import defer, job
from fairway.core.tenancy.actions import idempotency, invitations, oauth, passwords, signing_in
from fairway.core.tenancy.models import Organization


@job("core.send_invitation")
def send_invitation(*, vendor_id: int, invitation_id: int) -> None:
    invitations.send_invitation(vendor_id=vendor_id, invitation_id=invitation_id, at=clock.now())


@job("core.send_password_reset")
def send_password_reset(*, vendor_id: int, email: str) -> None:
    passwords.send_password_reset(email, vendor_id=vendor_id)


@app.periodic(cron="17 * * * *")
@app.task(name="core.look_for_old_answers", queueing_lock="core.look_for_old_answers")
def look_for_old_answers(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("core.forget_answers", vendor_id=vendor_id, once=f"core.forget_answers/{vendor_id}")


@job("core.forget_answers")
def forget_answers(*, vendor_id: int) -> None:
    idempotency.forget_answers(actor=system_member(vendor_id, "Housekeeping"), at=clock.now())
    oauth.forget_ended(actor=system_member(vendor_id, "Housekeeping"), at=clock.now())


@job("core.send_trial_letter")
def send_trial_letter(*, vendor_id: int, email: str, to_name: str) -> None:
    brand.send_trial(vendor_id=vendor_id, email=email, to_name=to_name)


@job("core.check_domain")
def check_domain(*, vendor_id: int, is_contested: bool = False) -> None:
    domains.check_domain(vendor_id=vendor_id, at=clock.now(), is_contested=is_contested)


@app.periodic(cron="11 5 * * *")
@app.task(name="core.look_at_domains", queueing_lock="core.look_at_domains")
def look_at_domains(timestamp: int) -> None:
    """Whether the domains that are served still show their proof."""
    domains.check_all(clock.now())


@job("core.reset_second_factor")
def reset_second_factor(*, vendor_id: int, user_id: int) -> None:
    signing_in.remove_second_factors(user_id)


@job("core.end_sign_ins")
def end_sign_ins(*, vendor_id: int, user_id: int) -> None:
    """Somebody has left: signed out wherever a session is open."""
    signing_in.sign_out_everywhere(user_id)


@job("core.tell_of_sign_in_change")
def tell_of_sign_in_change(*, vendor_id: int, user_id: int, said: str) -> None:
    signing_in.send_change(user_id, said)


@app.periodic(cron="41 3 * * *")
@app.task(name="core.look_for_ended_sign_ins", queueing_lock="core.look_for_ended_sign_ins")
def look_for_ended_sign_ins(timestamp: int) -> None:
    signing_in.forget_ended_sign_ins(clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="core.look_for_left_invitations", queueing_lock="core.look_for_left_invitations")
def look_for_left_invitations(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("core.send_left_invitations", vendor_id=vendor_id, once=f"core.send_left_invitations/{vendor_id}")


@job("core.send_left_invitations", retry=False)
def send_left_invitations(*, vendor_id: int) -> None:
    invitations.send_left_invitations(actor=system_member(vendor_id, "mail"), at=clock.now())


@app.periodic(cron="23 * * * *")
@app.task(name="core.forget_old_counts", queueing_lock="core.forget_old_counts")
def forget_counts(timestamp: int) -> None:
    """Of the doors' uses, those that no longer count."""
    forget_old_counts()
