"""Pictures of how far forecasts could be trusted: reliability, PIT histogram, coverage.

Each picture has one to three panels of one scale, so that methods or settings stand side by side
and no marks lie on each other; names stand where their marks are, not in a legend. Shapes, line
styles and lightness tell apart what colour does, for the colour-blind and in grey.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from numpy.typing import NDArray
from scipy.special import bdtrik

from ..i18n.catalog import gettext
from ..i18n.formatting import number, probability
from .fan import (
    FONTS,
    GREY,
    INK,
    LINE_HEIGHT,
    MEDIAN,
    TARGET,
    load_font,
    make_quiet,
    spread_labels,
    wrap_lines,
)

__all__ = [
    "PANELS",
    "calibrated_band",
    "coverage_chart",
    "pit_histogram",
    "reliability_diagram",
]

FloatArray = NDArray[np.float64]

PANELS = 3
"""Most panels of a picture."""
WIDTHS = {1: 5.0, 2: 7.0, 3: 10.0}
"""Inches of a picture by its number of panels."""
MARGINS = {"left": 0.62, "right": 0.18, "top": 0.42, "between": 0.30}
PALE, BAND = "#a9c9e6", "#dfe3e8"
ERRORS = 2.0
"""Standard errors that a bar reaches up, and down."""
BAND_SHARE = 0.9
GOAL = (0.85, 0.95)
"""Where the coverage of a 90 % interval should lie."""
STYLES: tuple[dict[str, Any], ...] = (
    {"color": MEDIAN, "marker": "o", "linestyle": "-", "linewidth": 2.0},
    {"color": TARGET, "marker": "s", "linestyle": "--", "linewidth": 1.6},
    {"color": INK, "marker": "D", "linestyle": "-.", "linewidth": 1.4},
)
PLAIN_STYLES: tuple[dict[str, Any], ...] = (
    {"color": GREY, "marker": "^", "linestyle": ":", "linewidth": 1.2},
    {"color": GREY, "marker": "v", "linestyle": ":", "linewidth": 1.2},
    {"color": GREY, "marker": "x", "linestyle": ":", "linewidth": 1.2},
)


def reliability_diagram(
    panels: Mapping[str, pd.DataFrame], *, language: str, footer: str = ""
) -> Figure:
    """Draw said against came true, a panel a method or setting.

    Parameters
    ----------
    panels : title to a table as `scores.reliability` gives it: low, high, n, said, came_true and
        error; bars reach two errors up and down. Where the error is no number, infinite (of one
        year) or 0 (all alike), the spread is not known: the mark is hollow and has no bar
    language : `zh` or `en`
    footer : whose figures they are and when they were known

    Raises
    ------
    ValueError
        Without a panel, or with more than three.
    """
    notes = [
        gettext(
            "● said and came true in each bin   bars: two standard errors, "
            "grouped by year   ○ error not known   dashed: perfectly reliable  "
            " below: cases of each bin",
            language,
        ),
        footer,
    ]
    figure, frames = _frame(panels, notes, 4.0, language)
    for number_, (title, table) in enumerate(panels.items()):
        left, bottom, width, height = frames[number_]
        counts = 0.27 * height
        lower = figure.add_axes((left, bottom, width, counts))
        upper = figure.add_axes((left, bottom + counts, width, height - counts), sharex=lower)
        cases = gettext("{count} cases", language).format(count=number(table["n"].sum(), language))
        _set_title(upper, f"{title} · {cases}")
        _draw_reliability(upper, table, language)
        _draw_counts(lower, table, language)
        _name_axes(lower, gettext("chance said", language), "")
        if number_ == 0:
            _name_axes(upper, "", gettext("share that came true", language))
            _name_axes(lower, "", gettext("cases", language))
        else:
            upper.tick_params(labelleft=False)
    return figure


def pit_histogram(
    panels: Mapping[str, pd.DataFrame],
    *,
    cases: Mapping[str, float],
    language: str,
    footer: str = "",
) -> Figure:
    """Draw where figures fell in what was said, and the band of a calibrated forecast.

    Parameters
    ----------
    panels : title to a table as `scores.pit_histogram` gives it: low, high and share
    cases : title to the number of independent cases that the panel's are worth, see
        `calibrated_band`; a panel without one, or with none to speak of, has no band
    language, footer : as in `reliability_diagram`

    Raises
    ------
    ValueError
        Without a panel, or with more than three.
    """
    notes = [
        gettext(
            "Bars of a reliable forecast are equal (dashed), nine in ten "
            "within the grey band. High at both ends: intervals too narrow; in "
            "the middle: too wide; at one side: biased.",
            language,
        ),
        footer,
    ]
    figure, frames = _frame(panels, notes, 3.0, language)
    top = max(float(table["share"].max()) for table in panels.values())
    for place, (title, table) in enumerate(panels.items()):
        axes = figure.add_axes(frames[place])
        width, even = table["high"] - table["low"], 1.0 / len(table)
        worth = cases.get(title, 0.0)
        if np.isfinite(worth) and worth >= 1.0:
            low, high = calibrated_band(len(table), worth)
            top = max(top, high)
            axes.axhspan(low, high, color=BAND, linewidth=0, zorder=0)
        axes.bar(
            table["low"], table["share"], width, align="edge", color=PALE, edgecolor=MEDIAN,
            linewidth=1.0, zorder=2,
        )  # fmt: skip
        axes.plot([0.0, 1.0], [even, even], color=INK, linewidth=1.0, linestyle="--", zorder=3)
        _set_title(axes, title)
        _set_shares(axes, language, first=place == 0)
        _name_axes(axes, gettext("place in the forecast distribution", language), "")
        if place == 0:
            _name_axes(axes, "", gettext("share of cases", language))
    for axes in figure.axes:
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, 1.12 * top)
    return figure


def coverage_chart(
    panels: Mapping[str, Mapping[str, pd.DataFrame]],
    *,
    baselines: Collection[str] = (),
    language: str,
    footer: str = "",
) -> Figure:
    """Draw which share of figures 90 % intervals held, by the number of figures known.

    Parameters
    ----------
    panels : title to lines; a line's name to a table with n (figures known), value (share of
        outcomes inside) and error (not a number, or infinite, where not known)
    baselines : names of lines that are drawn as what is to be beaten; at most three
    language, footer : as in `reliability_diagram`

    Raises
    ------
    ValueError
        Without a panel or with more than three, or with more than three lines of a sort in one.
    """
    notes = [
        gettext(
            "Grey band: 85 to 95 %, where the coverage of a 90 % interval "
            "should lie (dashed: 90 %). Bars: two standard errors.",
            language,
        ),
        footer,
    ]
    figure, frames = _frame(panels, notes, 3.3, language)
    shown = [table for lines in panels.values() for table in lines.values()]
    counts = sorted({int(n) for table in shown for n in table["n"]})
    bottom = min([GOAL[0], *(float(table["value"].min()) for table in shown)])
    for place, (title, lines) in enumerate(panels.items()):
        axes = figure.add_axes(frames[place])
        span = max(counts[-1] - counts[0], 1)
        left, right = counts[0] - 0.08 * span, counts[-1] + 0.05 * span
        axes.fill_between([left, right], *GOAL, color=BAND, linewidth=0, zorder=0)
        axes.plot([left, right], [0.9, 0.9], color=INK, linewidth=1.0, linestyle="--", zorder=1)
        axes.set_xlim(left, counts[-1] + 0.66 * span)
        axes.set_ylim(max(bottom - 0.06, 0.0), 1.01)
        _draw_lines(axes, lines, baselines, language)
        axes.xaxis.set_major_locator(FixedLocator(counts))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:.0f}"))
        _set_title(axes, title)
        _set_shares(axes, language, first=place == 0, both=False)
        _name_axes(axes, gettext("figures known", language), "")
        if place == 0:
            _name_axes(axes, "", gettext("covered by 90 % intervals", language))
    return figure


def calibrated_band(bins: int, cases: float) -> tuple[float, float]:
    """Between which shares nine of ten bins lie, of `cases` independent calibrated forecasts.

    The number in a bin is binomial with chance 1 / `bins`; its 5 % and 95 % points, over `cases`.

    >>> low, high = calibrated_band(10, 100.0)
    >>> round(low, 3), round(high, 3)
    (0.048, 0.146)
    """
    tail = (1.0 - BAND_SHARE) / 2.0
    low, high = (float(bdtrik(p, cases, 1.0 / bins)) / cases for p in (tail, 1.0 - tail))
    return (0.0 if np.isnan(low) else low), high


def _frame(
    panels: Mapping[str, object], notes: Sequence[str], height: float, language: str
) -> tuple[Figure, list[tuple[float, float, float, float]]]:
    """Make an empty figure with notes below, and the places of its panels."""
    if not 1 <= len(panels) <= PANELS:
        raise ValueError(f"a picture has 1 to {PANELS} panels, not {len(panels)}.")
    load_font()
    width = WIDTHS[len(panels)]
    lines = [line for note in notes if note for line in wrap_lines(note, width - 0.2, language)]
    below = 0.52 + LINE_HEIGHT * len(lines) + 0.08
    total = MARGINS["top"] + height + below
    figure = Figure(figsize=(width, total))
    for place, line in enumerate(reversed(lines)):
        y = (0.09 + LINE_HEIGHT * place) / total
        figure.text(0.12 / width, y, line, fontsize=8, family=FONTS, color=GREY)
    gaps = MARGINS["between"] * (len(panels) - 1)
    each = (width - MARGINS["left"] - MARGINS["right"] - gaps) / len(panels)
    starts = [MARGINS["left"] + i * (each + MARGINS["between"]) for i in range(len(panels))]
    return figure, [(s / width, below / total, each / width, height / total) for s in starts]


def _draw_reliability(axes: Axes, table: pd.DataFrame, language: str) -> None:
    said, came, error = (table[c].to_numpy(float) for c in ("said", "came_true", "error"))
    known = np.isfinite(error) & (error > 0.0)
    reach = np.where(known, ERRORS * error, 0.0)
    axes.plot([0.0, 1.0], [0.0, 1.0], color=GREY, linewidth=1.0, linestyle="--", zorder=1)
    axes.plot(said, came, color=MEDIAN, linewidth=1.2, zorder=2)
    bars = np.stack([np.minimum(reach, came), np.minimum(reach, 1.0 - came)])[:, known]
    axes.errorbar(
        said[known], came[known], bars, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5,
        zorder=3,
    )  # fmt: skip
    for which, fill in ((known, MEDIAN), (~known, "white")):
        axes.plot(
            said[which], came[which], color=MEDIAN, marker="o", markersize=5.5, linestyle="",
            markerfacecolor=fill, zorder=4, clip_on=False,
        )  # fmt: skip
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    _set_shares(axes, language, first=True)
    axes.tick_params(labelbottom=False)


def _draw_counts(axes: Axes, table: pd.DataFrame, language: str) -> None:
    """Bars of how many cases each bin has, their numbers upright above them."""
    middle, n = (table["low"] + table["high"]) / 2.0, table["n"]
    axes.bar(middle, n, 0.8 * (table["high"] - table["low"]), color=PALE, edgecolor=MEDIAN)
    for x, count in zip(middle, n, strict=True):
        axes.annotate(
            number(float(count), language), (x, count), (0, 2), textcoords="offset points",
            rotation=90, ha="center", va="bottom", fontsize=6.5, family=FONTS, color=GREY,
        )  # fmt: skip
    axes.set_ylim(0.0, 2.6 * float(n.max()))
    _set_shares(axes, language, first=False)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(GREY)


def _draw_lines(
    axes: Axes, lines: Mapping[str, pd.DataFrame], baselines: Collection[str], language: str
) -> None:
    """Lines with error bars, each named with its last value at its right end."""
    plain, own = iter(PLAIN_STYLES), iter(STYLES)
    counts = [n for table in lines.values() for n in table["n"]]
    # Lines stand a little aside of each other, so that no bar hides another.
    step = 0.025 * max(max(counts) - min(counts), 1)
    others = sum(name not in baselines for name in lines) - 1
    aside = iter(step * (np.arange(others + 1) - 0.5 * others))
    ends: list[tuple[float, str, str, float]] = []
    for name, table in lines.items():
        style = next(plain if name in baselines else own, None)
        if style is None:
            raise ValueError(f"{len(lines)} lines are too many for one panel.")
        moved = 0.0 if name in baselines else next(aside)
        ordered = table.sort_values("n")
        n, value, error = (ordered[c].to_numpy(float) for c in ("n", "value", "error"))
        reach = np.where(np.isfinite(error), ERRORS * error, 0.0)
        axes.plot(n + moved, value, markersize=5.5, zorder=4, **style)
        axes.errorbar(
            n + moved, value, np.stack([np.minimum(reach, value), np.minimum(reach, 1.0 - value)]),
            fmt="none", ecolor=style["color"], elinewidth=0.9, capsize=2.0, zorder=3,
        )  # fmt: skip
        text = f"{name} {probability(float(value[-1]), language)}"
        ends.append((float(value[-1]), text, style["color"], float(n[-1])))
    ends.sort(reverse=True)
    bottom, top = axes.get_ylim()
    places = spread_labels([end[0] for end in ends], gap=0.062 * (top - bottom))
    # Pushed up from the lowest; those that would leave the panel come down together.
    over = max(places[0] - top, 0.0)
    for place, (height, text, colour, last) in zip(places, ends, strict=True):
        axes.annotate(
            text, (last, height), (7, place - over), textcoords=("offset points", "data"),
            fontsize=7.5, va="center", family=FONTS, color=colour, zorder=5,
            path_effects=[effects.withStroke(linewidth=2.5, foreground="white")],
        )  # fmt: skip


def _set_shares(axes: Axes, language: str, *, first: bool, both: bool = True) -> None:
    """Quiet axes in percent; the panels after the first have no words at their left."""
    percent = FuncFormatter(
        lambda share, _: number(100.0 * share, language, unit="percent", step=1)
    )
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))  # whole percents
    axes.yaxis.set_major_formatter(percent)
    if both:
        places = [0.0, 0.25, 0.5, 0.75, 1.0]
        axes.set_xticks(places, [percent(place) for place in places])
        # The outer ones stay inside their panel, clear of its neighbour's.
        labels = axes.get_xticklabels()
        labels[0].set_horizontalalignment("left")
        labels[-1].set_horizontalalignment("right")
    make_quiet(axes)
    axes.tick_params(labelleft=first)


def _set_title(axes: Axes, text: str) -> None:
    axes.annotate(
        text, (0, 1), (0, 7), xycoords="axes fraction", textcoords="offset points",
        fontsize=9.5, family=FONTS, color=INK, va="bottom",
    )  # fmt: skip


def _name_axes(axes: Axes, below: str, left: str) -> None:
    if below:
        axes.set_xlabel(below, fontsize=8, family=FONTS, color=GREY)
    if left:
        axes.set_ylabel(left, fontsize=8, family=FONTS, color=GREY)
