"""Shares of variance: how much of what a function gives goes with each of its inputs.

First and total order indices (Sobol 1993) by the estimators of Saltelli et al. (2010), with
bootstrap intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["CONFIDENCE", "UnsuitedError", "no_indices", "variance_indices"]

FloatArray = NDArray[np.float64]

RESAMPLES, CONFIDENCE = 200, 0.95


class UnsuitedError(ValueError):
    """A question that variance indices cannot answer."""


def variance_indices(
    function: Callable[[FloatArray], FloatArray],
    names: Sequence[str],
    n: int = 1024,
    seed: int = 0,
    *,
    correlated: Iterable[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Split the variance of a function of independent uniforms among its inputs.

        first_order_i = Var E(y | u_i) / Var y,  total_order_i = 1 - Var E(y | u_-i) / Var y

    estimated on n (d + 2) points of a scrambled Sobol sequence by the estimators of Saltelli et
    al. (2010), `scipy.stats.sobol_indices`, with bootstrap intervals.

    Parameters
    ----------
    function : of levels (inputs, points), 0 to 1, to values (points,); asked for n points at a time
    names : of the inputs
    n : base points, a power of two
    seed : of the scrambling and the bootstrap
    correlated : pairs of inputs that are not independent; any is refused

    Returns
    -------
    input, first_order, first_low, first_high, total_order, total_low, total_high

    Raises
    ------
    ValueError
        For correlated inputs, for which these shares mean nothing; for a function that does not
        vary; and if n is no power of two.

    Examples
    --------
    >>> table = variance_indices(lambda u: 3.0 * u[0] + 4.0 * u[1], ["x", "y"])
    >>> table[["first_order", "total_order"]].round(2).values.tolist()  # 9 and 16 of 25
    [[0.36, 0.36], [0.64, 0.64]]
    """
    from scipy.stats import sobol_indices, uniform  # half a second that only indices pay

    pairs = [f"{a} and {b}" for a, b in correlated]
    if pairs:
        raise UnsuitedError(
            f"{', '.join(pairs)} are correlated: shares of variance need independent inputs. "
            "Remove the correlation from mechanisms.yaml, or read the tornado, which carries it."
        )
    if n < 2 or n & (n - 1):
        raise ValueError(f"n must be a power of two, not {n}.")
    trial = function(np.random.default_rng(seed).random((len(names), 64)))
    if np.ptp(trial) <= 1e-12 * max(1.0, float(np.abs(trial).max())):
        raise UnsuitedError("The value does not vary: there is no variance to share.")
    if len(names) == 1:  # scipy asks for more
        return pd.DataFrame([{**dict.fromkeys(no_indices(), 1.0), "input": names[0]}])
    rng = np.random.default_rng(seed)
    drawn: list[tuple[FloatArray, FloatArray, FloatArray]] = []

    def estimate(
        f_A: FloatArray, f_B: FloatArray, f_AB: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        drawn.append((f_A[0], f_B[0], f_AB[:, 0]))
        first, total = _estimates(*drawn[0])
        return first[None], total[None]

    def values(level: FloatArray) -> FloatArray:
        return np.concatenate([function(level[:, i : i + n]) for i in range(0, level.shape[1], n)])

    dists = [uniform()] * len(names)
    found = sobol_indices(func=values, n=n, dists=dists, method=estimate, rng=rng)
    chosen = rng.integers(n, size=(RESAMPLES, n))
    again = _estimates(*(values[..., chosen] for values in drawn[0]))
    table = pd.DataFrame({"input": list(names)})
    for order, resampled in zip(("first", "total"), again, strict=True):
        table[f"{order}_order"] = np.ravel(getattr(found, f"{order}_order"))
        ends = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=-1)
        table[f"{order}_low"], table[f"{order}_high"] = ends
    return table


def _estimates(
    at_a: FloatArray, at_b: FloatArray, at_ab: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """First and total order by Saltelli et al. (2010), of centred values.

    Values at the points A and B, (..., n), and at A with one input of B, (inputs, ..., n); the
    indices are (inputs, ...).
    """
    variance = np.concatenate([at_a, at_b], axis=-1).var(axis=-1)
    first: FloatArray = (at_b * (at_ab - at_a)).mean(axis=-1) / variance
    total: FloatArray = 0.5 * ((at_a - at_ab) ** 2).mean(axis=-1) / variance
    return first, total


def no_indices() -> pd.DataFrame:
    """Give the table of indices without a row."""
    columns = ["input", "first_order", "first_low", "first_high"]
    return pd.DataFrame(columns=[*columns, "total_order", "total_low", "total_high"])
