"""Charts of the method check: whether chances came true."""

from __future__ import annotations

from ...charts.reliability import reliability_chart
from ...evaluation.backtesting import Backtest
from ...i18n.catalog import N_
from ..charts import show
from ..context import ReportContext
from ..method_check import MethodCheck

__all__ = ["SOURCE", "list_sources", "render_panel_charts", "render_trial_charts"]

COMPARED = ("forecast", "linear_trend", "drift")
"""Methods drawn in one chart."""
SOURCE = N_("Figures and command: {source}.")
TRIAL = N_("The plan's own figures, forecast again. {day}")
PANEL = N_("A large panel of series: {setting}.")


def list_sources(report: ReportContext, results: MethodCheck) -> str:
    """List the sources of the calibration, as they are written."""
    return report.join(dict.fromkeys(results.calibration["source"]))


def render_trial_charts(report: ReportContext, trial: Backtest) -> list[str]:
    """Render whether chances came true, ours and those of two naive methods."""
    bins = trial.reliability
    series = {report.label("method", c): bins[bins["method"] == c] for c in COMPARED}
    series = {name: rows for name, rows in series.items() if len(rows)}
    source = report.gettext("Source: own back-test of the published figures.")
    chart = reliability_chart(
        series, what=report.gettext(TRIAL, day=report.known_on()), source=source,
        language=report.language, name="reliability",
    )  # fmt: skip
    return [show(report, chart)]


def render_panel_charts(
    report: ReportContext, results: MethodCheck, splits: list[str], settings: list[str]
) -> list[str]:
    """Render whether chances came true on the panel, a chart a setting."""
    source = report.gettext(SOURCE, source=list_sources(report, results))
    parts = []
    for setting in settings:
        tables = {report.label("split", s): results.bins(s, setting) for s in splits}
        series = {name: bins for name, bins in tables.items() if len(bins)}
        if series:
            what = report.gettext(PANEL, setting=report.label("setting", setting))
            chart = reliability_chart(
                series, what=what, source=source, language=report.language,
                name=f"reliability_{setting}",
            )  # fmt: skip
            parts.append(show(report, chart))
    return parts
