"""The tables of a plan, made from figures and targets given in Python.

What a plan of files has and these have not stays empty: names are ids, there is no source, and a
series' last target is its final one.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, UnknownNameError, check_columns, list_missing, msg, nearest
from .calendar import list_year_problems, read_years
from .cells import read_numbers
from .descriptions import read_inputs
from .frames import KEY, ONE_REGION, read_goals, read_table
from .row_rules import CELL_FAULTS, list_figure_problems
from .schema import TABLES
from .validation import validate

__all__ = ["build_tables"]

MOST_PROBLEMS = 20
NEEDED: dict[str, tuple[str, ...]] = {
    "observations": ("value",), "targets": ("year", "value"), "indicators": (),
}  # fmt: skip
"""Tables whose cells are checked, and columns that they cannot do without."""

DEFAULTS: dict[str, dict[str, Any]] = {
    "observations": {"status": "actual"},
    "targets": {"role": "annual"},
    "indicators": {"resolution": 0.0},
}
"""Cells of missing columns that are not empty."""


def build_tables(
    frames: Mapping[str, Any], region: str, about: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """Build the tables of a plan, all of `schema.TABLES`, with their columns.

    Parameters
    ----------
    frames : `observations`, `targets` and `indicators` in the forms of `frames` and `descriptions`;
        other tables of `schema.TABLES` as tables with their columns
    region : name of the region of figures and targets that name none, "" for `ONE_REGION`
    about : keywords that describe the indicators in place of a table

    Raises
    ------
    DataError
        For figures and targets that cannot be read, lie outside of their indicator's bounds, or
        are of an indicator that nothing describes.
    UnknownNameError
        For an unknown table.

    Examples
    --------
    >>> tables = build_tables({"observations": {2021: 5.0}}, "a", {"kind": "stock",
    ...                       "better": "higher"})
    >>> tables["observations"][["region", "year", "as_of", "value"]].values.tolist()
    [['a', 2021, '', 5.0]]
    """
    for name in frames:
        if name not in TABLES:
            raise UnknownNameError("table", name, [*TABLES])
    rows, indicators = read_inputs(frames.get("observations"), frames.get("indicators"), about)
    check_columns("indicators", indicators, ["indicator"])
    series = rows[KEY].drop_duplicates()
    own = series if not region or region not in set(series["region"]) else series[
        series["region"] == region
    ]  # fmt: skip
    goals = frames.get("targets")
    goals = pd.DataFrame(columns=[*KEY, "year", "value", "comparator"]) if goals is None else goals
    tables = {
        "observations": _dated(rows),
        "targets": _with_roles(read_goals(goals, own)),
        "indicators": _named(indicators),
    }
    if region:
        for name in ("observations", "targets"):
            renamed = tables[name]["region"].replace(ONE_REGION, region)
            tables[name] = tables[name].assign(region=renamed)
    known = pd.concat([tables[name]["region"] for name in ("observations", "targets")]).unique()
    tables["regions"] = _named(pd.DataFrame({"region": known}))
    tables |= {n: read_table(t, n) for n, t in frames.items() if n not in tables and t is not None}
    problems = [p for name in NEEDED for p in _list_cell_problems(name, tables[name])]
    if problems:
        raise DataError(problems)
    empty, _ = validate({})
    whole = {name: _complete(name, table, empty[name]) for name, table in tables.items()}
    described = whole["indicators"].set_index("indicator")
    for name in ("observations", "targets"):
        problems += _list_unknown_indicators(name, whole[name], described.index)
        problems += list_figure_problems(whole[name], described, name)
    if problems:
        raise DataError(problems)
    return empty | whole


def _list_cell_problems(name: str, table: pd.DataFrame) -> list[Problem]:
    """List columns that a table lacks, cells that are no numbers and words that are not allowed.

    Figures of any status are taken, as by `fit`.
    """
    problems = list_missing(name, table, NEEDED[name])
    for key, column in TABLES[name].columns.items():
        cells = table[key].astype(object) if key in table else pd.Series(dtype=object)
        blank = cells.isna() | cells.eq("")
        if column.type == "number":
            wrong = ~np.isfinite(read_numbers(cells)) & (~blank | (key in NEEDED[name]))
            fact, remedy = CELL_FAULTS["number"]
            text = msg(fact), msg(remedy)
        else:
            unknown = bool(column.words) and name != "observations"
            wrong = ~blank & ~cells.isin(column.words) & unknown
            text = msg("not an allowed word"), msg("write one of {words}", words=[*column.words])
        cases = cells[wrong].map(str).unique()[:MOST_PROBLEMS]
        problems += [Problem(name, None, key, cell, *text) for cell in cases]
    return problems


def _list_unknown_indicators(name: str, table: pd.DataFrame, known: pd.Index) -> list[Problem]:
    """List indicators that nothing describes."""
    problem = msg("unknown; it is not in the table {table}", table="indicators")
    remedy = msg("add it to the table {table} first", table="indicators")
    strange = table.loc[~table["indicator"].isin(known), "indicator"].unique()[:MOST_PROBLEMS]
    return [
        Problem(name, None, "indicator", cell, problem, nearest(cell, known) or remedy)
        for cell in strange
    ]


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """Give figures within a year the day that they stand for, as tables have it."""
    years = read_years(rows["year"])
    problems = list_year_problems("observations", years, rows["year"], rows[KEY])
    problems += [
        Problem("observations", None, "year", str(cell), msg("not a year"),
                msg("write a year, as 2025"))
        for cell in rows["year"][np.isnan(years)].head(MOST_PROBLEMS)
    ]  # fmt: skip
    given = rows["as_of"].fillna("").astype(str) if "as_of" in rows else pd.Series("", rows.index)
    given = given.str.strip().str.slice(0, 10)
    dated = pd.to_datetime(given, format="%Y-%m-%d", errors="coerce").notna()
    problems += [
        Problem("observations", None, "as_of", cell, msg("not a date"),
                msg("write year, month and day, such as 2022-06-30"))
        for cell in given[~dated & given.ne("")].head(MOST_PROBLEMS)
    ]  # fmt: skip
    if problems:
        raise DataError(problems)
    whole = np.ceil(years - 1e-9).astype(int)
    days = [_day(y) if y % 1.0 else "" for y in years]
    return rows.assign(year=whole, as_of=given.where(given != "", days))


def _day(year: float) -> str:
    """ISO day of a year with a fraction."""
    first = dt.date(int(np.ceil(year)), 1, 1)
    length = 365 + calendar.isleap(first.year)
    return (first + dt.timedelta(max(round(year % 1.0 * length), 1) - 1)).isoformat()


def _with_roles(targets: pd.DataFrame) -> pd.DataFrame:
    """Add roles where there are none: the last target of a series is its final one."""
    if "role" in targets or targets.empty or "year" not in targets:
        return targets
    last = targets.groupby(KEY)["year"].transform("max")
    return targets.assign(role=np.where(targets["year"] == last, "final", "annual"))


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Add names where there are none: the ids."""
    ids = table["indicator" if "indicator" in table else "region"]
    added = {column: ids for column in ("name_zh", "name_en") if column not in table}
    if "kind" in table and "cumulative" not in table:
        added["cumulative"] = table["kind"].eq("count")
    return table.assign(**added)


def _complete(name: str, table: pd.DataFrame, empty: pd.DataFrame) -> pd.DataFrame:
    """Bring a table to the columns and types of the schema; other columns go."""
    rows = table.reset_index(drop=True)
    columns: dict[str, Any] = {}
    for column, dtype in empty.dtypes.items():
        default = DEFAULTS.get(name, {}).get(str(column), "" if dtype == "str" else np.nan)
        cells = rows[column] if column in rows else pd.Series([default] * len(rows), dtype=object)
        if dtype == "str":
            columns[str(column)] = cells.astype(object).where(cells.notna(), "").astype("str")
        elif dtype == "bool":
            columns[str(column)] = cells.eq(True)
        else:
            numbers = pd.Series(read_numbers(cells))
            columns[str(column)] = numbers.astype(dtype if numbers.notna().all() else float)
    return pd.DataFrame(columns)
