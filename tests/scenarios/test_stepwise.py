"""A plan decided year by year."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc

CARE = {"mechanism": "care_workforce"}
OTHER = {"indicator": "nursing_bed_share"}


@pytest.fixture(scope="module")
def plan():
    """Lishui at the end of 2022, to be decided from 2023 to 2025."""
    return fc.load_plan("lishui", as_of="2022-12-31")


@pytest.fixture(scope="module")
def base(plan):
    """Fifty futures of it."""
    return fc.project(plan, draws=50)


def test_without_a_decision_the_futures_are_the_baseline(plan, base):
    """Every bit, and what is revealed are its years one by one."""
    run = fc.Stepwise(plan, paths=base, future=3)
    seen = pd.concat([run.reveal() for _ in range(3)])
    assert run.over and run.paths.values is base.values
    of_one = base.table().query("draw == 3 and year >= 2023")
    expected = of_one.sort_values(["year", "region", "indicator"])[["year", "value"]].to_numpy()
    assert (seen.sort_values(["year", "region", "indicator"])[["year", "value"]] == expected).all(
        axis=None
    )
    again = fc.simulate(base.fits, until=2025, draws=50)
    unlinked = ~base.fits.series["kind"].eq("standard")  # rules link standards
    np.testing.assert_array_equal(base.values[unlinked], again.values[unlinked])


def test_decisions_one_by_one_are_those_taken_in_advance(plan, base):
    """Levers year by year and verbs from the year on: the bits of the same scenario at once."""
    run = fc.Stepwise(plan, paths=base)
    run.decide(**CARE, levers={"trainees_per_year": 300})
    run.reveal()
    run.decide(**CARE, levers={"trainees_per_year": 100, "hires_per_year": 50})
    run.decide(**OTHER, add_pace={"by": 1.5})
    run.reveal()
    run.decide(**CARE, levers={"trainees_per_year": 0})
    levers = {"trainees_per_year": {2023: 300, 2024: 100}, "hires_per_year": {2024: 50, 2025: 50}}
    steps = [{**CARE, "levers": levers}, {**OTHER, "add_pace": {"by": 1.5, "from": 2024}}]
    advance = fc.apply_scenario(base, plan, fc.Scenario(name="advance", steps=steps))
    np.testing.assert_array_equal(run.paths.values, advance.values)
    assert (advance.values != base.values).any()
    written = fc.apply_scenario(base, plan, run.scenario)
    np.testing.assert_array_equal(run.paths.values, written.values)


def test_what_is_revealed_stays(plan, base):
    """No later decision, of a lever or a verb, changes a year that has been seen."""
    verbs = [
        {"hold": {}}, {"shift": {"by": 3}}, {"scale_pace": {"factor": 2}}, {"delay": {"years": 1}},
        {"ramp_to": {"value": 70, "by": 2025}}, {"shock": {"by": -5, "year": 2024}},
        {"follow_best": {"top": 2}}, {"execute_plan": {"ratio": 0.5}},
    ]  # fmt: skip
    decisions = [{**OTHER, **verb} for verb in verbs]
    decisions += [{**CARE, "levers": {"trainees_per_year": 100}}]
    for decision in decisions:
        run = fc.Stepwise(plan, paths=base, future=0)
        first = run.reveal()
        run.decide(**decision)
        again = run.paths.values[:, 0, run.paths.years == 2023].ravel()
        np.testing.assert_array_equal(again[~np.isnan(again)], first["value"])


def test_a_plan_of_frames_is_decided_on_what_is_known():
    """Each year the pace is set anew from the plan as known then; its figures are the future's."""
    seen = {2019: 50.0, 2020: 52.0, 2021: 53.5, 2022: 55.0}
    rows = pd.DataFrame({"indicator": "beds", "year": [*seen], "value": [*seen.values()]})
    goals = pd.DataFrame({"year": [2025], "value": 64.0, "comparator": "ge"})
    plan = fc.Plan.from_frames(
        rows, goals, region="a", as_of="2022-12-31", kind="share", better="higher", resolution=0.1
    )
    run = fc.Stepwise(plan, draws=60, future=5)
    assert run.known_plan() is plan
    for year in (2023, 2024, 2025):
        need = fc.goal_seek(run.known_plan(), plan.targets.iloc[0], lever="pace", draws=60)
        if not np.isnan(need.value):
            run.decide(indicator="beds", add_pace={"by": need.value})
        value = run.reveal()["value"].iloc[0]
        known = run.known_plan()
        assert (known.as_of, known.observations["year"].iloc[-1]) == (f"{year}-12-31", year)
        assert known.observations["value"].tolist() == [*seen.values()] + [
            run.paths.values[0, 5, y - 2023] for y in range(2023, year + 1)
        ]
        assert known.observations["value"].iloc[-1] == value
    assert run.over


def test_impossible_decisions_are_refused_and_change_nothing(plan, base):
    """Past years, beliefs, unknown levers, too much of one, and anything after the end."""
    run = fc.Stepwise(plan, paths=base)
    table = run.reveal()
    assert {"q05", "q95", "mean"} <= set(table) and set(table["year"]) == {2023}
    with pytest.raises(ValueError, match="2023 is revealed: a decision holds from 2024 on"):
        run.decide(**OTHER, hold={"from": 2023})
    with pytest.raises(ValueError, match="2023 is revealed"):
        run.decide(**CARE, levers={"trainees_per_year": {2023: 5}})
    with pytest.raises(ValueError, match="An assumption is no decision"):
        run.decide(**CARE, assumptions={"leaving_rate": 5})
    for levers in ({"trainees": 5}, {"trainees_per_year": 1e9}):
        with pytest.raises(fc.DataError):
            run.decide(**CARE, levers=levers)
    idle = {"indicator": "urban_minimum_living_standard", "hold": {}}
    few = fc.Plan.from_frames({2020: 50.0, 2021: 52.0}, {2025: 60.0}, region="a", kind="share",
                              better="higher")  # fmt: skip
    for other, decision in ((few, {**CARE, "levers": {"trainees_per_year": 5}}), (few, idle)):
        alone = fc.Stepwise(other, draws=20)
        with pytest.raises(fc.DataError, match=r"no figures for|nknown"):
            alone.decide(**decision)
        assert not alone.scenario.steps
    for future in (50, -1):
        with pytest.raises(ValueError, match="give 0 to 49"):
            fc.Stepwise(plan, paths=base, future=future)
    assert not run.scenario.steps and run.paths.values is base.values
    with pytest.raises(ValueError, match="begin with `future=0`"):
        run.known_plan()
    run.reveal()
    run.reveal()
    for act in (run.reveal, lambda: run.decide(**OTHER, hold={})):
        with pytest.raises(ValueError, match="All years until 2025 are revealed"):
            act()
