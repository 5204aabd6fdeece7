"""The overview: all regions of a folder on one page, a row each, with what is worst in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..i18n.catalog import N_
from .context import ReportContext
from .findings import CLASSES, Findings, find
from .manifest import read_manifests

__all__ = ["OverviewResults", "compute_overview", "list_regions", "result_tables"]

WORST = 3
COLUMNS = [
    "region", "indicator", "year", "target", "comparator", "latest", "latest_year", "required_rate",
    "pace", "p_reach", "status", "evidence", "finding",
]  # fmt: skip
AT_RISK = N_("{region}: {risk} of {judged} indicators that can be judged at risk in {count} plans")
FINE = N_("{region}: none of {judged} indicators that can be judged at risk in {count} plans")
TOO_EARLY = N_("{region}: too early to judge in {count} plans; {total} indicators lack figures")


@dataclass(frozen=True)
class OverviewResults:
    """Findings of each region, and the reports on them beside this one.

    `links` are region, kind, day and address of reports in the reader's language.
    """

    regions: Sequence[Findings]
    links: Sequence[tuple[str, str, str, str]]

    @property
    def codes(self) -> list[str]:
        """Findings that occur, in the order of what to do."""
        return [code for code in CLASSES if any(code in found.counts for found in self.regions)]

    @property
    def total(self) -> int:
        """Number of indicators of all regions."""
        return sum(len(found.rows) for found in self.regions)

    @property
    def judged(self) -> int:
        """Number of those with more to say than that a figure is missing."""
        return sum(len(found.judged) for found in self.regions)

    def headline(self, report: ReportContext) -> str:
        """Count what is at risk in all regions."""
        risk = sum(int((found.rows["finding"] == "at_risk").sum()) for found in self.regions)
        message = TOO_EARLY if not self.judged else AT_RISK if risk else FINE
        return report.gettext(
            message, region=report.name("regions", report.plan.region), risk=risk,
            judged=self.judged, count=len(self.regions), total=self.total,
        )  # fmt: skip

    def worst(self, found: Findings) -> list[str]:
        """Name the worst three indicators of a region."""
        return [found.name(name) for name in found.worries["indicator"].head(WORST)]

    def links_of(self, region: str) -> list[tuple[str, str, str]]:
        """Kinds, days and addresses of a region's reports, by kind and day."""
        return sorted((kind, day, to) for name, kind, day, to in self.links if name == region)


def compute_overview(report: ReportContext) -> OverviewResults:
    """Judge the plans of a region and of all regions within it.

    Examples
    --------
    >>> report = ReportContext.load("zhejiang", as_of="2022-12-31", language="en")
    >>> [found.report.plan.region for found in compute_overview(report).regions]
    ['zhejiang', 'xiaoshan', 'shaoxing', 'lishui']
    """
    plan = report.plan
    options = {"language": report.language, "draws": report.draws, "seed": report.seed}
    contexts = [
        report
        if region == plan.region
        else ReportContext.load(
            region, data=report.data, as_of=plan.as_of or None, until=report.until, **options
        )
        for region in list_regions(report)
    ]
    links = [] if report.folder is None else _find_reports(report, Path(report.folder).resolve())
    return OverviewResults([find(each) for each in contexts], links)


def list_regions(report: ReportContext) -> list[str]:
    """List the plan's region and all within it that have targets, in the order of the table."""
    plan, planned = report.plan, set(report.whole.targets["region"])
    parents = dict(zip(plan.regions["region"], plan.regions["parent"].fillna(""), strict=True))

    def within(region: str) -> bool:
        seen: set[str] = set()
        while region and region not in seen:
            if region == plan.region:
                return True
            seen.add(region)
            region = str(parents.get(region, ""))
        return False

    return [str(r) for r in plan.regions["region"] if r in planned and within(str(r))]


def result_tables(report: ReportContext, results: OverviewResults) -> dict[str, pd.DataFrame]:
    """Return the finding on each indicator of each region, with names beside the codes."""
    rows = [
        found.rows.assign(region=found.report.plan.region)[COLUMNS] for found in results.regions
    ]
    return {"findings": report.describe(pd.concat(rows, ignore_index=True))}


def _find_reports(report: ReportContext, folder: Path) -> list[tuple[str, str, str, str]]:
    """Find the finished reports beside this one: region, kind, day, address."""
    return [
        (given["region"], given["notebook"], given["as_of"], f"../{manifest.name}/report.html")
        for manifest in read_manifests(folder.parent)
        if (given := {key: str(value) for key, value in manifest.parameters.items()})
        and manifest.status == "completed"
        and given.get("language") == report.language
        and given.get("notebook") != "overview"
    ]
