"""A partner's pages of offers and leads, through the client."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.events.models import Event
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.models import Lead, Offer, Touch
from fairway.leads.tests.makers import SECRETS, accepted, captured, offered

pytestmark = pytest.mark.django_db


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def fresh(cast, row):
    with entering(cast.admin.context):
        return type(row).objects.get(pk=row.pk)


def test_the_inbox_and_the_offer_show_the_brief_and_nowhere_the_person(acme, client_of):
    offer = offered(acme)
    client = client_of(acme.beta_seller)
    for path in ("", "offers/", f"offers/{offer.uid}/", f"offers/{offer.uid}/decline/", "offers/answered/", "leads/"):
        page = text_of(client.get(f"/acme/portal/{path}"))
        assert not [secret for secret in SECRETS if secret in page], path
    page = text_of(client.get(f"/acme/portal/offers/{offer.uid}/"))
    assert "Wi-Fi for a new warehouse" in page
    assert "Logistics, 220 people" in page
    assert "about $38,000" in page
    assert "Accept lead" in page


def test_a_rival_and_another_vendors_people_get_404_for_an_offer_and_a_lead(acme, client_of):
    offer, lead = offered(acme), accepted(acme)
    paths = [f"offers/{offer.uid}/", f"leads/{lead.uid}/"]
    posts = [f"offers/{offer.uid}/{x}/" for x in ("acceptance", "decline", "opening")]
    posts += [f"leads/{lead.uid}/{x}/" for x in ("touches", "next-step", "closing", "step-done")]
    for member in (acme.gamma_seller, acme.zeta_admin):
        client = client_of(member)
        assert [client.get(f"/acme/portal/{path}").status_code for path in paths] == [404, 404]
        assert {client.post(f"/acme/portal/{path}").status_code for path in posts} == {404}
    zeta = client_of(acme.executive_at_zeta)
    assert [zeta.get(f"/zeta/portal/{path}").status_code for path in paths] == [404, 404]
    assert fresh(acme, offer).state == "open"
    assert fresh(acme, lead).touches == 0


def test_looking_at_an_offer_changes_nothing_and_the_page_itself_reports_the_opening(acme, client_of):
    offer = offered(acme)
    client = client_of(acme.beta_seller)
    page = text_of(client.get(f"/acme/portal/offers/{offer.uid}/"))
    assert fresh(acme, offer).opened_at is None
    assert f'hx-post="/acme/portal/offers/{offer.uid}/opening/"' in page
    assert client.post(f"/acme/portal/offers/{offer.uid}/opening/").status_code == 204
    assert fresh(acme, offer).opened_at is not None
    assert "hx-post" not in text_of(client.get(f"/acme/portal/offers/{offer.uid}/"))
    assert client.get(f"/acme/portal/offers/{offer.uid}/opening/").status_code == 405


def test_accepting_leads_to_the_lead_with_its_person(acme, client_of):
    offer = offered(acme)
    client = client_of(acme.beta_seller)
    answer = client.post(f"/acme/portal/offers/{offer.uid}/acceptance/")
    lead = fresh(acme, Lead(pk=offer.lead_id))
    assert answer.url == f"/acme/portal/leads/{lead.uid}/"
    page = text_of(client.get(answer.url))
    assert "Karen Thielemann" in page
    assert "mailto:karen@brinkmann.example" in page
    assert "Brinkmann Logistics" in text_of(client.get("/acme/portal/leads/"))


def test_a_colleague_who_accepts_second_is_told_kindly_and_comes_to_the_lead(acme, client_of):
    offer = offered(acme)
    client_of(acme.beta_executive).post(f"/acme/portal/offers/{offer.uid}/acceptance/")
    page = text_of(client_of(acme.beta_seller).post(f"/acme/portal/offers/{offer.uid}/acceptance/", follow=True))
    assert "This offer was already accepted by Eva Exec." in page
    assert "Karen Thielemann" in page
    with entering(acme.admin.context):
        assert Event.objects.filter(subject_type="offer", verb="accepted").count() == 1


def test_declining_needs_a_reason_from_the_list_and_keeps_the_note(acme, client_of):
    offer = offered(acme)
    client = client_of(acme.beta_seller)
    path = f"/acme/portal/offers/{offer.uid}/decline/"
    page = text_of(client.post(path, {"note": "We are full until May"}), 422)
    assert "choose at least one reason" in page
    assert "We are full until May" in page
    assert text_of(client.post(path, {"quality": ["nonsense"]}), 422)
    assert fresh(acme, offer).state == "open"
    answer = client.post(path, {"quality": ["no_capacity", "too_small"], "note": "Full until May"})
    assert answer.url == "/acme/portal/offers/"
    kept = fresh(acme, offer)
    assert (kept.state, kept.quality, kept.answer_note) == ("declined", ["no_capacity", "too_small"], "Full until May")
    assert "No capacity at the moment" in text_of(client.get(f"/acme/portal/offers/{offer.uid}/"))


def test_a_partner_marketer_reads_an_offer_and_may_not_answer(acme, client_of):
    offer = offered(acme)
    client = client_of(acme.beta_marketer)
    page = text_of(client.get(f"/acme/portal/offers/{offer.uid}/"))
    assert "Accept lead" not in page
    assert "hx-post" not in page
    assert client.post(f"/acme/portal/offers/{offer.uid}/acceptance/").status_code == 403
    assert fresh(acme, offer).state == "open"


def test_a_contact_is_kept_and_counted(acme, client_of):
    lead = accepted(acme)
    client = client_of(acme.beta_seller)
    path = f"/acme/portal/leads/{lead.uid}/touches/"
    assert "Select a valid choice" in text_of(client.post(path, {"kind": "pigeon", "outcome": "reached"}), 422)
    answer = client.post(path, {"kind": "call", "outcome": "interested", "note": "Wants a visit"})
    assert answer.url == f"/acme/portal/leads/{lead.uid}/"
    assert "Wants a visit" in text_of(client.get(answer.url))
    with entering(acme.admin.context):
        assert [touch.kind for touch in Touch.objects.all()] == ["call"]
    assert (fresh(acme, lead).touches, fresh(acme, lead).stage) == (1, "contacted")


def test_a_next_step_has_a_text_and_a_day(acme, client_of):
    lead = accepted(acme)
    client = client_of(acme.beta_seller)
    path = f"/acme/portal/leads/{lead.uid}/next-step/"
    assert "Say by when." in text_of(client.post(path, {"stage": "new", "next_step": "Call"}), 422)
    wrong = {"stage": "new", "next_step": "Call", "next_step_on": "soon"}
    assert "Enter a valid date" in text_of(client.post(path, wrong), 422)
    assert fresh(acme, lead).next_step == ""
    client.post(path, {"stage": "meeting", "next_step": "Survey", "next_step_on": "2026-01-05"})
    kept = fresh(acme, lead)
    assert (kept.stage, kept.next_step, str(kept.next_step_on)) == ("meeting", "Survey", "2026-01-05")
    home = text_of(client.get("/acme/portal/"))
    assert "Brinkmann Logistics: Survey" in home
    assert "Next steps due" in home


def test_a_lead_is_closed_with_a_reason_and_stays_to_be_read(acme, client_of):
    lead = accepted(acme)
    client = client_of(acme.beta_seller)
    path = f"/acme/portal/leads/{lead.uid}/closing/"
    assert "This field is required" in text_of(client.post(path, {"reason": ""}), 422)
    assert fresh(acme, lead).state == "accepted"
    assert client.post(path, {"reason": "no_budget"}).url == "/acme/portal/leads/"
    assert fresh(acme, lead).close_reason == "no_budget"
    page = text_of(client.get(f"/acme/portal/leads/{lead.uid}/"))
    assert "No budget" in page
    assert "Log a contact" not in page
    assert "Brinkmann" not in text_of(client.get("/acme/portal/leads/"))
    assert "Brinkmann" in text_of(client.get("/acme/portal/leads/?state=closed"))


def test_the_home_counts_what_to_do(acme, client_of):
    offered(acme)
    page = text_of(client_of(acme.beta_seller).get("/acme/portal/"))
    assert "One thing to do today" in page
    assert "See offer" in page
    assert "Nothing waits for you today" in text_of(client_of(acme.gamma_seller).get("/acme/portal/"))


def copies(cast, model, row, count):
    """More rows like one, as nobody makes them through pages."""
    from fairway.core.ids import uuid7
    from fairway.core.tenancy.acting import acting_for

    made = []
    for _number in range(count):
        values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in {"id", "uid"}}
        made.append(model(**{**values, "uid": uuid7()}))
    with acting_for(cast.cam):
        return model.objects.bulk_create(made)


def queries_of(client, path):
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize(("path", "most"), [("leads/", 14), ("", 30), ("offers/answered/", 14), ("offers/", 14)])
def test_lists_cost_the_same_queries_at_3_rows_and_at_300(acme, client_of, path, most):
    lead = accepted(acme, need="Switches")
    offer = fresh(acme, Offer(pk=offered(acme).pk))
    copies(acme, Lead, fresh(acme, lead), 2)
    client = client_of(acme.beta_seller)
    few = queries_of(client, f"/acme/portal/{path}")
    copies(acme, Lead, fresh(acme, lead), 297)
    with_lead = captured(acme, need="Other")
    answered = fresh(acme, offer)
    answered.lead_id, answered.state, answered.answered_at = with_lead.pk, "lapsed", answered.lapses_at
    copies(acme, Offer, answered, 300)
    assert queries_of(client, f"/acme/portal/{path}") == few
    assert few <= most


def test_the_home_tells_how_the_partner_answered(acme, client_of):
    accepted(acme)
    offer = offered(acme)
    client = client_of(acme.beta_seller)
    client.post(f"/acme/portal/offers/{offer.uid}/decline/", {"quality": ["too_small"]})
    page = text_of(client.get("/acme/portal/"))
    assert "Your answers" in page
    assert "1 of 2" in page
    assert "Your answers" not in text_of(client_of(acme.gamma_seller).get("/acme/portal/"))


def test_a_lead_becomes_a_deal_in_one_click_and_leads_there(acme, client_of):
    lead = accepted(acme)
    client = client_of(acme.beta_seller)
    assert "Make it a deal" in text_of(client.get(f"/acme/portal/leads/{lead.uid}/"))
    answer = client.post(f"/acme/portal/leads/{lead.uid}/deal/")
    assert fresh(acme, lead).state == "converted"
    page = text_of(client.get(f"/acme/portal/leads/{lead.uid}/"))
    assert f'href="{answer.url}"' in page
    assert "Make it a deal" not in page
    assert "Open the deal" in text_of(client_of(acme.cam).get(f"/acme/console/leads/{lead.uid}/"))


def test_leads_being_worked_come_by_their_next_step_and_past_ones_the_latest_first(acme, client_of):
    leads = [accepted(acme, company=name) for name in ("Ahlers", "Bremer", "Clasen")]
    with acting_for(acme.cam):
        for days, lead in zip((3, 1, 2), leads, strict=True):
            step = clock.now().date() + timedelta(days=days)
            Lead.objects.filter(pk=lead.pk).update(
                next_step_on=step, accepted_at=clock.now() - timedelta(days=10 - days)
            )
    client = client_of(acme.beta_seller)

    def shown(query):
        page = text_of(client.get(f"/acme/portal/leads/{query}"))
        return sorted(("Ahlers", "Bremer", "Clasen"), key=page.index)

    assert shown("") == ["Bremer", "Clasen", "Ahlers"]
    with acting_for(acme.cam):
        Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(state="closed")
    assert shown("?state=closed") == ["Ahlers", "Clasen", "Bremer"]
    assert shown("?state=closed&sort=next_step_on") == ["Bremer", "Clasen", "Ahlers"]
    for query in ("?state=closed", "?state=all"):
        page = text_of(client.get(f"/acme/portal/leads/{query}"))
        assert 'aria-sort="descending"' in page
        assert "the latest first" in page
    assert '<option value="all" selected' in page


def test_the_share_of_accepted_offers_counts_no_further_than_it_says(acme, client_of, monkeypatch):
    accepted(acme)
    for _number in range(2):
        offered(acme)
    client = client_of(acme.operations)
    assert "1 of 1 in 30 days" in text_of(client.get("/acme/console/"))
    monkeypatch.setattr("fairway.leads.queries.homes.RATED", 1)
    assert "1 of the latest 1" in text_of(client.get("/acme/console/"))


def three(acme):
    with acting_for(acme.admin):
        air, wall = (ProductLine.objects.create(vendor=acme.acme, code=name, name=name) for name in ("Air", "Wall"))
    needs = (("Wi-Fi for hall 1", air), ("Firewall for two sites", wall), ("Phones for a call centre", air))
    return [offered(acme, need=need, product_line_id=line.pk, product_line_name=line.name) for need, line in needs]


def uids_in(page):
    return re.findall(r'<tr data-row="([^"]+)"', page)


def test_the_list_of_offers_is_narrowed_and_sorted_and_names_keys_and_rows(acme, client_of):
    first, second, third = (str(offer.uid) for offer in three(acme))
    client = client_of(acme.beta_seller)
    page = text_of(client.get("/acme/portal/offers/"))
    assert uids_in(page) == [first, second, third]
    assert page.count('data-row-key="A"') == page.count('data-row-key="D"') == 3
    assert 'Accept<span class="fw-hidden"> Firewall for two sites</span>' in page
    assert uids_in(text_of(client.get("/acme/portal/offers/?q=call+PHONES"))) == [third]
    assert uids_in(text_of(client.get("/acme/portal/offers/?line=Air"))) == [first, third]
    assert uids_in(text_of(client.get("/acme/portal/offers/?sort=-title"))) == [first, third, second]
    assert "Nothing matches" in text_of(client.get("/acme/portal/offers/?q=nowhere"))
    here = text_of(client.get(f"/acme/portal/offers/?at={second}"))
    assert re.findall(r'data-row="([^"]+)" tabindex="-1" data-here', here) == [second]


def test_who_answers_from_the_list_comes_back_to_it_as_it_was_at_the_next_row(acme, client_of):
    first, second, third = three(acme)
    client = client_of(acme.beta_seller)
    back = client.post(
        f"/acme/portal/offers/{first.uid}/acceptance/", {"list": "sort=title&at=x&view=none", "next": str(second.uid)}
    )
    assert back.url == f"/acme/portal/offers/?sort=title&view=none&at={second.uid}"
    assert "You find it under Your leads." in text_of(client.get(back.url))
    gone = client.post(
        f"/acme/portal/offers/{first.uid}/acceptance/", {"list": "", "next": str(third.uid)}, follow=True
    )
    assert "already accepted by" in text_of(gone)
    assert gone.redirect_chain[0][0] == f"/acme/portal/offers/?at={third.uid}"
    path = f"/acme/portal/offers/{second.uid}/decline/"
    last = client.post(path, {"quality": ["no_capacity"], "list": "", "next": ""})
    assert last.url == "/acme/portal/offers/?view=none"
    assert [fresh(acme, offer).state for offer in (first, second, third)] == ["accepted", "declined", "open"]
    other = client.post(f"/acme/portal/offers/{third.uid}/acceptance/", {"list": "https://x.example", "next": "//x"})
    assert other.url.startswith("/acme/portal/offers/?")


def test_asking_to_accept_changes_nothing(acme, client_of):
    offer = offered(acme)
    page = text_of(client_of(acme.beta_seller).get(f"/acme/portal/offers/{offer.uid}/acceptance/"))
    assert "Accept this lead?" in page
    assert fresh(acme, offer).state == "open"


def test_many_offers_are_answered_at_once_after_one_question(acme, client_of):
    first, second, third = three(acme)
    client, path = client_of(acme.beta_seller), "/acme/portal/lists/portal-offer-list/"
    chosen = {"chosen": [str(first.uid), str(second.uid)]}
    asked = text_of(client.post(f"{path}accept/", chosen))
    assert "Accept these leads?" in asked
    assert fresh(acme, first).state == "open"
    client_of(acme.beta_executive).post(f"/acme/portal/offers/{first.uid}/acceptance/")
    told = text_of(client.post(f"{path}accept/", {**chosen, "confirmed": "1"}))
    assert "already accepted by Eva Exec" in told
    assert fresh(acme, second).answered_by_id == acme.beta_seller.seat_id
    refused = client.post(f"{path}decline/", {"chosen": [str(third.uid)], "confirmed": "1"})
    assert refused.status_code == 422
    client.post(f"{path}decline/", {"chosen": [str(third.uid)], "confirmed": "1", "quality": ["too_small"]})
    assert fresh(acme, third).state == "declined"
    for member in (acme.gamma_seller, acme.beta_marketer):
        assert "lists/portal-offer-list" not in text_of(client_of(member).get("/acme/portal/offers/"))


def test_a_view_of_the_offers_is_kept_begun_with_and_shared_in_the_company_alone(acme, client_of):
    first, second, third = three(acme)
    executive, seller = client_of(acme.beta_executive), client_of(acme.beta_seller)
    page = text_of(executive.get("/acme/portal/offers/?line=Air"))
    save = re.search(r'action="([^"]+/portal-offer-list/[^"]*)"', page)[1]
    kept = {"name": "Only air", "query": f"line=Air&at={second.uid}", "is_shared": "on", "is_default": "on"}
    assert executive.post(save, kept).status_code == 302
    begun = executive.get("/acme/portal/offers/")
    assert begun.status_code == 302
    assert "at=" not in begun.url
    assert uids_in(text_of(executive.get(begun.url))) == [str(first.uid), str(third.uid)]
    assert "Only air" in text_of(seller.get("/acme/portal/offers/"))
    assert "Only air" not in text_of(client_of(acme.gamma_seller).get("/acme/portal/offers/"))
    assert "Only air" not in text_of(executive.get("/acme/portal/leads/"))
    leads = re.search(r'action="([^"]+/portal-lead-list/[^"]*)"', text_of(seller.get("/acme/portal/leads/")))[1]
    assert seller.post(leads, {"name": "Closed", "query": "state=closed", "is_default": "on"}).status_code == 302
    assert "state=closed" in seller.get("/acme/portal/leads/").url
    assert text_of(executive.get("/acme/portal/leads/"))
