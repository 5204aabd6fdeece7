"""Reads a planner's file, whatever kind it is, into sheets of cells.

The content says what a file is, not its ending: a workbook (xlsx, xls, ods), an HTML page that an
office system saves as xls, or a text parted by commas, semicolons or tabs, in UTF-8, UTF-16 or
GB18030.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..files import decode_text
from ..i18n.messages import Argument, FiguresError
from .apart import DAMAGED, read_apart
from .grid import Grid, Position, fault, merge_ranges
from .workbook import MOST_CELLS, read_xls, read_zipped

__all__ = ["ENDINGS", "MOST_BYTES", "read_sheets"]

ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".htm", ".html")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
MOST_BYTES = 20_000_000
"""Largest file that is read."""
LIGHT_PAGE = 5_000
"""Most elements of a page that is read in this very process: nested ones take their square."""
MOST_COLUMNS = 5_000
"""Most columns of a table: the words of each heading are looked at."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DELIMITERS = (",", "\t", ";")
MARKUP = re.compile(
    r"(?:\s++|<\?xml[^>]*>|<!--.*?-->)*+<(?:!doctype html|html|head|meta|body|table)", re.I | re.S
)
"""The beginning of a page, found in one pass: blank lines without an end are not gone back over."""


def read_sheets(content: bytes, name: str) -> tuple[Grid, ...]:
    r"""Read a file into its sheets.

    Parameters
    ----------
    content : what the file holds
    name : its name; the ending must be one of `ENDINGS`

    Raises
    ------
    FiguresError
        If the file is of no kind that is read, damaged, or too large to be read safely.

    Examples
    --------
    >>> (grid,) = read_sheets("指标,2021年\n社工站,5\n".encode(), "own.csv")
    >>> grid.rows
    (('指标', '2021年'), ('社工站', '5'))
    """
    grids = _sheets(content, name)
    widest = max((grid.width for grid in grids), default=0)
    if widest > MOST_COLUMNS:
        raise fault(name, "wide", columns=f"{widest:,}", most=f"{MOST_COLUMNS:,}")
    return grids


def _sheets(content: bytes, name: str) -> tuple[Grid, ...]:
    """Sheets of a file, by its content."""
    ending = Path(name).suffix.casefold()
    if ending not in ENDINGS:
        raise fault(name, "kind", kinds=", ".join(ENDINGS))
    if len(content) > MOST_BYTES:
        raise fault(name, "large", most=f"{MOST_BYTES / 1e6:.0f}")
    if content.startswith((ZIP, OLE)):
        return _workbook_sheets(content, name)
    text = _decoded(content)
    if text is None:
        workbook = ending in WORKBOOKS
        gaps: dict[str, Argument] = {"reason": DAMAGED} if workbook else {"format": "CSV UTF-8"}
        raise fault(name, "workbook" if workbook else "encoding", **gaps)
    if not MARKUP.match(text):
        return (_text_table(text, name),)
    if text.count("<") > LIGHT_PAGE:
        return tuple(read_apart(_html_tables, text.encode(), name))
    return tuple(_html_tables(text.encode(), name))


def _workbook_sheets(content: bytes, name: str) -> tuple[Grid, ...]:
    try:
        return tuple((read_zipped if content.startswith(ZIP) else read_xls)(content, name))
    except FiguresError:
        raise
    except Exception:  # a broken part may raise anything in the libraries
        raise fault(name, "workbook", reason=DAMAGED) from None


def _decoded(content: bytes) -> str | None:
    """Text of bytes in UTF-16, marked at its start or by its zeros, else as in `decode_text`."""
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else []
    if content[1:40:2].count(0) > len(content[1:40:2]) / 4:
        encodings.append("utf-16-le")
    if content[0:40:2].count(0) > len(content[0:40:2]) / 4:
        encodings.append("utf-16-be")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return decode_text(content)


def _text_table(text: str, name: str) -> Grid:
    """Rows of a text, parted by the mark that gives the most even columns."""
    if text.count("\n") > MOST_CELLS:
        raise fault(name, "many_cells", most=f"{MOST_CELLS:,}")
    first, _, rest = text.partition("\n")
    delimiters: tuple[str, ...] = DELIMITERS
    if declared := re.fullmatch(r"sep=(.)\r?", first):
        # The line is kept, so that lines keep their numbers.
        delimiters, text = (declared[1],), "\n" + rest
    best, most, long = None, -1, False
    for delimiter in delimiters:
        try:
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            rows = tuple(map(tuple, lines))
        except csv.Error as error:
            long = long or "field limit" in str(error)
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        even = max((width * count for width, count in widths.items()), default=0)
        if even > most:
            best, most = rows, even
    if best is None:
        raise fault(name, "long_cell" if long else "quotes", most=f"{csv.field_size_limit():,}")
    if sum(map(len, best)) > MOST_CELLS:
        raise fault(name, "many_cells", most=f"{MOST_CELLS:,}")
    return Grid("", best)


def _html_tables(content: bytes, name: str) -> list[Grid]:
    """Tables of a page, those inside others by themselves; spanned cells are merged ones."""
    from bs4 import BeautifulSoup

    tables = BeautifulSoup(content.decode(), "html.parser").find_all("table")
    grids = [_html_grid(table, name) for table in tables if not table.find("table")]
    grids = [grid for grid in grids if grid.rows]
    # The only table of a page has no name, like a text; several are numbered.
    several = len(grids) > 1
    return [replace(grid, name=str(at)) if several else grid for at, grid in enumerate(grids, 1)]


def _html_grid(table: Any, name: str) -> Grid:
    cells: dict[Position, str] = {}
    spans: list[tuple[Position, Position]] = []
    for row, line in enumerate(table.find_all("tr")):
        column = 0
        for cell in line.find_all(["td", "th"]):
            while (row, column) in cells:
                column += 1
            down, right = (_span(cell.get(key)) for key in ("rowspan", "colspan"))
            if len(cells) + down * right > MOST_CELLS:
                raise fault(name, "many_cells", most=f"{MOST_CELLS:,}")
            covered = [(row + d, column + r) for d in range(down) for r in range(right)]
            cells |= dict.fromkeys(covered, "") | {
                (row, column): " ".join(cell.get_text(" ").split())
            }
            spans += [((row, column), covered[-1])] if len(covered) > 1 else []
    bottom, right = (max((place[axis] for place in cells), default=-1) + 1 for axis in (0, 1))
    rows = (tuple(cells.get((r, c), "") for c in range(right)) for r in range(bottom))
    return Grid("", tuple(rows), merge_ranges(spans))


def _span(text: object) -> int:
    """Count the rows or columns that a cell of a page spans."""
    return max(1, int(str(text))) if str(text).isdecimal() and len(str(text)) < 5 else 1
