"""Charts: a question, its answer, a picture, and the same numbers as a table.

A view gives plain series; the option for ECharts is built here in the house style. Colours are names of tokens
(`@accent`) that the page's script replaces by the values of the mode in force. Never a pie, never two y-axes.

    own = Series(_("this year"), won)
    Chart.line(_("Is revenue growing?"), _("Yes, in every month."), months, [own], unit="€ 1,000")
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fairway.core.http.format import NONE, number

Numbers = Sequence[int | float | None]
TEXT = {"fontSize": 11, "lineHeight": 16, "fontFamily": "Inter Variable, Inter, system-ui, sans-serif"}
STACK_TONES = ("accent", "accent-2", "track", "compare")


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers. `tone` is the name of a colour token: accent, accent-2, compare, track, good-dot, bad-dot."""

    label: str
    values: Numbers
    tone: str = "accent"


@dataclass(frozen=True, slots=True)
class Chart:
    question: str
    answer: str
    labels: Sequence[str]
    series: Sequence[Series]
    option: dict[str, Any] = field(repr=False)
    unit: str = ""
    decimals: int = 0
    is_tall: bool = False

    @classmethod
    def line(
        cls,
        question: str,
        answer: str,
        labels: Sequence[str],
        series: Sequence[Series],
        *,
        target: float | None = None,
        target_label: str = "",
        unit: str = "",
        decimals: int = 0,
        is_tall: bool = False,
    ) -> "Chart":
        """The first series is one's own; the others compare. `target` is a dashed line."""
        toned = [series[0], *(_in_tone(each, "compare") for each in series[1:])]
        drawn = [_line(each, is_own=index == 0) for index, each in enumerate(toned)]
        if target is not None:
            drawn[0]["markLine"] = _target(target, target_label)
        option = _frame(labels, decimals, unit, right=34) | {"series": drawn[::-1]}
        return cls(question, answer, labels, toned, option, unit, decimals, is_tall)

    @classmethod
    def stacked(
        cls,
        question: str,
        answer: str,
        labels: Sequence[str],
        series: Sequence[Series],
        *,
        unit: str = "",
        decimals: int = 0,
        is_tall: bool = False,
    ) -> "Chart":
        """Bars cut in parts, the most important part at the foot. At most four parts."""
        if len(series) > len(STACK_TONES):
            raise ValueError("A stacked chart has at most four parts.")
        toned = [_in_tone(each, tone) for each, tone in zip(series, STACK_TONES, strict=False)]
        drawn = [_bar(each) | {"stack": "all", "barCategoryGap": "38%"} for each in toned]
        option = _frame(labels, decimals, unit) | {"series": drawn}
        return cls(question, answer, labels, toned, option, unit, decimals, is_tall)

    @classmethod
    def bars(
        cls,
        question: str,
        answer: str,
        labels: Sequence[str],
        series: Series,
        *,
        unit: str = "",
        decimals: int = 0,
        is_tall: bool = False,
    ) -> "Chart":
        """Upright bars over time or another order."""
        option = _frame(labels, decimals, unit) | {"series": [_bar(series) | {"barCategoryGap": "38%"}]}
        return cls(question, answer, labels, [series], option, unit, decimals, is_tall)

    @classmethod
    def rows(
        cls, question: str, answer: str, labels: Sequence[str], series: Series, *, unit: str = "", decimals: int = 0
    ) -> "Chart":
        """Lying bars with their number behind them, in the order given: a ranking, or a funnel."""
        bar = _bar(series) | {
            "barWidth": 12,
            "label": {"show": True, "position": "right", "color": "@ink", "fontWeight": 550, **TEXT},
        }
        option = {
            "animation": False,
            "textStyle": TEXT,
            "grid": {"left": 0, "right": 56, "top": 4, "bottom": 4, "containLabel": True},
            "xAxis": {"type": "value", "min": 0, "show": False},
            "yAxis": {
                "type": "category",
                "inverse": True,
                "data": list(labels),
                "axisLine": {"show": False},
                "axisTick": {"show": False},
                "axisLabel": {"color": "@ink-2", **TEXT, "fontSize": 12},
            },
            "tooltip": {"show": False},
            "series": [bar],
            "fairway": {"decimals": decimals, "unit": unit},
        }
        return cls(question, answer, labels, [series], option, unit, decimals, len(labels) > 6)

    @classmethod
    def range(
        cls,
        question: str,
        answer: str,
        labels: Sequence[str],
        main: Series,
        upper: Series,
        *,
        target: float | None = None,
        target_label: str = "",
        unit: str = "",
        decimals: int = 1,
    ) -> "Chart":
        """A line with a pale area up to `upper`, such as a median and its slowest tenth."""
        span = [
            None if low is None or high is None else high - low
            for low, high in zip(main.values, upper.values, strict=True)
        ]
        foot = _line(Series("", main.values, "accent-3"), is_own=False) | {
            "stack": "range",
            "lineStyle": {"opacity": 0},
        }
        area = _line(Series(upper.label, span, "accent-3"), is_own=False) | {
            "stack": "range",
            "lineStyle": {"opacity": 0},
            "areaStyle": {"color": "@accent-3", "opacity": 1},
        }
        own = _line(main, is_own=True)
        if target is not None:
            own["markLine"] = _target(target, target_label)
        option = _frame(labels, decimals, unit, right=34) | {"series": [foot, area, own]}
        toned = [main, _in_tone(upper, "accent-3")]
        return cls(question, answer, labels, toned, option, unit, decimals)

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        """The same numbers in words: (label, one text per series)."""
        return [
            (str(label), [_text(each.values[index], self.decimals) for each in self.series])
            for index, label in enumerate(self.labels)
        ]

    @property
    def has_numbers(self) -> bool:
        """Nothing but zeros draws nothing: the sentence above says it better than empty axes."""
        return any(value for each in self.series for value in each.values)


def _text(value: int | float | None, decimals: int) -> str:
    return NONE if value is None else number(value, decimals)


def _in_tone(series: Series, tone: str) -> Series:
    return Series(series.label, series.values, series.tone if series.tone != "accent" else tone)


def _frame(labels: Sequence[str], decimals: int, unit: str, *, right: int = 8) -> dict[str, Any]:
    """Axes from zero, a few pale lines, no box, no animation."""
    return {
        "animation": False,
        "textStyle": TEXT,
        "grid": {"left": 0, "right": right, "top": 12, "bottom": 0, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "renderMode": "richText",
            "confine": True,
            "backgroundColor": "@sheet",
            "borderColor": "@line-2",
            "borderWidth": 1,
            "padding": [6, 10],
            "shadowBlur": 0,
            "extraCssText": "",
            "textStyle": {"color": "@ink", **TEXT},
            "axisPointer": {"type": "line", "lineStyle": {"color": "@line-2", "type": "solid"}},
        },
        "xAxis": {
            "type": "category",
            "data": list(labels),
            "axisLine": {"lineStyle": {"color": "@line-2"}},
            "axisTick": {"show": False},
            "axisLabel": {"color": "@ink-3", "hideOverlap": True, **TEXT},
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "splitNumber": 3,
            # Whole numbers have no half steps: without this a chart of ones says 1, 1, 1, 0, 0.
            "minInterval": 10**-decimals,
            "axisLabel": {"color": "@ink-3", **TEXT},
            "splitLine": {"lineStyle": {"color": "@grid"}},
        },
        "fairway": {"decimals": decimals, "unit": unit},
    }


def _line(series: Series, *, is_own: bool) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "type": "line",
        "name": series.label,
        "data": list(series.values),
        "symbol": "none",
        "lineStyle": {"color": f"@{series.tone}", "width": 2.2 if is_own else 1.6},
        "itemStyle": {"color": f"@{series.tone}"},
        "emphasis": {"disabled": True},
        "z": 3 if is_own else 2,
    }
    last = next((i for i in range(len(series.values) - 1, -1, -1) if series.values[i] is not None), None)
    if is_own and last is not None:
        drawn["data"] = [
            {"value": value, "symbol": "circle", "symbolSize": 7} if index == last else value
            for index, value in enumerate(series.values)
        ]
        drawn["showSymbol"] = True
        drawn["endLabel"] = {"show": True, "color": "@ink", "fontWeight": 600, **TEXT, "fontSize": 12, "distance": 6}
    return drawn


def _bar(series: Series) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": series.label,
        "data": list(series.values),
        "itemStyle": {"color": f"@{series.tone}", "borderRadius": 1},
        "emphasis": {"disabled": True},
    }


def _target(value: float, label: str) -> dict[str, Any]:
    return {
        "silent": True,
        "symbol": "none",
        "animation": False,
        "data": [{"yAxis": value}],
        "lineStyle": {"color": "@ink", "type": [3, 3], "width": 1},
        "label": {"formatter": label, "position": "insideEndTop", "color": "@ink", **TEXT},
    }
