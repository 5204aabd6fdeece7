"""Parts of the desk, found by their CSS classes as a browser finds them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ipywidgets import Widget


def all_widgets(widget: Widget) -> Iterator[Widget]:
    """Yield a widget and everything within it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from all_widgets(child)


def part(widget: Widget, name: str) -> Any:
    """Return the one widget within another that has the class `desk-NAME`."""
    (found,) = [w for w in all_widgets(widget) if f"desk-{name}" in getattr(w, "_dom_classes", ())]
    return found


def press(widget: Widget, name: str) -> None:
    """Press a button."""
    part(widget, name).click()


def upload(widget: Widget, name: str, file: str, content: bytes) -> None:
    """Choose a file as a browser does."""
    record = {"name": file, "type": "", "size": len(content), "content": memoryview(content)}
    part(widget, name).value = ({**record, "last_modified": dt.datetime.now()},)
