"""Were we right? Forecasts as they would have been made, scored with the figures that came.

For each origin year the table is cut to what was known at its end, all series are fitted, and the
next years are forecast and compared. Beside `forecast`, our own, always stand the methods that it
has to beat, each from the series' own figures alone (`baselines`). A break in definition starts a
series anew for them, and figures after a later break are no outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, check_name
from ..model.fitting import QUANTILES, Fits, fit
from ..model.panel import KEY, batch_of, read_figures
from ..model.posterior import Batch
from ..model.simulation import simulate
from ..tables.schema import COMPARATORS
from ..targets.attainment import threshold
from . import scores
from .baselines import (
    INTERVAL_METHODS,
    RULES,
    compute_naive_forecasts,
    compute_rule_verdicts,
    count_steps,
)

__all__ = ["METHODS", "Backtest", "backtest"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Said = tuple[FloatArray, FloatArray]
"""Quantiles (levels, cases) of a method, and its P(value <= y) at what it is asked."""

METHODS = ("forecast", *INTERVAL_METHODS, *RULES)
LEVELS = np.array(QUANTILES)
COLUMNS = [f"q{100 * level:02.0f}" for level in QUANTILES]
INTERVALS = {"cover50": ("q25", "q75"), "cover80": ("q10", "q90"), "cover90": ("q05", "q95")}
FACTORS = np.array([0.5, 1.0, 1.5, 2.0])
"""Made targets, as multiples of the recent pace."""
PACE_STEPS = 4
CAP = 20.0
"""Worst scaled error: a few nearly flat series would decide every mean."""
JOINT_REGIONS = 3
JOINT_EDGES = (0.1, 0.9)
HAIR = 2e-9
"""What two figures may differ by and be the same: a little more than counts allow themselves."""
SPLITS = ("n", "kind", "indicator", "region", "origin", "year")
CASE = [*KEY, "kind", "n", "origin", "year", "horizon"]
VALUE_SCORES = [
    "forecasts", "error", "crps", "crps_error", "wis",
    *(f"{name}{end}" for name in INTERVALS for end in ("", "_error")),
]  # fmt: skip
CHANCE_SCORES = ["targets", "brier", "brier_error", "log", "ece"]
JOINT = ["draws", "groups", "cover80", "cover80_error", "energy", "energy_error"]


@dataclass(frozen=True)
class Backtest:
    """What was said and what came, row by row; their scores on request.

    `forecasts` has a row a series, origin, year and method with intervals: method, region,
    indicator, kind, n (figures shown), origin, year, horizon, actual, scale, `q05` ... `q95`,
    pit_below and pit (P(X < actual) and P(X <= actual), of the value as reported), and in units of
    `scale` error (of the median), crps and wis. `scale` is the series' mean absolute yearly change
    up to the origin, its reporting step where it was flat.

    `chances` has a row a target: region, indicator, kind, n, origin, year, horizon, factor (of made
    targets), target, comparator, reached, and a column a method: its probability.

    `joint` has a row an indicator, origin, year (and factor) with at least three regions, and way
    of drawing (`shared` as simulated, `independent` with each region's draws shuffled): draws,
    indicator, origin, year, horizon, factor, regions, reached, expected, low and high (central
    80 % of the number that reach their target), inside (share of that interval, its ends
    randomised, that covers the number), energy (of all regions' moves since their latest figures,
    in units of `scale`, held within `CAP`).
    """

    forecasts: pd.DataFrame
    chances: pd.DataFrame
    joint: pd.DataFrame

    @cached_property
    def scores(self) -> pd.DataFrame:
        """A row a method and horizon (`all` first).

        forecasts and targets (numbers of cases), error, crps, wis (scaled), cover50, cover80,
        cover90, brier, log, ece, and standard errors clustered by target year: crps_error,
        cover50_error, brier_error and so on (infinite of a single year). Empty where a method
        gives no such answer.
        """
        return self._scored([])

    def scores_by(self, by: str) -> pd.DataFrame:
        """Split `scores` by n, kind, indicator, region, origin or year: one more column in front.

        Raises
        ------
        UnknownNameError
            For another column.
        """
        check_name("split", by, SPLITS)
        return self._scored([by])

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """Said and come true: method and the columns of `scores.reliability`."""
        came = self.chances["reached"], self.chances["year"]
        return _stacked({m: scores.reliability(self.chances[m], *came) for m in METHODS}, "method")

    @cached_property
    def pit(self) -> pd.DataFrame:
        """Histogram of where the figures fell in what was said: method, low, high, share."""
        each = self.forecasts.groupby("method", sort=False)
        parts = {m: scores.pit_histogram(part["pit"], part["pit_below"]) for m, part in each}
        return _stacked(parts, "method")

    @cached_property
    def joint_scores(self) -> pd.DataFrame:
        """A row a way of drawing: draws, groups, cover80, cover80_error, energy, energy_error."""
        rows = []
        for draws, part in self.joint.groupby("draws", sort=False):
            once = part.drop_duplicates(["indicator", "origin", "year"])
            cover = scores.mean_with_error(part["inside"], part["year"])
            energy = scores.mean_with_error(once["energy"], once["year"])
            rows.append((draws, len(part), *cover, *energy))
        return pd.DataFrame(rows, columns=JOINT)

    def _scored(self, by: list[str]) -> pd.DataFrame:
        keys = [*by, "method", "horizon"]
        named = [c for c in CASE if c in {*by, "year", "horizon"}]
        chances = self.chances.melt([*named, "reached"], list(METHODS), "method", "p")
        table = _each(self.forecasts, keys, VALUE_SCORES, _value_scores).merge(
            _each(chances, keys, CHANCE_SCORES, _chance_scores), "outer", keys
        )
        table = table.assign(order=table["method"].map(METHODS.index))
        table = table.sort_values([*by, "order", "horizon"], ignore_index=True)
        horizon = table["horizon"].astype(object).where(table["horizon"] > 0, "all")
        counts = table[["forecasts", "targets"]].fillna(0).astype(int)
        return table.assign(horizon=horizon, **counts).drop(columns="order")


def backtest(  # noqa: PLR0913 - what to replay and how, each a word a planner may want to change
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    horizon: int = 3,
    *,
    growth: str = "auto",
    origins: Iterable[int] | None = None,
    history: int | None = None,
    targets: pd.DataFrame | None = None,
    priors: pd.DataFrame | None = None,
    draws: int = 200,
    seed: int = 0,
) -> Backtest:
    """Forecast again from every origin year with what was known by then, and score it.

    A series is tested from its second figure on, at the whole years that have a figure. Siblings
    are known up to the origin too, shown as far back as `history` says.

    Parameters
    ----------
    observations, indicators : as for `growth.fit`. Where there is a column `published` (a date or a
        year), a figure is known from that year's end on; outcomes are as last published
    horizon : years ahead that are forecast
    growth, priors : as for `growth.fit`
    origins : whole years; None takes every one with a testable series
    history : figures shown of each series, the last ones; None shows all
    targets : region, indicator, year, value, comparator. None makes targets as a planner could have
        set them: the latest figure moved on in the wanted direction by `FACTORS` times the recent
        pace (mean of up to four yearly changes, without its sign), rounded up to the reporting
        step, where that lies inside the bounds
    draws : simulated futures of each origin behind `joint`; 0 leaves it empty
    seed : of the draws

    Raises
    ------
    DataError
        If the tables cannot be used, or nothing in them can be tested (at an origin asked for).
    ValueError
        For a senseless horizon, history, origin or number of draws.

    Examples
    --------
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": range(2012, 2022),
    ...                      "value": [50.0, 52, 55, 56, 58, 61, 62, 65, 66, 69]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> found = backtest(seen, about, 2, draws=0)
    >>> found.scores[["method", "horizon", "forecasts", "targets"]].values[:2].tolist()
    [['forecast', 'all', 15, 60], ['forecast', 1, 8, 32]]
    """
    wrong = horizon < 1 or draws < 0 or draws == 1 or (history is not None and history < 1)
    if wrong or seed < 0:
        raise ValueError(
            f"horizon={horizon} and history={history} must be at least 1, draws={draws} 0 or at "
            f"least 2, seed={seed} at least 0."
        )
    figures, _ = read_figures(observations, indicators)
    goals = None if targets is None else _checked(targets)
    trial = _Trial(
        observations, _known_by(observations), indicators, figures, goals, horizon, history,
        growth, priors, draws, seed,
    )  # fmt: skip
    years = _testable(figures, horizon) if origins is None else _whole(origins)
    found = {origin: trial.replay(origin) for origin in years}
    parts = [part for part in found.values() if part is not None]
    empty = [origin for origin, part in found.items() if part is None]
    if not parts or (origins is not None and empty):
        raise DataError([_nothing(horizon, empty, targets is not None)])
    columns = zip(*((p.forecasts, p.chances, p.joint) for p in parts), strict=True)
    return Backtest(*(pd.concat(column, ignore_index=True) for column in columns))


@dataclass(frozen=True)
class _Trial:
    """What is replayed: the tables, and how they are cut and forecast."""

    observations: pd.DataFrame
    known_by: FloatArray
    indicators: pd.DataFrame
    figures: pd.DataFrame
    """As they stand in the end."""
    targets: pd.DataFrame | None
    horizon: int
    history: int | None
    growth: str
    priors: pd.DataFrame | None
    draws: int
    seed: int

    def replay(self, origin: int) -> Backtest | None:
        """Forecast from one origin; None where nothing can be tested."""
        known = self.observations[self.known_by <= origin]
        seen, _ = read_figures(known, self.indicators)
        shown = seen if self.history is None else seen.groupby(KEY).tail(self.history)
        shown = shown.rename(columns={"fresh": "break"})
        fits = fit(shown, self.indicators, self.growth, priors=self.priors)
        cases = self._cases(fits, seen, origin)
        year = cases["year"].to_numpy(float)
        past = _past(fits).take(cases["row"].to_numpy())
        goals = _made(cases, past) if self.targets is None else _given(cases, self.targets)
        if not len(cases) or (self.targets is not None and not len(goals)):
            return None
        goals = _judged(goals, cases, past)
        asked = _asked(cases, goals)
        said = {
            "forecast": _ours(fits, cases, *asked),
            **compute_naive_forecasts(past, year, LEVELS, *asked),
        }
        joint = _drawn(fits, cases, goals, self.draws, self.seed)
        return Backtest(_forecasts(cases, said), _chances(goals, past, said), joint)

    def _cases(self, fits: Fits, seen: pd.DataFrame, origin: int) -> pd.DataFrame:
        """Figures that came within the horizon, each beside its series' row in `fits`."""
        scale = _scale(seen).rename("scale").reset_index()
        series = fits.series.assign(row=np.arange(len(fits.series)), origin=origin)
        series = series.merge(scale, how="left", on=KEY)
        series["scale"] = series["scale"].where(series["scale"] != 0.0, series["resolution"])
        came = self.figures.rename(columns={"value": "actual"}).merge(series, on=KEY)
        came = came[came["year"] > came["latest_year"]]
        same = came.groupby("row")["fresh"].cumsum() == 0
        near = (came["year"] > origin) & (came["year"] <= origin + self.horizon)
        tested = same & near & (came["year"] % 1.0 == 0.0) & (came["scale"] > 0.0)
        out = came[tested].reset_index(drop=True)
        year = out["year"].astype(int)
        return out.assign(year=year, horizon=year - origin)


def _ours(fits: Fits, cases: pd.DataFrame, case: IntArray, y: FloatArray) -> Said:
    row, year = cases["row"].to_numpy(), cases["year"].to_numpy(float)[:, None]
    values = fits.take(row).quantiles(QUANTILES, year)[:, :, 0]
    return values, fits.take(row[case]).cdf(y[:, None], year[case])[:, 0]


def _made(cases: pd.DataFrame, past: Batch) -> pd.DataFrame:
    """Targets as a planner could have set them: case, factor, target, comparator."""
    row, width = np.arange(len(cases)), past.value.shape[1]
    start = width - 1 - np.minimum(count_steps(past), PACE_STEPS)
    latest, now = past.value[:, -1], past.year[:, -1]
    span = now - past.year[row, start]
    moved = np.abs(latest - past.value[row, start]) / np.where(span > 0.0, span, 1.0)
    pace = np.where(span > 0.0, moved, cases["scale"].to_numpy(float))
    way, step = past.better[:, None], past.resolution[:, None]
    ahead = cases["year"].to_numpy(float) - now
    target = latest[:, None] + way * FACTORS * (pace * ahead)[:, None]
    unit = np.where(step > 0.0, step, 1.0)
    rounded = np.round(way * np.ceil(way * target / unit - HAIR) * unit, 9)
    target = np.where(step > 0.0, rounded, target)
    inside = (target > past.lower[:, None]) & (target <= past.upper[:, None])
    case, which = np.nonzero(inside & (pace > 0.0)[:, None])
    comparator = np.where(past.better[case] > 0.0, "ge", "le")
    return pd.DataFrame(
        {"case": case, "factor": FACTORS[which], "target": target[case, which],
         "comparator": comparator}
    )  # fmt: skip


def _given(cases: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Targets of the cases' series and years: case, target, comparator."""
    at = cases[KEY].assign(year=cases["year"].astype(float), case=np.arange(len(cases)))
    found = at.merge(targets.rename(columns={"value": "target"}), on=[*KEY, "year"])
    found = found[["case", "target", "comparator"]]
    return found.sort_values(["case", "target", "comparator"], ignore_index=True)


def _judged(goals: pd.DataFrame, cases: pd.DataFrame, past: Batch) -> pd.DataFrame:
    """Targets with their cases, from where on they are met (`at`), and whether they were."""
    case, words = goals["case"].to_numpy(), goals["comparator"].to_numpy(str)
    plain = np.where(past.better[case] > 0.0, "ge", "le")
    reading = np.where(words == "eq", plain, words)
    limit, upward = threshold(goals["target"].to_numpy(float), reading, past.resolution[case])
    # What meets a target exactly meets it, whatever the last bit says.
    at = limit - np.where(upward, 1.0, -1.0) * _hair(limit)
    facts = cases[CASE].iloc[case].reset_index(drop=True)
    reached = _meets(cases["actual"].to_numpy(float)[case], at, upward)
    return pd.concat([facts, goals.assign(reached=reached, at=at, upward=upward)], axis=1)


def _asked(cases: pd.DataFrame, goals: pd.DataFrame) -> tuple[IntArray, FloatArray]:
    """Cases and values at which every method says P(value <= y): both ends of PIT, then targets."""
    actual, half = cases["actual"].to_numpy(float), cases["resolution"].to_numpy(float) / 2.0
    every = np.arange(len(cases))
    ends = actual - half - _hair(actual), actual + half
    return np.concatenate([every, every, goals["case"]]), np.concatenate([*ends, goals["at"]])


def _forecasts(cases: pd.DataFrame, said: Mapping[str, Said]) -> pd.DataFrame:
    actual, scale = cases["actual"].to_numpy(float), cases["scale"].to_numpy(float)
    parts = {}
    for name, (values, below) in said.items():
        losses = {
            "error": np.abs(actual - values[len(LEVELS) // 2]),
            "crps": scores.crps_of_quantiles(actual, values, LEVELS),
            "wis": scores.weighted_interval_score(actual, values, LEVELS),
        }
        parts[name] = cases[[*CASE, "actual", "scale"]].assign(
            **dict(zip(COLUMNS, values, strict=True)),
            pit_below=below[: len(cases)],
            pit=below[len(cases) : 2 * len(cases)],
            **{loss: np.minimum(value / scale, CAP) for loss, value in losses.items()},
        )
    return _stacked(parts, "method")


def _chances(goals: pd.DataFrame, past: Batch, said: Mapping[str, Said]) -> pd.DataFrame:
    upward = goals["upward"].to_numpy(bool)
    below = {name: under[len(under) - len(goals) :] for name, (_, under) in said.items()}
    p = {name: np.where(upward, 1.0 - under, under) for name, under in below.items()}
    shown = past.take(goals["case"].to_numpy())
    year, goal, at = (goals[c].to_numpy(float) for c in ("year", "target", "at"))
    met = _meets(shown.value[:, -1], at, upward)
    p.update(zip(RULES, compute_rule_verdicts(shown, year, goal, met, upward), strict=True))
    out = goals.drop(columns=["case", "at", "upward"])
    return out.assign(**{method: p[method] for method in METHODS})


def _drawn(
    fits: Fits, cases: pd.DataFrame, goals: pd.DataFrame, draws: int, seed: int
) -> pd.DataFrame:
    """How many regions reach their targets, as drawn together and as drawn apart."""
    keys = ["indicator", "origin", "year", "horizon", *goals.columns.intersection(["factor"])]
    grouped = goals.groupby(keys)
    facts = grouped.agg(regions=("region", "nunique"), reached=("reached", "sum")).reset_index()
    kept = np.flatnonzero(facts["regions"] >= JOINT_REGIONS) if draws else np.zeros(0, int)
    facts = facts.iloc[kept]
    if not len(facts):
        return pd.DataFrame(
            columns=["draws", *facts, "expected", "low", "high", "inside", "energy"]
        )
    group, reached = grouped.ngroup().to_numpy(), facts["reached"].to_numpy()[:, None]
    case, at = goals["case"].to_numpy(), goals["at"].to_numpy(float)[:, None]
    upward = goals["upward"].to_numpy(bool)[:, None]
    parts = {}
    for name, values in _futures(fits, cases, draws, seed).items():
        hits = pd.DataFrame(_meets(values[case], at, upward))
        number = hits.groupby(group).sum().to_numpy()[kept]
        low, high = np.quantile(number, JOINT_EDGES, axis=1, method="inverted_cdf")
        upper, lower = (number <= reached).mean(axis=1), (number < reached).mean(axis=1)
        table = facts.assign(
            expected=number.mean(axis=1), low=low, high=high,
            inside=scores.pit_share(upper, lower, *JOINT_EDGES),
        )  # fmt: skip
        parts[name] = table.merge(_energies(cases, values), on=["indicator", "year"])
    return _stacked(parts, "draws")


def _futures(fits: Fits, cases: pd.DataFrame, draws: int, seed: int) -> dict[str, FloatArray]:
    """Draws of the cases (cases, draws): as simulated, and with each series' draws shuffled."""
    row, year = cases["row"].to_numpy(), cases["year"].to_numpy()
    series, place = np.unique(row, return_inverse=True)
    paths = simulate(fits.take(series), until=int(year.max()), draws=draws, seed=seed)
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(draws), (len(series), 1)), axis=1)
    column = year - paths.years[0]
    shared: FloatArray = paths.values[place, :, column]
    return {"shared": shared, "independent": np.take_along_axis(shared, order[place], axis=1)}


def _energies(cases: pd.DataFrame, values: FloatArray) -> pd.DataFrame:
    """Energy score of how far the regions of each indicator and year moved from their latest."""
    latest, scale = cases["latest"].to_numpy(float), cases["scale"].to_numpy(float)
    actual = np.clip((cases["actual"].to_numpy(float) - latest) / scale, -CAP, CAP)
    drawn = np.clip((values - latest[:, None]) / scale[:, None], -CAP, CAP)
    rows = [
        (*key, scores.energy_score(actual[mine], drawn[mine].T))
        for key, mine in cases.groupby(["indicator", "year"]).indices.items()
    ]
    return pd.DataFrame(rows, columns=["indicator", "year", "energy"])


def _past(fits: Fits) -> Batch:
    """Figures shown of each series since its last break."""
    figures = fits.observations
    keys = [figures[name] for name in KEY]
    era = figures.groupby(KEY)["fresh"].cumsum()
    kept = figures[era == era.groupby(keys).transform("last")]
    n = kept.groupby(KEY, sort=False).size().to_numpy()
    return batch_of(kept, fits.series.assign(n=n))


def _scale(seen: pd.DataFrame) -> pd.Series:
    """Mean absolute yearly change of each series, over steps without a break."""
    step = seen.groupby(KEY)[["value", "year"]].diff()
    change = (step["value"] / step["year"]).abs().mask(seen["fresh"])
    return change.groupby([seen[name] for name in KEY]).mean()


def _hair(value: FloatArray) -> FloatArray:
    return HAIR * np.maximum(np.abs(value), 1.0)


def _meets(value: FloatArray, at: FloatArray, upward: BoolArray) -> BoolArray:
    return np.where(upward, value >= at, value <= at)


def _value_scores(part: pd.DataFrame) -> list[float]:
    row = [len(part), part["error"].mean(), *scores.mean_with_error(part["crps"], part["year"])]
    row.append(part["wis"].mean())
    for low, high in INTERVALS.values():
        inside = scores.covered(part["actual"], part[low], part[high])
        row += scores.mean_with_error(inside, part["year"])
    return row


def _chance_scores(part: pd.DataFrame) -> list[float]:
    p, reached = part["p"], part["reached"]
    error = scores.mean_with_error(scores.brier(p, reached), part["year"])
    log = scores.log_score(p, reached).mean()
    return [len(part), *error, log, scores.calibration_error(p, reached)]


def _each(
    rows: pd.DataFrame,
    keys: list[str],
    names: list[str],
    score: Callable[[pd.DataFrame], list[float]],
) -> pd.DataFrame:
    """Scores of each group of `keys`, and of all horizons together (horizon 0)."""
    both = pd.concat([rows.assign(horizon=0), rows], ignore_index=True)
    found = [(*key, *score(part)) for key, part in both.groupby(keys)]
    return pd.DataFrame(found, columns=[*keys, *names])


def _stacked(parts: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """One table, with the parts' names in its first column."""
    table = pd.concat(parts, names=[name]).reset_index(level=0)
    return table.reset_index(drop=True)


def _testable(figures: pd.DataFrame, horizon: int) -> list[int]:
    """Whole years with a series of two figures up to it and one in the `horizon` years after it."""
    keys = [figures[name] for name in KEY]
    place = figures.groupby(KEY).cumcount()
    second = figures["year"].where(place == 1).groupby(keys).transform("max").to_numpy()
    year = figures["year"].where(figures["year"] % 1.0 == 0.0).to_numpy()
    origin = year[:, None] - np.arange(1, horizon + 1)
    return [int(one) for one in np.unique(origin[origin >= second[:, None]])]


def _whole(origins: Iterable[int]) -> list[int]:
    asked = sorted(set(origins))
    if any(origin != int(origin) for origin in asked):
        raise ValueError(f"origins must be whole years, not {asked}.")
    return [int(origin) for origin in asked]


def _known_by(observations: pd.DataFrame) -> FloatArray:
    """Time from which each figure is known: its own, or the end of the year it was published in."""
    year: FloatArray = pd.to_numeric(observations["year"]).to_numpy(float)
    if "published" not in observations:
        return year
    words = observations["published"].astype(str).fillna("").str.strip()
    words = words.where(~words.isin(["nan", "NaT", "None", "<NA>"]), "")
    stated = pd.to_numeric(words.str[:4], errors="coerce").to_numpy(float)
    odd = sorted(set(words[np.isnan(stated)]) - {""})
    if odd:
        raise DataError(
            Problem("observations", None, "published", word, "no date", "write it as 2021-03-31")
            for word in odd
        )
    known: FloatArray = np.fmax(year, stated)
    return known


def _checked(targets: pd.DataFrame) -> pd.DataFrame:
    """Targets with numbers, or what is wrong with them."""
    needed = [*KEY, "year", "value", "comparator"]
    table = targets.reindex(columns=needed)
    numbers = table[["year", "value"]].apply(pd.to_numeric, errors="coerce").astype(float)
    faults = [
        *((c, "no such column", f"add a column {c!r}") for c in needed if c not in targets),
        *(
            (c, "not every value is a number", "fill them in")
            for c in numbers
            if c in targets and not np.isfinite(numbers[c]).all()
        ),
    ]
    if faults:
        raise DataError(Problem("targets", None, c, None, what, how) for c, what, how in faults)
    for word in table["comparator"].unique():
        check_name("comparator", word, COMPARATORS)
    return table.assign(year=numbers["year"], value=numbers["value"])


def _nothing(horizon: int, origins: list[int], with_targets: bool) -> Problem:
    """Say what a table lacks that nothing in it can be tested."""
    target = " that has a target" if with_targets else ""
    when = f" at {', '.join(map(str, origins))}" if origins else ""
    return Problem(
        "observations", None, "year", None,
        f"nothing to test{when}: no series has two figures by the origin and one in the {horizon} "
        f"years after it{target}",
        "give longer series, another origin or a longer horizon",
    )  # fmt: skip
