"""Dashboard and small multiples: verdicts, chances by area and year, a small chart each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..i18n.catalog import N_, gettext
from ..i18n.formatting import probability
from ..i18n.labels import LABELS, label_of
from ..tables.names import Names
from . import style
from .fan import ChartData, chart_data, charted_indicators, moment_of, origin_of

__all__ = ["course_panels", "dashboard", "region_panels"]

ACROSS = 4
"""Small charts in a row."""
STEP = 9.7 / ACROSS
"""Inches from one small chart to the next."""
SPARK, SPARK_WIDTH = 0.72, 1.15
"""Inches of a small chart's graph."""
LINE = 0.125
"""Inches of a line of a small chart's name."""
ROW, BAR = 0.3, 0.27
"""Inches of a row of the heat map, and of a bar of the verdicts."""
HEAD, TITLES = 0.62, 0.55
"""Inches of the dashboard's title, and of those of its two parts."""
DARK = 0.55
"""Chance from which on a cell is dark enough for white text."""
STATUS_STYLES: dict[str, dict[str, Any]] = {
    "met": {"facecolor": style.MEDIAN},
    "reached": {"facecolor": "#3f78ad"},
    "likely": {"facecolor": "#6fa3d0"},
    "uncertain": {"facecolor": style.PALE, "hatch": "..."},
    "unlikely": {"facecolor": "#f1c9a8", "hatch": "////"},
    "missed": {"facecolor": style.TARGET},
    "exceeded": {"facecolor": style.MEDIAN},
    "likely_exceeded": {"facecolor": "#6fa3d0", "hatch": "xxx"},
    "estimated": {"facecolor": style.PALE, "hatch": "xxx"},
    "not_yet_due": {"facecolor": "white", "hatch": "xxx"},
    "too_early": {"facecolor": "white", "hatch": "..."},
    "no_data": {"facecolor": "white"},
}
"""Bars of the verdicts."""
LEGEND = N_(
    "The darker a cell the higher the chance; hatched: the year has passed or no figure was ever "
    "published. Small pictures: ● published   ━ median   band: 80 % interval   ◇ and dashed line: "
    "last target."
)


@style.themed
def dashboard(
    names: Names,
    quantiles: pd.DataFrame,
    attainment: pd.DataFrame,
    *,
    sources: Sequence[str] = (),
) -> Figure:
    """Draw a plan on one page: verdicts, chances by area and year, a small chart an indicator.

    Parameters
    ----------
    names : of the plan, in the reader's language
    quantiles, attainment : as the functions of the same names return them
    sources : as in `fan_charts`
    """
    plan = names.plan
    indicators = charted_indicators(plan, attainment)
    panels = [chart_data(names, quantiles, attainment, indicator) for indicator in indicators]
    statuses = [status for status in LABELS["status"] if status in set(attainment["status"])]
    used = set(attainment["indicator"].map(names.indicators["area"]))
    areas = [area for area in plan.areas["area"] if area in used]
    upper = max(ROW * (len(areas) + 1), BAR * len(statuses)) + TITLES
    titles, cell, rows = _spark_grid(panels)
    notes = [names.gettext(LEGEND)] if panels else []
    notes.append(origin_of(names, indicators, sources))
    figure, bottom = style.new_figure(HEAD + upper + cell * rows + 0.3, notes, names.language)
    width, total = figure.get_size_inches()
    region = names.name("regions", plan.region)
    title = names.gettext("{region}: the plan's targets on one page", region=region)
    for text, down, size, colour in (
        (title, 0.26, 13, style.INK),
        (names.known_on(), 0.47, 8.5, style.GREY),
    ):
        figure.text(0.2 / width, 1 - down / total, text, fontsize=size, color=colour, va="center")
    _draw_statuses(figure, attainment["status"], statuses, names)
    _draw_chances(figure, attainment, areas, names)
    for axes in _draw_sparks(figure, panels, titles, (bottom, cell)):
        style.draw_moment(axes, moment_of(plan))
    return figure


@style.themed
def course_panels(
    names: Names, course: pd.DataFrame, attainment: pd.DataFrame, *, notes: Sequence[str]
) -> Figure:
    """Draw the figures of each indicator over what was forecast of them at first.

    Parameters
    ----------
    names : of the plan, in the reader's language
    course : quantiles by indicator and year, opened by the figure known when they were made
    attainment : targets, a small chart an indicator, in their order
    notes : lines below the figure
    """
    # The band shows what was forecast then; a chance of today is not written beside it.
    targets = attainment.assign(p_reach=np.nan)
    panels = []
    for indicator in targets["indicator"].drop_duplicates():
        fan = course[course["indicator"] == indicator].set_index("year").sort_index()
        panels.append(replace(chart_data(names, course, targets, indicator), fan=fan))
    titles, cell, rows = _spark_grid(panels)
    figure, bottom = style.new_figure(cell * rows + 0.1, notes, names.language)
    _draw_sparks(figure, panels, titles, (bottom, cell))
    return figure


@style.themed
def region_panels(
    panels: Sequence[ChartData], *, moment: float, notes: Sequence[str], language: str
) -> Figure:
    """Draw one indicator in many regions, small charts on one scale.

    Parameters
    ----------
    panels : one a region, titled with its name; those without targets or forecasts have empty
        tables
    moment : point of the as-of date on the time axis
    notes : lines below the figure
    language : `zh` or `en`
    """
    cell = SPARK + LINE + 0.24
    figure, bottom = style.new_figure(cell * -(-len(panels) // ACROSS) + 0.1, notes, language)
    drawn = _draw_sparks(figure, panels, [[data.title] for data in panels], (bottom, cell))
    x, y = np.array([a.get_xlim() for a in drawn]), np.array([a.get_ylim() for a in drawn])
    ends = [math.ceil(x.min()), math.floor(x.max())]
    for axes in drawn:
        axes.set_xlim(x.min(), x.max())
        axes.set_ylim(y.min(), y.max())
        axes.set_xticks(ends, [str(end) for end in ends])
        style.draw_moment(axes, moment)
    return figure


def _part(figure: Figure, left: float, width: float, height: float, title: str) -> Axes:
    """Make axes below the dashboard's title, under a title of their own."""
    _, total = figure.get_size_inches()
    x = 0.2 if left < style.WIDTH / 3 else 4.15
    figure.text(x / style.WIDTH, 1 - (HEAD + 0.12) / total, title, fontsize=9.5, va="center")
    return style.add_axes(figure, left, total - HEAD - 0.42 - height, width, height)


def _draw_statuses(figure: Figure, codes: pd.Series, statuses: Sequence[str], names: Names) -> None:
    """Draw a bar a verdict, named at the left, counted at its end."""
    counts = codes.value_counts()
    title = names.gettext("Verdicts on {count} targets", count=len(codes))
    axes = _part(figure, 1.75, 1.75, BAR * len(statuses), title)
    axes.set_axis_off()
    axes.set_xlim(0, max(float(counts.max()), 1.0) if len(counts) else 1.0)
    axes.set_ylim(len(statuses) - 0.5, -0.5)
    for i, status in enumerate(statuses):
        axes.barh(
            i, counts[status], height=0.66, edgecolor=style.MEDIAN, linewidth=0.8,
            **STATUS_STYLES[status],
        )  # fmt: skip
        style.name_row(axes, names.label("status", status), i, fontsize=8)
        style.write(
            axes, str(counts[status]), (counts[status], i), (4, 0), color=style.INK, fontsize=8
        )


def _draw_chances(
    figure: Figure, attainment: pd.DataFrame, areas: Sequence[str], names: Names
) -> None:
    """Draw the mean chance of the open targets by area and year, and how many that is of."""
    if not areas:
        return
    open_ = attainment["status"].isin(["reached", "likely", "uncertain", "unlikely"])
    table = attainment.assign(
        area=attainment["indicator"].map(names.indicators["area"]),
        chance=attainment["p_reach"].where(open_),
    )
    cells = table.groupby(["area", "year"])["chance"].agg(["mean", "count", "size"])
    cells = cells.unstack().reindex(areas)
    mean, count, size = (cells[column] for column in ("mean", "count", "size"))
    texts = pd.DataFrame(
        [[_cell(names, *cell) for cell in zip(*rows, strict=True)]
         for rows in zip(*(t.to_numpy(float) for t in (mean, count, size)), strict=True)]
    )  # fmt: skip
    title = names.gettext("Mean chance by area and target year (targets with a chance / all)")
    axes = _part(figure, 5.75, 4.0, ROW * (len(areas) + 1), title)
    sns.heatmap(
        mean.to_numpy(float), annot=texts.to_numpy(), fmt="", cmap=style.CHANCES, vmin=-0.06,
        vmax=1.06, cbar=False, linewidths=2.0, xticklabels=False, yticklabels=False, ax=axes,
    )  # fmt: skip
    axes.set_ylim(len(areas), -1)
    for text, share in zip(axes.texts, mean.to_numpy()[mean.notna()], strict=True):
        text.set_color("white" if share > DARK else style.INK)
    for i, j in np.argwhere((size.notna() & ~count.gt(0)).to_numpy()):
        axes.add_patch(Rectangle((j + 0.02, i + 0.04), 0.96, 0.92, fill=False, hatch="////",
                                 edgecolor=style.EDGE, linewidth=0.8))  # fmt: skip
        style.write(axes, str(texts.iat[i, j]), (j + 0.5, i + 0.5), ha="center", color=style.INK,
              path_effects=style.halo(3))  # fmt: skip
    for i, area in enumerate(areas):
        style.name_row(axes, names.name("areas", area), i + 0.5, fontsize=8)
    for j, year in enumerate(mean.columns):
        style.write(axes, f"{year:.0f}", (j + 0.5, -0.4), ha="center", fontsize=8)


def _cell(names: Names, mean: float, count: float, size: float) -> str:
    """Format a mean chance with the number of targets it is of."""
    if math.isnan(size):
        return ""
    parts = names.gettext("{known}/{all}", known=int(count), all=int(size))
    return f"{names.format_chance(mean)}  {parts}" if count else parts


def _spark_grid(panels: Sequence[ChartData]) -> tuple[list[list[str]], float, int]:
    """Return the titles of small charts, the height of one with its title, and their rows."""
    titles = [style.wrap_lines(f"{d.title} · {d.unit_name}", 1.95, d.language) for d in panels]
    lines = max((len(title) for title in titles), default=0)
    return titles, SPARK + LINE * lines + 0.24, -(-len(panels) // ACROSS)


def _draw_sparks(
    figure: Figure,
    panels: Sequence[ChartData],
    titles: Sequence[list[str]],
    place: tuple[float, float],
) -> list[Axes]:
    """Draw small charts in rows above `place`: bottom of the last row, and height of a row."""
    bottom, cell = place
    rows = -(-len(panels) // ACROSS)
    drawn = []
    for i, (data, title) in enumerate(zip(panels, titles, strict=True)):
        row, column = divmod(i, ACROSS)
        corner = (0.2 + column * STEP, bottom + (rows - row - 1) * cell + 0.18)
        drawn.append(_draw_spark(figure, data, title, corner))
    return drawn


def _draw_spark(
    figure: Figure, data: ChartData, title: Sequence[str], corner: tuple[float, float]
) -> Axes:
    """Draw one indicator: figures, band and median, target line; numbers stand at the right."""
    width, total = figure.get_size_inches()
    x, y = corner
    axes = style.add_axes(figure, x, y, SPARK_WIDTH, SPARK)
    figure.text(
        x / width, (y + SPARK + 0.05) / total, "\n".join(title), fontsize=7.2, va="bottom",
        linespacing=1.2,
    )  # fmt: skip
    figures, fan, targets = data.figures, data.fan, data.targets
    target = targets.sort_values("year", kind="stable").iloc[-1] if len(targets) else None
    if not fan.empty:
        axes.fill_between(fan.index, fan["q10"], fan["q90"], color=style.PALE, linewidth=0)
        axes.plot(fan.index, fan["q50"], color=style.MEDIAN, linewidth=1.4)
    axes.plot(
        figures["year"], figures["value"], color=style.INK, linewidth=1.0, marker="o", markersize=3
    )
    if target is not None:
        goal = float(target["target"])
        axes.axhline(goal, color=style.TARGET, linewidth=1.0, linestyle="--")
        axes.plot([float(target["year"])], [goal], marker="D", markersize=4.5, color=style.TARGET,
                  markerfacecolor="white", zorder=4)  # fmt: skip
    years = np.concatenate([figures["year"], fan.index, targets["year"]]).astype(float)
    first, last = math.floor(years.min()), math.ceil(years.max())
    margin = 0.06 * max(last - first, 1)
    axes.set_xlim(first - margin, last + margin)
    axes.margins(y=0.12)
    axes.set_yticks([])
    ends = sorted({first, last})
    axes.set_xticks(ends, [str(end) for end in ends])
    axes.tick_params(labelsize=6.5, pad=1)
    for i, (text, colour) in enumerate(_spark_lines(data, target)):
        at = (x + SPARK_WIDTH + 0.05) / width, (y + SPARK - 0.07 - 0.165 * i) / total
        figure.text(*at, text, fontsize=6.8, color=colour, va="center")
    return axes


def _spark_lines(data: ChartData, target: pd.Series | None) -> list[tuple[str, str]]:
    """Chance or verdict, target, median in its year and latest figure, with their colours."""
    lines = [] if target is None else _target_lines(data, target)
    if len(data.figures):
        last = data.figures.iloc[-1]
        year = math.ceil(float(last["year"]) - 1e-9)
        lines.append((f"● {data.number(float(last['value']))} · {year}", style.INK))
    return lines


def _target_lines(data: ChartData, target: pd.Series) -> list[tuple[str, str]]:
    """Chance or verdict, target, and median in its year."""
    language, status, year = data.language, str(target["status"]), float(target["year"])
    open_ = pd.notna(target["p_reach"]) and status not in ("met", "missed")
    text = label_of("status", status, language)
    if open_:
        chance = probability(float(target["p_reach"]), language)
        text = gettext("chance {p}", language).format(p=chance)
    lines = [(text, style.INK), (f"◇ {data.target(target)} · {year:.0f}", style.TARGET)]
    if open_ and year in data.fan.index:
        median = data.estimate(float(data.fan.at[year, "q50"]))
        lines.append((f"━ {median} · {year:.0f}", style.MEDIAN))
    return lines
