"""The chart of a workbook, which a reader can change: bars of one quantity, longest on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList

from ...i18n.catalog import N_
from ...i18n.formatting import scenario_name
from ...tables.names import Names
from .cells import number_cell, text_cell

__all__ = ["add_chart"]

MOST = 20
"""Bars of a chart."""
Rows = list[tuple[str, float]]


def add_chart(book: Workbook, names: Names, tables: Mapping[str, pd.DataFrame]) -> None:
    """Add a sheet with a chart of the first table that one can be drawn of, and its numbers."""
    for name, (title, form, select) in CHARTS.items():
        rows = select(names, tables[name]) if name in tables else []
        if len(rows) > 1:
            _add_sheet(book, names, names.gettext(title), form, rows[:MOST])
            return


def _add_sheet(book: Workbook, names: Names, title: str, form: str, rows: Rows) -> None:
    sheet = book.create_sheet(names.gettext("Chart"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 14
    chart = BarChart()
    chart.type, chart.style, chart.title, chart.legend = "bar", 10, title, None
    chart.height, chart.width, chart.gapWidth = max(7.0, 0.75 * len(rows) + 3), 26.0, 60
    size = len(rows) + 1
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=size), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=size))
    chart.y_axis.numFmt, chart.y_axis.delete, chart.x_axis.delete = form, False, False
    chart.y_axis.title = chart.x_axis.title = None
    chart.x_axis.scaling.orientation = "maxMin"
    chart.dataLabels = DataLabelList(showVal=True, numFmt=form)
    for flag in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(chart.dataLabels, flag, False)
    chart.series[0].graphicalProperties.solidFill = "12406F"
    sheet.add_chart(chart, "D1")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.append([text_cell(sheet, ""), text_cell(sheet, title)])
    for label, value in rows:
        sheet.append([text_cell(sheet, label), number_cell(sheet, value, form)])


def _select_standing(names: Names, table: pd.DataFrame) -> Rows:
    """Latest figure in percent of the last target, for indicators that should rise."""
    rows = table[table["latest"].notna() & (table["target"] > 0)]
    better = rows["indicator"].map(names.indicators["better"])
    rows = rows[better == "higher"].sort_values("year", kind="stable")
    last = rows.drop_duplicates(["region", "indicator"], keep="last")
    several = last["region"].nunique() > 1
    found = [
        (_label(names, row, several=several), row["latest"] / row["target"])
        for row in last.to_dict("records")
    ]
    return _sort(found)


def _label(names: Names, row: Mapping[str, Any], *, several: bool) -> str:
    kind, key = ("regions", "region") if several else ("indicators", "indicator")
    return names.gettext("{target} ({year})", target=names.name(kind, row[key]), year=row["year"])


def _select_way(names: Names, table: pd.DataFrame) -> Rows:
    """Part of the way from baseline to target that each indicator has come."""
    rows = table[table["way_middle"].notna()].to_dict("records")
    return _sort([(names.name("indicators", r["indicator"]), r["way_middle"] / 100) for r in rows])


def _select_outcomes(names: Names, table: pd.DataFrame) -> Rows:
    """Part of the way that each final target's indicator has come, by its last figure."""
    rows = table[table["gone"].notna() & table["final"].astype(bool)].to_dict("records")
    return _sort([(names.name("indicators", r["indicator"]), r["gone"] / 100) for r in rows])


def _select_joint(names: Names, table: pd.DataFrame) -> Rows:
    """Targets that are expected to be reached under each scenario."""
    rows = table.to_dict("records")
    return _sort([(scenario_name(r["scenario"], names.language), r["expected"]) for r in rows])


def _select_scores(names: Names, table: pd.DataFrame) -> Rows:
    """Brier score of each method over all lead times."""
    rows = table[table["lead"].astype(str) == "all"].to_dict("records")
    return _sort([(names.label("method", r["method"]), r["brier"]) for r in rows])


def _sort(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (-row[1], row[0]))


CHARTS: dict[str, tuple[str, str, Callable[[Names, pd.DataFrame], Rows]]] = {
    "attainment": (N_("Latest figure in percent of the target"), "0%", _select_standing),
    "way": (N_("Progress from baseline to target"), "0%", _select_way),
    "outcomes": (N_("Progress from baseline to target"), "0%", _select_outcomes),
    "joint": (N_("Targets expected to be reached"), "0.0", _select_joint),
    "trial_scores": (N_("Brier score (lower is better)"), "0.000", _select_scores),
}
"""For each table that has a chart: its title, the format of its numbers, and what is drawn."""
