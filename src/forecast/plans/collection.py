"""Forms of missing figures: sent to units and counties, and collected into a plan.

A returned figure is taken only when nothing is open: no cell is a problem or doubtful, no two forms
differ, and none differs from a figure that the plan has.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ..errors import DataError, Problem, msg
from ..files import read_text, write_atomic
from ..i18n.messages import join_facts, join_remedies
from ..intake.matching import Names as KnownNames
from ..intake.matching import read_aliases
from ..intake.reading import Reading
from ..intake.review import PublishedFigures, same
from ..tables.calendar import figure_days, last_closed_year
from ..tables.names import Names
from ..tables.plan import Plan
from ..tables.schema import TABLES
from .form_reading import FormRow, place_in, read_missing
from .form_writing import FormContent, write_form
from .row_figures import observation_of, read_row
from .rows import Row

__all__ = ["Collection", "closed_years", "collect", "list_missing", "take", "write_missing"]


Fault = tuple[str, str] | None
"""Fact and remedy of what is open."""


@dataclass
class Collection:
    """Figures of returned forms: those that are new, and what is open.

    `known` counts the figures that the plan has already.
    """

    rows: list[Row] = field(default_factory=list)
    open: list[Problem] = field(default_factory=list)
    known: int = 0
    taken: dict[tuple[str, str, str], tuple[Row, str]] = field(default_factory=dict, repr=False)
    """Figure and file by region, indicator and day."""

    def add(self, reading: Reading, file: str, row: FormRow, published: PublishedFigures) -> Fault:
        """Take a sound figure; give fact and remedy where another form has another one.

        Where two forms have the same one, the mark of either holds.
        """
        key = reading.region, reading.indicator, reading.date
        beside = published.beside(reading)
        note = "; ".join(filter(None, (row["source"], row["note"])))
        figure = observation_of(reading, file, f"{row.sheet} {row.row}", note)
        if key in self.taken:
            held, other = self.taken[key]
            if same(value := float(str(held["value"])), reading.value):
                if figure["status"] != "actual":
                    held["status"] = figure["status"]
                return None
            fact = msg("differs from {value} in {file}", value=value, file=other)
            return fact, msg("keep one of the two figures")
        self.taken[key] = figure, file
        if beside and same(beside["value"], reading.value):
            self.known += 1
            return None
        self.rows.append(figure)
        return None


def list_missing(plan: Plan, years: Sequence[int], language: str) -> list[dict[str, object]]:
    """Return a row for each indicator of a plan that lacks the figure of one of some years.

    >>> import forecast as fc
    >>> rows = list_missing(fc.load_plan("lishui"), [2021, 2022], "en")
    >>> sorted(rows[0])
    ['indicator', 'last_known', 'region', 'unit']
    """
    names = Names(plan, language)
    figures = plan.observations.assign(day=figure_days(plan.observations))
    rows: list[dict[str, object]] = []
    for indicator in dict.fromkeys([*plan.targets["indicator"], *figures["indicator"]]):
        series = figures[figures["indicator"] == indicator].sort_values("day")
        at_end = series[series["day"].str.endswith("-12-31")]
        held = dict(zip(at_end["day"].str[:4].astype(int), at_end["value"], strict=True))
        if all(year in held for year in years):
            continue
        row: dict[str, object] = {
            "region": names.name("regions", plan.region),
            "indicator": names.name("indicators", indicator),
            "unit": names.name("units", names.unit(indicator)),
        }
        if len(series):
            last = series.iloc[-1]
            day = last["day"][:4] if last["day"].endswith("-12-31") else last["day"]
            value = names.format_value(indicator, last["value"])
            row["last_known"] = names.gettext("{target} ({year})", target=value, year=day)
        rows.append(row | {str(year): held[year] for year in years if year in held})
    return rows


def closed_years(
    period: tuple[int, int], today: dt.date | None = None
) -> tuple[list[int], list[int]]:
    """Divide a period into the years that have ended, whose figures are taken, and later ones.

    >>> closed_years((2024, 2026), dt.date(2026, 1, 31))
    ([2024, 2025], [2026])
    """
    years = range(period[0], period[1] + 1)
    last = last_closed_year(today or dt.date.today())
    return [year for year in years if year <= last], [year for year in years if year > last]


def write_missing(
    plan: Plan, years: Sequence[int], language: str, *, due: str = "", return_to: str = ""
) -> bytes:
    """Give the form of the figures that a plan lacks in some years, as a workbook.

    `due` and `return_to` are for its guide: by when it is returned, and to whom.
    """
    titles = [str(year) for year in years]
    rows = {"missing": list_missing(plan, years, language)}
    names = Names(plan, language)
    facts = {
        "plan_title": plan.title, "region_name": names.name("regions", plan.region),
        "asked": names.join(titles), "due": due, "return_to": return_to,
    }  # fmt: skip
    content = FormContent(facts, [], titles, [], [], rows)
    return write_form(content, language, ["missing"])


def collect(
    files: Sequence[Path], plan: Plan, language: str, today: dt.date | None = None
) -> Collection:
    """Read returned forms beside a plan.

    Raises
    ------
    DataError
        If one cannot be read, or is no such form.
    """
    names = KnownNames.of(plan.tables, read_aliases(plan.folder))
    published = PublishedFigures.of(plan.tables, names, "")
    found = Collection()
    for file in files:
        for row in read_missing(file):
            for title, reading, fault in _read(file.name, row, published, language, today):
                if reading is not None and fault is None:
                    fault = found.add(reading, file.name, row, published)
                if fault:
                    text = row.dated.get(title) or row[title] or None
                    place = place_in(file.name, row.sheet)
                    found.open.append(Problem(place, row.row, title, text, *fault))
    return found


def take(found: Collection, folder: Path) -> int:
    """Write collected figures to the folder of a plan; return how many.

    Raises
    ------
    DataError
        With what is open; nothing is then written.
    """
    if found.open:
        raise DataError(found.open)
    sources = [
        {"source": name, "title_zh": name}
        for name in dict.fromkeys(str(row["source"]) for row in found.rows)
    ]
    if found.rows:
        _append(folder / "sources.csv", "sources", sources)
        _append(folder / "observations.csv", "observations", found.rows)
    return len(found.rows)


def _read(
    file: str, row: FormRow, published: PublishedFigures, language: str, today: dt.date | None
) -> Iterator[tuple[str, Reading | None, Fault]]:
    """Yield the figures of a row: title, reading, and fact and remedy of what is open."""
    names = published.names
    cells = [(title, text) for title, text in row.dated.items() if text]
    if not cells:
        return
    region = names.region(row["region"])
    match = names.match(row["indicator"], region, row["unit"]).indicators
    if not region or len(match) != 1:
        code, what = ("indicator", msg("indicator")) if region else ("region", msg("region"))
        problem = msg("unknown {what}", what=what)
        yield code, None, (problem, msg("write the name that the form had"))
        return
    readings = read_row(file, names, (region, match[0]), row["unit"], cells, today)
    for (title, _), reading in zip(cells, readings, strict=True):
        issues = reading.remarks if reading.status == "problem" else [*published.doubts(reading)]
        if reading.status != "missing" and issues:
            yield title, None, (join_facts(issues, language), join_remedies(issues, language))
        elif reading.status == "ok":
            yield title, reading, None


def _append(file: Path, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Put rows behind those of a CSV file."""
    columns = list(TABLES[table].columns)
    held = pd.DataFrame(columns=columns, dtype=object)
    if file.is_file():
        held = pd.read_csv(io.StringIO(read_text(file)), dtype=str, keep_default_na=False)
    more = pd.DataFrame(list(rows), dtype=object)
    key = [column for column in TABLES[table].key if column in held]
    every = pd.concat([held, more.reindex(columns=columns)]).astype(object).fillna("")
    every = every.astype(str).drop_duplicates(key, keep="last")
    write_atomic(file, every.to_csv(index=False, lineterminator="\n").encode())
