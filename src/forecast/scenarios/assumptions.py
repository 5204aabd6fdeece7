"""Draws of uncertain parameters: a stream for each, correlated as a mechanism declares."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ..model.simulation import derive_stream
from .declarations import Mechanism, Range

__all__ = ["correlate", "sample_assumption", "uniforms"]

FloatArray = NDArray[np.float64]


@lru_cache(maxsize=512)
def uniforms(seed: int, draws: int, *names: str) -> FloatArray:
    """Return the uniforms (draws, 1) of a seed and names, the same array each time; read-only.

    >>> uniforms(0, 3, "assumption", "care", "leaving_rate").shape
    (3, 1)
    """
    drawn: FloatArray = derive_stream(seed, "belief", *names).random((draws, 1))
    drawn.flags.writeable = False
    return drawn


def correlate(mechanism: Mechanism, levels: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return uniforms (draws, 1) by assumption with the correlations that the mechanism declares.

    A Gaussian copula: the declared correlations are those of the normal scores.
    """
    names = mechanism.correlated
    if not names:
        return levels
    root = np.linalg.cholesky(mechanism.correlation_matrix())
    score = np.hstack([ndtri(levels[n]) for n in names]) @ root.T
    return {**levels, **{n: ndtr(score[:, [i]]) for i, n in enumerate(names)}}


def sample_assumption(value: float | Range, level: FloatArray) -> FloatArray:
    """Return the values (draws, 1) of an assumption at the levels; (1, 1) of a fixed number.

    >>> sample_assumption(Range(low=0, central=5, high=10), np.array([[0.5]])).tolist()
    [[5.0]]
    """
    return value.quantile(level) if isinstance(value, Range) else np.full((1, 1), value)
