"""Charts of composite indices and of ranks."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from drawn import check_layout, texts
from forecast.charts import rankings
from forecast.tables.names import Names


@pytest.fixture(scope="module")
def names():
    """Names of Lishui's plan, in English."""
    return Names(fc.load_plan("lishui", as_of="2022-12-31"), "en")


@pytest.fixture(scope="module")
def indices(names):
    """Indices of the baseline and of a scenario that trains care workers."""
    paths = fc.project(names.plan, draws=200)
    trained = fc.apply_scenario(paths, names.plan, fc.read_scenario("care_worker_training"))
    return pd.concat([fc.index(one, names.plan) for one in (paths, trained)], ignore_index=True)


def ranks():
    """Three regions, the last two of which cannot be told apart."""
    return pd.DataFrame({
        "region": ["hangzhou", "lishui", "ningbo"], "median": [60.0, 58.0, 57.0],
        "rank": [1.0, 2.0, 3.0], "rank_low": [1.0, 2.0, 2.0], "rank_high": [1.0, 3.0, 3.0],
        "p_first": [0.9, 0.06, 0.04], "p_top": 1.0, "tie_group": [1, 2, 2], "regions": 3,
        "indicator": "nursing_bed_share", "scenario": "baseline", "year": 2025,
    })  # fmt: skip


def test_indices_have_their_medians_and_intervals(names, indices):
    """An area has the baseline twice, and what moves it; one without figures is left out."""
    figure = rankings.index_chart(names, indices, since=2022)
    check_layout(figure)
    (axes,) = figure.axes
    rows = indices[(indices["index"] == "elderly_care_index") & (indices["year"] == 2025)]
    median = rows.set_index("scenario")["q50"]
    drawn = {line.get_xdata()[0] for line in axes.lines if line.get_marker() in ("o", "s")}
    assert {median["baseline"], median["care_worker_training"]} <= drawn
    assert "Charity" not in texts(axes) and "1 of 4 components have figures" in texts(axes)
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert len(hollow) == indices.loc[indices["q50"].notna(), "index"].nunique()


def test_ranks_have_their_intervals_and_the_region_stands_out(names):
    """Points, intervals and shades are those of the table."""
    figure = rankings.rank_chart(names, ranks())
    check_layout(figure)
    (axes,) = figure.axes
    bars = [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "None"]
    assert bars == [[[1.0, 0], [1.0, 0]], [[2.0, 1], [3.0, 1]], [[2.0, 2], [3.0, 2]]]
    (own,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert own.get_xydata().tolist() == [[2.0, 1.0]]
    assert len(axes.patches) == 1 and "58.0 % (first: 6 %)" in texts(axes)


def test_without_a_value_there_is_no_figure(names, indices):
    """Nothing to show is None, never an empty frame."""
    assert rankings.index_chart(names, indices.assign(q50=np.nan), since=2022) is None
    assert rankings.rank_chart(names, pd.DataFrame()) is None
