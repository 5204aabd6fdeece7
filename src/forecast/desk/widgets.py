"""Widgets of the desk: lists, buttons, rows, and their texts, which follow the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any

import ipywidgets as widgets

__all__ = [
    "Texts", "create_button", "create_dropdown", "create_field", "create_row", "create_upload",
    "set_options",
]  # fmt: skip


class Texts:
    """Texts of widgets, which are set again for another language: nothing is built twice.

    >>> texts = Texts()
    >>> label = texts.add(widgets.Label(), value="Undo")
    >>> texts.show(str.upper)
    >>> label.value
    'UNDO'
    """

    def __init__(self) -> None:
        self._texts: list[tuple[widgets.Widget, dict[str, str]]] = []

    def add(self, widget: Any, **messages: str) -> Any:
        """Give traits of a widget messages (English); return the widget."""
        self._texts.append((widget, messages))
        return widget

    def show(self, gettext: Callable[[str], str]) -> None:
        """Set all texts in a language."""
        for widget, messages in self._texts:
            for trait, message in messages.items():
                setattr(widget, trait, gettext(message))


def create_dropdown(texts: Texts, description: str, css_class: str) -> widgets.Dropdown:
    """Create an empty dropdown list; see `set_options`.

    >>> create_dropdown(Texts(), "Region", "desk-region")._dom_classes
    ('desk-region',)
    """
    dropdown = widgets.Dropdown(
        style={"description_width": "auto"}, layout=widgets.Layout(width="auto", max_width="100%")
    )
    dropdown.add_class(css_class)
    return texts.add(dropdown, description=description)


def set_options(dropdown: widgets.Dropdown, options: Sequence[tuple[str, Any]], value: Any) -> None:
    """Set the options and the value of a list; a value that is not among them selects none.

    >>> regions = create_dropdown(Texts(), "Region", "desk-region")
    >>> set_options(regions, [("Lishui", "lishui")], "lishui")
    >>> regions.value
    'lishui'
    """
    if tuple(dropdown.options) != tuple(options):
        dropdown.options = options
    dropdown.value = value if any(option == value for _, option in options) else None


def create_button(
    texts: Texts, text: str, css_class: str, pressed: Callable[[], None]
) -> widgets.Button:
    """Create a button.

    >>> button = create_button(Texts(), "Save", "desk-save", lambda: print("saved"))
    >>> button.click()
    saved
    """
    button = widgets.Button(layout=widgets.Layout(width="auto"))
    button.add_class(css_class)
    button.on_click(lambda _: pressed())
    return texts.add(button, description=text, tooltip=text)


def create_field(texts: Texts, text: str, css_class: str, width: str = "360px") -> widgets.Text:
    """Create a field for text.

    >>> create_field(Texts(), "Name", "desk-name")._dom_classes
    ('desk-name',)
    """
    field = widgets.Text(
        style={"description_width": "auto"}, layout=widgets.Layout(width=width, max_width="98%")
    )
    field.add_class(css_class)
    return texts.add(field, description=text)


def create_upload(
    texts: Texts, text: str, css_class: str, accept: str, chosen: Callable[[str, bytes], None]
) -> widgets.FileUpload:
    """Create a button for a file; `chosen` gets its name and content, and the field is emptied."""
    upload = widgets.FileUpload(accept=accept, layout=widgets.Layout(width="auto"))
    upload.add_class(css_class)

    def changed(event: Any) -> None:
        if event["new"]:
            file, *_ = event["new"]
            upload.value = ()
            chosen(PurePosixPath(str(file["name"])).name, bytes(file["content"]))

    upload.observe(changed, "value")
    return texts.add(upload, description=text, tooltip=text)


def create_row(parts: Sequence[widgets.Widget]) -> widgets.HBox:
    """Create a row of widgets that wraps.

    >>> create_row([widgets.Label("a")]).layout.flex_flow
    'row wrap'
    """
    return widgets.HBox(parts, layout=widgets.Layout(flex_flow="row wrap", width="100%"))
