"""Files as planners make them, for the tests of reading them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import openpyxl

Rows = Sequence[Sequence[object]]


def workbook(
    *sheets: Rows | tuple[str, Rows],
    merged: str = "",
    formats: Mapping[str, str] | None = None,
    hidden: str = "",
) -> bytes:
    """Give a workbook of sheets, named 1, 2 ... or as they say.

    `merged` are ranges parted by blanks and `formats` number formats of cells, both of the last
    sheet; `hidden` is the name of a sheet that does not show.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        title, lines = rows if isinstance(rows, tuple) else (str(number), rows)
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
        if title == hidden:
            sheet.sheet_state = "hidden"
    for area in merged.split():
        sheet.merge_cells(area)
    for cell, code in (formats or {}).items():
        sheet[cell].number_format = code
    content = io.BytesIO()
    book.save(content)
    book.close()
    return content.getvalue()


def lines(*rows: str) -> bytes:
    """Give a text of rows."""
    return "\n".join(rows).encode()
