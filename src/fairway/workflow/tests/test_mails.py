import pytest
from django.core import mail as outbox
from django.utils import timezone

from fairway.core import jobs
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.workflow.actions.notifications import retry_mail
from fairway.workflow.models import Deadline, Mail


@pytest.fixture
def failed(acme):
    at = timezone.now()
    with acting_for(acme.admin):
        Mail.objects.create(vendor=acme.acme, kind="x", to_email="b@x.example", subject="Sent one", state="sent",
                            created_at=at, sent_at=at)  # fmt: skip
        return Mail.objects.create(
            vendor=acme.acme, kind="x", to_email="a@x.example", subject="Never went", state="failed", attempts=7,
            error="OSError: no server", created_at=at,
        )  # fmt: skip


def test_those_who_run_the_place_see_what_became_of_mails(acme, client_of, failed):
    page = client_of(acme.operations).get("/acme/console/mails/").content.decode()
    assert "OSError: no server" in page
    assert "Sent one" in page
    only = client_of(acme.operations).get("/acme/console/mails/?state=sent").content.decode()
    assert "Never went" not in only
    for member in (acme.cam, acme.finance):
        assert client_of(member).get("/acme/console/mails/").status_code == 403
    assert "Never went" not in client_of(acme.zeta_admin).get("/zeta/console/mails/").content.decode()


def test_a_mail_that_was_given_up_is_tried_again(acme, client_of, failed):
    address = f"/acme/console/mails/{failed.uid}/retry/"
    assert client_of(acme.cam).post(address).status_code == 403
    assert client_of(acme.zeta_admin).post(f"/zeta/console/mails/{failed.uid}/retry/").status_code == 404
    assert client_of(acme.admin).post(address).status_code == 302
    jobs.run_pending()
    assert [sent.to for sent in outbox.outbox] == [["a@x.example"]]
    with entering(acme.admin.context):
        assert Mail.objects.get(pk=failed.pk).state == "sent"
    with pytest.raises(Refused, match="not given up"):
        retry_mail(found=failed, actor=acme.admin, at=timezone.now())


def test_deadlines_that_fail_are_seen(acme, client_of):
    at = timezone.now()
    with acting_for(acme.admin):
        Deadline.objects.create(vendor=acme.acme, subject_type="offer", subject_id=1, kind="lapse", due_at=at,
                                wake_at=at, attempts=2, error="ZeroDivisionError: x")  # fmt: skip
    page = client_of(acme.admin).get("/acme/console/mails/").content.decode()
    assert "offer: lapse" in page
    assert "tried 2 times" in page
