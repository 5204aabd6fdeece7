"""Reads a folder of plan tables and reports every fault in it at once.

The tables, their columns, types, keys and words are described in `schema`. A file is read as
text first, so that a fault can be shown as it is printed, and each row keeps the line a
spreadsheet shows it on. What concerns one column is left to pandera; what concerns rows or
tables together (ids, duplicates, bounds, falling cumulative counts) is compared here.

A fault is reported once, where it stands: a cell that is no number is not compared with
bounds, and ids of a table that could not be read are not called unknown.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from .errors import DataError, Problem
from .schema import TABLES, Column, Table

__all__ = ["FIRST_YEAR", "LAST_YEAR", "check_folder", "nearest", "read_tables", "read_text"]

FIRST_YEAR, LAST_YEAR = 1949, 2100
REFERENCE = ("sources", "regions", "areas", "units", "indicators")
YEAR_COLUMNS = ("year", "start", "end")
PATTERNS = {
    "integer": r"-?[0-9]{1,15}",
    "number": r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?",
    "boolean": r"(?i:true|false)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
FAULTS = {
    "integer": ("not a whole number", "write digits only, such as 2025"),
    "number": (
        "not a plain number",
        "write digits with at most a decimal point, such as 1234.5; the unit stands in "
        "indicators.csv and a sign such as ≥ in the column comparator",
    ),
    "boolean": ("neither true nor false", "write true or false"),
    "date": ("not a date", "write year, month and day, such as 2022-06-30"),
    "not_nullable": ("the cell is empty", "fill it in: every row needs a value here"),
}


def read_tables(folder: Path, fallback: Path | None = None) -> dict[str, pd.DataFrame]:
    """Read and check a folder of tables; raise with every fault found.

    Parameters
    ----------
    folder : folder with at least one `<table>.csv` of `schema.TABLES`, in UTF-8 or GB18030
    fallback : folder from which missing reference tables (sources, regions, areas, units,
        indicators) are taken; other missing tables are empty

    Returns
    -------
    dict of DataFrame
        Every table of `schema.TABLES` by name, with its columns in schema order. Text is
        `str` with '' where missing, numbers are float with NaN where missing, integers
        int64, booleans bool, dates ISO text or ''.

    Raises
    ------
    DataError
        With all problems: file, line, column, printed value, fact and remedy.

    Examples
    --------
    >>> from forecast.plans import data_folder
    >>> tables = read_tables(data_folder())
    >>> tables["regions"].loc[0, ["region", "name_en"]].tolist()
    ['china', 'China']
    """
    tables, problems = _examine(Path(folder), fallback)
    if problems:
        raise DataError(problems)
    return {
        name: tables[name]
        .astype({c: "int64" for c, column in table.columns.items() if column.type == "integer"})
        .reset_index(drop=True)
        for name, table in TABLES.items()
    }


def check_folder(folder: Path, fallback: Path | None = None) -> tuple[Problem, ...]:
    """Every fault of a folder of tables, in file, line and column order; empty if sound.

    Takes what `read_tables` takes and raises nothing for bad data.

    >>> check_folder(Path("no/such/folder"))[0].problem
    'no such folder'
    """
    return tuple(_examine(Path(folder), fallback)[1])


def read_text(path: Path) -> str:
    """Text of a file in UTF-8 (with or without a mark at its start), else in GB18030.

    Raises
    ------
    DataError
        If the file cannot be opened or is in neither encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise DataError([_whole(path.name, reason, "check the place and its rights")]) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A NUL is valid in both encodings, but only UTF-16 and binary files contain it.
        if "\0" not in text:
            return text
    remedy = "save the file as CSV UTF-8"
    raise DataError([_whole(path.name, "neither UTF-8 nor GB18030 text", remedy)])


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """Hint at the known word most like a given one, or '' if none is near.

    >>> nearest("lisui", ["lishui", "xiaoshan"])
    "did you mean 'lishui'?"
    """
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)
    return f"did you mean {found[0]!r}?" if found else ""


def _examine(folder: Path, fallback: Path | None) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Typed tables, as far as they can be read, and their problems."""
    paths, problems = _find(folder, fallback)
    raw: dict[str, pd.DataFrame] = {}
    unlisted = {name for name in REFERENCE if paths and name not in paths}
    for name, table in TABLES.items():
        cells, found = _read_cells(paths[name]) if name in paths else (_no_rows(), [])
        if name in paths:
            found += [] if found else _check_header(name, cells)
            found += _check_cells(name, cells)
        problems += found
        if next(iter(table.columns)) not in cells and name in paths:
            unlisted.add(name)
        raw[name] = cells.reindex(columns=list(table.columns), fill_value="")
    typed = {name: _typed(TABLES[name], cells) for name, cells in raw.items()}
    for name in raw:
        problems += _check_key(name, raw[name])
        problems += _check_ids(name, raw, unlisted)
        problems += _check_years(name, raw[name], typed[name])
    problems += _check_indicators(raw["indicators"], typed["indicators"])
    problems += _check_projects(raw["projects"], typed["projects"])
    for name in ("targets", "observations"):
        problems += _check_values(name, raw[name], typed)
    problems += _check_directions(raw["targets"], typed)
    problems += _check_time(raw["observations"], typed)
    return typed, sorted(set(problems), key=_place)


def _place(problem: Problem) -> tuple[int, int, int]:
    """Sort key: the order of the tables, lines and columns."""
    name = problem.file.removesuffix(".csv")
    if name not in TABLES:
        return -1, 0, 0
    columns = list(TABLES[name].columns)
    column = columns.index(problem.column) if problem.column in columns else -1
    return list(TABLES).index(name), problem.row or 0, column


def _whole(file: str, problem: str, remedy: str) -> Problem:
    """Problem of a whole file."""
    return Problem(file, None, None, None, problem, remedy)


def _find(folder: Path, fallback: Path | None) -> tuple[dict[str, Path], list[Problem]]:
    """Files of the tables, the folder's own before the fallback's."""
    if not folder.is_dir():
        return {}, [_whole(str(folder), "no such folder", "give a folder of tables")]
    files = sorted(folder.glob("*.csv"))
    own = {path.stem: path for path in files if path.stem in TABLES}
    if not own:
        names = ", ".join(f"{name}.csv" for name in TABLES)
        remedy = f"name the files as the tables are named: {names}"
        return {}, [_whole(str(folder), "the folder holds none of the tables", remedy)]
    problems = []
    for path in files:
        hint = nearest(path.stem.lower(), set(TABLES) - set(own), likeness=0.8)
        if path.stem not in TABLES and hint:
            problems.append(_whole(path.name, "not the name of a table", f"rename it; {hint}"))
    for name in REFERENCE:
        if name not in own and fallback is not None and (fallback / f"{name}.csv").is_file():
            own[name] = fallback / f"{name}.csv"
        elif name not in own:
            remedy = "add the file; data/README.md lists its columns"
            problems.append(_whole(f"{name}.csv", "the table is missing", remedy))
    return own, problems


def _no_rows() -> pd.DataFrame:
    """Cells of a table that is not there."""
    return pd.DataFrame(index=pd.RangeIndex(0))


def _read_cells(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Cells of a file as text, indexed by their line in a spreadsheet; blank lines left out."""
    try:
        rows = list(csv.reader(io.StringIO(read_text(path), newline=""), strict=True))
    except DataError as error:
        return _no_rows(), list(error.problems)
    except csv.Error as error:
        remedy = "save the file as CSV again; a quotation mark may be left open"
        return _no_rows(), [_whole(path.name, f"not a CSV file ({error})", remedy)]
    if not rows or not any(rows[0]):
        return _no_rows(), [_whole(path.name, "no header", "write the column names in line 1")]
    header = [name.strip() for name in rows[0]]
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        return _no_rows(), [
            Problem(path.name, 1, name, None, "the column stands twice", "remove one of the two")
            for name in doubled
        ]
    lines = {line: row for line, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))}
    problems = [
        Problem(
            path.name,
            line,
            None,
            None,
            f"{len(row)} cells where the header has {len(header)}",
            "put a cell that contains a comma in quotation marks, and leave no cell out",
        )
        for line, row in lines.items()
        if len(row) != len(header)
    ]
    whole = {line: row for line, row in lines.items() if len(row) == len(header)}
    cells = pd.DataFrame(list(whole.values()), index=list(whole), columns=header, dtype="str")
    return cells.apply(lambda column: column.str.strip()), problems


def _check_header(name: str, cells: pd.DataFrame) -> list[Problem]:
    """Columns that are missing, and columns nobody asked for."""
    wanted = list(TABLES[name].columns)
    missing = [column for column in wanted if column not in cells]
    unknown = [column for column in cells if column not in wanted]
    listed = ", ".join(wanted)
    problems = [
        Problem(f"{name}.csv", 1, column, None, "the column is missing", f"add it to {listed}")
        for column in missing
    ]
    for column in unknown:
        remedy = nearest(column, missing or wanted) or f"remove it; the columns are {listed}"
        problems.append(Problem(f"{name}.csv", 1, column, None, "not a column here", remedy))
    return problems


def _check_cells(name: str, cells: pd.DataFrame) -> list[Problem]:
    """Empty cells, wrong types and words that are not allowed, column by column."""
    # pandera takes a third of a second to import, which `import forecast` need not wait for.
    import pandera.pandas as pa

    def column(described: Column) -> pa.Column:
        checks = []
        if described.type != "text":
            fits = _fits(described.type)
            checks.append(pa.Check(fits, error=described.type))
        if described.words:
            checks.append(pa.Check.isin(described.words, error="words"))
        return pa.Column(checks=checks, nullable=not described.required)

    columns = {key: value for key, value in TABLES[name].columns.items() if key in cells}
    if cells.empty:
        return []
    schema = pa.DataFrameSchema({key: column(value) for key, value in columns.items()})
    try:
        schema.validate(cells.mask(cells == ""), lazy=True)
    except pa.errors.SchemaErrors as error:
        failed = error.failure_cases
        return [
            _cell_problem(name, row, key, str(cells.loc[row, key]), check)
            for row, key, check in zip(
                failed["index"], failed["column"], failed["check"], strict=True
            )
        ]
    return []


class _fits:  # noqa: N801
    """placeholder"""
