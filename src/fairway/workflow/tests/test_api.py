"""Notices and mails by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

from fairway.core.tenancy.context import entering
from fairway.workflow.models import Mail, Notification

pytestmark = pytest.mark.django_db


def items(answer):
    return answer.json()["items"]


def test_one_reads_ones_own_notices_and_marks_them(acme):
    uid, of_beta = make_scene(acme)["notifications"]
    program = program_of(acme.admin)
    assert uid in {row["uid"] for row in items(program.get("notifications?state=unread"))}
    assert of_beta not in {row["uid"] for row in items(program.get("notifications"))}
    assert program.post(f"notifications/{uid}/reading").json()["read_at"] is not None
    assert uid in {row["uid"] for row in items(program.get("notifications?state=read"))}
    problem_of(program.post(f"notifications/{of_beta}/reading"), 404)
    left = len(items(program.get("notifications?state=unread&limit=200")))
    assert program.post("notifications/reading").json() == {"count": left}
    with entering(acme.beta_executive.context):
        assert Notification.objects.get(uid=of_beta).read_at is None


def test_a_mail_that_was_given_up_is_tried_again_once(acme):
    (uid,) = make_scene(acme)["mails"]
    program = program_of(acme.operations)
    assert [row["uid"] for row in items(program.get("mails?state=failed"))] == [uid]
    problem_of(program_of(acme.cam).post(f"mails/{uid}/retry"), 403)
    problem_of(program_of(acme.zeta_admin).post(f"mails/{uid}/retry"), 404)
    with entering(acme.admin.context):
        assert Mail.objects.get(uid=uid).state == "failed"
    assert program.post(f"mails/{uid}/retry").json()["state"] == "waiting"
    problem_of(program.post(f"mails/{uid}/retry"), 422)
    assert program.get(f"mails/{uid}").json()["attempts"] == 0
    assert items(program.get("failing-deadlines")) == []
