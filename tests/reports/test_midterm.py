"""The mid-term evaluation: verdicts and why they differ, deadlines, its notebook, its tables."""

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
from forecast.reports import exports, midterm, monitoring
from forecast.reports.parameters import check_declared, read_parameters

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "midterm_evaluation.ipynb"
REGIONS = ("zhejiang", "lishui", "xiaoshan", "shaoxing")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
STANDARD = "minimum_living_standard"
PARTS = (
    midterm.show_title, midterm.show_reading, monitoring.show_dashboard,
    midterm.show_verdicts, midterm.show_progress, midterm.show_final,
    midterm.show_adjust, midterm.show_projects, midterm.show_lists,
)  # fmt: skip
FACTS = {
    "schedule_status": "on_schedule", "status": "uncertain", "p_reach": 0.5, "pace": 3.0,
    "last_step": 3.0, "required_rate": 2.0, "median": 60.0, "target": 58.0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def blank(monkeypatch):
    """Pictures are drawn but not encoded: they have tests of their own."""
    monkeypatch.setattr(fan, "to_png", lambda figure: b"" if figure.axes else None)


def judge(plan, language="en"):
    """Evaluate a plan with few draws."""
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    quantiles = fc.quantiles(fits, monitoring.span(plan))
    return midterm.evaluate(plan, fits, quantiles, draws=100, language=language)


def find(region, day="2022-12-31"):
    """Evaluate a shipped region in English."""
    return judge(fc.load_plan(region, as_of=day))


def told(found, language="en"):
    """Page of all parts in a language."""
    found = dataclasses.replace(found, language=language)
    return "\n".join(show(found).text for show in PARTS)


def read(page):
    """Text of a page, without what stands in its own language."""
    page = re.sub(r'<span lang="zh">.*?</span>|<code>.*?</code>', "", page, flags=re.S)
    page = re.sub(r"<(style|title)>.*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


@pytest.fixture(scope="module")
def lishui():
    """Lishui at the end of 2022: binding and expected targets, projects, a list of policies."""
    return find("lishui")


@pytest.fixture(scope="module")
def shaoxing():
    """Shaoxing at the end of 2022: all its targets have passed."""
    return find("shaoxing")


@pytest.fixture(scope="module")
def zhejiang():
    """Zhejiang at the end of 2022, with a figure on schedule."""
    return find("zhejiang")


@pytest.mark.parametrize("region", REGIONS)
def test_each_language_is_complete_and_unmixed(region):
    """No Chinese in the English report, no English words in the Chinese one, no empty table."""
    found = find(region)
    english, chinese = told(found), told(found, "zh")
    assert CHINESE.findall(read(english)) == []
    assert (
        re.findall(r"[A-Za-z]{2,}", re.sub('<span lang="zh">.*?</span>', "", read(chinese))) == []
    )
    assert "nan" not in read(english).lower().split()
    assert "<tbody>\n  </tbody>" not in english + chinese


def test_what_is_not_there_is_said_in_a_sentence(shaoxing):
    """Where no target is open and nothing is listed, sentences stand in place of tables."""
    assert shaoxing.open.empty
    page = read(told(shaoxing))
    for key in ("none_open", "no_way", "no_projects"):
        assert PHRASES[key][1] in page
    bare = dataclasses.replace(shaoxing.plan, milestones=shaoxing.plan.milestones.iloc[:0])
    assert "The plan has no list of tasks or policies, and no stages." in read(
        told(dataclasses.replace(shaoxing, plan=bare))
    )


def test_a_plan_without_any_figure_still_reads(lishui):
    """A region that published nothing has sentences everywhere, and a page of counts."""
    plan = dataclasses.replace(lishui.plan, observations=lishui.plan.observations.iloc[:0])
    page = read(told(judge(plan)))
    assert (
        "No target is open for a forecast: either its year has passed, or "
        "no figure was ever published."
    ) in page and "nan" not in page.lower().split()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"status": "likely"}, "both_good"),
        ({"schedule_status": "behind"}, "both_bad"),
        ({"schedule_status": "behind", "status": "likely"}, "behind_fast"),
        ({"schedule_status": "behind", "status": "likely", "pace": 1.9}, "behind_others"),
        ({"schedule_status": "one_figure"}, "one_figure"),
        ({"pace": 1.9}, "pace_short"),
        ({"pace": 2.0, "last_step": 2.0}, "wide"),
        ({"last_step": 1.0}, "slowing"),
        ({"last_step": 2.1}, "wide"),
        ({"median": 57.0}, "others_slower"),
        ({"schedule_status": "reached", "status": "reached"}, "may_fall"),
        ({"schedule_status": "reached", "status": "reached", "p_reach": 0.8}, "both_good"),
        ({"status": "missed"}, "closed"),
    ],
)  # fmt: skip
def test_every_disagreement_has_its_reason(changed, expected):
    """On the line but slowing, behind but fast, too wide a range: each is told apart."""
    assert midterm.reason(FACTS | changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"pace": -1.9}, "pace_short"),
        ({"last_step": -1.0}, "slowing"),
        ({}, "wide"),
        ({"median": 59.0}, "others_slower"),
        ({"schedule_status": "behind", "status": "likely"}, "behind_fast"),
    ],
)
def test_reasons_are_mirrored_where_less_is_wanted(changed, expected):
    """A falling indicator is fast when it falls fast."""
    falling = {"pace": -3.0, "last_step": -3.0, "required_rate": -2.0, "median": 57.0}
    assert midterm.reason(FACTS | falling | changed) == expected


def test_every_reason_has_its_sentence(zhejiang):
    """All gaps of each sentence are filled, in both languages."""
    row = zhejiang.verdicts.iloc[0].to_dict()
    for language in ("zh", "en"):
        found = dataclasses.replace(zhejiang, language=language)
        for key in WORDS["reason"]:
            text = midterm._why(found, row | {"reason": key})
            assert text and "{" not in text and "nan" not in text


def test_a_median_is_no_finer_than_the_figures(lishui):
    """A median of 0.85 % of a share reported in whole percent is told as 1 %."""
    row = lishui.verdicts.set_index("indicator", drop=False).loc["marriage_registry_4a_share"]
    assert 0.5 < row["median"] < 1.0
    assert midterm._why(lishui, row.to_dict()).endswith("median at 1\xa0%")


def test_the_way_is_measured_from_the_schedule_rules_baseline(zhejiang):
    """Zhejiang's standard: 9,624 (2019) to 13,000 (2025); 11,220 in 2021 is 47 % of the way."""
    row = zhejiang.way.set_index("indicator").loc[STANDARD]
    seen = zhejiang.plan.observations.set_index("indicator").loc[[STANDARD]].sort_values("year")
    first, last = float(seen["value"].iloc[0]), float(seen["value"].iloc[-1])
    assert row["gone"] == pytest.approx(100 * (last - first) / (13000 - first), rel=1e-9)
    assert (row["due_then"], row["due"]) == (pytest.approx(100 / 3), 50.0)
    assert row["low"] < row["middle"] < row["high"]


def test_one_figure_shows_no_way_of_its_own(lishui):
    """With one figure only the estimate speaks; the schedule still asks for its share of time."""
    assert lishui.way["gone"].isna().all() and lishui.way["middle"].notna().all()
    assert set(lishui.way["due"]) == {40.0}


def test_binding_and_expected_targets_stand_apart(lishui):
    """The living standard is binding; expected ones follow, then those without a printed force."""
    page = midterm.show_verdicts(lishui).text
    heads = re.findall(r"<h3>(.*?)</h3>", page)
    assert heads == [PHRASES[f"force_{k}"][1] for k in ("binding", "expected", "other")]
    binding = page.split("<h3>")[1]
    assert "Minimum living standard" in binding and "Eco-burial" not in binding


def test_a_force_that_nothing_is_known_of_is_said(lishui):
    """Binding targets without a figure are named as unknown, not left out."""
    silent = lishui.verdicts.assign(force="")
    page = midterm.show_verdicts(dataclasses.replace(lishui, verdicts=silent)).text
    assert page.count("No open target of this sort has a figure to judge by.") == 2


def test_the_pace_needed_is_compared_with_all_that_were_seen(zhejiang):
    """Paces as high are counted on the needed pace from today's estimate to the target."""
    row = zhejiang.verdicts.set_index("indicator").loc[STANDARD]
    way = zhejiang.way.set_index("indicator").loc[STANDARD]
    now = way["baseline"] + way["middle"] / 100 * (13000 - way["baseline"])
    assert row["needed_now"] == pytest.approx((13000 - now) / 3, rel=1e-9)
    (paces,) = fc.responses.yearly_paces(zhejiang.plan, STANDARD)
    assert row["paces_seen"] == len(paces) > 10
    assert row["paces_as_high"] == (paces >= row["needed_now"]).sum()
    assert row["fastest_pace"] == paces.max()


@pytest.mark.parametrize(
    ("facts", "key"),
    [((0, 0), "none"), ((12, 0), "never"), ((3, 0), "few_never"), ((12, 2), "seen"),
     ((3, 1), "few_seen")],
)  # fmt: skip
def test_whether_such_a_pace_was_ever_seen_is_told(lishui, facts, key):
    """Never, seldom or seen, and that few paces say little."""
    row = lishui.verdicts.iloc[0].to_dict() | {"paces_seen": facts[0], "paces_as_high": facts[1]}
    text = midterm._adjust_row(lishui, row)["Was such a pace ever seen"]
    assert text == WORDS["ever_seen"][key][1].format(seen=facts[0], high=facts[1])


def test_deadlines_are_sorted_and_only_passed_or_ahead(lishui):
    """The deadline's last day decides; without one nothing is said; the last day has passed."""
    table = midterm._by_deadline(lishui, lishui.plan.tasks, "due")
    ends = table["end"].dropna().tolist()
    assert ends == sorted(ends) and table["end"].isna().tolist() == sorted(table["end"].isna())
    states = dict(zip(table["due"], table["state"], strict=True))
    assert states == {"2021": "passed", "2022": "passed", "2023": "ahead", "2022-2024": "ahead",
                      "": "undated"}  # fmt: skip
    early = dataclasses.replace(lishui, plan=dataclasses.replace(lishui.plan, as_of="2022-12-30"))
    assert midterm._state(early, 2022.0) == "ahead"
    free = dataclasses.replace(lishui, plan=dataclasses.replace(lishui.plan, as_of=""))
    assert midterm._state(free, 2022.0) == "no_day"


def test_deadlines_stand_as_printed(zhejiang):
    """A day is written out, a year stays a year, Chinese texts are marked as such."""
    page = midterm.show_lists(zhejiang).text
    assert "31 August 2022" in page and '<span lang="zh">' in page
    chinese = midterm.show_lists(dataclasses.replace(zhejiang, language="zh")).text
    assert "2022年8月31日" in chinese and "2025年" in chinese


def test_agreement_is_counted(zhejiang):
    """Same, different and silent verdicts add up, and the different ones are named."""
    page = read(midterm.show_reading(zhejiang).text)
    assert "agree: 0; differ: 1; one figure only, so that the schedule rule is silent: 2" in page
    assert "They differ for: Minimum living standard." in page


def test_names_from_the_tables_are_escaped(lishui):
    """A name with markup in it is shown, not run: of indicators, areas, tasks, stages."""
    evil = '<script>x</script> & "y"'
    plan, named = lishui.plan, {"name_en": evil, "name_zh": evil}
    plan = dataclasses.replace(
        plan, indicators=plan.indicators.assign(**named), areas=plan.areas.assign(**named),
        regions=plan.regions.assign(**named), title=evil,
        tasks=plan.tasks.assign(name_zh=evil, requirement_zh=evil, locus=evil),
        milestones=plan.milestones.assign(text_zh=evil, locus=evil),
    )  # fmt: skip
    page = told(dataclasses.replace(lishui, plan=plan))
    assert "<script" not in page and "&lt;script&gt;x&lt;/script&gt; &amp;" in page


def test_sources_of_lists_are_among_the_sources(zhejiang):
    """A task's source has a number, as those of figures and targets have."""
    assert set(zhejiang.plan.tasks["source"]) <= set(zhejiang.sources())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_are_written_for_programs_and_for_people(lishui, shaoxing, language, tmp_path):
    """CSV with codes, a workbook with words for every head and sheet."""
    for place, found in (("a", lishui), ("b", shaoxing)):
        found = dataclasses.replace(found, language=language)
        tables = midterm.result_tables(found)
        exports.write_tables(found, tables, tmp_path / place)
        book = openpyxl.load_workbook(tmp_path / place / "tables.xlsx")
        assert len(book.sheetnames) == len(tables) >= 3
        known = {words[language == "en"] for words in WORDS["column"].values()}
        for sheet in book:
            heads = {str(cell.value) for cell in sheet[1]}
            assert heads - known == set(), sheet.title
            mixed = CHINESE if language == "en" else re.compile("[A-Za-z]{4,}")
            assert not mixed.findall("".join(heads).replace("CRPS", ""))
    table = pd.read_csv(tmp_path / "a" / "evaluation.csv")
    assert table["reason"].tolist() == lishui.verdicts["reason"].tolist()


def test_parameter_files_make_an_evaluation_each():
    """Every region has one, of the end of 2022, under a name of its own."""
    every = [read_parameters(file) for file in sorted(ROOT.glob("params/midterm/*.yaml"))]
    assert sorted(asked.region for asked in every) == sorted(REGIONS)
    assert {(a.notebook, a.as_of) for a in every} == {("midterm_evaluation", "2022-12-31")}
    assert len({asked.name for asked in every}) == 4


def test_the_notebook_declares_what_it_is_passed():
    """The parameters are those of the monitoring report."""
    asked = read_parameters(ROOT / "params" / "midterm" / "lishui.yaml").for_notebook()
    check_declared(NOTEBOOK, asked)


def test_the_notebook_makes_a_whole_report(command, tmp_path):
    """Run strictly, it leaves a page with every section, described pictures, and tables."""
    params = tmp_path / "zhejiang.yaml"
    params.write_text(
        "region: zhejiang\nnotebook: midterm_evaluation\nas_of: 2022-12-31\ndraws: 100\n"
        "language: en\n"
    )
    manifest = command.report(params, tmp_path / "out")
    assert {"report.html", "tables.xlsx", "evaluation.parquet", "tasks.csv"} <= set(manifest.files)
    page = (Path(manifest.folder) / "report.html").read_text(encoding="utf-8")
    keys = ["reading", "dashboard", "verdicts", "way", "final", "adjust", "closed", "projects",
            "lists", "trust", "sources", "parameters"]  # fmt: skip
    heads = [html.unescape(h) for h in re.findall(r"<h2 id=.*?>(.*?)</h2>", page)]
    assert heads == [PHRASES[key][1] for key in keys]
    assert page.count("<img") >= 3
    assert CHINESE.findall(read(page)) == []
