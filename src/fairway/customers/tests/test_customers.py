from datetime import UTC, datetime

import pytest

from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.tenancy.context import entering
from fairway.customers.actions import add_contact, create_customer, create_customers, resolve_customer
from fairway.customers.models import Customer
from fairway.customers.queries import listed

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
WESERLAND = {"name": "Weserland Kliniken gGmbH", "domain": "www.weserland-kliniken.com", "city": "Bremen"}


def resolved(cast, **values):
    return resolve_customer(values=values, actor=cast.beta_seller, at=AT)


def names(cast):
    with entering(cast.admin.context):
        return list(Customer.objects.order_by("pk").values_list("name", flat=True))


def test_a_company_nobody_is_like_becomes_a_customer_at_once(acme):
    found = resolved(acme, **WESERLAND)
    assert found.customer is not None
    assert not found.is_unclear
    assert (found.customer.name_key, found.customer.domain_key) == ("weserland kliniken", "weserland-kliniken.com")
    with entering(acme.admin.context):
        event = Event.objects.get(subject_type="customer")
    assert (event.verb, event.audience, event.partner_id) == ("created", "internal", None)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "WESERLAND-KLINIKEN GmbH"},
        {"name": "Quite another name", "domain": "info@weserland-kliniken.com"},
        {"name": "Weserland Kliniken", "city": "bremen"},
    ],
)
def test_the_same_company_is_found_however_it_is_spelled(acme, values):
    known = resolved(acme, **WESERLAND).customer
    assert resolved(acme, **values).customer == known
    assert names(acme) == ["Weserland Kliniken gGmbH"]


def test_a_similar_name_is_a_candidate_and_makes_no_customer(acme):
    known = resolved(acme, **WESERLAND).customer
    found = resolved(acme, name="Weserland Klinik")
    assert found.customer is None
    assert found.is_unclear
    assert [(each.customer, str(each.likeness.why)) for each in found.candidates] == [(known, "a similar name")]
    assert names(acme) == ["Weserland Kliniken gGmbH"]


def test_two_that_could_be_meant_leave_it_open(acme):
    first = create_customer(values={"name": "Nordlicht Handel", "city": "Kiel"}, actor=acme.deal_desk, at=AT)
    second = create_customer(values={"name": "Nordlicht Handel", "city": "Bonn"}, actor=acme.deal_desk, at=AT)
    found = resolved(acme, name="Nordlicht Handel GmbH")
    assert found.customer is None
    assert {each.customer for each in found.candidates} == {first, second}
    assert resolved(acme, name="Nordlicht Handel GmbH", city="Bonn").customer == second


@pytest.mark.parametrize("name", ["", "   ", "0190f5a2-7c1e-7d3b-9a44-5e0f3c2b1a00"])
def test_what_names_nobody_makes_nobody(acme, name):
    assert resolved(acme, name=name).customer is None
    assert names(acme) == []


def test_customers_of_another_vendor_are_not_looked_at(acme):
    create_customer(values=WESERLAND, actor=acme.zeta_admin, at=AT)
    assert resolved(acme, **WESERLAND).customer.vendor_id == acme.acme.pk


def test_many_are_made_at_once_with_an_event_each(acme):
    made = create_customers(
        rows=[{"name": f"Harbour Works {letter}"} for letter in "ABC"], actor=acme.operations, at=AT
    )
    with entering(acme.admin.context):
        logged = set(Event.objects.filter(subject_type="customer").values_list("subject_id", flat=True))
    assert logged == {row.pk for row in made}


@pytest.mark.parametrize("member", ["marketer", "finance", "beta_seller", "beta_executive"])
def test_others_make_no_customers_by_hand(acme, member):
    with pytest.raises(Forbidden):
        create_customer(values=WESERLAND, actor=getattr(acme, member), at=AT)
    assert names(acme) == []


def test_a_contact_is_kept_with_its_key(acme):
    customer = create_customer(values=WESERLAND, actor=acme.cam, at=AT)
    contact = add_contact(customer=customer, name="Karen Thiele", email="Karen@Weserland.com", actor=acme.cam, at=AT)
    assert (contact.customer_id, contact.email_key) == (customer.pk, "karen@weserland.com")


def test_staff_find_by_beginning_and_by_likeness(acme):
    for name in ("Weserland Kliniken gGmbH", "Westhafen Logistik", "Reederei Harmsen"):
        create_customer(values={"name": name}, actor=acme.cam, at=AT)
    with entering(acme.cam.context):
        assert {row.name for row in listed(text="wes")} == {"Weserland Kliniken gGmbH", "Westhafen Logistik"}
        assert {row.name for row in listed(text="Reederei Hamsen")} == {"Reederei Harmsen"}
        assert listed(text="nobody like this").count() == 0
