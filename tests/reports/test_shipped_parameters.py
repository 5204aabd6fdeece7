"""The shipped parameter files: each kind of report for every region, under names of their own."""

from pathlib import Path

import pytest

from forecast.reports.parameters import check_declared, read_parameters

ROOT = Path(__file__).parents[2]
REGIONS = ["lishui", "shaoxing", "xiaoshan", "zhejiang"]
KINDS = {
    "midterm": ("midterm_evaluation", "2022-12-31"),
    "final": ("final_evaluation", "2026-06-30"),
    "levers": ("scenarios", "2022-12-31"),
}


def read(pattern):
    """Parameters of files."""
    files = [file for file in sorted(ROOT.glob(pattern)) if file.parent.name != "scenarios"]
    return [read_parameters(file) for file in files]


@pytest.mark.parametrize("kind", KINDS)
def test_every_region_has_a_report_of_each_kind(kind):
    """Of one notebook, and of the day that suits its question."""
    every = read(f"params/{kind}/*.yaml")
    assert sorted(one.region for one in every) == REGIONS
    assert {one.notebook for one in every} == {KINDS[kind][0]}
    if kind != "levers":
        assert {one.as_of for one in every} == {KINDS[kind][1]}


def test_every_region_is_monitored_today_and_in_the_plans_own_time():
    """Shaoxing's targets are for 2022: it has a third report, of the year before."""
    today = [one for one in read("params/*.yaml") if one.notebook == "monitoring"]
    then = read("params/plan_time/*.yaml")
    assert sorted(one.region for one in today) == REGIONS
    assert all(one.as_of > "2026" for one in today)
    late = [one for one in then if one.name != "shaoxing_2021"]
    assert sorted(one.region for one in late) == REGIONS
    assert {one.as_of for one in late} == {"2022-12-31"}
    assert [one.as_of for one in then if one not in late] == ["2021-12-31"]


def test_names_differ_and_notebooks_declare_what_they_are_passed():
    """No report overwrites another in their one folder, where the overview finds them.

    No parameter is passed that a notebook does not take.
    """
    every = read("params/**/*.yaml")
    assert len({one.name for one in every}) == len(every)
    assert {one.output for one in every} == {"reports"}
    for one in every:
        check_declared(ROOT / "notebooks" / f"{one.notebook}.ipynb", one.for_notebook())
