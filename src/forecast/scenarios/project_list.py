"""The plan's list of projects: when they are completed, what is spent, which indicators they move.

Each project of `projects.csv` has a planned first and last year and an investment. Common delay,
slip and completion probability are assumptions of the mechanism of the kind `project_list`; a
scenario may change them. What `progress.csv` reports counts: a project that is done is completed
on its day, one that is dropped never, any other not before the day of the report, and one that is
late not before the end of its last year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, check_arguments, msg
from ..model.simulation import Paths, check_draws, derive_stream
from ..tables.calendar import year_fraction
from ..tables.plan import Plan, latest_progress
from .assumptions import correlate, sample_assumption, uniforms
from .declarations import Mechanism, read_mechanisms
from .mechanisms import NEVER, completion_years, spending
from .scenario import BASELINE, Scenario
from .scenario_check import check_scenario
from .series_state import Key, SeriesState

__all__ = [
    "ProjectEffect",
    "compare_effects",
    "list_effects",
    "move_by_projects",
    "project_forecast",
]

FloatArray = NDArray[np.float64]
LEVELS = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
YEARS_AFTER = 3
"""Years in the table after the last planned one."""
BEYOND = "beyond_trend"
"""Assumption: percent of what a project adds that comes on top of the usual pace."""


def project_forecast(
    plan: Plan,
    scenario: Scenario = BASELINE,
    *,
    draws: int = 4000,
    seed: int = 0,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> pd.DataFrame:
    """Forecast completions and capital spending of the plan's projects by year.

    Parameters
    ----------
    plan : with projects, and what is known of their progress by its as-of date
    scenario : its assumptions on the mechanism of the kind `project_list` are used
    draws, seed : of the simulation; the same draws are used in every scenario
    mechanisms : as in `apply_scenario`

    Returns
    -------
    A row a year: region, scenario, year; `planned`, the number of projects that should be completed
    by its end, and `completed_q05`, `_q50`, `_q95`; `planned_spending` in the year, in the unit of
    `investment` (10,000 yuan), and `spending_q05`, `_q50`, `_q95`. No row without projects.

    Raises
    ------
    DataError
        If the plan has projects and no mechanism describes them, or if `apply_scenario` would
        refuse the scenario.

    Examples
    --------
    >>> import forecast as fc
    >>> table = project_forecast(fc.load_plan("lishui"), draws=200)
    >>> last = table[table["year"] == 2027].iloc[0]
    >>> int(last["planned"]), bool(last["completed_q95"] <= 73)
    (73, True)
    """
    check_arguments(project_forecast, locals())
    check_draws(draws, seed)
    if plan.projects.empty:
        return pd.DataFrame()
    known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
    name = _find_list(known)
    if not name:
        problem = msg("there are projects, but no mechanism describes them")
        remedy = msg("add a section of the kind project_list to mechanisms.yaml")
        raise DataError([Problem("projects.csv", None, None, None, problem, remedy)])
    check_scenario(scenario, plan, known, plan.observations)
    tables = []
    for region, projects in plan.projects.groupby("region", sort=True):
        values = _sample(
            scenario, name, known[name].in_region(str(region)), str(region), draws, seed
        )
        done = _completions(plan, projects, values, draws, seed)
        tables.append(_forecast(projects, scenario.name, done))
    return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True)
class ProjectEffect:
    """What projects add to one indicator: `done` (draws, projects) years of completion, `adds`.

    `beyond` (draws or 1, 1) is the share of it that comes on top of the usual pace, 0 to 1.
    """

    done: FloatArray
    adds: FloatArray
    beyond: FloatArray

    def added(self, times: FloatArray) -> FloatArray:
        """Sum what is added after the first of `times`, (draws, times): a figure has the rest.

        >>> done, adds = np.array([[2026.5, 2027.5]]), np.array([2.0, 1.0])
        >>> effect = ProjectEffect(done, adds, beyond=np.ones((1, 1)))
        >>> effect.added(np.array([2025.0, 2026.0, 2027.0])).tolist()
        [[0.0, 2.0, 3.0]]
        """
        later = np.where(self.done > times[0] + 1.0 + 1e-9, self.adds, 0.0)
        done = self.done[:, :, None] <= times + 1.0 + 1e-9
        return np.asarray(np.einsum("dp,dpt->dt", later, done.astype(float)))


def list_effects(
    plan: Plan,
    mechanisms: Mapping[str, Mechanism],
    scenario: Scenario = BASELINE,
    *,
    draws: int,
    seed: int,
) -> dict[Key, ProjectEffect]:
    """Return what the plan's projects add to indicators, by region and indicator.

    Projects move an indicator where they name it with what they add, and where the mechanism of the
    kind `project_list` has the assumption `beyond_trend`.
    """
    name = _find_list(mechanisms)
    moving = plan.projects[plan.projects.get("indicator", pd.Series(dtype=str)).fillna("").ne("")]
    moving = moving[moving["adds"].notna()] if len(moving) else moving
    if not name or moving.empty:
        return {}
    effects = {}
    for (region, indicator), projects in moving.groupby(["region", "indicator"], sort=True):
        mechanism = mechanisms[name].in_region(str(region))
        if BEYOND not in mechanism.assumptions:
            continue
        values = _sample(scenario, name, mechanism, str(region), draws, seed)
        effects[str(region), str(indicator)] = ProjectEffect(
            _completions(plan, projects, values, draws, seed),
            projects["adds"].to_numpy(float), values[BEYOND] / 100.0,
        )  # fmt: skip
    return effects


def move_by_projects(paths: Paths, plan: Plan) -> Paths:
    """Return the draws with what the plan's projects add from their completion on.

        y'_t = y_t + beyond_trend A_t,  A_t: added after the latest figure and by the end of t

    Where an indicator only grows, y'_t is at least the latest figure and A_t. Projects that were
    completed before the latest figure are part of it. `baseline` keeps the draws without projects.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")  # whose projects name no indicators
    >>> paths = fc.project(plan, draws=50)
    >>> move_by_projects(paths, plan) is paths
    True
    """
    return _move(paths, plan, read_mechanisms(plan.folder or None), BASELINE)


def compare_effects(
    paths: Paths, plan: Plan, mechanisms: Mapping[str, Mechanism], scenario: Scenario
) -> dict[Key, FloatArray]:
    """Return how a scenario changes what projects add, (draws, years), by region and indicator."""
    if not any(step.mechanism == _find_list(mechanisms) for step in scenario.all_steps()):
        return {}
    without = paths if paths.baseline is None else replace(paths, values=paths.baseline)
    before, after = (_move(without, plan, mechanisms, s).values for s in (BASELINE, scenario))
    keys = SeriesState(paths).facts
    return {key: after[i] - before[i] for i, key in enumerate(keys)
            if not np.array_equal(after[i], before[i], equal_nan=True)}  # fmt: skip


def _move(
    paths: Paths, plan: Plan, mechanisms: Mapping[str, Mechanism], scenario: Scenario
) -> Paths:
    """Return draws without projects with what projects add under a scenario."""
    draws, seed = paths.values.shape[1], paths.seed
    effects = list_effects(plan, mechanisms, scenario, draws=draws, seed=seed)
    state = SeriesState(paths)
    for key, effect in effects.items():
        if key not in state.facts:
            continue
        old = state.trajectory(key)
        added = effect.added(old.times)
        values = old.values + effect.beyond * added
        if old.ratchet:
            values = np.maximum(values, old.values[:, :1] + added)
        state.change_values(key, values[:, 1:], ["project"])
    return replace(paths, values=state.to_paths(paths.scenario).values) if state.causes else paths


def _find_list(mechanisms: Mapping[str, Mechanism]) -> str:
    """Name of the mechanism of the kind `project_list`, "" for none."""
    return next((n for n, m in mechanisms.items() if m.kind == "project_list"), "")


def _sample(
    scenario: Scenario, name: str, mechanism: Mechanism, region: str, draws: int, seed: int
) -> dict[str, FloatArray]:
    """Sample the assumptions of a region's projects: (draws, 1) each."""
    values = scenario.assumption_values(name, mechanism, region)
    levels = {n: uniforms(seed, draws, "assumption", name, n) for n in values}
    levels = correlate(mechanism, levels)
    return {n: sample_assumption(value, levels[n]) for n, value in values.items()}


def _completions(
    plan: Plan, projects: pd.DataFrame, assumptions: Mapping[str, FloatArray], draws: int, seed: int
) -> FloatArray:
    """Years in which projects are completed, as reported or simulated: (draws, projects)."""
    # A stream for each project: adding one to the list does not change the draws of others.
    keys = zip(projects["region"], projects["name_zh"], strict=True)
    streams = [derive_stream(seed, "project", str(region), title) for region, title in keys]
    slips, completions = np.stack([s.random((2, draws)) for s in streams]).transpose(1, 2, 0)
    end = projects["end"].to_numpy(float)
    states = latest_progress(plan, "project")
    states = states[states["region"].isin(projects["region"])].reindex(projects["name_zh"])
    unfinished, known = np.array([*_read_states(states, end)]).T
    done = completion_years(end, assumptions, slips, completions, unfinished)
    return np.where(np.isnan(known), np.broadcast_to(done, (draws, len(end))), known)


def _read_states(states: pd.DataFrame, end: FloatArray) -> Iterator[tuple[float, float]]:
    """Yield when each project was last unfinished, and its year of completion: NaN where unknown.

    Both are years with their fraction, 2026.5 for the middle of 2026.
    """
    for row, last in zip(states.to_dict("records"), end, strict=True):
        state = row["state"] if isinstance(row["state"], str) else ""
        if not state:
            yield -np.inf, np.nan
        elif state in ("done", "dropped"):
            day = row["done_on"] or row["date"]
            yield -np.inf, year_fraction(day) + 1.0 if state == "done" else NEVER
        else:
            reported = year_fraction(row["date"]) + 1.0
            yield max(reported, last + 1.0) if state == "late" else reported, np.nan


def _forecast(projects: pd.DataFrame, scenario: str, done: FloatArray) -> pd.DataFrame:
    """Rows of one region; `done` (draws, projects) are years of completion."""
    region = str(projects["region"].iloc[0])
    start, end, money = (projects[c].to_numpy(float) for c in ("start", "end", "investment"))
    years = np.arange(start.min(), end.max() + YEARS_AFTER + 1)
    completed = (done[:, :, None] < years + 1.0 + 1e-9).sum(axis=1)
    spent = spending(start, done, money, years)
    table = pd.DataFrame({"region": region, "scenario": scenario, "year": years.astype(int)})
    table["planned"] = (end[:, None] <= years).sum(axis=0)
    for label, level in LEVELS.items():
        table[f"completed_{label}"] = np.quantile(completed, level, axis=0, method="inverted_cdf")
    table["planned_spending"] = spending(start, end[None, :] + 0.5, money, years)[0]
    for label, level in LEVELS.items():
        table[f"spending_{label}"] = np.quantile(spent, level, axis=0)
    return table
