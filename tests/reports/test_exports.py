"""The report's tables as files: for programs and for people, the same bytes on any day."""

import datetime as dt
import time
from dataclasses import replace
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest

from forecast.i18n.labels import LABELS, label_of
from forecast.reports.context import ReportContext
from forecast.reports.exports import write_tables
from forecast.reports.monitoring import compute_monitoring, result_tables
from forecast.tables.plan import recut
from rendered import CHINESE

COMMAND = "=cmd|' /C calc'!A0"


class Tomorrow(dt.datetime):
    """A clock that is a day ahead."""

    @classmethod
    def now(cls, tz=None):
        """Time of tomorrow."""
        return super().now(tz) + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def report():
    """Zhejiang at the end of 2022, with texts that a spreadsheet would run."""
    shipped = ReportContext.load("zhejiang", as_of="2022-12-31", language="en", draws=100)
    tables = dict(shipped.plan.tables)
    for kind in ("regions", "areas", "units", "indicators"):
        tables[kind] = tables[kind].assign(name_zh=COMMAND, name_en=COMMAND)
    tables["targets"] = tables["targets"].assign(note=COMMAND, note_en=COMMAND, locus="@x")
    return replace(shipped, plan=recut(shipped.plan, tables))


@pytest.fixture(scope="module")
def tables(report):
    """Its tables."""
    return result_tables(report, compute_monitoring(report))


@pytest.fixture(scope="module")
def written(report, tables, tmp_path_factory):
    """The folder that they were written into, in Chinese, and the files by name."""
    folder = tmp_path_factory.mktemp("written")
    return folder, write_tables(replace(report, language="zh"), tables, folder)


def test_tables_are_written_for_programs_and_for_people(report, tables, written):
    """CSV with codes and one row a target; a workbook with words and wide columns."""
    folder, names = written
    assert sorted(names) == sorted(file.name for file in folder.iterdir())
    table = pd.read_csv(folder / "attainment.csv")
    assert table["target"].tolist() == report.plan.targets["value"].tolist()
    assert set(table["note"]) == set(table["name"]) == {f"'{COMMAND}"}
    assert set(table["locus"]) == {"'@x"}
    assert not (folder / "attainment.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert book.sheetnames[: len(tables)] == [label_of("sheet", n, "zh") for n in tables]
    known = {label_of("column", column, "zh") for column in LABELS["column"]}
    for sheet in book.worksheets[: len(tables)]:
        assert sheet.column_dimensions["B"].width >= 8
        assert {str(cell.value) for cell in sheet[1]} <= known
    assert CHINESE.search("".join(str(cell.value) for cell in book.worksheets[0][1]))


def test_the_same_tables_give_the_same_bytes(report, tables, written, tmp_path, monkeypatch):
    """On another day every file is the same, the workbook with its dates included."""
    folder, first = written
    later = time.time() + 3 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    clock = SimpleNamespace(datetime=Tomorrow, timezone=dt.timezone)
    monkeypatch.setattr("openpyxl.writer.excel.datetime", clock)
    assert write_tables(replace(report, language="zh"), tables, tmp_path) == first
    for name in first:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_parquet_holds_the_tables_as_they_are(report, written):
    """Results have their codes, types and as-of date; a text is not changed for spreadsheets."""
    folder, _ = written
    answers = pd.read_parquet(folder / "attainment.parquet")
    assert set(answers["note"]) == {COMMAND}
    assert answers["p_reach"].equals(report.attainment["p_reach"].reset_index(drop=True))
    forecasts = pd.read_parquet(folder / "forecasts.parquet")
    assert set(forecasts["region"]) == {"zhejiang"} and set(forecasts["as_of"]) == {"2022-12-31"}
    assert not forecasts.duplicated(["region", "indicator", "scenario", "year"]).any()


def test_the_workbook_is_one_of_the_formats(report, tables, tmp_path):
    """Without it among them, the tables for programs are written all the same."""
    assert "tables.xlsx" not in write_tables(report, tables, tmp_path, ["html", "docx"])
    assert not (tmp_path / "tables.xlsx").exists() and (tmp_path / "attainment.csv").exists()


def test_without_a_folder_nothing_is_written(report, tables):
    """Running a notebook by hand leaves no files."""
    assert write_tables(report, tables, None) == []
