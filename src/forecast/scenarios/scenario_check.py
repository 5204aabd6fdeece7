"""Checks of a scenario against a plan: names, limits of levers, bounds of assumptions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, msg, nearest
from ..tables.plan import Plan, known_indicators
from .declarations import Mechanism, Range, bounds_remedy
from .scenario import Scenario, Step, setting_values

__all__ = ["check_scenario"]


def check_scenario(
    scenario: Scenario, plan: Plan, mechanisms: Mapping[str, Mechanism], series: pd.DataFrame
) -> None:
    """Check names, limits of levers and bounds of assumptions; `series` has region and indicator.

    Raises
    ------
    DataError
        With every problem at once.
    """
    problems: list[Problem] = []
    for step in scenario.all_steps():
        if step.region:
            regions = {*plan.regions["region"], *series["region"]}
            problems += _unknown(scenario.source, "region", step.region, regions)
        if step.indicator:
            indicators = {*known_indicators(plan), *series["indicator"], "all", "planned"}
            problems += _unknown(scenario.source, "indicator", step.indicator, indicators)
        if step.mechanism is None:
            continue
        problems += _unknown(scenario.source, "mechanism", [step.mechanism], mechanisms)
        if step.mechanism in mechanisms:
            problems += _check_settings(scenario.source, step, mechanisms[step.mechanism], series)
    if problems:
        raise DataError(dict.fromkeys(problems))


def _check_settings(
    file: str, step: Step, mechanism: Mechanism, series: pd.DataFrame
) -> list[Problem]:
    """Problems of the levers and assumptions that a step sets."""
    declared = [mechanism.in_region(r) for r in step.region or mechanism.regions] + [mechanism]
    levers = {name for m in declared for name in m.levers}
    assumptions = {name for m in declared for name in m.assumptions}
    problems = _unknown(file, "lever", step.levers, levers)
    problems += _unknown(file, "assumption", step.assumptions, assumptions)
    for name, value in step.assumptions.items():
        if remedy := bounds_remedy(name, value):
            text = f"{value:g}" if not isinstance(value, Range) else f"{value.low:g}"
            if isinstance(value, Range) and value.low != value.high:
                text = msg("{low:g} to {high:g}", low=value.low, high=value.high)
            where = f"{step.mechanism}.{name}"
            problems.append(Problem(file, None, where, text, msg("outside its bounds"), remedy))
    regions, indicators = (series[c].to_numpy(object) for c in ("region", "indicator"))
    regions = regions[indicators == mechanism.indicator]
    acting = [mechanism.in_region(r) for r in sorted(set(regions)) if step.covers(r)]
    for name, setting in step.levers.items():
        limits = [m.levers[name] for m in acting if name in m.levers]
        low = max((lever.lower for lever in limits), default=0.0)
        high = min((lever.upper for lever in limits), default=np.inf)
        for value in setting_values(setting):
            if value and not low <= value <= high:
                remedy = msg(
                    "write {low:g} to {top:g}, or change the limits in mechanisms.yaml",
                    low=low, top=high,
                )  # fmt: skip
                where, problem = f"{step.mechanism}.{name}", msg("outside its limits")
                problems.append(Problem(file, None, where, f"{value:g}", problem, remedy))
    return problems


def _unknown(file: str, what: str, names: Iterable[str], known: Collection[str]) -> list[Problem]:
    """Problems of names that are unknown, with the nearest known one."""
    problems = []
    for name in names:
        if name not in known:
            listed = sorted(known)
            remedy = nearest(name, listed, likeness=0.5) or msg("known are {names}", names=listed)
            problem = msg("unknown {what}", what=msg(what))
            problems.append(Problem(file, None, what, name, problem, remedy))
    return problems
