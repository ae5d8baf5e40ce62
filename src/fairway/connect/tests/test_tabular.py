import codecs
import csv
import gzip
import io
import tracemalloc
import zipfile
from itertools import islice

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from fairway.connect.rules.decoding import FileProblem, Limits
from fairway.connect.rules.tabular import Reading, open_table, reopen_table


def table_of(data, **options):
    return open_table(io.BytesIO(data.encode() if isinstance(data, str) else data), **options)


def values_of(data, **options):
    return [line.values for line in table_of(data, **options).lines()]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(encoding, name):
    text = "Firma,Ort\nMüller & Söhne,Köln\nÉlan,Besançon\nGroße Straße,Düsseldorf\n"
    table = table_of(text.encode(encoding))
    assert table.reading.encoding == name
    assert table.columns == ("Firma", "Ort")
    assert next(table.lines()).values == {"Firma": "Müller & Söhne", "Ort": "Köln"}


def test_a_wrong_byte_behind_the_sample_still_decides_the_encoding():
    data = b"name,city\n" + b"plain,plain\n" * 40_000 + "Café,Köln\n".encode("cp1252")
    table = table_of(data)
    assert table.reading.encoding != "utf-8"
    assert [line.values for line in table.lines()][-1] == {"name": "Café", "city": "Köln"}


def test_cyrillic_code_pages_are_told_from_western_ones():
    text = "Имя,Город\n" + "Ромашка и партнёры,Москва\nСеверный ветер,Санкт-Петербург\n" * 20
    assert values_of(text.encode("cp1251"))[0] == {"Имя": "Ромашка и партнёры", "Город": "Москва"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator):
    rows = [["name", "note", "amount"], ["A", "x; y, z | w", "1,5"], ["B", 'says "hi"', "2"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerows(rows)
    table = table_of(buffer.getvalue())
    assert table.reading.separator == separator
    assert [list(line.values.values()) for line in table.lines()] == rows[1:]


def test_a_separator_hint_of_a_spreadsheet_is_followed():
    table = table_of("sep=;\na;b\n1,5;2\n")
    assert table.columns == ("a", "b")
    assert [(line.line, line.values) for line in table.lines()] == [(3, {"a": "1,5", "b": "2"})]


def test_one_column_is_a_table_too():
    assert values_of("email\njane@acme.example\n\njoe@acme.example\n") == [
        {"email": "jane@acme.example"},
        {"email": "joe@acme.example"},
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_quoted_line_breaks_stay_and_lines_count_as_an_editor_does(newline):
    text = f'a,b{newline}1,"two{newline}lines"{newline}{newline}2,x{newline}'
    lines = list(table_of(text).lines())
    assert [(line.line, line.next_line, line.values["b"]) for line in lines] == [
        (2, 4, f"two{newline}lines"),
        (5, 6, "x"),
    ]


def test_doubled_and_empty_column_names_are_made_unique_and_said():
    table = table_of("Email,,Email,email, Email \n1,2,3,4,5\n")
    assert table.columns == ("Email", "Column 2", "Email (2)", "email", "Email (3)")
    assert [str(note) for note in table.reading.notes] == [
        "The column “Email” comes twice; the later one is called “Email (2)”.",
        "The column “Email” comes twice; the later one is called “Email (3)”.",
    ]


def test_titles_above_the_header_are_left_out_and_said():
    table = table_of("Leads of March,,\n,,\nname,city,country\nA,B,C\nD,E,F\n")
    assert table.columns == ("name", "city", "country")
    assert str(table.reading.notes[0]) == "The column names are on line 3; what stands above is left out."
    assert [line.values["name"] for line in table.lines()] == ["A", "D"]


def test_a_missing_header_is_noticed():
    table = table_of("jane@acme.example,2026-01-05\njoe@acme.example,2026-01-06\n")
    assert [str(note) for note in table.reading.notes] == [
        "The first line looks like data. The file needs column names in its first line."
    ]


def test_lines_of_wrong_length_are_reported_and_reading_goes_on():
    lines = list(table_of("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n13,14,15\n").lines())
    assert [line.line for line in lines] == [2, 3, 4, 5, 6]
    assert [str(line.problem) if line.problem else None for line in lines] == [
        None,
        "This line has 2 cells; the header has 3.",
        "This line has 4 cells; the header has 3.",
        None,
        None,
    ]
    assert lines[1].values == {"a": "4", "b": "5"}
    assert lines[3].values == {"a": "10", "b": "11", "c": "12"}


@pytest.mark.parametrize("rows_behind", [3, 5_000])
def test_a_quote_that_is_never_closed_costs_one_line(rows_behind):
    text = 'a,b\n1,ok\n2,"open\n' + "".join(f"{n},fine\n" for n in range(rows_behind))
    lines = list(table_of(text).lines())
    assert [line.line for line in lines if line.problem] == [3]
    assert len(lines) == rows_behind + 2
    assert lines[-1].line == rows_behind + 3
    assert str(lines[1].problem) == ("The quotes of this line do not match. Inside a quoted text, write a quote twice.")


def test_stray_quotes_cost_one_line_and_inches_none():
    lines = list(table_of('a,b\n"12" pipe",x\n12" pipe,y\n').lines())
    assert [(bool(line.problem), line.values) for line in lines] == [
        (True, {}),
        (False, {"a": '12" pipe', "b": "y"}),
    ]


def test_unreadable_letters_and_zero_bytes_are_reported():
    lines = list(table_of("a,b\nx,\ufffd\ny,\x00\nz,ok\n").lines())
    assert [bool(line.problem) for line in lines] == [True, True, False]


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 100)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty."),
        (b" \r\n\n", "The file is empty."),
        (zipped("notes.txt"), "This looks like a ZIP file, not CSV."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "This looks like an old workbook (.xls)."),
        (b"%PDF-1.7\n%\xe2\xe3", "This looks like a PDF file, not CSV."),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "This looks like a PNG file, not CSV."),
        (b"\xff\xd8\xff\xe0" + bytes(50), "This looks like a JPEG file, not CSV."),
        (b"<!DOCTYPE html><html>", "This looks like a web page, not CSV."),
        (b"<?xml version='1.0'?>", "This looks like a XML file, not CSV."),
        (b'{"leads": []}', "This looks like a JSON file, not CSV."),
        (bytes(range(256)) * 20, "This looks like a binary file, not CSV."),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "This looks like a gzip file, not CSV."),
        (b"BZh91AY&SY", "This looks like a bzip2 file, not CSV."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_by_name(data, message):
    with pytest.raises(FileProblem) as refusal:
        table_of(data)
    assert str(refusal.value).startswith(message)


def test_an_unknown_encoding_asked_for_is_refused():
    with pytest.raises(FileProblem, match="There is no encoding"):
        table_of("a,b\n1,2\n", encoding="utf-9")


def test_a_corrected_encoding_and_separator_are_followed():
    assert values_of("a;b\nÄ;1\n".encode("latin-1"), encoding="latin-1", separator=";") == [{"a": "Ä", "b": "1"}]


def test_a_packed_file_reads_like_a_plain_one():
    table = table_of(gzip.compress("a,b\nÄ,1\n".encode()))
    assert [line.values for line in table.lines()] == [{"a": "Ä", "b": "1"}]
    assert table.bytes_read() > 0


def test_a_packed_file_that_is_cut_off_is_refused():
    with pytest.raises(FileProblem, match="damaged or cut off"):
        table_of(gzip.compress(b"a,b\n" + b"1,2\n" * 10_000)[:-20])
    with pytest.raises(FileProblem, match="damaged or cut off"):
        table_of(b"\x1f\x8b" + b"nonsense" * 10)


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 5_000_000, compresslevel=9)
    assert len(bomb) < 100_000
    with pytest.raises(FileProblem, match="without measure"):
        table_of(bomb)


def test_too_much_is_refused():
    with pytest.raises(FileProblem, match="larger than 1 MB"):
        table_of(b"a,b\n" + b"1,2\n" * 300_000, limits=Limits(bytes_max=10**6))
    with pytest.raises(FileProblem, match="more than 500 columns"):
        table_of(",".join(f"c{n}" for n in range(501)) + "\n")
    with pytest.raises(FileProblem, match="longer than any table's"):
        list(table_of(b"a,b\n1," + b"x" * 2_000_000).lines())


def test_only_a_header_is_a_table_without_lines():
    table = table_of("a,b")
    assert table.columns == ("a", "b")
    assert list(table.lines()) == []


def test_reading_is_taken_up_again_at_any_line_from_what_was_stored():
    data = 'a,b\n1,"x\ny"\n\n2,z\n3,"broken\n4,w\n'.encode("utf-16")
    table = table_of(data)
    every = list(table.lines())
    assert [line.line for line in every] == [2, 5, 6, 7]
    again = reopen_table(io.BytesIO(data), Reading.from_json(table.reading.as_json()))
    for done in range(len(every)):
        assert list(again.lines(from_line=every[done].next_line)) == every[done + 1 :]
    assert list(again.lines(from_line=1)) == every
    assert list(again.lines(from_line=99)) == []


def test_two_passes_can_follow_one_another():
    table = table_of("a,b\n1,2\n3,4\n")
    assert len(list(islice(table.lines(), 1))) == 1
    assert len(list(table.lines())) == 2


def test_memory_is_bounded_by_the_sample_and_then_by_a_line():
    stream = io.BytesIO(b"name,city\n" + b"Some company of middling name,Some city\n" * 60_000)
    tracemalloc.start()
    try:
        table = open_table(stream)
        peak_of_looking = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        assert sum(1 for _line in table.lines()) == 60_000
        peak_of_reading = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_of_looking < 8_000_000
    assert peak_of_reading < 400_000


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n", exclude_characters="\ufffd"))


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=20), st.sampled_from([",", ";", "\t", "|"]))
def test_whatever_is_written_is_read_back(rows, separator):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator).writerows([("one", "two", "three"), *rows])
    expected = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    table = table_of(codecs.BOM_UTF8 + buffer.getvalue().encode(), separator=separator)
    assert [list(line.values.values()) for line in table.lines()] == expected


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused_with_a_sentence(data):
    said = "."
    try:
        for line in open_table(io.BytesIO(data)).lines():
            assert line.problem is not None or line.values
    except FileProblem as problem:
        said = str(problem)
    assert said.endswith(".")


@pytest.mark.data
@pytest.mark.parametrize(
    ("path", "lines", "columns", "encoding"),
    [
        ("adventureworks/DimReseller.csv", 701, 20, None),
        ("adventureworks/FactResellerSales.csv.gz", 60_855, None, None),
        ("salesforce/Lead.csv", 60, 55, "utf-8-sig"),
    ],
)
def test_real_files_are_read_to_the_end(path, lines, columns, encoding):
    with open(settings.SAMPLE_DATA_DIR / path, "rb") as stream:
        table = open_table(stream)
        assert encoding is None or table.reading.encoding == encoding
        assert columns is None or len(table.columns) == columns
        assert table.reading.notes == ()
        read = list(table.lines())
    assert len(read) == lines
    assert [line for line in read if line.problem] == []
