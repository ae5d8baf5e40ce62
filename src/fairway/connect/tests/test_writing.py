import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.connect.rules.writing import csv_lines, safe_cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("＝1", "'＝1"),
        ("+49 30 901820", "'+49 30 901820"),
        ("-5", "-5"),
        ("-5.50", "-5.50"),
        ("+4930901820", "+4930901820"),
        (-5, "-5"),
        (Decimal("-1.20"), "-1.20"),
        (None, ""),
        (True, "True"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("x\x00y", "xy"),
        ("\x00=1", "'=1"),
    ],
)
def test_no_cell_is_taken_for_a_formula(value, cell):
    assert safe_cell(value) == cell


@given(st.text())
def test_a_safe_cell_never_begins_like_a_formula(text):
    cell = safe_cell(text)
    assert cell[:1] not in {"=", "@", "\t", "\r"}
    assert cell[:1] not in {"+", "-"} or cell[1:].replace(".", "").replace(",", "").rstrip("%").isdigit()


def test_a_file_is_written_line_by_line_and_reads_back():
    rows = [["Müller, Söhne", 'says "hi"', None], ["two\nlines", "=1", -5]]
    lines = list(csv_lines(["a", "b", "c"], rows))
    assert lines[0] == "\ufeffa,b,c\r\n"
    assert len(lines) == 3
    read = list(csv.reader(io.StringIO("".join(lines).lstrip("\ufeff"), newline="")))
    assert read == [["a", "b", "c"], ["Müller, Söhne", 'says "hi"', ""], ["two\nlines", "'=1", "-5"]]
