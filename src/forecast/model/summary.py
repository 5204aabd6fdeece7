"""Parameter estimates and summaries of fits as tables.

Parameters, each with its value, standard deviation (`sd`) and unit, for each link of a series:

* `pace`: slope at the latest observation, in the indicator's unit a year; sd from the posterior of
  the candidates' weights, transformed by dy/dz;
* `link_pace`: the same on the link scale;
* `pace_peers`: what of `pace` comes from the peers' paces and level;
* `pace_own`: what of it comes from the series' own steps;
* `pace_direction`: what of it comes from the wanted direction; the three add up to `pace`;
* `noise`: standard deviation of a year's surprise on the link scale, with sd noise / sqrt(2 df),
  df the degrees of freedom of the tails;
* `cap`: upper end of a logistic or Gompertz path; sd 0 where the upper bound is the cap, else
  `CAP_SPREAD` of it;
* `turning_year`: when the path is fastest (logistic: halfway between floor and cap; Gompertz: at
  1/e of that; both 0 on the link scale); sd by the delta method; no row where the slope is
  indistinguishable from 0.

`prior_share` is the share of the pace that does not come from the series' own observations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .counts import YEAR_SHAPE, CountPredictive
from .paces import CANDIDATES
from .panel import KEY
from .predictive import LinkPredictive, PooledPredictive

__all__ = ["tabulate_fits", "tabulate_parameters"]


CAP_SPREAD = 0.3
"""Relative standard deviation of the caps that are tried (`fitting.CAP_FACTORS`), rounded."""
FAINTEST = 0.05
"""Least slope, in its standard deviations, of which a turning year is given. Declared."""
LONG_GAP, OLD = 4.0, 5.0
"""Years between observations, and before the table's last one, beyond which a fit has a warning."""
SOURCES = {
    "pace_peers": ("peers", "peers_recent", "level"),
    "pace_own": ("own", "own_recent", "own_rest"),
    "pace_direction": ("direction",),
}
"""Candidates behind each part of a pace."""
PARAMETERS = ("pace", "link_pace", *SOURCES, "noise", "cap", "turning_year")
EMPTY = {
    "link": "", "weight": 0.0, "parameter": "", "value": 0.0, "sd": 0.0, "unit": "",
    "prior_share": 0.0,
}  # fmt: skip


def tabulate_parameters(
    series: pd.DataFrame, predictives: Sequence[PooledPredictive | CountPredictive]
) -> pd.DataFrame:
    """List parameters: region, indicator, link, weight, parameter, value, sd, unit, prior_share."""
    tables = [series.iloc[:0][[*KEY, "latest_year"]].assign(**EMPTY)]
    for predictive in predictives:
        keys = series.loc[predictive.rows, [*KEY, "latest_year"]].reset_index(drop=True)
        if isinstance(predictive, CountPredictive):
            tables.append(_tabulate_counts(keys, predictive))
            continue
        for link in predictive.components:
            if isinstance(link, LinkPredictive):
                tables.append(_tabulate_link(keys, predictive, link))
    whole = pd.concat(tables, ignore_index=True).drop(columns="latest_year")
    rank = whole["parameter"].map({name: i for i, name in enumerate(PARAMETERS)})
    return whole.assign(rank=rank).sort_values([*KEY, "link", "rank"], ignore_index=True)[
        [*KEY, *EMPTY]
    ]


def _tabulate_link(
    keys: pd.DataFrame, pooled: PooledPredictive, link: LinkPredictive
) -> pd.DataFrame:
    """Rows of one link of a panel."""
    size = len(CANDIDATES)
    slope, level = link.pace.sum(axis=1), link.level
    sd = np.sqrt(link.pace_covariance.reshape(-1, size, size).sum(axis=(1, 2)))
    noise = np.sqrt(link.noise_variance * np.exp(link.log_error[:, 0])) * link.spread
    derivative = link.derivative(link.from_link(level))
    name = "unit" if link.link == "identity" else link.link
    rows = {
        "pace": (slope * derivative, sd * derivative, "unit a year"),
        "link_pace": (slope * link.unit, sd * link.unit, f"{name} a year"),
        "noise": (noise * link.unit, noise * link.unit / np.sqrt(2.0 * pooled.df), name),
    }
    covariance = link.pace_covariance.reshape(-1, size, size)
    for part, candidates in SOURCES.items():
        at = [CANDIDATES.index(c) for c in candidates]
        spread = np.sqrt(covariance[:, at][:, :, at].sum(axis=(1, 2)))
        moved = link.pace[:, at].sum(axis=1)
        rows[part] = (moved * derivative, spread * derivative, "unit a year")
    if link.link in ("logit", "cloglog"):
        known = np.isfinite(pooled.upper)
        cap = np.where(known, pooled.upper, link.cap)
        rows["cap"] = (cap, np.where(known, 0.0, np.abs(cap) * CAP_SPREAD), "unit")
        turning = np.where(np.abs(slope) > FAINTEST * sd, slope, np.nan)
        ahead = -level / turning
        level_sd = np.sqrt(link.level_variance + link.rounding_variance)
        year_sd = np.sqrt(level_sd**2 + (ahead * sd) ** 2) / np.abs(turning)
        rows["turning_year"] = (keys["latest_year"].to_numpy(float) + ahead, year_sd, "year")
    tables = []
    for parameter, (value, deviation, unit) in rows.items():
        kept = np.isfinite(value) & np.isfinite(deviation)
        tables.append(
            keys.assign(
                link=link.link, weight=link.weight, parameter=parameter, value=value,
                sd=deviation, unit=unit, prior_share=1.0 - link.own_share,
            )[kept]
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _tabulate_counts(keys: pd.DataFrame, counts: CountPredictive) -> pd.DataFrame:
    """Rows of cumulative counts: the mean number of new units a year."""
    shape = counts.pace_shape
    pace = counts.unit * YEAR_SHAPE * counts.pace_rate / np.maximum(shape - 1.0, 0.5)
    return keys.assign(
        link="increments", weight=1.0, parameter="pace", value=pace, sd=pace / np.sqrt(shape),
        unit="unit a year", prior_share=1.0 - counts.own_share,
    )  # fmt: skip


def tabulate_fits(
    series: pd.DataFrame,
    predictives: Sequence[PooledPredictive | CountPredictive],
    observations: pd.DataFrame,
) -> pd.DataFrame:
    """List the fits: region, indicator, n, latest, latest_year, siblings, own_share, evidence, ...

    Then one `weight_LINK` a link, and `warnings`, which joins codes: `one_figure`, `no_siblings`,
    `at_bound`, `all_equal`, `gap` (over four years between observations), `break`, `conflicting`
    (values of one year that disagree), `old` (five years behind the table's last one).
    """
    columns = ["kind", "n", "latest", "latest_year", "siblings", "own_share", "evidence"]
    out = series[[*KEY, *columns]].copy()
    for predictive in predictives:
        links = () if isinstance(predictive, CountPredictive) else predictive.components
        for link in links:
            name = f"weight_{link.link}"
            if name not in out:
                out[name] = 0.0
            out.loc[predictive.rows, name] += link.weight
    grouped = observations.groupby(KEY, sort=False)
    spans = observations["year"].diff().where(observations.duplicated(KEY))
    longest = spans.groupby([observations[k] for k in KEY], sort=False).max().to_numpy()
    value = grouped["value"]
    last = series["latest"]
    marks = {
        "one_figure": series["n"].eq(1),
        "no_siblings": series["siblings"].eq(0),
        "at_bound": last.le(series["lower"]) | last.ge(series["upper"]),
        "all_equal": series["n"].gt(1) & (value.max() == value.min()).to_numpy(),
        "gap": pd.Series(longest > LONG_GAP),
        "break": pd.Series(grouped["break"].any().to_numpy()),
        "conflicting": series["conflicting"],
        "old": series["latest_year"].lt(series["latest_year"].max() - OLD),
    }
    flags = np.stack([np.asarray(mark, bool) for mark in marks.values()], axis=1)
    names = np.array(list(marks))
    out["warnings"] = [", ".join(names[row]) for row in flags]
    return out
