"""Widths of texts and columns, in Latin letters: a Chinese one takes two places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .content import Table

__all__ = ["count_lines", "measure", "weigh_columns"]

NARROWEST, WIDEST, PADDING = 4, 30, 2
"""Letters of a column's width that count; longer texts are broken, but no word is."""


def measure(text: str) -> int:
    """Return the width of a line of text.

    >>> measure("ab"), measure("甲乙")
    (2, 4)
    """
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def count_lines(texts: Iterable[str], width: float) -> int:
    """Count the lines that texts take in a column of a width.

    >>> count_lines(["abcdef", "甲"], 4)
    3
    """
    lines = (line for text in texts for line in text.split("\n"))
    return sum(max(1, -(-measure(line) // max(int(width), 1))) for line in lines)


def weigh_columns(table: Table) -> list[int]:
    """Weigh columns by their longest line, within limits, and at least by their longest word.

    >>> from forecast.reports.office.content import Table
    >>> weigh_columns(Table("", ("a", "b"), (("Zhejiang", "1"),)))
    [10, 6]
    """
    weights = []
    for cells in zip(table.head, *table.rows, strict=True):
        line = max(measure(line) for cell in cells for line in cell.split("\n"))
        word = max(len(word) for cell in cells for word in re.split(r"[\s\u2e80-\uffff]", cell))
        weights.append(PADDING + max(NARROWEST, min(WIDEST, max(line, word))))
    return weights
