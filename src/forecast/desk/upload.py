"""A planner's own figures on the desk: read a file, review each figure, then use them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from ..files import read_ordinary
from ..i18n.catalog import N_
from ..i18n.formatting import number
from ..intake import MOST_BYTES, OPEN, FigureImport, read
from .markup import paragraph, tabulate
from .session import Desk
from .widgets import create_button, create_dropdown, create_row

__all__ = ["FigureForm"]

EXTENSIONS = ".xlsx,.xls,.ods,.csv,.tsv,.txt"
NOTE = N_(
    "The file is read on this machine and not sent anywhere. Figures that are doubtful or could "
    "not be read are listed for you to correct, accept or drop; gaps are never filled. A file may "
    "have up to 20 MB, 250,000 cells and 50,000 figures."
)


class FigureForm(widgets.VBox):  # type: ignore[misc]
    """A form for a file of a planner's own figures: each figure, and the decisions on it.

    Parameters
    ----------
    desk : whose plan the figures are compared with
    guard : calls a function and displays its error
    use : called with the figures once none is open any more
    figures : figures read before
    """

    def __init__(
        self,
        desk: Desk,
        guard: Callable[[Callable[[], None]], None],
        use: Callable[[FigureImport], None],
        figures: FigureImport | None = None,
    ) -> None:
        self.desk, self._guard = desk, guard
        gettext = desk.report.gettext
        self.upload = widgets.FileUpload(
            accept=EXTENSIONS, description=gettext("Choose a file"),
            tooltip=gettext("Choose a file"), layout=widgets.Layout(width="auto"),
        )  # fmt: skip
        self.upload.observe(lambda _: guard(self._read_upload), "value")
        self.path = widgets.Text(
            description=gettext("or its path"), style={"description_width": "auto"},
            layout=widgets.Layout(width="360px"),
        )  # fmt: skip
        self.rows = widgets.HTML()
        self.figure = create_dropdown(gettext("Which figure"), [], None, "desk-which")
        self.figure.observe(lambda _: self._show_printed(), "value")
        self.correction = widgets.Text(
            description=gettext("Corrected value"), style={"description_width": "auto"}
        )
        for part, css_class in (
            (self.upload, "desk-upload"), (self.path, "desk-place"), (self.rows, "desk-rows"),
            (self.correction, "desk-text"),
        ):  # fmt: skip
            part.add_class(css_class)
        self.go = self._button(N_("Use these figures"), "desk-go", lambda: use(self._figures))
        self.decisions = create_row(
            [
                self.figure,
                self.correction,
                self._button(N_("Correct"), "desk-fix", self._correct),
                self._button(N_("Accept"), "desk-accept", self._accept),
                self._button(N_("Drop"), "desk-drop", self._drop),
                self.go,
            ]
        )
        load = self._button(N_("Read"), "desk-read", self._read_path)
        note = widgets.HTML(paragraph(gettext(NOTE)))
        source = create_row([self.upload, self.path, load])
        super().__init__([note, source, self.rows, self.decisions])
        self.show(figures)

    def show(self, figures: FigureImport | None) -> None:
        """Show figures; those still open come first in the list of choices."""
        self.figures = figures
        self.decisions.layout.display = "none" if figures is None else "flex"
        if figures is None:
            self.rows.value = ""
            return
        table = figures.describe(self.desk.language)
        listed = tabulate(self._cells(table)) if len(table) else ""
        self.rows.value = paragraph(figures.summary(self.desk.language)) + listed
        still_open = table["status"].isin(OPEN)
        first = table.loc[(~still_open).sort_values(kind="stable").index]
        self.figure.options = [
            (f"{row['row']} · {row['column']}: {row['printed']}", (row["row"], row["column"]))
            for row in first.to_dict("records")
        ]
        self.figure.value = self.figure.options[0][1] if len(table) else None
        self.go.disabled = bool(still_open.any()) or not len(table)

    def _cells(self, table: pd.DataFrame) -> list[dict[str, str]]:
        """Return a row of cells for each figure."""
        report, language = self.desk.report, self.desk.language
        return [
            {
                report.gettext("Row · column"): f"{row['row']} · {row['column']}",
                report.gettext("As printed"): str(row["printed"]),
                report.label("column", "name"): report.quantity(row["indicator"]),
                report.label("column", "year"): number(row["year"], language).replace(",", ""),
                report.label("column", "value"): number(row["value"], language),
                report.label("column", "status"): report.label("figure_status", row["status"]),
                report.gettext("How it was read, or what is wrong"): str(row["reason"]),
            }
            for row in table.to_dict("records")
        ]

    def _button(self, text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
        return create_button(
            self.desk.report.gettext(text), css_class, lambda: self._guard(pressed)
        )

    @property
    def _figures(self) -> FigureImport:
        assert self.figures is not None
        return self.figures

    def _read_upload(self) -> None:
        files, self.upload.value = self.upload.value, ()
        for file in files:
            self.show(read(bytes(file["content"]), str(file["name"]), self.desk.plan))

    def _read_path(self) -> None:
        file = Path(self.path.value.strip()).expanduser()
        self.show(read(read_ordinary(file, MOST_BYTES + 1), file.name, self.desk.plan))

    def _show_printed(self) -> None:
        """Put what is printed for the chosen figure into the field for its correction."""
        if self.figure.value is not None:
            self.correction.value = self.figure.label.partition(": ")[2]

    def _correct(self) -> None:
        rows, (row, column) = self._figures.rows, self.figure.value
        chosen: Any = rows[(rows["row"] == row) & (rows["column"] == column)].iloc[0]
        self.show(self._figures.fix(chosen["row"], chosen["fix_column"], self.correction.value))

    def _accept(self) -> None:
        self.show(self._figures.accept(*self.figure.value))

    def _drop(self) -> None:
        self.show(self._figures.drop(*self.figure.value))
