"""Forecasts on the way to a final evaluation as rows of tables: scores, and who was right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..evaluation.outcomes import TARGET_COLUMNS, count_verdicts
from ..evaluation.verification import Verification, compute_track_record
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, day, number
from .context import ReportContext
from .findings import find
from .html import Cells

if TYPE_CHECKING:
    from .final import FinalEvaluation

__all__ = [
    "describe_bins", "describe_differences", "describe_record", "describe_verdicts", "hit_rows",
    "score_rows", "verdict_rows",
]  # fmt: skip

FEW = 10
"""Targets below which a score says little about a method."""
BIN = N_(
    "Forecast chances of {low}-{high} %: {times}, of which reached: {came} "
    "(different targets: {targets})."
)
FEW_TARGETS = N_("With so few targets the comparison says little about either method.")
NONE_KNOWN = N_("No outcome is known yet, so the two methods cannot be compared.")
COUNTS = N_(
    "Year ends with a known outcome: {cases} (different targets: {targets}). The schedule rule "
    "gave {schedule_spoke} verdicts, {schedule_right} of them right; the replayed forecast gave "
    "{forecast_spoke}, {forecast_right} of them right."
)
DIFFERED = N_(
    "Where they disagreed ({differ}): the schedule rule was right in {differ_schedule}, the "
    "forecast in {differ_forecast}."
)
AGREED = N_("Where both gave a verdict ({both_spoke}), they agreed.")
DISAGREEMENT = N_(
    "{name}, target {target} for {year}: at the end of {origin} the schedule rule said {schedule}, "
    "the forecast {forecast} ({p}); outcome: {outcome}, so {who}."
)


def describe_verdicts(report: ReportContext, results: FinalEvaluation) -> list[str]:
    """Say which of schedule rule and forecast was right, and that few targets prove little."""
    if results.verdicts.empty:
        return [report.gettext(NONE_KNOWN)]
    counts = count_verdicts(results.verdicts)
    targets = len(results.verdicts.drop_duplicates(TARGET_COLUMNS))
    lines = [report.gettext(COUNTS, targets=targets, **counts)]
    if counts["both_spoke"]:
        message = DIFFERED if counts["differ"] else AGREED
        lines.append(report.gettext(message, **counts))
    if targets < FEW:
        lines.append(report.gettext(FEW_TARGETS))
    return lines


def verdict_rows(report: ReportContext, results: FinalEvaluation) -> list[Cells]:
    """Put the verdicts of each target at each year's end into cells, marked right or wrong."""
    rows: list[Cells] = []
    for _, group in results.verdicts.groupby(TARGET_COLUMNS, sort=False):
        cells = {row["origin"][:4]: _verdict_cell(report, row) for row in group.to_dict("records")}
        years = _by_year(report, cells, results.verdicts["origin"])
        rows.append(_target_cells(report, group.iloc[0]) | years)
    return rows


def describe_differences(report: ReportContext, results: FinalEvaluation) -> list[str]:
    """Say which was right where both spoke and gave the opposite."""
    rows = results.verdicts
    if rows.empty:
        return []
    both = rows["schedule_said"].isin(["yes", "no"]) & rows["forecast_said"].isin(["yes", "no"])
    differ = rows[both & (rows["schedule_said"] != rows["forecast_said"])]
    return [_describe_difference(report, row) for row in differ.to_dict("records")]


def hit_rows(report: ReportContext, scored: Verification) -> list[Cells]:
    """Put the outcome of each target beside its last chance of each calendar year."""
    rows: list[Cells] = []
    for _, group in scored.hits.groupby(TARGET_COLUMNS, sort=False):
        first = group.iloc[0]
        outcome = report.label("outcome", "met" if first["met"] else "missed")
        cells = {
            row["origin"][:4]: f"{report.format_chance(row['p_reach'])}\n"
            f"{day(row['origin'], report.language)}"
            for row in group.sort_values("origin", kind="stable").to_dict("records")
        }
        head = _target_cells(report, first) | report.with_heads({"outcome": outcome})
        rows.append(head | _by_year(report, cells, scored.hits["origin"]))
    return rows


def score_rows(report: ReportContext, scored: Verification) -> list[Cells]:
    """Put the scores by lead into cells."""
    return [_score_row(report, row) for row in scored.scores.to_dict("records")]


def describe_bins(report: ReportContext, scored: Verification) -> str:
    """Say in one paragraph how often the targets of scored forecasts were reached."""
    return " ".join(describe_record(report, compute_track_record(scored)))


def describe_record(report: ReportContext, record: pd.DataFrame) -> list[str]:
    """Say how often targets were reached, by the size of their forecast chance."""
    return [
        report.gettext(
            BIN, low=f"{100 * row['low']:.0f}", high=f"{100 * row['high']:.0f}",
            times=row["times"], came=row["came_true"], targets=row["targets"],
        )
        for row in record.to_dict("records")
    ]  # fmt: skip


def _target_cells(report: ReportContext, row: pd.Series) -> dict[str, str]:
    name, target = find(report).name(row["indicator"]), report.format_dated_target(row)
    return report.with_heads({"name": name, "target": target})


def _by_year(report: ReportContext, cells: Mapping[str, str], origins: pd.Series) -> dict[str, str]:
    """Put cells under the calendar years of all origins."""
    years = sorted(set(origins.str[:4]))
    return {report.gettext("{year}", year=year): cells.get(year, NO_VALUE) for year in years}


def _score_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    lead = report.gettext("all") if row["lead"] == "all" else f"{row['lead']}"
    scores = {key: number(row[key], report.language, step=0.001) for key in ("brier", "brier_base")}
    return report.with_heads({
        "lead": lead, "forecasts": f"{row['forecasts']}", "targets": f"{row['targets']}", **scores,
        "cover80": report.format_chance(row["cover80"]),
        "crps": number(row["crps"], report.language, step=0.01),
    })  # fmt: skip


def _is_right(verdict: object, outcome: object) -> bool:
    return (verdict == "yes") == (outcome == "met")


def _verdict_cell(report: ReportContext, row: Mapping[str, Any]) -> str:
    """Put both verdicts of a year's end into a cell, each marked; silence has no mark."""
    marks, said = {}, {}
    for who in ("schedule", "forecast"):
        verdict = str(row[f"{who}_said"])
        said[who] = report.label("said", verdict)
        right = _is_right(verdict, row["outcome"])
        marks[who] = "" if verdict == "silent" else " ✓" if right else " ✗"
    p = report.format_chance(row["p_reach"])
    above = report.gettext("Schedule: {said}", said=said["schedule"])
    below = report.gettext("Forecast: {said} ({p})", said=said["forecast"], p=p)
    return f"{above}{marks['schedule']}\n{below}{marks['forecast']}"


def _describe_difference(report: ReportContext, row: Mapping[str, Any]) -> str:
    right = _is_right(row["forecast_said"], row["outcome"])
    who = N_("the forecast was right") if right else N_("the schedule rule was right")
    return report.gettext(
        DISAGREEMENT, name=report.name("indicators", row["indicator"]), year=row["year"],
        target=report.format_target(row), origin=row["origin"][:4],
        schedule=report.label("said", row["schedule_said"]),
        forecast=report.label("said", row["forecast_said"]),
        p=report.format_chance(row["p_reach"]), outcome=report.label("outcome", row["outcome"]),
        who=report.gettext(who),
    )  # fmt: skip
