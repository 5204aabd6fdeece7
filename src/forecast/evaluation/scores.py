"""Proper scores of forecasts, coverage and reliability, on plain arrays.

Every score is a loss: lower is better, 0 is the minimum. Values are in the unit of the figures; to
compare series, divide by `mean_yearly_change` first. The scores are proper: a forecaster's true
belief has the lowest expected score (Gneiting and Raftery 2007, doi 10.1198/016214506000001437).
Years have common shocks, so standard errors of means are clustered by year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..errors import N_, msg
from ..model.panel import KEY

__all__ = [
    "CAP", "INTERVALS", "brier", "calibration_error", "covered", "crps_of_quantiles",
    "energy_score", "log_score", "mean_with_error", "mean_yearly_change", "pit_histogram",
    "pit_share", "reliability", "weighted_interval_score",
]  # fmt: skip

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

CAP = 20.0
"""Largest scaled score: a few nearly flat series would otherwise decide every mean."""
INTERVALS = {"cover50": ("q25", "q75"), "cover80": ("q10", "q90"), "cover90": ("q05", "q95")}
"""Central intervals whose coverage is measured, and their ends."""
SAFE = 0.005
"""Least distance of a probability from 0 and 1 in the log score, which so stays finite."""


def crps_of_quantiles(actual: ArrayLike, values: ArrayLike, levels: ArrayLike) -> FloatArray:
    """Return the continuous ranked probability score (CRPS) of a distribution given by quantiles.

    CRPS = 2 integral of pinball_p dp, here 2 sum_i w_i pinball_i with w_i the width of the cell of
    level i; cells end half-way between neighbouring levels, the outer ones at 0 and 1 (Laio and
    Tamea 2007, doi 10.5194/hess-11-1267-2007).

    Parameters
    ----------
    actual : (...) realised figures
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
    >>> crps_of_quantiles(12.0, [10.0], [0.5]).tolist()  # of a median alone: absolute error
    2.0
    >>> crps_of_quantiles([10.0, 14.0], [[8.0, 8.0], [12.0, 12.0]], [0.25, 0.75]).tolist()
    [1.0, 3.0]
    """
    level = _rising(levels)
    cells = np.diff(np.concatenate([[0.0], (level[1:] + level[:-1]) / 2.0, [1.0]]))
    score: FloatArray = 2.0 * np.tensordot(cells, _pinball(actual, values, level), 1)
    return score


def energy_score(actual: ArrayLike, draws: ArrayLike) -> float:
    """Return the energy score of draws of a vector: E||X - y|| - E||X - X'|| / 2.

    The CRPS of several outcomes jointly (Gneiting and others 2008, doi 10.1007/s11749-008-0114-x).
    The second mean runs over pairs of different draws ("fair", Ferro 2014, doi 10.1002/qj.2270), so
    that its expectation does not depend on their number. Scale outcomes of different size first.

    Parameters
    ----------
    actual : (outcomes,) realised figures
    draws : (draws, outcomes) at least two draws

    Raises
    ------
    ValueError
        If there are fewer than two draws.

    Examples
    --------
    >>> energy_score([3.0, 4.0], [[0.0, 0.0], [0.0, 0.0]])
    5.0
    >>> energy_score([5.0], [[0.0], [2.0]])
    3.0
    """
    away = np.asarray(draws, float) - np.asarray(actual, float)
    m = len(away)
    if m < 2:
        raise ValueError(msg("a spread needs at least two draws, not {count}.", count=m))
    squares = (away * away).sum(axis=1)
    # |a - b|^2 from products: an array of all differences would be large.
    apart = np.maximum(squares[:, None] + squares - 2.0 * (away @ away.T), 0.0)
    np.fill_diagonal(apart, 0.0)
    return float(np.sqrt(squares).mean() - np.sqrt(apart).sum() / (2.0 * m * (m - 1.0)))


def weighted_interval_score(actual: ArrayLike, values: ArrayLike, levels: ArrayLike) -> FloatArray:
    """Return the weighted interval score (WIS) of quantiles in pairs about a median.

    WIS = (|y - median| / 2 + sum_k alpha_k / 2 S_k) / (K + 1/2) over the K central intervals [l, u]
    of level 1 - alpha, S = (u - l) + 2 / alpha (l - y)+ + 2 / alpha (y - u)+. This is twice the
    mean pinball loss of the 2K + 1 levels (Bracher and others 2021, doi
    10.1371/journal.pcbi.1008618, equations 1 and 2).

    Parameters
    ----------
    actual : (...) realised figures
    values : (levels, ...) quantiles
    levels : (levels,) rising and symmetric, the median among them

    Raises
    ------
    ValueError
        If the levels do not rise, are not in pairs, or lack the median.

    Examples
    --------
    >>> weighted_interval_score([11.0], [[8.0], [10.0], [12.0]], [0.25, 0.5, 0.75]).tolist()
    [1.0]
    """
    level = _rising(levels)
    if len(level) % 2 == 0 or not np.allclose(level + level[::-1], 1.0):
        text = N_("levels must be a median and pairs about it, not {levels}.")
        raise ValueError(msg(text, levels=level.tolist()))
    score: FloatArray = 2.0 * _pinball(actual, values, level).mean(axis=0)
    return score


def covered(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> BoolArray:
    """Return whether figures lie in their intervals, ends included.

    >>> covered([10.0, 12.1], 10.0, 12.0).tolist()
    [True, False]
    """
    y = np.asarray(actual, float)
    return np.asarray((y >= np.asarray(lower, float)) & (y <= np.asarray(upper, float)))


def brier(p: ArrayLike, reached: ArrayLike) -> FloatArray:
    """Return the Brier score of each probability: (p - reached)^2, from 0 to 1 (Brier 1950).

    >>> brier([0.5, 1.0], [True, False]).tolist()
    [0.25, 1.0]
    """
    score: FloatArray = (np.asarray(p, float) - np.asarray(reached, float)) ** 2
    return score


def log_score(p: ArrayLike, reached: ArrayLike) -> FloatArray:
    """Return the logarithmic score: -log of the probability given to what happened.

    `p` is first clipped to [`SAFE`, 1 - `SAFE`], so that no score exceeds 5.3.

    >>> log_score([0.5, 0.0], [True, True]).round(4).tolist()
    [0.6931, 5.2983]
    """
    safe = np.clip(np.asarray(p, float), SAFE, 1.0 - SAFE)
    score: FloatArray = -np.log(np.where(np.asarray(reached, bool), safe, 1.0 - safe))
    return score


def calibration_error(p: ArrayLike, reached: ArrayLike, bins: int = 10) -> float:
    """Return the expected calibration error (ECE).

    The mean of |mean probability - share that came true| over the bins of `reliability`, weighted
    by cases. It is positive even for a calibrated forecaster, the more so the fewer the cases.

    >>> round(calibration_error([0.2, 0.2, 0.9, 0.9], [0, 0, 1, 1]), 6)
    0.15
    """
    table = reliability(p, reached, bins=bins)
    return float(np.average((table["said"] - table["came_true"]).abs(), weights=table["n"]))


def reliability(
    p: ArrayLike, reached: ArrayLike, cluster: ArrayLike | None = None, bins: int = 10
) -> pd.DataFrame:
    """Return mean probability and observed frequency by bin of probability.

    Parameters
    ----------
    p : (cases,) probabilities
    reached : (cases,) whether the event happened
    cluster : (cases,) the year of each case; None treats cases as independent
    bins : number of bins of equal width; an edge belongs to the upper bin, 1 to the last

    Returns
    -------
    DataFrame with low, high (ends of the bin), n (cases), said (mean probability), came_true
    (observed share) and error (its standard error, see `mean_with_error`), one row per bin that
    has a case.

    Examples
    --------
    >>> table = reliability([0.1, 0.15, 1.0], [False, True, True])
    >>> table[["low", "n", "came_true"]].values.tolist()
    [[0.1, 2.0, 0.5], [0.9, 1.0, 1.0]]
    """
    chance, event = np.asarray(p, float), np.asarray(reached, float)
    group = np.arange(len(chance)) if cluster is None else np.asarray(cluster)
    index = np.minimum((chance * bins).astype(int), bins - 1)
    rows = []
    for one in np.unique(index):
        subset = index == one
        share, error = mean_with_error(event[subset], group[subset])
        ends = one / bins, (one + 1) / bins
        rows.append((*ends, subset.sum(), chance[subset].mean(), share, error))
    return pd.DataFrame(rows, columns=["low", "high", "n", "said", "came_true", "error"])


def pit_share(at: ArrayLike, below: ArrayLike, low: ArrayLike, high: ArrayLike) -> FloatArray:
    """Return the share of each probability integral transform (PIT) between `low` and `high`.

    For a count or a rounded figure y the PIT is not one number but uniform from P(X < y) to
    P(X <= y) (Czado, Gneiting and Held 2009, doi 10.1111/j.1541-0420.2009.01191.x). Over
    calibrated forecasts the shares average to high - low; `low` 0.1 and `high` 0.9 give a central
    80 % interval with randomised ends.

    Parameters
    ----------
    at : (...) P(X <= y); of a continuous forecast the same as `below`
    below : (...) P(X < y)
    low, high : (...) ends; a PIT on an end counts above it, except that 1 counts below the end 1

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
    """Return the histogram of probability integral transforms, flat if calibrated.

    Mass at both ends shows forecasts that are too narrow, in the middle too wide, at one end
    biased.

    Parameters
    ----------
    at : (cases,) P(X <= y) of the realised figures
    below : (cases,) P(X < y) of counts and rounded figures; None treats forecasts as continuous
    bins : number of bins of equal width

    Returns
    -------
    DataFrame with low, high and share (1 / `bins` each when calibrated), one row per bin.

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
    """Return a mean and its standard error when values of one cluster (a year) are correlated.

    error^2 = G / (G - 1) sum_g (sum_{i in g} (x_i - mean))^2 / n^2 over G clusters: the covariance
    of a regression on a constant (Liang and Zeger 1986, doi 10.1093/biomet/73.1.13). With a single
    cluster the error is infinite: one year does not show how years differ.

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
    >>> mean, error = mean_with_error([1.0, 1.0, 3.0, 3.0], [2019, 2019, 2020, 2020])
    >>> mean, round(error, 12)
    (2.0, 1.0)
    >>> mean_with_error([1.0, 3.0], [2019, 2019])
    (2.0, inf)
    """
    x = np.asarray(values, float)
    if not len(x):
        raise ValueError(msg("no values to take the mean of."))
    mean = float(x.mean())
    clusters, group = np.unique(np.asarray(cluster), return_inverse=True)
    if len(clusters) == 1:
        return mean, float("inf")
    from statsmodels.regression.linear_model import OLS  # a second, which few answers need

    # Of deviations, so that equal values have exactly no error.
    fitted = OLS(x - mean, np.ones(len(x))).fit(cov_type="cluster", cov_kwds={"groups": group})
    return mean, float(fitted.bse[0])


def mean_yearly_change(figures: pd.DataFrame, series: pd.DataFrame) -> FloatArray:
    """Return the scale of each series: its mean absolute change per year.

    A step across a break in definition does not count. A flat series has its reporting step as
    scale, one with a single figure none (NaN).

    Parameters
    ----------
    figures : region, indicator, year, value and fresh (True at the first figure after a break), in
        the order of years
    series : region, indicator and resolution, one row per series

    Returns
    -------
    (series,) in the unit of the figures a year.
    """
    step = figures.groupby(KEY)[["value", "year"]].diff()
    change = (step["value"] / step["year"]).abs().mask(figures["break"].astype(bool))
    mean = change.groupby([figures[name] for name in KEY]).mean()
    scale = mean.reindex(pd.MultiIndex.from_frame(series[KEY])).to_numpy(float)
    step_size = series["resolution"].to_numpy(float)
    return np.asarray(np.where(scale == 0.0, step_size, scale))


def _pinball(actual: ArrayLike, values: ArrayLike, level: FloatArray) -> FloatArray:
    """Return each quantile's loss (levels, ...): p (y - q) above it, (1 - p) (q - y) below."""
    short = np.asarray(actual, float) - np.asarray(values, float)
    p = level.reshape((-1,) + (1,) * (short.ndim - 1))
    loss: FloatArray = short * (p - (short < 0.0))
    return loss


def _rising(levels: ArrayLike) -> FloatArray:
    """Return levels as an array, or raise if they do not rise between 0 and 1."""
    level = np.asarray(levels, float)
    if not (level.ndim == 1 and len(level) and (np.diff([0.0, *level, 1.0]) > 0.0).all()):
        text = N_("levels must rise between 0 and 1, not {levels}.")
        raise ValueError(msg(text, levels=level.tolist()))
    return level
