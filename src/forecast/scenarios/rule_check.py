"""Whether a plan's targets keep the plan's own rules, under low, central and high paths."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.attainment import draw_bar
from .declarations import Mechanism, read_mechanisms
from .engine import ScenarioRun
from .formulas import Formula, Lookup, parse_formula, read_rules

__all__ = ["check_rules"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Meets = Callable[[float | FloatArray, float | FloatArray], BoolArray]

PATHS = {"low": 0.05, "central": 0.5, "high": 0.95}


def check_rules(
    paths: Paths, plan: Plan, *, mechanisms: Mapping[str, Mechanism] | None = None
) -> pd.DataFrame:
    """Tell whether the targets keep the plan's own rules under low, central and high paths.

    What a rule asks for is the right side of its formula, draw by draw. A name that has a target
    in the year stands at the target, others (consumption) at their draws or at what a mechanism
    assumes of them. `rho`, the linkage share that no document prints, is the share at which the
    latest figure stands to the consumption of the year before it, reckoned back with the first
    year's growth, as the mechanism of the standard does.

    Parameters
    ----------
    paths : from `project` or `apply_scenario`
    plan : the plan they belong to
    mechanisms : as in `apply_scenario`

    Returns
    -------
    Three rows a rule and year, for rules whose quantity, or what they read, has a target or a
    forecast; years are those of such targets, or all of the plan's. rule, region, quantity,
    formula, year; `path` low, central, high, where `requirement` is the 5, 50, 95 % point of the
    draws of the right side; `target` (the left side at the target, of a left side that reads more
    its middle draw; NaN without a target); `satisfied`, whether the
    target meets the requirement: an equality counts as `ge` where higher is better, else as `le`;
    `p_target`, share of draws in which it does; `p_forecast`, share in which the quantity's own
    draw does; `lacking`, the name without a value, then everything else is missing.

    Raises
    ------
    DataError
        For formulas that cannot be read.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> table = check_rules(fc.project(plan, draws=400), plan)
    >>> chain = table[table["rule"].eq("marginal_family_line") & table["year"].eq(2025)]
    >>> chain[["path", "requirement"]].values.tolist()  # twice 13,000
    [['low', 26000.0], ['central', 26000.0], ['high', 26000.0]]
    """
    known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
    read_rules(plan.rules)
    rules = _Rules(ScenarioRun(paths, plan, known), plan, paths)
    rows = [row for _, rule in plan.rules.iterrows() for row in rules.check(rule)]
    columns = [
        "rule", "region", "quantity", "formula", "year", "path", "requirement", "target",
        "satisfied", "p_target", "p_forecast", "lacking",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"satisfied": "boolean"})


class _Rules:
    """A plan's rules on draws."""

    def __init__(self, run: ScenarioRun, plan: Plan, paths: Paths) -> None:
        self.run, self.paths = run, paths
        goals = plan.targets.groupby([*KEY, "year"])["value"].max()
        self.goals = {(str(r), str(i), int(y)): float(v) for (r, i, y), v in goals.items()}
        self.better = plan.indicators.set_index("indicator")["better"]
        series = paths.fits.series
        keys = zip(series["region"], series["indicator"], strict=True)
        self.series = {key: row for row, key in enumerate(keys)}

    def check(self, rule: pd.Series) -> list[dict[str, Any]]:
        """Rows of one rule."""
        formula = parse_formula(rule["formula"])
        region, quantity = str(rule["region"]), str(rule["quantity"])
        left = replace(formula, right=formula.left).names()
        names = {(r or region, n) for r, n in formula.names() | left | {("", quantity)}}
        years = {y for r, n, y in self.goals if (r, n) in names}
        if not years and not names & set(self.series):
            return []
        years = years or {y for _, _, y in self.goals}
        inside = sorted(years & {int(y) for y in self.paths.years})
        facts = rule[["rule", "region", "quantity", "formula"]].to_dict()
        return [
            {**facts, "year": year, "path": path, **found}
            for year in inside
            for path, found in self._year(formula, region, quantity, year).items()
        ]

    def _year(
        self, formula: Formula, region: str, quantity: str, year: int
    ) -> dict[str, dict[str, Any]]:
        """Tell what a rule asks for in a year, by path, and who satisfies it."""
        drawn = self.run.lookup(region, np.array([float(year)]), after=False)
        planned = self._planned(drawn, region, year, used := set[str]())
        asked = formula.value(self._with_share(planned, formula, region, quantity))
        if isinstance(asked, str):
            missing = dict.fromkeys(["requirement", "target", "p_target", "p_forecast"], math.nan)
            return {path: {**missing, "satisfied": pd.NA, "lacking": asked} for path in PATHS}
        used.clear()
        left = replace(formula, right=formula.left)
        target, own = left.value(planned), left.value(drawn)
        known = bool(used) and not isinstance(target, str)
        goal = math.nan if isinstance(target, str) or not used else float(np.median(target))
        meets = self._meets(formula, region, quantity)
        chance = {
            "p_target": _share_met(meets, target, asked) if known else math.nan,
            "p_forecast": _share_met(meets, own, asked),
        }
        found = {}
        for path, level in PATHS.items():
            point = np.quantile(asked, level)
            kept = bool(meets(goal, point).all()) if known else pd.NA
            found[path] = {"requirement": float(point), "target": goal, "satisfied": kept,
                           **chance, "lacking": ""}  # fmt: skip
        return found

    def _planned(self, drawn: Lookup, region: str, year: int, used: set[str]) -> Lookup:
        """Values of names, those with a target in the year at the target."""

        def values(elsewhere: str, name: str, lag: int) -> FloatArray | None:
            goal = self.goals.get((elsewhere or region, name, year + lag))
            if goal is None:
                return drawn(elsewhere, name, lag)
            used.add(name)
            return np.full((1, 1), goal)

        return values

    def _with_share(self, lookup: Lookup, formula: Formula, region: str, quantity: str) -> Lookup:
        """Values with `rho` read off the latest figure, S_0 C_1 / C_0^2, one a draw."""
        base = sorted(formula.names() - {("", "rho")})
        row = self.series.get((region, quantity))
        if ("", "rho") not in formula.names() or len(base) != 1 or row is None:
            return lookup
        about = self.paths.fits.series.iloc[row]
        start = float(about["latest_year"])
        years = np.array([start, np.floor(start + 1e-9) + 1.0])
        read = self.run.lookup(region, years, after=False)(*base[0], 0)

        def values(elsewhere: str, name: str, lag: int) -> FloatArray | None:
            if (elsewhere, name) != ("", "rho"):
                return lookup(elsewhere, name, lag)
            return None if read is None else about["latest"] * read[:, 1:] / read[:, :1] ** 2

        return values

    def _meets(self, formula: Formula, region: str, quantity: str) -> Meets:
        """Comparison of a left side with a right side, as of a target with a figure."""
        higher = self.better.get(quantity, "higher") != "lower"
        row, named = self.series.get((region, quantity)), hasattr(formula.left, "id")
        series = self.paths.fits.series
        unit = np.array([float(series["resolution"].iloc[row]) if named and row is not None else 0])

        def meets(left: float | FloatArray, right: float | FloatArray) -> BoolArray:
            asked = np.asarray(right, float), np.array([formula.comparator]), unit
            bar, upward = draw_bar(*asked, np.array([higher]))
            met: BoolArray = np.where(upward, left >= bar, left <= bar)
            return met

        return meets


def _share_met(meets: Meets, left: FloatArray | str, right: FloatArray) -> float:
    """Share of the draws whose left side meets the right one; NaN where the left is not known."""
    return math.nan if isinstance(left, str) else float(meets(left, right).mean())
