"""A planner's own figures on the desk: read a file, correct each figure in place, then use them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
import pandas as pd

from ..files import read_ordinary
from ..i18n.catalog import N_
from ..i18n.formatting import number
from ..intake.figure_import import OPEN, FigureImport, read
from ..intake.spreadsheet import MOST_BYTES
from .frontend import Grid
from .markup import paragraph
from .session import Desk
from .storage import ENTERED, keep_entered
from .widgets import Texts, create_button, create_field, create_row, create_upload

__all__ = ["FigureForm"]

EXTENSIONS = ".xlsx,.xls,.ods,.csv,.tsv,.txt"
READ_HERE = N_("The file is read on this machine and not sent anywhere.")
READ_THERE = N_("The file is read on the machine that serves the desk, in your own folder there.")
NOTE = N_(
    "Figures that are doubtful or could "
    "not be read are listed for you to correct, accept or drop; gaps are never filled. A file may "
    "have up to 20 MB, 250,000 cells and 50,000 figures."
)
KEPT = ".file"
"""Ending of a file of figures that is kept while it is corrected."""
BUTTONS = {"accept": N_("Accept"), "drop": N_("Drop")}


class FigureForm(widgets.VBox):  # type: ignore[misc]
    """A form for a file of a planner's own figures: a table to correct and decide, row by row.

    Parameters
    ----------
    desk : returns the desk whose plan the figures are compared with
    guard : calls a function and displays its error
    use : called with the figures once none is open any more
    publish : called to go back to the published figures
    changed : called after a file was read or a figure decided
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        guard: Callable[[Callable[[], None]], None],
        use: Callable[[FigureImport], None],
        publish: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._find_desk, self._guard, self._changed = desk, guard, changed
        self.figures: FigureImport | None = None
        self._content = self._shown = ""
        self._listed: list[dict[str, Any]] = []
        self.texts = texts = Texts()
        self.note = texts.add(widgets.HTML())
        upload = create_upload(
            texts, N_("Choose a file"), "desk-upload", EXTENSIONS,
            lambda name, content: guard(lambda: self._read(content, name)),
        )  # fmt: skip
        self.path = create_field(texts, N_("or its path"), "desk-place")
        self.rows = widgets.HTML()
        self.grid = Grid({key: self._decide for key in ("fix", "accept", "drop")})
        self.rows.add_class("desk-rows")
        self.grid.add_class("desk-grid")
        self.go = self._button(N_("Use these figures"), "desk-go", lambda: use(self._figures))
        self.back = self._button(N_("Back to the published figures"), "desk-publish", publish)
        load = self._button(N_("Read"), "desk-read", self._read_path)
        self.named = create_row([self.path, load])
        source = create_row([upload, self.back])
        super().__init__([self.note, source, self.named, self.rows, self.grid, self.go])
        self._show_figures()

    def show(self) -> None:
        """Show texts in the language of the desk, and what it uses."""
        desk = self._find_desk()
        self.texts.show(desk.report.gettext)
        note = paragraph(desk.report.gettext(READ_HERE if desk.local else READ_THERE))
        self.note.value = note + paragraph(desk.report.gettext(NOTE))
        self.named.layout.display = "flex" if desk.local else "none"
        self.back.layout.display = None if desk.state.tables else "none"
        self._show_figures()

    def follow(self) -> None:
        """Show the figures of the desk's state, as after a reload or an undo."""
        desk = self._find_desk()
        if desk.state.reading == self._shown:
            return
        self._shown, self.figures = desk.state.reading, None
        folder = desk.folder / ENTERED
        try:
            held = json.loads((folder / f"{self._shown}.json").read_bytes())
            self._content = held["content"]
            content = (folder / f"{self._content}{KEPT}").read_bytes()
            self.figures = read(content, held["file"], desk.plan).with_decisions(held)
        except (OSError, LookupError, TypeError, ValueError):
            pass  # a link of another desk, or figures that this plan cannot have
        self._show_figures()

    def _take(self, figures: FigureImport | None) -> None:
        """Show figures, and keep them with what was decided; a step that can be undone."""
        desk, self._shown, self.figures = self._find_desk(), "", figures
        if figures is not None:
            held = {"file": figures.file, "content": self._content, **figures.decisions()}
            self._shown = keep_entered(desk.folder, json.dumps(held).encode(), ".json")
        desk.change(reading=self._shown)
        self._show_figures()
        self._changed()

    def _show_figures(self) -> None:
        figures, desk = self.figures, self._find_desk()
        self.go.layout.display = "none" if figures is None else None
        if figures is None:
            self.rows.value, self.grid.table, self._listed = "", {}, []
            return
        report, table = desk.report, figures.describe(desk.language)
        still_open = table["status"].isin(OPEN)
        table = table.loc[(~still_open).sort_values(kind="stable").index]
        self._listed = table.to_dict("records")
        self.rows.value = paragraph(figures.summary(desk.language))
        cells = [self._cells(row) for row in self._listed]
        self.grid.table = {
            "label": report.gettext("Your own figures"), "id": "desk-figures",
            "heads": list(cells[0]) if cells else [],
            "buttons": {key: report.gettext(text) for key, text in BUTTONS.items()},
            "rows": [
                {"cells": [name, {"text": printed, "key": "printed"}, *others], "name": name,
                 "open": row["status"] in OPEN,
                 "offers": ["accept", "drop"] if row["status"] == "doubtful" else ["drop"]}
                for row, line in zip(self._listed, cells, strict=True)
                for name, printed, *others in [line.values()]
            ],
        }  # fmt: skip
        self.go.disabled = bool(still_open.any()) or not len(table)

    def _cells(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Return the cells of a figure by their heads."""
        desk = self._find_desk()
        report, language = desk.report, desk.language
        year = "" if pd.isna(row["year"]) else number(row["year"], language).replace(",", "")
        return {
            report.gettext("Row · column"): f"{row['row']} · {row['column']}",
            report.gettext("As printed"): str(row["printed"]),
            report.label("column", "name"): report.quantity(row["indicator"]),
            report.label("column", "year"): year,
            report.label("column", "value"): number(row["value"], language),
            report.label("column", "status"): report.label("figure_status", row["status"]),
            report.gettext("How it was read, or what is wrong"): str(row["reason"]),
        }

    def _button(self, text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
        return create_button(self.texts, text, css_class, lambda: self._guard(pressed))

    @property
    def _figures(self) -> FigureImport:
        assert self.figures is not None
        return self.figures

    def _read_path(self) -> None:
        file = self._find_desk().find_file(self.path.value)
        self._take(None)
        self._read(read_ordinary(file, MOST_BYTES + 1), file.name)

    def _read(self, content: bytes, name: str) -> None:
        """Read a file; where it is refused, nothing of an earlier one stays."""
        self._take(None)
        desk = self._find_desk()
        figures = read(content, name, desk.plan)
        self._content = keep_entered(desk.folder, content, KEPT)
        self._take(figures)

    def _decide(self, message: Mapping[str, Any]) -> None:
        self._guard(lambda: self._take(self._decided(message)))

    def _decided(self, message: Mapping[str, Any]) -> FigureImport:
        """Return the figures after a decision of the browser on one of the rows listed."""
        (what, position), *_ = message.items()
        row = self._listed[int(position)]
        if what == "fix":
            return self._figures.fix(row["row"], row["fix_column"], str(message["text"]))
        decide = self._figures.accept if what == "accept" else self._figures.drop
        return decide(row["row"], row["column"])
