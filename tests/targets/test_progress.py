"""Where a series stands against its target's path."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import forecast as fc
from forecast.targets.progress import (
    MODERATE,
    ON_TRACK,
    PACE_FIGURES,
    meets_schedule,
)

SCHEDULE = {
    "reached", "on_schedule", "behind", "one_figure", "just_begun", "no_data", "closed",
    "wrong_side",
}  # fmt: skip
CLASSES = {
    "on_track", "moderate", "limited", "deterioration", "at_baseline",
    "reached", "one_figure", "just_begun", "no_data", "closed", "wrong_side",
}  # fmt: skip


def about(*names, **changes):
    """Describe indicators, all alike; x where no name is given."""
    one = {"kind": "amount", "better": "higher", "resolution": 0.0, "cumulative": False}
    return pd.DataFrame({"indicator": names or ("x",)} | one | changes)


def progress(values, year, goal, comparator="ge", years=None, since=np.nan, **changes):
    """Read the progress of one series towards one target; the last figure is of 2021."""
    years = np.arange(2022 - len(values), 2022) if years is None else np.array(years)
    seen = pd.DataFrame({"region": "a", "indicator": "x", "year": years, "value": values})
    target = pd.DataFrame(
        {"region": ["a"], "indicator": "x", "year": year, "value": goal, "comparator": comparator}
    ).assign(baseline_year=since)
    return fc.attainment(fc.fit(seen, about(**changes)), target, answers=["reach"]).iloc[0]


def test_the_required_rate_is_what_is_left_by_the_years_left():
    """Linear (y_T - y) / (T - t), compound (y_T / y)^(1 / (T - t)) - 1, in the target's way."""
    row = progress([50, 52, 54], 2024, 60)
    assert row["required_rate"] == pytest.approx(2.0, rel=1e-12)
    assert row["required_compound"] == pytest.approx((60 / 54) ** (1 / 3) - 1, rel=1e-12)
    row = progress([50, 45, 40], 2024, 31, "le", better="lower")
    assert row["required_rate"] == pytest.approx(-3.0, rel=1e-12)
    assert row["required_compound"] == pytest.approx((31 / 40) ** (1 / 3) - 1, rel=1e-12)


def test_a_plan_without_length_is_on_schedule_at_its_target():
    """Where the baseline is of the target's year, the line is the target itself."""
    end = np.array([2025.0])
    for value, on_line in ((60.5, True), (59.5, False)):
        points = ((np.array([v]), end) for v in (50.0, value, 60.0))
        assert meets_schedule(*points, np.zeros(1), np.ones(1, bool)).tolist() == [on_line]


def test_a_mid_year_figure_has_half_a_year_more():
    """From mid-2021 to the end of 2024 there are three and a half years."""
    row = progress([50, 54], 2024, 61, years=[2020.5, 2021.5])
    assert row["required_rate"] == pytest.approx(7 / 2.5, rel=1e-12)
    assert row["pace"] == pytest.approx(4.0, rel=1e-12)


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.integers(1, 15))
def test_compounding_the_required_rate_lands_on_the_target(latest, goal, years):
    """Growing by the required rate for the years left ends at the target, linear or compound."""
    comparator = "ge" if goal > latest else "le"
    row = progress([latest], 2021 + years, goal, comparator)
    assert latest * (1 + row["required_compound"]) ** years == pytest.approx(goal, rel=1e-9)
    assert latest + row["required_rate"] * years == pytest.approx(goal, rel=1e-9)


def test_nothing_is_required_where_the_target_is_met():
    """Both required rates of a met target are 0, not negative."""
    row = progress([50, 55, 66], 2024, 60)
    assert (row["required_rate"], row["required_compound"]) == (0.0, 0.0)


def test_compound_rates_need_positive_figures():
    """From or to zero and below there is a linear rate, and no compound one."""
    for values, goal in (([2, 0], 5), ([-3, -2], 5), ([3, 2], 0), ([3, 2], -1)):
        row = progress(values, 2024, goal, "ge" if goal > values[-1] else "le")
        assert np.isnan(row["required_compound"])
        assert row["required_rate"] == pytest.approx((goal - values[-1]) / 3, rel=1e-12)


def test_the_pace_is_that_of_the_last_figures():
    """Change a year from the fourth figure before the end to the last; of all where there are less.

    A gap counts its years.
    """
    assert PACE_FIGURES == 4
    assert progress([90, 50, 52, 55, 56], 2024, 60)["pace"] == pytest.approx(2.0, rel=1e-12)
    assert progress([50, 53], 2024, 60)["pace"] == pytest.approx(3.0, rel=1e-12)
    row = progress([50, 53, 58], 2024, 60, years=[2015, 2019, 2021])
    assert row["pace"] == pytest.approx(8 / 6, rel=1e-12)
    assert np.isnan(progress([50], 2024, 60)["pace"])


def test_the_schedule_rule_is_the_line_from_baseline_to_target():
    """Baseline 2019 at 50, target 2024 at 60: on the line at 54 in 2021, behind below it."""
    assert progress([50, 51, 54], 2024, 60)["schedule_status"] == "on_schedule"
    assert progress([50, 51, 53.99], 2024, 60)["schedule_status"] == "behind"
    falling = {"comparator": "le", "better": "lower"}
    assert progress([60, 58, 56], 2024, 50, **falling)["schedule_status"] == "on_schedule"
    assert progress([60, 58, 56.01], 2024, 50, **falling)["schedule_status"] == "behind"


def test_half_a_reporting_step_is_on_the_line():
    """A figure that is printed in whole numbers may stand half a step off the line, not more."""
    for resolution, word in ((1.0, "on_schedule"), (0.99, "behind")):
        assert progress([50, 51, 53.5], 2024, 60, resolution=resolution)["schedule_status"] == word
        row = progress([60, 58, 56.5], 2024, 50, "le", better="lower", resolution=resolution)
        assert row["schedule_status"] == word


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({}, (46.0, 2018.0)),
        # The figure of the declared year; the last one before it; the first where none is before.
        ({"baseline_year": 2021}, (54.0, 2021.0)),
        ({"baseline_year": 2019}, (46.0, 2018.0)),
        ({"baseline_year": 2016}, (46.0, 2018.0)),
        # A printed value counts with its year, whatever the figures are.
        ({"baseline_year": 2021, "baseline": 51.5}, (51.5, 2021.0)),
    ],
)
def test_a_declared_baseline_counts(declared, expected):
    """Its value and year, or the figure of its year; else the first figure."""
    seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2018, 2020, 2021, 2022],
                         "value": [46.0, 50.0, 54.0, 56.0]})  # fmt: skip
    goal = pd.DataFrame({"region": ["a"], "indicator": "x", "year": 2025, "value": 66.0,
                         "comparator": "ge"} | declared)  # fmt: skip
    row = fc.attainment(fc.fit(seen, about()), goal).iloc[0]
    assert (row["baseline"], row["baseline_year"]) == expected
    line = expected[0] + (66.0 - expected[0]) * (2022 - expected[1]) / (2025 - expected[1])
    assert row["schedule_status"] == ("on_schedule" if line <= 56.0 else "behind")


@pytest.mark.parametrize(("goal", "comparator"), [(54.0, "ge"), (50.0, "eq"), (53.9, "gt")])
def test_a_target_that_its_baseline_meets_is_on_the_wrong_side(goal, comparator):
    """A target below or beside its declared baseline is said to be so, not reached by it."""
    seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2019, 2020, 2021],
                         "value": [50.0, 53.0, 54.0]})  # fmt: skip
    target = pd.DataFrame({"region": ["a"], "indicator": "x", "year": 2025, "value": goal,
                           "comparator": comparator})  # fmt: skip
    fits = fc.fit(seen, about())
    row = fc.attainment(fits, target.assign(baseline_year=2021)).iloc[0]
    assert (row["schedule_status"], row["ratio_class"]) == ("wrong_side", "wrong_side")
    assert row["status"] in ("likely", "uncertain", "unlikely")
    assert np.isnan(row["ratio"]) and row["required_rate"] == 0.0
    # What the baseline does not meet, or nobody declared, is reached as before.
    assert fc.attainment(fits, target).iloc[0]["status"] == "reached"
    moved = target.assign(baseline_year=2019, value=53.5)
    assert fc.attainment(fits, moved).iloc[0]["status"] == "reached"


def test_a_baseline_that_nobody_declared_is_the_first_figure():
    """From 40 in 2018 to 60 in 2028 the line is at 50 in 2023; a declared year has the last figure
    up to it."""
    values = {"years": np.arange(2018, 2024)}
    for now, word in ((50, "on_schedule"), (49, "behind")):
        row = progress([40, 90, 41, 42, 43, now], 2028, 60, **values)
        assert (row["baseline"], row["baseline_year"]) == (40.0, 2018.0)
        assert row["schedule_status"] == word
    row = progress([40, 30, 51, 52, 53], 2025, 60, years=[2018, 2019, 2021, 2022, 2023], since=2020)
    assert (row["baseline"], row["baseline_year"]) == (30.0, 2019.0)


@pytest.mark.parametrize(
    ("share", "word"),
    [(1.3, "on_track"), (0.951, "on_track"), (0.949, "moderate"), (0.601, "moderate"),
     (0.599, "limited"), (0.001, "limited"), (-0.001, "deterioration"), (-3.0, "deterioration")],
)  # fmt: skip
@pytest.mark.parametrize("up", [True, False], ids=["rising", "falling"])
def test_classes_by_the_compound_rate_so_far(share, word, up):
    """Of 5 % a year needed: 95 % of it and more is on track, 60 % moderate, 0 % limited."""
    assert (ON_TRACK, MODERATE) == (0.95, 0.6)
    needed = 0.05 if up else -0.05
    now = 100 * (1 + needed * share) ** 2
    goal = 100 * (1 + needed) ** 5
    comparator, better = ("ge", "higher") if up else ("le", "lower")
    row = progress([100, 100, now], 2024, goal, comparator, better=better)
    assert row["ratio"] == pytest.approx(share, rel=1e-9)
    assert row["ratio_class"] == word


def test_classes_without_positive_figures_go_by_the_linear_rate():
    """From -10 to 40 in five years: two years later 10 is as due, -4 is 0.3 of it."""
    for now, ratio, word in ((10, 1.0, "on_track"), (-4, 0.3, "limited"), (-11, -0.05, None)):
        row = progress([-10, 0, now], 2024, 40)
        assert row["ratio"] == pytest.approx(ratio, rel=1e-9)
        assert row["ratio_class"] == (word or "deterioration")
    row = progress([0, 5, 12], 2024, 40)
    assert row["ratio"] == pytest.approx((12 / 2) / (40 / 5), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "goal", "comparator"),
    [([70, 60, 55], 60, "ge"), ([70, 60, 59], 60, "gt"), ([50, 55, 60], 55, "le"),
     ([50, 55, 60], 50, "le"), ([50, 49, 48], 50, "ge"), ([-5, -8, -9], -8, "ge"),
     ([50, 45, 40], 60, "ge"), ([50, 55, 60], 40, "le")],
)  # fmt: skip
def test_deterioration_is_never_on_track(values, goal, comparator):
    """A series that moved away from its target's side is behind, and neither on track nor moderate.

    Also where the baseline met the target: its direction is the comparator's, not the line's.
    """
    better = "higher" if comparator in ("ge", "gt") else "lower"
    row = progress(values, 2024, goal, comparator, better=better)
    assert row["schedule_status"] == "behind"
    assert row["ratio_class"] in ("deterioration", "at_baseline")
    assert not row["ratio"] > 0


def test_words_where_there_is_nothing_to_compare():
    """One figure, a met target, a baseline that is the target, no data, a known year: each says so.

    The ratio is missing wherever it is not defined.
    """
    for row, schedule, ratio in (
        (progress([50], 2024, 60), "one_figure", "one_figure"),
        (progress([50, 70], 2024, 60), "reached", "reached"),
        (progress([60, 59], 2024, 60), "behind", "at_baseline"),
        (progress([50, 55], 2021, 60), "closed", "closed"),
    ):
        assert (row["schedule_status"], row["ratio_class"]) == (schedule, ratio)
        assert np.isnan(row["ratio"])
    seen = pd.DataFrame({"region": ["a"], "indicator": "x", "year": 2021, "value": 5.0})
    target = pd.DataFrame(
        {"region": ["b"], "indicator": "x", "year": 2024, "value": 5.0, "comparator": "ge"}
    )
    row = fc.attainment(fc.fit(seen, about()), target).iloc[0]
    assert (row["schedule_status"], row["ratio_class"]) == ("no_data", "no_data")


def test_one_figure_after_the_baseline_is_the_baseline():
    """Figures that end with the baseline tell no progress yet; one of them is no trend either."""
    row = progress([50], 2025, 60, years=[2020])
    assert (row["schedule_status"], row["ratio_class"]) == ("one_figure", "one_figure")
    begun = progress([46, 48, 50, 53, 55], 2030, 60, years=np.arange(2021, 2026), since=2025)
    assert (begun["schedule_status"], begun["ratio_class"]) == ("just_begun", "just_begun")
    assert (begun["baseline"], begun["baseline_year"]) == (55.0, 2025.0)
    assert begun["status"] != "too_early" and begun["evidence"] != "prior only"
    row = progress([40, 50], 2025, 60, years=[2018, 2020], since=2020)
    assert (row["schedule_status"], row["ratio_class"]) == ("just_begun", "just_begun")
    assert row["pace"] == 5.0


HISTORIES = (
    [5.0], [0.0], [-2.0], [0.0, 0.0], [0.0, 5.0], [5.0, 0.0], [-2.0, 3.0], [3.0, -2.0],
    [5.0, 5.0, 5.0], [4.0, 5.0, 6.0], [6.0, 5.0, 4.0], [9.0, 1.0, 1.0, 1.0, 2.0, 3.0],
)  # fmt: skip
GOALS = (-4.0, 0.0, 3.0, 5.0, 6.0, 50.0)


def test_every_reading_is_total():
    """Zero, negative, equal, reached, passed: words of the documented sets, and no infinity.

    Rates are missing only where the word says so, compound ones only without positive figures.
    """
    cases = list(product(HISTORIES, GOALS, ("ge", "gt", "eq", "le", "lt"), ("higher", "lower")))
    tables, targets = [], []
    for number, (values, goal, comparator, _) in enumerate(cases):
        name = f"x{number}"
        years = np.arange(2022 - len(values), 2022)
        tables.append(pd.DataFrame({"indicator": name, "year": years, "value": values}))
        targets += [(name, year, goal, comparator) for year in (2020, 2021, 2022, 2026)]
    names = [f"x{number}" for number in range(len(cases))]
    known = about(*names, better=[case[3] for case in cases])
    goals = pd.DataFrame(targets, columns=["indicator", "year", "value", "comparator"])
    found = fc.attainment(
        fc.fit(pd.concat(tables).assign(region="a"), known), goals.assign(region="a")
    )
    assert set(found["schedule_status"]) <= SCHEDULE
    assert set(found["ratio_class"]) <= CLASSES
    rates = found[["required_rate", "required_compound", "ratio", "pace"]]
    assert not np.isinf(rates.astype(float)).any(axis=None)
    open_ = found["schedule_status"] != "closed"
    assert found["required_rate"].notna().equals(open_)
    positive = (found["latest"] > 0) & (found["target"] > 0)
    wanted = open_ & (positive | (found["schedule_status"] == "reached"))
    assert found["required_compound"].notna().equals(wanted)
    judged = found["ratio_class"].isin(["on_track", "moderate", "limited"])
    assert found.loc[judged, "ratio"].ge(0).all()
    assert found.loc[found["ratio_class"] == "deterioration", "ratio"].lt(0).all()
    alone = found["indicator"].map(
        {f"x{n}": len(case[0]) == 1 for n, case in enumerate(cases)}
    )  # fmt: skip
    assert found["pace"].isna().equals(alone)
