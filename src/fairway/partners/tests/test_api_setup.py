"""Programmes, tiers, territories, contacts, credentials and enrolments by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Contact, Credential, Enrollment, Territory, Tier

pytestmark = pytest.mark.django_db
NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


def items(answer):
    return answer.json()["items"]


def test_a_programme_with_its_tiers_is_set_up(acme):
    program = program_of(acme.operations)
    made = program.post("programs", {"name": "North"}).json()
    path = f"programs/{made['uid']}"
    assert program.patch(path, {"name": "Far North"}).json()["name"] == "Far North"
    answer = program.post(f"{path}/tiers", {"code": "gold", "name": "Gold", "rank": 3})
    tier = answer.json()
    assert (answer.status_code, tier["program"], tier["rank"]) == (201, made["uid"], 3)
    assert program.patch(f"tiers/{tier['uid']}", {"name": "Golden"}).json()["code"] == "gold"
    assert [row["name"] for row in items(program.get(f"{path}/tiers"))] == ["Golden"]
    assert "code" in problem_of(program.post(f"{path}/tiers", {"code": "gold", "name": "Other"}), 422)["errors"]
    assert "code" in problem_of(program.post(f"{path}/tiers", {"code": "no gold", "name": "Other"}), 422)["errors"]
    assert program.post(f"tiers/{tier['uid']}/removal").status_code == 200
    problem_of(program.get(f"tiers/{tier['uid']}"), 404)


def test_who_only_reads_partners_sets_up_nothing(acme):
    scene, program = make_scene(acme), program_of(acme.marketer)
    problem_of(program.post("programs", {"name": "North"}), 403)
    problem_of(program.post(f"tiers/{scene['tiers'][0]}/removal"), 403)
    problem_of(program_of(acme.zeta_admin).post(f"tiers/{scene['tiers'][0]}/removal"), 404)
    with entering(acme.admin.context):
        assert Tier.objects.filter(uid=scene["tiers"][0]).exists()


def test_a_partner_is_placed_in_a_tier_and_the_one_before_ends(acme):
    scene, program = make_scene(acme), program_of(acme.operations)
    path = f"partners/{acme.beta.uid}/enrollments"
    tier = program.get(f"tiers/{scene['tiers'][0]}").json()
    better = program.post(f"programs/{tier['program']}/tiers", {"code": "better", "name": "Better"}).json()
    first = program.post(path, {"tier": "scene", "since_on": "2026-01-05"}).json()
    second = program.post(path, {"tier": better["uid"], "since_on": "2026-06-01", "reason": "Grew"}).json()
    rows = {row["uid"]: row for row in items(program.get(path))}
    assert (rows[first["uid"]]["until_on"], rows[second["uid"]]["until_on"]) == ("2026-06-01", None)
    assert [row["uid"] for row in items(program.get(f"partners?tier={better['uid']}"))] == [str(acme.beta.uid)]
    problem_of(program.post(f"tiers/{better['uid']}/removal"), 422)
    assert "tier" in problem_of(program.post(path, {"tier": "nowhere"}), 422)["errors"]
    problem_of(program.post(f"partners/{NOBODYS}/enrollments", {"tier": "scene"}), 404)
    with entering(acme.admin.context):
        assert Enrollment.objects.filter(partner=acme.beta).count() == 2


def test_a_credential_is_given_dated_anew_and_taken_away(acme):
    program, path = program_of(acme.cam), f"partners/{acme.beta.uid}/credentials"
    given = {"code": "network", "name": "Network", "issued_on": "2026-01-05"}
    made = program.post(path, given).json()
    again = program.post(path, {**given, "expires_on": "2027-01-05"}).json()
    assert (again["uid"], made["expires_on"], again["expires_on"]) == (made["uid"], None, "2027-01-05")
    wrong = {**given, "expires_on": "2025-01-05"}
    assert "expires_on" in problem_of(program.post(path, wrong), 422)["errors"]
    problem_of(program_of(acme.marketer).post(f"credentials/{made['uid']}/removal"), 403)
    assert len(items(program.get(path))) == 1
    program.post(f"credentials/{made['uid']}/removal")
    with entering(acme.admin.context):
        assert not Credential.objects.filter(uid=made["uid"]).exists()


def test_a_contact_is_written_down_changed_and_removed(acme):
    program, path = program_of(acme.cam), f"partners/{acme.beta.uid}/contacts"
    made = program.post(path, {"name": "Ina Voss", "email": "ina@beta.example"}).json()
    changed = program.patch(f"contacts/{made['uid']}", {"title": "Buyer"}).json()
    assert (changed["name"], changed["title"], changed["email"]) == ("Ina Voss", "Buyer", "ina@beta.example")
    assert made["uid"] in {row["uid"] for row in items(program.get(path))}
    assert "email" in problem_of(program.patch(f"contacts/{made['uid']}", {"email": "no"}), 422)["errors"]
    problem_of(program_of(acme.zeta_admin).get(f"contacts/{made['uid']}"), 404)
    assert program.post(f"contacts/{made['uid']}/removal").json()["name"] == "Ina Voss"
    with entering(acme.admin.context):
        assert not Contact.objects.filter(uid=made["uid"]).exists()


def test_a_territory_places_its_partners_and_gives_them_their_account_manager(acme):
    program = program_of(acme.operations)
    program.patch(f"partners/{acme.beta.uid}", {"country": "DE", "cam_email": ""})
    condition = {"all": [{"field": "place.country", "op": "is", "value": "DE"}]}
    cam = acme.cam.seat.email
    made = program.post("territories", {"name": "North", "condition": condition, "cam_email": cam}).json()
    assert (made["condition"], made["partners"], made["account_manager"]) == (condition, 1, acme.cam.name)
    assert [row["uid"] for row in items(program.get(f"partners?territory={made['uid']}"))] == [str(acme.beta.uid)]
    assert [row["uid"] for row in items(program.get(f"partners?cam_email={cam}"))] == [str(acme.beta.uid)]
    elsewhere = {"condition": {"field": "place.country", "op": "is", "value": "FR"}}
    assert program.patch(f"territories/{made['uid']}", elsewhere).json()["partners"] == 0
    assert program.post("territories/placing").json() == {"partners": 0}
    assert program.post(f"territories/{made['uid']}/removal").status_code == 200
    with entering(acme.admin.context):
        assert not Territory.objects.filter(name="North").exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "A", "condition": {"field": "place.moon", "op": "is", "value": "DE"}}, "condition"),
        ({"name": "A", "condition": []}, "condition"),
        ({"name": "A", "cam_email": "nobody@acme.example"}, "cam_email"),
        ({"name": "North"}, "name"),
    ],
)
def test_a_territory_that_cannot_be_is_refused_by_its_field(acme, given, field):
    program = program_of(acme.operations)
    program.post("territories", {"name": "North"})
    assert field in problem_of(program.post("territories", given), 422)["errors"]
    with entering(acme.admin.context):
        assert list(Territory.objects.values_list("name", flat=True)) == ["North"]


def test_an_account_manager_is_given_by_e_mail(acme):
    program, path = program_of(acme.operations), f"partners/{acme.beta.uid}"
    told = program.patch(path, {"cam_email": acme.other_cam.seat.email}).json()
    assert told["account_manager"] == acme.other_cam.name
    assert "cam_email" in problem_of(program.patch(path, {"cam_email": acme.marketer.seat.email}), 422)["errors"]
    with entering(acme.admin.context):
        assert Partner.objects.get(pk=acme.beta.pk).cam_id == acme.other_cam.seat_id
