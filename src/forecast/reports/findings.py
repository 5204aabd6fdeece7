"""What a plan's figures say on a day: the finding of each indicator, in numbers and in sentences.

Every kind of report, the list of reports and the office forms take their counts and names from
here, so that no two of them can disagree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import pandas as pd

from ..charts.standing import finding_of
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, day, money, probability
from ..intake.matching import split_unit
from ..scenarios.goal_seeking import CLOSED_FORM, required
from ..scenarios.response import PACE
from ..targets.target_state import OPEN, SINGLE, TargetState
from .context import ReportContext, last_targets
from .descriptions import FILE_OR_PAGE, describe_reference
from .html import Cells, Html, chinese, safe

__all__ = ["CLASSES", "Findings", "find"]

CLASSES = {
    "at_risk": "risk", "uncertain": "watch", "missed": "risk", "on_course": "fair",
    "exceeded": "good", "met": "good", "too_early": "none", "awaited": "none", "no_data": "none",
}  # fmt: skip
"""Findings, as charts have them, in the order of what to do; the style that colours each."""
WORRIES = ("at_risk", "uncertain")
INFORMATIVE = ("missed", "on_course", "exceeded", "met")
"""Findings that rest on data, without the worries; of others the most frequent is the headline."""
UNJUDGED = ("too_early", "awaited", "no_data")
FEW_JUDGED = N_("{headline}; {count} cannot be judged yet")
"""A headline that rests on less than half of the indicators."""
HAN = re.compile("[\u4e00-\u9fff]")
LONGEST_NAME = 24
"""Letters of the longest printed name in a table: what is longer is a sentence of the plan."""
PROBABILITY = 0.8
"""Chance that measures are sized for."""
STEP = 0.05
"""Chances in sentences are rounded to it."""
HEADLINES = {
    "at_risk": N_("{region}: {count} of {total} {group} at risk of falling short"),
    "uncertain": N_("{region}: {count} of {total} {group} may fall short"),
    "missed": N_("{region}: {count} of {total} {group} missed"),
    "on_course": N_("{region}: {count} of {total} {group} on course"),
    "exceeded": N_("{region}: {count} of {total} {group} met or exceeded"),
    "met": N_("{region}: {count} of {total} {group} met"),
    "too_early": N_("{region}: {count} of {total} {group} have a base figure only"),
    "awaited": N_("{region}: {count} of {total} {group} past their year without a figure"),
    "no_data": N_("{region}: {count} of {total} {group} have no published data"),
}
ABOUT, BELOW, ABOVE = N_("about {chance}"), N_("below {chance}"), N_("above {chance}")
ALL = {
    "on_course": N_("{region}: all {total} {group} on course"),
    "met": N_("{region}: all {total} {group} met"),
    "too_early": N_("{region}: too early to judge, all {total} {group} have a base figure only"),
    "awaited": N_("{region}: all {total} {group} past their year without a figure"),
    "no_data": N_("{region}: no figure is published for any of {total} {group}"),
}
"""Headlines where one finding is that of all."""
RISKS = N_(
    "{name}: {latest}, target {target}; needs {needed} a year, recently {pace} a year; likely "
    "result {median}, chance {chance}."
)
NO_PACE = N_("{name}: {latest}, target {target}; needs {needed} a year; chance {chance}.")
LOST = N_("It was met in {year}, and is not any more.")
NOT_SECURE = N_(
    "{name}: {latest} meets the target {target}, but may not by then: recently {pace} a year; "
    "likely result {median}, chance {chance}."
)
BELOW_REACHED = N_("The target {target} is no higher than what was reached already: {latest}.")
FALLS = N_("The target {target} asks for less than the earlier one, {earlier}.")
DISAGREE = N_("The documents give different targets for {year}: {values}.")


@dataclass(frozen=True)
class Findings:
    """The findings of a report's context.

    Examples
    --------
    >>> report = ReportContext.load("zhejiang", as_of="2022-12-31", language="en")
    >>> find(report).headline()
    'Zhejiang: 1 of 65 indicators at risk of falling short; 62 cannot be judged yet'
    """

    report: ReportContext

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The last target of each indicator, the open ones first, the riskiest on top.

        Columns of `attainment`, with `finding` (a code of `CLASSES`), `main` (whether the plan
        prints it in its numbered list), `number` there, `owner`, and `first_met` (the year of the
        first figure that met the target; NaN where none did).
        """
        report = self.report
        state = TargetState.of(report.own_fits, report.plan.targets, report.plan.as_of)
        rows = last_targets(report.attainment.assign(first_met=state.first_met))
        rows["finding"] = [finding_of(row) for row in rows.to_dict("records")]
        for column in ("number", "owner"):
            rows[column] = [self.printed.at[name, column] for name in rows["indicator"]]
        numbered = rows["number"] != ""
        rows["main"] = numbered & ~numbered.all()
        order = {code: i for i, code in enumerate(CLASSES)}
        rows["rank"] = rows["finding"].map(order)
        rows["doubt"] = rows["p_reach"].where(rows["finding"].isin([*WORRIES, "on_course"]), 1.0)
        rows = rows.sort_values(
            ["rank", "main", "doubt"], ascending=[True, False, True], kind="stable"
        )
        return rows.drop(columns=["rank", "doubt"]).reset_index(drop=True)

    @cached_property
    def printed(self) -> pd.DataFrame:
        """What the plan prints of each indicator, by id: `number`, `owner`, `name_printed`.

        The numbers of several lists are left out: a number alone would name nothing.
        """
        columns = ["number", "owner", "name_printed"]
        targets = self.report.plan.targets
        rows = targets.reindex(columns=["indicator", *columns]).fillna("").astype(str)
        table = rows.replace("", pd.NA).groupby("indicator", sort=False).last().fillna("")
        numbers = table.loc[table["number"] != "", "number"]
        return table if numbers.is_unique else table.assign(number="")

    @property
    def scope(self) -> pd.DataFrame:
        """Rows of the main indicators; of all where the plan does not tell them apart."""
        return self.rows[self.rows["main"]] if self.rows["main"].any() else self.rows

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Numbers of main and of other indicators by finding; those that occur."""
        main = self.rows.loc[self.rows["main"], "finding"].value_counts()
        other = self.rows.loc[~self.rows["main"], "finding"].value_counts()
        return {
            code: (int(main.get(code, 0)), int(other.get(code, 0)))
            for code in CLASSES
            if code in main or code in other
        }

    @property
    def worries(self) -> pd.DataFrame:
        """Rows of what is at risk or uncertain."""
        return self.rows[self.rows["finding"].isin(WORRIES)]

    @property
    def judged(self) -> pd.DataFrame:
        """Rows with more to say than that a figure is missing."""
        return self.rows[~self.rows["finding"].isin(UNJUDGED)]

    @property
    def drawn(self) -> pd.DataFrame:
        """Rows for the chart of all targets: those without data have no figure."""
        known = self.rows["finding"] != "no_data"
        return self.rows.assign(latest=self.rows["latest"].where(known))

    @cached_property
    def needs(self) -> pd.DataFrame:
        """What each worry takes for a chance of 80 %: rows of `required`."""
        return self.report.once("needs", self._compute_needs)

    def _compute_needs(self) -> pd.DataFrame:
        report, worries = self.report, set(self.worries["indicator"])
        if not worries:
            return pd.DataFrame(columns=["indicator", "lever"])
        answers = report.attainment
        last = answers[answers["indicator"].isin(worries) & answers["status"].isin(OPEN)]
        last = last.sort_values("year").drop_duplicates("indicator", keep="last").sort_index()
        targets = report.plan.targets.loc[last.index]
        return required(report.plan, targets, probability=PROBABILITY, paths=report.paths)

    # Sentences.

    def headline(self) -> str:
        """Say the finding that matters most."""
        for rows in (self.scope, self.rows):
            for code in WORRIES:
                if (rows["finding"] == code).any():
                    return self._count(code, rows)
        counts = self.scope["finding"].value_counts()
        known = [code for code in INFORMATIVE if code in counts]
        most = str(counts.idxmax()) if len(counts) else "no_data"
        return self._count(known[0] if known else most, self.scope)

    def _count(self, code: str, rows: pd.DataFrame) -> str:
        report = self.report
        group = N_("main indicators") if rows["main"].all() else N_("indicators")
        codes = ["exceeded", "met"] if code == "exceeded" else [code]
        count = int(rows["finding"].isin(codes).sum())
        message = ALL.get(codes[-1], HEADLINES[code]) if count == len(rows) else HEADLINES[code]
        headline = report.gettext(
            message, region=report.name("regions", report.plan.region), count=count,
            total=len(rows), group=report.gettext(group),
        )  # fmt: skip
        unjudged = int(rows["finding"].isin(UNJUDGED).sum())
        if code in UNJUDGED or 2 * unjudged <= len(rows):
            return headline
        return report.gettext(FEW_JUDGED, headline=headline, count=unjudged)

    def describe_counts(self, *, main: bool | None = None) -> str:
        """Count the findings of the main, of the other, or of all indicators in a sentence."""
        numbers = {
            code: sum(counts) if main is None else counts[not main]
            for code, counts in self.counts.items()
        }
        return self.report.join(
            self.report.gettext("{word} {count}", word=self.label(code), count=count)
            for code, count in numbers.items()
            if count
        )

    def label(self, code: str) -> str:
        """Return the words for a finding."""
        return self.report.label("finding", code)

    def describe_risk(self, row: Mapping[str, Any]) -> str:
        """Say where a target at risk stands, what it needs and what its chance is."""
        report, indicator = self.report, str(row["indicator"])
        text = RISKS if math.isfinite(row["pace"]) else NO_PACE
        if row["required_rate"] == 0.0:
            text = NOT_SECURE
        risk = report.gettext(
            text, name=self.name(indicator), latest=report.format_latest(row),
            target=report.format_dated_target(row),
            needed=report.format_change(indicator, row["required_rate"]),
            pace=report.format_change(indicator, row["pace"]),
            median=report.format_estimate(indicator, row["median"]),
            chance=self.round_chance(row["p_reach"]),
        )  # fmt: skip
        if row["required_rate"] == 0.0 or not math.isfinite(row["first_met"]):
            return risk
        lost = report.gettext(LOST, year=f"{row['first_met']:.0f}")
        return f"{risk} {lost}"

    def round_chance(self, p: float, *, bare: bool = False) -> str:
        """Format a chance to steps of five points, for a sentence or, `bare`, for a cell."""
        rounded = min(max(round(p / STEP) * STEP, STEP), 1.0 - STEP)
        chance = probability(rounded, self.report.language)
        if bare:
            return f"{'<' if p < STEP else '>' if p > 1.0 - STEP else ''}{chance}"
        text = BELOW if p < STEP else ABOVE if p > 1.0 - STEP else ABOUT
        return self.report.gettext(text, chance=chance)

    def name(self, indicator: str) -> str:
        """Return an indicator's name with its number in the plan's list."""
        name = self.report.name("indicators", indicator)
        number = self.printed.at[indicator, "number"] if indicator in self.printed.index else ""
        if not number:
            return name
        return self.report.gettext("No. {number} {name}", number=number, name=name)

    def first_cells(self, indicator: str) -> dict[str, str]:
        """Return the first cells of a row: name, below it that of the plan and the unit; owner."""
        report = self.report
        name, unit = self.name(indicator), report.symbol(report.unit(indicator))
        known = indicator in self.printed.index
        own, owner = self.printed.loc[indicator, ["name_printed", "owner"]] if known else ("", "")
        # What the plan adds to the name is mostly its own unit.
        added = own.removeprefix(report.name("indicators", indicator))
        own = split_unit(own)[0] if added == own else added.strip("()（）")
        readable = report.language == "zh" or not HAN.search(own)
        shown = own and own != unit and readable and len(own) <= LONGEST_NAME and own not in name
        return {"name": f"{name}\n{own} · {unit}" if shown else f"{name}\n{unit}", "owner": owner}

    def describe_measures(self, indicator: str) -> list[str]:
        """Say what a target takes of each measure, with its cost; else of pace."""
        report, needs = self.report, self.needs
        needs = needs[(needs["indicator"] == indicator) & (needs["lever"] != CLOSED_FORM)]
        texts = []
        for need in needs[needs["lever"] != PACE].to_dict("records"):
            if need["reading"] != "reached" or need["unit"] == "year":
                continue
            text = report.gettext(
                "{lever} {needed}", lever=report.input(str(need["lever"]), indicator),
                needed=report.format_setting(float(need["needed"]), str(need["unit"])),
            )  # fmt: skip
            if math.isfinite(need["cost"]):
                cost = money(need["cost"], report.language)
                text = report.gettext("{text}, {cost} in all", text=text, cost=cost)
            texts.append(text)
        if not texts:
            for need in needs[needs["lever"].eq(PACE)].to_dict("records"):
                reached = need["reading"] == "reached"
                extra = report.format_change(indicator, need["needed"]).removeprefix("+")
                texts = [report.gettext("{extra} a year more than now", extra=extra)
                         if reached else report.gettext("no measure is enough")]  # fmt: skip
        return texts

    def describe_duty(self, row: Mapping[str, Any]) -> str:
        """Say which office is in charge of a target, and by which day it is due."""
        due = day(f"{row['year']:.0f}-12-31", self.report.language)
        if not row["owner"]:
            return self.report.gettext("Due by {day}.", day=due)
        return self.report.gettext("In charge: {owner}; due by {day}.", owner=row["owner"], day=due)

    def notes(self) -> list[tuple[str, str]]:
        """Names of indicators with what is worth knowing of their targets, computed from tables."""
        rows: dict[str, list[dict[str, Any]]] = {}
        ordered = self.report.attainment.sort_values("year", kind="stable").to_dict("records")
        for row in ordered:
            rows.setdefault(row["indicator"], []).append({str(c): v for c, v in row.items()})
        names = self.report.attainment["indicator"].drop_duplicates()
        return [
            (self.report.name("indicators", indicator), text)
            for indicator in names
            for text in self._notes_on(indicator, rows[indicator])
        ]

    def _notes_on(self, indicator: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Yield what is worth knowing of an indicator's targets, given in the order of years."""
        report = self.report
        falling = report.indicators.at[indicator, "better"] == "lower"
        sign = -1.0 if falling else 1.0
        if indicator in self._first_figures.index:
            last = self._first_figures.loc[indicator]
            low = [row for row in rows if sign * row["target"] <= sign * last["value"]]
            if low:
                latest = {**low[-1], "latest": last["value"], "latest_year": last["year"]}
                yield report.gettext(
                    BELOW_REACHED, target=report.format_dated_target(low[-1]),
                    latest=report.format_latest(latest),
                )  # fmt: skip
        known = self._remarked[self._remarked["doubt"].eq("contradicted")]
        years = set(known.loc[known["indicator"].eq(indicator), "year"])
        yearly = []
        for year, group in groupby(rows, key=itemgetter("year")):
            of_year = [*group]
            yearly.append(of_year[0])
            if len({row["target"] for row in of_year}) > 1 and year not in years:
                values = report.join(map(report.format_target, of_year))
                yield report.gettext(DISAGREE, year=year, values=values)
        for earlier, later in pairwise(yearly):
            if sign * later["target"] < sign * earlier["target"]:
                yield report.gettext(
                    FALLS, target=report.format_dated_target(later),
                    earlier=report.format_dated_target(earlier),
                )  # fmt: skip

    @cached_property
    def _first_figures(self) -> pd.DataFrame:
        """Last figure of each indicator before the plan's first target."""
        figures = self.report.plan.observations
        figures = figures[figures["year"] <= self._start].sort_values("year", kind="stable")
        return figures.drop_duplicates("indicator", keep="last").set_index("indicator")

    @property
    def _start(self) -> float:
        """Last year before the plan's first target."""
        years = self.report.plan.targets["year"]
        return float(years.min()) - 1.0 if len(years) else math.inf

    @cached_property
    def _remarked(self) -> pd.DataFrame:
        """Doubtful targets (`schema.DOUBTS`) with a remark; of those that contradict, one."""
        targets = self.report.plan.targets
        columns = targets.reindex(columns=["note", "doubt"], fill_value="").fillna("")
        noted = targets.assign(**columns)[columns.ne("").all(axis=1)]
        year = noted["year"].where(~noted["note"].str.contains(FILE_OR_PAGE), 0)
        again = noted.assign(year=year).duplicated(["doubt", "indicator", "year"])
        return noted[~(again & noted["doubt"].eq("contradicted"))]

    def printed_notes(self) -> list[tuple[Html, str]]:
        """Remarks of the tables on doubtful targets, with their indicators."""
        report = self.report
        return [
            (self._remark(rows.iloc[0]), report.join(dict.fromkeys(
                report.name("indicators", name) for name in rows["indicator"]
            )))
            for _, rows in self._remarked.groupby("note", sort=False)
        ]  # fmt: skip

    def _remark(self, target: pd.Series) -> Html:
        """Remark on a target in the reader's language, else as the tables have it."""
        english = str(target.get("note_en", "") or "")
        if self.report.data_language == "en" and english:
            return Html(safe(self.report.name_documents(english)))
        return chinese(self.report.name_documents(target["note"]))

    # Rows of tables.

    def standing_rows(self, rows: pd.DataFrame) -> list[Cells]:
        """Put indicators into rows of cells."""
        return [self._standing_row(row) for row in rows.to_dict("records")]

    def base_rows(self) -> list[Cells]:
        """Put the indicators with a base figure only into cells; regions that kept the pace."""
        report, columns = self.report, ("name", "owner", "latest", "target", "required_rate")
        heads = [report.label("column", column) for column in columns]
        found = self.rows[self.rows["finding"] == "too_early"]
        key = ["indicator", "year", "target"]
        paces = found.merge(report.paces_needed.drop_duplicates(key), on=key, how="left")
        return [
            {head: row[head] for head in heads}
            | report.with_heads({
                "peers_as_fast": report.gettext(
                    "{count} of {total}", count=int(pace["as_fast"]), total=int(pace["regions"])
                ) if pace["regions"] > 0 else NO_VALUE,
            })
            for row, pace in zip(
                self.standing_rows(found), paces.to_dict("records"), strict=True
            )
        ]  # fmt: skip

    def describe_reference(self) -> str:
        """Say what became of targets of other plans, for comparison."""
        return describe_reference(self.report)

    def _standing_row(self, row: Mapping[str, Any]) -> Cells:
        """Put an indicator into cells: target, figure, needed and recent change, finding."""
        report, indicator = self.report, str(row["indicator"])
        chance = row["finding"] in (*WORRIES, "on_course") and row["evidence"] != SINGLE
        return report.with_heads({
            **self.first_cells(indicator),
            "latest": report.format_latest(row),
            "target": report.format_dated_target(row),
            "required_rate": report.format_change(indicator, row["required_rate"]),
            "pace": report.format_change(indicator, row["pace"]),
            "median": report.format_estimate(indicator, row["median"] if chance else None),
            "p_reach": self.round_chance(row["p_reach"], bare=True) if chance else NO_VALUE,
            "finding": self.label(row["finding"]),
        })  # fmt: skip

    def by_finding(self, *codes: str) -> list[tuple[str, str]]:
        """Names of the indicators of findings, by area."""
        rows = self.rows[self.rows["finding"].isin(codes)]
        return [
            (area, self.report.join(map(self.name, part["indicator"])))
            for area, part in self.report.by_area(rows)
        ]


def find(report: ReportContext) -> Findings:
    """Return the findings of a report, the same each time."""
    found: Findings = report.memo.setdefault("findings", Findings(report))
    return found
