"""Which verdicts on targets changed from one issue of forecasts to the next."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .vintages import Run

__all__ = ["VERDICT_ORDER", "compare_verdicts"]

VERDICT_ORDER = {
    "missed": 0, "unlikely": 1, "uncertain": 2, "likely": 3, "likely_exceeded": 3, "reached": 4,
    "met": 5, "exceeded": 6,
}  # fmt: skip
"""Verdicts from bad to good; others, such as that no figure is there, are neither."""
KEY = ["region", "indicator", "year", "comparator", "target"]


def compare_verdicts(before: Run | None, after: Run) -> dict[str, Any]:
    """Return the targets whose verdict differs between two runs, as plain values for JSON.

    Keys are name, region, as_of, previous (the origin of the run before, None where there is none),
    the counts better, worse and other, and `verdicts`: a record a target with indicator, year,
    comparator, target, before, after, p_before, p_after and change (better, worse or other).
    Targets that only one of the runs has are not compared.

    >>> import forecast as fc
    >>> from forecast.evaluation.vintages import issue
    >>> days = ("2021-12-31", "2022-12-31")
    >>> early, late = (issue(fc.load_plan("lishui", as_of=day)) for day in days)
    >>> found = compare_verdicts(early, late)
    >>> found["better"] + found["worse"] + found["other"] == len(found["verdicts"])
    True
    """
    verdicts: list[dict[str, Any]] = []
    if before is not None:
        old, new = (run.forecasts.drop_duplicates(KEY) for run in (before, after))
        both = new.merge(old, on=KEY, suffixes=("", "_before"))
        for row in both[both["status"] != both["status_before"]].to_dict("records"):
            verdicts.append({
                **{key: _plain(row[key]) for key in KEY[1:]},
                "before": row["status_before"], "after": row["status"],
                "p_before": _plain(row["p_reach_before"]), "p_after": _plain(row["p_reach"]),
                "change": _direction(row["status_before"], row["status"]),
            })  # fmt: skip
    ways = [verdict["change"] for verdict in verdicts]
    counts = {way: ways.count(way) for way in ("better", "worse", "other")}
    return {
        "name": after.name, "region": after.region, "as_of": after.origin,
        "previous": before.origin if before is not None else None, **counts, "verdicts": verdicts,
    }  # fmt: skip


def _direction(before: str, after: str) -> str:
    """Say whether a verdict became better or worse; other where one of the two is neither."""
    first, second = VERDICT_ORDER.get(before), VERDICT_ORDER.get(after)
    if first is None or second is None or first == second:
        return "other"
    return "better" if second > first else "worse"


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
