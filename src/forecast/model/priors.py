"""Priors of pace, noise and spread, learned from panels (`training.learning`).

`data/priors.csv` has a row a number: `kind` (`all`: of every kind), `domain` (`all`: of every
panel), `link` (`all`: of every link), `parameter`, `value`, and `source`, what it is learned from.
The numbers of a kind and link:

========================= ==================================================================
weight                    of the link in a series' quantile function; they sum to 1
noise                     standard deviation of a year's surprise on the link scale
spread                    factor of the standard deviation one year ahead
spread_growth             power of the horizon by which it grows
df                        degrees of freedom of the tails before k own steps add k / 2
link_trust                power of the links' errors in one-year replays in their weights
peers C, alone C          prior weight of candidate pace C where peers are many, where none is
========================= ==================================================================

and those of all kinds:

========================= ==================================================================
variance C                how far an indicator's weight of C lies from its prior mean
half_peers                peers at which the prior is halfway between `alone` and `peers`
freedom, freedom_alone    variance of regions' own paces per noise variance, with many peers, none
freedom_years             years of paces that this prior counts as
peer_years                years that a prior pace of 0 of the peers counts as
direction_fades           own years after which the wanted direction counts half
noise_df, noise_df_alone  degrees of freedom of the prior noise
noise_df_series           series that `noise_df` counts as, beside those of the group
noise_size, _group        powers of a series' squared steps over its group's, and of the group's
                          over the kind's, in the prior noise
peer_noise                share of the prior noise that comes from the peers
evidence                  what a replay counts as, of an independent one
memory                    what a replay still counts as a year later
shock                     variance of an origin's shared shock per noise variance
trust                     power of the likelihood that weighs the parts of the mixture
drift, no_change          prior odds of a plain drift, of no change, to the learned domains
error_weight              what a replay counts as in the size of errors
error_prior, _long        what the expected size counts as, one year ahead, and farther
weight_spread             factor of the variance that the weights' uncertainty makes
noise_floor               noise variance a year that no run of calm years removes
shared                    correlation between the regions of an indicator of a year's surprise
========================= ==================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import (
    DataError,
    Problem,
    check_arguments,
    check_columns,
    check_name,
    list_missing,
    msg,
)
from ..tables.plan import data_folder
from ..tables.schema import is_address
from .arrays import FloatArray
from .paces import CANDIDATES

__all__ = [
    "ALONE", "COLUMNS", "COMMON", "GROWTH_PATHS", "LINKS_BY_KIND", "LINK_BY_GROWTH", "Key",
    "LinkPrior", "Prior", "build_prior", "read_priors", "select_prior",
]  # fmt: skip

LINKS_BY_KIND = {
    "share": ("logit", "identity"), "ratio": ("log", "identity"),
    "amount": ("log", "identity"), "stock": ("log", "identity"),
}  # fmt: skip
"""Links that `auto` pools for each kind."""
LINK_BY_GROWTH = {
    "linear": "identity", "exponential": "log", "logistic": "logit", "gompertz": "cloglog"
}  # fmt: skip
GROWTH_PATHS = ("auto", *LINK_BY_GROWTH, "damped", "no_change")
FADING = {"own_recent": 0.75, "peers_recent": 0.75, "level": 0.95, "direction": 0.95}
LASTING, DAMPED = 0.97, 0.7
"""phi of the candidates' courses under `auto` (`LASTING` where not in `FADING`), and of all of them
under `damped`; a named path goes on for ever. Declared."""
ALONE = ("own", "own_recent", "direction", "own_rest")
"""Candidates of a series without peers."""
COLUMNS = ["kind", "domain", "link", "parameter", "value", "source"]
COMMON = (
    "half_peers", "freedom", "freedom_alone", "freedom_years", "peer_years", "direction_fades",
    "noise_df", "noise_df_alone", "noise_df_series", "noise_size", "noise_size_group", "peer_noise",
    "evidence", "memory", "shock", "trust",
    "error_weight", "error_prior", "error_prior_long", "weight_spread", "noise_floor", "shared",
)  # fmt: skip
"""Numbers of a `Prior` that all kinds share."""
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class LinkPrior:
    """One link of a kind; the module defines the fields."""

    link: str
    weight: float
    noise: float
    spread: float


@dataclass(frozen=True)
class Prior:
    """Prior of a kind; the module defines the fields.

    `domains` and `domains_alone` are (domains, candidates); `share` has the prior odds of each
    domain (one number, or one a group), then those of a drift and of no change.
    """

    links: tuple[LinkPrior, ...]
    domains: FloatArray
    domains_alone: FloatArray
    share: FloatArray
    variance: FloatArray
    fading: tuple[float, ...]
    spread_growth: float
    df: float
    link_trust: float
    half_peers: float
    freedom: float
    freedom_alone: float
    freedom_years: float
    peer_years: float
    direction_fades: float
    noise_df: float
    noise_df_alone: float
    noise_df_series: float
    noise_size: float
    noise_size_group: float
    peer_noise: float
    evidence: float
    memory: float
    shock: float
    trust: float
    error_weight: float
    error_prior: float
    error_prior_long: float
    weight_spread: float
    noise_floor: float
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
    ['all', 'amount', 'ratio', 'share', 'stock']
    """
    check_arguments(read_priors, locals())
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
    problems = list_missing(file.name, table, COLUMNS, msg("learn the priors anew"))
    if not problems:
        values = pd.to_numeric(table["value"], errors="coerce")
        problem, remedy = msg("no number"), msg("write one")
        problems = [
            Problem(file.name, row + 2, "value", str(table["value"].iloc[row]), problem, remedy)
            for row in table.index[~np.isfinite(values)]
        ]
        table["value"] = values
    if problems:
        raise DataError(problems)
    return table


def select_prior(kind: str, growth: str = "auto", *, priors: pd.DataFrame | None = None) -> Prior:
    """Select the prior of a kind under a growth path.

    `auto` pools the links of the kind. A named path is its link alone, with paces that go on for
    ever; links that the kind lacks have the noise of its first one. `damped` is the first link with
    paces that fade, `no_change` the same without any.

    Raises
    ------
    UnknownNameError
        For a growth path, or a kind that the table does not have.
    DataError
        If the table lacks a column, or a number of the kind.

    Examples
    --------
    >>> [link.link for link in select_prior("share", "logistic").links]
    ['logit']
    """
    check_name("growth path", growth, GROWTH_PATHS)
    table = read_priors() if priors is None else priors
    check_columns("priors", table, COLUMNS[:-1], msg("learn the priors anew"))
    check_name("kind", kind, sorted({*table["kind"].unique()} - {"all"}))
    keys = zip(*(table[c].tolist() for c in ("kind", "domain", "link", "parameter")), strict=True)
    prior = build_prior(dict(zip(keys, table["value"].astype(float), strict=True)), kind)
    if growth == "auto":
        return prior
    first, second = prior.links
    linear = growth == "linear"
    link = replace(second if linear else first, link=LINK_BY_GROWTH.get(growth, first.link))
    fading = DAMPED if growth in ("damped", "no_change") else 1.0
    prior = replace(prior, links=(replace(link, weight=1.0),), fading=(fading,) * len(CANDIDATES))
    if growth == "no_change":
        share = np.zeros_like(prior.share)
        share[-1] = 1.0
        prior = replace(prior, share=share)
    return prior


def build_prior(numbers: Mapping[Key, float], kind: str) -> Prior:
    """Build the prior of a kind from the rows of a table, by kind, domain, link and parameter."""
    domains = sorted({domain for _, domain, _, _ in numbers} - {"all"}) or ["all"]

    def number(parameter: str, link: str = "all", domain: str = "all", of: str = kind) -> float:
        for where in dict.fromkeys((domain, "all")):
            if (of, where, link, parameter) in numbers:
                return numbers[of, where, link, parameter]
        problem, remedy = msg("no row for {kind}", kind=of), msg("learn the priors anew")
        raise DataError([Problem("priors.csv", None, "parameter", parameter, problem, remedy)])

    def weights(known: str, names: tuple[str, ...]) -> FloatArray:
        return np.array(
            [
                [number(f"{known} {c}", domain=d) if c in names else 0.0 for c in CANDIDATES]
                for d in domains
            ]
        )

    many, none = weights("peers", CANDIDATES), weights("alone", ALONE)
    level = CANDIDATES.index("level")
    none[:, level] = many[:, level]
    links = tuple(
        LinkPrior(link, *(number(name, link) for name in ("weight", "noise", "spread")))
        for link in LINKS_BY_KIND[kind]
    )
    odds = [number(name, of="all") for name in ("drift", "no_change")]
    return Prior(
        links, many, none, np.array([1.0 / len(domains)] * len(domains) + odds),
        np.array([number(f"variance {c}", of="all") for c in CANDIDATES]),
        tuple(FADING.get(c, LASTING) for c in CANDIDATES),
        number("spread_growth"), number("df"), number("link_trust"),
        **{name: number(name, of="all") for name in COMMON},
    )  # fmt: skip
