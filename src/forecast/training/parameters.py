"""The numbers of a prior as a vector, with the limits that the search keeps.

Starts, steps and limits are declared; those of `LOGS` are logarithms. The benchmark
`benchmarks/accuracy.py PANEL` shows how good the priors are that the search ends at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..model.arrays import FloatArray
from ..model.priors import LinkPrior, PooledPrior

__all__ = ["LINK_PARAMETERS", "Parameter", "ParameterSpace"]


@dataclass(frozen=True)
class Parameter:
    """A number to learn: its start, its step, its limits, and where it has a meaning.

    `own`: each kind has its own; `peers`: only where peers are known; `pace`: only for growth paths
    with a long-run slope.
    """

    name: str
    start: float
    step: float
    low: float
    high: float
    own: bool = False
    peers: bool = False
    pace: bool = False


LINK_PARAMETERS = (
    Parameter("noise", np.nan, 0.5, -5.5, -0.7, own=True),
    Parameter("noise_df", 1.5, 0.5, -0.7, 3.5),
    Parameter("sibling_noise", 0.9, 0.1, 0.85, 1.0, peers=True),
    Parameter("recent", 0.22, 0.3, -0.5, 1.0, peers=True, pace=True),
    Parameter("lasting", 0.18, 0.3, -0.5, 1.0, peers=True, pace=True),
    Parameter("catching_up", 0.58, 0.3, 0.0, 1.2, peers=True, pace=True),
    Parameter("direction", 0.35, 0.3, -0.3, 1.0, pace=True),
    Parameter("direction_fades", 1.8, 0.7, 0.0, 2.1, pace=True),
    Parameter("freedom", -2.8, 0.7, -7.0, 2.0, pace=True),
    Parameter("changing", -0.8, 1.0, -3.0, 3.0),
    Parameter("restless", -1.0, 1.0, -3.0, 3.0),
    Parameter("blurred", -0.5, 1.0, -4.0, 3.0),
    Parameter("siblings_evidence", 2.0, 0.5, 0.0, 5.0, peers=True),
    Parameter("own_evidence", 0.4, 0.3, 0.0, 1.2),
    Parameter("spread", -0.1, 0.3, -1.0, 1.0),
    Parameter("spread_growth", -0.05, 0.3, -0.5, 0.5),
)
TAIL = Parameter("df", 0.8, 0.5, 0.3, 4.0, own=True)
WEIGHT = Parameter("weight", -0.6, 0.4, -5.0, 2.0, own=True)
MOST_NOISE_DF = 0.9
"""Log of the largest `noise_df` without peers, two and a half increments: a panel's indicators say
little about the noise of an indicator that is in no panel."""
LOGS = ("noise", "noise_df", "spread", "freedom", "direction_fades")
NOISE_START = {"logit": 0.15, "cloglog": 0.12, "identity": 0.06, "log": 0.06}


@dataclass(frozen=True)
class ParameterSpace:
    """The numbers of a growth path with some links, and the prior of a vector.

    `lasting`: whether the path has a long-run slope; `held`: numbers that are not learned.
    """

    links: tuple[str, ...]
    peers: bool
    lasting: bool = True
    held: Mapping[str, float] = field(default_factory=dict)

    @property
    def numbers(self) -> list[tuple[str, Parameter]]:
        """Link and parameter of each element of a vector."""
        each = [
            (link, self._fitted(n, link))
            for link in self.links
            for n in LINK_PARAMETERS
            if self._free(n)
        ]
        return [*each, ("", TAIL), *((link, WEIGHT) for link in self.links[1:])]

    def _fitted(self, number: Parameter, link: str) -> Parameter:
        """Set the start of the noise by link, and its limit without peers."""
        if number.name == "noise":
            return replace(number, start=float(np.log(NOISE_START[link])))
        if number.name == "noise_df" and not self.peers:
            return replace(number, start=0.5, high=MOST_NOISE_DF)
        return number

    def _free(self, number: Parameter) -> bool:
        known = (self.peers or not number.peers) and (self.lasting or not number.pace)
        return known and number.name not in self.held

    def prior(self, vector: FloatArray) -> PooledPrior:
        """Convert a vector to a prior."""
        names = [(link, number.name) for link, number in self.numbers]
        value = dict(zip(names, map(float, vector), strict=True))
        share = np.exp([0.0, *(value[link, "weight"] for link in self.links[1:])])
        links = []
        for link, weight in zip(self.links, share / share.sum(), strict=True):
            held = {n.name: self.held.get(n.name, 0.0) for n in LINK_PARAMETERS}
            own = {name: value.get((link, name), base) for name, base in held.items()}
            own |= {name: float(np.exp(own[name])) for name in LOGS if (link, name) in value}
            links.append(LinkPrior(link, float(weight), **own))
        return PooledPrior(tuple(links), float(np.exp(value["", "df"])), 0.0, 1.0, 0.0)
