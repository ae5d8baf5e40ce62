"""The first steps of a role: read from what there is, closed for good, gone when the job was done."""

from fairway.core import clock
from fairway.leads.actions.offers import accept_offer
from tests.scene import make_scene, offered

TITLE = "Your first steps"


def test_a_seller_sees_what_is_done_and_what_comes_next(acme, client_of):
    client = client_of(acme.beta_seller)
    before = client.get("/acme/portal/").content.decode()
    assert TITLE in before
    assert "0 of 5 done" in before
    accept_offer(offer=offered(acme, "Firstlight"), actor=acme.beta_seller, at=clock.now())
    after = client.get("/acme/portal/").content.decode()
    assert "1 of 5 done" in after
    assert '<a href="/acme/portal/offers/">Accept a lead</a>' not in after


def test_a_role_without_a_list_has_none_and_a_closed_one_stays_closed(acme, client_of):
    assert TITLE not in client_of(acme.finance).get("/acme/console/").content.decode()
    client = client_of(acme.operations)
    assert TITLE in client.get("/acme/console/").content.decode()
    client.post("/acme/console/first-steps/")
    assert TITLE not in client.get("/acme/console/").content.decode()
    assert TITLE in client_of(acme.admin).get("/acme/console/").content.decode()


def test_when_all_is_done_the_list_is_gone_and_asks_no_more(acme, client_of):
    make_scene(acme)
    client = client_of(acme.deal_desk)
    page = client.get("/acme/console/").content.decode()
    assert "1 of 2 done" in page
    from fairway.core.tenancy.context import entering
    from fairway.deals.actions.deals import win_deal
    from fairway.deals.models import Deal

    with entering(acme.beta_seller.context):
        deal = Deal.objects.first()
    win_deal(deal=deal, amount_minor=100, actor=acme.beta_seller, at=clock.now())
    assert TITLE not in client.get("/acme/console/").content.decode()
    assert client.cookies["fw_first_steps"].value
