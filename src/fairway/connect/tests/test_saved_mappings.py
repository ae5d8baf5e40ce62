"""Columns once chosen are chosen by themselves when the same columns come again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fairway.connect.actions.mappings import change_mapping, forget_mapping
from fairway.connect.models import SavedMapping
from fairway.connect.rules.shapes import placed, shape_of
from fairway.connect.tests.files import AT, csv_file, run, upload
from fairway.core import jobs
from fairway.core.access import Forbidden
from fairway.core.refusals import Refused
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner

pytestmark = pytest.mark.django_db
IMPORTS = "/acme/console/imports/"
ODD = "Lfd;Wer;Wo\n7;Werft;Kiel\n"


def started(client, text, name="odd.csv", **chosen):
    sent = SimpleUploadedFile(name, text.encode())
    address = client.post(IMPORTS + "new/", {"kind": "partners", "file": sent})["Location"]
    form = client.get(address).context["form"]
    values = {name: form[name].value() or "" for name in form.fields} | chosen | {"start": "1"}
    assert "/columns/" not in client.post(address, values)["Location"]
    jobs.run_pending()


def saved_of(acme):
    with entering(acme.operations.context):
        return SavedMapping.objects.get()


CHOSEN = {"column-0": "external_id", "column-1": "name", "column-2": "city", "default-country": "DE"}


def test_the_same_columns_are_read_as_before_whatever_their_order_and_case(acme, client_of):
    client = client_of(acme.operations)
    started(client, ODD, **CHOSEN)
    saved = saved_of(acme)
    assert (saved.name, saved.mapping) == ("odd", {"external_id": "Lfd", "name": "Wer", "city": "Wo"})
    made = upload(acme.operations, "partners", csv_file("WO; lfd;Wer\nBonn;8;Hafen\n", "next.csv"))
    assert made.mapping == {"external_id": "lfd", "name": "Wer", "city": "WO"}
    assert made.options["defaults"]["country"] == "DE"
    page = client.get(f"{IMPORTS}{made.uid}/columns/").content.decode()
    assert f'<a href="/acme/console/imports/mappings/{saved.uid}/">odd</a>' in page


def test_other_columns_or_another_kind_or_another_vendor_are_guessed(acme):
    run(acme.operations, "partners", csv_file("Id,Name\n1,Werft\n"))
    for actor, kind, text in (
        (acme.operations, "partners", "Id,Name,City\n1,Werft,Kiel\n"),
        (acme.operations, "products", "Id,Name\n1,Werft\n"),
        (acme.zeta_admin, "partners", "Id,Name\n1,Werft\n"),
    ):
        assert upload(actor, kind, csv_file(text)).options["saved"] == ""


def test_a_correction_is_remembered_and_can_be_set_aside_for_one_import(acme, client_of):
    client = client_of(acme.operations)
    started(client, "Id,Name,City\n1,Werft,Kiel\n", **{"column-2": ""})
    assert saved_of(acme).mapping == {"external_id": "Id", "name": "Name"}
    made = upload(acme.operations, "partners", csv_file("Id,Name,City\n1,Werft,Kiel\n"))
    assert "city" not in made.mapping
    client.post(f"{IMPORTS}{made.uid}/guess/")
    with entering(acme.operations.context):
        made.refresh_from_db()
    assert (made.mapping["city"], made.options["saved"]) == ("City", "")
    started(client, "Id,Name,City\n2,Hafen,Bonn\n", **{"column-2": "city"})
    assert saved_of(acme).mapping["city"] == "City"


def test_it_is_renamed_corrected_and_forgotten_on_its_page(acme, client_of):
    client = client_of(acme.operations)
    started(client, ODD, **CHOSEN)
    saved = saved_of(acme)
    page = f"{IMPORTS}mappings/{saved.uid}/"
    assert "odd" in client.get(IMPORTS + "mappings/").content.decode()
    assert client.get(page).status_code == 200
    sent = {"name": "  Lists of   the north ", "column-0": "external_id", "column-1": "name", "column-2": ""}
    assert client.post(page, sent)["Location"] == page
    saved = saved_of(acme)
    assert (saved.name, saved.mapping, saved.version) == (
        "Lists of the north", {"external_id": "Lfd", "name": "Wer"}, 2,
    )  # fmt: skip
    for wrong in ({**sent, "column-0": ""}, {**sent, "name": "  "}, {**sent, "column-2": "nonsense"}):
        assert client.post(page, wrong).status_code == 400
    assert saved_of(acme).version == 2
    client.post(page + "forgetting/")
    with entering(acme.operations.context):
        assert SavedMapping.objects.count() == 0
    assert upload(acme.operations, "partners", csv_file(ODD)).options["saved"] == ""
    with entering(acme.chief.context):
        assert Partner.objects.filter(external_id="7").exists()


def test_only_those_who_import_the_kind_see_or_change_it(acme, client_of):
    run(acme.operations, "partners", csv_file("Id,Name\n1,Werft\n"))
    saved = saved_of(acme)
    page = f"{IMPORTS}mappings/{saved.uid}/"
    for member in (acme.finance, acme.marketer, acme.zeta_admin, acme.beta_executive):
        assert client_of(member).get(page).status_code in {403, 404}
        assert client_of(member).post(page + "forgetting/").status_code in {403, 404}
    with pytest.raises(Forbidden):
        change_mapping(saved=saved, name="x", choices={"Id": "external_id", "Name": "name"}, actor=acme.finance, at=AT)
    with pytest.raises(Forbidden):
        forget_mapping(saved=saved, actor=acme.finance, at=AT)
    assert saved_of(acme).version == 1


def test_the_second_of_two_editors_is_told(acme):
    run(acme.operations, "partners", csv_file("Id,Name\n1,Werft\n"))
    saved = saved_of(acme)
    choices = {"Id": "external_id", "Name": "name"}
    assert change_mapping(saved=saved, name="one", choices=choices, actor=acme.operations, at=AT) == []
    with pytest.raises(Refused, match="Someone else changed this"):
        change_mapping(saved=saved, name="two", choices=choices, actor=acme.admin, at=AT)
    assert saved_of(acme).name == "one"


def test_personal_columns_stay_out_even_when_they_were_remembered(acme):
    run(acme.marketer, "leads", csv_file("Email,Town\nx@example.com,Kiel\n"))
    saved = saved_of(acme)
    with pytest.raises(AssertionError):
        assert change_mapping(saved=saved, name="x", choices={"Town": "gender"}, actor=acme.marketer, at=AT) == []
    assert saved_of(acme).mapping == saved.mapping


def test_a_shape_is_that_of_the_names_alone():
    assert shape_of(["A b", "C"]) == shape_of(["c", " a  B "])
    assert len({shape_of(["A"]), shape_of(["A", "B"]), shape_of(["A", "A"]), shape_of([])}) == 4
    assert placed({"name": "Name", "city": "Gone"}, ["NAME", "x"]) == {"name": "NAME"}
