"""Three slides of a page: the finding, what is at risk, what comes next."""

import base64
import html
import io
import time
from pathlib import Path

from PIL import Image
from pptx import Presentation

from forecast.reports.office.content import Content
from forecast.reports.office.measures import measure
from forecast.reports.office.slides import write_slides
from rendered import EVIL


def picture() -> str:
    """Figure of a white picture."""
    out = io.BytesIO()
    Image.new("RGB", (400, 900), "white").save(out, "png")
    code = base64.b64encode(out.getvalue()).decode()
    return f'<figure><img alt="x &amp; y" src="data:image/png;base64,{code}"></figure>'


def table(rows: int) -> str:
    """Table with a head and rows."""
    lines = "".join(f"<tr><td>指标{i}</td><td>{i}%</td></tr>" for i in range(rows))
    return f"<table><thead><tr><th>指标</th><th>概率</th></tr></thead>{lines}</table>"


MARKED = f"""<h1>丽水：2项有风险</h1><p>截至2025年</p><h2>摘要</h2>
<div data-slide="finding"><p>9项中6项按期</p></div><p>其余</p>{picture()}
<section data-slide="next"><h2>待公布</h2><ul><li>甲</li><li>乙</li></ul></section>
<section data-slide="risk"><h2>有风险的目标</h2><p>原因</p>{table(3)}</section>"""


def make(folder: Path, body: str, language: str = "zh-CN"):
    """Write a page as slides and open them again."""
    page = f'<html lang="{language}"><body><main>{body}</main></body></html>'
    write_slides(Content.read(page), folder / "x.pptx")
    return Presentation(folder / "x.pptx")


def texts(slide) -> list[str]:
    """Texts of a slide's shapes, the title first, without the foot."""
    shapes = [shape for shape in slide.shapes if shape.has_text_frame]
    return [shape.text_frame.text for shape in shapes][:-2]


def test_marked_parts_go_on_their_slides(tmp_path: Path) -> None:
    """In the order of the slides, whatever theirs on the page; the first has the headline."""
    first, second, third = make(tmp_path, MARKED).slides
    assert texts(first) == ["丽水：2项有风险", "9项中6项按期"]
    assert texts(second) == ["有风险的目标", "原因"] and texts(third) == ["待公布", "甲\n乙"]
    (picture,) = [s for s in first.shapes if s.shape_type == 13]
    assert picture._element.nvPicPr.cNvPr.get("descr") == "x & y"
    (shown,) = [s.table for s in second.shapes if s.has_table]
    rows = [[cell.text for cell in row.cells] for row in shown.rows]
    assert rows == [["指标", "概率"], ["指标0", "0%"], ["指标1", "1%"], ["指标2", "2%"]]
    for slide in (first, second, third):
        assert slide.shapes.title.text_frame.text  # outlines and screen readers need one


def test_a_page_without_marks_gives_its_first_parts(tmp_path: Path) -> None:
    """The summary, then what has a list or a table."""
    body = f"<h1>A</h1><h2>S</h2><p>b</p><h3>C</h3><p>d</p><h3>E</h3>{table(1)}<h2>F</h2>"
    made = make(tmp_path, body + "<ul><li>g</li><li>h</li></ul>")
    assert [texts(slide) for slide in made.slides] == [["A", "b"], ["E"], ["F", "g\nh"]]


def test_nothing_leaves_the_slide(tmp_path: Path) -> None:
    """Long lists and tables are cut, with a sign; pictures are made smaller."""
    items = "".join(f"<li>{'很长的一句话' * 12}</li>" for _ in range(30))
    body = (
        f"<h1>{'标题' * 40}</h1><h2>S</h2><p>a</p>{picture()}<h2>L</h2><ul>{items}</ul>"
        f"<h2>T</h2>{table(60)}"
    )
    made = make(tmp_path, body)
    assert len(made.slides) == 3
    for slide in made.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height
    assert texts(made.slides[1])[-1].endswith("…")
    frame = made.slides[1].shapes[1].text_frame
    size = frame.paragraphs[0].font.size.pt
    lines = sum(-(-measure(p.text) * size * 0.5 // (frame._parent.width.pt)) for p in
                frame.paragraphs)  # fmt: skip
    assert lines * size * 1.2 <= frame._parent.height.pt
    (shown,) = [s.table for s in made.slides[2].shapes if s.has_table]
    assert 10 < len(shown.rows) < 60


def test_markup_in_names_is_text(tmp_path: Path) -> None:
    """It is shown as it is written."""
    text = html.escape(EVIL)
    made = make(tmp_path, f"<h1>{text}</h1><h2>S</h2><p>{text}</p>")
    assert texts(made.slides[0]) == [EVIL, EVIL]


def test_the_same_page_gives_the_same_bytes(tmp_path: Path, monkeypatch) -> None:
    """On another day too."""
    make(tmp_path, MARKED)
    first = (tmp_path / "x.pptx").read_bytes()
    later = time.time() + 5 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    make(tmp_path, MARKED)
    assert (tmp_path / "x.pptx").read_bytes() == first
