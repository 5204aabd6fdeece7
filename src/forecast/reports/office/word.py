"""A report as a Word document in the form of official documents: a summary, then annexes."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu

from ...i18n.catalog import N_, gettext
from ...i18n.formatting import join
from .archive import undated
from .content import Block, Content, Figure, Heading, Items, Section, Table, Text
from .measures import measure, weigh_columns
from .word_styles import ANNEX, CELL, FORMS, add_field, prepare, restart_numbering, set_landscape

__all__ = ["write_word"]

FIRST_DAY = dt.datetime(1980, 1, 1)
WIDE = 7
"""From so many columns on, the annexes are printed on their side."""
LONGEST_LEAD = 80
"""Letters of a line below the title that is centred."""
CAPTIONS = {"table": N_("Table {number}"), "figure": N_("Figure {number}")}


def write_word(content: Content, target: Path) -> None:
    """Write a report: the title, its summary, and each further section as an annex.

    The same content gives the same bytes.
    """
    document = _Document(content)
    document.write()
    out = io.BytesIO()
    document.docx.save(out)
    target.write_bytes(undated(out.getvalue()))


class _Document:
    """A document in the making."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.form = FORMS.get(content.language, FORMS["en"])
        self.docx = docx.Document()
        self.numbered: Counter[str] = Counter()
        self.numbering: int | None = None
        prepare(self.docx, self.form, content.language)
        properties = self.docx.core_properties
        properties.title, properties.author, properties.comments = content.title, "forecast", ""
        properties.language = content.language
        properties.created = properties.modified = FIRST_DAY

    def write(self) -> None:
        """Write all sections."""
        content, annexes = self.content, self.content.annexes
        self.add("Title", content.title)
        for line in content.lead:
            if measure(line) > LONGEST_LEAD:
                self.add_text(line)
            else:
                self.add("Subtitle", line)
        self.add_blocks(content.summary.blocks)
        if not annexes:
            return
        self.add_list_of_annexes()
        section = self.docx.add_section()
        if any(isinstance(b, Table) and len(b.head) >= WIDE for s in annexes for b in s.blocks):
            set_landscape(section)
        for annex in annexes:
            self.add_annex(annex)

    def add_list_of_annexes(self) -> None:
        """List the annexes below the summary."""
        language, annexes = self.content.language, self.content.annexes
        titles = (f"{i}. {self.strip_annex(a.title)}" for i, a in enumerate(annexes, start=1))
        self.add_text(gettext(N_("Annexes: {list}"), language).format(list=join(titles, language)))

    def add_annex(self, annex: Section) -> None:
        """Add an annex, whose headings are numbered from the first again."""
        self.add(ANNEX, self.strip_annex(annex.title))
        self.numbering = restart_numbering(self.docx)
        self.add_blocks(annex.blocks)

    def strip_annex(self, title: str) -> str:
        """Take "Annex:" from the beginning of a title that gets a number instead."""
        word = self.form.annex.partition("%")[0].strip()
        return re.sub(rf"^{word}\s*[:\uff1a]\s*(.)", lambda found: found[1].upper(), title)

    def add_blocks(self, blocks: Sequence[Block]) -> None:
        """Add the blocks of a section."""
        for block in blocks:
            if isinstance(block, Heading):
                self.add_heading(block)
            elif isinstance(block, Text):
                self.add_text(block.text)
            elif isinstance(block, Items):
                self.add_items(block)
            elif isinstance(block, Table):
                self.add_table(block)
            else:
                self.add_figure(block)

    def add(self, style: str, text: str) -> Any:
        """Add a paragraph."""
        return self.docx.add_paragraph(text, style=style)

    def add_heading(self, heading: Heading) -> None:
        """Add a heading, numbered by its style."""
        paragraph = self.add(f"Heading {min(heading.level, 3)}", heading.text)
        if self.numbering is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = min(heading.level, 3) - 1
            properties.get_or_add_numId().val = self.numbering

    def add_text(self, text: str, *, hanging: bool = False) -> None:
        """Add a paragraph of the body, indented as the language has it."""
        properties = self.add("Normal", text)._p.get_or_add_pPr()
        if self.form.indent or hanging:
            indent = parse_xml(f"<w:ind {nsdecls('w')}/>")
            if hanging:
                indent.set(qn("w:leftChars"), "200")
                indent.set(qn("w:left"), "480")
                indent.set(qn("w:hanging"), "360")
            else:
                indent.set(qn("w:firstLineChars"), str(self.form.indent))
                indent.set(qn("w:firstLine"), "640")
            properties.append(indent)

    def add_items(self, items: Items) -> None:
        """Add a list; the numbers of a numbered one are text, so that they stay."""
        for number, item in enumerate(items.items, start=items.start or 1):
            if items.start is None:
                self.add("List Bullet", item)
            else:
                self.add_text(f"{number}. {item}", hanging=True)

    def add_caption(self, kind: str, text: str) -> None:
        """Add a caption with a number that Word counts."""
        self.numbered[kind] += 1
        number = self.numbered[kind]
        before, after = gettext(CAPTIONS[kind], self.content.language).split("{number}")
        paragraph = self.add("Caption", before)
        add_field(paragraph, f"SEQ {kind} \\* ARABIC", number)
        paragraph.add_run(f"{after}{self.form.gap}{text}" if text else after)
        paragraph.paragraph_format.keep_with_next = kind == "table"

    def add_table(self, table: Table) -> None:
        """Add a table with its caption; its head is repeated on each page."""
        self.add_caption("table", table.caption)
        available = self.width // 635  # twentieths of a point
        letter = 10 * self.form.fonts[CELL].size  # half as wide as high
        weights = weigh_columns(table, int(available / letter))
        widths = [available * weight // sum(weights) for weight in weights]
        body = self.docx.element.body
        body.insert(len(body) - 1, parse_xml(_table_xml(table, widths)))
        self.add("Table Text", "")

    def add_figure(self, figure: Figure) -> None:
        """Add a picture with alternative text and caption, within the text's area."""
        paragraph = self.add("Normal", "")
        paragraph.alignment, paragraph.paragraph_format.line_spacing = 1, 1.0
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(io.BytesIO(figure.png))
        scale = min(figure.share * self.width / picture.width, 0.85 * self.height / picture.height)
        picture.width, picture.height = (
            Emu(round(scale * size)) for size in (picture.width, picture.height)
        )
        picture._inline.docPr.set("descr", figure.alt)
        self.add_caption("figure", figure.caption)

    @property
    def width(self) -> int:
        """Width of the text in the last section."""
        section: Any = self.docx.sections[-1]
        return int(section.page_width - section.left_margin - section.right_margin)

    @property
    def height(self) -> int:
        """Height of the text in the last section."""
        section: Any = self.docx.sections[-1]
        return int(section.page_height - section.top_margin - section.bottom_margin)


def _table_xml(table: Table, widths: Sequence[int]) -> str:
    """Table as WordprocessingML; one string is a hundred times faster than cell objects."""
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    right = table.right
    rows = [_row_xml(table.head, widths, right, head=True)] if any(table.head) else []
    rows += [_row_xml(row, widths, right) for row in table.rows]
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="30" w:type="dxa"/>'
        '<w:left w:w="60" w:type="dxa"/><w:bottom w:w="30" w:type="dxa"/>'
        '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row_xml(
    cells: Sequence[str], widths: Sequence[int], right: frozenset[int], *, head: bool = False
) -> str:
    """Row that no page breaks in two; a head is repeated."""
    mark = "<w:tblHeader/>" if head else ""
    texts = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        f'{_SHADE if head else ""}<w:vAlign w:val="center"/></w:tcPr>'
        f"{_cell_xml(cell, head=head, right=i in right)}</w:tc>"
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{texts}</w:tr>"


_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>'


def _cell_xml(text: str, *, head: bool, right: bool) -> str:
    style = "TableHead" if head else "TableText"
    align = '<w:jc w:val="right"/>' if right and not head else ""
    runs = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n")
    )
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{align}</w:pPr><w:r>{runs}</w:r></w:p>'
