"""Goal seek: what it takes to reach a target with a wanted probability.

`goal_seek` searches one or several levers for one target, `required` every lever for all open
targets. Probabilities are shares of draws, not kept within 1-99 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..callbacks import Progress, ProgressTracker
from ..errors import N_, check_arguments, check_columns, msg
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.attainment import draw_events
from ..targets.target_state import OPEN
from ..targets.target_tables import GOAL_COLUMNS
from .baseline import project
from .criterion import p_error, select_target
from .dating import first_decision_year
from .declarations import Mechanism
from .lever_search import LeverSearch, Point, expected_runs, find_cheapest, find_least
from .mechanisms import required_hires
from .response import SearchLever, TargetResponse, yearly_paces
from .scenario import BASELINE, Scenario

__all__ = ["CLOSED_FORM", "GoalSeek", "check_probability", "goal_seek", "required"]

FloatArray = NDArray[np.float64]

CLOSED_FORM = "hires_closed_form"
"""Name of the row of `required` that has the closed form of a workforce."""


@dataclass(frozen=True)
class GoalSeek:
    """The least settings of levers with which a target is likely enough.

    Attributes
    ----------
    region, indicator, year, target, comparator, probability : the question
    levers, units, values, lower, upper : one entry a lever; `values` is the yearly setting from the
        first decision year on, for a lever of the unit `year` the latest date; NaN where the target
        is not reached; where the budget does not suffice, the best that it buys
    reached : whether `p_reach` is at least `probability`
    p_reach, mc_error : share of draws that meet the target at `values`, and its standard error;
        NaN where `values` are
    p_baseline, p_upper : the share without the levers, and with all at their limits
    evidence : as in `attainment`; of `prior only` (one figure) the shares are no finding
    cost, cost_low, cost_high : of `values` over all years to the target year, in 10,000 yuan, at
        the central, lowest and highest unit cost; NaN where a lever has none
    curve : value, p_reach, mc_error, cost, from 0 to the limit; of several levers `value` is the
        share of all their limits
    reading : `reached_already` (without the levers), `reached`, `beyond_limits`, `beyond_budget`,
        or `no_effect` (at their limits the levers help no draw)
    pace : change a year of the median, from the latest figure to the target year, at `values`
    pace_share : share of all yearly paces that regions of the indicator showed which are at least
        as large in the wanted direction; NaN where none is known
    paces : number of those paces
    scenario : the scenario of the question with `values` set, without them where they are NaN
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
    evidence: str
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
        """The setting of the only lever; a ValueError if there are several."""
        if len(self.values) > 1:
            raise ValueError(msg("Several levers, {levers}: read `values`.", levers=[*self.levers]))
        return self.values[0]


def goal_seek(  # noqa: PLR0913 - the question, and what `project` needs where there are no paths
    plan: Plan,
    target: Any,
    *,
    lever: str | Sequence[str],
    probability: float = 0.8,
    scenario: Scenario = BASELINE,
    budget: float | None = None,
    until: Any = None,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
    progress: Progress | None = None,
) -> GoalSeek:
    """Find the least yearly setting of a lever with which a target is likely enough.

    One lever: the smallest multiple x of its step, 0 <= x <= upper, with P(met | x) at least
    `probability`. Several: the settings of least cost, sum_i unit cost_i years x_i, with the
    (1 - probability) quantile of the margins not below 0; found on a continuous scale and refined
    on the steps until the share of draws is at least `probability`.

    Parameters
    ----------
    plan : from `load_plan`
    target : a row of `plan.targets` (a Series or a table of one row), or a mapping with as much of
        region, indicator and year as it takes to identify one of the plan's targets
    lever : a lever of the indicator's mechanisms, `trainees_per_year`, or with its mechanism
        `care_workforce.trainees_per_year`, also of the indicators that it depends on; `pace`, extra
        units a year of any indicator; or several levers with costs. Of a lever of the unit `year`
        the latest date is found, given the scenario's other levers
    probability : wanted share of draws, between 0 and 1
    scenario : other settings; a setting of the lever itself is replaced
    budget : largest cost over all years, in 10,000 yuan
    until, draws, seed : as in `project`; `until` None takes the last target year
    paths : the baseline, if it has been simulated; replaces until, draws and seed
    mechanisms : as in `apply_scenario`
    progress : called with the share done before each run, and with 1 at the end; with several
        levers the share is an estimate. An exception that it raises ends the search

    Raises
    ------
    UnknownNameError
        For a lever that the indicator does not have; the nearest is suggested.
    DataError
        As `TargetResponse.build`, and where a mechanism lacks an input.
    ValueError
        For a probability outside 0 to 1, and for a lever without a cost where one is needed.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> target = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> found = goal_seek(plan, target, lever="trainees_per_year", draws=200)
    >>> found.reading, found.units, found.value % 10, found.p_reach >= 0.8
    ('reached', ('person',), 0.0, True)
    """
    check_arguments(goal_seek, locals())
    check_probability(probability)
    row = select_target(plan, target)
    whole = ProgressTracker(progress, 1 + (paths is None))
    until = _last_year(plan, row) if until is None else until
    base = paths or project(plan, until=until, draws=draws, seed=seed, progress=whole.part(1))
    tracker = ProgressTracker(whole.part(1))
    response = TargetResponse.build(
        plan, row, paths=base, scenario=scenario, mechanisms=mechanisms, tracker=tracker
    )
    names = [lever] if isinstance(lever, str) else list(dict.fromkeys(lever))
    if not names:
        raise ValueError(msg("lever must be one lever or several, not none."))
    levers = [response.lever(name) for name in names]
    if len(levers) > 1 or budget is not None:
        _check_costs(levers)
    tracker.expected = expected_runs(levers)
    search = LeverSearch(response, levers)
    curve = search.curve()
    if len(levers) == 1:
        point, reading = find_least(search, probability, budget)
    else:
        point, reading = find_cheapest(search, probability, budget)
    result = _result(search, curve, point, reading, probability)
    tracker.end()
    return result


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
    """Find the least setting of every lever for every open target.

    Parameters
    ----------
    plan : from `load_plan`
    targets : rows of the plan's targets; None takes all
    probability, scenario, mechanisms, paths : as in `goal_seek`
    draws, seed : of the baseline; fewer draws than elsewhere, because there are many searches

    Returns
    -------
    A row a target and lever: region, indicator, year, target, lever, unit; `needed_median`, the
    yearly setting with which the median draw meets the target, and `needed`, that with which the
    share `probability` does, NaN where `reading` (as in `GoalSeek`, of `needed`) says so; cost,
    cost_low, cost_high of `needed` over all years, in 10,000 yuan; pace_share as in `GoalSeek`.
    Levers are `pace` and those of the indicator's own mechanisms whose inputs are known;
    `hires_closed_form` is the gross number of hires a year at the central values of the
    assumptions, without a probability (see `mechanisms.required_hires`): from the present stock,
    the latest ratio over the present population, with nobody else joining; negative where nobody is
    needed. Targets that figures have decided, and those without a figure, have no row.

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
    >>> targets = plan.targets[plan.targets["indicator"] == "care_workers_per_10k_elderly"]
    >>> required(plan, targets, draws=100)["lever"].tolist()
    ['pace', 'trainees_per_year', 'hires_per_year', 'hires_closed_form']
    """
    check_arguments(required, locals())
    check_probability(probability)
    chosen = plan.targets if targets is None else targets
    check_columns("targets", chosen, GOAL_COLUMNS)
    base = paths or project(plan, until=_last_year(plan, chosen), draws=draws, seed=seed)
    chosen = chosen[chosen["year"] <= base.years[-1]]
    status = draw_events(base, chosen, as_of=plan.as_of)[0]["status"]
    rows: list[dict[str, Any]] = []
    open_ = chosen[status.isin(OPEN).to_numpy()]
    names = open_["indicator"].unique()
    paces = dict(zip(names, yearly_paces(plan, *names), strict=True))
    for place in range(len(open_)):
        response = TargetResponse.build(
            plan, open_.iloc[[place]], paths=base, scenario=scenario, mechanisms=mechanisms
        )
        vars(response)["paces"] = paces[response.criterion.key[1]]
        rows += _required_rows(response, probability)
    columns = [
        *KEY, "year", "target", "lever", "unit", "needed_median", "needed", "reading", "cost",
        "cost_low", "cost_high", "pace_share",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _result(
    search: LeverSearch, curve: pd.DataFrame, point: Point | None, reading: str, probability: float
) -> GoalSeek:
    """Collect the result of a search."""
    response, criterion, levers = search.response, search.response.criterion, search.levers
    p = pace = share = math.nan
    values = (math.nan,) * len(levers)
    scenario = response.scenario
    if point is not None:
        values, p = search.values(point), search.p_met(point)
        scenario = response.with_settings(search.settings(values))
        pace, share = _pace(response, scenario)
    region, indicator = criterion.key
    return GoalSeek(
        region=region, indicator=indicator, year=criterion.year, target=criterion.value,
        comparator=criterion.comparator, probability=probability,
        levers=tuple(c.name for c in levers), units=tuple(c.unit for c in levers), values=values,
        lower=tuple(c.lower for c in levers), upper=tuple(c.upper for c in levers),
        reached=point is not None and p >= probability, p_reach=p,
        mc_error=p_error(p, len(response.margin)), p_baseline=search.p_without(),
        p_upper=search.p_met((0,) if levers[0].unit == "year" else search.top),
        evidence=criterion.evidence,
        cost=search.cost(values), cost_low=search.cost(values, "low"),
        cost_high=search.cost(values, "high"), curve=curve, reading=reading, pace=pace,
        pace_share=share, paces=len(response.paces), scenario=scenario,
    )  # fmt: skip


def _required_rows(response: TargetResponse, probability: float) -> list[dict[str, Any]]:
    """Rows of `required` of one target."""
    criterion = response.criterion
    own = {
        name: mechanism
        for name, mechanism in response.acting_mechanisms.items()
        if mechanism.indicator == criterion.key[1] and name in response.usable_mechanisms
    }
    levers = [response.pace_lever()]
    for name, mechanism in own.items():
        labels = [n if n in response.levers else f"{name}.{n}" for n in mechanism.levers]
        levers += [response.levers[label] for label in labels]
    facts = [*criterion.key, criterion.year, criterion.value]
    target = dict(zip([*KEY, "year", "target"], facts, strict=True))
    rows: list[dict[str, Any]] = []
    for lever in levers:
        search = LeverSearch(response, [lever])
        point, reading = find_least(search, probability, points=2)
        middle, _ = find_least(search, 0.5, points=2)
        needed, median = (math.nan if p is None else search.values(p)[0] for p in (point, middle))
        share = math.nan
        if point is not None:
            share = _pace(response, response.with_settings({lever.name: needed}))[1]
        rows.append({
            **target, "lever": lever.name, "unit": lever.unit, "needed_median": median,
            "needed": needed, "reading": reading, "cost": lever.total_cost(needed),
            "cost_low": lever.total_cost(needed, "low"),
            "cost_high": lever.total_cost(needed, "high"), "pace_share": share,
        })  # fmt: skip
    for mechanism in own.values():
        if mechanism.kind == "workforce":
            hires = _closed_form_hires(response, mechanism)
            rows.append({
                **target, "lever": CLOSED_FORM, "unit": mechanism.levers["hires_per_year"].unit,
                "needed_median": hires, "reading": "reached" if hires > 0.0 else "reached_already",
            })  # fmt: skip
    return rows


def _closed_form_hires(response: TargetResponse, mechanism: Mechanism) -> float:
    """Gross hires a year at the central values of assumptions: see `mechanisms.required_hires`."""
    criterion, first = response.criterion, first_decision_year(response.plan)
    central = {name: assumption.central for name, assumption in mechanism.assumptions.items()}
    years = np.array([first - 1.0, float(criterion.year)])
    indicator = mechanism.inputs["population"]
    if response.is_simulated(indicator):
        read = response.new_run().state.read((response.region, indicator), years, after=False)
        population = np.median(read, axis=0)
    else:
        growth = 1.0 + central["population_growth"] / 100.0
        population = central["population"] * growth ** (years - criterion.latest_year)
    now, then = population / mechanism.constants["per"]
    start, goal, years_left = (
        criterion.latest * now,
        criterion.value * then,
        criterion.year - first + 1,
    )
    return required_hires(start, goal, central["leaving_rate"] / 100.0, years_left)


def _pace(response: TargetResponse, scenario: Scenario) -> tuple[float, float]:
    """Change a year of the median from the latest figure on, and the share of paces as large."""
    criterion, paces = response.criterion, response.paces
    pace = math.nan
    if criterion.year > criterion.latest_year:
        median = float(np.median(response.simulate(scenario)[:, criterion.last]))
        pace = (median - criterion.latest) / (criterion.year - criterion.latest_year)
    as_large = criterion.direction * paces >= criterion.direction * pace - 1e-9
    return pace, float(as_large.mean()) if len(paces) else math.nan


def _last_year(plan: Plan, targets: pd.DataFrame) -> int:
    """Return the year of the last target."""
    return max(int(plan.targets["year"].max()), int(targets["year"].max()))


def check_probability(probability: float) -> None:
    """Refuse a probability that is not between 0 and 1."""
    if not 0.0 < probability < 1.0:
        problem = N_("probability must lie between 0 and 1, not {probability}.")
        raise ValueError(msg(problem, probability=probability))


def _check_costs(levers: Sequence[SearchLever]) -> None:
    """Refuse levers without a cost where costs are compared."""
    if free := [lever.name for lever in levers if lever.cost is None]:
        problem = N_(
            "Without a cost: {levers}. Add `cost` in mechanisms.yaml, or ask for one lever without "
            "a budget."
        )
        raise ValueError(msg(problem, levers=free))
