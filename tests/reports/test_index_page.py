"""The list of all reports of a folder: complete, escaped, whole, in two languages."""

import threading
import time
from pathlib import Path

import filelock
import pytest
from bs4 import BeautifulSoup, Tag

from forecast.errors import WriteError
from forecast.files import INDEX, MANIFEST
from forecast.reports.index_page import write_overview
from forecast.reports.page import network_references
from forecast.reports.parameters import KINDS
from report_folder import ERROR, report


def cards(output: Path) -> dict[str, Tag]:
    """Cards of the front page, by the names of their reports."""
    soup = BeautifulSoup(write_overview(output).read_text(encoding="utf-8"), "html.parser")
    return {str(card["data-name"]): card for card in soup.select(".cards > li")}


def test_every_report_is_listed_with_its_files(tmp_path: Path) -> None:
    """Name, region, language, date, status, time and links that lead to the files."""
    report(tmp_path, "丽水 {1} #", "report.html", "report.pdf", "tables.xlsx", "notebook.ipynb")
    english = {"region": "my <town>", "language": "en", "notebook": "/x/<mine>.ipynb"}
    named = {"zh": "我的<镇>", "en": "My <Town>"}
    report(tmp_path, "own", "report.html", parameters=english, region=named)
    report(tmp_path, "unread", parameters=english, region={})
    found = cards(tmp_path)
    text = write_overview(tmp_path).read_text(encoding="utf-8")
    for word in (
        "丽水市",
        "Lishui",
        "中期评估",
        "Mid-term evaluation",
        "中文",
        "2022-12-31",
        "已完成",
        "completed",
        "2026-01-0",
    ):
        assert word in text
    links = [str(a["href"]) for a in found["丽水 {1} #"].find_all("a")]
    quoted = "%E4%B8%BD%E6%B0%B4%20%7B1%7D%20%23"
    assert links == [f"{quoted}/{file}" for file in ("report.html", "report.pdf", "tables.xlsx")]
    assert [a["href"] for a in found["own"].find_all("a")] == ["own/report.html"]
    told = found["own"].get_text(" ")
    assert "我的&lt;镇&gt;" in text and "My &lt;Town&gt;" in text and "my &lt;town&gt;" in text
    assert "<mine>" in told and "English" in told


def test_every_shipped_notebook_has_a_kind(root: Path) -> None:
    """A new notebook needs its words in the list; the planner's desk is no report."""
    shipped = {file.stem for file in (root / "notebooks").glob("*.ipynb")}
    assert set(KINDS) == shipped - {"planner"}


def test_a_card_says_the_finding_and_what_is_new(tmp_path: Path) -> None:
    """Both come from the head of the page, and the title leads to it; regions head their cards."""
    folder = report(tmp_path, "x", "report.html")
    page = '<head><title>Lishui: 2 &lt; 3</title><meta name="description" content="Chance up">'
    (folder / "report.html").write_text(page)
    card = cards(tmp_path)["x"]
    assert card.h3 and card.h3.a and card.h3.a["href"] == "x/report.html"
    assert card.h3.get_text() == "Lishui: 2 < 3" and "Chance up" in card.get_text()
    assert "<h2>丽水市" in write_overview(tmp_path).read_text(encoding="utf-8")


def test_a_failed_run_says_why_below_the_report_that_stands(tmp_path: Path) -> None:
    """The reason is given in both languages, and the error's own words are escaped."""
    report(tmp_path, "x.failed", "notebook.ipynb", name="x", status="failed", error=ERROR)
    report(tmp_path, "x", "report.html")
    page = write_overview(tmp_path).read_text(encoding="utf-8")
    assert page.index("已完成") < page.index("超过时限")
    assert "超过时限" in page and "it took too long" in page
    assert "over &lt;b&gt;5&lt;/b&gt; s" in page and "<b>" not in page
    assert 'href="x.failed/notebook.ipynb"' in page and "1 份报告，1 次失败" in page


@pytest.mark.parametrize("damage", ["", "{", '{"name": "x"}', "[]", "\0", '{"name": 1}'])
def test_a_damaged_record_hides_no_report(tmp_path: Path, damage: str) -> None:
    """Garbage, half a record and one without its keys are shown as such; the others stand."""
    report(tmp_path, "good")
    (report(tmp_path, "bad", "report.html") / MANIFEST).write_text(damage)
    found = cards(tmp_path)
    assert set(found) == {"bad", "good"} and "记录已损坏" in found["bad"].get_text()
    assert found["bad"].find("a", href="bad/report.html")


def test_the_list_reads_anywhere(tmp_path: Path) -> None:
    """No network, no script, a form for paper; an empty folder has an empty list."""
    page = write_overview(tmp_path).read_text(encoding="utf-8")
    assert network_references(page) == [] and "尚无报告" in page and "No reports yet" in page
    assert "@page { size: A4" in page


def test_other_folders_and_unfinished_ones_are_not_listed(tmp_path: Path) -> None:
    """Only folders with a record are reports, and those with a dot in front are in the making."""
    report(tmp_path, ".x.partial-1234")
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").write_text("")
    assert cards(tmp_path) == {}


def test_a_page_of_the_readers_own_is_kept(tmp_path: Path) -> None:
    """Only a list of ours is replaced."""
    (tmp_path / INDEX).write_text("<html>my site</html>")
    with pytest.raises(WriteError, match="is not a list of reports"):
        write_overview(tmp_path)
    assert (tmp_path / INDEX).read_text() == "<html>my site</html>"


def test_two_runs_write_one_after_the_other(tmp_path: Path) -> None:
    """Whoever waits for another sees the reports that were finished meanwhile."""
    with filelock.FileLock(tmp_path / f".{INDEX}.lock"):
        writer = threading.Thread(target=write_overview, args=(tmp_path,))
        writer.start()
        time.sleep(0.2)
        assert not (tmp_path / INDEX).exists()
        report(tmp_path, "late")
    writer.join(10)
    assert "late" in (tmp_path / INDEX).read_text(encoding="utf-8")


def test_a_list_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is none, or a folder in the place of the list, is a fault of writing."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot be written"):
        write_overview(tmp_path / "file")
    (tmp_path / INDEX).mkdir()
    with pytest.raises(WriteError, match="cannot be written"):
        write_overview(tmp_path)
