"""The section on tasks and projects: what is late first, with days and money."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from forecast.reports.context import ReportContext
from forecast.reports.rendering import render
from forecast.reports.task_tables import agency_rows


def test_tasks_and_projects_are_listed_with_their_state(root: Path) -> None:
    """The example's late task comes first; what a done project adds stands with it."""
    data = str(root / "params" / "example" / "tables")
    report = ReportContext.load("yunling_county", data=data, as_of="2026-11-30", language="zh")
    page = BeautifulSoup(render(report, "tasks.progress").text, "html.parser")
    assert "任务和项目共7项：逾期 1、未报告 2、正常推进 2、已完成 2。" in page.get_text()
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")]
            for row in page.select("tbody tr")]  # fmt: skip
    assert rows[0][:4] == ["修订临时救助办法", "政策", "2026年6月底前", "逾期"]
    assert any("带动康养联合体数" in row[0] and "835" in " ".join(row) for row in rows)


def test_projects_are_summed_by_agency(root: Path) -> None:
    """A row for each county's bureau, with how far its projects are and its money; not for one."""
    data = str(root / "params" / "example" / "tables")
    report = ReportContext.load("yunling_county", data=data, as_of="2026-11-30", language="en")
    assert agency_rows(report, report.progress) == []
    table = report.progress.assign(agency=["", "", "", "", "A", "B", "A"])
    first, second = agency_rows(report, table)
    assert first["Agency"] == "A" and first["Projects"] == 2 and second["How far"] == "done 1"
    assert (second["Spent, 10,000 yuan"], second["Investment, 10,000 yuan"]) == ("835", "850")


def test_a_plan_without_reports_of_progress_has_no_such_section() -> None:
    """Nothing is shown of a shipped plan, whose lists have no states."""
    report = ReportContext.load("lishui", as_of="2022-12-31", language="en")
    assert render(report, "tasks.progress").text == ""
