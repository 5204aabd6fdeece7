"""What a plan says to a planner's own figures."""

from __future__ import annotations

import pandas as pd
import pytest

from forecast.intake.matching import Names, read_aliases
from forecast.intake.reading import Reading, read_cells
from forecast.intake.records import find_layout
from forecast.intake.review import PublishedFigures, replaced
from forecast.intake.spreadsheet import read_sheets
from forecast.tables.plan import Plan, load_plan

SHARE = "nursing_bed_share"
STANDARD = "minimum_living_standard"
BUILT = "welfare_children_benefited"
SOURCE = "000_616e588ea31d91eb.txt"
TARGETS = f"""region,indicator,year,value,comparator,role,force,source,locus,note
lishui,{SHARE},2020,51,ge,annual,,{SOURCE},,
lishui,{SHARE},2025,60,ge,final,,{SOURCE},,
lishui,{BUILT},2025,9000,ge,final,,{SOURCE},,
"""
OBSERVATIONS = f"""region,indicator,year,as_of,value,status,source,locus,note,published
lishui,{SHARE},2020,,51,actual,{SOURCE},,,2022-03-01
lishui,{SHARE},2020,,50,actual,{SOURCE},,,2021-03-01
lishui,{SHARE},2021,2021-06-30,52,actual,{SOURCE},,,
lishui,{BUILT},2020,,3000,actual,{SOURCE},,,
lishui,{BUILT},2022,,4000,actual,{SOURCE},,,
lishui,{STANDARD},2012,,1000,actual,{SOURCE},,,
lishui,{STANDARD},2020,,9000,actual,{SOURCE},,,
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Give a plan with a revised share, one in mid-year, and a cumulative count."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (folder / "observations.csv").write_text(OBSERVATIONS, encoding="utf-8")
    return load_plan(folder, as_of="2023-12-31")


NAMES: list[Names] = []


def names_of(plan: Plan) -> Names:
    """Names of the tables, which are those of the one plan here."""
    if not NAMES:
        NAMES.append(Names.of(plan.tables, read_aliases()))
    return NAMES[0]


def readings(plan: Plan, *lines: str) -> list[Reading]:
    """Read lines of indicator, year, value and type."""
    text = "\n".join(["指标,年份,数值,类型", *lines])
    names = names_of(plan)
    layout = find_layout("own.csv", read_sheets(text.encode(), "own.csv"), names)
    return read_cells(layout, names, "lishui")


def known(plan: Plan, *, targets: bool = False) -> PublishedFigures:
    """Give what the plan knows."""
    return PublishedFigures.of(plan.tables, names_of(plan), plan.as_of, targets=targets)


@pytest.mark.parametrize(
    ("line", "doubts", "notes"),
    [
        (f"{SHARE},2020,51,", [], ["same"]),
        (f"{SHARE},2020,50,", ["differs"], []),
        (f"{SHARE},2021,52,", [], []),
        (f"{SHARE},2021,60,", [], []),
        (f"{SHARE},2025,60,", ["planned"], ["late"]),
        (f"{SHARE},2025,61,", [], ["late"]),
        (f"{SHARE},2023,5.1,", [], []),
        (f"{SHARE},2023,5.09,", ["jump"], []),
        (f"{SHARE},2023,0,", [], []),
        (f"{SHARE},2023,约55,", ["approximate"], []),
        (f"{SHARE},2023,≥55,", ["compared"], []),
        (f"{SHARE},2023,≥55,目标", [], ["target"]),
        (f"{SHARE},2020,约5,", ["approximate", "differs"], []),
        (f"{BUILT},2021,40000,", ["jump"], []),
        (f"{STANDARD},2021,11000,", [], []),
    ],
)
def test_what_is_doubted_and_what_is_only_noted(
    plan: Plan, line: str, doubts: list[str], notes: list[str]
) -> None:
    """The last published figure counts, mid-year is another day, tenfold itself is no jump."""
    (reading,) = readings(plan, line)
    assert [remark.code for remark in known(plan).doubts(reading)] == doubts
    assert [remark.code for remark in known(plan).notes(reading)] == notes


def test_every_doubt_says_both_figures_and_what_to_do(plan: Plan) -> None:
    """A planner decides with the published figure and its source in view."""
    (reading,) = readings(plan, f"{SHARE},2020,50,")
    (remark,) = known(plan).doubts(reading)
    title = plan.sources.set_index("source").loc[SOURCE, "title_zh"]
    assert remark.fact("zh") == f"公布数是51%（{title}）"
    assert remark.fact("en") == f"the published figure is 51\xa0% ({title})"
    assert "取代" in remark.remedy("zh") and "replace" in remark.remedy("en")


@pytest.mark.parametrize(
    ("lines", "fallen"),
    [
        ([f"{BUILT},2021,2000,"], {0: ("2020", "2021")}),
        ([f"{BUILT},2021,5000,"], {0: ("2021", "2022")}),
        ([f"{BUILT},2021,3500,"], {}),
        ([f"{BUILT},2023,6000,", f"{BUILT},2024,5000,"], {1: ("2023", "2024")}),
        ([f"{BUILT},2020,5000,", f"{BUILT},2022,6000,"], {}),
        ([f"{BUILT},2021,9000,目标"], {}),
        ([f"{SHARE},2023,10,"], {}),
    ],
)
def test_a_cumulative_count_may_not_fall(
    plan: Plan, lines: list[str], fallen: dict[int, tuple[str, str]]
) -> None:
    """Neither from a published figure to an own one, nor on, nor between two own ones."""
    found = known(plan).falls(readings(plan, *lines))
    years = {
        at: (remark.arguments["early"], remark.arguments["late"]) for at, remark in found.items()
    }
    assert years == fallen


def test_own_figures_replace_all_issues_of_the_years_end(plan: Plan) -> None:
    """The figure of mid-year, of another year or region stays."""
    figures = plan.tables["observations"]
    key = {"region": "lishui", "indicator": SHARE, "as_of": ""}
    own = pd.DataFrame([{**key, "year": year} for year in (2020, 2021)])
    gone = figures[replaced(figures, own)]
    assert gone[["region", "indicator", "as_of", "year"]].to_numpy().tolist() == [
        ["lishui", SHARE, "", year] for year in (2020, 2020)
    ]
    assert len(figures) > len(gone) + 4
