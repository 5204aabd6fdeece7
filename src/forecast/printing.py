"""A page as PDF, printed by a browser that is on the machine; none is brought along."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["NO_BROWSER", "find_browser", "print_page"]

log = logging.getLogger(__name__)

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge",
)  # fmt: skip
PLACES = (
    "/usr/bin", "/usr/local/bin", "/snap/bin",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application",
    r"C:\Program Files (x86)\Google\Chrome\Application",
    r"C:\Program Files\Microsoft\Edge\Application",
    r"C:\Program Files (x86)\Microsoft\Edge\Application",
)  # fmt: skip
CHOSEN = "FORECAST_BROWSER"
SECONDS = 60
NO_BROWSER = "not made: no Chromium, Chrome or Edge was found on this machine"
# Nothing is fetched: every host name is unknown, and the browser's own errands are off.
OPTIONS = (
    "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--no-default-browser-check",
    "--no-pdf-header-footer", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


def find_browser() -> str | None:
    """Path of a Chromium, Chrome or Edge: on the search path, else in its usual places.

    A scheduler's search path may be empty, so both are looked at. The environment variable
    FORECAST_BROWSER names another one; empty, it says that none is to be used.
    """
    if (chosen := os.environ.get(CHOSEN)) is not None:
        return chosen or None
    path = os.pathsep.join([os.environ.get("PATH", ""), *PLACES])
    for name in BROWSERS:
        if found := shutil.which(name, path=path):
            return found
    return next((place for place in PLACES if Path(place).is_file()), None)


def print_page(page: Path, target: Path, *, seconds: float = SECONDS) -> str | None:
    """Print a page to `target`; None if that went well, else why not, in words.

    The browser gets a profile of its own, which is gone afterwards with all its processes.
    """
    browser = find_browser()
    if browser is None:
        return NO_BROWSER
    with _temporary() as profile:
        as_root = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []
        places = [f"--user-data-dir={profile}", f"--print-to-pdf={target}", page.as_uri()]
        fault = _run([browser, *OPTIONS, *as_root, *places], seconds)
    if fault is None and target.is_file() and target.read_bytes()[:5] == b"%PDF-":
        return None
    target.unlink(missing_ok=True)
    return f"not made: {browser} {fault or 'wrote no PDF'}"


@contextmanager
def _temporary() -> Iterator[str]:
    # A browser's last process may still be writing while its profile is being removed.
    with tempfile.TemporaryDirectory(prefix="forecast-", ignore_cleanup_errors=True) as folder:
        yield folder


def _run(command: list[str], seconds: float) -> str | None:
    """Run a command and end all its processes; None if it succeeded, else why not."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return f"cannot be started: {error.strerror}"
    with process:
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return f"took more than {seconds:g} s"
        finally:
            _kill(process)
    log.debug("%s: %s", command[0], said)
    last = said.strip().splitlines()[-1:] or [""]
    return f"ended with code {process.returncode}: {last[0]}" if process.returncode else None


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process and its children; those of one that has ended may still be there."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
