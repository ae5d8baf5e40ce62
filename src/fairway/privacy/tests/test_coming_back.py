"""Who was erased comes in again only by the own wish: at every door, and with an event that says so."""

from datetime import UTC, datetime

import pytest
from tests.api import program_of

from fairway.core import clock
from fairway.core.events.models import Event
from fairway.core.personal.erased import WasErased, mark_of
from fairway.core.personal.models import ErasedPerson
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.customers.actions import add_contact, create_customer
from fairway.customers.models import CustomerContact
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.models import Lead, LeadPerson
from fairway.partners.actions.contacts import save_contact
from fairway.partners.models import Contact

ERASED = datetime(2026, 2, 3, tzinfo=UTC)
EMAIL = "ann@gone.example"


@pytest.fixture
def erased(acme) -> ErasedPerson:
    with acting_for(acme.admin):
        return ErasedPerson.objects.create(
            vendor=acme.acme, mark=mark_of(EMAIL, acme.acme.pk), placeholder="Erased person 7F3A", erased_at=ERASED
        )


def returns(acme) -> list[int | None]:
    """The seats of those who took the person in."""
    with entering(acme.admin.context):
        rows = Event.objects.filter(subject_type="erasedperson", verb="returned")
        assert all(EMAIL not in str(row.data) for row in rows)
        return [row.actor_seat_id for row in rows]


def people(acme) -> int:
    with entering(acme.admin.context):
        return LeadPerson.objects.count() + Contact.objects.count() + CustomerContact.objects.count()


def test_a_program_that_sends_an_erased_person_is_refused_unless_the_person_agreed(acme, erased):
    program = program_of(acme.operations)
    given = {"need": "Wi-Fi", "person": {"last_name": "Gone", "email": EMAIL.upper()}}
    answer = program.post("leads", given)
    assert answer.status_code == 422
    assert "erased on" in str(answer.json())
    lines = program.post("leads/bulk", {"lines": [given, {"need": "Cable", "person": {"email": "bo@here.example"}}]})
    assert [line["result"] for line in lines.json()["lines"]] == ["refused", "created"]
    with entering(acme.admin.context):
        assert list(Lead.objects.values_list("title", flat=True)) == ["Cable"]
    assert returns(acme) == []
    assert program.post("leads", {**given, "agreed": True}).status_code == 201
    assert returns(acme) == [acme.operations.seat_id]


def test_by_hand_a_lead_of_an_erased_person_needs_the_persons_agreement(acme, erased, client_of):
    client = client_of(acme.operations)
    given = {
        "need": "Wi-Fi", "company": "Gone Ltd", "city": "Albany", "country": "US", "email": EMAIL, "last_name": "Gone",
        "source": "By hand", "amount": "12,500", "timeframe_days": "90",
    }  # fmt: skip
    page = client.post("/acme/console/leads/new/", given)
    assert page.status_code == 422
    assert "This person was erased on" in page.content.decode()
    assert people(acme) == 0
    assert client.post("/acme/console/leads/new/", {**given, "consent": "on"}).status_code == 302
    assert (people(acme), returns(acme)) == (1, [acme.operations.seat_id])


def test_a_visitor_who_writes_again_is_taken_in_and_lists_still_are_not(acme, erased):
    capture_lead(
        actor=acme.marketer, at=clock.now(), source="web form", values=LeadValues(need="Again"),
        person=PersonValues(email=EMAIL), consent_text="Yes", consented_at=clock.now(),
    )  # fmt: skip
    assert returns(acme) == [acme.marketer.seat_id]
    with entering(acme.admin.context):
        assert ErasedPerson.objects.get().allowed_at is None
    with pytest.raises(WasErased):
        capture_lead(
            actor=acme.marketer, at=clock.now(), source="list", values=LeadValues(need="List"),
            person=PersonValues(email=EMAIL),
        )  # fmt: skip
    assert people(acme) == 1


def test_a_contact_of_a_partner_is_asked_about_and_says_why(acme, erased, client_of):
    client, page = client_of(acme.cam), f"/acme/console/partners/{acme.beta.uid}/contacts/"
    given = {"name": "Ann Gone", "email": EMAIL}
    shown = client.post(page, given).content.decode()
    assert "This person was erased on" in shown
    assert 'name="asked_for"' in shown
    assert people(acme) == 0
    assert client.post(page, {**given, "asked_for": "on"}).status_code == 302
    assert returns(acme) == [acme.cam.seat_id]
    with entering(acme.admin.context):
        contact = Contact.objects.get()
    save_contact(partner=acme.beta, contact=contact, name="Ann", email=EMAIL, actor=acme.cam, at=clock.now())
    assert returns(acme) == [acme.cam.seat_id], "who is there already is not asked about again"


def test_a_contact_of_a_customer_is_asked_about(acme, erased):
    customer = create_customer(values={"name": "Nordlicht"}, actor=acme.operations, at=clock.now())
    program = program_of(acme.operations)
    path = f"customers/{customer.uid}/contacts"
    assert program.post(path, {"name": "Ann", "email": EMAIL}).status_code == 422
    assert people(acme) == 0
    assert program.post(path, {"name": "Ann", "email": EMAIL, "asked_for": True}).status_code == 201
    assert returns(acme) == [acme.operations.seat_id]
    add_contact(customer=customer, name="Bo", email="bo@here.example", actor=acme.operations, at=clock.now())
    assert people(acme) == 2


def test_another_vendors_erased_person_is_nobody_here(acme, erased):
    capture_lead(
        actor=acme.zeta_admin, at=clock.now(), source="list", values=LeadValues(need="List"),
        person=PersonValues(email=EMAIL),
    )  # fmt: skip
    assert returns(acme) == []
