"""What is said of figures, and in which words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from forecast.i18n.vocabulary import WORDS

import forecast
from forecast.errors import DataError, UnknownNameError
from forecast.i18n.messages import FiguresError, Quantity, Remark, say, tell
from forecast.intake.numbers import STRANGERS

MODULES = ("sheets", "numerals", "parsing", "doubts", "intakes")
GIVEN = {"no_region", "no_indicator", "unknown_region", "unknown_indicator", "below", "above"}
"""Codes that are put together or looked up where they are used."""
BEDS = Quantity(19300.0, "bed", ("张", "beds"))


def codes() -> set[str]:
    """Codes of all remarks that modules make."""
    found = {*STRANGERS, *GIVEN}
    for name in MODULES:
        text = (Path(forecast.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(text)):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            code = {"Remark": 0, "_fault": 1}.get(call.func.id)
            first = call.args[code] if code is not None and len(call.args) > code else None
            if isinstance(first, ast.Constant) and first.value:
                found.add(str(first.value))
    return found


def test_every_remark_has_words_and_every_word_a_remark() -> None:
    """No code without its words in both languages, and no words that nothing says."""
    assert codes() == set(WORDS["figure_remark"])
    assert set(WORDS["figure_remedy"]) <= {*codes(), "near"}


def test_gaps_are_filled_in_the_habit_of_the_language() -> None:
    """A number takes its unit's name, a name its language, a printed text stays as printed."""
    remark = Remark("taken", {"printed": "1.93万张", "value": BEDS})
    assert remark.fact("zh") == "1.93万张即19300张"
    assert remark.fact("en") == "1.93万张 taken as 19,300\xa0beds"
    other = Remark("power", {"unit": ("百分比", "percent")})
    assert (other.fact("zh"), other.mend("en")) == (
        "单位是百分比，却带数量级",
        "write the figure in percent",
    )


def test_a_text_with_braces_is_no_gap() -> None:
    """What a planner typed is shown as typed."""
    assert Remark("unknown_type", {"type": "{rows}"}).fact("en") == "unknown type '{rows}'"


def test_a_note_has_no_remedy() -> None:
    """What needs nothing done says nothing to do."""
    assert Remark("same").mend("en") == ""
    assert tell([Remark("same")], "en") == "The same as published."


def test_remedies_are_said_once() -> None:
    """Two faults with one remedy do not repeat it."""
    two = [Remark("two_units", {"own": "a", "given": "b"}), Remark("two_powers")]
    assert tell(two, "zh").count("单位只写一次") == 1
    assert tell(two, "en").count("; ") == 1


def test_an_error_is_told_in_both_languages_with_every_place() -> None:
    """It is an error of data like any other, with a line a fault."""
    error = FiguresError(
        "a.csv", [(None, None, None, [Remark("no_header", {"rows": "20"})]),
                  (3, "2021", "x", [Remark("unread")])],
    )  # fmt: skip
    assert isinstance(error, DataError)
    assert error.problems[1].value == "x" and "row 3, column 2021, value 'x'" in str(error)
    first, second = error.told("zh").split("\n")
    assert first.startswith("a.csv：没有认出表头。办法：前20行中写")
    assert second.startswith("a.csv，第3行，2021列：不是恰好一个数。")
    assert error.told("en").startswith("a.csv: no header is recognised. Remedy: ")


def test_only_the_two_languages_are_known() -> None:
    """Another one is refused."""
    with pytest.raises(UnknownNameError, match="Unknown language 'de'"):
        say("figure_remark", "same", "de", {})
