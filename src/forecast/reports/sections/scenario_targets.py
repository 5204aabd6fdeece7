"""Section of the scenario report on what the targets would take, and one target in detail."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...charts.measures import lever_chart
from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE, money, points
from ...scenarios.dating import first_decision_year
from ...scenarios.goal_seeking import CLOSED_FORM, GoalSeek
from ...scenarios.response import PACE
from ..charts import show
from ..context import ReportContext
from ..html import Html, bullets, heading, paragraph, section, tabulate
from ..scenarios import ScenarioAnalysis, TargetDetail
from . import common

__all__ = ["describe_seek", "describe_target", "format_share", "render_takes"]

SMALLEST_SHARE = 0.005
"""Shares of variance below it are not listed: they are printed in whole percent."""
NEEDS = N_(
    "The least of each lever, the same in every year from {first} on, with which the target is "
    "reached with a chance of {probability}. Extra pace asks about no lever: it comes on top of "
    "the present course; the next column tells how many of the yearly paces that any region ever "
    "showed were as high."
)
NONE_OPEN = N_(
    "There is no open target to look into: the indicator has fewer than two figures, or its target "
    "years have passed."
)
AS_NOW = N_("{name}, target {target}: on current trends the chance is {chance}.")
NOT_REACHED = N_(
    "{lever}: {reading}. Chance {base} without it, {chance} at the limit of {upper}; asked for: "
    "{probability}."
)
REACHED = N_("For a chance of {probability} of {target}: {lever} {value}, chance {chance}.")
REACHED_AT_COST = N_(
    "For a chance of {probability} of {target}: {lever} {value}, chance {chance}, {cost} in all "
    "({low} to {high})."
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


def render_takes(report: ReportContext, results: ScenarioAnalysis) -> Html:
    """Render what every target needs of each lever, and one target in detail."""
    title = report.gettext("What it would take")
    if results.needs.empty:
        return section(title, paragraph(report.gettext(common.SEE_ABOVE)))
    chance, first = report.format_chance(results.probability), first_decision_year(report.plan)
    rows = [_need_row(report, results, row) for row in results.base.to_dict("records")]
    detail = results.detail
    none = paragraph(report.gettext(NONE_OPEN))
    return section(
        title, paragraph(report.gettext(NEEDS, probability=chance, first=first)),
        tabulate(rows),
        *([none] if detail is None else _detail_parts(report, results, detail)),
    )  # fmt: skip


def describe_target(report: ReportContext, results: ScenarioAnalysis, detail: TargetDetail) -> str:
    """Give the target in detail and its chance in the baseline."""
    row = results.base_row(detail.indicator)
    return report.gettext(
        AS_NOW, name=report.quantity(detail.indicator), target=report.format_dated_target(row),
        chance=report.format_chance(row["p_reach"]),
    )  # fmt: skip


def describe_seek(report: ReportContext, results: ScenarioAnalysis, seek: GoalSeek) -> str:
    """Describe what a target would take of the lever that was searched."""
    unit, target = seek.units[0], results.base_row(seek.indicator)
    facts = {
        "lever": report.input(seek.levers[0], seek.indicator),
        "probability": report.format_chance(seek.probability),
        "target": report.format_dated_target(target),
    }
    if seek.reading != "reached":
        limit = seek.upper[0] if seek.upper[0] else seek.lower[0]
        return report.gettext(
            NOT_REACHED, reading=report.label("reading", seek.reading),
            base=format_share(report, seek.p_baseline), upper=report.format_setting(limit, unit),
            chance=format_share(report, seek.p_upper), **facts,
        )  # fmt: skip
    facts |= {
        "value": report.format_setting(seek.values[0], unit),
        "chance": format_share(report, seek.p_reach),
    }
    if not math.isfinite(seek.cost):
        return report.gettext(REACHED, **facts)
    costs = {"cost": seek.cost, "low": seek.cost_low, "high": seek.cost_high}
    texts = {key: money(value, report.language) for key, value in costs.items()}
    return report.gettext(REACHED_AT_COST, **facts, **texts)


def format_share(report: ReportContext, share: float) -> str:
    """Format a share of draws as a chance, within 1 to 99 % as all chances are."""
    return report.format_chance(float(np.clip(share, 0.01, 0.99)))


def _need_row(
    report: ReportContext, results: ScenarioAnalysis, row: Mapping[str, Any]
) -> dict[str, str]:
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
        "name": report.with_unit(indicator),
        "target": report.format_dated_target(row),
        "p_reach": report.format_chance(row["p_reach"]),
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


def _detail_parts(
    report: ReportContext, results: ScenarioAnalysis, detail: TargetDetail
) -> list[str]:
    """Put one target in detail: the lever's curve, what matters most, the next figure."""
    indicator, seek = detail.indicator, detail.seek
    name = report.quantity(indicator)
    goal = report.format_target(results.base_row(indicator))
    target = report.gettext("{name} ({unit})", name=name, unit=goal)
    lever = report.input(seek.levers[0], indicator)
    texts = (
        describe_target(report, results, detail), describe_seek(report, results, seek),
        _describe_pace(report, seek),
    )  # fmt: skip
    lines = [
        _describe_shares(report, detail), *_describe_failures(report, detail),
        _describe_next(report, detail),
    ]  # fmt: skip
    return [
        heading(report.gettext("In focus: {name}", name=name), 3),
        paragraph(" ".join(texts)),
        show(report, lever_chart(report, seek, lever=lever, target=target)),
        heading(report.gettext("Main drivers"), 3),
        bullets(lines),
    ]


def _describe_pace(report: ReportContext, seek: GoalSeek) -> str:
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
        shares = {"inside": first["p_fail_in"], "all": first["p_fail"], "share": first["share"],
                  "found": first["found_share"]}  # fmt: skip
        texts = {key: report.format_chance(value) for key, value in shares.items()}
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
        **{key: format_share(report, row["p_reach"]) for key, row in chances.items()},
    )  # fmt: skip
