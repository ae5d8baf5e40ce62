"""Carrying out a plan: its offers, chunk by chunk, each lead with a decision that explains itself.

Every chunk is one transaction and takes only lines that are still planned: whoever dies between two chunks leaves the
rest to the next, and nothing is offered twice.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairway.core.access import Member, require
from fairway.core.events.record import record, record_many
from fairway.core.moves import move
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.core.told import columns, put
from fairway.core.words import Row, Words
from fairway.core.words import said as _
from fairway.leads.actions.offering import draft_of, insert_offers
from fairway.leads.actions.routing import lock_routing
from fairway.leads.conditions import lead_values
from fairway.leads.models import AssignmentLine, AssignmentPlan, Lead, RoutingDecision
from fairway.leads.queries.accounts import with_asked
from fairway.leads.queries.expected import print_of
from fairway.leads.queries.limits import limits
from fairway.leads.queries.routing import open_counts, places_of_partners
from fairway.leads.queries.runs import rules_of_policy
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.routing import Rule
from fairway.leads.rules.states import ASSIGNMENT, LEAD, PlanState

CHUNK = 500


def carry_out_lines(*, plan_id: int, actor: Member, now: Callable[[], datetime]) -> Counter[str]:
    """Offer what is planned of a plan that is being carried out; returns how many were offered, and how many skipped.

    A lead that changed since the preview is skipped, and so is one whose partner is paused, refuses leads or is full.
    Enters `acting_for` itself, chunk by chunk, each with an instant of its own: time limits begin when it is offered.
    """
    require(actor, "lead.route")
    outcomes: Counter[str] = Counter()
    while True:
        with acting_for(actor):
            plan = AssignmentPlan.objects.select_related("policy", "run").get(pk=plan_id)
            if plan.state != PlanState.CARRYING:
                return outcomes
            lock_routing(actor.vendor_id)
            at = now()
            told = _carry_chunk(plan, actor, at)
            if not told:
                move(plan, ASSIGNMENT, "finish", field="state", progress=100)
                counts = Counter(AssignmentLine.objects.filter(plan=plan).values_list("state", flat=True))
                record("carried", plan, actor=actor, at=at, offered=counts["offered"], skipped=counts["skipped"])
                return outcomes
            outcomes += told


@dataclass(slots=True)
class _Now:
    """What is true of leads and partners as the chunk is carried out."""

    rows: Mapping[int, Mapping[str, Any]]
    prints: Mapping[int, str]
    free: set[int]
    room: dict[int, int]
    partners: Mapping[int, Partner]

    def refusal(self, line: AssignmentLine) -> Words | None:
        """Why a line cannot be carried out any more, None when it can."""
        if line.lead_id not in self.free:
            return _("The lead is no longer free: somebody has it, or is just changing it.")
        if self.prints[line.lead_id] != line.print:
            return _("The lead changed since the preview.")
        partner_id = line.partner_id or 0
        if partner_id not in self.room:
            return _("The partner is paused or takes no leads now.")
        if self.room[partner_id] <= 0:
            return _("The partner has no room left.")
        return None


def _carry_chunk(plan: AssignmentPlan, actor: Member, at: datetime) -> Counter[str]:
    planned = AssignmentLine.objects.filter(plan=plan, state="planned").order_by("place")
    lines = list(planned.select_related("best")[:CHUNK].select_for_update(of=("self",)))
    if not lines:
        return Counter()
    now, rules = _as_it_is(lines, plan), rules_of_policy(plan.policy, plan.currency)
    going: list[AssignmentLine] = []
    for line in lines:
        put(line, because=now.refusal(line) or "")
        line.state = "skipped" if line.because else "offered"
        if not line.because:
            now.room[line.partner_id or 0] -= 1
            going.append(line)
    _offer(plan, going, now, rules, actor, at)
    AssignmentLine.objects.bulk_update(lines, ["state", "because", "because_words"])
    left = planned.count()
    AssignmentPlan.objects.filter(pk=plan.pk).update(progress=round(100 * (1 - left / max(plan.lead_count, 1))))
    return Counter(line.state for line in lines)


def _as_it_is(lines: Sequence[AssignmentLine], plan: AssignmentPlan) -> _Now:
    lead_ids = [line.lead_id for line in lines]
    free = Lead.objects.filter(pk__in=lead_ids, state__in=LEAD.states_allowing("offer"))
    locked = free.order_by("pk").select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    ids = set(locked)
    rows = {row["id"]: row for row in lead_rows(ids)}
    with_asked(list(rows.values()), rules_of_policy(plan.policy, plan.currency))
    able = Partner.objects.filter(pk__in={line.partner_id for line in lines}, state=PartnerState.ACTIVE)
    able = able.exclude(profiles__accepts_leads=False)
    open_leads = open_counts()
    partners = {partner.pk: partner for partner in able}
    room = dict(able.values_list("pk", "profiles__lead_capacity"))
    return _Now(
        rows=rows,
        prints={key: print_of(row, lead_values(row, plan.currency)) for key, row in rows.items()},
        free=ids,
        room={key: (most or 0) - open_leads.get(key, 0) for key, most in room.items()},
        partners=partners,
    )


def _offer(
    plan: AssignmentPlan, lines: Sequence[AssignmentLine], now: _Now, rules: Sequence[Rule], actor: Member, at: datetime
) -> None:
    decisions = [_decision(plan, line, now, rules, actor, at) for line in lines]
    made = RoutingDecision.objects.bulk_create(decisions)
    places = places_of_partners({line.partner_id or 0 for line in lines})
    drafts, known = [], limits()
    for line, decision in zip(lines, made, strict=True):
        rule = rules[(line.rule_number or 0) - 1]
        minutes = rule.limit_minutes
        instants = known.instants(places[line.partner_id or 0], at, minutes, rule.uid)
        row, partner_id = now.rows[line.lead_id], line.partner_id or 0
        drafts.append(draft_of(row, partner_id, minutes=minutes, instants=instants, decision_id=decision.pk))
    insert_offers(drafts, actor=actor, at=at)
    told = [
        (line.lead_id, None, {"outcome": "offered", "rule": line.rule_number, "considered": line.eligible})
        for line in lines
    ]
    if told:
        record_many("routed", Lead, told, actor=actor, at=at)


def _decision(
    plan: AssignmentPlan, line: AssignmentLine, now: _Now, rules: Sequence[Rule], actor: Member, at: datetime
) -> RoutingDecision:
    rule = rules[(line.rule_number or 0) - 1]
    return RoutingDecision(
        vendor_id=actor.vendor_id, lead_id=line.lead_id, policy=plan.policy, rule_number=line.rule_number,
        rule_name=rule.name, outcome="offered", partner_id=line.partner_id,
        considered=plan.run.partner_count if plan.run else line.eligible, run=plan.run, facts=line.facts,
        candidates=line.candidates, excluded=line.excluded, decided_at=at, **columns(note=why_this_one(plan, line)),
    )  # fmt: skip


def why_this_one(plan: AssignmentPlan, line: AssignmentLine) -> Words | Row:
    """Why a lead of a plan goes where it goes, and not to the partner that would be worth most."""

    def worth(minor: int | None) -> Any:
        return {"is": "money", "minor": minor, "currency": plan.currency}

    said = _(
        "Assigned with %(n)d leads at once, best overall: worth %(worth)s here.",
        n=plan.lead_count, worth=worth(line.value_minor),
    )  # fmt: skip
    if line.best is None or line.best_id == line.partner_id:
        return said
    about = {"partner": line.best.name, "worth": worth(line.best_value_minor)}
    if line.price_minor is None:
        return Row((said, _("%(partner)s would be worth %(worth)s, but has no room.", **about)), " ")
    more = _(
        "%(partner)s would be worth %(worth)s, but has leads worth more for its last place: its price is %(price)s.",
        **about, price=worth(line.price_minor),
    )  # fmt: skip
    return Row((said, more), " ")
