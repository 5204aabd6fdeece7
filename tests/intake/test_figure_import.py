"""A planner's own figures, from the file to the plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError, UnknownNameError, WriteError
from forecast.i18n.messages import FiguresError
from forecast.intake import figure_import as own_figures
from forecast.intake.figure_import import COLUMNS, FigureImport
from forecast.tables.plan import Plan, load_plan, recut
from own_files import workbook

SHARE = "nursing_bed_share"
STANDARD = "minimum_living_standard"
OWN = "own figures: 我的数据.csv"
FILE = """地区,指标,单位,2020,2021年,2022,2025目标
,护理型床位占比,,61.5%,六成,58,65
,最低生活保障年标准,元,10200,约1.1万,12000,——
杭州市,最低生活保障年标准,元,12000,1.3万,,
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Give a shipped plan."""
    return load_plan("lishui", as_of="2022-12-31")


def take(text: str, plan: Plan, region: str | None = None) -> FigureImport:
    """Read a text as a planner's file."""
    return own_figures.read(text.encode("gb18030"), "我的数据.csv", plan, region)


@pytest.fixture
def intake(plan: Plan) -> FigureImport:
    """Give figures of which some are doubtful and one is a problem."""
    return take(FILE, plan)


def decided(intake: FigureImport) -> FigureImport:
    """Decide what is open: one replaced, one corrected, one dropped."""
    return intake.accept(2, "2020").fix(2, "2021年", "56%").drop(3, "2021年")


def own(plan: Plan) -> list[list[object]]:
    """Indicator, year and value of the figures that came from the file."""
    rows = plan.observations[plan.observations["source"] == OWN]
    found: list[list[object]] = rows[["indicator", "year", "value"]].to_numpy().tolist()
    return found


def test_every_figure_has_a_row_with_what_was_understood(intake: FigureImport) -> None:
    """In file order, with place, value, status and a sentence; missing cells are there too."""
    rows = intake.rows
    assert tuple(rows.columns) == COLUMNS
    assert list(zip(rows["row"], rows["column"], strict=True))[:4] == [
        (2, "2020"), (2, "2021年"), (2, "2022"), (2, "2025目标"),
    ]  # fmt: skip
    assert rows["status"].tolist() == [
        *["doubtful", "problem", "understood", "understood"],
        *["understood", "doubtful", "understood", "missing"],
        *["understood", "understood", "missing", "missing"],
    ]
    assert rows["value"].tolist()[:1] == [61.5] and pd.isna(rows["value"][1])
    assert rows["published"].tolist()[:1] == [54.9] and pd.isna(rows["published"][2])
    assert rows["reason"].str.len().min() > 10


def test_the_sentences_are_there_in_both_languages(intake: FigureImport) -> None:
    """The same rows, told in Chinese and in English."""
    zh, en = intake.describe("zh"), intake.describe("en")
    assert zh.drop(columns="reason").equals(en.drop(columns="reason"))
    assert zh["reason"][6] == "丽水市，最低生活保障年标准，2022年：实际12000元/年。"
    assert (
        en["reason"][6] == "Lishui, Minimum living standard, 2022: actual 12,000\xa0yuan per year."
    )
    assert "54.9%" in zh["reason"][0] and "61.5%" in zh["reason"][0]
    assert intake.lines("zh")[1].startswith("第2行，2021年列，“六成”：不是恰好一个数。办法：")
    assert intake.summary("zh") == "我的数据.csv：共12格，看懂6、存疑2、有问题1、缺3。"
    assert intake.summary("en").endswith(
        "12 cells: understood 6; doubtful 2; problem 1; missing 3."
    )
    with pytest.raises(UnknownNameError):
        intake.describe("de")


def test_what_is_open_must_be_decided_before_the_figures_are_taken(
    intake: FigureImport, plan: Plan, tmp_path: Path
) -> None:
    """Nothing is left out or replaced by itself; all that is open is told at once."""
    assert intake.open[["row", "column"]].to_numpy().tolist() == [
        *[[2, "2020"], [2, "2021年"], [3, "2021年"]]
    ]
    for go_on in (intake.apply, lambda plan: intake.write(tmp_path / "own", plan)):
        with pytest.raises(FiguresError) as raised:
            go_on(plan)
        assert [(p.row, p.column) for p in raised.value.problems] == [
            *[(2, "2020"), (2, "2021年"), (3, "2021年")]
        ]
        assert raised.value.describe("zh").count("\n") == 2
    assert not (tmp_path / "own").exists()


def test_decided_figures_join_and_replace_those_of_the_plan(
    intake: FigureImport, plan: Plan
) -> None:
    """What is as published, missing, dropped or a target changes nothing; the plan stays as is."""
    done = decided(intake)
    assert done.open.empty
    with_own = done.apply(plan)
    assert own(with_own) == [
        [SHARE, 2020.0, 61.5],
        [SHARE, 2021.0, 56.0],
        [SHARE, 2022.0, 58.0],
        [STANDARD, 2022.0, 12000.0],
    ]
    of_share = with_own.observations[with_own.observations["indicator"] == SHARE]
    assert of_share["year"].tolist() == [2020.0, 2021.0, 2022.0]
    assert len(with_own.observations) == len(plan.observations) + 3
    assert with_own.targets.equals(plan.targets)
    assert own(plan) == [] and with_own.as_of == plan.as_of
    assert OWN in set(with_own.sources["source"])
    locus = with_own.observations.set_index("source").loc[OWN, "locus"].tolist()
    assert locus[0] == "D2"


def test_figures_of_another_region_are_those_of_a_sibling(intake: FigureImport, plan: Plan) -> None:
    """The line that names Hangzhou informs Lishui's pace as published ones of Hangzhou do."""
    rows = decided(intake).apply(plan).siblings
    rows = rows[rows["source"] == OWN]
    assert rows[["region", "year", "value"]].to_numpy().tolist() == [
        *[["hangzhou", 2020.0, 12000.0], ["hangzhou", 2021.0, 13000.0]]
    ]


def test_dropping_keeps_what_is_published(intake: FigureImport, plan: Plan) -> None:
    """Keep or replace is the planner's word, here keep."""
    kept = intake.drop(2, "2020").drop_open().apply(plan)
    rows = kept.observations
    assert rows[rows["indicator"] == SHARE]["value"].tolist() == [54.9, 58.0]


def test_an_accepted_figure_says_what_it_replaces(intake: FigureImport) -> None:
    """It needs no more decision, but both values stay in sight."""
    row = intake.accept(2, "2020").describe("zh").iloc[0]
    assert row["status"] == "understood"
    assert (
        "61.5%" in row["reason"]
        and "公布数是54.9%" in row["reason"]
        and "办法" not in row["reason"]
    )


def test_an_approximate_figure_is_an_estimate(intake: FigureImport, plan: Plan) -> None:
    """Accepted, 约1.1万 is an observation with the status of an estimate."""
    done = intake.accept(3, "2021年").drop_open().apply(plan).observations
    row = done[(done["indicator"] == STANDARD) & (done["year"] == 2021.0)].iloc[0]
    assert (row["value"], row["status"]) == (11000.0, "estimated")
    for intake_then in (intake, intake.accept(3, "2021年")):
        assert intake_then.describe("zh")["reason"][5].count("约数") == 1


def test_what_is_typed_is_read_as_if_it_had_stood_in_the_file(intake: FigureImport) -> None:
    """A wrong correction stays open, with the new text; the intake before stays as it was."""
    again = intake.fix(2, "2021年", "五六成")
    assert again.rows["printed"][1] == "五六成" and again.rows["status"][1] == "problem"
    assert intake.rows["printed"][1] == "六成"
    assert intake.fix(2, "2021年", "５６％").rows["value"][1] == 56.0
    assert intake.fix(2, "2021年", "——").rows["status"][1] == "missing"


def test_a_corrected_figure_is_accepted_anew(intake: FigureImport) -> None:
    """What was accepted is no longer what stands there; its neighbours are what they were."""
    accepted = intake.accept(2, "2020")
    assert accepted.fix(2, "2020", "70%").rows["status"][0] == "doubtful"
    assert accepted.fix(2, "单位", "％").rows["status"][0] == "doubtful"
    assert accepted.fix(2, "2022", "59").rows["status"][0] == "understood"


def test_a_name_is_corrected_in_its_own_column(plan: Plan) -> None:
    """`fix_column` says which cell is wrong; one correction mends all figures of the line."""
    intake = take("指标,2021,2022\n护理型床位站比,56%,58%\n", plan)
    assert intake.rows["fix_column"].tolist() == ["指标", "指标"]
    assert "护理型床位占比" in intake.rows["reason"][0]
    fixed = intake.fix(2, "指标", "护理型床位占比")
    assert fixed.rows["status"].tolist() == ["understood", "understood"]
    assert fixed.rows["fix_column"].tolist() == ["2021", "2022"]


def test_a_line_without_a_region_below_another_region_is_doubted(plan: Plan) -> None:
    """Its figure may be the other region's; named, or accepted, it is taken."""
    fine = take(f"地区,指标,2021\n丽水市,{STANDARD},13000\n,{SHARE},56%\n", plan)
    assert fine.open.empty
    intake = take(f"地区,指标,2021\n杭州市,{STANDARD},13000\n,{SHARE},56%\n", plan)
    assert intake.rows["status"].tolist() == ["understood", "doubtful"]
    assert intake.rows["fix_column"].tolist() == ["2021", "地区"]
    assert "这一行没有写地区，当作丽水市" in intake.describe("zh")["reason"][1]
    assert intake.fix(3, "地区", "杭州市").rows["region"].tolist() == ["hangzhou", "hangzhou"]
    assert own(intake.accept(3, "2021").apply(plan)) == [[SHARE, 2021.0, 56.0]]


def test_of_a_figure_given_twice_one_is_dropped(plan: Plan) -> None:
    """Then the other holds."""
    lines = f"指标,年份,数值\n{SHARE},2021,56%\n{SHARE},2021,57%\n"
    intake = take(lines, plan)
    assert intake.rows["status"].tolist() == ["problem", "problem"]
    assert own(intake.drop(3, "数值").apply(plan)) == [[SHARE, 2021.0, 56.0]]


def test_only_what_is_there_can_be_decided(intake: FigureImport) -> None:
    """A figure that is understood has nothing to accept; an unknown one cannot be dropped."""
    with pytest.raises(UnknownNameError, match="doubtful figure"):
        intake.accept(2, "2022")
    with pytest.raises(UnknownNameError, match="Unknown figure"):
        intake.drop(9, "2022")


def test_the_folder_gives_the_same_plan_and_the_same_chances(
    intake: FigureImport, plan: Plan, tmp_path: Path
) -> None:
    """Figures, tables and p_reach of the written folder are those of the plan in memory."""
    done = decided(intake)
    with_own = done.apply(plan)
    folder = done.write(tmp_path / "own", plan)
    loaded = load_plan(folder, as_of=plan.as_of, region=plan.region)
    for name in ("observations", "siblings", "targets", "indicators", "sources"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(with_own, name))

    def chances(plan: Plan) -> pd.Series:
        figures = pd.concat([plan.observations, plan.siblings])
        figures, known, targets = (
            table[table["indicator"].isin([SHARE, STANDARD])]
            for table in (figures, plan.indicators, plan.targets)
        )
        return fc.attainment(fc.fit(figures, known), targets, as_of=plan.as_of)["p_reach"]

    before, after = chances(plan), chances(with_own)
    assert after.equals(chances(loaded))
    assert not after.equals(before)


def test_a_folder_of_ones_own_is_replaced_and_any_other_is_kept(
    intake: FigureImport, plan: Plan, tmp_path: Path
) -> None:
    """Written again it holds the new figures; what was not written here stays untouched."""
    folder = tmp_path / "own"
    decided(intake).write(folder, plan)
    decided(intake).drop(2, "2022").write(folder, plan)
    assert len(own(load_plan(folder, region="lishui"))) == 3
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("kept")
    with pytest.raises(WriteError, match="is kept"):
        decided(intake).write(tmp_path / "other", plan)
    assert sorted(place.name for place in tmp_path.iterdir() if place.is_dir()) == ["other", "own"]


def test_a_break_in_definition_stays_with_its_year(plan: Plan) -> None:
    """An own figure in the place of one that begins a new definition begins it too."""
    figures = plan.tables["observations"]
    here = (figures["region"] == "lishui") & (figures["indicator"] == SHARE)
    broken = figures.assign(**{"break": figures["break"].mask(here, "true")})
    before = recut(plan, {**plan.tables, "observations": broken})
    done = take(f"指标,2020,2021\n{SHARE},55%,56%\n", before).accept(2, "2020").apply(before)
    assert done.observations.set_index("source").loc[OWN, "break"].tolist() == ["true", ""]


def test_tables_that_would_be_refused_are_not_written(plan: Plan, tmp_path: Path) -> None:
    """A folder is checked as it will be read before it takes its place."""
    regions = plan.tables["regions"]
    spoilt = {**plan.tables, "regions": pd.concat([regions, regions.head(1)])}
    intake = take(f"指标,2021\n{SHARE},56%\n", plan)
    with pytest.raises(DataError, match="the same id is in row 2"):
        intake.write(tmp_path / "own", replace(plan, tables=spoilt))
    assert [place for place in tmp_path.iterdir() if place.is_dir()] == []


def test_what_a_folder_has_beside_its_tables_goes_with_them(plan: Plan, tmp_path: Path) -> None:
    """Mechanisms and names of a folder of one's own are read, and are those of the new folder."""
    first = take(f"指标,2021\n{SHARE},56%\n", plan).write(tmp_path / "first", plan)
    (first / "mechanisms.yaml").write_text("{}\n", encoding="utf-8")
    row = f"indicator,name,language,region\n{SHARE},护理床比,zh,\n"
    (first / "aliases.csv").write_text(row, encoding="utf-8")
    mine = load_plan(first, region="lishui")
    figures = take("指标,2022\n护理床比,58%\n", mine)
    assert figures.rows["indicator"].tolist() == [SHARE]
    second = figures.write(tmp_path / "second", mine)
    assert (second / "mechanisms.yaml").read_text(encoding="utf-8") == "{}\n"
    assert (second / "aliases.csv").is_file()
    assert take("指标,2021\n", mine).apply(mine).folder == str(first)
    rows = load_plan(second, region="lishui").observations
    assert rows[rows["indicator"] == SHARE]["value"].tolist() == [54.9, 56.0, 58.0]


def test_one_file_after_another_adds_up(plan: Plan) -> None:
    """A second file is held against a plan that has the first; its name is its own source."""
    first = take(f"指标,2021\n{SHARE},56%\n", plan).apply(plan)
    text = f"指标,2021,2022\n{SHARE},56%,58%\n".encode()
    second = own_figures.read(text, "更多.csv", first).apply(first)
    rows = second.observations[second.observations["indicator"] == SHARE]
    assert rows["value"].tolist() == [54.9, 56.0, 58.0]
    assert rows["source"].tolist()[1:] == [OWN, "own figures: 更多.csv"]
    assert "更多.csv" in second.sources["title_zh"].iloc[-1]


def test_a_new_indicator_brings_what_other_regions_have(plan: Plan) -> None:
    """A figure of an indicator the plan did not have comes with its description and siblings."""
    figures = plan.tables["observations"]
    others = figures[
        (figures["region"] != "lishui") & ~figures["indicator"].isin(plan.indicators["indicator"])
    ]
    new = others["indicator"].iloc[0]
    value = others.loc[others["indicator"] == new, "value"].iloc[0]
    with_own = take(f"指标,2021\n{new},{value:.0f}\n", plan).apply(plan)
    assert new in set(with_own.indicators["indicator"])
    assert new in set(with_own.siblings["indicator"])


def test_a_cumulative_count_that_would_fall_is_a_problem(plan: Plan) -> None:
    """The tables would be refused; so the figure is, before it gets there."""
    intake = take("指标,2021\nwelfare_children_benefited,5\n", plan)
    assert intake.rows["status"].tolist() == ["problem"]
    assert (
        "2.3万" in intake.describe("zh")["reason"][0]
        or "23000" in intake.describe("zh")["reason"][0]
    )


def test_nothing_in_a_file_changes_nothing(plan: Plan) -> None:
    """A header alone has no figures, and the plan is as it was."""
    empty = take("指标,2021\n", plan)
    assert empty.summary("en") == "我的数据.csv: no figures."
    assert empty.rows.empty and tuple(empty.rows.columns) == COLUMNS
    assert empty.apply(plan).observations.equals(plan.observations)


def test_sheets_that_were_not_read_are_named(plan: Plan) -> None:
    """A sheet without a table is told; what a planner types is no stored fraction."""
    content = workbook([["指标", 2021], [SHARE, 0.56]], ("说明", [["本表由各县填报"]]))
    intake = own_figures.read(content, "own.xlsx", plan)
    assert intake.summary("zh").endswith("没有读的工作表（没有认出表格）：说明。")
    assert intake.rows["status"].tolist() == ["problem"]
    fixed = intake.fix(2, "2021", "56%")
    assert fixed.rows["value"].tolist() == [56.0]
    assert "1!B2" in set(fixed.apply(plan).observations["locus"])


def test_a_file_without_a_region_is_that_of_the_plan_or_the_one_that_is_named() -> None:
    """Beside plans of all regions it must be said whose figures those are."""
    everywhere = load_plan(load_plan("lishui").source)
    text = f"指标,2021\n{SHARE},56%\n"
    with pytest.raises(FiguresError) as raised:
        take(text, everywhere)
    assert raised.value.describe("zh").startswith("我的数据.csv：没有写是哪个地区。办法：")
    assert take(text, everywhere, "丽水市").rows["region"].tolist() == ["lishui"]
    with pytest.raises(UnknownNameError, match="Did you mean lishui"):
        take(text, everywhere, "lisui")


def test_targets_are_taken_when_the_planner_says_so(plan: Plan, tmp_path: Path) -> None:
    """Each takes the place of the plan's of its year; the last year of an indicator is final."""
    text = (
        "指标,指标属性,2022目标,2025目标,2026目标\n"
        f"{SHARE},约束性,55,≥59%,60\n"
        "康养联合体数,预期性,40,100,\n"
    )
    left_out = take(text, plan)
    assert left_out.open.empty and left_out.apply(plan).targets.equals(plan.targets)
    figures = own_figures.read(text.encode(), "我的数据.csv", plan, targets=True)
    assert figures.open["value"].tolist() == [59.0]
    assert "58" in figures.open["reason"][0]
    with pytest.raises(FiguresError):
        left_out.apply(plan, targets=True)
    done = figures.accept(2, "2025目标")
    rows = done.apply(plan).targets
    columns = ["indicator", "year", "value", "comparator", "role", "force"]
    assert rows.loc[rows["source"] == OWN, columns].to_numpy().tolist() == [
        [SHARE, 2022, 55.0, "eq", "annual", "binding"],
        [SHARE, 2025, 59.0, "ge", "annual", "binding"],
        [SHARE, 2026, 60.0, "eq", "final", "binding"],
        ["care_consortia", 2022, 40.0, "eq", "annual", "expected"],
        ["care_consortia", 2025, 100.0, "eq", "final", "expected"],
    ]
    assert not rows.duplicated(["indicator", "year", "comparator"]).any()
    written = load_plan(done.write(tmp_path / "own", plan), region="lishui")
    assert len(written.targets) == len(rows)


def test_a_figure_of_a_day_within_a_year_is_dated(plan: Plan) -> None:
    """June is no year's end: it stands beside the year's figure and replaces none."""
    text = f"指标,2020年,2020年6月,2021年3月（初步）\n{SHARE},54.9,53,55.1\n"
    rows = take(text, plan).apply(plan).tables["observations"]
    rows = rows[(rows["source"] == OWN) & (rows["indicator"] == SHARE)]
    assert rows[["year", "as_of", "value", "status"]].to_numpy().tolist() == [
        [2020, "2020-06-30", 53.0, "actual"],
        [2021, "2021-03-31", 55.1, "preliminary"],
    ]


def test_several_sheets_have_figures_of_their_own(plan: Plan) -> None:
    """Equal rows and titles are told apart by the sheet's name, also where cells are corrected."""
    table = [["指标", 2021], [SHARE, "六成"]]
    content = workbook(("丽水市", table), ("杭州市", table))
    figures = own_figures.read(content, "own.xlsx", plan)
    assert figures.rows["column"].tolist() == ["丽水市!2021", "杭州市!2021"]
    fixed = figures.fix(2, "杭州市!2021", "60%")
    assert fixed.rows["status"].tolist() == ["problem", "understood"]
    assert fixed.drop(2, "丽水市!2021").open.empty


def test_a_name_of_several_indicators_is_decided_at_once(plan: Plan) -> None:
    """救助“一件事”惠民联办率、救助家庭探访关爱率 share a figure, and its cell."""
    text = "指标,2021\n救助“一件事”惠民联办率、救助家庭探访关爱率（%）,约60\n"
    figures = take(text, plan)
    assert figures.rows["status"].tolist() == ["doubtful", "doubtful"]
    assert figures.accept(2, "2021").open.empty
    assert figures.drop(2, "2021").rows.empty
