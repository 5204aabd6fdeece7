"""Parts of the desk that run in the browser: settings, chart, grid of figures, and the page itself.

Each is a widget of anywidget with a module in `static`; what it shows and what it reports is
described here. Reports come as messages, answered in the order in which they were sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import resources
from typing import Any

import anywidget
import traitlets

__all__ = ["Chart", "Grid", "PageLink", "SettingsForm"]


def _static(name: str) -> str:
    return (resources.files(__package__) / "static" / name).read_text(encoding="utf-8")


class Part(anywidget.AnyWidget):
    """A widget that passes the messages of its module to functions, by their first key.

    `call` calls a function in its turn, as `BackgroundRunner.call` does; one that was overtaken is
    passed to `receive_late`.

    >>> part = Part({"add": lambda message: print(message["add"])})
    >>> part.receive({"add": 2})
    2
    """

    def __init__(
        self,
        callbacks: Mapping[str, Callable[[Any], None]],
        call: Callable[..., None] = lambda callback, _: callback(),
    ) -> None:
        super().__init__()
        self._callbacks = dict(callbacks)
        self.on_msg(
            lambda _widget, content, _buffers: call(
                partial(self.receive, content), partial(self.receive_late, content)
            )
        )

    def receive(self, content: Mapping[str, Any]) -> None:
        """Handle a message of the browser; unknown ones are ignored."""
        callback = self._callbacks.get(next(iter(content), ""))
        if callback is not None:
            callback(content)

    def receive_late(self, content: Mapping[str, Any]) -> None:
        """Handle a message that a later one has overtaken."""
        self.receive(content)


class SettingsForm(Part):
    """Sliders with number fields, in groups.

    `groups` are records with key, title and items; an item has name, css, label, limits, lower,
    upper, coarse (the slider's step), optional, box (label of its check box), unit, basis and
    basis_head. `values` are pairs of a value and whether it is set, by name. A message
    `{n, values}` reports what was moved; `done` becomes its number when it is answered.
    """

    _esm = _static("settings.js")
    groups: Any = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    done = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        changed: Callable[[str, float | None], None],
        call: Callable[..., None] = lambda callback, _: callback(),
    ) -> None:
        super().__init__({"n": self._move}, call)
        self._changed = changed

    def move(self, name: str, value: float | None) -> None:
        """Move a setting as a person does."""
        self.receive({"n": self.done + 1, "values": {name: value}})

    def _move(self, content: Mapping[str, Any]) -> None:
        try:
            for name, value in content["values"].items():
                self._changed(name, None if value is None else float(value))
        finally:
            self.receive_late(content)

    def receive_late(self, content: Mapping[str, Any]) -> None:
        """Answer what was moved before something that is done already, without moving it."""
        self.done = int(content["n"])


class Chart(anywidget.AnyWidget):
    """The chart of a target: `spec` as `live_chart.describe_chart` and `answer` as its `answer`."""

    _esm = _static("chart.js")
    spec = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)


class Grid(Part):
    """A table of figures to decide on: a record of heads, rows, buttons and a label.

    A row has cells, `open` and what it `offers`. Messages are `{fix: row, text}`, `{accept: row}`
    and `{drop: row}`.
    """

    _esm = _static("grid.js")
    table = traitlets.Dict().tag(sync=True)


class PageLink(Part):
    """The page around the desk: address, title, language, what is spoken, what was open last.

    `turns` counts the steps to which the browser's button leads back. `kept` are the addresses of
    the history, which the browser keeps for its visitor. Messages: `{start: address, before: kept,
    visitor: key}` once, `{go: address}` after the browser's buttons, `{ask: n}` every two seconds,
    answered by `heard`; without an answer the browser shows a sentence of `lost`.
    """

    _esm = _static("page.js")
    _css = _static("desk.css")
    address = traitlets.Unicode("").tag(sync=True)
    turns = traitlets.Int(0).tag(sync=True)
    kept: Any = traitlets.List().tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    language = traitlets.Unicode("").tag(sync=True)
    spoken = traitlets.Unicode("").tag(sync=True)
    lost = traitlets.Dict().tag(sync=True)
    heard = traitlets.Int(0).tag(sync=True)

    def __init__(self, callbacks: Mapping[str, Callable[[Any], None]]) -> None:
        super().__init__({**callbacks, "ask": self._hear})

    def _hear(self, message: Mapping[str, Any]) -> None:
        self.heard = int(message["ask"])
