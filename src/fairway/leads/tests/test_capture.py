"""Leads in: one by one, many at once, from the sample files, twice, and broken."""

import csv
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.conf import settings

from fairway.core.access import Forbidden, public_member
from fairway.core.events.models import Event
from fairway.core.imports import target
from fairway.core.jobs import run_pending
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.customers.actions import create_customer
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_lead, capture_many
from fairway.leads.actions.importing import LeadRow, import_leads
from fairway.leads.actions.likeness import look_for_alike
from fairway.leads.conditions import lead_values
from fairway.leads.imports import FIELDS, parse_lead
from fairway.leads.jobs import fill_keys, process
from fairway.leads.models import CustomerMatch, Lead, LeadPerson, LeadScore
from fairway.leads.queries.subjects import lead_rows

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 5, 15, tzinfo=UTC)


def capture(cast, **values):
    person = {name: values.pop(name) for name in ("email", "phone", "first_name", "last_name") if name in values}
    return capture_lead(
        actor=cast.operations, at=AT, source="form", values=LeadValues(**values), person=PersonValues(**person)
    )


def test_the_title_is_the_need_or_the_place_and_never_a_name(acme):
    assert capture(acme, need="Wi-Fi", company="Brinkmann").title == "Wi-Fi"
    unnamed = capture(acme, company="Brinkmann", city="Albany", country="US", last_name="Thiele")
    assert unnamed.title == "Enquiry from Albany, US"
    assert capture(acme, last_name="Thiele").title == "Enquiry"


def test_a_visitor_of_a_form_may_capture_and_a_partner_may_not(acme):
    visitor = public_member(acme.acme.pk)
    lead = capture_lead(
        actor=visitor, at=AT, source="form", values=LeadValues(need="Wi-Fi"), consent_text="Call me", consented_at=AT
    )
    assert (lead.state, lead.consented_at, lead.consent_text) == ("captured", AT, "Call me")
    with pytest.raises(Forbidden):
        capture_lead(actor=acme.beta_seller, at=AT, source="form", values=LeadValues(need="Wi-Fi"))
    with entering(acme.admin.context):
        assert Lead.objects.count() == 1


def test_the_same_external_id_is_the_same_lead(acme):
    first = capture(acme, external_id="A1", need="Wi-Fi", email="a@brinkmann.example")
    same = capture(acme, external_id="A1", need="Wi-Fi", email="a@brinkmann.example")
    changed = capture(acme, external_id="A1", need="Wi-Fi 7", email="b@brinkmann.example")
    assert first.pk == same.pk == changed.pk
    assert (first.version, same.version, changed.version, changed.title) == (1, 1, 2, "Wi-Fi 7")
    with entering(acme.admin.context):
        assert LeadPerson.objects.get().email_key == "b@brinkmann.example"
        verbs = Event.objects.filter(subject_type="lead").order_by("id").values_list("verb", flat=True)
        assert list(verbs) == ["captured", "updated"]


def test_what_looks_alike_is_marked_and_stays_two(acme):
    first = capture(acme, need="Wi-Fi", email="karen@brinkmann.example")
    by_mail = capture(acme, need="Cameras", email="Karen@Brinkmann.example")
    company = capture(acme, need="Wi-Fi", company="Brinkmann & Co. Ltd", city="Albany")
    by_company = capture(acme, need="Switches", company="BRINKMANN", city="Albany")
    elsewhere = capture(acme, need="Switches", company="BRINKMANN", city="Boston")
    assert by_mail.extra == {"possible_duplicate_of": str(first.uid)}
    assert by_company.extra == {"possible_duplicate_of": str(company.uid)}
    assert first.extra == company.extra == elsewhere.extra == {}


def test_placeholders_and_record_ids_are_no_keys(acme):
    for _ in range(2):
        lead = capture(acme, company="001Ec00000GINb1IAH", email="william.lee@example.com", city="Albany")
        assert (lead.company, lead.name_key, lead.domain_key, lead.extra) == ("", "", "", {})


def test_duplicates_within_one_capture_are_found(acme):
    rows = [(LeadValues(need=str(i)), PersonValues(email="karen@brinkmann.example")) for i in range(3)]
    with acting_for(acme.operations):
        made = capture_many(rows, origin=Origin("x"), actor=acme.operations, at=AT)
        leads = [Lead.objects.get(pk=one.lead_id) for one in made]
    assert [lead.extra for lead in leads] == [{}, *[{"possible_duplicate_of": str(leads[0].uid)}] * 2]


def test_an_external_id_twice_in_one_capture_is_an_error(acme):
    rows = [(LeadValues(external_id="A"), PersonValues())] * 2
    with pytest.raises(ValueError, match="twice"), acting_for(acme.operations):
        capture_many(rows, origin=Origin("x"), actor=acme.operations, at=AT)


def test_the_character_zero_does_not_stop_a_capture(acme):
    assert capture(acme, need="Wi\0Fi", description=r"a \u0000 b").title == "WiFi"


def test_the_worker_puts_a_lead_on_the_map_of_its_city(acme):
    lead = capture(acme, need="Wi-Fi", city="Albany", state_code="NY", country="US")
    assert lead.latitude is None
    run_pending()
    with entering(acme.admin.context):
        lead = Lead.objects.get()
    assert (round(lead.latitude), round(lead.longitude)) == (43, -74)


def test_a_file_without_ids_changes_nothing_the_second_time(acme):
    rows = [LeadRow(2, need="Wi-Fi", company="Brinkmann"), LeadRow(3, need="Wi-Fi", company="Kessler")]
    first = import_leads(rows, actor=acme.operations, at=AT)
    second = import_leads(rows, actor=acme.operations, at=LATER)
    assert (first.created, second.created, second.updated, second.unchanged) == (2, 0, 0, 2)


def test_an_unknown_product_line_and_a_repeated_id_are_told(acme):
    rows = [LeadRow(2, external_id="1", need="Wi-Fi", product_line="Rockets"), LeadRow(3, external_id="1", need="Wi")]
    outcome = import_leads(rows, actor=acme.operations, at=AT)
    assert (outcome.created, [issue.line for issue in outcome.warnings]) == (1, [2])
    assert [issue.message for issue in outcome.refused] == [
        "Line 2 has the same external id. Only that line was taken."
    ]
    with pytest.raises(Forbidden):
        import_leads(rows, actor=acme.cam, at=AT)


def test_a_row_that_says_nothing_or_nonsense_is_refused(acme):
    assert parse_lead({"city": "Albany"}, 7)[0] is None
    row, issues = parse_lead({"need": "x", "employees": "-4", "country": "Atlantis"}, 8)
    assert row is None
    assert sorted(issue.field for issue in issues) == ["country", "employees"]
    row, issues = parse_lead({"need": "x", "email": "nobody"}, 9)
    assert row is not None
    assert (row.email, issues[0].is_warning) == ("", True)


def test_facts_of_a_private_life_cannot_be_imported(acme):
    left_out = {field.name for field in FIELDS if field.forbidden_reason}
    assert left_out >= {"birth_date", "marital_status", "gender", "house_owner", "children", "income"}
    assert not left_out & {field.name for field in FIELDS if not field.forbidden_reason}
    assert not left_out & set(LeadRow.__dataclass_fields__)
    assert target("leads").permission == "lead.import"


def rows_of(name, **defaults):
    """The file's rows as the import reads them: headers guessed by name and synonyms."""
    known = {}
    for field in FIELDS:
        for header in (field.name, str(field.label), *field.synonyms):
            known.setdefault(header.casefold(), field.name)
    with open(settings.SAMPLE_DATA_DIR / name, encoding="utf-8-sig", newline="") as file:
        for line, record in enumerate(csv.DictReader(file), start=2):
            values = dict(defaults)
            for header, value in record.items():
                if (field := known.get(header.casefold())) and value and not values.get(field):
                    values[field] = value.strip()
            row, issues = parse_lead(values, line)
            assert row is not None, issues
            yield row


@pytest.mark.data
def test_sixty_leads_of_a_crm_become_sixty_leads(acme):
    rows = list(rows_of("salesforce/Lead.csv"))
    assert import_leads(rows, actor=acme.operations, at=AT).created == 60
    assert import_leads(rows, actor=acme.operations, at=LATER).unchanged == 60
    with entering(acme.admin.context):
        leads = list(Lead.objects.all())
        people = list(LeadPerson.objects.all())
    assert (len(leads), sum("possible_duplicate_of" in lead.extra for lead in leads)) == (60, 0)
    assert {lead.company for lead in leads} == {""}
    assert {lead.country for lead in leads} == {"US"}
    assert all(person.email.endswith("@example.com") and person.first_name for person in people)
    assert not any(person.last_name in lead.title for lead, person in zip(leads, people, strict=True))
    assert Counter(lead.source_detail for lead in leads) == {"Cold Call": 25, "Referral": 22, "Online Form": 13}


@pytest.mark.data
def test_prospective_buyers_become_leads_of_the_country_chosen(acme):
    rows = list(rows_of("adventureworks/ProspectiveBuyer.csv", country="US"))
    assert import_leads(rows, actor=acme.operations, at=AT).created == 2059
    assert import_leads(rows, actor=acme.operations, at=LATER).unchanged == 2059
    with entering(acme.admin.context):
        ids = list(Lead.objects.values_list("pk", flat=True))
    look_for_alike(lead_ids=ids, actor=acme.operations, at=LATER)
    with entering(acme.admin.context):
        leads = list(Lead.objects.all())
    assert Counter(lead.country for lead in leads) == {"US": 2059}
    assert sum("possible_duplicate_of" in lead.extra for lead in leads) >= 50
    assert sum(lead.latitude is not None for lead in leads) > 1500


def known_customer(cast, **values):
    given = {"name": "Halden Werke AG", "domain": "halden.example", "city": "Kiel", "country": "DE", **values}
    return create_customer(values=given, actor=cast.admin, at=AT)


def match_of(cast, lead):
    with entering(cast.admin.context):
        return CustomerMatch.objects.filter(lead=lead).first()


def test_a_lead_of_a_known_customer_says_so_however_it_is_spelled(acme):
    customer = known_customer(acme)
    by_site = capture(acme, need="A", website="https://shop.halden.example/de", company="HW", country="DE")
    by_name = capture(acme, need="B", company="HALDEN WERKE GmbH", city="Kiel", country="DE")
    typo = capture(acme, need="C", company="Haldn Werke", city="Kiel", country="DE")
    other = capture(acme, need="D", company="Holm Optik", city="Kiel", country="DE", email="a@gmail.com")
    assert [(m.customer_id, m.state) for m in (match_of(acme, by_site), match_of(acme, by_name))] == [
        (customer.pk, "sure")
    ] * 2
    assert (match_of(acme, typo).customer_id, match_of(acme, typo).state) == (customer.pk, "asked")
    assert match_of(acme, other) is None


def test_rules_may_ask_whether_a_lead_is_of_a_known_customer(acme):
    known_customer(acme)
    sure = capture(acme, need="A", website="halden.example")
    perhaps = capture(acme, need="B", company="Haldn Werke", city="Kiel", country="DE")
    with acting_for(acme.operations):
        rows = lead_rows([sure.pk, perhaps.pk])
    assert [lead_values(row, "USD")["lead.is_customer"] for row in rows] == [True, False]


def test_leads_of_a_file_are_looked_at_before_they_are_scored_and_once(acme):
    known_customer(acme)
    first = capture(acme, need="Wi-Fi", email="karen@brinkmann.example")
    file = [
        LeadRow(1, external_id="1", need="Cameras", email="karen@brinkmann.example"),
        LeadRow(2, external_id="2", need="Cameras too", email="KAREN@brinkmann.example"),
        LeadRow(3, external_id="3", need="Doors", website="halden.example"),
        LeadRow(4, external_id="4", need="Windows"),
    ]
    import_leads(file, actor=acme.operations, at=LATER)
    with entering(acme.admin.context):
        ids = list(Lead.objects.exclude(pk=first.pk).order_by("pk").values_list("pk", flat=True))
        assert not Event.objects.filter(verb="found_alike").exists()
    with acting_for(acme.operations):
        assert [row["is_customer"] for row in lead_rows(ids)] == [False] * 4
    for _again in range(2):
        process(vendor_id=acme.acme.pk, lead_ids=ids, new_ids=ids)
    with acting_for(acme.operations):
        assert [row["is_customer"] for row in lead_rows(ids)] == [False, False, True, False]
        twins = dict(Lead.objects.filter(pk__in=ids).values_list("pk", "extra__possible_duplicate_of"))
        assert Event.objects.filter(verb="found_alike").count() == 2
        assert LeadScore.objects.filter(lead_id__in=ids).count() == 4
    # The later one of two; the earlier is never said to be like the later.
    assert [twins[pk] for pk in ids] == [str(first.uid), twins[ids[1]], None, None]
    assert twins[ids[1]] in {str(first.uid), str(lead_uid(acme, ids[0]))}


def lead_uid(cast, pk):
    with entering(cast.admin.context):
        return Lead.objects.get(pk=pk).uid


def test_what_is_found_alike_is_recorded_with_its_reasons_and_no_address(acme):
    first = capture(acme, need="Wi-Fi", email="karen@brinkmann.example")
    capture(acme, need="Cameras", email="karen@brinkmann.example")
    with entering(acme.admin.context):
        event = Event.objects.get(verb="found_alike")
    assert event.data == {"others": [[first.pk, 0.9994, ["email", "domain"]]]}


def test_rows_of_before_get_their_keys_by_a_job_and_are_found_then(acme):
    first = capture(acme, need="Wi-Fi", company="Müller Logistik", city="Kiel", country="DE", postal_code="24103")
    with acting_for(acme.operations):
        LeadPerson.objects.update(sound_key=None, near_key=None, person_key=None, address_key=None)
        Lead.objects.update(name_key="x")
    assert "possible_duplicate_of" not in capture(acme, company="Muller Logistk", city="Kiel", country="DE").extra
    with acting_for(acme.operations):
        Lead.objects.filter(pk=first.pk).update(name_key="mueller logistik")
    fill_keys(vendor_id=acme.acme.pk)
    again = capture(acme, company="Mulller Logistik", city="Kiel", country="DE", postal_code="24103")
    assert again.extra["possible_duplicate_of"] == str(first.uid)


def test_a_key_that_very_many_share_finds_nobody(acme):
    rows = [(LeadValues(need=str(i), website="huge.example"), PersonValues()) for i in range(60)]
    with acting_for(acme.operations):
        capture_many(rows, origin=Origin("x"), actor=acme.operations, at=AT)
    assert capture(acme, need="new", website="huge.example").extra == {}
