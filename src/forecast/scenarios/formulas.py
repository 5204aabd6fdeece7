"""Formulas of policy rules: parsed with `ast`, evaluated on arrays, never executed.

A formula of `rules.csv` compares a quantity with an expression of indicator ids, `x[-1]` (the value
of the year before), `region.x` (another region's value), numbers, + - * / //, max and min.
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

from ..errors import N_, DataError, Problem, msg

__all__ = ["Formula", "Lookup", "Rule", "order_rules", "parse_formula", "read_rules"]

FloatArray = NDArray[np.float64]
Lookup = Callable[[str, str, int], FloatArray | None]
"""Returns the values of (region or '', name, lag); None where they are unknown."""

COMPARISONS: dict[type, str] = {
    ast.GtE: "ge", ast.Gt: "gt", ast.Eq: "eq", ast.LtE: "le", ast.Lt: "lt",
}  # fmt: skip
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
EXTREMES: dict[str, Callable[[Any, Any], Any]] = {"max": np.maximum, "min": np.minimum}


class UnknownValueError(Exception):
    """A name in a formula has no values."""


@dataclass(frozen=True)
class Formula:
    """A comparison of the expression `left` with `right`; `comparator` as in targets."""

    text: str
    comparator: str
    left: ast.expr
    right: ast.expr

    def names(self) -> set[tuple[str, str]]:
        """Return region ('' for the rule's own) and name of all that the right side reads."""
        names: set[tuple[str, str]] = set()

        def note(region: str, name: str, _lag: int) -> FloatArray:
            names.add((region, name))
            return np.ones(1)

        with np.errstate(all="ignore"):
            _evaluate(self.right, note)
        return names

    def reads(self, region: str) -> set[tuple[str, str]]:
        """Return region and name of all that the right side reads, in a rule of a region."""
        return {(elsewhere or region, name) for elsewhere, name in self.names()}

    def evaluate(self, lookup: Lookup) -> FloatArray | str:
        """Return the values of the right side, or the first name whose values are unknown."""
        try:
            return np.asarray(_evaluate(self.right, lookup), float)
        except UnknownValueError as unknown:
            return str(unknown)


@lru_cache(maxsize=1024)
def parse_formula(text: str) -> Formula:
    """Parse a formula.

    Raises
    ------
    ValueError
        If it is not one comparison of the elements listed at the head of the module.

    Examples
    --------
    >>> floor = parse_formula("x >= max(0.5 * y[-1], 1.3 * z)")
    >>> floor.comparator, sorted(floor.names())
    ('ge', [('', 'y'), ('', 'z')])
    >>> values = {("", "y", -1): np.array([10.0]), ("", "z", 0): np.array([3.0])}
    >>> floor.evaluate(lambda *key: values.get(key)).tolist()
    [5.0]
    >>> floor.evaluate(lambda *key: None)
    'y[-1]'
    """
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        problem = msg("{text!r} is not a formula: {reason}.", text=text, reason=error.msg)
        raise ValueError(problem) from None
    single = isinstance(node, ast.Compare) and len(node.ops) == 1
    if not single or type(node.ops[0]) not in COMPARISONS:  # type: ignore[attr-defined]
        raise ValueError(msg("{text!r} is not one comparison.", text=text))
    assert isinstance(node, ast.Compare)
    try:
        with np.errstate(all="ignore"):
            for side in (node.left, node.comparators[0]):
                _evaluate(side, lambda *_: np.ones(1))
    except ArithmeticError as error:
        problem = msg("{text!r} has no value: {reason}.", text=text, reason=str(error))
        raise ValueError(problem) from None
    return Formula(text, COMPARISONS[type(node.ops[0])], node.left, node.comparators[0])


Rule = tuple[str, str, Formula]
"""Region, quantity and formula."""


def read_rules(rules: pd.DataFrame) -> list[Rule]:
    """Parse the rules (region, quantity, formula) whose left side is the quantity alone.

    Raises
    ------
    DataError
        With every formula that cannot be parsed.

    Examples
    --------
    >>> rules = pd.DataFrame({"region": ["a"], "quantity": ["x"], "formula": ["x >= 2 * y"]})
    >>> read_rules(rules)[0][2].comparator
    'ge'
    """
    parsed, problems = [], []
    columns = (rules[name] for name in ("region", "quantity", "formula"))
    for row, (region, quantity, text) in enumerate(zip(*columns, strict=True)):
        try:
            formula = parse_formula(text)
        except ValueError as error:
            remedy = msg("write one comparison of ids, numbers, + - * / //, max, min and x[-1]")
            problems.append(Problem("rules.csv", row + 2, "formula", text, error.args[0], remedy))
            continue
        if isinstance(formula.left, ast.Name) and formula.left.id == quantity:
            parsed.append((str(region), str(quantity), formula))
    if problems:
        raise DataError(problems)
    return parsed


def order_rules(rules: list[Rule]) -> list[Rule]:
    """Sort rules so that each follows those that set what it reads; cycles stay as listed.

    >>> rules = [("a", q, parse_formula(f)) for q, f in (("x", "x >= y"), ("y", "y >= z"))]
    >>> [quantity for _, quantity, _ in order_rules(rules)]
    ['y', 'x']
    """
    waiting, ordered = list(rules), []
    while waiting:
        first = waiting[0]
        for rule in waiting:
            reads = rule[2].reads(rule[0]) - {rule[:2]}
            if not any(other[:2] in reads for other in waiting):
                first = rule
                break
        waiting.remove(first)
        ordered.append(first)
    return ordered


def _evaluate(node: ast.expr, lookup: Lookup) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = _evaluate(node.left, lookup), _evaluate(node.right, lookup)
        return OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        if node.func.id in EXTREMES and node.args:
            return reduce(EXTREMES[node.func.id], (_evaluate(a, lookup) for a in node.args))
    values = lookup(*_reference(node))
    if values is None:
        raise UnknownValueError(ast.unparse(node))
    return values


def _reference(node: ast.expr) -> tuple[str, str, int]:
    """Region, name and lag of `x`, `x[-1]`, `region.x` or `region.x[-1]`."""
    lag, name = 0, node
    if isinstance(node, ast.Subscript):
        if ast.unparse(node.slice) != "-1":
            problem = N_("{part!r}: only [-1], the year before, is supported.")
            raise ValueError(msg(problem, part=ast.unparse(node)))
        lag, name = -1, node.value
    if isinstance(name, ast.Name):
        return "", name.id, lag
    if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
        return name.value.id, name.attr, lag
    raise ValueError(msg("{part!r} is not allowed in a formula.", part=ast.unparse(node)))
