"""Empirical-Bayes priors of trend and noise, learned from other series.

One row of `data/priors.csv` a kind, growth path and link, once for series with peers (column
`siblings` true) and once for series without; `source` says what they were learned from
(`training`, `forecast learn-priors`). Slopes and noise are a year, on the link scale.

================= =======================================================================
weight            weight of the link in the averaged quantile function
df                degrees of freedom of the tails before the series' own k increments add k/2
noise             typical standard deviation s of a year's noise
noise_df          nu, in increments: how similar the noise of different series is
sibling_noise     weight of the peers' noise in the prior noise
recent, lasting   weights of the peers' mean slope of 4 and 8 years
catching_up       weight of the peers' difference in slope by level
direction         slope in the desired direction, in units of the series' own noise
direction_fades   increments of its own after which a series has half of that
freedom           variance of a series' long-run slope about all that, per noise variance
changing, restless, blurred: log odds of the processes 1 to 3 of the grid against process 0
siblings_evidence weight of the peers' log likelihood in weighting the processes
own_evidence      weight of the series' own
spread            factor of the standard deviation two years ahead
spread_growth     power of horizon / 2 by which that factor grows
shift, stretch    recalibration: a probability is that of t = shift +- stretch t'
shared            correlation between the regions of an indicator of a year's t
================= =======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, check_name, msg
from ..tables.plan import data_folder
from ..tables.schema import is_address
from .kalman import SlopeProcess

__all__ = [
    "COLUMNS",
    "FADING_PROCESSES",
    "GROWTH_PATHS",
    "LINKS_BY_KIND",
    "LINK_BY_GROWTH",
    "PERSISTENT_PROCESSES",
    "LinkPrior",
    "PooledPrior",
    "read_priors",
    "select_prior",
    "slope_processes",
]

GROWTH_PATHS = (
    "auto", "linear", "exponential", "logistic", "gompertz", "damped", "no_change"
)  # fmt: skip
FADING_PROCESSES = (
    SlopeProcess(0.025, 0.88), SlopeProcess(0.33, 0.88), SlopeProcess(3.0, 0.88),
    SlopeProcess(0.025, 0.88, 0.6),
)  # fmt: skip
"""Grid of `auto`: steady, changing, restless, and steady with much measurement error; each slope
returns to its long-run value. Declared; the log odds among them are learned."""
PERSISTENT_PROCESSES = tuple(
    SlopeProcess(p.variance_ratio, 1.0, p.measurement_share) for p in FADING_PROCESSES
)
"""Grid of a named growth path: the slope of the series' own persists."""
DAMPED_PROCESSES = tuple(
    SlopeProcess(p.variance_ratio, 0.7, p.measurement_share) for p in FADING_PROCESSES
)
NO_SLOPE = (SlopeProcess(0.0, 1.0),)
LINKS_BY_KIND = {
    "share": ("logit", "identity"), "ratio": ("log", "identity"),
    "amount": ("log", "identity"), "stock": ("log", "identity"),
}  # fmt: skip
"""Links that `auto` pools for each kind."""
LINK_BY_GROWTH = {
    "linear": "identity", "exponential": "log", "logistic": "logit", "gompertz": "cloglog"
}  # fmt: skip
NUMERIC_COLUMNS = [
    "weight", "df", "noise", "noise_df", "sibling_noise", "recent", "lasting", "catching_up",
    "direction", "direction_fades", "freedom", "changing", "restless", "blurred",
    "siblings_evidence", "own_evidence", "spread",
    "spread_growth", "shift", "stretch", "shared",
]  # fmt: skip
COLUMNS = ["kind", "siblings", "growth", "link", *NUMERIC_COLUMNS, "source"]


@dataclass(frozen=True)
class LinkPrior:
    """Prior on one link; the module defines the fields."""

    link: str
    weight: float
    noise: float
    noise_df: float
    sibling_noise: float
    recent: float
    lasting: float
    catching_up: float
    direction: float
    direction_fades: float
    freedom: float
    changing: float
    restless: float
    blurred: float
    siblings_evidence: float
    own_evidence: float
    spread: float
    spread_growth: float


@dataclass(frozen=True)
class PooledPrior:
    """Priors of the links of a growth path, with their tails, recalibration and shared shock."""

    links: tuple[LinkPrior, ...]
    df: float
    shift: float
    stretch: float
    shared: float


def read_priors(source: str | Path | None = None) -> pd.DataFrame:
    """Read a prior table: a file, or the `priors.csv` of a folder of tables that has one.

    None, a folder without one, and the address of a database give the table that comes with the
    package.

    Raises
    ------
    DataError
        If there is no such file, if columns are missing or a cell that must be a number is none.

    Examples
    --------
    >>> sorted(read_priors()["kind"].unique().tolist())
    ['amount', 'ratio', 'share', 'stock']
    """
    shipped = data_folder() / "priors.csv"
    path = shipped if source is None or is_address(source) else Path(source)
    if not path.exists():
        problem = msg("no such file or folder")
        remedy = msg("give a prior table, or a folder of tables")
        raise DataError([Problem(str(path), None, None, None, problem, remedy)])
    file = path / "priors.csv" if path.is_dir() else path
    file = file if file.is_file() else shipped
    return _read(file, file.stat().st_mtime_ns).copy()


@cache
def _read(file: Path, _changed: int) -> pd.DataFrame:
    """Read a file, again only where it was changed."""
    table = pd.read_csv(file, keep_default_na=False)
    problem, remedy = msg("no such column"), msg("learn the priors anew")
    problems = [
        Problem(file.name, None, column, None, problem, remedy)
        for column in COLUMNS
        if column not in table
    ]
    if not problems:
        numbers = table[NUMERIC_COLUMNS].apply(pd.to_numeric, errors="coerce")
        problem, remedy = msg("no number"), msg("write one")
        problems = [
            Problem(file.name, row + 2, c, str(table[c].iloc[row]), problem, remedy)
            for c in NUMERIC_COLUMNS
            for row in numbers.index[~np.isfinite(numbers[c])]
        ]
    if problems:
        raise DataError(problems)
    return table.assign(siblings=table["siblings"].astype(str).str.lower().eq("true"), **numbers)


def slope_processes(growth: str) -> tuple[SlopeProcess, ...]:
    """Give the grid of slope processes of a growth path.

    >>> [process.autocorrelation for process in slope_processes("linear")]
    [1.0, 1.0, 1.0, 1.0]
    """
    grids = {"auto": FADING_PROCESSES, "damped": DAMPED_PROCESSES, "no_change": NO_SLOPE}
    return grids.get(growth, PERSISTENT_PROCESSES)


def select_prior(
    kind: str, growth: str = "auto", *, peers: bool, priors: pd.DataFrame | None = None
) -> PooledPrior:
    """Select the prior of a kind under a growth path, for series with or without peers.

    `damped` is the kind's heaviest link with a slope that fades to zero, `no_change` the same
    without a slope; a named path is its link alone, `auto` the weighted links.

    Raises
    ------
    UnknownNameError
        For a kind or growth path that the table does not have.

    Examples
    --------
    >>> [link.link for link in select_prior("share", "logistic", peers=True).links]
    ['logit']
    """
    check_name("growth path", growth, GROWTH_PATHS)
    table = read_priors() if priors is None else priors
    each = list(zip(table["kind"], table["siblings"], table["growth"], strict=True))
    rows = [i for i, key in enumerate(each) if key == (kind, peers, growth)]
    if not rows:
        check_name("kind", kind, sorted({known for known, _, _ in each}))
        known_paths = {path for *of, path in each if of == [kind, peers]}
        check_name("growth path in the priors", growth, sorted(known_paths))
    names, joint = [f.name for f in fields(LinkPrior)], ("df", "shift", "stretch", "shared")
    values = {name: table[name].to_numpy()[rows].tolist() for name in (*names, *joint)}
    if growth in ("damped", "no_change"):
        for name in ("recent", "lasting", "catching_up", "direction", "freedom"):
            values[name] = [0.0] * len(rows)
    links = tuple(LinkPrior(*row) for row in zip(*(values[name] for name in names), strict=True))
    return PooledPrior(links, *(float(values[name][0]) for name in joint))
