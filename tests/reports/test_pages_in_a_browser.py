"""Pages of every kind in the installed browser: as wide as a desk's screen and as a telephone's."""

from functools import partial
from importlib.resources import files

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from chromium import OFF, find_browser
from forecast.charts.chart import Chart
from forecast.reports import final, method_check
from forecast.reports.index_page import write_overview
from forecast.reports.page import finish_page
from rendered import Notebook, notebook_of
from report_folder import ERROR, report

WIDTHS = (1280, 390)
LANGUAGES = ("en", "zh")
KINDS = {
    "monitoring": {"region": "zhejiang"},
    "midterm_evaluation": {"region": "lishui"},
    "final_evaluation": {"region": "xiaoshan", "as_of": "2026-06-30"},
    "scenarios": {"region": "lishui", "scenarios": "care_worker_training,pandemic_year"},
    "indicator": {"region": "lishui", "indicator": "minimum_living_standard"},
    "method_check": {"region": "zhejiang"},
    "overview": {"region": "zhejiang"},
    "target_setting": {"region": "xiaoshan", "until": 2025},
}
UNSHARED = ("final_evaluation", "method_check", "scenarios")
"""Kinds whose other tests compute them differently."""
PICTURE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='300'/>"
FACTS = """() => {
  const shown = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility());
  const writes = e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
  const size = e => parseFloat(getComputedStyle(e).fontSize);
  return {
    overflow: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    small: shown.filter(e => writes(e) && size(e) < 11).map(e => e.outerHTML),
    unnamed: [...document.images].filter(e => !e.alt).map(e => e.outerHTML),
    narrow: shown.filter(e => e.matches('tbody :is(td, th)') && e.innerText.length > 6
      && e.clientWidth < 40).map(e => e.outerHTML),
  };
}"""
VIOLATIONS = """async () => {
  const kinds = new Map(), behind = style => style.backgroundColor + style.opacity;
  for (const e of document.querySelectorAll('body *')) {
    const writes = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim().length > 1);
    if (!writes || !e.checkVisibility()) continue;
    const own = getComputedStyle(e);
    let kind = [own.color, own.fontSize, own.fontWeight];
    for (let p = e; p; p = p.parentElement) kind.push(behind(getComputedStyle(p)));
    kind = kind.join();
    kinds.set(kind, [...(kinds.get(kind) ?? []), e].slice(0, 5));
  }
  const few = {resultTypes: ['violations']}, contrast = 'color-contrast';
  const all = await axe.run({...few, rules: {[contrast]: {enabled: false}}});
  const some = {include: [...kinds.values()].flat()};
  const colours = await axe.run(some, {...few, runOnly: [contrast]});
  return [...all.violations, ...colours.violations].flatMap(
    rule => rule.nodes.map(node => rule.id + ': ' + node.html));
}"""
"""Contrast, which takes longest, is measured in five places a colour and background."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages by kind and language, and the front page; charts have tests of their own."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(final, "list_origins", lambda _: ["2024-12-31"])
        patch.setattr(method_check, "PEERS", ())
        few = partial(method_check.backtest, origins=(2014, 2018, 2020, 2021))
        patch.setattr(method_check, "backtest", few)
        patch.setattr(Chart, "uri", lambda _, narrow=False: PICTURE.format(350 if narrow else 768))
        for kind, given in KINDS.items():
            compute = Notebook if kind in UNSHARED else notebook_of
            notebook = compute(kind, **{"as_of": "2022-12-31", **given})
            for language in LANGUAGES:
                soup = BeautifulSoup(notebook.render(language), "html.parser")
                back = {"back": "../index.html", "mark": "示例数据"}
                made[kind, language] = finish_page(soup, language=language, title=kind, **back)
    output = tmp_path_factory.mktemp("reports")
    report(output, "a", "report.html", "report.pdf")
    report(output, "b.failed", "notebook.ipynb", status="failed", error=ERROR)
    made["index", ""] = write_overview(output).read_text(encoding="utf-8")
    return made


def test_pages_are_accessible_and_fit_every_screen(pages):
    """No overflow, no letter under 11 px, every picture described, no violation that axe finds."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=OFF)
        page, faults = browser.new_page(), {}
        for name, text in pages.items():
            page.set_content(text)
            page.evaluate(axe)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                found = page.evaluate(FACTS)
                # English pages on the desk, Chinese ones on the telephone: each kind on both.
                if (name[1] == "en") == (width == WIDTHS[0]):
                    found["axe"] = page.evaluate(VIOLATIONS)
                if any(found.values()):
                    faults[*name, width] = found
        browser.close()
    assert len(pages) == len(KINDS) * len(LANGUAGES) + 1
    assert faults == {}
