"""The planner's panel, operated as a person does: by the values of its widgets."""

import asyncio
import base64
import copy
import datetime as dt
import json
import re
import threading

import ipywidgets as widgets
import pytest

import forecast as fc
from forecast.desk import background
from forecast.desk.panel import Panel
from forecast.desk.session import Desk
from forecast.scenarios.engine import ScenarioRun

WORKERS = "care_workers_per_10k_elderly"
TRAINEES = "care_workforce.trainees_per_year"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(scope="module")
def desk():
    """Lishui's desk at the end of 2022, at the care workers, in English."""
    found = Desk.open("lishui", as_of="2022-12-31", language="en", draws=200)
    found.choose(WORKERS)
    return found


@pytest.fixture
def panel(desk, tmp_path):
    """Panel of a desk of its own."""
    mine = copy.deepcopy(desk)
    mine.folder = tmp_path / "desk"
    return Panel(mine)


@pytest.fixture(scope="module")
def common(desk, tmp_path_factory):
    """Panel for tests that only set and ask, and read what is said."""
    mine = copy.deepcopy(desk)
    mine.folder = tmp_path_factory.mktemp("planner") / "desk"
    return Panel(mine)


@pytest.fixture
def cleared(common):
    """That panel, with nothing set."""
    common.reset.click()
    return common


def chance(panel):
    """Chance that the panel says, in percent."""
    return int(re.search(r"(\d+)\s?%", panel.chance.value).group(1))


def all_of(widget):
    """Every widget of a panel."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from all_of(child)


def file_of(name, content):
    """What a browser sends for a file."""
    return ({"name": name, "type": "", "size": len(content), "content": memoryview(content),
             "last_modified": dt.datetime.now()},)  # fmt: skip


def test_the_panel_says_what_the_desk_answers(cleared):
    """A slider moved: picture, chance and table follow, and are those of the desk."""
    before, picture = chance(cleared), cleared.picture.value
    cleared.setters[TRAINEES].slider.value = 500.0
    assert cleared.desk.value(TRAINEES) == 500.0
    assert chance(cleared) == round(100 * cleared.desk.answer().p_reach) > before
    assert cleared.picture.value != picture
    assert "500" in cleared.table.value
    cleared.setters[TRAINEES].field.value = 0.0
    assert (chance(cleared), cleared.picture.value) == (before, picture)


def test_a_target_year_and_years_shown_can_be_chosen(panel):
    """Another year's target is another question; other years are another picture only."""
    first = panel.target.options[0][1]
    panel.target.value = first
    assert panel.desk.chosen.name == first
    picture, said = panel.picture.value, panel.chance.value
    panel.years.value = (2021, 2024)
    assert panel.picture.value != picture
    assert panel.chance.value == said


@pytest.mark.parametrize(("language", "foreign"), [("en", CHINESE), ("zh", ENGLISH)])
def test_every_text_is_in_the_language_chosen(panel, language, foreign):
    """After a switch no widget has a word of the other language, but for names shown on purpose."""
    panel.language.value = "zh" if language == "en" else "en"
    panel.language.value = language
    panel.seek.click()
    for widget in all_of(panel):
        text = " ".join(
            str(getattr(widget, name, "") or "") for name in ("description", "tooltip", "value")
            if isinstance(getattr(widget, name, ""), str)
        )  # fmt: skip
        if isinstance(widget, widgets.Dropdown) and widget is not panel.language:
            text += " ".join(str(label) for label, _ in widget.options)
        if isinstance(widget, widgets.Dropdown | widgets.Text) or widget is panel.sources:
            text = text.replace(str(widget.value), "")
        if "<style" in text:
            text = text.rpartition("</style>")[2]
        text = re.sub(r"<[^>]*>", " ", text)
        assert not foreign.search(text), text


def test_a_switch_of_language_keeps_what_is_set(panel):
    """Language, and nothing else, changes; also another day keeps what is set."""
    panel.setters[TRAINEES].slider.value = 500.0
    said = chance(panel)
    panel.language.value = "zh"
    assert chance(panel) == said
    assert panel.setters[TRAINEES].slider.value == 500.0
    assert panel.region.description == "地区"
    panel.day.value = dt.date(2021, 12, 31)
    assert panel.desk.plan.as_of == "2021-12-31"
    assert panel.setters[TRAINEES].slider.value == 500.0


def test_what_is_shown_no_more_is_closed(panel):
    """Switching to and fro leaves no widgets behind: a long session does not grow."""
    known = widgets.widget._instances
    counts = []
    for _ in range(2):
        panel.language.value = "zh" if panel.language.value == "en" else "en"
        panel.indicator.value = "eco_burial_share"
        panel.indicator.value = WORKERS
        counts.append(len(known))
    assert counts[0] == counts[1]


def test_all_widgets_are_heard_in_turn(panel):
    """Also those that come with another target ask for no subshell of their kernel."""
    panel.indicator.value = "eco_burial_share"
    asked = [widget.comm._reply_subshell_for({}, "subshell") for widget in all_of(panel)]
    assert asked == [None] * len(asked)


def test_every_control_has_a_label_and_the_parts_their_class(cleared):
    """Whatever can be operated has a name; what browser tests look for is there, once."""
    operated = (widgets.Dropdown, widgets.Text, widgets.FloatSlider, widgets.FloatText)
    operated += (widgets.Button, widgets.Checkbox, widgets.FileUpload, widgets.DatePicker)
    assert all(w.description for w in all_of(cleared) if isinstance(w, operated))
    found = [mark for widget in all_of(cleared) for mark in widget._dom_classes]
    parts = ("region language indicator scenario picture chance table save name load reset undo "
             "seek take tornado cancel progress export status "
             "upload rows fix go").split()  # fmt: skip
    wanted = {f"desk-{part}" for part in parts}
    wanted |= {"desk-set-care_workforce-trainees_per_year", "desk-set-pace"}
    assert {mark: found.count(mark) for mark in wanted} == dict.fromkeys(wanted, 1)
    assert 'role="status"' in cleared.status.value


def test_levers_and_assumptions_stand_apart(cleared):
    """What can be decided and what can only be believed are two groups with heads of their own."""
    groups = {mark: box for box in all_of(cleared) for mark in box._dom_classes
              if mark in ("desk-levers", "desk-assumptions")}  # fmt: skip
    sets = {mark: [s.control.kind for s in box.children[1:]] for mark, box in groups.items()}
    assert set(sets["desk-levers"]) == {"pace", "lever"}
    assert set(sets["desk-assumptions"]) == {"assumption"}


def test_undo_redo_and_reset(panel):
    """Each settled change is a step; reset is one too; without a step this is said."""
    for value in (100.0, 200.0):
        panel.setters[TRAINEES].slider.value = value
    panel.reset.click()
    assert panel.setters[TRAINEES].slider.value == 0.0
    shown = []
    for _ in range(3):
        panel.undo.click()
        shown.append(panel.setters[TRAINEES].slider.value)
    panel.redo.click()
    assert [*shown, panel.setters[TRAINEES].slider.value] == [200.0, 100.0, 0.0, 100.0]
    panel.undo.click()
    panel.undo.click()
    assert "no such step" in panel.status.value


def test_what_a_search_finds_can_be_taken(cleared):
    """The lever's least setting is said, and one button sets it."""
    cleared.lever.value = TRAINEES
    cleared.probability.value = 0.7
    assert cleared.take.disabled
    cleared.seek.click()
    found = cleared.desk.seek(0.7, TRAINEES)
    assert f"{found.value:.0f}" in cleared.result.value
    cleared.take.click()
    assert cleared.setters[TRAINEES].slider.value == found.value
    assert chance(cleared) >= 70
    assert cleared.take.disabled


def test_what_was_found_goes_when_something_else_is_set(cleared):
    """A setting that was found for other settings can no longer be taken."""
    cleared.lever.value = TRAINEES
    cleared.seek.click()
    assert not cleared.take.disabled
    cleared.setters["care_workforce.hires_per_year"].slider.value = 100.0
    assert cleared.take.disabled
    assert cleared.result.value == ""


def test_what_cannot_be_reached_is_said_and_not_taken(cleared):
    """A lever that is not enough at its limit gives no setting."""
    cleared.lever.value = "care_workforce.hires_per_year"
    cleared.probability.value = 0.95
    cleared.seek.click()
    assert "not enough" in cleared.result.value
    assert cleared.take.disabled


def test_what_matters_most_is_drawn(cleared):
    """The tornado comes as a picture with a description."""
    cleared.tornado.click()
    told = r'<img .*alt="Certified care workers[^"]*" src="data:image/png'
    assert re.search(told, cleared.result.value)


def test_a_scenario_is_saved_offered_and_taken_again(panel):
    """A saved scenario is in the list, can be handed over, and comes back."""
    panel.setters[TRAINEES].slider.value = 500.0
    said = chance(panel)
    panel.name.value = "mine"
    panel.save.click()
    file = panel.desk.folder / "mine.yaml"
    assert str(file.parent) in panel.status.value
    link = re.search(r'download="mine.yaml" href="data:[^,]*,([^"]*)"', panel.files.value)
    assert base64.b64decode(link.group(1)) == file.read_bytes()
    panel.reset.click()
    panel.scenario.value = "mine"
    assert chance(panel) == said
    assert panel.setters[TRAINEES].slider.value == 500.0


def test_an_export_hands_over_everything(panel):
    """Picture, picture for print, tables and parameters are written and offered."""
    panel.name.value = "mine"
    panel.export.click()
    offered = set(re.findall(r'download="([^"]*)"', panel.files.value))
    assert {"mine.yaml", "picture.png", "picture_print.png", "run.yaml", "compare.csv",
            "tables.xlsx"} <= offered  # fmt: skip
    assert (panel.desk.folder / "mine" / "picture.png").read_bytes() == panel.picture.value


def test_a_bad_name_is_said(cleared):
    """Without a name that fits nothing is written."""
    for part in (cleared.save, cleared.export):
        part.click()
        assert "short name" in cleared.status.value
    assert not cleared.desk.folder.exists()


def test_a_value_beyond_its_limits_is_said(cleared):
    """What is typed beyond a limit becomes the limit, and the status line says so."""
    cleared.setters[TRAINEES].field.value = 5000.0
    assert cleared.desk.value(TRAINEES) == 1000.0
    assert "0 to 1,000" in cleared.status.value


def test_a_scenario_file_is_opened(panel):
    """An uploaded scenario sets the sliders; a faulty one is said, and nothing is lost."""
    good = (b"name: x\nsteps: [{region: lishui, mechanism: care_workforce, "
            b"levers: {trainees_per_year: 440}}]")  # fmt: skip
    panel.load.value = file_of("theirs.yaml", good)
    assert panel.setters[TRAINEES].slider.value == 440.0
    assert (panel.scenario.value, panel.load.value) == ("x", ())
    panel.load.value = file_of("bad.yaml", good.replace(b"trainees", b"trainnees"))
    assert 'role="alert"' in panel.status.value
    assert "trainnees_per_year" in panel.status.value
    assert panel.setters[TRAINEES].slider.value == 440.0


def test_a_scenario_that_is_gone_is_said_and_the_choice_stays(panel):
    """A base whose file was taken away cannot be chosen; the list shows what is set."""
    panel.name.value = "mine"
    panel.save.click()
    (panel.desk.folder / "mine.yaml").unlink()
    panel.scenario.value = "mine"
    assert 'role="alert"' in panel.status.value
    assert panel.scenario.value == "baseline"


def test_another_region_is_another_desk(panel):
    """A region's own targets and levers appear; where none is open, that is said."""
    panel.region.value = "xiaoshan"
    assert panel.desk.plan.region == "xiaoshan"
    assert panel.indicator.value in panel.desk.indicators
    panel.region.value = "shaoxing"
    assert "no target is open" in panel.status.value
    assert panel.workplace.layout.display == "none"
    panel.region.value = "lishui"
    assert panel.workplace.layout.display == "flex"


def test_another_indicator_is_another_question(panel):
    """Settings, targets and picture are those of the indicator; what was set stays."""
    panel.setters[TRAINEES].slider.value = 500.0
    picture = panel.picture.value
    panel.indicator.value = "eco_burial_share"
    assert panel.picture.value != picture
    assert "eco_burial_adoption.subsidy" in panel.setters
    assert panel.target.value == panel.desk.chosen.name
    panel.indicator.value = WORKERS
    assert panel.setters[TRAINEES].slider.value == 500.0
    assert panel.picture.value == picture


def test_work_can_be_cancelled_and_its_result_is_dropped(panel, monkeypatch):
    """While a search runs it can be cancelled; what it finds is not shown, and nothing changes."""
    free, region = threading.Event(), panel.desk.plan.region

    def slow(**_):
        free.wait(20)
        return panel.desk

    monkeypatch.setattr(panel.desk, "elsewhere", slow)

    async def play():
        panel.region.value = "xiaoshan"
        assert not panel.cancel.disabled
        assert "Working" in panel.status.value
        panel.cancel.click()
        assert panel.cancel.disabled
        free.set()
        while any(t.name.startswith("desk-job") for t in threading.enumerate()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    asyncio.run(play())
    assert panel.region.value == region
    assert "Cancelled" in panel.status.value


def test_long_work_shows_how_far_it_is(panel, monkeypatch):
    """A bar with a name has the share done while work goes on, and is gone at its end."""
    monkeypatch.setattr(background, "EVERY", 0.0)
    told, heard = panel.progress, []
    told.observe(lambda event: heard.append(event["new"]), "value")

    async def play():
        panel.tornado.click()
        assert "Working" in panel.status.value
        while not panel.cancel.disabled:
            await asyncio.sleep(0.01)

    asyncio.run(play())
    assert heard.pop() == told.value == ""
    pattern = r'<progress value="([\d.]+)" aria-label="Share done"></progress>'
    shares = [float(re.fullmatch(pattern, text).group(1)) for text in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 10


@pytest.mark.parametrize("question", ["seek", "tornado"])
def test_cancelled_work_plays_nothing_more(panel, monkeypatch, question):
    """The setting that is being played when *Cancel* is pressed is the last one."""
    plays, begun, free = [], threading.Event(), threading.Event()
    run = ScenarioRun.apply

    def slow(game, scenario):
        plays.append(1)
        begun.set()
        free.wait(20)
        run(game, scenario)

    monkeypatch.setattr(ScenarioRun, "apply", slow)

    async def play():
        getattr(panel, question).click()
        while not begun.is_set():
            await asyncio.sleep(0.01)
        panel.cancel.click()
        assert panel.progress.value == ""
        free.set()
        while any(t.name.startswith("desk-job") for t in threading.enumerate()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    asyncio.run(play())
    assert len(plays) == 1
    assert "Cancelled" in panel.status.value
    assert (panel.result.value, panel.progress.value) == ("", "")


def test_a_setting_lets_go_of_work_under_way(panel, monkeypatch):
    """A search for settings that have changed meanwhile shows nothing."""
    free = threading.Event()
    monkeypatch.setattr(panel.desk, "asking", lambda *_: lambda **_: free.wait(20))

    async def play():
        panel.seek.click()
        panel.setters[TRAINEES].slider.value = 500.0
        assert panel.cancel.disabled
        free.set()
        while any(t.name.startswith("desk-job") for t in threading.enumerate()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    asyncio.run(play())
    assert panel.result.value == ""
    assert chance(panel) == round(100 * panel.desk.answer().p_reach)


def test_a_drag_redraws_the_table_once(panel, monkeypatch):
    """The picture follows every value; the table waits until the slider rests."""
    tables, seen = [], []
    table = panel.desk.table
    monkeypatch.setattr(panel.desk, "table", lambda: tables.append(1) or table())
    panel.picture.observe(lambda event: seen.append(event["new"]), "value")

    async def play():
        for value in (100.0, 200.0, 300.0, 400.0):
            panel.setters[TRAINEES].slider.value = value
        assert tables == []
        while not tables:
            await asyncio.sleep(0.01)

    asyncio.run(play())
    assert (len(tables), len(seen)) == (1, 4)
    assert panel.desk.value(TRAINEES) == 400.0
    panel.undo.click()
    assert panel.setters[TRAINEES].slider.value == 0.0


def test_own_figures_are_taken_after_they_are_decided(panel):
    """A file is read row by row; with every doubt decided the desk goes on with its figures."""
    entries = panel.entries
    content = (
        "指标,2021,2022\n护理型床位占比,55.5%,六成\n每万老年人持证养老护理员数,14,20\n".encode()
    )
    entries.upload.value = file_of("own.csv", content)
    assert entries.go.disabled
    panel.language.value = "zh"
    entries = panel.entries
    assert "六成" in entries.rows.value
    entries.text.value = "60%"
    entries.fix.click()
    entries.accept.click()
    assert not entries.go.disabled
    before = chance(panel)
    entries.go.click()
    assert panel.desk.folder.joinpath("figures", "1", "observations.csv").exists()
    seen = panel.desk.plan.observations.set_index(["indicator", "year"])["value"]
    assert (seen[WORKERS, 2021.0], seen[WORKERS, 2022.0]) == (14.0, 20.0)
    assert chance(panel) > before
    assert str(panel.desk.plan.folder) in panel.status.value
    assert panel.entries.intake is None
    panel.name.value = "mine"
    panel.export.click()
    run = (panel.desk.folder / "mine" / "run.yaml").read_text(encoding="utf-8")
    assert f"data: {panel.desk.plan.folder}" in run


def test_the_notebook_opens_this_panel(root):
    """The shipped notebook makes the panel with what its parameters cell declares."""
    cells = json.loads((root / "notebooks" / "planner.ipynb").read_text("utf-8"))["cells"]
    names: dict[str, object] = {}
    for cell in cells[:1]:
        exec("".join(cell["source"]), names)
    names["draws"] = 200
    last = "".join(cells[1]["source"])
    head, _, call = last.partition("panel.open_desk")
    exec(f"{head}\npanel = panel.open_desk{call}", names)
    assert isinstance(names["panel"], Panel)
    assert names["panel"].desk.plan.region == "lishui"
    assert fc.load_plan("lishui", as_of=names["as_of"]).as_of == names["panel"].desk.plan.as_of
