"""The planner's desk as a panel of widgets: move a slider and see the probability change.

The panel connects a `session.Desk` with widgets. Chart and probability follow each move of a
slider, the table follows when the slider rests. Longer computations run in the background, show
their progress, and are cancelled by a button or a change of the settings.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ..i18n.catalog import N_, languages
from ..i18n.formatting import language_name
from ..intake import FigureImport
from ..reports.html import safe
from .background import BackgroundRunner
from .markup import paragraph
from .questions import Questions
from .scenario_files import ScenarioFiles
from .session import Desk
from .settings import Control
from .text import (
    create_chart,
    describe_missing_inputs,
    format_limits,
    name_indicator,
    name_setting,
    render_answer,
    render_error,
    render_progress,
    render_settings,
    render_sources,
    render_table,
)
from .upload import FigureForm
from .widgets import (
    HEAD,
    SettingControl,
    close_widgets,
    create_button,
    create_dropdown,
    create_row,
    serialise_callbacks,
)

__all__ = ["Panel", "open_desk"]

TABLE_DELAY, STEP_DELAY = 0.12, 1.0
"""Seconds without a change after which the table follows, and after which a step ends."""

NO_TARGET = N_(
    "No target is open for a forecast on this date. Choose another date, or add figures."
)
GROUPS = {
    "levers": N_("Levers: what you decide. A year, on top of the present trend; 0 is no change."),
    "assumptions": N_(
        "Assumptions: what you do not decide. If not set, they are drawn from the range shown."
    ),
}
CLIPPED = N_("{name}: outside the limits ({limits}); the nearest value was set.")


def open_desk(region: str = "lishui", **options: Any) -> Panel:
    """Open the desk of a region's plan.

    Parameters
    ----------
    region : a region with a plan
    options : data, as_of, language, draws, seed, until and folder, as in `Desk.open`

    Examples
    --------
    >>> panel = open_desk("zhejiang", as_of="2022-12-31", language="en", draws=200)
    >>> panel.desk.plan.region, "%" in panel.chance.value
    ('zhejiang', True)
    """
    return Panel(Desk.open(region, **options))


class Panel(widgets.VBox):  # type: ignore[misc]
    """The widgets of a desk, in the desk's language."""

    children: Any

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.add_class("desk")
        self.desk = desk
        self.runner = BackgroundRunner(self._show_progress, self._show_error)
        self._silent = False
        self._figures: FigureImport | None = None
        self._build()

    # Building: all widgets are created again for another language, region or date.

    def _build(self) -> None:
        report = self.desk.report
        self.picture = widgets.Image(format="png", layout=widgets.Layout(width="100%"))
        self.chance, self.table, self.sources = (widgets.HTML() for _ in range(3))
        self.status, self.progress = widgets.HTML(), widgets.HTML()
        self.settings = widgets.VBox()
        for part, css_class in (
            (self.picture, "desk-picture"), (self.chance, "desk-chance"),
            (self.table, "desk-table"), (self.status, "desk-status"),
            (self.progress, "desk-progress"),
        ):  # fmt: skip
            part.add_class(css_class)
        self.questions = Questions(self.desk, self.runner, self._guard, self._apply)
        columns = [
            widgets.VBox(
                parts, layout=widgets.Layout(flex=flex, min_width="300px", overflow="hidden")
            )
            for parts, flex in (
                ([self.picture, self.chance, self.sources], "4 1 440px"),
                ([self.settings, self._build_history()], "3 1 320px"),
            )
        ]
        self.workplace = widgets.VBox([create_row(columns), self.questions])
        self.files = ScenarioFiles(
            self.desk, self._guard, self._draw_pictures, self._show_saved, self._import_scenario
        )
        region = report.name("regions", self.desk.plan.region)
        title = report.gettext("{region}: the planner's desk", region=region)
        below = report.gettext("All indicators with these settings")
        previous = tuple(self.children)
        self.children = [
            widgets.HTML(f"{HEAD}<h2>{safe(title)}</h2>"),
            self._build_choices(),
            self._build_status(),
            self.workplace,
            self.files,
            self._build_figures(),
            widgets.HTML(f"<h3>{safe(below)}</h3>"),
            self.table,
        ]
        serialise_callbacks([self])
        close_widgets(previous)
        self._show_status("" if self.desk.chosen is not None else report.gettext(NO_TARGET))
        self._show_target()

    def _build_choices(self) -> widgets.Widget:
        desk, report = self.desk, self.desk.report
        gettext = report.gettext
        regions = [(report.name("regions", region), region) for region in desk.regions]
        names = [(language_name(code), code) for code in languages()]
        self.region = create_dropdown(gettext("Region"), regions, desk.plan.region, "desk-region")
        self.language = create_dropdown(gettext("Language"), names, desk.language, "desk-language")
        self.day = widgets.DatePicker(
            description=gettext("As of"), value=dt.date.fromisoformat(desk.plan.as_of)
        )
        self.day.add_class("desk-day")
        indicators = [(name_indicator(desk, i), i) for i in desk.indicators]
        chosen = None if desk.chosen is None else str(desk.chosen["indicator"])
        self.indicator = create_dropdown(gettext("Indicator"), indicators, chosen, "desk-indicator")
        self.target = create_dropdown(gettext("Target"), [], None, "desk-target")
        self.scenario = create_dropdown(
            gettext("Base scenario"), self._list_scenarios(), desk.base.name, "desk-scenario"
        )
        first = math.floor(min([*desk.plan.observations["year"], float(desk.paths.years[0])]))
        last = int(desk.paths.years[-1])
        self.years = widgets.IntRangeSlider(
            description=gettext("Years"), min=first, max=last, value=(first, last),
            style={"description_width": "auto"},
        )  # fmt: skip
        self.years.add_class("desk-years")
        callbacks: dict[widgets.Widget, Callable[[Any], None]] = {
            self.region: self._reopen, self.day: self._reopen, self.language: self._set_language,
            self.indicator: self._choose_indicator, self.target: self._choose_target,
            self.scenario: self._load_scenario, self.years: self._redraw,
        }  # fmt: skip
        for part, callback in callbacks.items():
            part.observe(partial(self._value_changed, callback), "value")
        return create_row(list(callbacks))

    def _list_scenarios(self) -> list[tuple[str, str]]:
        desk = self.desk
        names = dict.fromkeys([*desk.shipped, *desk.saved, desk.base.name])
        return [(desk.report.scenario(name), name) for name in names]

    def _build_status(self) -> widgets.Widget:
        self.cancel = self._button(N_("Cancel"), "desk-cancel", self._cancel)
        self.cancel.disabled = True
        return create_row([self.cancel, self.progress, self.status])

    def _build_history(self) -> widgets.Widget:
        return create_row(
            [
                self._button(N_("Undo"), "desk-undo", lambda: self._step(self.desk.undo())),
                self._button(N_("Redo"), "desk-redo", lambda: self._step(self.desk.redo())),
                self._button(N_("Reset"), "desk-reset", self._reset),
            ]
        )

    def _build_figures(self) -> widgets.Widget:
        self.figures = FigureForm(self.desk, self._guard, self._use_figures, self._figures)
        title = self.desk.report.gettext("Your own figures")
        # An accordion could only be opened with a mouse.
        opener = widgets.ToggleButton(
            description=title, tooltip=title, value=self._figures is not None,
            layout=widgets.Layout(width="auto"),
        )  # fmt: skip
        opener.add_class("desk-figures")
        opener.observe(lambda event: self._show_figures(event["new"]), "value")
        self._show_figures(opener.value)
        return widgets.VBox([opener, self.figures])

    def _show_figures(self, shown: bool) -> None:
        self.figures.layout.display = "flex" if shown else "none"

    def _button(self, text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
        gettext = self.desk.report.gettext
        return create_button(gettext(text), css_class, lambda: self._guard(pressed))

    # Display.

    def _show_target(self) -> None:
        """Show the chosen target: its years, its controls, its chart."""
        desk, report = self.desk, self.desk.report
        self.workplace.layout.display = "none" if desk.chosen is None else "flex"
        if desk.chosen is None:
            self._refresh()
            return
        targets = desk.targets_of(str(desk.chosen["indicator"]))
        levers = [c for c in desk.controls if c.kind != "assumption"]
        assumptions = [c for c in desk.controls if c.kind == "assumption"]
        with self._without_callbacks():
            self.target.options = [
                (report.format_dated_target(t), i) for i, t in targets.iterrows()
            ]
            self.target.value = desk.chosen.name
            self.questions.offer_levers(levers)
        self.controls = {c.name: self._create_control(c) for c in desk.controls}
        groups = []
        for key, group in (("levers", levers), ("assumptions", assumptions)):
            if group:
                head = widgets.HTML(paragraph(report.gettext(GROUPS[key]), strong=True))
                groups.append(widgets.VBox([head, *(self.controls[c.name] for c in group)]))
                groups[-1].add_class(f"desk-{key}")
        notes = [widgets.HTML(paragraph(line)) for line in describe_missing_inputs(desk)]
        previous, self.settings.children = self.settings.children, [*groups, *notes]
        serialise_callbacks([self.settings])
        close_widgets(previous)
        self._create_chart()
        self._refresh()

    def _create_control(self, control: Control) -> SettingControl:
        desk = self.desk
        texts = (name_setting(desk, control.name), format_limits(desk, control),
                 desk.report.gettext("set"))  # fmt: skip
        return SettingControl(control, texts, self._set, self._show_clipped)

    def _create_chart(self) -> None:
        self.baseline = self.desk.baseline_answer()
        self.chart = create_chart(self.desk, self.baseline, self.years.value)
        self.sources.value = render_sources(self.desk)

    def _refresh(self) -> None:
        """Show the settings and everything that follows from them."""
        self.questions.clear()
        self._show_choices()
        if self.desk.chosen is not None:
            with self._without_callbacks():
                for name, control in self.controls.items():
                    control.show(self.desk.value(name))
            self._show_answer()
        self._show_table()

    def _show_choices(self) -> None:
        """Reset the lists at the top to the state of the desk."""
        with self._without_callbacks():
            self.region.value = self.desk.plan.region
            self.day.value = dt.date.fromisoformat(self.desk.plan.as_of)
            self.scenario.options = self._list_scenarios()
            self.scenario.value = self.desk.base.name
            self.files.load.value = ()

    def _show_answer(self) -> None:
        answer = self.desk.answer()
        self.picture.value = self.chart.draw(answer, self.baseline.p_reach)
        self.chance.value = render_answer(self.desk, answer, self.baseline)

    def _show_table(self) -> None:
        def render() -> None:
            self.table.value = render_settings(self.desk) + render_table(self.desk)

        self._guard(render)

    # Callbacks of the settings.

    def _set(self, name: str, value: float | None) -> None:
        self.runner.cancel()
        self._guard(lambda: self._change_setting(name, value))

    def _change_setting(self, name: str, value: float | None) -> None:
        self.desk.set(name, value)
        self.questions.clear()
        self._show_answer()
        self.runner.debounce(TABLE_DELAY, self._show_table)
        self.runner.debounce(STEP_DELAY, self._end_step)

    def _show_clipped(self, name: str) -> None:
        limits = format_limits(self.desk, self.desk.control(name))
        text = self.desk.report.gettext(CLIPPED, name=name_setting(self.desk, name), limits=limits)
        self._show_status(text)

    def _end_step(self) -> None:
        self.desk.end_step()

    def _step(self, done: bool) -> None:
        self.runner.cancel()
        if not done:
            self._show_status(self.desk.report.gettext("Nothing to undo or redo."))
        self._refresh()

    def _reset(self) -> None:
        self.desk.reset()
        self._step(done=True)

    def _apply(self, lever: str, value: float) -> None:
        """Set a lever to the value that a goal seek found, as a step of its own."""
        self.desk.end_step()
        self.desk.set(lever, value)
        self.desk.end_step()
        self._refresh()

    # Callbacks of the lists at the top.

    def _choose_indicator(self, indicator: str) -> None:
        self.runner.cancel()
        self.desk.choose(indicator)
        self._show_target()

    def _choose_target(self, row: int) -> None:
        assert self.desk.chosen is not None
        self.runner.cancel()
        self.desk.choose(str(self.desk.chosen["indicator"]), row)
        self._show_target()

    def _load_scenario(self, name: str) -> None:
        self.runner.cancel()
        self.desk.load(name)
        self._refresh()

    def _redraw(self, _years: tuple[int, int]) -> None:
        self._create_chart()
        self._show_answer()

    def _set_language(self, language: str) -> None:
        self.runner.cancel()
        self.desk.language = language
        self._figures = self.figures.figures
        self._build()

    def _reopen(self, _value: Any) -> None:
        """Open the desk of another region or date in the background."""
        if self.day.value is not None:
            changes = {"region": self.region.value, "as_of": self.day.value.isoformat()}
            self.runner.submit(partial(self.desk.reopen, **changes), self._replace_desk)

    def _replace_desk(self, desk: Desk) -> None:
        self.desk, self._figures = desk, None
        self._build()

    # Callbacks of the files.

    def _draw_pictures(self) -> dict[str, bytes]:
        answer = self.desk.answer()
        return {
            "picture.png": self.chart.draw(answer, self.baseline.p_reach),
            "picture_print.png": self.chart.draw_for_print(answer, self.baseline.p_reach),
        }

    def _show_saved(self, folder: Path) -> None:
        self._show_choices()
        self._show_status(self.desk.report.gettext("Saved to: {folder}", folder=folder))

    def _import_scenario(self, name: str, content: bytes) -> None:
        self.runner.cancel()
        self.desk.import_scenario(name, content)
        self._refresh()

    def _use_figures(self, figures: FigureImport) -> None:
        self.runner.submit(partial(self.desk.with_figures, figures), self._show_desk_with_figures)

    def _show_desk_with_figures(self, desk: Desk) -> None:
        self._replace_desk(desk)
        text = N_("Your own figures are used. Tables: {folder}")
        self._show_status(desk.report.gettext(text, folder=desk.plan.folder))

    # Status, progress and errors.

    def _value_changed(self, callback: Callable[[Any], None], event: Any) -> None:
        if not self._silent:
            self._guard(lambda: callback(event["new"]))

    @contextmanager
    def _without_callbacks(self) -> Iterator[None]:
        before, self._silent = self._silent, True
        try:
            yield
        finally:
            self._silent = before

    def _guard(self, callback: Callable[[], None]) -> None:
        """Call a function; on an error show it, and the desk as it is."""
        try:
            callback()
        except Exception as error:
            self._show_error(error)

    def _show_error(self, error: Exception) -> None:
        self._show_choices()
        self.status.value = render_error(self.desk, error)

    def _show_status(self, text: str) -> None:
        self.status.value = f'<div role="status" aria-live="polite">{safe(text)}</div>'

    def _show_progress(self, share: float | None) -> None:
        running = share is not None
        self.cancel.disabled = not running
        self.progress.value = render_progress(self.desk, share) if share is not None else ""
        self._show_status(self.desk.report.gettext("Working …") if running else "")

    def _cancel(self) -> None:
        self.runner.cancel()
        self._show_choices()
        self._show_status(self.desk.report.gettext("Cancelled; the settings are unchanged."))
