"""What indices rest on: every component has a state, and the counts add up for any plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

import forecast as fc
from forecast.targets.index_coverage import REASONS, describe_components, describe_indices


@pytest.fixture(scope="module")
def lishui():
    """Lishui at the end of 2022, with its paths."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    fits = fc.fit(plan.observations, plan.indicators)
    return plan, fc.simulate(fits, until=2025, draws=60, seed=1)


def test_every_component_is_measured_or_says_why_not(lishui):
    """A component without an indicator, a target or a figure is not in the index."""
    plan, _ = lishui
    parts = describe_components(plan).set_index("component")
    assert len(parts) == len(plan.indices)
    assert parts.loc["惠民联办率", ["state", "latest", "latest_year", "target"]].tolist() == [
        "measured", 0.0, 2020.0, 100.0,
    ]  # fmt: skip
    assert parts.loc["幸福清单归集度", "state"] == "no_indicator"
    assert parts.loc["慈善信托资金总量", "state"] == "no_target"
    unseen = replace(plan, observations=plan.observations.iloc[:0])
    states = describe_components(unseen).set_index("component")["state"]
    assert states["惠民联办率"] == "no_figure" and "measured" not in set(states)


def test_counts_of_an_index_add_up_and_are_those_of_the_index(lishui):
    """Measured and missing components are all that are listed, in each area and in the region."""
    plan, paths = lishui
    table = describe_indices(paths, plan).set_index("index")
    assert (table["components"] + table[list(REASONS)].sum(axis=1) == table["of"]).all()
    areas = table.drop(index="region_index")
    whole = table.loc["region_index"]
    for column in ("components", "of", *REASONS):
        assert areas[column].sum() == whole[column]
    assert whole["of"] == 29 and len(whole["missing_en"].split("; ")) == 29 - whole["components"]
    states = describe_components(plan)["state"]
    assert (states == "measured").sum() == whole["components"]
    values = fc.index(paths, plan).set_index(["index", "year"])
    for name, row in areas.iterrows():
        for year, columns in ((2022, ("now_q05", "now_q95")), (2025, ("q05", "q95"))):
            expected = values.loc[(name, year), ["q05", "q95"]].tolist()
            assert row[[*columns]].tolist() == pytest.approx(expected, nan_ok=True)
    assert whole["year_now"] == 2022 and whole["year"] == 2025
    early = describe_indices(paths, replace(plan, as_of="2015-12-31"))
    assert set(early["year_now"]) == {paths.years[0]}


def test_a_plan_that_measures_nothing_has_indices_without_a_value(lishui):
    """Without targets there is no index, and every component names its reason."""
    plan, paths = lishui
    bare = replace(plan, targets=plan.targets.iloc[:0])
    table = describe_indices(paths, bare).set_index("index")
    assert table["components"].eq(0).all() and table["q50"].isna().all()
    assert table.loc["region_index", "no_target"] == 29 - table.loc["region_index", "no_indicator"]
