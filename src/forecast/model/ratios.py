"""Ratios whose numerator and denominator are series themselves: forecast by way of their parts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .arrays import IntArray
from .panel import SeriesPanel
from .predictive import LinkPredictive, PooledPredictive, RatioPredictive

__all__ = ["divide", "match_parts"]


def match_parts(series: pd.DataFrame) -> tuple[IntArray, IntArray, IntArray]:
    """List the rows of the ratios whose parts are known, of their numerators and denominators.

    Numerator and denominator have to be positive and known as late as the ratio is.
    """
    if not series["numerator"].ne("").any():
        return (np.zeros(0, np.int64),) * 3
    numbered = series.assign(row=np.arange(len(series)))
    has_parts = (numbered["numerator"] != "") & (numbered["denominator"] != "")
    matched = numbered[has_parts & (numbered["latest"] > 0)]
    for name in ("numerator", "denominator"):
        part = numbered[["region", "indicator", "row", "latest", "latest_year"]]
        part = part[part["latest"] > 0].rename(columns={"indicator": name, "row": f"{name}_row"})
        matched = matched.merge(part, on=["region", name], suffixes=("", f"_{name}"))
        same_year = np.isclose(matched["latest_year"], matched[f"latest_year_{name}"])
        matched = matched[same_year]
    rows = matched.sort_values("row")[["row", "numerator_row", "denominator_row"]]
    at, top, bottom = rows.to_numpy(np.int64).T
    return at, top, bottom


def divide(
    rows: IntArray, top: PooledPredictive, bottom: PooledPredictive, panel: SeriesPanel
) -> PooledPredictive:
    """Compute the predictive of ratios from those of their parts, each with one log component."""
    one = np.ones(len(rows))
    log = np.log(panel.value[:, -1])
    ratio = RatioPredictive(
        "log", one, 0.0 * one, one, one, log, _component(top), _component(bottom)
    )
    return PooledPredictive(
        rows, (ratio,), np.minimum(top.df, bottom.df), panel.lower, panel.upper,
        panel.value[:, -1], panel.ratchet, top.shared, 0.5 * (top.own_share + bottom.own_share),
        np.minimum(top.peers, bottom.peers),
    )  # fmt: skip


def _component(pooled: PooledPredictive) -> LinkPredictive:
    """Only component of a growth path of one link."""
    (component,) = pooled.components
    assert isinstance(component, LinkPredictive)
    return component
