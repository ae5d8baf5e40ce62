"""What is known of partners is kept as long as it is true, and no longer; what they did goes on from a kept run."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fairway.core.access import system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.offers import accept_offer, decline_offer, lapse_offer, offer_lead_to
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import Lead, Offer, RoutingRun
from fairway.leads.queries import bases, channel
from fairway.leads.queries.routing import partner_rows, partner_table
from fairway.leads.rules.partner_table import ENDED, FACTS, WON
from fairway.leads.tests.test_routing import AT, captured, profile, publish
from fairway.partners.models import Credential, Enrollment, Profile, Program, Territory, Tier


def rename(cast):
    Partner.objects.filter(pk=cast.beta.pk).update(name="Beta and Sons")


def pause(cast):
    Partner.objects.filter(pk=cast.beta.pk).update(state="paused")


def fill(cast):
    Profile.objects.filter(partner=cast.beta).update(lead_capacity=1)


def qualify(cast):
    Credential.objects.create(
        vendor_id=cast.acme.pk, partner=cast.beta, code="wifi", name="Wi-Fi", issued_on=AT.date() - timedelta(days=9)
    )


def promote(cast):
    program = Program.objects.create(vendor_id=cast.acme.pk, name="P")
    tier = Tier.objects.create(vendor_id=cast.acme.pk, program=program, code="top", name="Top", rank=9)
    Enrollment.objects.create(vendor_id=cast.acme.pk, partner=cast.beta, program=program, tier=tier, since_on=AT.date())


def settle(cast):
    territory = Territory.objects.create(vendor_id=cast.acme.pk, name="North")
    Profile.objects.filter(partner=cast.beta).update(territory=territory)


CHANGES = {
    rename: ("name", "Beta and Sons"), pause: ("active", False), fill: ("capacity", 1),
    qualify: ("credentials", ["wifi"]), promote: ("tier", "top"), settle: ("territory", "North"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_another_partner_profile_tier_or_credential_is_seen_at_once(acme, change):
    profile(acme, acme.beta, lead_capacity=5)
    name, value = CHANGES[change]
    with acting_for(acme.operations):
        before = channel.channel_at(AT)
        assert channel.channel_at(AT) is before
        change(acme)
        rows, names = partner_rows(AT)
    assert rows[acme.beta.pk][FACTS.index(name)] == value
    assert names[acme.beta.pk][1] == rows[acme.beta.pk][FACTS.index("name")]


def test_a_credential_that_ends_overnight_is_gone_in_the_morning(acme):
    profile(acme, acme.beta)
    with acting_for(acme.operations):
        qualify(acme)
        Credential.objects.update(expires_on=AT.date() + timedelta(days=1))
        held = [partner_rows(AT + timedelta(days=n))[0][acme.beta.pk][FACTS.index("credentials")] for n in (0, 1)]
    assert held == [["wifi"], []]


def test_the_table_says_the_same_whether_its_parts_were_kept_or_not(acme):
    profile(acme, acme.beta, lead_capacity=5, latitude=41.0, longitude=-74.0, verticals=["Retail"])
    profile(acme, acme.gamma)
    with acting_for(acme.operations):
        partner_table(AT)
        kept = partner_table(AT)
        rows, names = partner_rows(AT)
    anew = channel.fixed_of({key: (row[:-10], row[-2:]) for key, row in rows.items()}, names)
    assert (kept.ids.tolist(), kept.names, kept.uids) == (list(anew.ids), anew.fields["names"], anew.fields["uids"])
    assert kept.names[kept.ids.tolist().index(acme.beta.pk)] == acme.beta.name


ANSWERS = st.lists(
    st.tuples(st.sampled_from(["accept", "decline", "lapse", "open"]), st.booleans(), st.integers(1, 30)), max_size=6
)


@example(before=[("open", True, 1), ("open", False, 1)], after=[], days=0, hours=-3)
@example(before=[("accept", True, 1), ("decline", False, 1)], after=[], days=365, hours=3)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=ANSWERS, after=ANSWERS, days=st.sampled_from([0, 364, 365, 366]), hours=st.sampled_from([-3, 3]))
def test_going_on_from_a_kept_run_counts_as_counting_all_anew(acme, before, after, days, hours):
    """Offers of up to a year before the run, of the time after it, and a window that moves on: always the same."""
    with transaction.atomic():
        _go_on(acme, before, after, AT + timedelta(days=days), AT + timedelta(hours=hours))
        transaction.set_rollback(True)


def _go_on(acme, before, after, at, early):
    _answered(acme, before, early)
    profile(acme, acme.beta, lead_capacity=50)
    publish(acme, {"action": {"kind": "best", "weights": {"record": 1}, "max_km": None}})
    route_leads(lead_ids=captured(acme), actor=system_member(acme.acme.pk, "R", kind="rule"), at=at)
    with acting_for(acme.admin):
        left = list(Offer.objects.filter(state="open", offered_at__lt=at))
    for offer in left:
        lapse_offer(offer=offer, actor=system_member(acme.acme.pk, "T"), at=at + timedelta(hours=2))
    _answered(acme, after, at + timedelta(hours=2))
    now = at + timedelta(hours=20)
    with acting_for(acme.operations):
        assert bases.bases_at(now).exists()
        went_on = channel.past_of_partners(now, with_wins=False)[0]
        assert went_on == channel._history(now)


def _answered(cast, answers, at):
    for what, is_beta, minutes in answers:
        (lead_id,) = captured(cast)
        with acting_for(cast.admin):
            lead = Lead.objects.get(pk=lead_id)
        partner, seller = (cast.beta, cast.beta_seller) if is_beta else (cast.gamma, cast.gamma_seller)
        offer = offer_lead_to(lead=lead, partner=partner, actor=cast.cam, at=at)
        then = at + timedelta(minutes=minutes)
        if what == "accept":
            accept_offer(offer=offer, actor=seller, at=then)
        elif what == "decline":
            decline_offer(offer=offer, actor=seller, at=then, quality=["too_small"])
        elif what == "lapse":
            lapse_offer(offer=offer, actor=system_member(cast.acme.pk, "T"), at=offer.lapses_at)


def test_after_a_day_all_is_counted_and_kept_anew(acme):
    profile(acme, acme.beta, lead_capacity=50)
    publish(acme, {"action": {"kind": "best", "weights": {"record": 1}, "max_km": None}})
    actor = system_member(acme.acme.pk, "R", kind="rule")
    for hours in (0, 1, 25):
        route_leads(lead_ids=captured(acme), actor=actor, at=AT + timedelta(hours=hours))
    with acting_for(acme.operations):
        runs = list(RoutingRun.objects.order_by("pk").values_list("base", flat=True))
    assert [base is None for base in runs] == [True, False, True]


def test_won_leads_are_those_of_the_kept_run_for_a_day(acme):
    profile(acme, acme.beta, lead_capacity=50)
    publish(acme, {"action": {"kind": "best", "weights": {"wins": 1}, "max_km": None}})
    actor = system_member(acme.acme.pk, "R", kind="rule")

    def won(count):
        with acting_for(acme.admin):
            Lead.objects.filter(pk__in=captured(acme, count)).update(
                partner=acme.beta, state="converted", accepted_at=AT
            )

    def counted(hours):
        with acting_for(acme.operations):
            return partner_rows(AT + timedelta(hours=hours))[0][acme.beta.pk][WON : ENDED + 1]

    won(2)
    assert counted(0) == [2, 2]
    route_leads(lead_ids=captured(acme), actor=actor, at=AT)
    won(1)
    assert (counted(1), counted(25)) == ([2, 2], [3, 3])


def test_a_partner_that_comes_back_has_its_past(acme):
    profile(acme, acme.beta, lead_capacity=50)
    publish(acme, {"action": {"kind": "best", "weights": {"record": 1}, "max_km": None}})
    actor = system_member(acme.acme.pk, "R", kind="rule")
    _answered(acme, [("accept", False, 1)], AT - timedelta(days=9))
    with acting_for(acme.admin):
        Partner.objects.filter(pk=acme.gamma.pk).update(state="inactive")
    route_leads(lead_ids=captured(acme), actor=actor, at=AT)
    with acting_for(acme.admin):
        Partner.objects.filter(pk=acme.gamma.pk).update(state="active")
        found = partner_rows(AT + timedelta(hours=3))[0][acme.gamma.pk]
    assert found[FACTS.index("accepted") : FACTS.index("last")] == [1, 1]
