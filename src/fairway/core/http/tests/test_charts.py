"""Charts: the picture and the table say the same, from zero, in tokens."""

import json
from typing import Any

import pytest
from django.template import Context, Template

from fairway.core.http.charts import Chart, Series

MONTHS = ["Jan", "Feb", "Mar"]


def colours(value: Any) -> set[str]:
    if isinstance(value, dict):
        found = {v for k, v in value.items() if k in {"color", "backgroundColor", "borderColor"} and isinstance(v, str)}
        return found.union(*map(colours, value.values()))
    return set().union(*map(colours, value)) if isinstance(value, list) else set()


def all_kinds() -> list[Chart]:
    own, other = Series("now", [3, None, 5]), Series("before", [2, 2, 2])
    return [
        Chart.line("Q?", "A.", MONTHS, [own, other], target=4, target_label="plan"),
        Chart.stacked("Q?", "A.", MONTHS, [own, other]),
        Chart.bars("Q?", "A.", MONTHS, own),
        Chart.rows("Q?", "A.", MONTHS, own),
        Chart.range("Q?", "A.", MONTHS, Series("median", [1, 2, 3]), Series("slow", [2, 5, 4])),
    ]


@pytest.mark.parametrize("chart", all_kinds(), ids=lambda chart: chart.option["series"][-1]["type"])
def test_every_kind_is_plain_json_without_animation_in_token_colours(chart: Chart) -> None:
    assert json.loads(json.dumps(chart.option)) == chart.option
    assert chart.option["animation"] is False
    assert all(colour.startswith("@") for colour in colours(chart.option))
    value_axis = chart.option["yAxis"] if chart.option["yAxis"]["type"] == "value" else chart.option["xAxis"]
    assert value_axis["min"] == 0


def test_the_own_line_is_drawn_last_and_a_gap_stays_a_gap() -> None:
    chart = Chart.line("Q?", "A.", MONTHS, [Series("now", [3, None, 5]), Series("before", [2, 2, 2])])
    before, now = chart.option["series"]
    assert (before["name"], before["lineStyle"]["color"]) == ("before", "@compare")
    assert (now["name"], now["lineStyle"]["color"]) == ("now", "@accent")
    assert now["data"] == [3, None, {"value": 5, "symbol": "circle", "symbolSize": 7}]


def test_a_range_draws_the_distance_and_tables_the_value() -> None:
    chart = Chart.range("Q?", "A.", MONTHS, Series("median", [1, 2, 3]), Series("slow", [2, 5, 4]))
    assert chart.option["series"][1]["data"] == [1, 3, 1]
    assert chart.table == [("Jan", ["1.0", "2.0"]), ("Feb", ["2.0", "5.0"]), ("Mar", ["3.0", "4.0"])]


def test_five_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="at most four"):
        Chart.stacked("Q?", "A.", MONTHS, [Series(str(n), [1, 2, 3]) for n in range(5)])


def test_the_tag_draws_question_answer_numbers_and_escapes_them() -> None:
    chart = Chart.line("Is <b> up?", "Yes.", ["</script>", "Feb"], [Series("now", [1, 1234]), Series("before", [2, 3])])
    source = Template("{% load fairway %}{% chart c %}{% chart c %}").render(Context({"c": chart}))
    assert source.count("echarts.common.min.js") == 1
    assert 'data-chart="chart-1"' in source
    assert 'data-chart="chart-2"' in source
    assert "<h3>Is &lt;b&gt; up?</h3><p>Yes.</p>" in source
    assert '<th scope="row">&lt;/script&gt;</th><td class="is-right">1</td><td class="is-right">2</td>' in source
    assert '<td class="is-right">1,234</td>' in source
    assert source.count("</script>") == 4  # two files once, and the numbers of two charts


@pytest.mark.parametrize("nothing", [None, 0])
def test_a_chart_without_numbers_says_so(nothing: int | None) -> None:
    chart = Chart.bars("How many?", "", MONTHS, Series("leads", [nothing] * 3))
    source = Template("{% load fairway %}{% chart c %}").render(Context({"c": chart}))
    assert "No numbers in this time yet." in source
    assert "data-chart=" not in source
