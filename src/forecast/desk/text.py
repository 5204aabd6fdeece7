"""HTML beside the chart of the desk: probability and gauge, settings, table, sources, errors."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..charts.style import CLEAR
from ..charts.tornado import tornado_chart
from ..i18n.catalog import N_
from ..i18n.errors import format_error
from ..i18n.formatting import NO_VALUE, join, number, points
from ..reports.context import ReportContext
from ..reports.descriptions import describe_pace, describe_range, describe_step
from ..reports.html import safe
from ..scenarios.goal_seeking import GoalSeek
from ..scenarios.response import PACE, TargetOutcome
from ..scenarios.scenario import BASELINE
from ..targets.joint_answers import UNDECIDABLE
from ..targets.target_state import SINGLE, hide_single
from .answers import limit_change
from .live_chart import ChartSpec
from .markup import paragraph, tabulate
from .session import Desk
from .settings import Control
from .storage import NAME

__all__ = [
    "describe_chart",
    "describe_control",
    "describe_goal_seek",
    "describe_missing_inputs",
    "describe_single",
    "format_change",
    "format_limits",
    "name_indicator",
    "name_outcome",
    "name_setting",
    "render_answer",
    "render_beside",
    "render_downloads",
    "render_error",
    "render_progress",
    "render_settings",
    "render_sources",
    "render_table",
    "render_tornado",
]

LEGEND = N_(
    "●\u00a0published   ━\u00a0median with these settings   bands: 50, 80, 90\u00a0%   grey, "
    "dotted: baseline (median, 80\u00a0%)   ◇\u00a0target"
)
ONE_FIGURE = N_(
    "Too early to tell a chance: only one figure is known. The picture shows what other regions "
    "and the prior suggest."
)
PACE_BASIS = N_(
    "An own assumption: so much more a year than the forecast, up to three times the fastest pace "
    "that any region showed."
)
TORNADO_ENDS = {"low": N_("Chance at the lower end"), "high": N_("Chance at the upper end")}
REACHED = N_(
    "{lever}, for a chance of {wanted}: {reading}, at {value} a chance of {chance}. At its limit "
    "the chance is {most}."
)
GONE = N_("Of no use for this region and date: {names}.")
NOT_REACHED = N_("{lever}, for a chance of {wanted}: {reading}. At its limit the chance is {most}.")


def name_setting(desk: Desk, name: str) -> str:
    """Return the name of a control of the chosen target, with a capital.

    >>> desk = Desk.open("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> name_setting(desk, "pace")
    'Extra change per year'
    """
    assert desk.chosen is not None
    text = desk.report.input(name, str(desk.chosen["indicator"]))
    return text[:1].upper() + text[1:]


def is_single(desk: Desk) -> bool:
    """Whether only one figure is known of the chosen target's indicator: no chance is shown."""
    return desk.chosen is not None and desk.chosen["evidence"] == SINGLE


def describe_single(desk: Desk) -> str:
    """Say that one figure is too few for a chance, and which pace the target needs."""
    report, chosen = desk.report, desk.chosen
    assert chosen is not None
    paces = report.paces_needed
    rows = paces[paces["indicator"].eq(chosen["indicator"]) & paces["year"].eq(chosen["year"])]
    pace = [describe_pace(report, row) for row in rows.to_dict("records")[:1]]
    return " ".join([report.gettext(ONE_FIGURE), *pace]).strip()


def name_indicator(desk: Desk, indicator: str) -> str:
    """Return the name of an indicator, marked if it has a binding open target."""
    targets = desk.targets_of(indicator)
    binding = "force" in targets and targets["force"].eq("binding").any()
    mark = desk.report.gettext("binding · ") if binding else ""
    return mark + desk.report.quantity(indicator)


def describe_chart(desk: Desk, baseline: TargetOutcome) -> ChartSpec:
    """Describe the chart of the chosen target over the baseline's answer."""
    report, chosen = desk.report, desk.chosen
    assert chosen is not None
    indicator = str(chosen["indicator"])
    unit = report.name("units", report.unit(indicator))
    label = report.label("evidence", str(chosen["evidence"]))
    evidence = report.gettext("evidence: {word}", word=label)
    origin = report.gettext(
        "{day} (dotted line). Sources: listed separately.", day=report.known_on()
    )
    texts = (
        f"{report.quantity(indicator)} · {unit}",
        f"{report.format_dated_target(chosen)} · {evidence}",
        [report.gettext(LEGEND), origin],
    )
    targets = desk.baseline[desk.baseline["indicator"] == indicator]
    targets = targets.loc[[chosen.name, *targets.index.drop(chosen.name)]]
    return ChartSpec.build(
        desk.plan, baseline.quantiles, targets, language=desk.language,
        years=desk.state.years or desk.all_years, texts=texts,
    )  # fmt: skip


def format_limits(desk: Desk, control: Control) -> str:
    """Format the limits of a lever, or the declared range of an assumption, with the unit."""
    report = desk.report
    if control.declared is not None:
        return describe_range(report, control.declared, control.unit)
    dated = control.unit == "year"
    low = f"{control.lower:.0f}" if dated else number(control.lower, desk.language)
    high = report.format_amount(control.upper, control.unit)
    return report.gettext("{low} to {high}", low=low, high=high)


def describe_control(desk: Desk, control: Control) -> dict[str, Any]:
    """Describe a setting for `frontend.SettingsForm`: name, limits, slider, basis and source."""
    report = desk.report
    basis, (mechanism, key) = report.gettext(PACE_BASIS), control.key
    if mechanism:
        declared = report.mechanisms[mechanism]
        items = {**declared.levers, **declared.assumptions}
        basis = report.local(items[key], "basis")
    dated = control.unit == "year"
    label = "pace" if control.kind == "pace" else "-".join(control.key)
    return {
        "name": control.name, "css": f"desk-set-{label}", "label": name_setting(desk, control.name),
        "limits": format_limits(desk, control), "lower": control.lower, "upper": control.upper,
        "coarse": control.coarse_step, "optional": control.optional,
        "unit": "" if dated else report.name("units", control.unit),
        "box": report.gettext("set"), "basis": basis, "basis_head": report.gettext("Basis"),
    }  # fmt: skip


def describe_missing_inputs(desk: Desk) -> list[str]:
    """Describe each mechanism that cannot be used here, with the inputs that are missing."""
    report = desk.report
    return [
        report.gettext(
            "{mechanism} cannot be used for this region; missing: {lacking}.",
            mechanism=report.local(report.mechanisms[name], "name"),
            lacking=report.join(map(report.quantity, missing))
            or report.gettext("declarations for the region"),
        )
        for name, missing in desk.missing_inputs.items()
    ]


def render_answer(desk: Desk, answer: TargetOutcome, baseline: TargetOutcome) -> str:
    """Render a probability as a number and a gauge, with its change and its evidence."""
    report = desk.report
    assert desk.chosen is not None
    evidence = str(desk.chosen["evidence"])
    if is_single(desk):
        return paragraph(describe_single(desk))
    label = report.gettext("Chance {chance}", chance=report.format_chance(answer.p_reach))
    change = format_change(report, answer, baseline)
    basis = report.gettext(
        "Evidence: {word} ({meaning})",
        word=report.label("evidence", evidence),
        meaning=report.label("evidence_meaning", evidence),
    )
    return (
        f'<div class="number">{safe(label)}</div>'
        f'<div class="gauge" role="img" aria-label="{safe(label)}, {safe(change)}">'
        f'<b style="width:{100 * answer.p_reach:.1f}%"></b>'
        f'<i style="left:{100 * baseline.p_reach:.1f}%"></i></div>'
        f"{paragraph(change)}{paragraph(basis)}"
    )


def format_change(report: ReportContext, answer: TargetOutcome, baseline: TargetOutcome) -> str:
    """Format the change of a chance from the baseline, with its error."""
    if not answer.p_change_error:
        return report.gettext("same as in the baseline")
    gain = points(answer.p_change, report.language, error=answer.p_change_error)
    base = report.format_chance(baseline.p_reach)
    return report.gettext("baseline {base}, change {gain}", base=base, gain=gain)


def render_settings(desk: Desk) -> str:
    """Render the base scenario with its description, and everything that is set here."""
    report, base = desk.report, desk.base
    name = report.gettext("Base scenario: {name}. ", name=report.scenario(base.name))
    steps = [
        line
        for step in desk.scenario.dated(desk.plan).all_steps()
        for line in describe_step(report, step)
    ]
    listed = report.join(steps) or report.gettext("nothing is set for this region")
    settings = report.gettext("Settings: {steps}", steps=listed)
    return paragraph(name + report.local(base, "text")) + paragraph(settings)


def render_table(desk: Desk) -> str:
    """Render the last target of each indicator: probability with the settings and before."""
    report, table = desk.report, hide_single(desk.table())
    without = table["status"].isin(UNDECIDABLE)
    rows = [_table_row(report, row) for row in table[~without].to_dict("records")]
    parts = [tabulate(rows)] if rows else []
    if without.any():
        names = report.join(map(report.quantity, table.loc[without, "indicator"]))
        head = report.gettext(
            "Not forecast (no figure, or the year has passed): {count}", count=int(without.sum())
        )
        parts.append(f"<details><summary>{safe(head)}</summary>{paragraph(names)}</details>")
    return "\n".join(parts)


def _table_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    clear = abs(row["p_change"]) > CLEAR * row["p_change_error"]
    change = limit_change(row["p_change"], row["p_base"])
    gain = points(change, report.language, error=row["p_change_error"])
    return {
        report.label("column", "name"): report.quantity(row["indicator"]),
        report.label("column", "target"): report.format_dated_target(row),
        report.gettext("Baseline chance"): report.format_chance(row["p_base"]),
        report.label("column", "p_reach"): report.format_chance(row["p_reach"]),
        report.label("column", "p_change"): gain if clear else NO_VALUE,
        report.label("column", "changed_by"): report.label("changed_by", row["changed_by"]),
        report.label("column", "status"): report.label("status", row["status"]),
        report.label("column", "evidence"): report.label("evidence", row["evidence"]),
    }


def describe_goal_seek(desk: Desk, result: GoalSeek) -> str:
    """Describe the result of a goal seek in a sentence."""
    if is_single(desk):
        return describe_single(desk)
    report, lever = desk.report, result.levers[0]
    facts = {
        "lever": name_setting(desk, lever),
        "reading": report.label("pace_reading" if lever == PACE else "reading", result.reading),
        "wanted": report.format_chance(result.probability),
        "most": report.format_chance(result.p_upper),
    }
    if math.isnan(result.value):
        return report.gettext(NOT_REACHED, **facts)
    facts["chance"] = report.format_chance(result.p_reach)
    facts["value"] = report.format_amount(result.value, result.units[0])
    return report.gettext(REACHED, **facts)


def render_progress(desk: Desk, share: float) -> str:
    """Render the share done of a computation as a progress bar.

    >>> desk = Desk.open("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> render_progress(desk, 0.256)
    '<progress value="0.26" aria-label="Share done"></progress>'
    """
    label = safe(desk.report.gettext("Share done"))
    return f'<progress value="{share:.2f}" aria-label="{label}"></progress>'


def render_sources(desk: Desk) -> str:
    """Render the sources of the chosen indicator as a list, with their titles as published."""
    assert desk.chosen is not None
    report, plan, chosen = desk.report, desk.plan, desk.chosen["indicator"]
    tables = [table[table["indicator"] == chosen] for table in (plan.observations, plan.targets)]
    titles = report.source_rows(report.list_sources(*tables))["title_zh"]
    items = "".join(f'<li lang="zh">{safe(title)}</li>' for title in titles)
    head = report.gettext("Sources")
    return f"<small>{safe(head)}<ul>{items}</ul></small>"


def name_outcome(desk: Desk, key: str) -> str:
    """Return the name of one of `Desk.outcomes`."""
    return desk.report.gettext("These settings") if key == NAME else desk.report.scenario(key)


def render_beside(desk: Desk, outcomes: Mapping[str, TargetOutcome]) -> str:
    """Render scenarios beside the settings: chance, median, interval, difference with interval."""
    report, chosen = desk.report, desk.chosen
    if chosen is None or not desk.state.compared:
        return ""
    rows, single, base = [], is_single(desk), outcomes[BASELINE.name].p_reach
    for key, outcome in outcomes.items():
        fan = outcome.quantiles.set_index("year").loc[int(chosen["year"])]
        low, median, high = (
            report.format_estimate(chosen["indicator"], float(fan[q]))
            for q in ("q10", "q50", "q90")
        )
        error = CLEAR * outcome.p_change_error
        changes = [outcome.p_change + side * error for side in (-1, 1)]
        ends = [points(limit_change(one, base), desk.language) for one in changes]
        change = report.gettext("{low} to {high}", low=ends[0], high=ends[1])
        chance = NO_VALUE if single else report.format_chance(outcome.p_reach)
        rows.append({
            report.gettext("Scenario"): name_outcome(desk, key),
            report.label("column", "p_reach"): chance,
            report.gettext("Median"): median,
            report.gettext("80 % interval"): report.gettext("{low} to {high}", low=low, high=high),
            report.gettext("Change of the chance, 95 % interval"):
                NO_VALUE if single or not error else change,
        })  # fmt: skip
    gone = join(
        (one.name for one in desk.state.compared if one.name not in outcomes), desk.language
    )
    return tabulate(rows) + (paragraph(report.gettext(GONE, names=gone)) if gone else "")


def render_tornado(desk: Desk, tornado: pd.DataFrame) -> str:
    """Render the tornado of the chosen target as a chart; without an effect, as a sentence."""
    report, chosen = desk.report, desk.chosen
    assert chosen is not None
    if is_single(desk):
        return paragraph(describe_single(desk))
    indicator = str(chosen["indicator"])
    title = f"{report.quantity(indicator)} · {report.format_dated_target(chosen)}"
    names = {label: report.input(label, indicator) for label in tornado["input"]}
    figure = tornado_chart(report, tornado, inputs=names, title=title)
    if figure is None:
        message = N_("No input changes the chance by more than two standard errors.")
        return paragraph(report.gettext(message))
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    data = base64.b64encode(stream.getvalue()).decode()
    rows = [_tornado_row(report, names, row) for row in tornado.to_dict("records")]
    alt = report.gettext("{finding}. {rows}.", finding=title, rows=" · ".join(rows[0].values()))
    head = report.gettext("Numbers of this chart")
    image = f'<img alt="{safe(alt)}" src="data:image/svg+xml;base64,{data}">'
    return f"{image}<details><summary>{safe(head)}</summary>{tabulate(rows)}</details>"


def _tornado_row(
    report: ReportContext, names: Mapping[str, str], row: Mapping[str, Any]
) -> dict[str, str]:
    ends = {
        report.gettext(head): report.gettext(
            "{value}: {chance}", value=report.format_rounded(row[key], str(row["unit"])),
            chance=report.format_chance(row[f"p_{key}"]),
        )
        for key, head in TORNADO_ENDS.items()
    }  # fmt: skip
    kind = report.label("input_kind", str(row["kind"]))
    return {
        report.gettext("Input"): names[row["input"]],
        report.label("column", "kind"): kind,
        **ends,
    }


def render_downloads(files: Sequence[Path]) -> str:
    """Render files as a list of links that hold their content."""
    return render_content({str(file.absolute()): file.read_bytes() for file in files})


def render_content(files: Mapping[str, bytes]) -> str:
    """Render contents by their names as a list of links that hold them.

    >>> render_content({"a/x.txt": b"1"})[:32]
    '<ul><li><a download="x.txt" href'
    """
    lines = []
    for name, content in files.items():
        data = base64.b64encode(content).decode()
        last = safe(Path(name).name)
        link = f'download="{last}" href="data:application/octet-stream;base64,{data}"'
        lines.append(f"<li><a {link}>{safe(name)}</a></li>")
    return f"<ul>{''.join(lines)}</ul>"


def render_error(desk: Desk, error: Exception) -> str:
    """Render an error with its reason; an unexpected one is quoted in English."""
    gettext, language = desk.report.gettext, desk.language
    reason = safe(format_error(error, language)).replace("\n", "<br>")
    if not reason:
        quoted = safe(f"{type(error).__name__}: {error}").replace("\n", "<br>")
        internal = gettext("Internal error; your input is not the cause. Please report:")
        reason = f'{safe(internal)} <q lang="en">{quoted}</q>'
    head = safe(gettext("Not possible; the settings are unchanged. Reason:"))
    return f'<div role="alert">{head} <span lang="{language}">{reason}</span></div>'
