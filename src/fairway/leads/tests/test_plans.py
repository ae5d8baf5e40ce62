"""Plans of batch assignment: computed, explained, carried out once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.jobs import run_pending
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions import carrying
from fairway.leads.actions.plans import begin_plan, carry_out_plan
from fairway.leads.models import AssignmentLine, AssignmentPlan, Lead, Offer, RoutingDecision
from fairway.leads.queries.plans import figures_of
from fairway.leads.tests.test_routing import captured, profile, publish

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
SMALL = {"field": "partner.employees", "op": "at_most", "value": 20}


def planned(cast, count=4, actor=None, **asked):
    ids = captured(cast, count, amount_minor=100_000, currency="USD")
    plan = begin_plan(lead_ids=ids, actor=actor or cast.operations, at=AT, **asked)
    run_pending()
    return read(cast, plan)


def read(cast, plan):
    with entering(cast.operations.context):
        return AssignmentPlan.objects.get(pk=plan.pk)


def lines(cast, plan):
    with entering(cast.operations.context):
        return list(AssignmentLine.objects.filter(plan=plan).order_by("place"))


def carried(cast, plan):
    carry_out_plan(plan=plan, actor=cast.operations, at=AT)
    run_pending()
    return read(cast, plan)


@pytest.fixture
def room(acme):
    profile(acme, acme.beta, lead_capacity=3, employees=10)
    profile(acme, acme.gamma, lead_capacity=2, employees=500)
    publish(acme, {"limit_hours": 4})


def test_a_preview_says_what_it_is_worth_how_far_from_the_bound_and_why_leads_stay(acme, room):
    plan = planned(acme, 6)
    figures = figures_of(plan)
    assert plan.state == "ready"
    # Chance 0.2 without any outcome, and every partner wins as all do.
    assert (figures.leads, figures.assigned, figures.value) == (6, 5, 5 * 20_000)
    assert figures.left == {"The places of its partners went to leads that are worth more there.": 1}
    assert 0 <= figures.off_percent < 0.5
    assert Counter(row[1] for row in plan.partners) == {3: 1, 2: 1}
    with entering(acme.operations.context):
        assert Offer.objects.count() == 0
        assert set(Lead.objects.values_list("state", flat=True)) == {"captured"}


def test_no_partner_gets_more_than_its_greatest_share(acme, room):
    plan = planned(acme, 4, most_percent=25)
    assert [row[1] for row in plan.partners] == [1, 1]


def test_an_infeasible_least_share_is_met_as_far_as_it_can_and_said(acme, room):
    plan = planned(acme, 4, least_percent=100, favoured=SMALL)
    figures = figures_of(plan)
    assert (figures.favoured_asked, figures.favoured_possible, figures.favoured_got) == (4, 3, 3)
    assert not figures.is_share_possible
    assert figures.assigned == 4


def test_carried_out_every_lead_is_offered_once_with_a_decision_that_explains_itself(acme, room):
    plan = carried(acme, planned(acme, 4))
    assert plan.state == "carried"
    with entering(acme.operations.context):
        offers = list(Offer.objects.select_related("decision"))
        decisions = RoutingDecision.objects.count()
        verbs = Counter(Event.objects.filter(subject_type="assignmentplan").values_list("verb", flat=True))
    assert Counter(offer.partner_id for offer in offers) == Counter(
        {
            line.partner_id: n
            for line in lines(acme, plan)
            for n in [sum(other.partner_id == line.partner_id for other in lines(acme, plan))]
        }
    )
    assert {line.state for line in lines(acme, plan)} == {"offered"}
    assert {offer.limit_minutes for offer in offers} == {240}
    assert all("best overall: worth $200 here." in offer.decision.note for offer in offers)
    assert (decisions, verbs) == (4, {"begun": 1, "computed": 1, "carrying": 1, "carried": 1})


def test_each_chunk_has_an_instant_of_its_own_so_that_late_offers_keep_their_whole_limit(acme, room, monkeypatch):
    plan = planned(acme, 2)
    real, asked = clock.now, []

    def days_later():
        asked.append(1)
        return real() + timedelta(days=4 * len(asked))

    monkeypatch.setattr(carrying, "CHUNK", 1)
    monkeypatch.setattr(clock, "now", days_later)
    carried(acme, plan)
    with entering(acme.operations.context):
        first, second = Offer.objects.order_by("pk")
    assert second.offered_at - first.offered_at >= timedelta(days=4)
    assert second.lapses_at > first.lapses_at


def test_two_clicks_carry_it_out_once(acme, room):
    plan = planned(acme, 2)
    twin = read(acme, plan)
    carry_out_plan(plan=plan, actor=acme.operations, at=AT)
    with pytest.raises(StateConflict):
        carry_out_plan(plan=twin, actor=acme.operations, at=AT)
    run_pending()
    with pytest.raises(TransitionRefused):
        carry_out_plan(plan=read(acme, plan), actor=acme.operations, at=AT)
    with entering(acme.operations.context):
        assert Offer.objects.count() == 2


def test_leads_that_changed_since_the_preview_are_skipped_and_say_so(acme, room):
    plan = planned(acme, 3)
    first, second, _third = (line.lead_id for line in lines(acme, plan))
    with acting_for(acme.operations):
        Lead.objects.filter(pk=first).update(amount_minor=5)
        Lead.objects.filter(pk=second).update(state="closed")
    plan = carried(acme, plan)
    assert [(line.state, line.because) for line in lines(acme, plan)] == [
        ("skipped", "The lead changed since the preview."),
        ("skipped", "The lead is no longer free: somebody has it, or is just changing it."),
        ("offered", ""),
    ]
    with entering(acme.operations.context):
        assert Offer.objects.count() == 1


def test_a_partner_that_lost_its_room_since_gets_nothing(acme, room):
    plan = planned(acme, 2)
    profile(acme, acme.beta, lead_capacity=0)
    profile(acme, acme.gamma, accepts_leads=False)
    plan = carried(acme, plan)
    told = {
        acme.beta.pk: "The partner has no room left.",
        acme.gamma.pk: "The partner is paused or takes no leads now.",
    }
    assert all(line.because == told[line.partner_id] for line in lines(acme, plan))
    with entering(acme.operations.context):
        assert Offer.objects.count() == 0


def test_other_rules_published_since_stop_it(acme, room):
    plan = planned(acme, 2)
    publish(acme, {"limit_hours": 5})
    with pytest.raises(Refused, match="Other routing rules were published since"):
        carry_out_plan(plan=plan, actor=acme.operations, at=AT)
    assert read(acme, plan).state == "ready"


def test_what_cannot_be_planned_is_refused_and_leaves_nothing(acme, room):
    ids = captured(acme, 1)
    for asked, sentence in (
        ({"lead_ids": []}, "No lead is chosen"),
        ({"lead_ids": list(range(10_001))}, "at most 10000 leads"),
        ({"most_percent": 0}, "between 1 and 100"),
        ({"least_percent": 30}, "which partners the least share is for"),
        ({"least_percent": 101, "favoured": SMALL}, "between 0 and 100"),
        ({"favoured": {"field": "partner.shoes", "op": "at_most", "value": 1}}, "shoes"),
    ):
        with pytest.raises(Refused, match=sentence):
            begin_plan(**{"lead_ids": ids, "actor": acme.operations, "at": AT, **asked})
    with pytest.raises(Forbidden):
        begin_plan(lead_ids=ids, actor=acme.marketer, at=AT)
    with entering(acme.operations.context):
        assert AssignmentPlan.objects.count() == 0


def test_without_published_rules_nobody_is_eligible_and_it_says_so(acme):
    with pytest.raises(Refused, match="no published routing rules"):
        begin_plan(lead_ids=captured(acme, 1), actor=acme.operations, at=AT)


def test_a_lead_that_no_rule_takes_stays_and_says_why(acme, room):
    publish(acme, {"when": {"field": "lead.country", "op": "in", "value": ["DE"]}})
    plan = planned(acme, 1)
    assert [(line.state, line.because) for line in lines(acme, plan)] == [("left", "No rule matches this lead.")]
    assert figures_of(plan).assigned == 0
