"""Checks of targets given as a table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, msg
from ..model.arrays import FloatArray
from ..model.panel import KEY, MOST_PROBLEMS
from ..tables.row_rules import BAND as BAND_RULES
from ..tables.schema import EVENTS, TARGET_COMPARATORS
from ..tables.words import take_words
from .events import BAND

__all__ = ["read_targets"]


def read_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """Check targets and select their columns: region, indicator, year, value, comparator, event.

    With `value_high` (NaN but for bands), `baseline` and `baseline_year` (NaN where not declared).

    Raises
    ------
    DataError
        For missing columns, unknown comparators or events, years or values that are no numbers, and
        bands without an upper end, or one below the lower; all at once.
    """
    problem = msg("no such column")
    problems = [
        Problem("targets", None, c, None, problem, msg("add a column {name!r}", name=c))
        for c in (*KEY, "year", "value", "comparator")
        if c not in targets.columns
    ]
    if problems:
        raise DataError(problems)
    rows = targets.reset_index(drop=True)
    columns: dict[str, Any] = {c: rows[c].array for c in (*KEY, "year", "value", "comparator")}
    columns["event"] = take_words(EVENTS, np.zeros(len(rows), np.int64))
    if "event" in rows:
        columns["event"] = rows["event"].fillna("").replace("", EVENTS[0]).array
    for column, known in (("comparator", TARGET_COMPARATORS), ("event", EVENTS)):
        problems += _list_unknown_words(column, columns[column], known)
    for column, remedy in (("year", msg("write a year, as 2025")), ("value", msg("write one"))):
        columns[column] = _read_numbers(rows[column])
        for i in np.flatnonzero(~np.isfinite(np.asarray(columns[column], float))):
            series = [*map(str, rows.loc[i, KEY])]
            text = msg("{problem} ({series})", problem=msg("no number"), series=series)
            cell = str(rows[column].iloc[i])
            problems.append(Problem("targets", None, column, cell, text, remedy))
    for column in ("value_high", "baseline", "baseline_year"):
        given = rows[column] if column in rows else pd.Series(np.full(len(rows), np.nan))
        columns[column] = pd.to_numeric(given, errors="coerce").to_numpy(float, na_value=np.nan)
    out = pd.DataFrame(columns, copy=False)
    banded = bool(np.any(columns["comparator"] == BAND)) or "value_high" in rows
    if problems := problems or (_list_band_problems(out) if banded else []):
        raise DataError(problems[:MOST_PROBLEMS])
    return out


def _read_numbers(given: pd.Series) -> Any:
    """Numbers as they are, and those of other cells; NaN where one is none, or a date."""
    if isinstance(given.dtype, np.dtype) and given.dtype.kind in "iuf":
        return given.array
    # Dates would become nanoseconds.
    dated = given.map(lambda v: isinstance(v, dt.date | pd.Period))
    numbers = pd.to_numeric(given.astype(object).mask(dated), errors="coerce")
    found: FloatArray = numbers.to_numpy(float, na_value=np.nan)
    return found


def _list_unknown_words(column: str, cells: Any, known: tuple[str, ...]) -> list[Problem]:
    words = {"" if pd.isna(w) else str(w) for w in pd.unique(cells)} - {*known}
    remedy = msg("use {names}", names=[*known])
    return [Problem("targets", None, column, w, msg("unknown"), remedy) for w in sorted(words)]


def _list_band_problems(targets: pd.DataFrame) -> list[Problem]:
    """List bands whose ends are missing or in the wrong order."""
    problems = []
    for rule in BAND_RULES:
        broken = rule.broken(targets).to_numpy(bool)
        for row in targets[broken].to_dict("records") if broken.any() else ():
            series = [str(row[k]) for k in KEY]
            text = msg("{problem} ({series})", problem=msg(rule.fact, **row), series=series)
            cell, remedy = f"{row[rule.column]:.15g}", msg(rule.remedy, **row)
            problems.append(Problem("targets", None, rule.column, cell, text, remedy))
    return problems
