"""Sliders with fields: one value, told once."""

import ast
import asyncio

import pytest
from jupyter_client.manager import AsyncKernelManager

from forecast.desk.settings import Control
from forecast.desk.widgets import SettingControl, choice
from forecast.scenarios.declarations import Range

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
    return SettingControl(control, ("Hires", "0 to 100", "set"), told, beyond), told


def test_slider_and_field_say_the_same():
    """What is moved or typed is told once, and shown by both."""
    setter, told = setter_of(LEVER)
    setter.slider.value = 30.0
    assert setter.field.value == 30.0
    setter.field.value = 50.0
    assert setter.slider.value == 50.0
    assert told == [("m.hires", 30.0), ("m.hires", 50.0)]


def test_showing_is_no_change():
    """What the desk shows is not told back to it."""
    setter, told = setter_of(BELIEF)
    for value in (0.6, None, Range(low=0, central=0.3, high=1)):
        setter.show(value)
    assert (setter.slider.value, setter.box.value) == (0.3, True)
    setter.show(None)
    assert (setter.slider.value, setter.field.value, setter.box.value) == (0.6, 0.5, False)
    assert told == []


# Where Chromium puts a slider of ipywidgets that is given a value, as it says itself.
PLACES = [
    *[(0.0, 4644.0, 0.1, 232.5, 230.00000000000003), (0.0, 4644.0, 0.1, 4642.0, 4640.000000000001)],
    *[(0.0, 4644.0, 0.1, 4644.0, 4644.0), (0.0, 33.6, 0.2, 1.4, 1.4000000000000004)],
    *[(-3.0, 4.2, 0.3, -1.8, -1.7999999999999998), (57.5, 100.0, 0.5, 59.1, 59.0)],
    *[(0.9, 1.1, 0.0005, 0.938, 0.9380000000000001), (1.0, 7.0, 0.05, 3.05, 3.0500000000000003)],
]


@pytest.mark.parametrize(("lower", "upper", "step", "value", "place"), PLACES)
def test_a_slider_stands_where_a_browser_puts_it(lower, upper, step, value, place):
    """To the last digit, so that a browser has nothing to answer; the field keeps the value."""
    setter, told = setter_of(Control(("m", "x"), "lever", "person", lower, upper, step))
    setter.show(value)
    assert (setter.slider.value, setter.field.value) == (place, value)
    setter.slider.set_state({"value": place})
    assert told == []


@pytest.mark.parametrize(
    ("lower", "upper", "step", "place"), [(*known, place) for *known, _, place in PLACES[:4]]
)
def test_what_a_person_moves_is_not_sent_back(lower, upper, step, place):
    """A slider is told nothing but what it said: a browser would take it for newer than keys."""
    setter, told = setter_of(Control(("m", "x"), "lever", "person", lower, upper, step))
    sent = []
    setter.slider.comm.publish_msg = lambda _kind, data, **_: sent.append(data)
    setter.slider.set_state({"value": place})
    assert told == [("m.x", round(place, 9))]
    assert [message for message in sent if message["method"] == "update"] == []


def test_a_value_typed_before_a_reset_is_gone_with_it():
    """A browser has nothing to say of a value between steps that could come after a reset."""
    setter, told = setter_of(BELIEF)
    sent = []
    setter.slider.comm.publish_msg = lambda _kind, data, **_: sent.append(data["state"]["value"])
    setter.field.set_state({"value": 0.8})
    setter.show(None)
    assert sent == [0.9, 0.6]
    assert told == [("m.rate", 0.8)]


KERNEL = """
import threading
import ipywidgets as widgets
from jupyter_client.manager import AsyncKernelManager
from forecast.desk.widgets import button, serialise_callbacks
heard = []
def hear(what):
    heard.append((what, threading.get_ident()))
slider, pressed = widgets.FloatSlider(), button("Reset", "x", lambda: hear("reset"))
slider.observe(lambda event: hear(event["new"]), "value")
serialise_callbacks([widgets.HBox([slider, pressed])])
"""


def test_a_kernel_hears_all_widgets_in_one_thread():
    """A slider that has answered and a button that never does are heard in turn, not at once."""
    heard, threads = zip(*asyncio.run(heard_by_a_kernel()), strict=True)
    assert heard == (10.0, "reset", 20.0)
    assert len(set(threads)) == 1


async def heard_by_a_kernel():
    """What a kernel hears of messages for one of its subshells, where it has any."""
    kernel = AsyncKernelManager(kernel_name="python3")
    await kernel.start_kernel()
    client = kernel.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        client.control_channel.send(client.session.msg("create_subshell_request", {}))
        subshell = (await client.get_control_msg(timeout=60))["content"].get("subshell_id")
        asked = {"ids": "[slider.comm.comm_id, pressed.comm.comm_id]", "heard": "heard"}
        answer = await client.execute_interactive(KERNEL, user_expressions=asked, timeout=60)
        slider, button = ast.literal_eval(said(answer, "ids"))
        click = {"method": "custom", "content": {"event": "click"}}
        move = [{"method": "update", "state": {"value": value}} for value in (10, 20)]
        for comm, data in ((slider, move[0]), (button, click), (slider, move[1])):
            message = client.session.msg("comm_msg", {"comm_id": comm, "data": data})
            message["header"]["subshell_id"] = subshell
            client.shell_channel.send(message)
            await idle(client, message["header"]["msg_id"])
        answer = await client.execute_interactive("", user_expressions=asked, timeout=60)
        return ast.literal_eval(said(answer, "heard"))
    finally:
        client.stop_channels()
        await kernel.shutdown_kernel(now=True)


def said(answer, name):
    """Text of an expression in a kernel's answer."""
    return answer["content"]["user_expressions"][name]["data"]["text/plain"]


async def idle(client, message):
    """Wait until a kernel has done what a message asks."""
    while True:
        found = await client.get_iopub_msg(timeout=60)
        over = found["content"].get("execution_state") == "idle"
        if over and found["parent_header"].get("msg_id") == message:
            return


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
