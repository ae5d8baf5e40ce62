"""Nothing waits for ever for a job that the queue gave up or lost: each such thing ends, or is tried again."""

import errno
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from tests.rows import make_rows

from fairway.connect import jobs as connect_jobs
from fairway.connect.models import ImportRun
from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.jobs import defer, ids_at_work
from fairway.core.tenancy import jobs as core_jobs
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Invitation
from fairway.insight import jobs as insight_jobs
from fairway.insight.actions import exports as insight_actions
from fairway.insight.models import Export
from fairway.workflow import jobs as workflow_jobs
from fairway.workflow.models import Mail

LONG_AGO = timedelta(hours=3)


@pytest.fixture
def rows(acme):
    with acting_for(acme.admin):
        return make_rows(acme)


def changed(acme, row, **values):
    with acting_for(acme.admin):
        type(row).objects.filter(pk=row.pk).update(**values)
    return row


def fresh(acme, row):
    with entering(system_member(acme.acme.pk, "test").context):
        return type(row).objects.get(pk=row.pk)


def deferred(acme, name, **arguments):
    with acting_for(acme.admin):
        defer(name, vendor_id=acme.acme.pk, **arguments)


def give_up(name):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s", [name])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = %s", [name])
        return cursor.rowcount


def test_an_import_ends_though_its_refused_rows_cannot_be_written(acme, rows, monkeypatch):
    run = changed(acme, rows[ImportRun], state="running")

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(connect_jobs, "write_issues", full)
    connect_jobs.run_import(vendor_id=acme.acme.pk, run_id=run.pk)  # its file is gone too
    assert (fresh(acme, run).state, fresh(acme, run).summary) == ("failed", {})


def test_an_export_whose_job_was_given_up_ends_with_words(acme, rows):
    export = changed(acme, rows[Export], state="running", requested_at=clock.now() - LONG_AGO)
    deferred(acme, "insight.write_export", export_id=export.pk)
    insight_jobs.end_left_exports(vendor_id=acme.acme.pk)
    assert fresh_export(acme, export).state == "running"
    give_up("insight.write_export")
    insight_jobs.end_left_exports(vendor_id=acme.acme.pk)
    assert fresh_export(acme, export).state == "failed"
    assert fresh_export(acme, export).error == "It broke off again and again. Ask for it again."


def fresh_export(acme, export):
    with acting_for(acme.admin):
        return Export.objects.get(pk=export.pk)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("relation core_secret at 0x7f"), "Something broke here."),
        (OSError(errno.ENOSPC, "No space left on device"), "There is no room left to store files."),
    ],
)
def test_an_export_that_breaks_says_nothing_of_the_machine_and_leaves_no_half_file(
    acme, rows, monkeypatch, error, said
):
    export = changed(acme, rows[Export], state="waiting", kind="leads")

    def breaks(path, *arguments):
        path.with_suffix(".part").write_text("half")
        raise error

    monkeypatch.setattr(insight_actions, "_write", breaks)
    insight_jobs.write_export(vendor_id=acme.acme.pk, export_id=export.pk)
    ended = fresh_export(acme, export)
    assert (ended.state, ended.error[: len(said)]) == ("failed", said)
    assert "0x7f" not in ended.error
    assert not insight_actions.export_path(export).with_suffix(".part").exists()


def test_an_export_is_tried_again_when_the_database_went_away(acme, rows, monkeypatch):
    export = changed(acme, rows[Export], state="waiting", kind="leads")

    def away(*arguments):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(insight_actions, "_write", away)
    with pytest.raises(OperationalError):
        insight_jobs.write_export(vendor_id=acme.acme.pk, export_id=export.pk)
    assert fresh_export(acme, export).state == "running"


def test_mails_and_invitations_without_a_job_get_a_new_one(acme, rows):
    old = {"created_at": clock.now() - LONG_AGO}
    mail = changed(acme, rows[Mail], state="waiting", **old)
    invitation = changed(acme, rows[Invitation], mail_error="", mailed_at=None, **old)
    for _twice in range(2):
        workflow_jobs.send_left_mails(vendor_id=acme.acme.pk)
        core_jobs.send_left_invitations(vendor_id=acme.acme.pk)
    with acting_for(acme.admin):
        assert ids_at_work("workflow.send_mail", "mail_ids") >= {mail.pk}
        assert ids_at_work("core.send_invitation", "invitation_id") >= {invitation.pk}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'core.send_invitation'")
        assert cursor.fetchone()[0] == 1
