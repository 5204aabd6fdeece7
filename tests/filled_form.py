"""The workbook of a plan, filled in as a planner does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from example_plan import write_rows

from forecast.plans.folder import PlanOrder, make_folder

ORDER = PlanOrder("青山县", "丽水市", 2026, 2030)
PRINTED = [
    {"number": 1, "indicator": "每万老年人拥有持证养老护理员数", "unit": "人", "force": "预期性",
     "baseline": 25, "2028": 28, "2030": "≥32"},
    {"number": 2, "indicator": "养老机构护理型床位占比", "unit": "%", "force": "约束性",
     "baseline": "60%", "2030": "70%"},
    {"number": 3, "indicator": "最低生活保障标准", "unit": "元/年", "2030": 18000},
    {"number": 4, "indicator": "老年食堂覆盖村数", "unit": "个", "kind": "累计数，只增不减",
     "better": "越高越好", "2030": 120},
]  # fmt: skip
KNOWN = {
    "每万老年人拥有持证养老护理员数": [20, 21, 22.5, 23.8],
    "养老机构护理型床位占比": ["54%", "55.5%", "57%", "58.6%", "60%p"],
    "最低生活保障标准": [11000, 12000, 12900, 13500, "1.4万"],
    "老年食堂覆盖村数": [40, 50, 61, 70, "80预计"],
}
FIGURES = [
    {"indicator": name, **{str(2021 + at): value for at, value in enumerate(values)}}
    for name, values in KNOWN.items()
]
TASKS = [{"task": "出台养老服务条例", "list": "政策", "due": "2027年底", "state": "已完成",
          "done_on": "2026-09-30"}]  # fmt: skip
PROJECTS = [{"project": "县中心养老院", "first_year": 2026, "last_year": 2028, "investment": 8000,
             "state": "推进中", "state_on": "2026-06-30", "spent": 1200}]  # fmt: skip
ROWS: dict[str, Sequence[Mapping[str, object]]] = {
    "targets": PRINTED, "figures": FIGURES, "tasks": TASKS, "projects": PROJECTS,
}  # fmt: skip


def fill(form: Path, rows: Mapping[str, Sequence[Mapping[str, object]]] = ROWS) -> Path:
    """Write rows into the sheets of a workbook, by the codes of their columns."""
    return write_rows(form, rows)


def made(folder: Path, rows: Mapping[str, Sequence[Mapping[str, object]]] = ROWS) -> Path:
    """Make the folder of a plan and fill in its workbook; give the workbook."""
    return fill(make_folder(folder, ORDER), rows)
