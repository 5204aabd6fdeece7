"""The scenario report: its parts, its notebook, its tables."""

import dataclasses
import html
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from forecast.i18n.phrases import PHRASES
from forecast.i18n.vocabulary import WORDS

import forecast as fc
from forecast.charts import fan
from forecast.reports import context, descriptions, exports, monitoring
from forecast.reports import scenarios as exploring
from forecast.reports.parameters import OPTIONAL, check_declared, read_parameters
from forecast.scenarios import formulas
from forecast.scenarios.scenario import scenario_folder

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "scenarios.ipynb"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
CARE = "care_workers_per_10k_elderly"
PARTS = (
    "show_title", "show_reading", "show_scenarios", "show_changes", "show_together", "show_takes",
    "show_rules", "show_projects", "show_index", "show_ranks", "show_sides", "show_declared",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def blank():
    """Pictures are drawn but not encoded: they have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fan, "to_png", lambda figure: b"" if figure.axes else None)
        yield


def find(region, day, *, asked=None, language="en", **options):
    """Explore a shipped region with few draws."""
    plan = fc.load_plan(region, as_of=day)
    paths = fc.project(plan, until=monitoring.span(plan)[-1], draws=100)
    chosen = context.choose_scenarios(asked)
    return context.explore(plan, paths, chosen, language=language, **options)


def told(found, language="en"):
    """Page of all parts in a language."""
    found = dataclasses.replace(found, language=language)
    asked = {"region": found.plan.region, "data": None, "as_of": found.plan.as_of, "until": None,
             "draws": 100, "seed": 0, "language": language, "folder": ".", "scenarios": None,
             "indicator": None, "probability": 0.8}  # fmt: skip
    parts = [getattr(exploring, name)(found) for name in PARTS]
    parts.append(exploring.show_parameters(found, asked, last=2025))
    return "\n".join(part.text for part in parts)


def read(page):
    """Text of a page, without what stands in its own language."""
    page = re.sub(r'<span lang="zh">.*?</span>|<code>.*?</code>', "", page, flags=re.S)
    page = re.sub(r"<(style|title)>.*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


@pytest.fixture(scope="module")
def lishui():
    """Lishui at the end of 2022 with all scenarios: it has everything but closed targets."""
    return find("lishui", "2022-12-31")


@pytest.fixture(scope="module")
def closed():
    """Shaoxing, whose targets are all of 2022, at the end of that year."""
    return find("shaoxing", "2022-12-31", asked="care_worker_training,pandemic_year")


def test_each_language_is_complete_and_unmixed(lishui, closed):
    """No Chinese in the English report, no English words in the Chinese one."""
    for found in (lishui, closed):
        assert CHINESE.findall(read(told(found))) == []
        chinese = read(told(found, "zh")).replace(found.plan.region, "").replace("logit", "")
        assert re.findall(r"[A-Za-z]{2,}", chinese) == []


def test_a_region_with_many_targets_has_no_words_missing():
    """Where there are figures of long years the report is told in both languages as well."""
    found = find("xiaoshan", "2022-12-31", asked="consumption_slows")
    page = read(told(found))
    assert CHINESE.findall(page) == [] and "nan" not in page.lower().split()
    assert "<tbody>\n  </tbody>" not in told(found, "zh")


def test_what_is_not_there_is_said_in_a_sentence(closed):
    """Without an open target, projects or ranks there is a sentence, and no empty table."""
    page = told(closed)
    for key in ("all_closed", "none_to_ask", "no_projects"):
        assert PHRASES[key][1] in read(page)
    assert closed.focus is None and closed.needs.empty
    assert "<tbody>\n  </tbody>" not in page


def test_a_plan_without_figures_or_scenarios_still_reads(closed):
    """A region that published nothing has sentences everywhere."""
    plan = closed.plan
    bare = dataclasses.replace(plan, observations=plan.observations.iloc[:0])
    paths = fc.project(bare, until=2023, draws=20)
    found = context.explore(bare, paths, [], language="en")
    page = read(told(found))
    for key in ("no_scenarios", "no_index", "no_ranks", "nothing_declared"):
        assert PHRASES[key][1] in page


def test_today_with_all_targets_closed_is_said():
    """After the last target year nothing is asked of levers, and the reader is told why."""
    plan = fc.load_plan("lishui", as_of="2026-08-01")
    paths = fc.project(plan, until=2026, draws=20)
    found = context.explore(
        plan, paths, context.choose_scenarios("care_worker_training"), language="zh"
    )
    assert (
        "没有可以计算的未到期目标：目标年份均已过去，或者从未公布过数据，情景改变不了已成定局的结果。要看当时的情形，请把截至日期改到目标年份之前。"
    ) in exploring.show_reading(found).text
    assert "没有未到期的目标（见要点）。" in exploring.show_takes(found).text


def test_names_and_texts_from_tables_and_files_are_escaped(lishui):
    """A name with markup in it is shown, not run: of indicators, scenarios, levers, bases."""
    evil = '<script>x</script> & "y"'
    plan = lishui.plan
    named = {"name_en": evil, "name_zh": evil}
    plan = dataclasses.replace(
        plan, indicators=plan.indicators.assign(**named), title=evil,
        areas=plan.areas.assign(**named), regions=plan.regions.assign(**named),
    )  # fmt: skip
    everything = lishui.everything
    everything = dataclasses.replace(everything, indicators=everything.indicators.assign(**named))
    mechanisms = {
        name: mechanism.model_copy(
            update={
                "name_en": evil,
                "levers": {k: v.model_copy(update={"name_en": evil, "basis_en": evil})
                           for k, v in mechanism.levers.items()},
            }
        )
        for name, mechanism in lishui.mechanisms.items()
    }  # fmt: skip
    scenarios = tuple(s.model_copy(update={"text_en": evil}) for s in lishui.scenarios)
    found = dataclasses.replace(
        lishui, plan=plan, everything=everything, mechanisms=mechanisms, scenarios=scenarios,
        indices=lishui.indices.assign(missing=evil),
    )  # fmt: skip
    page = told(found)
    assert "<script" not in page and "&lt;script&gt;x&lt;/script&gt; &amp;" in page


def test_what_rests_on_an_assumption_is_told_with_an_if(lishui):
    """Scenarios of assumptions carry an if wherever their effects are told; levers do not."""
    rows = re.findall(r"<tr>(.*?)</tr>", exploring.show_changes(lishui).text, flags=re.S)
    cells = {read(re.findall(r"<th.*?</th>", row, flags=re.S)[0]).strip(): row for row in rows}
    assert any("care workers stay" in c and "assumption (if)" in c for c in cells)
    assert any("more care workers trained" in c and c.endswith("lever") for c in cells)
    assert "(if:" in exploring.show_reading(lishui).text


def test_changes_are_those_of_the_comparison(lishui):
    """Counts of rises and falls, best and worst changes with their errors."""
    last = lishui.last
    mine = last[last["scenario"].eq("plan_at_80_percent") & (last["changed_by"] != "")]
    clear = mine[mine["p_change"].abs() > 2 * mine["p_change_error"]]
    row = exploring._change_row(lishui, "plan_at_80_percent", mine)
    assert row["Chance falls"] == str((clear["p_change"] < 0).sum())
    worst = clear.loc[clear["p_change"].idxmin()]
    expected = fc.wording.points(worst["p_change"], "en", error=worst["p_change_error"])
    assert row["Largest fall"].startswith(expected)


def test_together_are_the_joint_answers(lishui):
    """Expected number with interval; a chance of all that no draw had is below 1 %, not 0."""
    answer = lishui.joints["baseline"]
    row = exploring._joint_row(lishui, "baseline", answer)
    assert row["Expected to be reached"].startswith(f"{answer.expected:.1f}\n90")
    assert row["Targets counted"] == str(answer.counted) == "10"
    never = dataclasses.replace(answer, p_all=0.0, p_all_low=0.0, p_all_high=0.0)
    assert exploring._joint_row(lishui, "baseline", never)["All reached"] == "<\xa01\xa0%"


def test_the_target_looked_into_is_the_binding_one_with_a_lever(lishui):
    """Without being asked: binding and with a lever first; else what is asked for."""
    assert lishui.focus.target["indicator"] == "minimum_living_standard"
    asked = find("lishui", "2022-12-31", asked="care_workers_stay", indicator=CARE)
    assert asked.focus.target["indicator"] == CARE
    assert asked.focus.seek.levers == ("trainees_per_year",)
    page = read(exploring.show_takes(asked).text)
    assert "Extra trainees a year" in page and "million yuan" in page
    silent = find("lishui", "2022-12-31", asked="", indicator="smart_care_homes")
    assert silent.focus is None
    with pytest.raises(fc.UnknownNameError, match="minimum_living_standard"):
        find("lishui", "2022-12-31", asked="", indicator="minimum_living_standards")


def test_scenarios_are_chosen_by_name_or_file(tmp_path):
    """None is all that are shipped; a file of one's own is read; the baseline is always there."""
    own = tmp_path / "mine.yaml"
    own.write_text("name: mine\ntext_en: More.\nsteps:\n  - indicator: all\n    hold: {}\n")
    assert len(context.choose_scenarios(None)) == len(list(scenario_folder().glob("*.yaml")))
    chosen = context.choose_scenarios(f"baseline, {own}")
    assert [s.name for s in chosen] == ["mine"]
    assert context.choose_scenarios("") == []


@pytest.mark.parametrize(
    ("step", "english"),
    [
        ({"ramp_to": {"value": 80, "by": 2025}}, "go evenly to 80 % (by 2025)"),
        ({"hold": {"until": 2024}}, "stand still (until 2024)"),
        ({"shift": {"by": {"low": 1, "central": 2, "high": 3}}},
         "changed by 1 % to 3 %, most likely 2 %"),
        ({"scale_pace": {"factor": 0.5, "from": 2023}}, "pace times 0.5 (from 2023)"),
        ({"add_pace": {"by": 2}}, "2 % more a year"),
        ({"delay": {"years": 1}}, "1 years later"),
        ({"shock": {"by": -4, "year": 2024, "recovery": 2}},
         "a shock of −4 %, made good over 2 years (in 2024)"),
        ({"shock": {"factor": 0.9, "year": 2024}}, "a shock to 0.9 times the value"),
        ({"follow_best": {}}, "move at the pace of the region that moves best"),
        ({"execute_plan": {"ratio": 0.8}}, "go 0.8 times the way that the plan draws"),
    ],
)  # fmt: skip
def test_every_verb_is_told_in_words(lishui, step, english):
    """A step names its indicators, its size with the unit, and its years, in both languages."""
    scenario = fc.Scenario(name="x", steps=[{"indicator": "nursing_bed_share", **step}])
    (line,) = descriptions.settings_of(lishui, scenario.steps[0])
    assert line.replace("\xa0", " ").startswith(f"Share of nursing beds: {english}")
    chinese = dataclasses.replace(lishui, language="zh")
    (line,) = descriptions.settings_of(chinese, scenario.steps[0])
    assert line.startswith("护理型床位占比") and not re.search("[A-Za-z{]", line)


def test_what_is_set_elsewhere_or_without_figures_is_not_told_as_set(lishui):
    """A step for another region is left out; one for an indicator without figures says so."""
    elsewhere = fc.Scenario(
        name="x", steps=[{"region": "xiaoshan", "indicator": "all", "hold": {}}]
    )
    assert descriptions.settings_of(lishui, elsewhere.steps[0]) == []
    step = {"mechanism": "smart_care_home_programme", "assumptions": {"common_delay": 1}}
    (line,) = descriptions.settings_of(lishui, fc.Scenario(name="x", steps=[step]).steps[0])
    assert "without effect" in line
    page = exploring.show_scenarios(dataclasses.replace(lishui, scenarios=(elsewhere,))).text
    assert "nothing is set for this region" in page


def test_formulas_are_told_in_names(lishui):
    """Ids become names, the year before and other regions are said, signs are printed ones."""
    text = (
        "minimum_living_standard >= max(0.5 * consumption_per_capita[-1], hangzhou.counties // 2)"
    )
    assert descriptions.formula_of(lishui, text) == (
        "Minimum living standard ≥ the larger of (0.5 × Per-capita consumption expenditure of the "
        "year before, number of counties in Hangzhou ÷ 2)"
    )


def test_all_names_in_shipped_rules_and_scenarios_have_words():
    """What a formula reads is an indicator or has a word; so have the shipped scenarios."""
    indicators = set(pd.read_csv(ROOT / "data" / "indicators.csv")["indicator"])
    for text in pd.read_csv(ROOT / "data" / "rules.csv")["formula"]:
        formula = formulas.parse_formula(text)
        left = dataclasses.replace(formula, right=formula.left)
        names = {name for _, name in formula.names() | left.names()}
        assert names <= indicators | set(WORDS["quantity"])
    shipped = {fc.read_scenario(file).name for file in scenario_folder().glob("*.yaml")}
    assert shipped <= set(WORDS["scenario"])


def test_assumptions_are_listed_with_range_unit_and_basis(lishui):
    """Each mechanism that acts here is listed as it is in the region, sources set apart."""
    page = exploring.show_declared(lishui).text
    assert "8\xa0% to 25\xa0%, most likely 15\xa0%" in page
    assert "527,000\xa0persons to 545,000\xa0persons" in page
    assert "<code>003_8dc3f949d45a2179.txt</code>" in page
    assert "1,000\xa0persons, in steps of 10\xa0persons" in page
    assert "Building of smart care homes" not in page


def test_sides_name_the_whole_and_its_parts(lishui):
    """A column a region with a plan, and whether the parts keep up with the whole."""
    page = read(exploring.show_sides(lishui).text)
    assert "of 10 parts listed the 1 with a plan" in page
    assert all(name in page for name in ("Zhejiang", "Xiaoshan", "Shaoxing", "Lishui"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_are_written_for_programs_and_for_people(lishui, closed, language, tmp_path):
    """CSV with codes, a workbook with words for every head and sheet."""
    for place, found in (("a", lishui), ("b", closed)):
        found = dataclasses.replace(found, language=language)
        tables = context.result_tables(found)
        written = exports.write_tables(found, tables, tmp_path / place)
        assert sorted(written) == sorted(f.name for f in (tmp_path / place).iterdir())
        book = openpyxl.load_workbook(tmp_path / place / "tables.xlsx")
        assert len(book.sheetnames) == len(tables) >= 8
        known = {words[language == "en"] for words in WORDS["column"].values()}
        quantiles = {"q05", "q50", "q95"}
        for sheet in book:
            heads = {cell.value for cell in sheet[1]}
            assert heads - known - quantiles == set(), sheet.title
    table = pd.read_csv(tmp_path / "a" / "compare.csv")
    assert set(table["scenario"]) == set(lishui.compared["scenario"])
    assert exports.write_tables(lishui, context.result_tables(lishui), None) == []


def test_the_notebook_declares_what_it_is_passed(tmp_path):
    """The parameters of every report, and the three that only this one takes."""
    file = tmp_path / "x.yaml"
    file.write_text("region: lishui\nnotebook: scenarios\n")
    declared = check_declared(NOTEBOOK, read_parameters(file).for_notebook())
    assert set(OPTIONAL) - {"vintages"} <= set(declared)


def test_the_notebook_makes_a_whole_report(command, tmp_path):
    """Run strictly, it leaves a page with every section, described pictures, and tables."""
    params = tmp_path / "lishui.yaml"
    params.write_text(
        "region: lishui\nnotebook: scenarios\nas_of: 2022-12-31\ndraws: 100\nlanguage: en\n"
        "scenarios: care_worker_training,care_workers_stay\n"
        f"indicator: {CARE}\nprobability: 0.7\n"
    )
    manifest = command.report(params, tmp_path / "out")
    assert {"report.html", "tables.xlsx", "compare.parquet", "joint.csv"} <= set(manifest.files)
    page = (Path(manifest.folder) / "report.html").read_text(encoding="utf-8")
    keys = ["reading", "scenarios", "changes", "together", "takes", "rules", "projects", "indices",
            "ranks", "sides", "declared_all", "sources", "parameters"]  # fmt: skip
    heads = [html.unescape(h) for h in re.findall(r"<h2 id=.*?>(.*?)</h2>", page)]
    assert heads == [PHRASES[key][1] for key in keys]
    assert len(re.findall(r'<img style="[^"]*" alt="[^"]+"', page)) >= 6 or page.count("<img") >= 6
    assert "70\xa0%" in page or "70&nbsp;%" in page
    assert CHINESE.findall(read(page)) == []
