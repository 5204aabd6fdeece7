"""The folder of a plan: made whole or not at all, in the reader's language, and run as it is."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from filled_form import ORDER, fill, made
from forecast.errors import UnknownNameError, WriteError
from forecast.plans.folder import PlanOrder, make_folder, open_plan, parameter_files
from forecast.plans.form_reading import is_form
from forecast.plans.form_writing import FormContent, write_form
from forecast.plans.overview import describe_plan, summarise_plan
from forecast.reports.parameters import read_parameters
from forecast.reports.scenarios import choose_scenarios
from forecast.tables.plan import load_plan
from warm import Command, fork_kernels


def test_a_folder_has_a_form_parameters_and_a_readme(tmp_path: Path) -> None:
    """A parameter file for each kind of report, each of which is read; nothing else to copy."""
    form = make_folder(tmp_path / "plan", ORDER)
    assert is_form(form) and form.name == "青山县.xlsx"
    assert "要填的只有工作簿" in (form.parent / "README.md").read_text(encoding="utf-8")
    for file in form.parent.glob("*.yaml"):
        found = read_parameters(file)
        assert (found.region, found.data) == ("青山县", str(form.parent.resolve() / "tables"))
    days = {file.stem: read_parameters(file).as_of for file in form.parent.glob("*.yaml")}
    assert (days["midterm"], days["final"]) == ("2028-12-31", "2031-06-30")


def test_nothing_is_overwritten_and_nothing_half_made(tmp_path: Path) -> None:
    """A folder with a file in it is refused, and an unknown parent leaves no folder."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(WriteError, match="not empty"):
        make_folder(tmp_path / "mine", ORDER)
    with pytest.raises(
        UnknownNameError, match=r"Did you mean lishui.* listed in .*regions.csv"
    ) as no:
        make_folder(tmp_path / "new", PlanOrder("青山县", "lishiu", 2026, 2030))
    assert "zhoushan" not in str(no.value)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """A workbook that is sent to units runs nothing that somebody wrote as a name."""
    content = FormContent(
        {"plan_title": "=1+1"}, ["2025"], ["2021"], ["=2+2"], ["@x"],
        {"targets": [{"indicator": "=3+3", "2025": 5}]}, note="=4+4",
    )  # fmt: skip
    (tmp_path / "form.xlsx").write_bytes(write_form(content, "zh", ("targets",)))
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {"=1+1", "=2+2", "=3+3", "=4+4"} <= texts


def test_like_another_plan(tmp_path: Path, command: Command) -> None:
    """`--like` puts that plan's indicators, units and forces in; a region's own figures too."""
    ended = command("init", tmp_path / "p", "--name", "丽水市", "--parent", "zhejiang", "--period",
                    "2026-2030", "--like", "lishui", "--language", "zh")  # fmt: skip
    assert ended.returncode == 0
    book = openpyxl.load_workbook(tmp_path / "p" / "丽水市.xlsx")
    names = [cell.value for cell in book["指标和目标"]["B"][2:] if cell.value]
    assert "护理型床位占比" in names
    figures = [cell.value for row in book["完成数"].iter_rows(3) for cell in row[2:12]]
    assert any(figures)
    assert open_plan(tmp_path / "p").region == "lishui"


def test_a_workbook_in_english_is_read_as_well(tmp_path: Path) -> None:
    """Sheets and columns are in the language that was asked for."""
    order = PlanOrder("Green Hills", "lishui", 2026, 2030, language="en")
    form = make_folder(tmp_path / "p", order)
    book = openpyxl.load_workbook(form)
    sheet = book["Indicators and targets"]
    sheet["B3"], sheet["J3"] = "Share of nursing beds", 70
    assert [cell.value for cell in sheet[2]][:2] == ["No.", "Indicator"]
    assert sheet["J2"].value == "2030"
    sheet["C3"], sheet["H2"].value = "%", sheet["H2"].value
    sheet["B3"] = "护理型床位占比"
    book.save(form)
    assert open_plan(form).region == "green_hills"


def test_what_init_needs_is_named_where_nobody_can_be_asked(
    command: Command, tmp_path: Path
) -> None:
    """Without a terminal the missing options are listed."""
    ended = command("init", tmp_path / "p", "--name", "青山县")
    assert ended.returncode == 2 and "--parent, --period" in ended.stderr
    wrong = command("init", tmp_path / "p", "--name", "a", "--parent", "lishui", "--period", "soon")
    assert wrong.returncode == 2 and "2026-2030" in wrong.stderr


@pytest.mark.parametrize("like", ["", "lishui"], ids=["empty", "with indicators of another plan"])
def test_a_form_without_target_or_figure_is_named_as_such(
    command: Command, tmp_path: Path, like: str
) -> None:
    """Before anything is filled in, check says what to do next."""
    form = make_folder(tmp_path / "p", replace(ORDER, like=like))
    ended = command("check", form.parent, "--language", "en")
    said = ended.stderr + ended.stdout
    assert ended.returncode == 1 and "no target and no figure is filled in yet" in said


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a plan that is filled in and read."""
    folder = made(tmp_path_factory.mktemp("filled") / "p").parent
    open_plan(folder)
    return folder


@pytest.fixture
def plan(filled: Path, tmp_path: Path) -> Path:
    """Give a copy of it."""
    return shutil.copytree(filled, tmp_path / "p")


def test_check_says_what_a_plan_rests_on(command: Command, plan: Path, tmp_path: Path) -> None:
    """Own and shipped rows, peers of each indicator, what a mechanism lacks; a file beside it."""
    ended = command("check", plan, "--language", "zh")
    assert ended.returncode == 0
    assert "observations：自有20行" in ended.stdout
    assert "养老机构护理型床位占比＝护理型床位占比：5个完成数（2021-2025）" in ended.stdout.replace(
        " (", "（"
    ).replace(")", "）")
    assert "老年食堂覆盖村数：5个完成数" in ended.stdout and "0个其他地区有数" in ended.stdout
    assert "缺60岁及以上户籍老年人口" in ended.stdout
    elsewhere = replace(load_plan("lishui"), region="ningbo")  # no section in mechanisms.yaml
    assert any("推广”：缺乡镇（街道）数" in line for line in describe_plan(elsewhere, "zh"))
    own = tmp_path / "more.csv"
    own.write_text("指标,2025\n老年食堂覆盖村数,80\n", encoding="utf-8")
    held = command("check", own, "--data", plan, "--json")
    record = json.loads(held.stdout.splitlines()[0])
    assert (record["region"], record["indicator"]) == ("青山县", "老年食堂覆盖村数")
    own.write_text(
        "青山县历年数据（单位见表）,\n指标,2025\n老年食堂覆盖村数,80\n", encoding="utf-8"
    )
    titled = command("check", own, "--data", plan, "--region", "lishui", "--language", "zh")
    assert "没有采用--region lishui：文件里写明是青山县" in titled.stderr
    assert "没有用到" not in titled.stdout


def test_check_says_what_own_files_change(command: Command, plan: Path) -> None:
    """A mechanism and a scenario of shipped names, only what differs; a fault has its line."""
    folder = plan
    (folder / "mechanisms.yaml").write_text(
        "care_workforce:\n  assumptions: {leaving_rate: {high: 20}}\n", encoding="utf-8"
    )
    (folder / "scenarios").mkdir()
    push = folder / "scenarios" / "care_worker_training.yaml"
    push.write_text(
        "name: care_worker_training\nsteps:\n  - mechanism: care_workforce\n    region: 青山县\n"
        "    levers: {trainees_per_year: {value: 30, from: start+1}}\n", encoding="utf-8"
    )  # fmt: skip
    ended = command("check", folder, "--language", "en")
    assert ended.returncode == 0, ended.stdout
    assert "mechanisms.yaml, care_workforce: changes assumptions.leaving_rate.high" in ended.stdout
    assert "care_worker_training.yaml, care_worker_training: changes steps.5." in ended.stdout
    opened = open_plan(folder)
    own = summarise_plan(opened).changes
    assert own.loc[0, ["shipped", "own"]].tolist() == ["25", "20"]
    levers = folder / "levers.yaml"
    levers.write_text(levers.read_text("utf-8") + "scenarios: care_worker_training\n", "utf-8")
    assert read_parameters(levers).scenarios == str(push)
    (scenario,) = (s for s in choose_scenarios(None, opened.folder) if s.name == push.stem)
    assert scenario.dated(opened).steps[-1].levers["trainees_per_year"].since == 2027
    push.write_text(push.read_text("utf-8").replace("trainees", "traines"), "utf-8")
    ended = command("check", folder, "--language", "en")
    assert ended.returncode == 1 and "'trainees_per_year' is meant" in ended.stdout


def test_a_newcomer_fills_in_the_form_and_reads_the_report(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """init, the workbook, run: page and tables of the notebook have the numbers that were typed."""
    fork_kernels(monkeypatch)
    folder = tmp_path / "qingshan"
    ended = command("init", folder, "--name", "青山县", "--parent", "lishui", "--period",
                    "2026-2030", "--language", "zh")  # fmt: skip
    assert ended.returncode == 0
    fill(folder / "青山县.xlsx")
    kept = folder / "monitoring.yaml"
    assert kept in parameter_files(folder)
    for file in parameter_files(folder):  # one report shows how all of them get their tables
        if file != kept:
            file.unlink()
    kept.write_text(re.sub(r"draws: \d+", "draws: 100", kept.read_text("utf-8")), "utf-8")
    ended = command("run", folder, "--no-pdf")
    assert ended.returncode == 0, ended.stderr
    (left,) = (file.parent for file in folder.rglob("report.html"))
    assert left.parent == read_parameters(kept).folder.parent
    row = pd.read_csv(left / "attainment.csv").set_index("indicator").loc["nursing_bed_share"]
    assert (row["latest"], row["latest_year"], row["target"], row["year"]) == (60, 2025, 70, 2030)
    assert 0.01 <= row["p_reach"] <= 0.99
    page = (left / "report.html").read_text(encoding="utf-8")
    assert "青山县民政事业发展规划（2026-2030年）" in page and "老年食堂覆盖村数" in page
    assert (left.parent / "index.html").is_file()
