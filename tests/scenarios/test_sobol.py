"""Sobol indices: published functions, sums by hand, intervals, plans, refusals."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scenarios.sensitivity_analysis import sensitivity
from forecast.scenarios.sobol import variance_indices
from toy_plan import CARE, HUNDRED, LISHUI, ONE, WORKERS, spread, toy


def ishigami(level):
    """Ishigami and Homma (1990) with a = 7 and b = 0.1, of uniforms."""
    x = 2 * np.pi * level - np.pi
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_indices_of_the_ishigami_function():
    """The published indices, to 0.02; each lies in its interval."""
    table = variance_indices(ishigami, ["a", "b", "c"], n=4096, seed=1)
    assert table["input"].tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(table["first_order"], [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(table["total_order"], [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (table["first_low"] < table["first_order"]).all()
    assert (table["first_order"] < table["first_high"]).all()
    assert (table["total_low"] < table["total_order"]).all()
    assert (table["total_order"] < table["total_high"]).all()
    assert ((table["total_high"] - table["total_low"]) < 0.2).all()


def test_indices_of_a_sum_and_of_nothing():
    """3 x + 4 y: 9 and 16 of 25, alone as with others; an input without effect has 0."""
    table = variance_indices(lambda u: 3 * u[0] + 4 * u[1], ["x", "y", "z"], n=1024)
    np.testing.assert_allclose(table["first_order"], [0.36, 0.64, 0.0], atol=0.01)
    np.testing.assert_allclose(table["total_order"], [0.36, 0.64, 0.0], atol=0.01)
    assert table.iloc[2, 1:].tolist() == [0.0] * 6


def test_one_input_has_all_the_variance():
    """Alone it has every share; of a constant there is none to split."""
    table = variance_indices(lambda u: u[0] ** 2, ["x"], n=64)
    assert table.to_numpy().tolist() == [["x", *[1.0] * 6]]
    for names in ("x", "xy"):
        assert variance_indices(lambda u: 0 * u[0] + 3.0, list(names)).empty


def test_intervals_of_the_indices_hold_the_truth():
    """Of 30 seeds the interval has the published index in at least 24, for each input and order."""
    truth = {"first": [0.3139, 0.4424, 0.0], "total": [0.5576, 0.4424, 0.2437]}
    tables = [variance_indices(ishigami, list("abc"), n=128, seed=seed) for seed in range(30)]
    for order, values in truth.items():
        held = sum((t[f"{order}_low"] <= values) & (values <= t[f"{order}_high"]) for t in tables)
        assert (held >= 24).all(), (order, held.tolist())


def test_indices_repeat_themselves():
    """One seed, the same numbers; another seed, others."""
    one, two, other = (variance_indices(ishigami, list("abc"), 64, s) for s in (0, 0, 1))
    pd.testing.assert_frame_equal(one, two)
    assert (one["first_order"] != other["first_order"]).all()


def test_the_number_of_points_is_a_power_of_two():
    """The balance of the sequence needs it; the message has the number."""
    with pytest.raises(ValueError, match="power of two, not 100"):
        variance_indices(ishigami, list("abc"), n=100)


# Of plans.


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=500, seed=4)


def test_indices_of_a_plan_by_hand():
    """Own draws evenly between 5 and 94, and 100 trainees of whom 30 to 70 % pass.

    y = own + 3 x 100 x passing: variances of a uniform of width 0.9 x 99 and of a triangular
    distribution of width 120; without leavers nothing interacts.
    """
    plan, paths = toy(HUNDRED)
    step = {"mechanism": "force", "levers": {"trainees_per_year": 100}}
    push = fc.Scenario(name="push", steps=[step])
    known = spread(leaving=(0.0, 0.0, 0.0), passing=(30.0, 50.0, 70.0))
    result = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=known, n=2048)
    own, passing = (0.9 * 99) ** 2 / 12, 120.0**2 / 24
    by = result.indices.set_index("input")
    assert result.reason == ""
    for order in ("first_order", "total_order"):
        assert by.loc["own_growth", order] == pytest.approx(own / (own + passing), abs=0.02)
        assert by.loc["passing_rate", order] == pytest.approx(passing / (own + passing), abs=0.02)
        assert by.loc["leaving_rate", order] == 0.0


def test_indices_of_what_is_not_set_in_motion_are_nothing(lishui):
    """Without a lever all variance is the indicator's own; with one, assumptions have a share."""
    plain = sensitivity(LISHUI, CARE, paths=lishui, n=256).indices.set_index("input")
    assert plain.loc["own_growth", "first_order"] == pytest.approx(1.0, abs=0.05)
    assert (plain.drop("own_growth")["total_order"] == 0.0).all()
    push = fc.read_scenario("care_worker_training")
    moved = sensitivity(LISHUI, CARE, scenario=push, paths=lishui, n=256)
    assert moved.indices.set_index("input").loc["passing_rate", "total_low"] > 0.0


def test_indices_of_a_programme_have_an_input_for_the_projects(lishui):
    """What befalls the projects is an input of its own, with a share where projects start."""
    push = fc.read_scenario("combined_push")
    question = {"indicator": "care_consortia", "year": 2025}
    result = sensitivity(LISHUI, question, scenario=push, paths=lishui, n=256)
    by = result.indices.set_index("input")
    assert by.loc["care_consortium_programme.project_luck", "total_low"] > 0.0
    assert by["first_order"].sum() == pytest.approx(1.0, abs=0.1)


def test_an_inputs_draws_are_an_input(lishui):
    """The number of beds takes a part of the variance where beds are converted."""
    push = fc.read_scenario("nursing_bed_conversion")
    question = {"indicator": "nursing_bed_share", "year": 2025}
    result = sensitivity(LISHUI, question, scenario=push, paths=lishui, n=256)
    assert result.indices.set_index("input").loc["institution_beds", "total_order"] > 0.0


def test_correlated_assumptions_have_no_indices_but_a_tornado():
    """The reason names the pair and the remedy; the tornado carries the one with the other.

    At P10 of the leaving rate the passing rate, correlated by -0.8, is at its conditional
    median: the level Phi(0.8 x 1.2816) = 0.8473 of its range.
    """
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, 150.0, "ge")])
    tie = {"between": ("leaving_rate", "passing_rate"), "value": -0.8}
    step = {"mechanism": "force", "levers": {"trainees_per_year": 60}}
    push = fc.Scenario(name="push", steps=[step])
    known = spread(correlations=[tie])
    result = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=known, n=64)
    assert result.indices.empty and "first_order" in result.indices
    assert "leaving_rate and passing_rate are correlated" in result.reason
    assert "Remove the correlation" in result.reason
    row = result.tornado.set_index("input").loc["leaving_rate"]
    together = []
    for leaving, share in ((0.1, 0.8473494), (0.9, 0.1526506)):
        assumptions = {
            "leaving_rate": float(fc.Range(low=0, central=10, high=20).quantile(leaving)),
            "passing_rate": float(fc.Range(low=40, central=50, high=60).quantile(share)),
        }
        changed = {"mechanism": "force", "assumptions": assumptions}
        both = fc.Scenario(name="both", steps=[step, changed])
        applied = fc.apply_scenario(paths, plan, both, mechanisms=known)
        together.append((applied.values[0, :, -1] >= 149.5).mean())
    assert row[["p_low", "p_high"]].tolist() == together
    alone = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=spread(), n=64)
    assert alone.tornado.set_index("input").loc["leaving_rate", "p_low"] != row["p_low"]


def test_a_range_in_a_generic_step_has_no_indices():
    """Its draws would be no input: the reason names the step."""
    plan, paths = toy(HUNDRED)
    step = {"indicator": "workers", "scale_pace": {"factor": {"low": 0, "central": 1, "high": 2}}}
    push = fc.Scenario(name="x", steps=[step])
    result = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=ONE, n=64)
    assert result.indices.empty and "scale_pace has a range for factor" in result.reason
    assert len(result.tornado) > 1
