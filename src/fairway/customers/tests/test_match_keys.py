import csv
from itertools import combinations

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from fairway.customers.rules.match_keys import (
    KEY_MAX,
    SIMILAR_NAME,
    address_key,
    domain_key,
    email_key,
    looks_like_identifier,
    name_key,
    phone_key,
    postal_key,
    similarity,
    sort_name,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Müller & Söhne GmbH", "mueller soehne"),
        ("MUELLER UND SOEHNE  G.m.b.H.", "mueller soehne"),
        ("Müller und Söhne GmbH & Co. KG", "mueller soehne"),
        ("Strauß AG", "strauss"),
        ("Café Élan S.A.R.L.", "cafe elan"),
        ("Fabbri S.p.A.", "fabbri"),
        ("Nowak Sp. z o.o.", "nowak"),
        ("Řezníček s.r.o.", "reznicek"),
        ("Møller A/S", "moeller"),
        ("ООО «Ромашка»", "romashka"),
        ("Αφοί Παπαδόπουλοι Α.Ε.", "afoi papadopoyloi"),
        ("The Bike Company, Inc.", "bike company"),
        ("Acclaimed Bicycle Company", "acclaimed bicycle"),
        ("H&M", "hm"),
        ("H and M Ltd", "hm"),
        ("O'Neil's Pty. Ltd.", "oneils"),
        ("PT Maju Jaya Tbk", "maju jaya"),
        ("Grupo Sol, S.A. de C.V.", "grupo sol"),
        ("株式会社トヨタ", "株式会社トヨタ"),
        ("Ａｃｍｅ Ｃｏｒｐ．", "acme"),
        ("GmbH", "gmbh"),
        ("The", "the"),
        ("3M", "3m"),
        ("A & B & C", "abc"),
        ("Ltd. Edition Prints", "ltd edition prints"),
        ("", None),
        ("   ", None),
        (None, None),
        ("—", None),
        ("001Ec00000GINb1IAH", None),
    ],
)
def test_names_meet_whatever_their_spelling_and_legal_form(name, key):
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("001Ec00000GINb1IAH", True),
        ("001Ec00000GINb1", True),
        ("00QEc00000BBaeXMAT", True),
        ("001Ec00000GINb1IAX", False),
        ("3f2b8c1e-8a0f-4c0b-9f6b-0d8f5f1f2a3b", True),
        ("507f1f77bcf86cd799439011", True),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", True),
        ("100234", True),
        ("AW00000001", True),
        ("Internationalist", False),
        ("InternationalTec", False),
        ("4711", False),
        ("1und1 Telecommunication", False),
        ("Acme 2000", False),
        ("Studio54", False),
        ("Productions2Go", False),
    ],
)
def test_ids_in_a_name_column_are_not_names(text, expected):
    assert looks_like_identifier(text) is expected


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("jane@shop.acme.co.uk", "acme.co.uk"),
        ("https://www.acme.com/about?x=1", "acme.com"),
        ("HTTP://WWW.Acme.COM.", "acme.com"),
        ("acme.com:8080/path", "acme.com"),
        ("www.acme.com.au", "acme.com.au"),
        ("https://user:secret@acme.de/", "acme.de"),
        ("müller.de", "xn--mller-kva.de"),
        ("nordwind.example", "nordwind.example"),
        ("info@nordwind.example", "nordwind.example"),
        ("acme.myshopify.com", "acme.myshopify.com"),
        ("myshopify.com", None),
        ("jane@gmail.com", None),
        ("jane@yahoo.co.jp", None),
        ("jane@gmx.net", None),
        ("jane@example.com", None),
        ("sub.example.org", None),
        ("https://www.linkedin.com/company/acme", None),
        ("jane@host.invalid", None),
        ("192.168.1.1", None),
        ("http://[::1]/", None),
        ("localhost", None),
        ("not a domain", None),
        ("a..b", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_a_domain_stands_for_one_company_or_for_nothing(text, key):
    assert domain_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Jane.Doe@Acme.Example ", "jane.doe@acme.example"),
        ("mailto:jane+fair@acme.example", "jane@acme.example"),
        ("j.a.n.e+x@googlemail.com", "jane@gmail.com"),
        ("jane@web.de", "jane@web.de"),
        ("jane@müller.de", "jane@xn--mller-kva.de"),
        ("jane@example.com", None),
        ("jane@acme", None),
        ("@acme.example", None),
        ("jane doe@acme.example", None),
        ("a@b@acme.example", None),
        ("n/a", None),
        (None, None),
    ],
)
def test_one_mailbox_has_one_key(text, key):
    assert email_key(text) == key


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("+49 (0)30 901820", "US", "+4930901820"),
        ("(212) 736-5000", "us", "+12127365000"),
        ("212-736-5000 ext. 12", "US", "+12127365000"),
        ("212-736-5000", None, None),
        ("245-555-0173", "US", None),
        ("call me", "US", None),
        ("", "US", None),
        (None, None, None),
    ],
)
def test_a_phone_number_counts_only_when_valid(text, country, key):
    assert phone_key(text, country) == key


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("98011-1234", "US", "98011"),
        ("980111234", None, "980111234"),
        ("D-80331", "DE", "80331"),
        ("sw1a 1aa", "GB", "SW1A1AA"),
        ("1011 AB", "NL", "1011AB"),
        ("--", "DE", None),
        (None, None, None),
    ],
)
def test_postal_codes_lose_blanks_and_additions(text, country, key):
    assert postal_key(text, country) == key


def test_one_address_has_one_key_whatever_the_order():
    assert address_key("12 High St.", "98011", "US") == "highstreet|12|98011|US"
    assert address_key("High Street 12", "98011-0001", "us") == "highstreet|12|98011|US"
    assert address_key("Hauptstr. 5a", "80331", "DE") == address_key("Haupt Straße 5A", "D-80331", "DE")
    assert address_key("12 High St") != address_key("13 High St")
    assert address_key(" ") is None
    assert address_key(None) is None


@pytest.mark.parametrize(
    ("name", "filed"),
    [
        ("Äpfel & Birnen", "apfel birnen"),
        ("The Zebra", "zebra"),
        ("Die", "die"),
        ("Ørsted", "orsted"),
        ("Straße 7", "strasse 7"),
        ("—", "—"),
        (None, ""),
    ],
)
def test_names_are_filed_by_plain_letters(name, filed):
    assert sort_name(name) == filed


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Nordwind Systems GmbH", "Nordwind Sytems"),
        ("Sportsworld Ltd", "Sports World"),
        ("Systems Nordwind", "Nordwind Systems AG"),
        ("Müller Maschinenbau", "Mueller Maschinenbau KG"),
        ("Advanced Cycle Components", "Advance Cycle Components"),
    ],
)
def test_one_company_misspelled_is_similar(a, b):
    assert similarity(a, b) >= SIMILAR_NAME


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Bike Store", "Bike Shop"),
        ("Nordwind Systems", "Nordlicht Systems"),
        ("Acme Germany", "Acme France"),
        ("Functional Store North", "Functional Store South"),
        ("Sporting Goods Outlet 12", "Sporting Goods Outlet 13"),
        ("001Ec00000GINb1IAH", "001Ec00000GINb1IAH"),
        ("", ""),
        (None, "Acme"),
    ],
)
def test_different_companies_and_no_names_are_not_similar(a, b):
    assert similarity(a, b) < SIMILAR_NAME


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_survived_and_keys_are_stable(a, b):
    key = name_key(a)
    assert key is None or (0 < len(key) <= KEY_MAX and key == key.strip())
    assert similarity(a, b) == similarity(b, a)
    assert 0 <= similarity(a, b) <= 1
    for function in (domain_key, email_key, phone_key, postal_key, address_key):
        assert function(a) is None or function(a) == function(f" {a} ")
    assert len(sort_name(a)) <= KEY_MAX


@pytest.mark.data
def test_in_a_real_export_no_two_leads_share_a_key():
    with open(settings.SAMPLE_DATA_DIR / "salesforce" / "Lead.csv", encoding="utf-8-sig", newline="") as file:
        leads = list(csv.DictReader(file))
    assert len(leads) == 60
    assert {name_key(lead["Company"]) for lead in leads} == {None}
    assert {email_key(lead["Email"]) for lead in leads} == {None}
    assert {domain_key(lead["Email"]) for lead in leads} == {None}
    phones = [key for lead in leads if (key := phone_key(lead["Phone"], lead["Country"]))]
    assert len(phones) == len(set(phones))


@pytest.mark.data
def test_in_a_real_list_of_resellers_only_few_names_are_similar():
    path = settings.SAMPLE_DATA_DIR / "adventureworks" / "DimReseller.csv"
    with open(path, encoding="utf-8-sig", newline="") as file:
        names = [row["ResellerName"] for row in csv.DictReader(file)]
    similar = [(a, b) for a, b in combinations(names, 2) if similarity(a, b) >= SIMILAR_NAME]
    assert len(names) == 701
    assert len(similar) == 9, similar
