"""The context of a report: what it computes once, and how names and numbers are written."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.reports.context import ReportContext, forecast_years, last_targets
from forecast.reports.scenarios import choose_scenarios
from forecast.scenarios.scenario import scenario_folder
from forecast.targets.target_state import hide_single


@pytest.fixture(scope="module")
def report():
    """Lishui at the end of 2022, in English."""
    return ReportContext.load("lishui", as_of="2022-12-31", language="en", draws=100)


def test_results_are_those_of_the_public_functions(report):
    """Fits, quantiles, attainment and paths are what the functions of those names return."""
    plan = report.plan
    figures = pd.concat([plan.observations, plan.siblings])
    fits = fc.fit(figures, plan.indicators, priors=fc.read_priors(None))
    answers = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    pd.testing.assert_frame_equal(report.attainment, hide_single(answers))
    own = fc.quantiles(fits, report.years).query("region == 'lishui'").reset_index(drop=True)
    pd.testing.assert_frame_equal(report.quantiles.reset_index(drop=True), own)
    paths = fc.project(plan, until=2025, draws=100)
    np.testing.assert_array_equal(report.paths.values, paths.values)
    assert report.fits is report.fits and report.paths is report.paths


def test_the_last_year_reaches_the_last_target_whatever_is_given(report):
    """`until` extends the forecast; it cannot cut off a target that must be judged."""
    plan = report.plan
    assert [forecast_years(plan, u)[-1] for u in (None, 2024, 2030)] == [2025, 2025, 2030]
    assert forecast_years(dataclasses.replace(plan, as_of="2027-01-01"))[-1] == 2027


def test_the_last_open_target_stands_for_an_indicator():
    """Of open targets the last year counts; of one year's two the harder one."""
    table = pd.DataFrame(
        {
            "indicator": ["x", "x", "x", "y", "y"],
            "year": [2023, 2025, 2025, 2021, 2022],
            "target": [1.0, 2.0, 3.0, 4.0, 5.0],
            "p_reach": [0.9, 0.8, 0.4, 1.0, None],
            "status": ["likely", "likely", "uncertain", "met", "estimated"],
        }
    )
    assert last_targets(table)["target"].tolist() == [3.0, 5.0]
    assert last_targets(table.iloc[3:])["target"].tolist() == [5.0]


def test_a_language_without_names_in_the_tables_reads_the_english_ones(report):
    """Names of data fall back; what is measured is written all the same."""
    other = dataclasses.replace(report, language="xx")
    assert other.name("indicators", "nursing_bed_share") == "Share of nursing beds"
    assert other.data_language == "en"


def test_units_have_their_signs_and_years_no_separators(report):
    """A percentage has its sign, a count the name of its unit, a date is a year."""
    assert report.format_amount(4.5, "percent") == "4.5\xa0%"
    assert report.format_rounded(12345.0, "person") == "12,300\xa0persons"
    assert report.format_setting(2025.0, "year") == "2025"
    assert report.format_setting(12.5, "percent") == "12.5\xa0pp"


def test_scenarios_are_chosen_by_name_or_file(tmp_path):
    """None is all that are shipped; a file of one's own is read; the baseline is always there."""
    own = tmp_path / "mine.yaml"
    own.write_text("name: mine\ntext_en: More.\nsteps:\n  - indicator: all\n    hold: {}\n")
    assert len(choose_scenarios(None)) == len(list(scenario_folder().glob("*.yaml")))
    assert [s.name for s in choose_scenarios(f"baseline, {own}")] == ["mine"]
    assert choose_scenarios("") == []
