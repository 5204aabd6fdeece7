"""Pictures of scenarios."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh

import forecast as fc
from drawn import check_layout, texts
from forecast.charts import scenarios, style
from forecast.i18n.formatting import points
from forecast.scenarios.goal_seeking import GoalSeek
from forecast.tables.names import Names

NAMES = ["care_worker_training", "care_workers_stay", "nursing_bed_conversion"]
CARE = "care_workers_per_10k_elderly"


@pytest.fixture(scope="module")
def plan():
    """Lishui at the end of 2022."""
    return fc.load_plan("lishui", as_of="2022-12-31")


@pytest.fixture(scope="module")
def names(plan):
    """Its names in English."""
    return Names(plan, "en")


@pytest.fixture(scope="module")
def played(plan):
    """Quantiles and the comparison of three scenarios on few draws."""
    paths = fc.project(plan, draws=200)
    every = [paths, *(fc.apply_scenario(paths, plan, fc.read_scenario(n)) for n in NAMES)]
    compared = fc.compare(plan, NAMES, paths=paths)
    return pd.concat([one.quantiles() for one in every]), compared


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


def pictures(names, played):
    """One figure of each sort."""
    quantiles, compared = played
    inputs = {label: names.label("input", "own_growth") for label in tornado()["input"]}
    lever = names.label("input", "pace")
    return [
        scenarios.scenario_fans(names, quantiles, compared, CARE, sources=["a"]),
        scenarios.difference_chart(names, compared[compared["year"] == 2025]),
        scenarios.tornado_chart(names, tornado(), inputs=inputs, title="25"),
        scenarios.cost_curve(names, seek(), lever=lever, title="25"),
        scenarios.cost_curve(names, seek(0.0, "reached_already"), lever=lever, title="25"),
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_figures_are_in_one_language_and_nothing_leaves_them(plan, played, language):
    """Inside, with all glyphs; no Chinese in English figures, no English in Chinese ones."""
    for figure in pictures(Names(plan, language), played):
        check_layout(figure)
        letters = "".join(texts(figure)).replace("4A", "")
        chinese = [c for c in letters if "\u4e00" <= c <= "\u9fff"]
        latin = [c for c in letters if c.isascii() and c.isalpha()]
        assert (chinese if language == "en" else latin) == []


def test_fans_show_the_baseline_and_each_scenario_that_changes_the_indicator(names, played):
    """Medians end where the table says; levers are solid, assumptions dashed, said in words."""
    quantiles, compared = played
    figure = scenarios.scenario_fans(names, quantiles, compared, CARE)
    panels = figure.axes
    ends = quantiles[(quantiles["indicator"] == CARE) & (quantiles["year"] == 2025)]
    ends = ends.set_index("scenario")["q50"]
    for axes, name in zip(panels, ["baseline", *NAMES[:2]], strict=True):
        (line,) = [one for one in axes.lines if one.get_color() == style.MEDIAN]
        assert line.get_ydata()[-1] == ends[name]
        assert (line.get_linestyle() == "-") == (name != "care_workers_stay")
        assert len({axes.get_ylim(), panels[0].get_ylim()}) == 1
    said = texts(panels[2])
    assert any(text.startswith("assumption (if) · chance ") for text in said)
    assert "care workers stay" in said
    row = compared[compared["scenario"].eq(NAMES[0]) & compared["indicator"].eq(CARE)].iloc[-1]
    assert f"25\n({100 * row['p_reach']:.0f} %)" in texts(panels[1])


def test_of_many_scenarios_the_most_changing_ones_are_drawn(names, played):
    """A figure holds the baseline and eight scenarios at most, in their order."""
    quantiles, compared = played
    own = compared[compared["scenario"] == NAMES[0]]
    many = [own.assign(scenario=f"s{i}", p_change=own["p_change"] * (1 if i else 0.01))
            for i in range(10)]  # fmt: skip
    base = [table[table["scenario"] == "baseline"] for table in (compared, quantiles)]
    fans = [base[1].assign(scenario=f"s{i}") for i in range(10)]
    figure = scenarios.scenario_fans(
        names, pd.concat([base[1], *fans]), pd.concat([base[0], *many]), CARE
    )
    titles = [axes.texts[-1].get_text() for axes in figure.axes]
    assert titles == ["baseline", *(f"s{i}" for i in range(1, 9))]


def test_changes_are_written_in_their_cells_with_sign_and_error(names, played):
    """A cell for each change of the table, written in points; scenarios of levers come first."""
    _, compared = played
    last = compared[compared["year"] == 2025]
    (axes,) = scenarios.difference_chart(names, last).axes
    changed = last[(last["changed_by"] != "") & last["p_change"].notna()]
    (mesh,) = [c for c in axes.collections if isinstance(c, QuadMesh)]
    assert np.ma.count(mesh.get_array()) == len(changed)
    row = changed[changed["scenario"] == NAMES[0]].iloc[0]
    written = texts(axes)
    assert points(row["p_change"], "en", bare=True) in written
    assert f"±{100 * row['p_change_error']:.1f}" in written
    heads = [
        t for t in (t.replace("\n", " ") for t in written) if t in ("lever", "assumption (if)")
    ]
    assert heads == ["lever", "lever", "assumption (if)"]


def test_without_a_change_there_is_no_figure(names, played):
    """Nothing to show is None, never an empty frame."""
    _, compared = played
    assert scenarios.difference_chart(names, compared[compared["scenario"] == "baseline"]) is None
    assert scenarios.tornado_chart(names, tornado().assign(swing=0.0), inputs={}, title="") is None


@pytest.mark.parametrize(("change", "colour"), [(0.019, 0.0), (0.021, 1.0), (-0.3, -1.0)])
def test_a_change_within_two_errors_is_not_coloured(names, played, change, colour):
    """Noise looks like noise; a rise and a fall have the two ends of the colours."""
    row = played[1].query(f"scenario == '{NAMES[0]}' and indicator == '{CARE}'").tail(1)
    one = row.assign(p_change=change, p_change_error=0.01)
    (axes,) = scenarios.difference_chart(names, one).axes
    (mesh,) = axes.collections
    assert np.sign(mesh.get_array()).tolist() == [[colour]]
    grey = axes.texts[0].get_color() == style.GREY
    assert grey == (colour == 0.0)


def test_the_tornado_has_the_bars_and_values_of_its_table(names):
    """Bars run from the chance at low to that at high, the values stand at their own ends."""
    inputs = {"leaving": "Workers leaving"}
    figure = scenarios.tornado_chart(names, tornado(), inputs=inputs, title="t")
    (axes,) = figure.axes
    spans = [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches]
    expected = tornado().head(4)[["p_low", "p_high"]].to_numpy()
    np.testing.assert_allclose(np.sort(spans), np.sort(expected))
    places = {t.get_text().replace("\xa0", " "): t.xy[0] for t in axes.texts if hasattr(t, "xy")}
    assert places["8 %"] == 0.6 and places["20 %"] == 0.3
    assert places["0 persons"] == 0.4 and places["250 persons"] == 0.75
    assert "Workers leaving\nassumption" in texts(axes)
    assert len({(p.get_facecolor(), p.get_hatch()) for p in axes.patches}) == 4
    many = pd.concat([tornado().head(1)] * 15)
    more = scenarios.tornado_chart(names, many, inputs={}, title="t")
    assert len(more.axes[0].patches) == scenarios.MOST_INPUTS


def test_the_curve_marks_what_was_found_and_what_it_costs(names):
    """The diamond stands at setting and chance, labelled with both and with the cost."""
    figure = scenarios.cost_curve(names, seek(), lever="Extra trainees", title="t")
    (axes,) = figure.axes
    (mark,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert mark.get_xydata().tolist() == [[620.0, 0.62]]
    said = texts(axes)
    assert "620 persons: 62 %\n5.58 million yuan" in said
    assert "limit 1,000" in said and "asked for 80 %" in said
    assert "200\n1.8 million yuan" in said and "0" in said


def test_what_was_not_found_has_no_mark(names):
    """Beyond its limits a lever has a curve only; without costs there is no second line."""
    found = seek(np.nan, "beyond_limits", cost=np.nan)
    found = dataclasses.replace(found, curve=found.curve.assign(cost=np.nan))
    figure = scenarios.cost_curve(names, found, lever="x", title="t")
    (axes,) = figure.axes
    assert not [line for line in axes.lines if line.get_marker() == "D"]
    assert "200" in texts(axes)


def test_a_date_is_written_as_a_year(names):
    """A lever of the unit year has years on its axis, no thousands separators."""
    curve = pd.DataFrame({"value": [2023.0, 2024, 2025, 2026], "p_reach": [0.9, 0.7, 0.4, 0.1],
                          "mc_error": 0.01, "cost": np.nan})  # fmt: skip
    found = dataclasses.replace(seek(2024.0, unit="year", cost=np.nan), curve=curve, p_reach=0.7)
    (axes,) = scenarios.cost_curve(names, found, lever="x", title="t").axes
    assert "2024: 70 %" in texts(axes) and "2025" in texts(axes)
