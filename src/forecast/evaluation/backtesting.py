"""Backtests: forecasts replayed from earlier years, scored with the figures published since.

For each origin year the table is cut to what was known at its end, all series are fitted, and the
following years are forecast and compared. Beside `forecast`, the method of this package, are
always the baselines that it has to beat (`baselines`), each from the series' own figures alone. A
break in definition starts a series anew for them; a figure after a later break is no outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, DataError, Problem, check_arguments, check_name, list_missing, msg
from ..model.panel import KEY, read_observations
from ..tables.cells import read_numbers
from ..tables.descriptions import About, read_inputs
from ..tables.schema import COMPARATORS
from . import scores
from .baselines import INTERVAL_METHODS, PEERS
from .replay import CASE, METHODS, Replay, stack_tables

__all__ = ["METHODS", "Backtest", "backtest"]

FloatArray = NDArray[np.float64]

SPLITS = ("n", "kind", "indicator", "region", "origin", "year")
FORECAST = [*KEY, "origin", "year"]
"""Columns that identify a forecast."""
VALUE_SCORES = [
    "forecasts", "error", "crps", "crps_error", "wis",
    *(f"{name}{end}" for name in scores.INTERVALS for end in ("", "_error")),
]  # fmt: skip
CHANCE_SCORES = ["targets", "brier", "brier_error", "log", "ece"]


@dataclass(frozen=True)
class Backtest:
    """Forecasts and outcomes, row by row; their scores are computed on request.

    `forecasts` has one row per series, origin, year and method with intervals: method, region,
    indicator, kind, n (figures shown), origin, year, horizon, actual, scale, `q05` ... `q95`,
    pit_below and pit (P(X < actual) and P(X <= actual), of the value as reported), and in units of
    `scale` error (of the median), crps and wis. `scale` is `scores.mean_yearly_change` of the
    figures up to the origin.

    `chances` has one row per target: region, indicator, kind, n, origin, year, horizon, factor (of
    made targets), target, comparator, reached, and one column per method and peer: its
    probability (missing where a peer has no forecast).

    `joint` has one row per indicator, origin, year (and factor) with at least three regions, and
    way of drawing (`shared` as simulated, `independent` with the draws of each region shuffled):
    draws, indicator, origin, year, horizon, factor, regions, reached, expected, low and high
    (central 80 % of the number of regions that reach their target), inside (share of that
    interval, its ends randomised, that covers the number), energy (energy score of the change of
    all regions since their latest figures, in units of `scale`, clipped to `scores.CAP`).

    `peers` has the columns of `forecasts` for each peer, also where it has no forecast, and
    `unfitted`: "", else why, one of `baselines.REASONS`.
    """

    forecasts: pd.DataFrame
    chances: pd.DataFrame
    joint: pd.DataFrame
    peers: pd.DataFrame

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row per method and horizon (`all` first).

        forecasts and targets (numbers of cases), error, crps, wis (scaled), cover50, cover80,
        cover90, brier, log, ece, and standard errors clustered by target year: crps_error,
        cover50_error, brier_error and so on (infinite with a single year). Missing where a method
        has no such answer.
        """
        return self._score([])

    def scores_by(self, by: str) -> pd.DataFrame:
        """Return `scores` split by n, kind, indicator, region, origin or year, the first column.

        Raises
        ------
        UnknownNameError
            For another column.
        """
        check_name("split", by, SPLITS)
        return self._score([by])

    @cached_property
    def peer_scores(self) -> pd.DataFrame:
        """Each peer, and the methods with intervals, on the forecasts that the peer has.

        peer, method, the columns of `scores`, and crps_gap: mean CRPS of the method less that of
        `forecast`, with its standard error. No rows for a peer without a forecast.
        """
        rows = []
        for peer, part in self.peers.groupby("method", sort=False):
            answered = part[part["unfitted"] == ""]
            chances = self.chances.dropna(subset=[peer])
            own = self.forecasts.merge(answered[FORECAST], on=FORECAST)
            each = {**dict(list(own.groupby("method", sort=False))), peer: answered}
            for name in (peer, "forecast", *INTERVAL_METHODS) if len(answered) else ():
                both = each[name].merge(each["forecast"], on=FORECAST, suffixes=("", "_own"))
                gap = scores.mean_with_error(both["crps"] - both["crps_own"], both["year"])
                values, p = _score_values(each[name]), chances.assign(p=chances[name])
                chance = _score_chances(p) if len(p) else [0, *[np.nan] * 4]
                rows.append((peer, name, *values, *chance, *gap))
        columns = [*VALUE_SCORES, *CHANCE_SCORES, "crps_gap", "crps_gap_error"]
        return pd.DataFrame(rows, columns=["peer", "method", *columns])

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """Mean probability and observed frequency: method and columns of `scores.reliability`."""
        outcome = self.chances["reached"], self.chances["year"]
        tables = {m: scores.reliability(self.chances[m], *outcome) for m in METHODS}
        return stack_tables(tables, "method")

    @cached_property
    def pit(self) -> pd.DataFrame:
        """Histogram of probability integral transforms: method, low, high, share."""
        each = self.forecasts.groupby("method", sort=False)
        parts = {m: scores.pit_histogram(part["pit"], part["pit_below"]) for m, part in each}
        return stack_tables(parts, "method")

    @cached_property
    def joint_scores(self) -> pd.DataFrame:
        """One row per way of drawing: draws, groups, cover80 and energy with standard errors."""
        rows = []
        for draws, part in self.joint.groupby("draws", sort=False):
            once = part.drop_duplicates(["indicator", "origin", "year"])
            cover = scores.mean_with_error(part["inside"], part["year"])
            energy = scores.mean_with_error(once["energy"], once["year"])
            rows.append((draws, len(part), *cover, *energy))
        columns = ["draws", "groups", "cover80", "cover80_error", "energy", "energy_error"]
        return pd.DataFrame(rows, columns=columns)

    def _score(self, by: list[str]) -> pd.DataFrame:
        keys = [*by, "method", "horizon"]
        named = [c for c in CASE if c in {*by, "year", "horizon"}]
        chances = self.chances.melt([*named, "reached"], list(METHODS), "method", "p")
        table = _score_groups(self.forecasts, keys, VALUE_SCORES, _score_values).merge(
            _score_groups(chances, keys, CHANCE_SCORES, _score_chances), "outer", keys
        )
        table = table.assign(order=table["method"].map(METHODS.index))
        table = table.sort_values([*by, "order", "horizon"], ignore_index=True)
        horizon = table["horizon"].astype(object).where(table["horizon"] > 0, "all")
        counts = table[["forecasts", "targets"]].fillna(0).astype(int)
        return table.assign(horizon=horizon, **counts).drop(columns="order")


def backtest(  # noqa: PLR0913 - what to replay and how, each an option of its own
    observations: Any,
    indicators: Any = None,
    horizon: int = 3,
    *,
    growth: str = "auto",
    origins: Iterable[int] | None = None,
    history: int | None = None,
    targets: pd.DataFrame | None = None,
    priors: pd.DataFrame | None = None,
    peers: Iterable[str] = (),
    draws: int = 200,
    seed: int = 0,
    **about: Unpack[About],
) -> Backtest:
    """Forecast from every origin year with the figures known by then, and score the forecasts.

    A series is tested from its second figure on, at the whole years that have a figure. Figures of
    other regions are known up to the origin too, and shown as far back as `history` says.

    Parameters
    ----------
    observations, indicators, about : as for `fit`. With a column `published` (a date or a year) a
        figure is known from the end of that year on; outcomes are as last published
    horizon : years ahead that are forecast
    growth, priors : as for `fit`
    origins : whole years; None takes every one with a testable series
    history : figures shown of each series, the last ones; None shows all
    targets : region, indicator, year, value, comparator. None makes targets as a planner could have
        set them: the latest figure moved in the wanted direction by `FACTORS` times the recent
        pace (mean of up to four yearly changes, unsigned), rounded up to the reporting step, if
        that lies within the bounds
    peers : names of `baselines.PEERS` to compare with; off by default, for they take about 0.1 s
        per series and origin
    draws : simulated futures of each origin behind `joint`; 0 leaves it empty
    seed : of the draws

    Raises
    ------
    DataError
        If the tables cannot be used, or nothing in them can be tested (at a requested origin).
    UnknownNameError
        For an unknown peer, comparator or growth path.
    ValueError
        For a horizon, history, origin or number of draws out of range.

    Examples
    --------
    >>> figures = pd.DataFrame({"region": "a", "indicator": "x", "year": range(2012, 2022),
    ...                         "value": [50.0, 52, 55, 56, 58, 61, 62, 65, 66, 69]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> result = backtest(figures, about, 2, origins=[2017, 2019], draws=0)
    >>> result.scores[["method", "horizon", "forecasts", "targets"]].values[:2].tolist()
    [['forecast', 'all', 4, 16], ['forecast', 1, 2, 8]]
    """
    check_arguments(backtest, locals())
    given = [horizon, draws, seed, 1 if history is None else history]
    if min(horizon, given[-1]) < 1 or draws < 0 or draws == 1 or seed < 0:
        text = N_("horizon={horizon} and history={history} must be at least 1, draws={draws} 0 or "
                  "at least 2, seed={seed} at least 0.")  # fmt: skip
        raise ValueError(msg(text, horizon=horizon, history=history, draws=draws, seed=seed))
    peers = tuple(dict.fromkeys(peers))
    for name in peers:
        check_name("peer", name, PEERS)
    observations, indicators = read_inputs(observations, indicators, about)
    figures, _ = read_observations(observations, indicators)
    replay = Replay(
        observations, _known_by(observations), indicators, figures,
        None if targets is None else _check_targets(targets),
        horizon, history, growth, priors, peers, draws, seed,
    )  # fmt: skip
    years = _testable_origins(figures, horizon) if origins is None else _check_origins(origins)
    results = {origin: replay.run(origin) for origin in years}
    parts = [part for part in results.values() if part is not None]
    empty = [origin for origin, part in results.items() if part is None]
    if not parts or (origins is not None and empty):
        raise DataError([_nothing_to_test(horizon, empty, targets is not None)])
    tables = (
        pd.concat([part[f.name] for part in parts], ignore_index=True) for f in fields(Backtest)
    )
    return Backtest(*tables)


def _score_values(part: pd.DataFrame) -> list[float]:
    """Return `VALUE_SCORES` of forecasts."""
    row = [len(part), part["error"].mean(), *scores.mean_with_error(part["crps"], part["year"])]
    row.append(part["wis"].mean())
    for low, high in scores.INTERVALS.values():
        inside = scores.covered(part["actual"], part[low], part[high])
        row += scores.mean_with_error(inside, part["year"])
    return row


def _score_chances(part: pd.DataFrame) -> list[float]:
    """Return `CHANCE_SCORES` of probabilities."""
    p, reached = part["p"], part["reached"]
    brier = scores.mean_with_error(scores.brier(p, reached), part["year"])
    log = scores.log_score(p, reached).mean()
    return [len(part), *brier, log, scores.calibration_error(p, reached)]


def _score_groups(
    rows: pd.DataFrame,
    keys: list[str],
    names: list[str],
    score: Callable[[pd.DataFrame], list[float]],
) -> pd.DataFrame:
    """Return scores of each group of `keys`, and of all horizons together (horizon 0)."""
    both = pd.concat([rows.assign(horizon=0), rows], ignore_index=True)
    table = [(*key, *score(part)) for key, part in both.groupby(keys)]
    return pd.DataFrame(table, columns=[*keys, *names])


def _testable_origins(figures: pd.DataFrame, horizon: int) -> list[int]:
    """Return whole years with a series of two figures up to it and one in the years after it."""
    keys = [figures[name] for name in KEY]
    position = figures.groupby(KEY).cumcount()
    second = figures["year"].where(position == 1).groupby(keys).transform("max").to_numpy()
    year = figures["year"].where(figures["year"] % 1.0 == 0.0).to_numpy()
    origin = year[:, None] - np.arange(1, horizon + 1)
    return [int(one) for one in np.unique(origin[origin >= second[:, None]])]


def _check_origins(origins: Iterable[int]) -> list[int]:
    given = [*origins]
    years = read_numbers(pd.Series(given, dtype=object))
    if not (years == np.round(years)).all():
        raise ValueError(msg("origins must be whole years, not {years}.", years=given))
    return sorted({int(year) for year in years})


def _known_by(observations: pd.DataFrame) -> FloatArray:
    """Return when each figure is known: its own time, or the end of the year of publication."""
    year: FloatArray = pd.to_numeric(observations["year"]).to_numpy(float)
    if "published" not in observations:
        return year
    words = observations["published"].astype(str).fillna("").str.strip()
    words = words.where(~words.isin(["nan", "NaT", "None", "<NA>"]), "")
    stated = pd.to_numeric(words.str[:4], errors="coerce").to_numpy(float)
    known: FloatArray = np.fmax(year, stated)
    return known


def _check_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """Return targets with numbers, or raise with all that is wrong with them."""
    needed = [*KEY, "year", "value", "comparator"]
    table = targets.reindex(columns=needed)
    numbers = table[["year", "value"]].apply(pd.to_numeric, errors="coerce").astype(float)
    problems = list_missing("targets", targets, needed)
    problems += [
        Problem("targets", None, c, None, msg("not every value is a number"), msg("fill it in"))
        for c in numbers if c in targets and not np.isfinite(numbers[c]).all()
    ]  # fmt: skip
    if problems:
        raise DataError(problems)
    for word in table["comparator"].unique():
        check_name("comparator", word, COMPARATORS)
    return table.assign(year=numbers["year"], value=numbers["value"])


def _nothing_to_test(horizon: int, origins: list[int], with_targets: bool) -> Problem:
    """Return the problem of tables in which nothing can be tested."""
    text = N_("nothing to test{when}: no series has two figures by the origin and one in the "
              "{horizon} years after it{target}")  # fmt: skip
    fact = msg(
        text, horizon=horizon, target=msg(" that has a target") if with_targets else "",
        when=msg(" at {years}", years=origins) if origins else "",
    )  # fmt: skip
    remedy = msg("give longer series, another origin or a longer horizon")
    return Problem("observations", None, "year", None, fact, remedy)
