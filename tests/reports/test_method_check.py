"""The method report: its parts, its notebook, the measured calibration, and docs/method.md."""

import ast
import dataclasses
import html
import os
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.charts import fan
from forecast.evaluation.backtesting import METHODS
from forecast.i18n import formatting, phrases, vocabulary
from forecast.model import counts, fitting, peers, posterior, predictive, priors, simulation
from forecast.reports import exports, method_check
from forecast.reports.parameters import check_declared, read_parameters
from forecast.tables.plan import data_folder
from forecast.targets import event_probabilities
from forecast.training import learning

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "method_check.ipynb"
PARAMS = ROOT / "params" / "method_check.yaml"
DOCS = [ROOT / "docs" / name for name in ("method.md", "method.zh.md")]
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
KEYS = ["reading", "trial", "panel", "fitted", "limits", "parameters"]
ASKED = {
    "region": "zhejiang", "data": None, "as_of": "2026-06-30", "until": None, "draws": 100,
    "seed": 0, "language": "en", "folder": ".",
}  # fmt: skip


def measured():
    """A calibration table made up for the tests, with every measure, split and setting."""
    rows = []
    for i, split in enumerate(method_check.SPLITS):
        for j, setting in enumerate(method_check.SETTINGS):
            worse = 0.01 * i + 0.005 * j
            overall = {"crps": (1.5, 0.05), "brier": (0.18, 0.004), "ece": (0.02, np.nan),
                       "cover90": (0.91, 0.01)}  # fmt: skip
            rows += [
                (split, setting, name, *[np.nan] * 3, 5000, np.nan, value + worse, error)
                for name, (value, error) in overall.items()
            ]
            rows += [
                (split, setting, "cover90", n, *[np.nan] * 2, 900, np.nan, 0.9 - worse, 0.01)
                for n in (3, 4, 5, 6, 8)
            ]
            rows += [
                (split, setting, "reliability", np.nan, b / 10, (b + 1) / 10, 400,
                 b / 10 + 0.05, b / 10 + 0.05 + worse, 0.02)
                for b in range(10)
            ]  # fmt: skip
    rows += [
        ("regions", "drift", "cover90", n, *[np.nan] * 2, 900, np.nan, 0.7, np.nan) for n in (3, 8)
    ]
    table = pd.DataFrame(rows, columns=method_check.CALIBRATION[:-1])
    return table.assign(source="20 < 21 indicators")


def write(table, folder):
    """Write a calibration table into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "calibration.csv", index=False)
    return folder


@pytest.fixture(autouse=True)
def blank(monkeypatch):
    """Pictures are drawn but not encoded: they have tests of their own."""
    monkeypatch.setattr(fan, "to_png", lambda figure: b"" if figure.axes else None)


def find(region, day, language):
    """Check of a shipped region against the made-up calibration."""
    plan = fc.load_plan(region, as_of=day)
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    trial = method_check.replay_plan(plan, draws=100, seed=0)
    return method_check.Check(plan, fits, trial, measured(), language)


@pytest.fixture(scope="module")
def zhejiang():
    """Zhejiang today, in English: enough figures for pictures."""
    return find("zhejiang", "2026-06-30", "en")


@pytest.fixture(scope="module")
def lishui():
    """Lishui at the end of 2022, in English: too few figures for pictures."""
    return find("lishui", "2022-12-31", "en")


def parts(check):
    """All parts of the page."""
    asked = ASKED | {"region": check.plan.region, "language": check.language}
    shown = [
        method_check.show_title(check),
        method_check.show_reading(check),
        method_check.show_trial(check),
        method_check.show_panel(check),
        method_check.show_fits(check),
        method_check.show_limits(check),
        method_check.show_parameters(check, asked),
    ]
    return "\n".join(part.text for part in shown)


def read(page):
    """Text of a page, without its style and title."""
    page = re.sub(r"<(style|title)>.*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def cells(page):
    """Cells of all tables of a page, row by row, heads included."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, flags=re.S)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S) for row in rows]
    return [[re.sub(" +", " ", read(cell).strip()) for cell in row] for row in found]


# ---------------------------------------------------------------------------------------------
# The measured calibration


def test_a_calibration_is_read_as_written(tmp_path):
    """Words are texts, numbers are numbers or missing, columns stand in one order."""
    table = measured()
    read_back = method_check.read_calibration(write(table[table.columns[::-1]], tmp_path))
    pd.testing.assert_frame_equal(read_back, table, check_dtype=False)
    assert list(read_back) == method_check.CALIBRATION


def test_a_folder_without_a_calibration_takes_the_shipped_one(tmp_path, monkeypatch):
    """The package's own numbers serve where a planner has none; without either it is said."""
    shipped = write(measured(), tmp_path / "shipped")
    monkeypatch.setattr(method_check, "data_folder", lambda: shipped)
    (tmp_path / "own").mkdir()
    for folder in (None, tmp_path / "own"):
        assert len(method_check.read_calibration(folder)) == len(measured())
    (shipped / "calibration.csv").unlink()
    with pytest.raises(fc.DataError, match=r"calibration\.csv: no such file.*accuracy\.py"):
        method_check.read_calibration()


@pytest.mark.parametrize(
    ("spoil", "messages"),
    [
        (lambda t: t.drop(columns=["said", "source"]),
         ["column said: no such column", "column source: no such column", "--write"]),
        (lambda t: t.assign(split="region"), ["row 2, column split, value 'region': unknown"]),
        (lambda t: t.assign(setting="naive"), ["column setting, value 'naive': unknown"]),
        (lambda t: t.assign(measure="mase"), ["use crps, brier, ece, cover90, reliability"]),
        (lambda t: t.assign(error="wide"), ["row 2, column error, value 'wide': no number"]),
        (lambda t: t.assign(value=""), ["column value, value '': no number"]),
        (lambda t: t.assign(cases=""), ["column cases, value '': no number"]),
    ],
)  # fmt: skip
def test_faults_of_a_calibration_are_said_with_place_and_remedy(tmp_path, spoil, messages):
    """Missing columns, unknown words and cells that are no numbers are all named at once."""
    folder = write(spoil(measured()), tmp_path)
    with pytest.raises(fc.DataError) as caught:
        method_check.read_calibration(folder)
    assert [message for message in messages if message not in str(caught.value)] == []


def test_what_is_no_table_is_said(tmp_path):
    """An empty file is a fault of the file, not of the program."""
    (tmp_path / "calibration.csv").write_text("")
    with pytest.raises(fc.DataError, match=r"calibration\.csv.*measure again"):
        method_check.read_calibration(tmp_path)


def test_own_priors_ask_for_a_calibration_of_their_own(tmp_path, lishui):
    """A folder with priors and no calibration is told so on the page."""
    assert not method_check.lacks_calibration(None) and not method_check.lacks_calibration(tmp_path)
    (tmp_path / "priors.csv").touch()
    assert method_check.lacks_calibration(tmp_path)
    told = method_check.show_panel(dataclasses.replace(lishui, own_priors=True)).text
    assert (
        lishui.gettext(
            "Mind: your folder has priors of its own, while these numbers were "
            "measured with the priors that come with the package."
        )
        in told
    )
    assert (
        lishui.gettext(
            "Mind: your folder has priors of its own, while these numbers were "
            "measured with the priors that come with the package."
        )
        not in method_check.show_panel(lishui).text
    )
    write(measured(), tmp_path)
    assert not method_check.lacks_calibration(tmp_path)


# ---------------------------------------------------------------------------------------------
# The page


@pytest.mark.parametrize("name", ["zhejiang", "lishui"])
def test_each_language_is_complete_and_unmixed(name, request):
    """No Chinese in the English report, no English words in the Chinese one."""
    check = request.getfixturevalue(name)
    assert CHINESE.findall(read(parts(check))) == []
    source = check.calibration.assign(source="二十个指标")
    chinese = dataclasses.replace(check, language="zh", calibration=source)
    text = read(parts(chinese)).replace(name, "")
    assert re.findall(r"[A-Za-z]{2,}", text) == []


def test_names_from_the_tables_are_escaped(lishui):
    """A name or source with markup in it is shown, not run."""
    plan = lishui.plan
    evil = '<script>x</script> & "y"'
    indicators = plan.indicators.assign(name_en=evil)
    areas = plan.areas.assign(name_en=evil)
    regions = plan.regions.assign(name_en=evil)
    units = plan.units.assign(name_en=evil)
    plan = dataclasses.replace(
        plan, indicators=indicators, areas=areas, regions=regions, units=units
    )
    spoilt = lishui.calibration.assign(source="<img src=x>")
    page = parts(dataclasses.replace(lishui, plan=plan, calibration=spoilt))
    assert "<script" not in page and "<img src=x" not in page
    assert "&lt;script&gt;x&lt;/script&gt; &amp;" in page and "&lt;img src=x&gt;" in page


def test_every_method_has_a_line_with_its_scores(zhejiang):
    """The table beside the baselines is the trial's own; what a rule cannot say is a dash."""
    rows = cells(method_check.show_trial(zhejiang).text)
    assert rows[0] == [zhejiang.word("column", k) for k in (
        "method", "forecasts", "error", "crps", "cover80", "cover90", "targets", "brier", "ece")
    ]  # fmt: skip
    table = zhejiang.trial.scores
    table = table[table["horizon"] == "all"].set_index("method")
    assert [row[0] for row in rows[1:]] == [zhejiang.word("method", m) for m in table.index]
    ours = table.loc["forecast"]
    assert rows[1][3] == f"{ours['crps']:.2f} ±{ours['crps_error']:.2f}"
    assert rows[1][5] == f"{100 * ours['cover90']:.0f}\xa0% ±{100 * ours['cover90_error']:.0f}\xa0%"
    assert rows[1][7] == f"{ours['brier']:.3f} ±{ours['brier_error']:.3f}"
    rule = rows[1 + list(table.index).index("schedule_rule")]
    assert rule[1:6] == ["–"] * 5 and rule[6] == f"{table.loc['schedule_rule', 'targets']:,.0f}"


def test_an_error_that_one_year_cannot_tell_is_left_out(zhejiang):
    """An infinite standard error is no number to print."""
    own = zhejiang.trial
    year = own.forecasts["year"].max()
    one = dataclasses.replace(
        own,
        forecasts=own.forecasts[own.forecasts["year"] == year],
        chances=own.chances[own.chances["year"] == year],
        joint=own.joint[own.joint["year"] == year],
    )
    page = method_check.show_trial(dataclasses.replace(zhejiang, trial=one)).text
    assert not [cell for row in cells(page) for cell in row if "±" in cell]
    assert "inf" not in read(page) and "nan" not in read(page)


def test_few_cases_are_called_too_few(lishui):
    """Without enough forecasts or years there are no pictures, but the words that say so."""
    few = lishui.gettext(
        "Too few cases: with fewer than {cases} forecasts or {years} "
        "target years the plan's own figures can neither prove nor "
        "disprove the probabilities; the large panel has to."
    ).format(cases=method_check.ENOUGH_CASES, years=method_check.ENOUGH_YEARS)
    assert few in read(method_check.show_reading(lishui).text)
    page = method_check.show_trial(lishui).text
    assert few in read(page) and "<img" not in page


@pytest.mark.parametrize(
    ("forecasts", "years", "enough"), [(100, 5, True), (99, 9, False), (900, 4, False)]
)
def test_enough_is_a_number_of_cases_and_of_years(forecasts, years, enough):
    """One hundred forecasts of five target years are enough, fewer of either are not."""
    assert method_check._Size(forecasts, 30, years).enough == enough


def test_a_plan_without_history_is_told_so(lishui):
    """Where no series has two figures and a third, nothing is scored and nothing fails."""
    plan = lishui.plan
    single = plan.observations.drop_duplicates("indicator")
    plan = dataclasses.replace(plan, observations=single, siblings=plan.siblings.iloc[:0])
    assert method_check.replay_plan(plan, draws=100, seed=0) is None
    check = dataclasses.replace(lishui, plan=plan, trial=None)
    for part in (method_check.show_reading(check), method_check.show_trial(check)):
        assert check.gettext(
            "No forecast can be checked: no series has two figures and another "
            "one in the three years after them. The plan's own figures say "
            "nothing about the probabilities; the large panel has to."
        ) in read(part.text)


def test_enough_cases_have_pictures_with_descriptions(zhejiang):
    """Two pictures of the trial, three of the panel; each says what it shows."""
    page = parts(zhejiang)
    described = re.findall(r'<img style="width:100%" alt="(.*?)" src="data:image/png', page)
    keys = ["trial_pit", "trial_reliability", "panel_reliability", "panel_reliability"]
    heads = [zhejiang.gettext(key).partition(" (")[0] for key in [*keys, "panel_coverage"]]
    assert len(described) == len(re.findall("<img", page)) == len(heads)
    assert all(text.startswith(head) for text, head in zip(described, heads, strict=True))
    assert all(": " in text for text in described)


def trial_of(crps, years):
    """Trial of two methods with given errors, a case a row."""
    base = pd.DataFrame({"region": "a", "indicator": range(len(years)), "year": years})
    rows = [base.assign(method=name, crps=values, origin=2000) for name, values in crps.items()]
    empty = pd.DataFrame()
    return fc.Backtest(pd.concat(rows), empty, empty, empty)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [([1.0, 1.1, 0.9, 1.0], "better"), ([3.0, 3.1, 2.9, 3.0], "worse"),
     ([1.0, 3.0, 1.0, 3.2], "undecided")],
)  # fmt: skip
def test_better_and_worse_need_two_standard_errors(lishui, ours, verdict):
    """The difference to the best plain method is paired, and its error clustered by year."""
    plain = {"drift": [2.0, 2.1, 1.9, 2.0], "no_change": [4.0] * 4}
    trial = trial_of({"forecast": ours, **plain}, [2010, 2011, 2012, 2013])
    said = method_check._compared(lishui, trial)
    assert said.endswith(f"{lishui.gettext(f'trial_{verdict}')}.")
    assert "drift with 2.00" in said and f"this method {np.mean(ours):.2f}" in said


def test_independent_cases_by_hand():
    """Cases of a year that are all alike count once; independent ones count each."""
    rng = np.random.default_rng(1)
    place = rng.random(4000)
    alike = pd.DataFrame({"pit": place.repeat(5), "year": np.arange(4000).repeat(5)})
    assert method_check._independent_cases(alike.assign(pit_below=alike["pit"])) == pytest.approx(
        4000, rel=0.1
    )
    apart = pd.DataFrame({"pit": place, "pit_below": place, "year": np.arange(4000)})
    assert method_check._independent_cases(apart) == pytest.approx(4000, rel=0.03)
    one_year = apart.assign(year=2020)
    assert method_check._independent_cases(one_year) == 0.0


def test_the_panels_table_is_the_calibrations(lishui):
    """A line a split and setting, with the worst of the bins above a half."""
    rows = cells(method_check.show_panel(lishui).text)[1:]
    assert len(rows) == len(method_check.SPLITS) * len(method_check.SETTINGS)
    assert rows[2][2:] == [
        "5,000", "1.51 ±0.05", "92\xa0% ±1\xa0%", "5,000", "0.190 ±0.004", "3.0\xa0%", "1.0\xa0%"
    ]  # fmt: skip


def test_what_was_not_measured_is_a_dash(lishui):
    """A calibration without a measure leaves its cells and pictures out, not the page."""
    only = measured().query("measure == 'brier'")
    check = dataclasses.replace(lishui, calibration=only)
    page = method_check.show_panel(check).text
    assert "<img" not in page
    assert cells(page)[1][2:] == ["–", "–", "–", "5,000", "0.180 ±0.004", "–", "–"]
    assert "On the large panel" not in read(method_check.show_reading(check).text)


def test_the_panel_is_summed_up_in_one_line(lishui):
    """The range of the calibration error and of the coverage over splits and settings."""
    said = read(method_check.show_reading(lishui).text)
    assert "by 2.0 to 4.5 percentage points" in said and "held 91\xa0% to 94\xa0%" in said


def test_every_indicator_with_a_figure_has_a_line(zhejiang):
    """Fits are told by area; weights of the paths are those of the summary."""
    rows = [row for row in cells(method_check.show_fits(zhejiang).text) if row[0] != "Indicator"]
    own = zhejiang.fits.series
    assert len(rows) == (own["region"] == "zhejiang").sum()
    name = zhejiang.name("indicators", "minimum_living_standard")
    row = next(r for r in rows if r[0] == f"{name} yuan per year")
    told = zhejiang.summary.set_index("indicator").loc["minimum_living_standard"]
    assert f"exponential\xa0{100 * told['weight_log']:.0f}\xa0%" in row[3]
    assert row[5].startswith(told["evidence"])


def test_the_pace_of_several_links_is_their_mean():
    """Paces are weighed; the deviation holds their own and what lies between them."""
    table = pd.DataFrame(
        {"indicator": "x", "parameter": "pace", "link": ["log", "identity"],
         "weight": [0.75, 0.25], "value": [4.0, 8.0], "sd": [1.0, 3.0]}
    )  # fmt: skip

    class Told:
        parameters = table

    pace, spread, links = method_check._pace(Told(), "x")
    assert pace == 5.0
    assert spread == pytest.approx(np.sqrt(0.75 * (1 + 1) + 0.25 * (9 + 9)))
    assert links == {"log": 0.75, "identity": 0.25}
    assert np.isnan(method_check._pace(Told(), "y")[0]) and method_check._pace(Told(), "y")[2] == {}


def test_a_ratio_that_moves_by_its_parts_says_so():
    """It has no pace of its own, and its remarks name the reason."""
    names = ["beds", "people", "beds_per_10k"]
    figures = [
        ("lishui", name, year, value * 1.05 ** (year - 2018))
        for name, value in zip(names, (500.0, 1e5, 50.0), strict=True)
        for year in range(2018, 2022)
    ]
    plan = fc.load_plan("lishui")
    seen = pd.DataFrame(figures, columns=["region", "indicator", "year", "value"])
    about = plan.indicators.iloc[:3].assign(
        indicator=names, name_en=names, kind=["stock", "stock", "ratio"], lower=0.0, upper=np.nan,
        resolution=0.1, numerator=["", "", "beds"], denominator=["", "", "people"],
    )  # fmt: skip
    plan = dataclasses.replace(plan, indicators=about, observations=seen)
    check = method_check.Check(plan, fc.fit(seen, about), None, measured(), "en")
    row = next(
        r for r in cells(method_check.show_fits(check).text) if r[0].startswith("beds_per_10k")
    )
    assert row[4] == "–" and formatting.word("warning", "by_parts", "en") in row[6]


def test_every_warning_and_link_of_a_fit_has_a_word(zhejiang, lishui):
    """What a summary may say can be said to people."""
    said = {w for c in (zhejiang, lishui) for text in c.fits.summary()["warnings"]
            for w in text.split(", ") if w}  # fmt: skip
    assert said <= set(vocabulary.WORDS["warning"])
    links = {
        c.removeprefix("weight_") for c in zhejiang.fits.summary() if c.startswith("weight_")
    } | set(zhejiang.fits.parameters()["link"])
    assert links <= set(vocabulary.WORDS["link"])
    assert set(zhejiang.trial.scores["method"]) == set(vocabulary.WORDS["method"])


def test_all_limits_are_said(lishui):
    """Each statement of what the probabilities do not mean is on the page."""
    text = read(method_check.show_limits(lishui).text)
    keys = [key for key in phrases.PHRASES if re.match(r"limit_", key)]
    assert {f"limit_{key}" for key in method_check.LIMITS} == set(keys)
    assert all(lishui.gettext(key) in text for key in keys)


# ---------------------------------------------------------------------------------------------
# Tables, notebook, parameters


def test_tables_hold_what_the_report_rests_on(lishui):
    """Fits and parameters of the region, forecasts, chances and scores of the trial."""
    tables = method_check.result_tables(lishui)
    assert set(tables["fits"]["region"]) == {"lishui"}
    assert tables["trial_scores"]["crps"].equals(lishui.trial.scores["crps"])
    said = tables["trial_chances"].set_index("method")["p_reach"]
    for name in METHODS:
        assert said[name].tolist() == lishui.trial.chances[name].tolist()
    assert list(method_check.result_tables(dataclasses.replace(lishui, trial=None))) == [
        "fits", "parameters",
    ]  # fmt: skip


def test_the_workbook_speaks_the_readers_language(lishui, tmp_path):
    """Every head and code of every sheet is a word, and none of the other language."""
    found = dataclasses.replace(lishui, language="zh")
    exports.write_tables(found, method_check.result_tables(found), tmp_path)
    assert {"trial_forecasts.parquet", "trial_chances.parquet"} <= set(os.listdir(tmp_path))
    sheets = pd.read_excel(tmp_path / "tables.xlsx", sheet_name=None, dtype=str, engine="calamine")
    assert len(sheets) == 11
    for name, sheet in sheets.items():
        cells = sheet.drop(columns="指标代码", errors="ignore").fillna("").to_numpy().ravel()
        text = " ".join([name, *sheet.columns, *cells])
        assert re.findall(r"[A-Za-z]{2,}", re.sub("True|False", "", text)) == []


def test_the_plans_targets_move_no_forecast(tmp_path, lishui):
    """With every target of the plan doubled, fits and the trial are the same bits."""
    folder = tmp_path / "own"
    shutil.copytree(data_folder(), folder)
    attainment = pd.read_csv(folder / "targets.csv", dtype=str, keep_default_na=False)
    shares = pd.read_csv(folder / "indicators.csv").query("kind == 'share'")["indicator"]
    doubled = (2.0 * attainment["value"].astype(float)).astype(str)
    attainment["value"] = doubled.where(~attainment["indicator"].isin(shares), "1")
    attainment.to_csv(folder / "targets.csv", index=False)
    plan = fc.load_plan(folder, as_of="2022-12-31", region="lishui")
    assert not plan.targets["value"].equals(lishui.plan.targets["value"])
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    years = [2023, 2024, 2025]
    pd.testing.assert_frame_equal(fc.quantiles(fits, years), fc.quantiles(lishui.fits, years))
    trial = method_check.replay_plan(plan, draws=100, seed=0)
    pd.testing.assert_frame_equal(trial.forecasts, lishui.trial.forecasts)


def test_the_parameter_file_asks_for_this_notebook():
    """The shipped set is of today and passes exactly what the notebook declares."""
    asked = read_parameters(PARAMS)
    assert (asked.notebook, asked.name) == ("method_check", "method_check")
    check_declared(NOTEBOOK, asked.for_notebook())


def test_the_notebook_holds_only_calls():
    """It is committed without outputs, and has no functions, classes or loops of its own."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert all(not c.get("outputs") and c.get("execution_count") is None for c in cells)
    nodes = [node for c in cells for node in ast.walk(ast.parse(c.source))]
    banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.ListComp)
    assert not [node for node in nodes if isinstance(node, banned)]


def test_the_notebook_makes_a_whole_report(command, tmp_path):
    """Run strictly, it leaves a page with every section in one language, pictures and tables."""
    region, language = "lishui", "zh"
    data = tmp_path / "data"
    shutil.copytree(data_folder(), data)
    write(measured().assign(source="二十个指标"), data)
    params = tmp_path / f"{region}.yaml"
    lines = {"region": region, "notebook": "method_check", "as_of": "2022-12-31", "draws": 100,
             "language": language, "data": data}  # fmt: skip
    params.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
    manifest = command.report(params, tmp_path / "out")
    assert {"report.html", "tables.xlsx", "trial_scores.csv"} <= set(manifest.files)
    page = (Path(manifest.folder) / "report.html").read_text(encoding="utf-8")
    heads = [html.unescape(h) for h in re.findall(r"<h2 id=.*?>(.*?)</h2>", page)]
    assert heads == [formatting.phrase(key, language) for key in KEYS]
    assert all("：" in alt or ":" in alt for alt in re.findall(r'<img alt="(.*?)"', page))
    text = read(page).replace(region, "").replace(str(data), "")
    assert re.findall(r"[A-Za-z]{2,}", text) == []


# ---------------------------------------------------------------------------------------------
# docs/method.md


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_the_documents_name_tests_that_exist(doc):
    """Each trap is proved by a test that can be run by the name given."""
    named = re.findall(r"`(test_\w+)::(test_\w+)`", doc.read_text(encoding="utf-8"))
    assert len(named) > 20
    known = {
        (file.stem, node.name)
        for file in (ROOT / "tests").glob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert [f"{file}::{name}" for file, name in named if (file, name) not in known] == []


def test_both_languages_of_the_document_say_the_same():
    """As many headings, tables rows and formulas, the same tests, commands and open numbers."""
    english, chinese = (doc.read_text(encoding="utf-8") for doc in DOCS)
    for pattern in (
        r"^#+ ", r"^\|", r"\{\{\w+\}\}", r"`test_\w+::test_\w+`", r"^    .*$|^```\w*$",
        r"^python .*$", r"10\.\d{4}/[A-Za-z0-9./-]*[A-Za-z0-9]", r"`[a-z_]+\.csv`",
    ):  # fmt: skip
        first, second = (re.findall(pattern, text, re.MULTILINE) for text in (english, chinese))
        assert sorted(first) == sorted(second), pattern
    measured_in = [
        re.findall(r"\d+\.\d+", line)
        for text in (english, chinese)
        for line in text.splitlines()
        if line.startswith("|")
    ]
    half = len(measured_in) // 2
    assert measured_in[:half] == measured_in[half:]
    assert not CHINESE.search(english.replace("时序进度", ""))


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_the_documents_have_the_constants_of_the_code(doc):
    """A constant that is changed in a module must be changed where it is explained."""
    text = doc.read_text(encoding="utf-8")
    said = [
        f"| {p.variance_ratio:g} | {p.autocorrelation:g} | {p.measurement_share:g} |"
        for p in priors.FADING_PROCESSES
    ]
    said += [f"{factor:g}" for factor in fitting.CAP_FACTORS]
    said += [
        f"φ = {priors.DAMPED_PROCESSES[0].autocorrelation:g}",
        f"sure = l² / (l² + {posterior.RELIABILITY_SHRINKAGE:g} ω² / {peers.WINDOW:g})",
        f"{posterior.NOISE_FLOOR:g} s_i²",
        f"{posterior.SHOCK_SHARE:g} ω² (h + h²/{peers.WINDOW:g})",
        f"Gamma({counts.PACE_SHAPE:g} + {counts.YEAR_SHAPE:g} E, rate = β + X)",
        f"E = Σ_j {counts.DISCOUNT:g}^age_j d_j",
        f"{counts.PACE_PRIOR:g}",
        f"{simulation.COUNT_SHARED:g}",
        f"{predictive.POINTS}",
        f"{event_probabilities.LOOK_AHEAD}",
        f"CRPS / {learning.REFERENCE_CRPS:g} + Brier / {learning.REFERENCE_BRIER:g}",
        f"{learning.COVERAGE_WEIGHT:g} mean_n (coverage of the 90 % interval - "
        f"{learning.COVERED})²",
    ]
    assert [words for words in said if words not in text] == []
