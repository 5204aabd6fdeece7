"""The desk in a browser, as a planner meets it: as a page, and in JupyterLab.

Chromium is the machine's own. Without one these tests are skipped, unless the environment variable
FORECAST_DEMAND_BROWSER says that there has to be one.
"""

import json
import os
import re
import runpy
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect, sync_playwright

import forecast.desk
from warm import Command

pytestmark = pytest.mark.filterwarnings("default::ResourceWarning")

WIDTH, HEIGHT = 1280, 800
OFF = [
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-sandbox",
]  # fmt: skip
ROLES = {
    *["button", "checkbox", "combobox", "listbox", "menuitem", "radio", "searchbox", "slider"],
    *["spinbutton", "switch", "tab", "textbox", "Date"],
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
NAME = "再快一些"
PATIENCE = 30_000
PACE = ".desk-set-pace .noUi-handle"
FIELD = ".desk-set-pace input[type=number]"
LINK = ".desk-set-minimum_living_standard_link"
# Text of the desk, with the choices of its lists, names for the blind, and hints.
HEARD = """() => {
  const desk = document.querySelector('.desk').cloneNode(true);
  const quoted = 'style, .desk-language, .desk-files, .desk-rows, .desk-which, [lang]';
  desk.querySelectorAll(quoted).forEach(part => part.remove());
  const told = [...desk.querySelectorAll('[aria-label], [title]')];
  const heard = told.map(part => part.getAttribute('aria-label') + ' ' + part.title);
  return (desk.textContent + heard.join(' ')).replaceAll('null', '').replaceAll(/\\dA级/g, '');
}"""
MISSED = """[...document.querySelectorAll(
  '.desk :is(button, input, select, summary, .noUi-handle, .jupyter-widget-Collapse-header)')
].filter(e => e.checkVisibility() && !e.disabled && !e.dataset.reached).map(e => e.outerHTML)"""
SCROLLED = """[...document.querySelectorAll('*')].filter(e =>
  e.scrollWidth > e.clientWidth && e.clientWidth > 0
  && (e === document.documentElement || /auto|scroll/.test(getComputedStyle(e).overflowX))
).map(e => e.tagName + ' ' + e.className)"""


class Desk:
    """A desk in a page of a browser, and everything that this page asked for and complained of."""

    def __init__(self, browser: Browser, folder: Path, *, locale: str) -> None:
        size = {"width": WIDTH, "height": HEIGHT}
        self.folder = folder
        self.page: Page = browser.new_page(viewport=size, locale=locale)
        self.page.set_default_timeout(PATIENCE)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda opened: self.asked.append(opened.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))

    def text(self, mark: str) -> str:
        """What a part of the desk says."""
        return self.page.locator(mark).inner_text()

    def picture(self) -> str:
        """Address of the picture, a new one for each picture."""
        return str(self.page.locator("img.desk-picture, .desk-picture img").get_attribute("src"))

    def said(self) -> str:
        """All text that can be seen or heard, but for lists of languages and what is quoted."""
        return str(self.page.evaluate(HEARD)).replace(NAME, "")

    def hand_over(self, mark: str, name: str, content: bytes) -> None:
        """Choose a file for a button that asks for one."""
        # Of a hidden button a key would go to whatever had the last one.
        expect(self.page.locator(mark)).to_be_visible()
        with self.page.expect_file_chooser() as chooser:
            self.press(mark, "Enter")
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        chooser.value.set_files(file)

    def press(self, mark: str, *keys: str) -> None:
        """Press keys on a slider or button."""
        for key in keys:
            self.page.locator(mark).first.press(key)

    def wait(self, mark: str, before: str) -> str:
        """Wait for a part to say something else than before."""
        expect(self.page.locator(mark)).not_to_have_text(before, use_inner_text=True)
        return self.text(mark)

    def ready(self) -> None:
        """Wait for the desk to be there, with nothing set."""
        self.page.wait_for_selector(".desk-table table")
        self.usual = {mark: self.text(mark) for mark in (".desk-chance", ".desk-table")}

    def reset(self) -> None:
        """Clear what is set, by keyboard."""
        self.press(".desk-reset", "Enter")
        for mark, text in self.usual.items():
            expect(self.page.locator(mark)).to_have_text(text, use_inner_text=True)


def place_of_browser() -> str:
    """Path of the machine's browser; without one the test is skipped, or fails where it may not."""
    place = next(filter(None, map(shutil.which, BROWSERS)), None)
    if place is None:
        refuse = pytest.fail if os.environ.get("FORECAST_DEMAND_BROWSER") else pytest.skip
        refuse("no Chromium, Chrome or Edge on this machine")
    return place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's browser, without its errands."""
    place = place_of_browser()
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        opened = playwright.chromium.launch(executable_path=place, args=OFF)
        yield opened
        opened.close()


@contextmanager
def running(command: list[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """A server that ends with the tests."""
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | environment,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:  # JupyterLab may wait for a kernel that never began
                process.kill()


@pytest.fixture(scope="module")
def app(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk as `forecast app` serves it, in Chinese."""
    folder = tmp_path_factory.mktemp("规划")
    command = [sys.executable, "-m", "forecast.cli", "app", "--no-browser", "--port", "0"]
    with running(command, folder) as process:
        desk = Desk(browser, folder, locale="zh-CN")
        desk.page.goto(process.stdout.readline().strip())
        desk.ready()
        yield desk
        desk.page.close()


@pytest.fixture(scope="module")
def lab(browser: Browser, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk as `make lab` opens it, its cells run from the menu."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(root / "notebooks" / "planner.ipynb", folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    places = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    command = [*recipe(root, "lab"), "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--IdentityProvider.token=", "--ServerApp.port_retries=0"]
    with running(command, folder, **places, IPYTHONDIR=str(folder / "ipython")):
        address = f"http://127.0.0.1:{port}/lab"
        wait_for(address)
        desk = Desk(browser, folder, locale="en-GB")
        desk.page.goto(f"{address}/workspaces/tests/tree/planner.ipynb?reset")
        desk.page.get_by_text("(ipykernel) | Idle").wait_for()
        desk.page.get_by_role("menuitem", name="Run", exact=True).click()
        desk.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        desk.ready()
        yield desk
        desk.page.close()


def recipe(root: Path, target: str) -> list[str]:
    """Words of what `make` runs for a target, with this Python and files of the current folder."""
    text = (root / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = re.findall(rf"^{target}:.*\n\t(.*)$", text, re.MULTILINE)
    program, *words = shlex.split(line)
    module = {"jupyter": "jupyter"}[Path(program).name]
    return [sys.executable, "-m", module, *(word.replace("notebooks/", "") for word in words)]


def chance_in(text: str) -> int:
    """The first number of percent that a text says."""
    return int(re.findall(r"(\d+)\s?%", text)[0])


def wait_for(address: str) -> None:
    """Wait until a server answers."""
    for _ in range(PATIENCE // 100):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{address} does not answer")


def test_without_a_browser_these_tests_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is told; where a browser is demanded it is a failure."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("FORECAST_DEMAND_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        place_of_browser()
    monkeypatch.setenv("FORECAST_DEMAND_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        place_of_browser()


@pytest.fixture(params=["app", "lab"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """The desk, in each of the two places, with nothing set."""
    found: Desk = request.getfixturevalue(request.param)
    found.reset()
    return found


def test_a_slider_moves_picture_and_numbers(desk: Desk) -> None:
    """Keys on a slider change chance, picture and table at once, and undo brings them back."""
    picture, chance = desk.picture(), desk.usual[".desk-chance"]
    desk.press(PACE, "End")
    moved = desk.wait(".desk-chance", chance)
    assert chance_in(moved) > chance_in(chance)
    desk.wait(".desk-table", desk.usual[".desk-table"])
    assert desk.picture() != picture
    desk.press(".desk-undo", "Enter")
    assert desk.wait(".desk-chance", moved) == chance


def test_no_key_is_lost_after_a_reset(desk: Desk) -> None:
    """What was typed just before it is gone, and a key just after it is heard, however soon."""
    share, set_now = f"{LINK}-share_points", desk.page.locator(".desk-table p").nth(1)
    for pause in (0, 15, 30, 60, 120):
        desk.page.locator(FIELD).fill("7")
        desk.press(FIELD, "Enter")
        desk.press(".desk-reset", "Enter")
        desk.page.wait_for_timeout(pause)
        desk.press(f"{share} .noUi-handle", "ArrowRight")
        expect(desk.page.locator(f"{share} input[type=number]")).to_have_value("0.5")
        expect(desk.page.locator(FIELD)).to_have_value("0")
        expect(set_now).to_contain_text("0.5")
        expect(set_now).not_to_contain_text("10")
        desk.reset()


def test_quick_keys_all_count(desk: Desk) -> None:
    """Keys that come faster than pictures move a slider by one step each."""
    growth = f"{LINK}-consumption_growth"
    field = desk.page.locator(f"{growth} input[type=number]")
    expect(field).to_have_value("6")
    desk.press(f"{growth} .noUi-handle", *["ArrowRight"] * 15)
    expect(field).to_have_value("7.5")
    desk.reset()
    expect(field).to_have_value("6")


def test_nothing_is_asked_of_a_network(desk: Desk) -> None:
    """Opening the desk and moving a slider, the browser turns to this machine alone."""
    desk.press(PACE, "End")
    desk.wait(".desk-chance", desk.usual[".desk-chance"])
    outside = [
        address for address in desk.asked
        if urlsplit(address).hostname != "127.0.0.1"
        and urlsplit(address).scheme not in ("data", "blob")
    ]  # fmt: skip
    assert outside == []
    assert any(address.startswith("ws://127.0.0.1") for address in desk.asked)


def test_the_browser_has_no_complaint(desk: Desk) -> None:
    """Neither an error in the console nor one of the page's scripts."""
    assert desk.complaints == []


def test_a_saved_scenario_gives_the_same_chances_in_a_report(app: Desk, command: Command) -> None:
    """`forecast run` on the exported parameters repeats the desk's chances to the last digit."""
    app.reset()
    app.page.locator(FIELD).fill("300")
    app.press(FIELD, "Enter")
    moved = app.wait(".desk-chance", app.usual[".desk-chance"])
    app.page.locator(".desk-name input").fill(NAME)
    app.press(".desk-export", "Enter")
    expect(app.page.locator(".desk-files")).to_contain_text("run.yaml")
    saved = app.folder / "desk" / NAME
    done = command("run", saved / "run.yaml", "--output", app.folder / "reports")
    report = Path(json.loads(done.stdout)["folder"])
    keys = ["indicator", "year", "target"]
    own = pd.read_csv(saved / "compare.csv").set_index(keys)["p_reach"].dropna()
    again = pd.read_csv(report / "compare.csv")
    again = again[again["scenario"] == NAME].set_index(keys)["p_reach"]
    assert len(own) >= 10
    assert (again.loc[own.index] == own).all()
    asked = yaml.safe_load((saved / "run.yaml").read_text(encoding="utf-8"))
    assert chance_in(moved) == round(100 * own[asked["indicator"]].iloc[-1])


def test_a_file_that_is_no_scenario_is_refused_in_words(app: Desk) -> None:
    """The status line says what is wrong with the file; the chance stays."""
    app.reset()
    app.hand_over(".desk-load", "坏.yaml", b"steps: [{mechansm: x}]")
    expect(app.page.locator(".desk-status [role=alert]")).to_contain_text("mechansm")
    assert app.text(".desk-chance") == app.usual[".desk-chance"]


def test_own_figures_are_shown_row_by_row(app: Desk) -> None:
    """A figure that cannot be read is shown and said, holds up the others, and can be mended."""
    table = "指标,2021,2022\n最低生活保障年标准,11000,一万多\n"
    if not app.page.locator(".desk-upload").is_visible():  # opened by a test before
        app.press(".desk-figures", "Enter")
    app.hand_over(".desk-upload", "figures.csv", table.encode())
    rows = app.page.locator(".desk-rows")
    expect(rows).to_contain_text("一万多")
    expect(app.page.locator(".desk-go")).to_be_disabled()
    app.page.locator(".desk-text input").fill("12000")
    app.press(".desk-fix", "Enter")
    expect(rows).to_contain_text("12000")


def test_the_desk_speaks_one_language_at_a_time(app: Desk) -> None:
    """Everything on it is Chinese, and after one choice English, but for names and quotations."""
    app.reset()
    assert re.findall("[A-Za-z]+", app.said()) == []
    language = app.page.locator(".desk-language select")
    language.select_option("English")
    try:
        expect(app.page.locator(".desk-undo")).to_have_text("Undo")
        assert re.findall("[\u4e00-\u9fff]+", app.said()) == []
    finally:
        language.select_option("中文")
        expect(app.page.locator(".desk-undo")).to_have_text("撤销")
        app.ready()


def test_every_control_has_a_name(desk: Desk) -> None:
    """Whoever cannot see the desk hears of each slider, field, list and button what it is."""
    ask = desk.page.context.new_cdp_session(desk.page).send
    whole = ask("DOM.getDocument")["root"]["nodeId"]
    part = ask("DOM.querySelector", {"nodeId": whole, "selector": ".desk"})
    told = ask("Accessibility.queryAXTree", part)["nodes"]
    controls = [n for n in told if not n["ignored"] and n["role"]["value"] in ROLES]
    nameless = [node["role"]["value"] for node in controls if not node["name"]["value"].strip()]
    assert len(controls) > 20
    assert nameless == []


def test_every_control_is_reached_by_keyboard(app: Desk) -> None:
    """The Tab key comes to each control that can be used, one after the other."""
    app.page.locator(".desk-region select").focus()
    for _ in range(200):
        app.page.evaluate("document.activeElement.dataset.reached = true")
        app.page.keyboard.press("Tab")
        if app.page.evaluate("document.activeElement.closest('.desk') === null"):
            break
    assert app.page.evaluate(MISSED) == []


@pytest.mark.parametrize("zoom", [1.0, 1.25])
def test_nothing_is_wider_than_the_window(app: Desk, zoom: float) -> None:
    """A window of 1280 pixels has no horizontal scrollbar, nor at 125 %."""
    app.page.set_viewport_size({"width": round(WIDTH / zoom), "height": round(HEIGHT / zoom)})
    try:
        assert app.page.evaluate(SCROLLED) == []
    finally:
        app.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def test_the_tour_can_be_walked(app: Desk, root: Path, tmp_path: Path) -> None:
    """The pictures of `docs/planner.zh.md` are taken anew, as large as those that are there."""
    app.reset()
    try:
        shoot = runpy.run_path(str(root / "benchmarks" / "desk.py"))["shoot"]
        shoot(app.page, tmp_path, "zh")
    finally:
        app.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        app.page.locator(".desk-indicator select").select_option(index=0)
        app.reset()
    taken = sorted(tmp_path.iterdir())
    kept = sorted((root / "docs").glob("planner_*_zh.png"))
    assert [file.name for file in taken] == [file.name for file in kept]
    for new, old in zip(taken, kept, strict=True):
        (width, height), (usual, high) = size(new), size(old)
        assert width == usual and height == pytest.approx(high, rel=0.2), new.name


def test_the_benchmark_asks_about_as_many_indicators_as_wanted(root: Path, tmp_path: Path) -> None:
    """Its tables are sound, and the desk can be asked about just so many indicators of them."""
    enlarge = runpy.run_path(str(root / "benchmarks" / "desk.py"))["enlarge"]
    enlarge("lishui", 25, tmp_path / "tables")
    made = forecast.desk.Desk.open(
        "lishui", data=str(tmp_path / "tables"), as_of="2022-12-31", draws=100
    )
    assert len(made.indicators) == 25


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its head."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height
