"""Validation of plan tables from files and databases: every fault at once.

The tables, their columns, types, keys and words are described in `schema`, the rules of rows in
`row_rules`. Files and databases come as text, so that a fault shows the cell as printed.

A fault is reported once, in the cell where it arises: a cell that is no number is not compared
with bounds, and ids of a table that could not be read are not called unknown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import pandas as pd

from ..errors import N_, Problem, msg, nearest
from .calendar import figure_days, parse_deadline
from .row_rules import CELL_FAULTS, RULES
from .schema import REFERENCE, TABLES, Column, Table

__all__ = ["RawTable", "cumulative_decreases", "read_raw_table", "validate"]

PATTERNS = {
    type_: re.compile(pattern)
    for type_, pattern in {
        "integer": r"-?[0-9]{1,15}",
        "number": r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?",
        "boolean": r"(?i:true|false)",
        "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "text": r"[^\x00-\x08\x0b\x0c\x0e-\x1f]*",  # what no workbook can hold
        "deadline": r".*",
    }.items()
}
EXACT = {"integer": "int64", "boolean": "bool"}
"""Types of columns that no cell may leave empty; an integer that may be missing is a float."""
MOST_HINTS = 200
"""Most unknown ids of a column for which a known one like it is looked for."""
LISTED = (*REFERENCE, "plans")
"""Tables whose ids others name."""
DESCRIPTION = ["kind", "lower", "upper", "better", "cumulative", "resolution"]


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as text, and as values as far as it can be read, with the faults it has by itself.

    `cells` and `values` are indexed by the number of each row in its source; values are text,
    float (true is 1) or NaN. `listed` tells whether the ids in the first column can be relied on.
    A table equals itself only, so that checks of the shipped ones are kept.
    """

    name: str
    source: str
    cells: pd.DataFrame
    values: pd.DataFrame
    problems: tuple[Problem, ...] = ()
    listed: bool = True


def read_raw_table(
    name: str,
    source: str,
    cells: pd.DataFrame,
    problems: Collection[Problem] = (),
    header_row: int | None = None,
) -> RawTable:
    """Check one table by itself: header, cells, key.

    Parameters
    ----------
    name : of `schema.TABLES`
    source : how problems name the table
    cells : text, '' where missing, indexed by the number of the row in its source
    problems : faults for which the table could not be read as a whole
    header_row : number of the header where it is a row
    """
    table, faults = TABLES[name], list(problems)
    listed = not faults and next(iter(table.columns)) in cells
    if not faults:
        faults += _check_header(name, source, cells, header_row)
    faults += _check_cells(name, source, cells)
    cells = cells.reindex(columns=list(table.columns), fill_value="")
    faults += _check_key(name, source, cells, list(table.key))
    return RawTable(name, source, cells, _values(table, cells), tuple(faults), listed)


def validate(raw: Mapping[str, RawTable]) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Check tables together; give them as typed frames, with the problems of all.

    Parameters
    ----------
    raw : tables by name; one that is missing is empty, and ids of a missing reference table are
        not called unknown

    Returns
    -------
    tables : every table of `schema.TABLES`, with its columns in schema order; none if there are
        problems. Text is `str` with '' where missing, numbers are float with NaN where missing,
        integers int64 (float where they may be missing), booleans bool, dates ISO text or ''
    problems : in the order of tables, rows and columns
    """
    unlisted = {name for name in REFERENCE if name not in raw}
    unlisted |= {name for name, table in raw.items() if not table.listed}
    raw = {name: raw[name] if name in raw else _no_table(name) for name in TABLES}
    problems = [problem for table in raw.values() for problem in table.problems]
    for table in raw.values():
        if len(table.cells):
            named = {column.refers_to for column in TABLES[table.name].columns.values()}
            problems += _check_ids(table, *(raw[n] for n in LISTED if n in named - unlisted))
            joined = table.name in ("targets", "observations")
            problems += _check_rules(table, raw["indicators"] if joined else None)
    problems += _check_decreases(raw["observations"], raw["indicators"])
    problems += _check_versions(raw["plans"], raw["targets"])
    if problems:
        names = {table.source: name for name, table in raw.items()}
        return {}, sorted(problems, key=partial(_position, names))
    return {name: _exact(table) for name, table in raw.items()}, []


def cumulative_decreases(observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Cumulative figures below the one before them in their region.

    Parameters
    ----------
    observations : region, indicator, year, as_of and value
    indicators : indicator and cumulative

    Returns
    -------
    DataFrame
        A row a decrease, with the labels in `observations` of the `later` and the `earlier` figure.
    """
    cumulative = set(indicators.loc[indicators["cumulative"] == 1, "indicator"])
    rows = observations[observations["indicator"].isin(cumulative)].dropna(subset=["year", "value"])
    rows = rows.assign(day=figure_days(rows), earlier=rows.index).sort_values("day")
    before = rows.groupby(["region", "indicator"])[["value", "earlier"]].shift()
    fallen = rows["value"] < before["value"]
    return pd.DataFrame(
        {"later": rows.index[fallen], "earlier": before.loc[fallen, "earlier"].astype(int)}
    ).reset_index(drop=True)


@lru_cache
def _no_table(name: str) -> RawTable:
    """Table that is missing."""
    cells = pd.DataFrame(columns=list(TABLES[name].columns), dtype="str", index=pd.RangeIndex(0))
    return RawTable(name, name, cells, _values(TABLES[name], cells))


def _check_header(
    name: str, source: str, cells: pd.DataFrame, header_row: int | None
) -> list[Problem]:
    """Columns that are missing, and columns that are not of the table."""
    columns = TABLES[name].columns
    wanted = list(columns)
    missing = [key for key, column in columns.items() if key not in cells and not column.absent]
    problem, remedy = msg("the column is missing"), msg("add it to {columns}", columns=wanted)
    problems = [Problem(source, header_row, key, None, problem, remedy) for key in missing]
    for column in [column for column in cells if column not in wanted]:
        problem, usual = (
            msg("not a column here"),
            msg("remove it; the columns are {columns}", columns=wanted),
        )
        hint = nearest(column, missing or wanted) or usual
        problems.append(Problem(source, header_row, column, None, problem, hint))
    return problems


def _check_cells(name: str, source: str, cells: pd.DataFrame) -> list[Problem]:
    """Empty cells, wrong types and words that are not allowed."""
    problems = []
    for key, column in TABLES[name].columns.items():
        if key in cells:
            faults = {cell: _cell_fault(cell, column) for cell in cells[key].unique()}
            faulty = cells[key][cells[key].isin([cell for cell in faults if faults[cell]])]
            problems += [
                _cell_problem(name, source, row, key, cell, faults[cell])
                for row, cell in faulty.items()
            ]
    return problems


def _cell_fault(cell: str, column: Column) -> str:
    """Key of the fault of a cell, '' if it has none."""
    if cell == "":
        return "empty" if column.required else ""
    if not PATTERNS[column.type].fullmatch(cell) or not PARSERS.get(column.type, bool)(cell):
        return column.type
    return "words" if column.words and cell not in column.words else ""


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether a text can be parsed: as a function of the text."""

    def can_be_parsed(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return can_be_parsed


PARSERS = {"date": _parses(dt.date.fromisoformat), "deadline": _parses(parse_deadline)}


def _cell_problem(
    name: str, source: str, row: int, column: str, printed: str, fault: str
) -> Problem:
    """Report a cell that does not fit its column."""
    if fault == "words":
        words = TABLES[name].columns[column].words
        problem, remedy = msg("not an allowed word"), msg("write one of {words}", words=[*words])
        if hint := nearest(printed.lower(), words):
            remedy = msg("{remedy}; {hint}", remedy=remedy, hint=hint)
    else:
        fact, mend = CELL_FAULTS[fault]
        problem, remedy = msg(fact), msg(mend)
    return Problem(source, row, column, None if fault == "empty" else printed, problem, remedy)


def _values(table: Table, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells as text or numbers (true is 1); what cannot be read is NaN, so that it fits no rule."""
    values = cells.copy(deep=False)
    for name, column in table.columns.items():
        if column.type in ("number", "integer"):
            readable = cells[name].str.fullmatch(PATTERNS[column.type].pattern)
            values[name] = pd.to_numeric(cells[name].where(readable)).astype("float64")
        elif column.type == "boolean":
            values[name] = (
                cells[name].str.lower().map({"true": 1.0, "false": 0.0}).astype("float64")
            )
    return values


@lru_cache(maxsize=64)
def _exact(table: RawTable) -> pd.DataFrame:
    """Values of a sound table in their own types."""
    columns = TABLES[table.name].columns
    exact = {name: c for name, c in columns.items() if c.required and c.type in EXACT}
    types = {name: EXACT[column.type] for name, column in exact.items()}
    return table.values.astype(types).reset_index(drop=True)


def _report(
    source: str, column: str, rows: pd.DataFrame, problem: str, remedy: str
) -> list[Problem]:
    """Report rows, a problem each; `{field}` in a text is the row's own value."""
    if rows.empty:
        return []
    return [
        Problem(
            source, row, column, str(facts[column]) or None,
            msg(problem, **facts), msg(remedy, **facts),
        )
        for row, facts in zip(rows.index, rows.to_dict("records"), strict=True)
    ]  # fmt: skip


def _check_key(name: str, source: str, cells: pd.DataFrame, key: list[str]) -> list[Problem]:
    """Rows that repeat the key of an earlier row."""
    columns = TABLES[name].columns
    if not key:
        return []
    named = cells[cells[[k for k in key if columns[k].required]].ne("").all(axis=1)]
    if not named.duplicated(key).any():
        return []
    row = pd.Series(named.index, index=named.index)
    first = row.groupby([named[k] for k in key]).transform("first")
    rows = named.assign(first=first)[first != row]
    label = ", ".join(key)
    rows[label] = [", ".join(filter(None, names)) for names in rows[key].to_numpy()]
    problem = N_("the same key is in row {first}")
    if len(key) == 1:
        problem = N_("the same id is in row {first}")
    return _report(source, label, rows, problem, N_("keep one of the two rows"))


@lru_cache(maxsize=64)
def _check_ids(table: RawTable, *listing: RawTable) -> list[Problem]:
    """Ids that are in no row of the table they refer to."""
    problems, ids = [], {other.name: other.cells.iloc[:, 0] for other in listing}
    for key, column in TABLES[table.name].columns.items():
        listed = column.refers_to
        if listed is None or listed not in ids:
            continue
        known, cells = ids[listed], table.cells[key]
        strange = cells[~cells.isin(known) & cells.ne("")]
        problem = msg("unknown; it is not in the table {table}", table=listed)
        remedy = msg("add it to the table {table} first", table=listed)
        hints = {cell: nearest(cell, known) or remedy for cell in strange.unique()[:MOST_HINTS]}
        problems += [
            Problem(table.source, row, key, cell, problem, hints.get(cell, remedy))
            for row, cell in strange.items()
        ]
    return problems


@lru_cache(maxsize=64)
def _check_rules(table: RawTable, indicators: RawTable | None) -> list[Problem]:
    """Rows, each with its indicator's description, that break one of the rules of their table."""
    problems, rows = [], table.values
    if indicators is not None:
        described = indicators.values.drop_duplicates("indicator").set_index("indicator")
        rows = rows.join(described.reindex(columns=DESCRIPTION), on="indicator")
    for column, broken, fact, remedy in RULES.get(table.name, ()):
        printed = table.cells[column]
        # A cell that could not be read has been reported as such.
        readable = rows[column].notna() | printed.eq("")
        read = rows if readable.all() else rows[readable]
        faulty = broken(read)
        if faulty.any():
            found = read[faulty].assign(**{column: printed[read.index[faulty]]})
            problems += _report(table.source, column, found, fact, remedy)
    return problems


def _check_decreases(observations: RawTable, indicators: RawTable) -> list[Problem]:
    """Cumulative counts that decrease within a region from one date to the next."""
    found = cumulative_decreases(observations.values, indicators.values)
    earlier, rows = (observations.cells.loc[found[name]] for name in ("earlier", "later"))
    since = figure_days(observations.values.loc[found["earlier"]])
    return _report(
        observations.source,
        "value",
        rows.assign(before=earlier["value"].to_numpy(), since=since.to_numpy()),
        N_("falls from {before} ({since}), but {indicator} is cumulative and never falls"),
        N_(
            "correct one of the two figures (one may be a year's increment), or say cumulative "
            "false in the table indicators"
        ),
    )


def _check_versions(plans: RawTable, targets: RawTable) -> list[Problem]:
    """Versions in force from the same day, and targets of versions that no plan has."""
    problems = _check_key("plans", plans.source, plans.cells, ["plan", "in_force"])
    known = pd.MultiIndex.from_frame(plans.cells[["plan", "version"]])
    rows = targets.cells[targets.cells["version"].ne("")]
    listed = rows["plan"].isin(plans.cells["plan"]) | rows["plan"].eq("")
    strange = ~pd.MultiIndex.from_frame(rows[["plan", "version"]]).isin(known)
    return problems + _report(
        targets.source, "version", rows[strange & listed],
        N_("no version of the plan {plan!r} in the table plans"),
        N_("add a row for it there, with the day from which it is in force"),
    )  # fmt: skip


def _position(names: Mapping[str, str], problem: Problem) -> tuple[int, int, int]:
    """Sort key: the order of the tables, rows and columns."""
    name = names[problem.file]
    columns = list(TABLES[name].columns)
    column = columns.index(problem.column) if problem.column in columns else -1
    return list(TABLES).index(name), problem.row or 0, column
