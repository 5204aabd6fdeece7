"""Sections of the final evaluation on the forecasts on the way: scores, and which were right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ...evaluation.outcomes import TARGET_COLUMNS, count_verdicts
from ...evaluation.verification import Verification, compute_track_record
from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE, day, number
from ..context import ReportContext
from ..final import FinalEvaluation
from ..html import Html, bullets, heading, paragraph, section, tabulate

__all__ = ["describe_verdicts", "render_scores", "render_verdicts"]

FEW = 10
"""Targets below which a score says little about a method."""
MOST = 12
"""Disagreements described in sentences."""
SCORES = N_(
    "Only forecasts whose target year has a figure count, those of targets on the way included. "
    "The table has the chance of the last issue in each calendar year. Brier score: lower is "
    "better, 0.25 for saying one half throughout; errors (CRPS) are in units of each series' mean "
    "yearly change."
)
REPLAYED = N_(
    "Made with the method of today from what was known at each year's end. They were never issued, "
    "and are never scored together with those that were."
)
NONE_REPLAYED = N_("No forecast that could be made at a year's end has an outcome yet.")
BIN = N_(
    "Chances of {low}-{high} %: {times}, of which came true: {came} (different targets: {targets})."
)
FEW_TARGETS = N_("So few targets prove little about a method.")
NONE_KNOWN = N_(
    "The outcome of no verdict of a year end is known yet: who was right cannot be said."
)
VERDICTS = N_(
    "Each cell: above, what the schedule rule said at the year's end; below, what the replayed "
    "forecast said, with its chance; ✓ right, ✗ wrong. With one figure the schedule rule is "
    "silent, with a chance between a third and two thirds the forecast is. What was settled by "
    "then is no verdict."
)
COUNTS = N_(
    "Verdicts of year ends whose outcome is known: {cases} (different targets: {targets}). The "
    "schedule rule spoke in {schedule_spoke}, right in {schedule_right}; the replayed forecast "
    "spoke in {forecast_spoke}, right in {forecast_right}."
)
DIFFERED = N_(
    "Where they disagreed ({differ}): the schedule rule was right in {differ_schedule}, the "
    "forecast in {differ_forecast}."
)
AGREED = N_("Where both spoke ({both_spoke}), they never disagreed.")
DISAGREEMENT = N_(
    "{name}, target {target} for {year}: at the end of {origin} the schedule rule said {schedule}, "
    "the forecast {forecast} ({p}); outcome: {outcome}, so {who}."
)


def render_scores(report: ReportContext, results: FinalEvaluation) -> Html:
    """Render the scores of issued forecasts, and apart from them those of replayed ones."""
    none = (
        N_("No forecast in the store has an outcome yet.")
        if results.stored
        else N_("No store of issued forecasts was given.")
    )
    return section(
        report.gettext("Were the forecasts right"),
        paragraph(report.gettext(SCORES)),
        heading(report.gettext("Forecasts that were issued"), 3),
        *_score_parts(report, results.issued, none),
        heading(report.gettext("Forecasts replayed, never issued"), 3),
        paragraph(report.gettext(REPLAYED)),
        *_score_parts(report, results.replayed, NONE_REPLAYED),
    )


def render_verdicts(report: ReportContext, results: FinalEvaluation) -> Html:
    """Render the verdicts of schedule rule and forecast at each year's end beside the outcome."""
    title, table = report.gettext("Which verdicts were right"), results.verdicts
    if table.empty:
        return section(title, paragraph(report.gettext(NONE_KNOWN)))
    rows = []
    for _, group in table.groupby(TARGET_COLUMNS, sort=False):
        cells = {row["origin"][:4]: _verdict_cell(report, row) for row in group.to_dict("records")}
        rows.append(_target_cells(report, group.iloc[0]) | _by_year(report, cells, table["origin"]))
    lines = [
        text for row in table.to_dict("records") if (text := _describe_difference(report, row))
    ]
    if (left := len(lines) - MOST) > 0:
        more = report.gettext("Others, in the table above: {count}.", count=left)
        lines = [*lines[:MOST], more]
    return section(
        title, paragraph(report.gettext(VERDICTS)), tabulate(rows),
        bullets([*describe_verdicts(report, results), *lines]),
    )  # fmt: skip


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


def _score_parts(report: ReportContext, scored: Verification, none: str) -> Iterator[str]:
    """Chances of each target, scores by lead, and the track record."""
    hits = scored.hits
    if hits.empty:
        yield paragraph(report.gettext(none))
        return
    rows = []
    for _, group in hits.groupby(TARGET_COLUMNS, sort=False):
        first = group.iloc[0]
        outcome = report.label("outcome", "met" if first["met"] else "missed")
        cells = {
            row["origin"][:4]: f"{report.format_chance(row['p_reach'])}\n"
            f"{day(row['origin'], report.language)}"
            for row in group.sort_values("origin", kind="stable").to_dict("records")
        }
        head = _target_cells(report, first) | report.with_heads({"outcome": outcome})
        rows.append(head | _by_year(report, cells, hits["origin"]))
    yield tabulate(rows)
    yield tabulate([_score_row(report, row) for row in scored.scores.to_dict("records")])
    yield bullets(
        report.gettext(
            BIN, low=f"{100 * row['low']:.0f}", high=f"{100 * row['high']:.0f}",
            times=row["times"], came=row["came_true"], targets=row["targets"],
        )
        for row in compute_track_record(scored).to_dict("records")
    )  # fmt: skip
    if len(hits.drop_duplicates(TARGET_COLUMNS)) < FEW:
        yield paragraph(report.gettext(FEW_TARGETS))


def _target_cells(report: ReportContext, row: pd.Series) -> dict[str, str]:
    name, target = report.with_unit(row["indicator"]), report.format_dated_target(row)
    return report.with_heads({"name": name, "target": target})


def _by_year(report: ReportContext, cells: Mapping[str, str], origins: pd.Series) -> dict[str, str]:
    """Put cells under the calendar years of all origins."""
    years = sorted(set(origins.str[:4]))
    return {report.gettext("{year}", year=year): cells.get(year, NO_VALUE) for year in years}


def _score_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
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
    """Say which was right where both spoke and said the opposite."""
    if {row["schedule_said"], row["forecast_said"]} != {"yes", "no"}:
        return ""
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
