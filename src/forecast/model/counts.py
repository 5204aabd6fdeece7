"""Cumulative counts: stations built, beds added. They grow by whole steps and never fall.

A discounted Gamma-Poisson: in d years the mean number of new units is Gamma(a d, theta), the
number itself Poisson about it, and the yearly pace a theta is known through

    1 / theta ~ Gamma(alpha + a E, rate = beta + X),
    E = sum_j delta^age_j d_j,  X = sum_j delta^age_j x_j

over the increments x_j of d_j years that ended age_j years ago: recent years tell more (Harvey
and Fernandes 1989, doi 10.1080/07350015.1989.10509750). Given theta the total of h years is
negative binomial, P(X <= m) = I_{1 / (1 + theta)}(a h, m + 1); theta is integrated over
equally likely slices. The Gamma part knows no unit, so 11 counties and 6,000 beds share one prior.
Prior pace: a share of the present count, the siblings' (geometric mean) where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaincinv, ndtr

from .posterior import Batch

__all__ = ["Increments", "count_up"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

YEAR_SHAPE = 8.0
"""a: a year's mean varies like a Gamma of this shape, by a third. This and `DISCOUNT` come from a
search on yearly patent numbers of half of a panel's regions, added up as a programme is; the last
choice among near values saw both halves (`benchmarks/counts.py`). Building programmes may come in
larger lumps."""
PACE_SHAPE = 1.5
"""alpha: the pace is known to an order of magnitude before the series speaks."""
PACE_PRIOR = 0.2
"""Pace a year as a share of the present count, without siblings."""
FEWEST = 5.0
"""A count below this many units is taken for this many in the prior pace."""
DISCOUNT = 0.4
SIBLING_WEIGHT = 1.0
"""Siblings that the shipped prior pace counts as."""
SLICES = 32
DOUBLINGS, HALVINGS = 64, 160
"""Most steps of a search for a quantile: beyond the precision of any float."""


@dataclass(frozen=True)
class Increments:
    """Predictive of the counts in `rows`; arrays have shape (series,)."""

    rows: IntArray
    latest: FloatArray
    unit: FloatArray
    pace_shape: FloatArray
    pace_rate: FloatArray
    """In units of counting, as `latest` is not."""
    upper: FloatArray
    own_share: FloatArray
    siblings: FloatArray
    """Increments of siblings behind the prior."""

    def cdf(self, y: FloatArray, ahead: FloatArray) -> FloatArray:
        """P(count <= y), with `y` and `ahead` (series, years)."""
        steps = np.floor((y - self.latest[:, None]) / self.unit[:, None] + 1e-9)
        row = np.broadcast_to(np.arange(len(self.rows))[:, None], steps.shape)
        done = self._at_most(steps, ahead, row)
        below: FloatArray = np.where(y >= self.upper[:, None], 1.0, done)
        return below

    def quantiles(self, levels: Sequence[float], ahead: FloatArray) -> FloatArray:
        """Smallest counts with at least `levels` of chance at or below: (levels, series, years)."""
        shape = (len(levels), *ahead.shape)
        level = np.broadcast_to(np.asarray(levels, float)[:, None, None], shape).ravel()
        row = np.broadcast_to(np.arange(len(self.rows))[:, None], shape).ravel()
        years = np.broadcast_to(ahead, shape).ravel()

        def chance(steps: FloatArray, at: IntArray) -> FloatArray:
            return self._at_most(steps[at], years[at], row[at])

        share = betaincinv(YEAR_SHAPE * years, self.pace_shape[row], level)
        middle = self.pace_rate[row] * share / (1.0 - share)
        high = _smallest_count(chance, level, middle)
        count = self.latest[row] + self.unit[row] * high
        out: FloatArray = np.minimum(count, self.upper[row]).reshape(shape)
        return out

    def draws(
        self, ahead: FloatArray, score: FloatArray, rng: np.random.Generator, place: int
    ) -> FloatArray:
        """Draw counts (draws, years) of one series; `score` (draws,) is its pace's normal score."""
        rate = self.pace_rate[place] / gammaincinv(self.pace_shape[place], ndtr(-score))
        span = np.diff(ahead, prepend=0.0)
        # Year by year, so that a longer horizon draws the same near future.
        added = [
            rng.poisson(np.minimum(rng.gamma(YEAR_SHAPE * d, 1.0, len(score)) * rate, 1e15))
            for d in span
        ]
        steps = np.cumsum(np.stack(added, axis=1), axis=1)
        count: FloatArray = np.minimum(
            self.latest[place] + self.unit[place] * steps, self.upper[place]
        )
        return count

    @cached_property
    def _theta(self) -> FloatArray:
        """Equally likely slices of theta (series, slices)."""
        slices = (np.arange(SLICES) + 0.5) / SLICES
        theta: FloatArray = self.pace_rate[:, None] / gammaincinv(self.pace_shape[:, None], slices)
        return theta

    def _at_most(self, steps: FloatArray, ahead: FloatArray, row: IntArray) -> FloatArray:
        """P(at most `steps` new units) of series `row`, all of one shape.

        The negative binomial, with theta in equally likely slices.
        """
        total = np.zeros(steps.shape)
        m = np.maximum(steps, 0.0) + 1.0
        for theta in self._theta.T:
            total += betainc(YEAR_SHAPE * ahead, m, 1.0 / (1.0 + theta[row]))
        share: FloatArray = np.where(steps < 0.0, 0.0, total / SLICES)
        return share


def count_up(rows: IntArray, batch: Batch) -> Increments:
    """Predictive of all counts of a batch.

    >>> batch = Batch(np.array([[10.0, 12.0, 14.0]]), np.array([[2019.0, 2020.0, 2021.0]]),
    ...               np.zeros((1, 3), bool), np.zeros(1, np.int64), np.ones(1), np.zeros(1),
    ...               np.full(1, np.inf), np.ones(1), np.ones(1, bool))
    >>> count_up(np.array([0]), batch).quantiles([0.5], np.array([[1.0, 2.0]])).tolist()
    [[[16.0, 18.0]]]
    """
    unit = np.maximum(batch.resolution, 1.0)
    span = np.diff(batch.year, axis=1)
    counted = ~np.isnan(span) & ~batch.fresh[:, 1:]
    step = np.where(counted, np.maximum(np.diff(batch.value, axis=1), 0.0), 0.0)
    age = batch.year[:, -1:] - batch.year[:, 1:]
    weight = np.where(counted, DISCOUNT ** np.where(counted, age, 0.0), 0.0)
    elapsed = (weight * np.where(counted, span, 0.0)).sum(axis=1)
    gained = (weight * step).sum(axis=1) / unit
    latest = batch.value[:, -1]
    size = np.maximum(latest / unit, FEWEST)
    pace = size * _prior_share(batch.group, elapsed, gained, size)
    steps = counted.sum(axis=1).astype(float)
    shape = PACE_SHAPE + YEAR_SHAPE * elapsed
    return Increments(
        rows, latest, unit, shape, PACE_SHAPE / YEAR_SHAPE * pace + gained, batch.upper,
        1.0 - PACE_SHAPE / shape, np.bincount(batch.group, steps)[batch.group] - steps,
    )  # fmt: skip


def _smallest_count(
    chance: Callable[[FloatArray, IntArray], FloatArray], level: FloatArray, guess: FloatArray
) -> FloatArray:
    """Smallest whole numbers (questions,) at or below which there is at least `level` of chance.

    Brackets P(low) < level <= P(high) around a guess, doubling their width, then bisects.
    `chance(count, at)` is the distribution function of the questions `at` at `count[at]`.
    Both loops are bounded: numbers beyond 2^53 are found to the precision that floats have there.
    """
    reach = np.ceil(8.0 * np.sqrt(guess + 1.0)) + 4.0  # whole, so that every bracket is
    low = np.maximum(np.floor(guess) - reach - 1.0, -1.0)
    high = np.ceil(guess) + reach
    for end, sign in ((low, -1.0), (high, 1.0)):
        width, at = reach.copy(), np.arange(len(level))
        for _ in range(DOUBLINGS):
            reached = chance(end, at) >= level[at]
            at = at[reached if sign < 0 else ~reached]
            if not len(at):
                break
            end[at] = np.maximum(end[at] + sign * width[at], -1.0)
            width[at] *= 2.0
    at = np.arange(len(level))
    for _ in range(HALVINGS):
        halfway = low + np.floor(0.5 * (high - low))
        at = at[(low[at] < halfway[at]) & (halfway[at] < high[at])]
        if not len(at):
            break
        done = chance(halfway, at) >= level[at]
        high[at[done]] = halfway[at[done]]
        low[at[~done]] = halfway[at[~done]]
    return high


def _prior_share(
    group: IntArray, elapsed: FloatArray, gained: FloatArray, size: FloatArray
) -> FloatArray:
    """Pace a year as a share of the present count: the siblings' mean on the log scale."""
    speaks = elapsed > 0
    safe = np.where(speaks, elapsed, 1.0)
    log_share = np.where(speaks, np.log((gained + 0.5) / (safe * size)), 0.0)
    others = np.bincount(group, speaks.astype(float))[group] - speaks
    total = np.bincount(group, log_share)[group] - log_share
    mean = (SIBLING_WEIGHT * np.log(PACE_PRIOR) + total) / (SIBLING_WEIGHT + others)
    share: FloatArray = np.exp(mean)
    return share
