"""Charts of an evaluation: progress, outcomes, years of attainment, regions compared."""

import pandas as pd
import pytest

import forecast as fc
from drawn import check_layout, texts
from forecast.charts import evaluation
from forecast.tables.names import Names

STANDARD, BEDS, CARE = (
    "minimum_living_standard",
    "nursing_bed_share",
    "care_workers_per_10k_elderly",
)
ROWS = pd.DataFrame(
    {
        "indicator": [STANDARD, BEDS, CARE], "year": 2025, "target": [13000.0, 58.0, 25.0],
        "comparator": ["ge", "gt", "eq"],
    }
)  # fmt: skip
WAY = ROWS.assign(
    gone=[80.0, float("nan"), float("nan")], latest_year=[2021.0, 2020.0, 2020.0], due_then=33.0,
    now=2022, due=50.0, low=[float("nan"), 10.0, -10.0], middle=[float("nan"), 30.0, 20.0],
    high=[float("nan"), 50.0, 40.0],
)  # fmt: skip


@pytest.fixture(scope="module")
def names():
    """Names of Lishui's plan, in English."""
    return Names(fc.load_plan("lishui", as_of="2022-12-31"), "en")


def diamonds(figure):
    """Places of the diamonds."""
    return [x.get_xdata()[0] for x in figure.axes[0].lines if x.get_marker() == "D"]


def test_progress_shows_figures_and_estimates_beside_the_schedule(names):
    """A published figure is judged by the line of its own year, an estimate by today's."""
    figure = evaluation.progress_chart(names, WAY)
    check_layout(figure)
    written = texts(figure)
    assert {"2021: 80 %, due 33 %", "2022: estimate 30 %, due 50 %"} <= set(written)
    assert {"≥ 13,000 (yuan per year) · 2025", "> 58 % · 2025"} <= set(written)
    assert diamonds(figure) == [50.0] * 3
    bars = [(bar.get_x(), bar.get_width()) for bar in figure.axes[0].patches]
    assert bars == [(0.0, 80.0), (10.0, 40.0), (-10.0, 50.0)]


def test_progress_beyond_the_chart_is_cut_at_its_edge(names):
    """No bar leaves the axes; the number says how far it is."""
    figure = evaluation.progress_chart(names, WAY.assign(gone=400.0, low=-300.0, middle=200.0,
                                                         high=900.0))  # fmt: skip
    low, high = evaluation.SHARES
    for bar in figure.axes[0].patches:
        assert low <= bar.get_x() and bar.get_x() + bar.get_width() <= high
    assert "2021: 400 %, due 33 %" in texts(figure)
    assert evaluation.progress_chart(names, WAY.iloc[:0]) is None


def test_outcomes_are_told_apart_by_shape(names):
    """A square is met, a cross missed, a hollow ring open: without any colour."""
    table = WAY.assign(outcome=["met", "missed", "ahead"], gone=[300.0, 80.0, 20.0])
    figure = evaluation.outcome_chart(names, table)
    check_layout(figure)
    marks = [line.get_marker() for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert sorted(marks) == ["X", "o", "s"]
    assert {"met, 300 %", "missed, 80 %"} <= set(texts(figure))
    assert evaluation.outcome_chart(names, table.iloc[:0]) is None


def test_years_of_attainment_have_range_median_and_target(names):
    """Beyond twenty years is later; a published attainment is told as one."""
    rows = ROWS.assign(
        latest=1.0, attainment_early=[2022, 2021, None], attainment_year=[2024, 2021, None],
        attainment_late=[None, 2021, None], attainment_reading=["expected", "reached", "beyond"],
    )  # fmt: skip
    figure = evaluation.attainment_chart(names, rows)
    check_layout(figure)
    assert {"2022 – 2024 – later", "met in 2021", "not in twenty years"} <= set(texts(figure))
    assert diamonds(figure) == [2025.0] * 3
    assert evaluation.attainment_chart(names, rows.iloc[:0]) is None


def test_the_comparison_writes_every_number():
    """Latest figure with its year, pace with its sign, or that there is one figure only."""
    table = pd.DataFrame({
        "name": ["A", "B"], "latest": [10200.0, 9000.0], "latest_year": [2020.0, 2021.5],
        "pace": [794.0, float("nan")], "own": [False, True],
    })  # fmt: skip
    titles = ["latest", "pace"]
    figure = evaluation.comparison_chart(table, unit="yuan_per_year", titles=titles, language="en")
    check_layout(figure)
    assert {"10,200 · 2020", "9,000 · 2022", "+794", "one figure only", "pace"} <= set(
        texts(figure)
    )
    assert len(diamonds(figure)) == 1
    alone = table.assign(pace=float("nan"))
    figure = evaluation.comparison_chart(alone, unit="yuan_per_year", titles=titles, language="zh")
    assert len(figure.axes) == 1 and "pace" not in texts(figure)
