"""Cumulative counts: stations built, beds added. They grow by whole steps and never fall.

A discounted Gamma-Poisson model: in d years the mean number of new units is Gamma(a d, theta), the
number itself Poisson about it, and the pace a theta a year is known through

    1 / theta ~ Gamma(alpha + a E, rate = beta + X),
    E = sum_j delta^age_j d_j,  X = sum_j delta^age_j x_j

over the increments x_j of d_j years that ended age_j years ago: recent years weigh more (Harvey
and Fernandes 1989, doi 10.1080/07350015.1989.10509750). Given theta the total of h years is
negative binomial, P(X <= m) = I_{1 / (1 + theta)}(a h, m + 1); theta is integrated over equally
likely slices. The Gamma part has no unit, so 11 counties and 6,000 beds share one prior.
Prior pace: a share of the present count, the peers' (geometric mean) where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainc, betaincinv, gammaincinv, ndtr

from .arrays import BoolArray, FloatArray, IntArray
from .panel import SeriesPanel

__all__ = ["YEAR_SHAPE", "CountPredictive", "fit_counts"]


YEAR_SHAPE = 8.0
"""a: a year's mean varies like a Gamma of this shape, by a third. This and `DISCOUNT` come from a
search on yearly patent numbers of half of a panel's regions, cumulated as a programme is
(`benchmarks/counts.py PANEL`); the last choice among near values saw both halves. Building
programmes may come in larger lumps."""
DISCOUNT = 0.4
PACE_SHAPE = 1.5
"""alpha, declared: without data the pace is known to an order of magnitude."""
PACE_PRIOR = 0.2
"""Declared: pace a year as a share of the present count, without peers."""
SMALLEST_COUNT = 5.0
"""Declared: in the prior pace a smaller count is taken as this many units."""
PRIOR_PEERS = 1.0
"""Declared: peers that `PACE_PRIOR` counts as."""
SLICES = 32
"""Equally likely values of theta in a probability: a numerical setting."""
MOST_STEPS, PAIRS, LEAST_LOG = 400, 1024, -600.0
"""Numbers of new units that are added up one by one, series and years at a time, and the least
logarithm of a probability that is: numerical settings."""
DOUBLINGS, HALVINGS = 64, 160
"""Most steps of the search for a quantile: beyond the precision of any float."""


@dataclass(frozen=True)
class CountPredictive:
    """Predictive of the counts in `rows`; arrays are (series,).

    Attributes
    ----------
    latest : last observed count, in the indicator's unit
    unit : the step that counts grow by
    pace_shape, pace_rate : of the Gamma of 1 / theta; the rate counts units
    own_share : share of the pace's information that comes from the series' own increments
    peers : increments of peer series behind the prior
    """

    rows: IntArray
    latest: FloatArray
    unit: FloatArray
    pace_shape: FloatArray
    pace_rate: FloatArray
    upper: FloatArray
    own_share: FloatArray
    peers: FloatArray

    def cdf(self, y: FloatArray, horizon: FloatArray) -> FloatArray:
        """Compute P(count <= y), with `y` and `horizon` (series, years)."""
        steps = np.floor((y - self.latest[:, None]) / self.unit[:, None] + 1e-9)
        row = np.broadcast_to(np.arange(len(self.rows))[:, None], steps.shape)
        p = self._at_most(steps, horizon, row)
        return np.where(y >= self.upper[:, None], 1.0, p)

    def quantiles(self, levels: Sequence[float], horizon: FloatArray) -> FloatArray:
        """Compute the quantiles at `levels`: whole units, (levels, series, years)."""
        pair = np.broadcast_to(np.arange(len(self.rows))[:, None], horizon.shape).ravel()
        years, wanted = np.broadcast_to(horizon, horizon.shape).ravel(), np.asarray(levels, float)
        steps, settled = self._count_up(wanted, years, pair)
        at = np.flatnonzero(~settled)
        if len(at):
            steps[:, at] = self._search(wanted, years[at], pair[at])
        count = self.latest[pair] + self.unit[pair] * steps
        out: FloatArray = np.minimum(count, self.upper[pair])
        return out.reshape(len(levels), *horizon.shape)

    def _count_up(
        self, levels: FloatArray, years: FloatArray, row: IntArray
    ) -> tuple[FloatArray, BoolArray]:
        """Smallest numbers of new units with each probability, by adding up small numbers' own.

        Returns
        -------
        steps : (levels, pairs), of series `row` in `years`
        settled : (pairs,) whether all levels were reached within `MOST_STEPS`
        """
        steps, settled = np.zeros((len(levels), len(row))), np.zeros(len(row), bool)
        highest = self._guess(float(levels.max(initial=0.5)), years, row)
        order = np.argsort(highest, kind="stable")
        order = order[highest[order] < MOST_STEPS / 2]
        highest_level = int(levels.argmax()) if len(levels) else 0
        for start in range(0, len(order) * bool(len(levels)), PAIRS):
            at = order[start : start + PAIRS]
            theta, a = self._theta[row[at]].T, YEAR_SHAPE * years[at]
            # Where the least number's own probability underflows, the sum would miss the others.
            log_none = -a * np.log1p(theta)
            sound = np.flatnonzero(log_none.min(axis=0) > LEAST_LOG)
            at, a, share = at[sound], a[sound], (theta / (1.0 + theta))[:, sound]
            each = np.exp(log_none[:, sound])
            total = each.sum(axis=0) / SLICES
            found = np.zeros((len(levels), len(at)), np.uint16)
            for m in range(MOST_STEPS):
                short = total < levels[:, None]
                if not short[highest_level].any():
                    break
                found += short.view(np.uint8)
                each *= share
                each *= (a + m) / (m + 1.0)
                total += each.sum(axis=0) / SLICES
            steps[:, at], settled[at] = found, (total >= levels.max())
        return steps, settled

    def _search(self, levels: FloatArray, years: FloatArray, row: IntArray) -> FloatArray:
        """Smallest numbers of new units with each probability, by bisection: (levels, pairs)."""
        level = np.repeat(levels, len(row))
        row, years = np.tile(row, len(levels)), np.tile(years, len(levels))

        def probability(steps: FloatArray, at: IntArray) -> FloatArray:
            return self._at_most(steps[at], years[at], row[at])

        centre = self._guess(level, years, row)
        return _smallest_count(probability, level, centre).reshape(len(levels), -1)

    def _guess(self, level: FloatArray | float, years: FloatArray, row: IntArray) -> FloatArray:
        """About the number of new units with probability `level`: that of a steady stream."""
        shape = self.pace_shape[row]
        if np.ndim(level):
            share = betaincinv(YEAR_SHAPE * years, shape, level)
        else:  # few pairs of years and shape differ
            pair, which = np.unique(years + 1j * shape, return_inverse=True)
            share = betaincinv(YEAR_SHAPE * pair.real, pair.imag, level)[which]
        guess: FloatArray = self.pace_rate[row] * share / (1.0 - share)
        return guess

    def draws(
        self, horizon: FloatArray, score: FloatArray, rng: np.random.Generator, row: int
    ) -> FloatArray:
        """Draw counts (draws, years) of series `row`.

        `horizon` is (years,), `score` (draws,) the normal score of the pace.
        """
        rate = self.pace_rate[row] / gammaincinv(self.pace_shape[row], ndtr(-score))
        span = np.diff(horizon, prepend=0.0)
        # Year by year, so that a longer horizon draws the same near future.
        added = [
            rng.poisson(np.minimum(rng.gamma(YEAR_SHAPE * d, 1.0, len(score)) * rate, 1e15))
            for d in span
        ]
        steps = np.cumsum(np.stack(added, axis=1), axis=1)
        count: FloatArray = np.minimum(self.latest[row] + self.unit[row] * steps, self.upper[row])
        return count

    @cached_property
    def _theta(self) -> FloatArray:
        """Equally likely slices of theta (series, slices)."""
        slices = (np.arange(SLICES) + 0.5) / SLICES
        # Series with figures of the same years have the same shape.
        shape, which = np.unique(self.pace_shape, return_inverse=True)
        theta: FloatArray = self.pace_rate[:, None] / gammaincinv(shape[:, None], slices)[which]
        return theta

    def _at_most(self, steps: FloatArray, horizon: FloatArray, row: IntArray) -> FloatArray:
        """P(at most `steps` new units) of series `row`, all of one shape: negative binomial."""
        total = np.zeros(steps.shape)
        m = np.maximum(steps, 0.0) + 1.0
        for theta in self._theta.T:
            total += betainc(YEAR_SHAPE * horizon, m, 1.0 / (1.0 + theta[row]))
        return np.where(steps < 0.0, 0.0, total / SLICES)


def fit_counts(rows: IntArray, panel: SeriesPanel) -> CountPredictive:
    """Fit all cumulative counts of a panel; `rows` (series,) are the numbers they keep.

    >>> panel = SeriesPanel(np.array([[10.0, 12.0, 14.0]]), np.array([[2019.0, 2020.0, 2021.0]]),
    ...               np.zeros((1, 3), bool), np.zeros(1, np.int64), np.ones(1), np.zeros(1),
    ...               np.full(1, np.inf), np.ones(1), np.ones(1, bool))
    >>> fit_counts(np.array([0]), panel).quantiles([0.5], np.array([[1.0, 2.0]])).tolist()
    [[[16.0, 18.0]]]
    """
    unit = np.maximum(panel.resolution, 1.0)
    span = np.diff(panel.year, axis=1)
    counted = ~np.isnan(span) & ~panel.breaks[:, 1:]
    step = np.where(counted, np.maximum(np.diff(panel.value, axis=1), 0.0), 0.0)
    age = panel.year[:, -1:] - panel.year[:, 1:]
    weight = np.where(counted, DISCOUNT ** np.where(counted, age, 0.0), 0.0)
    elapsed = (weight * np.where(counted, span, 0.0)).sum(axis=1)
    gained = (weight * step).sum(axis=1) / unit
    latest = panel.value[:, -1]
    size = np.maximum(latest / unit, SMALLEST_COUNT)
    pace = size * _prior_share(panel.group, elapsed, gained, size)
    steps = counted.sum(axis=1).astype(float)
    shape = PACE_SHAPE + YEAR_SHAPE * elapsed
    return CountPredictive(
        rows, latest, unit, shape, PACE_SHAPE / YEAR_SHAPE * pace + gained, panel.upper,
        1.0 - PACE_SHAPE / shape, np.bincount(panel.group, steps)[panel.group] - steps,
    )  # fmt: skip


def _smallest_count(
    probability: Callable[[FloatArray, IntArray], FloatArray], level: FloatArray, guess: FloatArray
) -> FloatArray:
    """Smallest whole numbers (queries,) at or below which the probability is at least `level`.

    Brackets P(low) < level <= P(high) around a guess, doubling their width, then bisects.
    `probability(count, at)` is the distribution function of the queries `at` at `count[at]`.
    Both loops are bounded: numbers beyond 2^53 have the precision that floats have there.
    """
    reach = np.ceil(8.0 * np.sqrt(guess + 1.0)) + 4.0  # whole, so that every bracket is
    low = np.maximum(np.floor(guess) - reach - 1.0, -1.0)
    high = np.ceil(guess) + reach
    for end, sign in ((low, -1.0), (high, 1.0)):
        width, at = reach.copy(), np.arange(len(level))
        for _ in range(DOUBLINGS):
            reached = probability(end, at) >= level[at]
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
        enough = probability(halfway, at) >= level[at]
        high[at[enough]] = halfway[at[enough]]
        low[at[~enough]] = halfway[at[~enough]]
    return high


def _prior_share(
    group: IntArray, elapsed: FloatArray, gained: FloatArray, size: FloatArray
) -> FloatArray:
    """Pace a year as a share of the present count: the peers' mean on the log scale."""
    known = elapsed > 0
    safe = np.where(known, elapsed, 1.0)
    log_share = np.where(known, np.log((gained + 0.5) / (safe * size)), 0.0)
    others = np.bincount(group, known.astype(float))[group] - known
    # Summed by size, so that the order of the regions moves no bit.
    order = np.lexsort((log_share, group))
    total = np.bincount(group[order], log_share[order])[group] - log_share
    mean = (PRIOR_PEERS * np.log(PACE_PRIOR) + total) / (PRIOR_PEERS + others)
    share: FloatArray = np.exp(mean)
    return share
