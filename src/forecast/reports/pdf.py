"""A page as PDF, printed by a browser that is on the machine."""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path

from .browsers import OpenBrowser, command_of, end, find_browser, profile

__all__ = ["NO_BROWSER", "print_page"]

log = logging.getLogger(__name__)

SECONDS = 60
NO_BROWSER = "not made: no Chromium, Chrome or Edge was found on this machine"
PDF = b"%PDF-"


def print_page(
    page: Path, target: Path, *, seconds: float = SECONDS, opened: OpenBrowser | None = None
) -> str | None:
    """Print a page to `target`; None if that went well, else why not, in words.

    The browser gets a profile of its own, which is gone afterwards with all its processes. One
    that is shared is asked first; where it fails, the page gets its own.
    """
    browser = find_browser()
    if browser is None:
        return NO_BROWSER
    fault = _print_with(page, target, seconds, opened) if opened else ""
    if fault == "":
        with profile() as folder:
            places = ["--no-pdf-header-footer", f"--print-to-pdf={target}", page.as_uri()]
            fault = _run(command_of(browser, folder, *places), seconds)
    if fault is None and target.is_file() and target.read_bytes()[: len(PDF)] == PDF:
        return None
    target.unlink(missing_ok=True)
    return f"not made: {browser} {fault or 'wrote no PDF'}"


def _print_with(page: Path, target: Path, seconds: float, opened: OpenBrowser) -> str | None:
    """Print with an open browser; None if it did, '' if it could not, else what went wrong."""
    try:
        content = opened.print(page.as_uri(), seconds=seconds)
    except TimeoutError:
        return _too_long(seconds)
    except OSError as error:
        log.info("%s: the open browser did not print: %s", page, error)
        return ""
    target.write_bytes(content)
    return None


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
            return _too_long(seconds)
        finally:
            end(process)
    log.debug("%s: %s", command[0], said)
    last = said.strip().splitlines()[-1:] or [""]
    return f"ended with code {process.returncode}: {last[0]}" if process.returncode else None


def _too_long(seconds: float) -> str:
    return f"took more than {seconds:g} s"
