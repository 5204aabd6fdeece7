"""Fan charts."""

import dataclasses

import pandas as pd
import pytest

import forecast as fc
from drawn import check_layout, overlapping, texts
from forecast.charts import fan, style
from forecast.i18n.labels import label_of
from forecast.tables.names import Names


@pytest.fixture(scope="module")
def material():
    """Three indicators of a plan with figures and targets made up for the test."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    names = ["minimum_living_standard", "nursing_bed_share", "eco_burial_share"]
    figures = [(names[0], 2020, 10200.0), (names[0], 2021, 11400.0), (names[1], 2020, 55.0)]
    goals = [
        (names[0], 2021, 11000.0, "gt"), (names[0], 2025, 13000.0, "ge"),
        (names[1], 2025, 58.0, "ge"), (names[2], 2025, 70.0, "eq"),
    ]  # fmt: skip
    observations = pd.DataFrame(figures, columns=["indicator", "year", "value"])
    targets = pd.DataFrame(goals, columns=["indicator", "year", "value", "comparator"])
    observations = observations.assign(region="lishui", source="a").astype({"year": float})
    plan = dataclasses.replace(
        plan,
        indicators=plan.indicators[plan.indicators["indicator"].isin(names)],
        observations=observations,
        siblings=observations.iloc[:0],
        targets=targets.assign(region="lishui", source="b"),
    )
    fits = fc.fit(observations, plan.indicators)
    attainment = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    return plan, fc.quantiles(fits, [2022, 2023, 2024, 2025, 2026]), attainment


def draw(material, language="en", **options):
    """Fan charts of the material."""
    plan, quantiles, attainment = material
    return fan.fan_charts(Names(plan, language), quantiles, attainment, **options)


def test_one_figure_an_area_of_indicators_with_a_figure_and_a_target(material):
    """An indicator that was never observed has no picture."""
    plan, quantiles, attainment = material
    drawn = fan.charted_indicators(plan, attainment)
    assert set(drawn) == {"minimum_living_standard", "nursing_bed_share"}
    assert list(draw(material)) == ["assurance", "elderly_care"]
    nothing = quantiles.iloc[:0]
    assert fan.fan_charts(Names(plan, "zh"), nothing, attainment.iloc[:0]) == {}


def test_a_target_long_past_is_no_reason_for_a_picture(material):
    """Only an open target, or one of last year, asks for a picture."""
    plan, _, attainment = material
    assert fan.charted_indicators(dataclasses.replace(plan, as_of="2026-12-31"), attainment)
    assert not fan.charted_indicators(dataclasses.replace(plan, as_of="2027-12-31"), attainment)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_figures_median_bands_and_targets_are_labelled_where_they_stand(material, language):
    """Comparators, chances, values, units, date and sources are written in the picture."""
    attainment = material[2]
    figure = draw(material, language, sources=["b", "a"])["assurance"]
    check_layout(figure)
    written = "|".join(texts(figure))
    chance = attainment.loc[attainment["year"] == 2025, "p_reach"].iloc[0]
    expected = {
        "en": ["≥ 13,000\n(", "> 11,000", "11,400", "median ", "90 %", "50 %", "yuan per year",
               "31 December 2022", "[1]; [2]", f"({100 * chance:.0f} %)"],
        "zh": ["≥ 13000\n(", "> 11000", "11400", "中位数 ", "90%", "50%", "元/年",
               "2022年12月31日", "[1]、[2]", f"({100 * chance:.0f}%)"],
    }  # fmt: skip
    expected[language].append(label_of("evidence", attainment["evidence"].iloc[0], language))
    assert [text for text in expected[language] if text not in written] == []


def test_the_axis_leaves_room_around_everything_drawn(material):
    """No figure, target or band touches the edge of its panel."""
    plan, quantiles, attainment = material
    figure = draw((plan, quantiles, attainment))["assurance"]
    low, high = figure.axes[0].get_ylim()
    mine = quantiles[quantiles["indicator"] == "minimum_living_standard"]
    drawn = [10200.0, 13000.0, mine["q05"].min(), mine.loc[mine["year"] <= 2025, "q95"].max()]
    room = 0.1 * (max(drawn) - min(drawn))
    assert low < min(drawn) - room and high > max(drawn) + room


def test_no_forecast_is_drawn_beyond_the_last_target(material):
    """A fan ends with the last question asked."""
    plan, quantiles, attainment = material
    figure = draw((plan, quantiles, attainment))["assurance"]
    assert max(line.get_xdata()[-1] for line in figure.axes[0].lines[1:]) == 2025


def test_the_fan_opens_at_the_latest_figure_and_has_the_quantiles_of_its_table(material):
    """Bands and median are those of the table, from the last published figure on."""
    quantiles = material[1]
    axes = draw(material)["assurance"].axes[0]
    rows = quantiles[quantiles["indicator"].eq("minimum_living_standard")].set_index("year")
    (median,) = [line for line in axes.lines if line.get_color() == style.MEDIAN]
    assert median.get_ydata().tolist() == [11400.0, *rows["q50"].loc[2022:2025]]
    edges = [band.get_paths()[0].vertices[:, 1] for band in axes.collections]
    for (low, high, *_), edge in zip(style.BANDS, edges, strict=True):
        assert (
            edge.min() == rows[low].loc[:2025].min() and edge.max() == rows[high].loc[:2025].max()
        )
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    filled = {line.get_xdata()[0]: line.get_markerfacecolor() != "white" for line in diamonds}
    assert filled == {2021.0: True, 2025.0: False}


def test_the_input_is_left_as_it_was(material):
    """Drawing changes no table."""
    before = [table.copy() for table in material[1:]]
    draw(material, "zh")
    for table, old in zip(material[1:], before, strict=True):
        pd.testing.assert_frame_equal(table, old)


def test_labels_of_targets_keep_apart_beside_a_long_history(material):
    """A panel of many years takes a whole row, so that yearly targets do not overprint."""
    plan, _, _ = material
    name = "minimum_living_standard"
    seen = pd.DataFrame({"year": [2015.0, 2022.0], "value": [8928.0, 14592.0]})
    goals = pd.DataFrame({"year": [2023, 2024, 2025], "value": [13200.0, 13500.0, 14000.0]})
    goals = goals.assign(region="lishui", indicator=name, comparator="gt", source="b")
    seen = seen.assign(region="lishui", indicator=name, source="a")
    fits = fc.fit(seen, plan.indicators)
    attainment = fc.attainment(fits, goals, as_of=plan.as_of)
    plan = dataclasses.replace(plan, observations=seen, targets=goals)
    quantiles = fc.quantiles(fits, [2023, 2024, 2025])
    figure = draw((plan, quantiles, attainment))["assurance"]
    texts(figure)
    labels = [text for text in figure.axes[0].texts if text.get_text().startswith(">")]
    assert len(labels) == 3 and overlapping(figure, labels) == []
