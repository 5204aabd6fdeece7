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
        "method": ("方法", "Method"),
        "split": ("检验对象", "Checked on"),
        "setting": ("已知数据", "What is known"),
        "forecasts": ("预测例数", "Forecasts"),
        "targets": ("目标例数", "Targets"),
        "error": ("中位数误差", "Error of the median"),
        "crps": ("连续分级概率评分", "CRPS"),
        "cover80": ("80%区间覆盖", "80 % interval covers"),
        "cover90": ("90%区间覆盖", "90 % interval covers"),
        "brier": ("布里尔评分", "Brier score"),
        "ece": ("概率平均偏差", "Mean deviation of chances"),
        "worst_bin": ("一半以上最大偏差", "Worst above a half"),
        "figures": ("数据个数", "Figures"),
        "paths": ("增长路径", "Growth paths"),
        "estimated_pace": ("估计年均", "Estimated pace"),
        "remarks": ("注意", "Remarks"),
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
    "method": {
        "forecast": ("本方法", "this method"),
        "no_change": ("不变", "no change"),
        "schedule_rule": ("时序进度", "schedule rule"),
        "required_rate": ("所需速度", "required rate"),
        "linear_trend": ("直线趋势", "linear trend"),
        "drift": ("均速外推", "drift"),
    },
    "method_meaning": {
        "no_change": ("停在最新数上", "the latest figure stays"),
        "schedule_rule": (
            "最新数在基数到目标的直线上，就算能达到",
            "reached if the latest figure is on the straight line from baseline to target",
        ),
        "required_rate": (
            "至今的年均增速不低于所需增速的95%，就算能达到",
            "reached if the compound rate so far is at least 95 % of the rate needed",
        ),
        "linear_trend": ("对年份作最小二乘直线", "least squares on time"),
        "drift": ("按以往年均变化继续", "the mean yearly change so far goes on"),
    },
    "split": {
        "regions": ("其他地区", "other regions"),
        "later": ("其他地区的以后年份", "later years"),
        "indicators": ("其他指标", "other indicators"),
    },
    "split_meaning": {
        "regions": (
            "从一半地区学先验，用另一半地区检验",
            "priors are learned from one half of the regions and checked on the other",
        ),
        "later": (
            "同上，而且学习所用的年份都早于检验的年份",
            "likewise, and all years learned from lie before those checked",
        ),
        "indicators": (
            "从一部分指标学先验，用从未见过的指标检验",
            "priors are learned from some indicators and checked on those never seen",
        ),
    },
    "setting": {
        "siblings": ("有其他地区", "with others"),
        "alone": ("只有自己", "alone"),
    },
    "setting_meaning": {
        "siblings": (
            "同一指标在其他地区到当时为止的数也已知",
            "what the same indicator showed in other regions by then is known too",
        ),
        "alone": (
            "只知道这个序列自己的数",
            "nothing but the series' own figures is known",
        ),
    },
    "link": {
        "identity": ("直线", "linear"),
        "log": ("指数", "exponential"),
        "logit": ("逻辑斯蒂", "logistic"),
        "cloglog": ("冈珀茨", "Gompertz"),
        "increments": ("逐年增量", "yearly increments"),
    },
    "warning": {
        "one_figure": ("只有一个数", "one figure only"),
        "no_siblings": ("其他地区没有数", "no other region has figures"),
        "at_bound": ("最新数在上限或下限上", "latest figure at a bound"),
        "all_equal": ("各年数相同", "all figures equal"),
        "gap": ("相邻两数隔四年以上", "over four years between figures"),
        "break": ("口径变过", "definition changed"),
        "conflicting": ("同一年的数不一致", "figures of one year disagree"),
        "old": ("最新数已旧", "latest figure is old"),
        "by_parts": ("由分子和分母推算", "moves by numerator and denominator"),
    },
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
        "预测从公布数出发，步伐由本地区的数据、同一指标其他地区的数据和先验共同给出。"
        "先验是从70个国家和地区20项指标的多年数据学来的，不是从民政规划学来的；数据越少，结果越靠它。"
        "“方法检验”报告给出它在从未见过的数据上应验的程度。",
        "Forecasts start from published figures; the pace comes from the region's own figures, "
        "other regions of the indicator and a prior. The prior was learned from many years of 20 "
        "indicators in 70 countries, not from civil-affairs plans; the fewer the figures, the more "
        "the answer rests on it. The method check tells how often it was right on data it had "
        "never seen.",
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
    "not_used": ("本报告不用", "not used in this report"),
    "method_title": (
        "{region}：预测方法检验报告",
        "{region}: how far the forecasts can be trusted",
    ),
    "method_intro": (
        "概率可信不可信，只有后来公布的数说了算：回到过去，只用当时已知的数重新预测，再与后来的数对照。"
        "本报告先用规划自己的数检验，再列出在大样本上量得的可靠程度，最后说明各指标怎样拟合、概率不说明什么。",
        "Only figures that came later can tell whether a probability could be trusted: forecast "
        "again with what was known at the time, and compare. This report does so with the plan's "
        "own figures, gives the reliability measured on a large panel, tells how each indicator "
        "was fitted, and says what the probabilities do not mean.",
    ),
    "trial_size": (
        "规划所涉指标的公布数中，可以回头检验的预测有{forecasts}例，来自{series}个序列、{years}个目标年份；"
        "同一年份的例子一起变动，不能当作各自独立。",
        "Of the published figures of the plan's indicators, forecasts that can be checked: "
        "{forecasts}, from {series} series and {years} target years. Cases of one year move "
        "together and are no independent evidence.",
    ),
    "trial_compared": (
        "数值误差（连续分级概率评分，以各序列的年均变动为单位，越小越好）：本方法{ours}；"
        "对照方法中最小的是{best}，为{theirs}。相差{difference}，标准误{error}：{verdict}。",
        "Error of the values (CRPS, in units of each series' mean yearly change, lower is better): "
        "this method {ours}; the best of the plain ones is {best} with {theirs}. Difference "
        "{difference}, standard error {error}: {verdict}.",
    ),
    "trial_better": ("本方法更准", "this method is better"),
    "trial_worse": ("本方法更差", "this method is worse"),
    "trial_undecided": (
        "不到两倍标准误，分不出高下",
        "less than two standard errors, so neither is shown to be better",
    ),
    "trial_few": (
        "例数太少：少于{cases}例或{years}个目标年份时，规划自己的数既不能证明也不能否定概率可靠，"
        "应以大样本检验为准。",
        "Too few cases: with fewer than {cases} forecasts or {years} target years the plan's own "
        "figures can neither prove nor disprove the probabilities; the large panel has to.",
    ),
    "trial_none": (
        "没有可以回头检验的预测：没有一个序列先有两个数、其后三年内又有一个数。"
        "规划自己的数说明不了概率是否可靠，应以大样本检验为准。",
        "No forecast can be checked: no series has two figures and another one in the three years "
        "after them. The plan's own figures say nothing about the probabilities; the large panel "
        "has to.",
    ),
    "panel_reading": (
        "大样本检验：说出的概率与实现的比例平均相差{low}至{high}个百分点，"
        "90%区间覆盖了{least}至{most}的数。",
        "On the large panel the chances said and the shares that came true differ by {low} to "
        "{high} percentage points on average; 90 % intervals held {least} to {most} of the "
        "figures.",
    ),
    "trial": ("用规划自己的数检验", "Checked with the plan's own figures"),
    "trial_how": (
        "从每个序列有了第二个数的年份起，每年只用当时已知的数重新拟合，预测其后三年。目标由最新数按近期步伐的"
        "0.5、1、1.5、2倍推出。对照方法只看该序列自己的数：",
        "From the year of each series' second figure on, every year is fitted again with what was "
        "known by then, and the three years after it are forecast. Targets are set from the "
        "latest figure at 0.5, 1, 1.5 and 2 times the recent pace. The plain methods beside it "
        "see the series' own figures alone:",
    ),
    "meaning_line": ("{word}：{meaning}。", "{word}: {meaning}."),
    "scores_note": (
        "误差和评分越小越好；区间应覆盖与其名称相同的比例；概率平均偏差是说出的概率与实现比例之差的平均。"
        "±后是标准误，按目标年份分组；只有一个年份时不知道，不写。时序进度和所需速度只回答能或不能，没有区间。",
        "Errors and scores: lower is better. An interval should cover the share it is named for. "
        "The mean deviation is that of chances said from shares that came true. Behind ±: the "
        "standard error, grouped by target year; of a single year it is not known and left out. "
        "Schedule rule and required rate say yes or no only and have no interval.",
    ),
    "trial_joint": (
        "各地区合计（有几个地区达到目标）：80%区间在{groups}组中覆盖了{shared}；"
        "若把各地区当作互不相关，只有{independent}。",
        "All regions together (how many reach their target): in {groups} groups the 80 % interval "
        "covered {shared}; with regions taken for independent, {independent}.",
    ),
    "trial_joint_none": (
        "没有一个指标在同一年有三个以上地区可以检验，各地区合计的答案无从检验。",
        "No indicator has three regions to check in one year: answers over regions together "
        "cannot be checked.",
    ),
    "trial_pit": (
        "后来的数落在预测分布的什么位置（概率积分变换）",
        "Where the figures fell in what was said (probability integral transform)",
    ),
    "trial_worth": (
        "同一年份的例子一起变动，本方法的{forecasts}例约相当于{worth}例独立的，图中的带按此画出。",
        "Cases of one year move together: the {forecasts} of this method are worth about {worth} "
        "independent ones, for which the band is drawn.",
    ),
    "trial_reliability": ("说的概率与实现的比例", "Chances said and shares that came true"),
    "reliability_note": (
        "●各档说出的概率与实现的比例　竖线：上下两倍标准误（按年份分组）　○标准误不知道　"
        "虚线：完全可靠　下方：各档例数",
        "● said and came true in each bin   bars: two standard errors, grouped by year   ○ error "
        "not known   dashed: perfectly reliable   below: cases of each bin",
    ),
    "pit_note": (
        "可靠的预测各柱一样高（虚线），十分之九的柱顶在灰带内。两端高：区间太窄；中间高：太宽；一侧高：有偏。",
        "Bars of a reliable forecast are equal (dashed), nine in ten within the grey band. High at "
        "both ends: intervals too narrow; in the middle: too wide; at one side: biased.",
    ),
    "coverage_note": (
        "灰带：85%至95%，90%区间的覆盖率应在其中（虚线为90%）。竖线：上下两倍标准误。",
        "Grey band: 85 to 95 %, where the coverage of a 90 % interval should lie (dashed: 90 %). "
        "Bars: two standard errors.",
    ),
    "cases_are": ("{count}例", "{count} cases"),
    "axis_said": ("说的概率", "chance said"),
    "axis_came_true": ("实现的比例", "share that came true"),
    "axis_cases": ("例数", "cases"),
    "axis_pit": ("在预测分布中的位置", "place in the forecast distribution"),
    "axis_pit_share": ("占全部例数", "share of cases"),
    "axis_figures": ("已知的数据个数", "figures known"),
    "axis_cover90": ("90%区间覆盖率", "covered by 90 % intervals"),
    "picture_of": ("{text}：{panels}", "{text}: {panels}"),
    "panel": ("在大样本上检验", "Checked on a large panel"),
    "panel_how": (
        "规划自己的数太少，量不准可靠程度，因此另在许多地区的年度序列上检验，每次只用没有学过的部分：",
        "The plan's own figures are too few to measure reliability. It was measured on the yearly "
        "series of many regions as well, each time on a part that nothing was learned from:",
    ),
    "panel_settings": ("每种检验都有两种情形：", "Each has two settings:"),
    "panel_source": ("数据和命令：{source}。", "Figures and command: {source}."),
    "panel_other_priors": (
        "注意：您的文件夹用自己的先验，而这些数是用随软件提供的先验量得的。",
        "Mind: your folder has priors of its own, while these numbers were measured with the "
        "priors that come with the package.",
    ),
    "panel_reliability": (
        "说的概率与实现的比例（{setting}）",
        "Chances said and shares that came true ({setting})",
    ),
    "panel_coverage": (
        "90%区间的覆盖率，按已知的数据个数",
        "Coverage of 90 % intervals, by the number of figures known",
    ),
    "fitted": ("各指标怎样拟合", "How each indicator was fitted"),
    "fitted_note": (
        "数据个数下面是其他地区在近八年里的逐年变动数。增长路径是各尺度上的直线，百分数是权重，"
        "预测取各路径分位数的加权平均。估计年均按指标单位，±后是标准差。依据下面的“自有”，"
        "是年均变化中由本地区自己的数定下的部分，其余来自其他地区和先验。",
        "Below the number of figures: the yearly steps that other regions show over eight years. "
        "Growth paths are straight lines on their own scales, with their weights; the forecast is "
        "the weighted mean of their quantiles. The estimated pace is in the indicator's unit a "
        "year, behind ± its standard deviation. Own: how much of the pace the region's own "
        "figures have settled; the rest is other regions and the prior.",
    ),
    "fitted_counts": (
        "有数据的指标{count}个，按依据强弱：{counts}。",
        "Indicators with figures: {count}; by evidence: {counts}.",
    ),
    "path_line": ("{path} {weight}", "{path}\u00a0{weight}"),
    "of_others": ("其他地区 {count}", "others {count}"),
    "own_part": ("自有 {share}", "own {share}"),
    "limits": ("概率不说明什么", "What the probabilities do not mean"),
    "limit_promise": (
        "概率不是承诺。说80%的目标，五个里约有一个达不到，这正是它的意思。",
        "A probability is no promise. Of five targets at 80 %, about one is not reached: that is "
        "what it says.",
    ),
    "limit_average": (
        "可靠是就一批目标而言的。说70%的一批约有七成实现，不等于其中某一项的概率就准。",
        "Reliable means on average. That of many targets at 70 % some seven in ten are reached "
        "does not make the figure right for each of them.",
    ),
    "limit_plan": (
        "预测是以往步伐的延续，不知道规划。目标、项目、资金和政策安排都没有用作数据；规划真正执行，结果会更好，"
        "执行走样则更差。",
        "A forecast carries the past on and knows no plan. Targets, projects, funds and policies "
        "are not used as data: a plan that is carried out does better, one that fails does worse.",
    ),
    "limit_scenario": (
        "情景回答“如果这样做会怎样”，不是预测。情景的概率以假定成立为前提，不能与预测相加或混用。",
        "A scenario says what would follow from an assumption; it is no forecast. Its "
        "probabilities hold if the assumption does, and are not to be mixed with forecasts.",
    ),
    "limit_prior": (
        "“仅靠先验”的概率说的是同类指标的一般情形，不是本地区的情形，只能作为讨论的起点。",
        "A probability with prior only tells how indicators of its kind usually go, not how this "
        "region goes: a starting point for talk.",
    ),
    "limit_kinds": (
        "可靠程度是在别的指标上量得的。新设的指标、刚变口径的指标、一纸文件就能改变的指标，可能不如此。",
        "Reliability was measured on other indicators. An indicator that is new, newly defined or "
        "set by a single decision may behave otherwise.",
    ),
    "limit_shocks": (
        "比以往见过的都大的变故（区划调整、疫情、政策转向）不在分布之内；同年的共同冲击只按见过的大小计入。",
        "Shocks larger than any seen (boundary reforms, epidemics, turns of policy) lie outside "
        "the distribution; what hits all regions in a year counts only as large as it has been.",
    ),
    "limit_reported": (
        "事件是公布数达到目标，不是实际状况达到。四舍五入、口径和修订都在其中。",
        "The event is that the reported value meets the target, not that the true state does: "
        "rounding, definitions and revisions are part of it.",
    ),
    "limit_goodhart": (
        "概率一旦用于考核，它所依据的数就会跟着变。为达标而报的数，这里看不出来。",
        "Once a probability serves to judge people, the figures it rests on will change. Figures "
        "reported to meet a target are not recognised here.",
    ),
    "method_tables_note": (
        "各例预测、评分、可靠性表和拟合参数见同一文件夹中的表格文件。",
        "Forecasts case by case, scores, reliability and fitted parameters are in the tables "
        "beside this report.",
    ),
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
