"""Forms of missing figures: written with what is known, returned, and taken into a plan."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest

from filled_form import made
from forecast.plans.collection import closed_years, collect
from forecast.plans.folder import open_plan, read_years
from warm import Command

BEDS, CANTEENS = "护理型床位占比", "老年食堂覆盖村数"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a plan that is filled in, and the form of what it lacks in 2019 to 2021."""
    place = tmp_path_factory.mktemp("filled")
    plan = made(place / "plan").parent
    with pytest.MonkeyPatch.context() as patch:
        ended = Command(patch)("template", "--data", plan, "--years", "2019-2021", "--output",
                               place, "--due", "2026年1月10日", "--language", "zh")  # fmt: skip
    Path(ended.stdout.strip()).rename(place / "form.xlsx")
    return place


@pytest.fixture
def plan(filled: Path, tmp_path: Path) -> Path:
    """Give a copy of the folder of the plan."""
    return shutil.copytree(filled / "plan", tmp_path / "plan")


@pytest.fixture
def form(filled: Path, tmp_path: Path) -> Path:
    """Give a copy of the form."""
    return Path(shutil.copy(filled / "form.xlsx", tmp_path))


def fill(form: Path, copy: str, **figures: object) -> Path:
    """Write figures by indicator into the year 2020 of a copy of the form."""
    book = openpyxl.load_workbook(form)
    sheet = book["缺数填报"]
    for row in sheet.iter_rows(3):
        if row[1].value in figures:
            row[5].value = figures[row[1].value]
    book.save(form.with_name(copy))
    return form.with_name(copy)


def test_a_form_shows_what_is_known(form: Path) -> None:
    """A line an indicator: region, unit, the last known figure, and years; a guide of its own."""
    book = openpyxl.load_workbook(form)
    guide = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(max_col=2)}
    assert (guide["填报年份"], guide["报送截止日期"]) == ("2019、2020、2021", "2026年1月10日")
    text = "".join(map(str, guide))
    assert "缺数填报" in text and "forecast" not in text and "指标和目标" not in text
    sheet = book["缺数填报"]
    heads = [cell.value for cell in sheet[2]]
    assert heads == ["地区", "指标", "单位", "最近已知数", "2019", "2020", "2021", "来源", "备注"]
    lines = {row[1].value: [cell.value for cell in row] for row in sheet.iter_rows(3)}
    assert lines[BEDS][:7] == ["青山县", BEDS, "百分比", "60%（2025）", None, None, 54]


def test_returned_figures_are_taken(form: Path, plan: Path, command: Command) -> None:
    """New figures become observations of the plan; what was known already stays as it is."""
    back = fill(form, "a.xlsx", **{BEDS: "52.5%", CANTEENS: 33})
    ended = command("collect", back, "--into", plan, "--language", "zh")
    assert ended.returncode == 0 and "2个新数" in ended.stdout
    held = open_plan(plan).observations.query("year == 2020").set_index("indicator")
    assert held["value"].to_dict() == {"nursing_bed_share": 52.5, CANTEENS: 33.0}
    assert set(held["source"]) == {"a.xlsx"}
    again = command("collect", back, "--into", plan, "--language", "zh")
    assert again.returncode == 0 and "0个新数" in again.stdout


def test_a_form_asks_only_for_years_that_can_be_taken(plan: Path, command: Command) -> None:
    """A single year is a period; years that have not ended are named, or refused, at once."""
    assert closed_years(read_years("2025", single=True), dt.date(2025, 12, 31)) == ([2025], [])
    late = command("template", "--data", plan, "--years", "2099", "--language", "en")
    assert late.returncode == 2 and not list(plan.glob("*2099*"))


def test_a_mark_holds_in_either_of_two_forms(form: Path, plan: Path) -> None:
    """A figure that one form calls preliminary is so, whichever form is read first."""
    one = fill(form, "a.xlsx", **{BEDS: "52.5%"})
    other = fill(form, "b.xlsx", **{BEDS: "52.5%p"})
    found = collect([one, other], open_plan(plan), "zh")
    assert [row["status"] for row in found.rows] == ["preliminary"] and not found.open


def test_nothing_is_taken_while_something_is_open(form: Path, plan: Path, command: Command) -> None:
    """Two forms that differ, a figure that is none, one that differs from the plan's."""
    one = fill(form, "a.xlsx", **{BEDS: "52.5%", CANTEENS: "三十"})
    other = fill(form, "b.xlsx", **{BEDS: "53%"})
    ended = command("collect", one, other, "--into", plan, "--language", "zh")
    assert ended.returncode == 1 and "没有采用任何数" in ended.stdout
    assert "a.xlsx" in ended.stdout and "三十" in ended.stdout
    assert "b.xlsx" in ended.stdout and "53%" in ended.stdout
    assert not (plan / "observations.csv").exists()
    wrong = command("collect", plan / "青山县.xlsx", "--into", plan, "--language", "en")
    assert wrong.returncode != 0 and "not a form of missing figures" in wrong.stderr
