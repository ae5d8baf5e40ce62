"""Small things that screens must say or do right."""

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.deals.models import Registration
from fairway.leads.models import Lead
from fairway.partners.models import Contact
from tests.scene import make_scene


def test_a_returned_registration_is_corrected_and_sent_again_in_its_place(acme, client_of):
    uid = make_scene(acme)["registrations"][2]
    client, address = client_of(acme.beta_seller), f"/acme/portal/registrations/{uid}/correction/"
    assert "Which site?" in client.get(address).content.decode()
    with entering(acme.beta_seller.context):
        before = Registration.objects.get(uid=uid)
    form = {
        "answer": "The one in Bremen", "amount_minor": "58,400", "closes_on": "2027-03-31", "city": "Hamburg",
        "contact_name": "", "note": "", "customer_name": "Somebody else",
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    with entering(acme.beta_seller.context):
        after = Registration.objects.get(uid=uid)
    assert (after.state, after.city, after.amount_minor) == ("submitted", "Hamburg", 5_840_000)
    assert (after.customer_name, after.submitted_at) == (before.customer_name, before.submitted_at)
    assert client.get(address).status_code == 302
    assert client_of(acme.gamma_seller).post(address, form).status_code == 404


def test_contacts_of_a_partner_are_kept_changed_and_removed(acme, client_of):
    client, page = client_of(acme.cam), f"/acme/console/partners/{acme.beta.uid}/"
    client.post(f"{page}contacts/", {"name": "Ida Falk", "title": "Buyer", "email": "Ida@beta.example"})
    with entering(acme.cam.context):
        contact = Contact.objects.get(name="Ida Falk")
    assert "Ida Falk" in client.get(page).content.decode()
    client.post(f"/acme/console/contacts/{contact.uid}/", {"name": "Ida Falk-Berg", "email": "wrong"})
    with entering(acme.cam.context):
        assert Contact.objects.get(pk=contact.pk).name == "Ida Falk"
    client.post(f"/acme/console/contacts/{contact.uid}/", {"name": "Ida Falk-Berg"})
    with entering(acme.cam.context):
        assert Contact.objects.get(pk=contact.pk).name == "Ida Falk-Berg"
    assert client_of(acme.finance).post(f"/acme/console/contacts/{contact.uid}/removal/").status_code in {403, 404}
    assert client_of(acme.zeta_admin).post(f"/zeta/console/contacts/{contact.uid}/removal/").status_code == 404
    client.post(f"/acme/console/contacts/{contact.uid}/removal/")
    with entering(acme.cam.context):
        assert not Contact.objects.filter(pk=contact.pk).exists()


def test_staff_log_a_contact_with_the_customer_of_an_accepted_lead(acme, client_of):
    uid = make_scene(acme)["leads"][0]
    client = client_of(acme.cam)
    assert "Log a contact" in client.get(f"/acme/console/leads/{uid}/").content.decode()
    client.post(f"/acme/console/leads/{uid}/touches/", {"kind": "call", "outcome": "reached", "note": ""})
    with entering(acme.admin.context):
        assert Lead.objects.get(uid=uid).touches == 1
    client_of(acme.finance).post(f"/acme/console/leads/{uid}/touches/", {"kind": "call", "outcome": "reached"})
    with entering(acme.admin.context):
        assert Lead.objects.get(uid=uid).touches == 1


def test_rows_behind_a_review_name_the_partner_and_lead_back(acme, client_of):
    today = clock.now().date()
    query = {"what": "offered", "from": f"{today.year - 1}-01-01", "to": today.isoformat()}
    page = client_of(acme.admin).get("/acme/console/reviews/rows/", {**query, "partner": str(acme.beta.uid)})
    text = page.content.decode()
    assert acme.beta.name in text.partition("<h1>")[0]
    assert f"/acme/console/reviews/{acme.beta.uid}/" in text
