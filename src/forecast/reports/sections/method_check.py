"""Sections of the method check."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from ...charts.style import CLEAR
from ...evaluation import scores
from ...evaluation.backtesting import METHODS, Backtest
from ...evaluation.baselines import PEER_FIGURES, PEERS, REASONS
from ...i18n.catalog import N_
from ...i18n.formatting import NO_VALUE, number
from ...i18n.labels import LABELS
from ...model.panel import KEY
from ..context import ReportContext, format_time
from ..html import Html, bullets, heading, paragraph, safe, section, tabulate
from ..method_check import (
    ENOUGH_CASES,
    ENOUGH_YEARS,
    SETTINGS,
    SPLITS,
    MethodCheck,
    pace_of,
)
from .method_charts import SOURCE, list_sources, render_panel_charts, render_trial_charts

__all__ = [
    "FITS", "fit_row", "render_fits", "render_limits", "render_panel",
    "render_reading", "render_title", "render_trial",
]  # fmt: skip

LIMITS = (
    "promise", "average", "plan", "scenario", "prior", "kinds", "shocks", "reported", "goodhart"
)  # fmt: skip
INTRO = N_(
    "Only figures that came later can tell whether a probability could be trusted: forecast again "
    "with what was known at the time, and compare. This report does so with the plan's own "
    "figures, gives the reliability measured on a large panel, tells how each indicator was "
    "fitted, and says what the probabilities do not mean."
)
NO_TRIAL = N_(
    "No forecast can be checked: no series has two figures and another one in the three years "
    "after them. The plan's own figures say nothing about the probabilities; the large panel has "
    "to."
)
CHECKED = N_(
    "Of the published figures of the plan's indicators, forecasts that can be checked: "
    "{forecasts}, from {series} series and {years} target years. Cases of one year move together "
    "and are no independent evidence."
)
TOO_FEW = N_(
    "Too few cases: with fewer than {cases} forecasts or {years} target years the plan's own "
    "figures can neither prove nor disprove the probabilities; the large panel has to."
)
COMPARISON = N_(
    "Error of the values (CRPS, in units of each series' mean yearly change, lower is better): "
    "this method {ours}; the best of the plain ones is {best} with {theirs}. Difference "
    "{difference}, standard error {error}: {verdict}."
)
PANEL_READING = N_(
    "On the large panel the chances said and the shares that came true differ by {low} to {high} "
    "percentage points on average; 90 % intervals held {least} to {most} of the figures."
)
TRIAL = N_(
    "From the year of each series' second figure on, every year is fitted again with what was "
    "known by then, and the three years after it are forecast. Targets are set from the latest "
    "figure at 0.5, 1, 1.5 and 2 times the recent pace. The plain methods beside it see the "
    "series' own figures alone:"
)
SCORES = N_(
    "Errors and scores: lower is better. An interval should cover the share it is named for. The "
    "mean deviation is that of chances said from shares that came true. Behind ±: the standard "
    "error, grouped by target year; of a single year it is not known and left out. Schedule rule "
    "and required rate say yes or no only and have no interval."
)
PEER_METHODS = N_(
    "Two standard methods of longer series, with this method and the drift on the same forecasts. "
    "They need {figures} figures and one a year: what lies between two figures is interpolated, "
    "which makes their intervals too narrow."
)
PEER_COUNTS = N_("{method}: {answered} of {count} forecasts; {reasons}.")
NO_JOINT = N_(
    "No indicator has three regions to check in one year: answers over regions together cannot be "
    "checked."
)
JOINT = N_(
    "All regions together (how many reach their target): in {groups} groups the 80 % interval "
    "covered {shared}; with regions taken for independent, {independent}."
)
PANEL = N_(
    "The plan's own figures are too few to measure reliability. It was measured on the yearly "
    "series of many regions as well, each time on a part that nothing was learned from:"
)
OWN_PRIORS = N_(
    "Note: your folder has its own priors, while these numbers were measured with the shipped "
    "priors."
)
FITS = N_(
    "Below the number of figures: the yearly steps that other regions show over eight years. "
    "Growth paths are straight lines on their own scales, with their weights; the forecast is the "
    "weighted mean of their quantiles. The estimated pace is in the indicator's unit a year, "
    "behind ± its standard deviation. Own: how much of the pace the region's own figures have "
    "settled; the rest is other regions and the prior."
)


def render_title(report: ReportContext) -> Html:
    """Render region, day, and what the report is for."""
    region = report.name("regions", report.plan.region)
    title = report.gettext("{region}: how far the forecasts can be trusted", region=region)
    parts = [heading(title, 1), paragraph(report.known_on()), paragraph(report.gettext(INTRO))]
    return Html("\n".join(parts))


def render_reading(report: ReportContext, results: MethodCheck) -> Html:
    """Render the summary: how many cases, which method is better, what the panel says."""
    if results.trial is None:
        lines = [report.gettext(NO_TRIAL)]
    else:
        counts = {key: number(n, report.language) for key, n in results.size.items()}
        comparison = _compare_methods(report, results.trial)
        lines = [report.gettext(CHECKED, **counts), comparison]
        if not results.enough:
            lines.append(_describe_too_few(report))
    lines.append(_read_panel(report, results))
    return section(report.gettext("Key findings"), bullets(lines))


def render_trial(report: ReportContext, results: MethodCheck) -> Html:
    """Render the plan's own figures, forecast again: scores beside the naive methods', charts."""
    title, trial = report.gettext("Checked with the plan's own figures"), results.trial
    if trial is None:
        return section(title, paragraph(report.gettext(NO_TRIAL)))
    naive = [method for method in METHODS if method in LABELS["method_meaning"]]
    overall = trial.scores[trial.scores["horizon"] == "all"]
    parts = [
        paragraph(report.gettext(TRIAL)),
        bullets(_explain(report, "method", method) for method in naive),
        tabulate([_score_row(report, row) for row in overall.to_dict("records")]),
        paragraph(report.gettext(SCORES)),
        paragraph(_describe_joint(report, trial)),
        *_render_peers(report, trial),
    ]
    if not results.enough:
        return section(title, *parts, paragraph(_describe_too_few(report), strong=True))
    return section(title, *parts, *render_trial_charts(report, trial))


def render_panel(report: ReportContext, results: MethodCheck) -> Html:
    """Render the reliability measured on a large panel: scores, reliability, coverage."""
    table = results.calibration
    splits = [code for code in SPLITS if (table["split"] == code).any()]
    settings = [code for code in SETTINGS if (table["setting"] == code).any()]
    rows = [_panel_row(report, results, split, setting) for split in splits for setting in settings]
    # The source is quoted as it is written, in its own language.
    source = f"<code>{safe(list_sources(report, results))}</code>"
    origin = safe(report.gettext(SOURCE)).replace("{source}", source)
    return section(
        report.gettext("Checked on a large panel"),
        paragraph(report.gettext(PANEL)),
        bullets(_explain(report, "split", split) for split in splits),
        paragraph(report.gettext("Each has two settings:")),
        bullets(_explain(report, "setting", setting) for setting in settings),
        tabulate(rows),
        Html(f"<p>{origin}</p>"),
        paragraph(report.gettext(OWN_PRIORS), strong=True) if results.own_priors else "",
        *render_panel_charts(report, results, splits, settings),
    )


def render_fits(report: ReportContext, results: MethodCheck) -> Html:
    """Render a table an area: paths and weights, pace, evidence and remarks of each indicator."""
    title, summary = report.gettext("How each indicator was fitted"), results.summary
    if summary.empty:
        none = report.gettext("No figure is published for any indicator of the plan.")
        return section(title, paragraph(none))
    text = N_("Indicators with figures: {count}; by evidence: {counts}.")
    counts = report.count_labels("evidence", summary["evidence"])
    counts = report.gettext(text, count=len(summary), counts=counts)
    parts = [paragraph(report.gettext(FITS)), paragraph(counts)]
    for area, part in report.by_area(summary):
        rows = [fit_row(report, row, results.parameters) for row in part.to_dict("records")]
        parts += [heading(area, 3), tabulate(rows)]
    return section(title, *parts)


def render_limits(report: ReportContext) -> Html:
    """Render what the probabilities do not mean."""
    title = report.gettext("What the probabilities do not mean")
    return section(title, bullets(report.label("limit", code) for code in LIMITS))


def fit_row(
    report: ReportContext, row: Mapping[str, Any], parameters: pd.DataFrame
) -> dict[str, str]:
    """Put a fit into cells: `row` of `Fits.summary`, `parameters` those of its region's fits."""
    indicator = row["indicator"]
    pace, spread, links = pace_of(parameters, indicator)
    pace_text = report.format_change(indicator, float(f"{pace:.3g}"))
    if pace_text != NO_VALUE:
        deviation = report.format_change(indicator, float(f"{spread:.3g}")).removeprefix("+")
        pace_text += f"\n±{deviation}"
    weights = {c.removeprefix("weight_"): float(row[c]) for c in row if "weight_" in c}
    weights = {link: weight for link, weight in (links or weights).items() if weight > 0.0}
    paths = [
        report.gettext(
            "{path}\u00a0{weight}", path=report.label("link", link),
            weight=report.format_chance(weight),
        )
        for link, weight in sorted(weights.items(), key=lambda item: -item[1])
    ]  # fmt: skip
    marks = [mark for mark in str(row["warnings"]).split(", ") if mark]
    marks += [] if links else ["by_parts"]
    others = report.gettext("others {count}", count=number(row["siblings"], report.language))
    own = report.gettext("own {share}", share=report.format_chance(row["own_share"]))
    latest, year = report.format_value(indicator, row["latest"]), format_time(row["latest_year"])
    return report.with_heads({
        "name": report.with_unit(indicator),
        "latest": f"{latest}\n{year}",
        "figures": f"{number(row['n'], report.language)}\n{others}",
        "paths": "\n".join(paths),
        "estimated_pace": pace_text,
        "evidence": f"{report.label('evidence', row['evidence'])}\n{own}",
        "remarks": report.join(report.label("warning", mark) for mark in marks) or NO_VALUE,
    })  # fmt: skip


# Key findings.


def _explain(report: ReportContext, group: str, code: str) -> str:
    word, meaning = report.label(group, code), report.label(f"{group}_meaning", code)
    return report.gettext("{word}: {meaning}.", word=word, meaning=meaning)


def _describe_too_few(report: ReportContext) -> str:
    return report.gettext(TOO_FEW, cases=ENOUGH_CASES, years=ENOUGH_YEARS)


def _compare_methods(report: ReportContext, trial: Backtest) -> str:
    """Put our error beside the smallest of the naive methods, with the error of the difference."""
    keys = [*KEY, "origin", "year"]
    crps = trial.forecasts.pivot(index=keys, columns="method", values="crps").reset_index()
    naive = [method for method in METHODS[1:] if method in crps]
    best = min(naive, key=lambda method: float(crps[method].mean()))
    apart, error = scores.mean_with_error(crps[METHODS[0]] - crps[best], crps["year"])
    clear = abs(apart) > CLEAR * error
    verdict = "undecided" if not clear else "better" if apart < 0 else "worse"
    values = {"ours": crps[METHODS[0]].mean(), "theirs": crps[best].mean(), "difference": apart,
              "error": error}  # fmt: skip
    return report.gettext(
        COMPARISON, best=report.label("method", best), verdict=report.label("trial", verdict),
        **{key: number(value, report.language, step=0.01) for key, value in values.items()},
    )  # fmt: skip


def _read_panel(report: ReportContext, results: MethodCheck) -> str:
    """Give the range of the calibration error and of the coverage over splits and settings."""
    table = results.calibration
    rows = table[table["setting"].isin(SETTINGS) & table["n"].isna()].set_index("measure")["value"]
    if not {"ece", "cover90"} <= set(rows.index):
        return ""
    ece, cover = rows.loc[["ece"]], rows.loc[["cover90"]]
    low, high = (number(100.0 * end, report.language, step=0.1) for end in (ece.min(), ece.max()))
    least, most = (_percent(report, end) for end in (cover.min(), cover.max()))
    return report.gettext(PANEL_READING, low=low, high=high, least=least, most=most)


# Rows of tables.


def _percent(report: ReportContext, share: float, step: float = 1.0) -> str:
    return number(100.0 * share, report.language, unit="percent", step=step)


def _with_error(value: float, error: float, write: Callable[[float], str]) -> str:
    """Write a value, and its standard error in a second line where it is known."""
    known = math.isfinite(value) and math.isfinite(error)
    return f"{write(value)}\n±{write(error)}" if known else write(value)


def _writers(report: ReportContext) -> dict[str, Callable[[float], str]]:
    """Writers of the measures by their columns."""
    percent = partial(_percent, report)
    return {
        "crps": partial(number, language=report.language, step=0.01),
        "brier": partial(number, language=report.language, step=0.001),
        "ece": partial(_percent, report, step=0.1), "cover80": percent, "cover90": percent,
    }  # fmt: skip


def _score_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    """Put the scores of one method of the trial into cells."""
    cells = {
        key: _with_error(row[key], row.get(f"{key}_error", math.nan), write)
        for key, write in _writers(report).items()
    }
    forecasts = number(row["forecasts"], report.language) if row["forecasts"] else NO_VALUE
    return report.with_heads({
        "method": report.label("method", str(row["method"])),
        "forecasts": forecasts,
        "error": number(row["error"], report.language, step=0.01),
        "crps": cells["crps"],
        "cover80": cells["cover80"],
        "cover90": cells["cover90"],
        "targets": number(row["targets"], report.language),
        "brier": cells["brier"],
        "ece": cells["ece"],
    })  # fmt: skip


def _peer_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    """Put the scores of a method on a peer's forecasts into cells."""
    write = _writers(report)["crps"]
    gap = _with_error(row["crps_gap"], row["crps_gap_error"], write)
    own = report.with_heads({"crps_gap": NO_VALUE if row["method"] == METHODS[0] else gap})
    return _score_row(report, row) | own


def _panel_row(
    report: ReportContext, results: MethodCheck, split: str, setting: str
) -> dict[str, str]:
    """Put the scores of one split and setting of the panel into cells."""
    rows = {m: results.overall(split, setting, m) for m in ("crps", "brier", "ece", "cover90")}
    writers = _writers(report)
    cells = {m: _with_error(row["value"], row["error"], writers[m]) for m, row in rows.items()}
    bins = results.bins(split, setting)
    upper = bins[bins["low"] >= 0.5 - 1e-9]
    return report.with_heads({
        "split": report.label("split", split),
        "setting": report.label("setting", setting),
        "forecasts": number(rows["crps"]["cases"], report.language),
        "crps": cells["crps"],
        "cover90": cells["cover90"],
        "targets": number(rows["brier"]["cases"], report.language),
        "brier": cells["brier"],
        "ece": cells["ece"],
        "worst_bin": writers["ece"]((upper["said"] - upper["came_true"]).abs().max()),
    })  # fmt: skip


def _describe_joint(report: ReportContext, trial: Backtest) -> str:
    table = trial.joint_scores.set_index("draws")
    if table.empty:
        return report.gettext(NO_JOINT)
    shares = {draws: _percent(report, float(cover)) for draws, cover in table["cover80"].items()}
    groups = number(int(table["groups"].iloc[0]), report.language)
    return report.gettext(JOINT, groups=groups, **shares)


def _render_peers(report: ReportContext, trial: Backtest) -> list[str]:
    """Render the peers: what they are, how many forecasts they have, scores on the same cases."""
    if trial.peers.empty:
        return []
    parts = [
        paragraph(report.gettext(PEER_METHODS, figures=PEER_FIGURES)),
        bullets(_explain(report, "method", peer) for peer in PEERS),
        bullets(_count_peer(report, peer, part) for peer, part in trial.peers.groupby("method")),
    ]
    rows = trial.peer_scores
    rows = rows[rows["method"].isin(["forecast", "drift"]) | (rows["method"] == rows["peer"])]
    return [*parts, tabulate([_peer_row(report, row) for row in rows.to_dict("records")])]


def _count_peer(report: ReportContext, peer: str, forecasts: pd.DataFrame) -> str:
    """Count the forecasts that a peer has, and those that it lacks by reason."""
    counts = forecasts["unfitted"].value_counts()
    reasons = [f"{report.label('unfitted', r)} {number(counts.get(r, 0), report.language)}"
               for r in REASONS]  # fmt: skip
    return report.gettext(
        PEER_COUNTS, method=report.label("method", peer), reasons=report.join(reasons),
        answered=number(counts.get("", 0), report.language),
        count=number(len(forecasts), report.language),
    )  # fmt: skip
