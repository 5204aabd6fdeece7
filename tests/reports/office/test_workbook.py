"""The workbook: the tables in words, ready to be filtered, printed and redrawn."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import openpyxl
import pandas as pd
import pytest

from forecast.i18n.labels import LABELS, label_of
from forecast.reports.context import ReportContext
from forecast.reports.descriptions import FILE_OR_PAGE
from forecast.reports.monitoring import compute_monitoring, result_tables
from forecast.reports.office.workbook import write_workbook
from rendered import EVIL


@pytest.fixture(scope="module")
def report() -> ReportContext:
    """Zhejiang at the end of 2023."""
    return ReportContext.load("zhejiang", as_of="2023-12-31", language="en", draws=100)


@pytest.fixture(scope="module")
def tables(report) -> dict[str, pd.DataFrame]:
    """Its tables."""
    return result_tables(report, compute_monitoring(report))


def reopen(report, tables, folder, language="en"):
    """Write the workbook and open it again."""
    content = write_workbook(replace(report, language=language), tables)
    (folder / "x.xlsx").write_bytes(content)
    return openpyxl.load_workbook(folder / "x.xlsx")


@pytest.fixture(scope="module")
def opened(report, tables, tmp_path_factory) -> Callable[..., openpyxl.Workbook]:
    """Open the workbook in a language; it is written once."""
    return cache(lambda lang: reopen(report, tables, tmp_path_factory.mktemp("book"), lang))


def columns(sheet) -> dict[str, list]:
    """Cells by head."""
    heads, *rows = sheet.iter_rows()
    return {head.value: [row[i] for row in rows] for i, head in enumerate(heads)}


def test_numbers_are_those_of_the_tables(tables, opened) -> None:
    """Each column of numbers has all digits, whatever it shows; an empty cell where none is."""
    book = opened("en")
    compared = 0
    for name, table in tables.items():
        found = columns(book[label_of("sheet", name, "en")])
        for column in table.select_dtypes("number"):
            head = label_of("column", column, "en")
            if head in found:
                written = pd.Series([cell.value for cell in found[head]], dtype=float)
                pd.testing.assert_series_equal(
                    written, table[column].astype(float), check_names=False, check_index=False
                )
                compared += 1
            else:
                assert table[column].isna().all() or column in ("index",)
    assert compared > 20


def test_codes_are_words(tables, opened) -> None:
    """No code of a table is left, in either language."""
    for language in ("en", "zh"):
        book = opened(language)
        cells = [c.value for sheet in book for row in sheet.iter_rows() for c in row]
        texts = {c for c in cells if isinstance(c, str) and not FILE_OR_PAGE.search(c)}
        assert not texts & {"zhejiang", "ge", "eq", "reach"}
        assert not any(re.search(r"[a-z]_[a-z]", text) for text in texts)
        if language == "zh":
            noted = {note for table in tables.values() if "note" in table for note in table["note"]}
            assert {text for text in texts - noted if re.fullmatch(r"[a-z ]+", text)} == set()


def test_words_stand_for_every_code_of_levers_rules_and_progress(report, tmp_path) -> None:
    """Lists of levers, what a rule lacks, and all verdicts on progress; names have such a head."""
    table = pd.DataFrame({
        "quantity": ["prefecture_cities", "minimum_living_standard"],
        "levers": ["care_workforce.trainees_per_year, care_workforce.hires_per_year", ""],
        "lacking": ["zhejiang.prefecture_cities", ""],
        "formula": ["elderly_institution_plans >= prefecture_cities"] * 2,
        "ratio_class": ["just_begun", "wrong_side"],
    })  # fmt: skip
    found = columns(reopen(report, {"rules": table}, tmp_path)["Rules"])
    assert [cell.value for cell in found["Indicator"]] == [
        "number of cities", "Minimum living standard",
    ]  # fmt: skip
    texts = {str(cell.value) for cells in found.values() for cell in cells}
    assert "number of cities" in {cell.value for cell in found["Lacking"]}
    assert not any("_" in text for text in texts)
    assert set(LABELS["schedule"]) - set(LABELS["ratio_class"]) == {"on_schedule", "behind"}


def test_numbers_are_shown_at_their_precision(report, opened) -> None:
    """Figures as published, forecasts no finer than reported, chances in percent, plain years."""
    found = columns(opened("en")[label_of("sheet", "attainment", "en")])
    steps = report.indicators.set_index("name_en")["resolution"]
    names = [cell.value for cell in found["Indicator"]]
    for name, median, latest in zip(names, found["Median"], found["Latest"], strict=True):
        if median.value is not None:
            decimals = max(0, math.ceil(-math.log10(steps[name])))
            assert median.number_format == "#,##0" + ("." + "0" * decimals if decimals else "")
        if latest.value is not None:
            shown = len(latest.number_format.partition(".")[2])
            assert round(latest.value, shown) == latest.value
    assert {c.number_format for c in found["Chance"] if c.value is not None} <= {"0%"}
    assert {c.number_format for c in found["Year"]} == {"0"}
    chinese = columns(opened("zh")["目标"])
    assert not any("," in cell.number_format for cells in chinese.values() for cell in cells)


def test_sheets_can_be_filtered_scrolled_and_printed(tables, opened) -> None:
    """Head and names stay in sight; a page is as wide as the paper and repeats the head."""
    book = opened("en")
    for sheet in book.worksheets[: len(tables)]:
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1" and sheet.print_area
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToWidth == 1
        assert sheet.freeze_panes in ("A2", "B2", "C2")
        widths = [d.width for d in sheet.column_dimensions.values()]
        assert min(widths) >= 8 and max(widths) <= 48
    assert book["Targets"].freeze_panes == "C2"


def test_there_is_a_chart_of_cells(opened) -> None:
    """It draws the latest figures in percent of their targets, longest first, from the sheet."""
    sheet = opened("en")["Chart"]
    (chart,) = sheet._charts
    values = [row[1].value for row in sheet.iter_rows(min_row=2)]
    assert values == sorted(values, reverse=True) and len(values) > 3
    assert chart.series[0].val.numRef.f == f"'Chart'!$B$2:$B${len(values) + 1}"
    assert all(r[1].number_format == "0%" for r in sheet.iter_rows(min_row=2))


def test_notes_explain_every_sheet(report, tables, opened) -> None:
    """Name, number of rows, and what a row is; as are the plan and the day."""
    rows = list(opened("zh")["说明"].iter_rows(values_only=True))
    texts = [row[0] for row in rows]
    assert report.plan.title in texts and any("2023年12月31日" in str(text) for text in texts)
    listed = {row[0]: row[1:] for row in rows if isinstance(row[1], int)}
    assert listed == {
        label_of("sheet", name, "zh"): (len(table), label_of("sheet_row", name, "zh"))
        for name, table in tables.items()
    }
    assert set(LABELS["sheet_row"]) >= set(LABELS["sheet"])


def test_no_text_runs(report, tmp_path) -> None:
    """What begins as a formula is a text, also after editing; endless numbers are signs."""
    texts = ["=1+1", "+1", "-1", "@x", EVIL, "\x07=1", "a\tb"]
    table = pd.DataFrame({"note": texts, "value": [math.inf, -math.inf, 1, 2, 3, 4, math.nan]})
    found = columns(reopen(report, {"sources": table}, tmp_path)["Sources"])
    cells = found["Note"]
    assert [cell.value for cell in cells] == [*texts[:5], "=1", "a\tb"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [c.quotePrefix for c in cells] == [True] * 4 + [False, True, False]
    assert [cell.value for cell in found["Value"]] == ["∞", "−∞", 1, 2, 3, 4, None]


def test_empty_tables_keep_their_heads(report, tmp_path) -> None:
    """A sheet without rows can be written and read."""
    empty = pd.DataFrame({"indicator": [], "value": []})
    sheet = reopen(report, {"observations": empty}, tmp_path)["Published figures"]
    assert [cell.value for cell in sheet[1]] == ["Indicator", "Value"] and sheet.max_row == 1
