"""What the page of a visitor says: who it is, what its address holds, what was open last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from ..i18n.catalog import N_
from ..i18n.formatting import day
from .session import Desk
from .state import History, read_address, read_history
from .storage import remove_old, visitor_folder

__all__ = ["LOST", "Visit"]

GO_ON = N_("Go on where you stopped: {region}, {day}")
LOST = {
    "late": N_(
        "The desk has not answered for some seconds. What is shown may be out of date; the page "
        "goes on by itself once the desk answers."
    ),
    "server": N_(
        "The server cannot be reached. What is shown may be out of date. Your settings are kept in "
        "the address of this page, which goes on by itself once the server answers again."
    ),
    "ended": N_("This desk has ended. It is opened again with your settings."),
    "notebook": N_(
        "The desk no longer answers. What is shown may be out of date. Run its cell again to go on."
    ),
}
"""What the page says when the desk does not answer, by what it knows of the reason."""


class Visit(widgets.Button):  # type: ignore[misc]
    """A button that goes on where a visitor stopped, and the messages of the page.

    Parameters
    ----------
    desk : returns the desk
    guard : calls a function and displays its error
    follow : called with a history to go to
    entered : called once the visitor, and so the folder of the desk, is known
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        guard: Callable[[Callable[[], None]], None],
        follow: Callable[[History], None],
        entered: Callable[[], None],
    ) -> None:
        super().__init__(layout=widgets.Layout(width="auto", display="none"))
        self._find_desk, self._guard, self._follow, self._entered = desk, guard, follow, entered
        self._before: list[str] = []
        self.add_class("desk-go-on")
        self.on_click(lambda _: guard(self._go_on))

    def start(self, message: Mapping[str, Any]) -> None:
        """Go to the state of the page's address; without one offer what was open last.

        On a server the desk uses the visitor's own folder, which the page's key names.
        """
        desk = self._find_desk()
        if not desk.local and message.get("visitor"):
            desk.folder = visitor_folder(desk.shared, str(message["visitor"]))
            remove_old(desk.folder)
            self._guard(self._entered)
        address, before = str(message["start"]).lstrip("#"), list(message.get("before") or [])
        if address:
            whole = before if before[-1:] == [address] else [address]
            self._guard(lambda: self._follow(read_history(whole)))
        elif before:
            self._guard(lambda: self._offer(before))

    def go(self, message: Mapping[str, Any]) -> None:
        """Go to the state of an address, after the browser's buttons."""
        state = str(message["go"])
        self._guard(lambda: self._follow(self._find_desk().history.change(read_address(state))))

    def _offer(self, before: list[str]) -> None:
        state, report = read_address(before[-1]), self._find_desk().report
        self._before = before
        facts = {"region": report.name("regions", state.region)}
        facts["day"] = day(state.as_of, report.language)
        self.description = report.gettext(GO_ON, **facts)
        self.layout.display = None

    def _go_on(self) -> None:
        self.layout.display = "none"
        self._follow(read_history(self._before))
