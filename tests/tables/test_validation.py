"""What `checking` accepts, and what it says of each fault."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.tables.plan import data_folder
from forecast.tables.schema import TABLES
from forecast.tables.validation import check_folder, nearest, read_tables, read_text

SOUND = {
    "sources": "source,title_zh,issuer,issued,note\nplan,某市规划,市民政局,2021-12-01,\n",
    "regions": (
        "region,name_zh,name_en,level,parent\nriver,江省,River,province,\nhill,山市,Hill,city,river\n"
    ),
    "areas": "area,name_zh,name_en\ncare,照护,Care\n",
    "units": (
        "unit,name_zh,name_en\npercent,百分比,percent\nsite,个/处,sites\nyuan_per_year,元/年,yuan\n"
    ),
    "indicators": (
        "indicator,name_zh,name_en,area,unit,kind,lower,upper,better,cumulative,resolution,"
        "concept,definition\n"
        "bed_share,床位占比,Bed share,care,percent,share,0,100,higher,false,0.1,beds,护理床位占比\n"
        "stations,站点,Stations,care,site,count,0,,higher,true,1,stations,累计建成站点\n"
        "waiting,等待,Waiting,care,site,stock,0,,lower,false,1,waiting,等待天数\n"
        "standard,标准,Standard,care,yuan_per_year,amount,0,,higher,false,1,standard,年标准\n"
    ),
    "targets": (
        "region,indicator,year,value,comparator,role,force,source,locus,note\n"
        "hill,bed_share,2025,58,ge,final,binding,plan,表1,\n"
        "hill,stations,2025,30,eq,final,,plan,,\n"
        "hill,waiting,2025,10,le,final,,plan,,\n"
        "hill,standard,2022,2021,ge,annual,,plan,,\n"
    ),
    "observations": (
        "region,indicator,year,as_of,value,status,source,locus,note\n"
        "hill,bed_share,2020,,54.9,actual,plan,,\n"
        "hill,stations,2021,,12,actual,plan,,\n"
        "hill,stations,2020,,10,actual,plan,,\n"
        "hill,stations,2022,2022-06-30,15,preliminary,plan,,\n"
    ),
    "projects": (
        "region,agency,class,stage,name_zh,start,end,investment,builder,source\n"
        "hill,局,planning,new,养老院,2021,2023,5000,,plan\n"
    ),
}


def write(folder: Path, tables: dict[str, str]) -> Path:
    """Write tables into a folder."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Write a folder without a fault."""
    return write(tmp_path, SOUND)


def change(folder: Path, table: str, old: str, new: str) -> None:
    """Put one fault into a table."""
    text = SOUND[table]
    assert text.count(old) == 1
    (folder / f"{table}.csv").write_text(text.replace(old, new), encoding="utf-8")


def test_the_packages_own_tables_are_sound() -> None:
    """The tables that come with the package have no fault."""
    assert "\n".join(map(str, check_folder(data_folder()))) == ""


def test_sound_tables_are_typed(sound: Path) -> None:
    """Text is str with '', numbers are float, integers int64, booleans bool."""
    tables = read_tables(sound)
    expected = {"text": "str", "date": "str", "number": "float64", "integer": "int64"}
    expected["boolean"] = "bool"
    for name, table in TABLES.items():
        assert list(tables[name].columns) == list(table.columns)
        assert tables[name].dtypes.map(str).to_dict() == {
            column: expected[type_] for column, type_ in table.file_types.items()
        }
    assert tables["observations"]["as_of"].tolist() == ["", "", "", "2022-06-30"]
    assert tables["indicators"]["upper"].isna().tolist() == [False, True, True, True]
    assert tables["indicators"]["cumulative"].tolist() == [False, True, False, False]
    assert tables["targets"].index.tolist() == [0, 1, 2, 3]


def test_tables_that_are_missing_are_empty(sound: Path) -> None:
    """A plan without tasks, rules, indices and milestones is a plan."""
    tables = read_tables(sound)
    assert [name for name in tables if tables[name].empty] == [
        "milestones",
        "tasks",
        "rules",
        "indices",
    ]


def test_money_that_looks_like_a_year_is_money(sound: Path) -> None:
    """A standard of 2021 yuan in the column of the value is no fault."""
    assert check_folder(sound) == ()
    assert read_tables(sound)["targets"].loc[3, "value"] == 2021.0


FAULTS = [
    ("targets", "2025,58,", "2025,58%,", 2, "value", "58%", "not a plain number", "1234.5"),
    ("targets", "2025,58,", "2025,５８,", 2, "value", "５８", "not a plain number", "digits"),
    ("targets", "2025,58,", "2025,,", 2, "value", None, "the cell is empty", "fill it in"),
    ("targets", "2025,30,", "20x5,30,", 3, "year", "20x5", "not a whole number", "2025"),
    ("targets", "2025,30,", "1518,30,", 3, "year", "1518", "not a year", "amount of money"),
    ("targets", "2025,30,", "2101,30,", 3, "year", "2101", "not a year", "four digits"),
    ("targets", "58,ge", "58,eg", 2, "comparator", "eg", "not an allowed word", "ge"),
    ("targets", "10,le", "10,ge", 4, "comparator", "ge", "the worse side", "comparator"),
    ("targets", "58,ge", "58,lt", 2, "comparator", "lt", "the worse side", "better"),
    ("targets", "2025,58,", "2025,101,", 2, "value", "101", "above 100", "unit"),
    ("targets", "2025,58,", "2025,-1,", 2, "value", "-1", "below 0", "bound"),
    ("targets", "2025,30,", "2025,30.5,", 3, "value", "30.5", "whole things", "whole number"),
    ("targets", "binding,plan", "binding,plann", 2, "source", "plann", "unknown", "'plan'"),
    ("targets", "hill,waiting", "hil,waiting", 4, "region", "hil", "unknown", "'hill'"),
    ("targets", "hill,waiting", "hill,zzz", 4, "indicator", "zzz", "unknown", "add it to ind"),
    ("regions", "River", "Riv\x07er", 2, "name_en", "Riv\x07er", "control character", "without"),
    ("regions", "city,river", "city,rivr", 3, "parent", "rivr", "unknown", "'river'"),
    ("observations", "2022-06-30", "2022-06-31", 5, "as_of", "2022-06-31", "not a date", "06-30"),
    ("observations", "2022-06-30", "2023-06-30", 5, "as_of", "2023-06-30", "year 2022", "empty"),
    ("observations", ",15,", ",11,", 5, "value", "11", "falls from 12 (2021-12-31)", "increment"),
    ("sources", "2021-12-01", "Dec 2021", 2, "issued", "Dec 2021", "not a date", "2022-06-30"),
    ("indicators", "true", "yes", 3, "cumulative", "yes", "neither true nor false", "true or"),
    ("indicators", "true", "false", 3, "cumulative", "false", "count is cumulative", "stock"),
    ("indicators", "lower,false", "lower,true", 4, "cumulative", "true", "stock can fall", "count"),
    ("indicators", "0,100,", "0,120,", 2, "upper", "120", "above 100", "0-100"),
    ("indicators", "0,100,", "0,1OO,", 2, "upper", "1OO", "not a plain number", "digits"),
    ("indicators", "0,100,", "0,,", 2, "upper", None, "no upper bound", "write 100"),
    ("indicators", "0,100,", ",100,", 2, "lower", None, "no lower bound", "write 0"),
    ("indicators", "count,0,", "count,-1,", 3, "lower", "-1", "cannot be negative", "write 0"),
    ("indicators", "stock,0,,", "stock,10,10,", 4, "upper", "10", "lower bound 10", "bounds"),
    ("indicators", "false,0.1,", "false,0,", 2, "resolution", "0", "not above 0", "0.1"),
    ("projects", "2021,2023", "2023,2021", 2, "end", "2021", "before it starts in 2023", "years"),
    ("projects", "5000", "-5", 2, "investment", "-5", "less than nothing", "costs"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[2]}")
def test_each_fault_is_told_once_with_place_and_remedy(
    sound: Path, fault: tuple[str, str, str, int, str, str | None, str, str]
) -> None:
    """One fault is one problem: file, line, column, printed value, fact and remedy."""
    table, old, new, *place, fact, remedy = fault
    change(sound, table, old, new)
    (problem,) = check_folder(sound)
    assert problem.file == f"{table}.csv"
    assert [problem.row, problem.column, problem.value] == place
    assert fact in problem.problem
    assert remedy in problem.remedy


def test_all_faults_are_raised_together_in_order(sound: Path) -> None:
    """One DataError holds every fault, in the order of tables, lines and columns."""
    change(sound, "projects", "2021,2023", "2023,2021")
    change(sound, "targets", "58,ge", "x,eg")
    change(sound, "regions", "city,river", "town,river")
    with pytest.raises(DataError, match="4 problems in the data") as raised:
        read_tables(sound)
    assert [(p.file, p.row, p.column) for p in raised.value.problems] == [
        ("regions.csv", 3, "level"),
        ("targets.csv", 2, "value"),
        ("targets.csv", 2, "comparator"),
        ("projects.csv", 2, "end"),
    ]


def test_a_repeated_key_names_the_first_row(sound: Path) -> None:
    """A row with the key of an earlier one is a duplicate, and the earlier row is named."""
    text = SOUND["observations"] + "hill,stations,2020,,10,actual,plan,,\n"
    write(sound, {"observations": text})
    (problem,) = check_folder(sound)
    assert (problem.row, problem.value) == (6, "hill, stations, 2020")
    assert problem.problem == "the same key stands in row 4"
    write(sound, {"observations": SOUND["observations"], "areas": SOUND["areas"] + "care,甲,B\n"})
    assert [p.problem for p in check_folder(sound)] == ["the same id stands in row 2"]


def test_the_same_year_at_another_date_is_no_duplicate(sound: Path) -> None:
    """A mid-year figure and the year's end figure of one year stand side by side."""
    text = SOUND["observations"] + "hill,stations,2022,,16,actual,plan,,\n"
    assert check_folder(write(sound, {"observations": text})) == ()


def test_cumulative_counts_may_differ_between_regions(sound: Path) -> None:
    """A smaller count of another region is no fall."""
    text = SOUND["observations"] + "river,stations,2023,,1,actual,plan,,\n"
    assert check_folder(write(sound, {"observations": text})) == ()


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_falls_are_found_as_a_loop_finds_them(counts: list[int], random: object) -> None:
    """Whatever the order of rows, exactly the years below their predecessor are faults."""
    rows = [f"hill,stations,{2000 + i},,{n},actual,plan,," for i, n in enumerate(counts)]
    falls = {2000 + i for i in range(1, len(counts)) if counts[i] < counts[i - 1]}
    random.shuffle(rows)  # type: ignore[attr-defined]
    header = SOUND["observations"].splitlines()[0]
    with tempfile.TemporaryDirectory() as folder:
        place = write(Path(folder), SOUND | {"observations": "\n".join([header, *rows])})
        problems = check_folder(place)
    assert {int(rows[p.row - 2].split(",")[2]) for p in problems if p.row} == falls


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_spreadsheets_are_read(sound: Path, encoding: str) -> None:
    """UTF-8 with and without its mark and GB18030 give the same table."""
    (sound / "regions.csv").write_text(SOUND["regions"], encoding=encoding)
    assert read_tables(sound)["regions"]["name_zh"].tolist() == ["江省", "山市"]


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", "region,年".encode("utf-16")])
def test_other_encodings_are_named(sound: Path, content: bytes) -> None:
    """A file in neither encoding is one problem, and ids of it are not called unknown."""
    (sound / "regions.csv").write_bytes(content)
    (problem,) = check_folder(sound)
    assert problem.problem == "neither UTF-8 nor GB18030 text"
    assert problem.remedy == "save the file as CSV UTF-8"


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """What the system says of a file stands in the problem."""
    with pytest.raises(DataError, match="cannot be read"):
        read_text(tmp_path / "nothing.csv")


def test_missing_reference_tables_come_from_the_fallback(sound: Path, tmp_path: Path) -> None:
    """An own folder may lack units; other missing tables stay empty even with a fallback."""
    own = tmp_path / "own"
    own.mkdir()
    write(own, {name: SOUND[name] for name in ("sources", "targets")})
    tables = read_tables(own, sound)
    assert len(tables["indicators"]) == 4
    assert len(tables["targets"]) == 4
    assert tables["observations"].empty
    assert tables["projects"].empty


def test_missing_reference_tables_without_fallback_are_named(sound: Path) -> None:
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
    ("name_zh", "region", [("region", "stands twice", "remove one")]),
    ("parent", "parent,zip", [(None, "5 cells where the header has 6", "quotation marks")] * 2),
    ("江省", '"江省', [(None, "not a CSV file", "left open")]),
    ("江省", "江省,", [(None, "6 cells where the header has 5", "quotation marks")]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), HEADERS)
def test_faults_of_header_and_shape_do_not_drag_others_along(
    sound: Path, old: str, new: str, expected: list[tuple[str | None, str, str]]
) -> None:
    """A broken header or line is told, and nothing that only follows from it."""
    change(sound, "regions", old, new)
    problems = check_folder(sound)
    assert len(problems) == len(expected)
    for problem, (column, fact, remedy) in zip(problems, expected, strict=True):
        assert problem.column == column
        assert fact in problem.problem
        assert remedy in problem.remedy


def test_a_missing_id_column_is_told_once(sound: Path) -> None:
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


def test_nearest_is_silent_when_nothing_is_near() -> None:
    """A hint is given only for a word that is like a known one."""
    assert nearest("qqq", ["hill", "river"]) == ""
    assert nearest("hil", ["hill", "river"]) == "perhaps 'hill' is meant"


def test_checking_is_light_to_import() -> None:
    """Importing the module does not load pandera; only checking does."""
    code = "import sys, forecast.checking; sys.exit('pandera' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tables_read_again_are_as_they_stand_now(tmp_path: Path) -> None:
    """What a caller changes stays his own, and a changed file is seen at once."""
    head = "region,indicator,task,year,text_zh,source,locus\n"
    row = "lishui,,x,2023,{text},003_8dc3f949d45a2179.txt,\n"
    file = tmp_path / "milestones.csv"
    file.write_text(head + row.format(text="甲"), encoding="utf-8")
    first = read_tables(tmp_path, data_folder())["milestones"]
    first.loc[0, "text_zh"] = "changed"
    assert read_tables(tmp_path, data_folder())["milestones"]["text_zh"].tolist() == ["甲"]
    file.write_text(head + row.format(text="乙"), encoding="utf-8")
    assert read_tables(tmp_path, data_folder())["milestones"]["text_zh"].tolist() == ["乙"]
