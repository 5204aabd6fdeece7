"""First pass of a panel: the rows of a source file, checked and split by partition.

A partition is an indicator with all its regions, or several that a ratio ties together: regions of
an indicator inform each other, so that its figures have to be fitted together, and nothing else
has. What a file gives to each partition is kept as a piece, under a name made of the file's
identity; a file that did not change is not read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import N_
from ..model.panel import KEY
from ..tables.calendar import find_implausible, read_years
from ..tables.frames import read_figures, read_numbers
from ..tables.row_rules import FIGURE
from ..tables.schema import COMPARATORS, NEVER_NEGATIVE
from .settings import PanelFault
from .storage import Store

__all__ = ["group_indicators", "split_file"]

COLUMNS = {
    "observations": [
        *KEY, "year", "value", "as_of", "status", "published", "break", "standard_error",
    ],
    "targets": [*KEY, "year", "value", "comparator", "event", "value_high"],
}  # fmt: skip
"""Columns that are read, where a file has them."""
NEEDED = {"observations": [*KEY, "year", "value"],
          "targets": [*KEY, "year", "value", "comparator"]}  # fmt: skip
MOST_FAULTS = 20
"""Rows of a file that are listed for each fault."""
NAMELESS = N_("the row names no region or no indicator")
UNDESCRIBED = N_("the indicator is not described")
NO_NUMBER, NO_YEAR = N_("the value is no number"), N_("the year is no year")
NO_COMPARATOR = N_("the comparator is unknown")
NEGATIVE = N_("the value is negative")
OUTSIDE = N_("the value is outside of its bounds, or a fraction in place of a percentage")
NOWHERE = ""
"""Partition of rows without a known indicator."""


def group_indicators(indicators: pd.DataFrame) -> dict[str, str]:
    """Name the partition of each indicator: its own name, or those that a ratio ties, joined.

    >>> about = pd.DataFrame({"indicator": ["a", "b", "r"], "numerator": ["", "", "a"],
    ...                       "denominator": ["", "", "b"]})
    >>> group_indicators(about)
    {'a': 'a+b+r', 'b': 'a+b+r', 'r': 'a+b+r'}
    """
    group = {name: {name} for name in indicators["indicator"]}
    for column in ("numerator", "denominator"):
        parts = indicators[column] if column in indicators else pd.Series(dtype=object)
        for name, part in zip(indicators["indicator"], parts, strict=False):
            if part in group and group[part] is not group[name]:
                joined = group[part] | group[name]
                group |= dict.fromkeys(joined, joined)
    return {name: "+".join(sorted(members)) for name, members in group.items()}


def split_file(
    source: str, name: str, table: str, out: str, partitions: Mapping[str, str], about: pd.DataFrame
) -> dict[str, Any]:
    """Split a source file, `observations` or `targets`, into pieces below `out`.

    Returns
    -------
    dict of `pieces`, for each partition a file, the row group in it, rows and hash, and `faults`.
    A file that cannot be read has a fault of no row and no pieces

    Raises
    ------
    OSError
        If a piece cannot be written.
    """
    store, target = Store(source), Store(out)
    try:
        identity = store.identify(name)
        described = about.to_csv(index=False)
        key = hashlib.sha256(f"{table}{identity}{described}".encode()).hexdigest()[:24]
        index = f"_parts/{key}.json"
        if known := target.read_json(index):
            return dict(known)
        rows = _read(store, name, table)
    except Exception as error:  # whatever a damaged file makes its reader raise
        return {"pieces": {}, "faults": [asdict(PanelFault(NOWHERE, name, None, _reason(error)))]}
    part = rows["indicator"].map(partitions).fillna(NOWHERE).astype(object)
    faults = _check(rows, part, table, about, name)
    pieces: dict[str, list[Any]] = {}
    groups: list[pa.Table] = []
    piece = f"_parts/{key}.parquet"
    code, names = pd.factorize(part.to_numpy(), sort=True)
    order, sizes = np.argsort(code, kind="stable"), np.bincount(code, minlength=len(names))
    whole = pa.Table.from_pandas(rows.take(order), preserve_index=False).replace_schema_metadata()
    for partition, end, size in zip(names, np.cumsum(sizes), sizes, strict=True):
        if partition != NOWHERE:
            content = whole.slice(end - size, size)
            pieces[str(partition)] = [piece, len(groups), int(size), _hash_table(content)]
            groups.append(content)
    if groups:
        target.write_parquet(piece, groups)
    result = {"file": name, "pieces": pieces, "faults": [asdict(f) for f in faults]}
    target.write_json(index, result)
    return result


def _read(store: Store, name: str, table: str) -> pd.DataFrame:
    """Read a file's rows, with years and values as numbers, NaN where they are none."""
    frame = store.read_parquet(name, COLUMNS[table]).to_pandas()
    missing = [column for column in NEEDED[table] if column not in frame]
    if missing:
        raise ValueError(f"no such column: {', '.join(missing)}")
    if table == "observations":
        frame = read_figures(frame)
    rows = frame.assign(year=read_years(frame["year"]), value=read_numbers(frame["value"]))
    texts = {c: rows[c].astype("str") for c in rows if c not in ("year", "value", "value_high")}
    return rows.assign(**texts)


def _check(
    rows: pd.DataFrame, part: pd.Series, table: str, about: pd.DataFrame, file: str
) -> list[PanelFault]:
    """List the rows that cannot be used; see `tables.row_rules` for the rules of figures."""
    named = rows["region"].fillna("").ne("") & rows["indicator"].fillna("").ne("")
    year = rows["year"].to_numpy(float)
    wrong: dict[str, Any] = {
        NAMELESS: ~named,
        UNDESCRIBED: named & part.eq(NOWHERE),
        NO_NUMBER: ~np.isfinite(rows["value"]),
        NO_YEAR: ~np.isfinite(year) | find_implausible(year),
    }
    if table == "targets":
        wrong[NO_COMPARATOR] = ~rows["comparator"].isin([*COMPARATORS, "between"])
    else:
        facts = about.drop_duplicates("indicator").set_index("indicator")
        columns = ("kind", "lower", "upper", "resolution")
        facts = facts.reindex(columns=columns).reindex(rows["indicator"])
        joined = rows.assign(**{c: facts[c].to_numpy() for c in columns})
        joined = joined.astype({"lower": float, "upper": float, "resolution": float})
        wrong[NEGATIVE] = (rows["value"] < 0.0) & joined["kind"].isin(NEVER_NEGATIVE)
        wrong[OUTSIDE] = np.logical_or.reduce([rule.broken(joined) for rule in FIGURE])
    return [
        PanelFault(str(part.iloc[i]), file, int(i) + 1, reason)
        for reason, marks in wrong.items()
        for i in np.flatnonzero(marks)[:MOST_FAULTS]
    ]


def _hash_table(table: pa.Table) -> str:
    """Hash a table's content."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()[:24]


def _reason(error: BaseException) -> str:
    return f"cannot be read ({type(error).__name__}: {error})".splitlines()[0][:300]
