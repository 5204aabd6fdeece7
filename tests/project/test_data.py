"""The tables that come with the package: sound, complete, and true to the documents."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from forecast.scenarios.declarations import read_mechanisms
from forecast.tables.csv_files import check_folder
from forecast.tables.plan import data_folder
from forecast.tables.schema import TABLES

DATA = data_folder()
REFORMS = "000_616e588ea31d91eb.txt"
PROVINCE = "001_bc90f1fec38005ac.txt"
XIAOSHAN = "002_c1e42308b5612ea3.txt"
LISHUI = "003_8dc3f949d45a2179.txt"
SHAOXING = "004_4b77224a7059bae7.txt"
PLANS = [REFORMS, PROVINCE, XIAOSHAN, LISHUI, SHAOXING]
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "digit_check.py"


def table(name: str) -> pd.DataFrame:
    """Read a shipped table as text; the columns of numbers that tests compare as numbers."""
    rows = pd.read_csv(DATA / f"{name}.csv", dtype="str", keep_default_na=False)
    numbers = {"year": "int64", "value": "float64", "investment": "float64"}
    return rows.astype({c: kind for c, kind in numbers.items() if c in rows})


def test_shipped_tables_have_no_fault() -> None:
    """The check of the package finds nothing in the tables it ships."""
    assert [str(problem) for problem in check_folder(DATA, None)] == []


@pytest.mark.parametrize("name", [*TABLES, "priors", "calibration", "leftovers"])
def test_readme_counts_the_rows(name: str) -> None:
    """The number of rows that the README gives for a table is that of its file."""
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| `{name}\.csv` \| (\d+) \|", readme, re.MULTILINE)
    assert found is not None
    assert int(found[1]) == len(table(name))


@pytest.mark.parametrize("name", TABLES)
def test_readme_lists_the_columns(name: str) -> None:
    """The README lists the columns of a table, and which of them a file may do without."""
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    pattern = rf"^\*\*{name}\*\* `([^`]+)`(?:;\s+may be absent:\s+`([^`]+)`)?"
    found = re.search(pattern, readme, re.MULTILINE)
    assert found is not None
    columns = TABLES[name].columns
    listed = [re.split(r",\s+", group) if group else [] for group in found.groups()]
    assert listed[0] == [key for key, column in columns.items() if not column.absent]
    assert listed[1] == [key for key, column in columns.items() if column.absent]


def test_projects_are_73_and_sum_up() -> None:
    """The projects of Lishui are 73 and cost 8,474,280,000 yuan."""
    projects = table("projects")
    assert (len(projects), projects["investment"].sum()) == (73, 847428)
    assert projects["class"].value_counts().to_dict() == {"implementation": 35, "planning": 38}


@pytest.mark.parametrize(
    ("source", "region", "indicator", "year", "comparator", "value"),
    [
        (REFORMS, "zhejiang", "elderly_ability_assessed", 2022, "gt", 12_000_000),
        (REFORMS, "zhejiang", "community_workers_per_10k_urban", 2022, "ge", 14),
        (REFORMS, "zhejiang", "smart_care_homes", 2022, "eq", 105),
        (REFORMS, "zhejiang", "marriage_registry_4a_share", 2022, "ge", 40),
        (PROVINCE, "zhejiang", "smart_care_homes", 2022, "eq", 90),
        (PROVINCE, "zhejiang", "marriage_registry_4a_share", 2022, "eq", 25),
        (PROVINCE, "zhejiang", "minimum_living_standard", 2021, "eq", 10_000),
        (PROVINCE, "zhejiang", "minimum_living_standard", 2025, "ge", 13_000),
        (PROVINCE, "zhejiang", "disability_subsidy_coverage", 2024, "eq", 99.8),
        (PROVINCE, "zhejiang", "care_consortia", 2025, "eq", 1000),
        (PROVINCE, "zhejiang", "charity_trust_volume", 2025, "gt", 150_000),
        (PROVINCE, "zhejiang", "social_work_station_coverage", 2021, "eq", 59),
        (PROVINCE, "zhejiang", "place_name_culture_pilots", 2021, "eq", 0),
        (PROVINCE, "zhejiang", "eco_burial_share", 2025, "ge", 70),
        (PROVINCE, "zhejiang", "institution_distance_high_density", 2025, "le", 500),
        (XIAOSHAN, "xiaoshan", "minimum_living_standard", 2022, "gt", 11_000),
        (XIAOSHAN, "xiaoshan", "minimum_living_standard", 2025, "gt", 14_000),
        (XIAOSHAN, "xiaoshan", "migrant_upgrade_fund_share", 2023, "ge", 60),
        (XIAOSHAN, "xiaoshan", "charity_trust_volume", 2025, "eq", 130),
        (XIAOSHAN, "xiaoshan", "eco_burial_share", 2025, "eq", 90),
        (XIAOSHAN, "xiaoshan", "nursing_bed_share_public", 2025, "ge", 68),
        (LISHUI, "lishui", "minimum_living_standard", 2022, "eq", 11_000),
        (LISHUI, "lishui", "extreme_poverty_minimum_living_multiple", 2025, "ge", 1.3),
        (LISHUI, "lishui", "volunteer_organisations_per_million", 2025, "ge", 30),
        (LISHUI, "lishui", "charity_organisations", 2025, "gt", 60),
        (LISHUI, "lishui", "registered_volunteers", 2025, "ge", 750_000),
        (LISHUI, "lishui", "smart_care_homes", 2022, "ge", 10),
        (SHAOXING, "shaoxing", "social_workers", 2022, "ge", 8000),
        (SHAOXING, "shaoxing", "eco_burial_share", 2022, "ge", 65),
        (SHAOXING, "shaoxing", "social_org_fund_city", 2022, "ge", 500),
    ],
)
def test_targets_stand_as_printed(
    source: str, region: str, indicator: str, year: int, comparator: str, value: float
) -> None:
    """A target has the value and the comparator that its document prints."""
    rows = table("targets").set_index(["source", "region", "indicator", "year"])
    found = rows.loc[[(source, region, indicator, year)], ["comparator", "value"]]
    assert found.to_numpy().tolist() == [[comparator, value]]


@pytest.mark.parametrize(
    ("region", "indicator", "year", "value"),
    [
        ("xiaoshan", "minimum_living_standard", 2021, 13_224),
        ("xiaoshan", "nursing_bed_share", 2021, 55.93),
        ("xiaoshan", "minor_protection_institutions_operating", 2021, 0),
        ("lishui", "minimum_living_standard", 2020, 10_200),
        ("lishui", "extreme_poverty_standard", 2020, 14_520),
        ("lishui", "orphan_standard_institutional", 2020, 24_252),
        ("lishui", "institution_beds", 2020, 19_300),
        ("lishui", "institution_beds_per_1k_elderly", 2020, 36),
        ("lishui", "online_processing_share", 2020, 96.96),
        ("lishui", "villages_merger_rate", 2020, 40.7),
        ("lishui", "registered_social_organisations", 2020, 3430),
        ("xiaoshan", "minimum_living_standard", 2025, 15_612),
        ("zhejiang", "extreme_poverty_standard", 2023, 22_164),
        ("china", "social_workers", 2021, 737_000),
    ],
)
def test_observations_stand_as_printed(
    region: str, indicator: str, year: int, value: float
) -> None:
    """An actual value is the printed one, in the unit of its indicator."""
    rows = table("observations").query("as_of == ''").set_index(["region", "indicator", "year"])
    assert rows.loc[[(region, indicator, year)], "value"].tolist() == [value]


def test_xiaoshan_2021_is_past_and_province_2021_is_planned() -> None:
    """The 2021 figures of Xiaoshan's list are observations, those of the province's are targets."""
    targets = table("targets").query("year == 2021").groupby("source").size().to_dict()
    observed = table("observations").query("year == 2021").groupby("source").size().to_dict()
    assert XIAOSHAN not in targets
    assert observed[XIAOSHAN] > 20
    assert targets[PROVINCE] > 20
    assert PROVINCE not in observed


def test_only_the_living_standard_of_lishui_is_binding() -> None:
    """Lishui's main table marks its living standard as binding and all else as expected."""
    forced = table("targets").query("force != ''")
    assert set(forced["source"]) == {LISHUI}
    assert len(forced) == 18
    binding = forced[forced["force"] == "binding"]
    assert set(binding["indicator"]) == {"minimum_living_standard"}
    assert binding["year"].tolist() == [2022, 2025]


def test_missing_cells_have_no_row() -> None:
    """A cell printed as a dash gives neither a target nor an observation."""
    facts = pd.concat([table("targets"), table("observations")])
    years = facts.groupby(["source", "indicator"])["year"].agg(set)
    assert years[PROVINCE, "eco_burial_demo_sites"] == {2021, 2022, 2023}
    assert years[PROVINCE, "rehab_device_platforms"] == {2022, 2023, 2024, 2025}
    assert years[XIAOSHAN, "smart_care_homes"] == {2022, 2023, 2024, 2025}


@pytest.mark.parametrize("name", ["targets", "observations", "milestones", "tasks", "rules"])
def test_every_plan_fact_says_where_it_stands(name: str) -> None:
    """Each row from a plan document says where in the document it is."""
    rows = table(name)
    planned = rows[rows["source"].isin(PLANS)]
    assert len(planned) > 0
    assert (planned["locus"] != "").all()


def test_targets_that_contradict_each_other_carry_a_note() -> None:
    """Two wanted values for one region, indicator and year both say so, naming the other."""
    targets = table("targets")
    group = targets.groupby(["region", "indicator", "year"])
    several = targets[group["value"].transform("nunique") > 1]
    places = several.groupby(["indicator", "year"])["source"].agg(set).to_dict()
    assert places == {
        ("smart_care_homes", 2022): {REFORMS, PROVINCE},
        ("marriage_registry_4a_share", 2022): {REFORMS, PROVINCE},
        ("smart_care_homes", 2025): {XIAOSHAN},
        ("smart_care_scenes", 2025): {XIAOSHAN},
    }
    for row in several.itertuples():
        others = places[row.indicator, row.year] - {row.source}
        assert row.note != ""
        assert all(other in row.note for other in others)


def test_targets_below_what_has_been_reached_carry_a_note() -> None:
    """A target that asks for less than its own document says is reached has a note."""
    better = table("indicators").set_index("indicator")["better"]
    facts = table("targets").merge(
        table("observations"), on=["region", "indicator", "source"], suffixes=("", "_seen")
    )
    facts = facts[
        facts["indicator"].map(better).eq("higher") & (facts["year_seen"] < facts["year"])
    ]
    behind = facts[facts["value"] < facts["value_seen"]]
    assert behind[["indicator", "year"]].drop_duplicates().to_numpy().tolist() == [
        ["minimum_living_standard", 2022],
        ["minimum_living_standard", 2023],
    ]
    assert (behind["note"] != "").all()


@pytest.mark.parametrize(
    "indicator",
    [
        "social_workers_per_10k",
        "social_work_professionals_permille",
        "villages_merger_rate",
        "lottery_sales",
        "rural_community_centre_coverage",
        "orphan_standard_institutional",
    ],
)
def test_doubtful_figures_of_lishui_carry_a_note(indicator: str) -> None:
    """A figure that does not agree with another of the same document says so."""
    rows = table("observations").query("source == @LISHUI").set_index("indicator")
    assert rows.loc[indicator, "note"] != ""


def test_concepts_join_the_documents() -> None:
    """48 concepts of the plans appear in more than one document."""
    facts = pd.concat([table("targets"), table("observations")])
    facts = facts[facts["source"].isin(PLANS)]
    concept = table("indicators").set_index("indicator")["concept"]
    documents = facts.groupby(facts["indicator"].map(concept))["source"].nunique()
    assert (documents > 1).sum() == 48


def test_every_indicator_and_unit_is_used() -> None:
    """Every indicator, unit, source and region that is listed is used."""
    targets, observations, indicators = table("targets"), table("observations"), table("indicators")
    facts = pd.concat([targets, observations])
    assert set(indicators["indicator"]) == set(facts["indicator"])
    mechanisms = read_mechanisms().values()
    places = [m.in_region(region) for m in mechanisms for region in ("", *m.regions)]
    parts = [part for m in places for part in (*m.levers.values(), *m.assumptions.values())]
    units = {part.unit for part in parts}
    assert set(table("units")["unit"]) == set(indicators["unit"]) | units
    listed = set(table("sources")["source"])
    based = {s for s in listed if any(s in part.basis_en for part in parts)}
    assert listed == set(facts["source"]) | based
    regions = table("regions")
    used = set(facts["region"]) | set(regions["parent"]) - {""}
    cities = regions.query("parent == 'zhejiang' and level == 'city'")["region"]
    assert set(regions["region"]) == used | set(cities)
    assert len(cities) == 11


def test_no_personal_data() -> None:
    """No table holds a telephone number, a mail address or a contact person."""
    number = r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)"
    personal = re.compile(number + r"|[\w.]+@[\w.]+\.\w+|联系人|联系电话|手机")
    for path in DATA.glob("*.csv"):
        rows = pd.read_csv(path, dtype="str", keep_default_na=False)
        # Page addresses hold long numbers of their own.
        for column in rows.columns.drop(["source", "document"], errors="ignore"):
            cells = rows[column].str.replace(r"https?://\S+", "", regex=True)
            assert cells[cells.str.contains(personal)].tolist() == []


def test_leftovers_have_reasons() -> None:
    """Each digit sequence that is left out has a reason in words."""
    leftovers = table("leftovers")
    assert leftovers["reason"].str.fullmatch(r"[a-zA-Z(1].*\w.*").all()
    assert set(leftovers["document"]) == set(PLANS)


def test_digit_check_finds_a_number_that_is_nowhere(tmp_path: Path) -> None:
    """The digit check explains values and parts list numbers, and names what is in no table."""
    check = load_benchmark()
    document = tmp_path / PROVINCE
    document.write_text("2．11个设区市\n达到13000元\n１.５亿元\n87654", encoding="utf-8")
    found = list(check.sequences(document))
    assert [s.digits for s in found] == ["2", "11", "13000", "1.5", "87654"]
    kinds, stale = check.account(found, DATA)
    assert kinds[2] == "targets and observations"
    assert kinds[4] == "unexplained"
    assert len(stale) == len(table("leftovers"))


def load_benchmark() -> ModuleType:
    """Import the digit check from its file; `benchmarks` is no package."""
    spec = importlib.util.spec_from_file_location("digit_check", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
