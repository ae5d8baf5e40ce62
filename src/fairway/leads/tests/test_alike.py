"""Whether two leads are one: facts side by side."""

from itertools import product

import pytest

from fairway.customers.rules import match_keys
from fairway.customers.rules.sounding import sound_of
from fairway.leads.rules.alike import ASK, SAME, WHY, compare, name_likeness
from fairway.leads.rules.alike_keys import StoredKeys, facts_of, stored_keys


def facts(company="", email="", phone="", website="", country="DE", **more):
    row = {"country": country, **more}
    row["name_key"] = match_keys.name_key(company) or ""
    row["domain_key"] = match_keys.domain_key(website) or match_keys.domain_key(email) or ""
    row["email_key"] = match_keys.email_key(email) or ""
    row["phone_key"] = match_keys.phone_key(phone, country) or ""
    return facts_of(row)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller Logistik GmbH", "Mueller Logistik"), ("Müller Logistik GmbH", "MULLER LOGISTIK KG"),
        ("Kröger Systeme AG", "Kroger Sys."), ("Волков Логистика ООО", "Volkov Logistika"),
        ("Harper International Inc.", "Harper Intl"), ("Nord-Licht Optik", "Nordlicht Optik"),
        ("Dąbrowski Sp. z o.o.", "Dabrowski"), ("Whitfield & Sons Ltd", "Whitfield and Sons Limited"),
    ],
)  # fmt: skip
def test_one_company_spelled_in_two_ways_is_asked_about_in_one_place(one, other):
    found = compare(facts(one, city="Köln", postal_code="50667"), facts(other, city="Koeln", postal_code="50667"))
    assert found.likeness >= ASK


def test_the_same_mailbox_is_the_same_and_a_free_mail_house_is_not():
    karen = facts(email="karen@halden.example", last_name="Thiele")
    assert compare(karen, facts(email="Karen+x@HALDEN.example")).is_same
    assert compare(facts(email="karen@gmail.com"), facts(email="paul@gmail.com")).likeness < ASK


def test_a_name_alone_in_another_city_is_another_company():
    here = facts("Brinkmann GmbH", city="Kiel", website="brinkmann-kiel.example")
    there = facts("Brinkmann AG", city="Ulm", website="brinkmann-ulm.example")
    found = compare(here, there)
    assert found.likeness < 0.05
    assert {"other_domain", "other_city"} <= set(found.why)


def test_branches_that_are_counted_or_lie_apart_are_two():
    one = facts("Lager Nord GmbH", city="Kiel", postal_code="24103")
    assert compare(one, facts("Lager Süd GmbH", city="Kiel", postal_code="24103")).likeness < ASK
    assert compare(facts("Store 7", city="Kiel"), facts("Store 8", city="Kiel")).likeness < ASK


def test_a_phone_is_one_however_it_is_written_and_of_its_country():
    written = facts("Halden", phone="030 2345678", country="DE", last_name="Thiele")
    assert compare(written, facts("Halden", phone="+49 (30) 234-5678", country="")).is_same
    assert facts(phone="030 2345678", country="DE").phone != facts(phone="030 2345678", country="NL").phone


def test_a_street_is_one_with_its_way_cut_short():
    one, other = (
        facts("Halden", street=street, postal_code="10001", country="US")
        for street in ("12 High Street", "12 High St.")
    )
    assert "address" in compare(one, other).why
    assert "other_address" in compare(one, facts(street="14 Mill Road", postal_code="10001", country="US")).why


def test_a_person_with_names_turned_around_at_one_company_is_the_same():
    one = facts(website="halden.example", first_name="Anna", last_name="Thiele")
    other = facts(website="https://www.halden.example/kontakt", first_name="Thiele", last_name="Anna")
    assert compare(one, other).is_asked
    assert "person" in compare(one, other).why


def test_nothing_known_is_nothing_alike():
    assert compare(facts(country=""), facts(country="")).likeness < 0.01
    assert stored_keys(facts(country="")) == StoredKeys()


def test_the_answer_does_not_hang_on_who_is_first():
    some = [
        facts("Müller Logistik", city="Köln", email="a@mueller.example", last_name="Thiele", first_name="Anna"),
        facts("Muller Log.", city="Koeln", phone="0221 234567", last_name="Tiele", first_name="A."),
        facts("Moeller Optik", postal_code="50667", email="info@moeller.example", street="Hauptstr. 3"),
        facts(),
    ]
    for one, other in product(some, some):
        assert compare(one, other) == compare(other, one)


def test_every_reason_has_words():
    found = compare(facts("Halden", city="Kiel", last_name="T"), facts("Holm", city="Ulm", last_name="Q"))
    assert found.why
    assert set(found.why) <= set(WHY)


def test_sounds_and_likeness_of_names():
    assert len({sound_of(name) for name in ("mueller", "muller", "muehler")}) == 1
    assert name_likeness("nord licht", "nordlicht") == 1.0
    assert name_likeness("harper", "winslow") < 0.5
    assert SAME > ASK
