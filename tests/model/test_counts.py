"""Cumulative counts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import forecast as fc
from forecast.model.counts import (
    DISCOUNT,
    PACE_PRIOR,
    PACE_SHAPE,
    PRIOR_PEERS,
    SMALLEST_COUNT,
    YEAR_SHAPE,
    CountPredictive,
    fit_counts,
)
from forecast.model.fitting import QUANTILES, quantile_name
from forecast.model.panel import SeriesPanel

SLICING = 0.003
"""What 32 slices of the pace leave out of a probability."""


def batch(*series, group=None, upper=np.inf, unit=1.0, breaks=None):
    """Counts as arrays: year -> value of each series."""
    width = max(len(one) for one in series)
    year, value = np.full((2, len(series), width), np.nan)
    for i, one in enumerate(series):
        year[i, width - len(one) :], value[i, width - len(one) :] = list(one), list(one.values())
    every = np.ones(len(series))
    return SeriesPanel(
        value, year, np.zeros(year.shape, bool) if breaks is None else breaks,
        np.arange(len(series)) if group is None else np.array(group),
        every, 0.0 * every, upper * every, unit * every, every > 0,
    )  # fmt: skip


def counts(*series, **options):
    """Predictive of some counts."""
    return fit_counts(np.arange(len(series)), batch(*series, **options))


def known_pace(theta, latest=0.0, unit=1.0, upper=np.inf):
    """Counts whose pace is as good as known: theta a YEAR_SHAPE."""
    sure = np.array([1e9])
    return CountPredictive(
        np.zeros(1, int), np.array([latest]), np.array([unit]), sure, theta * sure,
        np.array([upper]), np.ones(1), np.ones(1),
    )  # fmt: skip


GROWING = {2018: 3, 2019: 4, 2021: 9}
FLAT = {2019: 7, 2020: 7, 2021: 7}


@pytest.mark.parametrize("ahead", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("theta", [0.3, 4.0, 200.0])
def test_with_a_known_pace_a_count_is_negative_binomial(theta, ahead):
    """Given theta, new units follow SciPy's negative binomial of shape a h and chance 1/(1 + t)."""
    found, years = known_pace(theta, latest=50.0), np.array([[ahead]])
    expected = stats.nbinom(YEAR_SHAPE * ahead, 1.0 / (1.0 + theta))
    for new in (0, 1, 3, 10, 60, 300):
        cdf = found.cdf(np.array([[50.0 + new]]), years)[0, 0]
        assert cdf == pytest.approx(expected.cdf(new), rel=1e-4)
    for level in (0.025, 0.3, 0.5, 0.9, 0.975):
        assert found.quantiles([level], years)[0, 0, 0] == 50.0 + expected.ppf(level)


@pytest.mark.parametrize("series", [GROWING, FLAT, {2021: 40}])
def test_cdf_is_the_model_simulated(series):
    """Drawing pace, gamma years and Poisson units by hand meets the cdf at every count."""
    found, draws = counts(series), 400_000
    rng = np.random.default_rng(4)
    last = max(series)
    times, values = np.array(list(series), float), np.array(list(series.values()), float)
    weight = DISCOUNT ** (last - times[1:])
    elapsed, gained = weight @ np.diff(times), weight @ np.diff(values)
    pace = PACE_PRIOR * max(values[-1], SMALLEST_COUNT)
    shape, rate = (
        PACE_SHAPE + YEAR_SHAPE * elapsed,
        pace * PACE_SHAPE / YEAR_SHAPE + gained,
    )
    theta = 1.0 / rng.gamma(shape, 1.0 / rate, draws)
    total = np.zeros(draws)
    for ahead in (1.0, 2.0, 3.0):
        total += rng.poisson(rng.gamma(YEAR_SHAPE, theta))
        for new in (0, 1, 4, 12, 40):
            drawn = (total <= new).mean()
            cdf = found.cdf(np.array([[values[-1] + new]]), np.array([[ahead]]))[0, 0]
            assert abs(cdf - drawn) < 4 * np.sqrt(0.25 / draws) + SLICING


def test_recent_years_tell_more():
    """Evidence by hand: an increment that ended j years ago counts delta^j, in years and units."""
    found = counts(GROWING, unit=1.0)
    elapsed = 1.0 * DISCOUNT**2 + 2.0
    gained = 1.0 * DISCOUNT**2 + 5.0
    assert found.pace_shape[0] == pytest.approx(PACE_SHAPE + YEAR_SHAPE * elapsed, rel=1e-12)
    prior = PACE_SHAPE / YEAR_SHAPE * PACE_PRIOR * 9.0
    assert found.pace_rate[0] == pytest.approx(prior + gained, rel=1e-12)
    share = YEAR_SHAPE * elapsed / (PACE_SHAPE + YEAR_SHAPE * elapsed)
    assert found.own_share[0] == pytest.approx(share, rel=1e-12)


def test_half_a_year_is_half_a_year():
    """A mid-year count covers its half of the year, and the discount knows it."""
    found = counts({2019.5: 3, 2020: 4, 2021: 9})
    elapsed = 0.5 * DISCOUNT + 1.0
    assert found.pace_shape[0] == pytest.approx(PACE_SHAPE + YEAR_SHAPE * elapsed, rel=1e-12)


def test_a_break_is_no_growth():
    """The step across a break counts neither as units nor as years."""
    series = {2019: 3, 2020: 50, 2021: 55}
    breaks = np.array([[False, True, False]])
    found, plain = counts(series, breaks=breaks), counts({2020: 50, 2021: 55})
    assert found.pace_rate[0] == plain.pace_rate[0]
    assert found.pace_shape[0] == plain.pace_shape[0]


def test_a_count_that_was_corrected_downwards_gained_nothing():
    """A fall counts as a year without new units, not as negative units."""
    found, still = counts({2019: 9, 2020: 5, 2021: 7}), counts({2019: 5, 2020: 5, 2021: 7})
    assert found.pace_rate[0] == still.pace_rate[0]


def test_the_fewest_units_a_prior_pace_is_taken_of():
    """Below `SMALLEST_COUNT` units the prior pace is that of so many, so that zero can grow."""
    assert counts({2021: 0}).pace_rate[0] == counts({2021: SMALLEST_COUNT}).pace_rate[0] > 0
    assert (
        counts({2021: 2 * SMALLEST_COUNT}).pace_rate[0]
        == 2 * counts({2021: SMALLEST_COUNT}).pace_rate[0]
    )


def test_siblings_set_the_prior_pace():
    """By hand: the geometric mean of the siblings' shares a year and the shipped prior share."""
    others = {2020: 30, 2021: 40}, {2019: 100, 2021: 120}
    found = counts({2021: 50}, *others, group=[0, 0, 0])
    shares = [
        (10 + 0.5) / (1.0 * 40),
        (20 + 0.5) / (2.0 * 120),
    ]
    logs = PRIOR_PEERS * np.log(PACE_PRIOR) + np.log(shares).sum()
    share = np.exp(logs / (PRIOR_PEERS + 2))
    expected = PACE_SHAPE / YEAR_SHAPE * share * 50
    assert found.pace_rate[0] == pytest.approx(expected, rel=1e-12)
    # The second is no sibling of its own: it hears the third only, one of one figure says nothing.
    share = np.exp((PRIOR_PEERS * np.log(PACE_PRIOR) + np.log(shares[1])) / (PRIOR_PEERS + 1))
    expected = PACE_SHAPE / YEAR_SHAPE * share * 40 + 10
    assert found.pace_rate[1] == pytest.approx(expected, rel=1e-12)
    np.testing.assert_array_equal(found.peers, [2, 1, 1])


def test_other_indicators_are_no_siblings():
    """Counts of another indicator change nothing."""
    together = counts(GROWING, {2020: 1, 2021: 900}, group=[0, 1])
    assert together.pace_rate[0] == counts(GROWING).pace_rate[0]
    assert together.peers.tolist() == [0, 0]


def test_one_figure_is_the_prior_alone():
    """A single count has the prior's pace, no share of its own, and still an answer."""
    found = counts({2021: 40})
    assert found.own_share.tolist() == [0.0]
    assert found.pace_shape.tolist() == [PACE_SHAPE]
    low, middle, high = found.quantiles([0.05, 0.5, 0.95], np.array([[3.0]]))[:, 0, 0]
    assert 40 <= low < middle < high < np.inf


def test_units_are_the_resolution():
    """A thousand times the figures in steps of a thousand have a thousand times the answer."""
    ahead = np.array([[1.0, 5.0]])
    small = counts(GROWING)
    large = counts({y: 1000 * v for y, v in GROWING.items()}, unit=1000.0)
    for level in (0.1, 0.5, 0.9):
        found = large.quantiles([level], ahead)
        np.testing.assert_array_equal(found, 1000 * small.quantiles([level], ahead))
    np.testing.assert_array_equal(large.pace_rate, small.pace_rate)


def test_a_step_of_less_than_one_is_one():
    """Counts grow by whole units even where the resolution is finer or not given."""
    for unit in (0.0, 0.1):
        assert counts(GROWING, unit=unit).unit.tolist() == [1.0]


SERIES = ({2021: 0}, GROWING, FLAT, {2021: 100}, {2019: 1000, 2020: 1400, 2021: 2000}, {2021: 1e5})


def check_smallest(found, levels, ahead):
    """At or below each quantile lies its level, below the count before it less."""
    value = found.quantiles(levels, ahead)[:, 0]
    at, before = (
        np.array([found.cdf(row[None] - back, ahead)[0] for row in value]) for back in (0.0, 1.0)
    )
    wanted = np.broadcast_to(np.array(levels)[:, None], at.shape)
    np.testing.assert_array_less(before, wanted)
    np.testing.assert_array_less(wanted, at + 1e-12)
    assert (np.diff(value, axis=0) >= 0).all() and (np.diff(value, axis=1) >= 0).all()


@pytest.mark.parametrize("series", SERIES, ids=range(len(SERIES)))
def test_a_quantile_is_the_smallest_count_with_enough_probability(series):
    """At or below the quantile lies its level, below the count before it less."""
    check_smallest(counts(series), (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95), np.array([[1, 2.5, 5]]))


@pytest.mark.parametrize("series", SERIES, ids=range(len(SERIES)))
def test_far_quantiles_are_smallest_counts_too(series):
    """So it is for rare levels and thirty years."""
    levels = (0.001, 0.01, 0.025, 0.5, 0.975, 0.99, 0.999)
    check_smallest(counts(series), levels, np.array([[0.5, 1, 5, 30]]))


@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=5),
    st.sampled_from([1.0, 10.0]),
    st.sampled_from([0.0, 25.0, np.inf]),
)
def test_counts_never_fall_are_whole_and_stop_at_their_bound(values, unit, room):
    """Quantiles and draws lie from the latest count to the bound, whole steps apart."""
    values = unit * np.array(values, float)
    upper = values[-1] + unit * room
    series = dict(zip(range(2022 - len(values), 2022), values, strict=True))
    found, ahead = counts(series, unit=unit, upper=upper), np.array([[1.0, 2.5, 9.0]])
    drawn = found.draws(ahead[0], np.linspace(-3, 3, 25), np.random.default_rng(1), 0)
    value = found.quantiles([0.01, 0.5, 0.99], ahead)[:, 0]
    for each in (drawn, value):
        steps = (each - values[-1]) / unit
        assert (steps >= 0).all() and (each <= upper).all()
        np.testing.assert_array_equal(steps, np.round(steps))
        assert (np.diff(each, axis=1) >= 0).all()
    below = found.cdf(np.full(ahead.shape, values[-1] - 0.01 * unit), ahead)
    np.testing.assert_array_equal(below, 0.0)
    if np.isfinite(upper):
        np.testing.assert_array_equal(found.cdf(np.full(ahead.shape, upper), ahead), 1.0)


def test_between_two_counts_nothing_happens():
    """The cdf is a staircase: between whole counts it keeps the value of the lower one."""
    found, ahead = counts(GROWING), np.array([[2.0]])
    at, between, next_ = (found.cdf(np.array([[y]]), ahead)[0, 0] for y in (12.0, 12.9, 13.0))
    assert at == between < next_


def test_draws_are_the_closed_form():
    """The share of draws at or below each count is the cdf, within Monte-Carlo error and slicing.

    The years of one draw come one after another, so the totals of later years fit as well.
    """
    found, draws = counts(GROWING, FLAT), 200_000
    ahead, rng = np.array([1.0, 2.5, 6.0]), np.random.default_rng(8)
    for place in (0, 1):
        drawn = found.draws(ahead, rng.standard_normal(draws), rng, place)
        for new in (0, 2, 5, 20):
            limit = found.latest[:, None] + new + np.zeros((2, 3))
            expected = found.cdf(limit, np.broadcast_to(ahead, (2, 3)))[place]
            below = (drawn <= limit[place]).mean(axis=0)
            assert np.abs(below - expected).max() < 4 * np.sqrt(0.25 / draws) + SLICING


def test_draws_of_a_known_pace_have_its_mean_and_spread():
    """Given theta, ten years bring 10 a theta units, with the variance of gamma and Poisson."""
    theta, draws = 200.0, 200_000
    drawn = known_pace(theta).draws(
        np.array([4.0, 10.0]), np.zeros(draws), np.random.default_rng(6), 0
    )[:, 1]
    mean = 10 * YEAR_SHAPE * theta
    sd = np.sqrt(mean + mean * theta)
    assert abs(drawn.mean() - mean) < 4 * sd / np.sqrt(draws)
    assert drawn.std() == pytest.approx(sd, rel=4 * np.sqrt(1 / draws))


def test_a_high_score_is_a_high_pace():
    """Draws of a higher score of the pace grow faster."""
    found = counts(GROWING)
    means = [
        found.draws(np.array([3.0]), np.full(4000, score), np.random.default_rng(2), 0).mean()
        for score in (-1.0, 0.0, 1.0)
    ]
    assert (np.diff(means) > 0).all()


def test_a_longer_horizon_draws_the_same_near_future():
    """The first years of a draw do not depend on how far it goes."""
    near, far = (
        counts(GROWING).draws(np.array(ahead), np.zeros(50), np.random.default_rng(2), 0)
        for ahead in ([1.0, 2.0], [1.0, 2.0, 3.0])
    )
    np.testing.assert_array_equal(near, far[:, :2])


def test_input_is_untouched():
    """The batch is as before."""
    given_, kept = batch(GROWING, FLAT, group=[0, 0]), batch(GROWING, FLAT, group=[0, 0])
    fit_counts(np.arange(2), given_).quantiles([0.5], np.array([[1.0], [2.0]]))
    for name, value in vars(replace(kept)).items():
        np.testing.assert_array_equal(getattr(given_, name), value)


@pytest.mark.parametrize("resolution", [1.0, 10.0, 10_000.0])
def test_quantiles_of_any_count_and_horizon_end(resolution: float) -> None:
    """From 0 to 10^17, one to sixty years ahead, every quantile is found and in order."""
    latest = np.concatenate([[0.0, 1.0, 7.0, 819.0], 10.0 ** np.arange(1, 18, 2)]) * resolution
    for history in (1, 2, 5):
        value = latest[:, None] * np.linspace(0.6, 1.0, history + 1)[1:]
        year = np.broadcast_to(2022.0 - np.arange(history)[::-1], value.shape)
        ones = np.ones(len(value))
        batch = SeriesPanel(
            np.floor(value / resolution) * resolution, year, np.zeros(value.shape, bool),
            np.arange(len(value)), ones, 0.0 * ones, np.inf * ones, resolution * ones,
            np.ones(len(value), bool),
        )  # fmt: skip
        ahead = np.broadcast_to([0.5, 1.0, 4.0, 10.0, 30.0, 60.0], (len(value), 6))
        found = fit_counts(np.arange(len(value)), batch).quantiles(QUANTILES, ahead)
        assert np.isfinite(found).all()
        assert (np.diff(found, axis=0) >= 0).all()
        assert (found >= batch.value[:, -1, None]).all()


def test_a_count_with_one_figure_is_answered() -> None:
    """819 in 2021, the case in which halving a bracket of a broken width never ended."""
    seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2021], "value": [819.0]})
    about = {"indicator": ["x"], "kind": ["count"], "better": ["higher"], "resolution": [1.0]}
    table = fc.quantiles(fc.fit(seen, pd.DataFrame(about)), [2025])
    cdf = fc.fit(seen, pd.DataFrame(about)).cdf
    for level in (0.05, 0.5, 0.95):
        count = table[quantile_name(level)].to_numpy()
        assert cdf(count[:, None], np.array([[2025.0]])) >= level
        assert cdf(count[:, None] - 1.0, np.array([[2025.0]])) < level
