"""The chart of building projects."""

import pandas as pd
import pytest

import forecast as fc
from drawn import check_layout, texts
from forecast.charts.projects import projects_chart


@pytest.fixture(scope="module")
def table():
    """Projects of Lishui as forecast at the end of 2022."""
    return fc.project_forecast(fc.load_plan("lishui", as_of="2022-12-31"), draws=100)


def test_projects_are_drawn_as_planned_and_as_expected(table):
    """Squares are the plan, dots the median; a scenario that changes nothing has no line."""
    same = table.assign(scenario="care_workers_stay")
    late = table.assign(scenario="projects_slip_a_year", completed_q50=table["completed_q50"] - 1)
    figure = projects_chart(pd.concat([table, same, late]), language="en")
    check_layout(figure)
    left, right = figure.axes
    lines = {line.get_marker(): line for line in left.lines}
    assert lines["s"].get_ydata().tolist() == table["planned"].tolist()
    assert lines["o"].get_ydata().tolist() == table["completed_q50"].tolist()
    assert len(left.lines) == 3 and len(right.lines) == 2
    assert f"plan {table['planned'].iloc[-1]}" in texts(left)
    assert projects_chart(pd.DataFrame(), language="zh") is None


@pytest.mark.parametrize(
    ("language", "times", "title", "top"),
    [
        ("zh", 1.0, "当年投资（亿元）", "20"),
        ("zh", 1e-3, "当年投资（万元）", "200"),
        ("zh", 1e6, "当年投资（亿元）", "2000万"),
        ("en", 1.0, "spending in the year (billion yuan)", "2"),
        ("en", 1e6, "spending in the year (billion yuan)", "2,000,000"),
    ],
)
def test_sums_are_drawn_in_a_unit_of_their_size(table, language, times, title, top):
    """Ten or a hundred million yuan are not counted in zeros."""
    sums = {c: times * table[c].astype(float) for c in table if "spending" in c}
    figure = projects_chart(table.assign(**sums), language=language)
    written = texts(figure.axes[1])
    assert title in written and top in written
