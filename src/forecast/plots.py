"""Pictures: fan charts of published figures, forecasts and targets.

A figure belongs to the caller: nothing here touches pyplot's state. One hue whose bands darken
towards the median, and shapes for everything else, keep a picture readable for the colour-blind
and in grey. Latin text is set in DejaVu, Chinese in the Noto Sans that `zhplot` carries.
"""

from __future__ import annotations

import importlib.util
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib.patheffects as effects
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .plans import Plan
from .wording import (
    comparison,
    day,
    estimate,
    join,
    number,
    phrase,
    probability,
    unit_symbol,
    word,
)

__all__ = [
    "FONTS",
    "GREY",
    "INK",
    "MEDIAN",
    "TARGET",
    "charted",
    "fan_charts",
    "load_font",
    "spread_labels",
    "to_png",
]

FONTS = ["DejaVu Sans", "Noto Sans SC"]

BANDS = (
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
NEIGHBOURS = 0.6
"""Years between two figures, below which only the later one is labelled."""
LINE = {"zh": 26, "en": 52}
"""Characters of a panel title in a line."""


def charted(plan: Plan, attainment: pd.DataFrame) -> list[str]:
    """List indicators with a published figure and an open or recent target, in the plan's order."""
    seen = set(plan.observations["indicator"])
    newest = _moment(plan) - CLOSED_FOR - 1 if plan.as_of else -np.inf
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
            panels = [_panel(plan, quantiles, attainment, name, language) for name in mine]
            figures[area] = _area_figure(panels, _moment(plan))
            _add_footer(figures[area], plan, mine, language, sources)
    return figures


def to_png(figure: Figure) -> bytes:
    """Encode a figure, the same bits whenever it is the same."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


@dataclass(frozen=True)
class _Panel:
    """What one small picture shows, and how its numbers are written."""

    name: str
    unit: str
    unit_name: str
    step: float
    language: str
    seen: pd.DataFrame
    fan: pd.DataFrame
    goals: pd.DataFrame

    def number(self, value: float) -> str:
        return number(value, self.language, unit=self.unit)

    @property
    def wide(self) -> bool:
        years = pd.concat([self.seen["year"], self.goals["year"]]).astype(float)
        return float(years.max() - years.min()) > CROWDED

    def course(self) -> pd.Series:
        """Figures, then medians, by year."""
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


def _moment(plan: Plan) -> float:
    """Place of the as-of date on the time axis, where 2022.0 is the end of 2022."""
    if not plan.as_of:
        return np.nan
    date = pd.Timestamp(plan.as_of)
    return float(date.year - 1 + date.day_of_year / (366 if date.is_leap_year else 365))


def _area_figure(panels: Sequence[_Panel], moment: float) -> Figure:
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
        _set_axes(axes, panel, moment)
        _draw_fan(axes, panel)
        _draw_figures(axes, panel)
        _draw_targets(axes, panel)
        _set_title(axes, panel)
    return figure


def _panel(
    plan: Plan, quantiles: pd.DataFrame, attainment: pd.DataFrame, name: str, language: str
) -> _Panel:
    about = plan.indicators.set_index("indicator").loc[name]
    unit = str(about["unit"])
    unit_name = str(plan.units.set_index("unit").at[unit, f"name_{language}"])
    seen = plan.observations[plan.observations["indicator"] == name].sort_values("year")
    goals = attainment[attainment["indicator"] == name]
    # No forecast beyond what is asked: the last target, or the present.
    last = max(goals["year"].max(), int(plan.as_of[:4] or 0))
    own = (quantiles["region"] == plan.region) & (quantiles["indicator"] == name)
    fan = _anchored(quantiles[own & (quantiles["year"] <= last)], seen)
    return _Panel(
        str(about[f"name_{language}"]), unit, unit_symbol(unit, unit_name),
        float(about["resolution"]), language, seen, fan, goals,
    )  # fmt: skip


def _anchored(fan: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Quantiles by year, opened by the latest figure, from which all of them fan out."""
    columns = [c for low, high, *_ in BANDS for c in (low, high)] + ["q50"]
    table = fan.sort_values("year").set_index("year")[columns].astype(float)
    if table.empty:
        return table
    last = seen.iloc[-1]
    start = pd.DataFrame(float(last["value"]), index=[float(last["year"])], columns=columns)
    return pd.concat([start, table])


def _set_axes(axes: Axes, panel: _Panel, moment: float) -> None:
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
    axes.set_ylim(low - 0.24 * span, high + 0.26 * span)
    axes.set_xlim(first - margin * length, last + (4.7 * margin if len(fan) else margin) * length)
    ticks = np.arange(first, last + 1, np.ceil(length / (16 if panel.wide else 8)))
    axes.set_xticks(ticks, [f"{year:.0f}" for year in ticks])
    axes.yaxis.set_major_locator(MaxNLocator(5, min_n_ticks=3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: panel.number(value)))
    axes.tick_params(labelsize=7.5, colors=GREY, length=0, labelfontfamily=FONTS)
    axes.grid(axis="y", color="#e3e7eb", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    if first <= moment <= last + 0.01:
        axes.axvline(moment, color=GREY, linewidth=0.9, linestyle=":")


def _draw_fan(axes: Axes, panel: _Panel) -> None:
    """Bands and median, each named at its right end."""
    fan, language = panel.fan, panel.language
    if fan.empty:
        return
    for low, high, _, colour in BANDS:
        axes.fill_between(fan.index, fan[low], fan[high], color=colour, linewidth=0)
    axes.plot(fan.index, fan["q50"], color=MEDIAN, linewidth=1.8)
    end, last = fan.iloc[-1], float(fan.index[-1])
    median = estimate(float(end["q50"]), language, unit=panel.unit, step=panel.step)
    labels = [(end[high], probability(p, language), GREY) for _, high, p, _ in BANDS]
    labels.append((end["q50"], phrase("median_label", language).format(value=median), MEDIAN))
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


def _draw_figures(axes: Axes, panel: _Panel) -> None:
    """Draw published figures; labels stand apart from those of targets and of close neighbours."""
    seen, goals = panel.seen, panel.goals
    axes.plot(seen["year"], seen["value"], color=INK, linewidth=1.2, marker="o", markersize=5)
    apart = seen["year"].diff(-1).abs().fillna(np.inf) >= NEIGHBOURS
    for year, value in seen.loc[apart, ["year", "value"]].itertuples(index=False):
        near = goals.loc[(goals["year"] - year).abs() < NEIGHBOURS, "target"]
        above = bool(len(near)) and bool((near < value).all())
        _label(axes, panel.number(value), (year, value), 7 if above else -9, INK)


def _draw_targets(axes: Axes, panel: _Panel) -> None:
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
            _label(axes, text, (year, target), -9 if below else 7, TARGET)


def _label(axes: Axes, text: str, place: tuple[float, float], offset: float, colour: str) -> None:
    """Text over or under a point, with a white edge that keeps it readable on a band."""
    axes.annotate(
        text, place, (0, offset), textcoords="offset points", ha="center",
        va="bottom" if offset > 0 else "top", fontsize=7.5,
        family=FONTS, color=colour, zorder=5,
        path_effects=[effects.withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


def _set_title(axes: Axes, panel: _Panel) -> None:
    name, language = panel.name, panel.language
    width = LINE[language]
    evidence = word("evidence", str(panel.goals["evidence"].iloc[0]), language)
    below = f"{panel.unit_name} · {phrase('evidence_is', language).format(word=evidence)}"
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
    used: set[str] = set()
    for table in (plan.observations, plan.targets):
        used |= set(table.loc[table["indicator"].isin(names), "source"])
    known = phrase("as_of", language).format(day=day(plan.as_of, language)) if plan.as_of else ""
    numbers = [f"[{i}]" for i, source in enumerate(sources, start=1) if source in used]
    footer = phrase("footer", language).format(day=known or phrase("everything", language))
    if numbers:
        footer += phrase("footer_sources", language).format(sources=join(numbers, language))
    height = figure.get_figheight()
    for inches, text in ((0.38, phrase("legend", language)), (0.14, footer)):
        figure.text(0.035, inches / height, text, fontsize=8, family=FONTS, color=GREY)
