"""Growth paths fitted to very short series, all at once, and their predictive in closed form.

`filtering` has the equation, `evidence` what figures and siblings make of a prior, `members` the
joined distribution, `increments` the counts. Here tables go in and tables come out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import check_name
from .counts import Increments, count_up
from .panel import KEY, batch_of, read_figures
from .posterior import Batch, Shown, believe, look
from .predictive import Blend, Path, Quotient, select
from .priors import GROWTH_PATHS, BlendPrior, paces_of, prior_of
from .summary import parameter_table, summary_table

__all__ = [
    "QUANTILES",
    "SLICES",
    "Fits",
    "fit",
    "fit_batch",
    "join_links",
    "quantile_name",
    "quantiles",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
CAP_FACTORS = (1.2, 1.6, 2.5)
"""Caps tried, as multiples of the largest figure, where a saturating path has no known cap."""
SATURATING = ("logit", "cloglog")
SLICES = tuple((np.arange(20) + 0.5) / 20)
"""Middles of the equally likely slices that a mean is taken over."""
CHUNK = 8192
"""Series worked on at a time: what fits into a processor's cache."""

Member = Blend | Increments


@dataclass(frozen=True)
class Fits:
    """Fitted growth paths: one row of `series` each, and the members behind them.

    `series` has region, indicator, kind, n, latest, latest_year, siblings (increments of other
    regions behind the prior), own_share (share of the pace's variance that the series' own figures
    removed, 0 to 1), evidence, and the indicator's lower, upper, better, cumulative and resolution.
    Fits see figures, never targets.
    """

    series: pd.DataFrame
    members: tuple[Member, ...]
    observations: pd.DataFrame
    growth: str

    @cached_property
    def facts(self) -> list[dict[Hashable, Any]]:
        """Give the rows of `series` as plain values, for those who ask often."""
        rows: list[dict[Hashable, Any]] = self.series.to_dict("records")
        return rows

    def cdf(self, y: FloatArray, years: FloatArray) -> FloatArray:
        """P(value <= y) with `y` and `years` (series, years); years after the latest figure."""
        out = np.full(np.broadcast_shapes(y.shape, years.shape), np.nan)
        for part, ahead in self.each(years):
            out[part.rows] = part.cdf(y[part.rows], ahead)
        return out

    def quantiles(self, levels: Sequence[float], years: FloatArray) -> FloatArray:
        """Values below which the shares `levels` lie: (levels, series, years)."""
        out = np.full((len(levels), *years.shape), np.nan)
        for part, ahead in self.each(years) if years.size else ():
            out[:, part.rows] = part.quantiles(levels, ahead)
        return out

    def parameters(self) -> pd.DataFrame:
        """Tell what was estimated, one row a series, link and parameter; see `estimates`."""
        return self._parameters.copy()

    @cached_property
    def _parameters(self) -> pd.DataFrame:
        return parameter_table(self.series, self.members)

    def summary(self) -> pd.DataFrame:
        """Tell how each series was fitted: link weights, evidence, warnings; see `estimates`."""
        return summary_table(self.series, self.members, self.observations)

    def take(self, index: IntArray) -> Fits:
        """Give the fits of the series at `index`, repeats allowed, in that order."""
        members: list[Member] = []
        for member in self.members:
            place = np.full(len(self.series), -1)
            place[member.rows] = np.arange(len(member.rows))
            chosen = place[index]
            kept = np.flatnonzero(chosen >= 0)
            if len(kept):
                members.append(replace(select(member, chosen[kept]), rows=kept))
        series = self.series.iloc[index].reset_index(drop=True)
        n = self.series["n"].to_numpy()
        start = (np.cumsum(n) - n)[index]
        rows = np.repeat(start, n[index]) + _steps(n[index])
        seen = self.observations.iloc[rows].reset_index(drop=True)
        return Fits(series, tuple(members), seen, self.growth)

    def each(self, years: FloatArray, chunk: int = CHUNK) -> Iterator[tuple[Member, FloatArray]]:
        """Members in chunks, with how far `years` (series, years) lie after the latest figures."""
        latest = self.series["latest_year"].to_numpy(float)
        for member in self.members:
            for start in range(0, len(member.rows), chunk):
                whole = len(member.rows) <= chunk
                part = member if whole else select(member, slice(start, start + chunk))
                yield part, years[part.rows] - latest[part.rows, None]


def fit(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    growth: str = "auto",
    *,
    priors: pd.DataFrame | None = None,
) -> Fits:
    """Fit growth paths to all series of a table at once.

    Other regions of an indicator in the table are its siblings: they inform pace and noise.

    Parameters
    ----------
    observations : region, indicator, year (a number; 2021.5 is mid-2022), value; one series or a
        million, gaps and different lengths welcome. `break` (true: the definition changed before
        this figure), `status` and `published` are read where they stand; other columns are ignored
    indicators : indicator, kind, better, and where there are any lower, upper, resolution,
        cumulative (count is cumulative by nature), numerator and denominator (of a ratio)
    growth : `auto`, `linear`, `exponential`, `logistic`, `gompertz`, `damped` or `no_change`;
        counts keep their increments under each
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
    [[3, 55.0, 'moderate']]
    """
    check_name("growth path", growth, GROWTH_PATHS)
    seen, series = read_figures(observations, indicators)
    batch = batch_of(seen, series)
    members: list[Member] = []
    kinds = series["kind"].to_numpy()
    for kind in sorted(set(kinds)):
        rows = np.flatnonzero(kinds == kind)
        members += fit_batch(kind, rows, batch.take(rows), growth, priors=priors)
    members = _with_quotients(series, batch, members, priors)
    own_share, siblings = np.zeros((2, len(series)))
    for member in members:
        own_share[member.rows] = member.own_share
        siblings[member.rows] = member.siblings
    series["siblings"] = siblings.astype(int)
    series["own_share"] = own_share
    series["evidence"] = _evidence(series["n"].to_numpy(), own_share)
    return Fits(series, tuple(members), seen, growth)


def fit_batch(
    kind: str,
    rows: IntArray,
    batch: Batch,
    growth: str = "auto",
    *,
    priors: pd.DataFrame | None = None,
) -> list[Member]:
    """Fit all series of one kind from arrays: what `fit` does behind its tables.

    Parameters
    ----------
    kind : one of `schema.KINDS`
    rows : (series,) numbers that the members keep for the series of the batch
    batch : the figures as arrays
    growth, priors : as in `fit`
    """
    if kind == "count":
        return [count_up(rows, batch)]
    members: list[Member] = []
    capped = np.isfinite(batch.upper)
    for bounded in (True, False):
        mine = np.flatnonzero(capped == bounded)
        if len(mine):
            part = batch if len(mine) == len(rows) else batch.take(mine)
            members += _blends(kind, rows[mine], part, growth, priors)
    return members


def quantiles(
    fits: Fits,
    years: Sequence[float] | IntArray | FloatArray,
    *,
    levels: Sequence[float] = QUANTILES,
) -> pd.DataFrame:
    """Quantiles of every series in the given years, in closed form.

    Years up to a series' latest figure are left out: they are not future; without years there is
    no row. A row a series and year, with region, indicator, scenario (`baseline`), year, one column
    a level (`q05` ...) and `mean`, all in the indicator's unit. The mean is that of `SLICES`
    equally likely slices: the log of a Student-t has no finite one.

    Examples
    --------
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [100.0, 110.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["amount"], "better": ["higher"]})
    >>> table = quantiles(fit(seen, about), [2021, 2022])
    >>> table["year"].tolist(), bool((table["q05"] < table["q95"]).all())
    ([2022], True)
    """
    grid = np.asarray(years, float)
    if grid.ndim != 1 or not np.isfinite(grid).all():
        raise ValueError(f"years must be a list of years, not {years!r}.")
    bad = [level for level in levels if not 0.0 < level < 1.0]
    if bad:
        raise ValueError(f"levels must lie between 0 and 1, not {bad}.")
    latest = fits.series["latest_year"].to_numpy()[:, None]
    at = np.broadcast_to(grid, (len(latest), len(grid)))
    future = at > latest + 1e-9
    asked = np.where(future, at, latest + 1.0)
    row, column = np.nonzero(future)
    out = fits.series.loc[row, KEY].reset_index(drop=True)
    out["scenario"] = "baseline"
    whole = bool((grid == np.round(grid)).all())
    out["year"] = grid[column].astype(int) if whole else grid[column]
    values = fits.quantiles([*levels, *SLICES], asked)[:, row, column]
    for level, value in zip(levels, values, strict=False):
        out[quantile_name(level)] = value
    out["mean"] = values[len(levels) :].mean(axis=0)
    return out


def quantile_name(level: float) -> str:
    """Name of a quantile's column.

    >>> quantile_name(0.05), quantile_name(0.975)
    ('q05', 'q97_5')
    """
    return f"q{100 * level:04.1f}".removesuffix(".0").replace(".", "_")


def _blends(
    kind: str, rows: IntArray, batch: Batch, growth: str, priors: pd.DataFrame | None
) -> list[Member]:
    """Blends of series that all have, or all lack, an upper bound: with siblings and without."""
    paces = paces_of(growth)
    both = [prior_of(kind, growth, siblings=known, priors=priors) for known in (True, False)]
    names = list(dict.fromkeys(link.link for prior in both for link in prior.links))
    bounded = bool(np.isfinite(batch.upper).all())
    shown = {
        (name, factor): look(name, batch, paces, factor)
        for name in names
        for factor in (CAP_FACTORS if name in SATURATING and not bounded else (None,))
    }
    siblings = next(iter(shown.values())).siblings.count
    members: list[Member] = []
    for prior, mine in zip(both, (siblings > 0, siblings == 0), strict=True):
        at = np.flatnonzero(mine)
        if not len(at):
            continue
        seen = [s if len(at) == len(rows) else select(s, at) for s in shown.values()]
        members.append(join_links(rows[at], seen, prior, batch.take(at)))
    return members


def join_links(rows: IntArray, shown: Sequence[Shown], prior: BlendPrior, batch: Batch) -> Blend:
    """Believe what each link shows and join the paths; several caps of a link share its weight."""
    paths = []
    for link in prior.links:
        found = [s for s in shown if s.link == link.link]
        each = replace(link, weight=link.weight / len(found))
        paths += [believe(s, each) for s in found]
    k = shown[0].increments
    own = sum((path.weight * path.own_share() for path in paths), np.zeros(len(rows)))
    return Blend(
        rows, tuple(paths), prior.df + k / 2.0, batch.better * prior.shift, prior.stretch,
        batch.lower, batch.upper, batch.value[:, -1], batch.ratchet, prior.shared, own,
        shown[0].siblings.count,
    )  # fmt: skip


def _with_quotients(
    series: pd.DataFrame, batch: Batch, members: list[Member], priors: pd.DataFrame | None
) -> list[Member]:
    """Put the difference of its parts' log paths in place of a ratio's own path, where it can be.

    It can where numerator and denominator are positive and known as late as the ratio is.
    """
    at, top, bottom = _parts(series)
    if not len(at):
        return members
    named = series["indicator"].isin(series.loc[np.concatenate([top, bottom]), "indicator"])
    logs: list[Member] = []
    for kind in sorted(set(series.loc[named, "kind"])):
        rows = np.flatnonzero(named & (series["kind"] == kind))
        # A count is a stock here: its ratio may fall.
        asked = "stock" if kind == "count" else kind
        logs += _blends(asked, rows, batch.take(rows), "exponential", priors)
    out: list[Member] = []
    for member in members:
        kept = np.flatnonzero(~np.isin(member.rows, at))
        if len(kept):
            out.append(select(member, kept) if len(kept) < len(member.rows) else member)
    blends = [member for member in logs if isinstance(member, Blend)]
    for upper in blends:
        for lower in blends:
            mine = np.flatnonzero(np.isin(top, upper.rows) & np.isin(bottom, lower.rows))
            if len(mine):
                i = select(upper, np.searchsorted(upper.rows, top[mine]))
                j = select(lower, np.searchsorted(lower.rows, bottom[mine]))
                out.append(_quotient(at[mine], i, j, batch.take(at[mine])))
    return out


def _parts(series: pd.DataFrame) -> tuple[IntArray, IntArray, IntArray]:
    """Rows of the ratios that move by their parts, and of their numerators and denominators."""
    place = series.assign(row=np.arange(len(series)))
    own = place[(place["numerator"] != "") & (place["denominator"] != "") & (place["latest"] > 0)]
    for name in ("numerator", "denominator"):
        part = place[["region", "indicator", "row", "latest", "latest_year"]]
        part = part[part["latest"] > 0].rename(columns={"indicator": name, "row": f"{name}_row"})
        own = own.merge(part, on=["region", name], suffixes=("", f"_{name}"))
        own = own[np.isclose(own["latest_year"], own[f"latest_year_{name}"])]
    rows = own.sort_values("row")[["row", "numerator_row", "denominator_row"]]
    at, top, bottom = rows.to_numpy(np.int64).T
    return at, top, bottom


def _quotient(rows: IntArray, top: Blend, bottom: Blend, batch: Batch) -> Blend:
    one = np.ones(len(rows))
    ratio = Quotient(
        "log", 1.0, one, 0.0 * one, one, np.log(batch.value[:, -1]),
        _path(top), _path(bottom),
    )  # fmt: skip
    return Blend(
        rows, (ratio,), np.minimum(top.df, bottom.df), 0.0 * one, 1.0, batch.lower, batch.upper,
        batch.value[:, -1], batch.ratchet, top.shared, 0.5 * (top.own_share + bottom.own_share),
        np.minimum(top.siblings, bottom.siblings),
    )  # fmt: skip


def _path(blend: Blend) -> Path:
    """Return the one path of a named growth path."""
    (path,) = blend.paths
    assert isinstance(path, Path)
    return path


def _evidence(n: IntArray, own_share: FloatArray) -> NDArray[np.str_]:
    """Word for how much of the answer comes from the region's own figures."""
    return np.select(
        [n == 1, own_share < 1 / 3, own_share < 2 / 3],
        ["prior only", "weak", "moderate"],
        "strong",
    )


def _steps(n: IntArray) -> IntArray:
    """0, 1 ... n - 1 of each series in one line."""
    return np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
