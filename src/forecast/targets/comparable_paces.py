"""How often comparable regions kept the pace that a target needs from its baseline.

What can be said of a target with one figure: no chance, but the pace that it asks for, and how many
of the indicator's other regions kept such a pace between their first and last figure.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..model.arrays import FloatArray
from ..model.fitting import Fits
from ..model.panel import KEY
from .events import BAND, compute_tolerance, is_upward

__all__ = ["compare_paces"]

COMPOUND = ("amount", "ratio", "stock", "standard")
"""Kinds whose pace is measured in percent a year, so that regions of other levels compare."""
SHORTEST = 1.0
"""Years between the first and the last figure of a region from which it shows a pace."""
COLUMNS = [*KEY, "year", "target", "comparator", "baseline", "baseline_year", "needed", "measured",
           "needed_pace", "regions", "as_fast"]  # fmt: skip


def compare_paces(fits: Fits, attainment: pd.DataFrame) -> pd.DataFrame:
    """Compare the pace that each target needs with the paces of the indicator's other regions.

    Parameters
    ----------
    fits : of all regions
    attainment : rows of `attainment`, with their baselines

    Returns
    -------
    DataFrame with a row a target, in their order: region, indicator, year, target, comparator,
    baseline, baseline_year; `needed`, the change a year from baseline to target in the indicator's
    unit; `needed_pace`, the same as it is compared, `measured` `compound` (percent a year: amounts,
    standards, ratios and stocks above zero) or `linear` (units a year); `regions`, the other
    regions with two figures of the same definition at least a year apart, and `as_fast`, those of
    them whose pace between the first and the last of these was as high, towards the target.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": ["a", "b", "b", "c", "c"], "indicator": "x",
    ...                      "year": [2020, 2018, 2020, 2018, 2020],
    ...                      "value": [50.0, 40.0, 46.0, 40.0, 41.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"]})
    >>> goal = pd.DataFrame({"region": ["a"], "indicator": ["x"], "year": [2025],
    ...                      "value": [60.0], "comparator": ["ge"]})
    >>> fits = fc.fit(seen, about)
    >>> compare_paces(fits, fc.attainment(fits, goal))[["needed", "regions", "as_fast"]].values
    array([[2., 2., 1.]])
    """
    about = fits.series.drop_duplicates("indicator").set_index("indicator")[["kind", "better"]]
    rows = attainment.join(about, on="indicator").reset_index(drop=True)
    base, since, goal, year = (
        rows[c].to_numpy(float) for c in ("baseline", "baseline_year", "target", "year")
    )
    span = np.where(year > since, year - since, np.nan)
    top = rows["target_high"].to_numpy(float)
    goal = np.where(base > top, top, goal)  # the nearer end of a band
    positive = (base > 0.0) & (goal > 0.0)
    compound = rows["kind"].isin(COMPOUND).to_numpy() & positive
    needed = (goal - base) / span
    pace = np.where(compound, _percent(base, goal, span), needed)
    band = rows["comparator"].eq(BAND).to_numpy()
    sign = np.where(np.where(band, goal >= base, is_upward(rows)), 1.0, -1.0)
    shown = _list_paces(fits)
    regions, as_fast = np.zeros((2, len(rows)), int)
    for i, (region, indicator) in enumerate(zip(rows["region"], rows["indicator"], strict=True)):
        others = shown[(shown["indicator"] == indicator) & (shown["region"] != region)]
        paces = others["compound" if compound[i] else "linear"].dropna().to_numpy(float)
        least = sign[i] * pace[i] - compute_tolerance(pace[i : i + 1])[0]
        regions[i] = len(paces) if np.isfinite(pace[i]) else 0
        as_fast[i] = int((sign[i] * paces >= least).sum())
    return rows.assign(
        needed=needed, needed_pace=pace, measured=np.where(compound, "compound", "linear"),
        regions=regions, as_fast=as_fast,
    )[COLUMNS]  # fmt: skip


def _list_paces(fits: Fits) -> pd.DataFrame:
    """Pace of each series since its last change of definition: linear, and compound in percent."""
    seen = fits.observations
    definition = seen.groupby(KEY, sort=False)["break"].cumsum()
    last = definition.groupby([seen[k] for k in KEY], sort=False).transform("max")
    ends = seen[definition == last].groupby(KEY, sort=False)[["year", "value"]]
    first, latest = ends.first(), ends.last()
    span = (latest["year"] - first["year"]).to_numpy(float)
    out = latest.reset_index()[KEY]
    start, end = (table["value"].to_numpy(float) for table in (first, latest))
    span = np.where(span >= SHORTEST, span, np.nan)
    return out.assign(linear=(end - start) / span, compound=_percent(start, end, span))


def _percent(start: FloatArray, end: FloatArray, span: FloatArray) -> FloatArray:
    """Compound change in percent a year; NaN unless both figures are above zero."""
    sound = (start > 0.0) & (end > 0.0)
    growth = np.log(np.where(sound, end, 1.0) / np.where(sound, start, 1.0)) / span
    percent: FloatArray = np.where(sound, 100.0 * np.expm1(growth), np.nan)
    return percent
