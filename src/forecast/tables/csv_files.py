"""Folders of plan tables as CSV files, read and checked."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from pathlib import Path

import pandas as pd

from ..errors import DataError, Message, Problem, cause, msg, nearest
from ..files import decode_text
from .schema import REFERENCE, SHARED, TABLES
from .validation import RawTable, read_raw_table, validate

__all__ = ["check_folder", "format_table", "read_reference_tables", "read_tables"]


def read_tables(folder: Path, fallback: Path | None = None) -> dict[str, pd.DataFrame]:
    """Read and check a folder of tables; raise with every fault found.

    Parameters
    ----------
    folder : folder with at least one `<table>.csv` of `schema.TABLES`, in UTF-8 or GB18030
    fallback : folder from which missing tables that are the same for all plans (sources, regions,
        areas, units, indicators, plan_outcomes, plan_summaries) are taken; others are empty

    Returns
    -------
    dict of DataFrame
        Every table of `schema.TABLES` by name, typed as by `validation.validate`.

    Raises
    ------
    DataError
        With all problems: file, line, column, printed value, fact and remedy.

    Examples
    --------
    >>> from forecast.tables.plan import data_folder
    >>> tables = read_tables(data_folder())
    >>> tables["regions"].loc[0, ["region", "name_en"]].tolist()
    ['china', 'China']
    """
    # A folder has nothing to take from itself; with and without fallback it is checked once.
    fallback = None if fallback == folder else fallback
    tables, problems = _read(folder, fallback)
    if problems:
        raise DataError(problems)
    # A caller that changes its tables changes no other caller's.
    return {name: table.copy(deep=False) for name, table in tables.items()}


def check_folder(folder: Path, fallback: Path | None = None) -> tuple[Problem, ...]:
    """Every fault of a folder of tables, in file, line and column order; empty if sound.

    Takes what `read_tables` takes and raises nothing for bad data.

    >>> check_folder(Path("no/such/folder"))[0].problem
    'no such folder'
    """
    return _read(folder, fallback)[1]


def read_reference_tables(folder: Path, without: set[str]) -> dict[str, RawTable]:
    """Read the tables of a folder that are the same for all plans, but for some.

    >>> from forecast.tables.plan import data_folder
    >>> [*read_reference_tables(data_folder(), {"sources", "regions", "plan_outcomes"})]
    ['areas', 'units', 'indicators', 'plan_summaries']
    """
    names = [name for name in (*REFERENCE, *SHARED) if name not in without]
    files = {name: folder / f"{name}.csv" for name in names}
    return {n: _read_table(n, f.name, _content(f)) for n, f in files.items() if f.is_file()}


def format_table(name: str, table: pd.DataFrame) -> str:
    """Format a table as the text of its file, as `read_tables` reads it again.

    >>> from forecast.tables.plan import data_folder
    >>> outcomes = read_tables(data_folder())["plan_outcomes"]
    >>> format_table("plan_outcomes", outcomes[["indicator", "actual_year"]]).splitlines()[:2]
    ['indicator,actual_year', 'elderly_care_beds_per_1k_elderly,2015']
    """
    types = TABLES[name].types
    # A year that may be missing is a float in memory.
    whole = {column: "Int64" for column in table if types.get(column) == "integer"}
    text: str = table.astype(whole).to_csv(index=False, lineterminator="\n")
    return text


Content = bytes | Problem
"""What a file holds, or why it cannot be read."""
Checked = tuple[dict[str, pd.DataFrame], tuple[Problem, ...]]


def _read(folder: Path, fallback: Path | None) -> Checked:
    """Typed tables (none if there is a fault) and problems of a folder."""
    files, problems = _find(folder, fallback)
    tables, found = _check(tuple((n, file.name, _content(file)) for n, file in files.items()))
    return ({}, (*problems, *found)) if problems else (tables, found)


@lru_cache(maxsize=8)
def _check(files: tuple[tuple[str, str, Content], ...]) -> Checked:
    """Check tables once for the same contents."""
    tables, problems = validate({file[0]: _read_table(*file) for file in files})
    return tables, tuple(problems)


def _content(file: Path) -> Content:
    try:
        return file.read_bytes()
    except OSError as error:
        problem = msg("cannot be read ({reason})", reason=cause(error))
        return _whole(file.name, problem, msg("check the path and its permissions"))


def _find(folder: Path, fallback: Path | None) -> tuple[dict[str, Path], list[Problem]]:
    """Files of the tables, the folder's own before the fallback's."""
    if not folder.is_dir():
        problem, remedy = msg("no such folder"), msg("give a folder of tables")
        return {}, [_whole(str(folder), problem, remedy)]
    files = sorted(folder.glob("*.csv"))
    own = {path.stem: path for path in files if path.stem in TABLES}
    if not own:
        names = [f"{name}.csv" for name in TABLES]
        problem = msg("the folder holds none of the tables")
        remedy = msg("name the files as the tables are named: {names}", names=names)
        return {}, [_whole(str(folder), problem, remedy)]
    problems = []
    for path in files:
        hint = nearest(path.stem.lower(), set(TABLES) - set(own), likeness=0.8)
        if path.stem not in TABLES and hint:
            remedy = msg("rename it; {hint}", hint=hint)
            problems.append(_whole(path.name, msg("not the name of a table"), remedy))
    for name in (*REFERENCE, *SHARED):
        if name not in own and fallback is not None and (fallback / f"{name}.csv").is_file():
            own[name] = fallback / f"{name}.csv"
        elif name not in own and name in REFERENCE:
            remedy = msg("add the file; data/README.md lists its columns")
            problems.append(_whole(f"{name}.csv", msg("the table is missing"), remedy))
    return own, problems


@lru_cache(maxsize=64)
def _read_table(name: str, file: str, content: Content) -> RawTable:
    """Read and check one file once for the same content: mostly they are the shipped ones."""
    cells, problems = _read_cells(file, content)
    return read_raw_table(name, file, cells, problems, header_row=1)


def _read_cells(file: str, content: Content) -> tuple[pd.DataFrame, list[Problem]]:
    """Cells of a file as text, indexed by their line in a spreadsheet; blank lines left out."""
    nothing = pd.DataFrame(index=pd.RangeIndex(0))
    if isinstance(content, Problem):
        return nothing, [content]
    text = decode_text(content)
    if text is None:
        problem, remedy = msg("neither UTF-8 nor GB18030 text"), msg("save the file as CSV UTF-8")
        return nothing, [_whole(file, problem, remedy)]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        problem = msg("not a CSV file ({error})", error=str(error))
        remedy = msg("save the file as CSV again; a quotation mark may be left open")
        return nothing, [_whole(file, problem, remedy)]
    if not rows or not any(rows[0]):
        problem, remedy = msg("no header"), msg("write the column names in line 1")
        return nothing, [_whole(file, problem, remedy)]
    header = [name.strip() for name in rows[0]]
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        problem, remedy = msg("the column is given twice"), msg("remove one of the two")
        return nothing, [Problem(file, 1, n, None, problem, remedy) for n in doubled]
    lines = {line: row for line, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))}
    problems = [
        Problem(
            file,
            line,
            None,
            None,
            msg("{cells} cells where the header has {header}", cells=len(row), header=len(header)),
            msg("put a cell that contains a comma in quotation marks, and leave no cell out"),
        )
        for line, row in lines.items()
        if len(row) != len(header)
    ]
    whole = {line: row for line, row in lines.items() if len(row) == len(header)}
    cells = pd.DataFrame(list(whole.values()), index=list(whole), columns=header, dtype="str")
    return cells.apply(lambda column: column.str.strip()), problems


def _whole(file: str, problem: Message, remedy: Message) -> Problem:
    """Problem of a whole file."""
    return Problem(file, None, None, None, problem, remedy)
