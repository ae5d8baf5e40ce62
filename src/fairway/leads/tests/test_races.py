"""Two at once, on committed rows: exactly one wins, nothing is offered or owned twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from fairway.core.access import system_member
from fairway.core.events.models import Event as Events
from fairway.core.moves import StateConflict
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions import pooling
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_many
from fairway.leads.actions.claims import AlreadyTaken, claim_lead
from fairway.leads.actions.importing import LeadRow, import_leads
from fairway.leads.actions.offers import accept_offer, decline_offer, lapse_offer, offer_lead_to, recall_offer
from fairway.leads.actions.pooling import refresh_audiences, take_out
from fairway.leads.actions.pools import save_pool
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import Lead, Offer, PoolEntry
from fairway.leads.tests.test_routing import profile, publish
from fairway.workflow.actions.deadlines import fire_due

pytestmark = pytest.mark.race
AT = datetime(2026, 3, 4, 15, tzinfo=UTC)


def at_once(*works):
    """Run all at the same moment, each on a connection of its own; returns what each gave or raised."""
    barrier, results = Barrier(len(works)), [None] * len(works)

    def run(index, work):
        try:
            barrier.wait()
            results[index] = work()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def captured(cast, count=1):
    rows = [(LeadValues(need=f"Need {i}", country="US"), PersonValues(last_name="Thiele")) for i in range(count)]
    with acting_for(cast.operations):
        made = capture_many(rows, origin=Origin("race"), actor=cast.operations, at=AT, process=False)
    return [one.lead_id for one in made]


def an_offer(cast):
    with entering(cast.cam.context):
        lead = Lead.objects.get(pk=captured(cast)[0])
    return offer_lead_to(lead=lead, partner=cast.beta, actor=cast.cam, at=AT)


def seen_by(member, offer):
    with entering(member.context):
        return Offer.objects.get(pk=offer.pk)


def test_two_sellers_accept_at_once_and_one_wins(committed):
    for _ in range(5):
        offer = an_offer(committed)
        sellers = (committed.beta_seller, committed.beta_executive)
        copies = [seen_by(seller, offer) for seller in sellers]
        results = at_once(
            *(
                lambda seller=seller, copy=copy: accept_offer(offer=copy, actor=seller, at=AT)
                for seller, copy in zip(sellers, copies, strict=True)
            )
        )
        won = [result for result in results if isinstance(result, Lead)]
        lost = [result for result in results if isinstance(result, StateConflict)]
        assert (len(won), len(lost)) == (1, 1), results
        names = {committed.beta_seller.seat_id: "Sal Seller", committed.beta_executive.seat_id: "Eva Exec"}
        assert str(lost[0]) == f"This offer was already accepted by {names[won[0].seller_id]}."


def test_accept_decline_lapse_and_recall_at_once_end_in_one_answer(committed):
    rule = system_member(committed.acme.pk, "Time limits", kind="rule")
    for _ in range(4):
        offer = an_offer(committed)
        mine, hers, late, back = (seen_by(committed.cam, offer) for _i in range(4))
        at_once(
            partial(accept_offer, offer=mine, actor=committed.beta_seller, at=AT),
            partial(decline_offer, offer=hers, actor=committed.beta_executive, at=AT, quality=["other"]),
            partial(lapse_offer, offer=late, actor=rule, at=AT),
            partial(recall_offer, offer=back, actor=committed.cam, at=AT, reason="Second thoughts"),
        )
        with entering(committed.admin.context):
            now = Offer.objects.select_related("lead").get(pk=offer.pk)
        expected = "accepted" if now.state == "accepted" else "captured"
        assert (now.state == "open", now.version, now.lead.state) == (False, 2, expected)


def test_two_routers_offer_each_lead_once_and_fill_nobody_beyond_the_limit(committed):
    profile(committed, committed.beta, lead_capacity=14)
    profile(committed, committed.gamma, lead_capacity=14)
    publish(committed, {})
    ids = captured(committed, 40)
    actor = system_member(committed.acme.pk, "Routing", kind="rule")
    results = at_once(*(lambda part=part: route_leads(lead_ids=part, actor=actor, at=AT) for part in (ids, ids[::-1])))
    assert all(isinstance(result, Counter) for result in results), results
    with entering(committed.admin.context):
        offers = list(Offer.objects.values_list("lead_id", "partner_id"))
        states = Counter(Lead.objects.filter(pk__in=ids).values_list("state", flat=True))
    assert len({lead_id for lead_id, _partner in offers}) == len(offers) == 28
    assert Counter(partner for _lead, partner in offers) == {committed.beta.pk: 14, committed.gamma.pk: 14}
    assert states == {"offered": 28, "waiting": 12}


def test_a_person_and_a_router_at_once_make_one_open_offer(committed):
    profile(committed, committed.beta, lead_capacity=20)
    publish(committed, {})
    actor = system_member(committed.acme.pk, "Routing", kind="rule")
    for _ in range(4):
        (lead_id,) = captured(committed)
        with entering(committed.cam.context):
            lead = Lead.objects.get(pk=lead_id)
        at_once(
            lambda lead=lead: offer_lead_to(lead=lead, partner=committed.gamma, actor=committed.cam, at=AT, reason="x"),
            lambda lead_id=lead_id: route_leads(lead_ids=[lead_id], actor=actor, at=AT),
        )
        with entering(committed.admin.context):
            assert Offer.objects.filter(lead_id=lead_id, state="open").count() == 1
            assert all(Offer.objects.filter(lead_id=lead_id, state="recalled").values_list("recall_reason", flat=True))


def test_a_seller_accepts_while_the_account_manager_gives_it_to_another(committed):
    for _ in range(6):
        offer = an_offer(committed)
        with entering(committed.cam.context):
            lead = Lead.objects.get(pk=offer.lead_id)
        results = at_once(
            partial(accept_offer, offer=seen_by(committed.beta_seller, offer), actor=committed.beta_seller, at=AT),
            partial(offer_lead_to, lead=lead, partner=committed.gamma, actor=committed.cam, at=AT, reason="Nearer"),
        )
        assert sorted(isinstance(result, (StateConflict, TransitionRefused)) for result in results) == [False, True]
        with entering(committed.admin.context):
            lead = Lead.objects.get(pk=offer.lead_id)
            assert Offer.objects.filter(lead=lead, state__in=["open", "accepted"]).count() == 1
        assert lead.state in {"accepted", "offered"}


def test_two_imports_of_one_file_at_once_make_each_lead_once(committed):
    rows = [LeadRow(line, external_id=f"R{line}", need=f"Need {line}") for line in range(2, 52)]
    work = [lambda part=part: import_leads(part, actor=committed.operations, at=AT) for part in (rows, rows)]
    results = at_once(*work)
    assert sorted((result.created, result.unchanged) for result in results) == [(0, 50), (50, 0)], results
    with entering(committed.admin.context):
        assert Lead.objects.filter(source="import").count() == 50


def pooled_for(cast, count, **pool):
    """Leads in a pool that both partners see, as each of their sellers sees them."""
    for partner in (cast.beta, cast.gamma):
        profile(cast, partner, lead_capacity=100)
    made = save_pool(pool=None, actor=cast.operations, at=AT, name="Race", who={}, wider={}, **pool)
    publish(cast, {"action": {"kind": "pool", "pool": str(made.uid)}, "match": []})
    ids = captured(cast, count)
    rules = system_member(cast.acme.pk, "Routing", kind="rule")
    assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"pool": count}
    return ids


def entries_seen(member):
    with entering(member.context):
        return list(PoolEntry.objects.filter(closed_at=None).order_by("pk"))


def test_of_many_who_take_one_lead_of_a_pool_one_has_it_and_the_others_are_told(committed):
    ids = pooled_for(committed, 3)
    sellers = [committed.beta_seller, committed.gamma_seller, committed.beta_executive] * 4
    for place, lead_id in enumerate(ids):
        entries = [entries_seen(seller)[0] for seller in sellers]
        results = at_once(
            *(partial(claim_lead, entry=entry, actor=seller, at=AT)
              for entry, seller in zip(entries, sellers, strict=True))
        )  # fmt: skip
        won = [result for result in results if isinstance(result, Lead)]
        lost = [str(result) for result in results if isinstance(result, AlreadyTaken)]
        assert (len(won), len(lost)) == (1, 11), results
        assert all(sentence.startswith("Already taken") for sentence in lost)
        with entering(committed.admin.context):
            lead = Lead.objects.get(pk=lead_id)
            owners = list(Offer.objects.filter(lead_id=lead_id).values_list("partner_id", "state"))
            assert Lead.objects.filter(state="accepted").count() == place + 1
        assert owners == [(lead.partner_id, "accepted")]


def test_two_colleagues_at_once_take_no_more_than_their_pool_lets_them(committed):
    pooled_for(committed, 4, open_most=1)
    first, second, third, fourth = entries_seen(committed.beta_seller)
    results = at_once(
        partial(claim_lead, entry=first, actor=committed.beta_seller, at=AT),
        partial(claim_lead, entry=second, actor=committed.beta_executive, at=AT),
        partial(claim_lead, entry=third, actor=committed.beta_seller, at=AT),
        partial(claim_lead, entry=fourth, actor=committed.beta_executive, at=AT),
    )
    assert Counter(type(result).__name__ for result in results) == {"Lead": 1, "Refused": 3}, results
    with entering(committed.admin.context):
        assert Lead.objects.filter(state="accepted").count() == 1


def test_a_lead_is_taken_taken_out_and_widened_at_once_and_ends_in_one_place(committed):
    ids = pooled_for(committed, 4, widen_after_hours=1)
    for lead_id in ids:
        (entry,) = [each for each in entries_seen(committed.beta_seller) if each.lead_id == lead_id]
        with entering(committed.cam.context):
            lead = Lead.objects.get(pk=lead_id)
        results = at_once(
            partial(claim_lead, entry=entry, actor=committed.beta_seller, at=AT),
            partial(take_out, lead=lead, actor=committed.cam, at=AT, reason="Second thoughts"),
            partial(fire_due, AT + timedelta(days=2), vendor_id=committed.acme.pk),
            partial(fire_due, AT + timedelta(days=2), vendor_id=committed.acme.pk),
        )
        assert sum(isinstance(result, Lead) for result in results[:2]) == 1, results
        with entering(committed.admin.context):
            state = Lead.objects.get(pk=lead_id).state
            held = Offer.objects.filter(lead_id=lead_id).count()
        assert (state, held) == (("accepted", 1) if isinstance(results[0], Lead) else ("waiting", 0))


def test_no_lead_goes_into_a_pool_while_its_audiences_are_refreshed(committed):
    """A refresh empties audiences that nobody uses; one that is taken into use just then would stay empty."""
    first = pooled_for(committed, 1)
    rules = system_member(committed.acme.pk, "Routing", kind="rule")
    with entering(committed.cam.context):
        lead = Lead.objects.get(pk=first[0])
    take_out(lead=lead, actor=committed.cam, at=AT, reason="Somewhere else")
    ids = captured(committed)
    is_refreshing, may_end = Event(), Event()
    real = pooling.audiences_in_use

    def slowly():
        used = real()
        is_refreshing.set()
        may_end.wait(20)
        return used

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pooling, "audiences_in_use", slowly)
        refresh = Thread(target=lambda: (refresh_audiences(actor=rules, at=AT), connection.close()))
        refresh.start()
        assert is_refreshing.wait(20)
        route = Thread(target=lambda: (route_leads(lead_ids=ids, actor=rules, at=AT), connection.close()))
        route.start()
        route.join(1)
        assert route.is_alive(), "it waits for the refresh"
        may_end.set()
        for thread in (refresh, route):
            thread.join(20)
    for seller in (committed.beta_seller, committed.gamma_seller):
        assert [entry.lead_id for entry in entries_seen(seller)] == ids


def test_ten_workers_look_at_one_limit_and_it_ends_once(committed):
    offer = an_offer(committed)
    late = offer.lapses_at + timedelta(minutes=1)
    results = at_once(*(partial(fire_due, late, vendor_id=committed.acme.pk) for _worker in range(10)))
    assert not [result for result in results if isinstance(result, Exception)], results
    with entering(committed.admin.context):
        told = Events.objects.filter(subject_type="offer", subject_id=offer.pk, verb="lapsed").count()
        lead = Lead.objects.get(pk=offer.lead_id)
    assert (told, seen_by(committed.admin, offer).state, lead.state) == (1, "lapsed", "captured")
