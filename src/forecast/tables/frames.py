"""Tables as analysts hold them, read as the long tables that the package computes with.

pandas, polars and pyarrow tables, Series and dicts are taken in these shapes:

* long: a row a figure, with columns `year` and `value`;
* years across: a column a year, a row a series;
* years down: years in the index or a column `year`, a column a series;
* one series: a Series with years as its index, or a dict `{2021: 51.0, 2022: 53.5}`; a dict of such
  dicts has a series each.

Series are named by columns or index levels `region` and `indicator`, or by keywords of these names.
Names beside or above the figures are indicators; where the indicator is given they are regions.
What is named nowhere is the region `ONE_REGION`, and the indicator `ONE_INDICATOR`. Blank cells of
a wide table are no figures; in a long one a figure is missing where its row is.

Years are read as by `calendar.read_years`. A day in a column `as_of` moves a figure from the end of
its year to that day.
"""

from __future__ import annotations

import decimal
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, DataError, Problem, msg
from .calendar import list_year_problems, read_years
from .cells import are_numbers, fill_readable, plain_text, read_numbers

__all__ = ["ONE_INDICATOR", "ONE_REGION", "read_figures", "read_goals", "read_table"]

FloatArray = NDArray[np.float64]
KEY = ["region", "indicator"]
ONE_REGION, ONE_INDICATOR = "all", "value"
"""Names of the only region, and of the only indicator, of data that name none."""
BESIDE = frozenset((
    "as_of", "break", "comparator", "event", "force", "locus", "name", "note", "published", "role",
    "source", "standard_error", "status", "unit",
))  # fmt: skip
"""Columns of tables that are neither series nor years."""
MISSING = ("", "-", "--", "—", "——", "–", "_", "…", "...", "nan", "NaN", "NA", "N/A", "None")
"""What a blank cell of a wide table may hold."""
MOST_PROBLEMS = 20


def read_figures(data: Any, *, region: str = "", indicator: str = "") -> pd.DataFrame:
    """Read figures in any of the shapes of the module as a long table.

    Parameters
    ----------
    data : table, Series or dict
    region, indicator : name of the only region, or indicator, where no column has it

    Returns
    -------
    DataFrame with region, indicator, year (a number, the cell as it was where it is none), value
    and the other columns of a long table. A long pandas table with plain columns is returned as it
    is.

    Raises
    ------
    DataError
        For data without years, rows without names, and keywords that contradict a column.

    Examples
    --------
    >>> read_figures({2021: 51.0, 2022: 53.5}, indicator="beds").values.tolist()
    [['all', 'beds', 2021, 51.0], ['all', 'beds', 2022, 53.5]]
    >>> wide = pd.DataFrame({"region": ["a", "b"], "2021": [51.0, 60.0], "2022": [53.5, None]})
    >>> read_figures(wide, indicator="beds").values.tolist()
    [['a', 'beds', 2021.0, 51.0], ['b', 'beds', 2021.0, 60.0], ['a', 'beds', 2022.0, 53.5]]
    """
    table, given = read_table(data), {"region": region, "indicator": indicator}
    if "year" not in table or "value" not in table:
        table = _lengthen(table, given, "observations")
    table = _name(table, given)
    if "value" not in table:
        return table
    changed: dict[str, Any] = {
        c: plain for c in KEY if (plain := plain_text(table[c])) is not table[c]
    }
    if not are_numbers(table["year"]):
        changed["year"] = fill_readable(table["year"], _read_days(table["year"], "observations"))
    if not are_numbers(table["value"]):
        changed["value"] = fill_readable(table["value"], read_numbers(table["value"]))
    table = table.assign(**changed) if changed else table
    return _place_days(table) if "as_of" in table else table


def read_goals(
    targets: Any,
    series: pd.DataFrame,
    *,
    year: object = None,
    comparator: str | None = None,
) -> pd.DataFrame:
    """Read targets: a table or dict in a shape of the module, or one number.

    Parameters
    ----------
    targets : table with `value`, and `year`, `comparator`, `region` and `indicator` where these
        are not clear; a number is a target of every series
    series : region and indicator of the fitted series. A target without an indicator is one of the
        only indicator; a target without a region is one of each region
    year, comparator : of targets that have no such column

    Raises
    ------
    DataError
        For a number without year or comparator, a day that does not end a year, years that are
        none, and targets without an indicator where there are several.

    Examples
    --------
    >>> fitted = pd.DataFrame({"region": ["a", "b"], "indicator": "beds"})
    >>> read_goals(60.0, fitted, year=2025, comparator="ge").values.tolist()
    [[60.0, 2025, 'ge', 'a', 'beds'], [60.0, 2025, 'ge', 'b', 'beds']]
    """
    number = isinstance(targets, int | float | np.number | decimal.Decimal)
    if number and not isinstance(targets, bool):
        table = pd.DataFrame({"value": [float(targets)]})
    else:
        table = read_table(targets, "targets")
        # One target a series, its year given: a wide table has no column of values then.
        if "value" not in table:
            table = _lengthen(table, dict.fromkeys(KEY, ""), "targets")
    for column, given in (("year", year), ("comparator", comparator)):
        if given is not None and column not in table:
            table = table.assign(**{column: given})
        elif given is not None:
            raise _contradiction("targets", column)
    table = _spread(table, series)
    if "year" in table:
        table = _read_goal_years(table)
    if "value" in table and not are_numbers(table["value"]):
        table = table.assign(value=fill_readable(table["value"], read_numbers(table["value"])))
    changed = {c: plain_text(table[c]) for c in (*KEY, "comparator", "event") if c in table}
    changed |= {c: _match_names(changed[c], series[c]) for c in KEY if c in changed}
    changed = {c: plain for c, plain in changed.items() if plain is not table[c]}
    return table.assign(**changed) if changed else table


def read_table(data: Any, source: str = "observations") -> pd.DataFrame:
    """Read a pandas, polars or pyarrow table, a Series or a dict as a pandas table.

    Index levels with names, and an index of years, become columns. `source` is the table's name
    in errors.

    >>> read_table(pd.Series([1.0], pd.Index([2021]))).values.tolist()
    [[2021.0, 1.0]]
    """
    if isinstance(data, Mapping):
        data = _from_mapping(data)
    if isinstance(data, pd.Series):
        data = _from_series(data, source)
    if not isinstance(data, pd.DataFrame):
        data = _from_library(data, source)
    _check_heads(data.columns, data.columns, source)
    if isinstance(data.columns, pd.MultiIndex):
        return _stack(data, source)
    named = [n for n in _names_of(data.index) if n not in data]
    if _are_years(data.index) and not named and "year" not in data:
        years = pd.Series(data.index)
        data = data.reset_index(drop=True)
        data.insert(0, "year", years)
    elif named:
        data = data.reset_index(named)
    return data


def _from_mapping(data: Mapping[Hashable, Any]) -> pd.DataFrame | pd.Series:
    """Read a dict of columns, of series, or of one series' figures by year."""
    nested = [isinstance(value, Mapping | pd.Series) for value in data.values()]
    if data and all(nested):
        return pd.concat({name: pd.Series(value) for name, value in data.items()}, axis=1)
    if any(isinstance(value, list | tuple | np.ndarray) for value in data.values()):
        return pd.DataFrame(data)
    return pd.Series(data, dtype=object if not data else None)


def _from_series(series: pd.Series, source: str) -> pd.DataFrame:
    """Read a Series as a table; its name is that of its indicator, unless the index has one."""
    if not _names_of(series.index) and not _are_years(series.index):
        raise _no_years(msg("the index of a Series must be its years"), source)
    named = "indicator" in series.index.names or series.name is None
    return series.to_frame("value" if named else series.name)


def _from_library(data: Any, source: str) -> pd.DataFrame:
    """Read a table of another library through narwhals."""
    import narwhals as nw  # imported here: only tables of other libraries need it

    try:
        frame: Any = nw.from_native(data, allow_series=True)
    except nw.exceptions.DuplicateError as error:
        names = [line.split("'")[1] for line in str(error).splitlines() if "'" in line]
        raise _twice(source, *names) from None
    except TypeError:
        problem = msg("a {type} is no table of figures", type=type(data).__name__)
        remedy = msg("give a table, a Series with years as its index, or a dict of years")
        raise _error(source, None, problem, remedy) from None
    if isinstance(frame, nw.Series):
        raise _no_years(msg("a column without years is no series"), source)
    whole = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    table: pd.DataFrame = whole.to_pandas()
    return table


def _lengthen(table: pd.DataFrame, given: Mapping[str, str], source: str) -> pd.DataFrame:
    """Turn a wide table into a long one; `given` are the names of the keywords."""
    free = [k for k in KEY if k not in table and not given[k]]
    across = [c for c in table if c not in (*KEY, "year") and c not in BESIDE]
    if "year" in table:
        names = "indicator" if "indicator" in free else "".join(free)
        if not across:  # a long table without its values
            return table
        if not (names or len(across) == 1):
            raise _no_names(source)
        long = _melt(table, across, names or "name")
    else:
        heads = [*map(str, across)]
        across = [c for c in across if _are_years(pd.Index([c]))]
        if not across:
            text = N_("there is no column 'year', and no column is a year, of {columns}")
            raise _no_years(msg(text, columns=heads or ["—"]), source)
        if len(free) and not isinstance(table.index, pd.RangeIndex):
            # Names beside the figures.
            names = "region" if given["indicator"] or "indicator" in table else "indicator"
            table = table.assign(**{names: table.index.to_numpy()})
        years = _read_days(pd.Series(across, dtype=object), source)
        _check_heads(pd.Index(across), pd.Index(years), source)
        table = table.rename(columns=dict(zip(across, years, strict=True)))
        long = _melt(table, [*years], "year")
    long = _drop_blank(long)
    if long.duplicated([c for c in (*KEY, "year") if c in long]).any():
        raise _no_names(source)
    return long


def _melt(table: pd.DataFrame, across: list[Hashable], names: str) -> pd.DataFrame:
    """Put the columns `across` below each other, their heads in a column `names`."""
    kept = [c for c in table if c in (*KEY, "year") or c in BESIDE]
    return table.melt(kept, across, names, "value")


def _stack(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Put the columns of a table with two heads, region and indicator, below each other."""
    if not _are_years(table.index) or table.columns.nlevels != len(KEY):
        raise _no_years(msg("the index of a table with two heads must be its years"), source)
    heads = [name or KEY[i] for i, name in enumerate(table.columns.names)]
    body = table.set_axis(table.columns.set_names(heads), axis=1).rename_axis("year")
    return _drop_blank(body.stack(heads, future_stack=True).rename("value").reset_index())


def _drop_blank(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out cells of a wide table that hold no figure."""
    value = table["value"]
    blank = value.isna()
    if not pd.api.types.is_numeric_dtype(value):
        blank |= value.astype(str).str.strip().isin(MISSING)
    return table[~blank].reset_index(drop=True)


def _name(table: pd.DataFrame, given: Mapping[str, str]) -> pd.DataFrame:
    """Add the columns region and indicator where they are missing; first, and in this order."""
    added = {}
    for column, default in zip(KEY, (ONE_REGION, ONE_INDICATOR), strict=True):
        if column not in table:
            added[column] = given[column] or default
        elif given[column]:
            raise _contradiction("observations", column)
    if not added:
        return table
    table = table.assign(**added)
    return table[[*KEY, *(c for c in table if c not in KEY)]]


def _spread(table: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Add the indicator, and every region, to targets that name none."""
    if "indicator" not in table:
        names = series["indicator"].unique()
        if len(names) != 1:
            problem = msg("the targets name no indicator, and there are {count}", count=len(names))
            remedy = msg("add a column {name!r}", name="indicator")
            raise _error("targets", "indicator", problem, remedy)
        table = table.assign(indicator=names[0])
        if "region" not in table:
            table = table[[c for c in table if c != "indicator"]].merge(series[KEY], how="cross")
    elif "region" not in table:
        unknown = table["indicator"][~table["indicator"].isin(series["indicator"])]
        if len(unknown):
            problem = msg("no figures of this indicator, and no region is named")
            remedy = msg("correct the name, or add a column {name!r}", name="region")
            raise _error("targets", "indicator", problem, remedy, unknown)
        table = table.merge(series[KEY], on="indicator", how="left")
    return table


def _match_names(names: pd.Series, known: pd.Series) -> pd.Series:
    """Names of targets as the figures have them, where one has numbers and the other texts."""
    numbers = pd.api.types.is_numeric_dtype(known)
    if numbers == pd.api.types.is_numeric_dtype(names):
        return names
    same = {f"{name:.15g}" if numbers else str(name): name for name in known.unique()}
    texts = names.map(str if numbers else "{:.15g}".format)
    return texts.map(lambda name: same.get(name, name))


def _read_days(cells: pd.Series, source: str) -> FloatArray:
    """Read years; those of targets must be whole, and days of figures not all begin one.

    `pd.to_datetime` makes 1 January of a year alone, which would be the end of the year before.
    """
    years = read_years(cells)
    if source != "targets" and are_numbers(cells):
        return years
    wrong = np.isfinite(years) & (years != np.floor(years))
    text = N_("a day within a year: a target is one of a year's end")
    remedy = N_("write the year, as 2025")
    if source != "targets":
        wrong &= years % 1.0 < 1.5 / 366.0
        wrong &= bool(wrong[np.isfinite(years)].all())
        text = N_("1 January, as all days here: the end of the year before, or a year alone")
        remedy = N_("write the year, as 2025, or 31 December 2024 for 1 January 2025")
    if wrong.any():
        raise _error(source, "year", msg(text), msg(remedy), cells[wrong])
    return years


def _read_goal_years(table: pd.DataFrame) -> pd.DataFrame:
    """Read years of targets; a day must end its year."""
    given = table["year"]
    years = _read_days(given, "targets")
    if not are_numbers(given):
        # Whole years stay integers, as in a table of numbers.
        whole = not np.isnan(years).any() and bool((years % 1.0 == 0.0).all())
        read = years.astype(int) if whole else fill_readable(given, years).to_numpy()
        table = table.assign(year=read)
    if problems := list_year_problems("targets", years, given):
        raise DataError(problems)
    return table


def _place_days(table: pd.DataFrame) -> pd.DataFrame:
    """Put figures of a day within a whole year, by `as_of`, where that day lies."""
    text = table["as_of"].astype(object)
    text = text.where(text.notna(), "").astype(str).str.strip()
    if not (text != "").any():
        return table
    placed = read_years(text.str.slice(0, 10))
    unread = text[np.isnan(placed) & (text != "")]
    if len(unread):
        remedy = msg("write year, month and day, such as 2022-06-30")
        raise _error("observations", "as_of", msg("not a date"), remedy, unread)
    year = read_numbers(table["year"])
    moved = np.isfinite(placed) & (np.ceil(placed) == year) & (placed != year)
    return table.assign(year=np.where(moved, placed, year)) if moved.any() else table


def _names_of(index: pd.Index) -> list[str]:
    """Names of index levels that name series or years."""
    return [n for n in index.names if n in (*KEY, "year")]


def _are_years(index: pd.Index) -> bool:
    """Whether all of an index can only be years."""
    counts_rows = isinstance(index, pd.RangeIndex) and index.start == 0
    if len(index) == 0 or index.nlevels > 1 or counts_rows:
        return False
    years = read_years(index)
    return bool(np.isfinite(years).all()) and not list_year_problems("", years, index.to_series())


def _check_heads(heads: pd.Index, names: pd.Index, source: str) -> None:
    """Check that no two columns have one name, or one year."""
    if names.has_duplicates:
        raise _twice(source, *map(str, heads[names.duplicated()].unique()))


def _twice(source: str, *names: str) -> DataError:
    problem, remedy = msg("several columns of one name"), msg("rename or remove all but one")
    return DataError([Problem(source, None, name, None, problem, remedy) for name in names])


def _contradiction(source: str, column: str) -> DataError:
    problem = msg("given twice: as {name}=… and as a column", name=column)
    return _error(source, column, problem, msg("leave one of them out"))


def _no_years(problem: str, source: str) -> DataError:
    remedy = msg("add a column 'year', or give years as the index or as columns")
    return _error(source, "year", problem, remedy)


def _no_names(source: str) -> DataError:
    problem = msg("several rows or columns, and nothing says which series each is")
    remedy = msg("add columns 'region' and 'indicator', or give one as a keyword")
    return _error(source, None, problem, remedy)


def _error(
    source: str, column: str | None, problem: str, remedy: str, cells: Iterable[Any] = (None,)
) -> DataError:
    """Make an error of the distinct cells in question, or of a table or column as a whole."""
    texts = [
        None if cell is None else str(cell) for cell in [*dict.fromkeys(cells)][:MOST_PROBLEMS]
    ]
    return DataError([Problem(source, None, column, text, problem, remedy) for text in texts])
