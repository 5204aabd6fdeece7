"""Boxes of failures: known ones are found, none is better, none is too small."""

from dataclasses import replace

import numpy as np
import pytest

import forecast as fc
from forecast.scenarios.failure_regions import failure_conditions, find_failure_regions
from toy_plan import ONE, WORKERS, level, spread, toy


def test_the_box_of_known_failures_is_found():
    """Failures where x <= 0.3 and y > 0.6, and nowhere else: both thresholds, and all shares."""
    rng = np.random.default_rng(7)
    x, y, z = rng.random((3, 20_000))
    failed = (x <= 0.3) & (y > 0.6)
    table = find_failure_regions({"z": z, "x": x, "y": y}, failed)
    two = table[table["conditions"] == 2]
    assert two[["input", "comparator"]].values.tolist() == [["x", "le"], ["y", "gt"]]
    assert two["threshold"].tolist() == pytest.approx([0.3, 0.6], abs=0.02)
    half = np.arange(20_000) % 2 == 1
    assert two["p_fail"].tolist() == [failed[half].mean()] * 2
    assert two["p_fail_in"].min() > 0.85 and two["found_share"].min() > 0.9
    # Every figure is reckoned on the other half, as the box says.
    cut = dict(zip(two["input"], two["threshold"], strict=True))
    box = (x <= cut["x"]) & (y > cut["y"])
    assert two["share"].tolist() == [box[half].mean()] * 2
    assert two["p_fail_in"].iloc[0] == failed[half & box].mean()
    assert two["found_share"].iloc[0] == box[half & failed].mean()


def test_one_threshold_is_enough_where_only_one_counts():
    """Failures above 0.75 of one input: there is no second condition.

    The draws beside are the same for both halves, so that draws has no part in it.
    """
    x = np.repeat(np.arange(1000) / 1000, 2)
    table = find_failure_regions({"x": x, "flat": np.zeros(2000)}, x > 0.75)
    assert table["conditions"].tolist() == [1]
    assert table[["input", "comparator", "threshold"]].values.tolist() == [
        ["x", "gt", 0.75 - 0.001]
    ]
    assert table["found_share"].iloc[0] == 1.0


@pytest.mark.parametrize("seed", range(8))
def test_the_best_box_is_that_of_a_loop(seed):
    """No box of two thresholds on the grid has a higher weighted relative accuracy."""
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, 600))
    failed = rng.random(600) < 0.2 + 0.5 * (x > 0.4) * (y <= 0.55)
    table = find_failure_regions({"x": x, "y": y}, failed)
    searched = np.arange(600) % 2 == 0
    grid = np.arange(1, 20) / 20

    def gain(box):
        box = box[searched]
        there = failed[searched]
        if box.mean() < 0.05:
            return -1.0
        return box.mean() * (there[box].mean() - there.mean())

    halves = [
        side
        for v in (x, y)
        for cut in np.quantile(v[searched], grid, method="inverted_cdf")
        for side in (v <= cut, v > cut)
    ]
    best = [max(gain(a) for a in halves), max(gain(a & b) for a in halves for b in halves)]
    for number in (1, 2):
        box = np.ones(600, bool)
        for _, row in table[table["conditions"] == number].iterrows():
            value = {"x": x, "y": y}[row["input"]]
            box &= (value <= row["threshold"]) == (row["comparator"] == "le")
        assert gain(box) == pytest.approx(best[number - 1], abs=1e-6)


def test_boxes_are_not_too_small():
    """Failures in 2 % of the draws: the box holds at least 5 % of them all the same."""
    x = np.random.default_rng(0).random(10_000)
    table = find_failure_regions({"x": x}, x > 0.98)
    assert table["share"].iloc[0] == pytest.approx(0.05, abs=0.01)
    assert table["p_fail_in"].iloc[0] == pytest.approx(0.4, abs=0.1)
    x, y = np.random.default_rng(1).random((2, 10_000))
    corner = find_failure_regions({"x": x, "y": y}, (x > 0.9) & (y > 0.9))
    assert corner["conditions"].max() == 2 and corner["share"].min() > 0.04


@pytest.mark.parametrize("failed", [np.zeros(50, bool), np.ones(50, bool)])
def test_nothing_to_tell_apart(failed):
    """Where nothing or everything fails, or nothing varies, there is no box."""
    x = np.arange(50.0)
    assert find_failure_regions({"x": x}, failed).empty
    assert find_failure_regions({"x": np.zeros(50)}, x > 20).empty
    assert "found_share" in find_failure_regions({"x": x}, failed)


# Of plans.


def test_conditions_of_a_plan():
    """The draws with few workers at first fail; assumptions that act and inputs are looked at too.

    Half of the draws lose 30 workers from the start; the passing rate decides the rest.
    """
    rng = np.random.default_rng(1)
    plan, paths = toy({"workers": level(rng.choice([20.0, 50.0], 4000))})
    step = {"mechanism": "force", "levers": {"trainees_per_year": 50}}
    push = fc.Scenario(name="push", steps=[step])
    known = spread(leaving=(0.0, 0.0, 0.0), passing=(30.0, 50.0, 70.0))
    table = failure_conditions(plan, WORKERS, scenario=push, paths=paths, mechanisms=known)
    # 150 x passing + 20 or 50 reaches 119.5 beyond 66.3 %, or beyond 46.3 %.
    assert table["input"].tolist()[:1] == ["own_change"]
    assert set(table["input"]) == {"own_change", "passing_rate"}
    by = table.set_index("input")
    assert by.loc["passing_rate", "unit"] == "percent"
    assert set(table.loc[table["input"] == "own_change", "unit"]) == {"person"}
    # 20 - 50: the change to the first year.
    assert table["threshold"].iloc[0] == -30.0
    assert list(table.columns) == [
        "conditions", "input", "comparator", "threshold", "unit", "p_fail", "p_fail_in", "share",
        "found_share",
    ]  # fmt: skip


def test_growth_of_an_input_is_a_condition():
    """Where the elderly grow by more than 10 % a year the ratio of new workers falls short.

    Draws of the population end at 10,000 or 10,000 x 1.2^3; flows are 30 a year.
    """
    rng = np.random.default_rng(2)
    growth = rng.choice([1.0, 1.2], 2000)
    people = 10_000.0 * growth[:, None] ** np.arange(1, 4)
    plan, paths = toy(
        {"elderly": people, "workers": level(np.full(2000, 50.0))}, latest=[10_000.0, 50.0]
    )
    step = {"mechanism": "force", "levers": {"hires_per_year": 30}}
    push = fc.Scenario(name="push", steps=[step])
    table = failure_conditions(plan, WORKERS, scenario=push, paths=paths, mechanisms=ONE)
    assert table[["input", "comparator"]].values.tolist() == [["elderly", "gt"]]
    assert table["threshold"].iloc[0] == pytest.approx(0.0, abs=1e-9)
    assert (table["p_fail_in"].iloc[0], table["found_share"].iloc[0]) == (1.0, 1.0)
    # With 20 % growth as the lower of two cuts the threshold is its growth in percent.
    other = replace(paths, values=paths.values.copy())
    other.values[0] = 10_000.0 * np.where(growth == 1.0, 1.2, 1.4)[:, None] ** np.arange(1, 4)
    goal = plan.targets.assign(value=50.0 + 90.0 / 1.4**2.5)
    again = failure_conditions(plan, goal, scenario=push, paths=other, mechanisms=ONE)
    assert again["threshold"].iloc[0] == pytest.approx(20.0, rel=1e-9)
