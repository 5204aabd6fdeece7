"""The cheapest mix of levers for a whole plan: most targets within a budget, at the least cost.

Levers that share a target form a group; groups do not touch each other. In a group the cheapest
settings are searched (`lever_search`) with which the targets of a set are likely enough together,
for every set of up to `MOST_SETS` targets, of more for the sets of those that are cheapest alone.
What the groups offer is combined exactly, as in a knapsack: of all combinations within the budget
the one with the most targets, and of these the cheapest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from ..errors import N_, check_arguments, check_columns, check_name, msg
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.attainment import draw_events
from ..targets.target_state import OPEN
from ..targets.target_tables import GOAL_COLUMNS
from .baseline import project
from .declarations import Mechanism
from .goal_seeking import check_probability
from .lever_search import LeverSearch, find_cheapest, find_least
from .response import SearchLever, TargetResponse
from .scenario import BASELINE, Scenario

__all__ = ["LeverMix", "cheapest_mix"]

MOST_SETS = 5
"""Targets of a group up to which every set of them is searched: 31 sets."""
ENDS = ("central", "low", "high")
TargetKey = tuple[str, str, int, float]
Offer = tuple[int, float, dict[str, float]]
"""Targets that are likely enough, cost, and the settings of a group of levers."""


@dataclass(frozen=True)
class LeverMix:
    """The mix of levers with which most targets are likely enough, at the least cost.

    Attributes
    ----------
    settings : yearly setting by `mechanism.lever`, of levers that are used
    cost : over all years to the last target, in 10,000 yuan
    targets : a row an open target: region, indicator, year, target, p_baseline, p_reach, reached
        (p_reach is at least the wanted probability), mc_error (of p_reach), levers (those that
        move it), evidence (as in `attainment`; of `prior only`, one figure, chances are no finding)
    measures : a row a lever that is used: lever, setting, unit, cost, cost_low, cost_high
    unpriced : levers that move an open target and have no cost, so that none was searched
    reached : number of targets that are likely enough
    scenario : the scenario of the question with the settings
    offers : cost and reached of every mix that no other beats, without regard to the budget
    """

    settings: dict[str, float]
    cost: float
    targets: pd.DataFrame
    measures: pd.DataFrame
    unpriced: list[str]
    reached: int
    scenario: Scenario
    offers: pd.DataFrame


def cheapest_mix(  # noqa: PLR0913 - as `goal_seek`
    plan: Plan,
    levers: Iterable[str] | None = None,
    *,
    budget: float | None = None,
    probability: float = 0.8,
    targets: pd.DataFrame | None = None,
    scenario: Scenario = BASELINE,
    draws: int = 1000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> LeverMix:
    """Find the levers with which most targets of a plan are likely enough within a budget.

    Parameters
    ----------
    plan : from `load_plan` or `Plan.from_frames`
    levers : names as `care_workforce.trainees_per_year`; None takes all that have a cost
    budget : largest cost of all levers over all years, in 10,000 yuan; None: no limit
    probability : share of draws from which on a target counts as reached
    targets : rows of the plan's targets; None takes all. Those that are not open have no row
    scenario, draws, seed, paths, mechanisms : as in `goal_seek`

    Raises
    ------
    ValueError
        For a probability outside 0 to 1, and for a lever without a cost.
    DataError
        As `apply_scenario`.
    UnknownNameError
        For a lever that moves no target.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> names = ["care_workforce.trainees_per_year", "care_consortium_programme.projects_per_year"]
    >>> rows = plan.targets[plan.targets["indicator"].isin(
    ...     ["care_workers_per_10k_elderly", "care_consortia"])]
    >>> mix = cheapest_mix(plan, names, budget=1000, targets=rows, draws=100)
    >>> mix.cost <= 1000, mix.reached >= int((mix.targets["p_baseline"] >= 0.8).sum())
    (True, True)
    """
    check_arguments(cheapest_mix, locals())
    check_probability(probability)
    if budget is not None and budget < 0.0:
        raise ValueError(msg("budget must be 0 or more, not {given}.", given=budget))
    chosen = plan.targets if targets is None else targets
    check_columns("targets", chosen, GOAL_COLUMNS)
    base = paths or project(plan, until=int(chosen["year"].max()), draws=draws, seed=seed)
    chosen = chosen[chosen["year"] <= base.years[-1]]
    status = draw_events(base, chosen, as_of=plan.as_of)[0]["status"].isin(OPEN).to_numpy()
    responses = [
        TargetResponse.build(plan, row, paths=base, scenario=scenario, mechanisms=mechanisms)
        for row in (chosen.iloc[[i]] for i in np.flatnonzero(status))
    ]
    usable = _collect_levers(responses)
    known = _choose(usable, None if levers is None else [*levers])
    unpriced = [name for name, lever in usable.items() if lever.cost is None]
    offers: list[Offer] = [(0, 0.0, {})]
    for group, moved in _group(responses, known):
        found = _search_group(group, moved, probability)
        offers = _keep_best(
            (n + m, cost + more, {**settings, **added})
            for n, cost, settings in offers
            for m, more, added in found
        )
    within = [o for o in offers if budget is None or o[1] <= budget + 1e-9]
    count, cost, settings = max(within, key=lambda o: (o[0], -o[1]))
    table = _tabulate(responses, known, settings, probability)
    full = scenario
    for response in responses:
        own = {n: v for n, v in settings.items() if n in response.levers}
        steps = [s for s in response.with_settings(own).steps if s not in full.steps]
        full = full.with_steps(*steps)
    fixed = int(table["reached"].sum()) - count
    curve = pd.DataFrame([(c, n + fixed) for n, c, _ in offers], columns=["cost", "reached"])
    measures = pd.DataFrame(
        [
            (name, value, known[name].unit, *(known[name].total_cost(value, end) for end in ENDS))
            for name, value in settings.items()
        ],
        columns=["lever", "setting", "unit", "cost", "cost_low", "cost_high"],
    )
    reached = int(table["reached"].sum())
    return LeverMix(settings, cost, table, measures, unpriced, reached, full, curve)


def _collect_levers(responses: Sequence[TargetResponse]) -> dict[str, SearchLever]:
    """Levers by full name; each is paid until the last year of the targets that it moves."""
    found: dict[str, SearchLever] = {}
    for response in responses:
        for label, lever in response.levers.items():
            usable = lever.mechanism in response.usable_mechanisms
            if label == f"{lever.mechanism}.{lever.lever}" and usable:
                years = max(lever.years, found[label].years if label in found else 0.0)
                found[label] = replace(lever, years=years)
    return found


def _choose(
    found: Mapping[str, SearchLever], names: Sequence[str] | None
) -> dict[str, SearchLever]:
    """Levers that are named; without names all that have a cost."""
    if names is None:
        return {n: lever for n, lever in found.items() if lever.cost is not None}
    for name in names:
        check_name("lever", name, [*found])
    if free := [n for n in names if found[n].cost is None]:
        problem = N_("Without a cost: {levers}. Add `cost` in mechanisms.yaml, or leave them out.")
        raise ValueError(msg(problem, levers=free))
    return {n: found[n] for n in dict.fromkeys(names)}


def _group(
    responses: Sequence[TargetResponse], levers: Mapping[str, SearchLever]
) -> list[tuple[list[SearchLever], list[TargetResponse]]]:
    """Levers that share a target, with all targets that they move."""
    groups: list[tuple[set[str], list[TargetResponse]]] = []
    for response in responses:
        names = set(levers) & set(response.levers)
        if not names:
            continue
        touched = [g for g in groups if g[0] & names]
        merged = (names.union(*(g[0] for g in touched)), [r for g in touched for r in g[1]])
        groups = [g for g in groups if g not in touched] + [(merged[0], [*merged[1], response])]
    return [([levers[n] for n in sorted(names)], moved) for names, moved in groups]


def _search_group(
    levers: list[SearchLever], responses: list[TargetResponse], probability: float
) -> list[Offer]:
    """Offers of a group: the cheapest settings for each set of its targets."""
    alone: dict[TargetKey, float] = {}
    offers: list[Offer] = []
    searches = {_key(r): LeverSearch(r, levers) for r in responses}

    def offer(*wanted: TargetResponse) -> float:
        search = LeverSearch(wanted[0], levers, *wanted[1:])
        point, _ = (
            find_least(search, probability, points=2) if len(levers) == 1
            else find_cheapest(search, probability, None)
        )  # fmt: skip
        if point is None:
            return math.inf
        values = search.values(point)
        reached = sum(one.p_met(point) >= probability for one in searches.values())
        used = {n: v for n, v in search.settings(values).items() if v}
        offers.append((reached, search.cost(values), used))
        return offers[-1][1]

    zero = (0,) * len(levers)
    offers.append((sum(s.p_met(zero) >= probability for s in searches.values()), 0.0, {}))
    open_ = [r for r in responses if searches[_key(r)].p_met(zero) < probability]
    for response in open_:
        alone[_key(response)] = offer(response)
    open_ = sorted((r for r in open_ if alone[_key(r)] < math.inf), key=lambda r: alone[_key(r)])
    for size in range(2, len(open_) + 1):
        few = len(open_) <= MOST_SETS
        for wanted in combinations(open_, size) if few else [open_[:size]]:
            offer(*wanted)
    return _keep_best(offers)


def _key(response: TargetResponse) -> TargetKey:
    criterion = response.criterion
    return (*criterion.key, criterion.year, criterion.value)


def _keep_best(offers: Iterable[Offer]) -> list[Offer]:
    """Offers that no other one beats in both targets and cost, by cost."""
    kept: list[Offer] = []
    for offer in sorted(offers, key=lambda o: (o[1], -o[0])):
        if not kept or offer[0] > kept[-1][0]:
            kept.append(offer)
    return kept


def _tabulate(
    responses: Sequence[TargetResponse], levers: Mapping[str, SearchLever],
    settings: Mapping[str, float], probability: float,
) -> pd.DataFrame:  # fmt: skip
    """Table of the targets under a mix."""
    rows = []
    for one in responses:
        moved = [n for n in levers if n in one.levers]
        used = {n: settings[n] for n in moved if n in settings}
        before = one.probability(one.margin >= 0.0)
        p = one.probability(one.met(used)) if used else before
        error = math.sqrt(max(p * (1.0 - p), 0.0) / one.margin.size)
        rows.append((*_key(one), before, p, p >= probability, error, ", ".join(moved),
                     one.criterion.evidence))  # fmt: skip
    columns = [*KEY, "year", "target", "p_baseline", "p_reach", "reached", "mc_error", "levers",
               "evidence"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
