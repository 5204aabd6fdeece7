"""The process of a report's notebook: ipykernel, which clears up when its runner was killed.

A runner that is killed can do nothing more. Within a second its kernel then removes what only the
two of them use, and ends with all processes that the notebook has started.

A process with nothing else to do than reports starts a kernel as a copy of itself, which has
imported all libraries: `ForkedKernel`. Any other one starts Python anew.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

__all__ = ["FORKS", "ForkedKernel", "accept_any_home", "main"]

SECONDS = 0.25
"""Between two looks at whether the runner is there."""
FORKS = sys.platform == "linux"
"""Whether a kernel may be a copy of a process: elsewhere system libraries do not bear that."""


class ForkedKernel:
    """A copy of this process that waits to become a kernel: what jupyter_client needs of `Popen`.

    Made while this process has a single thread. It ends when this one ends without launching it.
    """

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        theirs, self._connection = context.Pipe(duplex=False)
        self._process = context.Process(target=_await_launch, args=(theirs,))
        self._process.start()
        theirs.close()
        self.pid = self._process.pid or 0

    def launch(self, command: Sequence[str], env: dict[str, str], folder: str) -> None:
        """Run the kernel of a command in a folder."""
        self._connection.send((list(command), env, folder))
        self._connection.close()

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for its end and return the exit code."""
        self._process.join()
        return self.poll()

    def send_signal(self, signum: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def close(self) -> None:
        """End it, if it was not launched."""
        self._connection.close()
        self._process.join(SECONDS * 40)
        self._process.kill()


def _await_launch(connection: Connection) -> None:
    """Be a process as Python starts one, then the kernel that the runner describes."""
    os.setsid()
    # Locks and pipes of the runner are its own; a number that stays taken harms no later file.
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number not in (2, nothing, connection.fileno()):
            with suppress(OSError):
                os.dup2(nothing, number)
    for signum in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, signal.SIG_DFL)
    for logger in map(logging.getLogger, (None, "forecast")):
        logger.handlers, logger.level = [], logging.WARNING if logger.parent is None else 0
    asyncio.set_event_loop(asyncio.new_event_loop())
    before = Path.cwd()
    try:
        command, env, folder = connection.recv()
    except EOFError:  # the report ended before its notebook
        return
    connection.close()
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=str(os.getppid()))
    os.chdir(folder)
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [place for place in sys.path if place in given or Path(place) != before]
    sys.argv = command[command.index("-m") + 1 :]
    import numpy as np

    if matplotlib := sys.modules.get("matplotlib"):  # it has read the variable
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
    np.random.seed()  # noqa: NPY002 - of notebooks that draw from it
    main()


def accept_any_home() -> None:
    """Keep to itself that a home cannot be written: nothing a report's reader has to know."""
    logging.getLogger("matplotlib").addFilter(lambda record: record.levelno > logging.WARNING)


def main() -> None:
    """Start the kernel that the command line describes, in the unfinished folder of a report."""
    folder, profile = Path.cwd(), os.environ.get("IPYTHONDIR", "")
    left = [Path(profile).parent] if profile else []
    left += [folder] if ".partial-" in folder.name else []
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        runner = int(os.environ.pop("JPY_PARENT_PID", 0))  # else ipykernel watches it as well
        threading.Thread(target=_watch, args=(runner, left), daemon=True).start()
    accept_any_home()
    # Libraries stay: looking for garbage in them takes a tenth of the time of their import.
    gc.set_threshold(50_000)
    # The notebook's folder is found by IPython once all libraries are loaded.
    sys.path[:] = [place for place in sys.path if place and Path(place) != folder]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def _watch(runner: int, left: list[Path]) -> None:
    while os.getppid() == runner:
        time.sleep(SECONDS)
    import psutil  # type: ignore[import-untyped]

    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()
    for place in left:
        shutil.rmtree(place, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
