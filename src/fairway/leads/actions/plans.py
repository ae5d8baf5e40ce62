"""Plans of batch assignment: begun by a person, computed by a job, carried out once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.conditions import ConditionError
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.routing import keep_run
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import AssignmentLine, AssignmentPlan
from fairway.leads.queries.expected import favoured_by, gather, published_policy
from fairway.leads.queries.plans import as_json, compute
from fairway.leads.rules.states import ASSIGNMENT, PlanState

LEADS_MOST = 10_000
_LINES_AT_ONCE = 2000


def begin_plan(
    *,
    lead_ids: Sequence[int],
    actor: Member,
    at: datetime,
    most_percent: int = 100,
    least_percent: int = 0,
    favoured: Mapping[str, Any] | None = None,
) -> AssignmentPlan:
    """Keep what is asked and have it computed. `favoured` is a condition over partners.

    Raises Refused without leads, with too many, without published rules, or when a share is asked for nobody.
    """
    require(actor, "lead.assign")
    if not lead_ids:
        raise Refused(_("No lead is chosen that nobody has. Choose others, or other filters."))
    if len(lead_ids) > LEADS_MOST:
        raise Refused(_("A plan has at most %(n)d leads. Choose fewer.") % {"n": LEADS_MOST})
    if not 1 <= most_percent <= 100:
        raise Refused(_("The greatest share lies between 1 and 100 percent."), field="most_percent")
    if not 0 <= least_percent <= 100:
        raise Refused(_("The least share lies between 0 and 100 percent."), field="least_percent")
    condition = dict(favoured or {})
    if least_percent and not condition:
        raise Refused(_("Say which partners the least share is for."), field="least_percent")
    try:
        if condition:
            favoured_by(condition)
    except ConditionError as problem:
        raise Refused(str(problem), field="favoured") from None
    with acting_for(actor):
        policy = published_policy()
        if policy is None:
            raise Refused(_("There are no published routing rules. Publish some first: they say who is eligible."))
        plan = AssignmentPlan.objects.create(
            vendor_id=actor.vendor_id, seat_id=actor.seat_id, created_at=at, policy=policy,
            currency=vendor_currency(), lead_ids=list(lead_ids), lead_count=len(lead_ids),
            most_percent=most_percent, least_percent=least_percent, favoured=condition,
        )  # fmt: skip
        record("begun", plan, actor=actor, at=at, leads=len(lead_ids), most=most_percent, least=least_percent)
        defer("leads.compute_plan", vendor_id=actor.vendor_id, plan_id=plan.pk, once=f"leads.compute_plan/{plan.pk}")
    return plan


def compute_plan(*, plan_id: int, actor: Member, at: datetime) -> None:
    """Compute a plan that waits; a second time nothing happens. What goes wrong is kept with the plan, in words."""
    require(actor, "lead.route")
    with entering(actor.context):
        plan = AssignmentPlan.objects.select_related("policy").get(pk=plan_id)
    if plan.state != PlanState.WAITING:
        return
    with entering(actor.context):
        gathered = gather(plan.lead_ids, plan.policy, at, plan.currency)
    _progress(plan, 40, actor)
    found = compute(plan, gathered)
    _progress(plan, 80, actor)
    with acting_for(actor):
        try:
            move(
                plan, ASSIGNMENT, "compute", field="state", computed_at=at, progress=100,
                figures=as_json(found.figures), partners=found.partners, objective=found.objective,
            )  # fmt: skip
        except StateConflict:
            return
        run_id = keep_run(plan.policy, gathered.basis.partners.rows, plan.currency, at)
        AssignmentPlan.objects.filter(pk=plan.pk).update(run_id=run_id)
        rows = [AssignmentLine(vendor_id=actor.vendor_id, plan=plan, **line) for line in found.lines]
        AssignmentLine.objects.bulk_create(rows, batch_size=_LINES_AT_ONCE)
        record("computed", plan, actor=actor, at=at, leads=found.figures.leads, assigned=found.figures.assigned)


def _progress(plan: AssignmentPlan, percent: int, actor: Member) -> None:
    with acting_for(actor):
        AssignmentPlan.objects.filter(pk=plan.pk, state=PlanState.WAITING).update(progress=percent)


def fail_plan(*, plan_id: int, actor: Member, at: datetime, error: str) -> None:
    """A plan that cannot be computed says why; one that is computed stays."""
    require(actor, "lead.route")
    with acting_for(actor):
        plan = AssignmentPlan.objects.get(pk=plan_id)
        if plan.state == PlanState.WAITING:
            move(plan, ASSIGNMENT, "fail", field="state", error=error[:300])
            record("failed", plan, actor=actor, at=at)


def carry_out_plan(*, plan: AssignmentPlan, actor: Member, at: datetime) -> AssignmentPlan:
    """Have the offers of a preview made, by a job. A second time raises TransitionRefused or StateConflict.

    Raises Refused when other rules were published since: they may say others are eligible.
    """
    require(actor, "lead.assign")
    with acting_for(actor):
        policy = published_policy()
        if plan.state == PlanState.READY and (policy is None or policy.pk != plan.policy_id):
            raise Refused(_("Other routing rules were published since. Preview the batch again."))
        move(plan, ASSIGNMENT, "carry_out", field="state", carried_by_id=actor.seat_id, carried_at=at, progress=0)
        record("carrying", plan, actor=actor, at=at)
        defer("leads.carry_out_plan", vendor_id=actor.vendor_id, plan_id=plan.pk, once=f"leads.carry_out/{plan.pk}")
    return plan
