"""Ranks of regions by an indicator or index, with rank intervals and groups of ties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import N_, check_arguments, check_name, msg
from ..model.arrays import FloatArray, IntArray
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.plan import Plan
from .composite_index import (
    CONCENTRATION,
    LEVELS,
    REGION_INDEX,
    index_draws,
    list_regions,
    select_values,
)

__all__ = ["rank"]

Pair = tuple[Paths, Plan]

DISTINCT = 0.9
"""Least P(i better than j) at which two regions count as different, either way round. Declared."""
COLUMNS = [
    *KEY, "scenario", "year", "median", "rank", "rank_low", "rank_high", "p_first", "p_top",
    "tie_group", "regions",
]  # fmt: skip
FEW = N_("{of} in {year} is known of {count} regions; ranks need two.")
NUMBERS = N_("{paths} paths for {plans} plans; give one Paths, or one each.")
UNEQUAL = N_(
    "Paths to compare need one seed, one number of draws and one scenario, not {settings}."
)
NO_YEAR = N_("year={year} is not among those of all paths ({first} to {last}).")


def rank(  # noqa: PLR0913 - what is ranked, and how an index of it is made
    paths: Paths | Sequence[Paths],
    plans: Plan | Sequence[Plan],
    *,
    of: str | None = None,
    year: float | None = None,
    top: int = 3,
    regions: Sequence[str] | None = None,
    weights: str = "given",
    concentration: float = CONCENTRATION,
) -> pd.DataFrame:
    """Rank regions by an indicator or index, with the ranks' own intervals and groups of ties.

    In each draw rank 1 is the best by the indicator's `better` (of an index: the highest); equal
    values share the mean of their ranks (`scipy.stats.rankdata`, method `average`). Two regions
    are tied where 0.1 < P(one better than the other) < 0.9, half of the probability of equality
    counted to each; a tie group is all that such pairs connect.

    Parameters
    ----------
    paths : draws of several regions, or one `Paths` a plan, all of one seed, number of draws and
        scenario; of a region in several of them the draws beside its own plan count, else the first
    plans : for the indices, and for whose region is whose
    of : id of an indicator or index, `region_index` among them; None ranks by every indicator
        that at least two regions share. Indices have the arithmetic mean
    year : None takes the last year that all paths have; a region whose series ends later has its
        published figure, one without a value for that year is not ranked
    top : p_top is P(rank <= top)
    regions : ids of the regions to rank, such as those of one level; None takes all in the paths
    weights, concentration : of an index, as in `index`: `uncertain` draws the weights from a
        Dirichlet distribution around the declared ones, the same in a draw for all regions, so that
        the intervals of ranks cover what is open about the weights

    Returns
    -------
    DataFrame with a row for each ranked region and indicator, the best mean rank first: region,
    indicator (or the index's id), scenario, year, median (of the value), rank (median), rank_low,
    rank_high (90 % interval), p_first (equal firsts share it), p_top, tie_group (1 is the best),
    regions (how many are ranked).

    Raises
    ------
    UnknownNameError
        For an unknown `of` or region.
    ValueError
        If paths do not go together or with the plans, if `top` < 1, if a path lacks the `year`,
        or if fewer than two regions can be ranked by `of`.

    Notes
    -----
    Intervals of ranks from draws: Goldstein and Spiegelhalter, J. R. Stat. Soc. A 159 (1996).

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> seen = pd.concat([plan.observations, plan.siblings])
    >>> paths = fc.simulate(fc.fit(seen, plan.indicators), until=2025, draws=200)
    >>> table = rank(paths, plan, of="minimum_living_standard",
    ...              regions=["lishui", "shaoxing", "hangzhou"])
    >>> bool(abs(table["p_first"].sum() - 1.0) < 1e-9), table["regions"].unique().tolist()
    (True, [3])
    """
    check_arguments(rank, locals())
    pairs = _pair(paths, plans)
    if top < 1:
        raise ValueError(msg("top must be at least 1, not {top}.", top=top))
    year, known = _select_year(pairs, year), _list_series(pairs)
    for name in regions or ():
        check_name("region", name, sorted(set(known["region"])))
    chosen, tables = set(known["region"] if regions is None else regions), []
    weighting = {"weights": weights, "concentration": concentration}
    for name, table, values in _list_quantities(pairs, known, of, year, **weighting):
        kept = ~np.isnan(values).any(axis=1) & table["region"].isin(chosen).to_numpy()
        if kept.sum() >= 2:
            tables.append(_rank_values(table[kept], values[kept], top).assign(indicator=name))
        elif of is not None:
            raise ValueError(msg(FEW, of=of, year=year, count=int(kept.sum())))
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    scenario = pairs[0][0].scenario
    return pd.concat(tables, ignore_index=True).assign(scenario=scenario, year=year)[COLUMNS]


def _pair(paths: Paths | Sequence[Paths], plans: Plan | Sequence[Plan]) -> list[Pair]:
    """Pair each plan with its paths; they must be draws of the same futures."""
    plans = [plans] if isinstance(plans, Plan) else list(plans)
    drawn = [paths] * len(plans) if isinstance(paths, Paths) else list(paths)
    if not plans or len(drawn) != len(plans):
        raise ValueError(msg(NUMBERS, paths=len(drawn), plans=len(plans)))
    settings = {(p.seed, p.values.shape[1], p.scenario) for p in drawn}
    if len(settings) > 1:
        raise ValueError(msg(UNEQUAL, settings=sorted(settings)))
    return list(zip(drawn, plans, strict=True))


def _select_year(pairs: Sequence[Pair], year: float | None) -> int:
    """Year to rank in: one that all paths have."""
    first = max(int(p.years[0]) for p, _ in pairs)
    last = min(int(p.years[-1]) for p, _ in pairs)
    if year is not None and (year % 1.0 or not first <= year <= last):
        raise ValueError(msg(NO_YEAR, year=year, first=first, last=last))
    return last if year is None else int(year)


def _list_quantities(
    pairs: Sequence[Pair], series: pd.DataFrame, of: str | None, year: int, **weighting: Any
) -> list[tuple[str, pd.DataFrame, FloatArray]]:
    """Quantities to rank by: name, table with regions, and values (regions, draws)."""
    indicators = sorted(series["indicator"].unique())
    if of is not None:
        indices = [REGION_INDEX, *{name for _, plan in pairs for name in plan.indices["index"]}]
        check_name("indicator or index", of, [*indicators, *indices])
        if of not in indicators:
            return [_compute_index(pairs, of, year, **weighting)]
    quantities = []
    for name in indicators if of is None else [of]:
        rows = series[series["indicator"] == name].sort_values("region", ignore_index=True)
        values = np.empty((len(rows), pairs[0][0].values.shape[1]))
        for pair, at in rows.groupby("pair").indices.items():
            position = rows["position"].to_numpy()[at]
            values[at] = select_values(pairs[pair][0], position, np.array([year]))[:, :, 0]
        quantities.append((name, rows, values))
    return quantities


def _list_series(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Every region's series once: region, indicator, better, pair, position."""
    tables = []
    for number, (paths, plan) in enumerate(pairs):
        series = paths.fits.series[[*KEY, "better"]]
        others = ~series["region"].isin(list_regions(plan))
        position = np.arange(len(series))
        tables.append(series.assign(pair=number, position=position, others=others))
    out = pd.concat(tables, ignore_index=True).sort_values(["others", "pair"], kind="stable")
    return out.drop_duplicates(KEY)


def _compute_index(
    pairs: Sequence[Pair], name: str, year: int, **weighting: Any
) -> tuple[str, pd.DataFrame, FloatArray]:
    """Index of every plan's regions in a year."""
    draws = [index_draws(paths, plan, **weighting) for paths, plan in pairs]
    table = pd.concat([one.table for one in draws], ignore_index=True)
    values = np.concatenate([one.values for one in draws])
    kept = table[(table["index"] == name) & (table["year"] == year)]
    kept = kept.drop_duplicates("region").sort_values("region")
    return name, kept.assign(better="higher"), values[kept.index]


def _rank_values(table: pd.DataFrame, values: FloatArray, top: int) -> pd.DataFrame:
    """Rank the regions of a table by values (regions, draws), the best mean rank first."""
    from scipy.stats import rankdata  # imported here: half a second that only ranks need

    sign = np.where(table["better"] == "lower", -1.0, 1.0)[:, None]
    ranks = rankdata(-sign * values, axis=0, method="average")
    low, median, high = np.quantile(ranks, LEVELS, axis=1, method="inverted_cdf")
    first = ranks == ranks.min(axis=0)
    out = pd.DataFrame({
        "region": table["region"].to_numpy(), "median": np.median(values, axis=1),
        "rank": median, "rank_low": low, "rank_high": high,
        "p_first": (first / first.sum(axis=0)).mean(axis=1), "p_top": (ranks <= top).mean(axis=1),
        "tie_group": _group_ties(ranks), "regions": len(ranks), "order": ranks.mean(axis=1),
    })  # fmt: skip
    return out.sort_values(["order", "region"])


def _group_ties(ranks: FloatArray) -> IntArray:
    """Assign each region the number of its tie group, 1 with the best mean rank."""
    from scipy.sparse.csgraph import connected_components

    better = np.stack([((one < ranks) + 0.5 * (one == ranks)).mean(axis=1) for one in ranks])
    tied = (better < DISTINCT) & (better.T < DISTINCT)
    count, group = connected_components(tied, directed=False)
    mean = ranks.mean(axis=1)
    best = np.array([mean[group == g].min() for g in range(count)])
    number: IntArray = 1 + np.argsort(np.argsort(best))[group]
    return number
