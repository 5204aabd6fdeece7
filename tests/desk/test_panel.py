"""The panel of the desk, used as a person does: by the values of its widgets."""

import asyncio
import base64
import copy
import datetime as dt
import html
import io
import json
import os
import re
import threading
import zipfile

import anywidget
import ipywidgets as widgets
import pytest

import forecast as fc
from desk_parts import all_widgets, part, press, upload
from forecast.desk import background, scenario_files, storage
from forecast.desk.own_plan import change_rows
from forecast.desk.panel import Panel, open_desk
from forecast.desk.session import Desk
from forecast.desk.state import History, read_address
from forecast.scenarios.engine import ScenarioRun

pytestmark = pytest.mark.usefixtures("acting_tables")

WORKERS = "care_workers_per_10k_elderly"
TRAINEES = "care_workforce.trainees_per_year"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHOWN = {"groups", "answer", "spec", "title", "spoken", "lost", "table"}
ENGLISH = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Open Lishui's desk at the end of 2022, at the care workers, with a second figure of them."""
    data = tmp_path_factory.mktemp("data")
    head = "region,indicator,year,as_of,value,status,source,locus,note"
    row = f"lishui,{WORKERS},2019,,11,actual,003_8dc3f949d45a2179.txt,表,"
    (data / "observations.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    desk = Desk.open("lishui", data=str(data), as_of="2022-12-31", language="en", draws=200)
    desk.choose(WORKERS)
    assert len(desk.report.paces_needed)  # computed once, for the copies below too
    return desk


@pytest.fixture
def panel(desk, tmp_path):
    """Create a panel with a desk and a folder of its own."""
    desk = copy.copy(desk)
    desk.folder = tmp_path / "desk"
    return Panel(desk)


@pytest.fixture(scope="module")
def common(desk, tmp_path_factory):
    """Create a panel for tests that write no files."""
    desk = copy.copy(desk)
    desk.folder = tmp_path_factory.mktemp("planner") / "desk"
    return Panel(desk)


@pytest.fixture
def cleared(common):
    """Reset that panel."""
    press(common, "reset")
    return common


def chance(panel):
    """Return the probability that the panel shows, in percent."""
    return int(re.search(r"(\d+)\s?%", panel.chance.value).group(1))


def strings(state):
    """Yield the texts in a state that are shown, not ids."""
    if isinstance(state, str):
        yield state
    elif isinstance(state, dict):
        for key in state.keys() - {"name", "css", "key", "basis"}:
            yield from strings(state[key])
    elif isinstance(state, list):
        for one in state:
            yield from strings(one)


def test_the_panel_shows_the_answers_of_the_desk(cleared):
    """Chart, probability and table follow a slider, and are those of the desk."""
    before, picture = chance(cleared), cleared.chart.answer
    cleared.form.move(TRAINEES, 500.0)
    assert cleared.desk.value(TRAINEES) == 500.0
    assert chance(cleared) == round(100 * cleared.desk.answer().p_reach) > before
    assert cleared.chart.answer != picture
    assert "500" in cleared.table.value
    cleared.form.move(TRAINEES, 0.0)
    assert (chance(cleared), cleared.chart.answer) == (before, picture)


def test_a_target_year_and_years_shown_can_be_chosen(panel):
    """Another target changes the answer; other years change only the chart."""
    first = panel.choices.target.options[0][1]
    panel.choices.target.value = first
    assert panel.desk.chosen.name == first
    picture, before = panel.chart.spec, panel.chance.value
    panel.choices.first.value = 2021
    panel.choices.last.value = 2024
    assert panel.chart.spec != picture
    assert panel.desk.state.years == (2021, 2024)
    assert panel.chance.value == before


def test_every_text_is_in_the_language_chosen(panel):
    """After a switch no widget has a word of the other language, except quoted names."""
    for language, foreign in (("zh", ENGLISH), ("en", CHINESE)):
        panel.choices.language.value = language
        press(panel, "seek")
        assert not [text for text in texts(panel) if foreign.search(text)]


def texts(panel):
    """Yield the texts of all widgets, without names that are quoted."""
    for widget in all_widgets(panel):
        text = " ".join(
            str(getattr(widget, name, "") or "") for name in ("description", "tooltip", "value")
            if isinstance(getattr(widget, name, ""), str)
        )  # fmt: skip
        if isinstance(widget, widgets.Dropdown) and widget is not panel.choices.language:
            text += " ".join(str(label) for label, _ in widget.options)
        if isinstance(widget, widgets.Dropdown | widgets.Text) or widget is panel.sources:
            text = text.replace(str(widget.value), "")
        if isinstance(widget, anywidget.AnyWidget):
            text = " ".join(strings(widget.get_state(sorted(SHOWN & set(widget.keys)))))
        yield html.unescape(re.sub(r"<[^>]*>", " ", text)).replace(" MB", "")


def test_a_switch_of_language_keeps_the_settings(panel):
    """Another language changes only texts; another date keeps the settings too."""
    panel.form.move(TRAINEES, 500.0)
    before = chance(panel)
    panel.choices.language.value = "zh"
    assert chance(panel) == before
    assert panel.form.values[TRAINEES][0] == 500.0
    assert panel.choices.region.description == "地区"
    panel.choices.day.value = dt.date(2021, 12, 31)
    assert panel.desk.plan.as_of == "2021-12-31"
    assert panel.form.values[TRAINEES][0] == 500.0


def test_widgets_no_longer_shown_are_closed(panel):
    """Switching back and forth leaves no widgets behind: a long session does not grow."""
    known = widgets.widget._instances
    counts = []
    for _ in range(2):
        panel.choices.language.value = "zh" if panel.choices.language.value == "en" else "en"
        panel.choices.indicator.value = "eco_burial_share"
        panel.choices.indicator.value = WORKERS
        counts.append(len(known))
    assert counts[0] == counts[1]


def test_every_control_has_a_label_and_every_part_its_class(cleared):
    """All controls have names; each part that browser tests look for exists once."""
    operated = (widgets.Dropdown, widgets.Text, widgets.FloatSlider, widgets.FloatText)
    operated += (widgets.Button, widgets.Checkbox, widgets.FileUpload, widgets.DatePicker)
    shown = [w for w in all_widgets(cleared) if isinstance(w, operated)]
    assert all(w.description or w.layout.display == "none" for w in shown)
    found = [mark for widget in all_widgets(cleared) for mark in widget._dom_classes]
    parts = ("region language indicator scenario picture chance table save name load reset undo "
             "seek take tornado cancel progress export status beside-1 settings "
             "upload rows grid go").split()  # fmt: skip
    wanted = {f"desk-{part}" for part in parts}
    items = [item for group in cleared.form.groups for item in group["items"]]
    assert {"desk-set-care_workforce-trainees_per_year", "desk-set-pace"} <= {
        item["css"] for item in items
    }
    assert all(item["label"] and item["basis"] for item in items)
    assert {mark: found.count(mark) for mark in wanted} == dict.fromkeys(wanted, 1)
    assert 'role="status"' in cleared.status.value


def test_levers_and_assumptions_are_two_groups(cleared):
    """Levers, with the pace, and assumptions are separate groups with their own heads."""
    kinds = {
        group["key"]: {cleared.desk.control(item["name"]).kind for item in group["items"]}
        for group in cleared.form.groups
    }
    assert kinds == {"levers": {"pace", "lever"}, "assumptions": {"assumption"}}


def test_undo_redo_and_reset(panel):
    """Each finished change is a step, and so is a reset; without a step there is a message."""
    for value in (100.0, 200.0):
        panel.form.move(TRAINEES, value)
    press(panel, "reset")
    assert panel.form.values[TRAINEES][0] == 0.0
    shown = []
    for _ in range(3):
        press(panel, "undo")
        shown.append(panel.form.values[TRAINEES][0])
    press(panel, "redo")
    assert [*shown, panel.form.values[TRAINEES][0]] == [200.0, 100.0, 0.0, 100.0]
    press(panel, "undo")
    press(panel, "undo")
    assert "Nothing to undo" in panel.status.value


def test_the_result_of_a_goal_seek_can_be_applied(cleared):
    """The least setting of the lever is shown, and one button sets it."""
    part(cleared, "lever").value = TRAINEES
    part(cleared, "probability").value = 0.7
    assert part(cleared, "take").disabled
    press(cleared, "seek")
    found = cleared.desk.seek(0.7, TRAINEES)
    assert f"{found.value:.0f}" in part(cleared, "result").value
    press(cleared, "take")
    assert cleared.form.values[TRAINEES][0] == found.value
    assert chance(cleared) >= 70
    assert part(cleared, "take").disabled


def test_a_result_that_is_not_reached_cannot_be_applied(cleared):
    """A lever that is not enough at its limit gives no setting."""
    part(cleared, "lever").value = "care_workforce.hires_per_year"
    part(cleared, "probability").value = 0.95
    press(cleared, "seek")
    assert "not enough" in part(cleared, "result").value
    assert part(cleared, "take").disabled


def test_what_matters_most_is_drawn(cleared):
    """The tornado is a chart with a description."""
    press(cleared, "tornado")
    image = r'<img alt="Certified care workers[^"]*" src="data:image/svg'
    assert re.search(image, part(cleared, "result").value)


def test_a_scenario_is_saved_offered_and_loaded(panel):
    """A saved scenario can be downloaded and chosen from the list, with its settings."""
    panel.form.move(TRAINEES, 500.0)
    before = chance(panel)
    part(panel, "name").value = "mine"
    press(panel, "save")
    file = panel.desk.folder / "mine.yaml"
    assert str(file.parent) in panel.status.value
    link = re.search(r'download="mine.yaml" href="data:[^,]*,([^"]*)"', part(panel, "files").value)
    assert base64.b64decode(link.group(1)) == file.read_bytes()
    press(panel, "reset")
    panel.choices.scenario.value = "mine"
    assert chance(panel) == before
    assert panel.form.values[TRAINEES][0] == 500.0


def test_an_export_is_one_archive_with_the_report(panel, monkeypatch):
    """The folder is written, the report added, and all of it offered as one file."""

    def add(folder, **_):
        (folder / "report.html").write_text("report")

    monkeypatch.setattr(scenario_files, "add_report", add)
    part(panel, "name").value = "mine"
    press(panel, "export")
    link = re.search(r'download="mine.zip" href="data:[^,]*,([^"]*)"', part(panel, "files").value)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(link.group(1)))) as archive:
        names = set(archive.namelist())
    assert {f"mine/{name}" for name in ("report.html", "run.yaml", "chart.svg")} <= names


def test_a_name_that_is_taken_is_asked_about(panel):
    """Nothing is replaced until the button that then appears is pressed; it goes afterwards."""
    file = panel.desk.folder / "mine.yaml"
    part(panel, "name").value = "mine"
    press(panel, "save")
    before = file.read_bytes()
    panel.form.move(TRAINEES, 500.0)
    assert part(panel, "replace").layout.display == "none"
    press(panel, "save")
    assert "saved already" in panel.status.value and file.read_bytes() == before
    assert part(panel, "replace").layout.display is None
    press(panel, "replace")
    assert b"500" in file.read_bytes()
    assert part(panel, "replace").layout.display == "none"


def test_each_visitor_of_a_server_has_a_folder(panel, monkeypatch):
    """What one saves another can neither see nor replace; it is bounded, and removed in the end."""
    panel.desk.local, panel.desk.shared = False, panel.desk.folder
    for visitor, seen in (("one", []), ("../two", []), ("one", ["mine"])):
        panel.page.receive({"start": "", "before": None, "visitor": visitor})
        assert panel.desk.saved == seen and panel.desk.folder.parent.name == "visitors"
        part(panel, "name").value = "mine"
        press(panel, "save")
        assert "mine" in [value for _, value in panel.choices.scenario.options]
    monkeypatch.setattr(storage, "MOST_SIZE", 10)
    part(panel, "name").value = "more"
    press(panel, "save")
    assert "is full" in panel.status.value and panel.desk.saved == ["mine"]
    monkeypatch.setattr(storage, "MOST_VISITORS", 2)
    panel.page.receive({"start": "", "before": None, "visitor": "three"})
    press(panel, "save")
    assert "2 visitors have files" in panel.status.value and not panel.desk.folder.exists()
    panel.page.receive({"start": "", "before": None, "visitor": "one"})
    for file in panel.desk.folder.parent.iterdir():
        os.utime(file, (0, 0))
    storage.remove_old(panel.desk.folder)
    assert [*panel.desk.folder.parent.iterdir()] == [panel.desk.folder]


def test_the_page_has_the_address_of_the_state(panel):
    """Whatever is chosen is in the address; another panel that follows it shows the same."""
    panel.form.move(TRAINEES, 500.0)
    panel.choices.beside[0].value = "care_workers_stay"
    assert read_address(panel.page.address) == panel.desk.state
    name = panel.desk.report.scenario("care_workers_stay")
    assert name in panel.beside.value and "95 %" in panel.beside.value
    assert panel.chart.answer["beside"][0]["label"] == name
    address, kept, shown = panel.page.address, panel.page.kept, panel.chance.value
    press(panel, "reset")
    panel.page.receive({"go": f"#{address}"})
    assert (panel.page.address, panel.chance.value) == (address, shown)
    panel.page.receive({"go": "#region=nowhere"})
    assert 'role="alert"' in panel.status.value and panel.page.address == address
    assert kept[-1] == address


def test_what_was_open_last_is_offered(panel):
    """A new page goes on with the steps that its browser kept, if its reader wants to."""
    panel.form.move(TRAINEES, 500.0)
    kept = panel.page.kept
    press(panel, "reset")
    panel.desk.history = History((panel.desk.state,))
    panel.page.receive({"start": "", "before": kept})
    assert "Lishui" in part(panel, "go-on").description
    assert panel.form.values[TRAINEES][0] == 0.0
    press(panel, "go-on")
    assert panel.form.values[TRAINEES][0] == 500.0
    assert part(panel, "go-on").layout.display == "none"
    press(panel, "undo")
    assert panel.form.values[TRAINEES][0] == 0.0
    assert not panel.opener.value
    change_rows(panel.desk, lambda content: content)
    panel.page.receive({"start": f"#{kept[-1]}&rows={panel.desk.state.rows}", "before": None})
    assert panel.form.values[TRAINEES][0] == 500.0 and panel.opener.value


def test_a_date_counts_once_it_is_typed(panel, monkeypatch):
    """While a year is being typed nothing is opened, and the field is left alone."""
    opened = []
    monkeypatch.setattr(panel, "_open", lambda **changes: opened.append(changes))
    for year in (2, 20, 202):
        panel.choices.day.value = dt.date(year, 12, 31)
        assert panel.choices.day.value == dt.date(year, 12, 31)
        assert "1949 to 2100" in panel.status.value
    panel.choices.day.value = dt.date(2021, 12, 31)
    assert opened == [{"as_of": "2021-12-31"}]


def test_an_answer_goes_with_its_question(cleared):
    """Another chance or setting takes the answer away; undo brings question and answer back."""
    part(cleared, "lever").value = TRAINEES
    part(cleared, "probability").value = 0.8
    press(cleared, "seek")
    found = part(cleared, "result").value
    assert found and "ask=seek" in cleared.page.address
    part(cleared, "probability").value = 0.9
    assert part(cleared, "result").value == "" and part(cleared, "take").disabled
    cleared.desk.end_step()
    part(cleared, "probability").value = 0.8
    press(cleared, "seek")
    assert part(cleared, "result").value == found
    assert not part(cleared, "take").disabled
    cleared.form.move("care_workforce.hires_per_year", 100.0)
    assert part(cleared, "result").value == "" and part(cleared, "take").disabled
    press(cleared, "undo")
    assert part(cleared, "result").value == found


def test_a_value_outside_its_limits_becomes_the_limit(cleared):
    """The nearest one is set, with a message that is shown until the next thing is done."""
    cleared.form.move(TRAINEES, 5000.0)
    assert cleared.desk.value(TRAINEES) == 1000.0
    assert "0 to 1,000" in cleared.status.value
    cleared.form.move(TRAINEES, 400.0)
    assert "1,000" not in cleared.status.value


def test_without_a_chance_the_form_is_open():
    """Where no target has a chance the desk says what is missing and opens the form."""
    panel = open_desk("lishui", as_of="2022-12-31", language="en", draws=50)
    assert "one figure" in panel.status.value
    assert panel.opener.value and panel.figures.layout.display == "flex"


def test_without_a_name_nothing_is_written(cleared):
    """A name that cannot be used is an error with a remedy."""
    for button in ("save", "export"):
        press(cleared, button)
        assert "short name" in cleared.status.value
    assert not cleared.desk.folder.exists()


def test_a_scenario_file_is_opened(panel):
    """An uploaded scenario sets the sliders; a bad one is an error and changes nothing."""
    good = (b"name: x\nsteps: [{region: lishui, mechanism: care_workforce, "
            b"levers: {trainees_per_year: 440}}]")  # fmt: skip
    upload(panel, "load", "theirs.yaml", good)
    assert panel.form.values[TRAINEES][0] == 440.0
    assert (panel.choices.scenario.value, part(panel, "load").value) == ("x", ())
    upload(panel, "load", "bad.yaml", good.replace(b"trainees", b"trainnees"))
    assert 'role="alert"' in panel.status.value
    assert "trainnees_per_year" in panel.status.value
    assert panel.form.values[TRAINEES][0] == 440.0


def test_a_deleted_scenario_is_an_error(panel):
    """A base whose file was deleted cannot be chosen; the list keeps its choice."""
    part(panel, "name").value = "mine"
    press(panel, "save")
    (panel.desk.folder / "mine.yaml").unlink()
    panel.choices.scenario.value = "mine"
    assert 'role="alert"' in panel.status.value
    assert panel.choices.scenario.value == "baseline"


def test_another_region_is_another_desk_in_the_same_widgets(panel):
    """It has its own targets; without an open one there is a message. Nothing is built anew."""
    before = list(all_widgets(panel))
    panel.choices.language.value = "zh"
    panel.choices.language.value = "en"
    panel.choices.region.value = "shaoxing"
    assert "No target is open" in panel.status.value
    assert panel.workplace.layout.display == "none"
    panel.choices.region.value = "zhejiang"
    assert panel.desk.plan.region == "zhejiang"
    assert panel.choices.indicator.value in panel.desk.indicators
    assert panel.workplace.layout.display == "flex"
    assert list(all_widgets(panel)) == before


def test_another_indicator_has_its_own_controls(cleared):
    """Controls, targets and chart are those of the indicator; the settings stay."""
    cleared.form.move(TRAINEES, 500.0)
    picture = cleared.chart.answer
    cleared.choices.indicator.value = "eco_burial_share"
    assert cleared.chart.answer != picture
    assert "eco_burial_adoption.subsidy" in cleared.form.values
    assert cleared.choices.target.value == cleared.desk.chosen.name
    cleared.choices.indicator.value = WORKERS
    assert cleared.form.values[TRAINEES][0] == 500.0
    assert cleared.chart.answer == picture


def test_a_cancelled_job_changes_nothing(cleared, monkeypatch):
    """A running job can be cancelled; its result is not shown, and nothing changes."""
    free, region = threading.Event(), cleared.desk.plan.region

    def slow(**_):
        free.wait(20)
        return cleared.desk

    monkeypatch.setattr(cleared.desk, "reopen", slow)

    async def use_panel():
        cleared.choices.region.value = "xiaoshan"
        assert not cleared.cancel.disabled
        assert "Working" in cleared.status.value
        cleared.cancel.click()
        assert cleared.cancel.disabled
        free.set()
        while any(t.name.startswith("desk-job") for t in threading.enumerate()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    asyncio.run(use_panel())
    assert cleared.choices.region.value == region
    assert "Cancelled" in cleared.status.value


def test_a_job_shows_its_progress(cleared, monkeypatch):
    """A bar with a name shows the share done while a job runs, and disappears at its end."""
    monkeypatch.setattr(background, "INTERVAL", 0.0)
    bar, bars = cleared.progress, []
    bar.observe(lambda event: bars.append(event["new"]), "value")

    async def use_panel():
        press(cleared, "tornado")
        assert "Working" in cleared.status.value
        while not cleared.cancel.disabled:
            await asyncio.sleep(0.01)

    asyncio.run(use_panel())
    assert bars.pop() == bar.value == ""
    pattern = r'<progress value="([\d.]+)" aria-label="Share done"></progress>'
    shares = [float(re.fullmatch(pattern, text).group(1)) for text in bars]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 10


@pytest.mark.parametrize("question", ["seek", "tornado"])
def test_a_cancelled_job_evaluates_nothing_more(cleared, monkeypatch, question):
    """The evaluation during which *Cancel* is pressed is the last one."""
    runs, begun, free = [], threading.Event(), threading.Event()
    run = ScenarioRun.apply

    def slow(game, scenario):
        runs.append(1)
        begun.set()
        free.wait(20)
        run(game, scenario)

    monkeypatch.setattr(ScenarioRun, "apply", slow)

    async def use_panel():
        press(cleared, question)
        while not begun.is_set():
            await asyncio.sleep(0.01)
        cleared.cancel.click()
        assert cleared.progress.value == ""
        free.set()
        while any(t.name.startswith("desk-job") for t in threading.enumerate()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    asyncio.run(use_panel())
    assert len(runs) == 1
    assert "Cancelled" in cleared.status.value
    assert (part(cleared, "result").value, cleared.progress.value) == ("", "")


def test_a_setting_cancels_the_running_job(cleared, monkeypatch):
    """A goal seek for settings that have changed meanwhile shows nothing."""
    free = threading.Event()
    monkeypatch.setattr(cleared.desk, "prepare_seek", lambda *_: lambda **_: free.wait(20))

    async def use_panel():
        press(cleared, "seek")
        cleared.form.move(TRAINEES, 500.0)
        assert cleared.cancel.disabled
        free.set()
        while any(t.name.startswith("desk-job") for t in threading.enumerate()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    asyncio.run(use_panel())
    assert part(cleared, "result").value == ""
    assert chance(cleared) == round(100 * cleared.desk.answer().p_reach)


def test_a_drag_redraws_the_table_once(cleared, monkeypatch):
    """The chart follows every value; the table waits until the slider rests."""
    tables, seen = [], []
    table = cleared.desk.table
    monkeypatch.setattr(cleared.desk, "table", lambda: tables.append(1) or table())
    cleared.chart.observe(lambda event: seen.append(event["new"]), "answer")

    async def use_panel():
        for value in (100.0, 200.0, 300.0, 400.0):
            cleared.form.move(TRAINEES, value)
        assert tables == []
        while not tables:
            await asyncio.sleep(0.01)

    asyncio.run(use_panel())
    assert (len(tables), len(seen)) == (1, 4)
    assert cleared.desk.value(TRAINEES) == 400.0
    press(cleared, "undo")
    assert cleared.form.values[TRAINEES][0] == 0.0


def test_own_figures_are_used_after_they_are_decided(panel):
    """A file is read row by row; once no figure is open the desk is computed with them."""
    content = "指标,2021,2022\n护理型床位占比,55.5%,六成\n每万老年人持证养老护理员数,14,20\n"
    upload(panel, "upload", "own.csv", content.encode())
    assert part(panel, "go").disabled
    panel.choices.language.value = "zh"
    assert "六成" in str(part(panel, "grid").table)
    part(panel, "grid").receive({"fix": 0, "text": "60%"})
    part(panel, "grid").receive({"accept": 0})
    assert not part(panel, "go").disabled
    before = chance(panel)
    press(panel, "go")
    assert panel.desk.folder.joinpath(
        "figures", panel.desk.state.tables, "observations.csv"
    ).exists()
    seen = panel.desk.plan.observations.set_index(["indicator", "year"])["value"]
    assert (seen[WORKERS, 2021.0], seen[WORKERS, 2022.0]) == (14.0, 20.0)
    assert chance(panel) > before
    assert str(panel.desk.plan.folder) in panel.status.value
    assert part(panel, "rows").value == ""
    press(panel, "publish")
    assert chance(panel) == before
    press(panel, "undo")
    assert chance(panel) > before


def test_the_notebook_opens_this_panel(root):
    """The shipped notebook opens the panel with the parameters that it declares."""
    cells = json.loads((root / "notebooks" / "planner.ipynb").read_text("utf-8"))["cells"]
    names: dict[str, object] = {}
    for cell in cells[:1]:
        exec("".join(cell["source"]), names)
    names["draws"] = 200
    last = "".join(cells[1]["source"])
    head, _, call = last.partition("panel.open_desk")
    exec(f"{head}\npanel = panel.open_desk{call}", names)
    assert isinstance(names["panel"], Panel)
    assert names["panel"].desk.plan.region == "zhejiang"
    assert fc.load_plan("zhejiang", as_of=names["as_of"]).as_of == names["panel"].desk.plan.as_of
