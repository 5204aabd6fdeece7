"""Questions about the chosen target: a goal seek over one lever, and a tornado."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import ipywidgets as widgets
import pandas as pd

from ..i18n.catalog import N_
from ..scenarios.goal_seeking import GoalSeek
from .background import BackgroundRunner
from .markup import paragraph
from .session import Desk
from .settings import Control
from .text import describe_goal_seek, name_setting, render_tornado
from .widgets import create_button, create_dropdown, create_row

__all__ = ["Questions"]

PROBABILITIES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class Questions(widgets.VBox):  # type: ignore[misc]
    """Buttons that start a goal seek or a tornado in the background, and the result.

    Parameters
    ----------
    desk : whose chosen target and settings are asked about
    runner : runs the computations
    guard : calls a function and displays its error
    apply : called with a lever and the value that a goal seek found for it
    """

    def __init__(
        self,
        desk: Desk,
        runner: BackgroundRunner,
        guard: Callable[[Callable[[], None]], None],
        apply: Callable[[str, float], None],
    ) -> None:
        self._desk, self._runner, self._apply = desk, runner, apply
        self._found: GoalSeek | None = None
        report = desk.report

        def button(text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
            return create_button(report.gettext(text), css_class, lambda: guard(pressed))

        self.lever = create_dropdown(report.gettext("Lever"), [], None, "desk-lever")
        wanted = [(report.format_chance(p), p) for p in PROBABILITIES]
        self.probability = create_dropdown(
            report.gettext("Chance wanted"), wanted, 0.8, "desk-probability"
        )
        self.take = button(N_("Apply"), "desk-take", self._apply_found)
        self.result = widgets.HTML()
        self.result.add_class("desk-result")
        row = create_row(
            [
                self.lever,
                self.probability,
                button(N_("What would it take?"), "desk-seek", self._seek),
                self.take,
                button(N_("What matters most?"), "desk-tornado", self._compute_tornado),
            ]
        )
        super().__init__([row, self.result])
        self.clear()

    def offer_levers(self, controls: Sequence[Control]) -> None:
        """Offer levers; the first is the pace, and the one after it is selected."""
        self.lever.options = [(name_setting(self._desk, c.name), c.name) for c in controls]
        self.lever.value = controls[min(1, len(controls) - 1)].name

    def clear(self) -> None:
        """Remove the result: it no longer belongs to the settings."""
        self._found = None
        self.take.disabled = True
        self.result.value = ""

    def _seek(self) -> None:
        task = self._desk.prepare_seek(self.probability.value, self.lever.value)
        self._runner.submit(task, self._show_found)

    def _show_found(self, found: GoalSeek) -> None:
        self._found = found
        self.take.disabled = math.isnan(found.value)
        self.result.value = paragraph(describe_goal_seek(self._desk, found))

    def _apply_found(self) -> None:
        assert self._found is not None
        self._apply(self._found.levers[0], self._found.value)

    def _compute_tornado(self) -> None:
        self._runner.submit(self._desk.prepare_tornado(), self._show_tornado)

    def _show_tornado(self, tornado: pd.DataFrame) -> None:
        self.result.value = render_tornado(self._desk, tornado)
