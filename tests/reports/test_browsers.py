"""Browsers that stay open: they print page after page, and what goes wrong costs no report."""

import glob
import multiprocessing
import os
from pathlib import Path

import pytest
from test_printing import wait_for_end

from fake_browser import fake_browser, starts
from forecast.reports.browsers import CHOSEN, OpenBrowser, find_browser, opened
from forecast.reports.kernel import start
from forecast.reports.pdf import print_page


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    """Two pages whose names have what an address must quote."""
    files = [tmp_path / f"报告 {{{number}}} #.html" for number in (1, 2)]
    for number, file in enumerate(files, start=1):
        rest = '<p>1<p style="break-before: page">2' if number == 2 else "<p>1"
        file.write_text(f"<meta charset='utf-8'><title>月报</title>{rest}", encoding="utf-8")
    return files


def test_it_prints_as_one_that_is_started_for_each_page(
    pages: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open browser's PDF has the pages and the size of the one that `--print-to-pdf` makes."""
    monkeypatch.delenv(CHOSEN)
    if find_browser() is None:
        pytest.skip("no browser on this machine")
    with opened() as browser:
        assert browser is not None
        for number, page in enumerate(pages, start=1):
            one, other = page.with_suffix(".1.pdf"), page.with_suffix(".2.pdf")
            assert print_page(page, one, opened=browser) is None
            assert print_page(page, other) is None
            assert one.read_bytes().count(b"/Type /Page\n") == number
            assert len(one.read_bytes()) == len(other.read_bytes())


def test_without_a_browser_none_is_opened() -> None:
    """Where none is to be had there is nothing to close either."""
    with opened() as browser:
        assert browser is None


@pytest.mark.parametrize("behaviour", ["prints", "leftovers"])
def test_it_is_started_once(
    pages: list[Path], behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One start prints all pages, each its own, also after what another reader left behind."""
    folder = pages[0].parent
    monkeypatch.setenv(CHOSEN, str(fake_browser(folder, behaviour)))
    with opened() as browser:
        for page in pages:
            assert print_page(page, page.with_suffix(".pdf"), opened=browser) is None
            assert page.with_suffix(".pdf").read_text() == f"%PDF- {page.as_uri()}"
    assert starts(folder) == ["pipes"]


def test_forks_take_turns(pages: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that print at once with one browser each get their own pages."""
    folder = pages[0].parent
    monkeypatch.setenv(CHOSEN, str(fake_browser(folder)))

    def work(page: Path, browser: OpenBrowser) -> None:
        for number in range(20):
            assert print_page(page, page.with_suffix(f".{number}.pdf"), opened=browser) is None

    fork = multiprocessing.get_context("fork")
    with opened() as browser:
        workers = [fork.Process(target=work, args=(page, browser)) for page in pages]
        for worker in workers:
            start(worker)
        for worker in workers:
            worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    for page in pages:
        printed = {file.read_text() for file in folder.glob(f"{glob.escape(page.stem)}.*.pdf")}
        assert printed == {f"%PDF- {page.as_uri()}"}
    assert starts(folder) == ["pipes"]


@pytest.mark.parametrize("behaviour", ["ends", "refuses"])
def test_where_it_fails_the_page_gets_its_own(
    pages: list[Path], behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that has ended, or says that it cannot, costs a start and no PDF."""
    folder, page = pages[0].parent, pages[0]
    monkeypatch.setenv(CHOSEN, str(fake_browser(folder, behaviour)))
    with opened() as browser:
        assert print_page(page, page.with_suffix(".pdf"), opened=browser) is None
    assert page.with_suffix(".pdf").read_text() == "%PDF- by itself"
    assert starts(folder) == ["pipes", "page"]


def test_one_that_has_ended_at_once_stops_nobody(pages: list[Path]) -> None:
    """A browser that is gone before its first order is found out where it is to print."""
    hearing, orders = os.pipe()
    answers, saying = os.pipe()
    os.close(hearing)
    os.close(saying)
    browser = OpenBrowser(orders, answers, pages[0].with_name("lock"))
    browser.open_tab()
    with pytest.raises(OSError, match="pipe"):
        browser.print(pages[0].as_uri(), seconds=5.0)
    browser.close()


def test_a_page_that_never_loads(pages: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up in time, and not tried a second time."""
    folder, page = pages[0].parent, pages[0]
    monkeypatch.setenv(CHOSEN, str(fake_browser(folder, "never loads")))
    with opened() as browser:
        said = print_page(page, page.with_suffix(".pdf"), seconds=0.5, opened=browser)
    assert said and said.endswith("took more than 0.5 s")
    assert starts(folder) == ["pipes"]


def test_nothing_of_it_is_left(pages: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that does not end by itself is ended with its children; its profile is gone."""
    folder = pages[0].parent
    script = fake_browser(folder, "stays")
    note = f'sleep 60 & echo $! > "{folder}/child"; echo "$@" > "{folder}/options"\n'
    script.write_text(script.read_text().replace("exec", f"{note}exec"))
    monkeypatch.setenv(CHOSEN, str(script))
    before = len(os.listdir("/proc/self/fd"))
    with opened() as browser:
        assert print_page(pages[0], pages[0].with_suffix(".pdf"), opened=browser) is None
    assert wait_for_end((folder / "child").read_text().strip())
    profile = (folder / "options").read_text().partition("--user-data-dir=")[2].split()[0]
    assert not Path(profile).exists()
    assert len(os.listdir("/proc/self/fd")) == before
