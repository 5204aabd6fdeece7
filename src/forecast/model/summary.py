"""What a fit found, in two tables: one row a parameter, one row a series.

Parameters, each with its value, standard deviation (`sd`) and unit, for each link of a series:

* `pace`: change a year at the latest figure, in the indicator's unit; sd from the spread of the
  paces of the grid and of each one's own uncertainty, carried over by dy/dz;
* `link_pace`: the same on the link scale;
* `noise`: the yearly surprise sigma on the link scale, sd sigma / sqrt(2 df) with the degrees of
  freedom df of the tails;
* `cap`: upper end of a logistic or Gompertz path; sd 0 where the bound is the cap, else
  `CAP_SPREAD` of it, for the three caps that are tried;
* `turning_year`: when the path is fastest (logistic: half way between floor and cap; Gompertz: at
  1/e of the way); sd by the delta method; no row where the pace is as good as nothing.

`prior_share` is the share of the pace's prior variance that is left: 1 where only the prior speaks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .counts import YEAR_SHAPE, Increments
from .panel import KEY
from .predictive import Blend, Path, across

__all__ = ["parameter_table", "summary_table"]

FloatArray = NDArray[np.float64]

TURNING = {"logit": 0.0, "cloglog": 0.0}
"""Where on the link scale a saturating path is fastest."""
CAP_SPREAD = 0.3
FAINTEST = 0.05
"""A pace of fewer standard deviations than this has no turning year to speak of."""
OLD = 5.0
"""Years after which a latest figure is called old, measured from the table's last one."""


EMPTY = {
    "link": "", "weight": 0.0, "parameter": "", "value": 0.0, "sd": 0.0, "unit": "",
    "prior_share": 0.0,
}  # fmt: skip


def parameter_table(series: pd.DataFrame, members: Sequence[Blend | Increments]) -> pd.DataFrame:
    """Give region, indicator, link, weight, parameter, value, sd, unit, prior_share."""
    tables = [series.iloc[:0][[*KEY, "latest_year"]].assign(**EMPTY)]
    for member in members:
        keys = series.loc[member.rows, [*KEY, "latest_year"]].reset_index(drop=True)
        if isinstance(member, Increments):
            tables.append(_of_counts(keys, member))
            continue
        for path in member.paths:
            if isinstance(path, Path):
                tables.append(_of_path(keys, member, path))
    whole = pd.concat(tables, ignore_index=True).drop(columns="latest_year")
    order = ["pace", "link_pace", "noise", "cap", "turning_year"]
    rank = whole["parameter"].map({name: i for i, name in enumerate(order)})
    return whole.assign(rank=rank).sort_values([*KEY, "link", "rank"], ignore_index=True)[
        [*KEY, "link", "weight", "parameter", "value", "sd", "unit", "prior_share"]
    ]


def _of_path(keys: pd.DataFrame, blend: Blend, path: Path) -> pd.DataFrame:
    """Rows of one link of a batch."""
    weight, s2 = path.pace_weight, path.noise_variance
    each = path.long_pace + path.own_pace
    felt = 1.0 - path.pace_response
    variance = s2 * (path.pace_variance + felt * felt * path.long_variance)
    pace = (weight * each).sum(axis=1)
    spread = np.sqrt((weight * (variance + (each - pace[:, None]) ** 2)).sum(axis=1))
    noise = np.sqrt((weight * s2).sum(axis=1))
    level = (weight * path.level).sum(axis=1)
    steep = path.steepness(path.value(level))
    link_unit = "unit" if path.link == "identity" else path.link
    unit = across(path.unit, pace)
    rows = {
        "pace": (pace * steep, spread * steep, "unit a year"),
        "link_pace": (pace * unit, spread * unit, f"{link_unit} a year"),
        "noise": (noise * unit, noise * unit / np.sqrt(2.0 * blend.df), link_unit),
    }
    if path.link in TURNING:
        known = np.isfinite(blend.upper)
        cap = np.where(known, blend.upper, path.cap)
        rows["cap"] = (cap, np.where(known, 0.0, np.abs(cap) * CAP_SPREAD), "unit")
        rows["turning_year"] = _turning(keys, path, level, (pace, spread, noise))
    tables = []
    for name, (value, sd, words) in rows.items():
        kept = np.isfinite(value) & np.isfinite(sd)
        tables.append(
            keys.assign(
                link=path.link, weight=path.weight, parameter=name, value=value, sd=sd,
                unit=words, prior_share=1.0 - path.own_share(),
            )[kept]
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _turning(
    keys: pd.DataFrame, path: Path, level: FloatArray, found: tuple[FloatArray, ...]
) -> tuple[FloatArray, FloatArray, str]:
    """Year in which a saturating path is fastest, with its delta-method deviation."""
    pace, spread, noise = found
    clear = np.abs(pace) > FAINTEST * spread
    safe = np.where(clear, pace, np.nan)
    ahead = (TURNING[path.link] - level) / safe
    level_sd = noise * np.sqrt((path.pace_weight * path.level_variance).sum(axis=1))
    sd = np.sqrt(level_sd**2 + (ahead * spread) ** 2) / np.abs(safe)
    return keys["latest_year"].to_numpy(float) + ahead, sd, "year"


def _of_counts(keys: pd.DataFrame, counts: Increments) -> pd.DataFrame:
    """Rows of cumulative counts: the mean number of new units a year."""
    shape = counts.pace_shape
    pace = counts.unit * YEAR_SHAPE * counts.pace_rate / np.maximum(shape - 1.0, 0.5)
    return keys.assign(
        link="increments", weight=1.0, parameter="pace", value=pace, sd=pace / np.sqrt(shape),
        unit="unit a year", prior_share=1.0 - counts.own_share,
    )  # fmt: skip


def summary_table(
    series: pd.DataFrame, members: Sequence[Blend | Increments], figures: pd.DataFrame
) -> pd.DataFrame:
    """Give region, indicator, n, latest, latest_year, one weight a link, siblings, own_share, ...

    `warnings` lists words: `one_figure`, `no_siblings`, `at_bound`, `all_equal`, `gap` (over four
    years between figures), `break`, `conflicting` (figures of one year that disagree), `old`.
    """
    columns = ["kind", "n", "latest", "latest_year", "siblings", "own_share", "evidence"]
    out = series[[*KEY, *columns]].copy()
    for member in members:
        paths = () if isinstance(member, Increments) else member.paths
        for path in paths:
            name = f"weight_{path.link}"
            if name not in out:
                out[name] = 0.0
            out.loc[member.rows, name] += path.weight
    grouped = figures.groupby(KEY, sort=False)
    spans = figures["year"].diff().where(figures.duplicated(KEY))
    longest = spans.groupby([figures[k] for k in KEY], sort=False).max().to_numpy()
    value = grouped["value"]
    last = series["latest"]
    marks = {
        "one_figure": series["n"].eq(1),
        "no_siblings": series["siblings"].eq(0),
        "at_bound": last.le(series["lower"]) | last.ge(series["upper"]),
        "all_equal": series["n"].gt(1) & (value.max() == value.min()).to_numpy(),
        "gap": pd.Series(longest > 4.0),
        "break": pd.Series(grouped["fresh"].any().to_numpy()),
        "conflicting": series["conflicting"],
        "old": series["latest_year"].lt(series["latest_year"].max() - OLD),
    }
    flags = np.stack([np.asarray(mark, bool) for mark in marks.values()], axis=1)
    names = np.array(list(marks))
    out["warnings"] = [", ".join(names[row]) for row in flags]
    return out
