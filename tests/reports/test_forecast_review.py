"""Forecasts on the way to a final evaluation: scores, verdicts, and who was right."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from forecast.evaluation.verification import Verification
from forecast.reports import forecast_review, rendering
from forecast.reports.rendering import render
from made_up import PER_WORKER
from rendered import plain, row_of


@pytest.fixture
def notebook(made_up_final):
    """Made-up plan with its replayed forecasts, each at the end of 2021 with a verdict."""
    results = made_up_final.results
    table = results.verdicts
    unsaid = table["forecast_said"].eq("silent") & table["origin"].eq("2021-12-31")
    table = table.assign(forecast_said=table["forecast_said"].mask(unsaid, "no"))
    return SimpleNamespace(report=made_up_final.report, results=replace(results, verdicts=table))


def scores(notebook, **changed):
    """Section of scores, some results changed."""
    results = replace(notebook.results, **changed)
    return render(notebook.report, "final.review", results).text.partition("<h3>")[2]


def verdicts(notebook, **changed):
    """Section of verdicts, some results changed."""
    results = replace(notebook.results, **changed)
    return render(notebook.report, "final.review", results).text.partition("<h3>")[0]


def lines(notebook, table):
    """What is said of a table of verdicts."""
    results = replace(notebook.results, verdicts=table)
    return forecast_review.describe_verdicts(notebook.report, results)


def test_issued_and_replayed_forecasts_have_each_their_section(notebook):
    """Two heads, in this order, and a sentence where there is no store or nothing to score."""
    issued, replayed = scores(notebook).split("<h3>Forecasts replayed, never issued</h3>")
    assert "No store of issued forecasts was given." in issued and "<table" not in issued
    assert "They were never issued and are scored separately" in replayed
    assert replayed.count("<table") == 2
    assert "No forecast in the store has an outcome yet." in scores(notebook, stored=True)


def test_the_last_issue_of_a_year_is_in_its_column(notebook):
    """Of two issues of one year the later chance is shown, with its day."""
    hits = notebook.results.replayed.hits.head(1)
    early = hits.assign(origin="2021-03-31", p_reach=0.4)
    late = hits.assign(origin="2021-09-30", p_reach=0.6)
    both = Verification(pd.concat([late, early], ignore_index=True))
    page = scores(notebook, issued=both).split("<h3>")[0]
    assert "60\xa0%<small>30 September 2021" in page and "31 March 2021" not in page


def test_each_cell_has_both_verdicts_marked(notebook):
    """Beds at the end of 2021: the schedule rule right with yes, the forecast wrong with no."""
    page = verdicts(notebook).split("Share of nursing beds")[2]
    row = row_of(f"{verdicts(notebook).split('<tbody>')[0]}<tr><th>Share of nursing beds{page}",
                 "Share of nursing beds")  # fmt: skip
    assert row["2021"] == "Schedule: yes ✓ Forecast: no (39 %) ✗"
    assert row["2020"].startswith("Schedule: no verdict Forecast:")


def test_who_was_right_is_said_where_they_disagreed(notebook):
    """A sentence a disagreement: the target, the year's end, both verdicts, the outcome."""
    page = plain(verdicts(notebook))
    assert page.count("so the schedule rule was right.") == 2
    assert (
        "Beds per social worker, target ≤ 100 for 2025: at the end of 2021 the schedule rule said "
        "yes, the forecast no (19 %); outcome: missed, so the forecast was right."
    ) in page
    table = notebook.results.verdicts
    quiet = verdicts(notebook, verdicts=table[table["indicator"] != PER_WORKER])
    assert "so the forecast was right" not in quiet


def test_few_disagreements_are_told_and_the_rest_is_counted(notebook, monkeypatch):
    """Of three disagreements with room for one sentence, two are said to be in the table."""
    monkeypatch.setattr(rendering, "MOST", 1)
    page = verdicts(notebook)
    assert page.count("rule was right.") == 1 and "Others, in the table above: 2." in page


def test_bands_of_chance_are_told_without_saying_that_anyone_said_them(notebook):
    """Nine replayed chances below 20 %, of which two came true: no word that we said so."""
    page = scores(notebook)
    assert "Forecast chances of 0-20 %: 9, of which reached: 2 (different targets: 4)." in page
    assert "we said" not in page


def test_right_verdicts_are_counted_and_few_targets_are_said_to_prove_little(notebook):
    """Five targets are few; ten are not."""
    table = notebook.results.verdicts
    counts, differed, few = lines(notebook, table)
    assert "The schedule rule gave 13 verdicts, 9 of them right;" in counts
    assert "known outcome: 20 (different targets: 5)" in counts
    assert differed.startswith("Where they disagreed (3): the schedule rule was right in 2")
    assert few == "With so few targets the comparison says little about either method."
    many = pd.concat([table.head(1).assign(year=2025 + n) for n in range(10)], ignore_index=True)
    assert few not in lines(notebook, many)


def test_agreement_is_said_too(notebook):
    """Where both spoke and never disagreed, that is the sentence; of silence there is none."""
    table = notebook.results.verdicts
    same = table[table["schedule_said"] == table["forecast_said"]]
    spoke = same[same["schedule_said"] != "silent"]
    assert lines(notebook, spoke)[1] == f"Where both gave a verdict ({len(spoke)}), they agreed."
    assert len(lines(notebook, table[table["schedule_said"] == "silent"])) == 2
