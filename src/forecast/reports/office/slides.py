"""A report as three slides: the finding, the targets at risk, and what comes next.

What goes on a slide is marked on the page (`data-slide`); of a page without marks, the slides show
the summary and the first parts with a list or a table.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml import color as colors
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Inches, Pt

from .archive import undated
from .content import Block, Content, Figure, Heading, Items, Table, Text
from .measures import count_lines, weigh_columns

__all__ = ["SLIDES", "write_slides"]

SLIDES = ("finding", "risk", "next")
"""Marks of the three slides."""
FIRST_DAY = dt.datetime(1980, 1, 1)
WIDTH, HEIGHT, MARGIN, TOP, BOTTOM = 13.333, 7.5, 0.6, 1.55, 6.85
"""The slide, its margin, and the upper and lower end of its content, in inches."""
GAP = 0.3
SIZES = (20, 18, 16, 14, 12)
"""Sizes of texts in points, the first one that leaves room is taken."""
CELL_SIZES = (14, 13, 12, 11, 10)
LETTER, WIDE = 0.53, 0.66
"""Width of a Latin letter by its size: as usual, and in the fonts of machines without Calibri."""
MOST_COLUMNS = 7
FONTS = {"latin": "Calibri", "ea": "微软雅黑"}
INK, GREY, BLUE = (27, 31, 36), (87, 96, 106), (11, 61, 110)
_RGB: Any = colors.RGBColor  # without types
TITLE_ONLY = 5
"""Index of the template's layout that has a title only."""


@dataclass(frozen=True)
class _Box:
    """Part of a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emus(self) -> tuple[int, int, int, int]:
        """The box in the unit of files."""
        left, top, width, height = map(Inches, (self.left, self.top, self.width, self.height))
        return left, top, width, height

    def split_left(self, share: float) -> tuple[_Box, _Box]:
        """Split off a share at the left."""
        width = self.width * share
        rest = _Box(self.left + width + GAP, self.top, self.width - width - GAP, self.height)
        return _Box(self.left, self.top, width, self.height), rest

    def split_top(self, share: float) -> tuple[_Box, _Box]:
        """Split off a share at the top."""
        height = self.height * share
        rest = _Box(self.left, self.top + height + GAP, self.width, self.height - height - GAP)
        return _Box(self.left, self.top, self.width, height), rest


@dataclass(frozen=True)
class _Slide:
    """What a slide shows: title, line below it, texts, at most one table and one picture."""

    title: str
    texts: tuple[str, ...] = ()
    table: Table | None = None
    figure: Figure | None = None

    @staticmethod
    def of(title: str, blocks: Iterable[Block]) -> _Slide:
        """Make a slide of blocks; a heading in front of all is its title."""
        kept = list(blocks)
        if kept and isinstance(first := kept[0], Heading):
            title, kept = first.text, kept[1:]
        texts: list[str] = []
        for block in kept:
            if isinstance(block, Items):
                texts += block.items
            elif isinstance(block, Heading | Text):
                texts.append(block.text)
        tables = [b for b in kept if isinstance(b, Table)]
        figures = [b for b in kept if isinstance(b, Figure)]
        return _Slide(title, tuple(texts), *((*found, None)[0] for found in (tables, figures)))


def write_slides(content: Content, target: Path) -> None:
    """Write the three slides; the same content gives the same bytes."""
    deck: Any = Presentation()
    _prepare(deck, content)
    for slide in _choose(content):
        _add_slide(deck, slide, content)
    out = io.BytesIO()
    deck.save(out)
    target.write_bytes(undated(out.getvalue()))


def _choose(content: Content) -> list[_Slide]:
    """Choose what the slides show: what is marked, else the summary and what follows it."""
    marked: dict[str, list[Block]] = {}
    for section in content.sections:
        for mark, blocks in section.slides:
            marked.setdefault(mark, []).extend(blocks)
    groups = _group(content)
    first = _Slide.of(content.title, marked.get("finding") or next(iter(groups), ("", []))[1])
    rest = iter(
        slide
        for title, blocks in groups[1:]
        if len((slide := _Slide.of(title, blocks)).texts) > 1 or slide.table
    )
    later = [_Slide.of("", marked[name]) if name in marked else next(rest, None)
             for name in SLIDES[1:]]  # fmt: skip
    shown = [slide for slide in later if slide]
    pictures = [b for s in content.sections for b in s.blocks if isinstance(b, Figure)]
    fresh = [picture for picture in pictures if all(picture != each.figure for each in shown)]
    first = replace(first, title=content.title, figure=first.figure or next(iter(fresh), None))
    return [replace(first, table=None) if first.figure else first, *shown]


def _group(content: Content) -> list[tuple[str, list[Block]]]:
    """Group all blocks by the heading above them, section by section."""
    groups: list[tuple[str, list[Block]]] = []
    for section in content.sections:
        groups.append((section.title, []))
        for block in section.blocks:
            if isinstance(block, Heading):
                groups.append((block.text, []))
            else:
                groups[-1][1].append(block)
    return groups


def _prepare(deck: Any, content: Content) -> None:
    """Make the template's slides wide, and set its fonts, language and dates."""
    scale = Inches(WIDTH) / deck.slide_width
    for page in (deck.slide_master, *deck.slide_layouts):
        for shape in page.shapes:
            if shape.width is not None:
                shape.left, shape.width = round(shape.left * scale), round(shape.width * scale)
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for relation in deck.slide_master.part.rels.values():
        if relation.reltype.endswith("/theme"):
            theme = relation.target_part
            theme._blob = theme.blob.replace(
                b'<a:ea typeface=""/>', f'<a:ea typeface="{FONTS["ea"]}"/>'.encode()
            )
    properties = deck.core_properties
    properties.title, properties.author = content.title, "forecast"
    properties.language = content.language
    properties.created = properties.modified = FIRST_DAY


def _add_slide(deck: Any, slide: _Slide, content: Content) -> None:
    page = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    title = page.shapes.title
    title.left, title.top = Inches(MARGIN), Inches(0.4)
    title.width, title.height = Inches(WIDTH - 2 * MARGIN), Inches(1.0)
    _fill(
        title.text_frame, [slide.title], _fit([slide.title], WIDTH - 2 * MARGIN, 1.0, (30, 26, 22))
    )
    _style(title.text_frame, color=BLUE, bold=True, anchor=MSO_ANCHOR.MIDDLE)
    room = _Box(MARGIN, TOP, WIDTH - 2 * MARGIN, BOTTOM - TOP)
    if slide.figure:
        beside, rest = room.split_left(0.35) if slide.texts else (room, room)
        _add_texts(page, slide.texts, beside)
        _add_picture(page, slide.figure, rest)
    elif slide.table:
        share = min(0.4, _height(slide.texts, room.width, SIZES[0]) / room.height)
        above, rest = room.split_top(share) if slide.texts else (room, room)
        _add_texts(page, slide.texts, above)
        _add_table(page, slide.table, rest)
    else:
        _add_texts(page, slide.texts, room)
    _add_foot(page, content)


def _add_texts(page: Any, texts: Sequence[str], box: _Box) -> None:
    """Add texts in the largest size that leaves room, and only as many as fit the smallest."""
    if not texts:
        return
    kept = list(texts)
    while len(kept) > 1 and not _fits(kept, box.width, box.height, SIZES[-1]):
        kept.pop()
    if len(kept) < len(texts):
        kept[-1] = "…"
    shape = page.shapes.add_textbox(*box.emus)
    _fill(shape.text_frame, kept, _fit(kept, box.width, box.height, SIZES))
    _style(shape.text_frame, color=INK, after=8)


def _add_picture(page: Any, figure: Figure, box: _Box) -> None:
    """Add a picture in the middle of a box."""
    left, top, width, height = box.emus
    picture = page.shapes.add_picture(io.BytesIO(figure.png), 0, 0)
    scale = min(width / picture.width, height / picture.height)
    picture.width, picture.height = round(picture.width * scale), round(picture.height * scale)
    picture.left = left + (width - picture.width) // 2
    picture.top = top + (height - picture.height) // 2
    picture._element.nvPicPr.cNvPr.set("descr", figure.alt)


def _add_table(page: Any, table: Table, box: _Box) -> None:
    """Add a table in the largest size that leaves room, with as many rows as fit the smallest."""
    table = Table(table.caption, table.head[:MOST_COLUMNS],
                  tuple(row[:MOST_COLUMNS] for row in table.rows))  # fmt: skip
    rows = [table.head, *table.rows]
    weights = weigh_columns(table, int(box.width * 72 / (CELL_SIZES[0] * 0.53)))
    widths = [box.width * weight / sum(weights) for weight in weights]

    def height(size: float, rows: Sequence[Sequence[str]]) -> float:
        cells = (zip(row, widths, strict=True) for row in rows)
        lines = (max(_lines([c], w - 0.2, size, WIDE) for c, w in row) for row in cells)
        return sum(0.1 + count * size * 1.35 / 72 for count in lines)

    size = next((s for s in CELL_SIZES if height(s, rows) <= box.height), CELL_SIZES[-1])
    while len(rows) > 2 and height(size, rows) > box.height:
        rows.pop()
    taken = _Box(box.left, box.top, box.width, height(size, rows))
    grid = page.shapes.add_table(len(rows), len(widths), *taken.emus).table
    for column, share in zip(grid.columns, widths, strict=True):
        column.width = Inches(share)
    right = table.right
    for y, row in enumerate(rows):
        grid.rows[y].height = Inches(height(size, [row]))
        for x, text in enumerate(row):
            _fill_cell(grid.cell(y, x), text, size, right=x in right and y > 0)


def _fill_cell(cell: Any, text: str, size: float, *, right: bool) -> None:
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.text_frame.text = text
    for paragraph in cell.text_frame.paragraphs:
        paragraph.font.size = Pt(size)
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT


def _add_foot(page: Any, content: Content) -> None:
    """Add the line below the content: what the report is about, and the slide's number."""
    about = " · ".join([content.title, *content.lead[:1]]).replace("\n", " · ")
    box = page.shapes.add_textbox(Inches(MARGIN), Inches(6.95), Inches(11.2), Inches(0.35))
    _fill(box.text_frame, [about], 10)
    _style(box.text_frame, color=GREY)
    box = page.shapes.add_textbox(
        Inches(WIDTH - MARGIN - 0.8), Inches(6.95), Inches(0.8), Inches(0.35)
    )
    paragraph = box.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    number = len(page.part.package.presentation_part.presentation.slides)
    paragraph._p.append(parse_xml(
        f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
        f'<a:rPr lang="en-GB" sz="1000"/><a:t>{number}</a:t></a:fld>'
    ))  # fmt: skip


def _fill(frame: Any, texts: Sequence[str], size: float) -> None:
    """Fill a text frame, a paragraph each."""
    frame.word_wrap = True
    for i, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.text = text.replace("\n", "\v")
        paragraph.font.size = Pt(size)


def _style(
    frame: Any,
    *,
    color: tuple[int, int, int],
    bold: bool = False,
    after: float = 0,
    anchor: Any = None,
) -> None:
    frame.vertical_anchor = anchor or MSO_ANCHOR.TOP
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.bold, paragraph.space_after = bold, Pt(after)
        paragraph.font.color.rgb = _RGB(*color)


def _lines(texts: Sequence[str], width: float, size: float, letter: float = LETTER) -> int:
    """Lines that texts take in so many inches; `letter` is the width of a Latin one by its size."""
    return count_lines(texts, width * 72 / (size * letter))


def _height(texts: Sequence[str], width: float, size: float) -> float:
    """Inches that texts take in a box of a width."""
    return 0.1 + (_lines(texts, width - 0.2, size) * size * 1.25 + len(texts) * 8) / 72


def _fits(texts: Sequence[str], width: float, height: float, size: float) -> bool:
    return _height(texts, width, size) <= height


def _fit(texts: Sequence[str], width: float, height: float, sizes: Sequence[float]) -> float:
    """Largest size in which texts fit, else the smallest."""
    return next((s for s in sizes if _fits(texts, width, height, s)), sizes[-1])
