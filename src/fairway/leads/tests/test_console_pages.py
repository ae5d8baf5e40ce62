"""The vendor's pages of leads, through the client."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.events.models import Event
from fairway.core.ids import uuid7
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.scoring import score_leads
from fairway.leads.models import Lead, LeadForm, LeadNote, LeadScore, Offer
from fairway.leads.queries.leads import capped
from fairway.leads.tests.makers import accepted, captured, offered

pytestmark = pytest.mark.django_db


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def fresh(cast, row):
    with entering(cast.admin.context):
        return type(row).objects.get(pk=row.pk)


def processed(cast, lead):
    """Score and route as the worker does."""
    actor, at = system_member(cast.cam.vendor_id, "Routing", kind="rule"), clock.now()
    ensure_policies(actor=actor, at=at)
    score_leads(lead_ids=[lead.pk], actor=actor, at=at)
    route_leads(lead_ids=[lead.pk], actor=actor, at=at)
    return fresh(cast, lead)


def test_the_list_finds_filters_and_sorts(acme, client_of):
    captured(acme, need="Switches", company="Adler Works", amount_minor=100_000)
    offered(acme, company="Brinkmann Logistics")
    accepted(acme, company="Castor Mills", amount_minor=900_000)
    client = client_of(acme.operations)
    every = text_of(client.get("/acme/console/leads/"))
    assert all(name in every for name in ("Adler Works", "Brinkmann Logistics", "Castor Mills"))
    only = text_of(client.get("/acme/console/leads/?state=accepted"))
    assert "Castor Mills" in only
    assert "Adler Works" not in only
    found = text_of(client.get("/acme/console/leads/?q=adler+wrks"))
    assert "Adler Works" in found
    assert "Castor Mills" not in found
    assert "Adler Works" in text_of(client.get("/acme/console/leads/?q=karen@brinkmann.example"))
    by_amount = text_of(client.get("/acme/console/leads/?sort=amount_minor"))
    assert by_amount.index("Adler Works") < by_amount.index("Castor Mills")
    assert "Beta Systems" in text_of(client.get(f"/acme/console/leads/?partner={acme.beta.uid}"))
    assert "Nothing matches" in text_of(client.get("/acme/console/leads/?band=Frozen&state=captured"))


@pytest.mark.parametrize(
    "query", ["partner=x", "line=1", "territory='", "sort=;drop", "page=-1", "page=9999999", "state=%00", "q=%25"]
)
def test_odd_addresses_of_the_list_never_break(acme, client_of, query):
    captured(acme)
    assert client_of(acme.operations).get(f"/acme/console/leads/?{query}").status_code == 200


def test_a_lead_says_what_it_is_what_to_do_and_why(acme, client_of):
    offer = offered(acme)
    lead = processed(acme, fresh(acme, Lead(pk=offer.lead_id)))
    page = text_of(client_of(acme.cam).get(f"/acme/console/leads/{lead.uid}/"))
    assert "Brinkmann Logistics: Wi-Fi for a new warehouse" in page
    assert "Remind Beta Systems" in page
    assert "left for Beta Systems to answer." in page
    assert "Cam Miller chose Beta Systems" in page
    with entering(acme.admin.context):
        assert f"Why {LeadScore.objects.get(lead=lead).points} points?" in page
    assert "Karen Thielemann" in page
    assert "hidden from partners until one accepts" in page


def test_a_lead_nobody_is_eligible_for_waits_and_says_because(acme, client_of):
    lead = processed(acme, captured(acme))
    assert lead.state == "waiting"
    client = client_of(acme.cam)
    page = text_of(client.get(f"/acme/console/leads/{lead.uid}/"))
    assert "Nobody has this lead." in page
    assert lead.waiting_because in page
    waiting = text_of(client.get("/acme/console/leads/waiting/"))
    assert lead.waiting_because in waiting
    assert "Brinkmann Logistics" in waiting
    other = text_of(client.get("/acme/console/leads/waiting/?because=another+reason"))
    assert "Brinkmann Logistics" not in other
    assert "1 lead waits" in text_of(client.get("/acme/console/"))


def test_leads_that_wait_for_the_same_reason_stand_together_whatever_the_numbers(acme, client_of):
    because = ["rule 3: 395 too far, 23 with no room left.", "rule 3: 364 too far.", "rule 4."]
    with acting_for(acme.admin):
        for number, text in enumerate(because):
            lead = captured(acme, company=f"Lagerhaus {number}")
            values = {"state": "waiting", "waiting_because": f"No partner is eligible by {text}"}
            Lead.objects.filter(pk=lead.pk).update(**values)
    client = client_of(acme.operations)
    reasons = client.get("/acme/console/leads/waiting/").context["reasons"]
    assert [(row["reason"], row["leads"]) for row in reasons] == [
        ("No partner is eligible by rule 3.", 2),
        ("No partner is eligible by rule 4.", 1),
    ]
    shown = text_of(client.get(f"/acme/console/leads/waiting/{reasons[0]['query']}"))
    assert ("Lagerhaus 0" in shown, "Lagerhaus 1" in shown, "Lagerhaus 2" in shown) == (True, True, False)
    assert "2 leads wait" in text_of(client.get("/acme/console/"))


def test_the_home_reads_those_that_wait_longest_and_says_that_there_are_more(acme, client_of, monkeypatch):
    monkeypatch.setattr("fairway.leads.queries.homes.WAITING_READ", 2)
    with acting_for(acme.admin):
        for number, text in enumerate(["Nobody sells it.", "Nobody sells it.", "Nobody is near."]):
            lead = captured(acme, company=f"Lagerhaus {number}")
            old = clock.now() - timedelta(days=9 - number)
            Lead.objects.filter(pk=lead.pk).update(state="waiting", waiting_because=text, captured_at=old)
    page = text_of(client_of(acme.operations).get("/acme/console/"))
    assert "2+ leads wait" in page
    assert "Nobody is near." not in page


def test_a_reminder_is_sent_to_the_partner(acme, client_of):
    offer = offered(acme)
    lead = fresh(acme, Lead(pk=offer.lead_id))
    path = f"/acme/console/leads/{lead.uid}/reminder/"
    assert client_of(acme.marketer).post(path).status_code == 403
    assert fresh(acme, offer).reminded_at is None
    page = text_of(client_of(acme.cam).post(path, follow=True))
    assert "Reminder sent to Beta Systems." in page
    assert fresh(acme, offer).reminded_at is not None


def test_an_offer_is_recalled_with_a_reason(acme, client_of):
    offer = offered(acme)
    lead = fresh(acme, Lead(pk=offer.lead_id))
    client, path = client_of(acme.cam), f"/acme/console/leads/{lead.uid}/recall/"
    assert "This field is required" in text_of(client.post(path, {"code": "", "reason": "x", "then": "keep"}), 422)
    other = {"code": "other", "then": "keep"}
    assert "Give a reason. The partner reads it." in text_of(client.post(path, {**other, "reason": " "}), 422)
    assert fresh(acme, offer).state == "open"
    client.post(path, {**other, "reason": "The customer is ours"})
    assert (fresh(acme, offer).state, fresh(acme, offer).recall_reason) == ("recalled", "The customer is ours")
    assert fresh(acme, lead).state == "captured"
    again = text_of(client.post(path, {**other, "reason": "Again"}), 422)
    assert "This offer was recalled: The customer is ours." in again


def test_an_accepted_lead_is_taken_back_from_the_partner(acme, client_of):
    lead = accepted(acme)
    client_of(acme.cam).post(
        f"/acme/console/leads/{lead.uid}/recall/", {"code": "other", "reason": "Not worked", "then": "keep"}
    )
    assert (fresh(acme, lead).state, fresh(acme, lead).partner_id) == ("captured", None)
    assert client_of(acme.beta_seller).get(f"/acme/portal/leads/{lead.uid}/").status_code == 404


def test_a_person_offers_a_lead_to_a_partner_of_choice(acme, client_of):
    lead = captured(acme)
    client, path = client_of(acme.cam), f"/acme/console/leads/{lead.uid}/offer/"
    assert "Gamma IT" in text_of(client.get(f"/acme/console/leads/{lead.uid}/partners/?q=gam"))
    assert "No active partner has such a name" in text_of(client.get(f"{path}?q=zzzzzz"))
    wrong = {"partner": acme.beta_at_zeta.uid, "reason": "x", "limit_hours": 8}
    assert "Choose a partner from the list." in text_of(client.post(path, wrong), 422)
    missing = {"partner": acme.gamma.uid, "reason": "", "limit_hours": 8}
    assert "This field is required" in text_of(client.post(path, missing), 422)
    assert fresh(acme, lead).state == "captured"
    answer = client.post(path, {"partner": acme.gamma.uid, "reason": "They know them", "limit_hours": 4})
    assert answer.url == f"/acme/console/leads/{lead.uid}/"
    with entering(acme.admin.context):
        made = Offer.objects.get(lead=lead)
    assert (made.partner_id, made.limit_minutes) == (acme.gamma.pk, 240)
    assert "Gus Seller" not in text_of(client_of(acme.beta_seller).get("/acme/portal/offers/"))
    repeated = {"partner": acme.gamma.uid, "reason": "Once more", "limit_hours": 8}
    assert "has this offer already" in text_of(client.post(path, repeated), 422)


def test_a_note_is_for_colleagues_only(acme, client_of):
    lead = accepted(acme)
    client, path = client_of(acme.marketer), f"/acme/console/leads/{lead.uid}/notes/"
    assert "This field is required" in text_of(client.post(path, {"text": ""}), 422)
    client.post(path, {"text": "Their director is an old friend"})
    page = text_of(client.get(f"/acme/console/leads/{lead.uid}/"))
    assert "“Their director is an old friend”" in page
    assert "old friend" not in text_of(client_of(acme.beta_seller).get(f"/acme/portal/leads/{lead.uid}/"))
    with entering(acme.admin.context):
        assert LeadNote.objects.get().seat_id == acme.marketer.seat_id
        assert "friend" not in str(list(Event.objects.values_list("data", flat=True)))


def test_staff_close_a_lead_that_nobody_has(acme, client_of):
    lead = captured(acme)
    path = f"/acme/console/leads/{lead.uid}/closing/"
    assert client_of(acme.finance).post(path, {"reason": "not_a_lead"}).status_code == 403
    assert fresh(acme, lead).state == "captured"
    client_of(acme.cam).post(path, {"reason": "not_a_lead"})
    assert (fresh(acme, lead).state, fresh(acme, lead).close_reason) == ("closed", "not_a_lead")


def test_a_lead_by_hand_is_kept_and_its_twin_is_shown(acme, client_of):
    captured(acme)
    client, path = client_of(acme.cam), "/acme/console/leads/new/"
    given = {
        "need": "More switches", "company": "Brinkmann Logistics", "city": "Albany", "country": "US",
        "email": "karen@brinkmann.example", "source": "By hand", "amount": "12,500", "timeframe_days": "90",
    }  # fmt: skip
    page = text_of(client.post(path, {**given, "amount": "lots", "email": "no", "phone": "12", "employees": "-3"}), 422)
    assert "Not an amount" in page
    assert "Enter a valid email address" in page
    assert "Not a phone number" in page
    assert 'value="More switches"' in page
    with entering(acme.admin.context):
        assert Lead.objects.count() == 1
    page = text_of(client.post(path, given, follow=True))
    assert "It looks like a lead you have:" in page
    with entering(acme.admin.context):
        made = Lead.objects.get(title="More switches")
    assert (made.amount_minor, made.currency, made.source) == (1_250_000, "USD", "By hand")


def test_neighbours_keep_to_the_list_the_lead_was_opened_from(acme, client_of):
    first, _other = captured(acme, company="One"), accepted(acme, company="Two")
    third = captured(acme, company="Three")
    page = text_of(client_of(acme.cam).get(f"/acme/console/leads/{third.uid}/?state=captured"))
    assert "1 of 2" in page
    assert f"/acme/console/leads/{first.uid}/?state=captured" in page


@pytest.mark.parametrize("path", ["", "waiting/", "reminder/", "recall/", "offer/", "closing/", "notes/", "partners/"])
def test_partner_people_and_other_vendors_find_nothing_in_the_console(acme, client_of, path):
    lead = accepted(acme)
    for member in (acme.beta_seller, acme.gamma_seller, acme.zeta_admin):
        client = client_of(member)
        address = f"/acme/console/leads/{lead.uid}/{path}" if path != "waiting/" else "/acme/console/leads/waiting/"
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
    assert client_of(acme.zeta_admin).get(f"/zeta/console/leads/{lead.uid}/").status_code == 404


def test_the_homes_of_all_staff_answer(acme, client_of):
    offered(acme)
    for name in ("admin", "chief", "cam", "other_cam", "marketer", "operations", "deal_desk", "finance"):
        assert "Leads offered now" in text_of(client_of(getattr(acme, name)).get("/acme/console/"))


def test_an_offer_about_to_lapse_is_on_the_home_of_its_own_manager_only(acme, client_of):
    offer = offered(acme)
    with acting_for(acme.cam):
        Offer.objects.filter(pk=offer.pk).update(lapses_at=clock.now() + timedelta(minutes=30))
    assert "Brinkmann Logistics: Beta Systems" in text_of(client_of(acme.cam).get("/acme/console/"))
    assert "Brinkmann Logistics: Beta Systems" in text_of(client_of(acme.chief).get("/acme/console/"))
    assert "Beta Systems" not in text_of(client_of(acme.other_cam).get("/acme/console/"))


def queries_of(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    ("path", "most"), [("leads/", 24), ("leads/?state=accepted&sort=-points", 24), ("leads/waiting/", 20), ("", 40)]
)
def test_lists_cost_the_same_queries_at_3_rows_and_at_300(acme, client_of, path, most):
    rows = [processed(acme, captured(acme)), accepted(acme), fresh(acme, Lead(pk=offered(acme).lead_id))]
    client = client_of(acme.cam)
    few = queries_of(client, f"/acme/console/{path}")
    for row in rows[:2]:
        kept = fresh(acme, row)
        names = [field.attname for field in Lead._meta.concrete_fields if field.name not in {"id", "uid"}]
        more = [Lead(**{name: getattr(kept, name) for name in names}, uid=uuid7()) for _number in range(150)]
        with acting_for(acme.cam):
            Lead.objects.bulk_create(more)
    assert queries_of(client, f"/acme/console/{path}") == few
    assert few <= most


def test_forms_are_made_and_changed_by_those_who_may(acme, client_of):
    client, path = client_of(acme.marketer), "/acme/console/lead-forms/new/"
    assert client_of(acme.cam).get(path).status_code == 403
    given = {"name": "Guide", "slug": "warehouse-guide", "consent_text": "You may call me.", "is_active": "on"}
    page = text_of(client.post(path, {**given, "slug": "Not A Slug!"}), 422)
    assert "Use small letters, digits and hyphens only." in page
    assert 'value="Not A Slug!"' in page
    answer = client.post(path, given)
    with entering(acme.admin.context):
        form = LeadForm.objects.get()
    assert answer.url == f"/acme/console/lead-forms/{form.uid}/"
    assert "/acme/public/f/warehouse-guide/" in text_of(client.get(answer.url))
    assert "Another form has this address." in text_of(client.post(path, given), 422)
    client.post(answer.url, {**given, "is_active": ""})
    assert fresh(acme, form).is_active is False
    with entering(acme.admin.context):
        verbs = list(Event.objects.filter(subject_type="leadform").order_by("id").values_list("verb", flat=True))
    assert verbs == ["made", "changed"]


def test_the_home_tells_what_changed_to_the_manager_concerned(acme, client_of):
    accepted(acme)
    assert "Beta Systems accepted Brinkmann Logistics" in text_of(client_of(acme.cam).get("/acme/console/"))
    assert "What changed this week" not in text_of(client_of(acme.other_cam).get("/acme/console/"))


def test_a_count_that_stopped_says_so():
    assert [capped(count) for count in (0, 999, 1000)] == ["0", "999", "1,000+"]


def test_the_brief_names_the_company_to_those_who_may_know_it(acme, client_of):
    lead = captured(acme)
    shown = client_of(acme.cam).get(f"/acme/console/leads/{lead.uid}/").context["facts"]
    assert [(fact.value, fact.note) for fact in shown if fact.term == "Company"] == [
        ("Brinkmann Logistics", "Logistics, 220 people")
    ]
