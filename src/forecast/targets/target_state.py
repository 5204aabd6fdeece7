"""What published figures decide about each target, and what they leave open.

A target is closed by the figure of its year; passed where its year ended without one; kept where a
series that cannot fall had met it before; else open. Figures of one year that conflict (several of
equal standing, see `model.panel`) decide nothing: their target counts as without a figure, and its
`evidence` is `conflicting`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, msg
from ..model.arrays import BoolArray, FloatArray, IntArray, count_within
from ..model.fitting import Fits
from ..model.panel import KEY, MOST_PROBLEMS
from ..tables.calendar import last_closed_year, parse_day
from ..tables.schema import COMPARATORS, EVENTS
from .events import LIKELY, UNLIKELY, TargetEvent, resolve_comparator

__all__ = ["PRINTED_BOUNDS", "TargetState", "read_targets"]


PRINTED_BOUNDS = (0.01, 0.99)
"""Bounds of a printed probability, unless the event has happened or cannot happen: no model at hand
is known to be right to within one percent."""


@dataclass(frozen=True)
class TargetState:
    """Targets with what is known of them; arrays are (targets,).

    Attributes
    ----------
    table : the targets with their series' columns; `figure` is that of the target's year
    event, year : the event, and the target's year
    position : row of the target's series in the fits, -1 where there is none
    closed, passed, kept, open : see the module; none of them where there is no series
    meets, was_met : whether the latest figure, and that of the target's year, meets the target
    first_met : year of the first figure that meets the target, NaN where none does
    decided : 1 for what is certain without a figure of the year, 0 for what is impossible, else NaN
    """

    table: pd.DataFrame
    event: TargetEvent
    year: FloatArray
    position: IntArray
    closed: BoolArray
    passed: BoolArray
    kept: BoolArray
    open: BoolArray
    meets: BoolArray
    was_met: BoolArray
    first_met: FloatArray
    decided: FloatArray

    @staticmethod
    def of(fits: Fits, targets: pd.DataFrame, as_of: str | dt.date | None = None) -> TargetState:
        """Compare the targets with the figures of `fits`, as known on the day `as_of`.

        Raises
        ------
        DataError
            For targets that `read_targets` refuses, or an `as_of` that is no day.
        """
        closed_year = last_closed_year(parse_day(as_of, "attainment")) if as_of else -np.inf
        table = _describe(fits, targets)
        reading = table["reading"].to_numpy(str)
        goal, year, resolution, latest_year, latest, figure = (
            table[c].to_numpy(float)
            for c in ("target", "year", "resolution", "latest_year", "latest", "figure")
        )
        event, position = TargetEvent.of(goal, reading, resolution), table["position"].to_numpy()
        known, clear = position >= 0, ~table["conflicting"].to_numpy(bool)
        meets = event.met_by(latest) & clear
        closed = known & ~np.isnan(figure)
        passed = ~closed & ((year <= closed_year) | (known & (year <= latest_year)))
        held = meets & table["cumulative"].to_numpy(bool) & event.upward
        kept = passed & held & (latest_year <= year)
        passed &= ~kept
        open_ = known & ~closed & ~passed & ~kept
        lower, upper = table["lower"], table["upper"]
        beyond = np.where(event.upward, event.threshold > upper, event.threshold < lower)
        decided = np.where(kept | (open_ & held), 1.0, np.where(open_ & beyond, 0.0, np.nan))
        was_met = event.met_by(figure)
        return TargetState(
            table, event, year, position, closed, passed, kept, open_, meets, was_met,
            _find_first_met(fits, event, position), decided,
        )  # fmt: skip

    @property
    def reached(self) -> BoolArray:
        """Whether the figure of the target's year, or the latest one, meets the target."""
        return (self.closed & self.was_met) | self.meets

    def certainty(self, event: str) -> FloatArray:
        """Give 1 where `event` has happened or must, 0 where it cannot, else NaN."""
        certain = np.where(self.closed, self.was_met.astype(float), self.decided)
        return np.where(self.open & self.meets, 1.0, certain) if event == "ever" else certain

    def probability(self, event: str, p: FloatArray) -> FloatArray:
        """Compute the printed probability of `event` from that of the open targets, `p`."""
        certain = self.certainty(event)
        return np.where(np.isnan(certain), self._expand(np.clip(p, *PRINTED_BOUNDS)), certain)

    def median(self, median: FloatArray) -> FloatArray:
        """Give the figure of the target's year, or else its median; `median` of the open ones."""
        known = [self.table[c].to_numpy(float) for c in ("figure", "latest")]
        return np.select([self.closed, self.kept], known, self._expand(median))

    def standard_error(self, p: FloatArray, share: FloatArray, draws: float) -> FloatArray:
        """Compute the standard error of the open targets' `share`; 0 where `p` is certain."""
        certain = (p == 0.0) | (p == 1.0)
        return np.where(certain, 0.0, self._expand(np.sqrt(share * (1.0 - share) / draws)))

    def status(self, p: FloatArray) -> NDArray[np.str_]:
        """Name the status of each target from its printed probability."""
        met = (self.closed & self.was_met) | self.kept
        no_data = self.position < 0
        return np.select(
            [met, self.closed, self.passed, no_data, self.meets, p >= LIKELY, p < UNLIKELY],
            ["met", "missed", "not_published", "no_data", "reached", "likely", "unlikely"],
            "uncertain",
        )

    def _expand(self, values: FloatArray) -> FloatArray:
        """Place values of the open targets in their rows, NaN elsewhere."""
        out = np.full(len(self.table), np.nan)
        out[self.open] = values
        return out


def read_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """Check targets and select their columns: region, indicator, year, value, comparator, event.

    Raises
    ------
    DataError
        For missing columns, unknown comparators or events, and years or values that are no numbers;
        all at once.
    """
    problem = msg("no such column")
    problems = [
        Problem("targets", None, c, None, problem, msg("add a column {name!r}", name=c))
        for c in (*KEY, "year", "value", "comparator")
        if c not in targets.columns
    ]
    if problems:
        raise DataError(problems)
    out = targets[[*KEY, "year", "value", "comparator"]].reset_index(drop=True)
    event = targets["event"].fillna("") if "event" in targets else pd.Series("", targets.index)
    out["event"] = event.replace("", EVENTS[0]).to_numpy()
    for column, known in (("comparator", COMPARATORS), ("event", EVENTS)):
        remedy = msg("use {names}", names=[*known])
        problems += [
            Problem("targets", None, column, word, msg("unknown"), remedy)
            for word in sorted(set(out[column].fillna("").astype(str)) - set(known))
        ]
    for column, remedy in (("year", msg("write a year, as 2025")), ("value", msg("write one"))):
        given = out[column]
        # Dates would become nanoseconds.
        dated = given.map(lambda v: isinstance(v, dt.date | pd.Period))
        out[column] = pd.to_numeric(given.astype(object).mask(dated), errors="coerce")
        for i in np.flatnonzero(~np.isfinite(out[column].astype(float))):
            series = [*map(str, out.loc[i, KEY])]
            text = msg("{problem} ({series})", problem=msg("no number"), series=series)
            problems.append(Problem("targets", None, column, str(given.iloc[i]), text, remedy))
    if problems:
        raise DataError(problems[:MOST_PROBLEMS])
    return out


def _describe(fits: Fits, targets: pd.DataFrame) -> pd.DataFrame:
    """Join targets with their series' columns, and with the `figure` of the target's year."""
    out = read_targets(targets).rename(columns={"value": "target"})
    series = fits.series.assign(position=np.arange(len(fits.series)))
    series = series.drop(columns=["n", "own_share", "conflicting"])
    out = out.merge(series, on=KEY, how="left", sort=False)
    figures = fits.observations[[*KEY, "year", "value", "conflicting"]]
    last = figures.drop_duplicates(KEY, keep="last")[[*KEY, "conflicting"]]
    out = out.merge(last, on=KEY, how="left", sort=False)
    whole = figures[figures["year"] % 1.0 == 0.0].astype({"year": out["year"].dtype})
    whole = whole.rename(columns={"value": "figure", "conflicting": "figure_conflicting"})
    out = out.merge(whole, on=[*KEY, "year"], how="left", sort=False)
    out["position"] = out["position"].fillna(-1).astype(int)
    higher = (out["better"] != "lower").to_numpy()
    out["reading"] = resolve_comparator(out["comparator"].to_numpy(str), higher)
    out["resolution"] = out["resolution"].fillna(0.0)
    out["upper"] = out["upper"].astype(float).fillna(np.inf)
    out["lower"] = out["lower"].astype(float).fillna(-np.inf)
    for flag in ("cumulative", "conflicting", "figure_conflicting"):
        out[flag] = out[flag].eq(True)
    out["figure"] = out["figure"].where(~out["figure_conflicting"])
    conflicting = out["conflicting"] | out["figure_conflicting"]
    out["evidence"] = np.select(
        [out["position"] < 0, conflicting], ["none", "conflicting"], out["evidence"].astype(object)
    )
    return out


def _find_first_met(fits: Fits, event: TargetEvent, position: IntArray) -> FloatArray:
    """Year of the first figure that meets each target; NaN where none does."""
    first, known = np.full(len(position), np.nan), np.flatnonzero(position >= 0)
    n = fits.series["n"].to_numpy()
    size, start = n[position[known]], (np.cumsum(n) - n)[position[known]]
    # Figures of one series are contiguous: those of each target, one target after the other.
    target = np.repeat(known, size)
    figures = fits.observations.iloc[np.repeat(start, size) + count_within(size)]
    met = event.take(target).met_by(figures["value"].to_numpy(float))
    met &= ~figures["conflicting"].to_numpy(bool)
    year = pd.Series(np.ceil(figures["year"].to_numpy(float)[met] - 1e-9))
    earliest = year.groupby(target[met]).min()
    first[earliest.index] = earliest
    return first
