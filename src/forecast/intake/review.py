"""Compares a planner's own figures with what a plan has: what must be confirmed before it counts.

Doubtful is a figure that differs from the one published for its region, indicator and day, that is
exactly the plan's target of its year where nothing is published, that is more than ten times its
neighbour in time or less than a tenth of it, or that has a comparator and is no stated target; and
one that reading it has left in doubt. A cumulative count that would fall is a fault. Where targets
are taken, one that differs from the plan's is doubtful.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..i18n.messages import Argument, Code, Day, Issue
from ..tables.calendar import figure_days, is_year_end
from ..tables.schema import STATUSES
from ..tables.validation import cumulative_decreases
from .matching import Names
from .reading import Reading

__all__ = ["PublishedFigures", "own_day", "replaced", "same"]

TIMES = 10
"""A figure so many times its neighbour, or less than that part of it, is doubtful."""

SeriesDay = tuple[str, str, str]
"""Region, indicator and day."""


@dataclass(frozen=True)
class PublishedFigures:
    """What a plan's tables have of the series that own figures belong to.

    `published` are the figures by region, indicator and day, the one that counts where there are
    several; `years` the years of a series whose end has a figure; `planned` the targets by region,
    indicator and year; `targets` says whether targets are taken.
    """

    observations: pd.DataFrame
    indicators: pd.DataFrame
    names: Names
    as_of: str
    published: Mapping[SeriesDay, Mapping[str, Any]]
    years: Mapping[tuple[str, str], list[int]]
    planned: Mapping[tuple[str, str, int], list[Mapping[str, Any]]]
    titles: Mapping[str, str]
    targets: bool = False

    @classmethod
    def of(
        cls, tables: Mapping[str, pd.DataFrame], names: Names, as_of: str, *, targets: bool = False
    ) -> PublishedFigures:
        """Take from tables what the doubts rest on."""
        figures = tables["observations"]
        better = figures["status"].map({s: -at for at, s in enumerate(STATUSES)})
        last = figures.assign(better=better, day=figure_days(figures))
        last = last.sort_values(["day", "published", "better"])
        published = {(f["region"], f["indicator"], f["day"]): f for f in last.to_dict("records")}
        years: dict[tuple[str, str], list[int]] = {}
        for region, indicator, day in published:
            if is_year_end(day):
                years.setdefault((region, indicator), []).append(int(day[:4]))
        planned: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
        for row in tables["targets"].to_dict("records"):
            planned.setdefault((row["region"], row["indicator"], row["year"]), []).append(row)
        titles = tables["sources"].set_index("source")["title_zh"].to_dict()
        return cls(
            figures, tables["indicators"], names, as_of, published, years, planned, titles, targets
        )

    def falls(self, readings: Sequence[Reading]) -> dict[int, Issue]:
        """Own figures, by their place among the readings, that make a cumulative count fall."""
        own = {
            at: (r.region, r.indicator, r.year, own_day(r), r.value)
            for at, r in enumerate(readings)
            if r.status == "ok"
            and r.type == "actual"
            and self.names.about[r.indicator]["cumulative"]
        }
        if not own:
            return {}
        columns = ["region", "indicator", "year", "as_of", "value"]
        mine = pd.DataFrame.from_dict(own, orient="index", columns=columns)
        rest = self.observations[self.observations["indicator"].isin(mine["indicator"])]
        rest = rest[~replaced(rest, mine)]
        rest.index = -1 - rest.index
        every = pd.concat([rest, mine])
        found = {}
        for later, earlier in cumulative_decreases(every, self.indicators).itertuples(index=False):
            one, other = every.loc[earlier], every.loc[later]
            gaps: dict[str, Argument] = {
                "early": str(one["year"]),
                "before": self.names.quantity(one["indicator"], one["value"]),
                "late": str(other["year"]),
                "after": self.names.quantity(one["indicator"], other["value"]),
            }
            at = later if later >= 0 else earlier
            if at >= 0:
                found[at] = Issue("falls", gaps)
        return found

    def beside(self, reading: Reading) -> Mapping[str, Any]:
        """Observation published for the same region, indicator and day; empty if none."""
        if reading.type == "target":
            return {}
        return self.published.get((reading.region, reading.indicator, reading.date), {})

    def notes(self, reading: Reading) -> Iterator[Issue]:
        """Say what needs no decision."""
        if reading.type == "target":
            if self.targets:
                yield from [Issue("target_same")] if self._planned_alike(reading) else []
            elif reading.cell.facts.type == "target":
                yield Issue("target")
            return
        found = self.beside(reading)
        if found and same(reading.value, found["value"]):
            yield Issue("same")
        if self.as_of and reading.date > self.as_of:
            yield Issue("late", {"day": Day(self.as_of)})

    def doubts(self, reading: Reading) -> Iterator[Issue]:
        """Say what must be confirmed."""
        yield from reading.doubts
        if reading.type == "actual":
            yield from self._against_published(reading)
            yield from self._against_neighbour(reading)
        elif self.targets:
            planned = self._planned(reading)
            if planned and not self._planned_alike(reading):
                value = self.names.quantity(reading.indicator, planned[-1]["value"])
                yield Issue("target_differs", {"planned": value})
        elif reading.cell.facts.type != "target":
            words = Code("figure_comparator", reading.figure.comparator)
            yield Issue("compared", {"comparator": words})

    def _planned(self, reading: Reading) -> Sequence[Mapping[str, Any]]:
        return self.planned.get((reading.region, reading.indicator, reading.year or 0), ())

    def _planned_alike(self, reading: Reading) -> bool:
        return any(same(reading.value, row["value"]) for row in self._planned(reading))

    def _against_published(self, reading: Reading) -> Iterator[Issue]:
        found = self.beside(reading)
        if found and not same(reading.value, found["value"]):
            source = self.titles.get(found["source"], found["source"])
            value = self.names.quantity(reading.indicator, found["value"])
            yield Issue("differs", {"published": value, "source": source})
        elif not found and self._planned_alike(reading):
            yield Issue("planned", {"year": str(reading.year)})

    def _against_neighbour(self, reading: Reading) -> Iterator[Issue]:
        own = reading.year or 0
        series = reading.region, reading.indicator
        others = [year for year in self.years.get(series, ()) if year != own]
        if not others:
            return
        year = min(others, key=lambda other: abs(other - own))
        value = self.published[*series, f"{year}-12-31"]["value"]
        less, more = sorted((abs(value), abs(reading.value)))
        if 0 < less * TIMES < more:
            quantity = self.names.quantity(reading.indicator, value)
            yield Issue("jump", {"year": str(year), "published": quantity})


def replaced(figures: pd.DataFrame, own: pd.DataFrame) -> pd.Series:
    """Whether own figures of the same region, indicator and day replace each published figure.

    >>> from forecast.tables.plan import load_plan
    >>> figures = load_plan("lishui").tables["observations"]
    >>> own = figures[figures["indicator"] == "nursing_bed_share"]
    >>> bool(replaced(figures, own).sum() == len(own))
    True
    """
    days = [frame.assign(day=figure_days(frame)) for frame in (figures, own)]
    keys = [pd.MultiIndex.from_frame(frame[["region", "indicator", "day"]]) for frame in days]
    return pd.Series(keys[0].isin(keys[1]), index=figures.index)


def own_day(reading: Reading) -> str:
    """Day of a figure as the table of observations has it: "" for the year's end."""
    return "" if is_year_end(reading.date) else reading.date


def same(one: float, other: float) -> bool:
    """Whether two figures are one, but for what a spreadsheet rounds away.

    >>> same(0.1 + 0.2, 0.3), same(float("nan"), 1.0)
    (True, False)
    """
    return math.isclose(one, other, rel_tol=1e-12)
