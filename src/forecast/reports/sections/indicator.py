"""Sections of the report on one indicator."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...charts.regions import regions_chart, tile_map
from ...charts.series import fan_chart
from ...evaluation.vintages import OPEN
from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE
from ...scenarios.declarations import Mechanism
from ..charts import show
from ..context import ReportContext, format_time
from ..descriptions import describe_formula, describe_range, mark_sources
from ..html import Html, bullets, chinese, heading, paragraph, safe, section, tabulate
from ..indicator import IndicatorProfile
from .method_check import FITS, fit_row

__all__ = [
    "render_comparison", "render_facts", "render_figures", "render_fits", "render_forecasts",
    "render_mechanisms", "render_reading", "render_rules", "render_title",
]  # fmt: skip

NONE = N_("No region ever published a figure of this indicator, so nothing is forecast.")
PUBLISHED = N_("Regions with published figures: {regions}; figures: {figures}, {first} to {last}.")
PACES = N_(
    "Yearly paces between published figures of all regions: {count}; median {middle}, middle half "
    "{low} to {high}, fastest {fastest}."
)
NEEDED = N_("{region} still needs {needed} a year: of {count} paces, {high} were as fast.")


def render_title(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render the indicator's name, the day, and whose plan it is seen from."""
    title = report.gettext("{name}: everything known", name=_name(report, results))
    place = report.gettext(
        "Seen from the plan of {region}; figures and targets of other regions stand beside it.",
        region=report.name("regions", report.plan.region),
    )
    return Html(f"{heading(title, 1)}\n<p>{safe(report.known_on())}<br>\n{safe(place)}</p>")


def render_reading(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render the summary: figures, each plan's last target, the paces that were seen."""
    title = report.gettext("What stands out")
    if results.figures.empty:
        return section(title, paragraph(report.gettext(NONE)))
    years = results.figures["year"].astype(float)
    counts = {"regions": results.figures["region"].nunique(), "figures": len(results.figures)}
    ends = {"first": format_time(years.min()), "last": format_time(years.max())}
    verdicts = [_describe_verdict(report, row) for row in results.last.to_dict("records")]
    lines = [report.gettext(PUBLISHED, **counts, **ends), *verdicts]
    return section(title, bullets([*lines, *_describe_paces(report, results)]))


def render_facts(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render what the indicator is: definition, unit, kind, bounds, direction, near ones."""
    about, indicator = results.about, results.indicator
    low, high = (
        report.format_value(indicator, float(about[end]))
        if pd.notna(about[end]) and str(about[end]) != ""
        else report.gettext("none")
        for end in ("lower", "upper")
    )
    facts: dict[str, str | Html] = {
        "definition": chinese(about["definition"]) if about["definition"] else "",
        "unit": report.symbol(report.unit(indicator)),
        "area": report.name("areas", about["area"]),
        "kind": report.label("kind", str(about["kind"])),
        "better": report.label("better", str(about["better"])),
        "bounds": report.gettext("lower {low}, upper {high}", low=low, high=high),
        "resolution": report.format_value(indicator, float(about["resolution"])),
        "parts": _name_parts(report, results),
        "related": "\n".join(_name_related(report, results)),
    }
    rows = [
        report.with_heads({"fact": report.label("fact", code), "value": value})
        for code, value in facts.items()
        if value
    ]
    return section(report.gettext("What it is"), tabulate(rows))


def render_figures(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render the region's figures and targets as a chart, those of all regions as a table."""
    title = report.gettext("Figures and targets of all regions")
    regions = results.regions(report.plan)
    if not regions:
        return section(title, paragraph(report.gettext(NONE)))
    chart = fan_chart(report, report.quantiles, report.attainment, results.indicator)
    figures = results.figures.sort_values(["region", "year"], key=_rank(regions), kind="stable")
    rows = [
        report.with_heads({
            "region": report.name("regions", row["region"]),
            "year": format_time(float(row["year"])),
            "published": report.format_value(results.indicator, row["value"]),
            "data_status": report.label("data_status", str(row["status"])),
            "locus": _locus(results, row),
        })
        for row in figures.to_dict("records")
    ]  # fmt: skip
    return section(title, show(report, chart), tabulate(rows) if rows else "")


def render_comparison(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render the regions of the plan's level by year, the cities as a map, and all paces."""
    title = report.gettext("Regions compared")
    if results.figures.empty:
        return section(title, paragraph(report.gettext(NONE)))
    regions = report.plan.regions.set_index("region")["level"].replace("district", "county")
    level = regions.get(report.plan.region)
    alike = results.figures[results.figures["region"].map(regions) == level]
    charts = (
        regions_chart(report, alike, results.indicator),
        tile_map(report, results.figures, results.indicator),
    )
    shown = [show(report, chart) for chart in charts]
    return section(title, *shown, bullets(_describe_paces(report, results)))


def render_fits(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render how each region's figures were fitted: paths, pace, evidence, remarks."""
    title, summary = report.gettext("How each region was fitted"), results.fits.summary()
    if summary.empty:
        return section(title, paragraph(report.gettext(NONE)))
    rows, parameters = [], results.fits.parameters()
    by_region = {row["region"]: row for row in summary.to_dict("records")}
    for region in results.regions(report.plan):
        if region in by_region:
            own = parameters[parameters["region"] == region]
            cells = fit_row(report, by_region[region], own)
            cells.pop(report.label("column", "name"))
            rows.append(report.with_heads({"region": report.name("regions", region)}) | cells)
    return section(title, paragraph(report.gettext(FITS)), tabulate(rows))


def render_forecasts(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render the attainment of every target, of all regions with a plan."""
    title = report.gettext("Forecasts and chances of regions with a plan")
    if results.attainment.empty:
        return section(title, paragraph(report.gettext("No plan has a target of this indicator.")))
    order = _rank(results.regions(report.plan))
    answers = results.attainment.sort_values(["region", "year"], key=order)
    rows = [_target_row(report, row) for row in answers.to_dict("records")]
    return section(title, tabulate(rows))


def render_mechanisms(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render the mechanisms that act on the indicator or read it, with levers and assumptions."""
    title = report.gettext("Mechanisms and levers")
    if not results.mechanisms:
        none = report.gettext("No mechanism that acts on this indicator is described.")
        return section(title, paragraph(none))
    parts = []
    for mechanism in results.mechanisms.values():
        head = report.gettext(
            "{mechanism} (acts on {indicator})", mechanism=report.local(mechanism, "name"),
            indicator=report.quantity(mechanism.indicator),
        )  # fmt: skip
        rows = _declared_rows(report, mechanism)
        parts += [heading(head, 3), mark_sources(tabulate(rows))]
    return section(title, *parts)


def render_rules(report: ReportContext, results: IndicatorProfile) -> Html:
    """Render the rules of all plans that name the indicator, in words."""
    title = report.gettext("Rules that name it")
    rows = [
        report.with_heads({
            "region": report.name("regions", row["region"]),
            "rule": describe_formula(report, str(row["formula"])),
            "locus": _locus(results, row),
        })
        for row in results.rules.to_dict("records")
    ]  # fmt: skip
    none = paragraph(report.gettext("No rule names this indicator."))
    return section(title, tabulate(rows) if rows else none)


def _name(report: ReportContext, results: IndicatorProfile) -> str:
    return report.name("indicators", results.indicator)


def _rank(regions: list[str]) -> Callable[[pd.Series], pd.Series]:
    """Make a sort key that puts regions in an order, and leaves other columns as they are."""
    order = {region: i for i, region in enumerate(regions)}
    return lambda column: column.map(order) if column.name == "region" else column


def _locus(results: IndicatorProfile, row: Mapping[str, Any]) -> Html:
    """Write the source's number, and where in it a row is printed."""
    sources, source = results.sources, row["source"]
    return chinese(row["locus"], before=f"[{sources.index(source) + 1}] ")


def _describe_verdict(report: ReportContext, row: Mapping[str, Any]) -> str:
    open_ = row["status"] in OPEN
    text = N_("{region}: target {target}, {verdict}, chance {chance}.")
    return report.gettext(
        text if open_ else N_("{region}: target {target}, {verdict}."),
        region=report.name("regions", row["region"]), target=report.format_dated_target(row),
        verdict=report.label("status", str(row["status"])),
        chance=report.format_chance(row["p_reach"] if open_ else None),
    )  # fmt: skip


def _describe_paces(report: ReportContext, results: IndicatorProfile) -> list[str]:
    """Describe the paces of all regions, and how many were as fast as each target needs."""
    paces, indicator = results.paces, results.indicator
    if not len(paces):
        none = N_("No region published two figures: there is no pace to compare.")
        return [report.gettext(none)]
    low, middle, high = np.quantile(paces, [0.25, 0.5, 0.75])
    fastest = paces.min() if results.falling else paces.max()
    facts = {"low": low, "middle": middle, "high": high, "fastest": fastest}
    texts = {key: report.format_change(indicator, float(value)) for key, value in facts.items()}
    lines = [report.gettext(PACES, count=len(paces), **texts)]
    for row in results.last.to_dict("records"):
        needed = float(row["required_rate"])
        if row["status"] in OPEN and needed:
            as_fast = math.copysign(1.0, needed) * paces >= abs(needed) - 1e-9
            region = report.name("regions", row["region"])
            rate = report.format_change(indicator, needed)
            counts = {"count": len(paces), "high": int(as_fast.sum())}
            lines.append(report.gettext(NEEDED, region=region, needed=rate, **counts))
    return lines


def _name_parts(report: ReportContext, results: IndicatorProfile) -> str:
    """Name numerator and denominator, where the indicator has them."""
    parts = {key: results.about.get(key) for key in ("numerator", "denominator")}
    if not all(isinstance(part, str) and part for part in parts.values()):
        return ""
    names = {key: report.quantity(str(part)) for key, part in parts.items()}
    return report.gettext("{numerator} over {denominator}", **names)


def _name_related(report: ReportContext, results: IndicatorProfile) -> list[str]:
    """Names of indicators of the same concept in any plan."""
    every, concept = report.whole.indicators, results.about["concept"]
    near = every[(every["concept"] == concept) & (every["indicator"] != results.indicator)]
    return [report.quantity(name) for name in near["indicator"]] if concept else []


def _target_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    indicator, open_ = row["indicator"], row["status"] in OPEN
    return report.with_heads({
        "region": report.name("regions", row["region"]),
        "target": report.format_dated_target(row),
        "latest": report.format_latest(row) if pd.notna(row["latest"]) else NO_VALUE,
        "required_rate": report.format_change(indicator, row["required_rate"]),
        "median": report.format_estimate(indicator, row["median"] if open_ else None),
        "p_reach": report.format_chance(row["p_reach"] if open_ else None),
        "attainment_year": report.format_years(row) if open_ else NO_VALUE,
        "status": report.label("status", str(row["status"])),
        "evidence": report.label("evidence", str(row["evidence"])),
    })  # fmt: skip


def _declared_rows(report: ReportContext, mechanism: Mechanism) -> list[dict[str, str]]:
    """Put levers with their limits, and assumptions with their ranges, into cells."""
    declared: list[tuple[str, Any, str]] = [
        ("lever", lever, report.format_setting(lever.upper, lever.unit))
        for lever in mechanism.levers.values()
    ]
    declared += [
        ("assumption", assumption, describe_range(report, assumption, assumption.unit))
        for assumption in mechanism.assumptions.values()
    ]
    return [
        report.with_heads({
            "input": report.local(item, "name"),
            "declared": report.label("declared", kind),
            "limit_or_range": text,
            "basis": report.local(item, "basis") or NO_VALUE,
        })
        for kind, item, text in declared
    ]  # fmt: skip
