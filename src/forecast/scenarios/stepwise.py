"""A plan decided year by year: reveal a year, decide, go on.

The futures are those of `project`: deciding nothing is the baseline to the last bit, and decisions
taken one by one are a scenario that could have been written in advance. What has been revealed is
not changed by later decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..errors import N_, DataError, Problem, msg
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.calendar import year_end
from ..tables.plan import Plan
from .baseline import project
from .dating import first_decision_year
from .declarations import Mechanism, read_mechanisms
from .engine import run_scenario, schedule_lever
from .scenario import BASELINE, Scenario, Span, Step

__all__ = ["Stepwise"]

PAST = N_("{year} is revealed: a decision holds from {open} on.")
BELIEF = N_("An assumption is no decision. Give it in the scenario that the run begins with.")
OVER = N_("All years until {until} are revealed.")
FUTURES = N_("There is no future {future}: give 0 to {last}, one of the {draws} draws, or None.")
IDLE = N_("choose a decision on an indicator of the plan, or add what is missing to its tables or "
          "to mechanisms.yaml")  # fmt: skip
ONE_FUTURE = N_("What is known depends on the future: begin with `future=0`, say.")


class Stepwise:
    """A run that is decided step by step.

    Parameters
    ----------
    plan : from `load_plan` or `Plan.from_frames`
    until, draws, seed : as in `project`
    paths : the baseline, if it has been simulated; replaces until, draws and seed
    scenario : what holds from the beginning: assumptions, and what is decided already
    mechanisms : as in `apply_scenario`
    future : number of the draw that is revealed, from 0; None reveals the distribution over all

    Raises
    ------
    ValueError
        For a future that is none of the draws.

    Attributes
    ----------
    year : the first year that is still open; after the last one the run is `over`
    scenario : what has been decided so far, also as a file (`write_scenario`)
    paths : all futures under these decisions, as `attainment` takes them

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> run = Stepwise(plan, draws=50, future=7)
    >>> target = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> while not run.over:
    ...     known = fc.goal_seek(run.known_plan(), target, lever="trainees_per_year", draws=50)
    ...     if known.value > 0:
    ...         run.decide(mechanism="care_workforce", levers={"trainees_per_year": known.value})
    ...     seen = run.reveal()
    >>> run.year, seen["year"].unique().tolist(), len(run.scenario.steps) > 0
    (2026, [2025], True)
    """

    def __init__(  # noqa: PLR0913 - what `project` and `apply_scenario` take
        self,
        plan: Plan,
        *,
        until: int | None = None,
        draws: int = 4000,
        seed: int = 0,
        paths: Paths | None = None,
        scenario: Scenario = BASELINE,
        mechanisms: Mapping[str, Mechanism] | None = None,
        future: int | None = None,
    ) -> None:
        self.plan, self.future = plan, future
        self._base = project(plan, until=until, draws=draws, seed=seed) if paths is None else paths
        draws = self._base.values.shape[1]
        if future is not None and future not in range(draws):
            raise ValueError(msg(FUTURES, future=future, last=draws - 1, draws=draws))
        self._mechanisms = (
            read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
        )
        self.scenario = scenario.dated(plan)
        self.year = first_decision_year(plan)
        self._paths: Paths | None = None

    @property
    def until(self) -> int:
        """The last simulated year."""
        return int(self._base.years[-1])

    @property
    def over(self) -> bool:
        """Whether all years are revealed."""
        return self.year > self.until

    @property
    def paths(self) -> Paths:
        """Draws of all years under the decisions so far."""
        if self._paths is None:
            self._paths = run_scenario(
                self._base, self.plan, self.scenario, mechanisms=self._mechanisms
            ).paths
        return self._paths

    def decide(self, **step: Any) -> None:
        """Decide from the open year on; `step` has the fields of a scenario's step.

        A number for a lever holds until it is decided anew; a verb without `from` begins in the
        open year.

        Raises
        ------
        ValueError
            For a year that is revealed already, an assumption, and after the last year.
        DataError
            As `apply_scenario`, and for a decision that acts on no series of the plan; the run
            then is as it was before.

        Examples
        --------
        >>> import forecast as fc
        >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
        >>> run = Stepwise(plan, draws=50)
        >>> run.decide(mechanism="care_workforce", levers={"trainees_per_year": 300})
        >>> _ = run.reveal()
        >>> run.decide(mechanism="care_workforce", levers={"trainees_per_year": 100})
        >>> run.scenario.steps[-1].levers
        {'trainees_per_year': {2023: 300.0, 2024: 100.0, 2025: 100.0}}
        """
        if self.over:
            raise ValueError(msg(OVER, until=self.until))
        given = Scenario(name="stepwise", steps=(Step(**step),)).dated(self.plan).steps[0]
        if given.assumptions:
            raise ValueError(msg(BELIEF))
        self._check_years(given)
        kept = self.scenario, self._paths
        self.scenario = self.scenario.model_copy(update={"name": "stepwise"})
        self.scenario = self.scenario.with_steps(*self._continue(given))
        self._paths = None
        try:
            self.paths  # noqa: B018 - an impossible decision is refused here
            self._check_acts(given)
        except DataError:
            self.scenario, self._paths = kept
            raise

    def reveal(self) -> pd.DataFrame:
        """Return the values of the open year under the decisions so far, and open the next one.

        Of one `future`: region, indicator, year, value; of all: the columns of `Paths.quantiles`.
        """
        if self.over:
            raise ValueError(msg(OVER, until=self.until))
        table = self._values(np.array([self.year]))
        self.year += 1
        return table

    def known_plan(self) -> Plan:
        """Return the plan as known now: with the revealed values of the one `future` as figures."""
        if self.future is None:
            raise ValueError(msg(ONE_FUTURE))
        years = np.arange(first_decision_year(self.plan), self.year)
        if not len(years):
            return self.plan
        seen = self.plan.observations
        texts = {c: "" for c in seen if c not in (*KEY, "year", "value")}
        found = self._values(years).assign(**texts | {"status": "actual"})
        found = found[list(seen)].astype(seen.dtypes.to_dict(), errors="ignore")
        table = pd.concat([seen, found], ignore_index=True)
        return replace(self.plan, observations=table, as_of=year_end(int(years[-1])))

    def _values(self, years: np.ndarray[Any, Any]) -> pd.DataFrame:
        """Values in some years: of the one future, or quantiles of all."""
        at = np.searchsorted(self.paths.years, years)
        part = replace(self.paths, years=years, values=self.paths.values[:, :, at])
        if self.future is None:
            return part.quantiles()
        one = replace(part, values=part.values[:, [self.future]])
        return one.table().drop(columns=["scenario", "draw"])

    def _check_acts(self, step: Step) -> None:
        """Refuse a step that acts on no series: without figures, or what its mechanism reads."""
        mechanism = self._mechanisms[step.mechanism] if step.mechanism else None
        wanted = {mechanism.indicator} - {""} if mechanism else {*step.indicator}
        if not wanted or wanted & {"all", "planned"}:
            return
        problems = []
        where = ("mechanism", step.mechanism) if mechanism else ("indicator", min(wanted))
        series = self._base.fits.series
        for region in step.region or sorted(set(series["region"])):
            held = set(series.loc[series["region"] == region, "indicator"])
            lacks = [] if wanted & held else sorted(wanted)
            if mechanism and not lacks:
                lacks = mechanism.in_region(region).lacks(held)
            if not lacks:
                return
            fact = msg("no figures for {names} in {region}", names=lacks, region=region)
            problems.append(Problem("scenario", None, *where, fact, msg(IDLE)))
        raise DataError(problems)

    def _check_years(self, step: Step) -> None:
        """Refuse a step that would change revealed years."""
        record = getattr(step, step.verb) if step.verb else None
        years = [getattr(record, name, None) for name in ("since", "year")]
        for setting in step.levers.values():
            years += [setting.since] if isinstance(setting, Span) else []
            years += [*setting] if isinstance(setting, dict) else []
        for year in years:
            if year is not None and int(year) < self.year:
                raise ValueError(msg(PAST, year=year, open=self.year))

    def _continue(self, step: Step) -> list[Step]:
        """Keep in new steps what was set for the years before the open one."""
        if step.verb:
            record = getattr(step, step.verb)
            if "since" in type(record).model_fields and record.since is None:
                record = record.model_copy(update={"since": self.year})
            return [step.model_copy(update={step.verb: record})]
        first = first_decision_year(self.plan)
        years = np.arange(first, self.until + 1)
        steps: dict[str, Step] = {}
        for region in step.region or sorted(set(self._base.fits.series["region"])):
            before = self.scenario.lever_settings(str(step.mechanism), region)
            levers = {}
            for name, setting in step.levers.items():
                old = schedule_lever(before.get(name, 0.0), years.astype(float), first)
                new = schedule_lever(setting, years.astype(float), self.year)
                both = np.where(years < self.year, old, new)
                levers[name] = dict(zip(years.tolist(), both.tolist(), strict=True))
            steps[region] = step.model_copy(update={"region": (region,), "levers": levers})
        same = len({str(one.levers) for one in steps.values()}) == 1
        one = next(iter(steps.values()))
        return [one.model_copy(update={"region": step.region})] if same else [*steps.values()]
