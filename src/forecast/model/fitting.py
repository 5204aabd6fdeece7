"""Growth paths fitted to very short series, a whole table at once, and their quantiles.

Tables go in and tables come out. `paces` has the candidate paces, `posterior` their weights,
`predictive` the pooled distribution, `counts` the model of cumulative counts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Unpack

import numpy as np
import pandas as pd

from ..errors import ArgumentError, DataError, check_arguments, check_name, msg
from ..tables.calendar import list_year_problems, read_years
from ..tables.cells import read_chances
from ..tables.descriptions import About, read_inputs
from ..tables.words import choose_words, number_words, take_words
from .arrays import FloatArray, IntArray, as_slice, count_within, select
from .counts import CountPredictive, fit_counts
from .panel import KEY, SeriesPanel, build_panel, read_observations
from .pooling import fit_links, measure_onset
from .predictive import PooledPredictive
from .priors import GROWTH_PATHS, select_prior
from .ratios import replace_ratios
from .summary import tabulate_fits, tabulate_parameters

__all__ = [
    "MEAN_LEVELS", "QUANTILES", "Fits", "Predictive", "fit", "fit_panel", "fit_read",
    "quantile_name", "quantiles", "read_fits",
]  # fmt: skip


QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
MEAN_LEVELS = tuple((np.arange(20) + 0.5) / 20)
"""Levels whose quantiles a mean is taken over: midpoints of equally likely slices."""
MODELLED_AS = {"coverage": "share", "standard": "amount", "rule": "stock"}
"""Kinds with the growth model of another one: a coverage is a share and a standard an amount that
keep their highest value so far; a rule stays a level of which no forecast is given."""
RAISES_GROWTH = 0.5
"""Largest `spread_growth` of a standard: raises are independent, those of amounts are not. Chosen
on the shipped standards; smaller ones leave too many outside of 80 % intervals."""
CHUNK = 8192
"""Series processed at a time, so that their arrays fit into a processor's cache."""
JUST_BEGUN = 0.5
"""Share as begun (`pooling.measure_onset`) above which a named curve is not yet followed: with one
or two figures since zero at most one step of it is known. Declared."""
STRONG, MODERATE = 2 / 3, 1 / 3
"""Least own share of evidence that is called strong, and moderate: thirds, a convention."""

Predictive = PooledPredictive | CountPredictive


@dataclass(frozen=True)
class Fits:
    """Fitted growth paths of all series of a table.

    Attributes
    ----------
    series : a row a series: region, indicator, kind, n, latest, latest_year, siblings (increments
        of its peers), own_share (share of the series' own observations in its pace, 0 to 1),
        evidence, conflicting, and the indicator's lower, upper,
        better, cumulative and resolution
    predictives : predictive distributions, each of the series in its `rows`
    observations : those that were fitted: region, indicator, year, value, break
    growth : the growth path
    described : ids of all indicators of the table that describes them, with figures or without
    """

    series: pd.DataFrame
    predictives: tuple[Predictive, ...]
    observations: pd.DataFrame
    growth: str
    described: frozenset[str]

    @cached_property
    def memo(self) -> dict[Hashable, Any]:
        """What other modules compute once from these fits."""
        return {}

    @cached_property
    def records(self) -> list[dict[Hashable, Any]]:
        """Rows of `series` as plain values."""
        rows: list[dict[Hashable, Any]] = self.series.to_dict("records")
        return rows

    def locate(self, table: pd.DataFrame) -> IntArray:
        """Look up the row in `series` of each row of a table with region and indicator; -1: none.

        >>> fits = fit({2020: 5.0, 2021: 6.0}, kind="stock", better="higher", indicator="beds")
        >>> fits.locate(pd.DataFrame({"region": "all", "indicator": ["beds", "homes"]})).tolist()
        [0, -1]
        """
        names, keys, order = self._lookup
        if not len(keys):
            return np.full(len(table), -1)
        region, indicator = (
            number_words(table[c], known) for c, known in zip(KEY, names, strict=True)
        )
        none = (region < 0) | (indicator < 0)
        wanted = np.where(none, -1, region * len(names[1]) + indicator)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, order[at], -1)

    @cached_property
    def _lookup(self) -> tuple[list[pd.Index], IntArray, IntArray]:
        """Names of regions and of indicators, keys of the series made of these, and their rows."""
        (region, regions), (indicator, indicators) = (pd.factorize(self.series[c]) for c in KEY)
        keys = region * len(indicators) + indicator
        order = np.argsort(keys, kind="stable")
        return [pd.Index(regions), pd.Index(indicators)], keys[order], order

    def cdf(self, y: FloatArray, years: FloatArray, index: IntArray | None = None) -> FloatArray:
        """Compute P(value <= y), with `y` and `years` (series, years) after the latest value.

        `index` has the series of each row, repeats allowed; None: all, in their order.
        """
        out = np.full(np.broadcast_shapes(y.shape, years.shape), np.nan)
        for part, horizon in self.iter_chunks(years, index=index):
            out[part.rows] = part.cdf(y[part.rows], horizon)
        return out

    def quantiles(
        self, levels: Sequence[float], years: FloatArray, index: IntArray | None = None
    ) -> FloatArray:
        """Compute the quantiles at `levels`: (levels, series, years); `index` as of `cdf`."""
        out = np.full((len(levels), *years.shape), np.nan)
        for part, horizon in self.iter_chunks(years, index=index) if years.size else ():
            out[:, part.rows] = part.quantiles(levels, horizon)
        return out

    def parameters(self) -> pd.DataFrame:
        """List the estimates, one row a series, link and parameter; see `model.summary`."""
        return self._parameters.copy()

    @cached_property
    def _parameters(self) -> pd.DataFrame:
        return tabulate_parameters(self.series, self.predictives)

    def summary(self) -> pd.DataFrame:
        """List each series' link weights, evidence and warnings; see `model.summary`."""
        return tabulate_fits(self.series, self.predictives, self.observations)

    def take(self, index: IntArray) -> Fits:
        """Select the fits of the series at `index`, repeats allowed, in that order."""
        predictives = [
            replace(select(predictive, as_slice(at)), rows=rows)
            for predictive, at, rows in self._select(index)
        ]
        n = self.series["n"].to_numpy()
        start = (np.cumsum(n) - n)[index]
        rows = np.repeat(start, n[index]) + count_within(n[index])
        series, observations = (
            table.iloc[as_slice(at)].reset_index(drop=True)
            for table, at in ((self.series, index), (self.observations, rows))
        )
        return Fits(series, tuple(predictives), observations, self.growth, self.described)

    def _select(self, index: IntArray) -> Iterator[tuple[Predictive, IntArray, IntArray]]:
        """Yield predictives, their rows for the series at `index`, and where in it these are."""
        for predictive in self.predictives:
            position = np.full(len(self.series), -1)
            position[predictive.rows] = np.arange(len(predictive.rows))
            chosen = position[index]
            rows = np.flatnonzero(chosen >= 0)
            if len(rows):
                yield predictive, chosen[rows], rows

    def iter_chunks(
        self, years: FloatArray, size: int = CHUNK, index: IntArray | None = None
    ) -> Iterator[tuple[Predictive, FloatArray]]:
        """Yield the predictives in chunks, with `years` (series, years) as horizons of theirs.

        With `index`, of the series at it; their `rows` are then places in it.
        """
        latest = self.series["latest_year"].to_numpy(float)
        if index is None:
            chosen: Iterable[tuple[Predictive, IntArray, IntArray]] = (
                (one, np.arange(len(one.rows)), one.rows) for one in self.predictives
            )
        else:
            latest, chosen = latest[index], self._select(index)
        for predictive, at, rows in chosen:
            for start in range(0, len(rows), size):
                cut = slice(start, start + size)
                part = replace(select(predictive, as_slice(at[cut])), rows=rows[cut])
                yield part, years[part.rows] - latest[part.rows, None]


def fit(
    observations: Any,
    indicators: Any = None,
    growth: str = "auto",
    *,
    priors: pd.DataFrame | None = None,
    **about: Unpack[About],
) -> Fits:
    """Fit growth paths to all series of a table at once.

    Other regions of an indicator in the table are its peers: their paces are candidates for its
    own, and how the candidates predicted in all of them decides the weights. Targets are never
    read: they define events, not data.

    Parameters
    ----------
    observations : region, indicator, year (a number, 2021.5 being mid-2022, or a date or period
        whose end counts), value; one series or a million, with gaps and of different lengths; or
        a wide table, a Series or a dict, from pandas, polars or pyarrow, see `tables.frames`.
        `break` (true: the definition changed before this value), `status`, `standard_error` and
        `published` are read where present; other columns are ignored
    indicators : indicator, kind, better, and where there are any lower, upper, resolution,
        cumulative (count is cumulative by nature), numerator and denominator (of a ratio); None
        where the keywords `about` describe the only indicator, or the package's own table does
    growth : `auto`, `linear`, `exponential`, `logistic`, `gompertz`, `damped` or `no_change`;
        counts have a model of their own under each
    priors : prior table as from `read_priors`; None takes the shipped one
    **about : `region` and `indicator` name what no column names; `kind`, `better`, `lower`,
        `upper`, `resolution` and `cumulative` describe all indicators in place of a table

    Returns
    -------
    Fits

    Raises
    ------
    DataError
        For missing columns, values that are no finite numbers or lie outside of their bounds, years
        that are none, or indicators without a row.
    UnknownNameError
        For an unknown growth path or kind.

    Examples
    --------
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2019, 2020, 2021],
    ...                      "value": [50.0, 53.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [0.1]})
    >>> fit(seen, about).series[["n", "latest", "evidence"]].values.tolist()
    [[3, 55.0, 'moderate']]
    >>> beds = fit({2019: 50.0, 2020: 53.0, 2021: 55.0}, kind="share", better="higher")
    >>> beds.series[["region", "indicator", "upper"]].values.tolist()
    [['all', 'value', 100.0]]
    """
    check_arguments(fit, locals())
    check_name("growth path", growth, GROWTH_PATHS)
    figures, descriptions = read_inputs(observations, indicators, about)
    seen, series = read_observations(figures, descriptions)
    described = frozenset(map(str, descriptions["indicator"]))
    return fit_read(seen, series, growth, described, priors=priors)


def fit_read(
    seen: pd.DataFrame,
    series: pd.DataFrame,
    growth: str,
    described: frozenset[str] = frozenset(),
    *,
    priors: pd.DataFrame | None = None,
) -> Fits:
    """Fit observations and their series as `panel.read_observations` returns them, as `fit` does.

    `described` is that of the result.
    """
    panel = build_panel(seen, series)
    predictives: list[Predictive] = []
    kinds = series["kind"].to_numpy()
    for kind in sorted(set(kinds)):
        rows = np.flatnonzero(kinds == kind)
        predictives += fit_panel(kind, rows, panel.take(rows), growth, priors=priors)
    fit_logs = partial(fit_panel, growth="exponential", priors=priors)
    predictives = replace_ratios(series, panel, predictives, fit_logs)
    own_share, peers = np.zeros((2, len(series)))
    for predictive in predictives:
        own_share[predictive.rows] = predictive.own_share
        peers[predictive.rows] = predictive.peers
    evidence = {"prior only": series["n"].to_numpy() == 1, "weak": own_share < MODERATE,
                "moderate": own_share < STRONG}  # fmt: skip
    words = choose_words(evidence, "strong")
    series = series.assign(siblings=peers.astype(int), own_share=own_share, evidence=words)
    return Fits(series, tuple(predictives), seen, growth, described)


def read_fits(source: Any, indicators: Any = None) -> Fits:
    """Return fits as they are; anything else is read as figures, and fitted.

    Raises
    ------
    DataError
        As `fit`.
    ArgumentError
        For `indicators` beside fits, which know theirs.
    """
    if not isinstance(source, Fits):
        return fit(source, indicators)
    if indicators is not None:
        raise ArgumentError(msg("indicators describe figures: leave them out beside fits."))
    return source


def fit_panel(
    kind: str,
    rows: IntArray,
    panel: SeriesPanel,
    growth: str = "auto",
    *,
    priors: pd.DataFrame | None = None,
) -> list[Predictive]:
    """Fit all series of one kind from arrays: what `fit` does for each kind of a table.

    Parameters
    ----------
    kind : one of `schema.KINDS`
    rows : (series,) numbers of the panel's series, kept as the predictives' `rows`
    panel : the observations as arrays
    growth, priors : as in `fit`
    """
    modelled = MODELLED_AS.get(kind, kind)
    if modelled == "count":
        return [fit_counts(rows, panel)]
    predictives: list[Predictive] = []
    prior = select_prior(modelled, growth, priors=priors)
    if kind == "standard":
        prior = replace(prior, spread_growth=min(prior.spread_growth, RAISES_GROWTH))
    capped = np.isfinite(panel.upper)
    free = growth in ("auto", "linear")  # no curve to follow
    for bounded in (True, False):
        subset = np.flatnonzero(capped == bounded)
        if len(subset):
            part = panel if len(subset) == len(rows) else panel.take(subset)
            fitted = fit_links(prior, rows[subset], part, bounded)
            begun = np.zeros(len(subset), bool) if free else measure_onset(part)[0] > JUST_BEGUN
            if not begun.any():
                predictives.append(fitted)
                continue
            links = select_prior(modelled, "linear", priors=priors).links
            straight = fit_links(replace(prior, links=links), rows[subset], part, bounded)
            split = (fitted, ~begun), (straight, begun)
            predictives += [select(one, np.flatnonzero(at)) for one, at in split if at.any()]
    return predictives


def quantiles(
    fits: Any,
    years: Any,
    *,
    levels: Any = QUANTILES,
    indicators: Any = None,
) -> pd.DataFrame:
    """Compute quantiles of every series in the given years, in closed form.

    Years up to a series' latest value are left out: they are not future. Rules, which documents
    set, are not forecast.

    Parameters
    ----------
    fits : from `fit`, or figures as in `fit`, which are fitted first
    years : one or several, as in `fit`: numbers, dates or periods
    levels : probabilities, between 0 and 1; one or several
    indicators : of figures, as in `fit`

    Returns
    -------
    DataFrame with a row a series and year: region, indicator, scenario (`baseline`), year, one
    column a level (`q05` ...) and `mean`, in the indicator's unit. The mean is that of the
    quantiles at `MEAN_LEVELS`: the exponential of a Student-t has no finite one.

    Raises
    ------
    ValueError
        For years that are none, or levels outside of 0 to 1.

    Examples
    --------
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [100.0, 110.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["amount"], "better": ["higher"]})
    >>> table = quantiles(fit(seen, about), [2021, 2022])
    >>> table["year"].tolist(), bool((table["q05"] < table["q95"]).all())
    ([2022], True)
    """
    fits = read_fits(fits, indicators)
    one = np.ndim(years) == 0 or isinstance(years, str)
    given = pd.Series([years] if one else [*years])
    grid = read_years(given)
    if not (len(grid) and np.isfinite(grid).all()):
        raise ValueError(msg("years must be a list of years, not {years!r}.", years=years))
    if problems := list_year_problems("years", grid, given):
        raise DataError(problems)
    levels = read_chances("levels", levels)
    latest = fits.series["latest_year"].to_numpy()[:, None]
    at = np.broadcast_to(grid, (len(latest), len(grid)))
    future = (at > latest + 1e-9) & fits.series["kind"].ne("rule").to_numpy()[:, None]
    requested = np.where(future, at, latest + 1.0)
    values = np.empty((len(levels) + 1, *at.shape))
    for part, horizon in fits.iter_chunks(requested) if at.size else ():
        found = part.quantiles([*levels, *MEAN_LEVELS], horizon)
        values[:-1, part.rows] = found[: len(levels)]
        values[-1, part.rows] = np.moveaxis(found[len(levels) :], 0, -1).copy().mean(axis=-1)
    row, column = np.nonzero(future)
    out = fits.series[KEY].take(row).reset_index(drop=True)
    whole = bool((grid == np.round(grid)).all())
    years = grid[column].astype(int) if whole else grid[column]
    named = zip([*map(quantile_name, levels), "mean"], values, strict=True)
    scenario = take_words(["baseline"], np.zeros(len(out), np.int64))
    return out.assign(scenario=scenario, year=years, **{name: v[future] for name, v in named})


def quantile_name(level: float) -> str:
    """Name the column of a quantile.

    >>> quantile_name(0.05), quantile_name(0.975)
    ('q05', 'q97_5')
    """
    return f"q{100 * level:04.1f}".removesuffix(".0").replace(".", "_")
