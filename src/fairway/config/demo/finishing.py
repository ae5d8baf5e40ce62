"""After the two years: revenue lines, tidying up what nobody waits for any more, and the log-ins to show."""

import math
import random
import secrets
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from fairway.catalog.actions.units import limit_seat_to_units
from fairway.catalog.models import BusinessUnit, Product
from fairway.config.demo.plan import SEASON
from fairway.config.demo.setting_up import World
from fairway.core.access import system_member
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Role, Seat
from fairway.sales.actions.importing import SalesRow, import_sales_lines

WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "lunar",
    "maple",
    "north",
    "orbit",
    "pine",
    "quartz",
    "river",
    "stone",
    "tidal",
]
# What is left of the log of mails and jobs of two years: the last days, as in a system that cleans up after itself.
KEPT_DAYS = 14


def new_password() -> str:
    """Easy to type, made anew for every world: three words and three digits."""
    return "-".join([*(secrets.choice(WORDS) for _ in range(3)), f"{secrets.randbelow(900) + 100}"])


def tidy() -> None:
    """Drop the jobs and mails of the two years: they were for people who do not exist. As the owner."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events")
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM workflow_mail WHERE created_at < now() - %s * interval '1 day'", [KEPT_DAYS])
        cursor.execute("UPDATE workflow_mail SET sent_at = created_at WHERE sent_at IS NULL")
        cursor.execute(
            "DELETE FROM workflow_notification WHERE created_at < now() - %s * interval '1 day'", [KEPT_DAYS]
        )
        cursor.execute("ANALYZE")


def months(world: World) -> list[date]:
    first, found = world.begins.date().replace(day=1), []
    while first <= world.ends.date():
        found.append(first)
        first = (first + timedelta(days=32)).replace(day=1)
    return found


def limit_to_units(world: World) -> list[str]:
    """Let those see only what their unit sells of whom the plan says so; returns their addresses."""
    with entering(world.context):
        units = {unit.code: unit for unit in BusinessUnit.objects.all()}
        chosen = [
            (seat, units[unit.code])
            for unit in world.plan.units
            for seat in Seat.objects.filter(partner=None, name__in=unit.limited).order_by("pk")
        ]
    for seat, unit in chosen:
        limit_seat_to_units(seat=seat, units=[unit], actor=world.staff[Role.ADMIN][0], at=world.ends)
    return [seat.email for seat, _unit in chosen]


def logins(world: World, shown: dict[str, str], password: str) -> list[dict[str, Any]]:
    """One per role, as `./fairway demo` prints them."""
    limited = limit_to_units(world)
    staff = [
        {"surface": "console", "role": str(Role(role).label), "email": member.seat.email, "password": password}
        for role, members in world.staff.items()
        for number, member in enumerate(members)
        if member.seat is not None and (number == 0 or member.seat.email in limited)
    ]
    for login in staff:
        if login["email"] in limited:
            login["role"] += ", of one business unit"
    partner = [
        {"surface": "portal", "role": str(Role(role).label), "email": email, "password": password}
        for role, email in shown.items()
    ]
    return staff + partner


def sales(world: World) -> None:
    """Sell-in lines of every partner, month by month, with season, growth and the partner's own weight."""
    chance = random.Random(world.plan.seed + 2)
    with entering(world.context):
        products = list(Product.objects.order_by("external_id").values_list("external_id", "list_price_minor"))
    partners = [(partner.external_id, world.skill[pk]) for pk, partner in world.partners.items()]
    total = sum(skill**2 for _, skill in partners)
    spans = months(world)
    rows: list[SalesRow] = []
    for number, month in enumerate(spans):
        pace = world.plan.sales_lines / len(spans) * SEASON[month.month - 1] * (0.75 + 0.5 * number / len(spans))
        for external_id, skill in partners:
            rows += _orders(world, chance, external_id, month, pace * skill**2 / total, products, len(rows))
    actor = system_member(world.vendor.pk, "ERP feed")
    for start in range(0, len(rows), 5000):
        import_sales_lines(rows[start : start + 5000], actor=actor, at=world.ends)


def _orders(
    world: World, chance: random.Random, external_id: str, month: date, mean: float, products: Any, first: int
) -> list[SalesRow]:
    rows = []
    for number in range(math.floor(mean + chance.random())):
        on = month + timedelta(days=chance.randint(0, 27))
        product, price_minor = chance.choice(products)
        quantity = min(40, int(chance.expovariate(0.25)) + 1)
        # A dealer pays less than the list says; now and then something comes back.
        sign = -1 if chance.random() < 0.01 else 1
        amount = Decimal(price_minor * quantity * sign) / 100 * Decimal(chance.randint(62, 78)) / 100
        if on <= world.ends.date():
            rows.append(
                SalesRow(
                    line=first + number + 1, kind="sell_in", order_number=f"SO{on:%y%m%d}-{first + number:06d}",
                    line_number="1", partner=external_id, product=product, ordered_on=on,
                    quantity=Decimal(quantity * sign), amount=amount, currency=world.plan.currency,
                    cost=amount * Decimal("0.7"),
                )
            )  # fmt: skip
    return rows
