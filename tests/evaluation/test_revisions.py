"""What moved from one issue to the next: every cause by itself, all of them together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation.revisions import CAUSES, attribute_changes, date_revisions
from forecast.evaluation.store import append_run, read_run
from forecast.evaluation.vintages import compute_forecasts, issue
from plain_priors import scaled_priors
from small_plan import GOALS, KNOWN, MONEY, SHARE, SOURCE, VISITS, figure, issued, write

pytestmark = pytest.mark.usefixtures("few_tables")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """The plan that `usual` was issued of."""
    return fc.load_plan(write(tmp_path_factory.mktemp("plan")), as_of="2022-12-31")


# What moved


def parts(moves: pd.DataFrame) -> pd.DataFrame:
    """Check that parts add up to the move, and give them."""
    table = moves[list(CAUSES)]
    assert np.allclose(table.sum(axis=1, min_count=5), moves["move"], atol=1e-14, equal_nan=True)
    assert np.allclose(moves["p_new"] - moves["p_old"], moves["move"], atol=0, equal_nan=True)
    return table


def test_nothing_moved(usual, plan, store):
    """The same plan issued again: all parts are exactly zero and no cause is named."""
    again = issue(plan)
    moves = attribute_changes(read_run(store, append_run(store, usual)), again)
    assert (parts(moves) == 0.0).all(axis=None)
    assert moves["change"].tolist() == ["compared"] * 4 and set(moves["cause"]) == {""}
    assert moves["p_old"].tolist() == again.forecasts["p_reach"].tolist()
    assert (moves["year_old"] == moves["year"]).all()


def edited(part: str, run, plan, folder):
    """Old and new run between which only `part` changed, and for which indicators."""
    if part == "method":
        moved = run.forecasts.assign(p_reach=run.forecasts["p_reach"] - 0.005)
        return replace(run, forecasts=moved), run, {SHARE, VISITS, MONEY}
    if part == "revised":
        write(folder, figure(VISITS, 2022, 69, published="2022-12-31"))
        return run, issued(folder), {VISITS}
    if part == "new":
        # A figure of mid-2023, known by the end of November.
        write(folder, figure(VISITS, 2023, 71, as_of="2023-06-30"))
        return run, issued(folder, "2023-11-30"), {VISITS}
    if part == "targets":
        about = plan.targets.assign(value=plan.targets["value"].replace(75.0, 70.0))
        return run, issue(replace(plan, targets=about)), {VISITS}
    beliefs = fc.read_priors()
    noise = (beliefs["parameter"] == "noise") & (beliefs["kind"] == "amount")
    beliefs.loc[noise, "value"] *= 3
    return run, issue(plan, priors=beliefs), {MONEY}


@pytest.mark.parametrize("part", CAUSES)
def test_one_cause_is_one_part(usual, plan, folder, part):
    """Where one thing changed, its part is the whole move and all others are exactly zero."""
    old, new, moved = edited(part, usual, plan, folder)
    moves = attribute_changes(old, new)
    table = parts(moves)
    mine = moves["indicator"].isin(moved)
    assert (table.drop(columns=part) == 0.0).all(axis=None)
    assert (table.loc[mine, part] != 0.0).all()
    assert set(moves.loc[mine, "cause"]) == {part}
    # A share has siblings of its kind only within its indicator: nothing else moves.
    assert (table.loc[~mine, part] == 0.0).all() and set(moves.loc[~mine, "cause"]) <= {""}
    assert moves["p_new"].tolist() == new.forecasts["p_reach"].tolist()


@pytest.fixture(scope="module")
def exact(plan):
    """The plan with an exact target of care visits, and what was issued of it."""
    goal = plan.targets["indicator"] == VISITS
    goals = plan.targets.assign(
        value=plan.targets["value"].mask(goal, 72.0),
        comparator=plan.targets["comparator"].mask(goal, "eq"),
    )
    plan = replace(plan, targets=goals)
    return plan, issue(plan)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("resolution", 10.0),
        ("better", "lower"),
        ("kind", "ratio"),
    ],
)
def test_a_changed_definition_is_a_changed_target(exact, column, value):
    """Bounds, reporting step, kind and direction of an indicator move only the part `targets`."""
    plan, old = exact
    mine = plan.indicators["indicator"] == VISITS
    about = plan.indicators.copy()
    about.loc[mine, column] = value
    moves = attribute_changes(old, issue(replace(plan, indicators=about)))
    table = parts(moves)
    assert (table.drop(columns="targets") == 0.0).all(axis=None)
    assert (moves.loc[table["targets"] != 0.0, "indicator"] == VISITS).all()
    assert (table["targets"] != 0.0).any()


def test_a_target_is_recognised(usual, plan):
    """Another comparator, value or year is the same target, changed."""
    goals = plan.targets.copy()
    final = goals["role"] == "final"
    for indicator, column, value in (
        (SHARE, "comparator", "gt"), (VISITS, "value", 70.0), (MONEY, "year", 2026),
    ):  # fmt: skip
        goals.loc[final & (goals["indicator"] == indicator), column] = value
    moves = attribute_changes(usual, issue(replace(plan, targets=goals)))
    assert moves["change"].tolist() == ["compared"] * 4
    rows = moves[moves["year_old"] == 2025].set_index("indicator").loc[[SHARE, VISITS, MONEY]]
    assert (rows["targets"] != 0.0).all() and rows["move"].equals(rows["targets"])
    assert set(rows["cause"]) == {"targets"}
    assert rows["target_old"].tolist() == [40.0, 75.0, 13000.0]
    assert set(rows["comparator_old"]) == {"ge"} and rows["year"].tolist() == [2025, 2025, 2026]


def test_all_causes_together_add_up(usual, folder):
    """Method, revision, new figure, target and priors at once: five parts, one move."""
    issued_then = usual.forecasts
    old = replace(usual, forecasts=issued_then.assign(p_reach=issued_then["p_reach"] * 0.9))
    goals = GOALS.replace(f"{VISITS},2025,75", f"{VISITS},2025,73")
    write(folder, figure(VISITS, 2022, 68, published="2023-05-01"), figure(VISITS, 2023, 70),
          goals=goals)  # fmt: skip
    new = issued(folder, "2023-12-31", priors=scaled_priors("noise", 2.0))
    moves = attribute_changes(old, new).set_index("indicator")
    row = parts(moves.loc[[VISITS]]).iloc[0]
    assert (row != 0.0).all()
    assert moves.loc[VISITS, "cause"] == row.abs().idxmax()


def test_the_order_of_the_exchanges(usual, folder):
    """A part is the change at its exchange: earlier parts are of today, later ones of old."""
    old = usual
    goals = GOALS.replace(f"{VISITS},2025,75", f"{VISITS},2025,73")
    write(folder, figure(VISITS, 2022, 68, published="2023-05-01"), figure(VISITS, 2023, 70),
          goals=goals)  # fmt: skip
    new = issued(folder, "2023-12-31")
    row = attribute_changes(old, new).set_index("indicator").loc[VISITS]

    def p(inputs):
        return compute_forecasts(inputs).set_index("indicator").loc[VISITS, "p_reach"]

    points = new.inputs.observations
    revised = replace(old.inputs, observations=points[points["year"] <= 2022])
    later = replace(old.inputs, observations=points, as_of="2023-12-31")
    steps = [p(old.inputs), p(revised), p(later), p(new.inputs)]
    assert [row["revised"], row["new"], row["targets"]] == np.diff(steps).tolist()


def test_a_withdrawn_figure_is_a_revision(usual, folder):
    """A figure that is no longer there moved the answer as a revised one does."""
    old = usual
    known = [row for row in KNOWN if row[:2] != (VISITS, 2020)]
    row = (
        attribute_changes(old, issued(write(folder, known=known)))
        .set_index("indicator")
        .loc[VISITS]
    )
    assert row["move"] == row["revised"] != 0.0


def test_targets_come_and_go(folder):
    """A target that was not there appeared, one that is no longer there vanished: no move."""
    lines = GOALS.splitlines(keepends=True)
    old = issued(write(folder, goals="".join(lines[:3])))
    new = issued(write(folder, goals="".join([lines[0], *lines[2:4]])))
    moves = attribute_changes(old, new)
    assert moves["change"].tolist() == ["compared", "appeared", "vanished"]
    assert moves["indicator"].tolist() == [SHARE, VISITS, SHARE]
    assert moves["year"].tolist() == [2025, 2025, 2023]
    assert moves["target"].tolist() == [40.0, 75.0, 27.0]
    assert moves["p_old"].isna().tolist() == [False, True, False]
    assert moves["p_new"].isna().tolist() == [False, False, True]
    assert moves["move"].isna().tolist() == [False, True, True]
    assert moves["cause"].tolist() == ["", "", ""]
    assert moves["event"].tolist() == ["reach"] * 3


def test_two_targets_of_a_role_are_not_guessed(folder):
    """Of another year only a lone target of the role and source is the same; several are new."""
    annual = "".join(f"hill,{VISITS},{y},68,ge,annual,,{SOURCE},,\n" for y in (2023, 2024))
    old = issued(write(folder, goals=GOALS + annual))
    moved = annual.replace("2024", "2027").replace("2023", "2026")
    moves = attribute_changes(old, issued(write(folder, goals=GOALS + moved)))
    assert moves["change"].value_counts().to_dict() == {"compared": 4, "appeared": 2, "vanished": 2}


def test_a_first_figure_and_a_year_without_one(folder):
    """Where an answer came there is no move but a cause; a passed year keeps its estimate."""
    known = [row for row in KNOWN if row[0] != VISITS]
    old = issued(write(folder, known=known))
    write(folder, figure(VISITS, 2023, 71), known=known)
    moves = attribute_changes(old, issued(folder, "2023-12-31"))
    facts = moves.set_index(["indicator", "year"])
    gained, passed = facts.loc[(VISITS, 2025)], facts.loc[(SHARE, 2023)]
    assert (gained["status_old"], gained["cause"]) == ("no_data", "new") and gained["p_new"] > 0
    assert np.isnan(gained["move"])
    # The end of the year brought no figure of it: the chance is that of before, and nothing moved.
    assert passed["status_new"] == "not_yet_due" and passed["p_new"] == passed["p_old"] > 0
    assert passed[["move", *CAUSES]].eq(0.0).all() and passed["cause"] == ""


def test_a_figure_moved_to_another_day_is_one_move(folder):
    """An answer that is missing only between two exchanges does not break the sum."""
    known = [row for row in KNOWN if row[0] != VISITS]
    old = issued(write(folder, figure(VISITS, 2022, 66), known=known))
    write(folder, figure(VISITS, 2022, 66, as_of="2022-06-30"), known=known)
    row = attribute_changes(old, issued(folder)).set_index("indicator").loc[[VISITS]]
    assert parts(row)["revised"].item() == 0.0
    assert row["move"].item() == row["new"].item() != 0.0 and row["cause"].item() == "new"


def test_a_new_part_of_a_ratio_is_a_new_figure(plan):
    """Figures of an indicator nobody asked about before count as new, not as new definitions."""
    about = plan.indicators
    ratio = about["indicator"] == MONEY
    named = about.assign(numerator=about["numerator"].where(~ratio, "top"),
                         denominator=about["denominator"].where(~ratio, "bottom"))  # fmt: skip
    old = issue(replace(plan, indicators=named))
    extra = about[ratio].assign(kind="stock", numerator="", denominator="")
    extra = pd.concat([extra.assign(indicator=name) for name in ("top", "bottom")])
    seen = plan.observations[plan.observations["indicator"] == MONEY]
    more = [
        seen.assign(indicator="top", value=[9e6, 9.5e6, 1.2e7]),
        seen.assign(indicator="bottom", value=1e3),
    ]
    new = issue(replace(plan, indicators=pd.concat([named, extra]),
                        observations=pd.concat([plan.observations, *more])))  # fmt: skip
    row = attribute_changes(old, new).set_index("indicator").loc[MONEY]
    assert row["move"] == row["new"] != 0.0


def test_an_old_prior_table_that_no_longer_fits(usual):
    """Where today's method needs a column more, today's priors are used from the start."""
    run = usual
    short = replace(
        run, inputs=replace(run.inputs, priors=run.inputs.priors.drop(columns="domain"))
    )
    assert (parts(attribute_changes(short, run)) == 0.0).all(axis=None)


def test_another_growth_path_is_an_assumption(usual, plan):
    """The growth path asked for is exchanged with the priors."""
    moves = attribute_changes(usual, issue(plan, growth="linear"))
    table = parts(moves)
    assert (table["assumptions"] != 0.0).all()
    assert (table.drop(columns="assumptions") == 0.0).all(axis=None)


def test_runs_that_cannot_be_compared(usual):
    """Two regions, and forecasts that do not fit the targets, are refused."""
    run = usual
    with pytest.raises(ValueError, match="two regions, 'hill' and 'shaoxing'"):
        attribute_changes(run, replace(run, region="shaoxing"))
    with pytest.raises(ValueError, match="has 3 forecasts"):
        attribute_changes(replace(run, forecasts=run.forecasts.iloc[:3]), run)


def test_a_version_names_what_it_revised_added_and_dropped(folder):
    """Between two days of one plan its second version raises, adds and withdraws a target."""
    plans = (
        "plan,region,title_zh,title_en,start,end,baseline_year,issued,version,in_force\n"
        "own,hill,规划,,2021,2025,2020,2021-01-01,1,2021-01-01\n"
        "own,hill,规划,,2021,2025,2020,2023-03-01,2,2023-04-01\n"
    )
    (folder / "plans.csv").write_text(plans, encoding="utf-8")
    head, *rows = GOALS.replace("note\n", "note,plan,version\n", 1).splitlines(keepends=True)
    first = [row.replace("\n", ",own,\n") for row in (rows[1], rows[2])]
    second = [
        f"hill,{SHARE},2025,55,ge,final,,{SOURCE},,,own,2\n",
        f"hill,{VISITS},2025,,ge,final,,{SOURCE},,,own,2\n",
        f"hill,{MONEY},2025,14000,ge,final,,{SOURCE},,,own,2\n",
    ]
    write(folder, goals="".join([head, *first, *second]))
    plan = fc.load_plan(folder, as_of="2023-06-30")
    changes = attribute_changes(issued(folder), issued(folder, "2023-06-30"))
    found = date_revisions(changes, plan).set_index("revision")
    assert found["indicator"].to_dict() == {"revised": SHARE, "added": MONEY, "dropped": VISITS}
    assert found.loc["revised", ["target_old", "target"]].tolist() == [40.0, 55.0]
    assert found[["version", "since"]].drop_duplicates().values.tolist() == [["2", "2023-04-01"]]
    assert set(found["source"]) == {SOURCE}
