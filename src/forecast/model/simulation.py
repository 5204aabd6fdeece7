"""Simulated futures: draws of everything together.

A draw is a value of the closed-form predictive at a random t (`members.Blend`), so that draws,
intervals and probabilities are one distribution. Per series the t of its years are a multivariate
Student-t with the correlation that the growth path gives them. The part `shared` of each year's
surprise is the same standard normal for all regions of an indicator, so that "how many
regions" is not answered as if they were independent. Every series has its own random stream,
keyed by the seed and the names, and so has every indicator's year: adding, dropping or reordering
series changes nobody else's draws, and a longer horizon none of the earlier years'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..callbacks import Progress, ProgressTracker
from ..errors import N_, msg
from .counts import Increments
from .fitting import QUANTILES, SLICES, Fits, quantile_name
from .panel import KEY
from .predictive import Blend, select

__all__ = ["Paths", "simulate", "stream"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COUNT_SHARED = 0.1
"""Correlation of the paces of counts between regions: declared, for want of a panel."""
TOGETHER = 64
"""Series drawn at a time."""


@dataclass(frozen=True)
class Paths:
    """Simulated values of every series, `values` (series, draws, years), in the indicator's unit.

    Years up to a series' latest figure are NaN: they are not simulated.
    """

    fits: Fits
    years: NDArray[np.int64]
    values: FloatArray
    seed: int
    scenario: str = "baseline"

    def quantiles(self, levels: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """Quantiles of the draws, in the columns of `growth.quantiles`; only simulated years."""
        row, column = np.nonzero(~np.isnan(self.values[:, 0, :]))
        out = self.fits.series.loc[row, KEY].reset_index(drop=True)
        out = out.assign(scenario=self.scenario, year=self.years[column])
        found = np.quantile(self.values[row, :, column], [*levels, *SLICES], axis=1)
        for level, value in zip(levels, found, strict=False):
            out[quantile_name(level)] = value
        out["mean"] = found[len(levels) :].mean(axis=0)
        return out

    def table(self) -> pd.DataFrame:
        """Long form: region, indicator, scenario, draw, year, value; only simulated years."""
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
    until: int,
    draws: int = 4000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Paths:
    """Draw correlated futures of all series up to the end of `until`.

    Bounds hold in each draw, and ratchets by construction: counts grow by whole, non-negative
    increments, other cumulative series keep their highest value so far.

    Parameters
    ----------
    fits : from `fit`
    until : last year simulated
    draws : number of futures
    seed : any integer >= 0; 0 is a seed like every other
    progress : called with the share of the series drawn, before the next ones and at the end; what
        it raises ends the simulation

    Raises
    ------
    ValueError
        If `draws` < 1, `seed` < 0, or `until` is before every series' next year.

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
    if draws < 1 or seed < 0:
        told = N_("draws must be at least 1 and seed at least 0, not {draws} and {seed}.")
        raise ValueError(msg(told, draws=draws, seed=seed))
    latest = fits.series["latest_year"].to_numpy(float)
    start = int(np.floor(latest.min() + 1e-9)) + 1 if len(latest) else until
    if len(latest) and until < start:
        told = N_("until={until} is not after the latest figures ({latest}).")
        raise ValueError(msg(told, until=until, latest=start - 1))
    years = np.arange(start, until + 1)
    values = np.full((len(latest), draws, len(years)), np.nan)
    names = list(zip(fits.series["region"], fits.series["indicator"], strict=True))
    common = _Shared(seed, draws, years)
    tracker = ProgressTracker(progress, max(len(latest), 1))
    for member in fits.members:
        since = latest[member.rows]
        for last in np.unique(since):
            first = int(np.searchsorted(years, last + 1e-9, side="right"))
            ahead = years[first:] - last
            alike = np.flatnonzero(since == last)
            for start in range(0, len(alike) if len(ahead) else 0, TOGETHER):
                part = select(member, alike[start : start + TOGETHER])
                tracker(len(part.rows))
                mine = [names[row] for row in part.rows]
                shared = np.stack([common.of(indicator)[first:] for _, indicator in mine])
                if isinstance(part, Increments):
                    drawn = _count(part, mine, shared, ahead, seed)
                else:
                    drawn = _walk(part, mine, shared, ahead, seed)
                values[part.rows, :, first:] = drawn
    tracker.end()
    return Paths(fits, years, values, seed)


class _Shared:
    """The surprises that all regions of an indicator have in common, one stream a year."""

    def __init__(self, seed: int, draws: int, years: NDArray[np.int64]) -> None:
        self._seed, self._draws, self._years = seed, draws, years
        self._drawn: dict[str, FloatArray] = {}

    def of(self, indicator: str) -> FloatArray:
        """Give standard normals (years, draws)."""
        if indicator not in self._drawn:
            streams = [stream(self._seed, indicator, str(year)) for year in self._years]
            self._drawn[indicator] = np.stack([s.standard_normal(self._draws) for s in streams])
        return self._drawn[indicator]


def _walk(
    part: Blend, names: list[tuple[str, str]], shared: FloatArray, ahead: FloatArray, seed: int
) -> FloatArray:
    """Values (series, draws, years) of a blend; `shared` is (series, years, draws)."""
    own, half = np.empty(shared.shape), part.df / 2.0
    spread = np.empty((len(names), shared.shape[2]))
    for i, name in enumerate(names):
        # Year by year, so that a longer horizon draws the same near future.
        own[i] = stream(seed, *name).standard_normal(shared.shape[1:])
        spread[i] = stream(seed, *name, "noise").standard_gamma(half[i], shared.shape[2]) / half[i]
    surprise = np.sqrt(part.shared) * shared + np.sqrt(1.0 - part.shared) * own
    years = np.broadcast_to(ahead, (len(names), len(ahead)))
    score = np.linalg.cholesky(part.correlation(years)) @ surprise
    t = np.swapaxes(score / np.sqrt(spread)[:, None, :], 1, 2)
    values = part.draws(t, years)
    if part.ratchet.any():
        kept = np.maximum(values, part.latest[:, None, None])
        kept = np.maximum.accumulate(kept, axis=2)
        values = np.where(part.ratchet[:, None, None], kept, values)
    return values


def _count(
    part: Increments,
    names: list[tuple[str, str]],
    shared: FloatArray,
    ahead: FloatArray,
    seed: int,
) -> FloatArray:
    """Values (series, draws, years) of counts."""
    values = np.empty((len(names), shared.shape[2], len(ahead)))
    for i, name in enumerate(names):
        rng = stream(seed, *name)
        own = rng.standard_normal(shared.shape[2])
        score = np.sqrt(COUNT_SHARED) * shared[i, 0] + np.sqrt(1.0 - COUNT_SHARED) * own
        values[i] = part.draws(ahead, score, rng, i)
    return values


def stream(seed: int, *names: str) -> np.random.Generator:
    """Random stream of its own for a seed and names, the same on every machine."""
    digest = hashlib.sha256("\x1f".join([str(seed), *names]).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
