"""Operations brings in a workbook, sees what was wrong, merges two that are one, and takes it back."""

import io
import re
from pathlib import Path
from typing import Any

import pytest

from fairway.connect.tests.test_workbooks import two_sheets, workbook
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner

pytestmark = pytest.mark.browser


def partners(book: Any) -> None:
    two_sheets(book)
    sheet = book.add_worksheet("Partners")
    sheet.write_row(0, 0, ["Id", "Name", "City", "Country", "Employees"])
    for row, values in enumerate(
        ((1, "Werft Nord", "Kiel", "DE", 40), (2, "Werft Nord GmbH", "Kiel", "DE", 41), (3, "Kran", "Ulm", "DE", 3)), 1
    ):
        sheet.write_row(row, 0, values)
    sheet.merge_range("C5:C6", "Bonn", None)
    sheet.write_row(4, 0, [4, "Segel"])
    sheet.write_row(5, 0, [5, "Anker"])
    sheet.write_formula(5, 4, "=NA()", None, "#N/A")


def brought_in(person: Any, slug: str, buffer: io.BytesIO, tmp_path: Path) -> None:
    """From the upload to the start of the import, on screen."""
    page = person.page
    path = tmp_path / "partners.xlsx"
    path.write_bytes(buffer.getvalue())
    person.go(f"/{slug}/console/imports/new/?kind=partners")
    page.set_input_files("input[name=file]", str(path))
    page.get_by_role("button", name="Upload and look").click()
    person.see("The workbook has 5 sheets")
    page.get_by_label("Sheet", exact=True).select_option("Partners")
    page.get_by_role("button", name="Read it so").click()
    person.see("Some cells are merged (C5)")
    page.get_by_role("button", name="Start import").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_workbook_goes_in_and_two_that_are_one_are_merged_and_made_two_again(
    committed, browse, site, tmp_path, phone
):
    slug = committed.acme.slug
    person = browse(committed.operations, phone=phone)
    page = person.page
    brought_in(person, slug, workbook(partners), tmp_path)
    site.work()
    page.reload()
    person.see("The cell E6 holds the error #N/A. Mend it in the sheet.")
    assert person.is_no_wider_than_its_screen()
    page.get_by_role("link", name="1 possible duplicate was found.").click()
    page.get_by_role("link", name="Werft Nord", exact=True).first.click()
    person.see("the same name, the same city")
    assert person.is_no_wider_than_its_screen()
    page.get_by_role("button", name="Merge, keep Werft Nord (older)").click()
    person.see("Merged. It can be undone on this page.")
    with entering(committed.chief.context):
        loser = Partner.objects.get(external_id="2")
        assert (loser.state, loser.merged_into.external_id) == ("inactive", "1")
    page.get_by_role("button", name="Undo the merge…").click()
    person.see("They are two again.")
    with entering(committed.chief.context):
        assert Partner.objects.get(external_id="2").merged_into_id is None
    for path in ("imports/mappings/", "imports/drops/", "imports/drops/new/", "duplicates/"):
        person.go(f"/{slug}/console/{path}")
        assert person.is_no_wider_than_its_screen(), path
