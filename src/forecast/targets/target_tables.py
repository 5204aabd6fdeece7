"""Checks of targets given as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..errors import N_, DataError, Problem, check_columns, msg
from ..model.panel import KEY, MOST_PROBLEMS
from ..tables.calendar import read_years
from ..tables.cells import are_numbers, read_numbers
from ..tables.row_rules import BAND as BAND_RULES
from ..tables.row_rules import CELL_FAULTS
from ..tables.schema import EVENTS, TARGET_COMPARATORS
from ..tables.words import take_words
from .events import BAND

__all__ = ["GOAL_COLUMNS", "read_targets"]

GOAL_COLUMNS = (*KEY, "year", "value", "comparator")
"""Columns that every table of targets has."""

OPTIONAL = ("value_high", "baseline", "baseline_year")
"""Columns of numbers that a target may leave empty."""


def read_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """Check targets and select their columns: region, indicator, year, value, comparator, event.

    With `value_high` (NaN but for bands), `baseline` and `baseline_year` (NaN where not declared).

    Raises
    ------
    DataError
        For missing columns, unknown comparators or events, years or values that are no numbers, and
        bands without an upper end, or one below the lower; all at once.
    """
    check_columns("targets", targets, GOAL_COLUMNS)
    problems: list[Problem] = []
    rows = targets.reset_index(drop=True)
    columns: dict[str, Any] = {c: rows[c].array for c in (*KEY, "year", "value", "comparator")}
    columns["event"] = take_words(EVENTS, np.zeros(len(rows), np.int64))
    if "event" in rows:
        columns["event"] = rows["event"].fillna("").replace("", EVENTS[0]).array
    for column, known in (("comparator", TARGET_COMPARATORS), ("event", EVENTS)):
        problems += _list_unknown_words(column, columns[column], known)
    for column in ("year", "value", *OPTIONAL):
        columns[column], faults = _read_numbers(rows, column)
        problems += faults
    out = pd.DataFrame(columns, copy=False)
    banded = bool(np.any(columns["comparator"] == BAND)) or "value_high" in rows
    if problems := problems or (_list_band_problems(out) if banded else []):
        raise DataError(problems[:MOST_PROBLEMS])
    return out


def _read_numbers(rows: pd.DataFrame, column: str) -> tuple[Any, list[Problem]]:
    """Read a column of numbers or years; NaN where one of `OPTIONAL` is empty."""
    if column in OPTIONAL and column not in rows:
        return np.full(len(rows), np.nan), []
    given, years = rows[column], column.endswith("year")
    remedy = N_("write a year, as 2025") if years else CELL_FAULTS["number"][1]
    numbers: Any = given.array
    if column in OPTIONAL or not are_numbers(given):
        numbers = read_years(given) if years else read_numbers(given)
    wrong = ~np.isfinite(np.asarray(numbers, float))
    if column in OPTIONAL:
        wrong &= ~(given.isna() | given.eq("")).to_numpy(bool)
    return numbers, [
        Problem("targets", None, column, str(given[i]),
                msg("{problem} ({series})", problem=msg("no number"),
                    series=[*map(str, rows.loc[i, KEY])]), msg(remedy))
        for i in np.flatnonzero(wrong)
    ]  # fmt: skip


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
