"""The method check: the trial on a plan's own figures, the measured calibration, its tables."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation.backtesting import METHODS, backtest
from forecast.i18n.labels import LABELS, label_of
from forecast.reports import method_check, method_scores
from forecast.reports.context import ReportContext
from forecast.reports.exports import write_tables
from forecast.reports.rendering import render
from forecast.tables.plan import recut
from rendered import (
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

NO_TRIAL = "No forecast can be checked: no series has two figures"
TOO_FEW = "Too few cases: with fewer than 100 forecasts or 5 target years"


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
        ("provinces_indicators", "drift", "cover90", n, *[np.nan] * 2, 900, np.nan, 0.7, np.nan)
        for n in (3, 8)
    ]
    table = pd.DataFrame(rows, columns=method_check.CALIBRATION[:-1])
    return table.assign(source="20 < 21 indicators")


def write(table, folder):
    """Write a calibration table into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "calibration.csv", index=False)
    return folder


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    """Charts are drawn but not encoded: they have tests of their own."""
    draw_only(monkeypatch)


def check(region, day):
    """Notebook of a shipped region against the made-up calibration."""
    notebook = Notebook("method_check", region=region, as_of=day)
    notebook.results = replace(notebook.results, calibration=measured())
    return notebook


def replay_from(patch, *origins):
    """Forecast from a few years only."""
    patch.setattr(method_check, "backtest", partial(backtest, origins=origins))


@pytest.fixture(scope="module")
def zhejiang():
    """Zhejiang today: enough figures for charts; without the peers, which take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(method_check, "PEERS", ())
        replay_from(patch, 2014, 2018, 2020, 2021)
        return check("zhejiang", "2026-06-30")


@pytest.fixture(scope="module")
def lishui():
    """Lishui at the end of 2022: too few figures for charts, enough for one peer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(method_check, "PEERS", ("theta",))
        replay_from(patch, 2020, 2021)
        return check("lishui", "2022-12-31")


# The measured calibration.


def test_a_calibration_is_read_as_written(tmp_path):
    """Words are texts, numbers are numbers or missing, columns are in one order."""
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
    own = replace(lishui.results, own_priors=True)
    text = "Note: your folder has its own priors"
    assert text in render(lishui.report, "method_check.panel", own).text
    assert text not in render(lishui.report, "method_check.panel", lishui.results).text
    write(measured(), tmp_path)
    assert not method_check.lacks_calibration(tmp_path)


# The page.


def test_the_page_reads_in_both_languages(zhejiang, lishui, monkeypatch):
    """Pages and charts are complete and unmixed, the source of the shipped calibration too."""
    shipped = set(method_check.read_calibration()["source"])
    assert shipped == set(LABELS["panels"].values())
    source = measured().assign(source=shipped.pop())
    check_languages(zhejiang, monkeypatch, replace(zhejiang.results, calibration=source))
    check_english(lishui, monkeypatch, replace(lishui.results, calibration=source))


def test_no_text_is_outside_the_catalogues(zhejiang, monkeypatch):
    """Every sentence of the page and its charts can be translated."""
    check_catalogues(zhejiang, monkeypatch)


def test_names_from_the_tables_are_escaped(lishui, monkeypatch):
    """A name or source with markup in it is shown, not run."""
    spoilt = lishui.results.calibration.assign(source="<script>")
    check_escaped(lishui, monkeypatch, replace(lishui.results, calibration=spoilt))


def test_every_method_has_a_line_with_its_scores(zhejiang):
    """The table beside the naive methods is the trial's own; what a rule cannot say is a dash."""
    page = render(zhejiang.report, "method_check.trial", zhejiang.results).text
    table = zhejiang.results.trial.scores
    table = table[table["horizon"] == "all"].set_index("method")
    assert [row[0] for row in cells(page.partition("<h3>")[0])[1:]] == [
        label_of("method", m, "en") for m in table.index
    ]
    ours, row = table.loc["forecast"], row_of(page, "this method")
    assert row["CRPS"] == f"{ours['crps']:.2f} ±{ours['crps_error']:.2f}"
    cover = f"{100 * ours['cover90']:.0f} % ±{100 * ours['cover90_error']:.0f} %"
    assert row["90 % interval covers"] == cover
    assert row["Brier score"] == f"{ours['brier']:.3f} ±{ours['brier_error']:.3f}"
    rule = list(row_of(page, "schedule rule").values())
    assert rule[1:6] == ["–"] * 5
    assert rule[6] == f"{table.loc['schedule_rule', 'targets']:,.0f}"


def test_errors_are_compared_by_kind(zhejiang):
    """A row a kind of the plan's indicators, the naive methods beside this one."""
    page = render(zhejiang.report, "method_check.trial", zhejiang.results).text
    trial = zhejiang.results.trial.forecasts
    standards = trial[trial["kind"] == "standard"].groupby("method")["crps"].mean()
    row = row_of(page, label_of("kind", "standard", "en"))
    assert row["this method"] == f"{standards['forecast']:.2f}"
    assert row["drift"] == f"{standards['drift']:.2f}"


def test_an_error_that_one_year_cannot_tell_is_left_out(zhejiang):
    """An infinite standard error is no number to print."""
    trial = zhejiang.results.trial
    year = trial.forecasts["year"].max()
    one = replace(trial, **{
        name: getattr(trial, name)[getattr(trial, name)["year"] == year]
        for name in ("forecasts", "chances", "joint")
    })  # fmt: skip
    page = render(zhejiang.report, "method_check.trial", replace(zhejiang.results, trial=one)).text
    assert not [cell for row in cells(page) for cell in row if "±" in cell]
    assert "inf" not in plain(page) and "nan" not in plain(page)


def test_few_cases_are_called_too_few(lishui):
    """Without enough forecasts or years there are no charts, but the words that say so."""
    assert TOO_FEW in plain(render(lishui.report, "method_check.summary", lishui.results).text)
    page = render(lishui.report, "method_check.trial", lishui.results).text
    assert "<table" in page and "<img" not in page


@pytest.mark.parametrize(
    ("forecasts", "years", "enough"), [(100, 5, True), (99, 9, False), (900, 4, False)]
)
def test_enough_is_a_number_of_cases_and_of_years(lishui, forecasts, years, enough):
    """One hundred forecasts of five target years are enough, fewer of either are not."""
    trial = trial_of({"forecast": 1.0}, np.arange(forecasts) % years)
    assert replace(lishui.results, trial=trial).enough == enough


def test_a_plan_without_history_is_told_so(lishui):
    """Where no series has two figures and a third, nothing is scored and nothing fails."""
    plan = lishui.report.plan
    single = plan.observations.drop_duplicates("indicator")
    report = ReportContext(
        replace(plan, observations=single, siblings=plan.siblings.iloc[:0]), "en", draws=100
    )
    assert method_check.replay_figures(report) is None
    results = replace(lishui.results, trial=None)
    assert NO_TRIAL in plain(render(report, "method_check.summary", results).text)
    assert "No series of the plan has" in plain(render(report, "method_check.trial", results).text)
    assert "too few figures" in method_scores.headline(report, results)


def test_enough_cases_have_charts_with_descriptions(zhejiang):
    """A chart of the trial, one a setting of the panel; each compares chances and outcomes."""
    described = re.findall(r'<img alt="(.*?)" src=', zhejiang.render())
    assert len(described) == 3
    assert all(text.startswith("Forecast chances ") for text in described)


def trial_of(crps, years):
    """Trial of methods with given errors, a case a row."""
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
    """The difference to the best naive method is paired, and its error clustered by year."""
    naive = {"drift": [2.0, 2.1, 1.9, 2.0], "no_change": [4.0] * 4}
    trial = trial_of({"forecast": ours, **naive}, [2010, 2011, 2012, 2013])
    results = replace(lishui.results, trial=trial)
    page = plain(render(lishui.report, "method_check.summary", results).text)
    assert f"{label_of('trial', verdict, 'en')}." in page
    assert "drift with 2.00" in page and f"this method {np.mean(ours):.2f}" in page


def test_the_panels_table_is_the_calibrations(lishui):
    """A line a split and setting, with the worst of the bins above a half."""
    rows = cells(render(lishui.report, "method_check.panel", lishui.results).text)[1:]
    assert len(rows) == len(method_check.SPLITS) * len(method_check.SETTINGS)
    assert rows[2][2:] == [
        "5,000", "1.51 ±0.05", "92 % ±1 %", "5,000", "0.190 ±0.004", "3.0 %", "1.0 %"
    ]  # fmt: skip


def test_what_was_not_measured_is_a_dash(lishui):
    """A measure that is nowhere leaves its columns and charts out, one that is somewhere a dash."""
    table = measured()
    brier = table[table["measure"] == "brier"]
    only = replace(lishui.results, calibration=brier)
    page = render(lishui.report, "method_check.panel", only).text
    assert "<img" not in page
    head, first = cells(page)[:2]
    assert first[2:] == ["5,000", "0.180 ±0.004"]
    assert head[3] == label_of("column", "brier", "en")
    once = table[(table["measure"] == "crps") & (table["split"] == method_check.SPLITS[0])]
    some = replace(lishui.results, calibration=pd.concat([brier, once]))
    rows = cells(render(lishui.report, "method_check.panel", some).text)[1:]
    assert rows[0][2:] == ["5,000", "1.50 ±0.05", "5,000", "0.180 ±0.004"]
    assert rows[-1][2:4] == ["–", "–"]
    assert "On the large panel" not in plain(
        render(lishui.report, "method_check.summary", only).text
    )


def test_the_panel_is_summed_up_in_one_line(lishui):
    """The range of the calibration error and of the coverage over splits and settings."""
    page = plain(render(lishui.report, "method_check.summary", lishui.results).text)
    assert "differ by 2.0 to 4.5 percentage points" in page and "contained 91 % to 94 %" in page


def test_every_indicator_with_a_figure_has_a_line(zhejiang):
    """Fits are listed by area; weights of the paths are those of the summary."""
    page = render(zhejiang.report, "method_check.fits", zhejiang.results).text
    rows = [row for row in cells(page) if row[0] != "Indicator"]
    assert len(rows) == (zhejiang.report.fits.series["region"] == "zhejiang").sum()
    row = row_of(page, "Minimum living standard yuan per year")
    fit = zhejiang.results.summary.set_index("indicator").loc["minimum_living_standard"]
    assert f"exponential {100 * fit['weight_log']:.0f} %" in row["Growth paths"]
    assert row["Evidence"].startswith(fit["evidence"])


def test_the_pace_of_several_links_is_their_mean():
    """Paces are weighed; the deviation holds their own and what lies between them."""
    table = pd.DataFrame(
        {"indicator": "x", "parameter": "pace", "link": ["log", "identity"],
         "weight": [0.75, 0.25], "value": [4.0, 8.0], "sd": [1.0, 3.0]}
    )  # fmt: skip
    pace, spread, links = method_check.pace_of(table, "x")
    assert pace == 5.0 and links == {"log": 0.75, "identity": 0.25}
    assert spread == pytest.approx(np.sqrt(0.75 * (1 + 1) + 0.25 * (9 + 9)))
    none = method_check.pace_of(table, "y")
    assert np.isnan(none[0]) and none[2] == {}


def test_a_ratio_that_moves_by_its_parts_says_so(lishui):
    """It has no pace of its own, and its remarks name the reason."""
    row = lishui.results.summary.iloc[0].to_dict()
    rows = method_scores.fit_row(lishui.report, row, lishui.results.parameters.iloc[:0])
    assert rows["Estimated change per year"] == "–"
    assert label_of("warning", "by_parts", "en") in rows["Remarks"]


def test_every_warning_and_link_of_a_fit_has_a_label(zhejiang, lishui):
    """What a summary may say can be said to people."""
    warnings = {w for n in (zhejiang, lishui) for text in n.report.fits.summary()["warnings"]
                for w in text.split(", ") if w}  # fmt: skip
    assert warnings <= set(LABELS["warning"])
    columns = zhejiang.report.fits.summary().filter(like="weight_").columns
    links = {c.removeprefix("weight_") for c in columns}
    assert links | set(zhejiang.report.fits.parameters()["link"]) <= set(LABELS["link"])
    assert {*zhejiang.results.trial.scores["method"], *method_check.PEERS} <= set(LABELS["method"])


def test_all_limits_are_said(lishui):
    """Each statement of what the probabilities do not mean is on the page."""
    page = plain(render(lishui.report, "method_check.limits").text)
    assert all(text.replace("\xa0", " ") in page for text in LABELS["limit"].values())


# Tables.


def test_tables_hold_what_the_report_rests_on(lishui):
    """Fits and parameters of the region, forecasts, chances and scores of the trial."""
    tables = method_check.result_tables(lishui.report, lishui.results)
    trial = lishui.results.trial
    assert set(tables["fits"]["region"]) == {"lishui"}
    assert tables["trial_scores"]["crps"].equals(trial.scores["crps"])
    chances = tables["trial_chances"].set_index("method")["p_reach"]
    for method in METHODS:
        assert chances[method].tolist() == trial.chances[method].tolist()
    bare = replace(lishui.results, trial=None)
    assert list(method_check.result_tables(lishui.report, bare)) == ["fits", "parameters"]


def test_the_workbook_is_in_the_readers_language(lishui, tmp_path):
    """Every head and code of every sheet is a label, and none of the other language."""
    report = replace(lishui.report, language="zh")
    written = write_tables(report, method_check.result_tables(report, lishui.results), tmp_path)
    assert {"trial_forecasts.parquet", "trial_chances.parquet"} <= set(written)
    # Without heads of its own pandas names none, where a sheet begins with a line of text.
    sheets = pd.read_excel(
        tmp_path / "tables.xlsx", sheet_name=None, header=None, dtype=str, engine="calamine"
    )
    assert len(sheets) == 11 + 2  # a chart and notes
    for name, sheet in sheets.items():
        assert sheet.size
        shown = sheet.loc[:, sheet.iloc[0] != "指标代码"].fillna("")
        text = re.sub("ETS|Theta|CRPS|CSV|Parquet", "", " ".join([name, *shown.to_numpy().ravel()]))
        assert re.findall(r"[A-Za-z]{2,}", text) == []


def test_the_plans_targets_move_no_forecast(lishui, monkeypatch):
    """With every target doubled, fits and the trial are the same bits."""
    shipped = lishui.report.plan
    doubled = shipped.tables["targets"].assign(value=2.0 * shipped.tables["targets"]["value"])
    plan = recut(shipped, {**shipped.tables, "targets": doubled})
    report = ReportContext(plan, "en", draws=100)
    printed = shipped.targets["value"]
    assert (plan.targets["value"] != printed)[printed != 0].all()
    pd.testing.assert_frame_equal(report.quantiles, lishui.report.quantiles)
    monkeypatch.setattr(method_check, "PEERS", ())
    replay_from(monkeypatch, 2020, 2021)
    trial = method_check.replay_figures(report)
    pd.testing.assert_frame_equal(trial.forecasts, lishui.results.trial.forecasts)
