"""One person in many places: two leads, a contact at a customer, notes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fairway.core.tenancy.acting import acting_for
from fairway.customers.models import Customer, CustomerContact
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.models import Lead, LeadNote, LeadPerson

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
EMAIL = "joerg.mueller@kunde-halle.de"
PHONE = "+49 30 5551234"


@dataclass(frozen=True)
class Made:
    """Ids of what was made about Jörg Müller at Acme."""

    leads: list[int]
    person: LeadPerson
    contact: CustomerContact


def a_person(first="Jörg", last="Müller", email=EMAIL, phone=PHONE):
    return PersonValues(first_name=first, last_name=last, job_title="Einkauf", email=email, phone=phone)


def a_lead(member, person, **values):
    given = {"need": "Wi-Fi für die Halle", "company": "Kunde Halle GmbH", "country": "DE", **values}
    return capture_lead(
        actor=member, at=AT, source="form", values=LeadValues(**given), person=person, process=False
    )  # fmt: skip


def jörg(acme):
    first = a_lead(acme.operations, a_person())
    second = a_lead(acme.operations, a_person(email=EMAIL.title(), phone="030 5551234"), need="Switches")
    with acting_for(acme.operations):
        customer = Customer.objects.create(
            vendor=acme.acme, name="Kunde Halle GmbH", sort_name="kunde halle", name_key="kundehalle", created_at=AT
        )
        contact = CustomerContact.objects.create(
            vendor=acme.acme, customer=customer, name="Jörg Müller", title="Einkauf", email=EMAIL, email_key=EMAIL,
            phone=PHONE,
        )  # fmt: skip
        note = f"Rief an: Jörg  Müller ({EMAIL.upper()}), Tel. +49 (30) 555-1234. Joerg Mueller will Preise."
        LeadNote.objects.create(vendor=acme.acme, lead=first, text=note, noted_at=AT)
        Lead.objects.filter(pk=first.pk).update(description=f"Von {EMAIL}", extra={"from": EMAIL, "tel": 49305551234})
        person = LeadPerson.objects.get(lead=first)
    return Made([first.pk, second.pk], person, contact)
