"""Second pass of a panel: one partition's series fitted together, its answers written whole."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import N_, msg
from ..model.fitting import CHUNK, Fits, fit, quantiles
from ..model.panel import KEY
from ..targets.attainment import attainment
from .settings import PanelFault, PanelSettings
from .storage import Store, file_name

__all__ = ["ANSWERED", "answer_partition", "done_file"]

ANSWERED = ("quantiles", "attainment")
"""Folders of the output, a file a partition in each."""
NEXT_YEARS = 5
"""Years after the latest figure that are forecast where nothing says which."""
TOO_LARGE = N_("{rows} rows, and at most {most} are taken; raise most_rows, or use larger workers")


def done_file(partition: str) -> str:
    """Name of the file that marks a partition as answered."""
    return f"_done/{file_name(partition)}.json"


def answer_partition(
    out: str,
    partition: str,
    pieces: dict[str, list[list[Any]]],
    about: pd.DataFrame,
    settings: PanelSettings,
    priors: pd.DataFrame | None,
    fingerprint: str,
) -> dict[str, Any]:
    """Answer a partition and write its tables, then the file that marks it as done.

    Parameters
    ----------
    out : folder of the output
    pieces : of `observations` and `targets`: file, row group, rows and hash of each piece
    about : the partition's indicators
    fingerprint : of everything that the answers depend on

    Returns
    -------
    dict of `partition`, and of the numbers of `series` and `targets` or a `fault`
    """
    try:
        store = Store(out)
        rows = sum(piece[2] for piece in pieces["observations"])
        if rows > settings.most_rows:
            raise MemoryError(msg(TOO_LARGE, rows=rows, most=settings.most_rows))
        observations, targets = (_join(store, pieces[n]) for n in ("observations", "targets"))
        fits = fit(observations, about, settings.growth, priors=priors)
        tables = _forecast(fits, targets, settings), _attain(fits, targets, settings)
        written, sizes = {}, []
        for name, found in zip(ANSWERED, tables, strict=True):
            if found:
                written[name] = f"{name}/{file_name(partition)}.parquet"
                sizes.append(store.write_parquet(written[name], found))
        counts = {"series": len(fits.series), "targets": len(targets)}
        record = {"partition": partition, "fingerprint": fingerprint, "files": written,
                  "sizes": sizes, **counts}  # fmt: skip
        store.write_json(done_file(partition), record)
        return record
    except Exception as error:  # one partition's fault must not end the others
        reason = f"{type(error).__name__}: {error}"[:1000]
        return {"partition": partition, "fault": asdict(PanelFault(partition, "", None, reason))}


def _join(store: Store, pieces: list[list[Any]]) -> pd.DataFrame:
    """Read and join a partition's pieces, in an order that does not depend on how they were cut."""
    parts = [store.read_row_group(name, group) for name, group, *_ in pieces]
    if not parts:
        return pd.DataFrame(columns=[*KEY, "year", "value"])
    whole = pa.concat_tables(parts, promote_options="permissive").to_pandas()
    texts = [c for c in whole if c not in ("year", "value", "value_high", "standard_error")]
    whole = whole.assign(**{c: whole[c].astype(object).fillna("").astype("str") for c in texts})
    columns = [*KEY, "year", *(c for c in sorted(whole.columns) if c not in (*KEY, "year"))]
    return whole.sort_values(columns, ignore_index=True)[columns]


def _forecast(fits: Fits, targets: pd.DataFrame, settings: PanelSettings) -> list[pa.Table]:
    """Quantiles of all series, a table a chunk."""
    years = [*settings.years]
    if not years and len(targets):
        years = sorted({int(y) for y in targets["year"]})
    if not years:
        first = int(np.floor(fits.series["latest_year"].max())) + 1
        years = list(range(first, first + NEXT_YEARS))
    tables = []
    for start in range(0, len(fits.series), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(fits.series)))
        part = quantiles(fits.take(rows), years, levels=settings.levels)
        tables.append(_arrow(part))
    return tables


def _attain(fits: Fits, targets: pd.DataFrame, settings: PanelSettings) -> list[pa.Table]:
    """Attainment of all targets, a table a chunk."""
    tables = []
    for start in range(0, len(targets), CHUNK):
        part = targets.iloc[start : start + CHUNK].reset_index(drop=True)
        day = settings.as_of or None
        tables.append(_arrow(attainment(fits, part, as_of=day, answers=settings.answers)))
    return tables


def _arrow(table: pd.DataFrame) -> pa.Table:
    """Turn a table into one of Arrow, with texts as plain strings so that all chunks are alike."""
    texts = [c for c in table if table[c].dtype == object]
    plain = table.assign(**{c: table[c].astype("str") for c in texts})
    found = pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata()
    types = [
        pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type)
        for f in found.schema
    ]
    return found.cast(pa.schema(types))
