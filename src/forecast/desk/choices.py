"""The lists at the top of the desk: region, date, language, target, base scenario, years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets

from ..i18n.catalog import N_, languages
from ..i18n.formatting import language_name
from ..scenarios.scenario import BASELINE
from .session import Desk
from .state import MOST_COMPARED
from .text import name_indicator
from .widgets import Texts, create_dropdown, create_row, set_options

__all__ = ["Choices", "is_whole"]

FIRST_YEAR, LAST_YEAR = 1950, 2200
"""Years of dates that count: a year that is being typed begins with a zero."""
BESIDE = (N_("Scenario beside, 1"), N_("Scenario beside, 2"), N_("Scenario beside, 3"))


class Choices(widgets.VBox):  # type: ignore[misc]
    """Lists that show the state of a desk and report what is chosen.

    `callbacks` are called with the chosen value: region, day, language, indicator, target,
    scenario, years (first and last) and beside (names).
    """

    def __init__(
        self,
        callbacks: Mapping[str, Callable[[Any], None]],
        guard: Callable[[Callable[[], None]], None],
    ) -> None:
        self._callbacks, self._guard, self._silent = callbacks, guard, False
        self.texts = texts = Texts()
        self.region = create_dropdown(texts, N_("Region"), "desk-region")
        self.day = texts.add(widgets.DatePicker(), description=N_("As of"))
        self.day.add_class("desk-day")
        self.language = create_dropdown(texts, N_("Language"), "desk-language")
        self.indicator = create_dropdown(texts, N_("Indicator"), "desk-indicator")
        self.target = create_dropdown(texts, N_("Target"), "desk-target")
        self.scenario = create_dropdown(texts, N_("Base scenario"), "desk-scenario")
        self.first = create_dropdown(texts, N_("From year"), "desk-first")
        self.last = create_dropdown(texts, N_("To year"), "desk-last")
        self.beside = [
            create_dropdown(texts, text, f"desk-beside-{i}") for i, text in enumerate(BESIDE, 1)
        ]
        singles = ("region", "day", "language", "indicator", "target", "scenario")
        lists = [getattr(self, name) for name in singles]
        for name, part in zip(singles, lists, strict=True):
            self._watch(part, name, partial(getattr, part, "value"))
        for part in (self.first, self.last):
            self._watch(part, "years", self._read_years)
        for part in self.beside:
            self._watch(part, "beside", self._read_beside)
        super().__init__([create_row(lists), create_row([self.first, self.last, *self.beside])])
        self.add_class("desk-choices")

    def _read_years(self) -> tuple[int, ...]:
        return tuple(sorted((self.first.value, self.last.value)))

    def _read_beside(self) -> list[str]:
        return list(dict.fromkeys(part.value for part in self.beside if part.value))

    def _watch(self, part: widgets.Widget, name: str, read: Callable[[], Any]) -> None:
        """Report a value of a list once a person has chosen it."""

        def changed(event: Any) -> None:
            if not self._silent and event["new"] is not None:
                self._guard(lambda: self._callbacks[name](read()))

        part.observe(changed, "value")

    def show(self, desk: Desk) -> None:
        """Show the state of a desk, in its language."""
        self._silent = True
        try:
            self.texts.show(desk.report.gettext)
            self._show(desk)
        finally:
            self._silent = False

    def _show(self, desk: Desk) -> None:
        state, report = desk.state, desk.report
        regions = [(report.name("regions", region), region) for region in desk.regions]
        set_options(self.region, regions, desk.plan.region)
        set_options(self.language, [(language_name(c), c) for c in languages()], desk.language)
        self.day.value = dt.date.fromisoformat(desk.plan.as_of)
        indicators = [(name_indicator(desk, i), i) for i in desk.indicators]
        set_options(self.indicator, indicators, state.indicator)
        rows = desk.targets_of(state.indicator)
        goals = [(report.format_dated_target(row), i) for i, row in rows.iterrows()]
        set_options(self.target, goals, state.row)
        beside = [one.name for one in state.compared]
        names = dict.fromkeys([*desk.shipped, *desk.saved, desk.base.name, *beside])
        scenarios = [(report.scenario(name), name) for name in names]
        set_options(self.scenario, scenarios, desk.base.name)
        first, last = desk.all_years
        years = [(str(year), year) for year in range(first, last + 1)]
        for part, year in zip((self.first, self.last), state.years or (first, last), strict=True):
            set_options(part, years, year)
        others = [(label, name) for label, name in scenarios if name != BASELINE.name]
        chosen = [*beside, *[""] * MOST_COMPARED][:MOST_COMPARED]
        for part, name in zip(self.beside, chosen, strict=True):
            set_options(part, [(report.gettext("none"), ""), *others], name)


def is_whole(day: dt.date) -> bool:
    """Whether a date is typed to its end.

    >>> is_whole(dt.date(202, 12, 31)), is_whole(dt.date(2022, 12, 31))
    (False, True)
    """
    return FIRST_YEAR <= day.year <= LAST_YEAR
