"""Scores of issued forecasts, by hand."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError
from forecast.evaluation.scores import CAP, crps_of_quantiles
from forecast.evaluation.store import append_run, read_forecasts
from forecast.evaluation.verification import Verification, compute_track_record, verify
from forecast.evaluation.vintages import QUANTILE_COLUMNS, issue

ABOUT = pd.DataFrame(
    {"indicator": ["x", "y"], "kind": "share", "lower": 0.0, "upper": 100.0,
     "better": ["higher", "lower"], "resolution": 1.0, "cumulative": False}
)  # fmt: skip
VINTAGE = {"run": "r", "origin": "2021-12-31", "data_hash": "d", "method_version": "m",
           "target_version": "t", "scenario": "baseline", "event": "reach"}  # fmt: skip
SEVEN = np.array([5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0])


def said(*rows, **more):
    """Issued forecasts: (year, target, p) of indicator x in region a, or with `more` columns.

    Quantiles are 5 10 25 50 75 90 95, the scale is 2.
    """
    table = pd.DataFrame(rows, columns=["year", "target", "p_reach"])
    fixed = {
        "region": "a",
        "indicator": "x",
        "comparator": "ge",
        "latest_year": 2021.0,
        "scale": 2.0,
        **VINTAGE,
        **dict(zip(QUANTILE_COLUMNS, SEVEN, strict=True)),
    }
    return table.assign(**{**fixed, **more})


def came(values, indicator="x", **more):
    """Published figures by year, in region a."""
    table = pd.DataFrame({"year": [float(y) for y in values], "value": list(values.values())})
    return table.assign(region="a", indicator=indicator, **more)


FIGURES = {2021: 50.0, 2022: 52.0, 2023: 55.0, 2024: 91.0}


def test_brier_by_hand():
    """Brier, its rival that says the base rate, and the counts, over all and by lead time."""
    table = said((2022, 50.0, 0.8), (2023, 60.0, 0.3), (2024, 60.0, 0.6), (2025, 60.0, 0.5))
    found = verify(table, came(FIGURES), ABOUT)
    assert found.hits["met"].tolist() == [True, False, True]
    assert found.hits["figure"].tolist() == [52.0, 55.0, 91.0]
    row = found.scores.set_index("lead")
    assert row.index.tolist() == ["all", 1, 2, 3]
    assert row.loc["all", "brier"] == pytest.approx((0.2**2 + 0.3**2 + 0.4**2) / 3)
    assert row.loc["all", "base_rate"] == pytest.approx(2 / 3)
    assert row.loc["all", "brier_base"] == pytest.approx(2 / 9)
    assert row["brier"].tolist()[1:] == pytest.approx([0.04, 0.09, 0.16])
    assert row.loc["all", ["forecasts", "targets", "years", "values"]].tolist() == [3, 3, 3, 3]
    assert row["brier_base"].tolist()[1:] == [0.0, 0.0, 0.0]
    losses = np.array([0.04, 0.09, 0.16])
    spread = np.sqrt(3 / 2 * ((losses - losses.mean()) ** 2).sum()) / 3
    assert row.loc["all", "brier_error"] == pytest.approx(spread)
    assert np.isinf(row.loc[1, "brier_error"])


def test_intervals_and_crps_by_hand():
    """52, 55 and 91 lie in the 50, 50 and 90 % intervals; the pinball sum is in units of 2."""
    table = said((2022, 50.0, 0.8), (2023, 60.0, 0.3), (2024, 60.0, 0.6))
    row = verify(table, came(FIGURES), ABOUT).scores.set_index("lead").loc["all"]
    assert row[["cover50", "cover80", "cover90"]].tolist() == pytest.approx([2 / 3, 2 / 3, 1.0])
    for figure, inside in ((7.0, [0, 0, 1]), (20.0, [0, 1, 1]), (96.0, [0, 0, 0]), (4.0, [0] * 3)):
        one = verify(table[:1], came({2022: figure}), ABOUT).scores.iloc[0]
        assert one[["cover50", "cover80", "cover90"]].tolist() == inside
    levels, weights = (
        [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95], [0.075, 0.10, 0.20, 0.25, 0.20, 0.10, 0.075]
    )  # fmt: skip
    total = 0.0
    for y in (52.0, 55.0, 91.0):
        for p, w, q in zip(levels, weights, SEVEN, strict=True):
            total += 2 * w * (p * (y - q) if y >= q else (1 - p) * (q - y))
    assert row["crps"] == pytest.approx(total / 3 / 2.0)


def test_scaled_scores_are_held_and_need_a_scale():
    """One nearly flat series does not decide the mean; without a scale there is no CRPS."""
    table = said((2022, 50.0, 0.8), (2023, 60.0, 0.3))
    flat = verify(table.assign(scale=[2.0, 1e-9]), came(FIGURES), ABOUT).scores.iloc[0]
    alone = float(crps_of_quantiles(52.0, SEVEN, np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])))
    assert flat["crps"] == pytest.approx((alone / 2.0 + CAP) / 2)
    one = verify(table.assign(scale=[2.0, np.nan]), came(FIGURES), ABOUT).scores.iloc[0]
    assert one["crps"] == pytest.approx(alone / 2.0) and one["values"] == 2
    none = verify(table.assign(scale=0.0), came(FIGURES), ABOUT).scores.iloc[0]
    assert np.isnan(none["crps"]) and np.isnan(none["crps_error"]) and none["cover90"] == 1.0
    bare = verify(table.assign(q05=np.nan), came(FIGURES), ABOUT).scores.iloc[0]
    assert bare["values"] == 0 and np.isnan(bare["cover50"]) and bare["forecasts"] == 2


def test_reliability_bins_by_hand():
    """Five bins with edges to the upper one, all of them there; said and came true in each."""
    chances = (0.19, 0.2, 0.39, 0.5, 0.6, 0.99)
    table = said(*((2022, 50.0 + i, p) for i, p in enumerate(chances)))
    found = verify(table, came(FIGURES), ABOUT)  # the figure 52 meets 50, 51 and 52
    table = found.reliability
    assert table["low"].tolist() == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert table["high"].tolist() == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert table["forecasts"].tolist() == [1, 2, 1, 1, 1]
    assert table["said"].tolist() == pytest.approx([0.19, 0.295, 0.5, 0.6, 0.99])
    assert table["came_true"].tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0, 0.0])
    sure = verify(said((2022, 50.0, np.nextafter(1.0, 0.0))), came(FIGURES), ABOUT)
    assert sure.reliability["forecasts"].tolist() == [0, 0, 0, 0, 1]
    record = compute_track_record(found)
    assert record["times"].tolist() == [1, 2, 1, 1, 1]
    assert record["came_true"].tolist() == [1, 2, 0, 0, 0]


def test_the_track_record_counts():
    """Of three times we said 60-80 %, two came true, about two targets; no row for other bins."""
    first = said((2022, 50.0, 0.7), (2023, 60.0, 0.75))
    later = said((2023, 60.0, 0.2), (2022, 50.0, 0.65), origin="2022-06-30")
    record = compute_track_record(verify(pd.concat([first, later]), came(FIGURES), ABOUT))
    assert record.values.tolist() == [[0.2, 0.4, 1, 0, 1], [0.6, 0.8, 3, 2, 2]]


def test_nothing_has_closed():
    """Without a closed year every table is there, empty, and the bins hold nothing."""
    for table, figures in (
        (said((2025, 60.0, 0.5)), came(FIGURES)),
        (said((2022, 60.0, 0.5)), came({2021: 50.0})),
        (said((2022, 60.0, 0.5)), came({}).astype({"year": float, "value": float})),
        (said((2022, 60.0, 0.5)).iloc[:0], came(FIGURES)),
        (said((2022, 60.0, 0.5), indicator="unknown"), came(FIGURES)),
    ):
        found = verify(table, figures, ABOUT)
        assert found.hits.empty and found.scores.empty and compute_track_record(found).empty
        assert {"lead", "figure", "met", "p_reach"} <= set(found.hits)
        assert {"lead", "brier", "cover80", "crps"} <= set(found.scores)
        assert found.reliability["forecasts"].tolist() == [0] * 5
        assert found.reliability["came_true"].isna().all()


@pytest.mark.parametrize(
    ("origin", "leads"),
    [("2021-12-31", [1, 2]), ("2021-12-30", [1, 2]), ("2022-01-01", [1, 2]), ("2022-12-30", [1, 2]),
     ("2022-12-31", [1]), ("2023-12-30", [1]), ("2023-12-31", [])],
)  # fmt: skip
def test_a_forecast_comes_before_the_end_of_its_year(origin, leads):
    """Issued on the last day of the year or later it is none; begun years count whole."""
    table = said((2022, 50.0, 0.5), (2023, 50.0, 0.5), origin=origin)
    found = sorted(verify(table, came(FIGURES), ABOUT).hits["lead"])
    expected = {"2021-12-30": [2, 3]}.get(origin, leads)
    assert found == expected


def test_what_was_decided_is_no_forecast():
    """Chances of 0 and 1, missing ones and those of a scenario are not scored."""
    table = said((2022, 50.0, 0.0), (2022, 51.0, 1.0), (2022, 52.0, np.nan), (2022, 49.0, 0.01),
                 (2022, 48.0, 0.99))  # fmt: skip
    push = said((2022, 47.0, 0.5), scenario="push")
    hits = verify(pd.concat([table, push]), came(FIGURES), ABOUT).hits
    assert hits["p_reach"].tolist() == [0.01, 0.99]


def test_vintages_count_and_repeats_do_not():
    """Another day counts, and another answer from other data; the same issued again does not."""
    first = said((2022, 50.0, 0.7))
    later = first.assign(origin="2022-03-31")
    revised = first.assign(run="revised", data_hash="e", p_reach=0.6)
    repeats = [first.assign(run=f"again with another {name}", **{name: "other"})
               for name in ("data_hash", "method_version", "target_version")]  # fmt: skip
    # On another machine the last bits may differ.
    repeats.append(first.assign(run="again elsewhere", p_reach=np.nextafter(0.7, 1.0)))
    found = verify(pd.concat([first, *repeats, later, revised]), came(FIGURES), ABOUT)
    assert found.hits["run"].tolist() == ["r", "r", "revised"]
    # Its quantiles are the same: the revised forecast of the target is none of the figure.
    row = found.scores.iloc[0]
    assert row[["forecasts", "targets", "years", "values"]].tolist() == [3, 1, 1, 2]


def test_each_version_of_a_target_is_scored_as_it_was_issued():
    """Raised from 50 to 60, a target of 2022 was met as first issued and missed as revised.

    A target beside it that was not revised counts once, though both runs issued it.
    """
    first = said((2022, 50.0, 0.7), (2023, 50.0, 0.8), data_hash="d", target_version="t")
    second = said((2022, 60.0, 0.2), (2023, 50.0, 0.8), data_hash="e", target_version="u")
    found = verify(pd.concat([first, second]), came(FIGURES), ABOUT)
    facts = found.hits[["year", "target", "met"]].values.tolist()
    assert facts == [[2022, 50.0, True], [2023, 50.0, True], [2022, 60.0, False]]
    assert found.scores.iloc[0][["forecasts", "targets", "values"]].tolist() == [3, 3, 2]
    assert compute_track_record(found)["times"].sum() == 3


def test_a_figure_counts_once_for_several_targets():
    """Two targets of one figure are two forecasts of targets and one of the figure."""
    found = verify(said((2022, 50.0, 0.7), (2022, 60.0, 0.2)), came(FIGURES), ABOUT)
    assert found.scores.iloc[0][["forecasts", "targets", "values"]].tolist() == [2, 2, 1]


@pytest.mark.parametrize(
    ("comparator", "target", "indicator", "met"),
    [
        ("ge", 52.0, "x", True), ("gt", 52.0, "x", False), ("eq", 52.0, "x", True),
        ("eq", 53.0, "x", False), ("le", 52.0, "y", True), ("lt", 52.0, "y", False),
        ("eq", 53.0, "y", True), ("eq", 51.0, "y", False), ("ge", 52.6, "x", False),
    ],
)  # fmt: skip
def test_the_event_is_that_of_attainment(comparator, target, indicator, met):
    """Comparators, direction and reporting step decide as they do for the forecast."""
    table = said((2022, target, 0.5), comparator=comparator, indicator=indicator)
    hits = verify(table, came(FIGURES, indicator), ABOUT).hits
    assert hits["met"].tolist() == [met] and hits["met"].dtype == bool


@pytest.mark.parametrize(
    ("event", "figures", "met"),
    [
        ("reach", {2021: 50, 2022: 66, 2023: 59}, False),
        ("ever", {2021: 50, 2022: 66, 2023: 59}, True),
        ("maintain", {2021: 50, 2022: 66, 2023: 61}, True),
        ("maintain", {2021: 50, 2022: 59, 2023: 61}, False),
        ("maintain", {2021: 50, 2023: 61}, True),
        ("ever", {2020: 66, 2021: 50, 2022: 58, 2023: 59}, False),
        ("maintain", {2020: 66, 2021: 50, 2022: 62, 2023: 61}, True),
    ],
)
def test_events_over_several_years(event, figures, met):
    """`ever` and `maintain` look at the published figures after the latest one known then."""
    found = verify(said((2023, 60.0, 0.5), event=event), came(figures), ABOUT)
    assert found.hits["met"].tolist() == [met]
    assert found.hits["figure"].tolist() == [figures[2023]]
    open_ = {year: value for year, value in figures.items() if year < 2023}
    assert verify(said((2023, 60.0, 0.5), event=event), came(open_), ABOUT).hits.empty


def test_only_what_was_known_on_a_day():
    """`on` uses figures published by then; else their day, else the end of their year."""
    table = said((2022, 50.0, 0.7), (2023, 50.0, 0.6))
    figures = came(FIGURES, published=["", "2023-04-30", "", ""])
    assert len(verify(table, figures, ABOUT, on="2023-04-29").hits) == 0
    assert len(verify(table, figures, ABOUT, on="2023-04-30").hits) == 1
    assert len(verify(table, figures, ABOUT, on="2023-12-30").hits) == 1
    assert len(verify(table, figures, ABOUT, on="2023-12-31").hits) == 2
    dated = came(FIGURES, as_of=["", "2022-12-31", "", ""])
    assert len(verify(table, dated, ABOUT, on="2022-12-30").hits) == 0
    assert len(verify(table, dated, ABOUT, on="2022-12-31").hits) == 1
    assert len(verify(table, came(FIGURES), ABOUT, on="2022-12-30").hits) == 0
    late = dated.assign(published=["", "2023-04-30", "", ""])
    assert len(verify(table, late, ABOUT, on="2023-04-29").hits) == 0
    assert len(verify(table, late, ABOUT, on="2023-04-30").hits) == 1
    # A figure of a day within the year is that of the day, and decides nothing at the year's end.
    within = came(FIGURES, as_of=["", "2022-12-15", "", ""])
    assert len(verify(table, within, ABOUT, on="2022-12-31").hits) == 0
    assert verify(table, within, ABOUT).hits["year"].tolist() == [2023]
    with pytest.raises(DataError, match="column on, value 'May': not a date"):
        verify(table, figures, ABOUT, on="May")


def test_the_last_published_figure_decides():
    """A revised figure replaces the first one."""
    figures = came(FIGURES, published="2023-01-31")
    revised = came({2022: 49.0}, published="2024-01-31")
    hits = verify(said((2022, 50.0, 0.7)), pd.concat([figures, revised]), ABOUT).hits
    assert hits["figure"].tolist() == [49.0] and not hits["met"].any()


def test_missing_columns_are_named():
    """A table that is none of issued forecasts is refused, every missing column at once."""
    with pytest.raises(DataError) as caught:
        verify(said((2022, 50.0, 0.7)).drop(columns=["origin", "q05"]), came(FIGURES), ABOUT)
    assert [problem.column for problem in caught.value.problems] == ["origin", "q05"]


@pytest.mark.usefixtures("few_tables")
def test_a_stored_run_is_verified(tmp_path):
    """From the store to the score: figures of other regions and indicators do no harm."""
    run = issue(fc.load_plan("xiaoshan", as_of="2021-12-31"))
    append_run(tmp_path / "v.sqlite", run)
    append_run(tmp_path / "v.sqlite", run)
    plan = fc.load_plan("xiaoshan")
    figures = pd.concat([plan.observations, plan.siblings])
    found = verify(read_forecasts(tmp_path / "v.sqlite"), figures, plan.indicators)
    assert isinstance(found, Verification)
    # The standard of 2021 met the targets of 2022 and 2023 and does not fall: no forecast is left.
    name = "minimum_living_standard"
    then = run.forecasts[run.forecasts["indicator"] == name].set_index("year")
    ahead = then.index[then["target"] > then["latest"]].tolist()
    assert ahead == [2024, 2025] and then["p_reach"].drop(ahead).tolist() == [1.0, 1.0]
    assert found.hits[["indicator", "year"]].values.tolist() == [[name, year] for year in ahead]
    closed = fc.attainment(fc.fit(figures, plan.indicators), plan.targets)
    closed = closed.set_index(["indicator", "year"])
    for row in found.hits.to_dict("records"):
        answer = closed.loc[(row["indicator"], row["year"])]
        assert answer["status"] == ("met" if row["met"] else "missed")
        assert answer["median"] == row["figure"]
