"""A report's page as PDF, by WeasyPrint: an optional library, `pip install 'forecast[pdf]'`.

Chinese text is set in the font file that zhplot carries, so the machine needs no font of its own.
"""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import N_, Message, msg

if TYPE_CHECKING:
    from weasyprint.document import Document

log = logging.getLogger(__name__)

try:
    with redirect_stdout(io.StringIO()):  # where a library is missing it prints advice
        import weasyprint
except (ImportError, OSError) as error:  # OSError: its C library, Pango, is not on the machine
    weasyprint = None
    log.info("%s", error)

__all__ = ["MISSING", "lay_out", "write_pdf"]

MISSING = N_("not made: WeasyPrint or its library Pango is not installed (see forecast[pdf])")
STYLE = """
@font-face { font-family: "Noto Sans SC"; src: url("%s"); }
pre, code { font-family: "Noto Sans SC"; }
h1, h2, h3, thead th, strong, nav p { color: #0b3d6e; }
"""
"""The font has one weight, so that what is bold on a screen differs by its colour."""
CHART = re.compile(r'(?<=src="data:image/svg\+xml;base64,)[^"]+')
OUTLINES = re.compile(
    r'<!-- (.*?) --><g style="([^"]*)" transform="([^"]*?) *scale\(([\d.]+) -[\d.]+\)">'
    r"(?:<defs>.*?</defs>)?(?:<use[^>]*/>)+</g>"
)
"""A text in a picture, as matplotlib draws it: outlines of letters, with the text in a comment."""


def write_pdf(page: Path, target: Path) -> Message | None:
    """Write a page as tagged PDF; return None, or the reason why there is no PDF.

    Only what is inside the page or beside it is read, nothing from a network.
    """
    if weasyprint is None:
        return msg(MISSING)
    try:
        with lay_out(page) as document:
            content = document.write_pdf(pdf_tags=True)
    except Exception as error:  # of whatever kind: a report without PDF is still a report
        log.debug("%s", page, exc_info=error)
        return msg("not made: {kind}: {error}", kind=type(error).__name__, error=error)
    target.write_bytes(content)
    return None


@contextmanager
def lay_out(page: Path) -> Iterator[Document]:
    """Give a page laid out on A4: WeasyPrint's document, with its `pages` and bookmarks."""
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fetcher, fonts = URLFetcher(allowed_protocols={"file", "data"}), FontConfiguration()
    try:
        with resources.as_file(resources.files("zhplot") / "fonts/NotoSansSC-Regular.ttf") as font:
            look = STYLE % font.as_uri()
            style = weasyprint.CSS(string=look, font_config=fonts, url_fetcher=fetcher)
        text = CHART.sub(_with_letters, page.read_text(encoding="utf-8"))
        source = weasyprint.HTML(string=text, base_url=page.as_uri(), url_fetcher=fetcher)
        yield source.render(stylesheets=[style], font_config=fonts, pdf_tags=True)
    finally:
        # Else its copy of the font, 10 MB, would outlast a process that ends at once.
        fonts.__del__()


def _with_letters(chart: re.Match[str]) -> str:
    """Write the texts of a picture as letters of the embedded font, which can be searched for."""
    picture = OUTLINES.sub(_write_text, base64.b64decode(chart[0]).decode())
    return base64.b64encode(picture.encode()).decode()


def _write_text(outlines: re.Match[str]) -> str:
    text, style, transform, scale = outlines.groups()
    size = 100.0 * float(scale)
    return (
        f'<text font-family="Noto Sans SC, DejaVu Sans" font-size="{size:g}" style="{style}" '
        f'transform="{transform}">{text}</text>'
    )
