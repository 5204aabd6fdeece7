"""Attainment: where each target stands and how likely it is to be reached.

The event is about the reported value, rounded to the indicator's resolution u: `ge` is met from
half a step below the first reported value that meets it on, `le` mirrored, `gt` and `lt` from the
next reported value on; `eq` (printed plain) counts as `ge` where higher is better, else as `le`. A
column `event` says what must meet the target: `reach` (the value of the target year; the default),
`ever` (that or an earlier year from now on) or `maintain` (every year from now to the target
year). Targets define the event and are never data.

Words of `status`: `met`, `missed` (the year's figure is known), `not_published` (the year has
passed without one), `no_data` (no figure of the series at all), `reached` (open, and the latest
figure meets it already), else `likely` (p >= 2/3), `unlikely` (p < 1/3) or `uncertain`. The words
of `schedule_status` and `ratio_class` stand in `progress`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, DataError, Problem, msg
from ..model.counts import Increments
from ..model.fitting import Fits
from ..model.panel import KEY
from ..model.predictive import POINTS, Blend, select
from ..model.simulation import Paths
from ..tables.calendar import last_closed_year, parse_day
from ..tables.schema import COMPARATORS, EVENTS
from .progress import add_progress

__all__ = ["attainment", "attainment_years", "draw_bar", "draw_events", "threshold"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

COLUMNS = [
    *KEY, "scenario", "year", "target", "comparator", "latest", "latest_year", "median",
    "p_reach", "mc_error", "required_rate", "pace", "schedule_status", "status", "evidence",
    "attainment_year", "event", "p_ever", "p_maintain", "p_path", "required_compound", "ratio",
    "ratio_class", "attainment_early", "attainment_late", "attainment_reading",
]  # fmt: skip
EVENT_COLUMNS = [
    *KEY, "scenario", "year", "target", "comparator", "event", "latest", "latest_year", "median",
    "p_reach", "mc_error", "status", "evidence",
]  # fmt: skip
PRINTED = (0.01, 0.99)
"""Bounds of a printed probability, unless the event has happened or cannot happen."""
LIKELY, UNLIKELY = 2 / 3, 1 / 3
LOOK_AHEAD = 20
"""Years within which an attainment year is looked for."""
EARLY, MIDDLE, LATE = 0.1, 0.5, 0.9
TOGETHER = 64
"""Series, and targets, looked at over all years at a time."""


def threshold(
    value: FloatArray, comparator: NDArray[np.str_], resolution: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Smallest (largest) true value whose report meets a target, and whether up is the way.

    >>> threshold(np.array([100.0]), np.array(["ge"]), np.array([0.1]))
    (array([99.95]), array([ True]))
    >>> threshold(np.array([60.0]), np.array(["gt"]), np.array([1.0]))
    (array([60.5]), array([ True]))
    >>> threshold(np.array([95.3]), np.array(["ge"]), np.array([1.0]))  # 96 is the first to meet it
    (array([95.5]), array([ True]))
    """
    upward = np.isin(comparator, ["ge", "gt"])
    strict = np.isin(comparator, ["gt", "lt"])
    way = np.where(upward, 1.0, -1.0)
    step = np.where(resolution > 0.0, resolution, 1.0)
    ahead = way * np.asarray(value, float) / step
    near = 1e-9 * np.maximum(np.abs(ahead), 1.0)
    first = np.where(strict, np.floor(ahead + near) + 1.0, np.ceil(ahead - near))
    limit = way * (first - 0.5) * step
    return np.where(resolution > 0.0, limit, value), upward


def draw_bar(
    value: FloatArray, comparator: NDArray[np.str_], resolution: FloatArray, higher: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """Value at which a drawn value begins to meet a target, and whether up is the way.

    `higher` is whether more is better: a target printed plain (`eq`) counts as `ge` there.

    >>> bar, up = draw_bar(np.array([60.0]), np.array(["eq"]), np.array([1.0]), np.array([False]))
    >>> bar.round(6).tolist(), up.tolist()  # at most 60 as reported
    ([60.5], [False])
    """
    reading = _as_read(comparator, higher)
    limit, upward = threshold(value, reading, resolution)
    return _just_met(limit, upward, np.isin(reading, ["gt", "lt"])), upward


def _as_read(comparator: NDArray[np.str_], higher: BoolArray) -> NDArray[np.str_]:
    """Read a target printed plain as `ge` where higher is better, else as `le`."""
    return np.where(comparator == "eq", np.where(higher, "ge", "le"), comparator)


def _just_met(limit: FloatArray, upward: BoolArray, strict: BoolArray) -> FloatArray:
    """Give the limit itself, to the last digits; of a strict comparator what is just beyond."""
    hair = 2e-9 * np.maximum(np.abs(limit), 1.0)
    way = np.where(upward, 1.0, -1.0) * np.where(strict, 1.0, -1.0)
    return np.asarray(limit + way * hair)


def attainment(
    source: Fits | Paths, targets: pd.DataFrame, *, as_of: str | dt.date | None = None
) -> pd.DataFrame:
    """One row a target, in the targets' order: where it stands and how likely it is reached.

    Parameters
    ----------
    source : `Fits` (closed form, `mc_error` 0) or `Paths` (draws, with their standard error; the
        joint answers over all open targets stand in `.attrs["joint"]`)
    targets : region, indicator, year, value, comparator; any number a series
    as_of : the day the question is asked; a target whose year has ended by then, without a figure,
        is `not_published` and not forecast. None, or "": only figures close a target.

    Returns
    -------
    DataFrame with the columns of DESIGN's attainment table. `latest`, `median`, `required_rate`,
    `pace` are in the indicator's unit (a year); `required_rate` is the linear change a year still
    needed, 0 where the latest figure meets the target; `pace` the change a year over the last
    four figures. Numbers are missing only where `status` or `schedule_status` says why.

    Raises
    ------
    DataError
        For missing columns, unknown comparators or values that are no numbers.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> goal = pd.DataFrame({"region": "a", "indicator": "x", "year": [2021, 2025],
    ...                      "value": [55.0, 57.0], "comparator": "ge"})
    >>> attainment(fc.fit(seen, about), goal)[["year", "status"]].values.tolist()
    [[2021, 'met'], [2025, 'likely']]
    """
    fits = source.fits if isinstance(source, Paths) else source
    standing = _Standing.of(fits, targets, as_of)
    out, event, position = standing.facts.copy(), standing.event, standing.position
    year, rows = out["year"].to_numpy(float), np.flatnonzero(standing.open)
    bar, known = event.bar(), np.flatnonzero(position >= 0)
    futures = _Futures.of(fits, known, position, bar, event.upward, year)
    if isinstance(source, Paths):
        chances = _Drawn.of(source, standing).chances()
    else:
        asked = (position[rows], year[rows], bar[rows], event.upward[rows])
        chances = _from_fits(source, *asked, futures.take(rows))
    out["median"] = standing.median(chances.median)
    out["p_path"] = _path_chances(rows, position, year, chances.hits, standing.decided)
    for name in EVENTS:
        out[f"p_{name}"] = standing.chance(name, getattr(chances, name))
    events = [out["event"] == name for name in EVENTS]
    out["p_reach"] = np.select(events, [out[f"p_{name}"] for name in EVENTS])
    share = np.select([e[rows] for e in events], [getattr(chances, name) for name in EVENTS])
    draws = chances.hits.shape[1] if isinstance(source, Paths) else np.inf
    out["mc_error"] = standing.error(out["p_reach"].to_numpy(), share, draws)
    out["scenario"] = source.scenario if isinstance(source, Paths) else "baseline"
    add_progress(out, fits, position, standing.meets, standing.open, event.upward)
    out["status"] = standing.status(out["p_reach"].to_numpy())
    _add_attainment_years(out, fits, position, futures, event)
    result = out[COLUMNS].copy()
    if isinstance(source, Paths):
        result.attrs["joint"] = _joint(chances.hits)
    return result


def draw_events(
    paths: Paths, targets: pd.DataFrame, *, as_of: str | dt.date | None = None
) -> tuple[pd.DataFrame, BoolArray]:
    """Tell whether each target is met in each draw: the event behind `attainment`, and no more.

    Returns
    -------
    table : the columns `EVENT_COLUMNS` of `attainment`, one row a target, in the targets' order
    met : (targets, draws) bool: the event that the column `event` names; the same in all draws
        where it has happened or cannot happen, False where `status` is `no_data` or
        `not_published`

    Raises
    ------
    DataError
        For the targets that `attainment` refuses.
    ValueError
        If a target's year lies beyond the simulated ones.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> goal = pd.DataFrame({"region": "a", "indicator": "x", "year": [2021, 2023],
    ...                      "value": [55.0, 57.0], "comparator": "ge"})
    >>> table, met = draw_events(fc.simulate(fc.fit(seen, about), until=2023, draws=9), goal)
    >>> table["status"].tolist(), met.shape, bool(met[0].all())
    (['met', 'likely'], (2, 9), True)
    """
    standing = _Standing.of(paths.fits, targets, as_of)
    drawn, rows = _Drawn.of(paths, standing), np.flatnonzero(standing.open)
    out, open_met = standing.facts.copy(), drawn.hits("reach")
    event = out["event"].to_numpy(str)
    for name in EVENTS[1:]:
        mine = np.flatnonzero(event[rows] == name)
        open_met[mine] = drawn.take(mine).hits(name)
    met = np.zeros((len(out), open_met.shape[1]), bool)
    met[rows] = open_met
    p = open_met.mean(axis=1)
    asked = [event == name for name in EVENTS]
    sure = np.select(asked, [standing.sure(name) for name in EVENTS])
    met[~np.isnan(sure)] = sure[~np.isnan(sure), None] == 1.0
    out["p_reach"] = np.select(asked, [standing.chance(name, p) for name in EVENTS])
    out["median"] = standing.median(drawn.median())
    out["mc_error"] = standing.error(out["p_reach"].to_numpy(), p, open_met.shape[1])
    out["scenario"] = paths.scenario
    out["status"] = standing.status(out["p_reach"].to_numpy())
    return out[EVENT_COLUMNS].copy(), met


def _check(targets: pd.DataFrame) -> None:
    needed = [*KEY, "year", "value", "comparator"]
    problems = [
        Problem(
            "targets", None, c, None, msg("no such column"), msg("add a column {name!r}", name=c)
        )
        for c in needed
        if c not in targets.columns
    ]
    if not problems:
        problems = [
            Problem(
                "targets",
                None,
                column,
                str(word),
                msg("unknown"),
                msg("use {names}", names=[*known]),
            )
            for column, known in (("comparator", COMPARATORS), ("event", ("", *EVENTS)))
            if column in targets
            for word in sorted(set(targets[column].fillna("").astype(str)) - set(known))
        ]
        numbers = targets[["year", "value"]].astype(float)
        problems += [
            Problem(
                "targets",
                None,
                c,
                None,
                msg("{count} values are no numbers", count=int(bad)),
                msg("fill them in"),
            )
            for c in numbers
            if (bad := (~np.isfinite(numbers[c])).sum())
        ]
    if problems:
        raise DataError(problems)


def _facts(fits: Fits, targets: pd.DataFrame) -> pd.DataFrame:
    """Targets beside their series' facts; `figure` is the target year's own figure, if any."""
    out = targets[[*KEY, "year", "value", "comparator"]].rename(columns={"value": "target"})
    given = targets["event"].fillna("") if "event" in targets else ""
    out["event"] = given
    out["event"] = out["event"].replace("", EVENTS[0])
    out = out.reset_index(drop=True)
    series = fits.series.assign(position=np.arange(len(fits.series)))
    out = out.merge(series.drop(columns=["n", "own_share"]), on=KEY, how="left", sort=False)
    whole = fits.observations[fits.observations["year"] % 1.0 == 0.0]
    own = whole.drop_duplicates([*KEY, "year"], keep="last").rename(columns={"value": "figure"})
    own["year"] = own["year"].astype(out["year"].dtype)
    out = out.merge(own, on=[*KEY, "year"], how="left", sort=False)
    out["position"] = out["position"].fillna(-1).astype(int)
    higher = (out["better"] != "lower").to_numpy()
    out["reading"] = _as_read(out["comparator"].to_numpy(str), higher)
    out["resolution"] = out["resolution"].fillna(0.0)
    out["upper"] = out["upper"].astype(float).fillna(np.inf)
    out["lower"] = out["lower"].astype(float).fillna(-np.inf)
    out["cumulative"] = out["cumulative"].eq(True)
    known = out["position"] >= 0
    out["evidence"] = np.where(known, out["evidence"].astype(object), "none")
    return out


@dataclass(frozen=True)
class _Event:
    """Targets as read: the printed value, the true value that rounds to it, the comparator."""

    goal: FloatArray
    limit: FloatArray
    upward: BoolArray
    strict: BoolArray

    @staticmethod
    def of(targets: pd.DataFrame) -> _Event:
        """Read `_facts`."""
        goal, unit = (targets[c].to_numpy(float) for c in ("target", "resolution"))
        reading = targets["reading"].to_numpy(str)
        limit, upward = threshold(goal, reading, unit)
        return _Event(goal, limit, upward, np.isin(reading, ["gt", "lt"]))

    def take(self, rows: IntArray) -> _Event:
        """Give the rows of some targets."""
        return _Event(*(getattr(self, f.name)[rows] for f in fields(self)))

    def bar(self) -> FloatArray:
        """Value at which a drawn value begins to meet the target, to the last digit.

        What is reported at it, as 100 % is, meets `ge`; `gt` begins just above.
        """
        return _just_met(self.limit, self.upward, self.strict)

    def met_by(self, figure: FloatArray) -> BoolArray:
        """Whether a printed figure meets the target, as it stands or rounded to the resolution."""
        way = np.where(self.upward, 1.0, -1.0)
        slack = 1e-9 * np.maximum(np.abs(self.goal), 1.0)
        needed = np.minimum(way * self.goal, way * self.limit)
        beyond = way * figure > way * self.goal + slack
        met: BoolArray = np.where(self.strict, beyond, way * figure >= needed - slack)
        return met


@dataclass(frozen=True)
class _Standing:
    """What published figures decide about each target and what they leave open; (targets,) each.

    A target is `closed` by the figure of its year, `passed` where its year ended without one,
    `kept` where what cannot fall had met it before, else `open`. `meets` is about the latest
    figure, `was_met` about that of the target's year. `decided` is 1 for what is certain although
    no figure of the year says so, 0 for what is impossible, else NaN.
    """

    facts: pd.DataFrame
    event: _Event
    position: IntArray
    closed: BoolArray
    passed: BoolArray
    kept: BoolArray
    open: BoolArray
    meets: BoolArray
    was_met: BoolArray
    decided: FloatArray

    @staticmethod
    def of(fits: Fits, targets: pd.DataFrame, as_of: str | dt.date | None) -> _Standing:
        """Judge the targets by the figures of `fits` on a day."""
        _check(targets)
        facts = _facts(fits, targets)
        event, position = _Event.of(facts), facts["position"].to_numpy()
        year, latest_year, latest, reads = (
            facts[c].to_numpy(float) for c in ("year", "latest_year", "latest", "figure")
        )
        known, meets = position >= 0, event.met_by(latest)
        closed = known & ~np.isnan(reads)
        ended = last_closed_year(parse_day(as_of, "attainment")) if as_of else -np.inf
        passed = ~closed & ((year <= ended) | (known & (year <= latest_year)))
        held = meets & facts["cumulative"].to_numpy(bool) & event.upward
        kept = passed & held & (latest_year <= year)
        passed &= ~kept
        open_ = known & ~closed & ~passed & ~kept
        lower, upper = facts["lower"], facts["upper"]
        beyond = np.where(event.upward, event.limit > upper, event.limit < lower)
        decided = np.where(kept | (open_ & held), 1.0, np.where(open_ & beyond, 0.0, np.nan))
        return _Standing(
            facts, event, position, closed, passed, kept, open_, meets, event.met_by(reads), decided
        )

    def sure(self, name: str) -> FloatArray:
        """Give 1 where the event `name` has happened or must, 0 where it cannot, else NaN."""
        sure = np.where(self.closed, self.was_met.astype(float), self.decided)
        return np.where(self.open & self.meets, 1.0, sure) if name == "ever" else sure

    def chance(self, name: str, p: FloatArray) -> FloatArray:
        """Give the printed chance of the event `name`; `p` is that of the open targets."""
        sure = self.sure(name)
        return np.where(np.isnan(sure), self._spread(np.clip(p, *PRINTED)), sure)

    def median(self, median: FloatArray) -> FloatArray:
        """Give the median of the target year, or what is known of it; `median` of the open."""
        known = [self.facts[c].to_numpy(float) for c in ("figure", "latest")]
        return np.select([self.closed, self.kept], known, self._spread(median))

    def error(self, p: FloatArray, share: FloatArray, draws: float) -> FloatArray:
        """Give the standard error of the draws' `share` of each open target.

        0 where the printed chance `p` is certain.
        """
        certain = (p == 0.0) | (p == 1.0)
        return np.where(certain, 0.0, self._spread(np.sqrt(share * (1.0 - share) / draws)))

    def status(self, p: FloatArray) -> NDArray[np.str_]:
        """Give the word of each target; `p` is its printed chance."""
        met = (self.closed & self.was_met) | self.kept
        no_data = self.position < 0
        return np.select(
            [met, self.closed, self.passed, no_data, self.meets, p >= LIKELY, p < UNLIKELY],
            ["met", "missed", "not_published", "no_data", "reached", "likely", "unlikely"],
            "uncertain",
        )

    def _spread(self, values: FloatArray) -> FloatArray:
        """Values of the open targets at their rows, NaN elsewhere."""
        out = np.full(len(self.facts), np.nan)
        out[self.open] = values
        return out


@dataclass(frozen=True)
class _Chances:
    """Answers on open targets; `hits` (targets, futures) is the event of the target year."""

    reach: FloatArray
    ever: FloatArray
    maintain: FloatArray
    median: FloatArray
    hits: BoolArray


@dataclass(frozen=True)
class _Futures:
    """What equally likely futures of each target's series say, a row a target.

    `by_year` (targets, LOOK_AHEAD) is P(met in one of the first j years), `every` P(met in every
    year to the target year), `hits` (targets, POINTS) the event of the target year, `next_year`
    the first year after the latest figure. Rows of targets without a series stay empty.
    """

    by_year: FloatArray
    every: FloatArray
    ever: FloatArray
    hits: BoolArray
    next_year: FloatArray

    @staticmethod
    def of(
        fits: Fits,
        rows: IntArray,
        position: IntArray,
        limit: FloatArray,
        upward: BoolArray,
        year: FloatArray,
    ) -> _Futures:
        """Look at the targets in `rows`; the other arrays are (targets,)."""
        targets = len(position)
        by_year, hits = np.zeros((targets, LOOK_AHEAD)), np.zeros((targets, POINTS), bool)
        every, ever, next_year = np.zeros((3, targets))
        rows = rows[np.argsort(position[rows], kind="stable")]
        series, first = np.unique(position[rows], return_index=True)
        chosen = fits.take(series)
        start = np.floor(chosen.series["latest_year"].to_numpy(float) + 1e-9) + 1.0
        next_year[rows] = start[np.searchsorted(series, position[rows])]
        bounds = np.append(first, len(rows))
        for part, ahead in chosen.each(start[:, None] + np.arange(LOOK_AHEAD), TOGETHER):
            futures = None if isinstance(part, Increments) else part.points(ahead)
            sizes = bounds[part.rows + 1] - bounds[part.rows]
            place = np.repeat(np.arange(len(part.rows)), sizes)
            step = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            mine = rows[bounds[part.rows][place] + step]
            for begin in range(0, len(mine), TOGETHER):
                cut = slice(begin, begin + TOGETHER)
                at, each = mine[cut], place[cut]
                one = select(part, each)
                t = None if futures is None else futures[each]
                met = _met(one, t, limit[at], ahead[each], upward[at])
                last = np.clip(year[at] - next_year[at], 0, LOOK_AHEAD - 1).astype(np.int64)
                by_year[at] = _first_by_year(met)
                ever[at] = by_year[at, last]
                every[at] = (_first(~met) > last[:, None]).mean(axis=1)
                hits[at] = met[np.arange(len(at)), :, last]
        return _Futures(by_year, every, ever, hits, next_year)

    def take(self, rows: IntArray) -> _Futures:
        """Give the rows of some targets."""
        return _Futures(*(getattr(self, f.name)[rows] for f in fields(self)))


def _met(
    part: Blend | Increments,
    futures: FloatArray | None,
    limit: FloatArray,
    ahead: FloatArray,
    upward: BoolArray,
) -> BoolArray:
    """Whether each future meets the limit in each year (targets, POINTS, years)."""
    bar = np.broadcast_to(limit[:, None], ahead.shape)
    if isinstance(part, Increments) or futures is None:
        # Counts never fall: the futures of a year are ranked alike in every other.
        below = part.cdf(bar, ahead)
        share = np.where(upward[:, None], 1.0 - below, below)
        ranked = (np.arange(POINTS) + 0.5) / POINTS
        counted: BoolArray = ranked[None, :, None] < share[:, None, :]
        return counted
    at = part.standing(bar, ahead)[:, None, :]
    met = np.where(upward[:, None, None], futures >= at, futures <= at)
    kept = part.ratchet & upward
    if kept.any():
        met[kept] = np.logical_or.accumulate(met[kept], axis=2)
    never = part.ratchet & ~upward
    if never.any():
        low = (part.latest[never] <= bar[never, 0])[:, None, None]
        met[never] = np.logical_and.accumulate(met[never], axis=2) & low
    return met


def _first(met: BoolArray) -> IntArray:
    """First year in which it is so, LOOK_AHEAD where never: (targets, POINTS)."""
    return np.where(met.any(axis=2), met.argmax(axis=2), LOOK_AHEAD)


def _first_by_year(met: BoolArray) -> FloatArray:
    """Share of the futures in which it was so by each year: (targets, LOOK_AHEAD)."""
    width = LOOK_AHEAD + 1
    cell = np.arange(len(met))[:, None] * width + _first(met)
    count = np.bincount(cell.ravel(), minlength=len(met) * width).reshape(-1, width)
    share: FloatArray = np.cumsum(count[:, :LOOK_AHEAD], axis=1) / POINTS
    return share


def _from_fits(
    fits: Fits,
    position: IntArray,
    year: FloatArray,
    limit: FloatArray,
    upward: BoolArray,
    futures: _Futures,
) -> _Chances:
    """Take the closed form for the target year, the futures for answers over several years."""
    chosen = fits.take(position)
    below = chosen.cdf(limit[:, None], year[:, None])[:, 0]
    reach = np.where(upward, 1.0 - below, below)
    median = chosen.quantiles([0.5], year[:, None])[0, :, 0]
    return _Chances(
        reach, np.maximum(futures.ever, reach), np.minimum(futures.every, reach), median,
        futures.hits,
    )  # fmt: skip


@dataclass(frozen=True)
class _Drawn:
    """Open targets beside the draws of their series; (targets,) each."""

    paths: Paths
    position: IntArray
    column: IntArray
    limit: FloatArray
    upward: BoolArray

    @staticmethod
    def of(paths: Paths, standing: _Standing) -> _Drawn:
        """Look up the open targets."""
        rows, event = np.flatnonzero(standing.open), standing.event
        column = _columns(paths, standing.facts["year"].to_numpy(float)[rows])
        return _Drawn(paths, standing.position[rows], column, event.bar()[rows], event.upward[rows])

    def take(self, rows: IntArray) -> _Drawn:
        """Give the rows of some targets."""
        return _Drawn(
            self.paths, self.position[rows], self.column[rows], self.limit[rows], self.upward[rows]
        )

    def median(self) -> FloatArray:
        """Middle of the draws of the target year."""
        middle: FloatArray = np.median(self._values(), axis=1)
        return middle

    def hits(self, name: str) -> BoolArray:
        """Whether the event `name` happens in each draw: (targets, draws)."""
        if name == "reach":
            return self._meet(self._values())
        latest = self.paths.fits.series["latest_year"].to_numpy(float)[self.position]
        # Nothing before the first year to come, or after the last target, matters.
        first = np.searchsorted(self.paths.years, latest.min(initial=np.inf) + 1e-9, side="right")
        years = np.arange(first, self.column.max(initial=-1) + 1)
        values = self.paths.values[:, :, first : first + len(years)][self.position]
        counts = ~np.isnan(values) & (years <= self.column[:, None])[:, None, :]
        met = self._meet(values)
        ever: BoolArray = np.logical_or.reduce(met & counts, axis=2)
        maintain: BoolArray = np.logical_and.reduce(met | ~counts, axis=2)
        return ever if name == "ever" else maintain

    def chances(self) -> _Chances:
        """Take the shares of the draws."""
        hits = self.hits("reach")
        ever, maintain = (self.hits(name).mean(axis=1) for name in ("ever", "maintain"))
        return _Chances(hits.mean(axis=1), ever, maintain, self.median(), hits)

    def _values(self) -> FloatArray:
        return self.paths.values[self.position, :, self.column]

    def _meet(self, values: FloatArray) -> BoolArray:
        """Whether values (targets, draws ...) are on the target's side of the limit."""
        shape = (-1, *(1,) * (values.ndim - 1))
        bar, up = self.limit.reshape(shape), self.upward.reshape(shape)
        return np.where(up, values >= bar, values <= bar)


def _path_chances(
    rows: IntArray, position: IntArray, year: FloatArray, hits: BoolArray, decided: FloatArray
) -> FloatArray:
    """P(each open target of the series up to this one's year is met), milestone by milestone.

    `decided` (targets,) is 1 for what is certain, 0 for what is impossible, else NaN.
    """
    p = np.full(len(position), np.nan)
    if not len(rows):
        return p
    order = np.lexsort((year[rows], position[rows]))
    at = rows[order]
    sure = decided[at]
    # Beside the futures two columns: nothing so far impossible, everything so far certain.
    path = np.column_stack([hits[order], sure != 0.0, sure == 1.0])
    step = 1
    # Pairs at distance 1, 2, 4 ...: after log2 of the longest path each holds all before it.
    while step < len(at) and (position[at][step:] == position[at][:-step]).any():
        same = position[at][step:] == position[at][:-step]
        path[step:] &= path[:-step].copy() | ~same[:, None]
        step *= 2
    # Targets of one year are met together: the last of them holds all.
    keys = np.column_stack([position[at], year[at]])
    new = np.append((keys[1:] != keys[:-1]).any(axis=1), True)
    last = np.flatnonzero(new)[np.cumsum(np.append(0, new[:-1]))]
    path = path[last]
    chance = np.clip(path[:, :-2].mean(axis=1), *PRINTED)
    p[at] = np.where(path[:, -1], 1.0, np.where(path[:, -2], chance, 0.0))
    return p


def _columns(paths: Paths, year: FloatArray) -> NDArray[np.int64]:
    beyond = sorted({int(y) for y in year if y > paths.years[-1]}) if len(paths.years) else []
    if beyond:
        told = N_(
            "Targets of [{beyond}] lie beyond the simulated years (until {until}). "
            "Simulate until {last}, or leave these targets out."
        )
        raise ValueError(msg(told, beyond=beyond, until=paths.years[-1], last=max(beyond)))
    column: NDArray[np.int64] = (year - paths.years[0]).astype(np.int64)
    return column


def _joint(hits: BoolArray) -> dict[str, float]:
    """All open targets together, with the bounds any dependence must keep (Frechet)."""
    p = hits.mean(axis=1) if len(hits) else np.zeros(0)
    return {
        "open": len(p),
        "expected": float(p.sum()),
        "p_all": float(hits.all(axis=0).mean()) if len(p) else float("nan"),
        "low": float(max(0.0, p.sum() - (len(p) - 1))) if len(p) else float("nan"),
        "high": float(p.min()) if len(p) else float("nan"),
    }


def attainment_years(fits: Fits, targets: pd.DataFrame, *, years: int = LOOK_AHEAD) -> pd.DataFrame:
    """Distribution of the year in which each target is first met.

    A row a target and year after the latest figure: region, indicator, target, comparator, year,
    p_by, the probability that the year or one before it meets the target (of a reported value). A
    target that a published figure meets already has p_by = 1 throughout.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["amount"], "better": ["higher"]})
    >>> goal = pd.DataFrame({"region": ["a"], "indicator": ["x"], "year": [2025],
    ...                      "value": [60.0], "comparator": ["ge"]})
    >>> table = attainment_years(fc.fit(seen, about), goal, years=3)
    >>> table["year"].tolist(), bool(table["p_by"].is_monotonic_increasing)
    ([2022, 2023, 2024], True)
    """
    if not 1 <= years <= LOOK_AHEAD:
        told = N_("years must lie between 1 and {most}, not {years}.")
        raise ValueError(msg(told, most=LOOK_AHEAD, years=years))
    _check(targets)
    out = _facts(fits, targets)
    out = out[out["position"] >= 0].reset_index(drop=True)
    event, position = _Event.of(out), out["position"].to_numpy()
    year = out["year"].to_numpy(float)
    futures = _Futures.of(fits, np.arange(len(out)), position, event.bar(), event.upward, year)
    first = _first_met(fits, position, event)
    by_year = np.where(np.isnan(first)[:, None], futures.by_year[:, :years], 1.0)
    at = np.repeat(np.arange(len(out)), years)
    table = out.loc[at, [*KEY, "target", "comparator"]].reset_index(drop=True)
    ends = futures.next_year.astype(int)[:, None] + np.arange(years)
    return table.assign(year=ends.ravel(), p_by=by_year.ravel())


def _add_attainment_years(
    out: pd.DataFrame,
    fits: Fits,
    position: IntArray,
    futures: _Futures,
    event: _Event,
) -> None:
    """Add the year of attainment: published, or its 10, 50 and 90 % points within `LOOK_AHEAD`."""
    known = position >= 0
    names = ("attainment_early", "attainment_year", "attainment_late")
    first = np.full(len(out), np.nan)
    rows = np.flatnonzero(known)
    first[rows] = _first_met(fits, position[rows], event.take(rows))
    met = ~np.isnan(first)
    found = {}
    for name, share in zip(names, (EARLY, MIDDLE, LATE), strict=True):
        passed = futures.by_year >= share
        expected = np.where(passed.any(axis=1), futures.next_year + passed.argmax(axis=1), np.nan)
        found[name] = np.where(met, first, np.where(known, expected, np.nan))
        out[name] = pd.array(found[name], dtype="Float64").astype("Int64")
    out["attainment_reading"] = np.select(
        [~known, met, np.isnan(found["attainment_year"])],
        ["no_data", "reached", "beyond"],
        "expected",
    )


def _first_met(fits: Fits, position: IntArray, event: _Event) -> FloatArray:
    """Year of the first published figure that meets each target; NaN where none does."""
    found = np.full(len(position), np.nan)
    n = fits.series["n"].to_numpy()
    target = np.repeat(np.arange(len(position)), n[position])
    # Figures of one series are contiguous: the target's first row of them, and how far along.
    start = (np.cumsum(n) - n)[position[target]]
    step = np.arange(len(target)) - np.searchsorted(target, target)
    seen = fits.observations.iloc[start + step]
    met = event.take(target).met_by(seen["value"].to_numpy(float))
    when = pd.Series(seen["year"].to_numpy(float)[met]).groupby(target[met]).min()
    found[when.index] = np.ceil(when - 1e-9)
    return found
