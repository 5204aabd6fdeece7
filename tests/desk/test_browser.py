"""The desk in a browser, as a planner uses it: as a page, and in JupyterLab.

The tests use the installed Chromium, Chrome or Edge. Without one they are skipped, or fail if the
environment variable FORECAST_DEMAND_BROWSER is set.
"""

import gc
import os
import re
import runpy
import shlex
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import forecast as fc
from chromium import OFF, find_browser

pytestmark = pytest.mark.filterwarnings("default::ResourceWarning")

WIDTH, HEIGHT = 1280, 800
ROLES = {
    *["button", "checkbox", "combobox", "listbox", "menuitem", "radio", "searchbox", "slider"],
    *["spinbutton", "switch", "tab", "textbox", "Date"],
}
REGION = "zhejiang"
NAME = "再快一些"
FIGURES = "figures.csv"
WORKERS = "care_workers_per_10k_elderly"
PATIENCE = 60_000
PACE = ".desk-set-pace input[type=range]"
FIELD = ".desk-set-pace input[type=number]"
PALE = "part => getComputedStyle(part).opacity < 0.5"
# The desk asks every two seconds whether it is still answered: four times as often if in a hurry.
HURRY = """const usual = window.setInterval;
window.setInterval = (work, pause) => {
  let beats = 0;
  const beat = () => (sessionStorage.getItem('hurry') || ++beats % 4 === 0) && work();
  return pause === 2000 ? usual(beat, pause / 4) : usual(work, pause);
}"""
# The connections of the page, to be closed.
SOCKETS = """const Usual = window.WebSocket;
window.sockets = [];
window.WebSocket = class extends Usual {
  constructor(...given) { super(...given); window.sockets.push(this); }
}"""
LINK = ".desk-set-minimum_living_standard_link"
# Text of the desk, with the options of its lists, accessible names and tooltips.
ALL_TEXT = """() => {
  const desk = document.querySelector('.desk').cloneNode(true);
  const quoted = 'style, .desk-language, .desk-files, .desk-grid, .desk-basis, [lang]:not(.desk)';
  desk.querySelectorAll(quoted).forEach(part => part.remove());
  const told = [...desk.querySelectorAll('[aria-label], [title]')];
  const names = ['aria-label', 'title'];
  const heard = told.flatMap(part => names.map(name => ' ' + part.getAttribute(name)));
  return (desk.textContent + heard.join(' ')).replaceAll('null', '').replaceAll(/\\dA级/g, '');
}"""
MISSED = """[...document.querySelectorAll(
  '.desk :is(button, input, select, summary)')
].filter(e => e.checkVisibility() && !e.disabled && !e.dataset.reached).map(e => e.outerHTML)"""
SCROLLED = """[...document.querySelectorAll('*')].filter(e =>
  e.scrollWidth > e.clientWidth && e.clientWidth > 0
  && !e.matches('.desk-wide, .desk-table *')  // tables that scroll by themselves
  && (e === document.documentElement || /auto|scroll/.test(getComputedStyle(e).overflowX))
).map(e => e.tagName + ' ' + e.className)"""


class Desk:
    """A desk in a page of a browser, with the page's requests and errors."""

    server: subprocess.Popen
    serve: Callable[[int], str]

    def __init__(self, browser: Browser, folder: Path, *, locale: str) -> None:
        size = {"width": WIDTH, "height": HEIGHT}
        self.folder = folder
        self.page: Page = browser.new_page(viewport=size, locale=locale)
        self.page.set_default_timeout(PATIENCE)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))

    def text(self, mark: str) -> str:
        """Return the text of a part of the desk."""
        return self.page.locator(mark).inner_text()

    def picture(self) -> str:
        """Return the chart as drawn."""
        return str(self.page.locator(".desk-picture .desk-svg").evaluate("e => e.outerHTML"))

    def all_text(self) -> str:
        """Return all text and accessible names, without languages, quotations, names and units."""
        text = str(self.page.evaluate(ALL_TEXT))
        for same in (NAME, FIGURES, "MB"):
            text = text.replace(same, "")
        return text

    def choose_file(self, mark: str, name: str, content: bytes) -> None:
        """Choose a file for an upload button."""
        # A key for a hidden button would go to the element with the focus.
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
        """Wait until the text of a part has changed; return it."""
        expect(self.page.locator(mark)).not_to_have_text(before, use_inner_text=True)
        return self.text(mark)

    def ready(self) -> None:
        """Wait until the desk is displayed, with nothing set."""
        self.page.wait_for_selector(".desk-table table")
        self.usual = {mark: self.text(mark) for mark in (".desk-chance", ".desk-table")}

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Where a test fails half-way leave the others a desk as it was first."""
        try:
            yield
        except BaseException:
            address = urlsplit(self.page.url)
            with suppress(subprocess.TimeoutExpired):
                self.server.wait(1)
                self.serve(address.port)
            self.page.evaluate("sessionStorage.clear(); localStorage.clear()")
            self.page.goto(f"{address.scheme}://{address.netloc}{address.path}")
            self.ready()
            self.errors.clear()
            raise

    def reset(self) -> None:
        """Reset the settings, by keyboard."""
        self.press(".desk-reset", "Enter")
        for mark, text in self.usual.items():
            expect(self.page.locator(mark)).to_have_text(text, use_inner_text=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser, without its requests to other machines."""
    path = find_browser()
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        opened = playwright.chromium.launch(executable_path=path, args=OFF)
        yield opened
        opened.close()
    gc.collect()  # the warnings of sockets are this module's


@contextmanager
def running(command: list[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """Run a server until the tests end."""
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
            except subprocess.TimeoutExpired:  # JupyterLab may wait for a kernel that never started
                process.kill()


def write_figures(folder: Path) -> Path:
    """Write second figures of two indicators, without which there is no chance."""
    data = folder / "data"
    data.mkdir()
    rows = [
        f"lishui,{indicator},2019,,{value},actual,003_8dc3f949d45a2179.txt,表,"
        for indicator, value in (("minimum_living_standard", 9600), (WORKERS, 11))
    ]
    head = "region,indicator,year,as_of,value,status,source,locus,note"
    (data / "observations.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return data


@pytest.fixture(scope="module")
def app(
    browser: Browser, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Open the desk that `forecast app` serves, in Chinese, while JupyterLab starts."""
    request.getfixturevalue("jupyter")
    folder = tmp_path_factory.mktemp("规划")
    data = str(write_figures(folder))
    with ExitStack() as ends:
        desk = Desk(browser, folder, locale="zh-CN")

        def serve(port: int) -> str:
            command = [sys.executable, "-m", "forecast.cli", "app", "--no-browser", "--most", "1"]
            command += ["--port", str(port), "--data", data, "--region", REGION]
            desk.server = ends.enter_context(running(command, folder))
            return str(desk.server.stdout.readline()).strip()

        desk.serve = serve
        desk.page.add_init_script(HURRY)
        desk.page.add_init_script(SOCKETS)
        desk.page.goto(serve(0))
        desk.ready()
        yield desk
        desk.page.close()


@pytest.fixture(scope="module")
def jupyter(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Start JupyterLab with `make lab`; return its folder and its address."""
    folder = tmp_path_factory.mktemp("lab")
    opened = (root / "notebooks" / "planner.ipynb").read_text(encoding="utf-8")
    for name, value in (("data", str(write_figures(folder))), ("region", REGION)):
        opened = opened.replace(f"{name} = None", f"{name} = '{value}'")
    (folder / "planner.ipynb").write_text(opened, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folders = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    command = [*recipe(root, "lab"), "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--IdentityProvider.token=", "--ServerApp.port_retries=0"]
    with running(command, folder, **folders, IPYTHONDIR=str(folder / "ipython")):
        yield folder, f"http://127.0.0.1:{port}/lab"


@pytest.fixture(scope="module")
def lab(browser: Browser, jupyter: tuple[Path, str]) -> Iterator[Desk]:
    """Open the desk in JupyterLab, and run its cells from the menu."""
    folder, address = jupyter
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
    """Return the command of a `make` target, with this Python and files in the current folder."""
    text = (root / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = re.findall(rf"^{target}:.*\n\t(.*)$", text, re.MULTILINE)
    program, *words = shlex.split(line)
    module = {"jupyter": "jupyter"}[Path(program).name]
    return [sys.executable, "-m", module, *(word.replace("notebooks/", "") for word in words)]


def chance_in(text: str) -> int:
    """Return the first percentage in a text."""
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
    """The reason is named; if a browser is demanded the test fails."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("FORECAST_DEMAND_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        find_browser()
    monkeypatch.setenv("FORECAST_DEMAND_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        find_browser()


@pytest.fixture(params=["app", "lab"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Return the page and the desk in JupyterLab in turn, with nothing set."""
    found: Desk = request.getfixturevalue(request.param)
    found.reset()
    return found


def test_a_slider_moves_picture_and_numbers(desk: Desk) -> None:
    """Keys on a slider change probability, chart and table, and undo restores them."""
    picture, chance = desk.picture(), desk.usual[".desk-chance"]
    desk.press(PACE, "End")
    moved = desk.wait(".desk-chance", chance)
    assert chance_in(moved) > chance_in(chance)
    desk.wait(".desk-table", desk.usual[".desk-table"])
    assert desk.picture() != picture
    desk.press(".desk-undo", "Enter")
    assert desk.wait(".desk-chance", moved) == chance


@pytest.mark.parametrize("desk", ["app"], indirect=True)
def test_no_key_is_lost_after_a_reset(desk: Desk) -> None:
    """A value typed before a reset does not return, and a key after it counts, however soon."""
    share, set_now = f"{LINK}-share_points", desk.page.locator(".desk-table p").nth(1)
    for pause in (0, 40):
        desk.page.locator(FIELD).fill("7")
        desk.press(FIELD, "Enter")
        desk.press(".desk-reset", "Enter")
        desk.page.wait_for_timeout(pause)
        desk.press(f"{share} input[type=range]", "ArrowRight")
        expect(desk.page.locator(f"{share} input[type=number]")).to_have_value("0.5")
        expect(desk.page.locator(FIELD)).to_have_value("0")
        expect(set_now).to_contain_text("0.5")
        expect(set_now).not_to_contain_text("10")
        desk.reset()


@pytest.mark.parametrize("desk", ["app"], indirect=True)
def test_quick_keys_all_count(desk: Desk) -> None:
    """Each key moves a slider by a step, even if keys are faster than the chart."""
    growth = f"{LINK}-consumption_growth"
    field = desk.page.locator(f"{growth} input[type=number]")
    expect(field).to_have_value("6")
    desk.press(f"{growth} input[type=range]", *["ArrowRight"] * 15)
    expect(field).to_have_value("7.5")
    desk.reset()
    expect(field).to_have_value("6")


def test_the_page_makes_no_requests_to_other_machines(desk: Desk) -> None:
    """While the desk opens and a slider moves all requests go to this machine."""
    desk.press(PACE, "End")
    desk.wait(".desk-chance", desk.usual[".desk-chance"])
    outside = [
        address for address in desk.requests
        if urlsplit(address).hostname != "127.0.0.1"
        and urlsplit(address).scheme not in ("data", "blob")
    ]  # fmt: skip
    assert outside == []
    assert any(address.startswith("ws://127.0.0.1") for address in desk.requests)


def test_the_page_has_no_errors(desk: Desk) -> None:
    """There is no error in the console or in the page's scripts."""
    assert desk.errors == []


def test_a_lost_desk_comes_back(app: Desk) -> None:
    """A killed kernel, then a killed server: what is shown is pale, and all settings return.

    A typed date opens one desk and keeps the focus.
    """
    with app.restored():
        lose(app)


def test_a_lost_connection_is_made_again(app: Desk) -> None:
    """What is moved meanwhile counts once it is there; the page is not opened again."""
    app.reset()
    app.page.evaluate("window.sockets.forEach(one => one.close())")
    app.press(PACE, "End")
    app.wait(".desk-chance", app.usual[".desk-chance"])
    expect(app.page.locator(".desk-lost")).to_be_hidden()
    assert app.page.evaluate("window.sockets.length") > 1
    app.errors.clear()  # the connection that was closed
    app.reset()


def lose(app: Desk) -> None:
    """Lose the desk and its server, and find all settings again."""
    app.reset()
    day = app.page.locator(".desk-day input")
    day.fill("2021-12-31")
    expect(app.page.locator(".desk-picture figcaption")).to_contain_text("2021")
    expect(app.page).to_have_url(re.compile("day=2021"))  # the address is shown last
    assert app.page.evaluate("document.activeElement.type") == "date"
    before = app.text(".desk-chance")
    app.press(PACE, "End")
    moved = app.wait(".desk-chance", before)
    expect(app.page).to_have_url(re.compile("set="))
    address = app.page.url
    assert "day=2021" in address
    server = psutil.Process(app.server.pid)
    # Another tab was used last; the steps of this one are its own.
    app.page.evaluate(
        "localStorage.setItem('forecast-desk /', '[\"region=lishui&day=2020-12-31\"]')"
    )
    app.page.evaluate("sessionStorage.setItem('hurry', true)")
    for lost, text in ((server.children(), "重新打开"), ([server], "连接不上服务器")):
        for process in lost:
            process.kill()
        expect(app.page.locator(".desk-lost")).to_contain_text(text)
        assert app.page.locator(".desk-is-lost .desk-chance").evaluate(PALE)
        if server in lost:
            app.serve(urlsplit(address).port)
        # The address of the page that was lost is not that of a desk that is opened anew.
        expect(app.page.locator(".desk-lost")).to_be_hidden()
        expect(app.page.locator(".desk-chance")).to_have_text(moved, use_inner_text=True)
        assert app.page.url == address
        assert app.page.title() == app.page.locator(".desk h1").inner_text()
        # A page opens a desk again only once in a while.
        app.page.evaluate("sessionStorage.removeItem('forecast-desk opened')")
    app.page.evaluate("sessionStorage.removeItem('hurry')")
    app.press(".desk-undo", "Enter")
    app.wait(".desk-chance", moved)
    app.press(".desk-undo", "Enter")
    expect(app.page.locator(".desk-picture figcaption")).to_contain_text("2022")
    app.errors.clear()  # requests to a server that was not there
    app.reset()


def test_a_desk_in_a_notebook_that_does_not_answer_says_so(
    lab: Desk, jupyter: tuple[Path, str]
) -> None:
    """A sentence says what to do, and what is shown is pale until the kernel answers again."""
    place = str(jupyter[0])
    kernels = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            text = " ".join(process.cmdline())
            kernels += [process] * ("ipykernel" in text and place in text)
    (kernel,) = kernels
    kernel.suspend()
    try:
        expect(lab.page.locator(".desk-lost")).to_contain_text("单元格")
        assert lab.page.locator(".desk-is-lost .desk-chance").evaluate(PALE)
    finally:
        kernel.resume()
    expect(lab.page.locator(".desk-lost")).to_be_hidden()


def test_a_file_that_is_no_scenario_is_refused(app: Desk) -> None:
    """The status line names the error in the file; the probability is unchanged."""
    app.reset()
    app.choose_file(".desk-load", "坏.yaml", b"steps: [{mechansm: x}]")
    expect(app.page.locator(".desk-status [role=alert]")).to_contain_text("mechansm")
    assert app.text(".desk-chance") == app.usual[".desk-chance"]


def test_own_figures_are_shown_row_by_row(app: Desk) -> None:
    """A figure that cannot be read is listed, blocks the others, and can be corrected."""
    table = "指标,2021,2022\n最低生活保障年标准,11000,一万多\n"
    if not app.page.locator(".desk-upload").is_visible():  # an earlier test may have opened it
        app.press(".desk-figures", "Enter")
    app.choose_file(".desk-upload", FIGURES, table.encode())
    rows = app.page.locator(".desk-grid")
    field = rows.get_by_label("2 · 2022").first
    expect(field).to_have_value("一万多")
    expect(app.page.locator(".desk-go")).to_be_disabled()
    field.fill("12000")
    field.press("Enter")
    expect(rows).not_to_contain_text("读不懂")
    assert "12000" in [one.input_value() for one in rows.locator("input").all()]


def test_the_desk_is_in_one_language(app: Desk) -> None:
    """All text is Chinese, and after one choice English, except names and quotations."""
    app.reset()
    assert re.findall("[A-Za-z]+", app.all_text()) == []
    language = app.page.locator(".desk-language select")
    language.select_option("English")
    try:
        expect(app.page).to_have_url(re.compile("language=en"))  # the address is shown last
        expect(app.page.locator(".desk-undo")).to_have_text("Undo")
        expect(app.page.locator(".desk-spoken")).to_contain_text("Chance")  # spoken a little later
        assert re.findall("[\u4e00-\u9fff]+", app.all_text()) == []
    finally:
        language.select_option("中文")
        expect(app.page).to_have_url(re.compile("language=zh"))
        expect(app.page.locator(".desk-undo")).to_have_text("撤销")
        app.ready()


def test_every_control_has_a_name(desk: Desk) -> None:
    """Each slider, field, list and button has an accessible name."""
    ask = desk.page.context.new_cdp_session(desk.page).send
    whole = ask("DOM.getDocument")["root"]["nodeId"]
    part = ask("DOM.querySelector", {"nodeId": whole, "selector": ".desk"})
    told = ask("Accessibility.queryAXTree", part)["nodes"]
    controls = [n for n in told if not n["ignored"] and n["role"]["value"] in ROLES]
    nameless = [node["role"]["value"] for node in controls if not node["name"]["value"].strip()]
    assert len(controls) > 20
    assert nameless == []


def test_every_control_is_reached_by_keyboard(app: Desk) -> None:
    """The Tab key reaches each enabled control, one after another."""
    app.page.locator(".desk-region select").focus()
    for _ in range(200):
        app.page.evaluate("document.activeElement.dataset.reached = true")
        app.page.keyboard.press("Tab")
        if app.page.evaluate("document.activeElement.closest('.desk') === null"):
            break
    assert app.page.evaluate(MISSED) == []


@pytest.mark.parametrize("width", [1920, WIDTH, WIDTH // 2, 390])
def test_nothing_is_wider_than_the_window(app: Desk, width: int) -> None:
    """Neither a wide window nor one of 1280 pixels at 100 and 200 % nor a telephone scrolls."""
    app.page.set_viewport_size({"width": width, "height": HEIGHT})
    try:
        assert app.page.evaluate(SCROLLED) == []
    finally:
        app.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def test_the_picture_answers_with_its_values(app: Desk) -> None:
    """Arrow keys and the pointer read a year; a telephone and paper get a picture of their own.

    The chance stays in sight, and nothing to press is printed.
    """
    app.reset()
    svg, reading = app.page.locator(".desk-svg"), app.page.locator(".desk-reading")
    svg.press("Home")
    first = reading.inner_text()
    assert re.search(r"20\d\d.*\d", first)
    svg.press("ArrowRight")
    expect(reading).not_to_have_text(first, use_inner_text=True)
    svg.hover(position={"x": 60, "y": 150})
    expect(reading).to_have_text(first, use_inner_text=True)
    wide = str(svg.get_attribute("viewBox"))
    try:
        app.page.set_viewport_size({"width": 390, "height": HEIGHT})
        expect(svg).not_to_have_attribute("viewBox", wide)
        assert int(str(svg.get_attribute("viewBox")).split()[2]) < 390
        app.page.locator(".desk-table").scroll_into_view_if_needed()
        expect(app.page.locator(".desk-chance .number")).to_be_in_viewport()
        app.page.emulate_media(media="print")
        expect(app.page.locator(".desk-undo")).to_be_hidden()
        expect(svg).to_be_visible()
    finally:
        app.page.emulate_media(media="screen")
        app.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def test_the_tour_can_be_followed(app: Desk, root: Path, tmp_path: Path) -> None:
    """The screenshots of `docs/planner.zh.md` can be taken again, in about the same size."""
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


def test_the_benchmark_has_as_many_indicators_as_requested(root: Path, tmp_path: Path) -> None:
    """The tables of the benchmark are valid, with the requested number of open indicators."""
    enlarge = runpy.run_path(str(root / "benchmarks" / "desk.py"))["enlarge"]
    enlarge("lishui", 25, tmp_path / "tables")
    plan = fc.load_plan(tmp_path / "tables", as_of="2022-12-31", region="lishui")
    last = plan.targets[plan.targets["year"].gt(2022)]["indicator"]
    assert last[last.isin(plan.observations["indicator"])].nunique() == 25


def size(picture: Path) -> tuple[int, int]:
    """Return width and height of a PNG."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height
