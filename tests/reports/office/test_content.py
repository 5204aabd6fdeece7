"""The content of a page: what a reader sees, as a plain record."""

import base64
from pathlib import Path

import pytest

from forecast.reports.office.content import Content, Figure, Heading, Items, Table, Text

PNG = b"\x89PNG made up"
CODE = base64.b64encode(PNG).decode()


def read(body: str, folder: Path | None = None) -> Content:
    """Read a page with this body."""
    return Content.read(f'<html lang="zh-CN"><body><main>{body}</main></body></html>', folder)


def blocks(body: str) -> tuple:
    """Blocks of a page's only section."""
    (section,) = read(f"<h1>A</h1><h2>S</h2>{body}").sections
    return section.blocks


def test_a_page_is_a_title_a_summary_and_sections() -> None:
    """Paragraphs above the first section are its lead; wrappers around sections change nothing."""
    content = read(
        "<h1>标题</h1><p>截至<br>昨天</p><section><h2>要点</h2><p>a</p></section>"
        "<div><div><h2>现状</h2><h3>甲</h3><h4>乙</h4><p>b</p></div></div>"
    )
    assert (content.title, content.language, content.lead) == ("标题", "zh", ("截至\n昨天",))
    assert content.summary.title == "要点" and content.summary.blocks == (Text("a"),)
    (annex,) = content.annexes
    assert annex.title == "现状"
    assert annex.blocks == (Heading("甲", 1), Heading("乙", 2), Text("b"))


def test_texts_are_those_of_a_browser() -> None:
    """Entities, line breaks and blanks as shown; a no-break space stays, marks of XML are text."""
    assert blocks("<p> a &lt;\n b&nbsp;c <b>d</b>e</p>") == (Text("a < b\xa0c de"),)
    assert blocks("<p>a\x0bb\x1fc</p>") == (Text("abc"),)
    assert blocks("<ul><li>a <ul><li>b</li></ul></li><li></li></ul>") == (Items(("a\nb",)),)
    assert blocks('<ol><li value="4">a</li><li>b</li></ol>') == (Items(("a", "b"), 4),)
    assert blocks("<div><span>3</span> of <b>9</b></div>") == (Text("3 of 9"),)
    assert blocks("<div>a<p>b</p>c</div>") == (Text("a"), Text("b"), Text("c"))


def test_what_is_for_a_screen_is_left_out() -> None:
    """Contents lists, buttons, scripts and what is marked so."""
    page = (
        "<nav><p>x</p></nav><button>x</button><script>x</script><style>x</style>"
        '<p class="note screen-only">x</p><p>a<span class="screen-only">x</span></p>'
    )
    assert blocks(page) == (Text("a"),)
    (table,) = blocks('<table><tr><td>a</td><td class="screen-only">x</td></tr></table>')
    assert table.rows == (("a",),)


def test_counts_stand_in_one_line_and_not_twice() -> None:
    """Tiles of counts are a sentence, or nothing where a sentence has said them."""
    tiles = "<ul class='key'{}><li><b>1</b> at risk</li><li><b>2</b> met</li></ul>"
    assert blocks(tiles.format("")) == (Text("1 at risk；2 met"),)
    assert blocks(tiles.format(" data-repeated")) == ()


def test_a_table_has_its_head_caption_and_columns_of_numbers() -> None:
    """Lines of a cell stay apart; without a caption it is that of the heading above."""
    row = (
        "<tr><th>n<small>%</small></th><td>12<br><small>x</small></td><td>≥&nbsp;5 (2025)</td></tr>"
    )
    table = f"<table><thead><tr><th>a</th><th>b</th><th>c</th></tr></thead>{row}</table>"
    heading, found, captioned = blocks(
        f"<h3>H</h3>{table}" + table.replace("<thead>", "<caption>C</caption><thead>")
    )
    assert heading == Heading("H")
    assert found == Table("H", ("a", "b", "c"), (("n\n%", "12\nx", "≥\xa05 (2025)"),))
    assert found.right == {1, 2} and captioned.caption == "C"


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["1", "–", "12.5"], True),
        (["+2.4\xa0pp", "−0.3\xa0pp"], True),
        (["58%", "<1%"], True),
        (["13,000 (2025)", ""], True),
        (["10200（2020）"], True),
        (["–", "–"], False),
        (["3/12 met"], False),
        (["likely"], False),
    ],
)
def test_numbers_are_known_by_their_form(cells: list[str], right: bool) -> None:
    """A column is aligned right if each of its cells is a number, or none is known."""
    assert bool(Table("", ("a",), tuple((cell,) for cell in cells)).right) == right


def test_a_bold_paragraph_heads_what_follows() -> None:
    """One that heads nothing is a text."""
    assert blocks("<p><strong>A</strong></p><p>b</p><p><b>C</b></p>") == (
        Heading("A", 1, strong=True), Text("b"), Text("C"),
    )  # fmt: skip
    assert blocks("<p><b>A whole sentence.</b></p><p>b</p>")[0] == Text("A whole sentence.")
    assert blocks("<h3>H</h3><p><b>A</b></p><p>b</p>")[1] == Heading("A", 2, strong=True)


def test_pictures_come_from_the_page_or_from_a_file_beside_it(tmp_path: Path) -> None:
    """With description, caption and width; of one without dots the description remains."""
    inside = f'<figure><img style="width:50%" alt="x" src="data:image/png;base64,{CODE}"></figure>'
    assert blocks(inside) == (Figure(PNG, "x", "x", 0.5),)
    (said,) = blocks(inside.replace('"x"', '"1.5 of 2 at risk. Then more."'))
    assert (said.caption, said.alt) == ("1.5 of 2 at risk", "1.5 of 2 at risk. Then more.")
    (tmp_path / "a.png").write_bytes(b"file")
    beside = (
        '<figure data-png="a.png"><img alt="x" src="data:image/svg+xml;base64,AA">'
        '<figcaption class="screen-only">x</figcaption><figcaption>C</figcaption></figure>'
    )
    page = f"<h1>A</h1><h2>S</h2>{beside}"
    assert read(page, tmp_path).summary.blocks == (Figure(b"file", "C", "x"),)
    assert read(page).summary.blocks == (Text("x"),)


def test_parts_of_slides_are_marked() -> None:
    """A part keeps its blocks for its slide; a section its title too."""
    content = read(
        '<h1>A</h1><h2>S</h2><div data-slide="finding"><p>a</p></div><p>b</p>'
        '<section data-slide="risk"><h2>R</h2><p>c</p></section>'
    )
    assert content.summary.slides == (("finding", (Text("a"),)),)
    assert content.annexes[0].slides == (("risk", (Heading("R"), Text("c"))),)
