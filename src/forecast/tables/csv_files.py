"""Folders of plan tables as CSV files, read and checked."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from pathlib import Path

import pandas as pd

from ..errors import DataError, Message, Problem, msg, nearest
from ..files import decode_text, read_whole
from .merging import merge_raw, place_problem
from .schema import REFERENCE, TABLES
from .validation import RawTable, read_raw_table, validate

__all__ = [
    "FORMULA_SIGNS",
    "check_folder",
    "escape_formulas",
    "format_table",
    "read_raw_tables",
    "read_tables",
]


def read_tables(folder: Path, shipped: Path | None = None) -> dict[str, pd.DataFrame]:
    """Read and check a folder of tables; raise with every fault found.

    Parameters
    ----------
    folder : folder with at least one `<table>.csv` of `schema.TABLES`, in UTF-8 or GB18030
    shipped : folder of the tables over which these are merged, see `merging`; None takes these
        alone, which must then have every table of `schema.REFERENCE`

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
    tables, problems = _read(folder, shipped)
    if problems:
        raise DataError(problems)
    # A caller that changes its tables changes no other caller's.
    return {name: table.copy(deep=False) for name, table in tables.items()}


def check_folder(folder: Path, shipped: Path | None = None) -> tuple[Problem, ...]:
    """Every fault of a folder of tables, in file, line and column order; empty if sound.

    Takes what `read_tables` takes and raises nothing for bad data.

    >>> check_folder(Path("no/such/folder"))[0].problem
    'no such folder'
    """
    return _read(folder, shipped)[1]


def read_raw_tables(folder: Path) -> dict[str, RawTable]:
    """Read the tables of a folder, each checked by itself.

    >>> from forecast.tables.plan import data_folder
    >>> list(read_raw_tables(data_folder()))[:3]
    ['sources', 'regions', 'areas']
    """
    return {name: _read_table(*file) for name, file in _contents(folder).items()}


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


FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def escape_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Keep a spreadsheet from running a text as a formula.

    >>> escape_formulas(pd.DataFrame({"name": ["=1+1", "pace"]}))["name"].tolist()
    ["'=1+1", 'pace']
    """
    out = table.copy()
    for column in out.select_dtypes(include=["object", "str"]).columns:
        risky = out[column].map(lambda c: isinstance(c, str) and c.startswith(FORMULA_SIGNS))
        if risky.any():
            out.loc[risky, column] = "'" + out.loc[risky, column]
    return out


Content = bytes | Problem
"""What a file holds, or why it cannot be read."""
Named = tuple[str, str, Content]
"""Name of a table, name of its file, and what that holds."""
Checked = tuple[dict[str, pd.DataFrame], tuple[Problem, ...]]


def _read(folder: Path, shipped: Path | None) -> Checked:
    """Typed tables (none if there is a fault) and problems of a folder."""
    problems = _find_faults(folder, shipped)
    own = {} if problems and not folder.is_dir() else _contents(folder)
    lent = _contents(shipped) if shipped else {}
    tables, found = _check(tuple(own.values()), tuple(lent.values())) if own else ({}, ())
    return ({}, (*problems, *found)) if problems else (tables, found)


@lru_cache(maxsize=8)
def _check(own: tuple[Named, ...], lent: tuple[Named, ...]) -> Checked:
    """Check tables once for the same contents."""
    read, shipped = ({file[0]: _read_table(*file) for file in files} for files in (own, lent))
    tables, problems = validate(merge_raw(read, shipped) if lent else read)
    return tables, tuple(place_problem(problem) for problem in problems)


def _contents(folder: Path) -> dict[str, Named]:
    """Table, file name and content of the tables in a folder, by table."""
    files = {name: folder / f"{name}.csv" for name in TABLES}
    return {n: (n, file.name, read_whole(file)) for n, file in files.items() if file.is_file()}


def _find_faults(folder: Path, shipped: Path | None) -> list[Problem]:
    """Faults of a folder and of the names of its files."""
    if not folder.is_dir():
        problem, remedy = msg("no such folder"), msg("give a folder of tables")
        return [_whole(str(folder), problem, remedy)]
    files = sorted(folder.glob("*.csv"))
    own = {path.stem for path in files} & set(TABLES)
    if not own:
        names = [f"{name}.csv" for name in TABLES]
        problem = msg("the folder holds none of the tables")
        remedy = msg("name the files as the tables are named: {names}", names=names)
        return [_whole(str(folder), problem, remedy)]
    problems = []
    for path in files:
        hint = nearest(path.stem.lower(), set(TABLES) - own, likeness=0.8)
        if path.stem not in TABLES and hint:
            remedy = msg("rename it; {hint}", hint=hint)
            problems.append(_whole(path.name, msg("not the name of a table"), remedy))
    if shipped is None:
        remedy = msg("add the file; data/README.md lists its columns")
        missing = [f"{name}.csv" for name in REFERENCE if name not in own]
        problems += [_whole(file, msg("the table is missing"), remedy) for file in missing]
    return problems


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
