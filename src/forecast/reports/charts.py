"""Charts on a report's page: two pictures with their text alternative, and their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .context import ReportContext
from .html import fill_macro

if TYPE_CHECKING:
    from ..charts.chart import Chart

__all__ = ["show"]


def show(report: ReportContext, chart: Chart | None) -> str:
    """Embed a chart; nothing of None.

    Where the report has a folder, the chart's numbers are written to `charts` in it, and a picture
    of dots where Word or slides, which show no vectors, are among its formats.
    """
    if chart is None:
        return ""
    stem = ""
    if report.folder is not None:
        stem = f"charts/{chart.name}"
        folder = Path(report.folder) / "charts"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{chart.name}.csv").write_bytes(chart.csv())
        if {"docx", "pptx"} & set(report.formats or ()):
            (folder / f"{chart.name}.png").write_bytes(chart.png())
    return fill_macro("chart", chart, stem, report.gettext("Numbers of this chart (CSV)"))
