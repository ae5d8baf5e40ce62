"""Who sees what is not theirs: everybody at every door with the rows of others, tried and counted.

The same checks as in the gate, over all members: raw SQL as each role, pages, the API, rows of others against rows that
never were, forms with others' rows in every field. A throwaway database; what is tried is undone.
"""

import argparse
import json
import logging
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ.setdefault("FAIRWAY_API_REQUESTS_A_MINUTE", "1000000000")

import django

from fairway.config import embedded
from fairway.config.commands.database import var_dir

RAN_BEFORE = embedded.is_running(var_dir() / "test-postgres")

django.setup()

from django.core.signals import request_started  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from tests import cast, database, test_sweep_api, test_sweep_others, test_sweep_urls  # noqa: E402
from tests.bending import Visitor, bent, forms_of, sent_faults, told_apart  # noqa: E402
from tests.leaks import faults_of, readers, right_faults  # noqa: E402
from tests.rows import make_rows  # noqa: E402
from tests.world import make_world, marks_foreign_to  # noqa: E402

from fairway.config.settings import database_from_url  # noqa: E402
from fairway.core.tenancy.acting import acting_for  # noqa: E402
from fairway.core.tenancy.models import User  # noqa: E402
from fairway.core.tenancy.policies import tenant_models  # noqa: E402

QUICK = ("admin", "beta_executive", "gamma_seller", "zeta_admin")


def browser_of(member: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=member.user_id))
    return client


def tables(people: cast.Cast, who: tuple[str, ...]) -> tuple[int, list[str]]:
    with acting_for(people.admin):
        rows = make_rows(people)
    leaks = [leak for model in tenant_models() for leak in faults_of(people, model, rows[model])]
    return len(tenant_models()) * len(readers(people)), leaks + right_faults()


def pages(people: cast.Cast, who: tuple[str, ...]) -> tuple[int, list[str]]:
    with acting_for(people.admin):
        rows = make_rows(people)
    surfaces = {"console": browser_of(people.admin), "portal": browser_of(people.beta_executive)}
    known = {
        name: test_sweep_urls.answering_uid(surfaces[route.partition("/")[0]], name, route, rows)
        for name, route in test_sweep_urls.swept()
        if "<uuid:" in route
    }

    def leaks_of(name: str) -> list[str]:
        found: list[str] = []
        for surface in test_sweep_urls.SURFACES:
            with transaction.atomic():
                found += test_sweep_urls.faults(people.members()[name], name, surface, known, browser_of)
                transaction.set_rollback(True)
        return [f"{name}: {leak}" for leak in found]

    return _requests(lambda: [leak for name in who for leak in leaks_of(name)])


def api(people: cast.Cast, who: tuple[str, ...]) -> tuple[int, list[str]]:
    scene = test_sweep_api.make_scene(people)
    with acting_for(people.admin):
        rows = {f"{model._meta.model_name}s": str(row.uid) for model, row in make_rows(people).items()}
    uids = {name: [*scene.get(name, []), uid] for name, uid in rows.items()}
    beta = str(people.beta.uid)
    return _requests(
        lambda: [leak for name in who for leak in test_sweep_api.faults(name, people.members()[name], uids, beta)]
    )


def existence(people: cast.Cast, who: tuple[str, ...]) -> tuple[int, list[str]]:
    def leaks(visitor: Visitor, world: Any) -> Iterator[str]:
        for rows in world.foreign_to(visitor.who):
            yield from told_apart(visitor, test_sweep_others.secret(rows, visitor.who), {})

    tried, found = _by_visitor(people, who, leaks)
    return tried, [leak for leak in found if not any(name in leak for name in test_sweep_others.CLIENT_MADE)]


def forms(people: cast.Cast, who: tuple[str, ...]) -> tuple[int, list[str]]:
    def leaks(visitor: Visitor, world: Any) -> Iterator[str]:
        found = forms_of(visitor, visitor.paths(visitor.known()))
        for rows in world.foreign_to(visitor.who):
            for action, form in found.items():
                for each in bent(action, form, visitor.own, rows):
                    yield from sent_faults(visitor, each, marks_foreign_to(visitor.who))

    return _by_visitor(people, who, leaks)


def _by_visitor(people: cast.Cast, who: tuple[str, ...], leaks: Callable[..., Iterator[str]]) -> tuple[int, list[str]]:
    world = make_world(people)

    def tried() -> list[str]:
        found: list[str] = []
        for name in who:
            member = people.members()[name]
            own = test_sweep_others.own_of(world, name)
            found += leaks(Visitor(name, member, browser_of(member), own), world)
        return found

    return _requests(tried)


def _requests(work: Callable[[], list[str]]) -> tuple[int, list[str]]:
    """How many requests the work made, and what it found."""
    count = [0]

    def counted(**_sent: Any) -> None:
        count[0] += 1

    request_started.connect(counted)
    try:
        found = work()
    finally:
        request_started.disconnect(counted)
    return count[0], found


CASES = {"tables": tables, "pages": pages, "api": api, "existence": existence, "forms": forms}


@contextmanager
def throwaway() -> Iterator[cast.Cast]:
    """A fresh database with the cast, asked as the web's own log-in."""
    owner_url, name = os.environ["FAIRWAY_TEST_OWNER_URL"], f"fairway_sweep_{os.getpid()}"
    owner = {key: connection.settings_dict[key] for key in database.KEYS}
    database.make_copy(owner_url, name)
    try:
        cast.build()
        connection.close()
        web = database_from_url(os.environ["FAIRWAY_TEST_WEB_URL"])
        connection.settings_dict.update({key: web[key] for key in owner})
        yield cast.load()
    finally:
        connection.close()
        database.drop_copy(owner_url, name)
        if not RAN_BEFORE:
            embedded.stop(var_dir() / "test-postgres")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("case", nargs="?", choices=list(CASES))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    who = QUICK if options.quick else tuple(test_sweep_others.ALL)
    leaked = 0
    with throwaway() as people:
        for name, case in CASES.items():
            if options.case not in (None, name):
                continue
            begun = time.perf_counter()
            with transaction.atomic():
                tried, leaks = case(people, who)
                transaction.set_rollback(True)
            leaked += len(leaks)
            say(name, tried, leaks, members=len(who), seconds=round(time.perf_counter() - begun))
    return 1 if leaked else 0


def say(case: str, tried: int, leaks: list[str], **detail: Any) -> None:
    line = {
        "case": case, "figure": len(leaks), "unit": "leaks", "floor": 0, "floor_is": "none",
        "ratio": None if leaks else 1.0, "n": tried,
        "detail": {**detail, "leaks": leaks[:20], "cores": os.cpu_count(), "python": platform.python_version()},
    }  # fmt: skip
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
