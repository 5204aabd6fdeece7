"""The plan's list of projects: when they are completed, and what is spent in which year.

Each project of `projects.csv` has a planned first and last year and an investment. What they slip
together and each by itself, and whether they are completed at all, are the assumptions of the
mechanism of kind `project_list`; a scenario may change them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, said
from ..model.simulation import stream
from ..tables.plan import Plan
from .declarations import Mechanism, Range, read_mechanisms
from .engine import believed, check_scenario, tie
from .mechanisms import completion_years, spending
from .scenario import BASELINE, Scenario

__all__ = ["project_forecast"]

FloatArray = NDArray[np.float64]
LEVELS = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
BEYOND = 3
"""Years shown after the last planned one."""


def project_forecast(
    plan: Plan,
    scenario: Scenario = BASELINE,
    *,
    draws: int = 4000,
    seed: int = 0,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> pd.DataFrame:
    """Forecast completions and capital spending of the plan's projects, year by year.

    Parameters
    ----------
    plan : with projects; its as-of date changes nothing, for no document publishes completions
    scenario : its assumptions on the mechanism of kind `project_list` count
    draws, seed : futures; the same in every scenario
    mechanisms : as in `apply_scenario`

    Returns
    -------
    A row a year: region, scenario, year; `planned`, the projects that should be completed by its
    end, and `completed_q05`, `_q50`, `_q95`; `planned_spending` in the year, in the unit of
    `investment` (10,000 yuan), and `spending_q05`, `_q50`, `_q95`. Without projects no row.

    Raises
    ------
    DataError
        If the plan has projects and no mechanism describes them, or if `apply_scenario` would
        refuse the scenario's names or levers.

    Examples
    --------
    >>> import forecast as fc
    >>> table = project_forecast(fc.load_plan("lishui"), draws=200)
    >>> last = table[table["year"] == 2027].iloc[0]
    >>> int(last["planned"]), bool(last["completed_q95"] <= 73)
    (73, True)
    """
    listed = plan.projects
    if listed.empty:
        return pd.DataFrame()
    known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
    name = next((n for n, m in known.items() if m.kind == "project_list"), None)
    if name is None:
        remedy = said("add a section of the kind project_list to mechanisms.yaml")
        problem = said("projects, and no mechanism that describes them")
        raise DataError([Problem("projects.csv", None, None, None, problem, remedy)])
    check_scenario(scenario, plan, known, plan.observations)
    return pd.concat(
        [
            _forecast(rows, scenario, (name, known[name].in_region(str(region))), draws, seed)
            for region, rows in listed.groupby("region", sort=True)
        ],
        ignore_index=True,
    )


def _forecast(
    rows: pd.DataFrame,
    scenario: Scenario,
    described: tuple[str, Mechanism],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    name, mechanism = described
    region = str(rows["region"].iloc[0])
    beliefs: dict[str, float | Range] = dict(mechanism.assumptions)
    for step in scenario.all_steps():
        if step.mechanism == name and (not step.region or region in step.region):
            beliefs.update(step.assumptions)
    luck = {n: stream(seed, "belief", "assumption", name, n).random((draws, 1)) for n in beliefs}
    luck = tie(mechanism, luck)
    assumed = {n: believed(b, luck[n]) for n, b in beliefs.items()}
    # Each project has a stream of its own: another one in the list changes nobody's luck.
    slips, sure = np.stack(
        [stream(seed, "project", region, title).random((2, draws)) for title in rows["name_zh"]]
    ).transpose(1, 2, 0)
    start, end, money = (rows[c].to_numpy(float) for c in ("start", "end", "investment"))
    years = np.arange(start.min(), end.max() + BEYOND + 1)
    done = completion_years(end, assumed, slips, sure)
    completed = (done[:, :, None] < years + 1.0).sum(axis=1)
    spent = spending(start, done, money, years)
    punctual = spending(start, end[None, :] + 0.5, money, years)[0]
    out = pd.DataFrame({"region": region, "scenario": scenario.name, "year": years.astype(int)})
    out["planned"] = (end[:, None] <= years).sum(axis=0)
    for label, level in LEVELS.items():
        out[f"completed_{label}"] = np.quantile(completed, level, axis=0, method="inverted_cdf")
    out["planned_spending"] = punctual
    for label, level in LEVELS.items():
        out[f"spending_{label}"] = np.quantile(spent, level, axis=0)
    return out
