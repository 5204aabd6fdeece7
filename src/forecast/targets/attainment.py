"""Attainment: the status of each target, its probability and the year it is met in.

`events` defines the event. A column `event` of the targets says what must meet it: `reach` (the
value of the target year; the default), `ever` (that or an earlier year from now on) or `maintain`
(every year from now to the target year). Targets define the event and are never data.

`status` is the state of the target, see `target_state`: decided by figures, passed without one, or
open. `progress` explains `schedule_status` and `ratio_class`.

`attainment_reading` says what `attainment_year` is: `reached` (the year of the first published
figure that meets the target, which the latest one still does), `lost` (figures met it once and no
longer do: the expected year of meeting it again), `expected` (the median of the year in which it is
first met), `beyond` (not within twenty years) or `no_data`; `attainment_early` and
`attainment_late` are the 10 and 90 % points.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..errors import N_, check_arguments, check_name, msg
from ..model.arrays import BoolArray, FloatArray, as_slice
from ..model.fitting import Fits, read_fits
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.frames import read_goals
from ..tables.schema import EVENTS
from ..tables.words import choose_words, number_words, take_words
from .event_probabilities import (
    LOOK_AHEAD,
    AnnualHits,
    DrawnEvents,
    DrawnHits,
    add_changes,
    combine_all,
    compute_closed_form,
)
from .progress import compute_progress
from .target_state import PRINTED_BOUNDS, TargetState
from .target_tables import read_targets

__all__ = ["attainment", "attainment_years", "draw_events"]


COLUMNS = [
    *KEY, "scenario", "year", "target", "comparator", "latest", "latest_year", "median",
    "p_reach", "mc_error", "required_rate", "pace", "schedule_status", "status", "evidence",
    "attainment_year", "event", "p_ever", "p_maintain", "p_path", "required_compound", "ratio",
    "ratio_class", "attainment_early", "attainment_late", "attainment_reading", "baseline",
    "baseline_year", "target_high",
]  # fmt: skip
ANSWERS: dict[str, tuple[str, ...]] = {
    "reach": (),
    "ever": ("p_ever",),
    "maintain": ("p_maintain",),
    "path": ("p_path",),
    "years": ("attainment_year", "attainment_early", "attainment_late", "attainment_reading"),
}
"""Columns that each answer adds to those that every table has."""
EVENT_COLUMNS = [
    *KEY, "scenario", "year", "target", "comparator", "event", "latest", "latest_year", "median",
    "p_reach", "mc_error", "status", "evidence", "target_high",
]  # fmt: skip
YEAR_LEVELS = {"attainment_early": 0.1, "attainment_year": 0.5, "attainment_late": 0.9}
BLOCK = 16384
"""About how many targets are answered at a time: memory does not grow with their number."""
OUTSIDE = N_("years must lie between 1 and {most}, not {years}.")


def attainment(
    source: Any,
    targets: Any,
    *,
    year: object = None,
    comparator: str | None = None,
    as_of: str | dt.date | None = None,
    answers: Iterable[str] | str | None = None,
    indicators: Any = None,
) -> pd.DataFrame:
    """Compute the status of each target and the probability that it is reached.

    Parameters
    ----------
    source : `Fits`, or `Paths`: the closed form, moved by what a scenario changed in the draws
        (`mc_error` is the standard error of that, 0 where it changed nothing), and the joint
        answers over all open targets in `.attrs["joint"]`; or figures as in `fit`, fitted first
    targets : region, indicator, year, value, comparator, and where there are any value_high (of
        a band, comparator `between`, whose lower end is `value`), event, baseline and
        baseline_year (which the target is measured from, see `progress`); any number a series.
        Or a wide table, a dict of values by year, or one number: see `tables.frames.read_goals`.
        A target is one of a year's end; one beyond the indicator's bounds has the chance 0
    year, comparator : of targets that have no such column
    as_of : day, as 2025-06-30: a target whose year has ended by then, without a figure, is not
        open any more: its year is estimated, and its state says so. None, or "": only figures
        close a target.
    answers : what to compute, of `reach`, `ever`, `maintain`, `path` and `years` (`ANSWERS`); None
        computes all. `reach` has a closed form and is always there. The others are counted on
        simulated futures, which takes ten times as long, and their columns are left out unless
        they are asked for
    indicators : of figures, as in `fit`

    Returns
    -------
    DataFrame with a row a target, in their order, and the columns `COLUMNS`, of which `answers`
    may leave some out. `latest`, `median`,
    `required_rate` and `pace` are in the indicator's unit (a year); `required_rate` is the linear
    change a year still needed, 0 where the latest figure meets the target; `pace` the change a year
    over the last four figures. Numbers are missing only where `status` or `schedule_status` says
    why. A band is `target` to `target_high` (else missing); what is still needed is measured to its
    nearer end. `evidence` is `conflicting` where the figure in question is an average of several.

    Raises
    ------
    DataError
        For missing columns, unknown comparators, years or values that are no numbers, and an
        `as_of` that is no day.
    UnknownNameError
        For an unknown answer, and the misspelt indicator of a target. Indicators without figures
        are answered: `no_data`.
    ValueError
        If a target's year lies beyond the simulated ones.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> goal = pd.DataFrame({"region": "a", "indicator": "x", "year": [2021, 2025],
    ...                      "value": [55.0, 57.0], "comparator": "ge"})
    >>> attainment(fc.fit(seen, about), goal)[["year", "status"]].values.tolist()
    [[2021, 'met'], [2025, 'likely']]
    >>> attainment(fc.fit(seen, about), 57.0, year=2025, comparator="ge")["status"].tolist()
    ['likely']
    """
    check_arguments(attainment, locals())
    asked = _check_answers(answers)
    fits = read_fits(source.fits if isinstance(source, Paths) else source, indicators)
    source = source if isinstance(source, Paths) else fits
    goals = read_goals(targets, fits.series, year=year, comparator=comparator)
    if isinstance(source, Paths) or len(goals) <= BLOCK:
        return _answer(source, TargetState.of(fits, goals, as_of), asked)
    goals = read_targets(goals)
    position = fits.locate(goals)
    order = np.arange(len(goals))
    if (np.diff(position) < 0).any():
        order = np.argsort(position, kind="stable")
    # Targets of one series are answered together.
    new = np.flatnonzero(np.diff(position[order])) + 1
    cuts = new[np.flatnonzero(np.diff(new // BLOCK, prepend=0))]
    parts = []
    for at in np.split(order, cuts):
        known = np.unique(position[at][position[at] >= 0])
        within = np.where(position[at] >= 0, np.searchsorted(known, position[at]), -1)
        series, rows = fits.take(known), goals.iloc[as_slice(at)].reset_index(drop=True)
        parts.append(_answer(series, TargetState.of(series, rows, as_of, within), asked))
    table = pd.concat(parts, ignore_index=True)
    return table if (np.diff(order) == 1).all() else (
        table.take(np.argsort(order)).reset_index(drop=True)
    )  # fmt: skip


def _answer(source: Fits | Paths, state: TargetState, asked: set[str]) -> pd.DataFrame:
    """Compute the answers of `attainment` to all targets at once."""
    fits = source.fits if isinstance(source, Paths) else source
    rows, named = np.flatnonzero(state.open), number_words(state.columns["event"], EVENTS)
    wanted = state.estimated & ((named > 0) | bool(asked & {"ever", "maintain"}))
    counted = np.full(len(named), "years" in asked) | (state.open & ("path" in asked)) | wanted
    annual = AnnualHits.of(fits, state, counted)
    found = compute_closed_form(fits, state, annual)
    p_path = _compute_path_probability(state, annual.hits[rows]) if "path" in asked else None
    if isinstance(source, Paths):
        drawn = add_changes(found, source, state, asked.union(np.take(EVENTS, named)))
        if p_path is not None:
            p_path = _change_paths(p_path, state, drawn)
    chance = {name: state.probability(name, getattr(found, name)) for name in EVENTS}
    if p_path is not None:
        p_path = np.where(np.isnan(p_path), np.nan, np.fmin(p_path, chance["reach"]))
    p_reach = np.choose(named, [*chance.values()])
    error = np.choose(named[state.estimated], [*found.error])
    name = source.scenario if isinstance(source, Paths) else "baseline"
    columns = {
        **state.columns, **compute_progress(state),
        "median": state.median(found.median), "p_reach": p_reach, "p_ever": chance["ever"],
        "p_maintain": chance["maintain"], "p_path": p_path,
        "mc_error": state.standard_error(p_reach, error), "status": state.status(p_reach),
        "scenario": take_words([name], np.zeros(len(named), np.int64)),
    }  # fmt: skip
    if "years" in asked:
        columns |= _find_attainment_years(state, annual)
    left_out = {c for name, names in ANSWERS.items() if name not in asked for c in names}
    result = pd.DataFrame({c: columns[c] for c in COLUMNS if c not in left_out})
    if isinstance(source, Paths):
        p_all, _, low, high, _ = combine_all(drawn.after)
        expected = float(drawn.after.mean(axis=1).sum())
        joint = {"open": len(rows), "expected": expected, "p_all": p_all, "low": low, "high": high}
        result.attrs["joint"] = joint
    return result


def _check_answers(answers: Iterable[str] | None) -> set[str]:
    """Names of the answers to compute, checked."""
    names = [*ANSWERS] if answers is None else [answers] if isinstance(answers, str) else answers
    for name in names:
        check_name("answer", name, [*ANSWERS])
    return {"reach", *names}


def draw_events(
    paths: Paths, targets: pd.DataFrame, *, as_of: str | dt.date | None = None
) -> tuple[pd.DataFrame, BoolArray]:
    """Compute whether each target is met in each draw: the event behind `attainment`, and no more.

    Returns
    -------
    table : the columns `EVENT_COLUMNS` of `attainment`, one row a target, in the targets' order
    met : (targets, draws) bool: the event that the column `event` names; the same in all draws
        where it has happened or cannot happen, False where nothing decides a year that has passed
        and where `status` is `no_data`

    Raises
    ------
    DataError, ValueError
        As `attainment`.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> goal = pd.DataFrame({"region": "a", "indicator": "x", "year": [2021, 2023],
    ...                      "value": [55.0, 57.0], "comparator": "ge"})
    >>> table, met = draw_events(fc.simulate(fc.fit(seen, about), until=2023, draws=9), goal)
    >>> table["status"].tolist(), met.shape, bool(met[0].all())
    (['met', 'uncertain'], (2, 9), True)
    """
    table = attainment(paths, targets, as_of=as_of, answers=["reach"])[EVENT_COLUMNS]
    state = TargetState.of(paths.fits, read_goals(targets, paths.fits.series), as_of)
    drawn, rows = DrawnEvents.of(paths, state), np.flatnonzero(state.open)
    open_met = drawn.hits("reach")
    event = table["event"].to_numpy(str)
    for name in EVENTS[1:]:
        subset = np.flatnonzero(event[rows] == name)
        open_met[subset] = drawn.take(subset).hits(name)
    met = np.zeros((len(table), open_met.shape[1]), bool)
    met[rows] = open_met
    certain = np.select([event == name for name in EVENTS], [state.certainty(n) for n in EVENTS])
    met[~np.isnan(certain)] = certain[~np.isnan(certain), None] == 1.0
    return table.copy(), met


def attainment_years(fits: Fits, targets: Any, *, years: int = LOOK_AHEAD) -> pd.DataFrame:
    """Compute the distribution of the year in which each target is met.

    Parameters
    ----------
    fits : from `fit`
    targets : as of `attainment`; those without a figure of their series are left out
    years : how many years ahead, 1 to `LOOK_AHEAD`

    Returns
    -------
    DataFrame with a row a target and year after the latest figure: region, indicator, target,
    comparator, year, p_by. `p_by` is the probability that the reported value of that year or of one
    before it, after the latest figure, meets the target; 1 throughout where the figures meet it
    (`attainment_reading` of `attainment` is `reached`).

    Raises
    ------
    DataError
        For the targets that `attainment` refuses.
    ValueError
        If `years` is out of range.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["amount"], "better": ["higher"]})
    >>> goal = pd.DataFrame({"region": ["a"], "indicator": ["x"], "year": [2025],
    ...                      "value": [60.0], "comparator": ["ge"]})
    >>> table = attainment_years(fc.fit(seen, about), goal, years=3)
    >>> table["year"].tolist(), bool(table["p_by"].is_monotonic_increasing)
    ([2022, 2023, 2024], True)
    """
    check_arguments(attainment_years, locals())
    if not 1 <= years <= LOOK_AHEAD:
        raise ValueError(msg(OUTSIDE, most=LOOK_AHEAD, years=years))
    state = TargetState.of(fits, read_goals(targets, fits.series))
    annual = AnnualHits.of(fits, state, np.full(len(state.year), True))
    known = np.flatnonzero(state.position >= 0)
    p_by = np.where(state.reached[known, None], 1.0, annual.by_year[known, :years])
    ends = annual.next_year[known, None].astype(int) + np.arange(years)
    columns = [*KEY, "target", "comparator"]
    rows = np.repeat(known, years)
    table = pd.DataFrame({c: state.columns[c].take(rows) for c in columns})
    return table.assign(year=ends.ravel(), p_by=p_by.ravel())


def _compute_path_probability(state: TargetState, hits: BoolArray) -> FloatArray:
    """P(each open target of the series up to this one's year is met), milestone by milestone."""
    rows, position, year = np.flatnonzero(state.open), state.position, state.year
    p = np.full(len(position), np.nan)
    if not len(rows):
        return p
    order = np.lexsort((year[rows], position[rows]))
    at = rows[order]
    certain = state.decided[at]
    # Beside the futures two columns: nothing so far impossible, everything so far certain.
    path = np.column_stack([hits[order], certain != 0.0, certain == 1.0])
    step = 1
    # Pairs at distance 1, 2, 4 ...: after log2 of the longest path each includes all before it.
    while step < len(at) and (position[at][step:] == position[at][:-step]).any():
        same = position[at][step:] == position[at][:-step]
        path[step:] &= path[:-step].copy() | ~same[:, None]
        step *= 2
    # Targets of one year are met together: the last of them includes all.
    keys = np.column_stack([position[at], year[at]])
    new = np.append((keys[1:] != keys[:-1]).any(axis=1), True)
    last = np.flatnonzero(new)[np.cumsum(np.append(0, new[:-1]))]
    path = path[last]
    share = np.clip(path[:, :-2].mean(axis=1), *PRINTED_BOUNDS)
    p[at] = np.where(path[:, -1], 1.0, np.where(path[:, -2], share, 0.0))
    return p


def _change_paths(p_path: FloatArray, state: TargetState, drawn: DrawnHits) -> FloatArray:
    """Move `p_path` by what draws were changed."""
    if drawn.before is drawn.after:
        return p_path
    after = _compute_path_probability(state, drawn.after)
    if drawn.before is not None:
        moved = p_path + after - _compute_path_probability(state, drawn.before)
        after = np.where(np.isin(after, (0.0, 1.0)), after, np.clip(moved, *PRINTED_BOUNDS))
    return after


def _find_attainment_years(state: TargetState, annual: AnnualHits) -> dict[str, Any]:
    """Columns of the year of attainment and its reading; see the module."""
    known, reached = state.position >= 0, state.reached
    columns: dict[str, Any] = {}
    for name, level in YEAR_LEVELS.items():
        passed = annual.by_year >= level
        year = np.where(passed.any(axis=1), annual.next_year + passed.argmax(axis=1), np.nan)
        year = np.where(reached, state.first_met, np.where(known, year, np.nan))
        missing = np.isnan(year)
        columns[name] = pd.arrays.IntegerArray(np.where(missing, 0, year).astype(int), missing)
    readings = {
        "no_data": ~known, "reached": reached,
        "beyond": columns["attainment_year"].isna(), "lost": ~np.isnan(state.first_met),
    }  # fmt: skip
    return columns | {"attainment_reading": choose_words(readings, "expected")}
