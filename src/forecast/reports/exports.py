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

import pandas as pd

from ..i18n.formatting import join
from ..i18n.labels import LABELS
from ..tables.names import Names

__all__ = ["harmless", "write_book"]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60
"""Characters of a sheet's widest column."""
FORECASTS = {
    "quantiles": "forecasts",
    **{name: name for name in ("attainment", "evaluation", "outcomes", "scored", "compare")},
    **{name: name for name in ("trial_forecasts", "trial_chances")},
}
"""Tables of forecasts, and the names of their Parquet files."""
CHANCES = ("p_reach", "p_ever", "p_maintain", "p_path", "p_now")
CODED = (
    "scenario",
    "comparator",
    "role",
    "force",
    "schedule_status",
    "status",
    "evidence",
    "data_status",
    "changed_by",
    "reading",
    "rule_path",
    "input_kind",
    "declared",
    "outcome",
    "made",
    "schedule_said",
    "forecast_said",
    "method",
    "peer",
    "unfitted",
    "kind",
    "link",
    "lead",
    "draws",
    "estimate",
    "measured_in",
    "warnings",
)


def write_book(
    names: Names, results: Mapping[str, pd.DataFrame], folder: str | Path | None
) -> list[str]:
    """Write tables as CSV (UTF-8, codes as heads) and as tables.xlsx (words as heads).

    Those of forecasts (`FORECASTS`) are written as Parquet too, with types and as-of date.
    Texts that a spreadsheet would take for a formula (`=`, `+`, `-`, `@` in front) get an
    apostrophe in front. Returns the files' names; without a folder nothing is written.

    Parameters
    ----------
    names : whose language and names the workbook takes
    results : the tables by name, each one a word of the group `sheet`
    folder : where the files are written, made where it is missing
    """
    if folder is None:
        return []
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    parquet = [
        _write_parquet(names, results[name], place / f"{file}.parquet")
        for name, file in FORECASTS.items()
        if name in results
    ]
    for name, table in results.items():
        harmless(table).to_csv(
            place / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n"
        )
    content = io.BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl") as book:
        for name, table in results.items():
            sheet = names.label("sheet", name)
            harmless(_spoken(names, table)).to_excel(
                book, sheet_name=sheet, index=False, freeze_panes=(1, 0), inf_rep="∞"
            )
            for column, cells in zip(table.columns, book.sheets[sheet].columns, strict=True):
                for cell in cells[1:] if column in CHANCES else ():
                    cell.number_format = "0 %"
                longest = max(sum(1 + (ord(c) > 0x2E7F) for c in str(x.value or "")) for x in cells)
                width = min(max(longest + 2, 8), WIDEST)
                book.sheets[sheet].column_dimensions[cells[0].column_letter].width = width
    (place / "tables.xlsx").write_bytes(_undated(content))
    return [*(f"{name}.csv" for name in results), *parquet, "tables.xlsx"]


def _write_parquet(names: Names, table: pd.DataFrame, file: Path) -> str:
    """Write a table as it is, with the as-of date, so that those of many reports can be joined."""
    table.assign(as_of=names.plan.as_of).to_parquet(file, index=False, engine="pyarrow")
    return file.name


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


def _spoken(names: Names, table: pd.DataFrame) -> pd.DataFrame:
    """Turn codes into words, heads included, for the workbook."""
    out = table.copy()
    spoken = {"schedule_status": "schedule", "schedule_said": "said", "forecast_said": "said",
              "warnings": "warning", "peer": "method"}  # fmt: skip
    groups = {**{g: g for g in LABELS}, **spoken}
    for column in [c for c in out.columns if groups.get(c) in LABELS and c in CODED]:
        words = {key: names.label(groups[column], key) for key in LABELS[groups[column]]}
        out[column] = out[column].map(partial(_in_words, words, names.language))
    for column, kind in (("area", "areas"), ("unit", "units"), ("region", "regions")):
        if column in out:
            # A row may stand for no area, as the index of a whole region does.
            called = {key: key and names.name(kind, key) for key in out[column].unique()}
            out[column] = out[column].map(called)
    known = set(LABELS["column"])
    return out.rename(columns={c: names.label("column", c) for c in out.columns if c in known})


def _in_words(words: Mapping[str, str], language: str, cell: object) -> object:
    """Words of a cell's codes; what is no code stays as it is."""
    if not isinstance(cell, str):
        return cell
    return join((words.get(code, code) for code in cell.split(", ")), language)


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Keep a spreadsheet from running a text as a formula.

    >>> harmless(pd.DataFrame({"name": ["=1+1", "pace"]}))["name"].tolist()
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
