"""Numbers of a prior table that are learned: their steps, limits, and which are moved together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from ..model.arrays import FloatArray
from ..model.paces import CANDIDATES
from ..model.priors import ALONE, LINKS_BY_KIND, Key

__all__ = ["APART", "Group", "Parameter", "fill_domains", "list_groups", "move"]


@dataclass(frozen=True)
class Parameter:
    """Step, limits and scale (`linear`, `log` or `logit`) of a learned number."""

    step: float
    low: float
    high: float
    scale: str = "linear"

    def moved(self, value: float, by: float) -> float:
        """Move a value by so many steps, within the limits."""
        if self.scale == "log":
            value = value * float(np.exp(by * self.step))
        elif self.scale == "logit":
            value = float(expit(logit(value) + by * self.step))
        else:
            value = value + by * self.step
        return float(np.clip(value, self.low, self.high))


COMMON = {
    **{f"variance {c}": Parameter(0.7, 1e-6, 4.0, "log")
       for c in ("peers", "peers_recent", "own", "own_rest")},
    "half_peers": Parameter(0.7, 0.1, 20.0, "log"),
    "freedom": Parameter(0.5, 0.01, 60.0, "log"),
    "freedom_alone": Parameter(0.5, 0.01, 60.0, "log"),
    "direction_fades": Parameter(0.6, 0.2, 60.0, "log"),
    "noise_df": Parameter(0.5, 0.5, 40.0, "log"),
    "noise_df_alone": Parameter(0.5, 0.5, 6.0, "log"),
    "noise_df_series": Parameter(0.7, 0.5, 100.0, "log"),
    "noise_size": Parameter(0.15, 0.0, 1.0),
    "noise_size_group": Parameter(0.15, 0.0, 1.0),
    "evidence": Parameter(0.5, 0.01, 3.0, "log"),
    "memory": Parameter(0.05, 0.6, 1.0),
    "shock": Parameter(0.7, 0.005, 20.0, "log"),
    "trust": Parameter(0.5, 0.05, 6.0, "log"),
    "drift": Parameter(0.6, 0.002, 3.0, "log"),
    "error_weight": Parameter(0.7, 0.001, 5.0, "log"),
    "error_prior": Parameter(0.7, 0.5, 200.0, "log"),
    "error_prior_long": Parameter(0.7, 0.3, 200.0, "log"),
    "weight_spread": Parameter(0.5, 0.05, 6.0, "log"),
}  # fmt: skip
"""Numbers of all kinds. Those of `priors.COMMON` that are not here are declared in the table."""
WEIGHTS = {
    "peers": Parameter(0.15, 0.0, 1.1), "peers_recent": Parameter(0.15, -0.5, 1.1),
    "own": Parameter(0.15, 0.0, 1.1), "own_recent": Parameter(0.15, -0.5, 1.0),
    "level": Parameter(0.02, -0.15, 0.05), "direction": Parameter(0.1, -0.3, 1.0),
    "own_rest": Parameter(0.1, -0.5, 1.0),
}  # fmt: skip
"""Prior weights of the candidate paces."""
KIND = {
    "spread_growth": Parameter(0.1, 0.1, 1.5), "df": Parameter(0.4, 1.5, 60.0, "log"),
    "link_trust": Parameter(1.5, 0.0, 12.0),
}  # fmt: skip
LINK = {"noise": Parameter(0.4, 0.002, 0.6, "log"), "spread": Parameter(0.15, 0.3, 4.0, "log")}
WEIGHT = Parameter(0.5, 0.02, 0.98, "logit")
APART = (
    "peers peers", "peers peers_recent", "peers own", "peers direction", "alone direction"
)  # fmt: skip
"""Weights that each domain may have for itself."""


@dataclass(frozen=True)
class Group:
    """Rows of a prior table that are moved together; `kinds` are those whose loss they change."""

    parameter: Parameter
    keys: tuple[Key, ...]
    kinds: tuple[str, ...]


def list_groups(domains: Sequence[str], kinds: Iterable[str], apart: Iterable[str]) -> list[Group]:
    """List what is learned, for kinds of which the domains `apart` differ by domain."""
    kinds, apart = tuple(kinds), set(apart)
    groups = [Group(p, (("all", "all", "all", n),), kinds) for n, p in COMMON.items()]
    for kind in kinds:
        for known, names in (("peers", CANDIDATES), ("alone", ALONE)):
            for c in names:
                name, here = f"{known} {c}", (kind,)
                if name in APART and kind in apart:
                    keys = [(kind, d, "all", name) for d in domains]
                    groups += [Group(WEIGHTS[c], (key,), here) for key in keys]
                else:
                    groups.append(Group(WEIGHTS[c], ((kind, "all", "all", name),), here))
        groups += [Group(p, ((kind, "all", "all", n),), (kind,)) for n, p in KIND.items()]
        for link in LINKS_BY_KIND[kind]:
            groups += [Group(p, ((kind, "all", link, n),), (kind,)) for n, p in LINK.items()]
        first = (kind, "all", LINKS_BY_KIND[kind][0], "weight")
        groups.append(Group(WEIGHT, (first,), (kind,)))
    return groups


def fill_domains(
    numbers: Mapping[Key, float], domains: Sequence[str], kinds: Iterable[str], apart: Iterable[str]
) -> dict[Key, float]:
    """Rearrange a table's numbers for the domains: rows of what they lack, none of others."""
    out: dict[Key, float] = {}
    apart = set(apart)
    for (kind, _, link, name), value in numbers.items():
        split = kind in apart and name in APART
        for domain in domains if split else ("all",):
            own = numbers.get((kind, domain, link, name), numbers.get((kind, "all", link, name)))
            out[kind, domain, link, name] = value if own is None else own
    return {key: value for key, value in out.items() if key[0] in {"all", *kinds}}


def move(
    numbers: Mapping[Key, float], groups: Sequence[Group], by: Sequence[float] | FloatArray
) -> dict[Key, float]:
    """Move the numbers of each group by so many steps; a kind's link weights stay a sum of 1."""
    out = dict(numbers)
    for group, steps in zip(groups, by, strict=True):
        for key in group.keys if steps else ():
            out[key] = group.parameter.moved(out[key], steps)
            kind, domain, link, name = key
            if name == "weight":
                (other,) = set(LINKS_BY_KIND[kind]) - {link}
                out[kind, domain, other, name] = 1.0 - out[key]
    return out
