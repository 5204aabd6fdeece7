"""What scenarios change: a headline, sentences and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..charts.style import CLEAR
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, number, points
from ..scenarios.scenario import BASELINE, Scenario
from ..targets.joint_answers import Joint
from .context import ReportContext
from .descriptions import describe_step, kinds_of
from .findings import find
from .html import Cells

if TYPE_CHECKING:
    from .scenarios import ScenarioAnalysis

__all__ = [
    "change_rows", "describe_best", "describe_costliest", "describe_expected", "describe_worst",
    "headline", "name_idle", "scenario_rows",
]  # fmt: skip

HEADLINE = N_("{region}: '{name}' helps most, {change}")
CHANGED = N_("targets likely to be met: {expected} instead of {base}")
KEPT = N_("targets likely to be met: {base}, as without it")
NONE_HELPS = N_("{region}: no measure raises the number of targets met, about {base} of {count}")
EXPECTED = N_(
    "On current trends {expected} of the {open} open targets with figures are likely to be "
    "met (90 % interval {low} to {high})."
)
BEST = N_("Of the measures the most helpful one: {name}; {change}.")
WORST = N_("Of the outside assumptions the worst one: if {name}, {change}.")
COSTLIEST = N_(
    "The main constraint on meeting all targets is {name}, on current trends and in {same} of "
    "{count} scenarios."
)


def headline(report: ReportContext, results: ScenarioAnalysis) -> str:
    """Say which measure helps most; the finding on the plan where no target is open."""
    base = results.joints[BASELINE.name]
    if not base.counted:
        return find(report).headline()
    name, _ = _extreme(results, _names(results, lever=True), 1.0)
    region = report.name("regions", report.plan.region)
    if not name:
        before = number(base.expected, report.language, step=1.0)
        return report.gettext(NONE_HELPS, base=before, region=region, count=base.counted)
    change = _describe_count(report, results, name)
    return report.gettext(HEADLINE, region=region, name=report.scenario(name), change=change)


def describe_expected(report: ReportContext, joint: Joint) -> str:
    """Say how many open targets are likely to be met as things go now."""
    counts = {"open": joint.counted, "low": joint.low, "high": joint.high}
    return report.gettext(EXPECTED, expected=_round_count(report, joint), **counts)


def describe_best(report: ReportContext, results: ScenarioAnalysis) -> str:
    """Describe the scenario of measures alone that helps most; empty where none does."""
    return _describe_extreme(report, results, BEST, _names(results, lever=True), 1.0)


def describe_worst(report: ReportContext, results: ScenarioAnalysis) -> str:
    """Describe the scenario with an assumption that harms most; empty where none does."""
    return _describe_extreme(report, results, WORST, _names(results, lever=False), -1.0)


def describe_costliest(report: ReportContext, results: ScenarioAnalysis) -> str:
    """Say which target is most in the way of meeting all, and in how many scenarios it is."""
    first = {name: str(answer.costs.iloc[0]["indicator"]) if len(answer.costs) else ""
             for name, answer in results.joints.items()}  # fmt: skip
    usual = first.pop(BASELINE.name)
    same = sum(name == usual for name in first.values())
    return report.gettext(COSTLIEST, name=report.quantity(usual), same=same, count=len(first))


def scenario_rows(report: ReportContext, results: ScenarioAnalysis) -> list[Cells]:
    """Put each scenario that acts here into cells: name, what it says, what it sets."""
    rows: list[Cells] = []
    for scenario in results.scenarios:
        steps = _steps(report, scenario)
        if steps:
            kinds = report.label("changed_by", kinds_of(report, scenario))
            rows.append(report.with_heads({
                "scenario": f"{report.scenario(scenario.name)}\n{kinds}",
                "text": report.local(scenario, "text") or NO_VALUE,
                "settings": report.join(steps),
            }))  # fmt: skip
    return rows


def name_idle(report: ReportContext, results: ScenarioAnalysis) -> str:
    """Name the scenarios that set nothing here."""
    idle = [s.name for s in results.scenarios if not _steps(report, s)]
    return report.join(map(report.scenario, idle))


def _steps(report: ReportContext, scenario: Scenario) -> list[str]:
    """Describe what a scenario sets in this region, of what has figures."""
    return [
        text
        for step in scenario.all_steps()
        for text in describe_step(report, step)
        if step.mechanism is None or report.is_active(report.mechanisms[step.mechanism])
    ]


def change_rows(report: ReportContext, results: ScenarioAnalysis) -> list[Cells]:
    """Put into cells what scenarios change, that with most targets met first."""
    moved = results.last[(results.last["changed_by"] != "") & results.last["p_change"].notna()]
    names = [s.name for s in results.scenarios if s.name in set(moved["scenario"])]
    names.sort(key=lambda name: -results.joints[name].expected)
    rows = [_change_row(report, results, name, moved[moved["scenario"] == name]) for name in names]
    return [row for row in rows if row]


def _kinds(results: ScenarioAnalysis) -> dict[str, set[str]]:
    """Return what the changes of each scenario rest on here: lever, assumption or both."""
    moved = results.compared[results.compared["p_change"].notna()]
    return {
        str(name): {kind for text in rows["changed_by"] for kind in str(text).split(", ") if kind}
        for name, rows in moved.groupby("scenario")
    }


def _names(results: ScenarioAnalysis, *, lever: bool) -> list[str]:
    """List scenarios of measures alone, or those with an assumption."""
    kinds = _kinds(results)
    return [
        s.name
        for s in results.scenarios
        if (kinds.get(s.name) == {"lever"} if lever else "assumption" in kinds.get(s.name, ()))
    ]


def _extreme(results: ScenarioAnalysis, names: list[str], sign: float) -> tuple[str, float]:
    """Return the scenario with the largest gain or loss, and its size; none below one in 20."""
    base = results.joints[BASELINE.name].expected
    gains = {name: sign * (results.joints[name].expected - base) for name in names}
    name = max(gains, key=lambda n: gains[n], default="")
    return (name, gains[name]) if name and gains[name] >= 0.05 else ("", 0.0)


def _describe_extreme(
    report: ReportContext, results: ScenarioAnalysis, message: str, names: list[str], sign: float
) -> str:
    name, _ = _extreme(results, names, sign)
    if not name:
        return ""
    change = _describe_count(report, results, name)
    return report.gettext(message, name=report.scenario(name), change=change)


def _describe_count(report: ReportContext, results: ScenarioAnalysis, name: str) -> str:
    """Say how many targets are likely to be met in a scenario, and how many without it."""
    expected, base = (_round_count(report, results.joints[s]) for s in (name, BASELINE.name))
    return report.gettext(KEPT if expected == base else CHANGED, expected=expected, base=base)


def _round_count(report: ReportContext, joint: Joint) -> str:
    """Give the number of targets that are likely to be met, to the whole one."""
    count = number(joint.expected, report.language, step=1.0)
    return report.gettext(N_("hardly any") if count == "0" else N_("about {count}"), count=count)


def _change_row(
    report: ReportContext, results: ScenarioAnalysis, name: str, moved: pd.DataFrame
) -> Cells:
    """Put into cells how many chances a scenario raises and lowers, and which most; {} for none."""
    clear = moved["p_change"].abs() > np.maximum(CLEAR * moved["p_change_error"], 1e-9)
    up, down = moved[clear & (moved["p_change"] > 0)], moved[clear & (moved["p_change"] < 0)]
    if up.empty and down.empty:
        return {}
    kinds = {kind for text in moved["changed_by"] for kind in str(text).split(", ")}
    answer, label = results.joints[name], report.label("changed_by", ", ".join(sorted(kinds)))
    if "assumption" in kinds:
        label = report.gettext("{kind} (if)", kind=label)
    return report.with_heads({
        "scenario": f"{report.scenario(name)}\n{label}",
        "raised": str(len(up)),
        "lowered": str(len(down)),
        "best_change": _describe_change(report, up.nlargest(1, "p_change", keep="last")),
        "worst_change": _describe_change(report, down.nsmallest(1, "p_change")),
        "expected": report.gettext(
            "{middle} ({low} to {high})", low=answer.low, high=answer.high,
            middle=number(answer.expected, report.language, step=0.1),
        ),
    })  # fmt: skip


def _describe_change(report: ReportContext, rows: pd.DataFrame) -> str:
    if rows.empty:
        return NO_VALUE
    row = rows.iloc[0]
    change = points(row["p_change"], report.language, error=row["p_change_error"])
    name = report.quantity(str(row["indicator"]))
    return report.gettext("{points} – {name}", points=change, name=name)
