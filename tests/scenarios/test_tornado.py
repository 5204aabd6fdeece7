"""The tornado: one input at a time, by hand and as scenarios that set it."""

import numpy as np
import pytest

import forecast as fc
from forecast.scenarios.sensitivity_analysis import sensitivity
from forecast.targets.joint_answers import evaluate_targets
from toy_plan import CARE, HUNDRED, LISHUI, ONE, WORKERS, adoption, level, spread, toy


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=500, seed=4)


def test_tornado_by_hand():
    """Hires 0 and 25 (a quarter of the limit) beside the 10 and 90 % path of the draws.

    Without leavers 25 hires add 75: draws from 45 on reach 119.5. The draw at 89.1 does not.
    """
    plan, paths = toy(HUNDRED)
    result = sensitivity(plan, WORKERS, paths=paths, mechanisms=ONE, n=64)
    table = result.tornado.set_index("input")
    assert list(result.tornado.columns) == [
        "input", "kind", "low", "high", "unit", "p_low", "p_high", "p_base", "swing", "mc_error",
    ]  # fmt: skip
    hires = table.loc["hires_per_year"]
    assert hires[["kind", "low", "high", "unit"]].tolist() == ["lever", 0.0, 25.0, "person"]
    assert hires[["p_low", "p_high", "p_base", "swing"]].tolist() == [0.0, 0.55, 0.0, 0.55]
    assert hires["mc_error"] == pytest.approx(np.sqrt(0.55 * 0.45 / 100), rel=1e-12)
    own = table.loc["own_growth"]
    assert own["kind"] == "own" and own["swing"] == 0.0
    assert own[["low", "high"]].tolist() == pytest.approx([9.9, 89.1], rel=1e-12)
    assert result.tornado["input"].iloc[0] == "hires_per_year"
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
        result = sensitivity(plan, WORKERS, scenario=push, paths=paths, mechanisms=ONE, n=64)
        hires = result.tornado.set_index("input").loc["hires_per_year"]
        assert hires[["low", "high"]].tolist() == pytest.approx([low, high], rel=1e-12)
        share = [(np.arange(100) + 3 * x >= 119.5).mean() for x in (low, high)]
        assert hires[["p_low", "p_high"]].tolist() == share


def test_assumptions_are_moved_as_a_scenario_does(lishui):
    """P10 and P90 of a triangular range, with the probabilities of scenarios that set them."""
    push = fc.read_scenario("care_worker_training")
    result = sensitivity(LISHUI, CARE, scenario=push, paths=lishui, n=64)
    row = result.tornado.set_index("input").loc["leaving_rate"]
    # Triangular 8, 15, 25: 10 % below 8 + sqrt(0.1 x 17 x 7), 90 % below 25 - sqrt(0.1 x 17 x 10).
    ends = [8 + np.sqrt(0.1 * 17 * 7), 25 - np.sqrt(0.1 * 17 * 10)]
    assert row[["low", "high"]].tolist() == pytest.approx(ends, rel=1e-12)
    assert (row["kind"], row["unit"]) == ("assumption", "percent")
    target = LISHUI.targets[
        LISHUI.targets["indicator"].eq(CARE["indicator"]) & LISHUI.targets["year"].eq(2025)
    ]
    met, chances = [], []
    for end in ends:
        step = {"mechanism": "care_workforce", "region": "lishui",
                "assumptions": {"leaving_rate": end}}  # fmt: skip
        both = push.model_copy(
            update={"steps": (*push.steps, *fc.Scenario(name="x", steps=[step]).steps)}
        )
        applied = fc.apply_scenario(lishui, LISHUI, both)
        met.append(evaluate_targets(applied, target, as_of=LISHUI.as_of).met[0])
        chances.append(fc.attainment(applied, target, as_of=LISHUI.as_of)["p_reach"].item())
    assert row[["p_low", "p_high"]].tolist() == pytest.approx(chances, abs=1e-12)
    change = met[1].astype(float) - met[0]
    assert row["swing"] == pytest.approx(abs(change.mean()), abs=1e-12)
    assert row["mc_error"] == pytest.approx(change.std() / np.sqrt(500), rel=1e-12)


def test_signs_of_the_tornado(lishui):
    """Leaving harms, passing and levers help, more elderly harm; the widest is first."""
    push = fc.read_scenario("care_worker_training")
    table = sensitivity(LISHUI, CARE, scenario=push, paths=lishui, n=64).tornado
    by = table.set_index("input")
    gain = by["p_high"] - by["p_low"]
    assert gain["leaving_rate"] < 0 and gain["population_growth"] < 0
    assert gain["passing_rate"] > 0 and gain["trainees_per_year"] > 0 and gain["own_growth"] > 0
    assert table["swing"].is_monotonic_decreasing
    assert by["p_base"].nunique() == 1
    # The swing is counted on draws; the two chances are kept within 0 and 1.
    assert by["swing"].tolist() == pytest.approx(gain.abs().tolist(), abs=0.01)


def test_a_course_of_an_input_is_moved_against_its_own(lishui):
    """More beds in all at the same flows: the share that is converted counts for less."""
    push = fc.read_scenario("nursing_bed_conversion")
    question = {"indicator": "nursing_bed_share", "year": 2025}
    table = sensitivity(LISHUI, question, scenario=push, paths=lishui, n=64).tornado
    beds = table.set_index("input").loc["institution_beds"]
    row = lishui.fits.series["indicator"].tolist().index("institution_beds")
    ends = np.quantile(lishui.values[row, :, -1], [0.1, 0.9])
    assert beds[["low", "high"]].tolist() == pytest.approx(ends.tolist(), rel=1e-12)
    assert (beds["kind"], beds["unit"]) == ("input", "bed")
    assert beds["p_low"] > beds["p_high"]
    # Its growth is no assumption here: there are figures of it.
    assert "total_growth" not in set(table["input"])


def test_assumptions_that_the_scenario_fixes_do_not_vary():
    """A number in place of a range has no row; another range has its own ends."""
    plan, paths = toy(HUNDRED)
    changed = {"leaving_rate": 5.0, "passing_rate": fc.Range(low=0, central=50, high=100)}
    push = fc.Scenario(name="x", steps=[{"mechanism": "force", "assumptions": changed}])
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
