"""The report on one indicator: what it is, every region's figures, forecasts, levers and rules.

`profile` collects what is known of an indicator in all regions; the `show` functions turn that
into the page. Every name and text from the tables is escaped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..errors import check_name
from ..evaluation.vintages import OPEN
from ..i18n.catalog import N_
from ..i18n.formatting import (
    NO_VALUE,
    amount,
    change,
    comparison,
    estimate,
    number,
    probability,
    unit_symbol,
)
from ..model.fitting import Fits, quantiles
from ..scenarios.declarations import Mechanism, read_mechanisms
from ..scenarios.response import yearly_paces
from ..tables.plan import Plan, load_plan
from ..targets.attainment import attainment
from ..targets.progress import PACE_FIGURES
from .descriptions import belief_of, formula_of
from .html import (
    Html,
    Telling,
    Value,
    bullets,
    dated,
    heading,
    known_on,
    paragraph,
    parameter_table,
    picture,
    safe,
    tabulate,
)
from .method_check import Check, fit_row
from .monitoring import last_targets
from .scenarios import link_sources

__all__ = [
    "Profile",
    "choose_indicator",
    "profile",
    "result_tables",
    "show_comparison",
    "show_facts",
    "show_figures",
    "show_fits",
    "show_forecasts",
    "show_mechanisms",
    "show_parameters",
    "show_reading",
    "show_rules",
    "show_title",
]

QUIET = ("percent", "permille")


@dataclass(frozen=True)
class Profile(Telling):
    """What a report on one indicator is told from.

    `plan` is the region's; `everything` that of all regions. `figures` are those of the indicator,
    `reached` the attainment of all its targets, `paces` the yearly paces of all regions, and
    `fits` and `quantiles` those of its series.
    """

    plan: Plan
    everything: Plan
    indicator: str
    language: str
    fits: Fits
    quantiles: pd.DataFrame
    figures: pd.DataFrame
    reached: pd.DataFrame
    paces: np.ndarray[Any, np.dtype[np.float64]]
    mechanisms: Mapping[str, Mechanism]

    @cached_property
    def about(self) -> pd.Series:
        """Row of the indicator in `indicators.csv`."""
        return self.everything.indicators.set_index("indicator").loc[self.indicator]

    @property
    def unit_id(self) -> str:
        """Id of the indicator's unit."""
        return str(self.about["unit"])

    @property
    def unit_sign(self) -> str:
        """Sign or name of the indicator's unit."""
        return unit_symbol(self.unit_id, self.name("units", self.unit_id))

    @property
    def title(self) -> str:
        """Name of the indicator."""
        return self.quantity(self.indicator)

    @property
    def last(self) -> pd.DataFrame:
        """Last target of each region that has one."""
        rows = self.reached
        parts = [last_targets(mine) for _, mine in rows.groupby("region", sort=False)]
        return pd.concat(parts, ignore_index=True) if parts else rows

    def sources(self) -> list[str]:
        """List the sources of the indicator's figures and targets, of all regions."""
        used = {*self.figures["source"], *self.goals["source"], *self.rules["source"]}
        return [s for s in self.plan.sources["source"] if s in used]

    @cached_property
    def goals(self) -> pd.DataFrame:
        """Targets of the indicator in all plans, in the order of `reached`."""
        rows = self.everything.targets
        return rows[rows["indicator"] == self.indicator].reset_index(drop=True)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """Rules whose formula names the indicator."""
        word = re.compile(rf"\b{re.escape(self.indicator)}\b")
        rows = self.everything.rules
        # As an array of truths: an empty list would choose columns, none.
        named = np.array([bool(word.search(str(f))) for f in rows["formula"]], bool)
        return rows.loc[named].reset_index(drop=True)

    def amount(self, value: float | None, unit: str) -> str:
        """Write a quantity with its unit; a year as a date."""
        if unit == "year" and value is not None and value > 1000:
            return f"{value:.0f}"
        names = self.plan.units.set_index("unit")[f"name_{self.language}"]
        told = unit_symbol(unit, str(names.get(unit, "")))
        name = "" if unit in QUIET else told
        return amount(value, self.language, unit=unit, name=name)

    def goal(self, row: Mapping[str, Any]) -> str:
        """Write a target with its comparator and year."""
        told = comparison(
            str(row["comparator"]), float(row["target"]), self.language, unit=self.unit_id
        )
        return self.gettext("{target} ({year})").format(target=told, year=row["year"])


def choose_indicator(plan: Plan, asked: str | None = None) -> str:
    """Give the indicator asked for, else the binding one, else that with the most figures.

    Raises
    ------
    UnknownNameError
        For an indicator that the plan does not have.

    Examples
    --------
    >>> import forecast as fc
    >>> choose_indicator(fc.load_plan("lishui", as_of="2022-12-31"))
    'minimum_living_standard'
    """
    known = list(plan.indicators["indicator"])
    if asked is not None:
        check_name("indicator", asked, known)
        return asked
    counts = plan.observations.groupby("indicator").size()
    goals = plan.targets
    binding = set(goals.loc[goals["force"] == "binding", "indicator"])
    wanted = set(goals["indicator"])
    order = [(n not in binding or n not in counts, n not in wanted, -int(counts.get(n, 0)))
             for n in known]  # fmt: skip
    return str(known[min(range(len(known)), key=lambda i: order[i])])


def profile(plan: Plan, fits: Fits, indicator: str, *, language: str) -> Profile:
    """Collect what is known of an indicator in all regions, as of the plan's day.

    Parameters
    ----------
    plan, fits : a region's plan, and the fits of its figures and its siblings'
    indicator : of the plan
    language : `zh` or `en`

    Examples
    --------
    >>> import pandas as pd, forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    >>> found = profile(plan, fits, "nursing_bed_share", language="en")
    >>> sorted(found.reached["region"].unique()), sorted(found.mechanisms)
    (['lishui', 'shaoxing', 'xiaoshan', 'zhejiang'], ['nursing_bed_share_stocks'])
    """
    check_name("indicator", indicator, list(plan.indicators["indicator"]))
    everything = load_plan(plan.place, as_of=plan.as_of or None)
    series = fits.series["indicator"] == indicator
    own = fits.take(np.flatnonzero(series))
    goals = everything.targets[everything.targets["indicator"] == indicator]
    figures = pd.concat([plan.observations, plan.siblings])
    figures = figures[figures["indicator"] == indicator].sort_values(["region", "year"])
    known = read_mechanisms(plan.folder or None)
    return Profile(
        plan=plan,
        everything=everything,
        indicator=indicator,
        language=language,
        fits=own,
        quantiles=_quantiles(own, plan, goals),
        figures=figures.reset_index(drop=True),
        reached=attainment(own, goals.reset_index(drop=True), as_of=plan.as_of),
        paces=yearly_paces(plan, indicator)[0],
        mechanisms={
            name: m.in_region(plan.region)
            for name, m in known.items()
            if indicator == m.indicator or indicator in m.inputs.values()
        },
    )


def result_tables(found: Profile) -> dict[str, pd.DataFrame]:
    """Give the tables of the report for `workbook.write_book`."""
    figures = found.figures.rename(columns={"status": "data_status"})
    sources = found.plan.sources
    tables = {
        "attainment": found.answered(found.reached, found.goals),
        "quantiles": found.described(found.quantiles),
        "observations": found.described(figures),
        "sources": sources[sources["source"].isin(found.sources())].reset_index(drop=True),
    }
    return {key: table for key, table in tables.items() if len(table)}


def show_title(found: Profile) -> Html:
    """Name of the indicator, day, and whose plan it is seen from."""
    title = found.gettext("{name}: everything known").format(name=found.title)
    place = found.gettext(
        "Seen from the plan of {region}; figures and targets of other regions stand beside it."
    ).format(region=found.name("regions", found.plan.region))
    known = safe(known_on(found.plan, found.language))
    return Html(f"<h1>{safe(title)}</h1>\n<p>{known}<br>\n{safe(place)}</p>")


def show_reading(found: Profile) -> Html:
    """Say what stands out: figures, each plan's last target, the paces that were seen."""
    gettext = found.gettext
    parts = [heading(gettext("What stands out"))]
    if found.figures.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No region ever published a figure of this indicator, so nothing "
                            "is forecast."
                        )
                    ),
                ]
            )
        )
    years = found.figures["year"]
    lines = [
        gettext("Regions with published figures: {regions}; figures: {figures}, "
"{first} to {last}.").format(
            regions=found.figures["region"].nunique(), figures=len(found.figures),
            first=dated(float(years.min())), last=dated(float(years.max())),
        )
    ]  # fmt: skip
    lines += [_verdict(found, row) for row in found.last.to_dict("records")]
    lines += _pace_lines(found)
    return Html("\n".join([*parts, bullets(lines)]))


def show_facts(found: Profile) -> Html:
    """Tell what the indicator is: definition, unit, kind, bounds, direction, near ones."""
    gettext, about = found.gettext, found.about
    low, high = (
        number(float(about[end]), found.language, unit=found.unit_id)
        if pd.notna(about[end]) and str(about[end]) != ""
        else gettext("none")
        for end in ("lower", "upper")
    )
    definition = str(about["definition"] or "")
    facts: dict[str, str | Html] = {
        "definition": Html(f'<span lang="zh">{safe(definition)}</span>' if definition else ""),
        "unit": found.unit_sign,
        "area": found.name("areas", about["area"]),
        "kind": found.label("kind", str(about["kind"])),
        "better": found.label("better", str(about["better"])),
        "bounds": gettext("lower {low}, upper {high}").format(low=low, high=high),
        "resolution": number(float(about["resolution"]), found.language, unit=found.unit_id),
        "parts": _parts(found),
        "related": "\n".join(_related(found)),
    }
    lines = [
        {found.label("column", "fact"): found.label("fact", key),
         found.label("column", "value"): value}
        for key, value in facts.items()
        if value not in ("", Html(""))
    ]  # fmt: skip
    return Html("\n".join([heading(gettext("What it is")), tabulate(lines, words=True)]))


def show_figures(found: Profile) -> Html:
    """Show figures and targets of all regions as small pictures, then as a table with sources."""
    from ..charts.dashboard import region_panels
    from ..charts.fan import moment_of
    from ..charts.style import to_png

    gettext = found.gettext
    parts = [heading(gettext("Figures and targets of all regions"))]
    regions = _regions(found)
    if not regions:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No region ever published a figure of this indicator, so nothing "
                            "is forecast."
                        )
                    ),
                ]
            )
        )
    figure = region_panels(
        [_panel(found, region) for region in regions], moment=moment_of(found.plan),
        notes=[gettext("All on one scale. ● published   ◇ and dashed line: last target   "
"━ median and 80 % interval (regions with a plan)   dotted line: "
"as-of date"), _origin(found)], language=found.language,
    )  # fmt: skip
    text = gettext("{name}: figures, targets and forecasts").format(name=found.title)
    parts.append(picture(to_png(figure), text))
    rows = found.figures.sort_values(["region", "year"], key=_ranked(regions), kind="stable")
    lines = [_figure_row(found, row) for row in rows.to_dict("records")]
    if lines:
        parts.append(tabulate(lines, words=True))
    return Html("\n".join(parts))


def show_comparison(found: Profile) -> Html:
    """Compare the regions by their latest figures and paces."""
    from ..charts.evaluation import comparison_chart
    from ..charts.style import to_png

    gettext = found.gettext
    parts = [heading(gettext("Regions compared"))]
    if found.figures.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No region ever published a figure of this indicator, so nothing "
                            "is forecast."
                        )
                    ),
                ]
            )
        )
    titles = [
        gettext("latest figure ({unit})").format(unit=found.unit_sign),
        gettext("pace a year"),
    ]
    figure = comparison_chart(
        _compared(found),
        unit=found.unit_id,
        titles=titles,
        language=found.language,
        notes=[_origin(found, dotted=False)],
    )
    text = gettext("{name}: latest figure and pace of all regions").format(name=found.title)
    return Html("\n".join([*parts, picture(to_png(figure), text), bullets(_pace_lines(found))]))


def show_fits(found: Profile) -> Html:
    """Tell how each region's figures were fitted: paths, pace, evidence, remarks."""
    gettext = found.gettext
    parts = [heading(gettext("How each region was fitted"))]
    summary = found.fits.summary()
    if summary.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No region ever published a figure of this indicator, so nothing "
                            "is forecast."
                        )
                    ),
                ]
            )
        )
    lines = []
    for region in _regions(found):
        mine = summary[summary["region"] == region]
        if mine.empty:
            continue
        check = Check(
            plan=replace(found.plan, region=region), fits=found.fits, trial=None,
            calibration=pd.DataFrame(), language=found.language,
        )  # fmt: skip
        told = fit_row(check, found.about, mine.iloc[0])
        told.pop(found.label("column", "name"))
        lines.append({found.label("column", "region"): found.name("regions", region)} | told)
    return Html(
        "\n".join(
            [
                *parts,
                paragraph(
                    gettext(
                        "Below the number of figures: the yearly steps that other regions "
                        "show over eight years. Growth paths are straight lines on their "
                        "own scales, with their weights; the forecast is the weighted mean "
                        "of their quantiles. The estimated pace is in the indicator's unit "
                        "a year, behind ± its standard deviation. Own: how much of the "
                        "pace the region's own figures have settled; the rest is other "
                        "regions and the prior."
                    )
                ),
                tabulate(lines),
            ]
        )
    )


def show_forecasts(found: Profile) -> Html:
    """Give the attainment of every target, of all regions with a plan."""
    gettext = found.gettext
    parts = [heading(gettext("Forecasts and chances of regions with a plan"))]
    if found.reached.empty:
        return Html(
            "\n".join([*parts, paragraph(gettext("No plan has a target of this indicator."))])
        )
    rows = found.reached.sort_values(["region", "year"], key=_ranked(_regions(found)))
    lines = pd.DataFrame([_target_row(found, row) for row in rows.to_dict("records")])
    return Html("\n".join([*parts, tabulate(lines.loc[:, lines.ne(NO_VALUE).any()])]))


def show_mechanisms(found: Profile) -> Html:
    """List the mechanisms that act on the indicator or read it, with levers and assumptions."""
    gettext = found.gettext
    parts = [heading(gettext("Mechanisms and levers"))]
    if not found.mechanisms:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(gettext("No mechanism that acts on this indicator is described.")),
                ]
            )
        )
    for mechanism in found.mechanisms.values():
        head = gettext("{mechanism} (acts on {indicator})").format(
            mechanism=getattr(mechanism, f"name_{found.language}"),
            indicator=found.quantity(mechanism.indicator),
        )
        lines = [*_levers(found, mechanism), *_beliefs(found, mechanism)]
        parts += [heading(head, 3), link_sources(tabulate(lines, words=True))]
    return Html("\n".join(parts))


def show_rules(found: Profile) -> Html:
    """List the rules of all plans that name the indicator, in words."""
    gettext, rules = found.gettext, found.rules
    parts = [heading(gettext("Rules that name it"))]
    if rules.empty:
        return Html("\n".join([*parts, paragraph(gettext("No rule names this indicator."))]))
    lines: list[dict[str, str | Html]] = [
        {
            found.label("column", "region"): found.name("regions", row["region"]),
            found.label("column", "rule"): formula_of(found, str(row["formula"])),
            found.label("column", "locus"): _place(found, row),
        }
        for row in rules.to_dict("records")
    ]
    return Html("\n".join([*parts, tabulate(lines, words=True)]))


def show_parameters(found: Profile, parameters: Mapping[str, Value], *, last: int) -> Html:
    """Print the run's parameters, in words; `last` is the last year forecast."""
    gettext = found.gettext
    until = parameters.get("until") or gettext("{year} (by default)").format(year=last)
    told = dict(parameters) | {
        "draws": gettext("not used in this report"),
        "seed": gettext("not used in this report"),
    }
    given = parameters.get("indicator") is not None
    told["indicator"] = (
        found.title if given else gettext("{name} (by default)").format(name=found.title)
    )
    table = parameter_table(found.plan, told, found.language, until=str(until))
    note = (
        paragraph(
            gettext(
                "All results, and place and note of every target, are in the "
                "tables beside this report."
            )
        )
        if parameters.get("folder")
        else ""
    )
    return Html("\n".join([heading(gettext("Parameters of this report")), table, note]))


# Collecting.


def _quantiles(fits: Fits, plan: Plan, goals: pd.DataFrame) -> pd.DataFrame:
    """Forecasts from the first latest figure to the last target, or the present."""
    if not len(fits.series):
        return pd.DataFrame(columns=["region", "indicator", "year"])
    first = math.floor(fits.series["latest_year"].min()) + 1
    last = max([*goals["year"].astype(int), int(plan.as_of[:4] or first)])
    return quantiles(fits, list(range(first, last + 1)))


def _regions(found: Profile) -> list[str]:
    """Regions with a target or a figure: this one, those with plans, those with most figures."""
    counts = found.figures.groupby("region").size()
    planned = list(dict.fromkeys(found.reached["region"]))
    used = {*planned, *counts.index}
    order = {r: (r != found.plan.region, r not in planned, -int(counts.get(r, 0))) for r in used}
    every = [str(r) for r in found.plan.regions["region"] if r in used]
    return sorted(every, key=lambda region: order[region])


def _ranked(regions: list[str]) -> Any:
    """Make a sort key that puts regions in an order, and leaves other columns as they are."""
    place = {region: i for i, region in enumerate(regions)}
    return lambda column: column.map(place) if column.name == "region" else column


def _panel(found: Profile, region: str) -> Any:
    """Collect a region's small picture; forecasts only where a plan asks for them."""
    from ..charts.fan import ChartData, anchored

    goals = found.reached[found.reached["region"] == region]
    seen = found.figures[found.figures["region"] == region]
    fan = found.quantiles[found.quantiles["region"] == region]
    fan = fan[fan["year"] <= goals["year"].max()] if len(goals) else fan.iloc[:0]
    return ChartData(
        found.name("regions", region), found.unit_id, found.unit_sign,
        float(found.about["resolution"]), found.language, seen,
        anchored(fan, seen) if len(fan) else pd.DataFrame(), goals,
    )  # fmt: skip


def _compared(found: Profile) -> pd.DataFrame:
    """Latest figure and pace of each region, the best first."""
    rows = []
    for region, mine in found.figures.groupby("region", sort=False):
        mine = mine.drop_duplicates("year", keep="last").tail(PACE_FIGURES)
        value, year = mine["value"].to_numpy(float), mine["year"].to_numpy(float)
        span = year[-1] - year[0]
        rows.append(
            {"name": found.name("regions", region), "latest": value[-1], "latest_year": year[-1],
             "pace": (value[-1] - value[0]) / span if span > 0 else math.nan,
             "own": region == found.plan.region}
        )  # fmt: skip
    best = str(found.about["better"]) == "lower"
    return pd.DataFrame(rows).sort_values("latest", ascending=best, kind="stable")


# Lines.


def _origin(found: Profile, *, dotted: bool = True) -> str:
    """Say on what day figures were known, and whose they are."""
    from ..charts.fan import origin_line

    last = len(found.sources())
    listed = "" if not last else "[1]" if last == 1 else f"[1]–[{last}]"
    return origin_line(found, listed, dotted=dotted)


def _verdict(found: Profile, row: Mapping[str, Any]) -> str:
    open_ = row["status"] in OPEN
    key = (
        N_("{region}: target {target}, {verdict}, chance {chance}.")
        if open_
        else N_("{region}: target {target}, {verdict}.")
    )
    return found.gettext(key).format(
        region=found.name("regions", row["region"]), target=found.goal(row),
        verdict=found.label("status", str(row["status"])),
        chance=probability(row["p_reach"] if open_ else None, found.language),
    )  # fmt: skip


def _pace_lines(found: Profile) -> list[str]:
    """Tell the paces of all regions, and how many were as fast as each target needs."""
    paces, language = found.paces, found.language
    if not len(paces):
        return [found.gettext("No region published two figures: there is no pace to compare.")]
    sign = -1.0 if str(found.about["better"]) == "lower" else 1.0
    low, middle, high = np.quantile(paces, [0.25, 0.5, 0.75])
    told = {"low": low, "middle": middle, "high": high, "fastest": sign * (sign * paces).max()}
    words = {k: change(float(v), language, unit=found.unit_id) for k, v in told.items()}
    lines = [
        found.gettext(
            "Yearly paces between published figures of all regions: {count}; "
            "median {middle}, middle half {low} to {high}, fastest {fastest}."
        ).format(count=len(paces), **words)
    ]
    for row in found.last.to_dict("records"):
        needed = float(row["required_rate"])
        if row["status"] not in OPEN or not needed:
            continue
        way = math.copysign(1.0, needed)
        lines.append(
            found.gettext("{region} still needs {needed} a year: of {count} paces, {high} "
"were as fast.").format(
                region=found.name("regions", row["region"]), count=len(paces),
                needed=change(needed, language, unit=found.unit_id),
                high=int((way * paces >= abs(needed) - 1e-9).sum()),
            )
        )  # fmt: skip
    return lines


def _parts(found: Profile) -> str:
    """Name numerator and denominator, where the indicator has them."""
    names = [found.about.get(key) for key in ("numerator", "denominator")]
    if not all(isinstance(name, str) and name for name in names):
        return ""
    told = [found.quantity(str(name)) for name in names]
    return found.gettext("{numerator} over {denominator}").format(
        numerator=told[0], denominator=told[1]
    )


def _related(found: Profile) -> list[str]:
    """Names of indicators of the same concept."""
    every, concept = found.everything.indicators, found.about["concept"]
    near = every[(every["concept"] == concept) & (every["indicator"] != found.indicator)]
    return [found.quantity(name) for name in near["indicator"]] if concept else []


def _place(found: Profile, row: Mapping[str, Any]) -> Html:
    """Write the source's number, and where in it a row stands."""
    sources = found.sources()
    numbered = f"[{sources.index(row['source']) + 1}] " if row["source"] in sources else ""
    return Html(f'{numbered}<span lang="zh">{safe(row["locus"])}</span>')


def _figure_row(found: Profile, row: Mapping[str, Any]) -> dict[str, str | Html]:
    cells: dict[str, str | Html] = {
        "region": found.name("regions", row["region"]),
        "year": dated(float(row["year"])),
        "published": number(row["value"], found.language, unit=found.unit_id),
        "data_status": found.label("data_status", str(row["status"])),
        "locus": _place(found, row),
    }
    return {found.label("column", key): cell for key, cell in cells.items()}


def _target_row(found: Profile, row: Mapping[str, Any]) -> dict[str, str]:
    language, unit = found.language, found.unit_id
    open_ = row["status"] in OPEN
    latest = number(row["latest"], language, unit=unit)
    if pd.notna(row["latest"]):
        latest = found.gettext("{target} ({year})").format(
            target=latest, year=dated(row["latest_year"])
        )
    cells = {
        "region": found.name("regions", row["region"]),
        "target": found.goal(row),
        "latest": latest,
        "required_rate": change(row["required_rate"], language, unit=unit),
        "median": estimate(
            row["median"] if open_ else None, language, unit=unit,
            step=float(found.about["resolution"]),
        ),
        "p_reach": probability(row["p_reach"] if open_ else None, language),
        "attainment_year": _when(found, row) if open_ else NO_VALUE,
        "status": found.label("status", str(row["status"])),
        "evidence": found.label("evidence", str(row["evidence"])),
    }  # fmt: skip
    return {found.label("column", key): text for key, text in cells.items()}


def _when(found: Profile, row: Mapping[str, Any]) -> str:
    """Tell when a target is met: published, or the 10, 50 and 90 % points of the year."""
    years = [row[key] for key in ("attainment_early", "attainment_year", "attainment_late")]
    if row["attainment_reading"] == "reached":
        return found.gettext("met in {year}").format(year=years[1])
    if pd.isna(years[0]):
        return found.gettext("not in twenty years")
    told = [found.gettext("later") if pd.isna(year) else f"{year}" for year in years]
    return found.gettext("{early} – {middle} – {late}").format(
        early=told[0], middle=told[1], late=told[2]
    )


def _levers(found: Profile, mechanism: Mechanism) -> list[dict[str, str]]:
    """Tell the levers of a mechanism, with their limits."""
    rows = []
    for lever in mechanism.levers.values():
        limit = found.amount(lever.upper, lever.unit)
        if lever.unit in QUIET:
            limit = change(lever.upper, found.language, unit=lever.unit).lstrip("+")
        rows.append(_declared(found, "lever", lever, limit))
    return rows


def _beliefs(found: Profile, mechanism: Mechanism) -> list[dict[str, str]]:
    """Tell the assumptions of a mechanism, with their ranges."""
    return [
        _declared(found, "assumption", belief, belief_of(found, belief, belief.unit))
        for belief in mechanism.assumptions.values()
    ]


def _declared(found: Profile, kind: str, item: Any, told: str) -> dict[str, str]:
    cells = {
        "input": getattr(item, f"name_{found.language}"),
        "declared": found.label("declared", kind),
        "limit_or_range": told,
        "basis": getattr(item, f"basis_{found.language}") or NO_VALUE,
    }
    return {found.label("column", key): text for key, text in cells.items()}
