"""Simulated futures: joint draws of all series.

A draw is a value of the closed-form predictive at a random t (`PooledPredictive.values_at`), so
that draws, intervals and probabilities are one distribution. The t of a series' years are a
multivariate Student-t with the correlation of its growth path. The part `shared` of each year's
surprise is the same standard normal for all regions of an indicator, so that the number of regions
that reach a target is not computed as if they were independent. Every series has a random stream of
its own, keyed by the seed and its names, and so has each indicator's year: adding, dropping or
reordering series changes no other draws, and a longer horizon none of the earlier years'.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..callbacks import Progress, ProgressTracker
from ..errors import N_, check_arguments, msg
from ..tables.calendar import read_last_year
from ..tables.cells import read_chances
from .arrays import FloatArray, select
from .counts import CountPredictive
from .fitting import MEAN_LEVELS, QUANTILES, Fits, quantile_name
from .panel import KEY
from .predictive import PooledPredictive

__all__ = ["Paths", "check_draws", "derive_stream", "simulate"]


COUNT_SHARED = 0.1
"""Correlation between regions of the pace of counts; declared, as no panel measures it."""
CHUNK = 64
"""Series drawn at a time."""


@dataclass(frozen=True)
class Paths:
    """Simulated values of every series, in the indicator's unit.

    `values` is (series, draws, years); years up to a series' latest value are NaN. `baseline`
    holds the values that the closed form describes, of which `values` may be a changed copy; None
    where these were not simulated.
    """

    fits: Fits = field(repr=False)
    years: NDArray[np.int64]
    values: FloatArray = field(repr=False)
    seed: int
    scenario: str = "baseline"
    baseline: FloatArray | None = field(default=None, repr=False, compare=False)

    def quantiles(self, levels: Any = QUANTILES) -> pd.DataFrame:
        """Compute quantiles of the draws, with the columns of `fc.quantiles`."""
        levels = read_chances("levels", levels)
        row, column = np.nonzero(~np.isnan(self.values[:, 0, :]))
        out = self.fits.series.loc[row, KEY].reset_index(drop=True)
        out = out.assign(scenario=self.scenario, year=self.years[column])
        values = np.quantile(self.values[row, :, column], [*levels, *MEAN_LEVELS], axis=1)
        for level, value in zip(levels, values, strict=False):
            out[quantile_name(level)] = value
        out["mean"] = values[len(levels) :].mean(axis=0)
        return out

    def table(self) -> pd.DataFrame:
        """List the draws: region, indicator, scenario, draw, year, value; simulated years only."""
        row, draw, column = np.nonzero(~np.isnan(self.values))
        out = self.fits.series.loc[row, KEY].reset_index(drop=True)
        return out.assign(
            scenario=self.scenario,
            draw=draw,
            year=self.years[column],
            value=self.values[row, draw, column],
        )


def simulate(
    fits: Fits,
    *,
    until: Any,
    draws: int = 4000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Paths:
    """Draw correlated futures of all series up to the end of `until`.

    Bounds hold in each draw, and ratchets by construction: counts grow by whole, non-negative
    increments, other cumulative series keep their highest value so far. The same fits, seed and
    number of draws give the same bits.

    Parameters
    ----------
    fits : from `fit`
    until : last year simulated; a day or period as in `fit` counts as the year it lies in
    draws : number of futures
    seed : any integer >= 0, 0 included
    progress : called with the share of the series drawn, before each chunk and at the end; an
        exception that it raises ends the simulation

    Returns
    -------
    Paths

    Raises
    ------
    ValueError
        If `draws` < 1, `seed` < 0, or `until` is no year or before every series' next one.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> paths = simulate(fc.fit(seen, about), until=2023, draws=500, seed=1)
    >>> paths.values.shape, bool((paths.values <= 100).all())
    ((1, 500, 2), True)
    """
    check_arguments(simulate, locals())
    check_draws(draws, seed)
    latest = fits.series["latest_year"].to_numpy(float)
    until = read_last_year(until)
    start = int(np.floor(latest.min() + 1e-9)) + 1 if len(latest) else until
    if len(latest) and until < start:
        text = N_("until={until} is not after the latest figures ({latest}).")
        raise ValueError(msg(text, until=until, latest=start - 1))
    years = np.arange(start, until + 1)
    values = np.full((len(latest), draws, len(years)), np.nan)
    names = list(zip(fits.series["region"], fits.series["indicator"], strict=True))
    common = _SharedSurprises(seed, draws, years)
    tracker = ProgressTracker(progress, max(len(latest), 1))
    for predictive in fits.predictives:
        since = latest[predictive.rows]
        for last in np.unique(since):
            first = int(np.searchsorted(years, last + 1e-9, side="right"))
            horizon = years[first:] - last
            same_end = np.flatnonzero(since == last)
            for start in range(0, len(same_end) if len(horizon) else 0, CHUNK):
                part = select(predictive, same_end[start : start + CHUNK])
                tracker(len(part.rows))
                keys = [names[row] for row in part.rows]
                shared = np.stack([common.of(indicator)[first:] for _, indicator in keys])
                if isinstance(part, CountPredictive):
                    drawn = _draw_counts(part, keys, shared, horizon, seed)
                else:
                    drawn = _draw_pooled(part, keys, shared, horizon, seed)
                values[part.rows, :, first:] = drawn
    tracker.end()
    return Paths(fits, years, values, seed, baseline=values)


def check_draws(draws: int, seed: int) -> None:
    """Raise a ValueError unless there is a draw, and a seed that is not negative."""
    if draws < 1 or seed < 0:
        text = N_("draws must be at least 1 and seed at least 0, not {draws} and {seed}.")
        raise ValueError(msg(text, draws=draws, seed=seed))


class _SharedSurprises:
    """Surprises that all regions of an indicator have in common, one stream a year."""

    def __init__(self, seed: int, draws: int, years: NDArray[np.int64]) -> None:
        self._seed, self._draws, self._years = seed, draws, years
        self._drawn: dict[str, FloatArray] = {}

    def of(self, indicator: str) -> FloatArray:
        """Draw standard normals (years, draws)."""
        if indicator not in self._drawn:
            streams = [derive_stream(self._seed, indicator, str(year)) for year in self._years]
            self._drawn[indicator] = np.stack([s.standard_normal(self._draws) for s in streams])
        return self._drawn[indicator]


def _draw_pooled(
    part: PooledPredictive,
    names: list[tuple[str, str]],
    shared: FloatArray,
    horizon: FloatArray,
    seed: int,
) -> FloatArray:
    """Draw values (series, draws, years); `shared` is (series, years, draws)."""
    own, half = np.empty(shared.shape), part.df / 2.0
    chi2 = np.empty((len(names), shared.shape[2]))
    for i, name in enumerate(names):
        # Year by year, so that a longer horizon draws the same near future.
        own[i] = derive_stream(seed, *name).standard_normal(shared.shape[1:])
        noise = derive_stream(seed, *name, "noise")
        chi2[i] = noise.standard_gamma(half[i], shared.shape[2]) / half[i]
    surprise = np.sqrt(part.shared) * shared + np.sqrt(1.0 - part.shared) * own
    years = np.broadcast_to(horizon, (len(names), len(horizon)))
    score = np.linalg.cholesky(part.correlation(years)) @ surprise
    t = np.swapaxes(score / np.sqrt(chi2)[:, None, :], 1, 2)
    values = part.values_at(t, years)
    if part.ratchet.any():
        kept = np.maximum(values, part.latest[:, None, None])
        kept = np.maximum.accumulate(kept, axis=2)
        values = np.where(part.ratchet[:, None, None], kept, values)
    return values


def _draw_counts(
    part: CountPredictive,
    names: list[tuple[str, str]],
    shared: FloatArray,
    horizon: FloatArray,
    seed: int,
) -> FloatArray:
    """Draw counts (series, draws, years)."""
    values = np.empty((len(names), shared.shape[2], len(horizon)))
    for i, name in enumerate(names):
        rng = derive_stream(seed, *name)
        own = rng.standard_normal(shared.shape[2])
        score = np.sqrt(COUNT_SHARED) * shared[i, 0] + np.sqrt(1.0 - COUNT_SHARED) * own
        values[i] = part.draws(horizon, score, rng, i)
    return values


def derive_stream(seed: int, *names: str) -> np.random.Generator:
    """Derive the random stream of a seed and names, the same on every machine."""
    digest = hashlib.sha256("\x1f".join([str(seed), *names]).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
