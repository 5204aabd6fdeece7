"""Plans."""

import datetime as dt

import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError, UnknownNameError
from forecast.tables.merging import own_rows
from forecast.tables.names import Names
from forecast.tables.plan import Plan, data_folder, known_indicators, load_plan

SOURCE = "000_616e588ea31d91eb.txt"
SHARE = "orphans_moved_to_city_institution_share"
TARGETS = f"""region,indicator,year,value,comparator,role,force,source,locus,note
hill,{SHARE},2025,40,ge,final,,{SOURCE},,
"""
REGIONS = "region,name_zh,name_en,level,parent\nhill,山市,Hill,city,zhejiang\n"
OBSERVATIONS = f"""region,indicator,year,as_of,value,status,source,locus,note
hill,{SHARE},2022,,10,actual,{SOURCE},,
hill,{SHARE},2023,,20,actual,{SOURCE},,
hill,{SHARE},2024,2024-06-30,25,actual,{SOURCE},,
xiaoshan,{SHARE},2023,,50,actual,{SOURCE},,
"""


@pytest.fixture
def folder(tmp_path):
    """Give a folder of one's own with three tables."""
    (tmp_path / "regions.csv").write_text(REGIONS, encoding="utf-8")
    (tmp_path / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (tmp_path / "observations.csv").write_text(OBSERVATIONS, encoding="utf-8")
    return tmp_path


def test_known_indicators_are_those_of_the_tables_and_the_package(folder):
    """An indicator that only the folder describes is known, with or without a figure."""
    shipped = pd.read_csv(data_folder() / "indicators.csv", dtype=str)
    own = shipped[shipped["indicator"] == SHARE]
    unseen = own.assign(indicator="my_own", concept="my_own")
    pd.concat([own, unseen]).to_csv(folder / "indicators.csv", index=False)
    known = known_indicators(load_plan(folder))
    assert known == {*shipped["indicator"], "my_own"}
    assert known_indicators(load_plan("lishui")) == set(shipped["indicator"])


def test_a_folder_with_few_tables_is_a_plan(folder):
    """A region, targets and observations are enough; the rest comes from the package."""
    plan = load_plan(folder)
    assert plan.region == "hill"
    assert plan.indicators["indicator"].tolist() == [SHARE]
    assert plan.observations["value"].tolist() == [10.0, 20.0, 25.0]
    assert plan.siblings["value"].tolist() == [50.0]
    assert plan.as_of == ""
    assert len(plan.projects) == len(plan.tasks) == 0


def test_own_rows_are_merged_over_the_shipped_ones(tmp_path):
    """A figure of one's own takes the place of the published one of its day; peers stay."""
    shipped = load_plan("lishui")
    last = shipped.observations.query("indicator == 'nursing_bed_share'").iloc[-1]
    row = f"lishui,nursing_bed_share,{last['year']:.0f},,61.5,actual,{SOURCE},,\n"
    text = OBSERVATIONS.splitlines(keepends=True)[0] + row
    (tmp_path / "observations.csv").write_text(text, encoding="utf-8")
    plan = load_plan(tmp_path, region="lishui")
    series = plan.observations.query("indicator == 'nursing_bed_share'")
    assert len(plan.observations) == len(shipped.observations)
    assert series["value"].tolist()[-1] == 61.5
    assert plan.siblings.equals(shipped.siblings) and len(plan.targets) == len(shipped.targets)
    own = own_rows(plan.tables, shipped.tables)
    assert {name: int(rows.sum()) for name, rows in own.items() if rows.any()} == {
        "observations": 1
    }


def test_a_shipped_row_that_an_own_one_contradicts_is_named(tmp_path):
    """A total of one's own above a later published one is a problem, with the file of each."""
    shipped = load_plan("lishui")
    counts = shipped.indicators.query("cumulative")["indicator"]
    last = shipped.observations[shipped.observations["indicator"].isin(counts)].iloc[-1]
    more = f"{last['indicator']},{last['year'] - 1:.0f},,{last['value'] + 1:.0f}"
    row = f"lishui,{more},actual,{SOURCE},,\n"
    text = OBSERVATIONS.splitlines(keepends=True)[0] + row
    (tmp_path / "observations.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"observations.csv of the package, row [0-9]+.*falls from"):
        load_plan(tmp_path, region="lishui")


@pytest.mark.parametrize(
    ("as_of", "seen"),
    [
        ("2022-12-30", []),
        ("2022-12-31", [10.0]),
        ("2024-06-29", [10.0, 20.0]),
        ("2024-06-30", [10.0, 20.0, 25.0]),
        (dt.date(2023, 12, 31), [10.0, 20.0]),
    ],
)
def test_as_of_cuts_figures_and_leaves_targets(folder, as_of, seen):
    """A figure is included from the day it stands for; the plan itself always is."""
    plan = load_plan(folder, as_of=as_of)
    assert plan.observations["value"].tolist() == seen
    assert len(plan.siblings) == int(len(seen) >= 2)
    assert plan.targets["value"].tolist() == [40.0]
    assert plan.as_of == str(as_of)


def test_a_june_figure_stands_in_the_middle_of_its_year(folder):
    """2022 is the end of 2022; 30 June 2024 is 2023 and 182 of 366 days."""
    years = load_plan(folder).observations["year"].tolist()
    assert years == [2022.0, 2023.0, pytest.approx(2023 + 182 / 366, abs=1e-9)]
    assert years[-1] == pytest.approx(2023.5, abs=0.01)


def test_unknown_region_suggests_the_nearest(folder):
    """A misspelt region is refused with the nearest known one, shipped or in a folder."""
    with pytest.raises(UnknownNameError, match=r"Unknown region 'lishiu'.*Did you mean 'lishui'"):
        load_plan("lishiu")
    with pytest.raises(UnknownNameError, match="Did you mean 'lishui'"):
        load_plan(folder, region="lishuii")


def test_an_observed_region_of_an_own_folder_can_be_asked_for(folder):
    """A region with figures and no targets is a plan without targets."""
    (folder / "observations.csv").write_text(OBSERVATIONS.replace("xiaoshan", "deqing"))
    plan = load_plan(folder, region="deqing")
    assert 50.0 in plan.observations["value"].tolist()
    assert len(plan.targets) == 0
    assert {"hill", "xiaoshan"} <= set(plan.siblings["region"])


@pytest.mark.parametrize("as_of", ["2022-13-01", "June 2022", 2022])
def test_as_of_must_be_a_date(folder, as_of):
    """What is no ISO date is refused with the remedy."""
    with pytest.raises(DataError, match=r"column as_of.*not a date. Remedy: write 2022-12-31"):
        load_plan(folder, as_of=as_of)


def test_a_missing_folder_and_a_contradiction_are_refused(tmp_path):
    """A path that is no folder, and a region that contradicts the plan, are errors."""
    with pytest.raises(DataError, match="no such folder"):
        load_plan(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="contradicts the plan 'lishui'"):
        load_plan("lishui", region="xiaoshan")


def test_every_shipped_region_with_targets_loads():
    """Each shipped plan loads, holds its own rows only, and shares no figure with siblings."""
    import pandas as pd

    for region in sorted(set(pd.read_csv(data_folder() / "targets.csv")["region"])):
        plan = load_plan(region)
        assert set(plan.targets["region"]) == {region}
        assert set(plan.observations["region"]) <= {region}
        assert region not in set(plan.siblings["region"])
        assert set(plan.siblings["indicator"]) <= set(plan.indicators["indicator"])
        assert plan.title


def test_a_plan_from_frames_answers_what_a_plan_answers():
    """Figures and targets in memory are a plan: goal seeking, comparison, sensitivity, index."""
    seen = pd.DataFrame({
        "region": ["a"] * 4 + ["b"] * 3, "indicator": "beds",
        "year": [2019, 2020, 2021, 2022, 2020, 2021, 2022],
        "value": [50.0, 52.0, 53.5, 55.0, 40.0, 41.0, 43.0],
    })  # fmt: skip
    goals = pd.DataFrame({"year": [2025, 2023], "value": [61.0, 57.0], "comparator": "ge"})
    index = pd.DataFrame({"index": ["i"], "area": "care", "component": "c", "indicator": "beds",
                          "weight": 1.0})  # fmt: skip
    plan = Plan.from_frames(
        seen, goals, region="a", as_of="2022-12-31", tables={"indices": index}, kind="share",
        better="higher", resolution=0.1,
    )  # fmt: skip
    assert plan.targets["role"].tolist() == ["final", "annual"]
    assert (len(plan.observations), len(plan.siblings)) == (4, 3)
    fits = fc.fit(seen, kind="share", better="higher", resolution=0.1)
    expected = fc.attainment(fits, goals.assign(region="a", indicator="beds"))
    found = fc.attainment(fc.fit(seen, plan.indicators), plan.targets, as_of=plan.as_of)
    assert found["p_reach"].tolist() == expected["p_reach"].tolist()
    goal = fc.goal_seek(plan, plan.targets.iloc[0], lever="pace", probability=0.8, draws=200)
    assert goal.reached
    assert len(fc.compare(plan, [fc.BASELINE], draws=50)) == 2
    assert "own_growth" in set(fc.sensitivity(plan, plan.targets.iloc[0]).tornado["input"])
    assert "i" in set(fc.index(fc.project(plan, draws=50), plan)["index"])


def test_a_day_that_is_none_is_refused_in_frames():
    """A cell of `as_of` that is no ISO day is named, with the remedy, not guessed at."""
    rows = pd.DataFrame(
        {"region": "a", "indicator": "x", "year": [2020, 2021], "value": [5.0, 6.0]}
    )
    for cell in ("actual", "2021/6/30", "2021-02-30"):
        with pytest.raises(DataError, match=f"column as_of, value '{cell}': not a date"):
            Plan.from_frames(rows.assign(as_of=["", cell]), kind="stock", better="higher")


def test_a_plan_from_frames_refuses_what_files_refuse():
    """Figures and targets beyond their bounds and unknown indicators, all at once."""
    seen = pd.DataFrame({"region": "a", "indicator": ["beds", "beds", "homes"], "year": 2021,
                         "value": [50.0, 520.0, 3.0]})  # fmt: skip
    goals = pd.DataFrame({"region": "a", "indicator": ["beds", "bed"], "year": 2025,
                          "value": [-5.0, 60.0], "comparator": "ge"})  # fmt: skip
    about = {"indicator": "beds", "kind": "share", "better": "higher", "lower": 0.0, "upper": 100.0}
    with pytest.raises(DataError) as caught:
        Plan.from_frames(seen, goals, about)
    found = [(p.file, p.column, p.value) for p in caught.value.problems]
    assert found == [
        ("observations", "indicator", "homes"), ("observations", "value", "520"),
        ("targets", "indicator", "bed"), ("targets", "value", "-5"),
    ]  # fmt: skip
    assert "perhaps 'beds' is meant" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "step"),
    [([8200.0, 9100.0, 11500.0], 100.0), ([16e6, 16.5e6], 10_000.0), ([8201.5, 9000.0], 0.1)],
)
def test_figures_finer_than_a_coarse_step_set_it(values, step):
    """A province's step of ten thousand is none for a county; what keeps to it leaves it alone."""
    seen = dict(enumerate(values, 2020))
    plan = Plan.from_frames(seen, region="a", kind="stock", better="higher", resolution=10_000.0)
    assert plan.indicators["resolution"].tolist() == [step]
    assert Names(plan, "en").indicators["resolution"].tolist() == [step]


def test_a_plan_from_frames_keeps_days_within_a_year():
    """Mid-2022, as a number, a day or with its `as_of`, is not known before and lies at its day."""
    goal = pd.DataFrame({"year": [2025], "value": 9.0, "comparator": "ge"})
    for figures in (
        {2021: 5.0, 2021.5: 6.0},
        pd.Series([5.0, 6.0], pd.to_datetime(["2021-12-31", "2022-07-02"])),
        pd.DataFrame({"year": [2021, 2022], "as_of": ["", "2022-07-02"], "value": [5.0, 6.0]}),
    ):
        for day, known in (("2022-06-30", 1), ("2022-07-02", 2)):
            plan = Plan.from_frames(
                figures, goal, region="a", as_of=day, kind="stock", better="higher"
            )
            assert len(plan.observations) == known
        assert plan.observations["year"].max() == pytest.approx(2021.5, abs=0.002)
    plan = Plan.from_frames(figures, goal, region="a", kind="stock", better="higher")
    assert len(plan.observations) == 2
