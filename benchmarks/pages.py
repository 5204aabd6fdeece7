"""Printed pages of reports: all of them, and those before the first annex.

python benchmarks/pages.py reports/*/report.html
"""

from __future__ import annotations

import sys
from pathlib import Path

from forecast.reports.pdf import lay_out

ANNEX = ("Annex", "附件")


def count_pages(page: Path) -> tuple[int, int]:
    """Return the pages of a report, and those before the first annex."""
    with lay_out(page) as document:
        count, bookmarks = len(document.pages), document.make_bookmark_tree()
    begins = [
        page
        for top, (page, *_), children, _ in bookmarks
        for label, page in [(top, page), *((sub, at[0]) for sub, at, *_ in children)]
        if label.startswith(ANNEX)
    ]
    return count, min([*begins, count])


def main() -> None:
    """Print a line a report."""
    for name in sys.argv[1:]:
        count, body = count_pages(Path(name).resolve())
        print(f"{Path(name).resolve().parent.name}: {count} pages, {body} before the annex")


if __name__ == "__main__":
    main()
