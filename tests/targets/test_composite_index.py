"""Indices, ranks, and plans of a whole beside those of its parts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

import forecast as fc
from forecast.model.simulation import stream
from forecast.targets.composite_index import (
    REGION_INDEX,
    component_score,
    index,
    index_draws,
    rank,
    roll_up,
)

DRAWS = 400


@pytest.fixture(scope="module")
def lishui():
    """A shipped plan, as a frame to put other tables into."""
    return fc.load_plan("lishui", as_of="2022-12-31")


def about(*names, **changes):
    """Describe indicators: amounts where more is better."""
    one = {"kind": "amount", "better": "higher", "resolution": 0.1, "cumulative": False,
           "concept": "c", "unit": "yuan_per_year"}  # fmt: skip
    return pd.DataFrame({"indicator": names} | one | changes)


def figures(*rows):
    """Figures: region, indicator, year, value a row."""
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value"])


def goals(*rows):
    """Targets: region, indicator, year, value, comparator a row."""
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value", "comparator"])


def listing(*rows):
    """Components of indices: index, area, component, indicator, weight a row."""
    return pd.DataFrame(rows, columns=["index", "area", "component", "indicator", "weight"])


def futures(fits, values, **changes):
    """Paths of next year on with given draws: (region, indicator) -> (draws, years)."""
    keys = list(zip(fits.series["region"], fits.series["indicator"], strict=True))
    drawn = np.stack([np.asarray(values[key], float) for key in keys])
    start = int(np.floor(fits.series["latest_year"].min())) + 1
    years = np.arange(start, start + drawn.shape[2])
    return replace(fc.Paths(fits, years, drawn, 0), **changes)


# Scores.


def test_a_score_is_the_share_of_the_way():
    """0 at the baseline, 1 at the target, upwards and downwards, within [-0.5, 1.5]."""
    for base, goal, up in ((10.0, 20.0, True), (20.0, 10.0, False)):
        value = base + (goal - base) * np.array([-0.6, -0.4, 0.0, 0.3, 1.0, 1.4, 1.7])
        found = component_score(value, np.array(base), np.array(goal), np.array(up))
        np.testing.assert_allclose(found, [-0.5, -0.4, 0.0, 0.3, 1.0, 1.4, 1.5], rtol=1e-12)


def test_what_met_its_target_at_the_start_falls_by_what_is_lacking():
    """1 while it is met, then less by lack / |target|; the unit counts where the target is 0."""
    for base, goal, up, value, score in (
        (110.0, 100.0, True, [120.0, 100.0, 90.0, 30.0, -900.0], [1.0, 1.0, 0.9, 0.3, -0.5]),
        (100.0, 100.0, True, [120.0, 99.0], [1.0, 0.99]),
        (4.0, 5.0, False, [1.0, 5.0, 6.0, 9.0], [1.0, 1.0, 0.8, 0.2]),
        (0.0, 0.0, False, [0.0, 0.2, 3.0], [1.0, 0.8, -0.5]),
        (-4.0, -5.0, True, [-5.0, -6.0], [1.0, 0.8]),
    ):  # fmt: skip
        found = component_score(np.array(value), np.array(base), np.array(goal), np.array(up))
        np.testing.assert_allclose(found, score, rtol=1e-12)
    assert np.isnan(component_score(np.array(np.nan), *np.array([1.0, 2.0]), np.array(True)))


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.booleans())
def test_scores_rise_with_what_is_asked_for(base, goal, value, up):
    """More of what the target asks for never scores less; the target itself scores 1."""
    assume(abs(base - goal) > 1e-6 * abs(goal))
    step = 1.0 if up else -1.0
    at = component_score(
        np.array([value, value + step, goal]), np.array(base), np.array(goal), np.array(up)
    )
    assert at[1] >= at[0] - 1e-9 and at[2] == pytest.approx(1.0, abs=1e-9)


# Indices.


@pytest.fixture(scope="module")
def small(lishui):
    """Two indices of region a by hand: baselines 10, 20, 50; targets 20, 10, 80 (of 2025)."""
    seen = figures(
        ("a", "x", 2019, 10.0), ("a", "x", 2021, 12.0), ("a", "y", 2020, 20.0),
        ("a", "z", 2018, 40.0), ("a", "z", 2020, 50.0), ("a", "z", 2021, 65.0),
        ("b", "x", 2021, 500.0),
    )  # fmt: skip
    known = about("x", "y", "z", better=["higher", "lower", "higher"])
    fits = fc.fit(seen, known)
    gap = np.nan
    values = {
        ("a", "x"): [[gap, 14.0, 18.0], [gap, 16.0, 30.0]],
        ("a", "y"): [[18.0, 16.0, 14.0], [19.0, 21.0, 10.0]],
        ("a", "z"): [[gap, 68.0, 71.0], [gap, 65.0, 80.0]],
        ("b", "x"): [[gap, 1.0, 1.0], [gap, 1.0, 1.0]],
    }
    targets = goals(
        ("a", "x", 2022, 15.0, "ge"), ("a", "x", 2025, 20.0, "ge"), ("a", "y", 2025, 10.0, "eq"),
        ("a", "y", 2025, 11.0, "le"),
        ("a", "z", 2025, 80.0, "gt"), ("a", "z", 2025, 75.0, "ge"), ("a", "z", 2023, 99.0, "ge"),
        ("b", "x", 2025, 9.0, "ge"),
    )  # fmt: skip
    indices = listing(
        ("one", "p", "X", "x", 3.0), ("one", "p", "Y", "y", np.nan), ("one", "p", "W", None, 1.0),
        ("two", "q", "Z", "z", np.nan), ("two", "q", "V", "v", np.nan),
        ("three", "r", "U", "u", np.nan),
    )  # fmt: skip
    plan = replace(lishui, region="a", targets=targets, indicators=known, indices=indices)
    return futures(fits, values), plan


def test_an_index_is_the_weighted_mean_of_its_known_scores(small):
    """By hand: weights 3, 2 (the mean of 3 and 1), 1; the last, most demanding targets."""
    paths, plan = small
    found = index_draws(paths, plan)
    table = found.table
    assert table["index"].unique().tolist() == ["one", "three", "two", REGION_INDEX]
    assert table["year"].tolist() == [2021, 2022, 2023] * 4
    assert table["area"].tolist() == ["p"] * 3 + ["r"] * 3 + ["q"] * 3 + [""] * 3
    # x: 2, 4, 8 | 2, 6, 20 (15 at most) of 10; y: 2, 4, 6 | 1, -1, 10 of 10; z: 15, 18, 21 of 30.
    x = np.array([[0.2, 0.4, 0.8], [0.2, 0.6, 1.5]])
    y = np.array([[0.2, 0.4, 0.6], [0.1, -0.1, 1.0]])
    z = np.array([[0.5, 0.6, 0.7], [0.5, 0.5, 1.0]])
    one = (3.0 * x + 2.0 * y) / 5.0
    expected = 100.0 * np.concatenate([one.T, np.full((3, 2), np.nan), z.T, ((one + z) / 2.0).T])
    np.testing.assert_allclose(found.values, expected, rtol=1e-12)
    shown = index(paths, plan)
    np.testing.assert_allclose(shown["mean"], expected.mean(axis=1), rtol=1e-12)
    for column, level in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
        between = expected.min(axis=1) + level * np.ptp(expected, axis=1)
        np.testing.assert_allclose(shown[column], between, rtol=1e-12)
    assert list(shown.columns) == [
        "region", "index", "area", "scenario", "year", "mean", "q05", "q50", "q95", "components",
        "of", "missing", "weight_share",
    ]  # fmt: skip
    share = shown.set_index(["index", "year"])["weight_share"]
    assert share["three"].isna().all() and share["one"].tolist() == [0.0] * 3


def test_what_is_missing_is_named_in_every_year(small):
    """Number used, number listed, and the names of the others; no year is dropped."""
    paths, plan = small
    shown = index(paths, plan).set_index(["index", "year"])
    assert shown.loc["one", "components"].tolist() == [2, 2, 2]
    assert shown.loc["one", "missing"].tolist() == ["W"] * 3
    assert shown.loc["three", ["components", "of", "missing"]].values.tolist() == [[0, 1, "U"]] * 3
    assert shown.loc[REGION_INDEX, ["components", "of"]].values.tolist() == [[3, 6]] * 3
    assert shown.loc[REGION_INDEX, "missing"].tolist() == ["W、U、V"] * 3
    assert len(shown) == 4 * 3
    # Without any figure there are rows all the same.
    nobody = index(paths, replace(plan, region="zz"))
    assert nobody["mean"].isna().all() and len(nobody) == 12
    assert (
        nobody.loc[nobody["index"] == REGION_INDEX, "missing"].tolist() == ["W、X、Y、U、V、Z"] * 3
    )
    # A year before the latest figure without a figure of its own is not known.
    older = replace(paths, years=paths.years - 1)
    assert index(older, plan).loc[0, ["year", "components"]].tolist() == [2020, 1]


def test_a_geometric_mean_lets_nothing_make_up_for_a_failure(small):
    """exp(sum w ln s) with scores from 0.01 on, of components and of areas."""
    paths, plan = small
    found = index_draws(paths, plan, mean="geometric").values
    x = np.array([[0.2, 0.4, 0.8], [0.2, 0.6, 1.5]])
    y = np.array([[0.2, 0.4, 0.6], [0.1, 0.01, 1.0]])
    z = np.array([[0.5, 0.6, 0.7], [0.5, 0.5, 1.0]])
    one = x**0.6 * y**0.4
    np.testing.assert_allclose(found[:3], 100.0 * one.T, rtol=1e-12)
    np.testing.assert_allclose(found[-3:], 100.0 * np.sqrt(one * z).T, rtol=1e-12)
    assert (found[:3] <= index_draws(paths, plan).values[:3] + 1e-9)[:, 0].all()


def uneven(small, draws=6000):
    """The small plan with many draws, constant but for the one that varies: x is 12 to 18."""
    paths, plan = small
    keys = list(zip(paths.fits.series["region"], paths.fits.series["indicator"], strict=True))
    values = {key: np.full((draws, 3), 15.0) for key in keys}
    values["a", "x"] = np.linspace(12.0, 18.0, draws)[:, None] * np.ones(3)
    return futures(paths.fits, values), plan


def test_uncertain_weights_are_dirichlet_around_the_given(small):
    """Mean w, variance w (1 - w) / (concentration + 1), of the weight of one score against 0."""
    paths, plan = uneven(small)
    # Scores 1 and 0: the index is 100 times the weight of x, which is Beta(10, 6) here.
    values = paths.values.copy()
    at = paths.fits.series.reset_index().set_index(["region", "indicator"])["index"]
    values[at["a", "x"]], values[at["a", "y"]] = 20.0, 20.0
    sure = replace(paths, values=values)
    found = index_draws(sure, plan, weights="uncertain", concentration=19.2, seed=1)
    weight = found.values[2] / 100.0
    # 19.2 times 3/6 and 2/6, the third (1/6) being unknown.
    shape = stats.beta(9.6, 6.4)
    assert weight.mean() == pytest.approx(shape.mean(), abs=4 * shape.std() / np.sqrt(6000))
    assert weight.std() == pytest.approx(shape.std(), rel=0.05)
    assert stats.kstest(weight, shape.cdf).pvalue > 0.001
    # Gamma variates from the component's own stream, with the concentration times the weight.
    x, y = (
        stream(1, "one", name, "weight").standard_gamma(19.2 * share, 6000)
        for name, share in (("X", 3 / 6), ("Y", 2 / 6))
    )
    np.testing.assert_allclose(weight, x / (x + y), rtol=1e-9)
    # All of the variance is the weights'.
    share = index(sure, plan, weights="uncertain", concentration=19.2, seed=1)["weight_share"]
    assert share[2] == 1.0
    # One component alone has its weight whatever is drawn.
    assert share[8] == 0.0
    tiny = index_draws(sure, plan, weights="uncertain", concentration=1e-4).values
    assert np.isfinite(tiny[:3]).all() and np.isfinite(tiny[6:]).all()
    given = index_draws(sure, plan).values
    np.testing.assert_allclose(tiny[6:9], given[6:9], rtol=1e-12)


def test_the_share_of_the_weights_is_what_given_weights_leave(small):
    """weight_share = 1 - var(given weights) / var, between 0 and 1."""
    paths, plan = uneven(small)
    free = index_draws(paths, plan, weights="uncertain", seed=4).values.var(axis=1)
    bound = index_draws(paths, plan).values.var(axis=1)
    shown = index(paths, plan, weights="uncertain", seed=4)
    assert 0.0 < shown["weight_share"][2] < 1.0
    assert shown["weight_share"][2] == pytest.approx(1.0 - bound[2] / free[2], rel=1e-12)
    assert shown["weight_share"].dropna().between(0.0, 1.0).all()


def test_drawn_weights_depend_on_the_seed_and_on_names_alone(small):
    """The same bits whatever the order of rows; another seed draws others; 0 is a seed."""
    paths, plan = uneven(small, 200)
    found = index(paths, plan, weights="uncertain", seed=0)
    turned = replace(plan, indices=plan.indices.iloc[::-1], targets=plan.targets.iloc[::-1])
    pd.testing.assert_frame_equal(index(paths, turned, weights="uncertain"), found)
    other = index(paths, plan, weights="uncertain", seed=1)
    assert not np.allclose(other["q95"][2], found["q95"][2], rtol=1e-6)
    # Another region has the same weights: the same figures give the same index.
    series = paths.fits.series["region"].replace({"a": "b", "b": "c"})
    seen = paths.fits.observations["region"].replace({"a": "b", "b": "c"})
    fits = replace(paths.fits, series=paths.fits.series.assign(region=series),
                   observations=paths.fits.observations.assign(region=seen))  # fmt: skip
    asked = plan.targets["region"].replace({"a": "b", "b": "c"})
    moved = replace(plan, region="b", targets=plan.targets.assign(region=asked))
    again = index(replace(paths, fits=fits), moved, weights="uncertain")
    pd.testing.assert_frame_equal(again.assign(region="a"), found)


def test_a_plan_of_all_regions_has_an_index_for_each(small):
    """Without a region of its own a plan is asked for every region with targets."""
    paths, plan = small
    found = index(paths, replace(plan, region=""))
    assert found["region"].unique().tolist() == ["a", "b"]
    alone = index(paths, plan)
    pd.testing.assert_frame_equal(found[found["region"] == "a"].reset_index(drop=True), alone)
    assert len(index(paths, replace(plan, indices=plan.indices.iloc[:0]))) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "equal"}, "Unknown weights 'equal'"),
        ({"mean": "harmonic"}, "Unknown mean 'harmonic'"),
        ({"concentration": 0.0}, "above 0"),
        ({"seed": -1}, "at least 0"),
    ],
)
def test_senseless_indices_are_refused(small, options, message):
    """Unknown words, no concentration and a negative seed raise and say so."""
    with pytest.raises(ValueError, match=message):
        index(*small, **options)


def test_a_weight_must_be_positive(small):
    """A weight of zero is refused with the component's name."""
    paths, plan = small
    with pytest.raises(fc.DataError, match=r"not positive \(X\)"):
        index(paths, replace(plan, indices=plan.indices.assign(weight=0.0).iloc[:1]))


def test_the_baseline_is_that_of_the_schedule_rule(lishui):
    """On shipped figures: 0 where the value is attainment's baseline, five years before or more."""
    seen = pd.concat([lishui.observations, lishui.siblings])
    paths = fc.simulate(fc.fit(seen, lishui.indicators), until=2025, draws=20)
    found = index_draws(paths, lishui).table
    assert found["of"].tolist() == np.repeat([5, 5, 4, 6, 9, 29], len(paths.years)).tolist()
    xiaoshan = fc.load_plan("xiaoshan", as_of="2022-12-31")
    fits = fc.fit(xiaoshan.observations, xiaoshan.indicators)
    paths = fc.simulate(fits, until=2025, draws=20)
    one = listing(("i", "p", "S", "minimum_living_standard", np.nan))
    table = index(paths, replace(xiaoshan, indices=one)).set_index(["index", "year"])["mean"]
    own = xiaoshan.observations.query("indicator == 'minimum_living_standard'")
    by_year = own.set_index("year")["value"]
    goal = xiaoshan.targets.query("indicator == 'minimum_living_standard'")
    goal = goal.sort_values("year")["value"].iloc[-1]
    base = by_year[by_year.index <= 2020].iloc[-1]
    for year in (y for y in by_year.index if y >= paths.years[0] and y % 1 == 0):
        score = 100 * (by_year[year] - base) / (goal - base)
        assert table["i", int(year)] == pytest.approx(np.clip(score, -50, 150), rel=1e-12)


# Ranks.


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


@settings(max_examples=20)
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

REGIONS = pd.DataFrame(
    [("p", "province", ""), ("c1", "city", "p"), ("c2", "city", "p"), ("c3", "city", "p"),
     ("d1", "district", "c1"), ("d2", "district", "c1"), ("d3", "district", "c2")],
    columns=["region", "level", "parent"],
)  # fmt: skip


def plan_of(lishui, targets, regions=REGIONS, **changes):
    """Give a plan with these targets, all of the indicator x."""
    rows = [(region, "x", year, value, c) for region, year, value, c in targets]
    known = about("x", **{"kind": "count"} | changes)
    return replace(lishui, region="", targets=goals(*rows), indicators=known, regions=regions)


def rolled(lishui, *targets, **changes):
    """Roll up one plan's targets."""
    return roll_up(plan_of(lishui, targets, **changes))


def test_counts_of_parts_add_up(lishui):
    """Sum, what is left, and whether it is enough; unknown while a missing part could decide."""
    some = [("p", 2025, 100.0, "ge"), ("c1", 2025, 30.0, "eq"), ("c2", 2025, 45.0, "ge")]
    row = rolled(lishui, *some).iloc[0]
    assert row[["region", "parts", "of", "rule", "parts_value", "left"]].tolist() == [
        "p", 2, 3, "sum", 75.0, 25.0,
    ]  # fmt: skip
    assert pd.isna(row["enough"])
    for last, enough, left in ((24.0, False, 1.0), (25.0, True, 0.0), (26.0, True, 0.0)):
        row = rolled(lishui, *some, ("c3", 2025, last, "ge")).iloc[0]
        assert (row["enough"], row["left"], row["parts"]) == (enough, left, 3)
    row = rolled(lishui, *some, ("c2", 2025, 70.0, "ge")).iloc[0]
    # The more demanding of two; enough although c3 has none.
    assert (row["parts_value"], row["enough"], row["left"]) == (100.0, True, 0.0)
    strict = [("p", 2025, 75.0, "gt"), *some[1:], ("c3", 2025, 0.0, "ge")]
    assert not rolled(lishui, *strict).iloc[0]["enough"]


def test_a_sum_that_must_stay_below(lishui):
    """Where less is asked for, an excess is final, and a lack of parts leaves it open."""
    some = [("p", 2025, 50.0, "le"), ("c1", 2025, 30.0, "le"), ("c1", 2025, 40.0, "le")]
    row = rolled(lishui, *some).iloc[0]
    assert (row["parts_value"], row["left"]) == (30.0, 20.0) and pd.isna(row["enough"])
    row = rolled(lishui, *some, ("c2", 2025, 21.0, "le")).iloc[0]
    assert (row["enough"], row["left"]) == (False, 0.0)
    row = rolled(lishui, *some, ("c2", 2025, 11.0, "le"), ("c3", 2025, 9.0, "le")).iloc[0]
    assert (row["enough"], row["parts_value"]) == (True, 50.0)
    row = rolled(lishui, ("p", 2025, 5.0, "eq"), ("c1", 2025, 4.0, "le"), ("c1", 2025, 3.0, "ge"),
                 better="lower")  # fmt: skip
    assert row["parts_value"].tolist() == [4.0]


def test_shares_of_parts_are_averaged(lishui):
    """Unweighted mean, and the mean that the other parts would need."""
    some = [("p", 2025, 60.0, "ge"), ("c1", 2025, 50.0, "ge"), ("c2", 2025, 55.0, "ge")]
    row = rolled(lishui, *some, kind="share").iloc[0]
    assert row[["rule", "parts_value", "enough", "left"]].tolist() == ["mean", 52.5, False, 75.0]
    row = rolled(lishui, *some, ("c3", 2025, 75.0, "ge"), kind="ratio").iloc[0]
    assert row[["rule", "parts_value", "enough"]].tolist() == ["mean", 60.0, True]
    assert np.isnan(row["left"])


@pytest.mark.parametrize(
    ("kind", "unit", "rule", "value"),
    [
        ("count", "site", "sum", 9.0), ("stock", "bed", "sum", 9.0),
        ("stock", "metre", "mean", 4.5), ("share", "percent", "mean", 4.5),
        ("ratio", "times", "mean", 4.5), ("amount", "yuan_10k", "sum", 9.0),
        ("amount", "yuan_per_year", "lowest", 3.0),
    ],
)  # fmt: skip
def test_the_rule_follows_kind_and_unit(lishui, kind, unit, rule, value):
    """Totals add up, levels are averaged, a standard is the lowest one."""
    row = rolled(lishui, ("p", 2025, 4.0, "ge"), ("c1", 2025, 3.0, "ge"), ("c2", 2025, 6.0, "ge"),
                 kind=kind, unit=unit).iloc[0]  # fmt: skip
    assert (row["rule"], row["parts_value"]) == (rule, value)
    if rule == "lowest":
        assert not row["enough"] and np.isnan(row["left"])
        row = rolled(lishui, ("p", 2025, 4.0, "le"), ("c1", 2025, 3.0, "le"),
                     ("c2", 2025, 6.0, "le"), kind=kind, unit=unit).iloc[0]  # fmt: skip
        assert (row["rule"], row["parts_value"], row["enough"]) == ("highest", 6.0, False)


def test_parts_are_of_the_nearest_level_that_has_any(lishui):
    """Children where one has a target, else their children; never two levels in one sum."""
    deep = [("p", 2025, 9.0, "ge"), ("d1", 2025, 1.0, "ge"), ("d3", 2025, 2.0, "ge")]
    row = rolled(lishui, *deep).iloc[0]
    assert row[["parts", "of", "parts_value"]].tolist() == [2, 3, 3.0]
    both = rolled(lishui, *deep, ("c1", 2025, 5.0, "ge"))
    assert both[["region", "parts", "of", "parts_value"]].values.tolist() == [
        ["c1", 1, 2, 1.0], ["p", 1, 3, 5.0],
    ]  # fmt: skip
    # Other years, other directions and other regions are no parts.
    assert rolled(lishui, ("p", 2025, 9.0, "ge"), ("c1", 2024, 1.0, "ge")).empty
    assert rolled(lishui, ("p", 2025, 9.0, "ge"), ("c1", 2025, 1.0, "le")).empty
    assert rolled(lishui, ("d1", 2025, 9.0, "ge"), ("d3", 2025, 1.0, "ge")).empty
    loop = REGIONS.assign(parent=["c1", *REGIONS["parent"][1:]])
    assert len(rolled(lishui, *deep, regions=loop)) >= 1


def test_targets_of_several_plans_are_put_together(lishui):
    """One row a target whatever the order of plans; a plan given twice counts once."""
    province = plan_of(lishui, [("p", 2025, 100.0, "ge"), ("p", 2023, 50.0, "ge")])
    city = plan_of(lishui, [("c1", 2025, 30.0, "ge"), ("c1", 2023, 20.0, "ge")])
    found = roll_up([province, city, city])
    assert found[["concept", "indicator", "year", "target", "parts_value"]].values.tolist() == [
        ["c", "x", 2023, 50.0, 20.0], ["c", "x", 2025, 100.0, 30.0],
    ]  # fmt: skip
    pd.testing.assert_frame_equal(found, roll_up([city, province, province]))
    pd.testing.assert_frame_equal(found, roll_up([province, city], "c"))
    assert list(found.columns) == [
        "concept", "indicator", "year", "region", "target", "comparator", "parts", "of", "rule",
        "parts_value", "enough", "left",
    ]  # fmt: skip
    with pytest.raises(fc.UnknownNameError, match="Unknown concept 'd'"):
        roll_up([province, city], "d")
    assert roll_up(city).empty and list(roll_up(city).columns) == list(found.columns)


def test_shipped_plans_roll_up():
    """The province's plan beside its cities' and, where no city has a target, its district's."""
    plans = [fc.load_plan(name) for name in ("zhejiang", "lishui", "shaoxing", "xiaoshan")]
    found = roll_up(plans).set_index(["indicator", "year"])
    burial = found.loc[("eco_burial_share", 2022)]
    assert burial[["target", "parts", "rule", "parts_value", "enough"]].tolist() == [
        60.0, 2, "mean", 62.5, True,
    ]  # fmt: skip
    halls = found.loc[("resident_reception_halls", 2025)]
    assert halls[["target", "parts", "rule", "parts_value", "left"]].tolist() == [
        500.0, 1, "sum", 30.0, 470.0,
    ]  # fmt: skip
