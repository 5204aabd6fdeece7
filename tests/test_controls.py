"""Sliders with fields: one value, told once."""

import pytest

from forecast.controls import Setter, choice
from forecast.levers import Range
from forecast.settings import Control

LEVER = Control(("m", "hires"), "lever", "person", 0.0, 100.0, 10.0)
BELIEF = Control(("m", "rate"), "assumption", "percent", 0.0, 1.0, 0.3, Range(low=0, central=0.5,
                                                                              high=1))  # fmt: skip


class Told(list):
    """Changes that a setter tells, and what lay beyond its limits."""

    def __init__(self):
        super().__init__()
        self.beyond = []

    def __call__(self, name, value):
        """Note a change."""
        self.append((name, value))


def setter_of(control):
    """Give a setter and what it tells."""
    told = Told()
    beyond = told.beyond.append
    return Setter(control, ("Hires", "0 to 100", "set"), told, beyond), told


def test_slider_and_field_say_the_same():
    """What is moved or typed is told once, and shown by both."""
    setter, told = setter_of(LEVER)
    setter.slider.value = 30.0
    assert setter.field.value == 30.0
    setter.field.value = 45.0
    assert setter.slider.value == 45.0
    assert told == [("m.hires", 30.0), ("m.hires", 45.0)]


def test_showing_is_no_change():
    """What the desk shows is not told back to it."""
    setter, told = setter_of(BELIEF)
    for value in (0.6, None, Range(low=0, central=0.3, high=1)):
        setter.show(value)
    assert (setter.slider.value, setter.box.value) == (0.3, True)
    setter.show(None)
    assert (setter.slider.value, setter.box.value) == (0.5, False)
    assert told == []


def test_a_browser_that_puts_a_slider_on_its_steps_moves_nothing():
    """0.5 lies between the steps 0.3 and 0.6; the browser's 0.6 is no setting of anybody."""
    setter, told = setter_of(BELIEF)
    setter.show(None)
    setter.slider.value = 0.6
    assert told == []
    assert setter.box.value is False
    setter.slider.value = 0.9
    assert told == [("m.rate", 0.9)]


def test_a_fine_setting_has_a_coarse_slider_and_an_exact_field():
    """Keys get from end to end in some hundred steps, while the field keeps every digit."""
    pace = Control(("", "x"), "pace", "yuan", 0.0, 4644.0, 0.1)
    setter, told = setter_of(pace)
    assert setter.slider.step == 10.0
    setter.field.value = 1234.5
    setter.slider.value = 1230.0
    assert told == [("pace", 1234.5)]
    assert setter.field.value == 1234.5
    setter.slider.value = 1240.0
    assert told[-1] == ("pace", 1240.0)
    assert setter_of(LEVER)[0].slider.step == LEVER.step


def test_the_box_sets_and_unsets():
    """An assumption is set where its slider stands, and left to its range again."""
    setter, told = setter_of(BELIEF)
    setter.show(None)
    setter.box.value = True
    setter.box.value = False
    assert told == [("m.rate", 0.5), ("m.rate", None)]
    setter.field.value = 0.8
    assert setter.box.value is True


def test_what_is_typed_beyond_the_limits_is_said():
    """The nearest limit is taken, and that it was is told after it."""
    setter, told = setter_of(LEVER)
    for typed in (500.0, -3.0, 100.0):
        setter.field.value = typed
    assert told == [("m.hires", 100.0), ("m.hires", 0.0), ("m.hires", 100.0)]
    assert told.beyond == ["m.hires", "m.hires"]
    assert (setter.slider.value, setter.field.value) == (100.0, 100.0)


def test_values_outside_stand_at_the_end():
    """A scenario's setting beyond the slider is shown at its end."""
    setter, told = setter_of(LEVER)
    setter.show(500.0)
    assert (setter.slider.value, told) == (100.0, [])


def test_every_part_has_a_name_and_a_class():
    """Slider, field and box carry the name; the whole is found by its class."""
    setter, _ = setter_of(BELIEF)
    assert setter.slider.description == setter.field.description == "Hires"
    assert "Hires" in setter.box.tooltip
    assert setter._dom_classes == ("desk-set-m-rate",)
    pace = Control(("", "x"), "pace", "person", 0.0, 1.0, 0.1)
    assert setter_of(pace)[0]._dom_classes == ("desk-set-pace",)
    assert setter.box.layout.display is None
    assert setter_of(LEVER)[0].box.layout.display == "none"


@pytest.mark.parametrize(("value", "shown"), [("b", "b"), ("gone", None)])
def test_a_choice_that_is_gone_is_none(value, shown):
    """What is no option any more is shown as nothing, not as an error."""
    found = choice("Which", [("A", "a"), ("B", "b")], value, "desk-x")
    assert found.value == shown
