"""The baseline of a plan: its own series, fitted with those of others."""

from dataclasses import replace

import numpy as np
import pandas as pd

import forecast as fc
from forecast.scenarios.baseline import fit_plan, project
from forecast.scenarios.dating import first_decision_year
from forecast.scenarios.linkage import bind_standards


def same(one, two):
    """Whether draws are alike to the last bit."""
    return np.array_equal(one.values, two.values, equal_nan=True)


def test_the_first_year_is_the_one_after_what_is_known():
    """A day before 31 December leaves its year open; without a day the latest figure counts."""
    plan = fc.load_plan("lishui")
    for day, expected in (
        ("2022-12-31", 2023), ("2022-12-30", 2022), ("2022-06-30", 2022), ("2023-01-01", 2023),
    ):  # fmt: skip
        assert first_decision_year(replace(plan, as_of=day)) == expected
    for latest, expected in ((2021.0, 2022), (2021.5, 2022), (2020.999, 2021)):
        seen = pd.DataFrame({"year": [2019.0, latest, 2018.25]})
        assert first_decision_year(replace(plan, as_of="", observations=seen)) == expected


def test_the_baseline_is_the_plans_own_series():
    """Siblings inform the fits and are not simulated; the last target year is the horizon."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    base = project(plan, draws=20, seed=5)
    assert base.years[-1] == plan.targets["year"].max()
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    own = fits.take(np.flatnonzero(fits.series["region"] == "lishui"))
    expected = fc.simulate(own, until=int(base.years[-1]), draws=20, seed=5)
    expected = bind_standards(expected, plan)
    assert same(base, expected) and len(fits.series) > len(own.series)
    assert (base.seed, base.scenario) == (5, "baseline")
    assert project(plan, until=2024, draws=20).years[-1] == 2024


def test_a_plan_that_is_fitted_is_not_fitted_again(monkeypatch):
    """With the fits of all regions the baseline is the same, and no series is fitted."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    expected, fits = project(plan, draws=20), fit_plan(plan)
    monkeypatch.setattr("forecast.scenarios.baseline.fit", None)
    assert same(project(plan, draws=20, fits=fits), expected)
    assert set(fits.series["region"]) > {"lishui"}
