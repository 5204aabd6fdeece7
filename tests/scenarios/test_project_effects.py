"""Projects that name an indicator move it from their completion on, as progress is reported."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.model.fitting import Fits
from forecast.reports.context import ReportContext
from forecast.scenarios.baseline import fit_plan
from forecast.scenarios.declarations import read_mechanisms
from forecast.scenarios.project_list import list_effects
from forecast.scenarios.scenario import Scenario
from forecast.tables.plan import Plan

YEARS = [2026, 2027, 2028]
ONE = {"region": "a", "agency": "b", "class": "implementation", "stage": "new", "name_zh": "home",
       "start": 2025, "end": 2026, "investment": 1.0, "builder": "", "source": "", "locus": "",
       "note": "", "indicator": "beds", "adds": 300.0}  # fmt: skip


@lru_cache
def made_up() -> Plan:
    """A stock with figures to 2025 and a count, each with a target; as of the end of 2026."""
    seen = pd.DataFrame([
        {"region": "a", "indicator": name, "year": year, "value": value}
        for name, values in (("beds", (1000, 1040, 1060, 1100)), ("homes", (3, 4, 6, 7)))
        for year, value in zip(range(2022, 2026), values, strict=True)
    ])  # fmt: skip
    goals = seen[seen["year"] == 2025].assign(year=2028, comparator="ge")
    goals["value"] = [1400.0, 13.0]
    about = pd.DataFrame({"indicator": ["beds", "homes"], "kind": ["stock", "count"],
                          "better": ["higher", "higher"]})  # fmt: skip
    return Plan.from_frames(seen, goals, about, region="a", as_of="2026-12-31")


@lru_cache
def fitted() -> Fits:
    """Fits of the plan, which no project changes."""
    return fit_plan(made_up())


@pytest.fixture
def plan() -> Plan:
    """The plan."""
    return made_up()


def with_projects(plan: Plan, *states: dict[str, object], **project: object) -> Plan:
    """Give the plan one project, and what was reported of it."""
    columns = ["region", "task", "project", "date", "state", "done_on", "spent", "note", "source"]
    rows = [{"region": "a", "project": "home", "date": "2026-11-30", **state} for state in states]
    progress = pd.DataFrame(rows, columns=columns, dtype=object).fillna("")
    return replace(plan, projects=pd.DataFrame([ONE | project]), progress=progress)


def changes(plan: Plan, indicator: str = "beds") -> np.ndarray:
    """What projects add to each draw and year of the baseline."""
    paths = fc.project(plan, until=2028, draws=400, fits=fitted())
    row = paths.fits.series["indicator"].tolist().index(indicator)
    return paths.values[row] - (paths.values if paths.baseline is None else paths.baseline)[row]


def test_a_project_that_is_done_moves_its_indicator_from_that_day(plan: Plan) -> None:
    """Half of its 300 beds in the median, nothing before the year of completion."""
    done = changes(with_projects(plan, {"state": "done", "done_on": "2026-07-15"}))
    assert np.median(done, axis=0).round() == pytest.approx([150, 150, 150], abs=12)
    assert done.min() >= 0 and done.max() <= 300 and (done[:, 0] > 0).mean() > 0.98
    later = changes(with_projects(plan, {"state": "done", "done_on": "2027-03-01",
                                         "date": "2026-12-01"}))  # fmt: skip
    assert (later[:, 0] == 0).all() and np.median(later[:, 1]) > 100


def test_what_a_figure_measured_is_not_added_again(plan: Plan) -> None:
    """Completed in 2025 or on its last day: the figure of the end of 2025 has it."""
    for day in ("2025-06-30", "2025-12-31"):
        assert (changes(with_projects(plan, {"state": "done", "done_on": day})) == 0).all()


def test_late_shifts_and_dropped_removes(plan: Plan) -> None:
    """The last state counts; one that is late is not completed in its last year."""
    planned = changes(with_projects(plan))
    assert (planned[:, 0] > 0).mean() > 0.2
    late = changes(with_projects(plan, {"state": "late"}))
    assert (late[:, 0] == 0).all() and 0 < (late[:, 2] > 0).mean() < 1
    under = {"state": "under_way", "date": "2026-06-30"}
    dropped = changes(with_projects(plan, under, {"state": "dropped"}))
    assert (dropped == 0).all()
    assert (
        changes(with_projects(plan, {"state": "dropped", "date": "2027-01-31"}))[:, 1] > 0
    ).any()


def test_what_only_grows_has_at_least_what_was_completed(plan: Plan) -> None:
    """Seven homes and two completed ones are nine, whatever the usual pace is taken to be."""
    made = with_projects(plan, {"state": "done", "done_on": "2026-02-01"},
                         indicator="homes", adds=2.0)  # fmt: skip
    paths = fc.project(made, until=2028, draws=400, fits=fitted())
    homes = paths.values[paths.fits.series["indicator"].tolist().index("homes")]
    assert homes.min() >= 9 and (homes == np.round(homes)).all()
    assert np.median(changes(made, "homes")[:, 2]) <= 2


def test_without_the_assumption_nothing_moves(plan: Plan) -> None:
    """The mechanism says whether projects move indicators."""
    made = with_projects(plan, {"state": "done", "done_on": "2026-07-15"})
    known = dict(read_mechanisms())
    kept = {n: a for n, a in known["project_list"].assumptions.items() if n != "beyond_trend"}
    silent = {"project_list": known["project_list"].model_copy(update={"assumptions": kept})}
    assert list(list_effects(made, known, draws=5, seed=0)) == [("a", "beds")]
    assert list_effects(made, silent, draws=5, seed=0) == {}


def test_a_scenario_of_projects_changes_what_they_add(plan: Plan) -> None:
    """All projects two years later: what was to come in 2027 comes later, what is done stays."""
    steps = [{"mechanism": "project_list", "assumptions": {"common_delay": 2.0}}]
    late = Scenario(name="late", steps=steps)
    made = with_projects(plan)
    base = fc.project(made, until=2028, draws=400, fits=fitted())
    table = fc.compare(made, [late], paths=base)
    beds = table[table["indicator"] == "beds"].set_index("scenario")
    assert beds.loc["late", "median_change"] < 0 and beds.loc["late", "changed_by"] == "assumption"
    done = with_projects(plan, {"state": "done", "done_on": "2026-07-15"})
    base = fc.project(done, until=2028, draws=100, fits=fitted())
    same = fc.compare(done, [late], paths=base)
    assert (same["median_change"].dropna() == 0).all()


def test_reports_show_chances_and_bands_with_projects(plan: Plan) -> None:
    """The chance rises by what the draws gain; indicators without projects keep their numbers."""
    done = with_projects(plan, {"state": "done", "done_on": "2026-07-15"})
    before, after = (ReportContext(plan=p, language="en", draws=200) for p in (plan, done))
    assert after.moved_by_projects == [("a", "beds")] and before.moved_by_projects == []
    old, new = (c.attainment.set_index("indicator")["p_reach"] for c in (before, after))
    assert new["beds"] > old["beds"] + 0.05 and new["homes"] == old["homes"]
    bands = [c.quantiles.set_index(["indicator", "year"])["q50"] for c in (before, after)]
    assert bands[1]["beds", 2027] > bands[0]["beds", 2027] + 50
    assert bands[1]["homes", 2027] == bands[0]["homes", 2027]


def test_the_list_counts_what_was_reported(plan: Plan) -> None:
    """A project that is done is completed in every draw, one that is dropped in none."""
    for state, expected in (("done", 1.0), ("dropped", 0.0)):
        table = fc.project_forecast(with_projects(plan, {"state": state}), draws=40)
        last = table[table["year"] == 2026].iloc[0]
        assert last["completed_q05"] == last["completed_q95"] == expected
