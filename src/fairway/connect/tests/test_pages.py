"""An import in the browser's eyes: upload, columns, start, progress, result."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fairway.connect.models import ImportKind, ImportRun
from fairway.connect.tests.files import csv_file, run, upload
from fairway.core import jobs
from fairway.core.imports import targets
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.workflow.models import Notification

pytestmark = pytest.mark.django_db
IMPORTS = "/acme/console/imports/"
PARTNERS = "Id,Name,Type,City,State,Country\n1,Werft Nord,Warehouse,Hamburg,HH,DE\n2,=1+1,VAR,Kiel,SH,Atlantis\n"
PERSONS = "LastName,BirthDate,Gender,Email\nLee,1980-01-01,male,lee@example.com\n"


def uploaded(client, text, kind="partners", name="file.csv", **more):
    return client.post(IMPORTS + "new/", {"kind": kind, "file": SimpleUploadedFile(name, text.encode()), **more})


def columns(client, address, **changes):
    """What the page of columns would send, with changes."""
    form = client.get(address).context["form"]
    return {name: form[name].value() or "" for name in form.fields} | changes


def test_a_file_goes_from_upload_to_result(acme, client_of):
    client = client_of(acme.operations)
    assert client.get(IMPORTS + "new/?kind=partners").status_code == 200
    answer = uploaded(client, PARTNERS)
    address = answer["Location"]
    assert (answer.status_code, address.endswith("/columns/")) == (302, True)
    page = client.get(address).content.decode()
    assert "1 of these rows would be refused" in page
    assert "There is no country “Atlantis”" in page
    answer = client.post(address, columns(client, address, start="1"))
    detail = answer["Location"]
    assert "Waiting" in client.get(detail).content.decode()
    assert client.get(detail + "progress/").status_code == 200
    jobs.run_pending()
    page = client.get(detail).content.decode()
    assert "Done" in page
    assert "There is no country “Atlantis”" in page
    with entering(acme.chief.context):
        assert list(Partner.objects.filter(name="Werft Nord").values_list("external_id", "country")) == [("1", "DE")]
    assert client.get(detail + "progress/")["HX-Refresh"] == "true"
    file = b"".join(client.get(detail + "issues/").streaming_content).decode("utf-8-sig")
    head, row = file.splitlines()
    assert head == "Line,Column,What is wrong,Taken in,Id,Name,Type,City,State,Country"
    assert row.startswith('3,Country,"There is no country “Atlantis”.')
    assert "'=1+1" in row


def test_the_person_who_imports_is_told_in_the_bell_when_it_is_over(acme):
    made = run(acme.operations, "partners", csv_file(PARTNERS, "north.csv"))
    with entering(acme.operations.context):
        told = Notification.objects.get(kind="import")
    assert (told.seat_id, told.title) == (acme.operations.seat_id, "north.csv is imported")
    assert (told.body, told.path) == ("1 new, 0 changed, 1 refused.", f"console/imports/{made.uid}/")


def test_columns_are_corrected_left_out_and_looked_at_again(acme, client_of):
    client = client_of(acme.operations)
    address = uploaded(client, "Number;Firm;Nonsense\n7;Werft;x\n")["Location"]
    changes = {"column-0": "external_id", "column-1": "name", "column-2": "", "default-country": "DE"}
    preview = client.post(address, columns(client, address, **changes), headers={"HX-Request": "true"})
    assert preview.status_code == 200
    assert "<html" not in preview.content.decode()
    client.post(address, columns(client, address, start="1", **changes))
    jobs.run_pending()
    with entering(acme.chief.context):
        assert Partner.objects.get(external_id="7").country == "DE"


def test_a_needed_column_left_out_stops_the_start_and_nothing_runs(acme, client_of):
    client = client_of(acme.operations)
    address = uploaded(client, PARTNERS)["Location"]
    answer = client.post(address, columns(client, address, start="1", **{"column-0": ""}))
    assert answer.status_code == 400
    assert "Choose the column that holds “External id”." in answer.content.decode()
    twice = client.post(address, columns(client, address, start="1", **{"column-0": "name"}))
    assert "is filled by two columns" in twice.content.decode()
    with entering(acme.chief.context):
        assert ImportRun.objects.get().state == "uploaded"


def test_columns_about_a_persons_life_cannot_be_chosen(acme, client_of):
    client = client_of(acme.marketer)
    address = uploaded(client, PERSONS, kind="leads")["Location"]
    page = client.get(address).content.decode()
    assert page.count("Left out: may not be used") == 2
    answer = client.post(address, columns(client, address, start="1", **{"column-1": "need", "column-2": "need"}))
    assert answer.status_code == 400
    assert "“BirthDate” cannot be read as “need”." in answer.content.decode()
    with entering(acme.chief.context):
        assert "BirthDate" not in ImportRun.objects.get().mapping.values()


def test_a_second_file_is_joined_by_a_key_that_can_be_corrected(acme, client_of):
    client = client_of(acme.operations)
    places = SimpleUploadedFile("places.csv", b"PlaceKey,Other,City\n1.0,a,Kiel\n2.0,b,Bonn\n")
    first = "Id,Name,PlaceKey\n1,Werft,1\n2,Hafen,3\n"
    address = uploaded(client, first, second=places)["Location"]
    page = client.get(address).content.decode()
    assert "Kiel" in page
    assert "The second file has no “3”" in page
    reading = address.replace("columns", "reading")
    client.post(reading, {"encoding": "utf-8", "separator": ",", "on": "Id", "key": "PlaceKey"})
    page = client.get(address).content.decode()
    assert "Bonn" in page
    client.post(reading, {"encoding": "utf-8", "separator": "tab", "on": "Id", "key": "PlaceKey"})
    assert client.get(address).status_code in {200, 400}


def test_an_import_is_cancelled_and_run_again(acme, client_of):
    client = client_of(acme.operations)
    made = run(acme.operations, "partners", csv_file(PARTNERS))
    again = client.post(f"{IMPORTS}{made.uid}/again/")["Location"]
    assert "This very file was imported" in client.get(again).content.decode()
    assert client.post(again.replace("columns", "cancellation")).status_code == 302
    assert "Cancelled" in client.get(IMPORTS).content.decode()


def test_people_see_only_imports_of_what_they_may_import(acme, client_of):
    made = upload(acme.operations, "partners", csv_file(PARTNERS, "secret-partners.csv"))
    for member, status in ((acme.marketer, 404), (acme.finance, 404), (acme.cam, 403), (acme.deal_desk, 403)):
        client = client_of(member)
        assert client.get(f"{IMPORTS}{made.uid}/columns/").status_code == status
        assert client.post(f"{IMPORTS}{made.uid}/again/").status_code == status
        assert "secret-partners" not in client.get(IMPORTS).content.decode()
    assert client_of(acme.zeta_admin).get(f"/zeta/console/imports/{made.uid}/columns/").status_code == 404
    with entering(acme.chief.context):
        assert ImportRun.objects.count() == 1


def test_a_kind_one_may_not_import_cannot_be_uploaded(acme, client_of):
    answer = uploaded(client_of(acme.marketer), PARTNERS)
    assert answer.status_code == 400
    with entering(acme.chief.context):
        assert ImportRun.objects.count() == 0


def test_every_target_is_a_kind_of_import():
    assert set(targets()) == set(ImportKind.values)
