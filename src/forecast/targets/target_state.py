"""The state of each target: what published figures decide about it, and what they leave open.

=================== ==============================================================================
`met`, `missed`     by the figure of its year, of a rule by one set before; `missed` also where a
                    series that cannot fall was still short of the target later
`exceeded`          no figure of its year, but a series that cannot fall had met it before
`likely_exceeded`   no figure of its year, although it should be published; the figure before or
                    after meets the target, and the estimate for the year does with 2/3 or more
`estimated`         no figure of its year, although it should be published: estimated from others
`not_yet_due`       its year has ended, and its figure is not due for publication yet
`no_data`           no figure of the series that could tell
`reached`           open, and the latest figure meets the target, which the baseline did not: where
                    several are known, with a chance of 1/3 or more that the target's year does
`too_early`         open, and only one figure is known: no finding on its chance
`likely`, `uncertain`, `unlikely`: open, with a chance of 2/3 or more, between, below 1/3
=================== ==============================================================================

A figure is due `publication_lag` months (a column of the indicators; `PUBLICATION_LAG` where none
is given) after the end of its year. An estimate between two figures is their interpolation, with
the error of a bridge between them. Figures of one year that conflict (several of equal standing,
see `model.panel`) decide nothing: their target counts as without a figure, and its `evidence` is
`conflicting`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import UnknownNameError, nearest
from ..model.arrays import BoolArray, FloatArray, IntArray, count_within
from ..model.fitting import Fits
from ..tables.calendar import count_months, last_closed_year, parse_optional_day
from ..tables.schema import TARGET_COMPARATORS
from ..tables.words import choose_words, number_words, take_words
from .events import LIKELY, UNLIKELY, TargetEvent, resolve_comparator
from .target_tables import read_targets

__all__ = [
    "DECIDED", "EVIDENCE", "OPEN", "PASSED", "PRINTED_BOUNDS", "PUBLICATION_LAG", "SINGLE",
    "TargetState", "hide_single",
]  # fmt: skip


PRINTED_BOUNDS = (0.01, 0.99)
"""Bounds of a printed probability, unless the event has happened or cannot happen: no model at hand
is known to be right to within one percent."""
OPEN = ("reached", "likely", "uncertain", "unlikely", "too_early")
"""States of targets whose year is still to come."""
DECIDED = ("met", "missed", "exceeded")
"""States that published figures decide."""
PASSED = ("likely_exceeded", "estimated", "not_yet_due")
"""States of targets whose year has passed undecided."""
SINGLE = "prior only"
"""Evidence of a series with one figure."""
EVIDENCE = ("none", "conflicting", SINGLE, "weak", "moderate", "strong")
"""Words for evidence, the weakest first."""
CHANCES = [
    "p_reach", "p_ever", "p_maintain", "p_path", "mc_error", "p_now", "p_base", "p_change",
    "p_change_error",
]  # fmt: skip
"""Columns of probabilities."""
LIKENESS = 0.8
"""From which likeness on, of 0 to 1, an unknown indicator is a known one misspelt."""
PUBLICATION_LAG = 9.0
"""Months after a year's end within which its figure is published, where an indicator gives none:
statistical yearbooks of a year appear by the autumn of the next."""


@dataclass(frozen=True)
class TargetState:
    """Targets with what is known of them; arrays are (targets,).

    Attributes
    ----------
    fits : of the series
    columns : the targets with their series' columns; `figure` is that of the target's year
    event, year : the event, and the target's year
    position : row of the target's series in the fits, -1 where there is none
    closed : decided by the figure of its year
    settled : its year has passed without one, and other figures decide it
    passed : its year has passed, and nothing decides it; also where there is no series
    due : whether the figure of its year should be published by now
    open : its year is still to come
    estimated : open, or passed with figures from which its year can be estimated
    wrong_side : open, and the declared baseline meets the target already, or is better than all of
        a band: nothing is reached by it
    between : passed, with figures before and after its year
    beside : whether the figure before or after the target's year meets the target
    meets, was_met : whether the latest figure, and that of the target's year, meets the target
    decided : 1 for what is certain without a figure of the year, 0 for what is impossible, else NaN
    decisive : of those settled, the figure of another year that decides
    bridge : (targets, 3) of those between two figures: the interpolated value, and the years from
        the figure before and to the one after
    """

    fits: Fits = field(repr=False)
    columns: Mapping[str, Any]
    event: TargetEvent
    year: FloatArray
    position: IntArray
    closed: BoolArray
    settled: BoolArray
    passed: BoolArray
    due: BoolArray
    open: BoolArray
    estimated: BoolArray
    wrong_side: BoolArray
    between: BoolArray
    beside: BoolArray
    meets: BoolArray
    was_met: BoolArray
    decided: FloatArray
    decisive: FloatArray
    bridge: FloatArray

    @staticmethod
    def of(
        fits: Fits,
        targets: pd.DataFrame,
        as_of: str | dt.date | None = None,
        position: IntArray | None = None,
    ) -> TargetState:
        """Compare the targets with the figures of `fits`, as known on the day `as_of`.

        `position` (targets,), of targets that `read_targets` gave, has their series' rows.

        Raises
        ------
        DataError
            For targets that `read_targets` refuses, or an `as_of` that is no day.
        UnknownNameError
            For the misspelt indicator of a target.
        """
        day = parse_optional_day(as_of, "attainment")
        if position is not None:
            return TargetState(fits, *TargetState._compare(fits, targets, position, day))
        # Scenarios and answers of one plan have their targets and fits in common. The fits remember
        # what was compared, not themselves: their memory would stay until cycles are collected.
        key = ("target state", day, len(targets))
        known = fits.memo.get(key)
        if known is None or not known[0].equals(targets):
            goals = read_targets(targets)
            compared = TargetState._compare(fits, goals, fits.locate(goals), day)
            known = fits.memo[key] = targets.copy(), compared
        return TargetState(fits, *known[1])

    @staticmethod
    def _compare(
        fits: Fits, targets: pd.DataFrame, position: IntArray, day: dt.date | None
    ) -> tuple[Any, ...]:
        """Compute the attributes after the fits, in their order."""
        _refuse_misspelt(fits, targets["indicator"].to_numpy()[position < 0])
        closed_year = last_closed_year(day) if day else -np.inf
        series, year = _look_up(fits, position), targets["year"].to_numpy(float)
        figure, doubtful = _figure_of(fits, position, np.where(year % 1.0 == 0.0, year, np.nan))
        known, clear = position >= 0, ~(series["conflicting"] | doubtful)
        higher, latest, latest_year = (series[c] for c in ("higher", "latest", "latest_year"))
        words = np.array(TARGET_COMPARATORS)[
            number_words(targets["comparator"], TARGET_COMPARATORS)
        ]
        goal, high, base, base_year = (
            targets[c].to_numpy(float) for c in ("value", "value_high", "baseline", "baseline_year")
        )
        reading, step = resolve_comparator(words, higher), series["resolution"]
        event = TargetEvent.of(goal, reading, step, high)
        meets, rule = event.met_by(latest) & ~series["conflicting"], series["rule"]
        figure = np.where(doubtful, np.nan, figure)
        # What a document sets holds from its first figure on; it is not forecast.
        figure = np.where(rule & meets & (latest_year <= year) & np.isnan(figure), latest, figure)
        closed = known & ~np.isnan(figure)
        passed = ~closed & ((year <= closed_year) | (known & (year <= latest_year)))
        kept = series["cumulative"]
        near = _Neighbours.of(fits, position, year)
        certain, decisive = near.decide(event, kept)
        settled, passed = passed & ~np.isnan(certain), passed & np.isnan(certain)
        open_ = known & ~closed & ~settled & ~passed & ~rule
        lower, upper = series["lower"], series["upper"]
        beyond = np.where(event.upward, event.threshold > upper, event.threshold < lower)
        gone = np.where(event.upward, event.exceeded_by(latest), ~event.met_by(latest))
        beyond |= (event.ceiling < lower) | (kept & gone)
        sure = meets & kept & event.upward & ~event.band
        ahead = np.where(sure, 1.0, np.where(beyond, 0.0, np.nan))
        between = passed & near.known.all(axis=1) & ~rule
        evidence = np.where(clear | ~known, series["evidence"], EVIDENCE.index("conflicting"))
        names = {"value": "target", "value_high": "target_high"}
        columns = {names.get(c, c): targets[c].array for c in targets} | {
            "latest": latest, "latest_year": latest_year, "lower": lower, "upper": upper,
            "resolution": step, "figure": figure, "evidence": take_words(EVIDENCE, evidence),
        }  # fmt: skip
        declared = _declared_baseline(fits, position, base, base_year)
        return (
            columns, event, year, position, closed, settled, passed,
            count_months(day, year) >= series["publication_lag"], open_,
            open_ | between | (passed & known & ~rule & (year > latest_year)),
            open_ & _is_no_better(event, higher, declared), between, near.meets(event), meets,
            event.met_by(figure), np.where(settled, certain, np.where(open_, ahead, np.nan)),
            decisive, near.bridge,
        )  # fmt: skip

    @cached_property
    def first_met(self) -> FloatArray:
        """Year of the first figure that meets each target; NaN where none does."""
        return _find_first_met(self.fits, self.event, self.position)

    @property
    def reached(self) -> BoolArray:
        """Whether the figure of the target's year, or the latest one, meets the target."""
        return (self.closed & self.was_met) | self.meets

    def certainty(self, event: str) -> FloatArray:
        """Give 1 where `event` has happened or must, 0 where it cannot, else NaN."""
        certain = np.where(self.closed, self.was_met.astype(float), self.decided)
        return np.where(self.open & self.meets, 1.0, certain) if event == "ever" else certain

    def probability(self, event: str, p: FloatArray) -> FloatArray:
        """Compute the printed probability of `event` from that of the estimated targets, `p`."""
        certain = self.certainty(event)
        return np.where(np.isnan(certain), self._expand(np.clip(p, *PRINTED_BOUNDS)), certain)

    def median(self, median: FloatArray) -> FloatArray:
        """Give the figure of the target's year, or else its median; `median` of the estimated."""
        return np.select(
            [self.closed, self.settled], [self.columns["figure"], self.decisive],
            self._expand(median),
        )  # fmt: skip

    def standard_error(self, p: FloatArray, error: FloatArray) -> FloatArray:
        """Give the standard error of the estimated targets' `p`, 0 where that is certain."""
        certain = (p == 0.0) | (p == 1.0)
        return np.where(certain, 0.0, self._expand(error))

    def status(self, p: FloatArray) -> Any:
        """Name the state of each target from its printed probability."""
        one = np.asarray(self.columns["evidence"] == SINGLE, bool)
        states = {
            "met": self.closed & self.was_met,
            "missed": self.closed | (self.settled & (self.decided == 0.0)),
            "exceeded": self.settled,
            "not_yet_due": self.passed & ~self.due,
            "likely_exceeded": self.passed & self.estimated & self.beside & (p >= LIKELY),
            "estimated": self.passed & self.estimated,
            "no_data": ~self.open,
            "reached": self.meets & ~self.wrong_side & (one | (p >= UNLIKELY)),
            "too_early": one & np.isnan(self.decided),
            "likely": p >= LIKELY,
            "unlikely": p < UNLIKELY,
        }
        return choose_words(states, "uncertain")

    def _expand(self, values: FloatArray) -> FloatArray:
        """Place values of the estimated targets in their rows, NaN elsewhere."""
        out = np.full(len(self.year), np.nan)
        out[self.estimated] = values
        return out


def hide_single(answers: pd.DataFrame) -> pd.DataFrame:
    """Leave out the probabilities that rest on a single figure, for tables that people read.

    `answers` has a column evidence. What is certain or impossible stays.

    >>> rows = {"evidence": ["prior only", "weak", "prior only"], "p_reach": [0.4, 0.6, 1.0]}
    >>> hide_single(pd.DataFrame(rows))["p_reach"].tolist()
    [nan, 0.6, 1.0]
    """
    columns = [column for column in CHANCES if column in answers]
    first = answers[columns[0]] if columns else pd.Series(np.nan, answers.index)
    hidden = answers["evidence"].eq(SINGLE) & ~first.isin([0.0, 1.0])
    return answers.assign(**{column: answers[column].mask(hidden) for column in columns})


def _refuse_misspelt(fits: Fits, indicators: NDArray[Any]) -> None:
    """Refuse indicators of targets that nothing describes and that are like one described.

    What is like none of them has no figure, which is an answer.
    """
    for name in map(str, pd.unique(indicators)):
        if name not in fits.described and nearest(name, fits.described, likeness=LIKENESS):
            raise UnknownNameError("indicator", name, sorted(fits.described))


def _look_up(fits: Fits, position: IntArray) -> dict[str, NDArray[Any]]:
    """Give what is known of each target's series, with defaults where there is none.

    `evidence` is numbered as in `EVIDENCE`; `higher` and `rule` are for better and kind.
    """
    table = fits.series
    last = fits.observations["conflicting"].to_numpy(bool)[np.cumsum(table["n"]) - 1]
    facts: dict[str, tuple[NDArray[Any], Any]] = {
        "latest": (table["latest"].to_numpy(float), np.nan),
        "latest_year": (table["latest_year"].to_numpy(float), np.nan),
        "lower": (table["lower"].to_numpy(float), np.nan),
        "upper": (table["upper"].to_numpy(float), np.nan),
        "resolution": (table["resolution"].to_numpy(float), np.nan),
        "publication_lag": (table["publication_lag"].to_numpy(float), np.nan),
        "higher": (table["better"].ne("lower").to_numpy(bool), True),
        "rule": (table["kind"].eq("rule").to_numpy(bool), False),
        "cumulative": (table["cumulative"].to_numpy(bool), False),
        "conflicting": (last, False),
        "evidence": (number_words(table["evidence"], EVIDENCE), 0),
    }
    whole = np.array_equal(position, np.arange(len(table)))
    found = {
        name: values if whole else np.append(values, default)[position]
        for name, (values, default) in facts.items()
    }
    for name, default in (("lower", -np.inf), ("upper", np.inf), ("resolution", 0.0),
                          ("publication_lag", PUBLICATION_LAG)):  # fmt: skip
        found[name] = np.where(np.isnan(found[name]), default, found[name])
    return found


@dataclass(frozen=True)
class _Neighbours:
    """The last figure before, and the first after, the year of each target; arrays (targets, 2).

    `year` and `value` are NaN where there is none, `sound` is False for the average of several.
    """

    target_year: FloatArray
    year: FloatArray
    value: FloatArray
    sound: BoolArray

    @staticmethod
    def of(fits: Fits, position: IntArray, year: FloatArray) -> _Neighbours:
        """Look up the figures of each target's series."""
        target, when, value, conflicting, changed = _figures_of(
            fits, position, "year", "value", "conflicting", "break"
        )
        years, values = np.full((2, len(position), 2), np.nan)
        sound, early = np.zeros((len(position), 2), bool), when <= year[target]
        for side, at in ((0, np.flatnonzero(early)), (1, np.flatnonzero(~early)[::-1])):
            # The last assignment counts: the figure nearest to the year.
            years[target[at], side], values[target[at], side] = when[at], value[at]
            sound[target[at], side] = ~conflicting[at]
        # A definition that changed in between makes them two series.
        broken = np.zeros(len(position), bool)
        late = np.flatnonzero(~early)[::-1]
        broken[target[late]] = changed[late]
        years[broken, 1], values[broken, 1], sound[broken, 1] = np.nan, np.nan, False
        return _Neighbours(year, years, values, sound)

    @property
    def known(self) -> BoolArray:
        """Whether there is a figure on each side."""
        return ~np.isnan(self.year)

    def decide(self, event: TargetEvent, never_falls: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Give 1 or 0 where a series that never falls has met the target or not, else NaN.

        With the figure that says so.
        """
        met = np.column_stack([event.met_by(self.value[:, side]) for side in (0, 1)])
        above = np.column_stack([event.exceeded_by(self.value[:, side]) for side in (0, 1)])
        sound = self.sound & never_falls[:, None]
        # More was there before or more is not there after; less is there after or was not before.
        first, last = np.where(event.upward, 0, 1), np.where(event.upward, 1, 0)
        row = np.arange(len(met))
        yes = sound[row, first] & met[row, first] & (~event.band | (sound[:, 1] & met[:, 1]))
        no = sound[row, last] & ~met[row, last] & ~above[row, last]
        over = sound[:, 0] & above[:, 0]
        figure = np.select(
            [over, yes], [self.value[:, 0], self.value[row, first]], self.value[row, last]
        )
        return np.select([over | no, yes], [0.0, 1.0], np.nan), figure

    def meets(self, event: TargetEvent) -> BoolArray:
        """Test whether one of the two figures meets the target."""
        met = [event.met_by(self.value[:, side]) & self.sound[:, side] for side in (0, 1)]
        either: BoolArray = np.logical_or(*met)
        return either

    @property
    def bridge(self) -> FloatArray:
        """Value interpolated at the target's year, and the years from and to the two figures."""
        since, until = self.target_year - self.year[:, 0], self.year[:, 1] - self.target_year
        whole = np.where(self.known.all(axis=1), since + until, np.nan)
        value = self.value[:, 0] + (self.value[:, 1] - self.value[:, 0]) * since / whole
        return np.column_stack([value, since, until])


def _is_no_better(event: TargetEvent, higher: BoolArray, baseline: FloatArray) -> BoolArray:
    """Test whether a target is no better than its baseline; False where that is NaN."""
    better = np.where(higher, event.exceeded_by(baseline), baseline < event.goal)
    return event.met_by(baseline) | (event.band & better)


def _declared_baseline(
    fits: Fits, position: IntArray, value: FloatArray, year: FloatArray
) -> FloatArray:
    """Return the declared baseline of each target, or the figure of its declared year, else NaN."""
    figure, doubtful = _figure_of(fits, position, year)
    found: FloatArray = np.where(np.isnan(value) & ~doubtful, figure, value)
    return np.where(np.isnan(year), np.nan, found)


def _figure_of(fits: Fits, position: IntArray, year: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Figure of each target's series in a year, NaN where none is; and whether it conflicts."""
    value, doubtful = np.full(len(year), np.nan), np.zeros(len(year), bool)
    asked = np.flatnonzero(~np.isnan(year))
    target, when, figure, conflicting = (
        _figures_of(fits, np.where(np.isnan(year), -1, position), "year", "value", "conflicting")
        if len(asked)
        else (asked, *np.zeros((3, 0)))
    )
    at = np.flatnonzero(when == year[target])
    value[target[at]], doubtful[target[at]] = figure[at], conflicting[at]
    return value, doubtful


def _figures_of(fits: Fits, position: IntArray, *columns: str) -> tuple[NDArray[Any], ...]:
    """Give each target's number, and columns, of the figures of its series, one after another."""
    known = np.flatnonzero(position >= 0)
    n = fits.series["n"].to_numpy()
    size, start = n[position[known]], (np.cumsum(n) - n)[position[known]]
    # Figures of one series are contiguous.
    rows = np.repeat(start, size) + count_within(size)
    taken = (fits.observations[c].to_numpy()[rows] for c in columns)
    return np.repeat(known, size), *taken


def _find_first_met(fits: Fits, event: TargetEvent, position: IntArray) -> FloatArray:
    """Year of the first figure that meets each target; NaN where none does."""
    first = np.full(len(position), np.nan)
    target, when, value, conflicting = _figures_of(fits, position, "year", "value", "conflicting")
    met = event.take(target).met_by(value) & ~conflicting
    # Figures of one target are in time order.
    rows, at = np.unique(target[met], return_index=True)
    first[rows] = np.ceil(when[met][at] - 1e-9)
    return first
