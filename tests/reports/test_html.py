"""Pieces of HTML."""

import forecast as fc
from forecast.reports.html import tabulate
from forecast.tables.names import Names
from rendered import cells


def test_a_cell_is_written_in_full_with_its_later_lines_small():
    """No name is cut off, however long; what follows the first line is small."""
    long = "A very long name of an indicator " * 5
    page = tabulate([{"name": f"{long.strip()}\nyuan", "value": "1"}])
    assert long.strip() in page and "<small>yuan</small>" in page
    assert cells(page) == [["name", "value"], [f"{long.strip()} yuan", "1"]]


def test_a_column_of_one_value_is_said_in_a_sentence():
    """What is the same in all rows is no column, and a column without a value is left out."""
    names = Names(fc.load_plan("lishui"), "en")
    rows = [{"name": name, "basis": "weak", "none": "–", "value": name} for name in "abc"]
    page = tabulate(rows, names=names)
    assert cells(page)[0] == ["name", "value"] and "The same in all rows: basis: weak." in page


def test_numbers_are_aligned_right_and_words_left():
    """Cells on a phone name their column."""
    page = tabulate([{"name": "a", "value": "≥\xa013,000 (2025)", "word": "on course"}])
    assert '<td data-label="value" class="n">' in page and '<td data-label="word">on' in page
