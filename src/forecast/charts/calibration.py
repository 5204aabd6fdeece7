"""Charts of calibration: reliability diagram, PIT histogram, coverage of intervals.

Each has one to three panels on one scale, a method or setting each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from scipy.special import bdtrik

from ..errors import msg
from ..i18n.catalog import N_, gettext
from ..i18n.formatting import number, probability
from . import style

__all__ = [
    "PANELS",
    "calibrated_band",
    "coverage_chart",
    "pit_histogram",
    "reliability_diagram",
]

PANELS = 3
"""Most panels of a figure."""
WIDTHS = {1: 5.0, 2: 7.0, 3: 10.0}
"""Inches of a figure by its number of panels."""
MARGINS = {"left": 0.62, "right": 0.18, "top": 0.42, "between": 0.30, "below": 0.52}
BAND_SHARE = 0.9
GOAL = (0.85, 0.95)
"""Where the coverage of a 90 % interval should lie."""
COUNTS_SHARE = 0.27
"""Share of a reliability diagram's height for the numbers of cases."""
STYLES: tuple[dict[str, Any], ...] = (
    {"color": style.MEDIAN, "marker": "o", "linestyle": "-", "linewidth": 2.0},
    {"color": style.TARGET, "marker": "s", "linestyle": "--", "linewidth": 1.6},
    {"color": style.INK, "marker": "D", "linestyle": "-.", "linewidth": 1.4},
)
BASELINE_STYLES: tuple[dict[str, Any], ...] = tuple(
    {"color": style.GREY, "marker": marker, "linestyle": ":", "linewidth": 1.2} for marker in "^vx"
)
RELIABILITY = N_(
    "● said and came true in each bin   bars: two standard errors, grouped by year   "
    "○ error not known   dashed: perfectly reliable   below: cases of each bin"
)
HISTOGRAM = N_(
    "Bars of a reliable forecast are equal (dashed), nine in ten within the grey band. High at "
    "both ends: intervals too narrow; in the middle: too wide; at one side: biased."
)
COVERAGE = N_(
    "Grey band: 85 to 95 %, where the coverage of a 90 % interval should lie (dashed: 90 %). "
    "Bars: two standard errors."
)


@style.themed
def reliability_diagram(
    panels: Mapping[str, pd.DataFrame], *, language: str, footer: str = ""
) -> Figure:
    """Draw observed frequency against forecast probability, a panel a method or setting.

    Parameters
    ----------
    panels : title to a table of `scores.reliability`: low, high, n, said, came_true and
        error; bars reach two errors up and down. Where the error is no number, infinite (of one
        year) or 0 (all alike), the spread is not known: the mark is hollow and has no bar
    language : `zh` or `en`
    footer : whose figures they are and when they were known

    Raises
    ------
    ValueError
        Without a panel, or with more than three.
    """
    figure, frames = _new_panels(panels, RELIABILITY, footer, 4.0, language)
    for i, (title, table) in enumerate(panels.items()):
        left, bottom, width, height = frames[i]
        lower = style.add_axes(figure, left, bottom, width, COUNTS_SHARE * height)
        upper = style.add_axes(
            figure, left, bottom + COUNTS_SHARE * height, width, (1.0 - COUNTS_SHARE) * height
        )
        upper.sharex(lower)
        cases = number(table["n"].sum(), language)
        cases = gettext("{count} cases", language).format(count=cases)
        style.title_axes(upper, f"{title} · {cases}")
        _draw_reliability(upper, table, language)
        _draw_counts(lower, table, language)
        lower.set_xlabel(gettext("chance said", language))
        if i == 0:
            upper.set_ylabel(gettext("share that came true", language))
            lower.set_ylabel(gettext("cases", language))
        else:
            upper.tick_params(labelleft=False)
    return figure


@style.themed
def pit_histogram(
    panels: Mapping[str, pd.DataFrame],
    *,
    cases: Mapping[str, float],
    language: str,
    footer: str = "",
) -> Figure:
    """Draw histograms of the probability integral transform, with the band of calibrated forecasts.

    Parameters
    ----------
    panels : title to a table of `scores.pit_histogram`: low, high and share
    cases : title to the number of independent cases that the panel's are worth, see
        `calibrated_band`; a panel without one, or with less than one, has no band
    language, footer : as in `reliability_diagram`

    Raises
    ------
    ValueError
        Without a panel, or with more than three.
    """
    figure, frames = _new_panels(panels, HISTOGRAM, footer, 3.0, language)
    top = max(float(table["share"].max()) for table in panels.values())
    for i, (title, table) in enumerate(panels.items()):
        axes = style.add_axes(figure, *frames[i])
        worth = cases.get(title, 0.0)
        if np.isfinite(worth) and worth >= 1.0:
            low, high = calibrated_band(len(table), worth)
            top = max(top, high)
            axes.axhspan(low, high, color=style.SHADE, linewidth=0, zorder=0)
        edges = [*table["low"], table["high"].iloc[-1]]
        sns.histplot(
            x=(table["low"] + table["high"]) / 2.0, weights=table["share"], bins=edges, ax=axes,
            color=style.PALE, edgecolor=style.MEDIAN, linewidth=1.0, alpha=1.0, zorder=2,
        )  # fmt: skip
        even = 1.0 / len(table)
        axes.plot(
            [0.0, 1.0], [even, even], color=style.INK, linewidth=1.0, linestyle="--", zorder=3
        )
        style.title_axes(axes, title)
        _set_shares(axes, language, first=i == 0)
        axes.set_xlabel(gettext("place in the forecast distribution", language))
        axes.set_ylabel("" if i else gettext("share of cases", language))
    for axes in figure.axes:
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, 1.12 * top)
    return figure


@style.themed
def coverage_chart(
    panels: Mapping[str, Mapping[str, pd.DataFrame]],
    *,
    baselines: Collection[str] = (),
    language: str,
    footer: str = "",
) -> Figure:
    """Draw the coverage of 90 % intervals by the number of figures known.

    Parameters
    ----------
    panels : title to lines; a line's name to a table with n (figures known), value (share of
        outcomes inside) and error (not a number, or infinite, where not known)
    baselines : names of lines that are drawn in grey as baselines; at most three
    language, footer : as in `reliability_diagram`

    Raises
    ------
    ValueError
        Without a panel or with more than three, or with more than three lines of a sort in one.
    """
    figure, frames = _new_panels(panels, COVERAGE, footer, 3.3, language)
    tables = [table for lines in panels.values() for table in lines.values()]
    counts = sorted({int(n) for table in tables for n in table["n"]})
    bottom = min([GOAL[0], *(float(table["value"].min()) for table in tables)])
    span = max(counts[-1] - counts[0], 1)
    left, right = counts[0] - 0.08 * span, counts[-1] + 0.05 * span
    for i, (title, lines) in enumerate(panels.items()):
        axes = style.add_axes(figure, *frames[i])
        axes.fill_between([left, right], *GOAL, color=style.SHADE, linewidth=0, zorder=0)
        axes.plot(
            [left, right], [0.9, 0.9], color=style.INK, linewidth=1.0, linestyle="--", zorder=1
        )
        axes.set_xlim(left, counts[-1] + 0.66 * span)
        axes.set_ylim(max(bottom - 0.06, 0.0), 1.01)
        _draw_lines(axes, lines, baselines, language)
        axes.xaxis.set_major_locator(FixedLocator(counts))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:.0f}"))
        style.title_axes(axes, title)
        _set_shares(axes, language, first=i == 0, both=False)
        axes.set_xlabel(gettext("figures known", language))
        if i == 0:
            axes.set_ylabel(gettext("covered by 90 % intervals", language))
    return figure


def calibrated_band(bins: int, cases: float) -> tuple[float, float]:
    """Return the shares between which nine in ten bins of calibrated forecasts lie.

    The number in a bin of `cases` independent forecasts is binomial with probability 1 / `bins`;
    these are its 5 % and 95 % points, over `cases`.

    >>> low, high = calibrated_band(10, 100.0)
    >>> round(low, 3), round(high, 3)
    (0.048, 0.146)
    """
    tail = (1.0 - BAND_SHARE) / 2.0
    low, high = (float(bdtrik(p, cases, 1.0 / bins)) / cases for p in (tail, 1.0 - tail))
    return (0.0 if np.isnan(low) else low), high


def _new_panels(
    panels: Mapping[str, object], note: str, footer: str, height: float, language: str
) -> tuple[Figure, list[tuple[float, float, float, float]]]:
    """Make an empty figure with notes below; return it and the places of its panels in inches."""
    if not 1 <= len(panels) <= PANELS:
        text = N_("A figure has 1 to {most} panels, not {count}.")
        raise ValueError(msg(text, most=PANELS, count=len(panels)))
    width, count = WIDTHS[len(panels)], len(panels)
    notes = [text for text in (gettext(note, language), footer) if text]
    total = MARGINS["top"] + height + MARGINS["below"]
    figure, below = style.new_figure(total, notes, language, width=width)
    gaps = MARGINS["between"] * (count - 1)
    each = (width - MARGINS["left"] - MARGINS["right"] - gaps) / count
    starts = [MARGINS["left"] + i * (each + MARGINS["between"]) for i in range(count)]
    return figure, [(start, below + MARGINS["below"], each, height) for start in starts]


def _draw_reliability(axes: Axes, table: pd.DataFrame, language: str) -> None:
    said, came, error = (table[c].to_numpy(float) for c in ("said", "came_true", "error"))
    known = np.isfinite(error) & (error > 0.0)
    reach = np.where(known, style.CLEAR * error, 0.0)
    axes.plot([0.0, 1.0], [0.0, 1.0], color=style.GREY, linewidth=1.0, linestyle="--", zorder=1)
    axes.plot(said, came, color=style.MEDIAN, linewidth=1.2, zorder=2)
    bars = np.stack([np.minimum(reach, came), np.minimum(reach, 1.0 - came)])[:, known]
    axes.errorbar(
        said[known], came[known], bars, fmt="none", ecolor=style.INK, elinewidth=1.1, capsize=2.5,
        zorder=3,
    )  # fmt: skip
    for rows, fill in ((known, style.MEDIAN), (~known, "white")):
        axes.plot(
            said[rows], came[rows], color=style.MEDIAN, marker="o", markersize=5.5, linestyle="",
            markerfacecolor=fill, zorder=4, clip_on=False,
        )  # fmt: skip
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    _set_shares(axes, language, first=True)
    axes.tick_params(labelbottom=False)


def _draw_counts(axes: Axes, table: pd.DataFrame, language: str) -> None:
    """Draw bars of how many cases each bin has, their numbers upright above them."""
    middle, n = (table["low"] + table["high"]) / 2.0, table["n"]
    axes.bar(
        middle, n, 0.8 * (table["high"] - table["low"]), color=style.PALE, edgecolor=style.MEDIAN
    )
    for x, count in zip(middle, n, strict=True):
        style.write(
            axes, number(float(count), language), (x, count), (0, 2), rotation=90, ha="center",
            va="bottom", fontsize=6.5,
        )  # fmt: skip
    axes.set_ylim(0.0, 2.6 * float(n.max()))
    _set_shares(axes, language, first=False)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set(visible=True, color=style.GREY)


def _draw_lines(
    axes: Axes, lines: Mapping[str, pd.DataFrame], baselines: Collection[str], language: str
) -> None:
    """Draw lines with error bars, each named with its last value at its right end."""
    grey, coloured = iter(BASELINE_STYLES), iter(STYLES)
    counts = [n for table in lines.values() for n in table["n"]]
    # Lines are moved sideways a little, so that no bar hides another.
    step = 0.025 * max(max(counts) - min(counts), 1)
    others = sum(name not in baselines for name in lines) - 1
    shifts = iter(step * (np.arange(others + 1) - 0.5 * others))
    ends: list[tuple[float, str, str, float]] = []
    for name, table in lines.items():
        look = next(grey if name in baselines else coloured, None)
        if look is None:
            raise ValueError(msg("{count} lines are too many for one panel.", count=len(lines)))
        shift = 0.0 if name in baselines else next(shifts)
        ordered = table.sort_values("n")
        n, value, error = (ordered[c].to_numpy(float) for c in ("n", "value", "error"))
        reach = np.where(np.isfinite(error), style.CLEAR * error, 0.0)
        axes.plot(n + shift, value, markersize=5.5, zorder=4, **look)
        axes.errorbar(
            n + shift, value, np.stack([np.minimum(reach, value), np.minimum(reach, 1.0 - value)]),
            fmt="none", ecolor=look["color"], elinewidth=0.9, capsize=2.0, zorder=3,
        )  # fmt: skip
        text = f"{name} {probability(float(value[-1]), language)}"
        ends.append((float(value[-1]), text, look["color"], float(n[-1])))
    ends.sort(reverse=True)
    bottom, top = axes.get_ylim()
    heights = style.spread_labels([end[0] for end in ends], gap=0.062 * (top - bottom), top=top)
    for height, (_, text, colour, last) in zip(heights, ends, strict=True):
        style.write_near(axes, text, (last, height), (7, 0), color=colour)


def _set_shares(axes: Axes, language: str, *, first: bool, both: bool = True) -> None:
    """Make quiet axes in percent; panels after the first have no numbers at their left."""
    percent: dict[str, Any] = {"scale": 100.0, "unit": "percent", "step": 1.0}
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))  # whole percents
    style.format_axis(axes.yaxis, language, **percent)
    if both:
        axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0])
        style.format_axis(axes.xaxis, language, **percent)
        # The outer ones stay inside their panel, clear of its neighbour's.
        labels = axes.get_xticklabels()
        labels[0].set_horizontalalignment("left")
        labels[-1].set_horizontalalignment("right")
    style.make_quiet(axes)
    axes.tick_params(labelleft=first)
