"""Revisions of forecasts: how each chance changed from one issue to the next, by cause."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, msg
from ..model.panel import KEY
from ..model.priors import COLUMNS as PRIOR_COLUMNS
from ..tables.plan import Plan
from ..targets.attainment import attainment
from .vintages import Inputs, Run, fit_inputs

__all__ = ["CAUSES", "attribute_changes", "date_revisions"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CAUSES = ("method", "revised", "new", "targets", "assumptions")
"""Causes of a change, in the order in which their inputs are exchanged."""
MATCHES = (
    ([*KEY, "year", "comparator", "event", "role", "source", "value", "value_high"], False),
    ([*KEY, "year", "comparator", "role", "source"], False),
    ([*KEY, "year", "role"], False),
    ([*KEY, "year"], False),
    ([*KEY, "role", "source"], True),
)
"""Columns by which targets are matched, one round after another, and whether only unique ones."""


def attribute_changes(old: Run, new: Run) -> pd.DataFrame:
    """Return the change of each target's chance since an earlier run, split by cause.

    The inputs of `old` are answered again by the method of today, and then exchanged for those of
    `new` one cause at a time, for all targets at once; a part is the change of `p_reach` at its
    exchange. The parts add up to the change, to the last bits. Where two causes act together, the
    order of the columns decides which gets the credit.

    =========== ==========================================================================
    method      the old inputs by the method of today, less what was issued
    revised     figures known then that have other values now, or were withdrawn
    new         figures published since, and the years that ended since
    targets     value, comparator, event or year of the target, definitions of the indicators
    assumptions growth path and priors. Mechanisms act in scenarios only and have no part
    =========== ==========================================================================

    If the old prior table lacks a column that the method of today needs, today's table replaces it
    from the start.

    Parameters
    ----------
    old : from `read_latest_run` or `read_run`
    new : from `issue`, of the same region

    Returns
    -------
    DataFrame, one row per target: region, indicator, year, target, comparator, event, those before
    (`year_old`, `target_old`, `comparator_old`, `target_high_old`), `change` (`compared`,
    `appeared`, `vanished`), p_old, p_new, move (p_new - p_old), the five parts, status_old,
    status_new, `cause`: the largest part, "" if there is no change, `revision`: whether the
    target itself was `revised` (in value, comparator or year), `added` or `dropped`, else "",
    and `source`, of a dropped one its last. Targets of both runs are matched by region,
    indicator and year, then source, comparator and role; one of another year by region,
    indicator, role and source, if it is the only one. Where one of the chances is missing (no
    figures, a year that ended without one) so is the move, and `cause` is the part at which
    that changed. Rows are in the order of today's targets; vanished ones follow.

    Raises
    ------
    ValueError
        For runs of two regions, or an old run with more or fewer forecasts than targets.

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
        text = N_("runs of two regions, {old!r} and {new!r}.")
        raise ValueError(msg(text, old=old.region, new=new.region))
    issued = old.forecasts[old.forecasts["scenario"] == "baseline"]
    if len(issued) != len(old.inputs.targets):
        text = N_("run {run!r} has {forecasts} forecasts for {targets} targets.")
        counts = {"forecasts": len(issued), "targets": len(old.inputs.targets)}
        raise ValueError(msg(text, run=old.run, **counts))
    then, now = (_complete(run.inputs.targets) for run in (old, new))
    before, after = _match(then, now)
    answers = [_select(issued, before)]
    last, table = None, issued
    for inputs, rows in zip(
        _exchange(old.inputs, new.inputs), [before] * 3 + [after] * 2, strict=True
    ):
        if last is None or not _equal(inputs, last):
            fits, day = fit_inputs(inputs), inputs.as_of
            table = attainment(fits, inputs.targets, as_of=day, answers=["reach"])
        answers.append(_select(table, rows))
        last = inputs
    return _changes(answers, then, now, before, after)


def date_revisions(changes: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return the rows of `attribute_changes` whose targets changed, with what changed them.

    Parameters
    ----------
    changes : from `attribute_changes`
    plan : whose targets are those of the later run

    Returns
    -------
    DataFrame, the rows with a `revision`, with the columns `plan`, `version` and `since`: the
    version of a plan that set or withdrew the target and the day from which it is in force, or
    else the day on which its source was issued; "" where unknown. `source` is that of the change.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.evaluation.vintages import issue
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> run = issue(plan)
    >>> targets = run.inputs.targets.assign(value=lambda t: t["value"] - (t["value"] == 13000))
    >>> old = replace(run, inputs=replace(run.inputs, targets=targets))
    >>> revisions = date_revisions(attribute_changes(old, run), plan)
    >>> revisions[["target_old", "target", "revision", "plan"]].values.tolist()
    [[12999.0, 13000.0, 'revised', 'lishui_14th_plan']]
    """
    rows = changes[changes["revision"] != ""].reset_index(drop=True)
    point, facts = [*KEY, "year"], ["source", "plan", "version"]
    dated = plan.targets.reindex(columns=[*point, "comparator", "value", *facts], fill_value="")
    set_by = dated.rename(columns={"value": "target"}).drop_duplicates(
        [*point, "comparator", "target"]
    )
    kept = rows.drop(columns="source").merge(
        set_by, on=[*point, "comparator", "target"], how="left"
    )
    every = plan.tables.get("targets", dated)
    withdrawn = every[every["value"].isna()].drop_duplicates(point, keep="last")
    lost = rows[point].merge(withdrawn[[*point, *facts]], on=point, how="left")
    gone = rows["revision"].eq("dropped")
    out = rows.assign(**{name: kept[name].where(~gone, lost[name]) for name in facts})
    out["source"] = out["source"].fillna(rows["source"])
    versions = plan.plans.set_index("plan")["in_force"].to_dict()
    issued = plan.sources.set_index("source")["issued"].to_dict()
    since = out["plan"].map(versions).replace("", None)
    out["since"] = since.fillna(out["source"].map(issued))
    return out.fillna({name: "" for name in [*facts, "since"]})


def _exchange(old: Inputs, new: Inputs) -> list[Inputs]:
    """Return the inputs after each exchange, in the order of `CAUSES`."""
    complete = set(PRIOR_COLUMNS) <= set(old.priors)
    start = replace(old, priors=old.priors if complete else new.priors)
    point = [*KEY, "year"]
    known = pd.MultiIndex.from_frame(new.observations[point]).isin(
        pd.MultiIndex.from_frame(old.observations[point])
    )
    # Figures of an indicator that was not used before come with its definition.
    added = new.indicators[~new.indicators["indicator"].isin(old.indicators["indicator"])]
    joined = pd.concat([old.indicators, added], ignore_index=True) if len(added) else old.indicators
    today = replace(start, observations=new.observations, indicators=joined, as_of=new.as_of)
    return [
        start,
        replace(start, observations=new.observations[known].reset_index(drop=True)),
        today,
        replace(new, priors=start.priors, growth=start.growth),
        new,
    ]


def _equal(one: Inputs, other: Inputs) -> bool:
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Inputs)]
    return all(a.equals(b) if isinstance(a, pd.DataFrame) else a == b for a, b in pairs)


def _complete(targets: pd.DataFrame) -> pd.DataFrame:
    """Return targets with the upper ends of bands as numbers; earlier runs have none."""
    high = targets.get("value_high", pd.Series(np.nan, targets.index))
    return targets.assign(value_high=pd.to_numeric(high).astype(float))


def _match(old: pd.DataFrame, new: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Return matched rows of both tables, -1 for none: today's first, then the vanished ones."""
    before, left = np.full(len(new), -1), np.ones(len(old), bool)
    for keys, unique in MATCHES:
        sides = [_number(t, free, keys, unique) for t, free in ((old, left), (new, before < 0))]
        pairs = sides[0].merge(sides[1], on=[*keys, "nth"], suffixes=("_old", "_new"))
        before[pairs["row_new"].to_numpy()] = pairs["row_old"]
        left[pairs["row_old"].to_numpy()] = False
    vanished = np.flatnonzero(left)
    after = np.append(np.arange(len(new)), np.full(len(vanished), -1))
    return np.append(before, vanished), after


def _number(
    table: pd.DataFrame, free: NDArray[np.bool_], keys: list[str], unique: bool
) -> pd.DataFrame:
    """Return the free rows, with their number among those of the same keys."""
    rows = table.loc[free, keys].assign(row=np.flatnonzero(free))
    if unique:
        rows = rows[~rows.duplicated(keys, keep=False)]
    return rows.assign(nth=rows.groupby(keys).cumcount())


def _select(table: pd.DataFrame, rows: IntArray) -> pd.DataFrame:
    """Return chance and status of some targets, missing where there is no row (-1)."""
    answers = table[["p_reach", "status"]].reset_index(drop=True)
    return answers.reindex(np.where(rows < 0, len(answers), rows)).reset_index(drop=True)


def _changes(
    answers: list[pd.DataFrame],
    then: pd.DataFrame,
    now: pd.DataFrame,
    before: IntArray,
    after: IntArray,
) -> pd.DataFrame:
    """Return the table of `attribute_changes` from the answers after each exchange."""
    p = np.stack([table["p_reach"].to_numpy(float) for table in answers])
    # A chance missing only between two exchanges (a figure moved to another day) is no change.
    comparable = ~np.isnan(p[0]) & ~np.isnan(p[-1])
    parts = np.diff(np.where(comparable, pd.DataFrame(p).ffill(), p), axis=0)
    names = {"value": "target", "value_high": "target_high"}
    then, now = (table.rename(columns=names) for table in (then, now))
    columns = ["year", "target", "comparator", "target_high"]
    out = pd.concat([now, then.iloc[before[after < 0]]], ignore_index=True)
    source = out["source"]
    out = out[[*KEY, *columns, "event"]].replace({"event": {"": "reach"}})
    old = then[columns].reindex(before).reset_index(drop=True).add_suffix("_old")
    change = np.select([before < 0, after < 0], ["appeared", "vanished"], "compared")
    out = pd.concat([out, old], axis=1).assign(
        change=change, p_old=p[0], p_new=p[-1], move=p[-1] - p[0],
        **dict(zip(CAUSES, parts, strict=True)),
        status_old=answers[0]["status"], status_new=answers[-1]["status"],
        cause=_largest_cause(p, parts),
    )  # fmt: skip
    out.loc[out["change"] != "compared", "cause"] = ""
    pairs = [(out[name], out[f"{name}_old"]) for name in columns]
    same = np.logical_and.reduce([a.eq(b) | (a.isna() & b.isna()) for a, b in pairs])
    word = {"appeared": "added", "vanished": "dropped", "compared": "revised"}
    revision = out["change"].map(word).where((out["change"] != "compared") | ~same, "")
    return out.assign(revision=revision, source=source).astype({"year_old": "Int64"})


def _largest_cause(p: FloatArray, parts: FloatArray) -> NDArray[np.str_]:
    """Return the cause of the largest part, or the one at which a chance appeared or was lost."""
    known = ~np.isnan(p)
    turned = known[1:] != known[:-1]
    size = np.where(np.isnan(parts), 0.0, np.abs(parts))
    came_or_lost = (known[0] != known[-1])[None, :]
    # The last turn decides: a chance lost between exchanges and regained has no cause.
    weight = np.where(came_or_lost, turned * (1.0 + np.arange(len(CAUSES))[:, None]), size)
    return np.where(weight.max(axis=0) > 0.0, np.array(CAUSES)[weight.argmax(axis=0)], "")
