"""Sections of the monitoring report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...charts.fan import charted_indicators, fan_charts
from ...evaluation.vintages import OPEN
from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE, comparison, number, points
from ...i18n.labels import LABELS
from ...targets.target_state import PASSED
from ..context import ReportContext, last_targets
from ..html import Html, bullets, heading, paragraph, picture, section, tabulate
from ..monitoring import MonitoringResults
from . import common

__all__ = [
    "render_changes", "render_charts", "render_reading", "render_record", "render_standing",
    "render_title", "render_unknown",
]  # fmt: skip

SMALLEST_MOVE = 0.005
"""Smaller moves of a chance are not listed: it is printed in whole percent."""
MOST_MOVES = 12
PICKED = 5
"""Targets named as the most, and as the least likely ones."""
SCHEDULE = N_(
    "Indicators with figures against the schedule rule (the straight line from baseline to "
    "target): {counts}."
)
TOGETHER = N_(
    "Taken together: open targets with figures {open}, expected to be reached {expected} (nine "
    "times in ten {least} to {most}); chance that all are reached {p_all} (whatever the dependence "
    "between them, from {low} to {high})."
)
STANDING = N_(
    "One row an indicator, for its last open target, or its last target where none is open. "
    "Changes a year are in the indicator's unit; those of percentages are in percentage points "
    "(pp)."
)
UNPUBLISHED = N_(
    "Where a target's year has passed without a figure, the band estimates what was not published; "
    "no chance is given."
)
CAUSES = N_(
    "Each move is split by cause, one after another; the parts add up to the move, and where "
    "causes act together their order decides which gets the credit."
)
REVISIONS = {
    "revised": N_("Revised – {name}: {old} → {new} ({origin})"),
    "added": N_("Added – {name}: {new} ({origin})"),
    "dropped": N_("Dropped – {name}: {new} ({origin})"),
}
SEVERAL_TIMES = N_(
    "Of {times} times we said {low}-{high} %, {came} came true (different targets: {targets})."
)


def render_title(report: ReportContext) -> Html:
    """Render region, day and plan documents."""
    return common.render_title(report, N_("{region}: where the plan's targets stand"))


def render_reading(report: ReportContext, results: MonitoringResults) -> Html:
    """Render the summary: counts, the schedule, the best and the worst chances, all together."""
    parts = [paragraph(common.describe_counts(report)), _tabulate_statuses(report)]
    last = last_targets(report.attainment)
    judged = last.loc[last["latest"].notna() & (last["schedule_status"] != "closed")]
    if len(judged):
        counts = report.count_labels("schedule", judged["schedule_status"])
        parts.append(paragraph(report.gettext(SCHEDULE, counts=counts)))
    ranked = last[last["status"].isin(OPEN)].sort_values(
        ["p_reach", "indicator"], ascending=[False, True]
    )
    half = min(PICKED, (len(ranked) + 1) // 2)
    best, worst = ranked.head(half), ranked.iloc[half:].tail(PICKED).iloc[::-1]
    for title, rows in (
        (N_("Open targets most likely to be reached"), best),
        (N_("Open targets least likely to be reached"), worst),
    ):
        if len(rows):
            lines = [_describe_target(report, row) for row in rows.to_dict("records")]
            parts += [paragraph(report.gettext(title), strong=True), bullets(lines)]
    text = report.gettext(common.NONE_OPEN) if ranked.empty else _describe_joint(report, results)
    return section(report.gettext("What stands out"), *parts, paragraph(text))


def render_standing(report: ReportContext) -> Html:
    """Render a table an area: every indicator that has a target and at least one figure."""
    title = report.gettext("Where each indicator stands")
    rows = last_targets(report.attainment)
    rows = rows[rows["latest"].notna()]
    if rows.empty:
        none = report.gettext("No figure is published for any indicator of the plan.")
        return section(title, paragraph(none))
    cells = pd.DataFrame(
        [_standing_row(report, row) for row in rows.to_dict("records")], rows.index
    )
    # A column without any value is left out of all tables alike.
    cells = cells.loc[:, cells.ne(NO_VALUE).any()]
    parts = [paragraph(report.gettext(STANDING))]
    for area, part in report.by_area(rows):
        parts += [heading(area, 3), tabulate(cells.loc[part.index].to_dict("records"))]
    return section(title, *parts)


def render_charts(report: ReportContext, results: MonitoringResults) -> Html:
    """Render the fan charts of all areas."""
    title = report.gettext("Figures and forecasts")
    charts = fan_charts(report, report.quantiles, report.attainment, sources=results.sources)
    if not charts:
        none = report.gettext("No indicator has both a published figure and a recent target.")
        return section(title, paragraph(none))
    parts = []
    if report.attainment["status"].isin(PASSED).any():
        parts.append(paragraph(report.gettext(UNPUBLISHED)))
    drawn = charted_indicators(report.plan, report.attainment)
    for area, figure in charts.items():
        name = report.name("areas", area)
        names = report.join(
            report.name("indicators", indicator)
            for indicator in drawn
            if report.indicators.at[indicator, "area"] == area
        )
        text = report.gettext("{area}: figures and forecasts of {names}", area=name, names=names)
        parts += [heading(name, 3), picture(figure, text)]
    return section(title, *parts)


def render_unknown(report: ReportContext) -> Html:
    """Render indicators without a figure or with one only, and targets that nobody reported on."""
    table = report.attainment
    silent = table[table["latest"].isna()].drop_duplicates("indicator")
    figures = report.plan.observations.groupby("indicator").size()
    single = table[table["indicator"].map(figures) == 1].drop_duplicates("indicator")
    parts = []
    for message, rows in (
        (N_("Indicators without any figure: {count}"), silent),
        (N_("Indicators with one figure only (no trend of their own): {count}"), single),
    ):
        parts += [
            paragraph(report.gettext(message, count=len(rows)), strong=True),
            common.name_lists(report, rows),
        ]
    passed = report.gettext(
        "Targets whose year passed without a figure: {count} (see the section above)",
        count=int(table["status"].isin(PASSED).sum()),
    )
    return section(report.gettext("What is not known"), *parts, paragraph(passed, strong=True))


def render_changes(report: ReportContext, results: MonitoringResults) -> Html:
    """Render what changed since the last issue: the largest moves, split by cause."""
    title, changes = report.gettext("What changed since the last issue, and why"), results.changes
    if changes is None:
        none = report.gettext("There is no earlier issue to compare with.")
        return section(title, paragraph(none))
    size = changes["move"].abs()
    moved = changes[size >= SMALLEST_MOVE]
    largest = moved.loc[size[moved.index].sort_values(ascending=False, kind="stable").index]
    rows = [_change_row(report, row) for row in largest.head(MOST_MOVES).to_dict("records")]
    parts = [paragraph(report.gettext(CAUSES))]
    if rows:
        parts.append(tabulate(rows))
    else:
        parts.append(paragraph(report.gettext("Nothing moved by more than half a point.")))
    if (left := len(moved) - MOST_MOVES) > 0:
        more = report.gettext("{count} more targets moved by less.", count=left)
        parts.append(paragraph(more))
    revisions = results.revisions
    if revisions is not None and len(revisions):
        parts.append(paragraph(report.gettext("What changed in the plan's targets:")))
        parts.append(bullets([_describe_revision(report, r) for r in revisions.to_dict("records")]))
    return section(title, *parts)


def render_record(report: ReportContext, results: MonitoringResults) -> Html:
    """Render how often forecasts of closed years came true."""
    title = report.gettext("Track record")
    if results.record.empty:
        none = report.gettext(
            "No target of an earlier issue has closed with a published figure yet."
        )
        return section(title, paragraph(none))
    lines = []
    for row in results.record.to_dict("records"):
        once = N_("Once we said {low}-{high} %; came true: {came}.")
        ends = {end: f"{100 * row[end]:.0f}" for end in ("low", "high")}
        facts = {"times": row["times"], "came": row["came_true"], "targets": row["targets"]}
        message = once if row["times"] == 1 else SEVERAL_TIMES
        lines.append(report.gettext(message, **facts, **ends))
    intro = report.gettext("What earlier issues said, beside the figures published since:")
    return section(title, paragraph(intro), bullets(lines))


def _tabulate_statuses(report: ReportContext) -> str:
    """Tabulate the verdicts by area."""
    table, total = report.attainment, report.label("column", "total")
    present = [status for status in LABELS["status"] if status in set(table["status"])]
    rows = []
    for name, part in [*report.by_area(table), (total, table)]:
        row = {report.label("column", "area"): name}
        for status in present:
            row[report.label("status", status)] = str((part["status"] == status).sum())
        rows.append(row | {total: str(len(part))})
    return tabulate(rows)


def _describe_target(report: ReportContext, row: Mapping[str, Any]) -> str:
    """Describe a target in a line: chance, name, target, latest figure."""
    return report.gettext(
        "{chance} – {name}: target {target}, latest {latest}",
        chance=report.format_chance(row["p_reach"]),
        name=report.name("indicators", row["indicator"]),
        target=report.format_dated_target(row),
        latest=report.format_latest(row),
    )


def _describe_revision(report: ReportContext, row: Mapping[str, Any]) -> str:
    """Describe a target that was revised, added or dropped, with the source and its day."""
    old = {
        "target": row["target_old"],
        "comparator": row["comparator_old"],
        "year": row["year_old"],
    }
    origin = [report.source_title(row["source"]), *([row["since"]] if row["since"] else [])]
    message = REVISIONS[row["revision"]]
    return report.gettext(
        message,
        name=report.name("indicators", row["indicator"]),
        old=report.format_dated_target({**row, **old}) if row["revision"] == "revised" else "",
        new=report.format_dated_target(row),
        origin=report.join(origin),
    )


def _describe_joint(report: ReportContext, results: MonitoringResults) -> str:
    """Say how many open targets are expected to be reached, and how likely all of them are.

    That no draw reaches all of them (or every draw) makes it not certain.
    """
    answer = results.joint
    certain = answer.p_all_low == 1.0 or answer.p_all_high == 0.0
    p_all = answer.p_all if certain else min(max(answer.p_all, 1e-6), 1.0 - 1e-6)
    chances = {"p_all": p_all, "low": answer.p_all_low, "high": answer.p_all_high}
    return report.gettext(
        TOGETHER, open=answer.counted, least=answer.low, most=answer.high,
        expected=number(answer.expected, report.language, step=0.1),
        **{key: report.format_chance(p) for key, p in chances.items()},
    )  # fmt: skip


def _standing_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    targets, indicator = report.plan.targets, str(row["indicator"])
    then = targets[targets["indicator"].eq(indicator) & targets["year"].eq(row["latest_year"])]
    unit = report.unit(indicator)
    planned = [
        comparison(comparator, float(value), report.language, unit=unit)
        for comparator, value in zip(then["comparator"], then["value"], strict=True)
    ]
    open_ = row["status"] in OPEN
    return report.with_heads({
        "name": report.with_unit(indicator),
        "latest": report.format_latest(row),
        "planned": report.join(planned) or NO_VALUE,
        "target": report.format_dated_target(row),
        "schedule_status": report.label("schedule", row["schedule_status"]),
        "required_rate": report.format_change(indicator, row["required_rate"]),
        "pace": report.format_change(indicator, row["pace"]),
        "median": report.format_estimate(indicator, row["median"] if open_ else None),
        "p_reach": report.format_chance(row["p_reach"] if open_ else None),
        "status": report.label("status", row["status"]),
        "evidence": report.label("evidence", row["evidence"]),
    })  # fmt: skip


def _change_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    """Put one target's move by cause into cells."""
    causes = [
        f"{report.label('cause', cause)} {points(row[cause], report.language)}"
        for cause in LABELS["cause"]
        if abs(row[cause]) >= SMALLEST_MOVE
    ]
    name = report.name("indicators", row["indicator"])
    return {
        report.gettext("Target"): report.gettext(
            "{target} ({year})", target=name, year=row["year"]
        ),
        report.gettext("Before"): report.format_chance(row["p_old"]),
        report.gettext("Now"): report.format_chance(row["p_new"]),
        report.gettext("Move"): points(row["move"], report.language),
        report.gettext("Why"): report.join(causes),
    }
