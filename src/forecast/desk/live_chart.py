"""The live chart: a scenario's fan over the baseline's, redrawn quickly (blitting).

Everything static is drawn once and kept as a background; a new answer moves only the coloured fan
and its labels. An answer outside the axis limits gets wider ones, with a background of their own.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Annotation
from numpy.typing import NDArray

from ..charts.fan import (
    ChartData,
    anchored,
    chart_data,
    draw_figures,
    draw_targets,
    moment_of,
    set_axes,
)
from ..charts.style import (
    BANDS,
    FONTS,
    GREY,
    INK,
    MEDIAN,
    TARGET,
    load_font,
    spread_labels,
    wrap_lines,
)
from ..i18n.catalog import gettext
from ..i18n.formatting import points, probability
from ..scenarios.response import TargetOutcome
from ..tables.names import Names
from ..tables.plan import Plan

__all__ = ["LiveFanChart"]

FloatArray = NDArray[np.float64]

SIZE, DPI, PRINT_DPI = (6.4, 4.0), 144, 300
LEFT, RIGHT, TOP, BOTTOM = 0.6, 1.2, 0.85, 0.84
"""Inches between the axes and the edges of the picture."""
PALE = "#dfe3e8"
DOTTED = (0.0, (1.0, 1.6))


@dataclass(frozen=True)
class ChartSpec:
    """Content of a live chart: a panel with the baseline's fan, all figures, the as-of date, texts.

    `asked` is the year of the chosen target.
    """

    panel: ChartData
    figures: pd.DataFrame
    moment: float
    asked: int
    heading: str
    below: str
    notes: Sequence[str]

    @staticmethod
    def of(
        plan: Plan,
        base: pd.DataFrame,
        goals: pd.DataFrame,
        *,
        language: str,
        years: tuple[float, float],
        texts: tuple[str, str, Sequence[str]],
    ) -> ChartSpec:
        """Collect the content of a chart.

        Parameters
        ----------
        plan : for names, units and published figures
        base : quantiles of the indicator in the baseline, as in `TargetOutcome`
        goals : its targets, rows of `attainment` or `outcomes`, the chosen one first
        language : `zh` or `en`
        years : first and last year shown
        texts : heading, a line below it, notes at the foot
        """
        name, asked = str(goals["indicator"].iloc[0]), int(goals["year"].iloc[0])
        rows = base.assign(region=plan.region, indicator=name)
        names = Names(plan, language)
        panel = chart_data(names, rows, goals.assign(status=""), name)
        first = float(base["year"].iloc[0])
        # At least one year of the forecast is shown, and where it starts from.
        years = (min(years[0], first - 1.0), max(years[1], first))
        shown = replace(
            panel,
            figures=panel.figures[panel.figures["year"].between(*years)],
            targets=panel.targets[panel.targets["year"].between(*years)],
            fan=anchored(base[base["year"] <= years[1]], panel.figures),
        )
        return ChartSpec(shown, panel.figures, moment_of(plan), asked, *texts)


class LiveFanChart:
    r"""A chart on which answers are drawn one after the other.

    >>> import forecast as fc
    >>> from forecast.scenarios.response import TargetResponse
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> asked = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> response = TargetResponse.build(plan, asked, paths=fc.project(plan, draws=400))
    >>> usual = response({})
    >>> goals = fc.attainment(fc.project(plan, draws=400), plan.targets, as_of=plan.as_of)
    >>> shown = ChartSpec.of(plan, usual.quantiles, goals[goals["indicator"] == asked["indicator"]],
    ...                  language="en", years=(2019.0, 2025.0), texts=("Care workers", "", []))
    >>> sketch = LiveFanChart(shown)
    >>> sketch.draw(response({"trainees_per_year": 500}), usual.p_reach)[:4]
    b'\x89PNG'
    """

    def __init__(self, shown: ChartSpec) -> None:
        load_font()
        self.shown = shown
        self.figure = Figure(figsize=SIZE, dpi=DPI)
        self.canvas: Any = FigureCanvasAgg(self.figure)
        width, height = SIZE
        place = (LEFT / width, BOTTOM / height, (width - LEFT - RIGHT) / width,
                 (height - TOP - BOTTOM) / height)  # fmt: skip
        self.axes: Axes = self.figure.add_axes(place)
        self._write_texts()
        self._draw_still()
        self._moving = self._make_moving()
        self._grounds: dict[tuple[float, float], Any] = {}

    def draw(self, answer: TargetOutcome, p_base: float) -> bytes:
        """Draw an answer and the baseline's probability; return the PNG."""
        limits = self._move(answer, p_base)
        if limits in self._grounds:
            self.canvas.restore_region(self._grounds[limits])
        else:
            self.canvas.draw()
            self._grounds[limits] = self.canvas.copy_from_bbox(self.figure.bbox)
        for artist in self._moving:
            self.figure.draw_artist(artist)
        stream = io.BytesIO()
        colours = np.asarray(self.canvas.buffer_rgba())
        imsave(stream, colours, format="png", pil_kwargs={"compress_level": 1})
        return stream.getvalue()

    def printed(self, answer: TargetOutcome, p_base: float) -> bytes:
        """Draw an answer at print resolution; return the PNG."""
        self._move(answer, p_base)
        for artist in self._moving:
            artist.set_animated(False)
        stream = io.BytesIO()
        self.figure.savefig(stream, format="png", dpi=PRINT_DPI, metadata={"Software": None})
        for artist in self._moving:
            artist.set_animated(True)
        return stream.getvalue()

    def _write_texts(self) -> None:
        shown, (width, height) = self.shown, SIZE
        language = shown.panel.language
        lines = [line for n in shown.notes for line in wrap_lines(n, width - 0.3, language)][-3:]
        for place, line in enumerate(reversed(lines)):
            y = (0.1 + 0.165 * place) / height
            self.figure.text(0.12 / width, y, line, fontsize=7.5, family=FONTS, color=GREY)
        for text, down, size, colour in (
            ("".join(wrap_lines(shown.heading, 0.8 * width, language)[:1]), 0.1, 10, INK),
            ("".join(wrap_lines(shown.below, 0.6 * width, language)[:1]), 0.34, 8, GREY),
        ):  # fmt: skip
            self.figure.text(0.12 / width, 1 - down / height, text, fontsize=size, family=FONTS,
                             color=colour, va="top")  # fmt: skip

    def _draw_still(self) -> None:
        """Draw axes, figures, targets and the baseline's fan; keep what lies above the new fan."""
        panel = self.shown.panel
        set_axes(self.axes, panel, self.shown.moment)
        left, _ = self.axes.get_xlim()
        last = max([*panel.fan.index, *panel.targets["year"], *panel.figures["year"]])
        self.axes.set_xlim(left, last + 0.06 * (last - left))
        for low, high, *_ in BANDS[:2]:
            self.axes.fill_between(panel.fan.index, panel.fan[low], panel.fan[high], color=PALE,
                                   linewidth=0)  # fmt: skip
        draw_figures(self.axes, panel)
        before = len(self.axes.lines)
        texts = list(self.axes.texts)
        # Over many years only the target that is asked about is named: names would overprint.
        named = panel.targets["year"].eq(self.shown.asked) | (not panel.wide)
        other = panel.targets[~named]
        self.axes.plot(other["year"], other["target"], color=TARGET, marker="D", markersize=4,
                       linestyle="", markerfacecolor="white", zorder=4)  # fmt: skip
        draw_targets(self.axes, replace(panel, targets=panel.targets[named]))
        self._over: list[Artist] = [
            *texts[-1:], *self.axes.lines[before:], *self.axes.texts[len(texts):],
        ]  # fmt: skip
        self._usual = self.axes.get_ylim()
        # A target in the last year has its label around it.
        self._aside = 26.0 if (panel.targets["year"] == last).any() else 8.0

    def _make_moving(self) -> list[Artist]:
        """Create the artists that move, in drawing order."""
        axes, panel = self.axes, self.shown.panel
        self._bands = [Polygon(np.zeros((2, 2)), closed=True, color=c, linewidth=0, alpha=0.9)
                       for *_, c in BANDS]  # fmt: skip
        for band in self._bands:
            axes.add_patch(band)
        self._median = Line2D([], [], color=MEDIAN, linewidth=2.0)
        axes.add_line(self._median)
        for column, width in (("q10", 0.9), ("q50", 1.4), ("q90", 0.9)):
            axes.add_line(Line2D(panel.fan.index, panel.fan[column], color=GREY, linewidth=width,
                                 linestyle=DOTTED))  # fmt: skip
        usual = axes.lines[-3:]
        self._labels = [self._label(GREY) for _ in BANDS]
        self._named, self._beside = self._label(MEDIAN), self._label(GREY)
        self._chance = self.figure.text(
            1 - 0.12 / SIZE[0], 1 - 0.32 / SIZE[1], "", fontsize=9, family=FONTS, color=MEDIAN,
            va="top", ha="right",
        )  # fmt: skip
        moving: list[Artist] = [*self._bands, self._median, *usual, *self._over, *self._labels,
                                self._named, self._beside, self._chance]  # fmt: skip
        for artist in moving:
            artist.set_animated(True)
        return moving

    def _label(self, colour: str) -> Annotation:
        return self.axes.annotate(
            "", (0.0, 0.0), (6.0, 0.0), textcoords=("offset points", "data"), fontsize=7.5,
            va="center", family=FONTS, color=colour, annotation_clip=False,
        )  # fmt: skip

    def _move(self, answer: TargetOutcome, p_base: float) -> tuple[float, float]:
        """Update fan, labels and probability; return the limits of the y axis."""
        panel = self.shown.panel
        language = panel.language
        fan = anchored(answer.quantiles, self.shown.figures)
        fan = fan[fan.index <= panel.fan.index[-1]]
        for band, (low, high, *_) in zip(self._bands, BANDS, strict=True):
            band.set_xy(_outline(fan, low, high))
        self._median.set_data(fan.index.to_numpy(float), fan["q50"].to_numpy(float))
        limits = self._limits(fan)
        self.axes.set_ylim(*limits)
        self._place_labels(fan)
        text = gettext("Chance {chance}", language).format(
            chance=probability(answer.p_reach, language)
        )
        if answer.p_change_error:
            gain = points(answer.p_change, language, error=answer.p_change_error)
            base = probability(p_base, language)
            text += "\n" + gettext("baseline {base}, change {gain}", language).format(
                base=base, gain=gain
            )
        self._chance.set_text(text)
        return limits

    def _place_labels(self, fan: pd.DataFrame) -> None:
        """Label bands and medians at their right ends without overlap."""
        panel = self.shown.panel
        language, last = panel.language, float(fan.index[-1])
        end, usual = fan.iloc[-1], panel.fan.iloc[-1]
        median = panel.estimate(float(end["q50"]))
        text = [(float(end[high]), probability(p, language), label)
                for (_, high, p, _), label in zip(BANDS, self._labels, strict=True)]  # fmt: skip
        named = gettext("median {value}", language).format(value=median)
        text.append((float(end["q50"]), named, self._named))
        same = bool(np.isclose(float(end["q50"]), float(usual["q50"])))
        value = panel.estimate(float(usual["q50"]))
        beside = "" if same else gettext("baseline {value}", language).format(value=value)
        text.append((float(usual["q50"]), beside, self._beside))
        text.sort(key=lambda one: -one[0])
        bottom, top = self.axes.get_ylim()
        places = spread_labels([height for height, *_ in text], gap=0.06 * (top - bottom))
        for place, (_, name, label) in zip(places, text, strict=True):
            label.set_text(name)
            label.xy = (last, place)
            label.set_position((self._aside, place))

    def _limits(self, fan: pd.DataFrame) -> tuple[float, float]:
        """Limits of the y axis that hold a fan: the usual ones, or wider in steps."""
        low, high = self._usual
        least, most = float(fan.to_numpy().min()), float(fan.to_numpy().max())
        span = high - low
        return low - _wider(low - least, span), high + _wider(most - high, span)


def _wider(beyond: float, span: float) -> float:
    """Distance by which an axis is widened for a value that far outside it.

    >>> _wider(-1.0, 10.0), _wider(1.0, 10.0), _wider(6.0, 10.0), _wider(33.0, 10.0)
    (0.0, 5.0, 10.0, 40.0)
    """
    if beyond <= 0.0:
        return 0.0
    return 0.5 * span * 2.0 ** max(math.ceil(math.log2(2.0 * beyond / span)), 0)


def _outline(fan: pd.DataFrame, low: str, high: str) -> FloatArray:
    """Corners of a band: along its lower edge and back along the upper one."""
    x, below, above = (np.asarray(a, float) for a in (fan.index, fan[low], fan[high]))
    corners = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([below, above[::-1]])])
    return np.asarray(corners, float)
