"""Numbers, dates, sums of money and probabilities as text, in the habit of a language.

Babel's locale data gives separators and dates. What Chinese and English statistics do beyond that
is one `Style` a language: 13,000 in English; 13000, 120万, 1.5亿 in Chinese. A language without a
style follows its locale. Missing values are written as `NO_VALUE`.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ..errors import N_, check_name
from .catalog import gettext, languages
from .labels import LABELS, label_of

__all__ = [
    "NO_VALUE",
    "WHOLE_POWER",
    "amount",
    "change",
    "comparison",
    "day",
    "estimate",
    "exact",
    "format_time",
    "join",
    "language_name",
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
COMPARISONS = {"ge": "≥\xa0", "gt": ">\xa0", "eq": "", "le": "≤\xa0", "lt": "<\xa0", "between": ""}
SYMBOLS = {"percent": "%", "permille": "‰"}
POINTS = {"percent": N_("{number}\u00a0pp"), "permille": N_("{number}\u00a0‰ points")}
WHOLE_POWER = "yuan_10k"
"""Unit whose name has a power of ten itself, so that its figures take no other."""
LARGE_SUM = 1e4
"""Figures of that unit from which on they are written as sums, with a larger unit."""


@dataclass(frozen=True)
class Style:
    """How a language writes numbers beyond its locale's separators.

    `powers` are the powers of ten that have a word, largest first, used from 100,000 on; `sums` the
    smaller and the larger unit of money, in 10,000 yuan; `space` parts a number from its unit,
    `separator` the names in a row (not by commas, which names contain).
    """

    locale: str
    grouped: bool = True
    powers: tuple[tuple[int, str], ...] = ()
    sums: tuple[tuple[float, str], ...] = (
        (1e2, N_("million yuan")),
        (1e5, N_("billion yuan")),
    )
    space: str = "\xa0"
    separator: str = "; "


STYLES = {
    "en": Style("en_GB"),
    "zh": Style(
        "zh_Hans_CN",
        grouped=False,
        powers=((12, "万亿"), (8, "亿"), (4, "万")),
        sums=((1.0, "万元"), (1e4, "亿元")),
        space="",
        separator="、",
    ),
}


def number(
    value: float | None,
    language: str,
    *,
    unit: str = "",
    step: float | None = None,
    like: float = 0,
) -> str:
    r"""Write a figure as it is (at most four decimals), or rounded to a reporting step.

    Chinese takes 万 from 100,000, 亿 from 100,000,000 and 万亿 from a million million on, unless
    the unit (an id of `units.csv`) is itself in 万元; of it figures from 10,000 on are written in
    亿元, in English in millions or billions. Numbers of one axis are all written as the largest
    (`like`). Percent and per mille carry their sign.

    >>> number(13000, "en"), number(13000, "zh"), number(12000000, "zh")
    ('13,000', '13000', '1200万')
    >>> number(55.93, "en", unit="percent"), number(55.93, "zh", unit="percent", step=0.1)
    ('55.93\xa0%', '55.9%')
    >>> number(99600, "zh", unit="yuan_10k"), number(120, "zh", unit="yuan_10k"), number(None, "en")
    ('9.96亿元', '120', '–')
    >>> number(230700, "en", unit="yuan_10k")
    '2.307\xa0billion yuan'
    """
    return _number(value, language, unit=unit, step=step, like=like, trim=step is None)


def estimate(value: float | None, language: str, *, unit: str = "", step: float = 0.0) -> str:
    """Write a forecast: three digits (four from 1,000 on), but no finer than the reporting step.

    >>> estimate(16372.4, "en", step=1), estimate(7.79, "en", step=1), estimate(61.137, "zh")
    ('16,370', '8', '61.1')
    """
    return _estimate(value, language, unit=unit, step=step, trim=False)


def change(value: float | None, language: str, *, unit: str = "") -> str:
    r"""Write a change a year with its sign, and decimals only where it is small.

    >>> change(1400.4, "en"), change(-0.34, "zh"), change(2.14, "en", unit="percent")
    ('+1,400', '−0.34', '+2.1\xa0pp')
    """
    if value is None or not math.isfinite(value):
        return NO_VALUE
    size = abs(value)
    step = 1.0 if size >= 100 else 0.1 if size >= 1 else 0.01
    text = _signed(value, number(size, language, unit="" if unit in SYMBOLS else unit, step=step))
    return gettext(POINTS[unit], language).format(number=text) if unit in POINTS else text


def format_time(year: float) -> str:
    """Format the time of a figure: its year, with the month of one within the year.

    >>> format_time(2021.0), format_time(2021.496)
    ('2021', '2022-06')
    """
    whole = math.floor(year)
    month = math.ceil(12.0 * (year - whole) - 1e-9)
    return f"{year:.0f}" if month == 0 else f"{whole + 1}-{month:02d}"


def probability(p: float | None, language: str) -> str:
    r"""Write a probability in whole percent, never a false 0 or 100.

    >>> probability(0.337, "en"), probability(0.337, "zh"), probability(0.002, "en")
    ('34\xa0%', '34%', '<\xa01\xa0%')
    """
    style = _style(language)
    if p is None or not math.isfinite(p):
        return NO_VALUE
    text = "< 1" if 0 < p <= 0.005 else "> 99" if 0.995 <= p < 1 else f"{100 * p:.0f}"
    return text.replace(" ", style.space) + _sign("percent", style)


def points(
    p: float | None, language: str, *, error: float | None = None, bare: bool = False
) -> str:
    r"""Write a change of a probability in percentage points, with its standard error.

    >>> points(0.081, "zh", error=0.0043), points(-0.0126, "en"), points(0.3, "en", bare=True)
    ('+8.1±0.4个百分点', '−1.3\xa0pp', '+30')
    """
    if p is None or not math.isfinite(p):
        return NO_VALUE
    step = 1.0 if abs(p) >= 0.0995 else 0.1
    text = _signed(p, number(abs(100.0 * p), language, step=step))
    text = text if text.strip("0.,") else "0"
    if error is not None:
        text += f"±{number(max(100.0 * error, 0.1), language, step=0.1)}"
    pattern = POINTS["percent"]
    return text if bare else gettext(pattern, language).format(number=text)


def amount(value: float | None, language: str, *, unit: str, name: str) -> str:
    r"""Write a quantity with the name of its unit; percent and per mille have their sign only.

    >>> amount(620.0, "zh", unit="person", name="人"), amount(4.5, "en", unit="percent", name="")
    ('620人', '4.5\xa0%')
    """
    text = number(value, language, unit=unit)
    return text if text == NO_VALUE else _named(text, _style(language), unit, name)


def exact(value: float, language: str, *, unit: str = "", name: str = "") -> str:
    r"""Write a quantity with all the digits a spreadsheet keeps, to show what was read.

    >>> exact(19300.25, "en", name="beds"), exact(123456, "zh", name="张")
    ('19,300.25\xa0beds', '12.3456万张')
    >>> exact(0.000025, "en"), exact(58, "zh", unit="percent", name="百分比")
    ('0.000025', '58%')
    """
    style, digits, word = _style(language), Decimal(f"{value:.15g}"), ""
    if unit != WHOLE_POWER and abs(value) >= 1e5:
        # A full figure is easier to compare with its source in 亿 than in 万亿.
        powers = [pair for pair in style.powers if pair[0] <= 8 and abs(value) >= 10.0 ** pair[0]]
        power, word = next(iter(powers), (0, ""))
        digits = digits.scaleb(-power)
    decimals = max(0, -int(digits.normalize().as_tuple().exponent))
    text = _digits(digits, style, decimals, trim=True) + word + _sign(unit, style)
    return _named(text, style, unit, name)


def money(value: float | None, language: str) -> str:
    r"""Write a sum given in 10,000 yuan.

    >>> money(558.0, "zh"), money(558.0, "en"), money(34000.0, "zh"), money(34000.0, "en")
    ('558万元', '5.58\xa0million yuan', '3.4亿元', '340\xa0million yuan')
    """
    if value is None or not math.isfinite(value):
        return NO_VALUE
    divisor, name = money_unit(value, language)
    return _estimate(value / divisor, language, trim=True) + _style(language).space + name


def money_unit(value: float, language: str) -> tuple[float, str]:
    """Choose the unit for a sum in 10,000 yuan: what to divide it by, and the unit's name.

    >>> money_unit(558.0, "zh"), money_unit(34000.0, "zh"), money_unit(34000.0, "en")
    ((1.0, '万元'), (10000.0, '亿元'), (100.0, 'million yuan'))
    """
    small, large = _style(language).sums
    divisor, name = large if abs(value) >= large[0] else small
    return divisor, gettext(name, language)


def scenario_name(name: str, language: str) -> str:
    """Name a scenario: by its label if it comes with the package, else as its file does.

    >>> scenario_name("pandemic_year", "en"), scenario_name("mine", "en")
    ('one-year shock', 'mine')
    """
    return label_of("scenario", name, language) if name in LABELS["scenario"] else name


def comparison(
    comparator: str, value: float, language: str, *, unit: str = "", high: float | None = None
) -> str:
    r"""Write a target with its comparator; a plain figure of the plan stays plain.

    `high` is the upper end of a band.

    >>> comparison("gt", 11000, "en"), comparison("eq", 40, "zh", unit="percent")
    ('>\xa011,000', '40%')
    >>> comparison("between", 95, "en", high=105)
    '95–105'
    """
    check_name("comparator", comparator, list(COMPARISONS))
    if comparator == "between" and high is not None:
        return f"{number(value, language)}–{number(high, language, unit=unit)}"
    return COMPARISONS[comparator] + number(value, language, unit=unit)


def day(iso: str, language: str) -> str:
    """Write an ISO date in full.

    >>> day("2022-12-31", "zh"), day("2022-06-05", "en")
    ('2022年12月31日', '5 June 2022')
    """
    from babel.dates import format_date

    return str(format_date(dt.date.fromisoformat(iso), "long", locale=_style(language).locale))


def join(items: Iterable[str], language: str) -> str:
    """Write names in a row.

    >>> join(["a", "b"], "zh"), join(["a", "b"], "en")
    ('a、b', 'a; b')
    """
    return _style(language).separator.join(items)


def language_name(language: str, shown: str = "") -> str:
    """Name a language in another one, or in itself.

    >>> language_name("zh"), language_name("en"), language_name("zh", "en")
    ('中文', 'English', 'Chinese')
    """
    locale = _style(shown or language).locale
    return str(_locale(_style(language).locale).get_language_name(locale) or language)


def unit_symbol(unit: str, name: str) -> str:
    """Sign of a unit that has one, else its name.

    >>> unit_symbol("percent", "percent"), unit_symbol("bed", "beds")
    ('%', 'beds')
    """
    return SYMBOLS.get(unit, name)


def named(names: tuple[str, str], language: str) -> str:
    """Choose from the Chinese and the English name that a table gives; others read English.

    >>> named(("张", "beds"), "zh")
    '张'
    """
    return names[0 if language == "zh" else 1]


def _style(language: str) -> Style:
    """Style of a language."""
    check_name("language", language, languages())
    return STYLES.get(language) or _style_of_locale(language)


@functools.cache
def _style_of_locale(language: str) -> Style:
    """Style with the separators of a locale, or with English ones where Babel knows none."""
    from babel import UnknownLocaleError

    try:
        return replace(STYLES["en"], locale=str(_locale(language)))
    except (UnknownLocaleError, ValueError):
        return STYLES["en"]


def _number(
    value: float | None,
    language: str,
    *,
    unit: str,
    step: float | None,
    like: float = 0,
    trim: bool,
) -> str:
    """Write a figure as `number` does, without zeros at its end if `trim`."""
    style = _style(language)
    if value is None or not math.isfinite(value):
        return NO_VALUE
    decimals, word = 4, ""
    if step is not None and step > 0:
        value = round(value / step) * step
        decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    size = max(abs(value), abs(like))
    if unit == WHOLE_POWER and size >= LARGE_SUM:
        divisor, name = money_unit(size, language)
        value, decimals, word, trim = value / divisor, 4, style.space + name, True
    elif unit != WHOLE_POWER and size >= 1e5 and style.powers:
        power, word = next(pair for pair in style.powers if size >= 10.0 ** pair[0])
        value, decimals, trim = value / 10.0**power, 2, True
    # Rounded here: Babel would round the shortest text of the number, not the number.
    digits = Decimal(f"{value:.{decimals}f}")
    if digits == 0:
        return "0" + _sign(unit, style)
    return _digits(digits, style, decimals, trim=trim) + word + _sign(unit, style)


def _estimate(
    value: float | None, language: str, *, unit: str = "", step: float = 0.0, trim: bool
) -> str:
    if value is None or not math.isfinite(value) or value == 0:
        return number(value, language, unit=unit)
    size = math.floor(math.log10(abs(value)))
    finest = 10.0 ** (size - (3 if size >= 3 else 2))
    return _number(value, language, unit=unit, step=max(step, finest), trim=trim)


@functools.lru_cache(maxsize=8192)
def _digits(digits: Decimal, style: Style, decimals: int, *, trim: bool) -> str:
    """Write a decimal number with the separators of the locale and a true minus sign."""
    from babel.numbers import format_decimal

    pattern, locale = _pattern(("#" if trim else "0") * decimals), _locale(style.locale)
    text = format_decimal(digits, pattern, locale=locale, group_separator=style.grouped)
    return str(text).replace("-", "−")


@functools.cache
def _pattern(fraction: str) -> Any:
    """Pattern of numbers with some decimals, read once."""
    from babel.numbers import parse_pattern

    return parse_pattern(f"#,##0.{fraction}")


@functools.cache
def _locale(name: str) -> Any:
    """Locale of a name, read once."""
    from babel import Locale

    return Locale.parse(name)


def _signed(value: float, size: str) -> str:
    """Put the sign of a value before its size; a size that is written as nothing has none."""
    return size if size.strip("0.,") == "" else ("+" if value > 0 else "−") + size


def _named(text: str, style: Style, unit: str, name: str) -> str:
    """Put the name of its unit behind a number, unless it carries the unit's sign."""
    carried = unit in SYMBOLS or (unit == WHOLE_POWER and not text[-1].isdigit())
    return text if carried or not name else text + style.space + name


def _sign(unit: str, style: Style) -> str:
    return style.space + SYMBOLS[unit] if unit in SYMBOLS else ""
