"""Holds a planner's own figures against a plan: what somebody must look at before they count.

Doubtful is a figure that differs from the one published for its region, indicator and year, that
is exactly the plan's target of that year where nothing is published, that is more than ten times
its neighbour in time or less than a tenth of it, that is printed as about, that has a comparator
and is no stated target, or whose line names no region below one of another region. A cumulative
count that would fall is a fault.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..i18n.messages import Code, Day, Gap, Remark
from ..tables.calendar import is_year_end, year_end
from ..tables.schema import STATUSES
from ..tables.validation import cumulative_decreases
from .reading import Names, Reading

__all__ = ["DOUBTED", "PublishedFigures", "replaced", "same"]

TIMES = 10
"""A figure so many times its neighbour, or less than that part of it, is doubted."""
DOUBTED = ("approximate", "lent")
"""What reading a figure notes, and a planner must look at."""
KEY = ["region", "indicator", "year"]

SeriesYear = tuple[str, str, int]
"""Region, indicator and year."""


@dataclass(frozen=True)
class PublishedFigures:
    """What a plan's tables say of the series that own figures belong to."""

    observations: pd.DataFrame
    indicators: pd.DataFrame
    names: Names
    as_of: str
    published: Mapping[SeriesYear, Mapping[str, Any]]
    """Figures of years' ends, the one that counts where there are several."""
    years: Mapping[tuple[str, str], list[int]]
    """Years with a figure, a series."""
    planned: Mapping[SeriesYear, set[float]]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], names: Names, as_of: str) -> PublishedFigures:
        """Take from tables what the doubts rest on."""
        figures = tables["observations"]
        better = figures["status"].map({s: -at for at, s in enumerate(STATUSES)})
        last = figures[_at_years_end(figures)].assign(better=better)
        last = last.sort_values(["year", "published", "better"]).to_dict("records")
        published = {(f["region"], f["indicator"], f["year"]): f for f in last}
        years: dict[tuple[str, str], list[int]] = {}
        for region, indicator, year in published:
            years.setdefault((region, indicator), []).append(year)
        planned: dict[SeriesYear, set[float]] = {}
        for row in tables["targets"].to_dict("records"):
            at = row["region"], row["indicator"], row["year"]
            planned.setdefault(at, set()).add(row["value"])
        titles = tables["sources"].set_index("source")["title_zh"].to_dict()
        return cls(figures, tables["indicators"], names, as_of, published, years, planned, titles)

    def falls(self, readings: Sequence[Reading]) -> dict[int, Remark]:
        """Own figures, by their place among the readings, that make a cumulative count fall."""
        own = {
            at: {
                "region": reading.region,
                "indicator": reading.indicator,
                "year": reading.year,
                "value": reading.value,
            }
            for at, reading in enumerate(readings)
            if reading.status == "ok" and reading.type == "actual"
        }
        if not own:
            return {}
        rest = self.observations[~replaced(self.observations, own.values())]
        rest.index = -1 - rest.index
        every = pd.concat([rest, pd.DataFrame.from_dict(own, orient="index")])
        every["as_of"] = every["as_of"].fillna("")
        found = {}
        for later, earlier in cumulative_decreases(every, self.indicators).itertuples(index=False):
            one, other = every.loc[earlier], every.loc[later]
            gaps: dict[str, Gap] = {
                "early": str(one["year"]),
                "before": self.names.quantity(one["indicator"], one["value"]),
                "late": str(other["year"]),
                "after": self.names.quantity(one["indicator"], other["value"]),
            }
            at = later if later >= 0 else earlier
            if at >= 0:
                found[at] = Remark("falls", gaps)
        return found

    def beside(self, reading: Reading) -> Mapping[str, Any]:
        """Observation published for the same region, indicator and year; empty if none."""
        return self.published.get(_series_year(reading), {})

    def notes(self, reading: Reading) -> Iterator[Remark]:
        """Say what needs no decision."""
        if reading.type == "target":
            yield from [Remark("target")] if reading.cell.type else []
            return
        found = self.beside(reading)
        if found and same(reading.value, found["value"]):
            yield Remark("same")
        if self.as_of and reading.year and year_end(reading.year) > self.as_of:
            yield Remark("late", {"day": Day(self.as_of)})

    def doubts(self, reading: Reading) -> Iterator[Remark]:
        """Say what somebody must look at."""
        yield from (remark for remark in reading.remarks if remark.code in DOUBTED)
        if reading.type == "target":
            if not reading.cell.type:
                words = Code("figure_comparator", reading.figure.comparator)
                yield Remark("compared", {"comparator": words})
            return
        yield from self._against_published(reading)
        yield from self._against_neighbour(reading)

    def _against_published(self, reading: Reading) -> Iterator[Remark]:
        found = self.beside(reading)
        if found and not same(reading.value, found["value"]):
            source = self.titles.get(found["source"], found["source"])
            value = self.names.quantity(reading.indicator, found["value"])
            yield Remark("differs", {"published": value, "source": source})
        elif not found and reading.value in self.planned.get(_series_year(reading), ()):
            yield Remark("planned", {"year": str(reading.year)})

    def _against_neighbour(self, reading: Reading) -> Iterator[Remark]:
        assert reading.year is not None
        own = reading.year
        others = [y for y in self.years.get((reading.region, reading.indicator), ()) if y != own]
        if not others:
            return
        year = min(others, key=lambda other: abs(other - own))
        value = self.published[reading.region, reading.indicator, year]["value"]
        less, more = sorted((abs(value), abs(reading.value)))
        if 0 < less * TIMES < more:
            quantity = self.names.quantity(reading.indicator, value)
            yield Remark("jump", {"year": str(year), "published": quantity})


def replaced(figures: pd.DataFrame, own: Iterable[Mapping[str, object]]) -> pd.Series:
    """Whether own figures of the same region, indicator and year replace each published figure.

    >>> from forecast.tables.plan import load_plan
    >>> figures = load_plan("lishui").tables["observations"]
    >>> own = {"region": "lishui", "indicator": "nursing_bed_share", "year": 2020}
    >>> int(replaced(figures, [own]).sum())
    1
    """
    taken = pd.MultiIndex.from_tuples([tuple(row[k] for k in KEY) for row in own], names=KEY)
    return _at_years_end(figures) & pd.MultiIndex.from_frame(figures[KEY]).isin(taken)


def same(one: float, other: float) -> bool:
    """Whether two figures are one, but for what a spreadsheet rounds away.

    >>> same(0.1 + 0.2, 0.3), same(float("nan"), 1.0)
    (True, False)
    """
    return math.isclose(one, other, rel_tol=1e-12)


def _series_year(reading: Reading) -> SeriesYear:
    return reading.region, reading.indicator, reading.year or 0


def _at_years_end(figures: pd.DataFrame) -> pd.Series:
    return figures["as_of"].eq("") | figures["as_of"].map(is_year_end)
