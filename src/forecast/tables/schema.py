"""The tables of a plan: their columns, types, keys and allowed words.

Descriptions only; `validation` checks tables against them. Column order is the order in the files.
Types are `text`, `integer`, `number`, `boolean`, `date` (ISO 8601) and `deadline` (as printed, see
`calendar.parse_deadline`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

__all__ = [
    "COMPARATORS",
    "DIRECTIONS",
    "EVENTS",
    "FORCES",
    "KINDS",
    "LEVELS",
    "NEVER_FALLS",
    "NEVER_NEGATIVE",
    "PERCENTAGES",
    "REFERENCE",
    "RESULTS",
    "ROLES",
    "STAGES",
    "STATES",
    "STATUSES",
    "TABLES",
    "TARGET_COMPARATORS",
    "TASK_LISTS",
    "Column",
    "Table",
    "is_address",
]

KINDS = ("share", "coverage", "ratio", "amount", "standard", "count", "stock", "rule")
NEVER_NEGATIVE = ("share", "coverage", "standard", "count", "stock", "rule")
"""Kinds whose figures count or divide things, or are set."""
NEVER_FALLS = ("coverage", "standard", "count")
"""Kinds whose figures never fall while their definition stays the same."""
PERCENTAGES = ("share", "coverage")
"""Kinds stored as 0-100."""
DIRECTIONS = ("higher", "lower")
COMPARATORS = ("ge", "gt", "eq", "le", "lt")
TARGET_COMPARATORS = (*COMPARATORS, "between")
"""Those of one value, and `between`, a band from `value` to `value_high`."""
ROLES = ("annual", "midterm", "final")
FORCES = ("binding", "expected")
STATUSES = ("actual", "preliminary", "estimated")
LEVELS = ("country", "province", "city", "district", "county", "township")
EVENTS = ("reach", "ever", "maintain")
REFERENCE = ("sources", "regions", "areas", "units", "indicators")
"""Tables that others refer to; the package's own must have them."""
RESULTS = ("reached", "missed", "met_early", "open", "unknown")
"""What became of a target: `met_early` by a figure before its year, `open` before its year."""
STAGES = ("interim", "midterm", "expected", "final")
"""When a whole plan was summed up; `expected` before its end, from what was foreseen."""
STATES = ("not_started", "under_way", "done", "late", "dropped")
"""How far a task, policy, milestone or project is, as whoever leads it reports."""
DOUBTS = ("contradicted", "inferred")
"""Why a target's number is doubtful: its documents disagree; it is not printed as a number."""
TASK_LISTS = ("reform", "policy", "project", "work", "pilot")


@dataclass(frozen=True)
class Column:
    """One column: its type, whether a cell may be empty, allowed words, where ids come from."""

    type: str = "text"
    required: bool = True
    words: tuple[str, ...] = ()
    refers_to: str | None = None
    """Table whose first column lists the allowed ids."""
    absent: bool = False
    """Whether a file may do without the column."""


@dataclass(frozen=True)
class Table:
    """One table: its columns in file order and the columns that identify a row."""

    columns: dict[str, Column]
    key: tuple[str, ...] = field(default=())
    replaces: tuple[str, ...] = field(default=())
    """Columns in which an own row is like the shipped rows whose place it takes; () are `key`.
    `day` is the day of a figure."""

    @property
    def types(self) -> dict[str, str]:
        """Column name to type name."""
        return {name: column.type for name, column in self.columns.items()}


TEXT, OPTIONAL = Column(), Column(required=False)
NUMBER, YEAR, COUNT = Column("number"), Column("integer"), Column("integer")
DATE = Column("date", required=False)
MAYBE_NUMBER = Column("number", required=False)
MAYBE_YEAR = Column("integer", required=False)
EXTRA = Column(required=False, absent=True)
EXTRA_NUMBER, EXTRA_YEAR = (replace(EXTRA, type=type_) for type_ in ("number", "integer"))
SOURCE, REGION, INDICATOR, AREA, UNIT = (
    Column(refers_to=table) for table in ("sources", "regions", "indicators", "areas", "units")
)
MAYBE_INDICATOR = Column(required=False, refers_to="indicators")
PART, PLAN = (replace(EXTRA, refers_to=table) for table in ("indicators", "plans"))

# fmt: off
TABLES: dict[str, Table] = {
    "sources": Table(
        {"source": TEXT, "title_zh": TEXT, "issuer": OPTIONAL, "issued": DATE, "note": OPTIONAL,
         "title_en": EXTRA},
        key=("source",)),
    "regions": Table(
        {"region": TEXT, "name_zh": TEXT, "name_en": TEXT, "level": Column(words=LEVELS),
         "parent": Column(required=False, refers_to="regions")},
        key=("region",)),
    "areas": Table({"area": TEXT, "name_zh": TEXT, "name_en": TEXT}, key=("area",)),
    "units": Table({"unit": TEXT, "name_zh": TEXT, "name_en": TEXT}, key=("unit",)),
    "indicators": Table(
        {"indicator": TEXT, "name_zh": TEXT, "name_en": TEXT, "area": AREA, "unit": UNIT,
         "kind": Column(words=KINDS), "lower": MAYBE_NUMBER, "upper": MAYBE_NUMBER,
         "better": Column(words=DIRECTIONS), "cumulative": Column("boolean"),
         "resolution": NUMBER, "concept": TEXT, "definition": TEXT,
         "numerator": PART, "denominator": PART,
         "publication_lag": Column("number", required=False, absent=True)},
        key=("indicator",)),
    "plans": Table(
        {"plan": TEXT, "region": REGION, "title_zh": TEXT, "title_en": OPTIONAL, "start": YEAR,
         "end": YEAR, "baseline_year": MAYBE_YEAR, "issued": DATE, "version": OPTIONAL,
         "in_force": DATE, "source": replace(EXTRA, refers_to="sources"), "note": EXTRA,
         "mark": EXTRA},
        key=("plan", "version")),
    "targets": Table(
        {"region": REGION, "indicator": INDICATOR, "year": YEAR, "value": MAYBE_NUMBER,
         "comparator": Column(words=TARGET_COMPARATORS), "role": Column(words=ROLES),
         "force": Column(required=False, words=FORCES),
         "source": SOURCE, "locus": OPTIONAL, "note": OPTIONAL,
         "event": Column(required=False, words=EVENTS, absent=True),
         "value_high": EXTRA_NUMBER, "name_printed": EXTRA, "number": EXTRA, "owner": EXTRA,
         "baseline": EXTRA_NUMBER, "baseline_year": EXTRA_YEAR,
         "plan": PLAN, "version": EXTRA, "note_en": EXTRA,
         "doubt": replace(EXTRA, words=DOUBTS)},
        key=("region", "indicator", "year", "comparator", "source", "plan", "version"),
        replaces=("region", "indicator", "year", "version")),
    "observations": Table(
        {"region": REGION, "indicator": INDICATOR, "year": YEAR, "as_of": DATE, "value": NUMBER,
         "status": Column(words=STATUSES), "source": SOURCE, "locus": OPTIONAL, "note": OPTIONAL,
         "published": Column("date", required=False, absent=True),
         "break": Column(required=False, words=("true", "false"), absent=True),
         "standard_error": EXTRA_NUMBER},
        key=("region", "indicator", "year", "as_of", "published"),
        replaces=("region", "indicator", "day")),
    "milestones": Table(
        {"region": REGION, "indicator": MAYBE_INDICATOR, "task": OPTIONAL, "year": YEAR,
         "text_zh": TEXT, "source": SOURCE, "locus": OPTIONAL, "text_en": EXTRA, "note": EXTRA},
        replaces=("region", "indicator", "task", "year")),
    "tasks": Table(
        {"region": REGION, "list": Column(words=TASK_LISTS), "name_zh": TEXT,
         "requirement_zh": OPTIONAL, "due": Column("deadline", required=False),
         "source": SOURCE, "locus": OPTIONAL, "name_en": EXTRA, "requirement_en": EXTRA,
         "note": EXTRA},
        replaces=("region", "list", "name_zh")),
    "rules": Table(
        {"rule": TEXT, "region": REGION, "quantity": TEXT, "formula": TEXT,
         "source": SOURCE, "locus": OPTIONAL, "note": EXTRA},
        key=("rule", "region")),
    "indices": Table(
        {"index": TEXT, "area": AREA, "component": TEXT, "indicator": MAYBE_INDICATOR,
         "weight": MAYBE_NUMBER, "source": SOURCE, "locus": EXTRA, "component_en": EXTRA,
         "note": EXTRA},
        key=("index", "component")),
    "projects": Table(
        {"region": REGION, "agency": TEXT, "class": Column(words=("implementation", "planning")),
         "stage": Column(required=False, words=("continued", "new")), "name_zh": TEXT,
         "start": YEAR, "end": YEAR, "investment": NUMBER, "builder": OPTIONAL, "source": SOURCE,
         "locus": EXTRA, "note": EXTRA, "indicator": PART, "adds": EXTRA_NUMBER},
        key=("region", "agency", "name_zh")),
    "progress": Table(
        {"region": REGION, "task": OPTIONAL, "project": OPTIONAL, "date": Column("date"),
         "state": Column(words=STATES), "done_on": DATE, "spent": MAYBE_NUMBER, "note": OPTIONAL,
         "source": SOURCE},
        key=("region", "task", "project", "date")),
    "plan_outcomes": Table(
        {"place": TEXT, "place_en": TEXT, "plan": TEXT, "plan_en": TEXT, "indicator_zh": TEXT,
         "indicator_en": TEXT, "indicator": OPTIONAL, "area": OPTIONAL, "unit": TEXT,
         "kind": Column(words=KINDS), "role": Column(words=ROLES),
         "baseline_year": MAYBE_YEAR, "baseline": MAYBE_NUMBER, "year": YEAR, "target": NUMBER,
         "comparator": Column(words=COMPARATORS), "actual_year": MAYBE_YEAR,
         "actual": MAYBE_NUMBER, "result": Column(words=RESULTS), "source": TEXT,
         "source_actual": OPTIONAL, "note": OPTIONAL},
        key=("place", "plan", "indicator_zh", "year")),
    "plan_summaries": Table(
        {"place": TEXT, "place_en": TEXT, "plan": TEXT, "plan_en": TEXT,
         "stage": Column(words=STAGES), "year": YEAR, "indicators": COUNT,
         "met_or_on_track": COUNT, "behind": COUNT, "source": TEXT, "note": OPTIONAL},
        key=("place", "plan", "stage", "year")),
}
# fmt: on
"""Tables by name, columns in the order of the files."""


def is_address(source: object) -> bool:
    """Whether a text is the address of a database, see `database`.

    A mistyped one with what may be a password is one as well, so that it is never shown.

    >>> [is_address(text) for text in ("sqlite:///a.db", "postgresql:/a:b@c", "C:/a@b", "lishui")]
    [True, True, False, False]
    """
    form = r"[A-Za-z][\w+.-]*://|[A-Za-z][\w+.-]+:.*@"
    return isinstance(source, str) and re.match(form, source) is not None
