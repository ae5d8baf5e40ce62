from datetime import date

from procrastinate.contrib.django import app

from fairway.core import clock
from fairway.core.jobs import actor_of_job, defer, job
from fairway.core.tenancy.models import Organization
from fairway.insight.actions import exports, figures


@job("insight.write_export")
def write_export(*, vendor_id: int, export_id: int) -> None:
    exports.write_export(export_id=export_id, actor=actor_of_job(vendor_id, "Export"), at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="insight.look_for_left_exports", queueing_lock="insight.look_for_left_exports")
def look_for_left_exports(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("insight.end_left_exports", vendor_id=vendor_id, once=f"insight.end_left_exports/{vendor_id}")


@job("insight.end_left_exports", retry=False)
def end_left_exports(*, vendor_id: int) -> None:
    exports.end_left_exports(actor=actor_of_job(vendor_id, "Export"), at=clock.now())


@job("insight.renew_figures", retry=False)
def renew_figures(*, vendor_id: int, what: str, seat_id: int, as_of: str) -> None:
    figures.renew_figures(
        vendor_id=vendor_id, name=what, seat_id=seat_id, as_of=date.fromisoformat(as_of), at=clock.now()
    )


@app.periodic(cron="4 * * * *")
@app.task(name="insight.look_at_days", queueing_lock="insight.look_at_days")
def look_at_days(timestamp: int) -> None:
    """Every hour it is past midnight somewhere."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("insight.begin_day", vendor_id=vendor_id, once=f"insight.begin_day/{vendor_id}")


@job("insight.begin_day", retry=False)
def begin_day(*, vendor_id: int) -> None:
    figures.begin_day(vendor_id=vendor_id, at=clock.now())
