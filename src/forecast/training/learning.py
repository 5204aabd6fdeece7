"""Learn priors from a panel of other series: how `data/priors.csv` is made.

A panel is cut into windows (`windows`): the last n observations of a series up to an origin year,
its peers' up to that year, and the values of the following years as outcome. For each kind of
indicator, growth path and setting (with peers or without) the numbers of `priors` minimise the loss
of `cases`. First one vector is learned for all kinds together (each with its own noise, tails and
link weights), then each kind departs from it as far as its windows pay for; a kind with few
indicators stays near. Shift and stretch are set on other windows. The correlation between regions
comes last, so that 80 % intervals for the number of regions that reach their target cover 80 % of
the panel's counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, check_name, msg
from ..model.arrays import FloatArray, IntArray
from ..model.priors import (
    COLUMNS,
    GROWTH_PATHS,
    LINK_BY_GROWTH,
    LINKS_BY_KIND,
    PooledPrior,
    select_prior,
)
from .cases import TrainingCase, compute_loss, name_grid, prepare_case
from .parameters import ParameterSpace
from .windows import HORIZONS, Window, cut_windows

__all__ = ["learn_priors", "read_panel"]

MOST = 500
"""Windows a kind and length, one half to learn from, the other to recalibrate on."""
TYPICAL = range(3, 9)
"""Lengths that plans come with; others, and named growth paths, learn from half as many windows."""
COMMON_EVERY = 3
"""Of the windows learned from, one in this many serves what all kinds have in common."""
ITERATIONS = (15, 15)
"""Most iterations for all kinds together, and for each."""
STEP = 0.02
"""Step, in those of the parameters, of the finite differences."""
COMMON_COST, DEPARTURE = 1e-3, 0.03
"""Cost of a squared step from the start, and of a kind's from what is common, the latter over the
number of its indicators. Declared."""
DIGITS = 5
JOINT_LENGTH, JOINT_REGIONS, JOINT_DRAWS, JOINT_COVERED = 5, 10, 400, 0.8
SHARED_TRIED = (0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3)


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
    observations, indicators : the panel, as for `fit`; whole years
    source : what the panel is; repeated in every row of the table
    growths : growth paths to learn
    peers : settings to learn: with peers, without
    held : numbers of `priors` that are held at a value instead
    most : windows of each kind and length
    processes : worker processes; they change the time, not the result
    seed : which windows are drawn

    Returns
    -------
    DataFrame with the columns of `data/priors.csv`. Kinds that the panel lacks have no rows.

    Raises
    ------
    UnknownNameError
        For an unknown growth path.
    DataError
        For a panel that `fit` refuses, or whose series are too short.
    """
    chosen = tuple(growths)
    for growth in chosen:
        check_name("growth path", growth, GROWTH_PATHS)
    grids = dict.fromkeys(map(name_grid, chosen))
    windows = cut_windows(observations, indicators, grids=grids, most=most, seed=seed)
    counts = indicators.groupby("kind")["indicator"].nunique().to_dict()
    jobs = [(growth, known) for growth in chosen for known in peers]
    work = partial(_learn_path, windows=windows, indicators=counts, held=held or {})
    if processes == 1:
        results = list(map(work, jobs))
    else:
        with ProcessPoolExecutor(processes) as pool:
            results = list(pool.map(work, jobs))
    table = pd.DataFrame([row for rows in results for row in rows])
    table = table.assign(shared=0.0, source=source)[COLUMNS]
    if "auto" in chosen:
        dense = cut_windows(observations, indicators, lengths=(JOINT_LENGTH,), grids=("auto",))
        table["shared"] = _learn_shared(dense, table, seed)
    orders = {"kind": list(LINKS_BY_KIND), "siblings": [True, False], "growth": list(GROWTH_PATHS)}
    ranked = table.assign(**{k: pd.Categorical(table[k], order) for k, order in orders.items()})
    ranked = ranked.sort_values(list(orders), kind="stable")
    return table.loc[ranked.index].round(DIGITS).reset_index(drop=True)


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
            remedy = msg("write a CSV file in UTF-8 with column names in line 1")
            problems.append(Problem(files[0].name, None, None, None, str(error), remedy))
    if problems:
        raise DataError(problems)
    return tables[0], tables[1]


def _learn_path(
    job: tuple[str, bool],
    windows: list[Window],
    indicators: dict[str, int],
    held: Mapping[str, float],
) -> list[dict[str, object]]:
    """Learn one growth path, with peers or without: rows of the prior table."""
    growth, peers = job
    single = growth in ("damped", "no_change")
    spaces = {}
    for kind, links in LINKS_BY_KIND.items():
        named = {"auto": links, "damped": links[:1], "no_change": links[:1]}
        chosen = named[growth] if growth in named else (LINK_BY_GROWTH[growth],)
        spaces[kind] = ParameterSpace(chosen, peers, not single, held)
    first: dict[str, list[TrainingCase]] = {}
    second: dict[str, list[TrainingCase]] = {}
    for window in windows:
        case = prepare_case(window, spaces[window.kind].links, growth, peers)
        step = (2 if window.length in TYPICAL else 4) * (1 if growth == "auto" else 2)
        first.setdefault(window.kind, []).append(case.every(step))
        second.setdefault(window.kind, []).append(case.every(2, 1))
    rows: list[dict[str, object]] = []
    for kind, prior in _search(first, spaces, indicators).items():
        final = _recalibrate(second[kind], prior)
        joint = {"df": final.df, "shift": final.shift, "stretch": final.stretch}
        rows += [
            {"kind": kind, "siblings": peers, "growth": growth, **vars(link), **joint}
            for link in final.links
        ]
    return rows


def _search(
    cases: dict[str, list[TrainingCase]],
    spaces: dict[str, ParameterSpace],
    indicators: dict[str, int],
) -> dict[str, PooledPrior]:
    """Search the priors of every kind for one growth path and setting: in common, then apart."""
    kinds = list(cases)
    numbers = [n for _, n in spaces[kinds[0]].numbers]
    step, low, high = (np.array([getattr(n, a) for n in numbers]) for a in ("step", "low", "high"))
    own = np.flatnonzero([n.own for n in numbers])
    common = np.flatnonzero([not n.own for n in numbers])

    def vector(u: FloatArray, kind: str) -> FloatArray:
        x = np.array([n.start for _, n in spaces[kind].numbers])
        x[common] += step[common] * u[: len(common)]
        x[own] += step[own] * u[len(common) :].reshape(len(kinds), -1)[kinds.index(kind)]
        inside: FloatArray = np.clip(x, low, high)
        return inside

    few = {k: [case.every(COMMON_EVERY) for case in cases[k]] for k in kinds}

    def together(u: FloatArray, kind: str) -> float:
        return compute_loss(few[kind], spaces[kind].prior(vector(u, kind)))

    touched = [kinds] * len(common) + [[kind] for kind in kinds for _ in own]
    best = _minimise(together, kinds, touched, (6.0, ITERATIONS[0], COMMON_COST))
    learned = {}
    for kind in kinds:
        base, space = vector(best, kind), spaces[kind]

        def alone(u: FloatArray, kind: str, base: FloatArray = base) -> float:
            prior = spaces[kind].prior(np.clip(base + step * u, low, high))
            return compute_loss(cases[kind], prior)

        limits = (4.0, ITERATIONS[1], DEPARTURE / indicators[kind])
        away = _minimise(alone, [kind], [[kind]] * len(base), limits)
        learned[kind] = space.prior(np.clip(base + step * away, low, high))
    return learned


def _minimise(
    loss: Callable[[FloatArray, str], float],
    kinds: Sequence[str],
    touched: Sequence[Sequence[str]],
    limits: tuple[float, int, float],
) -> FloatArray:
    """Minimise the mean of `loss(u, kind)` + cost |u|^2 from u = 0, by L-BFGS-B.

    `touched` are the kinds whose loss each number changes; `limits` the largest |u_i|, the number
    of iterations, and the cost.
    """
    from scipy.optimize import minimize

    bound, iterations, cost = limits
    size = len(touched)

    def objective(u: FloatArray) -> tuple[float, FloatArray]:
        now = {kind: loss(u, kind) for kind in kinds}
        rise = np.empty(size)
        for i, affected in enumerate(touched):
            moved = u.copy()
            moved[i] += STEP
            rise[i] = sum(loss(moved, kind) - now[kind] for kind in affected) / len(kinds)
        value = sum(now.values()) / len(kinds)
        return value + cost * float(u @ u), rise / STEP + 2.0 * cost * u

    result = minimize(
        objective, np.zeros(size), jac=True, method="L-BFGS-B", bounds=[(-bound, bound)] * size,
        options={"maxiter": iterations},
    )  # fmt: skip
    best: FloatArray = result.x
    return best


def _recalibrate(cases: list[TrainingCase], prior: PooledPrior) -> PooledPrior:
    """Set the shift and stretch of t on windows that were not learned from."""
    from scipy.optimize import minimize

    def moved(x: FloatArray) -> PooledPrior:
        return replace(prior, shift=float(x[0]), stretch=float(np.exp(x[1])))

    result = minimize(
        lambda x: compute_loss(cases, moved(x)), np.zeros(2), method="Nelder-Mead",
        options={"maxfev": 40, "initial_simplex": [[0.0, 0.0], [0.1, 0.0], [0.0, 0.1]]},
    )  # fmt: skip
    return moved(result.x)


def _learn_shared(windows: list[Window], table: pd.DataFrame, seed: int) -> float:
    """Correlation at which 80 % intervals of the number of regions that attain cover 80 %."""
    covered = [_cover_counts(windows, table, shared, seed) for shared in SHARED_TRIED]
    rising = np.maximum.accumulate(covered)
    return round(float(np.interp(JOINT_COVERED, rising, SHARED_TRIED)), 3)


def _cover_counts(windows: list[Window], table: pd.DataFrame, shared: float, seed: int) -> float:
    """Share of the panel's counts of attaining regions that lie inside their 80 % interval."""
    inside, counts = 0.0, 0
    for window in windows:
        case = prepare_case(window, LINKS_BY_KIND[window.kind], "auto", True)
        predictive = case.predict(select_prior(window.kind, "auto", peers=True, priors=table))
        score = predictive.t_score(case.threshold, np.broadcast_to(HORIZONS, case.actual.shape))
        at, valid, reached = (a.reshape(len(a), -1) for a in (score, case.valid, case.reached))
        group = pd.factorize(pd.Series(window.indicator) + window.origin.astype(str))[0]
        for number in range(group.max() + 1):
            rows = np.flatnonzero(group == number)
            rng = np.random.default_rng([seed, number])
            common = rng.standard_normal((JOINT_DRAWS, 1))
            own = rng.standard_normal((JOINT_DRAWS, len(rows)))
            half = predictive.df[rows] / 2.0
            chi2 = rng.standard_gamma(half, (JOINT_DRAWS, len(rows))) / half
            t = (np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own) / np.sqrt(chi2)
            up = case.panel.better[rows] > 0
            for column in np.flatnonzero(valid[rows].sum(axis=0) >= JOINT_REGIONS):
                used, limit = valid[rows, column], at[rows, column]
                hits = np.where(up, t >= limit, t <= limit)[:, used].sum(axis=1)
                inside += _within_interval(hits, int(reached[rows, column][used].sum()))
                counts += 1
    return inside / max(counts, 1)


def _within_interval(drawn: IntArray, count: int) -> float:
    """Share of `count` inside the central 80 % of drawn counts; in part where it is an end."""
    tail = (1.0 - JOINT_COVERED) / 2.0
    below, at = float((drawn < count).mean()), float((drawn == count).mean())
    if at == 0.0:
        return float(tail <= below <= 1.0 - tail)
    kept = min(below + at, 1.0 - tail) - max(below, tail)
    return max(kept, 0.0) / at
