"""Leads scored a second by rules, with their reasons, against NumPy doing the same arithmetic without any.

Both begin with the same columns in memory and end with points and a band for every lead.
"""

from typing import Any

import numpy as np

from benchmarks._harness import say
from benchmarks._leads._growth import best_of, exponent
from fairway.leads.conditions import LEADS, columns_of
from fairway.leads.rules.defaults import SCORE_BANDS, SCORE_RULES
from fairway.leads.rules.scoring import Card, parse_card, score_many

COUNT, QUICK = 10_000, 1_000
_INDUSTRIES = ["Energy", "Retail", "Machines", "Health", "Public services", ""]
_TITLES = ["Head of IT", "Buyer", "Managing director", "Student", ""]


def made_leads(count: int) -> list[dict[str, Any]]:
    """Values as conditions see them; the same every time."""
    rng = np.random.default_rng(4)
    rows = []
    for employees, days, chance, industry, title in zip(
        rng.integers(1, 3000, count), rng.integers(1, 600, count), rng.random(count),
        rng.integers(0, 6, count), rng.integers(0, 5, count), strict=True,
    ):  # fmt: skip
        row = dict.fromkeys(LEADS.fields)
        row |= {name: chance > 0.3 for name, field in LEADS.fields.items() if field.type == "bool"}
        row |= {
            "lead.employees": int(employees) if chance > 0.1 else None,
            "lead.timeframe_days": int(days) if chance < 0.9 else None,
            "lead.amount": int(employees) * 10_000 if chance > 0.5 else None,
            "lead.industry": _INDUSTRIES[industry], "lead.job_title": _TITLES[title],
            "lead.source": "Web form" if chance > 0.5 else "Fair", "lead.country": "DE" if chance > 0.4 else "FR",
        }  # fmt: skip
        rows.append(row)
    return rows


def run(quick: bool) -> None:
    card = parse_card(SCORE_RULES, SCORE_BANDS, LEADS, strict=False)
    base = QUICK if quick else COUNT
    seconds = {}
    for count in (base, base * 10):
        rows = made_leads(count)
        columns = columns_of(rows, card.field_names)
        seconds[count], scores = best_of(3, lambda rows=rows, columns=columns: score_many(card, rows, columns))
        floor, points = best_of(3, lambda columns=columns: _numpy(card, columns))
        assert [one.points for one in scores] == points.tolist()
    say(
        "score-rules", count / seconds[count], "leads/s", floor=count / floor, n=count,
        floor_is="NumPy on the same columns: masks, points and bands, no reasons",
        rules=len(card.rules), growth=exponent((base, seconds[base]), (count, seconds[count])),
        small_n=base, small=round(base / seconds[base]),
    )  # fmt: skip


def _numpy(card: Card, columns: dict[str, Any]) -> Any:
    from fairway.core.conditions import to_mask

    length = len(next(iter(columns.values())))
    points = np.zeros(length, dtype=np.int64)
    for rule in card.rules:
        points += rule.points * to_mask(rule.when, {name: columns[name] for name in rule.when.field_names})
    np.digitize(points, sorted(band.at_least for band in card.bands))
    return points
