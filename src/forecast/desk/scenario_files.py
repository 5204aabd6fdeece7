"""The form for files: save or export the settings, open a scenario file, download files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import ipywidgets as widgets

from ..callbacks import Progress
from ..i18n.catalog import N_
from .background import BackgroundRunner
from .export import add_report, export_desk, pack
from .session import Desk
from .text import render_downloads
from .widgets import Texts, create_button, create_field, create_row, create_upload

__all__ = ["ScenarioFiles"]


class ScenarioFiles(widgets.VBox):  # type: ignore[misc]
    """A field for a name, buttons to save, export and open, and links to the saved files.

    Nothing is replaced without a question: where the name is taken, a button to replace appears.

    Parameters
    ----------
    desk : returns the desk whose settings are saved
    guard : calls a function and displays its error
    runner : makes the report of an export
    saved : called with the folder of the saved files
    opened : called after a scenario file was loaded
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        guard: Callable[[Callable[[], None]], None],
        runner: BackgroundRunner,
        saved: Callable[[Path], None],
        opened: Callable[[], None],
    ) -> None:
        self._find_desk, self._guard, self._saved, self._opened = desk, guard, saved, opened
        self._runner = runner
        self._again: Callable[[], None] | None = None
        self.texts = texts = Texts()
        self.name = create_field(texts, N_("Name"), "desk-name", "300px")
        load = create_upload(
            texts, N_("Open a scenario file"), "desk-load", ".yaml,.yml",
            lambda name, content: guard(lambda: self._open(name, content)),
        )  # fmt: skip
        self.links = widgets.HTML()
        self.links.add_class("desk-files")
        save = self._button(N_("Save scenario"), "desk-save", self._save)
        export = self._button(N_("Export chart, tables, parameters"), "desk-export", self._export)
        self.replace = self._button(N_("Replace it"), "desk-replace", self._replace)
        row = create_row([self.name, save, export, load, self.replace])
        super().__init__([row, self.links])
        self.clear()

    def show(self) -> None:
        """Show texts in the language of the desk."""
        self.texts.show(self._find_desk().report.gettext)

    def clear(self) -> None:
        """Withdraw the question whether a file is to be replaced."""
        self._again = None
        self.replace.layout.display = "none"

    def _button(self, text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
        return create_button(self.texts, text, css_class, lambda: self._guard(pressed))

    def _try(self, action: Callable[[bool], None]) -> None:
        """Do something that may find the name taken; then offer to replace."""
        self.clear()
        try:
            action(False)
        except FileExistsError:
            self._again = lambda: action(True)
            self.replace.layout.display = None
            raise

    def _replace(self) -> None:
        again = self._again
        self.clear()
        if again is not None:
            again()

    def _save(self) -> None:
        name, desk = self.name.value.strip(), self._find_desk()
        self._try(lambda replace: self._offer([desk.save(name, replace_file=replace)]))

    def _export(self) -> None:
        name, desk = self.name.value.strip(), self._find_desk()

        def export(replace: bool) -> None:
            folder = export_desk(desk, name, replace_file=replace)
            self._runner.submit(partial(_complete, folder), lambda file: self._offer([file]))

        self._try(export)

    def _offer(self, files: list[Path]) -> None:
        self.links.value = render_downloads(files)
        self._saved(files[0].parent.absolute())

    def _open(self, name: str, content: bytes) -> None:
        def load(replace: bool) -> None:
            self._find_desk().import_scenario(name, content, replace_file=replace)
            self._opened()

        self._try(load)


def _complete(folder: Path, *, progress: Progress | None = None) -> Path:
    """Add the report to an export, and pack it; return the archive."""
    add_report(folder, progress=progress)
    return pack(folder)
