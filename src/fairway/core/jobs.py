"""Jobs: a queue in the same database, so that deferring one is part of the transaction.

A job is a function in an app's `jobs.py`, registered by name; its arguments are plain values, the first always the
vendor it works for. It must be idempotent: a worker may die after the work and before the tick. Those left behind
by a dead worker are put back by `retry_stalled`, a periodic job.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import close_old_connections, connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from fairway.core.access import Member, system_member
from fairway.core.logs import request_id

log = logging.getLogger("fairway.jobs")
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


def job(
    name: str, *, queue: str = "default", retry: RetryStrategy | bool = RETRY
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `function(vendor_id=…, …)` as the job `name`. It opens its own `acting_for` blocks."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def run(context: Any = None, **arguments: Any) -> None:
            in_block = connection.in_atomic_block
            if not in_block:
                close_old_connections()
            # In the log and in events a job stands where a request does elsewhere.
            token = request_id.set(f"job-{context.job.id}") if context else None
            try:
                function(**arguments)
            finally:
                if token:
                    request_id.reset(token)
                if not in_block:
                    close_old_connections()

        app.task(name=name, queue=queue, retry=retry, pass_context=True)(run)
        return function

    return register


def defer(
    name: str,
    *,
    vendor_id: int,
    at: datetime | None = None,
    once: str | None = None,
    lock: str | None = None,
    **arguments: Any,
) -> bool:
    """Put a job in the queue as part of this transaction; False when `once` names one that already waits.

    `once`: at most one waiting job with that key. `lock`: jobs with the same lock run one after the other.
    """
    if once is not None and _is_waiting(once):
        return False
    options: dict[str, Any] = {"lock": lock, "queueing_lock": once, "schedule_at": at}
    task = app.configure_task(name, **{key: value for key, value in options.items() if value is not None})
    if once is None:
        task.defer(vendor_id=vendor_id, **arguments)
        return True
    try:
        # Another transaction may put the same key in after the look: then that one's job stands for both.
        with transaction.atomic():
            task.defer(vendor_id=vendor_id, **arguments)
    except AlreadyEnqueued:
        return False
    return True


def _is_waiting(queueing_lock: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [queueing_lock])
        return cursor.fetchone() is not None


def ids_at_work(name: str, argument: str) -> set[int]:
    """The ids that waiting and running jobs of this name have as `argument`, a number or a list of numbers.

    Who is not among them is left: the queue gave its job up, or lost it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->%s FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')",
            [argument, name],
        )
        found = [json.loads(value) if isinstance(value, str) else value for (value,) in cursor.fetchall()]
    return {each for value in found for each in (value if isinstance(value, list) else [value])}


def actor_of_job(vendor_id: int, name: str) -> Member:
    return system_member(vendor_id, name)


def run_pending(limit: int = 1000) -> int:
    """Run what waits and is due, here and now, one after the other; for tests and one-shot commands.

    Returns how many jobs ran. An exception of a job is raised, not swallowed.
    """
    done = 0
    while done < limit:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT id FROM procrastinate_jobs"
                " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY priority DESC, id"
                " LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, task_name, args"
            )
            row = cursor.fetchone()
        if row is None:
            return done
        identifier, name, arguments = row
        if isinstance(arguments, str):
            arguments = json.loads(arguments)
        app.tasks[name].func(**arguments)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [identifier])
        done += 1
    return done


KEPT_HOURS = 7 * 24


@app.periodic(cron="41 3 * * *")
@app.task(name="core.remove_old_jobs", pass_context=True, queueing_lock="core.remove_old_jobs")
async def remove_old_jobs(context: Any, timestamp: int) -> None:
    """Forget finished jobs, and those that were given up, after a week."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True)


STALLED_AFTER = timedelta(seconds=30)


# Before all that waits: behind a long queue it would put back what was left only when the queue is empty.
FIRST = 100


@app.periodic(cron="* * * * *")
@app.task(name="core.retry_stalled", pass_context=True, queueing_lock="core.retry_stalled", priority=FIRST)
async def retry_stalled(context: Any, timestamp: int) -> None:
    """Put back the jobs whose worker stopped giving signs of life."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER.total_seconds()):
        log.warning("job %s (%s) was left by a dead worker; it runs again", stalled.id, stalled.task_name)
        await manager.retry_job(stalled)
