"""Widths of texts and columns, in Latin letters: a Chinese one takes two places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .content import Table

__all__ = ["count_lines", "measure", "weigh_columns"]

PIECE = re.compile(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+[ \t]?|\s")
"""What a line is not broken within."""
NARROWEST, SHORT, WIDEST, PADDING = 4, 16, 60, 3
"""Letters of the narrowest column, of one that is not broken, of the widest, and beside texts."""


def measure(text: str) -> int:
    """Return the width of a line of text.

    >>> measure("ab"), measure("甲乙")
    (2, 4)
    """
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def count_lines(texts: Iterable[str], width: float) -> int:
    """Count the lines that texts take in a column of a width.

    Lines are broken between words, in Chinese between letters.

    >>> count_lines(["abcdef", "甲"], 4), count_lines(["abc def gh"], 6)
    (3, 2)
    """
    width = max(int(width), 1)
    return sum(_count(line, width) for text in texts for line in text.split("\n"))


def _count(line: str, width: int) -> int:
    lines, used = 1, 0
    for piece in PIECE.findall(line):
        size = measure(piece)
        if used and used + measure(piece.rstrip()) > width:
            lines, used = lines + 1, 0
        over = max(0, -(-size // width) - 1)
        lines, used = lines + over, used + size - over * width
    return lines


def weigh_columns(table: Table, room: int) -> list[int]:
    """Share so many letters among columns by their longest line; words are not broken if possible.

    Where the lines do not fit, those longer than `SHORT` are broken; a number rarely is so long.

    >>> from forecast.reports.office.content import Table
    >>> weigh_columns(Table("", ("a", "b"), (("Zhejiang", "1"),)), 100)
    [11, 7]
    >>> weigh_columns(Table("", ("a", "b"), (("12", "letter " * 30),)), 60)
    [7, 53]
    """
    weights, least = [], []
    for cells in zip(table.head, *table.rows, strict=True):
        line = max(measure(line) for cell in cells for line in cell.split("\n"))
        word = max(len(word) for cell in cells for word in re.split(r"[\s\u2e80-\uffff]", cell))
        weights.append(PADDING + max(NARROWEST, min(WIDEST, line)))
        least.append(min(weights[-1], PADDING + max(SHORT, min(WIDEST, word))))
    if sum(weights) > room > sum(least):
        part = (room - sum(least)) / (sum(weights) - sum(least))
        return [round(low + part * (full - low)) for low, full in zip(least, weights, strict=True)]
    return weights if sum(weights) <= room else least
