"""Whatever is entered has a valid answer or a clear error: a small run of `make fuzz`.

Tables are made in all the shapes and types that analysts hold, files in all that planners have,
mostly sound with a few odd cells. What ends in an exception of a library, a number that is none, or
an unordered quantile is a find.
"""

from __future__ import annotations

import datetime as dt
import decimal
import shutil
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import forecast as fc
from forecast.errors import ForecastError, Message
from forecast.i18n.errors import format_error
from forecast.intake import figure_import as intake
from forecast.reports.parameters import read_parameters
from forecast.tables.csv_files import check_folder
from forecast.tables.plan import data_folder
from own_files import workbook
from small_plan import write

KINDS = ("share", "coverage", "ratio", "amount", "standard", "count", "stock", "rule")
ODD = st.one_of(
    st.sampled_from([
        None, "", " ", "—", "-", "…", "12%", "1,200", "１２．５", "1.9万", "2021年", "2021-06-30",
        "n/a", "约50", "50-60", "≥60", "1e400", "十二", "false", "2021Q3", "0x10", "٣", "5 5", "'5",
        True, False, pd.NA, pd.NaT, float("nan"), float("inf"), -float("inf"), -0.0, 1e300, -1e300,
        5e-324, 10**30, decimal.Decimal("12.5"), decimal.Decimal("NaN"), dt.date(2021, 6, 30),
        dt.datetime(2021, 6, 30, 12), pd.Timestamp("2021-12-31"), pd.Period("2021", "Y"),
        pd.Period("2021Q2", "Q"), pd.Timedelta(days=3), np.float32(7.5), np.int8(7), 44561, 21, 0,
        b"12", (1, 2), [3], {"a": 1}, 1j,
    ]),
    st.floats(), st.integers(), st.text(max_size=8),
)  # fmt: skip
"""Cells that no sound table has, and some that one may."""
FIGURE = st.one_of(
    st.integers(2, 100), st.integers(20, 1000).map(lambda i: i / 10),
    st.sampled_from([0, 2, 50.0, 100, 99.95]),
)  # fmt: skip
TYPES = ("object", "str", "category", "string", "Float64", "Int64", "float32", "string[pyarrow]",
         "double[pyarrow]")  # fmt: skip
MANY = settings.default.max_examples if settings.default.max_examples > 100 else 6
FEW = max(MANY // 10, 2)
"""Examples of a property, and of one that writes or reads files: few in the ordinary tests."""
files = settings(max_examples=FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def clear_errors():
    """Let pass what says what is wrong, in both languages, and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fc.StatisticalWarning)
        try:
            yield
        except ForecastError as error:
            assert len(str(error)) > 5 and len(format_error(error, "zh") or str(error)) > 5
        except ValueError as error:
            if not error.args or not isinstance(error.args[0], Message):
                raise


@st.composite
def tables(draw):
    """Figures, targets and indicators as long tables, and whether a cell is odd."""
    rows, abouts, goals = [], [], []
    for number in range(draw(st.integers(1, 3))):
        name, kind = draw(st.sampled_from(["床位", "beds", "x"])) + str(number), draw(
            st.sampled_from(KINDS)
        )  # fmt: skip
        percent = kind in ("share", "coverage")
        abouts.append({
            "indicator": name, "kind": kind, "better": draw(st.sampled_from(["higher", "lower"])),
            "lower": draw(st.sampled_from([0.0, np.nan])), "upper": 100.0 if percent else np.nan,
            "resolution": draw(st.sampled_from([0.0, 0.1, 1.0])),
        })  # fmt: skip
        for region in ("a", "乙", "c")[: draw(st.integers(1, 3))]:
            first, n = draw(st.integers(2000, 2022)), draw(st.integers(1, 7))
            values = [min(draw(FIGURE), 100) if percent else draw(FIGURE) for _ in range(n)]
            rows += [(region, name, first + i, v) for i, v in enumerate(values)]
            goals.append((region, name, first + n + draw(st.integers(-2, 9)), draw(FIGURE),
                          draw(st.sampled_from(["ge", "gt", "eq", "le", "lt"]))))  # fmt: skip
    names = ["region", "indicator", "year", "value"]
    seen = pd.DataFrame(rows, columns=names)
    aims = pd.DataFrame(goals, columns=[*names, "comparator"])
    about = pd.DataFrame(abouts)
    if draw(st.booleans()):
        seen = seen.assign(**draw(st.dictionaries(
            st.sampled_from(["status", "break", "standard_error", "published", "as_of", "note"]),
            st.sampled_from(["", "actual", "estimated", True, 0.5, "2021-06-30", None, "真"]),
            max_size=2,
        )))  # fmt: skip
    spoiled = draw(st.sampled_from([None, "seen", "aims", "about"]))
    if spoiled:
        table = {"seen": seen, "aims": aims, "about": about}[spoiled]
        column = draw(st.sampled_from(list(table.columns)))
        cells = table[column].astype(object).tolist()
        cells[draw(st.integers(0, len(cells) - 1))] = draw(ODD)
        table[column] = pd.Series(cells, dtype=object)
    return seen, aims, about


@st.composite
def shapes(draw, seen):  # noqa: C901 - a shape each
    """The figures in some shape, of some type, of some library; keywords that it needs."""
    seen = seen.sample(frac=1.0, random_state=draw(st.integers(0, 9)))
    shape = draw(st.sampled_from(["long", "long", "typed", "across", "down", "one", "arrow",
                                  "polars", "less"]))  # fmt: skip
    try:
        if shape == "typed":
            column = draw(st.sampled_from(list(seen.columns)))
            return seen.assign(**{column: seen[column].astype(draw(st.sampled_from(TYPES)))})
        if shape == "across":
            wide = seen.pivot(index=["region", "indicator"], columns="year", values="value")
            return wide if draw(st.booleans()) else wide.reset_index()
        if shape == "down":
            return seen.pivot(index="year", columns=["region", "indicator"], values="value")
        if shape == "one":
            one = seen.set_index("year")["value"]
            return one if draw(st.booleans()) else one.to_dict()
        if shape == "arrow":
            import pyarrow

            return pyarrow.Table.from_pandas(seen)
        if shape == "polars":
            return pytest.importorskip("polars").DataFrame(seen.to_dict("list"), strict=False)
        if shape == "less":
            return seen.drop(columns=draw(st.sampled_from(list(seen.columns))))
    except Exception:  # the other library refuses the cell
        assume(False)
    return seen


def check(fits: fc.Fits, goals: object, data: st.DataObject) -> None:
    """Ask for quantiles and targets; any number in them is one that can be."""
    latest = int(np.floor(fits.series["latest_year"].max()))
    table = fc.quantiles(fits, data.draw(st.sampled_from([
        [latest + 1, latest + 4], latest + 2.5, range(latest, latest + 3), f"{latest + 1}-12-31",
        [latest - 3], [], pd.Period(str(latest + 1), "Y"),
    ])))  # fmt: skip
    levels = table[[c for c in table if c.startswith("q")]].to_numpy(float)
    size = 1e-9 * np.maximum(np.abs(levels).max(axis=1, initial=0.0), 1e-300)[:, None]
    assert np.isfinite(levels).all()
    assert (np.diff(levels, axis=1) >= -size).all()
    bounds = table.merge(fits.series, on=["region", "indicator"])[["lower", "upper"]].to_numpy(
        float
    )
    assert not ((levels < bounds[:, :1] - size) | (levels > bounds[:, 1:] + size)).any()
    names = data.draw(st.sampled_from([["reach"], ["ever", "maintain"], ["years", "path"], None]))
    found = fc.attainment(fits, goals, answers=names)
    p = found["p_reach"].to_numpy(float)
    assert not ((p < 0.0) | (p > 1.0)).any()
    assert found.loc[np.isnan(p), "status"].isin(["no_data", "not_yet_due", "estimated"]).all()
    assert not np.isinf(found.select_dtypes("number").astype(float)).any(axis=None)


@settings(
    max_examples=MANY, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(tables(), st.data())
def test_any_table_has_an_answer_or_a_clear_error(made, data):
    """Figures, targets and indicators in any shape and type, with any cell."""
    seen, goals, about = made
    held = data.draw(shapes(seen))
    with clear_errors():
        known = data.draw(st.sampled_from(["table", "words", "none"]))
        words = {"kind": about["kind"].iloc[0], "better": about["better"].iloc[0]}
        words |= {k: "x" for k in data.draw(st.sets(st.sampled_from(["region", "indicator"])))}
        fits = (fc.fit(held, about) if known == "table" else fc.fit(held, **words)
                if known == "words" else fc.fit(held))  # fmt: skip
        form = data.draw(st.sampled_from(["table", "number", "years"]))
        if form == "table":
            check(fits, goals, data)
        else:
            year, value = goals["year"], goals["value"]
            aims, given = (value.iloc[0], {"year": year.iloc[0]}) if form == "number" else (
                dict(zip(year, value, strict=True)), {}
            )  # fmt: skip
            fc.attainment(fits, aims, comparator="ge", answers="reach", **given)


@settings(max_examples=FEW)
@given(tables(), st.data())
def test_any_plan_has_answers_or_a_clear_error(made, data):
    """Plans of frames, simulation and backtest take the same tables."""
    seen, goals, about = made
    with clear_errors():
        plan = fc.Plan.from_frames(seen, goals, about, region=data.draw(st.sampled_from(["", "a"])))
        fits = fc.fit(plan.observations, plan.indicators)
        until = int(np.floor(fits.series["latest_year"].max())) + 9
        paths = fc.simulate(fits, until=until, draws=20)
        assert not np.isinf(paths.values).any()
        fc.attainment(paths, plan.targets, answers=["reach"])
    with clear_errors():
        scores = fc.backtest(seen, about, horizon=2).scores
        # The error of a single year's mean is infinite.
        found = scores.select_dtypes("number").astype(float).filter(regex="(?<!_error)$")
        assert not np.isinf(found).any(axis=None)


CELL = st.one_of(
    st.sampled_from([
        "", "—", "0", "58%", "0.58", "1,234", "1.93万", "3亿元", ">11000", "２０", "约50", "50-60",
        "2021", "2021年", "2021年6月", "2022-06-30", "44561", "十四五", "目标", "实际",
        "单位：万元", "合计", "其中：", "丽水市", "全市", "护理型床位占比", "社工站（个）", "指标",
        "地区", "年份", "数值", "备注", "beds", "=1+1", "#REF!", "张", "％", "-5", "1e5", "nan",
        "TRUE", "\u3000",
    ]),
    st.integers(-5, 10**6), st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6), st.none(), st.booleans(),
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
)  # fmt: skip
HEADS = st.sampled_from([
    ["指标", "2020年", "2021年", "2022年"], ["地区", "指标", "年份", "数值"],
    ["region", "indicator", "year", "value", "unit"], ["指标", "单位", "2021年实际", "2025年目标"],
    ["年份", "护理型床位占比", "社工站"], [], ["地区", "2021", "", "2022"],
])  # fmt: skip


@pytest.fixture(scope="module")
def lishui():
    """Give a shipped plan."""
    return fc.load_plan("lishui", as_of="2022-12-31")


@files
@given(head=HEADS, rows=st.lists(st.lists(CELL, max_size=6), max_size=8), data=st.data())
def test_any_spreadsheet_is_read_or_refused(lishui, head, rows, data):
    """Texts in any encoding and workbooks, also damaged ones: figures, doubts, or what is wrong."""
    sheet = [head, *rows]
    if data.draw(st.booleans()):
        content, name = workbook(sheet), "own.xlsx"
    else:
        mark = data.draw(st.sampled_from([",", "\t", ";"]))
        text = "\n".join(mark.join("" if c is None else str(c) for c in row) for row in sheet)
        code = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"]))
        content, name = (
            text.encode(code),
            data.draw(st.sampled_from(["own.csv", "own.xls", "a.txt"])),
        )
    if content and data.draw(st.integers(0, 4)) == 0:
        at = data.draw(st.integers(0, len(content) - 1))
        content = content[:at] + data.draw(st.binary(max_size=4)) + content[at + 1 :]
    with clear_errors():
        figures = intake.read(content, name, lishui, targets=data.draw(st.booleans()))
        ok = figures.rows["status"].eq("ok")
        assert np.isfinite(figures.rows.loc[ok, "value"].astype(float)).all()
        assert len(figures.records("zh")) == len(figures.rows)
        assert figures.summary("en") and figures.lines("zh") is not None
        figures.apply(lishui)


def spoil(draw, text: str) -> str:
    """Change a file's text in one place: a cell, a line, a mark."""
    lines = text.splitlines()
    at = draw(st.integers(0, len(lines) - 1))
    how = draw(st.sampled_from(["cell", "cell", "cell", "drop", "twice", "text", "shift"]))
    if how == "cell":
        cells = lines[at].split("," if "," in lines[at] else ": ")
        mark = "," if "," in lines[at] else ": "
        cells[draw(st.integers(0, len(cells) - 1))] = str(draw(st.one_of(CELL, ODD)))
        lines[at] = mark.join(cells)
    elif how == "drop":
        del lines[at]
    elif how == "twice":
        lines.insert(at, lines[at])
    elif how == "shift":
        lines[at] = "  " + lines[at]
    else:
        lines[at] += draw(st.text(max_size=5))
    return "\n".join(lines) + "\n"


def rewrite(file: Path, data: st.DataObject) -> None:
    """Spoil a file once or twice."""
    text = file.read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 2))):
        text = spoil(data.draw, text) if text.strip() else text
    file.write_bytes(text.encode(errors="surrogatepass"))


@pytest.mark.usefixtures("few_tables")
@files
@given(data=st.data())
def test_any_folder_of_tables_is_loaded_or_refused(tmp_path, data):
    """What `check_folder` finds nothing wrong with gives forecasts; the rest is refused."""
    folder = write(tmp_path / "data")
    rewrite(folder / data.draw(st.sampled_from(sorted(f.name for f in folder.iterdir()))), data)
    problems = check_folder(folder, data_folder())
    assert all(str(p.problem) and str(p.remedy) for p in problems)
    with clear_errors():
        plan = fc.load_plan(folder, region="hill", as_of="2022-12-31")
        assert not problems
        fc.attainment(fc.fit(plan.observations, plan.indicators), plan.targets, answers=["reach"])


@files
@given(data=st.data())
def test_any_scenario_or_parameter_file_is_read_or_refused(tmp_path, root, data):
    """Changed files are read, or refused with file, key, and remedy."""
    chosen = data.draw(st.sampled_from(sorted((root / "params").rglob("*.yaml"))))
    file = Path(shutil.copy(chosen, tmp_path / chosen.name))
    rewrite(file, data)
    with clear_errors():
        (fc.read_scenario if "scenarios" in chosen.parts else read_parameters)(file)


@files
@given(made=tables())
def test_any_panel_is_answered_or_has_faults(tmp_path_factory, made):
    """A dataset is complete, or says what is missing and why."""
    seen, goals, about = made
    source = tmp_path_factory.mktemp("panel")
    try:
        for name, table in (("observations", seen), ("targets", goals)):
            (source / name).mkdir()
            table.to_parquet(source / name / "a.parquet")
    except Exception:  # the library refuses the cell
        assume(False)
    with clear_errors():
        result = fc.run_panel(str(source), str(source / "out"), indicators=about, workers=0)
        assert result.complete or (result.faults and all(f.reason for f in result.faults))
    shutil.rmtree(source)
