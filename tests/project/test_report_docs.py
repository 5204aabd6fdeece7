"""The page on reports: its tables are those of the code, and its example runs as printed."""

import re
from pathlib import Path

import pytest

from forecast.i18n.catalog import gettext
from forecast.i18n.labels import LABELS, label_of
from forecast.reports.index_page import write_overview
from forecast.reports.parameters import ALLOWED, KINDS, ReportParameters, read_parameters
from forecast.reports.runner import run_report
from pages import write_files
from warm import fork_kernels

DOCUMENTS = {"en": "reports.md", "zh": "reports.zh.md"}
UNSAID = {"en": "nothing", "zh": "空"}


def read(root: Path, language: str) -> str:
    """Text of the page in a language."""
    return (root / "docs" / DOCUMENTS[language]).read_text(encoding="utf-8")


def tables(root: Path, language: str) -> list[list[list[str]]]:
    """Cells of the page's tables, row by row, without heads; codes without their marks."""
    found = re.findall(r"(?:^\|.*\n)+", read(root, language), re.MULTILINE)
    rows = [[line.strip("|").split(" | ") for line in t.splitlines()[2:]] for t in found]
    return [[[cell.strip(" `") for cell in row] for row in table] for table in rows]


@pytest.mark.parametrize("language", DOCUMENTS)
def test_every_kind_of_report_is_there(root: Path, language: str) -> None:
    """Each shipped notebook but the desk has its line, with a parameter file that asks for it."""
    kinds = {row[2]: row for row in tables(root, language)[0]}
    shipped = {file.stem for file in (root / "notebooks").glob("*.ipynb")}
    assert set(kinds) == shipped - {"planner"}
    for notebook, row in kinds.items():
        assert row[0] == gettext(KINDS[notebook], language)
        assert read_parameters(root / row[3]).notebook == notebook


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_keys_of_a_parameter_file_are_those_of_the_code(root: Path, language: str) -> None:
    """Each key with what it may be and what it is when left out."""
    rows = {row[0]: row[1:] for row in tables(root, language)[1]}
    fields = ReportParameters.model_fields
    assert list(rows) == list(fields)
    for key, (text, absent) in rows.items():
        field = fields[key]
        if not field.is_required():
            assert absent == (UNSAID[language] if field.default is None else str(field.default))
        if language == "en":
            assert text.split(";")[0] == ALLOWED[key].split(";")[0]


@pytest.mark.parametrize("language", DOCUMENTS)
def test_tables_and_words_are_those_of_the_reports(root: Path, language: str) -> None:
    """Every table that a report may leave, every verdict, every evidence word with its meaning."""
    *_, leaves, verdicts, evidence = tables(root, language)
    assert {row[0] for row in leaves} == set(LABELS["sheet"])
    statuses = {label_of("status", status, language) for status in LABELS["status"]}
    assert {row[0] for row in verdicts} == statuses
    groups = ("evidence", "evidence_meaning")
    words = {code: [label_of(g, code, language) for g in groups] for code in LABELS["evidence"]}
    assert [row[:2] for row in evidence] == list(words.values())


def test_the_example_leaves_what_the_page_says(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The printed parameter file makes a report with every kind of file, and a line in the list."""
    fork_kernels(monkeypatch)
    (file,) = write_files(read(root, "en"), tmp_path)
    manifest = run_report(file, output=tmp_path / "reports")
    left = list((tmp_path / "reports" / "nursing_beds").iterdir())
    (listed,) = [rows for rows in tables(root, "en") if rows and rows[0][0] == "report.html"]
    patterns = {row[0] for row in listed}
    assert [f.name for f in left if not any(f.match(pattern) for pattern in patterns)] == []
    missing = [pattern for pattern in patterns if not any(f.match(pattern) for f in left)]
    # A PDF is not among the formats of the example, and only a monitoring report has changes.
    assert sorted(missing) == ["changes.json", "report.pdf"] and not manifest.notes
    page = write_overview(tmp_path / "reports").read_text(encoding="utf-8")
    assert 'href="nursing_beds/report.html"' in page and KINDS["indicator"] in page
