"""The planner's desk as a panel of widgets: move a slider and see the probability change.

The panel connects a `session.Desk` with widgets, which are built once: another language, region or
date changes what they show, and the focus stays. Chart and probability follow each move of a
slider, the table follows when the slider rests. Longer computations run in the background, show
their progress, and are cancelled by a button or a change of the settings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ..i18n.catalog import N_
from ..intake.figure_import import FigureImport
from ..reports.html import safe
from ..scenarios.declarations import Range
from ..tables.calendar import FIRST_YEAR, LAST_YEAR
from .background import BackgroundRunner
from .choices import Choices, is_whole
from .frontend import Chart, PageLink, SettingsForm
from .markup import paragraph
from .plan_form import PlanForm
from .questions import Questions
from .scenario_files import ScenarioFiles
from .session import Desk
from .state import History
from .text import (
    describe_chart,
    describe_control,
    describe_missing_inputs,
    format_limits,
    name_outcome,
    name_setting,
    render_answer,
    render_beside,
    render_error,
    render_progress,
    render_settings,
    render_sources,
    render_table,
)
from .upload import FigureForm
from .visit import LOST, Visit
from .widgets import Texts, create_button, create_row

__all__ = ["Panel", "open_desk"]

TABLE_DELAY, STEP_DELAY, DAY_DELAY = 0.12, 1.0, 0.8
"""Seconds without a change after which the table follows, a step ends, and a typed date counts."""
MOST_KEPT = 40
"""Largest number of steps that a browser keeps."""

NO_TARGET = N_(
    "No target is open for a forecast on this date. Choose another date, or add figures below."
)
NO_CHANCE = N_(
    "No target of this region has a chance on this date: one figure of an indicator is too few. "
    "Add earlier figures below, or choose another region."
)
GROUPS = {
    "levers": N_("Levers: what you decide. A year, on top of the present trend; 0 is no change."),
    "assumptions": N_(
        "Assumptions: what you do not decide. If not set, they are drawn from the range shown."
    ),
}
CLIPPED = N_("{name}: outside the limits ({limits}); the nearest value was set.")
NO_DAY = N_("Enter a day of the years {first} to {last}.")
ON_SERVER = N_("your folder on this server")
OWN_FIGURES = N_("Your own figures are used. Tables: {folder}")
OWN_PLAN = N_("Your own plan is used. Tables: {folder}")


def open_desk(region: str | None = None, **options: Any) -> Panel:
    """Open the desk of a region's plan.

    Parameters
    ----------
    region : a region with a plan; None takes one with a target that has a chance
    options : data, as_of, language, draws, seed, until, folder and local, as in `Desk.open`

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
        self.texts = Texts()
        self._working = self._entered = False
        self._turn: Any = None
        self._build()
        self.show()

    # Building: once. What a part shows is set by the methods `show` and `_show_…`.

    def _build(self) -> None:
        desk = self._find_desk
        self.visit = Visit(desk, self._guard, self._follow, lambda: self.choices.show(self.desk))
        self.page = PageLink({"start": self.visit.start, "go": self.visit.go})
        self.chart, self.form = Chart(), SettingsForm(self._set, self.runner.call)
        names = ("title", "chance", "table", "sources", "status", "progress", "notes", "beside",
                 "below")  # fmt: skip
        for name in names:
            part = widgets.HTML()
            part.add_class(f"desk-{name}")
            setattr(self, name, part)
        self.chart.add_class("desk-picture")
        self.form.add_class("desk-settings")
        self.questions = Questions(desk, self.runner, self._guard, self._apply, self._show_address)
        self.files = ScenarioFiles(desk, self._guard, self.runner, self._show_saved, self._refresh)
        self.figures = FigureForm(
            desk, self._guard, self._use_figures, partial(self._open, tables=""), self._show_address
        )
        self.plans = PlanForm(
            desk, self._guard, self.runner, partial(self._show_own, OWN_PLAN), self._show_address
        )
        callbacks: dict[str, Callable[[Any], None]] = {
            "region": lambda region: self._open(region=region), "day": self._choose_day,
            "language": self._set_language, "indicator": self._choose_indicator,
            "target": self._choose_target, "scenario": self._load_scenario,
            "years": self._set_years, "beside": self._choose_beside,
        }  # fmt: skip
        self.choices = Choices(callbacks, self._guard)
        columns = [
            widgets.VBox(parts, layout=widgets.Layout(flex=flex, min_width="0", overflow="hidden"))
            for parts, flex in (
                ([self.chart, self.sources], "4 1 440px"),
                ([self.form, self.notes, self._build_history()], "3 1 300px"),
            )
        ]
        self.workplace = widgets.VBox([create_row(columns), self.questions, self.beside])
        sight = widgets.VBox([self.chance, self._build_status()])
        sight.add_class("desk-sight")
        top, below = [self.page, self.title, self.choices, sight], [self.below, self.table]
        self.children = [*top, self.workplace, self.files, self._build_figures(), *below]

    def _build_status(self) -> widgets.Widget:
        self.cancel = self._button(N_("Cancel"), "desk-cancel", self._cancel)
        self.cancel.disabled = True
        return create_row([self.cancel, self.visit, self.progress, self.status])

    def _build_history(self) -> widgets.Widget:
        return create_row([
            self._button(N_("Undo"), "desk-undo", lambda: self._step(-1)),
            self._button(N_("Redo"), "desk-redo", lambda: self._step(1)),
            self._button(N_("Reset"), "desk-reset", self._reset),
        ])  # fmt: skip

    def _build_figures(self) -> widgets.Widget:
        # An accordion could only be opened with a mouse.
        self.opener = widgets.ToggleButton(layout=widgets.Layout(width="auto"))
        title = N_("Your own figures, or a plan of your own")
        self.texts.add(self.opener, description=title, tooltip=title)
        self.opener.add_class("desk-figures")
        self.opener.observe(lambda _: self._show_opened(), "value")
        self._show_opened()
        return widgets.VBox([self.opener, self.figures, self.plans])

    def _button(self, text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
        return create_button(self.texts, text, css_class, lambda: self._guard(pressed))

    def _find_desk(self) -> Desk:
        return self.desk

    # Display.

    def show(self) -> None:
        """Show the desk in its language: its lists, its target, its answers."""
        gettext = self.desk.report.gettext
        self.texts.show(gettext)
        region = self.desk.report.name("regions", self.desk.plan.region)
        title = gettext("{region}: the planner's desk", region=region)
        self.title.value = f"<h1>{safe(title)}</h1>"
        below = gettext("All indicators with these settings")
        self.below.value = f"<h2>{safe(below)}</h2>"
        self.page.title, self.page.language = title, self.desk.language
        self.page.lost = {why: gettext(text) for why, text in LOST.items()}
        self.files.show()
        self.figures.show()
        self._show_target()

    def _show_target(self) -> None:
        """Show the chosen target: its years, its controls, its chart."""
        self._drawn = self._find_drawn()
        desk, report = self.desk, self.desk.report
        open_target = desk.chosen is not None
        self.workplace.layout.display = "flex" if open_target else "none"
        if not open_target:
            self._show_status(report.gettext(NO_TARGET))
        elif not desk.clear_indicators:
            self._show_status(report.gettext(NO_CHANCE))
        self.opener.value |= not desk.clear_indicators
        if open_target:
            kinds = {"levers": ("pace", "lever"), "assumptions": ("assumption",)}
            self.form.groups = [
                {"key": key, "title": report.gettext(GROUPS[key]), "items": items}
                for key, of in kinds.items()
                if (items := [describe_control(desk, c) for c in desk.controls if c.kind in of])
            ]
            self.notes.value = "".join(map(paragraph, describe_missing_inputs(desk)))
            self.sources.value = render_sources(desk)
            self._describe_chart()
        self._refresh()

    def _describe_chart(self) -> None:
        self.baseline = self.desk.baseline_answer()
        self.spec = describe_chart(self.desk, self.baseline)
        self.chart.spec = self.spec.describe()

    def _refresh(self) -> None:
        """Show the settings of the desk, and the answers to them."""
        self.choices.show(self.desk)
        if self.desk.chosen is not None:
            self.form.values = {c.name: self._shown(c.name) for c in self.desk.controls}
            self._show_answer()
            self.questions.show()
        entered = bool(self.desk.state.rows or self.desk.state.reading)
        self.opener.value |= entered and not self._entered  # as after a reload
        self._entered = entered
        self._attempt(self.figures.follow)
        self._attempt(self.plans.show)
        self._show_table()
        self._show_address()

    def _shown(self, name: str) -> list[Any]:
        """Return the value that a setting shows, and whether it is set; of a range the middle."""
        control, value = self.desk.control(name), self.desk.value(name)
        unset = control.upper if control.declared is None else control.declared.central
        shown = value.central if isinstance(value, Range) else unset if value is None else value
        inside = min(max(shown, control.lower), control.upper)
        return [round(inside, 10), value is not None]

    def _show_answer(self) -> None:
        desk = self.desk
        outcomes = desk.outcomes()
        answer, *_ = outcomes.values()
        others = {name_outcome(desk, name): outcomes[name] for name in [*outcomes][2:]}
        self.chart.answer = self.spec.answer(answer, self.baseline.p_reach, others)
        self.chance.value = render_answer(desk, answer, self.baseline)
        self.beside.value = render_beside(desk, outcomes)
        self.page.spoken = self.chart.answer["chance"]

    def _show_table(self) -> None:
        self._attempt(self._render_table)

    def _render_table(self) -> None:
        self.table.value = render_settings(self.desk) + render_table(self.desk)

    def _show_address(self) -> None:
        """Give the browser the address of the state, and the history to keep."""
        state = self.desk.state
        turn = (*state.world, state.indicator, state.row)
        if turn != self._turn:
            self._turn = turn
            self.page.turns += 1
        if len(self.desk.history.states) > 1:
            self.page.kept = self.desk.history.addresses(MOST_KEPT)
        self.page.address = state.address()

    def _show_opened(self) -> None:
        for form in (self.figures, self.plans):
            form.layout.display = "flex" if self.opener.value else "none"
        self._attempt(self.plans.show)

    # Callbacks of the settings.

    def _set(self, name: str, value: float | None) -> None:
        self.runner.cancel()
        self._show_status("")
        self._attempt(partial(self._change_setting, name, value))

    def _change_setting(self, name: str, value: float | None) -> None:
        control = self.desk.control(name)
        inside = None if value is None else min(max(value, control.lower), control.upper)
        self.desk.set(name, inside)
        self.form.values = {**self.form.values, name: self._shown(name)}
        if inside != value:
            limits = format_limits(self.desk, control)
            gaps = {"name": name_setting(self.desk, name), "limits": limits}
            self._show_status(self.desk.report.gettext(CLIPPED, **gaps))
        self.questions.show()
        self._show_answer()
        self._show_address()
        self.runner.debounce(TABLE_DELAY, self._show_table)
        self.runner.debounce(STEP_DELAY, self.desk.end_step)

    def _step(self, by: int) -> None:
        if self._working:
            self._cancel()  # the step that is being made is the last one
            return
        history = self.desk.history.moved(by)
        if history is None:
            self._show_status(self.desk.report.gettext("Nothing to undo or redo."))
        else:
            self._follow(history)

    def _reset(self) -> None:
        self.runner.cancel()
        self.desk.reset()
        self._refresh()

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
        self.runner.cancel()
        self.desk.choose(self.desk.state.indicator, row)
        self._show_target()

    def _load_scenario(self, name: str) -> None:
        self.runner.cancel()
        self.desk.load(name)
        self._refresh()

    def _choose_beside(self, names: list[str]) -> None:
        self.desk.show_beside(names)
        self._refresh()

    def _set_years(self, years: tuple[int, int]) -> None:
        self.desk.change("years", years=years)
        self._describe_chart()
        self._refresh()

    def _set_language(self, language: str) -> None:
        self.runner.cancel()
        self.desk.language = language
        self.show()

    def _choose_day(self, _day: dt.date) -> None:
        self.runner.debounce(DAY_DELAY, self._open_day)

    def _open_day(self) -> None:
        typed = self.choices.day.value
        if typed is None or typed.isoformat() == self.desk.plan.as_of:
            return
        if is_whole(typed):
            self._open(as_of=typed.isoformat())
        else:
            self._show_status(self.desk.report.gettext(NO_DAY, first=FIRST_YEAR, last=LAST_YEAR))

    # Other regions, dates, tables: a desk that is opened in the background.

    def _open(self, **changes: Any) -> None:
        self.runner.submit(partial(self.desk.reopen, **changes), self._replace_desk)

    def _follow(self, history: History) -> None:
        """Go to a state of a history, in the background where another desk has to be opened."""
        if self.desk.holds(history.current):
            self._replace_desk(self.desk.follow(history))
        else:
            self.runner.submit(partial(self.desk.follow, history), self._replace_desk)

    def _replace_desk(self, desk: Desk) -> None:
        self.desk = desk
        if self._find_drawn() == self._drawn:
            self._refresh()
        else:
            self.show()

    def _find_drawn(self) -> tuple[object, ...]:
        """Return what titles, lists, controls and the frame of the chart depend on."""
        state = self.desk.state
        return (*state.world, state.language, state.indicator, state.row, state.years)

    def _use_figures(self, figures: FigureImport) -> None:
        show = partial(self._show_own, OWN_FIGURES)
        self.runner.submit(partial(self.desk.with_figures, figures), show)

    def _show_own(self, text: str, desk: Desk) -> None:
        self._replace_desk(desk)
        self._show_status(desk.report.gettext(text, folder=self._place(desk.plan.folder)))

    # Status, progress and errors.

    def _show_saved(self, folder: Path) -> None:
        self._refresh()  # what was saved may be shown beside
        place = self._place(folder)
        self._show_status(self.desk.report.gettext("Saved to: {folder}", folder=place))

    def _place(self, folder: object) -> object:
        """Return how a folder is named to those who use the desk."""
        return folder if self.desk.local else self.desk.report.gettext(ON_SERVER)

    def _guard(self, callback: Callable[[], None]) -> None:
        """Call what a person did in its turn; an earlier message goes, an error is shown."""

        def call() -> None:
            self._show_status("")
            self._attempt(callback)

        self.runner.call(call)

    def _attempt(self, callback: Callable[[], None]) -> None:
        """Call a function; on an error show it, and the desk as it is."""
        try:
            callback()
        except Exception as error:
            self._show_error(error)

    def _show_error(self, error: Exception) -> None:
        self.choices.show(self.desk)
        self.status.value = render_error(self.desk, error)

    def _show_status(self, text: str) -> None:
        self.status.value = f'<div role="status" aria-live="polite">{safe(text)}</div>'

    def _show_progress(self, share: float | None) -> None:
        running = share is not None
        self.cancel.disabled = not running
        self.progress.value = render_progress(self.desk, share) if share is not None else ""
        if running or self._working:
            self._show_status(self.desk.report.gettext("Working …") if running else "")
        self._working = running

    def _cancel(self) -> None:
        self.runner.cancel()
        self.choices.show(self.desk)
        self._show_status(self.desk.report.gettext("Cancelled; the settings are unchanged."))
