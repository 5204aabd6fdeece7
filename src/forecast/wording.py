"""What reports say and how they write numbers and dates, in Chinese (`zh`) and English (`en`).

Every word a reader sees stands here once a language; tables and pictures take theirs from here.
Numbers follow each language's habit: 13,000 in English; 13000, 120万, 1.5亿 in Chinese.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal

from .errors import check_name

__all__ = [
    "LANGUAGES",
    "NO_VALUE",
    "PHRASES",
    "WORDS",
    "amount",
    "change",
    "comparison",
    "day",
    "estimate",
    "exact",
    "join",
    "money",
    "number",
    "phrase",
    "points",
    "probability",
    "scenario_name",
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
    # The final evaluation: what became of targets, and what was said of them.
    "outcome": {
        "met": ("已完成", "met"),
        "missed": ("未完成", "missed"),
        "not_published": ("未见公布数", "no figure found"),
        "ahead": ("年份未到", "year to come"),
    },
    "timing": {
        "from_start": ("规划期前已达到（{year}年）", "before the plan's five years ({year})"),
        "early": ("{year}年，提前{years}年", "{year}, years early: {years}"),
        "on_time": ("{year}年，如期", "{year}, on time"),
        "late": ("{year}年，晚{years}年", "{year}, years late: {years}"),
        "lost": ("{year}年曾达到，未保持到目标年", "met in {year}, not kept to the target year"),
        "never": ("从未达到", "never met"),
    },
    "said": {
        "yes": ("能达到", "yes"),
        "no": ("达不到", "no"),
        "silent": ("未判断", "silent"),
    },
    "made": {"issued": ("当时发布", "issued"), "replayed": ("回溯重算", "replayed")},
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
        "text": ("说明", "What it says"),
        "settings": ("在本地区的设定", "Set for this region"),
        "changed_by": ("依靠", "Rests on"),
        "raised": ("概率上升", "Chance rises"),
        "lowered": ("概率下降", "Chance falls"),
        "best_change": ("升得最多", "Largest rise"),
        "worst_change": ("降得最多", "Largest fall"),
        "median_change": ("中位数变动", "Change of the median"),
        "p_change": ("概率变动", "Change of the chance"),
        "p_change_error": ("变动的误差", "Error of the change"),
        "counted": ("计入的目标", "Targets counted"),
        "expected": ("预计达到", "Expected to be reached"),
        "expected_low": ("预计达到（低）", "Expected, low"),
        "expected_high": ("预计达到（高）", "Expected, high"),
        "p_all": ("全部达到", "All reached"),
        "p_all_low": ("全部达到的下限", "All, lower bound"),
        "p_all_high": ("全部达到的上限", "All, upper bound"),
        "binding": ("约束性目标", "Binding targets"),
        "p_binding": ("约束性全部达到", "All binding reached"),
        "p_binding_low": ("约束性的下限", "Binding, lower bound"),
        "p_binding_high": ("约束性的上限", "Binding, upper bound"),
        "costliest": ("最拖后腿的", "Most in the way"),
        "lost": ("因它失去的概率", "Chance lost by it"),
        "mechanism": ("机制", "Mechanism"),
        "lever": ("手段", "Lever"),
        "needed_median": ("一半把握需要", "Needed for an even chance"),
        "needed": ("需要", "Needed"),
        "reading": ("结论", "Answer"),
        "cost": ("费用（万元）", "Cost (10,000 yuan)"),
        "cost_low": ("费用低值", "Cost, low"),
        "cost_high": ("费用高值", "Cost, high"),
        "pace_share": ("不低于它的步伐所占比例", "Share of paces as high"),
        "extra_pace": ("每年要多走", "Extra pace a year"),
        "pace_standing": ("这样的步伐有过吗", "Was such a pace seen"),
        "levers": ("各手段每年的用量和总费用", "Levers a year, and their cost in all"),
        "input": ("因素", "Input"),
        "input_kind": ("类别", "Sort"),
        "low": ("低值", "Low"),
        "central": ("最可能", "Most likely"),
        "high": ("高值", "High"),
        "p_low": ("取低值的概率", "Chance at low"),
        "p_high": ("取高值的概率", "Chance at high"),
        "p_base": ("原概率", "Chance as it is"),
        "swing": ("摆幅", "Swing"),
        "first_order": ("单独占方差", "Variance, alone"),
        "total_order": ("连同交互占方差", "Variance, in all"),
        "rule": ("规则", "Rule"),
        "quantity": ("指标代码", "Quantity id"),
        "formula": ("公式", "Formula"),
        "rule_path": ("路径", "Path"),
        "requirement": ("规则要求", "Rule asks for"),
        "satisfied": ("目标符合规则", "Target keeps the rule"),
        "p_target": ("目标符合的概率", "Chance that the target does"),
        "p_forecast": ("预测符合的概率", "Chance that the forecast does"),
        "lacking": ("缺少", "Lacking"),
        "planned_projects": ("应完成项目", "Projects planned"),
        "completed_q05": ("完成（低）", "Completed, low"),
        "completed_q50": ("完成（中）", "Completed, middle"),
        "completed_q95": ("完成（高）", "Completed, high"),
        "planned_spending": ("计划投资（万元）", "Planned spending (10,000 yuan)"),
        "spending_q05": ("投资（低）", "Spending, low"),
        "spending_q50": ("投资（中）", "Spending, middle"),
        "spending_q95": ("投资（高）", "Spending, high"),
        "index": ("指数代码", "Index id"),
        "components": ("有数据的分项", "Components with figures"),
        "of": ("全部分项", "Components in all"),
        "missing": ("缺数据的分项", "Components without figures"),
        "rank": ("名次", "Rank"),
        "rank_low": ("名次（高）", "Rank, best"),
        "rank_high": ("名次（低）", "Rank, worst"),
        "p_first": ("第一的概率", "Chance of first"),
        "p_top": ("前三的概率", "Chance of the first three"),
        "tie_group": ("并列组", "Tie group"),
        "regions": ("参加排名的地区", "Regions ranked"),
        "sum_up": ("合起来看", "Taken together"),
        "declared": ("类别", "Sort"),
        "id": ("代码", "Id"),
        "basis": ("依据", "Basis"),
        "upper": ("上限", "Limit"),
        "range": ("范围（最低、最可能、最高）", "Range (lowest, most likely, highest)"),
        "unit_cost": ("单位费用", "Cost of a unit"),
        "forecast": ("预测判断", "Forecast"),
        "why": ("两者的关系", "How the two relate"),
        "final_forecast": ("目标年预测", "Forecast for that year"),
        "rests_on": ("依据", "Rests on"),
        "needed_now": ("从现在起每年还需", "Needed a year from now on"),
        "fastest_pace": ("各地最快的年步伐", "Fastest yearly pace of any region"),
        "ever_seen": ("有过这样的步伐吗", "Was such a pace ever seen"),
        "fact": ("项目", "Item"),
        "limit_or_range": ("上限或范围", "Limit, or range"),
        "due": ("期限", "Deadline"),
        "state": ("是否到期", "Passed or ahead"),
        "list_of": ("清单", "List"),
        "name_zh": ("事项", "Entry"),
        "requirement_zh": ("要求", "What is asked for"),
        "last_step": ("最近一步每年", "Latest step a year"),
        "reason": ("两者关系", "How the two relate"),
        "paces_seen": ("可比步伐个数", "Paces to compare with"),
        "paces_as_high": ("不慢于它的个数", "Of them as fast"),
        "baseline": ("基数", "Baseline"),
        "baseline_year": ("基数年份", "Year of the baseline"),
        "gone": ("已走的路程（%）", "Way gone (%)"),
        "now": ("估计的年份", "Year of the estimate"),
        "due_then": ("最新数时应走（%）", "Due at the latest figure (%)"),
        "due_share": ("按进度应走（%）", "Due by schedule (%)"),
        "way_low": ("估计（低，%）", "Estimate, low (%)"),
        "way_middle": ("估计（中，%）", "Estimate, middle (%)"),
        "way_high": ("估计（高，%）", "Estimate, high (%)"),
        "event": ("判断方式", "Event"),
        "p_ever": ("到时曾达到的概率", "Chance of ever"),
        "p_maintain": ("一直保持的概率", "Chance of keeping it"),
        "p_path": ("至此各年都达到的概率", "Chance of all so far"),
        "required_compound": ("还需年均增速", "Compound rate needed"),
        "ratio": ("速度之比", "Ratio of rates"),
        "ratio_class": ("速度等级", "Class of the ratio"),
        "attainment_early": ("达到年份（早）", "Reached in, early"),
        "attainment_late": ("达到年份（晚）", "Reached in, late"),
        "attainment_reading": ("达到年份说明", "Reading of the year"),
        # The final evaluation.
        "final": ("终期目标", "Final target"),
        "outcome": ("结果", "Outcome"),
        "figure": ("终期数", "Final figure"),
        "figure_year": ("终期数年份", "Year of the figure"),
        "beyond": ("超出目标", "Beyond the target"),
        "beyond_share": ("超出占路程（%）", "Beyond, of the way (%)"),
        "first_met": ("首次达到年份", "First met in"),
        "timing": ("何时达到", "When first met"),
        "p_now": ("达到概率（预测）", "Chance (forecast)"),
        "median_now": ("中位数（预测）", "Median (forecast)"),
        "so_far": ("最近的数已走的路程", "Way gone by the latest figure"),
        "origin": ("预测时点", "Known by"),
        "lead": ("提前年数", "Years ahead"),
        "made": ("预测来历", "How made"),
        "schedule_said": ("时序进度的判断", "Schedule rule said"),
        "forecast_said": ("预测的判断", "Forecast said"),
        "brier_base": ("只说完成比例时的布里尔评分", "Brier score of the share met"),
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
        "scenarios": ("情景", "Scenarios"),
        "indicator": ("重点指标", "Indicator looked into"),
        "probability": ("要求的概率", "Chance aimed at"),
    },
    "scenario": {
        "baseline": ("基准", "baseline"),
        "burial_sites_in_every_township": ("乡镇全覆盖建安葬点", "burial sites in every township"),
        "care_worker_training": ("每年增训护理员", "more care workers trained"),
        "care_workers_stay": ("护理员留得住", "care workers stay"),
        "combined_push": ("手段合用", "levers together"),
        "consumption_slows": ("消费增长放慢", "consumption grows more slowly"),
        "follow_the_best_region": ("追赶最好的地区", "pace of the best region"),
        "nursing_bed_conversion": ("普通床位改护理型", "beds become nursing beds"),
        "pandemic_year": ("一年的冲击", "a year of shock"),
        "plan_at_80_percent": ("规划执行约八成", "plan carried out to 80\u00a0%"),
        "projects_slip_a_year": ("项目推迟一年", "projects a year later"),
    },
    "changed_by": {
        "": ("不变", "nothing"),
        "lever": ("手段", "lever"),
        "assumption": ("假定", "assumption"),
        "assumption, lever": ("假定和手段", "assumption and lever"),
    },
    "declared": {"lever": ("手段", "lever"), "assumption": ("假定", "assumption")},
    "input_kind": {
        "lever": ("手段", "lever"),
        "assumption": ("假定", "assumption"),
        "input": ("相关指标", "related indicator"),
        "own": ("指标自身", "the indicator itself"),
    },
    "input": {
        "own_growth": ("指标自身的走势", "the indicator's own course"),
        "own_change": ("下一个数的变动", "the change to the next figure"),
        "project_luck": ("各项目的运气", "the projects' luck"),
        "pace": ("每年多走的步伐", "extra pace a year"),
        "hires_closed_form": ("按中间假定每年须新增", "joining a year, at central beliefs"),
    },
    "reading": {
        "reached_already": ("不用就够", "enough without it"),
        "reached": ("够得到", "within reach"),
        "beyond_limits": ("用到上限也不够", "not enough at its limit"),
        "beyond_budget": ("超出预算", "beyond the budget"),
        "no_effect": ("不起作用", "no effect"),
    },
    "pace_reading": {
        "reached_already": ("不必加快", "no faster than now"),
        "reached": ("够得到", "within reach"),
        "beyond_limits": (
            "有过的最快步伐的三倍也不够",
            "not enough at three times the fastest pace ever seen",
        ),
        "no_effect": ("不起作用", "no effect"),
    },
    "rule_path": {
        "low": ("低路径", "low path"),
        "central": ("中间路径", "central path"),
        "high": ("高路径", "high path"),
    },
    "roll_up": {
        "sum": ("相加", "added up"),
        "mean": ("平均", "on average"),
        "lowest": ("最低的", "the lowest"),
        "highest": ("最高的", "the highest"),
    },
    "quantity": {
        "rho": ("挂钩比例", "linkage share"),
        "marginal_family_income_line": ("低保边缘家庭收入线", "income line of marginal families"),
        "low_income_farmer_line": ("低收入农户认定线", "line of low-income farmers"),
        "elderly_institution_plans": ("养老机构布局规划数", "plans for elderly institutions"),
        "prefecture_cities": ("设区市数", "number of cities"),
        "counties": ("县（市、区）数", "number of counties"),
        "counties_over_500k_people": (
            "人口50万以上的县（市、区）数",
            "number of counties over 500,000 people",
        ),
        "migrant_income_per_capita": ("移民人均收入", "income per migrant"),
        "migrant_living_level": ("移民生活水平", "living level of migrants"),
        "rural_living_level": ("农村生活水平", "rural living level"),
        "communities": ("社区数", "number of communities"),
        "community_secretaries_recruited_in_3_years": (
            "三年内招聘的社区书记数",
            "community secretaries recruited in three years",
        ),
        "township_population": ("乡镇人口", "township population"),
        "civil_affairs_staff_norm": ("民政工作人员定额", "civil-affairs staff norm"),
    },
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
    # A planner's own figures: what was understood of each, and what is to be decided.
    "figure_said": {
        "understood": (
            "{region}，{indicator}，{year}年：{type}{comparator}{value}",
            "{region}, {indicator}, {year}: {type} {comparator}{value}",
        ),
        "missing": (
            "无数：“{mark}”表示缺，不是0",
            "no figure: '{mark}' marks missing, not 0",
        ),
        "empty": ("无数：空格表示缺，不是0", "no figure: an empty cell is missing, not 0"),
        "aside": ("{said}（{notes}）。", "{said} ({notes})."),
        "plain": ("{said}。", "{said}."),
        "remedy": ("{said}。办法：{remedy}。", "{said}. Remedy: {remedy}."),
        "and": ("；", "; "),
        "line": (
            "第{row}行，{column}列，“{printed}”：{said}",
            "row {row}, column {column}, '{printed}': {said}",
        ),
        "place": (
            "{file}，第{row}行，{column}列：{said}",
            "{file}, row {row}, column {column}: {said}",
        ),
        "file": ("{file}：{said}", "{file}: {said}"),
        "summary": (
            "{file}：共{count}格，{counts}。",
            "{file}: {count} cells: {counts}.",
        ),
        "count": ("{status}{number}", "{status} {number}"),
        "none": ("{file}：没有数。", "{file}: no figures."),
        "others": ("没有读的工作表：{names}。", "Sheets not read: {names}."),
    },
    "figure_status": {
        "understood": ("看懂", "understood"),
        "doubtful": ("存疑", "doubtful"),
        "problem": ("有问题", "problem"),
        "missing": ("缺", "missing"),
    },
    "figure_type": {"actual": ("实际", "actual"), "target": ("目标", "target")},
    "figure_comparator": {
        "ge": ("不低于", "at least "),
        "gt": ("超过", "more than "),
        "le": ("不超过", "at most "),
        "lt": ("低于", "less than "),
    },
    "figure_remark": {
        "footnote": ("脚注号或其他特殊数字", "a footnote mark or another special digit"),
        "date": ("日期或年份，不是数", "a date or a year, not a figure"),
        "range": ("一个范围，不是一个数", "a range, not one figure"),
        "points": (
            "百分点的变动，不是水平",
            "a change in percentage points, not a level",
        ),
        "change": ("变动，不是水平", "a change, not a level"),
        "scientific": (
            "科学计数法，可能已丢位数",
            "scientific notation, which may have lost digits",
        ),
        "formula": ("公式没有存下结果", "a formula without a stored result"),
        "error": ("表格软件的出错记号", "an error mark of the spreadsheet"),
        "unread": ("不是恰好一个数", "not exactly one figure"),
        "contradiction": (
            "“{before}”与“{after}”矛盾",
            "{before} and {after} contradict each other",
        ),
        "two_units": (
            "数的单位是{own}，旁边的单位是{given}",
            "the figure is in {own}, the unit beside it is {given}",
        ),
        "power_beside": (
            "数带数量级，旁边的单位是{given}",
            "the figure has a power of ten, the unit beside it is {given}",
        ),
        "two_powers": (
            "数与旁边的单位数量级不同，或各写了一次",
            "the figure and the unit beside it give different powers of ten, or give one twice",
        ),
        "power": (
            "单位是{unit}，却带数量级",
            "a power of ten with the unit {unit}",
        ),
        "other_unit": (
            "数的单位是{own}，指标的单位是{unit}",
            "the figure is in {own}, the indicator in {unit}",
        ),
        "month": (
            "数按月计（{own}），指标按年计（{unit}）",
            "the figure is a month's ({own}), the indicator a year's ({unit})",
        ),
        "fraction": (
            "{stored}可能是{shown}%，也可能是{stored}%：表格把58%存为0.58",
            "{stored} may be {shown}% or {stored}%: sheets store 58% as 0.58",
        ),
        "below": (
            "{value}低于{bound}，该指标不可能",
            "{value} is below {bound}, which the indicator cannot be",
        ),
        "above": (
            "{value}高于{bound}，该指标不可能",
            "{value} is above {bound}, which the indicator cannot be",
        ),
        "not_whole": ("{value}不是整数", "{value} is no whole number"),
        "no_region": ("没有写地区", "no region"),
        "no_indicator": ("没有写指标", "no indicator"),
        "unknown_region": ("地区“{name}”不认识", "unknown region '{name}'"),
        "unknown_indicator": ("指标“{name}”不认识", "unknown indicator '{name}'"),
        "not_year": (
            "“{year}”不是{first}至{last}年之间的年份",
            "'{year}' is not a year between {first} and {last}",
        ),
        "unknown_type": ("类型“{type}”不认识", "unknown type '{type}'"),
        "actual_compared": (
            "实际数不能是“{comparator}”某数",
            "an actual value cannot be {comparator} a figure",
        ),
        "twice": (
            "同一个数给了不止一次，在第{rows}行",
            "the same figure is given more than once, in rows {rows}",
        ),
        # What is noted and needs no decision.
        "taken": ("{printed}即{value}", "{printed} taken as {value}"),
        "converted": ("由{own}换算为{unit}", "converted from {own} to {unit}"),
        "late": (
            "{day}时还看不到，不参加计算",
            "not seen as of {day}, so that it moves nothing",
        ),
        "target": ("目标不作数据，不参加计算", "a target is no data and moves nothing"),
        "same": ("与公布数相同", "the same as published"),
        # What is doubted until somebody decides.
        "approximate": ("约数", "approximate"),
        "lent": (
            "这一行没有写地区，当作{region}",
            "this line names no region and is taken as {region}'s",
        ),
        "compared": (
            "因为“{comparator}”当作目标；目标不作数据",
            "taken as a target because of '{comparator}'; targets are no data",
        ),
        "differs": (
            "公布数是{published}（{source}）",
            "the published figure is {published} ({source})",
        ),
        "planned": (
            "正好是规划给{year}年的目标；目标不作数据",
            "exactly the plan's target for {year}; targets are no data",
        ),
        "jump": (
            "与{year}年的公布数{published}相差十倍以上",
            "more than tenfold off the {published} published for {year}",
        ),
        "falls": (
            "累计数只增不减，{early}年{before}，{late}年却是{after}",
            "a cumulative count never falls, but it is {before} in {early} and {after} in {late}",
        ),
        # Faults of a whole file.
        "no_header": ("没有认出表头", "no header is recognised"),
        "no_region_named": ("没有写是哪个地区", "names no region"),
        "kind": ("不是能读的文件种类", "not a kind of file read"),
        "workbook": ("读不成工作簿（{reason}）", "cannot be read as a workbook ({reason})"),
        "unreadable": ("读不了（{reason}）", "cannot be read ({reason})"),
        "encoding": ("文字编码认不出", "neither UTF-8 nor GB18030 text"),
        "column_twice": ("这一列出现两次", "stands twice"),
    },
    "figure_remedy": {
        "footnote": ("只写普通数字，不带脚注号", "write plain digits and no footnote mark"),
        "date": (
            "这里写数，年份写在自己的列",
            "write the figure here and the year in its own column",
        ),
        "range": (
            "写一个数；范围写成两行，一行至少（≥），一行至多（≤）",
            "write one figure; a range is two rows, one at least (≥) and one at most (≤)",
        ),
        "points": ("写达到的水平，例如58%", "write the level that is reached, such as 58%"),
        "change": ("写达到的水平", "write the level that is reached"),
        "scientific": (
            "把单元格设为数值格式再保存",
            "format the cell as a number and save again",
        ),
        "formula": (
            "在表格软件中打开并保存，或直接写出数",
            "open the file in a spreadsheet and save it, or write the value itself",
        ),
        "error": (
            "改正公式，或直接写出数；不知道的留空",
            "correct the formula or write the value itself; what is unknown stays empty",
        ),
        "unread": (
            "写一个数和单位，例如58%、1.93万或≥60；不知道的留空",
            "write one number with its unit, such as 58%, 19300 or ≥60; what is unknown stays "
            "empty",
        ),
        "contradiction": ("留下想说的那个", "keep the one that is meant"),
        "two_units": (
            "单位只写一次，写在数里或旁边",
            "say the unit once, in the figure or beside it",
        ),
        "power_beside": (
            "单位只写一次，写在数里或旁边",
            "say the unit once, in the figure or beside it",
        ),
        "two_powers": (
            "单位只写一次，写在数里或旁边",
            "say the unit once, in the figure or beside it",
        ),
        "power": ("按{unit}写", "write the figure in {unit}"),
        "other_unit": ("按{unit}写", "write it in {unit}"),
        "month": ("乘以12，按{unit}写", "multiply by 12 and write it in {unit}"),
        "fraction": ("连同百分号写成文字，例如58%", "write it as text with its sign, such as 58%"),
        "below": ("改正数或单位", "correct the figure or its unit"),
        "above": ("改正数或单位", "correct the figure or its unit"),
        "not_whole": ("写整数", "write a whole number"),
        "no_region": (
            "每行都写地区；表格的合并单元格存成文字后只有第一行有字",
            "write the region in every row; merged cells saved as text fill only the first",
        ),
        "no_indicator": (
            "每行都写指标；表格的合并单元格存成文字后只有第一行有字",
            "write the indicator in every row; merged cells saved as text fill only the first",
        ),
        "unknown_region": ("用地区表中的名称或代码", "use an id or name of the regions table"),
        "unknown_indicator": (
            "用指标表中的名称或代码",
            "use an id or name of the indicators table",
        ),
        "near": ("可能是“{near}”", "perhaps '{near}' is meant"),
        "not_year": (
            "写四位数字；看似年份的金额写在数值列",
            "write four digits; an amount that looks like a year belongs in the column of values",
        ),
        "unknown_type": ("写目标或实际", "write target or actual"),
        "actual_compared": (
            "写数本身，或把类型写成目标",
            "write the value itself, or the type target",
        ),
        "twice": ("只留一个", "keep one of them"),
        "approximate": (
            "写出准确的数，或认可它，或去掉它",
            "write the exact figure, accept it or drop it",
        ),
        "lent": ("写出地区，或认可，或去掉它", "write the region, accept it or drop it"),
        "compared": (
            "写出达到的数，或去掉它",
            "write the figure that was reached, accept that it is a target, or drop it",
        ),
        "differs": (
            "认可则取代公布数，去掉则保留公布数",
            "accept it to replace the published one, drop it to keep that one",
        ),
        "planned": (
            "若真已达到则认可，否则去掉",
            "accept it if that much was reached, drop it if not",
        ),
        "jump": ("核对单位；改正、认可或去掉它", "check the unit; correct, accept or drop it"),
        "falls": (
            "改正（可能是当年增加数）或去掉它",
            "correct it (it may be a year's increment) or drop it",
        ),
        "no_header": (
            "前{rows}行中写地区、指标、年份、数值，或地区、指标和每年一列，例如2021年",
            "write in one of the first {rows} lines either region, indicator, year, value or "
            "region, indicator and a column a year such as 2021",
        ),
        "no_region_named": (
            "加一列地区，或说明文件是哪个地区的",
            "add a column region, or say which region the file is about",
        ),
        "kind": ("给出{kinds}之一", "give one of {kinds}"),
        "workbook": (
            "在表格软件中打开并另存，不设密码",
            "open it in a spreadsheet and save it again, without a password",
        ),
        "unreadable": ("核对位置和权限", "check the place and its rights"),
        "encoding": ("另存为表格文字格式（{format}）", "save the file as {format}"),
        "column_twice": ("只留一列，或改一列的名称", "keep one of the two, or rename one"),
    },
    "reason": {
        "both_good": ("两者一致：在线上，也很可能达到", "both agree: on the line, and likely"),
        "both_bad": (
            "两者一致：落后，近期年均{pace}，还需{needed}",
            "both agree: behind; pace {pace} a year, needed {needed}",
        ),
        "one_figure": (
            "只有{year}年一个数，时序进度无从判断；预测靠其他地区和先验，中位数{median}",
            "one figure only, of {year}: the schedule rule has nothing to compare; the forecast "
            "rests on other regions and the prior, and has its median at {median}",
        ),
        "pace_short": (
            "在线上，但近期年均{pace}，不够还需的{needed}",
            "on the line, but the pace of {pace} a year falls short of the {needed} still needed",
        ),
        "slowing": (
            "在线上，但在放慢：最近一步{step}，此前年均{pace}，还需{needed}",
            "on the line, but slowing: latest step {step} a year after {pace}; needed {needed}",
        ),
        "wide": (
            "在线上，步伐也够（{pace}，还需{needed}），中位数{median}达标；但只有{figures}个数，"
            "预测范围宽，概率只有{chance}",
            "on the line and fast enough ({pace} a year, needed {needed}), and the median of "
            "{median} meets the target; but with {figures} figures the range is wide, hence "
            "{chance}",
        ),
        "others_slower": (
            "在线上，步伐也够（{pace}），但其他地区和先验走得慢，中位数{median}未达标",
            "on the line and fast enough ({pace} a year), but other regions and the prior are "
            "slower: the median of {median} misses the target",
        ),
        "behind_fast": (
            "落后，但走得快：近期年均{pace}，还需{needed}",
            "behind, but fast: {pace} a year where {needed} is needed",
        ),
        "behind_others": (
            "落后，近期年均{pace}不够还需的{needed}；预测看好，靠的是其他地区和先验的步伐",
            "behind, and {pace} a year is less than the {needed} needed; the forecast is good "
            "because other regions and the prior are faster",
        ),
        "may_fall": (
            "最新数已达到，但到目标年保持住的概率只有{chance}",
            "met by the latest figure, but the chance of keeping it to the target year is {chance}",
        ),
        "closed": ("目标年份已过", "the target's year has passed"),
    },
    "ever_seen": {
        "none": ("没有步伐可比", "no pace to compare with"),
        "never": (
            "{seen}个步伐中没有一个这样快：建议复核目标或另找手段",
            "none of {seen} paces was as fast: review the target, or find another lever",
        ),
        "few_never": (
            "只有{seen}个步伐可比，都没有这样快",
            "only {seen} to compare with, none as fast",
        ),
        "seen": ("{seen}个步伐中有{high}个不慢于它", "{high} of {seen} paces were as fast"),
        "few_seen": (
            "只有{seen}个步伐可比，其中{high}个不慢于它",
            "only {seen} to compare with, {high} of them as fast",
        ),
    },
    "kind": {
        "share": ("比例，有上下限", "share of a whole, bounded"),
        "ratio": ("比率", "ratio"),
        "amount": ("金额", "amount of money"),
        "count": ("累计数，只增不减", "programme count that only grows"),
        "stock": ("存量，可增可减", "stock that can fall"),
    },
    "better": {
        "higher": ("越高越好", "higher is better"),
        "lower": ("越低越好", "lower is better"),
    },
    "fact": {
        "definition": ("定义", "Definition"),
        "unit": ("单位", "Unit"),
        "area": ("领域", "Area"),
        "kind": ("类别", "Kind"),
        "better": ("方向", "Direction"),
        "bounds": ("下限和上限", "Lower and upper bound"),
        "resolution": ("公布的最小单位", "Reporting step"),
        "parts": ("分子和分母", "Numerator and denominator"),
        "related": ("相近而定义不同的指标", "Near indicators, defined otherwise"),
    },
    "state": {
        "passed": ("期限已过", "deadline passed"),
        "ahead": ("未到期限", "deadline ahead"),
        "undated": ("未印期限", "no deadline printed"),
        "no_day": ("未设截至日期", "no as-of date set"),
    },
    "list": {
        "reform": ("改革", "reform"),
        "policy": ("政策", "policy"),
        "project": ("项目", "project"),
        "work": ("工作", "work"),
    },
    "language": {"zh": ("中文", "Chinese"), "en": ("英文", "English")},
    "cause": {
        "method": ("方法", "method"),
        "revised": ("修订的数", "revised figures"),
        "new": ("新公布的数", "new figures"),
        "targets": ("目标或定义", "targets or definitions"),
        "assumptions": ("先验", "priors"),
    },
    "sheet": {
        "attainment": ("目标", "Targets"),
        "quantiles": ("预测", "Forecasts"),
        "observations": ("公布数", "Published figures"),
        "sources": ("来源", "Sources"),
        "compare": ("情景比较", "Scenarios compared"),
        "joint": ("合起来看", "Taken together"),
        "required": ("达标条件", "What it takes"),
        "tornado": ("影响因素", "What matters"),
        "rules": ("规则", "Rules"),
        "index": ("指数", "Indices"),
        "rank": ("排名", "Ranks"),
        "projects": ("项目", "Projects"),
        "assumptions": ("手段和假定", "Levers and assumptions"),
        "evaluation": ("评估", "Evaluation"),
        "way": ("路程", "Way gone"),
        "tasks": ("任务和政策", "Tasks and policies"),
        "stages": ("阶段要求", "Stages"),
        "outcomes": ("目标结果", "Outcomes"),
        "scored": ("已有结果的预测", "Forecasts scored"),
        "scores": ("预测评分", "Scores"),
        "verdicts": ("判断与结果", "Verdicts"),
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
        "合起来看：有数据的未到期目标{open}项，预计达到约{expected}项（十次有九次在{least}至{most}项之间）；"
        "全部达到的概率{p_all}（不论各项如何相关，都在{low}与{high}之间）。",
        "Taken together: open targets with figures {open}, expected to be reached {expected} "
        "(nine times in ten {least} to {most}); "
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
    "moves": ("与上期相比", "What changed since the last issue, and why"),
    "moves_first": (
        "没有更早一期的预测可比。",
        "There is no earlier issue to compare with.",
    ),
    "moves_note": (
        "每项变动按原因依次分解，各部分相加等于变动；几个原因共同作用时，先后次序决定归哪一个。",
        "Each move is split by cause, one after another; the parts add up to the move, and where "
        "causes act together their order decides which gets the credit.",
    ),
    "moves_none": ("没有超过半个百分点的变动。", "Nothing moved by more than half a point."),
    "moves_more": ("另有{count}项较小的变动。", "{count} more targets moved by less."),
    "moves_changed": (
        "新列入的目标{appeared}项，不再列入的{vanished}项。",
        "Targets that are new: {appeared}; that are gone: {vanished}.",
    ),
    "moves_target": ("目标", "Target"),
    "moves_before": ("上期概率", "Before"),
    "moves_now": ("本期概率", "Now"),
    "moves_move": ("变动", "Move"),
    "moves_why": ("原因", "Why"),
    "record": ("以往预测的准确程度", "Track record"),
    "record_none": (
        "以往各期预测的目标都还没有可以对照的公布数。",
        "No target of an earlier issue has closed with a published figure yet.",
    ),
    "record_note": (
        "以往各期预测与后来公布数的对照：",
        "What earlier issues said, beside the figures published since:",
    ),
    "record_line": (
        "{times}次说概率为{low}-{high}%，实现{came}次（{targets}项目标）。",
        "Of {times} times we said {low}-{high} %, {came} came true (different targets: {targets}).",
    ),
    "record_once": (
        "1次说概率为{low}-{high}%，实现{came}次。",
        "Once we said {low}-{high} %; came true: {came}.",
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
    "scenarios_title": (
        "{region}：情景与达标条件",
        "{region}: scenarios, and what the targets would take",
    ),
    "scenarios_intro": (
        "本报告回答：如果这样做、如果发生这样的事，各项目标会怎样。手段是规划者能决定的事；假定是只能相信、"
        "不能决定的事，靠假定得出的结果以假定成立为前提，不是预测。各情景与基准用同一批模拟的未来，±后是模拟的标准误。",
        "What would become of the targets if this were done, or that happened? A lever is what a "
        "planner can decide. An assumption can only be believed: what rests on one holds if it "
        "does, and is no forecast. All scenarios use the same simulated futures as the baseline; "
        "behind ± stands the standard error of the simulation.",
    ),
    "base_reading": (
        "照现在走下去：有数据的未到期目标{open}项，预计达到{expected}项（90%区间{low}至{high}项）。",
        "As things go now: of {open} open targets with figures, {expected} are expected to be "
        "reached (90 % interval {low} to {high}).",
    ),
    "lever_reading": (
        "手段中对目标帮助最大的情景：{name}，预计达到{expected}项，比基准多{more}项。",
        "Of the scenarios made of levers alone, the most helpful one: {name}; {expected} expected "
        "to be reached, {more} more than in the baseline.",
    ),
    "assumption_reading": (
        "假定中影响最坏的情景：如果{name}，预计达到{expected}项，比基准少{more}项。",
        "Of those that rest on assumptions, the worst one (if: {name}): {expected} would be "
        "reached, {more} fewer than in the baseline.",
    ),
    "target_reading": (
        "{name}，目标{target}：照现在走下去概率{chance}。",
        "{name}, target {target}: as things go now the chance is {chance}.",
    ),
    "projects_reading": (
        "建设项目：到{year}年末应完成{planned}个，预计完成{median}个（90%区间{low}至{high}个）。",
        "Building projects: {planned} should be completed by the end of {year}, {median} are "
        "expected to be (90 % interval {low} to {high}).",
    ),
    "all_closed": (
        "没有可以计算的未到期目标：目标年份均已过去，或者从未公布过数据，情景改变不了已成定局的结果。"
        "要看当时的情形，请把截至日期改到目标年份之前。",
        "No target is open: every target year has passed, or no figure was ever published, and no "
        "scenario changes what is over. To see how things stood, set the as-of date before the "
        "target years.",
    ),
    "none_to_ask": ("没有未到期的目标（见要点）。", "No target is open (see what stands out)."),
    "scenarios": ("有哪些情景", "The scenarios"),
    "no_scenarios": (
        "没有选用情景，只有基准。",
        "No scenario was chosen; there is only the baseline.",
    ),
    "nothing_set": ("对本地区没有设定", "nothing is set for this region"),
    "without_figures": ("{what}（没有数据，不起作用）", "{what} (no figure, so without effect)"),
    "set_to": ("{what} {value}", "{what} {value}"),
    "set_of": ("{mechanism}：{what}", "{mechanism}: {what}"),
    "since": ("{year}年起", "from {year}"),
    "by_year": ("到{year}年", "by {year}"),
    "until_year": ("至{year}年", "until {year}"),
    "in_year": ("{year}年", "in {year}"),
    "years_of": ("{text}（{years}）", "{text} ({years})"),
    "range_of": ("{low}至{high}，最可能{central}", "{low} to {high}, most likely {central}"),
    "verb_ramp_to": ("{names}匀速走到{value}", "{names}: go evenly to {value}"),
    "verb_hold": ("{names}停住不动", "{names}: stand still"),
    "verb_shift": ("{names}增减{value}", "{names}: changed by {value}"),
    "verb_scale_pace": ("{names}的步伐变为{value}倍", "{names}: pace times {value}"),
    "verb_add_pace": ("{names}每年多走{value}", "{names}: {value} more a year"),
    "verb_delay": ("{names}推迟{value}年", "{names}: {value} years later"),
    "verb_shock": (
        "{names}遇到冲击，增减{value}，其后{recovery}年内恢复",
        "{names}: a shock of {value}, made good over {recovery} years",
    ),
    "verb_shock_times": (
        "{names}遇到冲击，变为{value}倍，其后{recovery}年内恢复",
        "{names}: a shock to {value} times the value, made good over {recovery} years",
    ),
    "verb_follow_best": (
        "{names}按最快地区的步伐走",
        "{names}: move at the pace of the region that moves best",
    ),
    "verb_execute_plan": (
        "{names}沿规划路线走完{value}倍的路程",
        "{names}: go {value} times the way that the plan draws",
    ),
    "all_indicators": ("所有有数据的指标", "all indicators with figures"),
    "planned_indicators": ("所有有目标、有数据的指标", "all indicators with a target and figures"),
    "changes": ("情景改变什么", "What the scenarios change"),
    "changes_note": (
        "只看每个指标最后一项未到期目标。概率变动按百分点计；小于两倍误差的变动不算升降。",
        "Only the last open target of an indicator counts. Changes of a chance are in percentage "
        "points (pp); those below two errors count neither as a rise nor as a fall.",
    ),
    "no_changes": (
        "所选情景没有改变任何未到期目标的概率。",
        "None of the scenarios changes the chance of an open target.",
    ),
    "change_of": ("{points}　{name}", "{points} – {name}"),
    "picture_changes": ("各情景下达到概率的变动：{names}", "Changes of chances: {names}"),
    "picture_fans": ("{name}：基准和各情景的预测", "{name}: baseline and scenarios"),
    "changes_chart_title": (
        "各目标达到概率比基准的变动（百分点，±标准误）",
        "Change of each target's chance against the baseline (percentage points, ± error)",
    ),
    "changes_chart_note": (
        "蓝升橙降，颜色越深变动越大；灰字小于两倍误差；空格：情景没有动它。靠假定的情景以假定成立为前提。",
        "Blue: rises, orange: falls, the darker the more. Grey figures: below two errors. Empty: "
        "not touched by the scenario. What rests on assumptions holds if they do.",
    ),
    "if_kind": ("{kind}（如果）", "{kind} (if)"),
    "panel_kind": ("{kind} · 概率变动{points}", "{kind} · chance {points}"),
    "panel_base": ("照现在走下去", "as things go now"),
    "fans_note": (
        "●公布数　◇目标及达到概率　色带：80%区间（基准另有50%、90%）　"
        "粗线和蓝字：中位数，实线为手段、虚线为假定　灰点线：基准的中位数和80%区间",
        "● published   ◇ target and its chance   bands: 80 % (baseline: 50, 80, 90 %)   thick "
        "line and blue figure: median, solid for levers, dashed for assumptions   grey dots: "
        "median and 80 % interval of the baseline",
    ),
    "together": ("各项目标合起来看", "All targets together"),
    "together_note": (
        "计入有数据的全部未到期目标，每个年份的目标各算一项。“最拖后腿的”，是其余都达到而唯独它达不到的概率最大的目标；"
        "没有一次模拟如此时，是概率最小的目标。上下限是不论各项如何相关都越不过的界限。",
        "All open targets with figures are counted, those of each year apart. Most in the way is "
        "the target for which the chance that all others are reached and it is not is highest; "
        "where no simulated future is like that, the least likely one. Bounds hold whatever the "
        "dependence between targets.",
    ),
    "interval": ("{value}（{low}至{high}）", "{value} ({low} to {high})"),
    "bounds": ("{value}\n界限{low}至{high}", "{value}\nbounds {low} to {high}"),
    "expected_of": ("{value}\n90%区间{low}至{high}", "{value}\n90 % interval {low} to {high}"),
    "takes": ("要达到须做什么", "What it would take"),
    "takes_note": (
        "使每项目标以{probability}的概率达到，每年起码要用多少手段，从{first}年起每年相同。“每年要多走”不问手段，"
        "是在现有走势上每年再加的步伐；后一列是各地公布过的年度步伐中，有多少不低于这样的步伐。",
        "The least of each lever, the same in every year from {first} on, with which the target is "
        "reached with a chance of {probability}. Extra pace asks about no lever: it comes on "
        "top of the present course; the next column tells how many of the yearly paces that any "
        "region ever showed were as high.",
    ),
    "needed_cost": ("{lever} {needed}（共{cost}）", "{lever} {needed} ({cost} in all)"),
    "needed_free": ("{lever} {needed}", "{lever} {needed}"),
    "needed_reading": ("{lever}：{reading}", "{lever}: {reading}"),
    "share_of_paces": ("{share}不低于它", "{share} were as high"),
    "no_levers": ("没有描述手段", "no lever is described"),
    "focus": ("重点指标：{name}", "Looked into: {name}"),
    "no_focus": (
        "没有可以深入分析的未到期目标：所选指标没有数据，或者目标年份已过。",
        "There is no open target to look into: the indicator has no figure, or its target years "
        "have passed.",
    ),
    "seek_reached": (
        "要以{probability}的概率达到{target}，须{lever} {value}，概率{chance}，"
        "共需{cost}（{low}至{high}）。",
        "For a chance of {probability} of {target}: {lever} {value}, chance {chance}, {cost} in "
        "all ({low} to {high}).",
    ),
    "seek_free": (
        "要以{probability}的概率达到{target}，须{lever} {value}，概率{chance}。",
        "For a chance of {probability} of {target}: {lever} {value}, chance {chance}.",
    ),
    "seek_not": (
        "{lever}：{reading}。不用时概率{base}，用到上限{upper}时概率{chance}，要求{probability}。",
        "{lever}: {reading}. Chance {base} without it, {chance} at the limit of {upper}; "
        "asked for: {probability}.",
    ),
    "seek_pace": (
        "那样每年平均变动{pace}；各地公布过的年度步伐{paces}个中，{share}不低于它。",
        "The middle course would then change by {pace} a year; of the {paces} yearly paces that "
        "any region showed, {share} were as high.",
    ),
    "seek_no_pace": (
        "那样每年平均变动{pace}；没有公布过的年度步伐可比。",
        "The middle course would then change by {pace} a year; no yearly pace was ever published "
        "to compare it with.",
    ),
    "picture_seek": ("达到概率随手段的变化：{name}", "Chance by lever: {name}"),
    "seek_note": (
        "曲线：每年用这么多手段时达到的概率，色带上下两倍误差。横虚线：要求的概率。点线：手段的上限。下方第二行：到目标年的总费用。",
        "Curve: chance with so much of the lever a year, band: two errors. Dashed: chance asked "
        "for. Dotted: limit of the lever. Second line below: cost in all until the target year.",
    ),
    "axis_chance": ("达到目标的概率", "chance of reaching the target"),
    "axis_a_year": ("{lever}（{unit}）", "{lever} ({unit})"),
    "axis_cost": ("；第二行：总费用", "; second line: cost in all"),
    "upper_label": ("上限", "limit"),
    "asked_label": ("要求 {probability}", "asked for {probability}"),
    "matters": ("什么最要紧", "What matters most"),
    "matters_note": (
        "一次只动一个因素，从低值（第十百分位，手段为不用）到高值（第九十百分位，手段为上限的四分之一），其余不变，看达到概率怎样变。",
        "One input at a time goes from a low value (its 10 % point; of a lever, nothing) to a high "
        "one (90 % point; a quarter of the lever's limit), all others as they are.",
    ),
    "picture_tornado": ("各因素对达到概率的影响：{name}", "What moves the chance: {name}"),
    "tornado_note": (
        "条两端：因素取所写数值时达到的概率；竖线：原来的概率。深色：手段；斜线：假定；浅色：相关指标；空心：指标自身的走势。",
        "Ends of a bar: chance with the input at the value written there; line: chance as it is. "
        "Dark: lever; hatched: assumption; pale: related indicator; hollow: the indicator's own "
        "course.",
    ),
    "no_swing": (
        "没有一个因素能让概率变动超过两倍误差。",
        "No input moves the chance by more than two errors.",
    ),
    "shares": (
        "目标年数值的不确定性来自（占方差的比例，连同交互）：{shares}。",
        "The uncertainty of the value in the target year comes from (share of variance, with "
        "interactions): {shares}.",
    ),
    "share_line": ("{name} {share}", "{name} {share}"),
    "no_shares": (
        "方差无法分摊：因素之间有关联，或者结果不变。",
        "The variance cannot be shared out: inputs are correlated, or the value does not vary.",
    ),
    "fails": (
        "如果{conditions}，达不到的概率是{inside}，而总的是{all}；这种情形占{share}，失败中有{found}属于它。",
        "If {conditions}, the chance of missing is {inside} where it is {all} in all; this happens "
        "in {share}, and holds {found} of the failures.",
    ),
    "below": ("{input}不超过{value}", "{input} is at most {value}"),
    "above": ("{input}超过{value}", "{input} is above {value}"),
    "growth_of": ("{name}的年增长", "yearly growth of {name}"),
    "conditions_and": ("而且", " and "),
    "next_is": (
        "下一个数（{year}年）会使概率平均移动{move}：不超过{low}时概率{p_low}，在{middle_low}与{middle_high}之间时"
        "概率{p_middle}，超过{high}时概率{p_high}。",
        "The next figure, of {year}, will move the chance by {move} on average: to {p_low} if it "
        "is at most {low}, to {p_middle} between {middle_low} and {middle_high}, to {p_high} above "
        "{high}.",
    ),
    "rules": ("标准和规则", "Standards and rules"),
    "rules_note": (
        "规划自己写的联动规则，按低、中、高路径算出所要求的数，看规划目标是否符合，再看照现在走下去的实际数会不会符合。",
        "Rules that the plan itself prints: what they ask for on low, central and high paths, "
        "whether the plan's targets keep them, and whether the course as it goes now will.",
    ),
    "rule_same": (
        "目标就是照规则定的，不必再算：{names}。",
        "The target says what the rule says, so there is nothing to compute: {names}.",
    ),
    "rule_lacking": (
        "缺少数据，无法核对：{names}。",
        "Cannot be checked for want of figures: {names}.",
    ),
    "lacking_line": ("{formula}（缺{lacking}）", "{formula} (lacking: {lacking})"),
    "no_rules": (
        "规划没有可以用数据核对的规则。",
        "The plan has no rule that figures could check.",
    ),
    "year_before": ("{name}（上年）", "{name} of the year before"),
    "elsewhere": ("{region}的{name}", "{name} in {region}"),
    "larger_of": ("取大", "the larger of "),
    "smaller_of": ("取小", "the smaller of "),
    "yes": ("符合", "yes"),
    "no": ("不符合", "no"),
    "projects": ("建设项目", "Building projects"),
    "projects_note": (
        "每个项目的推迟和放弃都是假定（见“手段和假定”），投资从开工到完工均匀支出。",
        "How far projects slip, and whether they are given up, is assumed (see levers and "
        "assumptions); money is spent evenly from start to completion.",
    ),
    "no_projects": ("规划没有项目清单。", "The plan has no list of projects."),
    "picture_projects": ("项目完成数和每年投资", "Projects completed, and spending a year"),
    "projects_done": ("累计完成的项目（个）", "projects completed so far"),
    "projects_spent": ("当年投资（{unit}）", "spending in the year ({unit})"),
    "planned_label": ("规划 {value}", "plan {value}"),
    "projects_chart_note": (
        "方块和实线：规划；色带和圆点：预测的90%区间和中位数；虚线：各情景的中位数。",
        "Squares and solid line: plan. Band and dots: 90 % interval and median of the forecast. "
        "Dashed: medians under scenarios.",
    ),
    "indices": ("各领域走到哪里", "How far each area has come"),
    "indices_note": (
        "指数0是规划基数，100是最后一项目标；只计有数据的分项，分项越少越不可靠。",
        "0 is the plan's baseline, 100 its last target. Only components with figures count: the "
        "fewer, the less the index says.",
    ),
    "no_index": (
        "没有一个领域的指数有可用的数据。",
        "No area has figures that an index could be computed from.",
    ),
    "whole_region": ("全地区", "whole region"),
    "components_of": ("{of}个分项中有{count}个有数据", "{count} of {of} components have figures"),
    "picture_index": ("各领域指数", "Indices of the areas"),
    "index_chart_note": (
        "点：中位数；横线：90%区间。空心为{year}年末，实心为{last}年末；方块为情景，只画使指数变动1以上的。",
        "Points: medians, lines: 90 % intervals. Hollow: end of {year}, solid: end of {last}; "
        "squares: scenarios, only those that move the index by 1 or more.",
    ),
    "index_chart_note_once": (
        "点：{last}年末的中位数；横线：90%区间。方块为情景，只画使指数变动1以上的。",
        "Points: medians at the end of {last}, lines: 90 % intervals. Squares: scenarios, only "
        "those that move the index by 1 or more.",
    ),
    "axis_index": ("指数（0为基数，100为目标）", "index (0: baseline, 100: target)"),
    "missing_are": ("没有数据的分项", "Components without figures"),
    "ranks": ("在同级地区中的位置", "Among regions of its level"),
    "ranks_note": (
        "照现在走下去，到{year}年末的名次；只比同级地区中公布过数据的，所以不是全省排名。同一底色的地区分不出高下。",
        "Ranks at the end of {year} as things go now, among regions of the same level with "
        "published figures: no ranking of the whole province. Regions on one shade cannot be told "
        "apart.",
    ),
    "no_ranks": (
        "没有两个以上同级地区公布过同一指标的数据，无法排名。",
        "No indicator has figures of two regions of this level: there is nothing to rank.",
    ),
    "picture_ranks": ("名次及90%区间：{names}", "Ranks with 90 % intervals: {names}"),
    "axis_rank": ("名次（1为最好）", "rank (1 is best)"),
    "rank_label": ("{value}（前三的概率{top}）", "{value} (first three: {top})"),
    "rank_first": ("{value}（第一的概率{top}）", "{value} (first: {top})"),
    "sides": ("省、市、区县并列", "Province, cities and districts side by side"),
    "sides_note": (
        "同一指标在各级规划中的最后一项目标，以及下级目标合起来够不够上级目标。",
        "The last targets of the same indicator in the plans of all levels, and whether those of "
        "the parts are enough for the whole.",
    ),
    "no_sides": (
        "没有一个指标同时写在其他地区的规划里。",
        "No indicator stands in the plan of another region as well.",
    ),
    "side_target": ("{target}（{year}）", "{target} ({year})"),
    "side_enough": (
        "有规划的{parts}个下级（共{of}个）够得上{region}目标（{rule}{value}）",
        "the {parts} of {of} parts with a plan here are up to the target of {region} ({rule} "
        "{value})",
    ),
    "side_short": (
        "有规划的{parts}个下级（共{of}个）够不上{region}目标（{rule}{value}），其余须有{left}",
        "the {parts} of {of} parts with a plan here fall short of the target of {region} ({rule} "
        "{value}); the others need {left}",
    ),
    "side_open": (
        "有规划的{parts}个下级（共{of}个）{rule}{value}，{region}目标还差{left}，要由其余下级补上",
        "the {parts} of {of} parts with a plan here, {rule} {value}, leave {left} of the target of "
        "{region} to the others",
    ),
    "declared_all": ("手段和假定", "Levers and assumptions"),
    "declared_note": (
        "列出本地区有数据的指标所用的机制。假定是三角分布；凡写“未见数据，为假定”的，没有任何资料支持，请按实际修改。"
        "手段都是在现有进度之上的追加，上限和费用也是假定。",
        "Mechanisms of indicators that have figures here. Assumptions are triangular "
        "distributions; where no figure is known, nothing supports the number: change it as you "
        "know better. Levers come on top of the present course; limits and costs are assumed too.",
    ),
    "nothing_declared": (
        "没有一个机制在本地区有可用的数据。",
        "No mechanism has figures to work on in this region.",
    ),
    "levers_of": ("手段", "Levers"),
    "assumptions_of": ("假定", "Assumptions"),
    "upper_step": ("{upper}，每{step}一档", "{upper}, in steps of {step}"),
    "cost_a_year": (
        "{low}至{high}，最可能{central}万元",
        "{low} to {high}, most likely {central}, 10,000 yuan",
    ),
    "small_sum": ("{value}万元", "{value} million yuan"),
    "large_sum": ("{value}亿元", "{value} billion yuan"),
    "all_shipped": ("随软件提供的全部情景", "all that come with the package"),
    "chosen_itself": ("{name}（自动）", "{name} (by default)"),
    "none_chosen": ("无", "none"),
    "mid_title": ("{region}：规划中期评估", "{region}: mid-term evaluation of the plan"),
    "mid_intro": (
        "本报告把时序进度（最新数是否在从基数到目标的直线上）与预测（到目标年达到的概率）并列，说明两者为什么不同，"
        "研判目标年的结果，并列出要调整的指标、项目进展和各项任务的期限。",
        "This report puts the schedule rule (is the latest figure on the straight line from "
        "baseline to target?) beside the forecast (the chance that the target is reached in its "
        "year), says why they differ, judges the final year, and lists indicators to adjust, the "
        "projects' progress and the deadlines of tasks.",
    ),
    "dashboard": ("一页总览", "Everything on one page"),
    "dashboard_title": ("{region}：规划目标一页总览", "{region}: the plan's targets on one page"),
    "picture_dashboard": (
        "{region}：各类判断的目标数、各领域各年份的达到概率、各指标走势",
        "{region}: targets by verdict, chances by area and year, and the course of each indicator",
    ),
    "counts_title": ("{count}项目标的判断", "Verdicts on {count} targets"),
    "heat_title": (
        "各领域各目标年份：平均达到概率（有数的项数/全部）",
        "Mean chance by area and target year (targets with a chance / all)",
    ),
    "heat_cell": ("{known}/{all}", "{known}/{all}"),
    "dashboard_note": (
        "色块越深概率越高；斜线格：年份已过或从未公布数据，没有概率。小图：●公布数　━中位数　"
        "色带：80%区间　◇和虚线：最后一项目标。",
        "The darker a cell the higher the chance; hatched: the year has passed or no figure was "
        "ever published. Small pictures: ● published   ━ median   band: 80 % interval   ◇ and "
        "dashed line: last target.",
    ),
    "spark_chance": ("达到概率 {p}", "chance {p}"),
    "agreement": (
        "有数据、未到期的指标{count}个：时序进度与预测判断一致的{same}个，不同的{differ}个，"
        "只有一个数、时序进度无从判断的{silent}个。",
        "Indicators with figures and an open target: {count}. Schedule rule and forecast agree: "
        "{same}; differ: {differ}; one figure only, so that the schedule rule is silent: "
        "{silent}.",
    ),
    "differ_are": ("不同的是：{names}。", " They differ for: {names}."),
    "binding_reading": (
        "约束性目标中有数据、未到期的{count}项，全部达到的概率{chance}。",
        "Binding targets that are open and have figures: {count}; chance that all are reached "
        "{chance}.",
    ),
    "binding_unseen": (
        "未到期的约束性目标都没有公布数，无从判断。",
        "No open binding target has a figure to judge by.",
    ),
    "binding_not_printed": (
        "规划文件没有写明约束性或预期性。",
        "The plan documents do not say which targets are binding and which expected.",
    ),
    "adjust_reading": (
        "不太可能达到的指标{count}个；其中{never}个所需的步伐各地都没有过，{unknown}个没有步伐可比。",
        "Indicators unlikely to reach their target: {count}; for {never} of them no region ever "
        "showed the pace needed, for {unknown} there is no pace to compare with.",
    ),
    "none_adjust": (
        "有数据的未到期目标中，没有不太可能达到的。",
        "None of the open targets with figures is unlikely to be reached.",
    ),
    "projects_now": (
        "到{year}年末按计划应完成项目{planned}个，按推迟的假定约完成{median}个（90%区间{low}至{high}个）。",
        "By the end of {year}, {planned} projects were due and, as slips are assumed, about "
        "{median} completed (90 % interval {low} to {high}). ",
    ),
    "mid_projects_note": (
        "文件没有公布实际完工数：推迟和放弃都是假定，投资从开工到完工均匀支出。",
        "No document publishes completions: how far projects slip, and whether they are given up, "
        "is assumed; money is spent evenly from start to completion.",
    ),
    "deadlines": (
        "清单和阶段要求共{count}项：{counts}。是否完成，没有数据可以说明。",
        "Entries of lists, and stages: {count}. By deadline: {counts}. Whether they are done, no "
        "data tells.",
    ),
    "verdicts": ("时序进度与预测并列", "Schedule and forecast side by side"),
    "verdicts_note": (
        "每个指标取最后一项未到期目标。时序进度只看最新数与直线；预测还看步伐、其他地区和不确定性。",
        "Each indicator with its last open target. The schedule rule looks at the latest figure "
        "and the line only; the forecast also at the pace, other regions and the uncertainty.",
    ),
    "force_binding": ("约束性目标", "Binding targets"),
    "force_expected": ("预期性目标", "Expected targets"),
    "force_other": ("未写明约束力的目标", "Targets without a printed force"),
    "force_none": (
        "全部目标（文件未写明约束性或预期性）",
        "All targets (the documents do not say binding or expected)",
    ),
    "force_unseen": (
        "这一类未到期目标都没有公布数，无从判断。",
        "No open target of this sort has a figure to judge by.",
    ),
    "way": ("走了多少路", "How much of the way is gone"),
    "no_way": (
        "没有可以画出路程的未到期目标。",
        "There is no open target whose way could be drawn.",
    ),
    "picture_way": (
        "各指标已走的路程与时序进度",
        "Way gone by each indicator, beside the schedule",
    ),
    "progress_note": (
        "路程：基数为0，目标为100%（虚线）。深色窄条：公布数　浅色宽条和竖线：对{year}年末的估计，"
        "80%区间和中位数　◇ 按时序进度到{year}年末应到的位置。超出图外的截到边上。",
        "Way: baseline 0, target 100 % (dashed). Dark narrow bar: published   pale wide bar and "
        "line: estimate for the end of {year}, 80 % interval and median   ◇ where the schedule "
        "rule wants it at the end of {year}. What lies outside is cut at the edge.",
    ),
    "axis_way": ("已走的路程", "share of the way gone"),
    "way_published": ("{year}年公布{gone}，应{due}", "{year}: {gone}, due {due}"),
    "way_estimated": ("{year}年估计{gone}，应{due}", "{year}: estimate {gone}, due {due}"),
    "final": ("目标年研判", "Judgement of the final year"),
    "final_note": (
        "预测为中位数和80%区间。依据写明本地区公布数的个数，以及有同一指标数据的其他地区数；依据弱的结论只宜作讨论的起点。",
        "Forecasts: median and 80 % interval. What they rest on: the evidence, the number of the "
        "region's own figures, and of other regions with figures of the indicator. A judgement on "
        "weak evidence is a starting point for talk.",
    ),
    "final_range": ("{median}\n{low}至{high}", "{median}\n{low} to {high}"),
    "rests_on": (
        "{evidence}\n自有{own}个数，其他地区{others}个",
        "{evidence}\nown figures: {own}; other regions: {others}",
    ),
    "when": ("什么时候达到", "When each target is met"),
    "picture_years": ("各指标达到目标的年份范围", "Range of years in which each target is met"),
    "years_note": (
        "横线：达到年份的10%至90%范围　● 一半把握的年份　■ 公布数已达到的年份　◇ 目标年份　"
        "▶ 在图外　更晚：二十年内达不到",
        "Line: 10 to 90 % range of the year of attainment   ● even chance   ■ met by a published "
        "figure   ◇ the target's year   ▶ beyond the picture   later: not within twenty years",
    ),
    "axis_year": ("年份", "year"),
    "years_met": ("{year}已达到", "met in {year}"),
    "never": ("更晚", "later"),
    "all_later": ("二十年内不达", "not in twenty years"),
    "years_told": ("{early}–{middle}–{late}", "{early} – {middle} – {late}"),
    "adjust": ("要调整的指标", "Indicators to adjust"),
    "adjust_note": (
        "列出不太可能达到的目标。从现在起每年还需，是从今天的估计数到目标的直线步伐；与各地公布数之间的年步伐相比。"
        "总量指标大地区步伐也大，比较时留意。",
        "Targets unlikely to be reached. Needed from now on is the straight pace from the estimate "
        "of today to the target; it is compared with the yearly paces between published figures "
        "of all regions. Of totals, large regions show large paces: mind that when comparing.",
    ),
    "lists": ("任务、政策和阶段要求的期限", "Deadlines of tasks, policies and stages"),
    "lists_note": (
        "按印出的期限排列，未印期限的在最后。只说到截至日期是否到期；是否完成，没有数据可以说明，也不作判断。",
        "Sorted by the deadline as printed, those without one last. It is said only whether the "
        "deadline had passed on the as-of date; whether the entry is done, no data tells, and "
        "nothing is judged. Entries stand in the language of the documents.",
    ),
    "no_lists": (
        "规划没有任务、政策清单，也没有阶段要求。",
        "The plan has no list of tasks or policies, and no stages.",
    ),
    "tasks_of": ("任务和政策清单", "Lists of tasks and policies"),
    "stages_of": ("阶段要求", "Stages in words"),
    "year_is": ("{year}年", "{year}"),
    "goal_unit": ("{goal}{unit}", "{goal} ({unit})"),
    "dotted": ("（虚线）", " (dotted line)"),
    "indicator_title": ("{name}：单项指标报告", "{name}: everything known"),
    "indicator_of": (
        "从{region}的规划看；其他地区的数和目标一并列出。",
        "Seen from the plan of {region}; figures and targets of other regions stand beside it.",
    ),
    "no_indicator": (
        "规划没有指标，无从报告。",
        "The plan has no indicator to report on.",
    ),
    "facts_of": ("是什么", "What it is"),
    "region_fitted": ("各地区怎样拟合", "How each region was fitted"),
    "bounds_of": ("下限{low}，上限{high}", "lower {low}, upper {high}"),
    "no_bound": ("无", "none"),
    "parts_of": ("{numerator}除以{denominator}", "{numerator} over {denominator}"),
    "indicator_figures": (
        "公布过数的地区{regions}个，共{figures}个数，{first}年至{last}年。",
        "Regions with published figures: {regions}; figures: {figures}, {first} to {last}.",
    ),
    "indicator_unseen": (
        "没有一个地区公布过这项指标的数，因此没有预测。",
        "No region ever published a figure of this indicator, so nothing is forecast.",
    ),
    "indicator_target": (
        "{region}：目标{target}，{verdict}，达到概率{chance}。",
        "{region}: target {target}, {verdict}, chance {chance}.",
    ),
    "indicator_judged": (
        "{region}：目标{target}，{verdict}。",
        "{region}: target {target}, {verdict}.",
    ),
    "paces_told": (
        "各地公布数之间的年步伐{count}个：中位数{middle}，中间一半在{low}至{high}，最快{fastest}。",
        "Yearly paces between published figures of all regions: {count}; median {middle}, middle "
        "half {low} to {high}, fastest {fastest}.",
    ),
    "paces_needed": (
        "{region}还需每年{needed}：{count}个步伐中有{high}个不慢于它。",
        "{region} still needs {needed} a year: of {count} paces, {high} were as fast.",
    ),
    "no_paces": (
        "没有一个地区公布过两个以上的数，没有步伐可比。",
        "No region published two figures: there is no pace to compare.",
    ),
    "region_figures": ("各地区的数和目标", "Figures and targets of all regions"),
    "picture_regions": (
        "{name}：各地区的公布数、目标和预测",
        "{name}: figures, targets and forecasts",
    ),
    "regions_note": (
        "各图同一尺度。●公布数　◇和虚线：最后一项目标　━中位数和80%区间（有规划的地区）　"
        "点线：截至日期",
        "All on one scale. ● published   ◇ and dashed line: last target   ━ median and 80 % "
        "interval (regions with a plan)   dotted line: as-of date",
    ),
    "compared": ("地区比较", "Regions compared"),
    "comparison_note": (
        "橙色菱形：本报告的地区。步伐：最近四个数的年均变动；只有一个数的没有步伐。年份不同的数不能直接比高低。",
        "Orange diamond: this report's region. Pace: mean change a year over the last four "
        "figures; with one figure there is none. Figures of different years do not compare.",
    ),
    "one_pace": ("仅一个数", "one figure only"),
    "latest_title": ("最新数（{unit}）", "latest figure ({unit})"),
    "pace_title": ("近期年均", "pace a year"),
    "picture_compared": (
        "{name}：各地区最新数和步伐",
        "{name}: latest figure and pace of all regions",
    ),
    "forecasts_of": ("各规划地区的预测和达到概率", "Forecasts and chances of regions with a plan"),
    "no_targets": ("没有一份规划写有这项指标的目标。", "No plan has a target of this indicator."),
    "acts_on": ("机制和手段", "Mechanisms and levers"),
    "no_mechanism": (
        "没有描述作用于这项指标的机制。",
        "No mechanism that acts on this indicator is described.",
    ),
    "acts_line": ("{mechanism}（作用于{indicator}）", "{mechanism} (acts on {indicator})"),
    "names_rules": ("提到它的规则", "Rules that name it"),
    "no_naming": ("没有规则提到这项指标。", "No rule names this indicator."),
    # The final evaluation.
    "end_title": ("{region}：规划总结评估", "{region}: final evaluation of the plan"),
    "end_intro": (
        "本报告说明规划的终期目标完成了什么、超出或差多少、何时达到，途中的预测和时序进度判断得对不对。"
        "只有公布的终期数才算结果；没有终期数的，给出的概率是预测，不是结果。"
        "指标没有标明终期目标的，取其最后一项目标。",
        "This report says which of the plan's final targets were met, by how much and when, and "
        "whether the forecasts and the schedule rule on the way were right. Only a published final "
        "figure is a result; where there is none, the chance given is a forecast. Of an indicator "
        "without a target printed as final the last one is taken.",
    ),
    "end_count": (
        "终期目标{count}项（目标年份{years}）：{counts}。",
        "Final targets: {count} (target years: {years}). Of these: {counts}.",
    ),
    "end_count_word": ("{word}{count}项", "{word} {count}"),
    "end_force": (
        "{force}{count}项：已有终期数的{closed}项，其中完成{met}项，未完成{missed}项。",
        "{force}: {count}, of which with a final figure: {closed} (met: {met}, missed: {missed}).",
    ),
    "end_met": ("已完成：{names}。", "Met: {names}."),
    "end_missed": ("未完成：{names}。", "Missed: {names}."),
    "end_none_closed": (
        "还没有一项终期目标有终期数：完成了多少，现在无从说起。",
        "No final target has a final figure yet: how many were met cannot be said.",
    ),
    "end_open": (
        "没有终期数的{count}项，既不算完成也不算未完成；其中{seen}项有较早的数，只对这些给出预测，"
        "{never}项从未公布过数，或只有目标年以后的数，不作预测。",
        "Targets without a final figure count as neither met nor missed: {count}. Of these, with "
        "an earlier figure and hence a forecast: {seen}; without any figure, or with later ones "
        "only, and hence not forecast: {never}.",
    ),
    "end_all_closed": ("每项终期目标都有终期数。", "Every final target has a final figure."),
    "end_no_targets": ("规划没有目标。", "The plan has no targets."),
    "end_way_reading": (
        "途中的目标{count}项：当年有数的{closed}项，其中达到{met}项，未达到{missed}项。",
        "Targets on the way: {count}; with a figure of their year: {closed} (met: {met}, missed: "
        "{missed}).",
    ),
    "end_right": (
        "在各年年末作的、已有结果的判断{cases}例（{targets}项目标）：时序进度判断了{schedule_spoke}例，"
        "对{schedule_right}例；回溯重算的预测判断了{forecast_spoke}例，对{forecast_right}例。",
        "Verdicts of year ends whose outcome is known: {cases} (different targets: {targets}). "
        "The schedule rule spoke in {schedule_spoke}, right in {schedule_right}; the replayed "
        "forecast spoke in {forecast_spoke}, right in {forecast_right}.",
    ),
    "end_differ": (
        "两者说法相反的{differ}例：时序进度对{differ_schedule}例，预测对{differ_forecast}例。",
        "Where they disagreed ({differ}): the schedule rule was right in {differ_schedule}, the "
        "forecast in {differ_forecast}.",
    ),
    "end_agreed": (
        "两者都作了判断的{both_spoke}例，说法都相同。",
        "Where both spoke ({both_spoke}), they never disagreed.",
    ),
    "end_few": (
        "目标这样少，说明不了方法的好坏。",
        "So few targets prove little about a method.",
    ),
    "end_no_verdicts": (
        "各年年末的判断还没有一例有结果，谁对谁错还不能说。",
        "The outcome of no verdict of a year end is known yet: who was right cannot be said.",
    ),
    "end_reached": ("完成情况", "What was reached"),
    "end_reached_note": (
        "“超出目标”好于目标为正，差的为负；下一行是它占从基数到目标的路程的百分比，基数已经达标的没有路程可比。"
        "“何时达到”是公布数首次达到目标的年份。",
        "Beyond the target: positive where better than asked, negative where short of it; below "
        "it in percent of the way from baseline to target, where the baseline had not met the "
        "target already. When first met: the year of the first published figure that meets the "
        "target.",
    ),
    "end_share_of_way": ("路程的{share}", "{share} of the way"),
    "end_open_note": (
        "以下目标没有终期数。概率是按现有的数作的预测，不是结果：",
        "These have no final figure. The chance is a forecast from what is known, not a result:",
    ),
    "end_silent": (
        "另有{count}项从未公布过数，或只有目标年以后的数，不作预测，见“{section}”一节。",
        "Without any figure, or with later ones only: {count}, not forecast, listed under: "
        "{section}.",
    ),
    "end_milestones": ("途中的目标", "Targets on the way"),
    "end_no_milestones": (
        "途中的目标当年都没有公布数，是否达到无从说起。",
        "No target on the way has a figure of its year: whether they were kept cannot be said.",
    ),
    "end_way": ("路程、年份和走势", "Way, years and course"),
    "end_no_way": (
        "终期目标的指标都没有公布过数，没有可画的。",
        "No indicator of a final target has a figure: there is nothing to draw.",
    ),
    "picture_outcomes": (
        "各终期目标走完的路程和结果",
        "Way gone to each final target, and its outcome",
    ),
    "outcomes_note": (
        "路程：基数为0，目标为100%（虚线）。条和记号：公布数走到的位置　■ 已完成　✕ 未完成　"
        "○ 还没有终期数　浅色带和竖线：对目标年的预测，80%区间和中位数。"
        "超出图外的截到边上；没有路程可比的记号画在右边。",
        "Way: baseline 0, target 100 % (dashed). Bar and mark: where the published figure stands   "
        "■ met   ✕ missed   ○ no final figure yet   pale band and line: forecast for the target "
        "year, 80 % interval and median. What lies outside is cut at the edge; marks without a way "
        "stand at the right.",
    ),
    "outcome_share": ("{outcome}，{share}", "{outcome}, {share}"),
    "end_course": ("当初的预测与后来的数", "What was forecast at first, and what came"),
    "picture_course": (
        "{names}：公布数、目标和当初的预测",
        "{names}: figures, targets and what was forecast at first",
    ),
    "course_note": (
        "●公布数　◇和虚线：目标　━和色带：最早的预测（{made}，从{day}起；"
        "当时还没有数的，从有数的年末起），"
        "中位数和80%区间。",
        "● published   ◇ and dashed line: target   ━ and band: the first forecast ({made}, from "
        "{day}; of series without a figure then, from the year's end when they had one), median "
        "and 80 % interval.",
    ),
    "end_scores": ("预测应验了吗", "Were the forecasts right"),
    "end_scores_note": (
        "只算目标年已有公布数的预测，连同途中的目标。表中是每个日历年最后一期的概率。"
        "布里尔评分越小越好，对每项都说一半的得0.25；误差以各序列的年均变动为单位。",
        "Only forecasts whose target year has a figure count, those of targets on the way "
        "included. The table has the chance of the last issue in each calendar year. Brier score: "
        "lower is better, 0.25 for saying one half throughout; errors (CRPS) are in units of each "
        "series' mean yearly change.",
    ),
    "end_issued": ("当时发布的预测", "Forecasts that were issued"),
    "end_no_store": (
        "本次没有给出发布预测的存档。",
        "No store of issued forecasts was given.",
    ),
    "end_issued_none": (
        "存档中还没有一项预测已有结果。",
        "No forecast in the store has an outcome yet.",
    ),
    "end_replayed": ("回溯重算的预测，从未发布", "Forecasts replayed, never issued"),
    "end_replayed_note": (
        "用今天的方法，只用各年年末已知的数重新算出，从未发布，与发布的预测分开评分，绝不相混。",
        "Made with the method of today from what was known at each year's end. They were never "
        "issued, and are never scored together with those that were.",
    ),
    "end_replayed_none": (
        "各年年末能作的预测还没有一项已有结果。",
        "No forecast that could be made at a year's end has an outcome yet.",
    ),
    "end_band": (
        "概率在{low}-{high}%的{times}例，实现{came}例（{targets}项目标）。",
        "Chances of {low}-{high} %: {times}, of which came true: {came} (different targets: "
        "{targets}).",
    ),
    "end_more": ("其余{count}例见上表。", "Others, in the table above: {count}."),
    "end_all_leads": ("全部", "all"),
    "end_verdicts": ("哪种判断对", "Which verdicts were right"),
    "end_verdicts_note": (
        "每格上行是时序进度的判断，下行是回溯重算的预测的判断和概率；✓ 对，✗ 错。"
        "只有一个数时时序进度不判断，概率在三分之一与三分之二之间时预测不判断；当时已成定局的不算判断。",
        "Each cell: above, what the schedule rule said at the year's end; below, what the replayed "
        "forecast said, with its chance; ✓ right, ✗ wrong. With one figure the schedule rule is "
        "silent, with a chance between a third and two thirds the forecast is. What was settled by "
        "then is no verdict.",
    ),
    "end_line": ("时序进度：{said}", "Schedule: {said}"),
    "end_chance": ("预测：{said}（{p}）", "Forecast: {said} ({p})"),
    "end_who_schedule": ("时序进度对", "the schedule rule was right"),
    "end_who_forecast": ("预测对", "the forecast was right"),
    "end_disagreed": (
        "{name}，{year}年目标{target}：{origin}年末时序进度说{schedule}，预测说{forecast}（{p}），"
        "结果{outcome}，{who}。",
        "{name}, target {target} for {year}: at the end of {origin} the schedule rule said "
        "{schedule}, the forecast {forecast} ({p}); outcome: {outcome}, so {who}.",
    ),
    "end_waiting": ("还在等的数", "Figures still awaited"),
    "end_waiting_note": (
        "没有终期数的目标，按上一个数的出处排列；终期数最可能在同一来源公布。",
        "Targets without a final figure, by the source of their last figure: the final one will "
        "most likely be published in the same place.",
    ),
    "end_never": (
        "从未公布过数，也不知道会在哪里公布的：",
        "Never published, and no place is known where they would be:",
    ),
    "end_projects_note": (
        "数据中没有项目的实际完工时间和实际投资，何时完成、费用与计划差多少都无从说起；图中推迟和放弃都是假定。",
        "The tables hold no actual completions or costs, so that when projects were finished, and "
        "at what cost against the plan, cannot be said; slips and cancellations in the picture are "
        "assumed.",
    ),
    "end_trust_figures": (
        "结果只由公布数决定，目标从不当作数据；来源和出处见表格文件。日后公布或修订的数会改变结果。",
        "Outcomes rest on published figures alone, targets are never used as data; sources and "
        "places are in the tables. Figures published or revised later will change them.",
    ),
    "end_trust_way": (
        "路程的基数与时序进度相同：目标年前五年或更早的最后一个数，没有的取第一个数。",
        "The way starts from the baseline of the schedule rule: the last figure five years before "
        "the target year or earlier, else the first one.",
    ),
    "end_trust_replay": (
        "回溯重算所用的方法和先验定于这些年份之后，结果只作参考，不算业绩；公布日期不明的数按其年末当作已知。",
        "Method and priors behind replayed forecasts are younger than the years replayed: they "
        "inform, they are no record. Figures without a known date of publication count as known at "
        "the end of their year.",
    ),
    # The planner's desk as a web page.
    "app_title": ("规划桌", "The planner's desk"),
    "app_opening": ("正在打开……", "Opening …"),
    "app_ask": ("口令", "Token"),
    "app_enter": ("进入", "Enter"),
    "app_refused": ("口令不对。", "This is not the token."),
    # The planner's desk.
    "desk_chance": ("达到概率 {chance}", "Chance {chance}"),
    "desk_gain": ("基准{base}，变动{gain}", "baseline {base}, change {gain}"),
    "desk_evidence": ("依据：{word}（{meaning}）", "Evidence: {word} ({meaning})"),
    "desk_base": ("基准 {value}", "baseline {value}"),
    "desk_legend": (
        "● 公布数　━ 按设定的中位数　色带：50%、80%、90%区间　"
        "灰色、点线：基准（中位数、80%区间）　◇ 目标",
        "●\xa0published   ━\xa0median as set   bands: 50, 80, 90\xa0%   grey, dotted: baseline "
        "(median, 80\xa0%)   ◇\xa0target",
    ),
    "desk_title": ("{region}：规划桌", "{region}: the planner's desk"),
    "desk_region": ("地区", "Region"),
    "desk_language": ("语言", "Language"),
    "desk_day": ("截至日期", "As of"),
    "desk_indicator": ("指标", "Indicator"),
    "desk_target": ("目标", "Target"),
    "desk_scenario": ("基础情景", "Base scenario"),
    "desk_years": ("年份", "Years"),
    "desk_binding": ("约束性 · ", "binding · "),
    "desk_closed": (
        "到这一天，没有可以预测的未到期目标：请换一个日期，或者先补充数据。",
        "On this day no target is open for a forecast: choose another day, or add figures.",
    ),
    "desk_levers": (
        "能决定的：手段。在现有进度之上每年追加，0即照现在这样。",
        "What can be decided: levers. A year, on top of the present course; 0 is as now.",
    ),
    "desk_assumptions": (
        "只能相信的：假定。不设定时，按所列范围抽取。",
        "What can only be believed: assumptions. Not set, they are drawn from the range shown.",
    ),
    "desk_limits": ("{low}至{high}", "{low} to {high}"),
    "desk_beyond": (
        "{name}：超出了能设的范围（{limits}），已取最近的值。",
        "{name}: beyond what can be set ({limits}); the nearest value was taken.",
    ),
    "desk_set": ("设定", "set"),
    "desk_unable": (
        "“{mechanism}”在本地区不能演算：缺少{lacking}。",
        "{mechanism} cannot be played for this region: it lacks {lacking}.",
    ),
    "desk_untold": ("本地区的参数", "declarations for the region"),
    "desk_cancel": ("停止计算", "Cancel"),
    "desk_undo": ("撤销", "Undo"),
    "desk_redo": ("重做", "Redo"),
    "desk_reset": ("全部清除", "Reset"),
    "desk_no_step": ("没有可以撤销或重做的一步。", "There is no such step."),
    "desk_lever": ("手段", "Lever"),
    "desk_probability": ("要求的概率", "Chance wanted"),
    "desk_seek": ("要做到什么程度才够？", "What would it take?"),
    "desk_take": ("照此设定", "Set it so"),
    "desk_tornado": ("什么最要紧？", "What matters most?"),
    "desk_found": (
        "{lever}，要求概率{wanted}：{reading}，设定{value}，达到概率{chance}。用到上限，达到概率{most}。",
        "{lever}, for a chance of {wanted}: {reading}, at {value} a chance of {chance}. At its "
        "limit the chance is {most}.",
    ),
    "desk_name": ("名称", "Name"),
    "desk_save": ("保存情景", "Save scenario"),
    "desk_export": ("导出图、表和参数", "Export picture, tables, parameters"),
    "desk_load": ("打开情景文件", "Open a scenario file"),
    "desk_bad_name": (
        "请起一个短的、没有用过的名称，不含逗号、斜线等符号，也不与自带情景同名。",
        "Give a short name without commas or slashes that is not that of a shipped scenario.",
    ),
    "desk_written": ("已写入：{place}", "Written to: {place}"),
    "desk_table": ("各项指标在目前设定下的达到概率", "All indicators as things are set"),
    "desk_base_chance": ("基准概率", "Baseline chance"),
    "desk_base_is": ("基础情景：{name}。", "Base scenario: {name}. "),
    "desk_steps": ("目前的设定：{steps}", "Set now: {steps}"),
    "desk_same": ("与基准相同", "as in the baseline"),
    "desk_silent": (
        "另有{count}项没有数或已到期，不作预测",
        "Not forecast, for want of a figure or because their year has passed: {count}",
    ),
    "desk_not_found": (
        "{lever}，要求概率{wanted}：{reading}。用到上限，达到概率{most}。",
        "{lever}, for a chance of {wanted}: {reading}. At its limit the chance is {most}.",
    ),
    "desk_origin": (
        "{day}（虚线）已知。来源另列。",
        "{day} (dotted line). Sources: listed apart.",
    ),
    "desk_figures": ("用自己的数据", "Own figures"),
    "desk_figures_note": (
        "文件只在本机读取，不上传到任何地方。读不懂的、有疑问的逐个列出，由您改正、认可或去掉；空缺不会自动补。",
        "The file is read on this machine and sent nowhere. What is not understood or doubtful is "
        "listed, for you to correct, accept or drop; gaps are never filled.",
    ),
    "desk_upload": ("选择文件", "Choose a file"),
    "desk_place": ("或填文件路径", "or its path"),
    "desk_read": ("读取", "Read"),
    "desk_which": ("哪一个数", "Which figure"),
    "desk_text": ("改为", "Correct to"),
    "desk_fix": ("改正", "Correct"),
    "desk_accept": ("认可", "Accept"),
    "desk_drop": ("去掉", "Drop"),
    "desk_go": ("用这些数继续", "Go on with these figures"),
    "desk_taken": ("已用自己的数据。数据表写在：{place}", "Own figures taken. Tables: {place}"),
    "desk_line": ("行 · 列", "Row · column"),
    "desk_printed": ("原样", "As printed"),
    "desk_said": ("读出的内容或问题", "What was understood, or what is wrong"),
    "desk_working": ("正在计算……", "Working …"),
    "desk_cancelled": ("已停止，设定未变。", "Cancelled; what is set stays."),
    "desk_unread": ("{file}读不到或写不了。", "{file} cannot be read or written."),
    "desk_fault": ("做不到，设定未变。原因：", "That cannot be done; what is set stays. Reason:"),
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
    large = abs(value) >= (1e4 if _index(language) == 0 else 1e5)
    divisor = ((1.0, 1e4), (1e2, 1e5))[_index(language)][large]
    told = estimate(value / divisor, language, unit="yuan_10k").replace(",", "")
    told = told.rstrip("0").rstrip(".") if "." in told else told
    return (
        phrase("large_sum" if large else "small_sum", language)
        .format(value=told)
        .replace(" ", "\xa0", 1)
    )


def scenario_name(name: str, language: str) -> str:
    """Name of a scenario: in words if it came with the package, else as its file gives it.

    >>> scenario_name("pandemic_year", "en"), scenario_name("mine", "en")
    ('a year of shock', 'mine')
    """
    return word("scenario", name, language) if name in WORDS["scenario"] else name


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
