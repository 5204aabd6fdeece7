"""Widgets of the desk: a slider with a number field for one setting, lists, buttons, rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ipywidgets as widgets

from ..reports.html import safe
from ..scenarios.declarations import Range
from .settings import DIGITS, Control

__all__ = [
    "HEAD",
    "SettingControl",
    "close_widgets",
    "create_button",
    "create_dropdown",
    "create_row",
    "serialise_callbacks",
]

LEAST_STEPS = 100
"""Least number of steps of a slider that is coarser than its field."""

SCRIPT = """
const name = () => {
  document.querySelectorAll('.desk .widget-slider').forEach(slider => {
    const label = slider.querySelector('.widget-label');
    slider.querySelectorAll('.noUi-handle').forEach(
      handle => label && handle.setAttribute('aria-label', label.textContent));
  });
  const picture = document.querySelector('img.desk-picture');
  const gauge = document.querySelector('.desk-chance .gauge');
  if (picture && gauge) picture.alt = gauge.getAttribute('aria-label');
};
window.deskNames = window.deskNames || new MutationObserver(name);
window.deskNames.observe(document.body, {childList: true, subtree: true});
name();
"""
"""Gives sliders and the chart accessible names, which ipywidgets does not."""
STYLE = """
.desk .desk-unlabelled > .widget-label {position:absolute; width:1px; height:1px; overflow:hidden;
  clip-path:inset(50%)}
.desk .widget-html-content {line-height:1.35}
.desk p {margin:3px 0}
.desk .desk-chance .number {font-size:2.2em; color:#12406f}
.desk .gauge {position:relative; height:18px; border:1px solid #57606a; margin:4px 0 2px}
.desk .gauge b {position:absolute; left:0; top:0; bottom:0; background:#6fa3d0}
.desk .gauge i {position:absolute; top:-4px; bottom:-4px; border-left:2px dotted #1b1f24}
.desk .desk-levers, .desk .desk-assumptions {border-left:5px solid #12406f; padding-left:8px}
.desk .desk-assumptions {border-left:5px dashed #b34700}
.desk .desk-table table {border-collapse:collapse}
.desk .desk-table td, .desk .desk-table th {padding:2px 8px; border-bottom:1px solid #e3e7eb}
.desk .widget-dropdown select {max-width:100%}
.desk a {color:#0b5394; text-decoration:underline}
"""
HEAD = f'<style onload="{safe(SCRIPT)}">{STYLE}</style>'
"""Styles of the desk, and the script."""


class SettingControl(widgets.VBox):  # type: ignore[misc]
    """One setting: name and limits above a slider, a number field and, if optional, a check box.

    All three show the same value, and carry the setting's name for screen readers.

    Parameters
    ----------
    control : what is set
    texts : its name, its limits or range, and the label of the check box
    changed : called with the setting's name and its new value, None when it is unset
    clipped : called with the setting's name, after `changed`, when a value outside the limits was
        typed and the nearest limit was set
    """

    def __init__(
        self,
        control: Control,
        texts: tuple[str, str, str],
        changed: Callable[[str, float | None], None],
        clipped: Callable[[str], None],
    ) -> None:
        name, limits, box = texts
        self.control, self._changed, self._clipped = control, changed, clipped
        self._silent = False
        self.slider = widgets.FloatSlider(
            min=control.lower,
            max=control.upper,
            step=_slider_step(control),
            description=name,
            readout=False,
            layout=widgets.Layout(flex="1 1 120px"),
        )
        self.field = widgets.FloatText(
            description=name, step=control.step, layout=widgets.Layout(width="110px")
        )
        self.box = widgets.Checkbox(
            description=box, tooltip=f"{name}: {box}", indent=False,
            layout=widgets.Layout(
                width="auto", min_width="60px", display=None if control.optional else "none"
            ),
        )  # fmt: skip
        head = widgets.HTML(f"<b>{safe(name)}</b> <small>{safe(limits)}</small>")
        super().__init__([head, widgets.HBox([self.slider, self.field, self.box])])
        for part in (self.slider, self.field):
            part.add_class("desk-unlabelled")
            part.observe(self._value_changed, "value")
        self.box.observe(self._box_changed, "value")
        label = "pace" if control.kind == "pace" else "-".join(control.key)
        self.add_class(f"desk-set-{label}")

    def show(self, value: float | Range | None) -> None:
        """Display a value without reporting a change; of a range the central value."""
        declared = self.control.declared
        unset = self.control.upper if declared is None else declared.central
        shown = value.central if isinstance(value, Range) else unset if value is None else value
        self._display(shown, ticked=value is not None)

    def _display(self, value: float, *, ticked: bool) -> None:
        self._silent = True
        try:
            inside = min(max(value, self.control.lower), self.control.upper)
            self.slider.value = self._on_step(inside)
            self.field.value = round(inside, DIGITS)
            self.box.value = ticked
        finally:
            self._silent = False

    def _value_changed(self, event: Any) -> None:
        if not self._silent:
            self._display(event["new"], ticked=True)
            self._changed(self.control.name, self.field.value)
            if abs(self.field.value - event["new"]) > 1e-6 * self.control.step:
                self._clipped(self.control.name)

    def _on_step(self, value: float) -> float:
        """Return the nearest step's value, to the last bit as the browser computes it.

        The browser answers any other value with its own, possibly late: it then looks like a move
        by the user, and may overwrite one.
        """
        least, most = self.control.lower, self.control.upper
        step = 100.0 * float(self.slider.step) / (most - least)
        share = math.floor(100.0 * (value - least) / (most - least) / step + 0.5) * step
        return most if value >= most or share >= 100.0 else share * (most - least) / 100.0 + least

    def _box_changed(self, event: Any) -> None:
        if not self._silent:
            self._changed(self.control.name, self.field.value if event["new"] else None)


def _slider_step(control: Control) -> float:
    """Return the control's step times a power of ten, so that keys reach both ends of the slider.

    >>> _slider_step(Control(("", "x"), "pace", "yuan", 0.0, 4644.0, 0.1))
    10.0
    """
    steps = (control.upper - control.lower) / control.step
    return float(control.step * 10.0 ** max(math.floor(math.log10(steps / LEAST_STEPS)), 0))


def create_dropdown(
    description: str, options: Sequence[tuple[str, Any]], value: Any, css_class: str
) -> widgets.Dropdown:
    """Create a dropdown list; a value that is not among its options selects none.

    >>> create_dropdown("Region", [("Lishui", "lishui")], "lishui", "desk-region").value
    'lishui'
    """
    known = any(option == value for _, option in options)
    dropdown = widgets.Dropdown(
        description=description, options=options, value=value if known else None,
        style={"description_width": "auto"}, layout=widgets.Layout(width="auto", max_width="100%"),
    )  # fmt: skip
    dropdown.add_class(css_class)
    return dropdown


def create_button(text: str, css_class: str, pressed: Callable[[], None]) -> widgets.Button:
    """Create a button.

    >>> button = create_button("Save", "desk-save", lambda: print("saved"))
    >>> button.click()
    saved
    """
    button = widgets.Button(description=text, tooltip=text, layout=widgets.Layout(width="auto"))
    button.add_class(css_class)
    button.on_click(lambda _: pressed())
    return button


def create_row(parts: Sequence[widgets.Widget]) -> widgets.HBox:
    """Create a row of widgets that wraps.

    >>> create_row([widgets.Label("a")]).layout.flex_flow
    'row wrap'
    """
    return widgets.HBox(parts, layout=widgets.Layout(flex_flow="row wrap", width="100%"))


def serialise_callbacks(parts: Iterable[widgets.Widget]) -> None:
    """Make the kernel handle the messages of widgets and their children in order, in one thread.

    A kernel with subshells handles a widget's message in the thread that last wrote to the widget,
    so that a button and a slider used in quick succession could be handled at the same time or out
    of order. The comm names the subshell; None is the main thread.
    """
    for part in parts:
        serialise_callbacks(getattr(part, "children", ()))
        part.comm._reply_subshell_for = lambda _data, _usual: None


def close_widgets(parts: Iterable[widgets.Widget]) -> None:
    """Close widgets that are no longer shown, and their children.

    >>> row = create_row([widgets.Label("a")])
    >>> close_widgets([row])
    >>> row.comm is row.children[0].comm is None
    True
    """
    for part in parts:
        close_widgets(getattr(part, "children", ()))
        for model in (part, part.layout, getattr(part, "style", None)):
            if model is not None:
                model.close()
