"""What headers, section lines, titles and sheet names say of the figures below them.

`read_words` takes a text apart into region, indicator, period, unit, type (target or actual), how
final the figures are, and the part of a whole that they cover; what is left over is `rest`.
`Facts.over` completes what is nearer to a figure with what is farther away.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ..i18n.messages import Issue
from .grid import fold, key_of
from .matching import Names, split_unit
from .numbers import is_unit
from .vocabulary import COLUMNS, LABELS, SKIPPED, WORDS

__all__ = [
    "NOTHING",
    "Facts",
    "Period",
    "column_role",
    "read_line",
    "read_period",
    "read_words",
    "type_of",
]

YEAR = r"(?:19|20)[0-9]{2}"
MONTH = (
    r"(?:0?1月?[-—–~至到](?P<span>))?(?P<month>1[0-2]|0?[1-9])月(?:份)?(?:(?P<day>[0-9]{1,2})日)?|"
    r"第?(?P<quarter>[一二三四1-4])季度?|q(?P<q>[1-4])(?![0-9])|(?P<half>上半年|前三季度)"
)
PERIOD = re.compile(
    rf"(?:截[至止]到?|至|到)?(?:fy|cy)?(?P<year>{YEAR})(?:\.0+)?(?![0-9])(?:"
    r"(?:[-/.年](?P<iso>1[0-2]|0[1-9])(?![0-9月])|[-/](?P<short>[1-9])(?![0-9]))"
    r"(?:[-/.](?P<isoday>[0-9]{1,2})(?![0-9]))?|"
    rf"(?:财年|年度|年)?(?:(?:{MONTH})(?:累计)?)?)(?:全年)?[末底终止]?前?"
)
MONTH_ONLY = re.compile(rf"(?:{MONTH})(?:累计)?[末底]?")
RANGE = re.compile(
    rf"{YEAR}年?度?[-—–~至到]+(?:{YEAR}|[2-9][0-9](?=年))年?度?|“?十[一二三四五六七八]五”?(?:时期|期间)?末?"
)
CHINESE_YEAR = re.compile(r"[一二][〇零○o一二三四五六七八九]{3}(?=年|$)")
CHINESE_MONTH = re.compile(r"(十[一二]?|[一二三四五六七八九])(?=月)")
MIDNIGHT = re.compile(r"[Tt ]00:00(?::00(?:\.0+)?)?$")
DIGITS = str.maketrans("〇零○o一二三四五六七八九", "0000123456789")
QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}

TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in WORDS.items()))
TYPED = re.compile("^(?:{0})|(?:{0})$".format(f"{WORDS['target']}|{WORDS['actual']}"))
SKIP = {title: re.compile("|".join(words)) for title, words in (
    (False, [SKIPPED["plain"]]), (True, [SKIPPED["title"], SKIPPED["plain"]]),
)}  # fmt: skip
AROUND = re.compile(f"^(?:{SKIPPED['before']})+|(?:{SKIPPED['after']})+$")
LABELLED = re.compile(r"([\u4e00-\u9fffa-z、]{1,8})[:：]\s*(.+)")
PLACE = re.compile(r"[\u4e00-\u9fff]{2,7}[省市县区州盟旗]")
UNIT_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
SUMMED = {"上半年": 6, "前三季度": 9}


@dataclass(frozen=True)
class Period:
    """The year, or a date within it, of a figure.

    `month` and `day` are None for the year's end; `year` is None for a month of a year that is
    elsewhere. `summed` marks several months together, `several` several years. `borrowed` is the
    text farther away that a month was taken from.
    """

    year: int | None
    month: int | None = None
    day: int | None = None
    summed: bool = False
    several: bool = False
    text: str = ""
    borrowed: str = ""

    @cached_property
    def date(self) -> str:
        """Day of a figure, as 2022-12-31; "" without a year."""
        if self.year is None or self.several:
            return ""
        month = self.month or 12
        return f"{self.year}-{month:02}-{self.day or calendar.monthrange(self.year, month)[1]:02}"

    @property
    def within(self) -> bool:
        """Whether the day is before the year's end."""
        return self.date != f"{self.year}-12-31"

    def over(self, other: Period | None) -> Period:
        """Complete with what is farther away."""
        if other is None or other.several or self.several:
            return self
        if self.year is None:
            return replace(self, year=other.year)
        if self.month is None and other.year is None:
            return replace(self, month=other.month, day=other.day, summed=other.summed)
        if self.month is None and other.year == self.year and other.within:
            return replace(other, borrowed=other.text)
        return self


@dataclass(frozen=True)
class Facts:
    """What texts say of a figure; names, units and types as printed, "" where they say nothing.

    `units` has several where a line gives several, and `unit_line` the line, where the unit is
    above the table. `type` is target, actual, planned (a title that mentions a plan) or as printed.
    `flag` is preliminary, revised or estimated; `parts` what the figure covers of a whole; `aside`
    marks what is no level, such as a growth rate; `force` is binding or expected. `doubts` are on
    what was not used, `rest` are the words of one text that nothing was made of.
    """

    region: str = ""
    indicator: str = ""
    period: Period | None = None
    units: tuple[str, ...] = ()
    unit_line: str = ""
    type: str = ""
    flag: str = ""
    parts: tuple[str, ...] = ()
    aside: bool = False
    source: str = ""
    force: str = ""
    doubts: tuple[Issue, ...] = ()
    rest: str = ""

    def over(self, other: Facts) -> Facts:
        """Complete with what is farther away; parts and doubts of both hold."""
        if other is NOTHING or self == NOTHING:  # as most are: lines and columns without words
            return self if other is NOTHING else other
        both = vars(other) | {name: value for name, value in vars(self).items() if value}
        both["unit_line"] = self.unit_line if self.units else other.unit_line
        both["period"] = self.period.over(other.period) if self.period else other.period
        for name, near, far in (
            ("parts", self.parts, other.parts), ("doubts", self.doubts, other.doubts),
        ):  # fmt: skip
            if near and far:
                both[name] = (*near, *(one for one in far if one not in near))
        return Facts(**both)


NOTHING = Facts()


def read_period(text: str) -> tuple[Period | None, str]:
    """Find a year or a date in a text; give it and the text without it.

    >>> [read_period(text)[0].date for text in ("截至2021年6月", "二〇二五年", "FY2022")]
    ['2021-06-30', '2025-12-31', '2022-12-31']
    """
    key = key_of(MIDNIGHT.sub("", fold(text)))
    key = CHINESE_YEAR.sub(lambda m: m[0].translate(DIGITS), key)
    key = CHINESE_MONTH.sub(lambda m: str(_numeral(m[1])), key)
    years = RANGE.search(key)
    match = PERIOD.search(RANGE.sub("", key)) or MONTH_ONLY.search(RANGE.sub("", key))
    if match is None:
        several = Period(None, several=True, text=years[0]) if years else None
        return several, RANGE.sub("", key)
    rest = RANGE.sub("", key).replace(match[0], "", 1)
    found = match.groupdict()
    quarter = found["quarter"] or found["q"]
    month = found.get("iso") or found.get("short") or found["month"] or SUMMED.get(found["half"])
    month = (
        int(month) if month else 3 * (QUARTERS.get(quarter) or int(quarter)) if quarter else None
    )
    day = found.get("isoday") or found["day"]
    year = int(found["year"]) if found.get("year") else None
    summed = (found["span"] is not None or bool(found["half"])) and month != 12
    period = Period(year, month, int(day) if day else None, summed, text=match[0])
    return (period, rest) if _is_day(period) else (None, key)


@lru_cache(maxsize=8192)
def column_role(title: str) -> str:
    """Role of a column by its title, one of the vocabulary's `columns`; "" for none.

    >>> column_role("县（市、区）"), column_role("计量单位"), column_role("2021年")
    ('region', 'unit', '')
    """
    key = re.sub("[:：*]", "", key_of(split_unit(title)[0]))
    return next((role for role, titles in COLUMNS.items() if re.fullmatch(titles, key)), "")


@lru_cache(maxsize=1024)
def type_of(text: str) -> str:
    """Type of figures that a text names: target, actual, or "" for neither."""
    key = key_of(text)
    return next((kind for kind in ("target", "actual") if re.fullmatch(WORDS[kind], key)), "")


def read_words(text: str, names: Names, *, title: bool = False) -> Facts:
    """Take a header, a title, a section line or a sheet's name apart.

    In a title the usual words of titles mean nothing. A text is read once: most occur in many rows.
    """
    known = names.words.get((text, title))
    if known is None:
        known = names.words[text, title] = _read_words(text, names, title=title)
    return known


def _read_words(text: str, names: Names, *, title: bool) -> Facts:
    core, unit = split_unit(text)
    if is_unit(core) and not unit:
        return Facts(units=(core,))
    if found := _named(text, core, names):
        return found
    period, key = read_period(core)
    facts = Facts(period=period, units=(unit,) if unit else ())
    if found := _named(key, key, names) or _typed_name(key, names):
        return found.over(facts)
    if title:
        regions, key = names.regions_in(key)
        if len(regions) == 1:
            facts = replace(facts, region=names.region_name(regions[0])[0])
        # Of two regions neither is taken, and both are left over.
        key += "".join(names.region_name(r)[0] for r in regions) if len(regions) > 1 else ""
        bare = AROUND.sub("", key)
        if found := _named(bare, bare, names):
            return found.over(facts)
    return _scanned(key, facts, title=title)


def _typed_name(key: str, names: Names) -> Facts | None:
    """Facts of the name of an indicator with its type before or behind it."""
    for typed in TYPED.finditer(key):
        name = key[: typed.start()] + key[typed.end() :]
        if found := _named(name, name, names):
            return replace(found, type=type_of(typed[0]))
    return None


def read_line(texts: Iterable[str], names: Names, code: str) -> Facts:
    """Take a line over or under a table, or within it, apart.

    `code` is the remark on the line if it is not used, or on its words beside a region's name.
    """
    pieces = [
        p
        for text in texts
        for p in re.split(r"\s{2,}|\u3000+|\t|[；;]|(?<=\S)\s+(?=单位[:：])", text)
    ]
    pieces = [piece.strip() for piece in pieces if piece.strip()]
    # 指标 and what it is may be in two cells.
    if len(pieces) == 2 and _label(pieces[0]) not in ("", "formal"):
        pieces = [f"{pieces[0]}：{pieces[1]}"]
    facts = Facts()
    for piece in pieces:
        found = _labelled(piece, names) or read_words(piece, names, title=True)
        if found.type == "target" and not re.search("目标|target", piece, re.IGNORECASE):
            found = replace(found, type="planned")
        if found.rest or found.aside or (found.parts and code != "unused_section"):
            doubt = Issue(code, {"text": (found.region and found.rest) or piece})
            found = replace(found, rest="", aside=False, parts=(), doubts=(*found.doubts, doubt))
        if found.units and not found.indicator:
            found = replace(found, unit_line=piece)
        facts = facts.over(found)
    return facts


def _labelled(piece: str, names: Names) -> Facts | None:
    """Read a line such as 单位：万人; None if it has no label."""
    folded = fold(piece)
    match = LABELLED.match(folded[1:-1] if folded[:1] == "(" and folded[-1] == ")" else folded)
    kind, value = (_label(match[1]), match[2].strip()) if match else ("", "")
    if kind == "region" or (kind == "unit" and names.region(value)):
        return Facts(region=value)
    if kind == "unit":
        parted = [value] if is_unit(value) else re.split(r"[、,，/和]", value)
        return Facts(units=tuple(unit.strip() for unit in parted if unit.strip()))
    known = {
        "indicator": Facts(indicator=value), "period": Facts(period=read_period(value)[0]),
        "note": Facts(rest=value, period=read_period(value)[0]), "formal": NOTHING,
    }  # fmt: skip
    return known.get(kind)


def _label(text: str) -> str:
    """Kind of a label, one of the vocabulary's `labels`; "" for none."""
    key = key_of(text)
    return next((kind for kind, labels in LABELS.items() if re.fullmatch(labels, key)), "")


def _named(text: str, core: str, names: Names) -> Facts | None:
    """Facts of a text that is the name of a region or an indicator."""
    if not text or names.region(core):
        return Facts(region=core) if text else None
    return Facts(indicator=text) if names.knows(text) else None


def _scanned(key: str, facts: Facts, *, title: bool) -> Facts:
    """Complete the facts of a text by the words that are left in it."""
    words: dict[str, list[str]] = {}
    rest, at = "", 0
    while at < len(key):
        word = TOKEN.match(key, at) or SKIP[title].match(key, at)
        bracket = UNIT_IN_BRACKETS.match(key, at)
        if bracket and is_unit(bracket[1]):
            facts, at = replace(facts, units=(bracket[1],)), bracket.end()
        elif word and word.end() > at:
            words.setdefault(word.lastgroup or "", []).append(word[0])
            at = word.end()
        else:
            rest, at = rest + key[at], at + 1
    kind = "target" if "target" in words else "actual" if "actual" in words else ""
    # A region that is not known must not be taken for another one.
    if PLACE.fullmatch(rest):
        facts, rest = replace(facts, region=rest), ""
    flag = next((flag for flag in ("preliminary", "revised", "estimated") if flag in words), "")
    aside = "aside" in words and not rest
    return replace(
        facts,
        type=kind,
        flag=flag,
        aside=aside,
        parts=() if aside else tuple(words.get("part", ())),
        rest=key if rest or ("aside" in words and title) else "",
    )


def _numeral(text: str) -> int:
    """Month in Chinese numerals."""
    ones = "一二三四五六七八九".find(text[-1]) + 1
    return (10 if text.startswith("十") else 0) + ones


def _is_day(period: Period) -> bool:
    last = calendar.monthrange(period.year or 2000, period.month or 12)[1]
    return period.day is None or 1 <= period.day <= last
