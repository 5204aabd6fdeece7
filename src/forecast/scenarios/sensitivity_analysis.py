"""What matters most for a target: one input at a time, shares of variance, failures, next figure.

The tornado asks what if: one input alone at a low and at a high value, as a scenario that sets it
plays it. The indices split the variance of the forecast as it stands under the scenario (Sobol
1993; Saltelli et al. 2010): what the scenario sets nothing in motion with has none. The failure
conditions describe the draws that miss the target by one or two thresholds (Friedman and Fisher
1999). The next figure is a rehearsal: what the chance will be once it is published.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ..callbacks import Progress, Tally
from ..errors import DataError, Problem, said
from ..model.simulation import Paths
from ..tables.plan import Plan
from .declarations import Mechanism, Range
from .engine import ScenarioRun, project
from .failure_regions import find_failure_regions
from .response import TargetResponse
from .scenario import BASELINE, Scenario, Span
from .variances import UnsuitedError, no_indices, variance_indices

__all__ = [
    "NextFigure",
    "Sensitivity",
    "failure_conditions",
    "next_figure",
    "sensitivity",
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Key = tuple[str, str]

OWN = "own_growth"
NEXT_CHANGE = "own_change"
LOW, HIGH = 0.1, 0.9
"""Quantile levels of the low and the high value of an input."""
TAIL = 0.05
"""Share of paths left out at either end for the indices: a log Student-t has no variance."""
BINS = 10


@dataclass(frozen=True)
class Sensitivity:
    """What matters most for one target.

    Attributes
    ----------
    tornado : a row an input, the widest first: input; kind (`own`, `input`, `assumption`, `lever`);
        low and high value and their unit; p_low and p_high, the shares of draws that meet the
        target with this input there and all others as they are; p_base; swing = |p_high - p_low|
        and its standard error mc_error, of the pairs
    indices : a row an input: input, first_order (share of the variance of the value in the target
        year that goes with the input alone) and total_order (with its interactions), each with the
        ends of its 95 % bootstrap interval: first_low, first_high, total_low, total_high
    reason : why there are no indices, "" where there are
    """

    tornado: pd.DataFrame
    indices: pd.DataFrame
    reason: str


@dataclass(frozen=True)
class NextFigure:
    """The next figure of an indicator, and what it would do to a target's chance.

    Attributes
    ----------
    table : year, low, high, share, p_reach: equally likely ranges of the figure, from above `low`
        to `high` (of the first from `low` on), and the share of their draws that meets the target
    year : the figure's year
    p_reach : the chance before the figure; the mean of the ranges' chances
    expected_move : mean |p_reach of a range - p_reach| over the ranges
    deviation : standard deviation of the ranges' chances
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
    """Tell which beliefs, levers and inputs move a target's chance most.

    Values of the tornado: P10 and P90 of an assumption's range, set from the first year that a
    decision can change, as a scenario does; 0 and a quarter of the limit of a lever that the
    scenario does not set, else half and 1.5 times its setting, at most its limit; the 10 and 90 %
    path (all years at one level) of an input's draws and of the indicator's own, `own_growth`, of
    which the value in the target year is shown. An assumption that is correlated with others
    carries them to their conditional medians, Phi(rho Phi^-1(level)) of their ranges (Gaussian
    copula). Dates, and assumptions that figures or the scenario replace, are left out.

    For the indices every input is a uniform of its own through its quantile function: an
    assumption over its whole range, the same before and after a change; a path between the 5 and
    95 % ones, as tails of a log Student-t have no finite variance; `project_luck` is what befalls
    a programme's projects.

    Parameters
    ----------
    plan, target : as in `goal_seek`
    scenario : what is set; None of its levers is moved but in its own row
    n : base points of the indices, a power of two
    draws, seed, paths, mechanisms : as in `goal_seek`
    progress : called with the share done before each input is moved and before every n points of
        the indices, and with 1 at the end. What it raises ends the work

    Raises
    ------
    DataError
        As `goal_seek`, and for a target that a figure has decided.
    ValueError
        If n is no power of two.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> asked = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> push = fc.read_scenario("care_worker_training")
    >>> found = sensitivity(plan, asked, scenario=push, n=128, draws=500)
    >>> found.tornado["input"].iloc[0], found.indices["input"].tolist()[:2]
    ('own_growth', ['own_growth', 'leaving_rate'])
    """
    whole = Tally(progress, 1 + (paths is None))
    base = paths or project(plan, draws=draws, seed=seed, progress=whole.part(1))
    tally = Tally(whole.part(1))
    response = replace(_open(plan, target, scenario, base, mechanisms), tally=tally)
    tally.expected = _expected(response)
    tornado = _tornado(response)
    names, correlated, reason = _index_inputs(response)
    indices = no_indices()
    if not reason:
        values = _values_at(response, names)
        try:
            indices = variance_indices(values, list(names), n, seed, correlated=correlated)
        except UnsuitedError as error:
            reason = str(error)
    tally.end()
    return Sensitivity(tornado, indices, reason)


def failure_conditions(
    plan: Plan,
    target: Any,
    *,
    scenario: Scenario = BASELINE,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> pd.DataFrame:
    """Tell under which conditions a target fails: thresholds on what differs between the draws.

    Inputs are the assumptions that act under the scenario, the growth of other indicators that act
    on this one to the target year (percent a year; change a year in the unit where the latest
    figure is not above 0), and `own_change`, the change from the latest figure to the next.

    Parameters
    ----------
    plan, target, scenario, draws, seed, paths, mechanisms : as in `sensitivity`

    Returns
    -------
    As `find_failure_regions`, with the unit of each threshold.

    Raises
    ------
    DataError
        As `sensitivity`.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> found = failure_conditions(plan, {"indicator": "nursing_bed_share", "year": 2025})
    >>> found[["input", "comparator"]].iloc[0].tolist()
    ['own_change', 'le']
    >>> bool((found["p_fail_in"] > found["p_fail"]).all())
    True
    """
    response = _open(plan, target, scenario, _drawn(plan, paths, draws, seed), mechanisms)
    run = ScenarioRun(response.paths, response.plan, response.mechanisms)
    run.apply(scenario)
    failed = response.criterion.margin(run.paths.values[response.row]) < 0.0
    inputs, units = _conditions(response, run)
    table = find_failure_regions(inputs, failed)
    table.insert(4, "unit", [units[name] for name in table["input"]])
    return table


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
    """Tell what the next published figure would say about a target.

    The draws are cut into `BINS` equally likely ranges of the next year's value, fewer where
    values tie. By the law of total probability the ranges' chances average to the chance now.

    Parameters
    ----------
    plan, target, scenario, draws, seed, paths, mechanisms : as in `sensitivity`

    Raises
    ------
    DataError
        As `sensitivity`.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> found = next_figure(plan, {"indicator": "nursing_bed_share", "year": 2025}, draws=1000)
    >>> found.year, len(found.table)
    (2021, 10)
    >>> average = (found.table["share"] * found.table["p_reach"]).sum()
    >>> bool(abs(average - found.p_reach) < 1e-12)
    True
    """
    response = _open(plan, target, scenario, _drawn(plan, paths, draws, seed), mechanisms)
    values = response.draws(scenario)
    column = int(np.flatnonzero(~np.isnan(values[0]))[0])
    figure, met = values[:, column], response.criterion.margin(values) >= 0.0
    cuts = np.arange(BINS + 1) / BINS
    edges = np.unique(np.quantile(figure, cuts, method="inverted_cdf"))
    place = np.maximum(np.searchsorted(edges, figure, side="left"), 1) - 1
    count, hits = np.bincount(place), np.bincount(place, weights=met)
    ends = edges if len(edges) > 1 else np.repeat(edges, 2)
    year, p = int(response.paths.years[column]), float(met.mean())
    table = pd.DataFrame(
        {"year": year, "low": ends[:-1], "high": ends[1:], "share": count / len(figure),
         "p_reach": hits / count}
    )  # fmt: skip
    move = table["p_reach"] - p
    expected = float((table["share"] * move.abs()).sum())
    return NextFigure(table, year, p, expected, math.sqrt((table["share"] * move**2).sum()))


def _drawn(plan: Plan, paths: Paths | None, draws: int, seed: int) -> Paths:
    return project(plan, draws=draws, seed=seed) if paths is None else paths


def _open(
    plan: Plan,
    target: Any,
    scenario: Scenario,
    paths: Paths,
    mechanisms: Mapping[str, Mechanism] | None,
) -> TargetResponse:
    """TargetResponse of a target that is still open.

    Raises
    ------
    DataError
        If a figure has decided it.
    """
    response = TargetResponse.build(
        plan, target, paths=paths, scenario=scenario, mechanisms=mechanisms
    )
    if not math.isnan(response.criterion.decided):
        where = f"{', '.join(response.criterion.key)}, {response.criterion.year}"
        problem, remedy = said("a figure has decided it"), said("ask about an open target")
        raise DataError([Problem("targets", None, "indicator", where, problem, remedy)])
    return response


def _expected(response: TargetResponse) -> int:
    """Count what is played for tornado and indices, at most."""
    choices = [c for c in response.levers.values() if c.mechanism in response.usable_mechanisms]
    levers = {(c.mechanism, c.lever) for c in choices if c.unit != "year"}
    ends = 2 * (len(response.paths.values) + len(_used(response)) + len(levers))
    names, correlated, _ = _index_inputs(response)
    # A trial, two sets of points, and one more an input.
    indices = 3 + len(names) if names and not correlated else 0
    return len(response.acting_mechanisms) + 1 + ends + indices


def _tornado(response: TargetResponse) -> pd.DataFrame:
    """Rows of all inputs, the widest first."""
    base = response.margin >= 0.0
    rows = [*_course_rows(response), *_assumption_rows(response), *_lever_rows(response)]
    out = []
    for facts, low, high in rows:
        change = high.astype(float) - low
        out.append(
            {**facts, "p_low": low.mean(), "p_high": high.mean(), "p_base": base.mean(),
             "swing": abs(change.mean()), "mc_error": change.std() / math.sqrt(len(change))}
        )  # fmt: skip
    table = pd.DataFrame(out)
    return table.sort_values(["swing", "input"], ascending=[False, True], ignore_index=True)


Row = tuple[dict[str, Any], BoolArray, BoolArray]


def _course_rows(response: TargetResponse) -> list[Row]:
    """Move the indicator's own course and its inputs', at their low and high paths."""
    rows: list[Row] = []
    for row, key in enumerate(_keys(response)):
        values = response.paths.values[row]
        drawn = ~np.isnan(values[0])
        ends = np.quantile(values[:, drawn], [LOW, HIGH], axis=0)
        met = []
        for end in ends:
            run = ScenarioRun(response.paths, response.plan, response.mechanisms)
            run.override_series(key, end)
            response.tally()
            run.apply(response.scenario)
            met.append(response.criterion.margin(run.paths.values[response.row]) >= 0.0)
        at = response.criterion.last - int(np.flatnonzero(drawn)[0])
        own = row == response.row
        facts = {
            "input": OWN if own else _named(response, key), "kind": "own" if own else "input",
            "low": ends[0, at], "high": ends[1, at], "unit": _unit(response, key[1]),
        }  # fmt: skip
        rows.append((facts, met[0], met[1]))
    return rows


def _assumption_rows(response: TargetResponse) -> list[Row]:
    """Beliefs at P10 and P90, what is correlated with them at its conditional median."""
    rows: list[Row] = []
    for label, (name, assumption) in _used(response).items():
        mechanism = response.acting_mechanisms[name]
        beliefs = _beliefs(response, name, mechanism)
        belief = beliefs[assumption]
        if not isinstance(belief, Range):
            continue
        met, ends = [], []
        for level in (LOW, HIGH):
            settings = {label: float(belief.at(level))}
            for other, rho in _tied(mechanism, assumption).items():
                carried, at = beliefs[other], float(ndtr(rho * ndtri(level)))
                if isinstance(carried, Range):
                    settings[f"{name}.{other}"] = float(carried.at(at))
            ends.append(settings[label])
            met.append(response.criterion.margin(response.draws(settings)) >= 0.0)
        facts = {"input": label, "kind": "assumption", "low": ends[0], "high": ends[1],
                 "unit": mechanism.assumptions[assumption].unit}  # fmt: skip
        rows.append((facts, met[0], met[1]))
    return rows


def _lever_rows(response: TargetResponse) -> list[Row]:
    """Levers at 0 and a quarter of the limit, or about their setting in the scenario."""
    rows: list[Row] = []
    for label, choice in response.levers.items():
        full = f"{choice.mechanism}.{choice.lever}"
        shadowed = label == full and any(
            c.mechanism == choice.mechanism and c.lever == choice.lever and n != label
            for n, c in response.levers.items()
        )
        if shadowed or choice.unit == "year" or choice.mechanism not in response.usable_mechanisms:
            continue
        setting = _setting(response, choice.mechanism, choice.lever)
        height = 0.0 if setting is None else _height(setting)
        met, ends = [], []
        if setting is None or height == 0.0:
            for value in (0.0, choice.upper / 4.0):
                ends.append(value)
                met.append(response.criterion.margin(response.draws({label: value})) >= 0.0)
        else:
            for factor in (0.5, min(1.5, choice.upper / height)):
                ends.append(factor * height)
                scaled = _with_lever(response, choice.mechanism, choice.lever, setting, factor)
                met.append(response.criterion.margin(response.draws(scaled)) >= 0.0)
        facts = {"input": label, "kind": "lever", "low": ends[0], "high": ends[1],
                 "unit": choice.unit}  # fmt: skip
        rows.append((facts, met[0], met[1]))
    return rows


def _used(response: TargetResponse) -> dict[str, tuple[str, str]]:
    """Assumptions that are used, by their shortest name; not where figures take their place."""
    found: dict[tuple[str, str], str] = {}
    for label, own in response.assumptions.items():
        mechanism = response.acting_mechanisms[own[0]]
        role = own[1].removesuffix("_growth")
        replaced = role in mechanism.inputs and response.is_simulated(mechanism.inputs[role])
        if own[0] in response.usable_mechanisms and not replaced:
            found[own] = min(found.get(own, label), label, key=len)
    return {label: own for own, label in found.items()}


def _beliefs(response: TargetResponse, name: str, mechanism: Mechanism) -> dict[str, float | Range]:
    """Tell what is believed of a mechanism under the scenario."""
    beliefs: dict[str, float | Range] = dict(mechanism.assumptions)
    for step in response.scenario.all_steps():
        if step.mechanism == name and (not step.region or response.criterion.key[0] in step.region):
            beliefs.update(step.assumptions)
    return beliefs


def _tied(mechanism: Mechanism, assumption: str) -> dict[str, float]:
    """Correlations of an assumption with others."""
    return {
        other: c.value
        for c in mechanism.correlations
        if assumption in c.between
        for other in c.between
        if other != assumption
    }


def _setting(
    response: TargetResponse, name: str, lever: str
) -> float | dict[int, float] | Span | None:
    """Give a lever's setting in the scenario, None where it has none."""
    found = None
    for step in response.scenario.all_steps():
        covers = not step.region or response.criterion.key[0] in step.region
        if step.mechanism == name and covers and lever in step.levers:
            found = step.levers[lever]
    return found


def _height(setting: float | dict[int, float] | Span) -> float:
    """Most of a setting in any year."""
    if isinstance(setting, dict):
        return max(setting.values(), default=0.0)
    return setting.value if isinstance(setting, Span) else setting


def _with_lever(
    response: TargetResponse,
    name: str,
    lever: str,
    setting: float | dict[int, float] | Span,
    factor: float,
) -> Scenario:
    """Give the scenario with a lever's setting times a factor."""
    if isinstance(setting, dict):
        scaled: Any = {year: factor * value for year, value in setting.items()}
    elif isinstance(setting, Span):
        scaled = setting.model_copy(update={"value": factor * setting.value})
    else:
        scaled = factor * setting
    step = {"mechanism": name, "region": response.criterion.key[0], "levers": {lever: scaled}}
    more = Scenario.model_validate({"name": "more", "steps": [step]})
    return response.scenario.model_copy(update={"steps": (*response.scenario.steps, *more.steps)})


def _index_inputs(
    response: TargetResponse,
) -> tuple[dict[str, tuple[str, ...]], list[tuple[str, str]], str]:
    """List the inputs of the indices, what is drawn for them, correlated pairs, and a refusal."""
    for step in response.scenario.all_steps():
        given = getattr(step, step.verb).model_dump() if step.verb else {}
        if ranged := [n for n, v in given.items() if isinstance(v, dict)]:
            why = f"The scenario's step {step.verb} has a range for {ranged[0]}"
            return {}, [], f"{why}: its draws are no input here. Give it a number."
    names: dict[str, tuple[str, ...]] = {}
    for row, key in enumerate(_keys(response)):
        name = OWN if row == response.row else _named(response, key)
        names[name] = ("path", *key)
    used = _used(response)
    names.update({label: ("assumption", *own) for label, own in used.items()})
    for name, mechanism in response.acting_mechanisms.items():
        if mechanism.kind == "programme":
            names[f"{name}.project_luck"] = ("projects", name, response.criterion.key[0])
    labels = {own: label for label, own in used.items()}
    pairs = [
        (labels[name, c.between[0]], labels[name, c.between[1]])
        for name, mechanism in response.acting_mechanisms.items()
        for c in mechanism.correlations
        if {(name, n) for n in c.between} <= set(labels)
    ]
    return names, pairs, ""


def _values_at(
    response: TargetResponse, names: Mapping[str, tuple[str, ...]]
) -> Callable[[FloatArray], FloatArray]:
    """Value in the target year as a function of the inputs' quantile levels (inputs, points)."""
    ranked, keys = np.sort(response.paths.values, axis=1), _keys(response)
    place = np.arange(ranked.shape[1])

    def values(level: FloatArray) -> FloatArray:
        at = dict(zip(names.values(), level, strict=True))
        path = np.empty((len(keys), level.shape[1], ranked.shape[2]))
        for row, key in enumerate(keys):
            asked = (TAIL + (1.0 - 2.0 * TAIL) * at["path", *key]) * place[-1]
            for year in range(ranked.shape[2]):
                path[row, :, year] = np.interp(asked, place, ranked[row, :, year])
        given = {what: u[:, None] for what, u in at.items() if what[0] != "path"}
        paths = replace(response.paths, values=path)
        run = ScenarioRun(paths, response.plan, response.mechanisms, given=given)
        response.tally()
        run.apply(response.scenario)
        return run.paths.values[response.row, :, response.criterion.last]

    return values


def _conditions(
    response: TargetResponse, run: ScenarioRun
) -> tuple[dict[str, FloatArray], dict[str, str]]:
    """Collect what differs between the draws, by input (draws,), and its units."""
    inputs: dict[str, FloatArray] = {}
    units: dict[str, str] = {}
    goal = response.criterion
    labels = {own: label for label, own in _used(response).items()}
    for (region, name, assumption), belief in run.beliefs.items():
        label = labels.get((name, assumption))
        if region == goal.key[0] and label is not None:
            inputs[label] = np.broadcast_to(belief[:, -1], len(response.margin))
            units[label] = response.acting_mechanisms[name].assumptions[assumption].unit
    series = response.paths.fits.series
    for row, key in enumerate(_keys(response)):
        latest, since = (float(series[c].iloc[row]) for c in ("latest", "latest_year"))
        if row == response.row:
            drawn = np.flatnonzero(~np.isnan(response.paths.values[row, 0]))
            inputs[NEXT_CHANGE] = response.paths.values[row, :, drawn[0]] - latest
            units[NEXT_CHANGE] = _unit(response, key[1])
            continue
        name, years = _named(response, key), goal.year - since
        values = run.paths.values[row, :, goal.last]
        if latest > 0.0:
            growth = 100.0 * (np.maximum(values / latest, 0.0) ** (1.0 / years) - 1.0)
            inputs[name], units[name] = growth, "percent"
        else:
            inputs[name], units[name] = (values - latest) / years, _unit(response, key[1])
    return inputs, units


def _keys(response: TargetResponse) -> list[Key]:
    series = response.paths.fits.series
    return list(zip(series["region"], series["indicator"], strict=True))


def _named(response: TargetResponse, key: Key) -> str:
    """Name of an input: its indicator, with the region where it is another's."""
    return key[1] if key[0] == response.criterion.key[0] else f"{key[0]}.{key[1]}"


def _unit(response: TargetResponse, indicator: str) -> str:
    """Give the unit of an indicator, "" where the plan does not describe it."""
    return str(response.plan.indicators.set_index("indicator")["unit"].get(indicator, ""))
