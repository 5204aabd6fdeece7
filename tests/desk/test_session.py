"""A planner's desk: what is asked, set, answered and kept."""

import copy
import math

import numpy as np
import pandas as pd
import pytest
import yaml

import forecast as fc
from forecast.desk.session import Desk
from forecast.errors import DataError, UnknownNameError
from forecast.intake import read
from forecast.reports.context import ReportContext, last_targets
from forecast.reports.parameters import find_notebook, read_parameters
from forecast.reports.scenarios import analyse_scenarios, choose_scenarios
from forecast.scenarios.scenario import BASELINE, Scenario
from forecast.tables.plan import data_folder
from made_up import OPEN as STILL_OPEN
from made_up import write_plan

WORKERS = "care_workers_per_10k_elderly"
DRAWS = 300


def opened(folder, region="lishui", as_of="2022-12-31", **asked):
    """Open a desk with few draws."""
    return Desk.open(region, as_of=as_of, folder=folder, **{"draws": DRAWS, **asked})


@pytest.fixture(scope="module")
def pristine():
    """Lishui's desk at the end of 2022, at the care workers."""
    found = opened("desk")
    found.choose(WORKERS)
    return found


@pytest.fixture
def desk(pristine, tmp_path):
    """Give each test such a desk of its own."""
    mine = copy.deepcopy(pristine)
    mine.folder = tmp_path / "desk"
    return mine


def test_a_binding_target_comes_first(desk):
    """The list of indicators begins with the binding ones, and so does the desk."""
    assert desk.indicators[0] == "minimum_living_standard"
    assert desk.goals("minimum_living_standard")["force"].eq("binding").any()
    rows = desk.open_targets["force"].eq("binding").tolist()
    assert rows == sorted(rows, reverse=True)
    assert opened(desk.folder).chosen["indicator"] == "minimum_living_standard"


def test_only_open_targets_can_be_asked_about(desk):
    """Targets that are closed, or without a figure, are in the table and not in the list."""
    assert set(desk.open_targets["status"]) <= {"reached", "likely", "uncertain", "unlikely"}
    closed = set(desk.targets["indicator"]) - set(desk.indicators)
    assert closed <= set(desk.table()["indicator"])
    with pytest.raises(UnknownNameError, match="indicator"):
        desk.choose(min(closed))


def test_a_desk_without_open_targets_still_tells(tmp_path):
    """Where every target is closed there is a table, and a question is refused in words."""
    desk = opened(tmp_path, "shaoxing")
    assert desk.chosen is None
    assert len(desk.table()) == desk.targets["indicator"].nunique()
    with pytest.raises(ValueError, match="No target is open"):
        desk.answer()


def test_each_year_of_an_indicator_can_be_chosen(desk):
    """The last target is chosen unless a row says otherwise; the answer is to that target."""
    assert desk.chosen["year"] == desk.goals(WORKERS)["year"].max()
    for row, goal in desk.goals(WORKERS).iterrows():
        desk.choose(WORKERS, row)
        assert desk.response.criterion.year == goal["year"]
        assert desk.response.criterion.value == goal["target"]


def test_of_two_targets_of_a_year_the_harder_one_is_chosen(tmp_path):
    """The target of the last year that is least likely is asked about first."""
    folder = write_plan(tmp_path / "own", STILL_OPEN)
    targets = pd.read_csv(folder / "targets.csv")
    harder = targets.iloc[[0]].assign(value=60, comparator="gt")
    pd.concat([harder, targets]).to_csv(folder / "targets.csv", index=False)
    desk = opened(tmp_path / "desk", "shaoxing", data=str(folder))
    desk.choose(str(targets["indicator"].iloc[0]))
    assert desk.chosen["target"] == 60.0


def test_the_answer_is_that_of_compare_and_of_the_scenario_report(desk):
    """The same draws: chance, change, error and quantiles equal those of a report, to the bit."""
    desk.load("combined_push")
    desk.set("trainees_per_year", 450)
    desk.set("leaving_rate", 12)
    desk.set("pace", 0.25)
    answer = desk.answer()
    file = desk.save("mine")

    report = ReportContext.load("lishui", as_of="2022-12-31", language="en", draws=DRAWS)
    found = analyse_scenarios(report, str(file), indicator=WORKERS)
    rows = found.compared[found.compared["indicator"].eq(WORKERS)]
    last = rows[rows["year"].eq(2025) & rows["scenario"].eq("mine")].iloc[0]
    assert answer.p_reach == last["p_reach"]
    assert answer.p_change == pytest.approx(last["p_change"], abs=1e-12)
    assert answer.p_change_error == pytest.approx(last["p_change_error"], abs=1e-12)
    fan = found.quantiles[found.quantiles["scenario"].eq("mine")]
    fan = fan[fan["indicator"].eq(WORKERS)].set_index("year")
    assert np.array_equal(answer.quantiles["q50"], fan.loc[answer.quantiles["year"], "q50"])


def test_the_table_is_that_of_compare(desk):
    """A row an indicator: its last open target under the settings and in the baseline."""
    desk.set("trainees_per_year", 450)
    table = desk.table()
    whole = fc.compare(desk.plan, [desk.scenario], paths=desk.paths)
    base = last_targets(whole[whole["scenario"] == "baseline"].reset_index(drop=True))
    assert table["indicator"].tolist() == base["indicator"].tolist()
    assert table["p_base"].equals(base["p_reach"])
    moved = whole[whole["scenario"].eq("desk") & whole["p_change"].abs().gt(0)]
    key = ["indicator", "year", "target"]
    seen = table[table["p_change"].abs() > 0]
    assert len(seen) == 1
    assert seen[[*key, "p_reach"]].iloc[0].tolist() in moved[[*key, "p_reach"]].to_numpy().tolist()
    assert set(table["evidence"]) <= {"none", "prior only", "weak", "moderate", "strong"}


def test_a_chance_is_said_as_reports_say_it(desk):
    """A chance is kept within 1 to 99 %, as in every report; the draws behind it are not."""
    desk.set("trainees_per_year", 1000)
    desk.set("hires_per_year", 200)
    desk.set("pace", 7.8)
    assert desk.response(desk.scenario).p_reach > 0.99
    assert desk.answer().p_reach == 0.99
    assert desk.base_answer().p_change == 0.0


def test_nothing_is_set_at_first(desk):
    """A desk begins with the baseline, levers at 0 and assumptions not set."""
    values = {c.name: desk.value(c.name) for c in desk.controls}
    assert values.pop("pace") == 0.0
    assert set(values.values()) == {0.0, None}
    assert desk.base == BASELINE
    assert desk.answer().p_change == 0.0


def test_a_setting_beyond_its_limits_changes_nothing(desk):
    """What is refused leaves what is set, and no step to undo."""
    desk.set("trainees_per_year", 100)
    desk.settle()
    for name, value in (("trainees_per_year", 1e6), ("no_such_lever", 1)):
        with pytest.raises(ValueError, match=name):
            desk.set(name, value)
    assert desk.value("trainees_per_year") == 100.0
    assert desk.undo()
    assert not desk.undo()


def test_a_drag_is_one_step(desk):
    """Values of one slider are one step until it rests; another slider begins another one."""
    for value in (10, 20, 30):
        desk.set("trainees_per_year", value)
    desk.settle()
    desk.set("trainees_per_year", 40)
    desk.set("hires_per_year", 50)
    found = []
    while desk.undo():
        found.append((desk.value("trainees_per_year"), desk.value("hires_per_year")))
    assert found == [(40.0, 0.0), (30.0, 0.0), (0.0, 0.0)]


def test_what_is_undone_can_be_redone_until_something_is_set(desk):
    """Redo takes the steps forward again; a new setting ends that."""
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
    """Another question keeps what is set; a pace belongs to its indicator."""
    desk.set("trainees_per_year", 300)
    desk.set("pace", 1.0)
    desk.choose("eco_burial_share")
    assert desk.value("pace") == 0.0
    desk.choose(WORKERS)
    assert (desk.value("pace"), desk.value("trainees_per_year")) == (1.0, 300.0)


def test_every_shipped_scenario_can_be_the_base(desk):
    """A shipped scenario plays on the desk as it is."""
    for name in desk.shipped[1:]:
        desk.load(name)
        whole = fc.read_scenario(name)
        assert list(desk.scenario.all_steps()) == list(whole.all_steps()), name
        said = np.clip(desk.response(whole).p_reach, 0.01, 0.99)
        assert desk.answer().p_reach == pytest.approx(said, abs=1e-12), name


def test_a_saved_scenario_is_taken_again(desk):
    """What is saved under a name is listed, and comes back with its settings."""
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


def test_names_that_are_no_new_file_are_refused(desk):
    """Nothing is written under a name that is no file name or that of a shipped scenario."""
    names = ["", " ", "a/b", "a\\b", "a,b", "..", ".x", "a\nb", "x" * 101, "pandemic_year"]
    for name in [*names, "baseline", "figures"]:
        for act in (desk.save, lambda n: desk.export(n, {})):
            with pytest.raises(ValueError, match="names no file"):
                act(name)
    assert not desk.folder.exists()


def test_a_file_handed_over_is_kept_and_taken(desk):
    """An uploaded scenario is put into the folder, and its settings are shown."""
    desk.set("trainees_per_year", 300)
    content = desk.save("mine").read_bytes()
    desk.reset()
    desk.take_in("theirs.yml", content)
    assert desk.saved == ["mine", "theirs"]
    assert desk.value("trainees_per_year") == 300.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name: x\nsteps: [{mechanism: care_worforce, levers: {hires_per_year: 1}}]", "unknown"),
        (b"name: x\nsteps: [{mechanism: care_workforce, levers: {hires_per_year: 9e9}}]", "limits"),
        (b"\xff\xfe\x00 no text", "."),
    ],
)
def test_a_file_that_cannot_be_played_is_not_kept(desk, content, said):
    """A bad file is refused with its fault; what is set, and the folder, stay as they are."""
    desk.set("trainees_per_year", 300)
    with pytest.raises(DataError, match=said) as caught:
        desk.take_in("bad.yaml", content)
    assert {problem.file for problem in caught.value.problems} == {"bad.yaml"}
    assert desk.value("trainees_per_year") == 300.0
    assert list(desk.folder.iterdir()) == []


def test_a_search_is_that_of_goal_seek(desk):
    """The least setting for a chance, given everything else that is set."""
    desk.set("hires_per_year", 50)
    desk.set("trainees_per_year", 900)
    found = desk.seek(0.7, "trainees_per_year")
    base = Scenario(
        name="b",
        steps=[
            {"region": "lishui", "mechanism": "care_workforce", "levers": {"hires_per_year": 50}}
        ],
    )
    told = fc.goal_seek(desk.plan, {"indicator": WORKERS, "year": 2025}, lever="trainees_per_year",
                        probability=0.7, scenario=base, paths=desk.paths)  # fmt: skip
    assert (found.value, found.p_reach) == (told.value, told.p_reach)
    desk.set("trainees_per_year", found.value)
    assert desk.answer().p_reach >= 0.7


def test_a_search_for_a_pace_replaces_the_pace_that_is_set(desk):
    """A pace that is set already does not count for the pace that is needed."""
    without = desk.seek(0.8, "pace").value
    desk.set("pace", 1.0)
    assert desk.seek(0.8, "pace").value == without


def test_every_indicator_of_every_region_can_be_asked(tmp_path):
    """Whatever is listed has an answer at once, and each of its levers an effect or none."""
    for region in ("lishui", "zhejiang", "xiaoshan"):
        desk = opened(tmp_path, region, draws=100)
        for indicator in desk.indicators:
            desk.choose(indicator)
            for control in desk.controls:
                desk.set(control.name, control.upper)
            assert 0.01 <= desk.answer().p_reach <= 0.99


def test_the_tornado_is_that_of_the_settings(desk):
    """What matters most is asked of the scenario as it is set."""
    desk.set("trainees_per_year", 300)
    table = desk.tornado()
    assert table["p_base"].iloc[0] == desk.response(desk.scenario).p_reach
    told = fc.sensitivity(desk.plan, {"indicator": WORKERS, "year": 2025}, paths=desk.paths,
                          scenario=desk.scenario)  # fmt: skip
    assert table.equals(told.tornado)


def test_work_aside_answers_for_what_was_set_when_it_was_asked(desk):
    """A question is about the settings of its time, whatever is set later."""
    seek, weigh = desk.asking(0.8, "trainees_per_year"), desk.weighing()
    usual = desk.response(BASELINE).p_reach
    desk.set("hires_per_year", 200)
    assert seek().p_baseline == usual
    assert weigh()["p_base"].iloc[0] == usual


def test_an_export_repeats_itself(desk):
    """Parameters, tables and pictures stand in one folder; the report asks for the same."""
    desk.language = "en"
    desk.set("trainees_per_year", 450)
    folder = desk.export("mine", {"picture.png": b"png"})
    assert {file.name for file in folder.iterdir()} == {
        "compare.csv", "compare.parquet", "manifest.json", "picture.png", "run.yaml",
        "sources.csv", "tables.xlsx",
    }  # fmt: skip
    asked = read_parameters(folder / "run.yaml")
    assert (asked.region, asked.indicator, asked.as_of) == ("lishui", WORKERS, "2022-12-31")
    assert (asked.draws, asked.seed, asked.language) == (DRAWS, 0, "en")
    assert find_notebook(asked.notebook).name == "scenarios.ipynb"
    scenario = choose_scenarios(asked.scenarios)[0]
    plan = fc.load_plan(asked.data or asked.region, as_of=asked.as_of, region=asked.region)
    told = fc.compare(plan, [scenario], until=asked.until, draws=asked.draws, seed=asked.seed)
    mine = told[told["scenario"].eq("mine") & told["indicator"].eq(WORKERS) & told["year"].eq(2025)]
    assert mine["p_reach"].tolist() == [desk.answer().p_reach]
    table = pd.read_csv(folder / "compare.csv").set_index("indicator")
    assert table.loc[WORKERS, "p_reach"] == desk.answer().p_reach


def test_an_export_replaces_only_its_own(desk):
    """A second export takes the place of the first; a folder of somebody else is kept."""
    desk.export("mine", {"picture.png": b"one"})
    assert (desk.export("mine", {"picture.png": b"two"}) / "picture.png").read_bytes() == b"two"
    theirs = desk.folder / "theirs"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("keep")
    with pytest.raises(fc.ForecastError, match="is kept"):
        desk.export("theirs", {})
    assert (theirs / "letter.txt").read_text() == "keep"


def test_own_tables_are_named_in_the_parameters(tmp_path):
    """A desk on a folder of tables writes its place, from whatever folder it is run."""
    data = write_plan(tmp_path / "own", STILL_OPEN)
    desk = opened(tmp_path / "desk", "shaoxing", data=str(data), until=2026)
    asked = yaml.safe_load((desk.export("mine", {}) / "run.yaml").read_text("utf-8"))
    assert (asked["data"], asked["until"], asked["region"]) == (str(data), 2026, "shaoxing")


def test_another_day_keeps_what_is_set_and_another_region_does_not(desk):
    """Settings are a region's: they go along to another day, not to another region."""
    desk.set("trainees_per_year", 300)
    earlier = desk.elsewhere(as_of="2021-12-31")
    assert earlier.plan.as_of == "2021-12-31"
    assert earlier.chosen["indicator"] == WORKERS
    assert earlier.value("trainees_per_year") == 300.0
    assert earlier.undo()
    assert earlier.value("trainees_per_year") == 0.0
    other = desk.elsewhere(region="zhejiang")
    assert other.plan.region == "zhejiang"
    assert list(other.scenario.all_steps()) == []
    assert desk.value("trainees_per_year") == 300.0


def test_what_cannot_be_played_elsewhere_is_refused(desk, tmp_path):
    """Settings that other data do not know keep the desk where it is, with the reason."""
    data = tmp_path / "own"
    data.mkdir()
    for file in data_folder().glob("*.csv"):
        (data / file.name).write_bytes(file.read_bytes())
    declared = yaml.safe_load((data_folder() / "mechanisms.yaml").read_text("utf-8"))
    declared["care_workforce"]["regions"]["lishui"]["levers"]["trainees_per_year"]["upper"] = 100
    text = yaml.safe_dump(declared, allow_unicode=True)
    (data / "mechanisms.yaml").write_text(text, encoding="utf-8")
    desk.set("trainees_per_year", 300)
    with pytest.raises(DataError, match="limits"):
        desk.elsewhere(data=str(data))


def own_figure(desk, value):
    """An intake of one figure, decided."""
    file = f"指标,2022\n每万老年人持证养老护理员数,{value}\n".encode()
    intake = read(file, "own.csv", desk.plan)
    for row in intake.rows.to_dict("records"):
        if row["status"] == "doubtful":
            intake = intake.accept(row["row"], row["column"])
    return intake


def latest(desk):
    """Latest figure of the care workers, in the tables of the desk's folder."""
    table = fc.load_plan(desk.plan.folder, region="lishui").observations
    return table.loc[table["indicator"].eq(WORKERS) & table["year"].eq(2022), "value"].item()


def test_own_figures_taken_later_replace_none(desk):
    """What a desk or an export stands on is not replaced by figures that are taken later."""
    first = desk.with_figures(own_figure(desk, 20))
    second = first.with_figures(own_figure(first, 22))
    assert [latest(found) for found in (first, second)] == [20.0, 22.0]
    assert first.plan.folder != second.plan.folder


@pytest.mark.parametrize("end", [0.2, 1.0])
def test_figures_that_are_not_taken_leave_no_folder(desk, end):
    """Wherever taking figures is ended the desk and its folder stay as they were."""
    first = desk.with_figures(own_figure(desk, 20))
    kept = [file for file in desk.folder.rglob("*") if file.name[0] != "."]

    def stop(share):
        if share >= end:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        first.with_figures(own_figure(first, 22), progress=stop)
    assert [file for file in desk.folder.rglob("*") if file.name[0] != "."] == kept
    assert latest(first) == 20.0


def test_regions_are_those_with_a_plan(desk):
    """A region without targets cannot be chosen."""
    assert set(desk.regions) == set(desk.everything.targets["region"])
    assert "hangzhou" not in desk.regions


def test_names_follow_the_language(desk):
    """A switch of language changes every name at once."""
    assert desk.told.quantity(WORKERS) == "每万老年人持证养老护理员数"
    desk.language = "en"
    assert desk.told.quantity(WORKERS) == "Certified care workers per 10,000 elderly"


def test_a_mechanism_that_lacks_an_input_is_named_with_it(tmp_path):
    """A lever that cannot be played is no control; what its mechanism lacks is told."""
    folder = write_plan(tmp_path / "own", STILL_OPEN)
    declared = yaml.safe_load((data_folder() / "mechanisms.yaml").read_text("utf-8"))
    link = {**declared["care_workforce"], "indicator": STILL_OPEN[0], "regions": {}}
    text = yaml.safe_dump({"link": link}, allow_unicode=True)
    (folder / "mechanisms.yaml").write_text(text, encoding="utf-8")
    desk = opened(tmp_path / "desk", "shaoxing", data=str(folder))
    assert desk.lacking == {"link": ["elderly_60_plus_registered"]}
    assert [c.name for c in desk.controls] == ["pace"]


def test_a_decided_target_keeps_its_certainty(tmp_path):
    """Of a target that a figure has decided the chance is 1, not 99 %."""
    folder = write_plan(tmp_path / "own", ("eco_burial_share",))
    targets = pd.read_csv(folder / "targets.csv").assign(event="ever", value=50)
    targets.to_csv(folder / "targets.csv", index=False)
    desk = opened(tmp_path / "desk", "shaoxing", data=str(folder), as_of="2023-12-31")
    assert not math.isnan(desk.response.criterion.decided)
    assert desk.answer().p_reach == 1.0
