"""How good a forecast was, once the figure is known: scores on plain arrays.

Every score is a loss: lower is better, 0 the least that can be had. Values are in the unit of the
figures, so whoever compares series divides by a scale of each series first. The scores are proper:
what one truly believes has the least expected score (Gneiting and Raftery 2007, doi
10.1198/016214506000001437). Years have common shocks, so errors of means are clustered by year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "brier",
    "calibration_error",
    "covered",
    "crps_of_draws",
    "crps_of_quantiles",
    "energy_score",
    "interval_score",
    "log_score",
    "mean_with_error",
    "pit_histogram",
    "pit_share",
    "reliability",
    "weighted_interval_score",
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SAFE = 0.005
"""A probability nearer to 0 or 1 counts as this near in the log score: it stays finite."""


def crps_of_quantiles(actual: ArrayLike, values: ArrayLike, levels: ArrayLike) -> FloatArray:
    """Continuous ranked probability score of a distribution known by its quantiles.

    CRPS = 2 integral of pinball_p dp, here 2 sum_i w_i pinball_i with w_i the width of the cell of
    level i; cells end half-way between neighbouring levels, the outer ones at 0 and 1 (Laio and
    Tamea 2007, doi 10.5194/hess-11-1267-2007).

    Parameters
    ----------
    actual : (...) figures that came
    values : (levels, ...) quantiles, in the unit of `actual`
    levels : (levels,) probabilities in rising order

    Returns
    -------
    Array of shape (...), in the unit of `actual`.

    Raises
    ------
    ValueError
        If the levels do not rise between 0 and 1.

    Examples
    --------
    >>> crps_of_quantiles(12.0, [10.0], [0.5]).tolist()  # of a median alone: the distance
    2.0
    >>> crps_of_quantiles([10.0, 14.0], [[8.0, 8.0], [12.0, 12.0]], [0.25, 0.75]).tolist()
    [1.0, 3.0]
    """
    level = _rising(levels)
    cells = np.diff(np.concatenate([[0.0], (level[1:] + level[:-1]) / 2.0, [1.0]]))
    score: FloatArray = 2.0 * np.tensordot(cells, _pinball(actual, values, level), 1)
    return score


def crps_of_draws(actual: ArrayLike, draws: ArrayLike) -> FloatArray:
    """CRPS of a distribution known by draws: E|X - y| - E|X - X'| / 2.

    The second mean runs over pairs of different draws ("fair", Ferro 2014, doi 10.1002/qj.2270),
    so that its expectation does not depend on their number; summed by rank. A lucky handful of
    draws may have a score a little below 0.

    Parameters
    ----------
    actual : (...) figures that came
    draws : (draws, ...) at least two

    Returns
    -------
    Array of shape (...), in the unit of `actual`.

    Raises
    ------
    ValueError
        If there are fewer than two draws.

    Examples
    --------
    >>> crps_of_draws([1.0, 5.0], [[0.0, 0.0], [2.0, 2.0]]).tolist()
    [0.0, 3.0]
    """
    x, y = np.sort(np.asarray(draws, float), axis=0), np.asarray(actual, float)
    m = len(x)
    if m < 2:
        raise ValueError(f"a spread needs at least two draws, not {m}.")
    rank = (2.0 * np.arange(1, m + 1) - m - 1.0) / (m * (m - 1.0))
    score: FloatArray = np.abs(x - y).mean(axis=0) - np.tensordot(rank, x, 1)
    return score


def energy_score(actual: ArrayLike, draws: ArrayLike) -> float:
    """Score of draws of a whole vector: E||X - y|| - E||X - X'|| / 2 (Gneiting and others 2008).

    The CRPS of several outcomes together (doi 10.1007/s11749-008-0114-x); the pairs are of
    different draws, as in `crps_of_draws`. Outcomes of different size are scaled before.

    Parameters
    ----------
    actual : (outcomes,)
    draws : (draws, outcomes) at least two draws

    Examples
    --------
    >>> energy_score([3.0, 4.0], [[0.0, 0.0], [0.0, 0.0]])
    5.0
    >>> energy_score([5.0], [[0.0], [2.0]]), float(crps_of_draws(5.0, [0.0, 2.0]))
    (3.0, 3.0)
    """
    away = np.asarray(draws, float) - np.asarray(actual, float)
    m = len(away)
    if m < 2:
        raise ValueError(f"a spread needs at least two draws, not {m}.")
    squares = (away * away).sum(axis=1)
    # |a - b|^2 from products: the array of all differences would be large.
    apart = np.maximum(squares[:, None] + squares - 2.0 * (away @ away.T), 0.0)
    np.fill_diagonal(apart, 0.0)
    return float(np.sqrt(squares).mean() - np.sqrt(apart).sum() / (2.0 * m * (m - 1.0)))


def interval_score(
    actual: ArrayLike, lower: ArrayLike, upper: ArrayLike, level: float
) -> FloatArray:
    """Score of a central interval: its width, and 2 / alpha times what the figure lies outside.

    S = (u - l) + 2 / alpha (l - y)+ + 2 / alpha (y - u)+ with alpha = 1 - level (Gneiting and
    Raftery 2007, section 6.2). Shapes broadcast; in the unit of `actual`.

    >>> interval_score([11.0, 13.0], 10.0, 12.0, 0.8).round(6).tolist()
    [2.0, 12.0]
    """
    y, low, high = (np.asarray(a, float) for a in (actual, lower, upper))
    outside = np.maximum(low - y, 0.0) + np.maximum(y - high, 0.0)
    score: FloatArray = high - low + 2.0 / (1.0 - level) * outside
    return score


def weighted_interval_score(actual: ArrayLike, values: ArrayLike, levels: ArrayLike) -> FloatArray:
    """Weighted interval score of quantiles in pairs about a median (Bracher and others 2021).

    WIS = (|y - median| / 2 + sum_k alpha_k / 2 S_k) / (K + 1/2) over the K central intervals, which
    is twice the mean pinball loss of the 2K + 1 levels (doi 10.1371/journal.pcbi.1008618, (1)-(2)).

    Parameters
    ----------
    actual : (...) figures that came
    values : (levels, ...) quantiles
    levels : (levels,) rising and symmetric, the median among them

    Raises
    ------
    ValueError
        If the levels are not rising, not in pairs, or lack the median.

    Examples
    --------
    >>> weighted_interval_score([11.0], [[8.0], [10.0], [12.0]], [0.25, 0.5, 0.75]).tolist()
    [1.0]
    """
    level = _rising(levels)
    if len(level) % 2 == 0 or not np.allclose(level + level[::-1], 1.0):
        raise ValueError(f"levels must be a median and pairs about it, not {level.tolist()}.")
    score: FloatArray = 2.0 * _pinball(actual, values, level).mean(axis=0)
    return score


def covered(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> BoolArray:
    """Whether figures lie in their intervals, ends included.

    >>> covered([10.0, 12.1], 10.0, 12.0).tolist()
    [True, False]
    """
    y = np.asarray(actual, float)
    return np.asarray((y >= np.asarray(lower, float)) & (y <= np.asarray(upper, float)))


def brier(p: ArrayLike, reached: ArrayLike) -> FloatArray:
    """Brier score of each probability: (p - reached)^2, between 0 and 1 (Brier 1950).

    >>> brier([0.5, 1.0], [True, False]).tolist()
    [0.25, 1.0]
    """
    score: FloatArray = (np.asarray(p, float) - np.asarray(reached, float)) ** 2
    return score


def log_score(p: ArrayLike, reached: ArrayLike) -> FloatArray:
    """Logarithmic score of each probability: -log of what was said of what happened.

    `p` is first held within `SAFE` and 1 - `SAFE`: no certainty costs more than 5.3.

    >>> log_score([0.5, 0.0], [True, True]).round(4).tolist()
    [0.6931, 5.2983]
    """
    safe = np.clip(np.asarray(p, float), SAFE, 1.0 - SAFE)
    score: FloatArray = -np.log(np.where(np.asarray(reached, bool), safe, 1.0 - safe))
    return score


def calibration_error(p: ArrayLike, reached: ArrayLike, bins: int = 10) -> float:
    """Take the mean of |said - came true| over bins, weighted by cases: the ECE.

    The bins are those of `reliability`. It is positive even for a calibrated forecaster, the more
    so the fewer the cases.

    >>> round(calibration_error([0.2, 0.2, 0.9, 0.9], [0, 0, 1, 1]), 6)
    0.15
    """
    table = reliability(p, reached, bins=bins)
    return float(np.average((table["said"] - table["came_true"]).abs(), weights=table["n"]))


def reliability(
    p: ArrayLike, reached: ArrayLike, cluster: ArrayLike | None = None, bins: int = 10
) -> pd.DataFrame:
    """Said and come true: cases of like probability together.

    Parameters
    ----------
    p : (cases,) probabilities
    reached : (cases,) whether it came true
    cluster : (cases,) the year of each case; None takes the cases as independent
    bins : number of bins of equal width; a probability on an edge belongs to the upper bin, 1 to
        the last

    Returns
    -------
    DataFrame with low, high (ends of the bin), n, said (mean probability), came_true (share) and
    error (standard error of came_true, see `mean_with_error`); bins without a case are left out.

    Examples
    --------
    >>> table = reliability([0.1, 0.15, 1.0], [False, True, True])
    >>> table[["low", "n", "came_true"]].values.tolist()
    [[0.1, 2.0, 0.5], [0.9, 1.0, 1.0]]
    """
    said, came = np.asarray(p, float), np.asarray(reached, float)
    group = np.arange(len(said)) if cluster is None else np.asarray(cluster)
    place = np.minimum((said * bins).astype(int), bins - 1)
    rows = []
    for one in np.unique(place):
        mine = place == one
        share, error = mean_with_error(came[mine], group[mine])
        rows.append((one / bins, (one + 1) / bins, mine.sum(), said[mine].mean(), share, error))
    return pd.DataFrame(rows, columns=["low", "high", "n", "said", "came_true", "error"])


def pit_share(at: ArrayLike, below: ArrayLike, low: ArrayLike, high: ArrayLike) -> FloatArray:
    """Share of each figure's probability integral transform that lies between `low` and `high`.

    Of a count (or rounded) figure y the transform is not one number but spread evenly from
    P(X < y) to P(X <= y) (Czado, Gneiting and Held 2009, doi 10.1111/j.1541-0420.2009.01191.x).
    Over calibrated forecasts the shares average to high - low; a central 80 % interval with
    randomised ends is `low` 0.1 and `high` 0.9.

    Parameters
    ----------
    at : (...) P(X <= y); of a continuous forecast the same as `below`
    below : (...) P(X < y)
    low, high : (...) ends; a transform on an end counts above it, 1 below the end 1

    Examples
    --------
    >>> pit_share([0.5, 0.2], [0.5, 0.0], 0.1, 0.9).tolist()
    [1.0, 0.5]
    """
    upper, lower = np.asarray(at, float), np.asarray(below, float)
    width = upper - lower
    point = width <= 0.0

    def before(end: FloatArray) -> FloatArray:
        part = np.clip(end - lower, 0.0, width) / np.where(point, 1.0, width)
        share: FloatArray = np.where(point, (upper < end) | (end >= 1.0), part)
        return share

    return before(np.asarray(high, float)) - before(np.asarray(low, float))


def pit_histogram(at: ArrayLike, below: ArrayLike | None = None, bins: int = 10) -> pd.DataFrame:
    """Histogram of probability integral transforms: flat for a calibrated forecaster.

    Heaped at both ends the forecasts were too narrow, in the middle too wide, at one end biased.

    Parameters
    ----------
    at : (cases,) P(X <= y) of the figures that came
    below : (cases,) P(X < y) of counts and rounded figures; None takes forecasts as continuous
    bins : number of bins of equal width

    Returns
    -------
    DataFrame with low, high and share (1 / `bins` each when calibrated), a row a bin.

    Examples
    --------
    >>> pit_histogram([0.1, 0.3, 0.9], bins=2)["share"].round(4).tolist()
    [0.6667, 0.3333]
    >>> pit_histogram([1.0], [0.5], bins=4)["share"].tolist()
    [0.0, 0.0, 0.5, 0.5]
    """
    upper = np.asarray(at, float)[:, None]
    lower = upper if below is None else np.asarray(below, float)[:, None]
    edges = np.arange(bins + 1) / bins
    share = pit_share(upper, lower, edges[:-1], edges[1:]).mean(axis=0)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": share})


def mean_with_error(values: ArrayLike, cluster: ArrayLike) -> tuple[float, float]:
    """Mean, and its standard error where the values of a cluster (a year) move together.

    error^2 = G / (G - 1) sum_g (sum_{i in g} (x_i - mean))^2 / n^2 over G clusters (Liang and Zeger
    1986, doi 10.1093/biomet/73.1.13). Of a single cluster it is infinite: one year does not tell
    how years differ.

    Parameters
    ----------
    values : (cases,)
    cluster : (cases,) the cluster of each value

    Raises
    ------
    ValueError
        If there are no values.

    Examples
    --------
    >>> mean_with_error([1.0, 1.0, 3.0, 3.0], [2019, 2019, 2020, 2020])
    (2.0, 1.0)
    >>> mean_with_error([1.0, 3.0], [2019, 2019])
    (2.0, inf)
    """
    x = np.asarray(values, float)
    if not len(x):
        raise ValueError("no values to take the mean of.")
    mean = float(x.mean())
    found, group = np.unique(np.asarray(cluster), return_inverse=True)
    if len(found) == 1:
        return mean, float("inf")
    sums = np.bincount(group, x - mean)
    error = np.sqrt(len(found) / (len(found) - 1.0) * (sums**2).sum()) / len(x)
    return mean, float(error)


def _pinball(actual: ArrayLike, values: ArrayLike, level: FloatArray) -> FloatArray:
    """Loss of each quantile, (levels, ...): p (y - q) above it, (1 - p) (q - y) below."""
    short = np.asarray(actual, float) - np.asarray(values, float)
    p = level.reshape((-1,) + (1,) * (short.ndim - 1))
    loss: FloatArray = short * (p - (short < 0.0))
    return loss


def _rising(levels: ArrayLike) -> FloatArray:
    level = np.asarray(levels, float)
    if not (level.ndim == 1 and len(level) and (np.diff([0.0, *level, 1.0]) > 0.0).all()):
        raise ValueError(f"levels must rise between 0 and 1, not {level.tolist()}.")
    return level
