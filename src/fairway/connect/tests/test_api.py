"""Duplicates, remembered columns, drop folders and the verbs of imports, by programs."""

import pytest
from tests.api import problem_of, program_of
from tests.scene import make_scene

from fairway.connect.models import DropFolder, DuplicatePair, ImportRun, SavedMapping
from fairway.core.tenancy.context import entering
from fairway.customers.models import Customer

pytestmark = pytest.mark.django_db
NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


@pytest.fixture
def scene(acme):
    return make_scene(acme)


def pair(acme, uid):
    with entering(acme.admin.context):
        return DuplicatePair.objects.get(uid=uid)


def test_a_program_merges_two_records_and_undoes_it(acme, scene):
    program, uid = program_of(acme.operations), scene["duplicates"][0]
    told = program.get(f"duplicates/{uid}").json()
    assert (told["first"]["name"], told["second"]["name"], told["state"], told["kept"]) == (
        "Twin 0", "Twin 1", "proposed", None,
    )  # fmt: skip
    merged = program.post(f"duplicates/{uid}/merge", {"keep": "second"}).json()
    assert (merged["state"], merged["kept"], merged["decided_by"]) == (
        "merged", told["second"]["uid"], acme.operations.name,
    )  # fmt: skip
    with entering(acme.admin.context):
        assert Customer.objects.get(name="Twin 0").merged_into == Customer.objects.get(name="Twin 1")
    assert program.post(f"duplicates/{uid}/undoing").json()["state"] == "proposed"
    with entering(acme.admin.context):
        assert Customer.objects.get(name="Twin 0").merged_into is None


def test_what_was_decided_is_refused_as_a_conflict_and_listed_by_state(acme, scene):
    program, (open_one, merged, dismissed) = program_of(acme.operations), scene["duplicates"]
    said = problem_of(program.post(f"duplicates/{merged}/dismissal"), 409)["detail"]
    assert "merged" in said.lower()
    assert pair(acme, merged).state == "merged"
    assert [row["uid"] for row in program.get("duplicates?state=dismissed").json()["items"]] == [dismissed]
    assert program.post(f"duplicates/{dismissed}/reopening").json()["state"] == "proposed"
    proposed = {row["uid"] for row in program.get("duplicates?state=proposed").json()["items"]}
    assert {open_one, dismissed} <= proposed
    assert merged not in proposed


def test_a_merge_says_which_stays_and_others_are_kept_out(acme, scene):
    program, uid = program_of(acme.operations), scene["duplicates"][0]
    assert "keep" in problem_of(program.post(f"duplicates/{uid}/merge", {"keep": "both"}), 422)["errors"]
    problem_of(program.post(f"duplicates/{NOBODYS}/merge", {"keep": "first"}), 404)
    problem_of(program_of(acme.zeta_admin).post(f"duplicates/{uid}/dismissal"), 404)
    problem_of(program_of(acme.cam).post(f"duplicates/{uid}/dismissal"), 403)
    problem_of(program_of(acme.operations, "import.read").get("duplicates"), 403)
    assert pair(acme, uid).state == "proposed"


def test_remembered_columns_are_renamed_corrected_and_forgotten(acme, scene):
    program, (uid,) = program_of(acme.operations), scene["saved-mappings"]
    read = program.get(f"saved-mappings/{uid}")
    assert (read.json()["mapping"], read["ETag"]) == ({"external_id": "Id", "name": "Name"}, '"1"')
    given = {"name": "North", "mapping": {"external_id": "Name", "name": "Id"}}
    changed = program.patch(f"saved-mappings/{uid}", given, If_Match='"1"')
    assert (changed.json()["name"], changed.json()["mapping"], changed["ETag"]) == ("North", given["mapping"], '"2"')
    problem_of(program.patch(f"saved-mappings/{uid}", {"name": "South"}, If_Match='"1"'), 412)
    wrong = {"mapping": {"external_id": "Nowhere"}}
    assert "mapping" in problem_of(program.patch(f"saved-mappings/{uid}", wrong), 422)["errors"]
    assert program.get(f"saved-mappings/{uid}").json()["name"] == "North"
    assert program.post(f"saved-mappings/{uid}/forgetting").json()["name"] == "North"
    problem_of(program.get(f"saved-mappings/{uid}"), 404)


def test_a_marketer_who_imports_no_partners_sees_none_of_their_columns(acme, scene):
    program, (uid,) = program_of(acme.marketer), scene["saved-mappings"]
    assert program.get("saved-mappings").json()["items"] == []
    problem_of(program.post(f"saved-mappings/{uid}/forgetting"), 404)
    with entering(acme.admin.context):
        assert SavedMapping.objects.filter(uid=uid).exists()


def test_a_drop_folder_is_set_up_changed_and_given_up(acme):
    program = program_of(acme.operations)
    answer = program.post("drop-folders", {"name": "Nightly", "kind": "partners", "defaults": {"country": "DE"}})
    made = answer.json()
    assert (answer.status_code, made["every_minutes"], made["by"]) == (201, 15, acme.operations.name)
    assert made["defaults"] == {"country": "DE"}
    assert [row["uid"] for row in program.get("drop-folders").json()["items"]] == [made["uid"]]
    path = f"drop-folders/{made['uid']}"
    changed = program_of(acme.admin).patch(path, {"every_minutes": 60}, If_Match=answer["ETag"]).json()
    assert (changed["name"], changed["every_minutes"], changed["by"]) == ("Nightly", 60, acme.admin.name)
    problem_of(program.patch(path, {"every_minutes": 5}, If_Match=answer["ETag"]), 412)
    problem_of(program_of(acme.zeta_admin).post(f"{path}/removal"), 404)
    assert program.post(f"{path}/removal").status_code == 200
    problem_of(program.get(path), 404)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "A", "kind": "partners", "every_minutes": 7}, "every_minutes"),
        ({"name": "A", "kind": "sales_lines"}, "kind"),
        ({"kind": "leads"}, "name"),
    ],
)
def test_a_drop_folder_that_cannot_be_is_refused_by_its_field(acme, given, field):
    program = program_of(acme.operations if field == "every_minutes" else acme.marketer)
    assert field in problem_of(program.post("drop-folders", given), 422)["errors"]
    with entering(acme.admin.context):
        assert DropFolder.objects.count() == 0


def test_an_import_is_started_cancelled_and_run_again(acme, scene):
    program, (_standing, uid) = program_of(acme.operations), scene["imports"]
    assert program.post(f"imports/{uid}/start").json()["state"] == "waiting"
    problem_of(program.post(f"imports/{uid}/start"), 409)
    assert program.post(f"imports/{uid}/cancellation").json()["state"] == "cancelled"
    problem_of(program.post(f"imports/{uid}/cancellation"), 409)
    again = program.post(f"imports/{uid}/again")
    assert (again.status_code, again.json()["state"], again.json()["mapping"]) == (
        201, "uploaded", {"external_id": "Id", "name": "Name"},
    )  # fmt: skip
    assert again.json()["uid"] != uid


def test_only_an_import_that_stands_still_is_set_going(acme, scene):
    program, (standing, ready) = program_of(acme.operations), scene["imports"]
    assert program.post(f"imports/{standing}/resumption").json()["state"] == "waiting"
    problem_of(program.post(f"imports/{standing}/resumption"), 422)
    problem_of(program.post(f"imports/{ready}/resumption"), 422)
    problem_of(program_of(acme.marketer).post(f"imports/{ready}/cancellation"), 404)
    with entering(acme.admin.context):
        assert ImportRun.objects.get(uid=ready).state == "uploaded"
