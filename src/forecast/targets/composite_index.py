"""Composite indices of areas and regions.

An index joins the components of an area (`indices.csv`). The score of a component in a draw and
year is the distance that its value y has covered from the plan's baseline b to its last target g:

    s = (y - b) / (g - b), kept within [-0.5, 1.5];

where the baseline meets the target already, s is 1 while the value meets it, and falls by the share
of the target that is lacking. An area's index is the weighted mean of its scores, the region's
(`region_index`) the plain mean of its areas' indices; both times 100, so that 0 is the baseline and
100 the target. The geometric mean exp(sum w ln s) takes scores from 0.01 on: no component makes up
for another that fails. Components without an indicator, a target or a figure are left out of the
mean and named in `missing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, DataError, Problem, check_arguments, check_name, msg
from ..model.arrays import BoolArray, FloatArray, IntArray
from ..model.panel import build_panel
from ..model.simulation import Paths, derive_stream
from ..tables.plan import Plan
from .events import BAND, is_upward
from .progress import select_baseline

__all__ = [
    "REGION_INDEX",
    "IndexDraws",
    "component_score",
    "index",
    "index_draws",
    "list_regions",
    "select_values",
]


REGION_INDEX = "region_index"
WEIGHTS = ("given", "uncertain")
MEANS = ("arithmetic", "geometric")
LEAST, MOST = -0.5, 1.5
"""Limits of a score, so that one component cannot decide an index. Declared."""
FLOOR = 0.01
"""Least score that a geometric mean takes. Declared."""
CONCENTRATION = 20.0
"""Declared: uncertain weights of one quarter then have a standard deviation of a tenth."""
LEVELS = (0.05, 0.50, 0.95)
KEYS = ["region", "index", "area", "scenario", "year"]


@dataclass(frozen=True)
class IndexDraws:
    """Indices in draws: `values` (rows, draws), 100 at the target, NaN without any component.

    `table` has region, index, area (empty for the region's index), scenario, year, components
    (how many are in the index), of (how many are listed) and missing (the names of the others).
    """

    table: pd.DataFrame
    values: FloatArray


def component_score(
    value: FloatArray, base: FloatArray, goal: FloatArray, upward: BoolArray
) -> FloatArray:
    """Score values by the distance covered from the baseline (0) to the target (1).

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
    sign = np.where(upward, 1.0, -1.0)
    met = sign * (base - goal) >= 0.0
    with np.errstate(over="ignore"):  # the quotient of a tiny distance is cut off anyway
        share = (value - base) / np.where(met, 1.0, goal - base)
        lack = np.maximum(sign * (goal - value), 0.0) / np.where(goal == 0.0, 1.0, np.abs(goal))
    return np.clip(np.where(met, 1.0 - lack, share), LEAST, MOST)


def index(
    paths: Paths,
    plan: Plan,
    *,
    weights: str = "given",
    concentration: float = CONCENTRATION,
    mean: str = "arithmetic",
    seed: int = 0,
) -> pd.DataFrame:
    """Compute the areas' indices and the region's, in every year of the paths, with intervals.

    Parameters
    ----------
    paths : draws of the plan's series; in years up to a series' latest figure the published
        figure of that year's end counts
    plan : gives `indices`, `targets` and regions
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
    check_arguments(index, locals())
    drawn = index_draws(
        paths, plan, weights=weights, concentration=concentration, mean=mean, seed=seed
    )
    low, median, high = np.quantile(drawn.values, LEVELS, axis=1)
    total = drawn.values.var(axis=1)
    given = total if weights == "given" else index_draws(paths, plan, mean=mean).values.var(axis=1)
    # What rounding errors leave of constant values is no variance.
    share = np.where(total < 1e-18, 0.0, 1.0 - given / np.where(total < 1e-18, 1.0, total))
    out = drawn.table.assign(
        mean=drawn.values.mean(axis=1), q05=low, q50=median, q95=high,
        weight_share=np.where(np.isnan(total), np.nan, np.maximum(share, 0.0)),
    )  # fmt: skip
    shown = ["mean", "q05", "q50", "q95", "components", "of", "missing", "weight_share"]
    return out[[*KEYS, *shown]]


def index_draws(
    paths: Paths,
    plan: Plan,
    *,
    weights: str = "given",
    concentration: float = CONCENTRATION,
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
    """
    check_name("weights", weights, WEIGHTS)
    check_name("mean", mean, MEANS)
    if not concentration > 0.0 or seed < 0:
        message = N_("concentration must be above 0 and seed at least 0, not {given} and {seed}.")
        raise ValueError(msg(message, given=concentration, seed=seed))
    listed = plan.indices.sort_values(["index", "component"], ignore_index=True)
    weight = _weights(listed)[:, None]
    if weights == "uncertain":
        weight = _drawn_weights(listed, concentration * weight, paths.values.shape[1], seed)
    tables, values = [], []
    for region in list_regions(plan):
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
    return IndexDraws(table[[*KEYS, "components", "of", "missing"]], np.concatenate(values))


def list_regions(plan: Plan) -> list[str]:
    """List the plan's region, or those with targets where it covers several."""
    return [plan.region] if plan.region else sorted(plan.targets["region"].unique())


def _weights(listed: pd.DataFrame) -> FloatArray:
    """Weight of each component, blank ones filled; those of an index sum to 1."""
    given = listed["weight"].astype(float)
    problems = [
        Problem(
            "indices",
            None,
            "weight",
            str(given[i]),
            msg("not positive ({name})", name=name),
            msg("leave it out"),
        )
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
    """Draw gamma variates (components, draws); divided by their sum they are Dirichlet."""
    names = listed[["index", "component"]].itertuples(index=False)
    drawn = [
        derive_stream(seed, *name, "weight").standard_gamma(a, draws)
        for name, a in zip(names, shape[:, 0], strict=True)
    ]
    return np.maximum(np.stack(drawn), np.finfo(float).tiny)


def _component_scores(
    paths: Paths, plan: Plan, region: str, indicators: NDArray[np.object_]
) -> FloatArray:
    """Score the components of a region: (components, draws, years), NaN where unknown."""
    score = np.full((len(indicators), *paths.values.shape[1:]), np.nan)
    goals = plan.targets[plan.targets["region"] == region].merge(plan.indicators, on="indicator")
    goals["upward"] = is_upward(goals)
    demand = np.where(goals["upward"], goals["value"], -goals["value"])
    goals = goals.assign(demand=demand).sort_values(["year", "demand"])
    goals = goals.drop_duplicates("indicator", keep="last")
    series = paths.fits.series.assign(position=np.arange(len(paths.fits.series)))
    goals = goals.merge(series[series["region"] == region][["indicator", "position"]])
    listed = pd.DataFrame({"indicator": indicators, "row": np.arange(len(indicators))}).merge(goals)
    if not len(listed):
        return score
    position = listed["position"].to_numpy()
    panel = build_panel(paths.fits.observations, paths.fits.series).take(position)
    since, declared = (
        pd.to_numeric(listed.get(c, pd.Series(np.nan, listed.index))).to_numpy(float)
        for c in ("baseline_year", "baseline")
    )
    base, _ = select_baseline(panel.value, panel.year, since, declared)
    values = select_values(paths, position, paths.years)
    goal, upward = listed["value"].to_numpy(float), listed["upward"].to_numpy(bool)
    # A band is entered at the end nearer to the baseline.
    band = listed["comparator"].eq(BAND).to_numpy()
    high = pd.to_numeric(listed.get("value_high", pd.Series(np.nan, listed.index)))
    top = high.to_numpy(float)
    goal = np.where(band & (base > top), top, goal)
    upward = np.where(band, base <= top, upward)
    base, goal, upward = base[:, None, None], goal[:, None, None], upward[:, None, None]
    score[listed["row"]] = component_score(values, base, goal, upward)
    return score


def select_values(paths: Paths, position: IntArray, years: IntArray) -> FloatArray:
    """Select values (series, draws, years): drawn, or the published figure of the year."""
    column = years - paths.years[0]
    values: FloatArray = paths.values[np.ix_(position, np.arange(paths.values.shape[1]), column)]
    panel = build_panel(paths.fits.observations, paths.fits.series).take(position)
    row, figure, at = np.nonzero(panel.year[:, :, None] == years)
    values[row, :, at] = panel.value[row, figure][:, None]
    return values


def _mean(score: FloatArray, weight: FloatArray, mean: str) -> FloatArray:
    """Mean (draws, years) of scores (components, draws, years) that are known."""
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
    """Components in an index, a row a year; `known` is (components, years)."""
    component = listed["component"].to_numpy()
    return pd.DataFrame({
        "region": region, "index": names[0], "area": names[1], "components": known.sum(axis=0),
        "of": len(listed), "missing": ["; ".join(component[~year]) for year in known.T],
    })  # fmt: skip
