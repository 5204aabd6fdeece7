"""Fan charts."""

import dataclasses
import itertools

import matplotlib as mpl
import pandas as pd
import pytest
from forecast.i18n.phrases import PHRASES
from forecast.i18n.vocabulary import WORDS
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import forecast as fc
from forecast.charts import fan


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


def texts(figure):
    """All that is written in a figure, tick labels included."""
    figure.canvas.draw()
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text()]


def test_every_name_of_the_project_has_its_glyphs():
    """Nothing that may be written in a picture falls back to a box: that would warn."""
    plans = [fc.load_plan(r) for r in ("zhejiang", "lishui", "xiaoshan", "shaoxing")]
    names = [
        text
        for plan in plans
        for table in (plan.indicators, plan.units, plan.areas, plan.regions)
        for column in ("name_zh", "name_en")
        for text in table[column]
    ]
    words = [text for group in WORDS.values() for pair in group.values() for text in pair]
    said = [text for pair in PHRASES.values() for text in pair]
    letters = "".join(sorted(set("".join([*names, *words, *said, "≥≤<>−%‰万亿\xa0"]))))
    plan = plans[0]
    nothing = pd.DataFrame(columns=["region", "indicator", "year"])
    assert fan.fan_charts(plan, nothing, nothing, language="zh") == {}
    figure = Figure()
    figure.text(0, 0.5, letters.replace("\n", ""), family=fan.FONTS, parse_math=False)
    assert fan.to_png(figure).startswith(b"\x89PNG")


def test_one_figure_an_area_of_indicators_with_a_figure_and_a_target(material):
    """An indicator that was never observed has no picture."""
    plan, quantiles, attainment = material
    assert set(fan.charted(plan, attainment)) == {"minimum_living_standard", "nursing_bed_share"}
    figures = fan.fan_charts(plan, quantiles, attainment, language="en")
    assert list(figures) == ["assurance", "elderly_care"]


def test_a_target_long_past_is_no_reason_for_a_picture(material):
    """Only an open target, or one of last year, asks for a picture."""
    plan, _, attainment = material
    assert fan.charted(dataclasses.replace(plan, as_of="2026-12-31"), attainment)
    assert not fan.charted(dataclasses.replace(plan, as_of="2027-12-31"), attainment)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_figures_median_bands_and_targets_are_labelled_where_they_stand(material, language):
    """Comparators, chances, values, units, date and sources are written in the picture."""
    plan, quantiles, attainment = material
    figures = fan.fan_charts(plan, quantiles, attainment, language=language, sources=["b", "a"])
    written = "|".join(texts(figures["assurance"])).replace("\xa0", " ")
    chance = attainment.loc[attainment["year"] == 2025, "p_reach"].iloc[0]
    expected = {
        "en": ["≥ 13,000\n(", "> 11,000", "11,400", "median ", "90 %", "50 %", "yuan per year",
               "31 December 2022", "[1]; [2]", f"({100 * chance:.0f} %)", "moderate"],
        "zh": ["≥ 13000\n(", "> 11000", "11400", "中位数 ", "90%", "50%", "元/年",
               "2022年12月31日", "[1]、[2]", f"({100 * chance:.0f}%)", "中等"],
    }  # fmt: skip
    expected[language][-1] = WORDS["evidence"][attainment["evidence"].iloc[0]][language == "en"]
    assert [text for text in expected[language] if text not in written] == []


def test_the_axis_leaves_room_around_everything_drawn(material):
    """No figure, target or band touches the edge of its panel."""
    plan, quantiles, attainment = material
    figure = fan.fan_charts(plan, quantiles, attainment, language="en")["assurance"]
    low, high = figure.axes[0].get_ylim()
    mine = quantiles[quantiles["indicator"] == "minimum_living_standard"]
    drawn = [10200.0, 13000.0, mine["q05"].min(), mine.loc[mine["year"] <= 2025, "q95"].max()]
    room = 0.1 * (max(drawn) - min(drawn))
    assert low < min(drawn) - room and high > max(drawn) + room


def test_no_forecast_is_drawn_beyond_the_last_target(material):
    """A fan ends with the last question asked."""
    plan, quantiles, attainment = material
    figure = fan.fan_charts(plan, quantiles, attainment, language="en")["assurance"]
    assert max(line.get_xdata()[-1] for line in figure.axes[0].lines[1:]) == 2025


def test_bands_differ_in_grey():
    """Printed without colour, each band is clearly darker than the one around it."""
    grey = [sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(b[3]), strict=True))
            for b in fan.BANDS]  # fmt: skip
    assert grey[0] - grey[1] > 0.08 and grey[1] - grey[2] > 0.08 and grey[0] < 0.93


def test_drawing_is_repeatable_and_leaves_no_traces(material):
    """Same input, same bits; matplotlib's settings and the input stay as they were."""
    plan, quantiles, attainment = material
    settings, before = dict(mpl.rcParams), attainment.copy()
    first, second = (
        fan.to_png(fan.fan_charts(plan, quantiles, attainment, language="zh")["assurance"])
        for _ in range(2)
    )
    assert first == second
    assert dict(mpl.rcParams) == settings
    pd.testing.assert_frame_equal(attainment, before)


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
    figure = fan.fan_charts(plan, quantiles, attainment, language="en")["assurance"]
    FigureCanvasAgg(figure).draw()
    boxes = [
        t.get_window_extent(figure.canvas.get_renderer())
        for t in figure.axes[0].texts
        if t.get_text().startswith(">")
    ]
    assert len(boxes) == 3
    assert not [1 for a, b in itertools.combinations(boxes, 2) if a.overlaps(b)]
