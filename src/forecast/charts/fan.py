"""What a chart of one indicator shows, and how the desk's live chart draws it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..i18n.formatting import comparison, estimate, number, probability
from ..tables.calendar import year_fraction
from ..tables.names import Names
from ..tables.plan import Plan
from ..targets.target_state import OPEN
from . import style

__all__ = [
    "ChartData", "anchored", "chart_data", "draw_figures", "draw_targets", "moment_of", "set_axes",
]  # fmt: skip

CROWDED = 5
"""Years in a chart above which not every target has room for a label."""
NEIGHBOURS = 0.6
"""Years between two figures, below which only the later one is labelled."""


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

    @property
    def wide(self) -> bool:
        """Whether the years are too many for a label at every target."""
        years = pd.concat([self.figures["year"], self.targets["year"]]).astype(float)
        return float(years.max() - years.min()) > CROWDED


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


@style.themed
def set_axes(axes: Axes, data: ChartData, moment: float) -> None:
    """Set limits with room for labels, quiet lines, ticks at year ends."""
    figures, fan, targets = data.figures, data.fan, data.targets
    years = np.concatenate([figures["year"], fan.index, targets["year"]]).astype(float)
    values = np.concatenate([figures["value"], targets["target"], fan.to_numpy().ravel()])
    low, high = values.astype(float).min(), values.astype(float).max()
    # Equal figures still need a scale.
    span = high - low or abs(high) or 1.0
    first, last = np.floor(years.min()), np.ceil(years.max())
    length = max(last - first, 1.0)
    margin = 0.045 if data.wide else 0.09
    bottom, top = axes.set_ylim(low - 0.24 * span, high + 0.26 * span)
    axes.set_xlim(first - margin * length, last + (4.7 * margin if len(fan) else margin) * length)
    ticks = np.arange(first, last + 1, np.ceil(length / (16 if data.wide else 8)))
    axes.set_xticks(ticks, [f"{year:.0f}" for year in ticks])
    axes.yaxis.set_major_locator(MaxNLocator(5, min_n_ticks=3))
    style.format_axis(axes.yaxis, data.language, unit=data.unit, like=max(-bottom, top))
    style.make_quiet(axes)
    if first <= moment <= last + 0.01:
        style.draw_moment(axes, moment)


@style.themed
def draw_figures(axes: Axes, data: ChartData) -> None:
    """Draw published figures, labelled apart from targets and from close neighbours."""
    figures, targets = data.figures, data.targets
    axes.plot(
        figures["year"], figures["value"], color=style.INK, linewidth=1.2, marker="o", markersize=5
    )
    apart = figures["year"].diff(-1).abs().fillna(np.inf) >= NEIGHBOURS
    for year, value in figures.loc[apart, ["year", "value"]].itertuples(index=False):
        near = targets.loc[(targets["year"] - year).abs() < NEIGHBOURS, "target"]
        above = bool(len(near)) and bool((near < value).all())
        _write_at(axes, data.number(value), (year, value), 7 if above else -9, style.INK)


@style.themed
def draw_targets(axes: Axes, data: ChartData) -> None:
    """Draw targets as diamonds with comparator and value, and of an open one the chance.

    Labels keep clear of the course of figures and median; of two documents' targets for one year
    the lower one is labelled below.
    """
    course = pd.concat([data.figures.set_index("year")["value"], data.fan["q50"].iloc[1:]])
    for _, group in data.targets.groupby("year"):
        ordered = group.sort_values("target", ascending=False)
        for i, (_, row) in enumerate(ordered.iterrows()):
            year, target, status = float(row["year"]), float(row["target"]), row["status"]
            inside = style.TARGET if status in ("met", "exceeded") else "white"
            axes.plot(
                [year], [target], marker="D", markersize=6, markeredgewidth=1.5, color=style.TARGET,
                markerfacecolor=inside, zorder=4,
            )  # fmt: skip
            text = data.target(row)
            if status in OPEN and pd.notna(row["p_reach"]):
                text = f"{text}\n({probability(float(row['p_reach']), data.language)})"
            expected = float(np.interp(year, course.index, course))
            below = i > 0 or (len(ordered) == 1 and target < expected)
            _write_at(axes, text, (year, target), -9 if below else 7, style.TARGET)


def _write_at(
    axes: Axes, text: str, point: tuple[float, float], offset: float, colour: str
) -> None:
    """Write over or under a point."""
    va = "bottom" if offset > 0 else "top"
    style.write_near(axes, text, point, (0, offset), color=colour, ha="center", va=va, zorder=5)
