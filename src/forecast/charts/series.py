"""One indicator over the years, and the same in small for several: history, forecast, target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_
from ..tables.names import Names
from . import style
from .chart import MARGIN, Chart, Page, Words, compose, line_height, measure, wrap
from .fan import ChartData, chart_data, moment_of
from .labels import Labels, spread
from .standing import STATES, find_state
from .texts import Measure, format_year, source_note

__all__ = [
    "SUBTITLE", "Line", "Series", "describe_values", "draw_fan", "fan_chart", "multiples_chart",
]  # fmt: skip

BANDS = (("q05", "q95", style.FAINT), ("q25", "q75", style.PALE))
"""Intervals of 90 and 50 %: lower and upper quantile, colour."""
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
BODY, BODY_NARROW = 2.7, 2.3
"""Inches of the graph of one indicator."""
PANEL, ACROSS, BETWEEN = 0.95, 3, 0.25
"""Inches of a small graph, small graphs in a row, inches between them."""
SUBTITLE = N_("Unit: {unit}. {day}")
FINDINGS = {
    "met": N_("{name}: target {target} for {year} met, {latest} in {latest_year}"),
    "exceeded": N_("{name}: target {target} for {year} exceeded, {latest} in {latest_year}"),
    "reached": N_("{name}: {latest} in {latest_year}, the target {target} for {year} is reached"),
    "missed": N_("{name}: target {target} for {year} missed, {latest} in {latest_year}"),
    "on_course": N_("{name}: about {median} in {year}, target {target} likely to be met"),
    "uncertain": N_("{name}: about {median} in {year}, target {target} uncertain"),
    "at_risk": N_("{name}: about {median} in {year}, short of the target {target}"),
    "awaited": N_("{name}: no figure for {year} yet, the target was {target}"),
    "too_early": N_("{name}: {latest} in {latest_year}, too early to judge the target {target}"),
    "none": N_("{name}: {latest} in {latest_year}"),
}
SHORT = N_("{region}: {short} of {count} indicators with a trend fall short of their targets")
DOUBTFUL = N_(
    "{region}: {doubtful} of {count} indicators with a trend may fall short of their targets"
)
FINE = N_("{region}: the {count} indicators with a trend keep to their targets")
PANELS = N_("Published figures, forecast and last target of each indicator. {day}")


@dataclass(frozen=True)
class Line:
    """A further scenario: its name, medians by year, colour and dash."""

    label: str
    values: pd.Series
    colour: str
    dash: Any


@dataclass(frozen=True)
class Series:
    """An indicator to draw: its data, its unit, the last target's row and state."""

    data: ChartData
    measure: Measure
    target: pd.Series | None
    state: str

    @staticmethod
    def build(
        names: Names,
        quantiles: pd.DataFrame,
        attainment: pd.DataFrame,
        indicator: str,
        *,
        course: bool = False,
    ) -> Series:
        """Collect what is drawn; of one figure there is no forecast.

        The fan begins at the latest figure, or as a `course` where its own rows do.
        """
        data = chart_data(names, quantiles, attainment, indicator)
        figures, targets = data.figures, data.targets.sort_values("year", kind="stable")
        values = [*figures["value"].astype(float), *targets["target"].astype(float)]
        fan = data.fan if len(figures) > 1 else data.fan.iloc[:0]
        if course:
            rows = quantiles[quantiles["indicator"] == indicator]
            fan = rows.set_index("year").sort_index()[list(QUANTILES)].astype(float)
        target = targets.iloc[-1] if len(targets) else None
        state = "" if target is None else find_state(target.to_dict())
        unit = Measure.build(names, indicator, values)
        data = ChartData(
            data.title, data.unit, data.unit_name, data.resolution, data.language, figures, fan,
            targets,
        )  # fmt: skip
        return Series(data, unit, target, state)

    def describe(self, names: Names) -> str:
        """Say in a sentence where the indicator stands against its last target."""
        figures, target = self.data.figures, self.target
        facts, spell = {"name": self.data.title}, self.measure.spell
        if len(figures):
            last = figures.iloc[-1]
            facts["latest"] = spell(self.measure.number(float(last["value"])))
            facts["latest_year"] = format_year(float(last["year"]))
        case = "none"
        if target is not None:
            facts["target"] = self.measure.target(target)
            facts["year"] = f"{target['year']:.0f}"
            median = float(target["median"]) if pd.notna(target["median"]) else np.nan
            facts["median"] = spell(self.measure.estimate(median))
            reached = target["status"] == "reached" and self.state == "on_course"
            case = "reached" if reached else self.state
        return names.gettext(FINDINGS[case], **facts)

    def rows(self) -> pd.DataFrame:
        """Tabulate what is drawn, a row a value."""
        parts = [self.data.figures[["year", "value"]].assign(what="published")]
        if len(self.data.fan) > 1:
            fan = self.data.fan.iloc[1:][list(QUANTILES)].rename_axis("year").reset_index()
            parts.append(fan.melt("year", var_name="what"))
        goals = self.data.targets[["year", "target"]]
        parts.append(goals.set_axis(["year", "value"], axis=1).assign(what="target"))
        table = pd.concat([part.astype({"year": float, "value": float}) for part in parts])
        table.insert(0, "name", self.data.title)
        table.insert(1, "unit", self.data.unit_name)
        return table[["name", "unit", "year", "what", "value"]].reset_index(drop=True)


def fan_chart(
    names: Names, quantiles: pd.DataFrame, attainment: pd.DataFrame, indicator: str
) -> Chart | None:
    """Draw one indicator: figures, median with 50 and 90 % intervals, targets.

    Of a single figure no forecast is drawn. None without any figure.

    Parameters
    ----------
    names : of the plan, in the reader's language
    quantiles, attainment : as the functions of the same names return them, of one scenario
    indicator : of the plan
    """
    if indicator not in set(names.plan.observations["indicator"]):
        return None
    series = Series.build(names, quantiles, attainment, indicator)
    title = series.describe(names)
    subtitle = names.gettext(SUBTITLE, unit=series.measure.name, day=names.known_on())
    words = Words(title, subtitle, [source_note(names, [indicator])])
    alt = describe_values(names, series, title)
    moment = moment_of(names.plan)
    return compose(
        f"fan_{indicator}", words, lambda page: draw_fan(page, names, series, moment),
        alt=alt, data=series.rows(),
    )  # fmt: skip


def multiples_chart(
    names: Names,
    quantiles: pd.DataFrame,
    attainment: pd.DataFrame,
    indicators: Sequence[str],
    *,
    name: str = "indicators",
    words: tuple[str, str] = ("", ""),
    course: bool = False,
) -> Chart | None:
    """Draw several indicators in small, a graph each; those with one figure are left out.

    Parameters
    ----------
    names, quantiles, attainment : as in `fan_chart`; of several targets the last one is drawn
    indicators : in the order drawn, as `standing_table` has them
    name, words : stem of the files; a finding in place of the usual one, and a note
    course : whether the quantiles are those of an earlier day, with its figure as their first row

    Returns
    -------
    None where no indicator has two figures.
    """
    known = names.plan.observations["indicator"].value_counts()
    drawn = [i for i in indicators if known.get(i, 0) > 1]
    if not drawn:
        return None
    last = attainment.sort_values("year", kind="stable").drop_duplicates("indicator", keep="last")
    panels = [Series.build(names, quantiles, last, i, course=course) for i in drawn]
    short = sum(panel.state in ("at_risk", "missed") for panel in panels)
    doubtful = sum(panel.state == "uncertain" for panel in panels)
    region = names.name("regions", names.plan.region)
    title = words[0] or names.gettext(
        SHORT if short else DOUBTFUL if doubtful else FINE,
        region=region, short=short, doubtful=doubtful, count=len(panels),
    )  # fmt: skip
    notes = [note for note in (words[1], source_note(names, drawn)) if note]
    shown = Words(title, names.gettext(PANELS, day=names.known_on()), notes)
    lines = names.gettext("; ").join(panel.describe(names) for panel in panels)
    return compose(
        name, shown, lambda page: _draw_panels(page, names, panels),
        alt=names.gettext("{finding}. {rows}.", finding=title, rows=lines),
        data=pd.concat([panel.rows() for panel in panels], ignore_index=True),
    )  # fmt: skip


def describe_values(names: Names, series: Series, title: str) -> str:
    """Describe a chart to who does not see it: the finding, first and last figure, the range."""
    figures, fan = series.data.figures, series.data.fan
    parts = [title]
    if len(figures) > 1:
        first = figures.iloc[0]
        text = N_("first figure {value} ({year})")
        value = series.measure.number(float(first["value"]))
        parts.append(names.gettext(text, value=value, year=format_year(float(first["year"]))))
    if len(fan) > 1:
        ends = {e: series.measure.estimate(float(fan[q].iloc[-1])) for e, q in
                (("low", "q05"), ("high", "q95"))}  # fmt: skip
        text = N_("90 % interval for {year}: {low} to {high}")
        parts.append(names.gettext(text, year=f"{fan.index[-1]:.0f}", **ends))
    return names.gettext("; ").join(parts)


# Axes.


def _set_axes(axes: Axes, series: Series, *, ticks: int) -> None:
    """Set limits that hold everything, not beyond the indicator's bounds, and years as ticks."""
    data = series.data
    years = np.concatenate([data.figures["year"], data.fan.index, data.targets["year"]])
    bands = data.fan[["q05", "q95"]].to_numpy(float).ravel()
    values = np.concatenate([data.figures["value"], data.targets["target"], bands]).astype(float)
    low, high = float(values.min()), float(values.max())
    span = high - low or abs(high) or 1.0
    least, most = series.measure.bounds
    axes.set_ylim(max(low - 0.12 * span, least), min(high + 0.12 * span, most))
    first, last = np.floor(years.astype(float).min()), np.ceil(years.astype(float).max())
    axes.set_xlim(first - 0.25, max(last, first + 1) + 0.25)
    step = int(np.ceil((last - first + 1) / ticks))
    shown = np.arange(last, first - 1, -step)[::-1]
    axes.set_xticks(shown, [f"{year:.0f}" for year in shown])


def _draw_marks(axes: Axes, series: Series, size: float) -> None:
    """Draw bands, median, figures and targets."""
    data, fan = series.data, series.data.fan
    if len(fan) > 1:
        for low, high, shade in BANDS:
            axes.fill_between(fan.index, fan[low], fan[high], color=shade, linewidth=0)
        axes.plot(fan.index, fan["q50"], color=style.MEDIAN, linewidth=1.6)
    axes.plot(
        data.figures["year"], data.figures["value"], color=style.INK, linewidth=1.3, marker="o",
        markersize=size, clip_on=False, zorder=4,
    )  # fmt: skip
    axes.plot(
        data.targets["year"], data.targets["target"], color=style.TARGET, linestyle="none",
        marker="D", markersize=size + 1.0, markerfacecolor="white", markeredgewidth=1.4,
        clip_on=False, zorder=5,
    )  # fmt: skip


def draw_fan(
    page: Page, names: Names, series: Series, moment: float, others: Sequence[Line] = ()
) -> None:
    """Draw one indicator over the page's width, with labels at the right end."""
    data, unit = series.data, series.measure
    ends = _end_labels(names, series)
    for line in others:
        value = float(line.values.iloc[-1])
        ends.append((value, f"{line.label} {unit.estimate(value)}", line.colour))
    right = max([measure(text, page.small) for _, text, _ in ends], default=0.0) + 0.25
    left, height = (0.52, BODY_NARROW) if page.narrow else (0.62, BODY)
    keys: list[tuple[dict[str, Any], str]] = [
        ({"marker": "o", "color": style.INK}, names.gettext("published"))
    ]
    if len(data.fan) > 1:
        dark = {"marker": "_", "color": style.MEDIAN, "markersize": 9, "markeredgewidth": 1.6}
        keys.append((dark, names.gettext("median forecast")))
        for (*_, shade), text in zip(BANDS[::-1], ("50", "90"), strict=True):
            label = names.gettext("{share} % interval", share=text)
            keys.append(({"marker": "s", "color": shade, "markersize": 9}, label))
    if len(data.targets):
        hollow = {"marker": "D", "color": style.TARGET, "markerfacecolor": "white"}
        keys.append((hollow, names.gettext("target")))
    page.begin(height + 0.5, keys)
    axes = page.add_axes(left, 0.22, page.width - left - right - MARGIN, height)
    _set_axes(axes, series, ticks=5 if page.narrow else 9)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    largest = max(abs(v) for v in axes.get_ylim()) / unit.divisor
    style.format_axis(
        axes.yaxis, names.language, scale=1 / unit.divisor, unit=unit.unit, like=largest
    )
    style.make_quiet(axes)
    axes.tick_params(labelsize=page.small)
    _draw_marks(axes, series, 5.0)
    for line in others:
        axes.plot(
            line.values.index, line.values, color=line.colour, linewidth=1.5, linestyle=line.dash
        )
    labels, (first, last) = Labels(axes, page.small), axes.get_xlim()
    if first < moment < last - 0.3:
        labels.block([moment, moment], axes.get_ylim(), 0.02)
        axes.axvline(moment, color=style.GREY, linewidth=0.9, linestyle=":", zorder=1.5)
        style.write(
            axes, names.gettext("as of"), (moment, axes.get_ylim()[1]), (0, 7), ha="center",
            fontsize=page.small,
        )  # fmt: skip
    _label_ends(page, axes, ends)
    _label_values(labels, series)


def _end_labels(names: Names, series: Series) -> list[tuple[float, str, str]]:
    """List what is written at the right end: height, text, colour."""
    data, unit = series.data, series.measure
    ends = []
    if series.target is not None:
        text = names.gettext("target {value}", value=unit.target(series.target))
        ends.append((float(series.target["target"]), text, style.TARGET))
    if len(data.fan) > 1:
        median = float(data.fan["q50"].iloc[-1])
        text = names.gettext("median {value}", value=unit.estimate(median))
        ends.append((median, text, style.MEDIAN))
    return ends


def _label_ends(page: Page, axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Write what belongs at the right end, a line apart."""
    low, high = axes.get_ylim()
    inches = axes.get_position().height * float(page.figure.get_size_inches()[1])
    gap = line_height(page.small) / inches * (high - low)
    heights = spread([height for height, *_ in ends], gap=gap, low=low, high=high)
    last = axes.get_xlim()[1]
    for height, (_, text, colour) in zip(heights, ends, strict=True):
        style.write(axes, text, (last, height), (4, 0), color=colour, fontsize=page.small)


def _label_values(labels: Labels, series: Series) -> None:
    """Write figures, the latest one first, and earlier targets, where there is room."""
    data, unit = series.data, series.measure
    points = data.figures[["year", "value"]].astype(float).to_numpy().tolist()
    goals = data.targets[["year", "target"]].astype(float).to_numpy().tolist()
    for x, y in [*points, *goals]:
        labels.block([x], [y], 0.035)
    labels.block([x for x, _ in points], [y for _, y in points], 0.02)
    if len(data.fan) > 1:
        labels.block(data.fan.index.tolist(), data.fan["q50"].tolist(), 0.02)
    latest = len(points) - 1
    for i in [latest, *range(latest)]:
        x, y = points[i]
        labels.add(unit.number(y), (x, y), needed=i == latest, color=style.INK)
    final = None if series.target is None else series.target.name
    for label, row in data.targets.iterrows():
        if label != final:
            point = (float(row["year"]), float(row["target"]))
            labels.add(unit.target(row), point, ("above", "below"), color=style.TARGET)


# Small graphs.


def _draw_panels(page: Page, names: Names, panels: Sequence[Series]) -> None:
    """Draw small graphs, one or three in a row, each under its name and verdict."""
    across = 1 if page.narrow else min(ACROSS, max(2, len(panels)))
    width = (page.inner - BETWEEN * (across - 1)) / across
    pattern = names.gettext("{name} ({unit})")
    heads = [
        wrap(panel.measure.label(panel.data.title, pattern), width - 0.2, page.small)
        for panel in panels
    ]
    line = line_height(page.small)
    rows = [range(i, min(i + across, len(panels))) for i in range(0, len(panels), across)]
    tall = [line * max(len(heads[i]) for i in row) + PANEL + 0.55 for row in rows]
    keys: list[tuple[dict[str, Any], str]] = [
        (STATES[code].mark, names.gettext(STATES[code].name))
        for code in STATES
        if any(panel.state == code for panel in panels)
    ]
    keys.append((
        {"marker": "s", "color": style.PALE, "markersize": 9},
        names.gettext("{share} % interval", share="50, 90"),
    ))  # fmt: skip
    page.begin(sum(tall), keys)
    top = 0.0
    for row, height in zip(rows, tall, strict=True):
        for column, i in enumerate(row):
            left = MARGIN + column * (width + BETWEEN)
            y = page.top + top + line / 2
            if panels[i].state:
                page.axes.plot([left + 0.06], [y], linestyle="none", markersize=6,
                               **STATES[panels[i].state].mark)  # fmt: skip
            for k, text in enumerate(heads[i]):
                page.write(text, left + 0.18, y + k * line)
            down = top + height - PANEL - 0.38
            _draw_panel(page, panels[i], (left, down, width))
        top += height


def _draw_panel(page: Page, series: Series, place: tuple[float, float, float]) -> None:
    """Draw one small graph; first and latest figure and the target have their values."""
    left, down, width = place
    unit, figures = series.measure, series.data.figures
    goal = "" if series.target is None else unit.target(series.target)
    right = max(measure(goal, page.small), 0.2) + 0.16
    start = measure(unit.number(float(figures["value"].iloc[0])), page.small) + 0.14
    axes = page.add_axes(left + start, down, width - start - right, PANEL)
    _set_axes(axes, series, ticks=3)
    style.make_quiet(axes)
    axes.grid(visible=False)
    axes.set_yticks([])
    axes.axhline(axes.get_ylim()[0], color=style.EDGE, linewidth=0.8)
    first, last = axes.get_xlim()
    ends = sorted({np.ceil(first), np.floor(last)})
    axes.set_xticks(ends, [f"{year:.0f}" for year in ends])
    axes.tick_params(labelsize=page.small, pad=2)
    _draw_marks(axes, series, 3.5)
    row = figures.iloc[0]
    style.write(
        axes, unit.number(float(row["value"])), (float(row["year"]), float(row["value"])), (-5, 0),
        ha="right", fontsize=page.small,
    )  # fmt: skip
    if series.target is not None:
        point = (axes.get_xlim()[1], float(series.target["target"]))
        style.write(axes, goal, point, (3, 0), fontsize=page.small, color=style.TARGET)
    labels = Labels(axes, page.small)
    labels.block(figures["year"].tolist(), figures["value"].tolist(), 0.03)
    row = figures.iloc[-1]
    point = (float(row["year"]), float(row["value"]))
    if len(series.data.fan) > 1:
        labels.block(series.data.fan.index.tolist(), series.data.fan["q50"].tolist(), 0.03)
    labels.add(unit.number(point[1]), point, ("above", "below"), needed=True, color=style.INK)
