"""The context of a report: a plan as known on a day, its fits, and names in one language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from ..evaluation.task_progress import judge_progress
from ..evaluation.vintages import OPEN
from ..i18n.formatting import change, format_time, scenario_name
from ..i18n.labels import LABELS
from ..model.fitting import Fits, quantiles
from ..model.panel import KEY
from ..model.priors import read_priors
from ..model.simulation import Paths
from ..scenarios.baseline import fit_plan, project
from ..scenarios.declarations import Mechanism, read_mechanisms
from ..scenarios.series_state import Key
from ..tables.names import Names
from ..tables.plan import Plan, load_plan, recut
from ..targets.attainment import attainment
from ..targets.comparable_paces import compare_paces
from ..targets.index_coverage import describe_components, describe_indices
from ..targets.reference_class import count_reached
from ..targets.target_state import hide_single

__all__ = ["ReportContext", "forecast_years", "format_time", "last_rows", "last_targets"]


T = TypeVar("T")


class computed(cached_property[T]):
    """Property computed once for a plan, years and draws, whatever the language.

    Copies of a context by `dataclasses.replace` share what was computed for their inputs.
    """

    def __get__(self, report: Any, owner: Any = None) -> Any:
        """Return the value, if it has been computed for another language too."""
        if report is None:
            return self
        value = report.once(str(self.attrname), lambda: self.func(report))
        report.__dict__[self.attrname] = value
        return value


@dataclass(frozen=True)
class ReportContext(Names):
    """A plan, the reader's language, and what a run was given; what follows is computed once.

    `until` is the last year forecast, `draws` and `seed` are those of simulations, `data` and
    `folder` where tables are read from and written to, `formats` the forms of the report, as a
    parameter file has them.

    Examples
    --------
    >>> report = ReportContext.load("lishui", as_of="2022-12-31", language="en")
    >>> report.years[-1], len(report.attainment) == len(report.plan.targets)
    (2025, True)
    """

    until: int | None = None
    draws: int = 4000
    seed: int = 0
    data: str | None = None
    folder: str | None = None
    formats: Collection[str] | None = None
    shared: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What contexts in other languages have in common: see `computed`."""

    @staticmethod
    def load(
        region: str, *, data: str | None = None, as_of: str | None = None, **options: Any
    ) -> ReportContext:
        """Load a region's plan as known on a day, from a folder or database of tables or shipped.

        The `options` are the other fields: language, until, draws, seed, folder, formats.

        Raises
        ------
        DataError, UnknownNameError
            As `load_plan`.
        """
        plan = load_plan(data or region, as_of=as_of, region=region)
        return ReportContext(plan=plan, data=data, **options)

    # What is computed from the plan.

    def once(self, name: str, compute: Callable[[], T]) -> T:
        """Compute what does not depend on the language; copies for other languages share it."""
        inputs = (self.until, self.draws, self.seed)
        plan, known, value = self.shared.get(name, (None, None, None))
        if plan is not self.plan or known != inputs:
            value = compute()
            self.shared[name] = self.plan, inputs, value
        found: T = value
        return found

    @computed
    def years(self) -> list[int]:
        """Years that are forecast."""
        return forecast_years(self.plan, self.until)

    @computed
    def figures(self) -> pd.DataFrame:
        """Return the published figures of all regions."""
        return pd.concat([self.plan.observations, self.plan.siblings])

    @computed
    def priors(self) -> pd.DataFrame:
        """Priors of the plan's folder, else the shipped ones."""
        return read_priors(self.plan.folder or None)

    @computed
    def fits(self) -> Fits:
        """Fits of the figures of all regions."""
        return fit_plan(self.plan, priors=self.priors)

    @computed
    def own_fits(self) -> Fits:
        """Fits of the region's own figures."""
        regions = self.plan.observations["region"].unique()
        fits: Fits = self.fits
        return fits.take(np.flatnonzero(fits.series["region"].isin(regions)))

    @computed
    def quantiles(self) -> pd.DataFrame:
        """Forecasts of the region's indicators."""
        table = quantiles(self.own_fits, self.years)
        if not self.moved_by_projects:
            return table
        drawn = self.paths.quantiles().set_index([*KEY, "year"])
        index = pd.MultiIndex.from_frame(table[[*KEY, "year"]])
        moved = index.droplevel("year").isin(self.moved_by_projects) & index.isin(drawn.index)
        numbers = [c for c in table if c in drawn and c != "scenario"]
        table.loc[moved, numbers] = drawn.loc[index[moved], numbers].to_numpy()
        return table

    @computed
    def attainment(self) -> pd.DataFrame:
        """Answers on the plan's targets, a row each in their order, for people to read."""
        source = self.paths if self.moved_by_projects else self.own_fits
        return hide_single(attainment(source, self.plan.targets, as_of=self.plan.as_of))

    @computed
    def moved_by_projects(self) -> list[Key]:
        """Series that the plan's projects move; simulated only where projects name indicators."""
        if (
            "indicator" not in self.plan.projects
            or not self.plan.projects["indicator"].ne("").any()
        ):
            return []
        values, usual = self.paths.values, self.paths.baseline
        if usual is None:
            return []
        same = (values == usual) | np.isnan(usual)
        series = self.paths.fits.series.loc[~same.all(axis=(1, 2)), KEY]
        return list(series.itertuples(index=False, name=None))

    @computed
    def paces_needed(self) -> pd.DataFrame:
        """Paces that open targets with one figure need, beside those of comparable regions."""
        return compare_paces(self.fits, self.attainment[self.attainment["status"] == "too_early"])

    @computed
    def reference(self) -> pd.DataFrame:
        """Count what became of real plan targets, by kind: see `count_reached`."""
        return count_reached(self.plan.tables["plan_outcomes"])

    @computed
    def paths(self) -> Paths:
        """Simulate futures of the region's indicators: the baseline."""
        last, seed = self.years[-1], self.seed
        return project(self.plan, until=last, draws=self.draws, seed=seed, fits=self.fits)

    @computed
    def whole(self) -> Plan:
        """Cut the plan of all regions from the same tables as of the same day."""
        return recut(replace(self.plan, region=""), self.plan.tables)

    @computed
    def components(self) -> pd.DataFrame:
        """Describe the components of the plan's indices: see `describe_components`."""
        return describe_components(self.plan)

    @computed
    def indices(self) -> pd.DataFrame:
        """Describe the plan's indices: see `describe_indices`."""
        return describe_indices(self.paths, self.plan)

    @computed
    def progress(self) -> pd.DataFrame:
        """How far tasks and projects are, as reported; empty where nothing was."""
        return judge_progress(self.plan)

    @computed
    def mechanisms(self) -> dict[str, Mechanism]:
        """Mechanisms with what is declared for the region."""
        declared = read_mechanisms(self.plan.folder or None)
        return {name: m.in_region(self.plan.region) for name, m in declared.items()}

    def is_active(self, mechanism: Mechanism) -> bool:
        """Whether a mechanism has something to act on in the region."""
        if mechanism.kind == "project_list":
            return len(self.plan.projects) > 0
        return mechanism.indicator in set(self.plan.observations["indicator"])

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What later modules compute once for this report."""
        return {}

    # Sources and tables.

    def list_sources(self, *tables: pd.DataFrame) -> list[str]:
        """List the sources that tables name, in the order of `sources.csv`."""
        used = {source for table in tables if "source" in table for source in table["source"]}
        return [source for source in self.plan.sources["source"] if source in used]

    @cached_property
    def target_figures(self) -> pd.DataFrame:
        """The region's figures of indicators with a target."""
        figures = self.plan.observations
        return figures[figures["indicator"].isin(self.plan.targets["indicator"])]

    def source_rows(self, sources: Collection[str]) -> pd.DataFrame:
        """Return the rows of sources in `sources.csv`."""
        table = self.plan.sources
        return table[table["source"].isin(sources)].reset_index(drop=True)

    def describe(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put name, unit and area of each row's indicator beside its id; the region comes first."""
        columns = ["indicator", f"name_{self.data_language}", "unit", "area"]
        about = self.indicators[columns].set_axis(["indicator", "name", "unit", "area"], axis=1)
        about = about.reset_index(drop=True)
        found = about.merge(table, on="indicator", how="right")
        first = [column for column in ("region",) if column in found]
        return found[[*first, *found.columns.drop(first)]]

    def describe_answers(self, answers: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
        """Describe answers to targets, a row each in the same order, with the targets' origin."""
        columns = ["number", "name_printed", "owner", "role", "force", "source", "locus", "note"]
        origin = targets.reindex(columns=columns, fill_value="").set_axis(answers.index)
        if self.data_language == "en" and "note_en" in targets:
            english = targets["note_en"].set_axis(answers.index)
            origin["note"] = english.where(english.ne(""), origin["note"])
        origin["note"] = origin["note"].map(self.name_documents)
        return self.describe(pd.concat([answers, origin], axis=1))

    def by_area(self, rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
        """Split rows by the names of their indicators' areas, in the order of areas."""
        areas = rows["indicator"].map(self.indicators["area"])
        present = [area for area in self.plan.areas["area"] if (areas == area).any()]
        return [(self.name("areas", area), rows[areas == area]) for area in present]

    # Texts.

    def local(self, item: object, stem: str) -> str:
        """Return a text of a declaration, such as its `name`, in the reader's language."""
        return self.name_documents(str(getattr(item, f"{stem}_{self.data_language}") or ""))

    def with_heads(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Put the labels of columns for their codes."""
        return {self.label("column", code): text for code, text in cells.items()}

    def count_labels(self, group: str, codes: pd.Series) -> str:
        """List the labels of codes with their counts, in the order of the labels."""
        counts = codes.value_counts()
        present = [code for code in LABELS[group] if code in counts]
        return self.join(f"{self.label(group, code)} {counts[code]}" for code in present)

    def scenario(self, name: str) -> str:
        """Return the name of a scenario."""
        return scenario_name(name, self.language)

    def format_dated_target(self, row: Mapping[str, Any] | pd.Series) -> str:
        """Format a target with its comparator and year."""
        target = self.format_target(row)
        return self.gettext("{target} ({year})", target=target, year=row["year"])

    def format_latest(self, row: Mapping[str, Any] | pd.Series) -> str:
        """Format the latest figure with its year."""
        value = self.format_value(row["indicator"], row["latest"])
        year = format_time(float(row["latest_year"]))
        return self.gettext("{target} ({year})", target=value, year=year)

    def format_setting(self, value: float, unit: str) -> str:
        """Format a lever's setting to three digits; of a percentage in points."""
        if unit in ("percent", "permille"):
            return change(value, self.language, unit=unit).lstrip("+")
        return self.format_rounded(value, unit)

    def input(self, label: str, indicator: str) -> str:
        """Return the name of a lever, an assumption or another input of an indicator."""
        if label in LABELS["input"]:
            return self.label("input", label)
        head, _, tail = label.rpartition(".")
        for name, mechanism in self.mechanisms.items():
            if head == name or (not head and mechanism.indicator == indicator):
                declared: dict[str, Any] = {**mechanism.levers, **mechanism.assumptions}
                if tail in declared:
                    return self.local(declared[tail], "name")
                if tail in LABELS["input"]:
                    return self.label("input", tail)
        if head in set(self.plan.regions["region"]):
            region, name = self.name("regions", head), self.quantity(tail)
            return self.gettext("{name} in {region}", region=region, name=name)
        return self.quantity(label)


def forecast_years(plan: Plan, until: int | None = None) -> list[int]:
    """List the years to forecast: after the first figure, up to `until`.

    Without `until` up to the last target year, or to the year of the as-of date if that is later.
    A target beyond `until` could not be judged, so the last year is never before the last target.

    >>> import forecast as fc
    >>> forecast_years(fc.load_plan("lishui", as_of="2022-12-31"))[-1]
    2025
    """
    last = max([*plan.targets["year"], int(plan.as_of[:4] or 0), until or 0])
    figures = pd.concat([plan.observations, plan.siblings])["year"]
    first = int(figures.min()) if len(figures) else int(last)
    return list(range(first + 1, int(last) + 1)) or [int(last)]


def last_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each indicator's row of the last year, of equal years the harder target's."""
    ease = -rows["p_reach"].fillna(0.0)
    ordered = rows.assign(ease=ease).sort_values(["year", "ease"], kind="stable")
    return ordered.drop_duplicates("indicator", keep="last").drop(columns="ease")


def last_targets(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row an indicator: its last open target, else its last."""
    open_ = table["status"].isin([*OPEN, "no_data"])
    chosen = last_rows(table[open_])
    closed = last_rows(table[~open_ & ~table["indicator"].isin(chosen["indicator"])])
    order = table["indicator"].drop_duplicates()
    return pd.concat([chosen, closed]).set_index("indicator").loc[order].reset_index()
