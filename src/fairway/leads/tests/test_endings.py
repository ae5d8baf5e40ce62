"""A partnership that ends: what is left is said before, and told to operations when nobody handed it on."""

from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.deals.actions.opening import convert_lead
from fairway.leads.tests.makers import accepted, offered
from fairway.partners.actions.partners import change_state
from fairway.workflow.models import Notification


def told(cast):
    with acting_for(cast.admin):
        rows = Notification.objects.filter(kind="partner.left_work").order_by("pk")
        return sorted(rows.values_list("seat__role", flat=True)), {row.path for row in rows}


def state(cast):
    with entering(cast.admin.context):
        return Partner.objects.get(pk=cast.beta.pk).state


def test_the_page_says_how_much_is_there_and_where_it_is_handed_on(acme, client_of):
    offered(acme, company="Open one")
    accepted(acme, company="Taken one")
    convert_lead(lead=accepted(acme, company="Sold one"), actor=acme.beta_seller, at=clock.now())
    client, address = client_of(acme.cam), f"/acme/console/partners/{acme.beta.uid}/ending/"
    page = client.get(address).content.decode()
    assert "Open offers: 1, Leads: 1, Deals: 1" in page
    assert f"/acme/console/partners/{acme.beta.uid}/leads/handing-on/" in page
    assert f"{address}" in client.get(f"/acme/console/partners/{acme.beta.uid}/").content.decode()
    assert client.post(address, {"reason": "Sold"}).status_code == 302
    assert state(acme) == "inactive"
    roles, paths = told(acme)
    assert roles == ["cam", "operations"]
    assert paths == {f"console/partners/{acme.beta.uid}/leads/handing-on/"}


def test_who_leaves_nothing_behind_is_told_of_to_nobody(acme, client_of):
    page = client_of(acme.cam).get(f"/acme/console/partners/{acme.beta.uid}/ending/").content.decode()
    assert "It still has" not in page
    change_state(partner=acme.beta, verb="end", actor=acme.admin, at=clock.now())
    assert told(acme) == ([], set())


def test_an_ended_partnership_is_not_ended_again(acme, client_of):
    change_state(partner=acme.beta, verb="end", actor=acme.admin, at=clock.now())
    client, address = client_of(acme.cam), f"/acme/console/partners/{acme.beta.uid}/ending/"
    assert "It has ended already" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422
    assert client_of(acme.finance).get(address).status_code == 403
