"""Taking a past decision again, from what its run knew: the same answer, or what differs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.tenancy.context import entering
from fairway.leads.conditions import columns_of, lead_values
from fairway.leads.models import Lead, RoutingDecision
from fairway.leads.queries.routing import NOT_KEPT, names_asked, names_of_partners
from fairway.leads.queries.runs import currency_of_run, pools_of_run, rows_of_run, rules_of_policy
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.candidates import Decision, Router
from fairway.leads.rules.partner_table import LeadFacts, PartnerTable, table_of, unit_vectors
from fairway.leads.rules.routing import Rule


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision taken again. `differences` are sentences, none when the answer is the same."""

    decision: RoutingDecision
    differences: list[str]

    @property
    def is_same(self) -> bool:
        return not self.differences


def replay(lead: Lead) -> Replay | None:
    """The latest decision on a lead; None when there is none, or none that can be taken again (`cannot_replay`)."""
    latest = RoutingDecision.objects.filter(lead=lead).select_related("run", "policy").order_by("-decided_at", "-pk")
    found = latest.first()
    return None if found is None or found.run is None else _replay_run([found])[0]


def replay_many(*, lead_ids: Sequence[int], actor: Member) -> list[Replay]:
    """The latest decisions on several leads; those that no run remembers are left out. Enters the actor's context."""
    with entering(actor.context):
        found = RoutingDecision.objects.filter(lead_id__in=lead_ids).select_related("run", "policy")
        latest = {decision.lead_id: decision for decision in found.order_by("decided_at", "pk")}
        runs: dict[int, list[RoutingDecision]] = defaultdict(list)
        for decision in latest.values():
            if decision.run_id:
                runs[decision.run_id].append(decision)
        return [replay for decisions in runs.values() for replay in _replay_run(decisions)]


def _replay_run(decisions: Sequence[RoutingDecision]) -> list[Replay]:
    """Decisions of one run, each after the offers that the run had made by then."""
    run, policy = decisions[0].run, decisions[0].policy
    if run is None:
        raise ValueError("These decisions name no run.")
    names = names_of_partners()
    partners = table_of(rows_of_run(run), names)
    rules = rules_of_policy(policy, currency_of_run(run))
    router = Router(rules, partners, decisions[0].decided_at.timestamp(), pools_of_run(run))
    row_of = {int(key): row for row, key in enumerate(partners.ids)}
    wanted = {decision.pk: decision for decision in decisions}
    made: list[Replay] = []
    for pk, partner_id in _decisions_until(run.pk, max(decisions, key=lambda one: one.pk)):
        if pk in wanted:
            made.append(Replay(wanted[pk], _differences(wanted[pk], router, rules, names)))
        row = row_of.get(partner_id or 0)
        if row is not None:
            partners.open_leads[row] += 1
            partners.last_offered[row] = router.now
    return made


def _decisions_until(run_id: int, last: RoutingDecision) -> Iterable[tuple[int, int | None]]:
    rows = RoutingDecision.objects.filter(run_id=run_id, decided_at=last.decided_at, pk__lte=last.pk)
    return rows.order_by("pk").values_list("pk", "partner_id").iterator(chunk_size=5000)


def _differences(
    decision: RoutingDecision, router: Router, rules: Sequence[Rule], names: dict[int, tuple[str, str]]
) -> list[str]:
    facts, values = _facts_of(decision, rules, router.partners)
    asked = names_asked(rules)
    number = int(router.rule_numbers(columns_of([values], asked), 1)[0])
    again = _without_counting(router, facts, number)
    partner_id = None if again.partner is None else int(router.partners.ids[again.partner])
    said = []
    if again.rule != decision.rule_number:
        said.append(_("Rule %(now)s decides, not rule %(was)s.") % {"now": again.rule, "was": decision.rule_number})
    if (again.outcome, partner_id) != (decision.outcome, decision.partner_id):
        was, now = _whom(decision.outcome, decision.partner_id, names), _whom(again.outcome, partner_id, names)
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


def _facts_of(
    decision: RoutingDecision, rules: Sequence[Rule], partners: PartnerTable
) -> tuple[LeadFacts, dict[str, Any]]:
    """What was known of the lead, as `queries.routing.kept_facts` keeps it."""
    # Decisions of before there were named accounts say nothing behind what was asked.
    told = [*(decision.facts or []), 0]
    country, state, territory, line, latitude, longitude, made, had, known, vertical, asked, named = told[:12]
    values = dict(zip(names_asked(rules), asked, strict=True))
    if written := NOT_KEPT & values.keys():
        now = lead_values(lead_rows([decision.lead_id])[0], currency_of_run(decision.run) if decision.run else "")
        values |= {name: now[name] for name in written}
    place = [np.array([np.nan if degrees is None else degrees]) for degrees in (latitude, longitude)]
    facts = LeadFacts(
        country=country, state=state, territory=territory, product_line=line, point=unit_vectors(*place)[0],
        offers_made=made, had_before=frozenset(had), known_partner=known, vertical=vertical,
        named_partner=named,
    )  # fmt: skip
    return facts, values
