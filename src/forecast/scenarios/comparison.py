"""Scenarios side by side, on the same draws.

Differences from the baseline are taken draw by draw, so that what two scenarios share cancels: the
Monte-Carlo error is that of the paired differences, much smaller than that of either scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import check_arguments, msg
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.joint_answers import TargetHits, evaluate_targets
from .baseline import project
from .declarations import Mechanism
from .engine import ScenarioRun, run_scenario
from .scenario import BASELINE, Scenario, read_scenario

__all__ = ["ScenarioRuns", "compare", "run_scenarios"]

FACTS = [
    "region", "indicator", "scenario", "year", "target", "comparator", "latest", "median",
    "p_reach", "mc_error",
]  # fmt: skip


@dataclass(frozen=True)
class ScenarioRuns:
    """The baseline and scenarios, each run once: `runs` by the name of the scenario.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> runs = run_scenarios(plan, ["care_worker_training"], draws=50)
    >>> list(runs.paths), len(runs.compare()) == 2 * len(plan.targets)
    (['baseline', 'care_worker_training'], True)
    """

    plan: Plan
    runs: Mapping[str, ScenarioRun]

    @property
    def paths(self) -> dict[str, Paths]:
        """Draws of the baseline and of each scenario."""
        return {name: run.paths for name, run in self.runs.items()}

    def compare(self, usual: TargetHits | None = None) -> pd.DataFrame:
        """Return the table of `compare`; `usual` are the targets in the baseline, if known."""
        base = self.runs[BASELINE.name].before
        targets = self.plan.targets
        targets = targets[targets["year"] <= base.years[-1]].reset_index(drop=True)
        usual = usual or evaluate_targets(base, targets, as_of=self.plan.as_of)
        tables = []
        for name, run in self.runs.items():
            plain = name == BASELINE.name
            hits = usual if plain else evaluate_targets(run.paths, targets, as_of=self.plan.as_of)
            table = hits.table[FACTS].copy()
            gain = np.mean(hits.met, axis=1) - np.mean(usual.met, axis=1)
            moved = np.mean(hits.met != usual.met, axis=1)
            error = np.sqrt(np.maximum(moved - gain**2, 0.0) / hits.met.shape[1])
            table["median_change"] = table["median"] - usual.table["median"]
            table["p_change"] = np.where(hits.counted, gain, np.nan)
            table["p_change_error"] = np.where(hits.counted, error, np.nan)
            keys = zip(table["region"], table["indicator"], strict=True)
            table["changed_by"] = [", ".join(sorted(run.causes.get(k, ()))) for k in keys]
            table["force"] = targets["force"].fillna("") if "force" in targets else ""
            table["status"] = hits.table["status"]
            table["evidence"] = hits.table["evidence"]
            tables.append(table)
        return pd.concat(tables, ignore_index=True)


def run_scenarios(
    plan: Plan,
    scenarios: Sequence[Scenario | str],
    *,
    until: Any = None,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> ScenarioRuns:
    """Run the baseline and scenarios, once each; parameters and errors are those of `compare`."""
    chosen = [read_scenario(s) if isinstance(s, str) else s for s in scenarios]
    chosen = [BASELINE, *(s for s in chosen if s != BASELINE)]
    names = [scenario.name for scenario in chosen]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        problem = msg("Several scenarios are named {names}. Rename all but one.", names=repeated)
        raise ValueError(problem)
    if paths is None:
        paths = project(plan, until=until, draws=draws, seed=seed)
    runs = {s.name: run_scenario(paths, plan, s, mechanisms=mechanisms) for s in chosen}
    return ScenarioRuns(plan, runs)


def compare(
    plan: Plan,
    scenarios: Sequence[Scenario | str],
    *,
    until: Any = None,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> pd.DataFrame:
    """Compare the probability of each target under the baseline and under scenarios.

    Parameters
    ----------
    plan : from `load_plan`
    scenarios : scenarios, or names of those of the package; the baseline always comes first
    until : last year; later targets are left out. None takes the last target year
    draws, seed : of the baseline, as in `simulate`
    paths : the baseline, if it has been simulated; replaces until, draws and seed
    mechanisms : as in `apply_scenario`

    Returns
    -------
    A row a scenario and target: region, indicator, scenario, year, target, comparator, latest,
    median, p_reach and mc_error (its standard error); `median_change` (of the medians, in the
    indicator's unit), `p_change` (share of draws that meet the target under the scenario less that
    under the baseline, -1 to 1, positive where the scenario helps) and `p_change_error`

        sqrt((mean d^2 - (mean d)^2) / draws),  d = met under the scenario - under the baseline

    (0 where no draw differs); `changed_by` ('', `lever`, `assumption` or `assumption, lever`: a
    result due to an assumption is not a forecast), `force`, `status` and `evidence` as in
    `attainment`. Numbers are missing where neither figures nor draws decide: no data, or a year
    that has passed.

    Raises
    ------
    ValueError
        If several scenarios have one name.
    DataError
        As `apply_scenario`.

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
    check_arguments(compare, locals())
    runs = run_scenarios(
        plan, scenarios, until=until, draws=draws, seed=seed, paths=paths, mechanisms=mechanisms
    )
    return runs.compare()
