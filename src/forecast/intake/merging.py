"""Merges reviewed figures into the tables of a plan, and writes these to a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..files import MANIFEST, staging_folder, swap_folder
from ..tables.csv_files import format_table, read_tables
from ..tables.schema import TABLES
from .reading import Reading
from .review import own_day, replaced

__all__ = ["merge_figures", "write_tables"]

COMPANIONS = ("mechanisms.yaml", "priors.csv", "calibration.csv", "aliases.csv")
"""Files of a folder of tables that are no tables, but change what it says."""
KEY = ["region", "indicator", "year"]


def merge_figures(
    tables: Mapping[str, pd.DataFrame],
    figures: Sequence[tuple[Reading, str]],
    targets: Sequence[Reading],
    source: Mapping[str, str],
) -> dict[str, pd.DataFrame]:
    """Put figures and targets into tables, each in the place of those for the same time.

    Parameters
    ----------
    tables : those of `schema.TABLES`
    figures : actual figures, each with the `break` of the one that it replaces
    targets : targets; one replaces all of its region, indicator and year
    source : row of the table of sources, but for what may be empty
    """
    merged = dict(tables)
    if figures or targets:
        known = tables["sources"]
        merged["sources"] = _joined(known[known["source"] != source["source"]], [source])
    if figures:
        own = [_observation(reading, step, source["source"]) for reading, step in figures]
        published = tables["observations"]
        merged["observations"] = _joined(published[~replaced(published, pd.DataFrame(own))], own)
    if targets:
        rows = _target_rows(targets, source["source"])
        planned = tables["targets"]
        taken = pd.MultiIndex.from_frame(pd.DataFrame(rows)[KEY])
        rest = planned[~pd.MultiIndex.from_frame(planned[KEY]).isin(taken)]
        merged["targets"] = _joined(rest, rows)
    return merged


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], beside: str, file: str) -> Path:
    """Write tables to a folder, whole or not at all, with the companions of the folder `beside`.

    Raises
    ------
    DataError
        If the tables could not be read again.
    WriteError
        If they cannot be written, or another folder of that name exists.
    """
    final = Path(folder)
    with staging_folder(final) as new:
        for name in TABLES:
            text = format_table(name, tables[name])
            (new / f"{name}.csv").write_text(text, encoding="utf-8")
        for name in COMPANIONS:
            if beside and Path(beside, name).is_file():
                shutil.copyfile(Path(beside, name), new / name)
        read_tables(new)
        made = {"made": "tables with own figures", "file": file}
        text = json.dumps(made, ensure_ascii=False)
        (new / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        swap_folder(new, final)
    return final


def _observation(reading: Reading, step: str, source: str) -> dict[str, object]:
    figure = reading.figure
    guessed = figure.approximate or figure.flag == "estimated"
    preliminary = "preliminary" if figure.flag == "preliminary" else "actual"
    return _common(reading, source) | {
        "as_of": own_day(reading),
        "status": "estimated" if guessed else preliminary,
        "break": step,
    }


def _target_rows(readings: Sequence[Reading], source: str) -> list[dict[str, object]]:
    """Rows of targets; the last year of an indicator is its final one."""
    last: dict[tuple[str, str], str] = {}
    for reading in readings:
        series = reading.region, reading.indicator
        last[series] = max(reading.date, last.get(series, ""))
    rows = []
    for reading in readings:
        final = last[reading.region, reading.indicator] == reading.date
        rows.append(
            _common(reading, source)
            | {
                "comparator": reading.figure.comparator,
                "role": "final" if final else "annual",
                "force": reading.cell.facts.force,
            }
        )
    return rows


def _common(reading: Reading, source: str) -> dict[str, object]:
    """Give what rows of observations and of targets have in common."""
    return {
        "region": reading.region,
        "indicator": reading.indicator,
        "year": reading.year,
        "value": reading.value,
        "source": source,
        "locus": reading.cell.address,
        "note": reading.cell.facts.source,
    }


def _joined(table: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Table with rows behind it; what they do not have is missing."""
    missing = dict.fromkeys(table.columns) | dict.fromkeys(table.select_dtypes("str").columns, "")
    more = pd.DataFrame([{**missing, **row} for row in rows], columns=table.columns)
    return pd.concat([table, more.astype(table.dtypes.to_dict())], ignore_index=True)
