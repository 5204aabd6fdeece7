"""Folders of CSV files: encodings, headers, lines, missing tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.tables.csv_files import check_folder, format_table, read_tables
from forecast.tables.plan import data_folder
from sound_tables import SOUND, change, write


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Write a folder without a fault."""
    return write(tmp_path, SOUND)


def test_tables_that_are_missing_are_empty(sound: Path) -> None:
    """A plan without versions, rules, indices, milestones and experience of others is a plan."""
    tables = read_tables(sound)
    assert [name for name in tables if tables[name].empty] == [
        "plans",
        "milestones",
        "rules",
        "indices",
        "progress",
        "plan_outcomes",
        "plan_summaries",
    ]


def test_a_written_table_is_read_again(tmp_path: Path) -> None:
    """Every shipped table, written and read again, is the same, missing years included."""
    tables = read_tables(data_folder())
    folder = write(tmp_path, {name: format_table(name, table) for name, table in tables.items()})
    for name, table in read_tables(folder).items():
        pd.testing.assert_frame_equal(table, tables[name])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_spreadsheets_are_read(sound: Path, encoding: str) -> None:
    """UTF-8 with and without its mark and GB18030 give the same table."""
    (sound / "regions.csv").write_text(SOUND["regions"], encoding=encoding)
    assert read_tables(sound)["regions"]["name_zh"].tolist() == ["江省", "山市"]


def test_likenesses_are_looked_for_a_few_unknown_ids(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every unknown id is a problem; beyond the first ones it is compared with no other."""
    monkeypatch.setattr("forecast.tables.validation.MOST_HINTS", 2)
    row = SOUND["observations"].splitlines()[1]
    region = row.split(",")[0]
    unknown = [row.replace(region, f"{region}{at}", 1) for at in range(5)]
    text = "\n".join([*SOUND["observations"].splitlines(), *unknown, ""])
    (sound / "observations.csv").write_text(text, encoding="utf-8")
    remedies = [p.remedy for p in check_folder(sound) if p.column == "region"]
    assert ["perhaps" in remedy for remedy in remedies] == [True, True, False, False, False]


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", "region,年".encode("utf-16")])
def test_other_encodings_are_named(sound: Path, content: bytes) -> None:
    """A file in neither encoding is one problem, and ids of it are not called unknown."""
    (sound / "regions.csv").write_bytes(content)
    (problem,) = check_folder(sound)
    assert problem.problem == "neither UTF-8 nor GB18030 text"
    assert problem.remedy == "save the file as CSV UTF-8"


def test_own_rows_are_merged_by_key(sound: Path, tmp_path: Path) -> None:
    """Own rows take the place of those of the same key; all others stay."""
    own = tmp_path / "own"
    own.mkdir()
    head, first, *_ = SOUND["targets"].splitlines()
    write(own, {"targets": f"{head}\n{first.replace('58', '60')}\n"})
    tables = read_tables(own, sound)
    assert len(tables["indicators"]) == 4 and len(tables["observations"]) == 4
    assert tables["targets"]["value"].tolist() == [30.0, 10.0, 2021.0, 60.0]


def test_missing_reference_tables_without_others_are_named(sound: Path) -> None:
    """A missing table of regions is one problem, not one a row."""
    (sound / "regions.csv").unlink()
    (problem,) = check_folder(sound)
    assert (problem.file, problem.problem) == ("regions.csv", "the table is missing")


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    """No folder, and a folder without any table, say what is wanted."""
    (missing,) = check_folder(tmp_path / "nowhere", data_folder())
    assert missing.problem == "no such folder"
    (empty,) = check_folder(tmp_path, data_folder())
    assert empty.problem == "the folder holds none of the tables"
    assert "targets.csv" in empty.remedy


def test_a_misspelt_table_is_not_passed_over(sound: Path) -> None:
    """A file nearly named like a missing table is a problem; a stranger is not."""
    (sound / "targets.csv").rename(sound / "Target.csv")
    (sound / "priors.csv").write_text("anything", encoding="utf-8")
    (problem,) = check_folder(sound)
    assert str(problem) == (
        "Target.csv: not the name of a table. Remedy: rename it; perhaps 'targets' is meant."
    )


HEADERS = [
    ("name_en", "nam_en", [("nam_en", "not a", "'name_en'"), ("name_en", "is missing", "add it")]),
    ("region,name_zh,name_en,level,parent", "", [(None, "no header", "column names in line 1")]),
    ("name_zh", "region", [("region", "given twice", "remove one")]),
    ("parent", "parent,zip", [(None, "5 cells where the header has 6", "quotation marks")] * 2),
    ("江省", '"江省', [(None, "not a CSV file", "left open")]),
    ("江省", "江省,", [(None, "6 cells where the header has 5", "quotation marks")]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), HEADERS)
def test_faults_of_header_and_shape_do_not_drag_others_along(
    sound: Path, old: str, new: str, expected: list[tuple[str | None, str, str]]
) -> None:
    """A broken header or line is reported, and nothing that only follows from it."""
    change(sound, "regions", old, new)
    problems = check_folder(sound)
    assert len(problems) == len(expected)
    for problem, (column, fact, remedy) in zip(problems, expected, strict=True):
        assert problem.column == column
        assert fact in problem.problem
        assert remedy in problem.remedy


def test_a_missing_id_column_is_reported_once(sound: Path) -> None:
    """Without its id column a table lists nothing, and its ids are not called unknown."""
    text = "\n".join(line.partition(",")[2] for line in SOUND["regions"].splitlines())
    (problem,) = check_folder(write(sound, {"regions": text}))
    assert (problem.column, problem.problem) == ("region", "the column is missing")


def test_lines_are_counted_as_a_spreadsheet_counts(sound: Path) -> None:
    """Blank lines count, and a cell with a line break is one row; blanks at the end are nothing."""
    rows = SOUND["targets"].replace("表1", '"表1\n第2行"').replace("30,eq", "30,x")
    first, rest = rows.split("\n", 1)
    write(sound, {"targets": f"{first}\n\n{rest}\n,,,,,,,,,\n"})
    (problem,) = check_folder(sound)
    assert (problem.row, problem.value) == (4, "x")


def test_spaces_around_a_cell_do_not_matter(sound: Path) -> None:
    """Cells are read without the blanks around them, full-width ones included."""
    change(sound, "targets", "hill,waiting", " hill　, waiting")
    assert read_tables(sound)["targets"].loc[2, "region"] == "hill"


def test_a_header_without_rows_is_an_empty_table(sound: Path) -> None:
    """A table may have no rows yet, and keeps its types."""
    write(sound, {"targets": SOUND["targets"].splitlines()[0] + "\n"})
    table = read_tables(sound)["targets"]
    assert table.empty
    assert str(table["year"].dtype) == "int64"


def test_tables_read_again_are_as_they_stand_now(tmp_path: Path) -> None:
    """What a caller changes stays his own, and a changed file is seen at once."""
    head = "region,indicator,task,year,text_zh,source,locus\n"
    row = "lishui,,x,2023,{text},003_8dc3f949d45a2179.txt,\n"
    file = tmp_path / "milestones.csv"
    file.write_text(head + row.format(text="甲"), encoding="utf-8")
    first = read_tables(tmp_path, data_folder())["milestones"]
    first["text_zh"] = "changed"
    assert read_tables(tmp_path, data_folder())["milestones"]["text_zh"].tolist()[-1] == "甲"
    file.write_text(head + row.format(text="乙"), encoding="utf-8")
    assert read_tables(tmp_path, data_folder())["milestones"]["text_zh"].tolist()[-1] == "乙"
