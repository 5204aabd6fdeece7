"""Ranks of regions."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import forecast as fc
from forecast.targets.composite_index import REGION_INDEX, index_draws
from forecast.targets.ranking import rank
from index_tables import DRAWS, about, figures, futures, goals, listing


def panel(values, **changes):
    """Paths of x in regions: (regions, draws) values of next year; the latest figure is of 2021."""
    values = np.asarray(values, float)
    names = [f"r{i:02d}" for i in range(len(values))]
    fits = fc.fit(figures(*[(name, "x", 2021, 1.0) for name in names]), about("x", **changes))
    return futures(fits, {(n, "x"): v[:, None] for n, v in zip(names, values, strict=True)})


def brute(values, top):
    """Ranks one draw and one pair of regions at a time: region -> numbers, and tie groups."""
    n, draws = values.shape
    ranks = np.empty((n, draws))
    first = np.zeros(n)
    for d in range(draws):
        for i in range(n):
            above = sum(values[j, d] > values[i, d] for j in range(n))
            same = sum(values[j, d] == values[i, d] for j in range(n))
            ranks[i, d] = above + (same + 1) / 2
        best = [i for i in range(n) if values[i, d] == max(values[:, d])]
        first[best] += 1 / len(best) / draws
    tied = np.zeros((n, n), bool)
    for i in range(n):
        for j in range(n):
            better = sum(values[i, d] > values[j, d] for d in range(draws))
            equal = sum(values[i, d] == values[j, d] for d in range(draws))
            tied[i, j] = 0.1 * draws < better + equal / 2 < 0.9 * draws
    group = list(range(n))
    for _ in range(n):
        for i in range(n):
            group[i] = min([group[i], *(group[j] for j in range(n) if tied[i, j])])
    mean = ranks.mean(axis=1)
    order = sorted(set(group), key=lambda g: min(mean[i] for i in range(n) if group[i] == g))
    return [
        {
            "rank": sorted(ranks[i])[int(np.ceil(0.5 * draws)) - 1],
            "rank_low": sorted(ranks[i])[int(np.ceil(0.05 * draws)) - 1],
            "rank_high": sorted(ranks[i])[int(np.ceil(0.95 * draws)) - 1],
            "p_first": first[i], "p_top": sum(ranks[i] <= top) / draws,
            "tie_group": order.index(group[i]) + 1, "median": np.median(values[i]),
        }
        for i in range(n)
    ]  # fmt: skip


VALUES = st.integers(2, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 6), min_size=21, max_size=21), min_size=n, max_size=n
    )
)  # fmt: skip


@given(VALUES, st.integers(1, 4), st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_ranks_are_those_of_a_loop(lishui, rows, top, shifts):
    """Median, interval, chances and tie groups as counted by draws and pairs; equals included."""
    values = np.array(rows, float) + 2.0 * np.array(shifts[: len(rows)])[:, None]
    found = rank(panel(values), lishui, of="x", top=top).set_index("region")
    for i, expected in enumerate(brute(values, top)):
        row = found.loc[f"r{i:02d}"]
        for name, number in expected.items():
            assert row[name] == pytest.approx(number, rel=1e-12), (i, name)
    assert found["p_first"].sum() == pytest.approx(1.0, rel=1e-12)
    assert (found["regions"] == len(rows)).all() and (found["year"] == 2022).all()
    assert found["tie_group"].is_monotonic_increasing or len(found) > 2


def test_ranks_by_hand(lishui):
    """Three regions in two draws: 9, 5, 5 and 4, 5, 6."""
    found = rank(panel([[9, 4], [5, 5], [5, 6]]), lishui, of="x", top=2)
    assert found["region"].tolist() == ["r02", "r00", "r01"]
    # Ranks: r02 2.5 and 1, r00 1 and 3, r01 2.5 and 2.
    assert found["rank"].tolist() == [1.0, 1.0, 2.0]
    assert found["rank_high"].tolist() == [2.5, 3.0, 2.5]
    assert found["p_first"].tolist() == [0.5, 0.5, 0.0]
    assert found["p_top"].tolist() == [0.5, 0.5, 0.5]
    assert found["median"].tolist() == [5.5, 6.5, 5.0]
    assert found["tie_group"].tolist() == [1, 1, 1]
    assert list(found.columns) == [
        "region", "indicator", "scenario", "year", "median", "rank", "rank_low", "rank_high",
        "p_first", "p_top", "tie_group", "regions",
    ]  # fmt: skip


def test_tie_groups_part_at_nine_tenths(lishui):
    """P(better) of 0.9 parts two regions and 0.895 ties them; half of equality counts to each."""
    draw = np.arange(1000)
    for wins, equal, parted in (
        (900, 0, True), (895, 0, False), (100, 0, True), (105, 0, False),
        (800, 199, False), (800, 200, True), (0, 190, True), (0, 210, False),
    ):  # fmt: skip
        one = np.where(draw < wins, 2.0, np.where(draw < wins + equal, 1.0, 0.0))
        found = rank(panel([one, np.ones(1000)]), lishui, of="x")
        assert found["tie_group"].tolist() == ([1, 2] if parted else [1, 1]), (wins, equal)


def test_tie_groups_are_passed_on_and_numbered_from_the_best(lishui):
    """A chain of ties is one group; a group stands where its best region does."""
    half = np.where(np.arange(20) < 10, 1.0, 3.0)
    chain = panel([np.full(20, 2.0) + 1.5, half, np.full(20, 0.5), np.full(20, 2.0)])
    found = rank(chain, lishui, of="x").set_index("region")["tie_group"]
    # r00 beats all; r01 is above r03 in half of the draws; r02 is below all.
    assert found[["r00", "r01", "r03", "r02"]].tolist() == [1, 2, 2, 3]
    # r00 beats r01 in 18 of 20 draws, r01 beats r02 in 18, yet r00 beats r02 in 17 only.
    orders = ["012"] * 16 + ["120"] * 2 + ["201", "021"]
    found = rank(panel([[-order.index(i) for order in orders] for i in "012"]), lishui, of="x")
    assert found.set_index("region")["tie_group"].to_dict() == {"r00": 1, "r01": 2, "r02": 1}


def test_the_best_is_what_the_indicator_calls_better(lishui):
    """Where lower is better the lowest is first; any rising scale gives the same ranks."""
    values = np.random.default_rng(3).normal(0.0, 1.0, (5, 50)) + np.arange(5)[:, None]
    one = rank(panel(values), lishui, of="x")
    assert one["region"].iloc[0] == "r04"
    low = rank(panel(-values, better="lower"), lishui, of="x")
    steep = rank(panel(np.exp(values)), lishui, of="x")
    for other in (low, steep):
        pd.testing.assert_frame_equal(one.drop(columns="median"), other.drop(columns="median"))
    upside = rank(panel(values, better="lower"), lishui, of="x")
    assert upside["region"].iloc[0] == "r00"


def several():
    """Draws of x (a, b, c), y (a, b) and z (a), c one year behind, in any order of regions."""
    seen = figures(
        ("a", "x", 2021, 1.0), ("b", "x", 2021, 2.0), ("c", "x", 2020, 3.0),
        ("a", "y", 2021, 1.0), ("b", "y", 2022, 7.0), ("a", "z", 2021, 1.0),
    )  # fmt: skip
    return seen, about("x", "y", "z", better=["higher", "lower", "higher"])


def test_every_indicator_that_regions_share_is_ranked(lishui):
    """Those of two regions and more, in the last year; published figures stand in their year."""
    seen, known = several()
    paths = fc.simulate(fc.fit(seen, known), until=2023, draws=DRAWS, seed=2)
    found = rank(paths, lishui)
    assert found.groupby("indicator")["region"].apply(sorted).to_dict() == {
        "x": ["a", "b", "c"], "y": ["a", "b"],
    }  # fmt: skip
    assert (found["year"] == 2023).all()
    earlier = rank(paths, lishui, year=2022)
    at = earlier[(earlier["indicator"] == "y") & (earlier["region"] == "b")]
    assert at["median"].tolist() == [7.0]
    # c is drawn in 2021, a and b are known.
    assert rank(paths, lishui, of="x", year=2021).set_index("region")["median"]["b"] == 2.0
    # b has no figure of y in 2021.
    with pytest.raises(ValueError, match="y in 2021 is known of 1 regions"):
        rank(paths, lishui, of="y", year=2021)
    chosen = rank(paths, lishui, regions=["c", "a"])
    assert sorted(chosen["region"]) == ["a", "c"]
    assert rank(paths, lishui, regions=["c"]).empty
    assert list(rank(paths, lishui, regions=["c"]).columns) == list(found.columns)


def test_the_order_of_regions_and_rows_changes_nothing(lishui):
    """Shuffled figures give the same ranks."""
    seen, known = several()
    tables = [
        rank(fc.simulate(fc.fit(table, known), until=2023, draws=50, seed=2), lishui)
        for table in (seen, seen.iloc[::-1])
    ]
    pd.testing.assert_frame_equal(*tables)


def test_paths_of_several_plans_are_ranked_together(lishui):
    """Each region by the draws beside its own plan; the draws of one future only."""
    a, b = replace(lishui, region="a"), replace(lishui, region="b")
    one, two = panel([[9, 9], [1, 1]]), panel([[4, 4], [5, 5]])
    names = {"r00": "a", "r01": "b"}

    def renamed(paths):
        series = paths.fits.series
        fits = replace(paths.fits, series=series.assign(region=series["region"].map(names)))
        seen = paths.fits.observations
        fits = replace(fits, observations=seen.assign(region=seen["region"].map(names)))
        return replace(paths, fits=fits)

    one, two = renamed(one), renamed(two)
    found = rank([one, two], [a, b], of="x").set_index("region")["median"]
    assert found.to_dict() == {"a": 9.0, "b": 5.0}
    found = rank([two, one], [a, b], of="x").set_index("region")["median"]
    assert found.to_dict() == {"b": 1.0, "a": 4.0}
    assert rank([one, two], [replace(a, region="zz"), b], of="x")["median"].tolist() == [9.0, 5.0]
    for other, message in (
        (replace(two, seed=1), "one seed"), (replace(two, scenario="more"), "one scenario"),
        (replace(two, values=two.values[:, :1]), "one number of draws"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            rank([one, other], [a, b])
    with pytest.raises(ValueError, match="1 paths for 2 plans"):
        rank([one], [a, b])
    longer = replace(two, years=two.years + 1)
    with pytest.raises(ValueError, match=r"year=2023 is not among those of all paths"):
        rank([one, longer], [a, b], year=2023)


def test_regions_are_ranked_by_an_index(small):
    """An area's or the region's index, the highest first, each from its own plan."""
    paths, plan = small
    plans = [plan, replace(plan, region="b")]
    for name in ("one", REGION_INDEX):
        found = rank(paths, plans, of=name)
        assert found["indicator"].unique().tolist() == [name]
        drawn = [index_draws(paths, each) for each in plans]
        values = [d.values[(d.table["index"] == name) & (d.table["year"] == 2023)] for d in drawn]
        expected = dict(zip("ab", np.median(np.concatenate(values), axis=1), strict=True))
        assert found.set_index("region")["median"].to_dict() == expected
        assert expected["a"] > expected["b"]
        assert found["region"].tolist() == ["a", "b"]
    whole = rank(paths, replace(plan, region=""), of="one")
    pd.testing.assert_frame_equal(whole, rank(paths, plans, of="one"))
    with pytest.raises(ValueError, match="two in 2023 is known of 1 regions"):
        rank(paths, plans, of="two")


def test_uncertain_weights_widen_the_ranks(lishui):
    """Against the Beta distribution: who is first where the weights decide, and nobody else."""
    seen = figures(*[(r, n, 2021, 10.0) for r in "ab" for n in "xy"])
    targets = goals(*[(r, n, 2022, 20.0, "ge") for r in "ab" for n in "xy"])
    at = {("a", "x"): 20.0, ("a", "y"): 10.0, ("b", "x"): 10.0, ("b", "y"): 20.0}
    draws = 2000
    paths = futures(
        fc.fit(seen, about("x", "y")), {k: np.full((draws, 1), v) for k, v in at.items()}
    )
    indices = listing(("i", "p", "X", "x", 0.6), ("i", "p", "Y", "y", 0.4))
    plan = replace(lishui, region="", targets=targets, indicators=about("x", "y"), indices=indices)
    usual = rank(paths, plan, of="i").set_index("region")
    assert usual["p_first"].to_dict() == {"a": 1.0, "b": 0.0}
    assert usual["rank_high"].tolist() == [1.0, 2.0] and usual["tie_group"].tolist() == [1, 2]
    for concentration in (5.0, 20.0):
        found = rank(paths, plan, of="i", weights="uncertain", concentration=concentration)
        p = stats.beta.sf(0.5, 0.6 * concentration, 0.4 * concentration)
        first = found.set_index("region")["p_first"]
        assert first["a"] == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / draws))
        assert first.sum() == pytest.approx(1.0) and (found["rank_high"] == 2.0).all()
        assert (found["tie_group"] == 1).all()
    with pytest.raises(fc.UnknownNameError, match="uncertain"):
        rank(paths, plan, of="i", weights="uncertian")


def test_unknown_names_and_numbers_are_refused(lishui):
    """A misspelt indicator, index or region names the nearest; no top is no question."""
    paths = panel([[1, 2], [2, 1]])
    with pytest.raises(fc.UnknownNameError, match="Did you mean 'region_index'"):
        rank(paths, lishui, of="region_indx")
    with pytest.raises(fc.UnknownNameError, match="Unknown region 'r0'"):
        rank(paths, lishui, regions=["r0"])
    with pytest.raises(ValueError, match="top must be at least 1"):
        rank(paths, lishui, top=0)
    with pytest.raises(ValueError, match="0 paths for 0 plans"):
        rank(paths, [])


# Whole and parts.
