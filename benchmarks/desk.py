"""How long the desk takes from a key on a slider to what is painted, in a real browser.

    python benchmarks/desk.py [--steps N] [--region R] [--language L]

`forecast app` serves the desk to the machine's own Chromium, and keys are pressed on the slider of
the pace. One step: from the key press to the first frame with the new picture, and, the slider at
rest from then on, to the first frame with the new table; the desk waits for that rest, and its
wait is part of the second figure. Dragging: keys as fast as a hand that stays on the key; told are
the pictures drawn meanwhile and the time from the last key to the last picture.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from playwright.sync_api import Page, sync_playwright

from forecast.printing import find_browser
from forecast.wording import LANGUAGES

AIMS = {"picture": 150, "table": 400}
DRAGGED = 60
BETWEEN = 0.03
"""Seconds between keys of a hand that stays on one."""
PACE = ".desk-set-pace .noUi-handle"

# Watches what is painted: `stamps` holds the moments of keys, pictures and tables.
WATCH = """() => {
  const stamps = window.stamps = {key: [], picture: [], table: []};
  const painted = kind => requestAnimationFrame(() => setTimeout(
    () => stamps[kind].push(performance.now())));
  document.addEventListener('keydown', () => stamps.key.push(performance.now()), true);
  document.querySelector('img.desk-picture').addEventListener('load', () => painted('picture'));
  new MutationObserver(() => painted('table')).observe(
    document.querySelector('.desk-table'), {childList: true, subtree: true, characterData: true});
}"""
CLEAR = "() => Object.values(window.stamps).forEach(list => list.length = 0)"


def one_step(page: Page, key: str) -> dict[str, float]:
    """Milliseconds from one key to the picture, and to the table."""
    page.evaluate(CLEAR)
    page.keyboard.press(key)
    page.wait_for_function("() => window.stamps.table.length && window.stamps.picture.length")
    stamps = page.evaluate("() => window.stamps")
    return {kind: stamps[kind][0] - stamps["key"][0] for kind in AIMS}


def drag(page: Page) -> tuple[int, float]:
    """Press many keys quickly; pictures drawn, and milliseconds from the last key to the last."""
    page.evaluate(CLEAR)
    for _ in range(DRAGGED):
        page.keyboard.press("ArrowRight")
        time.sleep(BETWEEN)
    page.wait_for_function("() => window.stamps.table.length")
    page.wait_for_timeout(1000)
    stamps = page.evaluate("() => window.stamps")
    return len(stamps["picture"]), stamps["picture"][-1] - stamps["key"][-1]


def measure(page: Page, steps: int) -> None:
    """Press keys, and print what they cost."""
    page.wait_for_selector(".desk-table table")
    page.evaluate(WATCH)
    page.locator(PACE).focus()
    one_step(page, "ArrowRight")  # the first one also fills caches
    found = [one_step(page, "ArrowRight" if n % 3 else "ArrowLeft") for n in range(steps)]
    print(f"{'':24}{'median':>8}{'95 %':>8}{'aim':>8}   (ms, {steps} steps)")
    for kind, aim in AIMS.items():
        middle, late = np.quantile([times[kind] for times in found], [0.5, 0.95])
        print(f"one step to the {kind:8}{middle:8.0f}{late:8.0f}{aim:8}")
    pictures, last = drag(page)
    print(f"dragged, {DRAGGED} keys: {pictures} pictures; the last one {last:.0f} ms after the key")


def main() -> None:
    """Serve the desk, open it, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--region", default="lishui")
    parser.add_argument("--language", choices=LANGUAGES, default="zh")
    asked = parser.parse_args()
    place = find_browser()
    if place is None:
        sys.exit("no Chromium, Chrome or Edge on this machine")
    command = [sys.executable, "-m", "forecast.cli", "app", "--no-browser", "--port", "0"]
    command += ["--region", asked.region, "--language", asked.language]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server,
        sync_playwright() as playwright,
    ):
        try:
            sandbox = hasattr(os, "geteuid") and os.geteuid() != 0
            browser = playwright.chromium.launch(executable_path=place, chromium_sandbox=sandbox)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(server.stdout.readline().strip())
            measure(page, asked.steps)
            browser.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
