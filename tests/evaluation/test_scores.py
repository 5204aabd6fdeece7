"""Scores of forecasts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from forecast.evaluation.scores import (
    SAFE,
    brier,
    calibration_error,
    covered,
    crps_of_quantiles,
    energy_score,
    log_score,
    mean_with_error,
    pit_histogram,
    pit_share,
    reliability,
    weighted_interval_score,
)

SEVEN = np.array([0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95])
DENSE = (np.arange(2000) + 0.5) / 2000
numbers = st.floats(-100, 100)


def crps_of_normal(actual, mean, sd):
    """CRPS of a normal distribution in closed form (Gneiting and Raftery 2007, equation 21)."""
    z = (actual - mean) / sd
    return sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))


def pinball(actual, value, level):
    """Pinball loss of one quantile, by its two cases."""
    return level * (actual - value) if actual >= value else (1 - level) * (value - actual)


# Continuous ranked probability score


def test_dense_quantiles_give_the_crps_of_a_normal():
    """With many levels the score is the closed form of the normal distribution."""
    actual = np.array([-2.0, 9.0, 10.0, 11.5, 30.0])
    values = stats.norm.ppf(DENSE, 10.0, 2.0)[:, None] + np.zeros(5)
    expected = crps_of_normal(actual, 10.0, 2.0)
    assert np.allclose(crps_of_quantiles(actual, values, DENSE), expected, atol=2e-3)


def test_seven_levels_have_the_widths_of_their_cells_as_weights():
    """The levels .05 .10 .25 .50 .75 .90 .95 weigh .075 .10 .20 .25 .20 .10 .075."""
    weights = []
    for i, level in enumerate(SEVEN):
        values = np.zeros(7)
        values[i] = -1.0  # one unit below the figure: a loss of its level alone
        weights.append(float(crps_of_quantiles(0.0, values, SEVEN)) / (2 * level))
    assert np.allclose(weights, [0.075, 0.10, 0.20, 0.25, 0.20, 0.10, 0.075])


@given(arrays(float, (7, 2, 3), elements=numbers), arrays(float, (2, 3), elements=numbers))
def test_crps_of_quantiles_is_a_sum_of_losses(values, actual):
    """Every case's score is that of a loop over its levels."""
    values = np.sort(values, axis=0)
    score = crps_of_quantiles(actual, values, SEVEN)
    edges = [0.0, *(SEVEN[1:] + SEVEN[:-1]) / 2, 1.0]
    for at in np.ndindex(2, 3):
        losses = [pinball(actual[at], v, p) for v, p in zip(values[:, *at], SEVEN, strict=True)]
        assert np.isclose(score[at], 2 * sum(np.diff(edges) * losses), atol=1e-9)


# Intervals


@given(arrays(float, 7, elements=numbers), numbers)
def test_weighted_interval_score_is_that_of_bracher(values, actual):
    """WIS is the mean of half the median's error and of alpha / 2 times the interval scores."""
    q = np.sort(values)
    total = 0.5 * abs(actual - q[3])
    for i, level in ((2, 0.5), (1, 0.8), (0, 0.9)):
        outside = max(q[i] - actual, 0.0) + max(actual - q[6 - i], 0.0)
        total += (1 - level) / 2 * (q[6 - i] - q[i]) + outside
    assert np.isclose(weighted_interval_score(actual, q, SEVEN), total / 3.5, atol=1e-9)


def test_an_interval_covers_its_ends():
    """A figure on an end of the interval is covered, one beyond it is not."""
    assert covered([1.0, 2.0, 3.0, 3.1, 0.9], 1.0, 3.0).tolist() == [True, True, True, False, False]


@given(
    arrays(float, (7, 3), elements=numbers),
    arrays(float, 3, elements=numbers),
    numbers,
    st.floats(0.1, 10),
)
def test_scores_move_and_grow_with_the_unit(values, actual, shift, unit):
    """Another zero of the scale changes no score of values, another unit changes it alike."""
    q = np.sort(values, axis=0)
    for score in (
        lambda y, v: crps_of_quantiles(y, v, SEVEN),
        lambda y, v: weighted_interval_score(y, v, SEVEN),
        energy_score,
    ):
        moved = score(shift + unit * actual, shift + unit * q)
        assert np.allclose(moved, unit * np.asarray(score(actual, q)), rtol=1e-6, atol=1e-4)


# Vectors


@given(arrays(float, (5, 3), elements=numbers), arrays(float, 3, elements=numbers))
def test_energy_score_is_a_mean_over_pairs(draws, actual):
    """Products give the same as the distances of all pairs of different draws."""
    away = np.mean([np.linalg.norm(x - actual) for x in draws])
    apart = sum(np.linalg.norm(a - b) for a in draws for b in draws) / (5 * 4)
    # The root of a rounded square: 1e-6 is what is left of 1e-12 of the squares.
    assert np.isclose(energy_score(actual, draws), away - apart / 2, atol=1e-4)


def test_energy_score_tells_dependence():
    """Of two forecasts with the same margins the one with the true correlation scores lower."""
    rng = np.random.default_rng(2)

    def correlated(size):
        common, own = rng.standard_normal((size, 1)), rng.standard_normal((size, 10))
        return 0.95 * common + np.sqrt(1 - 0.95**2) * own

    gain = [
        energy_score(y, rng.standard_normal((100, 10))) - energy_score(y, correlated(100))
        for y in correlated(300)
    ]
    assert np.mean(gain) > 4 * np.std(gain) / np.sqrt(300)


# Probabilities


@given(st.floats(0, 1), st.floats(0, 1))
def test_brier_score_is_proper(truth, said):
    """Nobody expects a better Brier score than from saying what is true."""

    def expected(p):
        return truth * brier(p, True) + (1 - truth) * brier(p, False)

    assert expected(truth) <= expected(said) + 1e-12
    assert np.isclose(expected(said) - expected(truth), (said - truth) ** 2)


@given(st.floats(SAFE, 1 - SAFE), st.floats(0, 1))
def test_log_score_is_proper(truth, said):
    """Nobody expects a better log score than from saying what is true."""

    def expected(p):
        return truth * log_score(p, True) + (1 - truth) * log_score(p, False)

    assert expected(truth) <= expected(said) + 1e-12


def test_certainty_costs_the_log_score_of_half_a_percent():
    """A probability of 0 or 1 counts as 0.5 % or 99.5 %."""
    assert np.allclose(log_score([0.0, 1.0, 1.0], [1, 0, 1]), -np.log([0.005, 0.005, 0.995]))


def test_calibration_error_is_that_of_ten_bins():
    """The error is the mean over bins of |said - came true|, each with its share of the cases."""
    rng = np.random.default_rng(3)
    p = rng.random(500)
    reached = rng.random(500) < p**2
    place = np.clip((p * 10).astype(int), 0, 9)
    expected = sum(
        abs(p[place == b].mean() - reached[place == b].mean()) * (place == b).mean()
        for b in np.unique(place)
    )
    assert np.isclose(calibration_error(p, reached), expected)


def test_reliability_puts_like_probabilities_together():
    """Each bin has its cases' mean probability, share come true and error clustered by year."""
    rng = np.random.default_rng(4)
    p, year = rng.random(300), rng.integers(2010, 2016, 300)
    reached = rng.random(300) < p
    table = reliability(p, reached, year, bins=5)
    assert table["n"].sum() == 300
    for row in table.itertuples():
        mine = (p >= row.low) & (p < row.high)
        assert row.n == mine.sum()
        assert np.isclose(row.said, p[mine].mean())
        assert (row.came_true, row.error) == mean_with_error(reached[mine], year[mine])


def test_a_probability_on_an_edge_belongs_to_the_upper_bin():
    """0.5 counts in .5 to .6, 1 in .9 to 1, and bins without a case have no row."""
    table = reliability([0.5, 1.0, 0.0], [True, True, False])
    assert table["low"].tolist() == [0.0, 0.5, 0.9]
    assert table["came_true"].tolist() == [0.0, 1.0, 1.0]


# Probability integral transform


@given(st.integers(1, 30), st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0, 1))
def test_transform_of_true_counts_is_uniform(size, chance, one, other):
    """Over the true distribution of a count every stretch of the transform has its length."""
    low, high = sorted((one, other))
    count = np.arange(size + 1)
    at = np.cumsum(stats.binom.pmf(count, size, chance))
    below = np.concatenate([[0.0], at[:-1]])
    share = pit_share(at, below, low, high)
    assert np.isclose(stats.binom.pmf(count, size, chance) @ share, high - low, atol=1e-9)


def test_histogram_of_a_true_forecast_is_flat():
    """Evenly spread transforms fill the bins evenly; those of too narrow a forecast the ends."""
    flat = pit_histogram(DENSE)
    assert np.allclose(flat["share"], 0.1)
    narrow = pit_histogram(stats.norm.cdf(stats.norm.ppf(DENSE), scale=0.5))["share"]
    assert narrow.iloc[0] > 0.2 < narrow.iloc[-1]


def test_transform_on_an_edge_counts_above_it():
    """A continuous transform of 0.5 is in the upper half, 0 in the first bin, 1 in the last."""
    assert pit_histogram([0.5], bins=2)["share"].tolist() == [0.0, 1.0]
    assert pit_histogram([0.0, 1.0], bins=4)["share"].tolist() == [0.5, 0.0, 0.0, 0.5]


@given(arrays(float, (9, 2), elements=st.floats(0, 1)), st.integers(1, 12))
def test_histogram_counts_every_case_once(ends, bins):
    """The shares of all bins sum to 1, each the mean of the cases' own."""
    below, at = np.sort(ends, axis=1).T
    table = pit_histogram(at, below, bins)
    assert np.isclose(table["share"].sum(), 1.0)
    for row in table.itertuples():
        naive = []
        for a, b in zip(at, below, strict=True):
            if a > b:
                naive.append(max(0.0, min(a, row.high) - max(b, row.low)) / (a - b))
            else:
                naive.append(row.low <= a < row.high or (row.high == 1.0 and a == 1.0))
        assert np.isclose(row.share, np.mean(naive), atol=1e-9)


# Means


def test_clustered_error_is_its_formula():
    """The error is that of Liang and Zeger: sums of deviations by year, G / (G - 1), over n."""
    rng = np.random.default_rng(5)
    year = rng.integers(2000, 2012, 200)
    values = rng.standard_normal(200) + rng.standard_normal(12)[year - 2000]
    mean, error = mean_with_error(values, year)
    sums = [(values[year == y] - values.mean()).sum() for y in range(2000, 2012)]
    assert mean == values.mean()
    assert np.isclose(error, np.sqrt(12 / 11 * np.square(sums).sum()) / 200, rtol=1e-12)


def test_equal_values_have_no_error():
    """Without a deviation the error is zero, not a last bit."""
    assert mean_with_error([0.1] * 6, [1, 1, 2, 2, 3, 3])[1] < 1e-30


def test_error_of_lone_cases_is_the_usual_one():
    """Where every case is a cluster, the error is the standard deviation over the root of n."""
    values = np.random.default_rng(6).standard_normal(50)
    expected = values.std(ddof=1) / np.sqrt(50)
    assert np.isclose(mean_with_error(values, np.arange(50))[1], expected)


def test_one_year_tells_no_error():
    """Of a single cluster the error is infinite, never zero or missing."""
    assert mean_with_error([1.0, 2.0], [2020, 2020]) == (1.5, np.inf)


# Refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crps_of_quantiles(1.0, [1.0, 2.0], [0.5, 0.5]), "rise between 0 and 1"),
        (lambda: crps_of_quantiles(1.0, [1.0], [1.0]), "rise between 0 and 1"),
        (lambda: crps_of_quantiles(1.0, [], []), "rise between 0 and 1"),
        (lambda: weighted_interval_score(1.0, [1.0, 2.0], [0.25, 0.75]), "a median and pairs"),
        (lambda: weighted_interval_score(1.0, [1, 2, 3], [0.2, 0.5, 0.7]), "a median and pairs"),
        (lambda: energy_score([1.0], [[2.0]]), "at least two draws, not 1"),
        (lambda: mean_with_error([], []), "no values"),
    ],
)
def test_senseless_input_is_refused(call, message):
    """Levels out of order, single draws and means of nothing raise and say so."""
    with pytest.raises(ValueError, match=message):
        call()
