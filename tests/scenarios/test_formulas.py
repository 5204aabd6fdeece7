"""Printed formulas: what is read, what it is worth, and what is never evaluated."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.scenarios.formulas import parse_formula, read_rules
from forecast.tables.plan import data_folder

VALUES = {
    ("", "y", 0): np.array([10.0, 20.0]), ("", "y", -1): np.array([8.0, 10.0]),
    ("", "z", 0): np.array([3.0, 40.0]), ("city", "y", 0): np.array([7.0, 7.0]),
    ("city", "y", -1): np.array([6.0, 5.0]),
}  # fmt: skip


def worth(text):
    """Value of a formula's right side."""
    result = parse_formula(text).evaluate(lambda *key: VALUES.get(key))
    return result if isinstance(result, str) else result.tolist()


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ("y", [10.0, 20.0]),
        ("y[-1]", [8.0, 10.0]),
        ("city.y", [7.0, 7.0]),
        ("city.y[-1]", [6.0, 5.0]),
        ("2 * y + 1", [21.0, 41.0]),
        ("y - z", [7.0, -20.0]),
        ("y / 4 - z * 0.5", [1.0, -15.0]),
        ("3 + max(0, y - 12) // 5", [3.0, 4.0]),
        ("max(0.5 * y, z)", [5.0, 40.0]),
        ("min(y, z, 12)", [3.0, 12.0]),
        ("max(y)", [10.0, 20.0]),
        ("7", 7.0),
    ],
)
def test_a_right_side_by_hand(right, expected):
    """Ids, the year before, another region, numbers, + - * / //, max and min."""
    assert worth(f"x >= {right}") == expected


@pytest.mark.parametrize(
    ("sign", "word"), [(">=", "ge"), (">", "gt"), ("==", "eq"), ("<=", "le"), ("<", "lt")]
)
def test_comparators_are_those_of_targets(sign, word):
    """Each sign has the word that targets use."""
    assert parse_formula(f"x {sign} y").comparator == word


NUMBERS = st.floats(-100, 100).map(lambda n: round(abs(n), 3))
TERMS = st.recursive(
    st.one_of(NUMBERS.map(str), st.sampled_from(["y", "z", "y[-1]", "city.y"])),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*"), part).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["max", "min"]), part, part).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
    ),
    max_leaves=8,
)


@given(TERMS)
def test_an_expression_is_worth_what_python_says(right):
    """Draw by draw the value is that of the same expression in plain numbers."""
    result = parse_formula(f"x == {right}").evaluate(lambda *key: VALUES[key])
    for draw in range(2):
        names = {
            "y": VALUES["", "y", 0][draw],
            "z": VALUES["", "z", 0][draw],
            "max": max,
            "min": min,
        }
        text = right.replace("y[-1]", str(VALUES["", "y", -1][draw])).replace("city.y", "7.0")
        expected = eval(text, {"__builtins__": {}}, names)
        assert np.broadcast_to(result, 2)[draw] == pytest.approx(expected)


def test_an_unknown_name_is_given_back():
    """What has no values here is named as it is written, and nothing is reckoned without it."""
    assert worth("x == rho * y[-1]") == "rho"
    assert worth("x >= y + town.q[-1]") == "town.q[-1]"


def test_names_are_those_of_the_right_side():
    """With the region where another one is read; lags do not matter."""
    formula = parse_formula("x[-1] >= max(a * b[-1], city.c) - 3 / (b - 1)")
    assert formula.names() == {("", "a"), ("", "b"), ("city", "c")}


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x >= ",
        "x = y",
        "x >= y >= z",
        "x != y",
        "x in y",
        "x >= y if z else w",
        "x >= y and z",
        "(x := y)",
        "x >= y ** 2",
        "x >= y % 2",
        "x >= -y",
        "x >= 'y'",
        "x >= y[-2]",
        "x >= y[0]",
        "x >= y[z]",
        "x >= y[-1][-1]",
        "x >= a.b.c",
        "x >= a.b.c[-1]",
        "x >= f(y)",
        "x >= max()",
        "x >= max(y, key=z)",
        "x >= max(*y)",
        "x >= y.max(z)",
        "x >= (lambda: 1)()",
        "x >= lambda: 1",
        "x >= [y for y in z]",
        "x >= [1, 2]",
        "x >= {1: 2}",
        "x >= f'{y}'",
        "x >= 1j",
        "x >= None",
        "x >= ...",
        "__import__('os').system('x') >= y",
        "x >= __import__('os')",
        "x >= eval('1')",
        "x >= ().__class__",
        "x >= y.__class__.__base__",
        "x >= 1 / 0",
        "x >= 5 // 0",
        "x >= 1" + "0" * 400,
        "import os",
        "x >= y; z >= w",
    ],
)
def test_nothing_else_is_evaluated(text):
    """Calls, chains, powers, strings, lambdas and the like are refused before anything is asked."""
    with pytest.raises(ValueError, match=r"formula|comparison|only|value"):
        parse_formula(text)


def test_a_name_is_only_ever_looked_up():
    """Even a name that Python knows is an id like any other, without values here."""
    for name in ("__import__", "max", "print", "__builtins__"):
        assert worth(f"x >= {name}") == name


def test_a_divisor_that_may_be_zero_is_no_fault():
    """Reading a formula reckons nothing: `y / (z - 1)` is sound whatever z will be."""
    formula = parse_formula("x >= y / (z - 1) + y // (z / z - 1)")
    assert formula.names() == {("", "y"), ("", "z")}
    assert worth("x >= y / (z - 1)") == pytest.approx([5.0, 20 / 39])


# Rules.


def rules(*formulas, quantity="x"):
    """Rules of a region."""
    return pd.DataFrame({"region": "here", "quantity": quantity, "formula": list(formulas)})


def test_rules_are_those_on_one_quantity():
    """A rule whose left side is another expression is read, checked and left out."""
    result = read_rules(rules("x >= y", "x / x[-1] == y", "y >= x", "x == 2 * y"))
    assert [(region, quantity, f.text) for region, quantity, f in result] == [
        ("here", "x", "x >= y"), ("here", "x", "x == 2 * y"),
    ]  # fmt: skip
    assert read_rules(rules()) == []


def test_all_formulas_that_cannot_be_read_are_named():
    """Each with its row, its text and what a formula is."""
    with pytest.raises(DataError) as caught:
        read_rules(rules("x >= y", "x >= y ** 2", "x >> y"))
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [
        (3, "formula", "x >= y ** 2"), (4, "formula", "x >> y"),
    ]  # fmt: skip
    assert all("one comparison" in p.remedy for p in caught.value.problems)


def test_every_shipped_formula_is_read():
    """All of `rules.csv`, and at least the floors of Lishui tie one quantity to others."""
    table = pd.read_csv(data_folder() / "rules.csv")
    for text in table["formula"]:
        assert parse_formula(text).text == text
    result = {(region, quantity) for region, quantity, _ in read_rules(table)}
    assert len(result) > 40
    assert ("lishui", "extreme_poverty_standard") in result
    assert ("shaoxing", "extreme_poverty_standard") not in result
