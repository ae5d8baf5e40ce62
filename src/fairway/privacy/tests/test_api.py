"""Erasures and files with personal data, asked for by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

from fairway.core import jobs
from fairway.core.tenancy.context import entering
from fairway.leads.models import LeadPerson
from fairway.privacy.models import Erasure, PersonalExport

pytestmark = pytest.mark.django_db
EMAIL = "waiting@scene.example"
GIVEN = {"email": EMAIL, "name": "Scene", "reason": "Asked for by mail on 3 May"}


@pytest.fixture(autouse=True)
def scene(acme):
    return make_scene(acme)


def known(acme):
    with entering(acme.admin.context):
        return LeadPerson.objects.filter(email=EMAIL).exists()


def test_a_person_is_erased_and_may_be_brought_in_again(acme):
    program = program_of(acme.admin)
    answer = program.post("erasures", GIVEN)
    assert (answer.status_code, answer.json()["state"]) == (201, "waiting")
    jobs.run_pending()
    told = program.get(f"erasures/{answer.json()['uid']}").json()
    assert (told["state"], told["counts"]["LeadPerson"], known(acme)) == ("done", 1, False)
    assert program.post(f"erasures/{told['uid']}/allowance").status_code == 200
    problem_of(program.post(f"erasures/{told['uid']}/allowance"), 422)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": "Somebody else"}, "name"), ({"email": "nobody@scene.example"}, "email"), ({"reason": "No"}, "reason")],
)
def test_another_name_address_or_no_reason_erases_nobody(acme, change, field):
    assert field in problem_of(program_of(acme.admin).post("erasures", {**GIVEN, **change}), 422)["errors"]
    with entering(acme.admin.context):
        assert Erasure.objects.filter(reason=GIVEN["reason"]).count() == 0
    assert known(acme)


def test_others_erase_nobody(acme, scene):
    problem_of(program_of(acme.operations).post("erasures", GIVEN), 403)
    problem_of(program_of(acme.admin, "people.read").post("erasures", GIVEN), 403)
    assert "email" in problem_of(program_of(acme.zeta_admin).post("erasures", GIVEN), 422)["errors"]
    problem_of(program_of(acme.zeta_admin).post(f"erasures/{scene['erasures'][0]}/allowance"), 404)
    assert known(acme)


def test_what_is_known_of_a_person_is_written_for_who_asked(acme):
    program = program_of(acme.admin)
    made = program.post("personal-exports", {"email": EMAIL}).json()
    assert (made["whose"], made["state"]) == ("Scene", "waiting")
    assert [row["uid"] for row in program.get("personal-exports").json()["items"]] == [made["uid"]]
    wrong = program.post("personal-exports", {"email": "nobody@scene.example"})
    assert "email" in problem_of(wrong, 422)["errors"]
    with entering(acme.admin.context):
        assert PersonalExport.objects.count() == 1
