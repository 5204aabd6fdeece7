"""Kinds of the domain: standards, coverages, rules."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.tables.schema import NEVER_FALLS


def table(kind, indicator="x", **changes):
    """Describe one indicator."""
    share = kind in ("share", "coverage")
    row = {"indicator": indicator, "kind": kind, "lower": 0.0, "upper": 100.0 if share else np.nan,
           "better": "higher", "resolution": 1.0}  # fmt: skip
    return pd.DataFrame([row | changes])


def figures(*values, region="a", indicator="x", last=2021):
    """Yearly figures up to `last`."""
    years = np.arange(last + 1 - len(values), last + 1)
    return pd.DataFrame({"region": region, "indicator": indicator, "year": years, "value": values})


def goal(value, year=2024, comparator="ge", **changes):
    """One target of region a."""
    return pd.DataFrame({"region": ["a"], "indicator": ["x"], "year": [year], "value": [value],
                         "comparator": [comparator]} | changes)  # fmt: skip


@pytest.mark.parametrize("kind", ["standard", "coverage"])
def test_what_is_set_or_rolled_out_never_falls(kind):
    """No quantile, draw or chance lies below the latest figure, and a met target stays met."""
    seen = figures(70.0, 74.0, 73.0)
    fits = fc.fit(seen, table(kind))
    assert (fc.quantiles(fits, [2022, 2025])[["q05", "q50"]].to_numpy() >= 73.0).all()
    drawn = fc.simulate(fits, until=2025, draws=200).values[0]
    assert (np.diff(np.column_stack([np.full(200, 73.0), drawn])) >= 0.0).all()
    assert fc.attainment(fits, goal(73.0)).iloc[0]["p_reach"] == 1.0
    falls = fc.fit(seen, table({"standard": "amount", "coverage": "share"}[kind]))
    assert fc.quantiles(falls, [2022])["q05"].item() < 73.0
    if kind == "coverage":
        assert drawn.max() <= 100.0


def test_raises_of_standards_are_learned_from_all_standards():
    """Other standards that are raised 8 % a year raise one with few figures; amounts do not."""
    others = [
        figures(*(1000.0 * 1.08 ** np.arange(6)), region=region, indicator=name)
        for region in "bcde" for name in ("y", "z")
    ]  # fmt: skip
    seen = pd.concat([figures(500.0, 505.0), *others])

    def median(kind):
        about = pd.concat([table(kind, name, resolution=0.0) for name in "xyz"])
        return fc.quantiles(fc.fit(seen, about), [2024]).query("region == 'a'")["q50"].item()

    assert median("standard") > 1.01 * median("amount") > 500.0


def test_a_rule_is_met_by_its_document_and_never_forecast():
    """The figure set before the year decides; without a sufficient one nothing is said."""
    fits = fc.fit(figures(16.0, 18.0), table("rule"))
    row = fc.attainment(fits, goal(18.0, 2025, "eq")).iloc[0]
    assert (row["status"], row["p_reach"], row["median"]) == ("met", 1.0, 18.0)
    missing = fc.attainment(fits, goal(20.0, 2025)).iloc[0]
    assert missing["status"] == "no_data" and np.isnan(missing["p_reach"])
    assert len(fc.quantiles(fits, [2025])) == 0


def test_shipped_indicators_have_the_kinds_of_the_domain():
    """Allowances are standards, coverages of places coverages, limits and multiples rules."""
    kinds = fc.load_plan("lishui").tables["indicators"].set_index("indicator")["kind"]
    assert kinds["minimum_living_standard"] == kinds["orphan_standard_dispersed"] == "standard"
    assert (
        kinds["social_work_station_coverage"] == kinds["marriage_registry_4a_share"] == "coverage"
    )
    assert kinds["marginal_family_income_multiple"] == kinds["exit_grace_years"] == "rule"
    assert kinds["disability_subsidy_coverage"] == "share"  # of persons: it can fall
    assert set(NEVER_FALLS) == {"coverage", "standard", "count"}
