"""Response time of the desk in a browser, and the screenshots of its tour.

    python benchmarks/desk.py [--steps N] [--region R] [--indicators N] [--language L]
    python benchmarks/desk.py --shots FOLDER [--language L]
    python benchmarks/desk.py --soak MINUTES [--visitors N]
    python benchmarks/desk.py --axe FILE [--language L]

`forecast app` serves the desk to the installed Chromium, and keys are pressed on the slider of the
pace. One step: from the key to the first frame with the new chart, and to the first frame with the
new table, which includes the desk's wait for the slider to rest. Dragging: keys as fast as if one
were held down; printed are the charts drawn meanwhile and the time from the last key to the last
chart.

The table has as many indicators as the region has figures and targets for; with `--indicators` at
least that many: those of the region are repeated under other names.

Printed with it: the seconds until the desk that is kept ready can be used, and the milliseconds of
the processor that the desk and the browser take for a step, which depend less on what else runs.

With `--soak` many visitors use a served desk (see `desk_soak`); it fails where memory grows or a
process is left. With `--axe` axe-core (its `axe.min.js`) looks at the desk in the light and the
dark, wide and on a telephone, and its violations are listed. With `--shots docs` nothing is
measured: the screenshots of the tour in `docs/planner.md` are taken.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from forecast.desk.session import Desk
from forecast.i18n.catalog import languages
from forecast.tables.plan import data_folder, load_plan

AIMS = {"picture": 150, "table": 400}
WIDTH, MARGIN, COLOURS = 1280, 8, 128
DAY = "2022-12-31"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
TOUR = {
    "region": "zhejiang", "indicator": "care_workers_per_10k_elderly",
    "lever": "care_workforce-trainees_per_year", "value": "5000",
}  # fmt: skip
PATIENCE = 120_000
"""Milliseconds until the desk is open, also on a busy machine."""
DRAGGED = 60
BETWEEN = 0.03
"""Seconds between the keys of a key held down."""
SETTLED = 3.0
"""Seconds without work after which a server rests."""
PACE = ".desk-set-pace input[type=range]"

# Records in `stamps` the times of keys, painted charts and painted tables.
WATCH = """() => {
  const stamps = window.stamps = {key: [], picture: [], table: []};
  const painted = kind => requestAnimationFrame(() => setTimeout(
    () => stamps[kind].push(performance.now())));
  document.addEventListener('keydown', () => stamps.key.push(performance.now()), true);
  new MutationObserver(() => painted('picture')).observe(
    document.querySelector('.desk-picture'), {attributes: true, attributeFilter: ['data-drawn']});
  new MutationObserver(() => painted('table')).observe(
    document.querySelector('.desk-table'), {childList: true, subtree: true, characterData: true});
}"""
CLEAR = "() => Object.values(window.stamps).forEach(list => list.length = 0)"


def enlarge(region: str, count: int, folder: Path) -> None:
    """Write tables in which a region has at least a number of indicators with open targets."""
    known = Desk.open(region, as_of=DAY, draws=100).indicators
    shutil.copytree(data_folder(), folder)
    for name in ("indicators", "observations", "targets"):
        file = folder / f"{name}.csv"
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        copies = [table]
        for number, first in enumerate(range(len(known), count, len(known)), start=2):
            again = table[table["indicator"].isin(known[: count - first])]
            copy = again.assign(indicator=again["indicator"] + f"_{number}")
            named = {c: copy[c] + f" {number}" for c in ("name_zh", "name_en") if c in copy}
            copies.append(copy.assign(**named))
        pd.concat(copies).to_csv(file, index=False)


def one_step(page: Page, key: str) -> dict[str, float]:
    """Return the milliseconds from one key to the chart, and to the table."""
    page.evaluate(CLEAR)
    page.keyboard.press(key)
    page.wait_for_function("() => window.stamps.table.length && window.stamps.picture.length")
    stamps = page.evaluate("() => window.stamps")
    return {kind: stamps[kind][0] - stamps["key"][0] for kind in AIMS}


def drag(page: Page) -> tuple[int, float]:
    """Press many keys quickly; return charts drawn and milliseconds from last key to last chart."""
    page.evaluate(CLEAR)
    for _ in range(DRAGGED):
        page.keyboard.press("ArrowRight")
        time.sleep(BETWEEN)
    page.wait_for_function("() => window.stamps.table.length")
    page.wait_for_timeout(1000)
    stamps = page.evaluate("() => window.stamps")
    return len(stamps["picture"]), stamps["picture"][-1] - stamps["key"][-1]


def count_cpu(server: int) -> tuple[float, float]:
    """Return the processor seconds of the server with its kernels, and of the browser."""
    mine, theirs = 0.0, 0.0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            times = process.cpu_times()
            parents = {process.pid, *(parent.pid for parent in process.parents())}
            mine += (times.user + times.system) * (server in parents)
            theirs += (times.user + times.system) * (server not in parents)
    return mine, theirs


def measure_opening(browser: Browser, page: Page, address: str, server: int) -> None:
    """Open the desk that is kept ready, and print the seconds until it can be used."""
    quiet = 0.0
    while quiet < SETTLED:  # until the desk that is kept ready rests
        before = count_cpu(server)[0]
        time.sleep(1.0)
        quiet = quiet + 1.0 if count_cpu(server)[0] - before < 0.05 else 0.0
    browser.new_page().close()  # the browser itself is ready, too
    begun, cpu = time.monotonic(), count_cpu(server)
    page.goto(address)
    page.wait_for_selector(".desk-table table")
    spent = [1000 * (after - then) for after, then in zip(count_cpu(server), cpu, strict=True)]
    print(f"ready after {time.monotonic() - begun:.1f} s, aim 4 s; processor: "
          f"{spent[0]:.0f} ms of server and desks, {spent[1]:.0f} ms of the browser")  # fmt: skip


def measure(page: Page, steps: int, server: int) -> None:
    """Press keys, and print the response times."""
    count = page.locator(".desk-table tbody tr").count()
    print(f"load {os.getloadavg()[0]:.1f}; the table has {count} indicators")
    page.evaluate(WATCH)
    page.locator(PACE).focus()
    one_step(page, "ArrowRight")  # the first one also fills caches
    time.sleep(20.0)  # the next desk is made ready meanwhile
    cpu = count_cpu(server)
    found = [one_step(page, "ArrowRight" if n % 3 else "ArrowLeft") for n in range(steps)]
    spent = [1000 * (after - then) / steps
             for after, then in zip(count_cpu(server), cpu, strict=True)]  # fmt: skip
    print(f"processor, a step with chart and table: {spent[0]:.0f} ms of the desk, "
          f"{spent[1]:.0f} ms of the browser")  # fmt: skip
    print(f"{'':24}{'median':>8}{'95 %':>8}{'aim':>8}   (ms, {steps} steps)")
    for kind, aim in AIMS.items():
        middle, late = np.quantile([times[kind] for times in found], [0.5, 0.95])
        print(f"one step to the {kind:8}{middle:8.0f}{late:8.0f}{aim:8}")
    pictures, last = drag(page)
    print(f"dragged, {DRAGGED} keys: {pictures} pictures; the last one {last:.0f} ms after the key")


def shoot(page: Page, folder: Path, language: str) -> None:
    """Follow the tour of `docs/planner.md`, and take its screenshots."""

    def keep(name: str, first: str, *last: str) -> None:
        """Take a screenshot from the top of one part to the bottom of others."""
        top = page.locator(first).first.bounding_box()["y"] - MARGIN
        ends = [page.locator(part).first.bounding_box() for part in last]
        bottom = max(end["y"] + end["height"] for end in ends)
        clip = {"x": 0, "y": top, "width": WIDTH, "height": bottom - top}
        with Image.open(io.BytesIO(page.screenshot(clip=clip))) as picture:
            picture.quantize(COLOURS).save(folder / f"planner_{name}_{language}.png", optimize=True)

    page.set_viewport_size({"width": WIDTH, "height": 2000})
    about = load_plan(TOUR["region"]).indicators.set_index("indicator")
    name = about.loc[TOUR["indicator"], f"name_{language}"]
    lists = page.locator(".desk-indicator select")
    page.wait_for_selector(".desk-table table")
    shown = [text.replace("\xa0", " ") for text in lists.locator("option").all_inner_texts()]
    lists.select_option(index=next(n for n, text in enumerate(shown) if name in text))
    lever = page.locator(f".desk-set-{TOUR['lever']} input[type=number]")
    lever.fill(TOUR["value"])
    lever.press("Enter")
    page.locator(f".desk-table tr:has-text('{name}') td:has-text('+')").wait_for()
    page.locator(".desk-beside-1 select").select_option(index=3)
    page.locator(".desk-beside table").wait_for()
    keep("desk", ".desk h1", ".desk-reset", ".desk-sources")
    keep("table", ".desk-below", ".desk-table")
    page.locator(".desk-seek").press("Enter")
    page.locator(".desk-take:enabled").wait_for()
    keep("seek", ".desk-lever", ".desk-result")
    page.locator(".desk-tornado").press("Enter")
    page.locator(".desk-result img").wait_for()
    keep("tornado", ".desk-lever", ".desk-result")


def audit(page: Page, script: str) -> bool:
    """Print what axe-core finds wrong with the desk in several states; False if anything."""
    page.wait_for_selector(".desk-table table")
    page.evaluate(script)
    faults = 0
    for state in ("as opened", "what matters most, own figures and plan"):
        if state != "as opened":
            page.locator(".desk-beside-1 select").select_option(index=3)
            page.locator(".desk-tornado").press("Enter")
            page.locator(".desk-result img").wait_for()
            page.locator(".desk-figures").press("Enter")
        for scheme, width in (("light", WIDTH), ("dark", WIDTH), ("light", 390)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(500)
            found = page.evaluate("() => axe.run(document)")
            faults += len(found["violations"])
            wrong = [(one["id"], len(one["nodes"])) for one in found["violations"]]
            print(f"{state}, {scheme}, {width} pixels: {len(found['passes'])} rules hold; {wrong}")
    return faults == 0


def main() -> None:
    """Serve the desk, open it, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--region", default=TOUR["region"])
    parser.add_argument("--indicators", type=int, help="least number of indicators")
    parser.add_argument("--language", choices=languages(), default="zh")
    parser.add_argument("--soak", type=float, help="minutes of many visitors")
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--axe", type=Path, help="axe.min.js of axe-core")
    parser.add_argument("--shots", type=Path, help="folder for the screenshots of the tour")
    options = parser.parse_args()
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None and not options.soak:
        sys.exit("no Chromium, Chrome or Edge on this machine")
    command = [sys.executable, "-m", "forecast.cli", "app", "--no-browser", "--port", "0"]
    command += ["--region", options.region, "--language", options.language, "--as-of", DAY]
    if options.soak:
        from desk_soak import soak

        with tempfile.TemporaryDirectory() as folder:
            sys.exit(0 if soak(command, folder, options.soak, options.visitors) else 1)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        if options.indicators:
            enlarge(options.region, options.indicators, Path(folder, "tables"))
            command += ["--data", "tables"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
            try:
                sandbox = hasattr(os, "geteuid") and os.geteuid() != 0
                browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=sandbox)
                page = browser.new_page(viewport={"width": WIDTH, "height": 800})
                page.set_default_timeout(PATIENCE)
                address = server.stdout.readline().strip()
                if options.axe:
                    page.goto(address)
                    if not audit(page, options.axe.read_text(encoding="utf-8")):
                        sys.exit(1)
                elif options.shots:
                    page.goto(address)
                    shoot(page, options.shots, options.language)
                else:
                    measure_opening(browser, page, address, server.pid)
                    measure(page, options.steps, server.pid)
                browser.close()
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
