"""The report on one indicator: every region's figures, forecasts, mechanisms and rules."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import check_name
from ..model.fitting import Fits, quantiles
from ..scenarios.declarations import Mechanism
from ..scenarios.response import yearly_paces
from ..tables.plan import Plan
from ..targets.attainment import attainment
from .context import ReportContext, last_targets

__all__ = [
    "IndicatorProfile", "choose_indicator", "compute_profile",
    "result_tables",
]  # fmt: skip


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
        attainment=attainment(fits, targets, as_of=plan.as_of),
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
    return quantiles(fits, list(range(first, last + 1)))
