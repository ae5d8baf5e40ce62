"""Staff of some territories: what lies in others is on no page, in no answer, no count, no search and no export."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from fairway.core import clock, jobs
from fairway.core.access import WHOLE_ONLY, Forbidden, permissions_of
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.search.find import find
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, Seat
from fairway.deals.models import Deal, Registration
from fairway.insight.models import Export, KeptFigures
from fairway.insight.queries.kept import seat_of
from fairway.leads.models import Lead, Offer
from fairway.partners.actions.territories import limit_seat, remove_territory
from fairway.partners.models import Profile, Territory
from tests import cast
from tests.api import Program, token_of
from tests.leaks import SETTINGS
from tests.rows import MARKS
from tests.scene import make_scene
from tests.test_sweep_api import uids, visits  # noqa: F401 - fixtures
from tests.test_sweep_urls import known, of_surface, rows  # noqa: F401 - fixtures
from tests.test_sweep_urls import visits as page_visits

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
NOWHERE = {"all": [{"field": "place.country", "op": "in", "value": ["FR"]}]}
INTERNAL, BETA, _ACME = MARKS.values()


@pytest.fixture
def south(acme) -> Territory:
    """Gamma's territory; Beta lies in another one."""
    with acting_for(acme.admin):
        made = Territory.objects.create(vendor=acme.acme, name="South", condition=NOWHERE)
        Profile.objects.create(vendor=acme.acme, partner=acme.gamma, territory=made)
    return made


def limited(acme, who: str, *territories: Territory | None):
    """The member after being limited to these territories, as the next request sees it."""
    person = acme.members()[who]
    with entering(acme.admin.context):
        seat = Seat.objects.get(pk=person.seat_id)
    limit_seat(seat=seat, territories=territories, actor=acme.admin, at=clock.now())
    return cast.member(seat)


def leaks_in(text: str) -> list[str]:
    """Marked texts of Beta's rows, and of internal rows that are not settings of the vendor."""
    found = [BETA] if BETA in text else []
    settings = {name.lower() for name in SETTINGS}
    for part in text.split(INTERNAL)[1:]:
        word = part.replace("%20", " ").replace("+", " ").strip(" -").split(" ")[0].partition("-")[0]
        if not any(word.startswith(name) for name in settings):
            found.append(f"{INTERNAL} {part[:40]}")
    return found


@pytest.mark.parametrize(
    "who",
    [
        "cam",
        *(
            pytest.param(who, marks=pytest.mark.wide)
            for who in ("marketer", "operations", "deal_desk", "chief", "finance")
        ),
    ],
)
def test_no_page_shows_anything_of_another_territory(acme, rows, known, south, client_of, who):  # noqa: F811
    member = limited(acme, who, south)
    found = []
    with transaction.atomic():
        for name, method, status, text in page_visits(client_of(member), known, "console"):
            found += [f"{method} {name} ({status}): {leak}" for leak in leaks_in(text)]
            if status >= 500:
                found.append(f"{method} {name} broke")
        transaction.set_rollback(True)
    assert found == []


def test_the_same_person_sees_it_again_when_the_limit_is_gone(acme, rows, south, client_of):  # noqa: F811
    """Else the test above would prove nothing."""
    member = limited(acme, "operations", south)
    assert client_of(member).get(f"/acme/console/partners/{acme.beta.uid}/").status_code == 404
    with entering(acme.admin.context):
        seat = Seat.objects.get(pk=member.seat_id)
    limit_seat(seat=seat, territories=None, actor=acme.admin, at=clock.now())
    assert client_of(member).get(f"/acme/console/partners/{acme.beta.uid}/").status_code == 200


def test_no_operation_of_the_api_tells_anything_of_another_territory(acme, uids, south):  # noqa: F811
    member = limited(acme, "operations", south)
    program = Program(token_of(member))
    found = []
    for said, _operation, status, text in visits(program, uids, acme.beta.external_id):
        found += [f"{said}: {leak}" for leak in leaks_in(text)]
        if status >= 500:
            found.append(f"{said} broke")
    assert found == []


def test_counts_figures_and_search_hold_only_what_is_there_for_the_person(acme, rows, south):  # noqa: F811
    make_scene(acme)
    north = rows[Territory]
    for territory, partners in ((south, {"Gamma IT"}), (north, {"Beta Systems"})):
        member = limited(acme, "marketer", territory)
        with entering(member.context):
            assert set(Partner.objects.values_list("name", flat=True)) == partners
            in_north = territory is north
            assert Deal.objects.exists() is in_north
            assert Registration.objects.exists() is in_north
            assert Offer.objects.exists() is in_north
            found = find("Beta Systems", member)
            assert bool(found.count) is in_north
    both = limited(acme, "marketer", south, north)
    with entering(both.context):
        assert Partner.objects.count() == 2


def test_an_offered_lead_is_there_with_its_offer_and_a_waiting_one_is_not(acme, rows, south):  # noqa: F811
    scene = make_scene(acme)
    here, elsewhere = limited(acme, "marketer", rows[Territory]), limited(acme, "finance", south)
    with entering(here.context):
        offered = Offer.objects.get(uid=scene["offers"][0]).lead_id
        assert Lead.objects.filter(pk=offered, partner=None).exists()
    with entering(elsewhere.context):
        assert not Lead.objects.exists()
    with acting_for(acme.admin):
        Lead.objects.filter(pk=offered).update(partner=acme.gamma)
    with entering(here.context):
        assert not Lead.objects.filter(pk=offered).exists(), "a lead that went elsewhere is not there any more"


def test_an_export_holds_only_rows_that_the_person_may_see(acme, rows, south, client_of):  # noqa: F811
    make_scene(acme)
    written = {}
    for territory in (south, rows[Territory]):
        member = limited(acme, "operations", territory)
        client = client_of(member)
        assert client.post("/acme/console/exports/start/leads/").status_code in {200, 302}
        jobs.run_pending()
        with entering(member.context):
            export = Export.objects.filter(seat_id=member.seat_id).latest("pk")
        answer = client.get(f"/acme/console/exports/{export.uid}/file/")
        written[territory.name] = b"".join(answer.streaming_content).decode()
    assert "Taken" not in written["South"]
    assert "Taken" in written[rows[Territory].name]


def test_kept_figures_are_the_persons_own_and_forgotten_with_a_new_limit(acme, rows, south):  # noqa: F811
    assert seat_of(acme.finance) == 0
    member = limited(acme, "finance", south)
    assert seat_of(member) == member.seat_id
    with acting_for(acme.admin):
        KeptFigures.objects.create(
            vendor=acme.acme, name="funnel", seat_id=member.seat_id, as_of=date(2026, 1, 1), figures={}, made_at=NOW,
            took_ms=1,
        )  # fmt: skip
    with entering(member.context):
        assert KeptFigures.objects.count() == 1, "the own ones, not the whole channel's"
    limited(acme, "finance", rows[Territory])
    with entering(acme.admin.context):
        assert not KeptFigures.objects.filter(seat_id=member.seat_id).exists()


def test_a_limit_is_an_event_and_only_administrators_set_it_for_others(acme, south):
    limited(acme, "cam", south)
    with entering(acme.admin.context):
        event = Event.objects.get(subject_type="seat", verb="territories_changed")
        seats = {name: Seat.objects.get(pk=acme.members()[name].seat_id) for name in ("admin", "cam")}
    assert event.data == {"territories": [south.pk], "before": None}
    assert event.actor_seat_id == acme.admin.seat_id
    with pytest.raises(Forbidden):
        limit_seat(seat=seats["cam"], territories=None, actor=acme.chief, at=clock.now())
    with pytest.raises(Refused, match="whole channel"):
        limit_seat(seat=seats["admin"], territories=[south], actor=acme.admin, at=clock.now())


def test_a_territory_that_goes_takes_the_sight_with_it(acme, south):
    """Never the other way: nobody sees more because a territory was removed."""
    member = limited(acme, "cam", south)
    remove_territory(territory=south, actor=acme.admin, at=clock.now())
    with entering(member.context):
        assert not Partner.objects.exists()


def test_work_on_the_whole_channel_is_not_for_staff_of_some_territories(acme, south):
    member = limited(acme, "operations", south)
    assert member.permissions == permissions_of("operations") - WHOLE_ONLY
    with pytest.raises(Forbidden):
        remove_territory(territory=south, actor=member, at=clock.now())


def test_an_action_finds_nothing_of_another_territory(acme, rows, south, client_of):  # noqa: F811
    member = limited(acme, "operations", south)
    answer = client_of(member).post(f"/acme/console/partners/{acme.beta.uid}/state/", {"state": "paused"})
    assert answer.status_code == 404
    with entering(acme.admin.context):
        assert Partner.objects.get(pk=acme.beta.pk).state == acme.beta.state


def test_the_screen_limits_and_lifts_the_limit(acme, rows, south, client_of):  # noqa: F811
    with entering(acme.admin.context):
        uid = Seat.objects.get(pk=acme.cam.seat_id).uid
    page = f"/acme/console/people/{uid}/territories/"
    client = client_of(acme.admin)
    assert "South" in client.get(page).content.decode()
    client.post(page, {"only": "1", "territories": [str(south.uid)]})
    with entering(acme.admin.context):
        assert Seat.objects.get(uid=uid).territory_ids == [south.pk]
    assert "the partners of some territories" in client.get(f"/acme/console/people/{uid}/").content.decode()
    client.post(page, {})
    with entering(acme.admin.context):
        assert Seat.objects.get(uid=uid).territory_ids is None
    assert client_of(acme.chief).get(page).status_code == 403


def test_a_context_of_territories_reads_as_a_role_of_its_own(acme):
    context = replace(acme.cam.context, territory_ids=())
    assert (context.role, acme.cam.context.role) == ("fw_limited", "fw_console")
    with entering(context):
        assert not Partner.objects.exists()
        assert not Lead.objects.exists()
        assert of_surface("console")
