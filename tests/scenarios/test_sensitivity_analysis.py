"""The value of the next figure, and targets that are decided."""

import numpy as np
import pytest

import forecast as fc
from forecast.scenarios.failure_regions import failure_conditions
from forecast.scenarios.sensitivity_analysis import next_figure, sensitivity
from toy_plan import HUNDRED, LISHUI, ONE, WORKERS, level, toy


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=500, seed=4)


def test_the_next_figure_by_hand():
    """Draws 0 to 99 stay: ten ranges of ten; from 60 on the target is reached."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, 60.0, "ge")])
    result = next_figure(plan, WORKERS, paths=paths, mechanisms={})
    assert (result.year, result.p_reach) == (2022, 0.4)
    assert result.table["p_reach"].tolist() == [0.0] * 6 + [1.0] * 4
    assert result.table["share"].tolist() == [0.1] * 10
    assert result.table["low"].tolist() == [0.0, *np.arange(9.0, 90, 10)]
    assert result.table["high"].tolist() == np.arange(9.0, 100, 10).tolist()
    assert set(result.table["year"]) == {2022}
    # 0.6 x 0.4 + 0.4 x 0.6, and the root of 0.6 x 0.16 + 0.4 x 0.36.
    assert result.expected_move == pytest.approx(0.48, rel=1e-12)
    assert result.deviation == pytest.approx(np.sqrt(0.24), rel=1e-12)


@pytest.mark.parametrize("indicator", ["care_consortia", "nursing_bed_share", "eco_burial_share"])
def test_chances_of_the_ranges_average_to_the_chance_now(lishui, indicator):
    """The law of total probability, exactly, also for counts whose values tie."""
    question = {"indicator": indicator, "year": 2025}
    push = fc.read_scenario("combined_push")
    result = next_figure(LISHUI, question, scenario=push, paths=lishui)
    table = result.table
    assert (table["share"] * table["p_reach"]).sum() == pytest.approx(result.p_reach, abs=1e-12)
    assert table["share"].sum() == pytest.approx(1.0, abs=1e-12)
    assert (table["high"] > table["low"]).all()
    assert table["low"].tolist()[1:] == table["high"].tolist()[:-1]
    applied = fc.apply_scenario(lishui, LISHUI, push)
    row = lishui.fits.series["indicator"].tolist().index(indicator)
    figure = applied.values[row, :, 0]
    inside = [
        ((figure > low) | ((i == 0) & (figure == low))) & (figure <= high)
        for i, (low, high) in enumerate(zip(table["low"], table["high"], strict=True))
    ]
    np.testing.assert_allclose(table["share"], [b.mean() for b in inside], rtol=1e-12)
    if indicator == "care_consortia":
        assert len(table) < 10
    else:
        np.testing.assert_allclose(table["share"], 0.1, atol=1e-9)


def test_a_figure_that_does_not_vary_says_nothing():
    """All draws at one value: one range, and no move."""
    plan, paths = toy({"workers": level([50.0] * 8)})
    result = next_figure(plan, WORKERS, paths=paths, mechanisms={})
    assert result.table[["low", "high", "share"]].values.tolist() == [[50.0, 50.0, 1.0]]
    assert (result.expected_move, result.deviation) == (0.0, 0.0)


def test_decided_targets_are_refused():
    """A target that its figure has met has nothing left to ask about."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2021, 40.0, "ge")])
    for ask in (sensitivity, failure_conditions, next_figure):
        with pytest.raises(fc.DataError, match="a figure has decided it"):
            ask(plan, {"indicator": "workers"}, paths=paths, mechanisms=ONE)


def test_the_next_figure_and_failure_regions_have_the_chance_of_the_closed_form(lishui):
    """One number for one event on one day: that of `attainment`, not the share of the draws."""
    question = {"indicator": "nursing_bed_share", "year": 2025}
    goal = LISHUI.targets.query("indicator == 'nursing_bed_share' and year == 2025")
    chance = fc.attainment(lishui, goal, as_of=LISHUI.as_of)["p_reach"].item()
    result = next_figure(LISHUI, question, paths=lishui)
    assert result.p_reach == pytest.approx(chance, abs=1e-12)
    assert result.table["p_reach"].between(0.0, 1.0).all()
    failures = failure_conditions(LISHUI, question, paths=lishui)
    assert 1.0 - failures["p_fail"].iloc[0] == pytest.approx(chance, abs=1e-12)
