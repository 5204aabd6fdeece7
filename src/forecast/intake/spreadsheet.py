"""Reads a planner's own file as it stands: which sheet, which header, which cells are figures.

`read_sheet` takes the bytes of a workbook or of a text with commas, semicolons or tabs, and finds
the first sheet whose header is recognised; `Sheet.cells` gives each cell of a figure with the
texts that say what it is. What they mean is left to `parsing`. Merged cells of a workbook name
what stands beside each of their rows; a merged figure is the first row's alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import posixpath
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ..errors import check_name
from ..files import decode_text
from ..i18n.messages import FiguresError, Gap, Remark

__all__ = ["TYPES", "Cell", "Sheet", "fold", "key_of", "read_sheet"]

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
HEADER_ROWS = 20
HEADERS = {
    "region": ("地区", "区域", "region"),
    "indicator": ("指标", "指标名称", "indicator"),
    "year": ("年份", "年度", "year"),
    "value": ("数值", "值", "指标值", "value"),
    "unit": ("单位", "计量单位", "unit"),
    "type": ("类型", "类别", "type"),
    "source": ("来源", "数据来源", "source"),
}
TYPES = {
    **dict.fromkeys(("目标", "目标值", "计划", "计划值", "target"), "target"),
    **dict.fromkeys(("实际", "实际值", "完成", "完成值", "实绩", "actual"), "actual"),
}
YEAR_TITLE = re.compile(r"((?:19|20)[0-9]{2})(?:年(?:度|末|底)?)?(.*)")
BOOK, BOOK_PARTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
PERCENTS = {"9", "10"}
"""Formats of percentages that every workbook knows: 0% and 0.00%."""
LETTERS = re.compile(r'"[^"]*"|\\.')
"""What a format of numbers prints as it stands."""
DAMAGED = (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError)
"""What the parts of a broken workbook raise."""
DAMAGE = "已损坏，或设了密码"
"""What that is called in Chinese, in place of the reader's own words."""
CELL_NAME = re.compile(r"([A-Z]+)([0-9]+)")

Place = tuple[int, int]
"""Row and column of a cell, from 0."""


@dataclass(frozen=True)
class Cell:
    """One figure in a file with the texts that say what it is."""

    row: int
    column: str
    printed: str
    region: str
    indicator: str
    year: str
    unit: str
    type: str
    source: str
    stored: bool
    """Whether its number is kept apart from its format, as a workbook keeps it."""
    above: str = ""
    """Region that a line above names, where its own names none."""


@dataclass(frozen=True)
class Sheet:
    """Rows of a sheet as text, where its header is and what its columns mean."""

    file: str
    name: str
    rows: tuple[tuple[str, ...], ...]
    stored: bool
    merged: Mapping[Place, Place]
    """Cells of merged ranges, and the cell that holds their text."""
    others: tuple[str, ...] = ()
    """Sheets of the file that are not read though something stands in them."""
    header: int = 0
    depth: int = 1
    """Lines of the header: 2 where 目标 and 实际 stand in a line of their own below the years."""
    columns: Mapping[str, int] = field(default_factory=dict)
    years: tuple[tuple[int, str, str], ...] = ()
    """Position, year and type of each column of a year; empty for the long form."""
    typed: frozenset[Place] = frozenset()

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles of the columns; one that stands twice with its letter, such as 2021 [D]."""
        texts = [title for title, _ in self._heads()]
        for place, year, kind in self.years if self.depth > 1 else ():
            texts[place] = f"{year} {kind}"
        return tuple(
            f"{text} [{_letter(place)}]" if texts.count(text) > 1 else text
            for place, text in enumerate(texts)
        )

    def cells(self, region: str) -> Iterator[Cell]:
        """Every figure, printed or left empty; lines without any text are left out."""
        titles = self.titles
        value, above = self.columns.get("value", 0), ""
        for at in range(self.header + self.depth, len(self.rows)):
            if not any(map(str.strip, self.rows[at])):
                continue
            texts = {role: self._text(at, place) for role, place in self.columns.items()}
            above = texts.get("region") or above
            for place, year, kind in self.years or ((value, texts.get("year", ""), ""),):
                yield Cell(
                    row=at + 1,
                    column=titles[place],
                    printed=_at(self.rows[at], place),
                    region=texts.get("region") or region,
                    indicator=texts["indicator"],
                    year=year,
                    unit=texts.get("unit", ""),
                    type=kind or texts.get("type", ""),
                    source=texts.get("source", ""),
                    stored=self.stored and (at, place) not in self.typed,
                    above="" if texts.get("region") else above,
                )

    def title(self, role: str, column: str) -> str:
        """Title of the column that says a figure's region, indicator, year or type."""
        return self.titles[self.columns[role]] if role in self.columns else column

    def write(self, row: int, column: str, text: str) -> Sheet:
        """Give the sheet with another text in the cell of a line and a column's title.

        Raises
        ------
        UnknownNameError
            If there is no such line or column.
        """
        check_name("row", str(row), [str(r + 1) for r in range(len(self.rows))])
        check_name("column", column, self.titles)
        place = self.titles.index(column)
        line = list(self.rows[row - 1])
        line += [""] * (place + 1 - len(line))
        line[place] = text
        rows = (*self.rows[: row - 1], tuple(line), *self.rows[row:])
        changed = replace(self, rows=rows, typed=self.typed | {(row - 1, place)})
        found = _with_header(changed, self.header)
        if found is None:
            raise _fault(self.file, "no_header", rows=str(HEADER_ROWS))
        return found

    def _heads(self) -> list[tuple[str, str]]:
        """Title of each column, and what stands below it where the header has a second line."""
        row = self.rows[self.header]
        below = self.rows[self.header + 1] if self.header + 1 < len(self.rows) else ()
        words = {text.strip() for text in below} - {""}
        if not words or not all(key_of(word) in TYPES for word in words):
            below = ()
        wide = max(len(row), len(below))
        return [(_at(row, place), _at(below, place)) for place in range(wide)]

    def _text(self, row: int, place: int) -> str:
        """Text of a cell, or that of the merged cells it belongs to."""
        own = _at(self.rows[row], place)
        above, left = self.merged.get((row, place), (row, place))
        return own or _at(self.rows[above], left)


def read_sheet(content: bytes, name: str) -> Sheet:
    r"""Find the first sheet, or the first reading of a text, whose header is recognised.

    Parameters
    ----------
    content : what the file holds
    name : its name, whose ending says what it is

    Raises
    ------
    FiguresError
        If it cannot be read, or has no header that is recognised.

    Examples
    --------
    >>> sheet = read_sheet("指标,2021年\n社工站,5\n".encode(), "own.csv")
    >>> [(cell.row, cell.column, cell.printed) for cell in sheet.cells("lishui")]
    [(2, '2021年', '5')]
    """
    sheets = list(_sheets(content, name))
    for sheet in sheets:
        for header in range(min(HEADER_ROWS, len(sheet.rows))):
            found = _with_header(sheet, header)
            if found:
                others = [s.name for s in sheets if s.name != sheet.name and any(map(any, s.rows))]
                return replace(found, others=tuple(others))
    raise _fault(name, "no_header", rows=str(HEADER_ROWS))


def fold(text: str) -> str:
    """One width, one kind of space and of minus."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").split())


def key_of(text: str) -> str:
    """Fold a name to what counts when names are compared.

    >>> key_of(" Ａ b（年） ")
    'ab(年)'
    """
    return fold(text).replace(" ", "").casefold()


def _at(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _letter(place: int) -> str:
    """Name of a column in a spreadsheet: A, B ... Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _position(letters: str) -> int:
    """Position, from 0, of a column by its name in a spreadsheet."""
    position = 0
    for letter in letters:
        position = 26 * position + ord(letter) - ord("A") + 1
    return position - 1


def _fault(file: str, code: str, **gaps: Gap) -> FiguresError:
    return FiguresError(file, [(None, None, None, (Remark(code, gaps),))])


def _with_header(sheet: Sheet, header: int) -> Sheet | None:
    """Sheet with what the columns of its header mean, None if that is no header."""
    sheet = replace(sheet, header=header)
    columns: dict[str, int] = {}
    heads = sheet._heads()
    for place, (title, _) in enumerate(heads):
        role = next((role for role, titles in HEADERS.items() if key_of(title) in titles), None)
        if role in columns:
            remark = Remark("column_twice")
            raise FiguresError(sheet.file, [(header + 1, title, None, (remark,))])
        if role:
            columns[role] = place
    years = _years(heads)
    long = {"indicator", "year", "value"} <= columns.keys()
    if not long and not ("indicator" in columns and years):
        return None
    if long:
        return replace(sheet, columns=columns, years=(), depth=1)
    depth = 2 if any(below for _, below in heads) else 1
    return replace(sheet, columns=columns, years=years, depth=depth)


def _years(heads: Sequence[tuple[str, str]]) -> tuple[tuple[int, str, str], ...]:
    """Position, year and type of each column of a year.

    A year may stand once above 目标 and 实际, as merged cells or as a text keep it.
    """
    years = []
    year = ""
    for place, (title, below) in enumerate(heads):
        match = YEAR_TITLE.fullmatch(key_of(title))
        if title:
            year = match[1] if match else ""
        if year and (match or below):
            kind = match[2].strip("()-_") if match else ""
            years.append((place, year, kind or below))
    return tuple(years)


def _sheets(content: bytes, name: str) -> Iterator[Sheet]:
    """Sheets of a workbook, or a text parted by each of its possible marks."""
    suffix = Path(name).suffix.lower()
    if suffix in WORKBOOKS:
        yield from _workbook(content, name)
    elif suffix in TEXTS:
        text = decode_text(content)
        if text is None:
            raise _fault(name, "encoding", format="CSV UTF-8")
        for delimiter in (",", ";", "\t"):
            try:
                rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
                yield Sheet(name, "", tuple(map(tuple, rows)), False, {})
            except csv.Error:
                continue
    else:
        raise _fault(name, "kind", kinds=", ".join((*WORKBOOKS, *TEXTS)))


def _workbook(content: bytes, name: str) -> Iterator[Sheet]:
    from python_calamine import CalamineError, load_workbook

    try:
        with load_workbook(io.BytesIO(content)) as book:
            found = [book.get_sheet_by_name(title) for title in book.sheet_names]
            grids = [sheet.to_python(skip_empty_area=False) for sheet in found]
            merged = [sheet.merged_cell_ranges or () for sheet in found]
        shown_in = _shown(content)
    except (CalamineError, *DAMAGED) as error:
        raise _fault(name, "workbook", reason=(DAMAGE, str(error))) from None
    for sheet, grid, ranges in zip(found, grids, merged, strict=True):
        shown = shown_in.get(sheet.name, {})
        rows = tuple(
            tuple(shown.get((at, place)) or _printed(value) for place, value in enumerate(row))
            for at, row in enumerate(grid)
        )
        yield Sheet(name, sheet.name, rows, True, _merged(ranges))


def _merged(ranges: Sequence[tuple[Place, Place]]) -> dict[Place, Place]:
    """Every cell of merged ranges, and the first one of its range."""
    return {
        (row, column): (top, left)
        for (top, left), (bottom, right) in ranges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }


def _shown(content: bytes) -> dict[str, dict[Place, str]]:
    """Find what cells show that their values do not say, a sheet.

    A percentage is stored as a fraction, and only its format tells; formulas without a stored
    result and error marks are read as empty.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        if BOOK not in book.namelist():
            return {}
        percents = _percents(book.read(STYLES)) if STYLES in book.namelist() else set()
        parts = {
            part.get("Id"): posixpath.join("/xl", part.get("Target", "")).lstrip("/")
            for part in ElementTree.fromstring(book.read(BOOK_PARTS))
        }
        sheets = {}
        for sheet in ElementTree.fromstring(book.read(BOOK)).iterfind("{*}sheets/{*}sheet"):
            part = parts[next((text for key, text in sheet.items() if key.endswith("}id")), "")]
            sheets[sheet.get("name", "")] = _shown_cells(book.read(part), percents)
        return sheets


def _percents(xml: bytes) -> set[str]:
    """Styles of cells whose format multiplies by a hundred; a % in quotes is only a letter."""
    styles = ElementTree.fromstring(xml)
    formats = {
        form.get("numFmtId")
        for form in styles.iterfind("{*}numFmts/{*}numFmt")
        if "%" in LETTERS.sub("", form.get("formatCode", ""))
    }
    return {
        str(at)
        for at, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
        if style.get("numFmtId") in formats | PERCENTS
    }


def _shown_cells(xml: bytes, percents: set[str]) -> dict[Place, str]:
    if not percents and b"<f" not in xml and b't="e"' not in xml:
        return {}
    found = {}
    for cell in ElementTree.fromstring(xml).iterfind(".//{*}c"):
        place = CELL_NAME.fullmatch(cell.get("r", ""))
        text = _shown_text(cell, percents)
        if place and text:
            found[int(place[2]) - 1, _position(place[1])] = text
    return found


def _shown_text(cell: ElementTree.Element, percents: set[str]) -> str:
    """Say what a cell shows; empty where its value says it."""
    formula, result = cell.findtext("{*}f"), cell.findtext("{*}v")
    kind = cell.get("t", "n")
    if kind == "e":
        return result or ""
    if kind == "n" and result and cell.get("s") in percents:
        return f"{_printed(100 * float(result))}%"
    return f"={formula}" if formula is not None and kind == "n" and not result else ""


def _printed(value: object) -> str:
    """Text of a stored cell, a number with the 15 digits a spreadsheet keeps."""
    if isinstance(value, float):
        return np.format_float_positional(float(f"{value:.15g}"), trim="-")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
