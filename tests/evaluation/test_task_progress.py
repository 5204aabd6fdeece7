"""How far tasks and projects are: judged by what was reported, and by their deadlines."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation.task_progress import VERDICTS, judge_progress
from forecast.i18n.labels import LABELS

COLUMNS = ["task", "project", "date", "state", "done_on", "spent", "note"]


def plan(as_of: str, *rows: tuple) -> fc.Plan:
    """Give a plan of one task due at the end of June 2022 and one project until 2023."""
    base = fc.load_plan("lishui", as_of=as_of)
    tasks = base.tables["tasks"].iloc[:1].assign(name_zh="甲", list="policy", due="2022年6月底前")
    projects = (
        base.tables["projects"]
        .iloc[:1]
        .assign(name_zh="乙", end=2023, investment=900.0, indicator="nursing_bed_share", adds=2.0)
    )
    progress = pd.DataFrame(rows, columns=COLUMNS).assign(region="lishui", source="s")
    return replace(base, tasks=tasks, projects=projects, progress=progress)


CASES = [
    ("2022-05-31", "under_way", "", "on_time"),
    ("2022-07-31", "under_way", "", "late"),
    ("2022-05-31", "late", "", "late"),
    ("2022-12-31", "done", "2022-06-30", "done_on_time"),
    ("2022-12-31", "done", "2022-07-01", "done_late"),
    ("2022-12-31", "dropped", "", "dropped"),
]


@pytest.mark.parametrize(("as_of", "state", "done_on", "verdict"), CASES)
def test_a_task_is_judged_by_its_state_and_deadline(as_of, state, done_on, verdict):
    """Done in time or late, under way before or after the deadline, dropped."""
    found = judge_progress(plan(as_of, ("甲", "", "2022-05-01", state, done_on, 5.0, "")))
    assert found["progress"].tolist() == [verdict, "not_reported"]
    assert set(found["progress"]) <= set(VERDICTS) == set(LABELS["progress"])


def test_only_what_was_reported_by_the_day_counts():
    """A later state replaces an earlier one once its day has come."""
    rows = [("甲", "", "2022-03-31", "not_started", "", 0.0, ""),
            ("甲", "", "2022-06-30", "done", "", 9.0, "")]  # fmt: skip
    early, late = (judge_progress(plan(day, *rows)) for day in ("2022-05-31", "2022-06-30"))
    assert early.loc[0, ["progress", "reported_on"]].tolist() == ["on_time", "2022-03-31"]
    assert late.loc[0, ["progress", "spent"]].tolist() == ["done_on_time", 9.0]
    assert judge_progress(plan("2022-03-01", *rows)).empty


def test_a_project_has_its_money_and_what_it_adds():
    """Its last year is its deadline."""
    found = judge_progress(plan("2024-02-01", ("", "乙", "2024-01-31", "under_way", "", 300.0, "")))
    row = found.iloc[1]
    assert (row["list_of"], row["progress"], row["due"]) == ("project", "late", "2023")
    assert (row["spent"], row["investment"], row["adds"]) == (300.0, 900.0, 2.0)
