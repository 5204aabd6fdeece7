"""The sentences and labels of reports, pictures and the desk, in Chinese and in English.

Both languages of a phrase have the same placeholders.
"""

from __future__ import annotations

__all__ = ["PHRASES"]

PHRASES: dict[str, tuple[str, str]] = {
    "check_fine": ("{place}：没有问题。", "{place}: no problems."),
    "check_problems": ("{place}：问题共{count}处。", "{place}: problems, {count} in all."),
    "check_changes": (
        "{region}：{all}项指标中有{changed}项改变。",
        "{region}: {changed} of {all} indicators change.",
    ),
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
        "有规划的{parts}个下级（表中共列{of}个）够得上{region}目标（{rule}{value}）",
        "of {of} parts listed the {parts} with a plan are up to the target of {region} ({rule} "
        "{value})",
    ),
    "side_short": (
        "有规划的{parts}个下级（表中共列{of}个）够不上{region}目标（{rule}{value}），其余须有{left}",
        "of {of} parts listed the {parts} with a plan fall short of the target of {region} ({rule} "
        "{value}); the others need {left}",
    ),
    "side_open": (
        "有规划的{parts}个下级（表中共列{of}个）{rule}{value}，{region}目标还差{left}，要由其余下级补上",
        "of {of} parts listed the {parts} with a plan, {rule} {value}, leave {left} of the target "
        "of {region} to the others",
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
    "small_sum": ("万元", "million yuan"),
    "large_sum": ("亿元", "billion yuan"),
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
    "app_title": ("规划工作台", "The planner's desk"),
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
    "desk_title": ("{region}：规划工作台", "{region}: the planner's desk"),
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
    "desk_progress": ("已完成的比例", "Share done"),
    "desk_cancelled": ("已停止，设定未变。", "Cancelled; what is set stays."),
    "desk_broken": (
        "程序出错，不是所给的内容有问题。请把这段英文告诉维护人员：",
        "The program failed; nothing that was given is wrong. Please report:",
    ),
    "desk_fault": ("做不到，设定未变。原因：", "That cannot be done; what is set stays. Reason:"),
}
