"""The live chart: a scenario's fan over the baseline's, redrawn quickly by blitting.

Everything static is drawn once and kept as a background; a new answer moves only the coloured fan
and its labels. An answer beyond the limits of the axis gets wider limits, with a background of
their own.
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
from ..i18n.formatting import points
from ..scenarios.response import TargetOutcome
from ..tables.names import Names
from ..tables.plan import Plan
from ..targets.target_state import SINGLE

__all__ = ["LiveFanChart"]

FloatArray = NDArray[np.float64]

SIZE, DPI, PRINT_DPI = (6.4, 4.0), 144, 300
LEFT, RIGHT, TOP, BOTTOM = 0.6, 1.2, 0.85, 0.84
"""Inches between the axes and the edges of the chart."""
PALE = "#dfe3e8"
DOTTED = (0.0, (1.0, 1.6))


@dataclass(frozen=True)
class ChartSpec:
    """Content of a live chart.

    `data` holds the baseline's fan, figures and targets of the years shown; `figures` all published
    figures; `as_of` the as-of date as a year; `target_year` the year of the chosen target.
    """

    names: Names
    data: ChartData
    figures: pd.DataFrame
    as_of: float
    target_year: int
    title: str
    subtitle: str
    notes: Sequence[str]
    single: bool = False
    """Whether one figure is all that is known: no chance is written."""

    @staticmethod
    def build(
        plan: Plan,
        baseline: pd.DataFrame,
        targets: pd.DataFrame,
        *,
        language: str,
        years: tuple[float, float],
        texts: tuple[str, str, Sequence[str]],
    ) -> ChartSpec:
        """Collect the content of a chart.

        Parameters
        ----------
        plan : for names, units and published figures
        baseline : quantiles of the indicator in the baseline, as in `TargetOutcome`
        targets : its targets, rows of `attainment` or `outcomes`, the chosen one first
        language : `zh` or `en`
        years : first and last year shown, widened to one year of the forecast and its start
        texts : title, subtitle, notes at the foot
        """
        indicator, names = str(targets["indicator"].iloc[0]), Names(plan, language)
        rows = baseline.assign(region=plan.region, indicator=indicator)
        data = chart_data(names, rows, targets.assign(status=""), indicator)
        first = float(baseline["year"].iloc[0])
        years = (min(years[0], first - 1.0), max(years[1], first))
        shown = replace(
            data,
            figures=data.figures[data.figures["year"].between(*years)],
            targets=data.targets[data.targets["year"].between(*years)],
            fan=anchored(baseline[baseline["year"] <= years[1]], data.figures),
        )
        target_year = int(targets["year"].iloc[0])
        single = str(targets["evidence"].iloc[0]) == SINGLE if "evidence" in targets else False
        return ChartSpec(
            names, shown, data.figures, moment_of(plan), target_year, *texts, single=single
        )


class LiveFanChart:
    r"""A chart on which one answer after another is drawn.

    >>> import forecast as fc
    >>> from forecast.scenarios.response import TargetResponse
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> target = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> paths = fc.project(plan, draws=400)
    >>> response = TargetResponse.build(plan, target, paths=paths)
    >>> baseline, targets = response({}), fc.attainment(paths, plan.targets, as_of=plan.as_of)
    >>> targets = targets[targets["indicator"] == target["indicator"]]
    >>> spec = ChartSpec.build(plan, baseline.quantiles, targets, language="en",
    ...                        years=(2019.0, 2025.0), texts=("Care workers", "", []))
    >>> chart = LiveFanChart(spec)
    >>> chart.draw(response({"trainees_per_year": 500}), baseline.p_reach)[:4]
    b'\x89PNG'
    """

    def __init__(self, spec: ChartSpec) -> None:
        load_font()
        self.spec = spec
        self.figure = Figure(figsize=SIZE, dpi=DPI)
        self.canvas: Any = FigureCanvasAgg(self.figure)
        width, height = SIZE
        box = (LEFT / width, BOTTOM / height, (width - LEFT - RIGHT) / width,
               (height - TOP - BOTTOM) / height)  # fmt: skip
        self.axes: Axes = self.figure.add_axes(box)
        self._draw_texts()
        self._draw_static()
        self._moving = self._create_moving_artists()
        self._backgrounds: dict[tuple[float, float], Any] = {}

    def draw(self, answer: TargetOutcome, p_base: float) -> bytes:
        """Draw an answer and the baseline's probability; return the PNG."""
        limits = self._update(answer, p_base)
        if limits in self._backgrounds:
            self.canvas.restore_region(self._backgrounds[limits])
        else:
            self.canvas.draw()
            self._backgrounds[limits] = self.canvas.copy_from_bbox(self.figure.bbox)
        for artist in self._moving:
            self.figure.draw_artist(artist)
        stream = io.BytesIO()
        colours = np.asarray(self.canvas.buffer_rgba())
        imsave(stream, colours, format="png", pil_kwargs={"compress_level": 1})
        return stream.getvalue()

    def draw_for_print(self, answer: TargetOutcome, p_base: float) -> bytes:
        """Draw an answer at print resolution; return the PNG."""
        self._update(answer, p_base)
        for artist in self._moving:
            artist.set_animated(False)
        stream = io.BytesIO()
        self.figure.savefig(stream, format="png", dpi=PRINT_DPI, metadata={"Software": None})
        for artist in self._moving:
            artist.set_animated(True)
        return stream.getvalue()

    def _draw_texts(self) -> None:
        spec, (width, height) = self.spec, SIZE
        language = spec.names.language
        lines = [line for n in spec.notes for line in wrap_lines(n, width - 0.3, language)][-3:]
        for row, line in enumerate(reversed(lines)):
            y = (0.1 + 0.165 * row) / height
            self.figure.text(0.12 / width, y, line, fontsize=7.5, family=FONTS, color=GREY)
        for text, down, size, colour in (
            ("".join(wrap_lines(spec.title, 0.8 * width, language)[:1]), 0.1, 10, INK),
            ("".join(wrap_lines(spec.subtitle, 0.6 * width, language)[:1]), 0.34, 8, GREY),
        ):  # fmt: skip
            self.figure.text(0.12 / width, 1 - down / height, text, fontsize=size, family=FONTS,
                             color=colour, va="top")  # fmt: skip

    def _draw_static(self) -> None:
        """Draw axes, figures, targets and the baseline's fan; keep what is drawn above the fan."""
        data = self.spec.data
        set_axes(self.axes, data, self.spec.as_of)
        left, _ = self.axes.get_xlim()
        last = max([*data.fan.index, *data.targets["year"], *data.figures["year"]])
        self.axes.set_xlim(left, last + 0.06 * (last - left))
        for low, high, *_ in BANDS[:2]:
            self.axes.fill_between(data.fan.index, data.fan[low], data.fan[high], color=PALE,
                                   linewidth=0)  # fmt: skip
        draw_figures(self.axes, data)
        before = len(self.axes.lines)
        texts = list(self.axes.texts)
        # Over many years only the chosen target has a label: labels would overlap.
        named = data.targets["year"].eq(self.spec.target_year) | (not data.wide)
        other = data.targets[~named]
        self.axes.plot(other["year"], other["target"], color=TARGET, marker="D", markersize=4,
                       linestyle="", markerfacecolor="white", zorder=4)  # fmt: skip
        draw_targets(self.axes, replace(data, targets=data.targets[named]))
        self._above_fan: list[Artist] = [
            *texts[-1:], *self.axes.lines[before:], *self.axes.texts[len(texts):],
        ]  # fmt: skip
        self._usual_limits = self.axes.get_ylim()
        # The label of a target in the last year is at the right end too.
        self._label_offset = 26.0 if (data.targets["year"] == last).any() else 8.0

    def _create_moving_artists(self) -> list[Artist]:
        """Create the artists that change with an answer, in drawing order."""
        axes, data = self.axes, self.spec.data
        self._bands = [Polygon(np.zeros((2, 2)), closed=True, color=c, linewidth=0, alpha=0.9)
                       for *_, c in BANDS]  # fmt: skip
        for band in self._bands:
            axes.add_patch(band)
        self._median = Line2D([], [], color=MEDIAN, linewidth=2.0)
        axes.add_line(self._median)
        for column, width in (("q10", 0.9), ("q50", 1.4), ("q90", 0.9)):
            axes.add_line(Line2D(data.fan.index, data.fan[column], color=GREY, linewidth=width,
                                 linestyle=DOTTED))  # fmt: skip
        baseline = axes.lines[-3:]
        self._band_labels = [self._label(GREY) for _ in BANDS]
        self._median_label, self._baseline_label = self._label(MEDIAN), self._label(GREY)
        self._probability = self.figure.text(
            1 - 0.12 / SIZE[0], 1 - 0.32 / SIZE[1], "", fontsize=9, family=FONTS, color=MEDIAN,
            va="top", ha="right",
        )  # fmt: skip
        moving: list[Artist] = [
            *self._bands, self._median, *baseline, *self._above_fan, *self._band_labels,
            self._median_label, self._baseline_label, self._probability,
        ]  # fmt: skip
        for artist in moving:
            artist.set_animated(True)
        return moving

    def _label(self, colour: str) -> Annotation:
        return self.axes.annotate(
            "", (0.0, 0.0), (6.0, 0.0), textcoords=("offset points", "data"), fontsize=7.5,
            va="center", family=FONTS, color=colour, annotation_clip=False,
        )  # fmt: skip

    def _update(self, answer: TargetOutcome, p_base: float) -> tuple[float, float]:
        """Update fan, labels and probability; return the limits of the y axis."""
        names = self.spec.names
        fan = anchored(answer.quantiles, self.spec.figures)
        fan = fan[fan.index <= self.spec.data.fan.index[-1]]
        for band, (low, high, *_) in zip(self._bands, BANDS, strict=True):
            band.set_xy(_outline(fan, low, high))
        self._median.set_data(fan.index.to_numpy(float), fan["q50"].to_numpy(float))
        limits = self._limits(fan)
        self.axes.set_ylim(*limits)
        self._place_labels(fan)
        text = names.gettext("Chance {chance}", chance=names.format_chance(answer.p_reach))
        if self.spec.single:
            text = names.label("status", "too_early")
        elif answer.p_change_error:
            gain = points(answer.p_change, names.language, error=answer.p_change_error)
            base = names.format_chance(p_base)
            text += "\n" + names.gettext("baseline {base}, change {gain}", base=base, gain=gain)
        self._probability.set_text(text)
        return limits

    def _place_labels(self, fan: pd.DataFrame) -> None:
        """Label bands and medians at their right ends without overlap."""
        names, data = self.spec.names, self.spec.data
        end, last = fan.iloc[-1], float(fan.index[-1])
        median, usual = float(end["q50"]), float(data.fan["q50"].iloc[-1])
        texts = [
            (float(end[high]), names.format_chance(p), label)
            for (_, high, p, _), label in zip(BANDS, self._band_labels, strict=True)
        ]
        text = names.gettext("median {value}", value=data.estimate(median))
        texts.append((median, text, self._median_label))
        text = names.gettext("baseline {value}", value=data.estimate(usual))
        text = "" if np.isclose(median, usual) else text
        texts.append((usual, text, self._baseline_label))
        texts.sort(key=lambda one: -one[0])
        bottom, top = self.axes.get_ylim()
        heights = spread_labels([height for height, *_ in texts], gap=0.06 * (top - bottom))
        for height, (_, text, label) in zip(heights, texts, strict=True):
            label.set_text(text)
            label.xy = (last, height)
            label.set_position((self._label_offset, height))

    def _limits(self, fan: pd.DataFrame) -> tuple[float, float]:
        """Return limits of the y axis that hold a fan: the usual ones, or wider in steps."""
        low, high = self._usual_limits
        least, most = float(fan.to_numpy().min()), float(fan.to_numpy().max())
        span = high - low
        return low - _widening(low - least, span), high + _widening(most - high, span)


def _widening(beyond: float, span: float) -> float:
    """Return how far an axis of a span is widened for a value that far beyond it.

    >>> _widening(-1.0, 10.0), _widening(1.0, 10.0), _widening(6.0, 10.0), _widening(33.0, 10.0)
    (0.0, 5.0, 10.0, 40.0)
    """
    if beyond <= 0.0:
        return 0.0
    return 0.5 * span * 2.0 ** max(math.ceil(math.log2(2.0 * beyond / span)), 0)


def _outline(fan: pd.DataFrame, low: str, high: str) -> FloatArray:
    """Return the corners (points, 2) of a band: along its lower edge, back along the upper one."""
    x, below, above = (np.asarray(a, float) for a in (fan.index, fan[low], fan[high]))
    corners = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([below, above[::-1]])])
    return np.asarray(corners, float)
