"""The method check in sentences, rows and charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from ..charts.chart import Chart
from ..charts.reliability import reliability_chart
from ..charts.style import CLEAR
from ..evaluation import scores
from ..evaluation.backtesting import METHODS, Backtest
from ..evaluation.baselines import PEERS, REASONS
from ..i18n.catalog import N_, pgettext
from ..i18n.formatting import NO_VALUE, number
from ..i18n.labels import LABELS
from ..model.panel import KEY
from .context import ReportContext, format_time
from .findings import find
from .html import Cells
from .method_check import (
    ENOUGH_CASES,
    ENOUGH_YEARS,
    SETTINGS,
    SPLITS,
    MethodCheck,
    pace_of,
)

__all__ = [
    "count_fits", "count_peers", "describe_cases", "describe_joint", "describe_limits",
    "draw_panel", "draw_trial", "explain", "fit_row", "fit_rows", "headline", "kind_rows",
    "list_sources", "panel_rows", "parts_of", "peer_rows", "score_rows",
]  # fmt: skip

COMPARED = ("forecast", "linear_trend", "drift")
"""Methods drawn in one chart."""
NAIVE = ("drift", "no_change", "linear_trend")
"""Naive methods whose errors stand beside this method's, by kind and by panel."""
LIMITS = (
    "promise", "average", "plan", "scenario", "prior", "kinds", "shocks", "reported", "goodhart"
)  # fmt: skip
PANEL_PEERS = N_(
    "{names} were fitted on a sample of each part with five figures or more: {cases} forecasts."
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
SOURCE = N_("Figures and command: {source}.")
TRIAL = N_("The plan's own figures, forecast again. {day}")
PANEL = N_("A large panel of series: {setting}.")
HEADLINES = {
    "better": N_("{region}: forecasts beat the naive methods on the plan's own figures"),
    "worse": N_("{region}: a naive method beats the forecasts on the plan's own figures"),
    "undecided": N_("{region}: forecasts are about as good as the best naive method"),
    "few": N_("{region}: too few figures to judge the forecasts, the large panels have to"),
}
PANEL_READING = N_(
    "On the large panel forecast chances and shares reached differ by {low} to {high} percentage "
    "points on average; 90 % intervals contained {least} to {most} of the figures."
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


def headline(report: ReportContext, results: MethodCheck) -> str:
    """Say whether the forecasts of the plan's own figures beat the naive methods."""
    code = _judge_methods(results.trial)[0] if results.trial and results.enough else "few"
    region = report.name("regions", report.plan.region)
    return report.gettext(HEADLINES[code], region=region)


def describe_cases(report: ReportContext, results: MethodCheck) -> list[str]:
    """Say how many cases there are, which method is better, what the panel gives."""
    lines = [report.gettext(NO_TRIAL)]
    if results.trial is not None:
        counts = {key: number(n, report.language) for key, n in results.size.items()}
        lines = [report.gettext(CHECKED, **counts), _compare_methods(report, results.trial)]
        if not results.enough:
            lines.append(report.gettext(TOO_FEW, cases=ENOUGH_CASES, years=ENOUGH_YEARS))
    return [*lines, _read_panel(report, results)]


def score_rows(report: ReportContext, trial: Backtest) -> list[Cells]:
    """Put the scores of each method on the plan's own figures into cells."""
    overall = trial.scores[trial.scores["horizon"] == "all"]
    return [_score_row(report, row) for row in overall.to_dict("records")]


def kind_rows(report: ReportContext, trial: Backtest) -> list[Cells]:
    """Put the errors of this method and of naive ones into cells, by kind of indicator."""
    write = _writers(report)
    rows: list[Cells] = []
    for kind, part in trial.forecasts.groupby("kind"):
        means = part.groupby("method")["crps"].mean()
        own = part[part["method"] == METHODS[0]]
        inside = own["actual"].between(own["q05"], own["q95"]).mean()
        rows.append(
            report.with_heads({
                "kind": report.label("kind", str(kind)),
                "forecasts": number(len(own), report.language),
            })
            | {report.label("method", m): write["crps"](means[m]) for m in (METHODS[0], *NAIVE)
               if m in means}
            | report.with_heads({"cover90": write["cover90"](float(inside))})
        )  # fmt: skip
    return rows


def peer_rows(report: ReportContext, trial: Backtest) -> list[Cells]:
    """Put the scores of standard methods, with ours and the drift on the same forecasts."""
    if trial.peers.empty:
        return []
    rows = trial.peer_scores
    rows = rows[rows["method"].isin(["forecast", "drift"]) | (rows["method"] == rows["peer"])]
    return [_peer_row(report, row) for row in rows.to_dict("records")]


def count_peers(report: ReportContext, trial: Backtest) -> list[str]:
    """Count the forecasts that each standard method has, and those that it lacks by reason."""
    return [_count_peer(report, peer, part) for peer, part in trial.peers.groupby("method")]


def panel_rows(report: ReportContext, results: MethodCheck) -> list[Cells]:
    """Put the scores on the panels into cells, a row a held-out part and setting."""
    splits, settings = parts_of(results)
    return [_panel_row(report, results, split, setting) for split in splits for setting in settings]


def describe_panel_peers(report: ReportContext, results: MethodCheck) -> str:
    """Say on how many forecasts standard methods were scored on the panels; "" where none was."""
    table, peers = results.calibration, _list_panel_peers(results)
    rows = table[table["setting"].isin(peers) & (table["measure"] == "crps") & table["n"].isna()]
    if rows.empty:
        return ""
    names = report.join(report.label("method", peer) for peer in peers)
    cases = report.join(number(n, report.language) for n in rows.groupby("split")["cases"].min())
    return report.gettext(PANEL_PEERS, names=names, cases=cases)


def _list_panel_peers(results: MethodCheck) -> list[str]:
    """List the standard methods that were scored on the panels."""
    return [peer for peer in PEERS if (results.calibration["setting"] == peer).any()]


def parts_of(results: MethodCheck) -> tuple[list[str], list[str]]:
    """List the held-out parts and the settings that were measured."""
    table = results.calibration
    splits = [code for code in SPLITS if (table["split"] == code).any()]
    return splits, [code for code in SETTINGS if (table["setting"] == code).any()]


def list_sources(report: ReportContext, results: MethodCheck) -> str:
    """List the sources of the calibration; those of an own one as they are written."""
    texts = dict.fromkeys(results.calibration["source"])
    return report.join(pgettext("panels", text, report.language) for text in texts)


def fit_rows(report: ReportContext, results: MethodCheck) -> list[Cells]:
    """Put the fit of each indicator into cells, in the plan's order."""
    order = {name: i for i, name in enumerate(report.plan.indicators["indicator"])}
    summary = results.summary.sort_values("indicator", key=lambda names: names.map(order))
    return [fit_row(report, row, results.parameters) for row in summary.to_dict("records")]


def count_fits(report: ReportContext, results: MethodCheck) -> str:
    """Count the indicators with figures, by evidence."""
    text = N_("Indicators with figures: {count}; by evidence: {counts}.")
    counts = report.count_labels("evidence", results.summary["evidence"])
    return report.gettext(text, count=len(results.summary), counts=counts)


def describe_limits(report: ReportContext) -> list[str]:
    """Say what the probabilities do not mean."""
    return [report.label("limit", code) for code in LIMITS]


def draw_trial(report: ReportContext, trial: Backtest) -> Chart:
    """Draw forecast chances against shares reached, ours and those of two naive methods."""
    bins = trial.reliability
    series = {report.label("method", c): bins[bins["method"] == c] for c in COMPARED}
    return reliability_chart(
        {name: rows for name, rows in series.items() if len(rows)},
        what=report.gettext(TRIAL, day=report.known_on()),
        source=report.gettext("Source: own back-test of the published figures."),
        language=report.language, name="reliability",
    )  # fmt: skip


def draw_panel(report: ReportContext, results: MethodCheck) -> list[Chart]:
    """Draw forecast chances against shares reached on the panels, a chart a setting."""
    source = report.gettext(SOURCE, source=list_sources(report, results))
    splits, settings = parts_of(results)
    charts = []
    for setting in settings:
        tables = {report.label("split", s): results.bins(s, setting) for s in splits}
        series = {name: bins for name, bins in tables.items() if len(bins)}
        if series:
            what = report.gettext(PANEL, setting=report.label("setting", setting))
            charts.append(reliability_chart(
                series, what=what, source=source, language=report.language,
                name=f"reliability_{setting}",
            ))  # fmt: skip
    return charts


def explain(report: ReportContext, group: str, codes: Iterable[str]) -> list[str]:
    """Say what codes with a meaning mean."""
    known = [code for code in codes if code in LABELS[f"{group}_meaning"]]
    return [
        report.gettext("{word}: {meaning}.", word=report.label(group, code),
                       meaning=report.label(f"{group}_meaning", code))
        for code in known
    ]  # fmt: skip


def fit_row(report: ReportContext, row: Mapping[str, Any], parameters: pd.DataFrame) -> Cells:
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
        "name": find(report).first_cells(indicator)["name"],
        "latest": f"{latest}\n{year}",
        "figures": f"{number(row['n'], report.language)}\n{others}",
        "paths": "\n".join(paths),
        "estimated_pace": pace_text,
        "evidence": f"{report.label('evidence', row['evidence'])}\n{own}",
        "remarks": report.join(report.label("warning", mark) for mark in marks) or NO_VALUE,
    })  # fmt: skip


# Key findings.


def _judge_methods(trial: Backtest) -> tuple[str, str, dict[str, float]]:
    """Judge our error against the smallest of the naive methods: verdict, method, numbers."""
    keys = [*KEY, "origin", "year"]
    crps = trial.forecasts.pivot(index=keys, columns="method", values="crps").reset_index()
    naive = [method for method in METHODS[1:] if method in crps]
    best = min(naive, key=lambda method: float(crps[method].mean()))
    apart, error = scores.mean_with_error(crps[METHODS[0]] - crps[best], crps["year"])
    clear = abs(apart) > CLEAR * error
    verdict = "undecided" if not clear else "better" if apart < 0 else "worse"
    means = {"ours": float(crps[METHODS[0]].mean()), "theirs": float(crps[best].mean())}
    return verdict, best, means | {"difference": apart, "error": error}


def _compare_methods(report: ReportContext, trial: Backtest) -> str:
    """Put our error beside the smallest of the naive methods, with the error of the difference."""
    verdict, best, values = _judge_methods(trial)
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


def _score_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
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


def _peer_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    """Put the scores of a method on a peer's forecasts into cells."""
    write = _writers(report)["crps"]
    gap = _with_error(row["crps_gap"], row["crps_gap_error"], write)
    own = report.with_heads({"crps_gap": NO_VALUE if row["method"] == METHODS[0] else gap})
    return {**_score_row(report, row), **own}


def _panel_row(report: ReportContext, results: MethodCheck, split: str, setting: str) -> Cells:
    """Put the scores of one split and setting of the panel into cells."""
    writers = _writers(report)
    write = writers["crps"]
    naive = {
        report.label("method", m): write(results.overall(split, m, "crps")["value"])
        for m in (*NAIVE, *_list_panel_peers(results))
    }
    rows = {m: results.overall(split, setting, m) for m in ("crps", "brier", "ece", "cover90")}
    cells = {m: _with_error(row["value"], row["error"], writers[m]) for m, row in rows.items()}
    bins = results.bins(split, setting)
    upper = bins[bins["low"] >= 0.5 - 1e-9]
    return report.with_heads({
        "split": report.label("split", split),
        "setting": report.label("setting", setting),
        "forecasts": number(rows["crps"]["cases"], report.language),
        "crps": cells["crps"],
    }) | naive | report.with_heads({
        "cover90": cells["cover90"],
        "targets": number(rows["brier"]["cases"], report.language),
        "brier": cells["brier"],
        "ece": cells["ece"],
        "worst_bin": writers["ece"]((upper["said"] - upper["came_true"]).abs().max()),
    })  # fmt: skip


def describe_joint(report: ReportContext, trial: Backtest) -> str:
    """Say how often intervals for all regions together covered how many reached their target."""
    table = trial.joint_scores.set_index("draws")
    if table.empty:
        return report.gettext(NO_JOINT)
    shares = {draws: _percent(report, float(cover)) for draws, cover in table["cover80"].items()}
    groups = number(int(table["groups"].iloc[0]), report.language)
    return report.gettext(JOINT, groups=groups, **shares)


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
