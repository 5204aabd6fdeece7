"""Figures and revised targets of one's own in a report, without a change to the shipped tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation import store as stores
from forecast.evaluation.vintages import issue
from forecast.reports.context import ReportContext
from forecast.reports.errors import ParameterError
from forecast.reports.monitoring import compute_monitoring
from forecast.reports.own_figures import take_figures
from forecast.reports.parameters import ReportParameters, read_parameters
from forecast.reports.rendering import render
from own_files import workbook

HEADS = {
    "targets": "region,indicator,year,value,comparator,role,force,source,locus,note",
    "observations": "region,indicator,year,as_of,value,status,source,locus,note",
}
SOURCE = "000_616e588ea31d91eb.txt"


@pytest.fixture
def parameters(root: Path, tmp_path: Path) -> ReportParameters:
    """Lishui's monitoring report into another folder."""
    found = read_parameters(root / "params" / "lishui.yaml")
    return found.model_copy(update={"output": str(tmp_path)})


def test_a_file_of_figures_is_put_over_the_tables(
    parameters: ReportParameters, tmp_path: Path
) -> None:
    """A run with `--figures` sees what the sheet has; the shipped tables stay as they are."""
    mine = tmp_path / "my.xlsx"
    mine.write_bytes(workbook([["指标", "2024年", "2026-06-30"], ["登记基金会数（家）", 11, 12]]))
    moved = take_figures(tmp_path / "lishui.yaml", mine, parameters)
    own, shipped = fc.load_plan(moved.data, region="lishui"), fc.load_plan("lishui")
    figures = [plan.observations.set_index("indicator") for plan in (own, shipped)]
    seen, known = (f.loc[["registered_foundations"]] for f in figures)
    assert len(seen) == len(known) + 2 and seen["value"].tolist()[-2:] == [11, 12]
    assert set(seen["source"]) - set(known["source"]) == {"own figures: my.xlsx"}
    assert len(own.siblings) == len(shipped.siblings) and own.region == "lishui"
    assert len(own.targets) == len(shipped.targets)


def test_figures_that_need_a_decision_make_no_report(
    parameters: ReportParameters, tmp_path: Path
) -> None:
    """Each is named with its row and column."""
    mine = tmp_path / "my.csv"
    mine.write_text("指标,2024年,2025年\n登记基金会数,约11,九家\n", encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        take_figures(tmp_path / "lishui.yaml", mine, parameters)
    assert "row 2, column 2024年, value '约11'" in str(refused.value)
    assert "row 2, column 2025年, value '九家'" in str(refused.value)


def revised(folder: Path, value: int) -> str:
    """Tables of one's own with three figures and a target of this value."""
    folder.mkdir()
    figures = [f"lishui,care_visit_share,{year},,{seen},actual,{SOURCE},,"
               for year, seen in ((2020, 60), (2021, 62), (2022, 66))]  # fmt: skip
    rows = {"targets": [f"lishui,care_visit_share,2025,{value},ge,final,,{SOURCE},,"],
            "observations": figures}  # fmt: skip
    for table, lines in rows.items():
        text = "\n".join([HEADS[table], *lines])
        (folder / f"{table}.csv").write_text(f"{text}\n", encoding="utf-8")
    return str(folder)


def test_a_report_names_the_old_and_the_new_value_of_a_target(tmp_path: Path) -> None:
    """Issued with 75, reported with 90: both stand there, and what that does to the chance."""
    before = fc.load_plan(revised(tmp_path / "a", 75), as_of="2022-12-31", region="lishui")
    store = tmp_path / stores.STORE
    stores.append_run(store, issue(before, name="mon"))
    report = ReportContext.load("lishui", data=revised(tmp_path / "b", 90), as_of="2023-06-30",
                                language="en", draws=100)  # fmt: skip
    results = compute_monitoring(report, str(store))
    row = results.revisions.iloc[0]
    assert isinstance(results.revisions, pd.DataFrame) and len(results.revisions) == 1
    assert (row["revision"], row["target_old"], row["target"]) == ("revised", 75, 90)
    assert row["targets"] == pytest.approx(row["move"]) and row["move"] < -0.05
    page = render(report, "monitoring.changes", results).text.replace("\xa0", " ")
    assert "≥ 75 % (2025) → ≥ 90 % (2025)" in page and "Lists of major reforms" in page
