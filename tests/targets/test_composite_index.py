"""Composite indices."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

import forecast as fc
from forecast.model.simulation import derive_stream
from forecast.targets.composite_index import REGION_INDEX, component_score, index, index_draws
from index_tables import futures, listing


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
    assert shown.loc[REGION_INDEX, "missing"].tolist() == ["W; U; V"] * 3
    assert len(shown) == 4 * 3
    # Without any figure there are rows all the same.
    nobody = index(paths, replace(plan, region="zz"))
    assert nobody["mean"].isna().all() and len(nobody) == 12
    assert (
        nobody.loc[nobody["index"] == REGION_INDEX, "missing"].tolist() == ["W; X; Y; U; V; Z"] * 3
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
        derive_stream(1, "one", name, "weight").standard_gamma(19.2 * share, 6000)
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
    """On shipped figures: 0 where the value is attainment's baseline, that of the plan's year."""
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
    by_year = own.set_index("year")["value"].sort_index()
    goal = xiaoshan.targets.query("indicator == 'minimum_living_standard'")
    goal = goal.sort_values("year")["value"].iloc[-1]
    base = by_year[by_year.index <= 2021].iloc[-1]
    for year in (y for y in by_year.index if y >= paths.years[0] and y % 1 == 0):
        score = 100 * (by_year[year] - base) / (goal - base)
        assert table["i", int(year)] == pytest.approx(np.clip(score, -50, 150), rel=1e-12)


# Ranks.
