"""A planner's own figures on the desk: each is shown, and the planner decides."""

import copy

import pytest

import forecast as fc
from desk_parts import part, press, upload
from forecast.desk.session import Desk
from forecast.desk.state import History, read_address
from forecast.desk.upload import FigureForm

FILE = "指标,2021,2022,2023\n护理型床位占比,55.5%,六成,——\n每万老年人持证养老护理员数,14,20,\n"
ROWS = [(2, "2021"), (2, "2022"), (2, "2023"), (3, "2021"), (3, "2022")]


@pytest.fixture(scope="module")
def pristine():
    """Lishui's desk at the end of 2022, in English."""
    return Desk.open("lishui", as_of="2022-12-31", language="en", draws=100)


@pytest.fixture
def desk(pristine, tmp_path):
    """Return a copy of that desk with a folder of its own."""
    desk = copy.copy(pristine)
    desk.folder = tmp_path / "desk"
    return desk


@pytest.fixture
def used():
    """Collect the figures that are used."""
    return []


@pytest.fixture
def errors():
    """Collect the errors that are displayed."""
    return []


@pytest.fixture
def form(desk, used, errors):
    """Create an empty form."""

    def guard(callback):
        try:
            callback()
        except (fc.ForecastError, OSError, ValueError) as error:
            errors.append(error)

    return FigureForm(lambda: desk, guard, used.append, lambda: None, lambda: None)


def cells(form):
    """Return the rows of the table: the figure as printed by the place it has in the file."""
    return {row["name"]: row["cells"][1]["text"] for row in form.grid.table["rows"]}


def decide(form, what, position, **more):
    """Decide on the figure of a row of the table, as the browser does."""
    form.grid.receive({what: position, **more})


def test_nothing_is_to_be_decided_before_a_file_is_read(form):
    """An empty form shows no figures and no button to use them."""
    assert (form.rows.value, form.grid.table) == ("", {})
    assert form.go.layout.display == "none"


def test_every_figure_is_shown_with_its_status(form):
    """Understood, doubtful, unreadable and missing figures each have a row, the open ones first."""
    upload(form, "upload", "own.csv", FILE.encode())
    text = str(form.grid.table)
    for word in ("55.5%", "六成", "——", "understood", "doubtful", "problem", "missing", "Remedy"):
        assert word in text
    assert set(cells(form)) >= {f"{row} · {column}" for row, column in ROWS}
    rows = form.grid.table["rows"]
    assert [row["open"] for row in rows] == sorted((row["open"] for row in rows), reverse=True)
    assert next(iter(cells(form).items())) == ("2 · 2022", "六成") and rows[0]["offers"] == ["drop"]


def test_figures_can_be_used_once_all_are_decided(form, used):
    """A problem and a doubt each block their use; corrected and accepted figures are used."""
    upload(form, "upload", "own.csv", FILE.encode())
    assert form.go.disabled
    decide(form, "fix", 0, text="60%")
    assert form.go.disabled
    decide(form, "accept", 0)
    assert not form.go.disabled
    press(form, "go")
    plan = used[0].apply(fc.load_plan("lishui", as_of="2022-12-31"))
    seen = plan.observations.set_index(["indicator", "year"])["value"]
    assert seen["nursing_bed_share", 2022.0] == 60.0
    assert seen["care_workers_per_10k_elderly", 2022.0] == 20.0
    assert ("nursing_bed_share", 2023.0) not in seen


def test_any_figure_can_be_corrected_or_dropped(form):
    """An understood figure can be edited as well; a dropped one is listed no more."""
    upload(form, "upload", "own.csv", FILE.encode())
    places = list(cells(form))
    decide(form, "fix", places.index("2 · 2021"), text="57%")
    assert cells(form)["2 · 2021"] == "57%"
    decide(form, "drop", 0)
    decide(form, "drop", 0)
    assert not form.go.disabled
    assert "六成" not in str(form.grid.table)


def test_a_correction_that_cannot_be_read_stays_open(form):
    """A correction is read like the file: nonsense is a problem again."""
    upload(form, "upload", "own.csv", FILE.encode())
    decide(form, "fix", 0, text="about many")
    assert form.go.disabled
    assert "about many" in str(form.grid.table)


def test_a_file_can_be_given_by_its_path_on_this_machine_alone(form, errors, desk, tmp_path):
    """A path is read like an upload; a missing file is an error; others see no such field."""
    (tmp_path / "own.csv").write_text(FILE, encoding="gb18030")
    form.path.value = str(tmp_path / "own.csv")
    press(form, "read")
    assert "六成" in str(form.grid.table)
    form.path.value = str(tmp_path / "gone.csv")
    press(form, "read")
    assert [type(error) for error in errors] == [FileNotFoundError]
    desk.local = False
    form.show()
    assert form.named.layout.display == "none"
    press(form, "read")
    assert [type(error) for error in errors[1:]] == [ValueError]


def test_what_was_decided_stays(form, desk, used):
    """A desk opened with the same address has file and decisions; undo takes a decision back.

    A link without the file shows no figures, and what is used is no longer open.
    """
    upload(form, "upload", "own.csv", FILE.encode())
    decide(form, "fix", 0, text="60%")
    decide(form, "accept", 0)
    decide(form, "drop", 0)
    whole, address = cells(form), desk.state.address()
    again = FigureForm(lambda: desk, lambda call: call(), used.append, lambda: None, lambda: None)
    desk.go(History((read_address(address),)))
    again.follow()
    assert cells(again) == whole and again.go.disabled == form.go.disabled
    decide(again, "drop", 0)
    assert len(cells(again)) == len(whole) - 1
    desk.go(desk.history.moved(-1))
    again.follow()
    assert cells(again) == whole
    desk.go(History((read_address(address.replace(desk.state.reading, "0")),)))
    again.follow()
    assert again.grid.table == {} and again.go.layout.display == "none"


def test_a_refused_file_leaves_nothing_of_the_first(form, errors):
    """Neither figures nor the button to use them stay; the error is in both languages."""
    upload(form, "upload", "own.csv", FILE.encode())
    upload(form, "upload", "own.xlsx", b"\x00\x01\x02")
    assert errors[0].describe("zh") != errors[0].describe("en")
    assert part(form, "upload").value == ()
    assert (form.figures, form.rows.value, form.grid.table) == (None, "", {})
    assert form.go.layout.display == "none"
