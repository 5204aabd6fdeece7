"""The report on one indicator: its parts, its pictures, its notebook, its tables."""

import dataclasses
import html
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import openpyxl
import pandas as pd
import pytest
from forecast.i18n.phrases import PHRASES
from forecast.i18n.vocabulary import WORDS

import forecast as fc
from forecast.charts import evaluation, fan
from forecast.reports import exports
from forecast.reports import indicator as profiles
from forecast.reports.parameters import check_declared, read_parameters

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "indicator.ipynb"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
STANDARD, CARE, BURIAL = (
    "minimum_living_standard", "care_workers_per_10k_elderly", "eco_burial_share",
)  # fmt: skip
SILENT = "smart_care_homes"
PARTS = (
    "show_title", "show_reading", "show_facts", "show_figures", "show_comparison",
    "show_forecasts", "show_fits", "show_mechanisms", "show_rules",
)  # fmt: skip


@pytest.fixture(autouse=True)
def blank(monkeypatch):
    """Pictures are drawn but not encoded: they have tests of their own."""
    monkeypatch.setattr(fan, "to_png", lambda figure: b"" if figure.axes else None)


def find(region, indicator=None, day="2022-12-31"):
    """Profile of an indicator of a shipped region, in English."""
    plan = fc.load_plan(region, as_of=day)
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    chosen = profiles.choose_indicator(plan, indicator)
    return profiles.profile(plan, fits, chosen, language="en")


def told(found, language="en"):
    """Page of all parts in a language."""
    found = dataclasses.replace(found, language=language)
    asked = {"region": found.plan.region, "data": None, "as_of": found.plan.as_of, "until": None,
             "draws": 100, "seed": 0, "language": language, "folder": ".",
             "indicator": None}  # fmt: skip
    parts = [getattr(profiles, name)(found).text for name in PARTS]
    return "\n".join([*parts, profiles.show_parameters(found, asked, last=2025).text])


def read(page):
    """Text of a page, without what stands in its own language."""
    page = re.sub(r'<span lang="zh">.*?</span>|<code>.*?</code>', "", page, flags=re.S)
    page = re.sub(r"<(style|title)>.*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


@pytest.fixture(scope="module")
def lishui():
    """Lishui's living standard at the end of 2022: 24 regions, a mechanism, rules."""
    return find("lishui")


@pytest.mark.parametrize(
    ("region", "indicator"),
    [("lishui", STANDARD), ("lishui", SILENT), ("zhejiang", CARE), ("xiaoshan", BURIAL),
     ("shaoxing", None)],
)  # fmt: skip
def test_each_language_is_complete_and_unmixed(region, indicator):
    """No Chinese in the English report, no English words in the Chinese one, no empty table."""
    found = find(region, indicator)
    english, chinese = told(found), told(found, "zh")
    assert CHINESE.findall(read(english)) == []
    words = re.sub(r"https?://\S+|[\w.]+\.(txt|csv|yaml)|logit", "", read(chinese))
    assert re.findall(r"[A-Za-z]{2,}", words.replace(region, "")) == []
    assert "nan" not in read(english).lower().split()
    assert "<tbody>\n  </tbody>" not in english + chinese


def test_an_indicator_nobody_published_is_said_so():
    """Without any figure sentences stand in place of pictures, and targets are still listed."""
    found = find("lishui", SILENT)
    page = read(told(found))
    assert found.figures.empty
    assert (
        page.count("No region ever published a figure of this indicator, so nothing is forecast.")
        >= 2
    )
    assert "no figure yet" in page


def test_the_default_is_binding_and_known(lishui):
    """The binding indicator with figures; else that with the most; a wrong name is refused."""
    plan = lishui.plan
    assert profiles.choose_indicator(plan) == STANDARD
    free = dataclasses.replace(plan, targets=plan.targets.assign(force=""))
    few = free.observations.drop_duplicates("indicator")
    twice = pd.concat([few, few[few["indicator"] == BURIAL]])
    assert profiles.choose_indicator(dataclasses.replace(free, observations=twice)) == BURIAL
    assert profiles.choose_indicator(plan, CARE) == CARE
    with pytest.raises(fc.UnknownNameError, match=CARE):
        profiles.choose_indicator(plan, "care_workers_per_10k_elder")


def test_chances_are_those_of_the_monitoring_report(lishui):
    """The region's own answers do not change because other regions stand beside them."""
    plan = lishui.plan
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    every = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    mine = every[every["indicator"] == STANDARD]["p_reach"].to_numpy()
    own = lishui.reached[lishui.reached["region"] == "lishui"]["p_reach"].to_numpy()
    np.testing.assert_array_equal(mine, own)


def test_all_plans_and_all_figures_are_there(lishui):
    """Targets of four plans; every region's figures with their sources, numbered."""
    assert set(lishui.reached["region"]) == {"lishui", "zhejiang", "xiaoshan", "shaoxing"}
    page = profiles.show_figures(lishui).text
    assert page.count("<tr>") == len(lishui.figures)
    assert set(lishui.figures["source"]) | set(lishui.goals["source"]) <= set(lishui.sources())
    assert lishui.figures["region"].nunique() == len(profiles._compared(lishui)) == 24


def test_paces_are_counted_against_what_is_needed(lishui):
    """Of all yearly paces those at least as high as needed, and their middle half."""
    row = lishui.last.set_index("region").loc["lishui"]
    high = (lishui.paces >= row["required_rate"]).sum()
    lines = profiles._pace_lines(lishui)
    assert f"of {len(lishui.paces)} paces, {high} were as fast" in lines[-1]
    none = dataclasses.replace(lishui, paces=np.zeros(0))
    assert profiles._pace_lines(none) == [
        ("No region published two figures: there is no pace to compare.")
    ]


def test_the_pace_of_a_region_is_that_of_its_last_four_figures(lishui):
    """The comparison shows the pace of the attainment table; one figure has none."""
    table = profiles._compared(lishui).set_index("name")
    row = lishui.last.set_index("region").loc["xiaoshan"]
    assert table.at["Xiaoshan", "pace"] == pytest.approx(row["pace"], rel=1e-12)
    assert np.isnan(table.at["Lishui", "pace"]) and table["own"].sum() == 1


def test_mechanisms_are_those_that_act_on_it_or_read_it():
    """Consumption is read by the linked standard; its levers stand with limit and basis."""
    page = read(profiles.show_mechanisms(find("lishui", CARE)).text)
    assert "acts on Certified care workers" in page and "assumption" in page
    assert (
        "No mechanism that acts on this indicator is described."
        in profiles.show_mechanisms(find("lishui", "registered_social_organisations_per_10k")).text
    )


def test_rules_name_the_indicator_whole(lishui):
    """A rule of another indicator whose id only begins alike is not one of them."""
    names = lishui.rules["formula"].tolist()
    assert names and all(re.search(rf"\b{STANDARD}\b", text) for text in names)
    others = [f for f in lishui.everything.rules["formula"] if f"{STANDARD}_" in f]
    assert not set(others) & set(names) or all(re.search(rf"\b{STANDARD}\b", t) for t in names)
    assert "No rule names this indicator." in profiles.show_rules(
        dataclasses.replace(lishui, everything=dataclasses.replace(
            lishui.everything, rules=lishui.everything.rules.iloc[:0]))
    ).text  # fmt: skip


def test_a_folder_of_own_tables_without_rules_reads(tmp_path):
    """Targets and figures of one region are enough; the report says what is not there."""
    for name in ("targets", "observations"):
        table = pd.read_csv(ROOT / "data" / f"{name}.csv", dtype=str, keep_default_na=False)
        mine = table[table["region"] == "xiaoshan"]
        mine.to_csv(tmp_path / f"{name}.csv", index=False)
    plan = fc.load_plan(tmp_path, as_of="2022-12-31")
    fits = fc.fit(plan.observations, plan.indicators)
    found = profiles.profile(plan, fits, STANDARD, language="en")
    page = read(told(found))
    assert found.rules.empty and "No rule names this indicator." in page
    assert found.figures["region"].unique().tolist() == ["xiaoshan"]


def test_names_from_the_tables_are_escaped(lishui):
    """A name with markup in it is shown, not run: of regions, indicators, places, definitions."""
    evil = '<script>x</script> & "y"'
    named = {"name_en": evil, "name_zh": evil}
    plan = dataclasses.replace(
        lishui.plan, regions=lishui.plan.regions.assign(**named),
        units=lishui.plan.units.assign(**named), areas=lishui.plan.areas.assign(**named),
    )  # fmt: skip
    every = lishui.everything
    every = dataclasses.replace(
        every, indicators=every.indicators.assign(definition=evil, **named),
        rules=every.rules.assign(locus=evil),
    )  # fmt: skip
    page = told(
        dataclasses.replace(
            lishui, plan=plan, everything=every, figures=lishui.figures.assign(locus=evil)
        )
    )
    assert "<script" not in page and "&lt;script&gt;x&lt;/script&gt; &amp;" in page


def test_panels_of_all_regions_have_one_scale(lishui):
    """Small pictures compare: same years, same values; only plans have targets and forecasts."""
    regions = profiles._regions(lishui)
    panels = [profiles._panel(lishui, region) for region in regions]
    figure = evaluation.region_panels(panels, moment=2022.0, notes=["x"], language="en")
    assert len(figure.axes) == 24 and regions[0] == "lishui"
    assert len({axes.get_xlim() + axes.get_ylim() for axes in figure.axes}) == 1
    assert [not panel.fan.empty for panel in panels[:5]] == [True, True, True, True, False]
    figure.canvas.draw()
    said = [t.get_text().replace("\xa0", " ") for t in figure.findobj(mpl.text.Text)]
    assert said.count("◇ 13,000 · 2025") == 1 and "● 10,200 · 2020" in said


def test_the_comparison_writes_every_number(lishui):
    """Latest figure with its year, pace with its sign, or that there is one figure only."""
    figure = evaluation.comparison_chart(
        profiles._compared(lishui), unit=lishui.unit, titles=["a", "b"], language="en"
    )
    figure.canvas.draw()
    said = [t.get_text() for t in figure.findobj(mpl.text.Text)]
    assert "10,200 · 2020" in said and "+794" in said
    assert said.count("one figure only") == 14


def test_without_any_pace_the_comparison_has_one_half(lishui):
    """An empty half says nothing; the day and the sources stand below."""
    table = profiles._compared(lishui).assign(pace=np.nan)
    figure = evaluation.comparison_chart(
        table, unit=lishui.unit, titles=["a", "b"], notes=["x"], language="en"
    )
    assert len(figure.axes) == 1
    assert profiles._origin(lishui).startswith("As of 31 December 2022 (dotted line). Sources")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_are_written_for_programs_and_for_people(lishui, language, tmp_path):
    """CSV with codes, a workbook with words for every head and sheet."""
    found = dataclasses.replace(lishui, language=language)
    tables = profiles.result_tables(found)
    exports.write_tables(found, tables, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(book.sheetnames) == len(tables) == 4
    known = {words[language == "en"] for words in WORDS["column"].values()}
    for sheet in book:
        heads = {str(cell.value) for cell in sheet[1]}
        assert heads <= known, heads - known
    # The tables of a monitoring report, so that one database takes both.
    facts = {"name", "unit", "area", "role", "force", "source", "locus", "note"}
    assert set(tables["attainment"]) == set(found.reached) | facts
    assert tables["attainment"]["source"].tolist() == found.goals["source"].tolist()


def test_the_notebook_declares_what_it_is_passed(tmp_path):
    """The parameters of every report, and the indicator."""
    file = tmp_path / "x.yaml"
    file.write_text(f"region: lishui\nnotebook: indicator\nindicator: {CARE}\n")
    assert "indicator" in check_declared(NOTEBOOK, read_parameters(file).for_notebook())


def test_the_notebook_makes_a_whole_report(command, tmp_path):
    """Run strictly, it leaves a page with every section, described pictures, and tables."""
    params = tmp_path / "zhejiang.yaml"
    params.write_text(
        "region: zhejiang\nnotebook: indicator\nas_of: 2022-12-31\ndraws: 100\nlanguage: en\n"
        f"indicator: {CARE}\n"
    )
    manifest = command.report(params, tmp_path / "out")
    assert {"report.html", "tables.xlsx", "attainment.parquet"} <= set(manifest.files)
    page = (Path(manifest.folder) / "report.html").read_text(encoding="utf-8")
    keys = ["reading", "facts_of", "region_figures", "compared", "forecasts_of", "region_fitted",
            "acts_on", "names_rules", "sources", "parameters"]  # fmt: skip
    heads = [html.unescape(h) for h in re.findall(r"<h2 id=.*?>(.*?)</h2>", page)]
    assert heads == [PHRASES[key][1] for key in keys]
    assert page.count("<img") >= 2
    assert CHINESE.findall(read(page)) == []
