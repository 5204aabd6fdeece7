"""What is believed about pace and noise before a series speaks, learned from other series.

One row of `data/priors.csv` a kind, growth path and link, once for series with siblings and once
for series without, with where it was learned in `source` (`learning` and `forecast learn-priors`):

================= =======================================================================
weight            share of the link in the averaged quantile function
df                degrees of freedom of the tails before the series' own k increments add k/2
noise             typical yearly surprise s on the link scale
noise_df          nu: how alike the noise of different series is, in increments
sibling_noise     share of the prior noise that is taken from the siblings
recent, lasting   share of the siblings' mean pace of 4 and 8 years that a series is given
catching_up       share of the siblings' difference in pace by level
direction         pace in the wanted direction, in units of the series' own noise a year
direction_fades   increments of its own after which a series hears half of that
freedom           variance of a series' long pace about all that, per noise variance
changing, restless, blurred: log odds of the paces `PACES[1]` to `PACES[3]` against the steady one
siblings_evidence weight of the siblings' log likelihood in choosing among the paces
own_evidence      weight of the series' own
spread            factor of the standard deviation two years ahead
spread_growth     power of horizon / 2 by which that factor grows
shift, stretch    recalibration: a probability is that of t = shift +- stretch t'
shared            correlation of the regions' surprises within an indicator
================= =======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from ..errors import DataError, Problem, check_name, msg
from ..tables.plan import data_folder
from ..tables.schema import is_address
from .kalman import Pace

__all__ = [
    "COLUMNS",
    "GROWTH_PATHS",
    "LINKS",
    "LINK_OF",
    "PACES",
    "STRAIGHT",
    "BlendPrior",
    "LinkPrior",
    "paces_of",
    "prior_of",
    "read_priors",
]

GROWTH_PATHS = (
    "auto", "linear", "exponential", "logistic", "gompertz", "damped", "no_change"
)  # fmt: skip
PACES = (Pace(0.025, 0.88), Pace(0.33, 0.88), Pace(3.0, 0.88), Pace(0.025, 0.88, 0.6))
"""Grid of paces: steady, changing, restless, and steady behind blurred figures; all fade to the
long pace."""
STRAIGHT = tuple(Pace(pace.ratio, 1.0, pace.blur) for pace in PACES)
"""The same for a named path: a pace of the series' own that lasts."""
FADING = tuple(Pace(pace.ratio, 0.7, pace.blur) for pace in PACES)
STILL = (Pace(0.0, 1.0),)
LINKS = {
    "share": ("logit", "identity"), "ratio": ("log", "identity"),
    "amount": ("log", "identity"), "stock": ("log", "identity"),
}  # fmt: skip
"""Links that `auto` joins for each kind."""
LINK_OF = {
    "linear": "identity", "exponential": "log", "logistic": "logit", "gompertz": "cloglog"
}  # fmt: skip
NUMBERS = [
    "weight", "df", "noise", "noise_df", "sibling_noise", "recent", "lasting", "catching_up",
    "direction", "direction_fades", "freedom", "changing", "restless", "blurred",
    "siblings_evidence", "own_evidence", "spread",
    "spread_growth", "shift", "stretch", "shared",
]  # fmt: skip
COLUMNS = ["kind", "siblings", "growth", "link", *NUMBERS, "source"]


@dataclass(frozen=True)
class LinkPrior:
    """One link's prior; see the module for the fields."""

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
class BlendPrior:
    """What joins the links of a growth path: their priors, tails, recalibration, shared shock."""

    links: tuple[LinkPrior, ...]
    df: float
    shift: float
    stretch: float
    shared: float


def read_priors(place: str | Path | None = None) -> pd.DataFrame:
    """Read a prior table: a file, or the `priors.csv` of a folder of tables that has one.

    None, a folder without one, and the address of a database give the table that comes with the
    package.

    Raises
    ------
    DataError
        If there is no such place, if columns are missing or a cell that must be a number is none.

    Examples
    --------
    >>> sorted(read_priors()["kind"].unique().tolist())
    ['amount', 'ratio', 'share', 'stock']
    """
    shipped = data_folder() / "priors.csv"
    asked = shipped if place is None or is_address(place) else Path(place)
    if not asked.exists():
        problem = msg("no such file or folder")
        remedy = msg("give a prior table, or a folder of tables")
        raise DataError([Problem(str(asked), None, None, None, problem, remedy)])
    file = asked / "priors.csv" if asked.is_dir() else asked
    file = file if file.is_file() else shipped
    return _read(file, file.stat().st_mtime_ns).copy()


@cache
def _read(place: Path, _changed: int) -> pd.DataFrame:
    """Read a file once for each time it was changed."""
    table = pd.read_csv(place, keep_default_na=False)
    problem, remedy = msg("no such column"), msg("learn the priors anew")
    problems = [
        Problem(place.name, None, column, None, problem, remedy)
        for column in COLUMNS
        if column not in table
    ]
    if not problems:
        numbers = table[NUMBERS].apply(pd.to_numeric, errors="coerce")
        problem, remedy = msg("no number"), msg("write one")
        problems = [
            Problem(place.name, row + 2, c, str(table[c].iloc[row]), problem, remedy)
            for c in NUMBERS
            for row in numbers.index[numbers[c].isna()]
        ]
    if problems:
        raise DataError(problems)
    return table.assign(siblings=table["siblings"].astype(str).str.lower().eq("true"), **numbers)


def paces_of(growth: str) -> tuple[Pace, ...]:
    """Grid of paces of a growth path.

    >>> [pace.memory for pace in paces_of("linear")]
    [1.0, 1.0, 1.0, 1.0]
    """
    return {"auto": PACES, "damped": FADING, "no_change": STILL}.get(growth, STRAIGHT)


def prior_of(
    kind: str, growth: str = "auto", *, siblings: bool, priors: pd.DataFrame | None = None
) -> BlendPrior:
    """Prior of a kind under a growth path, for series with or without siblings.

    `damped` is the kind's heaviest link with a pace that fades to nothing, `no_change` the same
    without any pace; a named path is its link alone, `auto` the weighted links.

    Raises
    ------
    UnknownNameError
        For a kind or growth path that the table does not have.

    Examples
    --------
    >>> [link.link for link in prior_of("share", "logistic", siblings=True).links]
    ['logit']
    """
    check_name("growth path", growth, GROWTH_PATHS)
    table = read_priors() if priors is None else priors
    each = list(zip(table["kind"], table["siblings"], table["growth"], strict=True))
    rows = [i for i, key in enumerate(each) if key == (kind, siblings, growth)]
    if not rows:
        check_name("kind", kind, sorted({known for known, _, _ in each}))
        known_paths = {path for *of, path in each if of == [kind, siblings]}
        check_name("growth path in the priors", growth, sorted(known_paths))
    names, joint = list(LinkPrior.__dataclass_fields__), ("df", "shift", "stretch", "shared")
    values = {name: table[name].to_numpy()[rows].tolist() for name in (*names, *joint)}
    if growth in ("damped", "no_change"):
        for name in ("recent", "lasting", "catching_up", "direction", "freedom"):
            values[name] = [0.0] * len(rows)
    links = tuple(LinkPrior(*row) for row in zip(*(values[name] for name in names), strict=True))
    return BlendPrior(links, *(float(values[name][0]) for name in joint))
