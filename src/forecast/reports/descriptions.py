"""Descriptions of scenarios and rules: what a step sets in a region, what a formula compares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from ..i18n.catalog import N_, pgettext
from ..i18n.formatting import number
from ..plans.overview import summarise_plan
from ..scenarios.dating import first_decision_year
from ..scenarios.declarations import Range
from ..scenarios.formulas import parse_formula
from ..scenarios.scenario import Scenario, Span, Step
from ..tables.merging import count_peers
from .context import ReportContext, format_time

__all__ = [
    "describe_basis", "describe_formula", "describe_lacking", "describe_pace", "describe_range",
    "describe_reference",
    "describe_step", "kinds_of", "mark_sources",
]  # fmt: skip

FULL_WIDTH = str.maketrans({"(": "（", ")": "）", ",": "，"})
SIGNS = {">=": "≥", "<=": "≤", "==": "=", "*": "×", "//": "÷", "/": "÷"}
FILE_OR_PAGE = re.compile(r"https?://[!-~]*[\w/]|[\w.]+\.(?:txt|csv|yaml)")
SHOCK_TO = N_("{names}: a shock to {value} times the value, made good over {recovery} years")
FOLLOWED = {
    "top": N_("{names}: move at the mean pace of the {value} regions that move best"),
    "quantile": N_("{names}: move at the {value} quantile of the regions' paces"),
}
PACE_KEPT = N_(
    "Needs {needed} a year from the baseline ({year}); of {regions} other regions {as_fast} kept "
    "such a pace."
)
PACE_UNKNOWN = N_(
    "Needs {needed} a year from the baseline ({year}); no other region has figures to compare with."
)
REFERENCE = N_(
    "For comparison: of {settled} targets of other plans whose outcome is known {reached} were "
    "reached ({share}; 90 % interval {low} to {high}). These cases are few and not a random "
    "sample, as successes are published more often; they are no part of any forecast here."
)
OWN_TABLES = {
    "targets": N_("targets"), "observations": N_("figures"), "tasks": N_("tasks"),
    "projects": N_("projects"), "progress": N_("progress reports"),
}  # fmt: skip
ROWS = N_("{table} {own} own, {shipped} shipped")
OWN_ROWS = N_("Rows of the tables: {tables}.")
PEERS = N_("{count} for {names}")
PEER_COUNTS = N_("Other regions with figures (peers): {counts}.")
NO_UNIT = ("factor", "years", "ratio")
"""Numbers of a step that are in no unit of an indicator."""


def describe_pace(report: ReportContext, row: Mapping[str, Any]) -> str:
    """Say which pace a target needs from its baseline, and how many regions kept such a pace.

    `row` is one of `compare_paces`; of a target whose baseline has no such pace nothing is said.
    """
    if pd.isna(row["needed"]):
        return ""
    return report.gettext(
        PACE_KEPT if row["regions"] else PACE_UNKNOWN,
        needed=report.format_change(row["indicator"], row["needed"]),
        year=format_time(float(row["baseline_year"])), regions=row["regions"],
        as_fast=row["as_fast"],
    )  # fmt: skip


def describe_reference(report: ReportContext) -> str:
    """Say what became of real plan targets, with its interval and what it is not."""
    if report.reference.empty:
        return ""
    row = report.reference.iloc[0]
    shares = {key: report.format_chance(row[key]) for key in ("share", "low", "high")}
    return report.gettext(REFERENCE, settled=row["settled"], reached=row["reached"], **shares)


def describe_basis(report: ReportContext) -> list[str]:
    """Say which rows are the reader's own and which shipped, and how many peers indicators have."""
    lines = []
    if report.data:
        rows = summarise_plan(report.plan).rows
        own = [
            report.gettext(ROWS, table=report.gettext(OWN_TABLES[str(name)]), own=row["own"],
                           shipped=row["shipped"])
            for name, row in rows[rows["own"] > 0].iterrows()
            if name in OWN_TABLES
        ]  # fmt: skip
        lines.append(report.gettext(OWN_ROWS, tables=report.join(own)) if own else "")
    peers = count_peers(report.plan.tables, report.plan.region)
    peers = peers[peers.index.isin(report.target_figures["indicator"])]
    counts = [
        report.gettext(PEERS, count=count, names=report.join(map(report.quantity, part.index)))
        for count, part in peers.groupby(peers, sort=True)
    ]
    if counts:
        lines.append(report.gettext(PEER_COUNTS, counts=report.gettext("; ").join(counts)))
    return [line for line in lines if line]


def describe_step(report: ReportContext, step: Step) -> list[str]:
    """Describe what a step sets in this region, in a list of one or none."""
    if step.region and report.plan.region not in step.region:
        return []
    if step.mechanism is None:
        return _describe_verb(report, step)
    mechanism = report.mechanisms.get(step.mechanism)
    if mechanism is None:
        return []
    levers, assumptions = mechanism.levers, mechanism.assumptions
    values: list[tuple[Any, str]] = [
        (levers[name], _describe_setting(report, setting, levers[name].unit))
        for name, setting in step.levers.items()
        if name in levers
    ]
    values += [
        (assumptions[name], describe_range(report, value, assumptions[name].unit))
        for name, value in step.assumptions.items()
        if name in assumptions
    ]
    parts = [
        report.gettext("{what} {value}", what=report.local(item, "name"), value=value)
        for item, value in values
    ]
    if not parts:
        return []
    name = report.local(mechanism, "name")
    text = report.gettext("{mechanism}: {what}", mechanism=name, what=_list(report, parts))
    if not report.is_active(mechanism):
        text = report.gettext("{what} (no figure, so without effect)", what=text)
    return [text]


def kinds_of(report: ReportContext, scenario: Scenario) -> str:
    """Return whether a scenario sets levers here, assumes, or both: a code of `changed_by`."""
    kinds = set()
    for step in scenario.all_steps():
        if describe_step(report, step):
            kinds |= {"lever"} if step.levers else set()
            kinds |= {"assumption"} if step.verb or step.assumptions else set()
    return ", ".join(sorted(kinds))


def describe_range(report: ReportContext, value: float | Range, unit: str) -> str:
    """Format a number with its unit, or a range of it."""
    if not isinstance(value, Range):
        return report.format_amount(value, unit)
    ends = {k: report.format_amount(getattr(value, k), unit) for k in ("low", "central", "high")}
    return report.gettext("{low} to {high}, most likely {central}", **ends)


def describe_formula(report: ReportContext, text: str) -> str:
    """Write a formula with the names of what it compares."""

    def replace_name(match: re.Match[str]) -> str:
        region, name, before = match.groups()
        if name in ("max", "min"):
            return report.gettext(N_("the larger of ") if name == "max" else N_("the smaller of "))
        words = report.quantity(name)
        if before:
            words = report.gettext("{name} of the year before", name=words)
        return _in_region(report, words, region)

    pieces = [
        SIGNS.get(piece, re.sub(r"(?:([a-z]\w*)\.)?([a-z]\w*)(\[-1\])?", replace_name, piece))
        for piece in re.split(r"(>=|<=|==|//|\*|/)", text)
    ]
    line = "".join(pieces)
    return line.translate(FULL_WIDTH) if report.language == "zh" else line


def describe_lacking(report: ReportContext, rule: pd.Series) -> str:
    """Name what a rule lacks, with its region where that is another one."""
    name = str(rule["lacking"]).rpartition(".")[2]
    regions = [r for r, n in sorted(parse_formula(str(rule["formula"])).names()) if n == name and r]
    return _in_region(report, report.quantity(name), next(iter(regions), ""))


def mark_sources(text: str) -> str:
    """Mark names of files and addresses of pages in a text of HTML as code."""
    return Markup(FILE_OR_PAGE.sub(lambda match: f"<code>{match.group(0)}</code>", text))


def _in_region(report: ReportContext, name: str, region: str | None) -> str:
    if not region:
        return name
    return report.gettext("{name} in {region}", region=report.name("regions", region), name=name)


def _list(report: ReportContext, parts: Iterable[str]) -> str:
    return pgettext("list", ", ", report.language).join(parts)


def _describe_setting(report: ReportContext, setting: Any, unit: str) -> str:
    """Format a lever's setting with its years."""
    if isinstance(setting, dict):
        return _list(report, (
            report.gettext(
                "{text} ({years})", text=report.format_setting(value, unit),
                years=report.gettext("in {year}", year=year),
            )
            for year, value in setting.items()
        ))  # fmt: skip
    span = setting if isinstance(setting, Span) else Span(value=setting)
    if unit == "year":
        return report.gettext("from {year}", year=f"{span.value:.0f}")
    since = first_decision_year(report.plan) if span.since is None else span.since
    years = [report.gettext("from {year}", year=since)]
    if span.until is not None:
        years.append(report.gettext("until {year}", year=span.until))
    value = report.format_setting(span.value, unit)
    return report.gettext("{text} ({years})", text=value, years=_list(report, years))


def _describe_action(report: ReportContext, step: Step, what: str, unit: str) -> str:
    """Describe a verb and its size, without its years."""
    action, text, value = getattr(step, step.verb), report.label("verb", step.verb), None
    for key in ("value", "by", "factor", "years", "ratio"):
        given = getattr(action, key, None)
        if given is not None and not (step.verb == "ramp_to" and key == "by"):
            value = describe_range(report, given, "" if key in NO_UNIT else unit)
            if step.verb == "shock" and key == "factor":
                text = report.gettext(SHOCK_TO)
    for key, message in FOLLOWED.items():
        if (given := getattr(action, key, None)) is not None:
            text, value = report.gettext(message), number(given, report.language)
    recovery = number(getattr(action, "recovery", None), report.language)
    return text.format(names=what, value=value, recovery=recovery)


def _describe_verb(report: ReportContext, step: Step) -> list[str]:
    """Describe what a verb does to the indicators that have figures here."""
    group = next((group for group in ("all", "planned") if group in step.indicator), "")
    published = set(report.plan.observations["indicator"])
    names = [name for name in step.indicator if name in published]
    if not group and not names:
        return []
    units = {report.unit(name) for name in names}
    unit = units.pop() if len(units) == 1 and not group else ""
    what = report.label("indicators", group) if group else report.join(map(report.quantity, names))
    action = getattr(step, step.verb)
    text = _describe_action(report, step, what, unit)
    years = [
        report.gettext(message, year=getattr(action, key))
        for message, key in (
            (N_("from {year}"), "since"),
            (N_("until {year}"), "until"),
            (N_("in {year}"), "year"),
        )
        if getattr(action, key, None) is not None
    ]
    if step.verb == "ramp_to":
        years.append(report.gettext("by {year}", year=action.by))
    if years:
        text = report.gettext("{text} ({years})", text=text, years=_list(report, years))
    return [text]
