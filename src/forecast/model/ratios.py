"""Ratios whose numerator and denominator are series themselves: forecast by way of their parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from .arrays import IntArray, select
from .counts import CountPredictive
from .panel import SeriesPanel
from .predictive import LinkPredictive, PooledPredictive, RatioPredictive

__all__ = ["divide", "match_parts", "replace_ratios"]

Predictive = PooledPredictive | CountPredictive


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


def replace_ratios(
    series: pd.DataFrame,
    panel: SeriesPanel,
    predictives: list[Predictive],
    fit_logs: Callable[[str, IntArray, SeriesPanel], list[Predictive]],
) -> list[Predictive]:
    """Replace the predictive of ratios by that of their parts, where these are known.

    Numerator and denominator have to be positive, known as late as the ratio is, and not have left
    zero only just. `fit_logs` fits their logarithms: kind, rows and panel to predictives.
    """
    at, top, bottom = match_parts(series)
    if not len(at):
        return predictives
    named = series["indicator"].isin(series.loc[np.concatenate([top, bottom]), "indicator"])
    logs: list[Predictive] = []
    for kind in sorted(set(series.loc[named, "kind"])):
        rows = np.flatnonzero(named & (series["kind"] == kind))
        # A count is a stock here: its ratio may fall.
        logs += fit_logs("stock" if kind == "count" else kind, rows, panel.take(rows))
    pooled = [p for p in logs if isinstance(p, PooledPredictive) and p.components[0].link == "log"]
    ready = np.isin([top, bottom], [row for one in pooled for row in one.rows]).all(axis=0)
    at, top, bottom = at[ready], top[ready], bottom[ready]
    out: list[Predictive] = []
    for one in predictives:
        kept = np.flatnonzero(~np.isin(one.rows, at))
        if len(kept):
            out.append(select(one, kept) if len(kept) < len(one.rows) else one)
    for upper in pooled:
        for lower in pooled:
            pairs = np.flatnonzero(np.isin(top, upper.rows) & np.isin(bottom, lower.rows))
            if len(pairs):
                i = select(upper, np.searchsorted(upper.rows, top[pairs]))
                j = select(lower, np.searchsorted(lower.rows, bottom[pairs]))
                out.append(divide(at[pairs], i, j, panel.take(at[pairs])))
    return out


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
