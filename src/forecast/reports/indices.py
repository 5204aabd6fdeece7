"""Composite indices of a plan in a table: what they rest on, where they are, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, number
from ..targets.composite_index import REGION_INDEX
from ..targets.index_coverage import REASONS
from .context import ReportContext
from .html import Cells

__all__ = ["describe_coverage", "index_rows", "index_tables"]

COVERAGE = N_(
    "{measured} of {of} components of the indices are measured here. An index is the mean of its "
    "measured components, 0 at the baseline and 100 at the target, and given where half of them "
    "are."
)
LEAST = 0.5
"""Share of an index' components that must be measured for it to be printed."""


def describe_coverage(report: ReportContext) -> str:
    """Say how many components of the indices are measured; "" for a plan without indices."""
    if report.plan.indices.empty:
        return ""
    measured = report.components["state"].eq("measured")
    return report.gettext(COVERAGE, measured=int(measured.sum()), of=len(measured))


def index_rows(report: ReportContext) -> list[Cells]:
    """Return a row for each area's index and the region's: measured, now, at the end, missing.

    >>> report = ReportContext.load("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> list(index_rows(report)[0].values())[:2]
    ['Targeted assistance', '2 of 5']
    """
    if report.plan.indices.empty:
        return []
    parts = report.components
    return [
        {
            report.label("column", "area"): report.name("areas", row["area"])
            if row["area"]
            else report.gettext("All areas"),
            report.gettext("Measured"): report.gettext(
                "{measured} of {of}", measured=row["components"], of=row["of"]
            ),
            **{
                report.gettext("Index {year}", year=row[year]): _interval(report, row, names)
                for year, names in (
                    ("year_now", ("now_q50", "now_q05", "now_q95")),
                    ("year", ("q50", "q05", "q95")),
                )
            },
            report.gettext("Missing"): _missing(report, parts, str(row["index"])),
        }
        for row in report.indices.to_dict("records")
    ]


def index_tables(report: ReportContext) -> dict[str, pd.DataFrame]:
    """Return the tables of the indices for the workbook; none for a plan without indices."""
    if report.plan.indices.empty:
        return {}
    return {
        "index_coverage": report.indices,
        "index_components": report.components.rename(columns={"state": "component_state"}),
    }


def _interval(report: ReportContext, row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Format the median of an index with its 90 % interval."""
    values = [row[name] for name in names]
    if pd.isna(values[0]) or row["components"] < row["of"] * LEAST:
        return NO_VALUE
    middle, low, high = (number(value, report.language, step=1.0) for value in values)
    return report.gettext("{middle} ({low} to {high})", middle=middle, low=low, high=high)


def _missing(report: ReportContext, parts: pd.DataFrame, name: str) -> str:
    """List the components of an index that are missing, by reason; of the region's count them."""
    lines = []
    column = "component" if report.data_language == "zh" else "component_en"
    for reason in REASONS:
        rows = parts[parts["state"].eq(reason) & (parts["index"].eq(name) | (name == REGION_INDEX))]
        if len(rows):
            listed = str(len(rows)) if name == REGION_INDEX else report.join(rows[column])
            why = report.label("component_state", reason)
            lines.append(report.gettext("{why}: {listed}", why=why, listed=listed))
    return "\n".join(lines) or NO_VALUE
