"""Paragraphs and tables of reports as plain strings, which widgets show and which can be joined."""

from __future__ import annotations

from collections.abc import Sequence

from ..reports import html

__all__ = ["paragraph", "tabulate"]


def paragraph(text: str, *, strong: bool = False) -> str:
    """Format a paragraph.

    >>> paragraph("a < b") + "<hr>"
    '<p>a &lt; b</p><hr>'
    """
    return str(html.paragraph(text, strong=strong))


def tabulate(rows: Sequence[html.Cells]) -> str:
    """Format a table as reports do."""
    return str(html.tabulate(rows))
