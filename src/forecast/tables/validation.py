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
import hashlib
import io
from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd

from ..errors import N_, DataError, Problem, Said, cause, said
from .schema import TABLES, Table

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "check_folder",
    "decode",
    "falls",
    "nearest",
    "read_tables",
    "read_text",
]

FIRST_YEAR, LAST_YEAR = 1949, 2100
REFERENCE = ("sources", "regions", "areas", "units", "indicators")
EXACT = {"integer": "int64", "boolean": "bool"}
PATTERNS = {
    "integer": r"-?[0-9]{1,15}",
    "number": r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?",
    "boolean": r"(?i:true|false)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "text": r"[^\x00-\x08\x0b\x0c\x0e-\x1f]*",  # what no workbook can hold
}
FAULTS = {
    "integer": (N_("not a whole number"), N_("write digits only, such as 2025")),
    "number": (
        N_("not a plain number"),
        N_(
            "write digits with at most a decimal point, such as 1234.5; the unit stands in "
            "indicators.csv and a sign such as ≥ in the column comparator"
        ),
    ),
    "boolean": (N_("neither true nor false"), N_("write true or false")),
    "date": ("not a date", N_("write year, month and day, such as 2022-06-30")),
    "text": (N_("a control character in the text"), N_("write the cell again without it")),
    "not_nullable": (N_("the cell is empty"), N_("fill it in: every row needs a value here")),
}


Rule = tuple[str, str, str, str]
"""Column, condition of the fault, fact, remedy; `{field}` in a text is the row's own value."""


def _year(column: str) -> Rule:
    return (
        column,
        f"{column} < {FIRST_YEAR} or {column} > {LAST_YEAR}",
        N_("not a year between 1949 and 2100"),
        N_(
            "write the four digits of the year; an amount of money that looks like a year belongs "
            "in the column of the value"
        ),
    )


BOUND = N_("correct the value or its unit, or the bound in indicators.csv")
VALUE: tuple[Rule, ...] = (
    _year("year"),
    ("value", "value < lower", N_("below {lower:.15g}, the least {indicator} can be"), BOUND),
    ("value", "value > upper", N_("above {upper:.15g}, the most {indicator} can be"), BOUND),
    (
        "value",
        "kind == 'count' and resolution % 1 == 0 and value % 1 > 0",
        N_("{indicator} counts whole things"),
        N_("write a whole number, or a finer resolution in indicators.csv"),
    ),
)
RULES: dict[str, tuple[Rule, ...]] = {
    "indicators": (
        (
            "lower",
            "kind == 'share' and lower.isna()",
            N_("a share has no lower bound"),
            N_("a share is stored as 0-100: write 0, or take another kind"),
        ),
        (
            "upper",
            "kind == 'share' and upper.isna()",
            N_("a share has no upper bound"),
            N_("a share is stored as 0-100: write 100, or take another kind"),
        ),
        (
            "upper",
            "kind == 'share' and upper > 100",
            N_("the upper bound of a share is above 100"),
            N_("a share is stored as 0-100: write 100, or take another kind"),
        ),
        (
            "lower",
            "kind in ('share', 'count') and lower < 0",
            N_("a {kind} cannot be negative"),
            N_("write 0, or take another kind"),
        ),
        (
            "upper",
            "upper <= lower",
            N_("not above the lower bound {lower:.15g}"),
            N_("correct one of the two bounds"),
        ),
        (
            "resolution",
            "resolution <= 0",
            N_("the reporting step is not above 0"),
            N_("write the step of the figures, such as 1 or 0.1"),
        ),
        (
            "cumulative",
            "kind == 'count' and cumulative == 0",
            N_("a count is cumulative"),
            N_("write true, or the kind stock, a level that can fall"),
        ),
        (
            "cumulative",
            "kind == 'stock' and cumulative == 1",
            N_("a stock can fall"),
            N_("write false, or the kind count, which never falls"),
        ),
    ),
    "targets": (
        *VALUE,
        (
            "comparator",
            "(comparator in ('ge', 'gt') and better == 'lower')"
            " or (comparator in ('le', 'lt') and better == 'higher')",
            N_("asks for the worse side: {better} values of {indicator} are better"),
            N_("correct the comparator, or the column better in indicators.csv"),
        ),
    ),
    "observations": (
        *VALUE,
        (
            "as_of",
            "as_of != '' and year == year and as_of.str[:4] != year.astype('str').str[:4]",
            N_("not a day of the year {year:.0f}"),
            N_("correct the date or the year; leave as_of empty for a figure of the year's end"),
        ),
    ),
    "milestones": (_year("year"),),
    "projects": (
        _year("start"),
        _year("end"),
        (
            "end",
            "end < start",
            N_("ends before it starts in {start:.0f}"),
            N_("correct one of the two years"),
        ),
        (
            "investment",
            "investment < 0",
            N_("less than nothing"),
            N_("write what the project costs"),
        ),
    ),
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
    >>> from forecast.tables.plan import data_folder
    >>> tables = read_tables(data_folder())
    >>> tables["regions"].loc[0, ["region", "name_en"]].tolist()
    ['china', 'China']
    """
    place = Path(folder)
    # A folder has nothing to take from itself: asked for both ways it is checked once.
    fallback = None if fallback == place else fallback
    sound = _sound_tables(place, fallback, _contents(place, fallback))
    # What a caller changes in its tables stays in its tables.
    return {name: table.copy(deep=False) for name, table in sound.items()}


def check_folder(folder: Path, fallback: Path | None = None) -> tuple[Problem, ...]:
    """Every fault of a folder of tables, in file, line and column order; empty if sound.

    Takes what `read_tables` takes and raises nothing for bad data.

    >>> check_folder(Path("no/such/folder"))[0].problem
    'no such folder'
    """
    return tuple(_examine(Path(folder), fallback)[1])


@lru_cache(maxsize=8)
def _sound_tables(
    folder: Path, fallback: Path | None, _contents: tuple[tuple[str, bytes], ...]
) -> dict[str, pd.DataFrame]:
    """Read and check tables once for the same contents."""
    tables, problems = _examine(folder, fallback)
    if problems:
        raise DataError(problems)
    return {
        name: tables[name]
        .astype({c: EXACT[t] for c, t in table.file_types.items() if t in EXACT})
        .reset_index(drop=True)
        for name, table in TABLES.items()
    }


def _contents(folder: Path, fallback: Path | None) -> tuple[tuple[str, bytes], ...]:
    """Digest of each table file, by its path."""
    return tuple((str(path), _digest(path)) for path in _find(folder, fallback)[0].values())


def _digest(path: Path) -> bytes:
    """SHA-256 of a file; b"" where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""


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
        problem = said("cannot be read ({reason})", reason=cause(error))
        remedy = said("check the place and its rights")
        raise DataError([_whole(path.name, problem, remedy)]) from None
    text = decode(content)
    if text is None:
        problem = said("neither UTF-8 nor GB18030 text")
        raise DataError([_whole(path.name, problem, said("save the file as CSV UTF-8"))])
    return text


def decode(content: bytes) -> str | None:
    r"""Text of bytes in UTF-8 (with or without a mark at its start), else in GB18030, else None.

    >>> decode("丽水".encode("gb18030")), decode(b"PK\0")
    ('丽水', None)
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A NUL is valid in both encodings, but only UTF-16 and binary files contain it.
        if "\0" not in text:
            return text
    return None


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> Said:
    """Hint at the known word most like a given one, or '' if none is near.

    >>> nearest("lisui", ["lishui", "xiaoshan"])
    "perhaps 'lishui' is meant"
    """
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)
    return said("perhaps {near!r} is meant", near=found[0]) if found else said("")


def _examine(folder: Path, fallback: Path | None) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Typed tables, as far as they can be read, and their problems."""
    paths, problems = _find(folder, fallback)
    raw, typed = dict[str, pd.DataFrame](), dict[str, pd.DataFrame]()
    unlisted = {name for name in REFERENCE if name not in paths}
    for name in TABLES:
        raw[name], typed[name], found, listed = _read_table(name, paths.get(name))
        problems += found
        if not listed:
            unlisted.add(name)
    for name in raw:
        problems += _check_ids(name, raw, unlisted)
        problems += _check_rules(name, raw[name], typed)
    problems += _check_time(raw["observations"], typed)
    return typed, sorted(problems, key=_place)


Checked = tuple[pd.DataFrame, pd.DataFrame, tuple[Problem, ...], bool]
"""Cells as text, cells as values, faults, and whether the ids of the table are known."""


def _read_table(name: str, path: Path | None) -> Checked:
    """Read and check one table by itself."""
    digest = _digest(path) if path else b""
    # What cannot be read now may be readable the next time.
    lost = path is not None and not digest
    return (_checked.__wrapped__ if lost else _checked)(name, path, digest)


@lru_cache(maxsize=64)
def _checked(name: str, path: Path | None, _digest: bytes) -> Checked:
    """Read and check one table once for the same content: mostly they are the shipped ones."""
    table = TABLES[name]
    cells, problems = _read_cells(path) if path else (_no_rows(), [])
    listed = not problems and (path is None or next(iter(table.columns)) in cells)
    if path:
        problems += [] if problems else _check_header(name, cells)
        problems += _check_cells(name, cells)
    raw = cells.reindex(columns=list(table.columns), fill_value="")
    problems += _check_key(name, raw)
    return raw, _typed(table, raw), tuple(problems), listed


def _place(problem: Problem) -> tuple[int, int, int]:
    """Sort key: the order of the tables, lines and columns."""
    name = problem.file.removesuffix(".csv")
    if name not in TABLES:
        return -1, 0, 0
    columns = list(TABLES[name].columns)
    column = columns.index(problem.column) if problem.column in columns else -1
    return list(TABLES).index(name), problem.row or 0, column


def _whole(file: str, problem: Said, remedy: Said) -> Problem:
    """Problem of a whole file."""
    return Problem(file, None, None, None, problem, remedy)


def _find(folder: Path, fallback: Path | None) -> tuple[dict[str, Path], list[Problem]]:
    """Files of the tables, the folder's own before the fallback's."""
    if not folder.is_dir():
        problem, remedy = said("no such folder"), said("give a folder of tables")
        return {}, [_whole(str(folder), problem, remedy)]
    files = sorted(folder.glob("*.csv"))
    own = {path.stem: path for path in files if path.stem in TABLES}
    if not own:
        names = [f"{name}.csv" for name in TABLES]
        problem = said("the folder holds none of the tables")
        remedy = said("name the files as the tables are named: {names}", names=names)
        return {}, [_whole(str(folder), problem, remedy)]
    problems = []
    for path in files:
        hint = nearest(path.stem.lower(), set(TABLES) - set(own), likeness=0.8)
        if path.stem not in TABLES and hint:
            remedy = said("rename it; {hint}", hint=hint)
            problems.append(_whole(path.name, said("not the name of a table"), remedy))
    for name in REFERENCE:
        if name not in own and fallback is not None and (fallback / f"{name}.csv").is_file():
            own[name] = fallback / f"{name}.csv"
        elif name not in own:
            remedy = said("add the file; data/README.md lists its columns")
            problems.append(_whole(f"{name}.csv", said("the table is missing"), remedy))
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
        problem = said("not a CSV file ({error})", error=str(error))
        remedy = said("save the file as CSV again; a quotation mark may be left open")
        return _no_rows(), [_whole(path.name, problem, remedy)]
    if not rows or not any(rows[0]):
        problem, remedy = said("no header"), said("write the column names in line 1")
        return _no_rows(), [_whole(path.name, problem, remedy)]
    header = [name.strip() for name in rows[0]]
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        problem, remedy = said("the column stands twice"), said("remove one of the two")
        return _no_rows(), [Problem(path.name, 1, n, None, problem, remedy) for n in doubled]
    lines = {line: row for line, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))}
    problems = [
        Problem(
            path.name,
            line,
            None,
            None,
            said("{cells} cells where the header has {header}", cells=len(row), header=len(header)),
            said("put a cell that contains a comma in quotation marks, and leave no cell out"),
        )
        for line, row in lines.items()
        if len(row) != len(header)
    ]
    whole = {line: row for line, row in lines.items() if len(row) == len(header)}
    cells = pd.DataFrame(list(whole.values()), index=list(whole), columns=header, dtype="str")
    return cells.apply(lambda column: column.str.strip()), problems


def _check_header(name: str, cells: pd.DataFrame) -> list[Problem]:
    """Columns that are missing, and columns nobody asked for."""
    columns = TABLES[name].columns
    wanted = list(columns)
    missing = [key for key, column in columns.items() if key not in cells and not column.absent]
    unknown = [column for column in cells if column not in wanted]
    problem, remedy = said("the column is missing"), said("add it to {columns}", columns=wanted)
    problems = [Problem(f"{name}.csv", 1, key, None, problem, remedy) for key in missing]
    for column in unknown:
        usual = said("remove it; the columns are {columns}", columns=wanted)
        remedy = nearest(column, missing or wanted) or usual
        problem = said("not a column here")
        problems.append(Problem(f"{name}.csv", 1, column, None, problem, remedy))
    return problems


def _check_cells(name: str, cells: pd.DataFrame) -> list[Problem]:
    """Empty cells, wrong types and words that are not allowed, column by column."""
    # pandera takes a third of a second to import, which `import forecast` need not wait for.
    import pandera.pandas as pa

    columns = {}
    for key, column in TABLES[name].columns.items():
        checks = [pa.Check(partial(_fits, of=column.type), error=column.type)]
        if column.words:
            checks.append(pa.Check.isin(column.words, error="words"))
        if key in cells:
            columns[key] = pa.Column(checks=checks, nullable=not column.required)
    if cells.empty:
        return []
    try:
        pa.DataFrameSchema(columns).validate(cells.mask(cells == ""), lazy=True)
    except pa.errors.SchemaErrors as error:
        failed = error.failure_cases
        faults = zip(failed["index"], failed["column"], failed["check"], strict=True)
        return [_cell_problem(name, cells, fault) for fault in faults]
    return []


def _fits(text: pd.Series, of: str) -> pd.Series:
    """Whether each text reads as an integer, number, boolean or date."""
    fits = text.str.fullmatch(PATTERNS[of])
    if of == "date":
        fits &= pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").notna()
    return fits


def _cell_problem(name: str, cells: pd.DataFrame, fault: tuple[int, str, str]) -> Problem:
    """Fault that pandera found, in a planner's words."""
    row, column, check = fault
    printed = str(cells.loc[row, column])
    if check == "words":
        words = TABLES[name].columns[column].words
        hint = nearest(printed.lower(), words)
        problem, remedy = said("not an allowed word"), said("write one of {words}", words=[*words])
        if hint:
            remedy = said("{remedy}; {hint}", remedy=remedy, hint=hint)
    else:
        fact, mend = FAULTS[check]
        problem, remedy = said(fact), said(mend)
    return Problem(f"{name}.csv", row, column, printed or None, problem, remedy)


def _typed(table: Table, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells as text or numbers (true is 1); what cannot be read is NaN, so that it fits no rule."""
    return pd.DataFrame(
        {name: _cast(cells[name], column.type) for name, column in table.columns.items()},
        index=cells.index,
    )


def _cast(text: pd.Series, to: str) -> pd.Series:
    if to in ("number", "integer"):
        return pd.to_numeric(text.where(_fits(text, to))).astype("float64")
    if to == "boolean":
        return text.str.lower().map({"true": 1.0, "false": 0.0})
    return text.astype("str")


def _report(name: str, column: str, rows: pd.DataFrame, problem: str, remedy: str) -> list[Problem]:
    """One problem a row; `{field}` in a text is the row's own value."""
    if rows.empty:
        return []
    return [
        Problem(
            f"{name}.csv",
            line,
            column,
            facts[column] or None,
            said(problem, **facts),
            said(remedy, **facts),
        )
        for line, facts in zip(rows.index, rows.to_dict("records"), strict=True)
    ]


def _check_key(name: str, cells: pd.DataFrame) -> list[Problem]:
    """Rows that repeat the key of an earlier row."""
    key, columns = list(TABLES[name].key), TABLES[name].columns
    if not key:
        return []
    named = cells[cells[[k for k in key if columns[k].required]].ne("").all(axis=1)]
    if not named.duplicated(key).any():
        return []
    line = pd.Series(named.index, index=named.index)
    first = line.groupby([named[k] for k in key]).transform("first")
    rows = named.assign(first=first)[first != line]
    place = ", ".join(key)
    rows[place] = [", ".join(filter(None, names)) for names in rows[key].to_numpy()]
    alone = len(key) == 1
    problem = (
        N_("the same id stands in row {first}")
        if alone
        else N_("the same key stands in row {first}")
    )
    return _report(name, place, rows, problem, N_("keep one of the two rows"))


def _check_ids(name: str, raw: dict[str, pd.DataFrame], unlisted: set[str]) -> list[Problem]:
    """Ids that stand in no row of the table they refer to."""
    problems = []
    for column, described in TABLES[name].columns.items():
        table = described.refers_to
        if table is None or table in unlisted:
            continue
        ids = raw[table].iloc[:, 0]
        cells = raw[name]
        strange = cells.loc[~cells[column].isin(ids) & cells[column].ne(""), column]
        problem = said("unknown; it is not in {table}.csv", table=table)
        remedy = said("add it to {table}.csv first", table=table)
        hints = {name: nearest(name, ids) or remedy for name in strange.unique()}
        problems += [
            Problem(f"{name}.csv", line, column, cell, problem, hints[cell])
            for line, cell in strange.items()
        ]
    return problems


def _check_rules(name: str, cells: pd.DataFrame, typed: dict[str, pd.DataFrame]) -> list[Problem]:
    """Rows that break one of the rules of their table."""
    rows = _with_indicator(name, typed)
    problems = []
    for column, broken, fact, remedy in RULES.get(name, ()):
        # A cell that could not be read has been reported as such.
        unread = rows[column].isna() & cells[column].ne("")
        found = rows[~unread].query(broken, engine="python") if len(rows) else rows
        if len(found):
            found = found.assign(**{column: cells.loc[found.index, column]})
            problems += _report(name, column, found, fact, remedy)
    return problems


def _with_indicator(name: str, typed: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of a table beside the description of their indicator (missing where unknown)."""
    rows = typed[name]
    if name not in ("targets", "observations"):
        return rows
    described = typed["indicators"].drop_duplicates("indicator").set_index("indicator")
    columns = ["kind", "lower", "upper", "better", "cumulative", "resolution"]
    return rows.join(described[columns], on="indicator")


def falls(observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Cumulative figures below the one before them in their region.

    Parameters
    ----------
    observations : region, indicator, year, as_of and value
    indicators : indicator and cumulative

    Returns
    -------
    DataFrame
        The columns `later` and `earlier`: where in `observations` (labels of its rows) the two
        figures of a fall stand.
    """
    grown = set(indicators.loc[indicators["cumulative"] == 1, "indicator"])
    rows = observations[observations["indicator"].isin(grown)].dropna(subset=["year", "value"])
    year_end = rows["year"].map("{:04.0f}-12-31".format)
    date = rows["as_of"].where(rows["as_of"] != "", year_end)
    rows = rows.assign(date=date, earlier=rows.index).sort_values("date")
    before = rows.groupby(["region", "indicator"])[["value", "earlier"]].shift()
    fallen = rows["value"] < before["value"]
    return pd.DataFrame(
        {"later": rows.index[fallen], "earlier": before.loc[fallen, "earlier"].astype(int)}
    ).reset_index(drop=True)


def _check_time(cells: pd.DataFrame, typed: dict[str, pd.DataFrame]) -> list[Problem]:
    """Cumulative counts that fall within a region from one date to the next."""
    found = falls(typed["observations"], typed["indicators"])
    earlier = cells.loc[found["earlier"]]
    since = earlier["as_of"].where(earlier["as_of"] != "", earlier["year"] + "-12-31")
    rows = cells.loc[found["later"]]
    return _report(
        "observations",
        "value",
        rows.assign(before=earlier["value"].to_numpy(), since=since.to_numpy()),
        N_("falls from {before} ({since}), but {indicator} is cumulative and never falls"),
        N_(
            "correct one of the two figures (one may be a year's increment), or say cumulative "
            "false in indicators.csv"
        ),
    )
