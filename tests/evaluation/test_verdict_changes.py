"""Verdicts that changed from one issue to the next."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from forecast.evaluation.verdict_changes import VERDICT_ORDER, compare_verdicts
from forecast.i18n.labels import LABELS
from forecast.reports.command import summarise_changes
from small_plan import MONEY, SHARE, VISITS


def with_status(run, **statuses):
    """Give the run with other verdicts, by indicator."""
    forecasts = run.forecasts.copy()
    for indicator, status in statuses.items():
        forecasts.loc[forecasts["indicator"] == indicator, "status"] = status
    return replace(run, forecasts=forecasts)


def test_each_changed_verdict_is_better_worse_or_neither(usual):
    """Likely to unlikely is worse, unlikely to met better, no data is neither."""
    before = with_status(usual, **{SHARE: "likely", VISITS: "unlikely", MONEY: "no_data"})
    after = with_status(usual, **{SHARE: "unlikely", VISITS: "met", MONEY: "likely"})
    found = compare_verdicts(before, after)
    ways = {verdict["indicator"]: verdict["change"] for verdict in found["verdicts"]}
    assert ways == {SHARE: "worse", VISITS: "better", MONEY: "other"}
    assert (found["worse"], found["better"], found["other"]) == (2, 1, 1)
    assert json.loads(json.dumps(found)) == found
    assert found["previous"] == usual.origin


def test_nothing_before_and_nothing_changed(usual):
    """The first issue has nothing to compare with; the same verdicts are no change."""
    first = compare_verdicts(None, usual)
    assert first["previous"] is None and first["verdicts"] == []
    assert compare_verdicts(usual, usual)["verdicts"] == []


def test_the_order_is_of_verdicts_that_there_are():
    """Each verdict in the order is one of the labels."""
    assert set(VERDICT_ORDER) <= set(LABELS["status"])


@pytest.mark.parametrize(("warn", "level"), [(False, "INFO"), (True, "WARNING")])
def test_a_run_ends_with_a_line_on_what_changed(usual, caplog, warn, level):
    """The line names the report and counts; it is a warning where worse is a failure."""
    caplog.set_level("INFO")
    after = with_status(usual, **{VISITS: "missed"})
    found = compare_verdicts(with_status(usual, **{VISITS: "likely"}), replace(after, name="x"))
    assert summarise_changes([found], warn=warn) == 1
    (line,) = caplog.records
    assert line.levelname == level and "0 verdicts better, 1 worse" in line.getMessage()
