"""The forms that a parameter file names are made, or the report is not."""

from pathlib import Path

import pytest

from forecast.errors import WriteError
from forecast.reports import pdf
from forecast.reports.runner import ReportRun

PAGE = '<html lang="en"><body><main><h1>A</h1><h2>S</h2><p>b</p></main></body></html>'


def run(folder: Path, formats: str) -> ReportRun:
    """Make a run of these formats; nothing of it is executed."""
    file = folder / "x.yaml"
    file.write_text(f"region: lishui\nformats: {formats}\n")
    (folder / "report.html").write_text(PAGE)
    return ReportRun(file, folder / "out")


@pytest.mark.parametrize(
    ("formats", "made"),
    [
        ("[docx]", {"report.docx"}),
        ("[pptx, html]", {"brief.pptx"}),
        ("[docx, pptx]", {"report.docx", "brief.pptx"}),
    ],
)
def test_only_named_forms_are_made(tmp_path: Path, formats: str, made: set[str]) -> None:
    """They are written beside the page."""
    run(tmp_path, formats).write_office_forms(tmp_path, PAGE)
    assert {file.name for file in tmp_path.iterdir()} == made | {"x.yaml", "report.html"}


def test_a_pdf_that_is_named_must_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its library the report fails; where it is not named, it is noted as missing."""
    monkeypatch.setattr(pdf, "weasyprint", None)
    with pytest.raises(WriteError, match=r"report\.pdf not made: .*forecast\[pdf\]"):
        run(tmp_path, "[pdf]").print(tmp_path)
    left = run(tmp_path, "~")
    left.print(tmp_path)
    assert left.notes == {"report.pdf": pdf.MISSING}


def test_a_format_changes_the_fingerprint(tmp_path: Path) -> None:
    """A report is made again where another form of it is wanted."""
    runs = [run(tmp_path, formats) for formats in ("~", "[docx]", "[docx]")]
    for each in runs:
        each.check()
    first, second, third = (each.fingerprint for each in runs)
    assert first != second == third
