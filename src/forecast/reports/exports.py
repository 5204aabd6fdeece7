"""The report's tables as files: CSV and Parquet for programs, one workbook for people.

The same tables give the same bytes in each of them, on any day.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..i18n.formatting import join
from ..i18n.labels import LABELS
from ..tables.names import Names

__all__ = ["escape_formulas", "write_tables"]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60
"""Characters of a sheet's widest column."""
FORECASTS = {
    "quantiles": "forecasts",
    **{name: name for name in ("attainment", "evaluation", "outcomes", "scored", "compare")},
    **{name: name for name in ("trial_forecasts", "trial_chances")},
}
"""Tables of forecasts, and the names of their Parquet files."""
CHANCES = ("p_reach", "p_ever", "p_maintain", "p_path", "p_now", "p_old", "p_new")
CODED = (
    "scenario", "comparator", "role", "force", "schedule_status", "status", "evidence",
    "data_status", "changed_by", "reading", "rule_path", "input_kind", "declared", "outcome",
    "made", "schedule_said", "forecast_said", "method", "peer", "unfitted", "kind", "link", "lead",
    "draws", "estimate", "measured_in", "warnings", "comparator_old", "status_old", "status_new",
    "cause", "revision",
)  # fmt: skip
"""Columns whose codes become words in the workbook."""
GROUPS = {
    "schedule_status": "schedule", "schedule_said": "said", "forecast_said": "said",
    "warnings": "warning", "peer": "method", "comparator_old": "comparator",
    "status_old": "status", "status_new": "status",
}  # fmt: skip
"""Group of a column's labels, where it has another name than the column."""


def write_tables(
    names: Names, tables: Mapping[str, pd.DataFrame], folder: str | Path | None
) -> list[str]:
    """Write tables as CSV (UTF-8, codes as heads) and as tables.xlsx (words as heads).

    Those of forecasts (`FORECASTS`) are written as Parquet too, with types and as-of date, so that
    those of many reports can be joined. Texts that a spreadsheet would take for a formula (`=`,
    `+`, `-`, `@` in front) get an apostrophe in front.

    Parameters
    ----------
    names : whose language and names the workbook takes
    tables : tables by name, each one a word of the group `sheet`
    folder : where the files are written, made where it is missing; None writes nothing

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
        dated = tables[name].assign(as_of=names.plan.as_of)
        dated.to_parquet(target / file, index=False, engine="pyarrow")
    for name, table in tables.items():
        escape_formulas(table).to_csv(
            target / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n"
        )
    content = io.BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl") as book:
        for name, table in tables.items():
            sheet = names.label("sheet", name)
            escape_formulas(_in_words(names, table)).to_excel(
                book, sheet_name=sheet, index=False, freeze_panes=(1, 0), inf_rep="∞"
            )
            _format_columns(book.sheets[sheet], list(table.columns))
    (target / "tables.xlsx").write_bytes(_undated(content))
    return [*(f"{name}.csv" for name in tables), *parquet.values(), "tables.xlsx"]


def _format_columns(sheet: Any, columns: list[str]) -> None:
    """Show chances in percent, and make each column as wide as its longest text."""
    for column, cells in zip(columns, sheet.columns, strict=True):
        for cell in cells[1:] if column in CHANCES else ():
            cell.number_format = "0 %"
        # Chinese letters take two places.
        longest = max(sum(1 + (ord(c) > 0x2E7F) for c in str(x.value or "")) for x in cells)
        sheet.column_dimensions[cells[0].column_letter].width = min(max(longest + 2, 8), WIDEST)


def _undated(book: io.BytesIO) -> bytes:
    """Take the time of writing out of a workbook: same tables, same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb">[\d-]+T[\d:]+Z<", b">1980-01-01T00:00:00Z<", content)
            # The entry's own date is the first of a zip file, in 1980.
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _in_words(names: Names, table: pd.DataFrame) -> pd.DataFrame:
    """Replace codes by words, heads included, for the workbook."""
    out = table.copy()
    for column in (c for c in out.columns if c in CODED):
        group = GROUPS.get(column, column)
        if group in LABELS:
            words = {code: names.label(group, code) for code in LABELS[group]}
            out[column] = out[column].map(partial(_cell_in_words, words, names.language))
    for column, kind in (("area", "areas"), ("unit", "units"), ("region", "regions")):
        if column in out:
            # A row may be of no area, as the index of a whole region is.
            known = {key: key and names.name(kind, key) for key in out[column].unique()}
            out[column] = out[column].map(known)
    heads = {c: names.label("column", c) for c in out.columns if c in LABELS["column"]}
    return out.rename(columns=heads)


def _cell_in_words(words: Mapping[str, str], language: str, cell: object) -> object:
    """Words of a cell's codes; anything else stays as it is."""
    if not isinstance(cell, str):
        return cell
    return join((words.get(code, code) for code in cell.split(", ")), language)


def escape_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Keep a spreadsheet from running a text as a formula.

    >>> escape_formulas(pd.DataFrame({"name": ["=1+1", "pace"]}))["name"].tolist()
    ["'=1+1", 'pace']
    """
    out = table.copy()
    for column in out.select_dtypes(include=["object", "str"]).columns:
        out[column] = out[column].map(
            lambda cell: (
                f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell
            )
        )
    return out
