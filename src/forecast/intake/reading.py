"""Reads a planner's own file of figures, and says of each what was understood.

`read_figures` gives a table of a file; `read_cells` the same of a sheet that is there already, so
that it can be told in either language and held against a plan. Each figure is read by
`numerals.parse_figure` and converted into the unit of its indicator.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import UnknownNameError, cause
from ..i18n.errors import translate
from ..i18n.formatting import exact
from ..i18n.labels import LABELS
from ..i18n.messages import (
    NEAREST,
    Code,
    FiguresError,
    Gap,
    Quantity,
    Remark,
    facts,
    remedies,
    say,
    tell,
)
from ..tables.calendar import FIRST_YEAR, LAST_YEAR
from .numbers import Figure, Unit, parse_figure, same_thing, unit_of
from .spreadsheet import TYPES, Cell, Sheet, fold, key_of, read_sheet

__all__ = [
    "FIGURE_COLUMNS",
    "Figure",
    "Names",
    "Reading",
    "parse_figure",
    "read_cells",
    "read_figures",
]

FIGURE_COLUMNS = (
    "row",
    "column",
    "printed",
    "region",
    "indicator",
    "year",
    "value",
    "comparator",
    "type",
    "status",
    "understood",
    "problem",
    "remedy",
    "source",
    "sheet",
)
ONES = ("个位", "ones")
YEAR = re.compile(r"([0-9]{4})(?:年(?:度|末|底)?)?")


def read_figures(
    path: Path,
    indicators: pd.DataFrame,
    regions: pd.DataFrame,
    units: pd.DataFrame,
    region: str | None = None,
    *,
    language: str = "en",
) -> pd.DataFrame:
    """Read a planner's own file of printed figures and say what was understood of each.

    The file is a workbook (xlsx, xls, ods: the first sheet with a header that is recognised)
    or a text with commas, semicolons or tabs in UTF-8 or GB18030. Its header stands in one of
    the first 20 lines, in one of two forms:

    * long: 地区/region, 指标/indicator, 年份/年度/year, 数值/值/value and where wanted 单位/unit,
      类型/type (目标/target, 实际/actual), 来源/source: a figure a row;
    * wide: 指标/indicator, where wanted 地区 and 单位, and a column a year: `2021`, `2021年`,
      `2022年目标值`, `2020年实际值`; 目标 and 完成 may stand in a second line below the years.

    Regions and indicators are known by id, Chinese or English name; widths, spaces and case
    do not matter, and a merged name holds for all its lines. 万, 亿, ‰ against %, and units per
    万人 or 百万人 are converted into the indicator's unit, and `understood` says so; a month is
    never turned into a year. A bare number above 0 and up to 1 for a percentage is a problem,
    since a spreadsheet stores 58% as 0.58; a cell of xlsx that is formatted as a percentage is
    read as it shows. A formula without a stored result is a problem and not an empty cell.

    Parameters
    ----------
    path : file to read
    indicators, regions, units : tables of `schema.TABLES`
    region : id or name for rows that name no region
    language : zh or en, of what is understood, of problems and of remedies

    Returns
    -------
    DataFrame
        One row a figure, in file order: row (line in the file, from 1), column (header),
        printed, region and indicator (ids, '' if unknown), year (float), value (in the
        indicator's unit, NaN unless ok), comparator, type (target where stated or where
        the comparator is not eq, else actual), status (ok, missing, problem), understood
        (one sentence; '' for a problem), problem, remedy, source (as printed), sheet.

    Raises
    ------
    DataError
        If the file cannot be read, has no header that is recognised, or names no region.
    UnknownNameError
        If `region` is not known.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = cause(error)
        remark = Remark("unreadable", {"reason": (str(translate(reason, "zh")), reason)})
        raise FiguresError(path.name, [(None, None, None, (remark,))]) from None
    sheet = read_sheet(content, path.name)
    rows = [
        _row(reading, language)
        for reading in read_cells(sheet, Names.of(indicators, regions, units), region)
    ]
    figures = pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)).assign(sheet=sheet.name)
    numbers = {"row": "int64", "year": "float64", "value": "float64"}
    return figures.astype({c: numbers.get(c, "str") for c in FIGURE_COLUMNS})


@dataclass(frozen=True)
class Names:
    """Names to ids, and what is known of each indicator and region."""

    regions: dict[str, str]
    indicators: dict[str, str]
    units: dict[str, str]
    region_names: dict[str, tuple[str, str]]
    about: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, indicators: pd.DataFrame, regions: pd.DataFrame, units: pd.DataFrame) -> Names:
        """Names of the tables of `schema.TABLES`."""
        unit_names = units.rename(columns={"name_zh": "unit_zh", "name_en": "unit_en"})
        about = indicators.merge(unit_names, on="unit", how="left").set_index("indicator")
        about["unit_zh"] = about["unit_zh"].fillna("")
        about["unit_en"] = about["unit_en"].fillna(about["unit"])
        zh = units.set_index("unit")["name_zh"].to_dict()
        pairs = zip(regions["name_zh"], regions["name_en"], strict=True)
        return cls(
            _names(regions, "region"),
            _names(indicators, "indicator"),
            {name: zh[unit] for name, unit in _names(units, "unit").items()},
            dict(zip(regions["region"], pairs, strict=True)),
            about.to_dict("index"),
        )

    def quantity(self, indicator: str, value: float) -> Quantity:
        """Value of an indicator with its unit."""
        return Quantity(value, self.about[indicator]["unit"], self.unit(indicator))

    def unit(self, indicator: str) -> tuple[str, str]:
        """Name of an indicator's unit in Chinese and English."""
        return self.about[indicator]["unit_zh"], self.about[indicator]["unit_en"]


@dataclass(frozen=True)
class Reading:
    """What was understood of one figure of a file.

    `status` is ok, missing or problem; `value` is in the indicator's unit and NaN unless ok.
    `remarks` are faults of a problem and notes on what is ok.
    """

    cell: Cell
    figure: Figure
    region: str
    indicator: str
    year: int | None
    type: str
    said: dict[str, Gap]
    value: float = float("nan")
    status: str = "problem"
    remarks: tuple[Remark, ...] = ()

    def refused(self, fault: Remark) -> Reading:
        """Give the reading as a problem, for one more reason."""
        return replace(self, value=float("nan"), status="problem", remarks=(fault,))

    def told(self, language: str, more: Sequence[Remark] = ()) -> str:
        """Say in one sentence what was understood, or what is wrong and what to do.

        `more` is said beside what was understood, with its remedy.
        """
        if self.status == "problem":
            return tell(self.remarks, language)
        if self.status == "missing":
            key = "missing" if self.cell.printed else "empty"
            text = say("figure_said", key, language, {"mark": self.cell.printed})
        else:
            compared = self.figure.comparator in LABELS["figure_comparator"]
            key = "understood_compared" if compared else "understood"
            text = say("figure_said", key, language, self.said)
        return tell(more, language, text, self.remarks)


def read_cells(
    sheet: Sheet,
    names: Names,
    region: str | None = None,
    *,
    without: Container[tuple[int, str]] = (),
) -> list[Reading]:
    """Read every figure of a sheet: what `read_figures` does, for a sheet that is there already.

    Parameters
    ----------
    sheet : as from `sheets.read_sheet`
    names : as from `Names.of`
    region : id or name for rows that name no region
    without : figures to leave out, by the line and the title of the column

    Raises
    ------
    DataError
        If the sheet names no region and none is given.
    UnknownNameError
        If `region` is not known.
    """
    if region is not None and key_of(region) not in names.regions:
        raise UnknownNameError("region", region, list(names.region_names))
    if "region" not in sheet.columns and region is None:
        raise FiguresError(sheet.file, [(None, None, None, (Remark("no_region_named"),))])
    cells = [cell for cell in sheet.cells(region or "") if (cell.row, cell.column) not in without]
    return _flag_doubles([_read(cell, names) for cell in cells])


class _Unclear(Exception):
    """A figure that cannot be taken, and the remark on why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.code)
        self.remark = remark


def _names(table: pd.DataFrame, id_column: str) -> dict[str, str]:
    """Ids by their names and themselves; a name of two ids is left out."""
    pairs = pd.concat(
        [
            pd.DataFrame({"key": table[column].map(key_of), "id": table[id_column]})
            for column in (id_column, "name_zh", "name_en")
        ]
    ).drop_duplicates()
    pairs = pairs.drop_duplicates("key", keep=False)
    return dict(zip(pairs["key"], pairs["id"], strict=True))


def _row(reading: Reading, language: str) -> dict[str, object]:
    """One row of `read_figures`."""
    cell, wrong = reading.cell, reading.status == "problem"
    faults = reading.remarks if wrong else ()
    return {
        "row": cell.row,
        "column": cell.column,
        "printed": cell.printed,
        "region": reading.region,
        "indicator": reading.indicator,
        "year": float("nan") if reading.year is None else reading.year,
        "value": reading.value,
        "comparator": reading.figure.comparator,
        "type": reading.type,
        "status": reading.status,
        "understood": "" if wrong else reading.told(language),
        "problem": facts(faults, language),
        "remedy": remedies(faults, language),
        "source": cell.source,
    }


def _read(cell: Cell, names: Names) -> Reading:
    """Read one figure with what stands beside it."""
    region = names.regions.get(key_of(cell.region), "")
    indicator = names.indicators.get(key_of(cell.indicator), "")
    figure = parse_figure(cell.printed, unit_zh=names.units.get(key_of(cell.unit), cell.unit))
    year = _year(cell.year)
    stated = TYPES.get(key_of(cell.type), "")
    kind = stated or ("actual" if figure.comparator == "eq" else "target")
    read = Reading(cell, figure, region, indicator, year, kind, {})
    faults = (
        *_name_faults(cell, region, indicator, names),
        *_other_faults(cell, year, stated, figure),
    )
    if faults or figure.missing:
        return replace(read, remarks=faults, status="missing" if figure.missing else "problem")
    about = names.about[indicator]
    try:
        value, notes = _convert(figure, cell, unit_of(about["unit_zh"]), names.unit(indicator))
        _check_value(value, about, names.quantity(indicator, value))
    except _Unclear as unclear:
        return replace(read, remarks=(unclear.remark,))
    said: dict[str, Gap] = {
        "region": names.region_names[region],
        "indicator": (about["name_zh"], about["name_en"]),
        "year": str(year),
        "type": Code("figure_type", kind),
        "value": names.quantity(indicator, value),
    }
    if figure.comparator != "eq":
        said["comparator"] = Code("figure_comparator", figure.comparator)
    if cell.above and names.regions.get(key_of(cell.above)) != region:
        notes.append(Remark("lent", {"region": names.region_names[region]}, role="region"))
    return replace(read, value=value, status="ok", said=said, remarks=tuple(notes))


def _name_faults(cell: Cell, region: str, indicator: str, names: Names) -> Iterator[Remark]:
    for role, name, found, known in (
        ("region", cell.region, region, names.regions),
        ("indicator", cell.indicator, indicator, names.indicators),
    ):
        if not name:
            yield Remark(f"no_{role}", role=role)
        elif not found:
            near = difflib.get_close_matches(key_of(name), list(known), n=1)
            gaps: dict[str, Gap] = {"name": name, "near": "".join(near)}
            yield Remark(f"unknown_{role}", gaps, remedy=NEAREST if near else "", role=role)


def _year(text: str) -> int | None:
    match = YEAR.fullmatch(key_of(text))
    return int(match[1]) if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR else None


def _other_faults(cell: Cell, year: int | None, stated: str, figure: Figure) -> Iterator[Remark]:
    if year is None:
        years: dict[str, Gap] = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        yield Remark("not_year", {"year": cell.year, **years}, role="year")
    if cell.type and not stated:
        yield Remark("unknown_type", {"type": cell.type}, role="type")
    if figure.fault:
        yield figure.fault
    elif stated == "actual" and figure.comparator != "eq":
        words = Code("figure_comparator", figure.comparator)
        yield Remark("actual_compared", {"comparator": words})


def _convert(
    figure: Figure, cell: Cell, wanted: Unit, named: tuple[str, str]
) -> tuple[float, list[Remark]]:
    """Value in the indicator's unit, and notes; `named` is that unit in words."""
    assert figure.value is not None
    number = Decimal(repr(figure.value))
    notes = [Remark("approximate")] if figure.approximate else []
    bare = not figure.unit_zh and figure.scale == 1
    unstated = not set("%‰") & set(fold(cell.printed)) and (bare or cell.stored)
    if wanted.thing == "%" and unstated and 0 < abs(number) <= 1:
        stored, shown = f"{figure.value:.15g}", f"{100 * figure.value:.15g}"
        raise _Unclear(Remark("fraction", {"stored": stored, "shown": shown}))
    if bare:
        return float(number), notes
    unit = unit_of(figure.unit_zh)
    power = {("‰", "%"): -1, ("%", "‰"): 1}.get((unit.thing, wanted.thing), -wanted.power)
    if figure.unit_zh:
        _check_units(unit, wanted, named)
        power += (wanted.per_power - unit.per_power) if unit.per else 0
    elif wanted.thing in ("%", "‰", "倍") or wanted.per_power:
        raise _Unclear(Remark("power", {"unit": named}))
    own = (figure.unit_zh, figure.unit_zh)
    if figure.scale != 1:
        en = exact(figure.value, "en", name=figure.unit_zh)
        # Digit by digit in Chinese too: 15亿元 is told as what it is taken for.
        zh = en.replace(",", "").replace("\xa0", "")
        notes.append(Remark("taken", {"printed": cell.printed, "value": (zh, en)}))
    if power:
        units = {"own": own if figure.unit_zh else ONES, "unit": named}
        notes.append(Remark("converted", units))
    return float(number.scaleb(power)), notes


def _check_units(unit: Unit, wanted: Unit, names: tuple[str, str]) -> None:
    """Refuse a unit that is not the indicator's, whatever the power of ten."""
    units: dict[str, Gap] = {"own": unit.text, "unit": names}
    if "月" in unit.per and "年" in wanted.per:
        raise _Unclear(Remark("month", units))
    promille = {unit.thing, wanted.thing} == {"%", "‰"}
    if not (promille or same_thing(unit.thing, wanted.thing)):
        raise _Unclear(Remark("other_unit", units))
    if unit.per and unit.per != wanted.per:
        raise _Unclear(Remark("other_unit", units))


def _check_value(value: float, about: dict[str, Any], quantity: Quantity) -> None:
    """Refuse what the indicator cannot be (a missing bound allows everything)."""
    for beyond, code, bound in (
        (value < about["lower"], "below", about["lower"]),
        (value > about["upper"], "above", about["upper"]),
    ):
        if beyond:
            raise _Unclear(Remark(code, {"value": quantity, "bound": Quantity(bound)}))
    if about["kind"] == "count" and about["resolution"] % 1 == 0 and value % 1 != 0:
        raise _Unclear(Remark("not_whole", {"value": quantity}))


def _flag_doubles(readings: list[Reading]) -> list[Reading]:
    """Turn figures that stand twice into problems: nobody can say which one holds."""
    lines: dict[tuple[object, ...], list[str]] = {}
    for reading in readings:
        if reading.status == "ok":
            lines.setdefault(_identity(reading), []).append(str(reading.cell.row))
    flagged = []
    for reading in readings:
        rows = lines.get(_identity(reading), []) if reading.status == "ok" else []
        if len(rows) > 1:
            reading = reading.refused(Remark("twice", {"rows": ", ".join(rows)}))
        flagged.append(reading)
    return flagged


def _identity(reading: Reading) -> tuple[object, ...]:
    comparator = reading.figure.comparator
    return reading.region, reading.indicator, reading.year, reading.type, comparator
