"""The workbook of a plan as it is filled in cell by cell, without Excel.

The content is that of `form_writing`: what is entered is written as a workbook, and read and
checked as one that was filled in by hand.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Problem
from ..i18n.labels import LABELS, label_of
from ..intake.matching import Names, read_aliases
from ..intake.merging import COMPANIONS
from ..scenarios.overrides import own_scenarios
from ..tables.csv_files import format_table, read_tables
from ..tables.merging import own_rows
from ..tables.names import Names as TableNames
from ..tables.plan import Plan, data_folder
from .conversion import convert
from .folder import MOST_YEARS, PlanOrder, shipped_content, workbook_name
from .form import FACTS, PLAN_SHEETS, SHEETS, title_of
from .form_reading import Form, read_form
from .form_writing import FormContent, write_form
from .own_tables import FOLDER, find_form, identity

__all__ = [
    "GUIDE", "begin", "columns_of", "content_of", "dump", "fill", "load", "locate", "order_of",
    "remove", "rows_of", "workbook_of", "write_entered",
]  # fmt: skip

GUIDE = "guide"
"""The first sheet, whose rows are the facts of the plan; their column is `value`."""
FIRST_LINE = 3
"""Line of the first row of a sheet behind the first."""


def begin(plan: Plan, language: str) -> FormContent:
    """Return the empty workbook of the plan of a region, to which rows of one's own are added."""
    names, regions = TableNames(plan, language), plan.tables["regions"].set_index("region")
    parent = str(regions.loc[plan.region, "parent"]) if plan.region in regions.index else ""
    end = int(plan.targets["year"].max()) if len(plan.targets) else int(plan.as_of[:4] or 0) + 5
    plans = plan.tables["plans"]
    mine = plans[(plans["region"] == plan.region) & (plans["end"] >= end)]
    start = int(mine["start"].max()) if len(mine) else end - 4
    name = names.name("regions", plan.region)
    order = PlanOrder(
        name, parent or plan.region, start, max(start, end), language, title=plan.title,
        name_en=str(regions["name_en"].get(plan.region, "")),
    )  # fmt: skip
    return shipped_content(order)


def content_of(form: Form, language: str) -> FormContent:
    """Return the content of a workbook that was read, without titles that have no cell filled."""
    rows = {
        code: [
            {k: v for k, v in {**row.cells, **row.dated}.items() if v}
            for row in form.rows.get(code, ())
        ]
        for code in PLAN_SHEETS
    }
    years = {
        code: list(dict.fromkeys(title for row in form.rows.get(code, ()) for title in row.dated))
        for code in ("targets", "figures")
    }
    content = FormContent(form.facts, years["targets"], years["figures"], (), (), rows)
    return _complete(content, language)


def _complete(content: FormContent, language: str) -> FormContent:
    """Return a content with the years of its plan, and with the names to choose from."""
    tables, column = read_tables(data_folder()), "name_zh" if language == "zh" else "name_en"
    span = [content.facts.get(code, "") for code in ("start", "end")]
    years, past = list(content.target_years), list(content.figure_years)
    if all(text.isdigit() and len(text) == 4 for text in span):
        start, end = map(int, span)
        wanted = [str(year) for year in range(start, min(end, start + MOST_YEARS) + 1)]
        years = sorted({*years, *wanted})
        past = sorted({*past, *wanted, *(str(year) for year in range(start - 5, start))})
    return replace(
        content, target_years=years, figure_years=past,
        indicators=sorted(tables["indicators"][column]), areas=[*tables["areas"][column]],
    )  # fmt: skip


def workbook_of(plan: Plan) -> Path | None:
    """Return the workbook that the tables of a plan were made from; None without one."""
    folder = Path(plan.folder)
    return find_form(folder.parent if folder.name == FOLDER else folder) if plan.folder else None


def rows_of(content: FormContent, sheet: str) -> Sequence[Mapping[str, object]]:
    """Return the rows of a sheet; of the first a fact each."""
    if sheet == GUIDE:
        return [{"value": content.facts.get(code, "")} for code in FACTS]
    return content.rows.get(sheet, ())


def columns_of(
    content: FormContent, sheet: str, language: str
) -> list[tuple[str, str, Sequence[str]]]:
    """Return key, title and choices of each column of a sheet."""
    if sheet == GUIDE:
        return [("value", title_of("form_sheet", GUIDE, language), ())]
    years = content.target_years if sheet == "targets" else content.figure_years
    own = [str(row.get("indicator", "")) for row in content.rows.get("targets", ())]
    named = {"indicators": content.indicators, "own_indicators": own, "areas": content.areas}
    columns: list[tuple[str, str, Sequence[str]]] = []
    for column in SHEETS[sheet]:
        if column.code == "years":
            columns += [(year, year, ()) for year in years]
            continue
        choices: Sequence[str] = named.get(column.choices, ())
        if column.choices in LABELS:
            choices = [label_of(column.choices, code, language) for code in LABELS[column.choices]]
        if (sheet, column.code) in (("targets", "indicator"), ("figures", "indicator")):
            choices = [*dict.fromkeys([*own, *content.indicators])]
        columns.append((column.code, title_of("form", column.code, language), choices))
    return columns


def fill(
    content: FormContent, sheet: str, row: int, key: str, text: str, language: str
) -> FormContent:
    """Return a content with a cell filled; a row behind the last one is added.

    A unit is filled in with the name of an indicator that has one.

    >>> import forecast as fc
    >>> content = begin(fc.load_plan("lishui"), "en")
    >>> name = "Certified care workers per 10,000 elderly"
    >>> fill(content, "targets", 0, "indicator", name, "en").rows["targets"][0]["unit"]
    'persons per 10,000 elderly'
    """
    text = text.strip()
    if sheet == GUIDE:
        facts = {**content.facts, FACTS[row]: text}
        return _complete(replace(content, facts=facts), language)
    rows = [dict(one) for one in content.rows.get(sheet, ())]
    rows += [{}] * (row >= len(rows))
    at = min(row, len(rows) - 1)
    cells = {**rows[at], key: text}
    if key == "indicator" and not cells.get("unit"):
        cells["unit"] = _unit_of(text, language)
    rows[at] = {k: v for k, v in cells.items() if v not in (None, "")}
    return replace(content, rows={**content.rows, sheet: rows})


def _unit_of(name: str, language: str) -> str:
    """Return the name of the unit of an indicator that is known by a name, else ""."""
    tables = read_tables(data_folder())
    found = Names.of(tables, read_aliases()).match(name).indicators if name else ()
    if len(found) != 1:
        return ""
    unit = tables["indicators"].set_index("indicator").loc[found[0], "unit"]
    return str(tables["units"].set_index("unit").loc[unit, f"name_{language}"])


def remove(content: FormContent, sheet: str, row: int) -> FormContent:
    """Return a content without a row."""
    rows = [one for at, one in enumerate(content.rows.get(sheet, ())) if at != row]
    return replace(content, rows={**content.rows, sheet: rows})


def dump(content: FormContent) -> str:
    """Return a content as text; see `load`."""
    given: dict[str, Any] = asdict(replace(content, indicators=(), areas=()))
    return json.dumps(given, ensure_ascii=False, sort_keys=True, default=str)


def load(text: str, language: str) -> FormContent:
    """Return the content that `dump` wrote as text."""
    return _complete(FormContent(**json.loads(text)), language)


def order_of(content: FormContent, language: str) -> PlanOrder:
    """Return what the folder of a plan is made for."""
    facts = content.facts
    years = [int(year) if (year := facts.get(k, "")).isdigit() else 0 for k in ("start", "end")]
    return PlanOrder(
        facts.get("region_name", ""), facts.get("parent", ""), years[0], years[1], language,
        title=facts.get("plan_title", ""), name_en=facts.get("region_name_en", ""),
    )  # fmt: skip


def locate(problem: Problem, language: str) -> tuple[str, int]:
    """Return sheet and row (from 0) in which a problem is; sheet "" where it is in none of these.

    The row is -1 where it is in no row.
    """
    title = getattr(problem.file, "arguments", {}).get("sheet", "")
    sheets = {title_of("form_sheet", code, language): code for code in (GUIDE, *PLAN_SHEETS)}
    sheet = sheets.get(title, "")
    return sheet, -1 if problem.row is None else problem.row - (1 if sheet == GUIDE else FIRST_LINE)


def write_entered(content: FormContent, folder: Path, plan: Plan, language: str) -> Path:
    """Write a content as a workbook into a folder, with what else the plan has of its own.

    Beside it are the own rows of the plan that the workbook has not, its scenarios and its
    companions. Returns the workbook.
    """
    form = folder / workbook_name(content.facts.get("region_name", ""))
    form.write_bytes(write_form(content, language))
    for name in COMPANIONS if plan.folder else ():
        if (file := Path(plan.folder, name)).is_file():
            shutil.copyfile(file, folder / name)
    for name, file in own_scenarios(plan.folder).items():
        (folder / "scenarios").mkdir(exist_ok=True)
        shutil.copyfile(file, folder / "scenarios" / f"{name}.yaml")
    if not (plan.folder or plan.address):
        return form
    shipped = read_tables(data_folder())
    made = convert(read_form(form), shipped, read_aliases(plan.folder), language=language)
    for name, own in own_rows(plan.tables, shipped).items():
        kept = _without(plan.tables[name][own], name, form.name, made.rows.get(name, ()))
        if len(kept):
            (folder / f"{name}.csv").write_text(format_table(name, kept), encoding="utf-8")
    return form


def _without(table: pd.DataFrame, name: str, workbook: str, rows: Sequence[Any]) -> pd.DataFrame:
    """Return own rows that neither an earlier workbook of the name gave nor this one gives."""
    held = {identity(name, row) for row, _ in rows}
    text = table.astype(object).where(table.notna(), "")
    like = [identity(name, _plain(row)) in held for row in text.to_dict("records")]
    earlier = table["source"].eq(workbook) if "source" in table else pd.Series(False, table.index)
    return table[~(pd.Series(like, table.index, dtype=bool) | earlier)]


def _plain(row: Mapping[Any, Any]) -> dict[str, object]:
    """Return a row of a table with whole numbers as a file has them."""
    return {
        str(key): int(value) if isinstance(value, float) and value.is_integer() else value
        for key, value in row.items()
    }
