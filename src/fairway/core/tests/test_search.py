"""One box over everything: what is found, by whom, and what never is."""

import pytest
from conftest import as_owner
from django.db import ProgrammingError, connection, transaction

from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.search.actions import learn_words
from fairway.core.search.find import find
from fairway.core.search.functions import synchronise_finders
from fairway.core.search.models import SearchWord
from fairway.core.search.texts import AT_ONCE
from fairway.core.search.words import folded, is_close, words_of
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.models import Lead, LeadPerson


def captured(cast, company="Nordlicht Brauerei GmbH", **person):
    given = {"first_name": "Inés", "last_name": "Castell", "email": "ines@nordlicht-bier.de", "phone": "+49 40 3346811"}
    return capture_lead(
        actor=cast.operations, at=clock.now(), source="test",
        values=LeadValues(need="Wi-Fi for the brewery", company=company, city="Lübeck", country="DE"),
        person=PersonValues(**{**given, **person}),
    )  # fmt: skip


def titles(text, member, kind="leads"):
    with entering(member.context):
        return [hit.title for group in find(text, member).groups if group.kind.name == kind for hit in group.hits]


def learn(cast):
    return learn_words(actor=system_member(cast.acme.pk, "Vocabulary"), at=clock.now())


@pytest.mark.parametrize(
    "text",
    [
        "nordlicht", "Nordl", "BRAUEREI", "wi-fi brewery", "lubeck", "Lübeck", "castell ines", "Inés",
        "ines@nordlicht-bier.de", "INES@nordlicht-bier.de ", "+49 40 3346811", "49403346811",
    ],
)  # fmt: skip
def test_a_lead_is_found_by_what_is_written_in_it(acme, text):
    captured(acme)
    captured(
        acme, "Quite another", first_name="Otto", last_name="Marsh", email="o@else-where.de", phone="+49 30 901820"
    )
    found = titles(text, acme.admin)
    assert "Nordlicht Brauerei GmbH" in found
    assert text.strip() in {"wi-fi brewery", "lubeck", "Lübeck"} or "Quite another" not in found


@pytest.mark.parametrize("text", ["nordlcht", "Nordlihct", "brauerie", "casttel ines", "lubekc"])
def test_a_slip_of_the_pen_is_forgiven_once_the_word_is_learned(acme, text):
    captured(acme)
    assert titles(text, acme.admin) == []
    assert learn(acme) > 0
    assert titles(text, acme.admin) == ["Nordlicht Brauerei GmbH"]
    with entering(acme.admin.context):
        assert find(text, acme.admin).is_forgiving


def test_words_are_learned_once_and_forgotten_when_nothing_holds_them(acme):
    captured(acme)
    assert learn(acme) > 0
    assert learn(acme) == 0
    with acting_for(acme.admin):
        SearchWord.objects.create(vendor=acme.acme, word="gonewithit")
    learn_words(actor=system_member(acme.acme.pk, "Vocabulary"), at=clock.now(), is_anew=True)
    with entering(acme.admin.context):
        assert not SearchWord.objects.filter(word="gonewithit").exists()
        assert SearchWord.objects.filter(word="nordlicht").exists()


def test_a_partner_is_found_by_number_and_a_name_that_begins_so_comes_first(acme):
    assert titles("B-1", acme.admin, "partners")[0] == acme.beta.name
    assert titles(acme.beta.name[:3], acme.admin, "partners")[0] == acme.beta.name


def test_another_vendor_finds_nothing_of_it(acme):
    captured(acme)
    learn(acme)
    assert titles("nordlicht", acme.zeta_admin) == []
    assert titles("nordlcht", acme.zeta_admin) == []


def test_a_partner_finds_a_lead_from_the_moment_it_is_its_own(acme):
    lead = captured(acme)
    learn(acme)
    offer = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=clock.now())
    assert titles("nordlicht", acme.beta_seller) == titles("castell", acme.beta_seller) == []
    accept_offer(offer=offer, actor=acme.beta_seller, at=clock.now())
    assert titles("castell", acme.beta_seller) == ["Nordlicht Brauerei GmbH"]
    assert titles("nordlcht", acme.beta_seller) == ["Nordlicht Brauerei GmbH"]
    assert titles("nordlicht", acme.gamma_seller) == titles("ines@nordlicht-bier.de", acme.gamma_seller) == []


def test_people_are_found_by_those_who_may_read_them(acme):
    name = acme.beta_seller.name
    assert name in titles(name, acme.admin, "people")
    assert name in titles(name, acme.beta_executive, "people")
    assert titles(name, acme.beta_seller, "people") == []
    assert titles(acme.gamma_seller.name, acme.beta_executive, "people") == []


def test_the_functions_of_staff_are_closed_to_partner_people(acme):
    def asked():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM fw_find_leads('x'::tsquery, '{}', '{}', 5)")

    with entering(acme.beta_seller.context), pytest.raises(ProgrammingError, match="permission denied"):
        asked()


def test_no_role_reads_the_table_of_words(acme):
    def asked():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core_searchtext")

    for context in (acme.admin.context, acme.beta_seller.context, acme.admin.context.acting(acme.acme.pk)):
        with entering(context), pytest.raises(ProgrammingError, match="permission denied"):
            asked()


def test_nobody_asks_for_words_of_another_vendor(acme):
    captured(acme)
    learn(acme)
    query = f"'{acme.acme.pk}:nordlicht'"
    with entering(acme.zeta_admin.context), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM fw_find_leads(%s::tsquery, '{}', '{}', 5)", [query])
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM fw_close_words(%s, '{nordlcht}')", [[acme.acme.pk]])
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "text", ["'", "\\", "a\\'b", ":*&|!()", "<>", "%_%", "\x00nord\x00", "🙂", "ß" * 300, "a " * 200]
)
def test_whatever_is_typed_nothing_breaks(acme, client_of, text):
    answer = client_of(acme.admin).get("/acme/console/search/", {"q": text})
    assert answer.status_code == 200


def test_the_page_shows_results_by_kind_and_alone_for_htmx(acme, client_of):
    captured(acme)
    client = client_of(acme.admin)
    whole = client.get("/acme/console/search/", {"q": "nordlicht"}).content.decode()
    part = client.get("/acme/console/search/", {"q": "nordlicht"}, headers={"HX-Target": "search-results"})
    assert "<html" in whole
    assert "<html" not in part.content.decode()
    for text in (whole, part.content.decode()):
        assert "Nordlicht Brauerei GmbH" in text
        assert "Inés Castell" in text
        assert "/acme/console/leads/" in text
    assert "Nothing found" in client.get("/acme/console/search/", {"q": "zzqqy"}).content.decode()


def test_the_palette_offers_the_pages_a_member_may_see(acme, client_of):
    admin = client_of(acme.admin).get("/acme/console/search/palette/").content.decode()
    finance = client_of(acme.finance).get("/acme/console/search/palette/").content.decode()
    assert "/acme/console/people/" in admin
    assert "/acme/console/people/" not in finance
    typed = client_of(acme.admin).get("/acme/console/search/palette/", {"q": "terr"}).content.decode()
    assert "/acme/console/territories/" in typed
    assert "/acme/console/people/" not in typed


def test_the_desk_searches_all_vendors_of_a_person(acme, client_of):
    lead = captured(acme)
    offer = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=clock.now())
    accept_offer(offer=offer, actor=acme.beta_seller, at=clock.now())
    answer = client_of(acme.beta_executive).get("/desk/search/", {"q": "nordlicht"}).content.decode()
    assert f"/acme/portal/leads/{lead.uid}/" in answer
    assert acme.acme.name in answer
    rival = client_of(acme.gamma_seller).get("/desk/search/", {"q": "nordlicht"}).content.decode()
    assert str(lead.uid) not in rival


def test_words_fold_and_slips_are_counted():
    assert folded("Çelik-Straße Łódź").split() == ["celik", "strasse", "lodz"]
    assert words_of("a b a  B") == ["a", "b"]
    assert is_close("nordlcht", "nordlicht")
    assert is_close("nordlch", "nordlicht")
    assert not is_close("nord", "sued")


def texts_of(lead):
    """(words are there, learned, xmin) of the row that the search keeps for a lead; read as the owner."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT words IS NOT NULL, is_learned, xmin::text FROM core_searchtext"
            " WHERE source = 'fw_text_leads_0' AND row_id = %s",
            [lead.pk],
        )
        return cursor.fetchone()


def captured_many(cast, count):
    """`count` leads by one statement."""
    with acting_for(cast.operations):
        return Lead.objects.bulk_create(
            [
                Lead(
                    vendor=cast.acme, company=f"Bulk {number}", name_key=f"bulk {number}", title="Wi-Fi",
                    city="Lübeck", captured_at=clock.now(),
                )
                for number in range(count)
            ]
        )  # fmt: skip


def test_rows_of_bulk_work_are_found_by_their_words_once_the_job_has_run(acme):
    captured_many(acme, AT_ONCE + 1)
    assert titles("lubeck", acme.admin) == []
    assert "Bulk 77" in titles("Bulk 77", acme.admin)  # as it begins: an index of names, at once
    assert learn(acme) > 0
    assert len(titles("lubeck", acme.admin)) == 5


def test_a_few_rows_of_one_statement_are_found_at_once(acme):
    captured_many(acme, AT_ONCE)
    assert len(titles("lubeck", acme.admin)) == 5


def test_a_changed_text_is_found_by_its_new_words_and_no_more_by_its_old(acme):
    lead = captured(acme)
    with acting_for(acme.operations):
        Lead.objects.filter(pk=lead.pk).update(company="Seestern Werft")
        assert list(Lead.objects.filter(pk=lead.pk).values_list("company", flat=True)) == ["Seestern Werft"]
    assert titles("seestern", acme.admin) == ["Seestern Werft"]
    assert titles("gmbh", acme.admin) == []


def test_a_change_that_is_not_of_the_text_leaves_the_words_alone(committed):
    lead = captured(committed)
    learn(committed)
    before = texts_of(lead)
    assert before[:2] == (True, True)
    with acting_for(committed.operations):
        assert Lead.objects.filter(pk=lead.pk).update(state="waiting", touches=3, company=lead.company) == 1
    assert texts_of(lead) == before


def test_what_is_deleted_leaves_no_words(acme):
    lead = captured(acme)
    with acting_for(acme.operations):
        LeadPerson.objects.filter(lead=lead).delete()
        Lead.objects.filter(pk=lead.pk).delete()
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute("SELECT count(*) FROM core_searchtext")
    with entering(acme.admin.context), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM fw_find_leads(%s::tsquery, '{}', '{}', 5)", [f"'{acme.acme.pk}:nordlicht'"])
        assert cursor.fetchall() == []


@pytest.fixture
def short_sighted(committed, monkeypatch):
    """The functions as if a vendor had far more rows than are looked at before the index of words."""
    with monkeypatch.context() as patch:
        patch.setattr("fairway.core.search.functions.LOOKED_AT", 2)
        patch.setattr("fairway.core.search.functions.LOOKED_AT_OWN", 2)
        with as_owner():
            synchronise_finders()
    yield
    with as_owner():
        synchronise_finders()


@pytest.mark.race
def test_what_is_rare_among_many_is_found_however_old_it_is(committed, short_sighted):
    acme = committed
    captured(acme)
    accept_offer(
        offer=offer_lead_to(lead=captured(acme), partner=acme.beta, actor=acme.cam, at=clock.now()),
        actor=acme.beta_seller, at=clock.now(),
    )  # fmt: skip
    for number in range(4):
        lead = captured(acme, f"Moorland Dairy {number}", first_name="Otto", last_name="Marsh", email=f"o{number}@m.de")
        offer = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=clock.now())
        accept_offer(offer=offer, actor=acme.beta_seller, at=clock.now())
    for member, count in ((acme.admin, 2), (acme.beta_seller, 1)):
        for text in ("brauerei", "castell"):
            assert titles(text, member) == ["Nordlicht Brauerei GmbH"] * count
        assert sorted(titles("dairy", member)) == [f"Moorland Dairy {number}" for number in range(4)]
        assert titles("zeppelin", member) == []
