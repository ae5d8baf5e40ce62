"""Handovers, invitations, visits of the support, saved views, the look and its domain, by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

from fairway.core.brand.models import Look, OwnDomain
from fairway.core.saved.models import SavedView
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Invitation, Partner, Seat

pytestmark = pytest.mark.django_db
NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


def seat_of(member):
    with entering(member.context):
        return Seat.objects.get(pk=member.seat_id)


def items(answer):
    return answer.json()["items"]


def cam_of_beta(acme):
    with entering(acme.admin.context):
        return Partner.objects.get(pk=acme.beta.pk).cam_id


def test_what_a_person_has_is_handed_over_and_taken_back(acme):
    program, uid = program_of(acme.admin), seat_of(acme.cam).uid
    assert [row["kind"] for row in program.get(f"seats/{uid}/open-work").json()["open"]] == ["partners"]
    takers = {"takers": {"partners": [acme.chief.seat.email]}}
    answer = program.post(f"seats/{uid}/handover", takers)
    assert (answer.status_code, answer.json()["moved"]) == (201, [{"kind": "partners", "count": 1}])
    assert cam_of_beta(acme) == acme.chief.seat_id
    done = answer.json()["uid"]
    assert [row["uid"] for row in items(program.get("handovers"))] == [done]
    assert program.post(f"handovers/{done}/undoing").json()["undone_at"] is not None
    assert cam_of_beta(acme) == acme.cam.seat_id
    problem_of(program.post(f"handovers/{done}/undoing"), 422)


@pytest.mark.parametrize(
    ("takers", "field"),
    [
        ({"partners": ["nobody@acme.example"]}, "takers.partners"),
        ({"moons": ["chief@acme.example"]}, "takers.moons"),
        ({"partners": ["finance@acme.example"]}, "partners"),
    ],
)
def test_who_cannot_take_over_is_refused_and_all_stays(acme, takers, field):
    program, uid = program_of(acme.admin), seat_of(acme.cam).uid
    assert field in problem_of(program.post(f"seats/{uid}/handover", {"takers": takers}), 422)["errors"]
    assert cam_of_beta(acme) == acme.cam.seat_id


def test_a_seat_that_is_not_ones_to_close_is_not_there(acme):
    uid, body = seat_of(acme.cam).uid, {"takers": {"partners": [acme.chief.seat.email]}}
    problem_of(program_of(acme.beta_executive).post(f"seats/{uid}/handover", body), 404)
    problem_of(program_of(acme.zeta_admin).get(f"seats/{uid}/open-work"), 404)
    problem_of(program_of(acme.marketer).post(f"seats/{uid}/handover", body), 403)
    assert cam_of_beta(acme) == acme.cam.seat_id


def test_an_invitation_is_sent_again_with_a_new_link(acme):
    (uid,) = make_scene(acme)["invitations"]
    with entering(acme.admin.context):
        before = Invitation.objects.get(uid=uid).token_hash
    assert program_of(acme.admin).post(f"invitations/{uid}/resending").json()["uid"] == uid
    with entering(acme.admin.context):
        after = Invitation.objects.get(uid=uid).token_hash
    assert after != before
    problem_of(program_of(acme.zeta_admin).post(f"invitations/{uid}/resending"), 404)


def test_views_are_saved_begun_with_and_removed(acme):
    program = program_of(acme.marketer)
    given = {"list": "lead-list", "name": "Mine", "query": "state=waiting&page=3", "is_shared": True}
    made = program.post("saved-views", given).json()
    assert (made["query"], made["is_own"], made["is_default"]) == ("state=waiting", True, False)
    path = f"saved-views/{made['uid']}"
    assert program.post(f"{path}/default", {"is_default": True}).json()["is_default"] is True
    colleague = program_of(acme.finance)
    assert [row["is_own"] for row in items(colleague.get("saved-views?list=lead-list"))] == [False]
    problem_of(colleague.post(f"{path}/removal"), 404)
    problem_of(program_of(acme.beta_executive).post(f"{path}/removal"), 404)
    assert "list" in problem_of(program.post("saved-views", {**given, "list": "portal-lead-list"}), 422)["errors"]
    assert program.post(f"{path}/removal").status_code == 200
    with entering(acme.marketer.context):
        assert SavedView.objects.count() == 0


def test_the_look_is_reset_and_a_former_version_comes_back(acme):
    program = program_of(acme.admin)
    program.patch("look", {"program_name": "North"})
    first = items(program.get("looks"))[0]
    assert program.post("look/reset").json()["program_name"] == ""
    back = program.post(f"looks/{first['uid']}/return")
    assert (back.json()["program_name"], back["ETag"]) == ("North", '"3"')
    problem_of(program.post(f"looks/{NOBODYS}/return"), 404)
    problem_of(program_of(acme.marketer).post("look/reset"), 403)
    assert program.post("look/letter").status_code == 202
    with entering(acme.admin.context):
        assert Look.objects.count() == 3


def test_a_domain_is_asked_for_with_its_record_looked_for_and_given_up(acme):
    program = program_of(acme.admin)
    problem_of(program.get("look/domain"), 404)
    told = program.post("look/domain", {"host": "partners.acme.example"}).json()
    assert told["record_name"] == "_fairway.partners.acme.example"
    assert told["record_value"].startswith("fairway-proof=")
    assert program.post("look/domain/check").json()["asked_at"] is not None
    assert "host" in problem_of(program.post("look/domain", {"host": "10.0.0.1"}), 422)["errors"]
    problem_of(program_of(acme.operations).post("look/domain/removal"), 403)
    assert program.post("look/domain/removal").json()["host"] == "partners.acme.example"
    with entering(acme.admin.context):
        assert OwnDomain.objects.count() == 0
