"""Writing files with personal data, erasing, and removing what is kept too long."""

from procrastinate.contrib.django import app

from fairway.core import clock
from fairway.core.jobs import actor_of_job, defer, job
from fairway.core.tenancy.models import Organization
from fairway.privacy.actions import erasing, exports


@job("privacy.write_export")
def write_export(*, vendor_id: int, export_id: int) -> None:
    exports.write_export(export_id=export_id, actor=actor_of_job(vendor_id, "Personal data"), at=clock.now())


@job("privacy.erase")
def erase(*, vendor_id: int, erasure_id: int) -> None:
    erasing.carry_out(erasure_id=erasure_id, actor=actor_of_job(vendor_id, "Erasure"), at=clock.now())


@app.periodic(cron="13 * * * *")
@app.task(name="privacy.look_for_old_exports", queueing_lock="privacy.look_for_old_exports")
def look_for_old_exports(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("privacy.clear_exports", vendor_id=vendor_id, once=f"privacy.clear_exports/{vendor_id}")


@job("privacy.clear_exports", retry=False)
def clear_exports(*, vendor_id: int) -> None:
    exports.clear_exports(actor=actor_of_job(vendor_id, "Personal data"), at=clock.now())
