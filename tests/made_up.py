"""A made-up plan whose every outcome is known by hand; each indicator stands for one of them."""

from pathlib import Path

SOURCE = "000_616e588ea31d91eb.txt"
BEDS, PER_WORKER = "nursing_bed_share", "care_beds_per_social_worker"
STANDARD, BURIAL = "minimum_living_standard", "eco_burial_share"
REGISTRIES, VISITS = "marriage_registry_4a_share", "care_visit_share"
CLOSED, OPEN = (BEDS, PER_WORKER, STANDARD, BURIAL), (REGISTRIES, VISITS)
TARGETS = (
    (BEDS, 2022, 50, "ge", "midterm", "expected"),
    (BEDS, 2025, 60, "ge", "final", "expected"),
    (PER_WORKER, 2025, 100, "le", "final", ""),
    (STANDARD, 2025, 10000, "gt", "final", "binding"),
    (BURIAL, 2025, 50, "ge", "final", ""),
    (REGISTRIES, 2025, 30, "ge", "final", ""),
    (VISITS, 2025, 90, "ge", "final", "expected"),
)
FIGURES = {
    BEDS: {2020: 40, 2021: 45, 2022: 52, 2023: 55, 2024: 58, 2025: 66},
    PER_WORKER: {2020: 200, 2021: 180, 2022: 165, 2023: 150, 2024: 136, 2025: 120},
    STANDARD: {2020: 9000, 2022: 9800, 2023: 11000, 2025: 12000},
    BURIAL: {2020: 40, 2022: 50, 2023: 55, 2025: 45},
    REGISTRIES: {2020: 10, 2022: 20},
}
NEWTOWN = "newtown"
"""A region without shipped rows, so that a folder of its own is all that there is of it."""


def write_plan(
    folder: Path, names: tuple[str, ...] = CLOSED + OPEN, region: str = "shaoxing"
) -> Path:
    """Write the tables of some indicators into a folder, and give it; a new region with its row."""
    folder.mkdir(exist_ok=True)
    targets = ["region,indicator,year,value,comparator,role,force,source,locus,note"]
    targets += [
        f"{region},{n},{year},{value},{c},{role},{force},{SOURCE},,"
        for n, year, value, c, role, force in TARGETS
        if n in names
    ]
    figures = ["region,indicator,year,as_of,value,status,source,locus,note"]
    figures += [
        f"{region},{n},{year},,{value},actual,{SOURCE},,"
        for n in names
        for year, value in FIGURES.get(n, {}).items()
    ]
    tables = {"targets": targets, "observations": figures}
    if region == NEWTOWN:
        head = "region,name_zh,name_en,level,parent"
        tables["regions"] = [head, f"{NEWTOWN},新城市,Newtown,city,zhejiang"]
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
