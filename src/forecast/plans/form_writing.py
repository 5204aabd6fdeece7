"""Writes the workbook of a plan: sheets to fill in, with lists to choose from and checks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..i18n.catalog import N_, gettext
from ..i18n.labels import LABELS, label_of
from .form import ASKED, FACTS, PLAN_SHEETS, SHEETS, FormColumn, title_of

__all__ = ["FormContent", "undated", "write_form"]

ROWS = 60
"""Rows of a sheet that lists and checks reach."""
HINTS = {
    "targets": N_(
        "One line an indicator, as the plan prints it; ≥, ≤ and units may stand with the number. "
        "Columns on the right only for indicators that the program does not know."
    ),
    "figures": N_(
        "One line an indicator, one column a year. For a figure within a year insert a column with "
        "the day as its heading, as 2026-06-30; write 58.1p for a preliminary one. What is not "
        "known stays empty."
    ),
    "missing": N_(
        "Please fill in the empty years and send the file back. Figures that are known stand there "
        "already; correct them only where they are wrong. What is not known stays empty."
    ),
    "tasks": N_(
        "Tasks, policies and milestones. Fill in the state when you know it, with its day."
    ),
    "projects": N_(
        "Projects, amounts in 10,000 yuan. If a project adds to an indicator when it is done, "
        "choose the indicator and write how much it adds."
    ),
}
STEPS = (
    N_("1. Check the lines above."),
    N_("2. Sheet {targets}: paste the plan's indicators, units and targets."),
    N_("3. Sheet {figures}: write the figures of the past years, at least two for each indicator."),
    N_("4. Sheets {tasks} and {projects}: what is to be done, how far it is; may stay empty."),
    N_("5. Save, and run: forecast check FOLDER, then forecast run FOLDER."),
)  # fmt: skip

MISSING_STEPS = (
    N_("1. Sheet {missing}: one line an indicator; fill in the empty years of your own region."),
    N_("2. A figure is that at the year's end, in the unit of column {unit}: 58.1 or 58.1%."),
    N_("3. Another unit stands with the number, as 1.4万. No targets, no growth rates."),
    N_("4. Write 58.1p for a preliminary figure, 58.1e for an estimate."),
    N_("5. What is not known stays empty: 0 is a figure."),
    N_("6. Column {source}: document or ledger of the figure; column {note}: what has changed."),
    N_("7. Leave names, units and titles as they are, and add no lines."),
    N_("8. Write above who filled it in, save it as xlsx, and return it by the day named there."),
)  # fmt: skip


@dataclass(frozen=True)
class FormContent:
    """What a workbook is filled with: facts, years, and rows by the code of their column.

    A row's years are under their titles. `indicators` and `areas` are names to choose from.
    """

    facts: Mapping[str, str]
    target_years: Sequence[str]
    figure_years: Sequence[str]
    indicators: Sequence[str]
    areas: Sequence[str]
    rows: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    note: str = ""
    """Line above the facts."""


def write_form(content: FormContent, language: str, sheets: Sequence[str] = PLAN_SHEETS) -> bytes:
    """Give a workbook with the sheets of a plan; the same content gives the same bytes."""
    from openpyxl import Workbook

    book = Workbook()
    guide = book.active
    guide.title = title_of("form_sheet", "guide", language)
    _write_guide(guide, content, language, asks="missing" in sheets)
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    ranges = _write_lists(lists, content, language)
    for code in sheets:
        years = content.target_years if code == "targets" else content.figure_years
        sheet = book.create_sheet(title_of("form_sheet", code, language), len(book.sheetnames) - 1)
        columns = _expand(SHEETS[code], years, language)
        _write_sheet(sheet, code, columns, content.rows.get(code, ()), language)
        _add_choices(sheet, columns, ranges, language)
        _add_check(sheet, code, columns, language)
    book.properties.creator = book.properties.lastModifiedBy = "forecast"
    book.properties.created = book.properties.modified = dt.datetime(2026, 1, 1)
    stream = io.BytesIO()
    book.save(stream)
    book.close()
    return undated(stream.getvalue())


def undated(content: bytes) -> bytes:
    """Give a workbook with one date for all of its parts: the same content is the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _fixed(part)
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            new.writestr(info, part, compress_type=zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _fixed(core: bytes) -> bytes:
    """Properties of a workbook without the moment at which it was saved."""
    import re

    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", core)


def _write_guide(sheet: Any, content: FormContent, language: str, *, asks: bool) -> None:
    """Write the first sheet: of a plan, or of a form that `asks` for missing figures."""
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 64
    row = 1
    if content.note:
        _put(sheet, row, 1, content.note).font = Font(bold=True, color="C00000")
        row += 1
    for code in ASKED if asks else FACTS:
        sheet.cell(row, 1, title_of("form_fact", code, language)).font = Font(bold=True)
        text = content.facts.get(code, "")
        _put(sheet, row, 2, int(text) if text.isdigit() else text).alignment = Alignment("left")
        row += 1
    names = {code: title_of("form", code, language) for code in ("unit", "source", "note")}
    names |= {code: title_of("form_sheet", code, language) for code in (*PLAN_SHEETS, "missing")}
    for step in MISSING_STEPS if asks else STEPS:
        row += 1
        sheet.cell(row, 1, gettext(step, language).format(**names))


def _put(sheet: Any, row: int, column: int, value: object) -> Any:
    """Write what others have named: a text that looks like a formula stays a text."""
    cell = sheet.cell(row, column, value)
    if cell.data_type == "f":
        cell.data_type = "s"
    return cell


def _write_lists(sheet: Any, content: FormContent, language: str) -> dict[str, str]:
    """Write what may be chosen, a column a list; give the range of each."""
    from openpyxl.utils import get_column_letter

    groups = {c.choices for columns in SHEETS.values() for c in columns if c.choices}
    names: dict[str, Sequence[str]] = {"indicators": content.indicators, "areas": content.areas}
    for group in sorted(groups - {"indicators", "areas", "own_indicators"}):
        names[group] = [label_of(group, code, language) for code in LABELS[group]]
    ranges = {}
    for column, (group, texts) in enumerate(names.items(), start=1):
        for row, text in enumerate(texts, start=1):
            _put(sheet, row, column, text)
        letter = get_column_letter(column)
        ranges[group] = f"lists!${letter}$1:${letter}${max(len(texts), 1)}"
    letter = get_column_letter(1 + [c.code for c in SHEETS["targets"]].index("indicator"))
    targets = title_of("form_sheet", "targets", language)
    ranges["own_indicators"] = f"'{targets}'!${letter}$3:${letter}${ROWS + 2}"
    return ranges


@dataclass(frozen=True)
class _Head:
    column: FormColumn
    title: str
    """Title of the column, a year for those of `years`."""


def _expand(columns: Sequence[FormColumn], years: Sequence[str], language: str) -> list[_Head]:
    """Columns of a sheet with one for each year."""
    heads: list[_Head] = []
    for column in columns:
        titles = years if column.code == "years" else [title_of("form", column.code, language)]
        heads += [_Head(column, title) for title in titles]
    return heads


def _write_sheet(
    sheet: Any,
    code: str,
    heads: Sequence[_Head],
    rows: Iterable[Mapping[str, object]],
    language: str,
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    sheet.cell(1, 1, gettext(HINTS[code], language)).font = Font(italic=True, color="666666")
    thin = Side(style="thin", color="BBBBBB")
    for at, head in enumerate(heads, start=1):
        cell = sheet.cell(2, at, head.title)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F3")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.border = Border(bottom=thin)
        sheet.column_dimensions[get_column_letter(at)].width = head.column.width
    for line, row in enumerate(rows, start=3):
        for at, head in enumerate(heads, start=1):
            key = head.title if head.column.code == "years" else head.column.code
            if (value := row.get(key)) not in (None, ""):
                _put(sheet, line, at, value)
    names = [head.column.code for head in heads]
    first = next(i for i, name in enumerate(names) if name in ("indicator", "task", "project"))
    sheet.freeze_panes = sheet.cell(3, first + 2)


def _add_choices(
    sheet: Any, heads: Sequence[_Head], ranges: Mapping[str, str], language: str
) -> None:
    """Let cells be chosen from lists, and numbers, years and dates be checked when typed."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, head in enumerate(heads, start=1):
        column, letter = head.column, get_column_letter(at)
        rules: dict[str, dict[str, Any]] = {
            "number": {"type": "decimal", "operator": "greaterThanOrEqual", "formula1": "0"},
            "year": {
                "type": "whole",
                "operator": "between",
                "formula1": "1949",
                "formula2": "2100",
            },
            "date": {"type": "date", "operator": "greaterThan", "formula1": "18000"},
        }
        if column.choices:
            rule: dict[str, Any] = {"type": "list", "formula1": ranges[column.choices]}
        elif column.type in rules:
            rule = rules[column.type]
        else:
            continue
        check = DataValidation(allow_blank=True, **rule)
        # A name may be pasted that is no item of the list; reading says what is wrong.
        check.showErrorMessage = not column.choices or column.choices in LABELS
        check.error = gettext("Not one of the allowed values.", language)
        check.add(f"{letter}3:{letter}{ROWS + 2}")
        sheet.add_data_validation(check)
        if column.type == "date":
            for row in range(3, ROWS + 3):
                sheet[f"{letter}{row}"].number_format = "yyyy-mm-dd"


def _add_check(sheet: Any, code: str, heads: Sequence[_Head], language: str) -> None:
    """Add a last column that says in Excel what a line lacks."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    if code not in ("targets", "figures"):
        return
    letters = {h.column.code: get_column_letter(i) for i, h in reversed([*enumerate(heads, 1)])}
    years = [get_column_letter(i) for i, h in enumerate(heads, 1) if h.column.code == "years"]
    at = len(heads) + 1
    sheet.cell(2, at, title_of("form", "check", language)).font = Font(bold=True)
    sheet.column_dimensions[get_column_letter(at)].width = 20
    least = 1 if code == "targets" else 2
    texts = [gettext(text, language) for text in (N_("no name"), N_("no unit"), N_("no target"))]
    if code == "figures":
        texts[2] = gettext(N_("fewer than two figures"), language)
    for row in range(3, ROWS + 3):
        name, unit = (f"{letters[c]}{row}" for c in ("indicator", "unit"))
        count = f"COUNTA({years[0]}{row}:{years[-1]}{row})"
        sheet.cell(row, at).value = (
            f'=IF({name}="",IF({count}>0,"{texts[0]}",""),'
            f'IF({unit}="","{texts[1]}",IF({count}<{least},"{texts[2]}","")))'
        )
        sheet.cell(row, at).font = Font(color="C00000")
