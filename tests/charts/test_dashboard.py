"""The dashboard and small multiples."""

import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh

import forecast as fc
from drawn import check_layout, texts
from forecast.charts import dashboard, fan
from forecast.tables.names import Names

STANDARD, BEDS = "minimum_living_standard", "nursing_bed_share"
CHINESE = range(0x4E00, 0x9FFF)


@functools.cache
def results(region):
    """Plan, quantiles and attainment of a shipped region at the end of 2022."""
    plan = fc.load_plan(region, as_of="2022-12-31")
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    first = int(plan.observations["year"].min()) + 1
    attainment = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    return plan, fc.quantiles(fits, range(first, 2026)), attainment


def page(region, language="en"):
    """Dashboard of a shipped region."""
    plan, quantiles, attainment = results(region)
    return dashboard.dashboard(Names(plan, language), quantiles, attainment, sources=["a"])


@pytest.mark.parametrize(
    ("region", "language"), [("lishui", "zh"), ("xiaoshan", "en"), ("shaoxing", "zh")]
)
def test_a_dashboard_is_in_one_language_and_stays_inside(region, language):
    """Every text lies inside the figure, and the English one has no Chinese in it."""
    figure = page(region, language)
    check_layout(figure)
    chinese = [text for text in texts(figure) if any(ord(letter) in CHINESE for letter in text)]
    assert bool(chinese) == (language == "zh")


def test_counts_of_verdicts_are_those_of_the_targets():
    """A bar a verdict, named and counted."""
    figure, counts = page("lishui"), results("lishui")[2]["status"].value_counts()
    assert sorted(bar.get_width() for bar in figure.axes[0].patches) == sorted(counts)
    assert {"no figure yet", str(counts["no_data"])} <= set(texts(figure.axes[0]))


def test_a_cell_is_the_mean_chance_and_says_of_how_many():
    """The heat map has a row an area and a column a year; darker is likelier, none is hatched."""
    plan, _, attainment = results("lishui")
    area = plan.indicators.set_index("indicator")["area"]
    table = attainment.assign(area=attainment["indicator"].map(area))
    open_ = table["status"].isin(["reached", "likely", "uncertain", "unlikely"])
    mean = table[open_].groupby(["area", "year"])["p_reach"].mean()
    axes = page("lishui").axes[1]
    (mesh,) = [c for c in axes.collections if isinstance(c, QuadMesh)]
    shown = np.ma.compressed(mesh.get_array())
    assert sorted(shown) == pytest.approx(sorted(mean))
    mine = table[table["area"].eq("elderly_care") & table["year"].eq(2025)]
    known = mine["p_reach"].notna().sum()
    chance = mean["elderly_care", 2025]
    assert f"{100 * chance:.0f} %  {known}/{len(mine)}" in texts(axes)
    asked = table.groupby(["area", "year"]).ngroups
    assert len([patch for patch in axes.patches if patch.get_hatch()]) == asked - len(mean)


def test_a_small_chart_says_chance_target_median_and_latest():
    """Numbers are written beside their marks, the target with its comparator and year."""
    written = texts(page("lishui"))
    _, _, attainment = results("lishui")
    row = attainment[attainment["indicator"].eq(BEDS) & attainment["year"].eq(2025)].iloc[0]
    assert f"chance {100 * row['p_reach']:.0f} %" in written
    assert "◇ 58 % · 2025" in written and "● 54.9 % · 2020" in written


def test_a_passed_target_has_its_verdict_in_place_of_a_chance():
    """Shaoxing's standard of 2022: the year passed without a figure."""
    written = texts(page("shaoxing"))
    assert "year passed, no figure" in written
    assert not [text for text in written if text.startswith("chance")]


def test_a_plan_without_figures_has_a_page_of_counts():
    """Without any published figure counts and hatched cells remain."""
    plan, quantiles, attainment = results("lishui")
    plan = dataclasses.replace(plan, observations=plan.observations.iloc[:0])
    silent = attainment.assign(status="no_data", p_reach=float("nan"), latest=float("nan"))
    figure = dashboard.dashboard(Names(plan, "en"), quantiles, silent)
    assert len(figure.axes) == 2 and "no figure yet" in texts(figure)


def test_a_course_is_drawn_from_the_figure_known_then():
    """The band opens at the figure of the first forecast; no chance is written beside it."""
    plan, quantiles, attainment = results("lishui")
    course = quantiles[quantiles["indicator"] == BEDS].assign(
        year=lambda t: t["year"].astype(float)
    )
    first = course.iloc[:1].assign(year=2015.0, q50=40.0)
    course = pd.concat([first, course[course["region"] == "lishui"]])
    rows = attainment[attainment["indicator"] == BEDS].tail(1)
    figure = dashboard.course_panels(Names(plan, "en"), course, rows, notes=["note"])
    median, figures = figure.axes[0].lines[:2]
    assert median.get_xydata()[0].tolist() == [2015.0, 40.0]
    assert figures.get_ydata().tolist() == [54.9]
    written = texts(figure)
    assert "note" in written and not [text for text in written if text.startswith("chance")]


def test_panels_of_regions_have_one_scale():
    """Small charts compare: same years, same values."""
    plan, quantiles, attainment = results("zhejiang")
    names = Names(plan, "en")
    one = fan.chart_data(names, quantiles, attainment, STANDARD)
    far = dataclasses.replace(one, title="far", figures=one.figures.assign(value=90000.0))
    figure = dashboard.region_panels([one, far], moment=2022.0, notes=[], language="en")
    assert len({axes.get_xlim() + axes.get_ylim() for axes in figure.axes}) == 1
    assert {"far", "Minimum living standard"} <= set(texts(figure))
