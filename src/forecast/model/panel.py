"""Observations as arrays: checks, revisions, breaks, ratios of two stocks.

A table of observations needs region, indicator, year and value; status, published and break are
read where present. A year is a number (2021.5 is mid-2022), or a date or period whose end counts:
day d of the N days of a year lies at year - 1 + d / N, so that 2021-12-31 is 2021. Of several
values of one series and time the last published counts, else the better status (actual,
preliminary, estimated). Values that still disagree are averaged and marked `conflicting`. `break`
true says that the definition changed before this value: the step to it is no growth.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, DataError, Problem, check_name, list_missing, msg
from ..tables.calendar import find_implausible, list_year_problems, read_years
from ..tables.cells import read_numbers
from ..tables.row_rules import Rule, list_figure_problems
from ..tables.schema import DIRECTIONS, KINDS, NEVER_FALLS, NEVER_NEGATIVE, STATUSES
from .arrays import BoolArray, FloatArray, IntArray, select

__all__ = [
    "KEY",
    "MOST_PROBLEMS",
    "SeriesPanel",
    "arrange",
    "build_panel",
    "read_observations",
]


KEY = ["region", "indicator"]
MOST_PROBLEMS = 20
"""Problems of one column that an error lists."""
TRUE = ("true", "1", "1.0", "yes", "y", "是", "有")
FALSE = ("", "false", "0", "0.0", "no", "n", "否", "无", "nan", "none", "<na>")
FLAGS = dict.fromkeys(TRUE, 1.0) | dict.fromkeys(FALSE, 0.0)
DAY = r"(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?(?:[ T].*)?"
CELLS = {
    "year": (N_("no number"), N_("write a year, as 2025")),
    "value": (
        N_("no number"),
        N_(
            "write digits with at most a decimal point, such as 1234.5, without unit and "
            "separators, and leave the row out where there is no figure"
        ),
    ),
    "break": (N_("neither true nor false"), N_("write true or false")),
    "standard_error": (
        N_("not a standard error"),
        N_("write a number that is not negative, or leave it empty"),
    ),
    "published": (N_("not a date"), N_("write year, month and day, such as 2022-06-30")),
    "negative": (
        N_("a share, a count or a stock cannot be negative"),
        N_("correct the value, or the kind in the table indicators"),
    ),
}
"""Fact and remedy for a cell of the observations."""
DOUBT = {"preliminary": 0.25, "estimated": 1.0}
"""Error variance of a figure that is not final, in variances of a year's noise. Declared: half a
year's surprise for a preliminary figure, a whole year's for an estimated one."""
# fmt: off
RULES = (
    Rule("better", lambda r: ~r["better"].isin(DIRECTIONS),
         N_("unknown direction of {indicator}"), N_("use higher or lower")),
    Rule("upper", lambda r: r["lower"] >= r["upper"],
         N_("not above the lower bound {lower:.15g}"), N_("correct one of the two bounds")),
    Rule("resolution", lambda r: r["resolution"] < 0.0,
         N_("the reporting step is not above 0"),
         N_("write the step of the figures, such as 1 or 0.1")),
    Rule("indicator", lambda r: r["indicator"].duplicated(),
         N_("described twice, with different values"), N_("keep one of the two rows")),
)
# fmt: on
"""Faults of the descriptions of indicators."""


@dataclass(frozen=True)
class SeriesPanel:
    """Observations of many series as arrays, in time order, flush right, NaN where absent.

    Attributes
    ----------
    value, year, breaks : (series, observations); `breaks` is true where the definition changed
        before the observation
    group : (series,) number of the indicator, from 0; all standards have the same
    better : (series,) 1 where higher is better, else -1
    lower, upper : (series,) bounds, infinite where there is none
    resolution : (series,) reporting step, 0 where none is known
    ratchet : (series,) whether the series keeps its highest value so far
    latest_error : (series,) standard error of the latest value, in its unit; None: 0
    latest_doubt : (series,) further variance of the latest value, in variances of a year's noise,
        where it is not final (`DOUBT`); None: 0
    """

    value: FloatArray
    year: FloatArray
    breaks: BoolArray
    group: IntArray
    better: FloatArray
    lower: FloatArray
    upper: FloatArray
    resolution: FloatArray
    ratchet: BoolArray
    latest_error: FloatArray | None = None
    latest_doubt: FloatArray | None = None

    def take(self, index: IntArray) -> SeriesPanel:
        """Select the series at `index`."""
        return select(self, index)

    def last(self, n: int) -> SeriesPanel:
        """Keep the last `n` observations of every series."""
        kept = slice(-n, None)
        return replace(
            self, value=self.value[:, kept], year=self.year[:, kept], breaks=self.breaks[:, kept]
        )


def read_observations(
    observations: pd.DataFrame, indicators: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check both tables, sort the observations and list the series.

    Returns
    -------
    observations : region, indicator, year, value, break, error (standard error, 0 where none is
        known), doubt (`DOUBT`), conflicting, one row a series and year, in an order that does not
        depend on that of the input
    series : region, indicator, kind, better, lower, upper, resolution, cumulative, numerator,
        denominator, publication_lag, n, latest, latest_year, conflicting; one row a series. The
        lower bound is 0 where none is given and the kind cannot be negative

    Raises
    ------
    DataError
        For missing columns, values that are no finite numbers, negative ones of kinds that cannot
        be, unknown codes, impossible bounds, or indicators without a row, or with two that differ;
        all at once.
    """
    problems = _missing_columns(observations, indicators)
    if problems:
        raise DataError(problems)
    used = observations["indicator"].dropna().unique()
    about, problems = _describe(indicators, used)
    year, value = read_years(observations["year"]), read_numbers(observations["value"])
    breaks = _translate(observations, "break", lambda w: w.str.lower().map(FLAGS), 0.0)
    error = _translate(observations, "standard_error", _read_errors, 0.0)
    days = _translate(observations, "published", _read_days, np.datetime64("NaT", "ns"))
    undated = np.isnat(days) & _translate(observations, "published", lambda w: w != "", False)
    rows = pd.DataFrame({
        **{name: observations[name].reset_index(drop=True) for name in KEY},
        "year": year, "value": value, "break": breaks == 1.0, "error": error,
        "doubt": _translate(observations, "status", lambda w: w.map(DOUBT).fillna(0.0), 0.0),
    })  # fmt: skip
    negative = value < 0.0
    if negative.any():
        never = about.index[about["kind"].isin(NEVER_NEGATIVE)]
        negative &= rows["indicator"].isin(never).to_numpy()
    wrong = {
        "year": ~np.isfinite(year),
        "value": ~np.isfinite(value),
        "break": np.isnan(breaks),
        "published": undated,
        "standard_error": ~(np.isfinite(error) & (error >= 0.0)),
        "negative": negative,
    }
    named = {c: pd.factorize(rows[c], sort=True) for c in KEY}
    problems = _list_cells(observations, wrong) + _list_nameless(named) + problems
    if find_implausible(year).any():
        problems += list_year_problems("observations", year, observations["year"], rows[KEY])
    problems += list_figure_problems(rows, about)
    if problems:
        raise DataError(problems)
    for kind in about["kind"].unique():
        check_name("kind", kind, KINDS)
    rank = {word: place for place, word in enumerate(reversed(STATUSES))}
    status = _translate(
        observations, "status", lambda w: w.replace("", STATUSES[0]).map(rank).fillna(-1), 0
    )
    (region, _), (indicator, names) = named.values()
    rows = _keep_one_a_year(rows, region * len(names) + indicator, published=days, status=status)
    rows = _add_ratios(rows, about)
    new = [rows[c].array[1:] != rows[c].array[:-1] for c in KEY]
    of = np.cumsum(np.append(0, np.asarray(new[0] | new[1], int)))[: len(rows)]
    n = np.bincount(of)
    last = rows.take(np.cumsum(n) - 1).reset_index(drop=True)
    known = about.take(about.index.get_indexer(last["indicator"])).reset_index(drop=True)
    lower = known["lower"].to_numpy()
    least = np.where(np.isnan(lower) & known["kind"].isin(NEVER_NEGATIVE), 0.0, lower)
    return rows, pd.DataFrame({
        **{name: last[name] for name in KEY}, "n": n, "latest": last["value"],
        "latest_year": last["year"], **dict(known.items()), "lower": least,
        "conflicting": np.bincount(of, rows["conflicting"]) > 0,
    })  # fmt: skip


def build_panel(observations: pd.DataFrame, series: pd.DataFrame) -> SeriesPanel:
    """Arrange observations, sorted by series and year, as arrays of the series in `series`."""
    n = series["n"].to_numpy()
    value, year = arrange(n, *(observations[c].to_numpy(float) for c in ("value", "year")))
    breaks = arrange(n, observations["break"].to_numpy(float))[0] == 1.0
    lower, upper, unit = (series[c].to_numpy(float) for c in ("lower", "upper", "resolution"))
    last = np.cumsum(n) - 1
    error, doubt = (observations[c].to_numpy(float)[last] for c in ("error", "doubt"))
    return SeriesPanel(
        value, year, breaks,
        _number_groups(series),
        np.where(series["better"].to_numpy() == "lower", -1.0, 1.0),
        np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper), unit,
        series["cumulative"].to_numpy(bool), error, doubt,
    )  # fmt: skip


def arrange(n: IntArray, *columns: FloatArray) -> list[FloatArray]:
    """Arrange columns, `n` consecutive rows a series, as (series, observations), flush right.

    >>> arrange(np.array([1, 2]), np.array([5.0, 6.0, 7.0]))[0].tolist()
    [[nan, 5.0], [6.0, 7.0]]
    """
    width = int(n.max(initial=1))
    if len(n) and int(n.min()) == width:
        return [column.reshape(len(n), width) for column in columns]
    place = np.repeat(width * np.arange(1, len(n) + 1) - np.cumsum(n), n) + np.arange(n.sum())
    arranged = np.full((len(columns), len(n) * width), np.nan)
    for one, column in zip(arranged, columns, strict=True):
        one[place] = column
    return [one.reshape(len(n), width) for one in arranged]


def _number_groups(series: pd.DataFrame) -> IntArray:
    """Return a number for the indicator of each series; notices raise all standards alike: one."""
    kind, indicator = (series[c].to_numpy(str) for c in ("kind", "indicator"))
    group = np.where(kind == "standard", "standard", indicator)
    return np.asarray(pd.factorize(group)[0], np.int64)


def _missing_columns(observations: pd.DataFrame, indicators: pd.DataFrame) -> list[Problem]:
    return [
        *list_missing("observations", observations, [*KEY, "year", "value"]),
        *list_missing("indicators", indicators, ["indicator", "kind", "better"]),
    ]


def _describe(indicators: pd.DataFrame, used: Iterable[str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Describe the used indicators, one row each, with defaults for what is missing."""
    chosen = indicators[indicators["indicator"].isin(used)].reset_index(drop=True)
    columns: dict[str, Any] = {c: chosen[c] for c in ("indicator", "kind", "better")}
    problems: list[Problem] = []
    numbers = {"lower": np.nan, "upper": np.nan, "resolution": 0.0, "publication_lag": np.nan}
    for column, default in numbers.items():
        columns[column] = np.full(len(chosen), default)
        if column in chosen:
            given = chosen[column]
            number = pd.to_numeric(given, errors="coerce").astype(float).to_numpy()
            none = np.isnan(number)
            columns[column] = np.where(none, default, number)
            wrong = np.flatnonzero(none & given.notna() & given.ne("")) if none.any() else none[:0]
            text = msg("no number"), msg("write one")
            problems += [_fault(chosen, column, i, str(given[i]), *text) for i in wrong.tolist()]
    given = chosen["cumulative"].eq(True) if "cumulative" in chosen else False
    columns["cumulative"] = chosen["kind"].isin(NEVER_FALLS) | given
    for column in ("numerator", "denominator"):
        columns[column] = chosen[column].fillna("") if column in chosen else ""
    about = pd.DataFrame(columns, chosen.index)
    about = about.drop_duplicates() if about["indicator"].duplicated().any() else about
    text = msg("observed but not described"), msg("add its row")
    problems += [
        Problem("indicators", None, "indicator", str(name), *text)
        for name in sorted({*used} - {*about["indicator"].tolist()})
    ]
    for rule in RULES:
        broken = rule.broken(about)
        for i, row in about[broken].iterrows() if broken.any() else ():
            value, text = row[rule.column], (msg(rule.fact, **row), msg(rule.remedy))
            shown = f"{value:.15g}" if isinstance(value, float) else str(value)
            problems.append(_fault(about, rule.column, i, shown, *text))
    return about.set_index("indicator"), problems


def _fault(about: pd.DataFrame, column: str, i: int, value: str, *text: str) -> Problem:
    """Problem of an indicator's cell, which names the indicator."""
    name = str(about.loc[i, "indicator"])
    value = value if column == "indicator" else f"{value} ({name})"
    return Problem("indicators", None, column, value, *text)


def _translate(
    observations: pd.DataFrame, column: str, read: Callable[[pd.Series], pd.Series], missing: object
) -> NDArray[Any]:
    """Read the texts of a column, each distinct one once; `missing` where there is no column."""
    if column not in observations:
        return np.full(len(observations), missing)
    given = observations[column].reset_index(drop=True)
    if isinstance(given.dtype, pd.StringDtype):
        code, cells = pd.factorize(given)
        texts = [*map(str.strip, cells.tolist()), ""]
    else:
        given = given.astype(object)
        code, texts = pd.factorize(given.where(given.notna(), "").astype(str).str.strip())
    read_texts: NDArray[Any] = read(pd.Series(texts, dtype=object)).to_numpy()[code]
    return read_texts


def _read_errors(texts: pd.Series) -> pd.Series:
    """Numbers of texts, 0 where there is none."""
    return pd.to_numeric(texts.where(texts != "", "0"), errors="coerce")


def _read_days(texts: pd.Series) -> pd.Series:
    """Days of texts as 2022-06-30 or 2022年6月30日, the last one of a year; NaT where none is."""
    return pd.Series(np.array([_read_day(text) for text in texts], "datetime64[s]"))


def _read_day(text: str) -> dt.date | None:
    found = re.fullmatch(DAY, f"{text}-12-31" if re.fullmatch("[0-9]{4}", text) else text)
    with suppress(ValueError):
        return dt.date(*map(int, found.groups())) if found else None
    return None


def _list_cells(observations: pd.DataFrame, wrong: Mapping[str, pd.Series]) -> list[Problem]:
    """Problems of cells of the observations, by the keys of `CELLS`."""
    problems = []
    for name, marks in wrong.items():
        column, (fact, remedy) = "value" if name == "negative" else name, CELLS[name]
        for i in np.flatnonzero(marks)[:MOST_PROBLEMS]:
            series = [*map(str, observations[KEY].iloc[i])]
            text = msg("{problem} ({series})", problem=msg(fact), series=series), msg(remedy)
            cell = str(observations[column].iloc[i])
            problems.append(Problem("observations", None, column, cell, *text))
    return problems


def _list_nameless(named: Mapping[str, tuple[IntArray, pd.Index]]) -> list[Problem]:
    """Problems of rows without a region or indicator, from the codes and words of each."""
    problems = []
    for column, (code, names) in named.items():
        # Names are sorted: an empty one is the first.
        count = int((code < (len(names) > 0 and names[0] == "")).sum())
        text = msg("{count} rows name no {column}", count=count, column=column), msg("fill it in")
        problems += [Problem("observations", None, column, None, *text)] * (count > 0)
    return problems


def _keep_one_a_year(
    rows: pd.DataFrame, series: IntArray, **standing: NDArray[Any]
) -> pd.DataFrame:
    """Keep one value a series and time, that of the highest `standing`; average equal ones.

    `series` has a number for the series of each row, in the order of their names.
    """
    at, year = [*KEY, "year"], rows["year"].to_numpy()
    order = np.lexsort((year, series))
    if not ((np.diff(series[order]) == 0) & (np.diff(year[order]) == 0.0)).any():
        sorted_ = rows if (np.diff(order) == 1).all() else rows.take(order).reset_index(drop=True)
        return sorted_.assign(conflicting=False)
    names = list(standing)
    rows = rows.assign(**standing)
    rows = rows.sort_values([*at, *names, "value"], ignore_index=True, na_position="first")
    best = rows.groupby(at, sort=False)[names].transform("last")
    equal = [rows[name].eq(best[name]) | (rows[name].isna() & best[name].isna()) for name in names]
    grouped = rows[np.logical_and.reduce(equal)].groupby(at, sort=False)
    spread = grouped["value"].max() - grouped["value"].min()
    how = {"value": "mean", "break": "any", "error": "max", "doubt": "max"}
    kept = grouped.agg(how).reset_index()
    return kept.assign(conflicting=(spread > 0.0).to_numpy())


def _add_ratios(rows: pd.DataFrame, about: pd.DataFrame) -> pd.DataFrame:
    """Add values of a ratio in years where only its numerator and denominator are published.

    The scale (per 10,000, say) is that of the last year with all three.
    """
    top, bottom = (about[part].to_numpy() for part in ("numerator", "denominator"))
    ratio = (top != "") & (bottom != "")
    if not ratio.any():
        return rows
    tables = [rows]
    for name, row in about[ratio].iterrows():
        top, bottom, own = (
            rows[rows["indicator"] == part].set_index(["region", "year"])["value"]
            for part in (row["numerator"], row["denominator"], name)
        )
        quotient = (top / bottom[bottom > 0]).dropna()
        scale = (own / quotient[quotient > 0]).dropna().groupby("region").last()
        derived = quotient.mul(scale, level="region").dropna()
        derived = derived[~derived.index.isin(own.index)].rename("value").reset_index()
        flags = {"break": False, "conflicting": False, "error": 0.0, "doubt": 0.0}
        tables.append(derived.assign(indicator=name, **flags))
    return pd.concat(tables)[list(rows)].sort_values([*KEY, "year"], ignore_index=True)
