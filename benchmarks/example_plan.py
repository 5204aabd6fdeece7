"""Make the example plan anew: `python benchmarks/example_plan.py [FOLDER]`.

The plan of a made-up county is made as a planner makes one: the folder of `forecast init`, the
workbook filled in, a scenario added. FOLDER is `params/example` unless given; it must not exist.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from forecast.plans.folder import PlanOrder, make_folder
from forecast.plans.form import title_of
from forecast.plans.form_writing import undated
from forecast.plans.own_tables import make_tables

ROOT = Path(__file__).parents[1]
MARK = "示例数据"
NAME = "云岭县"
ORDER = PlanOrder(
    NAME, "lishui", 2026, 2030, name_en="Yunling County",
    title="云岭县民政事业发展“十五五”规划（示例数据）",
)  # fmt: skip
Rows = Sequence[Mapping[str, object]]

BEDS, WORKERS = "养老机构护理型床位占比", "每万老年人拥有持证养老护理员数"
STANDARD, BURIAL = "最低生活保障年标准", "节地生态安葬率"
SOCIAL, STATIONS = "每万人持证社工人数", "村社慈善工作站覆盖率"
CONSORTIA, CANTEENS = "康养联合体数", "老年食堂服务点数"
OLD = "60岁及以上户籍老年人口"
FIGURES: dict[str, tuple[str, list[object]]] = {
    BEDS: ("%", ["52.4%", "54.1%", "56.3%", "58%", "60.2%"]),
    WORKERS: ("人", [18.2, 19.6, 21.1, 22.9, 24.3]),
    STANDARD: ("元/年", [10800, 11640, 12360, 13080, 13680]),
    BURIAL: ("%", ["58%", "63%", "68%", "72%", "77%"]),
    SOCIAL: ("人", [8.1, 9, 10.2, 11, 12.1]),
    STATIONS: ("%", ["22%", "38%", "55%", "67%", "78%"]),
    CONSORTIA: ("家", [3, 5, 6, 8, 9]),
    CANTEENS: ("个", [31, 42, 55, 63, 74]),
    OLD: ("人", [71200, 73100, 75600, 78300, "8.1万"]),
}
TARGETS: Rows = [
    {
        "indicator": BEDS,
        "force": "约束性",
        "baseline": "60.2%",
        "2028": "66%",
        "2030": "70%",
        "owner": "养老服务科",
    },
    {
        "indicator": WORKERS,
        "force": "预期性",
        "baseline": 24.3,
        "2028": 28,
        "2030": "≥32",
        "owner": "养老服务科",
    },
    {
        "indicator": STANDARD,
        "force": "约束性",
        "baseline": 13680,
        "2030": "18000以上",
        "owner": "社会救助科",
    },
    {
        "indicator": BURIAL,
        "force": "预期性",
        "baseline": "77%",
        "2030": "≥90%",
        "owner": "殡葬管理所",
    },
    {
        "indicator": SOCIAL,
        "force": "预期性",
        "baseline": 12.1,
        "2028": 15,
        "2030": 17,
        "owner": "慈善社工科",
    },
    {
        "indicator": STATIONS,
        "force": "预期性",
        "baseline": "78%",
        "2028": "95%",
        "2030": "100%",
        "owner": "慈善社工科",
    },
    {"indicator": CONSORTIA, "force": "预期性", "baseline": 9, "2030": 18, "owner": "养老服务科"},
    {
        "indicator": CANTEENS,
        "force": "预期性",
        "baseline": 74,
        "2030": 120,
        "owner": "养老服务科",
        "kind": "累计数，只增不减",
        "better": "越高越好",
        "area": "幸福颐养",
    },
]
TASKS: Rows = [
    {
        "task": "出台基本养老服务清单",
        "list": "政策",
        "requirement": "县政府办公室印发",
        "due": "2026年9月底前",
        "state": "已完成",
        "done_on": "2026-08-20",
    },
    {
        "task": "建成县级智慧养老平台",
        "list": "改革",
        "requirement": "接入全部养老机构",
        "due": "2026年底",
        "state": "推进中",
        "state_on": "2026-10-31",
        "spent": 180,
    },
    {
        "task": "修订临时救助办法",
        "list": "政策",
        "requirement": "提高小额救助额度",
        "due": "2026年6月底前",
        "state": "推进中",
        "state_on": "2026-10-31",
    },
    {
        "task": "乡镇社工站提质",
        "list": "工作",
        "requirement": "各乡镇至少两名持证社工",
        "due": "2028年底",
    },
]
PROJECTS: Rows = [
    {
        "project": "云岭县中心养老院二期",
        "agency": "云岭县民政局",
        "class": "实施类",
        "stage": "新建",
        "first_year": 2026,
        "last_year": 2028,
        "investment": 9600,
        "state": "推进中",
        "state_on": "2026-10-31",
        "spent": 2100,
    },
    {
        "project": "东坪乡康养联合体",
        "agency": "云岭县民政局",
        "class": "实施类",
        "stage": "续建",
        "first_year": 2025,
        "last_year": 2026,
        "investment": 850,
        "state": "已完成",
        "done_on": "2026-07-15",
        "spent": 835,
        "moves": CONSORTIA,
        "adds": 1,
    },
    {
        "project": "生态墓园",
        "agency": "云岭县民政局",
        "class": "谋划类",
        "first_year": 2027,
        "last_year": 2029,
        "investment": 3200,
    },
]
README = """\
# 示例规划 · An example of a plan

云岭县是虚构的，所有数据都是示例数据。它由 `forecast init` 和工作簿生成。
怎样做一份自己的规划，见 `docs/own-plan.zh.md`。`forecast run params/example` 生成它的报告。

Yunling County is made up, and so are all of its data. It was made with `forecast init` and a
workbook. `docs/own-plan.md` says how to make a plan of your own. `forecast run params/example`
makes its reports.
"""
SCENARIO = """\
# 示例情景 · An example of a scenario
name: 增训护理员
text_zh: 从2027年起每年多培训40名护理员。
text_en: "From 2027 on 40 more care workers are trained every year."
steps:
  - mechanism: care_workforce
    levers: {trainees_per_year: {value: 40, from: start+1}}
"""


def write_rows(form: Path, rows: Mapping[str, Rows], mark: str = "") -> Path:
    """Write rows into the sheets of a workbook as a planner does, by the codes of their columns."""
    book = openpyxl.load_workbook(form)
    for line in book[title_of("form_sheet", "guide", "zh")].iter_rows():
        if mark and line[0].value == title_of("form_fact", "mark", "zh"):
            line[1].value = mark
    for code, lines in rows.items():
        sheet = book[title_of("form_sheet", code, "zh")]
        heads = [cell.value for cell in sheet[2]]
        for at, row in enumerate(lines, start=3):
            for name, value in row.items():
                title = name if name.isdigit() else title_of("form", name, "zh")
                sheet.cell(at, heads.index(title) + 1, value)
    book.save(form)
    return form


def fill(form: Path) -> None:
    """Fill in the example's workbook."""
    figures = [
        {"indicator": name, "unit": unit, **{str(2021 + at): v for at, v in enumerate(values)}}
        for name, (unit, values) in FIGURES.items()
    ]
    targets = [
        {"number": at, **row, "unit": FIGURES[str(row["indicator"])][0]}
        for at, row in enumerate(TARGETS, start=1)
    ]
    sheets = {"targets": targets, "figures": figures, "tasks": TASKS, "projects": PROJECTS}
    write_rows(form, sheets, MARK)
    form.write_bytes(undated(form.read_bytes()))


def make_example(folder: Path) -> Path:
    """Make the example in a new folder."""
    form = make_folder(folder, ORDER)
    fill(form)
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "增训护理员.yaml").write_text(SCENARIO, encoding="utf-8")
    for file in folder.glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("output: reports\n", "")
        if file.name == "levers.yaml":
            text += "scenarios: scenarios/增训护理员.yaml\n"
        if file.name == "indicator.yaml":
            text += "indicator: nursing_bed_share\n"
        file.write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")
    make_tables(form)
    for lock in folder.glob(".*.lock"):
        lock.unlink()
    return folder


if __name__ == "__main__":
    print(make_example(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "params" / "example"))
