"""One offline HTML page of an executed notebook: its prose, tables and pictures, no code.

A table of contents is made of its headings of the second level. The page carries its own style,
reads on a screen and prints on A4. It asks nothing of any network: nbconvert's usual templates
fetch MathJax and require.js, so its bare one is wrapped here.
"""

from __future__ import annotations

import functools
import html
import logging
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from nbconvert.exporters import HTMLExporter
    from nbformat import NotebookNode

__all__ = ["network_references", "to_html", "warm_up"]

log = logging.getLogger(__name__)

SHOWN = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"]
LANGUAGES = {"zh": "zh-CN", "en": "en"}
PICTURE = {"zh": "图", "en": "Figure"}
CONTENTS = {"zh": "目录", "en": "Contents"}
REMOTE = re.compile(r"\s*(https?:)?//", re.IGNORECASE)
REMOTE_STYLE = re.compile(r"@import|url\(\s*['\"]?\s*(https?:)?//", re.IGNORECASE)

STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1b1f24; font: 16px/1.65 "Noto Sans SC",
  "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1, h2, h3 { line-height: 1.3; margin: 1.8em 0 .6em; break-after: avoid; }
h1 { font-size: 1.75rem; margin-top: .4em; }
h2 { font-size: 1.3rem; border-bottom: 1px solid #d0d7de; padding-bottom: .25em; }
h3 { font-size: 1.08rem; }
a { color: #0b57a4; }
.output, .output_html { overflow-x: auto; }
table { border: 0; border-collapse: collapse; margin: .8em 0; font-size: .86rem; line-height: 1.4;
  font-variant-numeric: tabular-nums; }
th, td { padding: .32em .7em; border: 0; border-bottom: 1px solid #e3e7eb; text-align: right;
  vertical-align: top; }
thead th { border-bottom: 2px solid #8c959f; background: #f6f8fa; }
tbody th { font-weight: normal; text-align: left; }
caption { text-align: left; font-weight: 600; padding: .4em 0; }
img, svg { max-width: 100%; height: auto; }
pre { white-space: pre-wrap; font-size: .85rem; }
nav { margin: 1.2em 0; padding: .7em 1.2em; border: 1px solid #d0d7de; border-radius: 6px;
  break-inside: avoid; }
nav p { margin: 0 0 .3em; font-weight: 600; }
nav ol { margin: 0; padding-left: 1.6em; columns: 2 18em; }
blockquote { margin: 1em 0; padding: .2em 1em; border-left: 4px solid #d0d7de; color: #57606a; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  body { font-size: 10pt; } main { max-width: none; padding: 0; }
  table { font-size: 7.5pt; width: 100%; }
  th, td { padding: .25em .4em; overflow-wrap: break-word; }
  thead { display: table-header-group; } p, li { orphans: 3; widows: 3; }
  h1, h2, h3, caption { break-after: avoid; }
  tr, img, figure, .output_png, .output_svg { break-inside: avoid; }
  img { max-height: 240mm; object-fit: contain; }
  .output, .output_html { overflow: visible; } a { color: inherit; text-decoration: none; }
}
"""


def to_html(notebook: NotebookNode, *, language: str, title: str) -> str:
    """Make the page; its title is the first heading of the notebook, else `title`.

    Standard error of the cells stays in the notebook and is logged, not shown.

    Parameters
    ----------
    notebook : an executed notebook
    language : `zh` or `en`, of the prose
    title : used where the notebook has no heading of the first level
    """
    from bs4 import BeautifulSoup

    body, _ = _exporter().from_notebook_node(notebook)
    soup = BeautifulSoup(body, "html.parser")
    _tidy(soup, language, title)
    _add_contents(soup, language)
    heading = soup.find("h1")
    name = heading.get_text(" ", strip=True) if heading else title
    return (
        f'<!DOCTYPE html>\n<html lang="{LANGUAGES[language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(name)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{soup}\n</main>\n</body>\n</html>\n"
    )


def warm_up() -> None:
    """Compile the templates, which every page needs."""
    from nbformat.v4 import new_notebook

    _exporter().from_notebook_node(new_notebook())  # type: ignore[no-untyped-call]


@functools.cache
def _exporter() -> HTMLExporter:
    """Give what turns a notebook into HTML without code."""
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.NbConvertBase.display_data_priority = SHOWN
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

    found = []
    for tag in BeautifulSoup(page, "html.parser").find_all(True):
        loads = ("src", "srcset", "data", "poster", "xlink:href", *(["href"] * (tag.name != "a")))
        remote = any(REMOTE.match(str(tag.get(name, ""))) for name in loads)
        style = tag.get_text() if tag.name == "style" else str(tag.get("style", ""))
        if tag.name == "script" or remote or REMOTE_STYLE.search(style):
            found.append(str(tag)[:120])
    return found


def _tidy(soup: BeautifulSoup, language: str, title: str) -> None:
    """Drop warnings and empty cells, and say in the page's language that a picture is one."""
    for stream in soup.select(".output_stderr"):
        log.warning("%s: %s", title, stream.get_text().strip())
        stream.decompose()
    for cell in soup.select(".code_cell"):
        if not cell.get_text(strip=True) and not cell.find(["img", "svg", "table"]):
            cell.decompose()
    for picture in soup.select("img"):
        if str(picture.get("alt", "")).startswith("No description"):
            picture["alt"] = PICTURE[language]


def _add_contents(soup: BeautifulSoup, language: str) -> None:
    """Put links to all headings of the second level in front of the first one."""
    headings = soup.find_all("h2")
    if len(headings) < 2:
        return
    nav, title, listed = soup.new_tag("nav"), soup.new_tag("p"), soup.new_tag("ol")
    title.string = CONTENTS[language]
    for count, heading in enumerate(headings, start=1):
        heading["id"] = heading.get("id") or f"section-{count}"
        item, link = soup.new_tag("li"), soup.new_tag("a", href=f"#{heading['id']}")
        link.string = heading.get_text(" ", strip=True)
        item.append(link)
        listed.append(item)
    nav.extend([title, listed])
    headings[0].insert_before(nav)
