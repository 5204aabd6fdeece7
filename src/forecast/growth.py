"""Growth paths fitted to very short series, all at once, and their predictive in closed form.

Two families of mixture members (`members`) share three functions (`cdf`, `quantile`, `draw`):

* `Drift`: on a link scale the level moves by a damped pace plus noise (`filtering`). With
  sigma^2 ~ scaled-inverse-chi^2(nu, s^2) the value h years ahead is Student-t with nu + k
  degrees of freedom (k increments), location m = level + slope f(h) and
  scale^2 = (nu s^2 + q) / (nu + k) * (P11 + 2 f P12 + f^2 P22 + (1 - rho) h + rho).
* `Increments`, for cumulative counts: yearly increments are Gamma(a, theta) with
  theta ~ Gamma(alpha, beta), so the sum over h years is beta times a beta-prime(h a, alpha + k a)
  variable. It never falls and knows no unit, so 11 counties and 6,000 beds share one prior.

Group pace and noise are pooled over the series of one indicator, each series seeing the
others and not itself (its own figures enter once, through the filter).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import digamma

from . import links
from .errors import DataError, Problem, check_name
from .filtering import Filtered, drift_sum, run_filter
from .members import Drift, Increments, Predictive, select, select_cells
from .priors import GROWTH_PATHS, Component, components
from .schema import KINDS

__all__ = ["Fits", "fit", "quantiles"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
KEY = ["region", "indicator"]
# Increments prior: a near-exponential year, pace known to an order of magnitude.
YEAR_SHAPE, PACE_SHAPE, PACE_PRIOR = 1.5, 1.5, 0.2
# Members' quantiles nearer to each other than this share of their size need no search.
AGREED = 1e-12
TOLERANCES = {"xrtol": 1e-10, "fatol": 1e-11}


@dataclass(frozen=True)
class Fits:
    """Fitted growth paths: one row of `series` each, and the mixture members behind them.

    `series` has region, indicator, kind, n, latest, latest_year, own_share (share of the pace's
    variance that the series' own figures removed, 0 to 1), evidence, and the indicator's lower,
    upper, better, cumulative and resolution. Fits see figures, never targets.
    """

    series: pd.DataFrame
    members: tuple[Drift | Increments, ...]
    observations: pd.DataFrame
    growth: str

    def cdf(self, y: FloatArray, years: FloatArray) -> FloatArray:
        """P(value <= y) with `y` and `years` (series, years); years after the latest figure."""
        total = np.zeros(np.broadcast_shapes(y.shape, years.shape))
        for member, weight, ahead in self._each(years):
            total[member.rows] += weight * member.cdf(y[member.rows], ahead)
        return total

    def quantile(self, p: float, years: FloatArray) -> FloatArray:
        """Value below which the share `p` of the mixture lies; `years` is (series, years).

        The mixture's quantile lies between those of its members: Chandrupatla's bracketing
        search between them, on the log-odds of the cdf, where they do not agree.
        """
        low, high = np.full(years.shape, np.inf), np.full(years.shape, -np.inf)
        for member, _, ahead in self._each(years):
            q = member.quantile(p, ahead)
            low[member.rows] = np.minimum(low[member.rows], q)
            high[member.rows] = np.maximum(high[member.rows], q)
        middle: FloatArray = 0.5 * (low + high)
        apart = high - low > AGREED * np.maximum(np.abs(low), np.abs(high))
        if apart.any():
            middle[apart] = self._crossing(p, years, np.nonzero(apart), (low[apart], high[apart]))
        return middle

    def mean(self, years: FloatArray, slices: int = 20) -> FloatArray:
        """Mean over `slices` equal slices of probability, each at its middle.

        The log of a Student-t has no finite mean; the slices leave out the outer 1 / (2 slices).
        """
        total = np.zeros(years.shape)
        for member, weight, ahead in self._each(years):
            middles = (np.arange(slices) + 0.5) / slices
            average = sum(member.quantile(float(p), ahead) for p in middles) / slices
            total[member.rows] += weight * average
        return total

    def take(self, index: IntArray) -> Fits:
        """Give the fits of the series at `index`, repeats allowed, in that order."""
        members: list[Drift | Increments] = []
        for member in self.members:
            place = np.full(len(self.series), -1)
            place[member.rows] = np.arange(len(member.rows))
            chosen = place[index]
            kept = chosen >= 0
            if kept.any():
                taken = select(member, chosen[kept])
                members.append(replace(taken, rows=np.flatnonzero(kept)))
        series = self.series.iloc[index].reset_index(drop=True)
        return Fits(series, tuple(members), self.observations, self.growth)

    def _crossing(
        self,
        p: float,
        years: FloatArray,
        cells: tuple[IntArray, ...],
        bracket: tuple[FloatArray, FloatArray],
    ) -> FloatArray:
        """Where the mixture's cdf crosses `p` in the `cells` (series, year) of `years`."""
        parts = []
        for member, weight, ahead in self._each(years):
            place = np.full(len(self.series), -1)
            place[member.rows] = np.arange(len(member.rows))
            mine = np.flatnonzero(place[cells[0]] >= 0)
            row, column = place[cells[0][mine]], cells[1][mine]
            if isinstance(member, Drift) and len(mine):
                at = select_cells(member.predictive(ahead), row, column, ahead.shape)
                where = np.full(len(cells[0]), -1)
                where[mine] = np.arange(len(mine))
                parts.append((at, weight[row, 0], where))
        odds = np.log(p) - np.log1p(-p)

        # scipy.optimize takes half a second: only a search pays for it.
        from scipy.optimize.elementwise import find_root

        def gap(y: FloatArray, cell: IntArray) -> FloatArray:
            total = np.zeros(len(y))
            for at, weight, where in parts:
                i = where[cell]
                kept = i >= 0
                i = i[kept]
                total[kept] += weight[i] * select(at, i).cdf(y[kept])
            with np.errstate(divide="ignore", invalid="ignore"):
                above: FloatArray = np.log(total) - np.log1p(-np.minimum(total, 1.0)) - odds
            return above

        found = find_root(gap, bracket, args=(np.arange(len(cells[0])),), tolerances=TOLERANCES)
        # No sign change: the members agree to the precision of the cdf.
        value: FloatArray = np.where(found.success, found.x, 0.5 * (bracket[0] + bracket[1]))
        return value

    def _each(
        self, years: FloatArray
    ) -> Iterator[tuple[Drift | Increments, FloatArray, FloatArray]]:
        latest = self.series["latest_year"].to_numpy(float)
        for member in self.members:
            ahead = years[member.rows] - latest[member.rows, None]
            yield member, member.weight[:, None], ahead


Record = TypeVar("Record", "Drift", "Increments", "Drift | Increments", "Predictive")


def fit(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    growth: str = "auto",
    *,
    priors: pd.DataFrame | None = None,
) -> Fits:
    """Fit growth paths to all series of a table at once.

    Parameters
    ----------
    observations : region, indicator, year (a number; 2021.5 is mid-2022), value; one series or a
        million, gaps and different lengths welcome, other columns ignored
    indicators : indicator, kind, better, and where there are any lower, upper, resolution,
        cumulative (count is cumulative by nature)
    growth : `auto`, `linear`, `exponential`, `logistic`, `gompertz` or `damped`; counts keep
        their increments under each
    priors : prior table as `priors.read_priors` gives it; None takes the shipped one

    Raises
    ------
    DataError
        For missing columns, values that are no finite numbers, or indicators without a row.
    UnknownNameError
        For an unknown growth path or kind.

    Examples
    --------
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2019, 2020, 2021],
    ...                      "value": [50.0, 53.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [0.1]})
    >>> fit(seen, about).series[["n", "latest", "evidence"]].values.tolist()
    [[3, 55.0, 'strong']]
    """
    check_name("growth path", growth, GROWTH_PATHS)
    seen, series = _series_table(observations, indicators)
    y, t = _padded(seen, series)
    members: list[Drift | Increments] = []
    own_share = np.zeros(len(series))
    kinds = series["kind"].to_numpy()
    for kind in dict.fromkeys(kinds):
        check_name("kind", kind, KINDS)
        if kind == "count":
            counted = _fit_increments(np.flatnonzero(kinds == kind), series, y, t)
            members.append(counted)
            own_share[counted.rows] = 1.0 - PACE_SHAPE / counted.pace_shape
            continue
        capped = np.isfinite(series["upper"].to_numpy())
        for bounded in (True, False):
            rows = np.flatnonzero((kinds == kind) & (capped == bounded))
            if not len(rows):
                continue
            for part in components(kind, growth, capped=bounded, priors=priors):
                member, share = _fit_drift(part, rows, series, y, t)
                members.append(member)
                own_share[rows] += part.weight * share
    series["own_share"] = own_share
    series["evidence"] = _evidence(series["n"].to_numpy(), own_share)
    return Fits(series, tuple(members), seen, growth)


def quantiles(
    fits: Fits,
    years: Sequence[float] | IntArray | FloatArray,
    *,
    levels: tuple[float, ...] = QUANTILES,
) -> pd.DataFrame:
    """Quantiles of every series in the given years, in closed form.

    Years up to a series' latest figure are left out: they are not future. A row a series and
    year, with region, indicator, scenario (`baseline`), year, one column a level (`q05` ...) and
    `mean`, all in the indicator's unit.

    Examples
    --------
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [100.0, 110.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["amount"], "better": ["higher"]})
    >>> quantiles(fit(seen, about), [2021, 2022])[["year", "q50"]].round(0).values.tolist()
    [[2022.0, 117.0]]
    """
    grid = np.asarray(years, float)
    if grid.ndim != 1 or not np.isfinite(grid).all():
        raise ValueError(f"years must be a list of years, not {years!r}.")
    at = np.broadcast_to(grid, (len(fits.series), len(grid)))
    future = at > fits.series["latest_year"].to_numpy()[:, None] + 1e-9
    asked = np.where(future, at, fits.series["latest_year"].to_numpy()[:, None] + 1.0)
    row, column = np.nonzero(future)
    out = fits.series.loc[row, KEY].reset_index(drop=True)
    out["scenario"] = "baseline"
    whole = bool((grid == np.round(grid)).all())
    out["year"] = grid[column].astype(int) if whole else grid[column]
    for level in levels:
        name = f"q{100 * level:04.1f}".removesuffix(".0").replace(".", "_")
        out[name] = fits.quantile(level, asked)[row, column]
    out["mean"] = fits.mean(asked)[row, column]
    return out


def _fit_drift(
    part: Component, rows: IntArray, series: pd.DataFrame, y: FloatArray, t: FloatArray
) -> tuple[Drift, FloatArray]:
    """One component over its series: transform, pool, filter; also the own share of the pace."""
    about = series.iloc[rows]
    y, t = y[rows], t[rows]
    lower, upper, unit = (about[c].to_numpy(float) for c in ("lower", "upper", "resolution"))
    floor = np.where(np.isfinite(lower), lower, 0.0)
    if part.link == "log":
        floor = np.maximum(floor, 0.0)
    limit = _caps(part, y, unit, floor, upper)
    cap = np.where(np.isfinite(limit), limit, 1.0)
    measure = _identity_unit(part.link, lower, upper, y)
    inner = _off_bounds(part.link, y, unit, floor, limit)
    z = links.transform(part.link, inner, floor[:, None], cap[:, None]) / measure[:, None]
    steepness = links.slope(part.link, inner, floor[:, None], cap[:, None]) / measure[:, None]
    rounding = (unit[:, None] * steepness) ** 2 / 12.0
    s2 = np.full(len(rows), part.noise**2)
    wish = np.where(about["better"].to_numpy() == "lower", -1.0, 1.0)
    group = pd.factorize(about["indicator"])[0]

    def run(noise_variance: FloatArray, uncertain: FloatArray) -> Filtered:
        return run_filter(
            z, t, rounding / noise_variance[:, None],
            damping=part.damping, slope_variance=part.slope_ratio + uncertain,
            measurement=part.measurement,
        )  # fmt: skip

    first = run(s2, np.full(len(rows), part.pace_spread**2))
    s2 = _group_noise(part, first, group, wish)
    # Around the group's pace only: its own uncertainty is not each sibling's.
    around = run(s2, np.zeros(len(rows)))
    elapsed = np.nanmax(t, axis=1) - np.nanmin(t, axis=1)
    pace, uncertain = _group_pace(part, around, group, elapsed, part.pace * np.sqrt(s2) * wish)
    last = run(s2, uncertain)
    q = last.squares - 2.0 * pace * last.cross + pace**2 * last.information
    df = part.df + last.increments
    member = Drift(
        rows, np.full(len(rows), part.weight), part.link, part.damping, part.measurement,
        part.shared, measure, floor, cap, lower, upper,
        last.level + pace * last.level_response, last.slope + pace * last.slope_response,
        last.level_variance, last.covariance, last.slope_variance,
        (part.df * s2 + q) / df, df,
    )  # fmt: skip
    before = part.slope_ratio + uncertain
    return member, 1.0 - last.slope_variance / (before * part.damping ** (2.0 * elapsed))


def _group_noise(part: Component, first: Filtered, group: IntArray, wish: FloatArray) -> FloatArray:
    """Noise variance of each series' group as its other series show it, shrunk to the prior.

    Mean of log(q / k), freed of its bias under chi^2_k (Smyth 2004, doi 10.2202/1544-6115.1027),
    weighted by k; the prior counts as `df` increments.
    """
    pace = part.pace * part.noise * wish
    q = first.squares - 2.0 * pace * first.cross + pace**2 * first.information
    k = first.increments
    safe = np.maximum(k, 1.0)
    small = 1e-3 * part.noise**2  # a run of equal figures is rounding, not the absence of noise
    log_s2 = np.log(np.maximum(q, small * safe) / safe) - digamma(safe / 2.0) + np.log(safe / 2.0)
    others = _others(group, k)
    logs = _others(group, k * log_s2)
    pooled: FloatArray = np.exp((part.df * np.log(part.noise**2) + logs) / (part.df + others))
    return pooled


def _group_pace(
    part: Component, around: Filtered, group: IntArray, elapsed: FloatArray, prior_mean: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Prior pace of each series from its group's others, and its variance per unit of sigma^2.

    Generalised least squares over the others; its error has the shared shocks' variance over
    their mean years of evidence added, which more siblings never make smaller. Of a damped pace
    a later year shows less: T years count as phi^2 + ... + phi^2T.
    """
    precision, cross = _others(group, around.information), _others(group, around.cross)
    speaks = (around.increments > 0) & (elapsed > 0)
    siblings = _others(group, speaks.astype(float))
    years = _others(group, np.where(speaks, drift_sum(elapsed, part.damping**2), 0.0))
    known = (precision > 0) & (years > 0)
    safe, years = np.where(known, precision, 1.0), np.where(known, years, 1.0)
    shock = part.shared * (1.0 - part.measurement)
    error = 1.0 / safe + shock * np.maximum(siblings, 1.0) / years
    prior_variance = part.pace_spread**2
    pull = np.where(known, prior_variance / (prior_variance + error), 0.0)
    pace = prior_mean + pull * (cross / safe - prior_mean)
    return pace, prior_variance * (1.0 - pull)


def _fit_increments(
    rows: IntArray, series: pd.DataFrame, y: FloatArray, t: FloatArray
) -> Increments:
    """Cumulative counts: shapes and rates of the yearly pace."""
    about = series.iloc[rows]
    y, t = y[rows], t[rows]
    elapsed = np.nanmax(t, axis=1) - np.nanmin(t, axis=1)
    gained = np.nanmax(y, axis=1) - np.nanmin(y, axis=1)
    latest = about["latest"].to_numpy(float)
    unit = np.maximum(about["resolution"].to_numpy(float), 1.0)
    # One step of size `pace` a year on average, before the series speaks.
    pace = PACE_PRIOR * np.maximum(latest, 5.0 * unit)
    return Increments(
        rows, np.ones(len(rows)), latest, YEAR_SHAPE,
        PACE_SHAPE + YEAR_SHAPE * elapsed, PACE_SHAPE / YEAR_SHAPE * pace + gained,
        about["upper"].fillna(np.inf).to_numpy(float),
    )  # fmt: skip


def _series_table(
    observations: pd.DataFrame, indicators: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observations in one order whatever the rows' order, and one row a series."""
    problems = [
        Problem(name, None, column, None, "no such column", f"add a column {column!r}")
        for name, table, needed in (
            ("observations", observations, [*KEY, "year", "value"]),
            ("indicators", indicators, ["indicator", "kind", "better"]),
        )
        for column in needed
        if column not in table.columns
    ]
    if problems:
        raise DataError(problems)
    seen = observations[KEY].assign(
        year=pd.to_numeric(observations["year"], errors="coerce").astype(float),
        value=pd.to_numeric(observations["value"], errors="coerce").astype(float),
    )
    problems = [
        Problem(
            "observations", None, column, str(observations[column].iloc[i]),
            f"no number ({seen['region'].iloc[i]}, {seen['indicator'].iloc[i]})",
            "leave the row out where there is no figure",
        )
        for column in ("year", "value")
        for i in np.flatnonzero(~np.isfinite(seen[column]))[:20]
    ]  # fmt: skip
    unknown = sorted(set(seen["indicator"]) - set(indicators["indicator"]))
    problems += [
        Problem("indicators", None, "indicator", name, "observed but not described", "add its row")
        for name in unknown
    ]
    if problems:
        raise DataError(problems)
    seen = seen.sort_values([*KEY, "year", "value"], ignore_index=True)
    grouped = seen.groupby(KEY, sort=False)
    series = grouped.agg(
        n=("value", "size"), latest=("value", "last"), latest_year=("year", "last")
    ).reset_index()
    known = indicators.drop_duplicates("indicator").set_index("indicator")
    for column, missing in (
        ("kind", None), ("better", None), ("lower", np.nan), ("upper", np.nan),
        ("resolution", 0.0), ("cumulative", False),
    ):  # fmt: skip
        given = series["indicator"].map(known[column]) if column in known else missing
        series[column] = given if column in ("kind", "better") else _filled(given, missing)
    series["cumulative"] = series["cumulative"].astype(bool) | (series["kind"] == "count")
    return seen, series


def _filled(given: object, missing: object) -> object:
    return given.fillna(missing) if isinstance(given, pd.Series) else missing


def _padded(seen: pd.DataFrame, series: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Values and years as (series, figures), flush right, NaN in front."""
    n = series["n"].to_numpy()
    width = int(n.max(initial=1))
    row = np.repeat(np.arange(len(n)), n)
    column = width - np.repeat(np.cumsum(n), n) + np.arange(len(seen))
    y, t = np.full((2, len(n), width), np.nan)
    y[row, column], t[row, column] = seen["value"], seen["year"]
    return y, t


def _caps(
    part: Component, y: FloatArray, unit: FloatArray, floor: FloatArray, upper: FloatArray
) -> FloatArray:
    """Cap of each series; a multiple of its largest figure where the indicator has none."""
    if part.cap_factor is None:
        return upper
    top = np.nanmax(y, axis=1) - floor
    return floor + part.cap_factor * np.where(top > 0.0, top, np.where(unit > 0.0, unit, 1.0))


def _identity_unit(link: str, lower: FloatArray, upper: FloatArray, y: FloatArray) -> FloatArray:
    """Measure the identity scale in a quarter of a bounded range (logit's slope at its middle).

    Else the size of the figures themselves, so that noise is relative as on the log scale.
    """
    if link != "identity":
        return np.ones(len(y))
    size = np.nanmean(np.abs(y), axis=1)
    width = (upper - lower) / 4.0
    unit: FloatArray = np.where(np.isfinite(width), width, np.where(size > 0.0, size, 1.0))
    return unit


def _off_bounds(
    link: str, y: FloatArray, unit: FloatArray, floor: FloatArray, cap: FloatArray
) -> FloatArray:
    """Move a figure at a bound to the middle of what rounds to it.

    Reported 100.0 with step 0.1 lies in [99.95, 100]; its middle is 99.975. Without a step a
    thousandth of the range (of the largest figure, where there is no cap) stands for it.
    """
    if link == "identity":
        return y
    top = np.nanmax(y, axis=1)
    size = np.where(np.isfinite(cap), cap - floor, np.where(top > floor, top - floor, 1.0))
    step = np.where(unit > 0.0, np.minimum(unit, size) / 4.0, size / 1000.0)[:, None]
    lowest = floor[:, None] + step
    highest = np.where(np.isfinite(cap), cap, np.inf)[:, None] - step
    return np.clip(y, lowest, np.inf if link == "log" else highest)


def _others(group: IntArray, values: FloatArray) -> FloatArray:
    """Sum over the other series of each series' group."""
    return np.bincount(group, values)[group] - values


def _evidence(n: IntArray, own_share: FloatArray) -> NDArray[np.str_]:
    """Word for how much of the answer comes from the region's own figures."""
    return np.select(
        [n == 1, own_share < 1 / 3, own_share < 2 / 3],
        ["prior only", "weak", "moderate"],
        "strong",
    )
