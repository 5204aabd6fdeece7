"""A report's tables as one workbook for people: words, formats, filters, a chart, notes."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter

from ...i18n.catalog import N_
from ...i18n.formatting import join
from ...i18n.labels import LABELS
from ..context import ReportContext
from ..descriptions import describe_formula, describe_lacking
from .archive import undated
from .cells import WIDEST, number_cell, text_cell
from .measures import measure
from .workbook_chart import add_chart

__all__ = ["write_workbook"]

NARROWEST = 8
"""Letters of a sheet's narrowest column."""
CODED = (
    "scenario", "comparator", "role", "force", "schedule_status", "status", "evidence",
    "data_status", "changed_by", "reading", "rule_path", "input_kind", "declared", "outcome",
    "made", "schedule_said", "forecast_said", "method", "peer", "unfitted", "kind", "link", "lead",
    "draws", "estimate", "type", "measured", "measured_in", "warnings", "ratio_class",
    "attainment_reading", "reason", "state", "list_of", "finding", "comparator_old",
    "status_old", "status_new", "cause", "revision", "component_state",
)  # fmt: skip
"""Columns whose codes become words."""
GROUPS = {
    "schedule_status": "schedule", "schedule_said": "said", "forecast_said": "said",
    "warnings": "warning", "peer": "method", "type": "kind", "reason": "reason_short",
    "list_of": "list", "comparator_old": "comparator", "status_old": "status",
    "status_new": "status",
}  # fmt: skip
"""Group of a column's labels, where it has another name than the column."""
DROPPED = ("event", "index")
"""Columns of codes that say nothing to a reader."""
NAMED_BY = {"indicator": "name", "id": "name", "rule": "formula"}
"""Columns of ids, each with the column that has its name."""
HEADS = {"indicator": "name", "quantity": "name"}
"""Columns of ids that names are shown in place of, with the column whose head they have."""
PRINTED = 190
"""Letters of the columns that are printed: of a wide sheet the first ones."""
CHANCES = ("p_", "cover", "weight_")
SHARES = ("own_share", "prior_share", "pace_share", "came_true", "said", "share", "weight")
EXACT = ("value", "target", "latest", "figure", "baseline", "published", "actual", "upper", "lower")
"""Columns with figures as they were published or planned, which are shown as they are."""
FORECASTS = ("q05", "q10", "q25", "q50", "q75", "q90", "q95", "mean", "median", "median_now")
"""Columns shown no finer than the indicator's reporting step."""
YEARS = ("year", "first_met", "origin", "due", "attainment_early", "attainment_late")
NOTES = (
    N_("Values are in the unit of their row. Chances and shares are shown in percent."),
    N_("Forecasts are shown no finer than the indicator is reported; the cells hold all digits."),
    N_("The CSV and Parquet files beside this workbook hold the same tables with codes, for "
       "programs."),
    N_("Of a wide sheet only the first columns are printed; a column without any value is left "
       "out."),
    N_("An empty cell means that there is no value: nothing was published, or nothing follows."),
)  # fmt: skip


def write_workbook(report: ReportContext, tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Return the workbook: a sheet a table, then a chart where there is one, then notes.

    Text is stored as text, so that none runs as a formula. The same tables give the same bytes.

    Parameters
    ----------
    report : whose language and names the workbook takes
    tables : tables by name, each one a word of the group `sheet`
    """
    book = Workbook(write_only=True)
    book.add_named_style(NamedStyle("head", _HEAD_FONT, _HEAD_FILL, alignment=_HEAD_ALIGNMENT))
    book.properties.title = report.plan.title
    for name, table in tables.items():
        _add_sheet(book, report, name, table)
    add_chart(book, report, tables)
    _add_notes(book, report, tables)
    out = io.BytesIO()
    book.save(out)
    return undated(out.getvalue())


_HEAD_FONT = Font(name="Calibri", size=11, bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="DDE7F0")
_HEAD_ALIGNMENT = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _add_sheet(book: Workbook, report: ReportContext, name: str, table: pd.DataFrame) -> None:
    """Add a table: words as heads and cells, a filter, a fixed head, a page as wide as paper."""
    heads, shown = _in_words(report, table)
    sheet = book.create_sheet(report.label("sheet", name))
    widths = [
        min(max(2 + max(map(_width, [head, *cells[:500]])), NARROWEST), WIDEST)
        for head, cells in zip(heads, shown.values(), strict=True)
    ]
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    frozen = get_column_letter(
        2 + heads.index(_name_head(report)) if _name_head(report) in heads[:3] else 1
    )
    sheet.freeze_panes = f"{frozen}2"
    bottom = len(table) + 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{bottom}"
    printed = max(1, sum(total <= PRINTED for total in accumulate(widths)))
    _set_page(sheet, report, f"A1:{get_column_letter(printed)}{bottom}")
    sheet.append([text_cell(sheet, head, "head") for head in heads])
    formats = [_formats(report, table, column) for column in shown]
    for row in zip(*(zip(shown[c], f, strict=True) for c, f in zip(shown, formats, strict=True)),
                   strict=True):  # fmt: skip
        sheet.append([number_cell(sheet, value, form) for value, form in row])


def _name_head(report: ReportContext) -> str:
    return report.label("column", "name")


def _set_page(sheet: Any, report: ReportContext, area: str) -> None:
    """Print a sheet on its side, as wide as the paper, with its head and number on each page."""
    sheet.print_area, sheet.print_title_rows = area, "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.left.text = f"{report.plan.title} · {report.known_on()}".replace("&", "&&")
    sheet.oddFooter.center.text = "&P / &N"


def _in_words(report: ReportContext, table: pd.DataFrame) -> tuple[list[str], dict[str, list[Any]]]:
    """Return heads and, by column, cells with words in place of codes; see `_kept`."""
    columns = [c for c in table if _kept(table, c)]
    shown = {column: _column_in_words(report, table, column) for column in columns}
    codes = [c if "name" in table else HEADS.get(c, c) for c in columns]
    heads = [report.label("column", c) if c in LABELS["column"] else str(c) for c in codes]
    return heads, shown


def _kept(table: pd.DataFrame, column: str) -> bool:
    """Whether a column is shown: no id whose name stands beside it, and no column without a value.

    A table without rows keeps its columns.
    """
    if column in DROPPED or NAMED_BY.get(column, "") in table:
        return False
    return table.empty or bool(table[column].notna().any())


def _column_in_words(report: ReportContext, table: pd.DataFrame, column: str) -> list[Any]:
    """Return a column's cells, None where there is no value."""
    values = table[column]
    pairs = zip(values.tolist(), values.isna(), strict=True)
    cells = [None if missing else cell for cell, missing in pairs]
    if column in ("lever", "levers", "input"):
        of = table.get("indicator", pd.Series("", table.index))
        return [
            report.join(_input_name(report, label, str(i)) for label in str(cell).split(", "))
            for cell, i in zip(cells, of, strict=True)
        ]
    if column == "lacking":
        return [describe_lacking(report, row) for _, row in table.iterrows()]
    if column == "source" and "title_zh" in table:  # the list of sources says where they are
        return cells
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return cells
    convert = _converter(report, column)
    known = {cell: convert(cell) for cell in dict.fromkeys(cells) if cell is not None}
    return [known.get(cell) for cell in cells]


def _converter(report: ReportContext, column: str) -> Callable[[Any], Any]:
    """Return what makes words of a column's codes, and leaves other cells as they are."""
    kinds = {"unit": "units", "region": "regions"}
    converters: dict[str, Callable[[Any], Any]] = {
        "area": lambda key: report.name("areas", key) if key else report.label("column", "total"),
        "indicator": report.quantity,
        "quantity": report.quantity,
        "formula": lambda formula: describe_formula(report, formula),
        "source": report.source_title,
        **{c: partial(report.name, kind) for c, kind in kinds.items()},
    }
    group = GROUPS.get(column, column)
    if column in CODED and group in LABELS:
        words = {code: report.label(group, code) for code in LABELS[group]}
        return partial(_words, words, report.language)
    answers = {True: report.gettext("yes"), False: report.gettext("no")}
    return converters.get(column) or (
        lambda cell: answers[cell] if isinstance(cell, bool) else cell
    )


def _words(words: Mapping[str, str], language: str, cell: object) -> object:
    """Words of a cell's codes; anything else stays as it is."""
    if not isinstance(cell, str):
        return cell
    return join((words.get(code, code) for code in cell.split(", ")), language)


def _input_name(report: ReportContext, label: str, indicator: str) -> str:
    """Name of a lever or another input; one that only its mechanism knows is looked for in all."""
    acting = (mechanism.indicator for mechanism in report.mechanisms.values())
    names = (report.input(label, i) for i in (indicator, *acting))
    return next((name for name in names if name != label), label)


def _formats(report: ReportContext, table: pd.DataFrame, column: str) -> Sequence[str]:
    """Return the number format of each cell of a column."""
    many = "#,##0" if report.language == "en" else "0"
    if column.startswith(CHANCES) or column in SHARES:
        form = "0.0%" if column.endswith(("_error", "change")) else "0%"
        return [form] * len(table)
    if column in YEARS or column.endswith("_year"):
        return ["0"] * len(table)
    if not pd.api.types.is_float_dtype(table[column]):
        return [many if pd.api.types.is_integer_dtype(table[column]) else "General"] * len(table)
    if column in FORECASTS and "indicator" in table:
        steps = table["indicator"].map(report.indicators["resolution"]).fillna(0.01)
        return [_decimal_format(many, _decimals(step)) for step in steps]
    digits = 15 if column in EXACT else 3
    return [_decimal_format(many, _digits(value, digits)) for value in table[column]]


def _decimal_format(whole: str, decimals: int) -> str:
    return f"{whole}.{'0' * decimals}" if decimals else whole


def _decimals(step: float) -> int:
    """Decimals of a reporting step: 0.1 has one, 10 none."""
    return max(0, min(4, math.ceil(-math.log10(step) - 1e-9))) if step > 0 else 2


def _digits(value: float, digits: int) -> int:
    """Decimals that show a number to so many digits, without zeros at the end, at most four."""
    if not math.isfinite(value) or value == 0:
        return 0
    decimals = max(0, min(4, digits - 1 - math.floor(math.log10(abs(value)))))
    text = f"{value:.{decimals}f}"
    return len(text.rstrip("0").partition(".")[2]) if "." in text else 0


def _width(value: object) -> int:
    """Letters that a cell takes: numbers about six."""
    if value is None:
        return 0
    return max(map(measure, value.split("\n"))) if isinstance(value, str) else 6


def _add_notes(book: Workbook, report: ReportContext, tables: Mapping[str, pd.DataFrame]) -> None:
    """Add the sheet that explains the others."""
    sheet = book.create_sheet(report.gettext("Notes"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 10
    sheet.column_dimensions["C"].width = 70
    rows = list(_note_rows(report, tables))
    _set_page(sheet, report, f"A1:C{len(rows)}")
    for row in rows:
        sheet.append([cell if not isinstance(cell, tuple) else text_cell(sheet, *cell)
                      for cell in row])  # fmt: skip


def _note_rows(report: ReportContext, tables: Mapping[str, pd.DataFrame]) -> Iterator[list[Any]]:
    """Rows of the notes: the plan and day, how to read the sheets, what a row of each is."""
    yield [(report.plan.title, "plain")]
    yield [(report.known_on(), "plain")]
    yield []
    yield from ([(report.gettext(note), "plain")] for note in NOTES)
    yield []
    yield [(report.gettext(text), "head") for text in (N_("Sheet"), N_("Rows"), N_("A row is"))]
    for name, table in tables.items():
        meaning = report.label("sheet_row", name) if name in LABELS["sheet_row"] else ""
        yield [(report.label("sheet", name),), len(table), (meaning,)]
