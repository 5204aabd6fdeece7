"""The final evaluation: a page and tables in both languages, whatever has a final figure."""

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
from forecast.charts import evaluation
from forecast.charts import fan as plots
from forecast.evaluation import outcomes, vintages
from forecast.evaluation import store as stores
from forecast.i18n.catalog import gettext
from forecast.reports import exports, final, final_forecasts
from forecast.reports.parameters import check_declared, read_parameters
from made_up import BEDS, BURIAL, CLOSED, OPEN, PER_WORKER, REGISTRIES, STANDARD, write_plan

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "final_evaluation.ipynb"
REGIONS = ("zhejiang", "lishui", "xiaoshan", "shaoxing")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PARTS = (
    final.show_title,
    final.show_reading,
    final.show_reached,
    final.show_pictures,
    final_forecasts.show_scores,
    final_forecasts.show_verdicts,
    final.show_projects,
    final.show_waiting,
    final.show_trust,
)


@pytest.fixture(autouse=True)
def blank(monkeypatch):
    """Pictures are drawn but not encoded."""
    monkeypatch.setattr(plots, "to_png", lambda figure: b"" if figure.axes else None)


def find(place, region, day="2026-06-30", *, store=None, replays=5):
    """Evaluate a plan in English with few draws and the last replays."""
    plan = fc.load_plan(place, as_of=day, region=region)
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    days = outcomes.list_origins(plan)[-replays:]
    runs = outcomes.replay_runs(str(place), days, region=region)
    return final.close(plan, fits, runs, vintages=store, draws=100, language="en")


def told(found, language="en", parts=PARTS):
    """Page of some parts in a language."""
    found = dataclasses.replace(found, language=language)
    return "\n".join(show(found).text for show in parts)


def read(page):
    """Text of a page, without what stands in its own language."""
    page = re.sub(r'<span lang="zh">.*?</span>|<code>.*?</code>', "", page, flags=re.S)
    page = re.sub(r"<(style|title)>.*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Made-up plan, of which four targets are decided, one is forecast and one is silent."""
    return find(write_plan(tmp_path_factory.mktemp("plan")), "shaoxing")


@pytest.fixture(scope="module", params=[CLOSED, OPEN], ids=["all closed", "none closed"])
def extreme(request, tmp_path_factory):
    """Plan of which every target is decided, and one of which none is."""
    return find(write_plan(tmp_path_factory.mktemp("plan"), request.param), "shaoxing")


def check_languages(found, parts=PARTS):
    """No Chinese in the English page, no English in the Chinese one, no gap, no empty table."""
    english, chinese = told(found, "en", parts), told(found, "zh", parts)
    assert CHINESE.findall(read(english)) == []
    assert re.findall(r"[A-Za-z]{2,}", read(chinese)) == []
    for page in (english, chinese):
        assert "nan" not in read(page).lower().split()
        assert "{" not in read(page) and "<tbody>\n  </tbody>" not in page


@pytest.mark.parametrize("region", REGIONS)
def test_each_shipped_plan_reads_in_both_languages(region):
    """Each page is complete and unmixed, with what the data have in the middle of 2026."""
    # Pictures of many indicators take seconds; those of the made-up plan stand for them.
    check_languages(find(region, region, replays=1), [p for p in PARTS if p != final.show_pictures])


def test_a_plan_wholly_closed_or_wholly_open_reads(extreme):
    """Sentences stand where there is nothing to tabulate; no chance where all is decided."""
    check_languages(extreme)
    page, closed = read(told(extreme)), len(extreme.closed) > 0
    assert ("Every final target has a final figure." in page) == closed
    assert (
        ("No final target has a final figure yet: how many were met cannot be said.") in page
    ) == (not closed)
    assert (
        ("The outcome of no verdict of a year end is known yet: who was right cannot be said.")
        in page
    ) == (not closed)
    assert (
        ("These have no final figure. The chance is a forecast from what is known, not a result:")
        in page
    ) == (not closed)


def test_a_plan_asked_before_its_end_claims_nothing(tmp_path):
    """In the third year nothing is met or missed but what was due; open targets are to come."""
    found = find(write_plan(tmp_path), "shaoxing", "2023-06-30")
    check_languages(found)
    assert found.closed.empty and set(found.finals["outcome"]) == {"ahead"}
    page = read(final.show_reading(found).text)
    assert "met 0; missed 0; year to come 6" in page
    assert "Targets on the way: 1; with a figure of their year: 1 (met: 1, missed: 0)" in page


def test_a_plan_without_figures_or_targets_reads(whole):
    """A plan that published nothing, and one that asks for nothing, have sentences everywhere."""
    plan = whole.plan
    silent = dataclasses.replace(plan, observations=plan.observations.iloc[:0])
    nothing = dataclasses.replace(plan, targets=plan.targets.iloc[:0])
    for bare, key in ((silent, "end_no_way"), (nothing, "end_no_targets")):
        fits = fc.fit(pd.concat([bare.observations, plan.siblings]), plan.indicators)
        found = final.close(bare, fits, [], draws=100, language="en")
        check_languages(found)
        assert PHRASES[key][1] in read(told(found))


def test_the_reading_counts_and_names(whole):
    """Two met, two missed, two without a figure, of which one can be forecast."""
    page = read(final.show_reading(whole).text)
    assert (
        "Final targets: 6 (target years: 2025). Of these: met 2; missed 2; no figure found 2"
        in (page)
    )
    assert "Binding targets: 1, of which with a final figure: 1 (met: 1, missed: 0)." in page
    assert "Expected targets: 2, of which with a final figure: 1 (met: 1, missed: 0)." in page
    assert "Met: Minimum living standard (2025); Share of nursing beds (2025)." in page
    assert "Missed: Beds per social worker (2025); Eco-burial share (2025)." in page
    assert "neither met nor missed: 2. Of these, with an earlier figure" in page


def test_outcomes_stand_by_force_and_area(whole):
    """Binding targets first, then expected ones, then others; areas in their own order."""
    page = final.show_reached(whole).text
    heads = re.findall(r"<h3>(.*?)</h3>", page)
    assert heads == [PHRASES[key][1] for key in ("force_binding", "force_expected", "force_other",
                                                 "end_milestones")]  # fmt: skip
    other = read(page.split("<h3>")[3])
    assert other.index("Beds per social worker") < other.index("Eco-burial share")
    assert "Share of nursing beds" not in other


def test_a_decided_target_is_told_with_what_is_beyond_and_when(whole):
    """Beds 66 of 60, 30 % of the way beyond; the standard two years early; burial not kept."""
    rows = whole.finals.set_index("indicator", drop=False)
    cells = [list(final._decided_row(whole, rows.loc[n].to_dict()).values())[3:]
             for n in (BEDS, STANDARD, PER_WORKER, BURIAL)]  # fmt: skip
    assert [[text.replace("\xa0", " ") for text in row] for row in cells] == [
        ["66 % (2025)", "met", "+6.0 pp\n30 % of the way", "2025, on time"],
        ["12,000 (2025)", "met", "+2,000\n200 % of the way", "2023, years early: 2"],
        ["120 (2025)", "missed", "−20.0\n−20 % of the way", "never met"],
        ["45 % (2025)", "missed", "−5.0 pp\n−50 % of the way",
         "met in 2022, not kept to the target year"],
    ]  # fmt: skip


def test_a_chance_is_marked_as_a_forecast(whole):
    """What has no final figure stands apart, under words that say that it is no result."""
    page = final.show_reached(whole).text
    before, after = page.split(
        "These have no final figure. The chance is a forecast from what is known, not a result:"
    )
    assert "Share of marriage registries of 4A" not in before
    assert "Chance (forecast)" in after and "50\xa0%" in after


def test_open_ways_are_forecast_in_percent_of_the_way(whole):
    """From 10 to 30, the forecast's middle of the final year is (q50 - 10) / 20 of the way."""
    row = final._ways(whole, whole.finals).set_index("indicator").loc[REGISTRIES]
    fan = whole.quantiles.set_index(["region", "indicator", "year"])
    middle = fan.at[("shaoxing", REGISTRIES, 2025), "q50"]
    assert row["middle"] == pytest.approx(100 * (middle - 10) / 20, rel=1e-9)
    assert row["low"] < row["middle"] < row["high"]


def test_a_single_figure_has_a_way_to_forecast_only_if_it_falls_short(whole):
    """With one figure the forecast starts from it; where it met the target there is no way."""
    rows = whole.finals[whole.finals["indicator"] == REGISTRIES].assign(gone=float("nan"))
    assert final._ways(whole, rows)["middle"].notna().all()
    met = rows.assign(first_met=2020.0)
    assert final._ways(whole, met)["middle"].isna().all()


def test_ends_change_places_where_less_is_wanted(whole):
    """On the way down to a target the lower figure is the farther one."""
    rows = whole.finals[whole.finals["indicator"] == REGISTRIES].assign(target=0.0, gone=-100.0)
    row = final._ways(whole, rows).iloc[0]
    assert row["low"] < row["middle"] < row["high"]


def test_outcomes_are_told_apart_by_shape(whole):
    """A square is met, a cross missed, a hollow ring open: without any colour."""
    figure = evaluation.outcome_chart(whole.plan, final._ways(whole, whole.finals), language="en")
    marks = [line.get_marker() for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert sorted(marks) == ["X", "X", "o", "s", "s"]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "missed, 80\xa0%" in texts and "met, 300\xa0%" in texts
    nothing = final._ways(whole, whole.finals).iloc[:0]
    assert evaluation.outcome_chart(whole.plan, nothing, language="en") is None


def test_the_course_is_drawn_from_the_figure_known_then(whole):
    """The band of each small picture opens at the figure of 2020, not at the latest one."""
    seen = whole.finals[whole.finals["indicator"] == BEDS]
    figure = evaluation.course_panels(whole.plan, whole.course, seen, notes=[], language="en")
    median, figures = figure.axes[0].lines[:2]
    assert median.get_xdata()[0] == 2020.0 and median.get_ydata()[0] == 40.0
    assert figures.get_ydata().tolist() == [40.0, 45.0, 52.0, 55.0, 58.0, 66.0]


def test_what_is_awaited_stands_under_its_source(whole):
    """The target with an earlier figure under that figure's source, the other by area."""
    page = final.show_waiting(whole).text
    first, second = page.split("Never published, and no place is known where they would be:")
    assert "[1]" in first and "Share of marriage registries of 4A (2025)" in first
    assert "Care visit share of assisted families (2025)" in second
    assert "Share of marriage registries" not in second


def test_issued_forecasts_are_scored_apart_and_drawn_first(whole, tmp_path):
    """A run in the store gives scores of its own, and the course; the replayed ones stay as is."""
    folder, store = write_plan(tmp_path / "plan"), str(tmp_path / "vintages.sqlite")
    then = fc.load_plan(folder, as_of="2022-06-30", region="shaoxing")
    run = vintages.issue(then, name="monitor")
    stores.append_run(store, run)
    found = find(folder, "shaoxing", store=store)
    assert set(found.issued.hits["origin"]) == {"2022-06-30"}
    assert found.replayed.scores.equals(whole.replayed.scores)
    assert (found.made, found.since) == ("issued", "2022-06-30")
    beds = found.course[found.course["indicator"] == BEDS]
    assert beds["year"].iloc[0] == 2021.0 and set(beds["origin"]) == {"2022-06-30"}
    check_languages(found)
    made = final.result_tables(found)["scored"]["made"]
    assert made.value_counts().to_dict() == {"replayed": 22, "issued": 5}


def test_a_run_issued_after_the_end_is_no_forecast(tmp_path):
    """A store that begins when the plan is over has nothing to score, and draws no course."""
    folder, store = write_plan(tmp_path / "plan"), str(tmp_path / "vintages.sqlite")
    now = fc.load_plan(folder, as_of="2026-06-30", region="shaoxing")
    stores.append_run(store, vintages.issue(now))
    found = find(folder, "shaoxing", store=store)
    assert found.issued.hits.empty and found.made == "replayed"
    assert "No forecast in the store has an outcome yet." in final_forecasts.show_scores(found).text


def test_names_from_the_tables_are_escaped(whole):
    """A name with markup in it is shown, not run: of indicators, areas, titles, sources."""
    evil = '<script>x</script> & "y"'
    plan, named = whole.plan, {"name_en": evil, "name_zh": evil}
    plan = dataclasses.replace(
        plan, indicators=plan.indicators.assign(**named), areas=plan.areas.assign(**named),
        regions=plan.regions.assign(**named), title=evil,
        sources=plan.sources.assign(title_zh=evil, issuer=evil),
    )  # fmt: skip
    page = told(dataclasses.replace(whole, plan=plan))
    assert "<script" not in page and "&lt;script&gt;x&lt;/script&gt; &amp;" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_are_written_for_programs_and_for_people(whole, language, tmp_path):
    """CSV with codes, a workbook with words for every head, sheet and outcome."""
    found = dataclasses.replace(whole, language=language)
    tables = final.result_tables(found)
    exports.write_tables(found, tables, tmp_path)
    table = pd.read_csv(tmp_path / "outcomes.csv")
    assert table["outcome"].tolist() == whole.attainment["outcome"].tolist()
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(book.sheetnames) == len(tables) == 5
    known = {words[language == "en"] for words in WORDS["column"].values()}
    for sheet in book:
        assert {str(cell.value) for cell in sheet[1]} <= known, sheet.title
    sheet = book[WORDS["sheet"]["verdicts"][language == "en"]]
    heads = [cell.value for cell in sheet[1]]
    column = heads.index(WORDS["column"]["schedule_said"][language == "en"])
    said = {row[column] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert said == {words[language == "en"] for words in WORDS["said"].values()}


def test_parameter_files_make_an_evaluation_each():
    """Every region has one, of the middle of 2026, under a name of its own."""
    every = [read_parameters(file) for file in sorted(ROOT.glob("params/final/*.yaml"))]
    assert sorted(asked.region for asked in every) == sorted(REGIONS)
    assert {(a.notebook, a.as_of) for a in every} == {("final_evaluation", "2026-06-30")}
    assert len({asked.name for asked in every}) == 4
    assert "vintages" in check_declared(NOTEBOOK, every[0].for_notebook())


def test_the_notebook_makes_a_whole_report(command, tmp_path):
    """Run strictly on tables of one's own, it leaves every section, pictures and tables.

    The store beside it holds a run of its own afterwards.
    """
    folder = write_plan(tmp_path / "plan")
    params = tmp_path / "final.yaml"
    params.write_text(
        f"region: shaoxing\ndata: {folder}\nnotebook: final_evaluation\nas_of: 2026-06-30\n"
        "draws: 100\nlanguage: en\nname: final\n"
    )
    manifest = command.report(params, tmp_path / "out")
    assert {"report.html", "tables.xlsx", "outcomes.csv", "scored.parquet"} <= set(manifest.files)
    page = (Path(manifest.folder) / "report.html").read_text(encoding="utf-8")
    keys = ["reading", "end_reached", "end_way", "end_scores", "end_verdicts", "projects",
            "end_waiting", "trust", "sources", "parameters"]  # fmt: skip
    heads = [html.unescape(h) for h in re.findall(r"<h2 id=.*?>(.*?)</h2>", page)]
    assert heads == [gettext(key, "en") for key in keys]
    assert page.count("<img") == 3 and CHINESE.findall(read(page)) == []
    assert len(stores.read_runs(tmp_path / "out" / stores.STORE)) == 1
