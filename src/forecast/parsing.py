"""Reads figures as they are printed in plans, and a planner's own file of figures.

`parse_figure` reads one printed figure (`1.93万张`, `≥60%`, `——`) and never guesses: what is
not exactly one figure is a problem with a remedy. `read_figures` reads a sheet of them and
says figure by figure what it understood, in the unit of the indicator.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .checking import FIRST_YEAR, LAST_YEAR, nearest, read_text
from .errors import DataError, Problem, UnknownNameError

__all__ = ["FIGURE_COLUMNS", "Figure", "parse_figure", "read_figures"]

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
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
HEADER_ROWS = 20
HEADERS = {
    "region": ("地区", "区域", "region"),
    "indicator": ("指标", "指标名称", "indicator"),
    "year": ("年份", "年度", "year"),
    "value": ("数值", "值", "指标值", "value"),
    "unit": ("单位", "计量单位", "unit"),
    "type": ("类型", "类别", "type"),
    "source": ("来源", "数据来源", "source"),
}
TYPES = {
    **dict.fromkeys(("目标", "目标值", "计划", "计划值", "target"), "target"),
    **dict.fromkeys(("实际", "实际值", "完成", "完成值", "实绩", "actual"), "actual"),
}
BEFORE = {
    "ge": ("≥", "≧", "⩾", ">=", "不少于", "不低于", "不小于", "至少", "达到", "达"),
    "gt": (">", "超过", "突破", "大于", "高于", "多于"),
    "le": ("≤", "≦", "⩽", "<=", "不超过", "不高于", "不大于", "不多于", "至多"),
    "lt": ("<", "低于", "小于", "少于", "不足", "不到"),
}
AFTER = {"ge": ("以上", "及以上"), "le": ("以下", "及以下", "以内")}
WORDS = {"eq": "", "ge": "at least ", "gt": "more than ", "le": "at most ", "lt": "less than "}
POWERS = {"百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}
POWERS |= {"十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12}

PEOPLE, BEDS = ("名", "位", "人"), ("张", "床")
SIGNS = {"%": ("%", "百分比", "percent"), "‰": ("‰", "千分比", "permille")}
COUNTERS = tuple("个家处所项座种单期轮批件例场支只套条间")
MEASURES = (
    "人次",
    "元",
    "户",
    "倍",
    "次",
    "周岁",
    "岁",
    "平方米",
    "米",
    "公里",
    "小时",
    "分钟",
    "年",
)


def _either(words: Iterable[str]) -> str:
    """Pattern of one of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


SCALE = _either(POWERS)
UNIT = (
    rf"%|‰|(?:{_either((*MEASURES, *PEOPLE, *BEDS, *COUNTERS))})"
    r"[\u4e00-\u9fff]{0,8}?(?:[/·][\u4e00-\u9fff·]{1,10})*?"
)
FIGURE = re.compile(
    rf"(?P<before>{_either(w for words in BEFORE.values() for w in words)})?"
    r"(?P<about>大约|接近|约|近)?"
    r"(?P<number>-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|0|[1-9][0-9]*)"
    r"(?:\.[0-9]+)?)"
    rf"(?P<more>多|余)?(?P<scale>{SCALE})?(?P<still>多|余)?(?P<unit>{UNIT})?(?P<around>左右)?"
    rf"(?P<after>{_either(w for words in AFTER.values() for w in words)})?"
)
MISSING = re.compile(r"(?i)[-—–―_/\\]+|\.{2,}|无|暂无|暂缺|n/?a|nan|null|none|")
# What a noun after a counter may not hold: it would change what the number says.
TURNS = re.compile(r"[增减升降提至到约占为含和或及与每底初末前后内外]|以上|以下|左右|百分")
STRANGERS = (
    (
        re.compile(r".*[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}.*|.*(19|20)[0-9]{2}年.*"),
        "a date or a year, not a figure",
        "write the figure here and the year in its own column",
    ),
    (
        re.compile(r".*[0-9%‰万亿元人个家张]([-~—–]|至|到)+[0-9].*"),
        "a range, not one figure",
        "write one figure; a range is two rows, one at least (≥) and one at most (≤)",
    ),
    (
        re.compile(r".*百分点.*"),
        "a change in percentage points, not a level",
        "write the level that is reached, such as 58%",
    ),
    (
        re.compile(r"\+.*|(新增|增加|增长|提高|上升|减少|下降|降低).*"),
        "a change, not a level",
        "write the level that is reached",
    ),
    (
        re.compile(r"[-0-9.]+e[-+]?[0-9]+", re.IGNORECASE),
        "scientific notation, which may have lost digits",
        "format the cell as a number and save again",
    ),
)
UNREAD = "write one number with its unit, such as 58%, 1.93万 or ≥60; what is unknown stays empty"
YEAR = re.compile(r"([0-9]{4})(?:年(?:度|末|底)?)?")
YEAR_TITLE = re.compile(r"((?:19|20)[0-9]{2})(?:年(?:度|末|底)?)?(.*)")


@dataclass(frozen=True)
class Figure:
    """One printed figure, read.

    `value` is in `unit_zh`, with 万 and 亿 multiplied out: `1.93万张` is 19300 张, scale 10000.
    A figure in `%` has `percent` and the unit `%`; one in `‰` has the unit `‰`; both keep the
    printed number (`9‰` is 9, not 0.9). `approximate` marks 约, 近, 多, 余 and 左右. A missing
    figure and a problem have the value None.
    """

    value: float | None
    comparator: str
    percent: bool
    scale: float
    unit_zh: str
    printed: str
    missing: bool
    problem: str
    remedy: str = ""
    approximate: bool = False


def parse_figure(text: str, *, unit_zh: str = "") -> Figure:
    """Read one printed figure; whatever is not exactly one figure is a problem.

    Full-width characters are folded (NFKC). ≥, 以上, 不少于, 不低于, 至少 and 达到 are `ge`; >,
    超过 and 突破 `gt`; ≤, 以下, 以内 and 不超过 `le`; <, 低于 and 不足 `lt`; plain is `eq`.
    Thousands may be parted by commas or spaces. `——`, `-`, `_`, `/`, `…`, 无, 暂无, N/A and an
    empty text are missing, `0` is a value. Ranges, dates, changes (新增, 百分点, +5), numbers
    in characters (十五) and footnote digits (②) are problems.

    Parameters
    ----------
    text : the figure as printed
    unit_zh : unit that stands elsewhere, such as in a unit column; it holds for a figure that
        prints none, and must not contradict one that does

    Examples
    --------
    >>> parse_figure("１.93万张").value, parse_figure("≥60%").comparator
    (19300.0, 'ge')
    >>> parse_figure("1.5", unit_zh="亿元").value
    150000000.0
    >>> parse_figure("——").missing, parse_figure("0").value
    (True, 0.0)
    >>> parse_figure("1518-2021").problem
    'a range, not one figure'
    """
    printed = text.strip()
    blank = Figure(None, "eq", False, 1.0, "", printed, False, "")
    if any(unicodedata.category(character) in ("No", "Nl") for character in printed):
        # NFKC would turn 85② into 852.
        fact = "a footnote mark or another special digit"
        return replace(blank, problem=fact, remedy="write plain digits and no footnote mark")
    compact = re.sub(r"(?<![0-9]) | (?![0-9])", "", _fold(printed))
    if MISSING.fullmatch(compact):
        return replace(blank, missing=True)
    for pattern, fact, remedy in STRANGERS:
        if pattern.fullmatch(compact):
            return replace(blank, problem=fact, remedy=remedy)
    match = FIGURE.fullmatch(compact)
    if match is None or TURNS.search(match["unit"] or ""):
        return replace(blank, problem="not exactly one figure", remedy=UNREAD)
    comparator = _comparator(match["before"], match["after"])
    if not comparator:
        fact = f"{match['before']} and {match['after']} contradict each other"
        return replace(blank, problem=fact, remedy="keep the one that is meant")
    read = replace(
        blank,
        comparator=comparator,
        approximate=any(match[k] for k in ("about", "more", "still", "around")),
    )
    number = Decimal(re.sub("[, ]", "", match["number"]))
    own = POWERS.get(match["scale"], 0), match["unit"] or ""
    return _with_unit(read, number, own, _split_unit(unit_zh))


def read_figures(
    path: Path,
    indicators: pd.DataFrame,
    regions: pd.DataFrame,
    units: pd.DataFrame,
    region: str | None = None,
) -> pd.DataFrame:
    """Read a planner's own file of printed figures and say what was understood of each.

    The file is a workbook (xlsx, xls, ods: the first sheet with a header that is recognised)
    or a text with commas, semicolons or tabs in UTF-8 or GB18030. Its header stands in one of
    the first 20 lines, in one of two forms:

    * long: 地区/region, 指标/indicator, 年份/年度/year, 数值/值/value and where wanted 单位/unit,
      类型/type (目标/target, 实际/actual), 来源/source: a figure a row;
    * wide: 指标/indicator, where wanted 地区 and 单位, and a column a year: `2021`, `2021年`,
      `2022年目标值`, `2020年实际值`.

    Regions and indicators are known by id, Chinese or English name; widths, spaces and case
    do not matter. 万, 亿, ‰ against %, and units per 万人 or 百万人 are converted into the
    indicator's unit, and `understood` says so; a month is never turned into a year. A bare
    number above 0 and up to 1 for a percentage is a problem, since a spreadsheet stores 58%
    as 0.58.

    Parameters
    ----------
    path : file to read
    indicators, regions, units : tables of `schema.TABLES`
    region : id or name for rows that name no region

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
    known = _known(indicators, regions, units)
    if region is not None and _key(region) not in known.regions:
        raise UnknownNameError("region", region, list(regions["region"]))
    sheet = _find_sheet(path)
    if "region" not in sheet.columns and region is None:
        remedy = "add a column 地区, or say which region the file is about"
        raise DataError([Problem(path.name, None, None, None, "names no region", remedy)])
    rows = [_read(cell, known) for cell in _cells(sheet, region or "")]
    figures = pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)).assign(sheet=sheet.name)
    numbers = {"row": "int64", "year": "float64", "value": "float64"}
    return _flag_doubles(figures.astype({c: numbers.get(c, "str") for c in FIGURE_COLUMNS}))


class _Unclear(Exception):
    """A figure that cannot be taken: the fact and the remedy."""


@dataclass(frozen=True)
class _Unit:
    """A unit taken apart: 万元/年 is 元 (power 4) per 年, 张/万人 is 张 per 人 (power 4)."""

    text: str
    power: int
    thing: str
    per: frozenset[str]
    per_power: int


@dataclass(frozen=True)
class _Sheet:
    """Rows of a sheet as text, where its header is and what its columns mean."""

    name: str
    rows: list[list[str]]
    header: int
    columns: dict[str, int]
    years: list[tuple[int, str, str]]
    """Position, year and type of each column of a year; empty for the long form."""
    stored: bool
    """Whether the sheet keeps numbers apart from their formats, as a workbook does."""


@dataclass(frozen=True)
class _Cell:
    """One figure in a file with the texts that say what it is."""

    row: int
    column: str
    printed: str
    region: str
    indicator: str
    year: str
    unit: str
    type: str
    source: str
    stored: bool


@dataclass(frozen=True)
class _Known:
    """Names to ids, and what is known of each indicator."""

    regions: dict[str, str]
    indicators: dict[str, str]
    units: dict[str, str]
    region_names: dict[str, str]
    about: dict[str, dict[str, Any]]


def _fold(text: str) -> str:
    """One width, one kind of space and of minus."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").split())


def _key(text: str) -> str:
    """Fold a name to what counts when names are compared."""
    return _fold(text).replace(" ", "").casefold()


def _comparator(before: str | None, after: str | None) -> str:
    """Find the comparator of the words around a number; '' if they contradict each other."""
    first = next((c for c, words in BEFORE.items() if before in words), "eq")
    last = next((c for c, words in AFTER.items() if after in words), "eq")
    if "eq" in (first, last):
        return first if last == "eq" else last
    return first if first[0] == last[0] else ""


def _split_unit(text: str) -> tuple[int, str]:
    """Power of ten and rest of a unit: 万元/年 is (4, 元/年)."""
    folded = _key(text)
    for sign, names in SIGNS.items():
        if folded in names:
            return 0, sign
    match = re.fullmatch(rf"({SCALE})?(.*)", folded)
    return (POWERS.get(match[1], 0), match[2]) if match else (0, folded)


def _unit(text: str) -> _Unit:
    power, rest = _split_unit(text)
    parts = [part.removeprefix("每") for part in re.split("[/·]", rest)]
    # 个/处 names two counters; 元/年 is one thing per another.
    if all(part in COUNTERS for part in parts):
        parts = parts[:1]
    per = [_split_unit(part) for part in parts[1:]]
    thing = _thing(parts[0])
    nouns = frozenset(noun for _, noun in per) - ({"人"} if thing == "元" else set())
    return _Unit(text, power, thing, nouns, sum(power for power, _ in per))


def _thing(text: str) -> str:
    """Find what is counted; 家, 处 and other counters are 个, with the noun that follows."""
    if text in MEASURES:
        return "周岁" if text == "岁" else text
    for counters, thing in ((PEOPLE, "人"), (BEDS, "张")):
        if text.startswith(counters):
            return thing
    return f"个{text[1:]}" if text.startswith(COUNTERS) else text


def _same_thing(one: str, other: str) -> bool:
    """Whether two things may be one: 3个 may be 村, but no 人, 张 or 公顷."""
    counted = one.startswith("个") and other.startswith("个")
    return one.removeprefix("个") == other.removeprefix("个") or (counted and "个" in (one, other))


def _with_unit(
    figure: Figure, number: Decimal, own: tuple[int, str], given: tuple[int, str]
) -> Figure:
    """Figure in its own unit, or in the given one where it prints none."""
    fact = _clash(own, given)
    if fact:
        remedy = "say the unit once, in the figure or beside it"
        return replace(figure, value=None, problem=fact, remedy=remedy)
    power = own[0] if any(own) else given[0]
    unit = own[1] if own[1] and ("/" in own[1] or "/" not in given[1]) else given[1]
    return replace(
        figure,
        value=float(number.scaleb(power)),
        scale=float(10**power),
        unit_zh=unit,
        percent=unit == "%",
    )


def _clash(own: tuple[int, str], given: tuple[int, str]) -> str:
    """How a figure's printed unit contradicts the one beside it; '' if it does not."""
    if not any(own) or not any(given):
        return ""
    if own[1] and given[1]:
        mine, other = _unit(own[1]), _unit(given[1])
        pers = (mine.per, mine.per_power) == (other.per, other.per_power) or not mine.per
        if not _same_thing(mine.thing, other.thing) or not pers:
            return f"the figure is in {own[1]}, the unit beside it is {given[1]}"
    if given[1] in ("%", "‰", "倍") and own[0]:
        return f"the figure has a power of ten, the unit beside it is {given[1]}"
    if given[0] and (not own[1] or own[0] != given[0]):
        return "the figure and the unit beside it give different powers of ten, or give one twice"
    return ""


def _known(indicators: pd.DataFrame, regions: pd.DataFrame, units: pd.DataFrame) -> _Known:
    unit_names = units.rename(columns={"name_zh": "unit_zh", "name_en": "unit_en"})
    about = indicators.merge(unit_names, on="unit", how="left").set_index("indicator")
    about[["unit_zh", "unit_en"]] = about[["unit_zh", "unit_en"]].fillna("")
    zh = units.set_index("unit")["name_zh"].to_dict()
    return _Known(
        _names(regions, "region"),
        _names(indicators, "indicator"),
        {name: zh[unit] for name, unit in _names(units, "unit").items()},
        regions.set_index("region")["name_en"].to_dict(),
        about.to_dict("index"),
    )


def _names(table: pd.DataFrame, id_column: str) -> dict[str, str]:
    """Ids by their names and themselves; a name of two ids is left out."""
    pairs = pd.concat(
        [
            pd.DataFrame({"key": table[column].map(_key), "id": table[id_column]})
            for column in (id_column, "name_zh", "name_en")
        ]
    ).drop_duplicates()
    pairs = pairs.drop_duplicates("key", keep=False)
    return dict(zip(pairs["key"], pairs["id"], strict=True))


def _find_sheet(path: Path) -> _Sheet:
    """First sheet, or first reading of a text file, whose header is recognised."""
    for name, rows in _grids(path):
        for header, row in enumerate(rows[:HEADER_ROWS]):
            columns, years = _header(row, path.name, header + 1)
            long = {"indicator", "year", "value"} <= columns.keys()
            if long or ("indicator" in columns and years):
                stored = path.suffix.lower() in WORKBOOKS
                return _Sheet(name, rows, header, columns, [] if long else years, stored)
    remedy = (
        f"write in one of the first {HEADER_ROWS} lines either 地区, 指标, 年份, 数值 "
        "or 地区, 指标 and a column a year such as 2021年"
    )
    raise DataError([Problem(path.name, None, None, None, "no header is recognised", remedy)])


def _grids(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Sheets of a workbook by name, or a text file parted by each of its possible marks."""
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        yield from _workbook(path).items()
    elif suffix in TEXTS:
        text = read_text(path)
        for delimiter in (",", ";", "\t"):
            try:
                rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
                yield "", list(rows)
            except csv.Error:
                continue
    else:
        remedy = f"give one of {', '.join((*WORKBOOKS, *TEXTS))}"
        raise DataError([Problem(path.name, None, None, None, "not a kind of file read", remedy)])


def _workbook(path: Path) -> dict[str, list[list[str]]]:
    from python_calamine import CalamineError

    try:
        sheets = pd.read_excel(
            path,
            engine="calamine",
            sheet_name=None,
            header=None,
            dtype=object,
            keep_default_na=False,
            na_values=[],
        )
    except (CalamineError, OSError, ValueError) as error:
        remedy = "open it in a spreadsheet and save it again, without a password"
        fact = f"cannot be read as a workbook ({error})"
        raise DataError([Problem(path.name, None, None, None, fact, remedy)]) from None
    return {
        str(name): [[_printed(value) for value in row] for row in sheet.to_numpy().tolist()]
        for name, sheet in sheets.items()
    }


def _printed(value: object) -> str:
    """Text of a stored cell, a number with the 15 digits a spreadsheet keeps."""
    if isinstance(value, float):
        return np.format_float_positional(float(f"{value:.15g}"), trim="-")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _header(
    row: Sequence[str], file: str, line: int
) -> tuple[dict[str, int], list[tuple[int, str, str]]]:
    """Columns by their role, and the columns of years."""
    columns: dict[str, int] = {}
    years = []
    for position, title in enumerate(map(_key, row)):
        role = next((role for role, titles in HEADERS.items() if title in titles), None)
        match = YEAR_TITLE.fullmatch(title)
        if match:
            years.append((position, match[1], match[2].strip("()-_")))
        if role in columns:
            remedy = "keep one of the two, or rename one"
            raise DataError([Problem(file, line, row[position], None, "stands twice", remedy)])
        if role:
            columns[role] = position
    return columns, years


def _cells(sheet: _Sheet, region: str) -> Iterator[_Cell]:
    """Every figure of a sheet, printed or left empty; lines without any text are left out."""
    titles = sheet.rows[sheet.header]
    for line, row in enumerate(sheet.rows[sheet.header + 1 :], start=sheet.header + 2):
        texts = {
            role: row[position].strip() if position < len(row) else ""
            for role, position in sheet.columns.items()
        }
        if not any(text.strip() for text in row):
            continue
        value = sheet.columns.get("value", 0)
        places = sheet.years or [(value, texts.get("year", ""), texts.get("type", ""))]
        for position, year, kind in places:
            yield _Cell(
                row=line,
                column=titles[position].strip(),
                printed=row[position].strip() if position < len(row) else "",
                region=texts.get("region") or region,
                indicator=texts["indicator"],
                year=year,
                unit=texts.get("unit", ""),
                type=kind or texts.get("type", ""),
                source=texts.get("source", ""),
                stored=sheet.stored,
            )


def _read(cell: _Cell, known: _Known) -> dict[str, object]:
    """One row of the result."""
    region = known.regions.get(_key(cell.region), "")
    indicator = known.indicators.get(_key(cell.indicator), "")
    figure = parse_figure(cell.printed, unit_zh=known.units.get(_key(cell.unit), cell.unit))
    year = _year(cell.year)
    stated = TYPES.get(_key(cell.type), "")
    kind = stated or ("actual" if figure.comparator == "eq" else "target")
    row: dict[str, object] = {
        "row": cell.row,
        "column": cell.column,
        "printed": cell.printed,
        "region": region,
        "indicator": indicator,
        "year": float("nan") if year is None else year,
        "value": float("nan"),
        "comparator": figure.comparator,
        "type": kind,
        "status": "problem",
        "understood": "",
        "problem": "",
        "remedy": "",
        "source": cell.source,
    }
    faults = [
        *_name_faults(cell, region, indicator, known),
        *_other_faults(cell, year, stated, figure),
    ]
    try:
        if faults:
            raise _Unclear("; ".join(f for f, _ in faults), "; ".join(r for _, r in faults))
        if figure.missing:
            mark = f"{cell.printed!r} marks" if cell.printed else "an empty cell is"
            return row | {"status": "missing", "understood": f"No figure: {mark} missing, not 0."}
        about = known.about[indicator]
        value, notes = _convert(figure, _unit(about["unit_zh"]), cell)
        _check_value(value, about)
    except _Unclear as unclear:
        fact, remedy = unclear.args
        return row | {"problem": fact, "remedy": remedy}
    says = f"{kind} {WORDS[figure.comparator]}{value:,.15g} {about['unit_en'] or about['unit']}"
    place = f"{known.region_names[region]}, {about['name_en']}, {year}"
    aside = f" ({'; '.join(notes)})" if notes else ""
    return row | {"value": value, "status": "ok", "understood": f"{place}: {says}{aside}."}


def _name_faults(
    cell: _Cell, region: str, indicator: str, known: _Known
) -> Iterator[tuple[str, str]]:
    for what, name, found, names in (
        ("region", cell.region, region, known.regions),
        ("indicator", cell.indicator, indicator, known.indicators),
    ):
        if not name:
            yield f"no {what}", f"write the {what} in every row; merged cells fill only the first"
        elif not found:
            hint = nearest(_key(name), names)
            yield f"unknown {what} {name!r}", hint or f"use an id or name of {what}s.csv"


def _year(text: str) -> int | None:
    match = YEAR.fullmatch(_key(text))
    return int(match[1]) if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR else None


def _other_faults(
    cell: _Cell, year: int | None, stated: str, figure: Figure
) -> Iterator[tuple[str, str]]:
    if year is None:
        yield (
            f"{cell.year!r} is not a year between {FIRST_YEAR} and {LAST_YEAR}",
            "write four digits; an amount that looks like a year belongs in the column 数值",
        )
    if cell.type and not stated:
        yield f"unknown type {cell.type!r}", "write 目标 (target) or 实际 (actual)"
    if figure.problem:
        yield figure.problem, figure.remedy
    elif stated == "actual" and figure.comparator != "eq":
        yield (
            f"an actual value cannot be {WORDS[figure.comparator].strip()} a figure",
            "write the value itself, or the type 目标 (target)",
        )


def _convert(figure: Figure, wanted: _Unit, cell: _Cell) -> tuple[float, list[str]]:
    """Value in the indicator's unit, and notes on what was done to it."""
    assert figure.value is not None
    number = Decimal(repr(figure.value))
    notes = ["approximate"] if figure.approximate else []
    bare = not figure.unit_zh and figure.scale == 1
    unstated = not set("%‰") & set(_fold(cell.printed)) and (bare or cell.stored)
    if wanted.thing == "%" and unstated and 0 < abs(number) <= 1:
        stored, shown = f"{figure.value:.15g}", f"{100 * figure.value:.15g}"
        fact = f"{stored} may be {shown}% or {stored}%: sheets store 58% as 0.58"
        raise _Unclear(fact, "write it as text with its sign, such as 58%")
    if bare:
        return float(number), notes
    unit = _unit(figure.unit_zh)
    power = {("‰", "%"): -1, ("%", "‰"): 1}.get((unit.thing, wanted.thing), -wanted.power)
    if figure.unit_zh:
        _check_units(unit, wanted)
        power += (wanted.per_power - unit.per_power) if unit.per else 0
    elif wanted.thing in ("%", "‰", "倍") or wanted.per_power:
        raise _Unclear(
            f"万 or 亿 with the unit {wanted.text}", f"write the figure in {wanted.text}"
        )
    if figure.scale != 1:
        notes.append(f"{cell.printed} taken as {figure.value:,.15g} {figure.unit_zh}".strip())
    if power:
        notes.append(f"converted from {figure.unit_zh or 'ones'} to {wanted.text}")
    return float(number.scaleb(power)), notes


def _check_units(unit: _Unit, wanted: _Unit) -> None:
    """Refuse a unit that is not the indicator's, whatever the power of ten."""
    fact = f"the figure is in {unit.text}, the indicator in {wanted.text}"
    remedy = f"write it in {wanted.text}"
    if "月" in unit.per and "年" in wanted.per:
        raise _Unclear(fact, f"multiply by 12 and {remedy}")
    promille = {unit.thing, wanted.thing} == {"%", "‰"}
    if not (promille or _same_thing(unit.thing, wanted.thing)):
        raise _Unclear(fact, remedy)
    if unit.per and unit.per != wanted.per:
        raise _Unclear(fact, remedy)


def _check_value(value: float, about: dict[str, Any]) -> None:
    """Refuse what the indicator cannot be (a missing bound allows everything)."""
    unit = about["unit_en"] or about["unit"]
    for beyond, word, bound in (
        (value < about["lower"], "below", about["lower"]),
        (value > about["upper"], "above", about["upper"]),
    ):
        if beyond:
            fact = f"{value:,.15g} {unit} is {word} {bound:,.15g}, which the indicator cannot be"
            raise _Unclear(fact, "correct the figure or its unit")
    if about["kind"] == "count" and about["resolution"] % 1 == 0 and value % 1 != 0:
        raise _Unclear(f"{value:,.15g} {unit} is no whole number", "write a whole number")


def _flag_doubles(figures: pd.DataFrame) -> pd.DataFrame:
    """Turn figures that stand twice into problems: nobody can say which one holds."""
    key = ["region", "indicator", "year", "type", "comparator"]
    fine = figures[figures["status"] == "ok"]
    double = fine[fine.duplicated(key, keep=False)]
    lines = double.groupby(key)["row"].transform(lambda rows: ", ".join(map(str, rows)))
    changed = pd.DataFrame(
        {
            "value": float("nan"),
            "status": "problem",
            "understood": "",
            "problem": "the same figure is given more than once, in rows " + lines.astype("str"),
            "remedy": "keep one of them",
        },
        index=double.index,
    )
    figures.loc[double.index, changed.columns] = changed
    return figures
