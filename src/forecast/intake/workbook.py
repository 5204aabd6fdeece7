"""Reads workbooks: xlsx by openpyxl, xls and ods by calamine; each cell as the workbook shows it.

A number is shown by its format: 0.623 as 62.3%, 19300 with the format `0!.0,"万"` as 1.93万, so
that what a format adds is read like what is printed. Before a workbook is opened its size, the
cells it holds and how far its sheets reach are checked; one that is not light is read in a process
of its own (`apart`), so that no file can exhaust the memory.
"""

from __future__ import annotations

import datetime as dt
import io
import operator
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache, partial
from itertools import islice
from typing import Any

from .apart import read_apart
from .grid import Grid, fault, merge_ranges
from .numbers import POWERS, SCALE

__all__ = ["MOST_CELLS", "read_xls", "read_zipped", "shown_number"]

MOST_UNPACKED = 100_000_000
"""Largest sum of the parts of a zipped workbook, unpacked."""
MOST_RATIO = 200
"""Highest ratio of a part's unpacked to its packed size; text of sheets is packed 5 to 30 times."""
SMALL_PART = 10_000_000
"""Unpacked size up to which the ratio does not matter."""
MOST_CELLS = 250_000
"""Most cells that a file stores, and most cells of a sheet from its first to its last one."""
LIGHT = 200_000
"""Most elements of a file that is read in this very process; each takes up to 2 KB."""

CELLS = re.compile(rb"<(?:\w{1,20}:)?c[\s>/]")
MERGED = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\s[^<>]{0,99}?ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\""
)
ODS_PARTS = re.compile(rb"<table:(table|table-row|(?:covered-)?table-cell)(?=[\s/>])([^<>]*)>")
REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')
ODS_FORMAT = re.compile(r"<number:number-style.*?</number:number-style>", re.DOTALL)
ODS_TEXT = re.compile(r"<number:text[^>]*>([^<]*[^\x00-\x7f][^<]*)</number:text>")
XLS_FORMAT = re.compile(rb'[0#?]\x00["\\!]\x00((?:[\x00-\xff][\x4e-\x9f]){1,6})')
TOKENS = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[([^\]]*)\]|(.)', re.DOTALL)
CONDITION = re.compile(r"(>=|<=|<>|>|<|=)(-?[0-9.]+)")
CURRENCIES = {"¥": "元", "￥": "元", "$": "美元", "€": "欧元"}
COMPARE = {
    ">=": operator.ge, "<=": operator.le, "<>": operator.ne,
    ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip


def read_zipped(content: bytes, name: str) -> list[Grid]:
    """Sheets of an xlsx or ods file.

    Raises
    ------
    FiguresError
        If it is damaged, packed beyond measure, or has too many cells.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        _check_packing(parts, name)
        if "content.xml" in parts.namelist():
            _check_ods(parts, name)
            return read_apart(_read_ods, content, name)
        formulas, light = _check_cells(parts, name)
    reader = partial(_read_xlsx, formulas=formulas)
    return reader(content, name) if light else read_apart(reader, content, name)


def read_xls(content: bytes, name: str) -> list[Grid]:
    """Sheets of an xls file."""
    return read_apart(_read_ole, content, name)


def shown_number(value: float, code: str) -> str:
    r"""Write a stored number as its format shows it, with all the digits that are stored.

    A format that divides the number by another power of ten than it says is written beside it.

    >>> shown_number(0.623, "0%"), shown_number(1.93, '0.00"万张"'), shown_number(5, "General")
    ('62.3%', '1.93万张', '5')
    >>> shown_number(19300, '0!.0,"万"'), shown_number(12000.5, "[$¥-804]#,##0.00")
    ('1.93万', '12000.5元')
    """
    prefix, suffix, power = _format_parts(_section(value, code))
    text = f"{Decimal(f'{value:.15g}').scaleb(power):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    currency = next((CURRENCIES[sign] for sign in prefix if sign in CURRENCIES), "")
    prefix = "".join(sign for sign in prefix if sign not in CURRENCIES).strip(" ()+-")
    suffix = suffix.strip(" ()")
    word = re.match(SCALE, suffix)
    if power < 0 and -power != (POWERS[word[0]] if word else 0):
        # 0.0, shows thousands without a word; the number's unit is unknown.
        return f"{value:.15g} [{code}]"
    return prefix + text + (suffix if currency in suffix else suffix + currency)


def _read_xlsx(content: bytes, name: str, *, formulas: bool) -> list[Grid]:
    """Sheets of an xlsx file, by openpyxl; the formulas only where a result may be missing."""
    import openpyxl

    with warnings.catch_warnings():
        # What openpyxl does not keep when it writes (checks of input, extensions) is not needed.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        written = openpyxl.load_workbook(io.BytesIO(content)) if formulas else book
    return [_sheet_grid(sheet, written[sheet.title], name) for sheet in book.worksheets]


def _sheet_grid(sheet: Any, written: Any, name: str) -> Grid:
    _check_extent(name, sheet.title, sheet.max_row, sheet.max_column)
    rows, comments = [], {}
    for cells, sources in zip(sheet.iter_rows(), written.iter_rows(), strict=True):
        rows.append(tuple(map(_shown_cell, cells, sources)))
        for cell in cells:
            if cell.comment is not None:
                comments[cell.row - 1, cell.column - 1] = " ".join(cell.comment.text.split())
    merged = merge_ranges(
        ((area.min_row - 1, area.min_col - 1), (area.max_row - 1, area.max_col - 1))
        for area in sheet.merged_cells.ranges
    )
    hidden_rows = {row - 1 for row, about in sheet.row_dimensions.items() if about.hidden}
    return Grid(
        sheet.title,
        tuple(rows),
        merged,
        stored=True,
        hidden=sheet.sheet_state != "visible",
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(_hidden_columns(sheet.column_dimensions.values())),
        comments=comments,
    )


@lru_cache(maxsize=1024)
def _format_parts(section: str) -> tuple[str, str, int]:
    """Texts before and after a number in its format, and the power of ten that it is shown by."""
    marks = ""  # of each token: 0 a digit, . a point, the comma, % and t for a text
    texts = []
    for quoted, escaped, bracket, plain in TOKENS.findall(re.sub("[Ee][+-]", "", section)):
        money = bracket[1:].split("-")[0] if bracket.startswith("$") else ""
        mark = "0" if plain and plain in "0#?" else plain if plain and plain in ".,%" else "t"
        marks += mark
        texts.append(
            plain if mark == "%" else "" if mark != "t" else quoted + escaped + money + plain
        )
    first, last = marks.find("0"), marks.rfind("0")
    scaled = len(marks[last + 1 :]) - len(marks[last + 1 :].lstrip(","))
    # A point that is only printed, as in 0!.0, means a division by ten a digit.
    printed = [at for at, text in enumerate(texts) if text == "." and first < at < last]
    shifted = marks[printed[-1] :].count("0") if printed and "." not in marks else 0
    power = 2 * marks.count("%") - 3 * scaled - shifted
    return "".join(texts[:first]), "".join(texts[last + 1 :]), power


def _section(value: float, code: str) -> str:
    """Part of a format that holds for a number, by its condition or its sign."""
    if code.casefold() in ("general", "@", ""):
        return "0"
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code.replace("General", "0"))
    sections = [section.replace("G/通用格式", "0") for section in sections]
    for section in sections:
        test = CONDITION.search("".join(re.findall(r"\[([<>=][^\]]*)\]", section)))
        if test and bool(COMPARE[test[1]](value, float(test[2]))):
            return section
    plain = [section for section in sections if not re.search(r"\[[<>=]", section)]
    return plain[0] if plain else sections[-1]


def _shown_cell(cell: Any, source: Any) -> str:
    """Text of a cell of openpyxl; `source` is the same cell with its formula."""
    value = cell.value
    if value is None:
        # A result that is an empty text keeps its type, one that was never stored does not.
        lost = source.data_type == "f" and cell.data_type != "str"
        return str(getattr(source.value, "text", source.value)) if lost else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return shown_number(value, cell.number_format)
    return _shown_date(value, cell.number_format) if isinstance(value, dt.date) else _stored(value)


def _shown_date(value: dt.date, code: str) -> str:
    """Write a date as far as its format shows it: a year, a month of a year, or a day."""
    parts = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).casefold()
    if "y" in parts and "d" not in parts and "h" not in parts:
        return f"{value.year}年{value.month}月" if "m" in parts else f"{value.year}年"
    return _stored(value)


def _stored(value: object) -> str:
    """Text of a stored value, a number with the 15 digits a spreadsheet keeps."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return shown_number(value, "General")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _read_calamine(content: bytes, name: str, odd_formats: tuple[str, ...]) -> list[Grid]:
    """Sheets of an xls or ods file; calamine gives values and merged cells, but no formats."""
    from python_calamine import SheetVisibleEnum, load_workbook

    grids = []
    with load_workbook(io.BytesIO(content)) as book:
        for about in book.sheets_metadata:
            sheet = book.get_sheet_by_name(about.name)
            _check_extent(name, about.name, sheet.total_height, sheet.total_width)
            values = sheet.to_python(skip_empty_area=False)
            grids.append(
                Grid(
                    about.name,
                    tuple(tuple(map(_stored, row)) for row in values),
                    merge_ranges(sheet.merged_cell_ranges or ()),
                    stored=True,
                    hidden=about.visible != SheetVisibleEnum.Visible,
                    odd_formats=odd_formats,
                )
            )
    return grids


def _read_ole(content: bytes, name: str) -> list[Grid]:
    """Sheets of an xls file, in this process."""
    found = XLS_FORMAT.findall(content)
    formats = tuple(dict.fromkeys(text.decode("utf-16-le") for text in found))
    return _read_calamine(content, name, formats)


def _read_ods(content: bytes, name: str) -> list[Grid]:
    """Sheets of an ods file, in this process."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        styles = [parts.read(p) for p in ("content.xml", "styles.xml") if p in parts.namelist()]
    formats = ODS_FORMAT.findall(b"".join(styles).decode("utf-8", "replace"))
    return _read_calamine(content, name, tuple(t for f in formats for t in ODS_TEXT.findall(f)))


def _check_ods(parts: zipfile.ZipFile, name: str) -> None:
    """Refuse an ods file whose repeated rows and cells make too many."""
    row = column = width = 0
    for found in ODS_PARTS.finditer(parts.read("content.xml")):
        kind, about = found.groups()
        count = int(repeated[1]) if (repeated := REPEATED.search(about)) else 1
        if kind == b"table":
            row = width = 0
        elif kind == b"table-row":
            row, column = row + count, 0
        else:
            column += count
            if not about.endswith(b"/") or b"office:value" in about:
                width = max(width, column)
                _check_extent(name, "", row, width)


def _check_packing(parts: zipfile.ZipFile, name: str) -> None:
    """Refuse a file whose parts are packed so densely that they could fill the memory."""
    total = sum(part.file_size for part in parts.infolist())
    for part in parts.infolist():
        dense = part.file_size > MOST_RATIO * max(part.compress_size, 1)
        if total > MOST_UNPACKED or (part.file_size > SMALL_PART and dense):
            raise fault(name, "packed", size=f"{total / 1e6:,.0f}")


def _check_cells(parts: zipfile.ZipFile, name: str) -> tuple[bool, bool]:
    """Refuse a file with too many cells, stored or merged.

    Returns
    -------
    Whether any cell has a formula, and whether the file is light.
    """
    from openpyxl.utils import column_index_from_string as index

    cells, elements, formulas = 0, 0, False
    for part in parts.namelist():
        xml = parts.read(part)
        elements += xml.count(b"<")
        cells += sum(1 for _ in islice(CELLS.finditer(xml), MOST_CELLS + 1))
        formulas = formulas or b"<f" in xml or b":f>" in xml
        for found in MERGED.finditer(xml):
            left, top, right, bottom = (edge.decode() for edge in found.groups())
            wide = index(right) - index(left) + 1
            cells += wide * (int(bottom) - int(top) + 1)
        if cells > MOST_CELLS:
            raise fault(name, "many_cells", most=f"{MOST_CELLS:,}")
    return formulas, elements <= LIGHT


def _check_extent(name: str, sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet whose last cell is so far away that the cells before it fill the memory."""
    if rows * columns > MOST_CELLS:
        gaps = {"sheet": sheet, "rows": f"{rows:,}", "columns": f"{columns:,}"}
        raise fault(name, "far_cells", **gaps, most=f"{MOST_CELLS:,}")


def _hidden_columns(dimensions: Iterable[Any]) -> Iterator[int]:
    """Positions of hidden columns; one record of a workbook may cover several."""
    for about in dimensions:
        if about.hidden:
            yield from range((about.min or 1) - 1, about.max or about.min or 1)
