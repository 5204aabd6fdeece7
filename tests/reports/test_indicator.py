"""The report on one indicator: regions, paces, mechanisms, rules, its tables."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.i18n.labels import LABELS
from forecast.reports.indicator import (
    choose_indicator,
    result_tables,
)
from forecast.reports.rendering import render
from rendered import (
    EVIL,
    cells,
    check_catalogues,
    check_english,
    check_escaped,
    check_languages,
    notebook_of,
    plain,
)

ROOT = Path(__file__).parents[2]
STANDARD, CARE, BURIAL = (
    "minimum_living_standard", "care_workers_per_10k_elderly", "eco_burial_share",
)  # fmt: skip
SILENT = "smart_care_homes"


def profile(region, indicator=None):
    """Notebook of an indicator of a shipped region at the end of 2022."""
    return notebook_of("indicator", region=region, indicator=indicator, as_of="2022-12-31")


@pytest.fixture(scope="module")
def lishui():
    """Lishui's living standard: 24 regions, a mechanism, rules."""
    return profile("lishui")


@pytest.fixture(scope="module")
def care():
    """Care workers of Zhejiang: a mechanism with levers."""
    return profile("zhejiang", CARE)


def test_the_page_reads_in_both_languages(care, monkeypatch):
    """Pages and figures are complete and unmixed."""
    check_languages(care, monkeypatch)


def test_an_indicator_nobody_published_is_said_so(monkeypatch):
    """Without any figure sentences take the place of charts, and targets are still listed."""
    notebook = profile("lishui", SILENT)
    page = plain(check_english(notebook, monkeypatch))
    none = "No region ever published a figure of this indicator, so nothing is forecast."
    assert (
        notebook.results.figures.empty
        and page.count(none) >= 2
        and "no region has a published" in page
    )


def test_no_text_is_outside_the_catalogues(lishui, monkeypatch):
    """Every sentence of the page and its figures can be translated."""
    check_catalogues(lishui, monkeypatch)


def test_names_from_the_tables_are_escaped(lishui, monkeypatch):
    """A name with markup in it is shown, not run: of regions, indicators, places, definitions."""
    results = lishui.results
    about = pd.concat([results.about.drop("definition"), pd.Series({"definition": EVIL})])
    figures, rules = results.figures.assign(locus=EVIL), results.rules.assign(locus=EVIL)
    check_escaped(lishui, monkeypatch, replace(results, about=about, figures=figures, rules=rules))


def test_the_default_is_binding_and_known(lishui):
    """The binding indicator with figures; else that with the most; a wrong name is refused."""
    plan = lishui.report.plan
    assert choose_indicator(plan) == STANDARD
    free = replace(plan, targets=plan.targets.assign(force=""))
    few = free.observations.drop_duplicates("indicator")
    twice = pd.concat([few, few[few["indicator"] == BURIAL]])
    assert choose_indicator(replace(free, observations=twice)) == BURIAL
    assert choose_indicator(plan, CARE) == CARE
    with pytest.raises(fc.UnknownNameError, match=CARE):
        choose_indicator(plan, "care_workers_per_10k_elder")


def test_chances_are_those_of_the_monitoring_report(lishui):
    """The region's own answers do not change because other regions are beside them."""
    every, mine = lishui.report.attainment, lishui.results.attainment
    monitored = every[every["indicator"] == STANDARD]["p_reach"].to_numpy()
    np.testing.assert_array_equal(monitored, mine[mine["region"] == "lishui"]["p_reach"])


def test_verdicts_are_findings_with_rounded_chances(lishui):
    """A target whose year is over is awaited; a chance is in steps of five points."""
    results = replace(lishui.results)
    row = results.last.iloc[[0]]
    open_ = row.assign(status="unlikely", evidence="strong", p_reach=0.39)
    due = row.assign(status="estimated", evidence="strong")
    results.__dict__["last"] = pd.concat([open_, due])
    lines = plain("\n".join(results.describe(lishui.report)))
    assert "at risk, chance about 40 %." in lines
    assert "year over, no figure published yet." in lines


def test_all_plans_and_all_figures_are_there(lishui):
    """Targets of four plans; every region's figures with their sources, numbered."""
    report, results = lishui.report, lishui.results
    assert set(results.attainment["region"]) == {"lishui", "zhejiang", "xiaoshan", "shaoxing"}
    rows = cells(render(report, "indicator.figures", results).text)[1:]
    assert len(rows) == len(results.figures) and all(row[-1].startswith("[") for row in rows)
    assert set(results.figures["source"]) | set(results.targets["source"]) <= set(results.sources)
    assert results.figures["region"].nunique() >= 24
    assert results.regions(report.plan)[0] == "lishui"


def test_paces_are_counted_against_what_is_needed(lishui):
    """Of all yearly paces those at least as high as needed, and their middle half."""
    results = lishui.results
    row = results.last.set_index("region").loc["lishui"]
    high = (results.paces >= row["required_rate"]).sum()
    page = plain(render(lishui.report, "indicator.summary", results).text)
    assert f"{high} of {len(results.paces)} comparable changes were as fast" in page
    none = replace(results, paces=np.zeros(0))
    page = render(lishui.report, "indicator.summary", none).text
    assert "No region has published two figures, so there is no comparable rate." in page


def test_mechanisms_are_those_that_act_on_it_or_read_it(care):
    """A mechanism's levers are listed with limit and basis; where there is none it is said."""
    page = plain(render(care.report, "indicator.mechanisms", care.results).text)
    assert "acts on Certified care workers" in page and "assumption" in page
    other = replace(care.results, mechanisms={})
    page = render(care.report, "indicator.mechanisms", other).text
    assert "No mechanism that acts on this indicator is described." in page


def test_rules_name_the_indicator_whole(lishui):
    """A rule of another indicator whose id only begins alike is not one of them."""
    formulas = lishui.results.rules["formula"].tolist()
    assert formulas and all(re.search(rf"\b{STANDARD}\b", text) for text in formulas)
    every = lishui.report.whole.rules["formula"]
    assert len(formulas) == sum(bool(re.search(rf"\b{STANDARD}\b", text)) for text in every)


def test_tables_are_those_of_a_monitoring_report(lishui):
    """The same columns, so that one database takes both; every head and sheet has a label."""
    tables = result_tables(lishui.report, lishui.results)
    facts = {
        "name", "unit", "area", "number", "name_printed", "owner", "role", "force", "source",
        "locus", "note",
    }  # fmt: skip
    assert set(tables["attainment"]) == set(lishui.results.attainment) | facts
    for origin in ("number", "name_printed", "owner", "source"):
        assert tables["attainment"][origin].tolist() == lishui.results.targets[origin].tolist()
    assert {column for table in tables.values() for column in table} <= set(LABELS["column"])
