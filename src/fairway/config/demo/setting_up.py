"""The vendors before their two years begin: organizations, people, lines, products, tiers, territories, partners.

What has a bulk action goes through it (partners); the few rows that set a vendor up are written directly, by the
owner, as an installation's first administrator would have them written.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.utils.crypto import get_random_string

from fairway.catalog.models import BusinessUnit, Product, ProductLine
from fairway.config.demo import names
from fairway.config.demo.places import any_city, cities
from fairway.config.demo.plan import PARTNER_KINDS, TIERS, VendorPlan
from fairway.core.access import Member, member_of_seat, system_member
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.lookups import SeatRow
from fairway.core.tenancy.models import Organization, Partner, PartnerState, Role, Seat, User
from fairway.leads.models import LeadForm
from fairway.partners.actions.importing import import_partners
from fairway.partners.models import Credential, Profile, Program, Territory, Tier
from fairway.partners.rules.rows import PartnerRow

PARTNER_ROLES = (Role.EXECUTIVE, Role.SELLER, Role.PARTNER_MARKETER)


@dataclass
class World:
    """One vendor with everything the two years need at hand. Ids are database ids."""

    plan: VendorPlan
    vendor: Organization
    begins: datetime
    ends: datetime
    chance: random.Random
    staff: dict[str, list[Member]] = field(default_factory=dict)
    people: dict[int, list[Member]] = field(default_factory=dict)
    partners: dict[int, Partner] = field(default_factory=dict)
    lines: dict[str, ProductLine] = field(default_factory=dict)
    # How a partner works: 0 is idle, 1 is excellent.
    skill: dict[int, float] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        return Context(Surface.ACTING, vendor_id=self.vendor.pk)

    def seller_of(self, partner_id: int) -> Member:
        return next(member for member in self.people[partner_id] if member.role == Role.SELLER)


def set_up(plan: VendorPlan, begins: datetime, ends: datetime, password: str) -> World:
    """Make a vendor from nothing; as the owner."""
    chance = random.Random(plan.seed)
    vendor = Organization.objects.create(
        name=plan.name, slug=plan.slug, is_vendor=True, country=plan.country,
        time_zone=plan.time_zone, currency=plan.currency,
    )  # fmt: skip
    staff_users = _staff_users(plan, password)
    world = World(plan, vendor, begins, ends, chance)
    with entering(world.context):
        _seat_staff(world, staff_users)
        _offering(world)
        _map(world)
    _partners(world)
    return world


@cache
def _hashed(password: str) -> str:
    """One hash for all who share the demo's password; hashing is slow on purpose."""
    return make_password(password)


def _user(email: str, name: str, zone: str, password: str = "") -> User:
    hashed = _hashed(password) if password else UNUSABLE_PASSWORD_PREFIX + get_random_string(40)
    return User(email=email, name=name, time_zone=zone, password=hashed)


def _staff_users(plan: VendorPlan, password: str) -> list[tuple[User, str]]:
    made = []
    for role, name in plan.staff:
        first = name.split()[0].lower()
        made.append((_user(f"{first}@{plan.host}", name, plan.time_zone, password), role))
    User.objects.bulk_create([user for user, _ in made])
    return made


def _seat_staff(world: World, users: list[tuple[User, str]]) -> None:
    for user, role in users:
        seat = Seat.objects.create(
            vendor=world.vendor, user=user, organization=world.vendor, role=role, name=user.name, email=user.email
        )
        world.staff.setdefault(role, []).append(as_member(world, seat, None))


def as_member(world: World, seat: Seat, partner: Partner | None) -> Member:
    """The member of a seat, without asking the database again."""
    row = SeatRow(
        seat_id=seat.pk, seat_uid=seat.uid, role=seat.role, name=seat.name, email=seat.email,
        organization_id=seat.organization_id, vendor_id=world.vendor.pk, vendor_name=world.vendor.name,
        vendor_slug=world.vendor.slug or "", vendor_currency=world.vendor.currency,
        vendor_time_zone=world.vendor.time_zone,
        partner_id=partner.pk if partner else None,
        partner_uid=partner.uid if partner else None,
        partner_name=partner.name if partner else None,
        partner_time_zone=partner.time_zone if partner else world.vendor.time_zone,
        partner_ids=(partner.pk,) if partner else (),
    )  # fmt: skip
    return member_of_seat(row, user_id=seat.user_id)


def _offering(world: World) -> None:
    sold_by: dict[str, BusinessUnit] = {}
    for unit in world.plan.units:
        kept = BusinessUnit.objects.create(
            vendor=world.vendor, code=unit.code, name=unit.name, description=unit.description
        )
        sold_by |= dict.fromkeys(unit.lines, kept)
    for line in world.plan.lines:
        sold = sold_by.get(line.code)
        made = ProductLine.objects.create(vendor=world.vendor, code=line.code, name=line.name, unit=sold)
        world.lines[line.code] = made
        for number, size in enumerate(("S", "M", "L", "XL"), start=1):
            Product.objects.create(
                vendor=world.vendor, line=made, external_id=f"{line.code[:3].upper()}-{number}00",
                name=f"{line.name} {size}", currency=world.plan.currency,
                list_price_minor=round(line.price_low * 100 * (0.05 + 0.11 * number)),
            )  # fmt: skip
    program = Program.objects.create(vendor=world.vendor, name=f"{world.plan.name} Partners", is_default=True)
    for code, name, rank in TIERS:
        Tier.objects.create(vendor=world.vendor, program=program, code=code, name=name, rank=rank)
    LeadForm.objects.create(
        vendor=world.vendor, slug="contact", name="Contact form", headline=f"Talk to a {world.plan.name} partner",
        consent_text=f"{world.plan.name} may pass my request to one of its partners, who will contact me.",
    )  # fmt: skip


def _map(world: World) -> None:
    cams = world.staff[Role.CAM]
    for order, (name, condition) in enumerate(world.plan.territories):
        Territory.objects.create(
            vendor=world.vendor, name=name, order=order, condition=condition, cam_id=cams[order % len(cams)].seat_id
        )


def _partners(world: World) -> None:
    chance, plan = world.chance, world.plan
    rows = []
    named = names.companies(chance, names.PARTNER_TAILS)
    for number in range(1, plan.partners + 1):
        # The first partner is the one whose people get a log-in: it sits where most leads come from.
        city = cities(plan.country)[0] if number == 1 else any_city(chance, plan.countries)
        name = next(named)[0]
        rows.append(
            PartnerRow(
                line=number, external_id=f"{plan.slug[:2].upper()}{number:05d}", name=name, country=city.country,
                city=city.name, state_code=city.state, website=names.host_of(name),
                kinds=(chance.choice(PARTNER_KINDS),), employees=int(chance.lognormvariate(3.2, 0.9)) + 2,
                opened_year=chance.randint(1985, 2022), tier=_tier(number),
                product_lines=tuple(sorted(chance.sample([line.code for line in plan.lines], _breadth(chance, plan)))),
            )
        )  # fmt: skip
    import_partners(rows, actor=system_member(world.vendor.pk, "Set-up"), at=world.begins)
    with entering(world.context):
        world.partners = {partner.pk: partner for partner in Partner.objects.order_by("external_id")}
        _rate(world)


def _tier(number: int) -> str:
    return "gold" if number % 12 == 1 else "silver" if number % 4 == 0 else "member"


def _breadth(chance: random.Random, plan: VendorPlan) -> int:
    return chance.randint(1, len(plan.lines))


def _rate(world: World) -> None:
    """Give every partner its way of working, room for leads, and its credentials."""
    chance = world.chance
    credentials, profiles = [], {p.partner_id: p for p in Profile.objects.all()}
    issued = date(world.begins.year, world.begins.month, 1)
    for number, partner in enumerate(world.partners.values()):
        skill = 0.92 if number == 0 else min(0.95, max(0.02, chance.betavariate(2.2, 2.0)))
        world.skill[partner.pk] = skill
        profile = profiles[partner.pk]
        profile.lead_capacity = 14 if number == 0 else 3 + round(skill * 12)
        for code in profile.product_lines:
            if chance.random() < 0.35 + skill / 2:
                credentials.append(_credential(world, partner, code, issued + timedelta(days=chance.randint(0, 500))))
    Profile.objects.bulk_update(profiles.values(), ["lead_capacity"], batch_size=1000)
    Credential.objects.bulk_create(credentials)
    resting = [partner.pk for partner in list(world.partners.values())[1:] if chance.random() < 0.05]
    Partner.objects.filter(pk__in=resting).update(state=PartnerState.PAUSED)


def _credential(world: World, partner: Partner, code: str, on: date) -> Credential:
    name = f"{world.lines[code].name} Specialist"
    return Credential(
        vendor=world.vendor, partner=partner, code=code, name=name, issued_on=on, expires_on=on + timedelta(days=1000)
    )


def share_partners(main: World, other: World) -> None:
    """Let the first partners of the other vendor be partners of the main one too: one organization, two records."""
    count = other.plan.shared_partners
    ours = list(main.partners.values())[:count]
    with entering(other.context):
        theirs = list(other.partners.values())[:count]
        for mine, shared in zip(ours, theirs, strict=True):
            shared.organization_id, shared.name, shared.sort_name = mine.organization_id, mine.name, mine.sort_name
        Partner.objects.bulk_update(theirs, ["organization", "name", "sort_name"])


def seat_partner_people(worlds: list[World], password: str) -> dict[str, str]:
    """An executive, one or two sellers and sometimes a marketer for each partner organization, seated at each of
    its vendors. Returns role → e-mail of the people who get a password: those of the first partner."""
    shown: dict[str, str] = {}
    users: dict[int, list[tuple[User, str]]] = {}
    for world in worlds:
        for number, partner in enumerate(world.partners.values()):
            if partner.organization_id in users:
                continue
            is_shown = world is worlds[0] and number == 0
            users[partner.organization_id] = _people_of(world, partner, password if is_shown else "")
            if is_shown:
                shown = {role: user.email for user, role in users[partner.organization_id]}
    User.objects.bulk_create([user for people in users.values() for user, _ in people])
    for world in worlds:
        with entering(world.context):
            _seat(world, users)
    return shown


def seat_people_of(world: World, known: dict[int, list[tuple[User, str]]]) -> None:
    """Seat the people of one vendor's partners; those of organizations that are `known` have log-ins already."""
    users = dict(known)
    new = [partner for partner in world.partners.values() if partner.organization_id not in users]
    made = {partner.organization_id: _people_of(world, partner, "") for partner in new}
    User.objects.bulk_create([user for people in made.values() for user, _ in people])
    with entering(world.context):
        _seat(world, users | made)


def _people_of(world: World, partner: Partner, password: str) -> list[tuple[User, str]]:
    chance = world.chance
    roles = [Role.EXECUTIVE, Role.SELLER]
    if password or chance.random() < 0.4:
        roles.append(Role.PARTNER_MARKETER)
    people, taken = [], set()
    for role in roles:
        first, last = names.person(chance)
        while first in taken:
            first, last = names.person(chance)
        taken.add(first)
        email = f"{first}.{last}@{names.host_of(partner.name)}".lower()
        people.append((_user(email, f"{first} {last}", partner.time_zone, password), str(role)))
    return people


def _seat(world: World, users: dict[int, list[tuple[User, str]]]) -> None:
    seats = []
    for partner in world.partners.values():
        for user, role in users[partner.organization_id]:
            seat = Seat(
                vendor=world.vendor, user=user, organization_id=partner.organization_id, partner=partner, role=role,
                name=user.name, email=user.email,
            )  # fmt: skip
            seats.append((seat, partner))
    Seat.objects.bulk_create([seat for seat, _ in seats])
    for seat, partner in seats:
        world.people.setdefault(partner.pk, []).append(as_member(world, seat, partner))


def load(plan: VendorPlan, begins: datetime, ends: datetime) -> World:
    """The world of a vendor that has been set up, for the process that plays its two years."""
    vendor = Organization.objects.get(slug=plan.slug)
    world = World(plan, vendor, begins, ends, random.Random(plan.seed + 1))
    with entering(world.context):
        world.partners = {partner.pk: partner for partner in Partner.objects.order_by("external_id")}
        world.lines = {line.code: line for line in ProductLine.objects.all()}
        capacity = dict(Profile.objects.values_list("partner_id", "lead_capacity"))
        world.skill = {pk: min(0.95, max(0.02, (capacity[pk] - 3) / 12)) for pk in world.partners}
        for seat in Seat.objects.order_by("pk"):
            partner = world.partners.get(seat.partner_id) if seat.partner_id else None
            member = as_member(world, seat, partner)
            if partner is None:
                world.staff.setdefault(seat.role, []).append(member)
            else:
                world.people.setdefault(partner.pk, []).append(member)
    return world


def exists(plans: tuple[VendorPlan, ...]) -> bool:
    return Organization.objects.filter(slug__in=[plan.slug for plan in plans]).exists()
