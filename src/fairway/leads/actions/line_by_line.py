"""A job's way through the lines of a reassignment, and who finds those whose job was lost.

Every line is a transaction of its own and taken only while it waits: whoever dies leaves the rest to the next. A line
that breaks holds up no other; it is tried again, and after the last try a person reads that it is not done.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.jobs import defer, ids_at_work
from fairway.core.moves import StateConflict, move
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import Reassignment, ReassignmentLine
from fairway.leads.rules.states import REASSIGNMENT, ReassignmentState

TRIES_MOST = 5
JOBS = {
    ReassignmentState.PREPARING: "leads.prepare_reassignment",
    ReassignmentState.CARRYING: "leads.reassign",
    ReassignmentState.UNDOING: "leads.undo_reassignment",
}
log = logging.getLogger("fairway.leads")


@dataclass(frozen=True, slots=True)
class LineWork:
    """What is done with each line in the state `waits`, while the reassignment is in the state `during`.

    A line that broke at the last try goes to the state `broken`. The event at the end is called `past`; its data are
    counts of lines, by the state that `told` names for each. `ended` is the field that keeps when the work ended.
    """

    during: ReassignmentState
    waits: str
    broken: str
    past: str
    told: Mapping[str, str]
    do: Callable[[Reassignment, ReassignmentLine, Member, datetime], None]
    ended: str = ""


def work_through(
    work: LineWork, *, reassignment_id: int, actor: Member, now: Callable[[], datetime]
) -> Counter[str]:  # fmt: skip
    """Do it; begun again it goes on where it stopped. Returns the lines by state, none where there is nothing to do.

    Enters `acting_for` itself, line by line, each with an instant of its own: time limits begin when it is done. What
    breaks is raised after all other lines were tried, so that the queue comes back to it; from a line's last try on
    it is told on the line, and nothing is raised.
    """
    require(actor, "lead.recall")
    place, broke = 0, None
    while True:
        with acting_for(actor):
            whole = Reassignment.objects.select_related("partner").get(pk=reassignment_id)
            if whole.state != work.during:
                return Counter()
            waiting = ReassignmentLine.objects.filter(reassignment=whole, state=work.waits).order_by("place")
            line = waiting.filter(place__gt=place).select_for_update(of=("self",)).first()
            if line is None and not waiting.exists():
                return _finish(work, whole, actor, now())
            if line is not None:
                place, broke = line.place, _try(work, whole, line, actor, now()) or broke
        if line is None:
            raise broke or StateConflict(REASSIGNMENT)  # the latter: another worker has what is left


def _try(
    work: LineWork, whole: Reassignment, line: ReassignmentLine, actor: Member, at: datetime
) -> Exception | None:  # fmt: skip
    """Do one line; returns what broke, if it is to be tried again."""
    try:
        with acting_for(actor):
            work.do(whole, line, actor, at)
    except Exception as problem:
        log.exception("line %s of reassignment %s broke", line.place, whole.pk)
        is_last = line.tries + 1 >= TRIES_MOST
        state = work.broken if is_last else work.waits
        ReassignmentLine.objects.filter(pk=line.pk).update(tries=line.tries + 1, state=state)
        return None if is_last else problem
    return None


def _finish(work: LineWork, whole: Reassignment, actor: Member, at: datetime) -> Counter[str]:
    counts = Counter(ReassignmentLine.objects.filter(reassignment=whole).values_list("state", flat=True))
    try:
        if counts[work.broken]:
            move(whole, REASSIGNMENT, "get_stuck", field="state")
        else:
            move(whole, REASSIGNMENT, "finish", field="state", **({work.ended: at} if work.ended else {}))
    except StateConflict:
        return counts
    told: dict[str, Any] = {name: counts[state] for name, state in work.told.items()}
    past = "stuck" if counts[work.broken] else work.past
    record(past, whole, actor=actor, at=at, partner_id=whole.partner_id, **told)
    return counts


def ask_for_job(reassignment: Reassignment, actor: Member) -> None:
    """The job of the state it is in. Inside `acting_for`."""
    name = JOBS[ReassignmentState(reassignment.state)]
    once = f"{name}/{reassignment.pk}"
    defer(name, vendor_id=actor.vendor_id, reassignment_id=reassignment.pk, once=once)


def take_up_left(*, actor: Member) -> int:
    """Give those that a job works on, and that the queue lost or gave up, a new job; returns how many."""
    require(actor, "lead.recall")
    with acting_for(actor):
        going = list(Reassignment.objects.filter(state__in=JOBS).order_by("pk"))
        states = {ReassignmentState(whole.state) for whole in going}
        at_work = {state: ids_at_work(JOBS[state], "reassignment_id") for state in states}
        left = [whole for whole in going if whole.pk not in at_work[ReassignmentState(whole.state)]]
        for whole in left:
            ask_for_job(whole, actor)
    return len(left)
