"""What the worker does for leads: score and route what came in, and route again what came back or waits."""

import logging
from collections.abc import Sequence

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.jobs import defer, job
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Organization
from fairway.leads.actions.carrying import carry_out_lines
from fairway.leads.actions.following import follow_again
from fairway.leads.actions.keys import fill_customer_keys, fill_lead_keys
from fairway.leads.actions.likeness import look_for_alike
from fairway.leads.actions.line_by_line import take_up_left
from fairway.leads.actions.notices import tell_of_made_offers
from fairway.leads.actions.placing import place_leads
from fairway.leads.actions.plans import compute_plan, fail_plan
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.pool_news import tell_of_pools
from fairway.leads.actions.pooling import refresh_audiences
from fairway.leads.actions.ranks import count_ranks
from fairway.leads.actions.reassigning import prepare_reassignment, reassign_lines
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.score_cards import make_due_cards_live
from fairway.leads.actions.scoring import rescore_aged, score_leads
from fairway.leads.actions.shares import count_shares
from fairway.leads.actions.silence import watch_all
from fairway.leads.actions.sources import count_sources
from fairway.leads.actions.taking_back import give_back_lines
from fairway.leads.actions.winning import train_model, watch_drift
from fairway.leads.queries.waiting import leads_to_route_again

log = logging.getLogger("fairway.leads")


@job("leads.process")
def process(*, vendor_id: int, lead_ids: list[int], new_ids: Sequence[int] = ()) -> None:
    """Place new leads on the map, score them, route them. Twice does no more than once: what is offered is not free.

    Of `new_ids` it is not known yet what they are like; rules ask for it.
    """
    actor, at = system_member(vendor_id, "Scoring and routing", kind="rule"), clock.now()
    ensure_policies(actor=actor, at=at)
    if new_ids:
        look_for_alike(lead_ids=new_ids, actor=actor, at=at)
    place_leads(lead_ids=lead_ids, actor=actor)
    score_leads(lead_ids=lead_ids, actor=actor, at=at)
    route_leads(lead_ids=lead_ids, actor=actor, at=at)


@job("leads.route")
def route(*, vendor_id: int, lead_ids: list[int]) -> None:
    """Find the next partner for leads that are free."""
    route_leads(lead_ids=lead_ids, actor=system_member(vendor_id, "Routing", kind="rule"), at=clock.now())


@job("leads.tell_of_offers")
def tell_of_offers(*, vendor_id: int, offer_ids: list[int]) -> None:
    """Tell partners' people of offers of which many were made at once."""
    tell_of_made_offers(offer_ids=offer_ids, actor=system_member(vendor_id, "Routing", kind="rule"))


@app.periodic(cron="*/10 * * * *")
@app.task(name="leads.look_for_waiting", queueing_lock="leads.look_for_waiting")
def look_for_waiting(timestamp: int) -> None:
    """Room may have come free, or a job may have been lost: try again what nobody has."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.route_waiting", vendor_id=vendor_id, once=f"leads.route_waiting/{vendor_id}")


@job("leads.route_waiting", retry=False)
def route_waiting(*, vendor_id: int) -> None:
    actor, at = system_member(vendor_id, "Routing", kind="rule"), clock.now()
    with entering(actor.context):
        found = leads_to_route_again(at)
    route_leads(lead_ids=found, actor=actor, at=at)


@app.periodic(cron="*/10 * * * *")
@app.task(name="leads.look_for_pools", queueing_lock="leads.look_for_pools")
def look_for_pools(timestamp: int) -> None:
    """Partners sell other lines, move, earn credentials: who sees a pool follows."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.refresh_pools", vendor_id=vendor_id, once=f"leads.refresh_pools/{vendor_id}")


@job("leads.refresh_pools")
def refresh_pools(*, vendor_id: int) -> None:
    refresh_audiences(actor=system_member(vendor_id, "Pools", kind="rule"), at=clock.now())


@app.periodic(cron="20 6 * * 1-5")
@app.task(name="leads.look_for_pool_news", queueing_lock="leads.look_for_pool_news")
def look_for_pool_news(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.tell_of_pools", vendor_id=vendor_id, once=f"leads.tell_of_pools/{vendor_id}")


@job("leads.tell_of_pools")
def tell_partners_of_pools(*, vendor_id: int) -> None:
    """Once a working day: how many leads are new in the pool, one note a person however many they are."""
    tell_of_pools(actor=system_member(vendor_id, "Pools", kind="rule"), at=clock.now())


@job("leads.compute_plan", retry=False)
def compute_assignment(*, vendor_id: int, plan_id: int) -> None:
    """Preview a batch assignment; what cannot be computed says so on its page."""
    actor, at = system_member(vendor_id, "Batch assignment", kind="rule"), clock.now()
    try:
        compute_plan(plan_id=plan_id, actor=actor, at=at)
    except Exception:
        log.exception("plan %s could not be computed", plan_id)
        fail_plan(plan_id=plan_id, actor=actor, at=at, error=_("It could not be computed. Try again."))
        raise


@job("leads.carry_out_plan")
def carry_out_assignment(*, vendor_id: int, plan_id: int) -> None:
    """Make the offers of a plan; begun again it goes on where it stopped."""
    actor = system_member(vendor_id, "Batch assignment", kind="rule")
    carry_out_lines(plan_id=plan_id, actor=actor, now=clock.now)


@job("leads.reassign")
def reassign(*, vendor_id: int, reassignment_id: int) -> None:
    """Hand on what a partner had; begun again it goes on where it stopped."""
    actor = system_member(vendor_id, "Handing on", kind="rule")
    reassign_lines(reassignment_id=reassignment_id, actor=actor, now=clock.now)


@job("leads.undo_reassignment")
def undo(*, vendor_id: int, reassignment_id: int) -> None:
    """Take back what was handed on; begun again it goes on where it stopped."""
    actor = system_member(vendor_id, "Handing on", kind="rule")
    give_back_lines(reassignment_id=reassignment_id, actor=actor, now=clock.now)


@job("leads.prepare_reassignment")
def prepare(*, vendor_id: int, reassignment_id: int) -> None:
    """Gather what a partner has where it is much; begun again it goes on where it stopped."""
    actor = system_member(vendor_id, "Handing on", kind="rule")
    prepare_reassignment(reassignment_id=reassignment_id, actor=actor, at=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="leads.look_for_reassignments", queueing_lock="leads.look_for_reassignments")
def look_for_reassignments(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.take_up_reassignments", vendor_id=vendor_id, once=f"leads.take_up_reassignments/{vendor_id}")


@job("leads.take_up_reassignments")
def take_up_reassignments(*, vendor_id: int) -> None:
    """The queue lost a job, or gave it up: what is being prepared, carried out or taken back goes on."""
    take_up_left(actor=system_member(vendor_id, "Handing on", kind="rule"))


@job("leads.follow_again")
def follow_leads_again(*, vendor_id: int) -> None:
    """The leads that partners have go by the rules of following up as they are now."""
    follow_again(actor=system_member(vendor_id, "Time limits", kind="rule"), at=clock.now())


@app.periodic(cron="50 2 * * *")
@app.task(name="leads.look_for_shares", queueing_lock="leads.look_for_shares")
def look_for_shares(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.count_shares", vendor_id=vendor_id, once=f"leads.count_shares/{vendor_id}")


@job("leads.count_shares")
def count_lead_shares(*, vendor_id: int) -> None:
    """How the past quarter's leads were spread over partners."""
    count_shares(actor=system_member(vendor_id, "Shares of leads", kind="rule"), at=clock.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="leads.look_for_ranks", queueing_lock="leads.look_for_ranks")
def look_for_ranks(timestamp: int) -> None:
    """Daily, so that a month is counted although the worker was away on its first day."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.count_ranks", vendor_id=vendor_id, once=f"leads.count_ranks/{vendor_id}")


@job("leads.count_ranks")
def count_lead_ranks(*, vendor_id: int) -> None:
    """Where partners' answers stand among their peers."""
    count_ranks(actor=system_member(vendor_id, "Ranks of partners", kind="rule"), at=clock.now())


@app.periodic(cron="7 * * * *")
@app.task(name="leads.look_for_aged", queueing_lock="leads.look_for_aged")
def look_for_aged(timestamp: int) -> None:
    """Points fade with age, and versions of cards come into force."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.cards_due", vendor_id=vendor_id, once=f"leads.cards_due/{vendor_id}")


@job("leads.cards_due")
def cards_due(*, vendor_id: int) -> None:
    """Cards whose day has come score from now on; leads whose band is another by age alone are scored again."""
    actor, at = system_member(vendor_id, "Scoring", kind="rule"), clock.now()
    make_due_cards_live(actor=actor, at=at)
    rescore_aged(actor=actor, at=at)


@job("leads.watch_silence")
def watch_for_silence(*, vendor_id: int) -> None:
    """The rules of silence were changed: leads that are worked go by the new ones."""
    watch_all(actor=system_member(vendor_id, "Silent leads", kind="rule"), at=clock.now())


@app.periodic(cron="40 2 * * *")
@app.task(name="leads.look_for_sources", queueing_lock="leads.look_for_sources")
def look_for_sources(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.count_sources", vendor_id=vendor_id, once=f"leads.count_sources/{vendor_id}")


@job("leads.count_sources")
def count_lead_sources(*, vendor_id: int) -> None:
    """How good partners found the leads of each source."""
    count_sources(actor=system_member(vendor_id, "Sources of leads", kind="rule"), at=clock.now())


@app.periodic(cron="23 4 3 * *")
@app.task(name="leads.look_for_learning", queueing_lock="leads.look_for_learning")
def look_for_learning(timestamp: int) -> None:
    """Each month: a new version that a person may put in use, and whether leads are still of the kind it knows."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.learn", vendor_id=vendor_id, once=f"leads.learn/{vendor_id}")


@job("leads.learn", retry=False)
def learn(*, vendor_id: int) -> None:
    actor = system_member(vendor_id, "Learning", kind="rule")
    train_model(actor=actor, at=clock.now())
    watch_drift(actor=actor, at=clock.now())


@app.periodic(cron="7 * * * *")
@app.task(name="leads.look_for_keys", queueing_lock="leads.look_for_keys")
def look_for_keys(timestamp: int) -> None:
    """Rows of before an upgrade, and those written past the actions, get the keys by which doubles are found."""
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("leads.fill_keys", vendor_id=vendor_id, once=f"leads.fill_keys/{vendor_id}")


@job("leads.fill_keys")
def fill_keys(*, vendor_id: int) -> None:
    """A chunk a transaction, until none is left. Twice does no more than once."""
    actor = system_member(vendor_id, "Duplicates")
    while fill_lead_keys(actor=actor):
        pass
    while fill_customer_keys(actor=actor):
        pass
