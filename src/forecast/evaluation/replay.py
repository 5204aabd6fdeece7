"""Replay of one origin year: forecasts from what was known then, beside the figures since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.fitting import QUANTILES, Fits, fit_read, quantile_name
from ..model.panel import KEY, SeriesPanel, build_panel, read_observations
from ..model.simulation import simulate
from ..targets.events import compute_threshold
from . import baselines, scores
from .baselines import Predictive, Questions

__all__ = ["CASE", "FACTORS", "METHODS", "Replay", "stack_tables"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

METHODS = ("forecast", *baselines.INTERVAL_METHODS, *baselines.RULES)
CASE = [*KEY, "kind", "n", "origin", "year", "horizon"]
LEVELS = np.array(QUANTILES)
FACTORS = np.array([0.5, 1.0, 1.5, 2.0])
"""Targets made where none are given, as multiples of the recent pace."""
PACE_STEPS = 4
JOINT_REGIONS = 3
JOINT_LEVELS = (0.1, 0.9)
TOLERANCE = 2e-9
"""Relative difference up to which two figures are equal: a little more than counts' own."""


@dataclass(frozen=True)
class Replay:
    """The tables that are replayed, and how they are cut and forecast; `figures` are final."""

    observations: pd.DataFrame
    known_by: FloatArray
    indicators: pd.DataFrame
    figures: pd.DataFrame
    targets: pd.DataFrame | None
    horizon: int
    history: int | None
    growth: str
    priors: pd.DataFrame | None
    peers: tuple[str, ...]
    draws: int
    seed: int

    def run(self, origin: int) -> dict[str, pd.DataFrame] | None:
        """Forecast from one origin; None where nothing can be tested."""
        known = self.observations[self.known_by <= origin]
        seen, series = read_observations(known, self.indicators)
        shown = seen if self.history is None else seen.groupby(KEY).tail(self.history)
        series = series.assign(n=np.minimum(series["n"], self.history or np.inf).astype(int))
        fits = fit_read(shown, series, self.growth, priors=self.priors)
        cases = self._list_cases(fits, seen, origin)
        row, year = cases["row"].to_numpy(), cases["year"].to_numpy(float)
        past = _past_figures(fits).take(row)
        given = self.targets is not None
        targets = _match_targets(cases, self.targets) if given else _make_targets(cases, past)
        if not len(cases) or (given and not len(targets)):
            return None
        targets = _resolve_targets(targets, cases, past)
        questions = _list_questions(cases, targets)
        own = _forecast_cases(fits, cases, questions)
        naive = baselines.compute_naive_forecasts(past, year, questions)
        slow = {
            name: baselines.compute_peer_forecasts(name, past, row, year, questions)
            for name in self.peers
        }
        peers = {name: predictive for name, (predictive, _) in slow.items()}
        predictives = {"forecast": own, **naive, **peers}
        rows = _forecast_rows(cases, predictives)
        of_peer = rows["method"].isin(self.peers)
        unfitted = np.array([r for _, reasons in slow.values() for r in reasons], dtype=object)
        return {
            "forecasts": rows[~of_peer],
            "chances": _chance_rows(targets, past, predictives),
            "joint": _joint_rows(fits, cases, targets, self.draws, self.seed),
            "peers": rows[of_peer].assign(unfitted=unfitted),
        }

    def _list_cases(self, fits: Fits, seen: pd.DataFrame, origin: int) -> pd.DataFrame:
        """Return the figures within the horizon, each with the row of its series in `fits`."""
        scale = scores.mean_yearly_change(seen, fits.series)
        series = fits.series.assign(row=np.arange(len(fits.series)), origin=origin, scale=scale)
        later = self.figures.rename(columns={"value": "actual"}).merge(series, on=KEY)
        later = later[later["year"] > later["latest_year"]]
        same = later.groupby("row")["break"].cumsum() == 0
        near = (later["year"] > origin) & (later["year"] <= origin + self.horizon)
        tested = same & near & (later["year"] % 1.0 == 0.0) & (later["scale"] > 0.0)
        cases = later[tested].reset_index(drop=True)
        year = cases["year"].astype(int)
        return cases.assign(year=year, horizon=year - origin)


def _match_targets(cases: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Return the given targets of the cases' series and years: case, target, comparator."""
    index = cases[KEY].assign(year=cases["year"].astype(float), case=np.arange(len(cases)))
    columns = ["case", "target", "comparator"]
    matched = index.merge(targets.rename(columns={"value": "target"}), on=[*KEY, "year"])
    return matched[columns].sort_values(columns, ignore_index=True)


def _past_figures(fits: Fits) -> SeriesPanel:
    """Return the figures shown of each series since its last break."""
    figures = fits.observations
    era = figures.groupby(KEY)["break"].cumsum()
    kept = figures[era == era.groupby([figures[name] for name in KEY]).transform("last")]
    n = kept.groupby(KEY, sort=False).size().to_numpy()
    return build_panel(kept, fits.series.assign(n=n))


def _make_targets(cases: pd.DataFrame, past: SeriesPanel) -> pd.DataFrame:
    """Return targets as a planner could have set them: case, factor, target, comparator."""
    row, width = np.arange(len(cases)), past.value.shape[1]
    start = width - 1 - np.minimum(baselines.count_steps(past), PACE_STEPS)
    latest, now = past.value[:, -1], past.year[:, -1]
    span = now - past.year[row, start]
    change = np.abs(latest - past.value[row, start]) / np.where(span > 0.0, span, 1.0)
    pace = np.where(span > 0.0, change, cases["scale"].to_numpy(float))
    sign, step = past.better[:, None], past.resolution[:, None]
    ahead = cases["year"].to_numpy(float) - now
    target = latest[:, None] + sign * FACTORS * (pace * ahead)[:, None]
    unit = np.where(step > 0.0, step, 1.0)
    rounded = np.round(sign * np.ceil(sign * target / unit - TOLERANCE) * unit, 9)
    target = np.where(step > 0.0, rounded, target)
    inside = (target > past.lower[:, None]) & (target <= past.upper[:, None])
    case, which = np.nonzero(inside & (pace > 0.0)[:, None])
    comparator = np.where(past.better[case] > 0.0, "ge", "le")
    return pd.DataFrame(
        {"case": case, "factor": FACTORS[which], "target": target[case, which],
         "comparator": comparator}
    )  # fmt: skip


def _resolve_targets(targets: pd.DataFrame, cases: pd.DataFrame, past: SeriesPanel) -> pd.DataFrame:
    """Return targets with their cases, the `limit` from which they are met, and the outcome."""
    case, words = targets["case"].to_numpy(), targets["comparator"].to_numpy(str)
    wanted = np.where(past.better[case] > 0.0, "ge", "le")
    comparator = np.where(words == "eq", wanted, words)
    limit, upward = compute_threshold(
        targets["target"].to_numpy(float), comparator, past.resolution[case]
    )
    # A figure equal to the limit meets the target, whatever its last bit says.
    limit = limit - np.where(upward, 1.0, -1.0) * _tolerance(limit)
    reached = _meets(cases["actual"].to_numpy(float)[case], limit, upward)
    facts = cases[CASE].iloc[case].reset_index(drop=True)
    outcome = targets.assign(reached=reached, limit=limit, upward=upward)
    return pd.concat([facts, outcome], axis=1)


def _list_questions(cases: pd.DataFrame, targets: pd.DataFrame) -> Questions:
    """Return where every method gives P(value <= y): both ends of the PIT, then the targets."""
    actual, half = cases["actual"].to_numpy(float), cases["resolution"].to_numpy(float) / 2.0
    every = np.arange(len(cases))
    values = actual - half - _tolerance(actual), actual + half, targets["limit"]
    return LEVELS, np.concatenate([every, every, targets["case"]]), np.concatenate(values)


def _forecast_cases(fits: Fits, cases: pd.DataFrame, questions: Questions) -> Predictive:
    """Return the forecasts of the fitted model."""
    row, year = cases["row"].to_numpy(), cases["year"].to_numpy(float)[:, None]
    _, case, y = questions
    values = fits.take(row).quantiles(QUANTILES, year)[:, :, 0]
    return values, fits.take(row[case]).cdf(y[:, None], year[case])[:, 0]


def _forecast_rows(cases: pd.DataFrame, predictives: Mapping[str, Predictive]) -> pd.DataFrame:
    """Return rows of `Backtest.forecasts`."""
    actual, scale = cases["actual"].to_numpy(float), cases["scale"].to_numpy(float)
    columns = [quantile_name(level) for level in QUANTILES]
    parts = {}
    for name, (values, below) in predictives.items():
        losses = {
            "error": np.abs(actual - values[len(LEVELS) // 2]),
            "crps": scores.crps_of_quantiles(actual, values, LEVELS),
            "wis": scores.weighted_interval_score(actual, values, LEVELS),
        }
        parts[name] = cases[[*CASE, "actual", "scale"]].assign(
            **dict(zip(columns, values, strict=True)),
            pit_below=below[: len(cases)], pit=below[len(cases) : 2 * len(cases)],
            **{loss: np.minimum(value / scale, scores.CAP) for loss, value in losses.items()},
        )  # fmt: skip
    return stack_tables(parts, "method")


def _chance_rows(
    targets: pd.DataFrame, past: SeriesPanel, predictives: Mapping[str, Predictive]
) -> pd.DataFrame:
    """Return rows of `Backtest.chances`: the columns of peers, if any, come last."""
    upward = targets["upward"].to_numpy(bool)
    below = {name: p[len(p) - len(targets) :] for name, (_, p) in predictives.items()}
    p = {name: np.where(upward, 1.0 - under, under) for name, under in below.items()}
    shown = past.take(targets["case"].to_numpy())
    year, target, limit = (targets[c].to_numpy(float) for c in ("year", "target", "limit"))
    met = _meets(shown.value[:, -1], limit, upward)
    p |= zip(
        baselines.RULES,
        baselines.compute_rule_verdicts(shown, year, target, met, upward),
        strict=True,
    )
    columns = [*METHODS, *(name for name in predictives if name in baselines.PEERS)]
    facts = targets.drop(columns=["case", "limit", "upward"])
    return facts.assign(**{name: p[name] for name in columns})


def _joint_rows(
    fits: Fits, cases: pd.DataFrame, targets: pd.DataFrame, draws: int, seed: int
) -> pd.DataFrame:
    """Return rows of `Backtest.joint`: how many regions reach their targets in the draws."""
    keys = ["indicator", "origin", "year", "horizon", *targets.columns.intersection(["factor"])]
    grouped = targets.groupby(keys)
    facts = grouped.agg(regions=("region", "nunique"), reached=("reached", "sum")).reset_index()
    kept = np.flatnonzero(facts["regions"] >= JOINT_REGIONS) if draws else np.zeros(0, int)
    facts = facts.iloc[kept]
    if not len(facts):
        return pd.DataFrame(
            columns=["draws", *facts, "expected", "low", "high", "inside", "energy"]
        )
    group, reached = grouped.ngroup().to_numpy(), facts["reached"].to_numpy()[:, None]
    case, limit = targets["case"].to_numpy(), targets["limit"].to_numpy(float)[:, None]
    upward = targets["upward"].to_numpy(bool)[:, None]
    parts = {}
    for name, values in _draw_cases(fits, cases, draws, seed).items():
        hits = pd.DataFrame(_meets(values[case], limit, upward))
        number = hits.groupby(group).sum().to_numpy()[kept]
        low, high = np.quantile(number, JOINT_LEVELS, axis=1, method="inverted_cdf")
        upper, lower = (number <= reached).mean(axis=1), (number < reached).mean(axis=1)
        table = facts.assign(
            expected=number.mean(axis=1), low=low, high=high,
            inside=scores.pit_share(upper, lower, *JOINT_LEVELS),
        )  # fmt: skip
        parts[name] = table.merge(_energy_scores(cases, values), on=["indicator", "year"])
    return stack_tables(parts, "draws")


def _draw_cases(fits: Fits, cases: pd.DataFrame, draws: int, seed: int) -> dict[str, FloatArray]:
    """Return draws of the cases (cases, draws): as simulated, and shuffled within each series."""
    row, year = cases["row"].to_numpy(), cases["year"].to_numpy()
    series, index = np.unique(row, return_inverse=True)
    paths = simulate(fits.take(series), until=int(year.max()), draws=draws, seed=seed)
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(draws), (len(series), 1)), axis=1)
    shared: FloatArray = paths.values[index, :, year - paths.years[0]]
    return {"shared": shared, "independent": np.take_along_axis(shared, order[index], axis=1)}


def _energy_scores(cases: pd.DataFrame, values: FloatArray) -> pd.DataFrame:
    """Return the energy score of the change of all regions, by indicator and year."""
    latest, scale = cases["latest"].to_numpy(float), cases["scale"].to_numpy(float)
    cap = scores.CAP
    actual = np.clip((cases["actual"].to_numpy(float) - latest) / scale, -cap, cap)
    drawn = np.clip((values - latest[:, None]) / scale[:, None], -cap, cap)
    rows = [
        (*key, scores.energy_score(actual[subset], drawn[subset].T))
        for key, subset in cases.groupby(["indicator", "year"]).indices.items()
    ]
    return pd.DataFrame(rows, columns=["indicator", "year", "energy"])


def _tolerance(value: FloatArray) -> FloatArray:
    return TOLERANCE * np.maximum(np.abs(value), 1.0)


def _meets(value: FloatArray, limit: FloatArray, upward: BoolArray) -> BoolArray:
    return np.where(upward, value >= limit, value <= limit)


def stack_tables(parts: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Return one table, with the parts' names in its first column."""
    return pd.concat(parts, names=[name]).reset_index(level=0).reset_index(drop=True)
