"""How far the tasks and projects of a plan are: done, on time, late or dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..tables.calendar import parse_deadline
from ..tables.plan import Plan, latest_progress

__all__ = ["COLUMNS", "VERDICTS", "judge_progress"]

VERDICTS = ("done_on_time", "done_late", "on_time", "late", "dropped", "not_reported")
COLUMNS = [
    "list_of", "name_zh", "due", "progress", "reported_on", "done_on", "spent", "investment",
    "indicator", "adds", "note", "agency",
]  # fmt: skip


def judge_progress(plan: Plan) -> pd.DataFrame:
    """Return a row for each task and project: its last state as reported by the plan's day.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`: list_of (of the task, or `project`), name, deadline as printed (of a
        project its last year), `progress` (one of `VERDICTS`), the day that the state was reported
        for, the day it was done, money spent and planned (10,000 yuan), what a project adds to
        which indicator, a note, and the agency of a project. What is not done is late once its
        deadline has passed, or where it was reported so. Empty where no state of the plan was ever
        reported.

    Examples
    --------
    >>> import forecast as fc
    >>> len(judge_progress(fc.load_plan("lishui", as_of="2022-12-31")))
    0
    """
    day = dt.date.fromisoformat(plan.as_of) if plan.as_of else dt.date.today()
    tasks, works = (latest_progress(plan, what) for what in ("task", "project"))
    if tasks.empty and works.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = [
        _row(row["list"], row["name_zh"], row["due"], tasks, day)
        for row in plan.tasks.to_dict("records")
    ]
    for row in plan.projects.to_dict("records"):
        more = {key: row[key] for key in ("investment", "indicator", "adds", "agency")}
        rows.append(_row("project", row["name_zh"], str(row["end"]), works, day) | more)
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(list_of: str, name: str, due: str, known: pd.DataFrame, day: dt.date) -> dict[str, Any]:
    """Return what is known of one task or project."""
    held: Mapping[str, Any] = known.loc[name].to_dict() if name in known.index else {}
    end = parse_deadline(due)
    return {
        "list_of": list_of, "name_zh": name, "due": due, "progress": _judge(held, end, day),
        "reported_on": held.get("date", ""), "done_on": held.get("done_on", ""),
        "spent": held.get("spent", float("nan")), "note": held.get("note", ""),
    }  # fmt: skip


def _judge(held: Mapping[str, Any], end: dt.date | None, day: dt.date) -> str:
    """Judge one by its state and its deadline."""
    state = held.get("state", "")
    if state == "done":
        done = held["done_on"] or held["date"]
        return "done_late" if end is not None and done > end.isoformat() else "done_on_time"
    if state == "dropped":
        return "dropped"
    if state == "late" or (end is not None and day > end):
        return "late" if state else "not_reported"
    return "on_time" if state else "not_reported"
