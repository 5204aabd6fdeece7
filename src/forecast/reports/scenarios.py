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

from ..i18n.catalog import N_
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
from ..scenarios.baseline import first_decision_year
from ..scenarios.declarations import Mechanism
from ..scenarios.formulas import parse_formula
from ..scenarios.goal_seeking import GoalSeek
from ..scenarios.response import PACE
from ..scenarios.scenario import BASELINE
from ..targets.composite_index import roll_up
from ..targets.joint_answers import Joint
from .context import CLOSED_FORM, Exploration, Focus
from .descriptions import belief_of, formula_of, lacking_of, rests_on, settings_of
from .html import (
    Html,
    Value,
    bullets,
    heading,
    paragraph,
    parameter_table,
    picture,
    safe,
    tabulate,
    title,
)
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
    return title(
        found,
        N_("{region}: scenarios, and what the targets would take"),
        N_(
            "What would become of the targets if this were done, or that "
            "happened? A lever is what a planner can decide. An assumption can "
            "only be believed: what rests on one holds if it does, and is no "
            "forecast. All scenarios use the same simulated futures as the "
            "baseline; behind ± stands the standard error of the simulation."
        ),
    )


def show_reading(found: Exploration) -> Html:
    """Say what stands out: the baseline, the most helpful and the worst scenario, the focus."""
    gettext, language = found.gettext, found.language
    parts = [heading(gettext("What stands out"))]
    base = found.joints[BASELINE.name]
    lines = []
    if base.counted:
        lines.append(
            gettext("As things go now: of {open} open targets with figures, {expected} "
"are expected to be reached (90 % interval {low} to {high}).").format(
                open=base.counted, expected=number(base.expected, language, step=0.1),
                low=base.low, high=base.high,
            )
        )  # fmt: skip
        lines += _extreme(
            found,
            "lever",
            N_(
                "Of the scenarios made of levers alone, the most helpful one: "
                "{name}; {expected} expected to be reached, {more} more than in "
                "the baseline."
            ),
            best=True,
        )
        lines += _extreme(
            found,
            "assumption",
            N_(
                "Of those that rest on assumptions, the worst one (if: {name}): "
                "{expected} would be reached, {more} fewer than in the baseline."
            ),
            best=False,
        )
        if found.focus is not None:
            lines.append(_focus_line(found, found.focus))
            lines.append(_seek_line(found, found.focus.seek))
    else:
        parts.append(
            paragraph(
                gettext(
                    "No target is open: every target year has passed, or no figure was "
                    "ever published, and no scenario changes what is over. To see how "
                    "things stood, set the as-of date before the target years."
                )
            )
        )
    if len(found.projects):
        lines.append(projects_end(found, found.projects))
    return Html("\n".join([*parts, bullets(lines) if lines else ""]))


def show_scenarios(found: Exploration) -> Html:
    """Tell each scenario in words: name, what it says, what it sets in this region."""
    gettext = found.gettext
    parts = [heading(gettext("The scenarios"))]
    if not found.scenarios:
        return Html(
            "\n".join(
                [*parts, paragraph(gettext("No scenario was chosen; there is only the baseline."))]
            )
        )
    rows = []
    for scenario in found.scenarios:
        told = getattr(scenario, f"text_{found.language}") or NO_VALUE
        settings = [line for step in scenario.all_steps() for line in settings_of(found, step)]
        rows.append(
            {
                found.label("column", "scenario"): f"{found.scenario(scenario.name)}\n"
                + found.label("changed_by", rests_on(found, scenario)),
                found.label("column", "text"): told,
                found.label("column", "settings"): join(settings, found.language)
                or gettext("nothing is set for this region"),
            }
        )
    return Html("\n".join([*parts, tabulate(rows, words=True)]))


def show_changes(found: Exploration) -> Html:
    """Tell what scenarios change: counts, best and worst changes, a table as a picture, fans."""
    from ..charts.scenarios import difference_chart, scenario_fans
    from ..charts.style import to_png

    gettext, language = found.gettext, found.language
    parts = [heading(gettext("What the scenarios change"))]
    moved = found.last[(found.last["changed_by"] != "") & found.last["p_change"].notna()]
    if moved.empty:
        reason = (
            N_("None of the scenarios changes the chance of an open target.")
            if len(found.usual)
            else N_("No target is open (see what stands out).")
        )
        return Html("\n".join([*parts, paragraph(gettext(reason))]))
    names = [s.name for s in found.scenarios if s.name in set(moved["scenario"])]
    rows = [_change_row(found, name, moved[moved["scenario"] == name]) for name in names]
    parts += [
        paragraph(
            gettext(
                "Only the last open target of an indicator counts. Changes of a "
                "chance are in percentage points (pp); those below two errors "
                "count neither as a rise nor as a fall."
            )
        ),
        tabulate(rows, words=True),
    ]
    chart = difference_chart(found, found.last)
    assert chart is not None
    told = join([found.scenario(name) for name in names], language)
    parts.append(picture(to_png(chart), gettext("Changes of chances: {names}").format(names=told)))
    for indicator in _fanned(found, moved):
        figure = scenario_fans(
            found, found.quantiles, found.compared, indicator, sources=found.sources()
        )  # fmt: skip
        text = gettext("{name}: baseline and scenarios").format(name=found.quantity(indicator))
        parts.append(picture(to_png(figure), text))
    return Html("\n".join(parts))


def show_together(found: Exploration) -> Html:
    """Tell for each scenario how many targets are met together, and what stands in the way."""
    gettext = found.gettext
    parts = [heading(gettext("All targets together"))]
    if not found.joints[BASELINE.name].counted:
        return Html(
            "\n".join([*parts, paragraph(gettext("No target is open (see what stands out)."))])
        )
    rows = [_joint_row(found, name, answer) for name, answer in found.joints.items()]
    return Html(
        "\n".join(
            [
                *parts,
                paragraph(
                    gettext(
                        "All open targets with figures are counted, those of each year "
                        "apart. Most in the way is the target for which the chance that "
                        "all others are reached and it is not is highest; where no "
                        "simulated future is like that, the least likely one. Bounds hold "
                        "whatever the dependence between targets."
                    )
                ),
                tabulate(_lean(rows)),
            ]
        )
    )


def show_takes(found: Exploration) -> Html:
    """Tell what every target needs of each lever, and look into one target."""
    gettext = found.gettext
    parts = [heading(gettext("What it would take"))]
    if found.needs.empty:
        return Html(
            "\n".join([*parts, paragraph(gettext("No target is open (see what stands out)."))])
        )
    chance = probability(found.probability, found.language)
    note = gettext(
        "The least of each lever, the same in every year from {first} on, "
        "with which the target is reached with a chance of {probability}. "
        "Extra pace asks about no lever: it comes on top of the present "
        "course; the next column tells how many of the yearly paces that "
        "any region ever showed were as high."
    ).format(probability=chance, first=first_decision_year(found.plan))
    rows = [_need_row(found, row) for _, row in found.usual.iterrows()]
    return Html(
        "\n".join([*parts, paragraph(note), tabulate(rows, words=True), _focus_part(found)])
    )


def show_rules(found: Exploration) -> Html:
    """Tell whether the targets keep the plan's own rules, and whether the course does."""
    gettext, language = found.gettext, found.language
    parts = [heading(gettext("Standards and rules"))]
    if found.rules.empty:
        return Html(
            "\n".join(
                [*parts, paragraph(gettext("The plan has no rule that figures could check."))]
            )
        )
    same, lacking, rows = [], [], []
    for _, rule in found.rules.groupby("rule", sort=False):
        last = rule[rule["year"] == rule["year"].max()].set_index("path")
        about = last.loc["central"]
        if about["lacking"]:
            lacking.append(
                gettext("{formula} (lacking: {lacking})").format(
                    formula=formula_of(found, about["formula"]),
                    lacking=lacking_of(found, about),
                )
            )
        elif not parse_formula(about["formula"]).names():
            same.append(found.quantity(about["quantity"]))
        else:
            rows.append(_rule_row(found, last))
    if rows:
        parts += [
            paragraph(
                gettext(
                    "Rules that the plan itself prints: what they ask for on low, "
                    "central and high paths, whether the plan's targets keep them, and "
                    "whether the course as it goes now will."
                )
            ),
            tabulate(_lean(rows), words=True),
        ]
    for key, names in (
        (N_("The target says what the rule says, so there is nothing to compute: {names}."), same),
        (N_("Cannot be checked for want of figures: {names}."), lacking),
    ):
        if names:
            told = join(dict.fromkeys(names), language)
            parts.append(paragraph(gettext(key).format(names=told)))
    return Html("\n".join(parts))


def show_projects(found: Exploration) -> Html:
    """Show the plan's projects: completions and spending, planned and expected."""
    return tell_projects(
        found,
        found.projects,
        note=N_(
            "How far projects slip, and whether they are given up, is assumed "
            "(see levers and assumptions); money is spent evenly from start to "
            "completion."
        ),
    )


def show_index(found: Exploration) -> Html:
    """Show how far each area has come, and which components are not known."""
    from ..charts.rankings import index_chart
    from ..charts.style import to_png

    gettext, plan = found.gettext, found.plan
    table = found.indices
    since = min(
        max(first_decision_year(plan) - 1, int(table["year"].min())), int(table["year"].max())
    )
    chart = index_chart(found, table, since=since)
    parts = [heading(gettext("How far each area has come"))]
    if chart is None:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(gettext("No area has figures that an index could be computed from.")),
                ]
            )
        )
    parts += [
        paragraph(
            gettext(
                "0 is the plan's baseline, 100 its last target. Only components "
                "with figures count: the fewer, the less the index says."
            )
        ),
        picture(to_png(chart), gettext("Indices of the areas")),
    ]
    last = table[(table["year"] == table["year"].max()) & (table["scenario"] == BASELINE.name)]
    gaps = [
        f"<li>{safe(found.name('areas', row['area']))}: "
        f'<span lang="zh">{safe(row["missing"])}</span></li>'
        for _, row in last[last["area"].ne("") & last["missing"].ne("")].iterrows()
    ]
    if gaps:
        parts += [
            paragraph(gettext("Components without figures"), strong=True),
            "<ul>",
            *gaps,
            "</ul>",
        ]
    return Html("\n".join(parts))


def show_ranks(found: Exploration) -> Html:
    """Show where the region stands among those of its level."""
    from ..charts.rankings import rank_chart
    from ..charts.style import to_png

    gettext = found.gettext
    parts = [heading(gettext("Among regions of its level"))]
    chart = rank_chart(found, found.ranks)
    if chart is None:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No indicator has figures of two regions of this level: there is "
                            "nothing to rank."
                        )
                    ),
                ]
            )
        )
    note = gettext(
        "Ranks at the end of {year} as things go now, among regions of the "
        "same level with published figures: no ranking of the whole "
        "province. Regions on one shade cannot be told apart."
    ).format(year=found.ranks["year"].iloc[0])
    names = join(map(found.quantity, dict.fromkeys(found.ranks["indicator"])), found.language)
    text = gettext("Ranks with 90 % intervals: {names}").format(names=names)
    return Html("\n".join([*parts, paragraph(note), picture(to_png(chart), text)]))


def show_sides(found: Exploration) -> Html:
    """Put the targets of all levels side by side, and tell whether the parts are enough."""
    gettext, plan = found.gettext, found.plan
    parts = [heading(gettext("Province, cities and districts side by side"))]
    goals = found.everything.targets
    goals = goals.rename(columns={"value": "target"}).sort_values(["year", "target"])
    latest = goals.drop_duplicates(["region", "indicator"], keep="last")
    mine = set(latest.loc[latest["region"] == plan.region, "indicator"])
    shared = latest[latest["indicator"].isin(mine)]
    shared = shared[shared.groupby("indicator")["region"].transform("size") > 1]
    if shared.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext("No indicator stands in the plan of another region as well.")
                    ),
                ]
            )
        )
    regions = [r for r in plan.regions["region"] if r in set(shared["region"])]
    table = shared.set_index(["indicator", "region"])
    joined = roll_up(found.everything)
    rows = []
    for name in [n for n in plan.indicators["indicator"] if n in set(shared["indicator"])]:
        cells = {found.label("column", "name"): _with_unit(found, name)}
        for region in regions:
            known = (name, region) in table.index
            goal = table.loc[(name, region)] if known else None
            told = NO_VALUE if goal is None else found.goal(pd.Series({"indicator": name, **goal}))
            cells[found.name("regions", region)] = told
        cells[found.label("column", "sum_up")] = _sum_up(found, joined[joined["indicator"] == name])
        rows.append(cells)
    return Html(
        "\n".join(
            [
                *parts,
                paragraph(
                    gettext(
                        "The last targets of the same indicator in the plans of all "
                        "levels, and whether those of the parts are enough for the whole."
                    )
                ),
                tabulate(rows, words=True),
            ]
        )
    )


def show_declared(found: Exploration) -> Html:
    """List all levers, with limits and costs, and all assumptions, with ranges, and their bases."""
    gettext = found.gettext
    parts = [heading(gettext("Levers and assumptions"))]
    used = {n: m for n, m in found.mechanisms.items() if found.acts(m)}
    if not used:
        return Html(
            "\n".join(
                [*parts, paragraph(gettext("No mechanism has figures to work on in this region."))]
            )
        )
    parts.append(
        paragraph(
            gettext(
                "Mechanisms of indicators that have figures here. Assumptions are "
                "triangular distributions; where no figure is known, nothing "
                "supports the number: change it as you know better. Levers come on "
                "top of the present course; limits and costs are assumed too."
            )
        )
    )
    for key, rows in (
        (N_("Levers"), [r for m in used.values() for r in _lever_rows(found, m)]),
        (N_("Assumptions"), [r for m in used.values() for r in _assumption_rows(found, m)]),
    ):
        if rows:
            parts += [heading(gettext(key), 3), link_sources(tabulate(rows, words=True))]
    return Html("\n".join(parts))


def show_parameters(found: Exploration, parameters: Mapping[str, Value], *, last: int) -> Html:
    """Print the run's parameters, in words; `last` is the last year forecast."""
    gettext = found.gettext
    until = parameters.get("until") or gettext("{year} (by default)").format(year=last)
    told = dict(parameters)
    names = [found.scenario(s.name) for s in found.scenarios]
    told["scenarios"] = (
        gettext("all that come with the package")
        if parameters.get("scenarios") is None
        else join(names, found.language) or gettext("none")
    )
    if found.focus is None:
        told["indicator"] = gettext("none")
    else:
        name = found.quantity(str(found.focus.target["indicator"]))
        given = parameters.get("indicator") is not None
        told["indicator"] = name if given else gettext("{name} (by default)").format(name=name)
    told["probability"] = probability(found.probability, found.language)
    table = parameter_table(found.plan, told, found.language, until=str(until))
    note = (
        paragraph(
            gettext(
                "All results, and place and note of every target, are in the "
                "tables beside this report."
            )
        )
        if parameters.get("folder")
        else ""
    )
    return Html("\n".join([heading(gettext("Parameters of this report")), table, note]))


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
    line = found.gettext(key).format(name=found.scenario(name), expected=expected, more=more)
    return [line]


def _focus_line(found: Exploration, focus: Focus) -> str:
    target = focus.target
    row = found.usual[found.usual["indicator"] == target["indicator"]].iloc[0]
    return found.gettext("{name}, target {target}: as things go now the chance is "
        "{chance}.").format(
        name=found.quantity(str(target["indicator"])), target=found.goal(row),
        chance=probability(row["p_reach"], found.language),
    )  # fmt: skip


def _seek_line(found: Exploration, seek: GoalSeek) -> str:
    """Answer what the target would take of the lever that was looked for."""
    gettext, language = found.gettext, found.language
    lever = found.input(seek.levers[0], seek.indicator)
    unit = seek.units[0]
    row = found.usual[found.usual["indicator"] == seek.indicator].iloc[0]
    facts = {"lever": lever, "probability": probability(seek.probability, language),
             "target": found.goal(row)}  # fmt: skip
    if seek.reading != "reached":
        reading = found.label("reading", seek.reading)
        limit = seek.upper[0] if seek.upper[0] else seek.lower[0]
        return gettext("{lever}: {reading}. Chance {base} without it, {chance} at the "
"limit of {upper}; asked for: {probability}.").format(
            reading=reading, base=_chance(found, seek.p_baseline),
            upper=found.setting(limit, unit), chance=_chance(found, seek.p_upper), **facts,
        )  # fmt: skip
    facts |= {
        "value": found.setting(seek.values[0], unit), "chance": _chance(found, seek.p_reach)
    }  # fmt: skip
    if not math.isfinite(seek.cost):
        return gettext(
            "For a chance of {probability} of {target}: {lever} {value}, chance {chance}."
        ).format(**facts)
    costs = {"cost": seek.cost, "low": seek.cost_low, "high": seek.cost_high}
    return gettext(
        "For a chance of {probability} of {target}: {lever} {value}, "
        "chance {chance}, {cost} in all ({low} to {high})."
    ).format(**facts, **{k: money(v, language) for k, v in costs.items()})


def _chance(found: Exploration, share: float) -> str:
    """Write a share of draws as a chance, within 1 to 99 % as all of them are."""
    return probability(float(np.clip(share, 0.01, 0.99)), found.language)


# What changes.


def _change_row(found: Exploration, name: str, moved: pd.DataFrame) -> dict[str, str]:
    """Tell of one scenario how many chances rise and fall, and which most."""
    clear = moved["p_change"].abs() > np.maximum(CLEAR * moved["p_change_error"], 1e-9)
    up, down = moved[clear & (moved["p_change"] > 0)], moved[clear & (moved["p_change"] < 0)]
    kinds = {k for text in moved["changed_by"] for k in str(text).split(", ")}
    kind = found.label("changed_by", ", ".join(sorted(kinds)))
    if "assumption" in kinds:
        kind = found.gettext("{kind} (if)").format(kind=kind)
    cells = {
        "scenario": f"{found.scenario(name)}\n{kind}",
        "raised": str(len(up)),
        "lowered": str(len(down)),
        "best_change": _change_of(found, up.sort_values("p_change").tail(1)),
        "worst_change": _change_of(found, down.sort_values("p_change").head(1)),
    }
    return {found.label("column", key): text for key, text in cells.items()}


def _change_of(found: Exploration, rows: pd.DataFrame) -> str:
    if rows.empty:
        return NO_VALUE
    row = rows.iloc[0]
    told = points(row["p_change"], found.language, error=row["p_change_error"])
    return found.gettext("{points} – {name}").format(
        points=told, name=found.quantity(str(row["indicator"]))
    )


def _fanned(found: Exploration, moved: pd.DataFrame) -> list[str]:
    """Choose indicators whose fans are drawn: the one looked into, then the most changed."""
    size = moved.assign(size=moved["p_change"].abs()).groupby("indicator")["size"].max()
    ranked = [str(n) for n in size.sort_values(ascending=False, kind="stable").index]
    first = [] if found.focus is None else [str(found.focus.target["indicator"])]
    return list(dict.fromkeys([*(n for n in first if n in ranked), *ranked]))[:FANS]


def _joint_row(found: Exploration, name: str, answer: Joint) -> dict[str, str]:
    """Tell of one scenario what it makes of all targets together."""
    gettext, language = found.gettext, found.language
    expected = gettext("{value}\n90 % interval {low} to {high}").format(
        value=number(answer.expected, language, step=0.1), low=answer.low, high=answer.high
    )
    first = answer.costs.iloc[0]
    costliest = gettext("{name} ({years})").format(
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
    return {found.label("column", key): text for key, text in cells.items()}


def _bounded(found: Exploration, p: float, low: float, high: float) -> str:
    """Write a chance of all, never a false 0 or 1, with its bounds where they differ."""
    told = min(max(p, 1e-6), 1.0 - 1e-6)
    chance = probability(told, found.language)
    if high - low < 0.005:
        return chance
    ends = {k: probability(v, found.language) for k, v in (("low", low), ("high", high))}
    return found.gettext("{value}\nbounds {low} to {high}").format(value=chance, **ends)


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
    gettext, language = found.gettext, found.language
    needs = found.needs[found.needs["indicator"] == row["indicator"]]
    pace = needs[needs["lever"] == PACE].iloc[0]
    unit = found.unit(row["indicator"])
    standing = NO_VALUE
    if math.isfinite(pace["pace_share"]) and pace["reading"] == "reached":
        standing = gettext("{share} were as high").format(
            share=probability(pace["pace_share"], language)
        )
    reading = found.label("pace_reading", pace["reading"])
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
        "levers": "\n".join(levers) or gettext("no lever is described"),
    }
    return {found.label("column", key): text for key, text in cells.items()}


def _lever_line(found: Exploration, need: pd.Series) -> str:
    """Tell what one lever would have to be."""
    gettext = found.gettext
    lever = found.input(str(need["lever"]), str(need["indicator"]))
    unit = str(need["unit"])
    if need["lever"] == CLOSED_FORM:
        value = found.rounded(float(need["needed_median"]), unit)
        return gettext("{lever} {needed}").format(lever=lever, needed=value)
    if need["reading"] != "reached":
        reading = found.label("reading", need["reading"])
        return gettext("{lever}: {reading}").format(lever=lever, reading=reading)
    value = (
        gettext("from {year}").format(year=f"{need['needed']:.0f}")
        if unit == "year"
        else found.setting(float(need["needed"]), unit)
    )
    if not math.isfinite(need["cost"]):
        return gettext("{lever} {needed}").format(lever=lever, needed=value)
    cost = money(need["cost"], found.language)
    return gettext("{lever} {needed} ({cost} in all)").format(lever=lever, needed=value, cost=cost)


def _focus_part(found: Exploration) -> str:
    """Look into one target: the lever's curve, the tornado, failures, the next figure."""
    from ..charts.scenarios import cost_curve, tornado_chart
    from ..charts.style import to_png

    gettext, focus = found.gettext, found.focus
    if focus is None:
        return paragraph(
            gettext(
                "There is no open target to look into: the indicator has no "
                "figure, or its target years have passed."
            )
        )
    name = found.quantity(str(focus.target["indicator"]))
    own, seek = str(focus.target["indicator"]), focus.seek
    parts = [
        heading(gettext("Looked into: {name}").format(name=name), 3),
        paragraph(
            f"{_focus_line(found, focus)} {_seek_line(found, seek)} {_pace_line(found, seek)}"
        ),
    ]
    row = found.usual[found.usual["indicator"] == own].iloc[0]
    title = f"{name} · {found.goal(row)}"
    lever = found.input(seek.levers[0], own)
    chart = cost_curve(found, seek, lever=lever, title=title)
    parts.append(
        picture(to_png(chart), gettext("Chance by lever: {name}").format(name=lever), share=0.75)
    )
    tornado = focus.sensitivity.tornado
    figure = tornado_chart(
        found, tornado, inputs={label: found.input(label, own) for label in tornado["input"]},
        title=title,
    )  # fmt: skip
    parts += [
        heading(gettext("What matters most"), 3),
        paragraph(
            gettext(
                "One input at a time goes from a low value (its 10 % point; of a "
                "lever, nothing) to a high one (90 % point; a quarter of the "
                "lever's limit), all others as they are."
            )
        ),
    ]
    if figure is None:
        parts.append(paragraph(gettext("No input moves the chance by more than two errors.")))
    else:
        parts.append(
            picture(to_png(figure), gettext("What moves the chance: {name}").format(name=name))
        )
    lines = [_shares_line(found, focus), *_failure_lines(found, focus), _next_line(found, focus)]
    return "\n".join([*parts, bullets(lines)])


def _pace_line(found: Exploration, seek: GoalSeek) -> str:
    """Tell how the pace that is needed stands among those that were seen."""
    if not math.isfinite(seek.pace):
        return ""
    pace = change(seek.pace, found.language, unit=found.unit(seek.indicator))
    if not seek.paces:
        return found.gettext(
            "The middle course would then change by {pace} a year; no yearly "
            "pace was ever published to compare it with."
        ).format(pace=pace)
    share = probability(seek.pace_share, found.language)
    return found.gettext(
        "The middle course would then change by {pace} a year; of the "
        "{paces} yearly paces that any region showed, {share} were as high."
    ).format(pace=pace, paces=seek.paces, share=share)


def _shares_line(found: Exploration, focus: Focus) -> str:
    table = focus.sensitivity.indices
    if table.empty:
        return found.gettext(
            "The variance cannot be shared out: inputs are correlated, or the value does not vary."
        )
    own = str(focus.target["indicator"])
    large = table[table["total_order"] >= 0.005].sort_values("total_order", ascending=False)
    shares = [
        found.gettext("{name} {share}").format(
            name=found.input(str(row["input"]), own),
            share=probability(min(row["total_order"], 1.0), found.language),
        )
        for _, row in large.iterrows()
    ]
    return found.gettext(
        "The uncertainty of the value in the target year comes from (share "
        "of variance, with interactions): {shares}."
    ).format(shares=join(shares, found.language))


def _failure_lines(found: Exploration, focus: Focus) -> list[str]:
    """Tell under which one and which two conditions the target fails."""
    gettext, own = found.gettext, str(focus.target["indicator"])
    lines = []
    for _, box in focus.failures.groupby("conditions", sort=True):
        told = []
        for _, row in box.iterrows():
            name = found.input(str(row["input"]), own)
            if row["input"] in set(found.everything.indicators["indicator"]):
                name = gettext("yearly growth of {name}").format(name=name)
            below = row["comparator"] == "le"
            text = N_("{input} is at most {value}") if below else N_("{input} is above {value}")
            value = found.rounded(float(row["threshold"]), str(row["unit"]))
            told.append(gettext(text).format(input=name, value=value))
        first = box.iloc[0]
        shares = {"inside": first["p_fail_in"], "all": first["p_fail"], "share": first["share"],
                  "found": first["found_share"]}  # fmt: skip
        lines.append(
            gettext(
                "If {conditions}, the chance of missing is {inside} where it is "
                "{all} in all; this happens in {share}, and holds {found} of the "
                "failures."
            ).format(
                conditions=gettext(" and ").join(told),
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
    return found.gettext(
        "The next figure, of {year}, will move the chance by {move} on "
        "average: to {p_low} if it is at most {low}, to {p_middle} between "
        "{middle_low} and {middle_high}, to {p_high} above {high}."
    ).format(
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
    asked = found.gettext("{value} ({low} to {high})").format(value=central, low=low, high=high)
    kept, sure = about["satisfied"], low == high

    def told(p: float) -> str:
        return probability(p, language) if sure or math.isnan(p) else _chance(found, p)

    cells = {
        "rule": formula_of(found, str(about["formula"])),
        "year": str(about["year"]),
        "requirement": central if low == high else asked,
        "target": number(about["target"], language, unit=unit),
        "satisfied": NO_VALUE if pd.isna(kept) else found.gettext(N_("yes") if kept else N_("no")),
        "p_target": told(about["p_target"]),
        "p_forecast": told(about["p_forecast"]),
    }
    return {found.label("column", key): text for key, text in cells.items()}


# Side by side.


def _sum_up(found: Exploration, joined: pd.DataFrame) -> str:
    """Tell whether the parts' targets are enough, where this region is the whole or a part."""
    if joined.empty:
        return NO_VALUE
    row = joined.sort_values("year").iloc[-1]
    unit = found.unit(row["indicator"])
    facts = {
        "region": found.name("regions", row["region"]), "parts": row["parts"], "of": row["of"],
        "rule": found.label("roll_up", row["rule"]),
        "value": number(row["parts_value"], found.language, unit=unit),
        "left": number(row["left"], found.language, unit=unit),
    }  # fmt: skip
    key = (
        N_(
            "of {of} parts listed the {parts} with a plan, {rule} {value}, "
            "leave {left} of the target of {region} to the others"
        )
        if pd.isna(row["enough"])
        else N_(
            "of {of} parts listed the {parts} with a plan are up to the target "
            "of {region} ({rule} {value})"
        )
        if row["enough"]
        else N_(
            "of {of} parts listed the {parts} with a plan fall short of the "
            "target of {region} ({rule} {value}); the others need {left}"
        )
    )
    return found.gettext(key).format(**facts)


# What is declared.


def _lever_rows(found: Exploration, mechanism: Mechanism) -> list[dict[str, str]]:
    rows = []
    for lever in mechanism.levers.values():
        cost = NO_VALUE
        if lever.cost is not None:
            ends = {k: number(getattr(lever.cost, k), found.language, unit="yuan_10k")
                    for k in ("low", "central", "high")}  # fmt: skip
            cost = found.gettext("{low} to {high}, most likely {central}, 10,000 yuan").format(
                **ends
            )
        limit = found.setting(lever.upper, lever.unit)
        if lever.unit != "year":
            step = found.setting(lever.step, lever.unit)
            limit = found.gettext("{upper}, in steps of {step}").format(upper=limit, step=step)
        cells = {
            "lever": f"{getattr(lever, f'name_{found.language}')}\n"
            f"{getattr(mechanism, f'name_{found.language}')}",
            "upper": limit,
            "unit_cost": cost,
            "basis": getattr(lever, f"basis_{found.language}") or NO_VALUE,
        }
        rows.append({found.label("column", key): text for key, text in cells.items()})
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
        rows.append({found.label("column", key): text for key, text in cells.items()})
    return rows


def link_sources(text: str) -> str:
    """Set names of files and addresses of pages apart, as what they are."""
    return FILE_OR_PAGE.sub(lambda match: f"<code>{match.group(0)}</code>", text)
