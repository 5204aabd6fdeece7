"""Whether a plan's targets comply with the plan's own rules on low, central and high paths."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import check_arguments
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.events import draw_threshold
from ..targets.target_state import EVIDENCE, SINGLE
from .declarations import Mechanism, read_mechanisms
from .engine import ScenarioRun
from .formulas import Formula, Lookup, parse_formula, read_rules
from .series_state import Key

__all__ = ["check_rules", "hide_single_rules"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

PATHS = {"low": 0.05, "central": 0.5, "high": 0.95}
COLUMNS = [
    "rule", "region", "quantity", "formula", "year", "path", "requirement", "target", "satisfied",
    "p_target", "target_evidence", "p_forecast", "forecast_evidence", "lacking",
]  # fmt: skip


def check_rules(
    paths: Paths, plan: Plan, *, mechanisms: Mapping[str, Mechanism] | None = None
) -> pd.DataFrame:
    """Check whether the targets comply with the plan's own rules on low, central and high paths.

    The requirement of a rule is the right side of its formula, draw by draw. A name that has a
    target in the year takes the value of the target, others (consumption) their draws or the values
    that a mechanism assumes. `rho`, the linkage share that no document prints, is the latest figure
    over the consumption of the year before it, extrapolated back with the growth of the first year,
    as in the mechanism of the standard.

    `paths` are those of the `plan`, from `project` or `apply_scenario`; `mechanisms` as there.

    Returns
    -------
    Three rows a rule and year, for rules whose quantity, or what they read, has a target or a
    forecast; years are those of such targets, or all of the plan's. rule, region, quantity,
    formula, year; `path` low, central, high, where `requirement` is the 5, 50, 95 % point of the
    draws of the right side; `target` (the left side at the target; of a left side that reads more,
    its median; NaN without a target); `satisfied`, whether the target meets the requirement: an
    equality counts as `ge` where higher is better, else as `le`; `p_target`, the share of draws in
    which it does; `p_forecast`, the share in which the quantity's own draw does;
    `target_evidence` and `forecast_evidence`, the weakest evidence of the series whose draws those
    read (of `prior only`, one figure, they are no finding; `none` where they read none); `lacking`,
    the name without a value, in which case all else is missing.

    Raises
    ------
    DataError
        For formulas that cannot be parsed.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> table = check_rules(fc.project(plan, draws=400), plan)
    >>> chain = table[table["rule"].eq("marginal_family_line") & table["year"].eq(2025)]
    >>> chain[["path", "requirement"]].values.tolist()  # twice 13,000
    [['low', 26000.0], ['central', 26000.0], ['high', 26000.0]]
    """
    check_arguments(check_rules, locals())
    known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
    read_rules(plan.rules)
    check = _RuleCheck(ScenarioRun(paths, plan, known))
    rows = [row for _, rule in plan.rules.iterrows() for row in check.rows(rule)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"satisfied": "boolean"})


def hide_single_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Leave out the chances that rest on a single figure, for tables that people read."""
    hidden = {
        name: rules[name].mask(rules[evidence].eq(SINGLE))
        for name, evidence in (("p_target", "target_evidence"), ("p_forecast", "forecast_evidence"))
    }
    return rules.assign(**hidden)


class _RuleCheck:
    """A plan's rules, targets and draws."""

    def __init__(self, run: ScenarioRun) -> None:
        self.run, plan = run, run.plan
        targets = plan.targets.groupby([*KEY, "year"])["value"].max()
        self.targets = {(str(r), str(i), int(y)): float(v) for (r, i, y), v in targets.items()}
        self.better = plan.indicators.set_index("indicator")["better"]
        series = run.before.fits.series
        strength = pd.Categorical(series["evidence"], EVIDENCE).codes
        self.strength = dict(zip(zip(series["region"], series["indicator"], strict=True),
                                 strength.tolist(), strict=True))  # fmt: skip

    def rows(self, rule: pd.Series) -> list[dict[str, Any]]:
        """Return the rows of one rule."""
        formula = parse_formula(rule["formula"])
        region, quantity = str(rule["region"]), str(rule["quantity"])
        left = replace(formula, right=formula.left).reads(region)
        names = {*formula.reads(region), *left, (region, quantity)}
        years = {y for r, n, y in self.targets if (r, n) in names}
        if not years and not names & set(self.run.state.facts):
            return []
        years = years or {y for _, _, y in self.targets}
        simulated = sorted(years & {int(y) for y in self.run.before.years})
        facts = rule[["rule", "region", "quantity", "formula"]].to_dict()
        return [
            {**facts, "year": year, "path": path, **values}
            for year in simulated
            for path, values in self._year(formula, region, quantity, year).items()
        ]

    def _year(
        self, formula: Formula, region: str, quantity: str, year: int
    ) -> dict[str, dict[str, Any]]:
        """Compute the requirement of a rule in a year, by path, and whether it is met."""
        drawn = self.run.lookup(region, np.array([float(year)]), after=False)
        planned = self._at_targets(drawn, region, year, used := set[str]())
        requirement = formula.evaluate(self._with_rho(planned, formula, region, quantity))
        if isinstance(requirement, str):
            missing: dict[str, Any] = dict.fromkeys(
                ["requirement", "target", "p_target", "p_forecast"], math.nan
            )
            missing |= dict.fromkeys(["target_evidence", "forecast_evidence"], EVIDENCE[0])
            return {p: {**missing, "satisfied": pd.NA, "lacking": requirement} for p in PATHS}
        read = {key for key in formula.reads(region) if key[1] not in used}
        used.clear()
        left = replace(formula, right=formula.left)
        target, own = left.evaluate(planned), left.evaluate(drawn)
        meets = self._comparison(formula, region, quantity)
        value = p_target = math.nan
        if used and not isinstance(target, str):
            value, p_target = float(np.median(target)), float(meets(target, requirement).mean())
        p_own = math.nan if isinstance(own, str) else float(meets(own, requirement).mean())
        rows = {}
        for path, level in PATHS.items():
            point = np.asarray(np.quantile(requirement, level))
            satisfied = pd.NA if math.isnan(value) else bool(meets(np.array(value), point).all())
            rows[path] = {
                "requirement": float(point), "target": value, "satisfied": satisfied,
                "p_target": p_target, "target_evidence": self._evidence(read),
                "p_forecast": p_own, "forecast_evidence": self._evidence(read | left.reads(region)),
                "lacking": "",
            }  # fmt: skip
        return rows

    def _evidence(self, read: set[Key]) -> str:
        """Weakest evidence of the series among what is read."""
        known = [self.strength[key] for key in read if key in self.strength]
        return EVIDENCE[min(known, default=0)]

    def _at_targets(self, drawn: Lookup, region: str, year: int, used: set[str]) -> Lookup:
        """Lookup in which names with a target in the year take its value; they are noted."""

        def values(elsewhere: str, name: str, lag: int) -> FloatArray | None:
            target = self.targets.get((elsewhere or region, name, year + lag))
            if target is None:
                return drawn(elsewhere, name, lag)
            used.add(name)
            return np.full((1, 1), target)

        return values

    def _with_rho(self, lookup: Lookup, formula: Formula, region: str, quantity: str) -> Lookup:
        """Lookup in which `rho` is that of the latest figure, S_0 C_1 / C_0^2, one a draw."""
        base = sorted(formula.names() - {("", "rho")})
        facts = self.run.state.facts.get((region, quantity))
        if ("", "rho") not in formula.names() or len(base) != 1 or facts is None:
            return lookup
        start = float(facts["latest_year"])
        years = np.array([start, np.floor(start + 1e-9) + 1.0])
        read = self.run.lookup(region, years, after=False)(*base[0], 0)

        def values(elsewhere: str, name: str, lag: int) -> FloatArray | None:
            if (elsewhere, name) != ("", "rho"):
                return lookup(elsewhere, name, lag)
            return None if read is None else facts["latest"] * read[:, 1:] / read[:, :1] ** 2

        return values

    def _comparison(
        self, formula: Formula, region: str, quantity: str
    ) -> Callable[[FloatArray, FloatArray], BoolArray]:
        """Comparison of a left with a right side, as of a figure with a target."""
        higher = np.array([self.better.get(quantity, "higher") != "lower"])
        facts = self.run.state.facts.get((region, quantity))
        rounded = isinstance(formula.left, ast.Name) and facts is not None
        unit = np.array([float(facts["resolution"]) if facts and rounded else 0.0])
        comparator = np.array([formula.comparator])

        def meets(left: FloatArray, right: FloatArray) -> BoolArray:
            threshold, upward = draw_threshold(np.asarray(right, float), comparator, unit, higher)
            return np.where(upward, left >= threshold, left <= threshold)

        return meets
