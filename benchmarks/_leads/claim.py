"""64 clients at a pool: partners' people, each on a connection of its own, take leads until the pool is empty.

Every client reads what its partner sees, chooses among the first rows at random, and takes it, as the page does. A
connection of its own counts afterwards that each lead has exactly one owner, one accepted offer and one claim in the
log. Leads a second for pools of 100 and of 1,000 leads, in a channel of 27,500 partners; the floor is 64 connections
that change one row of their own in a transaction each.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

import psycopg
from django.db import connection

from benchmarks._harness import as_web, bench_vendor, say, timed
from benchmarks._leads._growth import exponent
from benchmarks._leads.route import seed
from fairway.core import clock
from fairway.core.access import Member, member_of_seat, system_member
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Organization, Role, Seat, User
from fairway.leads.actions.claims import AlreadyTaken, claim_lead
from fairway.leads.actions.policies import publish_routing_policy, save_routing_draft
from fairway.leads.actions.pools import save_pool
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import PoolEntry

CLIENTS = 64
SIZES, QUICK = (100, 1_000), (100,)
PARTNERS, ACTIVE = 27_500, 8_500
SHOWN = 50  # what a page shows
_SELLERS = """SELECT user_id FROM core_seat WHERE vendor_id = %s AND role = 'seller' ORDER BY id LIMIT %s"""
_OWNED = """SELECT count(*), count(DISTINCT l.id), count(*) FILTER (WHERE l.partner_id IS DISTINCT FROM o.partner_id)
 FROM leads_lead l JOIN leads_offer o ON o.lead_id = l.id AND o.state = 'accepted'
 WHERE l.vendor_id = %s AND l.state = 'accepted'"""
_CLAIMS = """SELECT count(*), count(DISTINCT subject_id) FROM core_event
 WHERE vendor_id = %s AND subject_type = 'lead' AND verb = 'claimed'"""


def operations_of(vendor: Organization) -> Member:
    user = User.objects.create(email=f"pools-{vendor.pk}@bench.invalid", name="Bench operations", password="!")
    Seat.objects.create(
        vendor=vendor, user=user, organization=vendor, role=Role.OPERATIONS, name=user.name, email=user.email
    )
    return member_of_seat(seats_of_user(user.pk)[0], user_id=user.pk)


def fill(vendor: Organization, ids: list[int], operations: Member) -> float:
    """All leads into one pool that every active partner sees; returns the seconds that routing them took."""
    at = clock.now()
    pool = save_pool(pool=None, actor=operations, at=at, name="Bench", who={}, wider={})
    rule = {
        "uid": "pool", "name": "All", "when": {}, "who": {}, "match": [], "limit_hours": 8, "partners_at_most": 3,
        "action": {"kind": "pool", "pool": str(pool.uid)},
    }  # fmt: skip
    draft = save_routing_draft(actor=operations, at=at, rules=[rule])
    publish_routing_policy(policy=draft, actor=operations, at=at)
    router = system_member(vendor.pk, "Routing", kind="rule")
    seconds, outcomes = timed(lambda: route_leads(lead_ids=ids, actor=router, at=at))
    if outcomes != {"pool": len(ids)}:
        raise RuntimeError(f"Not every lead came into the pool: {outcomes}")
    return seconds


def client(number: int, member: Member, start: Barrier) -> Counter[str]:
    """Take what is free until nothing is; returns how many were taken, and how often somebody else was faster."""
    told: Counter[str] = Counter()
    chance = Random(number)
    start.wait()
    try:
        while True:
            with entering(member.context):
                free = list(PoolEntry.objects.filter(closed_at=None).order_by("-pooled_at", "-id")[:SHOWN])
            if not free:
                return told
            try:
                claim_lead(entry=chance.choice(free), actor=member, at=clock.now())
                told["taken"] += 1
            except AlreadyTaken:
                told["already_taken"] += 1
    finally:
        connection.close()


def floor(vendor_id: int) -> float:
    """Seconds for 64 connections to change a thousand rows, each in a transaction, with nothing else."""
    rounds = 1_000 // CLIENTS + 1
    start = Barrier(CLIENTS + 1)

    def change(pk: int) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as own:
            start.wait()
            for _ in range(rounds):
                own.execute("UPDATE core_partner SET name = name WHERE vendor_id = %s AND id = %s", [vendor_id, pk])

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_partner WHERE vendor_id = %s ORDER BY id LIMIT %s", [vendor_id, CLIENTS])
        ids = [pk for (pk,) in cursor.fetchall()]
    with ThreadPoolExecutor(CLIENTS) as pool:
        works = [pool.submit(change, pk) for pk in ids]
        start.wait()
        seconds, _done = timed(lambda: [work.result() for work in works])
    return seconds / (rounds * CLIENTS)


def counted_by_another(vendor_id: int, count: int) -> None:
    """Raise unless every lead has one owner, one accepted offer of that owner, and one claim in the log."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        owned = other.execute(_OWNED, [vendor_id]).fetchone()
        claims = other.execute(_CLAIMS, [vendor_id]).fetchone()
    if owned != (count, count, 0) or claims != (count, count):
        raise RuntimeError(f"Not one owner for each of {count} leads: {owned}, {claims}")


def one_size(count: int, partners: int, active: int) -> float:
    with bench_vendor() as vendor:
        actor = system_member(vendor.pk, "Bench", kind="rule")
        ids = seed(vendor, count, actor, partners=partners, active=active)
        operations = operations_of(vendor)
        with connection.cursor() as cursor:
            cursor.execute(_SELLERS, [vendor.pk, CLIENTS])
            users = [pk for (pk,) in cursor.fetchall()]
            cursor.execute("UPDATE partners_profile SET lead_capacity = 100000 WHERE vendor_id = %s", [vendor.pk])
        members = [member_of_seat(seats_of_user(pk)[0], user_id=pk) for pk in users]
        least = floor(vendor.pk)
        with as_web():
            pooling = fill(vendor, ids, operations)
            start = Barrier(CLIENTS + 1)
            with ThreadPoolExecutor(CLIENTS) as pool:
                works = [pool.submit(client, number, member, start) for number, member in enumerate(members)]
                start.wait()
                seconds, told = timed(lambda: sum((work.result() for work in works), Counter[Any]()))
        counted_by_another(vendor.pk, count)
    say(
        "claim", count / seconds, "leads/s", floor=1 / least, floor_is="one row changed in a transaction, as the owner",
        n=count, clients=CLIENTS, taken=told["taken"], already_taken=told["already_taken"], owners_of_each=1,
        seconds=round(seconds, 1), pooling_seconds=round(pooling, 1), partners=partners, active=active,
        load=round(os.getloadavg()[0], 1),
    )  # fmt: skip
    return seconds


def run(quick: bool) -> None:
    seconds = {size: one_size(size, PARTNERS, ACTIVE) for size in (QUICK if quick else SIZES)}
    if len(seconds) > 1:
        (small, fast), (large, slow) = seconds.items()
        growth = exponent((small, fast), (large, slow))
        say("claim_growth", growth, "exponent", floor=1.0, floor_is="time proportional to leads", n=large)
