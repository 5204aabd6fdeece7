"""Plans that the tests of targets share."""

from dataclasses import replace

import numpy as np
import pytest

import forecast as fc
from index_tables import about, figures, futures, goals, listing


@pytest.fixture(scope="session")
def lishui():
    """A shipped plan, as a frame to put other tables into."""
    return fc.load_plan("lishui", as_of="2022-12-31")


@pytest.fixture(scope="module")
def small(lishui):
    """Two indices of region a by hand: baselines 10, 20, 50 (2020); targets 20, 10, 80 (2025)."""
    seen = figures(
        ("a", "x", 2019, 10.0), ("a", "x", 2021, 12.0), ("a", "y", 2020, 20.0),
        ("a", "z", 2018, 40.0), ("a", "z", 2020, 50.0), ("a", "z", 2021, 65.0),
        ("b", "x", 2021, 500.0),
    )  # fmt: skip
    known = about("x", "y", "z", better=["higher", "lower", "higher"])
    fits = fc.fit(seen, known)
    gap = np.nan
    values = {
        ("a", "x"): [[gap, 14.0, 18.0], [gap, 16.0, 30.0]],
        ("a", "y"): [[18.0, 16.0, 14.0], [19.0, 21.0, 10.0]],
        ("a", "z"): [[gap, 68.0, 71.0], [gap, 65.0, 80.0]],
        ("b", "x"): [[gap, 1.0, 1.0], [gap, 1.0, 1.0]],
    }
    targets = goals(
        ("a", "x", 2022, 15.0, "ge"), ("a", "x", 2025, 20.0, "ge"), ("a", "y", 2025, 10.0, "eq"),
        ("a", "y", 2025, 11.0, "le"),
        ("a", "z", 2025, 80.0, "gt"), ("a", "z", 2025, 75.0, "ge"), ("a", "z", 2023, 99.0, "ge"),
        ("b", "x", 2025, 9.0, "ge"),
    ).assign(baseline_year=2020)  # fmt: skip
    indices = listing(
        ("one", "p", "X", "x", 3.0), ("one", "p", "Y", "y", np.nan), ("one", "p", "W", None, 1.0),
        ("two", "q", "Z", "z", np.nan), ("two", "q", "V", "v", np.nan),
        ("three", "r", "U", "u", np.nan),
    )  # fmt: skip
    plan = replace(lishui, region="a", targets=targets, indicators=known, indices=indices)
    return futures(fits, values), plan
