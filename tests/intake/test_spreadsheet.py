"""Files of every kind as sheets of cells, and those that are too large to be read."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import openpyxl
import pytest

from forecast.i18n.messages import FiguresError
from forecast.intake import apart, spreadsheet
from forecast.intake import workbook as workbooks
from forecast.intake.grid import Grid
from forecast.intake.spreadsheet import MOST_BYTES, read_sheets
from own_files import workbook

ROWS = (("指标", "2021年"), ("社工站", "5"))
TEXT = "指标{0}2021年\n社工站{0}5\n"


def changed(content: bytes, part: str, change: dict[bytes, bytes]) -> bytes:
    """Give a workbook with other text in one of its parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith(part):
                text = text.replace(b"<v />", b"<v></v>")  # as openpyxl writes it with lxml
                for before, after in change.items():
                    assert before in text
                    text = text.replace(before, after)
            new.writestr(name, text)
    return made.getvalue()


def fault_of(content: bytes, name: str = "own.xlsx") -> str:
    """Give the fault of a file that is refused."""
    with pytest.raises(FiguresError) as raised:
        read_sheets(content, name)
    assert raised.value.describe("zh") != raised.value.describe("en")
    return raised.value.describe("en")


def only(content: bytes, name: str = "own.xlsx") -> Grid:
    """Give the only sheet of a file."""
    (grid,) = read_sheets(content, name)
    return grid


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "xls"])
def test_texts_are_read_whatever_their_encoding_mark_and_ending(
    encoding: str, mark: str, ending: str
) -> None:
    """Office systems save texts under many names; the content decides."""
    assert only(TEXT.format(mark).encode(encoding), f"own.{ending}").rows == ROWS


def test_a_comma_within_a_cell_parts_nothing() -> None:
    """Quoted cells keep their commas, and thousands in a text with tabs do not make columns."""
    assert only('指标,2021\n"养老,床位",5\n'.encode(), "a.csv").rows[1] == ("养老,床位", "5")
    assert only("指标\t2021\t2022\n床位\t1,234\t5\n".encode(), "a.csv").rows[1][1] == "1,234"


def test_a_declared_mark_is_taken_and_lines_keep_their_numbers() -> None:
    """Spreadsheets may write sep= as the first line."""
    rows = only("sep=;\n指标;2021年\n社工站;5\n".encode(), "own.csv").rows
    assert rows[1:] == ROWS


def test_a_page_that_calls_itself_a_workbook_is_read() -> None:
    """Its spanned cells are merged cells; each of several tables is a sheet."""
    page = (
        "<html><head><meta charset='gb2312'></head><body><table>"
        "<tr><th rowspan=2>指标</th><th colspan=2>2021年</th></tr>"
        "<tr><td>计划</td><td> 实际 </td></tr><tr><td>社工站</td><td>5</td><td>6</td></tr>"
        "</table>{}</body></html>"
    )
    grid = only(page.format("").encode("gb18030"), "own.xls")
    assert grid.rows[1:] == (("", "计划", "实际"), ("社工站", "5", "6"))
    assert grid.merged[1, 0] == (0, 0) and grid.merged[0, 2] == (0, 1)
    two = read_sheets(page.format("<table><tr><td>x</td></tr></table>").encode(), "own.xls")
    assert [grid.name for grid in two] == ["1", "2"]


def test_a_workbook_is_read_whatever_its_ending() -> None:
    """The ending says that it is a workbook; which kind the content says."""
    assert only(workbook([["指标", 2021], ["社工站", 5]]), "own.xls").rows[1] == ("社工站", "5")


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.623, "0%", "62.3%"),
        (0.623, "0.0%;[Red]-0.0%", "62.3%"),
        (62.3, '0.0"%"', "62.3%"),
        (0.623, "0.00", "0.623"),
        (1.93, '0.00"万张"', "1.93万张"),
        (19300, '0!.0,"万"', "1.93万"),
        (19300, '[>=10000]0!.0,"万";0', "1.93万"),
        (500, '[>=10000]0!.0,"万";0', "500"),
        (8, "0家", "8家"),
        (12000.5, "[$¥-804]#,##0.00", "12000.5元"),
        (19300, "0.0,", "19300 [0.0,]"),
        (150000000, '0.00,,"亿"', '150000000 [0.00,,"亿"]'),
        (0.1 + 0.2, "General", "0.3"),
        (12000.0, "0.00E+00", "12000"),
    ],
)
def test_a_number_is_what_its_format_shows(value: float, code: str, shown: str) -> None:
    """What a format adds is read; one that divides by what it does not say is shown as it is."""
    content = workbook([["指标", 2021], ["社工站", value]], formats={"B2": code})
    assert only(content).text(1, 1) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [("yyyy-mm-dd", "2021-06-30"), ('yyyy"年"', "2021年"), ('yyyy"年"m"月"', "2021年6月")],
)
def test_a_date_is_shown_as_far_as_its_format_goes(code: str, shown: str) -> None:
    """A header of years may be stored as dates of which only the year shows."""
    import datetime as dt

    content = workbook([["指标", dt.date(2021, 6, 30)]], formats={"B1": code})
    assert only(content).text(0, 1) == shown


def test_a_formula_is_read_by_its_result() -> None:
    """One without a stored result is no empty cell; an empty text and an error mark are shown."""
    rows = [["指标", 2020, 2021, 2022, 2023], ["甲", "=1+1", "=2+2", "=IF(1,2)", "#N/A"]]
    content = workbook(rows)
    results = {
        b"<f>2+2</f><v></v>": b"<f>2+2</f><v>4</v>",
        b'<c r="D2"><f>IF(1,2)</f><v></v>': b'<c r="D2" t="str"><f>IF(1,2)</f><v></v>',
    }
    assert only(changed(content, "sheet1.xml", results)).rows[1] == ("甲", "=1+1", "4", "", "#N/A")


def test_what_does_not_show_and_what_is_pinned_to_cells_is_kept() -> None:
    """Hidden sheets, rows and columns and comments can change what figures mean."""
    content = workbook([["指标", 2021, 2022], ["甲", 1, 2]], [["x"]])
    book = openpyxl.load_workbook(io.BytesIO(content))
    first, second = book.worksheets
    second.sheet_state = "veryHidden"
    first.row_dimensions[2].hidden = True
    first.column_dimensions["C"].hidden = True
    first["B2"].comment = openpyxl.comments.Comment("快报数", "x")
    made = io.BytesIO()
    book.save(made)
    one, two = read_sheets(made.getvalue(), "own.xlsx")
    assert (one.hidden, two.hidden) == (False, True)
    assert (one.hidden_rows, one.hidden_columns) == ({1}, {2})
    assert one.comments == {(1, 1): "快报数"}


def test_one_cell_at_the_far_end_does_not_exhaust_the_memory() -> None:
    """The sheet is refused in a sentence that says how far it reaches."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "指标", 1
    content = io.BytesIO()
    book.save(content)
    tracemalloc.start()
    text = fault_of(content.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "row 1,048,576 and column 16,384" in text and "delete" in text
    assert peak < 50e6


def test_a_range_merged_over_the_whole_sheet_is_refused() -> None:
    """Its cells would be made one by one."""
    content = workbook([["指标", 2021], ["甲", 1]], merged="C1:D2")
    far = changed(content, "sheet1.xml", {b'ref="C1:D2"': b'ref="C1:XFD1048576"'})
    assert "more than the 250,000 cells" in fault_of(far)


def test_a_packed_bomb_is_refused_before_it_is_unpacked() -> None:
    """Ratio and size stand in the file's own list of parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * 90_000_000)
    tracemalloc.start()
    text = fault_of(made.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "unpacks to 90 MB" in text and peak < 20e6


def test_a_workbook_with_many_elements_is_read_in_a_process_with_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It gives the same sheets; where memory ends, the file is refused and nothing else ends."""
    content = workbook([["指标", 2021], ["社工站", 5]])
    here = read_sheets(content, "own.xlsx")
    monkeypatch.setattr(workbooks, "LIGHT", 0)
    assert read_sheets(content, "own.xlsx") == here
    monkeypatch.setattr(apart, "MOST_MEMORY", 1 << 20)
    assert "GB of memory" in fault_of(content)
    monkeypatch.setattr(apart, "MOST_MEMORY", 128 << 20)
    with pytest.raises(FiguresError, match="GB of memory"):
        apart.read_apart(hoard, content, "own.xlsx")


def hoard(*_: object) -> list[Grid]:
    """Take all memory, and end as a library does that has no error for it."""
    taken = []
    try:
        while True:
            taken.append(bytearray(1 << 20))
    except MemoryError:
        raise ValueError(len(taken)) from None


def test_a_page_of_nested_elements_is_read_in_a_process_with_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each takes longer than the one around it: no page can hold up the program."""
    sent = []
    monkeypatch.setattr(spreadsheet, "read_apart", lambda *given: sent.append(given) or [])
    read_sheets(b"<table>" * 5_001, "own.html")
    assert len(sent) == 1


def test_parts_without_an_end_take_no_time() -> None:
    """Elements that are begun again and again and never closed are searched once."""
    content = workbook([["指标", 2021], ["甲", 1]])
    begun = {b"</worksheet>": b"<mergeCell " * 150_000}
    assert "cannot be read" in fault_of(changed(content, "sheet1.xml", begun))


def test_an_ods_file_with_repeated_cells_is_refused() -> None:
    """A cell that is repeated in every row and column of a sheet takes a few bytes."""
    sheet = (
        '<office:document-content xmlns:office="o" xmlns:table="t"><table:table>'
        '<table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell office:value="1" table:number-columns-repeated="16384"/>'
        "</table:table-row></table:table></office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("content.xml", sheet)
    assert "reaches to row 1,048,576" in fault_of(made.getvalue(), "own.ods")


@pytest.mark.parametrize(
    ("name", "content", "fact"),
    [
        ("own.csv", b"\xff\xfe\xff", "neither UTF-8, UTF-16 nor GB18030"),
        ("own.csv", '指标,2021\n"甲,5\n'.encode(), "quotation mark is not closed"),
        ("own.xlsx", b"PK\x03\x04", "cannot be read as a workbook"),
        ("own.xlsx", b"\x00\x01\x02", "cannot be read as a workbook"),
        (
            "own.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
            "cannot be read as a workbook",
        ),
        ("own.pdf", b"", "not a kind of file read"),
        ("own.csv", b"1" * (MOST_BYTES + 1), "more than the 20 MB"),
        ("own.csv", b"1,2\n" * 250_000, "more than the 250,000 cells"),
        ("own.csv", b"\n" * 250_001, "more than the 250,000 cells"),
        ("own.csv", b"2021," * 5_000, "5,001 columns; 5,000 are read"),
        ("own.csv", b"x" * 131_073 + b",1\n", "a cell has more than 131,072 characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy(
    name: str, content: bytes, fact: str
) -> None:
    """The same fault is there in both languages, with the file's name."""
    text = fault_of(content, name)
    assert text.startswith(name) and fact in text and "Remedy: " in text


def test_a_damaged_workbook_is_refused() -> None:
    """A part that is not what it was when it was stored makes the whole file unreadable."""
    content = workbook([["指标", 2021], ["甲", 1]])
    at = content.index(b"xl/worksheets/sheet1.xml") + 60
    assert "cannot be read" in fault_of(content[:at] + b"zzzz" + content[at + 4 :])
