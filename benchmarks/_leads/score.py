"""Leads scored a second by rules and by a model, with their reasons, against NumPy doing the same arithmetic.

Both begin with the same values in memory and end with points and a band, or a chance, for every lead; NumPy says no
reasons, and gets its columns ready made.
"""

from typing import Any

import numpy as np

from benchmarks._harness import say
from benchmarks._leads._growth import best_of, exponent
from fairway.core.conditions import to_mask
from fairway.leads.conditions import LEADS, columns_of
from fairway.leads.rules.defaults import SCORE_BANDS, SCORE_RULES
from fairway.leads.rules.learning.chances import rows_to_table, with_reasons
from fairway.leads.rules.learning.encoding import encode_rows
from fairway.leads.rules.learning.fitting import fit
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
    base = QUICK if quick else COUNT
    _rules(base)
    _model(base)


def _rules(base: int) -> None:
    categories = [{"name": "Fit", "cap": 60, "half_life_days": None}, {"name": "Urgency", "half_life_days": 60}]
    rules = [{**rule, "category": ("Fit", "Urgency", "")[n % 3]} for n, rule in enumerate(SCORE_RULES)]
    card = parse_card(rules, SCORE_BANDS, LEADS, strict=False, categories=categories, most=100)

    def work(rows: list[dict[str, Any]], ages: list[int]) -> Any:
        return score_many(card, rows, columns_of(rows, card.field_names), ages)

    found = []
    for count in (base, base * 10):
        rows, ages = made_leads(count), [n % 400 for n in range(count)]
        columns, as_array = columns_of(rows, card.field_names), np.array(ages)
        seconds, scores = best_of(3, lambda rows=rows, ages=ages: work(rows, ages))
        floor, points = best_of(3, lambda columns=columns, as_array=as_array: _numpy(card, columns, as_array))
        assert [one.points for one in scores] == points.tolist()
        found.append((count, seconds, floor))
    _say(
        "score-rules", found, rules=len(card.rules), floor_is="NumPy on ready columns: masks, caps, age, points, bands"
    )


def _model(base: int) -> None:
    fields = [field for field in LEADS.fields.values() if field.known_at_capture]
    names = [field.name for field in fields]
    learn = rows_to_table(made_leads(QUICK), names)
    won = np.random.default_rng(1).integers(0, 2, QUICK) | np.array([bool(n) for n in learn["lead.amount"]])
    model = fit(learn, fields, won, np.arange(QUICK))
    weights = np.array(model["weights"])
    found = []
    for count in (base, base * 10):
        table = rows_to_table(made_leads(count), names)
        columns = encode_rows(table, model["fields"], count).columns
        seconds, told = best_of(3, lambda table=table, count=count: with_reasons(model, table, count))
        floor, plain = best_of(3, lambda columns=columns: 1 / (1 + np.exp(-(columns @ weights + model["base"]))))
        assert np.allclose(told[0], plain)
        found.append((count, seconds, floor))
    _say("score-model", found, columns=len(weights), floor_is="NumPy on ready columns: one product and one sigmoid")


def _say(case: str, found: list[tuple[int, float, float]], *, floor_is: str, **detail: Any) -> None:
    """The large run, with the growth from the small one."""
    (small_n, small, _floor), (count, seconds, floor) = found
    say(
        case, count / seconds, "leads/s", floor=count / floor, n=count, floor_is=floor_is, **detail,
        growth=exponent((small_n, small), (count, seconds)), small_n=small_n, small=round(small_n / small),
    )  # fmt: skip


def _numpy(card: Card, columns: dict[str, Any], ages: Any) -> Any:
    raw = np.zeros((len(ages), 1 + len(card.categories)), dtype=np.int64)
    names = ["", *(category.name for category in card.categories)]
    for rule in card.rules:
        mask = to_mask(rule.when, {name: columns[name] for name in rule.when.field_names})
        raw[:, names.index(rule.category)] += rule.points * mask
    points = raw[:, 0]
    for place, category in enumerate(card.categories, start=1):
        kept = raw[:, place] if category.cap is None else np.minimum(raw[:, place], category.cap)
        half_life = category.half_life_days
        points = points + (kept if half_life is None else np.trunc(kept * 0.5 ** (ages / half_life)).astype(np.int64))
    points = points if card.most is None else np.minimum(points, card.most)
    np.digitize(points, sorted(band.at_least for band in card.bands))
    return points
