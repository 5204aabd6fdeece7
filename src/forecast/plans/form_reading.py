"""Reads the workbook of a plan into its facts and rows, with the sheet and row of each."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError, Message, Problem, cause, msg, nearest
from ..files import read_ordinary
from ..i18n.catalog import SOURCE_LANGUAGE
from ..i18n.messages import FiguresError
from ..intake.grid import Grid
from ..intake.spreadsheet import MOST_BYTES, read_sheets
from ..intake.words import read_period, type_of
from .form import FACTS, PLAN_SHEETS, SHEETS, code_of, title_of

SHEET_NAME = re.compile(r"<(?:\w+:)?sheet\s[^<>]*?name=\"([^\"]*)\"")

__all__ = ["Form", "FormRow", "is_form", "place_in", "read_form", "read_missing"]


@dataclass(frozen=True)
class FormRow:
    """A row of a sheet: cells by the code of their column, and those of years by their title."""

    sheet: str
    row: int
    cells: Mapping[str, str]
    dated: Mapping[str, str]
    titles: Mapping[str, str]
    """Title of each column by its code."""

    def __getitem__(self, code: str) -> str:
        """Text of a cell, "" where there is none."""
        return self.cells.get(code, "")


@dataclass(frozen=True)
class Form:
    """What a workbook holds: facts of the plan, and rows by the code of their sheet."""

    file: str
    facts: Mapping[str, str]
    fact_rows: Mapping[str, int]
    guide: str
    rows: Mapping[str, tuple[FormRow, ...]]


def is_form(file: Path) -> bool:
    """Whether a file is a workbook with the sheets of a plan."""
    if file.suffix.lower() != ".xlsx" or file.name.startswith("~$") or not file.is_file():
        return False
    try:
        with zipfile.ZipFile(file) as parts, parts.open("xl/workbook.xml") as part:
            sheets = SHEET_NAME.findall(part.read(MOST_BYTES).decode("utf-8", "replace"))
    except Exception:  # a damaged or encrypted part may raise anything
        return False
    return {"guide", "targets"} <= {code_of("form_sheet", html.unescape(name)) for name in sheets}


def read_form(file: Path) -> Form:
    """Read the workbook of a plan.

    Raises
    ------
    DataError
        If it cannot be read, or with every sheet and column that is missing or unknown.
    """
    grids = {code_of("form_sheet", grid.name): grid for grid in _read_sheets(file)}
    problems: list[Problem] = []
    facts, places = _read_facts(grids["guide"]) if "guide" in grids else ({}, {})
    rows: dict[str, tuple[FormRow, ...]] = {}
    for code in PLAN_SHEETS:
        if code in grids:
            rows[code] = tuple(_read_rows(file.name, code, grids[code], problems))
    for code in ("guide", "targets"):
        if code not in grids:
            title = title_of("form_sheet", code, SOURCE_LANGUAGE)
            problem = msg("no sheet {title!r}", title=title)
            remedy = msg("take the workbook that `forecast init` has made")
            problems.append(Problem(file.name, None, None, None, problem, remedy))
    if problems:
        raise DataError(problems)
    guide = grids["guide"].name
    return Form(file.name, facts, places, guide, rows)


def read_missing(file: Path) -> tuple[FormRow, ...]:
    """Read a form of missing figures that was returned.

    Raises
    ------
    DataError
        If it cannot be read, or is no such form.
    """
    grids = {code_of("form_sheet", grid.name): grid for grid in _read_sheets(file)}
    if "missing" not in grids:
        problem = msg("not a form of missing figures")
        remedy = msg("take the workbook that `forecast template` has made")
        raise DataError([Problem(file.name, None, None, None, problem, remedy)])
    problems: list[Problem] = []
    rows = tuple(_read_rows(file.name, "missing", grids["missing"], problems))
    if problems:
        raise DataError(problems)
    return rows


def _read_sheets(file: Path) -> tuple[Grid, ...]:
    """Read all sheets of a workbook."""
    try:
        return read_sheets(read_ordinary(file, MOST_BYTES + 1), file.name)
    except OSError as error:
        problem = msg("cannot be read ({reason})", reason=cause(error))
        remedy = msg("check the path and its permissions, and close the file in Excel")
        raise DataError([Problem(file.name, None, None, None, problem, remedy)]) from None
    except FiguresError as error:
        problem = msg("{reason}", reason=error.describe(SOURCE_LANGUAGE))
        remedy = msg("save it from Excel as xlsx again")
        raise DataError([Problem(file.name, None, None, None, problem, remedy)]) from None


def place_in(file: str, sheet: str) -> Message:
    """Name of a sheet in a file, as problems have it."""
    return msg("{file}, sheet {sheet}", file=file, sheet=sheet)


def _read_facts(grid: Grid) -> tuple[dict[str, str], dict[str, int]]:
    """Facts of the first sheet, and their rows."""
    facts, places = {}, {}
    for row in range(len(grid.rows)):
        code = code_of("form_fact", grid.text(row, 0))
        if code in FACTS:
            facts[code], places[code] = grid.text(row, 1), row + 1
    return facts, places


def _read_rows(file: str, code: str, grid: Grid, problems: list[Problem]) -> Iterator[FormRow]:
    """Rows under the header of a sheet; its unknown titles are problems."""
    known = {column.code for column in SHEETS[code]}
    for header in range(min(len(grid.rows), 10)):
        codes = [code_of("form", text) for text in grid.rows[header]]
        if len(set(codes) & known) >= 2:
            break
    else:
        problem, remedy = msg("no header"), msg("take the sheet that `forecast init` has made")
        problems.append(Problem(place_in(file, grid.name), None, None, None, problem, remedy))
        return
    titles = {column: grid.text(header, column) for column in grid.filled(header)}
    named = {column: codes[column] for column in titles if codes[column] in known}
    dated = {c: title for c, title in titles.items() if c not in named and _is_period(title)}
    for column in titles.keys() - named - dated.keys():
        if code_of("form", titles[column]) == "check":
            continue
        hint = nearest(titles[column], [titles[c] for c in named])
        remedy = hint or msg("remove it, or write a year or a day, as 2026 or 2026-06-30")
        problem = msg("not a column here")
        place = place_in(file, grid.name)
        problems.append(Problem(place, header + 1, titles[column], None, problem, remedy))
    heads = {named[column]: titles[column] for column in named}
    for row in range(header + 1, len(grid.rows)):
        cells = {named[column]: grid.text(row, column) for column in named}
        figures = {title: grid.text(row, column) for column, title in dated.items()}
        if any(cells.values()) or any(figures.values()):
            yield FormRow(grid.name, row + 1, cells, figures, heads)


def _is_period(title: str) -> bool:
    """Whether a title is a year or a day, and nothing else but that it is a target."""
    period, rest = read_period(title)
    return period is not None and (not rest or type_of(rest) != "")
