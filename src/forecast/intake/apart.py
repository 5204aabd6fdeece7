"""Reads large or old workbooks in a process of its own, which may run out of memory or time.

Libraries that read workbooks make objects of every element, and those for old formats keep every
cell between two others. A process with limits costs a second, and protects the one a planner uses.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from ..i18n.messages import Code, FiguresError
from .grid import Grid, fault

__all__ = ["DAMAGED", "Reader", "answer", "read_apart"]

MOST_SECONDS = 60
"""Seconds of the processor; on the clock it may be `PATIENCE` times as long."""
PATIENCE = 5
MOST_MEMORY = 3 << 30
"""Bytes that the process may take; a file with the most cells that are read takes a tenth."""
NO_MEMORY = 12
"""Exit code of the process where its memory is not enough."""
SIGXCPU = 24
"""The signal at the end of the processor's time; Windows has none."""
DAMAGED = Code("figure_text", "damaged")
PROGRAM = "from forecast.intake.apart import answer; answer()"
Reader = Callable[[bytes, str], list[Grid]]
"""Sheets of a file, from its content and name."""


def read_apart(reader: Reader, content: bytes, name: str) -> list[Grid]:
    """Read a file by a function of a module in another process.

    Raises
    ------
    FiguresError
        If the file is damaged, or reading takes more than `MOST_SECONDS` or `MOST_MEMORY`.
    """
    paths = os.pathsep.join(filter(None, sys.path))
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=pickle.dumps((MOST_MEMORY, MOST_SECONDS)) + pickle.dumps((reader, content, name)),
            capture_output=True, timeout=PATIENCE * MOST_SECONDS, check=False,
            env=os.environ | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        code = done.returncode
    except subprocess.TimeoutExpired:
        code = -SIGXCPU
    if code == -SIGXCPU:
        raise fault(name, "slow", seconds=str(MOST_SECONDS))
    if code:
        raise fault(name, "heavy", most=f"{MOST_MEMORY >> 30}")
    read: list[Grid] | FiguresError = pickle.loads(done.stdout)
    if isinstance(read, FiguresError):
        raise read
    return read


def answer() -> None:
    """Read the file on standard input, after the limits, and write its sheets."""
    memory, seconds = pickle.load(sys.stdin.buffer)
    with suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    reader, content, name = pickle.load(sys.stdin.buffer)
    gc.disable()  # each pass would look at every cell; the process ends soon
    read: list[Grid] | FiguresError
    try:
        read = list(reader(content, name))
    except FiguresError as error:
        read = error
    except Exception as error:  # a broken part may raise anything in the libraries, as may no room
        if isinstance(error, MemoryError | ImportError) or not _has_room(memory // 4):
            os._exit(NO_MEMORY)
        read = fault(name, "workbook", reason=DAMAGED)
    sys.stdout.buffer.write(pickle.dumps(read))


def _has_room(size: int) -> bool:
    """Whether a block of some bytes can still be taken."""
    try:
        bytearray(size)
    except MemoryError:
        return False
    return True
