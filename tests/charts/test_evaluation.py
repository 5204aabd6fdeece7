"""Pictures of an evaluation."""

import dataclasses
import functools

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import forecast as fc
from forecast.charts import evaluation as dashboards
from forecast.charts import fan
from forecast.reports import midterm, monitoring

STANDARD, BEDS = "minimum_living_standard", "nursing_bed_share"


@functools.cache
def judge(region, day="2022-12-31"):
    """Evaluate a shipped region in English with few draws."""
    plan = fc.load_plan(region, as_of=day)
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    quantiles = fc.quantiles(fits, monitoring.span(plan))
    return midterm.evaluate(plan, fits, quantiles, draws=100, language="en")


@pytest.fixture(scope="module")
def lishui():
    """Lishui at the end of 2022."""
    return judge("lishui")


@pytest.fixture(scope="module")
def zhejiang():
    """Zhejiang at the end of 2022."""
    return judge("zhejiang")


def texts(figure):
    """All that is written in a figure, tick labels included."""
    FigureCanvasAgg(figure).draw()
    return [t.get_text().replace("\xa0", " ") for t in figure.findobj(mpl.text.Text)
            if t.get_text()]  # fmt: skip


def page(found, language="en"):
    """Dashboard of an evaluation."""
    return dashboards.dashboard(
        found.plan, found.quantiles, found.attainment, language=language, sources=found.sources()
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("region", ["lishui", "xiaoshan", "shaoxing"])
def test_a_dashboard_tells_each_language_and_stays_inside(region, language):
    """Every text lies inside the picture, and the English one has no Chinese in it."""
    figure = page(judge(region), language)
    said = texts(figure)
    if language == "en":
        assert not [t for t in said if any("\u4e00" <= c <= "\u9fff" for c in t)]
    box = figure.bbox
    for text in figure.findobj(mpl.text.Text):
        if text.get_text():
            extent = text.get_window_extent(figure.canvas.get_renderer())
            assert extent.x0 >= box.x0 - 1 and extent.x1 <= box.x1 + 1, text.get_text()
            assert extent.y0 >= box.y0 - 1 and extent.y1 <= box.y1 + 1, text.get_text()


def test_counts_of_verdicts_are_those_of_the_targets(lishui):
    """A bar a verdict, named and counted."""
    figure, counts = page(lishui), lishui.attainment["status"].value_counts()
    bars = figure.axes[0].patches
    assert sorted(bar.get_width() for bar in bars) == sorted(counts)
    said = texts(figure)
    assert "no figure yet" in said and str(counts["no_data"]) in said


def test_a_cell_is_the_mean_chance_and_says_of_how_many(lishui):
    """Elderly care in 2025: the mean of the open chances, three of all targets having one."""
    table = lishui.attainment
    area = lishui.plan.indicators.set_index("indicator")["area"]
    mine = table[table["indicator"].map(area).eq("elderly_care") & table["year"].eq(2025)]
    mean, known = mine["p_reach"].mean(), mine["p_reach"].notna().sum()
    assert f"{100 * mean:.0f} %  {known}/{len(mine)}" in texts(page(lishui))


def test_a_small_picture_says_chance_target_median_and_latest(lishui):
    """Numbers stand beside their marks, the target with its comparator and year."""
    said = texts(page(lishui))
    row = lishui.verdicts.set_index("indicator").loc[BEDS]
    assert f"chance {100 * row['p_reach']:.0f} %" in said
    assert "◇ 58 % · 2025" in said and "● 54.9 % · 2020" in said


def test_a_passed_target_has_its_verdict_in_place_of_a_chance():
    """Shaoxing's standard of 2022: the year passed without a figure."""
    said = texts(page(judge("shaoxing")))
    assert "year passed, no figure" in said
    assert not [t for t in said if t.startswith("chance")]


def test_a_plan_without_figures_has_a_page_of_counts(lishui):
    """Without any published figure counts and cells remain."""
    plan = dataclasses.replace(lishui.plan, observations=lishui.plan.observations.iloc[:0])
    silent = lishui.attainment.assign(status="no_data", p_reach=float("nan"), latest=float("nan"))
    figure = dashboards.dashboard(plan, lishui.quantiles, silent, language="en")
    assert len(figure.axes) == 2 and "no figure yet" in texts(figure)


def test_progress_shows_figures_and_estimates_beside_the_schedule(zhejiang):
    """A published figure is judged by the line of its own year, an estimate by today's."""
    figure = dashboards.progress_chart(zhejiang.plan, zhejiang.way, language="en")
    rows, said = zhejiang.way.set_index("indicator"), texts(figure)
    assert f"2021: {rows.loc[STANDARD, 'gone']:.0f} %, due 33 %" in said
    other = rows[rows["gone"].isna()].iloc[0]
    assert f"2022: estimate {other['middle']:.0f} %, due {other['due']:.0f} %" in said
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert [line.get_xdata()[0] for line in marks] == rows["due"].tolist()


def test_progress_beyond_the_picture_is_cut_at_its_edge(zhejiang):
    """No bar leaves the axes; the number says how far it is."""
    far = zhejiang.way.assign(gone=400.0, low=-300.0, middle=200.0, high=900.0)
    figure = dashboards.progress_chart(zhejiang.plan, far, language="en")
    low, high = dashboards.SHARES
    for bar in figure.axes[0].patches:
        assert low <= bar.get_x() and bar.get_x() + bar.get_width() <= high
    assert "2021: 400 %, due 33 %" in texts(figure)
    assert dashboards.progress_chart(zhejiang.plan, far.iloc[:0], language="en") is None


def test_years_of_attainment_have_range_middle_and_target(lishui):
    """Beyond twenty years is later; a published attainment is told as one."""
    rows = lishui.verdicts.head(3).assign(
        attainment_early=[2022, 2021, None], attainment_year=[2024, 2021, None],
        attainment_late=[None, 2021, None], attainment_reading=["expected", "reached", "beyond"],
    )  # fmt: skip
    figure = dashboards.attainment_chart(lishui.plan, rows, language="en")
    said = texts(figure)
    for text in ("2022 – 2024 – later", "met in 2021", "not in twenty years"):
        assert text in said
    targets = [x for x in figure.axes[0].lines if x.get_marker() == "D"]
    assert [x.get_xdata()[0] for x in targets] == [2025.0] * 3
    assert dashboards.attainment_chart(lishui.plan, rows.iloc[:0], language="en") is None


def test_the_same_page_has_the_same_bits(lishui):
    """A picture depends on nothing but what it is given."""
    assert fan.to_png(page(lishui)) == fan.to_png(page(lishui))
