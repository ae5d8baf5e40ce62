"""The public form: a visitor's request becomes a lead; programs are kept out; what was written is never lost."""

from datetime import timedelta

import pytest
import time_machine

from fairway.core import clock
from fairway.core.events.models import Event
from fairway.core.tenancy.context import entering
from fairway.leads.actions.forms import save_lead_form
from fairway.leads.models import Lead, LeadPerson

SENT_MOST = 20
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
        assert client.post("/acme/public/f/guide/", {**GIVEN, "began": began(client)}).status_code == 302
    answer = client.post("/acme/public/f/guide/", {**GIVEN, "began": began(client)})
    assert "Try again in an hour." in answer.content.decode()
    assert len(leads(acme)) == SENT_MOST


def test_a_form_that_is_shut_or_of_another_vendor_is_not_there(acme, form, client):
    assert client.get("/zeta/public/f/guide/").status_code == 404
    save_lead_form(form=form, actor=acme.marketer, at=clock.now(), is_active=False)
    assert client.get("/acme/public/f/guide/").status_code == 404
    assert client.post("/acme/public/f/guide/", GIVEN).status_code == 404
    assert leads(acme) == []
