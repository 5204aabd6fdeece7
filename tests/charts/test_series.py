"""One indicator over the years, and several in small."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection

import small_plan
from drawn import chart_texts, check_chart
from forecast.charts.series import fan_chart, multiples_chart
from forecast.charts.standing import standing_table
from forecast.charts.texts import Measure
from forecast.reports.context import ReportContext, last_targets


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Write the small plan, and one figure of an indicator of which nothing else is known."""
    path = tmp_path_factory.mktemp("plan") / "own"
    goals = small_plan.GOALS + f"hill,nursing_bed_share,2025,58,gt,final,,{small_plan.SOURCE},,\n"
    one = small_plan.figure("nursing_bed_share", 2020, 54.9)
    folder = str(small_plan.write(path, one, goals=goals))
    return ReportContext.load("hill", data=folder, as_of="2022-12-31", language="en")


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, loaded):
    """Load the small plan in both languages."""
    return replace(loaded, language=request.param)


def bands(figure):
    """Bands of a figure."""
    return [c for axes in figure.axes for c in axes.collections if isinstance(c, PolyCollection)]


def written(figure):
    """All that is written."""
    return "\n".join(text.get_text() for text in chart_texts(figure))


def test_a_fan_shows_history_median_two_bands_and_targets(report):
    """Both widths: two bands, the median's and the target's value, all figures that have room."""
    chart = fan_chart(report, report.quantiles, report.attainment, small_plan.SHARE)
    check_chart(chart)
    sign = "%" if report.language == "zh" else "\xa0%"
    for figure in (chart.wide, chart.narrow):
        assert len(bands(figure)) == 2
        text = written(figure)
        assert f"≥\xa040{sign}" in text
        assert f"23{sign}" in text
    rows = chart.data
    assert set(rows["what"]) == {"published", "target", "q05", "q25", "q50", "q75", "q95"}
    assert rows.loc[rows["what"] == "published", "value"].tolist() == [10, 14, 17, 23]
    median = rows.loc[(rows["what"] == "q50") & (rows["year"] == 2025), "value"].item()
    known = report.quantiles.query("indicator == @small_plan.SHARE and year == 2025")["q50"].item()
    assert median == known


def test_of_one_figure_nothing_is_forecast(report):
    """A single figure has neither bands nor a median: figure and target only."""
    chart = fan_chart(report, report.quantiles, report.attainment, "nursing_bed_share")
    check_chart(chart)
    assert bands(chart.wide) == []
    assert set(chart.data["what"]) == {"published", "target"}
    word = {"en": "too early to judge", "zh": "暂无法评价"}[report.language]
    assert word in chart.title


def test_no_axis_reaches_beyond_a_bound(report):
    """Shares end at 0 and 100, however wide the bands."""
    wide = report.quantiles.assign(q05=-5.0, q95=130.0)
    chart = fan_chart(report, wide, report.attainment, small_plan.SHARE)
    for figure in (chart.wide, chart.narrow):
        low, high = figure.axes[1].get_ylim()
        assert low == 0.0
        assert high == 100.0


def test_without_a_figure_there_is_no_chart(report):
    """Nothing is drawn of an indicator that has no figure."""
    none = fan_chart(report, report.quantiles, report.attainment, "eco_burial_share")
    assert none is None


def test_money_is_written_in_the_unit_of_plans():
    """230,700 (10,000 yuan) are 23.07 (亿元) or 2.307 (billion yuan)."""
    for language, text, unit in (("zh", "23.07", "亿元"), ("en", "2.307", "billion yuan")):
        names = ReportContext.load("zhejiang", language=language)
        measure = Measure.build(names, "charity_trust_volume", [99600.0, 230700.0])
        assert (measure.number(230700.0), measure.name) == (text, unit)
        assert measure.spell(text).endswith(unit)


def test_small_graphs_are_those_with_a_trend_in_the_order_given(report):
    """Indicators with one figure are left out; the others keep the order by risk."""
    order = list(standing_table(report, last_targets(report.attainment))["indicator"])
    chart = multiples_chart(report, report.quantiles, report.attainment, order)
    check_chart(chart)
    names = list(chart.data["name"].drop_duplicates())
    assert names == [report.name("indicators", i) for i in order if i != "nursing_bed_share"]
    assert len(chart.wide.axes) == len(chart.narrow.axes) == 4
    heights = {round(axes.get_position().y0, 3) for axes in chart.narrow.axes[1:]}
    assert len(heights) == 3
    none = multiples_chart(report, report.quantiles, report.attainment, ["nursing_bed_share"])
    assert none is None


def test_the_day_is_marked_and_no_label_lies_on_it(report):
    """The as-of line keeps labels off."""
    chart = fan_chart(report, report.quantiles, report.attainment, small_plan.MONEY)
    axes = chart.wide.axes[1]
    line = next(line for line in axes.lines if line.get_linestyle() == ":")
    x, _ = axes.transData.transform((line.get_xdata()[0], axes.get_ylim()[0]))
    renderer = FigureCanvasAgg(chart.wide).get_renderer()
    for text in axes.texts:
        at = text.get_window_extent(renderer)
        inside = at.y1 < axes.get_window_extent().y1
        assert not (inside and at.x0 < x - 1 and at.x1 > x + 1), text.get_text()


def test_labels_are_apart_where_figures_crowd(loaded):
    """Twelve figures in two years: what does not fit is left out, the latest stays."""
    plan = loaded.plan
    rows = plan.observations[plan.observations["indicator"] == small_plan.SHARE].iloc[[0] * 12]
    rows = rows.assign(year=np.linspace(2020.5, 2022, 12), value=np.linspace(20, 23, 12))
    report = replace(loaded, plan=replace(plan, observations=rows))
    chart = fan_chart(report, report.quantiles.iloc[:0], report.attainment, small_plan.SHARE)
    check_chart(chart)
    assert "23\xa0%" in written(chart.narrow)
