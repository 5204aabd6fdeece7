"""HTML of a report's sections: paragraphs, lists, tables and figures, with every text escaped."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from ..i18n.formatting import NO_VALUE

if TYPE_CHECKING:
    from ..charts.style import Figure

__all__ = [
    "Cells", "Html", "bullets", "chinese", "heading", "paragraph", "picture", "safe", "section",
    "tabulate",
]  # fmt: skip


@dataclass(frozen=True)
class Html:
    """A piece of the page; Jupyter and nbconvert show it as HTML."""

    # Jupyter keeps the plain form as well, which would double every notebook.
    text: str = field(repr=False)

    def _repr_html_(self) -> str:
        return self.text


Cells = Mapping[str, "str | Html"]
"""Cells of a table's row by their columns' heads."""


def section(title: str, *parts: str) -> Html:
    """Join the parts of a section under its title; empty ones are left out."""
    return Html("\n".join([heading(title), *filter(None, parts)]))


def safe(text: object) -> str:
    """Escape what would be markup.

    >>> safe("a < b")
    'a &lt; b'
    """
    return html.escape(str(text))


def paragraph(text: str, *, strong: bool = False) -> str:
    """Format a paragraph.

    >>> paragraph("a < b", strong=True)
    '<p><strong>a &lt; b</strong></p>'
    """
    return f"<p><strong>{safe(text)}</strong></p>" if strong else f"<p>{safe(text)}</p>"


def heading(text: str, level: int = 2) -> str:
    """Format a heading.

    >>> heading("a < b", 3)
    '<h3>a &lt; b</h3>'
    """
    return f"<h{level}>{safe(text)}</h{level}>"


def bullets(items: Iterable[str | Html]) -> str:
    r"""Format a list, an item a line; empty items are left out.

    >>> bullets(["a < b", "", Html("<b>c</b>")])
    '<ul>\n<li>a &lt; b</li>\n<li><b>c</b></li>\n</ul>'
    """
    lines = [item.text if isinstance(item, Html) else safe(item) for item in items]
    return "<ul>\n" + "\n".join(f"<li>{line}</li>" for line in lines if line) + "\n</ul>"


def chinese(text: object, *, before: str = "") -> Html:
    """Mark a text of the documents as Chinese, after a text of the report's language.

    >>> chinese("甲", before="[1] ").text
    '[1] <span lang="zh">甲</span>'
    """
    marked = f'<span lang="zh">{safe(text)}</span>' if text else ""
    return Html(safe(before) + marked or NO_VALUE)


def tabulate(rows: Sequence[Cells], *, words: bool = False, lean: bool = False) -> str:
    """Format a table; the first column heads its rows, lines after the first in a cell are small.

    Columns are aligned right, as figures are; those of `words` left. A cell that is `Html` is put
    in as it is. `lean` leaves out columns without any value.

    >>> table = tabulate([{"name": "a", "b & c": "d < e", "f": "–"}], lean=True)
    >>> "<th>b &amp; c</th>" in table, "<td>d &lt; e</td>" in table, "<th>f</th>" in table
    (True, True, False)
    """
    table = pd.DataFrame(rows)
    if lean:
        table = table.loc[:, table.ne(NO_VALUE).any()]
    cells = table.map(_format_cell)
    cells.columns = pd.Index([safe(head) for head in cells.columns])
    head = str(cells.columns[0])
    cells = cells.set_index(head).rename_axis(index=None, columns=head)
    with pd.option_context("display.max_colwidth", None):
        text = str(cells.to_html(escape=False, border=0))
    if words:
        for tag in ("th", "td"):
            text = text.replace(f"<{tag}>", f'<{tag} style="text-align:left;min-width:6em">')
    return text


def _format_cell(text: str | Html) -> str:
    if isinstance(text, Html):
        return text.text
    first, *rest = safe(text).split("\n")
    return f"{first}<br><small>{'<br>'.join(rest)}</small>" if rest else first


def picture(figure: Figure, text: str, *, share: float = 1.0) -> str:
    """Embed a figure over a `share` of the page's width, with a description."""
    from ..charts.style import to_png

    data = base64.b64encode(to_png(figure)).decode()
    return (
        f'<figure style="margin:0"><img style="width:{100 * share:.0f}%" '
        f'alt="{safe(text)}" src="data:image/png;base64,{data}"></figure>'
    )
