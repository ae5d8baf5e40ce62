"""Taking a past decision again, from what its run knew: the same answer, or what differs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.tenancy.context import entering
from fairway.leads.conditions import columns_of
from fairway.leads.models import AssignmentPlan, Lead, RoutingDecision
from fairway.leads.queries.plan_replay import PAIRS_MOST, Again, Taken
from fairway.leads.queries.routing import facts_of, names_asked, names_of_partners
from fairway.leads.queries.runs import currency_of_run, pools_of_run, rows_of_run, rules_of_policy
from fairway.leads.rules.candidates import Decision, Router
from fairway.leads.rules.partner_table import LeadFacts, table_of
from fairway.leads.rules.routing import Rule


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision taken again. `differences` are sentences, none when the answer is the same.

    `is_by_prices`: it is of a large batch, and was held against the prices that were kept, not computed anew.
    """

    decision: RoutingDecision
    differences: list[str]
    is_by_prices: bool = False

    @property
    def is_same(self) -> bool:
        return not self.differences


def replay(lead: Lead, *, pairs_most: int = PAIRS_MOST) -> Replay | None:
    """The latest decision on a lead; None when there is none, or none that can be taken again.

    A batch of more than `pairs_most` leads × partners is not computed anew, but held against the prices kept with it.
    """
    latest = RoutingDecision.objects.filter(lead=lead).select_related("run", "policy").order_by("-decided_at", "-pk")
    found = latest.first()
    if found is None or found.run is None:
        return None
    return next(iter(_replay_all([found], pairs_most)), None)


def replay_many(*, lead_ids: Sequence[int], actor: Member) -> list[Replay]:
    """The latest decisions on several leads, those left out that cannot be taken again. Enters the actor's context."""
    with entering(actor.context):
        found = RoutingDecision.objects.filter(lead_id__in=lead_ids).select_related("run", "policy")
        latest = {decision.lead_id: decision for decision in found.order_by("decided_at", "pk")}
        runs: dict[int, list[RoutingDecision]] = defaultdict(list)
        for decision in latest.values():
            if decision.run_id:
                runs[decision.run_id].append(decision)
        return [replay for decisions in runs.values() for replay in _replay_all(decisions)]


def _replay_all(decisions: Sequence[RoutingDecision], pairs_most: int = PAIRS_MOST) -> list[Replay]:
    """Decisions of one run, which is that of a plan or of the rules alone."""
    plan = AssignmentPlan.objects.filter(run_id=decisions[0].run_id).select_related("policy", "run").first()
    return _replay_run(decisions) if plan is None else _replay_plan(plan, decisions, pairs_most)


def _replay_plan(plan: AssignmentPlan, decisions: Sequence[RoutingDecision], pairs_most: int) -> list[Replay]:
    names = names_of_partners()
    again = Again.of(plan, names, {decision.lead_id for decision in decisions}, pairs_most)
    return [
        Replay(decision, _compared(decision, taken, names), is_by_prices=not again.is_whole)
        for decision in decisions
        if (taken := again.taken(decision.lead_id)) is not None
    ]


def _replay_run(decisions: Sequence[RoutingDecision]) -> list[Replay]:
    """Decisions of one run, each after the offers that the run had made by then."""
    run, policy = decisions[0].run, decisions[0].policy
    if run is None:
        raise ValueError("These decisions name no run.")
    names = names_of_partners()
    partners = table_of(rows_of_run(run), names)
    currency = currency_of_run(run)
    rules = rules_of_policy(policy, currency)
    router = Router(rules, partners, decisions[0].decided_at.timestamp(), pools_of_run(run))
    row_of = {int(key): row for row, key in enumerate(partners.ids)}
    wanted = {decision.pk: decision for decision in decisions}
    made: list[Replay] = []
    for pk, partner_id in _decisions_until(run.pk, max(decisions, key=lambda one: one.pk)):
        if pk in wanted:
            made.append(Replay(wanted[pk], _differences(wanted[pk], router, rules, names, currency)))
        row = row_of.get(partner_id or 0)
        if row is not None:
            partners.open_leads[row] += 1
            partners.last_offered[row] = router.now
    return made


def _decisions_until(run_id: int, last: RoutingDecision) -> Iterable[tuple[int, int | None]]:
    rows = RoutingDecision.objects.filter(run_id=run_id, decided_at=last.decided_at, pk__lte=last.pk)
    return rows.order_by("pk").values_list("pk", "partner_id").iterator(chunk_size=5000)


def _differences(
    decision: RoutingDecision, router: Router, rules: Sequence[Rule], names: dict[int, tuple[str, str]], currency: str
) -> list[str]:
    facts, values = facts_of(decision.facts, decision.lead_id, rules, currency)
    asked = names_asked(rules)
    number = int(router.rule_numbers(columns_of([values], asked), 1)[0])
    again = _without_counting(router, facts, number)
    partner_id = None if again.partner is None else int(router.partners.ids[again.partner])
    now = Taken(again.rule, again.outcome, partner_id, again.shortlist, again.excluded)
    return _compared(decision, now, names)


def _compared(decision: RoutingDecision, again: Taken, names: dict[int, tuple[str, str]]) -> list[str]:
    said = [] if again.holds else [_("At the prices that were kept, another partner would be worth more.")]
    if again.rule != decision.rule_number:
        said.append(_("Rule %(now)s decides, not rule %(was)s.") % {"now": again.rule, "was": decision.rule_number})
    if (again.outcome, again.partner_id) != (decision.outcome, decision.partner_id):
        was, now = _whom(decision.outcome, decision.partner_id, names), _whom(again.outcome, again.partner_id, names)
        said.append(_("Now: %(now)s. Then: %(was)s.") % {"now": now, "was": was})
    if not said and again.shortlist != decision.candidates:
        said.append(_("The best five are others, or have other numbers."))
    if not said and again.excluded != decision.excluded:
        said.append(_("Others are excluded, or for other reasons."))
    return said


def _whom(outcome: str, partner_id: int | None, names: dict[int, tuple[str, str]]) -> str:
    if partner_id:
        return names.get(partner_id, ("", "?"))[1]
    return {"person": _("the account manager"), "pool": _("a pool")}.get(outcome, _("waiting"))


def _without_counting(router: Router, facts: LeadFacts, number: int) -> Decision:
    """The decision alone: what it changes in the table is put back."""
    partners = router.partners
    open_leads, last = partners.open_leads.copy(), partners.last_offered.copy()
    again = router.decide(facts, number)
    partners.open_leads[:], partners.last_offered[:] = open_leads, last
    return again
