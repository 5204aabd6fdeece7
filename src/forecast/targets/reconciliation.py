"""Figures and forecasts of parts reconciled with those of their whole.

A province's number of beds is the sum of its cities'. Figures from two offices, or forecasts made
one by one, break that. Of values m with variances V (diagonal: errors are taken as independent) and
the sums C x = 0, one row for each whole, the reconciled values are those nearest to m by precision,

    x = m - V C' (C V C')^-1 C m,    Var x = V - V C' (C V C')^-1 C V

(Stone, Champernowne and Meade 1942; the trace-minimising reconciliation of Wickramasuriya et al.
2019, doi 10.1080/01621459.2018.1448825, with a diagonal V). What is known exactly stays; what is
least certain moves most.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ..errors import DataError, Problem, check_arguments, check_columns, msg
from ..model.arrays import FloatArray
from ..model.panel import KEY
from .roll_up import adds_up

__all__ = ["reconcile"]

LOW, MIDDLE, HIGH = "q10", "q50", "q90"


def reconcile(
    table: pd.DataFrame, regions: pd.DataFrame, indicators: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Reconcile values of wholes with those of their parts.

    A whole is a region all of whose children (`parent` in `regions`) are in the table for the
    indicator and year; wholes of several levels are reconciled together.

    Parameters
    ----------
    table : region, indicator, year and either `value`, with its `standard_error` (missing or 0:
        known exactly), or quantiles as of `fc.quantiles`, whose median and distance from the 10 to
        the 90 % quantile are taken as those of a normal
    regions : region and parent, as `plan.regions`
    indicators : with kind and unit, as `plan.indicators`: only those whose parts add up are
        reconciled (as `roll_up` with the rule `sum`); None: all indicators of the table do

    Returns
    -------
    DataFrame with the rows of the table in their order: region, indicator, year, value,
    standard_error, reconciled, reconciled_error, gap (of a whole: its value less the sum of its
    parts, NaN elsewhere). Rows without a whole or parts stay as they are; where all of a sum is
    known exactly nothing can move, and `gap` says by how much it fails.

    Raises
    ------
    DataError
        For a table without these columns, and rows that are there twice.

    Examples
    --------
    >>> beds = pd.DataFrame({"region": ["province", "a", "b"], "indicator": "beds", "year": 2025,
    ...                      "value": [110.0, 60.0, 40.0], "standard_error": [3.0, 1.0, 0.0]})
    >>> tree = pd.DataFrame({"region": ["province", "a", "b"], "parent": ["", "province",
    ...                      "province"]})
    >>> reconcile(beds, tree)["reconciled"].tolist()
    [101.0, 61.0, 40.0]
    """
    check_arguments(reconcile, locals())
    check_columns("regions", regions, ("region", "parent"))
    if indicators is not None:
        check_columns("indicators", indicators, ("indicator", "kind", "unit"))
    out = _read_values(table)
    out["reconciled"], out["reconciled_error"], out["gap"] = (
        out["value"], out["standard_error"], np.nan,
    )  # fmt: skip
    known = set(out["indicator"]) if indicators is None else set(
        indicators.loc[adds_up(indicators), "indicator"]
    )  # fmt: skip
    children = regions[regions["parent"].fillna("").ne("")].groupby("parent")["region"].agg(list)
    chosen = out[out["indicator"].isin(known)]
    for rows in chosen.groupby(["indicator", "year"], sort=False).indices.values():
        at = chosen.index[rows]
        place = {region: i for i, region in enumerate(out.loc[at, "region"])}
        wholes = [w for w in children.index if {w, *children[w]} <= set(place)]
        if not wholes:
            continue
        sums = np.zeros((len(wholes), len(at)))
        for number, whole in enumerate(wholes):
            sums[number, [place[part] for part in children[whole]]] = -1.0
            sums[number, place[whole]] = 1.0
        value, error = (out.loc[at, c].to_numpy(float) for c in ("value", "standard_error"))
        moved, left = _project(value, error**2, sums)
        out.loc[at, "reconciled"], out.loc[at, "reconciled_error"] = moved, np.sqrt(left)
        out.loc[at[[place[whole] for whole in wholes]], "gap"] = sums @ value
    return out


def _project(
    value: FloatArray, variance: FloatArray, sums: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Values and variances after the sums (sums, values) are enforced; see the module."""
    # Measured in the largest variance; a sum that is known exactly has a row of zeros.
    size = variance.max(initial=0.0) or 1.0
    spread = sums * (variance / size)
    gain = spread.T @ np.linalg.pinv(spread @ sums.T, hermitian=True)
    left = variance - size * (gain * spread.T).sum(axis=1)
    return value - gain @ (sums @ value), np.maximum(left, 0.0)


def _read_values(table: pd.DataFrame) -> pd.DataFrame:
    """Values with standard errors, from figures or from quantiles."""
    names = [*KEY, "year"]
    needed = ["value"] if "value" in table or MIDDLE not in table else [LOW, MIDDLE, HIGH]
    check_columns("table", table, (*names, *needed))
    out = table[names].reset_index(drop=True)
    if (twice := out.duplicated()).any():
        row = out[twice].iloc[0]
        text = msg("there twice ({series})", series=[str(v) for v in row])
        raise DataError([Problem("table", None, None, None, text, msg("keep one of the rows"))])
    if needed == ["value"]:
        error = (
            table["standard_error"] if "standard_error" in table else pd.Series(0.0, table.index)
        )
        value, error = table["value"], error.fillna(0.0)
    else:
        value, error = table[MIDDLE], (table[HIGH] - table[LOW]) / (2.0 * ndtri(0.9))
    return out.assign(value=value.to_numpy(float), standard_error=error.to_numpy(float))
