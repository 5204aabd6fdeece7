"""The report's tables as files: CSV and Parquet for programs, one workbook for people.

The same tables give the same bytes in each of them, on any day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from ..tables.csv_files import escape_formulas
from .context import ReportContext

__all__ = ["write_tables"]

WORKBOOK = "tables.xlsx"
FORECASTS = {
    "quantiles": "forecasts",
    **{name: name for name in ("attainment", "evaluation", "outcomes", "scored", "compare")},
    **{name: name for name in ("trial_forecasts", "trial_chances")},
}
"""Tables of forecasts, and the names of their Parquet files."""


def write_tables(
    report: ReportContext,
    tables: Mapping[str, pd.DataFrame],
    folder: str | Path | None,
    formats: Collection[str] | None = None,
) -> list[str]:
    """Write tables as CSV (UTF-8, codes as heads) and as a workbook (words as heads).

    Those of forecasts (`FORECASTS`) are written as Parquet too, with types and as-of date, so that
    those of many reports can be joined. In CSV, a text that a spreadsheet would take for a formula
    (`=`, `+`, `-`, `@` in front) gets an apostrophe in front.

    Parameters
    ----------
    report : whose language and names the workbook takes
    tables : tables by name, each one a word of the group `sheet`
    folder : where the files are written, made where it is missing; None writes nothing
    formats : the workbook is written if `xlsx` is among them; None takes it as named

    Returns
    -------
    Names of the files.
    """
    if folder is None:
        return []
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    parquet = {name: f"{file}.parquet" for name, file in FORECASTS.items() if name in tables}
    for name, file in parquet.items():
        dated = tables[name].assign(as_of=report.plan.as_of)
        dated.to_parquet(target / file, index=False, engine="pyarrow")
    for name, table in tables.items():
        escape_formulas(table).to_csv(
            target / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n"
        )
    files = [*(f"{name}.csv" for name in tables), *parquet.values()]
    if formats is None or "xlsx" in formats:
        from .office.workbook import write_workbook

        (target / WORKBOOK).write_bytes(write_workbook(report, tables))
        files.append(WORKBOOK)
    return files
