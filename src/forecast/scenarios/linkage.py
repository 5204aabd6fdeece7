"""Draws of the baseline bound by the rules that link one standard to others.

A rule binds where the latest figures keep it: one that the figures break is an aim, not yet in
force. Parts of a maximum that nothing is known of are left out. Marginal probabilities are those of
the closed form; bound draws serve the answers on several targets together, and scenarios.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..model.simulation import Paths
from ..tables.plan import Plan
from .formulas import Formula, order_rules, read_rules
from .series_state import Key, SeriesState

__all__ = ["bind_standards"]

FloatArray = NDArray[np.float64]
LINKED = "standard"
"""Kind of the indicators that rules link to each other."""


def bind_standards(paths: Paths, plan: Plan) -> Paths:
    """Return the draws with every standard raised to what the plan's rules require of it.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> fits = fc.fit(plan.observations, plan.indicators)
    >>> paths = bind_standards(fc.simulate(fits, until=2025, draws=100), plan)
    >>> names = fits.series["indicator"].tolist()
    >>> low, poor = (paths.values[names.index(n)] for n in ("minimum_living_standard",
    ...                                                     "extreme_poverty_standard"))
    >>> bool((poor >= 1.3 * low - 1e-6).all())
    True
    """
    state = SeriesState(paths)
    for region, quantity, formula in order_rules(read_rules(plan.rules)):
        key = (region, quantity)
        facts = state.facts.get(key)
        if facts is None or facts["kind"] != LINKED or formula.comparator not in ("ge", "eq"):
            continue
        times = state.trajectory(key).times
        required = _require(state, key, formula, times)
        slack = max(float(facts["resolution"]), 1e-9 * abs(float(facts["latest"])))
        if required is None or len(times) < 2:
            continue
        short = required[:, 0] - float(facts["latest"])
        if (short > slack).any() or (formula.comparator == "eq" and (short < -slack).any()):
            continue
        own = state.trajectory(key).values[:, 1:]
        # Standards never fall, whatever they are linked to.
        bound = np.maximum(own, required[:, 1:]) if formula.comparator == "ge" else required[:, 1:]
        bound = np.maximum.accumulate(np.maximum(bound, float(facts["latest"])), axis=1)
        state.change_values(key, bound, ["rule"])
    values = state.to_paths(paths.scenario).values
    return replace(paths, values=values, baseline=values)


def _require(
    state: SeriesState, key: Key, formula: Formula, times: FloatArray
) -> FloatArray | None:
    """Compute what a formula requires at `times`: (draws, times), None where nothing is known."""

    def values(elsewhere: str, name: str, lag: int) -> FloatArray | None:
        source = (elsewhere or key[0], name)
        known = source in state.facts
        return state.read(source, times + lag, after=True, within=np.inf) if known else None

    parts = (replace(formula, right=part).evaluate(values) for part in _parts(formula.right))
    known = [part for part in parts if not isinstance(part, str)]
    if not known:
        return None
    shape = (len(state.trajectory(key).values), len(times))
    required: FloatArray = np.max([np.broadcast_to(part, shape) for part in known], axis=0)
    return required


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """List the arguments of a maximum, or the expression itself."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "max":
        yield from node.args
    else:
        yield node
