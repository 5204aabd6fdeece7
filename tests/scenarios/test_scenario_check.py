"""What is refused of a scenario on a plan: unknown names, limits, bounds, missing inputs."""

from functools import cache

import numpy as np
import pytest

import forecast as fc
from forecast.errors import DataError
from forecast.scenarios.baseline import project
from forecast.scenarios.declarations import read_mechanisms
from forecast.scenarios.engine import run_scenario
from forecast.scenarios.scenario import Scenario

MECHANISMS = read_mechanisms()


@cache
def shipped(region, until=2025):
    """Give a shipped plan as of 2022 and the draws of its baseline."""
    plan = fc.load_plan(region, as_of="2022-12-31")
    return plan, project(plan, until=until, draws=50, seed=3)


def scenario(*steps, name="own"):
    """Make a scenario of steps."""
    return Scenario(name=name, steps=steps)


def same(one, two):
    """Whether draws are alike to the last bit."""
    return np.array_equal(one.values, two.values, equal_nan=True)


def problems_of(*steps, region="lishui", mechanisms=None):
    """List the problems of a scenario on a shipped plan."""
    plan, base = shipped(region)
    with pytest.raises(DataError) as caught:
        run_scenario(base, plan, scenario(*steps), mechanisms=mechanisms)
    return caught.value.problems


def test_all_unknown_names_are_reported_at_once_with_the_nearest():
    """Mechanism, lever, assumption, region and indicator, in whatever steps they stand."""
    problems = problems_of(
        {"mechanism": "care_workforse", "levers": {"nothing": 1}},
        {"mechanism": "care_workforce", "levers": {"trainee_per_year": 1}},
        {"mechanism": "care_workforce", "assumptions": {"leaving_rat": 1, "passing_rate": 80}},
        {"indicator": "eco_burial_shar", "region": ["lishiu", "lishui"], "shift": {"by": 1}},
        {"indicator": "zzzz", "hold": {}},
    )
    result = {(p.file, p.column, p.value): p.remedy for p in problems}
    assert result.pop(("own", "indicator", "zzzz")).startswith("known are ")
    assert result == {
        ("own", "mechanism", "care_workforse"): "perhaps 'care_workforce' is meant",
        ("own", "lever", "trainee_per_year"): "perhaps 'trainees_per_year' is meant",
        ("own", "assumption", "leaving_rat"): "perhaps 'leaving_rate' is meant",
        ("own", "indicator", "eco_burial_shar"): "perhaps 'eco_burial_share' is meant",
        ("own", "region", "lishiu"): "perhaps 'lishui' is meant",
    }


def test_indicators_without_figures_are_known_and_do_nothing():
    """A shipped id that the plan has no series of is no misspelling."""
    plan, base = shipped("shaoxing")
    step = {"indicator": "eco_burial_share", "region": "china", "shift": {"by": 1}}
    assert same(run_scenario(base, plan, scenario(step)).paths, base)
    assert same(run_scenario(base, plan, scenario(step | {"region": "shaoxing"})).paths, base)


@pytest.mark.parametrize(
    ("name", "setting", "region"),
    [
        ("hires_per_year", 201, "lishui"),
        ("hires_per_year", -1, "lishui"),
        ("hires_per_year", {2023: 5, 2024: 201}, "lishui"),
        ("hires_per_year", {"value": 201, "from": 2023}, "lishui"),
        ("hires_per_year", 201, ()),
        ("start_year", 2021, "lishui"),
        ("start_year", 2031, "lishui"),
        ("start_year", 23, "lishui"),
    ],
)
def test_a_lever_beyond_its_limits_is_refused(name, setting, region):
    """Above what the region thinks possible, or below the least, in any way to set it."""
    mechanism = "care_workforce" if name == "hires_per_year" else "eco_burial_adoption"
    (problem,) = problems_of({"mechanism": mechanism, "region": region, "levers": {name: setting}})
    assert problem.column == f"{mechanism}.{name}" and problem.problem == "outside its limits"
    limits = MECHANISMS[mechanism].in_region("lishui").levers[name]
    assert f"write {limits.lower:g} to {limits.upper:g}" in problem.remedy


def test_a_lever_at_its_limits_is_accepted():
    """Nothing, the least and the most are possible."""
    plan, base = shipped("lishui")
    for name, values in (("hires_per_year", (0, 200)), ("start_year", (0, 2022, 2030))):
        mechanism = "care_workforce" if name == "hires_per_year" else "eco_burial_adoption"
        for value in values:
            step = {"mechanism": mechanism, "region": "lishui", "levers": {name: value}}
            run_scenario(base, plan, scenario(step))


def test_an_assumption_outside_its_bounds_is_refused():
    """A rate is a percentage, also in a range; at its ends it is taken."""
    for changed in (150.0, {"low": -1, "central": 5, "high": 9}):
        step = {"mechanism": "care_workforce", "assumptions": {"leaving_rate": changed}}
        (problem,) = problems_of(step)
        assert problem.column == "care_workforce.leaving_rate" and "0 to 100" in problem.remedy
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    step = {"mechanism": "care_workforce", "assumptions": {"leaving_rate": 100.0}}
    fc.apply_scenario(fc.project(plan, draws=20), plan, fc.Scenario(name="x", steps=[step]))


def test_missing_inputs_of_a_named_region_are_reported():
    """Without figures and assumptions of an input nothing can be said of a region named."""
    step = {"mechanism": "care_workforce", "levers": {"hires_per_year": 5}}
    known = {"care_workforce": MECHANISMS["care_workforce"].model_copy(update={"regions": {}})}
    (problem,) = problems_of(step | {"region": "lishui"}, mechanisms=known)
    assert problem.value == "care_workforce"
    assert problem.problem == "no figures for population in lishui"
    assert "population, population_growth for lishui" in problem.remedy
    plan, base = shipped("lishui")
    run = run_scenario(base, plan, scenario(step), mechanisms=known)
    assert same(run.paths, base) and run.causes == {}


def test_what_only_another_region_assumes_is_lacking():
    """An adoption without a number of places is refused; a step for all regions skips it."""
    parts = MECHANISMS["eco_burial_adoption"]
    elsewhere = {region: s for region, s in parts.regions.items() if region != "lishui"}
    known = {"eco_burial_adoption": parts.model_copy(update={"regions": elsewhere})}
    step = {"mechanism": "eco_burial_adoption", "levers": {"sites_per_year": 5}}
    (problem,) = problems_of(step | {"region": "lishui"}, mechanisms=known)
    assert (problem.problem, problem.remedy) == (
        "no figures for places in lishui", "add places for lishui to mechanisms.yaml",
    )  # fmt: skip
    plan, base = shipped("lishui")
    for more in ({}, {"assumptions": {"places": 50}}):
        assert same(run_scenario(base, plan, scenario(step | more), mechanisms=known).paths, base)


def test_what_a_region_does_not_read_it_does_not_see():
    """A population assumed for Lishui says nothing to Zhejiang, which has figures."""
    step = {"mechanism": "care_workforce", "assumptions": {"population": 500_000}}
    plan, base = shipped("zhejiang")
    assert same(run_scenario(base, plan, scenario(step)).paths, base)
    (problem,) = problems_of(step | {"region": "zhejiang"}, region="zhejiang")
    assert (problem.column, problem.value) == ("assumption", "population")
