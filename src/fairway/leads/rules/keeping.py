"""Sorting partners out, each counted under the first reason. Pure."""

import numpy as np

from fairway.core.conditions import Condition
from fairway.leads.rules.partner_table import Bools

# What lead and partner may share → why a partner who does not falls out.
SHARED = {
    "country": "other_country",
    "state": "other_state",
    "territory": "outside_territory",
    "product_line": "lacks_line",
    "vertical": "lacks_vertical",
}


def is_live(condition: Condition) -> bool:
    """Whether it asks for what changes from lead to lead: the number of open leads."""
    return "partner.open_leads" in condition.field_names


def keep(left: Bools, excluded: dict[str, int], code: str, mask: Bools) -> None:
    """Narrow `left` to `mask`, counting those who fall out under `code`."""
    before = int(np.count_nonzero(left))
    np.logical_and(left, mask, out=left)
    count_out(excluded, code, before - int(np.count_nonzero(left)))


def count_out(excluded: dict[str, int], code: str, count: int) -> None:
    if count:
        excluded[code] = excluded.get(code, 0) + count
