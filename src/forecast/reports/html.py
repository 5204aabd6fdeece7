"""Pieces of a report's page: paragraphs, lists, tables and pictures, with every text escaped."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from ..i18n.catalog import gettext
from ..i18n.formatting import day, language_name
from ..i18n.labels import label_of
from ..tables.names import Names
from ..tables.plan import Plan

__all__ = [
    "Html",
    "Telling",
    "bullets",
    "dated",
    "heading",
    "known_on",
    "name_of",
    "paragraph",
    "parameter_table",
    "picture",
    "safe",
    "tabulate",
    "title",
]

Value = str | int | None


@dataclass(frozen=True)
class Html:
    """A piece of the page; Jupyter and nbconvert show it as HTML."""

    # Jupyter keeps the plain form as well, which would double every notebook.
    text: str = field(repr=False)

    def _repr_html_(self) -> str:
        return self.text


class Telling(Names):
    """What every report is told from: a plan, and the reader's language; for dataclasses."""

    def described(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put name, unit and area of each row's indicator beside its id; the region comes first."""
        name = f"name_{self.language}"
        about = self.plan.indicators[["indicator", name, "unit", "area"]]
        found = about.rename(columns={name: "name"}).merge(table, on="indicator", how="right")
        first = [column for column in ("region",) if column in found]
        return found[[*first, *found.columns.drop(first)]]

    def answered(self, answers: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
        """Describe answers to targets, a row each in the same order, with where a target stands."""
        origin = targets[["role", "force", "source", "locus", "note"]].set_axis(answers.index)
        return self.described(pd.concat([answers, origin], axis=1))

    def sources(self) -> list[str]:
        """List the sources of the region's targets and figures, in the order of `sources.csv`."""
        used = {*self.plan.targets["source"], *self.plan.observations["source"]}
        return [s for s in self.plan.sources["source"] if s in used]


def safe(text: object) -> str:
    """Escape what would be markup.

    >>> safe("a < b")
    'a &lt; b'
    """
    return html.escape(str(text))


def paragraph(text: str, *, strong: bool = False) -> str:
    """Make a paragraph.

    >>> paragraph("a < b", strong=True)
    '<p><strong>a &lt; b</strong></p>'
    """
    return f"<p><strong>{safe(text)}</strong></p>" if strong else f"<p>{safe(text)}</p>"


def heading(text: str, level: int = 2) -> str:
    """Make a heading.

    >>> heading("a < b", 3)
    '<h3>a &lt; b</h3>'
    """
    return f"<h{level}>{safe(text)}</h{level}>"


def bullets(items: Iterable[str]) -> str:
    """Make a list, an item a line."""
    return "<ul>\n" + "\n".join(f"<li>{safe(item)}</li>" for item in items) + "\n</ul>"


def tabulate(
    lines: list[dict[str, str]] | list[dict[str, str | Html]] | pd.DataFrame, *, words: bool = False
) -> str:
    """Make a table; the first column heads its rows, lines after the first in a cell are small.

    Columns stand to the right, as figures do; those of `words` to the left. A cell that is `Html`
    is put in as it is.

    >>> table = tabulate([{"name": "a", "b & c": "d < e"}])
    >>> "<th>b &amp; c</th>" in table, "<td>d &lt; e</td>" in table
    (True, True)
    """
    cells = pd.DataFrame(lines).map(_cell)
    cells.columns = pd.Index([safe(head) for head in cells.columns])
    head = str(cells.columns[0])
    cells = cells.set_index(head).rename_axis(index=None, columns=head)
    with pd.option_context("display.max_colwidth", None):
        table = str(cells.to_html(escape=False, border=0))
    if words:
        for tag in ("th", "td"):
            table = table.replace(f"<{tag}>", f'<{tag} style="text-align:left;min-width:6em">')
    return table


def _cell(text: str | Html) -> str:
    if isinstance(text, Html):
        return text.text
    first, *rest = safe(text).split("\n")
    return f"{first}<br><small>{'<br>'.join(rest)}</small>" if rest else first


def picture(png: bytes, text: str, *, share: float = 1.0) -> str:
    """Put a picture inside the page, over a `share` of its width, with a description."""
    data = base64.b64encode(png).decode()
    return (
        f'<figure style="margin:0"><img style="width:{100 * share:.0f}%" '
        f'alt="{safe(text)}" src="data:image/png;base64,{data}"></figure>'
    )


def known_on(plan: Plan, language: str) -> str:
    """Say which day's knowledge a run uses."""
    if not plan.as_of:
        return gettext("Everything known is used", language)
    return gettext("As of {day}", language).format(day=day(plan.as_of, language))


def title(found: Telling, heading: str, intro: str = "") -> Html:
    """Head of a report on a plan: a heading with the region, the day, the documents, an intro.

    `heading` and `intro` are keys of phrases.
    """
    plan, gettext = found.plan, found.gettext
    name = gettext(heading).format(region=found.name("regions", plan.region))
    titles = f'<span lang="zh">{safe(plan.title)}</span>'
    documents = safe(gettext("Plan documents, by their original titles: {titles}")).replace(
        "{titles}", titles
    )
    known = safe(known_on(plan, found.language))
    head = f"<h1>{safe(name)}</h1>\n<p>{known}<br>\n{documents}</p>"
    return Html("\n".join([head, paragraph(gettext(intro))]) if intro else head)


def dated(year: float) -> str:
    """Year of a figure, with the month of one that stands within the year.

    >>> dated(2021.0), dated(2021.496)
    ('2021', '2022-06')
    """
    whole = math.floor(year)
    month = math.ceil(12.0 * (year - whole) - 1e-9)
    return f"{year:.0f}" if month == 0 else f"{whole + 1}-{month:02d}"


def name_of(plan: Plan, kind: str, key: object, language: str) -> str:
    """Name of one of a plan's `regions`, `areas`, `units` or `indicators`.

    >>> import forecast as fc
    >>> name_of(fc.load_plan("lishui"), "regions", "lishui", "en")
    'Lishui'
    """
    rows: pd.DataFrame = getattr(plan, kind)
    return str(dict(zip(rows.iloc[:, 0], rows[f"name_{language}"], strict=True))[key])


def parameter_table(
    plan: Plan, parameters: Mapping[str, Value], language: str, *, until: str
) -> str:
    """Print a run's parameters in words; `until` says how far the run looks."""
    folder = parameters.get("folder")
    told = dict(parameters) | {
        "region": f"{name_of(plan, 'regions', plan.region, language)} ({plan.region})",
        "data": parameters.get("data") or gettext("tables that come with the package", language),
        "as_of": known_on(plan, language),
        "until": until,
        "language": language_name(language),
        "folder": gettext("the folder of this report", language)
        if folder == "."
        else folder or gettext("not written", language),
    }
    lines = [
        {label_of("column", "parameter", language): label_of("parameter", key, language),
         label_of("column", "value", language): str(value)}
        for key, value in told.items()
    ]  # fmt: skip
    return tabulate(lines)
