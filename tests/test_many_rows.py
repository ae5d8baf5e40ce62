"""Many rows at once: asked first, told line by line, and undone within a minute where that is possible."""

from datetime import timedelta

import pytest

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.http import undo
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.deals.actions.deals import lose_deal
from fairway.deals.actions.many import move_deals
from fairway.deals.models import Deal, Registration
from fairway.leads.models import Lead
from tests.scene import make_scene, offered


@pytest.fixture
def scene(acme):
    return make_scene(acme)


def states(acme, model, uids):
    with entering(acme.admin.context):
        return [model.objects.get(uid=uid).state for uid in uids]


def second_deal(acme):
    """One that is lost already."""
    from fairway.deals.actions.opening import convert_lead
    from fairway.leads.actions.offers import accept_offer

    lead = accept_offer(offer=offered(acme, "Lostworld"), actor=acme.beta_seller, at=clock.now())
    deal = convert_lead(lead=lead, actor=acme.beta_seller, at=clock.now())
    return lose_deal(deal=deal, reason="price", actor=acme.beta_seller, at=clock.now())


def test_deals_are_moved_line_by_line_and_put_back(acme, scene, client_of):
    moved, lost = scene["deals"][0], str(second_deal(acme).uid)
    client, address = client_of(acme.admin), "/acme/console/lists/deal-list/stage/"
    asked = client.post(address, {"chosen": [moved, lost]})
    assert asked.status_code == 200
    assert "Move these deals" in asked.content.decode()
    assert states(acme, Deal, [moved]) == ["qualified"]
    told = client.post(address, {"chosen": [moved, lost], "confirmed": "1", "to": "proposal"})
    assert "1 row was left as it is" in told.content.decode()
    assert states(acme, Deal, [moved, lost]) == ["proposal", "lost"]
    key = next(iter(client.session[undo.KEY]))
    client.post(f"/acme/console/undo/{key}/")
    assert states(acme, Deal, [moved, lost]) == ["qualified", "lost"]
    assert client.post(f"/acme/console/undo/{key}/").status_code == 404
    with entering(acme.admin.context):
        assert Event.objects.filter(subject_type="deal", verb="moved").count() == 2


def test_after_a_minute_nothing_is_undone(acme, scene, client_of, monkeypatch):
    client = client_of(acme.admin)
    client.post(
        "/acme/console/lists/deal-list/stage/", {"chosen": scene["deals"], "confirmed": "1", "to": "negotiation"}
    )
    key, later = next(iter(client.session[undo.KEY])), clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.post(f"/acme/console/undo/{key}/")
    assert states(acme, Deal, scene["deals"]) == ["negotiation"]


def test_partners_get_another_manager_and_are_paused_with_a_way_back(acme, client_of):
    client, uids = client_of(acme.admin), [str(acme.beta.uid), str(acme.gamma.uid)]

    def now():
        with entering(acme.admin.context):
            return list(Partner.objects.filter(uid__in=uids).order_by("pk").values_list("cam_id", "state"))

    before = now()
    form = {"chosen": uids, "confirmed": "1", "cam_id": acme.other_cam.seat_id}
    client.post("/acme/console/lists/partner-list/manager/", form)
    assert [cam for cam, _state in now()] == [acme.other_cam.seat_id] * 2
    client.post("/acme/console/lists/partner-list/pause/", {"chosen": uids, "confirmed": "1"})
    assert {state for _cam, state in now()} == {"paused"}
    for key in reversed(list(client.session[undo.KEY])):
        client.post(f"/acme/console/undo/{key}/")
    assert now() == before


def test_leads_are_offered_and_taken_back_together(acme, scene, client_of):
    client, uid = client_of(acme.admin), scene["leads"][0]
    client.post(
        "/acme/console/lists/lead-list/recall/",
        {"chosen": [uid], "confirmed": "1", "code": "other", "reason": "Wrong region"},
    )
    assert states(acme, Lead, [uid]) != ["accepted"]
    wrong = client.post(
        "/acme/console/lists/lead-list/offer/",
        {"chosen": [uid], "confirmed": "1", "partner": "Nobody at all", "reason": "x"},
    )
    assert wrong.status_code == 422
    client.post(
        "/acme/console/lists/lead-list/offer/",
        {"chosen": [uid], "confirmed": "1", "partner": acme.gamma.name, "reason": "Nearer"},
    )
    assert states(acme, Lead, [uid]) == ["offered"]


def test_registrations_are_approved_where_nothing_stands_against_them(acme, scene, client_of):
    submitted = scene["registrations"][1]
    client = client_of(acme.deal_desk)
    client.post("/acme/console/lists/registration-list/approve/", {"chosen": scene["registrations"], "confirmed": "1"})
    assert states(acme, Registration, [submitted]) == ["approved"]
    assert states(acme, Registration, [scene["registrations"][2]]) == ["returned"]


def test_nobody_does_to_many_what_the_role_forbids_or_the_scope_hides(acme, scene, client_of):
    address = "/acme/console/lists/deal-list/stage/"
    form = {"chosen": scene["deals"], "confirmed": "1", "to": "proposal"}
    assert client_of(acme.finance).post(address, form).status_code == 403
    with pytest.raises(Forbidden):
        move_deals(rows=[], to="proposal", actor=acme.finance, at=clock.now())
    rival = client_of(acme.gamma_seller).post("/acme/portal/lists/portal-deal-list/stage/", form)
    assert rival.status_code == 302
    assert client_of(acme.gamma_seller).post("/acme/portal/lists/deal-list/stage/", form).status_code == 404
    assert states(acme, Deal, scene["deals"]) == ["qualified"]
