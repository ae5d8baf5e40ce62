"""A partner's own record and its quarter among peers: what is told, when it is silent, and what nobody can infer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api import program_of

from fairway.core import clock
from fairway.core.access import Forbidden, system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.offers import accept_offer, decline_offer, lapse_offer
from fairway.leads.actions.ranks import count_ranks
from fairway.leads.models import LeadRank
from fairway.leads.queries.ranks import month_of
from fairway.leads.rules.ranks import ENOUGH, MEASURES, PEERS_LEAST, Standing, ranked
from fairway.leads.tests.makers import offered

SHARES = st.floats(0, 1, allow_nan=False)


def standing(n, value, *, of=10, organization=None, tier="gold", size="1–9", country="US", name="in_time"):
    return Standing(n, organization or n, tier, size, country, {name: (value, of)})


def places(everyone):
    return {rank.partner_id: rank.places.get("in_time") for rank in ranked(everyone)}


def test_quarters_are_of_peers_and_equals_share_one():
    found = places([standing(n, n / 100) for n in range(1, 13)])
    assert [found[n][0] for n in range(1, 13)] == [4, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1]
    assert {peers for _quarter, peers in found.values()} == {11}
    assert set(places([standing(n, 0.5) for n in range(1, 13)]).values()) == {(2, 11)}


def test_with_few_peers_all_is_silent():
    assert set(places([standing(n, n / 10) for n in range(1, PEERS_LEAST + 1)]).values()) == {None}
    assert set(places([standing(n, n / 10) for n in range(1, PEERS_LEAST + 2)]).values()) != {None}


def test_who_has_too_few_answers_is_no_peer_and_has_no_place():
    few = [standing(n, 0.5, of=ENOUGH - 1) for n in range(1, 20)]
    found = places([*few, standing(99, 0.9, of=ENOUGH)])
    assert set(found.values()) == {None}


def test_relations_of_the_same_company_are_no_peers():
    own = [standing(n, 0.1, organization=1) for n in range(1, 20)]
    assert set(places([*own, *(standing(100 + n, 0.5) for n in range(PEERS_LEAST - 1))]).values()) >= {None}
    found = places([*own, *(standing(100 + n, 0.5) for n in range(PEERS_LEAST))])
    assert found[1] == (4, PEERS_LEAST)


def test_a_time_is_better_when_shorter():
    everyone = [
        Standing(n, n, "", "", "", {"in_time": (1.0, 9), "minutes": (60.0 * n, 9)}) for n in range(1, 13)
    ]  # fmt: skip
    found = {rank.partner_id: rank.places["minutes"][0] for rank in ranked(everyone)}
    assert (found[1], found[12]) == (1, 4)


def test_the_nearest_peers_are_taken_and_wider_ones_only_when_they_are_too_few():
    near = [standing(n, n / 100) for n in range(1, 10)]
    far = [standing(50 + n, n / 100, country="DE") for n in range(1, 4)]
    other = [standing(70 + n, n / 100, tier="silver") for n in range(1, 3)]
    alike = {rank.partner_id: (rank.alike, rank.places["in_time"][1]) for rank in ranked([*near, *far, *other])}
    assert alike[1] == (("tier", "size", "country"), 8)
    assert alike[51] == (("tier", "size"), 11)
    assert alike[71] == ((), 13)


@given(st.lists(SHARES, min_size=PEERS_LEAST, max_size=30), SHARES, SHARES)
def test_nobodys_figure_can_be_told_from_a_place(peers, own, other):
    """Taking the difference of two answers, with one peer's figure replaced by any other, moves a place by at most what
    one peer in n is; never a figure, and never past a quarter for so many peers."""
    before = [standing(0, own), *(standing(n, value) for n, value in enumerate(peers, start=1))]
    after = [standing(0, own), standing(1, other), *(standing(n, v) for n, v in enumerate(peers[1:], start=2))]
    was, now = places(before)[0], places(after)[0]
    assert was[1] == now[1] == len(peers)
    assert abs(was[0] - now[0]) <= 1
    # And what moved a place lies somewhere on the other side of one's own figure: an order, which many figures share.
    if was[0] != now[0]:
        assert (peers[0] < own) != (other < own) or own in (peers[0], other)


@given(st.lists(SHARES, min_size=PEERS_LEAST, max_size=20), SHARES)
def test_a_place_depends_on_the_order_alone(peers, own):
    def squeezed(value):
        return value**3 / 2

    plain = [standing(0, own), *(standing(n, value) for n, value in enumerate(peers, start=1))]
    bent = [standing(each.partner_id, squeezed(each.values["in_time"][0])) for each in plain]
    same_order = len(set(peers) | {own}) == len({squeezed(value) for value in (*peers, own)})
    assert not same_order or places(plain) == places(bent)


# In the database


def after_a_month(at):
    return at + timedelta(days=32)


@pytest.fixture
def answered(acme):
    """Beta accepted two, declined one, let one lapse, all this month."""
    at = clock.now()
    for verb in ("accept", "accept", "decline", "lapse"):
        offer = offered(acme)
        if verb == "accept":
            accept_offer(offer=offer, actor=acme.beta_seller, at=at)
        elif verb == "decline":
            decline_offer(offer=offer, actor=acme.beta_seller, at=at, quality=["no_capacity"])
        else:
            lapse_offer(offer=offer, actor=system_member(acme.acme.pk, "test"), at=at)
    return at


def count(cast, at):
    return count_ranks(actor=system_member(cast.acme.pk, "test"), at=at)


pytestmark = pytest.mark.django_db


def test_a_month_is_counted_once_of_what_was_before_it(acme, answered):
    later = after_a_month(answered)
    assert count(acme, answered - timedelta(days=answered.day)) == 0
    assert count(acme, later) == 1
    accept_offer(offer=offered(acme), actor=acme.beta_seller, at=clock.now())
    assert count(acme, later) == 0
    with entering(acme.beta_seller.context):
        rank = LeadRank.objects.get(month_on=month_of(later))
    assert rank.measures["in_time"] == {"value": 0.75, "of": 4, "quarter": None, "peers": 0}
    assert rank.measures["accepted"]["value"] == 0.5
    assert rank.measures["minutes"]["of"] == 3


def test_only_rules_count(acme):
    with pytest.raises(Forbidden):
        count_ranks(actor=acme.beta_executive, at=clock.now())


def test_the_page_tells_the_own_figures_and_is_silent_on_places(acme, answered, client_of):
    page = client_of(acme.beta_seller).get("/acme/portal/leads/record/").content.decode()
    assert "Not counted yet" in page
    count(acme, after_a_month(answered))
    page = client_of(acme.beta_seller).get("/acme/portal/leads/record/").content.decode()
    assert "of 4 offers" in page
    assert "75" in page
    assert "You have too few of them to be compared." in page
    assert "quarter</span>" not in page
    assert "Not counted yet" in client_of(acme.gamma_seller).get("/acme/portal/leads/record/").content.decode()


def test_a_row_holds_nothing_of_another_partner(acme, client_of):
    """Whatever others did, what a partner can read of them is one of four quarters and how many they are."""
    at = clock.now()
    with acting_for(acme.admin):
        LeadRank.objects.create(
            vendor=acme.acme, partner=acme.beta, month_on=month_of(at), counted_at=at, alike=["tier"],
            measures={name: {"value": 0.5, "of": 9, "quarter": 2, "peers": 12} for name in MEASURES},
        )  # fmt: skip
        assert Partner.objects.count() > 1
    told = program_of(acme.beta_executive).get("me/lead-record").json()["items"]
    assert [set(measure) for measure in told[0]["measures"]] == [{"name", "value", "of", "quarter", "peers"}] * 4
    assert program_of(acme.gamma_seller).get("me/lead-record").json()["items"] == []
    page = client_of(acme.beta_seller).get("/acme/portal/leads/record/").content.decode()
    assert "upper half" in page
    assert "Partners of your tier" in page
    assert ">12<" in page
