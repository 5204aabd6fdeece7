"""Charts of an evaluation, a row an indicator: progress, outcomes, years of attainment, regions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_, gettext
from ..i18n.formatting import change, number
from ..tables.names import Names
from ..targets.target_state import PASSED
from . import style
from .fan import moment_of, origin_of

__all__ = ["attainment_chart", "comparison_chart", "outcome_chart", "progress_chart"]

ROW, REGION_ROW = 0.34, 0.235
"""Inches of a row of an indicator, and of a region."""
SHARES = (-25.0, 150.0)
"""Percent of the way to a target that a chart of progress shows."""
AHEAD = 12
"""Years after the last target that a chart of years shows."""
MARKS: dict[str, dict[str, Any]] = {
    "met": {"marker": "s", "color": style.MEDIAN},
    "missed": {"marker": "X", "color": style.TARGET, "markersize": 11, "markeredgecolor": "white"},
    "exceeded": {"marker": "s", "color": style.MEDIAN},
    **{
        code: {"marker": "o", "color": style.INK, "markerfacecolor": "white"}
        for code in (*PASSED, "no_data", "ahead")
    },
}
"""Marks of the outcomes of targets."""
PROGRESS = N_(
    "Way: baseline 0, target 100 % (dashed). Dark narrow bar: published   pale wide bar and line: "
    "estimate for the end of {year}, 80 % interval and median   ◇ where the schedule rule wants "
    "it at the end of {year}. What lies outside is cut at the edge."
)
OUTCOMES = N_(
    "Way: baseline 0, target 100 % (dashed). Bar and mark: where the published figure stands   "
    "■ met   ✕ missed   ○ no final figure yet   pale band and line: forecast for the target year, "
    "80 % interval and median. What lies outside is cut at the edge; marks without a way stand at "
    "the right."
)
YEARS = N_(
    "Line: 10 to 90 % range of the year of attainment   ● even chance   ■ met by a published "
    "figure   ◇ the target's year   ▶ beyond the picture   later: not within twenty years"
)
REGIONS = N_(
    "Orange diamond: this report's region. Pace: mean change a year over the last four figures; "
    "with one figure there is none. Figures of different years do not compare."
)


@style.themed
def progress_chart(
    names: Names, table: pd.DataFrame, *, sources: Sequence[str] = ()
) -> Figure | None:
    """Draw how much of the way to its target each indicator has gone, beside the schedule.

    Parameters
    ----------
    names : of the plan, in the reader's language
    table : a row an indicator, in percent of the way from baseline to target: `gone` (published,
        NaN where only one figure is) and `due_then` in `latest_year`; `due` and the estimate
        `low`, `middle`, `high` at the end of the year `now`; rows without any of them are left out
    sources : as in `fan_charts`

    Returns
    -------
    None where no row has anything to draw.
    """
    drawn = table[table["gone"].notna() | table["middle"].notna()]
    if drawn.empty:
        return None
    note = names.gettext(PROGRESS, year=int(drawn["now"].iloc[0]))
    figure, axes = _progress_axes(names, drawn, note, sources)
    for i, row in enumerate(drawn.to_dict("records")):
        _draw_progress(axes, i, row, names)
    return figure


@style.themed
def outcome_chart(
    names: Names, table: pd.DataFrame, *, sources: Sequence[str] = ()
) -> Figure | None:
    """Draw how much of the way to its final target each indicator has gone, by outcome.

    Parameters
    ----------
    names : of the plan, in the reader's language
    table : a row a target: `outcome`, and in percent of the way from baseline to target `gone`
        (published, NaN where there is no way to compare) and the forecast `low`, `middle`, `high`
        of its year, NaN where a figure has decided
    sources : as in `fan_charts`

    Returns
    -------
    None where no row has anything to draw.
    """
    decided = table["outcome"].isin(["met", "missed"])
    drawn = table[decided | table["gone"].notna() | table["middle"].notna()]
    if drawn.empty:
        return None
    figure, axes = _progress_axes(names, drawn, names.gettext(OUTCOMES), sources)
    for i, row in enumerate(drawn.to_dict("records")):
        _draw_outcome(axes, i, row, names)
    return figure


@style.themed
def attainment_chart(
    names: Names, rows: pd.DataFrame, *, sources: Sequence[str] = ()
) -> Figure | None:
    """Draw when each target is expected to be met: 10 to 90 % of the futures, and its own year.

    Parameters
    ----------
    names : of the plan, in the reader's language
    rows : of `attainment`, one target an indicator
    sources : as in `fan_charts`

    Returns
    -------
    None where no year is known of any target.
    """
    drawn = rows[rows["latest"].notna()]
    if drawn.empty:
        return None
    ends = drawn[["year", "attainment_early"]].astype("Float64").to_numpy(float, na_value=np.nan)
    last = float(np.nanmax(drawn["year"].to_numpy(float))) + AHEAD
    first = float(np.nanmin(ends)) - 1.0
    origin = origin_of(names, list(drawn["indicator"]), sources)
    figure, axes = _row_axes(names, drawn, [names.gettext(YEARS), origin])
    axes.set_xlim(first, last + 0.6)
    for i, row in enumerate(drawn.to_dict("records")):
        _draw_years(axes, i, row, names, last)
    axes.xaxis.set_major_locator(MaxNLocator(9, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    if moment_of(names.plan) <= last:
        style.draw_moment(axes, moment_of(names.plan))
    axes.set_xlabel(names.gettext("year"))
    return figure


@style.themed
def comparison_chart(
    table: pd.DataFrame,
    *,
    unit: str,
    titles: Sequence[str],
    notes: Sequence[str] = (),
    language: str,
) -> Figure:
    """Draw regions one below the other: the latest figure, and the pace a year.

    Parameters
    ----------
    table : name, latest, latest_year, pace (NaN with one figure), own (whether the region's name
        stands out), in the order drawn
    unit : the indicator's unit id
    titles : over the two halves; without any pace there is no second one
    notes : lines below the figure
    language : `zh` or `en`
    """
    height = REGION_ROW * len(table)
    figure, below = style.new_figure(height + 0.75, [gettext(REGIONS, language), *notes], language)
    for half, (column, title) in enumerate(zip(("latest", "pace"), titles, strict=True)):
        values = table[column].dropna().to_numpy(float)
        if not len(values):
            continue
        axes = style.add_axes(figure, 2.0 + 4.3 * half, below + 0.35, 2.5, height)
        low, high = min(values.min(), 0.0), max(values.max(), 0.0)
        margin = 0.03 * (high - low or 1.0)
        axes.set_xlim(low - margin, high + margin)
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_yticks([])
        style.make_quiet(axes, "x")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        style.format_axis(axes.xaxis, language, unit=unit, like=max(-low, high))
        axes.axvline(0.0, color=style.GREY, linewidth=0.9)
        style.title_axes(axes, title)
        for i, row in enumerate(table.to_dict("records")):
            _draw_region(axes, i, row, (column, unit, language))
    return figure


def _row_axes(names: Names, rows: pd.DataFrame, notes: Sequence[str]) -> tuple[Figure, Axes]:
    """Make a figure of a row an indicator, named with its target at the left."""
    height = ROW * len(rows)
    figure, below = style.new_figure(height + 0.62, notes, names.language)
    axes = style.add_axes(figure, 0.33 * style.WIDTH, below + 0.45, 0.47 * style.WIDTH, height)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    style.make_quiet(axes, "x")
    for i, row in enumerate(rows.to_dict("records")):
        target, unit = names.format_target(row), names.unit(row["indicator"])
        name = names.name("units", unit)
        if names.symbol(unit) == name:
            target = names.gettext("{goal} ({unit})", goal=target, unit=name)
        style.name_row(axes, names.name("indicators", row["indicator"]), i - 0.17)
        style.name_row(
            axes, f"{target} · {row['year']:.0f}", i + 0.2, color=style.GREY, fontsize=6.8
        )
    return figure, axes


def _progress_axes(
    names: Names, rows: pd.DataFrame, note: str, sources: Sequence[str]
) -> tuple[Figure, Axes]:
    """Make a figure of a row an indicator, across the way from baseline to target in percent."""
    origin = origin_of(names, list(rows["indicator"]), sources, dotted=False)
    figure, axes = _row_axes(names, rows, [note, origin])
    axes.axvline(0.0, color=style.INK, linewidth=1.0)
    axes.axvline(100.0, color=style.TARGET, linewidth=1.2, linestyle="--")
    axes.set_xlim(*SHARES)
    axes.set_xticks([0, 25, 50, 75, 100, 125])
    style.format_axis(axes.xaxis, names.language, unit="percent")
    axes.set_xlabel(names.gettext("share of the way gone"))
    return figure, axes


def _draw_progress(axes: Axes, i: int, row: Mapping[str, Any], names: Names) -> None:
    """Draw what is published, what is estimated now, and what the schedule asks for."""
    _draw_estimate(axes, i, row)
    published = np.isfinite(row["gone"])
    if published:
        axes.barh(
            i, float(np.clip(row["gone"], *SHARES)), height=0.26, color=style.MEDIAN, zorder=4
        )
    if np.isfinite(row["due"]):
        axes.plot(
            [row["due"]], [i], marker="D", markersize=6, color=style.TARGET, zorder=5,
            markerfacecolor="white", markeredgewidth=1.4,
        )  # fmt: skip
    pair = (row["gone"], row["due_then"]) if published else (row["middle"], row["due"])
    gone, due = (number(v, names.language, unit="percent", step=1) for v in pair)
    year = math.ceil(float(row["latest_year"]) - 1e-9) if published else row["now"]
    text = N_("{year}: {gone}, due {due}")
    text = text if published else N_("{year}: estimate {gone}, due {due}")
    style.write_beside(axes, names.gettext(text, gone=gone, due=due, year=year), i)


def _draw_estimate(axes: Axes, i: int, row: Mapping[str, Any]) -> None:
    """Draw a forecast of the way: its range, and its median."""
    if np.isfinite(row["middle"]):
        low, middle, high = (float(np.clip(row[k], *SHARES)) for k in ("low", "middle", "high"))
        axes.barh(i, high - low, left=low, height=0.62, color=style.PALE, zorder=2)
        axes.plot([middle] * 2, [i - 0.31, i + 0.31], color=style.MEDIAN, linewidth=1.6, zorder=3)


def _draw_outcome(axes: Axes, i: int, row: Mapping[str, Any], names: Names) -> None:
    """Draw how far the published figure went, a mark of the outcome at its end, and say both."""
    _draw_estimate(axes, i, row)
    outcome, known = str(row["outcome"]), np.isfinite(row["gone"])
    text = names.label("outcome", outcome)
    if known:
        share = number(row["gone"], names.language, unit="percent", step=1)
        text = names.gettext("{outcome}, {share}", outcome=text, share=share)
        axes.barh(i, np.clip(row["gone"], *SHARES), height=0.2, color=style.GREY, zorder=3)
    if known or outcome in ("met", "missed"):
        at = float(np.clip(row["gone"] if known else SHARES[1], *SHARES))
        mark = {"markersize": 8, "markeredgewidth": 1.5, **MARKS[outcome]}
        # A mark at the very edge is drawn whole.
        axes.plot([at], [i], linestyle="none", zorder=5, clip_on=False, **mark)
    style.write_beside(axes, text, i)


def _draw_years(axes: Axes, i: int, row: Mapping[str, Any], names: Names, last: float) -> None:
    """Draw the range of years, its median and the target's year, and write the three years."""
    early, middle, late = (
        float(row[f"attainment_{k}"]) if pd.notna(row[f"attainment_{k}"]) else np.inf
        for k in ("early", "year", "late")
    )
    met = row["attainment_reading"] == "reached"
    if not met:
        end = min(late, last + 0.4)
        if early <= last:
            axes.plot([early, end], [i, i], color=style.MEDIAN, linewidth=2.0, zorder=2)
        if late > last:
            axes.plot([end], [i], marker=">", markersize=5, color=style.MEDIAN, zorder=2)
    if middle <= last:
        marker, size = ("s", 6.0) if met else ("o", 6.5)
        axes.plot([middle], [i], color=style.MEDIAN, zorder=4, marker=marker, markersize=size)
    axes.plot(
        [float(row["year"])], [i], marker="D", markersize=9, markeredgewidth=1.5, zorder=3,
        color=style.TARGET, markerfacecolor="white",
    )  # fmt: skip
    style.write_beside(axes, names.format_years(row), i)


def _draw_region(axes: Axes, i: int, row: Mapping[str, Any], facts: tuple[str, str, str]) -> None:
    """Draw one region's latest figure, or its pace, as a mark on a line from zero."""
    column, unit, language = facts
    value, own = float(row[column]), bool(row["own"])
    colour = style.TARGET if own else style.INK
    if column == "latest":
        style.name_row(axes, str(row["name"]), i, color=colour)
        year = math.ceil(float(row["latest_year"]) - 1e-9)
        text = f"{number(value, language, unit=unit)} · {year}"
    else:
        known = np.isfinite(value)
        text = change(value, language, unit=unit) if known else gettext("one figure only", language)
    if np.isfinite(value):
        axes.plot([0.0, value], [i, i], color=style.MEDIAN, linewidth=2.4 if own else 1.2)
        axes.plot([value], [i], marker="D" if own else "o", markersize=6 if own else 4.5,
                  color=style.TARGET if own else style.MEDIAN, zorder=3)  # fmt: skip
    style.write_beside(axes, text, i, color=colour if np.isfinite(value) else style.GREY)
