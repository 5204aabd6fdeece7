"""What is understood of a planner's own file, and what is refused."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from forecast.errors import DataError, UnknownNameError
from forecast.i18n.formatting import SYMBOLS
from forecast.i18n.messages import join_facts, join_remedies
from forecast.intake.matching import Names, read_aliases
from forecast.intake.reading import read_cells
from forecast.intake.records import find_layout
from forecast.intake.spreadsheet import read_sheets
from forecast.tables.csv_files import read_tables
from forecast.tables.plan import data_folder
from own_files import workbook

REGIONS = pd.DataFrame(
    {
        "region": ["lishui", "xiaoshan"],
        "name_zh": ["丽水市", "萧山区"],
        "name_en": ["Lishui", "Xiaoshan"],
        "level": ["city", "district"],
        "parent": ["", ""],
    }
)
UNITS = pd.DataFrame(
    [
        ("percent", "百分比", "percent"),
        ("permille", "千分比", "per mille"),
        ("yuan_per_year", "元/年", "yuan per year"),
        ("yuan_10k", "万元", "10,000 yuan"),
        ("bed", "张", "beds"),
        ("village", "个村", "villages"),
        ("site", "个/处", "sites"),
        ("person", "人", "persons"),
        ("persons_per_10k_elderly", "人/万老年人", "persons per 10,000 elderly"),
        ("institutions_per_100k", "家/十万人", "institutions per 100,000 people"),
    ],
    columns=["unit", "name_zh", "name_en"],
)
INDICATORS = pd.DataFrame(
    [
        ("nursing_bed_share", "护理型床位占比", "Nursing beds", "percent", "share", 0, 100, 0.1),
        ("volunteers", "志愿者千分比", "Volunteers", "permille", "ratio", 0, None, 0.1),
        ("standard", "低保标准（年）", "Living standard", "yuan_per_year", "amount", 0, None, 1),
        ("trusts", "慈善信托规模", "Trust volume", "yuan_10k", "amount", 0, None, 1),
        ("beds", "养老床位", "Beds", "bed", "stock", 0, None, 100),
        ("stations", "社工站", "Stations", "site", "count", 0, None, 1),
        ("villages", "示范村", "Villages", "village", "count", 0, None, 1),
        ("care", "护理员", "Care workers", "persons_per_10k_elderly", "ratio", 0, None, 0.1),
        ("density", "慈善组织", "Charities", "institutions_per_100k", "ratio", 0, None, 0.01),
    ],
    columns=["indicator", "name_zh", "name_en", "unit", "kind", "lower", "upper", "resolution"],
)
TARGETS = pd.DataFrame({"region": ["lishui"], "indicator": ["stations"]})
TABLES = {"indicators": INDICATORS, "regions": REGIONS, "units": UNITS, "targets": TARGETS}
LONG = "地区,指标,年份,数值,单位,类型,来源\n"


def read(
    content: str | bytes,
    region: str | None = None,
    *,
    name: str = "own.csv",
    language: str = "en",
    tables: dict[str, pd.DataFrame] = TABLES,
) -> pd.DataFrame:
    """Read a file with the small tables of this module, a row a figure."""
    names = Names.of(tables, read_aliases())
    content = content.encode() if isinstance(content, str) else content
    layout = find_layout(name, read_sheets(content, name), names)
    rows = []
    for reading in read_cells(layout, names, region):
        wrong = reading.remarks if reading.status == "problem" else ()
        rows.append(
            {
                "sheet": reading.cell.sheet,
                "row": reading.cell.row,
                "column": reading.cell.column,
                "region": reading.region,
                "indicator": reading.indicator,
                "year": reading.year,
                "value": reading.value,
                "comparator": reading.figure.comparator,
                "type": reading.type,
                "status": reading.status,
                "understood": "" if wrong else reading.describe(language),
                "doubts": join_facts(reading.doubts, language),
                "problem": join_facts(wrong, language),
                "remedy": join_remedies(wrong, language),
                "source": reading.cell.facts.source,
            }
        )
    return pd.DataFrame(rows)


def one(indicator: str, printed: str, unit: str = "") -> dict[str, object]:
    """Read one figure of Lishui for 2025 from a text."""
    text = f'{LONG}丽水市,{indicator},2025,"{printed}",{unit},,\n'
    (row,) = read(text).to_dict("records")
    return {str(key): value for key, value in row.items()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_long_text_files_are_read(encoding: str, delimiter: str) -> None:
    """Encodings and delimiters of spreadsheets give the same figures, in file order."""
    lines = [
        "2025年目标" + delimiter * 6,
        LONG.strip().replace(",", delimiter),
        delimiter.join(["丽水市", "护理型床位占比", "2025年", "≥58%", "", "", "规划"]),
        delimiter * 6,
        delimiter.join(["Xiaoshan", "BEDS", "２０２１", "1.93万张", "", "实际", ""]),
        delimiter.join(["丽水市", "nursing_bed_share", "2022", "——", "", "目标", ""]),
    ]
    figures = read("\n".join(lines).encode(encoding))
    assert figures["row"].tolist() == [3, 5, 6]
    assert figures["region"].tolist() == ["lishui", "xiaoshan", "lishui"]
    assert figures["indicator"].tolist() == ["nursing_bed_share", "beds", "nursing_bed_share"]
    assert figures["year"].tolist() == [2025.0, 2021.0, 2022.0]
    assert figures["value"].tolist()[:2] == [58.0, 19300.0]
    assert figures["value"].isna().tolist() == [False, False, True]
    assert figures["comparator"].tolist() == ["ge", "eq", "eq"]
    assert figures["type"].tolist() == ["target", "actual", "target"]
    assert figures["status"].tolist() == ["ok", "ok", "missing"]
    assert figures["source"].tolist() == ["规划", "", ""]
    assert figures["understood"].tolist() == [
        "Lishui, Nursing beds, 2025: target at least 58\xa0%.",
        "Xiaoshan, Beds, 2021: actual 19,300\xa0beds (1.93万张 taken as 19,300\xa0张).",
        "No figure: '——' marks missing, not 0.",
    ]


def test_wide_workbooks_are_read() -> None:
    """The first sheet with a header is taken; each year column is a figure a row."""
    content = workbook(
        [["说明", "不是数据"]],
        ("指标表", [
            [],
            ["指标", "单位", 2020, "2021年", "2022年目标值", "2025年（目标）", "责任单位"],
            ["护理型床位占比", "%", "54.9%", 55, "≥ 58 %", "60%以上", "养老处"],
            ["低保标准(年)", "元/年", 10200, "1.1万", "１１５００", None],
            ["慈善信托规模", "亿元", 0.3, "2000万元", 0, "-"],
        ]),
    )  # fmt: skip
    figures = read(content, region="丽水市", name="own.xlsx")
    assert set(figures["sheet"]) == {"指标表"}
    assert set(figures["region"]) == {"lishui"}
    assert figures["column"].tolist()[:4] == ["2020", "2021年", "2022年目标值", "2025年（目标）"]
    assert figures["row"].tolist() == [3] * 4 + [4] * 4 + [5] * 4
    assert figures["status"].tolist() == [
        *["ok"] * 7,
        *["missing", "ok", "problem", "ok", "missing"],
    ]
    assert figures["value"][8] == 3000
    assert figures["value"][10] == 0
    assert figures["value"].tolist()[:7] == [54.9, 55, 58, 60, 10200, 11000, 11500]
    assert figures["type"].tolist()[:4] == ["actual", "actual", "target", "target"]


def test_workbook_numbers_keep_the_digits_a_spreadsheet_shows() -> None:
    """A stored 0.1 + 0.2 is 0.3, a whole number prints no point, a date is no figure."""
    rows = [
        ["region", "indicator", "year", "value"],
        ["lishui", "care", 2021.0, 0.1 + 0.2],
        ["lishui", "beds", 2021, 12000.0],
        ["lishui", "standard", 2021, dt.date(2021, 6, 30)],
        ["lishui", "stations", dt.date(2021, 6, 30), 5],
    ]
    figures = read(workbook(rows), name="own.xlsx")
    assert figures["value"].tolist()[:2] == [0.3, 12000.0]
    assert "a date or a year" in figures["problem"][2]
    assert figures["understood"][3].startswith("Lishui, Stations, 30 June 2021: actual 5")


@pytest.mark.parametrize(
    ("indicator", "printed", "unit", "value", "note"),
    [
        ("trusts", "15亿元", "", 150000, "; converted from 元 to 10,000 yuan"),
        ("trusts", "3万", "", 3, "converted from ones to 10,000 yuan"),
        ("trusts", "3", "", 3, ""),
        (
            "trusts",
            "3",
            "亿元",
            30000,
            "3 taken as 300,000,000\xa0元; converted from 元 to 10,000 yuan",
        ),
        ("trusts", "3", "元", 0.0003, "converted from 元 to 10,000 yuan"),
        ("standard", "1.3万元以上", "", 13000, "taken as 13,000\xa0元"),
        ("standard", "13000", "元/人·年", 13000, ""),
        ("standard", "13000", "yuan_per_year", 13000, ""),
        ("standard", "2021", "", 2021, ""),
        ("nursing_bed_share", "9‰", "", 0.9, "converted from ‰ to percent"),
        ("nursing_bed_share", "0.58%", "", 0.58, ""),
        ("nursing_bed_share", "0.58", "%", 0.58, ""),
        ("nursing_bed_share", "0", "", 0, ""),
        ("nursing_bed_share", "58", "percent", 58, ""),
        ("volunteers", "0.9%", "", 9, "converted from % to per mille"),
        (
            "density",
            "3.96",
            "家/百万人",
            0.396,
            "converted from 家/百万人 to institutions per 100,000 people",
        ),
        ("villages", "3个", "", 3, ""),
        ("villages", "3", "村", 3, ""),
        ("care", "25人", "", 25, ""),
        ("care", "25", "名/每万老年人", 25, ""),
    ],
)
def test_figures_are_converted_into_the_indicators_unit(
    indicator: str, printed: str, unit: str, value: float, note: str
) -> None:
    """Powers of ten are converted, and the sentence says so."""
    row = one(indicator, printed, unit)
    assert (row["status"], row["problem"]) == ("ok", "")
    assert row["value"] == value
    understood = str(row["understood"])
    assert understood.endswith(f"{note})." if note else f"{SHOWN[indicator]}.")
    assert understood.startswith("Lishui, ")


SHOWN = dict(
    zip(
        INDICATORS["indicator"],
        INDICATORS["unit"].map(
            {**dict(zip(UNITS["unit"], UNITS["name_en"], strict=True)), **SYMBOLS}
        ),
        strict=True,
    )
)


@pytest.mark.parametrize(
    ("indicator", "printed", "unit", "fact", "remedy"),
    [
        (
            "standard",
            "1000元/月",
            "",
            "a month's (元/月), the indicator a year's",
            "multiply by 12",
        ),
        (
            "standard",
            "1000",
            "元/月",
            "a month's (元/月), the indicator a year's",
            "write it in yuan per year",
        ),
        (
            "standard",
            "58%",
            "",
            "in %, the indicator in yuan per year",
            "write it in yuan per year",
        ),
        ("nursing_bed_share", "0.58", "", "may be 58% or 0.58%", "such as 58%"),
        ("nursing_bed_share", "1", "", "may be 100% or 1%", "such as 58%"),
        ("nursing_bed_share", "1.2万", "", "a power of ten with the unit percent", "in percent"),
        ("nursing_bed_share", "580%", "", "above 100", "its unit"),
        ("beds", "-5", "", "below 0", "correct"),
        ("beds", "300人", "", "in 人, the indicator in beds", "write it in beds"),
        ("beds", "300", "人次", "in 人次, the indicator in beds", "write it in beds"),
        ("care", "2.5万", "", "a power of ten with the unit persons per 10,000 elderly", "elderly"),
        (
            "care",
            "25",
            "人/万人",
            "in 人/万人, the indicator in persons per 10,000 elderly",
            "write it in",
        ),
        ("care", "9‰", "", "in ‰, the indicator in persons per 10,000 elderly", "write it in"),
        ("villages", "3个县", "", "in 个县, the indicator in villages", "write it in villages"),
        ("villages", "3", "公顷", "in 公顷, the indicator in villages", "write it in villages"),
        (
            "trusts",
            "3",
            "万美元",
            "in 美元, the indicator in 10,000 yuan",
            "write it in 10,000 yuan",
        ),
        ("stations", "30.5", "", "no whole number", "whole number"),
        ("stations", "1518-2021", "", "a range", "one figure"),
    ],
)
def test_contradictions_are_problems_with_a_remedy(
    indicator: str, printed: str, unit: str, fact: str, remedy: str
) -> None:
    """A figure that cannot be in the indicator's unit or bounds has no value."""
    row = one(indicator, printed, unit)
    assert (row["status"], row["understood"]) == ("problem", "")
    assert pd.isna(row["value"])
    assert fact in str(row["problem"])
    assert remedy in str(row["remedy"])


def test_a_stored_fraction_is_not_taken_as_a_percentage() -> None:
    """A workbook cell shown as 58% is stored as 0.58, so that even a unit column is no proof."""
    rows = [["地区", "指标", "单位", 2021], ["丽水市", "护理型床位占比", "%", 0.58]]
    (row,) = read(workbook(rows), name="own.xlsx").to_dict("records")
    assert row["status"] == "problem"
    assert "sheets store 58% as 0.58" in row["problem"]


@pytest.mark.parametrize(
    ("line", "fact", "remedy"),
    [
        ("丽水区,社工站,2025,5,,,", "unknown region '丽水区'", "perhaps '丽水市' is meant"),
        ("火星,社工站,2025,5,,,", "unknown region '火星'", "regions table"),
        ("丽水市,社工占,2025,5,,,", "unknown indicator '社工占'", "perhaps '社工站' is meant"),
        (",社工站,2025,5,,,", "no region", "merged cells"),
        ("丽水市,,2025,5,,,", "no indicator", "merged cells"),
        ("丽水市,社工站,1518,5,,,", "'1518' is not a year", "looks like a year"),
        ("丽水市,社工站,2025-2026,5,,,", "is not a year", "four digits"),
        ("丽水市,社工站,,5,,,", "no year", "in a column"),
        ("丽水市,社工站,2025,≥5,,实际,", "cannot be at least a figure", "the type target"),
        ("丽水区,社工占,25,x,,,", "unknown region '丽水区'; unknown indicator", "; "),
    ],
)
def test_rows_that_cannot_be_placed_are_problems(line: str, fact: str, remedy: str) -> None:
    """Unknown names, years and types are told row by row and raise nothing."""
    text = LONG + line + "\n丽水市,社工站,2024,4,,,\n"
    first, second = read(text).to_dict("records")
    assert (first["status"], second["status"]) == ("problem", "ok")
    assert fact in first["problem"]
    assert remedy in first["remedy"]


def test_a_name_of_two_regions_is_not_guessed() -> None:
    """Where two regions share a name only their ids tell them apart."""
    text = LONG + "鼓楼区,社工站,2025,5,,,\ng1,社工站,2025,6,,,\n"
    twins = pd.DataFrame({"region": ["g1", "g2"], "name_zh": "鼓楼区", "name_en": ["A", "B"]})
    twins = twins.assign(level="district", parent="")
    first, second = read(text, tables={**TABLES, "regions": twins}).to_dict("records")
    assert first["problem"] == "unknown region '鼓楼区'"
    assert second["region"] == "g1"


def test_a_figure_given_twice_is_a_problem() -> None:
    """Two figures for one place, year and type are both refused, with their rows."""
    rows = ["丽水市,社工站,2025,5,,,", "丽水市,社工站,2025,6,,,", "丽水市,社工站,2025,≥7,,,"]
    text = LONG + "\n".join(rows)
    figures = read(text)
    assert figures["status"].tolist() == ["problem", "problem", "ok"]
    assert figures["problem"][0] == "the same figure is given more than once, in rows 2, 3"
    assert figures["value"].isna().tolist() == [True, True, False]


def test_a_column_of_an_unknown_kind_of_year_is_told() -> None:
    """A growth rate is no level and is not read; 1518 is no year, but touches the line."""
    text = "地区,指标,2022年增幅,1518,2022\n丽水市,社工站,5,6,7\n"
    first, second = read(text).to_dict("records")
    assert (first["column"], first["status"]) == ("2022年增幅", "aside")
    assert (second["value"], second["doubts"]) == (7, "column 1518 says '6', which is not used")


def test_of_figures_that_are_the_same_the_marked_one_counts() -> None:
    """A figure that is preliminary in one of two rows is so."""
    text = LONG + "丽水市,社工站,2025,5,,,\n丽水市,社工站,2025,5p,,,\n"
    first, second = read(text).to_dict("records")
    assert (first["status"], second["status"]) == ("aside", "ok")
    assert "preliminary" in second["understood"]


def test_the_given_region_fills_rows_that_name_none() -> None:
    """A region that stands in a row holds; the given one holds where none stands."""
    text = LONG + "萧山区,社工站,2025,5,,,\n,社工站,2025,6,,,\n"
    assert read(text, "lishui")["region"].tolist() == ["xiaoshan", "lishui"]
    with pytest.raises(UnknownNameError, match="Did you mean lishui"):
        read(text, "lisui")


@pytest.mark.parametrize(
    ("name", "content", "fact"),
    [
        ("own.csv", "甲,乙\n1,2\n".encode(), "no header is recognised"),
        ("own.csv", b"", "no header is recognised"),
        ("own.csv", '地区,指标,2021\n"丽水'.encode(), "quotation mark is not closed"),
        ("own.csv", b"\xff\xfe\xff", "neither UTF-8, UTF-16 nor GB18030"),
        ("own.csv", "指标,2021\n社工站,5\n".encode(), "names no region"),
        ("own.xlsx", b"PK\x03\x04", "cannot be read as a workbook"),
        ("own.pdf", b"", "not a kind of file read"),
    ],
)
def test_files_that_cannot_be_read_raise(name: str, content: bytes, fact: str) -> None:
    """A file as a whole that cannot be understood is a DataError with a remedy."""
    with pytest.raises(DataError, match=fact) as raised:
        read(content, name=name)
    assert all(problem.remedy for problem in raised.value.problems)


def test_what_is_understood_is_said_in_chinese() -> None:
    """Names, numbers, notes, faults and remedies are all in the language asked for."""
    lines = ["丽水市,慈善信托规模,2025,15亿元,,,", "丽水市,社工站,2024,≥5,,实际,"]
    text = LONG + "\n".join(lines)
    first, second = read(text, language="zh").to_dict("records")
    assert first["understood"] == (
        "丽水市，慈善信托规模，2025年：实际150000万元（15亿元即1500000000元；由元换算为万元）。"
    )
    assert second["problem"] == "实际数不能是“不低于”某数"
    assert second["remedy"] == "写数本身，或把类型写成目标"


def test_a_heading_without_figures_is_no_problem() -> None:
    """A line whose indicator is unknown has nothing missing that could be wrong, and says so."""
    text = "地区,指标,2021\n丽水市,一、养老,\n丽水市,社工站,5\n"
    first, second = read(text).to_dict("records")
    assert (first["status"], second["status"]) == ("missing", "ok")
    assert first["understood"].endswith("not 0 (unknown indicator '一、养老').")


def test_every_shipped_indicator_is_read_back() -> None:
    """Each target that comes with the package, printed with its unit, is read as itself."""
    tables = read_tables(data_folder())
    targets = tables["targets"].drop_duplicates(["region", "indicator", "year", "comparator"])
    unit = tables["indicators"].set_index("indicator")["unit"]
    names = tables["indicators"].set_index("indicator")["name_zh"]
    own = pd.DataFrame(
        {
            "地区": targets["region"],
            "指标": targets["indicator"].map(names),
            "年份": targets["year"],
            "数值": [f"{value:.15g}" for value in targets["value"]],
            "单位": targets["indicator"].map(unit),
            "类型": "target",
        }
    )
    figures = read(own.to_csv(index=False).encode("gb18030"), tables=tables)
    assert figures["problem"].loc[lambda text: ~text.str.contains("more than once|^$")].empty
    fine = (figures["status"] == "ok").to_numpy()
    assert fine.mean() > 0.9
    assert figures["indicator"].tolist() == targets["indicator"].tolist()
    assert figures["value"][fine].tolist() == targets["value"][fine].tolist()
