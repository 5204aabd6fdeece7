"""A planner's own figures on the desk: each is shown, and the planner decides."""

import re

import pytest

import forecast as fc
from desk_parts import press, upload
from forecast.desk.session import Desk
from forecast.desk.upload import FigureForm

FILE = "指标,2021,2022,2023\n护理型床位占比,55.5%,六成,——\n每万老年人持证养老护理员数,14,20,\n"
ROWS = [(2, "2021"), (2, "2022"), (2, "2023"), (3, "2021"), (3, "2022")]


@pytest.fixture(scope="module")
def desk():
    """Lishui's desk at the end of 2022, in English."""
    return Desk.open("lishui", as_of="2022-12-31", language="en", draws=100)


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
        except (fc.ForecastError, OSError) as error:
            errors.append(error)

    return FigureForm(desk, guard, used.append)


def plain(html):
    """Remove markup."""
    return re.sub(r"<[^>]+>", " ", html)


def test_nothing_is_to_be_decided_before_a_file_is_read(form):
    """An empty form shows no figures and no buttons for them."""
    assert form.rows.value == ""
    assert form.decisions.layout.display == "none"


def test_every_figure_is_shown_with_its_status(form):
    """Understood, doubtful, unreadable and missing figures each have a row."""
    upload(form, "upload", "own.csv", FILE.encode())
    text = plain(form.rows.value)
    for word in ("55.5%", "六成", "——", "understood", "doubtful", "problem", "missing", "Remedy"):
        assert word in text
    assert form.rows.value.count("<tr>") >= len(ROWS)
    assert {place for _, place in form.figure.options} >= set(ROWS)
    assert form.decisions.layout.display == "flex"


def test_open_figures_come_first(form):
    """The list of figures starts with those still open, and the first one is selected."""
    upload(form, "upload", "own.csv", FILE.encode())
    assert [place for _, place in form.figure.options][:2] == [(2, "2022"), (3, "2022")]
    assert form.figure.value == (2, "2022")
    assert form.correction.value == "六成"


def test_figures_can_be_used_once_all_are_decided(form, used):
    """A problem and a doubt each block their use; corrected and accepted figures are used."""
    upload(form, "upload", "own.csv", FILE.encode())
    assert form.go.disabled
    form.correction.value = "60%"
    press(form, "fix")
    assert form.go.disabled
    assert form.figure.value == (3, "2022")
    press(form, "accept")
    assert not form.go.disabled
    press(form, "go")
    plan = used[0].apply(fc.load_plan("lishui", as_of="2022-12-31"))
    seen = plan.observations.set_index(["indicator", "year"])["value"]
    assert seen["nursing_bed_share", 2022.0] == 60.0
    assert seen["care_workers_per_10k_elderly", 2022.0] == 20.0
    assert ("nursing_bed_share", 2023.0) not in seen


def test_a_figure_can_be_dropped(form):
    """A dropped figure is no longer listed and blocks nothing."""
    upload(form, "upload", "own.csv", FILE.encode())
    press(form, "drop")
    press(form, "drop")
    assert not form.go.disabled
    assert "六成" not in form.rows.value


def test_a_correction_that_cannot_be_read_stays_open(form):
    """A correction is read like the file: nonsense is a problem again."""
    upload(form, "upload", "own.csv", FILE.encode())
    form.correction.value = "about many"
    press(form, "fix")
    assert form.go.disabled
    assert "about many" in form.rows.value


def test_a_file_can_be_given_by_its_path(form, errors, tmp_path):
    """A path is read like an upload; a missing file is an error."""
    (tmp_path / "own.csv").write_text(FILE, encoding="gb18030")
    form.path.value = str(tmp_path / "own.csv")
    press(form, "read")
    assert "六成" in form.rows.value
    form.path.value = str(tmp_path / "gone.csv")
    press(form, "read")
    assert [type(error) for error in errors] == [FileNotFoundError]
    assert "六成" in form.rows.value


def test_a_file_that_is_no_table_is_refused(form, errors):
    """A file that cannot be read is an error in both languages; earlier figures stay."""
    upload(form, "upload", "own.csv", FILE.encode())
    upload(form, "upload", "own.xlsx", b"\x00\x01\x02")
    assert errors[0].describe("zh") != errors[0].describe("en")
    assert form.upload.value == ()
    assert "六成" in form.rows.value


def test_markup_in_a_file_is_escaped(form):
    """A cell with markup is shown as text."""
    upload(form, "upload", "own.csv", FILE.replace("六成", "<b>6</b>").encode())
    assert "&lt;b&gt;6" in form.rows.value
    assert "<b>6" not in form.rows.value


def test_a_new_form_keeps_earlier_figures(form, desk):
    """A form created again, as for another language, keeps figures and decisions."""
    upload(form, "upload", "own.csv", FILE.encode())
    press(form, "drop")
    again = FigureForm(desk, lambda callback: callback(), print, form.figures)
    assert again.rows.value == form.rows.value
