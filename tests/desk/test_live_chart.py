"""The live chart: what moves with an answer, limits of the axis, labels, sizes."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from matplotlib.text import Annotation

from forecast.charts.style import GREY, MEDIAN
from forecast.desk.live_chart import DPI, PRINT_DPI, SIZE, ChartSpec, LiveFanChart
from forecast.desk.session import Desk

WORKERS = "care_workers_per_10k_elderly"


@pytest.fixture(scope="module")
def desk():
    """Open Lishui's desk at the care workers."""
    desk = Desk.open("lishui", as_of="2022-12-31", draws=400)
    desk.choose(WORKERS)
    return desk


@pytest.fixture(scope="module")
def answers(desk):
    """Return the baseline's answer, and those with a little and with all of a lever."""
    return [desk.response({"trainees_per_year": value}) for value in (0.0, 100.0, 1000.0)]


def create_chart(desk, language="en", years=(2015.0, 2025.0), title="Care workers", base=None):
    """Create a chart of the care workers, as if more than one figure of them were known."""
    base = desk.baseline_answer() if base is None else base
    targets = desk.baseline[desk.baseline["indicator"] == WORKERS].assign(evidence="weak")
    texts = (title, "25 (2025)", ["A note."])
    return LiveFanChart(
        ChartSpec.build(
            desk.plan, base.quantiles, targets, language=language, years=years, texts=texts
        )
    )


def pixels(png):
    """Return the colours of a picture, 0 to 255."""
    return np.round(255 * imread(io.BytesIO(png)))[..., :3].astype(int)


def labels(chart):
    """Return the labels to the right of the fan, with their heights."""
    texts = [t for t in chart.axes.texts if t.get_text() and t.get_color() in (GREY, MEDIAN)]
    return {t.get_text(): t.xy[1] for t in texts if isinstance(t, Annotation)}


def text_of(chart):
    """Return the text above the axes that names the probability."""
    return next(t.get_text() for t in chart.figure.texts if t.get_animated())


def median(chart):
    """Return the last value of the coloured median."""
    (line,) = [line for line in chart.axes.lines if line.get_color() == MEDIAN]
    return line.get_ydata()[-1]


def test_a_chart_has_the_size_of_the_screen_and_one_for_print(desk, answers):
    """The live picture has 144 dots an inch, the printed one 300; neither is empty."""
    chart = create_chart(desk)
    live, printed = chart.draw(answers[1], 0.1), chart.draw_for_print(answers[1], 0.1)
    for png, dpi in ((live, DPI), (printed, PRINT_DPI)):
        height, width = pixels(png).shape[:2]
        assert (width, height) == (int(SIZE[0] * dpi), int(SIZE[1] * dpi))
        assert (pixels(png) < 200).any()


def test_a_picture_depends_on_the_answer_alone(desk, answers):
    """After other answers, and after a print, the same answer gives the same picture."""
    chart = create_chart(desk)
    first = chart.draw(answers[1], 0.1)
    assert chart.draw(answers[0], 0.1) != first
    assert chart.draw(answers[1], 0.1) == first
    chart.draw_for_print(answers[1], 0.1)
    assert chart.draw(answers[1], 0.1) == first
    assert create_chart(desk).draw(answers[1], 0.1) == first


def test_only_the_fan_moves(desk, answers):
    """Two answers differ in nothing left of the first year that a decision changes."""
    chart = create_chart(desk)
    chart.draw(answers[1], 0.1)
    one, other = (pixels(chart.draw(answers[i], 0.1)) for i in (0, 1))
    changed = (one != other).any(axis=2)
    assert changed.any()
    height, width = changed.shape
    assert not changed[height // 4 :, : width // 3].any()


def test_the_axis_widens_for_an_answer_beyond_it_and_narrows_again(desk, answers):
    """An answer far above is within the axis; afterwards the first limits return."""
    chart = create_chart(desk)
    chart.draw(answers[0], 0.1)
    usual = chart.axes.get_ylim()
    chart.draw(answers[2], 0.1)
    wide = chart.axes.get_ylim()
    assert usual[1] < float(answers[2].quantiles["q95"].max()) < wide[1]
    chart.draw(answers[0], 0.1)
    assert chart.axes.get_ylim() == usual


def test_the_baseline_is_drawn_under_every_answer(desk, answers):
    """The baseline's quantiles are lines of the chart; the median is that of the answer."""
    chart = create_chart(desk)
    chart.draw(answers[2], 0.1)
    lines = [np.asarray(line.get_ydata()).tolist() for line in chart.axes.lines]
    fan = chart.spec.data.fan
    assert all(fan[column].tolist() in lines for column in ("q10", "q50", "q90"))
    assert median(chart) == answers[2].quantiles["q50"].iloc[-1]


def test_both_medians_and_the_bands_have_labels_apart(desk, answers):
    """Medians and bands are labelled, and no two labels overlap."""
    chart = create_chart(desk)
    for answer in answers[1:]:
        chart.draw(answer, 0.1)
        heights = labels(chart)
        assert [text for text in heights if "median" in text]
        assert [text for text in heights if "baseline" in text]
        assert {"50\xa0%", "80\xa0%", "90\xa0%"} <= set(heights)
        bottom, top = chart.axes.get_ylim()
        assert np.diff(np.sort(list(heights.values()))).min() >= 0.059 * (top - bottom)


def test_labels_have_the_order_of_what_they_name(desk, answers):
    """Where the baseline is above the answer, so is its label."""
    chart = create_chart(desk, years=(2020.0, 2025.0), base=answers[2])
    chart.draw(answers[0], 0.1)
    heights = labels(chart)
    above = next(height for text, height in heights.items() if "baseline" in text)
    assert above == max(heights.values())


def test_without_a_change_there_is_one_median(desk, answers):
    """For the baseline's own answer neither a second median nor a change is named."""
    chart = create_chart(desk)
    chart.draw(answers[0], 0.1)
    assert not [text for text in labels(chart) if "baseline" in text]
    assert "\n" not in text_of(chart)
    chart.draw(answers[2], 0.1)
    assert "baseline 10" in text_of(chart)


def test_over_many_years_only_the_chosen_target_is_labelled(desk):
    """Labels of a target each year would overlap: the others are markers alone."""
    base, rows = desk.baseline_answer(), desk.baseline[desk.baseline["indicator"] == WORKERS]
    chosen = rows[rows["year"] == 2022]
    targets = pd.concat([chosen, rows.drop(chosen.index)])
    for first, named in ((2020.0, {"20", "25"}), (2010.0, {"20"})):
        figures = desk.plan.observations
        early = figures[figures["indicator"] == WORKERS].assign(year=first, value=5.0)
        plan = replace(desk.plan, observations=pd.concat([early, figures], ignore_index=True))
        spec = ChartSpec.build(plan, base.quantiles, targets, language="en",
                               years=(first, 2025.0), texts=("", "", []))  # fmt: skip
        texts = {text.get_text() for text in LiveFanChart(spec).axes.texts}
        assert texts & {"20", "25"} == named


@pytest.mark.parametrize("years", [(2015.0, 2021.0), (2023.0, 2025.0), (2020.0, 2010.0)])
def test_the_start_of_the_forecast_is_always_shown(desk, answers, years):
    """However few years are chosen, the start of the forecast and its first year are shown."""
    chart = create_chart(desk, years=years)
    chart.draw(answers[1], 0.1)
    shown = chart.spec.data.fan.index
    assert shown[0] == 2020.0
    assert len(shown) >= 2
    assert shown[-1] <= max(years[1], 2021.0)


@pytest.mark.parametrize(
    ("language", "title", "start"),
    [("zh", "护理员数", "达到概率"), ("en", "Care workers", "Chance")],
)
def test_every_character_has_a_glyph(desk, answers, language, title, start):
    """Both languages are drawn without a missing glyph: warnings are errors here."""
    chart = create_chart(desk, language, title=title)
    chart.draw(answers[2], 0.1)
    assert text_of(chart).startswith(start)
