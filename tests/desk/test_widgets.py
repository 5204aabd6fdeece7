"""Sliders with number fields: one value, reported once."""

import ast
import asyncio

import pytest
from jupyter_client.manager import AsyncKernelManager

from forecast.desk.settings import Control
from forecast.desk.widgets import SettingControl, create_dropdown
from forecast.scenarios.declarations import Range

LEVER = Control(("m", "hires"), "lever", "person", 0.0, 100.0, 10.0)
RANGE = Range(low=0, central=0.5, high=1)
ASSUMPTION = Control(("m", "rate"), "assumption", "percent", 0.0, 1.0, 0.3, RANGE)


class Changes(list):
    """Records changes of a setting, and values that were clipped."""

    def __init__(self):
        super().__init__()
        self.clipped = []

    def __call__(self, name, value):
        """Record a change."""
        self.append((name, value))


def create_control(control):
    """Create the widget of a control, and a record of its changes."""
    changes = Changes()
    texts = ("Hires", "0 to 100", "set")
    return SettingControl(control, texts, changes, changes.clipped.append), changes


def test_slider_and_field_show_the_same_value():
    """A moved or typed value is reported once, and shown by both."""
    widget, changes = create_control(LEVER)
    widget.slider.value = 30.0
    assert widget.field.value == 30.0
    widget.field.value = 50.0
    assert widget.slider.value == 50.0
    assert changes == [("m.hires", 30.0), ("m.hires", 50.0)]


def test_showing_a_value_is_no_change():
    """A value that the desk shows is not reported as a change."""
    widget, changes = create_control(ASSUMPTION)
    for value in (0.6, None, Range(low=0, central=0.3, high=1)):
        widget.show(value)
    assert (widget.slider.value, widget.box.value) == (0.3, True)
    widget.show(None)
    assert (widget.slider.value, widget.field.value, widget.box.value) == (0.6, 0.5, False)
    assert changes == []


# Limits, step and value of sliders, and the value that Chromium gives them in ipywidgets.
POSITIONS = [
    *[(0.0, 4644.0, 0.1, 232.5, 230.00000000000003), (0.0, 4644.0, 0.1, 4642.0, 4640.000000000001)],
    *[(0.0, 4644.0, 0.1, 4644.0, 4644.0), (0.0, 33.6, 0.2, 1.4, 1.4000000000000004)],
    *[(-3.0, 4.2, 0.3, -1.8, -1.7999999999999998), (57.5, 100.0, 0.5, 59.1, 59.0)],
    *[(0.9, 1.1, 0.0005, 0.938, 0.9380000000000001), (1.0, 7.0, 0.05, 3.05, 3.0500000000000003)],
]


@pytest.mark.parametrize(("lower", "upper", "step", "value", "position"), POSITIONS)
def test_a_slider_has_the_value_that_a_browser_gives_it(lower, upper, step, value, position):
    """Both agree to the last digit, so that a browser does not answer; the field is exact."""
    widget, changes = create_control(Control(("m", "x"), "lever", "person", lower, upper, step))
    widget.show(value)
    assert (widget.slider.value, widget.field.value) == (position, value)
    widget.slider.set_state({"value": position})
    assert changes == []


@pytest.mark.parametrize(
    ("lower", "upper", "step", "position"),
    [(*known, position) for *known, _, position in POSITIONS[:4]],
)
def test_a_move_is_not_sent_back(lower, upper, step, position):
    """A browser would take a value sent back for newer than the keys pressed meanwhile."""
    widget, changes = create_control(Control(("m", "x"), "lever", "person", lower, upper, step))
    sent = []
    widget.slider.comm.publish_msg = lambda _kind, data, **_: sent.append(data)
    widget.slider.set_state({"value": position})
    assert changes == [("m.x", round(position, 9))]
    assert [message for message in sent if message["method"] == "update"] == []


def test_a_value_typed_before_a_reset_does_not_return():
    """A value between steps makes a browser send nothing that could arrive after a reset."""
    widget, changes = create_control(ASSUMPTION)
    sent = []
    widget.slider.comm.publish_msg = lambda _kind, data, **_: sent.append(data["state"]["value"])
    widget.field.set_state({"value": 0.8})
    widget.show(None)
    assert sent == [0.9, 0.6]
    assert changes == [("m.rate", 0.8)]


KERNEL = """
import threading
import ipywidgets as widgets
from jupyter_client.manager import AsyncKernelManager
from forecast.desk.widgets import create_button, serialise_callbacks
calls = []
def record(value):
    calls.append((value, threading.get_ident()))
slider, pressed = widgets.FloatSlider(), create_button("Reset", "x", lambda: record("reset"))
slider.observe(lambda event: record(event["new"]), "value")
serialise_callbacks([widgets.HBox([slider, pressed])])
"""


def test_a_kernel_calls_all_callbacks_in_one_thread():
    """A slider, which sends values back, and a button are handled in order."""
    values, threads = zip(*asyncio.run(calls_in_a_kernel()), strict=True)
    assert values == (10.0, "reset", 20.0)
    assert len(set(threads)) == 1


async def calls_in_a_kernel():
    """Return the callbacks of a kernel for messages to one of its subshells, if it has any."""
    kernel = AsyncKernelManager(kernel_name="python3")
    await kernel.start_kernel()
    client = kernel.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        client.control_channel.send(client.session.msg("create_subshell_request", {}))
        subshell = (await client.get_control_msg(timeout=60))["content"].get("subshell_id")
        expressions = {"ids": "[slider.comm.comm_id, pressed.comm.comm_id]", "calls": "calls"}
        answer = await client.execute_interactive(KERNEL, user_expressions=expressions, timeout=60)
        slider, button = ast.literal_eval(text_of(answer, "ids"))
        click = {"method": "custom", "content": {"event": "click"}}
        move = [{"method": "update", "state": {"value": value}} for value in (10, 20)]
        for comm, data in ((slider, move[0]), (button, click), (slider, move[1])):
            message = client.session.msg("comm_msg", {"comm_id": comm, "data": data})
            message["header"]["subshell_id"] = subshell
            client.shell_channel.send(message)
            await idle(client, message["header"]["msg_id"])
        answer = await client.execute_interactive("", user_expressions=expressions, timeout=60)
        return ast.literal_eval(text_of(answer, "calls"))
    finally:
        client.stop_channels()
        await kernel.shutdown_kernel(now=True)


def text_of(answer, name):
    """Return the text of an expression in a kernel's answer."""
    return answer["content"]["user_expressions"][name]["data"]["text/plain"]


async def idle(client, message):
    """Wait until a kernel has handled a message."""
    while True:
        found = await client.get_iopub_msg(timeout=60)
        over = found["content"].get("execution_state") == "idle"
        if over and found["parent_header"].get("msg_id") == message:
            return


def test_a_fine_setting_has_a_coarse_slider_and_an_exact_field():
    """Keys move the slider through its range in some hundred steps; the field is exact."""
    pace = Control(("", "x"), "pace", "yuan", 0.0, 4644.0, 0.1)
    widget, changes = create_control(pace)
    assert widget.slider.step == 10.0
    widget.field.value = 1234.5
    widget.slider.value = 1230.0
    assert changes == [("pace", 1234.5)]
    assert widget.field.value == 1234.5
    widget.slider.value = 1240.0
    assert changes[-1] == ("pace", 1240.0)
    assert create_control(LEVER)[0].slider.step == LEVER.step


def test_the_box_sets_and_unsets():
    """The check box sets an assumption to the slider's value, or unsets it."""
    widget, changes = create_control(ASSUMPTION)
    widget.show(None)
    widget.box.value = True
    widget.box.value = False
    assert changes == [("m.rate", 0.5), ("m.rate", None)]
    widget.field.value = 0.8
    assert widget.box.value is True


def test_a_value_outside_the_limits_is_clipped():
    """The nearest limit is set and reported, and then that the value was clipped."""
    widget, changes = create_control(LEVER)
    for typed in (500.0, -3.0, 100.0):
        widget.field.value = typed
    assert changes == [("m.hires", 100.0), ("m.hires", 0.0), ("m.hires", 100.0)]
    assert changes.clipped == ["m.hires", "m.hires"]
    assert (widget.slider.value, widget.field.value) == (100.0, 100.0)


def test_a_shown_value_outside_the_limits_is_at_the_end():
    """A scenario's value beyond the slider is shown at its end, and is no change."""
    widget, changes = create_control(LEVER)
    widget.show(500.0)
    assert (widget.slider.value, changes) == (100.0, [])


def test_every_part_has_a_name_and_a_class():
    """Slider, field and box carry the name; the whole is found by its class."""
    widget, _ = create_control(ASSUMPTION)
    assert widget.slider.description == widget.field.description == "Hires"
    assert "Hires" in widget.box.tooltip
    assert widget._dom_classes == ("desk-set-m-rate",)
    pace = Control(("", "x"), "pace", "person", 0.0, 1.0, 0.1)
    assert create_control(pace)[0]._dom_classes == ("desk-set-pace",)
    assert widget.box.layout.display is None
    assert create_control(LEVER)[0].box.layout.display == "none"


@pytest.mark.parametrize(("value", "shown"), [("b", "b"), ("gone", None)])
def test_a_value_that_is_no_option_selects_none(value, shown):
    """A dropdown list with a value that is no option is empty, without an error."""
    found = create_dropdown("Which", [("A", "a"), ("B", "b")], value, "desk-x")
    assert found.value == shown
