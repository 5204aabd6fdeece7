"""A planner's own figures on the desk: every figure shown, every decision the planner's."""

import datetime as dt
import re

import pytest

import forecast as fc
from forecast.desk.session import Desk
from forecast.desk.upload import Entries

FILE = "指标,2021,2022,2023\n护理型床位占比,55.5%,六成,——\n每万老年人持证养老护理员数,14,20,\n"
ROWS = [(2, "2021"), (2, "2022"), (2, "2023"), (3, "2021"), (3, "2022")]


@pytest.fixture(scope="module")
def desk():
    """Lishui's desk at the end of 2022, in English."""
    return Desk.open("lishui", as_of="2022-12-31", language="en", draws=100)


@pytest.fixture
def gone():
    """Figures that a planner went on with."""
    return []


@pytest.fixture
def faults():
    """Errors that a planner was told of."""
    return []


@pytest.fixture
def entries(desk, gone, faults):
    """An empty form."""

    def guard(act):
        try:
            act()
        except (fc.ForecastError, OSError) as error:
            faults.append(error)

    return Entries(desk, guard, gone.append)


def hand_over(entries, content, name="own.csv"):
    """Upload a file as a browser does."""
    file = {"name": name, "type": "", "size": len(content), "content": memoryview(content)}
    entries.upload.value = ({**file, "last_modified": dt.datetime.now()},)


def plain(html):
    """Text without markup."""
    return re.sub(r"<[^>]+>", " ", html)


def test_nothing_is_to_be_decided_before_a_file_is_read(entries):
    """An empty form shows no rows and no buttons for them."""
    assert entries.rows.value == ""
    assert entries.decide.layout.display == "none"


def test_every_figure_is_shown_with_what_was_understood(entries):
    """Understood, doubtful, unreadable and missing figures each have a row with their status."""
    hand_over(entries, FILE.encode())
    told = plain(entries.rows.value)
    for word in ("55.5%", "六成", "——", "understood", "doubtful", "problem", "missing", "Remedy"):
        assert word in told
    assert entries.rows.value.count("<tr>") >= len(ROWS)
    assert {place for _, place in entries.which.options} >= set(ROWS)
    assert entries.decide.layout.display == "flex"


def test_what_needs_a_decision_comes_first(entries):
    """The list of figures begins with those still open, the first of which is chosen."""
    hand_over(entries, FILE.encode())
    assert [place for _, place in entries.which.options][:2] == [(2, "2022"), (3, "2022")]
    assert entries.which.value == (2, "2022")
    assert entries.text.value == "六成"


def test_going_on_waits_for_every_decision(entries, gone):
    """A problem and a doubt each hold it back; corrected and accepted figures are handed on."""
    hand_over(entries, FILE.encode())
    assert entries.go.disabled
    entries.text.value = "60%"
    entries.fix.click()
    assert entries.go.disabled
    assert entries.which.value == (3, "2022")
    entries.accept.click()
    assert not entries.go.disabled
    entries.go.click()
    plan = gone[0].apply(fc.load_plan("lishui", as_of="2022-12-31"))
    seen = plan.observations.set_index(["indicator", "year"])["value"]
    assert seen["nursing_bed_share", 2022.0] == 60.0
    assert seen["care_workers_per_10k_elderly", 2022.0] == 20.0
    assert ("nursing_bed_share", 2023.0) not in seen


def test_a_figure_can_be_dropped(entries):
    """A dropped figure is gone from the rows and holds nothing back."""
    hand_over(entries, FILE.encode())
    entries.drop.click()
    entries.drop.click()
    assert not entries.go.disabled
    assert "六成" not in entries.rows.value


def test_a_correction_that_cannot_be_read_stays_open(entries):
    """What is typed is read like the file: nonsense is a problem again."""
    hand_over(entries, FILE.encode())
    entries.text.value = "about many"
    entries.fix.click()
    assert entries.go.disabled
    assert "about many" in entries.rows.value


def test_a_file_on_this_machine_can_be_named(entries, faults, tmp_path):
    """A path is read like an upload; one that is not there is an error to be said."""
    (tmp_path / "own.csv").write_text(FILE, encoding="gb18030")
    entries.place.value = str(tmp_path / "own.csv")
    entries.read.click()
    assert "六成" in entries.rows.value
    entries.place.value = str(tmp_path / "gone.csv")
    entries.read.click()
    assert [type(fault) for fault in faults] == [FileNotFoundError]
    assert "六成" in entries.rows.value


def test_a_file_that_is_no_table_is_refused_in_words(entries, faults):
    """What cannot be read is told in both languages; what was read before stays."""
    hand_over(entries, FILE.encode())
    hand_over(entries, b"\x00\x01\x02", "own.xlsx")
    assert faults[0].describe("zh") != faults[0].describe("en")
    assert entries.upload.value == ()
    assert "六成" in entries.rows.value


def test_markup_in_a_file_is_shown_and_not_obeyed(entries):
    """A cell with markup is text."""
    hand_over(entries, FILE.replace("六成", "<b>6</b>").encode())
    assert "&lt;b&gt;6" in entries.rows.value
    assert "<b>6" not in entries.rows.value


def test_figures_read_before_are_shown_again(entries, desk):
    """A form built anew, as for another language, keeps the figures and decisions."""
    hand_over(entries, FILE.encode())
    entries.drop.click()
    again = Entries(desk, lambda act: act(), print, entries.intake)
    assert again.rows.value == entries.rows.value
