"""Issues with a planner's figures, as they are written in each language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from forecast.errors import DataError, UnknownNameError
from forecast.i18n.messages import ISSUES, FiguresError, Issue, Quantity, describe, render
from forecast.intake import figure_import as intake

TREES = [
    ast.parse(file.read_text(encoding="utf-8"))
    for file in Path(intake.__file__).parent.glob("*.py")
]
BEDS = Quantity(19300.0, "bed", ("张", "beds"))


def test_every_code_has_its_texts_and_every_text_its_code() -> None:
    """No code that is used lacks a text, and no text is left of a code that is not used."""
    calls = [node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call)]
    first = [
        node.args[0]
        for node in calls
        if isinstance(node.func, ast.Name) and node.func.id == "Issue" and node.args
    ]
    used = {code.value for code in first if isinstance(code, ast.Constant)} - {""}
    assert used <= set(ISSUES)
    words = {
        node.value
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made = {f"{how}_{role}" for how in ("no", "unknown") for role in ("region", "indicator")}
    assert set(ISSUES) - words - made == set()


def test_arguments_are_written_as_the_language_does() -> None:
    """A number takes its unit's name, a name its language, a printed text stays as printed."""
    issue = Issue("taken", {"printed": "1.93万张", "value": BEDS})
    assert issue.fact("zh") == "1.93万张即19300张"
    assert issue.fact("en") == "1.93万张 taken as 19,300\xa0beds"
    other = Issue("power", {"unit": ("百分比", "percent")})
    assert (other.fact("zh"), other.remedy("en")) == (
        "单位是百分比，却带数量级",
        "write the figure in percent",
    )


def test_a_text_with_braces_is_no_gap() -> None:
    """What a planner typed is shown as typed."""
    assert Issue("unknown_type", {"type": "{rows}"}).fact("en") == "unknown type '{rows}'"


def test_a_note_has_no_remedy() -> None:
    """Where nothing is to be done, none is written."""
    assert Issue("same").remedy("en") == ""
    assert describe([Issue("same")], "en") == "The same as published."


def test_a_remedy_is_written_once() -> None:
    """Two faults with one remedy do not repeat it."""
    two = [Issue("two_units", {"own": "a", "given": "b"}), Issue("two_powers")]
    assert describe(two, "zh").count("单位只写一次") == 1
    assert describe(two, "en").count("; ") == 1


def test_an_error_lists_its_faults_in_each_language() -> None:
    """It is an error of data like any other, with a line a fault."""
    error = FiguresError(
        "a.csv", [(None, None, None, [Issue("no_header")]),
                  (3, "2021", "x", [Issue("unread")])],
    )  # fmt: skip
    assert isinstance(error, DataError)
    assert error.problems[1].value == "x" and "row 3, column 2021, value 'x'" in str(error)
    first, second = error.describe("zh").split("\n")
    assert first.startswith("a.csv：没有认出表头。办法：在数的上方写")
    assert second.startswith("a.csv，第3行，2021列：不是恰好一个数。")
    assert error.describe("en").startswith("a.csv: no header is recognised. Remedy: ")


def test_an_unknown_language_is_refused() -> None:
    """A language needs a catalogue."""
    with pytest.raises(UnknownNameError, match="Unknown language 'de'"):
        render("none", "de", {"file": "a.csv"})
