"""Sobol indices: shares of the variance of a target's value (Sobol 1993; Saltelli et al. 2010)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, Message, msg
from .response import TargetResponse

__all__ = ["CONFIDENCE", "TAIL", "index_inputs", "target_indices", "variance_indices"]

FloatArray = NDArray[np.float64]
Inputs = dict[str, tuple[str, ...]]
"""By name what an input is: ("path", region, indicator), ("assumption", mechanism, name) or
("projects", mechanism, region)."""

RESAMPLES, CONFIDENCE = 200, 0.95
TAIL = 0.05
"""Share of the paths left out at either end: the variance of a log Student-t is infinite."""
OWN = "own_growth"
COLUMNS = [
    "input", "first_order", "first_low", "first_high", "total_order", "total_low", "total_high",
]  # fmt: skip


def variance_indices(
    function: Callable[[FloatArray], FloatArray], names: Sequence[str], n: int = 1024, seed: int = 0
) -> pd.DataFrame:
    """Split the variance of a function of independent uniforms among its inputs.

        first_order_i = Var E(y | u_i) / Var y,  total_order_i = 1 - Var E(y | u_-i) / Var y

    `scipy.stats.sobol_indices` with n (d + 2) points of a scrambled Sobol sequence; percentile
    intervals by `scipy.stats.bootstrap`, because the result's own `bootstrap` takes no seed.

    Parameters
    ----------
    function : of levels (inputs, points), 0 to 1, to values (points,); called with n points
    names : of the inputs
    n, seed : base points, a power of two; seed of the scrambling and of the bootstrap

    Returns
    -------
    The columns of `Sensitivity.indices`; no row for a function that does not vary.

    Raises
    ------
    ValueError
        If n is not a power of two.

    Examples
    --------
    >>> table = variance_indices(lambda u: 3.0 * u[0] + 4.0 * u[1], ["x", "y"])
    >>> table[["first_order", "total_order"]].round(2).values.tolist()  # 9 and 16 of 25
    [[0.36, 0.36], [0.64, 0.64]]
    """
    from scipy.stats import bootstrap, sobol_indices, uniform  # half a second to import

    if n < 2 or n & (n - 1):
        raise ValueError(msg("n must be a power of two, not {n}.", n=n))
    trial = function(np.random.default_rng(seed).random((len(names), 64)))
    if np.ptp(trial) <= 1e-12 * max(1.0, float(np.abs(trial).max())):
        return pd.DataFrame(columns=COLUMNS)
    if len(names) == 1:  # scipy requires two
        return pd.DataFrame([{**dict.fromkeys(COLUMNS, 1.0), "input": names[0]}])
    rng = np.random.default_rng(seed)
    values: list[FloatArray] = []

    def estimate(f_A: FloatArray, f_B: FloatArray, f_AB: FloatArray) -> FloatArray:
        # Saltelli et al. (2010): (outputs, n), (outputs, n), (inputs, outputs, n), centred.
        values.extend((f_A[0], f_B[0], f_AB[:, 0]))
        return _estimate(*values)

    def resample(points: NDArray[np.int64], axis: int) -> FloatArray:  # noqa: ARG001 - the last
        return _estimate(*(v[..., points] for v in values))

    def evaluate(level: FloatArray) -> FloatArray:
        return np.concatenate([function(level[:, i : i + n]) for i in range(0, level.shape[1], n)])

    dists = [uniform()] * len(names)
    found = sobol_indices(func=evaluate, n=n, dists=dists, method=estimate, rng=rng)
    ends = bootstrap(
        (np.arange(n),), resample, vectorized=True, n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE, method="percentile", rng=rng,
    ).confidence_interval  # fmt: skip
    estimates = (found.first_order, found.total_order)
    columns = [c for row in zip(estimates, ends.low, ends.high, strict=True) for c in row]
    return pd.DataFrame(dict(zip(COLUMNS, [list(names), *columns], strict=True)))


def _estimate(at_a: FloatArray, at_b: FloatArray, at_ab: FloatArray) -> FloatArray:
    """First and total order, (2, inputs, ...), of centred values along the last axis."""
    variance = np.concatenate([at_a, at_b], axis=-1).var(axis=-1)
    first = (at_b * (at_ab - at_a)).mean(axis=-1) / variance
    total = 0.5 * ((at_a - at_ab) ** 2).mean(axis=-1) / variance
    return np.stack([first, total])


def target_indices(
    response: TargetResponse, n: int, seed: int
) -> tuple[pd.DataFrame, Message | str]:
    """Return the indices of a target's value in the target year, and why there are none, or ""."""
    empty = pd.DataFrame(columns=COLUMNS)
    inputs, reason = index_inputs(response)
    if reason:
        return empty, reason
    table = variance_indices(_value_function(response, inputs), list(inputs), n, seed)
    if table.empty:
        return table, msg("The value does not vary: there is no variance to split.")
    return table, ""


def index_inputs(response: TargetResponse) -> tuple[Inputs, Message | str]:
    """Return the inputs of the indices, and why there can be no indices, or ""."""
    ranged = [(s.verb, s.ranged_size) for s in response.scenario.all_steps() if s.ranged_size]
    if ranged:
        problem = N_(
            "The scenario's step {verb} has a range for {name}: its draws are not among the "
            "inputs. Give it a number."
        )
        return {}, msg(problem, verb=ranged[0][0], name=ranged[0][1])
    inputs: Inputs = {}
    for row, key in enumerate(response.keys):
        name = OWN if row == response.row else response.input_label(key)
        inputs[name] = ("path", *key)
    active = response.active_assumptions
    inputs |= {label: ("assumption", *owner) for label, owner in active.items()}
    labels = {owner: label for label, owner in active.items()}
    pairs: list[str] = []
    for name, mechanism in response.acting_mechanisms.items():
        if mechanism.kind == "programme":
            inputs[f"{name}.project_luck"] = ("projects", name, response.region)
        for correlation in mechanism.correlations:
            pair = [labels.get((name, n)) for n in correlation.between]
            if None not in pair:
                pairs.append(msg("{first} and {second}", first=pair[0], second=pair[1]))
    if pairs:
        problem = N_(
            "{pairs} are correlated: shares of variance need independent inputs. Remove the "
            "correlation from mechanisms.yaml, or read the tornado, which carries it."
        )
        return inputs, msg(problem, pairs=pairs)
    return inputs, ""


def _value_function(response: TargetResponse, inputs: Inputs) -> Callable[[FloatArray], FloatArray]:
    """Value in the target year as a function of the inputs' levels (inputs, points)."""
    ranked = np.sort(response.paths.values, axis=1)
    rank = np.arange(ranked.shape[1])

    def values(level: FloatArray) -> FloatArray:
        by_input = dict(zip(inputs.values(), level, strict=True))
        path = np.empty((len(ranked), level.shape[1], ranked.shape[2]))
        for row, key in enumerate(response.keys):
            wanted = (TAIL + (1.0 - 2.0 * TAIL) * by_input["path", *key]) * rank[-1]
            for year in range(ranked.shape[2]):
                path[row, :, year] = np.interp(wanted, rank, ranked[row, :, year])
        fixed = {what: u[:, None] for what, u in by_input.items() if what[0] != "path"}
        moved = replace(response, paths=replace(response.paths, values=path))
        run = moved.new_run(fixed_uniforms=fixed)
        response.tracker()
        run.apply(response.scenario)
        return run.paths.values[response.row, :, response.criterion.last]

    return values
