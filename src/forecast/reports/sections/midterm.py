"""Sections of the mid-term evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...charts.evaluation import attainment_chart, progress_chart
from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE, day
from ..context import ReportContext, format_time
from ..html import Html, bullets, chinese, heading, paragraph, picture, section, tabulate
from ..midterm import MidtermEvaluation
from . import common

__all__ = [
    "render_adjust", "render_final", "render_lists", "render_progress", "render_projects",
    "render_reading", "render_title", "render_verdicts",
]  # fmt: skip

FEW_PACES = 10
"""Paces below which that none was as high says little."""
INTRO = N_(
    "This report puts the schedule rule (is the latest figure on the straight line from baseline "
    "to target?) beside the forecast (the chance that the target is reached in its year), says why "
    "they differ, judges the final year, and lists indicators to adjust, the projects' progress "
    "and the deadlines of tasks."
)
SIDE_BY_SIDE = N_(
    "Each indicator with its last open target. The schedule rule looks at the latest figure and "
    "the line only; the forecast also at the pace, other regions and the uncertainty."
)
FINAL = N_(
    "Forecasts: median and 80 % interval. What they rest on: the evidence, the number of the "
    "region's own figures, and of other regions with figures of the indicator. A judgement on weak "
    "evidence is a starting point for talk."
)
NONE_UNLIKELY = N_("None of the open targets with figures is unlikely to be reached.")
UNLIKELY = N_(
    "Targets unlikely to be reached. Needed from now on is the straight pace from the estimate of "
    "today to the target; it is compared with the yearly paces between published figures of all "
    "regions. Of totals, large regions show large paces: mind that when comparing."
)
SLIPS = N_(
    "No document publishes completions: how far projects slip, and whether they are given up, is "
    "assumed; money is spent evenly from start to completion."
)
NO_LISTS = N_("The plan has no list of tasks or policies, and no stages.")
DEADLINES = N_(
    "Sorted by the deadline as printed, those without one last. It is said only whether the "
    "deadline had passed on the as-of date; whether the entry is done, no data tells, and nothing "
    "is judged. Entries stand in the language of the documents."
)
AGREEMENT = N_(
    "Indicators with figures and an open target: {count}. Schedule rule and forecast agree: "
    "{same}; differ: {differ}; one figure only, so that the schedule rule is silent: {silent}."
)
BINDING = N_(
    "Binding targets that are open and have figures: {count}; chance that all are reached {chance}."
)
NEVER_SEEN = N_(
    "Indicators unlikely to reach their target: {count}; for {never} of them no region ever showed "
    "the pace needed, for {unknown} there is no pace to compare with."
)
ENTRIES = N_(
    "Entries of lists, and stages: {count}. By deadline: {counts}. Whether they are done, no data "
    "tells."
)


def render_title(report: ReportContext) -> Html:
    """Render region, day, plan documents, and what an evaluation is."""
    return common.render_title(report, N_("{region}: mid-term evaluation of the plan"), INTRO)


def render_reading(report: ReportContext, results: MidtermEvaluation) -> Html:
    """Render the summary: both verdicts, all together, what has to be adjusted, deadlines."""
    lines = [common.describe_counts(report)]
    if results.open.empty:
        lines.append(report.gettext(common.NONE_OPEN))
    else:
        lines += [
            _describe_agreement(report, results), common.describe_expected(report, results.joint),
            _describe_binding(report, results), _describe_never_seen(report, results),
        ]  # fmt: skip
    if len(results.projects):
        now = common.describe_projects_now(report, results.projects)
        lines.append(now + common.describe_projects_end(report, results.projects))
    lines.append(_describe_deadlines(report, results))
    return section(report.gettext("What stands out"), bullets(lines))


def render_verdicts(report: ReportContext, results: MidtermEvaluation) -> Html:
    """Render schedule and forecast side by side, binding and expected targets apart, and why."""
    title = report.gettext("Schedule and forecast side by side")
    if results.open.empty:
        return section(title, paragraph(report.gettext(common.NONE_OPEN)))
    parts = [paragraph(report.gettext(SIDE_BY_SIDE))]
    printed = set(report.plan.targets["force"]) - {""}
    for force in common.FORCES:
        rows = results.open[results.open["force"] == force]
        head = heading(report.label("force_targets", force or ("other" if printed else "none")), 3)
        if len(rows):
            cells = [_verdict_row(report, row) for row in rows.to_dict("records")]
            parts += [head, tabulate(cells)]
        elif force in printed:
            none = report.gettext("No open target of this sort has a figure to judge by.")
            parts += [head, paragraph(none)]
    return section(title, *parts)


def render_progress(report: ReportContext, results: MidtermEvaluation) -> Html:
    """Render how much of the way is gone, beside the schedule."""
    rows = results.way[results.way["indicator"].isin(results.open["indicator"])]
    chart = progress_chart(report, rows, sources=results.sources)
    title = report.gettext("How much of the way is gone")
    if chart is None:
        none = report.gettext("There is no open target whose way could be drawn.")
        return section(title, paragraph(none))
    text = report.gettext("Way gone by each indicator, beside the schedule")
    return section(title, picture(chart, text))


def render_final(report: ReportContext, results: MidtermEvaluation) -> Html:
    """Render the final year: the forecast with its range, the verdict, what it rests on."""
    title = report.gettext("Judgement of the final year")
    if results.open.empty:
        return section(title, paragraph(report.gettext(common.NONE_OPEN)))
    cells = [_final_row(report, row) for row in results.open.to_dict("records")]
    parts = [paragraph(report.gettext(FINAL)), tabulate(cells)]
    chart = attainment_chart(report, results.open, sources=results.sources)
    if chart is not None:
        text = report.gettext("Range of years in which each target is met")
        parts += [heading(report.gettext("When each target is met"), 3), picture(chart, text)]
    return section(title, *parts)


def render_adjust(report: ReportContext, results: MidtermEvaluation) -> Html:
    """Render what is unlikely to be reached: the pace needed, and whether anyone ever had it."""
    title = report.gettext("Indicators to adjust")
    rows = results.open[results.open["status"] == "unlikely"]
    if rows.empty:
        none = common.NONE_OPEN if results.open.empty else NONE_UNLIKELY
        return section(title, paragraph(report.gettext(none)))
    cells = [_adjust_row(report, row) for row in rows.to_dict("records")]
    return section(title, paragraph(report.gettext(UNLIKELY)), tabulate(cells))


def render_projects(report: ReportContext, results: MidtermEvaluation) -> Html:
    """Render completions and spending of the plan's projects."""
    now = common.describe_projects_now(report, results.projects)
    return common.render_projects(report, results.projects, now, note=SLIPS)


def render_lists(report: ReportContext, results: MidtermEvaluation) -> Html:
    """Render tasks, policies and stages by deadline."""
    title = report.gettext("Deadlines of tasks, policies and stages")
    if results.tasks.empty and results.stages.empty:
        return section(title, paragraph(report.gettext(NO_LISTS)))
    parts = [paragraph(report.gettext(DEADLINES))]
    for head, rows in (
        (N_("Lists of tasks and policies"), results.tasks),
        (N_("Stages in words"), results.stages),
    ):
        if len(rows):
            cells = [_deadline_row(report, results, row) for row in rows.to_dict("records")]
            parts += [heading(report.gettext(head), 3), tabulate(cells)]
    return section(title, *parts)


# Rows of tables.


def _verdict_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    indicator = row["indicator"]
    facts = {
        "pace": report.format_change(indicator, row["pace"]),
        "step": report.format_change(indicator, row["last_step"]),
        "needed": report.format_change(indicator, row["required_rate"]),
        "median": report.format_estimate(indicator, row["median"]),
        "chance": report.format_chance(row["p_reach"]),
        "year": format_time(float(row["latest_year"])),
        "figures": row["figures"],
    }
    status = report.label("status", str(row["status"]))
    return report.with_heads({
        "name": report.with_unit(indicator),
        "latest": report.format_latest(row),
        "target": report.format_dated_target(row),
        "schedule_status": report.label("schedule", str(row["schedule_status"])),
        "forecast": f"{status}\n{facts['chance']}",
        "why": report.label("reason", str(row["reason"])).format(**facts),
    })  # fmt: skip


def _final_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    """Put the forecast of the target year with its range, and what it rests on, into cells."""
    indicator, fan, others = row["indicator"], report.quantiles, report.plan.siblings
    points = fan[fan["indicator"].eq(indicator) & fan["year"].eq(row["year"])]
    ends = {
        end: report.format_estimate(indicator, float(points[q].iloc[0])) if len(points) else ""
        for end, q in (("median", "q50"), ("low", "q10"), ("high", "q90"))
    }
    forecast = report.gettext("{median}\n{low} to {high}", **ends) if len(points) else NO_VALUE
    rests_on = report.gettext(
        "{evidence}\nown figures: {own}; other regions: {others}",
        evidence=report.label("evidence", str(row["evidence"])), own=row["figures"],
        others=others.loc[others["indicator"] == indicator, "region"].nunique(),
    )  # fmt: skip
    return report.with_heads({
        "name": report.with_unit(indicator),
        "target": report.format_dated_target(row),
        "final_forecast": forecast,
        "p_reach": report.format_chance(row["p_reach"]),
        "status": report.label("status", str(row["status"])),
        "rests_on": rests_on,
    })  # fmt: skip


def _adjust_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    """Put the pace needed, the own pace and the fastest of all regions into cells."""
    indicator, seen, high = row["indicator"], int(row["paces_seen"]), int(row["paces_as_high"])
    code = "never" if not high else "seen"
    code = "none" if not seen else f"few_{code}" if seen < FEW_PACES else code
    return report.with_heads({
        "name": report.with_unit(indicator),
        "target": report.format_dated_target(row),
        "p_reach": report.format_chance(row["p_reach"]),
        "needed_now": report.format_change(indicator, row["needed_now"]),
        "pace": report.format_change(indicator, row["pace"]),
        "fastest_pace": report.format_change(indicator, row["fastest_pace"]),
        "ever_seen": report.label("ever_seen", code).format(high=high, seen=seen),
    })  # fmt: skip


def _deadline_row(
    report: ReportContext, results: MidtermEvaluation, row: Mapping[str, Any]
) -> dict[str, str | Html]:
    """Put one entry into cells: deadline as printed, state, what it is, where it is printed."""
    due, sources = str(row["due"]), results.sources
    if due.count("-") == 2:
        due = day(due, report.language)
    elif due:
        due = report.gettext("{year}", year=due.replace("-", "–"))
    numbered = f"[{sources.index(row['source']) + 1}]" if row["source"] in sources else ""
    listed = {"list_of": report.label("list", row["list"])} if row["list"] else {}
    return report.with_heads({
        "due": due or NO_VALUE,
        "state": report.label("state", row["state"]),
        **listed,
        "name_zh": chinese(row["name_zh"]),
        "requirement_zh": chinese(row["requirement_zh"]),
        "locus": chinese(f"{numbered} {row['locus']}".strip()),
    })  # fmt: skip


# What stands out.


def _describe_agreement(report: ReportContext, results: MidtermEvaluation) -> str:
    """Count where both verdicts say the same, where they differ, where one says nothing."""
    reasons = results.open["reason"]
    same, silent = reasons.isin(["both_good", "both_bad"]), reasons == "one_figure"
    differ = results.open[~same & ~silent]
    counts = {"count": len(reasons), "same": int(same.sum()), "silent": int(silent.sum())}
    text = report.gettext(AGREEMENT, differ=len(differ), **counts)
    if len(differ):
        names = report.join(report.name("indicators", name) for name in differ["indicator"])
        text += report.gettext(" They differ for: {names}.", names=names)
    return text


def _describe_binding(report: ReportContext, results: MidtermEvaluation) -> str:
    """Count the binding targets, or say that none is printed or seen."""
    joint = results.joint
    if joint.binding:
        chance = report.format_chance(min(max(joint.p_binding, 1e-6), 1.0 - 1e-6))
        return report.gettext(BINDING, count=joint.binding, chance=chance)
    printed = (report.plan.targets["force"] == "binding").any()
    return report.gettext(
        N_("No open binding target has a figure to judge by.")
        if printed
        else N_("The plan documents do not say which targets are binding and which expected.")
    )


def _describe_never_seen(report: ReportContext, results: MidtermEvaluation) -> str:
    """Count what is unlikely, and for how much of it no region ever had the pace needed."""
    rows = results.open[results.open["status"] == "unlikely"]
    if rows.empty:
        return report.gettext(NONE_UNLIKELY)
    never = rows[(rows["paces_seen"] > 0) & (rows["paces_as_high"] == 0)]
    unknown = int((rows["paces_seen"] == 0).sum())
    return report.gettext(NEVER_SEEN, count=len(rows), never=len(never), unknown=unknown)


def _describe_deadlines(report: ReportContext, results: MidtermEvaluation) -> str:
    """Count entries of the lists by what their deadline says."""
    states = pd.concat([results.tasks["state"], results.stages["state"]])
    if states.empty:
        return report.gettext(NO_LISTS)
    counts = report.count_labels("state", states)
    return report.gettext(ENTRIES, count=len(states), counts=counts)
