"""The scenario report: changes, joint answers, one target in detail, rules, its tables."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import forecast as fc
from forecast.i18n.formatting import money, points
from forecast.i18n.labels import LABELS
from forecast.reports import descriptions, scenario_effects, scenarios
from forecast.reports.cheapest_measures import describe_mix, describe_unpriced, mix_rows
from forecast.reports.context import ReportContext
from forecast.reports.exports import write_tables
from forecast.reports.findings import find
from forecast.reports.parameters import OPTIONAL, check_declared, read_parameters
from forecast.reports.rendering import render
from forecast.reports.scenarios import analyse_scenarios, result_tables
from forecast.scenarios import baseline, comparison, formulas
from forecast.scenarios.scenario import scenario_folder
from rendered import (
    EVIL,
    Notebook,
    cells,
    check_catalogues,
    check_english,
    check_escaped,
    check_languages,
    draw_only,
    plain,
    row_of,
)

ROOT = Path(__file__).parents[2]
CARE = "care_workers_per_10k_elderly"


def analyse(region, **parameters):
    """Notebook of a shipped region at the end of 2022."""
    return Notebook("scenarios", region=region, **{"as_of": "2022-12-31", **parameters})


@pytest.fixture(scope="module")
def lishui():
    """Lishui with all scenarios, as if one figure were enough: everything but closed targets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenarios, "hide_single", lambda answers: answers)
        notebook = analyse("lishui")
        assert notebook.results.detail is not None
    return notebook


@pytest.fixture(scope="module")
def counted():
    """Shaoxing, whose targets are all of 2022, and how often it was fitted and run."""
    calls = {"fit": 0, "run": 0}

    def count(name, function):
        def call(*args, **options):
            calls[name] += 1
            return function(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baseline, "fit", count("fit", baseline.fit))
        patch.setattr(comparison, "run_scenario", count("run", comparison.run_scenario))
        notebook = analyse("shaoxing", scenarios="care_worker_training,pandemic_year")
    return notebook, calls


@pytest.fixture(scope="module")
def closed(counted):
    """Its notebook."""
    return counted[0]


def test_the_page_reads_in_both_languages(lishui, monkeypatch):
    """Pages and figures are complete and unmixed."""
    check_languages(lishui, monkeypatch)


def test_what_is_not_there_is_said_in_a_sentence(closed, monkeypatch):
    """Without an open target, projects or ranks there is a sentence, and no section about it."""
    page = plain(check_english(closed, monkeypatch))
    for text in (
        "No open target can be judged: its year has passed",
        "The plan has no list of projects.",
    ):
        assert text in page
    assert "What it would take" not in page and "What measures and assumptions" not in page
    assert closed.results.detail is None and closed.results.needs.empty


def test_no_text_is_outside_the_catalogues(lishui, monkeypatch):
    """Every sentence of the page and its figures can be translated."""
    check_catalogues(lishui, monkeypatch)


def test_names_and_texts_from_tables_and_files_are_escaped(lishui, monkeypatch):
    """A name with markup in it is shown, not run: of indicators, scenarios, components."""
    results = lishui.results
    scenarios = tuple(s.model_copy(update={"text_en": EVIL}) for s in results.scenarios)
    indices = results.indices.assign(missing=EVIL)
    check_escaped(lishui, monkeypatch, replace(results, scenarios=scenarios, indices=indices))


def test_a_plan_without_figures_or_scenarios_still_reads(closed, monkeypatch):
    """A region that published nothing has sentences everywhere."""
    draw_only(monkeypatch)
    plan = closed.report.plan
    bare = replace(plan, observations=plan.observations.iloc[:0])
    report = ReportContext(bare, "en", draws=100, until=2023)
    page = plain(closed.render("en", plan=bare, results=analyse_scenarios(report, "")))
    for text in (
        "No scenario was chosen; there is only the baseline.",
        "No mechanism has figures to work on in this region.",
    ):
        assert text in page


def test_what_rests_on_an_assumption_is_told_with_an_if(lishui, monkeypatch):
    """Scenarios of assumptions carry an if wherever their effects are told; levers do not."""
    draw_only(monkeypatch)
    page = render(lishui.report, "scenarios.effects", lishui.results).text
    kinds = [row[0] for row in cells(page)[1:]]
    assert any(kind.endswith("lever") for kind in kinds)
    assert all(kind.endswith("(if)") for kind in kinds if "assumption" in kind)
    assert any("assumption (if)" in kind for kind in kinds)
    assert "the worst one: if " in render(lishui.report, "scenarios.summary", lishui.results).text


def test_changes_are_those_of_the_comparison(lishui, monkeypatch):
    """Counts of rises and falls, best and worst changes with their errors."""
    draw_only(monkeypatch)
    last = lishui.results.last
    rows = last[last["scenario"].eq("plan_at_80_percent") & (last["changed_by"] != "")]
    clear = rows[rows["p_change"].abs() > 2 * rows["p_change_error"]]
    row = row_of(
        render(lishui.report, "scenarios.effects", lishui.results).text, "plan carried out"
    )
    assert row["Chance falls"] == str((clear["p_change"] < 0).sum())
    worst = clear.loc[clear["p_change"].idxmin()]
    expected = points(worst["p_change"], "en", error=worst["p_change_error"])
    assert row["Largest fall"].startswith(expected.replace("\xa0", " "))


def test_rows_have_the_joint_answers_the_best_first(lishui, monkeypatch):
    """Expected number with its interval, in falling order; the headline names the best measure."""
    draw_only(monkeypatch)
    rows = cells(render(lishui.report, "scenarios.effects", lishui.results).text)[1:]
    expected = [float(row[-1].partition(" ")[0]) for row in rows]
    assert expected == sorted(expected, reverse=True)
    joints = lishui.results.joints
    best = lishui.report.scenario(max(joints, key=lambda name: joints[name].expected))
    assert rows[0][0].startswith(best)
    assert best in scenario_effects.headline(lishui.report, lishui.results)


def test_sentences_have_whole_targets_and_rounded_chances(lishui, monkeypatch):
    """Numbers of targets are whole, chances in steps of five points, as findings have them."""
    draw_only(monkeypatch)
    report, results = lishui.report, lishui.results
    joints = {name: replace(joint, expected=0.3) for name, joint in results.joints.items()}
    joints["combined_push"] = replace(joints["combined_push"], expected=4.1)
    changed = replace(
        results, joints={**joints, "baseline": replace(joints["baseline"], expected=3.1)}
    )
    summary = plain(render(report, "scenarios.summary", changed).text)
    assert "targets likely to be met: about 4 instead of about 3." in summary
    assert "targets likely to be met: hardly any instead of about 3." in summary
    assert "On current trends about 3 of the" in summary
    chance = find(report).round_chance(results.base_row(results.detail.indicator)["p_reach"])
    assert f"on current trends the chance is {plain(chance)}." in summary
    chinese = render(replace(report, language="zh"), "scenarios.summary", changed).text
    assert not re.search("。 [^ ]", chinese)


def test_the_column_of_precedents_is_explained_where_it_is(lishui, monkeypatch):
    """A column without a value is left out, and its explanation with it."""
    draw_only(monkeypatch)
    for share in (0.5, float("nan")):
        needs = lishui.results.needs.assign(pace_share=share)
        page = render(lishui.report, "scenarios.takes", replace(lishui.results, needs=needs)).text
        heads = cells(page)[0]
        assert ("Precedent" in heads) == ("Precedent: how many" in page) == (share == 0.5)


def test_the_target_in_detail_is_one_that_needs_a_lever(lishui, monkeypatch):
    """Without being asked: one that needs a lever, binding first; else what is asked for."""
    draw_only(monkeypatch)
    report = lishui.report
    monkeypatch.setattr(scenarios, "hide_single", lambda answers: answers)
    # The same plan: what its targets need, and the measures, are computed already.
    monkeypatch.setattr(scenarios, "required", lambda *_, **__: lishui.results.needs)
    monkeypatch.setattr(scenarios, "cheapest_mix", lambda *_, **__: lishui.results.mix)
    assert lishui.results.detail.indicator == "minimum_living_standard"
    care = analyse_scenarios(report, "", indicator=CARE)
    assert care.detail.indicator == CARE and care.detail.seek.levers == ("trainees_per_year",)
    page = plain(render(report, "scenarios.takes", care).text)
    assert "Extra trainees a year" in page and "million yuan" in page
    silent = analyse_scenarios(report, "", indicator="smart_care_homes")
    assert silent.detail is None
    page = render(report, "scenarios.takes", silent).text
    assert "There is no open target to look into" in page
    with pytest.raises(fc.UnknownNameError, match="minimum_living_standard"):
        analyse_scenarios(report, "", indicator="minimum_living_standards")


def test_the_cheapest_measures_have_amounts_costs_and_chances(lishui):
    """The line has amounts, cost and targets; a row a measure; without a cost it is asked for."""
    report, mix = lishui.report, lishui.results.mix
    line = describe_mix(report, report.mechanisms, mix, lishui.results.probability)
    before = (mix.targets["p_baseline"] >= 0.8).sum()
    asked = f"with a chance of at least 80\N{NO-BREAK SPACE}% {mix.reached} of {len(mix.targets)}"
    assert line.endswith(f"{asked} open targets that can be judged ({before} without).")
    rows = mix_rows(report, mix)
    assert len(rows) == len(mix.measures) > 0
    for row, (_, measure) in zip(rows, mix.measures.iterrows(), strict=True):
        assert row["Measure"] in line
        chances = row["Chance without and with the measures (90 % interval)"].split("\n")
        moved = mix.targets["levers"].str.contains(measure["lever"], regex=False)
        assert len(chances) == moved.sum()
        assert row["Cost in all (range)"].startswith(money(measure["cost"], "en"))
    assert mix.measures["cost"].sum() == pytest.approx(mix.cost)
    assert describe_unpriced(report, replace(mix, unpriced=[])) == ""
    unpriced = replace(mix, unpriced=["care_workforce.hires_per_year"], measures=mix.measures[:0])
    assert "as their cost is unknown: Extra certified" in describe_unpriced(report, unpriced)
    line = describe_mix(report, report.mechanisms, unpriced, lishui.results.probability)
    assert line.startswith("No measure with a known cost makes a further target likely enough: ")


def test_each_scenario_is_run_and_each_series_fitted_once(counted):
    """One run a scenario and one fit serve the comparison, joint answers, indices and ranks."""
    assert counted[1] == {"fit": 1, "run": 3}


@pytest.mark.parametrize(
    ("step", "english"),
    [
        ({"ramp_to": {"value": 80, "by": 2025}}, "go evenly to 80 % (by 2025)"),
        ({"hold": {"until": 2024}}, "stay as they are (until 2024)"),
        ({"shift": {"by": {"low": 1, "central": 2, "high": 3}}},
         "changed by 1 % to 3 %, most likely 2 %"),
        ({"scale_pace": {"factor": 0.5, "from": 2023}}, "pace times 0.5 (from 2023)"),
        ({"add_pace": {"by": 2}}, "2 % more a year"),
        ({"delay": {"years": 1}}, "1 years later"),
        ({"shock": {"by": -4, "year": 2024, "recovery": 2}},
         "a shock of −4 %, made good over 2 years (in 2024)"),
        ({"shock": {"factor": 0.9, "year": 2024}}, "a shock to 0.9 times the value"),
        ({"follow_best": {}}, "move at the pace of the region that moves best"),
        ({"follow_best": {"top": 3}}, "move at the mean pace of the 3 regions that move best"),
        ({"follow_best": {"quantile": 0.75}},
         "move at the 0.75 quantile of the regions' paces"),
        ({"execute_plan": {"ratio": 0.8}}, "cover 0.8 of the distance that the plan sets"),
    ],
)  # fmt: skip
def test_every_verb_is_told_in_words(lishui, step, english):
    """A step names its indicators, its size with the unit, and its years, in both languages."""
    scenario = fc.Scenario(name="x", steps=[{"indicator": "nursing_bed_share", **step}])
    (line,) = descriptions.describe_step(lishui.report, scenario.steps[0])
    assert line.replace("\xa0", " ").startswith(f"Share of nursing beds: {english}")
    chinese = replace(lishui.report, language="zh")
    (line,) = descriptions.describe_step(chinese, scenario.steps[0])
    assert line.startswith("护理型床位占比") and not re.search("[A-Za-z{]", line)


def test_what_is_set_elsewhere_or_without_figures_is_not_told_as_set(lishui):
    """A step for another region is left out; one for an indicator without figures says so."""
    elsewhere = fc.Scenario(
        name="x", steps=[{"region": "xiaoshan", "indicator": "all", "hold": {}}]
    )
    assert descriptions.describe_step(lishui.report, elsewhere.steps[0]) == []
    step = {"mechanism": "smart_care_home_programme", "assumptions": {"common_delay": 1}}
    scenario = fc.Scenario(name="y", steps=[step])
    (line,) = descriptions.describe_step(lishui.report, scenario.steps[0])
    assert "without effect" in line
    results = replace(lishui.results, scenarios=(elsewhere, scenario))
    page = render(lishui.report, "scenarios.scenarios", results).text
    assert "<table" not in page and "no figure is published: x; y." in page


def test_formulas_are_told_in_names(lishui):
    """Ids become names, the year before and other regions are said, signs are printed ones."""
    text = (
        "minimum_living_standard >= max(0.5 * consumption_per_capita[-1], hangzhou.counties // 2)"
    )
    assert descriptions.describe_formula(lishui.report, text) == (
        "Minimum living standard ≥ the larger of (0.5 × Per-capita consumption expenditure of the "
        "year before, number of counties in Hangzhou ÷ 2)"
    )
    chinese = replace(lishui.report, language="zh")
    assert re.search("（0.5 ×.*，.*）", descriptions.describe_formula(chinese, text))


def test_all_names_in_shipped_rules_and_scenarios_have_labels():
    """What a formula reads is an indicator or has a label; so have the shipped scenarios."""
    indicators = set(pd.read_csv(ROOT / "data" / "indicators.csv")["indicator"])
    for text in pd.read_csv(ROOT / "data" / "rules.csv")["formula"]:
        formula = formulas.parse_formula(text)
        left = replace(formula, right=formula.left)
        names = {name for _, name in formula.names() | left.names()}
        assert names <= indicators | set(LABELS["quantity"])
    shipped = {fc.read_scenario(file).name for file in scenario_folder().glob("*.yaml")}
    assert shipped <= set(LABELS["scenario"])


def test_assumptions_are_listed_with_range_unit_and_basis(lishui):
    """Each mechanism that acts here is listed as it is in the region, sources set apart."""
    page = render(lishui.report, "scenarios.declared", lishui.results).text
    for text in (
        "8\xa0% to 25\xa0%, most likely 15\xa0%",
        "527,000\xa0persons to 545,000\xa0persons",
        "five-year plan for civil affairs, annex",
        "<code>observations.csv</code>",
        "1,000\xa0persons, in steps of 10\xa0persons",
    ):
        assert text in page
    assert "Building of smart care homes" not in page


def test_sides_name_the_whole_and_its_parts(lishui):
    """A column a region with a plan, and whether the parts keep up with the whole."""
    page = plain(render(lishui.report, "scenarios.sides").text)
    assert "of 11 parts of Zhejiang are in the tables" in page and "left to the others" in page
    assert all(name in page for name in ("Zhejiang", "Xiaoshan", "Shaoxing", "Lishui"))


def test_tables_hold_what_the_report_rests_on(lishui, closed, tmp_path):
    """Every head and sheet has a label; the comparison has all scenarios."""
    for notebook in (lishui, closed):
        tables = result_tables(notebook.report, notebook.results)
        heads = {column for table in tables.values() for column in table}
        assert heads <= set(LABELS["column"]) and set(tables) <= set(LABELS["sheet"])
        assert len(tables) >= 8
    write_tables(lishui.report, result_tables(lishui.report, lishui.results), tmp_path)
    table = pd.read_csv(tmp_path / "compare.csv")
    assert set(table["scenario"]) == set(lishui.results.compared["scenario"])


def test_the_notebook_declares_what_it_is_passed(tmp_path):
    """The parameters of every report, and the three that only this one takes."""
    file = tmp_path / "x.yaml"
    file.write_text("region: lishui\nnotebook: scenarios\n")
    notebook = ROOT / "notebooks" / "scenarios.ipynb"
    declared = check_declared(notebook, read_parameters(file).for_notebook())
    assert set(OPTIONAL) - {"vintages"} <= set(declared)
