"""Sections of the scenario report: scenarios, changes, joint answers, rules, indices, ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...charts.measures import effects_chart
from ...charts.style import CLEAR
from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE, number, points
from ...scenarios.scenario import BASELINE
from ...targets.joint_answers import Joint
from ..charts import show
from ..context import ReportContext
from ..descriptions import (
    describe_step,
    kinds_of,
)
from ..html import Html, bullets, paragraph, section, tabulate
from ..projects import describe_end
from ..scenarios import ScenarioAnalysis
from . import common
from .scenario_targets import describe_seek, describe_target

__all__ = [
    "render_changes", 
    "render_reading", "render_scenarios", "render_together",
]  # fmt: skip

BEST = N_(
    "The most helpful scenario of measures alone: {name}; {expected} targets expected to be "
    "reached, {more} more than in the baseline."
)
WORST = N_(
    "The most adverse assumption ({name}): {expected} targets would be reached, {more} fewer than"
    " in the baseline."
)
ALL_CLOSED = N_(
    "No target is open: every target year has passed, or no figure was ever published, and no "
    "scenario changes what is over. To see how things stood, set the as-of date before the target "
    "years."
)
CHANGES = N_(
    "Only the last open target of an indicator counts. Changes of a chance are in percentage "
    "points (pp); those below two errors count neither as a rise nor as a fall."
)
TOGETHER = N_(
    "All open targets with figures are counted, those of each year apart. Most in the way is the "
    "target for which the chance that all others are reached and it is not is highest; where no "
    "simulated future is like that, the least likely one. Bounds hold whatever the dependence "
    "between targets."
)
RANK = N_("{name}: {low} to {high} of {count}")
ANY_RANK = N_("The published figures are too few to rank the region.")


def render_reading(report: ReportContext, results: ScenarioAnalysis) -> Html:
    """Render the summary: the baseline, the most helpful and the worst scenario, the detail."""
    base, lines, before = results.joints[BASELINE.name], [], ""
    if base.counted:
        lines = [
            common.describe_expected(report, base), _describe_best(report, results),
            _describe_worst(report, results),
        ]  # fmt: skip
        if results.detail is not None:
            lines += [
                describe_target(report, results, results.detail),
                describe_seek(report, results, results.detail.seek),
            ]
    else:
        before = paragraph(report.gettext(ALL_CLOSED))
    if len(results.projects):
        lines.append(describe_end(report, results.projects))
    return section(report.gettext("Key findings"), before, bullets(lines) if lines else "")


def render_scenarios(report: ReportContext, results: ScenarioAnalysis) -> Html:
    """Render each scenario in words: name, what it says, what it sets in this region."""
    title = report.gettext("The scenarios")
    if not results.scenarios:
        none = report.gettext("No scenario was chosen; there is only the baseline.")
        return section(title, paragraph(none))
    rows = []
    for scenario in results.scenarios:
        steps = [text for step in scenario.all_steps() for text in describe_step(report, step)]
        kinds = report.label("changed_by", kinds_of(report, scenario))
        nothing = report.gettext("nothing is set for this region")
        rows.append(report.with_heads({
            "scenario": f"{report.scenario(scenario.name)}\n{kinds}",
            "text": report.local(scenario, "text") or NO_VALUE,
            "settings": report.join(steps) or nothing,
        }))  # fmt: skip
    return section(title, tabulate(rows))


def render_changes(report: ReportContext, results: ScenarioAnalysis) -> Html:
    """Render what scenarios change: counts, best and worst changes, a heat map, fans."""
    title = report.gettext("What the scenarios change")
    moved = results.last[(results.last["changed_by"] != "") & results.last["p_change"].notna()]
    if moved.empty:
        none = N_("None of the scenarios changes the chance of an open target.")
        none = none if len(results.base) else common.SEE_ABOVE
        return section(title, paragraph(report.gettext(none)))
    names = [s.name for s in results.scenarios if s.name in set(moved["scenario"])]
    rows = [_change_row(report, name, moved[moved["scenario"] == name]) for name in names]
    parts = [paragraph(report.gettext(CHANGES)), tabulate(rows)]
    parts.append(show(report, effects_chart(report, results.last)))
    return section(title, *parts)


def render_together(report: ReportContext, results: ScenarioAnalysis) -> Html:
    """Render for each scenario how many targets are met together, and what is most in the way."""
    title = report.gettext("All targets together")
    if not results.joints[BASELINE.name].counted:
        return section(title, paragraph(report.gettext(common.SEE_ABOVE)))
    rows = [_joint_row(report, name, answer) for name, answer in results.joints.items()]
    return section(title, paragraph(report.gettext(TOGETHER)), tabulate(rows))


# Key findings.


def _describe_best(report: ReportContext, results: ScenarioAnalysis) -> str:
    """Describe the scenario of levers alone that helps most; empty where none does."""
    kinds = _kinds(results)
    names = [s.name for s in results.scenarios if kinds.get(s.name) == {"lever"}]
    return _describe_extreme(report, results, BEST, names, 1.0)


def _describe_worst(report: ReportContext, results: ScenarioAnalysis) -> str:
    """Describe the scenario with an assumption that harms most; empty where none does."""
    kinds = _kinds(results)
    names = [s.name for s in results.scenarios if "assumption" in kinds.get(s.name, ())]
    return _describe_extreme(report, results, WORST, names, -1.0)


def _kinds(results: ScenarioAnalysis) -> dict[str, set[str]]:
    """Return what the changes of each scenario rest on here: lever, assumption or both."""
    moved = results.compared[results.compared["p_change"].notna()]
    return {
        str(name): {kind for text in rows["changed_by"] for kind in str(text).split(", ") if kind}
        for name, rows in moved.groupby("scenario")
    }


def _describe_extreme(
    report: ReportContext, results: ScenarioAnalysis, message: str, names: list[str], sign: float
) -> str:
    base = results.joints[BASELINE.name].expected
    gains = {name: sign * (results.joints[name].expected - base) for name in names}
    name = max(gains, key=lambda n: gains[n], default="")
    if not name or gains[name] < 0.05:
        return ""
    more = number(gains[name], report.language, step=0.1)
    expected = number(results.joints[name].expected, report.language, step=0.1)
    return report.gettext(message, name=report.scenario(name), expected=expected, more=more)


# Rows of tables.


def _change_row(report: ReportContext, name: str, moved: pd.DataFrame) -> dict[str, str]:
    """Put into cells how many chances a scenario raises and lowers, and which most."""
    clear = moved["p_change"].abs() > np.maximum(CLEAR * moved["p_change_error"], 1e-9)
    up, down = moved[clear & (moved["p_change"] > 0)], moved[clear & (moved["p_change"] < 0)]
    kinds = {kind for text in moved["changed_by"] for kind in str(text).split(", ")}
    label = report.label("changed_by", ", ".join(sorted(kinds)))
    if "assumption" in kinds:
        label = report.gettext("{kind} (if)", kind=label)
    return report.with_heads({
        "scenario": f"{report.scenario(name)}\n{label}",
        "raised": str(len(up)),
        "lowered": str(len(down)),
        "best_change": _describe_change(report, up.nlargest(1, "p_change", keep="last")),
        "worst_change": _describe_change(report, down.nsmallest(1, "p_change")),
    })  # fmt: skip


def _describe_change(report: ReportContext, rows: pd.DataFrame) -> str:
    if rows.empty:
        return NO_VALUE
    row = rows.iloc[0]
    change = points(row["p_change"], report.language, error=row["p_change_error"])
    name = report.quantity(str(row["indicator"]))
    return report.gettext("{points} – {name}", points=change, name=name)


def _index_rows(
    report: ReportContext, table: pd.DataFrame, since: int, end: int
) -> list[dict[str, str]]:
    """Put the index of each area, now and at the end, into cells."""
    base = table[(table["scenario"] == BASELINE.name) & table["q50"].notna()]
    rows = []
    for _, group in base.groupby("index", sort=False):
        about = group[group["year"] == end].iloc[0]
        area = str(about["area"])
        cells = {
            report.label("column", "area"): report.name("areas", area)
            if area
            else report.gettext("whole region"),
        }
        for year in dict.fromkeys((since, end)):
            row = group[group["year"] == year].iloc[0]
            low, middle, high = (number(row[q], report.language, step=1.0)
                                 for q in ("q05", "q50", "q95"))  # fmt: skip
            cells[str(year)] = f"{middle}\n{low} – {high}"
        counts = {"count": about["components"], "of": about["of"]}
        text = report.gettext("{count} of {of} components have figures", **counts)
        rows.append(cells | {report.gettext("based on"): text})
    return rows


def _joint_row(report: ReportContext, name: str, answer: Joint) -> dict[str, str]:
    """Put a joint answer of a scenario into cells."""
    expected = report.gettext(
        "{value}\n90 % interval {low} to {high}", low=answer.low, high=answer.high,
        value=number(answer.expected, report.language, step=0.1),
    )  # fmt: skip
    first = answer.costs.iloc[0]
    costliest = report.gettext(
        "{name} ({years})", name=report.quantity(str(first["indicator"])), years=first["year"]
    )
    binding = answer.p_binding, answer.p_binding_low, answer.p_binding_high
    return report.with_heads({
        "scenario": report.scenario(name),
        "counted": str(answer.counted),
        "expected": expected,
        "p_all": _bounded(report, answer.p_all, answer.p_all_low, answer.p_all_high),
        "binding": str(answer.binding) if answer.binding else NO_VALUE,
        "p_binding": _bounded(report, *binding) if answer.binding else NO_VALUE,
        "costliest": costliest,
    })  # fmt: skip


def _bounded(report: ReportContext, p: float, low: float, high: float) -> str:
    """Format a chance of all, never a false 0 or 1, with its bounds where they differ."""
    chance = report.format_chance(min(max(p, 1e-6), 1.0 - 1e-6))
    if high - low < 0.005:
        return chance
    ends = {"low": report.format_chance(low), "high": report.format_chance(high)}
    return report.gettext("{value}\nbounds {low} to {high}", value=chance, **ends)
