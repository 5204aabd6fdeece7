"""Reports rendered in this process: the cells of their notebooks, in any language."""

import ast
import functools
import html
import re
from dataclasses import replace
from pathlib import Path

import nbformat

from forecast.reports.descriptions import FILE_OR_PAGE
from forecast.reports.scenarios import choose_scenarios
from forecast.tables.plan import recut
from made_up_language import LANGUAGE, unmarked, write_catalogue

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PANELS = "Gapminder Systema Globalis|Fasttrack|open-numbers|CC BY"
QUOTED = re.compile(
    rf"https?://\S+|[\w.]+\.(txt|csv|yaml)|logit|CRPS|Brier|ETS|Theta|AIC|\dA|{PANELS}"
)
NUMBERS = ("attainment", "fits", "moved_by_projects", "own_fits", "paths", "priors", "quantiles")
"""What a context computes without a text of its tables."""
EVIL = '<script>x</script> & "y"'


def plain(page):
    """Text of a page, without what is quoted in its own language: documents, files, sites."""
    quoted = r'<span lang="zh">.*?</span>|<code>.*?</code>|<a href="http.*?</a>'
    page = re.sub(quoted, "", page, flags=re.S)
    page = re.sub(r'<img [^>]*alt="(.*?)"[^>]*>', r" \1 ", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


def cells(page):
    """Cells of all tables of a page, row by row, heads included."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, flags=re.S)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S) for row in rows]
    return [[re.sub(r"\s+", " ", plain(cell)).strip() for cell in row] for row in found]


def row_of(page, first):
    """Cells of the row that begins with a text, by their heads."""
    head = []
    for row in cells(page):
        if row[0].startswith(first):
            return dict(zip(head, row, strict=True))
        head = row if not head or len(row) != len(head) else head
    raise AssertionError(f"no row begins with {first!r}")


def headings(page, level=2):
    """Headings of a level."""
    return [html.unescape(h) for h in re.findall(rf"<h{level}[^>]*>(.*?)</h{level}>", page)]


def draw_only(monkeypatch):
    """Leave pictures out: their alternatives say what is written in them."""
    monkeypatch.setattr("forecast.charts.chart.Chart.uri", lambda *_, **__: "data:,")


class Notebook:
    """A report's notebook: its results computed once, its sections rendered in any language."""

    def __init__(self, name, **parameters):
        """Run the cell of parameters, which are replaced, and the one that computes."""
        codes = [c.source for c in nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
                 if c.cell_type == "code"]  # fmt: skip
        self.names = {}
        exec(codes[0], self.names)
        self.names.update({"draws": 100, "language": "en", **parameters})
        exec(codes[1], self.names)
        self.report, self.results = self.names["report"], self.names["results"]
        # What is not shown writes tables.
        calls = [node for code in codes[2:] for node in ast.walk(ast.parse(code))
                 if isinstance(node, ast.Call) and ast.unparse(node.func) == "display"]  # fmt: skip
        self.sections = [ast.unparse(argument) for call in calls for argument in call.args]

    def render(self, language="en", **changes):
        """Page of all sections; `changes` replace fields of the report, or the `results`."""
        results = changes.pop("results", self.results)
        report = replace(self.report, language=language, **changes)
        names = {**self.names, "report": report, "results": results, "language": language}
        return "\n".join(eval(section, names).text for section in self.sections)


@functools.cache
def notebook_of(name, **parameters):
    """Return the notebook of a shipped plan, computed once for all tests; none may change it."""
    return Notebook(name, **parameters)


def check_languages(notebook, monkeypatch, results=None):
    """The English and the Chinese page and figures are complete and unmixed; gives the English."""
    english = check_english(notebook, monkeypatch, results)
    draw_only(monkeypatch)
    changed = {} if results is None else {"results": results}
    chinese = notebook.render("zh", **changed)
    regions = "|".join(notebook.report.plan.regions["region"])
    letters = plain(chinese).replace(notebook.report.data or " ", " ")
    assert re.findall(r"[A-Za-z]{2,}", re.sub(regions, "", QUOTED.sub("", letters))) == []
    _check_complete(chinese)
    # A section about tables that a plan does not have is empty.
    assert 1 < len(headings(english)) == len(headings(chinese)) < len(notebook.sections)
    return plain(english)


def check_english(notebook, monkeypatch, results=None):
    """The English page and figures are complete, without a word of Chinese; gives the page."""
    draw_only(monkeypatch)
    changed = {} if results is None else {"results": results}
    page = notebook.render("en", **changed)
    assert CHINESE.findall(plain(page)) == []
    _check_complete(page)
    return page


def _check_complete(page):
    """No number or table of a page is empty, and no gap of a message."""
    assert "nan" not in plain(page).lower().split() and "{" not in plain(page)
    assert "<tbody>\n  </tbody>" not in page


def check_catalogues(notebook, monkeypatch):
    """In a made-up language every sentence of the page and its figures is marked as translated."""
    monkeypatch.setenv("FORECAST_LOCALE", str(write_catalogue()))
    monkeypatch.setattr("forecast.charts.style.wrap_lines", lambda text, *_: [text])
    draw_only(monkeypatch)
    page = plain(notebook.render(LANGUAGE))
    assert unmarked(page, *_data_of(notebook)) == []


def check_escaped(notebook, monkeypatch, results=None):
    """Names and texts of tables with markup in them are shown, not run."""
    draw_only(monkeypatch)
    texts = ("name_en", "title_zh", "issuer", "definition", "locus", "name_zh", "requirement_zh",
             "requirement_en", "text_zh", "text_en", "component", "component_en",
             "note", "note_en")  # fmt: skip
    plan = notebook.report.plan
    tables = {
        name: table.assign(**{column: EVIL for column in texts if column in table})
        for name, table in plan.tables.items()
    }
    changed = recut(plan, tables)
    shared = {name: (changed, *computed) for name, (_, *computed) in notebook.report.shared.items()
              if name in NUMBERS}  # fmt: skip
    results = results or notebook.results
    page = notebook.render("en", plan=changed, shared=shared, results=results)
    assert "<script" not in page and "&lt;script&gt;x&lt;/script&gt; &amp;" in page


def _data_of(notebook):
    """Texts of tables and declarations, which are no messages."""
    report = notebook.report
    tables = [report.plan.tables["indicators"], report.plan.regions, report.plan.areas]
    texts = {name for table in [*tables, report.plan.units] for name in table["name_en"]}
    for name, column in (("indices", "component_en"), ("tasks", "name_en"),
                         ("tasks", "requirement_en"), ("milestones", "text_en"),
                         ("sources", "title_en")):  # fmt: skip
        texts |= set(report.plan.tables[name][column]) - {""}
    # Files in these are marked as code, and left out of the plain page, or named by their titles.
    texts |= {part for text in report.plan.targets["note_en"] for part in FILE_OR_PAGE.split(text)}
    for mechanism in report.mechanisms.values():
        declared = [*mechanism.levers.values(), *mechanism.assumptions.values()]
        texts |= {mechanism.name_en, *(item.name_en for item in declared)}
        texts |= {part for item in declared for part in FILE_OR_PAGE.split(item.basis_en)}
    texts |= {scenario.text_en for scenario in choose_scenarios(None)} | {report.plan_title}
    if hasattr(notebook.results, "calibration"):
        texts |= set(notebook.results.calibration["source"])
    return {text for text in texts if len(text) > 1}
