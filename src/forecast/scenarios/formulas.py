"""Rules that tie one standard to another: printed formulas, read and evaluated.

A formula of `rules.csv` compares a quantity with an expression: indicators by id, `x[-1]` for the
year before, `region.x` for another region's, numbers, + - * / //, max and min. Nothing else
is evaluated, and nothing is executed.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, DataError, Problem, said

__all__ = ["Formula", "Lookup", "parse_formula", "read_rules"]

FloatArray = NDArray[np.float64]
Lookup = Callable[[str, str, int], FloatArray | None]
"""Values of (region or '', name, lag), None where they are not known."""

COMPARISONS: dict[type, str] = {
    ast.GtE: "ge",
    ast.Gt: "gt",
    ast.Eq: "eq",
    ast.LtE: "le",
    ast.Lt: "lt",
}
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
EXTREMES: dict[str, Callable[[Any, Any], Any]] = {"max": np.maximum, "min": np.minimum}


class Unknown(Exception):
    """A name in a formula that has no values here."""


@dataclass(frozen=True)
class Formula:
    """A comparison of `left` with `right`; `comparator` as in targets."""

    text: str
    comparator: str
    left: ast.expr
    right: ast.expr

    def names(self) -> set[tuple[str, str]]:
        """Region ('' for the rule's own) and name of everything that the right side reads."""
        found: set[tuple[str, str]] = set()

        def note(region: str, name: str, _lag: int) -> FloatArray:
            found.add((region, name))
            return np.ones(1)

        with np.errstate(all="ignore"):
            _value(self.right, note)
        return found

    def value(self, lookup: Lookup) -> FloatArray | str:
        """Value of the right side, or the name that is not known."""
        try:
            return np.asarray(_value(self.right, lookup), float)
        except Unknown as unknown:
            return str(unknown)


@lru_cache(maxsize=1024)
def parse_formula(text: str) -> Formula:
    """Read a formula.

    Raises
    ------
    ValueError
        If it is not one comparison of what the module's head lists.

    Examples
    --------
    >>> floor = parse_formula("x >= max(0.5 * y[-1], 1.3 * z)")
    >>> floor.comparator, sorted(floor.names())
    ('ge', [('', 'y'), ('', 'z')])
    >>> values = {("", "y", -1): np.array([10.0]), ("", "z", 0): np.array([3.0])}
    >>> floor.value(lambda *key: values.get(key)).tolist()
    [5.0]
    >>> floor.value(lambda *key: None)
    'y[-1]'
    """
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        told = said("{text!r} is no formula: {reason}.", text=text, reason=error.msg)
        raise ValueError(told) from None
    single = isinstance(node, ast.Compare) and len(node.ops) == 1
    if not single or type(node.ops[0]) not in COMPARISONS:  # type: ignore[attr-defined]
        raise ValueError(said("{text!r} is not one comparison.", text=text))
    assert isinstance(node, ast.Compare)
    try:
        with np.errstate(all="ignore"):
            for side in (node.left, node.comparators[0]):
                _value(side, lambda *_: np.ones(1))
    except ArithmeticError as error:
        told = said("{text!r} has no value: {reason}.", text=text, reason=str(error))
        raise ValueError(told) from None
    return Formula(text, COMPARISONS[type(node.ops[0])], node.left, node.comparators[0])


def read_rules(rules: pd.DataFrame) -> list[tuple[str, str, Formula]]:
    """Region, quantity and formula of each rule that compares one quantity with an expression.

    Raises
    ------
    DataError
        With every formula that cannot be read.

    Examples
    --------
    >>> rules = pd.DataFrame({"region": ["a"], "quantity": ["x"], "formula": ["x >= 2 * y"]})
    >>> read_rules(rules)[0][2].comparator
    'ge'
    """
    found, problems = [], []
    columns = (rules[name] for name in ("region", "quantity", "formula"))
    for row, (region, quantity, text) in enumerate(zip(*columns, strict=True)):
        try:
            formula = parse_formula(text)
        except ValueError as error:
            remedy = said("write one comparison of ids, numbers, + - * / //, max, min and x[-1]")
            problem = error.args[0]
            problems.append(Problem("rules.csv", row + 2, "formula", text, problem, remedy))
            continue
        if isinstance(formula.left, ast.Name) and formula.left.id == quantity:
            found.append((str(region), str(quantity), formula))
    if problems:
        raise DataError(problems)
    return found


def _value(node: ast.expr, lookup: Lookup) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.left, lookup), _value(node.right, lookup))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        if node.func.id in EXTREMES and node.args:
            return reduce(EXTREMES[node.func.id], (_value(a, lookup) for a in node.args))
    region, name, lag = _reference(node)
    found = lookup(region, name, lag)
    if found is None:
        raise Unknown(ast.unparse(node))
    return found


def _reference(node: ast.expr) -> tuple[str, str, int]:
    """Region, name and lag of `x`, `x[-1]`, `region.x` or `region.x[-1]`."""
    lag, plain = 0, node
    if isinstance(node, ast.Subscript):
        if ast.unparse(node.slice) != "-1":
            told = N_("{part!r}: only [-1], the year before, is known.")
            raise ValueError(said(told, part=ast.unparse(node)))
        lag, plain = -1, node.value
    if isinstance(plain, ast.Name):
        return "", plain.id, lag
    if isinstance(plain, ast.Attribute) and isinstance(plain.value, ast.Name):
        return plain.value.id, plain.attr, lag
    raise ValueError(said("{part!r} cannot stand in a formula.", part=ast.unparse(node)))
