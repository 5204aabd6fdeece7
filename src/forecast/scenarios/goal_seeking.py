"""What would have to change for a target: the least of a lever, its cost, several at least cost.

The same draws answer every setting (see `responses`), so that the least setting is a bisection on
the lever's steps. Chances are shares of draws, not kept within 1-99 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from ..callbacks import Progress, Tally
from ..errors import N_, said
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.attainment import draw_events
from ..targets.joint_answers import SILENT
from .declarations import Mechanism
from .engine import ScenarioRun, first_decision_year, project
from .mechanisms import required_hires
from .response import SearchLever, TargetResponse, one_target, share_error
from .scenario import BASELINE, Scenario

__all__ = ["GoalSeek", "goal_seek", "required"]

FloatArray = NDArray[np.float64]
Key = tuple[str, str]

CLOSED_FORM = "hires_closed_form"
CURVE_POINTS = 13
REACH, ITERATIONS = 0.01, 30
"""Shares of the limits that slopes are taken over, and steps of the optimiser."""
OF_SEVERAL = 200
"""Settings that a search for several levers plays, about: from 90 to 700."""


@dataclass(frozen=True)
class GoalSeek:
    """The least of one or several levers with which a target is likely enough.

    Attributes
    ----------
    region, indicator, year, target, comparator, probability : what was asked
    levers, units, values, lower, upper : a lever each; `values` is the setting a year from the
        first year that can still be changed on, for a lever of the unit `year` the latest date; NaN
        where the target is not reached, or the best that the budget buys
    reached : whether `p_reach` is at least `probability`
    p_reach, mc_error : share of draws that meet the target at `values`, and its standard error;
        NaN where `values` are
    p_baseline, p_upper : the share without the levers, and with all at the limit
    cost, cost_low, cost_high : of `values` over all years to the target year, in 10,000 yuan, at
        the central, lowest and highest unit cost; NaN where a lever has none
    curve : value, p_reach, mc_error, cost, from 0 to the limit; of several levers `value` is the
        share of all their limits
    reading : `reached_already` (without the levers), `reached`, `beyond_limits`, `beyond_budget`,
        or `no_effect` (at their limits the levers bring no draw nearer)
    pace : change a year, from the latest figure to the target year, of the middle draw at `values`
    pace_share : share of all yearly paces that regions of the indicator showed which are at least
        as high in the wanted direction; NaN where none is known
    paces : how many those are
    scenario : the scenario asked with `values` set, as asked where they are NaN
    """

    region: str
    indicator: str
    year: int
    target: float
    comparator: str
    probability: float
    levers: tuple[str, ...]
    units: tuple[str, ...]
    values: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    reached: bool
    p_reach: float
    mc_error: float
    p_baseline: float
    p_upper: float
    cost: float
    cost_low: float
    cost_high: float
    curve: pd.DataFrame
    reading: str
    pace: float
    pace_share: float
    paces: int
    scenario: Scenario

    @property
    def value(self) -> float:
        """The setting of the only lever.

        Raises
        ------
        ValueError
            If there are several.
        """
        if len(self.values) > 1:
            raise ValueError(
                said("Several levers, {levers}: read `values`.", levers=[*self.levers])
            )
        return self.values[0]


def goal_seek(  # noqa: PLR0913 - the question, and what `project` needs where there are no paths
    plan: Plan,
    target: Any,
    *,
    lever: str | Sequence[str],
    probability: float = 0.8,
    scenario: Scenario = BASELINE,
    budget: float | None = None,
    until: int | None = None,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
    progress: Progress | None = None,
) -> GoalSeek:
    """Find the least setting of a lever, the same every year, with which a target is likely enough.

    Of one lever the smallest multiple x of its step, 0 <= x <= upper, with P(met | x) at least
    `probability`; of several the settings of least cost, sum_i unit cost_i years x_i, with the
    (1 - probability) quantile of the draws' margins not below 0; found on continuous settings,
    then rounded up to steps and mended until the share of draws holds.

    Parameters
    ----------
    plan : from `load_plan`
    target : a row of `plan.targets` (a Series or a table of one row), or a mapping with region,
        indicator and year, as far as they are needed to name one of the plan's targets
    lever : a lever of a mechanism of the indicator, `trainees_per_year` or, also of what the
        indicator hangs on, `care_workforce.trainees_per_year`; `pace`, extra units a year of any
        indicator; or several levers that have a cost. Of a lever of the unit `year` the latest date
        is found, given the scenario's other levers
    probability : wanted share of draws, between 0 and 1
    scenario : what else is set; the lever's own setting in it is replaced
    budget : most that may be spent over all years, in 10,000 yuan
    until, draws, seed : as in `project`; `until` None takes the last target year
    paths : the baseline where it is there already; replaces until, draws and seed
    mechanisms : as in `apply_scenario`
    progress : called with the share done before each setting is played, and with 1 at the end; of
        several levers the share is a guess. What it raises ends the search

    Raises
    ------
    UnknownNameError
        For a lever that the indicator does not have; the nearest is suggested.
    DataError
        As `TargetResponse.of`, and where a mechanism lacks an input.
    ValueError
        For a probability outside 0 to 1, and for a lever without a cost where one is needed.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> asked = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> found = goal_seek(plan, asked, lever="trainees_per_year", draws=1000)
    >>> found.reading, found.units, found.value % 10, found.p_reach >= 0.8
    ('reached', ('person',), 0.0, True)
    """
    if not 0.0 < probability < 1.0:
        told = N_("probability must lie between 0 and 1, not {probability}.")
        raise ValueError(said(told, probability=probability))
    row = one_target(plan, target)
    whole = Tally(progress, 1 + (paths is None))
    base = paths or _baseline(plan, row, until, draws, seed, whole.part(1))
    tally = Tally(whole.part(1))
    response = TargetResponse.build(plan, row, paths=base, scenario=scenario, mechanisms=mechanisms)
    response = replace(response, tally=tally)
    names = [lever] if isinstance(lever, str) else list(dict.fromkeys(lever))
    chosen = [response.lever(name) for name in names]
    if len(chosen) > 1 or budget is not None:
        _need_costs(chosen)
    tally.expected = _expected(chosen)
    search = _Search(response, chosen)
    curve = search.curve()
    if len(chosen) == 1:
        place, reading = _least(search, probability, budget)
    else:
        place, reading = _cheapest(search, probability, budget)
    found = _report(search, curve, place, reading, probability)
    tally.end()
    return found


def required(  # noqa: PLR0913 - as `goal_seek`
    plan: Plan,
    targets: pd.DataFrame | None = None,
    *,
    probability: float = 0.8,
    scenario: Scenario = BASELINE,
    draws: int = 2000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> pd.DataFrame:
    """Tell what every open target needs of each lever.

    Parameters
    ----------
    plan : from `load_plan`
    targets : rows of the plan's targets; None takes all
    probability, scenario, mechanisms : as in `goal_seek`
    draws, seed : of the baseline; fewer draws than elsewhere, for many bisections
    paths : the baseline where it is there already; replaces draws and seed

    Returns
    -------
    A row a target and lever: region, indicator, year, target, lever, unit; `needed_median`, the
    setting a year with which the middle draw meets the target, and `needed`, that with which the
    share `probability` does, NaN where `reading` (as in `GoalSeek`, of `needed`) says so; cost,
    cost_low, cost_high of `needed` over all years, in 10,000 yuan; pace_share as in `GoalSeek`.
    Levers are `pace` and those of the indicator's own mechanisms that have their inputs;
    `hires_closed_form` is the gross hires a year that central beliefs ask for, without a chance
    (see `mechanisms.required_hires`): from the stock of today, the latest ratio over today's
    population, with nobody else joining; negative where nobody is needed. Targets that figures
    have decided, and those without a figure, have no row.

    Raises
    ------
    ValueError
        For a probability outside 0 to 1.
    DataError
        As `apply_scenario`.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> asked = plan.targets[plan.targets["indicator"] == "care_workers_per_10k_elderly"]
    >>> table = required(plan, asked, draws=400)
    >>> table["lever"].tolist()
    ['pace', 'trainees_per_year', 'hires_per_year', 'hires_closed_form']
    """
    if not 0.0 < probability < 1.0:
        told = N_("probability must lie between 0 and 1, not {probability}.")
        raise ValueError(said(told, probability=probability))
    asked = plan.targets if targets is None else targets
    base = _baseline(plan, asked, None, draws, seed) if paths is None else paths
    asked = asked[asked["year"] <= base.years[-1]]
    status = draw_events(base, asked, as_of=plan.as_of)[0]["status"]
    rows: list[dict[str, Any]] = []
    for place in np.flatnonzero(~status.isin(["met", "missed", *SILENT])):
        row = asked.iloc[[place]]
        response = TargetResponse.build(
            plan, row, paths=base, scenario=scenario, mechanisms=mechanisms
        )
        rows += _needs(response, probability)
    columns = [
        *KEY, "year", "target", "lever", "unit", "needed_median", "needed", "reading", "cost",
        "cost_low", "cost_high", "pace_share",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


class _Search:
    """Chances at settings of one or several levers, by their places on the grids."""

    def __init__(self, response: TargetResponse, chosen: Sequence[SearchLever]) -> None:
        self.response, self.chosen = response, chosen
        self.grids = [choice.grid for choice in chosen]
        self._known: dict[tuple[int, ...], float] = {}

    def values(self, place: Sequence[int]) -> tuple[float, ...]:
        """Give settings at a place."""
        return tuple(float(grid[i]) for grid, i in zip(self.grids, place, strict=True))

    def settings(self, values: Sequence[float]) -> dict[str, float]:
        """Give settings by name."""
        return {c.name: float(v) for c, v in zip(self.chosen, values, strict=True)}

    def chance(self, place: Sequence[int]) -> float:
        """Share of the draws that meet the target."""
        at = tuple(int(i) for i in place)
        if at not in self._known:
            self._known[at] = self.response.chance(self.settings(self.values(at)))
        return self._known[at]

    def margin(self, values: Sequence[float]) -> FloatArray:
        """Margins (draws,) at settings between the steps."""
        return self.response.criterion.margin(self.response.draws(self.settings(values)))

    def cost(self, values: Sequence[float], level: str = "central") -> float:
        """Cost of settings over all years."""
        return sum(c.total_cost(v, level) for c, v in zip(self.chosen, values, strict=True))

    @property
    def top(self) -> tuple[int, ...]:
        """Last place of each grid."""
        return tuple(len(grid) - 1 for grid in self.grids)

    def without(self) -> float:
        """Share of the draws that meet the target with the levers at 0."""
        return self.response.chance(self.settings([0.0] * len(self.chosen)))

    def short(self) -> str:
        """Tell why the levers do not reach: whether they help any draw at all."""
        least, most = (self.margin(self.values(p)) for p in ((0,) * len(self.top), self.top))
        return "beyond_limits" if (most > least).any() else "no_effect"

    def curve(self) -> pd.DataFrame:
        """Give chances from nothing to the limits; of several levers along all their limits."""
        several, rows = len(self.chosen) > 1, []
        for share in np.linspace(0.0, 1.0, CURVE_POINTS):
            place = tuple(round(share * top) for top in self.top)
            values = self.values(place)
            p = self.chance(place)
            error = share_error(p, len(self.response.margin))
            value = float(share) if several else values[0]
            rows.append((value, p, error, self.cost(values)))
        table = pd.DataFrame(rows, columns=["value", "p_reach", "mc_error", "cost"])
        return table.drop_duplicates("value").sort_values("value", ignore_index=True)


def _expected(chosen: Sequence[SearchLever]) -> int:
    """Count the settings that a search plays: of one lever at most, of several about."""
    top = len(chosen[0].grid) - 1
    if len(chosen) > 1:
        return OF_SEVERAL
    halvings = math.ceil(math.log2(max(top / (CURVE_POINTS - 1), 1.0))) + 1
    # Besides: as things are, without the lever, at a place that a budget buys, and the pace.
    return min(CURVE_POINTS, top + 1) + max(halvings, 2) + 4


def _least(
    search: _Search, probability: float, budget: float | None = None, points: int = CURVE_POINTS
) -> tuple[tuple[int, ...] | None, str]:
    """Find the first place on one lever's grid that is likely enough, and what to say of it.

    Places between two `points` are bisected, where the first of the points is that does.
    """
    (top,) = search.top
    places = np.unique(np.linspace(0, top, points).round().astype(int))
    chances = np.array([search.chance((i,)) for i in places])
    dated = search.chosen[0].unit == "year"
    enough = np.flatnonzero(chances >= probability)
    if not len(enough):
        return None, search.short()
    if enough[0] == 0 and (not dated or chances.max() <= chances[0]):
        return (0,), "reached_already"
    high = int(places[enough[0]])
    low = int(places[enough[0] - 1]) if enough[0] else high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if search.chance((middle,)) >= probability else (middle, high)
    if budget is not None and search.cost(search.values((high,))) > budget + 1e-9:
        return _affordable(search, (high,), 0, budget), "beyond_budget"
    return (high,), "reached"


def _cheapest(
    search: _Search, probability: float, budget: float | None
) -> tuple[tuple[int, ...] | None, str]:
    """Find the place of least cost that is likely enough, or the likeliest that a budget buys."""
    none = (0,) * len(search.top)
    if search.chance(none) >= probability:
        return none, "reached_already"
    if search.chance(search.top) < probability:
        return None, search.short()

    def close(place: tuple[int, ...], lever: int) -> tuple[int, ...] | None:
        return _closed(search, place, lever, probability)

    found = _mended(search, _smooth_cheapest(search, probability), close, lambda _: 0.0)
    assert found is not None
    if budget is None or search.cost(search.values(found)) <= budget + 1e-9:
        return found, "reached"

    def fill(place: tuple[int, ...], lever: int) -> tuple[int, ...] | None:
        return _affordable(search, place, lever, budget)

    bought = _mended(search, _smooth_likeliest(search, budget), fill, lambda at: -search.chance(at))
    return bought, "beyond_budget"


def _smooth_cheapest(search: _Search, probability: float) -> FloatArray:
    """Shares of the limits of least cost at which the smooth margin is not below 0."""
    upper = np.array([grid[-1] for grid in search.grids])
    price = np.array([c.total_cost(u) for c, u in zip(search.chosen, upper, strict=True)])
    scale = _spread(search.response.margin)
    worst = math.floor(len(search.response.margin) * (1.0 - probability) + 1e-9)

    def smooth(share: FloatArray) -> float:
        margin = search.margin(np.clip(share, 0.0, 1.0) * upper)
        return float(np.partition(margin, worst)[worst] / scale)

    starts = [np.ones(len(upper)), *np.eye(len(upper)), np.full(len(upper), 0.5)]
    return _best(lambda share: float(share @ price / price.sum()), smooth, starts)


def _smooth_likeliest(search: _Search, budget: float) -> FloatArray:
    """Shares of the limits that a budget buys with the highest smoothed chance."""
    upper = np.array([grid[-1] for grid in search.grids])
    price = np.array([c.total_cost(u) for c, u in zip(search.chosen, upper, strict=True)])
    scale = 0.1 * _spread(search.response.margin)

    def unlikely(share: FloatArray) -> float:
        margin = search.margin(np.clip(share, 0.0, 1.0) * upper)
        return float(expit(-margin / scale).mean())

    def left(share: FloatArray) -> float:
        return float((budget - share @ price) / price.sum())

    corners = [np.minimum(budget / price[i], 1.0) * row for i, row in enumerate(np.eye(len(upper)))]
    return _best(unlikely, left, [*corners, np.mean(corners, axis=0)])


def _best(
    cost: Callable[[FloatArray], float],
    room: Callable[[FloatArray], float],
    starts: Sequence[FloatArray],
) -> FloatArray:
    """Least minimum from several starts with `room` not below 0, by SLSQP (Kraft 1988).

    Differences are taken over `REACH` of the limits: draws of a count move in steps.
    """
    from scipy.optimize import minimize  # a quarter of a second that only these answers pay

    options = {"eps": REACH, "maxiter": ITERATIONS, "ftol": 1e-5}
    bounds, held = [(0.0, 1.0)] * len(starts[0]), {"type": "ineq", "fun": room}
    found = [
        minimize(cost, s, method="SLSQP", bounds=bounds, constraints=held, options=options).x
        for s in starts
    ]
    return min(found, key=lambda x: (round(max(0.0, -room(x)), 3), cost(x)))


def _mended(
    search: _Search,
    shares: FloatArray,
    close: Callable[[tuple[int, ...], int], tuple[int, ...] | None],
    worth: Callable[[tuple[int, ...]], float],
) -> tuple[int, ...] | None:
    """Go from shares of the limits to the best place near them.

    Every lever in turn closes the gap, the others standing at most a step away; repeated from the
    best place until there is none better.
    """
    top = np.array(search.top)
    here = tuple(int(i) for i in np.round(np.clip(shares, 0.0, 1.0) * top))
    best: tuple[tuple[float, float], tuple[int, ...]] | None = None
    while True:
        near = [
            sorted({int(np.clip(i + d, 0, last)) for d in (-1, 0, 1)})
            for i, last in zip(here, top, strict=True)
        ]
        closed = {close(place, j) for j in range(len(top)) for place in _others(near, j)}
        ranked = [((worth(p), search.cost(search.values(p))), p) for p in closed if p is not None]
        found = min(ranked, default=None)
        if found is None or (best is not None and found >= best):
            return None if best is None else best[1]
        best, here = found, found[1]


def _others(near: list[list[int]], lever: int) -> list[tuple[int, ...]]:
    """Places near, the closing lever's own left at 0."""
    return list(product(*([0] if j == lever else near[j] for j in range(len(near)))))


def _closed(
    search: _Search, place: tuple[int, ...], lever: int, probability: float
) -> tuple[int, ...] | None:
    """Give the place with the least of one lever that is likely enough; None where none is."""

    def at(i: int) -> tuple[int, ...]:
        return (*place[:lever], i, *place[lever + 1 :])

    low, high = -1, search.top[lever]
    if search.chance(at(high)) < probability:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if search.chance(at(middle)) >= probability else (middle, high)
    return at(high)


def _affordable(
    search: _Search, place: tuple[int, ...], lever: int, budget: float
) -> tuple[int, ...] | None:
    """Give the place with the most of one lever that a budget buys; None where it buys none."""
    bare = (*place[:lever], 0, *place[lever + 1 :])
    left = budget - search.cost(search.values(bare))
    if left < -1e-9:
        return None
    choice = search.chosen[lever]
    most = (
        left / choice.total_cost(choice.step) if choice.total_cost(choice.step) > 0.0 else math.inf
    )
    high = int(min(most + 1e-9, search.top[lever]))
    return (*place[:lever], high, *place[lever + 1 :])


def _report(
    search: _Search,
    curve: pd.DataFrame,
    place: tuple[int, ...] | None,
    reading: str,
    probability: float,
) -> GoalSeek:
    """Put an answer into words and numbers."""
    response, goal = search.response, search.response.criterion
    p = pace = share = math.nan
    values = (math.nan,) * len(search.chosen)
    scenario = response.scenario
    if place is not None:
        values, p = search.values(place), search.chance(place)
        scenario = response.with_settings(search.settings(values))
        pace = _pace(response, scenario)
        share = _at_least(response.paces, pace, goal.direction)
    cost, low, high = (search.cost(values, level) for level in ("central", "low", "high"))
    ends = [(c.lower, c.upper) for c in search.chosen]
    top = (0,) if search.chosen[0].unit == "year" else search.top
    return GoalSeek(
        *goal.key, goal.year, goal.value, goal.comparator, probability,
        tuple(c.name for c in search.chosen), tuple(c.unit for c in search.chosen), values,
        tuple(lower for lower, _ in ends), tuple(upper for _, upper in ends),
        place is not None and p >= probability, p, share_error(p, len(response.margin)),
        search.without(), search.chance(top), cost, low, high, curve, reading, pace, share,
        len(response.paces), scenario,
    )  # fmt: skip


def _needs(response: TargetResponse, probability: float) -> list[dict[str, Any]]:
    """Rows of `required` of one target."""
    goal = response.criterion
    own = {n: m for n, m in response.acting_mechanisms.items() if m.indicator == goal.key[1]}
    choices = [response.pace_lever()]
    for name, mechanism in own.items():
        if name in response.usable_mechanisms:
            labels = [x if x in response.levers else f"{name}.{x}" for x in mechanism.levers]
            choices += [response.levers[label] for label in labels]
    rows: list[dict[str, Any]] = []
    shared = dict(zip([*KEY, "year", "target"], [*goal.key, goal.year, goal.value], strict=True))
    for choice in choices:
        search = _Search(response, [choice])
        place, reading = _least(search, probability, points=2)
        middle, _ = _least(search, 0.5, points=2)
        needed, median = (math.nan if p is None else search.values(p)[0] for p in (place, middle))
        share = math.nan
        if place is not None:
            pace = _pace(response, response.with_settings({choice.name: needed}))
            share = _at_least(response.paces, pace, goal.direction)
        costs = {
            n: choice.total_cost(needed, n.removeprefix("cost_")) for n in ("cost_low", "cost_high")
        }
        rows.append(
            {**shared, "lever": choice.name, "unit": choice.unit, "needed_median": median,
             "needed": needed, "reading": reading, "cost": choice.total_cost(needed), **costs,
             "pace_share": share}
        )  # fmt: skip
    for name, mechanism in own.items():
        if mechanism.kind == "workforce" and name in response.usable_mechanisms:
            hires = _closed_form(response, mechanism)
            reading = "reached" if hires > 0.0 else "reached_already"
            unit = mechanism.levers["hires_per_year"].unit
            rows.append(
                {**shared, "lever": CLOSED_FORM, "unit": unit, "needed_median": hires,
                 "reading": reading}
            )  # fmt: skip
    return rows


def _closed_form(response: TargetResponse, mechanism: Mechanism) -> float:
    """Gross hires a year at central beliefs: see `mechanisms.required_hires`."""
    goal, first = response.criterion, first_decision_year(response.plan)
    beliefs = {name: belief.central for name, belief in mechanism.assumptions.items()}
    years = np.array([first - 1.0, float(goal.year)])
    key = (goal.key[0], mechanism.inputs["population"])
    if response.is_simulated(key[1]):
        run = ScenarioRun(response.paths, response.plan, response.mechanisms)
        read = run.lookup(key[0], years, after=False)("", key[1], 0)
        assert read is not None
        population = np.median(read, axis=0)
    else:
        growth = 1.0 + beliefs["population_growth"] / 100.0
        population = beliefs["population"] * growth ** (years - goal.latest_year)
    now, then = population / mechanism.constants["per"]
    leaving = beliefs["leaving_rate"] / 100.0
    return required_hires(goal.latest * now, goal.value * then, leaving, goal.year - first + 1)


def _baseline(
    plan: Plan,
    targets: pd.DataFrame,
    until: int | None,
    draws: int,
    seed: int,
    progress: Progress | None = None,
) -> Paths:
    """Draws that reach the last target."""
    last = max(int(plan.targets["year"].max()), int(targets["year"].max()))
    end = last if until is None else until
    return project(plan, until=end, draws=draws, seed=seed, progress=progress)


def _need_costs(chosen: Sequence[SearchLever]) -> None:
    """Refuse levers without a cost where costs are compared."""
    if free := [c.name for c in chosen if c.cost is None]:
        told = N_(
            "Without a cost: {levers}. Add `cost` in mechanisms.yaml, or ask for one lever without "
            "a budget."
        )
        raise ValueError(said(told, levers=free))


def _pace(response: TargetResponse, scenario: Scenario) -> float:
    """Change a year of the middle draw, from the latest figure to the target year."""
    goal = response.criterion
    if goal.year <= goal.latest_year:
        return math.nan
    middle = float(np.median(response.draws(scenario)[:, goal.last]))
    return (middle - goal.latest) / (goal.year - goal.latest_year)


def _at_least(paces: FloatArray, pace: float, way: float) -> float:
    """Share of paces that are at least as high in the wanted direction."""
    return float((way * paces >= way * pace - 1e-9).mean()) if len(paces) else math.nan


def _spread(margin: FloatArray) -> float:
    """Give the standard deviation of margins, 1 where they do not differ."""
    return float(np.std(margin)) or 1.0
