"""Figures as they come, made into arrays: checks, revisions, breaks, ratios of two stocks.

A table of figures needs region, indicator, year (a number: 2021.5 is mid-2022) and value; status,
published and break are read where they stand. Of several figures of one series and year the last
published counts, else the better status (actual, preliminary, estimated); figures that still
disagree are averaged, and the series says so (`conflicting`). `break` true before a figure says
that the definition changed: the step across it is no growth.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, check_name, msg
from ..tables.schema import DIRECTIONS, KINDS, STATUSES
from .posterior import Batch

__all__ = ["KEY", "batch_of", "read_figures"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

KEY = ["region", "indicator"]
SHOWN_PROBLEMS = 20


def read_figures(
    observations: pd.DataFrame, indicators: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check both tables; give figures in one order whatever the rows' order, and the series.

    Returns
    -------
    figures : region, indicator, year, value, fresh (a break before it), one row a series and year
    series : region, indicator, kind, better, lower, upper, resolution, cumulative, numerator,
        denominator, n, latest, latest_year, conflicting; one row a series

    Raises
    ------
    DataError
        For missing columns, values that are no finite numbers, words that are not known, or
        indicators without a row; all at once.
    """
    problems = _missing_columns(observations, indicators)
    if problems:
        raise DataError(problems)
    about = _described(indicators)
    seen = observations[KEY].assign(
        year=pd.to_numeric(observations["year"], errors="coerce").astype(float),
        value=pd.to_numeric(observations["value"], errors="coerce").astype(float),
        fresh=_flags(observations.get("break"), len(observations)),
    )
    problems = _unusable(observations, seen, about)
    if problems:
        raise DataError(problems)
    for kind in about.loc[seen["indicator"].unique(), "kind"].unique():
        check_name("kind", kind, KINDS)
    seen, conflicting = _one_a_year(seen, observations)
    seen = _with_quotients(seen, about)
    last = seen.drop_duplicates(KEY, keep="last")
    series = last[[*KEY, "value", "year"]].set_axis([*KEY, "latest", "latest_year"], axis=1)
    series.insert(2, "n", np.diff(last.index, prepend=-1))
    series = series.reset_index(drop=True).join(about, on="indicator")
    names = pd.MultiIndex.from_frame(series[KEY])
    return seen, series.assign(conflicting=names.isin(conflicting))


def batch_of(figures: pd.DataFrame, series: pd.DataFrame) -> Batch:
    """Arrays of all series, flush right."""
    n = series["n"].to_numpy()
    width = int(n.max(initial=1))
    row = np.repeat(np.arange(len(n)), n)
    column = width - np.repeat(np.cumsum(n), n) + np.arange(len(figures))
    value, year = np.full((2, len(n), width), np.nan)
    fresh = np.zeros((len(n), width), bool)
    value[row, column], year[row, column] = figures["value"], figures["year"]
    fresh[row, column] = figures["fresh"]
    lower, upper, unit = (series[c].to_numpy(float) for c in ("lower", "upper", "resolution"))
    return Batch(
        value, year, fresh,
        pd.factorize(series["indicator"])[0].astype(np.int64),
        np.where(series["better"].to_numpy() == "lower", -1.0, 1.0),
        np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper), unit,
        series["cumulative"].to_numpy(bool) & (series["better"] != "lower").to_numpy(),
    )  # fmt: skip


def _missing_columns(observations: pd.DataFrame, indicators: pd.DataFrame) -> list[Problem]:
    return [
        Problem(
            name,
            None,
            column,
            None,
            msg("no such column"),
            msg("add a column {name!r}", name=column),
        )
        for name, table, needed in (
            ("observations", observations, [*KEY, "year", "value"]),
            ("indicators", indicators, ["indicator", "kind", "better"]),
        )
        for column in needed
        if column not in table.columns
    ]


def _described(indicators: pd.DataFrame) -> pd.DataFrame:
    """One row an indicator, with what is missing filled by "none"."""
    known = indicators.drop_duplicates("indicator").set_index("indicator")
    about = known[["kind", "better"]].copy()
    for column in ("lower", "upper"):
        about[column] = known[column].astype(float) if column in known else np.nan
    about["resolution"] = known["resolution"].astype(float) if "resolution" in known else 0.0
    about["resolution"] = about["resolution"].fillna(0.0)
    given = known["cumulative"].eq(True) if "cumulative" in known else False
    about["cumulative"] = (about["kind"] == "count") | given
    for column in ("numerator", "denominator"):
        about[column] = known[column].fillna("") if column in known else ""
    return about


def _flags(given: pd.Series | None, rows: int) -> NDArray[np.bool_]:
    """Read marks: true where a cell says so; an empty cell does not."""
    if given is None:
        return np.zeros(rows, bool)
    words = given.astype(str).str.strip().str.lower()
    flags: NDArray[np.bool_] = words.isin(["true", "1", "1.0", "yes"]).to_numpy()
    return flags


def _unusable(observations: pd.DataFrame, seen: pd.DataFrame, about: pd.DataFrame) -> list[Problem]:
    problems = [
        Problem(
            "observations", None, column, str(observations[column].iloc[i]),
            msg("no number ({series})", series=[*map(str, seen[KEY].iloc[i])]),
            msg("leave the row out where there is no figure"),
        )
        for column in ("year", "value")
        for i in np.flatnonzero(~np.isfinite(seen[column]))[:SHOWN_PROBLEMS]
    ]  # fmt: skip
    problems += [
        Problem(
            "observations",
            None,
            column,
            None,
            msg("{count} rows name no {column}", count=count, column=column),
            msg("fill it in"),
        )
        for column in KEY
        if (count := int((seen[column].isna() | seen[column].astype(str).eq("")).sum()))
    ]
    used = seen["indicator"].dropna().unique()
    problems += [
        Problem(
            "indicators",
            None,
            "indicator",
            name,
            msg("observed but not described"),
            msg("add its row"),
        )
        for name in sorted(set(used) - set(about.index))
    ]
    wanted = about.loc[about.index.isin(used), "better"]
    problems += [
        Problem(
            "indicators", None, "better", str(word), msg("unknown direction of {name}", name=name),
            msg("use higher or lower"),
        )
        for name, word in wanted[~wanted.isin(DIRECTIONS)].items()
    ]  # fmt: skip
    return problems


def _one_a_year(
    seen: pd.DataFrame, observations: pd.DataFrame
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Keep one figure a series and point in time; also the series whose figures disagree."""
    at = [*KEY, "year"]
    if not seen.duplicated(at).any():
        return seen.sort_values(at, ignore_index=True), []
    published = observations.get("published", pd.Series("", index=observations.index))
    status = observations.get("status", pd.Series(STATUSES[0], index=observations.index))
    rank = {word: place for place, word in enumerate(reversed(STATUSES))}
    seen = seen.assign(
        published=published.astype(object).where(published.notna(), "").astype(str).to_numpy(),
        status=status.map(rank).fillna(-1).to_numpy(),
    )
    seen = seen.sort_values([*at, "published", "status", "value"], ignore_index=True)
    best = seen.groupby(at, sort=False)[["published", "status"]].transform("last")
    kept = seen[seen["published"].eq(best["published"]) & seen["status"].eq(best["status"])]
    grouped = kept.groupby(at, sort=False)
    spread = grouped["value"].agg(["min", "max"])
    apart = spread.index[spread["min"] != spread["max"]]
    one = grouped.agg(value=("value", "mean"), fresh=("fresh", "any")).reset_index()
    return one, list(dict.fromkeys((region, name) for region, name, _ in apart))


def _with_quotients(seen: pd.DataFrame, about: pd.DataFrame) -> pd.DataFrame:
    """Add figures of a ratio in years where only its numerator and denominator are published.

    The scale (per 10,000, say) is what the figures of the ratio itself show, the last one first.
    """
    parts = about[(about["numerator"] != "") & (about["denominator"] != "")]
    more = []
    for name, row in parts.iterrows():
        tables = [
            seen[seen["indicator"] == part].set_index(["region", "year"])["value"]
            for part in (row["numerator"], row["denominator"], name)
        ]
        top, bottom, own = tables
        quotient = (top / bottom[bottom > 0]).dropna()
        scale = (own / quotient[quotient > 0]).dropna().groupby("region").last()
        derived = quotient.mul(scale, level="region").dropna()
        derived = derived[~derived.index.isin(own.index)]
        more.append(derived.rename("value").reset_index().assign(indicator=name, fresh=False))
    if not more:
        return seen
    both = pd.concat([seen, *more])[[*KEY, "year", "value", "fresh"]]
    return both.sort_values([*KEY, "year"], ignore_index=True)
