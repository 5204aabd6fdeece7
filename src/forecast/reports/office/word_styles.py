"""Styles, numbering and page of a Word report, as official documents have them.

Chinese: A4 with the margins of GB/T 9704, body in 仿宋 of size 三号 (16 pt) on lines of 28 pt,
headings in 黑体 and 楷体, numbered 一、（一）1. by their styles, the page number between dashes.
English: the same styles with a serif body of 11.5 pt and decimal numbering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

__all__ = [
    "ANNEX", "CELL", "FORMS", "Form", "add_field", "prepare", "restart_numbering", "set_landscape"
]  # fmt: skip

ANNEX, CELL, HEAD_CELL = "Annex", "Table Text", "Table Head"
HEADINGS, ANNEXES = 20, 21
"""Ids of the two lists of numbers."""
MARGINS = {"top": 37, "bottom": 35, "left": 28, "right": 26}
"""Margins of an official document in millimetres."""


@dataclass(frozen=True)
class Font:
    """Fonts of Latin and of Chinese letters, size in points, bold."""

    latin: str
    chinese: str
    size: float
    bold: bool = False


@dataclass(frozen=True)
class Form:
    """How a language sets an official document.

    `levels` are Word's number formats and texts of the headings' levels (`%2` is the number of the
    second one), `annex` is the text of an annex's number, `gap` stands between number and text of
    a caption, `leading` is the distance of lines in points, `indent` that of a paragraph's first
    line in hundredths of a letter, `folio` the text of the page number.
    """

    fonts: dict[str, Font]
    levels: tuple[tuple[str, str], ...]
    annex: str
    gap: str
    leading: float
    indent: int
    folio: str


FORMS = {
    "zh": Form(
        fonts={
            "Normal": Font("Times New Roman", "仿宋", 16),
            "Title": Font("Times New Roman", "方正小标宋简体", 22),
            "Subtitle": Font("Times New Roman", "楷体", 16),
            ANNEX: Font("Times New Roman", "黑体", 16),
            "Heading 1": Font("Times New Roman", "黑体", 16),
            "Heading 2": Font("Times New Roman", "楷体", 16),
            "Heading 3": Font("Times New Roman", "仿宋", 16, bold=True),
            "Caption": Font("Times New Roman", "黑体", 12),
            CELL: Font("Times New Roman", "仿宋", 10.5),
            HEAD_CELL: Font("Times New Roman", "黑体", 10.5),
            "Footer": Font("宋体", "宋体", 14),
        },
        levels=(
            ("chineseCountingThousand", "%1、"),
            ("chineseCountingThousand", "（%2）"),
            ("decimal", "%3."),
        ),
        annex="附件%1　",
        gap="　",
        leading=28,
        indent=200,
        folio="— {page} —",
    )
}
FORMS["en"] = Form(
    fonts={
        "Normal": Font("Cambria", "宋体", 11.5),
        "Title": Font("Calibri", "黑体", 22, bold=True),
        "Subtitle": Font("Calibri", "宋体", 12),
        ANNEX: Font("Calibri", "黑体", 16, bold=True),
        "Heading 1": Font("Calibri", "黑体", 14, bold=True),
        "Heading 2": Font("Calibri", "黑体", 12.5, bold=True),
        "Heading 3": Font("Calibri", "黑体", 11.5, bold=True),
        "Caption": Font("Calibri", "黑体", 10.5, bold=True),
        CELL: Font("Calibri", "宋体", 9.5),
        HEAD_CELL: Font("Calibri", "黑体", 9.5, bold=True),
        "Footer": Font("Calibri", "宋体", 10),
    },
    levels=(("decimal", "%1  "), ("decimal", "%1.%2  "), ("lowerLetter", "(%3)  ")),
    annex="Annex %1  ",
    gap="  ",
    leading=16,
    indent=0,
    folio="{page}",
)


def prepare(document: Any, form: Form, language: str) -> None:
    """Set page, styles, numbering, language and page numbers of an empty document."""
    for name, font in form.fonts.items():
        _set_style(document, name, font)
    styles, normal = document.styles, document.styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing = Pt(0 if form.indent else 6), Pt(form.leading)
    _format(styles["Title"], align=WD_ALIGN_PARAGRAPH.CENTER, before=6, after=12, leading=1.2)
    _format(styles["Subtitle"], align=WD_ALIGN_PARAGRAPH.CENTER, after=4)
    _format(styles[ANNEX], before=18, after=8, keep=True)
    for level in (1, 2, 3):
        _format(styles[f"Heading {level}"], before=6, after=3, keep=True)
    _format(styles["Caption"], align=WD_ALIGN_PARAGRAPH.CENTER, before=6, after=4, leading=1.0)
    for name in (CELL, HEAD_CELL):
        _format(styles[name], leading=1.0)
    _format(styles[HEAD_CELL], align=WD_ALIGN_PARAGRAPH.CENTER)
    _format(styles["Footer"], align=WD_ALIGN_PARAGRAPH.CENTER, leading=1.0)
    _add_numbering(document, form)
    _set_language(document, language)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, size in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(size))
    _add_page_number(section, form.folio)


def set_landscape(section: Any) -> None:
    """Turn a section's page on its side, with its upper margin at the left."""
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for side, size in zip(("left", "right", "bottom", "top"), MARGINS.values(), strict=True):
        setattr(section, f"{side}_margin", Mm(size - 10 * (side in ("left", "right"))))


def restart_numbering(document: Any) -> int:
    """Add a list that numbers headings from 1 again; returns its id."""
    numbering = document.part.numbering_part.element
    number = max(int(num.numId) for num in numbering.num_lst) + 1
    starts = "".join(
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>'
        for level in range(3)
    )
    numbering.append(parse_xml(
        f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{HEADINGS}"/>{starts}'
        "</w:num>"
    ))  # fmt: skip
    return number


def add_field(paragraph: Any, instruction: str, number: int) -> None:
    """Add a number that Word counts; until it does, the one given is shown."""
    begin, separate, end = (
        f'<w:fldChar w:fldCharType="{t}"/>' for t in ("begin", "separate", "end")
    )
    instructed = f'<w:instrText xml:space="preserve"> {instruction} </w:instrText>'
    for content in (begin, instructed, separate, f"<w:t>{number}</w:t>", end):
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{content}</w:r>"))


def _set_style(document: Any, name: str, font: Font) -> None:
    """Give a style its fonts, in place of those of the template's theme; make a new one."""
    styles = document.styles
    if name not in [style.name for style in styles]:
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    style = styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(font.size), font.bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    if (old := properties.find(qn("w:rFonts"))) is not None:
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), font.latin)
    fonts.set(qn("w:eastAsia"), font.chinese)
    properties.insert(0, fonts)
    for tag in ("w:spacing", "w:kern"):  # of the template's letters
        if (extra := properties.find(qn(tag))) is not None:
            properties.remove(extra)


def _format(
    style: Any, *, align: Any = None, before: float = 0, after: float = 0,
    leading: float | None = None, keep: bool = False,
) -> None:  # fmt: skip
    paragraph = style.paragraph_format
    paragraph.alignment = align
    paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
    paragraph.keep_with_next = keep
    if leading is not None:
        paragraph.line_spacing = leading
    border = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)


def _add_numbering(document: Any, form: Form) -> None:
    """Add the lists that number headings and annexes by their styles."""
    numbering = document.part.numbering_part.element
    headings = [(f"Heading{n}", *level) for n, level in enumerate(form.levels, start=1)]
    lists = {HEADINGS: headings, ANNEXES: [("Annex", "decimal", form.annex)]}
    first = numbering.find(qn("w:num"))
    for number, levels in lists.items():
        texts = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            f'<w:pStyle w:val="{style}"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/>'
            '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
            for i, (style, kind, text) in enumerate(levels)
        )
        first.addprevious(parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">'
            f'<w:multiLevelType w:val="multilevel"/>{texts}</w:abstractNum>'
        ))  # fmt: skip
        numbering.append(parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
        ))  # fmt: skip
        for level, (style, *_) in enumerate(levels):
            element = document.styles.element.get_by_id(style)
            properties = element.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = level
            properties.get_or_add_numId().val = number
    outline = OxmlElement("w:outlineLvl")
    outline.set(qn("w:val"), "0")
    document.styles[ANNEX].element.get_or_add_pPr().append(outline)


def _set_language(document: Any, language: str) -> None:
    # Of Latin letters and digits: as Chinese ones they would be broken anywhere.
    tag = "en-GB" if language in ("zh", "en") else language
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), tag)
        element.set(qn("w:eastAsia"), "zh-CN")


def _add_page_number(section: Any, folio: str) -> None:
    before, after = folio.split("{page}")
    paragraph = section.footer.paragraphs[0]
    paragraph.style = "Footer"
    paragraph.add_run(before)
    add_field(paragraph, "PAGE", 1)
    paragraph.add_run(after)
