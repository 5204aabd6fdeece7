"""Own rows merged over the shipped tables: peers stay, and each row says whose it is.

An own row takes the place of the shipped rows that are like it in the columns `Table.replaces` of
`schema`: an indicator of the same id, a target of the same region, indicator, year and version of
its plan, a figure of the same region, indicator and day. All other shipped rows stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import pandas as pd

from ..errors import Problem, msg
from .calendar import figure_days
from .schema import TABLES
from .validation import RawTable

__all__ = ["count_peers", "merge_raw", "own_rows", "place_problem"]


def merge_raw(own: Mapping[str, RawTable], shipped: Mapping[str, RawTable]) -> dict[str, RawTable]:
    """Merge raw tables; shipped rows are numbered below zero, see `place_problem`."""
    return {
        name: _merge(own[name], shipped[name]) if name in own and name in shipped
        else own.get(name) or _numbered(shipped[name])
        for name in TABLES if name in own or name in shipped
    }  # fmt: skip


def place_problem(problem: Problem) -> Problem:
    """Give a problem of a shipped row, as numbered by `merge_raw`, its file and line."""
    if problem.row is None or problem.row >= 0:
        return problem
    table = getattr(problem.file, "arguments", {}).get("name")
    file = msg("{file} of the package", file=f"{table}.csv" if table else problem.file)
    return replace(problem, file=file, row=-problem.row)


def own_rows(
    tables: Mapping[str, pd.DataFrame], shipped: Mapping[str, pd.DataFrame]
) -> dict[str, pd.Series]:
    """Whether each row of merged tables differs from all shipped rows, by table.

    >>> from forecast.tables.plan import load_plan
    >>> tables = load_plan("lishui").tables
    >>> any(own.any() for own in own_rows(tables, tables).values())
    False
    """
    return {name: ~_rows(table).isin(_rows(shipped[name])) for name, table in tables.items()}


def count_peers(tables: Mapping[str, pd.DataFrame], region: str) -> pd.Series:
    """Count the other regions with figures, for each indicator with a target or figure of one.

    >>> from forecast.tables.plan import load_plan
    >>> int(count_peers(load_plan("lishui").tables, "lishui")["nursing_bed_share"]) > 0
    True
    """
    figures, targets = tables["observations"], tables["targets"]
    own = figures["region"] == region
    used = [*targets.loc[targets["region"] == region, "indicator"], *figures[own]["indicator"]]
    counts = figures[~own].groupby("indicator")["region"].nunique()
    return counts.reindex(dict.fromkeys(used)).fillna(0).astype(int)


def _merge(own: RawTable, shipped: RawTable) -> RawTable:
    """Own rows behind the shipped rows that stay."""
    keys = [_keys(table) for table in (shipped, own)]
    lent = _numbered(shipped)
    stays = ~keys[0].isin(keys[1])
    return replace(
        own,
        cells=pd.concat([lent.cells[stays], own.cells]),
        values=pd.concat([lent.values[stays], own.values]),
        problems=(*lent.problems, *own.problems),
        listed=own.listed and shipped.listed,
    )


@lru_cache(maxsize=64)
def _numbered(table: RawTable) -> RawTable:
    """Rows numbered below zero."""
    index = -table.cells.index
    return replace(table, cells=table.cells.set_axis(index), values=table.values.set_axis(index))


@lru_cache(maxsize=64)
def _keys(table: RawTable) -> pd.MultiIndex:
    """Return what rows replace each other by."""
    described = TABLES[table.name]
    columns = list(described.replaces or described.key)
    rows = table.cells
    if "day" in columns:
        readable = table.values["year"].notna()
        days = figure_days(table.values[readable]).reindex(rows.index, fill_value="")
        rows = rows.assign(day=days)
    return pd.MultiIndex.from_frame(rows[columns])


def _rows(table: pd.DataFrame) -> pd.Series:
    """Rows as texts that compare."""
    cells = table.astype(object).where(table.notna(), "").to_numpy()
    return pd.Series(["\x1f".join(map(str, row)) for row in cells], table.index, dtype=object)
