"""A workbook goes the whole way: upload, sheet, columns, start, result, the file of what was wrong; and back."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from fairway.connect.blanks import blank_workbook
from fairway.connect.models import ImportRun
from fairway.connect.rules.xlsx import open_sheet
from fairway.connect.tests.files import counts, issues, run, upload
from fairway.connect.tests.test_workbooks import changed, sheet_of, two_sheets, workbook
from fairway.core import jobs
from fairway.core.imports import target, targets
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Profile
from fairway.sales.models import SalesLine

pytestmark = pytest.mark.django_db
IMPORTS = "/acme/console/imports/"


def as_file(buffer: io.BytesIO, name: str = "book.xlsx") -> ContentFile:
    return ContentFile(buffer.getvalue(), name)


def partners(book: Any) -> None:
    sheet = book.add_worksheet("Partners")
    sheet.write_row(0, 0, ["Id", "Name", "City", "Country", "Zip", "Employees", "Margin"])
    zeros = book.add_format({"num_format": "00000"})
    for row, (number, name, people) in enumerate(((101, "Werft Nord", 40), (102, "Hafen", 7), (103, "Kran", 3)), 1):
        sheet.write_row(row, 0, [number, name, "Kiel", "DE"])
        sheet.write_number(row, 4, 1067, zeros)
        sheet.write_number(row, 5, people)
    sheet.write_formula(2, 5, "=NA()", None, "#N/A")
    sheet.write_formula(1, 6, "=1/0", None, "#DIV/0!")


def test_rows_of_a_workbook_become_partners_and_an_error_refuses_only_its_row(acme):
    made = run(acme.operations, "partners", as_file(workbook(partners)))
    assert (made.state, counts(made)) == ("done", (2, 0, 0, 1))
    said = "The cell F3 holds the error #N/A. Mend it in the sheet."
    assert issues(acme.operations, made) == [(3, "Employees", said)]
    with entering(acme.chief.context):
        profile = Profile.objects.get(partner__external_id="101")
        assert (profile.postal_code, profile.employees) == ("01067", 40)
        assert not Partner.objects.filter(external_id="102").exists()


def test_days_amounts_and_ids_of_sales_lines_come_out_of_a_workbook_exactly(acme):
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "d mmm yyyy"})
        sheet.write_row(0, 0, ["Order", "Line", "Partner", "Date", "Amount", "Currency"])
        sheet.write_row(1, 0, [4711, 1, "B-1"])
        sheet.write_datetime(1, 3, date(2026, 1, 5), day)
        sheet.write_number(1, 4, 0.1 + 0.2)
        sheet.write(1, 5, "USD")

    made = run(acme.finance, "sales_lines", as_file(workbook(fill)))
    assert (made.state, counts(made)) == ("done", (1, 0, 0, 0))
    with entering(acme.finance.context):
        line = SalesLine.objects.get()
        found = (line.order_number, line.line_number, line.ordered_on, line.amount)
        assert found == ("4711", "1", date(2026, 1, 5), Decimal("0.3"))


def test_a_value_in_a_merged_cell_counts_once_and_the_row_says_so(acme):
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Id", "Name", "City"])
        sheet.merge_range("C2:C3", "Kiel", None)
        sheet.write_row(1, 0, [1, "Werft"])
        sheet.write_row(2, 0, [2, "Hafen"])

    made = run(acme.operations, "partners", as_file(workbook(fill)))
    assert counts(made) == (2, 0, 0, 0)
    said = "The cell C3 is merged with C2; the value counts there only."
    assert issues(acme.operations, made) == [(3, "City", said)]
    with entering(acme.chief.context):
        cities = Profile.objects.filter(partner__external_id__in=["1", "2"]).order_by("partner__external_id")
        assert list(cities.values_list("city", flat=True)) == ["Kiel", ""]


def test_another_sheet_is_chosen_on_the_page_of_columns(acme, client_of):
    client = client_of(acme.operations)
    sent = SimpleUploadedFile("book.xlsx", workbook(two_sheets).getvalue())
    address = client.post(IMPORTS + "new/", {"kind": "partners", "file": sent})["Location"]
    page = client.get(address)
    assert "sheet “North”" in page.content.decode()
    assert "encoding" not in page.context["reading_form"].fields
    reading = address.replace("/columns/", "/reading/")
    assert client.post(reading, {"sheet": "Süd & Ost"})["Location"] == address
    page = client.get(address).content.decode()
    assert "sheet “Süd &amp; Ost”" in page
    client.post(reading, {"sheet": "Empty"})
    assert "The sheet “Empty” is empty." in client.get(address).content.decode()
    client.post(reading, {"sheet": "nowhere"})
    assert "That is not how a file can be read." in client.get(address).content.decode()
    with entering(acme.operations.context):
        assert ImportRun.objects.get().reading["sheet"] == "Süd & Ost"


def test_a_locked_workbook_is_refused_on_the_page_of_the_upload_and_nothing_is_kept(acme, client_of):
    secret = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    answer = client_of(acme.operations).post(
        IMPORTS + "new/", {"kind": "partners", "file": SimpleUploadedFile("book.xlsx", secret)}
    )
    assert (answer.status_code, "locked with a password" in answer.content.decode()) == (400, True)
    with entering(acme.operations.context):
        assert ImportRun.objects.count() == 0


def test_a_workbook_may_be_the_second_file(acme):
    second = as_file(sheet_of(["PlaceKey", "City"], [7.0, "Kiel"]), "places.xlsx")
    first = ContentFile(b"Id,Name,PlaceKey\n1,Werft,7\n", "partners.csv")
    made = run(acme.operations, "partners", first, second)
    assert counts(made) == (1, 0, 0, 0)
    with entering(acme.chief.context):
        assert Profile.objects.get(partner__external_id="1").city == "Kiel"


def test_a_workbook_that_breaks_behind_its_first_rows_fails_the_run_in_words(acme):
    rows = [["Id", "Name"], *[[n, f"Werft {n}"] for n in range(1, 4000)]]

    def cut(text: str) -> str:
        return text.replace("</sheetData>", "<row><c></row></sheetData>")

    whole = changed(sheet_of(*rows), "xl/worksheets/sheet1.xml", cut)
    made = run(acme.operations, "partners", as_file(whole))
    assert made.state == "failed"
    assert "damaged" in made.error


@pytest.mark.parametrize("kind", sorted(targets()))
def test_the_template_of_every_kind_is_recognised_when_it_comes_back(acme, kind):
    wanted = target(kind)
    table = open_sheet(io.BytesIO(blank_workbook(wanted)))
    columns = table.columns
    table.close()
    fields = [field for field in wanted.fields if not field.forbidden_reason]
    assert sorted(columns) == sorted(str(field.label) for field in fields)
    made = upload(acme.admin, kind, ContentFile(blank_workbook(wanted), f"{kind}.xlsx"))
    assert made.mapping == {field.name: str(field.label) for field in fields}


def test_a_template_is_there_for_those_who_may_import_its_kind(acme, client_of):
    answer = client_of(acme.operations).get(IMPORTS + "templates/partners/")
    assert (answer.status_code, answer["Content-Disposition"]) == (200, 'attachment; filename="partners.xlsx"')
    assert answer.content[:2] == b"PK"
    assert client_of(acme.finance).get(IMPORTS + "templates/partners/").status_code == 404
    assert client_of(acme.operations).get(IMPORTS + "templates/nonsense/").status_code == 404
    assert client_of(acme.beta_executive).get(IMPORTS + "templates/partners/").status_code in {403, 404}


def test_a_run_of_a_workbook_waits_for_its_worker_and_shows_how_far_it_is(acme, client_of):
    client = client_of(acme.operations)
    sent = SimpleUploadedFile("book.xlsx", workbook(partners).getvalue())
    address = client.post(IMPORTS + "new/", {"kind": "partners", "file": sent})["Location"]
    form = client.get(address).context["form"]
    values = {name: form[name].value() or "" for name in form.fields} | {"start": "1"}
    detail = client.post(address, values)["Location"]
    jobs.run_pending()
    assert "Done" in client.get(detail).content.decode()
    file = b"".join(client.get(detail + "issues/").streaming_content).decode("utf-8-sig")
    head, row = file.splitlines()
    assert head == "Line,Column,What is wrong,Taken in,Id,Name,City,Country,Zip,Employees,Margin"
    assert row.startswith(
        "3,Employees,The cell F3 holds the error #N/A. Mend it in the sheet.,no,102,Hafen,Kiel,DE,01067"
    )
