"""Priors learned from a panel of other series: what `data/priors.csv` is made by.

A panel is cut into windows: the last n figures of a series up to an origin year, its siblings'
figures up to that year, and the figures of the following years as outcome. For each kind of
indicator, growth path and setting (siblings known or not) the numbers of `priors` minimise

    CRPS / C + Brier / B + 40 mean_n (share inside the 90 % interval - 0.905)^2

over the windows: CRPS of the values in units of the series' own mean yearly change, Brier score of
reaching targets set at half to twice the recent pace, both as ratios to a plain reference. First
one vector is learned for all kinds together (each with its own noise, tails and link weights),
then every kind departs from it as far as its windows pay for; a kind of few indicators stays near.
The correlation of regions is set last, so that 80 % intervals for "how many regions will reach
their target" hold 80 % of the panel's counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from ..errors import DataError, Problem, check_name, msg
from ..evaluation.scores import CAP, crps_of_quantiles
from ..model.arrays import FloatArray, IntArray, select
from ..model.fitting import QUANTILES, pool_links
from ..model.panel import SeriesPanel
from ..model.posterior import SeriesSummary
from ..model.predictive import PooledPredictive
from ..model.priors import (
    COLUMNS,
    GROWTH_PATHS,
    LINK_BY_GROWTH,
    LINKS_BY_KIND,
    PooledPrior,
    select_prior,
)
from ..targets.events import compute_threshold
from .parameters import NOISE, ParameterSpace
from .windows import HORIZONS, Window, cut_windows

__all__ = ["learn_priors", "make_targets", "read_panel"]

Record = TypeVar("Record")

PACE_FACTORS = (0.5, 1.0, 1.5, 2.0)
MOST = 500
"""Windows a kind and length, one half to learn from, the other to recalibrate on."""
TYPICAL = range(3, 9)
"""Lengths that plans come with; others, and named paths, learn from half as many windows."""
COMMON_EVERY = 3
"""Of the windows learned from, one in this many serves what all kinds have in common."""
COVERED = 0.905
COVERAGE_WEIGHT = 40.0
REFERENCE_CRPS, REFERENCE_BRIER = 1.6, 0.18
EDGE = 0.03
"""Width of the soft edge of an interval, so that coverage has a slope."""
JOINT_LENGTH, JOINT_REGIONS, JOINT_DRAWS, JOINT_COVERED = 5, 10, 400, 0.8
SHARED_TRIED = (0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3)


ITERATIONS = (15, 15)
DIGITS = 5
STEP = 0.02
"""Steps of the search by which slopes are measured."""
DEPARTURE = 0.03
"""Cost of a kind's departure of one step, over the number of its indicators."""


@dataclass(frozen=True)
class TrainingCase:
    """One replay ready to be scored under many priors: (windows, factors, horizons) targets."""

    kind: str
    panel: SeriesPanel
    summaries: list[SeriesSummary]
    actual: FloatArray
    scale: FloatArray
    limit: FloatArray
    asked: NDArray[np.bool_]
    reached: NDArray[np.bool_]

    def blend(self, prior: PooledPrior) -> PooledPredictive:
        """Predictive of the windows under a prior."""
        return pool_links(np.arange(len(self.scale)), self.summaries, prior, self.panel)

    def chances(self, blend: PooledPredictive) -> FloatArray:
        """Probability of each target, (windows, factors, horizons)."""
        below = blend.cdf(self.limit, np.broadcast_to(HORIZONS, self.actual.shape))
        return np.where(self.panel.better[:, None, None] > 0, 1.0 - below, below)


def prepare_case(window: Window, links: tuple[str, ...], growth: str, peers: bool) -> TrainingCase:
    summaries = [window.summaries[link, _grid(growth)] for link in links]
    if not peers:
        summaries = [_alone(s) for s in summaries]
    panel = replace(window.panel, ratchet=np.zeros(len(window.scale), bool))
    limit, asked = make_targets(panel, window.scale)
    met = np.where(
        panel.better[:, None, None] > 0,
        window.actual[:, None, :] >= limit, window.actual[:, None, :] <= limit,
    )  # fmt: skip
    return TrainingCase(
        window.kind, panel, summaries, window.actual, window.scale, limit, asked, met
    )


def _every(case: TrainingCase, step: int, start: int = 0) -> TrainingCase:
    """One window in `step`."""
    at = np.arange(start, len(case.scale), step)
    arrays = {f.name: getattr(case, f.name)[at] for f in fields(case)[3:]}
    summaries = [select(s, at) for s in case.summaries]
    return replace(case, panel=case.panel.take(at), summaries=summaries, **arrays)


def _grid(growth: str) -> str:
    return growth if growth in ("auto", "damped", "no_change") else "linear"


def _alone(summaries: SeriesSummary) -> SeriesSummary:
    """Give what a batch shows when no sibling is known."""
    none = np.zeros(len(summaries.increments))
    silent = replace(
        summaries.peers, count=none, recent=none, lasting=none, catching_up=none,
        log_noise=none + np.nan, noise_count=none, shock=none,
    )  # fmt: skip
    return replace(summaries, peers=silent, peer_loglik=np.zeros_like(summaries.peer_loglik))


def make_targets(panel: SeriesPanel, scale: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Targets as a planner could have set them: `PACE_FACTORS` times the recent pace.

    The recent pace is the mean yearly change of the last four steps (of one figure: `scale`),
    upwards where higher is better. Given is the smallest (largest) true value whose report, rounded
    to the resolution, meets the target, (series, factors, horizons), and whether it is in bounds.
    """
    last, n = panel.value[:, -1], panel.value.shape[1]
    steps = min(n - 1, 4)
    pace = np.abs(last - panel.value[:, -1 - steps]) / steps if steps else scale
    factor, h = np.array(PACE_FACTORS)[None, :, None], HORIZONS[None, None, :]
    way = panel.better[:, None, None]
    target = last[:, None, None] + way * factor * pace[:, None, None] * h
    inside = (target > panel.lower[:, None, None]) & (target <= panel.upper[:, None, None])
    words = np.where(way > 0, "ge", "le") + np.full(target.shape, "")
    unit = np.broadcast_to(panel.resolution[:, None, None], target.shape)
    limit, _ = compute_threshold(target, words, unit)
    return limit, inside & (pace > 0)[:, None, None]


def _loss(cases: list[TrainingCase], prior: PooledPrior) -> float:
    """CRPS, Brier and coverage of one kind's lessons; see the module."""
    total = np.zeros(4)
    cover = 0.0
    for case in cases:
        blend = case.blend(prior)
        horizon = np.broadcast_to(HORIZONS, case.actual.shape)
        values = blend.quantiles(QUANTILES, horizon)
        crps = crps_of_quantiles(case.actual, values, np.array(QUANTILES))
        wrong = (case.chances(blend) - case.reached)[case.asked] ** 2
        scaled = np.minimum(crps / case.scale[:, None], CAP)
        total += [scaled.sum(), scaled.size, wrong.sum(), wrong.size]
        soft = EDGE * (values[-1] - values[0]) + 1e-9
        inside = expit((case.actual - values[0]) / soft) * expit((values[-1] - case.actual) / soft)
        cover += (inside.mean() - COVERED) ** 2 / len(cases)
    scaled_crps, windows, brier, targets = total
    return float(
        scaled_crps / windows / REFERENCE_CRPS + brier / max(targets, 1.0) / REFERENCE_BRIER
        + COVERAGE_WEIGHT * cover
    )  # fmt: skip


def _descend(
    loss: Callable[[FloatArray], float],
    difference: Callable[[FloatArray, int], float],
    size: int,
    bounds: list[tuple[float, float]],
    iterations: int,
    cost: float,
) -> FloatArray:
    """Minimise loss(u) + cost |u|^2 from u = 0; `difference` is the loss's rise along place i."""
    from scipy.optimize import minimize

    def both(u: FloatArray) -> tuple[float, FloatArray]:
        value = loss(u)
        slope = np.array([difference(u, i) for i in range(size)]) / STEP
        return value + cost * float(u @ u), slope + 2.0 * cost * u

    found = minimize(
        both, np.zeros(size), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": iterations},
    )  # fmt: skip
    best: FloatArray = found.x
    return best


def _learn(
    cases: dict[str, list[TrainingCase]],
    spaces: dict[str, ParameterSpace],
    indicators: dict[str, int],
) -> dict[str, PooledPrior]:
    """Priors of every kind for one growth path and setting: in common, then apart."""
    kinds = list(cases)
    numbers = [n for _, n in spaces[kinds[0]].numbers]
    step = np.array([n.step for n in numbers])
    start = {k: np.array([n.start for _, n in spaces[k].numbers]) for k in kinds}
    low, high = (np.array([getattr(n, end) for n in numbers]) for end in ("low", "high"))
    own = np.flatnonzero([n.own for n in numbers])
    common = np.flatnonzero([not n.own for n in numbers])
    place = {k: len(common) + i * len(own) + np.arange(len(own)) for i, k in enumerate(kinds)}

    def vector(u: FloatArray, kind: str) -> FloatArray:
        x = start[kind].copy()
        x[common] += step[common] * u[: len(common)]
        x[own] += step[own] * u[place[kind]]
        inside: FloatArray = np.clip(x, low, high)
        return inside

    few = {k: [_every(case, COMMON_EVERY) for case in cases[k]] for k in kinds}

    def part(u: FloatArray, kind: str) -> float:
        return _loss(few[kind], spaces[kind].prior(vector(u, kind)))

    now: dict[str, float] = {}

    def loss(u: FloatArray) -> float:
        now.update({kind: part(u, kind) for kind in kinds})
        return sum(now.values()) / len(kinds)

    def difference(u: FloatArray, i: int) -> float:
        moved = u.copy()
        moved[i] += STEP
        mine = kinds if i < len(common) else [kinds[(i - len(common)) // len(own)]]
        return sum(part(moved, kind) - now[kind] for kind in mine) / len(kinds)

    size = len(common) + len(own) * len(kinds)
    free = [(-6.0, 6.0)] * size
    together = _descend(loss, difference, size, free, ITERATIONS[0], 1e-3)
    found = {}
    for kind in kinds:
        base, space = vector(together, kind), spaces[kind]

        def alone(u: FloatArray, kind: str = kind, base: FloatArray = base) -> float:
            prior = spaces[kind].prior(np.clip(base + step * u, low, high))
            now[kind] = _loss(cases[kind], prior)
            return now[kind]

        def apart(u: FloatArray, i: int, kind: str = kind, base: FloatArray = base) -> float:
            moved = u.copy()
            moved[i] += STEP
            prior = spaces[kind].prior(np.clip(base + step * moved, low, high))
            return _loss(cases[kind], prior) - now[kind]

        cost = DEPARTURE / indicators[kind]
        away = _descend(alone, apart, len(base), [(-4.0, 4.0)] * len(base), ITERATIONS[1], cost)
        found[kind] = space.prior(np.clip(base + step * away, low, high))
    return found


def _recalibrated(cases: list[TrainingCase], prior: PooledPrior) -> PooledPrior:
    """Shift and stretch of t that windows not learned from ask for."""
    from scipy.optimize import minimize

    def moved(x: FloatArray) -> PooledPrior:
        return replace(prior, shift=float(x[0]), stretch=float(np.exp(x[1])))

    found = minimize(
        lambda x: _loss(cases, moved(x)), np.zeros(2), method="Nelder-Mead",
        options={"maxfev": 40, "initial_simplex": [[0.0, 0.0], [0.1, 0.0], [0.0, 0.1]]},
    )  # fmt: skip
    return moved(found.x)


def _path_priors(
    job: tuple[str, bool],
    windows: list[Window],
    indicators: dict[str, int],
    held: Mapping[str, float],
) -> list[dict[str, object]]:
    """Rows of the prior table of one growth path, with siblings or without."""
    growth, peers = job
    spaces = {}
    for kind in LINKS_BY_KIND:
        named = LINK_BY_GROWTH.get(growth)
        links = LINKS_BY_KIND[kind] if growth == "auto" else (named or LINKS_BY_KIND[kind][0],)
        lasting = growth not in ("damped", "no_change")
        spaces[kind] = ParameterSpace(links, peers, lasting, held)
    first: dict[str, list[TrainingCase]] = {}
    second: dict[str, list[TrainingCase]] = {}
    for window in windows:
        case = prepare_case(window, spaces[window.kind].links, growth, peers)
        step = (2 if window.length in TYPICAL else 4) * (1 if growth == "auto" else 2)
        first.setdefault(window.kind, []).append(_every(case, step))
        second.setdefault(window.kind, []).append(_every(case, 2, 1))
    learned = _learn(first, spaces, indicators)
    rows: list[dict[str, object]] = []
    for kind, prior in learned.items():
        final = _recalibrated(second[kind], prior)
        joined = {"df": final.df, "shift": final.shift, "stretch": final.stretch}
        rows += [
            {"kind": kind, "siblings": peers, "growth": growth, **vars(link), **joined}
            for link in final.links
        ]
    return rows


def read_panel(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the observations and indicators of a panel's folder.

    Raises
    ------
    DataError
        If `observations.csv` (or `.csv.gz`) or `indicators.csv` is missing or is no table.
    """
    tables, problems = [], []
    for name in ("observations", "indicators"):
        files = [f for f in (folder / f"{name}.csv", folder / f"{name}.csv.gz") if f.is_file()]
        try:
            tables.append(pd.read_csv(files[0]))
        except IndexError:
            problem = msg("the table is missing")
            remedy = msg("a panel is a folder with observations.csv and indicators.csv")
            problems.append(Problem(f"{name}.csv", None, None, None, problem, remedy))
        except (ValueError, OSError) as error:
            problem = msg("not a CSV file ({error})", error=str(error))
            remedy = msg("write a CSV file in UTF-8 with column names in line 1")
            problems.append(Problem(files[0].name, None, None, None, problem, remedy))
    if problems:
        raise DataError(problems)
    return tables[0], tables[1]


def learn_priors(  # noqa: PLR0913 - what to learn from, and how
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    source: str,
    growths: Iterable[str] = GROWTH_PATHS,
    peers: Iterable[bool] = (True, False),
    held: Mapping[str, float] | None = None,
    most: int = MOST,
    processes: int = 1,
    seed: int = 0,
) -> pd.DataFrame:
    """Learn the prior table from a panel of yearly series.

    Parameters
    ----------
    observations, indicators : the panel, as for `growth.fit`; whole years
    source : what the panel is, in words; it stands in every row of the table
    growths : growth paths to learn
    siblings : settings to learn: siblings known, or not
    held : numbers of `priors` that are not learned but held at a value
    most : windows of each kind and length
    processes : worker processes; they change the time, not the answer
    seed : which windows are drawn

    Returns
    -------
    DataFrame with the columns of `data/priors.csv`. Kinds that the panel lacks have no rows.
    """
    chosen = tuple(growths)
    for growth in chosen:
        check_name("growth path", growth, GROWTH_PATHS)
    windows = cut_windows(
        observations, indicators, grids=dict.fromkeys(map(_grid, chosen)), most=most, seed=seed
    )
    counts = indicators.groupby("kind")["indicator"].nunique().to_dict()
    jobs = [(growth, known) for growth in chosen for known in peers]
    work = partial(_path_priors, windows=windows, indicators=counts, held=held or {})
    if processes == 1:
        found = list(map(work, jobs))
    else:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(work, jobs))
    table = pd.DataFrame([row for rows in found for row in rows])
    table = table.assign(shared=0.0, source=source)[COLUMNS]
    if "auto" in chosen:
        dense = cut_windows(
            observations,
            indicators,
            lengths=(JOINT_LENGTH,),
            grids=("auto",),
        )
        table["shared"] = _shared(dense, table, seed)
    order = [list(LINKS_BY_KIND), [True, False], list(GROWTH_PATHS), list(NOISE)]
    keys = COLUMNS[:4]
    ranked = table.assign(
        **{
            k: pd.Categorical(table[k], o)
            for k, o in zip(["kind", "siblings", "growth"], order, strict=False)
        }
    ).sort_values(keys[:3], kind="stable")
    return table.loc[ranked.index].round(DIGITS).reset_index(drop=True)


def _shared(windows: list[Window], table: pd.DataFrame, seed: int) -> float:
    """Correlation at which 80 % intervals of the number of regions that attain hold 80 %."""
    covered = [_count_coverage(windows, table, shared, seed) for shared in SHARED_TRIED]
    rising = np.maximum.accumulate(covered)
    return round(float(np.interp(JOINT_COVERED, rising, SHARED_TRIED)), 3)


def _count_coverage(windows: list[Window], table: pd.DataFrame, shared: float, seed: int) -> float:
    """Share of the panel's counts of attaining regions inside their 80 % interval."""
    inside, counts = 0.0, 0
    for window in windows:
        prior = select_prior(window.kind, "auto", peers=True, priors=table)
        case = prepare_case(window, LINKS_BY_KIND[window.kind], "auto", True)
        blend = case.blend(prior)
        limit = blend.t_score(case.limit, np.broadcast_to(HORIZONS, case.actual.shape))
        flat = (len(limit), -1)
        bar, wanted, came = (
            limit.reshape(flat), case.asked.reshape(flat), case.reached.reshape(flat)
        )  # fmt: skip
        group = pd.factorize(pd.Series(window.indicator) + window.origin.astype(str))[0]
        for number in range(group.max() + 1):
            at = np.flatnonzero(group == number)
            rng = np.random.default_rng([seed, number])
            common = rng.standard_normal((JOINT_DRAWS, 1))
            own = rng.standard_normal((JOINT_DRAWS, len(at)))
            half = blend.df[at] / 2.0
            t = (np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own) / np.sqrt(
                rng.standard_gamma(half, (JOINT_DRAWS, len(at))) / half
            )
            up = case.panel.better[at] > 0
            for column in range(bar.shape[1]):
                asked = wanted[at, column]
                if asked.sum() < JOINT_REGIONS:
                    continue
                hits = np.where(up, t >= bar[at, column], t <= bar[at, column])[:, asked].sum(
                    axis=1
                )
                inside += _within_interval(hits, int(came[at, column][asked].sum()))
                counts += 1
    return inside / max(counts, 1)


def _within_interval(drawn: IntArray, count: int) -> float:
    """Share of `count` inside the central 80 % of drawn counts; on an edge, what belongs."""
    tail = (1.0 - JOINT_COVERED) / 2.0
    below, at = float((drawn < count).mean()), float((drawn == count).mean())
    if at == 0.0:
        return float(tail <= below <= 1.0 - tail)
    kept = min(below + at, 1.0 - tail) - max(below, tail)
    return max(kept, 0.0) / at
