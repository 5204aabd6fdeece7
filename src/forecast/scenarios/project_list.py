"""The plan's list of projects: when they are completed, and what is spent in which year.

Each project of `projects.csv` has a planned first and last year and an investment. Common delay,
slip and completion probability are assumptions of the mechanism of the kind `project_list`; a
scenario may change them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, msg
from ..model.simulation import derive_stream
from ..tables.plan import Plan
from .declarations import Mechanism, read_mechanisms
from .engine import correlate, sample_assumption, uniforms
from .mechanisms import completion_years, spending
from .scenario import BASELINE, Scenario
from .scenario_check import check_scenario

__all__ = ["project_forecast"]

LEVELS = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
YEARS_AFTER = 3
"""Years in the table after the last planned one."""


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
    plan : with projects; its as-of date has no effect, because completions are not published
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
    if plan.projects.empty:
        return pd.DataFrame()
    known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
    name = next((n for n, m in known.items() if m.kind == "project_list"), None)
    if name is None:
        problem = msg("there are projects, but no mechanism describes them")
        remedy = msg("add a section of the kind project_list to mechanisms.yaml")
        raise DataError([Problem("projects.csv", None, None, None, problem, remedy)])
    check_scenario(scenario, plan, known, plan.observations)
    tables = []
    for region, projects in plan.projects.groupby("region", sort=True):
        mechanism = known[name].in_region(str(region))
        values = scenario.assumption_values(name, mechanism, str(region))
        levels = {n: uniforms(seed, draws, "assumption", name, n) for n in values}
        levels = correlate(mechanism, levels)
        assumptions = {n: sample_assumption(value, levels[n]) for n, value in values.items()}
        tables.append(_forecast(projects, scenario.name, assumptions, draws, seed))
    return pd.concat(tables, ignore_index=True)


def _forecast(
    projects: pd.DataFrame,
    scenario: str,
    assumptions: Mapping[str, np.ndarray],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Rows of one region."""
    region = str(projects["region"].iloc[0])
    # A stream for each project: adding one to the list does not change the draws of others.
    streams = [derive_stream(seed, "project", region, title) for title in projects["name_zh"]]
    slips, completions = np.stack([s.random((2, draws)) for s in streams]).transpose(1, 2, 0)
    start, end, money = (projects[c].to_numpy(float) for c in ("start", "end", "investment"))
    years = np.arange(start.min(), end.max() + YEARS_AFTER + 1)
    done = completion_years(end, assumptions, slips, completions)
    completed = (done[:, :, None] < years + 1.0).sum(axis=1)
    spent = spending(start, done, money, years)
    table = pd.DataFrame({"region": region, "scenario": scenario, "year": years.astype(int)})
    table["planned"] = (end[:, None] <= years).sum(axis=0)
    for label, level in LEVELS.items():
        table[f"completed_{label}"] = np.quantile(completed, level, axis=0, method="inverted_cdf")
    table["planned_spending"] = spending(start, end[None, :] + 0.5, money, years)[0]
    for label, level in LEVELS.items():
        table[f"spending_{label}"] = np.quantile(spent, level, axis=0)
    return table
