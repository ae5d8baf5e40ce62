"""Who is in a large world: the vendor with its staff, its partners and their people, and the two small vendors."""

import random
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection

from fairway.config.demo import setting_up
from fairway.config.demo.names import FAMILY, GIVEN
from fairway.config.demo.scales import Scale
from fairway.config.demo.setting_up import World
from fairway.core.access import system_member
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.models import Organization, Partner, Role, Seat, User
from fairway.leads.actions.policies import ensure_policies

# Those that work and those that rest: the first partner works, and which others do is chance that stays the same.
_STATES = """
UPDATE core_partner p SET state = CASE WHEN ranked.nth <= %s THEN 'active' ELSE 'inactive' END
 FROM (SELECT id, row_number() OVER (ORDER BY external_id <> %s, demo_world.chance(id, 200), id) AS nth
   FROM core_partner WHERE vendor_id = %s) AS ranked
 WHERE p.id = ranked.id
"""
_ROOM = """
UPDATE partners_profile f SET lead_capacity = 400 FROM core_partner p
 WHERE f.vendor_id = %s AND p.id = f.partner_id AND p.external_id = %s
"""
# An executive and a seller at each partner; the marketers fill up to the wanted number, at partners that work first.
_PEOPLE = """
CREATE UNLOGGED TABLE demo_world.person AS
WITH place AS (
 SELECT p.id, p.organization_id, p.time_zone, f.website, row_number() OVER (ORDER BY p.state, p.external_id) AS nth
  FROM core_partner p JOIN partners_profile f ON f.vendor_id = p.vendor_id AND f.partner_id = p.id
  WHERE p.vendor_id = %(vendor)s
), seated AS (
 SELECT p.*, r.role, r.no FROM place p
 CROSS JOIN (VALUES (0, 'executive'), (1, 'seller'), (2, 'partner_marketer')) AS r (no, role)
 WHERE r.no < 2 OR p.nth <= %(marketers)s
), named AS (
 SELECT *, (%(given)s::text[])[1 + demo_world.draw(id * 4 + no, 201, 40)] AS given,
  (%(family)s::text[])[1 + (demo_world.draw(id, 202, 40) + no) %% 40] AS family FROM seated
)
SELECT *, given || ' ' || family AS name, lower(given || '.' || family) || '@' || website AS email FROM named
"""
_USERS = """
INSERT INTO core_user (uid, email, name, language, time_zone, is_active, joined_at, password)
SELECT demo_world.uid(extract(epoch FROM %(begins)s::timestamptz)::float8, id * 4 + no, 203), email, name, 'en',
  time_zone, true, %(begins)s, '!' || md5(email) || left(md5(name || email), 8)
 FROM demo_world.person ORDER BY id, no
"""
_SEATS = """
INSERT INTO core_seat (uid, vendor_id, user_id, organization_id, partner_id, role, name, email, is_active, created_at)
SELECT demo_world.uid(extract(epoch FROM %(begins)s::timestamptz)::float8, p.id * 4 + no, 204), %(vendor)s, u.id,
  p.organization_id, p.id, p.role, p.name, p.email, true, %(begins)s
 FROM demo_world.person p JOIN core_user u ON u.email = p.email ORDER BY p.id, p.no
"""


def make_vendor(scale: Scale, begins: datetime, ends: datetime) -> None:
    """The large vendor with its staff, offer, map, rules and partners."""
    world = setting_up.set_up(scale.plan, begins, ends, "")
    system = system_member(world.vendor.pk, "Routing", kind="rule")
    with entering(system.context):
        ensure_policies(actor=system, at=begins)
    first = min(partner.external_id for partner in world.partners.values())
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [scale.active, first, world.vendor.pk])
        cursor.execute(_ROOM, [world.vendor.pk, first])


def seat_people(scale: Scale, begins: datetime) -> None:
    """Log-ins and seats of the partners' people; nobody of them has a password yet."""
    vendor = Organization.objects.get(slug=scale.plan.slug)
    about: dict[str, Any] = {
        "vendor": vendor.pk,
        "begins": begins,
        "given": GIVEN,
        "family": FAMILY,
        "marketers": scale.people - len(scale.plan.staff) - 2 * scale.partners,
    }
    with connection.cursor() as cursor:
        for statement in (_PEOPLE, _USERS, _SEATS):
            cursor.execute(statement, about)


def make_others(scale: Scale, begins: datetime, ends: datetime) -> list[World]:
    """The two small vendors, which share their first partners with the large one."""
    vendor = Organization.objects.get(slug=scale.plan.slug)
    main = World(scale.plan, vendor, begins, ends, random.Random(scale.plan.seed))
    most = max(plan.shared_partners for plan in scale.plans[1:])
    with entering(main.context):
        first = Partner.objects.filter(state="active").order_by("external_id")[:most]
        main.partners = {partner.pk: partner for partner in first}
        seats = list(Seat.objects.filter(partner__in=main.partners).order_by("pk"))
    users = User.objects.in_bulk([seat.user_id for seat in seats])
    known: dict[int, list[tuple[User, str]]] = {}
    for seat in seats:
        known.setdefault(seat.organization_id, []).append((users[seat.user_id], seat.role))
    others = []
    for plan in scale.plans[1:]:
        other = setting_up.set_up(plan, begins, ends, "")
        setting_up.share_partners(main, other)
        setting_up.seat_people_of(other, known)
        others.append(other)
    return others


def give_passwords(scale: Scale, password: str) -> list[dict[str, Any]]:
    """One password for the staff of all vendors and the first partner's people; returns the log-ins to show."""
    vendors = Organization.objects.filter(slug__in=[plan.slug for plan in scale.plans]).order_by("pk")
    seats: dict[str, list[Seat]] = {}
    for vendor in vendors:
        with entering(Context(Surface.ACTING, vendor_id=vendor.pk)):
            seats[vendor.slug or ""] = list(Seat.objects.filter(partner=None).order_by("pk"))
            if vendor.slug == scale.plan.slug:
                first = Partner.objects.order_by("external_id").first()
                people = list(Seat.objects.filter(partner=first).order_by("pk"))
    users = {seat.user_id for staff in seats.values() for seat in staff} | {seat.user_id for seat in people}
    User.objects.filter(pk__in=users).update(password=make_password(password))
    shown = {("console", seat.role): seat for seat in reversed(seats[scale.plan.slug])}
    shown |= {("portal", seat.role): seat for seat in reversed(people)}
    return [
        {"surface": surface, "role": str(Role(role).label), "email": seat.email, "password": password}
        for (surface, role), seat in sorted(shown.items(), key=lambda item: (item[0][0], item[1].pk))
    ]
