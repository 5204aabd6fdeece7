"""The planner's desk without widgets: targets, settings, answers, files."""

import copy
import json
import math
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

import forecast as fc
from forecast.desk import export
from forecast.desk.export import export_desk, pack
from forecast.desk.own_plan import change_rows, open_upload, read_rows
from forecast.desk.session import Desk
from forecast.desk.state import History, State, read_address
from forecast.desk.text import render_beside
from forecast.errors import DataError, UnknownNameError
from forecast.intake.figure_import import read
from forecast.plans import entry
from forecast.plans.form_reading import read_form
from forecast.reports.context import ReportContext, last_targets
from forecast.reports.parameters import find_notebook, read_parameters
from forecast.reports.scenarios import analyse_scenarios, choose_scenarios
from forecast.scenarios.response import TargetResponse
from forecast.scenarios.scenario import BASELINE, Scenario, read_scenario
from forecast.tables.plan import data_folder
from forecast.targets.event_probabilities import DrawnEvents
from forecast.targets.target_state import OPEN
from made_up import OPEN as STILL_OPEN
from made_up import write_plan

pytestmark = pytest.mark.usefixtures("acting_tables")

WORKERS = "care_workers_per_10k_elderly"
DRAWS = 300
HEAD = b"region,indicator,year,as_of,value,status,source,locus,note\n"


def open_desk(folder, region="lishui", as_of="2022-12-31", **options):
    """Open a desk with few draws."""
    return Desk.open(region, as_of=as_of, folder=folder, **{"draws": DRAWS, **options})


@pytest.fixture(scope="module")
def opened():
    """Open Lishui's desk at the end of 2022."""
    return open_desk("desk")


@pytest.fixture(scope="module")
def pristine(opened):
    """Choose the care workers at a copy of that desk."""
    desk = copy.copy(opened)
    desk.choose(WORKERS)
    desk.history = History((desk.state,))
    return desk


@pytest.fixture
def desk(pristine, tmp_path):
    """Return a copy of that desk with a folder of its own."""
    desk = copy.copy(pristine)
    desk.folder = tmp_path / "desk"
    return desk


def test_a_binding_target_comes_first(desk):
    """Indicators with a binding target come first, and one of them is chosen at the start."""
    assert desk.indicators[0] == "minimum_living_standard"
    assert desk.targets_of("minimum_living_standard")["force"].eq("binding").any()
    rows = desk.open_targets["force"].eq("binding").tolist()
    assert rows == sorted(rows, reverse=True)


def test_only_open_targets_can_be_chosen(desk):
    """Closed targets and those without a figure are in the table but cannot be chosen."""
    assert set(desk.open_targets["status"]) <= set(OPEN)
    closed = set(desk.targets["indicator"]) - set(desk.indicators)
    assert closed <= set(desk.table()["indicator"])
    with pytest.raises(UnknownNameError, match="indicator"):
        desk.choose(min(closed))


def test_a_desk_without_open_targets_has_a_table(tmp_path):
    """Without an open target there is a table, but an answer raises an error."""
    desk = open_desk(tmp_path, "shaoxing")
    assert desk.chosen is None
    assert len(desk.table()) == desk.targets["indicator"].nunique()
    with pytest.raises(ValueError, match="No target is open"):
        desk.answer()


def test_each_year_of_an_indicator_can_be_chosen(desk):
    """The last target is chosen unless a row is given; the answer is for that target."""
    assert desk.chosen["year"] == desk.targets_of(WORKERS)["year"].max()
    for row, goal in desk.targets_of(WORKERS).iterrows():
        desk.choose(WORKERS, row)
        assert desk.response.criterion.year == goal["year"]
        assert desk.response.criterion.value == goal["target"]


def test_the_harder_of_two_targets_of_a_year_is_chosen(tmp_path):
    """Of several targets in the last year the least likely one is chosen."""
    folder = write_plan(tmp_path / "own", STILL_OPEN)
    targets = pd.read_csv(folder / "targets.csv")
    harder = targets.iloc[[0]].assign(value=60, comparator="gt")
    pd.concat([harder, targets]).to_csv(folder / "targets.csv", index=False)
    desk = open_desk(tmp_path / "desk", "shaoxing", data=str(folder))
    desk.choose(str(targets["indicator"].iloc[0]))
    assert desk.chosen["target"] == 60.0


def test_the_answer_is_that_of_compare_and_of_the_scenario_report(desk):
    """Probability, change, error and quantiles equal those of a report, to the last bit."""
    desk.load("combined_push")
    desk.set("trainees_per_year", 450)
    desk.set("leaving_rate", 12)
    desk.set("pace", 0.25)
    answer = desk.answer()
    file = desk.save("mine")

    report = ReportContext.load("lishui", as_of="2022-12-31", language="en", draws=DRAWS)
    found = analyse_scenarios(report, str(file), indicator=WORKERS)
    # The report hides a chance that rests on one figure; `compare` gives it.
    rows = fc.compare(report.plan, [read_scenario(file)], paths=report.paths)
    rows = rows[rows["indicator"].eq(WORKERS)]
    last = rows[rows["year"].eq(2025) & rows["scenario"].eq("mine")].iloc[0]
    assert answer.p_reach == pytest.approx(last["p_reach"], abs=1e-12)
    assert answer.p_change == pytest.approx(last["p_change"], abs=1e-12)
    assert answer.p_change_error == pytest.approx(last["p_change_error"], abs=1e-12)
    fan = found.quantiles[found.quantiles["scenario"].eq("mine")]
    fan = fan[fan["indicator"].eq(WORKERS)].set_index("year")
    assert np.array_equal(answer.quantiles["q50"], fan.loc[answer.quantiles["year"], "q50"])


def test_the_table_is_that_of_compare(desk, monkeypatch):
    """A row an indicator: its last open target with the settings and in the baseline.

    Nothing else is counted on the draws.
    """
    desk.set("trainees_per_year", 450)
    hits, counted = DrawnEvents.hits, []
    with monkeypatch.context() as patch:
        patch.setattr(
            DrawnEvents, "hits",
            lambda drawn, event: counted.append((event, len(drawn.column))) or hits(drawn, event),
        )  # fmt: skip
        table = desk.table()
    shown = int(table["status"].isin(OPEN).sum())
    assert {found for found in counted if found[1]} == {("reach", shown)}
    whole = fc.compare(desk.plan, [desk.scenario], paths=desk.paths)
    base = whole[whole["scenario"] == "baseline"].reset_index(drop=True)
    base = last_targets(base.assign(row=base.index))
    assert table["indicator"].tolist() == base["indicator"].tolist()
    assert table["p_base"].equals(base["p_reach"])
    mine = whole[whole["scenario"].eq("desk")].reset_index(drop=True).loc[base["row"]]
    pd.testing.assert_frame_equal(table[list(mine)], mine.reset_index(drop=True))
    assert table["p_change"].abs().gt(0).sum() == 1
    assert set(table["evidence"]) <= {"none", "prior only", "weak", "moderate", "strong"}


def test_a_probability_is_as_printed(desk):
    """An answer keeps within 1 to 99 %, as in every report; the share of draws does not."""
    desk.set("trainees_per_year", 1000)
    desk.set("hires_per_year", 200)
    desk.set("pace", 7.8)
    assert desk.response(desk.scenario).p_reach > 0.99
    assert desk.answer().p_reach == 0.99
    assert desk.baseline_answer().p_change == 0.0


def test_nothing_is_set_at_first(desk):
    """A desk starts in the baseline, with levers at 0 and assumptions not set."""
    values = {c.name: desk.value(c.name) for c in desk.controls}
    assert values.pop("pace") == 0.0
    assert set(values.values()) == {0.0, None}
    assert desk.base == BASELINE
    assert desk.answer().p_change == 0.0


def test_a_setting_outside_its_limits_changes_nothing(desk):
    """A refused value leaves the settings unchanged, and no step to undo."""
    desk.set("trainees_per_year", 100)
    desk.end_step()
    for name, value in (("trainees_per_year", 1e6), ("no_such_lever", 1)):
        with pytest.raises(ValueError, match=name):
            desk.set(name, value)
    assert desk.value("trainees_per_year") == 100.0
    assert desk.undo()
    assert not desk.undo()


def test_a_drag_is_one_step(desk):
    """Values of one slider are one step until it ends; another slider starts another step."""
    for value in (10, 20, 30):
        desk.set("trainees_per_year", value)
    desk.end_step()
    desk.set("trainees_per_year", 40)
    desk.set("hires_per_year", 50)
    found = []
    while desk.undo():
        found.append((desk.value("trainees_per_year"), desk.value("hires_per_year")))
    assert found == [(40.0, 0.0), (30.0, 0.0), (0.0, 0.0)]


def test_a_step_can_be_redone_until_something_is_set(desk):
    """Redo repeats undone steps; a new setting discards them."""
    desk.set("trainees_per_year", 10)
    desk.load("care_workers_stay")
    desk.reset()
    assert [desk.undo(), desk.undo(), desk.undo(), desk.undo()] == [True, True, True, False]
    assert [desk.redo(), desk.redo(), desk.redo(), desk.redo()] == [True, True, True, False]
    assert list(desk.scenario.all_steps()) == []
    desk.undo()
    assert desk.base.name == "care_workers_stay"
    desk.set("pace", 1.0)
    assert not desk.redo()


def test_settings_of_one_indicator_stay_for_another(desk):
    """Choosing another indicator keeps the settings; the pace belongs to its indicator."""
    desk.set("trainees_per_year", 300)
    desk.set("pace", 1.0)
    desk.choose("eco_burial_share")
    assert desk.value("pace") == 0.0
    desk.choose(WORKERS)
    assert (desk.value("pace"), desk.value("trainees_per_year")) == (1.0, 300.0)


def test_every_shipped_scenario_can_be_the_base(desk):
    """Each shipped scenario can be loaded, and gives its own probability."""
    for name in desk.shipped[1:]:
        desk.load(name)
        whole = fc.read_scenario(name)
        assert list(desk.scenario.all_steps()) == list(whole.all_steps()), name
        said = np.clip(desk.response(whole).p_reach, 0.01, 0.99)
        assert desk.answer().p_reach == pytest.approx(said, abs=1e-12), name


def test_a_saved_scenario_can_be_loaded(desk):
    """A saved scenario is listed under its name, and restores its settings."""
    desk.set("trainees_per_year", 300)
    desk.set("leaving_rate", 10)
    chance = desk.answer().p_reach
    file = desk.save("更多 培训")
    assert desk.saved == ["更多 培训"]
    desk.reset()
    desk.load("更多 培训")
    assert (desk.value("trainees_per_year"), desk.value("leaving_rate")) == (300.0, 10.0)
    assert desk.answer().p_reach == chance
    assert fc.read_scenario(file).name == "更多 培训"


def test_bad_names_are_refused(desk):
    """Nothing is written under a name that is no file name or that a shipped scenario has."""
    names = ["", " ", "a/b", "a\\b", "a,b", "..", ".x", "a\nb", "x" * 101, "CON"]
    for name in [*names, "pandemic_year", "baseline", "figures", "desk"]:
        for write in (desk.save, lambda name: export_desk(desk, name)):
            with pytest.raises(ValueError, match="cannot be used as a name"):
                write(name)
    assert not desk.folder.exists()


def test_an_imported_scenario_is_saved_and_loaded(desk):
    """An uploaded scenario is written to the folder, and its settings are used."""
    desk.set("trainees_per_year", 300)
    content = desk.save("mine").read_bytes()
    desk.reset()
    desk.import_scenario("theirs.yml", content)
    assert desk.saved == ["mine", "theirs"]
    assert desk.value("trainees_per_year") == 300.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name: x\nsteps: [{mechanism: care_worforce, levers: {hires_per_year: 1}}]", "unknown"),
        (b"name: x\nsteps: [{mechanism: care_workforce, levers: {hires_per_year: 9e9}}]", "limits"),
        (b"\xff\xfe\x00 no text", "."),
    ],
)
def test_a_bad_scenario_file_is_not_kept(desk, content, message):
    """A bad file is refused with its fault; settings and folder are unchanged."""
    desk.set("trainees_per_year", 300)
    with pytest.raises(DataError, match=message) as caught:
        desk.import_scenario("bad.yaml", content)
    assert {problem.file for problem in caught.value.problems} == {"bad.yaml"}
    assert desk.value("trainees_per_year") == 300.0
    assert list(desk.folder.iterdir()) == []


def test_seek_is_that_of_goal_seek(desk):
    """The least setting for a probability, given all other settings."""
    desk.set("hires_per_year", 50)
    desk.set("trainees_per_year", 900)
    found = desk.seek(0.7, "trainees_per_year")
    base = Scenario(
        name="b",
        steps=[
            {"region": "lishui", "mechanism": "care_workforce", "levers": {"hires_per_year": 50}}
        ],
    )
    expected = fc.goal_seek(
        desk.plan, {"indicator": WORKERS, "year": 2025}, lever="trainees_per_year",
        probability=0.7, scenario=base, paths=desk.paths,
    )  # fmt: skip
    assert (found.value, found.p_reach) == (expected.value, expected.p_reach)
    desk.set("trainees_per_year", found.value)
    assert desk.answer().p_reach >= 0.7


def test_seeking_a_pace_replaces_the_current_one(desk):
    """The pace that is needed does not depend on the pace that is set."""
    without = desk.seek(0.8, "pace").value
    desk.set("pace", 1.0)
    assert desk.seek(0.8, "pace").value == without


def test_every_indicator_has_an_answer(tmp_path):
    """Each indicator has a probability with all its controls at their limits."""
    answered = set()
    for region in ("lishui", "zhejiang", "xiaoshan"):
        desk = open_desk(tmp_path, region, draws=50)
        for indicator in set(desk.indicators) - answered:
            answered.add(indicator)
            desk.choose(indicator)
            for control in desk.controls:
                desk.set(control.name, control.upper)
            p, certain = desk.answer().p_reach, float(desk.chosen["p_reach"])
            assert 0.01 <= p <= 0.99 or p == certain


def test_the_tornado_is_that_of_the_settings(desk):
    """The tornado is that of `sensitivity` for the scenario of the settings."""
    desk.set("trainees_per_year", 300)
    table = desk.tornado()
    assert table["p_base"].iloc[0] == desk.response(desk.scenario).p_reach
    target = {"indicator": WORKERS, "year": 2025}
    expected = fc.sensitivity(desk.plan, target, paths=desk.paths, scenario=desk.scenario)
    assert table.equals(expected.tornado)


def test_prepared_computations_keep_their_settings(desk):
    """A computation uses the settings of the moment when it was prepared."""
    seek, tornado = desk.prepare_seek(0.8, "trainees_per_year"), desk.prepare_tornado()
    before = desk.response(BASELINE).p_reach
    desk.set("hires_per_year", 200)
    assert seek().p_baseline == before
    assert tornado()["p_base"].iloc[0] == before


def test_an_export_gives_the_same_numbers_anywhere(pristine, desk, tmp_path):
    """Unpacked in another folder its parameters name all inputs and give the same answer.

    So does a desk elsewhere that opens it; what is entered of a plan is there as well.
    """
    desk = desk.with_figures(own_figure(desk, 20))
    desk.language = "en"
    desk.set("trainees_per_year", 300)
    desk.save("base")
    desk.import_scenario("slower", b"name: slower\nbase: base\n")
    desk.reset()
    desk.set("trainees_per_year", 450)
    desk.show_beside(["care_workers_stay", "slower"])
    change_rows(desk, lambda rows: entry.fill(rows, "targets", 0, "indicator", "Draft", "en"))
    archive = pack(export_desk(desk, "mine"))
    assert archive.read_bytes() == pack(desk.folder / "mine").read_bytes()
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "elsewhere")
    content, answers = archive.read_bytes(), desk.outcomes()
    entered = read_rows(desk).rows["targets"]
    shutil.rmtree(desk.folder)
    folder = tmp_path / "elsewhere" / "mine"
    names = {file.name for file in folder.iterdir()}
    assert names >= {"chart.svg", "chart.png", "chart.csv", "compare.csv", "tables.xlsx"}
    (form,) = (folder / "plan").glob("*.xlsx")
    assert read_form(form).rows["targets"][0]["indicator"] == "Draft"
    run = read_parameters(folder / "run.yaml")
    assert (run.region, run.indicator, run.as_of) == ("lishui", WORKERS, "2022-12-31")
    assert (run.draws, run.seed, run.language, run.data) == (DRAWS, 0, "en", str(folder / "tables"))
    assert find_notebook(run.notebook).name == "scenarios.ipynb"
    scenario, *beside = choose_scenarios(run.scenarios)
    assert [one.name for one in beside] == ["care_workers_stay", "slower"]
    plan = fc.load_plan(run.data, as_of=run.as_of, region=run.region)
    rows = fc.compare(plan, [scenario], until=run.until, draws=run.draws, seed=run.seed)
    rows = rows[rows["scenario"].eq("mine") & rows["indicator"].eq(WORKERS)]
    assert rows.loc[rows["year"].eq(2025), "p_reach"].tolist() == [desk.answer().p_reach]
    table = pd.read_csv(folder / "compare.csv").set_index("indicator")
    assert table.loc[WORKERS, "p_reach"] == desk.answer().p_reach
    other = copy.copy(pristine)
    other.folder, other.run = tmp_path / "other", (100, 0, None)
    other.set("trainees_per_year", 10)
    other.save("slower")
    opened = open_upload(other, "mine.zip", content)
    again = opened.outcomes()
    assert opened.value("trainees_per_year") == 450 and read_rows(opened).rows["targets"] == entered
    assert [one.p_reach for one in again.values()] == [one.p_reach for one in answers.values()]
    assert opened.saved == ["slower"]  # that of the export has its name only there
    (opened.folder / "slower.yaml").unlink()
    opened.load("slower")
    assert opened.answer().p_reach == again["slower"].p_reach
    # A reload opens the address: the draws are in it, not in the desk.
    assert read_address(opened.state.address()) == opened.state
    assert opened.state.run[0] == opened.report.draws == DRAWS and opened.run == (100, 0, None)


def test_an_archive_can_be_unpacked_anywhere(tmp_path):
    """Names that Windows refuses or a command takes for an option are changed, links left out."""
    folder = tmp_path / "-10% {a} 青山"
    names = [
        "a:b",
        "..\\..\\c.txt",
        "CON.txt",
        "-rf",
        "=1+1.csv",
        "x" * 255,
        "县" * 85,
        "A",
        "a",
        " . ",
    ]
    (folder / "inner").mkdir(parents=True)
    for name in names:
        (folder / "inner" / name).write_text(name)
    (tmp_path / "secret").write_text("secret")
    (folder / "file").symlink_to(tmp_path / "secret")
    (folder / "folder").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    with zipfile.ZipFile(pack(folder)) as archive:
        packed = {info.filename: archive.read(info).decode() for info in archive.infolist()}
        archive.extractall(tmp_path / "elsewhere")
    assert sorted(packed.values()) == sorted(names)
    assert {name.rpartition("/")[0] for name in packed} == {"_-10% {a} 青山/inner"}
    ends = {name.rpartition("/")[2] for name in packed}
    assert ends == {"a_b", "_.._c.txt", "_CON.txt", "_-rf", "=1+1.csv", *names[5:8], "a_", "_"}


def test_the_report_of_an_export_is_put_beside_its_tables(tmp_path, monkeypatch):
    """It is made from the export's own parameters; why it could not be made is said."""

    def run(command, **_):
        assert command[3:5] == ["run", str(tmp_path / "run.yaml")]
        made = Path(command[command.index("--output") + 1], "mine")
        made.mkdir()
        for end in ("html", "docx") if succeeds else ():
            (made / f"report.{end}").write_text(end)
        return SimpleNamespace(returncode=0, stderr="first\nno room\n")

    monkeypatch.setattr(export.subprocess, "run", run)
    (tmp_path / "manifest.json").write_text('{"files": {"a": "1"}}')
    succeeds = False
    with pytest.raises(fc.ForecastError, match="no room"):
        export.add_report(tmp_path)
    succeeds = True
    export.add_report(tmp_path)
    files = json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert set(files) == {"a", "report.html", "report.docx"}
    assert (tmp_path / "report.html").read_text() == "html"


def test_an_export_replaces_only_its_own_files(desk):
    """A second export replaces the files of the first; a person's files and folders are kept."""
    folder = export_desk(desk, "mine")
    (folder / "note.txt").write_text("keep")
    before = (folder / "chart.svg").read_bytes()
    desk.set("trainees_per_year", 450)
    with pytest.raises(FileExistsError, match="mine"):
        export_desk(desk, "mine")
    assert (folder / "chart.svg").read_bytes() == before
    export_desk(desk, "mine", replace_file=True)
    assert (folder / "chart.svg").read_bytes() != before
    assert (folder / "note.txt").exists() and not list(folder.glob("*-2.*"))
    theirs = desk.folder / "theirs"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("keep")
    with pytest.raises(fc.ForecastError, match="is kept"):
        export_desk(desk, "theirs")
    assert (theirs / "letter.txt").read_text() == "keep"


def test_own_tables_are_in_the_export(tmp_path, monkeypatch):
    """The export of a desk with its own tables holds them, and names them relatively."""
    monkeypatch.setattr(export, "_draw", lambda _: {})
    data = write_plan(tmp_path / "own", STILL_OPEN)
    desk = open_desk(tmp_path / "desk", "shaoxing", data=str(data), until=2026)
    folder = export_desk(desk, "mine")
    run = yaml.safe_load((folder / "run.yaml").read_text("utf-8"))
    assert (run["data"], run["until"], run["region"]) == ("tables", 2026, "shaoxing")
    copied = {file.name: file.read_bytes() for file in (folder / "tables").iterdir()}
    assert copied == {file.name: file.read_bytes() for file in data.glob("*.csv")}


def test_nothing_saved_is_replaced_without_a_word(desk):
    """Another scenario of the name is kept until it is to be replaced; the same one is no fault."""
    desk.set("trainees_per_year", 300)
    file = desk.save("mine")
    before = file.read_bytes()
    assert desk.save("mine") == file
    desk.set("trainees_per_year", 400)
    with pytest.raises(FileExistsError, match="saved already"):
        desk.save("mine")
    other = before.replace(b"300", b"200")
    with pytest.raises(FileExistsError):
        desk.import_scenario("mine.yaml", other)
    assert file.read_bytes() == before and desk.value("trainees_per_year") == 400.0
    desk.import_scenario("mine.yaml", other, replace_file=True)
    assert desk.value("trainees_per_year") == 200.0
    assert [f.name for f in desk.folder.iterdir()] == ["mine.yaml"]


def test_scenarios_beside_are_on_the_same_draws(desk, monkeypatch):
    """Each gives the numbers of `compare`; more than three, and those of no use, are refused.

    They are evaluated once, whatever is set.
    """
    names = ["care_workers_stay", "care_worker_training"]
    desk.show_beside(names)
    before = desk.outcomes()
    desk.set("trainees_per_year", 300)
    evaluated, response = [], TargetResponse.__call__
    with monkeypatch.context() as patch:
        patch.setattr(
            TargetResponse, "__call__",
            lambda self, one: evaluated.append(one.name) or response(self, one),
        )  # fmt: skip
        found = desk.outcomes()
    assert evaluated == ["desk"] and found["desk"].p_change > before["desk"].p_change
    assert list(found) == ["desk", "baseline", *names]
    table = fc.compare(desk.plan, names, paths=desk.paths)
    row = table[table["indicator"].eq(WORKERS) & table["year"].eq(2025)].set_index("scenario")
    for name in names:
        outcome = found[name]
        assert outcome.p_change == pytest.approx(row.loc[name, "p_change"])
        assert outcome.p_change_error == pytest.approx(row.loc[name, "p_change_error"], rel=1e-6)
    with pytest.raises(ValueError, match="At most 3"):
        desk.show_beside([*names, "pandemic_year", "combined_push"])
    desk.change(
        compared=(Scenario(name="mine", steps=[{"mechanism": "none", "levers": {"x": 1.0}}]),)
    )
    assert list(desk.outcomes()) == ["desk", "baseline"]
    assert "mine" in render_beside(desk, desk.outcomes())


def test_a_scenario_beside_is_that_of_its_own_desk(desk):
    """Replaced in another tab it stays as it was chosen, in the link too; replaced here, not."""
    desk.set("trainees_per_year", 300)
    desk.save("mine")
    desk.show_beside(["mine"])
    before = desk.outcomes()["mine"].p_change
    assert before > 0.0
    other = copy.copy(desk)
    other.set("trainees_per_year", 0)
    other.save("mine", replace_file=True)
    assert other.outcomes()["mine"].p_change == 0.0
    for again in (desk, desk.with_state(read_address(desk.state.address()))):
        assert again.outcomes()["mine"].p_change == before
    desk.show_beside([])
    desk.show_beside(["mine"])
    assert desk.outcomes()["mine"].p_change == 0.0


def test_without_a_region_the_desk_opens_where_there_is_a_chance(tmp_path, opened):
    """At the end of 2022 Lishui has one figure of each indicator, Zhejiang more."""
    desk = Desk.open(as_of="2022-12-31", draws=50, folder=tmp_path)
    assert desk.plan.region == "zhejiang"
    assert desk.state.indicator in desk.clear_indicators
    assert opened.clear_indicators == []
    assert opened.chosen["indicator"] == "minimum_living_standard"


def test_a_link_is_the_whole_state(desk):
    """Another desk that follows the address has the same settings and the same answer."""
    desk.load("combined_push")
    desk.set("trainees_per_year", 450)
    desk.set("leaving_rate", 12)
    desk.show_beside(["care_workers_stay"])
    desk.change(lever="pace", question="seek", wanted=0.9, years=(2020, 2024))
    other = copy.copy(desk)
    other.history = History((State("lishui", "2022-12-31"),))
    again = other.with_state(read_address(desk.state.address()))
    assert again.state == desk.state
    assert again.answer().p_reach == desk.answer().p_reach


def test_a_link_that_cannot_be_used_changes_nothing(desk):
    """A lever or value that this plan does not have is refused, with its name."""
    before = desk.state
    for part, name in (
        ("care_workforce.trainees_per_year:9e9", "trainees_per_year"), ("no_such.lever:1", "such"),
    ):  # fmt: skip
        state = read_address(f"region=lishui&day=2022-12-31&set={part}")
        with pytest.raises(ValueError, match=name):
            desk.with_state(state)
    assert desk.state == before


def test_a_region_keeps_what_was_set_there(desk):
    """Another region has no settings of this one; back again they are those left, undone or not."""
    desk.set("trainees_per_year", 300)
    there = desk.reopen(region="zhejiang")
    assert there.plan.region == "zhejiang"
    assert list(there.scenario.all_steps()) == []
    assert desk.value("trainees_per_year") == 300.0
    back = there.reopen(region="lishui")
    assert replace(back.state, language=desk.language) == desk.state
    assert back.undo() and back.plan.region == "zhejiang"
    assert back.redo() and back.value("trainees_per_year") == 300.0


def test_a_plan_of_ones_own_can_be_opened(desk, tmp_path):
    """A folder of tables opens with its own region, but for users of other machines it does not."""
    folder = write_plan(tmp_path / "own", STILL_OPEN)
    other = desk.with_plan(str(folder))
    assert (other.plan.region, other.plan.folder) == ("shaoxing", str(folder))
    desk.local = False
    with pytest.raises(ValueError, match="machine that serves"):
        desk.with_plan(str(folder))
    with pytest.raises(ValueError, match="machine that serves"):
        desk.with_state(replace(desk.state, tables="/etc"))


def test_settings_are_kept_for_another_date(desk):
    """Reopened for another date a desk keeps its settings; undo leads back."""
    desk.set("trainees_per_year", 300)
    earlier = desk.reopen(as_of="2021-12-31")
    assert earlier.plan.as_of == "2021-12-31"
    assert earlier.chosen["indicator"] == WORKERS
    assert earlier.value("trainees_per_year") == 300.0
    assert earlier.undo() and earlier.plan.as_of == "2022-12-31"
    assert earlier.undo()
    assert earlier.value("trainees_per_year") == 0.0
    assert desk.value("trainees_per_year") == 300.0


def test_settings_that_other_data_do_not_allow_are_refused(desk, tmp_path):
    """Reopening with data whose mechanisms have narrower limits raises an error."""
    data = tmp_path / "own"
    data.mkdir()
    (data / "observations.csv").write_bytes(HEAD)
    declared = yaml.safe_load((data_folder() / "mechanisms.yaml").read_text("utf-8"))
    declared["care_workforce"]["regions"]["lishui"]["levers"]["trainees_per_year"]["upper"] = 100
    text = yaml.safe_dump(declared, allow_unicode=True)
    (data / "mechanisms.yaml").write_text(text, encoding="utf-8")
    desk.set("trainees_per_year", 300)
    with pytest.raises(DataError, match="limits"):
        desk.reopen(tables=str(data))


def own_figure(desk, value):
    """Import one figure, and accept it."""
    file = f"指标,2022\n每万老年人持证养老护理员数,{value}\n".encode()
    intake = read(file, "own.csv", desk.plan)
    for row in intake.rows.to_dict("records"):
        if row["status"] == "doubtful":
            intake = intake.accept(row["row"], row["column"])
    return intake


def latest(desk):
    """Return the figure of 2022 for the care workers in the tables of the desk's folder."""
    table = fc.load_plan(desk.plan.folder, region="lishui").observations
    return table.loc[table["indicator"].eq(WORKERS) & table["year"].eq(2022), "value"].item()


def test_own_figures_replace_no_earlier_ones_and_lead_back(desk):
    """Each import has a folder of its own; a cancelled one leaves none; undo leads back."""
    first = desk.with_figures(own_figure(desk, 20))
    assert first.state.tables.isdecimal() and latest(first) == 20.0
    kept = [file for file in desk.folder.rglob("*") if file.name[0] != "."]
    for end in (0.2, 1.0):

        def stop(share, end=end):
            if share >= end:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            first.with_figures(own_figure(first, 22), progress=stop)
        assert [file for file in desk.folder.rglob("*") if file.name[0] != "."] == kept
    second = first.with_figures(own_figure(first, 22))
    assert [latest(one) for one in (first, second)] == [20.0, 22.0]
    assert first.plan.folder != second.plan.folder
    assert first.reopen(tables="").plan.folder == desk.plan.folder
    assert first.undo() and not first.plan.folder


def test_regions_are_those_with_a_plan(desk):
    """A region without targets cannot be chosen."""
    assert set(desk.regions) == {"zhejiang", "lishui", "xiaoshan", "shaoxing"}
    assert "hangzhou" not in desk.regions


def test_names_follow_the_language(desk):
    """A switch of language changes every name at once."""
    assert desk.report.quantity(WORKERS) == "每万老年人持证养老护理员数"
    desk.language = "en"
    assert desk.report.quantity(WORKERS) == "Certified care workers per 10,000 elderly"


def test_a_mechanism_without_an_input_is_named_with_it(tmp_path):
    """The levers of such a mechanism are no controls; the missing input is named."""
    folder = write_plan(tmp_path / "own", STILL_OPEN)
    declared = yaml.safe_load((data_folder() / "mechanisms.yaml").read_text("utf-8"))
    link = {**declared["care_workforce"], "indicator": STILL_OPEN[0], "regions": {}}
    link["inputs"] = {"population": "care_beds_per_social_worker"}
    text = yaml.safe_dump({"link": link}, allow_unicode=True)
    (folder / "mechanisms.yaml").write_text(text, encoding="utf-8")
    desk = open_desk(tmp_path / "desk", "shaoxing", data=str(folder))
    assert desk.missing_inputs == {"link": ["care_beds_per_social_worker"]}
    assert [c.name for c in desk.controls] == ["pace"]


def test_a_decided_target_has_a_certain_probability(tmp_path):
    """The probability of a target that a published figure has met is 1, not 99 %."""
    folder = write_plan(tmp_path / "own", ("eco_burial_share",))
    targets = pd.read_csv(folder / "targets.csv").assign(event="ever", value=50)
    targets.to_csv(folder / "targets.csv", index=False)
    desk = open_desk(tmp_path / "desk", "shaoxing", data=str(folder), as_of="2023-12-31")
    assert not math.isnan(desk.response.criterion.decided)
    assert desk.answer().p_reach == 1.0


def test_a_plan_of_ones_own_has_its_targets_projects_and_scenarios(root):
    """The example: its scenario stands with the shipped ones; chances include its projects."""
    example = str(root / "params" / "example" / "tables")
    desk = Desk.open("yunling_county", data=example, as_of="2026-11-30", language="en", draws=DRAWS)
    assert "增训护理员" in desk.shipped and len(desk.indicators) == 8
    desk.choose("care_workers_per_10k_elderly")
    desk.load("增训护理员")
    assert desk.answer().p_change > 0
    report = ReportContext.load("yunling_county", data=example, as_of="2026-11-30",
                                language="en", draws=DRAWS)  # fmt: skip
    assert report.moved_by_projects == [("yunling_county", "care_consortia")]
    desk.choose("care_consortia")
    shown = report.attainment.set_index("indicator").loc["care_consortia", "p_reach"]
    assert desk.chosen["p_reach"] == pytest.approx(shown, abs=1e-12)
