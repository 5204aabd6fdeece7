"""One-at-a-time sensitivity: each input at a low and a high value, all others unchanged."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from .declarations import Mechanism, Range
from .response import SearchLever, TargetResponse
from .scenario import LeverSetting, Scenario, Span, Step, setting_values
from .sobol import OWN

__all__ = ["HIGH", "LOW", "expected_runs", "tornado_table"]

BoolArray = NDArray[np.bool_]
Row = tuple[dict[str, Any], BoolArray, BoolArray]
"""Facts of an input, and which draws meet the target at its low and at its high value."""

LOW, HIGH = 0.1, 0.9
"""Quantile levels of the low and the high value of an input."""


def tornado_table(response: TargetResponse) -> pd.DataFrame:
    """Return a row an input, the widest first: the columns of `Sensitivity.tornado`."""
    base = response.margin >= 0.0
    table = []
    for facts, low, high in (
        *_path_rows(response), *_assumption_rows(response), *_lever_rows(response)
    ):  # fmt: skip
        change = high.astype(float) - low
        table.append({
            **facts, "p_low": low.mean(), "p_high": high.mean(), "p_base": base.mean(),
            "swing": abs(change.mean()), "mc_error": change.std() / math.sqrt(len(change)),
        })  # fmt: skip
    rows = pd.DataFrame(table)
    return rows.sort_values(["swing", "input"], ascending=[False, True], ignore_index=True)


def expected_runs(response: TargetResponse) -> int:
    """Return the largest number of runs of a tornado table."""
    usable = [c for c in response.levers.values() if c.mechanism in response.usable_mechanisms]
    levers = {(c.mechanism, c.lever) for c in usable if c.unit != "year"}
    inputs = len(response.keys) + len(response.active_assumptions) + len(levers)
    return len(response.acting_mechanisms) + 1 + 2 * inputs


def _path_rows(response: TargetResponse) -> list[Row]:
    """Move the indicator's own draws and those of its inputs to their low and high paths."""
    rows: list[Row] = []
    for row, key in enumerate(response.keys):
        values = response.paths.values[row]
        drawn = ~np.isnan(values[0])
        ends = np.quantile(values[:, drawn], [LOW, HIGH], axis=0)
        met = []
        for end in ends:
            run = response.new_run()
            run.override_series(key, end)
            response.tally()
            run.apply(response.scenario)
            met.append(response.criterion.met(run.paths.values[response.row]))
        column = response.criterion.last - int(np.flatnonzero(drawn)[0])
        own = row == response.row
        name, kind = (OWN, "own") if own else (response.input_label(key), "input")
        rows.append(_row(name, kind, ends[:, column].tolist(), response.unit_of(key[1]), met))
    return rows


def _assumption_rows(response: TargetResponse) -> list[Row]:
    """Set assumptions to P10 and P90, correlated ones to their conditional medians."""
    rows: list[Row] = []
    for label, (name, assumption) in response.active_assumptions.items():
        mechanism = response.acting_mechanisms[name]
        values = response.scenario.assumption_values(name, mechanism, response.region)
        own = values[assumption]
        if not isinstance(own, Range):
            continue
        met, ends = [], []
        for level in (LOW, HIGH):
            settings = {label: float(own.quantile(level))}
            for other, rho in _correlations(mechanism, assumption).items():
                carried = values[other]
                if isinstance(carried, Range):
                    conditional = float(ndtr(rho * ndtri(level)))
                    settings[f"{name}.{other}"] = float(carried.quantile(conditional))
            ends.append(settings[label])
            met.append(response.met(settings))
        unit = mechanism.assumptions[assumption].unit
        rows.append(_row(label, "assumption", ends, unit, met))
    return rows


def _lever_rows(response: TargetResponse) -> list[Row]:
    """Set levers to 0 and a quarter of the limit, or around their setting in the scenario."""
    rows: list[Row] = []
    shortest = {(c.mechanism, c.lever): label for label, c in response.levers.items()}
    for label, lever in response.levers.items():
        # The short name of a lever follows its full one.
        if shortest[lever.mechanism, lever.lever] != label or lever.unit == "year":
            continue
        if lever.mechanism not in response.usable_mechanisms:
            continue
        settings = response.scenario.lever_settings(lever.mechanism, response.region)
        setting = settings.get(lever.lever, 0.0)
        largest = max(setting_values(setting), default=0.0)
        if largest == 0.0:
            ends = [0.0, lever.upper / 4.0]
            met = [response.met({label: end}) for end in ends]
        else:
            factors = (0.5, min(1.5, lever.upper / largest))
            ends = [factor * largest for factor in factors]
            met = [response.met(_with_lever(response, lever, setting, f)) for f in factors]
        rows.append(_row(label, "lever", ends, lever.unit, met))
    return rows


def _row(name: str, kind: str, ends: list[float], unit: str, met: list[BoolArray]) -> Row:
    facts = {"input": name, "kind": kind, "low": ends[0], "high": ends[1], "unit": unit}
    return facts, met[0], met[1]


def _correlations(mechanism: Mechanism, assumption: str) -> dict[str, float]:
    """Correlations of an assumption with others."""
    return {
        other: c.value
        for c in mechanism.correlations
        if assumption in c.between
        for other in c.between
        if other != assumption
    }


def _with_lever(
    response: TargetResponse, lever: SearchLever, setting: LeverSetting, factor: float
) -> Scenario:
    """Return the scenario with the setting of a lever times a factor."""
    scaled: LeverSetting
    if isinstance(setting, dict):
        scaled = {year: factor * value for year, value in setting.items()}
    elif isinstance(setting, Span):
        scaled = setting.model_copy(update={"value": factor * setting.value})
    else:
        scaled = factor * setting
    levers = {lever.lever: scaled}
    step = Step(mechanism=lever.mechanism, region=response.region, levers=levers)
    return response.scenario.with_steps(step)
