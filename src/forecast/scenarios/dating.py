"""Years of scenarios: as written, or counted from the plan's period and from today.

`start` and `end` are the first and last year of the plan, `now` is the first year that a decision
can still change; `start+1` is the year after the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from ..errors import advise, msg
from ..tables.calendar import last_closed_year
from ..tables.plan import Plan

__all__ = ["Year", "first_decision_year", "has_relative_years", "plan_years", "resolve_years"]

RELATIVE = re.compile(r"(start|end|now)([+-][0-9]{1,2})?")


def _read_year(given: Any) -> Any:
    """Read a year as written in a file."""
    text = str(given).replace(" ", "").lower()
    if isinstance(given, str) and RELATIVE.fullmatch(text):
        return text
    try:
        return int(text)
    except ValueError:
        remedy = msg("write a whole number, or start, end or now, as start+1")
        raise ValueError(advise(msg("not a year"), remedy)) from None


Year = Annotated[int | str, BeforeValidator(_read_year)]
"""A year, or one that is counted from the plan's: `start+1`."""


def first_decision_year(plan: Plan) -> int:
    """Return the first year that a decision can still change: the year after the as-of date.

    A day before 31 December leaves its own year open. Without a date: the year after the latest
    figure.

    >>> import forecast as fc
    >>> first_decision_year(fc.load_plan("lishui", as_of="2022-12-31"))
    2023
    """
    if plan.as_of:
        return last_closed_year(plan.as_of) + 1
    return int(np.floor(plan.observations["year"].max() + 1e-9)) + 1


def plan_years(plan: Plan) -> dict[str, int]:
    """Return what `start`, `end` and `now` are: the period of the plan that ends last.

    Without a period: the first decision year and the year of the last target.

    >>> import forecast as fc
    >>> plan_years(fc.load_plan("lishui", as_of="2022-12-31"))
    {'start': 2021, 'end': 2025, 'now': 2023}
    """
    now = first_decision_year(plan)
    last = max([now, *plan.targets["year"].astype(int)])
    years = {"start": now, "end": last, "now": now}
    if len(plan.plans):
        latest = plan.plans.sort_values("end", kind="stable").iloc[-1]
        years |= {"start": int(latest["start"]), "end": int(latest["end"])}
    return years


def has_relative_years(content: Any) -> bool:
    """Whether a value, a key or an item of nested built-ins is a relative year."""
    if isinstance(content, dict):
        return any(map(has_relative_years, [*content, *content.values()]))
    if isinstance(content, list | tuple):
        return any(map(has_relative_years, content))
    return isinstance(content, str) and bool(RELATIVE.fullmatch(content))


def resolve_years(content: Any, years: Mapping[str, int]) -> Any:
    """Put years for relative ones in nested built-ins.

    >>> years = {"start": 2026, "end": 2030, "now": 2026}
    >>> resolve_years({"from": "start+1", "until": "end"}, years)
    {'from': 2027, 'until': 2030}
    """
    if isinstance(content, dict):
        return {resolve_years(k, years): resolve_years(v, years) for k, v in content.items()}
    if isinstance(content, list | tuple):
        return [resolve_years(item, years) for item in content]
    found = RELATIVE.fullmatch(content) if isinstance(content, str) else None
    return years[found[1]] + int(found[2] or 0) if found else content
