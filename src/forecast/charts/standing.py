"""Where all targets stand: baseline, latest figure and target on one line a target, by risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..i18n.catalog import N_
from ..i18n.formatting import format_time
from ..tables.names import Names
from ..targets.events import LIKELY
from ..targets.progress import select_baseline
from ..targets.target_state import PASSED, SINGLE
from . import style
from .chart import MARGIN, Chart, Page, Words, compose, measure, wrap
from .texts import Measure, source_note

__all__ = [
    "STATES", "State", "describe_standing", "find_state", "finding_of", "standing_chart",
    "standing_table",
]  # fmt: skip


@dataclass(frozen=True)
class State:
    """How a finding on targets is named and marked."""

    name: str
    marker: str
    colour: str
    hollow: bool = False

    @property
    def mark(self) -> dict[str, Any]:
        """Options of the mark."""
        fill = "white" if self.hollow else self.colour
        return {"marker": self.marker, "color": self.colour, "markerfacecolor": fill}


STATES: dict[str, State] = {
    "missed": State(N_("Missed"), "X", "#7f2704"),
    "at_risk": State(N_("At risk"), "v", "#d9601a"),
    "uncertain": State(N_("Uncertain"), "s", "#8a8f98"),
    "on_course": State(N_("On course"), "^", "#4a90c8"),
    "met": State(N_("Met"), "o", style.MEDIAN),
    "exceeded": State(N_("Exceeded"), "P", style.MEDIAN),
    "awaited": State(N_("Year over, no figure published yet"), "o", style.GREY, hollow=True),
    "too_early": State(
        N_("Too early to judge: baseline figure only"), "o", style.GREY, hollow=True
    ),
}
"""Findings in the order of rows: the greatest risk first, what cannot be judged last."""
FINDINGS = {"met": "met", "exceeded": "exceeded", "missed": "missed", "reached": "on_course",
            "likely": "on_course", "uncertain": "uncertain", "unlikely": "at_risk",
            "too_early": "too_early"}  # fmt: skip
"""Finding of a status; see `finding_of`."""
JUDGED = ("missed", "at_risk", "uncertain", "on_course", "met", "exceeded")
LEFT, RIGHT = 3.45, 1.5
"""Inches left and right of the tracks of the wide picture."""
HEAD, LINE = 0.36, 0.17
"""Inches of a state's head, and of a line of a name."""
MOST_JUDGED, MOST_WAITING = 20, 6
"""Rows of all states that can be judged, and of each other state; a note counts what is left out,
so that the picture can be read on one printed page."""
MOST_DESCRIBED = 12
"""Targets described in the text alternative."""
SHARES = (-20.0, 130.0)
"""Percent of the distance from baseline to target that is drawn; what is beyond has an arrow."""
TITLES = {
    "both": N_("{region}: {missed} of {judged} targets missed, {at_risk} more at risk"),
    "missed": N_("{region}: {missed} of {judged} targets missed"),
    "at_risk": N_("{region}: {at_risk} of {judged} targets at risk"),
    "uncertain": N_("{region}: {uncertain} of {judged} targets may fall short"),
    "good": N_("{region}: all {judged} targets that can be judged are met or on course"),
    "some": N_("{region}: {judged} met or on course, {rest} cannot be judged yet"),
    "too_early": N_("{region}: too early to judge, targets with a baseline only: {too_early}"),
    "awaited": N_("{region}: no figure published, targets due: {awaited}"),
}
SUBTITLE = N_(
    "Distance covered from baseline (0) to target (100 %), last target of each indicator. {day}"
)
SCHEDULE = N_("on schedule at the date of the figure")
WITHOUT = N_("Without any published figure, not shown: {count} indicators.")
DISTANCE = N_("{name}: {baseline} → {latest} → {target} ({state})")


def standing_table(names: Names, attainment: pd.DataFrame) -> pd.DataFrame:
    """Tabulate where targets stand, one row a target with a figure, the greatest risk first.

    Parameters
    ----------
    names : of the plan, in the reader's language
    attainment : of `attainment`, the targets to show, one an indicator (`last_targets`)

    Returns
    -------
    indicator, name, unit, state (of `STATES`), baseline, baseline_year, latest, latest_year,
    target, comparator, target_year; `covered` and `due`: percent of the distance from baseline to
    target covered by the latest figure, and by the straight line at the date of that figure (NaN
    where nothing has been published since the baseline, or the baseline meets the target)
    """
    rows = attainment[attainment["latest"].notna()]
    cells = [_tabulate_row(names, row) for row in rows.to_dict("records")]
    table = pd.DataFrame(cells, columns=COLUMNS)
    order = pd.Series({code: i for i, code in enumerate(STATES)})
    ranks = pd.DataFrame({
        "state": table["state"].map(order).to_numpy(int),
        "chance": table.pop("chance").fillna(2.0).to_numpy(float),
        "behind": (table["covered"] - table["due"]).fillna(0.0).to_numpy(float),
    })  # fmt: skip
    at = ranks.sort_values(["state", "chance", "behind"], kind="stable").index
    return table.loc[at].reset_index(drop=True)


COLUMNS = [
    "indicator", "name", "unit", "state", "baseline", "baseline_year", "latest", "latest_year",
    "target", "comparator", "target_year", "covered", "due", "chance", "target_high",
]  # fmt: skip


def standing_chart(
    names: Names, attainment: pd.DataFrame, *, name: str = "standing"
) -> Chart | None:
    """Draw where all targets stand; None where no target has a figure.

    Parameters
    ----------
    names, attainment : as in `standing_table`; indicators without a figure are counted in a note
    name : stem of the chart's files
    """
    table = standing_table(names, attainment)
    if table.empty:
        return None
    silent = attainment.loc[attainment["latest"].isna(), "indicator"].nunique()
    notes = [names.gettext(WITHOUT, count=silent)] if silent else []
    notes.append(source_note(names, list(table["indicator"])))
    title = describe_standing(names, table)
    subtitle = names.gettext(SUBTITLE, day=names.known_on())
    words = Words(title, subtitle, [note for note in notes if note])
    judged = table[table["state"].isin(JUDGED)].head(MOST_DESCRIBED).to_dict("records")
    lines = names.gettext("; ").join(_describe_row(names, row) for row in judged)
    alt = names.gettext("{finding}. {rows}.", finding=title, rows=lines) if lines else title
    return compose(name, words, lambda page: _draw(page, names, table), alt=alt, data=table)


def describe_standing(names: Names, table: pd.DataFrame) -> str:
    """Say in a sentence how many targets are missed, at risk, uncertain or on course."""
    counts = {code: int((table["state"] == code).sum()) for code in STATES}
    judged = sum(counts[code] for code in JUDGED)
    if not judged:
        case = "too_early" if counts["too_early"] else "awaited"
    elif counts["missed"] and counts["at_risk"]:
        case = "both"
    else:
        good = "some" if len(table) > judged else "good"
        case = next((c for c in ("missed", "at_risk", "uncertain") if counts[c]), good)
    region = names.name("regions", names.plan.region)
    counts |= {"judged": judged, "rest": len(table) - judged}
    return names.gettext(TITLES[case], region=region, **counts)


def _tabulate_row(names: Names, row: Mapping[str, Any]) -> list[Any]:
    indicator, year, goal = str(row["indicator"]), float(row["year"]), float(row["target"])
    base, since = _find_baseline(names, row)
    latest, when = float(row["latest"]), float(row["latest_year"])
    length, years = goal - base, year - since
    moved = when > since + 1e-9
    signs = {"ge": length > 0, "gt": length > 0, "le": length < 0, "lt": length < 0}
    away = signs.get(row["comparator"], bool(length))
    measurable = moved and away
    covered = 100.0 * (latest - base) / length if measurable else np.nan
    due = 100.0 * min((when - since) / years, 1.0) if measurable and years > 0 else np.nan
    state = find_state(row)
    chance = float(row["p_reach"]) if pd.notna(row["p_reach"]) else np.nan
    unit = names.symbol(names.unit(indicator))
    return [
        indicator, names.name("indicators", indicator), unit, state, base, since, latest, when,
        goal, row["comparator"], int(year), covered, due, chance, row.get("target_high", np.nan),
    ]  # fmt: skip


def find_state(row: Mapping[str, Any]) -> str:
    """Return the finding (of `STATES`) on a target: a column `finding`, else that of the answer."""
    given = row.get("finding")
    finding = given if isinstance(given, str) else finding_of(row)
    return finding if finding in STATES else "awaited"


def finding_of(row: Mapping[str, Any]) -> str:
    """Return the finding on a target, of `STATES` or `no_data`, from a row of `attainment`.

    What is reached today is on course only where it is likely to hold; of one figure nobody knows.

    >>> finding_of({"status": "reached", "p_reach": 0.5, "evidence": "weak"})
    'uncertain'
    """
    status = str(row["status"])
    if status == "reached" and row["evidence"] != SINGLE and row["p_reach"] < LIKELY:
        return "uncertain"
    if status == "no_data" and pd.notna(row["latest"]):  # a rule that is not there yet
        return "too_early"
    return FINDINGS.get(status, "awaited" if status in PASSED else "no_data")


def _find_baseline(names: Names, row: Mapping[str, Any]) -> tuple[float, float]:
    """Return the figure and the year a target is measured from, as `progress` has them."""
    if pd.notna(row.get("baseline")) and pd.notna(row.get("baseline_year")):
        return float(row["baseline"]), float(row["baseline_year"])
    known = names.plan.observations
    known = known[known["indicator"] == row["indicator"]].sort_values("year")
    value, year = (known[c].to_numpy(float)[None, :] for c in ("value", "year"))
    base, since = select_baseline(value, year, np.array([np.nan]))
    return float(base[0]), float(since[0])


def _describe_row(names: Names, row: Mapping[str, Any]) -> str:
    """Describe a row in the text alternative."""
    texts = _texts(names, row)
    state = names.gettext(STATES[row["state"]].name)
    return names.gettext(DISTANCE, name=row["name"], state=state, **texts)


def _texts(names: Names, row: Mapping[str, Any]) -> dict[str, str]:
    """Format baseline, latest figure and target, each with its year."""
    measure = _measure(names, row)
    values = {stem: measure.number(row[stem]) for stem in ("baseline", "latest")}
    values["target"] = measure.target(row)
    dated, years = N_("{target} ({year})"), {s: format_time(row[f"{s}_year"]) for s in values}
    return {s: names.gettext(dated, target=values[s], year=years[s]) for s in values}


def _measure(names: Names, row: Mapping[str, Any]) -> Measure:
    values = [row["baseline"], row["latest"], row["target"]]
    return Measure.build(names, str(row["indicator"]), values)


# Drawing. Wide: name, baseline, track and target side by side. Narrow: one below the other.


def _draw(page: Page, names: Names, table: pd.DataFrame) -> None:
    """Draw rows under the heads of their states; of those that cannot be judged a few."""
    left = MARGIN if page.narrow else LEFT
    right = page.width - (MARGIN if page.narrow else RIGHT)
    room = page.inner if page.narrow else LEFT - 1.4
    groups = [(code, rows) for code, rows in table.groupby("state", sort=False)]
    rows_left, shown = MOST_JUDGED, {}
    for code, rows in groups:
        most = rows_left if code in JUDGED else MOST_WAITING
        shown[code] = rows.head(most).to_dict("records")
        rows_left -= len(shown[code]) if code in JUDGED else 0
    labels = {
        row["indicator"]: wrap(_name_row(names, row), room, page.small)
        for rows in shown.values()
        for row in rows
    }
    heights = {
        row["indicator"]: _row_height(page, row, labels[row["indicator"]])
        for rows in shown.values()
        for row in rows
    }
    more = sum(0 < len(shown[code]) < len(rows) for code, rows in groups)
    body = sum(heights.values()) + (HEAD + 0.06) * len(groups) + LINE * 1.2 * more
    page.begin(body, _list_marks(names, table))
    y = page.top
    for code, rows in groups:
        _draw_head(page, names, str(code), len(rows), y)
        y += HEAD
        for row in shown[code]:
            height = heights[row["indicator"]]
            _draw_row(page, names, row, labels[row["indicator"]], (y, height), (left, right))
            y += height
        if 0 < len(shown[code]) < len(rows):
            text = names.gettext("and {count} more", count=len(rows) - len(shown[code]))
            page.write(text, MARGIN, y + LINE / 2, color=style.GREY)
            y += LINE * 1.2
        y += 0.06


def _list_marks(names: Names, table: pd.DataFrame) -> list[tuple[dict[str, Any], str]]:
    """List the marks of tracks with their meanings, where there are tracks."""
    if not table["state"].isin(JUDGED).any():
        return []
    hollow = {"color": style.INK, "markerfacecolor": "white"}
    keys: list[tuple[dict[str, Any], str]] = [
        ({"marker": "o", "color": style.INK}, names.gettext("latest figure")),
        ({"marker": "D", **hollow}, names.gettext("target")),
    ]
    if table["due"].notna().any():
        mark = {"marker": "|", "color": style.INK, "markersize": 10, "markeredgewidth": 2.0}
        keys.append((mark, names.gettext(SCHEDULE)))
    return keys


def _name_row(names: Names, row: Mapping[str, Any]) -> str:
    """Name a row with its unit, where figures do not carry it."""
    pattern = names.gettext("{name} ({unit})")
    return _measure(names, row).label(str(row["name"]), pattern)


def _row_height(page: Page, row: Mapping[str, Any], label: list[str]) -> float:
    judged = row["state"] in JUDGED
    if page.narrow:
        return LINE * len(label) + (0.46 if judged else 0.24)
    return max(0.38 if judged else 0.23, LINE * len(label) + 0.08)


def _draw_head(page: Page, names: Names, code: str, count: int, y: float) -> None:
    """Name a state over its rows, with its mark and the number of targets."""
    state, middle = STATES[code], y + HEAD / 2 - 0.06
    page.axes.plot([MARGIN + 0.07], [middle], linestyle="none", markersize=7, **state.mark)
    text = names.gettext("{state}: {count}", state=names.gettext(state.name), count=count)
    page.write(text, MARGIN + 0.2, middle, bold=True)
    ends = [MARGIN, page.width - MARGIN]
    page.axes.plot(ends, [y + HEAD - 0.08] * 2, color=style.EDGE, linewidth=0.8)


def _draw_row(
    page: Page, names: Names, row: Mapping[str, Any], label: list[str],
    place: tuple[float, float], track: tuple[float, float],
) -> None:  # fmt: skip
    """Draw one target: its name, its line from baseline to target, its three figures."""
    (y, height), (left, right) = place, track
    texts, judged = _texts(names, row), row["state"] in JUDGED
    moved = row["latest_year"] > row["baseline_year"]
    if page.narrow:
        for i, line in enumerate(label):
            page.write(line, left, y + LINE * (i + 0.5))
        below = y + LINE * len(label)
        parts = [texts["baseline"], *([texts["latest"]] if moved else []), texts["target"]]
        page.write(" → ".join(parts), left, below + LINE / 2, color=style.GREY)
        if judged:
            _draw_track(page, row, below + LINE + 0.1, (left + 0.1, right - 0.1))
        return
    middle = y + height / 2
    for i, line in enumerate(label):
        page.write(line, MARGIN, middle + LINE * (i - (len(label) - 1) / 2))
    page.write(texts["baseline"], left - 0.15, middle, ha="right", color=style.GREY)
    page.write(texts["target"], right + 0.2, middle)
    if judged:
        _draw_track(page, row, middle + 0.04, (left, right))
    else:
        ends = [left, right - 0.1]
        page.axes.plot(ends, [middle] * 2, color=style.EDGE, linewidth=0.8, linestyle=":")
    if moved and judged:
        _label_latest(page, texts["latest"], row, middle + 0.04, (left, right))


def _at(share: float, track: tuple[float, float]) -> float:
    """Place a share on a track."""
    low, high = SHARES
    share = float(np.clip(share, low, high))
    return track[0] + (share - low) / (high - low) * (track[1] - track[0])


def _draw_track(page: Page, row: Mapping[str, Any], y: float, track: tuple[float, float]) -> None:
    """Draw the line, the schedule's mark, the latest figure and the target."""
    axes, state = page.axes, STATES[row["state"]]
    base, goal = _at(0.0, track), _at(100.0, track)
    covered = _covered(row)
    end = _at(covered, track)
    if np.isfinite(row["covered"]):
        axes.plot([base, goal], [y, y], color=style.EDGE, linewidth=1.2, zorder=1)
        axes.plot([base, base], [y - 0.05, y + 0.05], color=style.GREY, linewidth=1.2, zorder=1)
        axes.plot([base, end], [y, y], color=state.colour, linewidth=3.0, zorder=2,
                  solid_capstyle="butt")  # fmt: skip
    axes.plot([goal], [y], marker="D", markersize=5, color=style.INK, markerfacecolor="white",
              markeredgewidth=1.2, zorder=6)  # fmt: skip
    if np.isfinite(row["due"]):
        due = _at(row["due"], track)
        axes.plot([due, due], [y - 0.075, y + 0.075], color=style.INK, linewidth=2.0, zorder=4,
                  solid_capstyle="butt")  # fmt: skip
    mark = dict(state.mark)
    if covered > SHARES[1]:
        mark["marker"] = ">"
    elif covered < SHARES[0]:
        mark["marker"] = "<"
    axes.plot([end], [y], linestyle="none", markersize=8, markeredgewidth=1.2, zorder=5, **mark)


def _covered(row: Mapping[str, Any]) -> float:
    """Percent of the distance covered; beyond the target where the baseline meets it."""
    if np.isfinite(row["covered"]):
        return float(row["covered"])
    short = float(row["target"]) - float(row["latest"])
    short = -short if row["comparator"] in ("le", "lt") else short
    if not short <= 0:
        return 0.0
    return np.inf if short else 100.0


def _label_latest(
    page: Page, text: str, row: Mapping[str, Any], y: float, track: tuple[float, float]
) -> None:
    """Write the latest figure above its mark, within the track."""
    half = measure(text, page.small) / 2
    x = float(np.clip(_at(_covered(row), track), track[0] + half, track[1] - half))
    page.write(text, x, y - 0.16, ha="center")
