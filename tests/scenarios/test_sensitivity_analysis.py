"""Tornado, variance indices, failure conditions and the next figure."""

from dataclasses import replace

import numpy as np
import pytest

import forecast as fc
from forecast.scenarios.declarations import Mechanism
from forecast.scenarios.sensitivity_analysis import failure_conditions, next_figure, sensitivity
from forecast.targets.joint_answers import outcomes
from scenarios.test_goal_seeking import (
    HUNDRED,
    LISHUI,
    NAMES,
    ONE,
    WORKERS,
    adoption,
    exactly,
    level,
    toy,
    workforce,
)


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=2000, seed=4)


CARE = {"indicator": "care_workers_per_10k_elderly", "year": 2025}


def spread(leaving=(0.0, 10.0, 20.0), passing=(40.0, 50.0, 60.0), **more):
    """Workforce with beliefs that are ranges."""
    force = workforce().model_dump()
    for name, ends in (("leaving_rate", leaving), ("passing_rate", passing)):
        force["assumptions"][name] = {
            **NAMES, "unit": "percent", **dict(zip(("low", "central", "high"), ends, strict=True))
        }  # fmt: skip
    return {"force": Mechanism.model_validate({**force, **more})}


# The tornado.


def test_tornado_by_hand():
    """Hires 0 and 25 (a quarter of the limit) beside the 10 and 90 % path of the draws.

    Without leavers 25 hires add 75: draws from 45 on reach 119.5. The draw at 89.1 does not.
    """
    plan, paths = toy(HUNDRED)
    found = sensitivity(plan, WORKERS, paths=paths, mechanisms=ONE, n=64)
    table = found.tornado.set_index("input")
    assert list(found.tornado.columns) == [
        "input", "kind", "low", "high", "unit", "p_low", "p_high", "p_base", "swing", "mc_error",
    ]  # fmt: skip
    hires = table.loc["hires_per_year"]
    assert hires[["kind", "low", "high", "unit"]].tolist() == ["lever", 0.0, 25.0, "person"]
    assert hires[["p_low", "p_high", "p_base", "swing"]].tolist() == [0.0, 0.55, 0.0, 0.55]
    assert hires["mc_error"] == pytest.approx(np.sqrt(0.55 * 0.45 / 100), rel=1e-12)
    own = table.loc["own_growth"]
    assert own["kind"] == "own" and own["swing"] == 0.0
    assert own[["low", "high"]].tolist() == pytest.approx([9.9, 89.1], rel=1e-12)
    assert found.tornado["input"].iloc[0] == "hires_per_year"
    # Half of 25 trainees a year pass: 37.5 more, from 82 on.
    assert table.loc["trainees_per_year", "p_high"] == 0.18


def test_own_growth_at_its_paths():
    """With the target at 60 the 10 % path misses it and the 90 % path meets it: swing 1."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, 60.0, "ge")])
    table = sensitivity(plan, WORKERS, paths=paths, mechanisms=ONE, n=64).tornado
    own = table.set_index("input").loc["own_growth"]
    assert own[["p_low", "p_high", "p_base", "swing", "mc_error"]].tolist() == [0, 1, 0.4, 1, 0]


def test_levers_that_are_set_are_halved_and_raised():
    """20 hires a year become 10 and 30, 80 become 40 and at most 100; spans and years alike."""
    plan, paths = toy(HUNDRED)
    for setting, low, high in (
        (20.0, 10.0, 30.0),
        ({"value": 20.0, "from": 2022}, 10.0, 30.0),
        ({2022: 20.0, 2023: 20.0, 2024: 20.0}, 10.0, 30.0),
        (80.0, 40.0, 100.0),
    ):
        step = {"mechanism": "force", "levers": {"hires_per_year": setting}}
        push = fc.Scenario(name="push", steps=[step])
        found = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=ONE, n=64)
        hires = found.tornado.set_index("input").loc["hires_per_year"]
        assert hires[["low", "high"]].tolist() == pytest.approx([low, high], rel=1e-12)
        share = [(np.arange(100) + 3 * x >= 119.5).mean() for x in (low, high)]
        assert hires[["p_low", "p_high"]].tolist() == share


def test_assumptions_are_moved_as_a_scenario_does(lishui):
    """P10 and P90 of a triangular range, with the chances of scenarios that set them."""
    push = fc.read_scenario("care_worker_training")
    found = sensitivity(LISHUI, CARE, scenario=push, paths=lishui, n=64)
    row = found.tornado.set_index("input").loc["leaving_rate"]
    # Triangular 8, 15, 25: 10 % below 8 + sqrt(0.1 x 17 x 7), 90 % below 25 - sqrt(0.1 x 17 x 10).
    ends = [8 + np.sqrt(0.1 * 17 * 7), 25 - np.sqrt(0.1 * 17 * 10)]
    assert row[["low", "high"]].tolist() == pytest.approx(ends, rel=1e-12)
    assert (row["kind"], row["unit"]) == ("assumption", "percent")
    target = LISHUI.targets[
        LISHUI.targets["indicator"].eq(CARE["indicator"]) & LISHUI.targets["year"].eq(2025)
    ]
    met = []
    for end in ends:
        step = {"mechanism": "care_workforce", "region": "lishui",
                "assumptions": {"leaving_rate": end}}  # fmt: skip
        both = push.model_copy(
            update={"steps": (*push.steps, *fc.Scenario(name="x", steps=[step]).steps)}
        )
        played = fc.apply_scenario(lishui, LISHUI, both)
        met.append(outcomes(played, target, as_of=LISHUI.as_of).met[0])
    assert row[["p_low", "p_high"]].tolist() == [m.mean() for m in met]
    change = met[1].astype(float) - met[0]
    assert row["swing"] == pytest.approx(abs(change.mean()), abs=1e-12)
    assert row["mc_error"] == pytest.approx(change.std() / np.sqrt(2000), rel=1e-12)


def test_signs_of_the_tornado(lishui):
    """Leaving harms, passing and levers help, more elderly harm; the widest stands first."""
    push = fc.read_scenario("care_worker_training")
    table = sensitivity(LISHUI, CARE, scenario=push, paths=lishui, n=64).tornado
    by = table.set_index("input")
    gain = by["p_high"] - by["p_low"]
    assert gain["leaving_rate"] < 0 and gain["population_growth"] < 0
    assert gain["passing_rate"] > 0 and gain["trainees_per_year"] > 0 and gain["own_growth"] > 0
    assert table["swing"].is_monotonic_decreasing
    assert by["p_base"].nunique() == 1
    assert by["swing"].tolist() == pytest.approx(gain.abs().tolist(), abs=1e-12)


def test_a_course_of_an_input_is_moved_against_its_own(lishui):
    """More beds in all at the same flows: the share that is converted counts for less."""
    push = fc.read_scenario("nursing_bed_conversion")
    asked = {"indicator": "nursing_bed_share", "year": 2025}
    table = sensitivity(LISHUI, asked, scenario=push, paths=lishui, n=64).tornado
    beds = table.set_index("input").loc["institution_beds"]
    row = lishui.fits.series["indicator"].tolist().index("institution_beds")
    ends = np.quantile(lishui.values[row, :, -1], [0.1, 0.9])
    assert beds[["low", "high"]].tolist() == pytest.approx(ends.tolist(), rel=1e-12)
    assert (beds["kind"], beds["unit"]) == ("input", "bed")
    assert beds["p_low"] > beds["p_high"]
    # Its growth is no belief here: there are figures of it.
    assert "total_growth" not in set(table["input"])


def test_beliefs_that_the_scenario_fixes_do_not_vary():
    """A number in place of a range has no row; another range has its own ends."""
    plan, paths = toy(HUNDRED)
    told = {"leaving_rate": 5.0, "passing_rate": fc.Range(low=0, central=50, high=100)}
    push = fc.Scenario(name="x", steps=[{"mechanism": "force", "assumptions": told}])
    table = sensitivity(
        plan, WORKERS, scenario=push, paths=paths, mechanisms=spread(), n=64
    ).tornado.set_index("input")
    assert "leaving_rate" not in table.index
    ends = [np.sqrt(0.1 * 100 * 50), 100 - np.sqrt(0.1 * 100 * 50)]
    assert table.loc["passing_rate", ["low", "high"]].tolist() == pytest.approx(ends, rel=1e-12)


def test_dates_are_no_rows():
    """A start year is neither 0 nor a quarter of 2030."""
    plan, paths = toy(
        {"workers": level([50.0, 60.0])}, targets=[("workers", 2024, 70.0, "ge")], upper=100.0,
        kind="share",
    )  # fmt: skip
    table = sensitivity(plan, WORKERS, paths=paths, mechanisms={"sites": adoption()}, n=64).tornado
    assert "start_year" not in set(table["input"]) and "sites_per_year" in set(table["input"])


# Indices.


def test_indices_of_a_plan_by_hand():
    """Own draws evenly between 5 and 94, and 100 trainees of whom 30 to 70 % pass.

    y = own + 3 x 100 x passing: variances of a uniform of width 0.9 x 99 and of a triangular
    distribution of width 120; without leavers nothing interacts.
    """
    plan, paths = toy(HUNDRED)
    step = {"mechanism": "force", "levers": {"trainees_per_year": 100}}
    push = fc.Scenario(name="push", steps=[step])
    known = spread(leaving=(0.0, 0.0, 0.0), passing=(30.0, 50.0, 70.0))
    found = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=known, n=2048)
    own, passing = (0.9 * 99) ** 2 / 12, 120.0**2 / 24
    by = found.indices.set_index("input")
    assert found.reason == ""
    for order in ("first_order", "total_order"):
        assert by.loc["own_growth", order] == pytest.approx(own / (own + passing), abs=0.02)
        assert by.loc["passing_rate", order] == pytest.approx(passing / (own + passing), abs=0.02)
        assert by.loc["leaving_rate", order] == 0.0


def test_indices_of_what_is_not_set_in_motion_are_nothing(lishui):
    """Without a lever all variance is the indicator's own; with one the beliefs take a part."""
    plain = sensitivity(LISHUI, CARE, paths=lishui, n=256).indices.set_index("input")
    assert plain.loc["own_growth", "first_order"] == pytest.approx(1.0, abs=0.05)
    assert (plain.drop("own_growth")["total_order"] == 0.0).all()
    push = fc.read_scenario("care_worker_training")
    moved = sensitivity(LISHUI, CARE, scenario=push, paths=lishui, n=256)
    assert moved.indices.set_index("input").loc["passing_rate", "total_low"] > 0.0


def test_indices_of_a_programme_know_its_luck(lishui):
    """What befalls the projects is an input of its own, with a share where projects start."""
    push = fc.read_scenario("combined_push")
    asked = {"indicator": "care_consortia", "year": 2025}
    found = sensitivity(LISHUI, asked, scenario=push, paths=lishui, n=256)
    by = found.indices.set_index("input")
    assert by.loc["care_consortium_programme.project_luck", "total_low"] > 0.0
    assert by["first_order"].sum() == pytest.approx(1.0, abs=0.1)


def test_an_inputs_draws_are_an_input(lishui):
    """The number of beds takes a part of the variance where beds are converted."""
    push = fc.read_scenario("nursing_bed_conversion")
    asked = {"indicator": "nursing_bed_share", "year": 2025}
    found = sensitivity(LISHUI, asked, scenario=push, paths=lishui, n=256)
    assert found.indices.set_index("input").loc["institution_beds", "total_order"] > 0.0


def test_correlated_beliefs_have_no_indices_but_a_tornado():
    """The reason names the pair and the remedy; the tornado carries the one with the other.

    At P10 of the leaving rate the passing rate, correlated by -0.8, stands at its conditional
    median: the level Phi(0.8 x 1.2816) = 0.8473 of its range.
    """
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, 150.0, "ge")])
    tie = {"between": ("leaving_rate", "passing_rate"), "value": -0.8}
    step = {"mechanism": "force", "levers": {"trainees_per_year": 60}}
    push = fc.Scenario(name="push", steps=[step])
    known = spread(correlations=[tie])
    found = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=known, n=64)
    assert found.indices.empty and "first_order" in found.indices
    assert "leaving_rate and passing_rate are correlated" in found.reason
    assert "Remove the correlation" in found.reason
    row = found.tornado.set_index("input").loc["leaving_rate"]
    together = []
    for leaving, share in ((0.1, 0.8473494), (0.9, 0.1526506)):
        beliefs = {
            "leaving_rate": float(fc.Range(low=0, central=10, high=20).at(leaving)),
            "passing_rate": float(fc.Range(low=40, central=50, high=60).at(share)),
        }
        told = {"mechanism": "force", "assumptions": beliefs}
        both = fc.Scenario(name="both", steps=[step, told])
        played = fc.apply_scenario(paths, plan, both, mechanisms=known)
        together.append((played.values[0, :, -1] >= 149.5).mean())
    assert row[["p_low", "p_high"]].tolist() == together
    alone = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=spread(), n=64)
    assert alone.tornado.set_index("input").loc["leaving_rate", "p_low"] != row["p_low"]


def test_a_range_in_a_generic_step_has_no_indices():
    """Its draws would be no input: the reason names the step."""
    plan, paths = toy(HUNDRED)
    step = {"indicator": "workers", "scale_pace": {"factor": {"low": 0, "central": 1, "high": 2}}}
    push = fc.Scenario(name="x", steps=[step])
    found = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=ONE, n=64)
    assert found.indices.empty and "scale_pace has a range for factor" in found.reason
    assert len(found.tornado) > 1


# Failures.


def test_conditions_of_a_plan():
    """The draws with few workers at first fail; beliefs that act and inputs are looked at too.

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


# The next figure.


def test_the_next_figure_by_hand():
    """Draws 0 to 99 stay: ten ranges of ten; from 60 on the target is reached."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, 60.0, "ge")])
    found = next_figure(plan, WORKERS, paths=paths, mechanisms={})
    assert (found.year, found.p_reach) == (2022, 0.4)
    assert found.table["p_reach"].tolist() == [0.0] * 6 + [1.0] * 4
    assert found.table["share"].tolist() == [0.1] * 10
    assert found.table["low"].tolist() == [0.0, *np.arange(9.0, 90, 10)]
    assert found.table["high"].tolist() == np.arange(9.0, 100, 10).tolist()
    assert set(found.table["year"]) == {2022}
    # 0.6 x 0.4 + 0.4 x 0.6, and the root of 0.6 x 0.16 + 0.4 x 0.36.
    assert found.expected_move == pytest.approx(0.48, rel=1e-12)
    assert found.deviation == pytest.approx(np.sqrt(0.24), rel=1e-12)


@pytest.mark.parametrize("indicator", ["care_consortia", "nursing_bed_share", "eco_burial_share"])
def test_chances_of_the_ranges_average_to_the_chance_now(lishui, indicator):
    """The law of total probability, exactly, also for counts whose values tie."""
    asked = {"indicator": indicator, "year": 2025}
    push = fc.read_scenario("combined_push")
    found = next_figure(LISHUI, asked, scenario=push, paths=lishui)
    table = found.table
    assert (table["share"] * table["p_reach"]).sum() == pytest.approx(found.p_reach, abs=1e-12)
    assert table["share"].sum() == pytest.approx(1.0, abs=1e-12)
    assert (table["high"] > table["low"]).all()
    assert table["low"].tolist()[1:] == table["high"].tolist()[:-1]
    played = fc.apply_scenario(lishui, LISHUI, push)
    row = lishui.fits.series["indicator"].tolist().index(indicator)
    figure = played.values[row, :, 0]
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
    found = next_figure(plan, WORKERS, paths=paths, mechanisms={})
    assert found.table[["low", "high", "share"]].values.tolist() == [[50.0, 50.0, 1.0]]
    assert (found.expected_move, found.deviation) == (0.0, 0.0)


def test_decided_targets_are_refused():
    """A target that its figure has met has nothing left to ask about."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2021, 40.0, "ge")])
    for ask in (sensitivity, failure_conditions, next_figure):
        with pytest.raises(fc.DataError, match="a figure has decided it"):
            ask(plan, {"indicator": "workers"}, paths=paths, mechanisms=ONE)


def test_a_number_that_is_exact_has_no_range():
    """Assumptions without a width neither fail nor matter."""
    assert exactly(3.0)["low"] == exactly(3.0)["high"] == 3.0
    plan, paths = toy(HUNDRED)
    table = sensitivity(plan, WORKERS, paths=paths, mechanisms=ONE, n=64).tornado
    assert (table.loc[table["kind"] == "assumption", "swing"] == 0.0).all()
