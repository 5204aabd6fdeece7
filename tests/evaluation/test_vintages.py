"""Issued forecasts: what a run holds, and the versions it names."""

import ast
import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation import vintages
from forecast.evaluation.store import append_run, read_run
from forecast.evaluation.vintages import (
    FORECASTS,
    METHOD,
    fingerprint_method,
    fingerprint_targets,
    issue,
)
from plain_priors import scaled_priors
from small_plan import GOALS, MONEY, SHARE, SOURCE, VISITS, figure, issued, write

pytestmark = pytest.mark.usefixtures("few_tables")

# What is issued


def test_a_run_holds_what_the_report_says(folder):
    """The stored answers are those of `attainment` and `quantiles` on the same plan, to the bit."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    run = issue(plan)
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    said = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    shared = [name for name in FORECASTS if name in said]
    assert run.forecasts[shared].equals(said[shared])
    table = fc.quantiles(fits, [2023, 2025]).set_index(["indicator", "year"])
    own = table[table["region"] == "hill"]
    for row in run.forecasts.to_dict("records"):
        expected = own.loc[(row["indicator"], row["year"]), vintages.QUANTILE_COLUMNS]
        assert [row[name] for name in vintages.QUANTILE_COLUMNS] == expected.tolist()
    assert run.forecasts["role"].tolist() == ["annual", "final", "final", "final"]
    assert (run.origin, run.region) == ("2022-12-31", "hill")


def test_the_scale_is_the_mean_change(folder):
    """`scale` is the mean absolute change of a year; the reporting step of a flat series."""
    share = [(SHARE, 2019, 20), (SHARE, 2021, 14), (SHARE, 2022, 18)]
    write(folder, known=[*share, (VISITS, 2021, 60), (VISITS, 2022, 60), (MONEY, 2022, 9000)])
    run = issued(folder)
    step = run.inputs.indicators.set_index("indicator").loc[VISITS, "resolution"]
    assert run.forecasts["scale"].tolist()[:3] == [(3 + 4) / 2, (3 + 4) / 2, step]
    assert np.isnan(run.forecasts["scale"].tolist()[3])


def test_a_break_is_no_change_of_the_scale(folder):
    """The step across a change of definition does not count as a change."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    mark = plan.observations["year"].eq(2022) & plan.observations["indicator"].eq(SHARE)
    marked = plan.observations.assign(**{"break": mark.map({True: "true", False: ""})})
    scale = issue(replace(plan, observations=marked)).forecasts["scale"]
    assert scale.tolist()[0] == (4 + 3) / 2


def test_closed_targets_have_no_quantiles(folder):
    """Only an open target has quantiles: not one whose figure is there, or whose year passed."""
    write(
        folder, figure(SHARE, 2023, 30), goals=GOALS + GOALS.splitlines()[3].replace("2025", "2023")
    )
    run = issued(folder, "2023-12-31")
    table = run.forecasts.set_index(["indicator", "year"])
    assert table["status"].tolist()[0] == "met"
    assert table.loc[(VISITS, 2023), "status"] == "not_yet_due"
    closed = table["status"].isin(["met", "not_yet_due"])
    assert (
        table[vintages.QUANTILE_COLUMNS].isna().all(axis=1) == closed
    ).all() and closed.sum() == 2


def test_a_plan_without_a_day_is_issued_today(folder):
    """Without `as_of` the origin is the day on which it is asked."""
    assert issue(fc.load_plan(folder)).origin == pd.Timestamp.today().date().isoformat()


# Versions


def test_later_figures_and_revisions_do_not_change_an_old_day(usual, folder, store):
    """Loaded as of the old day, a folder with later and revised figures gives the stored bits."""
    key = append_run(store, usual)
    write(folder, figure(SHARE, 2022, 24, published="2023-05-01"), figure(SHARE, 2023, 31),
          figure(VISITS, 2023, 71, published="2024-02-01"),
          f"xiaoshan,{SHARE},2023,,60,actual,{SOURCE},,,\n")  # fmt: skip
    stored, again = read_run(store, key), issued(folder)
    assert again.forecasts.equals(stored.forecasts)
    assert (again.data_hash, again.target_version) == (stored.data_hash, stored.target_version)
    assert again.method_version == stored.method_version
    later = issued(folder, "2024-12-31")
    assert not later.forecasts["p_reach"].equals(stored.forecasts["p_reach"])
    assert later.data_hash != stored.data_hash


def imported_modules(path: Path) -> set[Path]:
    """Files of the package that a module imports by relative imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            found |= {folder.with_suffix(".py"), *(folder / f"{a.name}.py" for a in node.names)}
    return {file for file in found if file.is_file()}


def test_the_method_is_all_that_answers_come_from():
    """`METHOD` names each module behind an answer, but for plans, errors and progress reports."""
    package = Path(fc.__file__).parent
    named = {file for pattern in METHOD for file in package.glob(pattern)}
    aside = {package / name for name in ("errors.py", "callbacks.py", "files.py", "tables/plan.py")}
    reached, left = set(), [package / "targets/attainment.py", package / "model/fitting.py"]
    while left:
        file = left.pop()
        reached.add(file)
        left += imported_modules(file) - reached - aside - {*left}
    assert reached <= named, sorted(reached - named)


def test_method_version_follows_code_and_priors(tmp_path, monkeypatch):
    """Another prior or another source of a module is another method; the rows' order is not."""
    priors = fc.read_priors()
    usual = fingerprint_method()
    assert usual == fingerprint_method(priors.iloc[::-1]) and usual.startswith(fc.__version__ + "+")
    assert fingerprint_method(scaled_priors("noise", 2.0)) != usual
    package = Path(shutil.copytree(Path(fc.__file__).parent, tmp_path / "forecast"))
    monkeypatch.setattr(resources, "files", lambda _: package)
    assert fingerprint_method(priors) == usual
    for module, counts in (("desk/panel.py", False), ("model/posterior.py", True)):
        (package / module).write_text("pass\n")
        assert (fingerprint_method(priors) != usual) == counts


def test_target_version_is_what_targets_ask_for():
    """Value, year, comparator, event, region count; order, repeats, source and notes do not."""
    goals = pd.DataFrame({"region": "a", "indicator": ["x", "y"], "year": 2025, "value": [1.0, 2],
                          "comparator": "ge", "source": "s", "event": ""})  # fmt: skip
    usual = fingerprint_targets(goals)
    same = [goals.iloc[::-1], goals.assign(source="t", note="n"), goals.drop(columns="event"),
            pd.concat([goals, goals]), goals.assign(event="reach"),
            goals.assign(value=[1, 2])]  # fmt: skip
    assert {fingerprint_targets(table) for table in same} == {usual}
    other = [goals.assign(**{name: value}) for name, value in (
        ("region", "b"), ("indicator", "z"), ("year", 2026), ("value", 3.0), ("comparator", "gt"),
        ("event", "ever"))]  # fmt: skip
    versions = [fingerprint_targets(table) for table in [*other, goals.iloc[:1]]]
    assert len({usual, *versions}) == 8


def test_data_hash_follows_figures_and_definitions(folder):
    """The hash of the figures changes with a figure and with a definition, not with the order."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    usual = issue(plan).data_hash
    turned = replace(plan, observations=plan.observations.iloc[::-1].reset_index(drop=True))
    assert issue(turned).data_hash == usual
    about = plan.indicators.assign(resolution=0.5)
    values = plan.observations.assign(value=plan.observations["value"] * 1.1)
    assert issue(replace(plan, indicators=about)).data_hash != usual
    assert issue(replace(plan, observations=values)).data_hash != usual
