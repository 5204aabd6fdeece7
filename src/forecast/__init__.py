"""Short annual indicator series: growth paths, attainment of targets, simulation, reports.

>>> import forecast as fc
>>> plan = fc.load_plan("lishui", as_of="2022-12-31")
>>> fits = fc.fit(plan.observations, plan.indicators)
>>> result = fc.attainment(fits, plan.targets, as_of=plan.as_of)
>>> len(result) == len(plan.targets)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .backtesting import Backtest, backtest
from .comparison import compare
from .errors import DataError, ForecastError, StatisticalWarning, UnknownNameError
from .exploration import GoalSeek, goal_seek, required
from .growth import Fits, fit, quantiles
from .indices import index, rank, roll_up
from .levers import Range, read_mechanisms
from .plans import Plan, load_plan
from .priors import read_priors
from .projections import apply_scenario, project
from .projects import project_forecast
from .rulings import check_rules
from .scenarios import BASELINE, Scenario, read_scenario, write_scenario
from .sensitivities import Sensitivity, failure_conditions, next_figure, sensitivity
from .simulation import Paths, simulate
from .targets import attainment, attainment_years
from .together import Joint, joint

if TYPE_CHECKING:
    from .reports import run_report

__version__ = "0.1.0"

__all__ = [
    "BASELINE",
    "Backtest",
    "DataError",
    "Fits",
    "ForecastError",
    "GoalSeek",
    "Joint",
    "Paths",
    "Plan",
    "Range",
    "Scenario",
    "Sensitivity",
    "StatisticalWarning",
    "UnknownNameError",
    "apply_scenario",
    "attainment",
    "attainment_years",
    "backtest",
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
    "quantiles",
    "rank",
    "read_mechanisms",
    "read_priors",
    "read_scenario",
    "required",
    "roll_up",
    "run_report",
    "sensitivity",
    "simulate",
    "write_scenario",
]


def __getattr__(name: str) -> Any:
    """Load `run_report` when first asked for: it brings papermill along."""
    if name == "run_report":
        from .reports import run_report

        return run_report
    raise AttributeError(f"module 'forecast' has no attribute {name!r}")
