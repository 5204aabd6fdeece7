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
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import N_, DataError
from ..model.panel import KEY
from ..tables.calendar import find_implausible, read_years
from ..tables.cells import read_numbers
from ..tables.frames import read_figures
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
NUMBERS = ("year", "value", "value_high")
"""Columns of numbers; all others are texts."""
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""Name of a folder of rows without a value."""
MOST_FAULTS = 20
"""Rows of a partition that are listed for each fault, among rows that are read at a time."""
NAMELESS = N_("the row names no region or no indicator")
UNDESCRIBED = N_("the indicator is not described")
NO_NUMBER, NO_YEAR = N_("the value is no number"), N_("the year is no year")
WITHIN_YEAR = N_("a day within a year: a target is one of a year's end")
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
    dict of `pieces`, for each partition a list of file, the row group in it, rows and hash, and
    `faults`. A file that cannot be read has a fault of no row and no pieces

    Raises
    ------
    OSError
        If a piece cannot be written.
    """
    store, target = Store(source), Store(out)
    try:
        identity = store.identify(name)
        described = about.to_csv(index=False)
        key = hashlib.sha256(f"2{table}{identity}{described}".encode()).hexdigest()[:24]
        index = f"_parts/{key}.json"
        if known := target.read_json(index):
            return dict(known)
        faults: list[PanelFault] = []
        cut: dict[str, list[pa.Table]] = {}
        start = 0
        for read in store.read_parquet(name, COLUMNS[table]):
            rows = _read(read.to_pandas(), name, table)
            part = rows["indicator"].map(partitions).fillna(NOWHERE).astype(object)
            faults += _check(rows, part, table, about, name, start)
            for partition, content in _cut(rows, part):
                cut.setdefault(partition, []).append(content)
            start += len(rows)
    except Exception as error:  # whatever a damaged file makes its reader raise
        return {"pieces": {}, "faults": [asdict(PanelFault(NOWHERE, name, None, _reason(error)))]}
    piece = f"_parts/{key}.parquet"
    whole = {partition: pa.concat_tables(contents) for partition, contents in cut.items()}
    pieces = {
        partition: [[piece, group, len(content), _hash_table(content)]]
        for group, (partition, content) in enumerate(whole.items())
    }
    if whole:
        target.write_parquet(piece, [*whole.values()])
    result = {"file": name, "pieces": pieces, "faults": [asdict(f) for f in faults]}
    target.write_json(index, result)
    return result


def _cut(rows: pd.DataFrame, part: pd.Series) -> list[tuple[str, pa.Table]]:
    """Cut rows by their partition; those of none are left out."""
    code, names = pd.factorize(part.to_numpy(), sort=True)
    order, sizes = np.argsort(code, kind="stable"), np.bincount(code, minlength=len(names))
    schema = pa.schema([(c, pa.float64() if c in NUMBERS else pa.string()) for c in rows])
    whole = pa.Table.from_pandas(rows.take(order), schema, preserve_index=False)
    whole = whole.replace_schema_metadata()
    return [
        (str(partition), whole.slice(end - size, size))
        for partition, end, size in zip(names, np.cumsum(sizes), sizes, strict=True)
        if partition != NOWHERE
    ]


def _read(frame: pd.DataFrame, name: str, table: str) -> pd.DataFrame:
    """Read rows, with years and values as numbers, NaN where they are none.

    Columns that a file does not have are taken from the folders that it is in, as `region=a`.
    """
    for folder in name.split("/")[1:-1]:
        column, equals, value = folder.partition("=")
        if equals and column in COLUMNS[table] and column not in frame:
            frame[column] = None if value == NO_VALUE else unquote(value)
    missing = [column for column in NEEDED[table] if column not in frame]
    if missing:
        raise ValueError(f"no such column: {', '.join(missing)}")
    if table == "observations":
        frame = read_figures(frame)
    numbers = {c: read_numbers(frame[c]) for c in NUMBERS if c in frame and c != "year"}
    rows = frame.assign(year=read_years(frame["year"]), **numbers)
    # Codes with a gap are floats in some files and whole numbers or texts in others.
    codes = [c for c in KEY if rows[c].dtype.kind == "f"]
    rows = rows.assign(**{c: rows[c].map("{:.15g}".format, na_action="ignore") for c in codes})
    return rows.assign(**{c: rows[c].astype("str") for c in rows if c not in NUMBERS})


def _check(
    rows: pd.DataFrame, part: pd.Series, table: str, about: pd.DataFrame, file: str, start: int
) -> list[PanelFault]:
    """List the rows that cannot be used; see `tables.row_rules` for the rules of figures.

    `start` is the number of rows of the file before these.
    """
    named = rows["region"].fillna("").ne("") & rows["indicator"].fillna("").ne("")
    year = rows["year"].to_numpy(float)
    wrong: dict[str, Any] = {
        NAMELESS: ~named,
        UNDESCRIBED: named & part.eq(NOWHERE),
        NO_NUMBER: ~np.isfinite(rows["value"]),
        NO_YEAR: ~np.isfinite(year) | find_implausible(year),
    }
    if table == "targets":
        wrong[WITHIN_YEAR] = np.isfinite(year) & (year != np.floor(year))
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
        PanelFault(str(part.iloc[i]), file, start + int(i) + 1, reason)
        for reason, marks in wrong.items()
        for i in _pick(part, np.flatnonzero(marks))
    ]


def _pick(part: pd.Series, rows: Any) -> Any:
    """Pick the first `MOST_FAULTS` of the rows of each partition."""
    return rows[part.iloc[rows].groupby(part.iloc[rows]).cumcount().to_numpy() < MOST_FAULTS]


def _hash_table(table: pa.Table) -> str:
    """Hash a table's content."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()[:24]


def _reason(error: BaseException) -> str:
    text = str(error.problems[0]) if isinstance(error, DataError) else str(error)
    return f"cannot be read ({type(error).__name__}: {text})".splitlines()[0][:300]
