"""Target setting: what a plan that is being written could ask for: figures, peers, plan above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..i18n.catalog import N_
from ..targets.proposals import compare_proposals, propose_targets
from .context import ReportContext, format_time
from .html import Cells, Html

__all__ = ["TargetSetting", "propose", "result_tables"]

CHANCES = (0.5, 0.8, 0.9)
YEAR = 2030
"""End of the 15th five-year period."""
HEADLINE = N_(
    "{region}, {year}: {hard} of {count} targets of the plan above have less than an even chance"
)
PLAIN = N_("{region}, {year}: reachable values, indicators with a trend: {count}")
HARD = N_("{name}: the plan above requires {parent}; there is an even chance of {even}")
JUDGED = N_(
    "Targets of the plan above: {count}; can be judged, as two figures or more are published: "
    "{judged}; of these reached by the latest figure: {reached}, less than an even chance: {hard}."
)
UNJUDGED = N_(
    "Targets of the plan above: {count}; none can be judged, as of none two figures or more are "
    "published."
)
NONE = N_("{region}, {year}: no indicator has the two figures that a proposal needs")


@dataclass(frozen=True)
class TargetSetting:
    """What a target-setting report adds to its context.

    `table` is that of `compare_proposals` with the number of `figures`, of indicators with two
    figures or more; `single` are those with one.
    """

    year: int
    table: pd.DataFrame
    single: pd.DataFrame
    sources: list[str]

    def headline(self, report: ReportContext) -> str:
        """Count the parent's targets that are harder than an even chance."""
        hard, judged = len(self.hard(report)), int(self.table["parent"].notna().sum())
        message = NONE if self.table.empty else HEADLINE if hard else PLAIN
        region = report.name("regions", report.plan.region)
        count = judged if hard else len(self.table)
        return report.gettext(message, region=region, year=self.year, count=count, hard=hard)

    def describe_parent(self, report: ReportContext) -> str:
        """Say how many of the parent's targets can be judged, and of these are reached or hard."""
        judged = self.table[self.table["parent"].notna()]
        count = len(judged) + int(self.single["parent"].notna().sum())
        if judged.empty:
            return report.gettext(UNJUDGED, count=count) if count else ""
        reached = sum(_is_at_least(report, row, "latest") for row in judged.to_dict("records"))
        return report.gettext(
            JUDGED, count=count, judged=len(judged), reached=reached, hard=len(self.hard(report))
        )

    def rows(self, report: ReportContext) -> list[Cells]:
        """Put bases, reachable values, the peers' pace and the parent's target into cells."""
        return [_row(report, row) for row in self.table.to_dict("records")]

    def single_rows(self, report: ReportContext) -> list[Cells]:
        """Put indicators with one figure into cells of one line: what others' pace would give."""
        drop = [report.label("column", f"p{100 * chance:.0f}") for chance in CHANCES]
        rows = [_row(report, row) for row in self.single.to_dict("records")]
        return [
            {head: _in_one_line(report, cell) for head, cell in row.items() if head not in drop}
            for row in rows
        ]

    def hard(self, report: ReportContext) -> list[str]:
        """Name indicators whose parent's target is harder than an even chance, with both values."""
        return [
            report.gettext(
                HARD,
                name=report.name("indicators", row["indicator"]),
                parent=report.format_value(row["indicator"], row["parent"]),
                even=report.format_value(row["indicator"], row["p50"]),
            )
            for row in self.table[self.table["parent"].notna()].to_dict("records")
            if not _is_at_least(report, row, "p50")
        ]  # fmt: skip


def propose(report: ReportContext) -> TargetSetting:
    """Propose targets for the year `until`, else for 2030.

    Examples
    --------
    >>> report = ReportContext.load("xiaoshan", as_of="2022-12-31", language="en", until=2025)
    >>> results = propose(report)
    >>> results.year, "minimum_living_standard" in set(results.table["indicator"])
    (2025, True)
    """
    plan, year = report.plan, report.until or YEAR
    proposals = propose_targets(report.own_fits, year=year, chances=CHANCES)
    table = compare_proposals(plan, proposals, year)
    counts = plan.observations.groupby("indicator").size()
    table = table.assign(figures=table["indicator"].map(counts).fillna(0).astype(int))
    many = table["figures"] > 1
    return TargetSetting(
        year, table[many].reset_index(drop=True), table[~many].reset_index(drop=True),
        report.list_sources(
            plan.targets, plan.observations[plan.observations["indicator"].isin(table["indicator"])]
        ),
    )  # fmt: skip


def result_tables(report: ReportContext, results: TargetSetting) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`, with names beside the codes."""
    table = pd.concat([results.table, results.single], ignore_index=True)
    return {
        "proposals": report.describe(table),
        "sources": report.source_rows(results.sources),
    }


def _row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    indicator = str(row["indicator"])

    def value(key: str) -> str:
        return report.format_value(indicator, row.get(key))

    cells = {
        "name": report.with_unit(indicator),
        "latest": f"{value('latest')}\n{format_time(float(row['latest_year']))}",
        **{f"p{100 * chance:.0f}": value(f"p{100 * chance:.0f}") for chance in CHANCES},
        "peer_pace": report.format_change(indicator, row["peer_pace"]),
        "at_peer_pace": value("at_peer_pace"),
        "own": _dated(report, row, "own"),
        "parent": _dated(report, row, "parent"),
    }
    return report.with_heads(cells)


def _in_one_line(report: ReportContext, cell: str | Html) -> str | Html:
    """Put the second line of a cell into brackets."""
    text, _, more = str(cell).partition("\n")
    return report.gettext("{text} ({more})", text=text, more=more) if more else cell


def _dated(report: ReportContext, row: Mapping[str, Any], key: str) -> str:
    value = report.format_value(row["indicator"], row[key])
    return value if pd.isna(row[key]) else f"{value}\n{row[f'{key}_year']:.0f}"


def _is_at_least(report: ReportContext, row: Mapping[str, Any], key: str) -> bool:
    """Whether a value is as good as the parent's target."""
    sign = -1.0 if report.indicators.at[row["indicator"], "better"] == "lower" else 1.0
    return bool(sign * row[key] >= sign * row["parent"])
