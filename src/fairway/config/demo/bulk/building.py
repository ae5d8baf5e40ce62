"""The steps of building a large world, one transaction each, taken up where an interrupted run stopped."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from fairway.config.demo import finishing, names, playing, setting_up
from fairway.config.demo.bulk import cast, texts
from fairway.config.demo.bulk.calendar import Calendar
from fairway.config.demo.bulk.tables import continue_numbers, without_indexes
from fairway.config.demo.playing import Play
from fairway.config.demo.scales import Scale
from fairway.core.tenancy.models import Organization

SQL = Path(__file__).parent / "sql"
YEARS = timedelta(days=730)
# Of registrations this share ends approved at least; the rest of the approved ones are withdrawn, to come out exact.
APPROVED_SHARE = 0.795
SPARE = 1.05
_MEMORY = "SET LOCAL work_mem = '192MB'; SET LOCAL maintenance_work_mem = '768MB'; SET LOCAL synchronous_commit = off"


@dataclass(frozen=True)
class Step:
    """`share` is the time it takes of the whole, in thousandths; `tables` are filled without their indexes."""

    name: str
    share: int
    files: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    work: Callable[["Building"], None] | None = None


def is_half_made() -> bool:
    """Whether an interrupted run left its notes here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('demo_world.setting') IS NOT NULL")
        return bool(cursor.fetchone()[0])


class Building:
    """One world of a scale in the database of the owner's connection. `say` takes lines of progress."""

    def __init__(self, scale: Scale, ends: datetime, say: Callable[[str], None]) -> None:
        self.scale, self.say = scale, say
        self.ends = self._begun_with(ends)
        self.calendar = Calendar(self.ends - YEARS, self.ends)

    def build(self) -> None:
        done = self._done()
        reached = sum(step.share for step in STEPS if step.name in done)
        total = sum(step.share for step in STEPS)
        if done:
            self.say(f"going on after {len(done)} of {len(STEPS)} steps")
        for step in STEPS:
            if step.name in done:
                continue
            started = time.monotonic()
            self._run(step)
            reached += step.share
            self.say(f"{100 * reached // total:3} %  {step.name} ({time.monotonic() - started:.0f} s)")

    def finish(self) -> None:
        """Drop what the steps left for each other: from now on the world is whole."""
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA demo_world CASCADE")
            cursor.execute("VACUUM ANALYZE")

    def _run(self, step: Step) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_MEMORY)
            with without_indexes(step.tables):
                if step.work is not None:
                    step.work(self)
                for file in step.files:
                    self.execute(file)
                if step.tables:
                    continue_numbers(step.tables)
            cursor.execute("INSERT INTO demo_world.step (name) VALUES (%s)", [step.name])

    def execute(self, file: str) -> None:
        text = (SQL / file).read_text().format(**self._values())
        with connection.cursor() as cursor:
            for statement in text.split(";\n"):
                if statement.strip():
                    cursor.execute(statement)

    def _begun_with(self, ends: datetime) -> datetime:
        """The hour at which this world ends; that of the first run, when this one goes on with it."""
        with transaction.atomic(), connection.cursor() as cursor:
            if is_half_made():
                cursor.execute("SELECT ends, scale FROM demo_world.setting")
                before, scale = cursor.fetchone()
                if scale != self.scale.name:
                    raise ValueError(f"A world of scale {scale} is half made here, not one of {self.scale.name}.")
                return before
            cursor.execute("CREATE SCHEMA demo_world")
            cursor.execute("CREATE TABLE demo_world.setting AS SELECT %s::timestamptz AS ends, %s AS scale",
                           [ends, self.scale.name])  # fmt: skip
            cursor.execute("CREATE TABLE demo_world.step (name text PRIMARY KEY)")
            cursor.execute("CREATE TABLE demo_world.value (name text PRIMARY KEY, value jsonb)")
        return ends

    def _done(self) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM demo_world.step")
            return {name for (name,) in cursor.fetchall()}

    # --- what the statements are told

    def keep(self, name: str, value: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO demo_world.value VALUES (%s, %s::jsonb)", [name, json.dumps(value)])

    def _values(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, value FROM demo_world.value")
            kept = dict(cursor.fetchall())
        plan, scale = self.scale.plan, self.scale
        return {
            "base_epoch": int(self.calendar.monday.timestamp()),
            "until": repr(self.calendar.until),
            "ends": f"timestamptz '{self.ends.isoformat()}'",
            "lines": len(plan.lines),
            "products": 4 * len(plan.lines),
            "active": scale.active,
            "leads": scale.leads,
            "sales_lines": scale.sales_lines,
            "currency": plan.currency,
            "sign": {"USD": "$", "EUR": "€", "GBP": "£"}[plan.currency],
            "campaigns": _array(plan.campaigns),
            "steps": _array(playing.STEPS),
            "jobs": _array(playing.JOBS),
            "questions": _array(playing.QUESTIONS),
            "given": _array(names.GIVEN),
            "family": _array(names.FAMILY),
            **{name: json.loads(value) if isinstance(value, str) else value for name, value in kept.items()},
        }


def _array(words: Any) -> str:
    return "ARRAY[" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + "]"


# --- work of steps that is more than statements


def _words(building: Building) -> None:
    building.execute("00_words.sql")


def _vendor(building: Building) -> None:
    calendar = building.calendar
    cast.make_vendor(building.scale, calendar.begins, calendar.ends)


def _people(building: Building) -> None:
    cast.seat_people(building.scale, building.calendar.begins)
    vendor = Organization.objects.get(slug=building.scale.plan.slug)
    building.keep("vendor", vendor.pk)
    with connection.cursor() as cursor:
        for name, table in (("card", "leads_scorecard"), ("policy", "leads_routingpolicy")):
            cursor.execute(f"SELECT id FROM {table} WHERE vendor_id = %s AND state = 'published'", [vendor.pk])
            building.keep(name, cursor.fetchone()[0])
        cursor.execute(
            "SELECT role, array_agg(id ORDER BY id) FROM core_seat"
            " WHERE vendor_id = %s AND partner_id IS NULL GROUP BY 1",
            [vendor.pk],
        )
        seats = dict(cursor.fetchall())
    building.keep("desk", f"ARRAY{seats['deal_desk']}")
    building.keep("desk_count", len(seats["deal_desk"]))
    building.keep("marketer", seats["marketer"][0])
    building.keep("cam", seats["cam"][0])


def _plan_days(building: Building) -> None:
    building.execute("10_partners.sql")
    with connection.cursor() as cursor:
        for line in building.scale.plan.lines:
            cursor.execute(
                "UPDATE demo_world.line SET low = %s, high = %s, needs = %s WHERE code = %s",
                [line.price_low, line.price_high, list(line.needs), line.code],
            )
        cursor.execute("CREATE TABLE demo_world.day (day int PRIMARY KEY, first_lead bigint, last_lead bigint,"
                       " first_registration bigint, last_registration bigint)")  # fmt: skip
        cursor.executemany(
            "INSERT INTO demo_world.day VALUES (%s, %s, %s)", building.calendar.spread(building.scale.leads)
        )
        cursor.execute("CREATE TABLE demo_world.month (month date PRIMARY KEY, days int, share float8)")
        cursor.executemany("INSERT INTO demo_world.month VALUES (%s, %s, %s)", building.calendar.months())


def _lives(building: Building) -> None:
    building.execute("20_lives.sql")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM demo_world.offer")
        building.keep("offers", cursor.fetchone()[0])
        cursor.execute("SELECT count(*) FROM demo_world.life WHERE state = 'converted'")
        wanted = building.scale.deals - cursor.fetchone()[0]
        building.keep("wanted_approved", wanted)
        registrations = ceil(wanted / APPROVED_SHARE * SPARE)
        building.keep("registrations", registrations)
        cursor.executemany(
            "UPDATE demo_world.day SET first_registration = %s, last_registration = %s WHERE day = %s",
            [(first, last, day) for day, first, last in building.calendar.spread(registrations)],
        )


def _companies(building: Building) -> None:
    texts.write_companies(building.scale.leads + building._values()["registrations"])


def _receipts(building: Building) -> None:
    texts.write_receipts()


def _others(building: Building) -> None:
    scale, ends = building.scale, building.ends
    begins = ends - timedelta(days=scale.others_days)
    worlds = cast.make_others(scale, begins, ends)
    for plan in scale.plans[1:]:
        play = Play(setting_up.load(plan, begins, ends))
        for _month in play.run():
            pass
    for world in worlds:
        finishing.sales(world)


STEPS = (
    Step("words", 1, work=_words),
    Step("vendor and partners", 40, work=_vendor),
    Step("people of the partners", 10, work=_people),
    Step("days", 5, work=_plan_days),
    Step("lives of the leads", 60, work=_lives),
    Step("names of companies", 30, work=_companies),
    Step("leads", 100, ("30_leads.sql",), ("leads_lead",)),
    Step("persons", 30, ("31_people.sql",), ("leads_leadperson",)),
    Step("scores", 40, ("32_scores.sql",), ("leads_leadscore",)),
    Step("decisions and offers", 100, ("33_offers.sql",), ("leads_routingdecision", "leads_offer")),
    Step("touches", 30, ("34_touches.sql",), ("leads_touch",)),
    Step("claims", 30, ("40_claims.sql",)),
    Step("receipts", 15, work=_receipts),
    Step("customers", 40, ("41_customers.sql",), ("customers_customer",)),
    Step("registrations", 50, ("42_registrations.sql",), ("deals_registration", "deals_protection", "deals_conflict")),
    Step("deals", 30, ("43_deals.sql",), ("deals_deal",)),
    Step("approvals, deadlines, bells", 30, ("50_workflow.sql",),
         ("workflow_approval", "workflow_deadline", "workflow_notification")),
    Step("sales lines", 250, ("70_sales.sql",), ("sales_salesline",)),
    Step("log", 250, ("60_events.sql", "61_events_of_deals.sql", "71_reported.sql"), ("core_event",)),
    Step("two small vendors", 60, work=_others),
)  # fmt: skip
