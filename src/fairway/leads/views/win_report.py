"""A model's report as figures and pictures."""

from typing import Any

from django.utils.translation import gettext as _

from fairway.core.http.charts import Chart, Series
from fairway.core.http.format import percent
from fairway.core.http.parts import Figure
from fairway.leads.models import WinModel
from fairway.leads.rules.learning.chances import weights_by_level
from fairway.leads.rules.learning.judging import EACH_LEAST, OUTCOMES_LEAST

FIELDS_SHOWN = 10


def report_parts(model: WinModel) -> dict[str, Any]:
    """What the page shows of a version, in words, figures and charts; without charts where there was too little."""
    report = {"verdict": "few", "outcomes": 0, "won": 0, **model.report}
    judged = "auc" in report
    return {
        **report,
        "told": verdict_words(report),
        "figures": _figures(report) if judged else [],
        "calibration": _calibration(report) if judged else None,
        "roc": _roc(report) if judged else None,
        "fields_chart": _fields(model.parameters) if "weights" in model.parameters else None,
        "drift": model.drift,
    }


def verdict_words(report: dict[str, Any]) -> str:
    verdict = report["verdict"]
    if verdict == "few":
        return _(
            "It keeps silent: there are too few outcomes. It needs %(all)d, at least %(each)d of them won and as many "
            "lost; there are %(n)d, %(won)d won."
        ) % {"all": OUTCOMES_LEAST, "each": EACH_LEAST, "n": report["outcomes"], "won": report["won"]}
    if verdict == "none":
        return _(
            "It keeps silent: on leads it did not see it is not better than saying the share of wins to everyone, "
            "beyond what chance alone could do."
        )
    return _("It knows something: on leads it did not see it is better than chance, and its chances come true.")


def _figures(report: dict[str, Any]) -> list[Figure]:
    figures = [
        Figure(_("ROC-AUC"), f"{report['auc']:.3f}", _("at least %(low).3f") % {"low": report["auc_low"]}),
        Figure(_("PR-AUC"), f"{report['pr_auc']:.3f}", _("without a model %(base).3f") % {"base": report["base_rate"]}),
        Figure(
            _("Brier score"), f"{report['brier']:.3f}", _("without a model %(base).3f") % {"base": report["brier_base"]}
        ),
        Figure(_("Won"), percent(100 * report["base_rate"]), _("of %(n)d outcomes") % {"n": report["outcomes"]}),
    ]
    if "rule_auc" in report:
        figures.append(Figure(_("ROC-AUC of the rules"), f"{report['rule_auc']:.3f}", _("on the same leads")))
    return figures


def _calibration(report: dict[str, Any]) -> Chart:
    rows = report["reliability"]
    gap = sum(abs(row["said"] - row["came"]) * row["n"] for row in rows) / sum(row["n"] for row in rows)
    answer = _("On average %(gap)s apart: tenths of the leads, from the lowest chance to the highest.") % {
        "gap": percent(100 * gap)
    }
    return Chart.line(
        _("Do its chances come true?"), answer, [str(n) for n in range(1, len(rows) + 1)],
        [Series(_("came true"), [round(100 * row["came"], 1) for row in rows]),
         Series(_("said"), [round(100 * row["said"], 1) for row in rows])],
        unit="%",
    )  # fmt: skip


def _roc(report: dict[str, Any]) -> Chart:
    half = next((y for x, y in report["roc"] if x >= 0.2), 1.0)
    answer = _("Among the best leads by chance, %(won)s of the won are found with 20 %% of the lost.") % {
        "won": percent(100 * half)
    }
    return Chart.line(
        _("How well does it tell won from lost?"), answer, [str(round(100 * x)) for x, _y in report["roc"]],
        [Series(_("won found"), [round(100 * y, 1) for _x, y in report["roc"]]),
         Series(_("by chance"), [round(100 * x, 1) for x, _y in report["roc"]])],
        unit="%",
    )  # fmt: skip


def _fields(parameters: dict[str, Any]) -> Chart:
    listed = weights_by_level(parameters)[:FIELDS_SHOWN]
    first = listed[0]["label"] if listed else ""
    return Chart.rows(
        _("Which fields move the chance most?"), _("%(field)s most of all, in log-odds.") % {"field": first},
        [each["label"] for each in listed], Series(_("widest move"), [round(each["range"], 2) for each in listed]),
        decimals=2,
    )  # fmt: skip
