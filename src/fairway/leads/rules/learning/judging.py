"""How good a model is on leads it did not see, and when it had better keep silent."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fairway.core.conditions import Field
from fairway.leads.rules.learning.chances import chances
from fairway.leads.rules.learning.encoding import Table, check_fields
from fairway.leads.rules.learning.fitting import Floats, Ints, fit, folds, groups_of, part_of

FOLDS = 5
REPEATS = 3
# Fewer outcomes than these teach nothing that lasts.
OUTCOMES_LEAST = 120
EACH_LEAST = 30
RESAMPLES = 1_000
# One model in two hundred that learned from chance alone would pass either test.
LEVEL = 0.005
BINS = 10
CURVE_POINTS = 40


def judge(table: Table, fields: Sequence[Field], won: Ints, *, rule_points: Floats | None = None) -> dict[str, Any]:
    """The report of a model on these rows, each asked only of models that did not see it or its like.

    Three rounds of five folds, rows alike in every field kept in one fold. `verdict` is "signal", "few" or "none";
    with "few" there are counts alone. Deterministic.
    """
    check_fields(fields)
    wins = int(won.sum())
    counts = {"outcomes": len(won), "won": wins, "base_rate": wins / len(won) if len(won) else None}
    if len(won) < OUTCOMES_LEAST or min(wins, len(won) - wins) < EACH_LEAST:
        return {**counts, "verdict": "few"}
    groups = groups_of(table, fields, len(won))
    if len(np.unique(groups)) < FOLDS:
        return {**counts, "verdict": "none", "groups": len(np.unique(groups))}
    rounds = [_unseen(table, fields, won, groups, seed) for seed in range(REPEATS)]
    report = counts | {"groups": len(np.unique(groups))} | _measures(rounds, won, groups)
    if rule_points is not None:
        report["rule_auc"] = auc(rule_points, won)
    is_signal = report["auc_low"] > 0.5 and report["skill_low"] > 0
    return {**report, "verdict": "signal" if is_signal else "none"}


def _unseen(table: Table, fields: Sequence[Field], won: Ints, groups: Ints, seed: int) -> Floats:
    """The chance of each row by a model that saw neither it nor its like."""
    told = np.zeros(len(won))
    for learn, ask in folds(won, groups, FOLDS, seed):
        model = fit(part_of(table, fields, learn), fields, won[learn], groups[learn], seed=seed)
        told[ask] = chances(model, part_of(table, fields, ask), len(ask))
    return told


def _measures(rounds: Sequence[Floats], won: Ints, groups: Ints) -> dict[str, Any]:
    from sklearn.metrics import average_precision_score

    base = float(won.mean())
    brier_base = base * (1 - base)
    briers = [float(np.mean((told - won) ** 2)) for told in rounds]
    first = rounds[0]
    auc_low, skill_low = _lower_bounds(rounds, won, groups)
    return {
        "auc": float(np.mean([auc(told, won) for told in rounds])),
        "auc_low": auc_low,
        "pr_auc": float(np.mean([average_precision_score(won, told) for told in rounds])),
        "brier": float(np.mean(briers)),
        "brier_base": brier_base,
        "skill": 1 - float(np.mean(briers)) / brier_base,
        "skill_low": skill_low,
        "reliability": reliability(first, won),
        "roc": roc(first, won),
    }


def auc(told: Floats, won: Ints) -> float:
    """The chance that a won row stands above a lost one; ties count half."""
    from scipy.stats import rankdata

    ranks = rankdata(told)
    wins = int(won.sum())
    losses = len(won) - wins
    return float((ranks[won == 1].sum() - wins * (wins + 1) / 2) / (wins * losses)) if wins and losses else 0.5


def _lower_bounds(rounds: Sequence[Floats], won: Ints, groups: Ints) -> tuple[float, float]:
    """Of AUC and Brier skill, by drawing whole groups again; the worst of the rounds."""
    rng = np.random.default_rng(7)
    members = [np.nonzero(groups == group)[0] for group in np.unique(groups)] if len(groups) < 20_000 else None
    found: list[tuple[float, float]] = []
    for told in rounds:
        draws = np.array([_drawn(told, won, members, rng) for _ in range(RESAMPLES if len(won) < 5_000 else 200)])
        found.append((float(np.quantile(draws[:, 0], LEVEL)), float(np.quantile(draws[:, 1], LEVEL))))
    return min(low for low, _skill in found), min(skill for _low, skill in found)


def _drawn(told: Floats, won: Ints, members: list[Any] | None, rng: np.random.Generator) -> tuple[float, float]:
    if members is None:
        places = rng.integers(0, len(won), len(won))
    else:
        places = np.concatenate([members[n] for n in rng.integers(0, len(members), len(members)).tolist()])
    said, truth = told[places], won[places]
    base = float(truth.mean())
    spread = base * (1 - base)
    return auc(said, truth), 1 - float(np.mean((said - truth) ** 2)) / spread if spread else 0.0


def reliability(told: Floats, won: Ints) -> list[dict[str, float]]:
    """Tenths of the rows from the lowest chance up: what was said, what came true, how many."""
    order = np.argsort(told, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return [{"said": float(told[part].mean()), "came": float(won[part].mean()), "n": len(part)} for part in parts]


def roc(told: Floats, won: Ints) -> list[list[float]]:
    """Points (share of the lost, share of the won) found when leads are taken from the highest chance down."""
    order = np.argsort(-told, kind="stable")
    lost_share = np.concatenate([[0], np.cumsum(1 - won[order]) / max(int((1 - won).sum()), 1)])
    won_share = np.concatenate([[0], np.cumsum(won[order]) / max(int(won.sum()), 1)])
    grid = np.linspace(0, 1, CURVE_POINTS + 1)
    return [[round(float(x), 4), round(float(np.interp(x, lost_share, won_share)), 4)] for x in grid]


def drift_index(before: Sequence[float], now: Sequence[float]) -> float:
    """The population stability index of two lists of shares: 0 alike, above .25 another population."""
    held = [np.maximum(np.array(shares, dtype=np.float64), 1e-3) for shares in (before, now)]
    was, is_now = (shares / shares.sum() for shares in held)
    return float(np.sum((is_now - was) * np.log(is_now / was)))
