"""docs/planner.md and docs/planner.zh.md agree with the desk."""

import re
import struct
from pathlib import Path

import pytest

from forecast.desk.session import Desk
from forecast.i18n.catalog import gettext

ROOT = Path(__file__).parents[2]
DOCS = {"en": ROOT / "docs" / "planner.md", "zh": ROOT / "docs" / "planner.zh.md"}
BUTTONS = (
    *("Cancel", "Undo", "Reset", "Apply", "Save scenario", "Export chart, tables, parameters"),
    *("Open a scenario file", "Use these figures", "Replace it", "Back to the published figures"),
    *("Redo", "Basis", "Numbers of this chart", "Open a plan", "Check", "Remove"),
    *("Use this plan", "Make a plan", "Download its folder"),
)
LARGEST = 150_000
EACH = pytest.mark.parametrize("language", DOCS)


def pictures(language: str) -> list[str]:
    """Return the names of the pictures in a document."""
    return re.findall(r"!\[.+?\]\((.+?)\)", DOCS[language].read_text(encoding="utf-8"))


@EACH
def test_its_pictures_exist_and_are_small(language: str) -> None:
    """Each picture is a PNG as wide as the window, of less than 150 kB."""
    assert len(pictures(language)) == 4
    for name in pictures(language):
        content = (ROOT / "docs" / name).read_bytes()
        assert struct.unpack(">II", content[16:24])[0] == 1280
        assert len(content) < LARGEST


@EACH
def test_it_names_the_buttons_of_the_desk(language: str) -> None:
    """The tour names each of these buttons by its label on the desk."""
    text = DOCS[language].read_text(encoding="utf-8").replace("\n", " ")
    quoted = "*{}*" if language == "en" else "{}"
    for label in BUTTONS:
        assert quoted.format(gettext(label, language)) in text, label


def test_its_example_agrees_with_the_desk() -> None:
    """5,000 trainees a year raise the chance from 15 to 51 %; 80 % takes 8,400."""
    desk = Desk.open(as_of="2022-12-31", language="en")
    desk.choose("care_workers_per_10k_elderly")
    desk.set("trainees_per_year", 5000)
    chances = [desk.baseline_answer().p_reach, desk.answer().p_reach]
    assert [round(100 * p) for p in chances] == [15, 51]
    assert round(desk.seek(0.8, "trainees_per_year").value) == 8400
    for language, said in (("en", ("15 to 51 %", "8,400")), ("zh", ("15% 升到 51%", "8400"))):
        text = DOCS[language].read_text(encoding="utf-8").replace("\n", " ")
        assert all(number in text for number in said)
