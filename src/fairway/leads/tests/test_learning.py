"""What a model learns, how it is judged, and when it keeps silent: arrays alone, no database."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from django.conf import settings

from fairway.core.conditions import Field
from fairway.leads.conditions import LEADS
from fairway.leads.rules.learning.chances import average_chance, chances, contributions, with_reasons
from fairway.leads.rules.learning.encoding import NotAtCapture, column_shares, encode_rows, fit_encoding
from fairway.leads.rules.learning.fitting import fit, folds, groups_of, log_odds, sigmoid
from fairway.leads.rules.learning.judging import auc, drift_index, judge, reliability, roc
from fairway.leads.rules.learning.tables import TableError, distinct, fields_of, outcomes_of

FIELDS = [
    Field("employees", "Employees", "number", known_at_capture=True),
    Field("source", "Source", "text", known_at_capture=True),
    Field("called", "Called", "bool", known_at_capture=True),
]


def made(count, seed=1, strength=2.0):
    rng = np.random.default_rng(seed)
    employees = rng.integers(1, 900, count)
    source = rng.choice(["fair", "web", "call"], count)
    odds = strength * ((employees - 450) / 450 + (source == "fair"))
    won = (rng.random(count) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    table = {
        "employees": [None if n % 17 == 0 else int(n) for n in employees],
        "source": [str(one) for one in source],
        "called": [bool(one) for one in rng.integers(0, 2, count)],
    }
    return table, won


def test_a_field_not_known_at_capture_can_teach_nothing():
    table, won = made(200)
    late = [*FIELDS[:2], replace(FIELDS[2], known_at_capture=False)]
    groups = groups_of(table, FIELDS, 200)
    for call in (
        lambda: fit_encoding(table, late),
        lambda: fit(table, late, won, groups),
        lambda: judge(table, late, won),
    ):
        with pytest.raises(NotAtCapture, match="called"):
            call()


def test_what_was_learned_is_json_and_gives_the_same_chances_again():
    table, won = made(400)
    model = fit(table, FIELDS, won, groups_of(table, FIELDS, 400))
    again = json.loads(json.dumps(model))
    assert chances(again, table, 400).tolist() == chances(model, table, 400).tolist()
    assert fit(table, FIELDS, won, groups_of(table, FIELDS, 400)) == model


def test_reasons_add_up_from_the_average_lead_to_this_one():
    table, won = made(400)
    model = fit(table, FIELDS, won, groups_of(table, FIELDS, 400))
    columns = encode_rows(table, model["fields"], 400).columns
    base = np.log(average_chance(model) / (1 - average_chance(model)))
    assert np.allclose(base + contributions(model, columns).sum(axis=1), log_odds(model, columns))
    chance, told = with_reasons(model, table, 400)
    assert np.allclose(chance, sigmoid(log_odds(model, columns)))
    assert {reason["label"] for reasons in told for reason in reasons} <= {"Employees", "Source", "Called"}
    best = int(np.argmax(chance))
    assert told[best][0]["adds"] > 0


def test_values_never_seen_and_missing_ones_have_a_chance_too():
    table, won = made(300)
    model = fit(table, FIELDS, won, groups_of(table, FIELDS, 300))
    odd = {"employees": [None, 10**9], "source": ["never", None], "called": [None, True]}
    assert all(0 < chance < 1 for chance in chances(model, odd, 2))


def test_a_field_with_one_value_and_rare_values_are_kept_in_their_place():
    rare = {"source": ["web"] * 50 + ["fair"] * 50 + ["odd", "odder"], "employees": [7] * 102, "called": [True] * 102}
    (spec,) = fit_encoding(rare, FIELDS)
    assert (spec["name"], spec["levels"], spec["rare"], spec["missing"]) == ("source", ["fair", "web"], True, False)
    columns = encode_rows({"source": ["odd", "WEB "]}, [spec], 2).columns
    assert columns.tolist() == [[0, 0, 1], [0, 1, 0]]


def test_a_signal_is_found_and_judged_on_rows_not_seen():
    table, won = made(500)
    report = judge(table, FIELDS, won)
    assert report["verdict"] == "signal"
    assert 0.7 < report["auc"] < 0.95
    assert report["brier"] < report["brier_base"]
    assert (report["outcomes"], report["won"]) == (500, int(won.sum()))
    assert judge(table, FIELDS, won) == report


@pytest.mark.parametrize("seed", range(8))
def test_random_outcomes_are_no_signal(seed):
    table, won = made(300, seed=seed)
    shuffled = np.random.default_rng(seed + 100).permutation(won)
    report = judge(table, FIELDS, shuffled)
    assert report["verdict"] == "none"


@pytest.mark.parametrize(("count", "wins"), [(0, 0), (100, 50), (500, 29), (500, 480)])
def test_too_few_outcomes_keep_it_silent(count, wins):
    table, _won = made(count)
    won = np.array([1] * wins + [0] * (count - wins), dtype=np.int64)
    assert judge(table, FIELDS, won)["verdict"] == "few"


def test_rows_alike_stand_in_one_fold():
    table, won = made(120)
    doubled = {name: [*values, *values] for name, values in table.items()}
    groups = groups_of(doubled, FIELDS, 240)
    for learn, ask in folds(np.concatenate([won, won]), groups, 5, 0):
        assert not set(groups[learn]) & set(groups[ask])


def test_doubling_every_row_does_not_flatter():
    rng = np.random.default_rng(3)
    count = 200
    table = {
        "employees": [int(n) for n in rng.integers(1, 10**6, count)],
        "source": [f"s{n}" for n in rng.integers(0, 40, count)], "called": [True] * count,
    }  # fmt: skip
    won = rng.integers(0, 2, count).astype(np.int64)
    doubled = {name: [*values, *values] for name, values in table.items()}
    report = judge(doubled, FIELDS, np.concatenate([won, won]))
    assert report["verdict"] == "none"
    assert report["auc"] < 0.6


def test_the_area_counts_ties_half_and_curves_end_where_they_must():
    won = np.array([0, 0, 1, 1])
    assert auc(np.array([0.1, 0.2, 0.3, 0.4]), won) == 1
    assert auc(np.array([0.5] * 4), won) == 0.5
    assert auc(np.array([0.1, 0.3, 0.3, 0.4]), won) == 0.875
    points = roc(np.array([0.1, 0.2, 0.3, 0.4]), won)
    assert points[-1] == [1, 1]
    table = reliability(np.linspace(0.05, 0.95, 20), np.array([0] * 10 + [1] * 10))
    assert (len(table), sum(row["n"] for row in table), table[0]["came"], table[-1]["came"]) == (10, 20, 0, 1)


def test_drift_is_nothing_for_the_like_and_large_for_another_population():
    table, _won = made(400)
    specs = fit_encoding(table, FIELDS)
    shares = [column_shares(spec, table[spec["name"]]) for spec in specs]
    assert all(abs(sum(each) - 1) < 1e-9 for each in shares)
    assert [drift_index(each, each) for each in shares] == [0, 0, 0]
    moved = column_shares(specs[0], [2000] * 400)
    assert drift_index(shares[0], moved) > 0.25


TABLE = [{"Size": str(n), "Kind": "a" if n % 2 else "b", "Status": "Won" if n > 5 else "Lost"} for n in range(10)]


def test_a_table_says_its_fields_and_its_outcome():
    won, win = outcomes_of(TABLE, "Status")
    assert (won.tolist(), win) == ([0] * 6 + [1] * 4, "Won")
    fields, columns = fields_of(TABLE, "Status")
    assert [(field.name, field.type) for field in fields] == [("Size", "number"), ("Kind", "text")]
    assert columns["Size"][3] == 3
    assert len(distinct([*TABLE, *TABLE])) == 10


@pytest.mark.parametrize(
    ("rows", "win", "words"),
    [
        ([{"S": "Won"}, {"S": "Won"}], "", "has 1 different values"),
        ([{"S": "Won"}, {"S": ""}], "", "exactly two"),
        ([{"S": "A"}, {"S": "B"}], "", "Say which of “A” and “B” is the win"),
        ([{"S": "A"}, {"S": "B"}], "C", "Say which"),
    ],
)
def test_a_table_without_two_outcomes_is_refused(rows, win, words):
    with pytest.raises(TableError, match=words):
        outcomes_of(rows, "S", win)


def salvirt():
    path = settings.SAMPLE_DATA_DIR / "b2b-wins" / "Salvirt_B2B_ML_dataset.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.data
def test_real_outcomes_are_learned_without_flattering_from_repeated_rows():
    rows = salvirt()
    once = distinct(rows)
    assert (len(rows), len(once)) == (448, 365)
    won, win = outcomes_of(once, "Status")
    fields, table = fields_of(once, "Status")
    report = judge(table, fields, won)
    assert win == "Won"
    assert report["verdict"] == "signal"
    assert report["auc"] >= 0.80
    repeated = judge(fields_of(rows, "Status")[1], fields, outcomes_of(rows, "Status")[0])
    assert repeated["auc"] - report["auc"] < 0.02


@pytest.mark.data
@pytest.mark.parametrize("seed", range(5))
def test_real_rows_with_random_outcomes_are_no_signal(seed):
    once = distinct(salvirt())
    won, _win = outcomes_of(once, "Status")
    fields, table = fields_of(once, "Status")
    assert judge(table, fields, np.random.default_rng(seed).permutation(won))["verdict"] == "none"


def test_leads_have_fields_known_at_capture_and_others_that_stay_out():
    known = [field for field in LEADS.fields.values() if field.known_at_capture]
    late = [field for field in LEADS.fields.values() if not field.known_at_capture]
    assert known
    assert {field.name for field in late} >= {"lead.score", "lead.band", "lead.has_partner"}
    with pytest.raises(NotAtCapture):
        fit_encoding({}, [*known, *late])
