"""Regions compared: years that compare, rows, tiles."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from drawn import chart_texts, check_chart
from forecast.charts.regions import TILES, comparable_years, regions_chart, tile_map
from forecast.reports.context import ReportContext

STANDARD = "minimum_living_standard"


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request):
    """Load Lishui in both languages."""
    return ReportContext.load("lishui", as_of="2022-12-31", language=request.param)


def made(report, years=(2020, 2022), regions=tuple(TILES)):
    """Make figures of the cities, of 2021 only one."""
    source = report.figures["source"].iloc[0]
    rows = [(r, STANDARD, float(y), 9000.0 + 300 * i + 100 * (y - 2020), source)
            for y in years for i, r in enumerate(regions)]  # fmt: skip
    rows.append(("lishui", STANDARD, 2021.0, 1.0, source))
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value", "source"])


def test_only_figures_of_one_year_are_compared(report):
    """The year of most regions is drawn, an earlier one with it, a third one is not."""
    figures = made(report)
    assert comparable_years(figures) == [2020, 2022]
    late = pd.concat([figures, figures[figures["region"] < "j"].assign(year=2024.0)])
    assert comparable_years(late) == [2020, 2022]
    chart = regions_chart(report, late, STANDARD)
    check_chart(chart)
    assert set(chart.data.columns) == {"region", "name", "2020", "2022"}
    assert chart.data["2022"].is_monotonic_decreasing


def test_regions_without_a_figure_of_the_year_are_named(report):
    """They are in a note, not in the ranking; the plan's own region is placed in the title."""
    figures = made(report)
    figures = figures[(figures["region"] != "ningbo") | (figures["year"] < 2021)]
    chart = regions_chart(report, figures, STANDARD)
    texts = "".join(text.get_text() for text in chart_texts(chart.wide))
    assert report.name("regions", "ningbo") not in "".join(chart.data["name"])
    assert report.name("regions", "ningbo") in texts
    assert {"en": "number 2 of 10", "zh": "10个地区中居第2位"}[report.language] in chart.title


def test_fewer_than_three_regions_are_no_comparison(report):
    """One dot, or two, are no chart."""
    assert regions_chart(report, made(report, regions=("lishui", "ningbo")), STANDARD) is None
    assert regions_chart(report, made(report).iloc[:0], STANDARD) is None


def test_the_map_has_a_tile_a_city_the_darker_the_higher(report):
    """Eleven tiles that do not overlap, dark where values are high; own city has an edge."""
    chart = tile_map(report, made(report), STANDARD)
    check_chart(chart)
    for figure in (chart.wide, chart.narrow):
        tiles = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
        assert len(tiles) == 11
        corners = {(round(t.get_x(), 3), round(t.get_y(), 3)) for t in tiles}
        assert len(corners) == 11
        light = [np.mean(t.get_facecolor()[:3]) for t in tiles]
        assert np.all(np.diff(light) > 0)
        assert sum(t.get_linewidth() > 2 for t in tiles) == 1


def test_a_city_without_a_figure_leaves_no_map(report):
    """What not all publish is no map."""
    figures = made(report)
    assert tile_map(report, figures[figures["region"] != "quzhou"], STANDARD) is None
