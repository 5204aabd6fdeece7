"""The process of a report's notebook: ipykernel, which clears up when its runner was killed.

A runner that is killed can do nothing more. Within a second its kernel then removes what only the
two of them use, and ends with all processes that the notebook has started.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["main"]

SECONDS = 0.25
"""Between two looks at whether the runner is there."""


def main() -> None:
    """Start the kernel that the command line describes, in the unfinished folder of a report."""
    folder, profile = Path.cwd(), os.environ.get("IPYTHONDIR", "")
    left = [Path(profile).parent] if profile else []
    left += [folder] if ".partial-" in folder.name else []
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        runner = int(os.environ.pop("JPY_PARENT_PID", 0))  # else ipykernel watches it as well
        threading.Thread(target=_watch, args=(runner, left), daemon=True).start()
    # A home that cannot be written is nothing that a report's reader has to know.
    logging.getLogger("matplotlib").addFilter(lambda record: record.levelno > logging.WARNING)
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
