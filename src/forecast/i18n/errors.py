"""Faults in Chinese: what is `said` in English where it is found (see `errors`) is told here.

The table holds a Chinese template, with the gaps of the English one, for everything that a
planner's desk can say of a file, a folder, a setting or a name.
"""

from __future__ import annotations

from ..errors import DataError, ForecastError, Said, cause, said
from .messages import FiguresError

__all__ = ["CHINESE", "tell_error", "translate"]

CHINESE = {
    # Where a fault stands, and what is put together of other texts.
    "{place}: {problem}. Remedy: {remedy}.": "{place}：{problem}。办法：{remedy}。",
    "{place}, row {row}": "{place}，第{row}行",
    "{place}, column {column}": "{place}，“{column}”项",
    "{place}, value {value!r}": "{place}，所写的“{value}”",
    "{place}, table {name}": "{place}，{name} 表",
    "{problem}. {remedy}": "{problem}。办法：{remedy}",
    "{problem}. {remedy}.": "{problem}。{remedy}。",
    "{remedy}; {hint}": "{remedy}；{hint}",
    "row {row}, {column}": "第{row}行“{column}”",
    # Names.
    "Unknown {what} {name!r}": "没有名为“{name}”的{what}",
    "unknown {what}": "没有这个{what}",
    "Known: {names}": "可用的有：{names}",
    "Did you mean {near!r}? Known: {names}": "是不是“{near}”？可用的有：{names}",
    "perhaps {near!r} is meant": "可能是“{near}”",
    "known are {names}": "可用的有：{names}",
    "assumption": "假定",
    "column": "列",
    "constant": "常数",
    "doubtful figure": "存疑的数",
    "figure": "数",
    "growth path": "增长路径",
    "growth path in the priors": "先验表中的增长路径",
    "indicator": "指标",
    "input": "输入",
    "kind": "类别",
    "kind of mechanism": "机制种类",
    "lever": "手段",
    "lever or assumption": "手段或假定",
    "mechanism": "机制",
    "region": "地区",
    "row": "行",
    "scenario": "情景",
    # Files and folders.
    "{file} cannot be read or written ({reason}).": "{file} 读不到或写不了（{reason}）。",
    "cannot be read ({reason})": "读不了（{reason}）",
    "{file} cannot be written: {reason}. Choose another place.": (
        "{file} 写不了：{reason}。请换一个位置。"
    ),
    "{final} cannot be written: {reason} ({where}). Make room, close its files in other programs, "
    "or give another output folder.": (
        "{final} 写不了：{reason}（{where}）。请腾出空间，在其他程序中关闭其中的文件，"
        "或换一个输出文件夹。"
    ),
    "{final} is being written by another run. Wait for it, or give another name.": (
        "{final} 正由另一次运行写入。请等它结束，或换一个名称。"
    ),
    "{place} exists and is not a report, so it is kept. Give another name or output folder.": (
        "{place} 已经存在，又不是本软件写出的，所以不动它。请换一个名称或输出文件夹。"
    ),
    "check the path": "核对路径",
    "check the place and its rights": "核对位置和权限",
    "no such file": "没有这个文件",
    "no such file or folder": "没有这个文件或文件夹",
    "no such folder": "没有这个文件夹",
    "give a folder of tables": "给出存放数据表的文件夹",
    "neither UTF-8 nor GB18030 text": "文字编码认不出",
    "save the file as CSV UTF-8": "把文件另存为 UTF-8 编码的文本（CSV）",
    "EACCES": "没有权限",
    "EBUSY": "正被占用",
    "EDQUOT": "空间配额已满",
    "EEXIST": "已有同名的文件或文件夹",
    "EINVAL": "名称或内容不被系统接受",
    "EIO": "存储设备出错",
    "EISDIR": "这是一个文件夹",
    "EMFILE": "打开的文件太多",
    "ENAMETOOLONG": "名称太长",
    "ENOENT": "没有这个文件或文件夹",
    "ENOSPC": "空间已满",
    "ENOTDIR": "路径中有一段不是文件夹",
    "ENOTEMPTY": "文件夹不是空的",
    "EPERM": "系统不允许",
    "EROFS": "此处只能读，不能写",
    # Tables.
    "the folder holds none of the tables": "文件夹里一张数据表也没有",
    "name the files as the tables are named: {names}": "文件按表的名称命名：{names}",
    "not the name of a table": "不是数据表的名称",
    "rename it; {hint}": "改名；{hint}",
    "the table is missing": "缺少这张表",
    "add the file; data/README.md lists its columns": "补上这个文件，各列见 data/README.md",
    "not a CSV file ({error})": "不是完好的 CSV 文件",
    "save the file as CSV again; a quotation mark may be left open": (
        "重新另存为 CSV，可能有引号没有成对"
    ),
    "no header": "没有表头",
    "write the column names in line 1": "在第1行写各列的名称",
    "the column stands twice": "这一列出现两次",
    "remove one of the two": "去掉其中一列",
    "{cells} cells where the header has {header}": "这一行有{cells}格，表头有{header}格",
    "put a cell that contains a comma in quotation marks, and leave no cell out": (
        "含逗号的格加上引号，空格也要占位"
    ),
    "the column is missing": "缺少这一列",
    "add it to {columns}": "补上，各列应为：{columns}",
    "not a column here": "这张表没有这一列",
    "remove it; the columns are {columns}": "去掉它；各列应为：{columns}",
    "not a whole number": "不是整数",
    "write digits only, such as 2025": "只写数字，例如2025",
    "not a plain number": "不是单纯的数",
    "write digits with at most a decimal point, such as 1234.5; the unit stands in indicators.csv "
    "and a sign such as ≥ in the column comparator": (
        "只写数字，至多一个小数点，例如1234.5；单位写在 indicators 表中，"
        "≥ 一类的符号写在 comparator 列"
    ),
    "neither true nor false": "既不是 true，也不是 false",
    "write true or false": "写 true 或 false",
    "not a date": "不是日期",
    "write year, month and day, such as 2022-06-30": "写年、月、日，例如2022-06-30",
    "a control character in the text": "文字中有控制字符",
    "write the cell again without it": "重写这一格，去掉它",
    "the cell is empty": "这一格是空的",
    "fill it in: every row needs a value here": "填上：这一列每行都要有值",
    "not an allowed word": "不是允许的词",
    "write one of {words}": "从中选一个写：{words}",
    "the same id stands in row {first}": "与第{first}行的代码相同",
    "the same key stands in row {first}": "与第{first}行说的是同一件事",
    "keep one of the two rows": "两行只留一行",
    "unknown; it is not in {table}.csv": "{table} 表中没有",
    "add it to {table}.csv first": "先在 {table} 表中补上",
    "not a year between 1949 and 2100": "不是1949年到2100年之间的年份",
    "write the four digits of the year; an amount of money that looks like a year belongs in the "
    "column of the value": "写四位数的年份；看似年份的金额写在 value 列",
    "below {lower:.15g}, the least {indicator} can be": "低于{lower:.15g}，即 {indicator} 的下限",
    "above {upper:.15g}, the most {indicator} can be": "高于{upper:.15g}，即 {indicator} 的上限",
    "correct the value or its unit, or the bound in indicators.csv": (
        "改正数或单位，或改正 indicators 表中的上下限"
    ),
    "{indicator} counts whole things": "{indicator} 是计数，只能是整数",
    "write a whole number, or a finer resolution in indicators.csv": (
        "写整数，或在 indicators 表中把 resolution 改小"
    ),
    "a share has no lower bound": "比例没有下限",
    "a share has no upper bound": "比例没有上限",
    "a share is stored as 0-100: write 0, or take another kind": (
        "比例按0到100存放：写0，或改用别的 kind"
    ),
    "a share is stored as 0-100: write 100, or take another kind": (
        "比例按0到100存放：写100，或改用别的 kind"
    ),
    "the upper bound of a share is above 100": "比例的上限高于100",
    "a {kind} cannot be negative": "kind 为 {kind} 的指标不能为负",
    "write 0, or take another kind": "写0，或改用别的 kind",
    "not above the lower bound {lower:.15g}": "不高于下限{lower:.15g}",
    "correct one of the two bounds": "改正上限或下限",
    "the reporting step is not above 0": "公布的最小单位不大于0",
    "write the step of the figures, such as 1 or 0.1": "写数字公布到的最小单位，例如1或0.1",
    "a count is cumulative": "计数（count）是累计的",
    "write true, or the kind stock, a level that can fall": (
        "写 true，或把 kind 改为可升可降的 stock"
    ),
    "a stock can fall": "存量（stock）可升可降",
    "write false, or the kind count, which never falls": (
        "写 false，或把 kind 改为只增不减的 count"
    ),
    "asks for the worse side: {better} values of {indicator} are better": (
        "要求的是更差的一边：{indicator} 的 better 是 {better}"
    ),
    "correct the comparator, or the column better in indicators.csv": (
        "改正 comparator，或 indicators 表中的 better 列"
    ),
    "not a day of the year {year:.0f}": "不是{year:.0f}年的日期",
    "correct the date or the year; leave as_of empty for a figure of the year's end": (
        "改正日期或年份；年末的数，as_of 留空"
    ),
    "ends before it starts in {start:.0f}": "结束早于开始的{start:.0f}年",
    "correct one of the two years": "改正其中一个年份",
    "less than nothing": "小于0",
    "write what the project costs": "写项目的投资额",
    "falls from {before} ({since}), but {indicator} is cumulative and never falls": (
        "比{before}（{since}）低，但 {indicator} 是累计数，不会减少"
    ),
    "correct one of the two figures (one may be a year's increment), or say cumulative false in "
    "indicators.csv": (
        "改正其中一个数（可能有一个是当年新增数），或在 indicators 表中把 cumulative 写成 false"
    ),
    "no such column": "没有这一列",
    "add a column {name!r}": "补上“{name}”列",
    "no number": "不是数",
    "no number ({series})": "不是数（{series}）",
    "leave the row out where there is no figure": "没有数的行不要写",
    "{count} rows name no {column}": "有{count}行没有写 {column}",
    "fill it in": "填上",
    "fill them in": "填上",
    "{count} values are no numbers": "有{count}个值不是数",
    "observed but not described": "有数，却没有说明",
    "add its row": "补上它的一行",
    "unknown direction of {name}": "{name} 的方向不明",
    "use higher or lower": "写 higher 或 lower",
    "unknown": "不认识",
    "use {names}": "写其中之一：{names}",
    "write one": "写一个数",
    "learn the priors anew": "重新学习先验表",
    "give a prior table, or a folder of tables": "给出先验表，或存放数据表的文件夹",
    "write 2022-12-31": "照 2022-12-31 的样子写",
    "region={region!r} contradicts the plan {place!r}; give one of them.": (
        "地区“{region}”与规划“{place}”不一致，只给其中一个。"
    ),
    # Databases.
    "not the address of a database": "不是数据库地址",
    "write it as postgresql+psycopg://user@host:5432/name; @ in a password is %40": (
        "照 postgresql+psycopg://user@host:5432/name 的样子写；密码中的 @ 写成 %40"
    ),
    "cannot be read ({answer})": "读不了，数据库驱动程序的原话是“{answer}”",
    "a password stands in the address": "地址里写了密码",
    "no driver for {driver}": "没有安装 {driver} 的驱动程序",
    "install the package with its extra `database`, or the driver of the address": (
        "安装本软件时加上 `database` 一项，或安装该地址所用的驱动程序"
    ),
    "check the path; absolute ones have four slashes": "核对路径；绝对路径前有四条斜线",
    "check that it runs, the address and your rights": "核对数据库是否在运行、地址和权限",
    "holds none of the tables": "一张数据表也没有",
    "name them {names}": "各表应名为：{names}",
    "{place} cannot be written: {reason}. Nothing was; check that it runs, its room and your "
    "rights.": "{place} 写不了：{reason}。什么也没有写入；请核对它是否在运行、空间和权限。",
    "{names}: the name of a plan's own table, kept for its data.": (
        "{names} 是规划数据表的名称，留给规划自己的数据。"
    ),
    "{names}: a column `run` is added here; leave it out.": (
        "{names}：这里会加上 `run` 列，请不要自带。"
    ),
    "{place}, table {name} has other columns than the results: {odd} not in both. Nothing was "
    "written; rename the old table, and a new one is made.": (
        "{place}，{name} 表的列与结果不同：{odd} 只在一边有。什么也没有写入；"
        "请把旧表改名，会另建新表。"
    ),
    "{place}, table {name} holds run {run} already. Nothing was written; give every run an id of "
    "its own.": "{place}，{name} 表里已有运行 {run}。什么也没有写入；每次运行请用自己的编号。",
    # Files that planners write.
    "larger than any such file": "文件大得不像这类文件",
    "not YAML: nested too deep": "嵌套太深",
    "not YAML: {reason}": "这一行或它的上一行不合 YAML 的写法",
    "mend the indentation": "检查缩进、冒号后的空格和成对的引号",
    "an anchor, alias or tag": "写了锚点、别名或标签（& * !）",
    "write the value itself": "直接写出值",
    "a key that is no word": "键不是一个词",
    "write `key: value`": "写成“键: 值”",
    "given twice": "写了两次",
    "keep one": "只留一个",
    "unknown key": "没有这个键",
    "remove it": "去掉它",
    "Field required": "没有写，但必须写",
    "Input should be a valid number, unable to parse string as a number": "不是数",
    "Input should be a valid number": "不是单个的数",
    "Input should be a finite number": "不是有限的数",
    "Input should be a valid integer, unable to parse string as an integer": "不是整数",
    "Input should be a valid integer": "不是单个的整数",
    "Input should be a valid string": "不是一段文字",
    "String should have at least {min_length} character": "至少要有{min_length}个字",
    "Input should be a valid dictionary": "不是由“键: 值”组成的一节",
    "Input should be a valid dictionary or instance of {class_name}": "不是由“键: 值”组成的一节",
    "Input should be a valid tuple": "不是一列",
    "Tuple should have at most {max_length} items after validation": "多于{max_length}项",
    "Input should be greater than {gt}": "必须大于{gt:g}",
    "Input should be greater than or equal to {ge}": "不能小于{ge:g}",
    "Input should be less than {lt}": "必须小于{lt:g}",
    "not what belongs here": "这里不能这样写",
    "add it": "补上",
    "compare it with other files": "照别的文件改写",
    "leave some out": "去掉多余的",
    "write a greater one": "写大一些的数",
    "write a list": "写成一列，例如 [甲, 乙]",
    "write a number": "写一个数",
    "write a smaller one": "写小一些的数",
    "write a text": "写一段文字",
    "write a whole number": "写一个整数",
    "write lines of `key: value`": "写成若干行“键: 值”",
    # Mechanisms.
    "low {low}, central {central}, high {high} are not in order": (
        "最低{low:g}、最可能{central:g}、最高{high:g}，次序不对"
    ),
    "write low <= central <= high": "按 low <= central <= high 写",
    "lower {lower} and upper {upper} leave no room": "下限{lower:g}和上限{upper:g}之间没有余地",
    "write 0 <= lower < upper": "按 0 <= lower < upper 写",
    "a correlation of one with itself": "一个假定与自己相关",
    "name two assumptions": "写两个不同的假定",
    "no {what} {names}": "缺少{what} {names}",
    "add a section for it": "为它补上一节",
    "indicator does not suit the kind": "指标与机制种类不符",
    "name one, none for a project_list": "写一个指标；project_list 不写指标",
    "{name} is beyond its ends": "{name} 超出可能的范围",
    "write {low:g} to {high:g}": "写{low:g}到{high:g}之间的数",
    "write {low:g} or more": "写不小于{low:g}的数",
    "correlations that cannot all hold": "这些相关系数不能同时成立",
    "weaken one": "减弱其中一个",
    # Rules.
    "{text!r} is no formula: {reason}.": "“{text}”不是公式",
    "{text!r} is not one comparison.": "“{text}”不是一个比较式",
    "{text!r} has no value: {reason}.": "“{text}”算不出值",
    "{part!r}: only [-1], the year before, is known.": "“{part}”：方括号里只能写 -1，即上一年",
    "{part!r} cannot stand in a formula.": "“{part}”不能写在公式里",
    "write one comparison of ids, numbers, + - * / //, max, min and x[-1]": (
        "写一个比较式，由代码、数、+ - * / //、max、min 和 x[-1] 组成"
    ),
    # Scenarios.
    "from {since} and by {by} leave no year": "从{since}年起到{by}年止，没有一年可用",
    "let it end later": "把结束的年份改晚",
    "a shock has one size": "冲击（shock）的大小要写一种，也只写一种",
    "give `by` or `factor`": "写 `by` 或 `factor`",
    "a mechanism and a verb in one step": "一步里既有机制又有动词",
    "write two steps": "分成两步写",
    "a mechanism and nothing to set": "写了机制，却没有要设的",
    "add levers or assumptions": "补上 levers 或 assumptions",
    "levers without a mechanism": "写了手段或假定，却没有写机制",
    "name the mechanism": "写上 mechanism",
    "not one verb for indicators": "没有给指标写上恰好一个动词",
    "name indicators and one of {verbs}": "写上 indicator，再从中选一个写：{verbs}",
    "stands on itself": "以自己为基础",
    "name another base": "换一个基础情景",
    "no such scenario": "没有这个情景",
    "put {base}.yaml beside it": "把 {base}.yaml 放在它旁边",
    "no figures of {names} for {region}": "{region} 没有 {names} 的数据",
    "add {names} for {region} to mechanisms.yaml": "在 mechanisms.yaml 中为 {region} 补上 {names}",
    "{low:g} to {high:g}": "{low:g}至{high:g}",
    "beyond its ends": "超出可能的范围",
    "beyond its limits": "超出限度",
    "write {low:g} to {top:g}, or change the limits in mechanisms.yaml": (
        "写{low:g}到{top:g}之间的数，或在 mechanisms.yaml 中改限度"
    ),
    "Scenarios of one name: {names}. Rename one.": "有同名的情景：{names}。请改其中一个的名称。",
    "projects, and no mechanism that describes them": "有项目清单，却没有说明它的机制",
    "add a section of the kind project_list to mechanisms.yaml": (
        "在 mechanisms.yaml 中补上 kind 为 project_list 的一节"
    ),
    # Questions and settings.
    "{name} takes {lower:g} to {upper:g}, not {value:g}.": (
        "{name} 只能设{lower:g}到{upper:g}之间的数，不能是{value:g}。"
    ),
    "{name!r} names no file of its own. Give a short, new name.": (
        "“{name}”不能用作文件名，或已被占用。请换一个短的新名称。"
    ),
    "No target is open on this day. Choose an earlier one.": (
        "在这一天，没有尚待实现的目标。请选更早的日期。"
    ),
    "names several targets": "指的不止一个目标",
    "names no target of the plan": "规划中没有这个目标",
    "give one row of `plan.targets`": "给出 `plan.targets` 的一行",
    "no figure of it": "它没有数据",
    "its year has passed": "目标年份已过",
    "ask about a target that figures or a forecast can decide": "请问数据或预测能判定的目标",
    "a figure has decided it": "已有数据判定",
    "ask about an open target": "请问尚待实现的目标",
    "probability must lie between 0 and 1, not {probability}.": (
        "概率应在0和1之间，不能是{probability}。"
    ),
    "Several levers, {levers}: read `values`.": "有几个手段（{levers}），请读 `values`。",
    "Without a cost: {levers}. Add `cost` in mechanisms.yaml, or ask for one lever without a "
    "budget.": (
        "没有成本的有：{levers}。请在 mechanisms.yaml 中补上 `cost`，或只问一个手段、不设预算。"
    ),
    "draws must be at least 1 and seed at least 0, not {draws} and {seed}.": (
        "模拟次数至少是1，随机种子至少是0，不能是{draws}和{seed}。"
    ),
    "until={until} is not after the latest figures ({latest}).": (
        "模拟到{until}年，不晚于最新数据的年份（{latest}年）。"
    ),
    "years must be at least 1, not {years}.": "年数至少是1，不能是{years}。",
    "years must lie between 1 and {most}, not {years}.": "年数应在1到{most}之间，不能是{years}。",
    "Targets of [{beyond}] lie beyond the simulated years (until {until}). Simulate until {last}, "
    "or leave these targets out.": (
        "{beyond}年的目标晚于模拟的年份（到{until}年）。请模拟到{last}年，或不问这些目标。"
    ),
}


def translate(text: object, language: str) -> object:
    """Tell what is `said` in a language; anything else stays as it is.

    >>> from forecast.errors import said
    >>> text = said("no {what} {names}", what=said("lever"), names=["a", "b"])
    >>> translate(text, "zh"), translate(text, "en")
    ('缺少手段 a、b', 'no lever a, b')
    """
    if language == "en":
        return text
    if isinstance(text, list):
        return "、".join(str(translate(item, language)) for item in text)
    if not isinstance(text, Said):
        return text
    template = CHINESE.get(text.template, text)
    filled = {name: translate(gap, language) for name, gap in text.gaps.items()}
    return template.format_map(filled) if filled else template


def tell_error(error: Exception, language: str) -> str:
    """Tell a fault of what a planner gave, in a language; '' for a fault of the program.

    >>> from forecast.errors import UnknownNameError
    >>> print(tell_error(UnknownNameError("region", "lisui", ["lishui", "xiaoshan"]), "zh"))
    没有名为“lisui”的地区。是不是“lishui”？可用的有：lishui、xiaoshan。
    >>> tell_error(KeyError("lisui"), "zh")
    ''
    """
    if isinstance(error, FiguresError):
        return error.told(language)
    if isinstance(error, DataError):
        # What a value could be in two ways can lack the same for both.
        told = dict.fromkeys(str(translate(p.said(), language)) for p in error.problems)
        return "\n".join(told)
    text = error.args[0] if error.args else ""
    if isinstance(error, OSError) and error.filename is not None:
        gaps = {"file": error.filename, "reason": cause(error)}
        text = said("{file} cannot be read or written ({reason}).", **gaps)
    if isinstance(text, Said):
        return str(translate(text, language))
    return str(error) if isinstance(error, ForecastError) and language == "en" else ""
