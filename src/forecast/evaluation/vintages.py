"""What a run issues: forecasts, what they were made from, versions of their method and targets.

A run carries its inputs, so that any later version of the package can play it again. Runs are kept
in `stores`; `moves` tells what moved from one to the next.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.fitting import QUANTILES, Fits, fit, quantile_name
from ..model.panel import KEY
from ..model.priors import read_priors
from ..scenarios.declarations import read_mechanisms
from ..tables.plan import Plan
from ..targets.attainment import attainment

__all__ = [
    "FORECASTS",
    "OPEN",
    "QUANTILE_COLUMNS",
    "Inputs",
    "Run",
    "compute_forecasts",
    "fingerprint_method",
    "fingerprint_targets",
    "fit_inputs",
    "hash_rows",
    "issue",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

OPEN = ("reached", "likely", "uncertain", "unlikely")
"""Statuses of targets that no figure has decided."""
METHOD = ("model/*.py", "targets/attainment.py", "targets/progress.py", "tables/schema.py")
"""Modules that a closed-form answer comes from."""
FIGURES = [*KEY, "year", "value", "status", "published", "break"]
GOALS = [*KEY, "year", "value", "comparator", "event", "role", "source"]
ABOUT = [
    "indicator", "kind", "lower", "upper", "better", "cumulative", "resolution", "numerator",
    "denominator",
]  # fmt: skip
QUANTILE_COLUMNS = [quantile_name(level) for level in QUANTILES]
FORECASTS = {
    "region": "TEXT", "indicator": "TEXT", "scenario": "TEXT", "year": "INTEGER", "target": "REAL",
    "comparator": "TEXT", "event": "TEXT", "role": "TEXT", "source": "TEXT", "latest": "REAL",
    "latest_year": "REAL", "median": "REAL", **dict.fromkeys(QUANTILE_COLUMNS, "REAL"),
    "p_reach": "REAL", "mc_error": "REAL", "required_rate": "REAL", "pace": "REAL",
    "schedule_status": "TEXT", "status": "TEXT", "evidence": "TEXT", "scale": "REAL",
}  # fmt: skip
"""Columns of forecasts, and their types in a store."""


@dataclass(frozen=True)
class Inputs:
    """All that closed-form answers are made from: enough to give them again.

    `observations` are the region's own figures and those of its siblings, as a plan has them;
    `mechanisms` is a hash: mechanisms act in scenarios and in no closed-form answer.
    """

    as_of: str
    growth: str
    mechanisms: str
    observations: pd.DataFrame
    targets: pd.DataFrame
    indicators: pd.DataFrame
    priors: pd.DataFrame


@dataclass(frozen=True)
class Run:
    """Forecasts that a run issues, and what they were made from.

    `origin` is the day whose knowledge was used. `forecasts` has a row a target, in the targets'
    order, with the columns `FORECASTS`: those of the attainment table, the target's role and
    source, quantiles of the target year where it is open (else missing), and `scale`, the mean
    absolute yearly change of the series' figures, its reporting step where they were flat. `run`
    and `issued` (UTC) are empty until the run is stored.
    """

    name: str
    region: str
    notebook: str
    origin: str
    data_hash: str
    method_version: str
    target_version: str
    inputs: Inputs
    forecasts: pd.DataFrame
    parameters: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    issued: str = ""


def issue(
    plan: Plan,
    *,
    name: str = "",
    notebook: str = "",
    parameters: Mapping[str, Any] | None = None,
    data_hash: str = "",
    growth: str = "auto",
    priors: pd.DataFrame | None = None,
) -> Run:
    """Answer a plan's targets in closed form, as a run that can be stored.

    The answers are those of `fit` and `attainment` on the plan's figures and its siblings'.

    Parameters
    ----------
    plan : as loaded; its `as_of` (else today) is the origin
    name, notebook, parameters : of the report, as in its manifest
    data_hash : of the tables, as in the manifest; "" hashes the figures used
    growth, priors : as for `fit`; None takes the prior table of the plan's folder, else the shipped

    Examples
    --------
    >>> import forecast as fc
    >>> run = issue(fc.load_plan("lishui", as_of="2022-12-31"), name="lishui")
    >>> run.origin, len(run.forecasts)
    ('2022-12-31', 61)
    """
    place = plan.folder or None
    beliefs = read_priors(place) if priors is None else priors
    mechanisms = {key: m.model_dump(mode="json") for key, m in read_mechanisms(place).items()}
    inputs = Inputs(
        plan.as_of, growth, _hash(json.dumps(mechanisms, sort_keys=True)),
        _kept(pd.concat([plan.observations, plan.siblings], ignore_index=True), FIGURES),
        _kept(plan.targets, GOALS), _kept(plan.indicators, ABOUT), beliefs.reset_index(drop=True),
    )  # fmt: skip
    return Run(
        name=name, region=plan.region, notebook=notebook,
        origin=plan.as_of or dt.date.today().isoformat(),
        data_hash=data_hash or hash_rows(inputs.observations.merge(inputs.indicators)),
        method_version=fingerprint_method(beliefs),
        target_version=fingerprint_targets(plan.targets),
        inputs=inputs, forecasts=compute_forecasts(inputs), parameters=dict(parameters or {}),
    )  # fmt: skip


def compute_forecasts(inputs: Inputs) -> pd.DataFrame:
    """Forecasts of a run from its inputs, under the method of today: see `Run.forecasts`."""
    fits = fit_inputs(inputs)
    table = attainment(fits, inputs.targets, as_of=inputs.as_of)
    place = pd.MultiIndex.from_frame(fits.series[KEY])
    at = place.get_indexer(pd.MultiIndex.from_frame(table[KEY]))
    rows = np.flatnonzero(table["status"].isin(OPEN))
    values = np.full((len(QUANTILE_COLUMNS), len(table)), np.nan)
    if len(rows):
        years = table["year"].to_numpy(float)[rows, None]
        values[:, rows] = fits.take(at[rows]).quantiles(QUANTILES, years)[:, :, 0]
    scale = np.where(at >= 0, np.append(_scale(fits), np.nan)[at], np.nan)
    goals = inputs.targets.reindex(columns=["role", "source"], fill_value="")
    return table.assign(
        **{name: goals[name].to_numpy() for name in goals},
        **dict(zip(QUANTILE_COLUMNS, values, strict=True)), scale=scale,
    )[list(FORECASTS)]  # fmt: skip


def fingerprint_method(priors: pd.DataFrame | None = None) -> str:
    """Version of the package and a short hash of the modules `METHOD` and the priors used.

    >>> version, _, short = fingerprint_method().partition("+")
    >>> version.count("."), len(short)
    (2, 12)
    """
    from .._version import __version__

    package = Path(str(resources.files("forecast")))
    files = sorted(file for pattern in METHOD for file in package.glob(pattern))
    code = "".join(_hash(file.read_bytes()) for file in files)
    beliefs = hash_rows(read_priors() if priors is None else priors)
    return f"{__version__}+{_hash(code + beliefs)[:12]}"


def fingerprint_targets(targets: pd.DataFrame) -> str:
    """Short hash of what targets ask for: region, indicator, year, value, comparator and event.

    Order, repeats, sources and notes do not matter.

    >>> goals = pd.DataFrame({"region": "a", "indicator": "x", "year": [2022, 2025],
    ...                       "value": [50, 60.0], "comparator": "ge"})
    >>> fingerprint_targets(goals) == fingerprint_targets(goals.iloc[::-1].assign(note="reprint"))
    True
    >>> fingerprint_targets(goals) == fingerprint_targets(goals.assign(comparator="gt"))
    False
    """
    meaning = targets[[*KEY, "comparator"]].astype(str)
    numbers = targets[["year", "value"]].astype(float)
    event = targets["event"].fillna("") if "event" in targets else ""
    asked = pd.concat([meaning, numbers], axis=1).assign(event=event)
    asked["event"] = asked["event"].replace("", "reach")
    return hash_rows(asked.drop_duplicates())[:12]


def fit_inputs(inputs: Inputs) -> Fits:
    """Fit the figures that a run was made from, under the method of today."""
    return fit(inputs.observations, inputs.indicators, inputs.growth, priors=inputs.priors)


def _scale(fits: Fits) -> FloatArray:
    """Mean absolute yearly change of each series, over steps without a break."""
    seen = fits.observations
    step = seen.groupby(KEY)[["value", "year"]].diff()
    change = (step["value"] / step["year"]).abs().mask(seen["fresh"].astype(bool))
    mean = change.groupby([seen[name] for name in KEY]).mean()
    scale = mean.reindex(pd.MultiIndex.from_frame(fits.series[KEY])).to_numpy(float)
    step_of: FloatArray = fits.series["resolution"].to_numpy(float)
    return np.where(scale == 0.0, step_of, scale)


def _kept(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Take the columns that are there, text where they are not."""
    return table.reindex(columns=columns, fill_value="").reset_index(drop=True)


def _hash(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def hash_rows(table: pd.DataFrame) -> str:
    """Hash a table whatever the order of its rows."""
    head, *lines = table.to_csv(index=False, lineterminator="\n").splitlines()
    return _hash("\n".join([head, *sorted(lines)]))
