"""Charts of the method check: PIT, reliability and coverage, each under its heading."""

from __future__ import annotations

from ...charts.calibration import coverage_chart, pit_histogram, reliability_diagram
from ...charts.style import Figure
from ...evaluation.backtesting import METHODS, Backtest
from ...i18n.catalog import N_
from ...i18n.formatting import number
from ..context import ReportContext
from ..html import heading, paragraph, picture
from ..method_check import SETTINGS, MethodCheck, independent_cases

__all__ = ["SOURCE", "list_sources", "render_panel_charts", "render_trial_charts"]

COMPARED = ("forecast", "linear_trend", "drift")
"""Methods whose charts are side by side."""
WORTH = N_(
    "Cases of one year move together: the {forecasts} of this method are worth about {worth} "
    "independent ones, for which the band is drawn."
)
SOURCE = N_("Figures and command: {source}.")


def list_sources(report: ReportContext, results: MethodCheck) -> str:
    """List the sources of the calibration, as they are written."""
    return report.join(dict.fromkeys(results.calibration["source"]))


def render_trial_charts(report: ReportContext, trial: Backtest) -> list[str]:
    """Render PIT and reliability of ours and of two naive methods."""
    language, footer = report.language, report.known_on()
    methods = {report.label("method", code): code for code in COMPARED}
    cases = {n: trial.forecasts[trial.forecasts["method"] == code] for n, code in methods.items()}
    worth = {name: independent_cases(rows) for name, rows in cases.items()}
    counts = {
        name: report.gettext("{count} cases", count=number(len(rows), language))
        for name, rows in cases.items()
    }
    titles = {name: f"{name} · {counts[name]}" for name in methods}
    pit, bins = trial.pit, trial.reliability
    places = pit_histogram(
        {titles[name]: pit[pit["method"] == code] for name, code in methods.items()},
        cases={titles[name]: worth[name] for name in methods}, language=language, footer=footer,
    )  # fmt: skip
    chances = reliability_diagram(
        {name: bins[bins["method"] == code] for name, code in methods.items()},
        language=language, footer=footer,
    )  # fmt: skip
    ours = next(iter(methods))
    note = report.gettext(
        WORTH, forecasts=number(len(cases[ours]), language),
        worth=number(worth[ours], language, step=1.0),
    )  # fmt: skip
    heads = (
        report.gettext("Where the figures fell in what was said (probability integral transform)"),
        report.gettext("Chances said and shares that came true"),
    )
    return [
        *_chart_parts(report, heads[0], places, list(methods), note),
        *_chart_parts(report, heads[1], chances, list(methods)),
    ]


def render_panel_charts(
    report: ReportContext, results: MethodCheck, splits: list[str], settings: list[str]
) -> list[str]:
    """Render reliability, a chart a setting and a panel a split; coverage by number of figures."""
    language = report.language
    footer = report.gettext(SOURCE, source=list_sources(report, results))
    parts = []
    for setting in settings:
        tables = {report.label("split", s): results.bins(s, setting) for s in splits}
        tables = {name: bins for name, bins in tables.items() if len(bins)}
        if tables:
            label = report.label("setting", setting)
            text = N_("Chances said and shares that came true ({setting})")
            figure = reliability_diagram(tables, language=language, footer=footer)
            head = report.gettext(text, setting=label)
            parts += _chart_parts(report, head, figure, list(tables))
    lines = {
        report.label("split", split): {
            report.label("setting" if code in SETTINGS else "method", code): table
            for code, table in results.coverage(split).items()
        }
        for split in splits
    }
    lines = {name: tables for name, tables in lines.items() if tables}
    if lines:
        naive = [report.label("method", method) for method in METHODS[1:]]
        figure = coverage_chart(lines, baselines=naive, language=language, footer=footer)
        head = report.gettext("Coverage of 90 % intervals, by the number of figures known")
        parts += _chart_parts(report, head, figure, list(lines))
    return parts


def _chart_parts(
    report: ReportContext, head: str, figure: Figure, panels: list[str], note: str = ""
) -> list[str]:
    """Put a chart under its heading; one of few panels takes part of the width."""
    text = report.gettext("{text}: {panels}", text=head, panels=report.join(panels))
    share = {1: 0.5, 2: 0.7}.get(len(panels), 1.0)
    return [heading(head, 3), paragraph(note) if note else "", picture(figure, text, share=share)]
