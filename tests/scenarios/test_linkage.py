"""Draws bound by the rules that link standards."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scenarios.linkage import bind_standards
from toy_plan import LISHUI

RULE = {"rule": "r", "region": "a", "quantity": "poor", "formula": "", "source": "s", "locus": "",
        "note": ""}  # fmt: skip


def bound(formula, poor, low=(1000.0, 1050.0)):
    """Draws of `low` and `poor` under one rule, before and after."""
    seen = pd.concat([
        pd.DataFrame({"region": "a", "indicator": name, "year": [2020, 2021], "value": values})
        for name, values in (("low", low), ("poor", poor))
    ])  # fmt: skip
    about = pd.DataFrame({"indicator": ["low", "poor"], "kind": "standard", "lower": 0.0,
                          "better": "higher", "resolution": 1.0})  # fmt: skip
    plan = replace(LISHUI, region="a", rules=pd.DataFrame([RULE | {"formula": formula}]))
    free = fc.simulate(fc.fit(seen, about), until=2024, draws=300, seed=1)
    return free.values, bind_standards(free, plan).values


def test_a_floor_that_the_figures_keep_binds_every_draw():
    """Draws below 1.3 times the other are raised to it, others stay; unknown parts are left out."""
    free, held = bound("poor >= max(0.5 * spending[-1], 1.3 * low)", (1300.0, 1365.0))
    assert (free[1] < 1.3 * free[0] - 1e-9).any() and (held[1] >= 1.3 * held[0] - 1e-9).all()
    np.testing.assert_array_equal(held[0], free[0])
    np.testing.assert_allclose(
        held[1], np.maximum.accumulate(np.maximum(free[1], 1.3 * free[0]), 1)
    )


def test_an_equality_is_kept_and_an_aim_is_not_enforced():
    """Twice the other where the figures are that; nothing where the figures break the rule."""
    _, held = bound("poor == 2 * low", (2000.0, 2100.0))
    np.testing.assert_allclose(held[1], 2.0 * held[0])
    free, aim = bound("poor >= 1.3 * low", (900.0, 950.0))
    np.testing.assert_array_equal(aim, free)


@pytest.mark.parametrize("region", ["lishui", "xiaoshan"])
def test_the_baseline_of_shipped_plans_breaks_no_rule_in_force(region):
    """In no draw an allowance falls, or is below 1.3 times the minimum living standard."""
    plan = fc.load_plan(region, as_of="2022-12-31")
    paths = fc.project(plan, until=2025, draws=300)
    assert paths.baseline is paths.values
    series = paths.fits.series
    for row in np.flatnonzero(series["kind"] == "standard"):
        drawn = paths.values[row]
        drawn = drawn[:, ~np.isnan(drawn[0])]
        assert (np.diff(drawn, axis=1) >= -1e-9).all()
        assert (drawn >= series["latest"].iloc[row] - 1e-9).all()
    names = series["indicator"].tolist()
    if region == "lishui":
        low, poor = (
            paths.values[names.index(n)]
            for n in ("minimum_living_standard", "extreme_poverty_standard")
        )
        assert (poor >= 1.3 * low - 1e-6).all()
