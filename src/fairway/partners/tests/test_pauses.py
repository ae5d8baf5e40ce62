"""A partner takes no leads for some days: planned, begun and ended by itself."""

from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.api import problem_of, program_of

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.partners import change_state
from fairway.partners.actions.pauses import end_pause, pause_partner
from fairway.partners.models import PartnerPause
from fairway.workflow.actions.deadlines import fire_due

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)  # Wednesday 10:00 in New York


def state(cast):
    with entering(cast.admin.context):
        return Partner.objects.values_list("state", flat=True).get(pk=cast.beta.pk)


def fire(cast, at):
    return fire_due(at, vendor_id=cast.acme.pk)


def test_a_planned_pause_begins_and_ends_at_midnight_of_the_partners_place(acme):
    pause_partner(
        partner=acme.beta, actor=acme.beta_executive, at=AT, reason="Moving house",
        first_on=date(2026, 3, 7), last_on=date(2026, 3, 9),
    )  # fmt: skip
    fire(acme, datetime(2026, 3, 7, 4, 59, tzinfo=UTC))
    assert state(acme) == "active"
    fire(acme, datetime(2026, 3, 7, 5, tzinfo=UTC))  # 00:00 in New York, winter time
    assert state(acme) == "paused"
    fire(acme, datetime(2026, 3, 10, 3, 59, tzinfo=UTC))
    assert state(acme) == "paused"
    fire(acme, datetime(2026, 3, 10, 4, tzinfo=UTC))  # 00:00, now summer time: the clocks changed in between
    assert state(acme) == "active"
    with entering(acme.admin.context):
        kept = PartnerPause.objects.get()
    assert (kept.reason, kept.set_by_id) == ("Moving house", acme.beta_executive.seat_id)
    assert None not in (kept.begun_at, kept.ended_at)


def test_a_pause_from_now_without_an_end_lasts_until_somebody_ends_it(acme):
    pause = pause_partner(partner=acme.beta, actor=acme.cam, at=AT, reason="No staff")
    assert (state(acme), fire(acme, datetime(2036, 1, 1, tzinfo=UTC))) == ("paused", 0)
    end_pause(pause=pause, actor=acme.cam, at=AT)
    assert state(acme) == "active"
    with pytest.raises(Refused):
        end_pause(pause=pause, actor=acme.cam, at=AT)


@pytest.mark.parametrize("how", ["by days", "by its state"])
def test_what_the_vendor_set_no_partner_lifts(acme, client_of, how):
    if how == "by days":
        pause_partner(partner=acme.beta, actor=acme.cam, at=AT, reason="Unpaid")
    else:
        change_state(partner=acme.beta, verb="pause", actor=acme.cam, at=AT, reason="Unpaid")
    with entering(acme.admin.context):
        pause = PartnerPause.objects.select_related("partner").get()
    with pytest.raises(Refused, match="Your vendor set this pause"):
        end_pause(pause=pause, actor=acme.beta_executive, at=AT)
    problem_of(program_of(acme.beta_executive).post(f"pauses/{pause.uid}/ending"), 422)
    assert state(acme) == "paused"
    browser = client_of(acme.beta_executive)
    page = browser.get("/acme/portal/pause/").content.decode()
    assert ("Your vendor set this pause" in page, "End the pause" in page) == (True, False)


def test_an_executive_ends_what_a_colleague_set(acme):
    pause = pause_partner(partner=acme.beta, actor=acme.beta_executive, at=AT, reason="Moving house")
    end_pause(pause=pause, actor=acme.beta_executive, at=AT)
    assert state(acme) == "active"


@pytest.mark.parametrize(
    "wrong",
    [{"reason": " "}, {"first_on": date(2026, 3, 3)}, {"first_on": date(2026, 3, 9), "last_on": date(2026, 3, 8)},
     {"last_on": date(2028, 1, 1)}],
)  # fmt: skip
def test_a_pause_that_cannot_be_is_refused(acme, wrong):
    with pytest.raises(Refused):
        pause_partner(**{"partner": acme.beta, "actor": acme.cam, "at": AT, "reason": "x", **wrong})
    with entering(acme.admin.context):
        assert not PartnerPause.objects.exists()
    assert state(acme) == "active"


@pytest.mark.parametrize("who", ["beta_seller", "gamma_seller", "marketer"])
def test_others_pause_nobody(acme, who):
    with pytest.raises(Forbidden):
        pause_partner(partner=acme.beta, actor=getattr(acme, who), at=AT, reason="x")
    assert state(acme) == "active"


def test_an_executive_pauses_the_own_company_only(acme):
    with pytest.raises(Forbidden):
        pause_partner(partner=acme.gamma, actor=acme.beta_executive, at=AT, reason="x")


def test_a_second_pause_is_refused_while_one_is_planned(acme):
    given = {"partner": acme.beta, "actor": acme.cam, "at": AT, "reason": "x"}
    pause_partner(**given, first_on=date(2026, 3, 9))
    with pytest.raises(Refused, match="planned or running"):
        pause_partner(**given)
    assert state(acme) == "active"


def test_ending_the_partnership_ends_the_pause_and_its_deadlines(acme):
    pause_partner(partner=acme.beta, actor=acme.cam, at=AT, reason="x", last_on=date(2026, 3, 9))
    with entering(acme.chief.context):
        partner = Partner.objects.get(pk=acme.beta.pk)
    change_state(partner=partner, verb="end", actor=acme.chief, at=AT)
    assert fire(acme, datetime(2026, 3, 20, tzinfo=UTC)) == 0
    assert state(acme) == "inactive"


@pytest.mark.race
def test_a_pause_ends_once_although_ten_workers_look(committed):
    pause_partner(partner=committed.beta, actor=committed.cam, at=AT, reason="x", last_on=date(2026, 3, 4))
    barrier = Barrier(10)

    def look():
        try:
            barrier.wait()
            fire_due(datetime(2026, 3, 5, 5, tzinfo=UTC), vendor_id=committed.acme.pk)
        finally:
            connection.close()

    threads = [Thread(target=look) for _each in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with entering(committed.admin.context):
        states = [event.data["state"] for event in Event.objects.filter(verb="state_changed").order_by("pk")]
    assert states == ["paused", "active"]


def test_staff_and_the_executive_pause_on_their_pages_and_everybody_of_the_partner_sees_it(acme, client_of):
    executive = client_of(acme.beta_executive)
    page = executive.get("/acme/portal/pause/")
    assert page.status_code == 200
    assert executive.post("/acme/portal/pause/", {"reason": ""}).status_code == 422
    assert executive.post("/acme/portal/pause/", {"reason": "Holidays"}).status_code == 302
    assert state(acme) == "paused"
    assert "You are paused" in client_of(acme.beta_seller).get("/acme/portal/offers/").content.decode()
    path = f"/acme/console/partners/{acme.beta.uid}/"
    assert "Paused: no new leads." in client_of(acme.cam).get(path).content.decode()
    assert client_of(acme.cam).post(f"{path}pause/end/").status_code == 302
    assert state(acme) == "active"
    assert client_of(acme.beta_seller).post("/acme/portal/pause/", {"reason": "x"}).status_code == 403
    assert client_of(acme.gamma_seller).get(f"/acme/console/partners/{acme.beta.uid}/pause/").status_code in {403, 404}


def test_programs_pause_list_and_end(acme):
    program = program_of(acme.operations)
    path = f"partners/{acme.beta.uid}/pauses"
    first = clock.today().replace(year=clock.today().year + 1).isoformat()
    made = program.post(path, {"reason": "Holidays", "first_on": first})
    assert (made.status_code, made.json()["begun_at"]) == (201, None)
    assert problem_of(program.post(path, {"reason": "Again"}), 422)
    ended = program.post(f"pauses/{made.json()['uid']}/ending")
    assert ended.json()["ended_at"]
    assert len(program.get(path).json()["items"]) == 1
