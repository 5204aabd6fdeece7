"""Probabilities of target events: in closed form, from equally likely futures, from draws.

The event of the target year has a closed form. Events over several years (met in any of them, in
all of them, first met in which) are counted on the equally likely futures of
`PooledPredictive.points`. What a scenario changes is counted on draws: the share of them that meet
the target after the change, less that before, is added to the closed form (a control variate), so
that a scenario that changes nothing has the probability of the baseline to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from ..errors import N_, msg
from ..model.arrays import BoolArray, FloatArray, IntArray, count_within, select
from ..model.counts import CountPredictive
from ..model.fitting import Fits
from ..model.predictive import POINTS, PooledPredictive
from ..model.simulation import Paths
from ..tables.schema import EVENTS
from .events import TargetEvent
from .target_state import TargetState

__all__ = [
    "LOOK_AHEAD",
    "AnnualHits",
    "DrawnEvents",
    "DrawnHits",
    "EventLimits",
    "EventProbabilities",
    "add_changes",
    "combine_all",
    "compute_closed_form",
    "compute_probability",
]


LOOK_AHEAD = 20
"""Years within which an attainment year is looked for."""
SD_LEVELS = tuple(ndtr([-1.0, 1.0]))
"""Levels one standard deviation of a normal below and above its median."""
CHUNK = 128
"""Series, and targets, whose futures are in memory at a time."""
BEYOND = N_(
    "Targets of [{beyond}] lie beyond the simulated years (until {until}). "
    "Simulate until {last}, or leave these targets out."
)


@dataclass(frozen=True)
class EventProbabilities:
    """Probabilities of targets that can be estimated; arrays are (targets,).

    `reach`, `ever` and `maintain` are those of the events of these names, `median` is that of the
    target year; `hits` (targets, futures) says in which futures the target year meets the target.
    `error` (events, targets) is the Monte-Carlo standard error, of the events as in `EVENTS`.
    """

    reach: FloatArray
    ever: FloatArray
    maintain: FloatArray
    median: FloatArray
    hits: BoolArray
    error: FloatArray


@dataclass(frozen=True)
class DrawnHits:
    """Whether each open target is met in its year, by draw, after and before a change.

    (targets, draws); `before` is None for draws of which no closed form is known.
    """

    after: BoolArray
    before: BoolArray | None


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
        events, targets = EventLimits.of(state.event), len(position)
        by_year, hits = np.zeros((targets, LOOK_AHEAD)), np.zeros((targets, POINTS), bool)
        every, ever, next_year = np.zeros((3, targets))
        rows = np.flatnonzero((position >= 0) & wanted)
        rows = rows[np.argsort(position[rows], kind="stable")]
        series, first = np.unique(position[rows], return_index=True)
        latest = fits.series["latest_year"].to_numpy(float)[series]
        start = np.floor(latest + 1e-9) + 1.0
        next_year[rows] = start[np.searchsorted(series, position[rows])]
        bounds = np.append(first, len(rows))
        years = start[:, None] + np.arange(LOOK_AHEAD)
        for part, horizon in fits.iter_chunks(years, CHUNK, series):
            futures = None
            if not isinstance(part, CountPredictive):
                futures = np.swapaxes(part.points(horizon), 1, 2)
            sizes = bounds[part.rows + 1] - bounds[part.rows]
            owner = np.repeat(np.arange(len(part.rows)), sizes)
            subset = rows[bounds[part.rows][owner] + count_within(sizes)]
            for begin in range(0, len(subset), CHUNK):
                cut = slice(begin, begin + CHUNK)
                at, each = subset[cut], owner[cut]
                alone = len(each) == len(part.rows) and bool((sizes == 1).all())
                one, years = (part, horizon) if alone else (select(part, each), horizon[each])
                t = futures if futures is None or alone else futures[each]
                met = _meet(one, t, events.take(at), years)
                last = np.clip(year[at] - next_year[at], 0, LOOK_AHEAD - 1).astype(np.int64)
                each_row = np.arange(len(at))
                hits[at] = met[each_row, last]
                by_year[at], kept = _count_any_and_all(met)
                ever[at], every[at] = by_year[at, last], kept[each_row, last]
        return AnnualHits(by_year, every, ever, hits, next_year)


@dataclass(frozen=True)
class EventLimits:
    """Drawn values that meet targets: beyond the threshold and, of a band, up to the ceiling.

    Arrays are (targets,).
    """

    threshold: FloatArray
    upward: BoolArray
    ceiling: FloatArray

    @staticmethod
    def of(event: TargetEvent) -> EventLimits:
        """Compute the limits of events."""
        return EventLimits(event.draw_threshold(), event.upward, event.draw_ceiling())

    @property
    def band(self) -> BoolArray:
        """Whether each target has two ends."""
        return np.isfinite(self.ceiling)

    def take(self, rows: IntArray) -> EventLimits:
        """Select some of the targets."""
        return select(self, rows)

    def top(self) -> EventLimits:
        """Return the upper ends alone, of bands."""
        return replace(
            self, threshold=self.ceiling, upward=np.zeros(len(self.upward), bool),
            ceiling=np.full(len(self.upward), np.inf),
        )  # fmt: skip

    def meet(self, values: FloatArray) -> BoolArray:
        """Test whether values (targets, draws ...) meet each target."""
        shape = (-1, *(1,) * (values.ndim - 1))
        at, up, top = (x.reshape(shape) for x in (self.threshold, self.upward, self.ceiling))
        return np.where(up, values >= at, values <= at) & (values <= top)


def _meet(
    part: PooledPredictive | CountPredictive, futures: FloatArray | None, limits: EventLimits,
    horizon: FloatArray,
) -> BoolArray:  # fmt: skip
    """Whether each future meets the target in each year (targets, years, POINTS)."""
    y, upward = np.broadcast_to(limits.threshold[:, None], horizon.shape), limits.upward
    if isinstance(part, CountPredictive) or futures is None:
        # Counts never fall: their futures have the same order in every year.
        above = 1.0 - part.cdf(y, horizon)
        level = (np.arange(POINTS) + 0.5) / POINTS
        met: BoolArray = (level < above[:, :, None]) == upward[:, None, None]
    else:
        at = part.t_score(y, horizon)[:, :, None]
        met = futures >= at
        down = np.flatnonzero(~upward)
        if len(down):
            met[down] = futures[down] <= at[down]
        kept = part.ratchet & upward
        if kept.any():
            met[kept] = np.logical_or.accumulate(met[kept], axis=1)
        never = part.ratchet & ~upward
        if never.any():
            low = (part.latest[never] <= y[never, 0])[:, None, None]
            met[never] = np.logical_and.accumulate(met[never], axis=1) & low
    band = np.flatnonzero(limits.band)
    if len(band):
        t = None if futures is None else futures[band]
        met[band] &= _meet(select(part, band), t, limits.take(band).top(), horizon[band])
    return met


def _count_any_and_all(met: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Shares of the futures met in any, and in every, year so far: (targets, LOOK_AHEAD) each."""
    bits = np.packbits(met, axis=2).view(np.uint64)
    any_, all_ = (
        np.bitwise_count(gather.accumulate(bits, axis=1)).sum(axis=2) / POINTS
        for gather in (np.bitwise_or, np.bitwise_and)
    )
    return any_, all_


def compute_closed_form(fits: Fits, state: TargetState, annual: AnnualHits) -> EventProbabilities:
    """Compute the probabilities of the estimated targets: closed form, futures for several years.

    A year between two figures is normal about their interpolation, with the variance of a bridge:
    s^2 a b / (a + b) for the variance s^2 of one year ahead, a and b years from the two.
    """
    rows = np.flatnonzero(state.estimated)
    index, between = state.position[rows], state.between[rows]
    latest = fits.series["latest_year"].to_numpy(float)[index]
    year = np.where(between, latest + 1.0, state.year[rows])[:, None]
    limits = EventLimits.of(state.event.take(rows))
    threshold, band = limits.threshold, np.flatnonzero(limits.band)
    below = fits.cdf(threshold[:, None], year, index)[:, 0]
    under = np.ones(len(rows))
    under[band] = fits.cdf(limits.ceiling[band, None], year[band], index[band])[:, 0]
    median = fits.quantiles([0.5], year, index)[0, :, 0]
    if between.any():
        at = np.flatnonzero(between)
        low, high = fits.quantiles(SD_LEVELS, year[at], index[at])[:, :, 0]
        value, since, until = state.bridge[rows[at]].T
        sd = (high - low) / 2.0 * np.sqrt(since * until / (since + until))
        sd = np.maximum(sd, np.finfo(float).tiny)
        with np.errstate(over="ignore"):  # where both figures are certain
            below[at] = ndtr((threshold[at] - value) / sd)
            under[at] = ndtr((limits.ceiling[at] - value) / sd)
        median[at] = value
    reach = np.where(limits.upward, np.maximum(under - below, 0.0), below)
    ever, every = np.maximum(annual.ever[rows], reach), np.minimum(annual.every[rows], reach)
    return EventProbabilities(
        reach, np.where(between, reach, ever), np.where(between, reach, every), median,
        annual.hits[rows], np.zeros((len(EVENTS), len(rows))),
    )  # fmt: skip


def compute_probability(fits: Fits, state: TargetState, event: str) -> float:
    """Compute the closed form's probability of one open target, not kept within 1-99 %."""
    annual = AnnualHits.of(fits, state, np.array([event != "reach"]))
    return float(getattr(compute_closed_form(fits, state, annual), event)[0])


def add_changes(
    closed: EventProbabilities, paths: Paths, state: TargetState, events: Collection[str] = EVENTS
) -> DrawnHits:
    """Move the closed form's answers on open targets, in place, by what draws were changed.

    Only those on `events`: what is not asked takes most of the time and memory. Returns the events
    of the target year on the draws.

    Raises
    ------
    ValueError
        If an open target's year lies beyond the simulated ones.
    """
    at = np.flatnonzero(state.open[state.estimated])
    after = DrawnEvents.of(paths, state)
    hits = after.hits("reach")
    if paths.baseline is paths.values:
        return DrawnHits(hits, hits)
    known = paths.baseline is not None
    before = after if paths.baseline is None else after.on(paths.baseline)
    for i, event in enumerate(EVENTS):
        if event not in events:
            continue
        gain = after.hits(event).astype(float) - (before.hits(event) if known else 0.0)
        p = getattr(closed, event)
        p[at] = np.clip(known * p[at] + gain.mean(axis=1), 0.0, 1.0)
        closed.error[i, at] = gain.std(axis=1) / np.sqrt(hits.shape[1])
    closed.ever[at] = np.maximum(closed.ever, closed.reach)[at]
    closed.maintain[at] = np.minimum(closed.maintain, closed.reach)[at]
    median = after.median()
    if known:
        median = closed.median[at] + median - before.median()
        median = np.clip(median, *(state.columns[c][state.open] for c in ("lower", "upper")))
    closed.median[at] = median
    return DrawnHits(hits, before.hits("reach") if known else None)


@dataclass(frozen=True)
class DrawnEvents:
    """Open targets with the draws of their series; arrays are (targets,)."""

    paths: Paths
    position: IntArray
    column: IntArray
    limits: EventLimits

    @staticmethod
    def of(paths: Paths, state: TargetState) -> DrawnEvents:
        """Look up the open targets.

        Raises
        ------
        ValueError
            If a target's year lies beyond the simulated ones.
        """
        rows = np.flatnonzero(state.open)
        year = state.year[rows]
        beyond = sorted({int(y) for y in year if y > paths.years[-1]}) if len(paths.years) else []
        if beyond:
            until, last = paths.years[-1], max(beyond)
            raise ValueError(msg(BEYOND, beyond=beyond, until=until, last=last))
        column = (year - paths.years[0]).astype(np.int64)
        limits = EventLimits.of(state.event.take(rows))
        return DrawnEvents(paths, state.position[rows], column, limits)

    def take(self, rows: IntArray) -> DrawnEvents:
        """Select some of the targets."""
        limits = self.limits.take(rows)
        return DrawnEvents(self.paths, self.position[rows], self.column[rows], limits)

    def on(self, values: FloatArray) -> DrawnEvents:
        """Return the same targets on other draws."""
        return replace(self, paths=replace(self.paths, values=values))

    def median(self) -> FloatArray:
        """Compute the median of the draws of the target year."""
        median: FloatArray = np.median(self._values(), axis=1)
        return median

    def hits(self, event: str) -> BoolArray:
        """Compute whether `event` happens in each draw: (targets, draws)."""
        if event == "reach":
            return self.limits.meet(self._values())
        latest = self.paths.fits.series["latest_year"].to_numpy(float)[self.position]
        # No year before the first one ahead, or after the last target, matters.
        first = np.searchsorted(self.paths.years, latest.min(initial=np.inf) + 1e-9, side="right")
        years = np.arange(first, self.column.max(initial=-1) + 1)
        values = self.paths.values[:, :, first : first + len(years)][self.position]
        counts = ~np.isnan(values) & (years <= self.column[:, None])[:, None, :]
        met = self.limits.meet(values)
        ever: BoolArray = np.logical_or.reduce(met & counts, axis=2)
        maintain: BoolArray = np.logical_and.reduce(met | ~counts, axis=2)
        return ever if event == "ever" else maintain

    def _values(self) -> FloatArray:
        return self.paths.values[self.position, :, self.column]


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
