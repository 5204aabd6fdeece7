"""The workbook of a plan: what a planner fills in is what the tables hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from filled_form import PRINTED, made
from forecast.errors import DataError
from forecast.plans.folder import open_plan
from forecast.plans.own_tables import make_tables, read_plan
from forecast.tables.csv_files import read_tables
from forecast.tables.plan import load_plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a plan that is filled in."""
    return made(tmp_path_factory.mktemp("plans") / "青山").parent


def test_printed_names_mean_indicators_of_the_package(folder: Path) -> None:
    """Names and units as the plan prints them are known; the unknown one is described."""
    plan = open_plan(folder)
    goals = plan.targets.set_index("indicator")
    assert plan.region == "青山县" and plan.title == "青山县民政事业发展规划（2026-2030年）"
    assert goals["value"].to_dict() == {
        "care_workers_per_10k_elderly": 32.0, "nursing_bed_share": 70.0,
        "minimum_living_standard": 18000.0, "老年食堂覆盖村数": 120.0,
    }  # fmt: skip
    assert goals["name_printed"].tolist()[1:] == [row["indicator"] for row in PRINTED]
    assert goals["comparator"].tolist() == ["eq", "ge", "eq", "eq", "eq"]
    assert goals["force"].tolist() == ["expected", "expected", "binding", "", ""]
    about = plan.indicators.set_index("indicator").loc["老年食堂覆盖村数"]
    assert (about["kind"], about["unit"], bool(about["cumulative"])) == ("count", "site", True)


def test_figures_are_read_as_they_are_printed(folder: Path) -> None:
    """1.4万 is 14000, 80预计 an estimate; a baseline is the figure of its year where none is."""
    plan = open_plan(folder)
    series = {name: rows for name, rows in plan.observations.groupby("indicator")}
    assert series["minimum_living_standard"]["value"].tolist()[-1] == 14000.0
    assert series["老年食堂覆盖村数"]["status"].tolist() == ["actual"] * 4 + ["estimated"]
    workers = series["care_workers_per_10k_elderly"].sort_values("year")
    assert workers["value"].tolist() == [20.0, 21.0, 22.5, 23.8, 25.0]
    beds = series["nursing_bed_share"].sort_values("year")  # whose last one is the baseline, too
    assert beds["status"].tolist() == ["actual"] * 4 + ["preliminary"]
    assert plan.targets["baseline"].tolist()[:3] == [25.0, 25.0, 60.0]
    assert len(plan.siblings) > 0


def test_tasks_projects_and_their_states_are_taken(folder: Path) -> None:
    """States, days and money of tasks and projects are rows of the table of progress."""
    plan = open_plan(folder)
    assert plan.tasks["list"].tolist() == ["policy"]
    assert plan.projects[["start", "end", "investment"]].to_numpy().tolist() == [[2026, 2028, 8000]]
    held = plan.progress.set_index("date")
    assert held["state"].to_dict() == {"2026-09-30": "done", "2026-06-30": "under_way"}
    assert held.loc["2026-06-30", "spent"] == 1200.0


def test_tables_are_made_anew_only_when_something_changed(tmp_path: Path) -> None:
    """The same workbook writes nothing again; a file beside it does."""
    form = made(tmp_path / "p")
    tables = make_tables(form).folder
    before = (tables / "targets.csv").stat().st_mtime_ns
    make_tables(form)
    assert (tables / "targets.csv").stat().st_mtime_ns == before
    head = "region,indicator,year,as_of,value,status,source,locus,note\n"
    row = "青山县,nursing_bed_share,2026,2026-06-30,61.5,preliminary,青山县.xlsx,,\n"
    (form.parent / "observations.csv").write_text(head + row, encoding="utf-8")
    plan = open_plan(form)
    assert 61.5 in plan.observations["value"].tolist()
    assert load_plan(form.parent).observations.equals(plan.observations)


FAULTS = {
    "targets": [
        {"indicator": "没听说过的指标", "unit": "个", "2030": 5},
        {"indicator": "养老机构护理型床位占比", "unit": "%", "2030": "六成"},
        {"indicator": "最低生活保障标准", "unit": "%", "2030": 80},
    ],
    "figures": [{"indicator": "没写在目标表里的", "2021": 3}],
    "tasks": [{"task": "甲", "due": "很快", "state": "已完成"}],
    "projects": [{"project": "乙", "first_year": 2029, "last_year": 2028}],
}


def test_every_problem_is_named_at_once_with_its_cell(tmp_path: Path) -> None:
    """Sheet, row, title of the column, what is written, and what to do."""
    form = made(tmp_path / "p", FAULTS)
    problems = read_plan(form, "en").problems
    places = {(str(p.file), p.row, p.column, p.value) for p in problems}
    assert {
        ("青山县.xlsx, sheet 指标和目标", 3, "指标", "没听说过的指标"),
        ("青山县.xlsx, sheet 指标和目标", 4, "2030", "六成"),
        ("青山县.xlsx, sheet 完成数", 3, "指标", "没写在目标表里的"),
    } <= places
    assert all(problem.remedy for problem in problems)
    with pytest.raises(DataError, match="没听说过的指标"):
        make_tables(form)
    assert not (form.parent / "tables").exists()


def test_faults_of_the_tables_lead_back_to_the_workbook(tmp_path: Path) -> None:
    """A deadline or a year that only the tables can judge is named by its cell, too."""
    rows = {"targets": PRINTED, **{name: FAULTS[name] for name in ("tasks", "projects")}}
    places = {
        (str(p.file), p.row, p.column) for p in read_plan(made(tmp_path / "p", rows)).problems
    }
    assert ("青山县.xlsx, sheet 任务", 3, "完成时限") in places
    assert ("青山县.xlsx, sheet 任务", 3, "状态日期") in places
    assert ("青山县.xlsx, sheet 项目", 3, "止年") in places


def test_own_tables_hold_own_rows_only(folder: Path) -> None:
    """The folder of tables has no copy of what the package brings."""
    make_tables(folder / "青山县.xlsx")
    written = {file.stem for file in (folder / "tables").glob("*.csv")}
    assert written == {"sources", "regions", "indicators", "plans", "targets", "observations",
                       "tasks", "projects", "progress"}  # fmt: skip
    merged = read_tables(folder / "tables", load_plan("lishui").source)
    assert len(merged["regions"]) == len(load_plan("lishui").regions) + 1
