"""What targets would take of each measure, and one target in detail: rows and sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..charts.chart import Chart
from ..charts.measures import lever_chart
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, money, points
from ..scenarios.goal_seeking import CLOSED_FORM, GoalSeek
from ..scenarios.response import PACE
from .context import ReportContext
from .findings import find
from .html import Cells

if TYPE_CHECKING:
    from .scenarios import ScenarioAnalysis, TargetDetail

__all__ = [
    "describe_detail", "describe_pace", "describe_seek", "describe_target", "draw_lever",
    "format_share", "need_rows",
]  # fmt: skip

SMALLEST_SHARE = 0.005
"""Shares of variance below it are not listed: they are printed in whole percent."""
AS_NOW = N_("{name}, target {target}: on current trends the chance is {chance}.")
NOT_REACHED = N_(
    "{lever}: {reading}. Chance {base} without it, {chance} at the limit of {upper}; asked for: "
    "{probability}."
)
REACHED = N_("{lever}: {value} would be needed to reach the target with a chance of {probability}.")
REACHED_AT_COST = N_(
    "{lever}: {value} would be needed to reach the target with a chance of {probability}, at "
    "{cost} in all ({low} to {high})."
)
NO_PACES = N_("The median would then change by {pace} per year; no comparable rate is known.")
PACES = N_(
    "The median would then change by {pace} per year; {share} of the {paces} yearly changes "
    "published by any region were as large."
)
NO_SHARES = N_(
    "The variance cannot be shared out: inputs are correlated, or the value does not vary."
)
SHARES = N_(
    "The uncertainty of the value in the target year comes from (share of variance, with "
    "interactions): {shares}."
)
FAILURE = N_(
    "If {conditions}, the chance of missing is {inside} where it is {all} in all; this happens in "
    "{share}, and holds {found} of the failures."
)
NEXT = N_(
    "The next figure, of {year}, will move the chance by {move} on average: to {p_low} if it is at "
    "most {low}, to {p_middle} between {middle_low} and {middle_high}, to {p_high} above {high}."
)


def need_rows(report: ReportContext, results: ScenarioAnalysis) -> list[Cells]:
    """Put into cells what each open target needs, the least likely first."""
    rows = results.base.sort_values("p_reach", kind="stable").to_dict("records")
    return [_need_row(report, results, row) for row in rows]


def draw_lever(report: ReportContext, results: ScenarioAnalysis, detail: TargetDetail) -> Chart:
    """Draw the chance of the target in detail by its lever, against cost."""
    goal = report.format_target(results.base_row(detail.indicator))
    name = report.quantity(detail.indicator)
    target = report.gettext("{name} ({unit})", name=name, unit=goal)
    lever = report.input(detail.seek.levers[0], detail.indicator)
    return lever_chart(report, detail.seek, lever=lever, target=target)


def describe_detail(report: ReportContext, detail: TargetDetail) -> list[str]:
    """Say what matters most for a target, when it fails, what the next figure will do."""
    return [
        _describe_shares(report, detail), *_describe_failures(report, detail),
        _describe_next(report, detail),
    ]  # fmt: skip


def describe_target(report: ReportContext, results: ScenarioAnalysis, detail: TargetDetail) -> str:
    """Give the target in detail and its chance in the baseline."""
    row = results.base_row(detail.indicator)
    return report.gettext(
        AS_NOW, name=report.quantity(detail.indicator), target=report.format_dated_target(row),
        chance=find(report).round_chance(row["p_reach"]),
    )  # fmt: skip


def describe_seek(report: ReportContext, seek: GoalSeek) -> str:
    """Describe what a target would take of the lever that was searched."""
    unit, round_chance = seek.units[0], find(report).round_chance
    facts = {
        "lever": report.input(seek.levers[0], seek.indicator),
        "probability": report.format_chance(seek.probability),
    }
    if seek.reading != "reached":
        limit = seek.upper[0] if seek.upper[0] else seek.lower[0]
        return report.gettext(
            NOT_REACHED, reading=report.label("reading", seek.reading),
            base=round_chance(seek.p_baseline), upper=report.format_setting(limit, unit),
            chance=round_chance(seek.p_upper), **facts,
        )  # fmt: skip
    facts["value"] = report.format_setting(seek.values[0], unit)
    if not math.isfinite(seek.cost):
        return report.gettext(REACHED, **facts)
    costs = {"cost": seek.cost, "low": seek.cost_low, "high": seek.cost_high}
    texts = {key: money(value, report.language) for key, value in costs.items()}
    return report.gettext(REACHED_AT_COST, **facts, **texts)


def format_share(report: ReportContext, share: float) -> str:
    """Format a share of draws as a chance, within 1 to 99 % as all chances are."""
    return report.format_chance(float(np.clip(share, 0.01, 0.99)))


def _need_row(report: ReportContext, results: ScenarioAnalysis, row: Mapping[str, Any]) -> Cells:
    """Put into cells what one target needs."""
    indicator, needs = row["indicator"], results.needs
    needs = needs[needs["indicator"] == indicator]
    pace = needs[needs["lever"] == PACE].iloc[0]
    reached, seen = pace["reading"] == "reached", NO_VALUE
    if reached and math.isfinite(pace["pace_share"]):
        share = report.format_chance(pace["pace_share"])
        seen = report.gettext("{share} were as high", share=share)
    # A lever of dates that no date is enough for says nothing.
    useful = needs["lever"].ne(PACE) & ~(needs["unit"].eq("year") & needs["needed"].isna())
    levers = [_describe_need(report, need) for need in needs[useful].to_dict("records")]
    extra = report.format_change(indicator, pace["needed"])
    return report.with_heads({
        **find(report).first_cells(indicator),
        "target": report.format_dated_target(row),
        "p_reach": find(report).round_chance(row["p_reach"], bare=True),
        "extra_pace": extra if reached else report.label("pace_reading", pace["reading"]),
        "pace_standing": seen,
        "levers": "\n".join(levers) or report.gettext("no lever is described"),
    })  # fmt: skip


def _describe_need(report: ReportContext, need: Mapping[str, Any]) -> str:
    """Describe what one lever would have to be."""
    lever, unit = report.input(str(need["lever"]), str(need["indicator"])), str(need["unit"])
    if need["lever"] == CLOSED_FORM:
        value = report.format_rounded(float(need["needed_median"]), unit)
        return report.gettext("{lever} {needed}", lever=lever, needed=value)
    if need["reading"] != "reached":
        reading = report.label("reading", need["reading"])
        return report.gettext("{lever}: {reading}", lever=lever, reading=reading)
    value = report.format_setting(float(need["needed"]), unit)
    if unit == "year":
        value = report.gettext("from {year}", year=value)
    if not math.isfinite(need["cost"]):
        return report.gettext("{lever} {needed}", lever=lever, needed=value)
    cost = money(need["cost"], report.language)
    return report.gettext("{lever} {needed} ({cost} in all)", lever=lever, needed=value, cost=cost)


def describe_pace(report: ReportContext, seek: GoalSeek) -> str:
    """Compare the pace that is needed with those that were seen."""
    if not math.isfinite(seek.pace):
        return ""
    pace = report.format_change(seek.indicator, seek.pace)
    if not seek.paces:
        return report.gettext(NO_PACES, pace=pace)
    share = report.format_chance(seek.pace_share)
    return report.gettext(PACES, pace=pace, paces=seek.paces, share=share)


def _describe_shares(report: ReportContext, detail: TargetDetail) -> str:
    table = detail.sensitivity.indices
    if table.empty:
        return report.gettext(NO_SHARES)
    large = table[table["total_order"] >= SMALLEST_SHARE]
    shares = [
        report.gettext(
            "{name} {share}", name=report.input(str(row["input"]), detail.indicator),
            share=report.format_chance(min(row["total_order"], 1.0)),
        )
        for row in large.sort_values("total_order", ascending=False).to_dict("records")
    ]  # fmt: skip
    return report.gettext(SHARES, shares=report.join(shares))


def _describe_failures(report: ReportContext, detail: TargetDetail) -> list[str]:
    """Describe under which one and which two conditions the target fails."""
    lines = []
    for _, region in detail.failures.groupby("conditions", sort=True):
        conditions = [
            _describe_condition(report, row, detail.indicator) for row in region.to_dict("records")
        ]
        first = region.iloc[0]
        shares = {"share": first["share"], "found": first["found_share"]}
        texts = {key: report.format_chance(value) for key, value in shares.items()}
        chances = {"inside": first["p_fail_in"], "all": first["p_fail"]}
        texts |= {k: find(report).round_chance(p, bare=True) for k, p in chances.items()}
        joined = report.gettext(" and ").join(conditions)
        lines.append(report.gettext(FAILURE, conditions=joined, **texts))
    return lines


def _describe_condition(report: ReportContext, row: Mapping[str, Any], indicator: str) -> str:
    name = report.input(str(row["input"]), indicator)
    if row["input"] in report.indicators.index:
        name = report.gettext("yearly growth of {name}", name=name)
    below = row["comparator"] == "le"
    text = N_("{input} is at most {value}") if below else N_("{input} is above {value}")
    value = report.format_rounded(float(row["threshold"]), str(row["unit"]))
    return report.gettext(text, input=name, value=value)


def _describe_next(report: ReportContext, detail: TargetDetail) -> str:
    """Describe what the next figure would do to the chance."""
    table, unit = detail.next_figure.table, report.unit(detail.indicator)
    first, middle, last = table.iloc[0], table.iloc[len(table) // 2], table.iloc[-1]
    values = {"low": first["high"], "middle_low": middle["low"], "middle_high": middle["high"],
              "high": last["low"]}  # fmt: skip
    chances = {"p_low": first, "p_middle": middle, "p_high": last}
    return report.gettext(
        NEXT, year=detail.next_figure.year,
        move=points(detail.next_figure.expected_move, report.language).lstrip("+"),
        **{key: report.format_rounded(float(value), unit) for key, value in values.items()},
        **{key: find(report).round_chance(row["p_reach"], bare=True)
           for key, row in chances.items()},
    )  # fmt: skip
