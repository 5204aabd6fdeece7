"""Pictures: fan charts of published figures, forecasts and targets.

A figure belongs to the caller: nothing here touches pyplot's state. One hue whose bands darken
towards the median, and shapes for everything else, keep a picture readable for the colour-blind
and in grey. Latin text is set in DejaVu, Chinese in the Noto Sans that `zhplot` carries.
"""

from __future__ import annotations

import importlib.util
import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import matplotlib.patheffects as effects
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..i18n.catalog import gettext
from ..i18n.formatting import comparison, day, estimate, join, number, probability, unit_symbol
from ..i18n.labels import label_of
from ..tables.plan import Plan

__all__ = [
    "BANDS",
    "FONTS",
    "GREY",
    "INK",
    "LINE_HEIGHT",
    "MEDIAN",
    "TARGET",
    "Panel",
    "anchored",
    "charted",
    "draw_fan",
    "draw_figures",
    "draw_targets",
    "ems",
    "fan_charts",
    "load_font",
    "make_quiet",
    "moment_of",
    "origin_of",
    "panel_of",
    "set_axes",
    "spread_labels",
    "to_png",
    "wrap_lines",
    "write_at",
]

FONTS = ["DejaVu Sans", "Noto Sans SC"]

Band = tuple[str, str, float, str]
LineStyle = str | tuple[float, tuple[float, ...]]
BANDS: tuple[Band, ...] = (
    ("q05", "q95", 0.9, "#d3e3f3"),
    ("q10", "q90", 0.8, "#a9c9e6"),
    ("q25", "q75", 0.5, "#6fa3d0"),
)
MEDIAN, INK, GREY, TARGET = "#12406f", "#1b1f24", "#57606a", "#b34700"
WIDTH, PANEL_HEIGHT, DPI = 10.0, 3.0, 144
CLOSED_FOR = 1
"""A target is still worth a picture this many years after its own."""
CROWDED = 5
"""Years in a panel above which it takes a whole row, so that labels keep apart."""
LINE_HEIGHT, EM = 0.185, 0.111
"""Inches of a line of a note, and of a Chinese character in it; a Latin letter takes half."""
NEIGHBOURS = 0.6
"""Years between two figures, below which only the later one is labelled."""
LINE = {"zh": 26, "en": 52}
"""Characters of a panel title in a line."""


def charted(plan: Plan, attainment: pd.DataFrame) -> list[str]:
    """List indicators with a published figure and an open or recent target, in the plan's order."""
    seen = set(plan.observations["indicator"])
    newest = moment_of(plan) - CLOSED_FOR - 1 if plan.as_of else -np.inf
    wanted = set(attainment.loc[attainment["year"] > newest, "indicator"])
    return [name for name in plan.indicators["indicator"] if name in seen & wanted]


def fan_charts(
    plan: Plan,
    quantiles: pd.DataFrame,
    attainment: pd.DataFrame,
    *,
    language: str,
    sources: Sequence[str] = (),
) -> dict[str, Figure]:
    """Draw one figure an area, one or two indicators a row; areas without any are left out.

    Parameters
    ----------
    plan : for names, units and published figures
    quantiles, attainment : as the functions of the same names give them
    language : `zh` or `en`
    sources : source ids in the order in which the reader finds them numbered; those that a figure
        draws on are named by their numbers below it
    """
    load_font()
    figures = {}
    areas = plan.indicators.set_index("indicator")["area"]
    names = charted(plan, attainment)
    for area in plan.areas["area"]:
        mine = [name for name in names if areas[name] == area]
        if mine:
            panels = [panel_of(plan, quantiles, attainment, name, language) for name in mine]
            figures[area] = _area_figure(panels, moment_of(plan))
            _add_footer(figures[area], plan, mine, language, sources)
    return figures


def to_png(figure: Figure) -> bytes:
    """Encode a figure, the same bits whenever it is the same."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


@dataclass(frozen=True)
class Panel:
    """What one small picture shows, and how its numbers are written."""

    name: str
    unit: str
    unit_name: str
    step: float
    language: str
    seen: pd.DataFrame
    fan: pd.DataFrame
    goals: pd.DataFrame

    def number(self, value: float, like: float = 0.0) -> str:
        """Write a value in the indicator's unit, of an axis as its largest is written."""
        return number(value, self.language, unit=self.unit, like=like)

    @property
    def wide(self) -> bool:
        """Whether the years need a whole row."""
        years = pd.concat([self.seen["year"], self.goals["year"]]).astype(float)
        return float(years.max() - years.min()) > CROWDED

    def course(self) -> pd.Series:
        """Give figures, then medians, by year."""
        return pd.concat([self.seen.set_index("year")["value"], self.fan["q50"].iloc[1:]])


@cache
def load_font() -> None:
    """Make the Chinese font known to matplotlib; once a session is enough."""
    # Importing zhplot would change the settings of the whole session; only its file is wanted.
    found = importlib.util.find_spec("zhplot")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The font package zhplot is missing. Run: pip install zhplot")
    file = Path(found.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    font_manager.fontManager.addfont(file)


def moment_of(plan: Plan) -> float:
    """Place of the as-of date on the time axis, where 2022.0 is the end of 2022."""
    if not plan.as_of:
        return np.nan
    date = pd.Timestamp(plan.as_of)
    return float(date.year - 1 + date.day_of_year / (366 if date.is_leap_year else 365))


def _area_figure(panels: Sequence[Panel], moment: float) -> Figure:
    """Long histories a row each, then two a row; margins in inches, alike in every figure."""
    ordered = sorted(panels, key=lambda panel: not panel.wide)
    wide = sum(panel.wide for panel in panels)
    rows = wide + (len(panels) - wide + 1) // 2
    height = PANEL_HEIGHT * rows + 0.65
    figure = Figure(figsize=(WIDTH, height))
    figure.subplots_adjust(
        left=0.075, right=0.985, top=1 - 0.55 / height, bottom=0.95 / height,
        hspace=0.95 / (PANEL_HEIGHT - 0.95), wspace=0.19,
    )  # fmt: skip
    grid = figure.add_gridspec(rows, 2)
    for i, panel in enumerate(ordered):
        row, column = divmod(i - wide, 2)
        place = grid[i, :] if panel.wide else grid[wide + row, column]
        axes = figure.add_subplot(place)
        set_axes(axes, panel, moment)
        draw_fan(axes, panel)
        draw_figures(axes, panel)
        draw_targets(axes, panel)
        _set_title(axes, panel)
    return figure


def panel_of(
    plan: Plan, quantiles: pd.DataFrame, attainment: pd.DataFrame, name: str, language: str
) -> Panel:
    """Collect what a picture of an indicator shows; quantiles of one scenario."""
    about = plan.indicators.set_index("indicator").loc[name]
    unit = str(about["unit"])
    unit_name = str(plan.units.set_index("unit").at[unit, f"name_{language}"])
    seen = plan.observations[plan.observations["indicator"] == name].sort_values("year")
    goals = attainment[attainment["indicator"] == name]
    # No forecast beyond what is asked: the last target, or the present.
    last = max(goals["year"].max(), int(plan.as_of[:4] or 0))
    own = (quantiles["region"] == plan.region) & (quantiles["indicator"] == name)
    fan = anchored(quantiles[own & (quantiles["year"] <= last)], seen)
    return Panel(
        str(about[f"name_{language}"]), unit, unit_symbol(unit, unit_name),
        float(about["resolution"]), language, seen, fan, goals,
    )  # fmt: skip


def anchored(fan: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Give quantiles by year, opened by the latest figure, from which all of them fan out."""
    columns = [c for low, high, *_ in BANDS for c in (low, high)] + ["q50"]
    table = fan.sort_values("year").set_index("year")[columns].astype(float)
    if table.empty:
        return table
    last = seen.iloc[-1]
    start = pd.DataFrame(float(last["value"]), index=[float(last["year"])], columns=columns)
    return pd.concat([start, table])


def set_axes(axes: Axes, panel: Panel, moment: float) -> None:
    """Set limits with room for labels, quiet lines, ticks at year ends."""
    seen, fan, goals = panel.seen, panel.fan, panel.goals
    years = np.concatenate([seen["year"], fan.index, goals["year"]]).astype(float)
    values = np.concatenate([seen["value"], goals["target"], fan.to_numpy().ravel()]).astype(float)
    low, high = values.min(), values.max()
    # Equal figures still need a scale.
    span = high - low or abs(high) or 1.0
    first, last = np.floor(years.min()), np.ceil(years.max())
    length = max(last - first, 1.0)
    margin = 0.045 if panel.wide else 0.09
    bottom, top = axes.set_ylim(low - 0.24 * span, high + 0.26 * span)
    farthest = max(-bottom, top)
    axes.set_xlim(first - margin * length, last + (4.7 * margin if len(fan) else margin) * length)
    ticks = np.arange(first, last + 1, np.ceil(length / (16 if panel.wide else 8)))
    axes.set_xticks(ticks, [f"{year:.0f}" for year in ticks])
    axes.yaxis.set_major_locator(MaxNLocator(5, min_n_ticks=3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: panel.number(v, farthest)))
    make_quiet(axes)
    if first <= moment <= last + 0.01:
        axes.axvline(moment, color=GREY, linewidth=0.9, linestyle=":")


def make_quiet(axes: Axes, lines: Literal["x", "y", "both"] = "y") -> None:
    """Leave of the axes their numbers and pale lines across."""
    axes.tick_params(labelsize=7.5, colors=GREY, length=0, labelfontfamily=FONTS)
    axes.grid(axis=lines, color="#e3e7eb", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)


def draw_fan(
    axes: Axes,
    panel: Panel,
    *,
    bands: Sequence[Band] = BANDS,
    linestyle: LineStyle = "-",
    plain: bool = False,
) -> None:
    """Draw bands and median, each named at its right end; the median's number alone if `plain`."""
    fan, language = panel.fan, panel.language
    if fan.empty:
        return
    for low, high, _, colour in bands:
        axes.fill_between(fan.index, fan[low], fan[high], color=colour, linewidth=0)
    axes.plot(fan.index, fan["q50"], color=MEDIAN, linewidth=1.8, linestyle=linestyle)
    end, last = fan.iloc[-1], float(fan.index[-1])
    median = estimate(float(end["q50"]), language, unit=panel.unit, step=panel.step)
    labels = [(end[high], probability(p, language), GREY) for _, high, p, _ in bands]
    told = median if plain else gettext("median {value}", language).format(value=median)
    labels.append((end["q50"], told, MEDIAN))
    bottom, top = axes.get_ylim()
    places = spread_labels([float(height) for height, *_ in labels], gap=0.075 * (top - bottom))
    # A target at the same place has its label around it.
    aside = 30 if (panel.goals["year"] == last).any() else 6
    for place, (height, text, colour) in zip(places, labels, strict=True):
        axes.annotate(
            text, (last, float(height)), (aside, place), textcoords=("offset points", "data"),
            fontsize=7.5, va="center", family=FONTS, color=colour,
        )  # fmt: skip


def spread_labels(heights: Sequence[float], *, gap: float) -> list[float]:
    """Push labels, given from top to bottom, up until neighbours are `gap` apart.

    >>> spread_labels([3.0, 2.0, 1.5], gap=1.0)
    [3.5, 2.5, 1.5]
    """
    places = list(heights)
    for i in reversed(range(len(places) - 1)):
        places[i] = max(places[i], places[i + 1] + gap)
    return places


def wrap_lines(text: str, inches: float, language: str) -> list[str]:
    """Lines of a note that fit `inches`: broken between words, in Chinese between characters.

    >>> wrap_lines("nine in ten", 0.5, "en")
    ['nine in', 'ten']
    >>> wrap_lines("十分之九，在灰带内", 0.5, "zh")
    ['十分之', '九，在灰', '带内']
    """
    if language == "en":
        return textwrap.wrap(text, int(inches / (0.52 * EM)))
    lines = [""]
    # A mark stays with the character before it, a word of Latin letters is not cut.
    for piece in re.findall(r"[!-~]+[，。；：、）]*|.[，。；：、）]*", text):
        fits = ems(lines[-1] + piece) * EM <= inches
        lines[-1:] = [lines[-1] + piece] if fits or not lines[-1] else [lines[-1], piece]
    return [line.strip() for line in lines]


def ems(text: str) -> float:
    """Width of a text in Chinese characters.

    >>> ems("80%")
    1.74
    """
    return round(sum(1.0 if ord(letter) > 0x2E7F else 0.58 for letter in text), 9)


def draw_figures(axes: Axes, panel: Panel) -> None:
    """Draw published figures; labels stand apart from those of targets and of close neighbours."""
    seen, goals = panel.seen, panel.goals
    axes.plot(seen["year"], seen["value"], color=INK, linewidth=1.2, marker="o", markersize=5)
    apart = seen["year"].diff(-1).abs().fillna(np.inf) >= NEIGHBOURS
    for year, value in seen.loc[apart, ["year", "value"]].itertuples(index=False):
        near = goals.loc[(goals["year"] - year).abs() < NEIGHBOURS, "target"]
        above = bool(len(near)) and bool((near < value).all())
        write_at(axes, panel.number(value), (year, value), 7 if above else -9, INK)


def draw_targets(axes: Axes, panel: Panel) -> None:
    """Diamonds with comparator and value, and of an open one the chance.

    Labels stand away from the course of figures and median; of two documents' targets for one
    year the lower one is labelled below.
    """
    course, language = panel.course(), panel.language
    for _, group in panel.goals.groupby("year"):
        ordered = group.sort_values("target", ascending=False)
        for place, goal in enumerate(ordered.to_dict("records")):
            year, target, status = float(goal["year"]), float(goal["target"]), goal["status"]
            axes.plot(
                [year], [target], marker="D", markersize=6, markeredgewidth=1.5, color=TARGET,
                markerfacecolor=TARGET if status == "met" else "white", zorder=4,
            )  # fmt: skip
            text = comparison(str(goal["comparator"]), target, language, unit=panel.unit)
            if status in ("reached", "likely", "uncertain", "unlikely"):
                text = f"{text}\n({probability(float(goal['p_reach']), language)})"
            expected = float(np.interp(year, course.index, course))
            below = place > 0 or (len(ordered) == 1 and target < expected)
            write_at(axes, text, (year, target), -9 if below else 7, TARGET)


def write_at(axes: Axes, text: str, place: tuple[float, float], offset: float, colour: str) -> None:
    """Write over or under a point, with a white edge that keeps it readable on a band."""
    axes.annotate(
        text, place, (0, offset), textcoords="offset points", ha="center",
        va="bottom" if offset > 0 else "top", fontsize=7.5,
        family=FONTS, color=colour, zorder=5,
        path_effects=[effects.withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


def _set_title(axes: Axes, panel: Panel) -> None:
    name, language = panel.name, panel.language
    width = LINE[language]
    evidence = label_of("evidence", str(panel.goals["evidence"].iloc[0]), language)
    told = gettext("evidence: {word}", language).format(word=evidence)
    below = f"{panel.unit_name} · {told}"
    lines = (
        textwrap.wrap(name, width)
        if language == "en"
        else [name[i : i + width] for i in range(0, len(name), width)]
    )
    for text, height, size, colour in ((below, 5, 7.5, GREY), ("\n".join(lines), 17, 9.5, INK)):
        axes.annotate(
            text, (0, 1), (-24, height), xycoords="axes fraction", textcoords="offset points",
            fontsize=size, family=FONTS, color=colour, va="bottom",
        )  # fmt: skip


def _add_footer(
    figure: Figure, plan: Plan, names: list[str], language: str, sources: Sequence[str]
) -> None:
    """Say what the marks mean, whose figures they are and when they were known."""
    height = figure.get_figheight()
    origin = origin_of(plan, names, language, sources)
    for inches, text in (
        (
            0.38,
            gettext(
                "● published   ━ median   bands: 50, 80, 90 % forecast intervals   "
                "◇ target and its chance   ◆ target met",
                language,
            ),
        ),
        (0.14, origin),
    ):
        figure.text(0.035, inches / height, text, fontsize=8, family=FONTS, color=GREY)


def origin_of(plan: Plan, names: Sequence[str], language: str, sources: Sequence[str]) -> str:
    """Say on what day the figures of indicators were known, and whose they are.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> origin_of(plan, ["nursing_bed_share"], "en", ["b", "003_8dc3f949d45a2179.txt"])
    'As of 31 December 2022 (dotted line). Sources, listed at the end of the report: [2].'
    """
    used: set[str] = set()
    for table in (plan.observations, plan.targets):
        used |= set(table.loc[table["indicator"].isin(names), "source"])
    known = (
        gettext("As of {day}", language).format(day=day(plan.as_of, language)) if plan.as_of else ""
    )
    numbers = [f"[{i}]" for i, source in enumerate(sources, start=1) if source in used]
    footer = gettext("{day} (dotted line). ", language).format(
        day=known or gettext("Everything known is used", language)
    )
    if numbers:
        footer += gettext("Sources, listed at the end of the report: {sources}.", language).format(
            sources=join(numbers, language)
        )
    return footer
