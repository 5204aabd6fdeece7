"""A chart that can be cut out of its report: pictures for page, telephone and print, alt, data.

    chart = standing_chart(names, attainment)      # or None where there is nothing to draw
    chart.name            "standing": stem of its files, unique in a report
    chart.title           the finding, one sentence, drawn in the picture too
    chart.alt             the finding and what is drawn, for `alt`
    chart.svg()           wide picture, 768 px across; `svg(narrow=True)` the one for telephones,
                          350 px across. Texts are paths: no font is needed to show them
    chart.uri()           the same as a `data:` address, also with `narrow=True`
    chart.png()           wide picture of 1600 px, as bytes, for Word and PowerPoint
    chart.csv()           the numbers drawn, as bytes (UTF-8 with a mark, which Excel reads)
    chart.data            the same as a table

A page shows it so, and needs no further title, caption or source:

    <figure>
      <picture>
        <source media="screen and (max-width: 640px)" srcset="{{ chart.uri(narrow=True) }}">
        <img src="{{ chart.uri() }}" alt="{{ chart.alt }}">
      </picture>
      <a href="{{ chart.name }}.csv">...</a>
    </figure>

Pictures are `img`, never inline SVG: ids of two inline pictures would clash. `compose` makes a
chart from a function that draws one `Page`; it is called for either width.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from ..tables.csv_files import escape_formulas
from . import style

__all__ = ["NARROW", "WIDE", "Chart", "Page", "Words", "compose", "measure", "wrap"]

WIDE, NARROW = 8.0, 3.65
"""Inches across of the two pictures: 768 and 350 px."""
MARGIN = 0.12
"""Inches left free at the edges of a picture."""
PNG_WIDTH = 1600
HAIR, TWIN = 0.006, "bold"
"""Inches between the two drawings of a bold text, and the id of the second."""
LEADING = 1.3
"""Height of a line, in sizes of its letters."""
PATH = re.compile(r'(?<=\bd=")[^"]+')
WORD = re.compile(
    r"[!-~\u00a0-\u024f\u2010-\u2027−≥≤]+[，。；：、）％]*|[（“《]*.[，。；：、）”》％]*|\s+"
)
"""What a line is not broken within: Latin words and figures, Chinese characters with marks."""


@dataclass(frozen=True)
class Words:
    """Texts of a picture: the finding, its measure with unit and date, notes, the source."""

    title: str
    subtitle: str
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Chart:
    """A chart in two widths, each drawn when it is needed, with its text alternative and data."""

    name: str
    title: str
    alt: str
    draw: Callable[[bool], Figure] = field(repr=False)
    """Draws the picture, the narrow one or the wide one."""
    data: pd.DataFrame = field(repr=False)

    @cached_property
    def wide(self) -> Figure:
        """Picture for a page."""
        return self.draw(False)

    @cached_property
    def narrow(self) -> Figure:
        """Picture for a telephone."""
        return self.draw(True)

    def svg(self, *, narrow: bool = False) -> str:
        """Encode a picture; the same chart gives the same text."""
        stream = io.StringIO()
        with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": self.name}):
            metadata = {"Date": None, "Creator": None, "Title": self.title}
            (self.narrow if narrow else self.wide).savefig(stream, format="svg", metadata=metadata)
        # Half of a picture's size is blanks, line breaks and the font's name at each letter.
        drawn = re.sub(r"<metadata>.*?</metadata>", "", stream.getvalue(), flags=re.DOTALL)
        drawn = re.sub(r">\s+<", "><", drawn.replace("NotoSansSC-Regular-", "n"))
        return PATH.sub(lambda found: re.sub(r"\s*([A-Za-z])\s*", r"\1", found[0]), drawn)

    def uri(self, *, narrow: bool = False) -> str:
        """Encode a picture as an address for `src` and `srcset`."""
        code = base64.b64encode(self.svg(narrow=narrow).encode()).decode()
        return f"data:image/svg+xml;base64,{code}"

    def png(self, *, narrow: bool = False) -> bytes:
        """Encode a picture in dots."""
        figure = self.narrow if narrow else self.wide
        stream = io.BytesIO()
        dpi = PNG_WIDTH / WIDE
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
        return stream.getvalue()

    def csv(self) -> bytes:
        """Encode the numbers drawn."""
        return str(escape_formulas(self.data).to_csv(index=False)).encode("utf-8-sig")


class Page:
    """A picture being drawn: texts above and below, between them a body in inches.

    `axes` covers the whole picture, in inches from its upper left corner; `top` is where the body
    begins after `begin`.
    """

    figure: Figure
    axes: Axes
    top: float

    def __init__(self, words: Words, *, narrow: bool) -> None:
        self.words, self.narrow = words, narrow
        self.width = NARROW if narrow else WIDE
        self.inner = self.width - 2 * MARGIN
        self.small = 8.5 if narrow else 9.0
        self.sizes = {"title": 11.5 if narrow else 13.5, "subtitle": 9.0 if narrow else 9.5}

    def begin(self, body: float, key: Sequence[tuple[dict[str, Any], str]] = ()) -> None:
        """Open a picture with a body of so many inches under its texts and a key of its marks."""
        # Dots of a coarse screen widen a long line a little.
        room = 0.975 * self.inner
        title = wrap(self.words.title, room - HAIR, self.sizes["title"])
        subtitle = wrap(self.words.subtitle, room, self.sizes["subtitle"])
        notes = [line for note in self.words.notes for line in wrap(note, room, self.small)]
        keys = self._place_key(key)
        above = [(line, self.sizes["title"], style.INK, True) for line in title]
        above += [(line, self.sizes["subtitle"], style.GREY, False) for line in subtitle]
        head = MARGIN + sum(line_height(size) for _, size, *_ in above) + 0.14
        rows = keys[-1][0] + 1 if keys else 0
        self.top = head + rows * line_height(self.small) + 0.1
        foot = line_height(self.small) * len(notes) + MARGIN + 0.08 * bool(notes)
        height = self.top + body + foot
        self.figure = Figure(figsize=(self.width, height))
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()
        self.axes.set_xlim(0.0, self.width)
        self.axes.set_ylim(height, 0.0)
        y = MARGIN
        for line, size, colour, bold in above:
            y += line_height(size) + (0.04 if line is subtitle[0] else 0.0)
            self.write(line, MARGIN, y, va="baseline", fontsize=size, color=colour, bold=bold)
        for row, x, options, text in keys:
            y = head + line_height(self.small) * (row + 0.5)
            mark: dict[str, Any] = {"linestyle": "none", "markersize": 6} | options
            self.axes.plot([x + 0.07], [y], **mark)
            self.write(text, x + 0.2, y, color=style.GREY)
        for i, line in enumerate(notes):
            y = self.top + body + 0.08 + line_height(self.small) * (i + 1)
            self.write(line, MARGIN, y, va="baseline", color=style.GREY)

    def write(self, text: str, x: float, y: float, **options: Any) -> None:
        """Write a text at inches from the upper left corner, `bold` if asked for.

        The font comes in one weight: a bold text is drawn twice, a hair apart.
        """
        bold = options.pop("bold", False)
        usual: dict[str, Any] = {"va": "center_baseline", "fontsize": self.small}
        options = usual | {"linespacing": 1.15, "color": style.INK} | options
        self.axes.text(x, y, text, **options)
        if bold:
            self.axes.text(x + HAIR, y, text, gid=TWIN, **options)

    def add_axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes, `top` inches below the body's beginning."""
        _, total = self.figure.get_size_inches()
        up = total - self.top - top - height
        sides = (left / self.width, up / total, width / self.width, height / total)
        return self.figure.add_axes(sides)

    def _place_key(
        self, key: Sequence[tuple[dict[str, Any], str]]
    ) -> list[tuple[int, float, dict[str, Any], str]]:
        """Lay out marks and their meanings in rows: row, left edge, mark, text."""
        placed: list[tuple[int, float, dict[str, Any], str]] = []
        row, x = 0, MARGIN
        for options, text in key:
            needed = 0.2 + measure(text, self.small)
            if placed and x + needed > self.width - MARGIN:
                row, x = row + 1, MARGIN
            placed.append((row, x, options, text))
            x += needed + 0.2
        return placed


def compose(
    name: str, words: Words, draw: Callable[[Page], None], *, alt: str, data: pd.DataFrame
) -> Chart:
    """Make a chart; `draw` calls `Page.begin` and draws the body, in either width."""

    def draw_page(narrow: bool) -> Figure:
        style.load_font()
        page = Page(words, narrow=narrow)
        style.themed(draw)(page)
        return page.figure

    return Chart(name, words.title, alt, draw_page, data)


def line_height(size: float) -> float:
    """Inches of a line of letters of a size in points."""
    return LEADING * size / 72.0


@lru_cache(maxsize=4096)
def measure(text: str, size: float) -> float:
    """Measure a text in inches.

    >>> 0.2 < measure("民政", 9.0) < 0.3
    True
    """
    style.load_font()
    font = FontProperties(family=style.FONTS, size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72.0


def wrap(text: str, inches: float, size: float) -> list[str]:
    """Break a text into lines that fit: between words, in Chinese between characters.

    Closing marks stay with what they close. A word longer than a line is left whole.

    >>> wrap("nine in ten", 0.5, 9.0)
    ['nine in', 'ten']
    >>> wrap("十分之九，在灰带内", 0.5, 9.0)
    ['十分之', '九，在灰', '带内']
    """
    lines, used = [""], 0.0
    for piece in WORD.findall(text):
        # A piece is measured once, however often it is written; blanks have no ink of their own.
        width = measure(f"|{piece}|", size) - measure("||", size)
        if lines[-1].strip() and used + width > inches and piece.strip():
            lines, used = [*lines, ""], 0.0
        lines[-1], used = lines[-1] + piece, used + width if lines[-1] or piece.strip() else 0.0
    return [line.strip() for line in lines if line.strip()]
