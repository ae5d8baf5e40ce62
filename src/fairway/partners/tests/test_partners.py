"""One partner: making, changing, pausing, tier, capacity, credentials, and who may."""

from datetime import UTC, date, datetime

import pytest

from fairway.core.access import Forbidden
from fairway.core.conditions import parse
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.enrollments import enroll
from fairway.partners.actions.partners import (
    Stale,
    change_state,
    create_partner,
    edit_partner,
    remove_credential,
    set_capacity,
    set_credential,
)
from fairway.partners.actions.programs import remove_tier, save_program, save_tier
from fairway.partners.actions.territories import assign_territories, remove_territory, save_territory
from fairway.partners.models import Credential, Enrollment, Profile
from fairway.partners.subjects import PLACES

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
VALUES = {"name": "Werft Nord", "external_id": "W-1", "country": "DE", "city": "Hamburg", "kinds": ["var"]}


def make(acme, **more):
    return create_partner(values={**VALUES, **more}, actor=acme.cam, at=AT)


def profile_of(acme, partner):
    with entering(acme.chief.context):
        return Profile.objects.get(partner=partner)


def verbs(acme, partner):
    with entering(acme.chief.context):
        rows = Event.objects.filter(subject_type="partner", subject_id=partner.pk).order_by("id")
        return list(rows.values_list("verb", flat=True))


def test_a_new_partner_has_place_and_time_zone(acme):
    partner = make(acme)
    assert (partner.state, partner.time_zone, partner.sort_name) == ("active", "Europe/Berlin", "werft nord")
    assert round(profile_of(acme, partner).latitude, 1) == 53.6
    assert verbs(acme, partner) == ["created"]


def test_two_partners_cannot_have_one_external_id(acme):
    make(acme)
    with pytest.raises(Refused) as refused:
        make(acme, name="Another")
    assert refused.value.field == "external_id"
    with entering(acme.chief.context):
        assert Partner.objects.filter(external_id="W-1").count() == 1


def test_an_edit_by_the_second_of_two_editors_is_refused(acme):
    partner = make(acme)
    assert edit_partner(partner=partner, version=1, values={"city": "Bremen"}, actor=acme.cam, at=AT) == ["city"]
    with pytest.raises(Stale):
        edit_partner(partner=partner, version=1, values={"city": "Kiel"}, actor=acme.chief, at=AT)
    assert profile_of(acme, partner).city == "Bremen"
    assert round(profile_of(acme, partner).latitude, 1) == 53.1
    assert verbs(acme, partner) == ["created", "updated"]


def test_an_edit_that_changes_nothing_writes_nothing(acme):
    partner = make(acme)
    assert edit_partner(partner=partner, version=1, values=VALUES, actor=acme.cam, at=AT) == []
    assert verbs(acme, partner) == ["created"]


def test_pausing_and_resuming_follow_the_table_of_states(acme):
    partner = make(acme)
    change_state(partner=partner, verb="pause", actor=acme.cam, at=AT, reason="Moving house")
    assert partner.state == "paused"
    with pytest.raises(TransitionRefused):
        change_state(partner=partner, verb="pause", actor=acme.cam, at=AT)
    change_state(partner=partner, verb="resume", actor=acme.cam, at=AT)
    assert verbs(acme, partner) == ["created", "state_changed", "state_changed"]


def test_a_new_tier_ends_the_present_one(acme):
    partner = make(acme)
    program = save_program(program=None, name="Crew", is_default=True, actor=acme.operations, at=AT)
    silver, gold = (
        save_tier(program=program, tier=None, code=code, name=code.title(), rank=rank, actor=acme.operations, at=AT)
        for rank, code in enumerate(("silver", "gold"))
    )
    enroll(partner=partner, tier=silver, actor=acme.cam, at=AT)
    enroll(partner=partner, tier=gold, actor=acme.cam, at=AT.replace(month=5), reason="Grew")
    enroll(partner=partner, tier=gold, actor=acme.cam, at=AT.replace(month=6))
    with entering(acme.chief.context):
        rows = list(Enrollment.objects.order_by("since_on").values_list("tier__code", "since_on", "until_on"))
    assert rows == [("silver", date(2026, 3, 2), date(2026, 5, 2)), ("gold", date(2026, 5, 2), None)]
    with pytest.raises(Refused):
        remove_tier(tier=silver, actor=acme.operations, at=AT)
    with pytest.raises(Refused):
        save_tier(program=program, tier=None, code="gold", name="G", rank=3, actor=acme.operations, at=AT)


def test_capacity_stays_within_bounds(acme):
    partner = make(acme)
    set_capacity(partner=partner, open_leads=3, accepts_leads=False, actor=acme.cam, at=AT)
    with pytest.raises(Refused):
        set_capacity(partner=partner, open_leads=1001, accepts_leads=True, actor=acme.cam, at=AT)
    profile = profile_of(acme, partner)
    assert (profile.lead_capacity, profile.accepts_leads) == (3, False)


def test_a_credential_is_set_renewed_and_removed(acme):
    partner = make(acme)
    given = {"partner": partner, "code": "wifi", "name": "Wireless", "actor": acme.cam, "at": AT}
    with pytest.raises(Refused):
        set_credential(issued_on=date(2026, 1, 1), expires_on=date(2025, 1, 1), **given)
    set_credential(issued_on=date(2026, 1, 1), expires_on=None, **given)
    row = set_credential(issued_on=date(2026, 2, 1), expires_on=date(2027, 2, 1), **given)
    with entering(acme.chief.context):
        assert Credential.objects.get(partner=partner).expires_on == date(2027, 2, 1)
    remove_credential(credential=row, actor=acme.cam, at=AT)
    with entering(acme.chief.context):
        assert not Credential.objects.filter(partner=partner).exists()


def test_territories_place_partners_and_give_them_their_account_manager(acme):
    partner = create_partner(values=VALUES, actor=acme.chief, at=AT)
    north = parse(PLACES, {"all": [{"field": "place.country", "op": "is", "value": "DE"}]})
    given = {"order": 1, "condition": north, "cam_id": acme.cam.seat_id, "actor": acme.operations, "at": AT}
    row = save_territory(territory=None, name="North", **given)
    assert assign_territories(actor=acme.operations, at=AT) == 1
    assert assign_territories(actor=acme.operations, at=AT) == 0
    assert profile_of(acme, partner).territory_id == row.pk
    with entering(acme.chief.context):
        assert Partner.objects.get(pk=partner.pk).cam_id == acme.cam.seat_id
    remove_territory(territory=row, actor=acme.operations, at=AT)
    assert profile_of(acme, partner).territory_id is None


def test_those_without_the_right_change_nothing(acme):
    partner = make(acme)
    for member in (acme.marketer, acme.finance, acme.beta_executive, acme.beta_seller):
        for act in (
            lambda: create_partner(values=VALUES, actor=member, at=AT),  # noqa: B023
            lambda: edit_partner(partner=partner, version=1, values={"name": "X"}, actor=member, at=AT),  # noqa: B023
            lambda: change_state(partner=partner, verb="end", actor=member, at=AT),  # noqa: B023
            lambda: set_capacity(partner=partner, open_leads=1, accepts_leads=True, actor=member, at=AT),  # noqa: B023
        ):
            with pytest.raises(Forbidden):
                act()
    assert verbs(acme, partner) == ["created"]
