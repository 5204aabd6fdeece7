"""A plan of three indicators of a made-up city in a folder, for tests of issued forecasts."""

from collections.abc import Collection
from pathlib import Path

import forecast as fc
from forecast.evaluation.vintages import issue
from forecast.tables.plan import data_folder

SOURCE = "000_616e588ea31d91eb.txt"
SHARE, VISITS = "orphans_moved_to_city_institution_share", "care_visit_share"
MONEY = "minimum_living_standard"
HEAD = "region,indicator,year,as_of,value,status,source,locus,note,published\n"
GOALS = f"""region,indicator,year,value,comparator,role,force,source,locus,note
hill,{SHARE},2023,27,ge,annual,,{SOURCE},,
hill,{SHARE},2025,40,ge,final,,{SOURCE},,
hill,{VISITS},2025,75,ge,final,,{SOURCE},,
hill,{MONEY},2025,13000,ge,final,,{SOURCE},,
"""
REGIONS = "region,name_zh,name_en,level,parent\nhill,山市,Hill,city,zhejiang\n"
LISTS = ("indices", "milestones", "plan_outcomes", "projects", "rules", "tasks")
"""Tables that a plan may have and need not."""
KNOWN = [
    *[(SHARE, 2019, 10), (SHARE, 2020, 14), (SHARE, 2021, 17), (SHARE, 2022, 23)],
    *[(VISITS, 2020, 60), (VISITS, 2021, 62), (VISITS, 2022, 66)],
    *[(MONEY, 2020, 9000), (MONEY, 2021, 9900), (MONEY, 2022, 10600)],
]  # fmt: skip


def figure(indicator: str, year: int, value: float, *, published: str = "", as_of: str = "") -> str:
    """Write one row of the observations."""
    return f"hill,{indicator},{year},{as_of},{value:g},actual,{SOURCE},,,{published}\n"


def write(folder: Path, *more: str, goals: str = GOALS, known: list = KNOWN) -> Path:
    """Write a folder of tables: the figures known at the end of 2022, and `more`."""
    folder.mkdir(exist_ok=True)
    rows = [figure(*row) for row in known]
    rows.append(f"xiaoshan,{SHARE},2021,,50,actual,{SOURCE},,,\n")
    rows.append(f"xiaoshan,{SHARE},2022,,53,actual,{SOURCE},,,\n")
    (folder / "observations.csv").write_text(HEAD + "".join([*rows, *more]), encoding="utf-8")
    (folder / "regions.csv").write_text(REGIONS, encoding="utf-8")
    (folder / "targets.csv").write_text(goals, encoding="utf-8")
    return folder


def write_shipped(
    folder: Path, names: Collection[str] = (SHARE, VISITS, MONEY), empty: Collection[str] = LISTS
) -> Path:
    """Write the shipped data with figures and targets of these indicators only."""
    for file in data_folder().iterdir():
        head, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        if file.stem in ("observations", "targets"):
            rows = [row for row in rows if any(name in row for name in names)]
        rows = [] if file.stem in empty else rows
        (folder / file.name).write_text("".join([head, *rows]), encoding="utf-8")
    return folder


def issued(folder: Path, as_of: str = "2022-12-31", **more):
    """Issue the folder's forecasts as of a day."""
    return issue(fc.load_plan(folder, as_of=as_of), **more)
