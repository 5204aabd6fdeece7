"""What is read of a figure as it is printed, and what is refused."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.i18n.catalog import languages
from forecast.intake.numbers import Figure, is_unit, parse_figure, same_thing, unit_of


def problem(figure: Figure) -> str:
    """What is wrong with a figure, in English; "" where nothing is."""
    return figure.fault.fact("en") if figure.fault else ""


FULL_WIDTH = str.maketrans("0123456789.,%>-", "０１２３４５６７８９．，％＞－")


@pytest.mark.parametrize(
    ("text", "value", "comparator", "unit"),
    [
        ("58%", 58, "eq", "%"),
        ("58 %", 58, "eq", "%"),
        ("1.93万", 19300, "eq", ""),
        ("1.93万张", 19300, "eq", "张"),
        ("15亿元", 1.5e9, "eq", "元"),
        ("3000万元", 3e7, "eq", "元"),
        ("≥60%", 60, "ge", "%"),
        (">11000", 11000, "gt", ""),
        ("＞１１０００", 11000, "gt", ""),
        ("＜３％", 3, "lt", "%"),
        ("≤5", 5, "le", ""),
        ("60%以上", 60, "ge", "%"),
        ("13000元以上", 13000, "ge", "元"),
        ("达到60%以上", 60, "ge", "%"),
        ("不少于10个", 10, "ge", "个"),
        ("不低于95%", 95, "ge", "%"),
        ("达到25人", 25, "ge", "人"),
        ("突破60家", 60, "gt", "家"),
        ("超过1.3倍", 1.3, "gt", "倍"),
        ("不超过5%", 5, "le", "%"),
        ("3天以内".replace("天", "小时"), 3, "le", "小时"),
        ("0.8万人", 8000, "eq", "人"),
        ("75万人次", 750000, "eq", "人次"),
        ("16人/万人", 16, "eq", "人/万人"),
        ("9‰", 9, "eq", "‰"),
        ("1,234.5", 1234.5, "eq", ""),
        ("12 345", 12345, "eq", ""),
        ("12 345 678人", 12345678, "eq", "人"),
        ("0", 0, "eq", ""),
        ("-3.2", -3.2, "eq", ""),
        ("−3.2%", -3.2, "eq", "%"),
    ],
)
def test_printed_figures_are_read(text: str, value: float, comparator: str, unit: str) -> None:
    """Signs, words, powers of ten, widths and separators give value, comparator and unit."""
    figure = parse_figure(text)
    assert (figure.value, figure.comparator, figure.unit_zh) == (value, comparator, unit)
    assert not figure.missing
    assert not problem(figure)
    assert not figure.approximate
    assert figure.printed == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("约3万", 3e4), ("近3万人", 3e4), ("300余人", 300), ("1200多万元", 1.2e7), ("60%左右", 60)],
)
def test_approximate_figures_are_marked(text: str, value: float) -> None:
    """About 30,000 is 30,000, marked as approximate."""
    figure = parse_figure(text)
    assert (figure.value, figure.comparator, figure.approximate) == (value, "eq", True)


@pytest.mark.parametrize(
    "text",
    ["——", "—", "-", "--", "－", "_", "/", "／", "…", "……", "无", "暂无", "N/A", "n/a", "", "　"],
)
def test_missing_marks_are_missing_and_never_zero(text: str) -> None:
    """A mark for a missing figure has no value and is no problem."""
    figure = parse_figure(text)
    assert (figure.value, figure.missing, problem(figure)) == (None, True, "")


PROBLEMS = [
    ("1518-2021", "a range", "two rows"),
    ("1518～2021元", "a range", "one figure"),
    ("1%至5%", "a range", "one figure"),
    ("2021年", "a date or a year", "own column"),
    ("2021年底100%", "a date or a year", "own column"),
    ("2021-06-30", "a date or a year", "own column"),
    ("提高5个百分点", "a change in percentage points", "level"),
    ("5百分点", "a change in percentage points", "level"),
    ("新增5个", "a change, not a level", "level"),
    ("+5", "a change, not a level", "level"),
    ("85②", "a footnote mark", "plain digits"),
    ("10²", "a footnote mark", "plain digits"),
    ("½", "a footnote mark", "plain digits"),
    ("1.23E+05", "scientific notation", "format the cell"),
    ("超过60%以下", "超过 and 以下 contradict each other", "keep the one"),
    ("十五亿", "not exactly one figure", "58%"),
    ("1,23", "not exactly one figure", "one number"),
    ("12 34", "not exactly one figure", "one number"),
    ("1.234,5", "not exactly one figure", "one number"),
    ("007", "not exactly one figure", "one number"),
    ("3/5", "not exactly one figure", "one number"),
    ("(58%)", "not exactly one figure", "one number"),
    ("58%60%", "not exactly one figure", "one number"),
    ("2名以上社工", "not exactly one figure", "one number"),
    ("每月1000元", "not exactly one figure", "one number"),
    ("3家增长", "not exactly one figure", "one number"),
    ("6月底", "not exactly one figure", "one number"),
    ("≥", "not exactly one figure", "one number"),
    ("万", "not exactly one figure", "one number"),
    ("全覆盖", "not exactly one figure", "one number"),
    ("#DIV/0!", "an error mark of the spreadsheet", "correct the formula"),
    ("#N/A", "an error mark", "stays empty"),
    ("=A1*2", "a formula without a stored result", "open the file"),
]


@pytest.mark.parametrize(("text", "fact", "remedy"), PROBLEMS)
def test_what_is_not_one_figure_is_a_problem(text: str, fact: str, remedy: str) -> None:
    """Nothing is guessed: no value, the fact and a remedy."""
    figure = parse_figure(text)
    assert figure.value is None
    assert not figure.missing
    assert fact in problem(figure)
    assert remedy in (figure.fault.remedy("en") if figure.fault else "")


@given(
    st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False),
    st.sampled_from([("", "eq"), ("≥", "ge"), (">", "gt"), ("≤", "le"), ("<", "lt")]),
    st.sampled_from(["", ",", " "]),
    st.sampled_from(["", "万", "亿"]),
    st.booleans(),
    st.sampled_from(["", "%", "张", "元", "人次"]),
)
def test_what_is_printed_is_read_back(
    number: Decimal, sign: tuple[str, str], thousands: str, power: str, wide: bool, unit: str
) -> None:
    """Any number printed in any of the usual ways is read as that number."""
    printed = f"{number:,f}".replace(",", thousands)
    text = f"{sign[0]}{printed}{power}{unit}"
    figure = parse_figure(text.translate(FULL_WIDTH) if wide else text)
    assert problem(figure) == ""
    assert figure.value == float(number.scaleb({"": 0, "万": 4, "亿": 8}[power]))
    assert (figure.comparator, figure.unit_zh) == (sign[1], unit)


@given(st.text(alphabet="0123456789.,%万亿元人-~至年月≥>约 个点每增()²①／", max_size=10))
def test_no_text_is_read_as_another_number(text: str) -> None:
    """Whatever is written: what is read has exactly the digits that were printed."""
    figure = parse_figure(text)
    assert (figure.value is None) == (figure.missing or bool(problem(figure)))
    if figure.value is not None:
        digits = [c for c in unicodedata.normalize("NFKC", text) if c in "0123456789."]
        assert figure.value == pytest.approx(
            float("".join(digits)) * figure.scale * (-1 if "-" in text else 1), rel=1e-15
        )


@pytest.mark.parametrize(
    ("text", "unit_zh", "value", "unit"),
    [
        ("3", "万元", 30000, "元"),
        ("3万", "元", 30000, "元"),
        ("3万元", "万元", 30000, "元"),
        ("58", "％", 58, "%"),
        ("58", "百分比", 58, "%"),
        ("1000元", "元/年", 1000, "元/年"),
        ("25人", "人/万人", 25, "人/万人"),
        ("10个", "家", 10, "个"),
    ],
)
def test_a_unit_beside_a_figure_holds_for_it(
    text: str, unit_zh: str, value: float, unit: str
) -> None:
    """The unit of a column completes a figure that prints none or only a part."""
    figure = parse_figure(text, unit_zh=unit_zh)
    assert (figure.value, figure.unit_zh, problem(figure)) == (value, unit, "")


@pytest.mark.parametrize(
    ("text", "unit_zh", "fact"),
    [
        ("3万", "万元", "different powers of ten, or give one twice"),
        ("3元", "万元", "different powers of ten"),
        ("3万元", "亿元", "different powers of ten"),
        ("3万", "%", "a power of ten, the unit beside it is %"),
        ("9‰", "%", "in ‰, the unit beside it is %"),
        ("1000元/月", "元/年", "in 元/月, the unit beside it is 元/年"),
        ("5家", "张", "in 家, the unit beside it is 张"),
        ("5人", "人次", "in 人, the unit beside it is 人次"),
    ],
)
def test_two_units_of_one_figure_must_agree(text: str, unit_zh: str, fact: str) -> None:
    """A figure whose unit column says something else is a problem."""
    figure = parse_figure(text, unit_zh=unit_zh)
    assert figure.value is None
    assert fact in problem(figure)


@pytest.mark.parametrize("text", [text for text, _, _ in PROBLEMS])
def test_each_problem_is_said_in_both_languages(text: str) -> None:
    """A fault has a fact and a remedy in Chinese as in English, of its own words."""
    fault = parse_figure(text).fault
    assert fault is not None
    said = [(fault.fact(language), fault.remedy(language)) for language in languages()]
    assert all(fact and remedy for fact, remedy in said)
    assert said[0] != said[1]


@pytest.mark.parametrize(
    ("text", "power", "thing", "per"),
    [
        ("万元/年", 4, "元", {"年"}),
        ("元/人·年", 0, "元", {"年"}),
        ("家/十万人", 0, "个", {"人"}),
        ("个/处", 0, "个", set()),
        ("名", 0, "人", set()),
        ("床", 0, "张", set()),
        ("岁", 0, "周岁", set()),
        ("个村", 0, "个村", set()),
    ],
)
def test_units_are_taken_apart(text: str, power: int, thing: str, per: set[str]) -> None:
    """Power of ten, what is counted, and what it is divided by; a person of money is no divisor."""
    unit = unit_of(text)
    assert (unit.power, unit.thing, set(unit.per)) == (power, thing, per)


def test_counters_may_stand_for_each_other_but_not_for_people() -> None:
    """Three 个 may be villages; three villages are no counties, and no persons."""
    assert same_thing("个", "个村")
    assert not same_thing("个县", "个村")
    assert not same_thing("个", "人")


@pytest.mark.parametrize(
    ("text", "value", "flag"),
    [
        ("10(p)", 10, "preliminary"),
        ("9r", 9, "revised"),
        ("58%e", 58, "estimated"),
        ("1.93万张（预计）", 19300, "estimated"),
        ("8*", 8, "starred"),
        ("8 （初步数）", 8, "preliminary"),
    ],
)
def test_a_mark_behind_a_figure_says_how_final_it_is(text: str, value: float, flag: str) -> None:
    """The figure is read as it is without the mark."""
    figure = parse_figure(text)
    assert (figure.value, figure.flag, problem(figure)) == (value, flag, "")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("万人", True), ("元/人、年", True), ("人/每万老年人", True), ("%", True), ("个村", True),
        ("家庭", False), ("名单", False), ("万人、亿元", False), ("个百分点", False), ("", False),
    ],
)  # fmt: skip
def test_what_stands_in_brackets_may_be_a_unit(text: str, unit: bool) -> None:
    """A counter with a noun of its own is none, nor are two units."""
    assert is_unit(text) == unit


def test_percentage_points_are_no_power_of_ten() -> None:
    """百分点 is not 100 分点."""
    assert unit_of("百分点").power == 0 and unit_of("百分点").thing == "百分点"


@given(
    number=st.decimals(-(10**12), 10**12, places=3) | st.integers(-(10**15), 10**15),
    unit=st.sampled_from(["", "%", "万元", "张", "亿", "元/年"]),
)
def test_a_number_alone_is_read_as_one_with_words(number: Decimal | int, unit: str) -> None:
    """It is read in a shorter way, which full-width digits do not take, with the same result."""
    text = f"{number:f}"
    wide = text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert replace(parse_figure(wide, unit_zh=unit), printed=text) == parse_figure(
        text, unit_zh=unit
    )
