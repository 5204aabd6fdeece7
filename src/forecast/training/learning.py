"""Learn priors from panels of other series: how `data/priors.csv` is made.

Each panel is a domain, with prior weights of its own where it has indicators enough; everything
else is common. Panels are cut into windows (`windows`) with all peers, with two and with none, and
joined by a few made worlds (`made`). Under a loss of CRPS, Brier score and coverage (`cases`) the
numbers descend from those of a start table: each steps against the sign of its measured slope, by
more while the sign stays (Rprop; Riedmiller and Braun 1993, doi 10.1109/ICNN.1993.298623), which
needs no scaling. The correlation between regions comes last, so that 80 % intervals for the number
of regions that reach their target cover 80 % of the panels' counts. Nothing is random but which
windows are drawn, by a seed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from ..errors import N_, DataError, Problem, check_name, msg
from ..model.arrays import IntArray
from ..model.priors import COLUMNS, LINKS_BY_KIND, Key, Prior, build_prior, read_priors
from .cases import TrainingCase
from .made import make_windows
from .panels import Panel
from .parameters import APART, WEIGHTS, Group, fill_domains, list_groups, move
from .windows import HORIZONS, Windows, cut_windows

__all__ = ["cut_sets", "learn_priors"]

log = logging.getLogger(__name__)

SETTINGS = ((None, 1.0), (0, 0.4), (2, 0.2))
"""Peers of a window (None: all), and the weight of such windows."""
MADE = (
    ("steady, pace 3 times the noise", 0.21), ("linear share", 0.21), ("logistic", 0.06),
    ("exponential", 0.06), ("steps", 0.06), ("drift", 0.12), ("counts", 0.15), ("flat", 0.06),
)  # fmt: skip
"""Made worlds and their weights."""
LEAST_INDICATORS = 2
"""Indicators of a kind in each domain for which the domains have weights of their own."""
COST, APART_COST = 1e-4, 1e-4
"""Cost of a squared step from the start, and of one between the domains."""
PROBE, FIRST, LARGEST, SETTLED = 0.08, 0.1, 8.0, 2e-5
"""Steps: of the measured slope, the first one, the farthest in all; and the slope that moves a
number by half its step."""
SHARED = ("all", "all", "all", "shared")
JOINT_REGIONS, JOINT_DRAWS, JOINT_COVERED = 8, 400, 0.8
SHARED_TRIED = (0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4)


def learn_priors(  # noqa: PLR0913 - what is learned, from what, and how long
    panels: Sequence[Panel],
    *,
    source: str,
    start: pd.DataFrame | None = None,
    rounds: int = 40,
    origins: int = 4,
    windows: int = 6,
    seed: int = 0,
    only: Collection[str] = (),
) -> pd.DataFrame:
    """Learn the prior table from panels of yearly series.

    Parameters
    ----------
    panels : each is a domain
    source : what the panels are; repeated in every row of the table
    start : prior table from which the numbers descend; None takes the shipped one
    rounds : of the descent
    origins, windows : most origins of an indicator and length, and scored series of each
    seed : which windows are drawn
    only : parameters, as in the table's column, that are learned; none learns all that can be

    Returns
    -------
    DataFrame with the columns of `data/priors.csv`. What is not in `only`, and kinds that the
    panels lack, keep the numbers of the start, the former with its source.

    Raises
    ------
    DataError
        For a panel that `fit` refuses, or whose series are too short.
    UnknownNameError
        For a parameter that is not learned.
    """
    table = read_priors() if start is None else start
    keys = zip(table["kind"], table["domain"], table["link"], table["parameter"], strict=True)
    given: dict[Key, float] = dict(zip(keys, table["value"].astype(float), strict=True))
    domains = [panel.domain for panel in panels]
    sets = cut_sets(panels, origins=origins, windows=windows, seed=seed)
    kinds = [k for k in LINKS_BY_KIND if any((s.kind[s.scored] == k).any() for s in sets)]
    counts = [
        p.indicators[p.indicators["indicator"].isin(p.observations["indicator"])]["kind"]
        .value_counts()
        for p in panels
    ]  # fmt: skip
    apart = [k for k in kinds if min(c.get(k, 0) for c in counts) >= LEAST_INDICATORS]
    cases = {kind: TrainingCase.of(kind, sets, domains) for kind in kinds}
    numbers = fill_domains(given, domains, LINKS_BY_KIND, apart)
    groups = list_groups(domains, kinds, apart)
    known = {key[-1] for group in groups for key in group.keys} | {SHARED[-1]}
    for name in only:
        check_name("parameter", name, sorted(known))
    groups = [group for group in groups if not only or group.keys[0][-1] in only]
    if groups:
        numbers = _descend(cases, numbers, groups, domains, rounds)
    if not only or SHARED[-1] in only:
        numbers[SHARED] = _learn_shared(panels, numbers, seed)
    rows = [(*key, float(f"{value:.5g}"), source) for key, value in numbers.items()]
    learned = pd.DataFrame(rows, columns=COLUMNS)
    if only:
        names = COLUMNS[:4]
        old = learned[names].merge(table[[*names, "source"]], "left")["source"].fillna(source)
        learned["source"] = learned["source"].where(learned["parameter"].isin([*only]), old)
    return learned


def cut_sets(
    panels: Sequence[Panel], *, origins: int, windows: int, seed: int = 0
) -> list[Windows]:
    """Cut the panels into windows in each setting, and add the made worlds."""
    sets = [
        cut_windows(
            panel.observations, panel.indicators, domain=panel.domain, peers=peers, weight=weight,
            groups=origins if peers is None else 2 * origins, windows=windows, seed=seed + number,
        )
        for panel in panels
        for number, (peers, weight) in enumerate(SETTINGS)
    ]  # fmt: skip
    if not sets:
        problem, remedy = msg("no panel"), msg("name at least one")
        raise DataError([Problem("panels", None, None, None, problem, remedy)])
    for world, weight in MADE:
        for regions, groups in ((1, 24), (12, 5)):
            for length in (4, 6, 8):
                share = weight / 3.0**0.5
                sets.append(
                    make_windows(world, length, regions, groups, weight=share, seed=seed + 77)
                )
    return sets


def _descend(
    cases: Mapping[str, TrainingCase],
    start: dict[Key, float],
    groups: Sequence[Group],
    domains: Sequence[str],
    rounds: int,
) -> dict[Key, float]:
    """Descend from the start; see the module. Two rounds without a gain restart with less."""
    whole = sum(case.weight for case in cases.values())
    start = {**start, **move(start, groups, np.full(len(groups), 1e-12))}  # into the limits

    def losses(numbers: Mapping[Key, float], kinds: Sequence[str]) -> dict[str, float]:
        prior = {kind: build_prior(numbers, kind) for kind in kinds}
        return {k: cases[k].weight / whole * cases[k].loss(prior[k]) for k in kinds}

    u, last = np.zeros(len(groups)), np.zeros(len(groups))
    first, worse = FIRST, 0
    size = np.full(len(groups), first)
    best, best_u = np.inf, u
    for number in range(rounds):
        now = move(start, groups, u)
        base = losses(now, list(cases))
        value = sum(base.values()) + COST * float(u @ u) + APART_COST * _measure_gap(now, domains)
        worse = 0 if value < best else worse + 1
        if value < best:
            best, best_u = value, u.copy()
        log.info(N_("round %d: loss %.5f, best %.5f"), number, value, best)
        if worse == 2:
            u, worse, first = best_u.copy(), 0, 0.4 * first
            size, last = np.full(len(groups), first), np.zeros(len(groups))
            now = move(start, groups, u)
            base = losses(now, list(cases))
        gap, slope = _measure_gap(now, domains), np.zeros(len(groups))
        for i, group in enumerate(groups):
            moved = move(now, [group], [PROBE])
            each = losses(moved, group.kinds)
            rise = sum(each.values()) - sum(base[k] for k in group.kinds)
            rise += APART_COST * (_measure_gap(moved, domains) - gap)
            slope[i] = rise / PROBE + 2.0 * COST * u[i]
        same = slope * last
        grown = np.where(same > 0, np.minimum(1.3 * size, 4.0 * first), size)
        size = np.where(same < 0, 0.5 * size, grown)
        damped = size * np.abs(slope) / (np.abs(slope) + SETTLED)
        u = np.clip(u - np.sign(slope) * damped, -LARGEST, LARGEST)
        last = slope
    return move(start, groups, best_u)


def _measure_gap(numbers: Mapping[Key, float], domains: Sequence[str]) -> float:
    """Squared distance, in steps, between what the domains have for themselves."""
    total = 0.0
    for kind in LINKS_BY_KIND:
        for name in APART:
            values = [numbers.get((kind, d, "all", name)) for d in domains]
            known = [v for v in values if v is not None]
            step = WEIGHTS[name.split()[1]].step
            total += sum(((a - b) / step) ** 2 for a, b in pairwise(known))
    return total


def _learn_shared(panels: Sequence[Panel], numbers: Mapping[Key, float], seed: int) -> float:
    """Correlation at which 80 % intervals of the number of regions that attain cover 80 %."""
    covered = np.zeros((len(SHARED_TRIED), 2))
    for panel in panels:
        whole = cut_windows(
            panel.observations, panel.indicators, domain=panel.domain, lengths=(5,), groups=6,
            seed=seed,
        )  # fmt: skip
        for kind in sorted(set(whole.kind[whole.scored])):
            case = TrainingCase.of(kind, [whole], [panel.domain])
            own = {k: v for k, v in numbers.items() if k[1] in ("all", panel.domain)}
            prior = build_prior(own, kind)
            each = [_cover_counts(case, prior, shared, seed) for shared in SHARED_TRIED]
            covered += np.array(each)
    rising = np.maximum.accumulate(covered[:, 0] / np.maximum(covered[:, 1], 1.0))
    return round(float(np.interp(JOINT_COVERED, rising, SHARED_TRIED)), 3)


def _cover_counts(case: TrainingCase, prior: Prior, shared: float, seed: int) -> tuple[float, int]:
    """Count attaining regions: how many counts lie inside their 80 % interval, and of how many."""
    inside, counts = 0.0, 0
    predictive = case.predict(prior)
    score = predictive.t_score(case.threshold, np.broadcast_to(HORIZONS, case.actual.shape))
    at, valid, reached = (a.reshape(len(a), -1) for a in (score, case.valid, case.reached))
    group = case.grids.group[case.rows]
    for number in np.unique(group):
        rows = np.flatnonzero(group == number)
        if len(rows) < JOINT_REGIONS:
            continue
        rng = np.random.default_rng([seed, number])
        common = rng.standard_normal((JOINT_DRAWS, 1))
        own = rng.standard_normal((JOINT_DRAWS, len(rows)))
        half = predictive.df[rows] / 2.0
        chi2 = rng.standard_gamma(half, (JOINT_DRAWS, len(rows))) / half
        t = (np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own) / np.sqrt(chi2)
        up = case.panel.better[rows] > 0
        for column in np.flatnonzero(valid[rows].sum(axis=0) >= JOINT_REGIONS):
            used, limit = valid[rows, column], at[rows, column]
            hits = np.where(up, t >= limit, t <= limit)[:, used].sum(axis=1)
            inside += _within_interval(hits, int(reached[rows, column][used].sum()))
            counts += 1
    return inside, counts


def _within_interval(drawn: IntArray, count: int) -> float:
    """Share of `count` inside the central 80 % of drawn counts; in part where it is an end."""
    tail = (1.0 - JOINT_COVERED) / 2.0
    below, at = float((drawn < count).mean()), float((drawn == count).mean())
    if at == 0.0:
        return float(tail <= below <= 1.0 - tail)
    kept = min(below + at, 1.0 - tail) - max(below, tail)
    return max(kept, 0.0) / at
