"""Pieces of a page as data and as HTML, which the macros of `templates/macros.html.j2` write."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from ..i18n.formatting import NO_VALUE

if TYPE_CHECKING:
    from jinja2 import Environment

    from ..tables.names import Names

__all__ = [
    "Cells", "Html", "bullets", "chinese", "environment", "fill_macro", "paragraph",
    "safe", "style", "tabulate",
]  # fmt: skip

NUMBER = re.compile(
    r"[−+<>≥≤≈~(（]?\s*\d[\d,.]*\s*(%|‰|pp|[万亿]?元?|个百分点|[mb]illion yuan)?(\s|$|[（(/])"
)
"""The first line of a cell that is set as a number."""
LONGEST_NUMBER = 24
"""Letters of a number with its unit and year; what is longer is a sentence that may be broken."""
FEW_ROWS = 3
"""Rows from which on a column of one value becomes a note under the table."""


@dataclass(frozen=True)
class Html:
    """A piece of the page; Jupyter and nbconvert show it as HTML, and so do templates."""

    # Jupyter keeps the plain form as well, which would double every notebook.
    text: str = field(repr=False)

    def _repr_html_(self) -> str:
        return self.text

    def __html__(self) -> str:
        """Return the piece as HTML, for templates."""
        return self.text


Cells = Mapping[str, "str | Html"]
"""Cells of a table's row by their columns' heads."""


@functools.cache
def environment() -> Environment:
    """Return the environment of all templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(str(__package__)), autoescape=True, undefined=StrictUndefined,
        keep_trailing_newline=True, trim_blocks=True,
    )  # fmt: skip


@functools.cache
def style() -> str:
    """Return the style sheet of every page."""
    return (resources.files(__package__) / "static/report.css").read_text(encoding="utf-8")


def safe(text: object) -> str:
    """Escape what would be markup.

    >>> safe("a < b")
    'a &lt; b'
    """
    return str(escape(str(text)))


def paragraph(text: str, *, strong: bool = False) -> str:
    """Format a paragraph.

    >>> str(paragraph("a < b", strong=True))
    '<p><strong>a &lt; b</strong></p>'
    """
    return fill_macro("paragraph", text, strong=strong)


def bullets(items: Iterable[str | Html]) -> str:
    r"""Format a list, an item a line; empty items are left out.

    >>> str(bullets(["a < b", "", Html("<b>c</b>")]))
    '<ul>\n<li>a &lt; b</li>\n<li><b>c</b></li>\n</ul>\n'
    """
    return fill_macro("bullets", [item for item in items if item])


def chinese(text: object, *, before: str = "") -> Html:
    """Mark a text of the documents as Chinese, after a text of the report's language.

    >>> chinese("甲", before="[1] ").text
    '[1] <span lang="zh">甲</span>'
    """
    return Html(str(fill_macro("chinese", text, before)) or NO_VALUE)


def printed(names: Names, row: Mapping[str, Any], stem: str) -> Html:
    """Return a text of the documents in the reader's language, else as printed, marked as Chinese.

    >>> import forecast as fc
    >>> from forecast.tables.names import Names
    >>> names = Names(fc.load_plan("lishui"), "en")
    >>> printed(names, {"name_zh": "甲", "name_en": "A & B"}, "name").text
    'A &amp; B'
    """
    own = row.get(f"{stem}_{names.data_language}")
    return (
        Html(str(escape(own)))
        if own and names.data_language != "zh"
        else chinese(row[f"{stem}_zh"])
    )


def tabulate(rows: Sequence[Cells], *, names: Names | None = None, caption: str = "") -> str:
    """Format a table; the first column heads its rows, lines after the first in a cell are small.

    Columns of numbers are aligned right, others left. A column without any value is left out; with
    `names`, so is one of one value, which a sentence under the table then gives.

    >>> table = tabulate([{"name": "a", "b & c": "d < e", "f": "–", "g": "12"}])
    >>> [part in table for part in ("b &amp; c</th>", ">d &lt; e</td>", "f</th>", 'class="n">12<')]
    [True, True, False, True]
    """
    columns = {head: [row[head] for row in rows] for head in rows[0]}
    first = next(iter(columns))
    same = {
        head: cells[0]
        for head, cells in columns.items()
        if head != first and len({str(escape(cell)) for cell in cells}) == 1
    }
    empty = {head for head, cell in same.items() if cell in (NO_VALUE, "")}
    fixed = {h: c for h, c in same.items() if names and len(rows) >= FEW_ROWS and h not in empty}
    heads = [head for head in columns if head not in empty and head not in fixed]
    numeric = [head for head in heads if head != first and all(map(_is_number, columns[head]))]
    table = fill_macro("table", heads, rows, numeric, caption)
    return table + paragraph(_describe_fixed(names, fixed)) if names and fixed else table


def fill_macro(name: str, *values: Any, **options: Any) -> Markup:
    """Write a piece with one of the macros."""
    return Markup(getattr(environment().get_template("macros.html.j2").module, name)(
        *values, **options
    ))  # fmt: skip


def _is_number(cell: str | Html) -> bool:
    text = str(cell).partition("\n")[0]
    return text in (NO_VALUE, "") or (len(text) <= LONGEST_NUMBER and bool(NUMBER.match(text)))


def _describe_fixed(names: Names, fixed: Mapping[str, str | Html]) -> str:
    facts = [
        names.gettext("{area}: {names}", area=head, names=str(cell).replace("\n", " "))
        for head, cell in fixed.items()
    ]
    return names.gettext("The same in all rows: {facts}.", facts=names.join(facts))
