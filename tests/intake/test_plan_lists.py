"""The lists of targets of the shipped plans, pasted into a file as they are printed."""

from __future__ import annotations

import pandas as pd
import pytest

from forecast.intake.figure_import import FigureImport, read
from forecast.tables.plan import Plan, data_folder, load_plan
from own_files import workbook

LISTS = {"lishui": "主要指标表", "xiaoshan": "工作清单", "zhejiang": "附件1"}
"""Regions, and where in the plan its list is."""


def table(name: str) -> pd.DataFrame:
    """Read a shipped table as text."""
    return pd.read_csv(data_folder() / f"{name}.csv", dtype=str, keep_default_na=False)


def pasted(region: str) -> tuple[list[list[object]], dict[str, set[str]]]:
    """Give the lines of a region's list, a year a column, and the indicators of each name."""
    targets = table("targets").query("region == @region and comparator != 'gt'")
    rows = targets[targets["locus"].str.startswith(LISTS[region])]
    meant = rows.groupby("name_printed", sort=False)["indicator"].agg(set).to_dict()
    years = sorted(set(rows["year"]))
    lines: list[list[object]] = [["序号", "主要指标", *(f"{year}年" for year in years)]]
    for number, (name, of_name) in enumerate(rows.groupby("name_printed", sort=False), start=1):
        values = of_name.drop_duplicates("year").set_index("year")["value"]
        lines.append([number, name, *(values.get(year, "——") for year in years)])
    return lines, meant


def take(lines: list[list[object]], plan: Plan, region: str, merged: str = "") -> FigureImport:
    """Read lines as a planner's workbook."""
    return read(workbook(lines, merged=merged), "own.xlsx", plan, region)


@pytest.mark.parametrize("region", LISTS)
def test_every_line_of_a_plans_list_is_known(region: str) -> None:
    """Each cell of the list means the indicator of its line and the printed number."""
    lines, meant = pasted(region)
    plan = load_plan(region, as_of="2025-12-31")
    rows = take(lines, plan, region).rows
    names = {number: str(line[1]) for number, line in enumerate(lines, start=1)}
    assert not rows["status"].eq("problem").any()
    read_ = rows[rows["status"] != "missing"]
    assert len(read_) >= 18
    wrong = [(names[r.row], r.indicator) for r in read_.itertuples()
             if r.indicator not in meant[names[r.row]]]  # fmt: skip
    assert wrong == []


def test_columns_of_measures_and_headings_change_nothing() -> None:
    """A list with 名称, 指标体系, two lines of headers and columns of measures is read like one."""
    plan = load_plan("lishui", as_of="2023-12-31")
    lines: list[list[object]] = [
        ["民政共同富裕示范区建设“四个体系”清单"],
        ["名称", "指标体系", "年度指标", None, "工作举措", "政策体系", "开展试点情况"],
        [None, None, "2021", "2023"],
        ["高水平打造幸福颐养标杆区", "1．护理型床位占养老机构床位比例达到65%。", 55.1, 57.2,
         "1.设立专项小组，2021年印发3个方案。", "1．出台政策；", "省级试点：5个"],
        [None, "2．打造康养联合体不少于100个。", 11, 45, None, None, None],
    ]  # fmt: skip
    rows = take(lines, plan, "lishui", merged="C2:D2").rows
    found = rows[["indicator", "year", "value", "status"]].to_numpy().tolist()
    assert [row[:3] for row in found] == [
        ["nursing_bed_share", 2021, 55.1],
        ["nursing_bed_share", 2023, 57.2],
        ["care_consortia", 2021, 11.0],
        ["care_consortia", 2023, 45.0],
    ]
    assert not rows["reason"].str.contains("没有用到|not used").any()
