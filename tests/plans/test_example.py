"""The example plan that is shipped is what the command makes, and says that it is one."""

from __future__ import annotations

import json
from pathlib import Path

from example_plan import make_example
from nbformat.v4 import new_notebook

from forecast.intake.spreadsheet import read_sheets
from forecast.plans.folder import open_plan, parameter_files
from forecast.reports.inputs import find_mark, find_tables
from forecast.reports.page import to_html

FORM = "云岭县.xlsx"


def content(folder: Path) -> dict[str, object]:
    """Content of every file; of the workbook what shows, of the tables not their stamp."""
    found: dict[str, object] = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if file.suffix == ".xlsx":
            # The hidden sheet has the names of all indicators that may be chosen.
            sheets = read_sheets(file.read_bytes(), file.name)
            found[name] = [sheet for sheet in sheets if not sheet.hidden]
        elif file.name == "manifest.json":
            found[name] = {**json.loads(file.read_text(encoding="utf-8")), "stamp": ""}
        else:
            found[name] = file.read_text(encoding="utf-8")
    return found


def test_the_example_is_what_the_command_makes(root: Path, tmp_path: Path) -> None:
    """`python benchmarks/example_plan.py` gives each file that is shipped, to the letter."""
    shipped, made = (
        content(root / "params" / "example"),
        content(make_example(tmp_path / "example")),
    )
    assert list(shipped) == list(made)
    assert [name for name in shipped if shipped[name] != made[name]] == []


def test_the_example_needs_no_place_to_write_to(root: Path) -> None:
    """Its tables are up to date: an installed package makes its reports from them as they are."""
    example = root / "params" / "example"
    before = {file: file.stat().st_mtime_ns for file in example.rglob("*")}
    assert len(parameter_files(example)) == 5
    plan = open_plan(example)
    assert before == {file: file.stat().st_mtime_ns for file in example.rglob("*")}
    assert plan.region == "yunling_county" and plan.title.endswith("（示例数据）")
    assert set(plan.progress["state"]) == {"done", "under_way"} and len(plan.siblings) > 100


def test_every_page_of_the_example_is_marked(root: Path) -> None:
    """What the plan wants on every page stands there; a shipped plan wants nothing."""
    tables = find_tables(str(root / "params" / "example" / "tables"))
    assert find_mark(tables, "yunling_county") == "示例数据"
    assert find_mark(tables, "lishui") == ""
    page = to_html(new_notebook(), language="zh", title="x", mark="示例数据")
    assert '<header class="mark">示例数据</header>' in page
    assert 'class="mark"' not in to_html(new_notebook(), language="zh", title="x")
