"""Sixty-four at once on every compare-and-set: of all who move one row, one succeeds; what is claimed is claimed once.

The machines are read from the house, their rows from `tests.rows`: a new machine is raced without a word for it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.jobs import defer
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.states import Machine, TransitionRefused, all_machines
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.idempotency import InUse, Kept, earlier_answer, keep_answer
from fairway.core.tenancy.actions.invitations import accept_as_existing
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Invitation, Partner, Seat, User
from fairway.workflow.actions import deadlines
from fairway.workflow.models import Deadline
from tests.api import Program, token_of
from tests.rows import make_rows
from tests.test_sweep_machines import PAIRS  # noqa: F401 - importing it makes every machine known

pytestmark = pytest.mark.race
CLIENTS = 64
LONG_AGO = timedelta(days=2)


@pytest.fixture(scope="module")
def committed(committed_once):
    return committed_once


@pytest.fixture(scope="module")
def crowd() -> Iterator[Callable[[Callable[[int], Any]], list[Any]]]:
    """`crowd(work)` runs `work(number)` sixty-four times at the same moment, each on a connection of its own."""
    barrier = Barrier(CLIENTS, timeout=60)

    def one(work: Callable[[int], Any], number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except Exception as error:
            return error

    def leave(_number: int) -> None:
        barrier.wait()
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:

        def run(work: Callable[[int], Any]) -> list[Any]:
            return list(pool.map(lambda number: one(work, number), range(CLIENTS)))

        yield run
        list(pool.map(leave, range(CLIENTS)))


@pytest.fixture(scope="module")
def rows(committed) -> dict[type[models.Model], Any]:
    with acting_for(committed.admin):
        return make_rows(committed)


def row_of(machine: Machine) -> tuple[type[models.Model], str]:
    """The model and the field whose choices are the machine's states."""
    states = set(machine.states)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            chosen = {value for value, _label in field.choices or ()}
            name = model._meta.model_name.removesuffix("run").removesuffix("pair")
            names = {name, name.removeprefix("lead"), name.removesuffix("plan")}
            if chosen == states and machine.name.removeprefix("possible ") in names:
                return model, field.name
    raise LookupError(f"No table keeps the states of the machine {machine.name}.")


MACHINES = pytest.mark.parametrize("machine", all_machines(), ids=lambda machine: machine.name)


@MACHINES
def test_of_sixty_four_who_move_a_row_exactly_one_succeeds(committed, rows, crowd, machine):
    model, field = row_of(machine)
    for (state, verb), to in machine.transitions.items():
        with acting_for(committed.admin):
            model.objects.filter(pk=rows[model].pk).update(**{field: state})
            read = model.objects.get(pk=rows[model].pk)

        def tried(number: int, *, read=read, verb=verb) -> str:
            own = copy(read)
            with acting_for(committed.admin):
                return move(own, machine, verb, field=field)

        told = crowd(tried)
        lost = [answer for answer in told if isinstance(answer, StateConflict)]
        # A verb that leads back to its state can only be told apart by the version.
        is_told_apart = to != state or any(f.name == "version" for f in model._meta.concrete_fields)
        if is_told_apart:
            assert (told.count(state), len(lost)) == (1, CLIENTS - 1), (state, verb, Counter(map(repr, told)))
        with entering(committed.admin.context.acting(committed.acme.pk)):
            assert getattr(model.objects.get(pk=read.pk), field) == to


@MACHINES
def test_of_sixty_four_with_all_verbs_at_once_one_wins_and_the_row_is_where_that_one_led(
    committed, rows, crowd, machine
):
    model, field = row_of(machine)
    state = max(machine.states, key=lambda each: len(machine.verbs_from(each)))
    verbs = machine.verbs_from(state)
    with acting_for(committed.admin):
        model.objects.filter(pk=rows[model].pk).update(**{field: state})

    def tried(number: int) -> str:
        verb = verbs[number % len(verbs)]
        with acting_for(committed.admin):
            # Nobody holds a lock: all read before the first writes, or are refused by what they read.
            move(model.objects.filter(pk=rows[model].pk, **{field: state}), machine, verb, field=field)
        return verb

    told = crowd(tried)
    won = [answer for answer in told if isinstance(answer, str)]
    refused = [answer for answer in told if isinstance(answer, StateConflict | TransitionRefused)]
    assert len(won) + len(refused) == CLIENTS
    with entering(committed.admin.context.acting(committed.acme.pk)):
        now = getattr(model.objects.get(pk=rows[model].pk), field)
    stays = {verb for verb in verbs if machine.next(state, verb) == state}
    last = [verb for verb in won if verb not in stays]
    assert len(last) <= 1
    assert now == (machine.next(state, last[0]) if last else state)


def test_a_deadline_is_fired_once_by_sixty_four(committed, crowd, monkeypatch):
    fired: list[int] = []

    def fire(*, vendor_id: int, subject_id: int, at: Any) -> None:
        fired.append(subject_id)

    monkeypatch.setattr(deadlines, "handlers", lambda: {("partner", "raced"): fire})
    with acting_for(committed.admin):
        of = {"vendor": committed.acme, "organization_id": committed.beta.organization_id}
        partners = Partner.objects.bulk_create([Partner(**of, name=f"Raced {n}", sort_name="r") for n in range(30)])
        deadlines.set_deadlines(Partner, [(partner.pk, clock.now() - LONG_AGO) for partner in partners], "raced")
    vendor_id = committed.acme.pk
    told = crowd(lambda number: deadlines.fire_due(clock.now(), vendor_id=vendor_id))
    assert sum(told) == 30
    assert sorted(fired) == sorted(partner.pk for partner in partners)
    with entering(committed.admin.context):
        assert not Deadline.objects.filter(kind="raced", settled_at=None).exists()


_FETCH = "SELECT id FROM procrastinate_fetch_job_v2(%s::character varying[], %s)"


def test_a_job_is_taken_once_by_sixty_four(committed, crowd):
    queue = f"race{committed.acme.pk}"
    with acting_for(committed.admin):
        for number in range(20):
            defer("core.forget_answers", vendor_id=committed.acme.pk, once=f"{queue}/{number}")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET queue_name = %s WHERE queueing_lock LIKE %s", [queue, f"{queue}/%"]
        )
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        worker = cursor.fetchone()[0]

    def take(number: int) -> int | None:
        with connection.cursor() as cursor:
            cursor.execute(_FETCH, [[queue], worker])
            return cursor.fetchone()[0]

    told = crowd(take)
    taken = [answer for answer in told if isinstance(answer, int)]
    assert [answer for answer in told if isinstance(answer, Exception)] == []
    assert (len(taken), len(set(taken))) == (20, 20)


def test_one_waiting_job_of_a_key_is_deferred_by_sixty_four(committed, crowd):
    key = f"once/{committed.acme.pk}"

    def put(number: int) -> bool:
        with acting_for(committed.admin):
            return defer("core.forget_answers", vendor_id=committed.acme.pk, once=key)

    assert Counter(crowd(put)) == {True: 1, False: CLIENTS - 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [key])
        assert cursor.fetchone()[0] == 1


def test_a_request_with_one_key_is_done_once_by_sixty_four(committed, crowd):
    done: list[int] = []

    def ask(number: int) -> str:
        at = clock.now()
        with acting_for(committed.operations):
            kept = earlier_answer(actor=committed.operations, key="race", body_hash="same", at=at)
            if kept is not None:
                return kept.text
            done.append(number)
            answer = Kept(201, f"made by {number}")
            keep_answer(actor=committed.operations, key="race", body_hash="same", answer=answer, at=at)
            return answer.text

    told = crowd(ask)
    answers = {answer for answer in told if isinstance(answer, str)}
    assert len(done) == len(answers) == 1
    assert {type(answer) for answer in told if not isinstance(answer, str)} <= {InUse}


def test_one_lead_comes_of_sixty_four_requests_with_one_key(committed, crowd):
    secret = token_of(committed.operations)

    def ask(number: int) -> tuple[int, str]:
        answer = Program(secret).post("leads", {"need": "Raced once"}, Idempotency_Key="raced")
        return answer.status_code, answer.json().get("uid", "")

    told = crowd(ask)
    assert [answer for answer in told if isinstance(answer, Exception)] == []
    statuses = Counter(status for status, _uid in told)
    assert set(statuses) <= {201, 409}
    assert len({uid for status, uid in told if status == 201}) == 1


def test_an_invitation_gives_one_seat_to_sixty_four(committed, crowd):
    email = f"raced@{committed.acme.slug}.example"
    user = User.objects.create_user(email, None, name="Rae Raced")
    with acting_for(committed.admin):
        invitation = Invitation.objects.create(
            vendor=committed.acme, email=email, name="Rae Raced", role="cam", token_hash=f"race {committed.acme.slug}",
            created_at=clock.now(), expires_at=clock.now() + LONG_AGO,
        )  # fmt: skip
    told = crowd(lambda number: accept_as_existing(invitation=invitation, user=user, at=clock.now()))
    assert len([answer for answer in told if isinstance(answer, Seat)]) == 1, Counter(map(repr, told))
    assert len([answer for answer in told if isinstance(answer, Refused)]) == CLIENTS - 1
    with entering(system_member(committed.acme.pk, "test").context):
        assert Seat.objects.filter(user=user).count() == 1
