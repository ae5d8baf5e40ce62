"""For which partners a lead has too few points, where trigger levels differ by what partners hold. Pure."""

import numpy as np

from fairway.core.conditions.masks import Encoded
from fairway.leads.rules.levels import ASKS_LEVEL, GENERAL
from fairway.leads.rules.partner_table import Bools, Ints, LeadFacts, PartnerTable
from fairway.leads.rules.routing import Rule


def differs(rule: Rule, lead: LeadFacts) -> bool:
    """Whether some partners may have the lead for its points and others not, and the rule asks for that."""
    return lead.reached is not None and ASKS_LEVEL in rule.when.field_names and any(dict(lead.reached).values())


class LevelSight:
    def __init__(self, partners: PartnerTable) -> None:
        self.partners = partners
        self._holders: dict[str, Bools] = {}

    def below(self, lead: LeadFacts, rows: Ints) -> Bools:
        """Of these rows who may not have it: none of the levels for what it holds is reached, or else the general one.

        Who holds several credentials with levels of their own may have it by any of them.
        """
        reached = dict(lead.reached or ())
        may, has_own = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
        for credential, is_reached in reached.items():
            if credential != GENERAL:
                holds = self._holding(credential)[rows]
                has_own |= holds
                may |= holds & is_reached
        may |= ~has_own & reached[GENERAL]
        return ~may

    def _holding(self, credential: str) -> Bools:
        if credential not in self._holders:
            column = self.partners.columns["partner.credentials"]
            assert isinstance(column, Encoded)
            has = np.array([credential in held for held in column.values], dtype=np.bool_)
            self._holders[credential] = has[column.codes]
        return self._holders[credential]
