"""The monitoring report: its parts, its notebook, its parameter files, its tables."""

import ast
import dataclasses
import datetime as dt
import functools
import html
import re
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import openpyxl
import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation import store as stores
from forecast.evaluation import vintages
from forecast.reports import exports, monitoring
from forecast.reports.parameters import check_declared, read_parameters

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "monitoring.ipynb"
REGIONS = ("zhejiang", "lishui", "xiaoshan", "shaoxing")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


class Tomorrow(dt.datetime):
    """A clock that is a day ahead."""

    @classmethod
    def now(cls, tz=None):
        """Time of tomorrow."""
        return super().now(tz) + dt.timedelta(days=1)


@functools.cache
def find(region, day, language):
    """Findings of a shipped region."""
    plan = fc.load_plan(region, as_of=day)
    years = monitoring.span(plan)
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    paths = fc.simulate(fits, until=years[-1], draws=100, seed=0)
    attainment = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    return monitoring.Findings(
        plan=plan,
        quantiles=fc.quantiles(fits, years),
        attainment=attainment,
        together=monitoring.open_together(paths, plan, attainment),
        language=language,
    )


def parts(findings):
    """All parts but the pictures."""
    asked = {"region": findings.plan.region, "data": None, "as_of": findings.plan.as_of,
             "until": None, "draws": 100, "seed": 0, "language": findings.language,
             "folder": "."}  # fmt: skip
    shown = [
        monitoring.show_title(findings),
        monitoring.show_reading(findings),
        monitoring.show_standing(findings),
        monitoring.show_closed(findings),
        monitoring.show_unknown(findings),
        monitoring.show_moves(findings, None),
        monitoring.show_record(findings, pd.DataFrame()),
        monitoring.show_trust(findings, draws=100, seed=0),
        monitoring.show_sources(findings),
        monitoring.show_parameters(findings, asked, last=2025),
    ]
    return "\n".join(part.text for part in shown)


def read(page):
    """Text of a page, without titles and addresses that stand in their own language."""
    page = re.sub(r'<span lang="zh">.*?</span>|<code>.*?</code>', "", page, flags=re.S)
    page = re.sub(r"<(style|title)>.*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


@pytest.fixture(scope="module")
def xiaoshan():
    """Xiaoshan at the end of 2022, in English: it has open, closed and unknown targets."""
    return find("xiaoshan", "2022-12-31", "en")


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("day", ["2022-12-31", "2026-06-30"])
def test_each_language_is_complete_and_unmixed(region, day):
    """No Chinese in the English report, no English words in the Chinese one."""
    findings = find(region, day, "en")
    assert CHINESE.findall(read(parts(findings))) == []
    chinese = read(parts(dataclasses.replace(findings, language="zh"))).replace(region, "")
    assert re.findall(r"[A-Za-z]{2,}", chinese) == []
    assert re.search("（20..）", chinese) and " (20" not in chinese  # brackets of its own too


def test_every_target_is_counted_once(xiaoshan):
    """The verdicts in the table of counts add up to the targets of the plan."""
    counts = monitoring.show_reading(xiaoshan).text
    last = re.findall(r"<tr>(.*?)</tr>", counts, flags=re.S)[-1]
    numbers = [int(n) for n in re.findall(r"<td>(\d+)</td>", last)]
    assert numbers[-1] == len(xiaoshan.plan.targets) == sum(numbers[:-1])


def test_the_last_open_target_stands_for_an_indicator():
    """Of open targets the last year counts; of one year's two the harder one."""
    table = pd.DataFrame(
        {
            "indicator": ["x", "x", "x", "y", "y"],
            "year": [2023, 2025, 2025, 2021, 2022],
            "target": [1.0, 2.0, 3.0, 4.0, 5.0],
            "p_reach": [0.9, 0.8, 0.4, 1.0, None],
            "status": ["likely", "likely", "uncertain", "met", "not_published"],
        }
    )
    assert monitoring.last_targets(table)["target"].tolist() == [3.0, 5.0]


def test_a_closed_target_gets_no_chance(xiaoshan):
    """Where the year has passed there is a verdict, or the statement that nothing is known."""
    table = xiaoshan.attainment
    seen = table[(table["status"] == "not_published") & table["latest"].notna()].iloc[0]
    cells = monitoring._standing_row(xiaoshan, seen)
    assert (cells["Chance"], cells["Median"]) == ("–", "–")
    assert cells["Verdict"] == "year passed, no figure"


def test_no_draw_at_all_is_not_called_impossible(xiaoshan):
    """That none of 100 futures reaches all targets is less than 1 %, not 0 %."""
    together = dataclasses.replace(
        xiaoshan.together, p_all=0.0, p_all_low=0.0, p_all_high=0.2, low=1, high=4
    )
    text = read(monitoring.show_reading(dataclasses.replace(xiaoshan, together=together)).text)
    assert "nine times in ten 1 to 4" in text
    assert "all are reached <\xa01\xa0%" in text
    assert "from 0\xa0% to 20\xa0%" in text


def test_names_from_the_tables_are_escaped(xiaoshan):
    """A name with markup in it is shown, not run."""
    plan = xiaoshan.plan
    indicators = plan.indicators.assign(name_en='<script>x</script> & "y"')
    evil = dataclasses.replace(plan, indicators=indicators, title="<img src=x>")
    page = parts(dataclasses.replace(xiaoshan, plan=evil))
    assert "<script" not in page and "<img" not in page
    assert "&lt;script&gt;x&lt;/script&gt; &amp;" in page


def test_long_names_are_written_in_full(xiaoshan):
    """Tables do not cut names off."""
    long = "A very long name of an indicator " * 5
    plan = dataclasses.replace(
        xiaoshan.plan, indicators=xiaoshan.plan.indicators.assign(name_en=long)
    )
    assert long.strip() in monitoring.show_standing(dataclasses.replace(xiaoshan, plan=plan)).text


def test_the_span_reaches_the_last_target_whatever_is_asked(xiaoshan):
    """`until` extends the forecast; it cannot cut off a target that must be judged."""
    plan = xiaoshan.plan
    assert monitoring.span(plan)[-1] == 2025
    assert monitoring.span(plan, 2024)[-1] == 2025
    assert monitoring.span(plan, 2030)[-1] == 2030
    assert monitoring.span(dataclasses.replace(plan, as_of="2027-01-01"))[-1] == 2027


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_are_written_for_programs_and_for_people(xiaoshan, language, tmp_path):
    """CSV with codes and one row a target; a workbook with words, frozen heads, wide columns."""
    plan = xiaoshan.plan
    command = "=cmd|' /C calc'!A0"
    named = {
        kind: getattr(plan, kind).assign(name_zh=command, name_en=command)
        for kind in ("regions", "areas", "units", "indicators")
    }
    targets = plan.targets.assign(note=command, locus="@x")
    findings = dataclasses.replace(
        xiaoshan, language=language, plan=dataclasses.replace(plan, targets=targets, **named)
    )
    written = exports.write_tables(findings, tmp_path)
    assert sorted(written) == sorted(file.name for file in tmp_path.iterdir())
    table = pd.read_csv(tmp_path / "attainment.csv")
    assert table["target"].tolist() == plan.targets["value"].tolist()
    for column in ("note", "name"):
        assert set(table[column]) == {f"'{command}"}
    assert set(table["locus"]) == {"'@x"}
    assert not (tmp_path / "attainment.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(book.sheetnames) == 4
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["B"].width >= 8
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds
    heads = "".join(str(cell.value) for cell in book.worksheets[0][1])
    assert bool(CHINESE.search(heads)) == (language == "zh")


def test_the_same_tables_give_the_same_bytes(xiaoshan, tmp_path, monkeypatch):
    """On another day every file is the same, the workbook with its dates included."""
    first = exports.write_tables(xiaoshan, tmp_path / "first")
    later = time.time() + 3 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    clock = SimpleNamespace(datetime=Tomorrow, timezone=dt.timezone)
    monkeypatch.setattr("openpyxl.writer.excel.datetime", clock)
    assert exports.write_tables(xiaoshan, tmp_path / "second") == first
    for name in first:
        written = [(tmp_path / folder / name).read_bytes() for folder in ("first", "second")]
        assert written[0] == written[1], name


def test_parquet_holds_the_tables_as_they_are(xiaoshan, tmp_path):
    """Results have their codes, types and as-of date; a text is not changed for spreadsheets."""
    targets = xiaoshan.plan.targets.assign(note="=1+1")
    plan = dataclasses.replace(xiaoshan.plan, targets=targets)
    exports.write_tables(dataclasses.replace(xiaoshan, plan=plan), tmp_path)
    answers = pd.read_parquet(tmp_path / "attainment.parquet")
    assert set(answers["note"]) == {"=1+1"}
    assert answers["p_reach"].equals(xiaoshan.attainment["p_reach"].reset_index(drop=True))
    paths = pd.read_parquet(tmp_path / "forecasts.parquet")
    assert set(paths["region"]) == {"xiaoshan"} and set(paths["as_of"]) == {"2022-12-31"}
    assert not paths.duplicated(["region", "indicator", "scenario", "year"]).any()
    assert {"q05", "q50", "q95", "mean"} <= set(paths)


def test_without_a_folder_nothing_is_written(xiaoshan):
    """Running the notebook by hand leaves no files."""
    assert exports.write_tables(xiaoshan, None) == []


def test_parameter_files_make_a_report_each():
    """Every region has a report of today and one of the plan's own time, under another name.

    Shaoxing's targets are for 2022: it has a third, of the year before.
    """
    every = [read_parameters(file) for file in sorted(ROOT.glob("params/*.yaml"))]
    today = [asked for asked in every if asked.notebook == "monitoring"]
    then = [read_parameters(file) for file in sorted(ROOT.glob("params/plan_time/*.yaml"))]
    late = [p for p in then if p.name != "shaoxing_2021"]
    assert sorted(p.region for p in today) == sorted(p.region for p in late) == sorted(REGIONS)
    assert {p.as_of for p in late} == {"2022-12-31"} and all(p.as_of > "2026" for p in today)
    assert [p.as_of for p in then if p not in late] == ["2021-12-31"]
    assert len({p.name for p in [*today, *then]}) == 9


def test_the_notebook_declares_what_it_is_passed_and_holds_only_calls():
    """It is committed without outputs, and has no functions, classes or loops of its own."""
    check_declared(NOTEBOOK, read_parameters(ROOT / "params" / "lishui.yaml").for_notebook())
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert all(not c.get("outputs") and c.get("execution_count") is None for c in cells)
    nodes = [node for c in cells for node in ast.walk(ast.parse(c.source))]
    banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.ListComp)
    assert not [node for node in nodes if isinstance(node, banned)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Forecasts of Xiaoshan issued at the ends of 2021 and 2022."""
    file = tmp_path_factory.mktemp("store") / stores.STORE
    for year in (2021, 2022):
        plan = fc.load_plan("xiaoshan", as_of=f"{year}-12-31")
        stores.append_run(file, vintages.issue(plan, name="xiaoshan"))
    return file


@pytest.fixture(scope="module")
def back(store):
    """Xiaoshan a year later, in English; the moves since then, and the track record."""
    found = find("xiaoshan", "2023-12-31", "en")
    return found, *monitoring.look_back(found.plan, str(store))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_moves_since_the_last_issue_are_told_by_cause(back, language):
    """The issue before the as-of date is compared: chances, their move, and what moved them."""
    found, moves, _ = back
    found = dataclasses.replace(found, language=language)
    assert moves is not None
    old = fc.load_plan("xiaoshan", as_of="2022-12-31")
    first = fc.attainment(
        fc.fit(
            pd.concat([old.observations, old.siblings]), old.indicators, priors=fc.read_priors(None)
        ),
        old.targets,
        as_of=old.as_of,
    )
    paired = moves.merge(first, on=["indicator", "year", "target", "comparator"])
    assert len(paired) and (paired["p_old"].fillna(-1) == paired["p_reach"].fillna(-1)).all()
    text = monitoring.show_moves(found, moves).text
    most = moves.loc[moves["move"].abs().idxmax()]
    for told in (most["p_old"], most["p_new"]):
        assert html.escape(monitoring.probability(told, language)) in text
    assert found.word("cause", "new") in text
    assert text.count("<tr") - 1 == min(int((moves["move"].abs() >= 0.005).sum()), 12)
    still = moves.assign(move=0.001)
    assert (
        monitoring.phrase("Nothing moved by more than half a point.", language)
        in monitoring.show_moves(found, still).text
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_track_record_counts_what_came_true(store, back, language):
    """Each fifth of chances that were said has its times and how many of them came true."""
    found, _, record = back
    found = dataclasses.replace(found, language=language)
    known = found.plan.observations
    known = known[known["indicator"] == "minimum_living_standard"].set_index("year")["value"]
    said = stores.read_forecasts(store).query("year <= 2023 and origin < '2023'")
    said = said[said["year"].astype(str) > said["origin"].str[:4]]
    said = said[(said["indicator"] == "minimum_living_standard") & (said["p_reach"] < 1)]
    met = [known[row.year] > row.target for row in said.itertuples()]
    assert record["times"].sum() == len(said) > 0 and record["came_true"].sum() == sum(met)
    text = monitoring.show_record(found, record).text
    assert (
        str(record["times"].iloc[0]) in text
        and monitoring.phrase(
            "What earlier issues said, beside the figures published since:", language
        )
        in text
    )


@pytest.mark.parametrize(
    ("region", "day", "language"),
    [("lishui", "2022-12-31", "en"), ("shaoxing", "2026-06-30", "zh")],
)
def test_the_notebook_makes_a_whole_report(command, region, day, language, tmp_path):
    """Run strictly, it leaves a page with every section, pictures with descriptions, tables."""
    params = tmp_path / f"{region}.yaml"
    params.write_text(f"region: {region}\nas_of: {day}\ndraws: 100\nlanguage: {language}\n")
    manifest = command.report(params, tmp_path / "out")
    assert {"report.html", "notebook.ipynb", "tables.xlsx", "attainment.csv"} <= set(manifest.files)
    page = (Path(manifest.folder) / "report.html").read_text(encoding="utf-8")
    keys = ["reading", "moves", "record", "dashboard", "standing", "charts", "closed", "unknown"]
    keys += ["trust", "sources", "parameters"]
    heads = [html.unescape(h) for h in re.findall(r"<h2 id=.*?>(.*?)</h2>", page)]
    assert heads == [monitoring.phrase(key, language) for key in keys]
    assert all("：" in alt or ":" in alt for alt in re.findall(r'<img alt="(.*?)"', page))
    mixed = CHINESE if language == "en" else re.compile(r"[A-Za-z]{2,}")
    assert mixed.findall(read(page).replace(region, "")) == []
    kept = stores.read_forecasts(tmp_path / "out" / stores.STORE)
    assert len(kept) == len(fc.load_plan(region).targets) and set(kept["origin"]) == {day}
