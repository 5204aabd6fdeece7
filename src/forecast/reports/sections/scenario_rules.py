"""Sections of the scenario report on rules, the plans of other levels, levers and assumptions."""

from __future__ import annotations

import math

import pandas as pd

from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE, estimate, number
from ...scenarios.declarations import Mechanism
from ...scenarios.formulas import parse_formula
from ...targets.roll_up import roll_up
from ..context import ReportContext
from ..descriptions import describe_formula, describe_lacking, describe_range, mark_sources
from ..html import Html, heading, paragraph, section, tabulate
from ..scenarios import ScenarioAnalysis
from .scenario_targets import format_share

__all__ = ["render_declared", "render_rules", "render_sides"]

RULES = N_(
    "Rules that the plan itself prints: what they ask for on low, central and high paths, whether "
    "the plan's targets keep them, and whether the course as it goes now will."
)
SAME = N_("These targets equal what their rule gives, so no forecast is needed: {names}.")
LACKING = N_("Cannot be checked for want of figures: {names}.")
SIDES = N_(
    "The last targets of the same indicator in the plans of all levels, and whether those of the "
    "parts are enough for the whole."
)
LEFT = N_(
    "the {parts} of {of} areas below with a plan have {rule} {value}; {left} of the target of "
    "{region} is left to the others"
)
DEPENDS = N_(
    "the {parts} of {of} areas below with a plan have {rule} {value}; whether the target of "
    "{region} is met depends on the others"
)
ENOUGH = N_(
    "the {parts} of {of} areas below with a plan match the target of {region} ({rule} {value})"
)
SHORT = N_(
    "the {parts} of {of} areas below with a plan fall short of the target of {region} ({rule} "
    "{value}); the others need {left}"
)
DECLARED = N_(
    "Mechanisms of indicators that have figures here. Assumptions are triangular distributions; "
    "where no figure is known, nothing supports the number: change it as you know better. Levers "
    "come on top of the present course; limits and costs are assumed too."
)


def render_rules(report: ReportContext, results: ScenarioAnalysis) -> Html:
    """Render whether the targets keep the plan's own rules, and whether the course does."""
    title = report.gettext("Standards and rules")
    if results.rules.empty:
        none = report.gettext("The plan has no rule that figures could check.")
        return section(title, paragraph(none))
    same, lacking, rows = [], [], []
    for _, rule in results.rules.groupby("rule", sort=False):
        last = rule[rule["year"] == rule["year"].max()].set_index("path")
        about = last.loc["central"]
        if about["lacking"]:
            lacking.append(
                report.gettext(
                    "{formula} (lacking: {lacking})", lacking=describe_lacking(report, about),
                    formula=describe_formula(report, about["formula"]),
                )
            )  # fmt: skip
        elif not parse_formula(about["formula"]).names():
            same.append(report.quantity(about["quantity"]))
        else:
            rows.append(_rule_row(report, last))
    parts = []
    if rows:
        parts = [paragraph(report.gettext(RULES)), tabulate(rows)]
    for message, names in ((SAME, same), (LACKING, lacking)):
        if names:
            listed = report.join(dict.fromkeys(names))
            parts.append(paragraph(report.gettext(message, names=listed)))
    return section(title, *parts)


def render_sides(report: ReportContext) -> Html:
    """Render the targets of all levels side by side, and whether the parts are enough."""
    title = report.gettext("Province, cities and districts side by side")
    plan = report.plan
    targets = report.whole.targets.rename(columns={"value": "target"})
    latest = targets.sort_values(["year", "target"])
    latest = latest.drop_duplicates(["region", "indicator"], keep="last")
    own = set(latest.loc[latest["region"] == plan.region, "indicator"])
    shared = latest[latest["indicator"].isin(own)]
    shared = shared[shared.groupby("indicator")["region"].transform("size") > 1]
    if shared.empty:
        none = report.gettext("No indicator of this plan is in another region's plan.")
        return section(title, paragraph(none))
    present = set(shared["region"])
    regions = [region for region in plan.regions["region"] if region in present]
    by_key = {(row["indicator"], row["region"]): row for row in shared.to_dict("records")}
    joined, rows = roll_up(report.whole), []
    indicators = set(shared["indicator"])
    for indicator in [name for name in plan.indicators["indicator"] if name in indicators]:
        cells = report.with_heads({"name": report.with_unit(indicator)})
        for region in regions:
            row = by_key.get((indicator, region))
            text = NO_VALUE if row is None else report.format_dated_target(row)
            cells[report.name("regions", region)] = text
        sums = joined[joined["indicator"] == indicator]
        rows.append(cells | report.with_heads({"sum_up": _sum_up(report, sums)}))
    return section(title, paragraph(report.gettext(SIDES)), tabulate(rows))


def render_declared(report: ReportContext) -> Html:
    """Render all levers, with limits and costs, and all assumptions, with ranges, with bases."""
    title = report.gettext("Levers and assumptions")
    active = [m for m in report.mechanisms.values() if report.is_active(m)]
    if not active:
        none = report.gettext("No mechanism has figures to work on in this region.")
        return section(title, paragraph(none))
    parts = [paragraph(report.gettext(DECLARED))]
    for head, rows in (
        (N_("Levers"), [row for m in active for row in _lever_rows(report, m)]),
        (N_("Assumptions"), [row for m in active for row in _assumption_rows(report, m)]),
    ):
        if rows:
            table = mark_sources(tabulate(rows))
            parts += [heading(report.gettext(head), 3), table]
    return section(title, *parts)


def _rule_row(report: ReportContext, last: pd.DataFrame) -> dict[str, str]:
    """Put into cells what a rule asks for in its last year, and what keeps it."""
    about = last.loc["central"]
    unit = report.unit(about["quantity"])
    low, central, high = (
        estimate(float(last.at[path, "requirement"]), report.language, unit=unit)
        for path in ("low", "central", "high")
    )
    ends = report.gettext("{value} ({low} to {high})", value=central, low=low, high=high)
    kept, certain = about["satisfied"], low == high

    def chance(p: float) -> str:
        return report.format_chance(p) if certain or math.isnan(p) else format_share(report, p)

    verdict = N_("yes") if not pd.isna(kept) and kept else N_("no")
    return report.with_heads({
        "rule": describe_formula(report, str(about["formula"])),
        "year": str(about["year"]),
        "requirement": central if certain else ends,
        "target": number(about["target"], report.language, unit=unit),
        "satisfied": NO_VALUE if pd.isna(kept) else report.gettext(verdict),
        "p_target": chance(about["p_target"]),
        "p_forecast": chance(about["p_forecast"]),
    })  # fmt: skip


def _sum_up(report: ReportContext, joined: pd.DataFrame) -> str:
    """Say whether the parts' targets are enough, where this region is the whole or a part."""
    if joined.empty:
        return NO_VALUE
    row = joined.sort_values("year").iloc[-1]
    open_end = LEFT if row["rule"] == "sum" else DEPENDS
    message = open_end if pd.isna(row["enough"]) else ENOUGH if row["enough"] else SHORT
    return report.gettext(
        message, region=report.name("regions", row["region"]), parts=row["parts"], of=row["of"],
        rule=report.label("roll_up", row["rule"]),
        value=report.format_value(row["indicator"], row["parts_value"]),
        left=report.format_value(row["indicator"], row["left"]),
    )  # fmt: skip


def _lever_rows(report: ReportContext, mechanism: Mechanism) -> list[dict[str, str]]:
    rows = []
    for lever in mechanism.levers.values():
        cost, limit = NO_VALUE, report.format_setting(lever.upper, lever.unit)
        if lever.cost is not None:
            ends = {
                end: number(getattr(lever.cost, end), report.language, unit="yuan_10k")
                for end in ("low", "central", "high")
            }
            message = N_("{low} to {high}, most likely {central}, 10,000 yuan")
            cost = report.gettext(message, **ends)
        if lever.unit != "year":
            step = report.format_setting(lever.step, lever.unit)
            limit = report.gettext("{upper}, in steps of {step}", upper=limit, step=step)
        name, of = report.local(lever, "name"), report.local(mechanism, "name")
        basis = report.local(lever, "basis") or NO_VALUE
        cells = {"lever": f"{name}\n{of}", "upper": limit, "unit_cost": cost, "basis": basis}
        rows.append(report.with_heads(cells))
    return rows


def _assumption_rows(report: ReportContext, mechanism: Mechanism) -> list[dict[str, str]]:
    of = report.local(mechanism, "name")
    return [
        report.with_heads({
            "input": f"{report.local(item, 'name')}\n{of}",
            "range": describe_range(report, item, item.unit),
            "basis": report.local(item, "basis") or NO_VALUE,
        })
        for item in mechanism.assumptions.values()
    ]  # fmt: skip
