"""The score card and the routing rules a new vendor starts with, as a person would have written them."""

from typing import Any


def _when(field: str, op: str, value: Any = None) -> dict[str, Any]:
    leaf = {"field": field, "op": op}
    return {"all": [leaf if value is None else {**leaf, "value": value}]}


SCORE_RULES: list[dict[str, Any]] = [
    {"name": "Decides within 90 days", "points": 24, "when": _when("lead.timeframe_days", "at_most", 90)},
    {"name": "Size fits", "points": 20, "when": _when("lead.employees", "between", [50, 1000])},
    {"name": "Budget named", "points": 17, "when": _when("lead.amount", "is_not_empty")},
    {"name": "Knows what it wants", "points": 12, "when": _when("lead.product_line", "is_not_empty")},
    {"name": "Company is known", "points": 8, "when": _when("lead.has_company", "is", True)},
    {"name": "Can be called", "points": 6, "when": _when("lead.has_phone", "is", True)},
    {"name": "Can be written to", "points": 6, "when": _when("lead.has_email", "is", True)},
    {"name": "Place is known", "points": 5, "when": _when("lead.city_known", "is", True)},
    {"name": "Agreed to be contacted", "points": 4, "when": _when("lead.consent", "is", True)},
    {"name": "Recommended", "points": 10, "when": _when("lead.source_detail", "contains", "referral")},
    {"name": "Cold call", "points": -8, "when": _when("lead.source_detail", "contains", "cold call")},
    {"name": "Decides later than in a year", "points": -10, "when": _when("lead.timeframe_days", "at_least", 366)},
    {"name": "May be a duplicate", "points": -15, "when": _when("lead.may_be_duplicate", "is", True)},
]

SCORE_RULES = [{"uid": f"rule-{number}", **rule} for number, rule in enumerate(SCORE_RULES, start=1)]

SCORE_BANDS: list[dict[str, Any]] = [
    {"name": "Hot", "at_least": 60},
    {"name": "Warm", "at_least": 30},
    {"name": "Cool", "at_least": -1000},
]

LARGE_BUDGET_MINOR = 25_000_000

ROUTING_RULES: list[dict[str, Any]] = [
    {
        "uid": "known",
        "name": "Customers who have a partner",
        "when": _when("lead.has_partner", "is", True),
        "who": {},
        "match": [],
        "action": {"kind": "known"},
        "limit_hours": 8,
        "partners_at_most": 1,
    },
    {
        "uid": "large",
        "name": "Large budgets",
        "when": _when("lead.amount", "at_least", LARGE_BUDGET_MINOR),
        "who": {},
        "match": [],
        "action": {"kind": "person"},
        "limit_hours": 8,
        "partners_at_most": 3,
    },
    {
        "uid": "near",
        "name": "Leads on the map",
        "when": _when("lead.located", "is", True),
        "who": {},
        "match": ["country"],
        "action": {"kind": "best", "weights": {"distance": 40, "record": 30, "room": 20, "turn": 10}, "max_km": 250},
        "limit_hours": 8,
        "partners_at_most": 3,
    },
    {
        "uid": "state",
        "name": "Leads of a known state",
        "when": _when("lead.state", "is_not_empty"),
        "who": {},
        "match": ["country", "state"],
        "action": {"kind": "best", "weights": {"record": 40, "room": 40, "turn": 20}, "max_km": None},
        "limit_hours": 8,
        "partners_at_most": 3,
    },
    {
        "uid": "country",
        "name": "Everything else",
        "when": {},
        "who": {},
        "match": ["country"],
        "action": {"kind": "best", "weights": {"record": 30, "room": 40, "turn": 30}, "max_km": None},
        "limit_hours": 16,
        "partners_at_most": 3,
    },
]
