"""The list of projects: completions and spending against plain loops over projects."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError
from forecast.model.simulation import derive_stream
from forecast.scenarios.declarations import Mechanism, Range, read_mechanisms
from forecast.scenarios.mechanisms import NEVER, completion_years
from forecast.scenarios.project_list import YEARS_AFTER, project_forecast
from forecast.scenarios.scenario import Scenario, read_scenario
from forecast.tables.plan import data_folder

PUNCTUAL = {"slippage": 0.0, "common_delay": 0.0, "completion_probability": 100.0}
LEVELS = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
COMPLETED = [f"completed_{level}" for level in LEVELS]
SPENDING = [f"spending_{level}" for level in LEVELS]


@pytest.fixture(scope="module")
def plan():
    """Lishui's plan, the one with a list of projects."""
    return fc.load_plan("lishui", as_of="2022-12-31")


def changed(**assumptions):
    """Scenario that believes this of the projects."""
    return Scenario(name="own", steps=[{"mechanism": "project_list", "assumptions": assumptions}])


def listed(plan, *rows):
    """Plan with these projects: name, start, end, investment a row."""
    table = pd.DataFrame(rows, columns=["name_zh", "start", "end", "investment"])
    return replace(plan, projects=table.assign(region="lishui"))


def test_all_projects_of_the_table_are_planned(plan):
    """73 projects, each counted from the end of its last year on, and all their money."""
    table = pd.read_csv(data_folder() / "projects.csv")
    result = project_forecast(plan, draws=20)
    assert len(table) == 73 and result["planned"].iloc[-1] == 73
    assert result["year"].tolist() == list(
        range(table["start"].min(), table["end"].max() + YEARS_AFTER + 1)
    )
    for row in result.itertuples():
        assert row.planned == (table["end"] <= row.year).sum()
        spent = 0.0
        for project in table.itertuples():
            inside = min(project.end + 0.5, row.year + 1) - max(project.start, row.year)
            spent += project.investment * max(inside, 0.0) / (project.end + 0.5 - project.start)
        assert row.planned_spending == pytest.approx(spent, rel=1e-9, abs=1e-6)
    assert result["planned_spending"].sum() == pytest.approx(table["investment"].sum())
    whole = result[COMPLETED].to_numpy()
    np.testing.assert_array_equal(whole, np.round(whole))
    assert (np.diff(whole, axis=0) >= 0).all() and (np.diff(whole, axis=1) >= 0).all()


def test_certain_projects_go_as_planned(plan):
    """Without slips, delays and failures every quantile is the planned number."""
    result = project_forecast(plan, changed(**PUNCTUAL), draws=20)
    for column in COMPLETED:
        assert result[column].tolist() == result["planned"].tolist()
    for column in SPENDING:
        np.testing.assert_allclose(result[column], result["planned_spending"], rtol=1e-12)
    assert set(result["scenario"]) == {"own"} and set(result["region"]) == {"lishui"}


def test_a_delay_moves_everything(plan):
    """A certain delay of a year is a year later in each number, and spreads the money."""
    late = project_forecast(plan, changed(**PUNCTUAL | {"common_delay": 1.0}), draws=5)
    for column in COMPLETED:
        assert late[column].iloc[0] == 0
        assert late[column].tolist()[1:] == late["planned"].tolist()[:-1]
    total = plan.projects["investment"].sum()
    assert late["spending_q50"].sum() == pytest.approx(total, rel=1e-9)
    assert late["spending_q50"].iloc[0] < late["planned_spending"].iloc[0]


def test_projects_given_up_are_neither_completed_nor_paid(plan):
    """With no probability of completion nothing is completed and nothing spent."""
    result = project_forecast(plan, changed(completion_probability=0.0), draws=20)
    assert (result[COMPLETED + SPENDING].to_numpy() == 0).all()


def test_draws_are_counted_project_by_project(plan):
    """Completions and spending of each year are quantiles over draws, each a loop over projects."""
    draws, seed = 40, 4
    rows = [("a", 2020, 2022, 300.0), ("b", 2021, 2021, 80.0), ("c", 2021, 2023, 500.0)]
    own = listed(plan, *rows)
    result = project_forecast(own, draws=draws, seed=seed)
    assert result["year"].tolist() == list(range(2020, 2027))
    about = read_mechanisms()["project_list"].assumptions
    believed = {
        n: about[n].quantile(
            derive_stream(seed, "belief", "assumption", "project_list", n).random(draws)
        )
        for n in about
    }
    level = {
        name: derive_stream(seed, "project", "lishui", name).random((2, draws)) for name, *_ in rows
    }
    completed, spent = np.zeros((draws, 7)), np.zeros((draws, 7))
    for draw in range(draws):
        for name, start, end, money in rows:
            slips, sure = level[name][:, draw]
            if sure * 100 >= believed["completion_probability"][draw]:
                continue
            slip = -believed["slippage"][draw] * np.log(1 - slips)
            done = end + 0.5 + believed["common_delay"][draw] + slip
            for place, year in enumerate(range(2020, 2027)):
                completed[draw, place] += done < year + 1
                inside = max(0.0, min(done, year + 1) - max(start, year))
                spent[draw, place] += money * inside / (done - start)
    for level, share in LEVELS.items():
        whole = np.sort(completed, axis=0)[int(np.ceil(share * draws)) - 1]
        assert result[f"completed_{level}"].tolist() == whole.tolist()
        expected = np.quantile(spent, share, axis=0)
        np.testing.assert_allclose(result[f"spending_{level}"], expected, rtol=1e-9)
    assert (result["completed_q05"] < result["completed_q95"]).any()


def test_another_project_changes_no_others_draws(plan):
    """A project that costs nothing and never counts before the last year leaves all numbers."""
    rows = [("a", 2020, 2022, 300.0), ("b", 2021, 2021, 80.0), ("c", 2021, 2023, 500.0)]
    one = project_forecast(listed(plan, *rows), draws=60, seed=2)
    more = [*rows[::-1], ("far", 2020, 2040, 0.0)]
    two = project_forecast(listed(plan, *more), draws=60, seed=2).iloc[: len(one)]
    for column in one.columns:
        if column.startswith("spending"):
            np.testing.assert_allclose(one[column], two[column], rtol=1e-12)
        else:
            assert one[column].tolist() == two[column].tolist(), column


def test_the_same_draws_in_every_scenario(plan):
    """A scenario that says nothing of projects, or what is assumed anyhow, changes no number."""
    base = project_forecast(plan, draws=50, seed=1)
    about = read_mechanisms()["project_list"].assumptions
    usual = {n: {k: getattr(a, k) for k in ("low", "central", "high")} for n, a in about.items()}
    elsewhere = Scenario(name="own", steps=[
        {"mechanism": "project_list", "region": "zhejiang", "assumptions": {"slippage": 9.0}}
    ])  # fmt: skip
    for scenario in (read_scenario("care_workers_stay"), changed(**usual), elsewhere):
        result = project_forecast(plan, scenario, draws=50, seed=1)
        pd.testing.assert_frame_equal(
            result.drop(columns="scenario"), base.drop(columns="scenario")
        )
    other = project_forecast(plan, draws=50, seed=2)
    assert (other[SPENDING] != base[SPENDING]).any(axis=None)


def test_a_scenario_that_slips_completes_less(plan):
    """A year later for all: no year has more completed, and most have fewer."""
    base = project_forecast(plan, draws=100)
    late = project_forecast(plan, read_scenario("projects_slip_a_year"), draws=100)
    assert (late["completed_q50"] <= base["completed_q50"]).all()
    assert (late["completed_q50"] < base["completed_q50"]).mean() > 0.5
    assert late["scenario"].eq("projects_slip_a_year").all()


def test_a_misspelt_assumption_is_refused(plan):
    """It would else run with what is assumed anyhow."""
    with pytest.raises(DataError, match=r"'slipage': unknown assumption.*'slippage' is meant"):
        project_forecast(plan, changed(slipage=2.0), draws=5)
    wrong = Scenario(name="own", steps=[{"mechanism": "project_lst", "assumptions": {"a": 1}}])
    with pytest.raises(DataError, match="'project_list' is meant"):
        project_forecast(plan, wrong, draws=5)


def test_a_plan_without_projects_has_no_rows():
    """Nothing listed, nothing forecast."""
    assert project_forecast(fc.load_plan("shaoxing"), draws=5).empty


def test_projects_that_nothing_describes_are_refused(plan):
    """Without a mechanism of their kind nothing is known of their slips."""
    known = {n: m for n, m in read_mechanisms().items() if m.kind != "project_list"}
    with pytest.raises(DataError, match="kind project_list"):
        project_forecast(plan, draws=5, mechanisms=known)


def test_regions_are_forecast_apart(plan):
    """Two regions have their own rows, years and assumptions, in alphabetical order."""
    both = pd.concat(
        [
            plan.projects.assign(region="zhejiang").head(3),
            plan.projects.head(2),
        ]
    )
    own = read_mechanisms()["project_list"].model_dump()
    own["regions"] = {"zhejiang": {"assumptions": {"completion_probability": dict.fromkeys(
        ("low", "central", "high"), 0.0)}}}  # fmt: skip
    result = project_forecast(
        replace(plan, projects=both), draws=30, mechanisms={"project_list": Mechanism(**own)}
    )
    assert result["region"].unique().tolist() == ["lishui", "zhejiang"]
    last = result.groupby("region").last()
    assert last["planned"].to_dict() == {"lishui": 2, "zhejiang": 3}
    assert last.loc["zhejiang", "completed_q95"] == 0 < last.loc["lishui", "completed_q95"]


def test_correlated_assumptions_of_projects_move_together(plan):
    """A correlation of the file counts here as it does in scenarios: who slips also fails."""
    own = read_mechanisms()["project_list"].model_dump()
    own["assumptions"]["slippage"] |= {"low": 0.0, "central": 1.0, "high": 5.0}
    own["assumptions"]["completion_probability"] |= {"low": 20.0, "central": 60.0, "high": 100.0}
    tie = {"between": ("slippage", "completion_probability"), "value": -0.999}
    rows = [(f"p{i}", 2020, 2022, 100.0) for i in range(60)]
    alone, tied = (
        project_forecast(
            listed(plan, *rows),
            draws=800,
            mechanisms={"project_list": Mechanism(**(own | {"correlations": correlations}))},
        )
        for correlations in ([], [tie])
    )
    # Slips and failures together spread the number completed by the planned year.
    spread = [t.loc[t["year"] == 2023, "completed_q95"] - t.loc[t["year"] == 2023, "completed_q05"]
              for t in (alone, tied)]  # fmt: skip
    assert spread[1].item() > spread[0].item() + 4


def test_how_far_a_project_slips_is_exponential():
    """Over all lucks the mean slip is the assumption, and a share of all is given up."""
    draws = 20_000
    level = ((np.arange(draws) + 0.5) / draws)[:, None]
    assumed = {"slippage": 0.7, "common_delay": 0.2, "completion_probability": 65.0}
    assumed = {n: np.full((1, 1), v) for n, v in assumed.items()}
    done = completion_years(np.array([2023.0]), assumed, level, np.zeros_like(level))
    assert done.mean() == pytest.approx(2023.7 + 0.7, abs=1e-3)
    given_up = completion_years(np.array([2023.0]), assumed, level, level) == NEVER
    assert given_up.mean() == pytest.approx(0.35, abs=1e-3)
    assert Range(low=65, central=65, high=65).quantile(0.3) == 65
