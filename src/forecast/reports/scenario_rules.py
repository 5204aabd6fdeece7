"""Rows of the scenario report on rules, the plans of other levels, levers and assumptions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, estimate, number
from ..scenarios.declarations import Mechanism
from ..scenarios.formulas import parse_formula
from ..targets.roll_up import roll_up
from .context import ReportContext
from .descriptions import describe_formula, describe_lacking, describe_range
from .html import Cells
from .scenario_targets import format_share

if TYPE_CHECKING:
    from .scenarios import ScenarioAnalysis

__all__ = ["assumption_rows", "describe_parts", "lever_rows", "rule_rows", "side_rows"]

TECHNICAL = "logit"
"""Beginning of units that only the tables of a report show."""
SAME = N_("These targets equal what their rule gives, so no forecast is needed: {names}.")
LACKING = N_("Cannot be checked for want of figures: {names}.")
LEFT = N_("{left} left to the others")
ENOUGH = N_("not below the target of {region}")
SHORT = N_("below the target of {region}; the others need {left}")
PARTS = N_("Plans of {parts} of {of} parts of {region} are in the tables.")


def rule_rows(report: ReportContext, results: ScenarioAnalysis) -> tuple[list[Cells], list[str]]:
    """Put into cells whether targets and course keep the plan's rules; say which say nothing."""
    same, lacking, rows = [], [], []
    for _, rule in results.rules.groupby("rule", sort=False) if len(results.rules) else ():
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
    lines = [
        report.gettext(message, names=report.join(dict.fromkeys(names)))
        for message, names in ((SAME, same), (LACKING, lacking))
        if names
    ]
    return rows, lines


def side_rows(report: ReportContext) -> list[Cells]:
    """Put the last targets of all levels side by side, and whether the parts are enough."""
    plan = report.plan
    targets = report.whole.targets.rename(columns={"value": "target"})
    latest = targets.sort_values(["year", "target"])
    latest = latest.drop_duplicates(["region", "indicator"], keep="last")
    own = set(latest.loc[latest["region"] == plan.region, "indicator"])
    shared = latest[latest["indicator"].isin(own)]
    shared = shared[shared.groupby("indicator")["region"].transform("size") > 1]
    if shared.empty:
        return []
    present = set(shared["region"])
    regions = [region for region in plan.regions["region"] if region in present]
    by_key = {(row["indicator"], row["region"]): row for row in shared.to_dict("records")}
    joined = roll_up(report.whole)
    rows: list[Cells] = []
    indicators = set(shared["indicator"])
    for indicator in [name for name in plan.indicators["indicator"] if name in indicators]:
        share = report.unit(indicator) == "percent"
        name = report.quantity(indicator) if share else report.with_unit(indicator)
        cells = report.with_heads({"name": name})
        for region in regions:
            row = by_key.get((indicator, region))
            text = NO_VALUE if row is None else report.format_dated_target(row)
            cells[report.name("regions", region)] = text
        sums = joined[joined["indicator"] == indicator]
        rows.append(cells | report.with_heads({"sum_up": _sum_up(report, sums)}))
    return rows


def describe_parts(report: ReportContext) -> str:
    """Say of how many parts of a whole there are plans."""
    joined = roll_up(report.whole)
    most = joined.sort_values("parts").drop_duplicates("region", keep="last")
    return " ".join(
        report.gettext(
            PARTS, parts=row["parts"], of=row["of"], region=report.name("regions", row["region"])
        )
        for row in most.to_dict("records")
    )


def lever_rows(report: ReportContext, results: ScenarioAnalysis) -> list[Cells]:
    """Put the measures of what can be judged, with limits, costs and bases, into cells."""
    return [row for m in _active(report, results) for row in _lever_rows(report, m)]


def assumption_rows(report: ReportContext, results: ScenarioAnalysis) -> list[Cells]:
    """Put the assumptions of what can be judged, with ranges and bases, into cells."""
    return [row for m in _active(report, results) for row in _assumption_rows(report, m)]


def _active(report: ReportContext, results: ScenarioAnalysis) -> list[Mechanism]:
    """List the mechanisms of targets that can be judged; of all figures where there are none."""
    active = [m for m in report.mechanisms.values() if report.is_active(m)]
    judged = set(results.base["indicator"])
    return [m for m in active if not m.indicator or m.indicator in judged] if judged else active


def _rule_row(report: ReportContext, last: pd.DataFrame) -> Cells:
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
    undecided = pd.isna(row["enough"])
    if undecided and row["rule"] != "sum":
        return NO_VALUE
    message = LEFT if undecided else ENOUGH if row["enough"] else SHORT
    region, left = report.name("regions", row["region"]), row["left"]
    return report.gettext(message, region=region, left=report.format_value(row["indicator"], left))


def _lever_rows(report: ReportContext, mechanism: Mechanism) -> list[Cells]:
    rows: list[Cells] = []
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


def _assumption_rows(report: ReportContext, mechanism: Mechanism) -> list[Cells]:
    of = report.local(mechanism, "name")
    return [
        report.with_heads({
            "input": f"{report.local(item, 'name')}\n{of}",
            "range": describe_range(report, item, item.unit),
            "basis": report.local(item, "basis") or NO_VALUE,
        })
        for item in mechanism.assumptions.values()
        if not item.unit.startswith(TECHNICAL)
    ]  # fmt: skip
