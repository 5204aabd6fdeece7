"""Predictive distributions of whole panels, in closed form.

A `LinkPredictive` is one link's Student-t; a `PooledPredictive` pools the links of a series by
averaging their quantile functions,

    Q(p) = clip( sum_j w_j g_j^-1( m_j + s_j t ), lower, upper ),   t = T_nu^-1(p),

with the same nu in each link, so that a single t locates a value in all of them: a quantile needs
no root finding, a probability the root of an increasing function between the links' own answers, a
draw one t (Ratcliff 1979, doi 10.1037/0033-2909.86.3.446; Lichtendahl, Grushka-Cockayne and
Winkler 2013, doi 10.1287/mnsc.1120.1667: averaging quantiles keeps the spread that averaging
probabilities widens). Values beyond a bound are reported at the bound: so a share comes to be
100 %. A record holds arrays whose first axis are the series named in its `rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr, stdtr, stdtrit

from .arrays import FloatArray, IntArray, broadcast_trailing, select
from .links import LinkScale
from .quasi_random import normal_points

__all__ = [
    "LONGEST_REPLAY", "POINTS", "LinkPredictive", "PooledPredictive", "RatioPredictive", "course",
]  # fmt: skip


NEWTON_STEPS, FIRST_STEPS = 40, 6
"""Most steps of a root search, each of which at least halves the bracket or the last step; and
those after which only the series go on whose roots have not converged."""
TOLERANCE = 1e-10
"""Relative step of t at which a root has converged."""
POINTS = 512
"""Equally likely futures on which answers over several years are counted."""
LONGEST_REPLAY = 3
"""Longest horizon whose errors are measured on replays; farther ones are extrapolated."""
LARGEST_HURST = 0.95
"""At 1 the surprises of all years would be one number."""
LARGEST = 1e300
"""Derivatives are kept below."""
FARTHEST = 230.0
"""On a log link values are at most this far above the latest, a factor of 1e100: so they are finite
in any unit."""
MOST_YEARS = 100
"""Years of a running maximum; their correlation takes the square of it in memory."""


def course(horizon: FloatArray, fading: Sequence[float]) -> FloatArray:
    """Compute m(h) = (1 - phi^h) / (1 - phi), the way a candidate pace makes in h years: (..., c).

    `fading` holds phi of each candidate; phi 1 goes on for ever (m = h), 0 moves once.

    >>> course(np.array([1.0, 2.0]), [0.5, 1.0]).tolist()
    [[1.0, 1.0], [1.5, 2.0]]
    """
    h, phi = horizon[..., None], np.array(fading)
    forever = phi == 1.0
    way = (1.0 - phi**h) / np.where(forever, 1.0, 1.0 - phi)
    total: FloatArray = np.where(forever, h, way)
    return total


@dataclass(frozen=True)
class LinkPredictive(LinkScale):
    """Posterior of a panel on one link: where each series is and how it goes on.

    Arrays are (series,) or (series, candidates), on the link scale, in its `unit`. In h years the
    mean is level + sum_c pace_c m_c(h), the variance noise_variance F(h) spread^2 h^(2 growth) +
    m' pace_covariance m + noise_floor h + level_variance + 2 rounding_variance, with log F linear
    in log h through its two values in `log_error`.

    Attributes
    ----------
    weight : of the link in the series' quantile function
    pace : weighted candidate paces, a year
    pace_covariance : (series, candidates^2)
    log_error : (series, 2) log F after one year and after `LONGEST_REPLAY` years
    noise_floor : variance a year that no run of calm years removes
    level_variance : of the latest value, where it has a standard error or is not final
    own_share : share of the own observations in the pace, 0 to 1
    fading : phi of each candidate's course
    """

    weight: FloatArray
    level: FloatArray
    pace: FloatArray
    pace_covariance: FloatArray
    noise_variance: FloatArray
    log_error: FloatArray
    noise_floor: FloatArray
    level_variance: FloatArray
    rounding_variance: FloatArray
    own_share: FloatArray
    fading: tuple[float, ...]
    spread_growth: float
    spread: float

    def moments(self, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute location and scale `horizon` (series, years) years after the last observation."""
        h = _shared_row(horizon)
        way = course(h, self.fading)
        pairs = (way[..., :, None] * way[..., None, :]).reshape(*h.shape, len(self.fading) ** 2)
        # Not a matrix product: its last bit would depend on how many series come together.
        if len(h) == 1:
            moved = np.einsum("nc,hc->nh", self.pace, way[0])
            variance = np.einsum("nk,hk->nh", self.pace_covariance, pairs[0])
        else:
            moved = np.einsum("nc,nhc->nh", self.pace, way)
            variance = np.einsum("nk,nhk->nh", self.pace_covariance, pairs)
        constant = self.level_variance + 2.0 * self.rounding_variance
        variance = variance + self._surprise(h) + constant[:, None]
        return self.level[:, None] + moved, np.sqrt(variance)

    def correlation(self, horizon: FloatArray) -> FloatArray:
        """Compute the correlation between years: `horizon` (series, years) to (series, y, y).

        Surprises grow as a fractional Brownian motion of Hurst index H run on the clock in which
        its variance is that of `moments`: Cov = (V + V' - |V^(1/2H) - V'^(1/2H)|^(2H)) / 2. Errors
        of the latest value are shared by all years.
        """
        h = np.ascontiguousarray(_shared_row(horizon).T)
        way, v = course(h, self.fading), np.ascontiguousarray(self._surprise(horizon).T)
        # Pairs of years, (pairs, series): the matrix is symmetric.
        y, z = np.tril_indices(len(h))
        hurst = min(max(self.spread_growth, 0.05), LARGEST_HURST)
        unit = v.max(axis=0)
        clock = (v / unit) ** (0.5 / hurst)
        total = v[y] + v[z] - unit * np.abs(clock[y] - clock[z]) ** (2.0 * hurst)
        total *= 0.5
        total += _sum_products(np.moveaxis(way, -1, 0).copy(), self.pace_covariance.T.copy(), y, z)
        total += self.level_variance
        total += self.rounding_variance * (1.0 + (h[y] == h[z]))
        sd = np.sqrt(total[y == z])
        correlation = np.empty((len(self.weight), len(h), len(h)))
        correlation[:, y, z] = correlation[:, z, y] = (total / (sd[y] * sd[z])).T
        return correlation

    def _surprise(self, h: FloatArray) -> FloatArray:
        """Variance that is neither of the paces nor of the values: (series, years)."""
        size = np.log(np.maximum(h, 1.0)) / np.log(LONGEST_REPLAY)
        log_error = self.log_error[:, :1] + (self.log_error[:, 1:] - self.log_error[:, :1]) * size
        grown = self.spread**2 * h ** (2.0 * self.spread_growth) * np.exp(log_error)
        total: FloatArray = self.noise_variance[:, None] * grown + self.noise_floor[:, None] * h
        return total


@dataclass(frozen=True)
class RatioPredictive(LinkScale):
    """A ratio whose parts are known: log ratio = log numerator - log denominator.

    It starts at the ratio's own latest value and moves by the difference of the parts' moves, which
    are taken as independent.
    """

    weight: FloatArray
    level: FloatArray
    numerator: LinkPredictive
    denominator: LinkPredictive

    def moments(self, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute location and scale `horizon` (series, years) years after the last observation."""
        start = np.zeros((len(self.level), 1))
        location = np.broadcast_to(self.level[:, None], horizon.shape)
        variance = np.zeros(horizon.shape)
        for sign, part in ((1.0, self.numerator), (-1.0, self.denominator)):
            loc, scale = part.moments(horizon)
            now = part.moments(start + 1e-9)[0]
            location, variance = location + sign * (loc - now), variance + scale * scale
        return location, np.sqrt(variance)

    def correlation(self, horizon: FloatArray) -> FloatArray:
        """Compute the correlation between years: the numerator's, (series, y, y)."""
        return self.numerator.correlation(horizon)


@dataclass(frozen=True)
class PooledPredictive:
    """Pooled links of the series in `rows`; arrays are (series,).

    Attributes
    ----------
    components : predictive on each link
    df : degrees of freedom of the t
    latest : last observed value
    ratchet : series that keep their highest value so far
    shared : correlation between the regions of an indicator of the t of a year
    own_share : share of the series' own observations in its pace, 0 to 1
    peers : increments of peer series behind the prior
    """

    rows: IntArray
    components: tuple[LinkPredictive | RatioPredictive, ...]
    df: FloatArray
    lower: FloatArray
    upper: FloatArray
    latest: FloatArray
    ratchet: NDArray[np.bool_]
    shared: float
    own_share: FloatArray
    peers: FloatArray

    def values_at(self, t: FloatArray, horizon: FloatArray) -> FloatArray:
        """Compute the values at `t` (series, draws, years)."""
        moments = [
            (loc[:, None, :], scale[:, None, :])
            for loc, scale in (one.moments(horizon) for one in self.components)
        ]
        return self._pool(t, moments)

    def t_score(self, y: FloatArray, horizon: FloatArray) -> FloatArray:
        """Compute the t of values `y`: -inf below the lower bound, inf at the upper and beyond.

        `horizon` is (series, years), `y` (series, years) or (series, ..., years).
        """
        between = (slice(None), *(None,) * (y.ndim - 2))
        moments = []
        for one in self.components:
            loc, scale = one.moments(horizon)
            moments.append((loc[between], scale[between]))
        each = [
            (one.to_link(y) - loc) / scale
            for one, (loc, scale) in zip(self.components, moments, strict=True)
        ]
        t = each[0] if len(each) == 1 else self._solve(y, each, moments)
        t = np.where(y < broadcast_trailing(self.lower, y), -np.inf, t)
        return np.where(y >= broadcast_trailing(self.upper, y), np.inf, t)

    def cdf(self, y: FloatArray, horizon: FloatArray) -> FloatArray:
        """Compute P(value <= y), with `horizon` (series, years) and `y` as in `t_score`."""
        p: FloatArray = stdtr(broadcast_trailing(self.df, y), self.t_score(y, horizon))
        if self.ratchet.any():
            at = np.flatnonzero(self.ratchet)
            highest = select(self, at).running_maximum(horizon[at])
            if y.ndim > 2:
                highest = np.expand_dims(highest, tuple(range(2, y.ndim)))
            p[at] = (highest <= y[at][:, None]).mean(axis=1)
        return p

    def quantiles(self, levels: Sequence[float], horizon: FloatArray) -> FloatArray:
        """Compute the quantiles at `levels`: (levels, series, years)."""
        moments = [one.moments(horizon) for one in self.components]
        df, inverse = np.unique(self.df, return_inverse=True)
        out = np.empty((len(levels), len(self.rows), horizon.shape[1]))
        for i, level in enumerate(levels):
            out[i] = self._pool(stdtrit(df, level)[inverse][:, None], moments)
        if self.ratchet.any():
            at = np.flatnonzero(self.ratchet)
            out[:, at] = np.quantile(select(self, at).running_maximum(horizon[at]), levels, axis=1)
        return out

    def points(self, horizon: FloatArray) -> FloatArray:
        """Compute `POINTS` equally likely futures as t (series, points, years).

        Multivariate Student-t on quasi-random points, the same at every call. In memory the points
        of a year are beside each other.
        """
        root = np.linalg.cholesky(self.correlation(horizon))
        t = np.empty((*horizon.shape, POINTS))
        for one, df, out in zip(root, self.df.tolist(), t, strict=True):
            np.matmul(one, _student_points(df, horizon.shape[1]), out=out)
        return np.swapaxes(t, 1, 2)

    def running_maximum(self, horizon: FloatArray) -> FloatArray:
        """Compute each future's highest value so far, the latest included: (series, points, years).

        Year by year: values of the years between those of `horizon` count too.
        """
        out = np.empty((len(self.rows), POINTS, horizon.shape[1]))
        requests, kind = np.unique(horizon, axis=0, return_inverse=True)
        for number, row in enumerate(requests):
            subset = np.flatnonzero(kind.reshape(-1) == number)
            years = np.arange(row.min() % 1.0 or 1.0, row.max() + 1e-9)
            # Far ahead not every year counts: a step of several makes no visible difference.
            grid = np.union1d(years[:: len(years) // MOST_YEARS + 1], row)
            part, steps = select(self, subset), np.broadcast_to(grid, (len(subset), len(grid)))
            values = part.values_at(part.points(steps), steps)
            values = np.maximum(values, part.latest[:, None, None])
            out[subset] = np.maximum.accumulate(values, axis=2)[:, :, np.searchsorted(grid, row)]
        return out

    def correlation(self, horizon: FloatArray) -> FloatArray:
        """Compute the correlation between years, that of the heaviest component."""
        weights = [one.weight for one in self.components]
        heaviest = np.argmax(np.stack(weights), axis=0)
        out = np.empty((len(self.rows), horizon.shape[1], horizon.shape[1]))
        for number, one in enumerate(self.components):
            at = np.flatnonzero(heaviest == number)
            if len(at) == len(out):
                return one.correlation(horizon)
            if len(at):
                out[at] = select(one, at).correlation(horizon[at])
        return out

    def _pool(self, t: FloatArray, moments: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
        """Weighted mean of the components' values at `t`, within the bounds."""
        total = np.zeros(np.broadcast_shapes(t.shape, moments[0][0].shape))
        for one, (loc, scale) in zip(self.components, moments, strict=True):
            z = scale * t
            z += loc
            part = _value(one, z)
            part *= broadcast_trailing(one.weight, total)
            total += part
        lower, upper = (broadcast_trailing(a, total) for a in (self.lower, self.upper))
        return np.clip(total, lower, upper, out=total)

    def _solve(
        self, y: FloatArray, each: list[FloatArray],
        moments: list[tuple[FloatArray, FloatArray]], steps: int = FIRST_STEPS,
    ) -> FloatArray:  # fmt: skip
        """Solve Q(t) = y by Newton steps, kept between the components' own answers `each`."""
        stacked = np.clip(np.stack(each), -1e6, 1e6)
        low, high = stacked.min(axis=0), stacked.max(axis=0)
        weights = [broadcast_trailing(one.weight, y) for one in self.components]
        t: FloatArray = sum(
            (w * x for w, x in zip(weights, stacked, strict=True)), np.zeros(y.shape)
        )
        last, converged = np.full(t.shape, np.inf), np.zeros(t.shape, bool)
        for _ in range(steps):
            value, derivative = np.zeros(t.shape), np.zeros(t.shape)
            for one, w, (loc, scale) in zip(self.components, weights, moments, strict=True):
                part = _value(one, loc + scale * t)
                value += w * part
                with np.errstate(over="ignore"):
                    derivative += np.minimum(w * one.derivative(part) * scale, LARGEST)
            short = y - value
            low, high = np.where(short >= 0, t, low), np.where(short >= 0, high, t)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                step = t + short / derivative
            # A step that does not halve the last one is no progress: bisect.
            inside = (step >= low) & (step <= high) & (np.abs(step - t) <= 0.5 * last)
            moved = np.where(converged, t, np.where(inside, step, 0.5 * (low + high)))
            converged |= np.abs(moved - t) <= TOLERANCE * (1.0 + np.abs(t))
            last, t = np.abs(moved - t), moved
            if converged.all():
                return t
        rows = np.flatnonzero(~converged.reshape(len(t), -1).all(axis=1))
        if steps < NEWTON_STEPS:
            parts = [(loc[rows], scale[rows]) for loc, scale in moments]
            few = select(self, rows)
            t[rows] = few._solve(y[rows], [one[rows] for one in each], parts, NEWTON_STEPS)
        return t


def _sum_products(way: FloatArray, covariance: FloatArray, y: IntArray, z: IntArray) -> FloatArray:
    """Covariance of the moves of pairs of years `y`, `z`: (pairs, series).

    `way` is (candidates, years, series), or (candidates, years, 1) where all series share it,
    `covariance` (candidates^2, series). One product after another, in one order: no bit depends on
    how many series come together.
    """
    size = len(way)
    moved = np.zeros((size, way.shape[1], covariance.shape[1]))
    for i, one in enumerate(covariance):
        moved[i % size] += way[i // size] * one
    total: FloatArray = np.zeros((len(y), covariance.shape[1]))
    for left, right in zip(moved, way, strict=True):
        total += left[y] * right[z]
    return total


@cache
def _student_points(df: float, years: int) -> FloatArray:
    """Points of independent years of a Student-t (years, points); one chi moves all of a point."""
    normal = normal_points(POINTS, years + 1)
    half = df / 2.0
    chi = np.sqrt(gammaincinv(half, ndtr(normal[:, 0])) / half)
    points: FloatArray = np.ascontiguousarray((normal[:, 1:] / chi[:, None]).T)
    return points


def _value(one: LinkPredictive | RatioPredictive, z: FloatArray) -> FloatArray:
    """Values of link-scale ones, finite."""
    if one.link == "log":
        z = np.minimum(z, broadcast_trailing(one.level + FARTHEST, z))
    return one.from_link(z)


def _shared_row(horizon: FloatArray) -> FloatArray:
    """One row where all series have the same horizons: it broadcasts."""
    return horizon[:1] if len(horizon) > 1 and bool((horizon == horizon[0]).all()) else horizon
