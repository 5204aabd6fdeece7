"""What became of targets, forecasts replayed, and who was right: checked by hand."""

import dataclasses

import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation import outcomes
from forecast.evaluation.verification import Verification
from forecast.evaluation.vintages import issue
from made_up import BEDS, BURIAL, NEWTOWN, PER_WORKER, REGISTRIES, STANDARD, VISITS, write_plan

pytestmark = pytest.mark.usefixtures("few_tables")


def load(folder, day="2026-06-30"):
    """Load a made-up plan as of a day, of a region that has no other figures and targets."""
    return fc.load_plan(folder, as_of=day, region=NEWTOWN)


def judge(plan):
    """Judge a plan's final targets."""
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    table = outcomes.judge_targets(plan, fits)
    return table[table["final"]].set_index("indicator")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder of the made-up plan."""
    return write_plan(tmp_path_factory.mktemp("plan"), region=NEWTOWN)


@pytest.fixture(scope="module")
def plan(folder):
    """Made-up plan, as known in the middle of 2026."""
    return load(folder)


@pytest.fixture(scope="module")
def judged(plan):
    """Its final targets, judged."""
    return judge(plan)


@pytest.fixture(scope="module")
def runs(folder, plan):
    """Forecasts of it, replayed at its year ends."""
    return outcomes.replay_runs(str(folder), outcomes.list_origins(plan), region=NEWTOWN)


@pytest.fixture(scope="module")
def scored(plan, runs):
    """Scores of them."""
    return outcomes.score_forecasts(runs, plan)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # From 40 to 60 asked for, 66 came: 26 of 20.
        (BEDS, ("met", 66.0, 6.0, 30.0, 130.0, 2025.0, "on_time")),
        # From 200 down to 100, 120 came: 80 of 100, 20 short.
        (PER_WORKER, ("missed", 120.0, -20.0, -20.0, 80.0, None, "never")),
        # From 9,000 to more than 10,000, 11,000 in 2023 and 12,000 in the end.
        (STANDARD, ("met", 12000.0, 2000.0, 200.0, 300.0, 2023.0, "early")),
        # From 40 to 50, which 2022 had, and 45 in the end.
        (BURIAL, ("missed", 45.0, -5.0, -50.0, 50.0, 2022.0, "lost")),
        # 20 in 2022, half of the way from 10 to 30; no figure of 2025.
        (REGISTRIES, ("not_yet_due", None, None, None, 50.0, None, "")),
        (VISITS, ("not_yet_due", None, None, None, None, None, "")),
    ],
)
def test_each_outcome_is_measured_as_by_hand(judged, name, expected):
    """Outcome, figure, what is beyond in unit and share of the way, year: also where less is more.

    The six indicators of the made-up plan have an outcome each.
    """
    columns = ["outcome", "figure", "beyond", "beyond_share", "gone", "first_met", "timing"]
    row = judged.loc[name, columns]
    found = [None if pd.isna(value) else value for value in row]
    for value, wanted in zip(found, expected, strict=True):
        assert value == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


def test_only_what_no_figure_has_decided_is_forecast(judged):
    """A chance stands where there is a figure, but none of the final year; else nothing is said."""
    assert judged.index[judged["p_now"].notna()].tolist() == [REGISTRIES]
    assert 0.0 < judged.at[REGISTRIES, "p_now"] < 1.0


@pytest.mark.parametrize(
    ("day", "expected"), [("2025-12-30", "ahead"), ("2025-12-31", "not_yet_due"),
                          (None, "not_yet_due")],
)  # fmt: skip
def test_a_year_has_passed_at_its_end(folder, day, expected):
    """Until the last day of a target's year it is ahead; without a day the figures tell the year.

    A figure of the year itself decides from its own day on.
    """
    table = judge(load(folder, day))
    assert table.at[VISITS, "outcome"] == expected
    assert table.at[BEDS, "outcome"] == ("ahead" if expected == "ahead" else "met")


def test_a_figure_after_the_target_year_tells_nothing_of_it(plan):
    """The way gone is that of the last figure by its year; the year is interpolated, marked so."""
    later = plan.observations.iloc[[-1]].assign(year=2026.0, value=30.0)
    assert later["indicator"].item() == REGISTRIES
    seen = pd.concat([plan.observations, later], ignore_index=True)
    row = judge(dataclasses.replace(plan, observations=seen)).loc[REGISTRIES]
    assert (row["outcome"], row["gone"]) == ("not_yet_due", pytest.approx(50.0))
    assert 20.0 < row["median_now"] < 30.0


def test_a_target_met_late_or_before_the_plan_is_told_apart(plan):
    """First met after its year is late, five years before it or earlier is from the start."""
    late = plan.observations.iloc[[-1]].assign(indicator=PER_WORKER, year=2026.0, value=90.0)
    early = late.assign(indicator=STANDARD, year=2019.0, value=10500.0)
    seen = pd.concat([plan.observations, late, early], ignore_index=True)
    table = judge(dataclasses.replace(plan, observations=seen))
    assert table.loc[[PER_WORKER, STANDARD], "timing"].tolist() == ["late", "from_start"]


def test_a_baseline_that_meets_the_target_leaves_no_way(plan):
    """Where the first figure met the target already, nothing is said in percent of a way."""
    goals = plan.targets.assign(value=plan.targets["value"].where(
        plan.targets["indicator"] != STANDARD, 8000.0))  # fmt: skip
    row = judge(dataclasses.replace(plan, targets=goals)).loc[STANDARD]
    assert row["beyond"] == 4000.0
    assert pd.isna(row["gone"]) and pd.isna(row["beyond_share"])


def test_the_last_target_is_final_where_none_is_printed_as_final(plan):
    """An indicator with annual targets only is judged by the last of them."""
    goals = plan.targets.assign(role=plan.targets["role"].where(
        plan.targets["indicator"] != BEDS, "annual"))  # fmt: skip
    table = judge(dataclasses.replace(plan, targets=goals))
    assert table.at[BEDS, "year"] == 2025
    only = goals[(goals["indicator"] != BEDS) | (goals["year"] == 2022)]
    assert judge(dataclasses.replace(plan, targets=only)).at[BEDS, "year"] == 2022


def test_forecasts_are_replayed_from_what_was_known(folder, runs):
    """A replayed run is what would have been issued on the day, to the last bit."""
    assert [run.origin for run in runs] == [f"{y}-12-31" for y in range(2020, 2025)]
    then = issue(load(folder, "2022-12-31"))
    assert runs[2].forecasts.equals(then.forecasts)


def test_year_ends_stop_at_the_day(folder):
    """No forecast is replayed at a day that has not come, and none of a plan without targets."""
    plan = load(folder, "2022-06-30")
    assert outcomes.list_origins(plan) == ["2020-12-31", "2021-12-31"]
    assert outcomes.list_origins(dataclasses.replace(plan, targets=plan.targets.iloc[:0])) == []


def test_scores_are_those_of_the_chances_and_outcomes(scored):
    """The Brier score is the mean squared difference of what was said and what came."""
    found = scored
    squares = (found.hits["p_reach"] - found.hits["met"]) ** 2
    assert found.scores["brier"].iloc[0] == pytest.approx(squares.mean(), rel=1e-12)
    # Four final ones at five year ends, the midterm one at two; but a standard does not fall, and
    # that of 2023 met its target: nothing was left to forecast at the ends of 2023 and 2024.
    assert len(found.hits) == 4 * 5 + 2 - 2
    standard = found.hits[found.hits["indicator"] == STANDARD]
    assert standard["origin"].tolist() == ["2020-12-31", "2021-12-31", "2022-12-31"]


def test_nothing_is_scored_without_forecasts_or_figures(plan, runs):
    """No run, or no figure, gives an empty verification and no verdict."""
    bare = dataclasses.replace(plan, observations=plan.observations.iloc[:0])
    for found in (outcomes.score_forecasts([], plan), outcomes.score_forecasts(runs, bare)):
        assert len(found.hits) == len(found.scores) == len(outcomes.compare_verdicts(found)) == 0


def test_verdicts_are_those_of_the_year_ends(scored):
    """Schedule: silent with one figure, then by the line; forecast: by thirds of the chance."""
    table = outcomes.compare_verdicts(scored)
    beds = table[(table["indicator"] == BEDS) & (table["year"] == 2025)]
    # 45 in 2021 is above 44 on the line from 40 to 60, and so are 52, 55 and 58 above theirs.
    assert beds["schedule_said"].tolist() == ["silent", "yes", "yes", "yes", "yes"]
    workers = table[table["indicator"] == PER_WORKER]
    # 180 is on the line from 200 to 100, 165, 150 and 136 lie above theirs: too many beds.
    assert workers["schedule_said"].tolist() == ["silent", "yes", "no", "no", "no"]
    said = pd.cut(table["p_reach"], [0, 1 / 3, 2 / 3, 1], right=False,
                  labels=["no", "silent", "yes"])  # fmt: skip
    assert table["forecast_said"].tolist() == said.tolist()


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.33, "no"), (1 / 3, "silent"), (0.6, "silent"), (2 / 3, "yes"), (0.9, "yes")],
)
def test_the_forecast_speaks_below_a_third_and_from_two_thirds(scored, p, said):
    """The bounds are those of the words likely and unlikely; between them nothing is said."""
    hits = scored.hits.assign(p_reach=p)
    assert set(outcomes.compare_verdicts(Verification(hits))["forecast_said"]) == {said}


def test_who_was_right_is_counted():
    """Of yes and no against what came: each by itself, and where both spoke and disagreed."""
    rows = [
        ("met", "yes", "no"), ("met", "no", "yes"), ("missed", "no", "yes"),
        ("missed", "no", "no"), ("met", "silent", "yes"), ("missed", "yes", "silent"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["outcome", "schedule_said", "forecast_said"])
    assert outcomes.count_verdicts(table) == {
        "cases": 6, "schedule_spoke": 5, "schedule_right": 3, "forecast_spoke": 5,
        "forecast_right": 3, "both_spoke": 4, "differ": 3, "differ_schedule": 2,
        "differ_forecast": 1,
    }  # fmt: skip


def test_the_course_is_that_of_the_first_run_with_a_figure(runs):
    """It opens at the figure known then and is forecast from it; later runs change nothing."""
    course = outcomes.compute_first_forecasts(runs, 2025)
    beds = course[course["indicator"] == BEDS]
    assert beds["year"].tolist() == [2020.0, 2021.0, 2022.0, 2023.0, 2024.0, 2025.0]
    assert beds.iloc[0][["q05", "q50", "q95"]].tolist() == [40.0, 40.0, 40.0]
    assert course["origin"].unique().tolist() == ["2020-12-31"]
    later = outcomes.compute_first_forecasts(runs[1:], 2025)
    assert later.loc[later["indicator"] == BEDS, "q50"].iloc[0] == 45.0
    assert VISITS not in set(course["indicator"])
    last = course[(course["indicator"] == BEDS) & (course["year"] == 2025)]["q50"].item()
    said = runs[0].forecasts
    goal = (said["indicator"] == BEDS) & (said["year"] == 2025)
    assert last == pytest.approx(said.loc[goal, "q50"].item(), rel=1e-9)
    assert list(outcomes.compute_first_forecasts([], 2025).columns) == list(course.columns)
