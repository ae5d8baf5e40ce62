from fairway.core import clock
from fairway.core.jobs import actor_of_job, job
from fairway.insight import actions


@job("insight.write_export")
def write_export(*, vendor_id: int, export_id: int) -> None:
    actions.write_export(export_id=export_id, actor=actor_of_job(vendor_id, "Export"), at=clock.now())
