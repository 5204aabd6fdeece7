"""The report on one indicator: every region's figures, forecasts, mechanisms and rules."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..charts.chart import Chart
from ..charts.regions import regions_chart, tile_map
from ..charts.series import fan_chart
from ..charts.standing import finding_of
from ..errors import check_name
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE
from ..model.fitting import Fits, quantiles
from ..scenarios.declarations import Mechanism
from ..scenarios.response import yearly_paces
from ..tables.plan import Plan
from ..targets.attainment import attainment
from ..targets.target_state import OPEN, SINGLE, hide_single
from .context import ReportContext, format_time, last_targets
from .descriptions import describe_formula, describe_range
from .findings import find
from .html import Cells, Html, chinese

__all__ = [
    "IndicatorProfile", "choose_indicator", "compute_profile", "result_tables",
]  # fmt: skip

PUBLISHED = N_("Regions with published figures: {regions}; figures: {figures}, {first} to {last}.")
PACES = N_(
    "Yearly changes between published figures of all regions: {count}; median {middle}, middle "
    "half {low} to {high}, fastest {fastest}."
)
NEEDED = N_(
    "{region} still needs {needed} per year: {high} of {count} comparable changes were as fast."
)
HEADLINE = N_("{name}, {region}: {finding} for the target {target}")
NO_TARGET = N_("{name}: {region} has no target, other regions have figures")
NO_FIGURE = N_("{name}: no region has a published figure")


@dataclass(frozen=True)
class IndicatorProfile:
    """What a report on one indicator adds to its context.

    `about` is the indicator's row in `indicators.csv`. `figures` are those of all regions, `fits`
    and `quantiles` of their series, `targets` those of all plans, `attainment` the answers on
    them, `paces` the yearly paces of all regions, and `rules` those whose formula names it.
    """

    indicator: str
    about: pd.Series
    fits: Fits
    quantiles: pd.DataFrame
    figures: pd.DataFrame
    targets: pd.DataFrame
    attainment: pd.DataFrame
    paces: NDArray[np.float64]
    mechanisms: dict[str, Mechanism]
    rules: pd.DataFrame
    sources: list[str]

    @property
    def falling(self) -> bool:
        """Whether less is better."""
        return str(self.about["better"]) == "lower"

    @cached_property
    def last(self) -> pd.DataFrame:
        """Last target of each region that has one."""
        rows = self.attainment
        parts = [last_targets(group) for _, group in rows.groupby("region", sort=False)]
        return pd.concat(parts, ignore_index=True) if parts else rows

    def regions(self, plan: Plan) -> list[str]:
        """List the regions with a target or a figure: the plan's, others with a plan, the rest.

        Those with most figures come first.
        """
        counts = self.figures.groupby("region").size()
        planned = set(self.attainment["region"])
        used = {*planned, *counts.index}
        order = {r: (r != plan.region, r not in planned, -int(counts.get(r, 0))) for r in used}
        every = [str(region) for region in plan.regions["region"] if region in used]
        return sorted(every, key=lambda region: order[region])

    def headline(self, report: ReportContext) -> str:
        """Say the finding on the region's last target, else what is known."""
        rows = self.last[self.last["region"] == report.plan.region]
        name, region = self.name(report), report.name("regions", report.plan.region)
        if rows.empty or self.figures.empty:
            message = NO_TARGET if len(self.figures) else NO_FIGURE
            return report.gettext(message, name=name, region=region)
        row = rows.iloc[0]
        code = finding_of(row)
        return report.gettext(
            HEADLINE, name=name, region=region, target=report.format_dated_target(row),
            finding=report.label("finding", code),
        )  # fmt: skip

    def name(self, report: ReportContext) -> str:
        """Return the indicator's name."""
        return report.name("indicators", self.indicator)

    def describe(self, report: ReportContext) -> list[str]:
        """Count the figures, and say each plan's last target with its finding."""
        years = self.figures["year"].astype(float)
        counts = {"regions": self.figures["region"].nunique(), "figures": len(self.figures)}
        ends = {"first": format_time(years.min()), "last": format_time(years.max())}
        verdicts = [_describe_verdict(report, row) for row in self.last.to_dict("records")]
        return [report.gettext(PUBLISHED, **counts, **ends), *verdicts]

    def describe_paces(self, report: ReportContext) -> list[str]:
        """Describe the paces of all regions, and how many were as fast as each target needs."""
        paces, indicator = self.paces, self.indicator
        if not len(paces):
            none = N_("No region has published two figures, so there is no comparable rate.")
            return [report.gettext(none)]
        low, middle, high = np.quantile(paces, [0.25, 0.5, 0.75])
        fastest = paces.min() if self.falling else paces.max()
        facts = {"low": low, "middle": middle, "high": high, "fastest": fastest}
        texts = {key: report.format_change(indicator, float(value)) for key, value in facts.items()}
        lines = [report.gettext(PACES, count=len(paces), **texts)]
        for row in self.last.to_dict("records"):
            needed = float(row["required_rate"])
            if row["status"] in OPEN and needed:
                as_fast = math.copysign(1.0, needed) * paces >= abs(needed) - 1e-9
                region = report.name("regions", row["region"])
                rate = report.format_change(indicator, needed)
                counts = {"count": len(paces), "high": int(as_fast.sum())}
                lines.append(report.gettext(NEEDED, region=region, needed=rate, **counts))
        return lines

    def charts(self, report: ReportContext) -> list[Chart]:
        """Draw the region's course, the regions by year, and the cities of the province."""
        own, name = report.plan, self.indicator
        drawn = [
            fan_chart(report, report.quantiles, report.attainment, name),
            regions_chart(report, self.figures, name), tile_map(report, self.figures, name),
        ] if name in set(own.indicators["indicator"]) else []  # fmt: skip
        return [chart for chart in drawn if chart is not None]

    def target_rows(self, report: ReportContext) -> list[Cells]:
        """Put the targets of all plans into cells."""
        answers = self.attainment.sort_values(["region", "year"], key=self.rank(report))
        return [_target_row(report, row) for row in answers.to_dict("records")]

    def figure_rows(self, report: ReportContext) -> list[Cells]:
        """Put all figures into cells, with their sources."""
        order = self.rank(report)
        figures = self.figures.sort_values(["region", "year"], key=order, kind="stable")
        return [
            report.with_heads({
                "region": report.name("regions", row["region"]),
                "year": format_time(float(row["year"])),
                "published": report.format_value(self.indicator, row["value"]),
                "data_status": report.label("data_status", str(row["status"])),
                "locus": self.locus(row),
            })
            for row in figures.to_dict("records")
        ]  # fmt: skip

    def rule_rows(self, report: ReportContext) -> list[Cells]:
        """Put the rules of all plans that name the indicator into cells."""
        return [
            report.with_heads({
                "region": report.name("regions", row["region"]),
                "rule": describe_formula(report, str(row["formula"])),
                "locus": self.locus(row),
            })
            for row in self.rules.to_dict("records")
        ]  # fmt: skip

    def declared_rows(self, report: ReportContext, mechanism: Mechanism) -> list[Cells]:
        """Put measures with their limits, and assumptions with their ranges, into cells."""
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

    def fact_rows(self, report: ReportContext) -> list[Cells]:
        """Put definition, unit, kind, bounds and near indicators into cells."""
        about, indicator = self.about, self.indicator
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
            "parts": _name_parts(report, self),
            "related": "\n".join(_name_related(report, self)),
        }
        return [
            report.with_heads({"fact": report.label("fact", code), "value": value})
            for code, value in facts.items()
            if value
        ]

    def rank(self, report: ReportContext) -> Callable[[pd.Series], pd.Series]:
        """Make a sort key that puts regions in order, and leaves other columns as they are."""
        order = {region: i for i, region in enumerate(self.regions(report.plan))}
        return lambda column: column.map(order) if column.name == "region" else column

    def locus(self, row: Mapping[str, Any]) -> Html:
        """Write the source's number, and where in it a row is printed."""
        return chinese(row["locus"], before=f"[{self.sources.index(row['source']) + 1}] ")


def choose_indicator(plan: Plan, requested: str | None = None) -> str:
    """Return the requested indicator, else the binding one, else that with the most figures.

    Raises
    ------
    UnknownNameError
        For an indicator that the plan does not have.

    Examples
    --------
    >>> import forecast as fc
    >>> choose_indicator(fc.load_plan("lishui", as_of="2022-12-31"))
    'minimum_living_standard'
    """
    known = list(plan.indicators["indicator"])
    if requested is not None:
        check_name("indicator", requested, known)
        return requested
    counts = plan.observations.groupby("indicator").size()
    targets = plan.targets
    binding = set(targets.loc[targets["force"] == "binding", "indicator"])
    wanted = set(targets["indicator"])
    order = {
        name: (name not in binding or name not in counts, name not in wanted,
               -int(counts.get(name, 0)))
        for name in known
    }  # fmt: skip
    return str(min(known, key=lambda name: order[name]))


def compute_profile(report: ReportContext, requested: str | None = None) -> IndicatorProfile:
    """Collect what is known of an indicator in all regions, as of the plan's day.

    Raises
    ------
    UnknownNameError
        As `choose_indicator`.

    Examples
    --------
    >>> report = ReportContext.load("lishui", as_of="2022-12-31", language="en")
    >>> results = compute_profile(report, "nursing_bed_share")
    >>> sorted(results.attainment["region"].unique()), sorted(results.mechanisms)
    (['lishui', 'shaoxing', 'xiaoshan', 'zhejiang'], ['nursing_bed_share_stocks'])
    """
    plan, indicator = report.plan, choose_indicator(report.plan, requested)
    fits = report.fits.take(np.flatnonzero(report.fits.series["indicator"] == indicator))
    targets = report.whole.targets
    targets = targets[targets["indicator"] == indicator].reset_index(drop=True)
    figures = report.figures[report.figures["indicator"] == indicator]
    figures = figures.sort_values(["region", "year"]).reset_index(drop=True)
    rules = report.whole.rules
    word = re.compile(rf"\b{re.escape(indicator)}\b")
    # As an array of truths: an empty list would choose columns, none.
    named = np.array([bool(word.search(str(formula))) for formula in rules["formula"]], bool)
    rules = rules.loc[named].reset_index(drop=True)
    return IndicatorProfile(
        indicator=indicator,
        about=report.indicators.loc[indicator],
        fits=fits,
        quantiles=_compute_quantiles(fits, plan, targets),
        figures=figures,
        targets=targets,
        attainment=hide_single(attainment(fits, targets, as_of=plan.as_of)),
        paces=yearly_paces(plan, indicator)[0],
        mechanisms={
            name: m
            for name, m in report.mechanisms.items()
            if indicator == m.indicator or indicator in m.inputs.values()
        },
        rules=rules,
        sources=report.list_sources(figures, targets, rules),
    )


def result_tables(report: ReportContext, results: IndicatorProfile) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`."""
    figures = results.figures.rename(columns={"status": "data_status"})
    tables = {
        "attainment": report.describe_answers(results.attainment, results.targets),
        "quantiles": report.describe(results.quantiles),
        "observations": report.describe(figures),
        "sources": report.source_rows(results.sources),
    }
    return {key: table for key, table in tables.items() if len(table)}


def _compute_quantiles(fits: Fits, plan: Plan, targets: pd.DataFrame) -> pd.DataFrame:
    """Forecasts from the first latest figure to the last target, or the present."""
    if not len(fits.series):
        return pd.DataFrame(columns=["region", "indicator", "year"])
    first = math.floor(fits.series["latest_year"].min()) + 1
    last = max([*targets["year"].astype(int), int(plan.as_of[:4] or first)])
    table = quantiles(fits, list(range(first, max(first, last) + 1)))
    return table[table["year"] <= last]


def _describe_verdict(report: ReportContext, row: Mapping[str, Any]) -> str:
    facts = {
        "region": report.name("regions", row["region"]), "target": report.format_dated_target(row),
        "verdict": report.label("finding", finding_of(row)),
    }  # fmt: skip
    if row["status"] not in OPEN or row["evidence"] == SINGLE:
        return report.gettext("{region}: target {target}, {verdict}.", **facts)
    return report.gettext(
        "{region}: target {target}, {verdict}, chance {chance}.",
        chance=find(report).round_chance(row["p_reach"]), **facts,
    )  # fmt: skip


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


def _target_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    indicator = row["indicator"]
    open_ = row["status"] in OPEN and row["evidence"] != SINGLE
    return report.with_heads({
        "region": report.name("regions", row["region"]),
        "target": report.format_dated_target(row),
        "latest": report.format_latest(row) if pd.notna(row["latest"]) else NO_VALUE,
        "required_rate": report.format_change(indicator, row["required_rate"]),
        "median": report.format_estimate(indicator, row["median"] if open_ else None),
        "p_reach": find(report).round_chance(row["p_reach"], bare=True) if open_ else NO_VALUE,
        "attainment_year": report.format_years(row) if open_ else NO_VALUE,
        "status": report.label("status", str(row["status"])),
        "evidence": report.label("evidence", str(row["evidence"])),
    })  # fmt: skip
