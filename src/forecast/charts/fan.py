"""What a chart of one indicator shows, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..i18n.formatting import comparison, estimate, number
from ..tables.calendar import year_fraction
from ..tables.names import Names
from ..tables.plan import Plan
from . import style

__all__ = ["ChartData", "anchored", "chart_data", "moment_of"]


@dataclass(frozen=True)
class ChartData:
    """What a chart of one indicator shows, and how its numbers are written.

    `figures` and `targets` are rows of observations and of attainment; `fan` has quantiles by year.
    """

    title: str
    unit: str
    unit_name: str
    resolution: float
    language: str
    figures: pd.DataFrame
    fan: pd.DataFrame
    targets: pd.DataFrame

    def number(self, value: float) -> str:
        """Format a value in the indicator's unit."""
        return number(value, self.language, unit=self.unit)

    def estimate(self, value: float) -> str:
        """Format a forecast, no finer than the reporting step."""
        return estimate(value, self.language, unit=self.unit, step=self.resolution)

    def target(self, row: pd.Series) -> str:
        """Format a target with its comparator."""
        goal, comparator = float(row["target"]), str(row["comparator"])
        high = row.get("target_high")
        return comparison(comparator, goal, self.language, unit=self.unit, high=high)


def moment_of(plan: Plan) -> float:
    """Point of the as-of date on the time axis, where 2022.0 is the end of 2022."""
    return year_fraction(plan.as_of) if plan.as_of else np.nan


def chart_data(
    names: Names, quantiles: pd.DataFrame, attainment: pd.DataFrame, indicator: str
) -> ChartData:
    """Collect what a chart of an indicator shows; quantiles of one scenario."""
    plan, about = names.plan, names.indicators.loc[indicator]
    figures = plan.observations[plan.observations["indicator"] == indicator].sort_values("year")
    targets = attainment[attainment["indicator"] == indicator]
    # No forecast beyond what is needed: the last target, or the present.
    last = max(targets["year"].max(), int(plan.as_of[:4] or 0))
    rows = (quantiles["region"] == plan.region) & (quantiles["indicator"] == indicator)
    fan = anchored(quantiles[rows & (quantiles["year"] <= last)], figures)
    unit = str(about["unit"])
    return ChartData(
        names.name("indicators", indicator), unit, names.symbol(unit), float(about["resolution"]),
        names.language, figures, fan, targets,
    )  # fmt: skip


def anchored(quantiles: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return quantiles by year, opened by the latest figure, from which all of them fan out."""
    columns = [c for low, high, *_ in style.BANDS for c in (low, high)] + ["q50"]
    fan = quantiles.sort_values("year").set_index("year")[columns].astype(float)
    if fan.empty:
        return fan
    last = figures.iloc[-1]
    start = pd.DataFrame(float(last["value"]), index=[float(last["year"])], columns=columns)
    return pd.concat([start, fan])
