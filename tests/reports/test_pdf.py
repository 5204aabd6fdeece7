"""A page as PDF, with whatever browser there is, and a clear word where there is none."""

import stat
import time
from pathlib import Path

import pytest

from forecast.reports.browsers import CHOSEN, find_browser
from forecast.reports.pdf import NO_BROWSER, print_page


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page whose name has what an address must quote."""
    file = tmp_path / "报告 {1} #.html"
    file.write_text("<meta charset='utf-8'><title>月报</title><h1>月报</h1>", encoding="utf-8")
    return file


def browser(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a script in the browser's place; `$target` is where the PDF belongs."""
    file = folder / "browser"
    find = 'for a in "$@"; do case $a in --print-to-pdf=*) target=${a#*=};; esac; done\n'
    file.write_text(f"#!/bin/sh\n{find}{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv(CHOSEN, str(file))


def wait_for_end(pid: str) -> bool:
    """Whether a process is gone within seconds, or waits to be collected by the system."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_a_browser_prints(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a browser on the machine, though not on the search path, there is a PDF."""
    monkeypatch.delenv(CHOSEN)
    monkeypatch.setenv("PATH", "/nowhere")
    if find_browser() is None:
        pytest.skip("no browser on this machine")
    target = page.with_name("x.pdf")
    assert print_page(page, target) is None
    assert target.read_bytes().startswith(b"%PDF-") and b"/Page" in target.read_bytes()


def test_without_a_browser(page: Path) -> None:
    """The reason is given in words, and nothing is written."""
    assert print_page(page, page.with_name("x.pdf")) == NO_BROWSER
    assert not page.with_name("x.pdf").exists()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo sorry >&2; exit 3", "ended with code 3: sorry"),
        ("exit 0", "wrote no PDF"),
        ('echo nonsense > "$target"', "wrote no PDF"),
    ],
)
def test_a_browser_that_fails(
    page: Path, script: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it did is said, and what it wrote is no PDF of ours."""
    browser(page.parent, script, monkeypatch)
    said = print_page(page, page.with_name("x.pdf"))
    assert said and reason in said and said.startswith("not made: ")
    assert not page.with_name("x.pdf").exists()


def test_a_browser_that_is_none(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be started is a reason like any other."""
    monkeypatch.setenv(CHOSEN, str(page))
    said = print_page(page, page.with_name("x.pdf"))
    assert said and "cannot be started" in said


def test_a_browser_that_hangs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended in time with its children, and its profile is gone."""
    script = f'sleep 60 & echo $! > "{page.parent}/child"; for a in "$@"; do case $a in '
    script += f'--user-data-dir=*) echo ${{a#*=}} > "{page.parent}/profile";; esac; done; wait'
    browser(page.parent, script, monkeypatch)
    assert "more than 0.5 s" in str(print_page(page, page.with_name("x.pdf"), seconds=0.5))
    child = (page.parent / "child").read_text().strip()
    assert wait_for_end(child)
    assert not Path((page.parent / "profile").read_text().strip()).exists()
