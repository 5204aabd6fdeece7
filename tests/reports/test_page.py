"""The page of a notebook: prose, tables and pictures, no code, no network."""

import logging

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from forecast.reports.page import network_references, to_html

PNG = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def display(**data: str) -> nbformat.NotebookNode:
    """A code cell with one output, by MIME type with `_` for `/`."""
    bundle = {kind.replace("_", "/"): text for kind, text in data.items()}
    return new_code_cell("secret = 1", outputs=[new_output("display_data", data=bundle)])


def page(*cells: nbformat.NotebookNode, language: str = "zh", title: str = "丽水") -> str:
    """The page of some cells."""
    return to_html(new_notebook(cells=list(cells)), language=language, title=title)


def test_a_page_shows_results_and_no_code() -> None:
    """Prose, table and picture appear, numbers with their signs; source and prompts do not."""
    made = page(
        new_markdown_cell('# 月报 & more\n\n<p class="kicker">丽水</p>\n\n正文'),
        display(text_html="<table><tr><td>58 %</td></tr></table>"),
        display(image_png=PNG),
        new_code_cell("secret = 2"),
    )
    assert made.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert "<title>月报 &amp; more</title>" in made
    assert "引用格式：月报 &amp; more。丽水。" in made
    assert "正文" in made and "58\xa0%" in made and f"data:image/png;base64,{PNG}" in made
    assert "secret" not in made and "In [" not in made and "In&nbsp;[" not in made
    assert made.count('class="cell') == 3


def test_a_page_needs_no_network() -> None:
    """No script, no address of any kind, in a few kilobytes."""
    made = page(new_markdown_cell("# x\n\n$a^2$"), display(image_png=PNG, text_latex="$b$"))
    assert network_references(made) == []
    assert "http" not in made and "<script" not in made
    assert len(made) < 10_000


def test_the_language_is_that_of_the_prose() -> None:
    """Language mark and words for pictures follow the parameter."""
    assert 'alt="图"' in page(display(image_png=PNG))
    english = page(display(image_png=PNG), language="en")
    assert '<html lang="en">' in english and 'alt="Figure"' in english


@pytest.mark.parametrize(("language", "heading"), [("zh", "目录"), ("en", "Contents")])
def test_a_page_has_a_table_of_contents(language: str, heading: str) -> None:
    """Each heading of the second level is linked, once and escaped, in front of the first one."""
    cells = [new_markdown_cell("# x\n\n## a & b"), display(text_html="<h2>c</h2><h3>d</h3>")]
    soup = BeautifulSoup(page(*cells, language=language), "html.parser")
    (nav,) = soup.find_all("nav")
    assert nav.p and nav.p.get_text() == heading
    links = [(link["href"], link.get_text()) for link in nav.find_all("a")]
    heads = [(f"#{h['id']}", h.get_text()) for h in soup.find_all("h2")]
    assert links == heads and [text for _, text in heads] == ["a & b", "c"]
    following = nav.find_next("h2")
    assert following and following.get_text() == "a & b"


def test_a_page_of_one_section_needs_no_table_of_contents() -> None:
    """A list of one is no help."""
    assert "<nav" not in page(new_markdown_cell("# x\n\n## a"))


def test_a_page_without_heading_takes_the_name() -> None:
    """The title is escaped like any text."""
    assert "<title>a &lt;b&gt;</title>" in page(new_markdown_cell("text"), title="a <b>")


def test_text_is_preferred_to_what_needs_scripts() -> None:
    """Formulas, widgets and JavaScript fall back to their plain text."""
    widget = "application_vnd.jupyter.widget-view+json"
    made = page(display(**{widget: "{}", "application_javascript": "x()", "text_plain": "plain"}))
    assert "plain" in made and network_references(made) == []


def test_standard_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    """A reader sees no Python warnings; whoever runs the report does."""
    stream = new_output("stream", name="stderr", text="UserWarning: hm")
    with caplog.at_level(logging.WARNING):
        made = page(new_code_cell("x", outputs=[stream]))
    assert "hm" not in made
    assert caplog.messages == ["丽水: UserWarning: hm"]


@pytest.mark.parametrize(
    "remote",
    [
        '<img src="https://x.org/a.png">',
        '<img src=" //x.org/a.png">',
        '<img srcset="http://x.org/a.png 2x">',
        '<link rel="stylesheet" href="https://x.org/a.css">',
        '<iframe src="http://x.org"></iframe>',
        '<object data="http://x.org"></object>',
        "<style>@import 'x.css';</style>",
        '<p style="background: url(https://x.org/a.png)">x</p>',
        "<script>fetch('x')</script>",
    ],
)
def test_every_remote_reference_is_found(remote: str) -> None:
    """Whatever a browser would fetch or run is listed."""
    assert len(network_references(f"<p>before</p>{remote}")) == 1
