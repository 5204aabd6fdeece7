"""Main drivers for a target: one input at a time, and shares of the variance.

The tornado asks what if: one input alone at a low and at a high value. The indices split the
variance of the forecast under the scenario, in which an assumption that nothing reads has no share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..callbacks import Progress, ProgressTracker
from ..errors import DataError, Problem, check_arguments, msg
from ..model.simulation import Paths, check_draws
from ..tables.plan import Plan
from .baseline import project
from .declarations import Mechanism
from .response import TargetResponse
from .scenario import BASELINE, Scenario
from .sobol import index_inputs, target_indices
from .tornado import expected_runs, tornado_table

__all__ = ["BINS", "NextFigure", "Sensitivity", "next_figure", "open_response", "sensitivity"]

FloatArray = NDArray[np.float64]

BINS = 10
"""Equally likely ranges of the next figure."""


@dataclass(frozen=True)
class Sensitivity:
    """Main drivers for one target.

    Attributes
    ----------
    tornado : a row an input, the widest first: input; kind (`own`, `input`, `assumption`, `lever`);
        low and high value and their unit; p_low and p_high, the shares of draws that meet the
        target with this input at them and all others unchanged; p_base; swing = |p_high - p_low|
        and the standard error mc_error of the paired difference
    indices : a row an input: input, first_order (share of the variance of the value in the target
        year that is due to the input alone) and total_order (with its interactions), each with the
        ends of its 95 % bootstrap interval: first_low, first_high, total_low, total_high
    reason : why there are no indices, "" where there are
    """

    tornado: pd.DataFrame
    indices: pd.DataFrame
    reason: str


@dataclass(frozen=True)
class NextFigure:
    """The next figure of an indicator, and what it would do to the probability of a target.

    Attributes
    ----------
    table : year, low, high, share, p_reach: equally likely ranges of the figure, from above `low`
        to `high` (the first one includes `low`), and the share of their draws that meets the target
    year : the figure's year
    p_reach : the probability before the figure; the mean of those of the ranges
    expected_move : mean |p_reach of a range - p_reach| over the ranges
    deviation : standard deviation of the probabilities of the ranges
    """

    table: pd.DataFrame
    year: int
    p_reach: float
    expected_move: float
    deviation: float


def sensitivity(  # noqa: PLR0913 - the question, and what `project` needs where there are no paths
    plan: Plan,
    target: Any,
    *,
    scenario: Scenario = BASELINE,
    n: int = 1024,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Compute which assumptions, levers and inputs move the probability of a target most.

    Values of the tornado: P10 and P90 of an assumption, set from the first decision year on as a
    scenario does; 0 and a quarter of the limit of a lever that the scenario does not set, else half
    and 1.5 times its setting, at most its limit; the 10 and 90 % path (all years at one level) of
    an input's draws and of the indicator's own, `own_growth`, of which the value in the target year
    is shown. An assumption moves those correlated with it to their conditional medians,
    Phi(rho Phi^-1(level)) of their ranges (Gaussian copula). Dates, and assumptions that figures or
    the scenario replace, are left out.

    For the indices every input is an independent uniform through its quantile function: an
    assumption over its whole range, the same before and after a change; a path between the 5 and
    95 % ones, because tails of a log Student-t have no finite variance; `project_luck` for the
    projects of a programme. Tornado and total-order indices may rank inputs differently: the one
    moves the probability of the target between two values of an input, the others share out the
    variance of the value over whole ranges, interactions included.

    Parameters
    ----------
    plan, target : as in `goal_seek`
    scenario : settings that hold for all inputs but the one that is moved
    n : base points of the indices, a power of two
    draws, seed, paths, mechanisms : as in `goal_seek`
    progress : called with the share done before each run of the tornado and before every n points
        of the indices, and with 1 at the end. An exception that it raises ends the work

    Raises
    ------
    DataError
        As `goal_seek`, and for a target that a figure has decided.
    ValueError
        If n is not a power of two.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> target = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> push = fc.read_scenario("care_worker_training")
    >>> found = sensitivity(plan, target, scenario=push, n=128, draws=500)
    >>> found.tornado["input"].iloc[0], found.indices["input"].tolist()[:2]
    ('own_growth', ['own_growth', 'leaving_rate'])
    """
    check_arguments(sensitivity, locals())
    check_draws(draws, seed)
    whole = ProgressTracker(progress, 1 + (paths is None))
    base = paths or project(plan, draws=draws, seed=seed, progress=whole.part(1))
    tracker = ProgressTracker(whole.part(1))
    response = open_response(
        plan, target, scenario=scenario, paths=base, mechanisms=mechanisms, tracker=tracker
    )
    inputs, reason = index_inputs(response)
    # A trial, two sets of points, and one more an input.
    tracker.expected = expected_runs(response) + (0 if reason else 3 + len(inputs))
    tornado = tornado_table(response)
    indices, reason = target_indices(response, n, seed)
    tracker.end()
    return Sensitivity(tornado, indices, reason)


def next_figure(
    plan: Plan,
    target: Any,
    *,
    scenario: Scenario = BASELINE,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> NextFigure:
    """Compute what the next published figure would change.

    The draws are divided into `BINS` equally likely ranges of the next year's value, fewer where
    values tie. By the law of total probability the mean over the ranges is the present probability,
    that of the closed form: the odds of all ranges are moved by one factor to it.

    Parameters and errors are those of `sensitivity`.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> found = next_figure(plan, {"indicator": "nursing_bed_share", "year": 2025}, draws=1000)
    >>> found.year, len(found.table)
    (2021, 10)
    >>> average = (found.table["share"] * found.table["p_reach"]).sum()
    >>> bool(abs(average - found.p_reach) < 1e-12)
    True
    """
    check_arguments(next_figure, locals())
    response = open_response(
        plan, target, scenario=scenario, draws=draws, seed=seed, paths=paths, mechanisms=mechanisms
    )
    values = response.simulate(scenario)
    column = int(np.flatnonzero(~np.isnan(values[0]))[0])
    figure, met = values[:, column], response.criterion.met(values)
    levels = np.arange(BINS + 1) / BINS
    edges = np.unique(np.quantile(figure, levels, method="inverted_cdf"))
    bins = np.maximum(np.searchsorted(edges, figure, side="left"), 1) - 1
    year, p = int(response.paths.years[column]), response.probability(met)
    count, hits = np.bincount(bins), np.bincount(bins, weights=met)
    share = count / len(figure)
    chances = _move_odds(hits / count, share, p)
    p = float(share @ chances)
    ends = edges if len(edges) > 1 else np.repeat(edges, 2)
    table = pd.DataFrame({"year": year, "low": ends[:-1], "high": ends[1:]})
    table = table.assign(share=share, p_reach=chances)
    move = table["p_reach"] - p
    expected = float((table["share"] * move.abs()).sum())
    return NextFigure(table, year, p, expected, math.sqrt((table["share"] * move**2).sum()))


def _move_odds(chances: FloatArray, share: FloatArray, mean: float) -> FloatArray:
    """Multiply the odds of `chances` by the factor at which their mean, weighed by `share`, is it.

    Chances of 0 and 1 stay; where they leave no room for the mean nothing is moved.
    """
    from scipy.optimize import brentq  # imported here: it takes time, and few answers need it

    sure = float(share @ (chances == 1.0))
    room = float(share @ (chances > 0.0))
    if not sure < mean < room or abs(share @ chances - mean) < 1e-12:
        return chances

    def moved(log_factor: float) -> FloatArray:
        up = np.exp(log_factor) * chances
        return np.asarray(up / (up + (1.0 - chances)))

    return moved(float(brentq(lambda x: share @ moved(x) - mean, -50.0, 50.0, xtol=1e-13)))


def open_response(  # noqa: PLR0913 - as `sensitivity`
    plan: Plan,
    target: Any,
    *,
    draws: int = 4000,
    seed: int = 0,
    scenario: Scenario = BASELINE,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
    tracker: ProgressTracker | None = None,
) -> TargetResponse:
    """Build the response of an open target; a DataError if a figure has decided it."""
    base = project(plan, draws=draws, seed=seed) if paths is None else paths
    response = TargetResponse.build(
        plan, target, paths=base, scenario=scenario, mechanisms=mechanisms, tracker=tracker
    )
    if not math.isnan(response.criterion.decided):
        problem, remedy = msg("a figure has decided it"), msg("choose an open target")
        where = response.criterion.label
        raise DataError([Problem("targets", None, "indicator", where, problem, remedy)])
    return response
