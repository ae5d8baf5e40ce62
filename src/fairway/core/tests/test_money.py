from decimal import Decimal
from fractions import Fraction

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from fairway.core.money import (
    AMOUNT_MINOR_MAX,
    AmountError,
    Rounding,
    decimal_sign_of,
    exchange,
    format_amount,
    minor_digits,
    parse_amount,
    rounded,
    split,
    to_major,
    to_minor,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("58,400.50", "58400.50"),
        ("58.400,50", "58400.50"),
        ("58 400", "58400"),
        ("58\u202f400,5", "58400.5"),
        ("58’400.50", "58400.50"),
        ("58,400", "58400"),
        ("58.400", "58400"),
        ("1.234.567", "1234567"),
        ("12,34,567.80", "1234567.80"),
        ("30000.0000", "30000"),
        ("2024.994", "2024.994"),
        ("0.500", "0.5"),
        ("0,125", "0.125"),
        ("5.", "5"),
        (".5", "0.5"),
        ("-5", "-5"),
        ("−5.10", "-5.10"),
        ("(1,234.50)", "-1234.50"),
        ("5-", "-5"),
        ("+7", "7"),
        ("€ 58,400.50", "58400.50"),
        ("58.400,50 €", "58400.50"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("EUR 5", "5"),
        ("5 USD", "5"),
        ("CHF 58'400", "58400"),
        ("0", "0"),
        ("-0.00", "0"),
        ("007", "7"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, amount):
    assert parse_amount(text) == Decimal(amount)
    assert str(parse_amount("-0")) == "0"


@pytest.mark.parametrize(
    ("text", "sign", "amount"),
    [
        ("58.400", ".", "58.4"),
        ("58,400", ",", "58.4"),
        ("58,400", ".", "58400"),
        ("58.400", ",", "58400"),
        ("58.400,5", ",", "58400.5"),
    ],
)
def test_a_known_decimal_sign_decides_what_three_digits_are(text, sign, amount):
    assert parse_amount(text, sign) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", " ", "58.400,0x", "abc", "1.2.3", "1,2,3", "12.34.567", "1,234.567,89", "5..", ".", "-", "--5", "-5-", "(-5)",
     "1e5", "٣", "５", "∞", "NaN", "1 2", "58 40", "5 5 USD USD EUR", "9" * 41, "0x10", "1_000", "5%"],
)  # fmt: skip
def test_nonsense_is_not_an_amount(text):
    with pytest.raises(AmountError):
        parse_amount(text)


def test_a_refusal_shows_what_was_written_and_how_to_write_it():
    with pytest.raises(AmountError) as refusal:
        parse_amount("58.400,0x")
    assert str(refusal.value) == "“58.400,0x” is not an amount. Write 58,400 or 58,400.50."


@pytest.mark.parametrize(
    ("samples", "sign"),
    [
        (["1.234", "12.5"], "."),
        (["1,234", "5,50"], ","),
        (["1.234,50"], ","),
        (["1,234,567"], "."),
        (["1.234", "56"], None),
        (["1.5", "1,5"], None),
        (["1234.567"], "."),
        ([], None),
    ],
)
def test_a_column_tells_its_decimal_sign(samples, sign):
    assert decimal_sign_of(samples) == sign


def test_minor_units_follow_the_currency():
    assert [minor_digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]
    assert to_minor(Decimal("58400.50"), "EUR") == 5_840_050
    assert to_minor(Decimal("58400"), "JPY") == 58_400
    assert to_major(1_234, "KWD") == Decimal("1.234")
    with pytest.raises(AmountError, match="not a currency"):
        minor_digits("XXZ")


def test_what_does_not_fit_is_refused_unless_a_rounding_is_named():
    with pytest.raises(AmountError) as refusal:
        to_minor(Decimal("2024.994"), "USD")
    assert str(refusal.value) == "2024.994 USD has more than 2 decimals."
    assert to_minor(Decimal("2024.994"), "USD", Rounding.HALF_UP) == 202_499
    assert to_minor(Decimal(AMOUNT_MINOR_MAX), "JPY") == AMOUNT_MINOR_MAX
    with pytest.raises(AmountError, match="larger than any amount"):
        to_minor(Decimal(AMOUNT_MINOR_MAX + 1), "JPY")


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "down", "up"),
    [("2.5", 3, 2, 2, 3), ("3.5", 4, 4, 3, 4), ("-2.5", -3, -2, -2, -3), ("2.4", 2, 2, 2, 3), ("-0.1", 0, 0, 0, -1)],
)
def test_every_rounding_does_what_its_name_says(value, half_up, half_even, down, up):
    ways = (Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN, Rounding.UP)
    assert [rounded(Decimal(value), way) for way in ways] == [half_up, half_even, down, up]


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "short", "text"),
    [
        (5_840_050, "EUR", "en", False, "€58,400.50"),
        (-5_840_050, "EUR", "en", False, "-€58,400.50"),
        (5_840_050, "EUR", "de", False, "58.400,50\xa0€"),
        (58_400, "JPY", "en", False, "¥58,400"),
        (3_624_048_470, "USD", "en", True, "$36.2M"),
        (36_240_484_700, "USD", "en", True, "$362M"),
        (-1_250_000, "USD", "en", True, "-$12.5K"),
        (1_200_000, "USD", "en", True, "$12K"),
        (999_949, "USD", "en", True, "$9,999"),
        (99_999_999, "USD", "en", True, "$1,000K"),
        (3_624_048_470, "EUR", "de", True, "36,2\xa0Mio.\xa0€"),
        (5_840_050, "EUR", "de", True, "58.401\xa0€"),
        (0, "EUR", "en", True, "€0"),
    ],
)
def test_amounts_are_written_as_the_locale_does(minor, currency, locale, short, text):
    assert format_amount(minor, currency, short=short, locale=locale) == text


amounts = st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX)
currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "INR", "CHF"])


@given(amounts, currencies, st.sampled_from(["en", "de", "fr", "ja", "en_IN", "pt_BR", "sv"]))
def test_writing_agrees_with_the_reference(minor, currency, locale):
    expected = format_currency(to_major(minor, currency), currency, locale=locale)
    assert format_amount(minor, currency, locale=locale) == expected


@given(amounts, currencies)
def test_what_was_written_reads_back(minor, currency):
    written = f"{to_major(minor, currency):,}"
    assert to_minor(parse_amount(written, "."), currency) == minor


@given(amounts, st.lists(st.fractions(0, 1000, max_denominator=997), min_size=1, max_size=30))
def test_parts_sum_exactly_and_each_is_its_share_within_one_unit(amount, weights):
    if not any(weights):
        with pytest.raises(ValueError, match="above zero"):
            split(amount, weights)
        return
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < 1
        assert weight or part == 0


def test_a_split_is_fair_in_order():
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert split(5, [0, 1]) == [0, 5]
    assert split(1_000, [Decimal("0.7"), Decimal("0.3")]) == [700, 300]
    with pytest.raises(ValueError, match="not negative"):
        split(5, [2, -1])


def test_an_exchange_rounds_as_it_is_told():
    rate = Decimal("161.4567")
    assert exchange(1_000, source="EUR", target="JPY", rate=rate, rounding=Rounding.DOWN) == 1_614
    assert exchange(1_000, source="EUR", target="JPY", rate=rate, rounding=Rounding.UP) == 1_615
    assert exchange(-1, source="JPY", target="KWD", rate=Decimal("0.0025"), rounding=Rounding.HALF_EVEN) == -2
    with pytest.raises(ValueError, match="above zero"):
        exchange(1, source="EUR", target="USD", rate=Decimal(0), rounding=Rounding.UP)


@given(amounts, st.decimals("0.0001", "1000", places=4), st.sampled_from(list(Rounding)))
def test_an_exchange_is_never_a_whole_unit_off(minor, rate, rounding):
    result = exchange(minor, source="EUR", target="USD", rate=rate, rounding=rounding)
    assert abs(result - minor * Fraction(rate)) < 1
