"""Which partners see what lies in a pool, and whether anybody would. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fairway.core.conditions import to_mask
from fairway.core.told import Kept
from fairway.core.told import keep as kept
from fairway.core.words import said as _
from fairway.leads.rules.keeping import SHARED, is_live, keep
from fairway.leads.rules.partner_table import Bools, Ints, LeadFacts, PartnerTable
from fairway.leads.rules.pools import NEAR, WIDE, Pool, Pooling, Ring
from fairway.leads.rules.routing import Rule, excluded_text


class PoolSight:
    """Over one table of partners. What was worked out once is kept."""

    def __init__(self, partners: PartnerTable, pools: Mapping[str, Pool]) -> None:
        """`pools` are by uid."""
        self.partners, self.pools = partners, pools
        self._sharing: dict[tuple[str, str], Bools] = {}
        self._seen: dict[Any, tuple[Ints, dict[str, int]]] = {}

    def pooling(self, lead: LeadFacts, rule: Rule, number: int) -> tuple[Pooling | None, Kept, dict[str, int]]:
        """(who will see the lead, or None; then why not; how many others are excluded, and why).

        The first ring sees it at once; where nobody is in the first, the second does.
        """
        pool = self.pools.get(rule.action.pool)
        if pool is None or not pool.is_open:
            return None, kept(_("The pool of rule %(n)d is shut or gone.", n=number)), {}
        rings, first = [], dict[str, int]()
        for ring in (NEAR, WIDE) if pool.widens else (NEAR,):
            shared = _shared(lead, rule) if ring == NEAR or pool.keeps_match else {}
            rows, excluded = self.sees(pool, ring, shared)
            had = int(np.count_nonzero(np.isin(self.partners.ids[rows], list(lead.had_before))))
            first = first or excluded | ({"had_before": had} if had else {})
            if len(rows) > had:
                rings.append(Ring(ring, shared, rows))
        if rings:
            return Pooling(pool.uid, tuple(rings)), Kept(""), first
        because = _("Nobody sees the pool %(pool)s by rule %(n)d.", pool=pool.name, n=number)
        if words := excluded_text(first, rule):
            because = _(
                "Nobody sees the pool %(pool)s by rule %(n)d: %(words)s.", pool=pool.name, n=number, words=words
            )
        return None, kept(because), first

    def sees(self, pool: Pool, ring: int, shared: Mapping[str, str]) -> tuple[Ints, dict[str, int]]:
        """Rows of the partners of one ring who have the shared facts; how many others are not among them, and why."""
        key = (pool.uid, ring, *sorted(shared.items()))
        if key in self._seen:
            return self._seen[key]
        partners, condition = self.partners, pool.seen_by(ring)
        left, excluded = np.ones(len(partners), dtype=np.bool_), dict[str, int]()
        keep(left, excluded, "paused", partners.active)
        keep(left, excluded, "not_accepting", partners.accepting)
        if not condition.is_always:
            columns = {name: partners.columns[name] for name in condition.field_names}
            if is_live(condition):
                columns["partner.open_leads"] = partners.open_leads
            keep(left, excluded, "pool", to_mask(condition, columns))
        for name, value in shared.items():
            keep(left, excluded, SHARED[name], self.shares(name, value))
        found = np.nonzero(left)[0], excluded
        if not is_live(condition):
            self._seen[key] = found
        return found

    def shares(self, name: str, value: str) -> Bools:
        """Who has the lead's country, state, territory, line or industry."""
        key = (name, value)
        if key not in self._sharing:
            partners = self.partners
            if name in {"product_line", "vertical"}:
                sets = partners.product_lines if name == "product_line" else partners.verticals
                mask = np.array([value in each for each in sets], dtype=np.bool_)
            else:
                of = {"country": partners.countries, "state": partners.states, "territory": partners.territories}
                mask = np.asarray(of[name] == value, dtype=np.bool_)
            self._sharing[key] = mask
        return self._sharing[key]

    def nobody(self, rule: Rule) -> str:
        """Why nobody at all sees the rule's pool, in words; empty when somebody does."""
        pool = self.pools.get(rule.action.pool)
        if pool is None or not pool.is_open:
            return str(_("its pool is shut or gone"))
        near, excluded = self.sees(pool, NEAR, {})
        if len(near) or (pool.widens and len(self.sees(pool, WIDE, {})[0])):
            return ""
        return str(excluded_text(excluded, rule) or _("nobody sees its pool"))


def _shared(lead: LeadFacts, rule: Rule) -> dict[str, str]:
    return {name: str(getattr(lead, name)) for name in rule.match if getattr(lead, name)}
