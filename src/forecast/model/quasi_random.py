"""Quasi-random points of normal distributions: a scrambled Sobol sequence.

The points are those of `scipy.stats.qmc.Sobol` to the last bit. They are computed here because the
import of `scipy.stats` takes longer than all answers of a plan.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from .arrays import FloatArray

__all__ = ["normal_points"]

DIRECTIONS = "stats/_sobol_direction_numbers.npz"
"""In scipy: primitive polynomials and first direction numbers (Joe and Kuo 2008)."""
BITS = 30
"""Of a coordinate."""
PLACES = np.arange(BITS - 1, -1, -1, dtype=np.uint32)
"""Places of the bits, the highest first."""


@cache
def normal_points(count: int, dimensions: int) -> FloatArray:
    """Points of independent standard normals, the same at every call: (count, dimensions).

    Linear matrix scrambling with a digital shift (Matousek 1998), from seed 1. `count` is a power
    of two.

    >>> normal_points(4, 2).round(2).tolist()
    [[-0.56, -0.98], [0.21, 1.54], [0.99, -0.46], [-1.71, 0.11]]
    """
    rng = np.random.default_rng(1).spawn(1)[0]
    size = (dimensions, BITS)
    shift = rng.integers(2, size=size, dtype=np.uint32) @ (1 << PLACES[::-1])
    scrambler = np.tril(rng.integers(2, size=(*size, BITS), dtype=np.uint32), -1)
    scrambler += np.eye(BITS, dtype=np.uint32)
    bits = _directions(dimensions)[:, :, None] >> PLACES & 1
    scrambled = np.einsum("dpb,djb->djp", scrambler, bits) & 1
    directions = (scrambled << PLACES).sum(axis=2, dtype=np.uint32)
    # In the order of the Gray code each point differs from the one before in one direction.
    changed = [(n & -n).bit_length() - 1 for n in range(1, count)]
    steps = np.concatenate([shift[None], directions.T[changed]])
    points: FloatArray = ndtri(np.bitwise_xor.accumulate(steps, axis=0) / 2.0**BITS)
    return points


def _directions(dimensions: int) -> NDArray[np.uint32]:
    """Direction numbers of a Sobol sequence: (dimensions, BITS)."""
    with np.load(str(resources.files("scipy") / DIRECTIONS)) as table:
        polynomials, first = table["poly"][:dimensions], table["vinit"][:dimensions]
    directions = np.ones((dimensions, BITS), np.uint32)
    for polynomial, start, row in zip(polynomials.tolist(), first, directions, strict=True):
        if degree := polynomial.bit_length() - 1:
            row[:degree] = start[:degree]
            taps = [k for k in range(1, degree + 1) if polynomial >> (degree - k) & 1]
            for j in range(degree, BITS):
                row[j] = row[j - degree] ^ np.bitwise_xor.reduce([row[j - k] << k for k in taps])
    return directions << PLACES
