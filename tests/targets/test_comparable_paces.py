"""How often comparable regions kept the pace that a target needs."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.targets.comparable_paces import compare_paces

KINDS = {"s": "share", "m": "amount"}


def made(seed):
    """Figures of eight regions, two indicators, one to four figures each, some with a break."""
    rng = np.random.default_rng(seed)
    rows = []
    for name in KINDS:
        for region in "abcdefgh":
            years = np.sort(rng.choice(np.arange(2014, 2022), rng.integers(1, 5), replace=False))
            value = rng.uniform(20, 40) + np.cumsum(rng.normal(1.0, 2.0, len(years)))
            broken = (rng.uniform(size=len(years)) < 0.2) & (np.arange(len(years)) > 0)
            rows += list(zip([region] * 9, [name] * 9, years, value, broken, strict=False))
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value", "break"])


@pytest.mark.parametrize("seed", range(5))
def test_paces_are_counted_as_by_a_loop(seed):
    """n of N by hand: each other region's first and last figure since its last break."""
    seen = made(seed)
    about = pd.DataFrame({"indicator": [*KINDS], "kind": [*KINDS.values()], "lower": 0.0,
                          "upper": [100.0, np.nan], "better": ["higher", "lower"]})  # fmt: skip
    targets = pd.DataFrame({"region": [*"abcdabcd"], "indicator": [*"ssssmmmm"], "year": 2025,
                            "value": [44, 50, 38, 60, 22, 30, 18, 35], "comparator": "eq",
                            "baseline_year": 2021, "baseline": 36.0})  # fmt: skip
    fits = fc.fit(seen.astype({"break": str}), about)
    found = compare_paces(fits, fc.attainment(fits, targets))
    for (_, row), goal in zip(found.iterrows(), targets["value"], strict=True):
        share = row["indicator"] == "s"
        needed = (goal - 36.0) / 4 if share else 100 * ((goal / 36.0) ** (1 / 4) - 1)
        assert row["needed"] == pytest.approx((goal - 36.0) / 4)
        assert row["needed_pace"] == pytest.approx(needed)
        assert row["measured"] == ("linear" if share else "compound")
        paces = []
        for region, rows in seen[seen["indicator"] == row["indicator"]].groupby("region"):
            rows = rows.sort_values("year")
            start = max([0, *np.flatnonzero(rows["break"])])
            (y0, v0), (y1, v1) = rows[["year", "value"]].iloc[[start, -1]].to_numpy(float)
            if region != row["region"] and y1 > y0:
                paces.append((v1 - v0) / (y1 - y0) if share
                             else 100 * ((v1 / v0) ** (1 / (y1 - y0)) - 1))  # fmt: skip
        as_fast = [p >= needed if share else p <= needed for p in paces]
        assert (row["regions"], row["as_fast"]) == (len(paces), sum(as_fast))


def test_a_band_above_the_baseline_is_reached_by_rising():
    """Whichever direction is better: of paces 1, 3 and -2 a year, one is as fast as 2."""
    ends = {"a": 36.0, "b": 41.0, "c": 43.0, "d": 38.0}
    seen = pd.DataFrame([(region, "s", year, value) for region, end in ends.items()
                         for year, value in ((2020, 40.0), (2021, end))],
                        columns=["region", "indicator", "year", "value"])  # fmt: skip
    about = pd.DataFrame({"indicator": ["s"], "kind": "share", "lower": 0, "upper": 100,
                          "better": "lower"})  # fmt: skip
    goal = pd.DataFrame({"region": ["a"], "indicator": "s", "year": 2025, "value": 44.0,
                         "value_high": 50.0, "comparator": "between", "baseline": 36.0,
                         "baseline_year": 2021})  # fmt: skip
    fits = fc.fit(seen, about)
    found = compare_paces(fits, fc.attainment(fits, goal))
    assert found[["needed", "regions", "as_fast"]].values.tolist() == [[2.0, 3, 1]]


def test_what_no_region_can_tell_counts_as_none():
    """Without other regions, or with a baseline of the target's own year, N is 0."""
    seen = pd.DataFrame({"region": ["a"], "indicator": "s", "year": [2025], "value": [30.0]})
    about = pd.DataFrame({"indicator": ["s"], "kind": ["share"], "lower": [0], "upper": [100],
                          "better": ["higher"]})  # fmt: skip
    goal = pd.DataFrame({"region": "a", "indicator": "s", "year": [2025, 2030], "value": 40.0,
                         "comparator": "ge"})  # fmt: skip
    fits = fc.fit(seen, about)
    found = compare_paces(fits, fc.attainment(fits, goal))
    assert found[["regions", "as_fast"]].eq(0).all(axis=None)
    assert np.isnan(found["needed"].iloc[0]) and found["needed"].iloc[1] == pytest.approx(2.0)
