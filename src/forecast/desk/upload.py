"""A planner's own figures on the desk: read a file, see each figure, decide, go on with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ..i18n.catalog import N_
from ..i18n.formatting import number
from ..intake import OPEN, FigureImport, read
from ..reports.html import paragraph, tabulate
from .session import Desk
from .widgets import button, choice, row_of

__all__ = ["Entries"]

Place = tuple[int, str]
ENDINGS = ".xlsx,.xls,.ods,.csv,.tsv,.txt"


class Entries(widgets.VBox):  # type: ignore[misc]
    """A file of own figures, what was understood of it, and what is to be decided.

    Parameters
    ----------
    desk : whose plan the figures are held against
    guard : does what it is given, and says what cannot be done
    go : called with the figures once everything is decided
    intake : figures that were read before
    """

    def __init__(
        self,
        desk: Desk,
        guard: Callable[[Callable[[], None]], None],
        go: Callable[[FigureImport], None],
        intake: FigureImport | None = None,
    ) -> None:
        self.desk, self.intake, self._guard, self._go = desk, intake, guard, go
        gettext = desk.told.gettext
        self.upload = widgets.FileUpload(
            accept=ENDINGS, description=gettext("Choose a file"), tooltip=gettext("Choose a file"),
            layout=widgets.Layout(width="auto"),
        )  # fmt: skip
        self.upload.add_class("desk-upload")
        self.upload.observe(lambda _: guard(self._uploaded), "value")
        self.place = widgets.Text(
            description=gettext("or its path"), style={"description_width": "auto"},
            layout=widgets.Layout(width="360px"),
        )  # fmt: skip
        self.place.add_class("desk-place")
        self.read = self._button(N_("Read"), "desk-read", self._pointed)
        self.rows = widgets.HTML()
        self.rows.add_class("desk-rows")
        self.which = choice(gettext("Which figure"), [], None, "desk-which")
        self.which.observe(lambda _: self._offer(), "value")
        self.text = widgets.Text(
            description=gettext("Correct to"), style={"description_width": "auto"}
        )
        self.text.add_class("desk-text")
        self.fix = self._button(N_("Correct"), "desk-fix", self._fixed)
        self.accept = self._button(N_("Accept"), "desk-accept", self._accepted)
        self.drop = self._button(N_("Drop"), "desk-drop", self._dropped)
        self.go = self._button(N_("Go on with these figures"), "desk-go", self._gone)
        self.decide = row_of([self.which, self.text, self.fix, self.accept, self.drop, self.go])
        note = widgets.HTML(
            paragraph(
                gettext(
                    "The file is read on this machine and sent nowhere. What is not "
                    "understood or doubtful is listed, for you to correct, accept or "
                    "drop; gaps are never filled."
                )
            )
        )
        super().__init__([note, row_of([self.upload, self.place, self.read]), self.rows,
                          self.decide])  # fmt: skip
        self.show(intake)

    def show(self, intake: FigureImport | None) -> None:
        """Show figures, those to be decided first in the list of choices."""
        self.intake = intake
        self.decide.layout.display = "none" if intake is None else "flex"
        if intake is None:
            self.rows.value = ""
            return
        told, language = self.desk.told, self.desk.language
        table = intake.describe(language)
        rows = [
            {
                told.gettext("Row · column"): f"{row['row']} · {row['column']}",
                told.gettext("As printed"): str(row["printed"]),
                told.label("column", "name"): told.quantity(row["indicator"]),
                told.label("column", "year"): number(row["year"], language).replace(",", ""),
                told.label("column", "value"): number(row["value"], language),
                told.label("column", "status"): told.label("figure_status", row["status"]),
                told.gettext("What was understood, or what is wrong"): str(row["reason"]),
            }
            for row in table.to_dict("records")
        ]
        listed = tabulate(rows, words=True) if rows else ""
        self.rows.value = paragraph(intake.summary(language)) + listed
        first = table["status"].map(lambda status: status not in OPEN)
        self.which.options = [
            (f"{row['row']} · {row['column']}: {row['printed']}", (row["row"], row["column"]))
            for row in table.loc[first.sort_values(kind="stable").index].to_dict("records")
        ]
        still = table["status"].isin(OPEN)
        self.which.value = self.which.options[0][1] if rows else None
        self.go.disabled = bool(still.any()) or not rows

    def _button(self, key: str, mark: str, act: Callable[[], None]) -> widgets.Button:
        return button(self.desk.told.gettext(key), mark, lambda: self._guard(act))

    def _uploaded(self) -> None:
        files, self.upload.value = self.upload.value, ()
        for file in files:
            self._take(bytes(file["content"]), str(file["name"]))

    def _pointed(self) -> None:
        file = Path(self.place.value.strip()).expanduser()
        self._take(file.read_bytes(), file.name)

    def _take(self, content: bytes, name: str) -> None:
        self.show(read(content, name, self.desk.plan))

    def _chosen(self) -> Any:
        """Line of the chosen figure."""
        assert self.intake is not None
        rows = self.intake.rows
        row, column = self.which.value
        return rows[(rows["row"] == row) & (rows["column"] == column)].iloc[0]

    def _offer(self) -> None:
        """Offer what is printed to be corrected."""
        if self.which.value is not None:
            self.text.value = self.which.label.partition(": ")[2]

    def _fixed(self) -> None:
        assert self.intake is not None
        chosen = self._chosen()
        self.show(self.intake.fix(chosen["row"], chosen["fix_column"], self.text.value))

    def _accepted(self) -> None:
        assert self.intake is not None
        self.show(self.intake.accept(*self.which.value))

    def _dropped(self) -> None:
        assert self.intake is not None
        self.show(self.intake.drop(*self.which.value))

    def _gone(self) -> None:
        assert self.intake is not None
        self._go(self.intake)
