"""The method report's parts: each function turns a check of the forecasts into a piece of the page.

A notebook makes a `Check` and calls the parts in order, as in `monitoring`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem
from ..evaluation import scores
from ..evaluation.backtesting import METHODS, Backtest, backtest
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, change, join, number, probability, unit_symbol
from ..i18n.labels import LABELS
from ..model.fitting import Fits
from ..model.panel import KEY
from ..tables.plan import Plan, data_folder
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

__all__ = [
    "CALIBRATION",
    "Check",
    "fit_row",
    "lacks_calibration",
    "read_calibration",
    "replay_plan",
    "result_tables",
    "show_fits",
    "show_limits",
    "show_panel",
    "show_parameters",
    "show_reading",
    "show_title",
    "show_trial",
]

FloatArray = NDArray[np.float64]

CALIBRATION = [
    "split", "setting", "measure", "n", "low", "high", "cases", "said", "value", "error", "source",
]  # fmt: skip
"""Columns of `calibration.csv`."""
RELATED = ("priors", "calibration")
MEASURES = ("crps", "brier", "ece", "cover90", "reliability")
SPLITS = tuple(LABELS["split"])
SETTINGS = tuple(LABELS["setting"])
NUMBERS = ["n", "low", "high", "cases", "said", "value", "error"]
MOST_DRAWS = 1000
"""Futures behind a joint score: it compares all pairs of them."""
ENOUGH_CASES, ENOUGH_YEARS = 100, 5
"""Forecasts and target years from which on pictures of the plan's own figures say something."""
CLEAR = 2.0
"""Standard errors from which on a difference is called one."""
COMPARED = ("forecast", "linear_trend", "drift")
"""Methods whose pictures stand side by side."""
LIMITS = (
    "promise", "average", "plan", "scenario", "prior", "kinds", "shocks", "reported", "goodhart"
)  # fmt: skip


@dataclass(frozen=True)
class Check(Telling):
    """What a method report is written from.

    `trial` is None where no figure of the plan can be forecast again; `calibration` has the
    columns of `CALIBRATION`.
    """

    plan: Plan
    fits: Fits
    trial: Backtest | None
    calibration: pd.DataFrame
    language: str
    own_priors: bool = False
    """Whether the plan's folder has priors of its own, but no calibration of them."""

    def hundredths(self, value: float) -> str:
        """Write a number to two decimals."""
        return number(value, self.language, step=0.01)

    def thousandths(self, value: float) -> str:
        """Write a number to three decimals."""
        return number(value, self.language, step=0.001)

    def percent(self, share: float) -> str:
        """Write a share in whole percent."""
        return number(100.0 * share, self.language, unit="percent", step=1.0)

    def tenths(self, share: float) -> str:
        """Write a share in percent with one decimal."""
        return number(100.0 * share, self.language, unit="percent", step=0.1)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Give the region's rows of `Fits.summary`."""
        found = self.fits.summary()
        return found[found["region"] == self.plan.region].reset_index(drop=True)

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Give the region's rows of `Fits.parameters`."""
        found = self.fits.parameters()
        return found[found["region"] == self.plan.region].reset_index(drop=True)


def read_calibration(folder: str | Path | None = None) -> pd.DataFrame:
    """Read `calibration.csv` of a folder; the shipped one where the folder has none.

    Raises
    ------
    DataError
        If the file is missing, is no table, lacks columns, or has words or cells that cannot be
        read; all at once.
    """
    place = Path(folder or data_folder()) / "calibration.csv"
    place = place if place.is_file() else data_folder() / "calibration.csv"
    remedy = "measure again with benchmarks/accuracy.py and its option --write"
    try:
        found = pd.read_csv(place, keep_default_na=False, dtype="str")
    except (OSError, ValueError) as error:
        text = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise DataError([Problem(place.name, None, None, None, text, remedy)]) from None
    problems = [
        Problem(place.name, None, column, None, "no such column", remedy)
        for column in CALIBRATION
        if column not in found
    ]
    if problems:
        raise DataError(problems)
    known = {"split": SPLITS, "setting": (*SETTINGS, *METHODS[1:]), "measure": MEASURES}
    for column, words in known.items():
        problems += [
            Problem(place.name, row + 2, column, cell, "unknown", f"use {', '.join(words)}")
            for row, cell in enumerate(found[column])
            if cell not in words
        ]
    numbers = found[NUMBERS].apply(pd.to_numeric, errors="coerce").astype(float)
    needed = pd.DataFrame({c: found[c].ne("") | (c in ("cases", "value")) for c in NUMBERS})
    problems += [
        Problem(place.name, row + 2, column, str(found[column].iloc[row]), "no number", remedy)
        for column in NUMBERS
        for row in map(int, np.flatnonzero(needed[column] & numbers[column].isna()))
    ]
    if problems:
        raise DataError(problems)
    return found[CALIBRATION].assign(**numbers)


def lacks_calibration(folder: str | Path | None) -> bool:
    """Whether a folder has priors of its own, but no reliability measured with them.

    >>> lacks_calibration(None)
    False
    """
    own = [folder is not None and (Path(folder) / f"{name}.csv").is_file() for name in RELATED]
    return own == [True, False]


def replay_plan(
    plan: Plan, *, draws: int, seed: int, priors: pd.DataFrame | None = None
) -> Backtest | None:
    """Forecast the figures of a plan's indicators again, in all regions; None where none can be.

    Parameters
    ----------
    plan : as known on its day; its siblings' figures are forecast too
    draws : simulated futures behind answers over regions together; at most 1,000 are used
    seed : of the draws
    priors : as for `growth.fit`
    """
    figures = pd.concat([plan.observations, plan.siblings], ignore_index=True)
    try:
        return backtest(
            figures, plan.indicators, priors=priors, draws=min(draws, MOST_DRAWS), seed=seed
        )
    except DataError:
        # The tables were checked when they were loaded: what is left is that nothing can be tested.
        return None


def show_title(check: Check) -> Html:
    """Region, as-of date, what the report is for."""
    title = check.gettext("{region}: how far the forecasts can be trusted").format(
        region=check.name("regions", check.plan.region)
    )
    known = known_on(check.plan, check.language)
    return Html(
        "\n".join(
            [
                heading(title, 1),
                paragraph(known),
                paragraph(
                    check.gettext(
                        "Only figures that came later can tell whether a probability could "
                        "be trusted: forecast again with what was known at the time, and "
                        "compare. This report does so with the plan's own figures, gives "
                        "the reliability measured on a large panel, tells how each "
                        "indicator was fitted, and says what the probabilities do not mean."
                    )
                ),
            ]
        )
    )


def show_reading(check: Check) -> Html:
    """Say what stands out: how many cases, who is better, what the panel says."""
    gettext = check.gettext
    lines = []
    if check.trial is None:
        lines.append(
            gettext(
                "No forecast can be checked: no series has two figures and another "
                "one in the three years after them. The plan's own figures say "
                "nothing about the probabilities; the large panel has to."
            )
        )
    else:
        size = _Size.of(check.trial)
        counts = {key: number(count, check.language) for key, count in vars(size).items()}
        lines += [
            gettext(
                "Of the published figures of the plan's indicators, forecasts that "
                "can be checked: {forecasts}, from {series} series and {years} "
                "target years. Cases of one year move together and are no "
                "independent evidence."
            ).format(**counts),
            _compared(check, check.trial),
        ]
        if not size.enough:
            lines.append(
                gettext(
                    "Too few cases: with fewer than {cases} forecasts or {years} "
                    "target years the plan's own figures can neither prove nor "
                    "disprove the probabilities; the large panel has to."
                ).format(cases=ENOUGH_CASES, years=ENOUGH_YEARS)
            )
    lines.append(_panel_reading(check))
    shown = bullets(line for line in lines if line)
    return Html("\n".join([heading(gettext("What stands out")), shown]))


def show_trial(check: Check) -> Html:
    """Show the plan's own figures, forecast again: scores beside the plain methods', pictures."""
    gettext, trial = check.gettext, check.trial
    parts = [heading(gettext("Checked with the plan's own figures"))]
    if trial is None:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No forecast can be checked: no series has two figures and another "
                            "one in the three years after them. The plan's own figures say "
                            "nothing about the probabilities; the large panel has to."
                        )
                    ),
                ]
            )
        )
    plain = [
        _meaning(check, "method", key) for key in METHODS if key in LABELS["method_meaning"]
    ]  # fmt: skip
    parts += [
        paragraph(
            gettext(
                "From the year of each series' second figure on, every year is "
                "fitted again with what was known by then, and the three years "
                "after it are forecast. Targets are set from the latest figure at "
                "0.5, 1, 1.5 and 2 times the recent pace. The plain methods beside "
                "it see the series' own figures alone:"
            )
        ),
        bullets(plain),
    ]
    whole = trial.scores[trial.scores["horizon"] == "all"]
    lines = [_score_row(check, row) for row in whole.to_dict("records")]
    parts += [
        tabulate(lines),
        paragraph(
            gettext(
                "Errors and scores: lower is better. An interval should cover the "
                "share it is named for. The mean deviation is that of chances said "
                "from shares that came true. Behind ±: the standard error, grouped "
                "by target year; of a single year it is not known and left out. "
                "Schedule rule and required rate say yes or no only and have no "
                "interval."
            )
        ),
        paragraph(_joint(check, trial)),
    ]
    size = _Size.of(trial)
    if not size.enough:
        few = gettext(
            "Too few cases: with fewer than {cases} forecasts or {years} "
            "target years the plan's own figures can neither prove nor "
            "disprove the probabilities; the large panel has to."
        ).format(cases=ENOUGH_CASES, years=ENOUGH_YEARS)
        return Html("\n".join([*parts, paragraph(few, strong=True)]))
    return Html("\n".join([*parts, _trial_pictures(check, trial)]))


def show_panel(check: Check) -> Html:
    """Reliability measured on a large panel: scores, reliability, coverage."""
    gettext, found = check.gettext, check.calibration
    splits = [key for key in SPLITS if (found["split"] == key).any()]
    settings = [key for key in SETTINGS if (found["setting"] == key).any()]
    parts = [
        heading(gettext("Checked on a large panel")),
        paragraph(
            gettext(
                "The plan's own figures are too few to measure reliability. It was "
                "measured on the yearly series of many regions as well, each time "
                "on a part that nothing was learned from:"
            )
        ),
    ]
    parts.append(bullets(_meaning(check, "split", key) for key in splits))
    parts.append(paragraph(gettext("Each has two settings:")))
    parts.append(bullets(_meaning(check, "setting", key) for key in settings))
    lines = [_panel_row(check, split, setting) for split in splits for setting in settings]
    parts.append(tabulate(lines))
    # The source stands as it is written, in its own language.
    sources = f"<code>{safe(_sources(check))}</code>"
    parts.append(
        "<p>"
        + safe(gettext("Figures and command: {source}.")).replace("{source}", sources)
        + "</p>"
    )
    if check.own_priors:
        parts.append(
            paragraph(
                gettext(
                    "Mind: your folder has priors of its own, while these numbers were "
                    "measured with the priors that come with the package."
                ),
                strong=True,
            )
        )
    parts += _panel_pictures(check, splits, settings)
    return Html("\n".join(parts))


def show_fits(check: Check) -> Html:
    """One table an area: paths and weights, pace, evidence and remarks of each indicator."""
    gettext, summary = check.gettext, check.summary
    parts = [heading(gettext("How each indicator was fitted"))]
    if summary.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(gettext("No figure is published for any indicator of the plan.")),
                ]
            )
        )
    evidence = summary["evidence"].value_counts()
    counts = join(
        (
            f"{check.label('evidence', k)} {evidence[k]}"
            for k in LABELS["evidence"]
            if k in evidence
        ),
        check.language,
    )
    told = gettext("Indicators with figures: {count}; by evidence: {counts}.").format(
        count=len(summary), counts=counts
    )
    parts += [
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
        paragraph(told),
    ]
    about = check.plan.indicators.set_index("indicator")
    areas = summary["indicator"].map(about["area"])
    for area in check.plan.areas["area"]:
        mine = summary[areas == area]
        if len(mine):
            lines = [fit_row(check, about.loc[r["indicator"]], r) for _, r in mine.iterrows()]
            parts += [heading(check.name("areas", area), 3), tabulate(lines)]
    return Html("\n".join(parts))


def show_limits(check: Check) -> Html:
    """Say what the probabilities do not mean."""
    lines = [check.label("limit", key) for key in LIMITS]
    return Html(
        "\n".join([heading(check.gettext("What the probabilities do not mean")), bullets(lines)])
    )


def show_parameters(check: Check, parameters: Mapping[str, Value]) -> Html:
    """Print the run's parameters, in words."""
    told = parameter_table(
        check.plan, parameters, check.language, until=check.gettext("not used in this report")
    )  # fmt: skip
    note = (
        paragraph(
            check.gettext(
                "Forecasts case by case, scores, reliability and fitted parameters "
                "are in the tables beside this report."
            )
        )
        if parameters.get("folder")
        else ""
    )
    return Html("\n".join([heading(check.gettext("Parameters of this report")), told, note]))


def result_tables(check: Check) -> dict[str, pd.DataFrame]:
    """Give what the report rests on for `workbook.write_book`; without a trial only the fits.

    `trial_chances` has a row a target and method, with what the method said.
    """
    counted = {"n": "figures", "horizon": "lead"}
    estimates = check.parameters.rename(columns={"parameter": "estimate", "unit": "measured_in"})
    tables = {
        "fits": check.described(check.summary.rename(columns=counted)),
        "parameters": check.described(estimates),
    }
    if (trial := check.trial) is not None:
        facts = [column for column in trial.chances if column not in METHODS]
        chances = trial.chances.melt(facts, list(METHODS), "method", "p_reach")
        bins = {"n": "targets", "error": "came_true_error"}
        tables |= {
            "trial_scores": trial.scores.rename(columns=counted),
            "trial_scores_by_figures": trial.scores_by("n").rename(columns=counted),
            "trial_forecasts": check.described(trial.forecasts.rename(columns=counted)),
            "trial_chances": check.described(chances.rename(columns=counted)),
            "trial_joint": check.described(
                trial.joint.rename(columns={**counted, "regions": "regions_drawn"})
            ),
            "trial_reliability": trial.reliability.rename(columns=bins),
            "trial_pit": trial.pit,
        }
    return tables


@dataclass(frozen=True)
class _Size:
    """How much a trial has to go by."""

    forecasts: int
    series: int
    years: int

    @staticmethod
    def of(trial: Backtest) -> _Size:
        own = trial.forecasts[trial.forecasts["method"] == METHODS[0]]
        return _Size(len(own), len(own.drop_duplicates(KEY)), own["year"].nunique())

    @property
    def enough(self) -> bool:
        return self.forecasts >= ENOUGH_CASES and self.years >= ENOUGH_YEARS


def _meaning(check: Check, group: str, key: str) -> str:
    return check.gettext("{word}: {meaning}.").format(
        word=check.label(group, key), meaning=check.label(f"{group}_meaning", key)
    )


def _compared(check: Check, trial: Backtest) -> str:
    """Our error beside the smallest of the plain methods, with the error of their difference."""
    crps = trial.forecasts.pivot(
        index=[*KEY, "origin", "year"], columns="method", values="crps"
    ).reset_index()
    plain = [method for method in METHODS[1:] if method in crps]
    best = min(plain, key=lambda method: float(crps[method].mean()))
    apart, error = scores.mean_with_error(crps[METHODS[0]] - crps[best], crps["year"])
    clear = abs(apart) > CLEAR * error
    verdict = "undecided" if not clear else "better" if apart < 0 else "worse"
    return check.gettext(
        "Error of the values (CRPS, in units of each series' mean yearly "
        "change, lower is better): this method {ours}; the best of the "
        "plain ones is {best} with {theirs}. Difference {difference}, "
        "standard error {error}: {verdict}."
    ).format(
        ours=check.hundredths(crps[METHODS[0]].mean()),
        best=check.label("method", best),
        theirs=check.hundredths(crps[best].mean()),
        difference=check.hundredths(apart),
        error=check.hundredths(error),
        verdict=check.label("trial", verdict),
    )


def _panel_reading(check: Check) -> str:
    """Range of the calibration error and of the coverage over splits and settings."""
    rows = check.calibration[check.calibration["setting"].isin(SETTINGS) & _overall(check)]
    ece = rows.loc[rows["measure"] == "ece", "value"]
    cover = rows.loc[rows["measure"] == "cover90", "value"]
    if ece.empty or cover.empty:
        return ""
    low, high = (
        number(100.0 * float(end), check.language, step=0.1) for end in (ece.min(), ece.max())
    )
    least, most = (check.percent(float(end)) for end in (cover.min(), cover.max()))
    return check.gettext(
        "On the large panel the chances said and the shares that came true "
        "differ by {low} to {high} percentage points on average; 90 % "
        "intervals held {least} to {most} of the figures."
    ).format(low=low, high=high, least=least, most=most)


def _overall(check: Check) -> pd.Series:
    return check.calibration["n"].isna()


def _with_error(value: float, error: float, write: Callable[[float], str]) -> str:
    """Write a value, and its standard error in a second line where it is known."""
    known = math.isfinite(value) and math.isfinite(error)
    return f"{write(value)}\n±{write(error)}" if known else write(value)


def _score_row(check: Check, row: Mapping[str, float]) -> dict[str, str]:
    """One method of the trial as a line of a table."""
    cells = {
        "method": check.label("method", str(row["method"])),
        "forecasts": number(row["forecasts"], check.language) if row["forecasts"] else NO_VALUE,
        "targets": number(row["targets"], check.language),
        "error": check.hundredths(row["error"]),
    }
    writers = {
        "crps": check.hundredths, "brier": check.thousandths,
        "cover80": check.percent, "cover90": check.percent,
    }  # fmt: skip
    for key, write in writers.items():
        cells[key] = _with_error(row[key], row[f"{key}_error"], write)
    cells["ece"] = check.tenths(row["ece"])
    order = [
        "method", "forecasts", "error", "crps", "cover80", "cover90", "targets", "brier", "ece"
    ]  # fmt: skip
    return {check.label("column", key): cells[key] for key in order}


def _joint(check: Check, trial: Backtest) -> str:
    found = trial.joint_scores.set_index("draws")
    if found.empty:
        return check.gettext(
            "No indicator has three regions to check in one year: answers over "
            "regions together cannot be checked."
        )
    told = {key: check.percent(float(found.at[key, "cover80"])) for key in found.index}
    groups = number(int(found["groups"].iloc[0]), check.language)
    return check.gettext(
        "All regions together (how many reach their target): in {groups} "
        "groups the 80 % interval covered {shared}; with regions taken for "
        "independent, {independent}."
    ).format(groups=groups, **told)


def _trial_pictures(check: Check, trial: Backtest) -> str:
    """PIT and reliability of ours and of two plain methods."""
    from ..charts.calibration import pit_histogram, reliability_diagram
    from ..charts.style import to_png

    gettext, language = check.gettext, check.language
    footer = known_on(check.plan, language)
    names = {key: check.label("method", key) for key in COMPARED}
    pit, bins = trial.pit, trial.reliability
    cases = {key: trial.forecasts[trial.forecasts["method"] == key] for key in COMPARED}
    worth = {key: _independent_cases(part) for key, part in cases.items()}
    titles = {
        key: name + " · " + gettext("{count} cases").format(count=number(len(cases[key]), language))
        for key, name in names.items()
    }
    places = pit_histogram(
        {titles[key]: pit[pit["method"] == key] for key in COMPARED},
        cases={titles[key]: worth[key] for key in COMPARED},
        language=language, footer=footer,
    )  # fmt: skip
    chances = reliability_diagram(
        {names[key]: bins[bins["method"] == key] for key in COMPARED},
        language=language, footer=footer,
    )  # fmt: skip
    counted = gettext(
        "Cases of one year move together: the {forecasts} of this method "
        "are worth about {worth} independent ones, for which the band is "
        "drawn."
    ).format(
        forecasts=number(len(cases[METHODS[0]]), language),
        worth=number(worth[METHODS[0]], language, step=1.0),
    )
    parts = []
    for key, figure, more in (
        (
            N_("Where the figures fell in what was said (probability integral transform)"),
            places,
            paragraph(counted),
        ),
        (N_("Chances said and shares that came true"), chances, ""),
    ):
        text = gettext("{text}: {panels}").format(
            text=gettext(key), panels=join(names.values(), language)
        )
        parts += [heading(gettext(key), 3), more, picture(to_png(figure), text)]
    return "\n".join(parts)


def _independent_cases(part: pd.DataFrame, bins: int = 10) -> float:
    """Cases that are worth as much as these if those were independent (design effect, Kish 1965).

    The variance of the bins' shares, clustered by target year, over the binomial one.
    """
    n = len(part)
    edges = np.arange(bins + 1) / bins
    at, below = (part[c].to_numpy(float)[:, None] for c in ("pit", "pit_below"))
    each = scores.pit_share(at, below, edges[:-1], edges[1:])
    found = [scores.mean_with_error(column, part["year"]) for column in each.T]
    clustered = float(np.mean([error**2 for _, error in found]))
    plain = float(np.mean([share * (1.0 - share) for share, _ in found])) / n
    return float(n / max(clustered / plain, 1.0)) if plain > 0.0 else 0.0


def _row(check: Check, split: str, setting: str, measure: str) -> dict[str, float]:
    """Cases, value and error of a measure over all lengths; no numbers where it was not taken."""
    found = check.calibration[
        (check.calibration["split"] == split) & (check.calibration["setting"] == setting)
        & (check.calibration["measure"] == measure) & _overall(check)
    ]  # fmt: skip
    columns = ["cases", "value", "error"]
    return {c: float(found[c].iloc[0]) if len(found) else math.nan for c in columns}


def _panel_row(check: Check, split: str, setting: str) -> dict[str, str]:
    """One split and setting of the panel as a line of a table."""
    cells = {"split": check.label("split", split), "setting": check.label("setting", setting)}
    rows = {key: _row(check, split, setting, key) for key in MEASURES[:4]}
    writers = {
        "crps": check.hundredths, "brier": check.thousandths,
        "cover90": check.percent, "ece": check.tenths,
    }  # fmt: skip
    for key, measure in (("forecasts", "crps"), ("targets", "brier")):
        cells[key] = number(rows[measure]["cases"], check.language)
    for key, write in writers.items():
        cells[key] = _with_error(rows[key]["value"], rows[key]["error"], write)
    bins = _bins(check, split, setting)
    upper = bins[bins["low"] >= 0.5 - 1e-9]
    worst = (upper["said"] - upper["came_true"]).abs().max()
    cells["worst_bin"] = check.tenths(worst)
    order = [
        "split", "setting", "forecasts", "crps", "cover90", "targets", "brier", "ece", "worst_bin"
    ]  # fmt: skip
    return {check.label("column", key): cells[key] for key in order}


def _bins(check: Check, split: str, setting: str) -> pd.DataFrame:
    """Reliability table of a split and setting, as `scores.reliability` has it."""
    found = check.calibration[
        (check.calibration["split"] == split) & (check.calibration["setting"] == setting)
        & (check.calibration["measure"] == "reliability") & (check.calibration["cases"] > 0)
    ]  # fmt: skip
    told = found[["low", "high", "cases", "said", "value", "error"]]
    return told.rename(columns={"cases": "n", "value": "came_true"})


def _sources(check: Check) -> str:
    return join(dict.fromkeys(check.calibration["source"]), check.language)


def _panel_pictures(check: Check, splits: list[str], settings: list[str]) -> list[str]:
    """Reliability, a picture a setting and a panel a split; coverage by the number of figures."""
    from ..charts.calibration import coverage_chart, reliability_diagram
    from ..charts.style import to_png

    gettext, language = check.gettext, check.language
    footer = gettext("Figures and command: {source}.").format(source=_sources(check))
    parts = []

    def add(head: str, figure: bytes, panels: list[str]) -> None:
        text = gettext("{text}: {panels}").format(text=head, panels=join(panels, language))
        share = {1: 0.5, 2: 0.7}.get(len(panels), 1.0)
        parts.append("\n".join([heading(head, 3), picture(figure, text, share=share)]))

    for setting in settings:
        tables = {check.label("split", split): _bins(check, split, setting) for split in splits}
        tables = {title: bins for title, bins in tables.items() if len(bins)}
        if tables:
            head = gettext("Chances said and shares that came true ({setting})").format(
                setting=check.label("setting", setting)
            )
            figure = reliability_diagram(tables, language=language, footer=footer)
            add(head, to_png(figure), list(tables))
    lines = {check.label("split", split): _coverage(check, split) for split in splits}
    lines = {title: tables for title, tables in lines.items() if tables}
    if lines:
        plain = [check.label("method", key) for key in METHODS[1:]]
        chart = coverage_chart(lines, baselines=plain, language=language, footer=footer)
        add(
            gettext("Coverage of 90 % intervals, by the number of figures known"),
            to_png(chart),
            list(lines),
        )
    return parts


def _coverage(check: Check, split: str) -> dict[str, pd.DataFrame]:
    """Coverage by the number of figures, a table a setting or plain method, by its name."""
    found = check.calibration[
        (check.calibration["split"] == split) & (check.calibration["measure"] == "cover90")
        & ~_overall(check)
    ]  # fmt: skip
    lines = {}
    for key in (*SETTINGS, *METHODS[1:]):
        mine = found[found["setting"] == key]
        if len(mine):
            group = "setting" if key in SETTINGS else "method"
            lines[check.label(group, key)] = mine[["n", "value", "error"]]
    return lines


def fit_row(check: Check, about: pd.Series, row: pd.Series) -> dict[str, str]:
    """Tell one indicator's fit as a line of a table; `row` is one of `Fits.summary`."""
    language, unit = check.language, str(about["unit"])
    pace, spread, links = _pace(check, str(row["indicator"]))
    told = change(_short(pace), language, unit=unit)
    if told != NO_VALUE:
        told = f"{told}\n±{change(_short(spread), language, unit=unit).removeprefix('+')}"
    weights = {c.removeprefix("weight_"): float(row[c]) for c in row.index if "weight_" in c}
    present = {link: weight for link, weight in (links or weights).items() if weight > 0.0}
    paths = [
        check.gettext("{path}\u00a0{weight}").format(
            path=check.label("link", link), weight=probability(weight, language)
        )
        for link, weight in sorted(present.items(), key=lambda item: -item[1])
    ]
    marks: list[str] = [mark for mark in str(row["warnings"]).split(", ") if mark]
    if not links:
        marks.append("by_parts")
    others = check.gettext("others {count}").format(count=number(row["siblings"], language))
    own = check.gettext("own {share}").format(share=probability(row["own_share"], language))
    cells = {
        "name": (
            f"{about[f'name_{language}']}\n{unit_symbol(unit, check.name('units', unit))}"
        ),
        "latest": f"{number(row['latest'], language, unit=unit)}\n{dated(row['latest_year'])}",
        "figures": f"{number(row['n'], language)}\n{others}",
        "paths": "\n".join(paths),
        "estimated_pace": told,
        "evidence": f"{check.label('evidence', row['evidence'])}\n{own}",
        "remarks": join((check.label("warning", mark) for mark in marks), language) or NO_VALUE,
    }  # fmt: skip
    return {check.label("column", key): text for key, text in cells.items()}


def _short(value: float) -> float:
    """Round to three digits: an estimate has no more.

    >>> _short(26017.4), _short(-0.123456)
    (26000.0, -0.123)
    """
    return float(f"{value:.3g}")


def _pace(check: Check, indicator: str) -> tuple[float, float, dict[str, float]]:
    """Pace of an indicator over its links, with its deviation, and the links' weights.

    A ratio that moves by its parts has no pace of its own: no number, and no links.
    """
    found = check.parameters[
        (check.parameters["indicator"] == indicator) & (check.parameters["parameter"] == "pace")
    ]
    if found.empty:
        return math.nan, math.nan, {}
    weight, value, sd = (found[c].to_numpy(float) for c in ("weight", "value", "sd"))
    weight = weight / weight.sum()
    pace = float(weight @ value)
    spread = float(np.sqrt(weight @ (sd**2 + (value - pace) ** 2)))
    links = pd.Series(weight, index=found["link"]).groupby(level=0).sum()
    return pace, spread, {str(link): float(share) for link, share in links.items()}
