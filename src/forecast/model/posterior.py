"""What figures show on one link, and what that makes of a prior: the two halves of a fit.

`look` needs no prior: it puts figures on the link scale, runs the filter for each pace of the
grid, and sums up the siblings. `believe` is arithmetic on what was seen: the prior pace and noise
of each series, the weights of the grid, and the posterior, a `Path`. Learning priors repeats
only the second half.

Prior mean of a series' long pace, from its siblings (`siblings`) and the wanted direction:

    a = sure (recent r + lasting l) + catching_up c + direction (+-1) sigma~ / (1 + k / fades),
    sure = l^2 / (l^2 + DOUBT omega^2 / 8)

with sigma~ the series' own noise shrunk to its prior s_i. The long pace is N(a, freedom sigma^2):
its posterior comes from the filter's sums (precision 1 / freedom + information), so that three
figures leave it at a and thirty make it the series' own. The noise variance has the prior
sigma^2 ~ scaled-inverse-chi^2(nu, s_i^2), log s_i^2 = c_i log_noise + (1 - c_i) log s^2, and the
posterior scale (nu s_i^2 + q) / (nu + k), q the filter's squares, k increments (Smyth 2004). The
grid of paces is weighted by what the siblings' figures, and the own ones, look like under each:

    log w_m = alpha_m + siblings (7 mean_j l_jm)
              + own (-1/2 log|C| - (nu + k)/2 log(1 + q/(nu s_i^2)))

where l_jm is a sibling's log likelihood an increment with its scale maximised out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from . import links
from .kalman import Filtered, Pace, run_filter
from .peers import Siblings, summarise
from .predictive import Path, select
from .priors import PACES, LinkPrior

__all__ = ["Batch", "Shown", "believe", "look"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

FADE = 0.005
"""Share of the range by which logit and cloglog reach beyond both bounds: 100 % stays finite."""
DOUBT = 0.37
LASTING_NOISE = 0.055
"""Noise variance a year that no run of calm figures takes away, per s_i^2."""
SHOCK = 0.135
"""Share of omega^2 that comes on top: most of it is in the siblings' noise already."""
SIBLING_PRIOR = 1.0
"""Siblings that the prior of the noise counts as."""
WEIGHED = 7.0
"""Increments that the siblings' evidence counts as."""


@dataclass(frozen=True)
class Batch:
    """Figures of many series as arrays, in time order, flush right, NaN where absent.

    `value`, `year` and `fresh` (a break before the figure) are (series, figures); the rest is
    (series,). `better` is 1 or -1; `lower`, `upper` are infinite where there is no bound.
    """

    value: FloatArray
    year: FloatArray
    fresh: BoolArray
    group: IntArray
    better: FloatArray
    lower: FloatArray
    upper: FloatArray
    resolution: FloatArray
    ratchet: BoolArray
    """Whether the series keeps its highest value so far."""

    def take(self, index: IntArray) -> Batch:
        """Give the series at `index`."""
        return select(self, index)

    def last(self, figures: int) -> Batch:
        """Keep the last `figures` of every series."""
        kept = slice(-figures, None)
        return replace(
            self, value=self.value[:, kept], year=self.year[:, kept], fresh=self.fresh[:, kept]
        )


@dataclass(frozen=True)
class Shown:
    """What a batch shows on one link; arrays are (series,), those of the grid one a pace."""

    link: str
    paces: tuple[Pace, ...]
    unit: FloatArray
    floor: FloatArray
    cap: FloatArray
    rounding: FloatArray
    increments: FloatArray
    better: FloatArray
    roughness: FloatArray
    """Squared increments about the own mean pace, a year."""
    filtered: tuple[Filtered, ...]
    siblings: Siblings
    alike: FloatArray
    """Siblings' log likelihood under each pace (series, paces); 0 where there is none."""


def look(
    link: str,
    batch: Batch,
    paces: tuple[Pace, ...] = PACES,
    cap_factor: float | None = None,
) -> Shown:
    """Put a batch on a link scale, filter it and sum up its siblings.

    `cap_factor` gives the cap, as a multiple of the largest figure, where there is no bound.
    """
    floor, cap = _ends(link, batch, cap_factor)
    unit = _unit(link, batch)
    figures = _positive(batch) if link == "log" else batch.value
    if link in ("logit", "cloglog"):
        figures = np.clip(figures, batch.lower[:, None], batch.upper[:, None])
    z = links.transform(link, figures, floor[:, None], cap[:, None]) / unit[:, None]
    steep = links.slope(link, figures[:, -1], floor, cap) * unit
    pattern, t, fresh = _patterns(batch.year, batch.fresh)
    spans = np.diff(t, axis=1)
    counted = ~np.isnan(spans) & ~fresh[:, 1:] & (spans > 0)
    filtered = tuple(run_filter(z, t, fresh, pace, pattern) for pace in paces)
    relative = link == "identity" and not bool(np.isfinite(batch.upper).all())
    seen = summarise(
        z * unit[:, None] if relative else z, batch.year, batch.fresh, batch.group,
        relative=relative,
    )  # fmt: skip
    increments = counted.sum(axis=1).astype(float)[pattern]
    return Shown(
        link, paces, unit, floor, cap, (batch.resolution / np.maximum(steep, 1e-300)) ** 2 / 12.0,
        increments, batch.better, _roughness(z, spans[pattern], counted[pattern]),
        filtered, seen, _alike(filtered, seen.lasting, increments, batch.group),
    )  # fmt: skip


def believe(shown: Shown, prior: LinkPrior) -> Path:
    """Posterior of every series of a batch under a prior."""
    seen, k = shown.siblings, shown.increments
    heard = np.isfinite(seen.log_noise)
    share = prior.sibling_noise * seen.noise_count / (seen.noise_count + SIBLING_PRIOR)
    log_s2 = 2.0 * np.log(prior.noise)
    s2 = np.exp(log_s2 + np.where(heard, share * (np.where(heard, seen.log_noise, 0) - log_s2), 0))
    nu = prior.noise_df
    rough = (nu * s2 + shown.roughness) / np.maximum(nu + k - 1.0, 0.5) + shown.rounding
    known = seen.lasting**2
    sure = known / (known + DOUBT * seen.shock / 8.0 + 1e-12)
    pace = sure * (prior.recent * seen.recent + prior.lasting * seen.lasting)
    pace = pace + prior.catching_up * seen.catching_up
    wish = prior.direction / (1.0 + k / max(prior.direction_fades, 1e-9))
    pace = pace + wish * shown.better * np.sqrt(rough)
    odds = (0.0, prior.changing, prior.restless, prior.blurred)
    parts: list[list[FloatArray]] = [[] for _ in range(11)]
    for m, f in enumerate(shown.filtered):
        # The long pace is integrated out: Gaussian, so from the filter's sums alone.
        off = f.cross - pace * f.information
        left = prior.freedom / (1.0 + prior.freedom * f.information)
        long = pace + left * off
        q = f.squares - 2.0 * pace * f.cross + pace**2 * f.information - left * off * off
        q = np.maximum(q, 0.0)
        log_det = f.log_determinant + np.log1p(prior.freedom * f.information)
        own = -0.5 * log_det - 0.5 * (nu + k) * np.log1p(q / (nu * s2))
        weight = odds[m] + prior.siblings_evidence * shown.alike[:, m] + prior.own_evidence * own
        row = (
            weight, f.level - long * f.level_response, long, f.pace - long * f.pace_response,
            f.level_variance, f.covariance, f.pace_variance, left, f.level_response,
            f.pace_response, (nu * s2 + q) / (nu + k),
        )  # fmt: skip
        for part, column in zip(parts, row, strict=True):
            part.append(np.broadcast_to(column, len(k)))
    columns = (np.stack(part, axis=1) for part in parts)
    log_weight, level, long_pace, own_pace, p11, p12, p22, p33, r1, r2, noise = columns
    weights = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return Path(
        shown.link, prior.weight, shown.unit, shown.floor, shown.cap, shown.paces, weights,
        level, long_pace, own_pace, p11, p12, p22, p33, r1, r2, noise,
        shown.rounding, LASTING_NOISE * s2, SHOCK * seen.shock,
        prior.spread, prior.spread_growth,
    )  # fmt: skip


def _ends(link: str, batch: Batch, cap_factor: float | None) -> tuple[FloatArray, FloatArray]:
    """Floor and cap of the link, a little beyond the bounds."""
    floor = np.where(np.isfinite(batch.lower), batch.lower, 0.0)
    if link not in ("logit", "cloglog"):
        return floor, np.ones_like(floor)
    cap = batch.upper
    if cap_factor is not None:
        top = np.nanmax(batch.value, axis=1) - floor
        step = np.where(batch.resolution > 0.0, batch.resolution, 1.0)
        cap = floor + cap_factor * np.where(top > 0.0, top, step)
    beyond = FADE * (cap - floor)
    return floor - beyond, cap + beyond


def _unit(link: str, batch: Batch) -> FloatArray:
    """Identity runs in quarters of a bounded range (logit's slope at its middle), else in sizes."""
    if link != "identity":
        return np.ones(len(batch.value))
    width = (batch.upper - batch.lower) / 4.0
    size = np.abs(batch.value[:, -1])
    mean = np.nanmean(np.abs(batch.value), axis=1)
    size = np.where(size > 0.0, size, np.where(mean > 0.0, mean, 1.0))
    return np.where(np.isfinite(width), width, size)


def _positive(batch: Batch) -> FloatArray:
    """Figures of 0 (or less) as the middle of what rounds to them, else a thousandth of the top."""
    top = np.nanmax(batch.value, axis=1)
    size = np.where(top > 0.0, top, 1.0)
    step = np.where(batch.resolution > 0.0, np.minimum(batch.resolution, size) / 4, size / 1000)
    positive: FloatArray = np.maximum(batch.value, step[:, None])
    return positive


def _patterns(year: FloatArray, fresh: BoolArray) -> tuple[IntArray, FloatArray, BoolArray]:
    """Patterns of years (relative to the last figure) and breaks, and each series' pattern."""
    t = year - year[:, -1:]
    if len(t) and bool(((t == t[0]) | np.isnan(t)).all() and (np.isnan(t) == np.isnan(t[0])).all()):
        if bool((fresh == fresh[0]).all()):
            return np.zeros(len(t), np.int64), t[:1], fresh[:1]
    both = np.concatenate([np.where(np.isnan(t), 1.0, t), fresh], axis=1)
    found, pattern = np.unique(both, axis=0, return_inverse=True)
    width = t.shape[1]
    return (
        pattern.reshape(-1),
        np.where(found[:, :width] > 0, np.nan, found[:, :width]),
        found[:, width:] > 0,
    )


def _roughness(z: FloatArray, spans: FloatArray, counted: BoolArray) -> FloatArray:
    """Sum over increments of (d - mean pace * span)^2 / span: sigma^2 (k - 1) on average."""
    span = np.where(counted, spans, 1.0)
    d = np.where(counted, np.diff(z, axis=1), 0.0)
    years = np.where(counted, spans, 0.0).sum(axis=1)
    mean = d.sum(axis=1) / np.where(years > 0.0, years, 1.0)
    away = np.where(counted, d - mean[:, None] * span, 0.0)
    total: FloatArray = (away * away / span).sum(axis=1)
    return total


def _alike(
    filtered: tuple[Filtered, ...], pace: FloatArray, k: FloatArray, group: IntArray
) -> FloatArray:
    """Siblings' log likelihood under each pace of the grid, as `WEIGHED` increments."""
    columns = []
    speaks = k >= 2
    for f in filtered:
        q = f.squares - 2.0 * pace * f.cross + pace**2 * f.information
        speaks = speaks & (q > 1e-12)
        with np.errstate(divide="ignore", invalid="ignore"):
            columns.append(-0.5 * f.log_determinant - 0.5 * k * np.log(q / k))
    logs = np.where(speaks[:, None], np.stack(columns, axis=1), 0.0)
    weight = np.where(speaks, k, 0.0)
    count = (np.bincount(group, weight)[group] - weight)[:, None]
    others = np.stack([np.bincount(group, c)[group] - c for c in logs.T], axis=1)
    alike: FloatArray = np.where(count > 0, WEIGHED * others / np.maximum(count, 1.0), 0.0)
    return alike
