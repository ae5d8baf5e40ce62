"""Files as they come, wrong in every way: each gets a sentence that helps, or is read all the same."""

import gzip
from io import BytesIO
from zipfile import ZipFile

import pytest

from fairway.connect.models import ImportIssue, ImportRun
from fairway.connect.tests.files import counts, csv_file, finish, issues, run, upload
from fairway.core.refusals import Refused
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Profile

pytestmark = pytest.mark.django_db
HEAD = "Id,Name,City,Country\n"


def partner_names(acme, *external_ids):
    with entering(acme.chief.context):
        rows = Partner.objects.filter(external_id__in=external_ids).order_by("external_id")
        return list(rows.values_list("name", flat=True))


def bring(acme, content):
    return run(acme.operations, "partners", csv_file(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_file_in_another_encoding_is_read_with_its_letters(acme, encoding):
    text = HEAD + "".join(f"{n},Bäckerei Müller {n} Söhne,Köln,DE\n" for n in range(1, 30))
    assert counts(bring(acme, text.encode(encoding))) == (29, 0, 0, 0)
    assert partner_names(acme, "7") == ["Bäckerei Müller 7 Söhne"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_seen(acme, separator):
    text = (HEAD + "1,Werft Nord,Kiel,DE\n").replace(",", separator)
    assert counts(bring(acme, text)) == (1, 0, 0, 0)


def test_line_breaks_and_separators_inside_quotes_stay_in_their_cell(acme):
    made = bring(acme, 'Id,Name,Address\n1,"Werft, Nord","Kai 1\nHaus 2"\n2,"Say ""Hi""",x\n3,Plain,\n')
    assert counts(made) == (3, 0, 0, 0)
    assert partner_names(acme, "1", "2") == ["Werft, Nord", 'Say "Hi"']
    with entering(acme.chief.context):
        assert Profile.objects.get(partner__external_id="1").address == "Kai 1\nHaus 2"


def test_a_broken_line_is_refused_with_its_number_and_the_others_are_taken(acme):
    made = bring(acme, HEAD + '1,Werft,Kiel,DE\n2,Hafen\n3,"Open,Kiel,DE\n4,Kran,Kiel,DE\n')
    assert counts(made) == (2, 0, 0, 2)
    assert [line for line, _column, _message in issues(acme.operations, made)] == [3, 4]


def xlsx():
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"   \n \n", "empty"),
        (xlsx(), "no sheet with cells"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
        (b"%PDF-1.7\n" + b"x" * 100, "PDF"),
        (bytes(range(256)) * 20, "not CSV"),
        (b"<!doctype html><html><body>Log in</body></html>", "web page"),
        (gzip.compress(b"Id,Name\n1,A\n" * 50, mtime=0)[:-20], "damaged"),
        (gzip.compress(bytes(60_000_000), mtime=0), ""),
    ],
    ids=["empty", "blank", "xlsx", "png", "pdf", "binary", "html", "cut gzip", "gzip bomb"],
)
def test_what_is_no_table_is_refused_in_words_and_nothing_is_kept(acme, content, words):
    with pytest.raises(Refused) as refused:
        upload(acme.operations, "partners", csv_file(content))
    assert words in str(refused.value)
    with entering(acme.chief.context):
        assert ImportRun.objects.count() == 0


def test_a_missing_column_is_named_before_the_start(acme):
    made = upload(acme.operations, "partners", csv_file("Name,City\nWerft,Kiel\n"))
    with pytest.raises(Refused, match="External id"):
        finish(acme.operations, made)


def test_a_doubled_column_gets_a_name_of_its_own(acme):
    made = bring(acme, "Id,Name,City,City\n1,Werft,Kiel,Bonn\n")
    assert made.reading["columns"] == ["Id", "Name", "City", "City (2)"]
    with entering(acme.chief.context):
        assert Profile.objects.get(partner__external_id="1").city == "Kiel"


def test_unknown_countries_are_refused_row_by_row(acme):
    made = bring(acme, HEAD + "1,Werft,Kiel,DE\n2,Insel,Nowhere,Atlantis\n")
    assert counts(made) == (1, 0, 0, 1)
    assert issues(acme.operations, made)[0][:2] == (3, "Country")


def test_wrong_amounts_currencies_and_names_of_sales_lines_are_told_line_by_line(acme):
    text = "Order,Line,Partner,Date,Amount,Currency\n"
    text += "A,1,B-1,2026-01-05,10.00,USD\n"
    text += "A,2,B-1,2026-01-05,-3.5,USD\n"
    text += "A,3,B-1,2026-01-05,99999999999999,USD\n"
    text += "A,4,B-1,2026-01-05,10,XQZ\n"
    text += "A,5,nobody,2026-01-05,10,USD\n"
    text += "A,6,B-1,2026-31-05,10,USD\n"
    text += "A,1,B-1,2026-01-05,10.00,USD\n"
    made = run(acme.finance, "sales_lines", csv_file(text))
    assert (made.state, counts(made)) == ("done", (2, 0, 0, 5))
    found = {line: column for line, column, _message in issues(acme.finance, made)}
    assert found == {3: "Amount", 4: "Amount", 5: "Currency", 6: "Partner", 7: "Date", 8: "Line"}


def test_a_repeated_id_anywhere_in_the_file_is_refused_and_the_first_stays(acme):
    text = HEAD + "".join(f"{n},Werft {n},Kiel,DE\n" for n in range(1, 2100)) + "1,Another,Bonn,DE\n"
    made = bring(acme, text)
    assert counts(made) == (2099, 0, 0, 1)
    assert issues(acme.operations, made)[0][0] == 2101
    assert partner_names(acme, "1") == ["Werft 1"]


def test_zero_bytes_in_a_line_refuse_it_and_the_issue_is_kept(acme):
    made = bring(acme, HEAD + "1,Wer\x00ft,Kiel,DE\n2,Hafen,Kiel,DE\n3,Kran,Kiel,DE\n")
    assert counts(made) == (2, 0, 0, 1)
    assert issues(acme.operations, made)[0][0] == 2


def test_the_key_of_the_second_file_must_not_repeat(acme):
    second = csv_file("PlaceKey,City\n1,Kiel\n1,Bonn\n", "places.csv")
    with pytest.raises(Refused, match="comes twice"):
        upload(acme.operations, "partners", csv_file("Id,Name,PlaceKey\n1,Werft,1\n"), second)


def test_personal_columns_are_not_kept_with_refused_rows(acme):
    made = run(acme.marketer, "leads", csv_file("Email,BirthDate,Employees\nx@example.com,1970-02-03,m\nx,y,2\n"))
    assert counts(made)[3] == 1
    with entering(acme.chief.context):
        assert ImportIssue.objects.get(is_warning=False).values == {"Email": "x@example.com", "Employees": "m"}
