"""Which cells of a planner's file are figures, and what stands beside them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from forecast.errors import UnknownNameError
from forecast.i18n.messages import FiguresError
from forecast.intake.spreadsheet import Sheet, read_sheet

TEXT = "指标,单位,2021年,2022目标\n社工站,个,5,\n"


def book(*sheets: list[list[object]], merged: str = "") -> bytes:
    """Give a workbook with sheets named 1, 2 ...; a range of the last one may be merged."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = made.create_sheet(str(number))
        for row in rows:
            sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    place = io.BytesIO()
    made.save(place)
    made.close()
    return place.getvalue()


def printed(sheet: Sheet) -> list[tuple[int, str, str]]:
    """Line, column and text of each figure."""
    return [(cell.row, cell.column, cell.printed) for cell in sheet.cells("lishui")]


def test_a_figure_comes_with_what_stands_beside_it() -> None:
    """Unit, year and type are those of the line and the title; the region is the given one."""
    first, second = read_sheet(TEXT.encode("gb18030"), "own.csv").cells("lishui")
    assert (first.region, first.indicator, first.unit) == ("lishui", "社工站", "个")
    assert (first.year, first.type, first.stored) == ("2021", "", False)
    assert (second.year, second.type, second.printed) == ("2022", "目标", "")


def test_merged_names_hold_for_each_of_their_lines() -> None:
    """A region merged over three lines is not taken for the given one in the second and third."""
    rows: list[list[object]] = [
        ["地区", "指标", 2021],
        ["萧山区", "社工站", 5],
        [None, "床位", 6],
        [None, "志愿者", 7],
        [None, "信托", 8],
    ]
    sheet = read_sheet(book(rows, merged="A2:A4"), "own.xlsx")
    assert [cell.region for cell in sheet.cells("lishui")] == ["萧山区"] * 3 + ["lishui"]


def test_a_line_without_a_region_below_one_that_has_another_is_marked() -> None:
    """A text keeps no merged cells: whose the figure is only the planner can say."""
    lines = ["地区,指标,2021", ",甲,1", "丽水,乙,2", ",丙,3", "萧山区,丁,4", ",戊,5", "丽水,己,6"]
    cells = list(read_sheet("\n".join(lines).encode(), "own.csv").cells("丽水"))
    assert [cell.above for cell in cells] == ["", "", "丽水", "", "萧山区", ""]
    assert [cell.region for cell in cells] == [*["丽水"] * 3, "萧山区", *["丽水"] * 2]


def test_a_merged_figure_is_that_of_its_first_line_alone() -> None:
    """What two lines share is not entered twice: the second shows no figure."""
    rows: list[list[object]] = [["指标", 2021], ["社工站", 5], ["床位", None]]
    sheet = read_sheet(book(rows, merged="B2:B3"), "own.xlsx")
    assert printed(sheet) == [(2, "2021", "5"), (3, "2021", "")]


def test_a_formula_without_a_result_is_not_an_empty_cell() -> None:
    """Programs may store formulas without their results; error marks are shown as they are."""
    content = book([["指标", 2020, 2021, 2022, 2023], ["社工站", "=1+1", "#DIV/0!", 5, None]])
    assert printed(read_sheet(content, "own.xlsx")) == [
        (2, "2020", "=1+1"),
        (2, "2021", "#DIV/0!"),
        (2, "2022", "5"),
        (2, "2023", ""),
    ]


@pytest.mark.parametrize(
    ("code", "printed_as"),
    [
        ("0%", "62.3%"),
        ("0.00%", "62.3%"),
        ("0.0%;[Red]-0.0%", "62.3%"),
        ('0.0"%"', "0.623"),
        ("0.0\\%", "0.623"),
        ("0.00", "0.623"),
    ],
)
def test_a_percentage_is_what_the_spreadsheet_shows(code: str, printed_as: str) -> None:
    """The format tells 62.3% from a share of 0.623; a sign in quotes multiplies nothing."""
    made = openpyxl.Workbook()
    made.active.append(["指标", 2021, 2022])
    made.active.append(["护理型床位占比", 0.623, "58%"])
    made.active["B2"].number_format = code
    made.active["C2"].number_format = code
    place = io.BytesIO()
    made.save(place)
    made.close()
    sheet = read_sheet(place.getvalue(), "own.xlsx")
    assert printed(sheet) == [(2, "2021", printed_as), (2, "2022", "58%")]


def test_a_formula_is_read_by_its_result() -> None:
    """A stored result counts; one that is an empty text is an empty cell."""
    content = book([["指标", 2020, 2021], ["社工站", "=1+1", "=IF(1,2)"]])
    results = {b"<f>1+1</f><v />": b"<f>1+1</f><v>2</v>"}
    results[b'<c r="C2"><f>IF(1,2)</f><v />'] = b'<c r="C2" t="str"><f>IF(1,2)</f><v></v>'
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                for without, result in results.items():
                    assert without in part
                    part = part.replace(without, result)
            new.writestr(name, part)
    sheet = read_sheet(made.getvalue(), "own.xlsx")
    assert printed(sheet) == [(2, "2020", "2"), (2, "2021", "")]


def test_the_first_sheet_with_a_header_is_read_and_the_others_are_named() -> None:
    """A second table of figures is not passed over in silence; an empty sheet is no table."""
    table: list[list[object]] = [["指标", 2021], ["社工站", 5]]
    sheet = read_sheet(book([["说明"]], table, table, []), "own.xlsx")
    assert (sheet.name, sheet.others) == ("2", ("1", "3"))


def test_columns_of_one_title_are_told_apart() -> None:
    """Two columns 2021 are named with their letters, so that a figure has one place."""
    sheet = read_sheet("指标,2021,2022,2021\n社工站,5,6,7\n".encode(), "own.csv")
    assert printed(sheet) == [(2, "2021 [B]", "5"), (2, "2022", "6"), (2, "2021 [D]", "7")]
    wide = ",".join(["指标", *["x"] * 26, "2021", "2021"])
    titles = read_sheet(f"{wide}\n社工站\n".encode(), "own.csv").titles
    assert titles[-2:] == ("2021 [AB]", "2021 [AC]")


@pytest.mark.parametrize("merged", [True, False])
def test_a_year_may_stand_once_above_targets_and_actual_figures(merged: bool) -> None:
    """No target is taken for what was reached because its title stands in a second line."""
    rows: list[list[object]] = [
        ["全市指标"],
        ["指标", "单位", "2023年", None, "2024年", None],
        [None, None, "目标", "完成", "目标", "完成"],
        ["社工站", "个", 5, 6, 7, None],
    ]
    if merged:
        sheet = read_sheet(book(rows, merged="C2:D2"), "own.xlsx")
    else:
        lines = (",".join("" if text is None else str(text) for text in row) for row in rows)
        sheet = read_sheet("\n".join(lines).encode(), "own.csv")
    assert printed(sheet) == [
        (4, "2023 目标", "5"),
        (4, "2023 完成", "6"),
        (4, "2024 目标", "7"),
        (4, "2024 完成", ""),
    ]
    cells = list(sheet.cells("lishui"))
    assert [cell.year for cell in cells] == ["2023", "2023", "2024", "2024"]
    assert [cell.type for cell in cells] == ["目标", "完成", "目标", "完成"]
    assert printed(sheet.write(4, "2024 完成", "8"))[-1] == (4, "2024 完成", "8")


def test_a_column_without_a_title_is_no_year() -> None:
    """Only what stands below a year and says target or actual belongs to it."""
    sheet = read_sheet("指标,2023年,,备注\n社工站,5,6,目标\n".encode(), "own.csv")
    assert printed(sheet) == [(2, "2023年", "5")]


def test_a_written_cell_is_read_as_if_it_had_stood_there() -> None:
    """A figure, a name and a title can be written; the sheet before stays as it was."""
    sheet = read_sheet(book([["指标", 2021], ["社工占", 0.5]]), "own.xlsx")
    written = sheet.write(2, "2021", "6").write(2, "指标", "社工站").write(1, "2021", "2022目标")
    (cell,) = written.cells("lishui")
    assert (cell.printed, cell.indicator, cell.year, cell.type) == ("6", "社工站", "2022", "目标")
    assert [c.stored for c in (*sheet.cells(""), cell)] == [True, False]
    assert printed(sheet) == [(2, "2021", "0.5")]


def test_a_cell_beyond_the_end_of_a_short_line_can_be_written() -> None:
    """Lines of a text may be shorter than the header."""
    sheet = read_sheet("指标,2021,2022\n社工站\n".encode(), "own.csv")
    assert printed(sheet.write(2, "2022", "5")) == [(2, "2021", ""), (2, "2022", "5")]


@pytest.mark.parametrize(("row", "column"), [(0, "2021"), (3, "2021"), (2, "2023")])
def test_only_a_cell_that_is_there_can_be_written(row: int, column: str) -> None:
    """An unknown line or column is refused with those that are known."""
    sheet = read_sheet("指标,2021\n社工站,5\n".encode(), "own.csv")
    with pytest.raises(UnknownNameError):
        sheet.write(row, column, "6")


def test_a_header_that_is_spoilt_by_writing_is_refused() -> None:
    """A sheet without a header has no figures, which must not look like all being decided."""
    sheet = read_sheet("指标,2021\n社工站,5\n".encode(), "own.csv")
    with pytest.raises(FiguresError, match="no header"):
        sheet.write(1, "2021", "x")


@pytest.mark.parametrize(
    ("name", "content", "zh"),
    [
        ("own.csv", "甲,乙\n1,2\n".encode(), "没有认出表头"),
        ("own.csv", b"\xff\xfe\xff", "文字编码认不出"),
        ("own.csv", "指标,值,数值,年\n".encode(), "这一列出现两次"),
        ("own.xlsx", b"PK\x03\x04", "读不成工作簿"),
        ("own.pdf", b"", "不是能读的文件种类"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_chinese(name: str, content: bytes, zh: str) -> None:
    """The same fault is there in both languages, with the file's name and a remedy."""
    with pytest.raises(FiguresError) as raised:
        read_sheet(content, name)
    told = raised.value.told("zh")
    assert told.startswith(name) and zh in told and "办法：" in told
    assert "Remedy: " in raised.value.told("en")


def test_a_damaged_workbook_is_told() -> None:
    """A part that is not what it was when it was stored makes the file one that cannot be read."""
    stored = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([["指标", 2021], ["甲", "=1"]]))) as old,
        zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    content = stored.getvalue()
    assert content.count(b"<cellXfs") == 1
    with pytest.raises(FiguresError, match="cannot be read as a workbook"):
        read_sheet(content.replace(b"<cellXfs", b"<cellXfz"), "own.xlsx")


def test_a_workbook_under_another_ending_is_read(tmp_path: Path) -> None:
    """The ending says workbook; which kind it is the contents say."""
    content = book([["指标", 2021], ["社工站", "=1+1"]])
    assert printed(read_sheet(content, str(tmp_path / "own.xls"))) == [(2, "2021", "=1+1")]
