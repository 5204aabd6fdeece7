"""Gives each figure of a file its region, indicator, date, type and value, or the reason why not.

A figure is converted into the unit of its indicator. What was not used, or does not fit, is a doubt
that comes with it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ..i18n.formatting import exact
from ..i18n.labels import LABELS
from ..i18n.messages import (
    NEAREST,
    Argument,
    Code,
    Day,
    FiguresError,
    Issue,
    Quantity,
    describe,
    render,
)
from ..tables.calendar import FIRST_YEAR, LAST_YEAR, is_year_end
from .grid import fold, key_of
from .matching import Names
from .numbers import Figure, Unit, parse_figure, same_thing, unit_of
from .records import FigureCell, Layout, figure_cells
from .words import Facts, Period

__all__ = ["Reading", "read_cells"]

ONES = ("个位", "ones")
WHOLE_REGION = {
    "全国": "country", "全省": "province", "全市": "city", "全县": "county", "全区": "district",
}  # fmt: skip
"""How a table calls its own region, and the region's level."""
SCALED = re.compile("[0-9][万亿][元人张户]")
SUMS = ("合计", "总计", "总数")
"""Lines of a table that are sums of others, of the whole region if all are listed."""
MOST_FIGURES = 50_000
MOST_LISTED = 20
"""Most rows that are named for figures that contradict each other."""


@dataclass(frozen=True)
class Reading:
    """What was understood of one figure of a file.

    `status` is ok, missing, problem, or aside for what is no level and is not read; `value` is in
    the indicator's unit and NaN unless ok. `date` is the figure's day, "" if
    unknown. `remarks` are the faults of a problem or the notes on what is ok, `doubts` what
    somebody must look at before it counts.
    """

    cell: FigureCell
    figure: Figure
    region: str
    indicator: str
    date: str
    type: str
    value: float = float("nan")
    status: str = "problem"
    remarks: tuple[Issue, ...] = ()
    doubts: tuple[Issue, ...] = ()
    gaps: dict[str, Argument] = field(default_factory=dict)

    @property
    def year(self) -> int | None:
        """Year of the figure's date."""
        return int(self.date[:4]) if self.date else None

    @property
    def position(self) -> tuple[int, str]:
        """Row of the figure in its file, and title of its column."""
        return self.cell.row, self.cell.column

    def refused(self, fault: Issue) -> Reading:
        """Give the reading as a problem, for one more reason."""
        return replace(self, value=float("nan"), status="problem", remarks=(fault,))

    def put_aside(self, reason: Issue) -> Reading:
        """Give the reading as one that is not read."""
        return replace(self, value=float("nan"), status="aside", remarks=(reason,))

    def describe(self, language: str, more: Sequence[Issue] = ()) -> str:
        """Say in one sentence what was understood, or what is wrong and what to do.

        `more` follows what was understood, with its remedy.
        """
        if self.status in ("problem", "aside"):
            return describe(self.remarks, language)
        if self.status == "missing":
            key = "missing" if self.cell.printed else "empty"
            text = render(key, language, {"mark": self.cell.printed})
        else:
            compared = self.figure.comparator in LABELS["figure_comparator"]
            key = "understood_compared" if compared else "understood"
            text = render(key, language, self.gaps)
        return describe(more, language, text, self.remarks)


def read_cells(
    layout: Layout,
    names: Names,
    region: str | None = None,
    *,
    today: dt.date | None = None,
    without: Container[tuple[int, str]] = (),
) -> list[Reading]:
    """Read every figure of a file.

    Parameters
    ----------
    layout : as from `records.find_layout`
    names : as from `Names.of`
    region : id or name for figures whose file names no region
    today : day after which no actual figure can be; None is today
    without : figures to leave out, by row and title of the column

    Raises
    ------
    FiguresError
        If neither the file nor `region` names a region.
    UnknownNameError
        If `region` is not known.
    """
    known = names.region(region) if region is not None else ""
    if region is not None and not known:
        raise names.unknown_region(region)
    cells = [c for c in figure_cells(layout, names) if (c.row, c.column) not in without]
    if len(cells) > MOST_FIGURES:
        gaps: dict[str, Argument] = {"count": f"{len(cells):,}", "most": f"{MOST_FIGURES:,}"}
        raise FiguresError(layout.file, [(None, None, None, (Issue("many_figures", gaps),))])
    if cells and not known and not any(cell.facts.region or cell.filed for cell in cells):
        raise FiguresError(layout.file, [(None, None, None, (Issue("no_region_named"),))])
    day = today or dt.date.today()
    readings = [reading for cell in cells for reading in _read(cell, names, known, day)]
    return _flag_doubles(readings)


class _Unclear(Exception):
    """A figure that cannot be taken; its argument is the issue."""


def _read(cell: FigureCell, names: Names, default: str, today: dt.date) -> Iterator[Reading]:
    """Read one figure; a name of several indicators gives each of them the figure."""
    facts = cell.facts
    region, doubts = _region(cell, names, default)
    beside = facts.units[0] if len(facts.units) == 1 and not facts.unit_line else ""
    match = names.match(facts.indicator, region, beside)
    unit = match.unit or beside
    if match.unit and beside and key_of(match.unit) != key_of(beside):
        doubts = [*doubts, Issue("units_differ", {"own": match.unit, "given": beside})]
    indicators, faults = match.indicators, list[Issue]()
    if facts.parts:
        indicators, faults = _part(facts, indicators, names)
    if facts.aside:
        if cell.printed:
            reading = _started(cell, names, region, "".join(indicators[:1]), unit)
            yield reading.put_aside(Issue("aside", {"column": cell.column}))
        return
    for indicator in indicators or ("",):
        reading = _started(cell, names, region, indicator, unit)
        found = [*_name_faults(cell, reading, names, unit, faults), *_other_faults(reading, today)]
        if found or reading.figure.missing:
            status = "missing" if reading.figure.missing else "problem"
            yield replace(reading, status=status, remarks=tuple(found))
        else:
            yield _valued(reading, [*doubts, *facts.doubts], names)


def _started(cell: FigureCell, names: Names, region: str, indicator: str, unit: str) -> Reading:
    """Begin the reading of a figure: as it is printed, before its value is known."""
    facts = cell.facts
    figure = parse_figure(cell.printed, unit_zh=names.units.get(key_of(unit), unit))
    if facts.flag and not figure.flag:
        figure = replace(figure, flag=facts.flag)
    stated = facts.type if facts.type in ("actual", "target") else ""
    kind = stated or ("actual" if figure.comparator == "eq" else "target")
    date = facts.period.date if facts.period else ""
    return Reading(cell, figure, region, indicator, date, kind)


def _region(cell: FigureCell, names: Names, default: str) -> tuple[str, list[Issue]]:
    """Id of a figure's region, "" if unknown, and doubts about it."""
    text, filed = cell.facts.region, names.region(cell.filed)
    level = WHOLE_REGION.get(key_of(text))
    if level:
        around = [default, *names.above(default)] if default else []
        return next((r for r in around if names.places[r]["level"] == level), ""), []
    if text and not (key_of(text) in SUMS and default):
        return names.region(text), []
    above = names.region(cell.above) if cell.above else default
    region, code = default, "sum_line" if text else "" if above == default else "lent"
    if not text and filed and filed != default:
        region, code = filed, "file_region"
    arguments: dict[str, Argument] = {"text": text, "region": names.region_name(region)}
    return region, [Issue(code, arguments, role="region")] if code else []


def _part(
    facts: Facts, indicators: tuple[str, ...], names: Names
) -> tuple[tuple[str, ...], list[Issue]]:
    """Find the indicator of a part, such as 城镇 of an income, or the fault that there is none.

    A part is never taken for the whole: there must be an indicator of its own name.
    """
    part = "".join(facts.parts).replace("口径", "").removesuffix("居民")
    own = [str(names.about[indicator]["name_zh"]) for indicator in indicators]
    if own and all(part in name for name in own):
        return indicators, []
    for name in (*own, facts.indicator) if part else ():
        found = names.match(f"{part}{name}").indicators
        if found and found != indicators:
            return found, []
    gaps: dict[str, Argument] = {"part": "、".join(facts.parts), "whole": facts.indicator}
    return (), [Issue("part", gaps, role="indicator")]


def _name_faults(
    cell: FigureCell, reading: Reading, names: Names, unit: str, parts: list[Issue]
) -> Iterator[Issue]:
    facts = cell.facts
    if not reading.region:
        near = names.near_regions(facts.region) if facts.region else []
        yield _unknown("region", facts.region, near)
    if parts:
        yield from parts
    elif not reading.indicator:
        near = names.candidates(facts.indicator, reading.region, unit) if facts.indicator else []
        yield _unknown("indicator", facts.indicator, [names.about[i]["name_zh"] for i in near])


def _unknown(role: str, name: str, near: Sequence[str]) -> Issue:
    """Issue on a name that is missing or not certain, with those to choose from."""
    if not name:
        return Issue(f"no_{role}", role=role)
    gaps: dict[str, Argument] = {"name": name, "near": " / ".join(near)}
    return Issue(f"unknown_{role}", gaps, instead=NEAREST if near else "", role=role)


def _other_faults(reading: Reading, today: dt.date) -> Iterator[Issue]:
    """Faults of a figure's date, type and text."""
    facts, figure = reading.cell.facts, reading.figure
    if reading.year is None or not FIRST_YEAR <= reading.year <= LAST_YEAR:
        text = facts.period.text if facts.period else ""
        gaps: dict[str, Argument] = {"year": text, "first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        yield Issue("not_year" if text else "no_year", gaps, role="year")
    elif reading.type == "actual" and reading.date > today.isoformat():
        yield Issue("not_ended", {"day": Day(reading.date)}, role="year")
    if facts.rest:
        gaps = {"text": facts.rest, "column": reading.cell.column}
        yield Issue("header_words", gaps, role="year")
    if facts.type not in ("", "actual", "target", "planned"):
        yield Issue("unknown_type", {"type": facts.type}, role="type")
    if figure.fault:
        yield figure.fault
    elif facts.type == "actual" and figure.comparator != "eq":
        words = Code("figure_comparator", figure.comparator)
        yield Issue("actual_compared", {"comparator": words})


def _valued(reading: Reading, known: list[Issue], names: Names) -> Reading:
    """Give a reading its value in the indicator's unit, with notes, and doubts beside the known."""
    facts, indicator = reading.cell.facts, reading.indicator
    about = names.about[indicator]
    figure, doubts = _united(reading, names)
    try:
        value, notes = _convert(
            figure, reading.cell, unit_of(about["unit_zh"]), names.unit(indicator)
        )
        _check_value(value, about, names.quantity(indicator, value))
    except _Unclear as unclear:
        return replace(reading, remarks=unclear.args, doubts=tuple(known))
    if figure.flag:
        (doubts if figure.flag == "starred" else notes).append(Issue(figure.flag))
    doubts += [Issue("approximate")] if figure.approximate else []
    if facts.type == "planned" and reading.type == "actual":
        doubts.append(Issue("planned_title", role="type"))
    doubts += _period_doubts(facts.period, about["kind"])
    day: Argument = reading.date[:4] if is_year_end(reading.date) else Day(reading.date)
    gaps: dict[str, Argument] = {
        "region": names.region_name(reading.region),
        "indicator": (about["name_zh"], about["name_en"]),
        "year": day,
        "type": Code("figure_type", reading.type),
        "value": names.quantity(indicator, value),
    }
    if figure.comparator != "eq":
        gaps["comparator"] = Code("figure_comparator", figure.comparator)
    return replace(
        reading,
        figure=figure,
        value=value,
        status="ok",
        remarks=tuple(notes),
        doubts=(*known, *doubts),
        gaps=gaps,
    )


def _period_doubts(period: Period | None, kind: str) -> Iterator[Issue]:
    """Doubts about a figure of a day within a year."""
    if period and period.borrowed:
        yield Issue("dated_above", {"text": period.borrowed}, role="year")
    if period and period.within and (period.summed or kind == "amount"):
        yield Issue("part_year", {"text": period.text}, role="year")
    if period and period.date.endswith("-01-01"):
        yield Issue("first_day", {"text": period.text}, role="year")


def _united(reading: Reading, names: Names) -> tuple[Figure, list[Issue]]:
    """Figure in the unit of the line over its table, where it has none of its own.

    A line with several units, or with one that does not fit the indicator, is a doubt; so is a name
    with a sum in 亿元, which may be the unit of its figures.
    """
    figure, facts = reading.figure, reading.cell.facts
    if figure.unit_zh or figure.scale != 1:
        return figure, []
    if not facts.unit_line:
        scaled = SCALED.search(facts.indicator)
        return figure, [Issue("unit_line", {"text": facts.indicator})] if scaled else []
    fitting = [unit for unit in facts.units if names.fits(unit, reading.indicator)]
    if len(fitting) == 1:
        unit = names.units.get(key_of(fitting[0]), fitting[0])
        figure = replace(parse_figure(reading.cell.printed, unit_zh=unit), flag=figure.flag)
    if len(fitting) == len(facts.units) == 1:
        return figure, []
    return figure, [Issue("unit_line", {"text": facts.unit_line})]


def _convert(
    figure: Figure, cell: FigureCell, wanted: Unit, named: tuple[str, str]
) -> tuple[float, list[Issue]]:
    """Value in the indicator's unit, and notes; `named` is that unit in words."""
    assert figure.value is not None
    number = Decimal(repr(figure.value))
    notes: list[Issue] = []
    bare = not figure.unit_zh and figure.scale == 1
    unstated = not set("%‰") & set(fold(cell.printed)) and (bare or cell.stored)
    if wanted.thing == "%" and unstated and 0 < abs(number) <= 1:
        stored, shown = f"{figure.value:.15g}", f"{100 * figure.value:.15g}"
        raise _Unclear(Issue("fraction", {"stored": stored, "shown": shown}))
    if bare:
        return float(number), notes
    unit = unit_of(figure.unit_zh)
    power = {("‰", "%"): -1, ("%", "‰"): 1}.get((unit.thing, wanted.thing), -wanted.power)
    if figure.unit_zh:
        _check_units(unit, wanted, named)
        power += (wanted.per_power - unit.per_power) if unit.per else 0
    if (
        figure.scale != 1
        and not unit.per
        and (wanted.thing in ("%", "‰", "倍") or wanted.per_power)
    ):
        raise _Unclear(Issue("power", {"unit": named}))
    own, value = (figure.unit_zh, figure.unit_zh), number.scaleb(power)
    if (
        figure.unit_zh and value * Decimal(figure.scale) == number
    ):  # printed in the indicator's own unit
        return float(value), []
    if figure.scale != 1:
        en = exact(figure.value, "en", name=figure.unit_zh)
        # Digit by digit in Chinese too: 15亿元 is shown as what it is taken for.
        zh = en.replace(",", "").replace("\xa0", "")
        notes.append(Issue("taken", {"printed": cell.printed, "value": (zh, en)}))
    if power:
        units: dict[str, Argument] = {"own": own if figure.unit_zh else ONES, "unit": named}
        notes.append(Issue("converted", units))
    return float(value), notes


def _check_units(unit: Unit, wanted: Unit, names: tuple[str, str]) -> None:
    """Refuse a unit that is not the indicator's, whatever the power of ten."""
    units: dict[str, Argument] = {"own": unit.text, "unit": names}
    if "月" in unit.per and "年" in wanted.per:
        raise _Unclear(Issue("month", units))
    promille = {unit.thing, wanted.thing} == {"%", "‰"}
    if not (promille or same_thing(unit.thing, wanted.thing)):
        raise _Unclear(Issue("other_unit", units))
    if unit.per and unit.per != wanted.per:
        raise _Unclear(Issue("other_unit", units))


def _check_value(value: float, about: Mapping[str, Any], quantity: Quantity) -> None:
    """Refuse what the indicator cannot be (a missing bound allows everything)."""
    for beyond, code, bound in (
        (value < about["lower"], "below", about["lower"]),
        (value > about["upper"], "above", about["upper"]),
    ):
        if beyond:
            raise _Unclear(Issue(code, {"value": quantity, "bound": Quantity(bound)}))
    if about["kind"] == "count" and about["resolution"] % 1 == 0 and value % 1 != 0:
        raise _Unclear(Issue("not_whole", {"value": quantity}))


def _flag_doubles(readings: list[Reading]) -> list[Reading]:
    """Turn figures that occur twice and differ into problems: which one holds is unknown.

    Where all are the same, the first one with a mark counts, as preliminary, else the first one.
    """
    groups: dict[tuple[object, ...], list[Reading]] = {}
    for reading in readings:
        if reading.status == "ok":
            groups.setdefault(_identity(reading), []).append(reading)
    doubled = {key: alike for key, alike in groups.items() if len(alike) > 1}
    differ = {
        key: _list_places(alike)
        for key, alike in doubled.items()
        if len({reading.value for reading in alike}) > 1
    }
    flagged = []
    for reading in readings:
        key = _identity(reading) if reading.status == "ok" else ()
        if key in differ:
            reading = reading.refused(Issue("twice", {"rows": differ[key]}))
        elif key in doubled:
            kept = next((one for one in doubled[key] if one.figure.flag), doubled[key][0])
            if reading is not kept:
                reading = reading.put_aside(Issue("repeated", {"row": _place(kept)}))
        flagged.append(reading)
    return flagged


def _list_places(readings: Sequence[Reading]) -> str:
    """Name the rows of figures, the first few of many."""
    places = list(dict.fromkeys(map(_place, readings)))
    return ", ".join(places[:MOST_LISTED]) + (", …" if len(places) > MOST_LISTED else "")


def _place(reading: Reading) -> str:
    """Row of a figure, after its sheet's name where several sheets have figures."""
    sheet, several, _ = reading.cell.column.rpartition("!")
    return f"{sheet}{several}{reading.cell.row}"


def _identity(reading: Reading) -> tuple[object, ...]:
    comparator = reading.figure.comparator
    return reading.region, reading.indicator, reading.date, reading.type, comparator
