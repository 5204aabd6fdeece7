"""What validation accepts, and how it reports each fault."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.tables.csv_files import check_folder, read_tables
from forecast.tables.schema import TABLES
from forecast.tables.validation import cumulative_decreases
from sound_tables import SOUND, change, write


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Write a folder without a fault."""
    return write(tmp_path, SOUND)


def test_sound_tables_are_typed(sound: Path) -> None:
    """Text is str with '', numbers are float, integers int64 unless missing, booleans bool."""
    tables = read_tables(sound)
    expected = {"text": "str", "date": "str", "deadline": "str", "boolean": "bool"}
    expected |= {"number": "float64", "integer": "int64"}
    for name, table in TABLES.items():
        assert list(tables[name].columns) == list(table.columns)
        assert tables[name].dtypes.map(str).to_dict() == {
            name: expected["number" if not c.required and c.type == "integer" else c.type]
            for name, c in table.columns.items()
        }
    assert tables["observations"]["as_of"].tolist() == ["", "", "", "2022-06-30"]
    assert tables["indicators"]["upper"].isna().tolist() == [False, True, True, True]
    assert tables["indicators"]["cumulative"].tolist() == [False, True, False, False]
    assert tables["targets"].index.tolist() == [0, 1, 2, 3]


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
    (
        "targets",
        "hill,waiting",
        "hill,zzz",
        4,
        "indicator",
        "zzz",
        "unknown",
        "add it to the table ind",
    ),
    ("regions", "River", "Riv\x07er", 2, "name_en", "Riv\x07er", "control character", "without"),
    ("regions", "city,river", "city,rivr", 3, "parent", "rivr", "unknown", "'river'"),
    ("observations", "2022-06-30", "2022-06-31", 5, "as_of", "2022-06-31", "not a date", "06-30"),
    ("observations", "2022-06-30", "2023-06-30", 5, "as_of", "2023-06-30", "year 2022", "empty"),
    ("observations", ",15,", ",11,", 5, "value", "11", "falls from 12 (2021-12-31)", "increment"),
    ("tasks", "2023年底", "soon", 3, "due", "soon", "not a deadline", "2023-06"),
    ("tasks", "2023年底", "6月底前", 3, "due", "6月底前", "not a deadline", "2022-2024"),
    ("sources", "2021-12-01", "Dec 2021", 2, "issued", "Dec 2021", "not a date", "2022-06-30"),
    ("indicators", "true", "yes", 3, "cumulative", "yes", "neither true nor false", "true or"),
    ("indicators", "true", "false", 3, "cumulative", "false", "count is cumulative", "stock"),
    ("indicators", "lower,false", "lower,true", 4, "cumulative", "true", "stock can fall", "count"),
    ("indicators", "0,100,", "0,120,", 2, "upper", "120", "above 100", "0-100"),
    ("indicators", "0,100,", "0,1OO,", 2, "upper", "1OO", "not a plain number", "digits"),
    ("indicators", "0,100,", "0,,", 2, "upper", None, "no upper bound", "write 100"),
    ("indicators", "0,100,", ",100,", 2, "lower", None, "no lower bound", "write 0"),
    ("indicators", "count,0,", "count,-1,", 3, "lower", "-1", "cannot be negative", "write 0"),
    ("indicators", "stock,0,", "stock,-1,", 4, "lower", "-1", "cannot be negative", "write 0"),
    ("indicators", "stock,0,,", "stock,10,10,", 4, "upper", "10", "lower bound 10", "bounds"),
    ("indicators", "false,0.1,", "false,0,", 2, "resolution", "0", "not above 0", "0.1"),
    ("projects", "2021,2023", "2023,2021", 2, "end", "2021", "before it starts in 2023", "years"),
    ("projects", "5000", "-5", 2, "investment", "-5", "less than nothing", "costs"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[2]}")
def test_each_fault_is_reported_once_with_cell_and_remedy(
    sound: Path, fault: tuple[str, str, str, int, str, str | None, str, str]
) -> None:
    """One fault is one problem: file, line, column, printed value, fact and remedy."""
    table, old, new, *cell, fact, remedy = fault
    change(sound, table, old, new)
    (problem,) = check_folder(sound)
    assert problem.file == f"{table}.csv"
    assert [problem.row, problem.column, problem.value] == cell
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
    assert problem.problem == "the same key is in row 4"
    write(sound, {"observations": SOUND["observations"], "areas": SOUND["areas"] + "care,甲,B\n"})
    assert [p.problem for p in check_folder(sound)] == ["the same id is in row 2"]


def test_the_same_year_at_another_date_is_no_duplicate(sound: Path) -> None:
    """A mid-year figure and the year's end figure of one year are two figures."""
    text = SOUND["observations"] + "hill,stations,2022,,16,actual,plan,,\n"
    assert check_folder(write(sound, {"observations": text})) == ()


def test_cumulative_counts_may_differ_between_regions(sound: Path) -> None:
    """A smaller count of another region is no fall."""
    text = SOUND["observations"] + "river,stations,2023,,1,actual,plan,,\n"
    assert check_folder(write(sound, {"observations": text})) == ()


def test_a_count_without_a_bound_is_not_negative_either(sound: Path) -> None:
    """Things cannot be fewer than none, whether a lower bound says so or not."""
    write(sound, {"indicators": SOUND["indicators"].replace("stock,0,", "stock,,")})
    change(sound, "targets", "2025,10,", "2025,-10,")
    (problem,) = check_folder(sound)
    assert problem.problem == "waiting is a stock, which cannot be negative"


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_decreases_are_found_as_a_loop_finds_them(counts: list[int], random) -> None:
    """Whatever the order of rows, exactly the years below their predecessor are decreases."""
    rows = [("hill", "stations", 2000.0 + i, "", float(n)) for i, n in enumerate(counts)]
    random.shuffle(rows)
    seen = pd.DataFrame(rows, columns=["region", "indicator", "year", "as_of", "value"])
    about = pd.DataFrame({"indicator": ["stations"], "cumulative": [1.0]})
    found = cumulative_decreases(seen, about)
    years = {2000 + i for i in range(1, len(counts)) if counts[i] < counts[i - 1]}
    assert set(seen.loc[found["later"], "year"]) == years
    assert (
        seen.loc[found["earlier"], "year"].to_numpy() + 1 == seen.loc[found["later"], "year"]
    ).all()
