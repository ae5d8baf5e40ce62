"""Saved views of lists: own, shared, shown first, and nobody else's."""

import pytest

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.refusals import Refused
from fairway.core.saved.actions import VIEWS_MOST, remove_view, save_view
from fairway.core.saved.models import SavedView
from fairway.core.tenancy.context import entering

LIST = "/acme/console/leads/"


def saved(member, name="Hot", list_name="lead-list", query="band=Hot&sort=-points", **how):
    return save_view(list_name=list_name, name=name, query=query, actor=member, at=clock.now(), **how)


def seen(member):
    with entering(member.context):
        return sorted(SavedView.objects.values_list("name", flat=True))


def test_an_own_view_is_read_by_its_owner_alone_and_a_shared_one_by_the_team(acme):
    saved(acme.cam, "Mine")
    saved(acme.cam, "Ours", is_shared=True)
    saved(acme.beta_seller, "Betas", "portal-lead-list", "", is_shared=True)
    saved(acme.beta_seller, "Own", "portal-lead-list", "")
    assert seen(acme.cam) == ["Mine", "Ours"]
    assert seen(acme.admin) == ["Ours"]
    assert seen(acme.beta_seller) == ["Betas", "Own"]
    assert seen(acme.beta_executive) == ["Betas"]
    assert seen(acme.gamma_seller) == seen(acme.zeta_admin) == []


def test_a_list_is_saved_as_it_is_shown_and_comes_back(acme, client_of):
    client = client_of(acme.cam)
    answer = client.post(
        "/acme/console/views/lead-list/", {"name": " Hot  ones ", "query": "state=accepted&page=3&view=x&cols=state"}
    )
    with entering(acme.cam.context):
        view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("Hot ones", "state=accepted&cols=state", False)
    assert answer["Location"] == f"{LIST}?state=accepted&cols=state&view={view.uid}"
    page = client.get(answer["Location"]).content.decode()
    assert "Hot ones" in page


def test_a_default_view_is_where_the_bare_address_leads_and_everything_stays_at_hand(acme, client_of):
    view = saved(acme.cam, is_default=True)
    client = client_of(acme.cam)
    assert client.get(LIST)["Location"] == f"{LIST}?band=Hot&sort=-points&view={view.uid}"
    assert client.get(f"{LIST}?view=none").status_code == 200
    assert client_of(acme.admin).get(LIST).status_code == 200
    client.post(f"/acme/console/views/{view.uid}/default/")
    assert client.get(LIST).status_code == 200


def test_a_colleague_makes_a_shared_view_the_first_without_moving_anybody_elses(acme, client_of):
    view = saved(acme.cam, is_shared=True)
    client_of(acme.admin).post(f"/acme/console/views/{view.uid}/default/")
    assert client_of(acme.admin).get(LIST).status_code == 302
    assert client_of(acme.cam).get(LIST).status_code == 200


def test_what_a_colleague_shares_is_removed_by_who_keeps_the_teams_views(acme):
    view = saved(acme.cam, is_shared=True)
    with pytest.raises(Forbidden):
        remove_view(view=view, actor=acme.marketer, at=clock.now())
    assert seen(acme.cam) == ["Hot"]
    remove_view(view=view, actor=acme.operations, at=clock.now())
    assert seen(acme.cam) == []


def test_a_foreign_view_does_not_exist(acme, client_of):
    view = saved(acme.cam)
    assert client_of(acme.admin).post(f"/acme/console/views/{view.uid}/removal/").status_code == 404
    assert client_of(acme.gamma_seller).post(f"/acme/portal/views/{view.uid}/default/").status_code == 404
    assert seen(acme.cam) == ["Hot"]


def test_a_view_needs_a_name_a_known_list_and_room(acme, client_of):
    with pytest.raises(Refused):
        saved(acme.cam, "  ")
    with pytest.raises(Refused):
        saved(acme.cam, query="x" * 2000)
    assert client_of(acme.cam).post("/acme/console/views/portal-lead-list/", {"name": "a"}).status_code == 404
    assert client_of(acme.cam).post("/acme/console/views/nonsense/", {"name": "a"}).status_code == 404
    assert seen(acme.cam) == []
    for number in range(VIEWS_MOST):
        saved(acme.cam, str(number))
    with pytest.raises(Refused):
        saved(acme.cam, "One more")
    saved(acme.cam, "0", query="state=closed")
    assert len(seen(acme.cam)) == VIEWS_MOST


def test_columns_are_chosen_and_the_first_always_stays(acme, client_of):
    from fairway.core.tests.test_search import captured

    captured(acme)
    page = client_of(acme.admin).get(f"{LIST}?cols=state").content.decode()
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    columns = [part for part in head.split("<th ")[1:] if "is-pick" not in part]
    assert len(columns) == 2
    assert "Nordlicht Brauerei" in page


def test_leads_and_deals_are_listed_by_partner(acme, client_of):
    from fairway.core.tests.test_search import captured
    from fairway.leads.actions.offers import offer_lead_to

    offer_lead_to(lead=captured(acme), partner=acme.beta, actor=acme.cam, at=clock.now())
    client = client_of(acme.admin)
    assert "Nordlicht Brauerei" in client.get(LIST, {"partner_name": acme.beta.name}).content.decode()
    assert "Nordlicht Brauerei" not in client.get(LIST, {"partner_name": acme.gamma.name}).content.decode()
    assert client.get("/acme/console/deals/", {"partner_name": acme.gamma.name, "q": "x"}).status_code == 200
    assert client.get("/acme/console/registrations/", {"partner_name": acme.gamma.name, "q": "x"}).status_code == 200
