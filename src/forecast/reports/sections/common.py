"""Sentences and lists that sections of several reports share."""

from __future__ import annotations

import pandas as pd

from ...i18n.catalog import N_
from ...i18n.formatting import number
from ...targets.joint_answers import Joint
from ..context import ReportContext
from ..html import bullets

__all__ = [
    "COMPARED_AS_PRINTED", "FORCES", "KEPT_WITHIN", "NONE_OPEN", "PRIOR", "SEE_ABOVE",
    "dated_names", "describe_expected", "name_lists",
]  # fmt: skip

FORCES = ("binding", "expected", "")
"""Forces of targets as they are listed; the last is none."""
NONE_OPEN = N_(
    "No target is open for a forecast: either its year has passed, or no figure was ever published."
)
SEE_ABOVE = N_("No target is open (see what stands out).")
COUNTS = N_(
    "The plan sets {targets} targets for {indicators} indicators; {seen} of them have published "
    "figures."
)
PRIOR = N_(
    "Forecasts start from published figures; the pace comes from the region's own figures, other "
    "regions of the indicator and a prior. The prior was learned from yearly indicators of 70 "
    "countries and of China's provinces, not from civil-affairs plans; the fewer the figures, the "
    "more the answer rests on it. The method check shows how often it was right on data it had "
    "never seen."
)
COMPARED_AS_PRINTED = N_(
    "Targets are compared as printed: > must be exceeded, ≥ is enough when equalled; a plain "
    "figure counts as reached when it is equalled or bettered."
)
KEPT_WITHIN = N_("Probabilities are kept within 1 to 99 %. Targets are never used as data.")
EXPECTED = N_(
    "On current trends {expected} of the {open} open targets with data are expected to be reached"
    " (90 % interval {low} to {high})."
)


def describe_expected(report: ReportContext, joint: Joint) -> str:
    """Say how many open targets are expected to be reached as things go now."""
    expected = number(joint.expected, report.language, step=0.1)
    counts = {"open": joint.counted, "low": joint.low, "high": joint.high}
    return report.gettext(EXPECTED, expected=expected, **counts)


def name_lists(report: ReportContext, rows: pd.DataFrame, *, years: bool = False) -> str:
    """List the names of rows' indicators by area, with the years of their targets if `years`."""
    lines = []
    for area, part in report.by_area(rows):
        names = (report.name("indicators", name) for name in part["indicator"])
        listed = report.join(dated_names(report, part) if years else names)
        lines.append(report.gettext("{area}: {names}", area=area, names=listed))
    return bullets(lines)


def dated_names(report: ReportContext, rows: pd.DataFrame) -> list[str]:
    """Return the names of rows' indicators with the years of their targets."""
    return [
        report.gettext(
            "{name} ({years})", name=report.name("indicators", indicator),
            years=", ".join(str(year) for year in years.unique()),
        )
        for indicator, years in rows.groupby("indicator", sort=False)["year"]
    ]  # fmt: skip
