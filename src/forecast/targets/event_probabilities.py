"""Probabilities of target events: in closed form, from equally likely futures, from draws.

The event of the target year has a closed form. Events over several years (met in any of them, in
all of them, first met in which) are counted on the equally likely futures of
`PooledPredictive.points`, or on simulated draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import N_, msg
from ..model.arrays import BoolArray, FloatArray, IntArray, count_within, select
from ..model.counts import CountPredictive
from ..model.fitting import Fits
from ..model.predictive import POINTS, PooledPredictive
from ..model.simulation import Paths
from .target_state import TargetState

__all__ = [
    "LOOK_AHEAD",
    "AnnualHits",
    "DrawnEvents",
    "EventProbabilities",
    "combine_all",
    "compute_closed_form",
]


LOOK_AHEAD = 20
"""Years within which an attainment year is looked for."""
CHUNK = 64
"""Series, and targets, whose futures are in memory at a time."""
BEYOND = N_(
    "Targets of [{beyond}] lie beyond the simulated years (until {until}). "
    "Simulate until {last}, or leave these targets out."
)


@dataclass(frozen=True)
class EventProbabilities:
    """Probabilities of the open targets; arrays are (targets,).

    `reach`, `ever` and `maintain` are those of the events of these names, `median` is that of the
    target year; `hits` (targets, futures) says in which futures the target year meets the target.
    """

    reach: FloatArray
    ever: FloatArray
    maintain: FloatArray
    median: FloatArray
    hits: BoolArray


@dataclass(frozen=True)
class AnnualHits:
    """Events over several years on equally likely futures, a row a target.

    `by_year` (targets, LOOK_AHEAD) is P(met in one of the first j years), `every` P(met in every
    year to the target year), `hits` (targets, POINTS) the event of the target year, `next_year`
    the first year after the latest figure. Rows of targets without a series are zero.
    """

    by_year: FloatArray
    every: FloatArray
    ever: FloatArray
    hits: BoolArray
    next_year: FloatArray

    @staticmethod
    def of(fits: Fits, state: TargetState, wanted: BoolArray) -> AnnualHits:
        """Count the events of the `wanted` targets (targets,) that have a series."""
        position, year = state.position, state.year
        threshold, upward = state.event.draw_threshold(), state.event.upward
        targets = len(position)
        by_year, hits = np.zeros((targets, LOOK_AHEAD)), np.zeros((targets, POINTS), bool)
        every, ever, next_year = np.zeros((3, targets))
        rows = np.flatnonzero((position >= 0) & wanted)
        rows = rows[np.argsort(position[rows], kind="stable")]
        series, first = np.unique(position[rows], return_index=True)
        chosen = fits.take(series)
        start = np.floor(chosen.series["latest_year"].to_numpy(float) + 1e-9) + 1.0
        next_year[rows] = start[np.searchsorted(series, position[rows])]
        bounds = np.append(first, len(rows))
        for part, horizon in chosen.iter_chunks(start[:, None] + np.arange(LOOK_AHEAD), CHUNK):
            futures = None if isinstance(part, CountPredictive) else part.points(horizon)
            sizes = bounds[part.rows + 1] - bounds[part.rows]
            owner = np.repeat(np.arange(len(part.rows)), sizes)
            subset = rows[bounds[part.rows][owner] + count_within(sizes)]
            for begin in range(0, len(subset), CHUNK):
                cut = slice(begin, begin + CHUNK)
                at, each = subset[cut], owner[cut]
                t = None if futures is None else futures[each]
                met = _meet(select(part, each), t, threshold[at], horizon[each], upward[at])
                last = np.clip(year[at] - next_year[at], 0, LOOK_AHEAD - 1).astype(np.int64)
                each_row = np.arange(len(at))
                hits[at] = met[each_row, :, last]
                by_year[at], kept = _count_any_and_all(met)
                ever[at], every[at] = by_year[at, last], kept[each_row, last]
        return AnnualHits(by_year, every, ever, hits, next_year)


def _meet(
    part: PooledPredictive | CountPredictive,
    futures: FloatArray | None,
    threshold: FloatArray,
    horizon: FloatArray,
    upward: BoolArray,
) -> BoolArray:
    """Whether each future meets the threshold in each year (targets, POINTS, years)."""
    y = np.broadcast_to(threshold[:, None], horizon.shape)
    if isinstance(part, CountPredictive) or futures is None:
        # Counts never fall: their futures have the same order in every year.
        below = part.cdf(y, horizon)
        p = np.where(upward[:, None], 1.0 - below, below)
        level = (np.arange(POINTS) + 0.5) / POINTS
        counted: BoolArray = level[None, :, None] < p[:, None, :]
        return counted
    at = part.t_score(y, horizon)[:, None, :]
    met = np.where(upward[:, None, None], futures >= at, futures <= at)
    kept = part.ratchet & upward
    if kept.any():
        met[kept] = np.logical_or.accumulate(met[kept], axis=2)
    never = part.ratchet & ~upward
    if never.any():
        low = (part.latest[never] <= y[never, 0])[:, None, None]
        met[never] = np.logical_and.accumulate(met[never], axis=2) & low
    return met


def _count_any_and_all(met: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Shares of the futures met in any, and in every, year so far: (targets, LOOK_AHEAD) each."""
    years = np.ascontiguousarray(met.transpose(2, 0, 1))
    any_, all_ = years[0].copy(), years[0].copy()
    shares = np.empty((2, len(met), len(years)))
    for j, year in enumerate(years):
        any_ |= year
        all_ &= year
        shares[0, :, j] = np.count_nonzero(any_, axis=1)
        shares[1, :, j] = np.count_nonzero(all_, axis=1)
    shares /= POINTS
    return shares[0], shares[1]


def compute_closed_form(fits: Fits, state: TargetState, annual: AnnualHits) -> EventProbabilities:
    """Compute the probabilities of the open targets: closed form for the year, futures for more."""
    rows = np.flatnonzero(state.open)
    whole = np.array_equal(state.position[rows], np.arange(len(fits.series)))
    chosen, year = fits if whole else fits.take(state.position[rows]), state.year[rows, None]
    below = chosen.cdf(state.event.draw_threshold()[rows, None], year)[:, 0]
    reach = np.where(state.event.upward[rows], 1.0 - below, below)
    median = chosen.quantiles([0.5], year)[0, :, 0]
    ever, every = np.maximum(annual.ever[rows], reach), np.minimum(annual.every[rows], reach)
    return EventProbabilities(reach, ever, every, median, annual.hits[rows])


@dataclass(frozen=True)
class DrawnEvents:
    """Open targets with the draws of their series; arrays are (targets,)."""

    paths: Paths
    position: IntArray
    column: IntArray
    threshold: FloatArray
    upward: BoolArray

    @staticmethod
    def of(paths: Paths, state: TargetState) -> DrawnEvents:
        """Look up the open targets.

        Raises
        ------
        ValueError
            If a target's year lies beyond the simulated ones.
        """
        rows, event = np.flatnonzero(state.open), state.event
        year = state.year[rows]
        beyond = sorted({int(y) for y in year if y > paths.years[-1]}) if len(paths.years) else []
        if beyond:
            until, last = paths.years[-1], max(beyond)
            raise ValueError(msg(BEYOND, beyond=beyond, until=until, last=last))
        column = (year - paths.years[0]).astype(np.int64)
        at = event.draw_threshold()[rows]
        return DrawnEvents(paths, state.position[rows], column, at, event.upward[rows])

    def take(self, rows: IntArray) -> DrawnEvents:
        """Select some of the targets."""
        return DrawnEvents(
            self.paths, self.position[rows], self.column[rows], self.threshold[rows],
            self.upward[rows],
        )  # fmt: skip

    def median(self) -> FloatArray:
        """Compute the median of the draws of the target year."""
        median: FloatArray = np.median(self._values(), axis=1)
        return median

    def hits(self, event: str) -> BoolArray:
        """Compute whether `event` happens in each draw: (targets, draws)."""
        if event == "reach":
            return self._meet(self._values())
        latest = self.paths.fits.series["latest_year"].to_numpy(float)[self.position]
        # No year before the first one ahead, or after the last target, matters.
        first = np.searchsorted(self.paths.years, latest.min(initial=np.inf) + 1e-9, side="right")
        years = np.arange(first, self.column.max(initial=-1) + 1)
        values = self.paths.values[:, :, first : first + len(years)][self.position]
        counts = ~np.isnan(values) & (years <= self.column[:, None])[:, None, :]
        met = self._meet(values)
        ever: BoolArray = np.logical_or.reduce(met & counts, axis=2)
        maintain: BoolArray = np.logical_and.reduce(met | ~counts, axis=2)
        return ever if event == "ever" else maintain

    def probabilities(self, wanted: BoolArray) -> EventProbabilities:
        """Compute the shares of the draws; `ever` and `maintain` of the `wanted` targets only."""
        hits, at = self.hits("reach"), np.flatnonzero(wanted)
        ever, maintain = np.full((2, len(wanted)), np.nan)
        for share, event in ((ever, "ever"), (maintain, "maintain")):
            share[at] = self.take(at).hits(event).mean(axis=1)
        return EventProbabilities(hits.mean(axis=1), ever, maintain, self.median(), hits)

    def _values(self) -> FloatArray:
        return self.paths.values[self.position, :, self.column]

    def _meet(self, values: FloatArray) -> BoolArray:
        """Whether values (targets, draws ...) are on the target's side of the threshold."""
        shape = (-1, *(1,) * (values.ndim - 1))
        at, up = self.threshold.reshape(shape), self.upward.reshape(shape)
        return np.where(up, values >= at, values <= at)


def combine_all(met: BoolArray) -> tuple[float, float, float, float, float]:
    """Compute P(all targets are met) from `met` (targets, draws), NaN without a target.

    With its standard error, the bounds that no dependence can leave (Fréchet 1935), which are
    max(0, sum p_i - (n - 1)) <= P(all) <= min p_i, and the product of the p_i.

    >>> combine_all(np.array([[True, True, False, True], [True, False, True, True]]))
    (0.5, 0.25, 0.5, 0.75, 0.5625)
    """
    if not len(met):
        return (float("nan"),) * 5
    p, p_all = met.mean(axis=1), float(met.all(axis=0).mean())
    error = np.sqrt(p_all * (1.0 - p_all) / met.shape[1])
    low = max(0.0, p.sum() - (len(p) - 1))
    return p_all, float(error), float(low), float(p.min()), float(p.prod())
