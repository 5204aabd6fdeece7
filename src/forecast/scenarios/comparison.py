"""Scenarios side by side, on the same draws.

A difference between a scenario and the baseline is taken draw by draw: what both share cancels,
and its Monte-Carlo error is that of the pairs, much smaller than that of either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import said
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.joint_answers import outcomes
from .declarations import Mechanism
from .engine import project, run_scenario
from .scenario import BASELINE, Scenario, read_scenario

__all__ = ["compare"]

FACTS = [
    "region", "indicator", "scenario", "year", "target", "comparator", "latest", "median",
    "p_reach", "mc_error",
]  # fmt: skip


def compare(
    plan: Plan,
    scenarios: Sequence[Scenario | str],
    *,
    until: int | None = None,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> pd.DataFrame:
    """Tell how likely each target is under the baseline and under scenarios, and the differences.

    Parameters
    ----------
    plan : from `load_plan`
    scenarios : scenarios, or names of shipped ones; the baseline comes first, asked for or not
    until : last year; targets after it are left out. None takes the last target year
    draws, seed : of the baseline, as in `simulate`
    paths : the baseline where it is there already, from `project`; replaces until, draws and seed
    mechanisms : as in `apply_scenario`

    Returns
    -------
    A row a scenario and target: region, indicator, scenario, year, target, comparator, latest,
    median, p_reach and mc_error (its standard error); `median_change` (of the medians, in the
    indicator's unit), `p_change` (share of draws that meet the target under the scenario less that
    under the baseline, -1 to 1, positive where the scenario helps) and `p_change_error`

        sqrt((mean d^2 - (mean d)^2) / draws),  d = met under the scenario - under the baseline

    (0 where no draw differs); `changed_by` ('', `lever`, `assumption` or `assumption, lever`: an
    answer that rests on an assumption is no forecast), `force` and `status` as in `attainment`.
    Numbers are missing where nothing can be said (`status` no_data or not_published).

    Raises
    ------
    ValueError
        For two scenarios of one name.
    DataError
        As `apply_scenario` does.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> table = compare(plan, ["care_worker_training"], until=2025, draws=400)
    >>> push = table[table["indicator"].eq("care_workers_per_10k_elderly") & table["year"].eq(2025)]
    >>> push[["scenario", "changed_by"]].values.tolist()
    [['baseline', ''], ['care_worker_training', 'lever']]
    >>> bool(push["p_change"].iloc[1] > 0)
    True
    """
    chosen = [read_scenario(s) if isinstance(s, str) else s for s in scenarios]
    chosen = [BASELINE, *(s for s in chosen if s != BASELINE)]
    names = [scenario.name for scenario in chosen]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(said("Scenarios of one name: {names}. Rename one.", names=repeated))
    base = project(plan, until=until, draws=draws, seed=seed) if paths is None else paths
    targets = plan.targets[plan.targets["year"] <= base.years[-1]].reset_index(drop=True)
    usual = outcomes(base, targets, as_of=plan.as_of)
    tables = []
    for scenario in chosen:
        run = run_scenario(base, plan, scenario, mechanisms=mechanisms)
        plain = scenario == BASELINE
        found = usual if plain else outcomes(run.paths, targets, as_of=plan.as_of)
        table = found.table[FACTS].copy()
        gain = np.mean(found.met, axis=1) - np.mean(usual.met, axis=1)
        moved = np.mean(found.met != usual.met, axis=1)
        error = np.sqrt(np.maximum(moved - gain**2, 0.0) / found.met.shape[1])
        table["median_change"] = table["median"] - usual.table["median"]
        table["p_change"] = np.where(found.counted, gain, np.nan)
        table["p_change_error"] = np.where(found.counted, error, np.nan)
        keys = zip(table["region"], table["indicator"], strict=True)
        table["changed_by"] = [", ".join(sorted(run.changed.get(k, ()))) for k in keys]
        table["force"] = targets["force"].fillna("") if "force" in targets else ""
        table["status"] = found.table["status"]
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
