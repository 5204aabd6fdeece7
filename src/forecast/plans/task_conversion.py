"""Tasks and projects of a plan's workbook, and how far each is, as rows of tables."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import msg
from ..intake.grid import key_of
from .form import code_of
from .form_reading import Form, FormRow
from .rows import Conversion, Row, cell_problem, origin_of

__all__ = ["convert_tasks"]


def convert_tasks(form: Form, made: Conversion, indicators: Mapping[str, str]) -> None:
    """Add the rows of the sheets of tasks and projects.

    `indicators` are ids by name as the workbook has it, folded.
    """
    _convert_tasks(form, made)
    _convert_projects(form, made, indicators)


def _convert_tasks(form: Form, made: Conversion) -> None:
    for row in form.rows.get("tasks", ()):
        task: Row = {
            "region": made.region, "list": code_of("list", row["list"]) or "work",
            "name_zh": row["task"], "requirement_zh": row["requirement"], "due": row["due"],
            "source": form.file, "locus": f"{row.sheet} {row.row}", "note": row["note"],
        }  # fmt: skip
        heads = {"name_zh": "task", "list": "list", "due": "due"}
        made.add("tasks", task, origin_of(form, row, heads))
        _add_state(form, made, row, "task")


def _convert_projects(form: Form, made: Conversion, indicators: Mapping[str, str]) -> None:
    for row in form.rows.get("projects", ()):
        moved = _moved(form, made, row, indicators)
        project: Row = {
            "region": made.region, "agency": row["agency"] or form.facts["region_name"],
            "class": code_of("project_class", row["class"]) or "implementation",
            "stage": code_of("project_stage", row["stage"]), "name_zh": row["project"],
            "start": row["first_year"], "end": row["last_year"],
            "investment": row["investment"] or "0", "builder": row["builder"],
            "source": form.file, "locus": f"{row.sheet} {row.row}", "note": row["note"],
            "indicator": moved, "adds": row["adds"],
        }  # fmt: skip
        heads = {"name_zh": "project", "start": "first_year", "end": "last_year",
                 "investment": "investment", "adds": "adds", "indicator": "moves"}  # fmt: skip
        made.add("projects", project, origin_of(form, row, heads))
        _add_state(form, made, row, "project")


def _moved(form: Form, made: Conversion, row: FormRow, indicators: Mapping[str, str]) -> str:
    """Id of the indicator that a project moves, "" for none."""
    if not row["moves"]:
        return ""
    indicator = indicators.get(key_of(row["moves"]), "")
    if not indicator:
        remedy = msg("choose a name from the sheet of indicators, or add it there")
        problem = msg("not an indicator of this plan")
        made.problems.append(cell_problem(form, row, "moves", problem, remedy))
    return indicator


def _add_state(form: Form, made: Conversion, row: FormRow, what: str) -> None:
    """Add how far a task or project is, where the row says so."""
    if not any(row[code] for code in ("state", "done_on", "spent")):
        return
    state = code_of("progress_state", row["state"]) or row["state"] or "under_way"
    progress: Row = {
        "region": made.region, what: row[what], "state": state, "done_on": row["done_on"],
        "date": row["state_on"] or row["done_on"], "spent": row["spent"],
        "note": row["note"], "source": form.file,
    }  # fmt: skip
    heads = {"date": "state_on", "state": "state", "done_on": "done_on", "spent": "spent"}
    made.add("progress", progress, origin_of(form, row, heads))
