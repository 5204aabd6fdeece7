"""Building projects of a plan in sentences: how many are due, and expected to be finished."""

from __future__ import annotations

import pandas as pd

from ..evaluation.outcomes import find_last_closed_year
from ..i18n.catalog import N_
from ..scenarios.scenario import BASELINE
from .context import ReportContext

__all__ = ["describe_end", "describe_now"]

NOW = N_(
    "By the end of {year}, {planned} projects were due and, as slips are assumed, about {median} "
    "completed (90 % interval {low} to {high}). "
)
END = N_(
    "Building projects: {planned} should be completed by the end of {year}, {median} are expected "
    "to be (90 % interval {low} to {high})."
)


def describe_now(report: ReportContext, projects: pd.DataFrame) -> str:
    """Say what should be completed by now, and what is expected to be."""
    year = find_last_closed_year(report.plan)
    rows = projects[projects["year"] == year] if len(projects) else projects
    return "" if rows.empty else _count(report, NOW, rows.iloc[0])


def describe_end(report: ReportContext, projects: pd.DataFrame) -> str:
    """Say how many projects the baseline has completed in the year when all should be."""
    rows = projects[projects["scenario"] == BASELINE.name]
    end = rows[rows["planned"] == rows["planned"].max()].iloc[0]
    return _count(report, END, end)


def _count(report: ReportContext, message: str, row: pd.Series) -> str:
    return report.gettext(
        message, year=row["year"], planned=row["planned"], median=row["completed_q50"],
        low=row["completed_q05"], high=row["completed_q95"],
    )  # fmt: skip
