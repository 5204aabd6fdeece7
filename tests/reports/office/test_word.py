"""The Word document: the page's words in the form of official documents."""

import base64
import html
import io
import re
import time
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from forecast.reports.office.content import Content
from forecast.reports.office.word import write_word
from rendered import EVIL, cells, notebook_of

LONG = "".join(f"<tr><td>行{i}</td><td>{i}</td></tr>" for i in range(60))


def picture(width: int = 400, height: int = 200) -> str:
    """Figure of a white picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "png")
    code = base64.b64encode(out.getvalue()).decode()
    return f'<figure><img alt="所有目标 &amp; 现状" src="data:image/png;base64,{code}"></figure>'


BODY = f"""<h1>丽水：2项有风险</h1><p>截至2025年</p>
<h2>要点</h2><h3>有风险的</h3><p>甲 &lt; 乙</p><h4>原因</h4><ul><li>=1+1</li></ul><h3>待办</h3>
<h2>现状</h2><h3>保障</h3><table><thead><tr><th>指标</th><th>数</th></tr></thead>{LONG}</table>
<h2>图</h2><h3>走势</h3>{picture()}"""


def make(folder: Path, body: str = BODY, language: str = "zh-CN"):
    """Write a page as a document and open it again."""
    page = f'<html lang="{language}"><body><main>{body}</main></body></html>'
    write_word(Content.read(page), folder / "x.docx")
    return docx.Document(folder / "x.docx")


def styles(document) -> list[tuple[str, str]]:
    """Style and text of each paragraph outside tables."""
    return [(p.style.name, p.text) for p in document.paragraphs]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory):
    """The page above as a document."""
    return make(tmp_path_factory.mktemp("word"))


def test_the_parts_are_known_by_their_styles(document) -> None:
    """Title, lead, summary with headings of two levels, then an annex a section."""
    found = styles(document)
    assert found[:5] == [
        ("Title", "丽水：2项有风险"), ("Subtitle", "截至2025年"), ("Heading 1", "有风险的"),
        ("Normal", "甲 < 乙"), ("Heading 2", "原因"),
    ]  # fmt: skip
    assert ("Normal", "附件：1. 现状、2. 图") in found
    assert [text for style, text in found if style == "Annex"] == ["现状", "图"]
    assert [text for style, text in found if style == "Caption"] == [
        "表1　保障",
        "图1　所有目标 & 现状",
    ]


def test_numbers_of_headings_come_from_the_styles(document) -> None:
    """一、（一）1. in the summary and from the first again in each annex; annexes are counted."""
    lists = {n.get(qn("w:abstractNumId")): n for n in document.part.numbering_part.element
             if n.tag == qn("w:abstractNum")}  # fmt: skip
    of_style = {}
    for item in lists.values():
        for level in item.iter(qn("w:lvl")):
            kind, text = (level.find(qn(f"w:{tag}")).get(qn("w:val")) for tag in
                          ("numFmt", "lvlText"))  # fmt: skip
            style = level.find(qn("w:pStyle"))
            of_style[style.get(qn("w:val")) if style is not None else ""] = (kind, text)
    assert of_style["Heading1"] == ("chineseCountingThousand", "%1、")
    assert of_style["Heading2"] == ("chineseCountingThousand", "（%2）")
    assert of_style["Heading3"] == ("decimal", "%3.")
    assert of_style["Annex"] == ("decimal", "附件%1　")
    own = {p.text: p._p.pPr.numPr.numId.val for p in document.paragraphs
           if p.style.name == "Heading 1" and p._p.pPr.numPr is not None}  # fmt: skip
    assert set(own) == {"保障", "走势"} and len(set(own.values())) == 2
    starts = [n for n in document.part.numbering_part.element.num_lst if n.numId in own.values()]
    assert all(len(n.lvlOverride_lst) == 3 for n in starts)


def test_fonts_and_page_are_those_of_official_documents(document) -> None:
    """仿宋 of 16 points by style, A4, the page number between dashes in the footer."""
    normal = document.styles["Normal"]
    assert normal.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "仿宋"
    assert normal.font.size.pt == 16 and normal.paragraph_format.line_spacing.pt == 28
    first, *_ = document.sections
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    footer = first.footer.paragraphs[0]
    assert footer.text.startswith("— ") and "PAGE" in footer._p.xml


def test_tables_repeat_their_heads_and_keep_their_rows(document) -> None:
    """Each row has its cells; numbers are aligned right; no row is broken by a page."""
    (table,) = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [["指标", "数"], *([f"行{i}", str(i)] for i in range(60))]
    properties = [row._tr.trPr for row in table.rows]
    assert all(p.find(qn("w:cantSplit")) is not None for p in properties)
    heads = [p.find(qn("w:tblHeader")) is not None for p in properties]
    assert heads == [True] + [False] * 60
    assert [c.paragraphs[0].alignment for c in table.rows[1].cells] == [None, 2]


def test_pictures_have_their_description_and_fit_the_page(document) -> None:
    """The alternative text is the page's; no picture is wider or higher than the text."""
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "所有目标 & 现状"
    section = document.sections[-1]
    assert shape.width <= section.page_width - section.left_margin - section.right_margin


def test_a_high_picture_fits_the_page(tmp_path: Path) -> None:
    """Its proportions stay."""
    made = make(tmp_path, f"<h1>A</h1><h2>S</h2>{picture(100, 4000)}")
    (shape,) = made.inline_shapes
    assert shape.height < made.sections[0].page_height
    assert shape.height / shape.width == pytest.approx(40, rel=0.01)


def test_wide_tables_turn_the_annexes(tmp_path: Path) -> None:
    """From seven columns on; the summary stays upright."""
    row = "<tr>" + "<td>a</td>" * 7 + "</tr>"
    made = make(tmp_path, f"<h1>A</h1><h2>S</h2><p>b</p><h2>T</h2><table>{row}</table>")
    assert [s.page_width > s.page_height for s in made.sections] == [False, True]


def test_english_documents_count_in_their_own_way(tmp_path: Path) -> None:
    """Decimal numbers, Annex 1, Table 1; nothing of the program's is in Chinese."""
    made = make(tmp_path, "<h1>A</h1><h2>S</h2><h3>B</h3><p>c</p><h2>Annex: t</h2>"
                "<table><tr><td>d</td></tr></table>", "en")  # fmt: skip
    assert ("Normal", "Annexes: 1. T") in styles(made)
    assert ("Caption", "Table 1  Annex: t") in styles(made)
    assert 'w:lvlText w:val="Annex %1  "' in made.part.numbering_part.element.xml


def test_an_empty_page_is_still_a_document(tmp_path: Path) -> None:
    """A title alone."""
    assert styles(make(tmp_path, "<h1>A</h1>")) == [("Title", "A")]


def test_markup_and_formulas_in_names_are_text(tmp_path: Path) -> None:
    """What would be XML, a field or a formula is shown as it is written."""
    texts = [EVIL, "=1+1", "{ DATE }", "@x", "]]>", "\x07bell"]
    listed = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
    tables = "".join(f"<tr><td>{html.escape(text)}</td></tr>" for text in texts)
    made = make(tmp_path, f"<h1>{html.escape(EVIL)}</h1><h2>S</h2><ul>{listed}</ul>"
                f"<table>{tables}</table>")  # fmt: skip
    shown = [text.replace("\x07", "") for text in texts]
    assert made.core_properties.title == EVIL
    assert [text for style, text in styles(made) if style == "List Bullet"] == shown
    assert [row.cells[0].text for row in made.tables[0].rows] == shown


def test_the_same_page_gives_the_same_bytes(tmp_path: Path, monkeypatch) -> None:
    """On another day too: reports that did not change have the same hash."""
    make(tmp_path)
    first = (tmp_path / "x.docx").read_bytes()
    later = time.time() + 5 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    make(tmp_path)
    assert (tmp_path / "x.docx").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "x.docx") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert docx.Document(tmp_path / "x.docx").core_properties.created.year == 1980


def test_every_cell_of_a_report_is_in_its_document(tmp_path: Path) -> None:
    """The tables of a monitoring report, read back, are those of its page, in at most a second."""
    notebook = notebook_of("monitoring", region="lishui", as_of="2022-12-31")
    notebook.sections = [s for s in notebook.sections if not re.search("chart|dashboard", s)]
    page = notebook.render("zh")
    started = time.process_time()
    made = make(tmp_path, page)
    assert time.process_time() - started < 1.0
    written = [[" ".join(cell.text.split()) for cell in row.cells]
               for table in made.tables for row in table.rows]  # fmt: skip
    shown = cells(page)
    assert len(written) > 10
    assert [[c.replace(" ", "") for c in row] for row in written] == [
        [c.replace(" ", "") for c in row] for row in shown
    ]
