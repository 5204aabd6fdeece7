"""Hindsight: what was said of targets on the way, as the page tells it."""

import html

import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation import outcomes
from forecast.evaluation.verification import Verification
from forecast.reports import final_forecasts
from made_up import BEDS, PER_WORKER, write_plan


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Made-up plan with its replayed forecasts, and none that was issued."""
    folder = write_plan(tmp_path_factory.mktemp("plan"))
    plan = fc.load_plan(folder, as_of="2026-06-30", region="shaoxing")
    runs = outcomes.replay_runs(str(folder), outcomes.list_origins(plan), region="shaoxing")
    replayed = outcomes.score_forecasts(runs, plan)
    return final_forecasts.Hindsight(
        plan=plan, quantiles=pd.DataFrame(), attainment=pd.DataFrame(), language="en",
        stored=False, issued=outcomes.score_forecasts([], plan), replayed=replayed,
        verdicts=outcomes.compare_verdicts(replayed),
    )  # fmt: skip


def change(found, **changed):
    """Give the findings with some facts changed."""
    return final_forecasts.Hindsight(**{**vars(found), **changed})


def test_issued_and_replayed_forecasts_have_each_their_section(found):
    """Two heads, in this order, and a sentence where there is no store or nothing to score."""
    page = final_forecasts.show_scores(found).text
    issued, replayed = page.split(f"<h3>{'Forecasts replayed, never issued'}</h3>")
    assert "No store of issued forecasts was given." in issued and "<table" not in issued
    assert (
        "Made with the method of today from what was known at each year's "
        "end. They were never issued, and are never scored together with "
        "those that were."
    ) in html.unescape(replayed)
    assert replayed.count("<table") == 2
    stored = final_forecasts.show_scores(change(found, stored=True)).text
    assert "No forecast in the store has an outcome yet." in stored


def test_the_last_issue_of_a_year_stands_in_its_column(found):
    """Of two issues of one year the later chance is shown, with its day."""
    hits = found.replayed.hits.head(1)
    early = hits.assign(origin="2021-03-31", p_reach=0.4)
    late = hits.assign(origin="2021-09-30", p_reach=0.6)
    both = Verification(pd.concat([late, early], ignore_index=True))
    page = final_forecasts.show_scores(change(found, issued=both)).text.split("<h3>")[1]
    assert "60\xa0%<br><small>30 September 2021" in page and "31 March 2021" not in page


def test_each_cell_has_both_verdicts_marked(found):
    """Beds at the end of 2021: the schedule rule right with yes, the forecast wrong with no."""
    row = found.verdicts[(found.verdicts["indicator"] == BEDS) & (found.verdicts["year"] == 2025)]
    rows = row.to_dict("records")
    assert final_forecasts._verdict(found, rows[1]).replace("\xa0", " ") == (
        "Schedule: yes ✓\nForecast: no (27 %) ✗"
    )
    assert final_forecasts._verdict(found, rows[0]).startswith("Schedule: silent\n")


def test_who_was_right_is_said_where_they_disagreed(found):
    """A sentence a disagreement: the target, the year's end, both verdicts, the outcome."""
    page = final_forecasts.show_verdicts(found).text.replace("\xa0", " ")
    assert page.count("so the schedule rule was right.") == 2
    assert (
        "Beds per social worker, target ≤ 100 for 2025: at the end of 2021 the schedule rule said "
        "yes, the forecast no (10 %); outcome: missed, so the forecast was right."
    ) in page
    quiet = found.verdicts[found.verdicts["indicator"] != PER_WORKER]
    assert (
        "so the forecast was right"
        not in final_forecasts.show_verdicts(change(found, verdicts=quiet)).text
    )


def test_few_disagreements_are_told_and_the_rest_is_counted(found, monkeypatch):
    """Of three disagreements with room for one sentence, two are said to be in the table."""
    monkeypatch.setattr(final_forecasts, "MOST", 1)
    page = final_forecasts.show_verdicts(found).text
    assert page.count("rule was right.") == 1
    assert f"Others, in the table above: {2}." in page


def test_bands_of_chance_are_told_without_saying_that_anyone_said_them(found):
    """Seven replayed chances below 20 %, of which two came true: no word that we said so."""
    page = final_forecasts.show_scores(found).text
    assert "Chances of 0-20 %: 7, of which came true: 2 (different targets: 3)." in page
    assert "we said" not in page


def test_hits_of_both_are_counted_and_few_targets_are_said_to_prove_little(found):
    """Five targets are few; ten are not."""
    lines = final_forecasts.right_lines(found)
    assert "The schedule rule spoke in 15, right in 11;" in lines[0]
    assert "outcome is known: 22 (different targets: 5)" in lines[0]
    assert lines[1].startswith("Where they disagreed (3): the schedule rule was right in 2")
    assert lines[2] == "So few targets prove little about a method."
    rows = found.verdicts.head(1)
    many = pd.concat([rows.assign(year=2025 + n) for n in range(10)], ignore_index=True)
    assert "So few targets prove little about a method." not in final_forecasts.right_lines(
        change(found, verdicts=many)
    )


def test_agreement_is_said_too(found):
    """Where both spoke and never disagreed, that is the sentence; of silence there is none."""
    rows = found.verdicts[found.verdicts["schedule_said"] == found.verdicts["forecast_said"]]
    spoke = rows[rows["schedule_said"] != "silent"]
    (_, second, *_) = final_forecasts.right_lines(change(found, verdicts=spoke))
    assert second == f"Where both spoke ({len(spoke)}), they never disagreed."
    alone = found.verdicts[found.verdicts["schedule_said"] == "silent"]
    assert len(final_forecasts.right_lines(change(found, verdicts=alone))) == 2
