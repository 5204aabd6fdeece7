"""Lists, buttons, the form of settings, the page: what they show and what they report."""

import re
from importlib import resources

import ipywidgets as widgets
import pytest

from forecast.desk.frontend import PageLink, SettingsForm
from forecast.desk.widgets import Texts, create_dropdown, set_options


@pytest.mark.parametrize(("value", "shown"), [("b", "b"), ("gone", None)])
def test_a_value_that_is_no_option_selects_none(value, shown):
    """A dropdown list with a value that is no option is empty, without an error."""
    found = create_dropdown(Texts(), "Which", "desk-x")
    set_options(found, [("A", "a"), ("B", "b")], value)
    assert found.value == shown


def test_the_same_options_are_not_sent_again():
    """A list that is open in the browser is not built again for the same options."""
    found, sent = create_dropdown(Texts(), "Which", "desk-x"), []
    set_options(found, [("A", "a")], "a")
    found.observe(sent.append, "options")
    set_options(found, [("A", "a")], "a")
    assert sent == []


def test_texts_follow_the_language():
    """All traits of all widgets are set again; nothing is created."""
    texts = Texts()
    label = texts.add(widgets.Button(), description="a", tooltip="b")
    texts.show(lambda text: text * 2)
    assert (label.description, label.tooltip) == ("aa", "bb")


def test_moves_are_reported_and_then_answered():
    """Each moved setting is reported once; the answer comes after it, and after an error too."""
    moved = []
    form = SettingsForm(lambda name, value: moved.append((name, value, form.done)))
    form.receive({"n": 3, "values": {"pace": 2, "rate": None}})
    assert (moved, form.done) == ([("pace", 2.0, 0), ("rate", None, 0)], 3)
    with pytest.raises(ValueError, match="many"):
        form.receive({"n": 4, "values": {"pace": "many"}})
    assert form.done == 4


def test_unknown_messages_are_ignored():
    """A message that no part knows changes nothing."""
    page = PageLink({"go": lambda message: pytest.fail(str(message))})
    page.receive({})
    page.receive({"run": "code"})


def test_no_part_runs_code_from_a_text():
    """The browser's modules write texts as texts: no markup and no code is made from them."""
    static = resources.files("forecast.desk") / "static"
    modules = [file.read_text("utf-8") for file in static.iterdir() if file.name.endswith(".js")]
    assert len(modules) == 4
    for text in modules:
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"):
            assert way not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_that_is_drawn_stands_out(scheme):
    """Words have a contrast of 4.5 to 1, edges, curves, handles and focus one of 3 to 1."""
    text = (resources.files("forecast.desk") / "static" / "desk.css").read_text("utf-8")
    light, rest = text.split("}", 1)
    colours = read_colours(light)
    if scheme == "dark":
        colours |= read_colours(rest.split("prefers-color-scheme:dark", 1)[1].split("@media")[0])
    for name in ("ink", "quiet", "blue", "orange", "link", "beside0", "beside1", "beside2"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    assert contrast(colours["ink"], colours["band0"]) >= 4.5  # of buttons
    for name in ("edge", "red"):
        assert contrast(colours[name], colours["paper"]) >= 3.0, name


def read_colours(css):
    """Return the custom properties that are colours."""
    found = re.findall(r"--(\w+):#([0-9a-f]{3,6})\b", css)
    return {name: code * (2 if len(code) == 3 else 1) for name, code in found}


def contrast(one, other):
    """Return the contrast of two colours as WCAG defines it."""

    def luminance(code):
        shares = [int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]
        return sum(part * x for part, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
