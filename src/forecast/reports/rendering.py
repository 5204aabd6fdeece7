"""Sections of a report: blocks of its template, filled with its context and its results."""

from __future__ import annotations

import re
from functools import partial

from ..charts.measures import effects_chart
from ..charts.standing import standing_chart
from ..evaluation.backtesting import METHODS
from ..evaluation.baselines import PEER_FIGURES, PEERS
from ..i18n.formatting import NO_VALUE, day
from ..scenarios.dating import first_decision_year
from . import (
    cheapest_measures,
    forecast_review,
    method_scores,
    scenario_effects,
    scenario_rules,
    scenario_targets,
)
from .charts import show
from .context import ReportContext
from .descriptions import describe_basis, mark_sources
from .final import count_closed
from .findings import CLASSES, find
from .html import Html, bullets, environment, tabulate
from .indices import describe_coverage, index_rows
from .parameters import KINDS
from .projects import describe_end, describe_now
from .task_tables import agency_rows, progress_rows

__all__ = ["render"]

SPACE = re.compile(r"(?<=[\u3002\uff01\uff0c\uff1a\uff1b\uff1f])[ \n]+(?=[^ \n<]|<span|<strong)")
"""Between Chinese sentences there is no space."""
MOST = 6
"""Entries of a list in the body of a report; the annex has the others."""


def render(report: ReportContext, section: str, results: object = None, **values: object) -> Html:
    """Fill a section: a block of a template, as `monitoring.summary`.

    Templates see the report's context, its `results`, its `found` (`Findings`), and further values;
    `gettext` and `label` give texts in its language.

    >>> report = ReportContext.load("lishui", as_of="2022-12-31", language="en")
    >>> "Lishui" in render(report, "common.title", kind="monitoring").text
    True
    """
    name, _, block = section.partition(".")
    template = environment().get_template(f"{name}.html.j2")
    shown = {
        "report": report, "results": results, "gettext": report.gettext, "label": report.label,
        "found": find(report), "classes": CLASSES, "tabulate": tabulate,
        "bullets": bullets, "day": partial(day, language=report.language),
        "kinds": KINDS, "no_value": NO_VALUE,
        "describe_now": describe_now, "describe_end": describe_end,
        "index_rows": index_rows, "describe_coverage": describe_coverage,
        "progress_rows": progress_rows, "agency_rows": agency_rows,
        "review": forecast_review, "count_closed": count_closed,
        "cheapest": cheapest_measures,
        "effects": scenario_effects, "targets": scenario_targets, "rules": scenario_rules,
        "effects_chart": effects_chart, "first_decision_year": first_decision_year,
        "method": method_scores, "peer_figures": PEER_FIGURES, "methods": (*METHODS, *PEERS),
        "most": MOST, "standing_chart": standing_chart,
        "figure": partial(show, report), "mark_sources": mark_sources,
        "describe_basis": describe_basis,
        "macros": environment().get_template("macros.html.j2").module, **values,
    }  # fmt: skip
    context = template.new_context(shown)
    text = "".join(template.blocks[block](context)).strip()
    return Html(SPACE.sub("", text))
