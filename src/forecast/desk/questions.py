"""Questions about the chosen target: a goal seek over one lever, and a tornado.

A question is part of the state: its answer is shown as long as the state has it, and is computed
again where a state with a question returns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import pandas as pd

from ..i18n.catalog import N_
from ..scenarios.goal_seeking import GoalSeek
from .background import BackgroundRunner
from .markup import paragraph
from .session import Desk
from .text import describe_goal_seek, name_setting, render_tornado
from .widgets import Texts, create_button, create_dropdown, create_row, set_options

__all__ = ["Questions"]

PROBABILITIES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class Questions(widgets.VBox):  # type: ignore[misc]
    """Buttons that start a goal seek or a tornado in the background, and the result.

    Parameters
    ----------
    desk : returns the desk whose chosen target and settings are asked about
    runner : runs the computations
    guard : calls a function and displays its error
    apply : called with a lever and the value that a goal seek found for it
    changed : called after a question is asked or withdrawn
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        runner: BackgroundRunner,
        guard: Callable[[Callable[[], None]], None],
        apply: Callable[[str, float], None],
        changed: Callable[[], None],
    ) -> None:
        self._find_desk, self._runner, self._guard = desk, runner, guard
        self._apply, self._changed = apply, changed
        self._found: GoalSeek | None = None
        self._shown: Any = None
        self._silent = False
        self.texts = texts = Texts()

        def button(text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
            return create_button(texts, text, css_class, lambda: guard(pressed))

        self.lever = create_dropdown(texts, N_("Lever"), "desk-lever")
        self.probability = create_dropdown(texts, N_("Chance wanted"), "desk-probability")
        for part in (self.lever, self.probability):
            part.observe(lambda _: self._withdraw(), "value")
        self.take = button(N_("Apply"), "desk-take", self._apply_found)
        self.result = widgets.HTML()
        self.result.add_class("desk-result")
        seek = button(N_("What would it take?"), "desk-seek", lambda: self._ask("seek"))
        tornado = button(N_("What matters most?"), "desk-tornado", lambda: self._ask("tornado"))
        row = create_row([self.lever, self.probability, seek, self.take, tornado])
        super().__init__([row, self.result])

    @property
    def _desk(self) -> Desk:
        return self._find_desk()

    def show(self) -> None:
        """Show levers, the question of the state, and its answer; start a question without one."""
        desk, state = self._desk, self._desk.state
        self.texts.show(desk.report.gettext)
        names = [c.name for c in desk.controls if c.kind != "assumption"]
        chosen = state.lever if state.lever in names else names[min(1, len(names) - 1)]
        self._silent = True
        set_options(self.lever, [(name_setting(desk, name), name) for name in names], chosen)
        wanted = [(desk.report.format_chance(p), p) for p in PROBABILITIES]
        set_options(self.probability, wanted, state.wanted)
        self._silent = False
        if state == self._shown and state.question:
            return
        self._found, self._shown, self.take.disabled, self.result.value = None, state, True, ""
        if state.question == "seek":
            task = desk.prepare_seek(state.wanted, chosen)
            self._runner.submit(task, self._show_found)
        elif state.question == "tornado":
            self._runner.submit(desk.prepare_tornado(), self._show_tornado)

    def _withdraw(self) -> None:
        if not self._silent:
            self._guard(lambda: self._ask(""))

    def _ask(self, question: str) -> None:
        self._shown = None
        asked = {"lever": self.lever.value or "", "wanted": self.probability.value or 0.8}
        self._runner.cancel()
        self._desk.change("question", question=question, **asked)
        self.show()
        self._changed()

    def _show_found(self, found: GoalSeek) -> None:
        self._found = found
        self.take.disabled = math.isnan(found.value)
        self.result.value = paragraph(describe_goal_seek(self._desk, found))

    def _apply_found(self) -> None:
        assert self._found is not None
        self._apply(self._found.levers[0], self._found.value)

    def _show_tornado(self, tornado: pd.DataFrame) -> None:
        self.result.value = render_tornado(self._desk, tornado)
