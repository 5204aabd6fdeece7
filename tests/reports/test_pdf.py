"""A page as PDF: Chinese without a font of the machine, and a reason where there is none."""

import gc
import io
import os
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import pandas as pd
import pytest

from forecast.charts.chart import Words, compose
from forecast.reports import pdf
from forecast.reports.page import render_template

installed = pytest.mark.skipif(pdf.weasyprint is None, reason="no WeasyPrint, or no Pango")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page whose name has what an address must quote."""
    words = Words("城 & 乡", "s", ["n"])
    chart = compose("toy", words, lambda page: page.begin(0.5), alt="a", data=pd.DataFrame())
    body = (
        "<h1>月报</h1><p>≥ 58 % ● ◇ ━ –</p><p><img src='https://x.invalid/a.png' alt='remote'>"
        f'<img src="{chart.uri()}" alt="a">'
    )
    file = tmp_path / "报告 {1} #.html"
    text = render_template("page.html.j2", language="zh", title="月报", body=body)
    file.write_text(text, encoding="utf-8")
    return file


def streams(content: bytes) -> bytes:
    """Decompressed streams of a PDF, one after the other."""
    found = io.BytesIO()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            found.write(zlib.decompressobj().decompress(stream))
        except zlib.error:
            found.write(stream)
    return found.getvalue()


WITHOUT_FONTS = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from forecast.reports.pdf import write_pdf
sys.exit(write_pdf(Path(sys.argv[1]), Path(sys.argv[2])))
"""


@installed
def test_chinese_needs_no_font_of_the_machine(page: Path, tmp_path: Path) -> None:
    """Where the system has no font at all, texts of page and chart are embedded, as letters."""
    none = tmp_path / "fonts.conf"
    none.write_text(
        f'<?xml version="1.0"?><fontconfig><cachedir>{tmp_path}</cachedir></fontconfig>'
    )
    target = tmp_path / "x.pdf"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FONTS, page, target],
        env={**os.environ, "FONTCONFIG_FILE": str(none)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    content = streams(target.read_bytes())
    assert b"/StructTreeRoot" in content
    assert set(re.findall(rb"/BaseFont ?/\w+\+([\w-]+)", content)) == {b"Noto-Sans-SC"}
    for letter in "月报≥●◇━城&":
        assert f"<{ord(letter):04x}>".encode() in content.lower(), letter


@installed
def test_what_a_reader_sees_as_bold_has_a_colour(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The font has one weight: headings are set in blue; its copy is removed at once."""
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    gc.disable()
    try:
        assert pdf.write_pdf(page, tmp_path / "x.pdf") is None
        assert not any(own.iterdir())
    finally:
        gc.enable()
    colours = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|scn)", streams(
        (tmp_path / "x.pdf").read_bytes()
    ))  # fmt: skip
    assert any(float(blue) > 2 * float(red) for red, _, blue in colours)


def test_without_the_library_there_is_a_reason(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package works without its extra: the reason says what to install."""
    monkeypatch.setattr(pdf, "weasyprint", None)
    reason = pdf.write_pdf(page, tmp_path / "x.pdf")
    assert reason == pdf.MISSING and "forecast[pdf]" in reason
    assert not (tmp_path / "x.pdf").exists()


def test_a_machine_without_its_library_prints_nothing(tmp_path: Path) -> None:
    """Advice of the library on standard output would spoil the lines of results."""
    (tmp_path / "weasyprint.py").write_text("print('advice')\nraise OSError('no library')\n")
    code = "from forecast.reports import pdf; assert pdf.weasyprint is None"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@installed
def test_a_page_that_cannot_be_printed(tmp_path: Path) -> None:
    """Whatever the library raises is a reason."""
    reason = pdf.write_pdf(tmp_path / "none.html", tmp_path / "x.pdf")
    assert reason and reason.startswith("not made: FileNotFoundError: ")
    assert not (tmp_path / "x.pdf").exists()
