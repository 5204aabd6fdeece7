"""Targets and rows of a plan entered at the desk; a plan opened and made there."""

import copy
import io
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from desk_parts import part, press, upload
from forecast.desk import own_plan, plan_form
from forecast.desk.panel import Panel
from forecast.desk.session import Desk
from forecast.desk.state import History, read_address
from forecast.errors import DataError
from forecast.intake.figure_import import read
from forecast.plans import entry
from forecast.plans.folder import PlanOrder
from forecast.plans.own_tables import read_plan

pytestmark = pytest.mark.usefixtures("acting_tables")

NAME = "Extreme-poverty living standard"
NEW = "extreme_poverty_standard"


@pytest.fixture(scope="module")
def pristine():
    """Open the desk of Xiaoshan, which has few indicators."""
    return Desk.open("xiaoshan", as_of="2022-12-31", language="en", draws=50)


@pytest.fixture
def desk(pristine, tmp_path):
    """Return a copy of that desk with a folder of its own."""
    desk = copy.copy(pristine)
    desk.folder = tmp_path / "desk"
    return desk


def enter(desk, sheet, row, **cells):
    """Fill cells of a row."""
    for key, text in cells.items():
        cell = sheet, row, key.strip("_"), text
        own_plan.change_rows(desk, lambda content, c=cell: entry.fill(content, *c, "en"))


def own_target(desk):
    """Enter a target and two figures of an indicator that the plan has not."""
    enter(desk, "targets", 0, indicator=NAME, _2025="18000")
    enter(desk, "figures", 0, indicator=NAME, _2020="14000", _2021="1.65万")


def test_what_is_entered_is_used(desk):
    """It takes the place of what is published as long as its row is there; undo leads back."""
    own_target(desk)
    indicator = desk.indicators[0]
    published = desk.targets_of(indicator)
    year = str(int(published["year"].max()))
    enter(desk, "targets", 1, indicator=desk.report.quantity(indicator), **{year: "77"})
    used = own_plan.use_rows(desk)
    assert used.targets_of(NEW)["target"].tolist() == [18000.0]
    assert used.targets_of(indicator)["target"].iloc[-1] == 77.0
    used = used.with_figures(read(f"indicator,2022\n{NAME},17000\n".encode(), "x.csv", used.plan))
    enter(used, "targets", 0, _2025="19000")
    own_plan.change_rows(used, lambda content: entry.remove(content, "targets", 1))
    enter(used, "tasks", 0, task="Build a centre")
    again = own_plan.use_rows(used)
    assert again.targets_of(NEW)["target"].tolist() == [19000.0]
    assert again.targets_of(indicator)["target"].tolist() == published["target"].tolist()
    assert again.plan.tasks["name_zh"].iloc[-1] == "Build a centre"
    figures = again.plan.observations
    assert figures.loc[figures["indicator"].eq(NEW), "value"].tolist() == [14000, 16500, 17000]
    before = History(again.history.states, again.history.position - 5)
    assert read_address(before.current.address()) == before.current
    assert own_plan.read_rows(again).rows["figures"][0]["2021"] == "1.65万"
    desk.go(before.moved(-1))
    assert own_plan.read_rows(desk).rows["targets"][1][year] == "77"


def test_a_link_has_what_is_entered(desk):
    """The state names the rows; a link can name no file, and what is not here is not left out."""
    own_target(desk)
    state = read_address(desk.state.address())
    assert state == desk.state and state.rows
    with pytest.raises(ValueError, match="link cannot be read"):
        read_address(desk.state.address().replace(state.rows, "../x"))
    for gone in ({"rows": f"{1:016x}"}, {"reading": f"{1:016x}"}, {"tables": "1"}):
        with pytest.raises(ValueError, match="not on this desk"):
            desk.with_state(replace(state, **gone))
    desk.history = desk.history.change(replace(state, rows=f"{1:016x}"))
    assert not own_plan.read_rows(desk).rows.get("targets")


def test_problems_are_those_of_forecast_check(desk, tmp_path):
    """The same message in the same sheet and row, and nothing is opened or left behind."""
    enter(desk, "targets", 0, indicator=NAME, _2025="a lot")
    enter(desk, "targets", 1, indicator="Something new", _2025="3")
    enter(desk, "guide", 4, value="soon")
    problems, _ = own_plan.check_rows(desk)
    assert [entry.locate(problem, "en") for problem in problems] == [("guide", 4)]
    enter(desk, "guide", 4, value="2021")
    problems, _ = own_plan.check_rows(desk)
    assert {entry.locate(p, "en") for p in problems} == {("targets", 0), ("targets", 1)}
    form = entry.write_entered(own_plan.read_rows(desk), tmp_path, desk.plan, "en")
    assert set(read_plan(form, "en").problems) == set(problems)
    with pytest.raises(DataError, match="a lot"):
        own_plan.use_rows(desk)
    assert not list((desk.folder / "figures").iterdir())


def test_a_plan_is_made_downloaded_and_opened_again(desk):
    """The archive is a folder of `forecast init`, filled in; it opens at another desk."""
    own_plan.begin_plan(desk, PlanOrder("Green Hills", "lishui", 2021, 2025, "en"))
    own_target(desk)
    name, content = own_plan.pack_plan(desk)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {Path(file).name for file in archive.namelist()}
    assert {"Green Hills.xlsx", "monitoring.yaml", "README.md"} <= names
    desk.history = desk.history.moved(-1)
    opened = own_plan.open_upload(desk, name, content)
    assert opened.plan.region == "green_hills" and opened.indicators == [NEW]
    assert own_plan.read_rows(opened).facts["region_name"] == "Green Hills"


@pytest.mark.parametrize("name", ["x.zip", "x.xlsx", "../../x.csv"])
def test_what_holds_no_plan_is_refused(desk, name):
    """Neither an archive that leads out of its folder nor any other file leaves anything."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../../escaped.csv", "a,b")
    with pytest.raises(ValueError, match="holds no plan"):
        own_plan.open_upload(desk, name, stream.getvalue())
    assert not list((desk.folder / "figures").iterdir())
    assert not list(desk.folder.parent.glob("*.csv"))


def test_a_damaged_archive_is_refused(desk):
    """A part whose compressed bytes are none is no plan, and leaves nothing."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plan.csv", b"a,b\n" * 100)
    damaged = bytearray(stream.getvalue())
    damaged[30 + len("plan.csv")] = 0b111  # a block of no known type
    with pytest.raises(ValueError, match="holds no plan"):
        own_plan.open_upload(desk, "x.zip", bytes(damaged))
    assert not list((desk.folder / "figures").iterdir())


def test_the_form_fills_checks_and_uses_rows(desk, monkeypatch):
    """Cells of the table change the rows, problems stand beside theirs, a sound plan is used.

    What a check has found goes with what was checked.
    """
    used = []
    monkeypatch.setattr(plan_form, "open_with_rows", lambda desk: used.append(1) or desk)
    panel = Panel(desk)
    form = panel.plans
    panel.opener.value = True
    grid = part(panel, "plan-rows")
    fix = partial(lambda key, text: grid.receive({"fix": 0, "key": key, "text": text}))
    fix("indicator", NAME)
    fix("2025", "a lot")
    assert len(grid.table["rows"]) == 2 and "rows=" in panel.page.address
    press(panel, "plan-use")
    assert "a lot" in form.found.value and grid.table["rows"][0]["open"]
    panel.choices.language.value = "zh"
    assert form.found.value == '<div role="status"></div>' and not grid.table["rows"][0]["open"]
    panel.choices.language.value = "en"
    fix("2025", "18000")
    assert form.found.value == '<div role="status"></div>'
    press(panel, "plan-use")
    assert used and "No problems" in form.found.value and "own plan" in panel.status.value
    press(panel, "undo")
    assert form.found.value == '<div role="status"></div>'
    assert {"text": "a lot", "key": "2025", "size": 10} in grid.table["rows"][0]["cells"]
    grid.receive({"remove": 0})
    assert len(grid.table["rows"]) == 1
    form.name.value, form.period.value = "Green Hills", "2026"
    press(panel, "plan-begin")
    assert "2026-2030" in panel.status.value
    form.period.value = "2026-2030"
    press(panel, "plan-begin")
    assert 'download="plan.zip"' in form.links.value
    upload(panel, "plan-upload", "x.zip", b"nothing")
    assert "holds no plan" in panel.status.value
