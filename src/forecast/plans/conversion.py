"""Rows of tables from the workbook of a plan: names to indicators, figures in their units.

A printed name that means one indicator of the package is that indicator, so that its peers, its
mechanisms and its priors hold; another one is described by the workbook itself. Figures and targets
are read as those of any planner's file are, so units, 万 and 亿, ≥ and 以上 may be as printed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from ..errors import Message, Problem, msg
from ..i18n.messages import Issue, join_facts, join_remedies
from ..intake.grid import key_of
from ..intake.matching import ITS_OWN, Names, split_unit
from ..intake.numbers import parse_figure, unit_of
from ..intake.reading import Reading
from ..intake.review import own_day
from ..intake.words import read_period
from .form import code_of
from .form_reading import Form, FormRow, place_in
from .row_figures import observation_of, plain, read_row
from .rows import Conversion, Origin, Row, cell_problem, origin_of
from .task_conversion import convert_tasks

__all__ = ["convert", "level_below", "region_id"]

YEARS = re.compile("[0-9]{4}")
DESCRIBED_BY_UNIT = {
    "percent": ("share", "0", "100", "0.1"),
    "permille": ("share", "0", "1000", "0.1"),
}
AREA = "services"
"""Area of an indicator for which none is chosen."""
LEVEL_BELOW = {"country": "province", "province": "city", "city": "county", "county": "township"}


def convert(
    form: Form,
    tables: Mapping[str, pd.DataFrame],
    aliases: pd.DataFrame,
    *,
    language: str,
    today: dt.date | None = None,
) -> Conversion:
    """Give the rows of a workbook, as far as they can be read, with every problem.

    Parameters
    ----------
    form : as from `read_form`
    tables : those of the package
    aliases : as from `read_aliases`
    language : of the reasons that are given for a figure
    today : day after which no actual figure can be
    """
    return _Converter(form, tables, aliases, language, today).convert()


@dataclass
class _Converter:
    form: Form
    tables: Mapping[str, pd.DataFrame]
    aliases: pd.DataFrame
    language: str
    today: dt.date | None
    made: Conversion = field(default_factory=Conversion)
    indicators: dict[str, str] = field(default_factory=dict)
    """Id by name as the workbook has it, folded."""
    refused: set[str] = field(default_factory=set)
    """Names, folded, that are a problem."""

    def convert(self) -> Conversion:
        """Convert sheet by sheet; figures once the indicators are known."""
        if self._convert_plan():
            self._convert_indicators()
            self._convert_figures()
            convert_tasks(self.form, self.made, self.indicators)
        return self.made

    @cached_property
    def names(self) -> Names:
        """Names that the package knows."""
        return Names.of(self.tables, self.aliases)

    @property
    def _known_region(self) -> str:
        """Region of the plan where the package knows it, for names that are used there only."""
        return self.made.region if self.made.region in self.names.places else ""

    @property
    def source(self) -> str:
        """Id of the workbook among the sources."""
        return self.form.file

    def fault(self, row: FormRow | None, code: str, problem: Message, remedy: Message) -> None:
        """Note a problem of a cell, or of a fact where there is no row."""
        self.made.problems.append(self._problem(row, code, problem, remedy))

    def _problem(
        self, row: FormRow | None, code: str, problem: Message | str, remedy: Message | str
    ) -> Problem:
        if row is not None:
            return cell_problem(self.form, row, code, problem, remedy)
        place = place_in(self.form.file, self.form.guide)
        line, text = self.form.fact_rows.get(code), self.form.facts.get(code) or None
        return Problem(place, line, "B" if line else None, text, problem, remedy)

    def _origin(self, row: FormRow, titles: Mapping[str, str]) -> Origin:
        return origin_of(self.form, row, titles)

    # The plan.

    def _convert_plan(self) -> bool:
        """Convert region, source and plan; False where figures would have no region or years."""
        facts = self.form.facts
        name = facts.get("region_name", "")
        if not name:
            self.fault(None, "region_name", msg("the cell is empty"), msg("write the region"))
        parent = self.names.region(facts.get("parent", ""))
        if not parent:
            near = self.names.near_regions(facts.get("parent", ""))
            remedy = msg("write one of {names}", names=near or [*_regions(self.tables)][:12])
            self.fault(None, "parent", msg("not a region that is known"), remedy)
        years = {code: facts.get(code, "") for code in ("start", "end", "baseline_year")}
        for code, text in years.items():
            if not YEARS.fullmatch(text):
                self.fault(None, code, msg("not a year"), msg("write four digits, as 2026"))
        if self.made.problems:
            return False
        known = self.names.region(name)
        self.made.region = known or region_id(name, facts.get("region_name_en", ""))
        guide = Origin(place_in(self.form.file, self.form.guide), 1)
        if not known:
            english = facts.get("region_name_en") or name
            row: Row = {"region": self.made.region, "name_zh": name, "name_en": english}
            level = level_below(self.names.places[parent]["level"], name)
            self.made.add("regions", row | {"level": level, "parent": parent}, guide)
        title = facts.get("plan_title") or name
        source: Row = {"source": self.source, "title_zh": facts.get("source_title") or title}
        self.made.add("sources", source | {"issued": facts.get("issued", "")}, guide)
        plan: Row = {"plan": self.plan, "region": self.made.region, "title_zh": title, **years}
        more: Row = {"title_en": title, "source": self.source}
        more |= {code: facts.get(code, "") for code in ("issued", "mark")}
        self.made.add("plans", plan | more, guide)
        return True

    @property
    def plan(self) -> str:
        """Id of the plan."""
        return f"{self.made.region}_{self.form.facts['start']}"

    # Indicators and targets.

    def _convert_indicators(self) -> None:
        rows: list[tuple[FormRow, str]] = []
        for row in self.form.rows.get("targets", ()):
            indicator = self._indicator(row)
            self.refused |= set() if indicator else {key_of(row["indicator"])}
            if indicator:
                key = key_of(row["indicator"])
                if indicator in self.indicators.values():
                    problem = msg("the indicator is in a row above already")
                    self.fault(row, "indicator", problem, msg("keep one of the two rows"))
                    continue
                self.indicators[key] = indicator
                rows.append((row, indicator))
        last = self.form.facts["end"]
        for row, readings in self._read(rows, "target"):
            base = next((r for r in readings if r.cell.column == "baseline"), None)
            for reading in readings:
                if reading.cell.column != "baseline":
                    role = "final" if str(reading.year) == last else "annual"
                    self._add_target(row, reading, base, role)
            if base is not None:
                self._add_figure(row, base, "baseline", "")

    def _indicator(self, row: FormRow) -> str:
        """Find or describe the indicator of a row; "" after noting a problem."""
        printed, unit = row["indicator"], row["unit"]
        if not printed:
            self.fault(row, "indicator", msg("the cell is empty"), msg("write the name as printed"))
            return ""
        if known := row["known_as"]:
            found = self.names.match(known).indicators
            if len(found) != 1:
                self.fault(
                    row, "known_as", msg("not a known indicator"), msg("choose from the list")
                )
            return found[0] if len(found) == 1 else ""
        match = self.names.match(printed, self._known_region, unit)
        if len(match.indicators) == 1:
            return match.indicators[0]
        return self._own_indicator(row, unit or match.unit)

    def _own_indicator(self, row: FormRow, unit: str) -> str:
        """Describe an indicator that the package does not know."""
        name = split_unit(row["indicator"])[0]
        unit_id = self._unit(unit)
        kind = code_of("kind", row["kind"]) or DESCRIBED_BY_UNIT.get(unit_id, ("",))[0]
        figures = [parse_figure(text) for text in [*row.dated.values(), row["baseline"]] if text]
        lower = any(figure.comparator in ("le", "lt") for figure in figures)
        better = code_of("better", row["better"]) or ("lower" if lower else "")
        needed = {"unit": unit_id, "kind": kind, "better": better}
        if missing := [code for code, text in needed.items() if not text]:
            near = [str(self.names.about[i]["name_zh"]) for i in self.names.candidates(
                row["indicator"], "", unit)]  # fmt: skip
            titles = [row.titles.get(code, code) for code in missing]
            remedy = msg("choose one in {known_as}, or fill in {titles}",
                         known_as=row.titles.get("known_as", "?"), titles=titles)  # fmt: skip
            if near:
                remedy = msg("{remedy}; perhaps {near} is meant", remedy=remedy, near=near)
            self.fault(row, "indicator", msg("not an indicator that is known"), remedy)
            return ""
        _, least, most, step = DESCRIBED_BY_UNIT.get(unit_id, ("", "0", "", ""))
        described: Row = {
            "indicator": name, "name_zh": name, "name_en": name, "unit": unit_id, "kind": kind,
            "area": self._area(row["area"]), "lower": least, "upper": most, "better": better,
            "cumulative": "true" if kind == "count" else "false",
            "resolution": step or _step([*row.dated.values(), row["baseline"]]),
            "concept": name, "definition": row["note"] or name,
        }  # fmt: skip
        heads = {name: name for name in ("indicator", "unit", "kind", "better", "area")}
        self.made.add("indicators", described, self._origin(row, heads))
        return name

    def _unit(self, text: str) -> str:
        """Id of a unit as printed; one that is not known is a unit of its own."""
        if not text:
            return ""
        units = self.tables["units"]
        wanted = _parts(self.names.units.get(key_of(text), text))
        alike = units[[_parts(zh) == wanted for zh in units["name_zh"]]]
        # Of several names for one counter, as that of sites, the one that is printed.
        exact = alike["name_zh"].map(lambda name: text in name.split("/"))
        found = [*alike.loc[exact, "unit"], *alike["unit"]]
        unit = found[0] if found else text
        own = [row["unit"] for row, _ in self.made.rows.get("units", [])]
        if unit == text and unit not in {*units["unit"], *own}:
            origin = Origin(place_in(self.form.file, self.form.guide), 1)
            self.made.add("units", {"unit": text, "name_zh": text, "name_en": text}, origin)
        return str(unit)

    def _area(self, text: str) -> str:
        """Id of an area by its name."""
        areas = self.tables["areas"]
        named = areas[["area", "name_zh", "name_en"]].map(key_of).eq(key_of(text)).any(axis=1)
        return str(areas.loc[named, "area"].iloc[0]) if text and named.any() else AREA

    def _add_target(self, row: FormRow, reading: Reading, base: Reading | None, role: str) -> None:
        target: Row = {
            "region": self.made.region, "indicator": reading.indicator, "year": reading.year,
            "value": plain(reading.value), "comparator": reading.figure.comparator, "role": role,
            "force": code_of("force", row["force"]), "source": self.source,
            "locus": f"{row.sheet} {row.row}", "note": row["note"],
            "name_printed": row["indicator"], "number": row["number"], "owner": row["owner"],
            "plan": self.plan,
        }  # fmt: skip
        if base is not None:
            target |= {"baseline": plain(base.value), "baseline_year": base.year}
        heads = {"value": reading.cell.column, "comparator": reading.cell.column,
                 "year": reading.cell.column, "baseline": "baseline", "force": "force"}  # fmt: skip
        self.made.add("targets", target, self._origin(row, heads))

    # Figures.

    def _convert_figures(self) -> None:
        rows: list[tuple[FormRow, str]] = []
        seen: set[str] = set()
        for row in self.form.rows.get("figures", ()):
            name = row["indicator"]
            indicator = self.indicators.get(key_of(name), "")
            if not indicator:
                found = self.names.match(name, "", row["unit"]).indicators if name else ()
                indicator = found[0] if len(found) == 1 else ""
            if key_of(name) in self.refused:
                continue  # its row among the indicators is a problem already
            if not indicator:
                remedy = msg("choose a name from the sheet of indicators, or add it there")
                self.fault(row, "indicator", msg("not an indicator of this plan"), remedy)
            elif indicator in seen:
                problem = msg("the indicator is in a row above already")
                self.fault(row, "indicator", problem, msg("keep one of the two rows"))
            else:
                seen.add(indicator)
                rows.append((row, indicator))
        for row, readings in self._read(rows, "actual"):
            for reading in readings:
                self._add_figure(row, reading, reading.cell.column, row["source"])

    def _add_figure(self, row: FormRow, reading: Reading, title: str, source: str) -> None:
        """Add an observation; where the day has the same one already, the mark of either holds."""
        day = own_day(reading)
        key = (reading.indicator, reading.year, day)
        held = self.made.rows.get("observations", [])
        earlier = next((r for r, _ in held if (r["indicator"], r["year"], r["as_of"]) == key), None)
        note = "; ".join(filter(None, (source, row["note"])))
        figure = observation_of(reading, self.source, f"{row.sheet} {row.row}", note)
        if earlier is not None:
            if earlier["value"] == plain(reading.value):
                if figure["status"] != "actual":
                    earlier["status"] = figure["status"]
                earlier["note"] = earlier["note"] or note
                return
            problem = msg(
                "differs from {value}, the baseline of the same year", value=earlier["value"]
            )
            self.fault(row, title, problem, msg("correct one of the two figures"))
            return
        self.made.add("observations", figure, self._origin(row, {"value": title, "year": title}))

    def _read(
        self, rows: Sequence[tuple[FormRow, str]], type_: str
    ) -> Iterator[tuple[FormRow, list[Reading]]]:
        """Read the figures of rows, and note their problems and doubts."""
        if not rows:
            return
        described = {**self.tables, **self._described()}
        names = Names.of(described, self.aliases)
        baseline = self.form.facts["baseline_year"]
        for row, indicator in rows:
            cells = {title: text for title, text in row.dated.items() if text}
            says = [type_ if not read_period(title)[1] else "" for title in cells]
            heads = [f"{title} {word}".strip() for title, word in zip(cells, says, strict=True)]
            titles = [*cells]
            if row["baseline"] and type_ == "target":
                heads, titles = [baseline, *heads], ["baseline", *titles]
            printed = [row["baseline"] if t == "baseline" else cells[t] for t in titles]
            if not titles:
                continue
            series = self.made.region, indicator
            found = [*zip(heads, printed, strict=True)]
            readings = read_row(self.form.file, names, series, row["unit"], found, self.today)
            ok = [self._checked(row, reading, titles[at]) for at, reading in enumerate(readings)]
            yield row, [reading for reading in ok if reading is not None]

    def _checked(self, row: FormRow, reading: Reading, title: str) -> Reading | None:
        """Note what is wrong with a reading; give it with its own title where it is sound."""
        if reading.status == "missing":
            return None
        if reading.status != "ok":
            self.made.problems.append(self._issue(row, title, reading.remarks))
            return None
        if reading.doubts:
            self.made.doubts.append(self._issue(row, title, reading.doubts))
        return replace(reading, cell=replace(reading.cell, column=title))

    def _issue(self, row: FormRow, title: str, issues: Sequence[Issue]) -> Problem:
        fact, remedy = (join(issues, self.language) for join in (join_facts, join_remedies))
        return self._problem(row, title, fact, remedy or msg("correct the cell"))

    def _described(self) -> dict[str, pd.DataFrame]:
        """Tables of the package with regions, units and indicators of the workbook."""
        frames = {}
        for name in ("regions", "units", "indicators"):
            table = self.tables[name]
            more = pd.DataFrame([row for row, _ in self.made.rows.get(name, [])])
            frames[name] = pd.concat([table, more.reindex(columns=table.columns).astype(object)])
        text = frames["indicators"]
        for column in ("lower", "upper", "resolution"):
            text[column] = pd.to_numeric(text[column])
        text["cumulative"] = text["cumulative"].isin([True, "true"])
        return frames


def region_id(name: str, english: str = "") -> str:
    """Id of a region that the package does not know, from its name.

    >>> region_id("青山县"), region_id("青山县", "Qingshan County")
    ('青山县', 'qingshan_county')
    """
    text = english or name
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "_", text.casefold()).strip("_")


def level_below(level: str, name: str) -> str:
    """Level of a region under one of a level; the name of a district says so at its end."""
    below = LEVEL_BELOW.get(level, "township")
    return "district" if below == "county" and name.endswith(ITS_OWN["district"]) else below


def _regions(tables: Mapping[str, pd.DataFrame]) -> Sequence[str]:
    """Names of the regions with a plan."""
    regions, planned = tables["regions"], set(tables["targets"]["region"])
    return [str(name) for name in regions.loc[regions["region"].isin(planned), "name_zh"]]


def _parts(unit: str) -> tuple[object, ...]:
    """Return what two units must have in common to be one."""
    found = unit_of(unit)
    return found.power, found.thing, found.per, found.per_power


def _step(printed: Sequence[str]) -> str:
    """Return the reporting step of figures: that of the one with most decimals."""
    decimals = [len(m[1]) for text in printed if (m := re.search(r"\.([0-9]+)", text))]
    return f"{10.0 ** -max(decimals, default=0):g}"
