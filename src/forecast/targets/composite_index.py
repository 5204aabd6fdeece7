"""Indices of areas and regions, ranks of regions, and plans of a whole beside those of its parts.

An index joins the components of an area (`indices.csv`). The score of a component in a draw and
year says how far its value y has come from the plan's baseline b to its last target g:

    s = (y - b) / (g - b), kept within [-0.5, 1.5];

where the baseline met the target already, s is 1 while the value meets it, and falls by the share
of the target that is lacking. An area's index is the weighted mean of its scores, the region's
(`region_index`) the plain mean of its areas' indices; both times 100, so that 0 is the baseline
and 100 the target. The geometric mean exp(sum w ln s) takes scores from 0.01 on: no component makes
up for another that fails. Components without an indicator, a target or a figure are left out of
the mean and named in `missing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, check_name
from ..model.panel import KEY, batch_of
from ..model.simulation import Paths, stream
from ..tables.plan import Plan
from .progress import baseline

__all__ = [
    "REGION_INDEX",
    "IndexDraws",
    "component_score",
    "index",
    "index_draws",
    "rank",
    "roll_up",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

REGION_INDEX = "region_index"
WEIGHTS = ("given", "uncertain")
MEANS = ("arithmetic", "geometric")
LEAST, MOST = -0.5, 1.5
FLOOR = 0.01
"""Least score that a geometric mean takes."""
LEVELS = (0.05, 0.50, 0.95)
APART = 0.9
"""P(i better than j) from which two regions are told apart, either way round."""
LEVEL_UNITS = ("metre", "year", "year_of_age")
"""Units of stocks that are levels: parts do not add up to a whole."""
TOTAL_UNITS = ("yuan_10k",)
"""Units of amounts that are totals: parts do."""


@dataclass(frozen=True)
class IndexDraws:
    """Indices in draws: `values` (rows, draws) of the rows of `table`, 100 at the target.

    `table` has region, index, area (empty for the region's index), scenario, year, components
    (how many are in the index), of (how many the table lists) and missing (the names of the
    others). A row without any component has NaN for values.
    """

    table: pd.DataFrame
    values: FloatArray


def component_score(
    value: FloatArray, base: FloatArray, goal: FloatArray, upward: BoolArray
) -> FloatArray:
    """Score values by their way from the baseline to the target: 0 there, 1 here.

    s = (y - b) / (g - b). Where the baseline meets the target, g included: s = 1 - l / |g| with
    the lack l = max(0, g - y), or max(0, y - g) where less is asked for; l itself where g is 0.
    Kept within [-0.5, 1.5].

    Parameters
    ----------
    value : any shape, in the indicator's unit; NaN stays NaN
    base, goal, upward : baseline, target, and whether the target asks for more; of a shape that
        goes with `value`

    Examples
    --------
    >>> up = np.array(True)
    >>> component_score(np.array([10.0, 15.0, 40.0]), np.array(10.0), np.array(20.0), up)
    array([0. , 0.5, 1.5])
    >>> component_score(np.array([24.0, 15.0]), np.array(22.0), np.array(20.0), up)
    array([1.  , 0.75])
    """
    way = np.where(upward, 1.0, -1.0)
    met = way * (base - goal) >= 0.0
    with np.errstate(over="ignore"):  # what a tiny distance blows up is cut off anyway
        come = (value - base) / np.where(met, 1.0, goal - base)
        lack = np.maximum(way * (goal - value), 0.0) / np.where(goal == 0.0, 1.0, np.abs(goal))
    return np.clip(np.where(met, 1.0 - lack, come), LEAST, MOST)


def index(
    paths: Paths,
    plan: Plan,
    *,
    weights: str = "given",
    concentration: float = 20.0,
    mean: str = "arithmetic",
    seed: int = 0,
) -> pd.DataFrame:
    """Compute the areas' indices and the region's, in every year of the paths, with intervals.

    Parameters
    ----------
    paths : draws of the plan's series; in years up to a series' latest figure the published
        figure of that year's end counts
    plan : whose `indices`, `targets` and regions are asked about
    weights : `given` takes the column `weight`, a blank one being the mean of its index's others,
        so that weights are equal where none is given; `uncertain` draws them from a Dirichlet
        distribution around those, with the parameters `concentration` times the weights
    concentration : > 0; a weight w has the variance w (1 - w) / (concentration + 1)
    mean : `arithmetic` or `geometric`, of components in an area and of areas in the region
    seed : of the drawn weights, >= 0

    Returns
    -------
    DataFrame with a row for each region, index and year: region, index, area, scenario, year,
    mean, q05, q50, q95, components, of, missing, weight_share. `weight_share` is the part of the
    variance that comes from the weights, 1 - var(given weights) / var, at least 0.

    Raises
    ------
    DataError
        If a weight is not positive.
    UnknownNameError
        For other words for `weights` or `mean`.
    ValueError
        If `concentration` is not positive, or `seed` < 0.

    Notes
    -----
    Distance to the target as in OECD and JRC, Handbook on Constructing Composite Indicators
    (2008), section 5; weights as in its section 7.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> paths = fc.simulate(fc.fit(plan.observations, plan.indicators), until=2025, draws=200)
    >>> table = index(paths, plan)
    >>> table.loc[table["year"] == 2025, ["index", "components", "of"]].values.tolist()
    ... # doctest: +NORMALIZE_WHITESPACE
    [['assurance_index', 2, 5], ['charity_index', 0, 5], ['elderly_care_index', 1, 4],
     ['governance_index', 0, 6], ['services_index', 1, 9], ['region_index', 4, 29]]
    """
    found = index_draws(
        paths, plan, weights=weights, concentration=concentration, mean=mean, seed=seed
    )
    low, middle, high = np.quantile(found.values, LEVELS, axis=1)
    total = found.values.var(axis=1)
    given = total if weights == "given" else index_draws(paths, plan, mean=mean).values.var(axis=1)
    # What float arithmetic leaves of constant values is no variance.
    share = np.where(total < 1e-18, 0.0, 1.0 - given / np.where(total < 1e-18, 1.0, total))
    out = found.table.assign(
        mean=found.values.mean(axis=1), q05=low, q50=middle, q95=high,
        weight_share=np.where(np.isnan(total), np.nan, np.maximum(share, 0.0)),
    )  # fmt: skip
    shown = ["mean", "q05", "q50", "q95", "components", "of", "missing", "weight_share"]
    return out[["region", "index", "area", "scenario", "year", *shown]]


def index_draws(
    paths: Paths,
    plan: Plan,
    *,
    weights: str = "given",
    concentration: float = 20.0,
    mean: str = "arithmetic",
    seed: int = 0,
) -> IndexDraws:
    """Compute the indices of `index` draw by draw.

    A drawn weight has its own random stream, keyed by the seed, the index and the component: it is
    the same for all regions and years, whatever the order of rows.

    Parameters
    ----------
    paths, plan, weights, concentration, mean, seed : as in `index`

    Raises
    ------
    DataError, UnknownNameError, ValueError
        As `index`.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> paths = fc.simulate(fc.fit(plan.observations, plan.indicators), until=2025, draws=50)
    >>> found = index_draws(paths, plan, mean="geometric")
    >>> found.values.shape == (len(found.table), 50), float(np.nanmin(found.values)) >= 1.0 - 1e-9
    (True, True)
    """
    check_name("weights", weights, WEIGHTS)
    check_name("mean", mean, MEANS)
    if not concentration > 0.0 or seed < 0:
        raise ValueError(
            f"concentration must be above 0 and seed at least 0, not {concentration} and {seed}."
        )
    listed = plan.indices.sort_values(["index", "component"], ignore_index=True)
    weight = _weights(listed)[:, None]
    if weights == "uncertain":
        weight = _drawn_weights(listed, concentration * weight, paths.values.shape[1], seed)
    tables, values = [], []
    for region in _regions(plan):
        score = _component_scores(paths, plan, region, listed["indicator"].fillna("").to_numpy())
        known = ~np.isnan(score[:, 0, :])
        areas = []
        for name, rows in listed.groupby("index", sort=True).indices.items():
            areas.append(_mean(score[rows], weight[rows], mean))
            area = listed["area"].iloc[rows[0]]
            tables.append(_coverage(region, (name, area), listed.iloc[rows], known[rows]))
        whole = np.stack(areas) if areas else np.empty((0, *score.shape[1:]))
        areas.append(_mean(whole, np.ones((len(whole), 1)), mean))
        tables.append(_coverage(region, (REGION_INDEX, ""), listed, known))
        values += [100.0 * area.T for area in areas]
    table = pd.concat(tables, ignore_index=True)
    years = np.tile(paths.years, len(tables))
    table = table.assign(scenario=paths.scenario, year=years)
    columns = ["region", "index", "area", "scenario", "year", "components", "of", "missing"]
    return IndexDraws(table[columns], np.concatenate(values))


def rank(
    paths: Paths | Sequence[Paths],
    plans: Plan | Sequence[Plan],
    *,
    of: str | None = None,
    year: int | None = None,
    top: int = 3,
    regions: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Rank regions by an indicator or index, with the ranks' own intervals and groups of equals.

    In each draw rank 1 is the best by the indicator's `better` (of an index: the highest); equal
    values share the mean of their ranks (`scipy.stats.rankdata`, method `average`). Two regions
    are tied where 0.1 < P(one better than the other) < 0.9, half of the chance of equality counted
    to each; a tie group is all that such pairs connect.

    Parameters
    ----------
    paths : draws of several regions, or one `Paths` a plan, all of one seed, number of draws and
        scenario; of a region in several of them the draws beside its own plan count, else the first
    plans : for the indices, and to say whose region is whose
    of : id of an indicator or index, `region_index` among them; None ranks by every indicator
        that at least two regions share. Indices have given weights and the arithmetic mean
    year : None takes the last year that all paths have; a region whose series goes on after `year`
        stands with its published figure, one without a value for that year is not ranked
    top : p_top is P(rank <= top)
    regions : ids of the regions to rank, such as those of one level; None takes all in the paths

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
    pairs = _pairs(paths, plans)
    if top < 1:
        raise ValueError(f"top must be at least 1, not {top}.")
    asked, chosen, tables = _year(pairs, year), _chosen(pairs, regions), []
    for name, table, values in _quantities(pairs, of, asked):
        kept = ~np.isnan(values).any(axis=1) & table["region"].isin(chosen).to_numpy()
        if kept.sum() >= 2:
            tables.append(_ranked(table[kept], values[kept], top).assign(indicator=name))
        elif of is not None:
            raise ValueError(f"{of} in {asked} is known of {kept.sum()} regions; ranks need two.")
    scenario = pairs[0][0].scenario
    columns = [
        *KEY, "scenario", "year", "median", "rank", "rank_low", "rank_high", "p_first", "p_top",
        "tie_group", "regions",
    ]  # fmt: skip
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True).assign(scenario=scenario, year=asked)[columns]


def roll_up(plans: Plan | Sequence[Plan], concept: str | None = None) -> pd.DataFrame:
    """Put the targets of a whole and of its parts side by side, and tell whether they go together.

    Parts are the regions below (`parent` in the regions table) at the nearest level where any has
    a target of the same indicator, year and direction: the children, else their children. Of a
    part with several the most demanding counts.

    Parameters
    ----------
    plans : plans of a province, its cities, their districts
    concept : None takes all concepts

    Returns
    -------
    DataFrame with a row for each target of a whole that has parts, in the indicator's unit:

    * concept, indicator, year, region (the whole), target, comparator
    * parts, of : parts with a target, and parts in the regions table
    * rule : `sum` of counts, stocks and total amounts; `mean` of shares, ratios and stocks that
      are levels, unweighted: no table holds the size of every part; `lowest` of amounts that
      are standards (`highest` where less is asked for)
    * parts_value : what the rule makes of the parts' targets
    * enough : whether that meets the target; missing where a sum lacks parts that could decide it
    * left : what a sum lacks, 0 at least: for the parts without a target to bring; for a mean
      what the parts without a target would need on average, NaN where there is none

    Raises
    ------
    UnknownNameError
        For a concept that no plan has.

    Examples
    --------
    >>> import forecast as fc
    >>> table = roll_up([fc.load_plan("zhejiang"), fc.load_plan("lishui")], "care_consortia")
    >>> table[["year", "target", "parts", "rule", "parts_value", "left"]].values.tolist()
    [[2022, 400.0, 1, 'sum', 40.0, 360.0], [2025, 1000.0, 1, 'sum', 100.0, 900.0]]
    """
    plans = [plans] if isinstance(plans, Plan) else list(plans)
    about = pd.concat([plan.indicators for plan in plans]).drop_duplicates("indicator")
    if concept is not None:
        check_name("concept", concept, sorted(set(about["concept"])))
        about = about[about["concept"] == concept]
    targets = pd.concat([plan.targets for plan in plans])
    targets = targets[[*KEY, "year", "value", "comparator"]].drop_duplicates()
    targets = targets.merge(about[["indicator", "concept", "kind", "unit", "better"]])
    targets["way"] = np.where(_upward(targets), 1.0, -1.0)
    targets = targets.sort_values(["concept", "indicator", "year", *KEY, "value"])
    targets = targets.reset_index(drop=True).rename_axis("row").reset_index()
    below = _below(pd.concat([plan.regions for plan in plans]).drop_duplicates("region"))
    part = targets[[*KEY, "year", "way", "value"]].rename(columns={"region": "part"})
    pairs = targets.drop(columns="value").merge(below, left_on="region", right_on="whole")
    pairs = pairs.merge(part, on=["part", "indicator", "year", "way"])
    pairs = pairs[pairs["depth"] == pairs.groupby("row")["depth"].transform("min")]
    pairs["most"] = pairs["way"] * pairs["value"]
    each = pairs.groupby(["row", "part", "depth"], as_index=False)["most"].max()
    grouped = each.groupby("row")
    sizes = below.groupby(["whole", "depth"]).size()
    out = targets.set_index("row").loc[grouped.groups.keys()].rename(columns={"value": "target"})
    depth = grouped["depth"].first()
    out["parts"] = grouped.size()
    out["of"] = sizes.reindex(pd.MultiIndex.from_arrays([out["region"], depth])).to_numpy()
    out["rule"] = _rules(out)
    joined = grouped["most"].agg(["sum", "mean", "min"])
    out["parts_value"] = out["way"] * np.select(
        [out["rule"] == "sum", out["rule"] == "mean"],
        [joined["sum"], joined["mean"]],
        joined["min"],
    )
    out["enough"], out["left"] = _enough(out), _left(out)
    columns = ["concept", "indicator", "year", "region", "target", "comparator", "parts", "of"]
    return out[[*columns, "rule", "parts_value", "enough", "left"]].reset_index(drop=True)


# Indices.


def _regions(plan: Plan) -> list[str]:
    """List the plan's region, or those with targets where it is a folder's."""
    return [plan.region] if plan.region else sorted(plan.targets["region"].unique())


def _weights(listed: pd.DataFrame) -> FloatArray:
    """Give each component its weight, blank ones filled; each index's sum to 1."""
    given = listed["weight"].astype(float)
    problems = [
        Problem("indices", None, "weight", str(given[i]), f"not positive ({name})", "leave it out")
        for i, name in listed.loc[given <= 0.0, "component"].items()
    ]
    if problems:
        raise DataError(problems)
    filled = given.fillna(given.groupby(listed["index"]).transform("mean")).fillna(1.0)
    weight: FloatArray = filled.to_numpy(float, copy=True)
    for rows in listed.groupby("index").indices.values():
        weight[rows] /= weight[rows].sum()
    return weight


def _drawn_weights(listed: pd.DataFrame, shape: FloatArray, draws: int, seed: int) -> FloatArray:
    """Draw gamma variates (components, draws); what their sum divides is Dirichlet."""
    names = listed[["index", "component"]].itertuples(index=False)
    drawn = [
        stream(seed, *name, "weight").standard_gamma(a, draws)
        for name, a in zip(names, shape[:, 0], strict=True)
    ]
    return np.maximum(np.stack(drawn), np.finfo(float).tiny)


def _component_scores(
    paths: Paths, plan: Plan, region: str, indicators: NDArray[np.object_]
) -> FloatArray:
    """Score the components of a region: (components, draws, years), NaN where unknown."""
    score = np.full((len(indicators), *paths.values.shape[1:]), np.nan)
    goals = plan.targets[plan.targets["region"] == region].merge(plan.indicators, on="indicator")
    goals["upward"] = _upward(goals)
    demand = np.where(goals["upward"], goals["value"], -goals["value"])
    goals = goals.assign(demand=demand).sort_values(["year", "demand"])
    goals = goals.drop_duplicates("indicator", keep="last")
    series = paths.fits.series.assign(position=np.arange(len(paths.fits.series)))
    goals = goals.merge(series[series["region"] == region][["indicator", "position"]])
    asked = pd.DataFrame({"indicator": indicators, "row": np.arange(len(indicators))}).merge(goals)
    if not len(asked):
        return score
    position = asked["position"].to_numpy()
    batch = batch_of(paths.fits.observations, paths.fits.series).take(position)
    base, _ = baseline(batch.value, batch.year, asked["year"].to_numpy(float))
    values = _values(paths, position, paths.years)
    goal, upward = asked["value"].to_numpy(float), asked["upward"].to_numpy(bool)
    base, goal, upward = base[:, None, None], goal[:, None, None], upward[:, None, None]
    score[asked["row"]] = component_score(values, base, goal, upward)
    return score


def _upward(targets: pd.DataFrame) -> BoolArray:
    """Tell whether targets ask for more; a plain one does where higher is better."""
    comparator = targets["comparator"]
    plain = (comparator == "eq") & (targets["better"] != "lower")
    upward: BoolArray = (comparator.isin(["ge", "gt"]) | plain).to_numpy()
    return upward


def _values(paths: Paths, position: IntArray, years: IntArray) -> FloatArray:
    """Values (series, draws, years): drawn, or published where the year's figure is known."""
    column = years - paths.years[0]
    values: FloatArray = paths.values[np.ix_(position, np.arange(paths.values.shape[1]), column)]
    batch = batch_of(paths.fits.observations, paths.fits.series).take(position)
    row, figure, at = np.nonzero(batch.year[:, :, None] == years)
    values[row, :, at] = batch.value[row, figure][:, None]
    return values


def _mean(score: FloatArray, weight: FloatArray, mean: str) -> FloatArray:
    """Mean (draws, years) of the known of scores (components, draws, years)."""
    known = ~np.isnan(score[:, :1, :])
    part = np.log(np.maximum(score, FLOOR)) if mean == "geometric" else score
    share = weight[:, :, None] * known
    total = share.sum(axis=0)
    mixed: FloatArray = (share * np.where(known, part, 0.0)).sum(axis=0)
    mixed = mixed / np.where(total > 0.0, total, np.nan)
    return np.exp(mixed) if mean == "geometric" else mixed


def _coverage(
    region: str, names: tuple[str, str], listed: pd.DataFrame, known: BoolArray
) -> pd.DataFrame:
    """Tell a row a year which components are in an index; `known` is (components, years)."""
    component = listed["component"].to_numpy()
    return pd.DataFrame({
        "region": region, "index": names[0], "area": names[1], "components": known.sum(axis=0),
        "of": len(listed), "missing": ["、".join(component[~year]) for year in known.T],
    })  # fmt: skip


# Ranks.

Pair = tuple[Paths, Plan]


def _pairs(paths: Paths | Sequence[Paths], plans: Plan | Sequence[Plan]) -> list[Pair]:
    """Put each plan beside its paths; they must be draws of the same futures."""
    plans = [plans] if isinstance(plans, Plan) else list(plans)
    drawn = [paths] * len(plans) if isinstance(paths, Paths) else list(paths)
    if not plans or len(drawn) != len(plans):
        raise ValueError(f"{len(drawn)} paths for {len(plans)} plans; give one Paths, or one each.")
    alike = {(p.seed, p.values.shape[1], p.scenario) for p in drawn}
    if len(alike) > 1:
        raise ValueError(
            "Paths to compare need one seed, one number of draws and one scenario, not "
            f"{sorted(alike)}."
        )
    return list(zip(drawn, plans, strict=True))


def _year(pairs: Sequence[Pair], year: int | None) -> int:
    """Give the year asked about: one that all paths have."""
    first = max(int(p.years[0]) for p, _ in pairs)
    last = min(int(p.years[-1]) for p, _ in pairs)
    if year is None:
        return last
    if not first <= year <= last:
        raise ValueError(f"year={year} is not among those of all paths ({first} to {last}).")
    return year


def _chosen(pairs: Sequence[Pair], regions: Sequence[str] | None) -> Sequence[str]:
    """Give the regions asked about, all where none is named."""
    known = sorted({name for paths, _ in pairs for name in paths.fits.series["region"]})
    for name in regions or ():
        check_name("region", name, known)
    return known if regions is None else regions


def _quantities(
    pairs: Sequence[Pair], of: str | None, year: int
) -> list[tuple[str, pd.DataFrame, FloatArray]]:
    """Give what is ranked: name, table with regions, and values (regions, draws)."""
    series = _series(pairs)
    indicators = sorted(series["indicator"].unique())
    indices = [REGION_INDEX, *{name for _, plan in pairs for name in plan.indices["index"]}]
    if of is not None:
        check_name("indicator or index", of, [*indicators, *indices])
    if of is not None and of not in indicators:
        return [_index_of(pairs, of, year)]
    out = []
    for name in indicators if of is None else [of]:
        mine = series[series["indicator"] == name].sort_values("region", ignore_index=True)
        values = np.empty((len(mine), pairs[0][0].values.shape[1]))
        for pair, rows in mine.groupby("pair").indices.items():
            position = mine["position"].to_numpy()[rows]
            values[rows] = _values(pairs[pair][0], position, np.array([year]))[:, :, 0]
        out.append((name, mine, values))
    return out


def _series(pairs: Sequence[Pair]) -> pd.DataFrame:
    """List every region's series once: region, indicator, better, pair, position."""
    tables = []
    for number, (paths, plan) in enumerate(pairs):
        series = paths.fits.series[[*KEY, "better"]]
        others = ~series["region"].isin(_regions(plan))
        position = np.arange(len(series))
        tables.append(series.assign(pair=number, position=position, others=others))
    out = pd.concat(tables, ignore_index=True).sort_values(["others", "pair"], kind="stable")
    return out.drop_duplicates(KEY)


def _index_of(pairs: Sequence[Pair], name: str, year: int) -> tuple[str, pd.DataFrame, FloatArray]:
    """Give an index of every plan's regions in a year."""
    found = [index_draws(paths, plan) for paths, plan in pairs]
    table = pd.concat([one.table for one in found], ignore_index=True)
    values = np.concatenate([one.values for one in found])
    kept = table[(table["index"] == name) & (table["year"] == year)]
    kept = kept.drop_duplicates("region").sort_values("region")
    return name, kept.assign(better="higher"), values[kept.index]


def _ranked(table: pd.DataFrame, values: FloatArray, top: int) -> pd.DataFrame:
    """Rank the regions of a table by values (regions, draws), the best mean rank first."""
    from scipy.stats import rankdata  # half a second that only ranks pay

    way = np.where(table["better"] == "lower", -1.0, 1.0)[:, None]
    ranks = rankdata(-way * values, axis=0, method="average")
    low, middle, high = np.quantile(ranks, LEVELS, axis=1, method="inverted_cdf")
    first = ranks == ranks.min(axis=0)
    out = pd.DataFrame({
        "region": table["region"].to_numpy(), "median": np.median(values, axis=1),
        "rank": middle, "rank_low": low, "rank_high": high,
        "p_first": (first / first.sum(axis=0)).mean(axis=1), "p_top": (ranks <= top).mean(axis=1),
        "tie_group": _tie_groups(ranks), "regions": len(ranks), "order": ranks.mean(axis=1),
    })  # fmt: skip
    return out.sort_values(["order", "region"])


def _tie_groups(ranks: FloatArray) -> IntArray:
    """Give each region the number of its tie group, 1 with the best mean rank."""
    from scipy.sparse.csgraph import connected_components

    better = np.stack([((one < ranks) + 0.5 * (one == ranks)).mean(axis=1) for one in ranks])
    count, group = connected_components((better < APART) & (better.T < APART), directed=False)
    mean = ranks.mean(axis=1)
    best = np.array([mean[group == g].min() for g in range(count)])
    number: IntArray = 1 + np.argsort(np.argsort(best))[group]
    return number


# Whole and parts.


def _below(regions: pd.DataFrame) -> pd.DataFrame:
    """List all regions below each: whole, part, depth (1: a child)."""
    step = regions[["parent", "region"]].set_axis(["whole", "part"], axis=1)
    step = child = step[step["whole"].fillna("") != ""]
    found = []
    # No chain is longer than the table, even one that bites its tail.
    for depth in range(1, len(regions) + 1):
        found.append(step.assign(depth=depth))
        step = step.merge(child, left_on="part", right_on="whole", suffixes=("", "_near"))
        step = step[["whole", "part_near"]].set_axis(["whole", "part"], axis=1)
    return pd.concat(found, ignore_index=True)


def _rules(table: pd.DataFrame) -> NDArray[np.str_]:
    """Say how the parts of a whole go together."""
    level = (table["kind"] == "stock") & table["unit"].isin(LEVEL_UNITS)
    standard = (table["kind"] == "amount") & ~table["unit"].isin(TOTAL_UNITS)
    return np.select(
        [table["kind"].isin(["share", "ratio"]) | level, standard & (table["way"] > 0), standard],
        ["mean", "lowest", "highest"],
        "sum",
    )


def _enough(table: pd.DataFrame) -> pd.api.extensions.ExtensionArray:
    """Tell whether the parts' targets meet the whole's; missing where other parts would decide."""
    way, goal = table["way"].to_numpy(), table["target"].to_numpy(float)
    margin = way * (table["parts_value"].to_numpy(float) - goal)
    slack = 1e-9 * np.maximum(np.abs(goal), 1.0)
    strict = table["comparator"].isin(["gt", "lt"]).to_numpy()
    met = np.where(strict, margin > slack, margin >= -slack)
    short = ((table["rule"] == "sum") & (table["parts"] < table["of"])).to_numpy()
    # Further parts only add: they can make up a lack, not undo an excess.
    return pd.arrays.BooleanArray(met, short & (met != (way > 0)))


def _left(table: pd.DataFrame) -> FloatArray:
    """Tell what the parts without a target would have to bring, or need on average."""
    goal, value = table["target"].to_numpy(float), table["parts_value"].to_numpy(float)
    parts, of = table["parts"].to_numpy(float), table["of"].to_numpy(float)
    others = np.where(of > parts, of - parts, np.nan)
    need = (of * goal - parts * value) / others
    rule = table["rule"].to_numpy(str)
    return np.select([rule == "sum", rule == "mean"], [np.maximum(goal - value, 0.0), need], np.nan)
