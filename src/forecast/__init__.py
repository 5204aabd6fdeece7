"""Short annual indicator series: growth paths, attainment of targets, simulation, reports.

>>> import forecast as fc
>>> plan = fc.load_plan("lishui", as_of="2022-12-31")
>>> fits = fc.fit(plan.observations, plan.indicators)
>>> result = fc.attainment(fits, plan.targets, as_of=plan.as_of)
>>> len(result) == len(plan.targets)
True
"""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._version import __version__ as __version__

if TYPE_CHECKING:  # imported when they are first used, see `__getattr__`
    from .errors import DataError, ForecastError, StatisticalWarning, UnknownNameError
    from .evaluation.backtesting import Backtest, backtest
    from .model.fitting import Fits, fit, quantiles
    from .model.priors import read_priors
    from .model.simulation import Paths, simulate
    from .panel.runner import run_panel
    from .panel.settings import PanelResult
    from .reports.runner import run_report
    from .scenarios.baseline import project
    from .scenarios.comparison import compare
    from .scenarios.declarations import Range, read_mechanisms
    from .scenarios.engine import apply_scenario
    from .scenarios.failure_regions import failure_conditions
    from .scenarios.goal_seeking import GoalSeek, goal_seek, required
    from .scenarios.lever_mix import LeverMix, cheapest_mix
    from .scenarios.project_list import project_forecast
    from .scenarios.rule_check import check_rules
    from .scenarios.scenario import BASELINE, Scenario, read_scenario, write_scenario
    from .scenarios.sensitivity_analysis import Sensitivity, next_figure, sensitivity
    from .scenarios.stepwise import Stepwise
    from .tables.plan import Plan, load_plan
    from .targets.attainment import attainment, attainment_years
    from .targets.composite_index import index
    from .targets.joint_answers import Joint, joint
    from .targets.proposals import propose_targets
    from .targets.ranking import rank
    from .targets.reconciliation import reconcile
    from .targets.roll_up import roll_up

__all__ = [
    "BASELINE",
    "Backtest",
    "DataError",
    "Fits",
    "ForecastError",
    "GoalSeek",
    "Joint",
    "LeverMix",
    "PanelResult",
    "Paths",
    "Plan",
    "Range",
    "Scenario",
    "Sensitivity",
    "StatisticalWarning",
    "Stepwise",
    "UnknownNameError",
    "apply_scenario",
    "attainment",
    "attainment_years",
    "backtest",
    "cheapest_mix",
    "check_rules",
    "compare",
    "failure_conditions",
    "fit",
    "goal_seek",
    "index",
    "joint",
    "load_plan",
    "next_figure",
    "project",
    "project_forecast",
    "propose_targets",
    "quantiles",
    "rank",
    "read_mechanisms",
    "read_priors",
    "read_scenario",
    "reconcile",
    "required",
    "roll_up",
    "run_panel",
    "run_report",
    "sensitivity",
    "simulate",
    "write_scenario",
]


@functools.cache
def _modules() -> dict[str, str]:
    """Name the module of each public name, as the imports above have it."""
    imports = ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8")))
    found = [node for node in imports if isinstance(node, ast.ImportFrom) and node.level]
    return {alias.name: f".{node.module}" for node in found for alias in node.names}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command line starts at once."""
    if name not in __all__:
        raise AttributeError(f"module 'forecast' has no attribute {name!r}")
    value = getattr(importlib.import_module(_modules()[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
