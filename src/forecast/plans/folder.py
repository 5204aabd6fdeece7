"""The folder of a plan: its workbook, a parameter file for each kind of report, and a README.

`make_folder` makes one, whole or not at all, and never writes over anything. `open_plan` and
`parameter_files` take a folder, its workbook, or a parameter file, and bring the tables up to date.
"""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import N_, DataError, Problem, UnknownNameError, WriteError, cause, msg
from ..files import plain_name
from ..i18n.catalog import gettext
from ..i18n.labels import label_of
from ..intake.matching import Names, read_aliases
from ..tables.csv_files import read_tables
from ..tables.plan import Plan, data_folder, load_plan
from ..tables.schema import is_address
from .conversion import region_id
from .form import facts_of_plan
from .form_reading import is_form
from .form_writing import FormContent, write_form
from .own_tables import FOLDER, find_form, make_tables

__all__ = [
    "REPORTS", "PlanOrder", "is_plan", "like_rows", "make_folder", "open_plan", "parameter_files",
    "read_years", "refresh", "shipped_content", "workbook_name",
]  # fmt: skip

REPORTS = {
    "monitoring": ("monitoring", "today"),
    "levers": ("scenarios", "today"),
    "indicator": ("indicator", "today"),
    "midterm": ("midterm_evaluation", "{middle}-12-31"),
    "final": ("final_evaluation", "{after}-06-30"),
}
"""Parameter files by name: their notebook, and the day whose knowledge they use."""
HEADS = {
    "monitoring": N_("Monitoring report, today"),
    "levers": N_("Levers and scenarios, today"),
    "indicator": N_("One indicator, today; write its id behind `indicator` or leave it out"),
    "midterm": N_("Mid-term evaluation, at the end of {middle}"),
    "final": N_("Final evaluation, at the end of June {after}"),
}
README = N_("""\
# {title}

This folder holds a plan. What you fill in is the workbook; everything else is made from it.

1. Open `{workbook}` and follow its first sheet: indicators and targets, figures of the past years,
   and, if you like, tasks and projects.
2. `forecast check {folder}` says what is missing or doubtful, with sheet, row and column, and what
   is known of other regions for each indicator.
3. `forecast run {folder}` makes the reports in `{folder}/reports`; open `index.html` there.
   Reports whose day is still to come are not made.

| file | what it is |
|---|---|
| `{workbook}` | the form: indicators, targets, figures, tasks, projects |
| `monitoring.yaml` … | one file a report: its day, language, number of simulated futures |
| `progress.csv`, `observations.csv` | if you add them: states of tasks, and figures, as tables |
| `scenarios/`, `mechanisms.yaml` | if you add them: scenarios and mechanisms of your own |
| `tables/` | made from the workbook; do not edit |

Each year: add the new figures to the workbook, save it, and run the same command again.
""")


MOST_YEARS = 30


@dataclass(frozen=True)
class PlanOrder:
    """What the folder of a plan is made for."""

    name: str
    parent: str
    start: int
    end: int
    language: str = "zh"
    title: str = ""
    like: str = ""
    name_en: str = ""


def make_folder(folder: Path, order: PlanOrder, content: FormContent | None = None) -> Path:
    """Make the folder of a plan: workbook, parameter files and README; give the workbook.

    Parameters
    ----------
    content : what the workbook is filled with; None is the plan's facts, and with `like` the
        indicators and figures of that region

    Raises
    ------
    WriteError
        If the folder exists and is not empty, or cannot be written; nothing is then changed.
    UnknownNameError
        If the parent or the region `like` is not known.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = N_("{folder} exists and is not empty; give the name of a new folder.")
        raise WriteError(msg(message, folder=folder))
    filled = content or shipped_content(order)
    partial = folder.with_name(f".{folder.name}.partial-{uuid.uuid4().hex[:8]}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        form = _write_files(partial, folder, order, filled)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        message = N_("{file} cannot be written: {reason}. Choose another place.")
        raise WriteError(msg(message, file=folder, reason=cause(error))) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder / form


def shipped_content(order: PlanOrder) -> FormContent:
    """Content of the workbook of a plan that is begun."""
    tables = read_tables(data_folder())
    names = Names.of(tables, read_aliases())
    parent = names.region(order.parent)
    if not parent:
        raise names.unknown_region(order.parent)
    zh = order.language == "zh"
    column = "name_zh" if zh else "name_en"
    title = order.title or gettext(
        N_("Civil-affairs plan of {name}, {start}-{end}"), order.language
    ).format(name=order.name, start=order.start, end=order.end)
    facts = facts_of_plan(
        order.name, str(names.places[parent][column]), (order.start, order.end), title=title,
        name_en=order.name_en,
    )  # fmt: skip
    years = [str(year) for year in range(order.start, order.end + 1)]
    past = _past_years(tables["observations"], names.region(order.name), order.start)
    indicators = tables["indicators"]
    rows = like_rows(tables, order.like, order, past, column) if order.like else {}
    return FormContent(
        facts, years, [*past, *years], sorted(indicators[column]), [*tables["areas"][column]], rows
    )


def _past_years(figures: pd.DataFrame, region: str, start: int) -> list[str]:
    """List the five years before a plan, and earlier ones of ten with figures of the region."""
    known = figures.loc[(figures["region"] == region) & figures["as_of"].eq(""), "year"]
    years = {*range(start - 5, start), *(int(y) for y in known if start - 10 <= y < start)}
    return [str(year) for year in sorted(years)]


def like_rows(
    tables: Mapping[str, pd.DataFrame], region: str, order: PlanOrder, past: list[str], column: str
) -> dict[str, list[dict[str, object]]]:
    """Return the indicators of a region's plan as rows; figures where it is the same region."""
    names = Names.of(tables, read_aliases())
    known = names.region(region)
    targets = tables["targets"][tables["targets"]["region"] == known]
    if not known or targets.empty:
        planned = sorted(set(tables["targets"]["region"]))
        raise UnknownNameError("region", region, planned)
    about = tables["indicators"].set_index("indicator")
    unit_names = tables["units"].set_index("unit")[column]
    rows: list[dict[str, object]] = []
    figures: list[dict[str, object]] = []
    seen = tables["observations"][tables["observations"]["region"] == names.region(order.name)]
    for number_, (indicator, row) in enumerate(
        targets.drop_duplicates("indicator").set_index("indicator").iterrows(), start=1
    ):
        described = about.loc[indicator]
        name, unit = described[column], unit_names[described["unit"]]
        force = _label("force", row["force"], order.language)
        rows.append({"number": number_, "indicator": name, "unit": unit, "force": force})
        line: dict[str, object] = {"indicator": name, "unit": unit}
        own = seen[(seen["indicator"] == indicator) & seen["as_of"].eq("")]
        line |= {
            str(y): v for y, v in zip(own["year"], own["value"], strict=True) if str(y) in past
        }
        figures.append(line)
    return {"targets": rows, "figures": figures}


def _label(group: str, code: str, language: str) -> str:
    """Label of a code, "" for none."""
    return label_of(group, code, language) if code else ""


def is_plan(place: Path) -> bool:
    """Whether a path is the folder or the workbook of a plan."""
    return place.is_dir() or is_form(place)


def refresh(place: Path) -> Path | None:
    """Bring the tables of a plan's folder up to date; give the folder, None where it has no form.

    `place` is a plan's folder or the folder `tables` in one.
    """
    folder = place.parent if place.name == FOLDER else place
    form = find_form(folder) if folder.is_dir() else None
    if form is None:
        return None
    make_tables(form)
    return folder


def open_plan(place: str | Path, as_of: str | None = None, region: str | None = None) -> Plan:
    """Load a plan from a folder, a workbook, an address or the id of a region.

    Raises
    ------
    DataError
        With every problem of the workbook or the tables.
    """
    if is_address(place):
        return load_plan(place, as_of, region=region)
    path = Path(place)
    if is_form(path):
        made = make_tables(path)
        return load_plan(made.folder, as_of, region=region or made.region)
    if path.is_dir() and (form := find_form(path)):
        made = make_tables(form)
        return load_plan(made.folder, as_of, region=region or made.region)
    return load_plan(place, as_of, region=region)


def parameter_files(place: Path) -> list[Path]:
    """Parameter files of a plan's folder or workbook, in the order in which they are listed.

    Raises
    ------
    DataError
        If there are none.
    """
    folder = place if place.is_dir() else place.parent
    refresh(folder)
    ordered = [folder / f"{name}.yaml" for name in REPORTS]
    others = [f for f in sorted(folder.glob("*.yaml")) if f.name != "mechanisms.yaml"]
    files = [file for file in dict.fromkeys([*ordered, *others]) if file.is_file()]
    if not files:
        problem = msg("no parameter files")
        remedy = msg("make the folder with `forecast init`, or copy one of its files here")
        raise DataError([Problem(str(folder), None, None, None, problem, remedy)])
    return files


def read_years(text: str, *, single: bool = False) -> tuple[int, int]:
    """Return first and last year of a period; with `single` one year is a period too.

    >>> read_years("2026-2030"), read_years("2025", single=True)
    ((2026, 2030), (2025, 2025))

    Raises
    ------
    ValueError
        If it is none.
    """
    years = [int(year) for year in re.findall("[0-9]{4}", text)]
    years *= 2 if single and len(years) == 1 else 1
    if len(years) != 2:
        raise ValueError(msg("write the period as 2026-2030"))
    if years[0] > years[1]:
        raise ValueError(msg("the last year is before the first"))
    if years[1] - years[0] > MOST_YEARS:
        raise ValueError(msg("a plan has at most {count} years", count=MOST_YEARS))
    return years[0], years[1]


def workbook_name(region: str) -> str:
    """Return the name of the workbook of a region, whatever signs its name has.

    >>> workbook_name("青山县"), workbook_name("../a")
    ('青山县.xlsx', '_a.xlsx')
    """
    return f"{plain_name(plain_name(region)[:60])}.xlsx"


def _write_files(partial: Path, folder: Path, order: PlanOrder, content: FormContent) -> str:
    """Write all files of a plan into a folder; give the name of the workbook."""
    workbook = workbook_name(order.name)
    (partial / workbook).write_bytes(write_form(content, order.language))
    known = Names.of(read_tables(data_folder()), read_aliases()).region(order.name)
    region = known or region_id(order.name, order.name_en)
    years = {"middle": (order.start + order.end) // 2, "after": order.end + 1}
    for name, (notebook, day) in REPORTS.items():
        head = gettext(HEADS[name], order.language).format(**years)
        head = gettext(N_("{name}: {text}"), order.language).format(name=order.name, text=head)
        text = f"# {head}\n"
        lines = {
            "region": region, "notebook": notebook, "data": FOLDER, "as_of": day.format(**years),
            "draws": 4000, "seed": 0, "language": order.language,
            "name": f"{region}_{name}" if name != "monitoring" else region, "output": "reports",
        }  # fmt: skip
        text += "".join(f"{key}: {value}\n" for key, value in lines.items())
        (partial / f"{name}.yaml").write_text(text, encoding="utf-8")
    title = content.facts["plan_title"]
    readme = gettext(README, order.language).format(
        title=title, workbook=workbook, folder=folder.name
    )
    (partial / "README.md").write_text(readme, encoding="utf-8")
    return workbook
