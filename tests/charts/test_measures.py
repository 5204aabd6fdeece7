"""What measures do: effects with their intervals, the chance that a lever buys."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from drawn import chart_texts, check_chart
from forecast.charts.measures import LEVER, effects_chart, effects_table, lever_chart
from forecast.scenarios.goal_seeking import GoalSeek
from forecast.scenarios.scenario import BASELINE
from forecast.tables.names import Names

CARE, BEDS = "care_workers_per_10k_elderly", "nursing_bed_share"
COLUMNS = ["indicator", "scenario", "changed_by", "p_change", "p_change_error"]
COMPARED = pd.DataFrame([
    (CARE, "baseline", "", 0.0, 0.0),
    (CARE, "care_worker_training", "lever", 0.3, 0.02),
    (CARE, "care_workers_stay", "assumption", -0.1, 0.01),
    (BEDS, "nursing_bed_conversion", "lever", 0.18, 0.03),
    (BEDS, "care_workers_stay", "assumption", 0.01, 0.02),
], columns=COLUMNS)  # fmt: skip


@pytest.fixture(scope="module", params=["en", "zh"])
def names(request):
    """Names of Lishui's plan in both languages."""
    return Names(fc.load_plan("lishui", as_of="2022-12-31"), request.param)


def seek(value=620.0, reading="reached", unit="person", cost=558.0):
    """Make an answer about one lever whose curve rises evenly."""
    values = np.arange(0.0, 1001.0, 100.0)
    curve = pd.DataFrame({"value": values, "p_reach": values / 1000.0, "mc_error": 0.005,
                          "cost": 0.9 * values if np.isfinite(cost) else np.nan})  # fmt: skip
    reached = reading == "reached"
    return GoalSeek(
        "lishui", CARE, 2025, 25.0, "ge", 0.8, ("trainees_per_year",), (unit,), (value,), (0.0,),
        (1000.0,), reached, 0.81, 0.01, 0.05, 1.0, "moderate", cost, cost, cost, curve, reading,
        1.0, 0.1, 10, BASELINE,
    )  # fmt: skip


def test_effects_within_two_errors_are_left_out_and_the_largest_comes_first(names):
    """+1 ± 2 points is no effect; care workers change most, beds less."""
    table = effects_table(names, COMPARED)
    assert table["change"].round(6).tolist() == [30.0, -10.0, 18.0]
    assert table["low"].round(6).tolist() == [26.0, -12.0, 12.0]
    assert list(table["indicator"]) == [CARE, CARE, BEDS]


def test_effects_are_drawn_with_intervals_on_one_scale(names):
    """Levers are filled, assumptions hollow; right of zero what helps, left what harms."""
    chart = effects_chart(names, COMPARED)
    check_chart(chart)
    for figure in (chart.wide, chart.narrow):
        lines = figure.axes[0].lines
        zero = next(line.get_xdata()[0] for line in lines if line.get_linewidth() == 0.9)
        marks = [line for line in lines if line.get_markersize() == 6 and line.get_zorder() == 3]
        sides = [(m.get_marker() == LEVER["marker"], m.get_xdata()[0] > zero) for m in marks]
        assert sides == [(True, True), (False, False), (True, True)]
    assert {"en": "+30\xa0pp", "zh": "+30个百分点"}[names.language] in chart.title


def test_without_an_effect_there_is_no_chart(names):
    """Scenarios that change nothing leave no empty matrix."""
    assert effects_chart(names, COMPARED.iloc[:1]) is None


@pytest.mark.parametrize(
    ("answer", "english"),
    [
        (seek(), "with 620\xa0persons the chance of t is 81\xa0%, costing 5.58\xa0million yuan"),
        (seek(np.nan, "beyond_limits", cost=np.nan), "alone is not enough"),
        (seek(0.0, "reached_already", cost=np.nan), "not needed"),
        (seek(2024.0, unit="year", cost=np.nan), "from 2024 on the chance of t is 81\xa0%"),
    ],
)
def test_the_title_says_what_the_lever_has_to_be(names, answer, english):
    """Setting, chance and cost, or that it is not enough, or not needed."""
    if answer.units[0] == "year":
        years = answer.curve.assign(value=np.arange(2022.0, 2033.0))
        answer = dataclasses.replace(answer, curve=years)
    chart = lever_chart(names, answer, lever="L", target="t")
    check_chart(chart)
    if names.language == "en":
        assert english in chart.title
    wanted = {"en": "wanted: 80\xa0%", "zh": "要求达到80%"}[names.language]
    assert wanted in [text.get_text() for text in chart_texts(chart.narrow)]
