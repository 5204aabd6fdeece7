"""One number for one event on one day, whoever asks."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.desk.session import Desk
from forecast.evaluation.outcomes import judge_targets
from forecast.evaluation.vintages import issue
from forecast.reports.context import ReportContext
from forecast.reports.midterm import evaluate_midterm
from forecast.reports.scenarios import analyse_scenarios
from forecast.targets.target_state import SINGLE

KEY = ["indicator", "year", "target", "comparator"]


def keyed(table, column="p_reach"):
    """Chances by target; targets printed twice have the same one."""
    return table.drop_duplicates(KEY).set_index(KEY)[column].astype(float).dropna()


@pytest.mark.parametrize("region", ["zhejiang", "xiaoshan"])
def test_all_reports_the_desk_and_the_api_agree(region):
    """The chance of each target is the closed form's in every table, to the last bit or hidden."""
    report = ReportContext.load(region, as_of="2023-12-31", language="en", draws=60)
    plan = report.plan
    api = fc.attainment(report.fits, plan.targets, as_of=plan.as_of)
    exact, hidden = keyed(api), api.drop_duplicates(KEY).set_index(KEY)["evidence"].eq(SINGLE)
    compared = analyse_scenarios(report, "").compared
    desk = Desk(report)
    outcomes = judge_targets(plan, report.fits)
    decided = outcomes["outcome"].isin(["met", "missed", "exceeded"])
    tables = {
        "monitoring": keyed(report.attainment),
        "mid-term": keyed(evaluate_midterm(report).verdicts),
        "final": keyed(outcomes[~decided], "p_now"),
        "scenarios": keyed(compared[compared["scenario"] == "baseline"]),
        "issued": keyed(issue(plan).forecasts),
        "desk": keyed(desk.baseline),
    }
    for name, shown in tables.items():
        pd.testing.assert_series_equal(
            shown, exact.loc[shown.index], check_names=False, check_exact=True, obj=name
        )
        if name not in ("issued", "desk"):
            assert shown[hidden.loc[shown.index]].isin([0.0, 1.0]).all(), name
    if desk.chosen is not None:
        p, row = desk.baseline_answer().p_reach, desk.chosen
        assert p == pytest.approx(float(row["p_reach"]), abs=1e-12)
        assert desk.answer().p_change == 0.0 and np.isfinite(p)
