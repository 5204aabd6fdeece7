"""Lists, buttons, the form of settings, the page: what they show and what they report."""

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
