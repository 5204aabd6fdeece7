"""What reports say and how they write numbers and dates, in Chinese (`zh`) and English (`en`).

Every word a reader sees stands here once a language; tables and pictures take theirs from here.
Numbers follow each language's habit: 13,000 in English; 13000, 120万, 1.5亿 in Chinese.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable

from .errors import check_name

__all__ = [
    "LANGUAGES",
    "NO_VALUE",
    "PHRASES",
    "WORDS",
    "change",
    "comparison",
    "day",
    "estimate",
    "join",
    "number",
    "phrase",
    "probability",
    "unit_symbol",
    "word",
]

LANGUAGES = ("zh", "en")
NO_VALUE = "–"

COMPARISONS = {"ge": "≥ ", "gt": "> ", "eq": "", "le": "≤ ", "lt": "< "}
SYMBOLS = {"percent": "%", "permille": "‰"}

WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "status": {
        "met": ("已完成", "met"),
        "missed": ("未完成", "missed"),
        "reached": ("最新数已达到", "reached so far"),
        "likely": ("很可能达到", "likely"),
        "uncertain": ("不确定", "uncertain"),
        "unlikely": ("不太可能达到", "unlikely"),
        "not_published": ("到期未公布", "year passed, no figure"),
        "no_data": ("尚无数据", "no figure yet"),
    },
    "schedule": {
        "reached": ("已达到", "reached"),
        "on_schedule": ("符合进度", "on schedule"),
        "behind": ("落后进度", "behind"),
        "one_figure": ("仅一个数", "one figure only"),
        "no_data": ("尚无数据", "no figure"),
        "closed": ("已到期", "year passed"),
    },
    "evidence": {
        "none": ("无", "none"),
        "prior only": ("仅靠先验", "prior only"),
        "weak": ("弱", "weak"),
        "moderate": ("中等", "moderate"),
        "strong": ("强", "strong"),
    },
    "evidence_meaning": {
        "none": (
            "从未公布过数据，不作预测",
            "no figure was ever published, so nothing is forecast",
        ),
        "prior only": (
            "只有一个数，今后的步伐全部来自先验和其他地区",
            "one figure; the pace ahead comes wholly from the prior and from other regions",
        ),
        "weak": (
            "步伐中不到三分之一来自本地区自己的数据",
            "less than a third of the pace comes from the region's own figures",
        ),
        "moderate": (
            "步伐中三分之一到三分之二来自本地区自己的数据",
            "a third to two thirds of the pace come from the region's own figures",
        ),
        "strong": (
            "步伐中三分之二以上来自本地区自己的数据",
            "over two thirds of the pace come from the region's own figures",
        ),
    },
    "column": {
        "region": ("地区", "Region"),
        "area": ("领域", "Area"),
        "indicator": ("指标代码", "Indicator id"),
        "name": ("指标", "Indicator"),
        "unit": ("单位", "Unit"),
        "scenario": ("情景", "Scenario"),
        "year": ("年份", "Year"),
        "value": ("数值", "Value"),
        "target": ("目标值", "Target"),
        "comparator": ("比较方式", "Comparator"),
        "role": ("目标类型", "Role"),
        "force": ("约束力", "Force"),
        "latest": ("最新数", "Latest"),
        "latest_year": ("最新数年份", "Latest year"),
        "planned": ("当年规划数", "Plan that year"),
        "median": ("预测中位数", "Median"),
        "mean": ("预测均值", "Mean"),
        "p_reach": ("达到概率", "Chance"),
        "mc_error": ("模拟误差", "Simulation error"),
        "required_rate": ("每年还需", "Needed a year"),
        "pace": ("近期年均", "Pace a year"),
        "schedule_status": ("时序进度", "Schedule"),
        "status": ("判断", "Verdict"),
        "evidence": ("依据强弱", "Evidence"),
        "attainment_year": ("预计达到年份", "Reached in"),
        "published": ("公布数", "Published"),
        "as_of": ("数据日期", "Date of figure"),
        "data_status": ("数据状态", "State of figure"),
        "source": ("来源", "Source"),
        "title_zh": ("标题", "Original title"),
        "issuer": ("发布机构", "Issuer"),
        "issued": ("发布日期", "Issued"),
        "locus": ("出处", "Place in source"),
        "note": ("备注", "Note"),
        "total": ("合计", "Total"),
        "count": ("个数", "Count"),
        "meaning": ("含义", "Meaning"),
        "parameter": ("参数", "Parameter"),
    },
    "parameter": {
        "region": ("地区", "Region"),
        "data": ("数据文件夹", "Folder of tables"),
        "as_of": ("截至日期", "As of"),
        "until": ("预测到", "Forecast until"),
        "draws": ("模拟次数", "Draws"),
        "seed": ("随机种子", "Seed"),
        "language": ("语言", "Language"),
        "folder": ("表格写入", "Tables written to"),
    },
    "scenario": {"baseline": ("基准", "baseline")},
    "comparator": {
        "ge": ("≥", "≥"),
        "gt": (">", ">"),
        "eq": ("照印", "as printed"),
        "le": ("≤", "≤"),
        "lt": ("<", "<"),
    },
    "role": {
        "annual": ("年度", "annual"),
        "midterm": ("中期", "midterm"),
        "final": ("期末", "final"),
    },
    "force": {"binding": ("约束性", "binding"), "expected": ("预期性", "expected")},
    "data_status": {
        "actual": ("实际", "actual"),
        "preliminary": ("初步", "preliminary"),
        "estimated": ("估计", "estimated"),
    },
    "language": {"zh": ("中文", "Chinese"), "en": ("英文", "English")},
    "sheet": {
        "attainment": ("目标", "Targets"),
        "quantiles": ("预测", "Forecasts"),
        "observations": ("公布数", "Published figures"),
        "sources": ("来源", "Sources"),
    },
}

PHRASES: dict[str, tuple[str, str]] = {
    "title": ("{region}：规划目标监测报告", "{region}: where the plan's targets stand"),
    "as_of": ("截至{day}", "As of {day}"),
    "everything": ("使用全部已知数据", "Everything known is used"),
    "documents": ("规划文件：{titles}", "Plan documents, by their original titles: {titles}"),
    "reading": ("要点", "What stands out"),
    "overview": (
        "规划文件共列目标{targets}项，涉及指标{indicators}个，其中至少公布过一个数的{seen}个。",
        "Targets in the plan documents: {targets}. Indicators they concern: {indicators}, of which "
        "with at least one published figure: {seen}.",
    ),
    "schedule_counts": (
        "有数据的指标按时序进度（从基数到目标的直线）：{counts}。",
        "Indicators with figures against the schedule rule (the straight line from baseline to "
        "target): {counts}.",
    ),
    "most_likely": ("未到期目标中最有把握的", "Open targets most likely to be reached"),
    "least_likely": ("未到期目标中把握最小的", "Open targets least likely to be reached"),
    "target_line": (
        "{chance}　{name}：目标{target}，最新数{latest}",
        "{chance} – {name}: target {target}, latest {latest}",
    ),
    "joint": (
        "合起来看：有数据的未到期目标{open}项，预计达到约{expected}项；"
        "全部达到的概率{p_all}（不论各项如何相关，都在{low}与{high}之间）。",
        "Taken together: open targets with figures {open}, expected to be reached {expected}; "
        "chance that all are reached {p_all} (whatever the dependence between them, from {low} "
        "to {high}).",
    ),
    "none_open": (
        "没有可预测的未到期目标：目标年份均已过去，或者从未公布过数据。",
        "No target is open for a forecast: either its year has passed, or no figure was ever "
        "published.",
    ),
    "standing": ("各指标现状", "Where each indicator stands"),
    "standing_note": (
        "每个指标一行，取最后一项未到期目标；没有未到期目标的，取最后一项目标。"
        "“每年还需”和“近期年均”按指标单位计；百分比类按百分点计。",
        "One row an indicator, for its last open target, or its last target where none is open. "
        "Changes a year are in the indicator's unit; those of percentages are in percentage "
        "points (pp).",
    ),
    "nothing_seen": (
        "规划所列指标均未公布过数据。",
        "No figure is published for any indicator of the plan.",
    ),
    "charts": ("历年数与预测", "Figures and forecasts"),
    "charts_note": (
        "目标年份已过而未公布数据的，图中色带是对未公布数的估计，不作达到概率。",
        "Where a target's year has passed without a figure, the band estimates what was not "
        "published; no chance is given.",
    ),
    "no_charts": (
        "没有既公布过数据、又有近期目标的指标。",
        "No indicator has both a published figure and a recent target.",
    ),
    "picture": ("{area}：{names}的历年数与预测", "{area}: figures and forecasts of {names}"),
    "legend": (
        "● 公布数　━ 中位数　色带：50%、80%、90%预测区间　◇ 目标及达到概率　◆ 已完成的目标",
        "● published   ━ median   bands: 50, 80, 90 % forecast intervals   "
        "◇ target and its chance   ◆ target met",
    ),
    "footer": ("{day}（虚线）已知。", "{day} (dotted line). "),
    "footer_sources": (
        "来源见报告末尾：{sources}。",
        "Sources, listed at the end of the report: {sources}.",
    ),
    "median_label": ("中位数 {value}", "median {value}"),
    "closed": ("已到期的目标", "Targets whose year has passed"),
    "closed_counts": ("已到期目标：{counts}。", "Targets whose year has passed: {counts}."),
    "none_closed": ("没有已到期的目标。", "No target's year has passed."),
    "not_published": (
        "以下目标年份已过，但没有找到公布数，因此既不算完成也不算未完成：",
        "The year of these targets has passed, but no figure was found; they count neither as "
        "met nor as missed:",
    ),
    "in_years": ("{name}（{years}）", "{name} ({years})"),
    "in_area": ("{area}：{names}", "{area}: {names}"),
    "unknown": ("尚不知道的", "What is not known"),
    "no_figure": ("从未公布过数据的指标：{count}个", "Indicators without any figure: {count}"),
    "one_figure": (
        "只有一个数的指标（没有自己的走势）：{count}个",
        "Indicators with one figure only (no trend of their own): {count}",
    ),
    "passed": (
        "年份已过而没有公布数的目标：{count}项（见上一节）",
        "Targets whose year passed without a figure: {count} (see the section above)",
    ),
    "trust": ("结果的可信程度", "How far to trust this"),
    "trust_evidence": (
        "“依据强弱”说明答案有多少来自本地区自己的数据（括号内为指标个数）：",
        "Evidence says how much of an answer comes from the region's own figures (in brackets the "
        "number of indicators):",
    ),
    "evidence_line": ("{word}（{count}）：{meaning}。", "{word} ({count}): {meaning}."),
    "evidence_is": ("依据：{word}", "evidence: {word}"),
    "trust_prior": (
        "预测从公布数出发，步伐由本地区的数据、其他地区的数据和先验共同给出。"
        "先验是事先声明的弱默认值，不是从别处数据学来的；数据越少，结果越靠它。",
        "Forecasts start from published figures; the pace comes from the region's own figures, "
        "other regions and a prior. The prior is a declared weak default, not learned from other "
        "data; the fewer the figures, the more the answer rests on it.",
    ),
    "trust_clip": (
        "概率只给到1%至99%；目标从不当作数据使用。",
        "Probabilities are kept within 1 to 99 %. Targets are never used as data.",
    ),
    "trust_words": (
        "概率三分之二以上称很可能达到，三分之一以下称不太可能达到，其间称不确定。"
        "最新数已达到，不等于到目标年仍然达到。",
        "A chance of two thirds or more is called likely, below one third unlikely, between them "
        "uncertain. Reached so far does not mean that the value will hold until the target year.",
    ),
    "trust_comparator": (
        "目标照原文比较：“大于”须超过，“不少于”达到即可；只印数字的目标，达到或优于该数即算达到。",
        "Targets are compared as printed: > must be exceeded, ≥ is enough when equalled; a plain "
        "figure counts as reached when it is equalled or bettered.",
    ),
    "trust_joint": (
        "合起来的结论来自{draws}次模拟（随机种子{seed}），同一年的意外由各指标各自承担、各地区共担；"
        "指标之间的其他关联未计入，所以另给出不依赖关联的上下限。",
        "The joint answer rests on {draws} simulated futures (seed {seed}). A year's surprise is "
        "shared by the regions of an indicator; other ties between indicators are not modelled, "
        "hence the bounds that hold whatever the dependence.",
    ),
    "sources": ("来源", "Sources"),
    "sources_note": ("", "Titles and issuers stand in the language of the documents."),
    "parameters": ("本报告的参数", "Parameters of this report"),
    "tables_note": (
        "全部结果、每项目标的出处和备注见同一文件夹中的表格文件。",
        "All results, and place and note of every target, are in the tables beside this report.",
    ),
    "shipped": ("随软件提供的表格", "tables that come with the package"),
    "automatic": ("{year}（自动）", "{year} (by default)"),
    "not_written": ("不写", "not written"),
    "here": ("报告所在文件夹", "the folder of this report"),
}


def word(group: str, key: str, language: str) -> str:
    """Word for a code of a group (`status`, `schedule`, `evidence`, `column` ...).

    >>> word("status", "not_published", "zh"), word("evidence", "prior only", "en")
    ('到期未公布', 'prior only')
    """
    check_name("group of words", group, list(WORDS))
    check_name(group, key, list(WORDS[group]))
    return WORDS[group][key][_index(language)]


def phrase(key: str, language: str) -> str:
    """Return a sentence or heading; its `{gaps}` are filled by the caller with `format`.

    >>> phrase("as_of", "en").format(day=day("2022-12-31", "en"))
    'As of 31 December 2022'
    """
    check_name("phrase", key, list(PHRASES))
    return PHRASES[key][_index(language)]


def number(value: float | None, language: str, *, unit: str = "", step: float | None = None) -> str:
    r"""Write a figure: as it is (at most four decimals), or rounded to a reporting step.

    Chinese takes 万 from 100,000 and 亿 from 100,000,000 on, unless the unit (an id of
    `units.csv`) is itself in 万元. Percent and per mille carry their sign.

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
    if index == 0 and unit != "yuan_10k" and abs(value) >= 1e5:
        divisor, suffix = (1e8, "亿") if abs(value) >= 1e8 else (1e4, "万")
        value, decimals = value / divisor, 2
    text = f"{value:{separator}.{decimals}f}"
    if step is None or suffix:
        text = text.rstrip("0").rstrip(".") if "." in text else text
    text = "0" if float(text.replace(",", "")) == 0 else text.replace("-", "−")
    return text + suffix + _sign(unit, index)


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
    text = "< 1" if 0 < p < 0.005 else "> 99" if 0.995 <= p < 1 else f"{100 * p:.0f}"
    return text.replace(" ", "\xa0" if index else "") + _sign("percent", index)


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


def _index(language: str) -> int:
    check_name("language", language, LANGUAGES)
    return LANGUAGES.index(language)


def _decimals(step: float) -> int:
    return max(0, math.ceil(-math.log10(step) - 1e-9))


def _sign(unit: str, index: int) -> str:
    symbol = SYMBOLS.get(unit, "")
    return "\xa0" + symbol if symbol and index else symbol
