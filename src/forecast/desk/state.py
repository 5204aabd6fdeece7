"""Everything that a planner has chosen on the desk, as one record; its address; undo and redo.

The address is the fragment of a link (`region=lishui&day=2022-12-31&set=pace:2`): a browser keeps
it in the page's address and in its own memory, and sends it to no server. A link holds all choices,
so two links are the answers of two planners.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import ValidationError

from ..errors import N_, msg
from ..i18n.catalog import languages
from ..reports.parameters import ReportParameters
from ..scenarios.declarations import Range
from ..scenarios.scenario import BASELINE, Scenario, read_scenario, scenario_folder
from .settings import Key, Number
from .storage import check_plain, shipped_scenarios

__all__ = ["MOST_COMPARED", "RUN", "History", "State", "is_shipped", "read_address", "read_history"]

MOST_COMPARED = 3
"""Largest number of scenarios beside the settings."""
MOST_LENGTH = 100_000
"""Largest number of characters of an address."""
MOST_STEPS = 200
"""Largest number of steps that can be undone."""
Run = tuple[int, int, int | None]
RUN = ("draws", "seed", "until")
"""What a desk is opened with and an export has: draws, seed, and the last year."""
QUESTIONS = ("", "seek", "tornado")
NOT_READ = N_("The link cannot be read: {part!r}. Copy it again in full.")


@dataclass(frozen=True)
class State:
    """All choices of one planner; never changed.

    `tables` is "" for the tables that the desk was opened with, the number of a folder of own
    figures, or the folder of an opened plan. `indicator` and `row` are the target (a row of
    `Desk.baseline`); `base` and `values` the settings; `years` the first and last year drawn, None
    for all; `compared` scenarios drawn beside, as they were when chosen; `lever`, `wanted` and
    `question` the goal seek or tornado whose answer is shown; `rows` names what is entered of a
    plan, see `own_plan`; `reading` a file of figures that are not used yet with what was decided on
    them, see `upload`; `run` draws, seed and last year of an opened export, None for those of the
    desk.
    """

    region: str
    as_of: str
    language: str = "zh"
    tables: str = ""
    indicator: str = ""
    row: int | None = None
    base: Scenario = BASELINE
    values: Mapping[Key, Number] = field(default_factory=dict)
    years: tuple[int, int] | None = None
    compared: tuple[Scenario, ...] = ()
    lever: str = ""
    wanted: float = 0.8
    question: str = ""
    rows: str = ""
    reading: str = ""
    run: Run | None = None

    @property
    def world(self) -> tuple[str, str, str, Run | None]:
        """What has to be computed again where it differs: region, as-of date, tables, run."""
        return self.region, self.as_of, self.tables, self.run

    def address(self) -> str:
        """Return the state as the fragment of a link; see `read_address`.

        >>> State("lishui", "2022-12-31", values={("", "x"): 2.0}).address()
        'region=lishui&day=2022-12-31&language=zh&set=x:2.0'
        """
        parts = [("region", self.region), ("day", self.as_of), ("language", self.language)]
        given = {"tables": self.tables, "rows": self.rows, "reading": self.reading}
        parts += [(key, text) for key, text in given.items() if text]
        if self.run:
            parts.append(("run", ":".join("" if n is None else str(n) for n in self.run)))
        if self.indicator:
            row = "" if self.row is None else f":{self.row}"
            parts.append(("target", f"{self.indicator}{row}"))
        if self.base != BASELINE:
            parts.append(("base", _write_scenario(self.base)))
        for (mechanism, name), value in self.values.items():
            label = f"{mechanism}.{name}" if mechanism else name
            parts.append(("set", f"{label}:{_write_number(value)}"))
        if self.years:
            parts.append(("years", "{}-{}".format(*self.years)))
        parts += [("beside", _write_scenario(one)) for one in self.compared]
        if self.lever:
            parts.append(("ask", f"{self.question}:{self.lever}:{self.wanted}"))
        return urlencode(parts, safe=":/")


def read_address(address: str) -> State:
    """Read the fragment of a link.

    Values are checked for their form; whether a region or lever exists the desk says.

    >>> read_address("#region=lishui&day=2022-12-31&set=care_workforce.leaving_rate:8~9~10").values
    {('care_workforce', 'leaving_rate'): Range(low=8.0, central=9.0, high=10.0)}

    Raises
    ------
    ValueError
        Where a part cannot be read.
    """
    found: dict[str, Any] = {"values": {}, "compared": ()}
    if len(address) > MOST_LENGTH:
        raise ValueError(msg(NOT_READ, part=address[:80]))
    for key, text in parse_qsl(address.lstrip("#"), keep_blank_values=True):
        try:
            _read_part(found, key, text)
        except (KeyError, ValueError, ValidationError):
            raise ValueError(msg(NOT_READ, part=f"{key}={text[:80]}")) from None
    try:
        return State(**found)
    except TypeError:
        raise ValueError(msg(NOT_READ, part=address[:80])) from None


def _read_part(found: dict[str, Any], key: str, text: str) -> None:
    """Read one part of an address; KeyError or ValueError where it is none."""
    head, _, rest = text.partition(":")
    if key == "target":
        found |= {"indicator": head, "row": int(rest) if rest else None}
    elif key == "set":
        label, _, value = text.rpartition(":")
        mechanism, _, name = label.rpartition(".")
        found["values"][mechanism, name] = _read_number(value)
    elif key == "beside":
        one = _read_scenario(text)
        check_plain(one.name)
        found["compared"] = (*found["compared"], one)[:MOST_COMPARED]
    elif key == "ask":
        lever, wanted = rest.split(":")
        found |= {"question": _one_of(QUESTIONS, head), "lever": lever, "wanted": float(wanted)}
    else:
        name, read = READERS[key]
        found[name] = read(text)


def _one_of(known: Sequence[str], text: str) -> str:
    return known[known.index(text)]


def _read_years(text: str) -> tuple[int, int]:
    first, last = text.split("-")
    return int(first), int(last)


def _read_run(text: str) -> Run:
    draws, seed, until = text.split(":")
    run = int(draws), int(seed), int(until) if until else None
    ReportParameters.model_validate(
        {"region": "x", "name": "x", **dict(zip(RUN, run, strict=True))}
    )
    return run


@cache
def _read_shipped(_folder: Path) -> dict[str, Scenario]:
    """Read the scenarios of the package by name; addresses are written at each move."""
    return {name: read_scenario(name) for name in shipped_scenarios()}


def is_shipped(one: Scenario) -> bool:
    """Return whether a scenario is one of the package's, unchanged."""
    shipped = _read_shipped(scenario_folder()).get(one.name)
    return shipped is one or shipped == one


def _write_scenario(one: Scenario) -> str:
    """Return the name of a shipped scenario, of another one its content: its file is not needed."""
    if is_shipped(one):
        return one.name
    return one.whole().model_dump_json(by_alias=True, exclude_defaults=True)


def _read_scenario(text: str) -> Scenario:
    if text.startswith("{"):
        return Scenario.model_validate_json(text)
    return _read_shipped(scenario_folder())[text]


def _write_number(value: Number) -> str:
    ends = (value.low, value.central, value.high) if isinstance(value, Range) else (value,)
    return "~".join(map(str, ends))


def _read_number(text: str) -> Number:
    numbers = [float(part) for part in text.split("~")]
    if len(numbers) == 1 and math.isfinite(numbers[0]):
        return numbers[0]
    low, central, high = numbers
    return Range(low=low, central=central, high=high)


READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "region": ("region", str),
    "tables": ("tables", str),
    "day": ("as_of", lambda text: dt.date.fromisoformat(text).isoformat()),
    "language": ("language", lambda text: _one_of(languages(), text)),
    "base": ("base", _read_scenario),
    "years": ("years", _read_years),
    "rows": ("rows", lambda text: f"{int(text, 16):016x}"),
    "reading": ("reading", lambda text: f"{int(text, 16):016x}"),
    "run": ("run", _read_run),
}
"""Fields of a state by part of an address, and how it is read."""


@dataclass(frozen=True)
class History:
    """States in the order of their steps, one of them current; never changed."""

    states: tuple[State, ...]
    position: int = 0
    key: object = None

    @property
    def current(self) -> State:
        """The current state."""
        return self.states[self.position]

    def change(self, state: State, key: object = None) -> History:
        """Return the history with another current state; what was undone is forgotten.

        Changes of one key in a row are a single step until `end_step`.
        """
        if state == self.current:
            return self
        kept = self.states[: self.position + (key is None or key != self.key)]
        states = (*kept, state)[-MOST_STEPS:]
        return History(states, len(states) - 1, key)

    def end_step(self) -> History:
        """Let the next change be a step of its own."""
        return replace(self, key=None)

    def moved(self, by: int) -> History | None:
        """Return the history some steps forward or back; None where there are none."""
        inside = 0 <= self.position + by < len(self.states)
        return History(self.states, self.position + by) if inside else None

    def last_in(self, region: str) -> State | None:
        """Return the last state before now that was in a region."""
        earlier = self.states[: self.position + 1]
        return next((state for state in reversed(earlier) if state.region == region), None)

    def addresses(self, most: int) -> list[str]:
        """Return the last addresses up to the current state's, to be kept by a browser."""
        return [state.address() for state in self.states[: self.position + 1][-most:]]


def read_history(addresses: Sequence[str]) -> History:
    """Read the addresses that a browser kept, oldest first; earlier ones may be unreadable.

    Raises
    ------
    ValueError
        As `read_address`, for the last one.
    """
    states = []
    for address in addresses[:-1]:
        with suppress(ValueError):
            states.append(read_address(address))
    return History((*states, read_address(addresses[-1])), len(states))
