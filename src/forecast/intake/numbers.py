"""Reads one figure as it is printed in plans, and never guesses.

`parse_figure` reads `1.93万张`, `≥60%`, `10(p)` or `——`; what is not exactly one figure is a
problem with a remedy. `unit_of` takes a unit apart, so that 万元/年 and 元/人·年 can be compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from ..i18n.messages import Argument, Issue
from .grid import fold, key_of

__all__ = ["PLAIN", "Figure", "Unit", "is_unit", "parse_figure", "same_thing", "unit_of"]

BEFORE = {
    "ge": ("≥", "≧", "⩾", ">=", "不少于", "不低于", "不小于", "至少", "达到", "达"),
    "gt": (">", "超过", "突破", "大于", "高于", "多于"),
    "le": ("≤", "≦", "⩽", "<=", "不超过", "不高于", "不大于", "不多于", "至多"),
    "lt": ("<", "低于", "小于", "少于", "不足", "不到"),
}
AFTER = {"ge": ("以上", "及以上"), "le": ("以下", "及以下", "以内")}
POWERS = {"百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}
POWERS |= {"十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12}

PEOPLE, BEDS = ("名", "位", "人"), ("张", "床")
SIGNS = {"%": ("%", "百分比", "percent"), "‰": ("‰", "千分比", "permille")}
COUNTERS = tuple("个家处所项座种单期轮批件例场支只套条间")
NOUNS = ("设区市", "地级市", "社区", "街道", "乡镇", "场景", "城市", "村", "县", "市")
"""What may follow a counter in a unit by itself, such as 个村."""
MEASURES = tuple("人次 元 户 倍 次 周岁 岁 平方米 米 公里 小时 分钟 年".split())


def _either(words: Iterable[str]) -> str:
    """Pattern of one of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


SCALE = _either(POWERS)
BARE_UNIT = re.compile(
    rf"(?:{SCALE})?(?:%|‰|百分比|千分比|(?:{_either((*MEASURES, *PEOPLE, *BEDS, *COUNTERS))})"
    rf"(?:{_either(NOUNS)})?)(?:[/每][\u4e00-\u9fff]{{1,8}}(?:[/·、][\u4e00-\u9fff]{{1,8}})*)?"
)
UNIT = (
    rf"%|‰|(?:{_either((*MEASURES, *PEOPLE, *BEDS, *COUNTERS))})"
    r"[\u4e00-\u9fff]{0,8}?(?:[/·、][\u4e00-\u9fff·]{1,10})*?"
)
FIGURE = re.compile(
    rf"(?P<before>{_either(w for words in BEFORE.values() for w in words)})?"
    r"(?P<about>大约|接近|约|近)?"
    r"(?P<number>-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|0|[1-9][0-9]*)"
    r"(?:\.[0-9]+)?)"
    rf"(?P<more>多|余)?(?P<scale>{SCALE})?(?P<still>多|余)?(?P<unit>{UNIT})?(?P<around>左右)?"
    rf"(?P<after>{_either(w for words in AFTER.values() for w in words)})?"
)
PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
"""A number and nothing else."""
FLAG = re.compile(
    r"(?i)(?<=[0-9%‰万亿元人张家个处])\s?[(（\[]?(?:(?P<preliminary>p|初步数?|快报数?|初)|"
    r"(?P<revised>r|修订数?|调整数?|订)|(?P<estimated>e|预计数?|估计数?|预估|预|估)|"
    r"(?P<starred>[*＊†‡#]+))[)）\]]?$"
)
"""Mark behind a figure that says how final it is; a star refers to a note."""
MISSING = re.compile(r"(?i)[-—–―_/\\]+|\.{2,}|无|暂无|暂缺|n/?a|nan|null|none|")
# What a noun after a counter may not hold: it would change what the number says.
TURNS = re.compile(r"[增减升降提至到约占为含和或及与每底初末前后内外]|以上|以下|左右|百分")
STRANGERS = {
    "date": r".*[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}.*|.*(19|20)[0-9]{2}年.*",
    "range": r".*[0-9%‰万亿元人个家张]([-~—–]|至|到)+[0-9].*",
    "points": r".*百分点.*",
    "change": r"\+.*|(新增|增加|增长|提高|上升|减少|下降|降低).*",
    "scientific": r"(?i)[-0-9.]+e[-+]?[0-9]+",
    "formula": r"=.*",
    "error": r"#[A-Z0-9/]+[!?A]",
}
"""What is no figure, by the code of its remark."""


@dataclass(frozen=True)
class Figure:
    """One printed figure, read.

    `value` is in `unit_zh`, with 万 and 亿 multiplied out: `1.93万张` is 19300 张, scale 10000;
    `9‰` is 9 with the unit `‰`. `approximate` marks 约, 近, 多, 余 and 左右; `flag` is preliminary,
    revised, estimated or starred. A missing figure and one with a `fault` have the value None.
    """

    printed: str
    value: float | None = None
    comparator: str = "eq"
    scale: float = 1.0
    unit_zh: str = ""
    missing: bool = False
    fault: Issue | None = None
    approximate: bool = False
    flag: str = ""


@lru_cache(maxsize=8192)
def parse_figure(text: str, *, unit_zh: str = "") -> Figure:
    """Read one printed figure; whatever is not exactly one figure is a problem.

    Full-width characters are folded (NFKC). ≥, 以上, 不少于, 不低于, 至少 and 达到 are `ge`; >,
    超过 and 突破 `gt`; ≤, 以下, 以内 and 不超过 `le`; <, 低于 and 不足 `lt`; plain is `eq`.
    Thousands may be parted by commas or spaces. `——`, `-`, `_`, `/`, `…`, 无, 暂无, N/A and an
    empty text are missing, `0` is a value. p, r, e or a star behind it, 初步, 修订, 预计 are flags.
    Ranges, dates, changes (新增, 百分点, +5), numerals (十五) and footnotes (②) are problems.

    Parameters
    ----------
    text : the figure as printed
    unit_zh : unit from another place, such as a unit column; it holds for a figure that
        prints none, and must not contradict one that does

    Examples
    --------
    >>> parse_figure("１.93万张").value, parse_figure("≥60%").comparator
    (19300.0, 'ge')
    >>> parse_figure("1.5", unit_zh="亿元").value
    150000000.0
    >>> parse_figure("——").missing, parse_figure("0").value
    (True, 0.0)
    >>> parse_figure("1518-2021").fault.fact("en")
    'a range, not one figure'
    """
    printed = text.strip()
    if PLAIN.fullmatch(printed):  # as most are, in a fraction of the time
        return _with_unit(Figure(printed), Decimal(printed), (0, ""), _split_unit(unit_zh))
    return _parse_words(printed, unit_zh)


def _parse_words(printed: str, unit_zh: str) -> Figure:
    """Read a figure that is not a number alone."""
    blank = Figure(printed)
    if any(unicodedata.category(character) in ("No", "Nl") for character in printed):
        # NFKC would turn 85② into 852.
        return replace(blank, fault=Issue("footnote"))
    folded = fold(printed)
    if flag := FLAG.search(folded):
        folded, blank = folded[: flag.start()], replace(blank, flag=str(flag.lastgroup))
    compact = re.sub(r"(?<![0-9]) | (?![0-9])", "", folded)
    if MISSING.fullmatch(compact):
        return replace(blank, missing=True)
    for code, pattern in STRANGERS.items():
        if re.fullmatch(pattern, compact):
            return replace(blank, fault=Issue(code))
    match = FIGURE.fullmatch(compact)
    if match is None or TURNS.search(match["unit"] or ""):
        return replace(blank, fault=Issue("unread"))
    comparator = _comparator(match["before"], match["after"])
    if not comparator:
        words = {"before": match["before"], "after": match["after"]}
        return replace(blank, fault=Issue("contradiction", words))
    about = any(match[k] for k in ("about", "more", "still", "around"))
    number = Decimal(re.sub("[, ]", "", match["number"]))
    own = POWERS.get(match["scale"], 0), match["unit"] or ""
    read = replace(blank, comparator=comparator, approximate=about)
    return _with_unit(read, number, own, _split_unit(unit_zh))


@dataclass(frozen=True)
class Unit:
    """A unit taken apart: 万元/年 is 元 (power 4) per 年, 张/万人 is 张 per 人 (power 4)."""

    text: str
    power: int
    thing: str
    per: frozenset[str]
    per_power: int


@lru_cache(maxsize=1024)
def unit_of(text: str) -> Unit:
    """Take a unit apart.

    >>> unit = unit_of("万元/年")
    >>> unit.power, unit.thing, sorted(unit.per)
    (4, '元', ['年'])
    """
    power, rest = _split_unit(text)
    parts = [part for part in re.split("[/·、每]", rest) if part] or [rest]
    # 个/处 names two counters; 元/年 is one thing per another.
    if all(part in COUNTERS for part in parts):
        parts = parts[:1]
    per = [_split_unit(part) for part in parts[1:]]
    thing = _thing(parts[0])
    nouns = frozenset(map(_denominator, per)) - ({"人"} if thing == "元" else set())
    return Unit(text, power, thing, nouns, sum(power for power, _ in per))


@lru_cache(maxsize=1024)
def is_unit(text: str) -> bool:
    """Whether a text by itself is a unit.

    >>> is_unit("万人"), is_unit("元/人·年"), is_unit("家庭"), is_unit("人/每万老年人")
    (True, True, False, True)
    """
    return BARE_UNIT.fullmatch(key_of(text)) is not None


def same_thing(one: str, other: str) -> bool:
    """Whether two things may be one: 3个 may be 村, but no 人, 张 or 公顷."""
    counted = one.startswith("个") and other.startswith("个")
    return one.removeprefix("个") == other.removeprefix("个") or (counted and "个" in (one, other))


def _denominator(part: tuple[int, str]) -> str:
    """Noun that a unit is divided by, in one of its spellings."""
    noun = part[1].removeprefix("名")
    return {"老人": "老年人", "老年人口": "老年人", "人口": "人", "": "人"}.get(noun, noun)


def _comparator(before: str | None, after: str | None) -> str:
    """Find the comparator of the words around a number; '' if they contradict each other."""
    first = next((c for c, words in BEFORE.items() if before in words), "eq")
    last = next((c for c, words in AFTER.items() if after in words), "eq")
    if "eq" in (first, last):
        return first if last == "eq" else last
    return first if first[0] == last[0] else ""


@lru_cache(maxsize=1024)
def _split_unit(text: str) -> tuple[int, str]:
    """Power of ten and rest of a unit: 万元/年 is (4, 元/年)."""
    folded = key_of(text)
    for sign, names in SIGNS.items():
        if folded in names:
            return 0, sign
    match = re.fullmatch(rf"({SCALE})?(?!分点)(.*)", folded)
    return (POWERS.get(match[1], 0), match[2]) if match else (0, folded)


def _thing(text: str) -> str:
    """Find what is counted; 家, 处 and other counters are 个, with the noun that follows."""
    if text in MEASURES:
        return "周岁" if text == "岁" else text
    for counters, thing in ((PEOPLE, "人"), (BEDS, "张")):
        if text.startswith(counters):
            return thing
    return f"个{text[1:]}" if text.startswith(COUNTERS) else text


def _with_unit(
    figure: Figure, number: Decimal, own: tuple[int, str], given: tuple[int, str]
) -> Figure:
    """Figure in its own unit, or in the given one where it prints none."""
    fault = _clash(own, given)
    if fault:
        return replace(figure, value=None, fault=fault)
    power = own[0] if any(own) else given[0]
    unit = own[1] if own[1] and ("/" in own[1] or "/" not in given[1]) else given[1]
    value = float(number.scaleb(power))
    return replace(figure, value=value, scale=float(10**power), unit_zh=unit)


def _clash(own: tuple[int, str], given: tuple[int, str]) -> Issue | None:
    """How a figure's printed unit contradicts the one beside it; None if it does not."""
    if not any(own) or not any(given):
        return None
    beside: dict[str, Argument] = {"own": own[1], "given": given[1]}
    if own[1] and given[1]:
        mine, other = unit_of(own[1]), unit_of(given[1])
        pers = (mine.per, mine.per_power) == (other.per, other.per_power) or not mine.per
        if not same_thing(mine.thing, other.thing) or not pers:
            return Issue("two_units", beside)
    if given[1] in ("%", "‰", "倍") and own[0]:
        return Issue("power_beside", beside)
    if given[0] and (not own[1] or own[0] != given[0]):
        return Issue("two_powers")
    return None
