"""Tasks and projects of a plan as rows of a table: how far each is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..i18n.formatting import day, number
from .context import ReportContext
from .html import Cells

__all__ = ["agency_rows", "progress_rows"]

ORDER = ("late", "not_reported", "on_time", "done_late", "done_on_time", "dropped")
"""What needs attention comes first."""


def progress_rows(report: ReportContext, table: pd.DataFrame) -> list[Cells]:
    """Return a row for each task and project, what is late first."""
    order = {code: at for at, code in enumerate(ORDER)}
    ordered = table.assign(at=table["progress"].map(order)).sort_values("at", kind="stable")
    return [_row(report, row) for row in ordered.to_dict("records")]


def agency_rows(report: ReportContext, table: pd.DataFrame) -> list[Cells]:
    """Return a row for each agency, as each county's: its projects, how far they are, and money.

    None where all projects are of one agency.
    """
    agencies = table[table["agency"].fillna("").ne("")].groupby("agency", sort=False)
    return [
        report.with_heads({
            "agency": str(agency),
            "listed_projects": len(rows),
            "progress": report.count_labels("progress", rows["progress"]),
            "spent": _money(report, rows["spent"].sum(min_count=1)),
            "investment": _money(report, rows["investment"].sum(min_count=1)),
        })
        for agency, rows in agencies
    ] if len(agencies) > 1 else []  # fmt: skip


def _row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    """Write one task or project."""
    spent = _money(report, row["spent"])
    if not math.isnan(float(row["investment"])):
        planned = _money(report, row["investment"])
        spent = report.gettext("{spent} of {planned}", spent=spent or "–", planned=planned)
    reported = day(row["reported_on"], report.language) if row["reported_on"] else ""
    done = day(row["done_on"], report.language) if row["done_on"] else ""
    name = str(row["name_zh"])
    if row["indicator"] and not math.isnan(float(row["adds"])):
        adds = report.format_change(row["indicator"], row["adds"])
        moved = report.quantity(row["indicator"])
        name = report.gettext("{name}\nadds {adds} to {indicator}", name=name, adds=adds,
                              indicator=moved)  # fmt: skip
    return report.with_heads({
        "name_zh": name,
        "list_of": report.label("list", row["list_of"]),
        "due": row["due"],
        "progress": report.label("progress", row["progress"]),
        "reported_on": reported,
        "done_on": done,
        "spent": spent,
        "note": row["note"],
    })  # fmt: skip


def _money(report: ReportContext, value: float) -> str:
    """Write an amount of money in 10,000 yuan."""
    return "" if math.isnan(float(value)) else number(float(value), report.language)
