"""The planner's desk as a panel of widgets: move a slider and see the chance change.

The panel only binds a `desk.Desk` to widgets. What is quick is done at once, for the newest
position of a slider; the table follows when the slider rests; what takes longer is done aside,
shows how far it is, and ends where it is cancelled or the settings have changed meanwhile.
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
import pandas as pd

from ..i18n.catalog import N_, languages
from ..i18n.formatting import language_name, probability
from ..intake import FigureImport
from ..reports.html import paragraph, safe
from ..scenarios.goal_seeking import GoalSeek
from .background import BackgroundRunner
from .session import Desk
from .settings import Control
from .text import (
    name_indicator,
    name_setting,
    sketch_of,
    tell_chance,
    tell_fault,
    tell_files,
    tell_found,
    tell_lacking,
    tell_limits,
    tell_progress,
    tell_settings,
    tell_sources,
    tell_table,
    tell_tornado,
)
from .upload import Entries
from .widgets import (
    HEAD,
    SettingControl,
    button,
    choice,
    close_widgets,
    row_of,
    serialise_callbacks,
)

__all__ = ["Panel", "open_desk"]

REST, PAUSE = 0.12, 1.0
"""Seconds without a change after which the table follows, and after which a step is over."""
CHANCES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def open_desk(region: str = "lishui", **asked: Any) -> Panel:
    """Open the desk of a region's plan.

    Parameters
    ----------
    region : a region with a plan
    asked : data, as_of, language, draws, seed, until and folder, as `Desk.open` has them

    Examples
    --------
    >>> panel = open_desk("lishui", as_of="2022-12-31", language="en", draws=200)
    >>> panel.desk.plan.region, "%" in panel.chance.value
    ('lishui', True)
    """
    return Panel(Desk.open(region, **asked))


class Panel(widgets.VBox):  # type: ignore[misc]
    """Widgets of a desk; every text is in the desk's language."""

    children: Any

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.add_class("desk")
        self.desk = desk
        self._quiet = False
        self.runner = BackgroundRunner(self._busy, self._fail)
        self._found: GoalSeek | None = None
        self._intake: FigureImport | None = None
        self._build()

    # Building: everything anew for another region, day or language.

    def _build(self) -> None:
        told = self.desk.told
        gettext, region = told.gettext, told.name("regions", self.desk.plan.region)
        self.picture = widgets.Image(format="png", layout=widgets.Layout(width="100%"))
        self.chance, self.table, self.sources = (widgets.HTML() for _ in range(3))
        self.status, self.result, self.progress = (widgets.HTML() for _ in range(3))
        self.settings = widgets.VBox()
        for part, mark in (
            (self.picture, "picture"), (self.chance, "chance"), (self.table, "table"),
            (self.status, "status"), (self.result, "result"), (self.progress, "progress"),
        ):  # fmt: skip
            part.add_class(f"desk-{mark}")
        sides = [
            widgets.VBox(
                parts, layout=widgets.Layout(flex=basis, min_width="300px", overflow="hidden")
            )
            for parts, basis in (
                ([self.picture, self.chance, self.sources], "4 1 440px"),
                ([self.settings, self._build_steps()], "3 1 320px"),
            )
        ]
        self.workplace = widgets.VBox([row_of(sides), self._build_questions(), self.result])
        shown = tuple(self.children)
        title, below = (
            gettext("{region}: the planner's desk").format(region=region),
            gettext("All indicators as things are set"),
        )
        self.children = [
            widgets.HTML(f"{HEAD}<h2>{safe(title)}</h2>"),
            self._build_choices(),
            self._build_status(),
            self.workplace,
            self._build_files(),
            self._build_entries(),
            widgets.HTML(f"<h3>{safe(below)}</h3>"),
            self.table,
        ]
        serialise_callbacks([self])
        close_widgets(shown)
        self._say(
            ""
            if self.desk.chosen is not None
            else gettext(
                "On this day no target is open for a forecast: choose another day, or add figures."
            )
        )
        self._place_target()

    def _build_choices(self) -> widgets.Widget:
        desk, told = self.desk, self.desk.told
        gettext = told.gettext
        regions = [(told.name("regions", r), r) for r in desk.regions]
        names = [(language_name(code), code) for code in languages()]
        self.region = choice(gettext("Region"), regions, desk.plan.region, "desk-region")
        self.language = choice(gettext("Language"), names, desk.language, "desk-language")
        self.day = widgets.DatePicker(
            description=gettext("As of"), value=dt.date.fromisoformat(desk.plan.as_of)
        )
        self.day.add_class("desk-day")
        about = [(name_indicator(desk, i), i) for i in desk.indicators]
        chosen = None if desk.chosen is None else str(desk.chosen["indicator"])
        self.indicator = choice(gettext("Indicator"), about, chosen, "desk-indicator")
        self.target = choice(gettext("Target"), [], None, "desk-target")
        self.scenario = choice(
            gettext("Base scenario"), self._scenarios(), desk.base.name, "desk-scenario"
        )
        first = math.floor(min([*desk.plan.observations["year"], float(desk.paths.years[0])]))
        last = int(desk.paths.years[-1])
        self.years = widgets.IntRangeSlider(
            description=gettext("Years"), min=first, max=last, value=(first, last),
            style={"description_width": "auto"},
        )  # fmt: skip
        self.years.add_class("desk-years")
        for part, act in (
            (self.region, self._go_to), (self.day, self._go_to), (self.language, self._speak),
            (self.indicator, self._ask), (self.target, self._aim), (self.scenario, self._base),
            (self.years, self._sketch_again),
        ):  # fmt: skip
            part.observe(partial(self._hear, act), "value")
        return row_of([self.region, self.language, self.day, self.indicator, self.target,
                     self.scenario, self.years])  # fmt: skip

    def _scenarios(self) -> list[tuple[str, str]]:
        desk = self.desk
        listed = list(dict.fromkeys([*desk.shipped, *desk.saved, desk.base.name]))
        return [(desk.told.scenario(name), name) for name in listed]

    def _build_status(self) -> widgets.Widget:
        self.cancel = self._button("cancel", N_("Cancel"), self._cancel)
        self.cancel.disabled = True
        return row_of([self.cancel, self.progress, self.status])

    def _build_steps(self) -> widgets.Widget:
        self.undo = self._button("undo", N_("Undo"), lambda: self._step(self.desk.undo()))
        self.redo = self._button("redo", N_("Redo"), lambda: self._step(self.desk.redo()))
        self.reset = self._button("reset", N_("Reset"), self._reset)
        return row_of([self.undo, self.redo, self.reset])

    def _build_questions(self) -> widgets.Widget:
        gettext, language = self.desk.told.gettext, self.desk.language
        self.lever = choice(gettext("Lever"), [], None, "desk-lever")
        chances = [(probability(p, language), p) for p in CHANCES]
        self.probability = choice(gettext("Chance wanted"), chances, 0.8, "desk-probability")
        self.seek = self._button("seek", N_("What would it take?"), self._seek)
        self.take = self._button("take", N_("Set it so"), self._take)
        self.take.disabled = True
        self.tornado = self._button("tornado", N_("What matters most?"), self._tornado)
        return row_of([self.lever, self.probability, self.seek, self.take, self.tornado])

    def _build_files(self) -> widgets.Widget:
        gettext = self.desk.told.gettext
        self.name = widgets.Text(description=gettext("Name"))
        self.name.add_class("desk-name")
        self.save = self._button("save", N_("Save scenario"), self._save)
        self.export = self._button("export", N_("Export picture, tables, parameters"), self._export)
        self.load = widgets.FileUpload(
            accept=".yaml,.yml",
            description=gettext("Open a scenario file"),
            tooltip=gettext("Open a scenario file"),
            layout=widgets.Layout(width="auto"),
        )
        self.load.add_class("desk-load")
        self.load.observe(partial(self._hear, self._load), "value")
        self.files = widgets.HTML()
        self.files.add_class("desk-files")
        return widgets.VBox([row_of([self.name, self.save, self.export, self.load]), self.files])

    def _build_entries(self) -> widgets.Widget:
        self.entries = Entries(self.desk, self._try, self._go_on, self._intake)
        title = self.desk.told.gettext("Own figures")
        # An accordion could only be opened by mouse.
        opener = widgets.ToggleButton(
            description=title, tooltip=title, value=self._intake is not None,
            layout=widgets.Layout(width="auto"),
        )  # fmt: skip
        opener.add_class("desk-figures")
        opener.observe(lambda event: self._open_entries(event["new"]), "value")
        self._open_entries(opener.value)
        return widgets.VBox([opener, self.entries])

    def _open_entries(self, wanted: bool) -> None:
        self.entries.layout.display = "flex" if wanted else "none"

    def _button(self, mark: str, text: str, act: Callable[[], None]) -> widgets.Button:
        return button(self.desk.told.gettext(text), f"desk-{mark}", lambda: self._try(act))

    # The target that is asked about, and its settings.

    def _place_target(self) -> None:
        """Show what belongs to the chosen target: its years, its settings, its picture."""
        desk, told = self.desk, self.desk.told
        self.workplace.layout.display = "none" if desk.chosen is None else "flex"
        if desk.chosen is None:
            self._refresh()
            return
        indicator = str(desk.chosen["indicator"])
        goals = desk.goals(indicator)
        with self._silent():
            self.target.options = [
                (told.format_dated_target(row), i) for i, row in goals.iterrows()
            ]
            self.target.value = desk.chosen.name
            controls = desk.controls
            free = [c for c in controls if c.kind != "assumption"]
            self.lever.options = [(name_setting(desk, c.name), c.name) for c in free]
            self.lever.value = free[-1].name if len(free) == 1 else free[1].name
        self.setters = {c.name: self._setter(c) for c in controls}
        groups = [("levers", free), ("assumptions", [c for c in controls if c not in free])]
        boxes = []
        for key, group in groups:
            if group:
                head = widgets.HTML(paragraph(told.label("desk", key), strong=True))
                box = widgets.VBox([head, *(self.setters[c.name] for c in group)])
                box.add_class(f"desk-{key}")
                boxes.append(box)
        lacking = [widgets.HTML(paragraph(line)) for line in tell_lacking(desk)]
        shown, self.settings.children = self.settings.children, [*boxes, *lacking]
        serialise_callbacks([self.settings])
        close_widgets(shown)
        self._draw_base()
        self._refresh()

    def _setter(self, control: Control) -> SettingControl:
        desk = self.desk
        texts = (name_setting(desk, control.name), tell_limits(desk, control),
                 desk.told.gettext("set"))  # fmt: skip
        return SettingControl(control, texts, self._set, self._tell_beyond)

    def _draw_base(self) -> None:
        """Begin a new picture for the target and the years chosen."""
        self.base = self.desk.base_answer()
        self.sketch = sketch_of(self.desk, self.base, self.years.value)
        self.sources.value = tell_sources(self.desk)

    def _show_choices(self) -> None:
        """Show the choices as the desk has them."""
        desk = self.desk
        with self._silent():
            self.region.value = desk.plan.region
            self.day.value = dt.date.fromisoformat(desk.plan.as_of)
            self.scenario.options = self._scenarios()
            self.scenario.value = desk.base.name
            self.load.value = ()

    # Answers.

    def _refresh(self) -> None:
        """Show everything that follows from the settings."""
        self._take_up(None)
        self._show_choices()
        if self.desk.chosen is not None:
            with self._silent():
                for name, setter in self.setters.items():
                    setter.show(self.desk.value(name))
            self._answer()
        self._tell()

    def _answer(self) -> None:
        answer = self.desk.answer()
        self.picture.value = self.sketch.draw(answer, self.base.p_reach)
        self.chance.value = tell_chance(self.desk, answer, self.base)

    # What a person does.

    def _set(self, name: str, value: float | None) -> None:
        self.runner.cancel()
        self._try(lambda: self._move(name, value))

    def _move(self, name: str, value: float | None) -> None:
        self.desk.set(name, value)
        self._take_up(None)
        self._answer()
        self.runner.debounce(REST, self._tell)
        self.runner.debounce(PAUSE, self._settle)

    def _tell_beyond(self, name: str) -> None:
        limits = tell_limits(self.desk, self.desk.control(name))
        self._say(
            self.desk.told.gettext(
                "{name}: beyond what can be set ({limits}); the nearest value was taken."
            ).format(name=name_setting(self.desk, name), limits=limits)
        )

    def _tell(self) -> None:
        """Tell of all indicators, and what is set."""

        def tell() -> None:
            self.table.value = tell_settings(self.desk) + tell_table(self.desk)

        self._try(tell)

    def _settle(self) -> None:
        self.desk.settle()

    def _step(self, done: bool) -> None:
        self.runner.cancel()
        if not done:
            self._say(self.desk.told.gettext("There is no such step."))
        self._refresh()

    def _reset(self) -> None:
        self.desk.reset()
        self._step(done=True)

    def _ask(self, indicator: str) -> None:
        self.runner.cancel()
        self.desk.choose(indicator)
        self._place_target()

    def _aim(self, row: int) -> None:
        assert self.desk.chosen is not None
        self.runner.cancel()
        self.desk.choose(str(self.desk.chosen["indicator"]), row)
        self._place_target()

    def _base(self, name: str) -> None:
        self.runner.cancel()
        self.desk.load(name)
        self._refresh()

    def _sketch_again(self, _years: tuple[int, int]) -> None:
        self._draw_base()
        self._answer()

    def _speak(self, language: str) -> None:
        self.runner.cancel()
        self.desk.language = language
        self._intake = self.entries.intake
        self._build()

    def _go_to(self, _value: Any) -> None:
        """Open the desk of another region or day, aside."""
        if self.day.value is not None:
            place = {"region": self.region.value, "as_of": self.day.value.isoformat()}
            self.runner.submit(partial(self.desk.elsewhere, **place), self._move_to)

    def _move_to(self, desk: Desk) -> None:
        self.desk, self._intake = desk, None
        self._build()

    def _seek(self) -> None:
        self.runner.submit(
            self.desk.asking(self.probability.value, self.lever.value), self._take_up
        )

    def _take_up(self, found: GoalSeek | None) -> None:
        """Show what a search found, ready to be taken."""
        self._found = found
        self.take.disabled = found is None or math.isnan(found.value)
        self.result.value = "" if found is None else paragraph(tell_found(self.desk, found))

    def _take(self) -> None:
        assert self._found is not None
        self.desk.settle()
        self.desk.set(self._found.levers[0], self._found.value)
        self.desk.settle()
        self._refresh()

    def _tornado(self) -> None:
        self.runner.submit(self.desk.weighing(), self._show_tornado)

    def _show_tornado(self, tornado: pd.DataFrame) -> None:
        self.result.value = tell_tornado(self.desk, tornado)

    def _save(self) -> None:
        name = self.name.value.strip()
        if not self.desk.fits(name):
            self._say(
                self.desk.told.gettext(
                    "Give a short name without commas or slashes that is not that of a "
                    "shipped scenario."
                )
            )
            return
        self._offer([self.desk.save(name)])
        self._show_choices()

    def _export(self) -> None:
        name = self.name.value.strip()
        if not self.desk.fits(name):
            self._say(
                self.desk.told.gettext(
                    "Give a short name without commas or slashes that is not that of a "
                    "shipped scenario."
                )
            )
            return
        answer = self.desk.answer()
        pictures = {
            "picture.png": self.sketch.draw(answer, self.base.p_reach),
            "picture_print.png": self.sketch.printed(answer, self.base.p_reach),
        }
        folder = self.desk.export(name, pictures)
        self._offer([folder.with_name(f"{name}.yaml"), *sorted(folder.glob("*.*"))])

    def _offer(self, files: list[Path]) -> None:
        """Say where files were written, and hand them over."""
        place = files[0].parent.absolute()
        self._say(self.desk.told.gettext("Written to: {place}").format(place=place))
        self.files.value = tell_files(files)

    def _load(self, uploaded: tuple[Any, ...]) -> None:
        if not uploaded:
            return
        name, content = str(uploaded[0]["name"]), bytes(uploaded[0]["content"])
        self.runner.cancel()
        self.desk.take_in(Path(name).name, content)
        self._refresh()

    def _go_on(self, intake: FigureImport) -> None:
        self.runner.submit(partial(self.desk.with_figures, intake), self._take_figures)

    def _take_figures(self, desk: Desk) -> None:
        self._move_to(desk)
        self._say(
            desk.told.gettext("Own figures taken. Tables: {place}").format(place=desk.plan.folder)
        )

    # Words, and what goes wrong.

    def _hear(self, act: Callable[[Any], None], event: Any) -> None:
        if not self._quiet:
            self._try(lambda: act(event["new"]))

    @contextmanager
    def _silent(self) -> Iterator[None]:
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    def _try(self, act: Callable[[], None]) -> None:
        """Do something; whatever goes wrong is said, and the desk shown as it is."""
        try:
            act()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._show_choices()
        self.status.value = tell_fault(self.desk, error)

    def _say(self, text: str) -> None:
        self.status.value = f'<div role="status" aria-live="polite">{safe(text)}</div>'

    def _busy(self, share: float | None) -> None:
        self.cancel.disabled = share is None
        self.progress.value = "" if share is None else tell_progress(self.desk, share)
        self._say("" if share is None else self.desk.told.gettext("Working …"))

    def _cancel(self) -> None:
        self.runner.cancel()
        self._show_choices()
        self._say(self.desk.told.gettext("Cancelled; what is set stays."))
