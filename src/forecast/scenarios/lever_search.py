"""Search for the least settings of levers with which a target is likely enough.

One lever: bisection on its grid, as all settings use the same draws. Several levers: the cheapest
settings on a continuous scale by SLSQP (Kraft 1988), then refined on the grids. The result is the
best that was found, not proved to be the best.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from .criterion import p_error
from .response import PACE, SearchLever, TargetResponse

__all__ = [
    "LeverSearch", "continuous_cheapest", "continuous_likeliest", "expected_runs", "find_cheapest",
    "find_least",
]  # fmt: skip

FloatArray = NDArray[np.float64]
Point = tuple[int, ...]
"""An index into the grid of each lever."""

CURVE_POINTS = 13
REACH, ITERATIONS = 0.01, 30
"""Step of the finite differences, as a share of the limits, and iterations of SLSQP."""
RUNS_OF_SEVERAL = 200
"""Typical number of runs of a search for several levers: 90 to 700 were seen."""


class LeverSearch:
    """Probabilities and costs at the points of the grids of one or several levers.

    Of several responses, those of targets that are wanted together, the least likely one counts.
    """

    def __init__(
        self, response: TargetResponse, levers: Sequence[SearchLever], *more: TargetResponse
    ) -> None:
        self.response, self.levers = response, levers
        self.responses = (response, *more)
        self.grids = [lever.grid for lever in levers]
        self._p: dict[Point, float] = {}

    @property
    def top(self) -> Point:
        """Last index of each grid."""
        return tuple(len(grid) - 1 for grid in self.grids)

    @property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """The last setting of each grid, and its cost."""
        upper = np.array([grid[-1] for grid in self.grids])
        return upper, np.array([c.total_cost(u) for c, u in zip(self.levers, upper, strict=True)])

    def values(self, point: Point) -> tuple[float, ...]:
        """Return the settings at a point."""
        return tuple(float(grid[i]) for grid, i in zip(self.grids, point, strict=True))

    def settings(self, values: Iterable[float]) -> dict[str, float]:
        """Return settings by the names of the levers."""
        return {c.name: float(v) for c, v in zip(self.levers, values, strict=True)}

    def known_settings(self, response: TargetResponse, values: Iterable[float]) -> dict[str, float]:
        """Return the settings of the levers that a response has."""
        settings = self.settings(values).items()
        return {n: v for n, v in settings if n == PACE or n in response.levers}

    def p_met(self, point: Point) -> float:
        """Return the share of draws that meet the target at a point."""
        if point not in self._p:
            values = self.values(point)
            each = ((r, r.met(self.known_settings(r, values))) for r in self.responses)
            self._p[point] = min(one.probability(met) for one, met in each)
        return self._p[point]

    def slack(self, values: FloatArray, probability: float) -> float:
        """Return by how much a target is likely enough, in standard deviations of its margins.

        That is the (1 - probability) quantile of the margins.
        """
        found = []
        for one in self.responses:
            margin = one.criterion.margin(one.simulate(self.known_settings(one, values)))
            share, draws = probability - one.closed_form_gain, len(margin)
            rank = min(max(math.floor(draws * (1.0 - share) + 1e-9), 0), draws - 1)
            scale = float(np.std(one.margin)) or 1.0
            found.append(float(np.partition(margin, rank)[rank] / scale))
        return min(found)

    def p_without(self) -> float:
        """Return the share of draws that meet the target with all levers at 0."""
        met = self.response.met(self.settings([0.0] * len(self.levers)))
        return self.response.probability(met)

    def margin(self, values: Iterable[float]) -> FloatArray:
        """Return margins (draws,) at any settings, also between the steps."""
        return self.response.criterion.margin(self.response.simulate(self.settings(values)))

    def cost(self, values: Sequence[float], level: str = "central") -> float:
        """Return the cost of settings over all years."""
        return sum(c.total_cost(v, level) for c, v in zip(self.levers, values, strict=True))

    def unreached(self) -> str:
        """Return the reading of an unreached target, by whether the levers help any draw."""
        least, most = (self.margin(self.values(p)) for p in ((0,) * len(self.top), self.top))
        return "beyond_limits" if (most > least).any() else "no_effect"

    def curve(self) -> pd.DataFrame:
        """Return value, p_reach, mc_error and cost from 0 to the limits.

        Of several levers all are raised together, and `value` is the share of their limits.
        """
        rows = []
        for share in np.linspace(0.0, 1.0, CURVE_POINTS):
            point = tuple(round(share * top) for top in self.top)
            values, p = self.values(point), self.p_met(point)
            value = float(share) if len(values) > 1 else values[0]
            rows.append((value, p, p_error(p, len(self.response.margin)), self.cost(values)))
        table = pd.DataFrame(rows, columns=["value", "p_reach", "mc_error", "cost"])
        return table.drop_duplicates("value").sort_values("value", ignore_index=True)

    def least_index(self, lever: int, point: Point, probability: float, low: int, high: int) -> int:
        """Bisect for the first index of a lever in (low, high] that is likely enough.

        `high` must be likely enough; the other levers stay at `point`.
        """
        while high - low > 1:
            middle = (low + high) // 2
            enough = self.p_met(_replace(point, lever, middle)) >= probability
            low, high = (low, middle) if enough else (middle, high)
        return high


def expected_runs(levers: Sequence[SearchLever]) -> int:
    """Return the largest number of runs of a search for one lever, a typical one for several."""
    if len(levers) > 1:
        return RUNS_OF_SEVERAL
    top = len(levers[0].grid) - 1
    halvings = math.ceil(math.log2(max(top / (CURVE_POINTS - 1), 1.0))) + 1
    # Besides: the baseline, without the lever, the point that a budget buys, and the pace.
    return min(CURVE_POINTS, top + 1) + max(halvings, 2) + 4


def find_least(
    search: LeverSearch,
    probability: float,
    budget: float | None = None,
    points: int = CURVE_POINTS,
) -> tuple[Point | None, str]:
    """Return the first point on the grid of one lever that is likely enough, and its reading.

    The reading is as in `GoalSeek`; the point is None where no setting is likely enough. The grid
    is bisected below the first of `points` equidistant indices that is likely enough.
    """
    (top,) = search.top
    indices = np.unique(np.linspace(0, top, points).round().astype(int))
    p = np.array([search.p_met((int(i),)) for i in indices])
    enough = np.flatnonzero(p >= probability)
    if not len(enough):
        return None, search.unreached()
    is_date = search.levers[0].unit == "year"
    if enough[0] == 0 and (not is_date or p.max() <= p[0]):
        return (0,), "reached_already"
    high = int(indices[enough[0]])
    low = int(indices[enough[0] - 1]) if enough[0] else high
    least = (search.least_index(0, (0,), probability, low, high),)
    if budget is not None and search.cost(search.values(least)) > budget + 1e-9:
        return _most_affordable(search, least, 0, budget), "beyond_budget"
    return least, "reached"


def find_cheapest(
    search: LeverSearch, probability: float, budget: float | None
) -> tuple[Point | None, str]:
    """Return the point of least cost that is likely enough, and its reading.

    Where the budget does not suffice, the most likely point that it buys.
    """
    none = (0,) * len(search.top)
    if search.p_met(none) >= probability:
        return none, "reached_already"
    if search.p_met(search.top) < probability:
        return None, search.unreached()

    def cheapest(point: Point, lever: int) -> Point | None:
        return _cheapest_given_others(search, point, lever, probability)

    start = continuous_cheapest(search, probability)
    found = _refine_on_grid(search, start, cheapest, lambda _: 0.0)
    assert found is not None
    if budget is None or search.cost(search.values(found)) <= budget + 1e-9:
        return found, "reached"

    def affordable(point: Point, lever: int) -> Point | None:
        return _most_affordable(search, point, lever, budget)

    start = continuous_likeliest(search, budget)
    found = _refine_on_grid(search, start, affordable, lambda point: -search.p_met(point))
    return found, "beyond_budget"


def continuous_cheapest(search: LeverSearch, probability: float) -> FloatArray:
    """Return the cheapest shares of the limits with which the target is likely enough.

    The constraint is that the (1 - probability) quantile of the margins is not below 0.
    """
    upper, price = search.limits

    def slack(share: FloatArray) -> float:
        return search.slack(np.clip(share, 0.0, 1.0) * upper, probability)

    starts = [np.ones(len(upper)), *np.eye(len(upper)), np.full(len(upper), 0.5)]
    return _minimise(lambda share: float(share @ price / price.sum()), slack, starts)


def continuous_likeliest(search: LeverSearch, budget: float) -> FloatArray:
    """Return the shares of the limits within a budget with the highest smoothed probability."""
    upper, price = search.limits
    scale = 0.1 * (float(np.std(search.response.margin)) or 1.0)

    def p_missed(share: FloatArray) -> float:
        margin = search.margin(np.clip(share, 0.0, 1.0) * upper)
        return float(expit(-margin / scale).mean())

    def slack(share: FloatArray) -> float:
        return float((budget - share @ price) / price.sum())

    corners = [np.minimum(budget / price[i], 1.0) * row for i, row in enumerate(np.eye(len(upper)))]
    return _minimise(p_missed, slack, [*corners, np.mean(corners, axis=0)])


def _minimise(
    cost: Callable[[FloatArray], float],
    slack: Callable[[FloatArray], float],
    starts: Sequence[FloatArray],
) -> FloatArray:
    """Best local minimum from several starts with `slack` not below 0, by SLSQP.

    Finite differences span `REACH` of the limits, because draws of a count change in steps.
    """
    from scipy.optimize import minimize  # takes a quarter of a second to import

    options = {"eps": REACH, "maxiter": ITERATIONS, "ftol": 1e-5}
    bounds, constraint = [(0.0, 1.0)] * len(starts[0]), {"type": "ineq", "fun": slack}
    search = partial(
        minimize, cost, method="SLSQP", bounds=bounds, constraints=constraint, options=options
    )
    found = [search(start).x for start in starts]
    return min(found, key=lambda x: (round(max(0.0, -slack(x)), 3), cost(x)))


def _refine_on_grid(
    search: LeverSearch,
    shares: FloatArray,
    adjust: Callable[[Point, int], Point | None],
    loss: Callable[[Point], float],
) -> Point | None:
    """Best point near shares of the limits, by loss and then by cost.

    Each lever in turn is adjusted while the others vary by at most one step; this is repeated from
    the best point until none is better.
    """
    top = np.array(search.top)
    here = tuple(int(i) for i in np.round(np.clip(shares, 0.0, 1.0) * top))
    best: tuple[tuple[float, float], Point] | None = None
    while True:
        near = [
            sorted({int(np.clip(i + step, 0, last)) for step in (-1, 0, 1)})
            for i, last in zip(here, top, strict=True)
        ]
        adjusted = {
            adjust(point, lever)
            for lever in range(len(top))
            for point in product(*([0] if j == lever else near[j] for j in range(len(near))))
        }
        ranked = [((loss(p), search.cost(search.values(p))), p) for p in adjusted if p is not None]
        found = min(ranked, default=None)
        if found is None or (best is not None and found >= best):
            return None if best is None else best[1]
        best, here = found, found[1]


def _cheapest_given_others(
    search: LeverSearch, point: Point, lever: int, probability: float
) -> Point | None:
    """Point with the least of one lever that is likely enough; None where its limit is not."""
    high = search.top[lever]
    if search.p_met(_replace(point, lever, high)) < probability:
        return None
    least = search.least_index(lever, point, probability, -1, high)
    return _replace(point, lever, least)


def _most_affordable(search: LeverSearch, point: Point, lever: int, budget: float) -> Point | None:
    """Point with the most of one lever that a budget buys; None where the others exceed it."""
    left = budget - search.cost(search.values(_replace(point, lever, 0)))
    if left < -1e-9:
        return None
    step_cost = search.levers[lever].total_cost(search.levers[lever].step)
    most = left / step_cost if step_cost > 0.0 else math.inf
    return _replace(point, lever, int(min(most + 1e-9, search.top[lever])))


def _replace(point: Point, lever: int, index: int) -> Point:
    return (*point[:lever], index, *point[lever + 1 :])
