"""Cells of a workbook: texts that stay texts, numbers in their format."""

from __future__ import annotations

import math
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment

from ...tables.csv_files import FORMULA_SIGNS
from .measures import measure

__all__ = ["WIDEST", "number_cell", "text_cell"]

WIDEST = 48
"""Letters of a sheet's widest column; longer texts are broken."""
_WRAPPED = Alignment(vertical="top", wrap_text=True)


def number_cell(sheet: Any, value: Any, form: str) -> Any:
    """Make a cell: a text as text, a number in its format, endless ones as a sign."""
    if value is None:
        return None
    if isinstance(value, float) and math.isinf(value):
        value = "∞" if value > 0 else "−∞"
    if isinstance(value, str):
        return text_cell(sheet, value)
    if form == "General" or isinstance(value, bool):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = form
    return cell


def text_cell(sheet: Any, text: str, style: str = "") -> Any:
    """Make a cell whose text stays text, whatever it begins with; a long one without a style wraps.

    `style` is `head`, or `plain` for a text that may reach over the next cells.
    """
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    risky = text.startswith(FORMULA_SIGNS)
    long = measure(text) > WIDEST
    if not (style or risky or long):
        return text
    cell = WriteOnlyCell(sheet, text)
    if style == "head":
        cell.style = style
    if risky:
        cell.data_type, cell.quotePrefix = "s", True
    if long and not style:
        cell.alignment = _WRAPPED
    return cell
