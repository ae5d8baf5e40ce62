"""Imports without a person at the screen: through the API, and from a drop folder."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from tests.api import problem_of, program_of

from fairway.connect.actions.drops import save_drop_folder, take_one
from fairway.connect.jobs import look_into_drops
from fairway.connect.models import DropFolder, ImportRun
from fairway.connect.tests.files import csv_file, run
from fairway.connect.tests.test_workbooks import sheet_of
from fairway.core import clock, jobs
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, Seat
from fairway.workflow.models import Notification

pytestmark = pytest.mark.django_db
CSV = "Id,Name,City,Country\n1,Werft Nord,Kiel,DE\n2,Hafen,Ulm,Atlantis\n"


def runs(acme):
    with entering(acme.operations.context):
        return list(ImportRun.objects.order_by("pk"))


def partner(acme, external_id):
    with entering(acme.chief.context):
        return Partner.objects.filter(external_id=external_id).first()


def test_a_program_sends_a_file_follows_it_and_reads_what_was_wrong(acme):
    program = program_of(acme.operations)
    answer = program.post("imports", {"kind": "partners", "file_name": "north.csv", "content": CSV})
    told = answer.json()
    assert (answer.status_code, told["state"], told["columns"]) == (202, "waiting", ["Id", "Name", "City", "Country"])
    jobs.run_pending()
    told = program.get(f"imports/{told['uid']}").json()
    counts = {name: told[f"rows_{name}"] for name in ("read", "created", "updated", "unchanged", "refused")}
    assert (told["state"], counts) == (
        "done", {"read": 2, "created": 1, "updated": 0, "unchanged": 0, "refused": 1},
    )  # fmt: skip
    issues = program.get(f"imports/{told['uid']}/issues").json()["items"]
    assert [(each["line"], each["column"], each["is_warning"]) for each in issues] == [(3, "Country", False)]
    assert issues[0]["values"]["Name"] == "Hafen"
    assert [each["uid"] for each in program.get("imports?kind=partners").json()["items"]] == [told["uid"]]
    assert partner(acme, "1").name == "Werft Nord"


def test_rows_are_named_by_fields_and_workbooks_come_in_base64(acme):
    program = program_of(acme.operations)
    rows = [
        {"external_id": 7, "name": "Werft", "country": "DE"},
        {"external_id": "8", "name": "Kran", "employees": None},
    ]
    told = program.post("imports", {"kind": "partners", "rows": rows}).json()
    assert told["mapping"] == {name: name for name in ("external_id", "name", "country", "employees")}
    book = base64.b64encode(sheet_of(["Id", "Name"], [9, "Segel"]).getvalue()).decode()
    assert program.post("imports", {"kind": "partners", "content_base64": book}).status_code == 202
    jobs.run_pending()
    assert [partner(acme, each).name for each in ("7", "8", "9")] == ["Werft", "Kran", "Segel"]


def test_the_same_key_twice_is_one_import(acme):
    program = program_of(acme.operations)
    first = program.post("imports", {"kind": "partners", "content": CSV}, Idempotency_Key="a1")
    again = program.post("imports", {"kind": "partners", "content": CSV}, Idempotency_Key="a1")
    assert (first.json()["uid"], again["Idempotent-Replay"]) == (again.json()["uid"], "true")
    assert len(runs(acme)) == 1


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        ({"kind": "partners"}, "content", "Send one of"),
        ({"kind": "partners", "content": "a", "rows": [{"name": "x"}]}, "content", "Send one of"),
        ({"kind": "partners", "content_base64": "?"}, "content_base64", "not Base64"),
        ({"kind": "partners", "rows": [{"nonsense": 1}]}, "rows", "There is no field “nonsense”"),
        ({"kind": "leads", "rows": [{"gender": "m"}]}, "rows", "There is no field “gender”"),
        ({"kind": "partners", "content": "Name\nx\n"}, "mapping", "External id"),
        ({"kind": "partners", "content": CSV, "mapping": {"name": "Nowhere"}}, "mapping", "no column “Nowhere”"),
        ({"kind": "partners", "content": CSV, "defaults": {"country": "Mars"}}, "mapping", "no country “Mars”"),
        ({"kind": "partners", "content_base64": base64.b64encode(b"%PDF-1.7 x").decode()}, "file", "PDF"),
    ],
)
def test_what_cannot_be_imported_is_a_problem_and_nothing_is_kept(acme, body, where, words):
    problem = problem_of(program_of(acme.operations).post("imports", body), 422)
    assert words in str(problem["errors"].get(where, problem))
    assert runs(acme) == []


def test_rows_that_are_no_rows_are_refused(acme):
    program = program_of(acme.operations)
    for rows in ([], [[]], [{"name": {"x": 1}}], ["x"], [{str(n): n for n in range(101)}]):
        problem_of(program.post("imports", {"kind": "partners", "rows": rows}), 422)
    assert runs(acme) == []


def test_a_mapping_that_is_said_stands_above_the_guess_and_an_upload_may_wait(acme):
    program = program_of(acme.operations)
    text = "Id,Name,Title\n1,Short,Long name\n"
    body = {"kind": "partners", "content": text, "mapping": {"name": "Title"}, "start": False}
    told = program.post("imports", body).json()
    assert (told["state"], told["mapping"]) == ("uploaded", {"external_id": "Id", "name": "Title"})


def test_others_neither_send_nor_see(acme):
    made = run(acme.operations, "partners", csv_file(CSV))
    for member in (acme.finance, acme.zeta_admin):
        assert program_of(member).get(f"imports/{made.uid}").status_code == 404
        assert program_of(member).get(f"imports/{made.uid}/issues").status_code == 404
    problem_of(program_of(acme.finance).post("imports", {"kind": "partners", "content": CSV}), 422)
    for member in (acme.cam, acme.beta_executive):
        problem_of(program_of(member).get("imports"), 403)
    problem_of(program_of(acme.operations, "import.read").post("imports", {"kind": "partners", "content": CSV}), 422)
    assert len(runs(acme)) == 1


@pytest.fixture
def drops(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def folder_of(acme, **changes):
    given = {"name": "CRM", "kind": "partners", "every_minutes": 5, "is_active": True, "defaults": {}} | changes
    return save_drop_folder(folder=None, actor=acme.operations, at=clock.now(), **given)


def put(acme, folder, name, text, *, age=60):
    import os

    with entering(acme.operations.context):
        key = default_storage.save(f"{folder.path}/{name}", ContentFile(text.encode()))
    path = Path(default_storage.path(key))
    then = clock.now().timestamp() - age
    os.utime(path, (then, then))
    return path


def look(acme):
    look_into_drops(vendor_id=acme.acme.pk)
    jobs.run_pending()


def fresh(acme, folder):
    with entering(acme.operations.context):
        return DropFolder.objects.get(pk=folder.pk)


def test_a_file_in_the_folder_is_imported_once_and_leaves_it(acme, drops):
    folder = folder_of(acme, defaults={"country": "DE"})
    path = put(acme, folder, "north.csv", "Id,Name,City\n1,Werft,Kiel\n")
    look(acme)
    assert (partner(acme, "1").country, path.exists()) == ("DE", False)
    folder = fresh(acme, folder)
    assert (folder.problem, len(runs(acme))) == ("", 1)
    with entering(acme.operations.context):
        assert (runs(acme)[0].state, folder.came_in_id, runs(acme)[0].seat_id) == (
            "done", runs(acme)[0].pk, acme.operations.seat_id,
        )  # fmt: skip
    look(acme)
    assert len(runs(acme)) == 1


def test_files_that_grow_are_hidden_or_unfinished_are_left(acme, drops):
    folder = folder_of(acme)
    paths = [
        put(acme, folder, "new.csv", CSV, age=1), put(acme, folder, ".hidden.csv", CSV),
        put(acme, folder, "big.csv.part", CSV), put(acme, folder, "~lock.csv", CSV),
    ]  # fmt: skip
    look(acme)
    assert (runs(acme), all(path.exists() for path in paths)) == ([], True)


def test_what_cannot_be_read_is_set_aside_and_the_next_file_is_taken(acme, drops):
    folder = folder_of(acme)
    bad = put(acme, folder, "a.csv", "%PDF-1.7")
    put(acme, folder, "b.csv", CSV)
    look(acme)
    assert (bad.exists(), (bad.parent / "refused" / "a.csv").exists()) == (False, True)
    assert partner(acme, "1") is not None
    with entering(acme.operations.context):
        told = Notification.objects.filter(kind="import.drop", title="A file in “CRM” needs you").get()
        assert told.body.startswith("a.csv: This looks like a PDF file")


def test_a_file_without_its_needed_columns_waits_for_the_person(acme, drops, client_of):
    folder = folder_of(acme)
    path = put(acme, folder, "odd.csv", "Name,City\nWerft,Kiel\n")
    look(acme)
    folder = fresh(acme, folder)
    assert (runs(acme)[0].state, path.exists()) == ("uploaded", False)
    assert "External id" in folder.problem
    client = client_of(acme.operations)
    assert "Needs you" in client.get("/acme/console/imports/drops/").content.decode()
    page = client.get(f"/acme/console/imports/drops/{folder.uid}/").content.decode()
    assert "External id" in page
    assert str(path.parent) in page


def test_it_looks_as_often_as_it_is_told(acme, drops):
    folder = folder_of(acme, every_minutes=60)
    look(acme)
    put(acme, folder, "b.csv", CSV)
    look(acme)
    assert runs(acme) == []
    with acting_for(acme.admin):
        DropFolder.objects.update(looked_at=clock.now() - timedelta(minutes=61))
    look(acme)
    assert len(runs(acme)) == 1


def test_it_stops_when_its_person_left_and_the_file_stays(acme, drops):
    folder = folder_of(acme)
    path = put(acme, folder, "a.csv", CSV)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.operations.seat_id).update(is_active=False)
    look(acme)
    with entering(acme.admin.context):
        folder = DropFolder.objects.get(pk=folder.pk)
    assert (folder.is_active, path.exists()) == (False, True)
    assert "no longer works here" in folder.problem


def test_a_worker_that_dies_before_the_file_is_gone_changes_nothing_by_doing_it_again(acme, drops, monkeypatch):
    folder = folder_of(acme)
    put(acme, folder, "a.csv", CSV)
    with monkeypatch.context() as patched:
        patched.setattr(type(default_storage._wrapped), "delete", lambda *a: (_ for _ in ()).throw(OSError()))
        with pytest.raises(OSError):  # noqa: PT011
            take_one(folder_id=folder.pk, actor=acme.operations, at=clock.now())
    take_one(folder_id=folder.pk, actor=acme.operations, at=clock.now())
    jobs.run_pending()
    assert [(each.rows_created, each.rows_unchanged) for each in runs(acme)] == [(1, 0), (0, 1)]


def test_a_folder_is_set_up_changed_and_removed_on_screen(acme, drops, client_of):
    client = client_of(acme.operations)
    base = "/acme/console/imports/drops/"
    sent = {"name": "CRM", "kind": "partners", "every_minutes": "15", "defaults": "country=DE", "is_active": "on"}
    page = client.post(base + "new/", sent)["Location"]
    with entering(acme.operations.context):
        folder = DropFolder.objects.get()
        assert (folder.defaults, folder.every_minutes) == ({"country": "DE"}, 15)
        assert default_storage.exists(f"{folder.path}/.keep")
    assert "country=DE" in client.get(page).content.decode()
    for wrong in (
        {"defaults": "country"},
        {"defaults": "country=Mars"},
        {"name": " "},
        {"every_minutes": "7"},
        {"kind": "x"},
    ):
        assert client.post(page, sent | wrong).status_code == 400
    assert client.post(page, {**sent, "name": "ERP"}).status_code == 302
    assert fresh(acme, folder).name == "ERP"
    for member in (acme.finance, acme.zeta_admin, acme.beta_executive):
        assert client_of(member).get(page).status_code in {403, 404}
        assert client_of(member).post(page + "removal/").status_code in {403, 404}
    client.post(page + "removal/")
    with entering(acme.operations.context):
        assert DropFolder.objects.count() == 0


def test_a_folder_for_what_one_may_not_import_is_refused(acme, drops):
    with pytest.raises(Refused):
        folder_of(acme, kind="nonsense")
    with entering(acme.operations.context):
        assert DropFolder.objects.count() == 0
