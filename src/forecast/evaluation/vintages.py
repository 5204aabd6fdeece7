"""Issued forecasts: the answers of a run, its inputs, and fingerprints of its method and targets.

A run carries its inputs, so that any later version of the package can compute its forecasts again.
Where a later version needs other priors than those stored, they have to be replaced by its own.
`store` keeps runs; `revisions` attributes the changes from one run to the next.
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

from ..model.fitting import QUANTILES, Fits, fit, quantile_name
from ..model.panel import KEY
from ..model.priors import read_priors
from ..scenarios.declarations import read_mechanisms
from ..tables.plan import Plan
from ..targets.attainment import attainment
from ..targets.target_state import OPEN
from .scores import mean_yearly_change

__all__ = [
    "FORECASTS", "OPEN", "QUANTILE_COLUMNS", "Inputs", "Run", "compute_forecasts",
    "fingerprint_method", "fingerprint_targets", "fit_inputs", "hash_rows", "issue",
]  # fmt: skip

METHOD = ("model/*.py", "targets/attainment.py", "targets/event*.py", "targets/progress.py",
          "targets/target_*.py", "tables/calendar.py", "tables/cells.py",
          "tables/descriptions.py", "tables/frames.py", "tables/row_rules.py",
          "tables/schema.py", "tables/words.py")  # fmt: skip
"""Modules whose code decides a closed-form answer."""
INPUT_COLUMNS = {
    "observations": [*KEY, "year", "value", "status", "standard_error", "published", "break"],
    "targets": [*KEY, "year", "value", "value_high", "comparator", "event", "role", "source",
                "baseline", "baseline_year"],
    "indicators": ["indicator", "kind", "lower", "upper", "better", "cumulative", "resolution",
                   "numerator", "denominator", "publication_lag"],
}  # fmt: skip
QUANTILE_COLUMNS = [quantile_name(level) for level in QUANTILES]
FORECASTS = {
    "region": "str", "indicator": "str", "scenario": "str", "year": "int64", "target": "float64",
    "comparator": "str", "event": "str", "role": "str", "source": "str", "latest": "float64",
    "latest_year": "float64", "median": "float64", **dict.fromkeys(QUANTILE_COLUMNS, "float64"),
    "p_reach": "float64", "mc_error": "float64", "required_rate": "float64", "pace": "float64",
    "schedule_status": "str", "status": "str", "evidence": "str", "scale": "float64",
    "target_high": "float64",
}  # fmt: skip
"""Columns of forecasts and their types."""


@dataclass(frozen=True)
class Inputs:
    """Everything that closed-form answers are computed from.

    `observations` holds the figures of the region and of its peers, as a plan has them;
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
    """Forecasts that a run issues, and their inputs.

    `origin` is the ISO date up to which figures were known. `forecasts` has one row per target, in
    the targets' order, with the columns `FORECASTS`: those of the attainment table, the target's
    role and source, quantiles of the target year while the target is open (else missing), and
    `scale` (`scores.mean_yearly_change`). `run` (id) and `issued` (UTC) are empty until the run is
    stored.
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
    """Return a plan's targets answered in closed form, as a run that can be stored.

    The answers are those of `fit` and `attainment` on the figures of the plan and of its peers.

    Parameters
    ----------
    plan : as loaded; its `as_of` (else today) is the origin
    name, notebook, parameters : of the report, as in its manifest
    data_hash : of the tables, as in the manifest; "" hashes the figures used
    growth, priors : as for `fit`; None takes the prior table of the plan's folder, else the
        shipped one

    Examples
    --------
    >>> import forecast as fc
    >>> run = issue(fc.load_plan("lishui", as_of="2022-12-31"), name="lishui")
    >>> run.origin, len(run.forecasts)
    ('2022-12-31', 60)
    """
    source = plan.folder or None
    table = read_priors(source) if priors is None else priors
    mechanisms = {name: m.model_dump(mode="json") for name, m in read_mechanisms(source).items()}
    figures = pd.concat([plan.observations, plan.siblings], ignore_index=True)
    inputs = Inputs(
        plan.as_of, growth, _hash(json.dumps(mechanisms, sort_keys=True)),
        _select(figures, "observations"), _select(plan.targets, "targets"),
        _select(plan.indicators, "indicators"), table.reset_index(drop=True),
    )  # fmt: skip
    return Run(
        name=name, region=plan.region, notebook=notebook,
        origin=plan.as_of or dt.date.today().isoformat(),
        data_hash=data_hash or hash_rows(inputs.observations.merge(inputs.indicators)),
        method_version=fingerprint_method(table),
        target_version=fingerprint_targets(plan.targets),
        inputs=inputs, forecasts=compute_forecasts(inputs), parameters=dict(parameters or {}),
    )  # fmt: skip


def compute_forecasts(inputs: Inputs) -> pd.DataFrame:
    """Return the forecasts of a run from its inputs, by the method of today: `Run.forecasts`."""
    fits = fit_inputs(inputs)
    table = attainment(fits, inputs.targets, as_of=inputs.as_of, answers=["reach"])
    series = pd.MultiIndex.from_frame(fits.series[KEY])
    row = series.get_indexer(pd.MultiIndex.from_frame(table[KEY]))
    is_open = np.flatnonzero(table["status"].isin(OPEN))
    values = np.full((len(QUANTILE_COLUMNS), len(table)), np.nan)
    if len(is_open):
        years = table["year"].to_numpy(float)[is_open, None]
        values[:, is_open] = fits.take(row[is_open]).quantiles(QUANTILES, years)[:, :, 0]
    scale = np.append(mean_yearly_change(fits.observations, fits.series), np.nan)
    targets = inputs.targets.reindex(columns=["role", "source"], fill_value="")
    return table.assign(
        **{name: targets[name].to_numpy() for name in targets},
        **dict(zip(QUANTILE_COLUMNS, values, strict=True)), scale=scale[row],
    )[list(FORECASTS)]  # fmt: skip


def fingerprint_method(priors: pd.DataFrame | None = None) -> str:
    """Return the package's version and a short hash of the modules `METHOD` and the priors used.

    Parameters
    ----------
    priors : prior table; None takes the shipped one. The order of its rows does not matter

    Examples
    --------
    >>> version, _, short = fingerprint_method().partition("+")
    >>> version.count("."), len(short)
    (2, 12)
    """
    from .._version import __version__

    package = Path(str(resources.files("forecast")))
    files = sorted(file for pattern in METHOD for file in package.glob(pattern))
    code = "".join(_hash(file.read_bytes()) for file in files)
    table = hash_rows(read_priors() if priors is None else priors)
    return f"{__version__}+{_hash(code + table)[:12]}"


def fingerprint_targets(targets: pd.DataFrame) -> str:
    """Return a short hash of what targets require.

    Region, indicator, year, value (of a band both ends), comparator and event count; order,
    repeats, sources and notes do not.

    Examples
    --------
    >>> targets = pd.DataFrame({"region": "a", "indicator": "x", "year": [2022, 2025],
    ...                         "value": [50, 60.0], "comparator": "ge"})
    >>> fingerprint_targets(targets) == fingerprint_targets(targets.iloc[::-1].assign(note="n"))
    True
    >>> fingerprint_targets(targets) == fingerprint_targets(targets.assign(comparator="gt"))
    False
    """
    words = targets[[*KEY, "comparator"]].astype(str)
    numbers = targets[["year", "value"]].astype(float)
    event = targets["event"].fillna("") if "event" in targets else ""
    if "value_high" in targets and (high := pd.to_numeric(targets["value_high"])).notna().any():
        numbers = numbers.assign(value_high=high)
    meaning = pd.concat([words, numbers], axis=1).assign(event=event)
    meaning["event"] = meaning["event"].replace("", "reach")
    return hash_rows(meaning.drop_duplicates())[:12]


def fit_inputs(inputs: Inputs) -> Fits:
    """Return fits to the figures of a run, by the method of today."""
    return fit(inputs.observations, inputs.indicators, inputs.growth, priors=inputs.priors)


def hash_rows(table: pd.DataFrame) -> str:
    """Return a hash (SHA-256, hexadecimal) of a table, whatever the order of its rows."""
    head, *lines = table.to_csv(index=False, lineterminator="\n").splitlines()
    return _hash("\n".join([head, *sorted(lines)]))


def _select(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Select the columns of an input; one that the table lacks holds empty text."""
    return table.reindex(columns=INPUT_COLUMNS[name], fill_value="").reset_index(drop=True)


def _hash(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
