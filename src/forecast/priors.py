"""What is believed about pace and noise before a series speaks.

One row of `data/priors.csv` a kind and link, with where it was learned in `source`:

============ =====================================================================
weight       share of the mixture under growth `auto`
pace         prior mean yearly change in the wanted direction, in units of `noise`
pace_spread  standard deviation of a group's pace around it, in units of `noise`
noise        typical yearly surprise s on the link scale
df           degrees of freedom nu: how alike the noise of different series is
slope_ratio  lambda: variance of a series' pace around its group's, per noise variance
damping      phi: share of the pace that is left a year later
measurement  rho: share of the noise variance that does not persist
shared       share of the lasting noise that hits all regions of an indicator alike
============ =====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from .errors import check_name
from .links import LINKS
from .plans import data_folder

__all__ = ["GROWTH_PATHS", "Component", "components", "read_priors"]

GROWTH_PATHS = ("auto", "linear", "exponential", "logistic", "gompertz", "damped")

# Caps tried, as multiples of the largest value, where a saturating path has no known cap.
CAP_FACTORS = (1.2, 1.6, 2.5)
UNDAMPED_LINK = {
    "linear": "identity",
    "exponential": "log",
    "logistic": "logit",
    "gompertz": "cloglog",
}


@dataclass(frozen=True)
class Component:
    """One member of the mixture of growth paths; see the module for the fields."""

    link: str
    weight: float
    pace: float
    pace_spread: float
    noise: float
    df: float
    slope_ratio: float
    damping: float
    measurement: float
    shared: float
    cap_factor: float | None = None
    """Cap as a multiple of the largest value; None uses the indicator's upper bound."""


@cache
def read_priors(path: Path | None = None) -> pd.DataFrame:
    """Read a prior table; None reads the one that comes with the package.

    >>> sorted(read_priors()["kind"].unique().tolist())
    ['amount', 'ratio', 'share', 'stock']
    """
    return pd.read_csv(path or data_folder() / "priors.csv")


def components(
    kind: str, growth: str = "auto", *, capped: bool = True, priors: pd.DataFrame | None = None
) -> tuple[Component, ...]:
    """Mixture members for a kind under a growth path; their weights sum to 1.

    Parameters
    ----------
    kind : one of `schema.KINDS` except `count`, whose increments have a model of their own
    growth : one of `GROWTH_PATHS`; a named path is undamped, `damped` takes the kind's
        heaviest link and its damping, `auto` the weighted mixture
    capped : whether the indicator has an upper bound; without one the links `logit` and
        `cloglog` spread over `CAP_FACTORS`
    priors : table of `read_priors`; None takes the shipped one

    Examples
    --------
    >>> [(c.link, c.damping, c.cap_factor) for c in components("amount", "logistic", capped=False)]
    [('logit', 1.0, 1.2), ('logit', 1.0, 1.6), ('logit', 1.0, 2.5)]
    """
    check_name("growth path", growth, GROWTH_PATHS)
    table = read_priors() if priors is None else priors
    check_name("kind", kind, sorted(set(table["kind"])))
    rows = table[table["kind"] == kind].drop(columns=["kind", "source"])
    found = tuple(Component(**row) for row in rows.to_dict("records"))
    if growth == "auto":
        chosen = tuple(c for c in found if c.weight > 0)
    elif growth == "damped":
        chosen = (replace(max(found, key=lambda c: c.weight), weight=1.0),)
    else:
        check_name("link", UNDAMPED_LINK[growth], [c.link for c in found])
        path = next(c for c in found if c.link == UNDAMPED_LINK[growth])
        chosen = (replace(path, weight=1.0, damping=1.0),)
    return chosen if capped else tuple(member for c in chosen for member in _over_caps(c))


def _over_caps(part: Component) -> tuple[Component, ...]:
    """Spread a saturating member without a known cap equally over `CAP_FACTORS`."""
    if part.link not in LINKS[2:]:
        return (part,)
    return tuple(
        replace(part, weight=part.weight / len(CAP_FACTORS), cap_factor=factor)
        for factor in CAP_FACTORS
    )
