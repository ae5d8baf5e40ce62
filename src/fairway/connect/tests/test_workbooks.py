"""Workbooks as people send them, and as nobody should."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from fairway.connect.rules.cellvalues import format_of, letters_of, moment_text, number_text, place_of
from fairway.connect.rules.decoding import FileProblem, Limits
from fairway.connect.rules.xlsx import open_sheet, reopen_sheet
from fairway.connect.source import first_reading


def workbook(fill: Callable[[Any], None], **options: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, options) as book:
        fill(book)
    buffer.seek(0)
    return buffer


def sheet_of(*rows: list[Any]) -> io.BytesIO:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Data")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)

    return workbook(fill)


def changed(buffer: io.BytesIO, part: str, change: Callable[[str], str]) -> io.BytesIO:
    """The workbook with one of its parts rewritten."""
    result = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    result.seek(0)
    return result


def values_of(buffer: io.BytesIO, **options: Any) -> list[dict[str, str]]:
    table = open_sheet(buffer, **options)
    try:
        return [line.values for line in table.lines()]
    finally:
        table.close()


def lines_of(buffer: io.BytesIO) -> list[Any]:
    table = open_sheet(buffer)
    try:
        return list(table.lines())
    finally:
        table.close()


def refusal(buffer: io.BytesIO, **options: Any) -> str:
    with pytest.raises(FileProblem) as raised:
        values_of(buffer, **options)
    return str(raised.value)


def test_numbers_come_as_they_are_seen_without_a_trailing_zero_or_noise():
    row = [1, 2.5, 4.11, 0.1 + 0.2, 1234567890123, -7, 1e-7, 206_555_0100, 1e20]
    found = values_of(sheet_of([f"c{n}" for n in range(len(row))], row))[0]
    assert list(found.values()) == [
        "1", "2.5", "4.11", "0.3", "1234567890123", "-7", "0.0000001", "2065550100", "100000000000000000000",
    ]  # fmt: skip


def test_booleans_and_texts_are_told_apart():
    found = values_of(sheet_of(["a", "b", "c", "d"], [True, False, "0042", "  padded  "]))
    assert found == [{"a": "true", "b": "false", "c": "0042", "d": "padded"}]


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_and_times_are_days_and_times_in_both_counts(is_1904):
    def fill(book: Any) -> None:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        builtin = book.add_format({"num_format": 14})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["day", "moment", "builtin", "plain"])
        sheet.write_datetime(1, 0, date(2024, 2, 29), day)
        sheet.write_datetime(1, 1, datetime.fromisoformat("2024-02-29T13:45"), moment)
        sheet.write_datetime(1, 2, date(1999, 12, 31), builtin)
        sheet.write_number(1, 3, 45_000)

    found = values_of(workbook(fill, date_1904=is_1904))
    expected = {"day": "2024-02-29", "moment": "2024-02-29T13:45:00", "builtin": "1999-12-31", "plain": "45000"}
    assert found == [expected]


def test_the_first_days_of_the_older_count_know_its_error():
    said = {serial: moment_text(serial, "day", is_1904=False) for serial in (1, 59, 61, 36_526)}
    assert said == {1: "1900-01-01", 59: "1900-02-28", 61: "1900-03-01", 36_526: "2000-01-01"}
    assert moment_text(0, "day", is_1904=True) == "1904-01-01"
    assert date.fromisoformat(moment_text(2_958_465, "day", is_1904=False)) == date(9999, 12, 31)
    assert moment_text(9e12, "day", is_1904=False) == "9000000000000"
    assert moment_text(-3, "day", is_1904=False) == "-3"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", ""), ("0.00", ""), ('#,##0.00 "days"', ""), ("[Red]0", ""), ("00000", "zeros:5"),
        ("dd/mm/yyyy", "day"), ("[$-409]mmm d, yyyy;@", "day"), ("h:mm AM/PM", "time"), ("[h]:mm:ss", "time"),
        ('"h"0', ""), (r"\d0", ""), ("mmm", "day"), ("yyyy", "day"), ("m/d/yy h:mm", "day"),
    ],
)  # fmt: skip
def test_a_number_format_says_whether_it_shows_a_day(code, shown):
    assert format_of(200, code) == shown


def test_a_postal_code_keeps_its_zeros_when_the_format_shows_them():
    assert number_text("1234", "zeros:5", is_1904=False) == "01234"
    assert number_text("0.75", "time", is_1904=False) == "18:00:00"
    assert number_text("nonsense", "day", is_1904=False) == "nonsense"


def test_places_and_letters_belong_together():
    assert [place_of(text) for text in ("A1", "Z9", "AA10", "XFD1", "XFE1", "1", "")] == [
        0, 25, 26, 16_383, None, None, None,
    ]  # fmt: skip
    assert all(place_of(f"{letters_of(n)}1") == n for n in range(800))


def test_formulas_give_their_stored_result_and_one_without_is_named_at_its_cell():
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name", "sum", "other"])
        sheet.write(1, 0, "kept")
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_formula(1, 2, '="x"&"y"', None, "xy")
        sheet.write(2, 0, "lost")
        sheet.write_formula(2, 1, "=1+1", None, 77)

    buffer = changed(workbook(fill), "xl/worksheets/sheet1.xml", lambda text: text.replace("<v>77</v>", ""))
    first, second = lines_of(buffer)
    assert (first.values, dict(first.refused)) == ({"name": "kept", "sum": "2", "other": "xy"}, {})
    assert list(second.refused) == ["sum"]
    assert str(second.refused["sum"]).startswith("The cell B3 holds a formula without a result.")


def test_an_error_in_a_cell_is_named_and_hurts_no_other_row():
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name", "sum"])
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write(1, 0, "bad")
        sheet.write_row(2, 0, ["good", 3])

    bad, good = lines_of(workbook(fill))
    assert str(bad.refused["sum"]) == "The cell B2 holds the error #N/A. Mend it in the sheet."
    assert (good.values, dict(good.refused)) == ({"name": "good", "sum": "3"}, {})


def test_merged_cells_belong_to_their_first_and_the_others_say_so():
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "Partners of the north", None)
        sheet.write_row(1, 0, ["Name", "City", "Country"])
        sheet.merge_range("B3:B4", "Kiel", None)
        sheet.write(2, 0, "Werft")
        sheet.write(3, 0, "Hafen")

    buffer = workbook(fill)
    table = open_sheet(buffer)
    first, second = list(table.lines())
    notes = " ".join(map(str, table.reading.notes))
    table.close()
    assert table.columns == ("Name", "City", "Country")
    assert "Some cells are merged (B3)" in notes
    assert (first.values["City"], dict(first.doubtful)) == ("Kiel", {})
    assert (second.values["City"], str(second.doubtful["City"])) == (
        "", "The cell B4 is merged with B3; the value counts there only.",
    )  # fmt: skip


def two_sheets(book: Any) -> None:
    hidden = book.add_worksheet("Notes")
    hidden.write_row(0, 0, ["x", "y"])
    hidden.hide()
    book.add_worksheet("Empty")
    for name, value in (("North", "n"), ("Süd & Ost", "s")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["key", "value"])
        sheet.write_row(1, 0, [1, value])
    book.get_worksheet_by_name("North").activate()


def test_the_first_sheet_with_something_in_it_is_read_and_another_can_be_asked_for():
    buffer = workbook(two_sheets)
    reading = first_reading(buffer)
    assert (reading["sheet"], reading["sheets"]) == ("North", ["Notes", "Empty", "North", "Süd & Ost"])
    assert "4 sheets" in reading["notes"][0]
    assert values_of(buffer, sheet="Süd & Ost") == [{"key": "1", "value": "s"}]
    assert refusal(buffer, sheet="West") == "The workbook has no sheet “West”."
    assert refusal(buffer, sheet="Empty") == "The sheet “Empty” is empty."


def test_blank_rows_at_the_end_and_between_are_no_rows_and_numbers_of_rows_stay():
    def fill(book: Any) -> None:
        style = book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(4, 0, [1, 2])
        for row in range(5, 500):
            sheet.write_blank(row, 0, None, style)
            sheet.write(row, 1, "   ")

    assert [(line.line, line.values) for line in lines_of(workbook(fill))] == [(5, {"a": "1", "b": "2"})]


def test_rich_text_escapes_and_other_alphabets_are_read_whole():
    def fill(book: Any) -> None:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_rich_string(1, 0, "Grand ", bold, "Hôtel", " & Co")
        sheet.write(1, 1, "日本 <株式会社>")
        sheet.write(1, 2, "two\nlines")

    expected = {"a": "Grand Hôtel & Co", "b": "日本 <株式会社>", "c": "two\nlines"}
    assert values_of(workbook(fill)) == [expected]


def test_texts_inside_the_sheet_and_prefixed_tags_are_read_too():
    body = (
        '<x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>na</x:t><x:rPh><x:t>no</x:t></x:rPh></x:is></x:c>'
        '<x:c t="str"><x:v>b</x:v></x:c></x:row><x:row r="9"><x:c r="B9"><x:v>5</x:v></x:c></x:row></x:sheetData>'
    )
    whole = f'<?xml version="1.0"?><x:worksheet xmlns:x="urn:x">{body}</x:worksheet>'
    buffer = changed(sheet_of(["z"], ["z"]), "xl/worksheets/sheet1.xml", lambda text: whole)
    assert [(line.line, line.values) for line in lines_of(buffer)] == [(9, {"na": "", "b": "5"})]


def test_reading_goes_on_at_any_row():
    buffer = sheet_of(["n", "t"], *[[n, f"text {n}"] for n in range(2, 3002)])
    table = open_sheet(buffer)
    again = reopen_sheet(buffer, table.reading)
    assert [line.line for line in again.lines(2_990)] == list(range(2_990, 3_002))
    assert next(again.lines(2_000)).values == {"n": "2000", "t": "text 2000"}
    assert [line.values["t"] for line in again.lines()] == [f"text {n}" for n in range(2, 3002)]
    assert again.bytes_read() == len(buffer.getvalue())
    table.close()
    again.close()


def test_a_value_outside_the_columns_refuses_its_row_only():
    buffer = sheet_of(["a", "b"], [1, 2, None, "stray"], [3, 4])
    assert [bool(line.problem) for line in lines_of(buffer)] == [True, False]


def test_what_is_no_workbook_is_refused_by_its_name():
    def archive(*names: str, first: bytes = b"x") -> io.BytesIO:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            for name in names:
                made.writestr(name, first)
        return buffer

    assert "OpenDocument" in refusal(archive("mimetype", first=b"application/vnd.oasis.opendocument.spreadsheet"))
    assert "ZIP archive" in refusal(archive("notes.txt"))
    assert "text or a presentation" in refusal(archive("[Content_Types].xml", "word/document.xml"))
    assert "Numbers" in refusal(archive("Index/Document.iwa"))
    assert "damaged" in refusal(archive("[Content_Types].xml", "xl/workbook.xml"))
    whole = sheet_of(["a"], [1]).getvalue()
    assert "damaged" in refusal(io.BytesIO(whole[: len(whole) // 2]))
    for old, words in (
        (b"", "old workbook (.xls)"),
        ("EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    ):
        with pytest.raises(FileProblem) as raised:
            first_reading(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + old + bytes(600)))
        assert words in str(raised.value)


def test_a_workbook_with_one_wrong_byte_in_its_rows_is_called_damaged():
    whole = bytearray(sheet_of(["a", "b"], *[[n, f"text {n * 7919}"] for n in range(2000)]).getvalue())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 400
    whole[at] ^= 0xFF
    assert "damaged" in refusal(io.BytesIO(whole))


def test_a_bomb_is_not_unpacked():
    def grow(text: str) -> str:
        return text.replace("</sheetData>", "<row>" + " " * 40_000_000 + "</row></sheetData>")

    buffer = changed(sheet_of(["a"], [1]), "xl/worksheets/sheet1.xml", grow)
    assert "grows without measure" in refusal(buffer)
    assert "larger than" in refusal(buffer, limits=Limits(bytes_max=20_000_000))


def test_entities_and_outside_parts_are_refused():
    evil = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"):
        buffer = changed(sheet_of(["a"], ["x"]), part, lambda text: text.replace("?>", "?>" + evil, 1))
        assert "damaged" in refusal(buffer)

    def outside(text: str) -> str:
        return text.replace('Target="worksheets/sheet1.xml"', 'Target="../../../etc/passwd"')

    assert "damaged" in refusal(changed(sheet_of(["a"], ["x"]), "xl/_rels/workbook.xml.rels", outside))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<v>0</v>", "<v>99999999</v>"), ("<v>0</v>", "<v>-1</v>"), ("<v>0</v>", f"<v>{'9' * 6000}</v>"),
        ("<v>0</v>", "<v>x</v>"), ("</sheetData>", ""), ("<sheetData>", '<sheetData a="1" a="2">'),
    ],
)  # fmt: skip
def test_a_sheet_that_lies_about_its_texts_is_damaged(old, new):
    buffer = sheet_of(["word", "number"], ["x", 5])
    assert "damaged" in refusal(changed(buffer, "xl/worksheets/sheet1.xml", lambda text: text.replace(old, new, 1)))


def test_a_cell_far_away_or_without_end_is_refused_in_words():
    far = changed(sheet_of(["a"], ["b"]), "xl/worksheets/sheet1.xml", lambda text: text.replace('r="A2"', 'r="XFD2"'))
    assert "Row 2 reaches far beyond" in refusal(far)
    long = changed(
        sheet_of(["a"], [5]),
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("<v>5</v>", f"<v>{'5' * 2_000_000}</v>"),
    )
    assert "longer than any" in refusal(long)
    wide = sheet_of([f"c{n}" for n in range(501)], [1])
    assert "more than 500 columns" in refusal(wide)


def test_row_numbers_that_jump_back_still_move_on():
    def rewrite(text: str) -> str:
        return text.replace('r="3"', 'r="1"').replace('r="4"', 'r="99999999999999"')

    buffer = changed(sheet_of(["a"], [1], [2], [3]), "xl/worksheets/sheet1.xml", rewrite)
    assert [line.line for line in lines_of(buffer)] == [2, 3, 4]
