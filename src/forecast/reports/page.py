"""One offline HTML page of an executed notebook: its prose, tables and pictures, no code.

The page has a table of contents made of its headings of the second level, carries its own style,
reads on a screen and prints on A4. It needs no network: nbconvert's usual templates fetch MathJax
and require.js, so the body comes from its basic template. Cells tagged `guide` explain the notebook
to those who run it and are left out.
"""

from __future__ import annotations

import functools
import logging
import re
from typing import TYPE_CHECKING, Any

from .._version import __version__
from ..i18n.catalog import N_, gettext
from .html import environment, style

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from nbconvert.exporters import HTMLExporter
    from nbformat import NotebookNode

__all__ = ["finish_page", "network_references", "render_template", "to_html"]

log = logging.getLogger(__name__)

MIME_TYPES = (
    "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"
)  # fmt: skip
"""Forms of an output that a page can show, the best one first."""
CITE = N_("Cite as: {title}. {about}. Made with forecast {version}.")
LANGUAGE_TAGS = {"zh": "zh-CN"}
"""HTML's tags of languages, where they differ from our codes."""
REMOTE = re.compile(r"\s*(https?:)?//", re.IGNORECASE)
PERCENT = re.compile(r"(?<=\d) %(?![0-9A-F]{2})")
"""A sign that a line break would part from its number; not an escape in an address."""
REMOTE_STYLE = re.compile(r"@import|url\(\s*['\"]?\s*(https?:)?//", re.IGNORECASE)


def to_html(
    notebook: NotebookNode, *, language: str, title: str, back: str = "", mark: str = ""
) -> str:
    """Return the page; its title is the first heading of the notebook, else `title`.

    Standard error of the cells stays in the notebook and is logged, not shown.

    Parameters
    ----------
    notebook : an executed notebook
    language : code of the prose's language, such as `zh` or `en`
    title : used where the notebook has no heading of the first level
    back : address of the list of all reports, if there is one
    mark : what is written on every page, as that the data are an example
    """
    from bs4 import BeautifulSoup

    body, _ = _exporter().from_notebook_node(notebook)
    soup = BeautifulSoup(body, "html.parser")
    _tidy(soup, language, title)
    return finish_page(soup, language=language, title=title, back=back, mark=mark)


def finish_page(
    soup: BeautifulSoup, *, language: str, title: str, back: str = "", mark: str = ""
) -> str:
    """Put the sections of a report into a page, with a list of contents; see `to_html`."""
    heading, about, news = (
        found.get_text(" ", strip=True) if found else ""
        for found in (soup.find("h1"), *map(soup.select_one, (".kicker", ".news")))
    )
    contents = _list_contents(soup)
    return render_template(
        "page.html.j2",
        language=language,
        title=heading or title,
        running=about or title,
        news=news,
        back=back,
        mark=mark,
        back_title=gettext("All reports", language),
        contents=contents if len(contents) > 1 else [],
        contents_title=gettext("Contents", language),
        citation=gettext(CITE, language).format(title=heading, about=about, version=__version__)
        if heading and about
        else "",
        body=PERCENT.sub("\N{NO-BREAK SPACE}%", str(soup)),
    )


def render_template(template: str, *, language: str, title: str, **values: object) -> str:
    """Fill one of the templates that extend `page.html.j2`; `body` is put in as it is.

    >>> "<title>a &lt; b</title>" in render_template(
    ...     "page.html.j2", language="en", title="a < b", body="")
    True
    """
    from markupsafe import Markup

    shown: dict[str, object] = {
        "back": "",
        "citation": "",
        "mark": "",
        "news": "",
        "contents": [],
        "contents_title": "",
        **values,
    }
    shown |= {"style": Markup(style()), "body": Markup(values.get("body", ""))}
    tag = LANGUAGE_TAGS.get(language, language)
    return environment().get_template(template).render(language=tag, title=title, **shown)


@functools.cache
def _exporter() -> HTMLExporter:
    """Make the exporter of notebooks as HTML without code."""
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.NbConvertBase.display_data_priority = list(MIME_TYPES)
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"guide"}
    make: Any = HTMLExporter  # its constructor has no types
    exporter: HTMLExporter = make(
        config=config,
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    exporter.log = log.getChild("nbconvert")
    exporter.log.setLevel(logging.ERROR)  # it warns of alternative texts, which are set below
    return exporter


def network_references(page: str) -> list[str]:
    """List what a page would fetch or run beyond itself: remote sources, scripts, style imports.

    A plain link that a reader may follow is none.

    >>> network_references('<p><a href="https://x.org">x</a> <img src="data:image/png;base64,AA">')
    []
    >>> network_references('<img src="//x.org/a.png"><script>1</script>')
    ['<img src="//x.org/a.png"/>', '<script>1</script>']
    """
    from bs4 import BeautifulSoup

    references = []
    for tag in BeautifulSoup(page, "html.parser").find_all(True):
        loads = ("src", "srcset", "data", "poster", "xlink:href", *(["href"] * (tag.name != "a")))
        remote = any(REMOTE.match(str(tag.get(name, ""))) for name in loads)
        style = tag.get_text() if tag.name == "style" else str(tag.get("style", ""))
        if tag.name == "script" or remote or REMOTE_STYLE.search(style):
            references.append(str(tag)[:120])
    return references


def _tidy(soup: BeautifulSoup, language: str, title: str) -> None:
    """Drop warnings and empty cells; describe pictures in the page's language."""
    for stream in soup.select(".output_stderr"):
        log.warning("%s: %s", title, stream.get_text().strip())
        stream.decompose()
    for cell in soup.select(".code_cell"):
        if not cell.get_text(strip=True) and not cell.find(["img", "svg", "table"]):
            cell.decompose()
    for picture in soup.select("img"):
        if str(picture.get("alt", "")).startswith("No description"):
            picture["alt"] = gettext("Figure", language)


def _list_contents(soup: BeautifulSoup) -> list[tuple[str, str]]:
    """Give each heading of the second level an id; return ids and texts."""
    contents = []
    for count, heading in enumerate(soup.find_all("h2"), start=1):
        heading["id"] = heading.get("id") or f"section-{count}"
        contents.append((str(heading["id"]), heading.get_text(" ", strip=True)))
    return contents
