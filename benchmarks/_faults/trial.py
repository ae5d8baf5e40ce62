"""The trial: traffic on, kills in a loop, quiet, and the count of what was lost, doubled, or did not start cleanly."""

import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module

from django.db import Error, connection
from tests import cast
from tests.api import token_of

from benchmarks._faults.place import Place
from benchmarks._faults.traffic import Asker, Noted, accept_offers, register_and_approve, send_leads
from benchmarks._faults.truth import doubles, losses
from benchmarks._harness import as_web
from fairway.catalog.models import ProductLine
from fairway.connect.actions.runs import start_import
from fairway.connect.actions.uploads import upload_import
from fairway.connect.models import ImportRun
from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.partners.models import Profile

file_of = import_module("benchmarks.import").file_of  # a bench may be called as the language's own word
IMPORT_ROWS = 6_000
WEIGHTS = {"web": 4, "worker": 4, "database": 2}
STANDSTILL_SECONDS = 300
# One of each comes every few minutes, whatever was asked; none of them is tried again, because the next one comes.
BY_THE_CLOCK = [
    "core.retry_stalled", "workflow.fire_deadlines", "workflow.send_left_mails", "core.send_left_invitations",
    "insight.end_left_exports", "connect.push_stuck_imports", "leads.route_waiting", "core.learn_words",
]  # fmt: skip


@dataclass
class Told:
    seconds: float = 0
    killed: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    asked_again: int = 0
    put_back: int = 0
    losses: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    unclean: list[str] = field(default_factory=list)


def run(place: Place, *, kills: int, seed: int) -> Told:
    begun, told, noted, over = time.monotonic(), Told(), Noted(), threading.Event()
    cast.build()
    with as_web():
        people = cast.load()
        tokens = _set_the_scene(people)
        place.start()
        threads = _traffic(place, people, tokens, noted, over)
        for thread in threads:
            thread.start()
        _kill_in_a_loop(place, kills, random.Random(seed), told)
        over.set()
        for thread in threads:
            thread.join(180)
        connection.close()
        _come_to_rest(place, told)
        told.losses = losses(people, noted)
        told.doubles = doubles(people)
    told.acknowledged, told.asked_again = noted.count(), noted.asked_again
    told.unclean += [f"refused: {said}" for said in noted.refused]
    told.seconds = time.monotonic() - begun
    return told


def _set_the_scene(people: cast.Cast) -> dict[str, str]:
    with acting_for(people.admin):
        ProductLine.objects.create(vendor=people.acme, code="wireless", name="Wireless")
        for partner in (people.beta, people.gamma):
            Profile.objects.update_or_create(vendor=people.acme, partner=partner, defaults={"lead_capacity": 30_000})
    return {
        name: token_of(people.members()[name]) for name in ("operations", "beta_seller", "gamma_seller", "deal_desk")
    }


def _traffic(
    place: Place, people: cast.Cast, tokens: dict[str, str], noted: Noted, over: threading.Event
) -> list[threading.Thread]:
    askers = {name: Asker(place, token, noted, over) for name, token in tokens.items()}
    closes_on = (clock.today() + timedelta(days=60)).isoformat()
    works = [
        (send_leads, (askers["operations"],)),
        (accept_offers, (askers["beta_seller"],)),
        (accept_offers, (askers["gamma_seller"],)),
        (register_and_approve, (askers["beta_seller"], askers["deal_desk"], closes_on)),
        (_import_files, (people, noted, over)),
    ]
    return [threading.Thread(target=work, args=arguments, daemon=True) for work, arguments in works]


def _import_files(people: cast.Cast, noted: Noted, over: threading.Event) -> None:
    """One file after the other; the next when the worker is through with the last."""
    number = 0
    while not over.is_set():
        try:
            if noted.imports and not _is_over(people, max(noted.imports)):
                time.sleep(0.5)
                continue
            number += 1
            file = file_of("partners", IMPORT_ROWS, number * 100_000)
            run = upload_import(
                kind="partners", file=file, file_name=f"{number}.csv", actor=people.operations, at=clock.now()
            )
            start_import(run=run, actor=people.operations, at=clock.now())
            noted.imports[run.pk] = str(run.uid)
        except Error:
            connection.close()
            time.sleep(0.3)
    connection.close()


def _is_over(people: cast.Cast, run_id: int) -> bool:
    with entering(people.operations.context):
        return ImportRun.objects.get(pk=run_id).state in {"done", "failed"}


def _kill_in_a_loop(place: Place, kills: int, dice: random.Random, told: Told) -> None:
    killed: Counter[str] = Counter()
    for number in range(kills):
        time.sleep(dice.uniform(0.3, 2.0))
        (victim,) = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
        killed[victim] += 1
        print(f"kill {number + 1} of {kills}: {victim}", file=sys.stderr, flush=True)
        try:
            place.kill(victim)
            place.wait_until_ready()
        except Exception as error:
            told.unclean.append(f"kill {number + 1}, of the {victim}: {type(error).__name__}: {error}")
    told.killed = dict(killed)


def _come_to_rest(place: Place, told: Told) -> None:
    """Let the worker finish, as long as it gets on. Waits between attempts are cut short: that every job comes to its
    end is what counts."""
    left, since = _left_to_do(), time.monotonic()
    while left and time.monotonic() - since < STANDSTILL_SECONDS:
        place.tend()
        time.sleep(1)
        now = _left_to_do()
        if now < left:
            left, since = now, time.monotonic()
            print(f"{left} jobs are left", file=sys.stderr, flush=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE attempts > 1")
        told.put_back = cursor.fetchone()[0]
        cursor.execute(
            "SELECT task_name, status, count(*) FROM procrastinate_jobs WHERE status IN ('doing', 'todo', 'failed')"
            " AND task_name NOT LIKE %s AND task_name <> ALL(%s) GROUP BY 1, 2",
            ["%.look_for_%", BY_THE_CLOCK],
        )
        told.unclean += [f"{count} jobs {name} are {status}" for name, status, count in cursor.fetchall()]


def _left_to_do() -> int:
    """Jobs that came of what was asked; those that the clock asks for come and go for ever."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND attempts > 0"
            " AND scheduled_at > now()"
        )
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND task_name NOT LIKE %s AND task_name <> ALL(%s)",
            ["%.look_for_%", BY_THE_CLOCK],
        )
        return int(cursor.fetchone()[0])
