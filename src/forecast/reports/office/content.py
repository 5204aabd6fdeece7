"""The content of a report's page as a plain record: summary, sections, tables, figures.

What the page says is read back from its HTML, so that every form of a report has the same words and
numbers. The first section is the summary. A section or part with `data-slide` goes on a slide; what
has the class `screen-only` is for readers at a screen and is left out, as are links and scripts.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import html

from ...i18n.catalog import gettext
from ...i18n.formatting import NO_VALUE

__all__ = ["Block", "Content", "Figure", "Heading", "Items", "Section", "Table", "Text"]

SKIPPED = ("script", "style", "nav", "button", "template", "head", "svg")
SCREEN_ONLY = "screen-only"
BLOCKS = (
    "p", "ul", "ol", "table", "figure", "img", "blockquote", "pre", "summary",
    "h1", "h2", "h3", "h4",
)  # fmt: skip
BREAKS = ("br", "div", "p", "ul", "ol", "li", "dt", "dd")
PNG = "data:image/png;base64,"
SENTENCE = re.compile(r"\u3002|\uff1b|[.;](?=\s|$)")
"""The end of a description's first sentence, which is the caption."""
WIDTH = re.compile(r"width:\s*(\d+)%")
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may hold."""
FIGURES = re.compile(r"[−+<>≥≤≈~(（\s]*\d[\d,.\s–−%‰/:()（）万亿p×]*(\s*\(\d[\d-]*\))?|–|")
"""First lines of the cells of a column that is aligned right."""


@dataclass(frozen=True)
class Heading:
    """A heading within a section; `level` counts from 1, `strong` was a paragraph in bold."""

    text: str
    level: int = 1
    strong: bool = False


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list; `start` is the number of the first item, None for bullets."""

    items: tuple[str, ...]
    start: int | None = None


@dataclass(frozen=True)
class Table:
    """A table of texts; `right` are the indices of the columns with numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def right(self) -> frozenset[int]:
        """Indices of the columns that hold numbers, which are aligned right."""
        columns = enumerate(zip(*self.rows, strict=True))
        return frozenset(
            i
            for i, cells in columns
            if all(FIGURES.fullmatch(cell.partition("\n")[0]) for cell in cells)
            and set(cells) - {"", NO_VALUE}
        )


@dataclass(frozen=True)
class Figure:
    """A picture; `share` is the part of the text's width that it takes."""

    png: bytes = field(repr=False)
    caption: str
    alt: str
    share: float = 1.0


Block = Heading | Text | Items | Table | Figure


@dataclass(frozen=True)
class Section:
    """A section of the page; `slide` is the slide that its part goes on, if any."""

    title: str
    blocks: tuple[Block, ...]
    slides: tuple[tuple[str, tuple[Block, ...]], ...] = ()


@dataclass(frozen=True)
class Content:
    """A report: headline, the lines below it, the summary and the other sections.

    Examples
    --------
    >>> page = "<h1>A</h1><p>As of today</p><h2>S</h2><p>b &lt; c</p><h2>T</h2><ul><li>d</li></ul>"
    >>> content = Content.read(page)
    >>> content.title, content.lead, content.summary.blocks
    ('A', ('As of today',), (Text(text='b < c'),))
    >>> content.annexes[0].title, content.annexes[0].blocks
    ('T', (Items(items=('d',), start=None),))
    """

    title: str
    language: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def summary(self) -> Section:
        """The first section."""
        return self.sections[0] if self.sections else Section("", ())

    @property
    def annexes(self) -> tuple[Section, ...]:
        """The sections after the first one."""
        return self.sections[1:]

    @staticmethod
    def read(page: str, folder: Path | None = None) -> Content:
        """Read a page; pictures that are files beside it (`data-png`) come from `folder`."""
        parser = html.HTMLParser(huge_tree=True, encoding="utf-8")
        root = html.document_fromstring(page.encode(), parser=parser)
        return _Reader(folder).read(root)


class _Reader:
    """Walks through a page and collects its blocks by section."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.title = self.language = ""
        self.sections: list[tuple[str, list[Block]]] = [("", [])]
        self.slides: dict[int, list[tuple[str, tuple[Block, ...]]]] = {}

    def read(self, root: html.HtmlElement) -> Content:
        self.language = (root.get("lang") or "")[:2]
        mains = root.findall(".//main")
        self._walk(mains[0] if mains else root.find("body"))
        lead = tuple(b.text for b in self.sections[0][1] if isinstance(b, Text))
        sections = tuple(
            Section(title, _with_captions(title, blocks), tuple(self.slides.get(i, ())))
            for i, (title, blocks) in enumerate(self.sections)
            if i and (title or blocks)
        )
        return Content(self.title, self.language, lead, sections)

    def _walk(self, parent: html.HtmlElement) -> None:
        self._add_text(_clean(parent.text or ""))
        for child in parent:
            if not _is_hidden(child):
                before = len(self.sections), len(self.sections[-1][1])
                if child.tag in BLOCKS or next(child.iter(*BLOCKS), None) is None:
                    self._read_block(child)
                else:
                    self._walk(child)
                if slide := child.get("data-slide"):
                    self._mark(slide, before)
            self._add_text(_clean(child.tail or ""))

    def _add_text(self, text: str) -> None:
        if text:
            self.sections[-1][1].append(Text(text))

    def _mark(self, slide: str, before: tuple[int, int]) -> None:
        """Keep what an element with `data-slide` holds; a whole section brings its title."""
        count, length = before
        last = len(self.sections) - 1
        title, blocks = self.sections[last]
        inside = blocks[length:] if len(self.sections) == count else [Heading(title), *blocks]
        self.slides.setdefault(last, []).append((slide, tuple(inside)))

    def _read_block(self, element: html.HtmlElement) -> None:
        readers: dict[str, Callable[[html.HtmlElement], Iterator[Block]]] = {
            "ul": _read_items, "ol": _read_items, "table": _read_table,
            "figure": self._read_figure, "img": self._read_figure,
        }  # fmt: skip
        tag, text = str(element.tag), _text(element)
        if tag == "h1" and not self.title:
            self.title = text
        elif tag in ("h1", "h2"):
            self.sections.append((text, []))
        elif tag == "ul" and "key" in (element.get("class") or ""):
            counts = [_text(item) for item in element.findall("li")]
            self._add_text(gettext("; ", self.language).join(counts))
        elif tag in readers:
            self.sections[-1][1].extend(readers[tag](element))
        elif tag in ("h3", "h4"):
            self.sections[-1][1].append(Heading(text, int(tag[1]) - 2))
        elif text:
            # A paragraph that is bold as a whole heads what follows, if it is no sentence.
            strong = [c for c in element if c.tag in ("strong", "b")]
            bold = tag == "p" and len(strong) == 1 and _text(strong[0]) == text
            heads = tag == "summary" or (bold and not text.endswith((".", "\u3002")))
            blocks = self.sections[-1][1]
            above = any(isinstance(b, Heading) and not b.strong for b in blocks)
            heading = Heading(text.rstrip(":\uff1a"), 1 + above, strong=True)
            blocks.append(heading if heads else Text(text))

    def _read_figure(self, element: html.HtmlElement) -> Iterator[Block]:
        """Read the pictures and tables of a figure; of a picture without dots its description."""
        captions = [_text(c) for c in element.iter("figcaption") if not _is_hidden(c)]
        for image in element.iter("img"):
            alt = _clean(image.get("alt") or "")
            caption = captions[0] if captions else SENTENCE.split(alt, maxsplit=1)[0]
            if png := self._read_png(image, element):
                widths = (WIDTH.search(e.get("style") or "") for e in (image, element))
                share = min([int(found[1]) / 100 for found in widths if found] or [1.0])
                yield Figure(png, caption, alt or caption, share)
            elif alt:
                yield Text(alt)
        for table in element.iter("table"):
            yield from _read_table(table)

    def _read_png(self, image: html.HtmlElement, figure: html.HtmlElement) -> bytes | None:
        source = str(image.get("src", ""))
        if source.startswith(PNG):
            return base64.b64decode(source.removeprefix(PNG))
        name = image.get("data-png") or figure.get("data-png")
        file = self.folder / name if name and self.folder else None
        return file.read_bytes() if file and file.is_file() else None


def _with_captions(title: str, blocks: list[Block]) -> tuple[Block, ...]:
    """Give tables without a caption that of their heading; what heads nothing becomes a text."""
    under, out = title, list[Block]()
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):  # none of no blocks
        if isinstance(block, Heading):
            empty = after is None or isinstance(after, Heading)
            under = under if block.strong and empty else block.text
            out.append(Text(block.text) if block.strong and empty else block)
        elif isinstance(block, Table) and not block.caption:
            out.append(replace(block, caption=under))
        else:
            out.append(block)
    return tuple(out)


def _read_items(element: html.HtmlElement) -> Iterator[Block]:
    items = [(child, _text(child)) for child in element.findall("li")]
    kept = tuple(text for _, text in items if text)
    if kept:
        first = items[0][0].get("value") or element.get("start") or "1"
        yield Items(kept, int(first) if element.tag == "ol" else None)


def _read_table(element: html.HtmlElement) -> Iterator[Block]:
    rows = [row for row in element.iter("tr") if len(row)]
    heads = [r for r in rows if r.getparent().tag == "thead" or all(c.tag == "th" for c in r)]
    body = [_cells(row) for row in rows if row not in heads]
    if not body:
        return
    captions = [_text(c) for c in element.iter("caption")]
    width = max(len(row) for row in body)
    head = _cells(heads[-1]) if heads else []
    padded = [(row + [""] * width)[:width] for row in (head, *body)]
    yield Table(captions[0] if captions else "", tuple(padded[0]), tuple(map(tuple, padded[1:])))


def _cells(row: html.HtmlElement) -> list[str]:
    """Texts of a row; a cell over several columns is followed by empty ones."""
    out: list[str] = []
    for cell in row:
        if cell.tag in ("th", "td") and not _is_hidden(cell):
            span = str(cell.get("colspan", "1"))
            out += [_text(cell), *[""] * (int(span) - 1 if span.isdigit() else 0)]
    return out


def _text(element: html.HtmlElement) -> str:
    """Text of an element as a browser shows it, with line breaks where it has any."""
    parts: list[str] = [element.text or ""]
    for child in element:
        small = child.tag == "small" and element.tag in ("td", "th")
        broken = small or child.tag in BREAKS
        parts += [] if _is_hidden(child) else ["\x00" * broken, _raw(child)]
        parts.append(child.tail or "")
    return _clean("".join(parts))


def _is_hidden(element: html.HtmlElement) -> bool:
    """Whether an element is a comment, a repetition, or for screens only."""
    if (
        not isinstance(element.tag, str)
        or element.tag in SKIPPED
        or "data-repeated" in element.attrib
    ):
        return True
    return SCREEN_ONLY in (element.get("class") or "").split()


def _raw(element: html.HtmlElement) -> str:
    return _text(element).replace("\n", "\x00")


def _clean(text: str) -> str:
    lines = (re.sub(r"[ \t\n\r\f]+", " ", line).strip(" ") for line in text.split("\x00"))
    return UNPRINTABLE.sub("", "\n".join(line for line in lines if line))
