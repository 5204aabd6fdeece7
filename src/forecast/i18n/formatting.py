"""What reports say and how they write numbers and dates, in Chinese (`zh`) and English (`en`).

Every word a reader sees stands once a language, in `vocabulary` and `phrases`; tables, pictures and
the desk take theirs from here.
Numbers follow each language's habit: 13,000 in English; 13000, 120万, 1.5亿 in Chinese.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal

from ..errors import N_, check_name
from .catalog import languages
from .labels import LABELS, label_of

__all__ = [
    "NO_VALUE",
    "amount",
    "change",
    "comparison",
    "day",
    "estimate",
    "exact",
    "join",
    "money",
    "money_unit",
    "named",
    "number",
    "points",
    "probability",
    "scenario_name",
    "unit_symbol",
]

NO_VALUE = "–"

COMPARISONS = {"ge": "≥ ", "gt": "> ", "eq": "", "le": "≤ ", "lt": "< "}
SYMBOLS = {"percent": "%", "permille": "‰"}
NBSP = "\xa0"
SUMS = {
    "zh": ((1.0, "万元"), (1e4, "亿元")),
    "en": ((1e2, N_("million yuan")), (1e5, N_("billion yuan"))),
}
"""The smaller and the larger unit of sums of money in each language, in 10,000 yuan."""
LARGE = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))


def number(
    value: float | None,
    language: str,
    *,
    unit: str = "",
    step: float | None = None,
    like: float = 0,
) -> str:
    r"""Write a figure: as it is (at most four decimals), or rounded to a reporting step.

    Chinese takes 万 from 100,000, 亿 from 100,000,000 and 万亿 from a million million on, unless
    the unit (an id of `units.csv`) is itself in 万元; numbers of one axis, all from the largest
    (`like`) on. Percent and per mille carry their sign.

    >>> number(13000, "en"), number(13000, "zh"), number(12000000, "zh")
    ('13,000', '13000', '1200万')
    >>> number(55.93, "en", unit="percent"), number(55.93, "zh", unit="percent", step=0.1)
    ('55.93\xa0%', '55.9%')
    >>> number(239300, "zh", unit="yuan_10k"), number(None, "en")
    ('239300', '–')
    """
    index = _index(language)
    if value is None or not math.isfinite(value):
        return NO_VALUE
    if step is not None and step > 0:
        value = round(value / step) * step
    decimals = 4 if step is None or step <= 0 else _decimals(step)
    suffix, separator = "", "," if index else ""
    size = max(abs(value), abs(like))
    if index == 0 and unit != "yuan_10k" and size >= 1e5:
        divisor, suffix = next(pair for pair in LARGE if size >= pair[0])
        value, decimals = value / divisor, 2
    text = f"{value:{separator}.{decimals}f}"
    if step is None or suffix:
        text = text.rstrip("0").rstrip(".") if "." in text else text
    if float(text.replace(",", "")) == 0:
        return "0" + _sign(unit, index)
    return text.replace("-", "−") + suffix + _sign(unit, index)


def estimate(value: float | None, language: str, *, unit: str = "", step: float = 0.0) -> str:
    """Write a forecast: three digits (four from 1,000 on), but no finer than the reporting step.

    >>> estimate(16372.4, "en", step=1), estimate(7.79, "en", step=1), estimate(61.137, "zh")
    ('16,370', '8', '61.1')
    """
    if value is None or not math.isfinite(value) or value == 0:
        return number(value, language, unit=unit)
    size = math.floor(math.log10(abs(value)))
    finest = 10.0 ** (size - (3 if size >= 3 else 2))
    return number(value, language, unit=unit, step=max(step, finest))


def change(value: float | None, language: str, *, unit: str = "") -> str:
    r"""Write a change a year with its sign, and decimals only where it is small.

    >>> change(1400.4, "en"), change(-0.34, "zh"), change(2.14, "en", unit="percent")
    ('+1,400', '−0.34', '+2.1\xa0pp')
    """
    index = _index(language)
    if value is None or not math.isfinite(value):
        return NO_VALUE
    size = abs(value)
    step = 1.0 if size >= 100 else 0.1 if size >= 1 else 0.01
    text = number(size, language, unit="" if unit in SYMBOLS else unit, step=step)
    sign = "" if text.strip("0.") == "" else "+" if value > 0 else "−"
    points = {"percent": ("个百分点", "\xa0pp"), "permille": ("个千分点", "\xa0‰ points")}
    return sign + text + (points[unit][index] if unit in points else "")


def probability(p: float | None, language: str) -> str:
    r"""Write a probability in whole percent, never a false 0 or 100.

    >>> probability(0.337, "en"), probability(0.337, "zh"), probability(0.002, "en")
    ('34\xa0%', '34%', '<\xa01\xa0%')
    """
    index = _index(language)
    if p is None or not math.isfinite(p):
        return NO_VALUE
    text = "< 1" if 0 < p <= 0.005 else "> 99" if 0.995 <= p < 1 else f"{100 * p:.0f}"
    return text.replace(" ", "\xa0" if index else "") + _sign("percent", index)


def points(
    p: float | None, language: str, *, error: float | None = None, bare: bool = False
) -> str:
    r"""Write a change of a probability in percentage points, with its standard error.

    >>> points(0.081, "zh", error=0.0043), points(-0.0126, "en"), points(0.3, "en", bare=True)
    ('+8.1±0.4个百分点', '−1.3\xa0pp', '+30')
    """
    index = _index(language)
    if p is None or not math.isfinite(p):
        return NO_VALUE
    step = 1.0 if abs(p) >= 0.0995 else 0.1
    size = number(abs(100.0 * p), language, step=step)
    sign = "" if size.strip("0.") == "" else "+" if p > 0 else "−"
    around = "" if error is None else f"±{number(max(100.0 * error, 0.1), language, step=0.1)}"
    unit = "" if bare else ("个百分点", "\xa0pp")[index]
    return f"{sign}{size if sign else '0'}{around}{unit}"


def amount(value: float | None, language: str, *, unit: str, name: str) -> str:
    r"""Write a quantity with the name of its unit; signs of percent stand for themselves.

    >>> amount(620.0, "zh", unit="person", name="人"), amount(4.5, "en", unit="percent", name="")
    ('620人', '4.5\xa0%')
    """
    text = number(value, language, unit=unit)
    return text if text == NO_VALUE else _named(text, language, unit, name)


def exact(value: float, language: str, *, unit: str = "", name: str = "") -> str:
    r"""Write a quantity with all the digits a spreadsheet keeps, as what was read is shown.

    >>> exact(19300.25, "en", name="beds"), exact(123456, "zh", name="张")
    ('19,300.25\xa0beds', '12.3456万张')
    >>> exact(0.000025, "en"), exact(58, "zh", unit="percent", name="百分比")
    ('0.000025', '58%')
    """
    digits, suffix, index = Decimal(f"{value:.15g}"), "", _index(language)
    if index == 0 and unit != "yuan_10k" and abs(value) >= 1e5:
        power, suffix = (8, "亿") if abs(value) >= 1e8 else (4, "万")
        digits = digits.scaleb(-power)
    text = f"{digits:,f}" if index else f"{digits:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = text.replace("-", "−") + suffix + _sign(unit, index)
    return _named(text, language, unit, name)


def money(value: float | None, language: str) -> str:
    r"""Write a sum given in 10,000 yuan.

    >>> money(558.0, "zh"), money(558.0, "en"), money(34000.0, "zh"), money(34000.0, "en")
    ('558万元', '5.58\xa0million yuan', '3.4亿元', '340\xa0million yuan')
    """
    if value is None or not math.isfinite(value):
        return NO_VALUE
    divisor, name = money_unit(value, language)
    told = estimate(value / divisor, language)
    told = told.rstrip("0").rstrip(".") if "." in told else told
    return f"{told}{'' if _index(language) == 0 else NBSP}{name}"


def money_unit(value: float, language: str) -> tuple[float, str]:
    """Give what a sum in 10,000 yuan is best divided by, and the unit that it is then told in.

    >>> money_unit(558.0, "zh"), money_unit(34000.0, "zh"), money_unit(34000.0, "en")
    ((1.0, '万元'), (10000.0, '亿元'), (100.0, 'million yuan'))
    """
    small, large = SUMS["en" if _index(language) else "zh"]
    return large if abs(value) >= large[0] else small


def scenario_name(name: str, language: str) -> str:
    """Name of a scenario: in words if it came with the package, else as its file gives it.

    >>> scenario_name("pandemic_year", "en"), scenario_name("mine", "en")
    ('a year of shock', 'mine')
    """
    return label_of("scenario", name, language) if name in LABELS["scenario"] else name


def comparison(comparator: str, value: float, language: str, *, unit: str = "") -> str:
    r"""Write a target with its comparator; a plain figure of the plan stays plain.

    >>> comparison("gt", 11000, "en"), comparison("eq", 40, "zh", unit="percent")
    ('>\xa011,000', '40%')
    """
    check_name("comparator", comparator, list(COMPARISONS))
    sign = COMPARISONS[comparator].replace(" ", "\xa0")
    return sign + number(value, language, unit=unit)


def day(iso: str, language: str) -> str:
    """Write a date out.

    >>> day("2022-12-31", "zh"), day("2022-06-05", "en")
    ('2022年12月31日', '5 June 2022')
    """
    date = dt.date.fromisoformat(iso)
    if _index(language) == 0:
        return f"{date.year}年{date.month}月{date.day}日"
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def join(items: Iterable[str], language: str) -> str:
    """Put names in a row: 、 in Chinese, a semicolon in English (names contain commas).

    >>> join(["a", "b"], "zh"), join(["a", "b"], "en")
    ('a、b', 'a; b')
    """
    return ("、", "; ")[_index(language)].join(items)


def unit_symbol(unit: str, name: str) -> str:
    """Sign of a unit that has one, else its name.

    >>> unit_symbol("percent", "percent"), unit_symbol("bed", "beds")
    ('%', 'beds')
    """
    return SYMBOLS.get(unit, name)


# Not from the locale of the machine: a report reads the same everywhere.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def named(names: tuple[str, str], language: str) -> str:
    """Take the name in a language from the Chinese and the English one of a table.

    >>> named(("张", "beds"), "zh")
    '张'
    """
    return names[_index(language)]


def _index(language: str) -> int:
    """0 where numbers are written as in Chinese, else 1."""
    check_name("language", language, languages())
    return 0 if language == "zh" else 1


def _named(text: str, language: str, unit: str, name: str) -> str:
    """Put the name of its unit behind a number, unless it carries the unit's sign."""
    if unit in SYMBOLS or not name:
        return text
    return text + ("" if _index(language) == 0 else "\xa0") + name


def _decimals(step: float) -> int:
    return max(0, math.ceil(-math.log10(step) - 1e-9))


def _sign(unit: str, index: int) -> str:
    symbol = SYMBOLS.get(unit, "")
    return "\xa0" + symbol if symbol and index else symbol
