from procrastinate.contrib.django import app

from fairway.core import clock
from fairway.core.jobs import actor_of_job, defer, job
from fairway.core.tenancy.models import Organization
from fairway.insight import actions


@job("insight.write_export")
def write_export(*, vendor_id: int, export_id: int) -> None:
    actions.write_export(export_id=export_id, actor=actor_of_job(vendor_id, "Export"), at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="insight.look_for_left_exports", queueing_lock="insight.look_for_left_exports")
def look_for_left_exports(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("insight.end_left_exports", vendor_id=vendor_id, once=f"insight.end_left_exports/{vendor_id}")


@job("insight.end_left_exports", retry=False)
def end_left_exports(*, vendor_id: int) -> None:
    actions.end_left_exports(actor=actor_of_job(vendor_id, "Export"), at=clock.now())
