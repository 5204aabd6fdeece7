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
from scipy.special import gammaincinv, ndtr, ndtri, stdtr, stdtrit

from . import links
from .arrays import FloatArray, IntArray, broadcast_trailing, select
from .kalman import SlopeProcess, process_covariance, slope_integral
from .peers import WINDOW

__all__ = ["POINTS", "LinkPredictive", "PooledPredictive", "RatioPredictive"]


NEWTON_STEPS = 40
"""Most steps of a root search; each at least halves the bracket or the last step."""
TOLERANCE = 1e-10
"""Relative step of t at which a root has converged."""
POINTS = 512
"""Equally likely futures on which answers over several years are counted."""
MOST_YEARS = 100
"""Years of a running maximum; their correlation takes the square of it in memory."""


@dataclass(frozen=True)
class LinkScale:
    """A link with its floor and cap, measured in `unit`, and its weight. Arrays are (series,)."""

    link: str
    weight: float
    unit: FloatArray
    floor: FloatArray
    cap: FloatArray

    def to_link(self, y: FloatArray) -> FloatArray:
        """Transform values (series, ...) to the link scale."""
        floor, cap, unit = self._ends(y)
        return links.transform(self.link, y, floor, cap) / unit

    def from_link(self, z: FloatArray) -> FloatArray:
        """Transform link-scale values (series, ...) back."""
        floor, cap, unit = self._ends(z)
        return links.inverse(self.link, z * unit, floor, cap)

    def derivative(self, y: FloatArray) -> FloatArray:
        """Compute dy/dz where the value is `y` (series, ...)."""
        floor, cap, unit = self._ends(y)
        change: FloatArray = links.inverse_derivative(self.link, y, floor, cap) * unit
        return change

    def _ends(self, like: FloatArray) -> tuple[FloatArray, ...]:
        return tuple(broadcast_trailing(a, like) for a in (self.floor, self.cap, self.unit))


@dataclass(frozen=True)
class LinkPredictive(LinkScale):
    """Posterior of a panel on one link: level and slope after the last observation.

    Arrays are (series,) or (series, processes), on the link scale, in its `unit`. Given a slope
    process of the grid, the mean h years ahead is level + long_run_slope h + f(h) slope; a unit of
    the long-run slope, uncertain by `long_run_variance`, adds h - level_response - f(h)
    slope_response to it. Variances of the state are per unit of `noise_variance`.
    """

    processes: tuple[SlopeProcess, ...]
    process_weight: FloatArray
    level: FloatArray
    long_run_slope: FloatArray
    slope: FloatArray
    level_variance: FloatArray
    covariance: FloatArray
    slope_variance: FloatArray
    long_run_variance: FloatArray
    level_response: FloatArray
    slope_response: FloatArray
    noise_variance: FloatArray
    rounding_variance: FloatArray
    noise_floor: FloatArray
    shock_variance: FloatArray
    spread: float
    spread_growth: float

    def moments(self, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute location and scale `horizon` (series, years) years after the last observation.

        The slope processes are combined by their moments; the noise floor, the rounding of both
        values and the shared shock (with `WINDOW` years behind the trend) are added. Given the
        years, both moments are linear in a few numbers of each series: two products.
        """
        h = _shared_row(horizon)
        reach = self._reach(h)
        noise = np.stack(
            [
                process_covariance(h, p)[0] + (1.0 - p.measurement_share) * h + p.measurement_share
                for p in self.processes
            ],
            axis=2,
        )
        one, years = np.ones_like(reach), np.broadcast_to(h[:, :, None], reach.shape)
        mean, square = self._coefficients()
        first = _product(mean, [one, years, reach])
        features = [one, years, years**2, reach, reach**2, years * reach, noise]
        second = _product(square, features)
        centre = (self.process_weight * self.level).sum(axis=1, keepdims=True)
        variance = np.maximum(second - first * first, 0.0)
        variance = variance * (self.spread * (h / 2.0) ** self.spread_growth) ** 2
        variance = variance + self.noise_floor[:, None] * h + 2.0 * self.rounding_variance[:, None]
        variance = variance + self.shock_variance[:, None] * (h + h * h / WINDOW)
        return centre + first, np.sqrt(variance)

    def own_share(self) -> FloatArray:
        """Compute the share of the slope's prior variance that the series itself removed, 0 to 1.

        Averaged over the slope processes by their posterior weights.
        """
        prior = np.array([process.variance_ratio for process in self.processes])
        left = self.slope_variance / np.where(prior > 0.0, prior, 1.0)
        removed = np.where(prior > 0.0, 1.0 - left, 0.0)
        share: FloatArray = (self.process_weight * removed).sum(axis=1)
        return share

    def correlation(self, horizon: FloatArray) -> FloatArray:
        """Compute the correlation between years: `horizon` (series, years) to (series, y, y)."""
        h = _shared_row(horizon)
        first = np.minimum(h[:, :, None], h[:, None, :])
        apart = np.abs(h[:, :, None] - h[:, None, :])
        reach = self._reach(h)
        noise = []
        for process in self.processes:
            # What the slope has moved by the earlier year carries on, decaying, to the later one.
            rho = process.measurement_share
            level, both, _ = process_covariance(first, process)
            carried = both * slope_integral(apart, process.autocorrelation)
            noise.append(level + carried + (1.0 - rho) * first + rho * (apart == 0.0))
        one, years = np.ones_like(reach), np.broadcast_to(h[:, :, None], reach.shape)
        pairs = [
            (one, one), (one, years), (years, years), (one, reach), (reach, reach), (years, reach),
        ]  # fmt: skip
        features = [0.5 * (_outer(a, b) + _outer(b, a)) for a, b in pairs]
        mean, square = self._coefficients()
        shape = (len(h), -1, len(self.processes))
        flat = [f.reshape(shape) for f in [*features, np.stack(noise, axis=3)]]
        total = _product(square, flat).reshape(-1, *first.shape[1:])
        centre = _product(mean, [one, years, reach])
        total = total - centre[:, :, None] * centre[:, None, :]
        total = total + self.noise_floor[:, None, None] * first
        shock = first + h[:, :, None] * h[:, None, :] / WINDOW
        total = total + self.shock_variance[:, None, None] * shock
        sd = np.sqrt(np.diagonal(total, axis1=1, axis2=2))
        correlation: FloatArray = total / (sd[:, :, None] * sd[:, None, :])
        return correlation

    def _reach(self, h: FloatArray) -> FloatArray:
        """f(h) of each slope process: (series or 1, years, processes)."""
        return np.stack([slope_integral(h, p.autocorrelation) for p in self.processes], axis=2)

    def _coefficients(self) -> tuple[list[FloatArray], list[FloatArray]]:
        """Coefficients of 1, h, f(h) in the mean about the mean level, for each slope process.

        Then those of 1, h, h^2, f, f^2, h f and the noise in the mean square.
        """
        weight, s2 = self.process_weight, self.noise_variance
        level = self.level - (weight * self.level).sum(axis=1, keepdims=True)
        long, own, r1, r2, p33 = (
            self.long_run_slope, self.slope, self.level_response, self.slope_response,
            self.long_run_variance,
        )  # fmt: skip
        square = [
            level**2 + s2 * (self.level_variance + p33 * r1**2),
            2.0 * (level * long - s2 * p33 * r1),
            long**2 + s2 * p33,
            2.0 * (level * own + s2 * (self.covariance + p33 * r1 * r2)),
            own**2 + s2 * (self.slope_variance + p33 * r2**2),
            2.0 * (long * own - s2 * p33 * r2),
            s2,
        ]
        mean = [weight * part for part in (level, long, own)]
        return mean, [weight * part for part in square]


@dataclass(frozen=True)
class RatioPredictive(LinkScale):
    """A ratio whose parts are known: log ratio = log numerator - log denominator.

    It starts at the ratio's own latest value and moves by the difference of the parts' moves, which
    are taken as independent.
    """

    latest: FloatArray
    numerator: LinkPredictive
    denominator: LinkPredictive

    def moments(self, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute location and scale `horizon` (series, years) years after the last observation."""
        start = np.zeros((len(self.latest), 1))
        location = np.broadcast_to(self.latest[:, None], horizon.shape)
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
    shift, stretch : recalibration; the t of a probability is shift + stretch T_nu^-1(p)
    latest : last observed value
    ratchet : series that keep their highest value so far
    shared : correlation between the regions of an indicator of the t of a year
    own_share : share of the slope's prior variance that the series' own observations removed
    peers : increments of peer series behind the prior
    """

    rows: IntArray
    components: tuple[LinkPredictive | RatioPredictive, ...]
    df: FloatArray
    shift: FloatArray
    stretch: float
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
        return self._pool(broadcast_trailing(self.shift, t) + self.stretch * t, moments)

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
        t = (t - broadcast_trailing(self.shift, y)) / self.stretch
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
            t = self.shift + self.stretch * stdtrit(df, level)[inverse]
            out[i] = self._pool(t[:, None], moments)
        if self.ratchet.any():
            at = np.flatnonzero(self.ratchet)
            out[:, at] = np.quantile(select(self, at).running_maximum(horizon[at]), levels, axis=1)
        return out

    def points(self, horizon: FloatArray) -> FloatArray:
        """Compute `POINTS` equally likely futures as t (series, points, years).

        Multivariate Student-t on quasi-random points, the same at every call.
        """
        normal = _normal_points(horizon.shape[1] + 1)
        root = np.linalg.cholesky(self.correlation(horizon))
        score = normal[:, 1:] @ np.swapaxes(root, 1, 2)
        df, inverse = np.unique(self.df, return_inverse=True)
        half = df[:, None] / 2.0
        chi = np.sqrt(gammaincinv(half, ndtr(normal[:, 0])) / half)[inverse]
        t: FloatArray = score / chi[:, :, None]
        return t

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
        return max(self.components, key=lambda one: one.weight).correlation(horizon)

    def _pool(self, t: FloatArray, moments: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
        """Weighted mean of the components' values at `t`, within the bounds."""
        total = np.zeros(np.broadcast_shapes(t.shape, moments[0][0].shape))
        for one, (loc, scale) in zip(self.components, moments, strict=True):
            total += one.weight * one.from_link(loc + scale * t)
        lower, upper = (broadcast_trailing(a, total) for a in (self.lower, self.upper))
        return np.clip(total, lower, upper)

    def _solve(
        self, y: FloatArray, each: list[FloatArray], moments: list[tuple[FloatArray, FloatArray]]
    ) -> FloatArray:
        """Solve Q(t) = y by Newton steps, kept between the components' own answers `each`."""
        stacked = np.clip(np.stack(each), -1e6, 1e6)
        low, high = stacked.min(axis=0), stacked.max(axis=0)
        weights = [one.weight for one in self.components]
        t: FloatArray = sum(
            (w * x for w, x in zip(weights, stacked, strict=True)), np.zeros(y.shape)
        )
        last, converged = np.full(t.shape, np.inf), np.zeros(t.shape, bool)
        for _ in range(NEWTON_STEPS):
            value, derivative = np.zeros(t.shape), np.zeros(t.shape)
            for one, (loc, scale) in zip(self.components, moments, strict=True):
                part = one.from_link(loc + scale * t)
                value += one.weight * part
                derivative += one.weight * one.derivative(part) * scale
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
                break
        return t


@cache
def _normal_points(dimensions: int) -> FloatArray:
    """Quasi-random points of independent standard normals (points, dimensions)."""
    from scipy.stats import qmc  # imported here: it takes half a second, and few answers need it

    points: FloatArray = ndtri(qmc.Sobol(dimensions, rng=np.random.default_rng(1)).random(POINTS))
    return points


def _product(parts: list[FloatArray], features: list[FloatArray]) -> FloatArray:
    """Sum parts (series, processes) times features (series or 1, years, processes)."""
    left, right = np.concatenate(parts, axis=1), np.concatenate(features, axis=2)
    if len(right) == 1:
        # Not a matrix product: its last bit would depend on how many series come together.
        once: FloatArray = np.einsum("np,yp->ny", left, right[0])
        return once
    each: FloatArray = np.einsum("np,nyp->ny", left, right)
    return each


def _outer(left: FloatArray, right: FloatArray) -> FloatArray:
    """Products of every two years: (series, years, p) to (series, years, years, p)."""
    return left[:, :, None, :] * right[:, None, :, :]


def _shared_row(horizon: FloatArray) -> FloatArray:
    """One row where all series have the same horizons: it broadcasts."""
    return horizon[:1] if len(horizon) > 1 and bool((horizon == horizon[0]).all()) else horizon
