"""Levers, assumptions, and the file that declares them."""

import csv
import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast.errors import DataError
from forecast.scenarios.declarations import (
    KINDS,
    Assumption,
    Lever,
    Mechanism,
    Range,
    read_mechanisms,
)
from forecast.tables.plan import data_folder

SHIPPED = (data_folder() / "mechanisms.yaml").read_text(encoding="utf-8")
NAMES = "name_zh: 名\n  name_en: name"
CARE = f"""
care:
  kind: workforce
  {NAMES}
  indicator: carers
  inputs: {{population: elderly}}
  constants: {{per: 10000, lag: 1}}
  levers:
    trainees_per_year: {{name_zh: 训, name_en: train, unit: person, upper: 100}}
    hires_per_year: {{name_zh: 引, name_en: hire, unit: person, upper: 50}}
  assumptions:
    leaving_rate: {{name_zh: 流, name_en: leave, unit: percent, low: 5, central: 10, high: 15}}
    passing_rate: {{name_zh: 过, name_en: pass, unit: percent, low: 50, central: 60, high: 90}}
"""


def write(folder: Path, text: str, name: str = "mechanisms.yaml") -> Path:
    """Write a file of mechanisms."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def faults(folder: Path, text: str):
    """List the problems of a file of mechanisms."""
    with pytest.raises(DataError) as caught:
        read_mechanisms(write(folder, text))
    return caught.value.problems


def ids(table: str, column: str) -> set[str]:
    """Words of a column of a shipped table."""
    with (data_folder() / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


# Ranges.


@given(
    ends=st.tuples(*[st.floats(-1e6, 1e6)] * 3).map(sorted),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=5),
)
def test_a_range_is_the_triangular_distribution(ends, shares):
    """Its values are scipy's quantiles, never outside, and rise with the share."""
    low, central, high = ends
    result = Range(low=low, central=central, high=high).quantile(np.array(sorted(shares)))
    assert (low <= result).all() and (result <= high).all()
    tiny = 1e-9 * (1 + abs(low) + abs(high))
    assert (np.diff(result) >= -tiny).all()
    if high - low > 1e-3:
        mode = (central - low) / (high - low)
        expected = stats.triang.ppf(sorted(shares), mode, low, high - low)
        np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-6 * (high - low))


@pytest.mark.parametrize(
    ("ends", "shares", "expected"),
    [
        ((0, 5, 10), [0, 0.125, 0.5, 0.875, 1], [0, 2.5, 5, 7.5, 10]),
        ((0, 0, 10), [0, 0.75, 1], [0, 5, 10]),
        ((0, 10, 10), [0, 0.25, 1], [0, 5, 10]),
        ((3, 3, 3), [0, 0.5, 1], [3, 3, 3]),
    ],
)
def test_ranges_by_hand(ends, shares, expected):
    """Both sides of the middle, a middle at either end, and no width at all."""
    low, central, high = ends
    result = Range(low=low, central=central, high=high).quantile(np.array(shares, float))
    np.testing.assert_allclose(result, expected, rtol=1e-15)


@pytest.mark.parametrize(
    "wrong", [{"low": 6}, {"high": 4}, {"central": 11}, {"low": float("nan")}, {"high": np.inf}]
)
def test_numbers_out_of_order_make_no_range(wrong):
    """Low, central, high must be finite and in order."""
    with pytest.raises(ValueError, match=r"in ascending order|finite"):
        Range(**({"low": 0, "central": 5, "high": 10} | wrong))


@pytest.mark.parametrize(
    "wrong", [{"lower": -1}, {"upper": 0}, {"lower": 5, "upper": 5}, {"step": 0}, {"upper": None}]
)
def test_a_lever_needs_room(wrong):
    """A lever goes from 0 or more to more than that, in steps above 0."""
    about = {"name_zh": "", "name_en": "", "unit": "person", "upper": 10}
    assert Lever(**about).lower == 0
    with pytest.raises(ValueError, match=r"not valid limits|greater than 0|valid number"):
        Lever(**(about | wrong))


# The file.


def test_a_file_is_read_as_it_is_written(tmp_path):
    """Levers and assumptions carry their numbers; what is not given has its default."""
    care = read_mechanisms(write(tmp_path, CARE))["care"]
    assert (care.kind, care.indicator, care.inputs) == (
        "workforce", "carers", {"population": "elderly"},
    )  # fmt: skip
    lever = care.levers["trainees_per_year"]
    assert (lever.lower, lever.upper, lever.step, lever.cost) == (0, 100, 1, None)
    leaving = care.assumptions["leaving_rate"]
    assert (leaving.low, leaving.central, leaving.high, leaving.unit) == (5, 10, 15, "percent")


@pytest.mark.parametrize(
    ("old", "new", "column", "message"),
    [
        (r"    hires_per_year: .*\n", "", "care", "no lever hires_per_year"),
        (r"    passing_rate: .*\n", "", "care", "no assumption passing_rate"),
        ("population: elderly", "", "care", "no input population"),
        (", lag: 1", "", "care", "no constant lag"),
        ("hires_per_year", "hirse_per_year", "care", "Did you mean 'hires_per_year'"),
        ("passing_rate", "passing_rat", "care", "Did you mean 'passing_rate'"),
        ("population:", "populaton:", "care", "Did you mean 'population'"),
        ("lag:", "lags:", "care", "Did you mean 'lag'"),
        ("kind: workforce", "kind: workfroce", "care", "Did you mean 'workforce'"),
        ("upper: 50", "uper: 50", "care.levers.hires_per_year.uper", "perhaps 'upper' is meant"),
        ("upper: 50", "upper: many", "care.levers.hires_per_year.upper", "not a number"),
        ("low: 50", "low: 70", "care.assumptions.passing_rate", "not in ascending order"),
        ("lag: 1", "lag: soon", "care.constants.lag", "not a number"),
        ("indicator: carers", "", "care", "indicator does not fit this kind"),
        ("kind: workforce", "kinds: workforce", "care.kinds", "perhaps 'kind' is meant"),
    ],
)
def test_a_fault_of_the_file_is_named(tmp_path, old, new, column, message):
    """What is missing, misspelt or of the wrong kind is reported with its place and the remedy."""
    broken = re.sub(old, new, CARE, count=1)
    assert broken != CARE
    problems = faults(tmp_path, broken)
    (problem,) = [p for p in problems if message in f"{p.problem} {p.remedy}"]
    assert problem.column == column and problem.file == "mechanisms.yaml"
    row = next(n for n, line in enumerate(broken.split("\n"), 1) if new in line)
    assert problem.row == (row if "." in column else 2)


def test_all_faults_of_a_file_are_reported_at_once(tmp_path):
    """Faults of two sections and of two values of one section come together."""
    wrong = CARE.replace("upper: 100", "upper: x").replace("upper: 50", "upper: y")
    other = CARE.replace("care:", "more:").replace("kind: workforce", "kind: none")
    problems = faults(tmp_path, wrong + other)
    assert {p.column for p in problems} == {
        "care.levers.trainees_per_year.upper", "care.levers.hires_per_year.upper", "more",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("correlations", "message"),
    [
        ("{between: [leaving_rate, leaving_rate], value: 0.5}", "with itself"),
        ("{between: [leaving_rate, passing_rat], value: 0.5}", "Did you mean 'passing_rate'"),
        ("{between: [leaving_rate], value: 0.5}", "is missing"),
        ("{between: [leaving_rate, passing_rate], value: 1}", "less than 1"),
        ("{between: [leaving_rate, passing_rate], value: -1}", "greater than -1"),
    ],
)
def test_a_correlation_needs_two_assumptions(tmp_path, correlations, message):
    """Two known assumptions and a number between -1 and 1, or it is refused."""
    problems = faults(tmp_path, f"{CARE}  correlations: [{correlations}]\n")
    assert any(message in f"{p.problem} {p.remedy}" for p in problems)


def test_correlations_that_contradict_each_other_are_refused(tmp_path):
    """Two that move together cannot move oppositely with a third, however alike."""
    third = "    population_growth: {name_zh: 增, name_en: g, unit: percent, "
    third += "low: 1, central: 2, high: 3}\n"
    pairs = {"[leaving_rate, passing_rate]": 0.9, "[passing_rate, population_growth]": 0.9}
    for value, holds in ((0.7, True), (-0.9, False)):
        rows = {**pairs, "[leaving_rate, population_growth]": value}.items()
        listed = ", ".join(f"{{between: {names}, value: {v}}}" for names, v in rows)
        text = f"{CARE}{third}  correlations: [{listed}]\n"
        if holds:
            assert len(read_mechanisms(write(tmp_path, text, "good.yaml"))["care"].correlated) == 3
        else:
            (problem,) = faults(tmp_path, text)
            assert "not positive definite" in problem.problem


# Regions.


LOCAL = """  regions:
    here:
      inputs: {population: old}
      constants: {lag: 2}
      levers:
        hires_per_year: {upper: 500}
      assumptions:
        leaving_rate: {low: 1}
        population: {name_zh: 人, name_en: people, unit: person, low: 1, central: 2, high: 3}
"""


def test_a_region_changes_only_what_it_names(tmp_path):
    """Every other number stays the general one, in the region and everywhere else."""
    care = read_mechanisms(write(tmp_path, CARE + LOCAL))["care"]
    here = care.in_region("here")
    assert here.levers["hires_per_year"] == care.levers["hires_per_year"].model_copy(
        update={"upper": 500.0}
    )
    assert here.levers["trainees_per_year"] == care.levers["trainees_per_year"]
    assert here.assumptions["leaving_rate"] == care.assumptions["leaving_rate"].model_copy(
        update={"low": 1.0}
    )
    assert here.assumptions["passing_rate"] == care.assumptions["passing_rate"]
    assert here.assumptions["population"].central == 2
    assert here.inputs == {"population": "old"}
    assert here.constants == {"per": 10000, "lag": 2}
    assert (here.kind, here.name_zh, here.indicator) == (care.kind, care.name_zh, care.indicator)
    there = care.in_region("there")
    assert there == care.model_copy(update={"regions": {}})
    assert "population" not in there.assumptions and there.levers["hires_per_year"].upper == 50


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("upper: 500", "uper: 500", "care.uper: unknown key. Remedy: perhaps 'upper' is meant"),
        ("hires_per_year: {upper: 500}", "hire_per_year: {upper: 5}", "mean 'hires_per_year'"),
        ("leaving_rate: {low: 1}", "leaving_rate: {low: 11}", "not in ascending order"),
        (", low: 1, central: 2, high: 3", ", low: 1, high: 3", "the key is missing"),
        ("      constants:", "      constant:", "perhaps 'constants' is meant"),
        ("lag: 2", "lagg: 2", "Did you mean 'lag'"),
    ],
)
def test_a_fault_of_a_region_is_found_when_the_file_is_read(tmp_path, old, new, message):
    """A region's section is checked with the general one, before anybody asks for the region."""
    assert old in LOCAL
    problems = faults(tmp_path, CARE + LOCAL.replace(old, new))
    assert any(message in str(problem) for problem in problems), [str(p) for p in problems]


# Which file.


def test_a_folders_mechanisms_are_merged_over_the_shipped_ones(tmp_path):
    """A section with a kind is a mechanism of its own; one without changes single values."""
    shipped = read_mechanisms()
    assert read_mechanisms(tmp_path) == shipped
    write(tmp_path, CARE)
    assert list(read_mechanisms(tmp_path)) == [*shipped, "care"]
    write(tmp_path, "care_workforce: {assumptions: {leaving_rate: {high: 30}}}")
    changed = read_mechanisms(tmp_path)["care_workforce"]
    assert changed.assumptions["leaving_rate"].high == 30
    assert changed.assumptions["leaving_rate"].low == 8
    assert changed.levers == shipped["care_workforce"].levers
    write(tmp_path, "care_workforce: {assumptions: {leaving_rate: {high: many}}}")
    with pytest.raises(
        DataError, match=r"mechanisms.yaml, row 1, column care_workforce.assumptions"
    ):
        read_mechanisms(tmp_path)
    assert read_mechanisms() == shipped
    with pytest.raises(DataError, match="cannot be read"):
        read_mechanisms(tmp_path / "none.yaml")


def test_a_changed_file_is_read_anew(tmp_path):
    """A file that has changed is read again."""
    file = write(tmp_path, CARE)
    assert read_mechanisms(file)["care"].levers["hires_per_year"].upper == 50
    stamp = file.stat().st_mtime_ns
    write(tmp_path, CARE.replace("upper: 50", "upper: 60"))
    os.utime(file, ns=(stamp + 10**9, stamp + 10**9))
    assert read_mechanisms(file)["care"].levers["hires_per_year"].upper == 60


# The shipped file.


def everywhere() -> list[tuple[str, Mechanism]]:
    """Each shipped mechanism: in general, and in every region with a section."""
    return [
        (f"{name} {region}", mechanism.in_region(region))
        for name, mechanism in read_mechanisms().items()
        for region in ("", *mechanism.regions)
    ]


def test_every_shipped_section_is_complete():
    """In every region with a section a mechanism has all levers and assumptions of its kind."""
    for name, mechanism in read_mechanisms().items():
        kind = KINDS[mechanism.kind]
        assert mechanism.regions or kind.inputs == (), name
        for region in mechanism.regions:
            here = mechanism.in_region(region)
            assert set(kind.levers) <= set(here.levers) <= {*kind.levers, *kind.optional}
            assert set(kind.assumptions) <= set(here.assumptions), (name, region)
            assert set(kind.inputs) == set(here.inputs)
            for role in set(kind.inputs) & set(here.assumptions):
                assert f"{role}_growth" in here.assumptions, (name, region)


def test_every_kind_has_a_shipped_mechanism():
    """No kind is without an example."""
    assert {m.kind for m in read_mechanisms().values()} == set(KINDS)


def test_shipped_mechanisms_name_what_the_tables_know():
    """Units, indicators and regions are those of the tables."""
    units, indicators = ids("units", "unit"), ids("indicators", "indicator")
    for name, mechanism in read_mechanisms().items():
        assert set(mechanism.regions) <= ids("regions", "region"), name
        assert mechanism.indicator in indicators or mechanism.kind == "project_list"
    for place, mechanism in everywhere():
        numbers = [*mechanism.levers.values(), *mechanism.assumptions.values()]
        assert {number.unit for number in numbers} <= units, place
        assert {i for i in mechanism.inputs.values() if i} <= indicators, place
        inputs = {i for i in mechanism.inputs.values() if i}
        assert mechanism.indicator not in inputs


def test_shipped_assumptions_say_where_they_come_from():
    """Each lever and assumption has a basis in both languages, and names that differ."""
    for place, mechanism in everywhere():
        for number in [*mechanism.levers.values(), *mechanism.assumptions.values()]:
            assert number.name_zh and number.name_en, place
            assert number.basis_zh or not isinstance(number, Assumption), place
            assert bool(number.basis_zh) == bool(number.basis_en), place


def test_sources_in_a_basis_are_in_the_table():
    """Every file name and page address that a basis mentions is a source, every table exists."""
    text = SHIPPED
    files = set(re.findall(r"\b\d{3}_[0-9a-f]{16}\.txt", text))
    pages = set(re.findall(r"https?://[^\s）)，,；;]+", text))
    assert len(files) >= 4 and len(pages) >= 5
    assert files | pages <= ids("sources", "source"), sorted(
        (files | pages) - ids("sources", "source")
    )
    tables = set(re.findall(r"\b([a-z]+)\.csv", text))
    assert tables and all((data_folder() / f"{table}.csv").exists() for table in tables)


def test_shipped_units_suit_their_names():
    """A rate, growth or probability is in percent and within what it can be."""
    for place, mechanism in everywhere():
        for name, assumption in mechanism.assumptions.items():
            if name.endswith(("_rate", "_probability", "_growth")):
                assert assumption.unit == "percent", (place, name)
                assert assumption.high <= 100 and (assumption.low >= 0 or name.endswith("_growth"))
            if name in ("duration", "slippage", "common_delay"):
                assert assumption.unit == "year" and assumption.low >= 0, (place, name)
            if name == "places":
                assert assumption.low > 0
