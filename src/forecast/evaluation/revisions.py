"""What moved from one issue of forecasts to the next, and why."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.panel import KEY
from ..model.priors import COLUMNS as PRIOR_COLUMNS
from ..targets.attainment import attainment
from .vintages import Inputs, Run, fit_inputs

__all__ = ["CAUSES", "attribute_changes"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CAUSES = ("method", "revised", "new", "targets", "assumptions")
"""Parts of a move, in the order in which they are exchanged."""


def attribute_changes(old: Run, new: Run) -> pd.DataFrame:
    """Tell how each target's chance moved since an earlier run, and why.

    The inputs of `old` are played again under the method of today, and exchanged for those of
    `new` one part at a time, all targets at once; a part is the change of `p_reach` at its
    exchange. The parts add up to the move, to the last bits; where two causes act together, the
    order, that of the columns, decides which gets the credit.

    =========== ==========================================================================
    method      the old inputs under the method of today, less what was issued
    revised     figures known then that have other values now, or were withdrawn
    new         figures published since, and the years that ended since
    targets     value, comparator, event or year of the target, definitions of the indicators
    assumptions growth path and priors. Mechanisms act in scenarios only: no part is theirs
    =========== ==========================================================================

    Where the old prior table lacks a column that the method of today needs, today's table takes its
    place from the start.

    Parameters
    ----------
    old : from `read_latest_run` or `read_run`
    new : from `issue`, of the same region

    Returns
    -------
    DataFrame, a row a target: region, indicator, year, target, comparator, event, those before
    (`year_old`, `target_old`, `comparator_old`), `change` (`compared`, `appeared`, `vanished`),
    p_old, p_new, move, the five parts, status_old, status_new and `cause`: the part that moved
    most, "" if none did. Targets of both runs are paired by region, indicator and year, then
    source, comparator and role; one of another year by region, indicator, role and source, where
    there is only one of them. Where one of the answers is no number (no figures, a year that ended
    without one) so is the move, and `cause` is the part at which that changed. Rows stand in the
    order of today's targets; vanished ones follow.

    Raises
    ------
    ValueError
        For runs of two regions, or an old one whose forecasts do not fit its targets.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.evaluation.vintages import issue
    >>> old, new = (issue(fc.load_plan("lishui", as_of=f"{y}-12-31")) for y in (2021, 2022))
    >>> moves = attribute_changes(old, new)
    >>> moves["change"].unique().tolist(), moves[["method", "targets"]].abs().max().tolist()
    (['compared'], [0.0, 0.0])
    """
    if old.region != new.region:
        raise ValueError(f"runs of two regions, {old.region!r} and {new.region!r}.")
    issued = old.forecasts[old.forecasts["scenario"] == "baseline"]
    if len(issued) != len(old.inputs.targets):
        raise ValueError(
            f"run {old.run!r} has {len(issued)} forecasts of its targets, not one a target."
        )
    before, after = _paired(old.inputs.targets, new.inputs.targets)
    told = [_at(issued, before)]
    last, found = None, issued
    for inputs, rows in zip(
        _exchanged(old.inputs, new.inputs), [before] * 3 + [after] * 2, strict=True
    ):
        if last is None or not _same(inputs, last):
            found = attainment(fit_inputs(inputs), inputs.targets, as_of=inputs.as_of)
        told.append(_at(found, rows))
        last = inputs
    then, now = old.inputs.targets, new.inputs.targets
    return _moves(told, then, now, before, after)


def _exchanged(old: Inputs, new: Inputs) -> list[Inputs]:
    """Give the inputs after each exchange, in the order of `CAUSES`."""
    complete = set(PRIOR_COLUMNS) <= set(old.priors)
    start = replace(old, priors=old.priors if complete else new.priors)
    point = [*KEY, "year"]
    seen = pd.MultiIndex.from_frame(new.observations[point]).isin(
        pd.MultiIndex.from_frame(old.observations[point])
    )
    # Figures of an indicator that nobody asked about before bring its description with them.
    fresh = new.indicators[~new.indicators["indicator"].isin(old.indicators["indicator"])]
    about = pd.concat([old.indicators, fresh], ignore_index=True) if len(fresh) else old.indicators
    today = replace(start, observations=new.observations, indicators=about, as_of=new.as_of)
    return [
        start,
        replace(start, observations=new.observations[seen].reset_index(drop=True)),
        today,
        replace(new, priors=start.priors, growth=start.growth),
        new,
    ]


def _same(one: Inputs, other: Inputs) -> bool:
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Inputs)]
    return all(a.equals(b) if isinstance(a, pd.DataFrame) else a == b for a, b in pairs)


ROUNDS = (
    ([*KEY, "year", "comparator", "event", "role", "source", "value"], False),
    ([*KEY, "year", "comparator", "role", "source"], False),
    ([*KEY, "year", "role"], False),
    ([*KEY, "year"], False),
    ([*KEY, "role", "source"], True),
)
"""What targets are paired by, one round after another, and whether only where alone."""


def _paired(old: pd.DataFrame, new: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Rows of both tables side by side, -1 for none: today's first, then what vanished."""
    before, left = np.full(len(new), -1), np.ones(len(old), bool)
    for keys, alone in ROUNDS:
        sides = [_numbered(t, free, keys, alone) for t, free in ((old, left), (new, before < 0))]
        pairs = sides[0].merge(sides[1], on=[*keys, "nth"], suffixes=("_old", "_new"))
        before[pairs["row_new"].to_numpy()] = pairs["row_old"]
        left[pairs["row_old"].to_numpy()] = False
    gone = np.flatnonzero(left)
    after = np.append(np.arange(len(new)), np.full(len(gone), -1))
    return np.append(before, gone), after


def _numbered(
    table: pd.DataFrame, free: NDArray[np.bool_], keys: list[str], alone: bool
) -> pd.DataFrame:
    """Rows still free, with their number among those of the same keys."""
    rows = table.loc[free, keys].assign(row=np.flatnonzero(free))
    if alone:
        rows = rows[~rows.duplicated(keys, keep=False)]
    return rows.assign(nth=rows.groupby(keys).cumcount())


def _at(table: pd.DataFrame, rows: IntArray) -> pd.DataFrame:
    """Chance and status of some targets; nothing where there is none (-1)."""
    found = table[["p_reach", "status"]].reset_index(drop=True)
    return found.reindex(np.where(rows < 0, len(found), rows)).reset_index(drop=True)


def _moves(
    told: list[pd.DataFrame],
    then: pd.DataFrame,
    now: pd.DataFrame,
    before: IntArray,
    after: IntArray,
) -> pd.DataFrame:
    """Put the answers after each exchange into the table of `attribute_changes`."""
    p = np.stack([table["p_reach"].to_numpy(float) for table in told])
    # An answer lost on the way (a figure moved to another day) is no move of its own.
    whole = ~np.isnan(p[0]) & ~np.isnan(p[-1])
    parts = np.diff(np.where(whole, pd.DataFrame(p).ffill(), p), axis=0)
    then, now = (table.rename(columns={"value": "target"}) for table in (then, now))
    goals = ["year", "target", "comparator"]
    out = pd.concat([now, then.iloc[before[after < 0]]], ignore_index=True)
    out = out[[*KEY, *goals, "event"]].replace({"event": {"": "reach"}})
    old = then[goals].reindex(before).reset_index(drop=True).add_suffix("_old")
    change = np.select([before < 0, after < 0], ["appeared", "vanished"], "compared")
    out = pd.concat([out, old], axis=1).assign(
        change=change, p_old=p[0], p_new=p[-1], move=p[-1] - p[0],
        **dict(zip(CAUSES, parts, strict=True)),
        status_old=told[0]["status"], status_new=told[-1]["status"], cause=_cause(p, parts),
    )  # fmt: skip
    out.loc[out["change"] != "compared", "cause"] = ""
    return out.astype({"year_old": "Int64"})


def _cause(p: FloatArray, parts: FloatArray) -> NDArray[np.str_]:
    """Name the part that moved most, or that gave or took the answer."""
    known = ~np.isnan(p)
    turned = known[1:] != known[:-1]
    size = np.where(np.isnan(parts), 0.0, np.abs(parts))
    gained = (known[0] != known[-1])[None, :]
    # The last turn decides: what was lost on the way and found again is no cause.
    weight = np.where(gained, turned * (1.0 + np.arange(len(CAUSES))[:, None]), size)
    return np.where(weight.max(axis=0) > 0.0, np.array(CAUSES)[weight.argmax(axis=0)], "")
