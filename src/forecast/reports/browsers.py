"""A browser on the machine; none is brought along. One that stays open prints page after page.

To start a browser takes about as long as to print a report, so those of a batch are opened while
libraries are imported, and stay. They are told what to do in the Chrome DevTools Protocol
(https://chromedevtools.github.io/devtools-protocol/, domains Target and Page) through two pipes,
which unlike a port nobody else on the machine can use: a message is JSON, ended by a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

__all__ = ["CHOSEN", "OpenBrowser", "command_of", "end", "find_browser", "opened", "profile"]

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
# Nothing is fetched: every host name is unknown, and the browser's own errands are off.
OPTIONS = (
    "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--no-default-browser-check",
    "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
# The browser reads orders from its descriptor 3 and answers on 4, which only a shell can arrange.
ON_PIPES = ("/bin/sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null', "sh")
# A window that nobody asked for takes most of a browser's start.
TOLD = ("--remote-debugging-pipe", "--no-startup-window")
NOWHERE = "about:blank"
AS_PRINTED = {"printBackground": True, "preferCSSPageSize": True, "generateTaggedPDF": True}
"""What `--print-to-pdf` asks for as well."""


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


def command_of(browser: str, profile: str, *more: str) -> list[str]:
    """Command that starts a browser without windows, with a profile of its own."""
    as_root = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []
    return [browser, *OPTIONS, *as_root, f"--user-data-dir={profile}", *more]


@contextmanager
def profile() -> Iterator[str]:
    """Give a folder for a browser's profile, gone afterwards."""
    # A browser's last process may still be writing while its profile is being removed.
    with tempfile.TemporaryDirectory(prefix="forecast-", ignore_cleanup_errors=True) as folder:
        yield folder


def end(process: subprocess.Popen[Any]) -> None:
    """End a process and its children; those of one that has ended may still be there."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


@contextmanager
def opened() -> Iterator[OpenBrowser | None]:
    """Open a browser for this process and its forks; None where there is none. POSIX only.

    It starts while the process goes on, and is gone afterwards with its profile.
    """
    browser = find_browser()
    if browser is None:
        yield None
        return
    with profile() as folder:
        orders, ours = os.pipe()
        theirs, answers = os.pipe()
        command = [*ON_PIPES, *command_of(browser, folder, *TOLD)]
        process = subprocess.Popen(
            command, stdin=orders, stdout=answers, stderr=subprocess.DEVNULL, start_new_session=True
        )
        os.close(orders)
        os.close(answers)
        open_ = OpenBrowser(ours, theirs, Path(folder, "lock"))
        open_.open_tab()
        try:
            yield open_
        finally:
            open_.close()
            end(process)
            process.wait()


class OpenBrowser:
    """The pipes to a browser, which several processes may use in turn.

    Parameters
    ----------
    orders, answers : descriptors for writing and for reading
    lock : file by which they take turns; the lock is the system's and ends with its holder
    """

    def __init__(self, orders: int, answers: int, lock: Path) -> None:
        self._orders, self._answers, self._lock = orders, answers, lock
        self._read = b""

    def close(self) -> None:
        """Have no more to do with it."""
        os.close(self._orders)
        os.close(self._answers)

    def print(self, address: str, *, seconds: float) -> bytes:
        """Give a page as PDF, as `--print-to-pdf` makes it.

        Raises
        ------
        TimeoutError
            If that takes too long.
        OSError
            If the browser has ended, or cannot do it.
        """
        limit = time.monotonic() + seconds
        try:
            with FileLock(self._lock).acquire(timeout=seconds):
                return self._print(address, limit)
        except Timeout:
            raise TimeoutError from None

    def open_tab(self) -> None:
        """Let it open the page that `print` goes on with; whether it can, `print` will tell."""
        with suppress(OSError):
            self._tell("Target.createTarget", url=NOWHERE)

    def _print(self, address: str, limit: float) -> bytes:
        self._read = b""
        target = self._tab(limit)
        try:
            found = self._ask(limit, "Target.attachToTarget", targetId=target, flatten=True)
            session = found["sessionId"]
            self._ask(limit, "Page.enable", session)
            self._ask(limit, "Page.setLifecycleEventsEnabled", session, enabled=True)
            loader = self._ask(limit, "Page.navigate", session, url=address).get("loaderId")
            loaded = {"name": "load", "loaderId": loader}
            while not loaded.items() <= self._hear(limit).get("params", {}).items():
                pass
            printed = self._ask(limit, "Page.printToPDF", session, **AS_PRINTED)
        except OSError:
            self._tell("Target.closeTarget", targetId=target)
            raise
        self._tell("Target.detachFromTarget", sessionId=session)
        return base64.b64decode(printed["data"])

    def _tab(self, limit: float) -> str:
        """Give the page that is open: to go on with it spares the start of a process."""
        targets = self._ask(limit, "Target.getTargets")["targetInfos"]
        pages = [target["targetId"] for target in targets if target["type"] == "page"]
        if not pages:
            pages = [self._ask(limit, "Target.createTarget", url=NOWHERE)["targetId"]]
        page: str = pages[0]
        return page

    def _ask(self, limit: float, method: str, session: str = "", **values: Any) -> dict[str, Any]:
        """Let it do something; give its answer. Other messages meanwhile are passed over."""
        number = self._tell(method, session, **values)
        while (message := self._hear(limit)).get("id") != number:
            pass
        if "result" not in message:
            raise OSError(f"{method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def _tell(self, method: str, session: str = "", **values: Any) -> int:
        """Send an order; give its number, which nobody else who used it will have chosen."""
        number = secrets.randbelow(2**31)
        message = {"id": number, "method": method, "params": values}
        if session:
            message["sessionId"] = session
        os.write(self._orders, json.dumps(message).encode() + b"\0")
        return number

    def _hear(self, limit: float) -> Mapping[str, Any]:
        """Wait for a message; {} for the rest of one that another has begun to read."""
        while b"\0" not in self._read:
            if not wait([self._answers], max(limit - time.monotonic(), 0)):
                raise TimeoutError
            some = os.read(self._answers, 1 << 20)
            if not some:
                raise ConnectionResetError("it has ended")
            self._read += some
        message, _, self._read = self._read.partition(b"\0")
        try:
            heard = json.loads(message)
        except ValueError:
            return {}
        return heard if isinstance(heard, dict) else {}
