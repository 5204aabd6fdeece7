"""One-at-a-time sensitivity: each input at a low and a high value, all others unchanged."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from .declarations import Range
from .response import SearchLever, TargetResponse
from .scenario import LeverSetting, Scenario, Span, Step, setting_values
from .sobol import OWN

__all__ = ["HIGH", "LOW", "expected_runs", "tornado_table"]

BoolArray = NDArray[np.bool_]
Row = tuple[str, str, list[float], str, list[BoolArray]]
"""Name and kind of an input, its low and high value, their unit, and which draws then meet it."""

LOW, HIGH = 0.1, 0.9
"""Quantile levels of the low and the high value of an input."""


def tornado_table(response: TargetResponse) -> pd.DataFrame:
    """Return a row an input, the widest first: the columns of `Sensitivity.tornado`."""
    p_base, rows = response.probability(response.margin >= 0.0), []
    for name, kind, ends, unit, (low, high) in (
        *_paths(response), *_assumptions(response), *_levers(response)
    ):  # fmt: skip
        change = high.astype(float) - low
        rows.append({
            "input": name, "kind": kind, "low": ends[0], "high": ends[1], "unit": unit,
            "p_low": response.probability(low), "p_high": response.probability(high),
            "p_base": p_base,
            "swing": abs(change.mean()), "mc_error": change.std() / math.sqrt(len(change)),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    return table.sort_values(["swing", "input"], ascending=[False, True], ignore_index=True)


def expected_runs(response: TargetResponse) -> int:
    """Return the largest number of runs of a tornado table."""
    usable = [c for c in response.levers.values() if c.mechanism in response.usable_mechanisms]
    levers = {(c.mechanism, c.lever) for c in usable if c.unit != "year"}
    inputs = len(response.keys) + len(response.active_assumptions) + len(levers)
    return len(response.acting_mechanisms) + 1 + 2 * inputs


def _paths(response: TargetResponse) -> Iterator[Row]:
    """Move the indicator's own draws and those of its inputs to their low and high paths."""
    for row, key in enumerate(response.keys):
        values = response.paths.values[row]
        drawn = ~np.isnan(values[0])
        ends = np.quantile(values[:, drawn], [LOW, HIGH], axis=0)
        met = []
        for end in ends:
            run = response.new_run()
            run.override_series(key, end)
            response.tracker()
            run.apply(response.scenario)
            met.append(response.criterion.met(run.paths.values[response.row]))
        column = response.criterion.last - int(np.flatnonzero(drawn)[0])
        own = row == response.row
        name, kind = (OWN, "own") if own else (response.input_label(key), "input")
        yield name, kind, ends[:, column].tolist(), response.unit_of(key[1]), met


def _assumptions(response: TargetResponse) -> Iterator[Row]:
    """Set assumptions to P10 and P90, correlated ones to their conditional medians."""
    for label, (name, assumption) in response.active_assumptions.items():
        mechanism = response.acting_mechanisms[name]
        values = response.scenario.assumption_values(name, mechanism, response.region)
        if not isinstance(own := values[assumption], Range):
            continue
        settings = []
        for level in (LOW, HIGH):
            setting = {label: float(own.quantile(level))}
            for correlation in mechanism.correlations:
                if assumption in correlation.between:
                    (other,) = set(correlation.between) - {assumption}
                    conditional = float(ndtr(correlation.value * ndtri(level)))
                    if isinstance(carried := values[other], Range):
                        setting[f"{name}.{other}"] = float(carried.quantile(conditional))
            settings.append(setting)
        ends, unit = [s[label] for s in settings], mechanism.assumptions[assumption].unit
        yield label, "assumption", ends, unit, [response.met(s) for s in settings]


def _levers(response: TargetResponse) -> Iterator[Row]:
    """Set levers to 0 and a quarter of the limit, or around their setting in the scenario."""
    # The short name of a lever follows its full one.
    labels = {(c.mechanism, c.lever): label for label, c in response.levers.items()}
    for (mechanism, name), label in labels.items():
        lever = response.levers[label]
        if lever.unit == "year" or mechanism not in response.usable_mechanisms:
            continue
        settings = response.scenario.lever_settings(mechanism, response.region)
        setting = settings.get(name, 0.0)
        largest = max(setting_values(setting), default=0.0)
        if largest == 0.0:
            ends = [0.0, lever.upper / 4.0]
            met = [response.met({label: end}) for end in ends]
        else:
            factors = (0.5, min(1.5, lever.upper / largest))
            ends = [factor * largest for factor in factors]
            met = [response.met(_with_lever(response, lever, setting, f)) for f in factors]
        yield label, "lever", ends, lever.unit, met


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
