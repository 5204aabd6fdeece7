"""Simulated futures: draws of everything together.

A draw takes one member of the mixture, one noise level, one present level and pace from their
joint posterior, then walks year by year. The part `shared` of each year's lasting surprise is
the same standard normal for all regions of an indicator, so that "how many regions" is not
answered as if they were independent. Every series has its own random stream, keyed by the
seed and the names: adding, dropping or reordering series changes nobody else's draws.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .filtering import drift_sum
from .growth import KEY, Fits
from .members import Drift, Increments

__all__ = ["Paths", "simulate"]

FloatArray = NDArray[np.float64]


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


def simulate(fits: Fits, *, until: int, draws: int = 4000, seed: int = 0) -> Paths:
    """Draw correlated futures of all series up to the end of `until`.

    Bounds hold in each draw: the link keeps them, or each year's values are mapped, ranks
    kept, to the distribution truncated at them. Cumulative series never fall: counts grow by
    non-negative whole increments, other ratchets keep their highest value so far.

    Parameters
    ----------
    fits : from `fit`
    until : last year simulated
    draws : number of futures
    seed : any integer >= 0; 0 is a seed like every other

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
        raise ValueError(f"draws must be at least 1 and seed at least 0, not {draws} and {seed}.")
    latest = fits.series["latest_year"].to_numpy(float)
    start = int(np.floor(latest.min())) + 1 if len(latest) else until
    if len(latest) and until < start:
        raise ValueError(f"until={until} is not after the latest figures ({start - 1}).")
    years = np.arange(start, until + 1)
    values = np.full((len(latest), draws, len(years)), np.nan)
    shared: dict[str, FloatArray] = {}
    keys = list(zip(fits.series["region"], fits.series["indicator"], strict=True))
    for row, (region, indicator) in enumerate(keys):
        ahead = years[years > latest[row] + 1e-9] - latest[row]
        if not len(ahead):
            continue
        if indicator not in shared:
            # One stream a year: a longer horizon leaves earlier years' shocks as they are.
            shared[indicator] = np.column_stack(
                [_stream(seed, indicator, str(year)).standard_normal(draws) for year in years]
            )
        common = shared[indicator][:, len(years) - len(ahead) :]
        rng = _stream(seed, region, indicator)
        values[row, :, len(years) - len(ahead) :] = _one_series(fits, row, ahead, common, rng)
    return Paths(fits, years, values, seed)


def _one_series(
    fits: Fits, row: int, ahead: FloatArray, common: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draws (draws, years) of one series: its members in proportion to their weights."""
    about = fits.series.iloc[row]
    draws = len(common)
    chosen = rng.random(draws)
    out, passed = np.empty(common.shape), 0.0
    for member in (m for m in fits.members if row in m.rows):
        weight = float(member.weight[member.rows == row][0])
        if isinstance(member, Increments):
            walked = _walk_increments(member, row, about, ahead, rng, draws)
        else:
            walked = _walk_drift(member, row, ahead, common, rng)
        mine = chosen >= passed
        out[mine] = walked[mine]
        passed += weight
    if about["cumulative"]:
        out = np.maximum.accumulate(np.maximum(out, about["latest"]), axis=1)
    return out


def _walk_drift(
    member: Drift, row: int, ahead: FloatArray, common: FloatArray, rng: np.random.Generator
) -> FloatArray:
    draws = len(common)
    sd, level, slope = (a[:, None] for a in member.draw(rng, row, draws))
    own, blur = rng.standard_normal((2, *common.shape))
    span = np.diff(ahead, prepend=0.0)
    surprise = np.sqrt(1.0 - member.shared) * own + np.sqrt(member.shared) * common
    noise = np.cumsum(np.sqrt((1.0 - member.measurement) * span) * surprise, axis=1)
    z = level + slope * drift_sum(ahead, member.damping)
    z = z + sd * (noise + np.sqrt(member.measurement) * blur)
    place = int(np.flatnonzero(member.rows == row)[0])
    return member.keep_bounds(z, place, ahead)


def _walk_increments(
    member: Increments,
    row: int,
    about: pd.Series,
    ahead: FloatArray,
    rng: np.random.Generator,
    draws: int,
) -> FloatArray:
    rate = member.draw(rng, row, draws)[:, None]
    span = np.diff(ahead, prepend=0.0)
    gained = np.cumsum(rng.gamma(member.year_shape * span, 1.0, (draws, len(ahead))), axis=1) * rate
    step = max(float(about["resolution"]), 1.0)
    top = float(about["upper"]) if np.isfinite(about["upper"]) else np.inf
    return np.minimum(float(about["latest"]) + np.round(gained / step) * step, top)


def _stream(seed: int, *names: str) -> np.random.Generator:
    """Random stream of its own for a seed and names, the same on every machine."""
    digest = hashlib.sha256("\x1f".join([str(seed), *names]).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
