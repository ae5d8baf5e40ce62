"""What the worker does for waiting things: look for deadlines every minute, send mail."""

from procrastinate.contrib.django import app

from fairway.core import clock
from fairway.core.jobs import defer, job
from fairway.core.tenancy.models import Organization
from fairway.workflow.actions import deadlines, digests, notifications


@app.periodic(cron="* * * * *")
@app.task(name="workflow.look_for_deadlines", queueing_lock="workflow.look_for_deadlines")
def look_for_deadlines(timestamp: int) -> None:
    """One job a vendor, so that the many deadlines of one do not keep the others waiting."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("workflow.fire_deadlines", vendor_id=vendor_id, once=f"workflow.fire_deadlines/{vendor_id}")


@job("workflow.fire_deadlines", retry=False)
def fire_deadlines(*, vendor_id: int) -> None:
    deadlines.fire_due(clock.now(), vendor_id=vendor_id)


@job("workflow.send_mail")
def send_mail(*, vendor_id: int, mail_ids: list[int]) -> None:
    notifications.send_mails(vendor_id=vendor_id, mail_ids=mail_ids, at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="workflow.look_for_left_mails", queueing_lock="workflow.look_for_left_mails")
def look_for_left_mails(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("workflow.send_left_mails", vendor_id=vendor_id, once=f"workflow.send_left_mails/{vendor_id}")


@job("workflow.send_left_mails", retry=False)
def send_left_mails(*, vendor_id: int) -> None:
    notifications.send_left_mails(vendor_id=vendor_id, at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="workflow.look_for_digests", queueing_lock="workflow.look_for_digests")
def look_for_digests(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("workflow.send_digests", vendor_id=vendor_id, once=f"workflow.send_digests/{vendor_id}")


@job("workflow.send_digests", retry=False)
def send_digests(*, vendor_id: int) -> None:
    digests.send_digests(vendor_id=vendor_id, at=clock.now())
