"""The exports of Salesforce, as they come: accounts, contacts, opportunities, campaigns, tasks."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from fairway.connect.actions.uploads import correct_reading, save_mapping
from fairway.connect.models import DuplicatePair
from fairway.connect.tests.files import AT, SAMPLES, counts, csv_file, finish, fresh, issues, run, sample_file, upload
from fairway.core import jobs
from fairway.core.access import Forbidden
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.customers.actions import create_customer
from fairway.customers.models import Customer, CustomerContact
from fairway.deals.models import Deal
from fairway.leads.models import Lead, LeadNote, Touch
from fairway.partners.models import Contact

pytestmark = pytest.mark.django_db
data = pytest.mark.data


def rows_of(name):
    with (SAMPLES / "salesforce" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def accounts(acme):
    return run(acme.operations, "customers", sample_file("salesforce/Account.csv"))


def opportunities(acme):
    return run(acme.operations, "deals", sample_file("salesforce/Opportunity.csv"), partner="B-1", currency="USD")


@data
def test_accounts_become_customers_with_true_headers_and_the_same_file_again_changes_nothing(acme):
    for expected in ((22, 0, 0, 0), (0, 0, 22, 0)):
        made = accounts(acme)
        assert (made.state, made.error, counts(made)) == ("done", "", expected)
    assert made.mapping == {
        "external_id": "Id", "name": "Name", "domain": "Website", "city": "BillingCity", "state_code": "BillingState",
        "postal_code": "BillingPostalCode", "country": "BillingCountry",
    }  # fmt: skip
    jobs.run_pending()
    with entering(acme.operations.context):
        one = Customer.objects.get(external_id="001Ec00000GGw3hIAD")
        assert (one.name, one.domain_key, one.city, one.country) == (
            "Walker Henson and Compton", "walkerhensonandcompton.com", "Katherinemouth", "US",
        )  # fmt: skip
        assert DuplicatePair.objects.count() == 0


@data
def test_accounts_become_partners_when_that_is_chosen(acme):
    made = run(acme.operations, "partners", sample_file("salesforce/Account.csv"))
    assert (made.state, counts(made)[0] + counts(made)[3]) == ("done", 22)
    with entering(acme.operations.context):
        assert Partner.objects.get(external_id="001Ec00000GGw3hIAD").name == "Walker Henson and Compton"


@data
def test_contacts_go_to_their_customers_without_their_private_lives(acme):
    accounts(acme)
    for expected in ((18, 0, 0, 84), (0, 0, 18, 84)):
        made = run(acme.operations, "contacts", sample_file("salesforce/Contact.csv"))
        assert (made.state, counts(made)) == ("done", expected)
    said = Counter(message for _line, _column, message in issues(acme.operations, made))
    assert said == {"Nothing says at which company this person is.": 84}
    with entering(acme.operations.context):
        person = CustomerContact.objects.get(external_id="003Ec00000Cz30UIAR")
        assert (person.name, person.customer.external_id) == ("Ashley Brock", "001Ec00000GGw3hIAD")
    private = {"Birthdate", "Gender__c", "Annual_Income__c", "Housing_Status__c", "Driving_License_Number__c"}
    assert private.isdisjoint(made.mapping.values())


@data
def test_contacts_go_to_partners_when_that_is_chosen(acme):
    run(acme.operations, "partners", sample_file("salesforce/Account.csv"))
    for expected in ((18, 0, 0, 84), (0, 0, 18, 84)):
        made = run(acme.operations, "contacts", sample_file("salesforce/Contact.csv"), of="partner")
        assert counts(made) == expected
    with entering(acme.operations.context):
        person = Contact.objects.get(external_id="003Ec00000Cz30UIAR")
        assert (person.name, person.partner.external_id) == ("Ashley Brock", "001Ec00000GGw3hIAD")
        assert CustomerContact.objects.count() == 0


@data
def test_opportunities_become_deals_that_add_up_to_the_cent(acme):
    accounts(acme)
    for expected in ((50, 0, 0, 0), (0, 0, 50, 0)):
        made = opportunities(acme)
        assert (made.state, made.error, counts(made)) == ("done", "", expected)
    total = sum(Decimal(row["Amount"]) for row in rows_of("Opportunity.csv"))
    assert made.totals == {"USD": {"file": f"{total:.4f}", "taken": f"{total:.4f}"}}
    with entering(acme.operations.context):
        deals = Deal.objects.exclude(external_id="")
        assert Counter(deals.values_list("state", flat=True)) == {
            "won": 12, "lost": 3, "negotiation": 9, "proposal": 8, "qualified": 18,
        }  # fmt: skip
        assert Decimal(sum(deals.values_list("amount_minor", flat=True))) / 100 == total
        one = deals.get(external_id="006Ec00000AieKFIAZ")
        assert (one.customer.external_id, one.closes_on, one.partner_id) == (
            "001Ec00000GGw3iIAD", date(2024, 11, 10), acme.beta.pk,
        )  # fmt: skip
        assert deals.filter(state="won").exclude(closed_at=None).count() == 12


@data
def test_tasks_that_are_not_done_are_no_touches_unless_it_is_said(acme):
    accounts(acme)
    run(acme.operations, "contacts", sample_file("salesforce/Contact.csv"))
    run(acme.marketer, "leads", sample_file("salesforce/Lead.csv"))
    opportunities(acme)
    made = run(acme.operations, "touches", sample_file("salesforce/Task.csv"))
    assert counts(made) == (0, 0, 0, 75)
    assert {message for _line, _column, message in issues(acme.operations, made)} == {
        "The task is not done yet. A touch is what has happened."
    }
    made = run(acme.operations, "touches", sample_file("salesforce/Task.csv"), takes_open="yes")
    created, _updated, _unchanged, refused = counts(made)
    assert created + refused == 75
    with entering(acme.operations.context):
        touches, notes = Touch.objects.exclude(external_id="").count(), LeadNote.objects.count()
        assert (notes, touches > 0, touches + notes) == (15, True, created)
        assert set(Touch.objects.exclude(external_id="").values_list("outcome", flat=True)) == {"not_reached"}
    again = run(acme.operations, "touches", sample_file("salesforce/Task.csv"), takes_open="yes")
    assert counts(again) == (0, 0, created, refused)


@data
def test_campaigns_reach_the_leads_by_their_members(acme):
    run(acme.marketer, "leads", sample_file("salesforce/Lead.csv"))
    members, named = sample_file("salesforce/CampaignMember.csv"), sample_file("salesforce/Campaign.csv")
    made = upload(acme.marketer, "campaigns", members, named)
    correct_reading(run=made, actor=acme.marketer, at=AT, on="CampaignId", key="Id")
    choices = {"LeadId": "lead", "Name (2)": "campaign"}
    assert save_mapping(run=fresh(acme.marketer, made), choices=choices, defaults={}, actor=acme.marketer, at=AT) == []
    made = finish(acme.marketer, fresh(acme.marketer, made))
    of_leads = [row for row in rows_of("CampaignMember.csv") if row["LeadId"]]
    assert made.mapping == {"lead": "LeadId", "campaign": "Name (2)"}
    created, updated, unchanged, refused = counts(made)
    assert (created, unchanged, updated + refused) == (0, 0, 68)
    assert updated == len({row["LeadId"] for row in of_leads})
    titles = {row["Id"]: row["Name"] for row in rows_of("Campaign.csv")}
    with entering(acme.marketer.context):
        first = of_leads[0]
        assert Lead.objects.get(external_id=first["LeadId"]).campaign == titles[first["CampaignId"]]


def deals_file(**changes):
    row = {
        "Id": "D1", "AccountId": "C1", "Name": "Network", "StageName": "Prospecting", "Amount": "10.50",
        "CloseDate": "2026-05-01", "CurrencyIsoCode": "EUR", "PartnerAccountId": "B-1", "Product__c": "",
    } | changes  # fmt: skip
    return csv_file(",".join(row) + "\n" + ",".join(row.values()) + "\n")


COLUMNS = {
    "Id": "external_id", "AccountId": "customer", "Name": "title", "StageName": "stage", "Amount": "amount",
    "CloseDate": "closes_on", "CurrencyIsoCode": "currency", "PartnerAccountId": "partner",
}  # fmt: skip


def bring_deal(acme, **changes):
    """One deal, its columns chosen by hand: a single wrong value would make a column be taken for nothing."""
    made = upload(acme.operations, "deals", deals_file(**changes))
    assert save_mapping(run=made, choices=COLUMNS, defaults={}, actor=acme.operations, at=AT) == []
    return finish(acme.operations, fresh(acme.operations, made))


def halden(acme, **values):
    return create_customer(values={"name": "Halden Werke", **values}, actor=acme.admin, at=AT)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"StageName": "Maybe"}, "The stage “Maybe” is not known."),
        ({"PartnerAccountId": "nobody"}, "There is no partner with the external id “nobody”."),
        ({"AccountId": "C9"}, "There is no customer with the external id “C9”."),
        ({"Amount": "-1"}, "The value of a deal cannot be below zero."),
        ({"Amount": "much"}, "is not a number"),
        ({"CloseDate": "soon"}, "is not a date"),
        ({"Name": ""}, "The name of the deal is missing."),
    ],
)
def test_a_deal_that_cannot_be_placed_is_refused_in_words_and_none_is_made(acme, changes, words):
    run(acme.operations, "customers", csv_file("Id,Name\nC1,Halden Werke\n"))
    made = bring_deal(acme, **changes)
    assert counts(made) == (0, 0, 0, 1)
    assert words in issues(acme.operations, made)[0][2]
    with entering(acme.operations.context):
        assert Deal.objects.count() == 0


def test_a_deal_moves_on_with_its_file_but_one_that_is_over_stays(acme):
    run(acme.operations, "customers", csv_file("Id,Name\nC1,Halden Werke\n"))
    for stage, expected in (
        ("Prospecting", (1, 0, 0, 0)), ("Negotiation/Review", (0, 1, 0, 0)), ("Closed Won", (0, 1, 0, 0)),
        ("Closed Lost", (0, 0, 1, 0)),
    ):  # fmt: skip
        assert counts(bring_deal(acme, StageName=stage)) == expected
    with entering(acme.operations.context):
        deal = Deal.objects.get()
        assert (deal.state, deal.amount_minor, deal.currency) == ("won", 1050, "EUR")


def test_a_customer_that_others_made_gets_the_external_id_and_keeps_its_name(acme):
    known = halden(acme, domain="halden-werke.de", city="Kiel")
    file = "Id,Name,Website,BillingCity,BillingCountry\nC1,HALDEN Werke GmbH,www.halden-werke.de,Kiel,Germany\n"
    made = run(acme.operations, "customers", csv_file(file))
    assert counts(made) == (0, 1, 0, 0)
    with entering(acme.operations.context):
        known.refresh_from_db()
        assert (known.external_id, known.name, known.country) == ("C1", "Halden Werke", "DE")
        assert Customer.objects.filter(name_key=known.name_key).count() == 1
    assert counts(run(acme.operations, "customers", csv_file(file.replace("Germany", "")))) == (0, 1, 0, 0)
    with entering(acme.operations.context):
        known.refresh_from_db()
        assert known.name == "HALDEN Werke GmbH"


def test_wrong_customers_and_contacts_are_refused_line_by_line(acme):
    made = run(acme.operations, "customers", csv_file("Id,Name,Country\nC1,Halden,DE\nC2,,DE\n,Werft,DE\nC4,X,Mars\n"))
    assert counts(made) == (1, 0, 0, 3)
    text = "Id,AccountId,Name,Email\nP1,C1,Ana Lund,ana@halden.de\nP2,C9,Bo,x\nP3,C1,,y@halden.de\nP4,C1,Cy,nonsense\n"
    made = run(acme.operations, "contacts", csv_file(text))
    assert counts(made) == (2, 0, 0, 2)
    assert [line for line, _column, _message in issues(acme.operations, made)] == [3, 3, 4, 5]
    wrong = run(acme.operations, "contacts", csv_file("Id,AccountId,Name\nP5,C1,Di\n"), of="nobody")
    assert counts(wrong) == (0, 0, 0, 1)


def test_json_in_a_column_and_line_breaks_in_it_hurt_nothing(acme):
    file = 'Id,Name,BillingAddress\nC1,Halden,"{""city"":""Kiel"",\n""street"":""Kai 1, Haus 2""}"\nC2,Werft,\n'
    made = run(acme.operations, "customers", ContentFile(b"\xef\xbb\xbf" + file.encode(), "Account.csv"))
    assert counts(made) == (2, 0, 0, 0)
    assert "BillingAddress" not in made.mapping.values()


def test_only_those_with_the_right_bring_in_customers_and_deals(acme):
    for kind in ("customers", "contacts", "deals", "touches"):
        for actor in (acme.cam, acme.finance, acme.marketer, acme.beta_executive):
            with pytest.raises(Forbidden):
                upload(actor, kind, csv_file("Id,Name\n1,x\n"))


def test_a_task_about_a_customer_with_deals_of_two_partners_is_not_guessed(acme):
    run(acme.operations, "customers", csv_file("Id,Name\nC1,Halden Werke\n"))
    bring_deal(acme)
    task = "Id,WhatId,Subject,ActivityDate,Status\nT1,C1,Called,2026-02-01,Completed\n"
    made = run(acme.operations, "touches", csv_file(task))
    assert counts(made) == (1, 0, 0, 0)
    with acting_for(acme.operations):
        touch = Touch.objects.get()
        assert (touch.partner_id, touch.subject_type, touch.outcome) == (acme.beta.pk, "deal", "reached")
        Partner.objects.filter(pk=acme.gamma.pk).update(external_id="G-9")
    bring_deal(acme, Id="D2", PartnerAccountId="G-9")
    made = run(acme.operations, "touches", csv_file(task.replace("T1", "T2")))
    assert counts(made) == (0, 0, 0, 1)
    assert "several partners" in issues(acme.operations, made)[0][2]
