"""The scenario report's parts: each function turns an `Exploration` into one piece of the page.

A notebook lets `outlook.explore` compute and calls the parts in order. What rests on an assumption
is told with an "if"; a region that lacks something gets a sentence in its place. Every name and
text from the tables is escaped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..i18n.formatting import (
    NO_VALUE,
    change,
    estimate,
    join,
    money,
    number,
    points,
    probability,
    unit_symbol,
)
from ..scenarios.declarations import Mechanism
from ..scenarios.engine import first_year
from ..scenarios.formulas import parse_formula
from ..scenarios.goal_seeking import GoalSeek
from ..scenarios.response import PACE
from ..scenarios.scenario import BASELINE
from ..targets.composite_index import roll_up
from ..targets.joint_answers import Joint
from .context import CLOSED_FORM, Exploration, Focus
from .descriptions import belief_of, formula_of, lacking_of, rests_on, settings_of
from .html import Html, Value, bullets, paragraph, parameter_table, picture, safe, tabulate, title
from .midterm import projects_end, tell_projects

__all__ = [
    "link_sources",
    "show_changes",
    "show_declared",
    "show_index",
    "show_parameters",
    "show_projects",
    "show_ranks",
    "show_reading",
    "show_rules",
    "show_scenarios",
    "show_sides",
    "show_takes",
    "show_title",
    "show_together",
]

CLEAR = 2.0
"""Standard errors from which on a change counts as a rise or a fall."""
FANS = 3
"""Indicators whose fans are drawn."""
FILE_OR_PAGE = re.compile(r"https?://[!-~]*[\w/]|[\w.]+\.(?:txt|csv|yaml)")


def show_title(found: Exploration) -> Html:
    """Region, day, plan documents, and what the report is for."""
    return title(found, "scenarios_title", "scenarios_intro")


def show_reading(found: Exploration) -> Html:
    """Say what stands out: the baseline, the most helpful and the worst scenario, the focus."""
    say, language = found.say, found.language
    parts = [f"<h2>{say('reading')}</h2>"]
    base = found.joints[BASELINE.name]
    lines = []
    if base.counted:
        lines.append(
            say("base_reading").format(
                open=base.counted, expected=number(base.expected, language, step=0.1),
                low=base.low, high=base.high,
            )
        )  # fmt: skip
        lines += _extreme(found, "lever", "lever_reading", best=True)
        lines += _extreme(found, "assumption", "assumption_reading", best=False)
        if found.focus is not None:
            lines.append(_focus_line(found, found.focus))
            lines.append(_seek_line(found, found.focus.seek))
    else:
        parts.append(paragraph(say("all_closed")))
    if len(found.projects):
        lines.append(projects_end(found, found.projects))
    return Html("\n".join([*parts, bullets(lines) if lines else ""]))


def show_scenarios(found: Exploration) -> Html:
    """Tell each scenario in words: name, what it says, what it sets in this region."""
    say = found.say
    parts = [f"<h2>{say('scenarios')}</h2>"]
    if not found.scenarios:
        return Html("\n".join([*parts, paragraph(say("no_scenarios"))]))
    rows = []
    for scenario in found.scenarios:
        told = getattr(scenario, f"text_{found.language}") or NO_VALUE
        settings = [line for step in scenario.each() for line in settings_of(found, step)]
        rows.append(
            {
                found.word("column", "scenario"): f"{found.scenario(scenario.name)}\n"
                + found.word("changed_by", rests_on(found, scenario)),
                found.word("column", "text"): told,
                found.word("column", "settings"): join(settings, found.language)
                or say("nothing_set"),
            }
        )
    return Html("\n".join([*parts, tabulate(rows, words=True)]))


def show_changes(found: Exploration) -> Html:
    """Tell what scenarios change: counts, best and worst changes, a table as a picture, fans."""
    from ..charts.fan import to_png
    from ..charts.scenarios import difference_chart, scenario_fans

    say, language = found.say, found.language
    parts = [f"<h2>{say('changes')}</h2>"]
    moved = found.last[(found.last["changed_by"] != "") & found.last["p_change"].notna()]
    if moved.empty:
        reason = "no_changes" if len(found.usual) else "none_to_ask"
        return Html("\n".join([*parts, paragraph(say(reason))]))
    names = [s.name for s in found.scenarios if s.name in set(moved["scenario"])]
    rows = [_change_row(found, name, moved[moved["scenario"] == name]) for name in names]
    parts += [paragraph(say("changes_note")), tabulate(rows, words=True)]
    chart = difference_chart(found.plan, found.last, language=language)
    assert chart is not None
    told = join([found.scenario(name) for name in names], language)
    parts.append(picture(to_png(chart), say("picture_changes").format(names=told)))
    for indicator in _fanned(found, moved):
        figure = scenario_fans(
            found.plan, found.quantiles, found.compared, indicator,
            language=language, sources=found.sources(),
        )  # fmt: skip
        text = say("picture_fans").format(name=found.quantity(indicator))
        parts.append(picture(to_png(figure), text))
    return Html("\n".join(parts))


def show_together(found: Exploration) -> Html:
    """Tell for each scenario how many targets are met together, and what stands in the way."""
    say = found.say
    parts = [f"<h2>{say('together')}</h2>"]
    if not found.joints[BASELINE.name].counted:
        return Html("\n".join([*parts, paragraph(say("none_to_ask"))]))
    rows = [_joint_row(found, name, answer) for name, answer in found.joints.items()]
    return Html("\n".join([*parts, paragraph(say("together_note")), tabulate(_lean(rows))]))


def show_takes(found: Exploration) -> Html:
    """Tell what every target needs of each lever, and look into one target."""
    say = found.say
    parts = [f"<h2>{say('takes')}</h2>"]
    if found.needs.empty:
        return Html("\n".join([*parts, paragraph(say("none_to_ask"))]))
    chance = probability(found.probability, found.language)
    note = say("takes_note").format(probability=chance, first=first_year(found.plan))
    rows = [_need_row(found, row) for _, row in found.usual.iterrows()]
    return Html(
        "\n".join([*parts, paragraph(note), tabulate(rows, words=True), _focus_part(found)])
    )


def show_rules(found: Exploration) -> Html:
    """Tell whether the targets keep the plan's own rules, and whether the course does."""
    say, language = found.say, found.language
    parts = [f"<h2>{say('rules')}</h2>"]
    if found.rules.empty:
        return Html("\n".join([*parts, paragraph(say("no_rules"))]))
    same, lacking, rows = [], [], []
    for _, rule in found.rules.groupby("rule", sort=False):
        last = rule[rule["year"] == rule["year"].max()].set_index("path")
        about = last.loc["central"]
        if about["lacking"]:
            lacking.append(
                say("lacking_line").format(
                    formula=formula_of(found, about["formula"]),
                    lacking=lacking_of(found, about),
                )
            )
        elif not parse_formula(about["formula"]).names():
            same.append(found.quantity(about["quantity"]))
        else:
            rows.append(_rule_row(found, last))
    if rows:
        parts += [paragraph(say("rules_note")), tabulate(_lean(rows), words=True)]
    for key, names in (("rule_same", same), ("rule_lacking", lacking)):
        if names:
            told = join(dict.fromkeys(names), language)
            parts.append(paragraph(say(key).format(names=told)))
    return Html("\n".join(parts))


def show_projects(found: Exploration) -> Html:
    """Show the plan's projects: completions and spending, planned and expected."""
    return tell_projects(found, found.projects, note="projects_note")


def show_index(found: Exploration) -> Html:
    """Show how far each area has come, and which components are not known."""
    from ..charts.fan import to_png
    from ..charts.scenarios import index_chart

    say, plan = found.say, found.plan
    table = found.indices
    since = min(max(first_year(plan) - 1, int(table["year"].min())), int(table["year"].max()))
    chart = index_chart(plan, table, since=since, language=found.language)
    parts = [f"<h2>{say('indices')}</h2>"]
    if chart is None:
        return Html("\n".join([*parts, paragraph(say("no_index"))]))
    parts += [paragraph(say("indices_note")), picture(to_png(chart), say("picture_index"))]
    last = table[(table["year"] == table["year"].max()) & (table["scenario"] == BASELINE.name)]
    gaps = [
        f"<li>{safe(found.name('areas', row['area']))}: "
        f'<span lang="zh">{safe(row["missing"])}</span></li>'
        for _, row in last[last["area"].ne("") & last["missing"].ne("")].iterrows()
    ]
    if gaps:
        parts += [paragraph(say("missing_are"), strong=True), "<ul>", *gaps, "</ul>"]
    return Html("\n".join(parts))


def show_ranks(found: Exploration) -> Html:
    """Show where the region stands among those of its level."""
    from ..charts.fan import to_png
    from ..charts.scenarios import rank_chart

    say = found.say
    parts = [f"<h2>{say('ranks')}</h2>"]
    chart = rank_chart(found.plan, found.ranks, language=found.language)
    if chart is None:
        return Html("\n".join([*parts, paragraph(say("no_ranks"))]))
    note = say("ranks_note").format(year=found.ranks["year"].iloc[0])
    names = join(map(found.quantity, dict.fromkeys(found.ranks["indicator"])), found.language)
    text = say("picture_ranks").format(names=names)
    return Html("\n".join([*parts, paragraph(note), picture(to_png(chart), text)]))


def show_sides(found: Exploration) -> Html:
    """Put the targets of all levels side by side, and tell whether the parts are enough."""
    say, plan = found.say, found.plan
    parts = [f"<h2>{say('sides')}</h2>"]
    goals = found.everything.targets
    goals = goals.rename(columns={"value": "target"}).sort_values(["year", "target"])
    latest = goals.drop_duplicates(["region", "indicator"], keep="last")
    mine = set(latest.loc[latest["region"] == plan.region, "indicator"])
    shared = latest[latest["indicator"].isin(mine)]
    shared = shared[shared.groupby("indicator")["region"].transform("size") > 1]
    if shared.empty:
        return Html("\n".join([*parts, paragraph(say("no_sides"))]))
    regions = [r for r in plan.regions["region"] if r in set(shared["region"])]
    table = shared.set_index(["indicator", "region"])
    joined = roll_up(found.everything)
    rows = []
    for name in [n for n in plan.indicators["indicator"] if n in set(shared["indicator"])]:
        cells = {found.word("column", "name"): _with_unit(found, name)}
        for region in regions:
            known = (name, region) in table.index
            goal = table.loc[(name, region)] if known else None
            told = NO_VALUE if goal is None else found.goal(pd.Series({"indicator": name, **goal}))
            cells[found.name("regions", region)] = told
        cells[found.word("column", "sum_up")] = _sum_up(found, joined[joined["indicator"] == name])
        rows.append(cells)
    return Html("\n".join([*parts, paragraph(say("sides_note")), tabulate(rows, words=True)]))


def show_declared(found: Exploration) -> Html:
    """List all levers, with limits and costs, and all assumptions, with ranges, and their bases."""
    say = found.say
    parts = [f"<h2>{say('declared_all')}</h2>"]
    used = {n: m for n, m in found.mechanisms.items() if found.acts(m)}
    if not used:
        return Html("\n".join([*parts, paragraph(say("nothing_declared"))]))
    parts.append(paragraph(say("declared_note")))
    for key, rows in (
        ("levers_of", [r for m in used.values() for r in _lever_rows(found, m)]),
        ("assumptions_of", [r for m in used.values() for r in _assumption_rows(found, m)]),
    ):
        if rows:
            parts += [f"<h3>{say(key)}</h3>", link_sources(tabulate(rows, words=True))]
    return Html("\n".join(parts))


def show_parameters(found: Exploration, parameters: Mapping[str, Value], *, last: int) -> Html:
    """Print the run's parameters, in words; `last` is the last year forecast."""
    say = found.say
    until = parameters.get("until") or say("automatic").format(year=last)
    told = dict(parameters)
    names = [found.scenario(s.name) for s in found.scenarios]
    told["scenarios"] = (
        say("all_shipped")
        if parameters.get("scenarios") is None
        else join(names, found.language) or say("none_chosen")
    )
    if found.focus is None:
        told["indicator"] = say("none_chosen")
    else:
        name = found.quantity(str(found.focus.target["indicator"]))
        given = parameters.get("indicator") is not None
        told["indicator"] = name if given else say("chosen_itself").format(name=name)
    told["probability"] = probability(found.probability, found.language)
    table = parameter_table(found.plan, told, found.language, until=str(until))
    note = paragraph(say("tables_note")) if parameters.get("folder") else ""
    return Html(f"<h2>{say('parameters')}</h2>\n{table}\n{note}")


# What stands out.


def _extreme(found: Exploration, kind: str, key: str, *, best: bool) -> list[str]:
    """Tell of the scenario of one sort that moves the number of targets met most one way.

    A scenario is of the sort that what it changes here rests on.
    """
    base = found.joints[BASELINE.name].expected
    moved = found.compared[found.compared["p_change"].notna()]
    kinds = {
        str(name): {k for text in rows["changed_by"] for k in str(text).split(", ") if k}
        for name, rows in moved.groupby("scenario")
    }
    sign = 1.0 if best else -1.0
    gains = {
        s.name: sign * (found.joints[s.name].expected - base)
        for s in found.scenarios
        if (kinds.get(s.name) == {"lever"} if kind == "lever" else kind in kinds.get(s.name, ()))
    }
    name = max(gains, key=lambda n: gains[n], default="")
    if not name or gains[name] < 0.05:
        return []
    more = number(gains[name], found.language, step=0.1)
    expected = number(found.joints[name].expected, found.language, step=0.1)
    line = found.say(key).format(name=found.scenario(name), expected=expected, more=more)
    return [line]


def _focus_line(found: Exploration, focus: Focus) -> str:
    target = focus.target
    row = found.usual[found.usual["indicator"] == target["indicator"]].iloc[0]
    return found.say("target_reading").format(
        name=found.quantity(str(target["indicator"])), target=found.goal(row),
        chance=probability(row["p_reach"], found.language),
    )  # fmt: skip


def _seek_line(found: Exploration, seek: GoalSeek) -> str:
    """Answer what the target would take of the lever that was looked for."""
    say, language = found.say, found.language
    lever = found.input(seek.levers[0], seek.indicator)
    unit = seek.units[0]
    row = found.usual[found.usual["indicator"] == seek.indicator].iloc[0]
    facts = {"lever": lever, "probability": probability(seek.probability, language),
             "target": found.goal(row)}  # fmt: skip
    if seek.reading != "reached":
        reading = found.word("reading", seek.reading)
        limit = seek.upper[0] if seek.upper[0] else seek.lower[0]
        return say("seek_not").format(
            reading=reading, base=_chance(found, seek.p_baseline),
            upper=found.setting(limit, unit), chance=_chance(found, seek.p_upper), **facts,
        )  # fmt: skip
    facts |= {
        "value": found.setting(seek.values[0], unit), "chance": _chance(found, seek.p_reach)
    }  # fmt: skip
    if not math.isfinite(seek.cost):
        return say("seek_free").format(**facts)
    costs = {"cost": seek.cost, "low": seek.cost_low, "high": seek.cost_high}
    return say("seek_reached").format(**facts, **{k: money(v, language) for k, v in costs.items()})


def _chance(found: Exploration, share: float) -> str:
    """Write a share of draws as a chance, within 1 to 99 % as all of them are."""
    return probability(float(np.clip(share, 0.01, 0.99)), found.language)


# What changes.


def _change_row(found: Exploration, name: str, moved: pd.DataFrame) -> dict[str, str]:
    """Tell of one scenario how many chances rise and fall, and which most."""
    clear = moved["p_change"].abs() > np.maximum(CLEAR * moved["p_change_error"], 1e-9)
    up, down = moved[clear & (moved["p_change"] > 0)], moved[clear & (moved["p_change"] < 0)]
    kinds = {k for text in moved["changed_by"] for k in str(text).split(", ")}
    kind = found.word("changed_by", ", ".join(sorted(kinds)))
    if "assumption" in kinds:
        kind = found.say("if_kind").format(kind=kind)
    cells = {
        "scenario": f"{found.scenario(name)}\n{kind}",
        "raised": str(len(up)),
        "lowered": str(len(down)),
        "best_change": _change_of(found, up.sort_values("p_change").tail(1)),
        "worst_change": _change_of(found, down.sort_values("p_change").head(1)),
    }
    return {found.word("column", key): text for key, text in cells.items()}


def _change_of(found: Exploration, rows: pd.DataFrame) -> str:
    if rows.empty:
        return NO_VALUE
    row = rows.iloc[0]
    told = points(row["p_change"], found.language, error=row["p_change_error"])
    return found.say("change_of").format(points=told, name=found.quantity(str(row["indicator"])))


def _fanned(found: Exploration, moved: pd.DataFrame) -> list[str]:
    """Choose indicators whose fans are drawn: the one looked into, then the most changed."""
    size = moved.assign(size=moved["p_change"].abs()).groupby("indicator")["size"].max()
    ranked = [str(n) for n in size.sort_values(ascending=False, kind="stable").index]
    first = [] if found.focus is None else [str(found.focus.target["indicator"])]
    return list(dict.fromkeys([*(n for n in first if n in ranked), *ranked]))[:FANS]


def _joint_row(found: Exploration, name: str, answer: Joint) -> dict[str, str]:
    """Tell of one scenario what it makes of all targets together."""
    say, language = found.say, found.language
    expected = say("expected_of").format(
        value=number(answer.expected, language, step=0.1), low=answer.low, high=answer.high
    )
    first = answer.costs.iloc[0]
    costliest = say("in_years").format(
        name=found.quantity(str(first["indicator"])), years=first["year"]
    )
    cells = {
        "scenario": found.scenario(name),
        "counted": str(answer.counted),
        "expected": expected,
        "p_all": _bounded(found, answer.p_all, answer.p_all_low, answer.p_all_high),
        "binding": str(answer.binding) if answer.binding else NO_VALUE,
        "p_binding": _bounded(found, answer.p_binding, answer.p_binding_low, answer.p_binding_high)
        if answer.binding
        else NO_VALUE,
        "costliest": costliest,
    }
    return {found.word("column", key): text for key, text in cells.items()}


def _bounded(found: Exploration, p: float, low: float, high: float) -> str:
    """Write a chance of all, never a false 0 or 1, with its bounds where they differ."""
    told = min(max(p, 1e-6), 1.0 - 1e-6)
    chance = probability(told, found.language)
    if high - low < 0.005:
        return chance
    ends = {k: probability(v, found.language) for k, v in (("low", low), ("high", high))}
    return found.say("bounds").format(value=chance, **ends)


def _lean(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Leave out columns without any value."""
    table = pd.DataFrame(rows)
    return table.loc[:, table.ne(NO_VALUE).any()]


# What it takes.


def _with_unit(found: Exploration, indicator: str) -> str:
    unit = found.unit(indicator)
    name = found.plan.units.set_index("unit").at[unit, f"name_{found.language}"]
    return f"{found.quantity(indicator)}\n{unit_symbol(unit, str(name))}"


def _need_row(found: Exploration, row: pd.Series) -> dict[str, str]:
    """Tell what one target needs."""
    say, language = found.say, found.language
    needs = found.needs[found.needs["indicator"] == row["indicator"]]
    pace = needs[needs["lever"] == PACE].iloc[0]
    unit = found.unit(row["indicator"])
    standing = NO_VALUE
    if math.isfinite(pace["pace_share"]) and pace["reading"] == "reached":
        standing = say("share_of_paces").format(share=probability(pace["pace_share"], language))
    reading = found.word("pace_reading", pace["reading"])
    told = needs[needs["lever"].ne(PACE) & ~(needs["unit"].eq("year") & needs["needed"].isna())]
    levers = [_lever_line(found, need) for _, need in told.iterrows()]
    cells = {
        "name": _with_unit(found, str(row["indicator"])),
        "target": found.goal(row),
        "p_reach": probability(row["p_reach"], language),
        "extra_pace": change(pace["needed"], language, unit=unit)
        if pace["reading"] == "reached"
        else reading,
        "pace_standing": standing,
        "levers": "\n".join(levers) or say("no_levers"),
    }
    return {found.word("column", key): text for key, text in cells.items()}


def _lever_line(found: Exploration, need: pd.Series) -> str:
    """Tell what one lever would have to be."""
    say = found.say
    lever = found.input(str(need["lever"]), str(need["indicator"]))
    unit = str(need["unit"])
    if need["lever"] == CLOSED_FORM:
        value = found.rounded(float(need["needed_median"]), unit)
        return say("needed_free").format(lever=lever, needed=value)
    if need["reading"] != "reached":
        reading = found.word("reading", need["reading"])
        return say("needed_reading").format(lever=lever, reading=reading)
    value = (
        say("since").format(year=f"{need['needed']:.0f}")
        if unit == "year"
        else found.setting(float(need["needed"]), unit)
    )
    if not math.isfinite(need["cost"]):
        return say("needed_free").format(lever=lever, needed=value)
    cost = money(need["cost"], found.language)
    return say("needed_cost").format(lever=lever, needed=value, cost=cost)


def _focus_part(found: Exploration) -> str:
    """Look into one target: the lever's curve, the tornado, failures, the next figure."""
    from ..charts.fan import to_png
    from ..charts.scenarios import cost_curve, tornado_chart

    say, language, focus = found.say, found.language, found.focus
    if focus is None:
        return paragraph(say("no_focus"))
    name = found.quantity(str(focus.target["indicator"]))
    own, seek = str(focus.target["indicator"]), focus.seek
    parts = [
        f"<h3>{safe(say('focus').format(name=name))}</h3>",
        paragraph(
            f"{_focus_line(found, focus)} {_seek_line(found, seek)} {_pace_line(found, seek)}"
        ),
    ]
    row = found.usual[found.usual["indicator"] == own].iloc[0]
    title = f"{name} · {found.goal(row)}"
    lever = found.input(seek.levers[0], own)
    unit = seek.units[0]
    unit_name = str(found.plan.units.set_index("unit").at[unit, f"name_{language}"])
    chart = cost_curve(seek, name=lever, unit=(unit, unit_name), title=title, language=language)
    parts.append(picture(to_png(chart), say("picture_seek").format(name=lever), share=0.75))
    tornado = focus.sensitivity.tornado
    figure = tornado_chart(
        tornado, names={label: found.input(label, own) for label in tornado["input"]},
        units=found.units, title=title, language=language,
    )  # fmt: skip
    parts += [f"<h3>{say('matters')}</h3>", paragraph(say("matters_note"))]
    if figure is None:
        parts.append(paragraph(say("no_swing")))
    else:
        parts.append(picture(to_png(figure), say("picture_tornado").format(name=name)))
    lines = [_shares_line(found, focus), *_failure_lines(found, focus), _next_line(found, focus)]
    return "\n".join([*parts, bullets(lines)])


def _pace_line(found: Exploration, seek: GoalSeek) -> str:
    """Tell how the pace that is needed stands among those that were seen."""
    if not math.isfinite(seek.pace):
        return ""
    pace = change(seek.pace, found.language, unit=found.unit(seek.indicator))
    if not seek.paces:
        return found.say("seek_no_pace").format(pace=pace)
    share = probability(seek.pace_share, found.language)
    return found.say("seek_pace").format(pace=pace, paces=seek.paces, share=share)


def _shares_line(found: Exploration, focus: Focus) -> str:
    table = focus.sensitivity.indices
    if table.empty:
        return found.say("no_shares")
    own = str(focus.target["indicator"])
    large = table[table["total_order"] >= 0.005].sort_values("total_order", ascending=False)
    shares = [
        found.say("share_line").format(
            name=found.input(str(row["input"]), own),
            share=probability(min(row["total_order"], 1.0), found.language),
        )
        for _, row in large.iterrows()
    ]
    return found.say("shares").format(shares=join(shares, found.language))


def _failure_lines(found: Exploration, focus: Focus) -> list[str]:
    """Tell under which one and which two conditions the target fails."""
    say, own = found.say, str(focus.target["indicator"])
    lines = []
    for _, box in focus.failures.groupby("conditions", sort=True):
        told = []
        for _, row in box.iterrows():
            name = found.input(str(row["input"]), own)
            if row["input"] in set(found.everything.indicators["indicator"]):
                name = say("growth_of").format(name=name)
            key = "below" if row["comparator"] == "le" else "above"
            value = found.rounded(float(row["threshold"]), str(row["unit"]))
            told.append(say(key).format(input=name, value=value))
        first = box.iloc[0]
        shares = {"inside": first["p_fail_in"], "all": first["p_fail"], "share": first["share"],
                  "found": first["found_share"]}  # fmt: skip
        lines.append(
            say("fails").format(
                conditions=say("conditions_and").join(told),
                **{k: probability(v, found.language) for k, v in shares.items()},
            )
        )
    return lines


def _next_line(found: Exploration, focus: Focus) -> str:
    """Tell what the next figure would do to the chance."""
    table, unit = focus.coming.table, found.unit(focus.target["indicator"])
    first, middle, last = table.iloc[0], table.iloc[len(table) // 2], table.iloc[-1]
    values = {"low": first["high"], "middle_low": middle["low"], "middle_high": middle["high"],
              "high": last["low"]}  # fmt: skip
    chances = {"p_low": first, "p_middle": middle, "p_high": last}
    return found.say("next_is").format(
        year=focus.coming.year,
        move=points(focus.coming.expected_move, found.language).lstrip("+"),
        **{k: found.rounded(float(v), unit) for k, v in values.items()},
        **{k: _chance(found, row["p_reach"]) for k, row in chances.items()},
    )


# Rules.


def _rule_row(found: Exploration, last: pd.DataFrame) -> dict[str, str]:
    """Tell of one rule what it asks for in its last year, and who keeps it."""
    language, about = found.language, last.loc["central"]
    unit = found.unit(about["quantity"])
    low, central, high = (
        estimate(float(last.at[p, "requirement"]), language, unit=unit)
        for p in ("low", "central", "high")
    )
    asked = found.say("interval").format(value=central, low=low, high=high)
    kept, sure = about["satisfied"], low == high

    def told(p: float) -> str:
        return probability(p, language) if sure or math.isnan(p) else _chance(found, p)

    cells = {
        "rule": formula_of(found, str(about["formula"])),
        "year": str(about["year"]),
        "requirement": central if low == high else asked,
        "target": number(about["target"], language, unit=unit),
        "satisfied": NO_VALUE if pd.isna(kept) else found.say("yes" if kept else "no"),
        "p_target": told(about["p_target"]),
        "p_forecast": told(about["p_forecast"]),
    }
    return {found.word("column", key): text for key, text in cells.items()}


# Side by side.


def _sum_up(found: Exploration, joined: pd.DataFrame) -> str:
    """Tell whether the parts' targets are enough, where this region is the whole or a part."""
    if joined.empty:
        return NO_VALUE
    row = joined.sort_values("year").iloc[-1]
    unit = found.unit(row["indicator"])
    facts = {
        "region": found.name("regions", row["region"]), "parts": row["parts"], "of": row["of"],
        "rule": found.word("roll_up", row["rule"]),
        "value": number(row["parts_value"], found.language, unit=unit),
        "left": number(row["left"], found.language, unit=unit),
    }  # fmt: skip
    key = (
        "side_open" if pd.isna(row["enough"]) else "side_enough" if row["enough"] else "side_short"
    )
    return found.say(key).format(**facts)


# What is declared.


def _lever_rows(found: Exploration, mechanism: Mechanism) -> list[dict[str, str]]:
    rows = []
    for lever in mechanism.levers.values():
        cost = NO_VALUE
        if lever.cost is not None:
            ends = {k: number(getattr(lever.cost, k), found.language, unit="yuan_10k")
                    for k in ("low", "central", "high")}  # fmt: skip
            cost = found.say("cost_a_year").format(**ends)
        limit = found.setting(lever.upper, lever.unit)
        if lever.unit != "year":
            step = found.setting(lever.step, lever.unit)
            limit = found.say("upper_step").format(upper=limit, step=step)
        cells = {
            "lever": f"{getattr(lever, f'name_{found.language}')}\n"
            f"{getattr(mechanism, f'name_{found.language}')}",
            "upper": limit,
            "unit_cost": cost,
            "basis": getattr(lever, f"basis_{found.language}") or NO_VALUE,
        }
        rows.append({found.word("column", key): text for key, text in cells.items()})
    return rows


def _assumption_rows(found: Exploration, mechanism: Mechanism) -> list[dict[str, str]]:
    rows = []
    for belief in mechanism.assumptions.values():
        cells = {
            "input": f"{getattr(belief, f'name_{found.language}')}\n"
            f"{getattr(mechanism, f'name_{found.language}')}",
            "range": belief_of(found, belief, belief.unit),
            "basis": getattr(belief, f"basis_{found.language}") or NO_VALUE,
        }
        rows.append({found.word("column", key): text for key, text in cells.items()})
    return rows


def link_sources(text: str) -> str:
    """Set names of files and addresses of pages apart, as what they are."""
    return FILE_OR_PAGE.sub(lambda match: f"<code>{match.group(0)}</code>", text)
