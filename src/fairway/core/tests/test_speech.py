"""Numbers, money and dates in the language of their reader, read back as they are shown, and the choice of it."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from fairway.core.http import format
from fairway.core.http.cells import drawer
from fairway.core.http.forms import MoneyField
from fairway.core.http.tables import Column
from fairway.core.tenancy.models import User

DAY = date(2026, 11, 16)


def test_english_and_german_write_the_same_amount_in_their_own_way():
    for language, shown in {
        "en": ["€1,234.50", "−€1,235", "CHF\u00a05.00", "1,234.5", "67\u00a0%"],
        "de": ["1.234,50\u00a0€", "−1.235\u00a0€", "5,00\u00a0CHF", "1.234,5", "67\u00a0%"],
    }.items():
        with override(language):
            assert [
                format.money(123450, "EUR"),
                format.money(-123450, "EUR", cents=False),
                format.money(500, "CHF"),
                format.number(1234.5, 1),
                format.percent(67),
            ] == shown


def test_a_language_without_a_catalogue_of_ours_still_has_its_signs():
    with override("fr"):
        assert format.number(-1234567.5, 1) == "−1\u202f234\u202f567,5"
        assert format.number(-0.001, 1) == "0,0"


def test_english_and_german_write_the_same_day_in_their_own_way():
    today = date(2026, 11, 1)
    for language, shown in {
        "en": ["16 Nov", "16 Nov 2026", "16 November 2026", "Monday 16 November 2026", "Mon"],
        "de": ["16. Nov.", "16. Nov. 2026", "16. November 2026", "Montag, 16. November 2026", "Mo"],
    }.items():
        with override(language):
            assert [
                format.day(DAY, today=today),
                format.day(DAY, today=date(2027, 1, 1)),
                format.long_day(DAY),
                format.whole_day(DAY),
                format.weekday(DAY),
            ] == shown
            assert format.long_moment(datetime(2026, 11, 16, 9, 5, tzinfo=UTC)).endswith("09:05")


def test_cells_follow_the_language_too():
    row = {"amount": 5840050, "count": 1234, "currency": "EUR"}
    amount, count = Column("amount", "Amount", kind="money", decimals=2), Column("count", "Count", kind="number")
    for language, shown in {"en": ["€58,400.50", "1,234"], "de": ["58.400,50\u00a0€", "1.234"]}.items():
        with override(language):
            drawn = [drawer(column, "")(row) for column in (amount, count)]
            assert [text in cell for text, cell in zip(shown, drawn, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("language", "text", "minor"),
    [
        ("en", "58,400", 5840000),
        ("en", "58400.50", 5840050),
        ("de", "58.400", 5840000),
        ("de", "58.400,50 €", 5840050),
        ("de", "58400,5", 5840050),
        ("de", "1.000.000", 100000000),
    ],
)
def test_an_amount_is_read_as_it_is_shown(language, text, minor):
    with override(language):
        field = MoneyField(currency="EUR")
        assert field.clean(text) == minor
        assert field.clean(field.widget.format_value(minor)) == minor


@pytest.mark.parametrize(
    ("language", "text"), [("en", "58.400"), ("en", "58.400,50"), ("de", "58,400"), ("de", "58,400.50"), ("de", "5.84")]
)
def test_an_amount_that_could_be_two_is_asked_for_again(language, text):
    with override(language), pytest.raises(ValidationError) as refused:
        MoneyField(currency="EUR").clean(text)
    shown = {"en": "58,400 or 58,400.50", "de": "58.400 oder 58.400,50"}[language]
    with override(language):
        assert shown in refused.value.messages[0]


def test_a_person_chooses_language_and_time_and_the_next_page_follows(acme, client_of):
    client = client_of(acme.admin)
    assert '<html lang="en"' in client.get("/acme/console/").content.decode()
    answer = client.post("/accounts/preferences/", {"language": "de", "time_zone": "Europe/Berlin"})
    assert answer.status_code == 302
    user = User.objects.get(pk=acme.admin.user_id)
    assert (user.language, user.time_zone) == ("de", "Europe/Berlin")
    page = client.get("/accounts/preferences/").content.decode()
    assert "Gespeichert. Gilt ab jetzt." in page
    assert "1.234,50\u00a0€" in page
    home = client.get("/acme/console/").content.decode()
    assert '<html lang="de"' in home
    assert "Verteilung" in home


def test_a_language_or_zone_that_does_not_exist_is_refused(acme, client_of):
    client = client_of(acme.admin)
    for wrong in ({"language": "xx", "time_zone": "UTC"}, {"language": "de", "time_zone": "Europe/Nowhere"}):
        answer = client.post("/accounts/preferences/", wrong)
        assert answer.status_code == 200
        user = User.objects.get(pk=acme.admin.user_id)
        assert (user.language, user.time_zone) == ("en", "UTC")


def test_a_visitor_is_spoken_to_as_the_browser_asks(client, acme):
    for asked, said in {"de-AT,de;q=0.9,en;q=0.5": "Anmelden", "pt": "Sign in", "en": "Sign in"}.items():
        answer = client.get("/accounts/login/", headers={"Accept-Language": asked})
        assert f"<h1>{said}</h1>" in answer.content.decode()
