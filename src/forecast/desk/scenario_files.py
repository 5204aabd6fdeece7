"""The form for files: save or export the settings, open a scenario file, download files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ..i18n.catalog import N_
from .export import export_desk
from .session import Desk
from .text import render_downloads
from .widgets import create_button, create_row

__all__ = ["ScenarioFiles"]


class ScenarioFiles(widgets.VBox):  # type: ignore[misc]
    """A field for a name, buttons to save, export and open, and links to the saved files.

    Parameters
    ----------
    desk : whose settings are saved
    guard : calls a function and displays its error
    draw_pictures : returns the pictures of an export, by file name
    saved : called with the folder of the saved files
    opened : called with name and content of a scenario file
    """

    def __init__(
        self,
        desk: Desk,
        guard: Callable[[Callable[[], None]], None],
        draw_pictures: Callable[[], Mapping[str, bytes]],
        saved: Callable[[Path], None],
        opened: Callable[[str, bytes], None],
    ) -> None:
        self._desk, self._guard, self._draw_pictures = desk, guard, draw_pictures
        self._saved, self._opened = saved, opened
        gettext = desk.report.gettext
        self.name = widgets.Text(description=gettext("Name"))
        self.name.add_class("desk-name")
        self.load = widgets.FileUpload(
            accept=".yaml,.yml",
            description=gettext("Open a scenario file"),
            tooltip=gettext("Open a scenario file"),
            layout=widgets.Layout(width="auto"),
        )
        self.load.add_class("desk-load")
        self.load.observe(lambda event: guard(lambda: self._open(event["new"])), "value")
        self.links = widgets.HTML()
        self.links.add_class("desk-files")
        save = self._button(N_("Save scenario"), "desk-save", self._save)
        export = self._button(N_("Export chart, tables, parameters"), "desk-export", self._export)
        super().__init__([create_row([self.name, save, export, self.load]), self.links])

    def _button(self, text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
        gettext = self._desk.report.gettext
        return create_button(gettext(text), css_class, lambda: self._guard(pressed))

    def _save(self) -> None:
        self._offer([self._desk.save(self.name.value.strip())])

    def _export(self) -> None:
        folder = export_desk(self._desk, self.name.value.strip(), self._draw_pictures())
        self._offer([folder.with_name(f"{folder.name}.yaml"), *sorted(folder.glob("*.*"))])

    def _offer(self, files: list[Path]) -> None:
        self.links.value = render_downloads(files)
        self._saved(files[0].parent.absolute())

    def _open(self, uploaded: tuple[Any, ...]) -> None:
        if uploaded:
            self._opened(Path(uploaded[0]["name"]).name, bytes(uploaded[0]["content"]))
