"""Values of parts and wholes that add up."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import forecast as fc

TREE = pd.DataFrame(
    [("p", ""), ("a", "p"), ("b", "p"), ("a1", "a"), ("a2", "a"), ("a3", "a"), ("x", "")],
    columns=["region", "parent"],
)


def rows(values, errors, **more):
    """Values of the regions of the tree, in their order."""
    return pd.DataFrame({
        "region": TREE["region"][: len(values)], "indicator": "beds", "year": 2025,
        "value": values, "standard_error": errors, **more,
    })  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_no_values_that_add_up_are_nearer(seed):
    """Two levels at once: a numerical minimiser finds the same values, draws the same errors."""
    rng = np.random.default_rng(seed)
    value, error = rng.uniform(10.0, 90.0, 7), rng.uniform(0.5, 6.0, 7)
    found = fc.reconcile(rows(value, error), TREE)
    x = found["reconciled"].to_numpy()
    sums = np.array([[1, -1, -1, 0, 0, 0, 0], [0, 1, 0, -1, -1, -1, 0]], float)
    np.testing.assert_allclose(sums @ x, 0.0, atol=1e-9)
    np.testing.assert_allclose(found["gap"][:2], sums @ value)
    assert found["gap"][2:].isna().all() and x[6] == value[6]
    best = minimize(
        lambda y: (((y - value) / error) ** 2).sum(), value, method="SLSQP",
        constraints={"type": "eq", "fun": lambda y: sums @ y}, options={"ftol": 1e-12},
    )  # fmt: skip
    np.testing.assert_allclose(x, best.x, atol=1e-3)
    # The values that add up, in free coordinates b, a1, a2, a3, x: weighted least squares.
    free = np.array([[1, 1, 1, 1, 0], [0, 1, 1, 1, 0], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0],
                     [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]], float)  # fmt: skip
    covariance = free @ np.linalg.inv(free.T @ (free / error[:, None] ** 2)) @ free.T
    np.testing.assert_allclose(found["reconciled_error"] ** 2, np.diag(covariance), rtol=1e-9)


def test_what_is_exact_stays():
    """Known parts move the whole only; a sum of known numbers that fails is told, not hidden."""
    found = fc.reconcile(rows([100.0, 60.0, 30.0], [5.0, 0.0, 0.0]), TREE)
    assert found["reconciled"].tolist() == pytest.approx([90.0, 60.0, 30.0])
    assert found["reconciled_error"].tolist() == pytest.approx([0.0, 0.0, 0.0])
    found = fc.reconcile(rows([100.0, 60.0, 30.0], np.nan), TREE)
    assert found["reconciled"].tolist() == [100.0, 60.0, 30.0] and found["gap"][0] == 10.0


def test_only_complete_sums_of_what_adds_up_are_enforced():
    """Shares do not add up, and neither do some of the parts."""
    table = rows([100.0, 60.0, 30.0], 2.0)
    about = pd.DataFrame({"indicator": "beds", "kind": ["share"], "unit": "percent"})
    for given, tree in ((about, TREE), (None, pd.concat([TREE, pd.DataFrame(
            {"region": ["c"], "parent": "p"})]))):  # fmt: skip
        found = fc.reconcile(table, tree, given)
        assert found["reconciled"].tolist() == table["value"].tolist()
        assert found["gap"].isna().all()
    stock = about.assign(kind="stock", unit="bed")
    assert fc.reconcile(table, TREE, stock)["reconciled"].sum() == pytest.approx(2 * (100 - 10 / 3))


def test_forecasts_are_reconciled_by_their_quantiles():
    """Quantiles of a fit: the errors are those of normals, each year adds up."""
    seen = pd.DataFrame({
        "region": np.repeat(["p", "a", "b"], 4), "indicator": "beds",
        "year": [2019, 2020, 2021, 2022] * 3,
        "value": [100, 108, 111, 120, 60, 66, 65, 70, 40, 41, 45, 48],
    })  # fmt: skip
    table = fc.quantiles(fc.fit(seen, kind="stock", better="higher"), [2023, 2025])
    found = fc.reconcile(table, TREE).set_index(["region", "year"])["reconciled"].unstack("year")
    np.testing.assert_allclose(found.loc["p"], found.loc["a"] + found.loc["b"])
    with pytest.raises(fc.DataError, match="table, column q90"):
        fc.reconcile(table.drop(columns="q90"), TREE)
    with pytest.raises(fc.DataError, match="there twice"):
        fc.reconcile(pd.concat([table, table[:1]]), TREE)
