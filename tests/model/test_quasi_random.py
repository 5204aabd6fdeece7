"""Quasi-random points."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import qmc

from forecast.model.quasi_random import normal_points


@pytest.mark.parametrize("dimensions", [1, 2, 6, 20, 101])
def test_points_are_those_of_scipy_to_the_last_bit(dimensions: int) -> None:
    """Points are those of scipy's scrambled Sobol sequence of the same seed, as normals."""
    theirs = ndtri(qmc.Sobol(dimensions, rng=np.random.default_rng(1)).random(512))
    np.testing.assert_array_equal(normal_points(512, dimensions), theirs)
