"""Fan charts: published figures, forecasts and targets of an indicator over the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_, gettext
from ..i18n.formatting import comparison, estimate, number, probability
from ..i18n.labels import label_of
from ..tables.calendar import year_fraction
from ..tables.names import Names
from ..tables.plan import Plan
from ..targets.target_state import OPEN
from . import style

__all__ = [
    "ChartData", "LineStyle", "anchored", "chart_data", "charted_indicators", "draw_fan",
    "draw_figures", "draw_targets", "fan_charts", "moment_of", "origin_line", "origin_of",
    "set_axes",
]  # fmt: skip

LineStyle = str | tuple[float, tuple[float, ...]]
PANEL_HEIGHT = 3.0
CLOSED_FOR = 1
"""A target is still worth a figure this many years after its own."""
CROWDED = 5
"""Years in a panel above which it takes a whole row, so that labels keep apart."""
NEIGHBOURS = 0.6
"""Years between two figures, below which only the later one is labelled."""
TITLE_WIDTH = 3.0
"""Inches of a panel's title in a line, at the size of a note."""
LEGEND = N_(
    "● published   ━ median   bands: 50, 80, 90 % forecast intervals   "
    "◇ target and its chance   ◆ target met"
)


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
        return comparison(comparator, goal, self.language, unit=self.unit)

    @property
    def wide(self) -> bool:
        """Whether the years need a whole row."""
        years = pd.concat([self.figures["year"], self.targets["year"]]).astype(float)
        return float(years.max() - years.min()) > CROWDED


def charted_indicators(plan: Plan, attainment: pd.DataFrame) -> list[str]:
    """List indicators with a published figure and an open or recent target, in the plan's order."""
    published = set(plan.observations["indicator"])
    newest = moment_of(plan) - CLOSED_FOR - 1 if plan.as_of else -np.inf
    recent = set(attainment.loc[attainment["year"] > newest, "indicator"])
    return [name for name in plan.indicators["indicator"] if name in published & recent]


@style.themed
def fan_charts(
    names: Names,
    quantiles: pd.DataFrame,
    attainment: pd.DataFrame,
    *,
    sources: Sequence[str] = (),
) -> dict[str, Figure]:
    """Draw one figure an area, one or two indicators a row; areas without any are left out.

    Parameters
    ----------
    names : of the plan, in the reader's language
    quantiles, attainment : as the functions of the same names return them
    sources : source ids in the order in which the report numbers them; those that a figure
        draws on are named by their numbers below it
    """
    style.load_font()
    figures = {}
    areas = names.indicators["area"]
    indicators = charted_indicators(names.plan, attainment)
    for area in names.plan.areas["area"]:
        drawn = [indicator for indicator in indicators if areas[indicator] == area]
        if drawn:
            panels = [chart_data(names, quantiles, attainment, indicator) for indicator in drawn]
            figures[area] = _draw_area(panels, moment_of(names.plan))
            _add_footer(figures[area], names, drawn, sources)
    return figures


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
def draw_fan(
    axes: Axes,
    data: ChartData,
    *,
    bands: Sequence[style.Band] = style.BANDS,
    linestyle: LineStyle = "-",
    plain: bool = False,
) -> None:
    """Draw bands and median, each named at its right end; the median's number alone if `plain`."""
    fan = data.fan
    if fan.empty:
        return
    for low, high, _, colour in bands:
        axes.fill_between(fan.index, fan[low], fan[high], color=colour, linewidth=0)
    axes.plot(fan.index, fan["q50"], color=style.MEDIAN, linewidth=1.8, linestyle=linestyle)
    end, last = fan.iloc[-1], float(fan.index[-1])
    labels = [(end[high], probability(p, data.language), style.GREY) for _, high, p, _ in bands]
    median = data.estimate(float(end["q50"]))
    if not plain:
        median = gettext("median {value}", data.language).format(value=median)
    labels.append((end["q50"], median, style.MEDIAN))
    bottom, top = axes.get_ylim()
    heights = style.spread_labels(
        [float(height) for height, *_ in labels], gap=0.075 * (top - bottom)
    )
    # A target of the same year has its label around it.
    offset = 30 if (data.targets["year"] == last).any() else 6
    for height, (_, text, colour) in zip(heights, labels, strict=True):
        style.write(axes, text, (last, height), (offset, 0), color=colour)


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


def origin_of(
    names: Names, indicators: Sequence[str], sources: Sequence[str], *, dotted: bool = True
) -> str:
    """Say on what day the figures of indicators were known, and whose they are.

    `dotted` says that the day is drawn as a dotted line.

    >>> import forecast as fc
    >>> names = Names(fc.load_plan("lishui", as_of="2022-12-31"), "en")
    >>> origin_of(names, ["nursing_bed_share"], ["b", "003_8dc3f949d45a2179.txt"])
    'As of 31 December 2022 (dotted line). Sources, listed at the end of the report: [2].'
    """
    used: set[str] = set()
    for table in (names.plan.observations, names.plan.targets):
        used |= set(table.loc[table["indicator"].isin(indicators), "source"])
    numbers = [f"[{i}]" for i, source in enumerate(sources, start=1) if source in used]
    return origin_line(names, names.join(numbers), dotted=dotted)


def origin_line(names: Names, sources: str, *, dotted: bool = True) -> str:
    """Say on what day figures were known, and by which numbers their sources are listed."""
    known = N_("{day} (dotted line). ") if dotted else N_("{day}. ")
    line = names.gettext(known, day=names.known_on())
    listed = N_("Sources, listed at the end of the report: {sources}.")
    return line + names.gettext(listed, sources=sources) if sources else line


def _draw_area(panels: Sequence[ChartData], moment: float) -> Figure:
    """Draw long histories a row each, then two a row; margins in inches, alike in every figure."""
    ordered = sorted(panels, key=lambda data: not data.wide)
    wide = sum(data.wide for data in panels)
    rows = wide + (len(panels) - wide + 1) // 2
    height = PANEL_HEIGHT * rows + 0.65
    figure = Figure(figsize=(style.WIDTH, height))
    figure.subplots_adjust(
        left=0.075, right=0.985, top=1 - 0.55 / height, bottom=0.95 / height,
        hspace=0.95 / (PANEL_HEIGHT - 0.95), wspace=0.19,
    )  # fmt: skip
    grid = figure.add_gridspec(rows, 2)
    for i, data in enumerate(ordered):
        row, column = divmod(i - wide, 2)
        axes = figure.add_subplot(grid[i, :] if data.wide else grid[wide + row, column])
        set_axes(axes, data, moment)
        draw_fan(axes, data)
        draw_figures(axes, data)
        draw_targets(axes, data)
        _set_title(axes, data)
    return figure


def _set_title(axes: Axes, data: ChartData) -> None:
    code = str(data.targets["evidence"].iloc[0])
    evidence = label_of("evidence", code, data.language)
    evidence = gettext("evidence: {word}", data.language).format(word=evidence)
    lines = style.wrap_lines(data.title, TITLE_WIDTH, data.language)
    style.title_axes(axes, "\n".join(lines), -24, below=f"{data.unit_name} · {evidence}")


def _add_footer(
    figure: Figure, names: Names, indicators: list[str], sources: Sequence[str]
) -> None:
    """Explain the marks, and say whose figures they are and when they were known."""
    height = figure.get_figheight()
    lines = (names.gettext(LEGEND), origin_of(names, indicators, sources))
    for inches, text in zip((0.38, 0.14), lines, strict=True):
        figure.text(0.035, inches / height, text, fontsize=8, color=style.GREY)


def _write_at(
    axes: Axes, text: str, point: tuple[float, float], offset: float, colour: str
) -> None:
    """Write over or under a point."""
    va = "bottom" if offset > 0 else "top"
    style.write_near(axes, text, point, (0, offset), color=colour, ha="center", va=va, zorder=5)
