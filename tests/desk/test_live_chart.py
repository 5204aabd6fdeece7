"""The live picture: what moves and what stands, its scale, its labels and its sizes."""

import copy
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from forecast.desk.live_chart import DPI, PRINT_DPI, SIZE, ChartSpec, LiveFanChart
from forecast.desk.session import Desk

WORKERS = "care_workers_per_10k_elderly"


@pytest.fixture(scope="module")
def desk():
    """Lishui's desk at the care workers."""
    found = Desk.open("lishui", as_of="2022-12-31", draws=400)
    found.choose(WORKERS)
    return found


@pytest.fixture(scope="module")
def answers(desk):
    """The baseline's answer, one under a little of a lever, and one under all of it."""
    response = desk.response
    return [response({"trainees_per_year": value}) for value in (0.0, 100.0, 1000.0)]


def sketch_of(desk, language="en", years=(2015.0, 2025.0), **texts):
    """A picture of the care workers."""
    goals = desk.usual[desk.usual["indicator"] == WORKERS]
    about = ("Care workers", "25 (2025)", ["A note."])
    return LiveFanChart(
        ChartSpec.of(desk.plan, desk.base_answer().quantiles, goals, language=language, years=years,
                 texts=texts.get("texts", about))
    )  # fmt: skip


def pixels(png):
    """Colours of a picture, 0 to 255."""
    return np.round(255 * imread(io.BytesIO(png)))[..., :3].astype(int)


def labels(sketch):
    """What is written at the right of the fan, with its heights."""
    told = [*sketch._labels, sketch._named, sketch._beside]
    return {label.get_text(): label.get_position()[1] for label in told if label.get_text()}


def test_a_drawing_has_the_size_of_the_screen_and_one_for_print(desk, answers):
    """The live picture is small, the printed one three hundred dots an inch; both are drawn."""
    sketch = sketch_of(desk)
    live, printed = sketch.draw(answers[1], 0.1), sketch.printed(answers[1], 0.1)
    for png, dpi in ((live, DPI), (printed, PRINT_DPI)):
        height, width = pixels(png).shape[:2]
        assert (width, height) == (int(SIZE[0] * dpi), int(SIZE[1] * dpi))
        assert (pixels(png) < 200).any()


def test_what_is_drawn_depends_on_the_answer_alone(desk, answers):
    """After other answers, and after a print, the same answer gives the same picture."""
    sketch = sketch_of(desk)
    first = sketch.draw(answers[1], 0.1)
    assert sketch.draw(answers[0], 0.1) != first
    assert sketch.draw(answers[1], 0.1) == first
    sketch.printed(answers[1], 0.1)
    assert sketch.draw(answers[1], 0.1) == first
    assert sketch_of(desk).draw(answers[1], 0.1) == first


def test_the_fan_moves_and_the_figures_stand(desk, answers):
    """Between two answers only the fan, its labels and the chance differ."""
    sketch = sketch_of(desk)
    sketch.draw(answers[1], 0.1)
    one, other = (pixels(sketch.draw(answers[i], 0.1)) for i in (0, 1))
    changed = (one != other).any(axis=2)
    assert changed.any()
    # Left of the first year that a decision changes, below the chance, nothing moves.
    height, width = changed.shape
    assert not changed[height // 4 :, : width // 3].any()


def test_the_scale_grows_for_what_leaves_it_and_shrinks_again(desk, answers):
    """An answer far above is inside the picture; afterwards the first scale comes back."""
    sketch = sketch_of(desk)
    sketch.draw(answers[0], 0.1)
    usual = sketch.axes.get_ylim()
    sketch.draw(answers[2], 0.1)
    grown = sketch.axes.get_ylim()
    assert usual[1] < float(answers[2].quantiles["q95"].max()) < grown[1]
    sketch.draw(answers[0], 0.1)
    assert sketch.axes.get_ylim() == usual


def test_the_baseline_stays_beside_what_is_set(desk, answers):
    """The baseline's fan and median stand in grey under every answer."""
    sketch = sketch_of(desk)
    lines = [np.asarray(line.get_ydata()).tolist() for line in sketch.axes.lines]
    fan = sketch.shown.panel.fan
    sketch.draw(answers[2], 0.1)
    for column in ("q10", "q50", "q90"):
        assert fan[column].tolist() in lines
    assert sketch._median.get_ydata()[-1] == answers[2].quantiles["q50"].iloc[-1]


def test_labels_name_both_medians_apart(desk, answers):
    """Both medians and the bands are named in the unit, and no two labels overlap."""
    sketch = sketch_of(desk)
    for answer in answers[1:]:
        sketch.draw(answer, 0.1)
        told = labels(sketch)
        assert [text for text in told if "median" in text]
        assert [text for text in told if "baseline" in text]
        assert {"50\xa0%", "80\xa0%", "90\xa0%"} <= set(told)
        heights = np.sort(list(told.values()))
        bottom, top = sketch.axes.get_ylim()
        assert np.diff(heights).min() >= 0.059 * (top - bottom)


def test_labels_stand_in_the_order_of_what_they_name(desk, answers):
    """Where the baseline lies above what is set, its name does too."""
    goals = desk.usual[desk.usual["indicator"] == WORKERS]
    shown = ChartSpec.of(desk.plan, answers[2].quantiles, goals, language="en",
                         years=(2020.0, 2025.0), texts=("", "", []))  # fmt: skip
    sketch = LiveFanChart(shown)
    sketch.draw(answers[0], 0.1)
    told = labels(sketch)
    above = next(height for text, height in told.items() if "baseline" in text)
    assert above == max(told.values())


def test_without_a_change_there_is_one_median(desk, answers):
    """The baseline's own answer names no second median and no change."""
    sketch = sketch_of(desk)
    sketch.draw(answers[0], 0.1)
    assert not [text for text in labels(sketch) if "baseline" in text]
    assert "\n" not in sketch._chance.get_text()
    sketch.draw(answers[2], 0.1)
    assert "baseline 10" in sketch._chance.get_text()


def test_over_many_years_only_the_target_asked_about_is_named(desk):
    """A plan with a target each year would overprint its names: the others are marks alone."""
    mine = copy.deepcopy(desk)
    base, rows = mine.base_answer(), mine.usual[mine.usual["indicator"] == WORKERS]
    asked = rows[rows["year"] == 2022]
    goals = pd.concat([asked, rows.drop(asked.index)])
    for first, named in ((2020.0, {"20", "25"}), (2010.0, {"20"})):
        figures = mine.plan.observations
        own = figures[figures["indicator"] == WORKERS].assign(year=first, value=5.0)
        plan = replace(mine.plan, observations=pd.concat([own, figures], ignore_index=True))
        sketch = LiveFanChart(ChartSpec.of(plan, base.quantiles, goals, language="en",
                                 years=(first, 2025.0), texts=("", "", [])))  # fmt: skip
        told = {text.get_text() for text in sketch.axes.texts}
        assert told & {"20", "25"} == named


@pytest.mark.parametrize("years", [(2015.0, 2021.0), (2023.0, 2025.0), (2020.0, 2010.0)])
def test_any_years_leave_a_picture(desk, answers, years):
    """However narrow the years, where the forecast starts and its first year are shown."""
    sketch = sketch_of(desk, years=years)
    sketch.draw(answers[1], 0.1)
    shown = sketch.shown.panel.fan.index
    assert shown[0] == 2020.0
    assert len(shown) >= 2
    assert shown[-1] <= max(years[1], 2021.0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_letter_is_in_a_font(desk, answers, language):
    """Both languages are drawn without a missing letter: warnings are errors here."""
    heading = {"zh": "护理员数", "en": "Care workers"}[language]
    sketch = sketch_of(desk, language, texts=(heading, "", []))
    assert len(sketch.draw(answers[2], 0.1)) > 10_000
    assert sketch._chance.get_text().startswith({"zh": "达到概率", "en": "Chance"}[language])
