"""The workbook of a plan: its sheets and columns, the same to whoever writes and reads it.

Titles are labels in every language there is, so that a workbook in one language is read wherever
it is sent. Columns of figures are years or days, as 2026 or 2026-06-30.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from ..i18n.catalog import languages
from ..i18n.labels import LABELS, label_of
from ..intake.grid import key_of

__all__ = [
    "ASKED",
    "FACTS",
    "PLAN_SHEETS",
    "SHEETS",
    "FormColumn",
    "code_of",
    "facts_of_plan",
    "title_of",
]


@dataclass(frozen=True)
class FormColumn:
    """A column: its code in the labels `form`, how wide it is, and what may be chosen."""

    code: str
    width: int = 12
    choices: str = ""
    """Group of labels to choose from; `areas` and `indicators` are names of the tables."""
    type: str = "text"
    """`number`, `year` or `date` where Excel checks what is typed."""


FACTS = (
    "plan_title", "region_name", "region_name_en", "parent", "start", "end", "baseline_year",
    "issued", "source_title", "mark",
)  # fmt: skip
"""What the first sheet says of the plan."""
ASKED = ("plan_title", "region_name", "asked", "due", "filled_by", "return_to")
"""What the first sheet of the form of missing figures says of it."""

STATE = (
    FormColumn("state", 10, "progress_state"),
    FormColumn("done_on", 13, type="date"),
    FormColumn("state_on", 13, type="date"),
    FormColumn("spent", 14, type="number"),
)
"""How far a task or project is."""

SHEETS: dict[str, tuple[FormColumn, ...]] = {
    "targets": (
        FormColumn("number", 6),
        FormColumn("indicator", 38),
        FormColumn("unit", 12),
        FormColumn("force", 10, "force"),
        FormColumn("baseline", 10),
        FormColumn("years", 10),
        FormColumn("owner", 16),
        FormColumn("known_as", 30, "indicators"),
        FormColumn("kind", 18, "kind"),
        FormColumn("better", 14, "better"),
        FormColumn("area", 14, "areas"),
        FormColumn("note", 24),
    ),
    "figures": (
        FormColumn("indicator", 38, "own_indicators"),
        FormColumn("unit", 12),
        FormColumn("years", 10),
        FormColumn("source", 24),
        FormColumn("note", 24),
    ),
    "missing": (
        FormColumn("region", 14),
        FormColumn("indicator", 38),
        FormColumn("unit", 12),
        FormColumn("last_known", 22),
        FormColumn("years", 10),
        FormColumn("source", 24),
        FormColumn("note", 24),
    ),
    "tasks": (
        FormColumn("task", 38),
        FormColumn("list", 10, "list"),
        FormColumn("requirement", 44),
        FormColumn("due", 14),
        *STATE,
        FormColumn("note", 24),
    ),
    "projects": (
        FormColumn("project", 34),
        FormColumn("agency", 18),
        FormColumn("class", 12, "project_class"),
        FormColumn("stage", 10, "project_stage"),
        FormColumn("first_year", 8, type="year"),
        FormColumn("last_year", 8, type="year"),
        FormColumn("investment", 14, type="number"),
        FormColumn("builder", 18),
        *STATE,
        FormColumn("moves", 34, "own_indicators"),
        FormColumn("adds", 10, type="number"),
        FormColumn("note", 24),
    ),
}
"""Columns of each sheet behind the first, and of the form of missing figures. `years` stands for a
column a year or day."""
PLAN_SHEETS = ("targets", "figures", "tasks", "projects")
"""Sheets of the workbook of a plan."""


def title_of(group: str, code: str, language: str) -> str:
    """Title of a sheet (`form_sheet`), column (`form`) or fact (`form_fact`) in a language."""
    return label_of(group, code, language)


def code_of(group: str, text: str) -> str:
    """Code of a label in any language, or of the code itself; "" if it is none.

    >>> code_of("form", "指标"), code_of("kind", " Ratio "), code_of("form", "?")
    ('indicator', 'ratio', '')
    """
    return _codes(group).get(key_of(text), "")


def facts_of_plan(
    name: str, parent: str, period: tuple[int, int], *, title: str, name_en: str = ""
) -> dict[str, str]:
    """Facts of a plan that is begun; its baseline year is the one before its start."""
    start, end = period
    return {
        "plan_title": title,
        "region_name": name,
        "region_name_en": name_en,
        "parent": parent,
        "start": str(start),
        "end": str(end),
        "baseline_year": str(start - 1),
    }


@functools.cache
def _codes(group: str) -> dict[str, str]:
    codes = {key_of(code): code for code in LABELS[group]}
    for language in languages():
        codes |= {key_of(label_of(group, code, language)): code for code in LABELS[group]}
    return codes
