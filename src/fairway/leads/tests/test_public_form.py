"""The public form: a visitor's request becomes a lead; programs are kept out; what was written is never lost."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from fairway.core import clock
from fairway.core.events.models import Event
from fairway.core.http.work import do
from fairway.core.tenancy.context import entering
from fairway.leads.actions.forms import save_lead_form
from fairway.leads.models import Lead, LeadForm, LeadPerson

SENT_MOST = 20
PLAIN_MOST = 5
pytestmark = pytest.mark.django_db

GIVEN = {
    "need": "Wi-Fi for a new warehouse", "description": "Cold zone", "company": "Brinkmann Logistics",
    "first_name": "Karen", "last_name": "Thielemann", "email": "karen@brinkmann.example", "phone": "+1 212 555 0100",
    "country": "US", "city": "Albany", "timeframe_days": "90", "consent": "on", "second_topic": "",
}  # fmt: skip


@pytest.fixture
def form(acme):
    return save_lead_form(
        form=None, actor=acme.marketer, at=clock.now(), name="Guide", slug="guide", headline="Wi-Fi for warehouses",
        consent_text="Acme and its partners may contact me.", campaign="Autumn", is_active=True,
    )  # fmt: skip


def began(client, path="/acme/public/f/guide/"):
    """The stamp of a page drawn ten seconds ago."""
    with time_machine.travel(clock.now() - timedelta(seconds=10), tick=False):
        return client.get(path).context["form"]["began"].value()


def leads(cast):
    with entering(cast.admin.context):
        return list(Lead.objects.order_by("pk"))


def test_a_request_becomes_a_lead_with_its_consent(acme, form, client):
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "began": began(client)})
    assert answer.url == "/acme/public/f/guide/thanks/"
    assert "Thank you" in client.get(answer.url).content.decode()
    [lead] = leads(acme)
    assert (lead.source, lead.source_detail, lead.campaign) == ("web form", "Guide", "Autumn")
    assert (lead.consent_text, lead.company) == ("Acme and its partners may contact me.", "Brinkmann Logistics")
    assert lead.consented_at is not None
    with entering(acme.admin.context):
        assert LeadPerson.objects.get().email == "karen@brinkmann.example"
        assert Event.objects.get(verb="captured").actor_name == "A visitor"


def test_looking_at_the_form_makes_nothing(acme, form, client):
    page = client.get("/acme/public/f/guide/").content.decode()
    assert "Wi-Fi for warehouses" in page
    assert "Acme and its partners may contact me." in page
    assert leads(acme) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"consent": ""}, "We need your agreement to contact you."),
        ({"need": ""}, "This field is required."),
        ({"country": "Atlantis"}, "Select a valid choice."),
        ({"phone": "call me"}, "Not a phone number."),
        ({"need": "x" * 300}, "at most 200 characters"),
        ({"timeframe_days": "soon"}, "Select a valid choice."),
    ],
)
def test_a_mistake_is_said_and_what_was_written_stays(acme, form, client, wrong, said):
    answer = client.post("/acme/public/f/guide/", {**GIVEN, **wrong, "began": began(client)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'value="Brinkmann Logistics"' in page
    assert "Cold zone" in page
    assert leads(acme) == []


def test_a_program_that_fills_every_field_is_thanked_and_forgotten(acme, form, client):
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "second_topic": "http://x.example", "began": began(client)})
    assert answer.url == "/acme/public/f/guide/thanks/"
    assert leads(acme) == []


def test_a_form_sent_faster_than_a_person_writes_is_asked_again(acme, form, client):
    stamp = client.get("/acme/public/f/guide/").context["form"]["began"].value()
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "began": stamp})
    assert answer.status_code == 422
    assert "That was very fast." in answer.content.decode()
    assert leads(acme) == []


@pytest.mark.parametrize("stamp", ["", "made up", "a:b:c"])
def test_a_stamp_that_is_not_ours_is_refused_and_replaced(acme, form, client, stamp):
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "began": stamp})
    assert answer.status_code == 422
    assert answer.context["form"]["began"].value() not in {"", stamp}
    assert leads(acme) == []


def test_one_address_may_send_only_so_often(acme, form, client):
    for _number in range(SENT_MOST):
        stamp = began(client)
        sent = client.post("/acme/public/f/guide/", {**GIVEN, "began": stamp, "work": do(stamp)})
        assert sent.status_code == 302
    stamp = began(client)
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "began": stamp, "work": do(stamp)})
    assert "Try again in an hour." in answer.content.decode()
    assert len(leads(acme)) == SENT_MOST


def test_without_the_small_work_of_a_browser_an_address_may_send_a_few_only(acme, form, client):
    for _number in range(PLAIN_MOST):
        assert client.post("/acme/public/f/guide/", {**GIVEN, "began": began(client)}).status_code == 302
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "began": began(client), "work": "12"})
    assert "Try again in an hour." in answer.content.decode()
    stamp = began(client)
    assert client.post("/acme/public/f/guide/", {**GIVEN, "began": stamp, "work": do(stamp)}).status_code == 302
    assert len(leads(acme)) == PLAIN_MOST + 1


def test_one_page_that_was_drawn_does_not_pay_for_many(acme, form, client):
    stamp = began(client)
    given = {**GIVEN, "began": stamp, "work": do(stamp)}
    for number in range(10):
        assert client.post("/acme/public/f/guide/", given, REMOTE_ADDR=f"10.0.0.{number}").status_code == 302
    assert client.post("/acme/public/f/guide/", given, REMOTE_ADDR="10.0.0.99").status_code == 422


def test_the_text_and_its_version_stay_with_the_lead_and_a_changed_text_is_shown_first(acme, form, client):
    stamp = began(client)
    save_lead_form(form=form, actor=acme.marketer, at=clock.now(), consent_text="Acme may write to me.")
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "began": stamp})
    assert answer.status_code == 422
    assert "The text changed while the page was open." in answer.content.decode()
    assert leads(acme) == []
    client.post("/acme/public/f/guide/", {**GIVEN, "began": began(client)})
    [lead] = leads(acme)
    assert (lead.consent_text, lead.extra["consent_version"]) == ("Acme may write to me.", 2)


EMBED = "/acme/public/f/guide/embed/"


def policy(answer):
    return dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())


def test_only_listed_sites_may_show_the_form_in_a_frame(acme, form, client):
    answer = client.get(EMBED)
    assert (policy(answer)["frame-ancestors"], "X-Frame-Options" in answer) == ("'self'", False)
    save_lead_form(form=form, actor=acme.marketer, at=clock.now(), sites=["https://www.halden.example"])
    for path in (EMBED, f"{EMBED}thanks/"):
        assert policy(client.get(path))["frame-ancestors"] == "'self' https://www.halden.example"
        assert policy(client.get(path))["script-src"] == "'self'"
    assert client.get("/acme/public/f/guide/")["X-Frame-Options"] == "DENY"


def test_a_frame_needs_the_stamp_and_no_cookie(acme, form):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(EMBED, GIVEN).status_code == 403
    assert leads(acme) == []
    stamp = began(Client(), EMBED)
    answer = strict.post(EMBED, {**GIVEN, "began": stamp, "work": do(stamp)})
    assert answer.url == f"{EMBED}thanks/"
    assert len(leads(acme)) == 1


def test_the_sites_are_checked_and_the_page_has_snippet_and_preview(acme, form, client_of):
    browser = client_of(acme.marketer)
    path = f"/acme/console/lead-forms/{form.uid}/"
    given = {"name": "Guide", "slug": "guide", "consent_text": form.consent_text, "is_active": "on", "headline": ""}
    refused = browser.post(path, {**given, "sites": "javascript:alert(1)"})
    assert refused.status_code == 422
    assert "This is no address of a site" in refused.content.decode()
    browser.post(path, {**given, "sites": "www.halden.example/\nhttp://127.0.0.1:9000\nhttps://www.halden.example"})
    with entering(acme.admin.context):
        assert LeadForm.objects.get().sites == ["https://www.halden.example", "http://127.0.0.1:9000"]
    page = browser.get(path).content.decode()
    assert "/acme/public/form.js" in page
    assert 'src="/acme/public/f/guide/embed/"' in page


def test_what_a_site_loads_is_script_at_a_steady_address(acme, client):
    answer = client.get("/acme/public/form.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "data-fairway-form" in answer.content.decode()
    assert "max-age=3600" in answer["Cache-Control"]


def test_a_form_that_is_shut_or_of_another_vendor_is_not_there(acme, form, client):
    assert client.get("/zeta/public/f/guide/").status_code == 404
    save_lead_form(form=form, actor=acme.marketer, at=clock.now(), is_active=False)
    assert client.get("/acme/public/f/guide/").status_code == 404
    assert client.post("/acme/public/f/guide/", GIVEN).status_code == 404
    assert leads(acme) == []


def test_two_pages_drawn_at_the_same_moment_have_stamps_of_their_own(acme, form, client):
    with time_machine.travel(clock.now(), tick=False):
        assert len({client.get("/acme/public/f/guide/").context["form"]["began"].value() for _ in range(3)}) == 3
