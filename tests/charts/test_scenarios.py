"""Pictures of scenarios."""

import dataclasses
import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

import forecast as fc
from forecast.charts import fan, scenarios
from forecast.scenarios.goal_seeking import GoalSeek

NAMES = ["care_worker_training", "care_workers_stay", "nursing_bed_conversion"]
CARE = "care_workers_per_10k_elderly"
UNITS = {"person": "persons", "yuan_per_year": "yuan per year"}


@pytest.fixture(scope="module")
def plan():
    """Lishui at the end of 2022."""
    return fc.load_plan("lishui", as_of="2022-12-31")


@pytest.fixture(scope="module")
def played(plan):
    """Quantiles and the comparison of three scenarios on few draws."""
    paths = fc.project(plan, draws=200)
    every = [paths, *(fc.apply_scenario(paths, plan, fc.read_scenario(n)) for n in NAMES)]
    compared = fc.compare(plan, NAMES, paths=paths)
    indices = pd.concat([fc.index(one, plan) for one in every], ignore_index=True)
    return pd.concat([one.quantiles() for one in every]), compared, indices


def tornado():
    """Four inputs of each sort; the last one does nothing that could be told from noise."""
    rows = [
        ("own_growth", "own", 10.0, 18.0, "", 0.05, 0.9),
        ("leaving", "assumption", 8.0, 20.0, "percent", 0.6, 0.3),
        ("trainees", "lever", 0.0, 250.0, "person", 0.4, 0.75),
        ("beds", "input", 100.0, 200.0, "yuan_per_year", 0.38, 0.47),
        ("nothing", "assumption", 1.0, 2.0, "percent", 0.4, 0.41),
    ]
    table = pd.DataFrame(rows, columns=["input", "kind", "low", "high", "unit", "p_low", "p_high"])
    swing = (table["p_high"] - table["p_low"]).abs()
    return table.assign(p_base=0.4, swing=swing, mc_error=0.01)


def seek(value=620.0, reading="reached", unit="person", cost=558.0):
    """An answer about one lever whose curve rises evenly."""
    values = np.arange(0.0, 1001.0, 100.0)
    curve = pd.DataFrame({"value": values, "p_reach": values / 1000.0, "mc_error": 0.005,
                          "cost": 0.9 * values if np.isfinite(cost) else np.nan})  # fmt: skip
    p = value / 1000.0 if np.isfinite(value) else np.nan
    return GoalSeek(
        "lishui", CARE, 2025, 25.0, "ge", 0.8, ("trainees",), (unit,), (value,), (0.0,), (1000.0,),
        reading == "reached", p, 0.01, 0.0, 1.0, cost, cost / 2, cost * 2, curve, reading, 3.0,
        0.2, 5, fc.BASELINE,
    )  # fmt: skip


def ranks():
    """Three regions, the last two of which cannot be told apart."""
    table = pd.DataFrame({
        "region": ["hangzhou", "lishui", "ningbo"], "median": [60.0, 58.0, 57.0],
        "rank": [1.0, 2.0, 3.0], "rank_low": [1.0, 2.0, 2.0], "rank_high": [1.0, 3.0, 3.0],
        "p_first": [0.9, 0.06, 0.04], "p_top": 1.0, "tie_group": [1, 2, 2],
    })  # fmt: skip
    facts = {"indicator": "nursing_bed_share", "scenario": "baseline", "year": 2025, "regions": 3}
    return table.assign(**facts)


def pictures(plan, played, language):
    """One picture of each sort."""
    quantiles, compared, indices = played
    last = compared[compared["year"] == 2025]
    units = {u: n for u, n in UNITS.items()} if language == "en" else {"person": "人"}
    unit = ("person", "persons" if language == "en" else "人")
    projects = pd.concat(
        [fc.project_forecast(plan, s, draws=100)
         for s in (fc.BASELINE, fc.read_scenario("projects_slip_a_year"))]
    )  # fmt: skip
    return [
        scenarios.scenario_fans(plan, quantiles, compared, CARE, language=language, sources=["a"]),
        scenarios.difference_chart(plan, last, language=language),
        scenarios.tornado_chart(tornado(), names={}, units=units, title="25", language=language),
        scenarios.cost_curve(seek(), name="1", unit=unit, title="25", language=language),
        scenarios.cost_curve(seek(0.0, "reached_already"), name="1", unit=unit, title="25",
                          language=language),
        scenarios.index_chart(plan, indices, since=2022, language=language),
        scenarios.rank_chart(plan, ranks(), language=language),
        scenarios.projects_chart(projects, language=language),
    ]  # fmt: skip


def texts(thing):
    """All that is written in a figure or in axes."""
    found = thing.findobj(mpl.text.Text)
    return [t.get_text().replace("\xa0", " ") for t in found if t.get_text()]


def graphs(figure):
    """Axes of a figure, those of the panels."""
    return [axes for axes in figure.axes if axes.get_label() == scenarios.GRAPH]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_written_is_a_box_leaves_the_picture_or_overprints(plan, played, language):
    """All pictures are drawn without a missing glyph, inside their figures, names apart."""
    for figure in pictures(plan, played, language):
        assert fan.to_png(figure).startswith(b"\x89PNG")
        FigureCanvasAgg(figure).draw()
        drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert drawn.x0 >= -0.01 and drawn.y0 >= 0.0
        assert drawn.x1 <= width + 0.01 and drawn.y1 <= height + 0.01
        notes = [t.get_window_extent(figure.canvas.get_renderer()) for t in figure.texts]
        assert not [1 for a, b in itertools.combinations(notes, 2) if a.overlaps(b)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pictures_are_in_one_language(plan, played, language):
    """No Chinese in English pictures; no English words in Chinese ones but ids made up here."""
    made_up = {"own_growth", "leaving", "trainees", "beds", "nothing"}
    for figure in pictures(plan, played, language):
        letters = "".join(t for t in texts(figure) if not made_up & set(t.split("\n")))
        found = [c for c in letters if "\u4e00" <= c <= "\u9fff" or (c.isascii() and c.isalpha())]
        chinese = [c for c in found if not c.isascii()]
        assert (not chinese) if language == "en" else set(found) - set(chinese) <= {"A"}


def test_fans_show_the_baseline_and_each_scenario_that_changes_the_indicator(plan, played):
    """Medians end where the table says; levers are solid, assumptions dashed, said in words."""
    quantiles, compared, _ = played
    figure = scenarios.scenario_fans(plan, quantiles, compared, CARE, language="en")
    panels = graphs(figure)
    ends = quantiles[(quantiles["indicator"] == CARE) & (quantiles["year"] == 2025)]
    ends = ends.set_index("scenario")["q50"]
    for axes, name in zip(panels, ["baseline", *NAMES[:2]], strict=True):
        (line,) = [one for one in axes.lines if one.get_color() == fan.MEDIAN]
        assert line.get_ydata()[-1] == ends[name]
        assert (line.get_linestyle() == "-") == (name != "care_workers_stay")
        assert len({axes.get_ylim(), panels[0].get_ylim()}) == 1
    said = texts(panels[2])
    assert any(text.startswith("assumption (if) · chance ") for text in said)
    assert "care workers stay" in said
    row = compared[compared["scenario"].eq(NAMES[0]) & compared["indicator"].eq(CARE)].iloc[-1]
    assert f"25\n({100 * row['p_reach']:.0f} %)" in texts(panels[1])


def test_of_many_scenarios_the_most_changing_ones_are_drawn(played):
    """A picture holds the baseline and eight scenarios at most, in their order."""
    _, compared, _ = played
    own = compared[compared["scenario"] == NAMES[0]]
    many = pd.concat(
        own.assign(scenario=f"s{i}", p_change=own["p_change"] * (1 if i else 0.01))
        for i in range(10)
    )
    names = scenarios._moving(many[many["indicator"] == CARE])
    assert names == [f"s{i}" for i in range(1, 9)]


def test_changes_stand_in_their_cells_with_sign_and_error(plan, played):
    """A cell for each change of the table, written in points; scenarios of levers come first."""
    _, compared, _ = played
    last = compared[compared["year"] == 2025]
    figure = scenarios.difference_chart(plan, last, language="en")
    (axes,) = graphs(figure)
    changed = last[(last["changed_by"] != "") & last["p_change"].notna()]
    assert len(axes.patches) == len(changed)
    cells = {(t.get_position()[0], t.get_text()) for t in axes.texts if t.get_text()[0] in "+−0"}
    row = changed[changed["scenario"] == NAMES[0]].iloc[0]
    assert (0.5, fc.wording.points(row["p_change"], "en", bare=True)) in cells
    said = [t.get_text().replace("\n", " ") for t in axes.texts]
    heads = [text for text in said if text in ("lever", "assumption (if)")]
    assert heads == ["lever", "lever", "assumption (if)"]


def test_without_a_change_there_is_no_picture(plan, played):
    """Nothing to show is None, never an empty frame."""
    _, compared, indices = played
    base = compared[compared["scenario"] == "baseline"]
    assert scenarios.difference_chart(plan, base, language="zh") is None
    still = tornado().assign(swing=0.0)
    assert scenarios.tornado_chart(still, names={}, units={}, title="", language="en") is None
    assert scenarios.rank_chart(plan, pd.DataFrame(), language="zh") is None
    assert scenarios.projects_chart(pd.DataFrame(), language="zh") is None
    silent = indices.assign(q50=np.nan)
    assert scenarios.index_chart(plan, silent, since=2022, language="zh") is None


def test_a_change_within_two_errors_is_not_shaded(plan, played):
    """Noise looks like noise."""
    _, compared, _ = played
    row = compared[compared["scenario"].eq(NAMES[0]) & compared["indicator"].eq(CARE)].tail(1)
    for change, white in ((0.019, True), (0.021, False)):
        one = row.assign(p_change=change, p_change_error=0.01)
        (axes,) = graphs(scenarios.difference_chart(plan, one, language="en"))
        assert (to_rgb(axes.patches[0].get_facecolor()) == (1.0, 1.0, 1.0)) == white


def test_the_tornado_has_the_bars_and_values_of_its_table():
    """Bars run from the chance at low to that at high, the values stand at their own ends."""
    figure = scenarios.tornado_chart(
        tornado(), names={"leaving": "Workers leaving"}, units=UNITS, title="t", language="en"
    )
    (axes,) = graphs(figure)
    spans = [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches]
    expected = tornado().head(4)[["p_low", "p_high"]].to_numpy()
    np.testing.assert_allclose(np.sort(spans), np.sort(expected))
    places = {t.get_text().replace("\xa0", " "): t.xy[0] for t in axes.texts if hasattr(t, "xy")}
    assert places["8 %"] == 0.6 and places["20 %"] == 0.3
    assert places["0 persons"] == 0.4 and places["250 persons"] == 0.75
    assert "Workers leaving\nassumption" in texts(axes)
    assert len({(p.get_facecolor(), p.get_hatch()) for p in axes.patches}) == 4
    many = pd.concat([tornado().head(1)] * 15)
    more = scenarios.tornado_chart(many, names={}, units={}, title="t", language="en")
    assert len(graphs(more)[0].patches) == scenarios.MOST_INPUTS


def test_the_curve_marks_what_was_found_and_what_it_costs():
    """The diamond stands at setting and chance, labelled with both and with the cost."""
    figure = scenarios.cost_curve(
        seek(), name="Extra trainees", unit=("person", "persons"), title="t", language="en"
    )
    (axes,) = graphs(figure)
    (mark,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert mark.get_xydata().tolist() == [[620.0, 0.62]]
    said = texts(axes)
    assert "620 persons: 62 %\n5.58 million yuan" in said
    assert "limit 1,000" in said and "asked for 80 %" in said
    assert "200\n1.8 million yuan" in said and "0" in said


def test_what_was_not_found_has_no_mark():
    """Beyond its limits a lever has a curve only; without costs there is no second line."""
    found = seek(np.nan, "beyond_limits", cost=np.nan)
    found = dataclasses.replace(found, curve=found.curve.assign(cost=np.nan))
    figure = scenarios.cost_curve(
        found, name="x", unit=("person", "persons"), title="t", language="en"
    )
    (axes,) = graphs(figure)
    assert not [line for line in axes.lines if line.get_marker() == "D"]
    assert "200" in texts(axes)


def test_a_date_is_written_as_a_year():
    """A lever of the unit year has years on its axis, no thousands separators."""
    curve = pd.DataFrame({"value": [2023.0, 2024, 2025, 2026], "p_reach": [0.9, 0.7, 0.4, 0.1],
                          "mc_error": 0.01, "cost": np.nan})  # fmt: skip
    found = dataclasses.replace(seek(2024.0, unit="year", cost=np.nan), curve=curve, p_reach=0.7)
    (axes,) = graphs(
        scenarios.cost_curve(found, name="x", unit=("year", "years"), title="t", language="en")
    )
    assert "2024: 70 %" in texts(axes) and "2025" in texts(axes)


def test_indices_have_their_medians_and_intervals(plan, played):
    """An area has the baseline twice, and what moves it; one without figures is left out."""
    _, _, indices = played
    figure = scenarios.index_chart(plan, indices, since=2022, language="en")
    (axes,) = graphs(figure)
    rows = indices[(indices["index"] == "elderly_care_index") & (indices["year"] == 2025)]
    median = rows.set_index("scenario")["q50"]
    points = {tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() in ("o", "s")}
    drawn = {x for x, _ in points}
    assert median["baseline"] in drawn and median["care_worker_training"] in drawn
    assert "Charity" not in texts(axes)
    assert "1 of 4 components have figures" in texts(axes)
    hollow = [one for one in axes.lines if one.get_markerfacecolor() == "white"]
    assert len(hollow) == 4


def test_ranks_have_their_intervals_and_the_region_stands_out(plan):
    """Points, intervals and shades are those of the table."""
    (axes,) = graphs(scenarios.rank_chart(plan, ranks(), language="en"))
    bars = [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "None"]
    assert bars == [[[1.0, 0], [1.0, 0]], [[2.0, 1], [3.0, 1]], [[2.0, 2], [3.0, 2]]]
    (own,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert own.get_xydata().tolist() == [[2.0, 1.0]]
    assert len(axes.patches) == 1
    assert "58.0 % (first: 6 %)" in texts(axes)


def test_projects_are_drawn_as_planned_and_as_expected(plan):
    """Squares are the plan, dots the median; a scenario that changes nothing has no line."""
    table = fc.project_forecast(plan, draws=100)
    same = table.assign(scenario="care_workers_stay")
    figure = scenarios.projects_chart(pd.concat([table, same]), language="en")
    left, right = graphs(figure)
    lines = {line.get_marker(): line for line in left.lines}
    assert lines["s"].get_ydata().tolist() == table["planned"].tolist()
    assert lines["o"].get_ydata().tolist() == table["completed_q50"].tolist()
    assert len(left.lines) == 2 and len(right.lines) == 2
    assert f"plan {table['planned'].iloc[-1]}" in texts(left)


@pytest.mark.parametrize(
    ("language", "times", "title", "top"),
    [
        ("zh", 1.0, "当年投资（亿元）", "20"),
        ("zh", 1e-3, "当年投资（万元）", "200"),
        ("zh", 1e6, "当年投资（亿元）", "2000万"),
        ("en", 1.0, "spending in the year (billion yuan)", "2"),
        ("en", 1e6, "spending in the year (billion yuan)", "2,000,000"),
    ],
)
def test_sums_are_drawn_in_a_unit_of_their_size(plan, language, times, title, top):
    """Ten or a hundred million yuan are not counted in zeros."""
    table = fc.project_forecast(plan, draws=100)
    sums = {c: times * table[c].astype(float) for c in table if "spending" in c}
    figure = scenarios.projects_chart(table.assign(**sums), language=language)
    FigureCanvasAgg(figure).draw()
    _, right = graphs(figure)
    assert title in texts(right)
    assert top in [tick.get_text() for tick in right.get_yticklabels()]


def test_drawing_leaves_no_traces(plan, played):
    """Same input, same bits; tables and matplotlib's settings stay as they were."""
    quantiles, compared, _ = played
    settings, before = dict(mpl.rcParams), compared.copy()
    first, second = (
        fan.to_png(scenarios.scenario_fans(plan, quantiles, compared, CARE, language="zh"))
        for _ in range(2)
    )
    assert first == second and dict(mpl.rcParams) == settings
    pd.testing.assert_frame_equal(compared, before)


def test_kinds_differ_in_grey():
    """Printed without colour, bars of a tornado differ by lightness or hatch."""
    grey = {k: (sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(look["facecolor"]),
                                          strict=True)), look.get("hatch"))
            for k, look in scenarios.KINDS.items()}  # fmt: skip
    for (a, hatch), (b, other) in itertools.combinations(grey.values(), 2):
        assert abs(a - b) > 0.1 or hatch != other
