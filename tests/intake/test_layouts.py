"""Files as planners, statistics offices and databases lay them out, cell by cell.

A cell is compared as `region indicator day value type status`, as `forecast check --json` has it;
regions and indicators are short: L is Lishui, Q Qingtian, F foundations, S the share of nursing
beds, B beds, V volunteers, P people, I income.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from pathlib import Path

import pytest

from forecast.i18n.messages import FiguresError
from forecast.intake import figure_import as intake
from forecast.tables.plan import Plan, data_folder, load_plan
from own_files import lines, workbook

F, S, B, V = "登记基金会数", "护理型床位占比", "机构养老床位数", "注册志愿者人数"
SHORT = {
    "lishui": "L", "qingtian": "Q", "jinyun": "J", "zhejiang": "Z", "registered_foundations": "F",
    "nursing_bed_share": "S", "institution_beds": "B", "registered_volunteers": "V",
    "resident_population": "P", "income_per_capita": "I", "income_per_capita_urban": "I-urban",
    "income_per_capita_rural": "I-rural",
}  # fmt: skip
TODAY = dt.date(2026, 6, 1)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Give the shipped tables of all regions."""
    return load_plan(data_folder())


def records(plan: Plan, content: bytes, name: str = "") -> list[dict[str, object]]:
    """Read a file as that of Lishui, where it names no region."""
    name = name or ("own.xlsx" if content.startswith(b"PK") else "own.csv")
    return intake.read(content, name, plan, "lishui", today=TODAY).records("en")


def cells(plan: Plan, content: bytes, name: str = "") -> list[str]:
    """Every cell of a file in short; what is not read only by its status."""
    found = []
    for row in records(plan, content, name):
        if row["status"] in ("unread", "missing"):
            found.append(str(row["status"]))
            continue
        day = str(row["date"] or "-").removesuffix("-12-31")
        named = [SHORT.get(str(row[key]), str(row[key] or "-")) for key in ("region", "indicator")]
        value = "-" if row["value"] is None else f"{row['value']:.10g}"
        found.append(" ".join([*named, day, value, str(row["type"]), str(row["status"])]))
    return found


UNDERSTOOD = {
    "types under years": (
        workbook(
            [["指标", "2023年", None, None], [None, "计划", "实际", "完成率(%)"], [F, 12, 9, 75]],
            merged="A1:A2 B1:D1",
        ),
        ["L F 2023 12 target understood", "L F 2023 9 actual understood", "unread"],
    ),
    "types under years, in a text": (
        lines("指标,2023年,,2024年,", ",计划,实际,计划,实际", f"{F},12,9,14,10"),
        ["L F 2023 12 target understood", "L F 2023 9 actual understood",
         "L F 2024 14 target understood", "L F 2024 10 actual understood"],
    ),
    "years under types": (
        workbook(
            [["指标", "目标值", None, "实际值", None], [None, 2023, 2024, 2023, 2024],
             [F, 12, 14, 9, 10]],
            merged="A1:A2 B1:C1 D1:E1",
        ),
        ["L F 2023 12 target understood", "L F 2024 14 target understood",
         "L F 2023 9 actual understood", "L F 2024 10 actual understood"],
    ),
    "types under years under a plan's period": (
        workbook(
            [["指标", "十四五", None, None, None], [None, "2022年", None, "2023年", None],
             [None, "目标值", "完成值", "目标值", "完成值"], [F, 12, 9, 14, 10]],
            merged="A1:A3 B1:E1 B2:C2 D2:E2",
        ),
        ["L F 2022 12 target understood", "L F 2022 9 actual understood",
         "L F 2023 14 target understood", "L F 2023 10 actual understood"],
    ),
    "a column that says how final figures are": (
        lines("指标,年份,数值,数据状态", f"{F},2023,9,快报数", f"{F},2022,8,实际"),
        ["L F 2023 9 actual understood", "L F 2022 8 actual understood"],
    ),
    "three lines with units": (
        workbook(
            [["指标", "2023年", None], [None, "计划", "实际"], [None, "（%）", "（%）"],
             [S, 57, 53.6]],
            merged="A1:A3 B1:C1",
        ),
        ["L S 2023 57 target understood", "L S 2023 53.6 actual understood"],
    ),
    "years over the titles": (
        workbook([[None, None, "2023年", None], ["序号", "指标", "计划", "实际"], [1, F, 12, 9]],
                 merged="C1:D1"),
        ["L F 2023 12 target understood", "L F 2023 9 actual understood"],
    ),
    "indicators over years": (
        workbook([["地区", F, None, S], [None, 2022, 2023, 2023], ["丽水市", 8, 9, 54.2]],
                 merged="A1:A2 B1:C1"),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood",
         "L S 2023 54.2 actual understood"],
    ),
    "line breaks in titles, as plans print them": (
        workbook([["序号", "主要指标", "2020年\n实际值", "2025年\n目标值", "指标\n属性"],
                  ["", "精准保障标杆区", None, None, None], [1, F, 7, 15, "预期性"]]),
        ["L F 2020 7 actual understood", "L F 2025 15 target understood"],
    ),
    "numbered columns": (
        lines("指标,计量单位,2022年,2023年", "甲,乙,1,2", f"{F},家,8,9"),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood"],
    ),
    "a line of units": (
        lines(f"年份,{S},{B}", "单位,%,万张", "2022,53.1,1.98"),
        ["L S 2022 53.1 actual understood", "L B 2022 19800 actual understood"],
    ),
    "region column of counties": (
        lines("县（市、区）,指标,2023", f"青田县,{F},3", f"缙云县,{S},60.2"),
        ["Q F 2023 3 actual understood", "J S 2023 60.2 actual understood"],
    ),
    "region column with an unknown title": (
        lines("何地,指标,2023", f"青田县,{F},3", f"缙云县,{F},4"),
        ["Q F 2023 3 actual understood", "J F 2023 4 actual understood"],
    ),
    "offices under 单位": (
        lines("单位,指标,2023", f"青田县民政局,{F},3", f"缙云县民政局,{F},4"),
        ["Q F 2023 3 actual understood", "J F 2023 4 actual understood"],
    ),
    "regions as section lines": (
        lines("指标,2023年", "青田县,", f"{F},3", "缙云县,", f"{F},4"),
        ["Q F 2023 3 actual understood", "J F 2023 4 actual understood"],
    ),
    "region in the title": (
        lines("浙江省青田县2021—2023年民政主要指标,", "指标,2023年", f"{F},3"),
        ["Q F 2023 3 actual understood"],
    ),
    "sheets of regions": (
        workbook(("青田县", [["指标", "2023年"], [F, 3]]), ("缙云", [["指标", "2023年"], [F, 4]])),
        ["Q F 2023 3 actual understood", "J F 2023 4 actual understood"],
    ),
    "sheets of years": (
        workbook(("2022年", [["指标", "数值"], [F, 8]]), ("2023年", [["指标", "数值"], [F, 9]])),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood"],
    ),
    "regions across": (
        lines("2023年各县登记情况,,", "指标,丽水市,青田县", f"{F},9,3"),
        ["L F 2023 9 actual understood", "Q F 2023 3 actual understood"],
    ),
    "regions down, indicators across": (
        lines("2023年丽水市各县（市、区）民政统计表,,", f"地区,{F}（家）,{S}（%）",
              "全市,9,54.2", "青田县,3,60"),
        ["L F 2023 9 actual understood", "L S 2023 54.2 actual understood",
         "Q F 2023 3 actual understood", "Q S 2023 60 actual understood"],
    ),
    "one indicator, named in the title": (
        lines(f"各县（市、区）{S}（%）,,", "地区,2022年,2023年", "丽水市,53.1,54.2"),
        ["L S 2022 53.1 actual understood", "L S 2023 54.2 actual understood"],
    ),
    "an export of the national database": (
        lines("数据库：分省年度数据,", "指标：年末常住人口(万人),", "时间：最近10年,",
              "地区,2024年", "浙江省,6670", "合计,", "数据来源：国家统计局,"),
        ["Z P 2024 66700000 actual understood"],
    ),
    "an export with labels in cells of their own": (
        lines("指标,常住人口(万人)", "地区,2024年", "浙江省,6670"),
        ["Z P 2024 66700000 actual understood"],
    ),
    "an export of one region": (
        lines("地区：浙江省,", "指标,2024年", "常住人口(万人),6670",
              "居民人均可支配收入(元),67013"),
        ["Z P 2024 66700000 actual understood", "Z I 2024 67013 actual understood"],
    ),
    "years down, regions across": (
        lines(f"{F}（家）,,", "年份,丽水市,青田县", "2023,9,3"),
        ["L F 2023 9 actual understood", "Q F 2023 3 actual understood"],
    ),
    "indicators as section lines": (
        lines("地区,2023年", f"{F},", "丽水市,9", "青田县,3", f"{S}（%）,", "丽水市,54.2"),
        ["L F 2023 9 actual understood", "Q F 2023 3 actual understood",
         "L S 2023 54.2 actual understood"],
    ),
    "no title over the names": (
        lines(",2022年,2023年", f"{F},8,9"),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood"],
    ),
    "a table that a program wrote": (
        lines(",指标,2022.0,2023.0", f"0,{F},8,9", f"1,{S},53.1,54.2"),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood",
         "L S 2022 53.1 actual understood", "L S 2023 54.2 actual understood"],
    ),
    "two tables, one under the other": (
        lines("表1 社会团体,", "指标,2022年", f"{F},8", "", "表2（续） 基金会,",
              "指标,2023年", f"{F},9"),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood"],
    ),
    "a later header without titles": (
        lines("指标,2021年,2022年", f"{F},7,8", ",2023年,2024年", f"{F},9,10"),
        [f"L F {year} {value} actual understood" for year, value in
         ((2021, 7), (2022, 8), (2023, 9), (2024, 10))],
    ),
    "two tables side by side": (
        lines("指标,2023年,,指标,2023年", f"{F},9,,{S},54.2"),
        ["L F 2023 9 actual understood", "L S 2023 54.2 actual understood"],
    ),
    "spellings of years": (
        lines("指标,二〇二一年,FY2022,2023年12月底,2024-12-31,2025年末", f"{F},7,8,9,10,11"),
        [f"L F {year} {year - 2014} actual understood" for year in range(2021, 2026)],
    ),
    "months of a year in the title": (
        lines("2023年,,", "指标,3月,十二月", f"{F},8,9"),
        ["L F 2023-03-31 8 actual understood", "L F 2023 9 actual understood"],
    ),
    "quarters": (
        lines("指标,2023Q1,2023年第二季度,2023年四季度", f"{F},7,8,9"),
        ["L F 2023-03-31 7 actual understood", "L F 2023-06-30 8 actual understood",
         "L F 2023 9 actual understood"],
    ),
    "month and quarter columns": (
        lines("指标,年份,月份,季度,数值", f"{F},2023,6,,8", f"{F},2023,,四季度,9"),
        ["L F 2023-06-30 8 actual understood", "L F 2023 9 actual understood"],
    ),
    "dates down": (
        lines("时间,地区,指标,值", f"2023-06-30,丽水市,{F},8", f"2023年12月31日,丽水市,{F},9"),
        ["L F 2023-06-30 8 actual understood", "L F 2023 9 actual understood"],
    ),
    "unit in a line, title beside it": (
        lines("丽水市志愿服务情况,,单位：万人", "指标,2022年,2023年", f"{V},68.2,70.4"),
        ["L V 2022 682000 actual understood", "L V 2023 704000 actual understood"],
    ),
    "unit in the header, in a column, in the name": (
        lines("指标,单位,2023年", f"{V},万人,70.4", f"{B}（万张）,,2.01", f"{S}（%）,,54.2"),
        ["L V 2023 704000 actual understood", "L B 2023 20100 actual understood",
         "L S 2023 54.2 actual understood"],
    ),
    "unit in the format of numbers": (
        workbook([["指标", "2023年"], [V, 70.4], [B, 20100], [S, 0.542]],
                 formats={"B2": '0.0"万人"', "B3": '0!.0,"万张"', "B4": "0.0%"}),
        ["L V 2023 704000 actual understood", "L B 2023 20100 actual understood",
         "L S 2023 54.2 actual understood"],
    ),
    "flags of figures and of a column": (
        lines("指标,2022年,2023年（初步）,2024年", f"{F},8r,9,10（预计）"),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood",
         "L F 2024 10 actual understood"],
    ),
    "parts with indicators of their own": (
        lines("指标,2023年", "居民人均可支配收入,45000", "其中：城镇,57000", "农村,28000"),
        ["L I 2023 45000 actual understood", "L I-urban 2023 57000 actual understood",
         "L I-rural 2023 28000 actual understood"],
    ),
    "parts across": (
        lines("指标,2023年,,", ",合计,城镇,农村", "居民人均可支配收入,45000,57000,28000"),
        ["L I 2023 45000 actual understood", "L I-urban 2023 57000 actual understood",
         "L I-rural 2023 28000 actual understood"],
    ),
    "types in a column": (
        lines("指标,类型,2023", f"{F},计划,12", f"{F},实际,9", f"{F},完成率,75%"),
        ["L F 2023 12 target understood", "L F 2023 9 actual understood", "unread"],
    ),
    "targets by the title": (
        lines("2024年目标任务分解表,", f"地区,{F}", "丽水市,10"),
        ["L F 2024 10 target understood"],
    ),
    "fields, owners, growth and ranks beside figures": (
        lines("类别,指标,责任处室,指标属性,2022年,2023年,比上年增长（%）,位次",
              f"社会组织,{F},社会组织处,预期性,8,9,12.5,3"),
        ["L F 2022 8 actual understood", "L F 2023 9 actual understood", "unread", "unread"],
    ),
    "a name of three indicators": (
        lines("指标,2023年", "救助“一件事”惠民联办率、救助家庭探访关爱率、幸福清单送达率（%）,70"),
        [f"L {indicator} 2023 70 actual understood" for indicator in
         ("one_thing_joint_processing_share", "care_visit_share", "benefit_list_delivery_share")],
    ),
    "English": (
        lines("Region,Indicator,2022,2023 target,2023 actual",
              "Lishui,Registered foundations,8,12,9"),
        ["L F 2022 8 actual understood", "L F 2023 12 target understood",
         "L F 2023 9 actual understood"],
    ),
    "invisible characters and widths": (
        lines("指 标,２０２３年", f"{F[:2]}\u200b{F[2:]},９"),
        ["L F 2023 9 actual understood"],
    ),
}  # fmt: skip
"""Content of a file, and its cells, all of which are understood or said not to be read."""


@pytest.mark.parametrize("layout", UNDERSTOOD)
def test_layouts_are_understood(layout: str, plan: Plan) -> None:
    """Each figure has its region, indicator, day, value and type."""
    content, expected = UNDERSTOOD[layout]
    assert cells(plan, content) == expected


DOUBTED = {
    "an unknown word under a year": (
        lines("指标,2023年,,2024年", ",得票,实际,实际", f"{F},7,9,10"),
        ["problem", "problem", "understood"], "得票",
    ),
    "a sum over years": (lines("指标,2021-2023年", f"{F},25"), ["problem"], "2021-2023年"),
    "a part with the name of an indicator": (
        lines("指标,2023年", "登记社会团体数,2150", f"其中：{F},9"),
        ["understood", "doubtful"], "a part of",
    ),
    "a status that is not known": (
        lines("指标,年份,数值,数据状态", f"{F},2023,9,待核"), ["doubtful"], "待核",
    ),
    "an increment": (lines("指标,2023年新增", f"{F},2"), ["problem"], "新增"),
    "a month over the table": (
        lines("截至2021年6月丽水市民政指标完成情况,,", "指标,2020年,2021年", f"{F},7,8"),
        ["understood", "doubtful"], "截至2021年6月",
    ),
    "a sum of months": (lines("指标,2023年1-6月", f"{F},8"), ["doubtful"], "2023年1-6月"),
    "an income of half a year": (
        lines("指标,2023年6月", "居民人均可支配收入,24000"), ["doubtful"], "2023年6月",
    ),
    "a year that has not ended": (
        lines("指标,2026年,2026年预计", f"{F},9,9"), ["problem"] * 2, "2026",
    ),
    "a plan in the title": (
        lines("丽水市民政事业发展规划指标,", "指标,2025年", f"{F},15"), ["doubtful"], "plan",
    ),
    "units that are several": (
        lines("单位：万人、亿元,", "指标,2023年", f"{V},70.4"), ["doubtful"], "单位：万人、亿元",
    ),
    "a unit that does not fit": (
        lines("单位：万人,", "指标,2023年", f"{S},54.2"), ["doubtful"], "单位：万人",
    ),
    "a unit in the header against one in the name": (
        lines("指标,2023年（万人）", f"{V}（人）,704000"), ["doubtful"], "万人",
    ),
    "a sum in 亿元 in the name": (
        lines("地区,指标,2022", "浙江省,慈善信托资金规模突破15亿元，设区市实现全覆盖,12"),
        ["doubtful"], "15亿元",
    ),
    "a format that divides": (
        workbook([["指标", "2023年"], [B, 20100]], formats={"B2": "0.0,"}),
        ["problem"], "one figure",
    ),
    "a star and its note": (
        lines("指标,2022年,2023年", f"{F},8,9*", "注：*为快报数,,"),
        ["understood", "doubtful"], "star",
    ),
    "a note on a year": (
        lines("指标,2022年,2023年", f"{F},8,9", "注：2023年为快报数,,"),
        ["understood", "doubtful"], "快报数",
    ),
    "a note on all": (
        lines("指标,2023年", f"{F},9", "注：不含市本级,"), ["doubtful"], "不含市本级",
    ),
    "a remark in the line": (
        lines("指标,2023年,备注", f"{F},9,户籍口径", f"{S},54.2,"),
        ["doubtful", "understood"], "户籍口径",
    ),
    "a column that is not known": (
        lines("指标,2023年,测算依据", f"{F},9,抽样"), ["doubtful"], "抽样",
    ),
    "a line over the table": (
        lines("（不含市本级）,", "指标,2023年", f"{F},9"), ["doubtful"], "不含市本级",
    ),
    "the name of a sheet": (
        workbook(("户籍口径", [["指标", "2023年"], [F, 9]])), ["doubtful"], "户籍口径",
    ),
    "a region that is not known, in the title": (
        lines("莲都区2023年民政主要指标,", "指标,2023年", f"{F},9"), ["problem"], "莲都区",
    ),
    "a region that is not known, in a section line": (
        lines("指标,2023年", "青田县,", f"{F},3", "莲都区,", f"{F},4"),
        ["understood", "problem"], "莲都区",
    ),
    "a region that is not known, beside where units are": (
        lines("莲都区历年数据（单位见表）,", "指标,2023年", f"{F},9"), ["problem"], "莲都区",
    ),
    "words beside a region in the title": (
        lines("青田县某某民政指标,", "指标,2023年", f"{F},9"),
        ["doubtful"], "'某某民政指标' over the table is not used",
    ),
    "two regions in the title": (
        lines("青田县、缙云县2023年民政指标,", "指标,数值", f"{F},9"), ["problem"], "青田县",
    ),
    "a heading that is not known": (
        lines("指标,2023年", f"{F},9", "某某系统数,", f"{S},54.2"),
        ["understood", "doubtful"], "某某系统数",
    ),
    "a part of a whole": (
        lines("指标,2023年", f"{F},9", "其中：民办,3"), ["understood", "problem"], "民办",
    ),
    "parts in a column": (
        lines("指标,性别,2023年", f"{V},合计,704000", f"{V},男,300000"),
        ["understood", "problem"], "男",
    ),
    "parts across": (
        lines("2023年,,,", "指标,合计,男,女", f"{V},704000,300000,404000"),
        ["understood", "problem", "problem"], "女",
    ),
    "parts as section lines": (
        lines("指标,2023年", "（一）农村,", f"{F},1"), ["problem"], "农村",
    ),
    "a sum of counties": (
        lines(f"县（市、区）,2023年{F}", "青田县,3", "合计,7"), ["understood", "doubtful"], "合计",
    ),
    "the province's figure in a city's table": (
        lines("指标,2023年", "全省慈善组织数,1100"), ["problem"], "全省慈善组织数",
    ),
    "no year": (lines("指标,丽水市,青田县", f"{F},9,3"), ["problem", "problem"], "year"),
    "percentage points": (lines("指标,单位,2023年", f"{S},百分点,1.1"), ["problem"], "百分点"),
    "a month's standard": (
        lines("指标,单位,2023年", "最低生活保障标准,元/月,1080"), ["problem"], "multiply by 12",
    ),
    "a category that may be a part": (
        lines("类别,指标,2023年", f"民办机构,{B},9000"), ["doubtful"], "民办机构",
    ),
    "figures that differ": (
        lines("指标,2023年", f"{F},9", f"{F},10"), ["problem", "problem"], "rows 2, 3",
    ),
}  # fmt: skip
"""Content of a file, the statuses of its cells, and what their reasons name."""


@pytest.mark.parametrize("layout", DOUBTED)
def test_what_is_not_used_is_named_and_its_figures_are_not_understood(
    layout: str, plan: Plan
) -> None:
    """No figure that something unread touches is taken for granted."""
    content, statuses, named = DOUBTED[layout]
    found = records(plan, content)
    assert [row["status"] for row in found] == statuses
    reasons = [str(row["reason"]) for row in found if row["status"] in intake.OPEN]
    assert all(named in reason for reason in reasons[-1:])


def test_a_figure_that_stands_twice_counts_once(plan: Plan) -> None:
    """A summary sheet that repeats the figures of others is no contradiction."""
    sheet = [["地区", "指标", "2023年"], ["青田县", F, 3]]
    content = workbook(("青田县", sheet), ("汇总", [*sheet, ["丽水市", F, 9]]))
    assert cells(plan, content) == [
        "Q F 2023 3 actual understood", "unread", "L F 2023 9 actual understood",
    ]  # fmt: skip


def test_sheets_that_are_not_read_have_records(plan: Plan) -> None:
    """A cover and a hidden sheet are named, without a row."""
    table = [["指标", "2023年"], [F, 9]]
    content = workbook(("说明", [["本表由各县填报"]]), ("表", table), ("旧", table), hidden="旧")
    *_, cover, hidden = records(plan, content)
    assert [(row["sheet"], row["row"], row["status"]) for row in (cover, hidden)] == [
        ("说明", None, "unread"), ("旧", None, "unread"),
    ]  # fmt: skip
    assert "Hidden" in str(hidden["reason"])


def test_hidden_rows_and_comments_are_doubts(plan: Plan, tmp_path: Path) -> None:
    """What a reader of the sheet cannot see, or sees pinned to a cell, may change the figure."""
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(workbook([["指标", 2023], [F, 9], [S, 54.2]])))
    book.active.row_dimensions[2].hidden = True
    book.active["B3"].comment = openpyxl.comments.Comment("含在建", "x")
    book.save(tmp_path / "own.xlsx")
    first, second = records(plan, (tmp_path / "own.xlsx").read_bytes())
    assert (first["status"], second["status"]) == ("doubtful", "doubtful")
    assert "hidden" in str(first["reason"]) and "含在建" in str(second["reason"])


def test_the_files_name_may_name_the_region(plan: Plan) -> None:
    """A text has no sheet's name; its file may be named after the county that sent it."""
    content = lines("指标,2023年", f"{F},3")
    assert cells(plan, content, "青田县2023.csv") == ["Q F 2023 3 actual doubtful"]
    assert cells(plan, content, "丽水市.csv") == ["L F 2023 3 actual understood"]


def test_a_record_has_every_field(plan: Plan) -> None:
    """Region, indicator and unit are ids, what is not known is null, the day is there always."""
    (row,) = records(plan, lines("指标,2023年6月", f"{F},8"))
    assert row == {
        "sheet": "", "row": 2, "column": "2023年6月", "printed": "8", "region": "lishui",
        "indicator": "registered_foundations", "year": 2023, "date": "2023-06-30", "value": 8.0,
        "unit": "institution", "type": "actual", "status": "understood",
        "reason": "Lishui, Registered foundations, 30 June 2023: actual 8\xa0institutions.",
    }  # fmt: skip
    (row,) = records(plan, lines("指标,2023年", "某指标,8"))
    assert (row["indicator"], row["value"], row["unit"]) == (None, None, None)


def test_many_columns_and_headers_take_no_long_time(plan: Plan) -> None:
    """Time grows with the cells, neither with the square of the columns nor of the headers."""
    heads = ["指标", *(f"{2000 + at % 20}年第{at}季度" for at in range(600))]
    begin = time.process_time()
    found = records(plan, workbook([heads, [F, *range(600)]]))
    assert len(found) == 600 and time.process_time() - begin < 8
    many = [["指标", "单位", "备注"], ["注：无"]] * 400
    begin = time.process_time()
    (found,) = records(plan, workbook([*many, ["指标", 2021], [F, 5]]))
    assert found["status"] != "problem" and time.process_time() - begin < 6


def test_any_table_gives_records_or_is_refused(plan: Plan) -> None:
    """Whatever stands where: what is understood has all its facts, and nothing breaks."""
    words = """
        指标 地区 年份 单位 数值 类型 备注 2022年 2023年 2023 计划 实际 完成率 丽水市 青田县 9
        54.2 —— 单位：万人 注：初步数 其中：城镇 合计 六成 2023-06-30 6月 三季度 万人 % =1 #N/A 男
        2021-2025年 全市 目标值（%） 1,234 0.5 １２ ² 截至 2023年13月 2023-13-45 ( [ 、 ： 莲都区
    """.split()
    words += [F, f"{S}（%）", "", "", "", "\n", "　"]
    draw = random.Random(0)
    for _ in range(12):
        rows = [draw.choices(words, k=draw.randint(1, 7)) for _ in range(draw.randint(1, 9))]
        try:
            found = records(plan, workbook(rows))
        except FiguresError as error:
            assert error.describe("zh") != error.describe("en")
            continue
        for row in found:
            known = [row[key] is not None for key in ("region", "indicator", "date", "value")]
            assert row["status"] != "understood" or all(known)
