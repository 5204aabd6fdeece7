"""The form for a plan of one's own: its rows sheet by sheet, opened, begun, used, downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets

from ..errors import Problem, msg
from ..i18n.catalog import N_
from ..i18n.errors import translate
from ..plans import entry
from ..plans.folder import PlanOrder, read_years
from ..plans.form import FACTS, PLAN_SHEETS, title_of
from ..plans.form_writing import FormContent
from ..reports.html import safe
from .background import BackgroundRunner
from .frontend import Grid
from .markup import paragraph
from .own_plan import begin_plan, change_rows, check_rows, open_upload, pack_plan, read_rows
from .own_plan import use_rows as open_with_rows
from .session import Desk
from .text import render_content
from .widgets import (
    Texts,
    create_button,
    create_dropdown,
    create_field,
    create_row,
    create_upload,
    set_options,
)

__all__ = ["PlanForm"]

NOTE = N_(
    "Targets, figures, tasks and projects of your own, as in the workbook of a plan. A target or "
    "figure that you enter takes the place of the published one; without its row the published one "
    "counts again. The last row is for a new one."
)
OPEN = N_("Open a plan or an export: workbook or zip")
PROBLEMS = N_("Correct this first:")
DOUBTS = N_("Please look at this:")
SOUND = N_("No problems.")


class PlanForm(widgets.VBox):  # type: ignore[misc]
    """Buttons and an editable table for the workbook of a plan.

    Parameters
    ----------
    desk : returns the desk whose plan is entered
    guard : calls a function and displays its error
    runner : checks the rows and opens plans
    opened : called with the desk of a plan that was opened
    changed : called after rows were changed
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        guard: Callable[[Callable[[], None]], None],
        runner: BackgroundRunner,
        opened: Callable[[Desk], None],
        changed: Callable[[], None],
    ) -> None:
        self._find_desk, self._guard, self._runner = desk, guard, runner
        self._opened, self._changed = opened, changed
        self._shown: object = None
        self._sheet = "targets"
        self._faults: dict[tuple[str, int], list[str]] = {}
        self._checked: tuple[object, list[Problem], list[Problem], str] = (None, [], [], "")
        self.texts = texts = Texts()

        def button(text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
            return create_button(texts, text, css_class, lambda: guard(pressed))

        self.note, self.found, self.links = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.found.add_class("desk-plan-problems")
        self.links.add_class("desk-plan-files")
        self.sheet = create_dropdown(texts, N_("Sheet"), "desk-sheet")
        self.sheet.observe(self._choose_sheet, "value")
        self.grid = Grid({key: self._edit for key in ("fix", "remove")})
        self.grid.add_class("desk-plan-rows")
        upload = create_upload(
            texts, OPEN, "desk-plan-upload", ".xlsx,.zip",
            lambda name, content: guard(lambda: self._open_upload(name, content)),
        )  # fmt: skip
        self.path = create_field(texts, N_("Folder of a plan"), "desk-plan")
        self.named = create_row([
            self.path, button(N_("Open a plan"), "desk-open-plan", self._open_path)
        ])  # fmt: skip
        check = button(N_("Check"), "desk-plan-check", self._check)
        use = button(N_("Use this plan"), "desk-plan-use", self._use)
        pack = button(N_("Download its folder"), "desk-plan-pack", self._pack)
        name = create_field(texts, N_("New plan for the region"), "desk-plan-name", "300px")
        parent = create_dropdown(texts, N_("Lies in"), "desk-plan-parent")
        period = create_field(texts, N_("Years, as 2026-2030"), "desk-plan-years", "240px")
        self.name, self.parent, self.period = name, parent, period
        begin = button(N_("Make a plan"), "desk-plan-begin", self._begin)
        super().__init__([
            self.note, create_row([upload, self.named]), create_row([name, parent, period, begin]),
            create_row([self.sheet, check, use, pack]), self.links, self.found, self.grid,
        ])  # fmt: skip

    def show(self) -> None:
        """Show texts in the language of the desk, and what is entered."""
        desk = self._find_desk()
        report, state, sheet = desk.report, desk.state, self._sheet
        self.texts.show(report.gettext)
        self._show_faults()
        stamp = (state.rows, state.tables, state.region, state.language, sheet, dict(self._faults))
        if stamp == self._shown or self.layout.display == "none":
            return
        self._shown = stamp
        self.note.value = paragraph(report.gettext(NOTE))
        self.named.layout.display = "flex" if desk.local else "none"
        names = [(title_of("form_sheet", code, desk.language), code)
                 for code in ("targets", *PLAN_SHEETS[1:], entry.GUIDE)]  # fmt: skip
        set_options(self.sheet, names, sheet)
        regions = report.whole.regions["region"]
        places = [(report.name("regions", region), region) for region in regions]
        set_options(self.parent, places, self.parent.value or state.region)
        self.grid.table = self._describe(read_rows(desk), sheet)

    def _describe(self, content: FormContent, sheet: str) -> dict[str, Any]:
        """Return the table of a sheet, for `frontend.Grid`; its last row is empty."""
        report, language = self._find_desk().report, self._find_desk().language
        keys = entry.columns_of(content, sheet, language)
        heads = [report.gettext("Entry")] * (sheet == entry.GUIDE) + [title for _, title, _ in keys]
        rows = [*entry.rows_of(content, sheet), *([{}] if sheet != entry.GUIDE else [])]
        listed = []
        for at, row in enumerate(rows):
            faults = self._faults.get((sheet, at), [])
            fields = [
                {"text": str(row.get(key, "")), "key": key, "size": 28 if len(choices) > 20 else 10}
                for key, _, choices in keys
            ]
            fact = title_of("form_fact", FACTS[at], language) if sheet == entry.GUIDE else ""
            name = fact or report.gettext("Row {number}", number=at + 1)
            listed.append({
                "name": name, "cells": [*([fact] if fact else []), *fields, " ".join(faults)],
                "open": bool(faults),
                "offers": ["remove"] if at < len(rows) - 1 and not fact else [],
            })  # fmt: skip
        lists: dict[str, list[str]] = {
            str(at): [*choices] for at, (_, _, choices) in enumerate(keys) if choices
        }
        return {
            "label": title_of("form_sheet", sheet, language), "id": "desk-plan",
            "heads": [*heads, report.gettext("Problem")], "rows": listed, "lists": lists,
            "buttons": {"remove": report.gettext("Remove")},
        }  # fmt: skip

    def _choose_sheet(self, event: Mapping[str, Any]) -> None:
        if event["new"] not in (None, self._sheet):
            self._sheet = str(event["new"])
            self._guard(self.show)

    def _edit(self, message: Mapping[str, Any]) -> None:
        self._guard(lambda: self._change(message))

    def _change(self, message: Mapping[str, Any]) -> None:
        """Change a cell or remove a row, as the browser says."""
        desk, sheet = self._find_desk(), self._sheet
        if "remove" in message:
            row = int(message["remove"])
            change_rows(desk, lambda content: entry.remove(content, sheet, row))
        else:
            cell = int(message["fix"]), str(message["key"]), str(message["text"])
            change_rows(desk, lambda c: entry.fill(c, sheet, *cell, desk.language))
        self._changed()
        self.show()

    def _begin(self) -> None:
        desk, name = self._find_desk(), self.name.value.strip()
        if not name:
            raise ValueError(msg("Enter the name of the region."))
        years = read_years(self.period.value)
        begin_plan(desk, PlanOrder(name, self.parent.value or "", *years, desk.language))
        self._sheet = "targets"
        self._changed()
        self.show()
        self._pack()

    def _pack(self) -> None:
        name, content = pack_plan(self._find_desk())
        self.links.value = render_content({name: content})

    def _open_path(self) -> None:
        task = partial(self._find_desk().with_plan, self.path.value.strip())
        self._runner.submit(task, self._opened)

    def _open_upload(self, name: str, content: bytes) -> None:
        task = partial(open_upload, self._find_desk(), name, content)
        self._runner.submit(task, self._opened)

    def _check(self) -> None:
        self._submit_check(lambda: None)

    def _use(self) -> None:
        desk = self._find_desk()
        use = partial(open_with_rows, desk)
        self._submit_check(lambda: self._runner.submit(use, self._opened))

    def _submit_check(self, sound: Callable[[], None]) -> None:
        """Check what is entered; go on where it has no problem."""

        def show(checked: tuple[list[Problem], list[Problem]]) -> None:
            self._checked = (self._find_asked(), *checked, SOUND)
            self.show()
            if not checked[0]:
                sound()

        self._runner.submit(partial(check_rows, self._find_desk()), show)

    def _find_asked(self) -> object:
        """Return what a check belongs to: its problems quote sheets in the language."""
        state = self._find_desk().state
        return state.rows, state.tables, state.region, state.language

    def _show_faults(self) -> None:
        """Show problems and doubts of what is entered, those of a row beside it; no others."""
        desk, lines = self._find_desk(), list[str]()
        asked = self._find_asked()
        if asked != self._checked[0]:
            self._checked, self.links.value = (asked, [], [], ""), ""
        _, problems, doubts, text = self._checked
        self._faults = {}
        for head, found in ((PROBLEMS, problems), (DOUBTS, doubts)):
            texts = [str(translate(problem.message(), desk.language)) for problem in found]
            if texts:
                items = "".join(f"<li>{safe(one)}</li>" for one in texts)
                lines.append(f"{paragraph(desk.report.gettext(head))}<ul>{items}</ul>")
            for problem, one in zip(found, texts, strict=True):
                self._faults.setdefault(entry.locate(problem, desk.language), []).append(one)
        nothing = paragraph(desk.report.gettext(text)) if text else ""
        role = "alert" if problems else "status"
        self.found.value = f'<div role="{role}">{"".join(lines) or nothing}</div>'
