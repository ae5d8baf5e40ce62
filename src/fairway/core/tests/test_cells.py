from datetime import date
from decimal import Decimal

import pytest

from fairway.core.cells import CellError, amount_of, bool_of, country_of, currency_of, date_of, whole_of


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2024.9940", "2024.9940"),
        ("1,234,567.5", "1234567.5"),
        ("1.234,50", "1234.50"),
        ("12,5", "12.5"),
        ("-7", "-7"),
        ("(7.25)", "-7.25"),
        ("$ 1,000.00", "1000"),
        (".5", "0.5"),
        ("1e3", "1000"),
    ],
)
def test_an_amount_is_read_as_files_write_it(text, amount):
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "n/a", "1,2,3", "1.2.3", "NaN", "Infinity", "0x10", "1e9999", "٣"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(CellError):
        amount_of(text)


def test_huge_and_overprecise_amounts_are_refused():
    with pytest.raises(CellError, match="larger than any amount"):
        amount_of("1000000000000.01")
    with pytest.raises(CellError, match="four decimals"):
        amount_of("1.00001")
    assert amount_of("1000000000000") == 10**12


def test_a_whole_number_may_be_written_with_zeros_behind_the_point():
    assert whole_of("2011.0") == 2011
    with pytest.raises(CellError, match="not a whole number"):
        whole_of("2.5")


@pytest.mark.parametrize(
    "text", ["2013-11-30", "20131130", "30.11.2013", "11/30/2013", "2013-11-30T20:36:47.000+0000", "2013-11-30 00:00"]
)
def test_a_date_is_read_in_the_usual_forms(text):
    assert date_of(text) == date(2013, 11, 30)


@pytest.mark.parametrize("text", ["2013-13-01", "tomorrow", "0001-01-01", "2013-11-30x", "31.02.2013"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(CellError):
        date_of(text)


@pytest.mark.parametrize(
    ("text", "code"), [("US", "US"), ("usa", "US"), ("United Kingdom", "GB"), ("DEU", "DE"), ("Australia", "AU")]
)
def test_a_country_is_read_by_code_or_name(text, code):
    assert country_of(text) == code


def test_unknown_countries_and_currencies_are_refused_by_name():
    with pytest.raises(CellError, match="Atlantis"):
        country_of("Atlantis")
    with pytest.raises(CellError, match="xqq"):
        currency_of("xqq")
    assert currency_of("usd") == "USD"


def test_yes_and_no_are_read():
    assert bool_of("TRUE") is True
    assert bool_of("0") is False
    with pytest.raises(CellError):
        bool_of("perhaps")
